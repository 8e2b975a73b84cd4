"""A plan's answers as rows: sums of the same interval and group added, then divided."""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import pyarrow as pa

from jietong.metrics.definition import Count, How, Kept, Planned, Sum, Time
from jietong.metrics.intervals import Cell, Every, Metric, Row
from jietong.metrics.query.parts import Part
from jietong.metrics.query.plan import Plan
from jietong.metrics.query.scope import AGENT_KEYS
from jietong.metrics.query.sums import STREAK_COLUMN, column, is_largest, maxima, quantile_column, quantile_number
from jietong.metrics.query.tables import TableExpression

Execute = Callable[[TableExpression], pa.Table]


_cell: Callable[[Any], Cell] = partial(tuple.__new__, Cell)
_row: Callable[[Any], Row] = partial(tuple.__new__, Row)
"""As `_make`, without a Python call for each of a million cells."""


@dataclass
class Sums:
    """By place: the interval's number, the group's keys, and the value of each column (None: no fact gave one)."""

    at: list[int]
    keys: list[tuple[str | None, ...]]
    columns: dict[str, list[Any]]


def rows(plan: Plan, execute: Execute) -> list[Row]:
    """Runs the plan's queries and makes the rows of the answer, in order."""
    sums = _sums(plan, execute)
    always = plan.query.every is Every.ALL and not plan.query.by
    figures = [_figure(plan, metric, sums) for metric in plan.query.metrics]
    window = plan.query.window
    spans = [(max(start, window.start), min(end, window.end)) for start, end in pairwise(plan.grid.boundaries)] or [
        (window.start, window.end)
    ]
    if always:
        kept = list(range(len(sums.at)))
    else:
        marks = zip(*(filled for _, filled in figures), strict=True)
        kept = [place for place, filled in enumerate(marks) if any(filled)]
    kept.sort(key=lambda place: (sums.at[place], *((key is None, key) for key in sums.keys[place])))
    with _uncollected():
        cells = [list(map(_cell, zip(*columns, strict=True))) for columns, _ in figures]
        groups = list(zip(*cells, strict=True)) if cells else [()] * len(sums.at)
        return [_row((*spans[sums.at[place]], sums.keys[place], groups[place])) for place in kept]


@contextmanager
def _uncollected() -> Iterator[None]:
    """A million cells hold no cycle, and looking for one takes longer than making them."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _sums(plan: Plan, execute: Execute) -> Sums:
    by = len(plan.query.by)
    answers = [(part, _columns(execute(part.table), part)) for part in plan.parts]
    places: dict[tuple[Any, ...], int] = {}
    if plan.query.every is Every.ALL and not by:
        places[(0,)] = 0
    found: list[tuple[Part, list[int], dict[str, list[Any]]]] = []
    for part, columns in answers:
        names = _places(part, columns, by)
        if len(answers) == 1 and not places and isinstance(part.interval, range):
            return Sums([n[0] for n in names], [n[1:] for n in names], columns)
        where = [places.setdefault(name, len(places)) if name[0] is not None else -1 for name in names]
        found.append((part, where, columns))
    whole: dict[str, list[Any]] = {}
    for part, where, columns in found:
        for name in part.sums:
            into = whole.setdefault(name, [None] * len(places))
            largest = is_largest(name)
            for place, value in zip(where, columns[name], strict=True):
                if value is None or place < 0:
                    continue
                held = into[place]
                if held is None:
                    into[place] = value
                else:
                    into[place] = max(held, value) if largest else held + value
    return Sums([name[0] for name in places], [name[1:] for name in places], whole)


def _columns(table: pa.Table, part: Part) -> dict[str, list[Any]]:
    out = {}
    for name in table.column_names:
        values = table.column(name)
        if name in part.sums or name == "at":
            values = values.cast(pa.int64())
        elif pa.types.is_boolean(values.type):
            out[name] = [None if value is None else ("true" if value else "false") for value in values.to_pylist()]
            continue
        out[name] = values.to_pylist()
    return out


def _places(part: Part, columns: dict[str, list[Any]], by: int) -> list[tuple[Any, ...]]:
    """Of each row the number of its interval and its keys."""
    number = len(next(iter(columns.values())))
    at = columns.get("at")
    owners = [part.interval[0] if at is None else None] * number if at is None else [part.interval[i] for i in at]
    unknown = [None] * number
    keys = [columns[f"k{i}"] if i in part.keys else unknown for i in range(by)]
    return list(zip(owners, *keys, strict=True))


def _figure(plan: Plan, metric: Metric, sums: Sums) -> tuple[tuple[list[Any], list[int], list[int]], list[bool]]:
    """Values, numerators and denominators of a metric by place, and whether anything happened there."""
    definition, terms = metric.definition, metric.terms
    many = len(sums.at)
    nothing: list[int] = [0] * many

    def held(name: str) -> list[int]:
        found = sums.columns.get(name)
        return nothing if found is None else [value or 0 for value in found]

    def total(of: Sequence[Sum]) -> list[int]:
        columns = [held(column(one, terms)) for one in of]
        if len(columns) == 1:
            return columns[0]
        return [sum(values) for values in zip(*columns, strict=True)] if columns else nothing

    if definition.how is How.STREAK:
        streaks = sums.columns.get(STREAK_COLUMN, [None] * many)
        known = [0 if value is None else 1 for value in streaks]
        num = [value or 0 for value in streaks]
        return (streaks, num, known), [value > 0 for value in num]
    if definition.how is How.QUANTILE:
        values = sums.columns.get(quantile_column(definition, terms), [None] * many)
        den = held(quantile_number(definition, terms))
        return (values, [value or 0 for value in values], den), [n > 0 for n in den]
    if definition.how is How.MAX:
        of = maxima(definition, terms)
        largest = [sums.columns.get(name, [None] * many) for name, _, _ in of]
        values = [max((v for v in some if v is not None), default=None) for some in zip(*largest, strict=True)]
        den = [sum(some) for some in zip(*(held(number) for _, number, _ in of), strict=True)]
        return (values, [value or 0 for value in values], den), [n > 0 for n in den]
    num = total(definition.numerator)
    if definition.how is How.SUM:
        told = _known(plan, definition.numerator, sums)
        one = [1 if known else 0 for known in told]
        shown = [n if known else None for n, known in zip(num, told, strict=True)]
        return (shown, num, one), [n != 0 for n in num]
    den = total(definition.denominator)
    ratio = [n / d if d else None for n, d in zip(num, den, strict=True)]
    return (ratio, num, den), [n != 0 or d != 0 for n, d in zip(num, den, strict=True)]


def _known(plan: Plan, of: Sequence[Sum], sums: Sums) -> list[bool]:
    """Whether the sum can be told of each place: times know only some keys, and only some filters."""
    if all(isinstance(one, Count) for one in of):
        return [True] * len(sums.at)
    agents = all(isinstance(one, (Time, Planned, Kept)) for one in of)
    if not (plan.agents_known if agents else plan.trunks_known):
        return [False] * len(sums.at)
    unknown = [i for i, by in enumerate(plan.query.by) if not (agents and by in AGENT_KEYS)]
    return [all(keys[i] is None for i in unknown) for keys in sums.keys]
