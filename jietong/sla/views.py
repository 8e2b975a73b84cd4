"""What the evaluation gives, as screens and statements take it: numbers as they are, codes with their texts.

Money stays exact, as decimal text. Everything else is a number.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Protocol

from jietong.core.days import day_of
from jietong.core.specs import Names
from jietong.sla import reading, texts
from jietong.sla.model import Budgeting, Contract, Exclusion, Objective
from jietong.sla.reading import Reading
from jietong.sla.rules.result import (
    AccessResult,
    DayResult,
    Figure,
    MoneyResult,
    Need,
    ObjectiveResult,
    Result,
    Step,
    Unit,
    Verdict,
    VolumeResult,
)
from jietong.sla.store import Approval, StoredVersion
from jietong.sla.words import causes as reasons
from jietong.sla.words import definitions
from jietong.sla.words import result as said

View = dict[str, Any]

_WORST = (
    Verdict.MISSED,
    Verdict.UNREACHABLE,
    Verdict.AT_RISK,
    Verdict.UNKNOWN,
    Verdict.TOO_FEW,
    Verdict.NO_DATA,
    Verdict.MET,
    Verdict.SAFE,
    Verdict.WAIVED,
    Verdict.SHOWN,
)


class Named(Protocol):
    """What set-up is called now."""

    def of(self, kind: str, id: str) -> Names: ...
    def named(self, kind: str, id: str) -> View: ...


# --- contracts and versions --------------------------------------------------------------------------------------


def approval(one: Approval) -> View:
    return {
        "side": one.side,
        "decision": one.decision,
        "by": one.account,
        "by_name": one.name,
        "at": one.at,
        "reason": one.reason,
    }


def version(one: StoredVersion, approvals: Iterable[Approval], all: Sequence[StoredVersion]) -> View:
    """`all`: those of the contract; an approved one is replaced when a later approved one begins by then."""
    state = one.state
    if state == "approved" and any(
        other.state == "approved" and other.n > one.n and other.starts <= one.starts for other in all
    ):
        state = "replaced"
    return {
        "n": one.n,
        "state": state,
        "digest": one.digest,
        "start": one.starts,
        "note": one.note,
        "made_at": one.made_at,
        "made_by_name": one.made_by_name,
        "proposed_at": one.proposed_at,
        "approvals": [approval(each) for each in approvals],
    }


def services(contract: Contract, names: Named) -> list[View]:
    return [
        {
            "id": one.id,
            "names": one.name,
            "queues": [names.named("queue", id) for id in one.queues],
            "entries": [names.named("entry", id) for id in one.entries],
            "trunks": [names.named("trunk", id) for id in one.trunks],
            "hours": None if contract.calendar is None or one.hours else names.named("hours", contract.calendar),
        }
        for one in contract.services
    ]


def checked(read: Reading, warnings: Iterable[View] = (), capacity: View | None = None) -> View:
    return {
        "yaml": read.yaml,
        "errors": [reading.fault(one) for one in read.faults],
        "warnings": list(warnings),
        "capacity": capacity,
        "document": read.document,
        "digest": None if read.contract is None else reading.digest(read.contract),
    }


def formulas(contract: Contract, digest: str) -> View:
    return {"items": [formula(contract, one) for one in contract.objectives], "digest": digest}


def formula(contract: Contract, one: Objective) -> View:
    told = definitions.formula(contract, one)
    return {
        "objective": one.id,
        "metric": one.metric or one.judged or "",
        "names": one.name,
        "formula": told,
        "example": definitions.example(contract, one),
    }


def class_names(cls: str) -> Names:
    return texts.exclusion_class(cls)


# --- results -----------------------------------------------------------------------------------------------------


def number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def figure(metric: str, unit: Unit, names: Names, one: Figure) -> View:
    return {
        "metric": metric,
        "names": names,
        "unit": str(unit),
        "value": number(one.value),
        "numerator": float(one.numerator),
        "denominator": float(one.denominator),
        "n": one.n,
        "low": number(one.low),
        "high": number(one.high),
    }


def money(one: MoneyResult, contract: Contract) -> View:
    credited = {line.objective for line in one.lines if line.code == "credit"}
    rewarded = {line.objective for line in one.lines if line.code == "bonus"}
    return {
        "currency": one.currency,
        "fee": str(one.fee),
        "credits": str(one.credits),
        "uncapped": str(one.uncapped),
        "bonus": str(one.bonus),
        "earned_back": str(one.earned_back),
        "net": str(one.net),
        "payable": str(one.payable),
        "cap": str(one.cap),
        "cap_used": number(one.cap_used),
        "credited": len(credited),
        "rewarded": len(rewarded),
        "lines": [
            {
                "code": line.code,
                "objective": line.objective,
                "period": line.period,
                "amount": str(line.amount),
                "texts": said.money_line(line, contract),
            }
            for line in one.lines
        ],
        "texts": said.cap_sentence(one, contract.money.unit),
    }


def need(one: Need | None, result: ObjectiveResult) -> View | None:
    if one is None:
        return None
    return {
        "value": number(one.value),
        "rest": one.rest,
        "basis": one.basis,
        "good": one.good,
        "spare": one.spare,
        "short": one.short,
        "best": number(one.best),
        "worst": number(one.worst),
        "texts": said.need(one, result),
    }


def objectives(result: Result, contract: Contract) -> list[View]:
    """Worst first; what is only shown stands behind the objective it explains: last."""
    order = {id: n for n, id in enumerate(one.id for one in contract.objectives)}
    found = sorted(result.objectives, key=lambda one: (_WORST.index(one.verdict), order.get(one.id, 0)))
    return [objective(one, contract) for one in found]


def objective(one: ObjectiveResult, contract: Contract) -> View:
    agreed = contract.objective(one.id)
    assert agreed is not None
    told = definitions.formula(contract, agreed)
    charged = one.charged and one.verdict is not Verdict.SHOWN
    return {
        "id": one.id,
        "names": agreed.name,
        "formula": told,
        "variant": texts.variant(one.metric),
        "op": str(one.op),
        "target": number(one.target),
        "minimum": number(one.minimum),
        "window": str(agreed.window),
        "method": "judged" if agreed.judged else _METHOD[agreed.budgeting],
        "weight": float(agreed.weight),
        "charged": charged,
        "figure": figure(one.metric, one.unit, agreed.name, one.figure),
        "before": None if one.plain == one.figure else figure(one.metric, one.unit, agreed.name, one.plain),
        "verdict": str(one.verdict),
        "verdict_texts": said.verdict(one),
        "needed": need(one.need, one),
        "money": str(one.bonus - one.credit) if charged else None,
        "misses": one.misses,
        "windows": [
            {
                "start": window.start.isoformat(),
                "end": window.end.isoformat(),
                "closed": window.closed,
                "value": number(window.figure.value),
                "numerator": float(window.figure.numerator),
                "denominator": float(window.figure.denominator),
                "verdict": str(window.verdict),
                "need": need(window.need, one),
            }
            for window in one.windows
        ],
        "steps": [step(each, contract) for each in one.steps],
    }


_METHOD = {Budgeting.OCCURRENCES: "occurrences", Budgeting.TIMESLICES: "timeslices"}


def step(one: Step, contract: Contract) -> View:
    return {"code": one.code, "texts": said.step(one, contract)}


def access(one: AccessResult, metric: str = "sl7", level: str = "sl3") -> View:
    return {
        "known": one.known,
        "figure": figure(metric, Unit.RATIO, texts.metric("sl7"), one.figure),
        "level": figure(level, Unit.RATIO, texts.metric("sl3"), one.level),
        "within": one.in_time,
        "later": one.late,
        "abandoned": one.abandoned,
        "lost": one.lost,
        "blocked": one.blocked,
        "fault": one.fault,
        "unseen": number(one.blocked_unseen),
        "estimated": number(one.estimated),
        "unknown_days": [day.isoformat() for day in one.unknown_days],
        "points_blocked": number(one.points_blocked),
        "points_lost": number(one.points_lost),
        "texts": said.access(one),
    }


def volume(result: Result, contract: Contract, locked: bool) -> View:
    one: VolumeResult = result.volume
    agreed = contract.volume
    return {
        "actual": one.actual,
        "expected": one.expected,
        "forecast": one.forecast,
        "locked": locked,
        "over": None if agreed is None else float(agreed.over),
        "under": None if agreed is None else float(agreed.under),
        "deviation": number(one.deviation),
        "effect": str(one.effect),
        "texts": said.volume(one, contract),
        "days": _volume_days(result, contract),
    }


def _volume_days(result: Result, contract: Contract) -> list[View]:
    """Days to come have no actual number; what is expected of them is shared out by the forecast, or evenly."""
    one, agreed = result.volume, contract.volume
    coming = [day for day, _, _ in one.by_day if day_of(day, contract.zone).start > result.as_of]
    rest = max(0, one.expected - one.actual)
    weights = {day: float(forecast or 0) for day, _, forecast in one.by_day if day in set(coming)}
    total = sum(weights.values())
    days = []
    for day, actual, forecast in one.by_day:
        to_come = day in weights
        share = (weights[day] / total if total else 1 / len(coming)) if to_come else 0.0
        days.append(
            {
                "day": day.isoformat(),
                "actual": None if to_come else actual,
                "forecast": None if forecast is None else float(forecast),
                "low": None if forecast is None or agreed is None else forecast * float(1 - agreed.under),
                "high": None if forecast is None or agreed is None else forecast * float(1 + agreed.over),
                "expected": rest * share if to_come else None,
            }
        )
    return days


def day(one: DayResult) -> View:
    return {
        "day": one.day.isoformat(),
        "value": number(one.figure.value),
        "numerator": float(one.figure.numerator),
        "denominator": float(one.figure.denominator),
        "access": number(one.access.value),
        "misses": max(0, int(one.figure.denominator - one.figure.numerator)),
        "blocked": one.blocked,
        "volume": one.volume,
        "below_target": one.below_target,
        "below_minimum": one.below_minimum,
        "pending": len(one.waiting),
        "approved": len(one.approved),
    }


def with_effects(exclusions: Iterable[View], result: Result | None) -> list[View]:
    """What each exclusion changes in the main objective, where the result tells."""
    effects: Mapping[str, Any] = {} if result is None else {one.id: one for one in result.exclusions}
    out = []
    for one in exclusions:
        effect = effects.get(one["id"])
        if effect is not None:
            one = one | {
                "contacts": effect.contacts,
                "before": number(effect.before.value),
                "value": number(effect.after.value),
            }
        out.append(one)
    return out


def causes(result: Result, contract: Contract, exclusions: Sequence[Exclusion]) -> list[View]:
    """Why it was missed, with each cause's share of the misses."""
    return [{"texts": one.texts, "share": number(one.share)} for one in reasons.causes(result, contract, exclusions)]
