"""A day of 100,000 contacts through the live router on virtual time, with every contact accounted for."""

from random import Random
from time import perf_counter

import pytest

from jietong.core import commands as k
from jietong.core.events import AnyEvent, ContactEnded, OfferAccepted, OfferMade
from jietong.core.specs import AgentSkill, AgentSpec, Capacity, QueueSpec, SkillNeed, SkillSpec
from jietong.core.vocabulary import Channel, Place
from jietong.routing.engine import Engine
from jietong.routing.virtual import Traffic, VirtualDay, profile

START = 1_800_000_000_000
NAMES = {"zh-Hans": "名", "zh-Hant": "名", "en": "name"}
WORKDAY = [1, 1, 2, 4, 7, 10, 12, 12, 10, 8, 6, 6, 8, 10, 11, 11, 10, 8, 6, 4, 3, 2, 1, 1]  # twelve hours


def centre(agents: int) -> tuple[Engine, list[str]]:
    """Four queues, four skills; every agent has two of them."""
    engine = Engine()
    for n in range(4):
        engine.handle(k.ConfigureSkill(spec=SkillSpec(id=f"s{n}", name=NAMES)), START)
        channel = Channel.VOICE if n < 2 else Channel.CHAT
        spec = QueueSpec(
            id=f"q{n}", name=NAMES, client="c", channels=(channel,), requires=(SkillNeed(skill=f"s{n}"),)
        )
        engine.handle(k.ConfigureQueue(spec=spec), START)
    names = [f"a{n}" for n in range(agents)]
    for n, name in enumerate(names):
        skills = (AgentSkill(skill=f"s{n % 4}"), AgentSkill(skill=f"s{(n + 1) % 4}"))
        spec = AgentSpec(id=name, name=name, skills=skills, capacity=Capacity(voice=1, text=3))
        engine.handle(k.ConfigureAgent(spec=spec), START)
    return engine, names


def traffic(total: int) -> list[Traffic]:
    return [
        Traffic(
            queue=f"q{n}",
            channel=Channel.VOICE if n < 2 else Channel.CHAT,
            half_hours=profile(total / 4, WORKDAY),
            missed=0.01,
        )
        for n in range(4)
    ]


def test_a_day_of_100_000_contacts_takes_seconds_and_loses_nobody() -> None:
    engine, names = centre(950)
    ended: dict[str, int] = {}
    offered: dict[str, str] = {}
    talks: dict[str, int] = {}

    def watch(event: AnyEvent) -> None:
        if isinstance(event, ContactEnded):
            ended[event.contact] = ended.get(event.contact, 0) + 1
        elif isinstance(event, OfferMade):
            offered[event.contact] = event.agent
        elif isinstance(event, OfferAccepted):
            assert offered[event.contact] == event.agent
            talks[event.contact] = talks.get(event.contact, 0) + 1

    day = VirtualDay(engine, traffic(100_000), Random(7), START, watch)
    day.open(names)
    begun = perf_counter()
    result = day.run()
    seconds = perf_counter() - begun
    print(
        f"{result.arrived} contacts, {result.events} facts in {seconds:.1f} s; service level {result.service_level}"
    )
    assert 98_000 < result.arrived < 102_000
    assert result.arrived == result.handled + result.abandoned + result.refused + result.timed_out
    assert len(ended) == result.arrived
    assert set(ended.values()) == {1}
    assert set(talks.values()) == {1}
    assert result.handled == result.answered
    assert result.missed_offers > 500
    assert 0.5 < (result.service_level or 0) < 1
    assert engine.check() == []
    assert all(contact.place in (Place.CLOSED, Place.WRAPUP) for contact in engine.contacts.values())
    assert seconds < 120


def test_the_same_seed_is_the_same_day() -> None:
    facts: list[list[AnyEvent]] = [[], []]
    for run in facts:
        engine, names = centre(20)
        day = VirtualDay(engine, traffic(1_500), Random(3), START, run.append)
        day.open(names)
        day.run()
    assert facts[0] == facts[1]
    assert len(facts[0]) > 10_000


@pytest.mark.parametrize(("agents", "better"), [(30, 60), (15, 30)])
def test_more_agents_answer_sooner(agents: int, better: int) -> None:
    levels = []
    for count in (agents, better):
        engine, names = centre(count)
        day = VirtualDay(engine, traffic(4_000), Random(5), START)
        day.open(names)
        levels.append(day.run().service_level or 0.0)
    assert levels[0] < levels[1]
