"""The contact records follow the ledger exactly once and can be made again from nothing (B2, C7)."""

from collections.abc import Sequence

import pytest
from random_centre import RandomCentre

from jietong.contacts import explorer, store
from jietong.contacts.explorer import Cursor, Filter
from jietong.contacts.model import End, Kind
from jietong.contacts.projector import ContactsProjector
from jietong.contacts.service import History
from jietong.contacts.verify import verify
from jietong.core import events as e
from jietong.core.specs import QueueSpec
from jietong.core.vocabulary import Author, Channel, EndedBy, Outcome, State
from jietong.db import ledger
from jietong.db.pool import ALL, Database, Scope

T0 = 1_800_000_000_000
S = 1000
NAMES = {"zh-Hans": "售后", "zh-Hant": "售後", "en": "Support"}


async def append(database: Database, events: Sequence[e.AnyEvent]) -> None:
    async with database.transaction(ALL) as conn:
        head = await ledger.head(conn, "main")
        if head.epoch == 0:
            head = await ledger.claim(conn, "main")
        for month in {ledger.month(event.at): event.at for event in events}.values():
            await ledger.ensure_month(conn, month)
        await ledger.append(conn, head, [(event, None) for event in events])


def setup() -> list[e.AnyEvent]:
    return [
        e.QueueConfigured(T0, QueueSpec("support", NAMES, "acme", (Channel.CHAT,))),
        e.AgentStateChanged(T0, "lin", State.READY),
    ]


def life(
    id: str, at: int, *, client: str = "acme", customer: str | None = "u1", missed: bool = False
) -> list[e.AnyEvent]:
    """Arrives, waits 10 s (30 s when an offer is missed first), talks 60 s, is wrapped up in 20 s, answers 4 of 5."""
    out: list[e.AnyEvent] = [
        e.ContactArrived(at, id, Channel.CHAT, client, "web", customer),
        e.QueueEntered(at, id, "support", 0, at),
    ]
    if missed:
        out += [
            e.OfferMade(at, id, "liu", "support", at + 20 * S),
            e.OfferMissed(at + 20 * S, id, "liu", "support"),
            e.ContactReturned(at + 20 * S, id, "support", at),
        ]
        at += 20 * S
    return [
        *out,
        e.OfferMade(at, id, "lin", "support", at + 20 * S),
        e.OfferAccepted(at + 10 * S, id, "lin", "support", 10 * S),
        e.AgentStateChanged(at + 10 * S, "lin", State.TALKING, queue="support"),
        e.MessagePosted(at + 20 * S, id, f"m-{id}", 1, Author.CUSTOMER),
        e.ContactEnded(at + 70 * S, id, EndedBy.CUSTOMER, Outcome.HANDLED, "support", "lin"),
        e.WrapupStarted(at + 70 * S, id, "lin", at + 130 * S),
        e.AgentStateChanged(at + 70 * S, "lin", State.WRAPUP, queue="support"),
        e.WrapupEnded(at + 90 * S, id, "lin", EndedBy.AGENT, "leak", True),
        e.AgentStateChanged(at + 90 * S, "lin", State.READY),
        e.SurveyAnswered(at + 95 * S, id, 4, True, "lin", "support"),
    ]


async def rows(database: Database) -> list[tuple[object, ...]]:
    """All that comes from the ledger, in a fixed order."""
    out: list[tuple[object, ...]] = []
    async with database.read(ALL) as conn:
        for sql in (
            "SELECT * FROM contact ORDER BY id",
            "SELECT * FROM segment ORDER BY contact, n",
            "SELECT * FROM contact_facet ORDER BY facet, arrived, contact",
            "SELECT * FROM agent_interval ORDER BY seq",
            "SELECT * FROM trunk_busy ORDER BY seq",
            "SELECT * FROM person_day ORDER BY agent, day",
            "SELECT * FROM excused_time ORDER BY id",
            "SELECT * FROM planned_time ORDER BY agent, day, activity IS NOT NULL, started",
        ):
            out += [tuple(row) for row in await conn.fetch(sql)]
    return out


