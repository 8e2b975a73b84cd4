"""What a simulation answers: each figure with its interval, over replications or over the batches of one long run.

A share or a mean is the ratio of all sums (groups sum first and divide last, as in reports). Its 95 % interval is by
Student's t on the linearised replications z_i = (num_i − r·den_i) ÷ mean(den) (ratio estimation, Cochran 1977, ch.
6); for sums, maxima and quantiles on the days' own values.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import isfinite, sqrt
from typing import Any

import msgspec
from msgspec import Struct, field

from jietong.core.vocabulary import Ms
from jietong.metrics.definition import How
from jietong.workforce.simulation.tally import ALL, Sample, Sheet

BATCHES = 20
CONFIDENCE = 0.95


class Estimate(Struct, frozen=True):
    """`mean` None: nothing happened that it could be taken from. `low`, `high` None: one replication tells no
    interval."""

    mean: float | None
    low: float | None = None
    high: float | None = None

    def holds(self, value: float) -> bool:
        """Whether the interval has the value in it."""
        return self.low is not None and self.high is not None and self.low <= value <= self.high


class Figure(Struct, frozen=True):
    """`unit`, `better`: as in the catalogue (ms, ratio, count …; up, down, neither)."""

    metric: str
    unit: str
    better: str
    total: Estimate
    queues: dict[str, Estimate] = field(default_factory=dict)
    groups: dict[str, Estimate] = field(default_factory=dict)
    series: tuple[float | None, ...] = ()  # by half-hour of `Result.half_hours`
    queue_series: dict[str, tuple[float | None, ...]] = field(default_factory=dict)


class Result(Struct, frozen=True):
    scenario: str
    seed: int
    replications: int
    path: str  # engine | compiled
    contacts: Estimate  # that came, after the warm-up
    figures: dict[str, Figure]
    half_hours: tuple[Ms, ...]  # starts, from the end of the warm-up
    cost: dict[str, Estimate]  # full_time, part_time, lines, callbacks, total: of one day
    currency: str
    lines_most: int  # lines held at once, over all replications
    unfinished: float  # contacts a day that nobody ever served
    linear: dict[str, tuple[float, ...]] = field(default_factory=dict)  # figure → its replications, linearised

    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = msgspec.to_builtins(self)
        return found

    @classmethod
    def of_json(cls, found: object) -> "Result":
        return msgspec.convert(found, cls)


class Difference(Struct, frozen=True):
    """One scenario's figures less another's, replication by replication on the same chance."""

    scenario: str
    against: str
    figures: dict[str, Estimate]
    cost: Estimate  # of a day


def estimates(
    sheet: Sheet, samples: Sequence[Sample], *, stationary: bool
) -> tuple[dict[str, Figure], dict[str, tuple[float, ...]]]:
    """Figure by figure, and the linearised replications of the totals. `stationary`: one run may be cut in
    batches."""
    figures, linear = {}, {}
    queues = [place for place in samples[0].sums if place.startswith("q:")]
    groups = sorted({place for sample in samples for place in sample.sums if place.startswith("g:")})
    for metric in sheet.metrics:
        of = metric.definition
        key = metric.key
        if key in sheet.parts:
            num, den = sheet.parts[key]
            batched = samples if len(samples) > 1 or not stationary else _batches(samples[0])
            known = bool(num) and (bool(den) or of.how is How.SUM)

            def at(place: str, num=num, den=den, how=of.how, batched=batched) -> Estimate:  # type: ignore[no-untyped-def]
                pairs = [_pair(sample.sums.get(place), num, den, how) for sample in batched]
                return ratio(pairs) if how is How.RATIO else mean_of([a for a, _ in pairs], times=len(samples))

            by_time = _only_time(sheet, num)
            total = at(ALL) if known else Estimate(None)
            figures[key] = Figure(
                key,
                str(of.unit),
                str(of.better),
                total,
                {place[2:]: at(place) for place in queues} if known and not by_time else {},
                {place[2:]: at(place) for place in groups} if known and by_time else {},
                _series(samples, ALL, num, den, of.how) if known else (),
                {place[2:]: _series(samples, place, num, den, of.how) for place in queues}
                if known and not by_time
                else {},
            )
            linear[key] = tuple(_linear([_pair(s.sums.get(ALL), num, den, of.how) for s in samples], of.how))
        else:
            days = {place: [sample.values.get(key, {}).get(place) for sample in samples] for place in (ALL, *queues)}
            crews = {g: [sample.values.get(key, {}).get(g) for sample in samples] for g in groups}
            figures[key] = Figure(
                key,
                str(of.unit),
                str(of.better),
                mean_of(days[ALL]),
                {place[2:]: mean_of(values) for place, values in days.items() if place and of.how is not How.STREAK},
                {place[2:]: mean_of(values) for place, values in crews.items() if of.how is How.STREAK},
            )
            linear[key] = tuple(0.0 if value is None else value for value in days[ALL])
    return figures, linear


def ratio(pairs: Sequence[tuple[float, float]]) -> Estimate:
    """Σ num ÷ Σ den, with its interval."""
    total = sum(den for _, den in pairs)
    if not total:
        return Estimate(None)
    value = sum(num for num, _ in pairs) / total
    n = len(pairs)
    if n < 2:
        return Estimate(value)
    mean_den = total / n
    spread = sum(((num - value * den) / mean_den) ** 2 for num, den in pairs) / (n - 1)
    half = t_quantile(n - 1) * sqrt(spread / n)
    return Estimate(value, value - half, value + half)


def mean_of(values: Sequence[float | None], times: int | None = None) -> Estimate:
    """The mean of the days that have a value. `times`: the values are parts that add up to so many days."""
    known = [value for value in values if value is not None and isfinite(value)]
    if not known:
        return Estimate(None)
    n = len(known)
    by = n / times if times else 1.0
    mean = sum(known) / n
    if n < 2:
        return Estimate(mean * by)
    half = t_quantile(n - 1) * sqrt(sum((value - mean) ** 2 for value in known) / (n - 1) / n)
    return Estimate(mean * by, (mean - half) * by, (mean + half) * by)


def difference(one: Result, other: Result) -> Difference:
    """`one` less `other`. Raises ValueError for results of other seeds or numbers of replications."""
    if (one.seed, one.replications) != (other.seed, other.replications):
        raise ValueError("only runs of one seed and number of replications can be set against each other")
    figures = {}
    for key, figure in one.figures.items():
        against = other.figures[key].total.mean if key in other.figures else None
        if figure.total.mean is None or against is None:
            continue
        gap = figure.total.mean - against
        paired = [a - b for a, b in zip(one.linear[key], other.linear[key], strict=True)]
        figures[key] = _around(gap, paired)
    cost = (one.cost["total"].mean or 0.0) - (other.cost["total"].mean or 0.0)
    spent = [a - b for a, b in zip(one.linear["cost"], other.linear["cost"], strict=True)]
    return Difference(one.scenario, other.scenario, figures, _around(cost, spent))


def t_quantile(freedom: int) -> float:
    """The 97.5 % point of Student's t."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.5 + CONFIDENCE / 2))


