"""Flows in the engine (A2, A3, A9, A11): at the entry, in the menu, to a queue and back, and how it ends there."""

import pytest
from floor import Floor

from jietong.core import commands as k
from jietong.core import events as e
from jietong.core.specs import HoursSpec
from jietong.core.vocabulary import Author, Channel, EndedBy, Outcome, Place, State


@pytest.fixture
def floor() -> Floor:
    floor = Floor()
    floor.queue(max_wait_s=60, offer_s=20, wrapup_s=30)
    return floor


def leave(contact: str, how: str = "hung_up", outcome: Outcome = Outcome.LOST_IN_FLOW) -> k.LeaveFlow:
    return k.LeaveFlow(contact=contact, how=how, outcome=outcome, node="menu1")


def ended(floor: Floor) -> tuple[Outcome, EndedBy]:
    event = floor.last(e.ContactEnded)
    return event.outcome, event.by


def test_a_caller_is_in_the_flow_and_nobody_is_offered_the_call(floor: Floor) -> None:
    floor.agent("ann")
    floor.call("k1")
    assert floor.place("k1") is Place.ARRIVED
    assert floor.engine.flow_of("k1") == ("menu", 7)
    assert floor.state("ann") is State.READY
    assert floor.offers() == []


def test_whom_the_entry_cannot_take_is_counted_as_blocked(floor: Floor) -> None:
    """A11, C1."""
    floor.send(k.RefuseEntry(contact="k1", channel=Channel.VOICE, client="acme", entry="4008", why="no_channels"))
    assert [type(x) for x in floor.events[-3:]] == [e.ContactArrived, e.EntryRefused, e.ContactEnded]
    assert ended(floor) == (Outcome.BLOCKED, EndedBy.SYSTEM)
    assert floor.place("k1") is Place.CLOSED


def test_the_menu_hands_its_customer_on_in_the_language_that_was_chosen(floor: Floor) -> None:
    floor.agent("ann")
    floor.call("k1")
    assert floor.at(12).join("k1", priority=2, language="en", node="ask") == "ann"
    left = floor.last(e.FlowLeft)
    assert (left.how, left.node, left.language) == ("queue", "ask", "en")
    entered = floor.last(e.QueueEntered)
    assert (entered.since, entered.priority) == (floor.now, 2)
    assert floor.engine.contacts["k1"].language == "en"
    assert floor.engine.flow_of("k1") is None
    floor.at(15).accept("k1")
    assert floor.last(e.OfferAccepted).waited_ms == 3_000  # the time in the menu is no wait


def test_a_queue_that_is_closed_leaves_the_customer_to_the_flow(floor: Floor) -> None:
    closed = HoursSpec(id="never", name={}, zone="UTC", week=((),) * 7)
    floor.send(k.ConfigureHours(spec=closed))
    floor.queue("night", hours="never")
    floor.call("k1")
    assert floor.join("k1", "night") is None
    refused = floor.last(e.QueueRefused)
    assert (refused.outcome, refused.ends) == (Outcome.REFUSED_CLOSED, False)
    assert floor.engine.flow_of("k1") == ("menu", 7)
    floor.send(leave("k1"))
    assert ended(floor) == (Outcome.REFUSED_CLOSED, EndedBy.CUSTOMER)  # not lost in the flow: we were closed


def test_a_full_queue_leaves_the_customer_to_the_flow_which_may_still_help(floor: Floor) -> None:
    floor.queue("small", max_waiting=0)
    for contact, outcome, expected in (
        ("k1", Outcome.VOICEMAIL, Outcome.VOICEMAIL),
        ("k2", Outcome.SELF_SERVED, Outcome.REFUSED_FULL),
        ("k3", Outcome.LOST_IN_FLOW, Outcome.REFUSED_FULL),
    ):
        floor.call(contact)
        floor.join(contact, "small")
        floor.send(leave(contact, "finished", outcome))
        assert floor.engine.contacts[contact].outcome is expected


def test_after_a_refusal_another_queue_may_take_the_customer(floor: Floor) -> None:
    floor.queue("small", max_waiting=0)
    floor.agent("ann")
    floor.call("k1")
    floor.send(k.ConfigureQueue(spec=floor.engine.queues["small"].spec))
    floor.busy("ann", "k0", channel=Channel.VOICE)
    floor.join("k1", "small")
    assert floor.join("k1", "support") is None
    assert floor.place("k1") is Place.QUEUE
    floor.send(k.CustomerLeft(contact="k1"))
    assert ended(floor)[0] is Outcome.ABANDONED


def test_a_wait_that_runs_out_goes_back_to_the_flow_and_counts_as_run_out(floor: Floor) -> None:
    """A2: so that a voicemail can be offered."""
    floor.call("k1")
    floor.at(10).join("k1")
    floor.at(70)
    back = floor.last(e.FlowEntered)
    assert (back.cause, back.stay, back.version) == ("queue_left", Outcome.TIMED_OUT, 7)
    assert floor.place("k1") is Place.ARRIVED
    assert floor.engine.waiting("support") == 0
    assert floor.of(e.ContactEnded) == []
    floor.at(80).send(leave("k1"))
    assert ended(floor) == (Outcome.TIMED_OUT, EndedBy.CUSTOMER)


