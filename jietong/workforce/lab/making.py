"""A study's ground, made from the centre: facts read, the day measured by the catalogue, people by the schedule."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import date, timedelta
from math import sqrt
from typing import Protocol

from jietong.core.clock import Clock
from jietong.core.days import HALF_HOUR, Span, day_of, local_date, local_day
from jietong.core.errors import Invalid, NotFound
from jietong.core.events import PlannedSpan
from jietong.core.specs import AgentSpec, QueueSpec, TrunkSpec
from jietong.core.vocabulary import Activity, Ms
from jietong.db.pool import ALL, Database, Scope
from jietong.metrics.intervals import Every, Filter, Query, Row, metrics
from jietong.metrics.warehouse import Warehouse
from jietong.metrics.warehouse.service import made_of_contacts
from jietong.routing import store as setup
from jietong.workforce.lab import facts, recorded, staff
from jietong.workforce.lab.facts import Asked, Stretch
from jietong.workforce.lab.model import Day, Ground, Measured, Of
from jietong.workforce.lab.recorded import CHAT, Facts, Hours
from jietong.workforce.model import Load
from jietong.workforce.schedule import documents
from jietong.workforce.schedule import store as schedules
from jietong.workforce.schedule.model import Person
from jietong.workforce.simulation.scenario import Group

MONTH_DAYS = 30
SPREAD_WEEKS = 8


class Loads(Protocol):
    """Who knows what will come: `workforce.forecast` stands behind it."""

    async def latest_load(self, queue: str, span: Span, scope: Scope) -> Load | None:
        """Raises Invalid or NotFound where nothing can be said of the queue."""
        ...


Planned = Callable[[str], Awaitable[Mapping[str, tuple[PlannedSpan, ...]]]]
"""Local day → agent → what the published schedule has them do."""


def planned_spans(database: Database, site: str = "main") -> Planned:
    """By the schedule that is published."""

    async def spans(day: str) -> Mapping[str, tuple[PlannedSpan, ...]]:
        async with database.read(ALL) as conn:
            days = await schedules.published(conn, site, day, day)
        return {one.agent: one.spans for one in days.values()}

    return spans


class Maker:
    def __init__(
        self,
        database: Database,
        warehouse: Warehouse,
        clock: Clock,
        *,
        loads: Loads | None = None,
        planned: Planned | None = None,
        site: str = "main",
    ) -> None:
        self._database = database
        self._warehouse = warehouse
        self._clock = clock
        self._loads = loads
        self._planned = planned
        self._site = site

    async def ground(self, of: Of, scope: Scope, client: str, queues: tuple[str, ...]) -> Ground:
        """Raises Invalid `bad_day`, `no_such_day` for a day without contacts, `no_forecast`, `nobody_there`."""
        zone = await self._warehouse.zone(self._site)
        try:
            day = date.fromisoformat(of.date)
        except ValueError:
            raise Invalid("bad_day", f"{of.date!r} is no day; write 2026-07-15.", field="date") from None
        span = day_of(day, zone)
        now = self._clock.now()
        if isinstance(of, Day) and span.end > now:
            raise Invalid("day_not_over", "This day is not over. Choose an earlier one, or a forecast.", field="date")
        until = span if isinstance(of, Day) else day_of(_yesterday(now, zone), zone)
        month = Span(
            day_of(date.fromisoformat(_iso(until, zone)) - timedelta(days=MONTH_DAYS), zone).start, until.end
        )
        found = await self._facts(of, scope, client, queues, zone, span, until, month)
        made = recorded.ground(found)
        if made is None:
            raise Invalid("no_such_day", "Nobody called or wrote on that day. Choose another.", field="date")
        if not made.agents:
            raise Invalid("nobody_there", "Nobody was on line for these queues on that day. Choose another.")
        return made

    async def _facts(
        self,
        of: Of,
        scope: Scope,
        client: str,
        queues: tuple[str, ...],
        zone: str,
        span: Span,
        until: Span,
        month: Span,
    ) -> Facts:
        clients = None if client == "*" else (client,)
        async with self._database.read(scope) as conn:
            ledgers = (self._site, f"{self._site}:import")
            real = await facts.has_real(conn, ledgers, until if isinstance(of, Day) else month)
            asked = Asked(ledgers, clients, queues, real)
            recorded_day = span if isinstance(of, Day) else _like(span, zone, until)
            ways = await facts.ways(conn, asked, recorded_day)
            talks = await facts.talks(conn, asked, recorded_day)
            talks_month = await facts.talks(conn, asked, month)
            waits = await facts.waits(conn, asked, month)
            worked = await facts.worked(conn, asked, recorded_day)
            stretches = await facts.stretches(conn, ledgers, recorded_day)
            specs = {one.id: one.spec for one in await setup.read_all(conn, setup.Kind.QUEUE, QueueSpec)}
            agents = {one.id: one.spec for one in await setup.read_all(conn, setup.Kind.AGENT, AgentSpec)}
            hours = hours_of((await documents.read(conn)).ground.people.values())
            trunks = [one.spec for one in await setup.read_all(conn, setup.Kind.TRUNK, TrunkSpec)]
        narrow = Filter(queues=queues or None, clients=clients, simulated=False if real else None)
        load = None if isinstance(of, Day) else await self._load(specs, scope, clients, queues, span, ways)
        planned = await self._people(of, span, agents)
        spread, redial, resolved, measured = await asyncio.gather(
            self._spread(scope, narrow, zone, until),
            self._one("redial_rate", scope, narrow, zone, month),
            self._one("fcr", scope, narrow, zone, month),
            self._measured(scope, narrow, zone, span) if isinstance(of, Day) else _nothing(),
        )
        return Facts(
            date=of.date,
            zone=zone,
            day=span,
            ways=tuple(ways),
            talks=talks if isinstance(of, Day) else {},
            talks_month=talks_month,
            waits=waits,
            worked=tuple(worked) if isinstance(of, Day) else _onto(worked, recorded_day, span),
            stretches=tuple(stretches) if isinstance(of, Day) else (),
            queues=specs,
            agents=agents,
            channels=sum(one.channels for one in trunks if one.active),
            spread=spread,
            redial=redial,
            resolved=resolved or None,  # a history that kept none says 0
            measured=measured,
            hours=hours,
            notes=() if real else ("simulated_contacts",),
            planned=planned,
            load=load,
        )

    # --- figures by the catalogue ------------------------------------------------------------------------------

    async def _measured(self, scope: Scope, narrow: Filter, zone: str, span: Span) -> Measured:
        wanted = "sl3,sl7,abandon_rate,entry_offered,requested_agent,entry_blocked,lost_in_flow"
        cells = await self._cells(wanted, scope, narrow, zone, span)
        occupancy = None
        if narrow.queues is None and narrow.clients is None:
            occupancy = await self._one("occupancy", scope, Filter(), zone, span)
        return Measured(
            sl3=cells["sl3"][0],
            sl7=cells["sl7"][0],
            abandon_rate=cells["abandon_rate"][0],
            occupancy=occupancy,
            attempts=cells["entry_offered"][1],
            asked=cells["requested_agent"][1],
            blocked=cells["entry_blocked"][1],
            lost=cells["lost_in_flow"][1],
        )

    async def _one(self, metric: str, scope: Scope, narrow: Filter, zone: str, span: Span) -> float | None:
        if scope.clients is not None and not made_of_contacts(metrics(metric)[0].definition):
            return None
        return (await self._cells(metric, scope, narrow, zone, span))[metric][0]

    async def _cells(
        self, wanted: str, scope: Scope, narrow: Filter, zone: str, span: Span
    ) -> dict[str, tuple[float | None, int]]:
        asked = metrics(wanted)
        rows = await self._warehouse.rows(Query(self._site, span, zone, metrics=asked, filter=narrow), scope)
        cells = rows[0].cells
        return {one.key: (cell.value, cell.numerator) for one, cell in zip(asked, cells, strict=True)}

    async def _spread(self, scope: Scope, narrow: Filter, zone: str, until: Span) -> float | None:
        """Standard deviation of a day's contacts ÷ what its weekday brings, beyond the chance of counting. None:
        fewer than two weeks are known."""
        start = day_of(date.fromisoformat(_iso(until, zone)) - timedelta(days=7 * SPREAD_WEEKS), zone).start
        query = Query(
            self._site, Span(start, until.end), zone, Every.DAY, metrics=metrics("requested_agent"), filter=narrow
        )
        rows = await self._warehouse.rows(query, scope)
        return spread_of(rows, zone)

    # --- a day that has not been yet ---------------------------------------------------------------------------

    async def _load(
        self,
        specs: Mapping[str, QueueSpec],
        scope: Scope,
        clients: tuple[str, ...] | None,
        queues: tuple[str, ...],
        span: Span,
        ways: list[facts.Way],
    ) -> dict[str, list[float]]:
        """By queue of the scenario and half-hour; calls and chats as they were shared out on the day like it."""
        found: dict[str, list[float]] = {}
        for id, spec in sorted(specs.items()):
            if (queues and id not in queues) or (clients is not None and spec.client not in clients):
                continue
            load = await self._loads_of(id, span, scope)
            if load is None or not sum(load.calls):
                continue
            halves = _halves(load, span)
            own = [way for way in ways if way.queue == id]
            chats = sum(way.channel == "chat" for way in own) / len(own) if own else 0.0
            if chats < 1:
                found[id] = [value * (1 - chats) for value in halves]
            if chats > 0:
                found[id + CHAT] = [value * chats for value in halves]
        if not found:
            raise Invalid(
                "no_forecast", "There is no forecast of that day for these queues. Make one under Forecast first."
            )
        return found

    async def _loads_of(self, queue: str, span: Span, scope: Scope) -> Load | None:
        if self._loads is None:
            return None
        try:
            return await self._loads.latest_load(queue, span, scope)
        except (Invalid, NotFound):
            return None  # nothing ever came to this queue

    async def _people(self, of: Of, span: Span, agents: Mapping[str, AgentSpec]) -> dict[str, Group] | None:
        """By the published schedule: for a forecast day. None: nothing is published for it."""
        if isinstance(of, Day) or self._planned is None:
            return None
        spans = await self._planned(of.date)
        stretches = [
            Stretch(agent, one.start, one.end, _STATES[one.activity], part_time=False)
            for agent, own in spans.items()
            for one in own
            if one.activity in _STATES and one.end > one.start
        ]
        if not stretches:
            return None
        everyone = {"": dict[str, int]()}  # whoever can serve a queue is chosen by `recorded`
        return staff.of_stretches(stretches, span.start, agents, everyone)


_STATES = {
    Activity.WORK: "ready",
    Activity.BREAK: "break",
    Activity.MEAL: "break",
    Activity.TRAINING: "training",
    Activity.MEETING: "meeting",
    Activity.CASEWORK: "casework",
}


async def _nothing() -> None:
    return None


def hours_of(people: Iterable[Person]) -> Hours:
    """The mean over those whose terms say what an hour costs."""
    full: list[float] = []
    part: list[float] = []
    for one in people:
        if one.terms.cost_hour > 0:
            (part if one.part_time else full).append(one.terms.cost_hour)
    return Hours(sum(full) / len(full) if full else None, sum(part) / len(part) if part else None)


def spread_of(rows: list[Row], zone: str) -> float | None:
    """See `Maker._spread`; Fano's excess over a Poisson count."""
    by_weekday: dict[int, list[int]] = {}
    for row in rows:
        by_weekday.setdefault(date.fromisoformat(_iso(Span(row.start, row.end), zone)).weekday(), []).append(
            row.cells[0].numerator
        )
    gaps, freedom, variance = 0.0, 0, 0.0
    for counts in by_weekday.values():
        mean = sum(counts) / len(counts)
        if len(counts) < 2 or mean <= 0:
            continue
        gaps += sum((count / mean - 1) ** 2 for count in counts)
        freedom += len(counts) - 1
        variance += (len(counts) - 1) / mean
    if freedom < 7:
        return None
    return sqrt(max((gaps - variance) / freedom, 0.0))


