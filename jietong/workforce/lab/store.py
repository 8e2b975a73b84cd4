"""Studies, their versions, scenarios and runs as rows."""

from collections.abc import Sequence
from typing import Any

import asyncpg
import msgspec

from jietong.core.errors import NotFound
from jietong.core.vocabulary import Ms
from jietong.db.pool import Connection
from jietong.workforce.lab.model import Assumptions, Change, Ground, Of, Run, Study, Tried, Version

_STUDY = "id, client, title, of, queues, days, seed, state, error, job, made_at, made_by, made_by_name"


async def insert(conn: Connection, study: Study, ground: Ground) -> None:
    await conn.execute(
        f"INSERT INTO lab_study ({_STUDY}, ground) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        study.id, study.client, study.title, _json(study.of), list(study.queues), study.days, study.seed, study.state,
        study.error, study.job, study.made_at, study.made_by, study.made_by_name, _json(ground),
    )  # fmt: skip


async def read(conn: Connection, id: str, *, lock: bool = False) -> Study:
    """Raises NotFound `no_such_study`, for one that the connection does not see alike."""
    row = await conn.fetchrow(f"SELECT {_STUDY} FROM lab_study WHERE id = $1{' FOR UPDATE' if lock else ''}", id)
    if row is None:
        raise NotFound("no_such_study", "There is no such study that you can see.")
    return _study(row)


async def listed(conn: Connection, limit: int = 100) -> list[Study]:
    """Latest first."""
    rows = await conn.fetch(f"SELECT {_STUDY} FROM lab_study ORDER BY made_at DESC, id DESC LIMIT $1", limit)
    return [_study(row) for row in rows]


async def ground(conn: Connection, id: str) -> Ground:
    return msgspec.convert(await conn.fetchval("SELECT ground FROM lab_study WHERE id = $1", id), Ground)


async def keep_ground(conn: Connection, id: str, ground: Ground) -> None:
    await conn.execute("UPDATE lab_study SET ground = $2 WHERE id = $1", id, _json(ground))


async def ready(conn: Connection, id: str) -> None:
    await conn.execute("UPDATE lab_study SET state = 'ready' WHERE id = $1", id)


async def failed(conn: Connection, id: str, error: str) -> None:
    await conn.execute("UPDATE lab_study SET state = 'failed', error = $2 WHERE id = $1", id, error)


async def delete(conn: Connection, id: str) -> None:
    await conn.execute("DELETE FROM lab_study WHERE id = $1", id)


# --- versions ----------------------------------------------------------------------------------------------------


async def add_version(conn: Connection, study: Study, version: Version) -> None:
    await conn.execute(
        "INSERT INTO lab_version (study, n, client, assumptions, note, made_at, made_by_name) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7)",
        study.id, version.n, study.client, _json(version.assumptions), version.note, version.made_at,
        version.made_by_name,
    )  # fmt: skip


async def versions(conn: Connection, study: str) -> list[Version]:
    """From the first on."""
    rows = await conn.fetch(
        "SELECT n, assumptions, note, made_at, made_by_name FROM lab_version WHERE study = $1 ORDER BY n", study
    )
    return [
        Version(
            row["n"],
            msgspec.convert(row["assumptions"], Assumptions),
            row["note"],
            row["made_at"],
            row["made_by_name"],
        )
        for row in rows
    ]


# --- scenarios and runs ------------------------------------------------------------------------------------------


async def add_scenario(conn: Connection, study: Study, tried: Tried) -> None:
    await conn.execute(
        "INSERT INTO lab_scenario (id, study, client, place, name, change, made_at) VALUES ($1, $2, $3, "
        "(SELECT coalesce(max(place), 0) + 1 FROM lab_scenario WHERE study = $2), $4, $5, $6)",
        tried.id, study.id, study.client, tried.name, _json(tried.change), tried.made_at,
    )  # fmt: skip


async def scenarios(conn: Connection, study: str) -> list[Tried]:
    """In their order; the base is the first."""
    rows = await conn.fetch(
        "SELECT id, study, name, change, made_at, planned_at, planned_by_name FROM lab_scenario WHERE study = $1 "
        "ORDER BY place",
        study,
    )
    return [
        Tried(
            row["id"],
            row["study"],
            row["name"],
            msgspec.convert(row["change"], Change),
            row["made_at"],
            row["planned_at"],
            row["planned_by_name"],
        )
        for row in rows
    ]


async def delete_scenario(conn: Connection, id: str) -> None:
    await conn.execute("DELETE FROM lab_scenario WHERE id = $1", id)


async def plan(conn: Connection, id: str, at: Ms | None, name: str | None) -> None:
    await conn.execute("UPDATE lab_scenario SET planned_at = $2, planned_by_name = $3 WHERE id = $1", id, at, name)


async def put_run(conn: Connection, study: Study, scenario: str, version: int, job: str) -> None:
    await conn.execute(
        "INSERT INTO lab_run (scenario, version, client, job) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (scenario, version) DO UPDATE SET job = excluded.job, result = NULL",
        scenario, version, study.client, job,
    )  # fmt: skip


async def runs(conn: Connection, scenarios: Sequence[str], version: int) -> dict[str, Run]:
    rows = await conn.fetch(
        "SELECT scenario, version, job, result FROM lab_run WHERE scenario = ANY($1::text[]) AND version = $2",
        list(scenarios), version,
    )  # fmt: skip
    return {row["scenario"]: Run(row["scenario"], row["version"], row["job"], row["result"]) for row in rows}


async def keep_result(conn: Connection, run: Run, result: Any) -> None:
    await conn.execute(
        "UPDATE lab_run SET result = $4 WHERE scenario = $1 AND version = $2 AND job = $3",
        run.scenario, run.version, run.job, result,
    )  # fmt: skip


def _json(value: Any) -> Any:
    return msgspec.to_builtins(value)


def _study(row: asyncpg.Record) -> Study:
    return Study(
        row["id"],
        row["client"],
        row["title"],
        msgspec.convert(row["of"], Of),
        tuple(row["queues"]),
        row["days"],
        row["seed"],
        row["state"],
        row["job"],
        row["made_at"],
        row["made_by"],
        row["made_by_name"],
        row["error"],
    )
