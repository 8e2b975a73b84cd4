"""Evaluates a month from its sums: values, verdicts, what is still needed, money. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from math import ceil, floor, sqrt
from typing import TYPE_CHECKING, Literal

from jietong.core.days import day_of
from jietong.core.vocabulary import Ms
from jietong.metrics.definition import How
from jietong.metrics.definition import Unit as MetricUnit
from jietong.metrics.intervals import metrics
from jietong.sla.model import ONE, ZERO, Budgeting, Contract, ExclusionState, Objective, Op, Rounding, Window
from jietong.sla.periods import Period, days_of, local_date
from jietong.sla.rules.result import (
    AccessResult,
    DayResult,
    ExclusionEffect,
    Figure,
    MoneyLine,
    MoneyResult,
    Need,
    ObjectiveResult,
    Result,
    Step,
    Unit,
    Verdict,
    VolumeResult,
    WindowResult,
)

if TYPE_CHECKING:
    from jietong.sla.assess import Inputs, Sums
    from jietong.sla.ground import Ground

_Z = 1.959963984540054
_ROUNDING = {Rounding.HALF_UP: ROUND_HALF_UP, Rounding.HALF_EVEN: ROUND_HALF_EVEN, Rounding.DOWN: ROUND_DOWN}
_UNITS = {
    MetricUnit.RATIO: Unit.RATIO,
    MetricUnit.MS: Unit.SECONDS,
    MetricUnit.COUNT: Unit.COUNT,
    MetricUnit.MOS: Unit.MOS,
}
_BAD = (Verdict.MISSED, Verdict.UNREACHABLE)


def evaluate(ground: "Ground", inputs: "Inputs", at: Ms) -> Result:
    """`inputs` as `assess.gather` gives them."""
    contract, period = ground.contract, ground.period
    closed = at >= period.span.end
    by_day = {name: _daily(rows, contract.zone) for name, rows in inputs.items()}
    volume = _volume(ground, by_day["volume"], closed, at)
    objectives = []
    for one in contract.objectives:
        objectives.append(_objective(ground, one, inputs, by_day, volume, closed, at))
    main = next((one for one in objectives if one.charged and contract.objective(one.id).metric), None)  # type: ignore[union-attr]
    money, charged = _money(ground, objectives, closed)
    agreed = None if main is None else contract.objective(main.id)
    return Result(
        contract=contract.name,
        digest="",
        start=period.first,
        end=period.last,
        as_of=at,
        closed=closed,
        main=None if main is None else main.id,
        objectives=tuple(charged),
        access=_access(ground, by_day["access"], closed),
        volume=volume,
        money=money,
        days=tuple(_days(ground, by_day, agreed, volume)),
        exclusions=tuple(_effects(ground, by_day, agreed)),
        all_approved=None,
        all_approved_need=None,
    )


Cells = tuple[tuple[float | None, int, int], ...]


def _daily(rows: "Sums", zone: str) -> dict[date, list[Cells]]:
    found: dict[date, list[Cells]] = {}
    for start, _, cells in rows:
        found.setdefault(local_date(start, zone), []).append(cells)
    return found


def _sum(by_day: Mapping[date, list[Cells]], days: Iterable[date], column: int = 0) -> tuple[int, int]:
    num = den = 0
    for day in days:
        for cells in by_day.get(day, ()):
            num += cells[column][1]
            den += cells[column][2]
    return num, den


def _figure(one: Objective, by_day: Mapping[date, list[Cells]], days: Sequence[date]) -> Figure:
    asked = metrics(one.metric or "")[0].definition
    if one.budgeting is Budgeting.TIMESLICES:
        good = total = 0
        for day in days:
            for cells in by_day.get(day, ()):
                if cells[0][2]:
                    total += 1
                    value = Decimal(cells[0][1]) / cells[0][2]
                    good += reaches(one.op, value, one.slice_target or ZERO)
        return share(good, total)
    num, den = _sum(by_day, days)
    if asked.how is How.RATIO and asked.unit is MetricUnit.RATIO:
        return share(num, den)
    if asked.how is How.RATIO:
        scale = 1000 if asked.unit is MetricUnit.MS else 1
        total_ = Decimal(num) / scale
        return Figure(total_, den, _rounded(total_ / den) if den else None, den)
    return Figure(Decimal(num), 1, Decimal(num), num)


def share(good: int, total: int) -> Figure:
    """With Wilson's 95 % interval."""
    if not total:
        return Figure(Decimal(good), 0, None, 0)
    p, z = good / total, _Z
    middle, wide = p + z * z / (2 * total), z * sqrt(p * (1 - p) / total + z * z / (4 * total * total))
    low, high = ((middle - wide) / (1 + z * z / total), (middle + wide) / (1 + z * z / total))
    exact = _rounded(Decimal(good) / total)
    return Figure(
        Decimal(good), total, exact, total, _rounded(Decimal(max(0.0, low))), _rounded(Decimal(min(1.0, high)))
    )


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.0000000001"))


