"""Telephony in the engine (A5, A8, A10): telephones, lost legs and calls, dialling, three-way, surveys, and what the
switch saw."""

import pytest
from floor import START, Floor

from jietong.core import commands as k
from jietong.core import events as e
from jietong.core.vocabulary import (
    Channel,
    Direction,
    EndedBy,
    Outcome,
    Party,
    Place,
    State,
    Status,
)
from jietong.routing.engine import Engine


@pytest.fixture
def floor() -> Floor:
    floor = Floor(grace_s=60)
    floor.queue(offer_s=20, wrapup_s=30, callback_retry_s=60)
    return floor


def device(agent: str, reachable: bool, why: str = "") -> k.DeviceChanged:
    return k.DeviceChanged(agent=agent, reachable=reachable, why=why)


def outcome(floor: Floor) -> tuple[Outcome, EndedBy]:
    event = floor.last(e.ContactEnded)
    return event.outcome, event.by


# --- telephones ----------------------------------------------------------------------------------------------


def test_no_call_is_offered_to_a_telephone_that_cannot_be_rung(floor: Floor) -> None:
    floor.agent("ann", text=2)
    floor.send(device("ann", False, "unregistered"))
    assert floor.arrive("k1", channel=Channel.VOICE) is None
    assert floor.arrive("k2", channel=Channel.CHAT) == "ann"  # writing needs no telephone
    assert not floor.engine.agents["ann"].reachable


def test_when_the_telephone_is_back_those_who_wait_are_offered_at_once(floor: Floor) -> None:
    floor.agent("ann")
    floor.send(device("ann", False))
    floor.arrive("k1", channel=Channel.VOICE)
    floor.at(5).send(device("ann", True))
    assert floor.offered_to("k1") == "ann"
    assert floor.last(e.OfferMade).at == floor.now


def test_a_telephone_that_goes_while_it_rings_gives_the_call_to_the_next_without_blame(floor: Floor) -> None:
    floor.agent("ann")
    floor.agent("bo")
    assert floor.arrive("k1", channel=Channel.VOICE) == "ann"
    floor.at(3).send(device("ann", False, "unregistered"))
    assert floor.last(e.OfferWithdrawn).why == "unreachable"
    assert floor.offered_to("k1") == "bo"
    assert floor.state("ann") is State.READY
    assert floor.of(e.OfferMissed) == []


def test_the_same_news_of_a_telephone_is_told_once(floor: Floor) -> None:
    floor.agent("ann")
    floor.send(device("ann", True))
    floor.send(device("ann", False, "unregistered"))
    floor.send(device("ann", False, "unregistered"))
    assert len(floor.of(e.AgentDevice)) == 1


def test_a_customer_is_not_held_for_an_agent_whose_telephone_is_gone(floor: Floor) -> None:
    floor.queue(offer_s=20, sticky_s=60)
    floor.agent("ann")
    floor.agent("bo")
    floor.busy("ann", "k0", channel=Channel.VOICE)
    assert floor.arrive("k1", channel=Channel.VOICE, prefer="ann") is None
    floor.at(5).send(device("ann", False))
    assert floor.offered_to("k1") == "bo"
    floor.accept("k1")
    floor.at(6).finish("k0")
    floor.finish("k1")
    assert floor.arrive("k2", channel=Channel.VOICE, prefer="ann") == "bo"


def test_news_of_telephones_survive_a_restart_of_the_writer(floor: Floor) -> None:
    floor.agent("ann")
    floor.send(device("ann", False, "none"))
    again = Engine.load(floor.engine.dump())
    assert (again.agents["ann"].reachable, again.agents["ann"].device_why) == (False, "none")


# --- lost legs -----------------------------------------------------------------------------------------------


def test_a_telephone_that_does_not_come_up_is_a_missed_offer(floor: Floor) -> None:
    floor.agent("ann")
    floor.agent("bo")
    assert floor.arrive("k1", channel=Channel.VOICE) == "ann"
    floor.at(4).send(k.AgentLegLost(agent="ann", contact="k1", why="busy"))
    missed = floor.last(e.OfferMissed)
    assert (missed.agent, missed.why) == ("ann", "busy")
    assert floor.state("ann") is State.MISSED
    assert floor.offered_to("k1") == "bo"


