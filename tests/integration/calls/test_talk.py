"""In the talk: hold, hang-ups, transfer, consultation, three-way, numbers outside; by desk and by telephone."""

import pytest
from calls_support import Box

from jietong.calls import transfer
from jietong.channels.memory.party import Behaviour, Line
from jietong.core import commands as k
from jietong.core import events as e
from jietong.core.specs import ExtensionSpec
from jietong.core.vocabulary import Outcome, Place, State
from jietong.routing.store import Kind

MOBILE = "13911110000"
OUTSIDE = "+8613911110000"


def outside(centre: Box) -> Line:
    return centre.exchange.rung[OUTSIDE][-1]


async def finish(centre: Box, *lines: Line) -> None:
    for line in lines:
        if line.ended is None:
            line.hang_up()
    await centre.run(40)
    centre.sound()


async def test_hold_by_the_desk_and_by_the_telephones_own_key(centre: Box) -> None:
    line, contact, phone = await centre.talking()
    await centre.tell(k.Hold("anna", contact))
    assert line.hears_media == "music:default"
    assert not centre.talk(line, phone)
    await centre.tell(k.Resume("anna", contact))
    assert centre.talk(line, phone)
    phone.line.hold()
    await centre.run(1)
    assert centre.place(contact) is Place.HOLD
    assert line.hears_media == "music:default"
    phone.line.unhold()
    await centre.run(1)
    assert centre.place(contact) is Place.TALK
    assert centre.talk(line, phone)
    await finish(centre, line)


async def test_hanging_up_on_hold_from_either_side(centre: Box) -> None:
    line, contact, phone = await centre.talking()
    await centre.tell(k.Hold("anna", contact))
    line.hang_up()
    await centre.run(15)
    assert [one.outcome for one in centre.of(e.ContactEnded, contact)] == [Outcome.HANDLED]
    assert phone.lines == []
    line, contact = await centre.waiting()
    await centre.until(lambda: centre.talk(line, phone))
    await centre.tell(k.Hold("anna", contact))
    phone.line.hang_up()
    await centre.run(0.5)
    assert line.hears_media == "say:survey"
    await finish(centre, line)


async def test_the_desk_ends_the_talk_and_the_customer_is_asked(centre: Box) -> None:
    line, contact, phone = await centre.talking()
    await centre.tell(k.End("anna", contact))
    await centre.run(0.2)
    assert phone.lines == []
    assert line.hears_media == "say:survey"
    await finish(centre, line)


async def test_blind_transfer_to_a_queue_keeps_the_customer_and_the_survey_its_last_agent(centre: Box) -> None:
    """Wounds: transfer credited to the wrong agent (FreePBX#124); CSAT loses the agent (chatwoot#14872)."""
    await centre.queue(id="second")
    line, contact, _ = await centre.talking()
    await centre.tell(k.Transfer("anna", contact, to_queue="second"))
    await centre.run(1)
    assert line.hears_media == "music:default"
    other = await centre.agent("ben", "802")
    assert other is not None
    await centre.until(lambda: centre.talk(line, other))
    other.line.hang_up()
    await centre.run(0.5)
    line.press("2")
    await centre.run(10)
    answered = centre.of(e.SurveyAnswered, contact)
    assert [(one.score, one.agent, one.queue) for one in answered] == [(4, "ben", "second")]
    await finish(centre, line)


async def test_transfer_to_an_agent_who_does_not_answer_comes_back_to_the_queue(centre: Box) -> None:
    line, contact, _ = await centre.talking()
    other = await centre.agent("ben", "802", Behaviour(answer_after_s=None))
    await centre.tell(k.Transfer("anna", contact, to_agent="ben"))
    await centre.run(1)
    assert other is not None
    assert other.lines
    await centre.run(25)
    assert other.lines == []
    assert centre.place(contact) in (Place.QUEUE, Place.OFFER, Place.TALK)
    assert line.ended is None
    await finish(centre, line)


