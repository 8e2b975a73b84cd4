"""Migrations: once, in order, whoever starts first; and that they can be taken back."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from jietong.core.errors import Unavailable
from jietong.db import migrate as module
from jietong.db.migrate import MigrationFailed, migrate, pending


async def test_three_processes_that_start_at_once_migrate_once(empty_dsn: str) -> None:
    steps = await pending(empty_dsn)
    told: list[str] = []
    done = await asyncio.gather(*(migrate(empty_dsn, told.append) for _ in range(3)))
    assert sorted(done, key=len) == [[], [], steps]
    assert steps[:2] == ["0001", "0002"]
    assert any("waiting" in line for line in told)
    assert any(line.strip().startswith("0001") for line in told)
    assert await pending(empty_dsn) == []
    assert await migrate(empty_dsn) == []


async def test_a_step_that_fails_is_named_and_leaves_no_half(
    empty_dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = tmp_path / "versions"
    versions.mkdir()
    for number, before, sql in (("0001", None, "CREATE TABLE a (n int)"), ("0002", "0001", "CREATE TABLE b (")):
        (versions / f"{number}_x.py").write_text(
            f'"""Step {number}."""\nfrom alembic import op\nrevision = {number!r}\ndown_revision = {before!r}\n'
            f"def upgrade():\n    op.execute('CREATE TABLE half{number} (n int)')\n    op.execute({sql!r})\n"
        )
    monkeypatch.setattr(module, "_FOLDER", tmp_path)
    with pytest.raises(MigrationFailed, match="Step 0002") as told:
        await migrate(empty_dsn)
    assert told.value.code == "migration_failed"
    assert await pending(empty_dsn) == ["0002"]
    conn = await asyncpg.connect(empty_dsn)
    assert await conn.fetchval("SELECT to_regclass('half0001') IS NOT NULL AND to_regclass('half0002') IS NULL")
    await conn.close()


async def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        await migrate(f"postgresql://jietong@/jietong?host={tmp_path}&port=5432")
