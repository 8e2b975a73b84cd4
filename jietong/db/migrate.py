"""Brings a database to the newest schema. Safe when several processes start at once; a no-op when it is there."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import asyncpg
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from jietong.core.errors import JietongError, Unavailable
from jietong.db.pool import database_errors

Report: TypeAlias = Callable[[str], None]

_FOLDER = Path(__file__).with_name("migrations")
_LOCK = 0x6A69_6574_6F6E_67  # "jietong": the advisory lock of whoever migrates
_EXTENSIONS = ("pg_trgm", "unaccent")


class MigrationFailed(JietongError):
    status = 500


async def migrate(dsn: str, report: Report = lambda _: None, *, target: str = "head") -> list[str]:
    """Runs what is missing, each revision in a transaction of its own; returns the revisions that were run.

    Raises Unavailable (server gone) or MigrationFailed `migration_failed` naming the revision: the schema is then
    as it was before that revision.
    """
    with database_errors():
        lock = await asyncpg.connect(dsn, timeout=30, server_settings={"application_name": "jietong migrate"})
    try:
        if not await lock.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):
            report("Another process is preparing the database; waiting for it …")
            await lock.execute("SELECT pg_advisory_lock($1)", _LOCK)
        await _extensions(lock)
        return await _upgrade(dsn, report, target)
    finally:
        await lock.close(timeout=5)


async def pending(dsn: str) -> list[str]:
    """Revisions that the database has not had yet, oldest first."""
    with database_errors():
        conn = await asyncpg.connect(dsn, timeout=30)
    try:
        known = await conn.fetchval("SELECT to_regclass('alembic_version') IS NOT NULL")
        current = await conn.fetchval("SELECT version_num FROM alembic_version") if known else None
    finally:
        await conn.close()
    steps = [s.revision for s in _scripts().walk_revisions()][::-1]
    return steps[steps.index(current) + 1 :] if current in steps else steps


def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


async def _extensions(conn: "asyncpg.Connection[asyncpg.Record]") -> None:
    for name in _EXTENSIONS:
        try:
            await conn.execute(f"CREATE EXTENSION IF NOT EXISTS {name}")
        except asyncpg.PostgresError as error:
            raise MigrationFailed(
                "extension_missing",
                f"PostgreSQL would not add its extension `{name}` ({error}). Install postgresql-contrib, or have an "
                f"administrator run: CREATE EXTENSION {name};",
            ) from error


async def _upgrade(dsn: str, report: Report, target: str) -> list[str]:
    scripts = _scripts()
    done: list[str] = []
    step = ""

    def plan(revision: Any, _: Any) -> Any:
        steps = scripts._upgrade_revs(target, revision)
        if steps:
            report(f"Preparing the database: {len(steps)} step{'s' if len(steps) > 1 else ''} …")
        return _announced(steps)

    def _announced(steps: Any) -> Any:
        nonlocal step
        for one in steps:
            step = str(one.revision.revision)
            report(f"  {step} {str(one.revision.doc).splitlines()[0]}")
            yield one
            done.append(step)

    def run(connection: Connection) -> None:
        with EnvironmentContext(scripts_config(scripts), scripts, fn=plan) as environment:
            environment.configure(connection=connection, transaction_per_migration=True)
            with environment.begin_transaction():
                environment.run_migrations()

    async def connect() -> Any:
        return await asyncpg.connect(dsn, timeout=30, server_settings={"jietong.clients": "*"})

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(run)
    except (TimeoutError, OSError) as error:
        raise Unavailable("database_gone", "The database went away while it was prepared: start again.") from error
    except Exception as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise MigrationFailed(
            "migration_failed",
            f"Step {step or '?'} of preparing the database failed: {reason}. The steps before it are kept; correct "
            "the cause and start again.",
        ) from error
    finally:
        await engine.dispose()
    return done


def scripts_config(scripts: ScriptDirectory) -> Config:
    config = Config()
    config.set_main_option("script_location", scripts.dir.replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
