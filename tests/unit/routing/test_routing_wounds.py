"""What other systems' users suffered from, each by its name (the list of known wounds): it must not happen here."""

import pytest
from floor import START, Floor

from jietong.core import commands as k
from jietong.core import events as e
from jietong.core.errors import Refused
from jietong.core.vocabulary import Channel, EndedBy, Outcome, Place, State, Status


@pytest.fixture
def floor() -> Floor:
    floor = Floor()
    floor.queue(wrapup_s=30)
    return floor


def test_freeswitch_1973_nobody_is_answered_for_hours_after_the_call_ended(floor: Floor) -> None:
    floor.agent("ann")
    floor.busy("ann", "k1", channel=Channel.VOICE)
    floor.at(60).send(k.CustomerLeft(contact="k1"))
    assert floor.state("ann") is State.WRAPUP
    floor.at(90)
    assert floor.state("ann") is State.READY
    assert floor.engine.agents["ann"].open == 0


def test_freeswitch_2540_an_agent_does_not_stay_reserved(floor: Floor) -> None:
    floor.agent("ann")
    floor.arrive("k1")
    floor.send(k.CustomerLeft(contact="k1"))
    assert floor.state("ann") is State.READY
    assert floor.arrive("k2") == "ann"


def test_freeswitch_2529_an_agent_is_not_joined_to_a_caller_who_has_left(floor: Floor) -> None:
    floor.agent("ann")
    floor.arrive("k1", channel=Channel.VOICE)
    floor.send(k.CustomerLeft(contact="k1"))
    with pytest.raises(Refused) as refusal:
        floor.send(k.Accept(agent="ann", contact="k1"))
    assert refusal.value.code == "not_offered"
    assert floor.last(e.ContactEnded).outcome is Outcome.ABANDONED


def test_freeswitch_1641_the_dispatcher_never_stops_while_someone_waits_and_someone_is_free(floor: Floor) -> None:
    """Even when every command is refused or repeated in between: `check` looks for it after each step."""
    floor.arrive("k1")
    for nonsense in (k.Accept(agent="x", contact="k1"), k.CustomerLeft(contact="nobody"), k.SignOut(agent="?")):
        with pytest.raises(Refused):
            floor.send(nonsense)
    floor.agent("ann")
    assert floor.offered_to("k1") == "ann"


def test_freeswitch_2511_a_lower_scored_caller_is_not_served_first(floor: Floor) -> None:
    floor.arrive("low", priority=0)
    floor.at(1).arrive("high", priority=5)
    floor.at(2).agent("ann")
    assert floor.offers() == [("high", "ann")]


def test_freeswitch_2901_one_agent_is_not_called_twice_for_one_contact(floor: Floor) -> None:
    floor.agent("ann", text=3)
    floor.arrive("k1")
    floor.at(5).send(k.Tick())
    assert floor.offers() == [("k1", "ann")]
    assert floor.engine.agents["ann"].offers == ["k1"]


def test_asterisk_1557_the_first_to_let_go_does_not_drop_the_others(floor: Floor) -> None:
    floor.agent("ann")
    floor.agent("bo")
    assert floor.arrive("k1") == "ann"
    assert floor.arrive("k2") == "bo"
    floor.decline("k1")
    assert floor.offered_to("k2") == "bo"
    assert floor.place("k1") is Place.QUEUE
    floor.accept("k2")
    assert floor.place("k1") is Place.QUEUE


def test_asterisk_176_two_agents_do_not_answer_one_call(floor: Floor) -> None:
    floor.agent("ann")
    floor.agent("bo")
    floor.arrive("k1", channel=Channel.VOICE)
    floor.accept("k1")
    with pytest.raises(Refused) as refusal:
        floor.send(k.Accept(agent="bo", contact="k1"))
    assert refusal.value.code == "already_accepted"
    assert floor.engine.contacts["k1"].agent == "ann"
    assert floor.send(k.Accept(agent="ann", contact="k1")) == []  # a double click


def test_asterisk_1006_and_607_wrapup_does_not_end_early_across_queues() -> None:
    floor = Floor()
    floor.queue("long", wrapup_s=120)
    floor.queue("short", wrapup_s=5)
    floor.agent("ann")
    floor.busy("ann", "k1", "long")
    floor.at(10).end("k1")
    floor.at(20).arrive("k2", "short")
    floor.at(129)
    assert floor.state("ann") is State.WRAPUP
    assert floor.place("k2") is Place.QUEUE
    floor.at(130)
    assert floor.offered_to("k2") == "ann"


def test_asterisk_1760_a_break_is_counted_from_its_own_start(floor: Floor) -> None:
    floor.agent("ann")
    floor.at(100).send(k.SetStatus(agent="ann", status=Status.BREAK, reason="lunch"))
    floor.at(200).ready("ann")
    floor.at(300).send(k.SetStatus(agent="ann", status=Status.BREAK, reason="lunch"))
    assert floor.engine.agents["ann"].since == START + 300_000
    assert floor.at(310).send(k.SetStatus(agent="ann", status=Status.BREAK, reason="lunch")) == []
    assert floor.engine.agents["ann"].since == START + 300_000


