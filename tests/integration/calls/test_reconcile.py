"""Faults of the centre and of the switch: talks go on, every call is accounted for, none is counted twice."""

import pytest
from calls_support import CALLER_E164, Box, names

from jietong.calls import recording
from jietong.channels.memory.party import Behaviour, Line, Telephone
from jietong.core import commands as k
from jietong.core import events as e
from jietong.core.specs import RecordingRule, TrunkSpec
from jietong.core.vocabulary import Outcome, Place, State
from jietong.db.pool import ALL
from jietong.routing.store import Kind


async def killed_and_started(centre: Box, away_s: float = 4.0) -> None:
    """The controller's process dies without a word, and another one starts."""
    calls, plant, switch = centre.calls, centre.plant, centre.switch
    await switch.stop()  # the connection breaks; nothing is told to the switch
    await calls.stop()
    await plant.stop()
    await centre.runtime.stop()
    for at in (away_s,):
        target = centre.clock.now() + round(at * 1000)
        settle, centre.time.settle = centre.time.settle, _nothing
        await centre.time.run((target - centre.clock.now()) / 1000)
        centre.time.settle = settle
    await centre.open()
    await centre.settle()


async def _nothing() -> None:
    return None


async def test_the_controller_is_killed_in_a_talk_and_the_talk_goes_on(centre: Box) -> None:
    await centre.queue(recording=RecordingRule(announce=False))
    line, contact, phone = await centre.talking()
    await killed_and_started(centre)
    assert centre.talk(line, phone)
    assert centre.place(contact) is Place.TALK
    await centre.tell(k.Hold("anna", contact))
    assert line.hears_media == "music:default"
    await centre.tell(k.Resume("anna", contact))
    assert centre.talk(line, phone)
    phone.line.hang_up()
    await centre.run(0.5)
    assert line.hears_media == "say:survey", "the flow goes on where it was"
    line.hang_up()
    await centre.run(30)
    assert [one.outcome for one in centre.of(e.ContactEnded, contact)] == [Outcome.HANDLED]
    assert len(centre.of(e.RecordingStarted, contact)) == 1
    (tape,) = centre.tapes.of(contact)
    assert all(tape.tracks.values()), "the recording went on, and is handed over whole"
    centre.sound()


async def test_a_pause_for_card_data_goes_on_after_a_restart_and_is_watched(centre: Box) -> None:
    await centre.queue(recording=RecordingRule(announce=False, max_pause_s=20))
    line, contact, _ = await centre.talking()
    await centre.run(5)
    await recording.pause(centre.calls.calls[contact], "anna")
    await centre.run(3)
    await killed_and_started(centre)
    await centre.run(30)
    assert len(centre.of(e.RecordingResumed, contact)) == 1
    line.hang_up()
    await centre.run(20)
    (tape,) = centre.tapes.of(contact)
    assert [round(gap.end - gap.start, -3) for gap in tape.gaps] == [20_000]
    assert (tape.agent, tape.queue, tape.rule) == ("anna", "repair", "always")
    centre.sound()