def test_a_no_answer_does_not_remove_the_agent_for_good_kazoo_6609(floor: Floor) -> None:
    floor.agent("ann")
    floor.arrive("k1", channel=Channel.VOICE)
    floor.send(k.AgentLegLost(agent="ann", contact="k1", why="no_answer"))
    assert floor.place("k1") is Place.QUEUE
    floor.ready("ann")
    assert floor.offered_to("k1") == "ann"


def test_an_agent_who_vanishes_from_a_talk_leaves_the_customer_first_in_line(floor: Floor) -> None:
    floor.agent("ann")
    floor.talk("ann", "k1")
    floor.arrive("k2", channel=Channel.VOICE)
    floor.at(60).send(k.AgentLegLost(agent="ann", contact="k1", why="lost"))
    assert floor.state("ann") is State.MISSED
    assert floor.engine.agents["ann"].missed_why == "lost"
    back = floor.last(e.QueueEntered)
    assert (back.contact, back.cause, back.front) == ("k1", "presence_lost", True)
    floor.agent("bo")
    assert floor.offered_to("k1") == "bo"


def test_a_colleague_who_is_in_the_talk_takes_over_when_the_agent_vanishes(floor: Floor) -> None:
    floor.agent("ann")
    floor.agent("bo")
    floor.talk("ann", "k1")
    floor.send(k.Consult(agent="ann", contact="k1", other="bo"))
    floor.send(k.Accept(agent="bo", contact="k1"))
    floor.send(k.MergeConsult(agent="ann", contact="k1"))
    floor.send(k.AgentLegLost(agent="ann", contact="k1", why="lost"))
    assert floor.engine.contacts["k1"].agent == "bo"
    assert floor.place("k1") is Place.TALK


def test_the_colleague_who_is_asked_may_vanish_and_the_talk_goes_on(floor: Floor) -> None:
    floor.agent("ann")
    floor.agent("bo")
    floor.talk("ann", "k1")
    floor.send(k.Consult(agent="ann", contact="k1", other="bo"))
    floor.send(k.AgentLegLost(agent="bo", contact="k1", why="no_answer"))
    assert floor.last(e.ConsultEnded).why == "missed"
    floor.ready("bo")
    floor.send(k.Consult(agent="ann", contact="k1", other="bo"))
    floor.send(k.Accept(agent="bo", contact="k1"))
    floor.send(k.AgentLegLost(agent="bo", contact="k1", why="lost"))
    assert floor.last(e.ConsultEnded).why == "left"
    assert (floor.engine.contacts["k1"].agent, floor.state("bo")) == ("ann", State.MISSED)


def test_a_leg_that_is_lost_after_all_is_over_is_no_news(floor: Floor) -> None:
    floor.agent("ann")
    floor.talk("ann", "k1")
    floor.finish("k1")
    count = len(floor.events)
    floor.send(k.AgentLegLost(agent="ann", contact="k1", why="lost"))
    assert len(floor.events) == count


def test_answered_before_the_telephone_was_up_and_then_not_had_freeswitch_2529(floor: Floor) -> None:
    """Accepted at the desk; the telephone never comes: the customer waits on, in front."""
    floor.agent("ann")
    floor.talk("ann", "k1")
    floor.at(10).send(k.AgentLegLost(agent="ann", contact="k1", why="unreachable"))
    assert floor.place("k1") is Place.QUEUE
    assert floor.engine.agents["ann"].contacts == []


# --- the switch fails ----------------------------------------------------------------------------------------


def test_calls_of_a_dead_switch_end_wherever_they_are_and_agents_are_free_at_once(floor: Floor) -> None:
    for name in ("ann", "bo", "cy", "di"):
        floor.agent(name)
    floor.call("menu")
    floor.talk("ann", "talk")
    floor.talk("bo", "hold")
    floor.send(k.Hold(agent="bo", contact="hold"))
    floor.dial("cy", "dial")
    assert floor.arrive("ring", channel=Channel.VOICE) == "di"
    floor.arrive("wait", channel=Channel.VOICE)
    for contact in ("wait", "menu", "talk", "hold", "dial", "ring"):
        floor.send(k.CallLost(contact=contact))
        assert outcome(floor) == (Outcome.SWITCH_LOST, EndedBy.SYSTEM)
    assert [floor.state(x) for x in ("ann", "bo", "cy", "di")] == [
        State.WRAPUP,
        State.WRAPUP,
        State.READY,
        State.READY,
    ]
    assert floor.of(e.OfferMissed) == []
    count = len(floor.events)
    floor.send(k.CallLost(contact="talk"))
    assert len(floor.events) == count
    floor.at(31)
    assert floor.state("ann") is State.READY


