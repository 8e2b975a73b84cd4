"""What a second skill gains (G7): as in the literature on a centre made for it, and on a day like a real one."""

import tomllib
from pathlib import Path

import pytest
from msgspec.structs import replace
from scenarios import everything_compiled

from jietong.core.vocabulary import Channel
from jietong.workforce.simulation import reading, skills
from jietong.workforce.simulation.scenario import Callback, Group, Queue, Scenario, Standby

EXAMPLE = Path(__file__).parents[3] / "docs/examples/skills-1.toml"


def six_kinds() -> Scenario:
    return replace(reading.of(tomllib.loads(EXAMPLE.read_text())), hours=60.0)


def test_two_skills_a_person_capture_nearly_all_that_six_would_gain() -> None:
    """Wallace & Whitt 2005: blocking .0419, .0042, .0036 with 1, 2, 6 skills; waits of 184, 36, 27 s."""
    found = skills.gain(six_kinds(), 1, 10)
    rows = {row["breadth"]: row for row in found["rows"]}
    assert list(rows) == ["one", "now", "two", "all"]
    assert [rows[name]["skills"] for name in rows] == [1.0, 1.0, 2.0, 6.0]
    blocked = {name: row["figures"]["entry_busy_rate"]["mean"] for name, row in rows.items()}
    assert blocked["one"] == pytest.approx(0.0419, abs=0.01)
    assert blocked["two"] == pytest.approx(0.0042, abs=0.003)
    assert blocked["all"] < blocked["two"] < blocked["one"] / 5
    assert rows["two"]["more"]["asa"]["high"] < 0
    assert 0.8 < found["captured"] <= 1.02
    assert rows["one"]["figures"] == rows["now"]["figures"]  # they know one kind each now


def test_people_keep_their_shifts_and_nobody_appears_or_goes() -> None:
    base = everything_compiled()
    played = skills.variants(base)
    of = skills.kinds(base)
    assert of == [{"repair": 1}, {"billing": 2}]  # the heavier first; who asks for nothing is no kind
    for name, one in played.items():
        assert sum(group.count for group in one.agents.values()) == 14, name
        assert {group.shifts for group in one.agents.values()} == {g.shifts for g in base.agents.values()}
        assert one.queues == base.queues
    assert skills.breadth(base, of) == pytest.approx((6 + 2 * 5 + 3) / 14)
    assert skills.breadth(played["one"], of) == 1.0
    assert skills.breadth(played["two"], of) == skills.breadth(played["all"], of) == 2.0
    early = [group for name, group in played["two"].agents.items() if name.startswith("early")]
    assert [group.skills for group in early] == [{"repair": 4, "billing": 2}]  # their own at their own level


def test_seconds_help_every_other_kind_in_proportion_to_its_load() -> None:
    """No kind of work is left with the help of one other alone."""
    played = skills.variants(six_kinds())
    helped: dict[str, set[str]] = {}
    for group in played["two"].agents.values():
        own = max(group.skills, key=lambda skill: group.skills[skill])
        for skill in group.skills.keys() - {own}:
            helped.setdefault(skill, set()).add(own)
    assert all(len(by) == 5 for by in helped.values())
    assert len(helped) == 6


def test_one_kind_of_work_leaves_nothing_to_learn() -> None:
    base = everything_compiled()
    one = replace(base, queues={"repair": base.queues["repair"]})
    assert skills.variants(one) == {}
    assert skills.variants(replace(base, agents={})) == {}
    assert skills.gain(one, 1, 2)["rows"] == []


def test_what_the_compiled_path_cannot_play_is_left_out_and_said() -> None:
    base = everything_compiled()
    queue: Queue = replace(base.queues["billing"], callback=Callback(30.0))
    chat = replace(base.queues["else"], channel=Channel.CHAT)
    waiting: Group = replace(base.agents["late"], standby=Standby())
    given = replace(
        base,
        queues={**base.queues, "billing": queue, "else": chat},
        agents={**base.agents, "late": waiting, "early": replace(base.agents["early"], missed=0.1)},
    )
    made, without = skills.plain(given)
    assert without == ("callbacks", "chats", "missed", "standby")
    assert (set(made.queues), set(made.agents)) == ({"repair", "billing"}, {"early", "split"})
    assert skills.plain(base).without == ()
