"""From a kill to serving, with a million events in the ledger.

    python -m bench.recovery [--json] [--events 1000000]

The ledger is made by the engine in virtual time and appended as the writer does, with the live figures as a
follower. Then a real process serves it, is killed with SIGKILL, and another is started at that instant: the seconds
until that one has committed a command. Measured: with the tail as long as it gets (a snapshot just before every
20,000 events is all that the writer has), with the database killed too, with a standby that takes over, and from no
snapshot at all, by replaying every event.
"""

import argparse
import asyncio
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import structlog
import uvloop

from jietong.core import commands as c
from jietong.core import events as e
from jietong.core.clock import SystemClock
from jietong.core.specs import AgentSpec, QueueSpec
from jietong.core.vocabulary import Channel, Status
from jietong.db import ledger
from jietong.db.embedded import EmbeddedServer
from jietong.db.migrate import migrate
from jietong.db.pool import ALL, Database
from jietong.metrics.live import LiveFigures
from jietong.routing import snapshots
from jietong.routing.engine import Engine
from jietong.routing.keys import RecentKeys
from jietong.routing.runtime import Plan, Runtime

SITE = "main"
SNAPSHOT_EVERY = 20_000  # as the writer does
AGENTS = 200
NAMES = {"zh-Hans": "名", "zh-Hant": "名", "en": "name"}
VERSION = "bench"


def history(engine: Engine, start: int) -> Iterator[tuple[list[e.AnyEvent], str]]:
    """An endless working life, a command at a time with its key: contacts come, are talked to and wrapped up."""
    now = start

    def ask(command: c.AnyCommand, key: str) -> tuple[list[e.AnyEvent], str]:
        return engine.handle(command, now), key

    queue = QueueSpec(id="repair", name=NAMES, client="c", channels=(Channel.CHAT,))
    yield ask(c.ConfigureQueue(spec=queue), "queue")
    for n in range(AGENTS):
        yield ask(c.ConfigureAgent(spec=AgentSpec(id=f"a{n}", name=f"a{n}")), f"agent{n}")
        for step in (c.SignIn(agent=f"a{n}"), c.PresenceBack(agent=f"a{n}")):
            yield ask(step, f"{type(step).__name__}{n}")
        yield ask(c.SetStatus(agent=f"a{n}", status=Status.READY), f"ready{n}")
    turn = 0
    while True:
        now += 100
        due = engine.next_deadline()
        if due is not None and due <= now:
            yield ask(c.Tick(), f"tick{turn}")
        contact = f"01bench{turn:019d}"
        turn += 1
        made = ask(c.Arrive(contact=contact, channel=Channel.CHAT, queue="repair", entry="web"), f"1{contact}")
        yield made
        agent = next(x.agent for x in made[0] if isinstance(x, e.OfferMade))
        for step, pause in (
            (c.Accept(agent=agent, contact=contact), 20),
            (c.End(agent=agent, contact=contact), 50),
            (c.FinishWrapup(agent=agent, contact=contact), 20),
        ):
            now += pause
            yield ask(step, f"{type(step).__name__}{contact}")


async def build(dsn: str, events: int, report: Any) -> None:
    """Events up to a full snapshot interval after the last snapshot: the longest tail a kill can leave."""
    await migrate(dsn)
    database = Database(dsn)
    conn = await database.connect("bench")
    engine, figures, keys = Engine(), LiveFigures(), RecentKeys()
    head = await ledger.claim(conn, SITE)
    last = head.seq
    month = 0
    waiting: list[tuple[e.AnyEvent, str | None]] = []
    start = SystemClock().now() - events // 12 * 190  # ends about now
    for made, key in history(engine, start):
        for event in made:
            figures.apply(event)
            waiting.append((event, key))
        if made:
            seq = head.seq + len(waiting)
            keys.add(key, seq - len(made) + 1, seq, made[-1].at)
        if len(waiting) < 2_000:
            continue
        for event, _ in waiting:
            if ledger.month(event.at) != month:
                month = ledger.month(event.at)
                await ledger.ensure_month(conn, event.at)
        head = await ledger.append(conn, head, waiting)
        waiting.clear()
        if head.seq >= events:
            break
        if head.seq - last >= SNAPSHOT_EVERY and head.seq + SNAPSHOT_EVERY - 4_000 <= events:
            await snapshots.save(database, head, snapshots.take(engine, keys, [figures]), VERSION)
            last = head.seq
            report(f"{head.seq} events")
    report(f"{head.seq} events, of them {head.seq - last} after the last snapshot")
    await conn.close()
    await database.close()


