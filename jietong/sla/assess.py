"""From what was agreed and what happened to a result: gathers the sums an evaluation needs, and evaluates."""

import asyncio
import hashlib
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, NamedTuple

import orjson
from msgspec.structs import replace

from jietong.contacts import store as contacts
from jietong.core.clock import Clock
from jietong.core.days import Span, day_of
from jietong.core.errors import Invalid, Refused
from jietong.core.specs import SiteSpec
from jietong.core.vocabulary import Ms
from jietong.db.pool import ALL, Database, Scope
from jietong.metrics.intervals import Every, Metric, Query, Row
from jietong.metrics.warehouse import Warehouse
from jietong.routing import store as setup
from jietong.sla import ground as grounds
from jietong.sla.calls import calls_of
from jietong.sla.capacity import Lines, lines_of
from jietong.sla.ground import Ground, Materials, ground_of
from jietong.sla.ledger_facts import Busy, LedgerHead, heads
from jietong.sla.model import Contract, Objective
from jietong.sla.periods import Period, local_date, months_before, next_month, period_of
from jietong.sla.rules import levers as rerun
from jietong.sla.rules.access import access_result
from jietong.sla.rules.case import Case, asked, main_objective
from jietong.sla.rules.evaluate import evaluate
from jietong.sla.rules.figures import tallies
from jietong.sla.rules.questions import ACCESS, access_metrics, questions
from jietong.sla.rules.result import AccessResult, Result
from jietong.sla.store import StoredContract, StoredVersion
from jietong.sla.sums import BUSY, Inputs, Source, gather, plain
from jietong.sla.words import causes as said

__all__ = ["Assessed", "Assessor", "StoredFacts", "evaluated", "gather", "ground_of", "plain"]


class StoredFacts:
    """The warehouse, within the clients whose contacts can count."""

    def __init__(self, database: Database, warehouse: Warehouse, ground: Ground) -> None:
        self._database = database
        self._site = ground.owner.site
        self._warehouse = warehouse
        self._scope = ALL if ground.clients is None else Scope(ground.clients)

    async def rows(self, query: Query) -> list[Row]:
        return await self._warehouse.rows(query, self._scope)

    async def busy(self, window: Span) -> Busy:
        async with self._database.read(ALL) as conn:
            since: Ms | None = await conn.fetchval(
                "SELECT at FROM event WHERE site = $1 ORDER BY seq LIMIT 1", self._site
            )
            return Busy(since, await contacts.trunk_busy(conn, self._site, *window))


class Assessed(NamedTuple):
    """A result with what it came from. `heads`: how far the ledgers were followed; of a settled one alone."""

    ground: Ground
    inputs: Inputs
    result: Result
    heads: dict[str, LedgerHead]

    @property
    def owner(self) -> StoredContract:
        return self.ground.owner

    @property
    def version(self) -> StoredVersion:
        assert self.ground.version is not None
        return self.ground.version

    @property
    def contract(self) -> Contract:
        return self.ground.contract

    @property
    def period(self) -> Period:
        return self.ground.period

    @property
    def forecast_locked(self) -> bool:
        return self.ground.materials.locked

    @property
    def materials(self) -> Materials:
        return self.ground.materials

    @property
    def definitions(self) -> dict[str, int]:
        """Each figure's definition by its version."""
        named = [asked(one).definition for one in self.contract.objectives if one.metric]
        return {one.id: one.version for one in named}


class Tried(NamedTuple):
    """One month of the past; `result` None: nothing happened."""

    ground: Ground
    result: Result | None
    lines: Lines | None


def of_level(figure: Metric) -> bool:
    id = figure.definition.id
    return id.startswith("sl") and id[2:].isdigit()


def case_of(ground: Ground, inputs: Inputs) -> Case:
    """With the time in which all trunks were full, as far as it was witnessed."""
    if BUSY not in inputs:
        return ground.case
    zone = ground.contract.zone
    return replace(ground.case, busy={local_date(start, zone): cells[0][1] for start, _, cells in inputs[BUSY]})


def evaluated(ground: Ground, inputs: Inputs, at: Ms) -> Result:
    return evaluate(case_of(ground, inputs), inputs, at)


def _in_seconds(value: float | None, main: Objective | None) -> float | None:
    ms = main is not None and asked(main).definition.unit == "ms"
    return value / 1000 if ms and value is not None else value


