"""The writer with its database: life cycles that are safe on disk, against the same database's plain inserts.

    python -m bench.durable [--json] [--seconds 4] [--rounds 3]

*Life cycle*: arrive, offer, accept, end, wrap-up, ready: four commands, each answered after its commit, by as many
customers at once as `workers`. *Plain insert*: rows with the same bytes into a table with the same columns and
primary key, one row a commit, over 1 and 16 connections, and 100 rows a commit; nothing else done.

Both take turns on one server in one run, several times over, and the medians are compared: trust the ratios.
"""

import argparse
import asyncio
import json
import logging
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import structlog
import uvloop

from jietong.core import commands as c
from jietong.core import events as e
from jietong.core.clock import SystemClock
from jietong.core.specs import AgentSpec, QueueSpec
from jietong.core.vocabulary import Channel, Status
from jietong.db.embedded import EmbeddedServer
from jietong.db.migrate import migrate
from jietong.db.pool import ALL, Database
from jietong.routing.engine import Engine
from jietong.routing.runtime import Plan, Runtime

NAMES = {"zh-Hans": "名", "zh-Hant": "名", "en": "name"}
WORKERS = (1, 16, 256)
ROUNDS = 3


async def open_shop(runtime: Runtime[Engine], agents: int) -> None:
    queue = QueueSpec(id="repair", name=NAMES, client="c", channels=(Channel.CHAT,))
    await runtime.submit(c.ConfigureQueue(spec=queue))

    async def seat(agent: str) -> None:
        await runtime.submit(c.ConfigureAgent(spec=AgentSpec(id=agent, name=agent)))
        await runtime.submit(c.SignIn(agent=agent))
        await runtime.submit(c.PresenceBack(agent=agent))
        await runtime.submit(c.SetStatus(agent=agent, status=Status.READY))

    await asyncio.gather(*(seat(f"a{n}") for n in range(agents)))


