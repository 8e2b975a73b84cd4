"""The period so far: what the rest must give, what cannot be reached any more, what is safe (D5, D7)."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import agreements as a
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from jietong.core.days import Span
from jietong.core.specs import HoursSpec, Period
from jietong.sla.model import Budgeting, ExclusionTerms, Judged, Objective, Op, Slice, Volume, Window
from jietong.sla.rules.case import open_within, reach, windows
from jietong.sla.rules.evaluate import evaluate, met_while_turned_away
from jietong.sla.rules.figures import reaches
from jietong.sla.rules.need import of_mean, of_share
from jietong.sla.rules.questions import questions
from jietong.sla.rules.result import Verdict

D = Decimal
ops = st.sampled_from(list(Op))
targets = st.decimals(min_value=0, max_value=1, places=3)


def test_the_rest_of_july_as_on_the_contract_page():
    need = of_share(20_293, 24_186, 4_210, D("0.85"), Op.GTE, "forecast")
    assert f"{need.value * 100:.1f}" == "91.3"
    assert (need.good, need.short) == (3_844, 266)
    abandoned = of_share(1_040, 24_186, 4_210, D("0.05"), Op.LTE, "forecast")
    assert (abandoned.spare, f"{abandoned.value * 100:.1f}") == (379, "9.0")
    escalated = of_share(564, 631, 96, D("0.95"), Op.GTE, "forecast")
    assert f"{escalated.best * 100:.1f}" == "90.8"
    assert escalated.good > 96
    joint = of_mean(Fraction("10896"), 120, 30, D(90), Op.GTE, "planned", top=100)
    assert joint.value == D("86.8")


@given(st.integers(0, 500), st.integers(0, 500), st.integers(1, 500), targets, ops)
def test_what_is_needed_is_exact_one_less_misses_as_much_meets(good: int, other: int, rest: int, target: D, op: Op):
    done = good + other
    need = of_share(good, done, rest, target, op, "forecast")

    def ends(more: int) -> bool:
        return reaches(op, Fraction(good + more, done + rest), target)

    if op.upward:
        if need.good <= rest:
            assert ends(need.good)
        else:
            assert not ends(rest)
        if need.good > 0 and need.good <= rest:
            assert not ends(need.good - 1)
    elif need.spare > 0 or ends(0):
        assert ends(need.spare)
        if need.spare < rest:
            assert not ends(need.spare + 1)
    else:
        assert not ends(0)


@given(st.integers(0, 10_000), st.integers(1, 200), st.integers(1, 200), st.integers(1, 99))
def test_a_mean_that_is_needed_is_exact(total: int, n: int, rest: int, target: int):
    need = of_mean(Fraction(total), n, rest, D(target), Op.GTE, "planned", top=100)
    exact = (Fraction(target) * (n + rest) - total) / rest
    assert reaches(Op.GTE, (total + exact * rest) / (n + rest), D(target))
    assert abs(Fraction(need.value) - exact) < Fraction(1, 10**9)


def standing(num: int, den: int, at: int = 15, **more: object) -> object:
    """Half of July is over; so many so far on one day, a forecast of 100 a day."""
    made = a.contract(a.objective("answered", "sl3(20)", "0.85", "0.80", **more))
    of = a.case(made, forecast=dict.fromkeys(a.every(*a.JULY), 100))
    sums = {"sl3(20)": (num, den), "requested_agent": (den, 1)}
    return evaluate(of, a.answers(of, a.begin(a.on(at)), {a.on(2): sums}), a.begin(a.on(at)))


@pytest.mark.parametrize(
    ("num", "den", "at", "verdict"),
    [
        (1_000, 1_000, 15, Verdict.MET),
        (800, 1_000, 15, Verdict.AT_RISK),
        (0, 1_400, 15, Verdict.UNREACHABLE),
        (3_000, 3_001, 31, Verdict.SAFE),
        (0, 0, 15, Verdict.NO_DATA),
    ],
)
def test_verdicts_of_a_period_that_runs(num: int, den: int, at: int, verdict: Verdict):
    assert standing(num, den, at).objective("answered").verdict is verdict


def test_too_few_are_not_judged_and_cost_nothing():
    of = a.case(a.contract(a.objective("answered", "sl3(20)", "0.85", sample=100)))
    result = evaluate(of, a.answers(of, a.AFTER, {a.on(2): {"sl3(20)": (10, 99)}}), a.AFTER)
    assert result.objective("answered").verdict is Verdict.TOO_FEW
    assert result.money.credits == 0
    enough = evaluate(of, a.answers(of, a.AFTER, {a.on(2): {"sl3(20)": (10, 100)}}), a.AFTER)
    assert enough.objective("answered").verdict is Verdict.MISSED


def test_zero_volume_is_no_data_and_not_missed():
    of = a.case(a.contract(a.objective("answered", "sl3(20)", "0.85")))
    result = evaluate(of, {}, a.AFTER)
    one = result.objective("answered")
    assert (one.verdict, one.figure.value, result.money.credits) == (Verdict.NO_DATA, None, 0)


def test_without_a_forecast_the_days_so_far_tell_of_the_rest():
    of = a.case(a.contract(a.objective("answered", "sl3(20)", "0.85")))
    days = {day: {"sl3(20)": (80, 100), "requested_agent": (100, 1)} for day in a.every(a.on(1), a.on(14))}
    at = a.begin(a.on(15))
    result = evaluate(of, a.answers(of, at, days), at)
    assert result.objective("answered").need.rest == 1_700  # 17 days of 100
    assert result.volume.expected == 3_100
    assert result.objective("answered").need.basis == "run_rate"


def test_what_came_so_far_moves_a_forecast_of_the_rest():
    of = a.case(a.contract(a.objective("answered", "sl3(20)", "0.85")), forecast=dict.fromkeys(a.every(*a.JULY), 100))
    days = {day: {"requested_agent": (110, 1)} for day in a.every(a.on(1), a.on(10))}
    at = a.begin(a.on(11))
    assert evaluate(of, a.answers(of, at, days), at).volume.expected == 1_100 + 21 * 110


def test_slices_to_come_are_counted_within_the_hours():
    hours = HoursSpec("h", {}, a.ZONE, ((Period(480, 1200),),) * 7)
    one = a.objective(
        "slices", "sl3(20)", "0.9", budgeting=Budgeting.TIMESLICES, slice_window=Slice.HALF_HOUR,
        slice_target=D("0.8"), window=Window.WEEK,
    )  # fmt: skip
    of = a.case(a.contract(one), calendar=hours)
    at = a.begin(a.on(24), 14)  # Friday, 14:00
    need = evaluate(of, {}, at).objective("slices").need
    assert (need.rest, need.basis) == (12 + 24 + 24, "hours")


def test_judged_scores_need_the_rest_of_their_sample():
    one = Objective("q", a.named("q"), judged="talk", target=D(90), weight=D("0.1"))
    of = a.case(a.contract(one), judged={"q": Judged(120, D(10_896), 150)})
    found = evaluate(of, {}, a.begin(a.on(20))).objective("q")
    assert (found.need.rest, found.need.value, found.verdict) == (30, D("86.8"), Verdict.MET)
    hopeless = a.case(a.contract(one), judged={"q": Judged(140, D(10_000), 150)})
    assert evaluate(hopeless, {}, a.begin(a.on(20))).objective("q").verdict is Verdict.UNREACHABLE


def test_a_quarter_is_settled_with_its_last_month():
    one = a.objective("answered", "sl3(20)", "0.85", window=Window.QUARTER)
    july, september = a.case(a.contract(one)), a.case(a.contract(one), date(2026, 9, 1), date(2026, 9, 30))
    assert windows(july, Window.QUARTER) == ()
    assert evaluate(july, {}, a.AFTER).objective("answered").verdict is Verdict.NO_DATA
    assert windows(september, Window.QUARTER) == ((date(2026, 7, 1), date(2026, 9, 30)),)
    assert reach(september).start == a.begin(a.on(1))
    at = a.begin(date(2026, 10, 5))
    days = {a.on(3): {"sl3(20)": (80, 100)}, a.on(4, 9): {"sl3(20)": (99, 100)}}
    result = evaluate(september, a.answers(september, at, days), at)
    assert result.objective("answered").figure.denominator == 200


def test_a_contract_that_ends_within_a_quarter_settles_what_there_was():
    one = a.objective("answered", "sl3(20)", "0.85", window=Window.QUARTER)
    made = replace(a.contract(one), end=date(2026, 8, 10))
    of = a.case(made, date(2026, 8, 1), date(2026, 8, 10))
    assert windows(of, Window.QUARTER) == ((date(2026, 7, 1), date(2026, 8, 10)),)


def test_the_last_days_of_a_contract_are_a_week_of_their_own():
    made = replace(a.contract(), end=a.on(22))
    assert windows(a.case(made, last=a.on(22)), Window.WEEK)[-1] == (a.on(20), a.on(22))
    assert windows(a.case(a.contract()), Window.WEEK)[-1] == (a.on(20), a.on(26))


def test_a_quantile_is_taken_over_its_whole_window_and_a_maximum_over_its_days():
    made = a.contract(
        a.objective("p90", "wait_p90", "30", op=Op.LTE), a.objective("max", "max_wait", "300", op=Op.LTE)
    )
    of = a.case(made)
    asked = questions(of, a.AFTER)
    assert (asked["p90:2026-07-01"].every, asked["p90:2026-07-01"].window) == ("all", of.span)
    days = {a.on(1): {"wait_p90": (31_000, 400), "max_wait": (200_000, 10)}, a.on(2): {"max_wait": (290_000, 10)}}
    found = evaluate(of, a.answers(of, a.AFTER, days), a.AFTER)
    assert (found.objective("p90").figure.value, found.objective("p90").verdict) == (31, Verdict.MISSED)
    assert (found.objective("max").figure.value, found.objective("max").verdict) == (290, Verdict.MET)
    assert found.objective("p90").figure.n == 400


def test_days_of_23_and_25_hours_have_their_own_slices():
    """Clock changes: Berlin, 29 March and 25 October 2026."""
    one = a.objective(
        "slices", "sl3(20)", "0.9", budgeting=Budgeting.TIMESLICES, slice_window=Slice.HALF_HOUR,
        slice_target=D("0.8"), window=Window.DAY,
    )  # fmt: skip
    made = replace(a.contract(one), zone="Europe/Berlin")
    for day, slices in ((date(2026, 3, 29), 46), (date(2026, 10, 25), 50), (date(2026, 7, 1), 48)):
        of = a.case(made, day.replace(day=1), day)
        at = of.span.end - (slices // 2) * 3_600_000  # the day's first instant
        found = evaluate(of, {}, at).objective("slices")
        assert found.need.rest == slices, day


def test_hours_are_cut_to_the_span():
    hours = HoursSpec("h", {}, a.ZONE, ((Period(480, 720), Period(780, 1200)),) * 5 + ((), ()))
    friday = a.begin(a.on(3))
    found = open_within(hours, Span(friday, friday + 4 * 86_400_000))
    assert [(s - friday) // 3_600_000 for span in found for s in span] == [8, 12, 13, 20, 80, 84, 85, 92]


def test_days_above_the_tolerance_are_left_out_where_that_was_agreed():
    from jietong.sla.model import Effect, Excess

    made = a.contract(
        a.objective("answered", "sl3(20)", "0.85"),
        volume=Volume(excess=(Excess(None, Effect.WITHIN_DAYS),)),
    )
    days = a.every(*a.JULY)
    of = a.case(made, forecast=dict.fromkeys(days, 100))
    sums = {day: {"sl3(20)": (90, 100), "requested_agent": (100, 1)} for day in days}
    sums[a.on(19)] = {"sl3(20)": (0, 900), "requested_agent": (900, 1)}
    result = evaluate(of, a.answers(of, a.AFTER, sums), a.AFTER)
    assert result.volume.days_out == (a.on(19),)
    assert (result.objective("answered").figure.denominator, result.objective("answered").verdict) == (
        3_000,
        Verdict.MET,
    )
    assert result.objective("answered").plain.denominator == 3_900


TRAP = {
    "sl3(20)": (612, 700), "sl7(20)": (612, 1000), "answered": (680, 1), "abandoned": (20, 1),
    "entry_blocked": (300, 1), "lost_in_flow": (0, 1), "entry_offered": (1000, 1), "requested_agent": (700, 1),
}  # fmt: skip


def test_the_trap_met_while_three_hundred_of_a_thousand_are_turned_away():
    """D6; domain.md 2.2: 87.4 %, "met", and 61.2 % of the people who called."""
    of = a.case(a.contract(a.objective("answered", "sl3(20)", "0.85")))
    result = evaluate(of, a.answers(of, a.AFTER, {a.on(2): TRAP}), a.AFTER)
    assert result.objective("answered").verdict is Verdict.MET
    assert f"{result.access.level.value:.3f} {result.access.figure.value:.3f}" == "0.874 0.612"
    assert (result.access.known, result.access.blocked) == ("measured", 300)
    assert met_while_turned_away(result)
    assert "met_while_turned_away" in {step.code for step in result.remarks}


def test_whoever_left_before_anything_took_them_is_lost_and_a_fault_of_the_switch_is_none_of_these():
    """1000 tried: 680 answered, 20 gave up, 290 refused and 6 gone at the entry, 1 in the menu, 3 cut off."""
    sums = {**TRAP, "entry_blocked": (290, 1), "entry_busy_rate": (296, 1000), "lost_in_flow": (1, 1)}
    of = a.case(a.contract(a.objective("answered", "sl3(20)", "0.85")))
    found = evaluate(of, a.answers(of, a.AFTER, {a.on(2): sums}), a.AFTER).access
    assert (found.in_time, found.late, found.abandoned) == (612, 68, 20)
    assert (found.blocked, found.lost, found.fault) == (290, 7, 3)
    assert found.level.value - found.points_blocked - found.points_lost == found.figure.value


def test_days_without_any_record_of_entries_are_unknown_never_zero():
    made = a.contract(
        a.objective("answered", "sl3(20)", "0.85"), a.objective("busy", "entry_busy_rate", "0.05", op=Op.LTE)
    )
    of = a.case(made)
    no_entries = {key: value for key, value in TRAP.items() if not key.startswith(("entry", "sl7"))}
    result = evaluate(of, a.answers(of, a.AFTER, {a.on(2): no_entries}), a.AFTER)
    assert (result.access.known, result.access.blocked, result.access.figure.value) == ("unknown", None, None)
    assert result.objective("busy").verdict is Verdict.UNKNOWN
    assert result.days[1].blocked is None
    some = evaluate(of, a.answers(of, a.AFTER, {a.on(2): TRAP, a.on(3): no_entries}), a.AFTER)
    assert (some.access.known, some.access.unknown_days, some.access.blocked) == ("partial", (a.on(3),), 300)


def test_blocked_that_nobody_saw_are_estimated_and_marked():
    """seen × ATB ÷ (1 − ATB): a thousand seen, full for a fifth of the day → 250 more."""
    of = a.case(a.contract(a.objective("answered", "sl3(20)", "0.85")), busy={a.on(2): 86_400_000 // 5})
    result = evaluate(of, a.answers(of, a.AFTER, {a.on(2): TRAP}), a.AFTER)
    assert (result.access.known, result.access.blocked_unseen) == ("estimated", D(250))
    assert f"{result.access.estimated:.4f}" == "0.4896"  # 612 ÷ 1250
    assert f"{result.access.figure.value:.3f}" == "0.612"  # what was recorded stays


def test_true_access_and_other_figures_of_entries_never_take_exclusions():
    from jietong.sla.model import Exclusion, ExclusionClass, ExclusionState

    made = a.contract(
        a.objective("answered", "sl3(20)", "0.85"),
        a.objective("access", "sl7(20)", "0.85", shown_only=True),
        exclusions=ExclusionTerms((ExclusionClass.CARRIER_FAULT,)),
    )
    one = Exclusion(
        "x", ExclusionClass.CARRIER_FAULT, "t", a.begin(a.on(2)), a.begin(a.on(3)), state=ExclusionState.APPROVED
    )
    asked = questions(a.case(made, exclusions=(one,)), a.AFTER)
    assert asked["answered"].filter.without
    assert not asked["answered/plain"].filter.without
    assert not asked["access"].filter.without
    assert not asked["/access"].filter.without