async def _by_month(
    source: Source, names: dict[str, Query], main: Objective | None, ground: Ground, n: int
) -> list[dict[str, Any]]:
    """Without hours the months differ in nothing: two queries."""
    zone, last = ground.contract.zone, ground.period.first.replace(day=1)
    months = [months_before(last, back) for back in reversed(range(n))]
    window = Span(day_of(months[0], zone).start, day_of(next_month(last), zone).start)

    async def values(name: str, column: int) -> dict[str, float | None]:
        query = replace(names[name], window=window, every=Every.MONTH)
        return {f"{local_date(row.start, zone):%Y-%m}": row.cells[column].value for row in await source.rows(query)}

    level = {} if main is None else await values(f"{main.id}/plain", 0)
    true = await values(ACCESS, 1)
    keys = [f"{month:%Y-%m}" for month in months]
    return [{"key": k, "value": _in_seconds(level.get(k), main), "access": true.get(k)} for k in keys]


def _of_month(case: Case, month: date) -> Case:
    """The same of another month, whether the contract covers it or not."""
    last = next_month(month) - timedelta(days=1)
    return replace(case, first=month, last=last, contract=replace(case.contract, start=month, end=last))


async def _over(
    source: Source, names: dict[str, Query], name: str, month: date, ground: Ground, column: int = 0
) -> float | None:
    """A figure over a whole month; services of differing hours are added up."""
    zone = ground.contract.zone
    window = Span(day_of(month, zone).start, day_of(next_month(month), zone).start)
    wanted = [query for key, query in names.items() if key.partition("#")[0] == name]
    num = den = 0
    value = None
    for query in wanted:
        (row,) = await source.rows(replace(query, window=window, every=Every.ALL))
        cell = row.cells[column]
        num, den, value = num + cell.numerator, den + cell.denominator, cell.value
    return value if len(wanted) == 1 else num / den if den else None


# --- the running part --------------------------------------------------------------------------------------------


