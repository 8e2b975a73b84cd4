"""What the law asks as a rule (勞動法規), by jurisdiction: defaults that a contract may tighten, never loosen.

China: Labour Law §36–44 and State Council decision 174: 8 h a day, 40 h a week (44 h at most), a rest day a week,
overtime at most 3 h a day and 36 h a month, at 150 %, 200 % and 300 %. EU: directive 2003/88/EC (11 h daily rest, one
day in seven, 48 h a week). UK: Working Time Regulations 1998, the same figures. The centre answers for what binds it.
"""

from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from jietong.workforce.roster.problem import BreakRule, Day, Hours, Person

HOUR = 3_600


class Terms(Struct, frozen=True):
    """Limits on paid working time. Overtime is what lies between the contract's and the hard limit."""

    day_s: int | None = None
    day_overtime_s: int = 0
    week_s: int | None = None
    week_most_s: int | None = None  # overtime included
    month_overtime_s: int | None = None
    week_days: int | None = None
    max_days: int | None = None
    rest_s: int = 0
    overtime_share: float = 1.5  # of the hourly price
    meal_from_s: int = 6 * HOUR
    meal_s: int = HOUR


PRESETS: dict[str, Terms] = {
    "cn": Terms(
        day_s=8 * HOUR, day_overtime_s=3 * HOUR, week_s=40 * HOUR, week_most_s=61 * HOUR, month_overtime_s=36 * HOUR,
        week_days=6, max_days=6, rest_s=11 * HOUR,
    ),
    "eu": Terms(week_s=40 * HOUR, week_most_s=48 * HOUR, week_days=6, max_days=6, rest_s=11 * HOUR, meal_s=HOUR // 2),
    "uk": Terms(week_s=40 * HOUR, week_most_s=48 * HOUR, week_days=6, max_days=6, rest_s=11 * HOUR, meal_s=HOUR // 2),
    "none": Terms(),
}  # fmt: skip


def contracted(
    person: Person,
    days: tuple[Day, ...],
    terms: Terms,
    *,
    week_min_s: int = 0,
    week_max_s: int | None = None,
    month_min_s: int = 0,
    month_max_s: int | None = None,
    overtime: bool = False,
    hour_price: float = 0.0,
) -> Person:
    """The person with the limits of the contract and of the law, the tighter of the two each; weeks begin on Monday,
    months are the calendar's, both clipped to the plan (`min` in proportion to the days that lie in it)."""
    price = hour_price * terms.overtime_share
    week_max = min(x for x in (week_max_s, terms.week_s, 168 * HOUR) if x is not None)
    week_over = max(0, (terms.week_most_s or week_max) - week_max) if overtime else 0
    hours = [
        Hours(
            "hours.week", first, last, week_min_s * (last - first + 1) // 7, week_max, week_over, price
        )
        for first, last in _stretches(days, lambda day: day.isocalendar()[:2])
    ]  # fmt: skip
    if month_min_s or month_max_s is not None or (overtime and terms.month_overtime_s is not None):
        for first, last in _stretches(days, lambda day: (day.year, day.month)):
            share = (last - first + 1) / 30
            most = int(month_max_s * min(1.0, share)) if month_max_s is not None else 10**9
            over = terms.month_overtime_s if overtime and month_max_s is not None else 0
            hours.append(Hours("hours.month", first, last, int(month_min_s * min(1.0, share)), most, over or 0, 0.0))
    day_max = None if terms.day_s is None else terms.day_s + (terms.day_overtime_s if overtime else 0)
    return replace(
        person,
        hours=(*person.hours, *hours),
        day_max_s=_tighter(person.day_max_s, day_max),
        max_days=_tighter(person.max_days, terms.max_days),
        week_days=_tighter(person.week_days, terms.week_days),
        rest_s=max(person.rest_s, terms.rest_s),
    )


def breaks_of(terms: Terms) -> BreakRule:
    return BreakRule(meal_from_s=terms.meal_from_s, meal_s=terms.meal_s)


def _tighter(one: int | None, other: int | None) -> int | None:
    return min((x for x in (one, other) if x is not None), default=None)


def _stretches(days: tuple[Day, ...], key: object) -> list[tuple[int, int]]:
    assert callable(key)
    out: list[tuple[int, int]] = []
    last: object = None
    for n, day in enumerate(days):
        now = key(date.fromisoformat(day.iso))
        if now == last:
            out[-1] = (out[-1][0], n)
        else:
            out.append((n, n))
        last = now
    return out
