"""A forecast of every queue each night, so that accuracy is known without anybody's pressing a button (H1)."""

from datetime import timedelta
from pathlib import Path

from forecast_centre import SITE, TODAY, ZONE, at, before, contacts_of, set_up

from jietong.core.clock import ManualClock
from jietong.db.pool import ALL, Database
from jietong.identity.model import SYSTEM
from jietong.metrics.warehouse import Warehouse
from jietong.workforce.forecast import store
from jietong.workforce.forecast.nightly import Nightly
from jietong.workforce.forecast.service import Forecasts


async def test_each_night_every_queue_with_a_past_is_forecast_once_and_its_accuracy_accrues(
    database: Database, tmp_path: Path
) -> None:
    clock = ManualClock(at(TODAY, 0.2))
    await set_up(database)
    await contacts_of(database, before(TODAY, 35))
    warehouse = Warehouse(database, tmp_path / "history", clock)
    forecasts = Forecasts(database, warehouse, clock, lambda: SITE)
    active = True
    nightly = Nightly(forecasts, database, clock, lambda: active, lambda: ZONE, pause_s=0)

    # `fresh` and `visa` have never had a contact: nothing is made up for them.
    assert await nightly.once() == ["repair"]
    clock.set(at(TODAY, 9))
    assert await nightly.once() == []  # once a night, after a restart too

    # A planner looked eight weeks ahead: the next nights do so as well.
    far = TODAY + timedelta(days=56)
    clock.set(at(TODAY, 9.1))
    await forecasts.make(SYSTEM, "repair", TODAY + timedelta(days=1), far)
    nights = [TODAY + timedelta(days=n) for n in (1, 2, 3)]
    for night in nights:
        await contacts_of(database, [night - timedelta(days=1)])
        clock.set(at(night, 0.2))
        assert await nightly.once() == ["repair"]
    async with database.read(ALL) as conn:
        versions = await store.versions(conn, "repair")
    kept = [one for one in versions if one.basis.get("nightly")]
    assert kept[0].last == far
    assert [(one.first, one.last) for one in kept[1:]] == [
        (day, day) for day in (TODAY + timedelta(days=3), TODAY + timedelta(days=2), TODAY + timedelta(days=1))
    ]

    await contacts_of(database, [nights[-1]])
    clock.set(at(nights[-1] + timedelta(days=1), 0.2))
    found = await forecasts.accuracy(SYSTEM, "repair", TODAY, nights[-1])
    assert [one["day"] for one in found["days"]] == [day.isoformat() for day in nights]
    assert found["all"]["day_wmape"] < 0.5

    active = False  # another process writes now
    assert await nightly.once() == []
    await warehouse.stop()


async def test_a_queue_that_leans_on_a_similar_one_goes_on_so_at_night(database: Database, tmp_path: Path) -> None:
    clock = ManualClock(at(TODAY, 9))
    await set_up(database)
    await contacts_of(database, before(TODAY, 35))
    warehouse = Warehouse(database, tmp_path / "history", clock)
    forecasts = Forecasts(database, warehouse, clock, lambda: SITE)
    by_hand = await forecasts.make(
        SYSTEM, "fresh", TODAY, TODAY + timedelta(days=6), similar="repair", expected_a_day=30
    )
    assert by_hand["basis"]["few"]
    clock.set(at(TODAY, 9.1))  # of two versions of one instant either is the latest
    nightly = Nightly(forecasts, database, clock, lambda: True, lambda: ZONE, pause_s=0)
    assert sorted(await nightly.once()) == ["fresh", "repair"]
    async with database.read(ALL) as conn:
        latest = (await store.versions(conn, "fresh"))[0]
    assert (latest.basis["similar"], latest.basis["expected_a_day"], latest.basis["nightly"]) == ("repair", 30, True)
    await warehouse.stop()
