"""From verdicts to money: fee, credits, bonus, cap, repeat, earn-back. Exact in Decimal, each line rounded. Pure."""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

from msgspec.structs import replace

from jietong.sla.model import ONE, ZERO, Contract, Money, Objective, Past, Rounding
from jietong.sla.rules.case import Case, windows
from jietong.sla.rules.figures import reaches, value_of
from jietong.sla.rules.objective import BAD
from jietong.sla.rules.result import MoneyLine, MoneyResult, ObjectiveResult, Step, Verdict, VolumeResult
from jietong.sla.rules.volume import contacts_beyond

_MODES = {Rounding.HALF_UP: ROUND_HALF_UP, Rounding.HALF_EVEN: ROUND_HALF_EVEN, Rounding.DOWN: ROUND_DOWN}


def settle(
    case: Case, objectives: Sequence[ObjectiveResult], volume: VolumeResult, closed: bool
) -> tuple[MoneyResult, tuple[ObjectiveResult, ...]]:
    """The money as if settled now, and the objectives with their part of it.

    credit = fee × share at risk × weight × factor × multiplier × share of the volume that counts; the factor is the
    mean over the period's windows, those that have not begun counting none.
    """
    terms = case.contract.money
    lines = _fees(case, volume, closed)
    fee = sum((line.amount for line in lines), ZERO)
    cap = rounded(terms, fee * (terms.at_risk if terms.cap is None else terms.cap))
    charged = []
    for one in objectives:
        agreed = case.contract.objective(one.id)
        assert agreed is not None
        made = _charge(case, agreed, one, fee, volume)
        charged.append(made)
        if made.credit:
            lines.append(MoneyLine("credit", -made.credit, one.id, steps=made.steps[-1:]))
        if made.bonus:
            lines.append(MoneyLine("bonus", made.bonus, one.id, steps=made.steps[-1:]))
    uncapped = sum((one.credit for one in charged), ZERO)
    credits = min(uncapped, cap)
    if credits < uncapped:
        lines.append(MoneyLine("credit_cap", uncapped - credits))
    bonus = sum((one.bonus for one in charged), ZERO)
    if terms.bonus_cap is not None:
        most = rounded(terms, fee * terms.bonus_cap)
        if bonus > most:
            lines.append(MoneyLine("bonus_cap", most - bonus))
            bonus = most
    back = _earned_back(case, charged) if closed else []
    earned = sum((line.amount for line in back), ZERO)
    net = bonus + earned - credits
    result = MoneyResult(terms.currency, fee, credits, uncapped, cap, bonus, earned, net, fee + net, (*lines, *back))
    return result, tuple(charged)


def rounded(terms: Money, amount: Decimal) -> Decimal:
    """To the contract's unit, in the contract's way."""
    return (amount / terms.unit).quantize(ONE, rounding=_MODES[terms.rounding]) * terms.unit


def missed(one: ObjectiveResult) -> bool:
    """Whether the period counts as a miss of the objective: one of its windows is lost."""
    return any(w.verdict in BAD or (w.verdict is Verdict.AT_RISK and w.closed) for w in one.windows)


def terminations(case: Case, objectives: Sequence[ObjectiveResult]) -> tuple[str, ...]:
    """Objectives missed so often that the customer may end the contract."""
    rule = case.contract.money.termination
    if rule is None:
        return ()
    return tuple(
        one.id for one in objectives if one.charged and missed(one) and misses(case, one, rule.within) >= rule.misses
    )


def misses(case: Case, one: ObjectiveResult, within: int) -> int:
    """Periods missed among the last `within`, this one with them."""
    near = {months_back(case.first, n) for n in range(1, within)}
    return missed(one) + sum(past.missed for past in case.past if past.objective == one.id and past.period in near)


def months_back(day: date, n: int) -> str:
    index = day.year * 12 + day.month - 1 - n
    return f"{index // 12:04}-{index % 12 + 1:02}"


