"""Hours of a day, a week, a month; rest between shifts; days in a row; days off. Pure.

What counts is time on site that is paid; an unpaid meal does not count. A person-day counts with its whole shift on
its own local day, week (from Monday) and month, also where the shift runs past midnight.
"""

from collections import defaultdict
from collections.abc import Sequence

from jietong.core.vocabulary import Activity, Ms
from jietong.workforce.schedule.model import Conflict, PersonDay, SiteRules, Terms, days_between, monday_of, shift_day

HOUR_MS: Ms = 3_600_000


def check(days: Sequence[PersonDay], rules: SiteRules, terms: Terms, first: str, last: str) -> list[Conflict]:
    """Of one person. `days` reach beyond `first` … `last` on both sides, so that weeks and rests at the edges are
    whole; only conflicts within are given."""
    ordered = sorted(days, key=lambda day: day.day)
    found = [
        *_daily(ordered, rules, terms),
        *_weekly(ordered, rules, terms),
        *_monthly(ordered, rules, terms),
        *_rest(ordered, rules),
        *_in_a_row(ordered, rules),
    ]
    return [one for one in found if one.day is not None and first <= one.day <= last]


def worked_s(day: PersonDay) -> float:
    return day.paid_s + day.overtime_s


def _daily(days: Sequence[PersonDay], rules: SiteRules, terms: Terms) -> list[Conflict]:
    out = []
    limit = _least(rules.hours_day, terms.hours_day)
    for day in days:
        if limit is not None and day.paid_s > limit * 3600 + 1:
            out.append(_over("hours_day", day, day.paid_s / 3600, limit))
        if rules.overtime_day is not None and day.overtime_s > rules.overtime_day * 3600 + 1:
            out.append(_over("overtime_day", day, day.overtime_s / 3600, rules.overtime_day))
    return out


def _weekly(days: Sequence[PersonDay], rules: SiteRules, terms: Terms) -> list[Conflict]:
    out = []
    weeks: dict[str, list[PersonDay]] = defaultdict(list)
    for day in days:
        weeks[monday_of(day.day)].append(day)
    limit = _least(rules.hours_week, terms.hours_week)
    for monday, week in weeks.items():
        shifts = [day for day in week if day.shift is not None]
        if not shifts:
            continue
        total = sum(day.paid_s for day in shifts) / 3600
        if limit is not None and total > limit + 0.01:
            out.append(_over("hours_week", shifts[-1], total, limit, week=monday))
        if rules.rest_days_week is not None and 7 - len(shifts) < rules.rest_days_week:
            out.append(
                Conflict(
                    "rest_days", True, shifts[-1].agent, shifts[-1].day,
                    params={"week": monday, "free": 7 - len(shifts), "limit": rules.rest_days_week},
                )
            )  # fmt: skip
    return out


def below_week(days: Sequence[PersonDay], terms: Terms, first: str, last: str) -> list[Conflict]:
    """Whole weeks within the span with fewer hours than the contract gives; leave counts as eight hours a day."""
    if terms.hours_week_min is None:
        return []
    out = []
    at = monday_of(first) if monday_of(first) == first else shift_day(monday_of(first), 7)
    while shift_day(at, 6) <= last:
        week = set(days_between(at, shift_day(at, 6)))
        inside = [day for day in days if day.day in week]
        leave = sum(8.0 for day in inside if any(s.activity is Activity.LEAVE for s in day.spans))
        total = sum(worked_s(day) for day in inside) / 3600 + leave
        if total < terms.hours_week_min - 0.01:
            out.append(
                Conflict(
                    "hours_below", False, terms.id, at,
                    params={"week": at, "hours": round(total, 2), "limit": terms.hours_week_min},
                )
            )  # fmt: skip
        at = shift_day(at, 7)
    return out


def _monthly(days: Sequence[PersonDay], rules: SiteRules, terms: Terms) -> list[Conflict]:
    out = []
    months: dict[str, list[PersonDay]] = defaultdict(list)
    for day in days:
        if day.shift is not None:
            months[day.day[:7]].append(day)
    for month, inside in months.items():
        total = sum(day.paid_s for day in inside) / 3600
        if terms.hours_month is not None and total > terms.hours_month + 0.01:
            out.append(_over("hours_month", inside[-1], total, terms.hours_month, month=month))
        overtime = sum(day.overtime_s for day in inside) / 3600
        if rules.overtime_month is not None and overtime > rules.overtime_month + 0.01:
            out.append(_over("overtime_month", inside[-1], overtime, rules.overtime_month, month=month))
    return out


def _rest(days: Sequence[PersonDay], rules: SiteRules) -> list[Conflict]:
    out: list[Conflict] = []
    if rules.rest_between is None:
        return out
    before: PersonDay | None = None
    for day in days:
        shift = day.shift
        if shift is None:
            continue
        if before is not None and before.shift is not None:
            rest = (shift[0] - before.shift[1]) / HOUR_MS
            params: dict[str, str | int | float] = {
                "ends": before.shift[1], "starts": shift[0], "hours": round(rest, 2), "limit": rules.rest_between,
                "before": before.day,
            }  # fmt: skip
            if rest < rules.rest_between - 1e-6:
                out.append(Conflict("rest_short", True, day.agent, day.day, *shift, params))
            elif rest < rules.rest_between + 0.5:
                out.append(Conflict("rest_tight", False, day.agent, day.day, *shift, params))
        before = day
    return out


def _in_a_row(days: Sequence[PersonDay], rules: SiteRules) -> list[Conflict]:
    out: list[Conflict] = []
    if rules.days_in_row is None:
        return out
    run: list[PersonDay] = []
    for day in [day for day in days if day.shift is not None]:
        run = [*run, day] if run and shift_day(run[-1].day, 1) == day.day else [day]
        if len(run) > rules.days_in_row:
            params: dict[str, str | int | float] = {
                "days": len(run), "limit": rules.days_in_row, "since": run[0].day,
            }  # fmt: skip
            if out and out[-1].params["since"] == run[0].day:
                out.pop()
            out.append(Conflict("days_in_row", True, day.agent, day.day, params=params))
    return out


def _over(code: str, day: PersonDay, hours: float, limit: float, **more: str) -> Conflict:
    shift = day.shift or (None, None)
    return Conflict(
        code, True, day.agent, day.day, shift[0], shift[1], {"hours": round(hours, 2), "limit": limit, **more}
    )


def _least(*limits: float | None) -> float | None:
    return min((one for one in limits if one is not None), default=None)
