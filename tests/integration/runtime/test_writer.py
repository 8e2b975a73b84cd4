"""The single writer: receipts after the commit, batches, keys, refusals, rows that go with a command."""

import asyncio

import msgspec
import pytest
from runtime_support import Started, arrival, open_shop, until

from jietong.core import commands as c
from jietong.core import events as e
from jietong.core.errors import Invalid, Refused, Unavailable
from jietong.core.inbox import Batch, Write
from jietong.core.vocabulary import Author
from jietong.db import ledger
from jietong.db.pool import ALL, Database


async def _kinds(database: Database, contact: str) -> list[str]:
    async with database.read(ALL) as conn:
        return [e.kind(s.event) for s in await ledger.timeline(conn, "main", contact=contact)]


async def test_a_receipt_comes_after_the_commit_and_tells_what_was_written(
    start: Started, database: Database
) -> None:
    runtime = await start()
    await open_shop(runtime)
    receipt = await runtime.submit(arrival("c1"))
    async with database.read(ALL) as conn:
        stored = await ledger.read(conn, "main", receipt.seq - len(receipt.events))
        assert (await ledger.head(conn, "main")).seq == receipt.seq == runtime.seq
    assert tuple(s.event for s in stored) == receipt.events
    assert [s.seq for s in stored] == list(range(receipt.seq - len(stored) + 1, receipt.seq + 1))
    assert {"contact.arrived", "queue.entered", "offer.made"} <= {e.kind(event) for event in receipt.events}


async def test_what_is_asked_at_once_is_committed_together_in_order(start: Started, database: Database) -> None:
    runtime = await start()
    await open_shop(runtime)
    batches: list[Batch] = []
    stop = runtime.subscribe(batches.append)
    receipts = await asyncio.gather(*(runtime.submit(arrival(f"c{n}")) for n in range(100)))
    stop()
    assert len(batches) < 10  # group commit
    assert [r.seq for r in receipts] == sorted(r.seq for r in receipts)
    told = [event for batch in batches for event in batch.events]
    assert told == [event for receipt in receipts for event in receipt.events]
    assert batches[-1].seq == runtime.seq
    await runtime.submit(arrival("after"))
    assert len([event for batch in batches for event in batch.events]) == len(told)  # stopped listening


async def test_a_settled_engine_is_never_ahead_of_the_ledger(start: Started, database: Database) -> None:
    runtime = await start()
    await open_shop(runtime)
    seen: list[tuple[int, int]] = []

    async def look() -> None:
        for _ in range(50):
            await runtime.settled()
            waiting = len(runtime.engine.contacts)
            async with database.read(ALL) as conn:
                committed = await conn.fetchval("SELECT count(*) FROM event WHERE type = 'contact.arrived'")
            seen.append((waiting, committed))

    await asyncio.gather(look(), *(runtime.submit(arrival(f"c{n}")) for n in range(300)))
    assert all(engine <= committed for engine, committed in seen)
    assert seen


async def test_a_repeated_key_returns_the_first_receipt_and_does_nothing_more(
    start: Started, database: Database
) -> None:
    runtime = await start()
    await open_shop(runtime)
    twice = await asyncio.gather(runtime.submit(arrival("c1"), key="k1"), runtime.submit(arrival("c1"), key="k1"))
    later = await runtime.submit(arrival("c1"), key="k1")
    assert twice[0] == twice[1] == later
    assert (await _kinds(database, "c1")).count("contact.arrived") == 1
    await runtime.stop()
    again = await start()
    assert await again.submit(arrival("c1"), key="k1") == later
    with pytest.raises(Refused):
        await again.submit(arrival("c1"), key="k2")


async def test_keys_are_known_after_a_restart_without_any_snapshot(start: Started, database: Database) -> None:
    runtime = await start()
    await open_shop(runtime)
    first = await runtime.submit(arrival("c1"), key="k1")
    await runtime.stop()
    async with database.transaction(ALL) as conn:
        assert await conn.execute("DELETE FROM snapshot") != "DELETE 0"
    again = await start()
    assert await again.submit(arrival("c1"), key="k1") == first


async def test_a_refused_command_leaves_nothing(start: Started, database: Database) -> None:
    runtime = await start()
    await open_shop(runtime)
    async with database.transaction(ALL) as conn:
        await conn.execute("CREATE TABLE note (id int PRIMARY KEY)")
    before, dump = runtime.seq, runtime.engine.dump()
    with pytest.raises(Refused) as refused:
        await runtime.submit(
            c.Accept(agent="lin", contact="nobody"), key="k", writes=[Write("INSERT INTO note VALUES ($1)", (1,))]
        )
    assert refused.value.code == "unknown_contact"
    assert (runtime.seq, runtime.engine.dump()) == (before, dump)
    async with database.read(ALL) as conn:
        assert await conn.fetchval("SELECT count(*) FROM note") == 0


