"""What is expected of each queue: days as they were forecast last, changes by hand in them; what nobody has forecast,
as it would be now; today, its rest forecast again from what has come.
"""

import asyncio
from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from jietong.core.clock import Clock
from jietong.core.days import Span, day_of, local_date
from jietong.core.specs import QueueSpec, SiteSpec
from jietong.core.vocabulary import Ms
from jietong.db.pool import ALL, Database, Scope
from jietong.metrics.warehouse import Warehouse
from jietong.workforce.forecast.known import Pasts
from jietong.workforce.model import QUARTER_S, Load

if TYPE_CHECKING:
    # Whoever starts a centre does not wait for scipy: the engine is imported where it computes.
    from jietong.workforce.forecast.made import MadeDay
    from jietong.workforce.forecast.store import Adjustment, Version
    from jietong.workforce.forecast.today import Rest


class Now(NamedTuple):
    """Today as it is seen at `at`: slots in the order of `starts`."""

    queue: str
    day: date
    at: Ms
    starts: tuple[Ms, ...]
    said: tuple[float, ...]
    came: tuple[float | None, ...]
    mean: tuple[float, ...]
    p10: tuple[float, ...]
    p90: tuple[float, ...]
    aht_s: tuple[float, ...]
    factor: float
    surprise: float
    day_p10: float
    day_p90: float


class Band(NamedTuple):
    """How sure a load is, by quarter of an hour: `p10`, `p90` of each by itself; `low`, `high`: all quarters of a day
    as its amount as a whole may be (sums over a day are to be taken of these, since quarters even each other out)."""

    p10: tuple[float, ...]
    p90: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


