"""Sentences as templates with named parts, and figures as each language writes them. Pure."""

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeAlias

from jietong.core.specs import Names
from jietong.sla.model import LANGUAGES
from jietong.sla.rules.result import Unit

Texts: TypeAlias = Names
Part: TypeAlias = "str | Names"
"""A part of a sentence: the same in each language, or one for each."""

_EN_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "TWD": "NT$", "HKD": "HK$"}
NO_DATA = "–"


def three(hans: str, hant: str, en: str) -> Texts:
    return {"zh-Hans": hans, "zh-Hant": hant, "en": en}


def same(text: str) -> Texts:
    return dict.fromkeys(LANGUAGES, text)


def said_of(template: Texts, parts: Mapping[str, Part]) -> Texts:
    """The sentence with its parts put in. Raises KeyError for a part that is missing."""
    return {
        language: template[language].format_map(
            {name: part if isinstance(part, str) else part.get(language, "") for name, part in parts.items()}
        )
        for language in LANGUAGES
    }


def joined(texts: list[Names]) -> Texts:
    """Sentences one after another."""
    return {
        language: ("" if language != "en" else " ").join(one[language] for one in texts if one[language])
        for language in LANGUAGES
    }


def listed(texts: list[Names]) -> Texts:
    """Items of a list within a sentence."""
    return {
        "zh-Hans": "、".join(one["zh-Hans"] for one in texts),
        "zh-Hant": "、".join(one["zh-Hant"] for one in texts),
        "en": ", ".join(one["en"] for one in texts),
    }


def count(n: int) -> str:
    return f"{n:,}".replace("-", "−")


def rounded(value: Decimal, digits: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def percent(value: Decimal | None, digits: int = 1) -> str:
    """A share, 0..1."""
    return NO_DATA if value is None else f"{rounded(value * 100, digits):,}".replace("-", "−") + " %"


def points(value: Decimal, digits: int = 1, *, signed: bool = False) -> str:
    """A difference of shares in percentage points."""
    told = rounded(value * 100, digits)
    return f"{told:+,}".replace("-", "−") if signed else f"{told:,}".replace("-", "−")


def amount(value: Decimal | None, unit: Unit) -> Names:
    """A value in its unit, for people."""
    if value is None:
        return same(NO_DATA)
    if unit is Unit.RATIO:
        return same(percent(value))
    if unit is Unit.SECONDS:
        told = f"{rounded(value, 1):,}"
        return three(f"{told} 秒", f"{told} 秒", f"{told} s")
    if unit is Unit.COUNT:
        return same(f"{rounded(value, 0):,}")
    if unit is Unit.MOS:
        return same(f"{rounded(value, 2):,}")
    told = f"{rounded(value, 1):,}"
    return three(f"{told} 分", f"{told} 分", f"{told} points")


def money(value: Decimal, currency: str, unit: Decimal = Decimal("0.01")) -> str:
    """12,345.60 with its sign of currency; below zero with a minus before it."""
    digits = max(0, -int(unit.as_tuple().exponent))
    told = f"{rounded(abs(value), digits):,}"
    return f"{'−' if value < 0 else ''}{_SIGNS.get(currency, currency + ' ')}{told}"


def day(one: date) -> Names:
    chinese = f"{one.month} 月 {one.day} 日"
    return three(chinese, chinese, f"{one.day} {_EN_MONTHS[one.month - 1]}")


def month(one: date) -> Names:
    return three(f"{one.month} 月", f"{one.month} 月", _EN_MONTHS[one.month - 1])


_WEEKDAYS = (
    three("周一", "週一", "Mondays"),
    three("周二", "週二", "Tuesdays"),
    three("周三", "週三", "Wednesdays"),
    three("周四", "週四", "Thursdays"),
    three("周五", "週五", "Fridays"),
    three("周六", "週六", "Saturdays"),
    three("周日", "週日", "Sundays"),
)


def weekday(n: int) -> Names:
    """0 is Monday; as in "on Mondays"."""
    return _WEEKDAYS[n]
