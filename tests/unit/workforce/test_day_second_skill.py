"""Today as a scenario, for what a second skill would gain on it (G7): people and forecast made by hand."""

import pytest

from jietong.core import commands as k
from jietong.core.events import PlannedSpan
from jietong.core.specs import AgentSkill, AgentSpec, QueueSpec, SiteSpec, SkillNeed, SkillSpec
from jietong.core.vocabulary import Activity, Channel, Ms
from jietong.routing.engine import Engine
from jietong.workforce.day.model import Expectation, Grid
from jietong.workforce.day.second_skill import of_today
from jietong.workforce.day.service import Picture
from jietong.workforce.requirement import Service
from jietong.workforce.schedule.documents import Setup
from jietong.workforce.schedule.model import PersonDay, at_wall
from jietong.workforce.schedule.rules.ground import Ground
from jietong.workforce.simulation import skills
from jietong.workforce.simulation.chance import Exponential, Never

ZONE, TODAY, BEFORE = "Asia/Shanghai", "2026-07-15", "2026-07-14"
GRID = Grid(at_wall(TODAY, 0, ZONE), 900, 96)
SITE = SiteSpec(zone=ZONE, own_skill_first=True)


def hour(n: float) -> Ms:
    return GRID.start + round(n * 3_600_000)


def engine() -> Engine:
    found = Engine()
    names = {"zh-Hans": "队", "zh-Hant": "隊", "en": "queue"}
    for skill in ("repair", "orders"):
        found.handle(k.ConfigureSkill(spec=SkillSpec(skill, names)), 0)
        need = (SkillNeed(skill, 2),)
        found.handle(k.ConfigureQueue(spec=QueueSpec(skill, names, "acme", (Channel.VOICE,), requires=need)), 0)
    found.handle(k.ConfigureQueue(spec=QueueSpec("mail", names, "acme", (Channel.CHAT,))), 0)
    for agent, skill in (("lin", "repair"), ("chen", "repair"), ("xu", "orders"), ("night", "orders")):
        spec = AgentSpec(agent, agent, team="one", skills=(AgentSkill(skill, 4),))
        found.handle(k.ConfigureAgent(spec=spec), 0)
    return found


def expectation(queue: str, calls: float, patience_s: float | None = None) -> Expectation:
    mean = tuple(calls if 36 <= i < 68 else 0.0 for i in range(96))
    return Expectation(queue, mean, mean, mean, mean, (None,) * 96, (300.0,) * 96, Service(patience_s=patience_s))


def picture() -> Picture:
    work = (PlannedSpan(hour(9), hour(13), Activity.WORK), PlannedSpan(hour(13), hour(14), Activity.MEAL))
    day = (*work, PlannedSpan(hour(14), hour(17), Activity.WORK))
    standby = (PlannedSpan(hour(9), hour(12), Activity.STANDBY),)
    night = (PlannedSpan(hour(-4), hour(2), Activity.WORK),)
    published = {
        ("lin", TODAY): PersonDay("lin", TODAY, day),
        ("chen", TODAY): PersonDay("chen", TODAY, day),
        ("xu", TODAY): PersonDay("xu", TODAY, (*day, *standby)),
        ("night", BEFORE): PersonDay("night", BEFORE, night),
        ("gone", TODAY): PersonDay("gone", TODAY, day),  # is no agent of the centre any more
    }
    setup = Setup({}, Ground(ZONE, {}, {}, {}, {}, {}), SITE, {})
    return Picture(hour(8), TODAY, GRID, setup, [], frozenset(), published, published, {})


def test_today_is_played_as_it_is_expected_with_the_people_who_are_scheduled() -> None:
    """A shift from the night before counts from midnight on."""
    expected = {
        "repair": expectation("repair", 3.0, 90.0),
        "orders": expectation("orders", 1.0),
        "mail": expectation("mail", 9),
    }
    made = of_today(picture(), expected, engine(), ["mail", "orders", "repair", "unknown"], 12)
    assert made is not None
    assert set(made.queues) == {"repair", "orders"}
    assert (made.queues["repair"].patience, made.queues["orders"].patience) == (Exponential(90.0), Never())
    assert sum(made.queues["repair"].arrivals.profile or ()) == pytest.approx(96)
    assert (made.trunks and made.trunks.channels, made.own_skill_first, made.hours) == (12, True, 24)
    people = {
        (group.count, tuple(group.skills), group.shifts[0].start, group.shifts[-1].end)
        for group in made.agents.values()
    }
    assert people == {
        (2, ("repair",), "09:00", "17:00"),
        (1, ("orders",), "09:00", "17:00"),
        (1, ("orders",), "00:00", "02:00"),
    }
    found = skills.gain(made, 1, 5)
    assert [row["skills"] for row in found["rows"]] == [1, 1, 2, 2]
    assert found["rows"][2]["figures"]["sl3"]["mean"] > found["rows"][0]["figures"]["sl3"]["mean"]


def test_without_a_forecast_there_is_nothing_to_play() -> None:
    assert of_today(picture(), {}, engine(), ["repair"], None) is None
    assert of_today(picture(), {"mail": expectation("mail", 9)}, engine(), ["mail"], None) is None
