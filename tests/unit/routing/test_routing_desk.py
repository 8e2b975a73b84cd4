"""Offers, wrap-up, chosen status and presence, as agents live with them (requirements A4, G6)."""

import pytest
from floor import START, Floor

from jietong.core import commands as k
from jietong.core import events as e
from jietong.core.errors import Refused
from jietong.core.vocabulary import EndedBy, Place, State, Status

NAMES = {"zh-Hans": "名", "zh-Hant": "名", "en": "name"}


def refused(floor: Floor, command: k.AnyCommand) -> str:
    with pytest.raises(Refused) as refusal:
        floor.send(command)
    return refusal.value.code


# --- offers ----------------------------------------------------------------------------------------------


def test_a_missed_offer_keeps_the_wait_and_goes_to_the_front() -> None:
    floor = Floor()
    floor.queue(offer_s=20)
    floor.agent("ann")
    floor.arrive("k1")
    floor.at(5).arrive("k2", priority=0)
    floor.at(20)
    contact = floor.engine.contacts["k1"]
    assert (floor.state("ann"), contact.place, contact.waiting_since) == (State.MISSED, Place.QUEUE, START)
    assert floor.engine.position("k1") == 0
    floor.at(30).agent("bo")
    assert floor.accept("k1") == "bo"
    assert floor.last(e.OfferAccepted).waited_ms == 30_000


def test_who_declines_stays_ready_and_is_passed_over_for_this_contact() -> None:
    """Three offers' length; then nobody else has taken it and they are asked again."""
    floor = Floor()
    floor.queue(offer_s=20)
    floor.agent("ann")
    floor.arrive("k1")
    floor.at(2).decline("k1")
    assert floor.state("ann") is State.READY
    assert floor.send(k.Decline(agent="ann", contact="k1")) == []
    assert floor.at(3).arrive("k2") == "ann"
    floor.send(k.CustomerLeft(contact="k2"))
    floor.at(61)
    assert floor.offered_to("k1") is None
    floor.at(62)
    assert floor.offered_to("k1") == "ann"


def test_a_declined_contact_goes_to_the_next_agent_at_once() -> None:
    floor = Floor()
    floor.queue()
    floor.agent("ann")
    floor.agent("bo")
    floor.arrive("k1")
    floor.decline("k1")
    assert floor.offered_to("k1") == "bo"


def test_choosing_a_break_declines_what_is_on_offer() -> None:
    floor = Floor()
    floor.queue()
    floor.agent("ann")
    floor.arrive("k1")
    floor.send(k.SetStatus(agent="ann", status=Status.BREAK, reason="tea"))
    assert floor.last(e.OfferDeclined).agent == "ann"
    assert (floor.state("ann"), floor.place("k1")) == (State.BREAK, Place.QUEUE)


# --- wrap-up, chosen status, next status -----------------------------------------------------------------


def test_wrapup_capped_extended_and_uncapped() -> None:
    floor = Floor()
    floor.queue(wrapup_s=10, wrapup_extend_s=30)
    floor.queue("free", wrapup_s=None)
    floor.agent("ann")
    floor.busy("ann", "k1")
    floor.end("k1")
    floor.at(9).send(k.ExtendWrapup(agent="ann", contact="k1"))
    floor.at(39)
    assert floor.state("ann") is State.WRAPUP
    floor.at(40)
    assert floor.last(e.WrapupEnded).by is EndedBy.SYSTEM
    floor.busy("ann", "k2", "free")
    floor.end("k2")
    floor.at(4_000)
    assert floor.state("ann") is State.WRAPUP
    floor.send(k.FinishWrapup(agent="ann", contact="k2", reason="billing", resolved=True))
    ended = floor.last(e.WrapupEnded)
    assert (ended.by, ended.reason, ended.resolved) == (EndedBy.AGENT, "billing", True)
    assert floor.send(k.FinishWrapup(agent="ann", contact="k2")) == []


def test_status_is_what_the_person_chose_and_state_is_what_the_system_sees() -> None:
    floor = Floor()
    floor.queue(wrapup_s=10)
    floor.agent("ann", text=2)
    floor.busy("ann", "k1")
    floor.send(k.SetStatus(agent="ann", status=Status.TRAINING, reason="course"))
    ann = floor.engine.agents["ann"]
    assert (ann.status, ann.state) == (Status.TRAINING, State.TALKING)
    assert floor.arrive("k2") is None
    floor.send(k.Hold(agent="ann", contact="k1"))
    assert ann.state is State.HOLD
    floor.send(k.Resume(agent="ann", contact="k1"))
    floor.end("k1")
    assert ann.state is State.WRAPUP
    floor.at(10)
    assert (ann.state, ann.state_reason) == (State.TRAINING, "course")


