"""`jietong size`: a file of systems by name, one load on the command line, and what is wrong in one line."""

import csv
import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from jietong.core.errors import Invalid
from jietong.workforce import sizing_cli

GOLDEN = Path(__file__).parent / "erlang_golden.csv"

cli = typer.Typer()
cli.command("size")(sizing_cli.size)


def size(*arguments: str) -> str:
    result = CliRunner().invoke(cli, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def refused(*arguments: str) -> str:
    with pytest.raises(Invalid) as caught:
        CliRunner().invoke(cli, list(arguments), catch_exceptions=False)
    return caught.value.detail


def test_a_file_comes_back_row_by_row_with_its_values(tmp_path):
    asked = tmp_path / "asked.csv"
    with GOLDEN.open(encoding="utf-8", newline="") as file:
        golden = list(csv.DictReader(file))
    with asked.open("w", encoding="utf-8-sig", newline="") as file:  # as spreadsheets save it
        writer = csv.DictWriter(file, [name for name in golden[0] if name != "value"], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(golden)
    out = tmp_path / "out.csv"
    size("--csv", str(asked), "--out", str(out))
    with out.open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert [{**row, "value": ""} for row in found] == [{**row, "value": ""} for row in golden]
    for row, wanted in zip(found, golden, strict=True):
        assert float(row["value"]) == pytest.approx(float(wanted["value"]), rel=1e-10)


HEADING = "model,lambda_per_h,aht_s,patience_s,agents,metric,threshold_s\n"


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("Z,1,1,,1,p_wait,", "there is no model 'Z'"),
        ("C,1,1,,1,p_weight,", "there is no metric 'p_weight'"),
        ("C,x,1,,1,p_wait,", "lambda_per_h is no number: 'x'"),
        ("C,-1,1,,1,p_wait,", "lambda_per_h must be a number not negative"),
        ("C,1,1,,,p_wait,", "agents is missing"),
        ("A,1,1,,1,p_wait,", "patience_s is missing"),
        ("C,1,1,,1,service_level,", "needs threshold_s"),
        ("C,1,1", "not as many cells"),
        ("M/M/n/K(K=3),1,1,,4,p_block,", "less than the agents"),
        ("HalfinWhitt(beta),,,,,p_wait,", "p_wait_beta"),
    ],
)
def test_a_bad_row_is_named_with_its_line_and_nothing_is_written(tmp_path, row, why):
    asked, out = tmp_path / "asked.csv", tmp_path / "out.csv"
    asked.write_text(f"{HEADING}C,1,30,,1,p_wait,\n{row}\n", encoding="utf-8")
    said = refused("--csv", str(asked), "--out", str(out))
    assert said.startswith("asked.csv, line 3: ")
    assert why in said
    assert [one.name for one in tmp_path.iterdir()] == ["asked.csv"]


def test_a_file_without_its_columns_or_without_itself(tmp_path):
    asked = tmp_path / "asked.csv"
    asked.write_text("model,agents\nA,1\n", encoding="utf-8")
    assert "lambda_per_h" in refused("--csv", str(asked), "--out", str(tmp_path / "o.csv"))
    assert "no file" in refused("--csv", str(tmp_path / "none.csv"), "--out", str(tmp_path / "o.csv"))
    assert "both" in refused("--csv", str(asked))


def test_agents_for_a_target_with_every_definition_of_the_service_level():
    found = json.loads(
        size("--model", "A", "--rate", "1000", "--aht", "360", "--patience", "90", "--target", "0.8/20", "--json")
    )
    assert found["needed"] == 96
    assert found["load"] == 100
    at = found["figures"]
    assert at["sl3"] >= 0.8 > next(one for one in found["around"] if one["agents"] == 95)["sl3"]
    assert at["sl3"] < at["sl4"] < at["sl1"] < at["sl2"]
    text = size("--rate", "1000", "--aht", "360", "--patience", "90", "--target", "80%/20")
    assert "96 agents" in text
    assert "SL4: answered in T ÷ (offered − given up in T)" in text


def test_other_models_trunks_and_those_who_call_again():
    assert json.loads(size("--model", "C", "--rate", "1000", "--aht", "360", "--json"))["needed"] == 109
    lines = json.loads(size("--model", "B", "--rate", "100", "--aht", "180", "--blocking", "0.01", "--json"))
    assert lines["needed"] == 11
    few = json.loads(size("--model", "MMNK", "--rate", "504", "--aht", "600", "--places", "111", "--json"))
    assert few["figures"]["blocked"] > 0
    assert few["figures"]["sl7"] < few["figures"]["sl3"]
    load = ("--rate", "1000", "--aht", "360", "--patience", "90", "--json")
    trunks = json.loads(size(*load, "--flow-s", "45", "--wrapup-s", "60"))["trunks"]
    assert trunks["lines"] >= 100
    assert json.loads(size(*load, "--redial", "0.9"))["needed"] > 96
    over = json.loads(size("--model", "C", "--rate", "100", "--aht", "180", "--agents", "4", "--json"))
    assert over["figures"]["asa_s"] is None  # without end
    assert "∞" in size("--model", "C", "--rate", "100", "--aht", "180", "--agents", "4")
    assert "0 agents" in size("--model", "C", "--rate", "0", "--aht", "180")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--rate", "10", "--aht", "60"), "--patience"),
        (("--model", "C"), "--rate"),
        (("--model", "Q", "--rate", "1", "--aht", "1"), "no model"),
        (("--model", "C", "--rate", "-1", "--aht", "60"), "not negative"),
        (("--model", "C", "--rate", "1", "--aht", "60", "--target", "most"), "0.8/20"),
        (("--model", "C", "--rate", "1", "--aht", "60", "--target", "1/20"), "both excluded"),
        (("--model", "MMNK", "--rate", "1", "--aht", "60"), "--places"),
        (("--model", "B", "--rate", "1", "--aht", "60", "--blocking", "0"), "blocking"),
    ],
)
def test_what_is_missing_or_wrong_is_said(arguments, why):
    assert why in refused(*arguments)