def reaches(op: Op, value: Decimal, target: Decimal) -> bool:
    return {Op.GTE: value >= target, Op.GT: value > target, Op.LTE: value <= target, Op.LT: value < target}[op]


def _windows(one: Objective, period: Period) -> list[tuple[date, date]]:
    if one.window is Window.DAY:
        return [(day, day) for day in days_of(period)]
    if one.window is Window.WEEK:
        found = []
        sunday = period.first + timedelta(days=6 - period.first.weekday())
        while sunday <= period.last:
            found.append((sunday - timedelta(days=6), sunday))
            sunday += timedelta(days=7)
        return found
    if one.window is Window.QUARTER:
        if period.first.month % 3:
            return []
        return [(date(period.first.year, period.first.month - 2, 1), period.last)]
    return [(period.first, period.last)]


def _objective(
    ground: "Ground",
    one: Objective,
    inputs: "Inputs",
    by_day: Mapping[str, Mapping[date, list[Cells]]],
    volume: VolumeResult,
    closed: bool,
    at: Ms,
) -> ObjectiveResult:
    contract, period = ground.contract, ground.period
    if one.metric is None:
        return _judged(ground, one, closed)
    asked = metrics(one.metric)[0].definition
    unit = _UNITS[asked.unit] if one.budgeting is Budgeting.OCCURRENCES else Unit.RATIO
    results = []
    for first, last in _windows(one, period):
        if day_of(first, contract.zone).start > at:
            break
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        figure = _figure(one, by_day[one.id], days)
        before = _figure(one, by_day[f"{one.id}/plain"], days)
        over = at >= day_of(last, contract.zone).end
        need = None if over or unit is not Unit.RATIO else _need(one, figure, volume, days, ground, at)
        verdict = _verdict(one, figure, over, need)
        credit, bonus = _band(one, figure, verdict)
        results.append(
            WindowResult(first, last, over, figure, before, verdict, one.target, one.minimum, credit, bonus, need)
        )
    if not results:
        empty = Figure(ZERO, 0, None, 0)
        results.append(
            WindowResult(period.first, period.last, closed, empty, empty, Verdict.NO_DATA, one.target, one.minimum)
        )
    latest = results[-1]
    judged = [w for w in results if w.verdict in (*_BAD, Verdict.MET, Verdict.SAFE, Verdict.AT_RISK)]
    weight = one.weight / max(1, len(results))
    risk = _money_of(contract, contract.money.fee.amount * contract.money.at_risk)
    credit = _money_of(contract, sum((risk * weight * w.credit for w in judged), ZERO))
    bonus = _money_of(contract, sum((risk * weight * w.bonus for w in judged), ZERO))
    verdict = latest.verdict
    if closed and len(results) > 1 and any(w.verdict in _BAD for w in results):
        verdict = Verdict.MISSED
    charged = not one.shown_only and one.weight > 0
    return ObjectiveResult(
        one.id, one.metric, asked.version, unit, one.op, one.target, one.minimum, latest.figure, latest.plain,
        Verdict.SHOWN if one.shown_only or one.target is None else verdict, latest.need, tuple(results), charged,
        credit if charged else ZERO, bonus if charged else ZERO,
    )  # fmt: skip


def _judged(ground: "Ground", one: Objective, closed: bool) -> ObjectiveResult:
    held = ground.materials.judged.get(one.id)
    period = ground.period
    if held is None or not held.count:
        figure = Figure(ZERO, 0, None, 0)
    else:
        figure = Figure(held.total, held.count, _rounded(held.total / held.count), held.count)
    verdict = _verdict(one, figure, closed, None)
    credit, bonus = _band(one, figure, verdict)
    risk = _money_of(ground.contract, ground.contract.money.fee.amount * ground.contract.money.at_risk)
    window = WindowResult(
        period.first, period.last, closed, figure, figure, verdict, one.target, one.minimum, credit, bonus
    )
    return ObjectiveResult(
        one.id, one.judged or "", 1, Unit.POINTS, one.op, one.target, one.minimum, figure, figure, verdict, None,
        (window,), not one.shown_only and one.weight > 0, _money_of(ground.contract, risk * one.weight * credit),
        _money_of(ground.contract, risk * one.weight * bonus),
    )  # fmt: skip


