"""Snapshots and replay: the state after a restart is the state before it, to the byte."""

import ast
import hashlib

from runtime_support import Started, arrival, open_shop, until

from jietong.core import commands as c
from jietong.core.clock import ManualClock
from jietong.core.events import AnyEvent, decode, kind
from jietong.core.vocabulary import Status
from jietong.db import ledger
from jietong.db.pool import ALL, Database
from jietong.routing.engine import Engine


class Tally:
    """A follower that counts events by type."""

    name = "tally"

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}

    def apply(self, event: AnyEvent) -> None:
        self.counts[kind(event)] = self.counts.get(kind(event), 0) + 1

    def dump(self) -> bytes:
        return repr(sorted(self.counts.items())).encode()

    def load(self, data: bytes | None) -> None:
        self.counts = dict(ast.literal_eval(data.decode())) if data else {}


async def _replayed(database: Database) -> Engine:
    engine = Engine()
    async with database.read(ALL) as conn:
        async for rows in ledger.pages(conn, "main", 0, 7):
            for row in rows:
                engine.apply(decode(row.data))
    return engine


async def test_the_live_state_equals_a_replay_of_the_ledger(start: Started, database: Database) -> None:
    runtime = await start()
    await open_shop(runtime)
    for n in range(30):
        await runtime.submit(arrival(f"c{n}"))
    offered = next(c.id for c in runtime.engine.contacts.values() if c.offered_to == "lin")
    await runtime.submit(c.Accept(agent="lin", contact=offered))
    assert (await _replayed(database)).dump() == runtime.engine.dump()


async def test_a_restart_goes_on_from_snapshot_and_tail(start: Started, database: Database) -> None:
    tally = Tally()
    runtime = await start(snapshot_every=10, followers=[tally])
    await open_shop(runtime)
    for n in range(25):
        await runtime.submit(arrival(f"c{n}"))
    await runtime.stop()
    before = dict(tally.counts)
    async with database.read(ALL) as conn:
        snapshots = await conn.fetch("SELECT seq FROM snapshot ORDER BY seq")
    assert snapshots[-1]["seq"] == runtime.seq
    assert 1 <= len(snapshots) <= 3

    fresh = Tally()
    again = await start(followers=[fresh])
    assert fresh.counts["contact.arrived"] == before["contact.arrived"] == 25
    assert fresh.counts["runtime.started"] == before["runtime.started"] + 1
    assert sum(fresh.counts.values()) == again.seq
    assert again.engine.contacts.keys() == runtime.engine.contacts.keys()
    assert again.engine.check() == []
    assert (await _replayed(database)).dump() == again.engine.dump()


async def test_a_damaged_snapshot_is_passed_over(start: Started, database: Database) -> None:
    runtime = await start(snapshot_every=5)
    await open_shop(runtime)
    for n in range(9):
        await runtime.submit(arrival(f"c{n}"))
    await runtime.stop()
    dump = runtime.engine.dump()
    async with database.transaction(ALL) as conn:
        await conn.execute("UPDATE snapshot SET content = 'rubbish' WHERE seq = (SELECT max(seq) FROM snapshot)")
        await conn.execute("UPDATE snapshot SET chain = 'another' WHERE seq = (SELECT min(seq) FROM snapshot)")
    again = await start()
    assert (await _replayed(database)).dump() == again.engine.dump()
    assert again.engine.contacts.keys() == Engine.load(dump).contacts.keys()


async def test_a_new_follower_is_fed_the_whole_ledger(start: Started, database: Database) -> None:
    runtime = await start()
    await open_shop(runtime)
    await runtime.submit(arrival("c1"))
    await runtime.stop()
    tally = Tally()
    again = await start(followers=[tally])
    assert sum(tally.counts.values()) == again.seq


async def test_time_never_runs_backwards_across_a_restart(start: Started, database: Database) -> None:
    later = ManualClock(2_000_000_000_000)
    runtime = await start(clock=later)
    await open_shop(runtime)
    await runtime.stop()
    again = await start(clock=ManualClock(1_900_000_000_000))
    receipt = await again.submit(arrival("c1"))
    assert all(event.at >= later.now() for event in receipt.events)


async def test_events_fall_into_the_partition_of_their_month_made_on_demand(
    start: Started, database: Database
) -> None:
    clock = ManualClock(1_798_761_599_000)  # the last second of 2026, UTC
    runtime = await start(clock=clock)
    await open_shop(runtime)
    await runtime.submit(arrival("old"))
    clock.advance(2_000)
    await runtime.submit(c.SetStatus(agent="lin", status=Status.MEETING))
    clock.advance(200 * 86_400_000)
    await runtime.submit(arrival("far"))
    async with database.read(ALL) as conn:
        where = await conn.fetch(
            "SELECT DISTINCT contact, tableoid::regclass::text AS part FROM event WHERE type = 'contact.arrived'"
        )
        months = await conn.fetchval("SELECT count(DISTINCT tableoid) FROM event")
    assert {row["contact"]: row["part"] for row in where} == {"old": "event_2026_12", "far": "event_2027_07"}
    assert months >= 3


async def test_a_restore_that_cannot_reach_the_head_does_not_serve(start: Started, database: Database) -> None:
    runtime = await start()
    await open_shop(runtime)
    await runtime.stop()
    async with database.transaction(ALL) as conn:
        await conn.execute("DELETE FROM snapshot")
        await conn.execute("UPDATE ledger_head SET digest = $1", hashlib.sha256(b"forged").digest())
    broken = await start(wait=False)
    await until(lambda: "broken" in (broken.fault or ""))
    assert broken.role == "recovering"


async def test_state_that_cannot_be_dumped_stops_nobody_from_working(start: Started, database: Database) -> None:
    class Undumpable(Tally):
        def dump(self) -> bytes:
            raise TypeError("not serialisable")

    runtime = await start(snapshot_every=5, followers=[Undumpable()])
    await open_shop(runtime)
    for n in range(20):
        await runtime.submit(arrival(f"c{n}"))
    assert runtime.role == "active"
    assert runtime.epoch == 1, "it never lost its place"
    await runtime.stop()
    again = await start()
    assert len(again.engine.contacts) == 20
