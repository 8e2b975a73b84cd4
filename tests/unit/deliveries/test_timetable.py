"""D4: when reports are due: local times across clock changes, month ends, holidays, and what must always hold."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jietong.core.clock import to_datetime, to_ms
from jietong.core.errors import Invalid
from jietong.core.specs import Holiday, HoursSpec, Period
from jietong.reports.timetable import Closed, Repeat, Timetable, checked, next_occasion, occasions, working

DAY = 86_400_000
OPEN = (Period(540, 1080),)
WEEK = (OPEN, OPEN, OPEN, OPEN, OPEN, (), ())


def hours(*holidays: str) -> HoursSpec:
    return HoursSpec("h", {}, "Asia/Shanghai", WEEK, tuple(Holiday(day, {}) for day in holidays))


def at(text: str, zone: str) -> int:
    return to_ms(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)))


def told(timetable: Timetable, first: str, last: str, calendar: HoursSpec | None = None) -> list[str]:
    zone = timetable.zone
    found = occasions(timetable, calendar, at(first, zone), at(last, zone))
    return [f"{to_datetime(one.at).astimezone(ZoneInfo(zone)):%m-%d %H:%M%z}" for one in found]


def test_a_time_that_the_clock_leaves_out_is_the_first_that_exists_and_one_that_comes_twice_counts_once() -> None:
    spring = Timetable(at="02:30", zone="Europe/Berlin")
    assert told(spring, "2026-03-28", "2026-03-31") == ["03-28 02:30+0100", "03-29 03:00+0200", "03-30 02:30+0200"]
    assert told(spring, "2026-10-24", "2026-10-27") == ["10-24 02:30+0200", "10-25 02:30+0200", "10-26 02:30+0100"]
    half = Timetable(at="02:15", zone="Australia/Lord_Howe")  # half an hour's change
    assert told(half, "2026-10-03T12:00", "2026-10-05") == ["10-04 02:30+1100"]


def test_every_twenty_minutes_across_the_gap_comes_at_each_instant_once() -> None:
    timetable = Timetable(repeat=Repeat.MINUTES, minutes=20, at="01:40", until="03:20", zone="Europe/Berlin")
    assert told(timetable, "2026-03-29", "2026-03-30") == [
        "03-29 01:40+0100", "03-29 03:00+0200", "03-29 03:20+0200",
    ]  # fmt: skip


def test_the_end_of_the_month_is_its_last_day_or_its_last_working_day() -> None:
    assert told(Timetable(repeat=Repeat.MONTHLY, day=31), "2026-01-01", "2026-05-01") == [
        "01-31 08:00+0800", "02-28 08:00+0800", "03-31 08:00+0800", "04-30 08:00+0800",
    ]  # fmt: skip
    last = Timetable(repeat=Repeat.MONTHLY, day=None)
    assert told(last, "2026-01-01", "2026-03-01") == ["01-30 08:00+0800", "02-27 08:00+0800"]
    assert told(last, "2026-01-01", "2026-02-01", hours("2026-01-30", "2026-01-29")) == ["01-28 08:00+0800"]


def test_a_holiday_is_skipped_or_moved_and_those_that_meet_are_one() -> None:
    calendar = hours("2026-07-15")  # a Wednesday
    daily = {"closed": Closed.SKIP}
    assert [text[:5] for text in told(Timetable(**daily), "2026-07-13", "2026-07-20", calendar)] == [
        "07-13", "07-14", "07-16", "07-17",
    ]  # fmt: skip
    weekly = Timetable(repeat=Repeat.WEEKLY, weekdays=(2,), closed=Closed.NEXT)
    assert told(weekly, "2026-07-13", "2026-07-20", calendar) == ["07-16 08:00+0800"]
    before = Timetable(repeat=Repeat.WEEKLY, weekdays=(2,), closed=Closed.PREVIOUS)
    assert told(before, "2026-07-13", "2026-07-20", calendar) == ["07-14 08:00+0800"]
    moved = Timetable(closed=Closed.NEXT)
    assert len(told(moved, "2026-07-18", "2026-07-21", calendar)) == 1, "Saturday, Sunday and Monday meet on Monday"


def test_a_calendar_that_never_opens_gives_no_time() -> None:
    shut = HoursSpec("h", {}, "Asia/Shanghai", ((),) * 7)
    for closed in (Closed.SKIP, Closed.NEXT, Closed.PREVIOUS):
        assert next_occasion(Timetable(closed=closed), shut, at("2026-07-01", "Asia/Shanghai")) is None
    assert next_occasion(Timetable(), shut, at("2026-07-01", "Asia/Shanghai")) is not None


def test_it_is_made_when_the_facts_have_settled_and_has_a_deadline() -> None:
    one = next_occasion(Timetable(settle=30, deadline=120), None, at("2026-07-15T08:00", "Asia/Shanghai"))
    assert one is not None
    assert one.at == at("2026-07-16T08:00", "Asia/Shanghai"), "strictly after"
    assert (one.ready - one.at, one.deadline - one.at) == (30 * 60_000, 120 * 60_000)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"at": "8:00"}, "at"),
        ({"at": "24:00"}, "at"),
        ({"at": "０8:00"}, "at"),
        ({"zone": "Nowhere"}, "zone"),
        ({"repeat": Repeat.WEEKLY, "weekdays": (7,)}, "weekdays"),
        ({"repeat": Repeat.MONTHLY, "day": 0}, "day"),
        ({"repeat": Repeat.MINUTES, "minutes": 1}, "minutes"),
        ({"repeat": Repeat.MINUTES, "at": "20:00", "until": "08:00"}, "until"),
        ({"settle": -1}, "settle"),
        ({"deadline": 0}, "deadline"),
    ],
)
def test_faults_name_their_field(change: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as told:
        checked(Timetable(**change))  # type: ignore[arg-type]
    assert told.value.extra["field"] == f"timetable.{field}"


ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Africa/Cairo")
timetables = st.builds(
    Timetable,
    repeat=st.sampled_from(Repeat),
    at=st.times().map(lambda one: f"{one:%H:%M}"),
    zone=st.sampled_from(ZONES),
    weekdays=st.sets(st.integers(0, 6), min_size=1).map(tuple),
    day=st.none() | st.integers(1, 31),
    minutes=st.integers(30, 1440),
    until=st.just("23:59"),
    closed=st.sampled_from(Closed),
)
starts = st.dates(date(2025, 1, 1), date(2027, 12, 31)).map(
    lambda day: to_ms(datetime(day.year, day.month, day.day, tzinfo=UTC))
)


@settings(max_examples=60, deadline=None)
@given(timetables, starts, st.integers(0, 40 * 24), st.booleans())
def test_looking_in_two_steps_finds_what_looking_at_once_does(
    timetable: Timetable, start: int, split_h: int, holidays: bool
) -> None:
    """Nothing falls between two rounds, and nothing comes twice."""
    calendar = hours("2026-01-01", "2026-05-01", "2026-10-01") if holidays else None
    end, middle = start + 40 * DAY, start + split_h * 3_600_000
    whole = occasions(timetable, calendar, start, end)
    assert whole == occasions(timetable, calendar, start, middle) + occasions(timetable, calendar, middle, end)
    assert all(start < one.at <= end for one in whole)
    assert [one.at for one in whole] == sorted({one.at for one in whole})
    if whole:
        assert next_occasion(timetable, calendar, start) == whole[0]


@settings(max_examples=60, deadline=None)
@given(timetables, starts)
def test_each_time_is_the_wall_clock_s_or_just_after_a_gap(timetable: Timetable, start: int) -> None:
    zone = ZoneInfo(timetable.zone)
    for one in occasions(timetable, None, start, start + 40 * DAY):
        wall = to_datetime(one.at).astimezone(zone)
        if timetable.closed in (Closed.SKIP, Closed.NEXT, Closed.PREVIOUS):
            assert working(None, wall.date())
        if timetable.repeat is Repeat.MINUTES:
            continue
        if f"{wall:%H:%M}" != timetable.at:
            before = to_datetime(one.at - 1).astimezone(zone)
            assert before.utcoffset() != wall.utcoffset(), "only a clock change moves it"
            assert before.replace(tzinfo=None) + timedelta(hours=2) >= wall.replace(tzinfo=None)
