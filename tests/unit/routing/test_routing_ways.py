"""A contact's way: refusals, overflow, transfers, consults, words, scores, position (requirement A4)."""

import pytest
from floor import START, Floor

from jietong.core import commands as k
from jietong.core import events as e
from jietong.core.errors import Refused
from jietong.core.specs import ExpandStep, HoursSpec, MoveStep, Period, SkillNeed
from jietong.core.vocabulary import Author, Channel, Outcome, Place, State
from jietong.routing.engine import Engine

NAMES = {"zh-Hans": "名", "zh-Hant": "名", "en": "name"}


def refused(floor: Floor, command: k.AnyCommand) -> str:
    with pytest.raises(Refused) as refusal:
        floor.send(command)
    return refusal.value.code


# --- opening hours, full, longest wait, overflow ---------------------------------------------------------


def test_out_of_hours_live_contacts_are_refused_and_messages_are_kept() -> None:
    floor = Floor()
    week = tuple((Period(start=0, end=1),) for _ in range(7))
    floor.send(k.ConfigureHours(spec=HoursSpec(id="h", name=NAMES, zone="Asia/Shanghai", week=week)))
    floor.queue(hours="h")
    assert not floor.engine.is_open("support", START)
    floor.arrive("chat")
    assert floor.last(e.QueueRefused).outcome is Outcome.REFUSED_CLOSED
    assert floor.last(e.ContactEnded).contact == "chat"
    floor.arrive("message", channel=Channel.MESSAGE)
    assert floor.place("message") is Place.QUEUE


def test_a_full_queue_refuses() -> None:
    floor = Floor()
    floor.queue(max_waiting=1)
    floor.arrive("k1")
    floor.arrive("k2")
    assert floor.last(e.ContactEnded).outcome is Outcome.REFUSED_FULL
    assert floor.engine.waiting("support") == 1


def test_who_is_on_offer_still_waits_everywhere() -> None:
    """The count, the longest wait and the limit of a queue are the same before and after an offer is made."""
    floor = Floor()
    floor.queue(max_waiting=2, offer_s=20)
    floor.queue("other")
    floor.arrive("k1")
    floor.at(5).arrive("k2")
    since = floor.engine.longest_since("support")
    floor.at(10).agent("ann")
    assert floor.offered_to("k1") == "ann"
    assert (floor.engine.waiting("support"), floor.engine.longest_since("support")) == (2, since)
    assert floor.engine.in_line("support") == 1
    assert floor.engine.position("k2") == 0
    floor.arrive("k3")
    assert floor.last(e.ContactEnded).outcome is Outcome.REFUSED_FULL
    restored = Engine.load(floor.engine.dump())
    assert (restored.waiting("support"), restored.longest_since("support"), restored.check()) == (2, since, [])
    floor.decline("k1")
    assert (floor.engine.waiting("support"), floor.engine.longest_since("support")) == (2, since)
    floor.at(12).accept("k2")
    assert (floor.engine.waiting("support"), floor.engine.longest_since("support")) == (1, since)
    floor.send(k.Move(contact="k1", queue="other", by="boss"))
    assert (floor.engine.waiting("support"), floor.engine.longest_since("support")) == (0, None)
    assert (floor.engine.waiting("other"), floor.engine.longest_since("other")) == (1, since)


def test_what_is_offered_straight_to_a_person_waits_in_no_queue() -> None:
    floor = Floor()
    floor.queue()
    floor.agent("ann")
    floor.busy("ann", "k1")
    floor.agent("bo")
    floor.send(k.Transfer(agent="ann", contact="k1", to_agent="bo"))
    assert floor.offered_to("k1") == "bo"
    assert (floor.engine.waiting("support"), floor.engine.longest_since("support")) == (0, None)
    floor.decline("k1")
    assert floor.engine.waiting("support") == 1


def test_the_wait_goes_on_through_overflow_and_lost_offers() -> None:
    """What the chat says, the record and the service level are made of is one wait."""
    floor = Floor()
    floor.queue(steps=(MoveStep(after_s=10, queue="last"),), needs={"none": 1})
    floor.queue("last", offer_s=20, max_wait_s=300)
    floor.arrive("k1")
    floor.arrive("k2")
    floor.at(12).agent("ann")
    floor.at(15).decline("k1")
    floor.at(18).accept("k2")
    assert floor.last(e.OfferAccepted).waited_ms == 18_000
    floor.at(300)
    ended = floor.last(e.ContactEnded)
    assert (ended.contact, ended.outcome, ended.waited_ms) == ("k1", Outcome.TIMED_OUT, 300_000)


