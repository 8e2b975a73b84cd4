"""How agreements stand: the period so far, its calendar, what raises an alarm. Computed from figures that are at most
some seconds old, once for all who look.
"""

import asyncio
import time
from datetime import timedelta
from typing import Any, NamedTuple

from jietong.core.clock import Clock
from jietong.core.vocabulary import Ms
from jietong.sla import texts, views
from jietong.sla.assess import Assessed, Assessor
from jietong.sla.capacity import Lines
from jietong.sla.model import Contract
from jietong.sla.periods import Period, days_of
from jietong.sla.rules.evaluate import met_while_turned_away
from jietong.sla.rules.result import Result, Verdict
from jietong.sla.statements import period_out
from jietong.sla.store import StoredContract, StoredStatement
from jietong.sla.words import result as said

View = dict[str, Any]

FRESH_S = 15.0


class _Kept(NamedTuple):
    at: float
    digest: str
    assessed: Assessed
    lines: list[Lines]  # one, once asked for


class Standings:
    """What was computed a moment ago is given again, unless what people agreed or decided has changed since."""

    def __init__(self, assessor: Assessor, clock: Clock) -> None:
        self._assessor = assessor
        self._clock = clock
        self._kept: dict[tuple[str, str], _Kept] = {}
        self._computing: dict[tuple[str, str], asyncio.Lock] = {}

    async def of(self, contract: str, period: Period) -> Assessed:
        async with self._alone(contract, period):
            return (await self._fresh(contract, period)).assessed

    async def with_lines(self, contract: str, period: Period) -> tuple[Assessed, Lines]:
        """And what the facts say of its trunks."""
        async with self._alone(contract, period):
            kept = await self._fresh(contract, period)
            assessed = kept.assessed
            if not kept.lines:
                kept.lines.append(await self._assessor.lines(assessed.ground, assessed.inputs, assessed.result.as_of))
            return assessed, kept.lines[0]

    def _alone(self, contract: str, period: Period) -> asyncio.Lock:
        return self._computing.setdefault((contract, period.key), asyncio.Lock())

    async def _fresh(self, contract: str, period: Period) -> _Kept:
        key = (contract, period.key)
        ground = await self._assessor.ground(contract, period)
        kept = self._kept.get(key)
        if kept is not None and kept.digest == ground.digest and time.monotonic() - kept.at < FRESH_S:
            return kept
        assessed = await self._assessor.assess(ground, self._clock.now())
        if len(self._kept) > 200:
            self._kept.clear()
        made = self._kept[key] = _Kept(time.monotonic(), ground.digest, assessed, [])
        return made


def standing(assessed: Assessed, state: str, statement: StoredStatement | None, actions: list[View], now: Ms) -> View:
    """The view of a period so far, as HTTP gives it."""
    result, contract, period = assessed.result, assessed.contract, assessed.period
    days = len(days_of(period))
    passed = max(0.0, min(float(days), (now - period.span.start) / 86_400_000))
    return {
        "contract": assessed.owner.id,
        "version": assessed.version.n,
        "period": period_out(period, state, statement),
        "as_of": result.as_of,
        "days_passed": round(passed, 2),
        "days": days,
        "main": result.main,
        "objectives": views.objectives(result, contract),
        "access": views.access(result.access),
        "money": views.money(result.money, contract),
        "volume": views.volume(result, contract, assessed.forecast_locked),
        "alarms": alarms(result, contract),
        "actions": actions,
        "next": coming(contract, period),
        "texts": said.headline(result, contract),
    }


def alarms(result: Result, contract: Contract) -> list[View]:
    """Met while callers are turned away; at risk; cannot be reached any more."""
    found: list[View] = []
    seen = result.access.estimated if result.access.estimated is not None else result.access.figure.value
    if result.main is not None and met_while_turned_away(result):
        found.append(_alarm("met_while_turned_away", "act", result.main))
    for one in result.objectives:
        if not one.charged:
            continue
        if one.verdict is Verdict.UNREACHABLE:
            found.append(_alarm("unreachable", "look", one.id))
        elif one.verdict is Verdict.AT_RISK:
            found.append(_alarm("at_risk", "look", one.id))
    for alarm in found:
        agreed = contract.objective(alarm["objective"])
        alarm["texts"] = texts.alarm(alarm["code"], agreed.name if agreed else {}, views.number(seen))
    return found


def _alarm(code: str, level: str, objective: str) -> View:
    return {"code": code, "level": level, "objective": objective, "texts": {}}


def coming(contract: Contract, period: Period) -> list[View]:
    """The period's course: its end, its settling, the last day to sign."""
    settled = period.last + timedelta(days=contract.settle_days)
    signed = settled + timedelta(days=contract.approve_days)
    return [
        {"day": day.isoformat(), "code": code, "texts": texts.coming(code)}
        for day, code in ((period.last, "ends"), (settled, "settles"), (signed, "signed"))
    ]


def line(owner: StoredContract, assessed: Assessed) -> View:
    """What the list of agreements keeps of a standing."""
    result, contract = assessed.result, assessed.contract
    main = result.objective(result.main) if result.main else None
    agreed = contract.objective(result.main) if result.main else None
    return {
        "main": None
        if main is None or agreed is None
        else views.figure(main.metric, main.unit, agreed.name, main.figure),
        "target": None if main is None else views.number(main.target),
        "verdict": None if main is None else str(main.verdict),
        "access": views.access(result.access)["figure"],
        "money": views.money(result.money, contract),
        "alarms": alarms(result, contract),
        "names": contract.title,
        "client": owner.client,
        "as_of": result.as_of,
    }


def calendar(assessed: Assessed) -> View:
    """Each day by the main objective."""
    result = assessed.result
    main = result.objective(result.main or "")
    return {
        "objective": result.main,
        "target": None if main is None else views.number(main.target),
        "minimum": None if main is None else views.number(main.minimum),
        "days": [views.day(one) for one in result.days],
    }
