"""Traps of contracts (D6), and the trunks behind the worst of them. Golden values: domain.md 2.2."""

from decimal import Decimal

import agreements as a
import pytest

from jietong.sla.model import Contract, Objective, Op, Service, Volume
from jietong.sla.rules.evaluate import evaluate
from jietong.sla.rules.traps import Tried, backtest, of_backtest, running, traps
from jietong.sla.rules.trunks import capacity
from jietong.sla.words import traps as words
from jietong.workforce.erlang.loss import erlang_b, lines_for, trunk_load, with_retries

D = Decimal


def codes(*objectives: Objective, **changes: object) -> dict[str, str]:
    return {trap.code: trap.level for trap in traps(a.contract(*objectives, **changes))}


def level(metric: str = "sl3(20)", target: str = "0.85", **more: object) -> Objective:
    return a.objective("o", metric, target, sample=100, **more)


@pytest.mark.parametrize(("load", "lines", "blocking"), [(5, 10, 0.018385), (20, 30, 0.008457)])
def test_erlang_b(load: float, lines: int, blocking: float):
    assert erlang_b(load, lines) == pytest.approx(blocking, abs=5e-7)


@pytest.mark.parametrize(("load", "lines"), [(5, 11), (10, 18), (20, 30), (50, 64), (100, 117)])
def test_trunks_for_one_percent(load: float, lines: int):
    assert lines_for(load) == lines
    assert erlang_b(load, lines) <= 0.01 < erlang_b(load, lines - 1)


@pytest.mark.parametrize(
    ("load", "lines", "retries", "offered", "blocking"), [(5, 10, 0.4, 5.0385, 0.01911), (25, 24, 0.7, 31.74, 0.3032)]
)
def test_extended_erlang_b_with_those_who_dial_again(load, lines, retries, offered, blocking):
    found = with_retries(load, lines, retries)
    assert found[0] == pytest.approx(offered, abs=0.005)
    assert found[1] == pytest.approx(blocking, abs=5e-5)


def test_edges_of_the_formula():
    assert (erlang_b(0, 0), erlang_b(0, 5), erlang_b(3, 0), lines_for(0)) == (1.0, 0.0, 1.0, 0)
    assert trunk_load(120, 180) == 6
    with pytest.raises(ValueError, match="retries"):
        with_retries(1, 1, 1)


def test_the_busiest_hour_needs_more_lines_than_there_are():
    found = capacity(500, 180, 24, 0.7)
    assert found.level == "critical"
    assert found.needed == lines_for(25)
    told = traps(a.contract(level(), volume=Volume()), found)
    assert (told[0].code, told[0].level) == ("too_few_lines", "alarm")
    assert "24" in words.said(told[0])["en"]


def test_a_perfect_target_is_warned_of():
    assert "perfect_target" in codes(level(target="1"))
    assert "perfect_target" in codes(level("abandon_rate", "0", op=Op.LTE))
    assert "perfect_target" not in codes(level())


def test_a_target_without_a_sample_and_a_variant_that_hides_abandons():
    assert "no_minimum_sample" in codes(a.objective("o", "sl3(20)", "0.85"))
    assert codes(level("sl2(20)"))["hides_abandons"] == "alarm"
    assert "quick_abandons_help" in codes(level("sl1(20)"))


def test_a_short_abandon_that_nobody_defined():
    assert "short_abandon_undefined" in codes(level("sl6(20)"))
    assert "short_abandon_undefined" not in codes(level("sl6(20,5)"))
    assert "short_abandon_long" in codes(level("sl6(20,15)"))
    assert "short_abandon_differs" in codes(level("sl6(20,5)"), short_abandon_s=D(7))


def test_a_service_level_without_its_seconds():
    assert "seconds_not_named" in codes(level("sl3"))


def test_a_contract_that_can_be_met_by_turning_callers_away():
    assert codes(level())["met_by_turning_away"] == "warning"
    shown = a.objective("access", "sl7(20)", "0.85", shown_only=True)
    assert "met_by_turning_away" in codes(level(), shown)  # beside it, and not charged
    assert "access_not_shown" not in codes(level(), shown)
    assert "met_by_turning_away" not in codes(level(), a.objective("access", "sl7(20)", "0.6", sample=9))
    service = Service("s", a.named("s"), entries=("400",), trunks=("t",))
    assert "entries_not_named" not in codes(level(), services=(service,))


def test_a_sound_contract_raises_no_alarm():
    assert all(trap.level != "alarm" for trap in traps(a.example()))


def month(num: int, den: int, contract: Contract | None = None) -> Tried:
    of = a.case(contract or a.contract(level()))
    return Tried("2026-07", evaluate(of, a.answers(of, a.AFTER, {a.on(2): {"sl3(20)": (num, den)}}), a.AFTER))


def test_history_tells_in_how_many_months_it_would_have_been_met():
    done = backtest([month(90, 100), month(80, 100), month(70, 100), Tried("2026-03", None), month(60, 100)])
    assert (done.months, done.met, done.by_objective["o"]) == (4, 1, (1, 4))
    assert done.worst == D("-19440.00")
    assert of_backtest(a.contract(level()), done) == ()
    rarely = backtest([month(80, 100)] * 5)
    assert [trap.code for trap in of_backtest(a.contract(level()), rarely)] == ["hardly_ever_met"]


def test_the_running_alarm_has_its_words_in_three_languages():
    of = a.case(a.contract(level()))
    sums = {
        "sl3(20)": (612, 700), "sl7(20)": (612, 1000), "answered": (680, 1), "abandoned": (20, 1),
        "entry_blocked": (300, 1), "entry_offered": (1000, 1), "requested_agent": (700, 1),
    }  # fmt: skip
    (trap,) = running(evaluate(of, a.answers(of, a.AFTER, {a.on(2): sums}), a.AFTER), of.contract)
    told = words.said(trap)
    assert told["en"] == "The contract is met at 87.4 % while true access is 61.2 %: 300 calls were turned away."
    assert "61.2 %" in told["zh-Hans"]
    assert "61.2 %" in told["zh-Hant"]


def test_every_trap_has_its_words():
    import re
    from pathlib import Path

    source = (Path(a.jietong.sla.__file__).parent / "rules" / "traps.py").read_text()
    used = set(re.findall(r'Trap\(\s*"([a-z_]+)"', source))
    assert len(used) > 15
    assert used == words.codes()
