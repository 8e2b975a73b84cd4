"""What was done about the day, as rows."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import asyncpg

from jietong.core.inbox import Write
from jietong.core.vocabulary import Ms
from jietong.db.pool import Connection


class Action(NamedTuple):
    """`before`, `after`: [agent, day, spans] of what was changed; empty where somebody was asked instead."""

    id: str
    day: str
    kind: str
    params: dict[str, Any]
    before: list[Any]
    after: list[Any]
    effect: dict[str, Any]
    at: Ms
    by: str
    by_name: str
    undone_at: Ms | None = None
    undone_by_name: str | None = None


_COLUMNS = Action._fields


def adding(site: str, action: Action) -> Write:
    """To be committed with the change that it notes."""
    places = ", ".join(f"${n}" for n in range(2, len(_COLUMNS) + 2))
    return Write(
        f"INSERT INTO day_action (site, {', '.join(_COLUMNS)}) VALUES ($1, {places}) ON CONFLICT DO NOTHING",
        (site, *action),
    )


def undoing(site: str, id: str, at: Ms, by_name: str) -> Write:
    """Who was quicker stays."""
    return Write(
        "UPDATE day_action SET undone_at = $3, undone_by_name = $4 WHERE site = $1 AND id = $2 AND undone_at IS NULL",
        (site, id, at, by_name),
    )


async def of_day(conn: Connection, site: str, day: str) -> list[Action]:
    """The latest first."""
    rows = await conn.fetch("SELECT * FROM day_action WHERE site = $1 AND day = $2 ORDER BY at DESC, id", site, day)
    return [_action(row) for row in rows]


async def unanswered(conn: Connection, actions: Sequence[Action]) -> frozenset[str]:
    """Of those that asked people: the ids of actions whose request is still open, and can be withdrawn."""
    asked = {one.params["request"]: one.id for one in actions if one.params.get("request")}
    rows = await conn.fetch(
        "SELECT id FROM schedule_request WHERE id = ANY($1::text[]) AND state = 'offered'", list(asked)
    )
    return frozenset(asked[row["id"]] for row in rows)


async def one(conn: Connection, site: str, id: str) -> Action | None:
    row = await conn.fetchrow("SELECT * FROM day_action WHERE site = $1 AND id = $2", site, id)
    return None if row is None else _action(row)


def _action(row: asyncpg.Record) -> Action:
    return Action(*(row[name] for name in _COLUMNS))


def spans_of(changes: Sequence[dict[str, Any]], which: str) -> list[Any]:
    """[agent, day, spans] of a publication's changes."""
    return [[one["agent"], one["day"], one[which]] for one in changes]