def _verdict(one: Objective, figure: Figure, over: bool, need: Need | None) -> Verdict:
    if one.target is None:
        return Verdict.SHOWN
    if figure.value is None:
        return Verdict.NO_DATA
    if figure.n < one.sample:
        return Verdict.TOO_FEW
    met = reaches(one.op, figure.value, one.target)
    if over:
        return Verdict.MET if met else Verdict.MISSED
    if need is not None and need.best is not None and need.worst is not None:
        if not reaches(one.op, need.best, one.target):
            return Verdict.UNREACHABLE
        if reaches(one.op, need.worst, one.target):
            return Verdict.SAFE
    return Verdict.MET if met else Verdict.AT_RISK


def _band(one: Objective, figure: Figure, verdict: Verdict) -> tuple[Decimal, Decimal]:
    if figure.value is None or verdict in (Verdict.TOO_FEW, Verdict.NO_DATA, Verdict.SHOWN, Verdict.UNKNOWN):
        return ZERO, ZERO
    for band in one.scale:
        if band.reach is None or reaches(one.op, figure.value, band.reach):
            return band.credit, band.bonus
    return ZERO, ZERO


def _need(
    one: Objective, figure: Figure, volume: VolumeResult, days: Sequence[date], ground: "Ground", at: Ms
) -> Need | None:
    """Exact: of `rest` more, `good` must go well (`spare` may go badly)."""
    if one.target is None:
        return None
    zone = ground.contract.zone
    start, end = day_of(days[0], zone).start, day_of(days[-1], zone).end
    passed = max(1, at - start)
    basis: Literal["forecast", "run_rate"] = "run_rate"
    if volume.forecast is not None and volume.actual and one.window is Window.MONTH:
        rest = max(0, round(figure.denominator * (volume.expected / volume.actual - 1)))
        basis = "forecast"
    else:
        rest = round(figure.denominator * max(0, end - at) / passed)
    total = figure.denominator + rest
    num = int(figure.numerator)
    if one.op.upward:
        wanted = one.target * total
        least = floor(wanted) + 1 if one.op is Op.GT and wanted == floor(wanted) else ceil(wanted)
        good = max(0, least - num)
        best, worst = _part(num + rest, total), _part(num, total)
        value = _part(good, rest)
        short = max(0, ceil(one.target * figure.denominator) - num)
        return Need(rest, basis, value, good, max(0, rest - good), short, best, worst)
    wanted = one.target * total
    most = ceil(wanted) - 1 if one.op is Op.LT and wanted == ceil(wanted) else floor(wanted)
    spare = most - num
    best, worst = _part(num, total), _part(num + rest, total)
    return Need(rest, basis, _part(max(0, spare), rest), None, max(0, min(rest, spare)), None, best, worst)


def _part(n: int, of: int) -> Decimal | None:
    return _rounded(Decimal(n) / of) if of else None


def _volume(ground: "Ground", by_day: Mapping[date, list[Cells]], closed: bool, at: Ms) -> VolumeResult:
    contract, period = ground.contract, ground.period
    days = days_of(period)
    actual = sum(_sum(by_day, [day])[0] for day in days)
    given = ground.materials.forecast or {}
    monthly = dict(contract.volume.monthly) if contract.volume else {}
    forecast = sum(given.values()) if given else monthly.get(period.key)
    expected = actual
    if not closed:
        span = period.span
        passed = max(1, min(at, span.end) - span.start)
        if given and forecast:
            rest = sum(n for day, n in given.items() if day_of(date.fromisoformat(day), contract.zone).start >= at)
            expected = actual + rest
        else:
            expected = max(actual, round(actual * (span.end - span.start) / passed))
    deviation = None if not forecast else _rounded(Decimal(expected) / forecast - 1)
    per_day = None if not forecast else round(forecast / len(days))
    rows = tuple(
        (day, _sum(by_day, [day])[0], given.get(day.isoformat(), per_day) if forecast else None) for day in days
    )
    return VolumeResult(actual, expected, forecast, deviation, by_day=rows)


