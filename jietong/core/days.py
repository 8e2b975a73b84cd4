"""Local days and half-hours of a site, as instants. A 25-hour day has 25 hours and fifty half-hours."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from jietong.core.clock import to_datetime, to_ms
from jietong.core.vocabulary import Ms

HALF_HOUR: Ms = 30 * 60_000


class Span(NamedTuple):
    """From `start` up to, not including, `end`."""

    start: Ms
    end: Ms

    def __contains__(self, at: object) -> bool:
        return isinstance(at, int) and self.start <= at < self.end


def local_date(at: Ms, zone: str) -> date:
    """The date of `zone` that `at` falls on."""
    return to_datetime(at).astimezone(ZoneInfo(zone)).date()


def local_day(at: Ms, zone: str) -> Span:
    """The local day of `zone` that `at` falls in, midnight to midnight."""
    return day_of(local_date(at, zone), zone)


@lru_cache(maxsize=512)
def day_of(day: date, zone: str) -> Span:
    return Span(_midnight(day, zone), _midnight(day + timedelta(days=1), zone))


def half_hour(at: Ms, day: Span) -> int:
    """Which half-hour of the day, from 0, counted in elapsed time from its start."""
    return (at - day.start) // HALF_HOUR


def _midnight(day: date, zone: str) -> Ms:
    """First instant of the local date. Where a clock change skips midnight, the first minute that exists."""
    tz = ZoneInfo(zone)
    wall = datetime(day.year, day.month, day.day, tzinfo=tz)
    at = to_ms(wall)
    if to_datetime(at).astimezone(tz).date() < day:  # the change swallowed midnight: step to the new offset
        later = wall + timedelta(hours=2)
        low, high = at, to_ms(later)
        while high - low > 1:
            middle = (low + high) // 2
            if to_datetime(middle).astimezone(tz).date() < day:
                low = middle
            else:
                high = middle
        return high
    return at
