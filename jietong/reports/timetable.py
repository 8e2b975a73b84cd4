"""When a report is due: pure arithmetic on local dates of a zone.

A report is *of* an instant (`at`: 08:00 on the first of the month, by which its period is read), is made when the
facts have settled (`ready`) and should have arrived by its `deadline`. A local time that a clock change leaves out is
taken as the first that exists after it; one that comes twice counts once, the first time.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from msgspec import Struct

from jietong.core.clock import to_datetime, to_ms
from jietong.core.errors import Invalid
from jietong.core.hours import periods_on
from jietong.core.specs import HoursSpec
from jietong.core.vocabulary import Ms

MINUTE: Ms = 60_000
HORIZON_DAYS = 400  # how far ahead a next occasion is looked for
LONGEST_SHIFT_DAYS = 31  # further away than this no working day is looked for: the occasion falls out
_DAY_MINUTES = 1440


class Repeat(StrEnum):
    DAILY = "daily"
    WEEKLY = "weekly"  # on `weekdays`
    MONTHLY = "monthly"  # on `day`, or on the last working day
    MINUTES = "minutes"  # every `minutes`, from `at` to `until` of each day


class Closed(StrEnum):
    """What happens on a day on which the calendar is closed."""

    SEND = "send"
    SKIP = "skip"
    NEXT = "next"  # the next open day, the same time; several that meet there are one
    PREVIOUS = "previous"


class Timetable(Struct, frozen=True, forbid_unknown_fields=True):
    """`at`, `until`: local times, "08:00". `weekdays`: 0 is Monday. `day`: 1 to 31, in shorter months the last;
    None: the last working day. `settle`, `deadline`: minutes after `at`."""

    repeat: Repeat = Repeat.DAILY
    at: str = "08:00"
    zone: str = "Asia/Shanghai"
    weekdays: tuple[int, ...] = ()
    day: int | None = 1
    minutes: int = 60
    until: str = "20:00"
    calendar: str | None = None  # an HoursSpec's id; None: Monday to Friday are the working days
    closed: Closed = Closed.SEND
    settle: int = 0
    deadline: int = 120


class Occasion(NamedTuple):
    """One time that the report is due."""

    at: Ms
    ready: Ms
    deadline: Ms


def checked(timetable: Timetable) -> Timetable:
    """Raises Invalid `bad_timetable` naming the field."""
    _minute_of(timetable.at, "at")
    try:
        ZoneInfo(timetable.zone)
    except (KeyError, ValueError, OSError) as error:
        raise _bad("zone", f"{timetable.zone!r} is no time zone; give e.g. Asia/Shanghai.") from error
    if timetable.repeat is Repeat.WEEKLY and not (
        timetable.weekdays and all(0 <= day <= 6 for day in timetable.weekdays)
    ):
        raise _bad("weekdays", "Choose at least one day of the week, 0 (Monday) to 6.")
    if timetable.repeat is Repeat.MONTHLY and timetable.day is not None and not 1 <= timetable.day <= 31:
        raise _bad("day", "Choose a day from 1 to 31, or the last working day.")
    if timetable.repeat is Repeat.MINUTES:
        if not 5 <= timetable.minutes <= _DAY_MINUTES:
            raise _bad("minutes", "Choose 5 to 1440 minutes.")
        if _minute_of(timetable.until, "until") < _minute_of(timetable.at, "at"):
            raise _bad("until", "The last time of the day comes before the first.")
    if not 0 <= timetable.settle <= 7 * _DAY_MINUTES:
        raise _bad("settle", "The facts may settle for up to seven days.")
    if not timetable.settle < timetable.deadline <= 31 * _DAY_MINUTES:
        raise _bad("deadline", "The deadline comes after the report is made, and within 31 days.")
    return timetable


def occasions(timetable: Timetable, hours: HoursSpec | None, after: Ms, until: Ms) -> list[Occasion]:
    """All with `after < at <= until`, in order. `hours` is the calendar that the timetable names."""
    first = _local(after, timetable.zone) - timedelta(days=LONGEST_SHIFT_DAYS + 1)
    last = _local(until, timetable.zone) + timedelta(days=LONGEST_SHIFT_DAYS + 1)
    days = set()
    for day in _days(timetable, hours, first, last):
        moved = _moved(timetable, hours, day)
        if moved is not None:
            days.add(moved)
    zone = ZoneInfo(timetable.zone)
    found = {_instant(day, minute, zone) for day in days for minute in _minutes(timetable)}
    return [_occasion(timetable, at) for at in sorted(found) if after < at <= until]


def next_occasion(timetable: Timetable, hours: HoursSpec | None, after: Ms) -> Occasion | None:
    """The first with `at > after`; None: none within 400 days."""
    reach = 2
    while reach < HORIZON_DAYS * 2:
        found = occasions(timetable, hours, after, after + min(reach, HORIZON_DAYS) * _DAY_MINUTES * MINUTE)
        if found:
            return found[0]
        reach *= 4
    return None


def working(hours: HoursSpec | None, day: date) -> bool:
    """Whether the calendar is open at all on that day; without one, Monday to Friday."""
    return bool(periods_on(hours, day)) if hours is not None else day.weekday() < 5


def _occasion(timetable: Timetable, at: Ms) -> Occasion:
    return Occasion(at, at + timetable.settle * MINUTE, at + timetable.deadline * MINUTE)


def _days(timetable: Timetable, hours: HoursSpec | None, first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        if timetable.repeat is Repeat.WEEKLY:
            wanted = day.weekday() in timetable.weekdays
        elif timetable.repeat is Repeat.MONTHLY:
            wanted = day == _of_month(timetable, hours, day)
        else:
            wanted = True
        if wanted:
            yield day
        day += timedelta(days=1)


def _of_month(timetable: Timetable, hours: HoursSpec | None, day: date) -> date | None:
    last = (day.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    if timetable.day is not None:
        return last.replace(day=min(timetable.day, last.day))
    while last.month == day.month:
        if working(hours, last):
            return last
        last -= timedelta(days=1)
    return None


def _moved(timetable: Timetable, hours: HoursSpec | None, day: date) -> date | None:
    if timetable.closed is Closed.SEND or working(hours, day):
        return day
    if timetable.closed is Closed.SKIP:
        return None
    step = timedelta(days=1 if timetable.closed is Closed.NEXT else -1)
    for _ in range(LONGEST_SHIFT_DAYS):
        day += step
        if working(hours, day):
            return day
    return None


def _minutes(timetable: Timetable) -> range:
    first = _minute_of(timetable.at, "at")
    if timetable.repeat is not Repeat.MINUTES:
        return range(first, first + 1)
    return range(first, _minute_of(timetable.until, "until") + 1, timetable.minutes)


def _minute_of(text: str, field: str) -> int:
    hour, colon, minute = text.partition(":")
    if not (colon and len(text) == 5 and text.isascii() and hour.isdigit() and minute.isdigit()):
        raise _bad(field, f"{text!r} is no local time; write it as 08:00.")
    if not (int(hour) < 24 and int(minute) < 60):
        raise _bad(field, f"{text!r} is no time of a day.")
    return int(hour) * 60 + int(minute)


def _local(at: Ms, zone: str) -> date:
    return to_datetime(at).astimezone(ZoneInfo(zone)).date()


def _instant(day: date, minute: int, zone: ZoneInfo) -> Ms:
    wall = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone)
    at = to_ms(wall)
    if to_datetime(at).astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return at
    # The clock jumps over it: between the instants that the old and the new offset give lies the jump.
    low, high = sorted((at, to_ms(wall.replace(fold=1))))
    before = to_datetime(low).astimezone(zone).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if to_datetime(middle).astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high


def _bad(field: str, text: str) -> Invalid:
    return Invalid("bad_timetable", text, field=f"timetable.{field}")
