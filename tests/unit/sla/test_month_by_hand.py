"""A whole month computed by hand: the statement of look/statement.html, fee, bands, cap and bonus (D3, D7)."""

from datetime import date
from decimal import Decimal

import agreements as a
from msgspec.structs import replace

from jietong.sla.model import ZERO, Band, Budgeting, Effect, Excess, Judged, Op, Past, Repeat, Slice, Volume, Window
from jietong.sla.rules.case import Case
from jietong.sla.rules.evaluate import evaluate
from jietong.sla.rules.result import Result, Verdict

D = Decimal
TENTH = D("0.1")


def july() -> Case:
    objectives = (
        a.objective("answered", "sl3(20)", "0.85", "0.80"),
        a.objective("access", "sl7(20)", "0.85", shown_only=True, weight=ZERO),
        a.objective("csat", "csat", "0.92", "0.90", weight=TENTH),
        a.objective(
            "slices", "sl3(20)", "0.90", "0.85", weight=TENTH, budgeting=Budgeting.TIMESLICES,
            slice_window=Slice.DAY, slice_target=D("0.8"), window=Window.WEEK,
        ),
        a.objective(
            "solved", "fcr", "0.78", weight=TENTH,
            bands=(Band(D("0.80"), bonus=D("0.5")), Band(D("0.78")), Band(None, D(1))),
        ),
        a.objective("abandoned", "abandon_rate", "0.05", "0.08", weight=TENTH, op=Op.LTE),
        a.objective("quality", None, "90", "85", weight=TENTH, judged="q", sample=100),
    )  # fmt: skip
    contract = a.contract(*objectives, volume=Volume(monthly=(("2026-07", 27_600),)))
    contract = replace(contract, money=replace(contract.money, repeat=Repeat(3, 6, D("1.5"))))
    return a.case(contract, judged={"quality": Judged(150, D("13635"), 150)})


def answers(case: Case, day_sums: dict[date, a.Sums] | None = None):
    """The month's sums on one day; the slices by day: from 20 to 26 July one of seven days misses, so 6 ÷ 7."""
    month = {
        a.on(2): {
            "sl3(20)": (23_660, 27_857), "sl7(20)": (24_008, 31_226), "csat": (1_980, 2_164), "fcr": (801, 1000),
            "abandon_rate": (420, 10_000), "requested_agent": (28_412, 1), "answered": (27_000, 1),
            "abandoned": (1_412, 1), "entry_blocked": (2_462, 1), "lost_in_flow": (352, 1),
            "entry_offered": (31_226, 1),
        }
    }  # fmt: skip
    days = {day: {"sl3(20)": (90, 100)} for day in a.every(date(2026, 6, 29), a.on(26))}
    days |= {day: {"sl3(20)": (70, 100)} for day in (a.on(20), a.on(21))}
    special = {"slices": days, "slices/plain": days, "answered/plain": {a.on(2): {"sl3(20)": (24_008, 28_412)}}}
    return a.answers(case, a.AFTER, day_sums or month, special)


def evaluated(case: Case | None = None) -> Result:
    case = case or july()
    return evaluate(case, answers(case), a.AFTER)


def test_the_statement_of_july_comes_out_to_the_cent():
    result = evaluated()
    credits = {one.id: one.credit for one in result.objectives}
    assert credits["answered"] == D("9720.00")  # 486,000 × 10 % × 40 % × ½
    assert credits["csat"] == D("2430.00")  # × 10 % × ½
    assert credits["slices"] == D("1215.00")  # × 10 % × 1 × a quarter: one week of four
    assert result.objective("solved").bonus == D("2430.00")
    assert credits["abandoned"] == credits["quality"] == credits["access"] == 0
    money = result.money
    assert (money.fee, money.credits, money.bonus) == (D("486000.00"), D("13365.00"), D("2430.00"))
    assert money.net == D("-10935.00")
    assert money.payable == D("475065.00")
    assert money.cap == D("48600.00")