def test_the_longest_wait_ends_a_contact() -> None:
    floor = Floor()
    floor.queue(max_wait_s=30)
    floor.arrive("k1")
    floor.arrive("mail", channel=Channel.EMAIL)
    floor.at(30)
    ended = floor.last(e.ContactEnded)
    assert (ended.contact, ended.outcome, ended.waited_ms) == ("k1", Outcome.TIMED_OUT, 30_000)
    assert floor.place("mail") is Place.QUEUE


def test_overflow_draws_in_more_agents_and_then_moves_the_contact() -> None:
    floor = Floor()
    steps = (
        ExpandStep(after_s=10, requires=(SkillNeed(skill="spare"),)),
        MoveStep(after_s=30, queue="last"),
    )
    floor.queue(needs={"main": 1}, steps=steps)
    floor.queue("last")
    floor.agent("spare", skills={"spare": 1})
    floor.busy("spare", "x", "last")
    floor.at(1).arrive("k1")
    floor.at(11)
    assert floor.last(e.QueueExpanded).ring == 1
    floor.at(31)
    moved = floor.last(e.QueueEntered)
    assert (moved.queue, moved.cause, moved.since) == ("last", "overflow", START + 1_000)
    floor.at(32).finish("x")
    assert floor.offered_to("k1") == "spare"


def test_own_agents_come_before_those_drawn_in() -> None:
    floor = Floor()
    floor.queue(needs={"main": 1}, steps=(ExpandStep(after_s=0, requires=()),))
    floor.agent("spare")
    floor.agent("own", skills={"main": 1})
    assert floor.arrive("k1") == "own"
    floor.arrive("k2")
    floor.at(0)
    assert floor.offered_to("k2") == "spare"


@pytest.mark.parametrize(("target", "why"), [("nowhere", "unknown"), ("mails", "wrong_channel"), ("off", "closed")])
def test_an_overflow_that_cannot_be_taken_is_told_and_skipped(target: str, why: str) -> None:
    floor = Floor()
    floor.queue(steps=(MoveStep(after_s=5, queue=target), MoveStep(after_s=9, queue="other")))
    floor.queue("mails", channels=(Channel.EMAIL,))
    floor.queue("off", active=False)
    floor.queue("other")
    floor.arrive("k1")
    floor.at(5)
    assert floor.last(e.OverflowSkipped).why == why
    floor.at(9)
    assert floor.engine.contacts["k1"].queue == "other"


def test_overflow_does_not_go_round_in_circles() -> None:
    floor = Floor()
    floor.queue("a", steps=(MoveStep(after_s=0, queue="b"),))
    floor.queue("b", steps=(MoveStep(after_s=0, queue="a"),))
    floor.arrive("k1", "a")
    floor.at(10)
    assert floor.engine.contacts["k1"].queue == "b"
    assert floor.last(e.OverflowSkipped).why == "visited"


# --- transfers and consults ------------------------------------------------------------------------------


def test_a_transfer_to_a_queue_passes_over_who_sent_it() -> None:
    floor = Floor()
    floor.queue()
    floor.queue("second")
    floor.agent("ann")
    floor.busy("ann", "k1")
    floor.at(30).send(k.Transfer(agent="ann", contact="k1", to_queue="second"))
    entered = floor.last(e.QueueEntered)
    assert (entered.queue, entered.cause, entered.since, entered.by) == ("second", "transfer", START + 30_000, "ann")
    assert floor.state("ann") is State.READY
    floor.agent("bo")
    assert floor.offered_to("k1") == "bo"


def test_a_transfer_to_an_agent_who_does_not_answer_comes_back_in_front() -> None:
    floor = Floor()
    floor.queue(offer_s=10)
    floor.agent("ann")
    floor.busy("ann", "k1")
    floor.agent("bo")
    floor.send(k.Transfer(agent="ann", contact="k1", to_agent="bo"))
    assert floor.last(e.OfferMade).queue is None
    floor.at(10)
    assert (floor.state("bo"), floor.place("k1")) == (State.MISSED, Place.QUEUE)
    assert floor.engine.contacts["k1"].front


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "one_target"),
        ({"to_agent": "bo", "to_queue": "support"}, "one_target"),
        ({"to_agent": "ann"}, "same_agent"),
        ({"to_agent": "who"}, "unknown_agent"),
        ({"to_agent": "bo"}, "not_available"),
        ({"to_queue": "where"}, "unknown_queue"),
        ({"to_queue": "off"}, "queue_closed"),
    ],
)
def test_a_transfer_that_cannot_be_is_refused_with_its_reason(fields: dict[str, str], code: str) -> None:
    floor = Floor()
    floor.queue()
    floor.queue("off", active=False)
    floor.agent("ann")
    floor.agent("bo", ready=False)
    floor.busy("ann", "k1")
    assert refused(floor, k.Transfer(agent="ann", contact="k1", **fields)) == code
    assert floor.engine.contacts["k1"].agent == "ann"


