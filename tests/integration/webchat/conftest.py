"""A served centre on a fresh database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from live_centre import LiveCentre, serve

from jietong.db.pool import Database


@pytest.fixture
async def centre(database: Database, tmp_path: Path) -> AsyncIterator[LiveCentre]:
    async with serve(database, tmp_path) as centre:
        yield centre
