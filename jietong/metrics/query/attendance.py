"""Scheduled time, alone and laid over what people did: `contacts.attendance.attended` as a query."""

from collections.abc import Mapping, Sequence

import ibis

from jietong.core.days import Span
from jietong.core.vocabulary import Ms
from jietong.metrics.definition import PLAIN
from jietong.metrics.query.calendar import Grid
from jietong.metrics.query.conditions import holds
from jietong.metrics.query.sums import Wanted
from jietong.metrics.query.tables import TableExpression, ValueExpression
from jietong.metrics.query.totals import spent

_PLAN = ("activity", "planned_from", "excused", "paid")
_BUCKET: Ms = 86_400_000
"""Both sides are cut at full days UTC, so that only what lies on one day is compared."""


def planned_time(
    plans: TableExpression, grid: Grid, spans: Sequence[Span], now: Ms, kept: tuple[str, ...]
) -> tuple[TableExpression, Sequence[int | None]]:
    """Scheduled time as `metrics.query.totals.spent` gives it, with what the conditions look at."""
    return spent(plans, grid, spans, now, (*_PLAN, *kept))


def attended_time(
    plans: TableExpression,
    intervals: TableExpression,
    grid: Grid,
    spans: Sequence[Span],
    now: Ms,
    kept: tuple[str, ...],
) -> tuple[TableExpression, Sequence[int | None]]:
    """The same of each stretch in which one person's schedule and one state of theirs overlap, with the state."""
    first, last = spans[0].start, spans[-1].end
    mine = _cut(plans.mutate(until=plans.ended), first, last)
    mine = mine.select("site", "agent", "bucket", "started", "until", *_PLAN, *(k for k in kept if k != "agent"))
    theirs = _cut(intervals.mutate(until=ibis.coalesce(intervals.ended, now)), first, last)
    theirs = theirs.select(
        other_site="site",
        other_agent="agent",
        other_bucket="bucket",
        since="started",
        upto="until",
        state="state",
        busy_since="busy_since",
    )
    both = mine.join(
        theirs,
        [
            mine.site == theirs.other_site,
            mine.agent == theirs.other_agent,
            mine.bucket == theirs.other_bucket,
            mine.started < theirs.upto,
            theirs.since < mine.until,
        ],
    )
    both = both.select(
        *_PLAN,
        *kept,
        "state",
        "busy_since",
        started=ibis.greatest(both.started, both.since),
        ended=ibis.least(both.until, both.upto),
    )
    return spent(both, grid, spans, now, (*_PLAN, "state", "busy_since", *kept))


def planned_sums(want: Wanted, facts: TableExpression) -> Mapping[str, ValueExpression]:
    """Of facts with a column `spent`."""
    return {name: facts.spent.sum(where=holds(one.where, facts, PLAIN)) for name, one in want.planned.items()}


def kept_sums(want: Wanted, facts: TableExpression) -> Mapping[str, ValueExpression]:
    sums = {}
    for name, one in want.kept.items():
        value = -facts.spent if one.less else facts.spent
        sums[name] = value.sum(where=holds(one.where, facts, PLAIN))
    return sums


def _cut(facts: TableExpression, first: Ms, last: Ms) -> TableExpression:
    """The stretches from `started` to `until` as far as they lie in [first, last), cut at the borders of buckets:
    columns `bucket`, `started`, `until`."""
    facts = facts.filter((facts.started < last) & (facts.until > first) & (facts.until > facts.started))
    facts = facts.mutate(started=ibis.greatest(facts.started, first), until=ibis.least(facts.until, last))
    days = ibis.range((facts.started // _BUCKET).cast("int64"), ((facts.until - 1) // _BUCKET).cast("int64") + 1)
    facts = facts.mutate(bucket=days.unnest())
    return facts.mutate(
        started=ibis.greatest(facts.started, facts.bucket * _BUCKET),
        until=ibis.least(facts.until, (facts.bucket + 1) * _BUCKET),
    )