async def serve(home: Path) -> None:
    """The process that is killed. Prints `serving` when a command has been committed, `standby` when it waits."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    server = EmbeddedServer(home)
    await asyncio.to_thread(server.start)
    database = Database(server.dsn)
    runtime = Runtime(
        database,
        SITE,
        Plan(Engine, Engine.load),
        clock=SystemClock(),
        followers=[LiveFigures()],
        snapshot_every=10**9,
    )
    runtime.subscribe_role(lambda role: print(role, flush=True) if role == "standby" else None)
    await runtime.start()
    await runtime.wait_active()
    await runtime.submit(c.SignIn(agent="a0"), key=f"served {os.getpid()}")
    print("serving", flush=True)
    await asyncio.Event().wait()


class Serving:
    def __init__(self, home: Path) -> None:
        self.child = subprocess.Popen(
            [sys.executable, "-m", "bench.recovery", "--serve", str(home)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def until(self, word: str) -> float:
        """Blocks until the process has said the word; the instant on the monotonic clock."""
        assert self.child.stdout is not None
        for line in self.child.stdout:
            if line.strip() == word:
                return time.monotonic()
        raise RuntimeError(f"the process ended before it said {word}")

    def kill(self) -> float:
        at = time.monotonic()
        self.child.send_signal(signal.SIGKILL)
        self.child.wait()
        if self.child.stdout is not None:
            self.child.stdout.close()
        return at


def measure(events: int, report: Any) -> dict[str, Any]:
    home = Path(tempfile.mkdtemp(prefix="jietong-bench-", dir="/tmp"))
    home.chmod(0o711)
    figures: dict[str, Any] = {"events": events}
    running: list[Serving] = []

    def spawn() -> Serving:
        running.append(Serving(home))
        return running[-1]

    try:
        server = EmbeddedServer(home)
        server.start()
        began = time.monotonic()
        asyncio.run(build(server.dsn, events, report))
        figures["build_s"] = time.monotonic() - began
        server.stop()

        first = spawn()
        first.until("serving")
        killed = first.kill()
        second = spawn()
        figures["writer_killed_s"] = second.until("serving") - killed
        report(f"writer killed, with it its server: {figures['writer_killed_s']:.2f} s")

        standby = spawn()
        standby.until("standby")
        killed = second.kill()
        figures["standby_takes_over_s"] = standby.until("serving") - killed
        report(f"a standby takes over: {figures['standby_takes_over_s']:.2f} s")

        postmaster = EmbeddedServer(home).pid
        killed = time.monotonic()
        if postmaster is not None:
            os.kill(postmaster, signal.SIGKILL)
        standby.kill()
        third = spawn()
        figures["all_killed_s"] = third.until("serving") - killed
        report(f"database and writer killed: {figures['all_killed_s']:.2f} s")

        asyncio.run(_forget_snapshots(EmbeddedServer(home).dsn))
        killed = third.kill()
        fourth = spawn()
        figures["no_snapshot_s"] = fourth.until("serving") - killed
        report(f"replay of everything: {figures['no_snapshot_s']:.2f} s")
        fourth.kill()
    finally:
        for one in running:
            with contextlib.suppress(ProcessLookupError):
                one.kill()
        time.sleep(1)
        shutil.rmtree(home, ignore_errors=True)
    return figures


async def _forget_snapshots(dsn: str) -> None:
    database = Database(dsn)
    async with database.transaction(ALL) as conn:
        await conn.execute("DELETE FROM snapshot")
    await database.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve is not None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve(asked.serve))
        return
    figures = measure(asked.events, lambda line: print(line, file=sys.stderr))
    if asked.json:
        print(json.dumps(figures, indent=2))
        return
    print(f"{figures['events']} events, made in {figures['build_s']:.0f} s")
    print(f"writer killed (and with it the database, cleanly), started again: {figures['writer_killed_s']:.2f} s")
    print(f"writer killed, a standby takes over:                             {figures['standby_takes_over_s']:.2f} s")
    print(f"database and writer killed with SIGKILL, started again:          {figures['all_killed_s']:.2f} s")
    print(f"the same without any snapshot, every event replayed:             {figures['no_snapshot_s']:.2f} s")


if __name__ == "__main__":
    main()
