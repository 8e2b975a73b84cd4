"""Sums kept ready: closed days by quarters of an hour, or by days, so that a year is added up at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import ibis

from jietong.core.days import Span, local_day
from jietong.core.vocabulary import Ms
from jietong.metrics.catalogue import CATALOGUE
from jietong.metrics.definition import Again, How
from jietong.metrics.intervals import Every, Filter, Metric, Query
from jietong.metrics.query import calendar
from jietong.metrics.query.attendance import attended_time, kept_sums, planned_sums, planned_time
from jietong.metrics.query.calendar import STEP, Grid
from jietong.metrics.query.parts import Part, part_of
from jietong.metrics.query.scope import (
    AGENT_KEYS,
    COLUMNS,
    FLAGS,
    agents_known,
    in_ledgers,
    partial_clips,
    passing,
    trunks_known,
)
from jietong.metrics.query.sums import TRUNK_COLUMN, Wanted, is_largest, wanted
from jietong.metrics.query.tables import TableExpression, Tables, ValueExpression
from jietong.metrics.query.totals import segment_sums, spent, state_sums


@dataclass(frozen=True)
class Shape:
    """Sums by `every` from local midnight and by these columns of the facts. Other questions need the facts."""

    name: str
    every: Every
    keys: tuple[str, ...]


QUEUES = Shape("queues", Every.QUARTER, ("queue", "client", "channel", "entry", "direction", "simulated"))
AGENTS = Shape(
    "agents", Every.DAY, ("agent", "part_time", "queue", "client", "channel", "reason", "direction", "simulated")
)
SHAPES: tuple[Shape, ...] = (QUEUES, AGENTS)

FIGURES: tuple[Metric, ...] = tuple(
    Metric(d.id, d)
    for d in CATALOGUE.values()
    if d.how in (How.SUM, How.RATIO, How.MAX)
    and not any(isinstance(one, Again) for one in (*d.numerator, *d.denominator))
)
"""The figures whose sums are kept, with the terms in force on arrival. Who comes again is not kept: it takes other
days."""


def stored_columns(figures: Sequence[Metric] = FIGURES) -> tuple[str, ...]:
    """The names of the sums. Files whose sums bear other names are of another version of the catalogue."""
    want = wanted(figures)
    return (*want.counts, *want.maxima, *want.of_agents, *((TRUNK_COLUMN,) if want.trunks else ()))


STORED_COLUMNS = stored_columns()
_A_DAY: Ms = 86_400_000


@dataclass(frozen=True)
class Stored:
    """Stored sums of one site: `table` as `stored_sums` gives it, of which the rows of `spans` (whole days) count."""

    shape: Shape
    table: TableExpression
    spans: tuple[Span, ...]


class Answerable(NamedTuple):
    """The stored sums that answer a query: of which shape, and of which days. Other days need their facts."""

    shape: Shape
    days: list[Span]


def stored_sums(
    tables: Tables, site: str, span: Span, zone: str, shape: Shape, figures: Sequence[Metric] = FIGURES
) -> TableExpression:
    """The sums of the facts of `span`, whole local days that are over: a row for each slot and group in which a fact
    lies. Columns `slot` (its first instant, ms), the shape's keys, `stored_columns(figures)`; NULL: no fact gave any.

    Agents' and trunks' time stand in rows of their own, in which the keys are NULL that they do not know.
    """
    want, grid = wanted(figures), calendar.intervals(Query(site, span, zone, shape.every))
    segment = in_ledgers(tables.segment, site)
    segment = segment.filter((segment.arrived >= span.start) & (segment.arrived < span.end))
    segment = segment.mutate(at=calendar.number_of(segment.arrived, grid))
    parts = [segment_sums(want, segment, ("at", *shape.keys))]
    known = tuple(name for name in shape.keys if name in AGENT_KEYS)
    plans = in_ledgers(tables.planned_time, site)
    if want.planned:
        facts, _ = planned_time(plans, grid, [span], span.end, known)
        parts.append(facts.group_by(["at", *known]).aggregate(**planned_sums(want, facts)))
    if want.kept:
        states = in_ledgers(tables.agent_interval, site)
        facts, _ = attended_time(plans, states, grid, [span], span.end, known)
        parts.append(facts.group_by(["at", *known]).aggregate(**kept_sums(want, facts)))
    if want.times:
        facts = in_ledgers(tables.agent_interval, site)
        facts = facts.filter(facts.state.isin(want.states))
        facts, _ = spent(facts, grid, [span], span.end, ("state", *known))
        parts.append(facts.group_by(["at", *known]).aggregate(**state_sums(want, facts)))
    if want.trunks:
        facts, _ = spent(in_ledgers(tables.trunk_busy, site), grid, [span], span.end, ())
        parts.append(facts.group_by("at").aggregate(**{TRUNK_COLUMN: facts.spent.sum()}))
    whole = [_whole_row(part, grid, shape, stored_columns(figures)) for part in parts]
    return ibis.union(*whole) if len(whole) > 1 else whole[0]


def stored_table(shape: Shape, name: str, figures: Sequence[Metric] = FIGURES) -> TableExpression:
    """A table of stored sums by its name alone, for whoever has a table or view of that name."""
    keys = {name: "boolean" if name in FLAGS else "string" for name in shape.keys}
    return ibis.table({"slot": "int64"} | keys | dict.fromkeys(stored_columns(figures), "int64"), name=name)


def answerable(query: Query, days: Iterable[Span], zone: str) -> Answerable | None:
    """Whether all figures of the query can be added up from stored sums, and for which of the stored `days` (local
    days of `zone` that are over). A day that a border of the query cuts within a slot needs its facts. None: all do.
    """
    want = wanted(query.metrics)
    if (
        want.quantiles
        or want.again
        or want.streak
        or not {*want.counts, *want.maxima, *want.of_agents} <= set(STORED_COLUMNS)
    ):
        return None
    looked_at = {by.value for by in query.by}
    looked_at |= {column for name, column in COLUMNS.items() if getattr(query.filter, name) is not None}
    looked_at |= {name for name in FLAGS if getattr(query.filter, name) is not None}
    for _, queues, entries in partial_clips(query.filter):
        looked_at |= {name for name, chosen in (("queue", queues), ("entry", entries)) if chosen is not None}
    stored = [day for day in days if day.start < query.window.end and day.end > query.window.start]
    for shape in SHAPES:
        if looked_at <= set(shape.keys):
            cut = {local_day(edge, zone).start for edge in _edges(query, shape, zone)}
            fitting = [day for day in stored if day.start not in cut]
            if fitting:
                return Answerable(shape, fitting)
    return None


def stored_part(query: Query, want: Wanted, grid: Grid, spans: Sequence[Span], stored: Stored) -> list[Part]:
    """The sums of the stored days that lie in `spans`: of segments, of agents' time and of trunks' time."""
    spans = calendar.intersection(spans, calendar.union(stored.spans))
    if not spans:
        return []
    out: list[Part] = []

    def add(facts: TableExpression, known: Sequence[int], names: Sequence[str]) -> None:
        sums = {name: facts[name].max() if is_largest(name) else facts[name].sum() for name in names}
        at = calendar.number_of(facts.slot, grid) if len(grid) > 1 else None
        keys = {f"k{i}": facts[query.by[i].value] for i in known}
        out.append(part_of(facts, at, keys, sums, range(len(grid)), tuple(known)))

    if want.counts or want.maxima:
        facts = passing(stored.table, "slot", query.filter, spans)
        facts = facts.filter(facts.simulated.notnull())  # the rows of segments
        add(facts, range(len(query.by)), (*want.counts, *want.maxima))
    times = stored.table.filter(stored.table.simulated.isnull())
    if want.of_agents and agents_known(query.filter):
        asked = Filter(agents=query.filter.agents, part_time=query.filter.part_time)
        known = [i for i, by in enumerate(query.by) if by in AGENT_KEYS]
        add(passing(times, "slot", asked, spans), known, want.of_agents)
    if want.trunks and trunks_known(query.filter):
        add(passing(times, "slot", Filter(), spans), (), (TRUNK_COLUMN,))
    return out


def _edges(query: Query, shape: Shape, zone: str) -> list[Ms]:
    """The instants at which the query cuts time within a slot of the shape."""
    edges = {edge for span in calendar.open_spans(query) for edge in span}
    edges |= {edge for clip in partial_clips(query.filter) for edge in clip[0]}
    if query.zone != zone or STEP.get(query.every, _A_DAY) < STEP.get(shape.every, _A_DAY):
        edges |= set(calendar.intervals(query).boundaries)
    step = STEP.get(shape.every)
    out = []
    for edge in edges:
        day = local_day(edge, zone)
        if edge != day.start and (step is None or (edge - day.start) % step):
            out.append(edge)
    return out


def _whole_row(part: TableExpression, grid: Grid, shape: Shape, columns: Sequence[str]) -> TableExpression:
    """With all columns of the stored table, in their order. Sums are cast to bigint by way of a decimal: DuckDB gives
    them as hugeint, of which Ibis does not know."""

    def column(name: str, kind: str) -> ValueExpression:
        return part[name].cast(kind) if name in part.columns else ibis.null(kind)

    return part.select(
        slot=calendar.start_of(part["at"], grid).cast("int64"),
        **{name: column(name, "boolean" if name in FLAGS else "string") for name in shape.keys},
        **{name: column(name, "decimal(38, 0)").cast("int64") for name in columns},
    )