async def test_fifty_calls_in_all_states_are_reconciled_and_none_counts_twice(centre: Box) -> None:
    await centre.document(
        Kind.TRUNK, TrunkSpec(id="carrier", name=names("carrier"), host="sip.example.com", channels=100)
    )
    phones: list[Telephone] = []
    for n in range(10):
        phone = await centre.agent(f"agent-{n}", f"81{n}")
        assert phone is not None
        phones.append(phone)
    lines: list[Line] = [centre.dial_in(caller=f"1380001{n:04d}") for n in range(40)]
    await centre.until(lambda: sum(any(centre.talk(line, phone) for phone in phones) for line in lines) == 10, 60)
    lines += [centre.dial_in(caller=f"1380002{n:04d}") for n in range(10)]
    await centre.run(1.5)
    talking = {(line.leg, phone.extension) for line in lines for phone in phones if centre.talk(line, phone)}
    assert len(talking) == 10
    before = {id: contact.place for id, contact in centre.engine.contacts.items()}
    await killed_and_started(centre, 0.5)
    after = {(line.leg, phone.extension) for line in lines for phone in phones if centre.talk(line, phone)}
    assert after == talking
    for id, place in before.items():
        if place is not Place.OFFER:
            assert centre.place(id) in (place, Place.QUEUE)
    assert len(centre.calls.calls) == 50
    assert centre.calls.reconciler.last_ms is not None
    await centre.run(20)
    for line in lines:
        line.hang_up()
    await centre.run(40)
    arrived = [one.contact for one in centre.of(e.ContactArrived)]
    ended = [one.contact for one in centre.of(e.ContactEnded)]
    assert len(arrived) == len(set(arrived)) == len(ended) == len(set(ended)) == 50
    centre.sound()


async def test_who_hung_up_while_the_controller_was_away_has_left(centre: Box) -> None:
    line, contact, phone = await centre.talking()
    waiting, other = await centre.waiting(caller="13700000001")
    in_flow = centre.dial_in(caller="13700000002")
    await centre.run(0.5)
    third = centre.contact_of(in_flow)
    await centre.switch.stop()
    for one in (line, waiting, in_flow):
        one.hang_up()
    await killed_and_started(centre)
    assert [one.outcome for one in centre.of(e.ContactEnded, contact)] == [Outcome.HANDLED]
    assert [one.outcome for one in centre.of(e.ContactEnded, other)] == [Outcome.ABANDONED]
    assert [one.outcome for one in centre.of(e.ContactEnded, third)] == [Outcome.LOST_IN_FLOW]
    assert phone.lines == []
    await centre.run(30)
    centre.sound()


async def test_an_agent_who_laid_down_meanwhile_gives_the_customer_back(centre: Box) -> None:
    line, contact, phone = await centre.talking()
    await centre.switch.stop()
    phone.line.hang_up()
    await killed_and_started(centre)
    assert centre.place(contact) in (Place.QUEUE, Place.OFFER)
    assert line.ended is None
    line.hang_up()
    await centre.run(30)
    centre.sound()


async def test_a_caller_in_the_menu_hears_sorry_and_goes_on_there(centre: Box) -> None:
    line = centre.dial_in()
    await centre.run(1.5)
    assert line.hears_media == "say:menu"
    contact = centre.contact_of(line)
    await centre.switch.stop()
    await killed_and_started(centre)
    assert "线路中断" in (line.hears_media or "")
    await centre.until(lambda: line.hears_media == "say:menu")
    line.press("9")
    await centre.until(lambda: line.ended is not None)
    assert [one.outcome for one in centre.of(e.ContactEnded, contact)] == [Outcome.SELF_SERVED]
    centre.sound()


async def test_a_call_back_outlives_the_controller(centre: Box) -> None:
    line, contact = await centre.waiting()
    line.press("2")
    await centre.run(4)
    await killed_and_started(centre)
    centre.exchange.outside[CALLER_E164] = Behaviour(answer_after_s=2)
    phone = await centre.agent("anna", "801", Behaviour(answer_after_s=1))
    assert phone is not None
    await centre.until(lambda: bool(centre.exchange.rung.get(CALLER_E164)))
    back = centre.exchange.rung[CALLER_E164][-1]
    await centre.until(lambda: centre.talk(back, phone))
    assert len(centre.exchange.rung[CALLER_E164]) == 1
    assert centre.place(contact) is Place.TALK
    back.hang_up()
    await centre.run(30)
    centre.sound()


