"""What is let in from a customer's page, and how opening hours read. Pure."""

import base64
import binascii
import hashlib
import hmac
import json
import re
from typing import Any

from jietong.channels.webchat.model import LANGUAGES, UPLOAD_TYPES, Profile, WidgetSpec
from jietong.core.errors import Invalid
from jietong.core.specs import HoursSpec, Names
from jietong.core.vocabulary import Ms

_NAME = 80
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_DAYS: dict[str, tuple[str, ...]] = {
    "zh-Hans": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "zh-Hant": ("週一", "週二", "週三", "週四", "週五", "週六", "週日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_CLOSED = {"zh-Hans": "休息", "zh-Hant": "休息", "en": "closed"}
_DAILY = {"zh-Hans": "每天", "zh-Hant": "每天", "en": "Daily"}
_ALWAYS = {"zh-Hans": "全天 24 小时", "zh-Hant": "全天 24 小時", "en": "Open 24 hours"}
_TO = {"zh-Hans": "至", "zh-Hant": "至", "en": "–"}
_AND = {"zh-Hans": "、", "zh-Hant": "、", "en": ", "}
_BREAK = {"zh-Hans": "；", "zh-Hant": "；", "en": "; "}


def clean_text(text: str, max_text: int, *, required: bool = True) -> str:
    """The customer's words, byte for byte: emoji, right-to-left script and line breaks are kept.

    Raises Invalid: `text_empty`, `text_too_long`, `text_nul` (a NUL cannot be stored), `text_not_unicode` (a lone
    surrogate is no character).
    """
    if len(text) > max_text:
        raise Invalid("text_too_long", f"A message has at most {max_text} characters.", max=max_text)
    if "\0" in text:
        raise Invalid("text_nul", "The text has a NUL character, which no message can carry: take it out.")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise Invalid("text_not_unicode", "The text has half a character (a lone surrogate).") from None
    if required and not text.strip():
        raise Invalid("text_empty", "The message is empty.")
    return text


def clean_profile(profile: Profile, asked: tuple[str, ...]) -> dict[str, str]:
    """The fields that have something in them. Raises Invalid with `field` when one cannot be."""
    out = {}
    for field, value in (("name", profile.name), ("phone", profile.phone), ("email", profile.email)):
        if value is None or not value.strip():
            continue
        try:
            out[field] = clean_text(value.strip(), _NAME if field != "email" else 254)
        except Invalid as error:
            raise Invalid(error.code, error.detail, field=field) from None
    if missing := [field for field in asked if field not in out]:
        raise Invalid("profile_missing", f"Please fill in: {', '.join(missing)}.", fields=missing, field=missing[0])
    return out


def signed_in(token: str, secret: str, now: Ms) -> dict[str, Any]:
    """Who the embedding site says the customer is: `{"sub": account, "name"?, "phone"?, "email"?, "exp": seconds}`.

    The token is base64url(JSON) + "." + base64url(HMAC-SHA256(secret, base64url(JSON))). Raises Invalid
    `identity_bad` (not signed by this widget's secret) or `identity_expired`.
    """
    bad = Invalid("identity_bad", "The identity token is not signed with this widget's secret.")
    head, dot, signature = token.partition(".")
    if not dot or not token.isascii() or len(token) > 4096:
        raise bad
    try:
        given = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
        expected = hmac.new(secret.encode(), head.encode(), hashlib.sha256).digest()
        if not hmac.compare_digest(given, expected):
            raise bad
        claims = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (binascii.Error, ValueError):
        raise bad from None
    if not isinstance(claims, dict) or not isinstance(claims.get("sub"), str) or not claims["sub"]:
        raise bad
    expires = claims.get("exp")
    if not isinstance(expires, int | float) or expires * 1000 < now:
        raise Invalid("identity_expired", "The identity token has run out: the page should ask for a fresh one.")
    return claims


def sign(claims: dict[str, Any], secret: str) -> str:
    """The token that `signed_in` reads: what an embedding site's server does."""
    head = base64.urlsafe_b64encode(json.dumps(claims, separators=(",", ":")).encode()).rstrip(b"=")
    signature = hmac.new(secret.encode(), head, hashlib.sha256).digest()
    return f"{head.decode()}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def check_widget(spec: WidgetSpec) -> dict[str, str]:
    """Field → what is wrong with it; empty when all is well. Whether the queue exists is for the caller."""
    wrong = {}
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,62}", spec.id):
        wrong["id"] = "Lower-case letters, digits, - and _, 63 at most."
    if not _COLOUR.fullmatch(spec.colour):
        wrong["colour"] = "A colour is # and six hex digits."
    for field, names in (("name", spec.name), ("greeting", spec.greeting)):
        if not all(names.get(lang, "").strip() for lang in spec.languages):
            wrong[field] = "Needs a text in each of the widget's languages."
    if not spec.languages or not set(spec.languages) <= set(LANGUAGES):
        wrong["languages"] = f"One or more of {', '.join(LANGUAGES)}."
    if not set(spec.attachments.types) <= set(UPLOAD_TYPES):
        wrong["attachments"] = f"Only {', '.join(UPLOAD_TYPES)} can be allowed."
    if not 0 <= spec.attachments.max_bytes <= 50 * 1024 * 1024:
        wrong["attachments"] = "At most 50 MB."
    if not 1 <= spec.max_text <= 10_000:
        wrong["max_text"] = "Between 1 and 10,000 characters."
    if not 10 <= spec.gone_queue_s <= 86_400 or not 10 <= spec.gone_talk_s <= 86_400:
        wrong["gone_queue_s"] = "Between 10 seconds and a day."
    return wrong


def hours_text(hours: HoursSpec | None) -> Names:
    """The week in words, days with the same hours together: 周一至周五 9:00–18:00；周六、周日 休息."""
    return {lang: _hours(hours, lang) for lang in LANGUAGES}


def _hours(hours: HoursSpec | None, lang: str) -> str:
    if hours is None:
        return _ALWAYS[lang]
    groups: list[tuple[str, list[int]]] = []
    for day, periods in enumerate(hours.week):
        whole = len(periods) == 1 and periods[0].start == 0 and periods[0].end == 1440
        text = _ALWAYS[lang] if whole else _AND[lang].join(f"{_clock(p.start)}–{_clock(p.end)}" for p in periods)
        text = text or _CLOSED[lang]
        if groups and groups[-1][0] == text:
            groups[-1][1].append(day)
        else:
            groups.append((text, [day]))
    if len(groups) == 1:
        text = groups[0][0]
        return text if text == _ALWAYS[lang] else f"{_DAILY[lang]} {text}"
    return _BREAK[lang].join(f"{_days(days, lang)} {text}" for text, days in groups)


def _days(days: list[int], lang: str) -> str:
    names = _DAYS[lang]
    if len(days) > 2:
        return f"{names[days[0]]}{_TO[lang]}{names[days[-1]]}"
    return _AND[lang].join(names[day] for day in days)


def _clock(minutes: int) -> str:
    return f"{minutes // 60 % 24 if minutes != 1440 else 24}:{minutes % 60:02d}"
