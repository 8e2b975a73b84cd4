"""Rules of the web chat: words, profiles, signed identities, hours in words, flood buckets, transcripts."""

import json
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jietong.channels.webchat import frames, rules, transcript
from jietong.channels.webchat.attachments import clean_name
from jietong.channels.webchat.flood import Bucket, Buckets
from jietong.channels.webchat.model import LANGUAGES, Message, Profile, Rate, WidgetSpec
from jietong.core.errors import Invalid, TooMany
from jietong.core.specs import HoursSpec, Names, Period


def names(text: str) -> Names:
    return {"zh-Hans": text, "zh-Hant": text, "en": text}


def code_of(call: Callable[[], object]) -> str | None:
    """The code of the refusal; None: let in."""
    try:
        call()
    except Invalid as error:
        return error.code
    return None


@given(st.text(max_size=300))
def test_what_is_let_in_is_kept_as_it_is(text: str) -> None:
    code = code_of(lambda: rules.clean_text(text, 300))
    if code is None:
        assert rules.clean_text(text, 300) == text
        assert text.encode().decode() == text
    elif code == "text_empty":
        assert not text.strip()
    elif code == "text_nul":
        assert "\0" in text
    else:
        assert code == "text_not_unicode"


@given(st.binary(max_size=200))
def test_no_bytes_upset_the_reader_of_frames(data: bytes) -> None:
    code = code_of(lambda: frames.read(data.decode(errors="replace")))
    assert code in (None, "frame_malformed", "frame_too_large")


def test_a_profile_gives_what_the_widget_asks_for() -> None:
    assert rules.clean_profile(Profile(name=" 王 ", phone=""), ("name",)) == {"name": "王"}
    with pytest.raises(Invalid) as caught:
        rules.clean_profile(Profile(name="王"), ("name", "phone", "email"))
    assert (caught.value.code, caught.value.extra["fields"]) == ("profile_missing", ["phone", "email"])
    with pytest.raises(Invalid) as caught:
        rules.clean_profile(Profile(name="a\0b"), ())
    assert caught.value.extra["field"] == "name"


def test_an_identity_is_believed_only_with_the_right_signature_and_in_time() -> None:
    token = rules.sign({"sub": "m7", "exp": 100}, "secret")
    assert rules.signed_in(token, "secret", 99_000)["sub"] == "m7"
    for bad, secret, now, code in (
        (token, "other", 99_000, "identity_bad"),
        (token, "secret", 100_001, "identity_expired"),
        (token.replace(".", "x."), "secret", 99_000, "identity_bad"),
        ("", "secret", 0, "identity_bad"),
        ("a.b", "secret", 0, "identity_bad"),
        ("令.牌", "secret", 0, "identity_bad"),
        (rules.sign({"exp": 100}, "secret"), "secret", 0, "identity_bad"),
        (rules.sign({"sub": "m7"}, "secret"), "secret", 0, "identity_expired"),
        (rules.sign({"sub": 7, "exp": 100}, "secret"), "secret", 0, "identity_bad"),
    ):
        with pytest.raises(Invalid) as caught:
            rules.signed_in(bad, secret, now)
        assert caught.value.code == code


@given(st.text(max_size=80))
def test_no_token_upsets_the_check(token: str) -> None:
    with pytest.raises(Invalid):
        rules.signed_in(token, "secret", 0)


def test_hours_read_as_people_write_them() -> None:
    day = (Period(540, 1080),)
    split = (Period(540, 720), Period(810, 1080))
    shop = HoursSpec("h", names("h"), "Asia/Shanghai", (day, day, day, day, day, split, ()))
    said = rules.hours_text(shop)
    assert said["zh-Hans"] == "周一至周五 9:00–18:00；周六 9:00–12:00、13:30–18:00；周日 休息"
    assert said["en"] == "Mon–Fri 9:00–18:00; Sat 9:00–12:00, 13:30–18:00; Sun closed"
    assert rules.hours_text(HoursSpec("h", names("h"), "UTC", (day,) * 7))["zh-Hant"] == "每天 9:00–18:00"
    whole = HoursSpec("h", names("h"), "UTC", ((Period(0, 1440),),) * 7)
    assert rules.hours_text(whole) == rules.hours_text(None)
    night = HoursSpec("h", names("h"), "UTC", ((Period(1320, 1560),),) * 7)
    assert rules.hours_text(night)["en"] == "Daily 22:00–2:00"


