"""Scenarios: read, checked, changed, and made of a real centre's day (H3; issue 5, Bad input)."""

from copy import deepcopy
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace
from scenarios import EVERYTHING, everything_compiled, one_pool

from jietong.core.errors import Invalid
from jietong.core.events import PlannedSpan
from jietong.core.specs import AgentSkill, AgentSpec, ExpandStep, QueueSpec, SkillNeed
from jietong.core.vocabulary import Activity, Channel, Employment, Ms
from jietong.workforce.model import Load
from jietong.workforce.simulation import chance, draws, reading, simulate, vary
from jietong.workforce.simulation.of_centre import Habits, Member, of_centre
from jietong.workforce.simulation.scenario import clock_s, clock_text

EXAMPLES = Path(__file__).resolve().parents[3] / "docs" / "examples"
HOUR: Ms = 3_600_000


# --- reading -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.toml")), ids=lambda path: path.stem)
def test_the_examples_are_read_and_written_back(path: Path) -> None:
    scenario = reading.read(path)
    assert reading.of(reading.tables(scenario)) == scenario


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("queues.repair.arrivals.speed", 3, r"\[queues.repair\] arrivals: there is no key 'speed'"),
        ("queues.repair.arrivals.per_hour", 3.0, r"\[queues.repair.arrivals\] profile: per_hour is given too"),
        ("queues.repair.arrivals.profile", [1, -2], r"\[queues.repair.arrivals\] profile: .* 0 or more"),
        ("queues.repair.handling.distribution", "gauss", r"\[queues.repair\] handling.distribution"),
        ("queues.repair.handling.mean_s", -1, r"\[queues.repair.handling\] mean_s: a mean is 0 seconds or more"),
        ("queues.repair.flow.lost", 0.95, r"\[queues.repair.flow\] lost: 0.95 is not from 0 to 0.9"),
        ("queues.repair.requires", {"repair": 9}, r"\[queues.repair\] requires: the level of 'repair' is 9"),
        ("queues.billing.steps", [{"type": "move", "after_s": 9, "queue": "no"}], r"steps\] queue: step 1 moves to"),
        ("queues.else.patience.left", [0.5, 0.6, 0.1], r"\[queues.else.patience\] left: shares fall"),
        ("agents.early.count", "six", r"\[agents.early\] count: a whole number is meant, not text"),
        ("agents.early.count", -1, r"\[agents.early\] count: a number of agents is 0 or more"),
        ("agents.early.shifts", [{"start": "8:00", "end": "09:00"}], r"'8:00' is no time of day; write \"08:30\""),
        ("agents.early.shifts", [{"start": "22:00", "end": "06:00"}], r"past midnight write 24:00 \+ the hours"),
        ("agents.early.standby", {"accept": 0.5}, r"only part-timers can be on standby"),
        ("trunks", 5, r"\[trunks\]: a table, \{ … \} is meant, not a whole number"),
        ("trunks.channels", -5, r"\[trunks\] channels: give a number from 0"),
        ("warm_up_s", 8 * 3600, r"warm_up_s: the warm-up is shorter than the hours"),
        ("zone", "Mars/Base", r"zone: 'Mars/Base' is no time zone"),
        ("date", "2026-02-30", r"date: '2026-02-30' is no date"),
        ("metrics", "sl3,joy", r"metrics: There is no figure 'joy'"),
        ("metrics", "redial_rate", r"metrics: redial_rate is not to be had"),
        ("queues", {}, r"\[queues\]: give at least one queue"),
        ("colour", "red", r"there is no key 'colour'"),
    ],
)
def test_what_is_wrong_is_named_by_table_and_key(path: str, value: Any, says: str) -> None:
    tables = deepcopy(EVERYTHING)
    *parents, last = path.split(".")
    at = tables
    for parent in parents:
        at = at[parent]
    at[last] = value
    with pytest.raises(Invalid, match=says):
        reading.of(tables)


def test_a_file_that_is_no_scenario_says_so(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="There is no file"):
        reading.read(tmp_path / "none.toml")
    broken = tmp_path / "broken.toml"
    broken.write_text("[queues", encoding="utf-8")
    with pytest.raises(Invalid, match="is no TOML"):
        reading.read(broken)


def test_times_of_day_go_on_past_midnight() -> None:
    assert [clock_s(text) for text in ("00:00", "08:30", "25:15:10")] == [0, 30_600, 90_910]
    assert [clock_text(seconds) for seconds in (0, 30_600, 90_910)] == ["00:00", "08:30", "25:15:10"]


