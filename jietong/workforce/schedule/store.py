"""Schedules as rows: what is published, versions, drafts and their edits. Set-up documents are in `documents`."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import asyncpg
import msgspec

from jietong.core.errors import NotFound
from jietong.core.events import PlannedSpan
from jietong.core.inbox import Write
from jietong.core.vocabulary import Activity, Ms
from jietong.db.pool import Connection
from jietong.workforce.schedule.model import Invite, PersonDay, Spans
from jietong.workforce.schedule.rules.ground import DayKey


class Version(NamedTuple):
    n: int
    kind: str  # draft | day | request | older
    draft: str | None
    request: str | None
    older: int | None
    note: str
    at: Ms
    by: str
    by_name: str
    changes: int = 0
    agents: int = 0


class DayChange(NamedTuple):
    agent: str
    day: str
    before: Spans
    after: Spans


class Draft(NamedTuple):
    id: str
    name: str
    first: str
    last: str
    state: str  # open | published | dropped
    rev: int
    published: int | None
    made_at: Ms
    made_by_name: str
    changed_at: Ms
    changed_by_name: str
    changes: int = 0


class DraftDay(NamedTuple):
    """A person-day that the draft has otherwise, and who changed it last."""

    day: PersonDay
    by: str
    by_name: str
    at: Ms


class EditEntry(NamedTuple):
    n: int
    edit: dict[str, Any]
    before: list[PersonDay]
    after: list[PersonDay]
    undone: bool
    undoes: int | None
    by: str
    by_name: str
    at: Ms


async def run(conn: Connection, writes: Sequence[Write]) -> None:
    """In the caller's own transaction."""
    for one in writes:
        await conn.execute(one.sql, *one.args)


async def lock(conn: Connection, name: str) -> None:
    """Held until the transaction ends. Whoever publishes takes `publish`, whoever edits a draft `draft:<id>`; where
    both are needed, `publish` comes first."""
    await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"schedule:{name}")


# --- published -------------------------------------------------------------------------------------------------


async def published(
    conn: Connection, site: str, first: str, last: str, agents: Sequence[str] | None = None
) -> dict[DayKey, PersonDay]:
    """Person-days of the published schedule, both days inclusive; free days that were published are in it."""
    days = await conn.fetch(
        "SELECT agent, day, version FROM scheduled_day WHERE site = $1 AND day BETWEEN $2 AND $3 "
        "AND ($4::text[] IS NULL OR agent = ANY($4))",
        site,
        first,
        last,
        agents,
    )
    rows = await conn.fetch(
        "SELECT agent, day, started, ended, activity, paid, overtime FROM scheduled_span "
        "WHERE site = $1 AND day BETWEEN $2 AND $3 AND ($4::text[] IS NULL OR agent = ANY($4)) "
        "ORDER BY agent, day, n",
        site,
        first,
        last,
        agents,
    )
    spans: dict[DayKey, list[PlannedSpan]] = {}
    for row in rows:
        spans.setdefault((row["agent"], row["day"]), []).append(
            PlannedSpan(row["started"], row["ended"], Activity(row["activity"]), row["paid"], row["overtime"])
        )
    return {
        (row["agent"], row["day"]): PersonDay(
            row["agent"], row["day"], tuple(spans.get((row["agent"], row["day"]), ())), version=row["version"]
        )
        for row in days
    }


async def newest_version(conn: Connection, site: str) -> int:
    n: int = await conn.fetchval("SELECT coalesce(max(n), 0) FROM schedule_version WHERE site = $1", site)
    return n


async def versions(
    conn: Connection, site: str, *, before: int | None = None, limit: int = 50, n: int | None = None
) -> list[Version]:
    """Newest first."""
    rows = await conn.fetch(
        """
        SELECT v.n, v.kind, v.draft, v.request, v.older, v.note, v.at, v.by, v.by_name,
               count(c.*)::int AS changes, count(DISTINCT c.agent)::int AS agents
        FROM schedule_version v LEFT JOIN schedule_change c ON c.site = v.site AND c.n = v.n
        WHERE v.site = $1 AND ($2::int IS NULL OR v.n < $2) AND ($4::int IS NULL OR v.n = $4)
        GROUP BY v.site, v.n ORDER BY v.n DESC LIMIT $3
        """,
        site,
        before,
        limit,
        n,
    )
    return [Version(**dict(row)) for row in rows]


async def changes(conn: Connection, site: str, n: int, first: str = "", last: str = "9999") -> list[DayChange]:
    rows = await conn.fetch(
        "SELECT agent, day, before, after FROM schedule_change WHERE site = $1 AND n = $2 AND day BETWEEN $3 AND $4 "
        "ORDER BY day, agent",
        site,
        n,
        first,
        last,
    )
    return [_change(row) for row in rows]


