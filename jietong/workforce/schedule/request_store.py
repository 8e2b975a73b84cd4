"""Requests, offers, wishes and notices as rows."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import asyncpg

from jietong.core.errors import NotFound
from jietong.core.inbox import Write
from jietong.core.vocabulary import Ms
from jietong.db.pool import Connection
from jietong.workforce.schedule.rules.requests import RequestKind, RequestState


class Request(NamedTuple):
    """`agent` '' of a call-up: the centre asks. `start`, `end`: leave of part of a day, call-up, overtime."""

    id: str
    kind: RequestKind
    state: RequestState
    agent: str
    partner: str | None
    day: str
    last_day: str
    partner_day: str | None
    start: Ms | None
    end: Ms | None
    note: str
    reason: str
    automatic: bool
    version: int | None
    places: int
    expires_at: Ms | None
    params: dict[str, Any]
    made_at: Ms
    made_by: str
    made_by_name: str
    decided_at: Ms | None = None
    decided_by_name: str | None = None


class Offer(NamedTuple):
    request: str
    agent: str
    place: int
    offered_at: Ms
    answer: str | None = None  # accepted | declined | late
    answered_at: Ms | None = None


_COLUMNS = (
    "r.id, r.kind, r.state, r.agent, r.partner, r.day, r.last_day, r.partner_day, r.started, r.ended, r.note, "
    "r.reason, r.automatic, r.version, r.places, r.expires_at, r.params, r.made_at, r.made_by, r.made_by_name, "
    "r.decided_at, r.decided_by_name"
)


def save_write(one: Request) -> Write:
    """A new request, or its later state: a closed one is never opened again."""
    return Write(
        """
        INSERT INTO schedule_request AS r (id, kind, state, agent, partner, day, last_day, partner_day, started,
            ended, note, reason, automatic, version, places, expires_at, params, made_at, made_by, made_by_name,
            decided_at, decided_by_name)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
        ON CONFLICT (id) DO UPDATE
        SET state = excluded.state, partner = excluded.partner, reason = excluded.reason, version = excluded.version,
            automatic = excluded.automatic, decided_at = excluded.decided_at,
            decided_by_name = excluded.decided_by_name, expires_at = excluded.expires_at, params = excluded.params,
            started = excluded.started, ended = excluded.ended
        """,
        (one.id, str(one.kind), str(one.state), one.agent, one.partner, one.day, one.last_day, one.partner_day,
         one.start, one.end, one.note, one.reason, one.automatic, one.version, one.places, one.expires_at, one.params,
         one.made_at, one.made_by, one.made_by_name, one.decided_at, one.decided_by_name),
    )  # fmt: skip


def offer_write(one: Offer) -> Write:
    return Write(
        "INSERT INTO schedule_offer (request, agent, place, offered_at, answer, answered_at) "
        "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (request, agent) DO UPDATE "
        "SET answer = excluded.answer, answered_at = excluded.answered_at",
        tuple(one),
    )


async def request(conn: Connection, id: str) -> Request:
    """Raises NotFound `no_such_request`."""
    row = await conn.fetchrow(f"SELECT {_COLUMNS} FROM schedule_request r WHERE r.id = $1", id)
    if row is None:
        raise NotFound("no_such_request", "There is no such request.")
    return _request(row)


async def offered_as(conn: Connection, once: str) -> Request | None:
    row = await conn.fetchrow(
        f"SELECT {_COLUMNS} FROM schedule_request r WHERE r.kind = 'call_up' AND r.params->>'once' = $1",
        once,
    )
    return None if row is None else _request(row)


async def requests(
    conn: Connection,
    *,
    open: bool | None = None,
    agent: str | None = None,
    since: Ms = 0,
    limit: int = 200,
) -> list[Request]:
    """Newest first. `agent`: theirs, those that name them, and those that they were asked for."""
    rows = await conn.fetch(
        f"""
        SELECT {_COLUMNS} FROM schedule_request r
        WHERE ($1::boolean IS NULL OR (r.state IN ('offered', 'awaiting')) = $1)
          AND ($2::text IS NULL OR r.agent = $2 OR r.partner = $2
               OR EXISTS (SELECT FROM schedule_offer o WHERE o.request = r.id AND o.agent = $2))
          AND r.made_at >= $3
        ORDER BY r.made_at DESC, r.id DESC LIMIT $4
        """,
        open,
        agent,
        since,
        limit,
    )
    return [_request(row) for row in rows]


async def expired(conn: Connection, now: Ms) -> list[str]:
    rows = await conn.fetch(
        "SELECT id FROM schedule_request WHERE state IN ('offered', 'awaiting') AND expires_at <= $1 ORDER BY id",
        now,
    )
    return [row["id"] for row in rows]


async def offers(conn: Connection, ids: Sequence[str]) -> dict[str, list[Offer]]:
    rows = await conn.fetch(
        "SELECT request, agent, place, offered_at, answer, answered_at FROM schedule_offer "
        "WHERE request = ANY($1::text[]) ORDER BY request, place",
        list(ids),
    )
    out: dict[str, list[Offer]] = {}
    for row in rows:
        out.setdefault(row["request"], []).append(Offer(**dict(row)))
    return out


async def called_up(conn: Connection, since: Ms) -> dict[str, int]:
    """How often somebody took a call-up or overtime since then."""
    rows = await conn.fetch(
        "SELECT o.agent, count(*)::int AS n FROM schedule_offer o JOIN schedule_request r ON r.id = o.request "
        "WHERE o.answer = 'accepted' AND o.answered_at >= $1 AND r.kind IN ('call_up', 'overtime') GROUP BY o.agent",
        since,
    )
    return {row["agent"]: row["n"] for row in rows}


async def wishes(conn: Connection, agent: str | None = None) -> list[asyncpg.Record]:
    return await conn.fetch(
        "SELECT id, agent, kind, day, weekday, pattern, weight, note, made_at FROM schedule_wish "
        "WHERE $1::text IS NULL OR agent = $1 ORDER BY made_at, id",
        agent,
    )


def _request(row: asyncpg.Record) -> Request:
    fields = dict(row)
    fields["start"], fields["end"] = fields.pop("started"), fields.pop("ended")
    return Request(**{**fields, "kind": RequestKind(row["kind"]), "state": RequestState(row["state"])})