def _halves(load: Load, span: Span) -> list[float]:
    steps = -(-(span.end - span.start) // HALF_HOUR)
    found = [0.0] * steps
    for n, value in enumerate(load.calls):
        at: Ms = load.start + n * load.step_s * 1000 - span.start
        if 0 <= at < steps * HALF_HOUR:
            found[at // HALF_HOUR] += value
    return found


def _like(span: Span, zone: str, until: Span) -> Span:
    """The latest day of the same weekday that is over."""
    day = date.fromisoformat(_iso(span, zone))
    last = date.fromisoformat(_iso(until, zone))
    weeks = -(-(day - last).days // 7)
    return day_of(day - timedelta(days=7 * max(weeks, 0)), zone)


def _onto(worked: list[facts.Worked], then: Span, now: Span) -> tuple[facts.Worked, ...]:
    """The people of a day like it, where no schedule is published."""
    by = now.start - then.start
    return tuple(one._replace(start=one.start + by, end=one.end + by) for one in worked)


def _yesterday(now: Ms, zone: str) -> date:
    return date.fromisoformat(_iso(local_day(now, zone), zone)) - timedelta(days=1)


def _iso(span: Span, zone: str) -> str:
    """The local date of a day; noon is in it everywhere."""
    return local_date((span.start + span.end) // 2, zone).isoformat()