def test_a_dead_switch_takes_back_no_promise_of_a_call_back(floor: Floor) -> None:
    """A8: the customer had hung up long before."""
    floor.call("k1")
    floor.join("k1", callback=True)
    floor.send(k.CallLost(contact="k1"))
    assert floor.place("k1") is Place.QUEUE
    floor.agent("ann")
    floor.accept("k1")
    floor.at(5).send(k.CallLost(contact="k1"))
    assert floor.last(e.QueueEntered).since == START
    assert floor.engine.contacts["k1"].attempts == 0
    assert floor.engine.contacts["k1"].callback


# --- calls that we make --------------------------------------------------------------------------------------


def test_an_agent_dials_and_is_busy_from_the_dial_on(floor: Floor) -> None:
    """A10."""
    floor.agent("ann")
    floor.dial("ann", "k1")
    contact = floor.engine.contacts["k1"]
    assert (contact.direction, contact.place, contact.dialled) == (Direction.OUTBOUND, Place.TALK, True)
    assert floor.state("ann") is State.TALKING
    assert floor.arrive("k2", channel=Channel.VOICE) is None
    floor.at(12).send(k.DialResult(agent="ann", contact="k1", reached=True))
    assert contact.talk_since == floor.now
    assert not contact.dialled
    floor.at(60).end("k1")
    assert outcome(floor) == (Outcome.HANDLED, EndedBy.AGENT)
    assert floor.state("ann") is State.WRAPUP


def test_a_dial_in_vain_ends_as_unreached_and_leaves_time_to_note_it(floor: Floor) -> None:
    floor.agent("ann")
    floor.dial("ann", "k1")
    floor.at(25).send(k.DialResult(agent="ann", contact="k1", reached=False))
    assert outcome(floor) == (Outcome.UNREACHED, EndedBy.SYSTEM)
    assert floor.state("ann") is State.WRAPUP
    count = len(floor.events)
    floor.send(k.DialResult(agent="ann", contact="k1", reached=True))  # it crossed: nothing comes of it
    assert len(floor.events) == count


@pytest.mark.parametrize(("by", "who"), [("agent", EndedBy.AGENT), ("customer", EndedBy.CUSTOMER)])
def test_a_dial_may_be_given_up_or_rejected(floor: Floor, by: str, who: EndedBy) -> None:
    floor.agent("ann")
    floor.dial("ann", "k1")
    floor.send(k.End(agent="ann", contact="k1") if by == "agent" else k.CustomerLeft(contact="k1"))
    assert outcome(floor) == (Outcome.UNREACHED, who)


def test_one_agent_is_never_in_two_calls(floor: Floor) -> None:
    floor.agent("ann", text=3, during=1)
    floor.talk("ann", "k1")
    assert floor.refused(k.Dial(agent="ann", contact="k2", client="acme", entry="1")) == "not_available"
    floor.finish("k1")
    floor.arrive("k3", channel=Channel.VOICE)
    assert floor.refused(k.Dial(agent="ann", contact="k2", client="acme", entry="1")) == "not_available"


def test_who_may_dial(floor: Floor) -> None:
    def refused(agent: str, **fields: str) -> str:
        return floor.refused(k.Dial(agent=agent, contact="k1", client="acme", entry="1", **fields))

    floor.agent("writer", voice=0)
    floor.agent("ann")
    floor.agent("away", ready=False)
    assert refused("nobody") == "unknown_agent"
    assert refused("away") == "not_signed_in"
    assert refused("writer") == "no_voice"
    assert refused("ann", queue="nowhere") == "unknown_queue"
    floor.send(device("ann", False, "unregistered"))
    assert refused("ann") == "unreachable"
    floor.send(device("ann", True))
    floor.send(k.PresenceLost(agent="ann"))
    assert refused("ann") == "desk_away"
    floor.send(k.PresenceBack(agent="ann"))
    floor.send(k.SetStatus(agent="ann", status=Status.CASEWORK))
    floor.dial("ann", "k1", None)
    assert floor.state("ann") is State.TALKING
    floor.send(k.DialResult(agent="ann", contact="k1", reached=False))
    floor.at(61)
    assert floor.state("ann") is State.CASEWORK  # wrap-up without a queue has the default cap


