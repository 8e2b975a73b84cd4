"""A caller's way from the number to the end of the call (A1, A3, A4), and everything that may cross it."""

import msgspec
from calls_support import CALLER, CALLER_E164, Box, names

from jietong.calls import store
from jietong.channels.memory.party import hang_up, press
from jietong.core import events as e
from jietong.core.specs import NumberSpec, TrunkSpec
from jietong.core.vocabulary import Channel, Outcome, Place
from jietong.customers import service as customers
from jietong.customers.model import Profile
from jietong.db.pool import ALL
from jietong.routing.store import Kind


async def test_a_caller_hears_the_menu_presses_a_key_and_talks_to_an_agent(centre: Box) -> None:
    phone = await centre.agent("anna", "801")
    assert phone is not None
    line = centre.dial_in(press(4, "1"))
    await centre.run(0.5)
    assert line.answered
    assert line.hears_media == "say:hello"
    await centre.until(lambda: centre.talk(line, phone))
    contact = centre.contact_of(line)
    assert centre.place(contact) is Place.TALK
    await centre.run(30)
    phone.line.hang_up()
    await centre.run(0.5)
    assert line.hears_media == "say:survey"
    line.press("1")
    await centre.until(lambda: line.ended is not None)
    ended = centre.of(e.ContactEnded, contact)
    assert [(one.outcome, one.agent) for one in ended] == [(Outcome.HANDLED, "anna")]
    assert [one.score for one in centre.of(e.SurveyAnswered, contact)] == [5]
    await centre.run(20)
    centre.sound()


async def test_every_leg_is_in_the_ledger_from_its_start_to_its_end(centre: Box) -> None:
    line, contact, phone = await centre.talking()
    await centre.run(10)
    line.hang_up()
    await centre.run(30)
    started = {one.leg: one.party for one in centre.of(e.LegStarted, contact)}
    assert sorted(started.values()) == ["agent", "customer"]
    assert {one.leg for one in centre.of(e.LegAnswered, contact)} == set(started)
    assert {one.leg: one.cause for one in centre.of(e.LegEnded, contact)} == dict.fromkeys(started, "normal")
    assert {one.leg for one in centre.of(e.LegQuality, contact) if one.mos is not None} == set(started)
    assert phone.lines == []
    centre.sound()


async def test_hanging_up_in_the_menu_is_lost_in_the_flow(centre: Box) -> None:
    line = centre.dial_in(hang_up(2))
    await centre.settle()
    contact = centre.contact_of(line)
    await centre.run(10)
    assert [one.outcome for one in centre.of(e.ContactEnded, contact)] == [Outcome.LOST_IN_FLOW]
    assert [one.how for one in centre.of(e.FlowLeft, contact)] == ["hung_up"]
    centre.sound()


async def test_who_got_what_they_wanted_in_the_menu_is_self_served(centre: Box) -> None:
    line = centre.dial_in(press(3, "9"))
    await centre.settle()
    contact = centre.contact_of(line)
    await centre.until(lambda: line.ended is not None)
    assert [one.outcome for one in centre.of(e.ContactEnded, contact)] == [Outcome.SELF_SERVED]
    centre.sound()


async def test_silence_and_wrong_digits_lead_on_to_the_queue(centre: Box) -> None:
    for script in ((), (press(2, "7"), press(4, "5"))):
        line, contact = await centre.waiting(*script)
        assert centre.place(contact) is Place.QUEUE
        line.hang_up()
        await centre.run(1)
        assert centre.of(e.ContactEnded, contact)[-1].outcome is Outcome.ABANDONED
    centre.sound()


async def test_hanging_up_before_the_arrival_is_committed_counts_once(centre: Box) -> None:
    line = centre.dial_in()
    line.hang_up()
    await centre.run(5)
    assert [one.outcome for one in centre.of(e.ContactEnded)] == [Outcome.LOST_IN_FLOW]
    assert len(centre.of(e.ContactArrived)) == 1
    centre.sound()


async def test_the_caller_waits_with_music_and_is_told_place_and_wait(centre: Box) -> None:
    first, _ = await centre.waiting()
    second, _ = await centre.waiting(caller="13800006613")
    assert second.hears_media == "music:default"
    heard = set()
    for _ in range(50):
        await centre.run(0.5)
        heard.add(second.hears_media)
    assert any("还有一位" in (uri or "") for uri in heard), heard
    assert second.hears_media == "music:default"
    for line in (first, second):
        line.hang_up()
    await centre.run(1)
    assert {one.outcome for one in centre.of(e.ContactEnded)} == {Outcome.ABANDONED}
    centre.sound()


async def test_a_key_leads_from_the_queue_to_the_voicemail(centre: Box) -> None:
    """A2: a message is a contact of its own, with its audio; the call ends as voicemail, not as abandoned."""
    line, contact = await centre.waiting()
    line.press("3")
    await centre.run(2.2)
    await centre.run(8)
    line.press("#")
    await centre.until(lambda: line.ended is not None)
    assert [one.outcome for one in centre.of(e.ContactEnded, contact)] == [Outcome.VOICEMAIL]
    left = [one for one in centre.of(e.ContactArrived) if one.channel is Channel.VOICEMAIL]
    assert len(left) == 1
    assert centre.engine.contacts[left[0].contact].queue == "repair"
    tape = centre.tapes.of(left[0].contact)
    assert len(tape) == 1
    path = tape[0].tracks["customer"]
    assert path is not None
    assert path.is_file()
    assert tape[0].rule == "voicemail"
    async with centre.database.read(ALL) as conn:
        row = await store.row(conn, left[0].contact)
    assert row is not None
    assert row.caller == CALLER_E164
    centre.sound()


