"""The simulation against a served demonstration centre: whole contacts, plainly marked, by the public interfaces."""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from jietong import app
from jietong.config import Settings
from jietong.core.errors import Forbidden, Unavailable
from jietong.core.vocabulary import Outcome, Place
from jietong.db.pool import ALL
from jietong.demo import dialogues
from jietong.demo.driver import Simulation


@pytest.fixture
async def centre(fresh_dsn: str) -> AsyncIterator[tuple[app.Centre, Settings]]:
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(home=Path(home), dsn=fresh_dsn, port=0, voice=False)
        async with app.centre(settings) as running:
            yield running, settings


async def test_simulated_customers_are_served_by_simulated_agents(
    centre: tuple[app.Centre, Settings],
) -> None:
    running, settings = centre
    simulation = Simulation(running.url, app.demo_key(settings), rate_per_min=40, agents=9, seed=3, speed=20)
    await simulation.run(240)
    counts = simulation.tally.counts
    assert counts["arrived"] >= 80, counts
    assert counts["talked"] >= 20, counts
    assert counts["wrapped_up"] >= 10, counts
    assert counts["rated"] >= 3, counts
    engine = running.runtime.engine
    assert all(contact.simulated for contact in engine.contacts.values())
    assert not [agent.id for agent in engine.agents.values() if agent.signed_in_at is not None]
    assert not [c.id for c in engine.contacts.values() if c.place not in (Place.CLOSED, Place.QUEUE)]
    handled = [c for c in engine.contacts.values() if c.outcome is Outcome.HANDLED and c.place is Place.CLOSED]
    assert handled
    async with running.database.read(ALL) as conn:
        agents = await conn.fetch("SELECT login, demo, password FROM account WHERE agent_id LIKE 'sim-%'")
        arrived = await conn.fetchval("SELECT count(*) FROM event WHERE type = 'contact.arrived'")
        marked = await conn.fetchval(
            "SELECT count(*) FROM event WHERE type = 'contact.arrived' AND (data::jsonb ->> 'simulated')::boolean"
        )
    assert arrived == marked
    assert len(agents) == 9
    assert all(row["demo"] and row["password"] is None for row in agents), "nobody can sign in as one"
    assert engine.check() == []


async def test_the_same_seed_brings_the_same_customers() -> None:
    def first_words(seed: int) -> list[str]:
        from random import Random

        random = Random(seed)
        return [dialogues.choose(random, "repair", language).lines[0] for language in dialogues.LANGUAGES * 5]

    assert first_words(1) == first_words(1)
    assert first_words(1) != first_words(2)


async def test_without_the_key_nobody_simulates(centre: tuple[app.Centre, Settings]) -> None:
    running, _ = centre
    async with httpx.AsyncClient(base_url=running.url) as client:
        for headers in ({}, {"X-Demo-Key": "guess"}):
            answer = await client.post("/api/demo/agents", json={"count": 1}, headers=headers)
            assert answer.status_code == 403
            assert answer.json()["code"] == "demo_key"
    with pytest.raises(Forbidden):
        await Simulation(running.url, "guess", rate_per_min=1, agents=1, seed=1).run(1)
    assert not [id for id in running.runtime.engine.agents if id.startswith("sim-")]


async def test_nothing_to_reach_is_said_with_what_to_do() -> None:
    with pytest.raises(Unavailable, match="jietong serve"):
        await Simulation("http://127.0.0.1:9", "key", rate_per_min=1, agents=1, seed=1).run(1)


@pytest.mark.parametrize("language", dialogues.LANGUAGES)
def test_every_dialogue_is_whole_and_agents_know_their_lines(language: str) -> None:
    for topic in dialogues.topics():
        if topic.language != language:
            continue
        assert len(topic.lines) % 2 == 1, "the customer has the first and the last word"
        for said, answered in zip(topic.lines[::2], topic.lines[1::2], strict=False):
            assert dialogues.reply_to(said, language) == answered
        assert dialogues.reply_to(topic.lines[-1], language) == dialogues.BYE[language]
        assert dialogues.is_last(topic.lines[-1])
    assert dialogues.reply_to("something else", language) == dialogues.HELLO[language]


async def test_the_command_line_says_what_is_missing() -> None:
    with tempfile.TemporaryDirectory() as home:
        run = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "jietong", "demo", "--url", "http://127.0.0.1:9"],
            env=os.environ | {"JIETONG_HOME": home},
            capture_output=True,
            text=True,
            check=False,
        )
    assert run.returncode != 0
    assert "No demonstration key" in run.stderr