def _access(ground: "Ground", by_day: Mapping[date, list[Cells]], closed: bool) -> AccessResult:
    days = days_of(ground.period)
    level, true = share(*_sum(by_day, days, 0)), share(*_sum(by_day, days, 1))
    answered, abandoned, blocked, lost = (_sum(by_day, days, n)[0] for n in (2, 3, 4, 5))
    in_time = int(level.numerator)
    points_blocked = points_lost = None
    if level.value is not None and level.denominator + blocked and true.value is not None:
        without_lost = _rounded(level.numerator / (level.denominator + blocked))
        points_blocked, points_lost = level.value - without_lost, without_lost - true.value
    return AccessResult(
        "measured", true, level, in_time, answered - in_time, abandoned, blocked, lost, 0,
        points_blocked=points_blocked, points_lost=points_lost,
    )  # fmt: skip


def _days(
    ground: "Ground", by_day: Mapping[str, Mapping[date, list[Cells]]], main: Objective | None, volume: VolumeResult
) -> Iterable[DayResult]:
    zone = ground.contract.zone
    for day, actual, forecast in volume.by_day:
        figure = before = Figure(ZERO, 0, None, 0)
        if main is not None:
            figure, before = _figure(main, by_day[main.id], [day]), _figure(main, by_day[f"{main.id}/plain"], [day])
        true = share(*_sum(by_day["access"], [day], 1))
        blocked = _sum(by_day["access"], [day], 4)[0]
        span = day_of(day, zone)
        touching = [e for e in ground.materials.exclusions if e.start < span.end and e.end > span.start]
        yield DayResult(
            day, figure, before, true, blocked, actual, forecast,
            _below(main, figure, None if main is None else main.target),
            _below(main, figure, None if main is None else main.minimum),
            tuple(e.id for e in touching if e.state is ExclusionState.APPROVED),
            tuple(e.id for e in touching if e.state is ExclusionState.SUBMITTED),
        )  # fmt: skip


def _below(one: Objective | None, figure: Figure, limit: Decimal | None) -> bool:
    if one is None or figure.value is None or limit is None:
        return False
    return not reaches(one.op, figure.value, limit)


def _effects(
    ground: "Ground", by_day: Mapping[str, Mapping[date, list[Cells]]], main: Objective | None
) -> Iterable[ExclusionEffect]:
    if main is None:
        return
    days = days_of(ground.period)
    now = _figure(main, by_day[main.id], days)
    for one in ground.materials.exclusions:
        name = f"exclusion/{one.id}"
        if name not in by_day:
            continue
        counted = one.state is ExclusionState.APPROVED
        after = _figure(main, by_day[name], days)
        before = _figure(main, by_day[f"{main.id}/plain"], days) if counted else now
        yield ExclusionEffect(one.id, counted, before, after, before.denominator - after.denominator)


def _money(
    ground: "Ground", objectives: list[ObjectiveResult], closed: bool
) -> tuple[MoneyResult, list[ObjectiveResult]]:
    contract = ground.contract
    fee = _money_of(contract, contract.money.fee.amount)
    cap = _money_of(contract, fee * (contract.money.at_risk if contract.money.cap is None else contract.money.cap))
    lines = [MoneyLine("fee", fee)]
    for one in objectives:
        if one.charged and one.credit:
            lines.append(MoneyLine("credit", -one.credit, one.id))
        if one.charged and one.bonus:
            lines.append(MoneyLine("bonus", one.bonus, one.id))
    uncapped = sum((one.credit for one in objectives if one.charged), ZERO)
    bonus = sum((one.bonus for one in objectives if one.charged), ZERO)
    credits = min(uncapped, cap)
    if credits < uncapped:
        lines.append(MoneyLine("credit_cap", uncapped - credits))
    if contract.money.bonus_cap is not None:
        most = _money_of(contract, fee * contract.money.bonus_cap)
        if bonus > most:
            lines.append(MoneyLine("bonus_cap", most - bonus))
            bonus = most
    net = bonus - credits
    return (
        MoneyResult(contract.money.currency, fee, credits, uncapped, cap, bonus, ZERO, net, fee + net, tuple(lines)),
        objectives,
    )


def _money_of(contract: Contract, amount: Decimal) -> Decimal:
    return amount.quantize(contract.money.unit, rounding=_ROUNDING[contract.money.rounding])


_ = (ONE, Step)
