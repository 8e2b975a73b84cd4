"""What a stay tells of its contact: by whom it was answered, what it was about in the end, whose it is."""

from pathlib import Path

from history_support import append, set_zone
from random_facts import instant

from jietong.contacts.projector import ContactsProjector
from jietong.core import events as e
from jietong.core.clock import ManualClock
from jietong.core.days import Span
from jietong.core.vocabulary import Channel, EndedBy, Outcome
from jietong.db.pool import ALL, Database
from jietong.metrics.intervals import By, Every, Filter, Query, metrics
from jietong.metrics.warehouse import Warehouse

ZONE = "Asia/Shanghai"
MIDNIGHT = instant(ZONE, 2026, 7, 16)
S, MIN, H = 1000, 60_000, 3_600_000
BOTH = Span(MIDNIGHT - 24 * H, MIDNIGHT + 24 * H)


def transferred_over_midnight() -> list[e.AnyEvent]:
    """Answered by lin ten minutes before midnight, passed on and answered by liu ten minutes after it."""
    before, after = MIDNIGHT - 10 * MIN, MIDNIGHT + 10 * MIN
    return [
        e.ContactArrived(before, "c1", Channel.CHAT, "acme", "web", customer="u1"),
        e.QueueEntered(before, "c1", "support", 0, before),
        e.OfferMade(before, "c1", "lin", "support", before + 20 * S),
        e.OfferAccepted(before + 5 * S, "c1", "lin", "support", 0),
        e.ContactTransferred(after, "c1", "lin", to_queue="returns"),
        e.QueueEntered(after, "c1", "returns", 0, after, "transfer"),
        e.OfferMade(after, "c1", "liu", "returns", after + 20 * S),
        e.OfferAccepted(after + 9 * S, "c1", "liu", "returns", 0),
        e.ContactEnded(after + MIN, "c1", EndedBy.CUSTOMER, Outcome.HANDLED, "returns", "liu"),
        e.WrapupStarted(after + MIN, "c1", "liu", after + 6 * H),
    ]


async def test_a_reason_told_later_restates_the_days_of_all_the_contacts_stays(
    database: Database, tmp_path: Path
) -> None:
    await set_zone(database, ZONE)
    clock = ManualClock(MIDNIGHT + 4 * H)
    warehouse, projector = Warehouse(database, tmp_path, clock), ContactsProjector(database)
    await append(database, transferred_over_midnight())
    await projector.catch_up()

    async def waits(by: By, **chosen: object) -> list[tuple[str | None, float | None]]:
        found = await warehouse.rows(
            Query("main", BOTH, ZONE, Every.DAY, (by,), metrics("asa"), Filter(**chosen)),  # type: ignore[arg-type]
            ALL,
        )
        return [(row.keys[0], row.cells[0].value) for row in found]

    assert await waits(By.AGENT) == [("lin", 5000.0), ("liu", 9000.0)]
    assert await waits(By.AGENT, agents=("liu",)) == [("liu", 9000.0)]
    assert await waits(By.REASON) == [(None, 5000.0), (None, 9000.0)]
    await warehouse.close("main", settled=False)
    assert [day.current for day in await warehouse.days("main")] == [True]
    assert await waits(By.REASON) == [(None, 5000.0), (None, 9000.0)]

    told = e.WrapupEnded(MIDNIGHT + 5 * H, "c1", "liu", EndedBy.AGENT, "leak", True)
    await append(database, [told])
    await projector.catch_up()
    clock.set(MIDNIGHT + 5 * H)
    assert not any(day.current for day in await warehouse.days("main"))
    assert await waits(By.REASON) == [("leak", 5000.0), ("leak", 9000.0)]
    assert await waits(By.REASON, reasons=("leak",)) == [("leak", 5000.0), ("leak", 9000.0)]
    assert await waits(By.REASON, reasons=("bill",)) == []
    await warehouse.close("main", settled=False)
    assert [day.current for day in await warehouse.days("main")] == [True]
    assert await waits(By.REASON) == [("leak", 5000.0), ("leak", 9000.0)]
    assert (await warehouse.prove("main")).sound
    await warehouse.stop()


async def test_who_comes_again_on_another_day_is_found_there(database: Database, tmp_path: Path) -> None:
    """The first try lies in a file of a closed day, the second after midnight in the tables."""
    await set_zone(database, ZONE)
    clock = ManualClock(MIDNIGHT + 4 * H)
    warehouse, projector = Warehouse(database, tmp_path, clock), ContactsProjector(database)
    await append(
        database,
        [
            event
            for contact, at in (("c1", MIDNIGHT - 9 * MIN), ("c2", MIDNIGHT + 9 * MIN))
            for event in (
                e.ContactArrived(at, contact, Channel.CHAT, "acme", "web", customer="u1"),
                e.QueueEntered(at, contact, "support", 0, at),
                e.ContactEnded(at + MIN, contact, EndedBy.CUSTOMER, Outcome.ABANDONED, "support", None),
            )
        ],
    )
    await projector.catch_up()
    await warehouse.close("main", settled=False)
    query = Query("main", BOTH, ZONE, Every.DAY, (), metrics("redial_rate,redial_rate(15)"))
    found = await warehouse.rows(query, ALL)
    assert [[cell[1:] for cell in row.cells] for row in found] == [[(1, 1), (0, 1)], [(0, 1), (0, 1)]]
    [asked] = metrics("redial_rate")
    only = Query("main", Span(BOTH.start, MIDNIGHT), ZONE)
    page = await warehouse.contacts(only, ALL, metric=asked)
    assert [one.id for one in page.items] == ["c1"]
    await warehouse.stop()
