"""Times of a file: with an offset or local, all through a clock change (wound: daylight saving, #2882)."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jietong.core.clock import to_datetime, to_ms
from jietong.imports.instants import Instants
from jietong.imports.model import Refusal

BERLIN = Instants("Europe/Berlin")
HOUR = timedelta(hours=1) // timedelta(milliseconds=1)


def at(text: str) -> int:
    return to_ms(datetime.fromisoformat(text))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-07-15T09:30:00+08:00", "2026-07-15T01:30:00+00:00"),
        ("2026-07-15T01:30:00Z", "2026-07-15T01:30:00+00:00"),
        ("2026-07-15 09:30", "2026-07-15T07:30:00+00:00"),
        ("2026-07-15T09:30:00.250", "2026-07-15T07:30:00.250+00:00"),
        ("20260715T093000", "2026-07-15T07:30:00+00:00"),
        ("2026-01-15T09:30:00", "2026-01-15T08:30:00+00:00"),
    ],
)
def test_a_time_is_iso_8601_with_an_offset_or_local(text: str, meant: str) -> None:
    assert BERLIN.read(text, "arrived_at") == at(meant)


@pytest.mark.parametrize(
    "text", ["2026-07-15", "9:30", "yesterday", "2026-13-01T00:00:00", "", "2026-07-15T25:00", "0001-01-01T00:00:00"]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        BERLIN.read(text, "arrived_at")
    assert refused.value.code == "bad_time"


def test_a_time_that_comes_twice_is_the_first_unless_the_row_says_otherwise() -> None:
    first, second = at("2026-10-25T02:30:00+02:00"), at("2026-10-25T02:30:00+01:00")
    assert BERLIN.read("2026-10-25T02:30:00", "arrived_at") == first
    assert BERLIN.read("2026-10-25T02:30:00", "ended_at", after=first - 1000) == first
    assert BERLIN.read("2026-10-25T02:30:00", "ended_at", after=at("2026-10-25T02:45:00+02:00")) == second


@pytest.mark.parametrize("text", ["2026-03-29T02:00:00", "2026-03-29T02:30:00", "2026-03-29T02:59:59"])
def test_a_time_that_the_clocks_skipped_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        BERLIN.read(text, "arrived_at")
    assert refused.value.code == "no_such_time"
    assert BERLIN.read("2026-03-29T03:00:00", "arrived_at") == at("2026-03-29T01:00:00+00:00")


@given(
    st.integers(946_684_800_000, 1_893_456_000_000),
    st.sampled_from(["Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"]),
)
def test_every_instant_comes_back_as_it_was_written(instant: int, zone: str) -> None:
    """Written as local time of its zone and read again: the same instant, or the first of the two that look alike."""
    local = to_datetime(instant).astimezone(ZoneInfo(zone))
    read = Instants(zone).read(local.replace(tzinfo=None).isoformat(), "arrived_at")
    assert read == instant or (local.fold == 1 and 0 < instant - read <= HOUR)
