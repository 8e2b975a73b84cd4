"""Call me back, keep my place (A8, A11): from the queue card to the agent's phone, with every refusal worded."""

from typing import Any

from live_centre import Line, LiveCentre, true
from msgspec.structs import replace

from jietong.channels.webchat import store
from jietong.core import commands as k
from jietong.core import events as e
from jietong.core.specs import Capacity
from jietong.core.vocabulary import Outcome, Place
from jietong.db import ledger
from jietong.db.pool import ALL
from jietong.identity.permissions import Role


def codes(page: Line) -> list[str]:
    return [f["message"]["code"] for f in page.frames if f["t"] == "message" and f["message"]["code"]]


def states(page: Line) -> list[dict[str, Any]]:
    return [f["state"] for f in page.frames if f["t"] == "state"]


async def test_a_customer_is_called_back_in_turn_and_the_record_shows_it(centre: LiveCentre) -> None:
    page, token, contact = await centre.chat(name="王先生", phone="138 5710 0935")
    _, _, second = await centre.chat(name="李女士", phone="13900000001")
    await page.until(lambda: states(page) and states(page)[-1]["phone"] == "138****0935")
    assert (await page.ask({"t": "callback", "id": "b1"}))["t"] == "ok"
    assert (await page.ask({"t": "callback", "id": "b1"}))["t"] == "ok"  # a double click
    assert (await page.ask({"t": "callback", "id": "b2"}))["t"] == "ok"
    await page.until(lambda: states(page)[-1]["callback"])
    assert states(page)[-1]["position"] == 0
    await page.close()  # the customer may go
    person, desk = await centre.agent("lin", "fridge", capacity=Capacity(text=1))
    offered = await desk.until(lambda: desk.state["contacts"].get(contact))
    assert (offered["place"], offered["callback"], offered["attempts"]) == ("offer", True, 0)
    assert second not in desk.state["contacts"], "the place was kept: the call-back comes before who came later"

    number = f"/api/callbacks/{contact}/number"
    early = await person.http.post(number)
    assert (early.status_code, early.json()["code"]) == (403, "not_yours")
    assert (await desk.ask(centre.cmd("accept", contact=contact)))["t"] == "ok"
    other = await centre.person("zhao@hechuan.example", agent="zhao")
    assert (await other.http.post(number)).json()["code"] == "not_yours"
    shown = (await person.http.post(number)).json()
    assert shown == {"value": "138 5710 0935", "e164": "+8613857100935"}
    async with centre.database.read(ALL) as conn:
        looks = await conn.fetch("SELECT object FROM audit_entry WHERE action = 'callback.number'")
    assert [row["object"] for row in looks] == [contact]

    early_end = await desk.ask(centre.cmd("end", contact=contact))
    assert early_end["problem"]["code"] == "say_reached"
    assert (await desk.ask(centre.cmd("callback_result", contact=contact, reached=True)))["t"] == "ok"
    await desk.until(lambda: not desk.state["contacts"][contact]["callback"])
    again, _ = await centre.page(token=token)
    assert again.frames[0]["state"]["place"] == "talk"
    told = [one["code"] for one in again.frames[0]["state"]["messages"] if one["code"]]
    assert told == ["callback_requested", "callback_dialling", "callback_reached"]
    late = await person.http.post(number)
    assert late.status_code == 403, "once they talk, the number is the customer file's matter again"
    assert (await desk.ask(centre.cmd("end", contact=contact)))["t"] == "ok"
    assert centre.engine.contacts[contact].outcome is Outcome.HANDLED
    async with centre.database.read(ALL) as conn:
        events = [row.event for row in await ledger.timeline(conn, "main", contact=contact)]
    attempts = [event for event in events if isinstance(event, e.CallbackAttempted)]
    assert [(one.attempt, one.reached) for one in attempts] == [(1, True)]
    assert "0935" not in str(events), "no event carries a number"


async def test_not_reached_waits_for_the_next_attempt_and_the_last_one_ends_it(centre: LiveCentre) -> None:
    spec = centre.engine.queues["repair"].spec
    await centre.tell(k.ConfigureQueue(replace(spec, callback_retry_s=1, callback_attempts=2)))
    page, _, contact = await centre.chat()
    assert (await page.ask({"t": "callback", "id": "b1"}))["t"] == "ok"
    _, desk = await centre.agent("lin", "fridge")
    for attempt in (0, 1):
        await desk.until(lambda: desk.state["contacts"].get(contact, {}).get("place") == "offer")
        assert desk.state["contacts"][contact]["attempts"] == attempt
        assert (await desk.ask(centre.cmd("accept", contact=contact)))["t"] == "ok"
        done = await desk.ask(centre.cmd("callback_result", contact=contact, reached=False))
        assert done["t"] == "ok", done
        await desk.until(lambda: contact not in desk.state["contacts"])
    await page.until(lambda: states(page)[-1]["place"] == "ended")
    assert states(page)[-1]["outcome"] == "callback_failed"
    assert states(page)[-1]["survey"] == "none"
    once = ["callback_dialling", "callback_not_reached"]
    assert codes(page) == ["callback_requested", *once, *once, "callback_failed"]


