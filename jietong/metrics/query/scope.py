"""Which facts a query's filter leaves."""

from collections.abc import Sequence
from typing import Any

import ibis
from msgspec.structs import replace

from jietong.core.days import Span
from jietong.metrics.intervals import By, Clip, Filter, Query
from jietong.metrics.query import calendar
from jietong.metrics.query.tables import TableExpression, ValueExpression

AGENT_KEYS = frozenset({By.AGENT, By.PART_TIME})
"""What an agent's time knows of itself. Not its queue: an agent who is ready is so for all of theirs."""

COLUMNS = {
    "queues": "queue",
    "agents": "agent",
    "clients": "client",
    "channels": "channel",
    "entries": "entry",
    "reasons": "reason",
    "directions": "direction",
}
FLAGS = ("part_time", "simulated")
"""The fields of a filter, and the columns they look at."""


def in_ledgers(table: TableExpression, site: str) -> TableExpression:
    """The facts of the site: of its own ledger, and of its imported history."""
    return table.filter(table.site.isin([site, f"{site}:import"]))


def narrowed(segment: TableExpression, query: Query, spans: Sequence[Span]) -> TableExpression:
    """The segments that arrived in `spans` (disjoint, in order) and pass the filter, of the query's site."""
    return passing(in_ledgers(segment, query.site), "arrived", query.filter, spans)


def passing(facts: TableExpression, instant: str, chosen: Filter, spans: Sequence[Span]) -> TableExpression:
    """The rows whose column `instant` lies in `spans` and that pass the filter: segments, or sums of some."""
    arrived = calendar.inside(facts[instant], spans)
    tests: list[Any] = [ibis.literal(False) if arrived is None else arrived]
    for name, column in COLUMNS.items():
        values = getattr(chosen, name)
        if values is not None:
            tests.append(is_one_of(facts[column], values))
    for name in FLAGS:
        value = getattr(chosen, name)
        if value is not None:
            tests.append(facts[name] if value else ~facts[name])
    tests += [~_clipped(facts, facts[instant], clip) for clip in partial_clips(chosen)]
    return facts.filter(*tests)


def partial_clips(chosen: Filter) -> list[Clip]:
    """The exclusions of some queues or entries."""
    return [clip for clip in chosen.without if not calendar.whole(clip) and clip[0].start < clip[0].end]


def agents_chosen(table: TableExpression, query: Query) -> TableExpression:
    """The agents' intervals that the filter leaves, of the query's site."""
    chosen = query.filter
    facts = in_ledgers(table, query.site)
    tests: list[Any] = []
    if chosen.agents is not None:
        tests.append(is_one_of(facts.agent, chosen.agents))
    if chosen.part_time is not None:
        tests.append(facts.part_time if chosen.part_time else ~facts.part_time)
    return facts.filter(*tests) if tests else facts


def _clipped(table: TableExpression, at: ValueExpression, clip: Clip) -> ValueExpression:
    """Whether the row, at the instant `at`, is left out by the exclusion; never NULL."""
    span, queues, entries = clip
    found = (at >= span.start) & (at < span.end)
    if queues is not None:
        found &= is_one_of(table.queue, sorted(queues)).fill_null(False)
    if entries is not None:
        found &= is_one_of(table.entry, sorted(entries))
    return found


def is_one_of(column: ValueExpression, values: Sequence[str]) -> ValueExpression:
    """NULL where the column is, unless there are no values."""
    return column.isin(list(values)) if values else ibis.literal(False)


def agents_known(chosen: Filter) -> bool:
    """Whether the filter asks for nothing that an agent's time does not know."""
    return trunks_known(replace(chosen, agents=None, part_time=None))


def trunks_known(chosen: Filter) -> bool:
    """The same of a trunk's time, which knows nothing but when. Test contacts take up time too: they stay in it."""
    asked = [getattr(chosen, name) for name in (*COLUMNS, "part_time")]
    return all(one is None for one in asked) and chosen.simulated is not True
