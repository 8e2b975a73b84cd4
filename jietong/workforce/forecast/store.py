"""Forecasts as rows: versions, adjustments, events. Whoever reads sees the clients of the transaction's scope."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import asyncpg

from jietong.core.errors import NotFound, Refused
from jietong.core.vocabulary import Ms
from jietong.db.pool import Connection
from jietong.workforce.forecast.events import Effect


class Version(NamedTuple):
    """One forecast as it was made; `days` as `made.MadeDay` in JSON."""

    id: str
    client: str
    queue: str
    made_at: Ms
    made_by: str
    made_by_name: str
    first: date
    last: date
    basis: dict[str, Any]
    days: list[dict[str, Any]]


class Adjustment(NamedTuple):
    id: str
    client: str
    queue: str
    effect: Effect
    note: str
    made_at: Ms
    made_by: str
    made_by_name: str
    undone_at: Ms | None


class Event(NamedTuple):
    id: str
    version: int
    client: str
    queues: tuple[str, ...]
    title: str
    kind: str
    effect: Effect
    note: str
    made_at: Ms
    made_by_name: str


async def insert_version(conn: Connection, one: Version) -> None:
    await conn.execute(
        "INSERT INTO planning_forecast (id, client, queue, made_at, made_by, made_by_name, first_day, last_day, "
        "basis, days) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        one.id, one.client, one.queue, one.made_at, one.made_by, one.made_by_name, one.first.isoformat(),
        one.last.isoformat(), one.basis, one.days,
    )  # fmt: skip


async def versions(conn: Connection, queue: str, *, limit: int = 100) -> list[Version]:
    """Latest first, without their days."""
    rows = await conn.fetch(
        "SELECT id, client, queue, made_at, made_by, made_by_name, first_day, last_day, basis, '[]'::jsonb AS days "
        "FROM planning_forecast WHERE queue = $1 ORDER BY made_at DESC, id DESC LIMIT $2",
        queue, limit,
    )  # fmt: skip
    return [_version(row) for row in rows]


async def trim_nightly(conn: Connection, queue: str, since: date, but: str) -> None:
    """Lets go of what nightly forecasts before `but` tell of days from `since` on: `but` tells it anew."""
    await conn.execute(
        "DELETE FROM planning_forecast WHERE queue = $1 AND id <> $2 AND basis->'nightly' = 'true' "
        "AND first_day >= $3",
        queue, but, since.isoformat(),
    )  # fmt: skip
    await conn.execute(
        "UPDATE planning_forecast SET last_day = $4, days = coalesce((SELECT jsonb_agg(one ORDER BY one->>'day') "
        "FROM jsonb_array_elements(days) AS one WHERE one->>'day' < $3), '[]'::jsonb) "
        "WHERE queue = $1 AND id <> $2 AND basis->'nightly' = 'true' AND last_day >= $3",
        queue, but, since.isoformat(), (since - timedelta(days=1)).isoformat(),
    )  # fmt: skip


async def nightly_of_queues(conn: Connection) -> dict[str, Ms]:
    """When each queue was forecast last by itself."""
    rows = await conn.fetch(
        "SELECT queue, max(made_at) AS at FROM planning_forecast WHERE basis->'nightly' = 'true' GROUP BY queue"
    )
    return {row["queue"]: row["at"] for row in rows}


async def covering(conn: Connection, queue: str, first: date, last: date, *, limit: int = 300) -> list[Version]:
    """Those that tell of any day between, latest first, with their days."""
    rows = await conn.fetch(
        "SELECT * FROM planning_forecast WHERE queue = $1 AND first_day <= $3 AND last_day >= $2 "
        "ORDER BY made_at DESC, id DESC LIMIT $4",
        queue, first.isoformat(), last.isoformat(), limit,
    )  # fmt: skip
    return [_version(row) for row in rows]


async def latest_of_queues(conn: Connection) -> dict[str, Version]:
    """Each queue's latest, without its days."""
    rows = await conn.fetch(
        "SELECT DISTINCT ON (queue) id, client, queue, made_at, made_by, made_by_name, first_day, last_day, basis, "
        "'[]'::jsonb AS days FROM planning_forecast ORDER BY queue, made_at DESC, id DESC"
    )
    return {row["queue"]: _version(row) for row in rows}


async def insert_adjustment(conn: Connection, one: Adjustment) -> None:
    effect = one.effect
    await conn.execute(
        "INSERT INTO planning_adjustment (id, client, queue, first_day, last_day, from_s, until_s, how, value, note, "
        "made_at, made_by, made_by_name) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        one.id, one.client, one.queue, effect.first.isoformat(), effect.last.isoformat(), effect.from_s,
        effect.until_s, effect.how, effect.value, one.note, one.made_at, one.made_by, one.made_by_name,
    )  # fmt: skip


async def adjustments(
    conn: Connection, queue: str, first: date, last: date, *, undone: bool = False
) -> list[Adjustment]:
    """In the order in which they were made. `undone`: with those taken back."""
    rows = await conn.fetch(
        "SELECT * FROM planning_adjustment WHERE queue = $1 AND first_day <= $3 AND last_day >= $2 "
        "AND ($4 OR undone_at IS NULL) ORDER BY made_at, id",
        queue, first.isoformat(), last.isoformat(), undone,
    )  # fmt: skip
    return [_adjustment(row) for row in rows]