async def test_a_number_is_asked_for_where_none_is_known(centre: LiveCentre) -> None:
    page, _, contact = await centre.chat(name="无名")
    bare = await page.ask({"t": "callback", "id": "b1"})
    assert (bare["problem"]["code"], bare["problem"]["field"]) == ("phone_missing", "phone")
    wrong = await page.ask({"t": "callback", "id": "b2", "phone": "12"})
    assert wrong["problem"]["code"] == "bad_phone"
    assert centre.engine.contacts[contact].callback is False
    assert (await page.ask({"t": "callback", "id": "b3", "phone": "138-5710-0935"}))["t"] == "ok"
    await page.until(lambda: states(page)[-1]["callback"])
    assert states(page)[-1]["phone"] == "138****0935"
    file = centre.engine.contacts[contact].customer
    assert file is not None, "the number tells who it is: the file is bound to the contact"
    async with centre.database.read(ALL) as conn:
        kept = await conn.fetchval("SELECT value FROM customer_identity WHERE customer = $1", file)
        session = await store.session(conn, (await store.contact(conn, contact)).session)  # type: ignore[union-attr]
    assert kept == "+8613857100935"
    assert session is not None
    assert (session.customer, session.profile["phone"]) == (file, "138-5710-0935")


async def test_another_number_joins_the_same_file(centre: LiveCentre) -> None:
    page, _, contact = await centre.chat(name="王先生", phone="13857100935")
    file = centre.engine.contacts[contact].customer
    assert (await page.ask({"t": "callback", "id": "b1", "phone": "13900000009"}))["t"] == "ok"
    assert centre.engine.contacts[contact].customer == file
    async with centre.database.read(ALL) as conn:
        rows = await conn.fetch("SELECT value FROM customer_identity WHERE customer = $1 ORDER BY value", file)
    assert [row["value"] for row in rows] == ["+8613857100935", "+8613900000009"]


async def test_a_second_call_back_of_the_same_customer_is_refused(centre: LiveCentre) -> None:
    first, _, _ = await centre.chat()
    second, _, _ = await centre.chat()
    assert (await first.ask({"t": "callback", "id": "b1"}))["t"] == "ok"
    refused = await second.ask({"t": "callback", "id": "b2"})
    assert refused["problem"]["code"] == "callback_exists"


async def test_a_call_back_cannot_be_asked_for_once_somebody_is_there(centre: LiveCentre) -> None:
    _, desk = await centre.agent("lin", "fridge")
    page, _, _ = await centre.talking("lin", desk)
    refused = await page.ask({"t": "callback", "id": "b1"})
    assert refused["problem"]["code"] == "wrong_place"


async def test_a_closed_page_ends_neither_a_call_back_nor_the_talk_by_phone(centre: LiveCentre) -> None:
    page, _, contact = await centre.chat()
    assert (await page.ask({"t": "callback", "id": "b1"}))["t"] == "ok"
    await page.close()
    chat = centre.web.chats[contact]
    await true(lambda: not chat.browsers)
    _, desk = await centre.agent("lin", "fridge")
    await desk.until(lambda: desk.state["contacts"].get(contact))
    await desk.ask(centre.cmd("accept", contact=contact))
    await desk.ask(centre.cmd("callback_result", contact=contact, reached=True))
    chat.gone_since = centre.web.clock.now() - 10_000_000
    centre.watch.look(chat)
    await centre.tell(k.Tick())
    assert centre.engine.contacts[contact].place is Place.TALK


async def test_the_floor_marks_a_call_back(centre: LiveCentre) -> None:
    boss = await centre.person("boss", Role.SUPERVISOR)
    floor = await boss.socket("/ws/floor")
    page, _, contact = await centre.chat()
    assert (await page.ask({"t": "callback", "id": "b1"}))["t"] == "ok"
    await floor.until(lambda: floor.state.get("contacts", {}).get(contact, {}).get("callback"))
    assert floor.state["queues"]["repair"]["waiting"] == 1
