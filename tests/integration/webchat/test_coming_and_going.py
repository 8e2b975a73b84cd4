"""Reloads, lost networks, several tabs, closed doors, vanished browsers, restarts."""

import asyncio
from pathlib import Path

from live_centre import LiveCentre, serve, true

from jietong.channels.webchat import rules, store
from jietong.core.vocabulary import Channel, Outcome, Place
from jietong.db.pool import ALL, Database
from jietong.routing.engine import Engine


async def test_a_lost_network_loses_no_word_and_doubles_none(centre: LiveCentre) -> None:
    _, desk = await centre.agent("lin", "fridge")
    page, token, contact = await centre.talking("lin", desk)
    await page.send({"t": "say", "id": "k1", "text": "第一句"})
    page.socket.transport.abort()  # type: ignore[attr-defined]
    await desk.ask({"t": "say", "id": "a1", "contact": contact, "text": "在的"})
    again, _ = await centre.page(token=token)
    # The page does not know whether its words arrived: it sends them again under the same id.
    assert (await again.ask({"t": "say", "id": "k1", "text": "第一句"}))["t"] == "ok"
    async with centre.database.read(ALL) as conn:
        texts = [row.text for row in await store.messages(conn, contact)]
    assert sorted(texts) == sorted(["你好", "在的", "第一句"])
    assert centre.engine.contacts[contact].place is Place.TALK


async def test_two_tabs_show_the_same_chat(centre: LiveCentre) -> None:
    page, token, contact = await centre.chat()
    tab, _ = await centre.page(token=token)
    assert tab.frames[0]["state"]["contact"] == contact
    assert (await tab.ask({"t": "say", "id": "from-tab", "text": "另一页"}))["t"] == "ok"
    heard = await page.until(
        lambda: [f for f in page.frames if f["t"] == "message" and f["message"]["text"] == "另一页"]
    )
    assert heard[0]["message"]["key"] == "from-tab"
    await tab.close()
    assert centre.web.chats[contact].gone_since is None, "one page is still there"


async def test_a_browser_that_vanishes_keeps_its_place_for_a_while_then_leaves(
    database: Database, tmp_path: Path
) -> None:
    async with serve(database, tmp_path, gone_s=10) as centre:
        page, token, contact = await centre.chat()
        await page.close()
        await asyncio.sleep(0.5)
        assert centre.engine.contacts[contact].place is Place.QUEUE
        back, _ = await centre.page(token=token)
        assert back.frames[0]["state"]["place"] == "queue"
        await back.close()
        chat = centre.web.chats[contact]
        await true(lambda: chat.gone_since is not None)
        chat.gone_since -= 11_000
        await true(lambda: centre.engine.contacts[contact].place is Place.CLOSED)
        assert centre.engine.contacts[contact].outcome is Outcome.ABANDONED
        late, _ = await centre.page(token=token)
        assert late.frames[0]["state"]["place"] == "ended"


async def test_out_of_hours_the_customer_leaves_a_message(centre: LiveCentre) -> None:
    page, _ = await centre.page("night")
    config = page.frames[0]["config"]
    assert config["open"] is False
    refused = await page.ask({"t": "start", "id": "s", "profile": {"name": "赵"}, "text": "有人吗"})
    assert refused["result"]["posted"] is False
    closed = await page.until(
        lambda: [f for f in page.frames if f["t"] == "state" and f["state"]["place"] == "closed_hours"]
    )
    assert closed[0]["state"]["outcome"] == "refused_closed"
    left = await page.ask(
        {"t": "leave", "id": "l", "profile": {"phone": "13857100935"}, "reply_by": "phone", "text": "想约师傅"}
    )
    assert left["t"] == "ok", left
    contact = centre.engine.contacts[left["result"]["contact"]]
    assert (contact.channel, contact.place) == (Channel.MESSAGE, Place.QUEUE)
    again = await page.ask(
        {"t": "leave", "id": "l", "profile": {"phone": "13857100935"}, "reply_by": "phone", "text": "想约师傅"}
    )
    assert again["result"] == left["result"]
    async with centre.database.read(ALL) as conn:
        assert [row.text for row in await store.messages(conn, contact.id)] == ["想约师傅"]
        assert await conn.fetchval("SELECT reply_by FROM chat_contact WHERE contact = $1", contact.id) == "phone"


async def test_a_message_without_a_way_to_answer_is_refused(centre: LiveCentre) -> None:
    page, _ = await centre.page("night")
    answer = await page.ask(
        {"t": "leave", "id": "l", "profile": {"phone": "13857100935"}, "reply_by": "email", "text": "x"}
    )
    assert answer["problem"]["code"] == "profile_missing"
    assert answer["problem"]["field"] == "email"


async def test_a_full_queue_says_so(centre: LiveCentre) -> None:
    await centre.chat("tiny")
    page, _ = await centre.page("tiny")
    await page.ask({"t": "start", "id": "s", "profile": {}})
    full = await page.until(lambda: [f for f in page.frames if f["t"] == "state" and f["state"]["place"] == "full"])
    assert full[0]["state"]["outcome"] == "refused_full"


