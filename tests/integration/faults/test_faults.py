"""Processes are killed, frozen and cut off under load; afterwards the books balance.

What was acknowledged is in the ledger exactly once, rows and events agree, the proof holds, somebody serves.
"""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from importlib import metadata
from pathlib import Path

import pytest

from jietong.core import commands as c
from jietong.core import events as e
from jietong.core.clock import SystemClock
from jietong.core.errors import Unavailable
from jietong.core.specs import QueueSpec
from jietong.core.vocabulary import Channel
from jietong.db import ledger
from jietong.db.embedded import EmbeddedServer
from jietong.db.migrate import migrate
from jietong.db.pool import ALL, Database
from jietong.routing.engine import Engine
from jietong.routing.runtime import Plan, Role, Runtime
from jietong.routing.verify import verify

SCRIPT = Path(__file__).with_name("faults_writer.py")
NAME = {"zh-Hans": "售后报修", "zh-Hant": "售後報修", "en": "After-sales repair"}


class Process:
    """One started `faults_writer.py`, with the roles it has told."""

    def __init__(self, *arguments: str, acks: Path) -> None:
        self.acks = acks
        self.roles: list[tuple[float, str]] = []
        self.child = subprocess.Popen(
            [sys.executable, str(SCRIPT), *arguments, "--acks", str(acks)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._reader = asyncio.get_running_loop().run_in_executor(None, self._read)

    def _read(self) -> None:
        assert self.child.stdout is not None
        with self.child.stdout as lines:
            for line in lines:
                self.roles.append((time.monotonic(), line.strip()))

    @property
    def role(self) -> str:
        return next((role for _, role in reversed(self.roles) if " " not in role), "")

    def acknowledged(self) -> list[str]:
        return self.acks.read_text().splitlines() if self.acks.exists() else []

    async def until_role(self, role: str, seconds: float = 30.0) -> float:
        """When it took the role."""
        await until(lambda: self.role == role, seconds)
        return self.roles[-1][0]

    async def until_acknowledged(self, more: int, seconds: float = 30.0) -> None:
        target = len(self.acknowledged()) + more
        await until(lambda: len(self.acknowledged()) >= target, seconds)

    async def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.child.pid, signal.SIGCONT)
            os.kill(self.child.pid, number)
        await asyncio.to_thread(self.child.wait)
        await self._reader


@pytest.fixture
async def spawn(tmp_path: Path) -> AsyncIterator[Callable[..., Process]]:
    processes: list[Process] = []

    def go(*arguments: str) -> Process:
        process = Process(*arguments, acks=tmp_path / f"acks{len(processes)}")
        processes.append(process)
        return process

    yield go
    for process in processes:
        await process.end(signal.SIGKILL)


async def until(true: Callable[[], bool], seconds: float) -> None:
    async with asyncio.timeout(seconds):
        while True:
            if true():
                return
            await asyncio.sleep(0.02)


async def books_balance(database: Database, *processes: Process) -> int:
    """Every acknowledged command is there exactly once, with its row; returns how many were acknowledged."""
    acknowledged = [key for process in processes for key in process.acknowledged()]
    async with database.read(ALL) as conn:
        made = await conn.fetch(
            "SELECT key, count(*) FILTER (WHERE type IN ('contact.arrived', 'contact.ended')) AS n, "
            "min(seq) AS low, max(seq) AS high, count(*) AS events FROM event WHERE key IS NOT NULL GROUP BY key"
        )
        rows = {row["contact"] for row in await conn.fetch("SELECT contact FROM note")}
        arrived = [r["contact"] for r in await conn.fetch("SELECT contact FROM event WHERE type = 'contact.arrived'")]
    times = {row["key"]: row["n"] for row in made}
    assert len(acknowledged) == len(set(acknowledged)) > 0
    assert {key: times.get(key) for key in acknowledged} == dict.fromkeys(acknowledged, 1)
    assert all(row["high"] - row["low"] + 1 == row["events"] for row in made)  # one command, one place
    assert len(arrived) == len(set(arrived))
    assert set(arrived) == rows  # a row is there exactly when its event is
    verdict = await verify(database, "main", Plan(Engine, Engine.load), version=metadata.version("jietong"))
    assert verdict.good, verdict.sentence()
    return len(acknowledged)


@pytest.fixture
def server(own_server: Callable[[], EmbeddedServer]) -> EmbeddedServer:
    return own_server()


async def _writer(dsn: str) -> tuple[Database, Runtime[Engine]]:
    database = Database(dsn)
    runtime = Runtime(database, "main", Plan(Engine, Engine.load), clock=SystemClock())
    await runtime.start()
    return database, runtime


async def test_kill_9_of_the_writer_under_load_loses_nothing(
    spawn: Callable[..., Process], server: EmbeddedServer
) -> None:
    processes = []
    for _ in range(3):
        process = spawn("--dsn", server.dsn)
        await process.until_role("active")
        await process.until_acknowledged(300)
        await process.end(signal.SIGKILL)
        processes.append(process)
    database, runtime = await _writer(server.dsn)
    await runtime.wait_active(10)
    assert runtime.epoch == 4
    assert runtime.engine.check() == []
    await runtime.stop()
    assert await books_balance(database, *processes) >= 900
    await database.close()


async def test_a_standby_takes_over_within_two_seconds_of_the_writers_death(
    spawn: Callable[..., Process], server: EmbeddedServer
) -> None:
    first = spawn("--dsn", server.dsn, "--name", "a")
    await first.until_role("active")
    second = spawn("--dsn", server.dsn, "--name", "b")
    await second.until_role("standby")
    await first.until_acknowledged(300)
    killed = time.monotonic()
    first.child.send_signal(signal.SIGKILL)
    active = await second.until_role("active")
    assert active - killed < 2.0
    await second.until_acknowledged(100)
    await second.end()
    database = Database(server.dsn)
    await books_balance(database, first, second)
    await database.close()


async def test_kill_9_of_postgres_under_load_is_survived_by_the_writer(
    spawn: Callable[..., Process], server: EmbeddedServer
) -> None:
    process = spawn("--dsn", server.dsn)
    await process.until_role("active")
    for _ in range(3):
        await process.until_acknowledged(200)
        before = len(process.roles)
        server.kill()
        await until(lambda: len(process.roles) > before, 10)  # noqa: B023 — awaited at once
        await process.until_role("active")
    await process.until_acknowledged(100)
    assert "database_gone" in [role for _, role in process.roles]
    await process.end()
    database = Database(server.dsn)
    assert await books_balance(database, process) >= 700
    await database.close()


async def test_the_database_gone_for_a_while_is_told_at_once_and_then_it_goes_on(server: EmbeddedServer) -> None:
    """The same path as for an outage of 30 s: only the wait is shorter here."""
    await migrate(server.dsn)
    database, runtime = await _writer(server.dsn)
    roles: list[Role] = []
    told: list[str] = []
    runtime.subscribe_role(roles.append)
    runtime.subscribe(lambda batch: told.extend(e.kind(event) for event in batch.events))
    await runtime.wait_active(10)
    await runtime.submit(
        c.ConfigureQueue(QueueSpec(id="repair", name=NAME, client="hechuan", channels=(Channel.CHAT,)))
    )
    first = await runtime.submit(_arrival("c1"), key="k1")
    await asyncio.to_thread(server.stop)
    await until(lambda: runtime.role == "database_gone", 5)
    began = time.monotonic()
    for n in range(50):
        with pytest.raises(Unavailable) as unavailable:
            await runtime.submit(_arrival(f"lost{n}"))
        assert unavailable.value.code == "database_gone"
    assert time.monotonic() - began < 0.5
    with pytest.raises(Unavailable):
        async with database.read(ALL) as conn:
            await conn.fetchval("SELECT 1")
    assert not await database.alive()
    assert runtime.fault
    await asyncio.sleep(5)
    told.clear()
    await asyncio.to_thread(server.start)
    await runtime.wait_active(10)
    assert told[0] == "runtime.started"
    assert set(runtime.engine.contacts) == {"c1"}  # waits are counted on
    assert await runtime.submit(_arrival("c1"), key="k1") == first
    await runtime.submit(_arrival("c2"))
    assert roles == ["recovering", "active", "database_gone", "recovering", "active"]
    assert await database.alive()
    await runtime.stop()
    verdict = await verify(database, "main", Plan(Engine, Engine.load), version=metadata.version("jietong"))
    assert verdict.good, verdict.sentence()
    await database.close()


async def test_a_frozen_writer_that_wakes_up_again_cannot_write(
    spawn: Callable[..., Process], server: EmbeddedServer
) -> None:
    first = spawn("--dsn", server.dsn, "--name", "a")
    await first.until_role("active")
    second = spawn("--dsn", server.dsn, "--name", "b")
    await second.until_role("standby")
    await first.until_acknowledged(200)
    os.kill(first.child.pid, signal.SIGSTOP)
    database = Database(server.dsn)
    async with database.transaction(ALL) as conn:  # as the server does when it finds the other end dead
        await conn.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted")
    await second.until_role("active")
    await second.until_acknowledged(100)
    os.kill(first.child.pid, signal.SIGCONT)
    await first.until_role("standby")
    await second.until_acknowledged(100)
    assert second.role == "active"
    await second.end()
    await first.until_role("active")  # and back again
    await first.end()
    await books_balance(database, first, second)
    await database.close()


async def test_a_writer_of_an_earlier_epoch_is_fenced_even_on_a_living_connection(database: Database) -> None:
    old, new = await database.connect("old"), await database.connect("new")
    event = e.AgentSignedIn(at=1_800_000_000_000, agent="lin")
    await ledger.ensure_month(old, event.at)
    head = await ledger.append(old, await ledger.claim(old, "main"), [(event, None)])
    taken = await ledger.claim(new, "main")
    assert (taken.seq, taken.epoch) == (head.seq, head.epoch + 1)
    with pytest.raises(ledger.Fenced):
        await ledger.append(old, head, [(event, None)])
    with pytest.raises(ledger.Fenced):
        await ledger.still_mine(old, head)
    late = old.transaction()
    await late.start()
    newest = await ledger.append(new, taken, [(event, None)])
    with pytest.raises(ledger.Fenced):
        await ledger.append(old, head, [(event, None)])
    await late.rollback()
    assert [s.seq for s in await ledger.read(new, "main", 0)] == [1, 2]
    assert newest.seq == 2
    await old.close()
    await new.close()


async def test_two_writers_that_both_believe_they_are_the_one_never_interleave(database: Database) -> None:
    """Both append as fast as they can, each claiming the site anew whenever it is fenced."""
    event = e.AgentSignedIn(at=1_800_000_000_000, agent="lin")
    async with database.transaction(ALL) as conn:
        await ledger.ensure_month(conn, event.at)
    written: list[tuple[int, int]] = []

    async def writer() -> None:
        conn = await database.connect("rival")
        head = await ledger.claim(conn, "main")
        for _ in range(150):
            try:
                head = await ledger.append(conn, head, [(event, f"{head.epoch}")] * 3)
                written.append((head.epoch, head.seq))
            except ledger.Fenced:
                head = await ledger.claim(conn, "main")
        await conn.close()

    await asyncio.gather(writer(), writer())
    async with database.read(ALL) as conn:
        rows = await ledger.raw(conn, "main", 0, 10_000)
    assert [row.seq for row in rows] == list(range(1, 3 * len(written) + 1))
    epochs = [int(row.key or 0) for row in rows]
    assert epochs == sorted(epochs)
    assert len(set(epochs)) > 1
    chain = await verify(database, "main", Plan(Engine, Engine.load), version="x", from_seq=2)
    assert chain.good, chain.sentence()


async def test_when_the_servers_owner_is_killed_the_standby_starts_the_database_again(
    spawn: Callable[..., Process], tmp_path: Path, server_home: Path
) -> None:
    home = server_home / "killed-owner"
    first = spawn("--home", str(home), "--name", "a")
    await first.until_role("active")
    second = spawn("--home", str(home), "--name", "b")
    await second.until_role("standby")
    await first.until_acknowledged(300)
    killed = time.monotonic()
    first.child.send_signal(signal.SIGKILL)
    active = await second.until_role("active")
    assert active - killed < 5.0
    await second.until_acknowledged(100)
    database = Database(EmbeddedServer(home).dsn)
    await second.end(signal.SIGKILL)
    server = EmbeddedServer(home)
    await asyncio.to_thread(server.start)
    await books_balance(database, first, second)
    await database.close()
    await asyncio.to_thread(server.stop)
    assert server.pid is None


def _arrival(contact: str) -> c.Arrive:
    return c.Arrive(contact=contact, channel=Channel.CHAT, queue="repair", entry="web")