async def test_refer_to_an_agents_extension_and_to_a_number_outside(centre: Box) -> None:
    line, contact, phone = await centre.talking()
    other = await centre.agent("ben", "802")
    assert other is not None
    phone.line.refer("802")
    await centre.until(lambda: centre.talk(line, other))
    assert [one.to_agent for one in centre.of(e.ContactTransferred, contact)] == ["ben"]
    assert phone.lines == []
    centre.exchange.outside[OUTSIDE] = Behaviour(answer_after_s=3)
    other.line.refer(MOBILE)
    await centre.run(1)
    assert line.hears_media == "music:default"
    await centre.run(5)
    assert outside(centre).leg in line.hears
    assert line.leg in outside(centre).hears
    assert other.lines == []
    assert [one.outcome for one in centre.of(e.ContactEnded, contact)] == [Outcome.TRANSFERRED_OUT]
    outside(centre).hang_up()
    await centre.run(0.5)
    assert line.hears_media == "say:survey"
    await finish(centre, line)


async def test_refer_to_a_telephone_of_the_house_that_is_no_agents(centre: Box) -> None:
    line, contact, phone = await centre.talking()
    porter = centre.exchange.telephone("860", Behaviour(answer_after_s=1))
    await centre.document(Kind.EXTENSION, ExtensionSpec(id="860", name="porter", kind="phone"))
    phone.line.refer("860")
    await centre.until(lambda: centre.talk(line, porter))
    assert [one.outcome for one in centre.of(e.ContactEnded, contact)] == [Outcome.TRANSFERRED_OUT]
    await finish(centre, line)


async def test_refer_to_nowhere_is_told_and_the_call_goes_on(centre: Box) -> None:
    line, contact, phone = await centre.talking()
    for target in ("nonsense", "12", ""):
        phone.line.refer(target)
        await centre.run(5)
        assert centre.talk(line, phone), target
    assert centre.place(contact) is Place.TALK
    await finish(centre, line)


async def test_refer_to_a_number_that_does_not_answer_gives_the_customer_back(centre: Box) -> None:
    line, contact, phone = await centre.talking()
    centre.exchange.outside[OUTSIDE] = Behaviour(rejects="busy", reject_after_s=3)
    phone.line.refer(MOBILE)
    await centre.run(1)
    assert centre.place(contact) is Place.HOLD
    await centre.run(8)
    assert centre.talk(line, phone)
    assert centre.place(contact) is Place.TALK
    await finish(centre, line)


async def test_a_telephone_that_lets_go_with_its_refer_loses_no_customer(centre: Box) -> None:
    line, contact, phone = await centre.talking()
    centre.exchange.outside[OUTSIDE] = Behaviour(rejects="busy", reject_after_s=3)
    phone.line.refer(MOBILE)
    await centre.run(1)
    phone.line.hang_up()
    await centre.run(6)
    assert line.ended is None
    assert centre.place(contact) is Place.QUEUE
    await finish(centre, line)


async def test_consultation_and_completing_it(centre: Box) -> None:
    line, contact, phone = await centre.talking()
    other = await centre.agent("ben", "802", Behaviour(answer_after_s=3))
    assert other is not None
    await centre.tell(k.Consult("anna", contact, "ben"))
    await centre.run(1)
    assert centre.talk(line, phone), "while the colleague's telephone rings, the talk goes on"
    await centre.run(4)
    assert line.hears_media == "music:default"
    assert phone.line.leg in other.line.hears
    assert line.leg not in other.line.hears
    await centre.tell(k.CompleteConsult("anna", contact))
    await centre.run(0.5)
    assert centre.talk(line, other)
    assert phone.lines == []
    await finish(centre, line)


async def test_a_consultation_is_called_off_and_one_is_refused(centre: Box) -> None:
    line, contact, phone = await centre.talking()
    other = await centre.agent("ben", "802", Behaviour(answer_after_s=1))
    await centre.tell(k.Consult("anna", contact, "ben"))
    await centre.run(3)
    await centre.tell(k.CancelConsult("anna", contact))
    await centre.run(1)
    assert centre.talk(line, phone)
    assert other is not None
    assert other.lines == []
    other.behaviour = Behaviour(rejects="rejected")
    await centre.tell(k.Consult("anna", contact, "ben"))
    await centre.run(3)
    assert centre.talk(line, phone)
    assert [one.why for one in centre.of(e.ConsultEnded, contact)] == ["cancelled", "declined"]
    await finish(centre, line)


