"""Dialling out and call-backs (A8): reached, not reached, given up; never doubled, the place kept."""

from typing import Any

import pytest
from calls_support import CALLER_E164, HOTLINE, Box

from jietong.calls import outbound
from jietong.channels.memory.party import Behaviour, Line
from jietong.core import commands as k
from jietong.core import events as e
from jietong.core.errors import JietongError
from jietong.core.specs import TrunkSpec
from jietong.core.vocabulary import Direction, Outcome, Place, State
from jietong.identity.model import Principal
from jietong.identity.permissions import Role, permissions_of
from jietong.routing.store import Kind

MOBILE = "139 1111 0000"
E164 = "+8613911110000"


def person(agent: str, *roles: Role, clients: tuple[str, ...] | None = None) -> Principal:
    held = frozenset(roles or {Role.ANSWERER})
    return Principal(f"acc-{agent}", agent, agent, held, permissions_of(held), clients=clients, agent_id=agent)


def reached(centre: Box, number: str = E164) -> Line:
    return centre.exchange.rung[number][-1]


async def test_click_to_dial_rings_the_agent_then_the_customer_with_the_queues_number(centre: Box) -> None:
    await centre.queue(caller_id=HOTLINE)
    centre.exchange.outside[E164] = Behaviour(answer_after_s=3)
    phone = await centre.agent("anna", "801", kind="softphone")
    assert phone is not None
    contact = await outbound.dial(centre.calls, person("anna"), number=MOBILE, queue="repair")
    await centre.run(1.5)
    assert phone.line.answered, "a softphone takes its own dialling by itself"
    assert phone.line.hears_media == "tone:ring"
    assert centre.state("anna") is State.TALKING
    await centre.run(4)
    line = reached(centre)
    assert line.caller_id == HOTLINE
    assert centre.talk(line, phone)
    arrived = centre.of(e.ContactArrived, contact)[0]
    assert (arrived.direction, arrived.entry) == (Direction.OUTBOUND, HOTLINE)
    assert centre.of(e.OutboundAnswered, contact)
    phone.line.hang_up()
    await centre.run(1)
    assert line.ended is not None
    assert [one.outcome for one in centre.of(e.ContactEnded, contact)] == [Outcome.HANDLED]
    await centre.run(30)
    centre.sound()


@pytest.mark.parametrize("why", ["busy", "rejected", "unreachable", None])
async def test_a_customer_who_is_not_reached(centre: Box, why: str | None) -> None:
    centre.exchange.outside[E164] = Behaviour(answer_after_s=None, rejects=why)
    phone = await centre.agent("anna", "801", kind="softphone")
    assert phone is not None
    contact = await outbound.dial(centre.calls, person("anna"), number=MOBILE, queue="repair")
    await centre.run(60)
    assert [one.outcome for one in centre.of(e.ContactEnded, contact)] == [Outcome.UNREACHED]
    ended = [one.cause for one in centre.of(e.LegEnded, contact) if one.leg.startswith("c-")]
    assert ended == [why or "no_answer"]
    assert phone.lines == []
    await centre.run(30)
    centre.sound()


async def test_the_agent_lays_down_before_the_customer_answers(centre: Box) -> None:
    centre.exchange.outside[E164] = Behaviour(answer_after_s=None)
    phone = await centre.agent("anna", "801", kind="softphone")
    assert phone is not None
    contact = await outbound.dial(centre.calls, person("anna"), number=MOBILE, queue="repair")
    await centre.run(4)
    phone.line.hang_up()
    await centre.run(1)
    assert reached(centre).ended is not None
    assert [one.outcome for one in centre.of(e.ContactEnded, contact)] == [Outcome.UNREACHED]
    await centre.run(30)
    centre.sound()


async def test_the_agents_telephone_does_not_come_up(centre: Box) -> None:
    await centre.agent("anna", "801", Behaviour(rejects="unreachable"))
    contact = await outbound.dial(centre.calls, person("anna"), number=MOBILE, queue="repair")
    await centre.run(5)
    assert [one.outcome for one in centre.of(e.ContactEnded, contact)] == [Outcome.UNREACHED]
    assert E164 not in centre.exchange.rung
    await centre.run(30)
    centre.sound()


async def test_dialling_is_refused_where_it_cannot_be(centre: Box) -> None:
    await centre.agent("anna", "801", kind="softphone")
    wishes: tuple[tuple[str, Principal, dict[str, Any]], ...] = (
        ("bad_phone", person("anna"), {"number": "12"}),
        ("number_missing", person("anna"), {}),
        ("unknown_queue", person("anna"), {"number": MOBILE, "queue": "none"}),
        ("unknown_queue", person("anna", clients=("other",)), {"number": MOBILE}),
        ("no_telephone", person("ben"), {"number": MOBILE}),
    )
    for code, by, wish in wishes:
        with pytest.raises(JietongError) as refused:
            await outbound.dial(centre.calls, by, **{"queue": "repair", **wish})
        assert refused.value.code == code
    await centre.document(Kind.TRUNK, TrunkSpec(id="carrier", name={}, host="sip.example.com", channels=0))
    with pytest.raises(JietongError) as refused:
        await outbound.dial(centre.calls, person("anna"), number=MOBILE, queue="repair")
    assert refused.value.code == "no_way_out"
    assert not centre.of(e.ContactArrived)
    centre.sound()