def test_nothing_can_be_done_with_a_customer_who_has_not_answered(floor: Floor) -> None:
    floor.agent("ann")
    floor.agent("bo")
    floor.dial("ann", "k1")
    for command in (
        k.Hold(agent="ann", contact="k1"),
        k.Transfer(agent="ann", contact="k1", to_queue="support"),
        k.Consult(agent="ann", contact="k1", other="bo"),
        k.TransferOut(agent="ann", contact="k1"),
    ):
        assert floor.refused(command) == "not_answered"
    assert floor.refused(k.DialResult(agent="bo", contact="k1", reached=True)) == "not_yours"
    assert floor.refused(k.AskSurvey(contact="k1")) == "wrong_place"


def test_a_call_without_a_queue_is_handed_on_only_to_somebody_who_has_said_yes(floor: Floor) -> None:
    floor.agent("ann")
    floor.agent("bo")
    floor.dial("ann", "k1", None)
    floor.send(k.DialResult(agent="ann", contact="k1", reached=True))
    assert floor.refused(k.Transfer(agent="ann", contact="k1", to_agent="bo")) == "no_queue"
    floor.send(k.Consult(agent="ann", contact="k1", other="bo"))
    floor.send(k.Accept(agent="bo", contact="k1"))
    floor.send(k.CompleteConsult(agent="ann", contact="k1"))
    assert floor.engine.contacts["k1"].agent == "bo"
    floor.send(k.Transfer(agent="bo", contact="k1", to_queue="support"))
    assert floor.engine.contacts["k1"].queue == "support"


def test_a_call_without_a_queue_is_not_lost_when_its_agent_is(floor: Floor) -> None:
    """It ends, and is said to: there is no line to go back to."""
    floor.agent("ann")
    floor.dial("ann", "k1", None)
    floor.send(k.DialResult(agent="ann", contact="k1", reached=True))
    floor.send(k.AgentLegLost(agent="ann", contact="k1", why="lost"))
    assert outcome(floor) == (Outcome.HANDLED, EndedBy.SYSTEM)
    assert floor.state("ann") is State.MISSED
    floor.agent("bo")
    floor.dial("bo", "k2", None)
    floor.send(k.SignOut(agent="bo", by="boss"))
    assert outcome(floor) == (Outcome.UNREACHED, EndedBy.SYSTEM)
    assert floor.state("bo") is State.OFF


def test_logout_leaves_nobody_available_connect_streams_493(floor: Floor) -> None:
    floor.agent("ann")
    floor.dial("ann", "k1")
    assert floor.refused(k.SignOut(agent="ann")) == "contacts_open"
    floor.send(k.SignOut(agent="ann", by="boss"))
    assert floor.arrive("k2", channel=Channel.VOICE) is None
    assert floor.engine.agents["ann"].voice == 0


# --- three-way, handing on outside ---------------------------------------------------------------------------


def test_three_way_brings_the_customer_in_and_off_hold(floor: Floor) -> None:
    floor.agent("ann")
    floor.agent("bo")
    floor.talk("ann", "k1")
    assert floor.refused(k.MergeConsult(agent="ann", contact="k1")) == "not_joined"
    floor.send(k.Hold(agent="ann", contact="k1"))
    floor.send(k.Consult(agent="ann", contact="k1", other="bo"))
    assert floor.refused(k.MergeConsult(agent="ann", contact="k1")) == "not_joined"
    floor.send(k.Accept(agent="bo", contact="k1"))
    assert floor.refused(k.MergeConsult(agent="bo", contact="k1")) == "not_yours"
    floor.send(k.MergeConsult(agent="ann", contact="k1"))
    assert floor.place("k1") is Place.TALK
    assert len(floor.of(e.ConsultMerged)) == 1
    floor.send(k.MergeConsult(agent="ann", contact="k1"))
    assert len(floor.of(e.ConsultMerged)) == 1
    floor.send(k.End(agent="bo", contact="k1"))  # the adviser leaves, the two go on
    assert (floor.place("k1"), floor.engine.contacts["k1"].agent) == (Place.TALK, "ann")


