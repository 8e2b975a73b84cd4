"""A centre with recordings for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from recordings_support import Vaulted, centre

from jietong.db.pool import Database


@pytest.fixture
async def vaulted(database: Database, tmp_path: Path) -> AsyncIterator[Vaulted]:
    async with centre(database, tmp_path) as made:
        yield made
