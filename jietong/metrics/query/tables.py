"""The fact tables as queries see them: the columns that figures may look at, as in PostgreSQL."""

from typing import Any, NamedTuple

import ibis

SEGMENT = {
    "site": "string",
    "contact": "string",
    "n": "int32",
    "kind": "string",
    "client": "string",
    "channel": "string",
    "entry": "string",
    "simulated": "boolean",
    "started": "int64",
    "arrived": "int64",
    "ended": "int64",
    "outcome": "string",
    "queue": "string",
    "agent": "string",
    "part_time": "boolean",
    "cause": "string",
    "direction": "string",
    "flow": "string",
    "node": "string",
    "target_ms": "int64",
    "short_ms": "int64",
    "since": "int64",
    "wait_ms": "int64",
    "talk_ms": "int64",
    "hold_ms": "int64",
    "wrapup_ms": "int64",
    "holds": "int32",
    "reason": "string",  # of the contact: the last that an agent gave
    "customer": "string",  # of the contact
    "resolved": "boolean",
    "score": "int16",
    "mos": "int16",
}
AGENT_INTERVAL = {
    "site": "string",
    "seq": "int64",  # tells which of two came first that began in the same millisecond
    "agent": "string",
    "started": "int64",
    "ended": "int64",
    "state": "string",
    "part_time": "boolean",
    "busy_since": "int64",
}
PLANNED_TIME = {
    "site": "string",
    "agent": "string",
    "started": "int64",
    "ended": "int64",
    "activity": "string",  # not set: the day as a whole
    "planned_from": "int64",
    "excused": "boolean",
    "paid": "boolean",
    "part_time": "boolean",
}
TRUNK_BUSY = {"site": "string", "trunk": "string", "started": "int64", "ended": "int64"}
"""Column to Ibis type. A table may have more columns; these are looked at."""

ALWAYS_SET = frozenset(
    {"site", "contact", "n", "kind", "client", "channel", "entry", "simulated", "started", "arrived", "part_time",
     "direction", "planned_from", "excused", "paid", "state"}
)  # fmt: skip
"""Columns of facts that are never NULL."""

COLUMN = {"start": "started", "end": "ended"}
"""Fields of facts that are named otherwise in tables: both are words of SQL."""

TableExpression = Any
"""`ibis.expr.types.Table`, and `ValueExpression` a column of one: Ibis comes without types for the checker."""
ValueExpression = Any


class Tables(NamedTuple):
    """Ibis tables of one backend."""

    segment: TableExpression
    agent_interval: TableExpression
    trunk_busy: TableExpression
    planned_time: TableExpression


def unbound() -> Tables:
    """Tables by name alone, for whoever has tables or views of these names."""
    return Tables(
        ibis.table(SEGMENT, name="segment"),
        ibis.table(AGENT_INTERVAL, name="agent_interval"),
        ibis.table(TRUNK_BUSY, name="trunk_busy"),
        ibis.table(PLANNED_TIME, name="planned_time"),
    )
