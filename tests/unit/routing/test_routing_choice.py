"""Whom a contact goes to, and which contact an agent takes (requirement A4)."""

import pytest
from floor import START, Floor

from jietong.core import commands as k
from jietong.core import events as e
from jietong.core.errors import Refused
from jietong.core.vocabulary import Channel, Place, Selection, State, Status

NAMES = {"zh-Hans": "名", "zh-Hant": "名", "en": "name"}


def refused(floor: Floor, command: k.AnyCommand) -> str:
    with pytest.raises(Refused) as refusal:
        floor.send(command)
    return refusal.value.code


# --- skills and certificates -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("held", "level", "offered"), [(None, 1, False), (2, 3, False), (3, 3, True), (5, 3, True), (1, 1, True)]
)
def test_a4_a_queue_asks_for_a_skill_at_a_level(held: int | None, level: int, offered: bool) -> None:
    floor = Floor()
    floor.queue(needs={"refunds": level})
    floor.agent("ann", skills={"refunds": held} if held is not None else {"other": 5})
    assert (floor.arrive("k1") == "ann") is offered


def test_a_certificate_that_runs_out_takes_the_skill_with_it() -> None:
    floor = Floor()
    floor.skill("insurance", certificate=True)
    floor.queue(needs={"insurance": 1})
    floor.agent("ann", skills={"insurance": 5}, certified={"insurance": START + 60_000})
    floor.agent("bo", skills={"insurance": 5})
    assert floor.arrive("k1") == "ann"
    floor.send(k.CustomerLeft(contact="k1"))
    floor.at(60)
    assert floor.last(e.CertificateLapsed).agent == "ann"
    assert floor.arrive("k2") is None


def test_a_certificate_is_checked_at_offer_time_even_before_the_tick() -> None:
    floor = Floor()
    floor.skill("insurance", certificate=True)
    floor.queue(needs={"insurance": 1})
    floor.agent("ann", skills={"insurance": 5}, certified={"insurance": START + 1_000})
    late = START + 5_000
    floor.engine.handle(k.Arrive(contact="k1", channel=Channel.CHAT, queue="support", entry="web"), late)
    assert floor.place("k1") is Place.QUEUE


def test_a_renewed_certificate_brings_the_waiting_contact_to_the_agent() -> None:
    floor = Floor()
    floor.skill("insurance", certificate=True)
    floor.queue(needs={"insurance": 1})
    floor.agent("ann", skills={"insurance": 5})
    assert floor.arrive("k1") is None
    floor.agent("ann", ready=False, skills={"insurance": 5}, certified={"insurance": START + 10**9})
    assert floor.offered_to("k1") == "ann"


# --- order -----------------------------------------------------------------------------------------------


def test_a_strict_queue_serves_priority_first() -> None:
    floor = Floor()
    floor.queue()
    floor.arrive("old")
    floor.at(600).arrive("important", priority=1)
    assert (floor.engine.position("important"), floor.engine.position("old")) == (0, 1)


def test_in_an_ageing_queue_waiting_weighs_as_much_as_priority() -> None:
    floor = Floor()
    floor.queue(ageing_s=60)
    floor.arrive("old")
    floor.at(59).arrive("soon", priority=1)
    floor.at(61).arrive("later", priority=1)
    floor.at(70).agent("ann", text=3)
    assert [contact for contact, _ in floor.offers()] == ["soon", "old", "later"]


def test_an_agent_of_several_queues_takes_the_more_urgent() -> None:
    floor = Floor()
    floor.queue("gold", priority=2)
    floor.queue("plain")
    floor.arrive("k1", "plain")
    floor.at(100).arrive("k2", "gold")
    floor.at(101).agent("ann")
    assert floor.offers() == [("k2", "ann")]