class Assessor:
    def __init__(self, database: Database, warehouse: Warehouse, clock: Clock) -> None:
        self._database = database
        self.warehouse = warehouse
        self._clock = clock

    async def ground(self, id: str, period: Period) -> Ground:
        async with self._database.read(ALL) as conn:
            return await grounds.ground(conn, id, period.key)

    async def assess(self, ground: Ground, at: Ms) -> Assessed:
        inputs = await gather(ground, StoredFacts(self._database, self.warehouse, ground), at)
        return Assessed(ground, inputs, evaluated(ground, inputs, at), {})

    async def settled(self, id: str, period: Period) -> Assessed:
        """With the ledgers' heads that the sums belong to: what was counted did not change while it was counted."""
        ground = await self.ground(id, period)
        at = self._clock.now()
        before = await self._heads(ground)
        assessed = await self.assess(ground, at)
        for _ in range(5):
            after = await self._heads(ground)
            if after == before:
                break
            again = await self.assess(ground, at)
            if again.inputs == assessed.inputs:  # what came meanwhile is no part of the period
                break
            before, assessed = after, again
        return assessed._replace(heads=before)

    async def differences(self, document: dict[str, Any]) -> dict[str, Any] | None:
        """The objectives of a statement for which the stored facts now give other sums; None: none."""
        ground = ground_of(document)
        at = int(document["at"])
        now = plain(await gather(ground, StoredFacts(self._database, self.warehouse, ground), at))
        then = document["inputs"]
        if now == then:
            return None
        changed = [
            one.id
            for one in ground.contract.objectives
            if any(now.get(name) != then.get(name) for name in (one.id, f"{one.id}/plain"))
        ]
        return {"objectives": changed or [one.id for one in ground.contract.objectives[:1]]}

    async def contacts(
        self, ground: Ground, agreed: Objective, span: Span, scope: Scope, part: str, after: str | None, limit: int
    ) -> dict[str, Any]:
        """The contacts behind an objective's figure."""
        if agreed.metric is None:
            raise Invalid("no_contacts_behind", f"{agreed.id} is judged by people, not counted.")
        figure = asked(agreed)
        named = questions(ground.case, span.end)[agreed.id]
        query = replace(named, window=span, every=Every.ALL)
        page = await self.warehouse.contacts(query, scope, metric=figure, part=part, limit=limit, after=after)
        return {
            "items": [
                {
                    "id": one.id,
                    "arrived": one.arrived,
                    "queue": one.queue,
                    "agent": one.agent,
                    "channel": str(one.channel),
                    "wait_s": None if one.wait_ms is None else one.wait_ms / 1000,
                    "talk_s": None if one.talk_ms is None else one.talk_ms / 1000,
                    "outcome": None if one.outcome is None else str(one.outcome),
                }
                for one in page.items
            ],
            "next": page.after,
        }

    async def months(self, ground: Ground, n: int) -> list[dict[str, Any]]:
        """The main figure and true access of the last `n` months up to the period, by today's definition."""
        main = main_objective(ground.contract)
        last = ground.period.first.replace(day=1)
        source = StoredFacts(self._database, self.warehouse, ground)
        now = questions(ground.case, ground.period.span.end)
        if all(query.filter.within is None for query in now.values()):
            return await _by_month(source, now, main, ground, n)
        points = []  # hours are other stretches in each month
        for back in reversed(range(n)):
            month = months_before(last, back)
            names = questions(_of_month(ground.case, month), day_of(next_month(month), ground.contract.zone).start)
            value = None if main is None else await _over(source, names, f"{main.id}/plain", month, ground)
            true = await _over(source, names, ACCESS, month, ground, column=1)
            points.append({"key": f"{month:%Y-%m}", "value": _in_seconds(value, main), "access": true})
        return points

    async def backtest(self, contract: Contract, first: date, months: int) -> list[Tried]:
        """Each month as the contract would have judged it."""
        found: list[Tried] = []
        month = first
        for _ in range(months):
            ground = await self._moved(contract, month)
            at = ground.period.span.end
            inputs = await gather(ground, StoredFacts(self._database, self.warehouse, ground), at)
            happened = any(rows for name, rows in inputs.items() if name != BUSY)
            result = evaluated(ground, inputs, at) if happened else None
            lines = None if result is None else await self.lines(ground, inputs, at)
            found.append(Tried(ground, result, lines))
            month = next_month(month)
        return found

    async def lines(self, ground: Ground, inputs: Inputs, at: Ms) -> Lines:
        """Of the period so far."""
        span = ground.period.span
        until = Span(span.start, max(span.start, min(span.end, at)))
        busy = (
            {start: cells[0][1] for start, _, cells in inputs[BUSY] if start >= span.start}
            if BUSY in inputs
            else None
        )
        days = sum(day_of(day, ground.contract.zone).start < until.end for day in ground.case.days)
        return await lines_of(self._database, ground, until, busy, days)

    async def checked(self, contract: Contract) -> tuple[Lines, AccessResult | None]:
        """The lines of a contract that may not be stored, and its true access, in the last month that has facts."""
        at = self._clock.now()
        extent = await self.warehouse.extent(await self._site())
        last = at if extent is None else min(at, extent.end - 1)
        ground = await self._moved(contract, local_date(last, contract.zone).replace(day=1))
        source = StoredFacts(self._database, self.warehouse, ground)
        inputs = await gather(ground, source, at, ACCESS)
        lines = await self.lines(ground, inputs, at)
        if not any(rows for name, rows in inputs.items() if name != BUSY):
            return lines, None
        by_day = tallies(inputs, ACCESS, contract.zone)
        return lines, access_result(case_of(ground, inputs), by_day, access_metrics(contract))

    async def _moved(self, contract: Contract, month: date) -> Ground:
        """The contract as if it were of that month alone."""
        moved = replace(contract, start=month, end=next_month(month) - timedelta(days=1))
        owner = StoredContract(
            contract.name, contract.party, await self._site(), str(contract.direction), 0, "", None, ""
        )
        return Ground(owner, None, moved, period_of(f"{month:%Y-%m}", moved), Materials(0, "", None))

    async def _site(self) -> str:
        async with self._database.read(ALL) as conn:
            sites = await setup.read_all(conn, setup.Kind.SITE, SiteSpec)
        return sites[0].id if sites else SiteSpec().id

    async def levers(self, assessed: Assessed, told: Callable[[float], None]) -> dict[str, Any]:
        """What would have met the target, of an agreement whose main objective is a service level.

        Raises Refused `no_levers` for another.
        """
        main = main_objective(assessed.contract)
        figure = None if main is None else asked(main)
        if main is None or figure is None or main.target is None or not of_level(figure):
            raise Refused("no_levers", "Only a service level can be re-run: the first charged objective is none.")
        calls = await calls_of(self._database, assessed.ground)
        x = figure.terms.target_ms or 20_000
        found = await asyncio.to_thread(
            rerun.levers, calls, (), target=float(main.target), target_ms=x, zone=assessed.contract.zone, told=told
        )
        base = next((one for one in found.items if one.kind == "unchanged"), None)
        return {
            "metric": figure.key,
            "actual": found.actual,
            "calibration": found.calibration,
            "items": [
                {
                    "id": one.kind,
                    "names": said.lever(one),
                    "value": one.level,
                    "access": one.access,
                    "meets": one.meets,
                    "cost": None if one.cost is None else str(one.cost),
                    "texts": {} if base is None else said.expected(one, base),
                }
                for one in found.items
            ],
            "texts": said.calibration(found),
        }

    def levers_digest(self, assessed: Assessed) -> str:
        """Of all that the levers are computed from, but for the minute."""
        told = orjson.dumps((assessed.period.key, plain(assessed.inputs)), option=orjson.OPT_SORT_KEYS)
        return hashlib.sha256(told).hexdigest()

    async def _heads(self, ground: Ground) -> dict[str, LedgerHead]:
        async with self._database.read(ALL) as conn:
            return await heads(conn, ground.owner.site)
