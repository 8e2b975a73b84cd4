"""Offers ring telephones: taken, refused, unanswered, answered too late. Each fault of the issue by its name."""

import asyncio

from calls_support import Box

from jietong.channels.memory.party import Behaviour, press
from jietong.core import commands as k
from jietong.core import events as e
from jietong.core.specs import ExtensionSpec
from jietong.core.vocabulary import Outcome, Place, State, Status
from jietong.routing.store import Kind


async def test_the_caller_hangs_up_while_the_agents_telephone_rings(centre: Box) -> None:
    """Wound: an agent bridged to silence after the caller left (freeswitch#2529)."""
    phone = await centre.agent("anna", "801", Behaviour(answer_after_s=5))
    line, contact = await centre.waiting()
    await centre.run(1)
    assert phone is not None
    assert phone.lines
    line.hang_up()
    await centre.run(1)
    assert phone.lines == [], "it does not ring any more"
    assert [one.outcome for one in centre.of(e.ContactEnded, contact)] == [Outcome.ABANDONED]
    assert centre.state("anna") is State.READY
    await centre.run(30)
    centre.sound()


async def test_hanging_up_and_answering_at_the_same_instant(centre: Box) -> None:
    phone = await centre.agent("anna", "801", Behaviour(answer_after_s=None))
    line, contact = await centre.waiting()
    await centre.run(1)
    assert phone is not None
    line.hang_up()
    phone.line.answer()
    await centre.run(1)
    assert phone.lines == []
    assert len(centre.of(e.ContactEnded, contact)) == 1
    assert centre.engine.agents["anna"].contacts == []
    await centre.run(30)
    centre.sound()


async def test_a_telephone_that_rejects_passes_the_call_on_to_the_next_agent(centre: Box) -> None:
    """486 and 603."""
    for cause in ("busy", "rejected"):
        await centre.agent(f"no-{cause}", f"70{len(cause)}", Behaviour(rejects=cause))
    phone = await centre.agent("anna", "801", Behaviour(answer_after_s=1))
    assert phone is not None
    line, contact = await centre.waiting()
    await centre.until(lambda: centre.talk(line, phone))
    declined = {one.agent for one in centre.of(e.OfferDeclined, contact)}
    assert declined == {"no-busy", "no-rejected"}
    assert centre.state("no-busy") is State.READY
    line.hang_up()
    await centre.run(30)
    centre.sound()


async def test_no_answer_is_missed_by_the_engines_own_clock_and_stops_ringing(centre: Box) -> None:
    phone = await centre.agent("sleepy", "801", Behaviour(answer_after_s=None))
    line, contact = await centre.waiting()
    await centre.run(21)
    assert phone is not None
    assert phone.lines == []
    assert [one.agent for one in centre.of(e.OfferMissed, contact)] == ["sleepy"]
    assert centre.state("sleepy") is State.MISSED
    assert centre.place(contact) is Place.QUEUE
    line.hang_up()
    await centre.run(2)
    centre.sound()


async def test_a_telephone_answered_after_the_offer_was_over_is_hung_up_on(centre: Box) -> None:
    phone = await centre.agent("late", "801", Behaviour(answer_after_s=None))
    line, contact = await centre.waiting()
    await centre.run(1)
    assert phone is not None
    rung = phone.line
    moving = asyncio.ensure_future(centre.runtime.submit(k.SetStatus("late", Status.BREAK)))
    taken = asyncio.ensure_future(centre.runtime.submit(k.Decline("late", contact)))
    rung.answer()
    await asyncio.wait([moving, taken])
    await centre.run(1)
    assert rung.ended == "normal"
    assert centre.place(contact) is Place.QUEUE
    line.hang_up()
    await centre.run(2)
    centre.sound()


async def test_one_call_is_answered_by_one_agent(centre: Box) -> None:
    """Wounds: two agents answer one call (asterisk#176); the first answerer hangs up and all are dropped (#1557)."""
    phones = [await centre.agent(f"agent-{n}", f"80{n}", Behaviour(answer_after_s=2)) for n in range(3)]
    lines = [(await centre.waiting(caller=f"1370000{n:04d}"))[0] for n in range(3)]
    await centre.run(6)
    pairs = [(line, phone) for line in lines for phone in phones if phone is not None and centre.talk(line, phone)]
    assert len(pairs) == 3
    assert len({id(phone) for _, phone in pairs}) == 3
    pairs[0][1].line.hang_up()
    await centre.run(1)
    assert [centre.talk(line, phone) for line, phone in pairs] == [False, True, True]
    for line in lines:
        if line.ended is None:
            line.hang_up()
    await centre.run(30)
    centre.sound()


