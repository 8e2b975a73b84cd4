"""A served application on a fresh database."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from identity_support import Centre, Recovering, sockets

from jietong.core.clock import ManualClock
from jietong.db.pool import Database
from jietong.web.factory import Services, create_app
from jietong.web.server import listening


@pytest.fixture
async def centre(database: Database) -> AsyncIterator[Centre]:
    clock = ManualClock()
    app = create_app(
        Services(database=database, runtime=Recovering(), clock=clock, origins=("https://desk.example",)), [sockets]
    )
    app.state.watch._every_s = 0.05
    async with listening(app) as url, AsyncExitStack() as stack:
        yield Centre(database, clock, url, app, stack)