def test_a_consult_joins_and_the_contact_passes_on_completion() -> None:
    floor = Floor()
    floor.queue(wrapup_s=10)
    floor.agent("ann")
    floor.busy("ann", "k1")
    floor.agent("bo")
    floor.send(k.Consult(agent="ann", contact="k1", other="bo"))
    assert (floor.place("k1"), floor.state("bo")) == (Place.TALK, State.OFFERED)
    assert refused(floor, k.CompleteConsult(agent="ann", contact="k1")) == "not_joined"
    floor.send(k.Accept(agent="bo", contact="k1"))
    assert floor.send(k.Accept(agent="bo", contact="k1")) == []
    assert (floor.state("ann"), floor.state("bo")) == (State.TALKING, State.TALKING)
    floor.send(k.PostMessage(contact="k1", message="m1", author=Author.AGENT, agent="bo"))
    floor.at(60).send(k.CompleteConsult(agent="ann", contact="k1"))
    assert (floor.state("ann"), floor.engine.contacts["k1"].agent) == (State.READY, "bo")
    floor.end("k1")
    assert floor.state("bo") is State.WRAPUP


def test_the_consulted_agent_takes_the_contact_over_once_joined() -> None:
    floor = Floor()
    floor.queue(wrapup_s=10)
    floor.agent("ann")
    floor.busy("ann", "k1")
    floor.agent("bo")
    floor.agent("cy")
    floor.send(k.Consult(agent="ann", contact="k1", other="bo"))
    assert refused(floor, k.CompleteConsult(agent="bo", contact="k1")) == "not_joined"
    floor.send(k.Accept(agent="bo", contact="k1"))
    assert refused(floor, k.CompleteConsult(agent="cy", contact="k1")) == "not_yours"
    floor.send(k.Hold(agent="ann", contact="k1"))
    floor.at(60).send(k.CompleteConsult(agent="bo", contact="k1"))
    assert (floor.place("k1"), floor.engine.contacts["k1"].agent) == (Place.TALK, "bo")
    assert (floor.state("ann"), floor.state("bo")) == (State.READY, State.TALKING)
    ended = floor.last(e.ConsultEnded)
    assert (ended.agent, ended.other, ended.why) == ("ann", "bo", "completed")


@pytest.mark.parametrize("by", ["ann", "bo"])
def test_either_side_ends_a_consult(by: str) -> None:
    floor = Floor()
    floor.queue()
    floor.agent("ann")
    floor.busy("ann", "k1")
    floor.agent("bo")
    floor.send(k.Consult(agent="ann", contact="k1", other="bo"))
    floor.send(k.Accept(agent="bo", contact="k1"))
    floor.send(k.CancelConsult(agent=by, contact="k1"))
    assert (floor.state("ann"), floor.state("bo")) == (State.TALKING, State.READY)
    assert floor.last(e.ConsultEnded).why == "cancelled"


@pytest.mark.parametrize("joined", [True, False])
def test_a_customer_who_leaves_ends_the_consult(joined: bool) -> None:
    floor = Floor()
    floor.queue()
    floor.agent("ann")
    floor.busy("ann", "k1")
    floor.agent("bo")
    floor.send(k.Consult(agent="ann", contact="k1", other="bo"))
    if joined:
        floor.send(k.Accept(agent="bo", contact="k1"))
    floor.send(k.CustomerLeft(contact="k1"))
    assert (floor.state("ann"), floor.state("bo")) == (State.WRAPUP, State.READY)
    assert floor.last(e.ConsultEnded).why == "left"


def test_a_colleague_who_has_joined_takes_over_from_a_desk_that_vanishes() -> None:
    floor = Floor()
    floor.queue()
    floor.agent("ann")
    floor.busy("ann", "k1")
    floor.agent("bo")
    floor.send(k.Consult(agent="ann", contact="k1", other="bo"))
    floor.send(k.Accept(agent="bo", contact="k1"))
    floor.send(k.PresenceLost(agent="ann"))
    floor.at(60)
    assert (floor.engine.contacts["k1"].agent, floor.place("k1")) == ("bo", Place.TALK)


