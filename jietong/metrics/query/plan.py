"""A query as Ibis expressions of sums by interval and group: one over all segments, others for other facts."""

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from jietong.core.days import Span
from jietong.core.vocabulary import Ms
from jietong.metrics.definition import Count
from jietong.metrics.intervals import Metric, Query
from jietong.metrics.query import calendar
from jietong.metrics.query.again import again_table
from jietong.metrics.query.attendance import attended_time, kept_sums, planned_sums, planned_time
from jietong.metrics.query.calendar import Grid
from jietong.metrics.query.conditions import terms_of
from jietong.metrics.query.parts import Part, part_of
from jietong.metrics.query.quantiles import quantile_table
from jietong.metrics.query.scope import AGENT_KEYS, agents_chosen, agents_known, in_ledgers, narrowed, trunks_known
from jietong.metrics.query.stored import Stored, stored_part
from jietong.metrics.query.streaks import streak_table
from jietong.metrics.query.sums import STREAK_COLUMN, TRUNK_COLUMN, Wanted, wanted
from jietong.metrics.query.tables import TableExpression, Tables
from jietong.metrics.query.totals import segment_sums, spent, state_sums


@dataclass(frozen=True)
class Plan:
    """What is to be run for a query, and what `rows` makes the answer of."""

    query: Query
    grid: Grid
    parts: tuple[Part, ...]
    agents_known: bool
    trunks_known: bool


def plan(query: Query, tables: Tables, *, now: Ms, stored: Stored | None = None) -> Plan:
    """The query as expressions over `tables`; `now` as in `metrics.history.evaluate`.

    With `stored` the sums of its spans are read from it, and of `tables` the facts of the rest alone. It must be what
    `answerable` gave for the query.
    """
    query = known_upto(query, now)
    want, grid = wanted(query.metrics), calendar.intervals(query)
    agents, trunks = agents_known(query.filter), trunks_known(query.filter)
    spans = calendar.open_spans(query)
    parts: list[Part] = []
    if stored is not None:
        parts += stored_part(query, want, grid, spans, stored)
        spans = calendar.difference(spans, calendar.union(stored.spans))
    if spans and (want.counts or want.maxima):
        facts, groups = _selected(query, grid, spans, tables.segment)
        sums = (*want.counts, *want.maxima)
        parts.append(Part(segment_sums(want, facts, groups), range(len(grid)), _all_keys(query), sums))
    for columns in want.quantiles.values() if spans else ():
        facts, groups = _selected(query, grid, spans, tables.segment)
        table = quantile_table(facts, groups, columns)
        parts.append(Part(table, range(len(grid)), _all_keys(query), (columns.number, *columns.columns)))
    for name, again in want.again.items() if spans else ():
        facts, groups = _selected(query, grid, spans, tables.segment)
        table = again_table(name, again, facts, groups, in_ledgers(tables.segment, query.site), now)
        parts.append(Part(table, range(len(grid)), _all_keys(query), (name,)))
    upto = calendar.intersection(spans, [Span(query.window.start, now)])
    if upto and want.times and agents:
        parts.append(_agent_time(query, want, grid, upto, tables.agent_interval, now))
    if upto and want.planned and agents:
        parts.append(_planned_time(query, want, grid, upto, tables.planned_time, now))
    if upto and want.kept and agents:
        parts.append(_attended_time(query, want, grid, upto, tables, now))
    if upto and want.trunks and trunks:
        parts.append(_trunk_time(query, grid, upto, tables.trunk_busy, now))
    if want.streak and agents and len(grid) and query.window.start < now:
        known = _agent_keys(query)
        table = streak_table(query, grid, tables.agent_interval, {f"k{i}": query.by[i] for i in known}, now)
        parts.append(Part(table, range(len(grid)), known, (STREAK_COLUMN,)))
    return Plan(query, grid, tuple(parts), agents, trunks)


