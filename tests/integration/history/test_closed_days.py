"""Days that are over lie in files; whatever happens to them, the figures are those of the tables (C7)."""

import asyncio
import sys
from pathlib import Path

from history_support import Followed, append, set_zone
from random_facts import instant

from jietong.contacts.projector import ContactsProjector
from jietong.core import events as e
from jietong.core.clock import ManualClock
from jietong.core.days import Span, local_day
from jietong.core.specs import QueueSpec
from jietong.core.vocabulary import Channel, EndedBy, Outcome
from jietong.db.pool import ALL, Database
from jietong.metrics.intervals import By, Every, Query, Row, metrics
from jietong.metrics.warehouse import Warehouse

ZONE = "Asia/Shanghai"
ASKED = "sl3,sl3(20),aht,occupancy,online_streak,wait_p90,atb"


async def centre_of_three_days(database: Database, tmp_path: Path, seed: int = 3) -> Followed:
    await set_zone(database, ZONE)
    followed = Followed(database, tmp_path / "history", seed, instant(ZONE, 2026, 7, 15, 22, 0), ZONE)
    for _ in range(3):
        await followed.run(90)
        followed.random.now += 70_000_000
    await followed.run(60)
    return followed


async def asked(followed: Followed, every: Every = Every.HALF_HOUR) -> list[Row]:
    window = Span(followed.begun - 3_600_000, followed.now + 3_600_000)
    return await followed.warehouse.rows(Query("main", window, ZONE, every, (By.QUEUE,), metrics(ASKED)), ALL)


def by_hand(followed: Followed, every: Every = Every.HALF_HOUR) -> list[Row]:
    window = Span(followed.begun - 3_600_000, followed.now + 3_600_000)
    query = Query("main", window, ZONE, every, (By.QUEUE,), metrics(ASKED))
    return followed.centre().rows(query, followed.now)


async def test_files_and_tables_give_the_same_figures(database: Database, tmp_path: Path) -> None:
    followed = await centre_of_three_days(database, tmp_path)
    from_tables = await asked(followed)
    closed = await followed.warehouse.close("main", settled=False)
    assert closed.days >= 2
    assert closed.rows > 100
    assert followed.folder.stat().st_mode & 0o077 == 0  # nobody else's to read
    extent = await followed.warehouse.extent("main")
    assert extent is not None
    assert extent.start == followed.begun
    assert followed.begun < extent.end <= followed.now + 1
    assert await followed.warehouse.extent("nowhere") is None
    async with database.transaction(ALL) as conn:  # whatever is in files is not looked for elsewhere
        await conn.execute(
            "DELETE FROM segment WHERE arrived < $1", (await followed.warehouse.days("main"))[-1].span.end
        )
    assert await asked(followed) == from_tables == by_hand(followed)
    assert (await followed.warehouse.close("main", settled=False)).days == 0  # nothing to do twice


async def test_a_day_is_left_to_settle_before_it_is_written_by_itself(database: Database, tmp_path: Path) -> None:
    followed = await centre_of_three_days(database, tmp_path)
    await followed.warehouse.close("main", settled=True)
    for day in await followed.warehouse.days("main"):
        assert day.span.end <= followed.clock.now() - 3 * 3_600_000


async def test_a_late_answer_restates_its_day(database: Database, tmp_path: Path) -> None:
    """A survey answered after midnight is in yesterday's figures at once, and in the next version of its files."""
    await set_zone(database, ZONE)
    clock = ManualClock(instant(ZONE, 2026, 7, 16, 0, 5))
    warehouse = Warehouse(database, tmp_path / "history", clock)
    day = local_day(instant(ZONE, 2026, 7, 15, 12), ZONE)
    query = Query("main", day, ZONE, Every.ALL, (), metrics("csat,answered"))
    names = {"zh-Hans": "队", "zh-Hant": "隊", "en": "Q"}
    at = instant(ZONE, 2026, 7, 15, 23, 40)
    await append(
        database,
        [
            e.QueueConfigured(at, QueueSpec("q", names, "acme", (Channel.CHAT,))),
            e.ContactArrived(at, "c1", Channel.CHAT, "acme", "web", "u1"),
            e.QueueEntered(at, "c1", "q", 0, at),
            e.OfferMade(at, "c1", "lin", "q", at + 20_000),
            e.OfferAccepted(at + 10_000, "c1", "lin", "q", 10_000),
            e.ContactEnded(at + 70_000, "c1", EndedBy.CUSTOMER, Outcome.HANDLED, "q", "lin"),
            e.SurveyAsked(at + 70_000, "c1"),
        ],
    )
    await ContactsProjector(database).catch_up()
    assert (await warehouse.close("main", settled=False)).days == 1
    (first,) = await warehouse.days("main")
    (row,) = await warehouse.rows(query, ALL)
    assert [cell[1:] for cell in row.cells] == [(0, 0), (1, 1)]
    await append(database, [e.SurveyAnswered(at + 24 * 60_000, "c1", 4, True, "lin", "q")])
    await ContactsProjector(database).catch_up()
    assert [day.current for day in await warehouse.days("main")] == [False]
    (row,) = await warehouse.rows(query, ALL)
    assert [cell[1:] for cell in row.cells] == [(1, 1), (1, 1)]
    await warehouse.close("main", settled=False)
    (second,) = await warehouse.days("main")
    assert (second.version, second.current, second.folder != first.folder) == (2, True, True)
    assert await warehouse.rows(query, ALL) == [row]


