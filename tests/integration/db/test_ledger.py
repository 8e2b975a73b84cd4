"""Reading the ledger: by sequence, by contact, by agent; through indexes, over months."""

import re

import pytest

from jietong.core import events as e
from jietong.db import ledger
from jietong.db.chain import genesis, link
from jietong.db.pool import ALL, Database

DAY = 86_400_000
START = 1_798_000_000_000  # in December 2026


async def _filled(database: Database, count: int = 3_000) -> ledger.Head:
    """Events of 50 contacts and 7 agents over a hundred days, an event about nobody between them."""
    conn = await database.connect("test")
    head = await ledger.claim(conn, "main")
    events: list[tuple[e.AnyEvent, str | None]] = []
    for n in range(count):
        at = START + n * 100 * DAY // count
        if n % 3 == 0:
            events.append((e.OfferDeclined(at=at, contact=f"c{n % 50}", agent=f"a{n % 7}", queue="q"), f"k{n}"))
        elif n % 3 == 1:
            events.append(
                (e.ContactArrived(at=at, contact=f"c{n % 50}", channel="chat", client="x", entry="w"), None)
            )  # type: ignore[arg-type]
        else:
            events.append((e.AlarmAcknowledged(at=at, alarm="等待 \\ \" '", by="x"), None))
        await ledger.ensure_month(conn, at)
    head = await ledger.append(conn, head, events)
    await conn.execute("ANALYZE event")
    await conn.close()
    return head


async def test_events_are_read_by_sequence_across_months(database: Database) -> None:
    head = await _filled(database)
    async with database.read(ALL) as conn:
        months = await conn.fetchval("SELECT count(DISTINCT tableoid) FROM event")
        some = await ledger.read(conn, "main", 1_498, 4)
        stored = await ledger.read(conn, "main", 0, 10_000)
        paged = [row.seq async for rows in ledger.pages(conn, "main", 0, 700) for row in rows]
        assert await ledger.read(conn, "elsewhere", 0) == []
        assert await ledger.head(conn, "main") == head
    assert months == 5
    assert [s.seq for s in some] == [1499, 1500, 1501, 1502]
    assert paged == [s.seq for s in stored] == list(range(1, 3_001))
    assert stored[2].event == e.AlarmAcknowledged(at=stored[2].event.at, alarm="等待 \\ \" '", by="x")


async def test_the_timelines_of_a_contact_and_of_an_agent(database: Database) -> None:
    await _filled(database)
    async with database.read(ALL) as conn:
        contact = await ledger.timeline(conn, "main", contact="c9")
        start, end = START + 10 * DAY, START + 40 * DAY
        agent = await ledger.timeline(conn, "main", agent="a3", start=start, end=end)
        rest = await ledger.timeline(conn, "main", contact="c9", after=contact[4].seq)
        with pytest.raises(ValueError, match="one contact or of one agent"):
            await ledger.timeline(conn, "main", contact="c9", agent="a3")
    assert contact
    assert all(getattr(s.event, "contact", None) == "c9" for s in contact)
    assert rest == contact[5:]
    assert agent
    assert all(getattr(s.event, "agent", None) == "a3" and start <= s.event.at < end for s in agent)
    assert [s.seq for s in agent] == sorted(s.seq for s in agent)


@pytest.mark.parametrize("condition", ["seq > 2900 ORDER BY seq LIMIT 10", "contact = 'c9' ORDER BY seq"])
async def test_reading_scans_nothing_it_does_not_need(database: Database, condition: str) -> None:
    await _filled(database, 12_000)
    async with database.read(ALL) as conn:
        await conn.execute("SET LOCAL jit = off")
        plan = "\n".join(
            r[0] for r in await conn.fetch(f"EXPLAIN SELECT * FROM event WHERE site = 'main' AND {condition}")
        )
    assert "Index" in plan
    assert not re.search(r"Seq Scan on event_2027_0[123]", plan), plan  # a month of a few rows may be read whole


async def test_rows_that_were_refused_leave_the_head_alone(database: Database) -> None:
    head = await _filled(database, 30)
    conn = await database.connect("test")
    with pytest.raises(Exception, match="no partition"):
        await ledger.append(conn, head, [(e.AgentSignedIn(at=START + 4_000 * DAY, agent="a"), None)])
    assert (await ledger.head(conn, "main")).seq == 30
    await conn.close()


def test_the_chain_depends_on_every_part() -> None:
    base = link(genesis("main"), 1, "k", b"{}")
    others = [
        link(genesis("other"), 1, "k", b"{}"),
        link(genesis("main"), 2, "k", b"{}"),
        link(genesis("main"), 1, "l", b"{}"),
        link(genesis("main"), 1, None, b"{}"),
        link(genesis("main"), 1, "", b"{}"),
        link(genesis("main"), 1, "k{", b"}"),
        link(genesis("main"), 1, "k", b"{ }"),
    ]
    assert len({base, *others}) == 8