def settled(query: Query, now: Ms) -> Ms:
    """What may stand for `now` in the plan with the same answer: the window's end, once that is past, unless a figure
    looks at what came later. So a question about the past stays the same from one moment to the next."""
    want = wanted(known_upto(query, now).metrics)
    later = want.again or want.streak or any("now" in names for names in map(_looked_at, query.metrics))
    return now if later or now < query.window.end else query.window.end


def _looked_at(metric: Metric) -> frozenset[str]:
    """The names of the parameters that a figure looks at."""
    sums = (*metric.definition.numerator, *metric.definition.denominator)
    read = [what for one in sums if isinstance(one, Count) for what in (one.where, one.value) if what is not None]
    return frozenset().union(*map(terms_of, read))


def known_upto(query: Query, now: Ms) -> Query:
    """The query with `now` told to its figures."""
    known = (metric._replace(terms=metric.terms.with_value("now", now)) for metric in query.metrics)
    return replace(query, metrics=tuple(known))


def _selected(
    query: Query, grid: Grid, spans: Sequence[Span], segment: TableExpression
) -> tuple[TableExpression, list[str]]:
    """The segments that can count, and the columns that they are grouped by: their interval's number and the keys."""
    facts = narrowed(segment, query, spans)
    columns = {"at": calendar.number_of(facts.arrived, grid)} if len(grid) > 1 else {}
    columns |= {f"k{i}": facts[by.value].name(f"k{i}") for i, by in enumerate(query.by)}
    return facts.mutate(**columns) if columns else facts, list(columns)


def _agent_time(
    query: Query, want: Wanted, grid: Grid, upto: Sequence[Span], table: TableExpression, now: Ms
) -> Part:
    facts = agents_chosen(table, query)
    facts = facts.filter(facts.state.isin(want.states))
    known = _agent_keys(query)
    facts, interval = spent(facts, grid, upto, now, ("state", *sorted({query.by[i].value for i in known})))
    keys = {f"k{i}": facts[query.by[i].value] for i in known}
    at = facts["at"] if len(interval) > 1 else None
    return part_of(facts, at, keys, state_sums(want, facts), interval, known)


def _planned_time(
    query: Query, want: Wanted, grid: Grid, upto: Sequence[Span], table: TableExpression, now: Ms
) -> Part:
    known = _agent_keys(query)
    kept = tuple(sorted({query.by[i].value for i in known}))
    facts, interval = planned_time(agents_chosen(table, query), grid, upto, now, kept)
    keys = {f"k{i}": facts[query.by[i].value] for i in known}
    at = facts["at"] if len(interval) > 1 else None
    return part_of(facts, at, keys, planned_sums(want, facts), interval, known)


def _attended_time(query: Query, want: Wanted, grid: Grid, upto: Sequence[Span], tables: Tables, now: Ms) -> Part:
    known = _agent_keys(query)
    kept = tuple(sorted({query.by[i].value for i in known}))
    states = in_ledgers(tables.agent_interval, query.site)
    facts, interval = attended_time(agents_chosen(tables.planned_time, query), states, grid, upto, now, kept)
    keys = {f"k{i}": facts[query.by[i].value] for i in known}
    at = facts["at"] if len(interval) > 1 else None
    return part_of(facts, at, keys, kept_sums(want, facts), interval, known)


def _trunk_time(query: Query, grid: Grid, upto: Sequence[Span], table: TableExpression, now: Ms) -> Part:
    facts, interval = spent(in_ledgers(table, query.site), grid, upto, now, ())
    at = facts["at"] if len(interval) > 1 else None
    return part_of(facts, at, {}, {TRUNK_COLUMN: facts.spent.sum()}, interval, ())


def _all_keys(query: Query) -> tuple[int, ...]:
    return tuple(range(len(query.by)))


def _agent_keys(query: Query) -> tuple[int, ...]:
    return tuple(i for i, by in enumerate(query.by) if by in AGENT_KEYS)
