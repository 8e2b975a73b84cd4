"""Sums to values: exact, as whole numbers and fractions; rounded only to be shown. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from math import sqrt
from typing import Any, NamedTuple, TypeAlias

from jietong.core.clock import to_datetime
from jietong.core.vocabulary import Ms
from jietong.metrics.definition import Definition, How
from jietong.metrics.definition import Unit as MetricUnit
from jietong.sla.model import Judged, Objective, Op
from jietong.sla.rules.result import Figure, Unit

Z = 1.959963984540054
"""97.5 % quantile of the normal distribution."""

UNITS = {
    MetricUnit.RATIO: Unit.RATIO,
    MetricUnit.MS: Unit.SECONDS,
    MetricUnit.COUNT: Unit.COUNT,
    MetricUnit.MOS: Unit.MOS,
}
_SCALES = {Unit.SECONDS: 1000, Unit.MOS: 100}
_SHOWN = Decimal("0.0000000001")

Answers: TypeAlias = Mapping[str, Sequence[Any]]
"""Rows by the name of their question. A row begins with its start and ends with its cells, each (value, numerator,
denominator): `metrics.intervals.Row`, or the same as read from a statement."""

Tallies: TypeAlias = Mapping[date, Sequence[Sequence["Tally"]]]
"""For each local day its rows, each with a tally for every figure asked."""


class Tally(NamedTuple):
    """A sum: of shares and means both parts, of counts the first; `value` of a maximum or a quantile."""

    num: int = 0
    den: int = 0
    value: float | None = None


def tallies(answers: Answers, name: str, zone: str) -> dict[date, list[list[Tally]]]:
    """Of a question and those that belong to it."""
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    tz = ZoneInfo(zone)
    found: dict[date, list[list[Tally]]] = {}
    for key, rows in answers.items():
        if key != name and not key.startswith(f"{name}#"):
            continue
        for row in rows:
            start: Ms = row[0]
            cells = [Tally(int(cell[1]), int(cell[2]), cell[0]) for cell in row[-1]]
            found.setdefault(to_datetime(start).astimezone(tz).date(), []).append(cells)
    return found


def pooled(by_day: Tallies, days: Iterable[date], definition: Definition, column: int = 0) -> Tally:
    """Sum first, divide last; of a maximum the greatest."""
    num = den = 0
    top: float | None = None
    for day in days:
        for cells in by_day.get(day, ()):
            one = cells[column]
            if definition.how in (How.MAX, How.QUANTILE):
                if one.value is not None and (top is None or one.value > top):
                    top = one.value
                den += one.den
            else:
                num, den = num + one.num, den + one.den
    if definition.how in (How.MAX, How.QUANTILE):
        return Tally(0 if top is None else round(top), 1 if top is not None else 0, top)._replace(value=float(den))
    if definition.how is How.SUM:
        return Tally(num, 1)
    return Tally(num, den)


def figure_of(tally: Tally, definition: Definition, unit: Unit) -> Figure:
    if definition.how in (How.MAX, How.QUANTILE):
        value = exact(tally, unit)
        return Figure(Decimal(tally.num) / _scale(unit), tally.den, shown(value), round(tally.value or 0))
    if unit is Unit.RATIO:
        return share(tally.num, tally.den)
    n = tally.num if definition.how is How.SUM else tally.den
    return Figure(Decimal(tally.num) / _scale(unit), tally.den, shown(exact(tally, unit)), n)


def judged_figure(one: Judged | None) -> Figure:
    if one is None or not one.count:
        return Figure(Decimal(0), 0, None, 0)
    return Figure(one.total, one.count, shown(Fraction(one.total) / one.count), one.count)


def share(good: int, total: int) -> Figure:
    """With Wilson's 95 % interval (Wilson 1927)."""
    if not total:
        return Figure(Decimal(good), 0, None, 0)
    p = good / total
    middle = (p + Z * Z / (2 * total)) / (1 + Z * Z / total)
    half = Z * sqrt(p * (1 - p) / total + Z * Z / (4 * total * total)) / (1 + Z * Z / total) if 0 <= p <= 1 else 0.0
    low, high = Decimal(repr(max(0.0, middle - half))), Decimal(repr(min(1.0, middle + half)))
    return Figure(
        Decimal(good),
        total,
        shown(Fraction(good, total)),
        total,
        low.quantize(Decimal("0.0001"), ROUND_FLOOR),
        high.quantize(Decimal("0.0001"), ROUND_CEILING),
    )


def exact(tally: Tally, unit: Unit) -> Fraction | None:
    """In the contract's unit; None: no data."""
    return Fraction(tally.num, tally.den * _scale(unit)) if tally.den else None


def value_of(figure: Figure) -> Fraction | None:
    """The same of a figure, unrounded."""
    return Fraction(figure.numerator) / figure.denominator if figure.denominator else None


def shown(value: Fraction | None) -> Decimal | None:
    """Ten places, for screens; nothing is decided by it."""
    if value is None:
        return None
    told = (Decimal(value.numerator) / Decimal(value.denominator)).quantize(_SHOWN, ROUND_HALF_EVEN)
    return Decimal(format(told.normalize(), "f")) if told else Decimal(0)


def reaches(op: Op, value: Fraction, target: Decimal | Fraction) -> bool:
    limit = Fraction(target)
    if op is Op.GTE:
        return value >= limit
    if op is Op.GT:
        return value > limit
    return value <= limit if op is Op.LTE else value < limit


def slices(by_day: Tallies, days: Iterable[date], one: Objective, unit: Unit) -> Tally:
    """How many intervals reach their own target, of those in which something happened."""
    good = total = 0
    for day in days:
        merged: list[Tally] = [cells[0] for cells in by_day.get(day, ())]
        for tally in merged:
            value = exact(tally, unit)
            if value is not None and one.slice_target is not None:
                total += 1
                good += reaches(one.op, value, one.slice_target)
    return Tally(good, total)


def _scale(unit: Unit) -> int:
    return _SCALES.get(unit, 1)
