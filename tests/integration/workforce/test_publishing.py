"""Drafts, publishing and what comes of them in the ledger (H1): real database, real writer."""

from collections.abc import AsyncIterator

import pytest
from schedule_centre import A, ScheduleCentre, at, planner, schedule_centre, shift, span

from jietong.core.errors import Refused
from jietong.core.events import DayScheduled
from jietong.db import ledger
from jietong.db.pool import ALL, Database
from jietong.workforce.schedule.drafts import Based
from jietong.workforce.schedule.rules import edits as e

DAY = "2026-07-15"


@pytest.fixture
async def centre(database: Database) -> AsyncIterator[ScheduleCentre]:
    async with schedule_centre(database) as centre:
        yield centre


async def facts(centre: ScheduleCentre) -> list[DayScheduled]:
    async with centre.database.read(ALL) as conn:
        stored = await ledger.read(conn, "main", 0, 10_000)
    return [row.event for row in stored if isinstance(row.event, DayScheduled)]


async def test_an_acknowledged_publish_is_in_the_ledger_and_in_the_rows(centre: ScheduleCentre) -> None:
    made = await centre.publish(("lin.xiao", DAY, shift(DAY)), ("chen.yu", DAY, shift(DAY, 8)))
    assert made["version"]["n"] == 1
    assert {one["agent"] for one in made["told"]} == {"lin.xiao", "chen.yu"}
    written = await facts(centre)
    assert {(f.agent, f.day, f.version) for f in written} == {("lin.xiao", DAY, 1), ("chen.yu", DAY, 1)}
    assert await centre.day("lin.xiao", DAY) == shift(DAY)
