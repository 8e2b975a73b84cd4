"""The longest time on line between two full breaks by agent and interval (G6): `metrics.history.longest_streak`."""

from collections.abc import Mapping

import ibis

from jietong.core.vocabulary import Ms
from jietong.metrics.intervals import By, Query
from jietong.metrics.query.calendar import Grid
from jietong.metrics.query.scope import agents_chosen
from jietong.metrics.query.sums import STREAK_COLUMN
from jietong.metrics.query.tables import TableExpression
from jietong.metrics.query.totals import by_pieces
from jietong.routing.rules import ON_LINE, RESTING

BREAK_MS: Ms = 900_000


def streak_table(
    query: Query, grid: Grid, table: TableExpression, keys: Mapping[str, By], now: Ms, break_ms: Ms = BREAK_MS
) -> TableExpression:
    """Columns `at`, those of `keys`, and the longest streak of any agent in ms; no row where no agent had any time.

    Each agent's stays in an interval are numbered by the stays on line before them: the stays off line that share a
    number lie between two on line, and their sum tells whether it was a break. Stays that take no time are kept: one
    on line divides two breaks.
    """
    first, last = query.window.start, min(query.window.end, now)
    facts = agents_chosen(table, query)
    facts = facts.mutate(ended=ibis.coalesce(facts.ended, now))
    at_once = (facts.ended == facts.started) & (facts.started >= first)
    facts = facts.filter((facts.started < last) & ((facts.ended > first) | at_once))
    facts = facts.select(
        "site",
        "agent",
        "seq",
        "started",
        "ended",
        **{name: facts[by.value].name(name) for name, by in keys.items()},
        online=facts.state.isin(sorted(state.value for state in ON_LINE)).ifelse(1, 0).cast("int64"),
        rests=facts.state.isin(sorted(state.value for state in RESTING)).ifelse(1, 0).cast("int64"),
        since=ibis.greatest(facts.started, first),
        until=ibis.least(facts.ended, last),
    )
    stays = by_pieces(facts, grid)
    group = ["at", *keys, "agent"]
    order = [stays.started, stays.ended, stays.site, stays.seq]
    before = ibis.cumulative_window(group_by=[stays[name] for name in group], order_by=order)
    stays = stays.mutate(run=stays.online.sum().over(before))
    runs = stays.group_by([*group, "run"]).aggregate(
        on=(stays.spent * stays.online).sum(), off=(stays.spent * stays.rests).sum(), time=stays.spent.sum()
    )
    runs = runs.mutate(broken=(runs.off >= break_ms).ifelse(1, 0).cast("int64"))
    up_to = ibis.cumulative_window(group_by=[runs[name] for name in group], order_by=runs.run)
    runs = runs.mutate(streak=runs.broken.sum().over(up_to) - runs.broken)
    streaks = runs.group_by([*group, "streak"]).aggregate(on=runs.on.sum(), time=runs.time.sum())
    longest = streaks.group_by(["at", *keys]).aggregate(longest=streaks.on.max(), time=streaks.time.sum())
    return longest.filter(longest.time > 0).select("at", *keys, **{STREAK_COLUMN: longest.longest})
