"""Sums to values: exact, as whole numbers and fractions; rounded only to be shown. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from math import sqrt
from typing import Any, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

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
    MetricUnit.POINTS: Unit.POINTS,
}
_SCALES = {Unit.SECONDS: 1000, Unit.MOS: 100}
EXTREMES = (How.MAX, How.QUANTILE)
_SHOWN = Decimal("0.0000000001")

Answers: TypeAlias = Mapping[str, Sequence[Any]]
"""Rows by the name of their question. A row begins with its start and ends with its cells, each (value, numerator,
denominator): `metrics.intervals.Row`, or the same as read from a statement."""

Tallies: TypeAlias = Mapping[date, Sequence[Sequence["Tally"]]]
"""For each local day its rows, each with a tally for every figure asked."""


class Tally(NamedTuple):
    """A sum: of shares and means both parts, of counts the first. Of a maximum or a quantile the value itself, and
    how many it was taken from."""

    num: int = 0
    den: int = 0


def tallies(answers: Answers, name: str, zone: str) -> dict[date, list[list[Tally]]]:
    """Of a question and those that belong to it; rows of one interval are added up."""
    tz = ZoneInfo(zone)
    rows: dict[Ms, list[Tally]] = {}
    for key, given in answers.items():
        if key != name and not key.startswith(f"{name}#"):
            continue
        for row in given:
            cells = [Tally(int(cell[1]), int(cell[2])) for cell in row[-1]]
            held = rows.get(row[0])
            if held is not None:
                cells = [Tally(a.num + b.num, a.den + b.den) for a, b in zip(held, cells, strict=True)]
            rows[row[0]] = cells
    found: dict[date, list[list[Tally]]] = {}
    for start in sorted(rows):
        found.setdefault(to_datetime(start).astimezone(tz).date(), []).append(rows[start])
    return found


def pooled(by_day: Tallies, days: Iterable[date], definition: Definition, column: int = 0) -> Tally:
    """Sum first, divide last; of a maximum the greatest."""
    num = den = 0
    for day in days:
        for cells in by_day.get(day, ()):
            one = cells[column]
            num = max(num, one.num) if definition.how in EXTREMES else num + one.num
            den += one.den
    return Tally(num, den)


def figure_of(tally: Tally, definition: Definition, unit: Unit) -> Figure:
    if definition.how is How.RATIO and unit is Unit.RATIO:
        return share(tally.num, tally.den)
    over = {How.RATIO: tally.den, How.SUM: 1}.get(definition.how, 1 if tally.den else 0)
    n = tally.num if definition.how is How.SUM else tally.den
    value = Fraction(tally.num, over * scale_of(unit)) if over else None
    return Figure(Decimal(tally.num) / scale_of(unit), over, shown(value), n)


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
    """How many intervals reach their own target, of those in which something happened. `unit` is the metric's."""
    good = total = 0
    for day in days:
        for cells in by_day.get(day, ()):
            num, den = cells[0]
            if den and one.slice_target is not None:
                total += 1
                good += reaches(one.op, Fraction(num, den * scale_of(unit)), one.slice_target)
    return Tally(good, total)


def scale_of(unit: Unit) -> int:
    """Times are counted in ms and MOS in hundredths; contracts speak of seconds and of MOS."""
    return _SCALES.get(unit, 1)
