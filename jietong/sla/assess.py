"""From what was agreed and what happened to a result: gathers the sums an evaluation needs, and evaluates."""

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple, Protocol

import orjson
from msgspec.structs import replace

from jietong.core.clock import Clock
from jietong.core.days import Span, day_of
from jietong.core.errors import Invalid
from jietong.core.specs import SiteSpec
from jietong.core.vocabulary import Ms
from jietong.db.pool import ALL, Database, Scope
from jietong.metrics.definition import How
from jietong.metrics.intervals import Cell, Clip, Every, Filter, Metric, Query, Row, metric, metrics
from jietong.metrics.warehouse import Warehouse
from jietong.routing import store as setup
from jietong.sla import ground as grounds
from jietong.sla.evaluation import evaluate
from jietong.sla.ground import Ground, Materials, ground_of
from jietong.sla.ledger_facts import LedgerHead, heads
from jietong.sla.model import Budgeting, Contract, Exclusion, ExclusionState, Objective
from jietong.sla.periods import Period, local_date, months_before, next_month, period_of
from jietong.sla.rules.result import Result
from jietong.sla.store import StoredContract, StoredVersion

__all__ = ["Assessed", "Assessor", "StoredFacts", "evaluated", "gather", "ground_of", "plain"]

Sums = list[tuple[Ms, Ms, tuple[tuple[float | None, int, int], ...]]]
"""start, end, and for each figure asked: value, numerator, denominator."""
Inputs = dict[str, Sums]
"""By question. All that the evaluation counts by."""


class Source(Protocol):
    """Whoever answers for figures: the warehouse, or the ledger's events in memory."""

    async def rows(self, query: Query) -> list[Row]: ...


class StoredFacts:
    """The warehouse, within the clients whose contacts can count."""

    def __init__(self, warehouse: Warehouse, ground: Ground) -> None:
        self.warehouse = warehouse
        self._scope = ALL if ground.clients is None else Scope(ground.clients)

    async def rows(self, query: Query) -> list[Row]:
        return await self.warehouse.rows(query, self._scope)


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
        named = [objective_metric(one).definition for one in self.contract.objectives if one.metric]
        return {one.id: one.version for one in named}


# --- what is asked of the facts: pure ----------------------------------------------------------------------------


def questions(ground: Ground, at: Ms) -> dict[str, Query]:
    """Every query of an evaluation at `at`, by its name."""
    contract = ground.contract
    window = Span(ground.reach.start, max(ground.reach.start + 1, min(ground.reach.end, at)))
    main = main_objective(contract)
    counted = clips(ground, ground.materials.exclusions)
    found: dict[str, Query] = {}
    for one in contract.objectives:
        if one.metric is None:
            continue
        asked = objective_metric(one)
        every = Every(one.slice_window) if one.budgeting is Budgeting.TIMESLICES and one.slice_window else Every.DAY
        found[one.id] = _query(ground, window, every, (asked,), one.services, () if of_access(asked) else counted)
        found[f"{one.id}/plain"] = _query(ground, window, every, (asked,), one.services, ())
    found["access"] = _query(ground, window, Every.DAY, access_metrics(contract), (), (), access=True)
    volume = metric(contract.volume.metric if contract.volume else "requested_agent")
    found["volume"] = _query(ground, window, Every.DAY, (volume,), (), ())
    if main is not None and main.metric is not None:
        asked = objective_metric(main)
        for each in ground.materials.exclusions:
            alone = clips(
                ground, [*(e for e in ground.materials.exclusions if counts(e) and e is not each), each], force=each
            )
            found[f"exclusion/{each.id}"] = _query(ground, window, Every.DAY, (asked,), main.services, alone)
    return found


def objective_metric(one: Objective) -> Metric:
    return metrics(one.metric or "")[0]


def main_objective(contract: Contract) -> Objective | None:
    """The first that is charged and counted."""
    return next((one for one in contract.objectives if one.metric and not one.shown_only), None)


def access_metrics(contract: Contract) -> tuple[Metric, ...]:
    """SL3 and SL7 by the X of the main objective, and what lies between them."""
    main = main_objective(contract)
    x = "20"
    if main is not None and objective_metric(main).terms.target_ms is not None:
        x = f"{(objective_metric(main).terms.target_ms or 0) / 1000:g}"
    return metrics(f"sl3({x}),sl7({x}),answered,abandoned,entry_blocked,lost_in_flow")


def of_access(asked: Metric) -> bool:
    """Counts those who never reached a queue: exclusions never touch it."""
    kinds = {getattr(s, "kind", None) for s in (*asked.definition.numerator, *asked.definition.denominator)}
    return "entry" in kinds or "flow" in kinds


def counts(one: Exclusion) -> bool:
    return one.state is ExclusionState.APPROVED


def clips(ground: Ground, exclusions: Sequence[Exclusion], force: Exclusion | None = None) -> tuple[Clip, ...]:
    """Of those that are approved and of a class agreed to; and of `force`, whatever its state."""
    agreed = ground.contract.exclusions.classes
    found: list[Clip] = []
    for one in exclusions:
        if one.kind in agreed and (counts(one) or one is force):
            queues = _union([ground.contract.service(id) for id in one.services], "queues") if one.services else None
            found.append((Span(one.start, one.end), None if queues is None else frozenset(queues), None))
    return tuple(sorted(found))


