"""`jietong import contacts` on the real database: repeated, dirty, cut short, two at once, made anew."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from import_files import facts, imported, lines, rejected, written

from jietong.contacts import explorer
from jietong.contacts.projector import ContactsProjector
from jietong.contacts.verify import verify
from jietong.db.pool import ALL, Database, Scope
from jietong.imports import contacts
from jietong.imports.model import Counts
from jietong.routing.engine import Engine
from jietong.routing.runtime import Plan
from jietong.routing.verify import verify as prove


async def heads(database: Database) -> list[tuple[object, ...]]:
    async with database.read(ALL) as conn:
        return [tuple(row) for row in await conn.fetch("SELECT * FROM ledger_head ORDER BY site")]


async def test_a_repeated_import_changes_nothing(database: Database, tmp_path: Path) -> None:
    path = written(tmp_path / "f.csv", lines(500))
    assert await imported(database, path) == Counts(500, 500, 0, 0)
    before, ledgers = await facts(database, "main"), await heads(database)
    assert await imported(database, path) == Counts(500, 0, 0, 500)
    assert await facts(database, "main") == before
    assert await heads(database) == ledgers


async def test_dirty_rows_are_told_row_by_row_and_never_mended(database: Database, tmp_path: Path) -> None:
    good = lines(20)
    dirty = [
        *good[:10],
        good[3],
        "k3,acme,voice,repair,,2026-07-01T09:00:00Z,,,,blocked,,,,,",
        "x1,acme,voice,repair,,2026-07-01T09:00:00Z,,,2026-07-01T08:00:00Z,abandoned,,,,,",
        "x2,acme,voice,repair,,2026-07-01T09:00:00Z,,,,evaporated,,,,,",
        "x3,acme",
        *good[10:],
    ]
    path = written(tmp_path / "f.csv", dirty)
    assert await imported(database, path) == Counts(25, 20, 5, 0)
    expected = ["double", "double", "wrong_order", "unknown_outcome", "wrong_columns"]
    assert rejected(path) == expected
    assert await imported(database, path) == Counts(25, 0, 5, 20)
    assert rejected(path) == expected
    clean = written(tmp_path / "clean.csv", good)
    await imported(database, clean, "other")
    assert [row for row in await facts(database, "other") if "import_line" not in dict_keys(row)] == [
        row for row in await facts(database, "main") if "import_line" not in dict_keys(row)
    ]


def dict_keys(row: tuple[object, ...]) -> set[object]:
    return {one[0] for one in row if isinstance(one, tuple)}


async def test_a_contact_that_now_reads_otherwise_is_rejected_and_stays(database: Database, tmp_path: Path) -> None:
    row = "k,acme,voice,repair,,2026-07-01T09:00:00Z,,,2026-07-01T09:00:30Z,abandoned,,,,,"
    await imported(database, written(tmp_path / "one.csv", [row]))
    before = await facts(database, "main")
    path = written(tmp_path / "two.csv", [row.replace(":30Z", ":31Z")])
    assert await imported(database, path) == Counts(1, 0, 1, 0)
    assert rejected(path) == ["differs"]
    assert await facts(database, "main") == before


async def test_the_facts_follow_from_the_ledger_alone(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contacts, "BATCH", 70)
    nine = "2026-07-01T09"
    odd = rf'b\1,None,voice,"q\2 ""{{}}""",None,{nine}:00:00Z,,{nine}:00:09Z,{nine}:01:00Z,answered,None,5,5,r\3,x'
    path = written(
        tmp_path / "f.csv",
        [*lines(300), odd],
    )
    assert await imported(database, path) == Counts(301, 301, 0, 0)
    verdict = await verify(database, "main:import")
    assert (verdict.wrong, verdict.contacts) == ([], 301)
    before = await facts(database, "main")
    async for _ in ContactsProjector(database, "main:import").rebuild():
        pass
    assert await facts(database, "main") == before
    assert (await verify(database, "main:import")).sound
    chain = await prove(database, "main:import", Plan(Engine, Engine.load), version="test")
    assert chain.good, chain.sentence()
    assert await imported(database, path) == Counts(301, 0, 0, 301)


async def test_imported_contacts_are_found_by_their_client_alone(database: Database, tmp_path: Path) -> None:
    await imported(database, written(tmp_path / "f.csv", lines(50)))
    wanted = explorer.Filter(0, 1 << 62, facets=(("outcome", ("handled",)),))
    async with database.read(Scope(("acme",))) as conn:
        found = await explorer.page(conn, wanted, None, 100)
        assert found
        assert all(one.imported and one.client == "acme" for one in found)
    async with database.read(Scope(("other",))) as conn:
        assert await explorer.page(conn, wanted, None, 100) == []


async def test_two_imports_at_once_take_turns(database: Database, tmp_path: Path) -> None:
    path = written(tmp_path / "f.csv", lines(400))
    waited: list[bool] = []
    counts = await asyncio.gather(*(imported(database, path, waiting=lambda: waited.append(True)) for _ in range(2)))
    assert sorted(one.imported for one in counts) == [0, 400]
    assert sorted(one.unchanged for one in counts) == [0, 400]
    assert waited == [True]
    assert (await verify(database, "main:import")).sound


async def test_a_kill_in_the_middle_leaves_whole_batches_and_a_repeat_does_the_rest(
    database: Database, fresh_dsn: str, tmp_path: Path
) -> None:
    path = written(tmp_path / "f.csv", lines(12_000))
    command = [sys.executable, "-m", "jietong", "import", "contacts", str(path), "--timezone", "UTC", "--json"]
    environ = {**os.environ, "JIETONG_DSN": fresh_dsn, "JIETONG_HOME": str(tmp_path / "home")}
    process = await asyncio.create_subprocess_exec(
        *command, "--site", "cut", env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 60
    count = 0
    async with database.read(ALL) as conn:
        while not count and process.returncode is None and time.monotonic() < deadline:
            count = await conn.fetchval("SELECT count(*) FROM contact WHERE site = 'cut:import'")
    process.send_signal(signal.SIGKILL)
    await process.wait()
    async with database.read(ALL) as conn:
        count = await conn.fetchval("SELECT count(*) FROM contact WHERE site = 'cut:import'")
        assert await conn.fetchval("SELECT ended IS NULL FROM import_file WHERE site = 'cut:import'")
    assert 0 < count < 12_000
    assert count % contacts.BATCH == 0
    assert (await verify(database, "cut:import")).sound
    done = await asyncio.to_thread(
        subprocess.run, [*command, "--site", "cut"], env=environ, capture_output=True, check=True, timeout=120
    )
    assert json.loads(done.stdout) == {
        "read": 12_000, "imported": 12_000 - count, "rejected": 0, "unchanged": count, "rejects": None,
    }  # fmt: skip
    assert await imported(database, path, "whole") == Counts(12_000, 12_000, 0, 0)
    assert await facts(database, "cut") == await facts(database, "whole")


async def test_a_file_that_cannot_be_used_ends_with_one_line(fresh_dsn: str, tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text("who,when\n1,2\n")
    environ = {**os.environ, "JIETONG_DSN": fresh_dsn, "JIETONG_HOME": str(tmp_path / "home")}
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "jietong", "import", "contacts", str(tmp_path / "f.csv"), "--json"],
        env=environ, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert "lacks contact_id" in done.stderr.strip().splitlines()[-1]