def test_a_supervisor_changes_priority_moves_and_pulls() -> None:
    floor = Floor()
    floor.queue()
    floor.queue("other", needs={"x": 1})
    floor.arrive("k1")
    floor.at(1).arrive("k2")
    floor.send(k.Prioritise(contact="k2", priority=9, by="boss"))
    assert floor.engine.position("k2") == 0
    floor.at(30).send(k.Move(contact="k1", queue="other", by="boss"))
    assert floor.engine.contacts["k1"].waiting_since == START
    floor.agent("ann")
    assert floor.offered_to("k2") == "ann"
    floor.agent("bo")
    floor.send(k.Pull(contact="k2", agent="bo", by="boss"))
    assert floor.offered_to("k2") == "bo"
    assert floor.last(e.OfferWithdrawn).why == "pulled"
    assert refused(floor, k.Pull(contact="k1", agent="bo", by="boss")) == "not_available"
    floor.send(k.SetStatus(agent="ann", status=Status.BREAK))
    assert refused(floor, k.Pull(contact="k1", agent="ann", by="boss")) == "not_available"


def test_messages_are_kept_for_later_and_live_customers_go_first() -> None:
    floor = Floor()
    floor.queue()
    floor.arrive("mail", channel=Channel.EMAIL)
    floor.at(3600).arrive("chat")
    assert (floor.engine.waiting("support"), floor.engine.deferred("support")) == (1, 1)
    assert floor.engine.longest_since("support") == START + 3_600_000
    floor.agent("ann", text=1)
    assert floor.offers() == [("chat", "ann")]
    floor.accept("chat")
    floor.finish("chat")
    assert floor.offered_to("mail") == "ann"


# --- who is chosen ---------------------------------------------------------------------------------------


def test_longest_idle_goes_by_when_work_ended() -> None:
    floor = Floor()
    floor.queue(wrapup_s=0)
    for name in ("ann", "bo"):
        floor.agent(name)
    floor.busy("ann", "k1")
    floor.at(10).busy("bo", "k2")
    floor.at(20).finish("k2")
    floor.at(30).finish("k1")
    assert floor.at(40).arrive("k3") == "bo"


def test_an_offer_the_customer_gave_up_costs_no_place_in_the_order() -> None:
    floor = Floor()
    floor.queue()
    for name in ("ann", "bo"):
        floor.agent(name)
    assert floor.arrive("k1") == "ann"
    floor.send(k.CustomerLeft(contact="k1"))
    assert floor.arrive("k2") == "ann"


def test_best_skill_takes_the_highest_level_among_the_equally_loaded() -> None:
    floor = Floor()
    floor.queue(needs={"x": 1}, selection=Selection.BEST_SKILL)
    floor.agent("ann", skills={"x": 2}, text=2)
    floor.agent("bo", skills={"x": 5}, text=2)
    assert [floor.arrive(f"k{number}") for number in range(4)] == ["bo", "ann", "bo", "ann"]


def test_least_occupied_takes_whom_the_day_has_used_least() -> None:
    floor = Floor()
    floor.queue(selection=Selection.LEAST_OCCUPIED, wrapup_s=0)
    floor.agent("ann")
    floor.busy("ann", "k1")
    floor.agent("bo")
    floor.at(100).busy("bo", "k2")
    floor.at(110).finish("k2")
    floor.at(300).finish("k1")
    assert floor.at(301).arrive("k3") == "bo"
    floor.at(302).accept("k3")
    floor.at(303).finish("k3")
    assert floor.at(304).arrive("k4") == "bo"  # idle for a shorter time, but used far less


def test_the_agent_who_knew_the_customer_is_waited_for_and_then_anyone() -> None:
    floor = Floor()
    floor.queue(sticky_s=15)
    floor.agent("ann")
    floor.busy("ann", "k1")
    floor.agent("bo")
    assert floor.arrive("k2", prefer="ann") is None
    floor.at(15)
    assert floor.offered_to("k2") == "bo"
    assert floor.of(e.PreferenceLapsed)
    floor.decline("k2")
    floor.finish("k1")
    floor.send(k.CloseContact(contact="k2"))
    assert floor.at(20).arrive("k3", prefer="ann") == "ann"
    assert floor.last(e.OfferMade).cause == "preferred"


