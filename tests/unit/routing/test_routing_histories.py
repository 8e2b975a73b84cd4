"""The engine's invariants over random histories: what must hold whatever people do, in whatever order.

In one run of the tests: 120 drawn histories of up to 120 steps with every invariant checked after every step, and 60
seeded ones of 250 steps. `JIETONG_HISTORIES=2000 pytest …` runs more.
"""

import os
from itertools import pairwise
from typing import get_args

import pytest
from histories import History, repeated, replayed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jietong.core import commands as k
from jietong.core import events as e
from jietong.core.commands import AnyCommand
from jietong.core.errors import Refused
from jietong.core.events import AnyEvent, ImportedFact, decode, encode
from jietong.core.vocabulary import Channel, Place, State
from jietong.routing import engine as engine_module
from jietong.routing.engine import Engine

SEEDED = int(os.environ.get("JIETONG_HISTORIES", "60"))


def played(seed: int, steps: int) -> History:
    history = History(seed)
    history.set_up()
    for step in range(steps):
        history.step()
        wrong = history.engine.check()
        assert not wrong, f"seed {seed}, step {step}, after {history.log[-1]}: {wrong}"
    return history


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32), steps=st.integers(1, 120))
def test_nothing_is_lost_doubled_or_over_capacity_and_a_replay_is_the_same_to_the_byte(seed: int, steps: int) -> None:
    history = played(seed, steps)
    again = replayed(history.events)
    assert again.dump() == history.engine.dump()
    assert again.check() == []
    ways_of_contacts(history.events)
    ways_of_agents(history.events)
    ways_of_flows(history.events)
    ways_of_telephones(history.events)


