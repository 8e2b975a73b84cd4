"""Writers on a real database, with the real engine."""

from collections.abc import AsyncIterator, Sequence

import pytest
from runtime_support import Started

from jietong.core.clock import Clock, SystemClock
from jietong.core.inbox import Follower
from jietong.db.pool import Database
from jietong.routing.engine import Engine
from jietong.routing.runtime import Plan, Runtime


@pytest.fixture
async def start(database: Database) -> AsyncIterator[Started]:
    """Starts writers on the test's database and stops them afterwards."""
    started: list[Runtime[Engine]] = []

    async def go(
        *,
        on: Database | None = None,
        site: str = "main",
        clock: Clock | None = None,
        followers: Sequence[Follower] = (),
        snapshot_every: int = 20_000,
        wait: bool = True,
    ) -> Runtime[Engine]:
        runtime = Runtime(
            on or database,
            site,
            Plan(Engine, Engine.load),
            clock=clock or SystemClock(),
            followers=followers,
            snapshot_every=snapshot_every,
        )
        started.append(runtime)
        await runtime.start()
        if wait:
            await runtime.wait_active(10)
        return runtime

    yield go
    for runtime in started:
        await runtime.stop()
