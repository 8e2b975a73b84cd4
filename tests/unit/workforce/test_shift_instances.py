"""`jietong roster`: the public shift-scheduling format, its checker, its solver."""

import subprocess
import sys
from itertools import pairwise, product
from pathlib import Path

import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

from jietong import __main__ as program
from jietong.core.errors import Invalid
from jietong.workforce.roster.check import breaches_of, judge
from jietong.workforce.roster.instance import Instance, parse, read_roster, written
from jietong.workforce.roster.public import solve
from tests.unit.workforce.shift_instances import TINY, one, tiny


def test_every_section_is_read() -> None:
    instance = tiny()
    assert (instance.days, len(instance.shifts), len(instance.staff)) == (7, 2, 3)
    assert instance.shifts[1].not_before == ("E",)
    assert instance.staff[0].days_off == (1,)
    assert instance.staff[1].max_shifts == {"E": 7, "L": 1}
    assert len(instance.requests) == 3
    assert len(instance.cover) == 10


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("A,E=7|L=7,2400,1440,3,2,2,1", "A,E=7|L=7,2400,1440,3,2,2", "line 9: 7 fields where there are 8"),
        ("A,E=7|L=7,2400", "A,E=7|N=7,2400", "line 9: no shift 'N' is defined"),
        ("B,2,E,3", "Z,2,E,3", "line 15: no employee 'Z' is defined"),
        ("B,2,E,3", "B,7,E,3", "line 15: day 7 lies outside the horizon of 7 days"),
        ("0,L,1,100,1", "0,E,1,100,1", "line 21: cover of shift E on day 0 is given twice"),
        ("0,E,1,100,1", "0,E,-1,100,1", "line 20: a cover figure is a whole number from 0 to 10,000,000, not '-1'"),
        ("L,480,E", "L,480,Q", "shift L: no shift Q, which cannot follow it, is defined"),
        ("SECTION_COVER", "SECTION_COVERS", "line 19: there is no section SECTION_COVERS"),
        ("SECTION_HORIZON\n7", "SECTION_HORIZON", "SECTION_HORIZON is missing or empty"),
    ],
)
def test_a_wrong_line_is_named(old: str, new: str, said: str) -> None:
    with pytest.raises(Invalid, match=said.replace("(", r"\(")):
        parse(TINY.replace(old, new, 1))


@pytest.mark.parametrize(
    ("row", "limits", "rule"),
    [
        ("EE............", {"max_minutes": 500}, "max_minutes"),
        ("E.............", {"min_minutes": 500}, "min_minutes"),
        ("LL............", {"max_shifts": {"L": 1}}, "max_shifts"),
        ("LE............", {}, "follow"),
        ("EEEE..........", {"max_run": 3}, "max_run"),
        (".E............", {"min_run": 2}, "min_run"),
        ("EE.EE.........", {"min_off": 2}, "min_off"),
        (".....E......E.", {"max_weekends": 1}, "max_weekends"),
        ("..E...........", {"days_off": (2,)}, "days_off"),
        ("..X...........", {}, "shift"),
    ],
)
def test_the_checker_names_the_rule_that_a_row_breaks(row: str, limits: dict[str, object], rule: str) -> None:
    instance = one(**limits)
    found = breaches_of(instance, instance.staff[0], tuple(None if cell == "." else cell for cell in row))
    assert [breach.rule for breach in found] == [rule]


@pytest.mark.parametrize(
    ("row", "limits"),
    [
        ("E.EE..........", {"min_run": 2}),  # the plan begins within a run
        ("EE...........E", {"min_run": 2}),  # and ends within one
        (".EEE..........", {"min_off": 2}),
        (".....EE.......", {"max_weekends": 1}),  # both days are one weekend
        ("EL............", {}),
    ],
)
def test_what_is_allowed_is_not_named(row: str, limits: dict[str, object]) -> None:
    instance = one(**limits)
    assert not breaches_of(instance, instance.staff[0], tuple(None if cell == "." else cell for cell in row))


def test_missing_rows_and_strangers_are_named() -> None:
    instance = one(days=2)
    assert [b.rule for b in judge(instance, {"Z": (None, None)}).breaches] == ["employee", "employee"]


