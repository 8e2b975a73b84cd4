"""Opening hours by time zone, with holidays, nights and daylight saving."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jietong.core.hours import is_open, local_midnight, next_close, next_open, stretch
from jietong.core.specs import Holiday, HoursSpec, Period

NAMES = {"zh-Hans": "名", "zh-Hant": "名", "en": "name"}
OFFICE = (Period(start=540, end=720), Period(start=780, end=1080))  # 9–12, 13–18: a split shift
HOURS = HoursSpec(
    id="office",
    name=NAMES,
    zone="Asia/Shanghai",
    week=(OFFICE,) * 5 + ((), ()),
    holidays=(
        Holiday(date="2026-10-01", name=NAMES),
        Holiday(date="2026-10-10", name=NAMES, periods=(Period(start=600, end=660),)),  # a Saturday made up for
    ),
)
NIGHT = HoursSpec(id="night", name=NAMES, zone="Asia/Taipei", week=((Period(start=1320, end=1800),),) * 7)


def at(text: str, zone: str = "Asia/Shanghai") -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2026-09-28T08:59:59.999", False),  # a Monday
        ("2026-09-28T09:00", True),
        ("2026-09-28T11:59:59.999", True),
        ("2026-09-28T12:00", False),
        ("2026-09-28T13:00", True),
        ("2026-09-28T18:00", False),
        ("2026-09-26T10:00", False),  # a Saturday
        ("2026-10-01T10:00", False),  # a holiday
        ("2026-10-10T10:30", True),  # a Saturday with hours of its own
        ("2026-10-10T11:00", False),
    ],
)
def test_open_and_closed(when: str, expected: bool) -> None:
    assert is_open(HOURS, at(when)) is expected


def test_without_hours_it_is_always_open() -> None:
    assert is_open(None, 0)
    assert next_open(None, 5) == 5
    assert next_close(None, 5) is None


@pytest.mark.parametrize(
    ("when", "opens"),
    [
        ("2026-09-28T08:00", "2026-09-28T09:00"),
        ("2026-09-28T10:00", "2026-09-28T10:00"),
        ("2026-09-28T12:30", "2026-09-28T13:00"),
        ("2026-09-25T19:00", "2026-09-28T09:00"),  # over the weekend
        ("2026-09-30T18:00", "2026-10-02T09:00"),  # over the holiday
    ],
)
def test_when_it_opens_next(when: str, opens: str) -> None:
    assert next_open(HOURS, at(when)) == at(opens)


def test_a_night_belongs_to_the_day_on_which_it_starts() -> None:
    closed = HoursSpec(
        id="n", name=NAMES, zone="Asia/Taipei", week=NIGHT.week, holidays=(Holiday(date="2026-10-02", name=NAMES),)
    )
    assert is_open(closed, at("2026-10-02T05:59", "Asia/Taipei"))  # still Thursday's night
    assert not is_open(closed, at("2026-10-02T23:00", "Asia/Taipei"))
    assert not is_open(closed, at("2026-10-03T05:00", "Asia/Taipei"))
    assert is_open(closed, at("2026-10-03T22:00", "Asia/Taipei"))


def test_hours_that_touch_are_one_opening() -> None:
    always = HoursSpec(id="a", name=NAMES, zone="UTC", week=((Period(start=0, end=1440),),) * 7)
    state, begins, ends = stretch(always, at("2026-09-30T12:00", "UTC"))
    assert state
    assert ends - begins > 7 * 86_400_000


def test_a_day_of_daylight_saving_keeps_wall_time() -> None:
    new_york = HoursSpec(id="ny", name=NAMES, zone="America/New_York", week=((Period(start=540, end=1020),),) * 7)
    for day in ("2026-03-07", "2026-03-08", "2026-11-01", "2026-11-02"):
        opens = next_open(new_york, local_midnight("America/New_York", date.fromisoformat(day)))
        assert opens == at(f"{day}T09:00", "America/New_York")
    spring = local_midnight("America/New_York", date(2026, 3, 9)) - local_midnight(
        "America/New_York", date(2026, 3, 8)
    )
    assert spring == 23 * 3_600_000


def test_an_opening_in_the_hour_that_does_not_exist_starts_after_it() -> None:
    gap = HoursSpec(id="g", name=NAMES, zone="Europe/Berlin", week=((Period(start=150, end=240),),) * 7)
    opens = next_open(gap, at("2026-03-29T01:00", "Europe/Berlin"))
    assert opens == at("2026-03-29T03:30", "Europe/Berlin")


def test_hours_that_never_open() -> None:
    never = HoursSpec(id="x", name=NAMES, zone="UTC", week=((),) * 7)
    assert next_open(never, 0) is None
    assert not is_open(never, 0)


@settings(max_examples=300, deadline=None)
@given(
    instant=st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 12, 1)),  # noqa: DTZ001
    hours=st.sampled_from([HOURS, NIGHT]),
)
def test_the_span_has_one_state_and_ends_where_it_changes(instant: datetime, hours: HoursSpec) -> None:
    now = round(instant.replace(tzinfo=UTC).timestamp() * 1000)
    state, begins, ends = stretch(hours, now)
    assert begins <= now < ends
    assert is_open(hours, begins) is state
    assert is_open(hours, ends - 1) is state
    assert is_open(hours, ends) is not state
    assert next_open(hours, now) == (now if state else ends)
