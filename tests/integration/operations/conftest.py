"""The demonstration centre with its writer running and its HTTP interface, for the set-up's tests."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import httpx
import pytest
from operations_support import SignedIn

from jietong.agents.service import Agents
from jietong.cases.routes import router as reasons
from jietong.core.clock import SystemClock
from jietong.customers.routes import router as customers
from jietong.db.pool import Database
from jietong.demo.routes import router as demo
from jietong.demo.seed import DOMAIN, PASSWORD, seed
from jietong.knowledge.routes import router as knowledge
from jietong.routing.engine import Engine
from jietong.routing.routes import router as setup
from jietong.routing.runtime import Plan, Runtime
from jietong.routing.service import load_specs
from jietong.web.factory import Services, create_app


@pytest.fixture
async def runtime(database: Database) -> AsyncIterator[Runtime[Engine]]:
    """The seeded centre's writer, told of the whole set-up."""
    clock = SystemClock()
    await seed(database, clock)
    runtime = Runtime(database, "main", Plan(Engine, Engine.load), clock=clock)
    await runtime.start()
    await runtime.wait_active()
    for command in await load_specs(database, runtime.engine):
        await runtime.submit(command)
    yield runtime
    await runtime.stop()


@pytest.fixture
async def signed_in(database: Database, runtime: Runtime[Engine]) -> AsyncIterator[SignedIn]:
    """Gives an HTTP client that is signed in as one of the demonstration centre's people, by the login's name."""
    clock = SystemClock()
    app = create_app(
        Services(
            database=database,
            runtime=runtime,
            clock=clock,
            site=lambda: runtime.engine.site,
            agents=Agents(database, runtime, clock),
        ),
        [setup, reasons, customers, knowledge, demo],
    )
    async with AsyncExitStack() as stack:

        async def client(name: str) -> httpx.AsyncClient:
            made = await stack.enter_async_context(
                httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://centre.test")
            )
            if name:
                answer = await made.post("/api/session", json={"login": f"{name}@{DOMAIN}", "password": PASSWORD})
                assert answer.status_code < 300, answer.text
                session = (await made.get("/api/session")).json()
                made.headers["x-csrf-token"] = session["csrf"]
            return made

        yield client
