"""A real PostgreSQL for every test that asks for one: one server per run, a fresh migrated database per test."""

import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from jietong.core.clock import ManualClock
from jietong.db.embedded import EmbeddedServer
from jietong.db.migrate import migrate
from jietong.db.pool import Database

_numbers = itertools.count(1)
REAL_TIME = tuple(Path(__file__).parent / name for name in ("e2e", "voice", "contract", "integration"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A switch, a browser, a database and a centre share the machine with whatever else runs there: a test that waits
    for real parts and fails is tried once more, and the report counts it as a rerun. What fails twice has failed."""
    for item in items:
        if any(item.path.is_relative_to(folder) for folder in REAL_TIME):
            item.add_marker(pytest.mark.flaky(reruns=1))


def scratch() -> str:
    """In memory where there is room: hundreds of databases come and go, and a busy disk would be waited for."""
    shared = Path("/dev/shm")
    roomy = shared.is_dir() and shutil.disk_usage(shared).free > 2 << 30
    return str(shared) if roomy else "/tmp"


@pytest.fixture(scope="session")
def server_home() -> Iterator[Path]:
    """A folder of this run's own that the database's user can pass through (pytest's own folders are closed)."""
    home = Path(tempfile.mkdtemp(prefix="jietong-test-", dir=scratch()))
    home.chmod(0o711)
    yield home
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(server_home: Path) -> Iterator[EmbeddedServer]:
    """The run's embedded server. Do not stop or kill this one: fault tests start their own (`own_server`)."""
    server = EmbeddedServer(server_home, durable=False)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
async def template(postgres: EmbeddedServer) -> str:
    """Name of a migrated database to copy."""
    await migrate(postgres.dsn)
    return "jietong"


@pytest.fixture
async def fresh_dsn(postgres: EmbeddedServer, template: str) -> AsyncIterator[str]:
    """DSN of a migrated, empty database that is dropped afterwards."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    admin = await asyncpg.connect(postgres.dsn_of("postgres", "postgres"))
    try:
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} OWNER jietong STRATEGY FILE_COPY")
        yield postgres.dsn_of(name, "jietong")
        await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    finally:
        await admin.close()


@pytest.fixture
async def database(fresh_dsn: str) -> AsyncIterator[Database]:
    """A fresh migrated database."""
    database = Database(fresh_dsn)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
async def empty_dsn(postgres: EmbeddedServer) -> AsyncIterator[str]:
    """DSN of a database without any table."""
    name = f"empty_{os.getpid()}_{next(_numbers)}"
    admin = await asyncpg.connect(postgres.dsn_of("postgres", "postgres"))
    try:
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE template0 OWNER jietong")
        yield postgres.dsn_of(name, "jietong")
        await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    finally:
        await admin.close()


@pytest.fixture
def own_server() -> Iterator[Callable[[], EmbeddedServer]]:
    """Starts servers that a fault test may stop and kill; each on a folder of its own."""
    homes: list[Path] = []
    servers: list[EmbeddedServer] = []

    def start() -> EmbeddedServer:
        home = Path(tempfile.mkdtemp(prefix="jietong-fault-", dir="/tmp"))
        home.chmod(0o711)
        homes.append(home)
        server = EmbeddedServer(home)
        servers.append(server)
        server.start()
        return server

    yield start
    for server in servers:
        server.stop()
    for home in homes:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def manual_clock() -> ManualClock:
    return ManualClock()
