"""Opening hours: pure arithmetic over an `HoursSpec` in its own time zone.

A period belongs to the local date on which it starts, so one that runs past midnight is closed by that date's
holiday, not by the next one's. Wall-clock minutes are turned into instants date by date, which keeps a day of 23
or 25 hours right: a time that does not exist is taken as the instant after the gap.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from jietong.core.specs import HoursSpec, Period
from jietong.core.vocabulary import Ms

DAY_MINUTES = 1440
HORIZON_DAYS = 400  # how far ahead a next opening is looked for: a year and its holidays


def is_open(hours: HoursSpec | None, at: Ms) -> bool:
    """Whether `at` lies within a period. None means always open."""
    return hours is None or stretch(hours, at)[0]


def stretch(hours: HoursSpec, at: Ms) -> tuple[bool, Ms, Ms]:
    """(open, from, until): the state at `at` and the widest span known to share it, `from <= at < until`.

    The span of an open state ends where its periods end; touching periods are joined. The span of a closed state
    is cut at the horizon when nothing opens within it.
    """
    spans = _spans(hours, local_date(hours.zone, at))
    before: Ms = at - DAY_MINUTES * 60_000
    for start, end in spans:
        if start <= at < end:
            return True, start, end
        if start > at:
            return False, before, start
        before = max(before, end) if end <= at else before
    upcoming = next_open(hours, at)
    return False, before, upcoming if upcoming is not None else at + HORIZON_DAYS * DAY_MINUTES * 60_000


def next_open(hours: HoursSpec | None, at: Ms) -> Ms | None:
    """The instant from which it is open: `at` itself when open now; None when nothing opens within 400 days."""
    if hours is None:
        return at
    first = local_date(hours.zone, at) - timedelta(days=1)
    for offset in range(HORIZON_DAYS + 2):
        for start, end in _day(hours, first + timedelta(days=offset)):
            if end > at:
                return max(start, at)
    return None


def next_close(hours: HoursSpec | None, at: Ms) -> Ms | None:
    """When the present opening ends. None: closed now, or always open."""
    if hours is None:
        return None
    state, _, until = stretch(hours, at)
    return until if state else None


def periods_on(hours: HoursSpec, day: date) -> tuple[Period, ...]:
    """The periods that start on a local date: the holiday's where it is one, else the weekday's."""
    text = day.isoformat()
    for holiday in hours.holidays:
        if holiday.date == text:
            return holiday.periods
    return hours.week[day.weekday()] if day.weekday() < len(hours.week) else ()


def local_date(zone: str, at: Ms) -> date:
    """The local date of an instant. Raises zoneinfo.ZoneInfoNotFoundError for an unknown zone."""
    return datetime.fromtimestamp(at / 1000, _zone(zone)).date()


def local_midnight(zone: str, day: date) -> Ms:
    """The instant at which a local date begins."""
    return _instant(_zone(zone), day, 0)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _instant(zone: ZoneInfo, day: date, minutes: int) -> Ms:
    wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)  # noqa: DTZ001 - wall time is meant
    return round(wall.replace(tzinfo=zone).astimezone(UTC).timestamp() * 1000)


def _day(hours: HoursSpec, day: date) -> list[tuple[Ms, Ms]]:
    zone = _zone(hours.zone)
    spans = [(_instant(zone, day, p.start), _instant(zone, day, p.end)) for p in periods_on(hours, day)]
    return sorted(span for span in spans if span[0] < span[1])


def _spans(hours: HoursSpec, day: date) -> list[tuple[Ms, Ms]]:
    """Openings around a local date, joined where they touch or overlap: a 24-hour week is one long span."""
    joined: list[tuple[Ms, Ms]] = []
    for offset in range(-1, 8):
        for start, end in _day(hours, day + timedelta(days=offset)):
            if joined and start <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
            else:
                joined.append((start, end))
    return sorted(joined)