async def changes_since(
    conn: Connection, site: str, n: int, first: str, last: str, agent: str | None = None
) -> list[DayChange]:
    """For each person-day that a version after `n` changed: how it was with version `n`, and how it is now."""
    rows = await conn.fetch(
        """
        SELECT agent, day, (array_agg(before ORDER BY n))[1] AS before, (array_agg(after ORDER BY n DESC))[1] AS after
        FROM schedule_change
        WHERE site = $1 AND n > $2 AND day BETWEEN $3 AND $4 AND ($5::text IS NULL OR agent = $5)
        GROUP BY agent, day ORDER BY day, agent
        """,
        site,
        n,
        first,
        last,
        agent,
    )
    return [_change(row) for row in rows]


def publish_writes(site: str, version: Version, made: Sequence[DayChange]) -> list[Write]:
    """The rows of a publication; they may be written again."""
    days = [{"agent": c.agent, "day": c.day} for c in made]
    spans = [row for c in made for row in span_rows(c.agent, c.day, c.after)]
    changed = [{"agent": c.agent, "day": c.day, "before": dump(c.before), "after": dump(c.after)} for c in made]
    return [
        Write(
            "INSERT INTO schedule_version (site, n, kind, draft, request, older, note, at, by, by_name) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
            (site, version.n, version.kind, version.draft, version.request, version.older, version.note, version.at,
             version.by, version.by_name),
        ),
        Write(
            "INSERT INTO schedule_change (site, n, agent, day, before, after) "
            "SELECT $1, $2, c.agent, c.day, c.before, c.after "
            "FROM jsonb_to_recordset($3::jsonb) AS c (agent text, day text, before jsonb, after jsonb) "
            "ON CONFLICT DO NOTHING",
            (site, version.n, changed),
        ),
        *day_writes(site, version.n, days, spans),
    ]  # fmt: skip


def span_rows(agent: str, day: str, spans: Spans) -> list[dict[str, Any]]:
    return [
        {"agent": agent, "day": day, "n": n, "started": s.start, "ended": s.end, "activity": str(s.activity),
         "paid": s.paid, "overtime": s.overtime}
        for n, s in enumerate(spans)
    ]  # fmt: skip


def day_writes(site: str, n: int, days: list[dict[str, Any]], spans: list[dict[str, Any]]) -> list[Write]:
    """Replaces what was published for these person-days."""
    return [
        Write(
            "INSERT INTO scheduled_day (site, agent, day, version) "
            "SELECT $1, d.agent, d.day, $2 FROM jsonb_to_recordset($3::jsonb) AS d (agent text, day text) "
            "ON CONFLICT (site, agent, day) DO UPDATE SET version = excluded.version",
            (site, n, days),
        ),
        Write(
            "DELETE FROM scheduled_span s USING jsonb_to_recordset($2::jsonb) AS d (agent text, day text) "
            "WHERE s.site = $1 AND s.agent = d.agent AND s.day = d.day",
            (site, days),
        ),
        Write(
            "INSERT INTO scheduled_span (site, agent, day, n, started, ended, activity, paid, overtime) "
            "SELECT $1, s.agent, s.day, s.n, s.started, s.ended, s.activity, s.paid, s.overtime "
            "FROM jsonb_to_recordset($2::jsonb) AS s (agent text, day text, n int, started bigint, ended bigint, "
            "activity text, paid boolean, overtime boolean) ON CONFLICT DO NOTHING",
            (site, spans),
        ),
    ]


# --- drafts ----------------------------------------------------------------------------------------------------

_DRAFT = """
SELECT d.id, d.name, d.first_day AS first, d.last_day AS last, d.state, d.rev, d.published, d.made_at, d.made_by_name,
       d.changed_at, d.changed_by_name,
       (SELECT count(*)::int FROM schedule_draft_day e WHERE e.draft = d.id) AS changes
FROM schedule_draft d
"""


async def drafts(conn: Connection, site: str, *, state: str | None = "open", limit: int = 100) -> list[Draft]:
    rows = await conn.fetch(
        _DRAFT + "WHERE d.site = $1 AND ($2::text IS NULL OR d.state = $2) ORDER BY d.changed_at DESC LIMIT $3",
        site,
        state,
        limit,
    )
    return [Draft(**dict(row)) for row in rows]


async def draft(conn: Connection, site: str, id: str) -> Draft:
    """Raises NotFound `no_such_draft`."""
    row = await conn.fetchrow(_DRAFT + "WHERE d.site = $1 AND d.id = $2", site, id)
    if row is None:
        raise NotFound("no_such_draft", "There is no such draft.")
    return Draft(**dict(row))


async def add_draft(conn: Connection, site: str, one: Draft) -> None:
    await conn.execute(
        "INSERT INTO schedule_draft (id, site, name, first_day, last_day, state, rev, published, made_at, "
        "made_by_name, changed_at, changed_by_name) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        one.id, site, one.name, one.first, one.last, one.state, one.rev, one.published, one.made_at,
        one.made_by_name, one.changed_at, one.changed_by_name,
    )  # fmt: skip