# --- chance ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "of",
    [
        chance.Exponential(100.0),
        chance.Lognormal(100.0, 0.7),
        chance.Gamma(100.0, 0.5),
        chance.Fixed(100.0),
        chance.Weibull(100.0, 0.8),
        chance.Listed((50.0, 100.0, 150.0)),
        chance.Curve((50.0, 150.0), (0.75, 0.25)),
    ],
)
def test_the_mean_of_what_is_drawn_is_the_mean_that_was_given(of: chance.Patience) -> None:
    drawn = chance.draw(of, np.random.default_rng(1), 200_000)
    assert drawn.mean() == pytest.approx(chance.mean_s(of), rel=0.02)
    assert chance.problem(of) is None


def test_who_never_gives_up_waits_for_ever() -> None:
    assert np.isinf(chance.draw(chance.Never(), np.random.default_rng(1), 3)).all()


@pytest.mark.parametrize("of", [chance.Exponential(120.0), chance.Lognormal(240.0, 0.9), chance.Gamma(90.0, 0.4)])
def test_a_distribution_is_found_again_in_what_it_gave(of: chance.Duration) -> None:
    found = chance.fitted(chance.draw(of, np.random.default_rng(3), 4_000).tolist())
    assert type(found) is type(of)
    assert chance.mean_s(found) == pytest.approx(chance.mean_s(of), rel=0.05)
    for name in ("spread", "cv"):
        if hasattr(of, name):
            assert getattr(found, name) == pytest.approx(getattr(of, name), rel=0.05)


def test_a_fit_needs_something_to_fit() -> None:
    with pytest.raises(Invalid, match="two measured times"):
        chance.fitted([0.0, -1.0, 5.0])
    assert chance.fitted([30.0, 30.0, 30.0]) == chance.Fixed(30.0)


def test_a_survival_curve_is_drawn_as_it_is() -> None:
    curve = chance.Curve((10.0, 60.0, 120.0), (0.9, 0.6, 0.3))
    drawn = chance.draw(curve, np.random.default_rng(2), 100_000)
    for time, left in zip(curve.times_s, curve.left, strict=True):
        assert (drawn > time).mean() == pytest.approx(left, abs=0.01)
    # Beyond the curve at its mean rate: 30 % are left, with so much time seen for each who has gone.
    beyond = drawn[drawn > 120] - 120
    assert np.median(beyond) == pytest.approx(beyond.mean() * log(2), rel=0.05)


def test_counts_come_as_often_as_they_say_and_poisson_as_often_on_average() -> None:
    scenario = everything_compiled()
    came = draws.arrivals(replace(scenario, day_to_day=0.0), 1, 0)
    assert len(came["billing"]) == 220
    assert all((came[name][1:] >= came[name][:-1]).all() for name in came)
    first_hour = (came["billing"] < HOUR).sum()
    assert first_hour == 30
    totals = [len(draws.arrivals(scenario, 1, day)["repair"]) for day in range(200)]
    assert np.mean(totals) == pytest.approx(580, rel=0.03)
    assert np.var(totals) > 3 * 580, "a day's load varies by more than chance alone"


def test_a_contact_has_the_same_patience_and_talk_in_every_scenario_it_comes_in() -> None:
    base = everything_compiled()
    other = vary.vary(base, vary.Handling(0.5, ("repair",)))
    queue, slower = base.queues["repair"], other.queues["repair"]
    one = draws.batch(queue, "repair", 50, 1, 0)
    two = draws.batch(slower, "repair", 50, 1, 0)
    assert (one.patience == two.patience).all()
    assert one.talk == pytest.approx(2 * two.talk, abs=2)


# --- changes -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "better"),
    [
        (vary.Heads(3), True),
        (vary.Handling(0.8), True),
        (vary.SelfService(0.2), True),
        (vary.PartTimers(4, "00:00", "04:00"), True),
        (vary.Absent(0.3), False),
        (vary.Busier(1.2), False),
        (vary.Together((vary.Absent(0.3), vary.Busier(1.2))), False),
    ],
)
def test_a_change_does_what_it_says(change: vary.Change, better: bool) -> None:
    base = one_pool(20, 400.0, 3.0)
    level = simulate(base, 1, 4, path="compiled").figures["sl3(20)"].total.mean or 0
    changed = vary.vary(base, change)
    after = simulate(changed, 1, 4, path="compiled").figures["sl3(20)"].total.mean or 0
    assert (after > level + 0.02) if better else (after < level - 0.02)
    assert changed.name == f"one pool: {vary.label(change)}"


def test_fewer_lines_block_and_call_backs_are_taken() -> None:
    base = one_pool(10, 260.0, 3.0, trunks={"channels": 40}, metrics="entry_busy_rate,callback_asked,answered")
    half = simulate(vary.vary(base, vary.HalfTrunks()), 1, 2).figures
    assert vary.vary(base, vary.HalfTrunks()).trunks == vary.vary(base, vary.Lines(-20)).trunks
    assert (half["entry_busy_rate"].total.mean or 0) > 0
    back = vary.vary(base, vary.CallbackAfter(30.0, 0.6))
    play = simulate(back, 1, 2)
    assert back.queues["calls"].callback is not None
    assert (play.figures["answered"].total.mean or 0) > 0