async def test_accepted_at_the_desk_the_telephone_goes_on_ringing_until_it_is_up(centre: Box) -> None:
    phone = await centre.agent("anna", "801", Behaviour(answer_after_s=6))
    line, contact = await centre.waiting()
    await centre.run(1)
    await centre.tell(k.Accept("anna", contact))
    assert phone is not None
    assert len(centre.exchange.rung["801"]) == 1
    assert line.hears_media == "music:default", "nobody is bridged to silence"
    await centre.until(lambda: centre.talk(line, phone))
    assert len(centre.exchange.rung["801"]) == 1
    line.hang_up()
    await centre.run(30)
    centre.sound()


async def test_accepted_at_the_desk_but_no_telephone_gives_the_call_back(centre: Box) -> None:
    phone = await centre.agent("anna", "801", Behaviour(answer_after_s=None))
    line, contact = await centre.waiting()
    await centre.run(1)
    await centre.tell(k.Accept("anna", contact))
    assert phone is not None
    phone.line.reject("unreachable")
    await centre.run(1)
    assert centre.place(contact) is Place.QUEUE
    assert centre.state("anna") is State.MISSED
    other = await centre.agent("ben", "802")
    assert other is not None
    await centre.until(lambda: centre.talk(line, other))
    line.hang_up()
    await centre.run(30)
    centre.sound()


async def test_no_voice_is_offered_without_a_telephone_that_can_be_rung(centre: Box) -> None:
    await centre.agent("bare")
    phone = await centre.agent("anna", "801", Behaviour(answer_after_s=None))
    assert phone is not None
    phone.lose()
    await centre.settle()
    assert not centre.engine.agents["bare"].reachable
    assert not centre.engine.agents["anna"].reachable
    line, contact = await centre.waiting()
    await centre.run(5)
    assert centre.place(contact) is Place.QUEUE
    phone.register()
    await centre.run(1)
    assert phone.lines, "as soon as it is registered again the waiting call rings there"
    line.hang_up()
    await centre.run(2)
    centre.sound()


def can_be_rung(centre: Box, agent: str) -> bool:
    return centre.engine.agents[agent].reachable


async def test_a_telephone_that_is_given_to_somebody_else_changes_who_can_be_rung(centre: Box) -> None:
    await centre.agent("anna", "801")
    await centre.agent("ben")
    assert can_be_rung(centre, "anna")
    await centre.document(Kind.EXTENSION, ExtensionSpec(id="801", name="b", kind="phone", agent="ben"))
    assert not can_be_rung(centre, "anna")
    assert can_be_rung(centre, "ben")
    centre.sound()


async def test_a_telephone_lost_while_it_rings_gives_the_call_to_the_next(centre: Box) -> None:
    phone = await centre.agent("anna", "801", Behaviour(answer_after_s=None))
    line, contact = await centre.waiting()
    await centre.run(1)
    assert phone is not None
    phone.lose()
    await centre.run(1)
    assert centre.place(contact) is Place.QUEUE
    assert phone.lines == []
    line.hang_up()
    await centre.run(2)
    centre.sound()


async def test_a_plain_number_takes_the_call_by_a_key_so_that_no_mailbox_does(centre: Box) -> None:
    for pressed, taken in (("", False), ("1", True)):
        agent = f"away{pressed}"
        number = f"1360000000{len(pressed)}"
        then = (press(3, pressed),) if pressed else ()
        centre.exchange.outside[f"+86{number}"] = Behaviour(answer_after_s=1, then=then)
        await centre.document(
            Kind.EXTENSION,
            ExtensionSpec(id=f"90{len(pressed)}", name=agent, kind="number", agent=agent, number=f"+86{number}"),
        )
        await centre.agent(agent)
        line, contact = await centre.waiting()
        await centre.run(8)
        rung = centre.exchange.rung[f"+86{number}"][-1]
        assert (centre.place(contact) is Place.TALK) == taken
        assert (rung.leg in line.hears) == taken
        await centre.run(10)
        assert (rung.ended is None) == taken, "whoever presses nothing is let go"
        line.hang_up()
        await centre.run(25)
        await centre.tell(k.SetStatus(agent, Status.BREAK))
    centre.sound()


async def test_an_agent_without_a_telephone_in_the_middle_of_a_talk_gives_the_customer_back(centre: Box) -> None:
    line, contact, phone = await centre.talking()
    phone.line.vanish()
    await centre.run(1)
    assert centre.place(contact) is Place.QUEUE
    assert line.hears_media == "music:default"
    other = await centre.agent("ben", "802")
    assert other is not None
    await centre.until(lambda: centre.talk(line, other))
    line.hang_up()
    await centre.run(30)
    assert [one.outcome for one in centre.of(e.ContactEnded, contact)] == [Outcome.HANDLED]
    centre.sound()