def test_who_left_a_voicemail_after_the_wait_ended_by_that(floor: Floor) -> None:
    floor.call("k1")
    floor.join("k1")
    floor.at(65).send(leave("k1", "voicemail", Outcome.VOICEMAIL))
    assert ended(floor)[0] is Outcome.VOICEMAIL
    floor.send(k.Arrive(contact="v1", channel=Channel.VOICEMAIL, queue="support", entry="4008001000"))
    assert floor.place("v1") is Place.QUEUE


def test_who_came_without_a_flow_still_ends_when_the_wait_runs_out(floor: Floor) -> None:
    floor.arrive("k1")
    floor.at(60)
    assert ended(floor) == (Outcome.TIMED_OUT, EndedBy.SYSTEM)


def test_a_key_leads_back_into_the_menu_even_while_an_agent_is_rung(floor: Floor) -> None:
    floor.agent("ann")
    floor.call("k1")
    assert floor.join("k1") == "ann"
    floor.at(3).send(k.ReturnToFlow(contact="k1", flow="menu", version=7))
    assert floor.last(e.OfferWithdrawn).why == "flow"
    assert floor.last(e.FlowEntered).stay is None
    assert floor.state("ann") is State.READY
    floor.at(9)
    assert floor.join("k1") == "ann"
    assert floor.last(e.QueueEntered).since == floor.now
    assert floor.refused(k.ReturnToFlow(contact="x", flow="menu", version=7)) == "unknown_contact"
    floor.accept("k1")
    assert floor.refused(k.ReturnToFlow(contact="k1", flow="menu", version=7)) == "wrong_place"


def test_a_call_back_chosen_in_the_menu_keeps_its_place_and_is_offered_as_one(floor: Floor) -> None:
    """A8."""
    floor.agent("ann")
    floor.call("k1", customer="u1")
    assert floor.join("k1", callback=True) == "ann"
    assert floor.last(e.FlowLeft).how == "callback"
    assert floor.last(e.OfferMade).cause == "callback"
    floor.call("k2", customer="u1")
    assert floor.refused(k.JoinQueue(contact="k2", queue="support", callback=True)) == "callback_exists"
    assert floor.engine.flow_of("k2") is not None


def test_a_call_back_never_times_out_into_a_flow_that_nobody_hears(floor: Floor) -> None:
    floor.call("k1")
    floor.join("k1", callback=True)
    floor.at(600)
    assert floor.place("k1") is Place.QUEUE
    assert floor.refused(k.ReturnToFlow(contact="k1", flow="menu", version=7)) == "wrong_place"


def test_hanging_up_in_the_menu_is_lost_in_the_flow_from_whichever_side_it_is_told(floor: Floor) -> None:
    floor.call("k1")
    floor.send(k.CustomerLeft(contact="k1"))
    assert ended(floor) == (Outcome.LOST_IN_FLOW, EndedBy.CUSTOMER)
    assert floor.last(e.FlowLeft).how == "hung_up"
    count = len(floor.events)
    floor.send(leave("k1"))
    floor.send(k.CustomerLeft(contact="k1"))
    assert len(floor.events) == count


def test_a_supervisor_can_take_a_customer_out_of_a_flow(floor: Floor) -> None:
    floor.call("k1")
    floor.send(k.CloseContact(contact="k1"))
    assert ended(floor) == (Outcome.CANCELLED, EndedBy.SUPERVISOR)


@pytest.mark.parametrize("outcome", [Outcome.HANDLED, Outcome.ABANDONED, Outcome.BLOCKED, Outcome.SWITCH_LOST])
def test_nothing_ends_in_a_flow_that_cannot_end_there(floor: Floor, outcome: Outcome) -> None:
    floor.call("k1")
    assert floor.refused(leave("k1", "finished", outcome)) == "bad_outcome"


def test_what_makes_no_sense_of_a_flow_is_refused(floor: Floor) -> None:
    floor.queue("written", channels=(Channel.CHAT,))
    floor.call("k1")
    assert floor.refused(k.JoinQueue(contact="k1", queue="nowhere")) == "unknown_queue"
    assert floor.refused(k.JoinQueue(contact="k1", queue="written")) == "wrong_channel"
    assert floor.refused(k.JoinQueue(contact="x", queue="support")) == "unknown_contact"
    enter = k.Enter(contact="k1", channel=Channel.VOICE, client="acme", entry="1", flow="menu", version=1)
    assert floor.refused(enter) == "already_arrived"
    floor.join("k1")
    assert floor.refused(k.JoinQueue(contact="k1", queue="support")) == "not_in_flow"
    assert floor.refused(leave("k1")) == "not_in_flow"


def test_what_is_written_to_a_bot_waits_for_no_agent_chatwoot_8477(floor: Floor) -> None:
    """First response is counted from when a person was asked for."""
    floor.call("k1", channel=Channel.CHAT)
    floor.send(k.PostMessage(contact="k1", message="m1", author=Author.CUSTOMER))
    assert floor.engine.contacts["k1"].customer_waiting_since is None
    floor.at(30).join("k1")
    floor.at(40).send(k.PostMessage(contact="k1", message="m2", author=Author.CUSTOMER))
    assert floor.engine.contacts["k1"].customer_waiting_since == floor.now


def test_the_wait_in_the_menu_does_not_make_the_estimate(floor: Floor) -> None:
    """Nor is whoever went back counted as the longest wait."""
    floor.call("k1")
    floor.join("k1")
    floor.at(30).send(k.ReturnToFlow(contact="k1", flow="menu", version=7))
    assert floor.engine.longest_since("support") is None
    floor.at(40).join("k1")
    assert floor.engine.longest_since("support") == floor.now