def test_the_next_status_is_taken_when_everything_is_done_and_stops_new_offers() -> None:
    floor = Floor()
    floor.queue(wrapup_s=5)
    floor.agent("ann", text=2)
    floor.busy("ann", "k1")
    floor.send(k.SetNext(agent="ann", status=Status.BREAK, reason="lunch"))
    assert floor.arrive("k2") is None
    floor.end("k1")
    floor.at(5)
    ann = floor.engine.agents["ann"]
    assert (ann.status, ann.state, ann.state_reason, ann.next) == (Status.BREAK, State.BREAK, "lunch", None)


def test_the_next_status_may_be_to_go_home() -> None:
    floor = Floor()
    floor.queue(wrapup_s=0)
    floor.agent("ann")
    floor.busy("ann", "k1")
    assert refused(floor, k.SignOut(agent="ann")) == "contacts_open"
    floor.send(k.SetNext(agent="ann", status=Status.OFFLINE))
    floor.finish("k1")
    assert floor.state("ann") is State.OFF


def test_a_supervisor_signs_an_agent_out_and_the_contact_goes_back_in_front() -> None:
    floor = Floor()
    floor.queue()
    floor.agent("ann")
    floor.busy("ann", "k1")
    floor.at(10).arrive("k2")
    floor.at(20).send(k.SignOut(agent="ann", by="boss"))
    assert floor.state("ann") is State.OFF
    assert floor.engine.position("k1") == 0
    assert floor.last(e.QueueEntered).cause == "signed_out"


def test_signing_in_twice_is_signing_in_once_and_nobody_is_offered_anything_before_they_say_so() -> None:
    floor = Floor()
    floor.queue()
    floor.agent("ann", ready=False)
    floor.send(k.SignIn(agent="ann"))
    assert floor.send(k.SignIn(agent="ann")) == []
    ann = floor.engine.agents["ann"]
    assert (ann.status, ann.reason) == (Status.BREAK, "signed_in")
    assert floor.arrive("k1") is None


def test_g6_two_hours_on_line_call_for_fifteen_minutes_of_break() -> None:
    floor = Floor()
    floor.queue()
    floor.agent("ann")
    floor.at(3_600).send(k.SetStatus(agent="ann", status=Status.BREAK))
    floor.at(3_600 + 300).ready("ann")  # five minutes are not fifteen
    floor.at(7_499)
    assert not floor.of(e.BreakDue)
    floor.at(7_500)
    assert floor.last(e.BreakDue).agent == "ann"
    assert floor.engine.break_due("ann", floor.now)
    floor.at(7_600).send(k.SetStatus(agent="ann", status=Status.BREAK))
    floor.at(7_600 + 599)
    assert floor.engine.online_streak("ann", floor.now) == (7_300_000, False)
    floor.at(7_600 + 600)  # five and ten minutes make fifteen
    assert floor.engine.online_streak("ann", floor.now) == (0, False)
    assert not floor.engine.break_due("ann", floor.now)
    floor.at(9_000).ready("ann")
    floor.at(9_010)
    assert floor.engine.online_streak("ann", floor.now) == (10_000, True)
    assert len(floor.of(e.BreakDue)) == 1


def test_a_desk_that_stays_away_is_signed_out_in_the_end() -> None:
    floor = Floor(away_s=3_600)
    floor.queue()
    floor.agent("ann")
    floor.send(k.SetStatus(agent="ann", status=Status.BREAK))
    floor.send(k.PresenceLost(agent="ann"))
    floor.at(3_599)
    assert floor.state("ann") is State.BREAK
    floor.at(3_600)
    assert floor.state("ann") is State.OFF
    assert floor.last(e.AgentSignedOut).by == "system"


def test_an_agent_who_is_away_is_offered_nothing_during_the_grace_period() -> None:
    floor = Floor()
    floor.queue()
    floor.agent("ann")
    floor.send(k.PresenceLost(agent="ann"))
    assert floor.arrive("k1") is None
    floor.at(10).send(k.PresenceBack(agent="ann"))
    assert floor.offered_to("k1") == "ann"