async def life_cycles(runtime: Runtime[Engine], workers: int, seconds: float, tag: str) -> dict[str, Any]:
    """All numbers of one round; agents are more than enough, so every arrival is offered at once."""
    took: list[float] = []
    cycles = 0
    clock = time.perf_counter
    end = clock() + seconds

    async def ask(command: c.AnyCommand, key: str) -> tuple[e.AnyEvent, ...]:
        began = clock()
        receipt = await runtime.submit(command, key=key)
        took.append(clock() - began)
        return receipt.events

    async def worker(number: int) -> None:
        nonlocal cycles
        turn = 0
        while clock() < end:
            contact = f"{tag}-{number}-{turn}"
            arrive = c.Arrive(contact=contact, channel=Channel.CHAT, queue="repair", entry="web")
            made = await ask(arrive, f"1{contact}")
            agent = next(x.agent for x in made if isinstance(x, e.OfferMade) and x.contact == contact)
            await ask(c.Accept(agent=agent, contact=contact), f"2{contact}")
            await ask(c.End(agent=agent, contact=contact), f"3{contact}")
            await ask(c.FinishWrapup(agent=agent, contact=contact), f"4{contact}")
            turn += 1
            cycles += 1

    first, began = runtime.seq, time.perf_counter()
    await asyncio.gather(*(worker(n) for n in range(workers)))
    lasted = time.perf_counter() - began
    took.sort()
    return {
        "life_cycles_per_s": cycles / lasted,
        "commands_per_s": len(took) / lasted,
        "events_per_s": (runtime.seq - first) / lasted,
        "p50_ms": took[len(took) // 2] * 1000,
        "p99_ms": took[len(took) * 99 // 100] * 1000,
    }


async def plain_inserts(database: Database, connections: int, rows: int, seconds: float) -> float:
    """Rows a second, `rows` to a commit."""
    async with database.transaction(ALL) as conn:
        await conn.execute("DROP TABLE IF EXISTS plain")
        await conn.execute("CREATE TABLE plain (LIKE event)")
        await conn.execute("ALTER TABLE plain ADD PRIMARY KEY (site, seq, at)")
        row = await conn.fetchrow(
            "SELECT site, at, type, contact, agent, key, data::text AS data, digest FROM event "
            "WHERE contact IS NOT NULL ORDER BY seq DESC LIMIT 1"
        )
    assert row is not None
    done = 0
    end = time.perf_counter() + seconds

    async def worker(number: int) -> None:
        nonlocal done
        conn = await database.connect("plain")
        statement = await conn.prepare(
            "INSERT INTO plain SELECT $1, s, $2, $3, $4, $5, $6, $7::text::json, $8 FROM unnest($9::bigint[]) AS s"
        )
        seq = number * 10**9
        while time.perf_counter() < end:
            await statement.fetch(*row.values(), list(range(seq, seq + rows)))
            seq += rows
            done += rows
        await conn.close()

    began = time.perf_counter()
    await asyncio.gather(*(worker(n) for n in range(connections)))
    return done / (time.perf_counter() - began)


async def measure(seconds: float, turns: int, report: Any) -> dict[str, Any]:
    home = Path(tempfile.mkdtemp(prefix="jietong-bench-", dir="/tmp"))
    home.chmod(0o711)
    server = EmbeddedServer(home)
    await asyncio.to_thread(server.start)
    try:
        await migrate(server.dsn)
        database = Database(server.dsn)
        runtime = Runtime(database, "bench", Plan(Engine, Engine.load), clock=SystemClock())
        await runtime.start()
        await runtime.wait_active(10)
        await open_shop(runtime, max(WORKERS))
        await life_cycles(runtime, 16, 1, "warm")
        rounds: dict[str, list[dict[str, Any]]] = {str(w): [] for w in WORKERS}
        plain: dict[str, list[float]] = {"1x1": [], "16x1": [], "1x100": []}
        for turn in range(turns):
            for workers in WORKERS:
                rounds[str(workers)].append(await life_cycles(runtime, workers, seconds, f"{turn}-{workers}"))
                report(f"round {turn + 1}: {workers} workers: {rounds[str(workers)][-1]}")
            for shape, rates in plain.items():
                connections, rows = map(int, shape.split("x"))
                rates.append(await plain_inserts(database, connections, rows, seconds))
                report(f"round {turn + 1}: plain {shape}: {rates[-1]:.0f} rows/s")
        await runtime.stop()
        await database.close()
    finally:
        await asyncio.to_thread(server.stop)
        shutil.rmtree(home, ignore_errors=True)
    writer = {w: {k: statistics.median(r[k] for r in rs) for k in rs[0]} for w, rs in rounds.items()}
    rows_per_s = {shape: statistics.median(rates) for shape, rates in plain.items()}
    busiest = writer[str(max(WORKERS))]
    return {
        "workers": writer,
        "plain_rows_per_s": rows_per_s,
        "life_cycles_per_s": busiest["life_cycles_per_s"],
        "events_per_plain_commit": busiest["events_per_s"] / rows_per_s["16x1"],
        "events_per_bulk_row": busiest["events_per_s"] / rows_per_s["1x100"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asked = parser.parse_args()
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        figures = runner.run(measure(asked.seconds, asked.rounds, lambda line: print(line, file=sys.stderr)))
    if asked.json:
        print(json.dumps(figures, indent=2))
        return
    for workers, figure in figures["workers"].items():
        print(
            f"{workers:>4} at once: {figure['life_cycles_per_s']:>7.0f} life cycles/s, "
            f"{figure['events_per_s']:>7.0f} events/s, "
            f"a command p50 {figure['p50_ms']:.2f} ms, p99 {figure['p99_ms']:.2f} ms"
        )
    for shape, rate in figures["plain_rows_per_s"].items():
        print(f"plain inserts, connections x rows a commit {shape:>6}: {rate:>8.0f} rows/s")
    print(f"events against single-row commits on 16 connections: {figures['events_per_plain_commit']:.2f}×")
    print(f"events against rows in commits of 100: {figures['events_per_bulk_row']:.2f}×")


if __name__ == "__main__":
    main()
