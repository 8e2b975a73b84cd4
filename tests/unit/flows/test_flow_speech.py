"""Figures in words, conditions, sound of prompts, and what a chat's customer means."""

import contextlib
import io
import math
import random
import struct
import wave

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jietong.core.errors import Invalid, JietongError, TooLarge
from jietong.flows import acts as a
from jietong.flows import audio, conditions, template, words
from jietong.flows import model as m
from jietong.flows.chat import meant, typed

NUMBERS = [
    ("0", "零", "zero"), ("10", "十", "ten"), ("12", "十二", "twelve"), ("20", "二十", "twenty"),
    ("105", "一百零五", "one hundred and five"), ("110", "一百一十", "one hundred and ten"),
    ("1001", "一千零一", "one thousand one"), ("10010", "一万零一十", "ten thousand ten"),
    ("100000", "十万", "one hundred thousand"), ("20300", "二万零三百", "twenty thousand three hundred"),
    ("100000001", "一亿零一", "one hundred million one"), ("-3.05", "负三点零五", "minus three point zero five"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "chinese", "english"), NUMBERS)
def test_numbers_in_words(text: str, chinese: str, english: str) -> None:
    assert words.number(text, "zh-Hans") == chinese
    assert words.number(text, "en") == english


def test_times_dates_digits_and_places_in_words() -> None:
    assert words.time("08:30", "zh-Hans") == "八点三十分"
    assert words.time("14:05", "zh-Hant") == "十四點零五分"
    assert words.time("2:00", "zh-Hans") == "两点整"
    assert words.time("20:00", "en") == "twenty o'clock"
    assert words.date("2026-07-14", "zh-Hans") == "二零二六年七月十四日"
    assert words.digits("8015", "zh-Hans") == "八零幺五"
    assert words.position(0, "en") == "You are next in line."
    assert words.position(2, "zh-Hant") == "您前面還有兩位。"
    assert words.wait(61, "zh-Hans") == "预计还要等两分钟。"
    assert words.wait(4000, "en") == "The wait is more than half an hour."


@given(st.text(max_size=30), st.sampled_from(m.LANGUAGES))
def test_what_is_no_figure_is_left_as_it_is_and_nothing_breaks(text: str, language: str) -> None:
    for form in template.FORMS.values():
        assert isinstance(form(text, language), str)
    if not any(char.isdigit() for char in text):
        assert words.number(text, language) == words.time(text, language) == words.date(text, language) == text


def test_templates_leave_json_alone() -> None:
    values = {"n": "12"}.get
    assert template.shown('{"a": {"b": "{n}"}} {unknown}', values) == '{"a": {"b": "12"}} '
    assert template.spoken("{n:number} {n:digits}", values, "en") == "twelve one two"


@given(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    st.sampled_from(["eq", "ne", "lt", "le", "gt", "ge", "in", "between", "set", "unset"]),
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8), st.tuples(st.integers(), st.text())),
)
def test_any_comparison_is_yes_or_no(value: m.Value, op: str, target: object) -> None:
    when = m.When("now.time", op, target)  # type: ignore[arg-type]
    assert conditions.holds(when, lambda _: value) in (True, False)


def test_numbers_compare_as_numbers_and_codes_as_text() -> None:
    def holds(value: m.Value, op: str, target: object) -> bool:
        return conditions.holds(m.When("x", op, target), lambda _: value)  # type: ignore[arg-type]

    assert holds("9", "lt", 10)
    assert holds(12.0, "eq", "12")
    assert not holds("007", "eq", 7)
    assert holds(True, "eq", True)
    assert holds(True, "eq", "true")
    assert not holds(None, "eq", None)
    assert holds(None, "unset", None)


# --- sound -------------------------------------------------------------------------------------------------------


def recorded(rate: int, seconds: float = 1.0, channels: int = 1, width: int = 2, tone: float = 440.0) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((channels, width, rate, 0, "NONE", ""))
        top = (1 << (8 * width - 1)) - 1
        for n in range(int(rate * seconds)):
            value = round(0.5 * top * math.sin(2 * math.pi * tone * n / rate))
            sample = value + 128 if width == 1 else value
            file.writeframes((sample & ((1 << 8 * width) - 1)).to_bytes(width, "little") * channels)
    return out.getvalue()


