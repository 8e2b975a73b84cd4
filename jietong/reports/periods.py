"""Periods in the site's zone: which span one is, what it is compared with, which intervals it has.

Pure: the present instant and the zone come in as arguments.
"""

from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from jietong.core.clock import to_datetime, to_ms
from jietong.core.days import Span, day_of
from jietong.core.errors import Invalid
from jietong.core.vocabulary import Ms
from jietong.metrics.intervals import Every
from jietong.reports.model import Against, Comparison, Period, Relative

MOST_DAYS = 3660
STEP: dict[Every, Ms] = {Every.QUARTER: 900_000, Every.HALF_HOUR: 1_800_000, Every.HOUR: 3_600_000}
_N = {Relative.LAST_DAYS: 366, Relative.LAST_WEEKS: 104, Relative.LAST_MONTHS: 36}
_MONTHS = frozenset(
    {
        Relative.THIS_MONTH,
        Relative.LAST_MONTH,
        Relative.THIS_QUARTER,
        Relative.LAST_QUARTER,
        Relative.THIS_YEAR,
        Relative.LAST_YEAR,
        Relative.LAST_MONTHS,
    }
)


class Days(NamedTuple):
    """Local dates, `end` not included."""

    first: date
    end: date


def days(period: Period, today: date) -> Days:
    """The local dates of a period. Raises Invalid `bad_period` naming the field."""
    month = today.replace(day=1)
    kind = period.kind
    if kind is Relative.ABSOLUTE:
        return _absolute(period)
    if kind in _N:
        n = period.n or 0
        if not 1 <= n <= _N[kind]:
            raise Invalid("bad_period", f"Give how many: 1 to {_N[kind]}.", field="period.n")
        if kind is Relative.LAST_DAYS:
            return Days(today - timedelta(days=n), today)
        if kind is Relative.LAST_WEEKS:
            return Days(_monday(today) - timedelta(weeks=n), _monday(today))
        return Days(_months(month, -n), month)
    quarter = month.replace(month=(month.month - 1) // 3 * 3 + 1)
    year = month.replace(month=1)
    return {
        Relative.TODAY: Days(today, today + timedelta(days=1)),
        Relative.YESTERDAY: Days(today - timedelta(days=1), today),
        Relative.THIS_WEEK: Days(_monday(today), _monday(today) + timedelta(weeks=1)),
        Relative.LAST_WEEK: Days(_monday(today) - timedelta(weeks=1), _monday(today)),
        Relative.THIS_MONTH: Days(month, _months(month, 1)),
        Relative.LAST_MONTH: Days(_months(month, -1), month),
        Relative.THIS_QUARTER: Days(quarter, _months(quarter, 3)),
        Relative.LAST_QUARTER: Days(_months(quarter, -3), quarter),
        Relative.THIS_YEAR: Days(year, _months(year, 12)),
        Relative.LAST_YEAR: Days(_months(year, -12), year),
        Relative.MONTH_TO_DATE: Days(month, today) if today > month else Days(_months(month, -1), month),
        Relative.YEAR_TO_DATE: Days(year, today) if today > year else Days(_months(year, -12), year),
    }[kind]


def span(these: Days, zone: str) -> Span:
    """From the first local midnight to the last."""
    return Span(day_of(these.first, zone).start, day_of(these.end, zone).start)


def window(period: Period, now: Ms, zone: str) -> Span:
    """The period read at `now`. Of a period under way the end lies ahead."""
    return span(days(period, local_date(now, zone)), zone)


def compared(period: Period, comparison: Comparison, now: Ms, zone: str) -> Span | None:
    """What the period is compared with; of one under way the same part, up to the same day and time of day."""
    if comparison.against is Against.NONE:
        return None
    today = local_date(now, zone)
    these = days(period, today)
    before = _before(these, period.kind, comparison)
    out = span(before, zone)
    if now >= span(these, zone).end or now < span(these, zone).start:
        return out
    wall = to_datetime(now).astimezone(ZoneInfo(zone))
    same = before.first + (today - these.first)
    upto = to_ms(datetime(same.year, same.month, same.day, wall.hour, wall.minute, wall.second, tzinfo=wall.tzinfo))
    return Span(out.start, max(out.start, min(out.end, upto)))


def place(start: Ms, first: date, every: Every, zone: str) -> tuple[int, int]:
    """Where an interval lies within its period, so that two periods can be laid side by side: which day, week or
    month from `first` on, and within a day how many ms after midnight."""
    if every is Every.ALL:
        return (0, 0)
    day = local_date(start, zone)
    if every is Every.MONTH:
        return ((day.year - first.year) * 12 + day.month - first.month, 0)
    if every is Every.WEEK:
        return ((_monday(day) - _monday(first)).days // 7, 0)
    return ((day - first).days, 0 if every is Every.DAY else start - day_of(day, zone).start)


def intervals(window: Span, every: Every, zone: str) -> list[Span]:
    """The intervals of a window in the site's zone, cut off at its ends; a 25-hour day has 25 hours."""
    if every is Every.ALL:
        return [window]
    out: list[Span] = []
    at = window.start
    while at < window.end:
        day = to_datetime(at).astimezone(ZoneInfo(zone)).date()
        if every in STEP:
            whole = day_of(day, zone)
            end = min(whole.start + ((at - whole.start) // STEP[every] + 1) * STEP[every], whole.end)
        elif every is Every.DAY:
            end = day_of(day, zone).end
        elif every is Every.WEEK:
            end = day_of(day - timedelta(days=day.weekday()) + timedelta(days=7), zone).start
        else:
            end = day_of((day.replace(day=1) + timedelta(days=32)).replace(day=1), zone).start
        out.append(Span(at, min(end, window.end)))
        at = end
    return out


def local_date(at: Ms, zone: str) -> date:
    return to_datetime(at).astimezone(ZoneInfo(zone)).date()


def _before(these: Days, kind: Relative, comparison: Comparison) -> Days:
    whole = kind in _MONTHS or (these.first.day == 1 and these.end.day == 1)
    months = (these.end.year - these.first.year) * 12 + these.end.month - these.first.month
    if comparison.against is Against.WEEKS:
        back = timedelta(weeks=comparison.weeks)
        return Days(these.first - back, these.end - back)
    if comparison.against is Against.YEAR:
        if whole:
            return Days(_months(these.first, -12), _months(these.end, -12))
        last = these.end - timedelta(days=1)
        return Days(_year_before(these.first, first=True), _year_before(last, first=False) + timedelta(days=1))
    if whole:
        return Days(_months(these.first, -months), these.first)
    if kind is Relative.MONTH_TO_DATE:
        first = _months(these.first, -1)
        return Days(first, min(first + (these.end - these.first), these.first))
    if kind is Relative.YEAR_TO_DATE:
        return Days(_months(these.first, -12), _year_before(these.end, first=True))
    length = these.end - these.first
    return Days(these.first - length, these.first)


def _absolute(period: Period) -> Days:
    found = []
    for field, text in (("first", period.first), ("last", period.last)):
        try:
            found.append(date.fromisoformat(text or ""))
        except ValueError:
            raise Invalid("bad_period", "Give a date as 2026-07-15.", field=f"period.{field}") from None
    first, last = found
    if last < first:
        raise Invalid("bad_period", "The last day lies before the first.", field="period.last")
    if not 1990 <= first.year <= 2200 or (last - first).days >= MOST_DAYS:
        raise Invalid("bad_period", f"A period lasts {MOST_DAYS} days at most.", field="period.last")
    return Days(first, last + timedelta(days=1))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _months(first: date, n: int) -> date:
    months = first.year * 12 + first.month - 1 + n
    return date(months // 12, months % 12 + 1, 1)


def _year_before(day: date, *, first: bool) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return date(day.year - 1, 3, 1) if first else date(day.year - 1, 2, 28)