async def test_rows_are_committed_with_their_command_or_not_at_all(start: Started, database: Database) -> None:
    runtime = await start()
    await open_shop(runtime)
    async with database.transaction(ALL) as conn:
        await conn.execute("CREATE TABLE words (contact text, n int, text text, PRIMARY KEY (contact, n))")
    await runtime.submit(arrival("c1"))

    def say(n: int, words: str) -> tuple[c.PostMessage, list[Write]]:
        row = Write("INSERT INTO words VALUES ($1, $2, $3)", ("c1", n, words))
        return c.PostMessage(contact="c1", message=f"m{n}", author=Author.CUSTOMER), [row]

    receipts = await asyncio.gather(*(runtime.submit(m, writes=w) for m, w in (say(n, "您好 😀") for n in range(50))))
    assert len(receipts) == 50
    async with database.read(ALL) as conn:
        assert await conn.fetchval("SELECT count(*) FROM words WHERE text = '您好 😀'") == 50
        assert await conn.fetchval("SELECT count(*) FROM event WHERE type = 'message.posted'") == 50


async def test_a_poisoned_row_is_refused_alone_and_harms_no_other(start: Started, database: Database) -> None:
    runtime = await start()
    await open_shop(runtime)
    async with database.transaction(ALL) as conn:
        await conn.execute("CREATE TABLE words (id int PRIMARY KEY, text text)")
    good = [
        runtime.submit(arrival(f"c{n}"), key=f"k{n}", writes=[Write("INSERT INTO words VALUES ($1, 'x')", (n,))])
        for n in range(20)
    ]
    bad = [
        runtime.submit(arrival("dup"), writes=[Write("INSERT INTO words VALUES (7, 'again'), (7, 'x')", ())]),
        runtime.submit(arrival("type"), writes=[Write("INSERT INTO words VALUES ($1, 'x')", ("seven",))]),
        runtime.submit(arrival("sql"), writes=[Write("INSERT INTO nowhere VALUES (1)", ())]),
    ]
    results = await asyncio.gather(*good[:10], *bad, *good[10:], return_exceptions=True)
    failed = [r for r in results if isinstance(r, BaseException)]
    assert [f.code for f in failed if isinstance(f, Refused)] == ["write_rejected"] * 3
    async with database.read(ALL) as conn:
        assert await conn.fetchval("SELECT count(*) FROM words") == 20
        arrived = await conn.fetch("SELECT contact FROM event WHERE type = 'contact.arrived'")
    assert {row["contact"] for row in arrived} == {f"c{n}" for n in range(20)} == set(runtime.engine.contacts)
    assert runtime.engine.check() == []
    assert runtime.role == "active"


@pytest.mark.parametrize("text", ["a\x00b", "half \ud83d"])
async def test_text_that_no_row_can_hold_is_refused_at_the_door(start: Started, text: str) -> None:
    runtime = await start()
    with pytest.raises(Invalid, match=r"NUL|surrogate"):
        await runtime.submit(arrival("c1"), writes=[Write("SELECT $1::text", (text,))])


async def test_a_submitter_that_gives_up_takes_nothing_back(start: Started, database: Database) -> None:
    runtime = await start()
    await open_shop(runtime)
    task = asyncio.create_task(runtime.submit(arrival("c1"), key="k1"))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await runtime.submit(arrival("c2"))
    assert "contact.arrived" in await _kinds(database, "c1")
    assert (await runtime.submit(arrival("c1"), key="k1")).events


async def test_what_is_due_happens_by_itself(start: Started, database: Database) -> None:
    """Offers end by the clock: the contact of a desk that does not answer goes back to the queue."""
    runtime = await start()
    await open_shop(runtime, agents=("lin",))
    queue = runtime.engine.queues["repair"].spec
    await runtime.submit(c.ConfigureQueue(msgspec.structs.replace(queue, offer_s=1)))
    await runtime.submit(arrival("c1"))

    async def missed() -> bool:
        return "offer.missed" in await _kinds(database, "c1")

    await until(missed)


async def test_a_writer_that_is_not_active_says_so_at_once(start: Started) -> None:
    first = await start()
    second = await start(wait=False)
    with pytest.raises(Unavailable) as told:
        await second.submit(arrival("c1"))
    assert told.value.code in ("standing_by", "database_gone")
    await until(lambda: second.role == "standby")
    assert first.role == "active"
    await first.stop()
    with pytest.raises(Unavailable):
        await first.submit(arrival("c1"))
    await second.wait_active(3)
    await open_shop(second)
    assert second.epoch == first.epoch + 1


async def test_sites_do_not_share_a_writer_or_a_sequence(start: Started, database: Database) -> None:
    hangzhou, taibei = await start(site="hangzhou"), await start(site="taibei")
    await open_shop(hangzhou)
    await open_shop(taibei)
    await taibei.submit(arrival("c1"))
    assert hangzhou.role == taibei.role == "active"
    async with database.read(ALL) as conn:
        assert len(await ledger.read(conn, "hangzhou", 0)) == hangzhou.seq < taibei.seq


async def test_other_processes_hear_of_new_events(start: Started, database: Database) -> None:
    runtime = await start()
    heard: list[int] = []

    async def listen() -> None:
        async for seq in ledger.watch(database, "main", every_s=30):
            heard.append(seq)

    task = asyncio.create_task(listen())
    await asyncio.sleep(0.2)
    await open_shop(runtime)
    target = (await runtime.submit(arrival("c1"))).seq
    await until(lambda: bool(heard) and heard[-1] >= target)
    assert heard == sorted(set(heard))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