@pytest.mark.parametrize("block", range(10))
def test_an_engine_that_was_loaded_goes_on_as_one_that_never_stopped(block: int) -> None:
    for seed in range(block * SEEDED // 10, (block + 1) * SEEDED // 10):
        history = played(seed, 125)
        saved = history.engine.dump()
        loaded = Engine.load(saved)
        assert loaded.dump() == saved
        assert loaded.check() == []
        before, commands = len(history.events), len(history.log)
        for _ in range(125):
            history.step()
        assert repeated(loaded, history.log[commands:]) == history.events[before:]
        assert loaded.dump() == history.engine.dump()


def test_a_refused_command_changes_nothing() -> None:
    refused = 0
    for seed in range(40):
        history = played(seed, 60)
        for _ in range(40):
            command = history.command()
            before = history.engine.dump()
            deadline = history.engine.next_deadline()
            refusal: Refused | None = None
            try:
                history.engine.handle(command, history.now)
            except Refused as problem:
                refusal = problem
            if refusal is not None:
                refused += 1
                assert refusal.detail.endswith(".")
                assert history.engine.dump() == before
                assert history.engine.next_deadline() == deadline
    assert refused > 200


def test_a_clock_that_steps_back_does_no_harm() -> None:
    history = played(1, 50)
    floor = history.engine.clock
    for event in history.engine.handle(k.Restart(epoch=9, version="0"), floor - 10_000_000):
        assert event.at == floor


def test_every_command_and_every_fact_has_its_function() -> None:
    assert set(engine_module._DECIDE) | {k.Tick} == set(get_args(AnyCommand))
    assert set(engine_module._APPLY) == set(get_args(AnyEvent))


def test_the_histories_reach_every_fact() -> None:
    """Else the properties above would say little."""
    seen: set[type] = set()
    for seed in range(200):
        history = History(seed)
        history.set_up()
        for _ in range(120):
            history.step()
        seen |= {type(event) for event in history.events}
    assert set(get_args(AnyEvent)) - seen == set(get_args(ImportedFact))


@pytest.mark.parametrize("bad", [b"", b"\x00", b"nonsense", Engine().dump()[:-3]])
def test_a_snapshot_that_does_not_decode_is_refused(bad: bytes) -> None:
    with pytest.raises(ValueError):
        Engine.load(bad)


def ways_of_contacts(events: list[AnyEvent]) -> None:
    """Read from the facts alone: one arrival, one end, one offer at a time, every offer ended."""
    arrived: set[str] = set()
    ended: set[str] = set()
    offered: dict[tuple[str, str], int] = {}
    for event in events:
        assert decode(encode(event)) == event
        if isinstance(event, e.ContactArrived):
            assert event.contact not in arrived
            arrived.add(event.contact)
        elif isinstance(event, e.ContactEnded):
            assert event.contact in arrived
            assert event.contact not in ended
            ended.add(event.contact)
        elif isinstance(event, e.OfferMade):
            if event.cause != "consult":
                assert all(contact != event.contact for contact, _ in offered), "offered to two agents at once"
                assert event.contact not in ended
            assert (event.contact, event.agent) not in offered
            offered[event.contact, event.agent] = 1
        elif isinstance(event, (e.OfferAccepted, e.OfferDeclined, e.OfferMissed, e.OfferWithdrawn)):
            del offered[event.contact, event.agent]
    open_now = arrived - ended
    assert all(contact in open_now for contact, _ in offered)


def ways_of_flows(events: list[AnyEvent]) -> None:
    """Whoever enters a flow leaves it by a fact, before any queue and before the end; in it they are nobody's."""
    inside: set[str] = set()
    for event in events:
        if isinstance(event, e.FlowEntered):
            assert event.contact not in inside
            inside.add(event.contact)
        elif isinstance(event, e.FlowLeft):
            inside.remove(event.contact)
        elif isinstance(event, (e.QueueEntered, e.OfferMade, e.OfferAccepted, e.ContactEnded, e.OutboundDialled)):
            assert event.contact not in inside, event


def ways_of_telephones(events: list[AnyEvent]) -> None:
    """No call is offered to a telephone that cannot be rung, nor dialled from one; nobody is in two calls at once."""
    unreachable: set[str] = set()
    voice: set[str] = set()
    talking: dict[str, str] = {}  # agent → the call they have
    for event in events:
        if isinstance(event, e.AgentDevice):
            (unreachable.discard if event.reachable else unreachable.add)(event.agent)
        elif isinstance(event, e.ContactArrived) and event.channel is Channel.VOICE:
            voice.add(event.contact)
        elif isinstance(event, (e.OfferMade, e.OutboundDialled)) and event.contact in voice:
            assert event.agent not in unreachable
            assert event.agent not in talking, (event, talking[event.agent])
        if isinstance(event, e.OutboundDialled) or (isinstance(event, e.OfferAccepted) and event.contact in voice):
            assert event.agent not in talking
            talking[event.agent] = event.contact
        elif isinstance(event, (e.ContactEnded, e.QueueEntered, e.ContactTransferred)):
            for agent in [agent for agent, contact in talking.items() if contact == event.contact]:
                del talking[agent]
        elif isinstance(event, e.CallbackAttempted) and not event.reached:
            talking.pop(event.agent, None)
        elif isinstance(event, e.ConsultEnded):
            talking.pop(event.agent if event.why == "completed" else event.other, None)


def ways_of_agents(events: list[AnyEvent]) -> None:
    """Intervals without a gap or overlap, and an agent who is not ready is never offered anything."""
    intervals: dict[str, list[e.AgentStateChanged]] = {}
    for event in events:
        if isinstance(event, e.AgentStateChanged):
            intervals.setdefault(event.agent, []).append(event)
        elif isinstance(event, e.OfferMade):
            known = intervals.get(event.agent)
            assert known, "offered to someone who never signed in"
            away = (State.OFF, State.BREAK, State.TRAINING, State.MEETING, State.CASEWORK, State.STANDBY)
            chosen_now = [
                x
                for x in events
                if isinstance(x, e.AgentStatusChosen) and x.agent == event.agent and x.at == event.at
            ]
            presence_now = any(
                isinstance(x, (e.AgentPresence, e.AgentStatusChosen)) and x.agent == event.agent and x.at == event.at
                for x in events
            )
            assert known[-1].state not in away or chosen_now
            assert known[-1].state is not State.MISSED or presence_now
    for changes in intervals.values():
        for earlier, later in pairwise(changes):
            assert earlier.at <= later.at
            assert (earlier.state, earlier.reason, earlier.queue) != (later.state, later.reason, later.queue)


def test_within_a_queue_and_priority_first_come_is_first_served() -> None:
    """No rule says otherwise here: one queue, one skill, no front, no preference, no overflow."""
    from random import Random

    from floor import Floor

    random = Random(4)
    floor = Floor()
    floor.queue(wrapup_s=0, offer_s=60)
    for name in ("ann", "bo", "cy"):
        floor.agent(name)
    order: list[tuple[int, int]] = []  # (minus priority, number of arrival) of those offered
    arrivals: dict[str, tuple[int, int]] = {}
    for number in range(300):
        floor.at(number * 3)
        priority = random.choice([0, 0, 1])
        name = f"k{number}"
        arrivals[name] = (-priority, number)
        waiting = {x for x in floor.engine.contacts if floor.place(x) is Place.QUEUE} | {name}
        offered = len(floor.offers())
        floor.arrive(name, priority=priority)
        for contact in [x.id for x in floor.engine.contacts.values() if x.place is Place.TALK]:
            if random.random() < 0.2:
                floor.finish(contact)
        for contact, _ in floor.offers()[offered:]:
            assert arrivals[contact] == min(arrivals[x] for x in waiting)
            waiting.discard(contact)
            order.append(arrivals[contact])
            floor.accept(contact)
    assert len(order) > 100
