"""Jobs as rows. The table is the queue: whoever is active takes the oldest queued one."""

from typing import Any

import asyncpg

from jietong.core.errors import NotFound
from jietong.core.vocabulary import Ms
from jietong.db.pool import Connection
from jietong.workforce.jobs.model import Job, JobState, Progress

_COLUMNS = (
    "id, kind, client, subject, state, owner, owner_name, made_at, started_at, ended_at, "
    "share, best, bound, text, told_at, error, error_detail"
)


async def insert(
    conn: Connection, id: str, kind: str, args: Any, *, client: str, subject: str, owner: str, name: str, now: Ms
) -> None:
    await conn.execute(
        "INSERT INTO planning_job (id, client, kind, subject, state, args, owner, owner_name, made_at) "
        "VALUES ($1, $2, $3, $4, 'queued', $5, $6, $7, $8)",
        id, client, kind, subject, args, owner, name, now,
    )  # fmt: skip


async def read(conn: Connection, id: str) -> Job:
    """Raises NotFound `no_such_job`, for one that the connection does not see alike."""
    row = await conn.fetchrow(f"SELECT {_COLUMNS} FROM planning_job WHERE id = $1", id)
    if row is None:
        raise NotFound("no_such_job", "There is no such job that you can see.")
    return _job(row)


async def listed(conn: Connection, *, kind: str | None, subject: str | None, limit: int) -> list[Job]:
    """Latest first."""
    rows = await conn.fetch(
        f"SELECT {_COLUMNS} FROM planning_job WHERE ($1::text IS NULL OR kind = $1) "
        "AND ($2::text IS NULL OR subject = $2) ORDER BY made_at DESC, id DESC LIMIT $3",
        kind, subject, limit,
    )  # fmt: skip
    return [_job(row) for row in rows]


async def many(conn: Connection, ids: list[str]) -> dict[str, Job]:
    rows = await conn.fetch(f"SELECT {_COLUMNS} FROM planning_job WHERE id = ANY($1::text[])", ids)
    return {row["id"]: _job(row) for row in rows}


async def queued_of(conn: Connection, owner: str) -> int:
    count: int = await conn.fetchval(
        "SELECT count(*) FROM planning_job WHERE owner = $1 AND state IN ('queued', 'running')", owner
    )
    return count


async def result(conn: Connection, id: str) -> tuple[bytes | None, bool]:
    """The result, or what there is of it so far (then JSON); whether it is JSON."""
    row = await conn.fetchrow(
        "SELECT coalesce(result, partial) AS result, result IS NULL OR result_json AS json "
        "FROM planning_job WHERE id = $1",
        id,
    )
    return (None, True) if row is None else (row["result"], row["json"])


async def take(conn: Connection, run: str, now: Ms) -> tuple[Job, Any] | None:
    """The oldest queued job, now running, with its arguments; None: there is none. `run`: its process, `:`, which
    time: what an earlier run of the same job still has to say is not heard."""
    row = await conn.fetchrow(
        "UPDATE planning_job SET state = 'running', runner = $1, started_at = $2, ended_at = NULL "
        "WHERE id = (SELECT id FROM planning_job WHERE state = 'queued' ORDER BY made_at, id LIMIT 1 "
        f"FOR UPDATE SKIP LOCKED) RETURNING {_COLUMNS}, args",
        run, now,
    )  # fmt: skip
    return None if row is None else (_job(row), row["args"])


async def told(conn: Connection, id: str, run: str, progress: Progress, partial: bytes | None) -> None:
    """A `partial` of None leaves the one told before."""
    await conn.execute(
        "UPDATE planning_job SET share = $3, best = $4, bound = $5, text = $6, told_at = $7, "
        "partial = coalesce($8, partial) WHERE id = $1 AND runner = $2 AND state = 'running'",
        id, run, progress.share, progress.best, progress.bound, progress.text, progress.at, partial,
    )  # fmt: skip


async def done(conn: Connection, id: str, run: str, result: bytes, json: bool, now: Ms) -> bool:
    """Whether it was still running here."""
    tag = await conn.execute(
        "UPDATE planning_job SET state = 'done', ended_at = $3, share = 1, result = $4, result_json = $5, "
        "partial = NULL WHERE id = $1 AND runner = $2 AND state = 'running'",
        id, run, now, result, json,
    )  # fmt: skip
    return bool(tag != "UPDATE 0")


async def ended(
    conn: Connection,
    id: str,
    run: str,
    state: JobState,
    now: Ms,
    code: str | None = None,
    detail: str | None = None,
) -> bool:
    """Failed, cancelled or interrupted; what there is of a result stays. Whether it was still running here."""
    tag = await conn.execute(
        "UPDATE planning_job SET state = $3, ended_at = $4, error = $5, error_detail = $6 "
        "WHERE id = $1 AND runner = $2 AND state = 'running'",
        id, run, state.value, now, code, detail,
    )  # fmt: skip
    return bool(tag != "UPDATE 0")


async def cancel(conn: Connection, id: str, now: Ms) -> str | None:
    """The state that it had; the row is locked until the transaction ends. None: no such job."""
    state: str | None = await conn.fetchval("SELECT state FROM planning_job WHERE id = $1 FOR UPDATE", id)
    if state in {"queued", "running"}:
        await conn.execute("UPDATE planning_job SET state = 'cancelled', ended_at = $2 WHERE id = $1", id, now)
    return state


async def queue_again(conn: Connection, id: str, owner: str, name: str, now: Ms) -> bool:
    """Whether it had ended without a result."""
    tag = await conn.execute(
        "UPDATE planning_job SET state = 'queued', owner = $2, owner_name = $3, made_at = $4, runner = NULL, "
        "started_at = NULL, ended_at = NULL, share = NULL, best = NULL, bound = NULL, text = '', told_at = NULL, "
        "partial = NULL, error = NULL, error_detail = NULL "
        "WHERE id = $1 AND state IN ('failed', 'cancelled', 'interrupted')",
        id, owner, name, now,
    )  # fmt: skip
    return bool(tag != "UPDATE 0")


async def interrupt_others(conn: Connection, runner: str, now: Ms) -> list[str]:
    """Jobs that a process before this one left running."""
    rows = await conn.fetch(
        "UPDATE planning_job SET state = 'interrupted', ended_at = $2 "
        "WHERE state = 'running' AND NOT coalesce(starts_with(runner, $1), false) RETURNING id",
        runner, now,
    )  # fmt: skip
    return [row["id"] for row in rows]


async def forget(conn: Connection, before: Ms) -> int:
    """Deletes what ended before then. Gives how many."""
    tag = await conn.execute("DELETE FROM planning_job WHERE ended_at < $1", before)
    return int(tag.split()[-1])


def _job(row: asyncpg.Record) -> Job:
    return Job(
        row["id"],
        row["kind"],
        row["client"],
        row["subject"],
        JobState(row["state"]),
        row["owner"],
        row["owner_name"],
        row["made_at"],
        row["started_at"],
        row["ended_at"],
        Progress(row["share"], row["best"], row["bound"], row["text"], row["told_at"]),
        row["error"],
        row["error_detail"],
    )