async def set_draft_state(conn: Connection, id: str, state: str) -> None:
    await conn.execute("UPDATE schedule_draft SET state = $2 WHERE id = $1", id, state)


def published_write(id: str, n: int) -> Write:
    return Write("UPDATE schedule_draft SET state = 'published', published = $2 WHERE id = $1", (id, n))


async def draft_days(conn: Connection, id: str) -> dict[DayKey, DraftDay]:
    rows = await conn.fetch(
        "SELECT agent, day, rev, version, spans, locked, invites, by, by_name, at FROM schedule_draft_day "
        "WHERE draft = $1 ORDER BY day, agent",
        id,
    )
    return {
        (row["agent"], row["day"]): DraftDay(
            PersonDay(
                row["agent"], row["day"], load(row["spans"]), row["locked"],
                tuple(msgspec.convert(row["invites"], list[Invite])), row["rev"], row["version"],
            ),
            row["by"], row["by_name"], row["at"],
        )
        for row in rows
    }  # fmt: skip


async def save_edit(
    conn: Connection,
    id: str,
    entry: EditEntry,
    gone: Iterable[DayKey] = (),
) -> None:
    """The edit, its person-days and the draft's revision. `gone`: person-days that are as published again."""
    await conn.execute(
        "INSERT INTO schedule_edit (draft, n, edit, before, after, undoes, by, by_name, at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        id, entry.n, entry.edit, msgspec.to_builtins(entry.before), msgspec.to_builtins(entry.after), entry.undoes,
        entry.by, entry.by_name, entry.at,
    )  # fmt: skip
    await conn.executemany(
        """
        INSERT INTO schedule_draft_day (draft, agent, day, rev, version, spans, locked, invites, by, by_name, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT (draft, agent, day) DO UPDATE
        SET rev = excluded.rev, spans = excluded.spans, locked = excluded.locked, invites = excluded.invites,
            version = excluded.version, by = excluded.by, by_name = excluded.by_name, at = excluded.at
        """,
        [
            (id, d.agent, d.day, entry.n, d.version, dump(d.spans), d.locked, msgspec.to_builtins(d.invites),
             entry.by, entry.by_name, entry.at)
            for d in entry.after
        ],
    )  # fmt: skip
    for agent, day in gone:
        await conn.execute(
            "DELETE FROM schedule_draft_day WHERE draft = $1 AND agent = $2 AND day = $3", id, agent, day
        )
    await conn.execute(
        "UPDATE schedule_draft SET rev = $2, changed_at = $3, changed_by_name = $4 WHERE id = $1",
        id,
        entry.n,
        entry.at,
        entry.by_name,
    )


async def mark_undone(conn: Connection, id: str, n: int, *, undone: bool = True) -> None:
    await conn.execute("UPDATE schedule_edit SET undone = $3 WHERE draft = $1 AND n = $2", id, n, undone)


async def edits(
    conn: Connection, id: str, *, n: int | None = None, limit: int = 500, since: int = 0
) -> list[EditEntry]:
    """Newest first."""
    rows = await conn.fetch(
        "SELECT n, edit, before, after, undone, undoes, by, by_name, at FROM schedule_edit "
        "WHERE draft = $1 AND ($2::int IS NULL OR n = $2) AND n > $4 ORDER BY n DESC LIMIT $3",
        id,
        n,
        limit,
        since,
    )
    return [
        EditEntry(
            row["n"], row["edit"], msgspec.convert(row["before"], list[PersonDay]),
            msgspec.convert(row["after"], list[PersonDay]), row["undone"], row["undoes"], row["by"], row["by_name"],
            row["at"],
        )
        for row in rows
    ]  # fmt: skip


# --- notices ---------------------------------------------------------------------------------------------------


def notice_write(id: str, agent: str, at: Ms, code: str, params: Mapping[str, Any]) -> Write:
    return Write(
        "INSERT INTO schedule_notice (id, agent, at, code, params) VALUES ($1, $2, $3, $4, $5) "
        "ON CONFLICT DO NOTHING",
        (id, agent, at, code, dict(params)),
    )


async def notices(conn: Connection, agent: str, limit: int = 50) -> list[asyncpg.Record]:
    return await conn.fetch(
        "SELECT id, at, code, params, read_at FROM schedule_notice WHERE agent = $1 "
        "ORDER BY at DESC, id DESC LIMIT $2",
        agent,
        limit,
    )


# --- spans as JSON ---------------------------------------------------------------------------------------------


def dump(spans: Spans) -> list[dict[str, Any]]:
    out: list[dict[str, Any]] = msgspec.to_builtins(spans)
    return list(out)


def load(document: Any) -> Spans:
    return msgspec.convert(document, tuple[PlannedSpan, ...])


def _change(row: asyncpg.Record) -> DayChange:
    return DayChange(row["agent"], row["day"], load(row["before"]), load(row["after"]))