async def test_a_message_whose_caller_hangs_up_while_speaking_is_kept(centre: Box) -> None:
    line, contact = await centre.waiting()
    line.press("3")
    await centre.run(9)
    line.hang_up()
    await centre.run(5)
    assert [one.outcome for one in centre.of(e.ContactEnded, contact)] == [Outcome.VOICEMAIL]
    assert len([one for one in centre.of(e.ContactArrived) if one.channel is Channel.VOICEMAIL]) == 1
    centre.sound()


async def test_when_the_longest_wait_is_over_the_flow_goes_on_to_the_voicemail(centre: Box) -> None:
    await centre.queue(max_wait_s=15)
    line, contact = await centre.waiting()
    await centre.run(15.5)
    assert line.hears_media == "say:message"
    line.hang_up()
    await centre.run(2)
    assert [one.outcome for one in centre.of(e.ContactEnded, contact)] == [Outcome.TIMED_OUT]
    centre.sound()


async def test_a_full_queue_and_a_closed_one_leave_the_caller_in_the_flow(centre: Box) -> None:
    await centre.queue(max_waiting=0)
    line = centre.dial_in(press(3, "1"))
    await centre.settle()
    contact = centre.contact_of(line)
    await centre.until(lambda: line.hears_media == "say:message")
    assert centre.place(contact) is Place.ARRIVED
    line.hang_up()
    await centre.run(2)
    assert [one.outcome for one in centre.of(e.ContactEnded, contact)] == [Outcome.REFUSED_FULL]
    centre.sound()


async def test_callers_beyond_the_trunks_channels_hear_busy_and_are_counted(centre: Box) -> None:
    """C1, SL7, A11: entry capacity; blocked calls are counted, not lost."""
    await centre.document(
        Kind.TRUNK, TrunkSpec(id="carrier", name=names("carrier"), host="sip.example.com", channels=2)
    )
    lines = [centre.dial_in(caller=f"1380000{n:04d}") for n in range(4)]
    await centre.run(1)
    assert [line.ended for line in lines] == [None, None, "congestion", "congestion"]
    ended = centre.of(e.ContactEnded)
    assert [one.outcome for one in ended] == [Outcome.BLOCKED, Outcome.BLOCKED]
    assert {one.why for one in centre.of(e.EntryRefused)} <= {"no_channels", "trunk_limit"}
    lines[0].hang_up()
    await centre.run(1)
    again = centre.dial_in()
    await centre.run(1)
    assert again.ended is None
    for line in (lines[1], again):
        line.hang_up()
    await centre.run(2)
    assert len(centre.of(e.ContactArrived)) == 5
    centre.sound()


async def test_a_number_without_a_flow_and_one_laid_aside_turn_callers_away(centre: Box) -> None:
    base = NumberSpec(id="100", name=names("n"), client="hechuan", flow="nowhere")
    await centre.document(Kind.NUMBER, base, msgspec.structs.replace(base, id="101", flow="service", active=False))
    for number in ("100", "101"):
        line = centre.dial_in(number=number)
        await centre.run(1)
        assert line.ended is not None
    assert [one.why for one in centre.of(e.EntryRefused)] == ["no_flow", "inactive"]
    stranger = centre.dial_in(number="99999")
    await centre.run(1)
    assert stranger.ended is not None
    assert len(centre.of(e.ContactArrived)) == 2
    centre.sound()


async def test_the_customer_is_known_by_number_before_anyone_answers(centre: Box) -> None:
    """A7. Numbers are compared in E.164, so that one customer stays one (wound: doubled customers)."""
    async with centre.database.transaction(ALL) as conn:
        profile = Profile(name="王先生", phone="+86 138 0000 6612")
        found = await customers.recognise(conn, "hechuan", profile, region="CN", now=centre.clock.now())
    assert found is not None
    for caller in ("13800006612", "+8613800006612", "008613800006612"):
        line = centre.dial_in(caller=caller)
        await centre.settle()
        assert centre.engine.contacts[centre.contact_of(line)].customer == found[0]
        line.hang_up()
        await centre.run(1)
    unknown, contact = await centre.waiting(caller="13911112222")
    assert centre.engine.contacts[contact].customer is not None, "whoever waits for a person has a file by then"
    unknown.hang_up()
    withheld, contact = await centre.waiting(caller=None)
    assert centre.engine.contacts[contact].customer is None
    withheld.hang_up()
    await centre.run(2)
    centre.sound()


async def test_no_number_of_a_customer_is_in_the_ledger(centre: Box) -> None:
    line, _, _ = await centre.talking()
    line.hang_up()
    await centre.run(30)
    text = b"".join(msgspec.json.encode(event) for event in centre.events).decode()
    assert CALLER not in text
    assert CALLER_E164 not in text


async def test_two_hundred_calls_in_a_second_all_come_in(centre: Box) -> None:
    await centre.document(
        Kind.TRUNK, TrunkSpec(id="carrier", name=names("carrier"), host="sip.example.com", channels=300)
    )
    lines = [centre.dial_in(caller=f"1390000{n:04d}") for n in range(200)]
    await centre.until(lambda: all(line.answered for line in lines), 5)
    await centre.until(lambda: centre.engine.waiting("repair") == 200, 60)
    for line in lines:
        line.hang_up()
    await centre.run(2)
    assert len(centre.of(e.ContactArrived)) == len(centre.of(e.ContactEnded)) == 200
    centre.sound()
