"""What is known of queues: their past out of the warehouse, and what it teaches, kept for a few minutes."""

import asyncio
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from jietong.core.clock import Clock
from jietong.core.days import Span, day_of, local_date, local_day
from jietong.core.errors import Invalid, NotFound
from jietong.core.specs import QueueSpec, SiteSpec
from jietong.core.vocabulary import Ms
from jietong.db.pool import ALL, Database, Scope
from jietong.metrics.warehouse import Warehouse
from jietong.routing.store import Kind, read_all
from jietong.workforce.model import QUARTER_S

if TYPE_CHECKING:
    # Whoever starts a centre does not wait for scipy: the engine is imported where it computes.
    from jietong.workforce.forecast.calendar import Country
    from jietong.workforce.forecast.handling import Handling
    from jietong.workforce.forecast.history import History
    from jietong.workforce.forecast.model import Learnt
    from jietong.workforce.forecast.recorded import Recorded
    from jietong.workforce.forecast.store import Event

DAY_MS: Ms = 86_400_000
_DAYS_BACK = 800
_FRESH_S = 120.0  # for so long a queue's past is not read again
_JUST_S = 5.0  # nor, where it is to be read anew
_FEW_DAYS = 28


class Past(NamedTuple):
    """What is known of one queue up to the start of a day."""

    queue: QueueSpec
    zone: str
    upto: date
    history: "History"
    handling: "Handling"
    recorded: "Recorded"
    events: "tuple[Event, ...]"


