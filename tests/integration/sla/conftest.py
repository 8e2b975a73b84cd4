"""Every test gets a database of its own that holds the demonstration centre and the imported month."""

from pathlib import Path

import asyncpg
import pytest
from agreed_month import NOW, fill

from jietong.core.clock import ManualClock
from jietong.db.embedded import EmbeddedServer
from jietong.db.pool import Database

NAME = "with_the_month"


@pytest.fixture(scope="session")
async def template(postgres: EmbeddedServer, template: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Name of the database to copy, filled once."""
    folder: Path = tmp_path_factory.mktemp("month")
    admin = await asyncpg.connect(postgres.dsn_of("postgres", "postgres"))
    await admin.execute(f"CREATE DATABASE {NAME} TEMPLATE {template} OWNER jietong STRATEGY FILE_COPY")
    await admin.close()
    database = Database(postgres.dsn_of(NAME, "jietong"))
    await database.open()
    await fill(database, folder, ManualClock(NOW))
    await database.close()
    return NAME
