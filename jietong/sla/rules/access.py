"""Where the service level and true access part: who was turned away, seen or only estimated. Pure.

Nothing recorded is "unknown", never 0 (D6).
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction

from jietong.core.days import day_of
from jietong.metrics.history import blocked_unseen
from jietong.metrics.intervals import Metric
from jietong.sla.rules.case import Case, length
from jietong.sla.rules.figures import Tallies, pooled, share, shown
from jietong.sla.rules.result import AccessResult, Known

SL3, SL7, ANSWERED, ABANDONED, BLOCKED, LOST, OFFERED, REQUESTED, TURNED = range(9)
"""Columns of `questions.access_metrics`."""


def unknown_days(by_day: Tallies, columns: tuple[Metric, ...]) -> frozenset[date]:
    """Days on which people waited in a queue though nobody is known to have come in: no entry was recorded."""
    return frozenset(
        day for day in by_day if _sum(by_day, [day], columns, REQUESTED) and not _sum(by_day, [day], columns, OFFERED)
    )


def access_result(case: Case, by_day: Tallies, columns: tuple[Metric, ...]) -> AccessResult:
    """Over the period, without exclusions. `columns` as in `questions.access_metrics`."""
    unknown = unknown_days(by_day, columns)
    days = case.days
    seen = [day for day in days if day not in unknown]
    level = share(*pooled(by_day, days, columns[SL3].definition, SL3))
    true = share(*pooled(by_day, seen, columns[SL7].definition, SL7))
    answered, abandoned = (_sum(by_day, days, columns, n) for n in (ANSWERED, ABANDONED))
    in_time = int(level.numerator)
    without = [day for day in days if day in unknown]
    if without and not any(_sum(by_day, [day], columns, OFFERED) for day in seen):
        return AccessResult(
            "unknown", share(0, 0), level, in_time, answered - in_time, abandoned, None, None, None,
            unknown_days=tuple(without),
        )  # fmt: skip
    blocked = _sum(by_day, seen, columns, BLOCKED)
    at_entry = max(0, _sum(by_day, seen, columns, TURNED) - blocked)  # left before anything took them
    lost = _sum(by_day, seen, columns, LOST) + at_entry
    known_in = sum(_sum(by_day, seen, columns, n) for n in (ANSWERED, ABANDONED))
    fault = max(0, true.denominator - known_in - blocked - lost)
    unseen = _unseen(case, by_day, columns, seen)
    known: Known = "partial" if without else "estimated" if unseen else "measured"
    estimated = None
    if unseen and true.denominator:
        estimated = shown(Fraction(true.numerator) / (true.denominator + Fraction(unseen)))
    points_blocked = points_lost = None
    if level.value is not None and not without:
        base = Fraction(level.numerator) / level.denominator
        with_blocked = Fraction(level.numerator) / (level.denominator + blocked)
        with_all = Fraction(level.numerator) / (level.denominator + blocked + lost + fault)
        points_blocked, points_lost = shown(base - with_blocked), shown(with_blocked - with_all)
    return AccessResult(
        known,
        true,
        level,
        in_time,
        answered - in_time,
        abandoned,
        blocked,
        lost,
        fault,
        blocked_unseen=unseen,
        estimated=estimated,
        unknown_days=tuple(without),
        points_blocked=points_blocked,
        points_lost=points_lost,
    )


def _unseen(case: Case, by_day: Tallies, columns: tuple[Metric, ...], days: list[date]) -> Decimal | None:
    """seen × ATB ÷ (1 − ATB), day by day (domain.md 2.2). None: for no day the full time of the trunks is known."""
    if case.busy is None:
        return None
    opening = case.opening(case.span)
    total, known = Fraction(0), False
    for day in days:
        busy = case.busy.get(day)
        if busy is None:
            continue
        known = True
        offered = _sum(by_day, [day], columns, OFFERED)
        found = blocked_unseen(offered, busy, length(opening, day_of(day, case.contract.zone)))
        total += Fraction(repr(found)) if found is not None else 0
    return shown(Fraction(round(total * 10), 10)) if known else None


def _sum(by_day: Tallies, days: Iterable[date], columns: tuple[Metric, ...], n: int) -> int:
    return pooled(by_day, days, columns[n].definition, n).num