def test_a_widget_with_faults_names_each_field() -> None:
    spec = WidgetSpec("Bad Id", "q", {"en": "x"}, names("hello"), colour="red", languages=("en", "fr"), max_text=0)
    assert set(rules.check_widget(spec)) == {"id", "colour", "languages", "max_text", "name", "greeting"}
    assert rules.check_widget(WidgetSpec("good-1", "q", names("x"), names("y"))) == {}


def test_a_bucket_gives_its_burst_then_its_rate() -> None:
    rate = Rate(2.0, 3)
    bucket = Bucket(rate.burst, 0)
    assert [bucket.take(rate, 0) for _ in range(3)] == [0.0, 0.0, 0.0]
    assert bucket.take(rate, 0) == pytest.approx(0.5)
    assert bucket.take(rate, 499) > 0
    assert bucket.take(rate, 500) == 0.0
    assert bucket.take(rate, 10_000) == 0.0
    assert bucket.left == pytest.approx(2.0)


@given(st.lists(st.integers(0, 5_000), min_size=1, max_size=200))
def test_no_traffic_gets_more_than_burst_and_rate(gaps: list[int]) -> None:
    rate = Rate(1.0, 5)
    bucket = Bucket(rate.burst, 0)
    now = taken = 0
    for gap in gaps:
        now += gap
        taken += bucket.take(rate, now) == 0.0
    assert taken <= rate.burst + now / 1000 * rate.per_s + 1e-6


def test_buckets_are_apart_and_the_oldest_is_forgotten_as_full() -> None:
    buckets = Buckets(keep=2)
    rate = Rate(0.001, 1)
    buckets.take("messages", "a", rate, 0)
    with pytest.raises(TooMany) as caught:
        buckets.take("messages", "a", rate, 0)
    assert caught.value.code == "too_many_messages"
    assert caught.value.extra["retry_after"] == 1000
    buckets.take("messages", "b", rate, 0)
    buckets.take("contacts", "a", rate, 0)
    buckets.take("messages", "a", rate, 0)


@pytest.mark.parametrize(
    ("name", "kind", "kept"),
    [
        ("../../etc/passwd", "text/plain", "passwd.txt"),
        ("C:\\temp\\面板.JPG", "image/jpeg", "面板.JPG"),
        ("run.exe", "application/pdf", "run.exe.pdf"),
        ("\u202egnp.exe", "image/png", "gnp.exe.png"),
        ("", "image/gif", "file.gif"),
        ("a" * 300 + ".png", "image/png", "a" * 116 + ".png"),
    ],
)
def test_a_files_name_is_harmless(name: str, kind: str, kept: str) -> None:
    assert clean_name(name, kind) == kept


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_system_line_has_words_in_each_language(lang: str) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    for code, params in (
        ("agent_joined", {"name": "林", "waited_s": 18}),
        ("agent_joined", {"name": "林"}),
        ("agent_lost", {}),
        ("transferred", {}),
        ("consult_joined", {"name": "林"}),
        ("callback_requested", {}),
        ("ended", {"by": "customer"}),
        ("ended", {"by": "agent"}),
        ("ended", {"by": "system"}),
        ("ended", {"by": "supervisor"}),
        ("refused_closed", {}),
        ("refused_full", {}),
        ("timed_out", {}),
        ("callback_failed", {}),
        ("cancelled", {}),
    ):
        line = Message("x", "c", 0, 1_800_000_000_000, "system", agent_name="林", code=code, params=dict(params))
        text = transcript.plain([line], lang, zone)
        assert "{" not in text
        assert "2027-01-15 16:00:00" in text
        assert json.dumps(text)