async def test_a_contact_becomes_a_record_with_its_stays(database: Database) -> None:
    await append(database, [*setup(), *life("c1", T0 + S, missed=True)])
    assert await ContactsProjector(database).catch_up() == 17
    async with database.read(ALL) as conn:
        record = await explorer.read(conn, "c1")
        stays = await store.segments(conn, "c1")
    assert record is not None
    assert (record.wait_ms, record.talk_ms, record.wrapup_ms) == (30 * S, 60 * S, 20 * S)
    assert (record.outcome, record.reason, record.resolved, record.csat) == (Outcome.HANDLED, "leak", True, 4)
    assert (record.agent, record.missed, record.messages, record.busy) == ("lin", 1, 1, False)
    assert [(s.kind, s.outcome) for s in stays if s.kind is Kind.OFFER] == [
        (Kind.OFFER, End.MISSED),
        (Kind.OFFER, End.ACCEPTED),
    ]


async def test_followed_event_by_event_or_all_at_once_the_records_are_the_same(database: Database) -> None:
    events = [*setup(), *life("c1", T0 + S), *life("c2", T0 + 200 * S, missed=True)]
    projector = ContactsProjector(database)
    for event in events:
        await append(database, [event])
        await projector.catch_up()
    step_by_step = await rows(database)
    async for _ in projector.rebuild():
        pass
    assert await rows(database) == step_by_step
    assert (await verify(database)).sound


async def test_two_projectors_at_once_do_nothing_twice(database: Database) -> None:
    import asyncio

    await append(database, [*setup(), *(ev for i in range(50) for ev in life(f"c{i:02}", T0 + i * S))])
    done = await asyncio.gather(*(ContactsProjector(database).catch_up() for _ in range(4)))
    assert sum(done) == 2 + 50 * 12
    assert (await verify(database)).sound


async def test_verify_finds_a_record_that_was_tampered_with(database: Database) -> None:
    await append(database, [*setup(), *life("c1", T0 + S)])
    await ContactsProjector(database).catch_up()
    async with database.transaction(ALL) as conn:
        await conn.execute("UPDATE segment SET wait_ms = wait_ms - 1 WHERE kind = 'queue'")
    verdict = await verify(database)
    assert not verdict.sound
    assert verdict.wrong == ["c1"]


async def test_one_client_sees_anothers_calls_fusionpbx_313(database: Database) -> None:
    await append(database, [*setup(), *life("c1", T0 + S), *life("c2", T0 + S, client="other")])
    await ContactsProjector(database).catch_up()
    for scope, ids in ((Scope(("acme",)), ["c1"]), (Scope(("other",)), ["c2"]), (Scope(()), []), (ALL, ["c2", "c1"])):
        async with database.read(scope) as conn:
            found = await explorer.page(conn, Filter(0, 1 << 62), None, 10)
            assert [one.id for one in found] == ids
            assert await explorer.count(conn, Filter(0, 1 << 62)) == len(ids)
            stays = await conn.fetch("SELECT DISTINCT contact FROM segment ORDER BY 1 DESC")
            assert [row[0] for row in stays] == ids