def test_a_call_outlives_the_desk_that_vanished() -> None:
    floor = Floor()
    floor.queue()
    floor.agent("ann")
    floor.busy("ann", "k1", channel=Channel.VOICE)
    floor.send(k.PresenceLost(agent="ann"))
    floor.at(61)
    assert (floor.place("k1"), floor.state("ann")) == (Place.TALK, State.TALKING)
    floor.send(k.CustomerLeft(contact="k1"))
    floor.at(200)
    assert floor.state("ann") is State.MISSED


# --- words and scores ------------------------------------------------------------------------------------


def test_the_customer_waits_for_a_word_from_the_first_unanswered_message() -> None:
    floor = Floor()
    floor.queue()
    floor.agent("ann")
    floor.busy("ann", "k1")
    for second, author in ((1, Author.CUSTOMER), (2, Author.CUSTOMER)):
        floor.at(second).send(k.PostMessage(contact="k1", message=f"m{second}", author=author))
    contact = floor.engine.contacts["k1"]
    assert (contact.messages, contact.customer_waiting_since) == (2, START + 1_000)
    floor.at(3).send(k.PostMessage(contact="k1", message="m3", author=Author.AGENT, agent="ann"))
    assert contact.customer_waiting_since is None
    posted = k.PostMessage(contact="k1", message="m4", author=Author.AGENT, agent="bo")
    assert refused(floor, posted) == "not_yours"
    floor.end("k1")
    posted = k.PostMessage(contact="k1", message="m5", author=Author.CUSTOMER)
    assert refused(floor, posted) == "ended"


def test_a_survey_is_answered_once_with_one_to_five() -> None:
    floor = Floor()
    floor.queue()
    floor.agent("ann")
    floor.busy("ann", "k1")
    assert refused(floor, k.AnswerSurvey(contact="k1", score=5)) == "wrong_place"
    floor.end("k1")
    assert refused(floor, k.AnswerSurvey(contact="k1", score=6)) == "bad_score"
    floor.send(k.AnswerSurvey(contact="k1", score=5))
    assert refused(floor, k.AnswerSurvey(contact="k1", score=5)) == "already_answered"


# --- position and estimated wait -------------------------------------------------------------------------


def test_position_counts_who_is_ahead() -> None:
    floor = Floor()
    floor.queue()
    for number in range(4):
        floor.at(number).arrive(f"k{number}")
    assert [floor.engine.position(f"k{number}") for number in range(4)] == [0, 1, 2, 3]
    floor.send(k.CustomerLeft(contact="k1"))
    assert floor.engine.position("k3") == 2
    assert floor.engine.position("k1") is None
    assert floor.engine.position("nobody") is None


def test_the_estimated_wait_is_the_line_times_the_time_between_departures() -> None:
    floor = Floor()
    floor.queue(wrapup_s=0)
    assert floor.engine.estimated_wait_s("support") is None
    floor.agent("ann")
    assert floor.engine.estimated_wait_s("support") == 0
    for number in range(8):
        floor.arrive(f"k{number}")
    assert floor.engine.estimated_wait_s("support") is None  # nothing has been seen yet
    for number in range(5):
        floor.accept(f"k{number}")
        floor.at(60 * (number + 1)).finish(f"k{number}")
    assert (floor.engine.waiting("support"), floor.engine.in_line("support")) == (3, 2)
    assert floor.engine.estimated_wait_s("support", 0) == pytest.approx(60)
    assert floor.engine.estimated_wait_s("support") == pytest.approx(180)


def test_agents_of_a_queue_are_counted_by_state() -> None:
    floor = Floor()
    floor.queue(needs={"x": 1})
    floor.agent("ann", skills={"x": 1})
    floor.agent("bo", skills={"x": 1})
    floor.agent("cy")
    floor.arrive("k1")
    floor.accept("k1")
    counts = floor.engine.agents_of("support")
    assert (counts[State.READY], counts[State.TALKING]) == (1, 1)


def test_naming_an_agent_overrides_the_skill_but_never_the_certificate() -> None:
    floor = Floor()
    floor.skill("insurance", certificate=True)
    floor.queue(needs={"insurance": 1, "tact": 1}, wrapup_s=0)
    floor.agent("bo", skills={"insurance": 5}, certified={"insurance": START + 10**9})
    floor.agent("cy", skills={"insurance": 5})
    floor.arrive("k1")
    assert refused(floor, k.Pull(contact="k1", agent="cy", by="boss")) == "not_certified"
    floor.send(k.Pull(contact="k1", agent="bo", by="boss"))
    assert floor.accept("k1") == "bo"
    assert refused(floor, k.Transfer(agent="bo", contact="k1", to_agent="cy")) == "not_certified"
    assert refused(floor, k.Consult(agent="bo", contact="k1", other="cy")) == "not_certified"
