"""Part-time seats (A6): drawn in when seats are short, let go when it falls, left in peace when they decline."""

import pytest
from floor import START, Floor

from jietong.core import commands as k
from jietong.core import events as e
from jietong.core.errors import Refused
from jietong.core.specs import InviteRule
from jietong.core.vocabulary import State, Status


def centre(**rule: object) -> Floor:
    floor = Floor()
    fields: dict[str, object] = {"wait_s": None, "waiting": None, "occupancy": None, **rule}
    floor.queue(wrapup_s=0, invite=InviteRule(**fields))  # type: ignore[arg-type]
    floor.agent("full")
    floor.agent("part", part_time=True)
    return floor


def test_a_part_timer_starts_on_standby_and_is_offered_nothing() -> None:
    floor = centre()
    assert floor.state("part") is State.STANDBY
    floor.busy("full", "k1")
    assert floor.arrive("k2") is None


def test_a_part_timer_is_invited_when_the_wait_passes_the_limit() -> None:
    floor = centre(wait_s=60, answer_s=45)
    floor.busy("full", "k1")
    floor.at(10).arrive("k2")
    floor.at(69)
    assert not floor.of(e.PartTimerInvited)
    floor.at(70)
    invited = floor.last(e.PartTimerInvited)
    assert (invited.agent, invited.why, invited.expires) == ("part", "wait", START + 115_000)
    floor.send(k.AnswerInvitation(agent="part", join=True))
    assert floor.offered_to("k2") == "part"
    assert floor.last(e.AgentStateChanged).part_time


def test_a_part_timer_is_invited_when_the_line_is_long() -> None:
    floor = centre(waiting=2)
    floor.busy("full", "k1")
    floor.arrive("k2")
    floor.arrive("k3")
    assert not floor.of(e.PartTimerInvited)
    floor.arrive("k4")
    assert floor.last(e.PartTimerInvited).why == "waiting"


def test_a_part_timer_is_invited_when_full_timers_are_too_busy() -> None:
    floor = centre(occupancy=0.8)
    floor.busy("full", "k1")
    assert floor.last(e.PartTimerInvited).why == "occupancy"
    floor.agent("second", part_time=True)
    floor.send(k.AnswerInvitation(agent="part", join=True))
    assert len(floor.of(e.PartTimerInvited)) == 1  # the first helper is idle


def test_no_more_are_invited_than_wait() -> None:
    floor = centre(waiting=0)
    for number in range(5):
        floor.agent(f"p{number}", part_time=True)
    floor.busy("full", "k1")
    floor.arrive("k2")
    floor.arrive("k3")
    assert len(floor.of(e.PartTimerInvited)) == 2


def test_who_declines_or_does_not_answer_is_left_in_peace_for_a_while() -> None:
    floor = centre(waiting=0, answer_s=45, again_s=900)
    floor.busy("full", "k1")
    floor.arrive("k2")
    floor.at(10).send(k.AnswerInvitation(agent="part", join=False))
    floor.at(909)
    assert len(floor.of(e.PartTimerInvited)) == 1
    floor.at(910)
    assert len(floor.of(e.PartTimerInvited)) == 2
    floor.at(955)
    assert floor.last(e.PartTimerAnswered).expired
    assert floor.state("part") is State.STANDBY
    with pytest.raises(Refused) as refusal:
        floor.send(k.AnswerInvitation(agent="part", join=True))
    assert refusal.value.code == "no_invitation"


def test_part_timers_are_released_with_hysteresis_after_what_they_have_open() -> None:
    floor = centre(waiting=0, calm_s=300, again_s=10)
    floor.busy("full", "k1")
    floor.arrive("k2")
    floor.send(k.AnswerInvitation(agent="part", join=True))
    floor.accept("k2")
    floor.finish("k1")
    floor.at(200).arrive("k3")
    floor.accept("k3")
    floor.arrive("k4")  # not calm any more: somebody waits
    floor.at(250).send(k.CustomerLeft(contact="k4"))
    floor.finish("k3")
    floor.at(549)
    assert not floor.of(e.PartTimerReleased)
    floor.at(550)
    part = floor.engine.agents["part"]
    assert floor.last(e.PartTimerReleased).agent == "part"
    assert (part.status, part.state, part.drawn) == (Status.STANDBY, State.TALKING, None)
    floor.finish("k2")
    assert part.state is State.STANDBY


def test_a_supervisor_invites_whatever_the_limits_say() -> None:
    floor = centre()
    floor.send(k.InvitePartTimers(queue="support", count=2, by="boss"))
    assert floor.last(e.PartTimerInvited).why == "supervisor"
    with pytest.raises(Refused) as refusal:
        floor.send(k.InvitePartTimers(queue="support", count=1, by="boss"))
    assert refusal.value.code == "nobody_on_standby"


def test_being_ready_by_oneself_answers_the_invitation() -> None:
    floor = centre(waiting=0)
    floor.busy("full", "k1")
    floor.arrive("k2")
    floor.ready("part")
    assert floor.last(e.PartTimerAnswered).joined
    assert floor.offered_to("k2") == "part"


def test_standby_is_for_part_timers() -> None:
    floor = centre()
    with pytest.raises(Refused) as refusal:
        floor.send(k.SetStatus(agent="full", status=Status.STANDBY))
    assert refusal.value.code == "standby_is_for_part_timers"


def test_the_one_longest_on_standby_is_asked_first_and_nobody_who_is_away() -> None:
    floor = centre(waiting=0)
    floor.at(5).agent("second", part_time=True)
    floor.send(k.PresenceLost(agent="part"))
    floor.at(6).busy("full", "k1")
    floor.arrive("k2")
    assert floor.last(e.PartTimerInvited).agent == "second"


def test_someone_who_waits_too_long_is_not_calm_even_while_nothing_happens() -> None:
    floor = centre(waiting=1, release_waiting=1, release_wait_s=5, release_occupancy=1.0, calm_s=20)
    floor.busy("full", "k1")
    floor.arrive("k2")
    floor.arrive("k3")
    floor.send(k.AnswerInvitation(agent="part", join=True))
    floor.accept("k2")
    floor.at(29)
    assert not floor.of(e.PartTimerReleased)
    floor.at(30).send(k.CustomerLeft(contact="k3"))
    floor.at(49)
    assert not floor.of(e.PartTimerReleased)
    floor.at(50)
    assert floor.last(e.PartTimerReleased).agent == "part"