def test_asterisk_66_the_reason_of_a_break_survives_a_restart(floor: Floor) -> None:
    floor.agent("ann")
    floor.send(k.SetStatus(agent="ann", status=Status.BREAK, reason="lunch"))
    floor.engine = type(floor.engine).load(floor.engine.dump())
    floor.at(5).send(k.Restart(epoch=2, version="1"))
    ann = floor.engine.agents["ann"]
    assert (ann.status, ann.reason, ann.state_reason, ann.since) == (Status.BREAK, "lunch", "lunch", START)


def test_opensips_3123_an_agent_is_not_locked_in_a_call(floor: Floor) -> None:
    """Uncapped wrap-up, a desk that vanishes: the agent is free again as soon as somebody comes back."""
    floor.queue("uncapped", wrapup_s=None)
    floor.agent("ann")
    floor.busy("ann", "k1", "uncapped")
    floor.send(k.CustomerLeft(contact="k1"))
    floor.send(k.PresenceLost(agent="ann"))
    floor.at(60)
    assert floor.state("ann") is State.MISSED
    assert floor.engine.agents["ann"].open == 0
    floor.send(k.PresenceBack(agent="ann"))
    assert floor.state("ann") is State.READY


def test_opensips_2974_it_is_not_always_the_same_agent_first(floor: Floor) -> None:
    for name in ("ann", "bo", "cy"):
        floor.agent(name)
    taken = []
    for number in range(6):
        floor.at(number * 10).arrive(f"k{number}")
        taken.append(floor.accept(f"k{number}"))
        floor.finish(f"k{number}")
    assert taken == ["ann", "bo", "cy", "ann", "bo", "cy"]


def test_openacd_5_a_burst_is_not_all_offered_to_one_agent(floor: Floor) -> None:
    for name in ("ann", "bo", "cy"):
        floor.agent(name, text=3)
    assert [floor.arrive(f"k{number}") for number in range(6)] == ["ann", "bo", "cy", "ann", "bo", "cy"]


def test_kazoo_6609_a_missed_offer_does_not_remove_the_agent_for_good(floor: Floor) -> None:
    floor.agent("ann")
    floor.arrive("k1")
    floor.at(20)
    assert floor.state("ann") is State.MISSED
    assert floor.last(e.OfferMissed).why == "expired"
    floor.at(25).ready("ann")
    assert floor.offered_to("k1") == "ann"


def test_amazon_connect_streams_493_signing_out_leaves_nobody_available(floor: Floor) -> None:
    floor.agent("ann")
    floor.send(k.SignOut(agent="ann"))
    assert floor.state("ann") is State.OFF
    assert floor.arrive("k1") is None
    floor.send(k.PresenceLost(agent="ann"))
    with pytest.raises(Refused):
        floor.send(k.PresenceBack(agent="ann"))
    assert floor.offers() == []


def test_chatwoot_11034_no_chat_over_the_cap_while_others_are_idle(floor: Floor) -> None:
    floor.agent("ann", text=2)
    floor.agent("bo", text=2)
    assert sorted(str(floor.arrive(f"k{number}")) for number in range(4)) == ["ann", "ann", "bo", "bo"]
    assert floor.arrive("k5") is None
    assert [floor.engine.agents[name].text for name in ("ann", "bo")] == [2, 2]


def test_chatwoot_10376_the_oldest_chat_is_picked(floor: Floor) -> None:
    for number in range(5):
        floor.at(number).arrive(f"k{number}")
    floor.at(10).agent("ann", text=5)
    assert [contact for contact, _ in floor.offers()] == ["k0", "k1", "k2", "k3", "k4"]


def test_cskefu_544_the_status_is_right_after_a_disconnect(floor: Floor) -> None:
    floor.agent("ann")
    floor.busy("ann", "k1")
    floor.send(k.PresenceLost(agent="ann"))
    floor.at(59)
    assert floor.state("ann") is State.TALKING
    floor.at(60)
    assert floor.state("ann") is State.MISSED
    assert floor.place("k1") is Place.QUEUE
    assert floor.engine.contacts["k1"].front
    floor.at(61).send(k.PresenceBack(agent="ann"))
    assert floor.offered_to("k1") == "ann"


def test_a_desk_that_is_back_in_time_finds_everything_as_it_was(floor: Floor) -> None:
    floor.agent("ann")
    floor.busy("ann", "k1")
    talk_since = floor.engine.contacts["k1"].talk_since
    floor.at(10).send(k.PresenceLost(agent="ann"))
    floor.at(69).send(k.PresenceBack(agent="ann"))
    floor.at(300)
    assert floor.state("ann") is State.TALKING
    assert (floor.engine.contacts["k1"].agent, floor.engine.contacts["k1"].talk_since) == ("ann", talk_since)


# --- call-backs ---------------------------------------------------------------------------------------------