async def test_the_place_in_the_queue_is_told_when_it_moves(centre: LiveCentre) -> None:
    ahead, _, _ = await centre.chat()
    page, _, _ = await centre.chat()
    told = await page.next("state")
    assert told["state"]["position"] == 1
    assert (await ahead.ask({"t": "end", "id": "e"}))["t"] == "ok"
    await page.until(lambda: [f for f in page.frames if f["t"] == "state" and f["state"]["position"] == 0])


async def test_typing_is_shown_to_the_other_side_and_kept_nowhere(centre: LiveCentre) -> None:
    _, desk = await centre.agent("lin", "fridge")
    page, _, contact = await centre.talking("lin", desk)
    seq = centre.runtime.seq
    await page.send({"t": "typing"})
    assert (await desk.next("typing"))["contact"] == contact
    await desk.send({"t": "typing", "contact": contact})
    await page.next("typing")
    assert (await page.next("read"))["n"] == 1
    assert centre.runtime.seq == seq


async def test_a_survey_is_answered_once_and_only_after_a_talk(centre: LiveCentre) -> None:
    _, desk = await centre.agent("lin", "fridge")
    page, _, contact = await centre.talking("lin", desk)
    early = await page.ask({"t": "survey", "id": "v0", "score": 5, "resolved": True})
    assert early["t"] == "err", "nothing is over yet"
    await page.ask({"t": "end", "id": "e"})
    for score in (0, 6, -1):
        answer = await page.ask({"t": "survey", "id": f"v{score}", "score": score, "resolved": None})
        assert answer["problem"]["code"] == "score"
    assert (await page.ask({"t": "survey", "id": "v1", "score": 2, "resolved": False}))["t"] == "ok"
    assert (await page.ask({"t": "survey", "id": "v2", "score": 5, "resolved": True}))["t"] == "err"
    async with centre.database.read(ALL) as conn:
        survey = await store.survey(conn, contact)
    assert survey is not None
    assert survey["score"] == 2


async def test_a_signed_in_customer_is_known_by_the_embedding_sites_word(centre: LiveCentre) -> None:
    async with centre.database.transaction(ALL) as conn:
        await store.save_secret(conn, "repair", "shared secret")
    await centre.web.reload_widgets()
    expires = centre.hub.clock.now() / 1000 + 60
    customers = set()
    for _ in range(2):
        token = rules.sign({"sub": "member-7", "name": "陈静", "exp": expires}, "shared secret")
        page, _ = await centre.page()
        answer = await page.ask({"t": "start", "id": "s", "profile": {"identity": token}})
        customers.add(centre.engine.contacts[answer["result"]["contact"]].customer)
    assert len(customers) == 1
    assert None not in customers
    for bad, code in (
        (rules.sign({"sub": "member-7", "exp": expires}, "another secret"), "identity_bad"),
        (rules.sign({"sub": "member-7", "exp": expires - 3600}, "shared secret"), "identity_expired"),
        ("nonsense", "identity_bad"),
    ):
        page, _ = await centre.page()
        answer = await page.ask({"t": "start", "id": "s", "profile": {"identity": bad}})
        assert answer["problem"]["code"] == code


async def test_one_number_in_two_spellings_is_one_customer(centre: LiveCentre) -> None:
    """Wound: doubled customers from numbers not in E.164."""
    _, _, one = await centre.chat(name="王", phone="138 5710 0935")
    _, _, two = await centre.chat(name="王先生", phone="+86 13857100935")
    first, second = centre.engine.contacts[one], centre.engine.contacts[two]
    assert first.customer is not None
    assert first.customer == second.customer


async def test_chats_are_found_again_after_the_writer_was_lost(centre: LiveCentre) -> None:
    """The connection of the writer is cut: pages stay, words that were acknowledged are there, the chat goes on."""
    _, desk = await centre.agent("lin", "fridge")
    page, _, contact = await centre.talking("lin", desk)
    async with centre.database.read(ALL) as conn:
        await conn.fetch(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name LIKE 'jietong writer%'"
        )
    await true(lambda: centre.runtime.epoch >= 2 and centre.runtime.role == "active")
    await page.next("welcome", timeout=10)
    await desk.until(lambda: desk.state["me"]["lin"]["connected"] and contact in desk.state["contacts"])
    assert (await page.ask({"t": "say", "id": "later", "text": "还在吗"}))["result"]["n"] == 2
    assert (await desk.ask({"t": "say", "id": "a", "contact": contact, "text": "在"}))["result"]["n"] == 3


async def test_a_restart_finds_open_chats_and_their_pages_come_back(database: Database, tmp_path: Path) -> None:
    async with serve(database, tmp_path) as centre:
        _, token, contact = await centre.chat(text="重启前")
    async with database.transaction(ALL) as conn:
        assert await store.widget(conn, "repair") is not None
        await conn.execute("DELETE FROM widget")  # `serve` makes them again
    async with serve(database, tmp_path) as centre:
        engine: Engine = centre.engine
        assert engine.contacts[contact].place is Place.QUEUE
        await true(lambda: contact in centre.web.chats)
        back, _ = await centre.page(token=token)
        assert back.frames[0]["state"]["messages"][0]["text"] == "重启前"
        assert (await back.ask({"t": "say", "id": "n", "text": "重启后"}))["result"]["n"] == 2