class Pasts:
    """`simulated`: whether contacts of demonstrations count (in a demonstration centre they are all there is)."""

    def __init__(
        self,
        database: Database,
        warehouse: Warehouse,
        clock: Clock,
        site: Callable[[], SiteSpec],
        *,
        simulated: Callable[[], bool],
    ) -> None:
        self._database = database
        self._warehouse = warehouse
        self._clock = clock
        self._site = site
        self._simulated = simulated
        self._learnt: dict[tuple[object, ...], tuple[float, Past, Learnt | None]] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def queue(self, id: str, scope: Scope) -> QueueSpec:
        """Raises NotFound `no_such_queue`, for one out of scope alike."""
        async with self._database.read(ALL) as conn:
            for doc in await read_all(conn, Kind.QUEUE, QueueSpec):
                if doc.id == id and scope.allows(doc.spec.client):
                    return doc.spec
        raise NotFound("no_such_queue", f"There is no queue {id!r} that you can see.")

    def today_is(self) -> date:
        return local_date(self._clock.now(), self._site().zone)

    async def past(self, spec: QueueSpec, scope: Scope) -> Past:
        """Read at most every two minutes; a new day or another event reads it again."""
        return (await self.known(spec, scope))[0]

    async def known(self, spec: QueueSpec, scope: Scope, *, anew: bool = False) -> "tuple[Past, Learnt | None]":
        """`anew`: as it stands now, whatever was read a minute ago. A queue without a past is always asked again."""
        from jietong.workforce.forecast import handling, history, recorded, store

        site = self._site()
        zone, upto = site.zone, self.today_is()
        async with self._database.read(scope) as conn:
            events = tuple(await store.events(conn, queue=spec.id))
        key = (spec.id, spec.client, upto, site.region, tuple((one.id, one.version) for one in events))
        async with self._locks.setdefault(spec.id, asyncio.Lock()):
            held = self._learnt.get(key)
            fresh_s = _JUST_S if anew else _FRESH_S
            if held is not None and held[2] is not None and time.monotonic() - held[0] < fresh_s:
                return held[1], held[2]
            end = day_of(upto, zone).start
            extent = await self._warehouse.extent(site.id)
            begun = day_of(upto - timedelta(days=_DAYS_BACK), zone).start
            span = Span(min(max(begun, local_day(extent.start, zone).start if extent else end), end - DAY_MS), end)
            # The scope was asked already, by the queue's client: what is learnt of it is the same for all.
            found = await recorded.recorded(
                self._warehouse, spec, span, zone, ALL, site=site.id, simulated=None if self._simulated() else False
            )
            known = await asyncio.to_thread(
                lambda: (
                    history.history(QUARTER_S, recorded.cells(found, zone, end)),
                    handling.handling(QUARTER_S, upto, recorded.handling_cells(found, zone)),
                )
            )
            past = Past(spec, zone, upto, known[0], known[1], found, events)
            learnt = await asyncio.to_thread(_learn, past, site) if past.history.days else None
            self._learnt = {k: v for k, v in self._learnt.items() if k[0] != spec.id}
            self._learnt[key] = (time.monotonic(), past, learnt)
            return past, learnt

    async def basis(
        self, spec: QueueSpec, scope: Scope, similar: str | None, expected_a_day: float | None
    ) -> "tuple[Past, Learnt, dict[str, Any]]":
        """What a forecast is made from, and how to say so."""
        from jietong.workforce.forecast.history import nothing_known
        from jietong.workforce.forecast.model import learn
        from jietong.workforce.forecast.similar import leaning

        past, learnt = await self.known(spec, scope, anew=True)
        basis: dict[str, Any] = {**told(past.history), "similar": similar, "expected_a_day": expected_a_day}
        if similar is None:
            if learnt is None:
                raise nothing_known()
        else:
            other = await self.past(await self.queue(similar, scope), scope)
            country = country_of(self._site())
            leant = await asyncio.to_thread(
                leaning, freed_of(past), freed_of(other), country, expected_a_day=expected_a_day
            )
            learnt = await asyncio.to_thread(learn, leant, country)
            if not past.handling.known:
                past = past._replace(handling=other.handling)
        basis |= {
            "tested_days": learnt.calibration.tested_days,
            "aht_known": past.handling.known,
            "country": learnt.country.code,
        }
        return past, learnt, basis

    async def came(
        self, spec: QueueSpec, scope: Scope, past: Past, day: date, *, now: Ms | None = None
    ) -> dict[Ms, float]:
        """What came in each quarter that is over; {} for days before the queue's first contact and after today."""
        from jietong.workforce.forecast.recorded import STEP_MS, recorded

        at = self._clock.now() if now is None else now
        span = day_of(day, past.zone)
        if day < past.upto:
            if not past.history.days or day < past.history.days[0]:
                return {}
            found, until = past.recorded, span.end
        elif span.start <= at:
            found = await recorded(
                self._warehouse, spec, Span(span.start, min(at, span.end)), past.zone, ALL, site=self._site().id,
                simulated=None if self._simulated() else False,
            )  # fmt: skip
            until = min(at, span.end)
        else:
            return {}
        return {
            start: found.asked.get(start, 0.0)
            for start in range(span.start, span.end, STEP_MS)
            if start + STEP_MS <= until
        }


def freed_of(past: Past) -> "History":
    from jietong.workforce.forecast.events import freed
    from jietong.workforce.forecast.store import effects_of

    return freed(past.history, effects_of(past.events))


def country_of(site: SiteSpec) -> "Country":
    from jietong.workforce.forecast.calendar import country

    try:
        return country(site.region)
    except Invalid:  # a region of which no holidays are known has weekends all the same
        return country(None)


def told(past: "History") -> dict[str, Any]:
    if not past.days:
        return {"first": None, "last": None, "days": 0, "contacts": 0.0, "few": True}
    return {
        "first": past.days[0].isoformat(),
        "last": past.days[-1].isoformat(),
        "days": len(past.days),
        "contacts": round(float(past.totals.sum()), 1),
        "few": len(past.days) < _FEW_DAYS,
    }


def _learn(past: Past, site: SiteSpec) -> "Learnt | None":
    from jietong.workforce.forecast.model import learn

    free = freed_of(past)
    return learn(free, country_of(site)) if free.days else None