def test_freepbx_621_a_callback_does_not_jump_the_queue(floor: Floor) -> None:
    for number in range(3):
        floor.at(number).arrive(f"k{number}", channel=Channel.VOICE)
    floor.at(5).send(k.RequestCallback(contact="k1"))
    assert [floor.engine.position(f"k{number}") for number in range(3)] == [0, 1, 2]
    floor.at(6).agent("ann")
    floor.accept("k0")
    floor.at(60).finish("k0")
    assert floor.offered_to("k1") == "ann"
    assert floor.last(e.OfferMade).cause == "callback"


def test_freepbx_525_a_callback_is_not_doubled(floor: Floor) -> None:
    floor.arrive("k1", channel=Channel.VOICE, customer="lee")
    floor.send(k.RequestCallback(contact="k1"))
    assert floor.send(k.RequestCallback(contact="k1")) == []
    floor.at(5).arrive("k2", channel=Channel.VOICE, customer="lee")
    with pytest.raises(Refused) as refusal:
        floor.send(k.RequestCallback(contact="k2"))
    assert refusal.value.code == "callback_exists"
    assert len(floor.of(e.CallbackRequested)) == 1


def test_a_callback_outlives_the_hang_up_and_is_tried_again(floor: Floor) -> None:
    floor.queue("calls", callback_retry_s=300, callback_attempts=2)
    floor.arrive("k1", "calls", Channel.VOICE)
    floor.send(k.RequestCallback(contact="k1"))
    assert floor.send(k.CustomerLeft(contact="k1")) == []
    floor.at(10).agent("ann")
    floor.accept("k1")
    assert floor.state("ann") is State.TALKING
    with pytest.raises(Refused) as refusal:
        floor.send(k.End(agent="ann", contact="k1"))
    assert refusal.value.code == "say_reached"
    floor.at(30).send(k.CallbackResult(agent="ann", contact="k1", reached=False))
    assert floor.state("ann") is State.READY
    assert floor.engine.position("k1") is None
    floor.at(329)
    assert len(floor.offers()) == 1
    floor.at(330)
    assert floor.offered_to("k1") == "ann"
    assert floor.engine.contacts["k1"].waiting_since == START
    floor.accept("k1")
    floor.send(k.CallbackResult(agent="ann", contact="k1", reached=True))
    assert floor.send(k.CallbackResult(agent="ann", contact="k1", reached=True)) == []
    floor.end("k1")
    ended = floor.last(e.ContactEnded)
    assert (ended.outcome, ended.by) == (Outcome.HANDLED, EndedBy.AGENT)
    assert [(x.attempt, x.reached) for x in floor.of(e.CallbackAttempted)] == [(1, False), (2, True)]


def test_a_callback_that_is_never_reached_ends_as_failed(floor: Floor) -> None:
    floor.queue("calls", callback_attempts=1)
    floor.arrive("k1", "calls", Channel.VOICE)
    floor.send(k.RequestCallback(contact="k1"))
    floor.agent("ann")
    floor.accept("k1")
    floor.send(k.CallbackResult(agent="ann", contact="k1", reached=False))
    assert floor.last(e.ContactEnded).outcome is Outcome.CALLBACK_FAILED
    assert floor.state("ann") is State.READY


# --- figures that rest on the engine --------------------------------------------------------------------------


def test_asternet_273_downtime_makes_no_abandons(floor: Floor) -> None:
    floor.agent("ann")
    floor.arrive("k1")
    floor.at(15).arrive("k2")
    floor.now += 45_000  # the writer is gone past the end of the offer
    floor.engine = type(floor.engine).load(floor.engine.dump())
    floor.events.extend(floor.engine.handle(k.Restart(epoch=2, version="1"), floor.now))
    assert floor.last(e.OfferWithdrawn).why == "restart"
    assert floor.of(e.OfferMissed) == []
    assert floor.of(e.ContactEnded) == []
    assert floor.engine.contacts["k1"].waiting_since == START
    assert floor.engine.position("k1") == 0
    floor.send(k.PresenceBack(agent="ann"))
    assert floor.accept("k1") == "ann"
    assert floor.last(e.OfferAccepted).waited_ms == 60_000


def test_freepbx_124_and_asterisk_759_a_survey_is_credited_to_who_talked_last(floor: Floor) -> None:
    floor.queue("sales")
    floor.agent("ann")
    floor.busy("ann", "k1")
    floor.agent("bo")
    floor.at(30).send(k.Transfer(agent="ann", contact="k1", to_agent="bo"))
    floor.accept("k1")
    floor.at(60).finish("k1")
    floor.at(600).send(k.AnswerSurvey(contact="k1", score=5))
    answer = floor.last(e.SurveyAnswered)
    assert (answer.agent, answer.queue) == ("bo", "support")


def test_chatwoot_14872_a_late_survey_still_finds_its_agent(floor: Floor) -> None:
    floor.agent("ann")
    floor.busy("ann", "k1")
    floor.finish("k1")
    floor.at(29 * 60).send(k.AnswerSurvey(contact="k1", score=3))
    assert floor.last(e.SurveyAnswered).agent == "ann"
    with pytest.raises(Refused) as refusal:
        floor.at(31 * 60).send(k.AnswerSurvey(contact="k1", score=3))
    assert refusal.value.code == "unknown_contact"