def _around(gap: float, paired: Sequence[float]) -> Estimate:
    n = len(paired)
    if n < 2:
        return Estimate(gap)
    mean = sum(paired) / n
    half = t_quantile(n - 1) * sqrt(sum((value - mean) ** 2 for value in paired) / (n - 1) / n)
    return Estimate(gap, gap - half, gap + half)


def _pair(sums: Sequence[int] | None, num: Sequence[int], den: Sequence[int], how: How) -> tuple[float, float]:
    if sums is None:
        return 0.0, 0.0 if how is How.RATIO else 1.0
    return float(sum(sums[slot] for slot in num)), float(sum(sums[slot] for slot in den)) if den else 1.0


def _linear(pairs: Sequence[tuple[float, float]], how: How) -> list[float]:
    if how is How.SUM:
        return [num for num, _ in pairs]
    total = sum(den for _, den in pairs)
    if not total:
        return [0.0 for _ in pairs]
    value, mean_den = sum(num for num, _ in pairs) / total, total / len(pairs)
    return [value + (num - value * den) / mean_den for num, den in pairs]


def _series(
    samples: Sequence[Sample], place: str, num: Sequence[int], den: Sequence[int], how: How
) -> tuple[float | None, ...]:
    found: list[float | None] = []
    for bucket in range(len(samples[0].series[ALL])):
        rows = [sample.series[place][bucket] for sample in samples if place in sample.series]
        above = sum(row[slot] for row in rows for slot in num)
        if how is How.SUM:
            found.append(above / len(samples))
            continue
        below = sum(row[slot] for row in rows for slot in den)
        found.append(above / below if below else None)
    return tuple(found)


def _batches(sample: Sample) -> list[Sample]:
    """One long run cut in time (batch means); what is left over at the end belongs to the last."""
    buckets = len(sample.series[ALL])
    if buckets < 2 * BATCHES:
        return [sample]
    size = buckets // BATCHES
    edges = [size * n for n in range(BATCHES)] + [buckets]
    return [
        Sample(
            sums={
                place: [sum(column) for column in zip(*rows[start:end], strict=True)]
                for place, rows in sample.series.items()
            }
        )
        for start, end in pairwise(edges)
    ]


def _only_time(sheet: Sheet, slots: Sequence[int]) -> bool:
    """Whether a figure is of agents' or trunks' time, which no queue has."""
    wanted = set(slots)
    return all(not hasattr(key.of, "kind") for key, slot in sheet.sums.items() if slot in wanted)