def optimum(instance: Instance) -> int:
    """By trying everything: each employee's good rows, then all choices of one each."""
    cells = [None, *(shift.id for shift in instance.shifts)]
    rows = [
        [row for row in product(cells, repeat=instance.days) if not breaches_of(instance, employee, row)]
        for employee in instance.staff
    ]
    names = [employee.id for employee in instance.staff]
    return min(judge(instance, dict(zip(names, choice, strict=True))).cost for choice in product(*rows))


def test_the_roster_costs_what_trying_everything_finds() -> None:
    instance = replace(tiny(), days=4)
    instance = replace(
        instance,
        cover=tuple(c for c in instance.cover if c.day < 4),
        requests=tuple(r for r in instance.requests if r.day < 4 and r.employee != "C"),
        staff=tuple(replace(e, min_minutes=960) for e in instance.staff[:2]),
    )
    answer = solve(instance, 60, workers=1)
    assert answer.proved
    assert answer.roster is not None
    assert answer.cost == judge(instance, answer.roster).cost == optimum(instance)


def test_the_same_seed_takes_the_same_steps() -> None:
    first, second = (solve(tiny(), 60, workers=1, seed=5) for _ in range(2))
    assert first.proved
    assert first.roster == second.roster


def test_cost_only_falls_and_bound_only_rises() -> None:
    told: list[tuple[float, float]] = []
    answer = solve(tiny(), 60, lambda known: told.append((known.cost, known.bound)), workers=1)
    assert told
    for (cost, bound), (later, higher) in pairwise(told):
        assert later <= cost
        assert higher >= bound
    assert told[-1] == (answer.cost, answer.bound)


def test_time_that_is_too_short_gives_none_and_says_so() -> None:
    answer = solve(tiny(), 0.0, workers=1)
    assert answer.roster is None
    assert not answer.proved


def test_rules_that_contradict_each_other_are_named_beside_a_partial_answer() -> None:
    """Wound pyworkforce#45: no partial answer when infeasible."""
    base = tiny()
    impossible = replace(base.staff[0], min_minutes=7 * 480, max_run=3)
    instance = replace(base, staff=(impossible, *base.staff[1:]))
    answer = solve(instance, 60, workers=1)
    (conflict,) = answer.conflicts
    assert conflict.employee == "A"
    assert "min_minutes" in conflict.rules
    assert conflict.eased == ("min_minutes",)
    assert answer.roster is not None
    left = judge(instance, answer.roster).breaches
    assert {(b.employee, b.rule) for b in left} == {("A", "min_minutes")}


def test_two_reasons_of_a_conflict_are_both_named() -> None:
    instance = one(days=7, max_shifts={"E": 1, "L": 1}, min_minutes=3 * 480)
    (conflict,) = solve(instance, 30, workers=1).conflicts
    assert set(conflict.rules) == {"min_minutes", "max_shifts"}


def test_the_command_writes_what_the_checker_accepts(tmp_path: Path) -> None:
    instance, out = tmp_path / "tiny.txt", tmp_path / "out.csv"
    instance.write_text(TINY)
    done = CliRunner().invoke(
        program.cli, ["roster", "--instance", str(instance), "--seconds", "60", "--out", str(out), "--workers", "1"]
    )
    assert done.exit_code == 0, done.output
    assert out.read_text().splitlines()[0] == "employee,0,1,2,3,4,5,6"
    verdict = judge(tiny(), read_roster(out.read_text()))
    assert not verdict.breaches
    assert f"optimal: cost {verdict.cost}" in done.output


def test_the_command_reads_back_what_it_writes() -> None:
    roster = {"A": ("E", None), "B": (None, "L")}
    instance = replace(one(days=2), staff=(replace(one().staff[0], id="A"), replace(one().staff[0], id="B")))
    assert read_roster(written(instance, roster)) == roster
    with pytest.raises(Invalid, match="line 2: 2 fields where the header has 3"):
        read_roster("employee,0,1\nA,E\n")


def test_two_processes_prove_the_same() -> None:
    answer = solve(tiny(), 60, workers=2)
    assert answer.proved
    assert answer.cost == solve(tiny(), 60, workers=1).cost


def test_what_nobody_reads_any_more_does_not_hold_up_the_end() -> None:
    """A roster that was sent to a process which had ended filled the pipe, and the program waited for it for ever."""
    script = """
import multiprocessing
from jietong.workforce.roster.public import end
inbox = multiprocessing.get_context("spawn").Queue()
inbox.put(bytes(10_000_000))
end([], [inbox])
"""
    subprocess.run([sys.executable, "-c", script], check=True, timeout=30)
