"""A process of the centre in small, for tests that kill it: a writer under load that notes what was acknowledged.

    python faults_writer.py --home FOLDER | --dsn DSN  --acks FILE [--name N]

Prints a line for every role it takes. Each line of FILE is the key of a command whose receipt came back.
"""

import argparse
import asyncio
import os
import signal
from pathlib import Path

from jietong.core import commands as c
from jietong.core.clock import SystemClock
from jietong.core.errors import JietongError, Unavailable
from jietong.core.inbox import Write
from jietong.core.specs import AgentSpec, QueueSpec
from jietong.core.vocabulary import Channel, Status
from jietong.db.embedded import EmbeddedServer
from jietong.db.migrate import migrate
from jietong.db.pool import ALL, Database
from jietong.routing.engine import Engine
from jietong.routing.runtime import Plan, Runtime

CUSTOMERS = 24
NAME = {"zh-Hans": "售后报修", "zh-Hant": "售後報修", "en": "After-sales repair"}


async def open_shop(runtime: Runtime[Engine]) -> None:
    if "repair" not in runtime.engine.queues:
        await runtime.submit(
            c.ConfigureQueue(QueueSpec(id="repair", name=NAME, client="hechuan", channels=(Channel.CHAT,)))
        )
    for agent in ("lin", "wang", "song"):
        await runtime.submit(c.ConfigureAgent(AgentSpec(id=agent, name=agent)))
        await runtime.submit(c.SignIn(agent=agent))
        await runtime.submit(c.PresenceBack(agent=agent))
        await runtime.submit(c.SetStatus(agent=agent, status=Status.READY))


async def customer(runtime: Runtime[Engine], name: str, acks: int) -> None:
    """Arrives, is acknowledged, leaves, for ever; whatever is not acknowledged is asked again with the same key."""
    n = 0
    while True:
        contact = f"{name}-{n}"
        row = Write("INSERT INTO note (contact) VALUES ($1) ON CONFLICT DO NOTHING", (contact,))
        arrive = c.Arrive(contact=contact, channel=Channel.CHAT, queue="repair", entry="web")
        for key, command, writes in (
            (f"arrive {contact}", arrive, [row]),
            (f"leave {contact}", c.CustomerLeft(contact=contact), []),
        ):
            while True:
                try:
                    await runtime.submit(command, key=key, writes=writes)
                    os.write(acks, f"{key}\n".encode())
                    break
                except Unavailable:
                    await asyncio.sleep(0.05)
        n += 1


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path)
    parser.add_argument("--dsn")
    parser.add_argument("--acks", required=True)
    parser.add_argument("--name", default="w")
    asked = parser.parse_args()
    server = EmbeddedServer(asked.home) if asked.home else None
    if server is not None:
        await asyncio.to_thread(server.start)
    dsn = asked.dsn or (server.dsn if server else "")
    await migrate(dsn)
    database = Database(dsn)
    async with database.transaction(ALL) as conn:
        await conn.execute("CREATE TABLE IF NOT EXISTS note (contact text PRIMARY KEY)")
    runtime = Runtime(database, "main", Plan(Engine, Engine.load), clock=SystemClock(), snapshot_every=2_000)
    runtime.subscribe_role(lambda role: print(role, flush=True))
    await runtime.start()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    acks = os.open(asked.acks, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    async def work() -> None:
        await runtime.wait_active()
        while True:
            try:
                await open_shop(runtime)
                break
            except JietongError:
                await asyncio.sleep(0.1)
        customers = (customer(runtime, f"{asked.name}{os.getpid()}-{n}", acks) for n in range(CUSTOMERS))
        await asyncio.gather(*customers)

    working = asyncio.create_task(work())
    await stop.wait()
    working.cancel()
    await runtime.stop()
    await database.close()
    if server is not None:
        await asyncio.to_thread(server.stop)


if __name__ == "__main__":
    asyncio.run(main())