async def test_the_switch_dies_and_comes_back_within_seconds(centre: Box) -> None:
    """Asterisk killed: calls end as switch lost, agents are freed, and new calls come in."""
    await centre.queue(recording=RecordingRule(announce=False))
    line, contact, phone = await centre.talking()
    waiting, other = await centre.waiting(caller="13700000001")
    in_flow = centre.dial_in(caller="13700000002")
    await centre.run(0.5)
    third = centre.contact_of(in_flow)
    centre.exchange.restart(3)
    await centre.run(6)
    for one in (contact, other, third):
        assert [end.outcome for end in centre.of(e.ContactEnded, one)] == [Outcome.SWITCH_LOST]
    await centre.run(20)
    assert centre.state("anna") is State.READY
    assert [tape.why for tape in centre.tapes.of(contact)] == ["switch_lost"]
    again, _ = await centre.waiting(caller="13700000003")
    await centre.until(lambda: centre.talk(again, phone))
    again.hang_up()
    await centre.run(30)
    assert line.ended == waiting.ended == "lost"
    centre.sound()


async def test_the_database_breaks_away_and_the_talk_goes_on(centre: Box) -> None:
    line, contact, phone = await centre.talking()
    async with centre.database.transaction(ALL) as conn:
        await conn.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name LIKE 'jietong writer%'"
        )
    phone.line.hold()
    new = centre.dial_in(caller="13700000005")
    await centre.run(3)
    assert centre.place(contact) is Place.HOLD, "what was pressed meanwhile is made good"
    assert new.answered
    phone.line.unhold()
    await centre.run(1)
    assert centre.talk(line, phone)
    for one in (line, new):
        one.hang_up()
    await centre.run(30)
    assert [one.outcome for one in centre.of(e.ContactEnded, contact)] == [Outcome.HANDLED]
    centre.sound()


async def test_the_connection_to_the_switch_is_cut_and_mended(centre: Box) -> None:
    line, contact, phone = await centre.talking()
    waiting, other = await centre.waiting(caller="13700000001")
    centre.switch.cut()
    await centre.run(2)
    waiting.hang_up()
    await centre.run(2)
    assert centre.place(other) is Place.QUEUE, "nobody has told us"
    centre.switch.mend()
    await centre.run(1)
    assert [one.outcome for one in centre.of(e.ContactEnded, other)] == [Outcome.ABANDONED]
    assert centre.talk(line, phone)
    assert centre.place(contact) is Place.TALK
    phone.line.hang_up()
    await centre.run(0.5)
    assert line.hears_media == "say:survey"
    line.hang_up()
    await centre.run(30)
    centre.sound()


async def test_a_switch_that_stays_away_too_long_frees_its_agents(centre: Box) -> None:
    _, contact, _ = await centre.talking()
    centre.switch.cut()
    await centre.run(130)
    assert [one.outcome for one in centre.of(e.ContactEnded, contact)] == [Outcome.SWITCH_LOST]
    await centre.run(20)
    assert centre.state("anna") is not State.TALKING
    centre.switch.mend()
    await centre.run(5)
    assert not centre.exchange.legs, "what is still up there is laid down: its contact is over"


@pytest.mark.parametrize("direction", ["offer", "hold"])
async def test_killed_while_it_rings_or_holds(centre: Box, direction: str) -> None:
    phone = await centre.agent("anna", "801", Behaviour(answer_after_s=None))
    line, contact = await centre.waiting()
    await centre.run(1)
    assert phone is not None
    if direction == "hold":
        phone.line.answer()
        await centre.run(1)
        await centre.tell(k.Hold("anna", contact))
    await killed_and_started(centre, 1)
    await centre.tell(k.PresenceBack("anna"))
    await centre.run(2)
    if direction == "hold":
        assert centre.place(contact) is Place.HOLD
        assert line.hears_media == "music:default"
        await centre.tell(k.Resume("anna", contact))
    else:
        assert phone.lines, "the offer was withdrawn by the restart, and is made again"
        phone.line.answer()
        await centre.run(1)
    assert centre.talk(line, phone)
    line.hang_up()
    await centre.run(30)
    centre.sound()
