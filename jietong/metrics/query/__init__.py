"""Figures of the past as queries: one `Query`, compiled once, answered by DuckDB, Spark or any other Ibis backend.

    facts = unbound()                       # or the backend's own tables, of the columns in `tables`
    plan_ = plan(query, facts, now=as_of)
    found = rows(plan_, execute)            # list[Row]; execute: an Ibis table in, a pyarrow.Table out

`execute` is `backend.to_pyarrow`; or, with any DuckDB connection that has tables or views `segment`,
`agent_interval`, `trunk_busy` and `planned_time`,

    lambda table: connection.sql(ibis.to_sql(table, dialect="duckdb")).to_arrow_table()

A plan has one part for all counts and sums over segments, and one more for each of: agents' time, scheduled time,
schedules laid over agents' time, trunks' time, quantiles of one kind, customers who come again, streaks. Importing
Ibis takes half a second: import this package where it is needed first.

What the rows are:

- Facts of the ledgers `site` and `site:import` alone. `now` is the instant up to which the facts are known: what is
  open lasts until it, and no second after it counts.
- Each row equals `metrics.history.evaluate` over the facts of its interval and group. A row in which nothing happened
  (no numerator, no denominator) is left out, except with `Every.ALL` and no grouping. Rows come by start, then by
  keys (what is not known last); an interval that the window cuts is given as far as the window goes.
- An agent's time knows the agent and whether the agent is part-time; a trunk's time knows neither. Grouped by
  anything else it stands in the row whose key is None, and the other rows have no data for it. A filter by anything
  else leaves no data: half of an occupancy would be a wrong one.
- `Filter.within`, and exclusions of all queues and entries, hold for each second of time as for each contact's
  arrival; exclusions of some queues or entries take contacts alone. A streak is not cut by either.

Stored sums: `stored_sums(facts, site, span, zone, shape)` gives the sums of whole closed days, for each shape of
`SHAPES` (by quarters of an hour and queue; by days and agent), to be kept beside the facts. A year is added up from
them:

    ready = answerable(query, days, zone)   # None, or of which shape and which of the stored days
    if ready: plan(query, facts, now=as_of, stored=Stored(ready.shape, table, tuple(ready.days)))

where `table` is the backend's, or `stored_table(shape, "name of the view")`; it may hold more days than those. Of
`facts` the other days are read alone. The column of a sum bears a digest of what is summed, so one that has changed
since is never read under its old name: stored sums without all of `STORED_COLUMNS` are of another version.

Figures of customers who come again look at contacts that arrived after the window too, for so long as the figure
waits for them: give the facts of that time as well.

`behind(query, metric, part, segments, now)` gives the segments that a figure counts.
"""

from jietong.metrics.query.behind import behind
from jietong.metrics.query.plan import Plan, plan, settled
from jietong.metrics.query.result import rows
from jietong.metrics.query.stored import (
    SHAPES,
    STORED_COLUMNS,
    Answerable,
    Shape,
    Stored,
    answerable,
    stored_sums,
    stored_table,
)
from jietong.metrics.query.tables import AGENT_INTERVAL, PLANNED_TIME, SEGMENT, TRUNK_BUSY, Tables, unbound

__all__ = [
    "AGENT_INTERVAL",
    "PLANNED_TIME",
    "SEGMENT",
    "SHAPES",
    "STORED_COLUMNS",
    "TRUNK_BUSY",
    "Answerable",
    "Plan",
    "Shape",
    "Stored",
    "Tables",
    "answerable",
    "behind",
    "plan",
    "rows",
    "settled",
    "stored_sums",
    "stored_table",
    "unbound",
]
