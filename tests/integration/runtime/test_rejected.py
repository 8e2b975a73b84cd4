"""When the engine or the connection fails in the middle: one is refused, or all are told; nothing is half done."""

import asyncio
import time

from runtime_support import arrival, open_shop, until

from jietong.core import commands as c
from jietong.core.clock import ManualClock, SystemClock
from jietong.core.commands import AnyCommand
from jietong.core.errors import Refused, Unavailable
from jietong.core.events import AnyEvent
from jietong.core.vocabulary import Ms
from jietong.db.pool import ALL, Database
from jietong.routing.engine import Engine
from jietong.routing.runtime import Plan, Role, Runtime


class Faulty(Engine):
    """The engine with a bug: it fails over one contact after it has changed its state, and over time when told to."""

    time_fails = False
    ticks = 0

    def handle(self, command: AnyCommand, now: Ms) -> list[AnyEvent]:
        if isinstance(command, c.Tick):
            Faulty.ticks += 1
            if Faulty.time_fails:
                raise ZeroDivisionError("time")
        events = super().handle(command, now)
        if isinstance(command, c.Arrive) and command.contact == "poison":
            raise ZeroDivisionError("poison")
        return events


async def _started(database: Database) -> Runtime[Faulty]:
    runtime = Runtime(database, "main", Plan(Faulty, Faulty.load), clock=SystemClock())  # type: ignore[arg-type]
    await runtime.start()
    await runtime.wait_active(10)
    await open_shop(runtime)
    return runtime


async def test_a_command_the_engine_falls_over_is_refused_alone(database: Database) -> None:
    runtime = await _started(database)
    answers = await asyncio.gather(
        *(runtime.submit(arrival(f"c{n}")) for n in range(10)),
        runtime.submit(arrival("poison"), key="p"),
        *(runtime.submit(arrival(f"d{n}")) for n in range(10)),
        return_exceptions=True,
    )
    failed = [a for a in answers if isinstance(a, BaseException)]
    assert [(type(f), f.code) for f in failed if isinstance(f, Refused)] == [(Refused, "engine_failed")]
    assert len(failed) == 1
    assert set(runtime.engine.contacts) == {f"{x}{n}" for x in "cd" for n in range(10)}
    assert runtime.engine.check() == []
    async with database.read(ALL) as conn:
        assert await conn.fetchval("SELECT count(*) FROM event WHERE contact = 'poison' OR key = 'p'") == 0
    assert runtime.role == "active"
    await runtime.stop()


async def test_an_engine_that_falls_over_the_time_serves_on_and_does_not_spin(database: Database) -> None:
    runtime = await _started(database)
    await runtime.submit(arrival("c1"))
    due = runtime.engine.next_deadline()
    assert due is not None
    Faulty.time_fails, Faulty.ticks = True, 0
    runtime._clock = ManualClock(due + 1)
    began = time.monotonic()
    try:
        while time.monotonic() - began < 1.5:
            await runtime.submit(arrival(f"n{time.monotonic_ns()}"))
            await asyncio.sleep(0.01)
        assert 1 <= Faulty.ticks < 20
    finally:
        Faulty.time_fails = False
    await until(lambda: (runtime.engine.next_deadline() or due + 2) > due + 1)
    assert runtime.engine.check() == []
    await runtime.stop()


async def test_a_cut_connection_tells_everybody_and_a_repeated_key_does_it_once(database: Database) -> None:
    runtime = await _started(database)
    roles: list[Role] = []
    runtime.subscribe_role(roles.append)
    told: list[AnyEvent] = []
    runtime.subscribe(lambda batch: told.extend(batch.events))
    first = runtime.seq
    unavailable: list[str] = []

    async def customer(n: int) -> None:
        while True:
            try:
                await runtime.submit(arrival(f"c{n}"), key=f"k{n}")
                return
            except Unavailable as error:
                unavailable.append(error.code)
                await asyncio.sleep(0.02)

    async def cut() -> None:
        async with database.transaction(ALL) as conn:
            await conn.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND application_name LIKE 'jietong writer%'"
            )

    async def customers() -> None:
        for start in range(0, 600, 30):
            await asyncio.gather(*(customer(n) for n in range(start, start + 30)))
            await asyncio.sleep(0.02)

    async def cuts() -> None:
        for _ in range(3):
            await asyncio.sleep(0.15)
            await cut()

    await asyncio.gather(customers(), cuts())
    assert set(unavailable) <= {"database_gone", "outcome_unknown"}
    assert roles.count("active") >= 1
    async with database.read(ALL) as conn:
        arrived = await conn.fetch("SELECT contact FROM event WHERE type = 'contact.arrived'")
        events = await conn.fetchval("SELECT count(*) FROM event WHERE seq > $1", first)
    assert sorted(r["contact"] for r in arrived) == sorted(f"c{n}" for n in range(600))
    assert len(told) == events  # subscribers missed nothing and heard nothing twice
    assert runtime.engine.check() == []
    await runtime.stop()
