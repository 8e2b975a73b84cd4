"""A day of 100,000 contacts through the live router on virtual time, with every contact accounted for."""

from random import Random
from time import process_time

import pytest
from msgspec import structs

from jietong.core import commands as k
from jietong.core.days import local_day
from jietong.core.events import (
    AnyEvent,
    ContactEnded,
    OfferAccepted,
    OfferMade,
    QueueConfigured,
    SiteConfigured,
)
from jietong.core.specs import AgentSkill, AgentSpec, Capacity, QueueSpec, SiteSpec, SkillNeed, SkillSpec
from jietong.core.vocabulary import Channel, Place
from jietong.metrics.live import LiveFigures
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
    begun = process_time()
    result = day.run()
    seconds = process_time() - begun
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
    assert seconds < 60  # of this process, whatever else the machine does


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


def by_flow(total: int) -> list[Traffic]:
    """Half of the calls come by a menu that serves some and loses some."""
    return [
        structs.replace(one, flow_s=40.0, flow_served=0.15, flow_lost=0.1) if one.channel is Channel.VOICE else one
        for one in traffic(total)
    ]


def test_a_day_by_the_menu_accounts_for_everybody_and_agrees_with_the_catalogue() -> None:
    """A3, C1: what the day counts for itself is what the facts say, and nobody in the menu is anybody's talk."""
    engine, names = centre(44)
    for n in range(2):
        spec = structs.replace(engine.queues[f"q{n}"].spec, max_wait_s=60, max_waiting=4)
        engine.handle(k.ConfigureQueue(spec=spec), START)
    live = LiveFigures()
    live.apply(SiteConfigured(START, SiteSpec(zone="UTC")))
    for queue in engine.queues.values():
        live.apply(QueueConfigured(START, queue.spec))
    day = VirtualDay(engine, by_flow(8_000), Random(11), START, live.apply)
    day.open(names)
    result = day.run()
    assert result.arrived == result.ended
    assert engine.check() == []
    assert engine.in_flows() == []
    assert result.timed_out > 50
    assert result.refused > 50
    assert 0.13 < result.self_served / (result.arrived / 2) < 0.17
    assert 0.08 < result.lost_in_flow / (result.arrived / 2) < 0.12
    site, calls = live.site(day.now), live.calls(day.now)
    assert local_day(START, "UTC") == live.day(day.now)
    assert (calls["self_served"], calls["lost_in_flow"]) == (result.self_served, result.lost_in_flow)
    assert site["entry_offered"] == result.arrived
    assert site["answered"] == result.answered
    assert site["abandoned"] == result.abandoned + result.timed_out
    assert calls["entry_blocked"] == result.refused
    assert site["sl3"]["num"] / site["sl3"]["den"] == result.service_level
    assert site["sl7"]["num"] / site["sl7"]["den"] == result.true_access
    assert (result.true_access or 0) < (result.service_level or 0)
