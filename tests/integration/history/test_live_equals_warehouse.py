"""Live = history at any instant: what the wall shows, what the definitions say of the facts by hand, and what the
warehouse answers from tables and files, over random traffic with transfers, holds, call-backs, restarts (C2, C4)."""

import random
from pathlib import Path

import pytest
from history_support import Followed, set_zone
from random_facts import STARTS, instant

from jietong.core.days import Span, local_day
from jietong.db.pool import ALL, Database
from jietong.metrics.intervals import By, Every, Query, Row, metrics

WALL = metrics(
    "entry_offered,requested_agent,transferred_in,put_back,answered,abandoned,sl3,sl7,asa,aht,abandon_rate,csat,max_wait"
)


def told(row: Row) -> dict[str, object]:
    cells = dict(zip((one.key for one in WALL), row.cells, strict=True))
    ratios = {k: {"num": cells[k].numerator, "den": cells[k].denominator} for k in
              ("sl3", "sl7", "asa", "aht", "abandon_rate", "csat")}  # fmt: skip
    return {
        "entry_offered": cells["entry_offered"].numerator,
        "offered": cells["requested_agent"].numerator,
        "transferred_in": cells["transferred_in"].numerator,
        "put_back": cells["put_back"].numerator,
        "answered": cells["answered"].numerator,
        "abandoned": cells["abandoned"].numerator,
        "max_wait": cells["max_wait"].value,
        **ratios,
    }


async def compare(followed: Followed, rng: random.Random) -> None:
    now, day = followed.now, followed.live.day(followed.now)
    today = Query("main", day, followed.zone, Every.ALL, (), WALL)
    (whole,) = await followed.warehouse.rows(today, ALL)
    wall = followed.live.site(now)
    assert told(whole) == {name: wall[name] for name in told(whole)}  # type: ignore[literal-required]
    by_queue = Query("main", day, followed.zone, Every.ALL, (By.QUEUE,), WALL)
    for row in await followed.warehouse.rows(by_queue, ALL):
        if row.keys[0] is not None:
            queue = followed.live.queue(row.keys[0], now)
            assert told(row) == {name: queue[name] for name in told(row)}  # type: ignore[literal-required]
    occupancy = Query("main", day, followed.zone, Every.ALL, (By.AGENT,), metrics("occupancy"))
    for row in await followed.warehouse.rows(occupancy, ALL):
        if row.keys[0] is not None:
            shown = followed.live.agent(row.keys[0], now)["occupancy"]
            assert (shown["num"], shown["den"]) == row.cells[0][1:]
    centre = followed.centre()
    for _ in range(3):
        query = followed.drawn(rng)
        assert await followed.warehouse.rows(query, ALL) == centre.rows(query, now), query


@pytest.mark.parametrize(
    "start", ["midnight in Shanghai", "the night New York falls back", "the end of a month in Shanghai"]
)
async def test_wall_definitions_and_warehouse_agree_at_any_instant(
    database: Database, tmp_path: Path, start: str
) -> None:
    """qpanel#113: nothing is reset by a restart; qpanel#203, #26: means are sums divided last, abandons are in the
    wait; FreePBX#124: who was transferred to gets their own; chatwoot#4028, #2882, zammad#5538: local calendar."""
    zone, when = STARTS[start]
    await set_zone(database, zone)
    followed = Followed(database, tmp_path / "history", 11, instant(zone, *when), zone)
    rng = random.Random(start)
    written = 0
    for nth in range(5):
        await followed.run(rng.randint(30, 90))
        if nth % 2:
            followed.random.now += 86_000_000  # nearly a day
            await followed.run(1)
        if rng.random() < 0.4:
            followed.restart()
        if rng.random() < 0.6 or nth > 3:
            written += (await followed.warehouse.close("main", settled=False)).days
        await compare(followed, rng)
    assert written > 1
    assert (await followed.warehouse.prove("main")).sound


async def test_a_day_of_25_hours_has_them_in_files_too(database: Database, tmp_path: Path) -> None:
    zone = "America/New_York"
    await set_zone(database, zone)
    followed = Followed(database, tmp_path / "history", 5, instant(zone, 2026, 11, 1, 0, 30), zone)
    day = local_day(followed.begun, zone)
    while followed.now < day.end:
        await followed.run(40)
    assert (await followed.warehouse.close("main", settled=False)).days >= 1
    (stored, *_) = await followed.warehouse.days("main")
    assert stored.span == day
    assert day.end - day.start == 25 * 3_600_000
    hours = Query("main", day, zone, Every.HOUR, (), metrics("occupancy,answered"))
    found = await followed.warehouse.rows(hours, ALL)
    assert found == followed.centre().rows(hours, followed.now)
    assert Span(found[-1].start, found[-1].end).end <= day.end
