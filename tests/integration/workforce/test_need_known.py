"""What the need stands on (H1): what is not known is asked again after seconds, what is known is kept for minutes."""

from pathlib import Path

from forecast_centre import SITE, TODAY, ZONE, at, before, contacts_of, set_up

from jietong.core.clock import ManualClock
from jietong.core.days import Span
from jietong.core.errors import Invalid
from jietong.core.vocabulary import Ms
from jietong.db.pool import ALL, Database
from jietong.metrics.warehouse import Warehouse
from jietong.workforce.model import QUARTER_S, Load
from jietong.workforce.schedule import documents
from jietong.workforce.schedule.documents import Setup
from jietong.workforce.schedule.need import FRESH_MS, KEEP_MS, Needs

NOON = at(TODAY, 12)
DAY = TODAY.isoformat()


class FirstForecast:
    """There is none until it is made; then ten contacts in each quarter of an hour."""

    def __init__(self) -> None:
        self.made = False
        self.asked = 0

    async def latest_load(self, queue: str, span: Span) -> Load | None:
        self.asked += 1
        if not self.made:
            raise Invalid("too_little_history", "There is nothing to learn from.")
        n = (span.end - span.start) // (QUARTER_S * 1000)
        return Load(queue, span.start, QUARTER_S, (10.0,) * n, (300.0,) * n)


async def setup_of(database: Database) -> Setup:
    await set_up(database)
    async with database.read(ALL) as conn:
        return await documents.read(conn)


async def test_a_history_that_comes_in_is_seen_after_seconds_and_then_kept(
    database: Database, tmp_path: Path
) -> None:
    """An empty centre's "nobody gives up" was kept for ten minutes, and sized the first plan after an import."""
    setup, clock = await setup_of(database), ManualClock(NOON)
    assert (setup.ground.zone, setup.site) == (ZONE, SITE)
    warehouse = Warehouse(database, tmp_path / "history", clock)
    try:
        needs = Needs(warehouse, clock)

        async def let_in(after: Ms) -> float | None:
            clock.set(NOON + after)
            return (await needs.habits(setup)).let_in

        assert await let_in(0) is None
        await contacts_of(database, before(TODAY, 7))
        assert await let_in(FRESH_MS - 1) is None, "not asked at every look"
        first = await let_in(FRESH_MS)
        assert first is not None
        assert 0.8 < first < 1
        await contacts_of(database, before(TODAY, 7), queue="visa")
        assert await let_in(FRESH_MS + KEEP_MS - 1) == first
        assert await let_in(FRESH_MS + KEEP_MS) not in (None, first)
    finally:
        await warehouse.stop()


async def test_a_forecast_that_is_made_is_seen_after_seconds(database: Database) -> None:
    """While somebody drags a shift the need is asked for again and again; "not known" is kept no longer than that."""
    setup, clock, loads = await setup_of(database), ManualClock(NOON), FirstForecast()
    needs = Needs(None, clock, loads)
    (group,) = [id for id, one in setup.ground.groups.items() if "repair" in one.queues]
    queues = len(setup.ground.groups[group].queues)
    assert await needs.of(setup, [group], DAY, DAY) == {}
    loads.made = True
    clock.set(NOON + FRESH_MS - 1)
    assert await needs.of(setup, [group], DAY, DAY) == {}
    assert loads.asked == queues
    clock.set(NOON + FRESH_MS)
    found = await needs.of(setup, [group], DAY, DAY)
    assert max(found[group].need) > 3
    assert loads.asked == 2 * queues
