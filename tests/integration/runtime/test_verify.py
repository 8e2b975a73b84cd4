"""`jietong ledger verify` on a whole ledger, and on ledgers that somebody has laid hands on."""

import contextlib
from collections.abc import AsyncIterator
from importlib import metadata

import pytest
from runtime_support import Started, arrival, open_shop
from typer.testing import CliRunner

from jietong.core import commands as c
from jietong.db import ledger
from jietong.db.chain import link
from jietong.db.pool import ALL, Connection, Database
from jietong.routing.cli import commands
from jietong.routing.engine import Engine
from jietong.routing.runtime import Plan
from jietong.routing.verify import Verdict, verify


async def prove(database: Database, from_seq: int = 1) -> Verdict:
    return await verify(
        database, "main", Plan(Engine, Engine.load), version=metadata.version("jietong"), from_seq=from_seq
    )


@pytest.fixture
async def kept(start: Started, database: Database) -> Database:
    """A ledger of some days' worth in small, with snapshots, its writer stopped."""
    runtime = await start(snapshot_every=20)
    await open_shop(runtime)
    for n in range(20):
        await runtime.submit(arrival(f"c{n}"), key=f"k{n}")
    for agent in ("lin", "wang"):
        offered = next(x.id for x in runtime.engine.contacts.values() if x.offered_to == agent)
        await runtime.submit(c.Accept(agent=agent, contact=offered))
        await runtime.submit(c.End(agent=agent, contact=offered))
        await runtime.submit(c.FinishWrapup(agent=agent, contact=offered))
    await runtime.stop()
    return database


async def _forge(database: Database, *statements: str) -> None:
    """As somebody with the rights of the tables' owner would: past the triggers."""
    async with database.transaction(ALL) as conn:
        await conn.execute("ALTER TABLE event DISABLE TRIGGER USER")
        for statement in statements:
            assert await conn.execute(statement) not in ("UPDATE 0", "DELETE 0")
        await conn.execute("ALTER TABLE event ENABLE TRIGGER USER")


async def test_a_whole_ledger_is_good_and_its_snapshots_equal_the_replay(kept: Database) -> None:
    verdict = await prove(kept)
    assert verdict.good, verdict.sentence()
    assert verdict.events == verdict.last > 40
    assert verdict.snapshots >= 2
    later = await prove(kept, from_seq=30)
    assert later.good
    assert (later.first, later.last, later.replayed) == (30, verdict.last, False)


async def test_an_empty_ledger_is_good(database: Database) -> None:
    assert (await prove(database)).good


@pytest.mark.parametrize("statement", ["UPDATE event SET at = 1", "DELETE FROM event", "TRUNCATE event"])
async def test_the_ledger_is_append_only(kept: Database, statement: str) -> None:
    async with kept.read(ALL) as conn:
        part = await conn.fetchval("SELECT tableoid::regclass::text FROM event LIMIT 1")

    async def lay_hands(sql: str) -> None:
        async with kept.transaction(ALL) as conn:
            await conn.execute(sql)

    for sql in (statement, statement.replace("event", part)):
        with pytest.raises(Exception, match="append-only"):
            await lay_hands(sql)


@pytest.mark.parametrize(
    ("statement", "seq", "why"),
    [
        ("UPDATE event SET data = replace(data::text, '\"web\"', '\"fax\"')::json WHERE seq = 20", 20, "digest"),
        ("UPDATE event SET key = 'another' WHERE seq = 20", 20, "digest"),
        ("UPDATE event SET contact = 'another' WHERE seq = 20", 20, "columns"),
        ("UPDATE event SET type = 'contact.ended' WHERE seq = 20", 20, "columns"),
        ("UPDATE event SET digest = sha256('x') WHERE seq = 20", 20, "digest"),
        ("DELETE FROM event WHERE seq = 20", 20, "missing"),
        ("DELETE FROM event WHERE seq = 1", 1, "missing"),
        ("UPDATE event SET seq = 100000 WHERE seq = 20", 20, "missing"),
        ("UPDATE ledger_head SET seq = seq + 1", None, "missing"),
        ("UPDATE ledger_head SET digest = sha256('x')", None, "head"),
        ("UPDATE snapshot SET content = 'x'", None, "snapshot"),
    ],
)
async def test_tampering_is_found_and_named(kept: Database, statement: str, seq: int | None, why: str) -> None:
    async with kept.read(ALL) as conn:
        assert '"web"' in await conn.fetchval(
            "SELECT string_agg(data::text, '') FROM event WHERE type = 'contact.arrived' OR seq = 20"
        )
        arrived = await conn.fetchval("SELECT min(seq) FROM event WHERE type = 'contact.arrived'")
    seq = arrived if seq == 20 else seq
    await _forge(kept, statement.replace("seq = 20", f"seq = {arrived}"))
    verdict = await prove(kept)
    assert not verdict.good
    assert why in (verdict.why or "")
    assert seq is None or verdict.broken == seq


async def test_the_end_cut_off_is_found_by_the_head(kept: Database) -> None:
    await _forge(kept, "DELETE FROM event WHERE seq > (SELECT max(seq) - 3 FROM event)", "DELETE FROM snapshot")
    verdict = await prove(kept)
    assert "missing" in (verdict.why or "")
    assert verdict.broken == verdict.last + 1


async def test_a_forged_event_with_a_chain_forged_to_fit_is_found_by_the_snapshots(kept: Database) -> None:
    """Whoever rewrites the whole chain still meets the snapshots, and a head's digest noted elsewhere."""
    honest = await prove(kept)

    async def rechain(conn: Connection) -> None:
        before = (await ledger.raw(conn, "main", 0, 1))[0]
        digest = before.digest
        for row in await ledger.raw(conn, "main", 1, 10_000):
            data = row.data
            if row.contact == "c3":
                data = data.replace('"entry":"web"', '"entry":"fax"')
            digest = link(digest, row.seq, row.key, data.encode())
            await conn.execute(
                "UPDATE event SET data = $1::text::json, digest = $2 WHERE seq = $3", data, digest, row.seq
            )
        await conn.execute("UPDATE ledger_head SET digest = $1", digest)
        await conn.execute("UPDATE snapshot s SET chain = e.digest FROM event e WHERE e.seq = s.seq")

    async with kept.transaction(ALL) as conn:
        await conn.execute("ALTER TABLE event DISABLE TRIGGER USER")
        await rechain(conn)
    verdict = await prove(kept)
    assert "snapshot" in (verdict.why or "")
    assert verdict.head != honest.head


async def test_the_command_prints_one_line_and_its_exit_code_tells(kept: Database, fresh_dsn: str) -> None:
    import asyncio

    @contextlib.asynccontextmanager
    async def opened() -> AsyncIterator[Database]:
        database = Database(fresh_dsn)
        yield database
        await database.close()

    def run(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(commands(opened, list), list(words))
        return result.exit_code, result.stdout

    code, told = await asyncio.to_thread(run, "verify")
    assert (code, told.count("\n")) == (0, 1)
    assert told.startswith("good")
    code, told = await asyncio.to_thread(run, "timeline", "c3")
    assert code == 0
    assert "contact.arrived" in told.splitlines()[0]
    code, told = await asyncio.to_thread(run, "timeline", "lin")
    assert code == 0
    assert "offer.accepted" in told
    assert (await asyncio.to_thread(run, "timeline", "nobody"))[0] == 1
    await _forge(kept, "DELETE FROM event WHERE seq = 9")
    code, told = await asyncio.to_thread(run, "verify")
    assert (code, told.count("\n")) == (1, 1)
    assert "BROKEN" in told
    assert "event 9" in told