@pytest.mark.parametrize(("rate", "channels", "width"), [(8000, 1, 2), (16000, 2, 2), (48000, 1, 3), (44100, 1, 1)])
def test_a_recording_becomes_sound_of_the_same_tone(rate: int, channels: int, width: int) -> None:
    sound = audio.parse(recorded(rate, 1.0, channels, width))
    for wanted in (8_000, 16_000):
        heard = audio.at_rate(sound, wanted)
        assert abs(len(heard.samples) - wanted) <= 1
        spectrum = np.abs(np.fft.rfft(heard.samples[:wanted]))
        assert abs(int(spectrum.argmax()) - 440) <= 1
        with wave.open(io.BytesIO(audio.wav(heard))) as file:
            assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, wanted)


def test_what_a_telephone_cannot_carry_does_not_come_back_as_another_tone() -> None:
    high = audio.parse(recorded(48_000, 1.0, tone=6_000.0))
    heard = audio.at_rate(high, 8_000).samples[400:-400]
    assert float(np.abs(heard).max()) < 0.01


BAD = [
    (b"", "not_wav"), (b"ID3\x04", "not_wav"), (b"RIFF\x00\x00\x00\x00WAVE", "bad_wav"),
    (recorded(8000)[:60], "bad_wav"), (recorded(11_025, 0.1), "wav_rate"), (recorded(8000, 0.0), "wav_empty"),
    (recorded(8000, 0.1, channels=4), "wav_format"),
    (b"RIFF\x24\x00\x00\x00WAVEdata\x04\x00\x00\x00\x00\x00\x00\x00", "bad_wav"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "code"), BAD)
def test_what_is_no_recording_is_refused_by_what_is_in_it(data: bytes, code: str) -> None:
    with pytest.raises(JietongError) as refused:
        audio.parse(data)
    assert refused.value.code == code


def test_lengths_that_a_header_claims_are_not_believed() -> None:
    whole = recorded(8000, 1.0)
    with pytest.raises(JietongError, match="damaged"):
        audio.parse(whole[:40] + struct.pack("<I", 999_999) + whole[44:])
    endless = audio.parse(whole[:40] + struct.pack("<I", 0x7FFFF000) + whole[44:])
    assert endless.duration_ms == 1000, "a stream's length is that of the file"
    long = whole[:40] + struct.pack("<I", 8000 * 2 * 301) + bytes(8000 * 2 * 301)
    with pytest.raises(JietongError, match="at most 5 minutes"):
        audio.parse(long)
    with pytest.raises(JietongError, match="at most 10 MB"):
        audio.parse(bytes(audio.MOST_BYTES + 1))


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 30))
def test_a_garbled_recording_is_read_or_refused_never_more(seed: int, changes: int) -> None:
    chance = random.Random(seed)
    data = bytearray(recorded(8000, 0.02))
    for _ in range(changes):
        data[chance.randrange(min(len(data), 64))] = chance.randrange(256)
    with contextlib.suppress(Invalid, TooLarge):
        audio.at_rate(audio.parse(bytes(data)), 16_000)


# --- chats -------------------------------------------------------------------------------------------------------

OPTIONS = [a.Option("1", "报修"), a.Option("2", "退换与退款"), a.Option("3", "Returns")]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("1", "1"), ("１。", "1"), ("2)", "2"), ("退换与退款", "2"), ("我要报修", "1"), ("RETURNS", "3"),
        ("returns please", "3"), ("退款", "2"), ("10086", "?"), ("报修和退换与退款", "?"), ("?", "?"), ("12", "?"),
    ],
)  # fmt: skip
def test_a_choice_is_meant_by_its_key_or_its_words(text: str, key: str) -> None:
    assert meant(text, OPTIONS) == key


def test_digits_in_a_chat_may_be_written_as_people_do() -> None:
    assert typed(" １２３ 45-67 ") == "1234567"
