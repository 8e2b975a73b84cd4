"""`jietong simulate` (issue 5, Simulation)."""

import json
from pathlib import Path

from typer.testing import CliRunner, Result

from jietong.__main__ import cli

DAY = """
name = "morning"
zone = "UTC"
hours = 1.0
metrics = "sl3(20),asa,occupancy"
[costs]
full_time_hour = 50
[queues.calls]
arrivals = { per_hour = 60 }
handling = { distribution = "exponential", mean_s = 120 }
patience = { distribution = "exponential", mean_s = 200 }
[agents.team]
count = 3
"""


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["simulate", *arguments])


def test_a_scenario_is_played_and_compared(tmp_path: Path) -> None:
    base, more = tmp_path / "base.toml", tmp_path / "more.toml"
    base.write_text(DAY, encoding="utf-8")
    more.write_text(DAY.replace("morning", "one more").replace("count = 3", "count = 4"), encoding="utf-8")
    answer = run(str(base), "--compare", str(more), "--seed", "3", "--replications", "5", "--json")
    assert answer.exit_code == 0, answer.output
    found = json.loads(answer.stdout)
    assert [one["scenario"] for one in found["results"]] == ["morning", "one more"]
    first = found["results"][0]
    assert (first["seed"], first["replications"], first["path"]) == (3, 5, "engine")
    assert first["figures"]["sl3(20)"]["total"]["low"] < first["figures"]["sl3(20)"]["total"]["mean"]
    assert first["cost"]["total"]["mean"] > 150
    assert found["differences"][0]["figures"]["sl3(20)"]["mean"] > 0
    shown = run(str(base), "--replications", "2", "--seed", "3")
    assert "Service level" in shown.stdout
    assert "morning" in shown.stdout
    again = run(str(base), "--seed", "3", "--replications", "5", "--json")
    assert json.loads(again.stdout)["results"][0] == first


def test_what_is_wrong_is_one_sentence(tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text(DAY.replace("count = 3", "count = -3"), encoding="utf-8")
    answer = run(str(bad))
    assert answer.exit_code != 0
    assert "[agents.team] count: a number of agents is 0 or more." in str(answer.exception)
    assert run(str(tmp_path / "none.toml")).exit_code != 0