def _query(
    ground: Ground,
    window: Span,
    every: Every,
    asked: tuple[Metric, ...],
    services: tuple[str, ...],
    without: tuple[Clip, ...],
    access: bool = False,
) -> Query:
    contract = ground.contract
    chosen = [s for s in contract.services if not services or s.id in services]
    access = access or any(of_access(one) for one in asked)
    narrowed = Filter(
        queues=None if access else _union(chosen, "queues"),
        entries=_union(chosen, "entries") if access else None,
        clients=ground.clients,
        channels=_union(chosen, "channels"),
        without=without,
    )
    return Query(ground.owner.site, window, contract.zone, every, (), asked, narrowed)


def _union(services: Sequence[Any], field: str) -> tuple[str, ...] | None:
    """None: one of them names none, which means all."""
    named = [getattr(one, field) for one in services if one is not None]
    return None if not named or any(not one for one in named) else tuple(sorted({x for one in named for x in one}))


async def gather(ground: Ground, source: Source, at: Ms) -> Inputs:
    """Every sum that the evaluation counts by. What differs by its figure alone is asked at once."""
    asked = questions(ground, at)
    together: dict[Query, list[Metric]] = {}
    for query in asked.values():
        columns = together.setdefault(replace(query, metrics=()), [])
        columns += (one for one in query.metrics if one.key not in {other.key for other in columns})
    answers: dict[Query, list[Row]] = {}
    for bare, columns in together.items():
        answers[bare] = await source.rows(replace(bare, metrics=tuple(columns)))
    found: Inputs = {}
    for name, query in asked.items():
        bare = replace(query, metrics=())
        keys = [one.key for one in together[bare]]
        places = [keys.index(one.key) for one in query.metrics]
        found[name] = [
            (row.start, row.end, tuple(_exact(row.cells[n], m) for n, m in zip(places, query.metrics, strict=True)))
            for row in answers[bare]
            if any(_happened(row.cells[n], m) for n, m in zip(places, query.metrics, strict=True))
        ]
    return found


def _exact(cell: Cell, asked: Metric) -> tuple[float | None, int, int]:
    """A value that does not follow from numerator and denominator is kept beside them."""
    alone = asked.definition.how in (How.MAX, How.QUANTILE, How.STREAK)
    return cell.value if alone else None, cell.numerator, cell.denominator


def _happened(cell: Cell, asked: Metric) -> bool:
    return bool(cell.numerator or (cell.denominator and asked.definition.how is not How.SUM))


def plain(inputs: Inputs) -> dict[str, Any]:
    """As JSON holds them."""
    return {name: [[s, e, [list(cell) for cell in cells]] for s, e, cells in rows] for name, rows in inputs.items()}


def evaluated(ground: Ground, inputs: Inputs, at: Ms) -> Result:
    return evaluate(ground, inputs, at)


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
        inputs = await gather(ground, StoredFacts(self.warehouse, ground), at)
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
        now = plain(await gather(ground, StoredFacts(self.warehouse, ground), at))
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
        asked = objective_metric(agreed)
        counted = () if of_access(asked) else clips(ground, ground.materials.exclusions)
        query = _query(ground, span, Every.ALL, (asked,), agreed.services, counted)
        page = await self.warehouse.contacts(query, scope, metric=asked, part=part, limit=limit, after=after)
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
        first = months_before(last, n - 1)
        zone = ground.contract.zone
        window = Span(day_of(first, zone).start, day_of(next_month(last), zone).start)
        source = StoredFacts(self.warehouse, ground)
        asked = access_metrics(ground.contract)
        values: dict[str, float | None] = {}
        if main is not None:
            query = _query(ground, window, Every.MONTH, (objective_metric(main),), main.services, ())
            for row in await source.rows(query):
                value = row.cells[0].value
                ms = objective_metric(main).definition.unit == "ms"
                values[f"{local_date(row.start, zone):%Y-%m}"] = value / 1000 if ms and value is not None else value
        query = _query(ground, window, Every.MONTH, asked[:2], (), (), access=True)
        true = {f"{local_date(row.start, zone):%Y-%m}": row.cells[1].value for row in await source.rows(query)}
        keys, month = [], first
        while month <= last:
            keys.append(f"{month:%Y-%m}")
            month = next_month(month)
        return [{"key": key, "value": values.get(key), "access": true.get(key)} for key in keys]

    async def backtest(
        self, contract: Contract, first: date, months: int
    ) -> list[tuple[str, Result | None, Contract]]:
        """Each month as the contract would have judged it; None where nothing happened."""
        found: list[tuple[str, Result | None, Contract]] = []
        month = first
        for _ in range(months):
            key = f"{month:%Y-%m}"
            moved = replace(contract, start=month, end=next_month(month) - timedelta(days=1))
            owner = StoredContract(
                contract.name, contract.party, await self._site(), str(contract.direction), 0, "", None, ""
            )
            period = period_of(key, moved)
            ground = Ground(owner, None, moved, period, Materials(0, "", None))
            at = period.span.end
            inputs = await gather(ground, StoredFacts(self.warehouse, ground), at)
            found.append((key, evaluated(ground, inputs, at) if any(inputs.values()) else None, moved))
            month = next_month(month)
        return found

    async def _site(self) -> str:
        async with self._database.read(ALL) as conn:
            sites = await setup.read_all(conn, setup.Kind.SITE, SiteSpec)
        return sites[0].id if sites else SiteSpec().id

    def levers_digest(self, assessed: Assessed) -> str:
        """Of all that the levers are computed from, but for the minute."""
        told = orjson.dumps((assessed.period.key, plain(assessed.inputs)), option=orjson.OPT_SORT_KEYS)
        return hashlib.sha256(told).hexdigest()

    async def _heads(self, ground: Ground) -> dict[str, LedgerHead]:
        async with self._database.read(ALL) as conn:
            return await heads(conn, ground.owner.site)
