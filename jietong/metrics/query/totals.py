"""Sums over facts as Ibis columns, and stays split at the borders of intervals."""

from collections.abc import Mapping, Sequence

import ibis

from jietong.contacts.model import Kind
from jietong.core.days import Span
from jietong.core.vocabulary import Ms
from jietong.metrics.definition import PLAIN
from jietong.metrics.expression import All, Condition
from jietong.metrics.query import calendar
from jietong.metrics.query.calendar import Grid
from jietong.metrics.query.conditions import amount, holds, said, terms_of
from jietong.metrics.query.sums import CountColumn, Wanted, is_largest
from jietong.metrics.query.tables import TableExpression, ValueExpression


def segment_sums(want: Wanted, facts: TableExpression, groups: Sequence[str]) -> TableExpression:
    """All counts and maxima of the segments `facts` by the columns `groups`.

    Each kind is summed up by itself, over what all its sums have in common: measured twice as fast as one pass with
    the kind in every condition. The sums of the kinds are then laid together.
    """
    columns = {**want.counts, **want.maxima}
    parts = [_of_kind(kind, columns, facts, groups) for kind in sorted(want.kinds)]
    if len(parts) == 1:
        return parts[0]
    whole = ibis.union(
        *(
            part.select(*groups, **{n: part[n] if n in part.columns else ibis.null("int64") for n in columns})
            for part in parts
        )
    )
    sums = {name: whole[name].max() if is_largest(name) else whole[name].sum() for name in columns}
    return whole.group_by(list(groups)).aggregate(**sums) if groups else whole.aggregate(**sums)


def _of_kind(
    kind: Kind, columns: Mapping[str, CountColumn], facts: TableExpression, groups: Sequence[str]
) -> TableExpression:
    mine = {name: one for name, one in columns.items() if one.count.kind is kind}
    shared = frozenset.intersection(*(frozenset(_conjuncts(one.count.where)) for one in mine.values()))
    shared = frozenset(part for part in shared if not terms_of(part))
    facts = facts.filter(facts.kind == kind.value)
    for part in sorted(shared, key=said):
        facts = facts.filter(holds(part, facts, PLAIN))
    sums = {}
    for name, one in mine.items():
        rest = All(tuple(part for part in _conjuncts(one.count.where) if part not in shared))
        where = holds(rest, facts, one.terms) if rest.parts else None
        if one.count.value is None:
            sums[name] = facts.count(where=where)
        else:
            value = amount(one.count.value, facts, one.terms)
            sums[name] = value.max(where=where) if is_largest(name) else value.sum(where=where)
    return facts.group_by(list(groups)).aggregate(**sums) if groups else facts.aggregate(**sums)


def _conjuncts(what: Condition) -> tuple[Condition, ...]:
    """The conditions that must all hold, one by one."""
    if isinstance(what, All):
        return tuple(one for part in what.parts for one in _conjuncts(part))
    return (what,)


def state_sums(want: Wanted, facts: TableExpression) -> dict[str, ValueExpression]:
    """Agents' time by sets of states, of `facts` with columns `state` and `spent`."""
    return {
        name: facts.spent.sum(where=facts.state.isin(sorted(state.value for state in states)))
        for name, states in want.times.items()
    }


def spent(
    facts: TableExpression, grid: Grid, spans: Sequence[Span], now: Ms, kept: tuple[str, ...]
) -> tuple[TableExpression, Sequence[int | None]]:
    """The time of stays that lies in `spans`, split at the borders of `grid`: columns `at` and `spent` (ms) and those
    of `kept`; whose the pieces are that `at` numbers. A stay that is still open lasts until `now`."""
    cut = calendar.pieces(grid, spans)
    first, last = cut.grid.boundaries[0], cut.grid.boundaries[-1]
    facts = facts.mutate(until=ibis.coalesce(facts.ended, now))
    facts = facts.filter((facts.started < last) & (facts.until > first) & (facts.until > facts.started))
    facts = facts.select(*kept, since=ibis.greatest(facts.started, first), until=ibis.least(facts.until, last))
    split = by_pieces(facts, cut.grid)
    return split.select(*kept, "at", "spent"), cut.interval


def by_pieces(facts: TableExpression, grid: Grid) -> TableExpression:
    """Stays from `since` to `until`, which lie within the grid, as a row for each stretch of it that they touch, with
    `at` (its number) and `spent` (ms). A stay that takes no time touches one."""
    if len(grid) == 1:
        return facts.mutate(at=ibis.literal(0, "int64"), spent=facts.until - facts.since)
    last = calendar.number_of(ibis.greatest(facts.until - 1, facts.since), grid)
    facts = facts.mutate(one=calendar.number_of(facts.since, grid), other=last + 1)
    facts = facts.mutate(at=ibis.range(facts.one, facts.other).unnest())
    until = ibis.least(facts.until, calendar.start_of(facts["at"] + 1, grid))
    since = ibis.greatest(facts.since, calendar.start_of(facts["at"], grid))
    return facts.mutate(spent=until - since)