def _fees(case: Case, volume: VolumeResult, closed: bool) -> list[MoneyLine]:
    """By the expected volume while the period runs."""
    terms, fee = case.contract.money, case.contract.money.fee
    covered, month = len(case.days), case.days_of_month
    lines = []
    if fee.amount or fee.per_contact is None:
        amount, steps = fee.amount, tuple[Step, ...]()
        if fee.prorata and covered < month:
            amount = amount * covered / month
            steps = (Step("prorata", {"days": str(covered), "month": str(month), "amount": str(fee.amount)}),)
        lines.append(MoneyLine("fee", rounded(terms, amount), steps=steps))
    n = volume.expected
    if fee.per_contact is not None:
        lines.append(
            MoneyLine(
                "volume_fee",
                rounded(terms, n * fee.per_contact),
                steps=(Step("by_volume", {"n": str(n), "price": str(fee.per_contact)}),),
            )
        )
        least = case.contract.volume.minimum_billing if case.contract.volume else None
        if least is not None and volume.forecast:
            wanted = Fraction(least) * volume.forecast
            short = max(0, -int(-wanted // 1) - n)
            if short:
                step = Step("by_volume", {"n": str(short), "price": str(fee.per_contact)})
                lines.append(MoneyLine("minimum_billing", rounded(terms, short * fee.per_contact), steps=(step,)))
    above, below = contacts_beyond(case, volume)
    if fee.additional is not None and above:
        step = Step("by_volume", {"n": str(above), "price": str(fee.additional)})
        lines.append(MoneyLine("additional", rounded(terms, above * fee.additional), steps=(step,)))
    if fee.reduced is not None and below:
        step = Step("by_volume", {"n": str(below), "price": str(fee.reduced)})
        lines.append(MoneyLine("reduced", -rounded(terms, below * fee.reduced), steps=(step,)))
    return lines


def _charge(
    case: Case, agreed: Objective, one: ObjectiveResult, fee: Decimal, volume: VolumeResult
) -> ObjectiveResult:
    if not one.charged:
        return one
    terms = case.contract.money
    repeat = terms.repeat
    count = misses(case, one, repeat.within if repeat else 12)
    multiplier = repeat.multiplier if repeat and missed(one) and count >= repeat.misses else ONE
    parts = max(1, len(windows(case, agreed.window)))
    pool = fee * terms.at_risk * agreed.weight
    credit_factor = sum((w.credit for w in one.windows), ZERO) / parts
    bonus_factor = sum((w.bonus for w in one.windows), ZERO) / parts
    volume_share = volume.share if agreed.metric is not None else ONE
    credit = rounded(terms, pool * credit_factor * multiplier * volume_share)
    bonus = rounded(terms, pool * bonus_factor)
    parts_of = {
        "fee": str(fee),
        "at_risk": str(terms.at_risk),
        "weight": str(agreed.weight),
        "windows": str(parts),
        "multiplier": str(multiplier),
        "share": str(volume_share),
    }
    steps = list(one.steps)
    if multiplier != ONE and repeat is not None:
        steps.append(Step("repeat", {"misses": str(count), "within": str(repeat.within), "by": str(multiplier)}))
    if credit:
        steps.append(Step("credit", {**parts_of, "factor": str(credit_factor), "amount": str(credit)}))
    if bonus:
        steps.append(Step("bonus", {**parts_of, "factor": str(bonus_factor), "amount": str(bonus)}))
    return replace(one, credit=credit, bonus=bonus, misses=count, multiplier=multiplier, steps=tuple(steps))


def _earned_back(case: Case, objectives: Sequence[ObjectiveResult]) -> list[MoneyLine]:
    """Credits of earlier periods that this one completes the way back from."""
    rule = case.contract.money.earn_back
    if rule is None:
        return []
    found = []
    for one in objectives:
        agreed = case.contract.objective(one.id)
        past = {each.period: each for each in case.past if each.objective == one.id}
        run = [months_back(case.first, n) for n in range(rule.periods)]
        if agreed is None or not _reached(case.contract, agreed, one, past, run, rule.above):
            continue
        for each in sorted(past.values(), key=lambda other: other.period):
            in_time = each.period >= months_back(case.first, rule.within) and each.period < run[-1]
            if each.credit > 0 and not each.earned_back and in_time:
                amount = rounded(case.contract.money, each.credit * rule.share)
                step = Step("earned_back", {"periods": str(rule.periods), "period": each.period})
                found.append(MoneyLine("earned_back", amount, one.id, each.period, (step,)))
    return found


def _reached(
    contract: Contract,
    agreed: Objective,
    one: ObjectiveResult,
    past: dict[str, Past],
    run: list[str],
    above: Decimal,
) -> bool:
    """Whether this period (the first of `run`) and those before it all reached the target by `above`."""
    if agreed.target is None or one.verdict not in (Verdict.MET, Verdict.SAFE):
        return False
    limit = Fraction(agreed.target) + (Fraction(above) if agreed.op.upward else -Fraction(above))
    now = value_of(one.figure)
    if now is None or not reaches(agreed.op, now, limit):
        return False
    for period in run[1:]:
        held = past.get(period)
        if held is None or held.missed or held.value is None or not reaches(agreed.op, Fraction(held.value), limit):
            return False
    return True
