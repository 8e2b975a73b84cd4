"""The demonstration centre with its writer, a switch in memory, and the plant's HTTP interface."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest
from plant_support import Centre, names

from jietong.agents.service import Agents
from jietong.calls.plant import TelephonePlant
from jietong.calls.plant_figures import PlantFigures
from jietong.calls.plant_routes import router as plant_routes
from jietong.calls.plant_setup import PlantSetup
from jietong.calls.secrets import Safe
from jietong.channels.memory.exchange import Exchange
from jietong.channels.memory.switch import MemorySwitch
from jietong.channels.memory.time import VirtualTime
from jietong.core.clock import ManualClock, SystemClock
from jietong.core.specs import AgentSpec, ClientSpec
from jietong.db.pool import ALL, Database
from jietong.routing.engine import Engine
from jietong.routing.routes import router as setup
from jietong.routing.runtime import Plan, Runtime
from jietong.routing.store import Kind, upsert
from jietong.web.factory import Services, create_app


@pytest.fixture
async def centre(database: Database, tmp_path: Path) -> AsyncIterator[Centre]:
    clock = SystemClock()
    figures = PlantFigures()
    runtime = Runtime(database, "main", Plan(Engine, Engine.load), clock=clock, followers=[figures])
    async with database.transaction(ALL) as conn:
        for kind, spec in (
            (Kind.CLIENT, ClientSpec("hechuan", names("禾川"))),
            (Kind.CLIENT, ClientSpec("mall", names("商城"))),
            (Kind.AGENT, AgentSpec("lin.xiao", "林晓")),
        ):
            write = upsert(kind, spec, spec.id, 1, clock.now(), "test")
            await conn.execute(write.sql, *write.args)
        for flow, client in (("service", "hechuan"), ("shop", "mall")):
            await conn.execute(
                "INSERT INTO flow (id, client, name, revision, drafted_at, drafted_by, published, created_at) "
                "VALUES ($1, $2, '{}', 1, now(), 'test', 1, now()) ON CONFLICT (id) DO NOTHING",
                flow,
                client,
            )
    await runtime.start()
    await runtime.wait_active()
    async with AsyncExitStack() as stack:
        exchange = Exchange(VirtualTime(ManualClock(clock.now())), spool=tmp_path / "spool")
        switch = MemorySwitch(exchange)
        safe = Safe.of(tmp_path / "keys")
        centre = Centre(database, runtime, exchange, switch, figures, tmp_path, stack)
        plant = TelephonePlant(
            database, clock, switch, safe, figures, lambda: runtime.engine.site, centre.witnessed.append
        )
        centre.plant = plant
        await plant.start()
        stack.push_async_callback(plant.stop)
        await switch.start()
        app = create_app(
            Services(
                database=database,
                runtime=runtime,
                clock=clock,
                site=lambda: runtime.engine.site,
                agents=Agents(database, runtime, clock),
                extra={"plant": plant, "plant_setup": PlantSetup(database, runtime, clock, safe, plant)},
            ),
            [setup, plant_routes],
        )
        centre.transport = httpx.ASGITransport(app)
        yield centre
    await runtime.stop()
