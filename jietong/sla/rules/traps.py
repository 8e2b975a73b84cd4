"""Traps in a contract (D6), found at set-up and while it runs. Pure.

The worst: the service level is met while too few lines turn callers away, and nobody notices.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal, NamedTuple, TypeAlias

from msgspec import Struct

from jietong.metrics.definition import Later
from jietong.metrics.intervals import metrics
from jietong.sla.model import Budgeting, Contract, Objective, Op
from jietong.sla.rules.case import of_access
from jietong.sla.rules.evaluate import met_while_turned_away
from jietong.sla.rules.result import Result, Verdict
from jietong.sla.rules.trunks import Capacity

Level: TypeAlias = Literal["note", "warning", "alarm"]
_LEVELS = frozenset({"sl1", "sl2", "sl3", "sl4", "sl5", "sl6"})
_SHORT = frozenset({"sl5", "sl6"})
_LONGEST_SHORT_S = Decimal(10)


class Trap(Struct, frozen=True):
    """`field` as in the document, `spec.objectives[0]`; `values` for the words."""

    code: str
    level: Level
    field: str
    values: dict[str, str] = {}


class Tried(NamedTuple):
    """One month of the past, as the contract would have judged it; None: nothing happened."""

    period: str
    result: Result | None


class Backtest(Struct, frozen=True):
    """In how many of the months with data every charged objective was met, and one by one."""

    months: int
    met: int
    by_objective: dict[str, tuple[int, int]]  # met, judged
    money: tuple[tuple[str, Decimal], ...]  # net by month
    worst: Decimal | None


def traps(contract: Contract, capacity: Capacity | None = None) -> tuple[Trap, ...]:
    """What the text alone shows, worst first; with `capacity` also whether the lines are too few."""
    found: list[Trap] = []
    for n, one in enumerate(contract.objectives):
        found += _of_objective(contract, one, f"spec.objectives[{n}]")
    found += _of_access(contract)
    found += _of_money(contract)
    if capacity is not None and capacity.level != "fine":
        level: Level = "alarm" if capacity.level in ("alarm", "critical") else "warning"
        told = {
            "lines": str(capacity.lines),
            "needed": str(capacity.needed),
            "blocking": f"{capacity.blocking:.4f}",
            "load": f"{capacity.load:.2f}",
            "offered": f"{capacity.offered:.2f}",
        }
        found.append(Trap("too_few_lines", level, "spec.services", told))
    order = {"alarm": 0, "warning": 1, "note": 2}
    return tuple(sorted(found, key=lambda trap: order[trap.level]))


def running(result: Result, contract: Contract) -> tuple[Trap, ...]:
    """What the figures show: met while callers are turned away, and turned away in numbers nobody knows."""
    found = []
    place = next((n for n, one in enumerate(contract.objectives) if one.id == result.main), 0)
    field = f"spec.objectives[{place}]"
    if met_while_turned_away(result):
        true = result.access.estimated if result.access.estimated is not None else result.access.figure.value
        told = {"level": str(result.access.level.value), "access": str(true), "blocked": str(result.access.blocked)}
        found.append(Trap("met_while_turned_away", "alarm", field, told))
    if result.access.known in ("unknown", "partial"):
        found.append(
            Trap("access_unknown", "warning", "spec.services", {"days": str(len(result.access.unknown_days))})
        )
    return tuple(found)


def backtest(tried: Sequence[Tried]) -> Backtest:
    """Sums up the past months (feasibility, domain.md 2.3)."""
    held = [(one.period, one.result) for one in tried if one.result is not None]
    by_objective: dict[str, tuple[int, int]] = {}
    met = 0
    for _, result in held:
        judged = [o for o in result.objectives if o.charged and o.verdict in (Verdict.MET, Verdict.MISSED)]
        met += bool(judged) and all(o.verdict is Verdict.MET for o in judged)
        for one in judged:
            a, b = by_objective.get(one.id, (0, 0))
            by_objective[one.id] = (a + (one.verdict is Verdict.MET), b + 1)
    money = tuple((period, result.money.net) for period, result in held)
    return Backtest(len(held), met, by_objective, money, min((net for _, net in money), default=None))


def of_backtest(contract: Contract, done: Backtest) -> tuple[Trap, ...]:
    """Targets that history never or hardly reached."""
    found = []
    for n, one in enumerate(contract.objectives):
        met, judged = done.by_objective.get(one.id, (0, 0))
        if judged >= 3 and met * 4 < judged:
            told = {"met": str(met), "months": str(judged)}
            found.append(Trap("hardly_ever_met", "warning", f"spec.objectives[{n}].target", told))
    return tuple(found)


def _of_objective(contract: Contract, one: Objective, field: str) -> list[Trap]:
    found = []
    upward_share = one.metric is not None and metrics(one.metric)[0].definition.unit == "ratio" and one.op.upward
    if one.target is not None and (
        ((upward_share or one.budgeting is Budgeting.TIMESLICES) and one.target >= 1)
        or (not one.op.upward and one.target == 0)
        or (one.judged is not None and one.target >= 100)
        or (one.op is Op.GT and one.target >= 1 and upward_share)
    ):
        found.append(Trap("perfect_target", "warning", f"{field}.target", {"target": str(one.target)}))
    if one.target is not None and not one.shown_only and one.sample == 0:
        found.append(Trap("no_minimum_sample", "warning", f"{field}.minimumSample"))
    if one.metric is None:
        return found
    asked = metrics(one.metric)[0]
    id = asked.definition.id
    if any(isinstance(each, Later) for each in (*asked.definition.numerator, *asked.definition.denominator)):
        found.append(Trap("no_facts_yet", "note" if one.shown_only else "warning", f"{field}.metric"))
    if id == "sl2" and not one.shown_only:
        found.append(Trap("hides_abandons", "alarm", f"{field}.metric"))
    if id in ("sl1", "sl4") and not one.shown_only:
        found.append(Trap("quick_abandons_help", "warning", f"{field}.metric", {"metric": asked.key}))
    if id in _SHORT:
        own = asked.terms.short_ms
        if own is None and contract.short_abandon_s is None:
            found.append(Trap("short_abandon_undefined", "warning", f"{field}.metric", {"metric": asked.key}))
        limit = Decimal(own) / 1000 if own is not None else contract.short_abandon_s
        if limit is not None and limit > _LONGEST_SHORT_S:
            found.append(Trap("short_abandon_long", "warning", f"{field}.metric", {"seconds": str(limit)}))
        if own is not None and contract.short_abandon_s not in (None, Decimal(own) / 1000):
            found.append(Trap("short_abandon_differs", "warning", f"{field}.metric", {"seconds": str(limit)}))
    if id in _LEVELS and asked.terms.target_ms is None:
        found.append(Trap("seconds_not_named", "warning", f"{field}.metric", {"metric": asked.key}))
    if id == "asa" and not one.shown_only:
        found.append(Trap("answered_only", "note", f"{field}.metric"))
    return found


def _of_access(contract: Contract) -> list[Trap]:
    """A contract whose charged measures of access can all be met by turning callers away."""
    charged = [(n, one) for n, one in enumerate(contract.objectives) if one.metric and not one.shown_only]
    waiting = [
        (n, one)
        for n, one in charged
        if metrics(one.metric or "")[0].definition.id in _LEVELS | {"abandon_rate", "answer_rate", "asa"}
    ]
    if not waiting:
        return []
    found = []
    if not any(of_access(metrics(one.metric or "")[0]) for _, one in charged):
        field = f"spec.objectives[{waiting[0][0]}].metric"
        found.append(Trap("met_by_turning_away", "warning", field, {"metric": waiting[0][1].metric or ""}))
    if not any(one.metric and one.metric.startswith("sl7") for one in contract.objectives):
        found.append(Trap("access_not_shown", "note", "spec.objectives"))
    if not any(service.entries for service in contract.services):
        found.append(Trap("entries_not_named", "warning", "spec.services"))
    if not any(service.trunks for service in contract.services):
        found.append(Trap("trunks_not_named", "note", "spec.services"))
    return found


def _of_money(contract: Contract) -> list[Trap]:
    weights = sum((one.weight for one in contract.objectives if not one.shown_only), Decimal(0))
    found = []
    if weights > 1:
        found.append(Trap("weights_above_one", "note", "spec.objectives", {"sum": str(weights)}))
    if contract.money.at_risk and not weights:
        found.append(Trap("nothing_weighted", "warning", "spec.objectives"))
    if contract.volume is None:
        found.append(Trap("no_forecast", "note", "spec.volume"))
    for n, one in enumerate(contract.objectives):
        if one.shown_only and one.weight:
            found.append(Trap("shown_but_weighted", "warning", f"spec.objectives[{n}].weight"))
    return found