async def test_filters_narrow_and_pages_follow_on_without_a_gap(database: Database) -> None:
    lives = [ev for i in range(30) for ev in life(f"c{i:02}", T0 + (i // 3) * S, missed=i % 3 == 0)]
    await append(database, [*setup(), *lives])
    await ContactsProjector(database).catch_up()
    async with database.read(ALL) as conn:
        wanted = Filter(0, 1 << 62, (("queue", ("support",)), ("had", ("missed_offer",))))
        seen: list[str] = []
        cursor = None
        while page := await explorer.page(conn, wanted, cursor, 4):
            seen += [one.id for one in page]
            cursor = Cursor(page[-1].arrived, page[-1].id)
        assert seen == [f"c{i:02}" for i in range(27, -1, -3)]
        assert await explorer.count(conn, wanted) == 10
        older = await explorer.page(conn, wanted, Cursor(T0 + 4 * S, "c12"), 2, newest_first=False)
        assert [one.id for one in older] == ["c15", "c18"]
        nobody = wanted._replace(facets=(("agent", ("chen",)),))
        assert await explorer.page(conn, nobody, None, 10) == []
        either = wanted._replace(facets=(("agent", ("chen", "lin")), ("outcome", ("handled",)), ("csat", ("4",))))
        assert await explorer.count(conn, either) == 30
        assert await explorer.count(conn, Filter(0, 1 << 62, min_wait_ms=20 * S)) == 10
        assert await explorer.count(conn, Filter(0, 1 << 62, customers=("u1",), simulated=True)) == 0


async def test_the_cursor_survives_its_own_spelling() -> None:
    cursor = Cursor(T0, "01abc")
    assert Cursor.decode(cursor.encode()) == cursor
    for bad in ("x", "....", "AAAA", "é"):
        with pytest.raises(explorer.Invalid):
            Cursor.decode(bad)


async def test_the_past_of_a_customer_and_who_knew_them_last(database: Database) -> None:
    await append(database, [*setup(), *life("c1", T0 + S), *life("c2", T0 + 500 * S), *life("c3", T0, customer="u2")])
    await ContactsProjector(database).catch_up()
    async with database.read(ALL) as conn:
        past = await History().past(conn, ["u1"], 10)
        assert [(one.id, one.reason, one.resolved, one.csat) for one in past] == [
            ("c2", "leak", True, 4),
            ("c1", "leak", True, 4),
        ]
        assert await History().last_agent(conn, ["u1"]) == ("lin", "lin")
        assert await History().last_agent(conn, ["nobody"]) is None
        assert await History().count_since(conn, ["u1", "u2"], T0 + 2 * S) == 1


async def test_the_contact_in_hand_is_none_of_the_past(database: Database) -> None:
    await append(database, [*setup(), *life("c1", T0 + S), *life("c2", T0 + 500 * S)])
    await ContactsProjector(database).catch_up()
    async with database.read(ALL) as conn:
        assert [one.id for one in await History().past(conn, ["u1"], 1, without="c2")] == ["c1"]
        assert [one.id for one in await History().past(conn, ["u1"], 1, without="c1")] == ["c2"]
        assert await History().count_since(conn, ["u1"], T0, without="c2") == 1
        assert await History().last_agent(conn, ["u1"], without="c2") == ("lin", "lin")
    async with database.transaction(ALL) as conn:
        await conn.execute("DELETE FROM contact WHERE id = 'c1'")
        assert await History().last_agent(conn, ["u1"], without="c2") is None


async def test_an_agents_second_is_in_exactly_one_interval(database: Database) -> None:
    await append(database, [*setup(), *life("c1", T0 + S), *life("c2", T0 + 200 * S)])
    await ContactsProjector(database).catch_up()
    async with database.read(ALL) as conn:
        intervals = await store.intervals(conn, T0, T0 + 1000 * S, "lin")
    assert [i.end for i in intervals[:-1]] == [i.start for i in intervals[1:]]
    assert intervals[-1].end is None


async def test_flows_calls_and_trunks_are_followed_batch_by_batch_as_all_at_once(database: Database) -> None:
    """Every kind of fact that telephony brings, from the engine itself; a trunk's stretch may span batches (C1)."""
    centre = RandomCentre(8, T0, "Asia/Shanghai")
    for _ in centre.steps(900):
        pass
    projector = ContactsProjector(database)
    for i in range(0, len(centre.events), 61):
        await append(database, centre.events[i : i + 61])
        await projector.catch_up()
    followed = await verify(database)
    assert followed.sound
    async for _ in projector.rebuild():
        pass
    assert await verify(database) == followed
    async with database.read(ALL) as conn:
        flows = await conn.fetchval("SELECT count(*) FROM segment WHERE kind = 'flow' AND flow = 'menu'")
        blocked = await conn.fetchval("SELECT count(*) FROM segment WHERE kind = 'entry' AND cause = 'trunk_limit'")
        ours = await explorer.page(conn, Filter(0, 1 << 62, facets=(("had", ("outbound",)),)), None, 50)
        busy = await store.trunk_busy(conn, "main", T0, centre.now, "t0")
        poor = await conn.fetchval("SELECT count(*) FROM segment WHERE kind = 'quality' AND mos < 360")
    assert min(flows, blocked, len(ours), len(busy), poor) > 0
    assert {one.direction for one in ours} == {"outbound"}
    assert all(one.end is None or one.end >= one.start for one in busy)
    async with database.transaction(ALL) as conn:
        await conn.execute("UPDATE trunk_busy SET started = started + 1 WHERE trunk = 't0'")
    assert (await verify(database)).wrong == ["t0"]
