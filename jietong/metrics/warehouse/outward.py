"""Figures as they leave the house: times in seconds, shares with their interval, instants as ISO 8601. Pure."""

from datetime import datetime
from math import sqrt
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from jietong.core.clock import to_datetime
from jietong.core.vocabulary import Ms
from jietong.metrics.definition import Again, Count, How, Kept, Later, Planned, Sum, Time, TrunkTime, Unit
from jietong.metrics.expression import fields_of
from jietong.metrics.intervals import By, Cell, Metric, Row

_TIMES = frozenset({"start", "end", "since", "arrived"})


class Outward(NamedTuple):
    """A cell for others: times in seconds, shares 0..1, a line's quality as its score (4.12). `value` None: no data.

    `n`: from how many the value was taken; `low`, `high`: Wilson's 95 % interval of a share of contacts. None where
    there is no such thing.
    """

    value: float | None
    numerator: float
    denominator: float
    n: int | None
    low: float | None
    high: float | None


def outward(metric: Metric, cell: Cell) -> Outward:
    definition = metric.definition
    counted = definition.how is not How.SUM and not any(map(is_time, definition.denominator))
    n = cell.denominator if counted else None
    low = high = None
    if is_share(metric):
        low, high = wilson(cell.numerator, cell.denominator)
    above = is_time_figure(metric) or any(map(is_time, definition.numerator))
    below = any(map(is_time, definition.denominator))
    value = cell.value
    numerator: float = cell.numerator / 1000 if above else cell.numerator
    if value is not None and is_time_figure(metric):
        value = value / 1000
    if definition.unit is Unit.MOS:
        value, numerator = None if value is None else value / 100, numerator / 100
    return Outward(
        value,
        numerator,
        cell.denominator / 1000 if below else cell.denominator,
        n,
        low,
        high,
    )


def is_time_figure(metric: Metric) -> bool:
    """Whether the value is a time."""
    return metric.definition.unit is Unit.MS


def is_share(metric: Metric) -> bool:
    """Whether the value is a share of contacts: so many of so many."""
    definition = metric.definition
    sums = (*definition.numerator, *definition.denominator)
    counts = all(isinstance(one, Again) or (isinstance(one, (Count, Later)) and one.value is None) for one in sums)
    return definition.unit is Unit.RATIO and definition.how is How.RATIO and counts


def is_time(one: Sum) -> bool:
    """Whether the sum is in ms."""
    if isinstance(one, (Time, TrunkTime, Planned, Kept)):
        return True
    if isinstance(one, Again):
        return False
    fields = fields_of(one.value) if one.value is not None else frozenset()
    return bool(fields) and all(name.endswith("_ms") or name in _TIMES for name in fields)


def wilson(k: float, n: float, z: float = 1.959964) -> tuple[float | None, float | None]:
    """The interval that holds the true share with 95 %: (p̂ + z²/2n ± z√(p̂(1−p̂)/n + z²/4n²)) ÷ (1 + z²/n).

    Wilson (1927), J. Am. Stat. Assoc. 22, 209. None, None of nothing.
    """
    if n <= 0 or not 0 <= k <= n:
        return None, None
    p, zz = k / n, z * z
    middle, half = p + zz / (2 * n), z * sqrt(p * (1 - p) / n + zz / (4 * n * n))
    whole = 1 + zz / n
    return max(0.0, (middle - half) / whole), min(1.0, (middle + half) / whole)


def iso(at: Ms, zone: str) -> str:
    """The instant in local time with its offset: 2026-07-15T09:30:00+08:00."""
    local: datetime = to_datetime(at).astimezone(ZoneInfo(zone))
    return local.isoformat(timespec="milliseconds" if at % 1000 else "seconds")


def row_out(
    row: Row, by: tuple[By, ...], metrics: tuple[Metric, ...], zone: str, *, full: bool = True
) -> dict[str, Any]:
    """A row as JSON has it: start, end, the group's keys, and each figure under the key as it was asked.

    Not `full`: value, numerator and denominator alone.
    """
    out: dict[str, Any] = {"start": iso(row.start, zone), "end": iso(row.end, zone)}
    out.update(zip((one.value for one in by), row.keys, strict=True))
    for metric, cell in zip(metrics, row.cells, strict=True):
        found = outward(metric, cell)._asdict()
        out[metric.key] = found if full else {name: found[name] for name in ("value", "numerator", "denominator")}
    return out