def test_nobody_waits_for_an_agent_who_has_gone() -> None:
    floor = Floor()
    floor.queue(sticky_s=60)
    floor.agent("ann")
    floor.busy("ann", "k1")
    floor.agent("bo")
    floor.arrive("k2", prefer="ann")
    assert floor.place("k2") is Place.QUEUE
    floor.send(k.SetStatus(agent="ann", status=Status.BREAK))
    assert floor.offered_to("k2") == "bo"


def test_the_free_agent_who_knew_the_customer_comes_before_the_longest_idle() -> None:
    floor = Floor()
    floor.queue()
    floor.agent("ann")
    floor.agent("bo")
    assert floor.arrive("k1", prefer="bo") == "bo"


# --- capacity --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("during", "open_first", "then", "offered"),
    [
        (0, Channel.VOICE, Channel.CHAT, False),
        (1, Channel.VOICE, Channel.CHAT, True),
        (0, Channel.CHAT, Channel.VOICE, False),
        (1, Channel.CHAT, Channel.VOICE, True),
        (0, Channel.CHAT, Channel.CHAT, True),
        (2, Channel.VOICE, Channel.VOICE, False),
        (0, Channel.EMAIL, Channel.VOICE, False),
    ],
)
def test_one_call_or_several_chats_as_blending_says(
    during: int, open_first: Channel, then: Channel, offered: bool
) -> None:
    floor = Floor()
    floor.queue()
    floor.agent("ann", voice=1, text=3, during=during)
    floor.busy("ann", "k1", channel=open_first)
    assert (floor.arrive("k2", channel=then) == "ann") is offered


def test_wrapup_takes_up_room() -> None:
    floor = Floor()
    floor.queue(wrapup_s=30)
    floor.agent("ann", text=2)
    floor.busy("ann", "k1")
    floor.end("k1")
    assert floor.arrive("k2") == "ann"
    assert floor.arrive("k3") is None
    floor.at(20)  # the offer of k2 has run out
    assert floor.state("ann") is State.WRAPUP
    floor.at(30)
    assert floor.state("ann") is State.MISSED


# --- one's own skill first -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("own_first", "taken"), [(False, "older"), (True, "own")])
def test_where_the_site_says_so_a_free_agent_takes_what_they_do_best_first(own_first: bool, taken: str) -> None:
    floor = Floor(own_skill_first=own_first)
    floor.queue("own", needs={"cards": 1})
    floor.queue("other", needs={"loans": 1})
    floor.agent("ann", ready=False, skills={"cards": 5, "loans": 2})
    floor.arrive("older", queue="other")
    floor.at(10)
    floor.arrive("own", queue="own")
    floor.send(k.SignIn(agent="ann"))
    floor.send(k.SetStatus(agent="ann", status=Status.READY))
    floor.send(k.Accept(agent="ann", contact=floor.last(e.OfferMade).contact))
    first = floor.last(e.OfferAccepted).contact
    # Contacts that wait as an agent becomes ready go in their order; from then on the agent chooses.
    floor.arrive("late own", queue="own")
    floor.send(k.End(agent="ann", contact=first))
    floor.send(k.FinishWrapup(agent="ann", contact=first))
    assert first == taken
    assert floor.last(e.OfferMade).contact == ("own" if not own_first else "late own")


def test_priority_comes_before_ones_own_skill() -> None:
    floor = Floor(own_skill_first=True)
    floor.queue("own", needs={"cards": 1})
    floor.queue("urgent", needs={"loans": 1}, priority=5)
    floor.agent("ann", ready=False, skills={"cards": 5, "loans": 1})
    floor.arrive("own", queue="own")
    floor.arrive("urgent", queue="urgent")
    floor.send(k.SignIn(agent="ann"))
    floor.send(k.SetStatus(agent="ann", status=Status.READY))
    assert floor.last(e.OfferMade).contact == "urgent"
