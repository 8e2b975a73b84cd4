from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from calls_support import Box, box

from jietong.db.pool import Database


@pytest.fixture
async def centre(database: Database, tmp_path: Path) -> AsyncIterator[Box]:
    async with box(database, tmp_path) as made:
        yield made