def test_training_gives_a_share_of_people_the_other_skills() -> None:
    base = everything_compiled()
    trained = vary.vary(base, vary.CrossTrain(0.5))
    assert sum(group.count for group in trained.agents.values()) == sum(g.count for g in base.agents.values())
    assert trained.agents["early+"].count == 3
    assert trained.agents["early+"].skills == {"repair": 4, "billing": 2}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (vary.Lines(5), "has no limit of lines"),
        (vary.Handling(0.0), "factor above 0"),
        (vary.Heads(1, "nobody"), "no group of agents 'nobody'"),
        (vary.SelfService(1.5), "share goes from 0 to 1"),
        (vary.Busier(2.0, ("none",)), "no queue 'none'"),
        (vary.PartTimers(2, "18:00", "09:00"), "09:00 is not after 18:00"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(change: vary.Change, says: str) -> None:
    with pytest.raises(Invalid, match=says):
        vary.vary(one_pool(5, 10.0, 1.0), change)


# --- a real centre's day -----------------------------------------------------------------------------------------


def test_a_real_day_becomes_a_scenario() -> None:
    """Its queues, its load with handling time by the hour, and its schedule with breaks and leave."""
    start: Ms = 1_783_987_200_000  # Tuesday 14 July 2026, 08:00 in Shanghai
    names = {"zh-Hans": "修", "zh-Hant": "修", "en": "Repair"}
    queues = [
        QueueSpec("repair", names, "acme", (Channel.VOICE,), (SkillNeed("repair"),), priority=1, service_level_s=15),
        QueueSpec(
            "chat", names, "acme", (Channel.CHAT,), steps=(ExpandStep(30, (SkillNeed("repair", 2),)),), wrapup_s=0
        ),
    ]
    loads = [
        Load("repair", start, 1800, (10.0, 20.0, 20.0, 10.0), (200.0, 200.0, 260.0, 260.0)),
        Load("chat", start, 1800, (4.0, 4.0, 4.0, 4.0), (300.0,) * 4),
    ]
    spec = AgentSpec("lin", "Lin", team="one", skills=(AgentSkill("repair", 3),))
    part_timer = AgentSpec("mei", "Mei", Employment.PART_TIME, "home", (AgentSkill("repair", 2),))
    work = (
        PlannedSpan(start, start + HOUR, Activity.WORK),
        PlannedSpan(start + HOUR, start + HOUR + HOUR // 4, Activity.BREAK),
        PlannedSpan(start + HOUR + HOUR // 4, start + 2 * HOUR, Activity.WORK),
    )
    members = [
        Member(spec, work),
        Member(replace(spec, id="liu"), work),
        Member(replace(spec, id="wu"), (PlannedSpan(start, start + 2 * HOUR, Activity.LEAVE),)),
        Member(part_timer, (PlannedSpan(start, start + 2 * HOUR, Activity.STANDBY, paid=False),)),
    ]
    scenario = of_centre(
        queues, loads, members, zone="Asia/Shanghai", habits={"repair": Habits(wrapup_share=0.2)}, channels=10
    )
    assert (scenario.date, scenario.opens, scenario.hours) == ("2026-07-14", "08:00", 2.0)
    one = scenario.agents["one.1"]
    assert (one.count, one.skills) == (2, {"repair": 3})
    assert [(s.start, s.end, [(b.start, b.end) for b in s.breaks]) for s in one.shifts] == [
        ("08:00", "10:00", [("09:00", "09:15")])
    ]
    assert scenario.agents["home.1"].standby is not None
    assert len(scenario.agents) == 2
    repair = scenario.queues["repair"]
    assert chance.mean_s(repair.handling) + chance.mean_s(repair.wrapup) == pytest.approx(230.0)
    assert repair.arrivals.pace == pytest.approx([200 / 230, 200 / 230, 260 / 230, 260 / 230])
    assert (repair.service_level_s, repair.priority) == (15, 1)
    result = simulate(scenario, 1, 20)
    assert result.contacts.mean == pytest.approx(76, rel=0.1)
    assert result.figures["aht"].queues["repair"].mean == pytest.approx(230_000, rel=0.15)


def test_loads_of_different_days_are_refused() -> None:
    queue = QueueSpec("q", {}, "c", (Channel.VOICE,))
    one, other = Load("q", 0, 900, (1.0,), (60.0,)), Load("r", HOUR, 900, (1.0,), (60.0,))
    with pytest.raises(Invalid, match="different days"):
        of_centre([queue], [one, other], [], zone="UTC")
    with pytest.raises(Invalid, match="no queue for calls or chats of the name 'r'"):
        of_centre([queue], [other], [], zone="UTC")
    with pytest.raises(Invalid, match="nothing to simulate"):
        of_centre([queue], [], [], zone="UTC")