def test_handed_on_to_a_number_outside_the_contact_ends_and_the_agent_wraps_up(floor: Floor) -> None:
    floor.agent("ann", text=2)
    floor.talk("ann", "k1")
    floor.at(30).send(k.TransferOut(agent="ann", contact="k1"))
    assert outcome(floor) == (Outcome.TRANSFERRED_OUT, EndedBy.AGENT)
    assert floor.state("ann") is State.WRAPUP
    count = len(floor.events)
    floor.send(k.TransferOut(agent="ann", contact="k1"))
    assert len(floor.events) == count
    floor.send(k.FinishWrapup(agent="ann", contact="k1"))
    floor.busy("ann", "chat", channel=Channel.CHAT)
    assert floor.refused(k.TransferOut(agent="ann", contact="chat")) == "wrong_channel"


# --- the survey ----------------------------------------------------------------------------------------------


def test_csat_keeps_its_agent_and_queue_through_a_transfer_chatwoot_14872(floor: Floor) -> None:
    floor.queue("returns", wrapup_s=0)
    floor.agent("ann")
    floor.talk("ann", "k1")
    floor.send(k.Transfer(agent="ann", contact="k1", to_queue="returns"))
    floor.agent("bo")
    floor.accept("k1")
    floor.end("k1")
    floor.at(40).send(k.AskSurvey(contact="k1"))
    floor.send(k.AskSurvey(contact="k1"))
    assert len(floor.of(e.SurveyAsked)) == 1
    floor.at(1700).send(k.AnswerSurvey(contact="k1", score=4))
    answer = floor.last(e.SurveyAnswered)
    assert (answer.agent, answer.queue) == ("bo", "returns")
    assert floor.refused(k.AnswerSurvey(contact="k1", score=4)) == "already_answered"


def test_a_survey_comes_too_late_after_half_an_hour(floor: Floor) -> None:
    floor.agent("ann")
    floor.talk("ann", "k1")
    floor.finish("k1")
    floor.at(1800)
    assert floor.refused(k.AskSurvey(contact="k1")) == "unknown_contact"


def test_nobody_is_asked_who_had_no_talk(floor: Floor) -> None:
    floor.call("k1")
    assert floor.refused(k.AskSurvey(contact="k1")) == "wrong_place"
    floor.send(k.CustomerLeft(contact="k1"))
    assert floor.refused(k.AskSurvey(contact="k1")) == "wrong_place"


# --- what the switch saw -------------------------------------------------------------------------------------


def test_what_the_switch_saw_is_recorded_at_the_writers_time_and_changes_nothing(floor: Floor) -> None:
    floor.call("k1")
    before = floor.engine.dump()
    facts = (
        e.LegStarted(1, "k1", "leg", Party.CUSTOMER, trunk="t"),
        e.FlowStep(2, "k1", "menu", 7, "ask", "2"),
        e.TrunkBusy(3, "t", True),
    )
    floor.at(3)
    events = floor.send(k.Witness(facts=facts))
    assert [type(x) for x in events] == [type(x) for x in facts]
    assert {x.at for x in events} == {floor.now}
    assert Engine.load(before).contacts == floor.engine.contacts


def test_nothing_begins_for_a_contact_that_nobody_knows(floor: Floor) -> None:
    """All or nothing; but what comes of a call long ago is recorded."""
    floor.call("k1")
    known = e.LegStarted(0, "k1", "leg", Party.CUSTOMER)
    unknown = e.LegStarted(0, "k9", "leg", Party.CUSTOMER)
    assert floor.refused(k.Witness(facts=(known, unknown))) == "unknown_contact"
    late = e.RecordingDeleted(0, "k9", "r1", certificate="c", why="retention")
    assert floor.send(k.Witness(facts=(late,)))[0].at == floor.now