async def undo(conn: Connection, id: str, *, by: str, now: Ms) -> Adjustment:
    """Raises NotFound `no_such_adjustment`; taking one back twice is one."""
    row = await conn.fetchrow(
        "UPDATE planning_adjustment SET undone_at = coalesce(undone_at, $2), undone_by = coalesce(undone_by, $3) "
        "WHERE id = $1 RETURNING *",
        id, now, by,
    )  # fmt: skip
    if row is None:
        raise NotFound("no_such_adjustment", "There is no such adjustment. Load the forecast again.")
    return _adjustment(row)


async def redo(conn: Connection, id: str) -> Adjustment:
    """Raises NotFound `no_such_adjustment`."""
    row = await conn.fetchrow(
        "UPDATE planning_adjustment SET undone_at = NULL, undone_by = NULL WHERE id = $1 RETURNING *", id
    )
    if row is None:
        raise NotFound("no_such_adjustment", "There is no such adjustment. Load the forecast again.")
    return _adjustment(row)


async def events(
    conn: Connection, *, queue: str | None = None, first: date | None = None, last: date | None = None
) -> list[Event]:
    """In the order of their days."""
    rows = await conn.fetch(
        "SELECT * FROM planning_event WHERE removed_at IS NULL AND ($1::text IS NULL OR $1 = ANY(queues)) "
        "AND ($2::text IS NULL OR last_day >= $2) AND ($3::text IS NULL OR first_day <= $3) ORDER BY first_day, id",
        queue, first and first.isoformat(), last and last.isoformat(),
    )  # fmt: skip
    return [_event(row) for row in rows]


async def event(conn: Connection, id: str) -> Event:
    """Raises NotFound `no_such_event`."""
    row = await conn.fetchrow("SELECT * FROM planning_event WHERE id = $1 AND removed_at IS NULL", id)
    if row is None:
        raise NotFound("no_such_event", "There is no such event in the calendar. Load it again.")
    return _event(row)


async def save_event(conn: Connection, one: Event, *, base: int | None) -> Event:
    """A new one (`base` None) or a change of version `base`. Raises NotFound `no_such_event`, Refused
    `stale_version`."""
    effect = one.effect
    values = (
        one.id, one.client, list(one.queues), one.title, one.kind, effect.first.isoformat(), effect.last.isoformat(),
        effect.from_s, effect.until_s, effect.how, effect.value, one.note, one.made_at, one.made_by_name,
    )  # fmt: skip
    if base is None:
        row = await conn.fetchrow(
            "INSERT INTO planning_event (id, version, client, queues, title, kind, first_day, last_day, from_s, "
            "until_s, how, value, note, made_at, made_by_name) "
            "VALUES ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING *",
            *values,
        )
        assert row is not None
        return _event(row)
    await event(conn, one.id)
    row = await conn.fetchrow(
        "UPDATE planning_event SET version = version + 1, client = $2, queues = $3, title = $4, kind = $5, "
        "first_day = $6, last_day = $7, from_s = $8, until_s = $9, how = $10, value = $11, note = $12, "
        "made_at = $13, made_by_name = $14 WHERE id = $1 AND version = $15 AND removed_at IS NULL RETURNING *",
        *values, base,
    )  # fmt: skip
    if row is None:
        raise Refused("stale_version", "Somebody has changed this event since you opened it: load it again.")
    return _event(row)


async def remove_event(conn: Connection, id: str, *, now: Ms) -> Event:
    """Raises NotFound `no_such_event`."""
    found = await event(conn, id)
    await conn.execute("UPDATE planning_event SET removed_at = $2 WHERE id = $1", id, now)
    return found


def effects_of(found: Sequence[Event]) -> tuple[Effect, ...]:
    return tuple(one.effect for one in found)


def _effect(row: asyncpg.Record) -> Effect:
    return Effect(
        date.fromisoformat(row["first_day"]), date.fromisoformat(row["last_day"]), row["how"], row["value"],
        row["from_s"], row["until_s"],
    )  # fmt: skip


def _version(row: asyncpg.Record) -> Version:
    return Version(
        row["id"], row["client"], row["queue"], row["made_at"], row["made_by"], row["made_by_name"],
        date.fromisoformat(row["first_day"]), date.fromisoformat(row["last_day"]), row["basis"], row["days"],
    )  # fmt: skip


def _adjustment(row: asyncpg.Record) -> Adjustment:
    return Adjustment(
        row["id"], row["client"], row["queue"], _effect(row), row["note"], row["made_at"], row["made_by"],
        row["made_by_name"], row["undone_at"],
    )  # fmt: skip


def _event(row: asyncpg.Record) -> Event:
    return Event(
        row["id"], row["version"], row["client"], tuple(row["queues"]), row["title"], row["kind"], _effect(row),
        row["note"], row["made_at"], row["made_by_name"],
    )  # fmt: skip
