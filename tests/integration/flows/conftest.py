"""The demonstration centre with its flows."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from flow_centre import FlowCentre, flow_centre

from jietong.db.pool import Database


@pytest.fixture
async def centre(database: Database, tmp_path: Path) -> AsyncIterator[FlowCentre]:
    async with flow_centre(database, tmp_path) as centre:
        yield centre
