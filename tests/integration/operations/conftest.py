"""The demonstration centre with its writer running and its HTTP interface, for the set-up's tests."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import asyncpg
import httpx
import pytest
from operations_support import SignedIn

from jietong.agents.service import Agents
from jietong.cases.routes import router as reasons
from jietong.core.clock import SystemClock
from jietong.customers.routes import router as customers
from jietong.db.embedded import EmbeddedServer
from jietong.db.migrate import migrate
from jietong.db.pool import Database
from jietong.demo.routes import router as demo
from jietong.demo.seed import DOMAIN, PASSWORD, seed
from jietong.knowledge.routes import router as knowledge
from jietong.routing.engine import Engine
from jietong.routing.routes import router as setup
from jietong.routing.runtime import Plan, Runtime
from jietong.routing.service import load_specs
from jietong.web.factory import Services, create_app


@pytest.fixture(scope="session")
async def seeded(postgres: EmbeddedServer) -> str:
    """Name of the seeded centre's database, to copy: seeding takes most of a second, a copy a tenth."""
    await migrate(postgres.dsn)
    seeded = "jietong_seeded"
    admin = await asyncpg.connect(postgres.dsn_of("postgres", "postgres"))
    try:
        await admin.execute(f"CREATE DATABASE {seeded} TEMPLATE jietong OWNER jietong STRATEGY FILE_COPY")
    finally:
        await admin.close()
    database = Database(postgres.dsn_of(seeded, "jietong"))
    await database.open()
    await seed(database, SystemClock())
    await database.close()
    return seeded


@pytest.fixture
def template(request: pytest.FixtureRequest, template: str) -> str:
    """Tests without the centre's writer begin with an empty database."""
    return str(request.getfixturevalue("seeded")) if "runtime" in request.fixturenames else template


@pytest.fixture
async def runtime(database: Database) -> AsyncIterator[Runtime[Engine]]:
    """The seeded centre's writer, told of the whole set-up."""
    clock = SystemClock()
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