async def test_three_way_and_the_one_who_asked_lays_down(centre: Box) -> None:
    """Wound: the first answerer hangs up and all others are dropped (asterisk#1557)."""
    line, contact, phone = await centre.talking()
    other = await centre.agent("ben", "802", Behaviour(answer_after_s=1))
    assert other is not None
    await centre.tell(k.Consult("anna", contact, "ben"))
    await centre.run(3)
    await centre.tell(k.MergeConsult("anna", contact))
    await centre.run(0.5)
    assert line.hears == {phone.line.leg, other.line.leg}
    assert other.line.hears == {phone.line.leg, line.leg}
    phone.line.hang_up()
    await centre.run(1)
    assert centre.talk(line, other)
    assert centre.engine.contacts[contact].agent == "ben"
    await finish(centre, line)


async def test_the_customer_leaves_during_a_consultation(centre: Box) -> None:
    line, contact, phone = await centre.talking()
    other = await centre.agent("ben", "802", Behaviour(answer_after_s=1))
    assert other is not None
    await centre.tell(k.Consult("anna", contact, "ben"))
    await centre.run(3)
    line.hang_up()
    await centre.run(1)
    assert phone.lines == []
    assert other.lines == []
    assert centre.state("ben") is State.READY
    await finish(centre)


async def test_attended_transfer_by_the_telephones_second_line(centre: Box) -> None:
    line, contact, phone = await centre.talking()
    other = await centre.agent("ben", "802", Behaviour(answer_after_s=2))
    assert other is not None
    first = phone.line
    first.hold()
    await centre.run(1)
    second = phone.dial("802")
    await centre.run(1)
    assert second.rings_back
    await centre.run(3)
    assert second.leg in other.line.hears
    assert line.hears_media == "music:default"
    first.refer_attended(second)
    await centre.run(1)
    assert centre.talk(line, other)
    assert phone.lines == []
    assert centre.engine.contacts[contact].agent == "ben"
    await finish(centre, line)


async def test_a_second_line_is_laid_down_and_the_customer_taken_back(centre: Box) -> None:
    line, _, phone = await centre.talking()
    other = await centre.agent("ben", "802", Behaviour(answer_after_s=2))
    assert other is not None
    first = phone.line
    first.hold()
    await centre.run(1)
    second = phone.dial("802")
    await centre.run(4)
    second.hang_up()
    await centre.run(1)
    assert other.lines == []
    first.unhold()
    await centre.run(1)
    assert centre.talk(line, phone)
    nowhere = phone.dial("77")
    await centre.run(1)
    assert nowhere.ended == "busy"
    await finish(centre, line)


async def test_asking_somebody_outside_then_three_way_then_handing_over(centre: Box) -> None:
    line, contact, phone = await centre.talking()
    call = centre.calls.calls[contact]
    centre.exchange.outside[OUTSIDE] = Behaviour(answer_after_s=2)
    await transfer.outside(call, "anna", MOBILE, blind=False)
    call.look()
    await centre.run(5)
    assert line.hears_media == "music:default"
    assert phone.line.leg in outside(centre).hears
    await transfer.merge_outside(call, "anna")
    await centre.run(0.5)
    assert line.hears == {phone.line.leg, outside(centre).leg}
    phone.line.hang_up()
    await centre.run(1)
    assert outside(centre).leg in line.hears
    assert [one.outcome for one in centre.of(e.ContactEnded, contact)] == [Outcome.TRANSFERRED_OUT]
    line.hang_up()
    await centre.run(1)
    assert outside(centre).ended is not None
    await finish(centre)


@pytest.mark.parametrize("answered", [True, False])
async def test_asking_somebody_outside_is_called_off(centre: Box, answered: bool) -> None:
    line, contact, phone = await centre.talking()
    call = centre.calls.calls[contact]
    centre.exchange.outside[OUTSIDE] = Behaviour(answer_after_s=2 if answered else None)
    await transfer.outside(call, "anna", MOBILE, blind=False)
    await centre.run(4)
    await transfer.cancel_outside(call, "anna")
    await centre.run(4)
    assert centre.talk(line, phone)
    assert centre.place(contact) is Place.TALK
    await finish(centre, line)