async def test_a_number_dialled_on_the_telephone_itself(centre: Box) -> None:
    centre.exchange.outside[E164] = Behaviour(answer_after_s=2)
    phone = await centre.agent("anna", "801")
    assert phone is not None
    phone.dial("13911110000")
    await centre.run(5)
    line = reached(centre)
    assert centre.talk(line, phone)
    assert len(centre.of(e.OutboundAnswered)) == 1
    line.hang_up()
    await centre.run(40)
    centre.sound()


async def test_a_call_back_keeps_its_place_and_is_made_at_its_turn(centre: Box) -> None:
    """Wounds: call-backs jump the queue (FreePBX#621), are doubled (#525)."""
    first, ahead = await centre.waiting(caller="13700000001")
    line, contact = await centre.waiting()
    behind, after = await centre.waiting(caller="13700000002")
    line.press("2")
    await centre.run(3)
    assert line.ended is not None, "the customer is told, and need not wait on the line"
    assert centre.place(contact) is Place.QUEUE
    assert not centre.of(e.ContactEnded, contact)
    centre.exchange.outside[CALLER_E164] = Behaviour(answer_after_s=3)
    phone = await centre.agent("anna", "801", Behaviour(answer_after_s=1))
    assert phone is not None
    await centre.until(lambda: centre.talk(first, phone))
    first.hang_up()
    await centre.until(lambda: bool(centre.exchange.rung.get(CALLER_E164)))
    assert centre.of(e.OfferMade)[-1].contact == contact, "its place was kept: before who came after"
    back = reached(centre, CALLER_E164)
    await centre.until(lambda: centre.talk(back, phone))
    assert [(one.attempt, one.reached) for one in centre.of(e.CallbackAttempted, contact)] == [(1, True)]
    assert len(centre.exchange.rung[CALLER_E164]) == 1
    phone.line.hang_up()
    await centre.run(1)
    assert [one.outcome for one in centre.of(e.ContactEnded, contact)] == [Outcome.HANDLED]
    await centre.until(lambda: centre.talk(behind, phone))
    behind.hang_up()
    await centre.run(30)
    assert ahead != after
    centre.sound()


async def test_a_call_back_that_reaches_nobody_is_tried_again_by_the_rule_and_then_given_up(centre: Box) -> None:
    line, contact = await centre.waiting()
    line.press("2")
    await centre.run(3)
    centre.exchange.outside[CALLER_E164] = Behaviour(rejects="busy")
    await centre.agent("anna", "801", Behaviour(answer_after_s=1))
    await centre.run(150)
    attempts = centre.of(e.CallbackAttempted, contact)
    assert [(one.attempt, one.reached) for one in attempts] == [(1, False), (2, False)]
    assert attempts[1].at - attempts[0].at >= 60_000
    assert len(centre.exchange.rung[CALLER_E164]) == 2
    assert [one.outcome for one in centre.of(e.ContactEnded, contact)] == [Outcome.CALLBACK_FAILED]
    centre.sound()


async def test_the_agent_lays_down_while_the_call_back_rings(centre: Box) -> None:
    line, contact = await centre.waiting()
    line.press("2")
    await centre.run(3)
    centre.exchange.outside[CALLER_E164] = Behaviour(answer_after_s=None)
    phone = await centre.agent("anna", "801", Behaviour(answer_after_s=1))
    assert phone is not None
    await centre.until(lambda: bool(centre.exchange.rung.get(CALLER_E164)))
    await centre.run(2)
    phone.line.hang_up()
    await centre.run(1)
    assert reached(centre, CALLER_E164).ended is not None
    assert [one.reached for one in centre.of(e.CallbackAttempted, contact)] == [False]
    assert not centre.of(e.ContactEnded, contact)
    await centre.tell(k.CloseContact(contact))
    await centre.run(30)
    centre.sound()


async def test_without_a_number_there_is_no_call_back_and_the_caller_waits_on(centre: Box) -> None:
    line, contact = await centre.waiting(caller=None)
    line.press("2")
    await centre.run(1)
    assert "没有您的来电号码" in (line.hears_media or "")
    await centre.run(5)
    assert line.hears_media == "music:default"
    assert centre.place(contact) is Place.QUEUE
    line.hang_up()
    await centre.run(2)
    centre.sound()


async def test_a_dialled_customer_who_is_transferred_waits_with_music(centre: Box) -> None:
    centre.exchange.outside[E164] = Behaviour(answer_after_s=1)
    phone = await centre.agent("anna", "801", kind="softphone")
    assert phone is not None
    contact = await outbound.dial(centre.calls, person("anna"), number=MOBILE, queue="repair")
    await centre.run(4)
    line = reached(centre)
    await centre.queue(id="second")
    await centre.tell(k.Transfer("anna", contact, to_queue="second"))
    await centre.run(1)
    assert line.hears_media == "music:default"
    line.hang_up()
    await centre.run(20)
    assert [one.outcome for one in centre.of(e.ContactEnded, contact)] == [Outcome.ABANDONED]
    centre.sound()