def test_the_target_was_missed_by_nineteen_calls():
    one = evaluated().objective("answered")
    assert one.verdict is Verdict.MISSED
    assert (one.figure.numerator, one.figure.denominator) == (23_660, 27_857)
    assert f"{one.figure.value:.4f}" == "0.8493"
    assert f"{one.plain.value:.4f}" == "0.8450"
    assert 27_857 * 85 / 100 - 23_660 > 18  # 23,679 would have met


def test_true_access_stands_beside_it_and_is_never_charged():
    one = evaluated().objective("access")
    assert (one.verdict, one.charged, f"{one.figure.value:.4f}") == (Verdict.SHOWN, False, "0.7688")


def test_volume_inside_the_tolerance_changes_nothing():
    volume = evaluated().volume
    assert (volume.actual, volume.forecast, volume.effect) == (28_412, 27_600, Effect.FULL)
    assert f"{volume.deviation:.4f}" == "0.0294"


def test_four_weeks_end_in_july_and_the_first_begins_in_june():
    weeks = evaluated().objective("slices").windows
    assert [(w.start, w.end) for w in weeks] == [
        (date(2026, 6, 29), a.on(5)), (a.on(6), a.on(12)), (a.on(13), a.on(19)), (a.on(20), a.on(26)),
    ]  # fmt: skip
    assert [w.verdict for w in weeks] == [Verdict.MET, Verdict.MET, Verdict.MET, Verdict.MISSED]
    assert (weeks[3].figure.numerator, weeks[3].figure.denominator) == (5, 7)


def test_a_third_miss_in_six_months_costs_half_again():
    past = tuple(Past(f"2026-0{n}", "answered", n in (3, 5), D("0.84")) for n in range(1, 7))
    one = evaluated(replace(july(), past=past)).objective("answered")
    assert (one.misses, one.multiplier, one.credit) == (3, D("1.5"), D("14580.00"))


def test_a_second_miss_does_not():
    past = (Past("2026-05", "answered", True, D("0.84")), Past("2026-01", "answered", True, D("0.84")))
    one = evaluated(replace(july(), past=past)).objective("answered")
    assert (one.misses, one.multiplier) == (2, D(1))  # January lies outside the six


def test_credits_stop_at_the_cap_and_say_so():
    case = july()
    money = replace(case.contract.money, cap=D("0.02"))
    result = evaluated(replace(case, contract=replace(case.contract, money=money)))
    assert (result.money.uncapped, result.money.credits, result.money.cap) == (D("13365.00"), D("9720"), D("9720"))
    assert [line.amount for line in result.money.lines if line.code == "credit_cap"] == [D("3645.00")]
    assert result.money.payable == sum(line.amount for line in result.money.lines)


def test_volume_beyond_everything_agreed_waives_the_targets():
    case = july()
    terms = Volume(
        monthly=(("2026-07", 20_000),), excess=(Excess(D("0.2"), Effect.RELAX, D("0.05")), Excess(None, Effect.WAIVE))
    )
    result = evaluated(replace(case, contract=replace(case.contract, volume=terms)))
    assert result.volume.effect is Effect.WAIVE
    assert result.objective("answered").verdict is Verdict.WAIVED
    assert result.objective("quality").verdict is Verdict.MET  # what people judge does not hang on volume
    assert result.money.credits == 0


def test_volume_a_little_beyond_eases_the_target_by_its_points():
    case = july()
    terms = Volume(monthly=(("2026-07", 25_000),), excess=(Excess(D("0.2"), Effect.RELAX, D("0.05")),))
    result = evaluated(replace(case, contract=replace(case.contract, volume=terms)))
    one = result.objective("answered")
    assert (one.target, one.minimum, one.verdict, one.credit) == (D("0.80"), D("0.75"), Verdict.MET, 0)


def test_a_month_covered_in_part_is_paid_by_its_days():
    case = july()
    contract = replace(case.contract, start=a.on(17))
    part = replace(case, contract=contract, first=a.on(17))
    result = evaluate(part, {}, a.AFTER)
    assert result.money.fee == D("235161.29")  # 486,000 × 15 ÷ 31
    assert all(one.verdict in (Verdict.NO_DATA, Verdict.SHOWN, Verdict.MET) for one in result.objectives)
    assert result.money.credits == 0  # nothing happened: not missed
