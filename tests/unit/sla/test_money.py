"""Money: never above its cap, the same in any order, given back when it was earned (domain.md 2.3)."""

import random
from decimal import Decimal

import agreements as a
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from jietong.sla.model import Band, EarnBack, Fee, Money, Past, Repeat, Rounding, Termination, Volume
from jietong.sla.rules.evaluate import evaluate
from jietong.sla.rules.money import rounded
from jietong.sla.rules.result import Result

D = Decimal
shares = st.decimals(min_value=0, max_value=1, places=2)


def result(num: int, den: int, money: Money, past: tuple[Past, ...] = (), volume: Volume | None = None) -> Result:
    made = a.contract(a.objective("answered", "sl3(20)", "0.85", "0.80"), money=money, volume=volume)
    of = a.case(made, past=past)
    sums = {a.on(2): {"sl3(20)": (num, den), "requested_agent": (den, 1)}}
    return evaluate(of, a.answers(of, a.AFTER, sums), a.AFTER)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 100), shares, st.decimals(0, 3, places=1)), min_size=1, max_size=6),
    st.integers(0, 10**7), shares, st.none() | shares, st.none() | shares, st.sampled_from(list(Rounding)),
)  # fmt: skip
def test_credits_and_bonus_never_pass_their_caps(objectives, fee, at_risk, cap, bonus_cap, rounding):
    made = tuple(
        a.objective(
            f"o{n}", "sl3(20)", "0.5", weight=weight,
            bands=(Band(D("0.9"), bonus=factor), Band(D("0.5")), Band(None, credit=factor)),
        )
        for n, (_, weight, factor) in enumerate(objectives)
    )  # fmt: skip
    money = Money("CNY", Fee(D(fee)), at_risk, cap, bonus_cap, rounding=rounding)
    of = a.case(a.contract(*made, money=money))
    special = {f"o{n}": {a.on(2): {"sl3(20)": (num, 100)}} for n, (num, _, _) in enumerate(objectives)}
    found = evaluate(of, a.answers(of, a.AFTER, {}, special), a.AFTER).money
    limit = D(fee) * (at_risk if cap is None else cap)
    assert 0 <= found.credits <= rounded(money, limit)
    if bonus_cap is not None:
        assert 0 <= found.bonus <= rounded(money, D(fee) * bonus_cap)
    assert sum(line.amount for line in found.lines) == found.payable
    assert found.payable == found.fee - found.credits + found.bonus


def test_the_order_of_rows_does_not_matter():
    made = a.contract(a.objective("answered", "sl3(20)", "0.85", "0.80"))
    of = a.case(made)
    chance = random.Random(3)
    days = {day: {"sl3(20)": (chance.randrange(90), 100), "requested_agent": (100, 1)} for day in a.every(*a.JULY)}
    rows = a.answers(of, a.AFTER, days)
    once = evaluate(of, rows, a.AFTER)
    for found in rows.values():
        chance.shuffle(found)
    assert evaluate(of, dict(reversed(rows.items())), a.AFTER) == once


def test_a_credit_is_given_back_after_two_good_months():
    money = Money("CNY", Fee(D(486_000)), D("0.1"), earn_back=EarnBack(2, 3, D("0.01")))
    june = Past("2026-06", "answered", False, D("0.87"))
    may = Past("2026-05", "answered", True, D("0.84"), D(9_720))
    good = result(90, 100, money, (may, june)).money
    assert (good.earned_back, good.payable) == (D("9720.00"), D("495720.00"))
    assert [(line.period, line.amount) for line in good.lines if line.code == "earned_back"] == [
        ("2026-05", D("9720.00"))
    ]
    assert result(855, 1000, money, (may, june)).money.earned_back == 0  # not a point above the target
    assert result(90, 100, money, (may, replace(june, value=D("0.85")))).money.earned_back == 0
    assert result(90, 100, money, (may,)).money.earned_back == 0  # June is not known
    assert result(90, 100, money, (replace(may, earned_back=True), june)).money.earned_back == 0  # once
    assert result(90, 100, money, (replace(may, period="2026-03"), june)).money.earned_back == 0  # too long ago


def test_missed_too_often_the_customer_may_end_the_contract():
    money = Money("CNY", Fee(D(1)), termination=Termination(3, 6))
    past = tuple(Past(f"2026-0{n}", "answered", True, D("0.5")) for n in (4, 6))
    assert result(10, 100, money, past).terminations == ("answered",)
    assert result(10, 100, money, past[:1]).terminations == ()
    assert result(99, 100, money, past).terminations == ()


def test_misses_are_counted_over_the_turn_of_the_year():
    from datetime import date

    money = Money("CNY", Fee(D(1000)), D("0.1"), repeat=Repeat(2, 3, D(2)))
    made = a.contract(a.objective("answered", "sl3(20)", "0.85"), money=money, start=date(2025, 1, 1))
    of = a.case(made, date(2026, 1, 1), date(2026, 1, 31), past=(Past("2025-11", "answered", True, D("0.1")),))
    at = a.begin(date(2026, 2, 3))
    found = evaluate(of, a.answers(of, at, {date(2026, 1, 5): {"sl3(20)": (1, 10)}}), at)
    assert (found.objective("answered").misses, found.money.credits) == (2, D("80.00"))


def test_a_fee_by_volume_and_the_least_that_is_billed():
    money = Money("CNY", Fee(per_contact=D("1.25")))
    volume = Volume(minimum_billing=D("0.9"), monthly=(("2026-07", 1001),))
    found = result(500, 500, money, volume=volume).money
    lines = {line.code: line.amount for line in found.lines}
    assert lines == {"volume_fee": D("625.00"), "minimum_billing": D("501.25")}  # 901 are billed at least


def test_what_lies_beyond_the_tolerance_moves_a_fixed_fee():
    money = Money("CNY", Fee(D(1000), additional=D(2), reduced=D(1)))
    above = result(1, 1_150, money, volume=Volume(monthly=(("2026-07", 1000),))).money
    below = result(1, 850, money, volume=Volume(monthly=(("2026-07", 1000),))).money
    inside = result(1, 1_100, money, volume=Volume(monthly=(("2026-07", 1000),))).money
    assert (above.fee, below.fee, inside.fee) == (D(1100), D(950), D(1000))


def test_each_line_is_rounded_as_was_agreed():
    yen = Money("JPY", Fee(D(1)), unit=D(1))
    assert rounded(yen, D("2.5")) == 3
    assert rounded(replace(yen, rounding=Rounding.HALF_EVEN), D("2.5")) == 2
    assert rounded(replace(yen, rounding=Rounding.DOWN), D("2.9")) == 2
    assert rounded(replace(yen, unit=D("0.05")), D("1.03")) == D("1.05")