async def test_damaged_files_are_told_and_not_read(database: Database, tmp_path: Path) -> None:
    followed = await centre_of_three_days(database, tmp_path)
    await followed.warehouse.close("main", settled=False)
    missing, shorter, one_bit, *_ = days = await followed.warehouse.days("main")
    missing.path(followed.folder, "sums_queues.parquet").unlink()
    path = shorter.path(followed.folder, "segment.parquet")
    path.write_bytes(path.read_bytes()[:-100])
    path = one_bit.path(followed.folder, "agent_interval.parquet")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert await asked(followed) == by_hand(followed)
    assert [day.current for day in await followed.warehouse.days("main")] == [False] * 3 + [True] * (len(days) - 3)
    await followed.warehouse.close("main", settled=False)
    assert (await followed.warehouse.prove("main")).sound
    assert await asked(followed) == by_hand(followed)


async def test_verify_finds_rows_that_differ(database: Database, tmp_path: Path) -> None:
    followed = await centre_of_three_days(database, tmp_path)
    await followed.warehouse.close("main", settled=False)
    first = (await followed.warehouse.days("main"))[0]
    async with database.transaction(ALL) as conn:  # behind everybody's back
        await conn.execute("UPDATE segment SET node = 'x' WHERE arrived < $1", first.span.end)
    proof = await followed.warehouse.prove("main")
    assert [line.split(":")[0] for line in proof.wrong] == [first.day.isoformat()]


async def test_a_rebuild_restates_every_day(database: Database, tmp_path: Path) -> None:
    followed = await centre_of_three_days(database, tmp_path)
    await followed.warehouse.close("main", settled=False)
    async for _ in ContactsProjector(database).rebuild():
        pass
    assert not any(day.current for day in await followed.warehouse.days("main"))
    assert await asked(followed) == by_hand(followed)


async def test_a_changed_zone_cuts_the_days_anew(database: Database, tmp_path: Path) -> None:
    followed = await centre_of_three_days(database, tmp_path)
    await followed.warehouse.close("main", settled=False)
    await set_zone(database, "Asia/Kathmandu")
    assert await followed.warehouse.days("main") == []
    assert await asked(followed) == by_hand(followed)  # asked in the old zone's days all the same
    await followed.warehouse.close("main", settled=False)
    assert {day.zone for day in await followed.warehouse.days("main")} == {"Asia/Kathmandu"}
    assert await asked(followed) == by_hand(followed)


async def test_changes_while_a_day_is_written_are_never_lost(database: Database, tmp_path: Path) -> None:
    followed = await centre_of_three_days(database, tmp_path)

    async def goes_on() -> None:
        for _ in range(6):
            await followed.run(15)

    async def writes() -> None:
        for _ in range(4):
            await followed.warehouse.close("main", settled=False)
            await asyncio.sleep(0.02)

    await asyncio.gather(goes_on(), writes())
    assert await asked(followed) == by_hand(followed)
    assert (await followed.warehouse.prove("main")).sound


KILLED = """
import asyncio, sys
from pathlib import Path
from jietong.core.clock import SystemClock
from jietong.db.pool import ALL, Database
from jietong.metrics.warehouse import Warehouse

async def main():
    database = Database(sys.argv[1])
    await database.open()
    warehouse = Warehouse(database, Path(sys.argv[2]), SystemClock())
    while True:
        await warehouse.close("main", settled=False)
        print("wrote", flush=True)
        async with database.transaction(ALL) as conn:
            await conn.execute("UPDATE history_day SET changes = changes + 1")
asyncio.run(main())
"""


async def test_a_kill_at_any_instant_leaves_the_old_files_or_the_new(database: Database, tmp_path: Path) -> None:
    followed = await centre_of_three_days(database, tmp_path)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED, database.dsn, str(followed.folder), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    for _ in range(2):
        await process.stdout.readline()
    await asyncio.sleep(0.1)  # wherever it is by then
    process.kill()
    await process.wait()
    assert await asked(followed) == by_hand(followed)
    assert (await followed.warehouse.prove("main")).sound
    async with asyncio.timeout(20):  # the dead one's lock goes with its connection
        while any(not d.current and d.span.end <= followed.now for d in await followed.warehouse.days("main")):
            await followed.warehouse.close("main", settled=False)
            await asyncio.sleep(0.05)
    assert await asked(followed) == by_hand(followed)


async def test_an_open_stay_lasts_until_now_and_not_longer(database: Database, tmp_path: Path) -> None:
    await set_zone(database, ZONE)
    followed = Followed(database, tmp_path / "history", 1, instant(ZONE, 2026, 7, 15, 12), ZONE)
    await followed.follow()
    followed.random.now += 3 * 86_400_000
    followed.clock.set(followed.now)
    await append(database, [])
    query = Query("main", Span(followed.begun, followed.now + 86_400_000), ZONE, Every.DAY, (), metrics("occupancy"))
    today = (await followed.warehouse.rows(query, ALL))[-1]
    assert today.cells[0].denominator == 5 * 43_200_000  # five are ready, since midnight, till noon
    await followed.warehouse.close("main", settled=False)
    assert (await followed.warehouse.rows(query, ALL))[-1] == today