class Expected:
    """`simulated`: whether contacts of demonstrations count (in a demonstration centre they are all there is)."""

    def __init__(
        self,
        database: Database,
        warehouse: Warehouse,
        clock: Clock,
        site: Callable[[], SiteSpec],
        *,
        simulated: Callable[[], bool] = lambda: False,
    ) -> None:
        self._database = database
        self._clock = clock
        self._site = site
        self._pasts = Pasts(database, warehouse, clock, site, simulated=simulated)

    def today_is(self) -> date:
        return self._pasts.today_is()

    async def latest_load(self, queue: str, span: Span, scope: Scope = ALL) -> Load:
        """What is expected in each quarter of an hour of `span` (which begins on one), changes by hand in it: as last
        forecast, and where nothing was, as it would be now. Raises NotFound `no_such_queue`, Invalid `no_history`."""
        from jietong.workforce.forecast.recorded import STEP_MS, slot_of

        spec = await self._pasts.queue(queue, scope)
        zone = self._site().zone
        first, last = local_date(span.start, zone), local_date(span.end - 1, zone)
        days = await self._expected(spec, scope, first, last)
        calls, aht = [], []
        for start in range(span.start, span.end, STEP_MS):
            one, slot = days[local_date(start, zone)], slot_of(start, zone)
            calls.append(one.mean[slot])
            aht.append(one.aht_s[slot])
        return Load(queue, span.start, QUARTER_S, tuple(calls), tuple(aht))

    async def latest_band(self, queue: str, span: Span, scope: Scope = ALL) -> Band:
        """The band of `latest_load`, over the same quarters. Raises as that."""
        from jietong.workforce.forecast.recorded import STEP_MS, slot_of

        spec = await self._pasts.queue(queue, scope)
        zone = self._site().zone
        days = await self._expected(spec, scope, local_date(span.start, zone), local_date(span.end - 1, zone))
        found: list[tuple[float, float, float, float]] = []
        for start in range(span.start, span.end, STEP_MS):
            one, slot = days[local_date(start, zone)], slot_of(start, zone)
            part = one.mean[slot] / one.total.mean if one.total.mean > 0 else 0.0
            found.append((one.p10[slot], one.p90[slot], one.total.p10 * part, one.total.p90 * part))
        return Band(*zip(*found, strict=True)) if found else Band((), (), (), ())

    async def latest_spread(self, queue: str, span: Span, scope: Scope = ALL) -> tuple[float, ...]:
        """For each local day that `span` touches, the standard deviation of the logarithm of its amount: what days
        are to be drawn from."""
        spec = await self._pasts.queue(queue, scope)
        zone = self._site().zone
        days = await self._expected(spec, scope, local_date(span.start, zone), local_date(span.end - 1, zone))
        return tuple(one.spread for _, one in sorted(days.items()))

    async def today(self, queue: str, now: Ms, scope: Scope = ALL) -> Now:
        """The day of `now`, its rest forecast again from what has come. Raises as `latest_load`."""
        from jietong.workforce.forecast.recorded import quarters

        spec = await self._pasts.queue(queue, scope)
        past = await self._pasts.past(spec, scope)
        day = local_date(now, past.zone)
        one = (await self._expected(spec, scope, day, day))[day]
        grid = quarters(day, past.zone)
        came = await self._pasts.came(spec, scope, past, day, now=now)
        rest = await self._rest(spec, scope, one, grid, came)
        return Now(
            queue,
            day,
            now,
            tuple(start for start, _ in grid),
            tuple(one.mean[slot] for _, slot in grid),
            tuple(came.get(start) for start, _ in grid),
            tuple(rest.mean.tolist()),
            tuple(rest.p10.tolist()),
            tuple(rest.p90.tolist()),
            tuple(one.aht_s[slot] for _, slot in grid),
            rest.factor,
            rest.surprise,
            rest.day_p10,
            rest.day_p90,
        )

    async def made(
        self, spec: QueueSpec, scope: Scope, first: date, last: date
    ) -> "tuple[dict[date, MadeDay], Version | None, list[Adjustment]]":
        """Stored days between, with changes by hand: of the latest version; of days that are over, of the latest made
        before they began, else of the earliest."""
        from jietong.workforce.forecast import made, store

        zone, today = self._site().zone, self.today_is()
        async with self._database.read(scope) as conn:
            versions = await store.covering(conn, spec.id, first, last)
            changes = await store.adjustments(conn, spec.id, first, last)
        effects = [one.effect for one in changes]
        found: dict[date, MadeDay] = {}
        best: dict[date, bool] = {}
        for version in versions:
            for one in made.from_json(version.days):
                day = date.fromisoformat(one.day)
                before = day >= today or version.made_at < day_of(day, zone).start
                if first <= day <= last and not best.get(day, False):
                    found[day], best[day] = one, before
        return (
            {day: made.changed(one, effects, QUARTER_S) for day, one in found.items()},
            versions[0] if versions else None,
            changes,
        )

    async def _expected(self, spec: QueueSpec, scope: Scope, first: date, last: date) -> "dict[date, MadeDay]":
        """All days between: stored ones, the rest computed now."""
        from jietong.workforce.forecast import made, store
        from jietong.workforce.forecast.history import nothing_known

        found, _, changes = await self.made(spec, scope, first, last)
        missing = [day for day in days_between(first, last) if day not in found]
        if missing:
            past, learnt = await self._pasts.known(spec, scope)
            if learnt is None:
                raise nothing_known()
            said = await asyncio.to_thread(learnt.ahead, missing)
            open_days = [day for day in missing if day in learnt.opening]
            events = store.effects_of(past.events)
            effects = [one.effect for one in changes]
            for one in made.made(said, open_days, past.handling, events, learnt.country):
                found[date.fromisoformat(one.day)] = made.changed(one, effects, QUARTER_S)
        return found

    async def _rest(
        self, spec: QueueSpec, scope: Scope, one: "MadeDay", grid: list[tuple[Ms, int]], came: dict[Ms, float]
    ) -> "Rest":
        _, learnt = await self._pasts.known(spec, scope)

        def work() -> "Rest":
            import numpy as np

            from jietong.workforce.forecast.calibration import PLAIN
            from jietong.workforce.forecast.today import update

            mean = np.array([one.mean[slot] for _, slot in grid])
            seen = np.array([came.get(start, np.nan) for start, _ in grid], dtype=np.float64)
            return update(mean, max(one.spread, 0.01), learnt.calibration if learnt is not None else PLAIN, seen)

        return await asyncio.to_thread(work)


def days_between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=i) for i in range((last - first).days + 1)]
