"""Use cases of forecasts: make, see, change by hand, hold against what came, re-forecast today.

Everything is of one queue; whoever asks sees the queues of their clients. What is computed is computed in a thread.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from jietong.core.clock import Clock
from jietong.core.days import Span, day_of
from jietong.core.errors import Invalid
from jietong.core.ids import new_id
from jietong.core.specs import QueueSpec, SiteSpec
from jietong.core.vocabulary import Ms
from jietong.db.pool import ALL, Database, Scope
from jietong.identity import audit
from jietong.identity.model import Principal
from jietong.metrics.warehouse import Warehouse
from jietong.routing.store import Kind, read_all
from jietong.workforce.forecast.known import Pasts, country_of, freed_of, told
from jietong.workforce.model import QUARTER_S, Load

if TYPE_CHECKING:
    # Whoever starts a centre does not wait for scipy: the engine is imported where it computes.
    from jietong.workforce.forecast.backtest import Backtest
    from jietong.workforce.forecast.events import Effect
    from jietong.workforce.forecast.made import MadeDay
    from jietong.workforce.forecast.store import Adjustment, Event, Version
    from jietong.workforce.forecast.today import Rest

LONGEST_DAYS = 190

View = dict[str, Any]


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


class Forecasts:
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

    # --- queues ------------------------------------------------------------------------------------------------

    async def queues(self, scope: Scope) -> list[View]:
        """Active queues with their latest forecast, in the order of their ids."""
        from jietong.workforce.forecast import store

        async with self._database.read(scope) as conn:
            specs = [doc.spec for doc in await read_all(conn, Kind.QUEUE, QueueSpec)]
            latest = await store.latest_of_queues(conn)
        return [
            {
                "queue": spec.id,
                "names": dict(spec.name),
                "client": spec.client,
                "channels": [str(channel) for channel in spec.channels],
                "target": spec.service_level_target,
                "within_s": spec.service_level_s,
                "latest": _head(latest[spec.id]) if spec.id in latest else None,
            }
            for spec in specs
            if spec.active and scope.allows(spec.client)
        ]

    async def queue(self, id: str, scope: Scope) -> QueueSpec:
        """Raises NotFound `no_such_queue`, for one out of scope alike."""
        return await self._pasts.queue(id, scope)

    def today_is(self) -> date:
        return self._pasts.today_is()

    # --- making ------------------------------------------------------------------------------------------------

    async def make(
        self,
        by: Principal,
        queue: str,
        first: date,
        last: date,
        *,
        similar: str | None = None,
        expected_a_day: float | None = None,
        nightly: bool = False,
    ) -> View:
        """A new version from `first` through `last`; `nightly`: in place of the nightly one before it. Raises
        NotFound `no_such_queue`, Invalid `bad_period`, `no_history`, `nothing_to_scale_by`."""
        from jietong.workforce.forecast import made, store

        _checked(first, last)
        spec = await self._pasts.queue(queue, by.scope)
        past, learnt, basis = await self._pasts.basis(spec, by.scope, similar, expected_a_day)
        days = _between(first, last)
        open_days = [day for day in days if day in learnt.opening]
        said = await asyncio.to_thread(learnt.ahead, days)
        found = made.made(said, open_days, past.handling, store.effects_of(past.events), learnt.country)
        if nightly:
            basis = {**basis, "nightly": True}
        now = self._clock.now()
        version = store.Version(
            new_id(now), spec.client, queue, now, by.account_id, by.name, first, last, basis, made.as_json(found)
        )
        async with self._database.transaction(by.scope) as conn:
            await store.insert_version(conn, version)
            if nightly:
                await store.trim_nightly(conn, queue, first, version.id)
            await audit.append(
                conn, by=by, action="forecast.made", object=queue, now=now,
                details={"first": first.isoformat(), "last": last.isoformat(), "version": version.id},
            )  # fmt: skip
        return _head(version)

    async def versions(self, by: Principal, queue: str) -> list[View]:
        from jietong.workforce.forecast import store

        await self._pasts.queue(queue, by.scope)
        async with self._database.read(by.scope) as conn:
            return [_head(one) for one in await store.versions(conn, queue)]

    # --- seeing ------------------------------------------------------------------------------------------------

    async def view(self, by: Principal, queue: str, first: date, last: date) -> View:
        """Each day as it is forecast now (with changes by hand) and as it came. Days before today's are shown as they
        were forecast last before they began."""
        _checked(first, last)
        spec = await self._pasts.queue(queue, by.scope)
        past = await self._pasts.past(spec, by.scope)
        made_days, version, changes = await self._made(spec, by.scope, first, last)
        totals = dict(zip(past.history.days, past.history.totals.tolist(), strict=True))
        calendar = country_of(self._site())
        began = past.history.days[0] if past.history.days else past.upto
        days = []
        for day in _between(first, last):
            one = made_days.get(day)
            days.append(
                {
                    "day": day.isoformat(),
                    "open": one is not None and one.total.mean > 0,
                    "forecast": None if one is None else _total(one),
                    "came": totals.get(day, 0.0) if began <= day < past.upto else None,
                    "drivers": {} if one is None else one.drivers,
                    "aht_s": None if one is None else _mean_aht(one),
                    "holiday": calendar.holiday(day),
                    "working": calendar.working(day),
                    "events": [event.id for event in past.events if event.effect.of(day)],
                    "adjustments": [change.id for change in changes if change.effect.of(day)],
                }
            )
        return {
            "queue": queue,
            "zone": past.zone,
            "today": past.upto.isoformat(),
            "history": told(past.history),
            "version": None if version is None else _head(version),
            "days": days,
            "adjustments": [adjustment_view(one) for one in changes],
        }

    async def day(self, by: Principal, queue: str, day: date) -> View:
        """One day in quarters of an hour as they pass, with what came and who is needed."""
        from jietong.workforce.forecast.recorded import quarters

        spec = await self._pasts.queue(queue, by.scope)
        past = await self._pasts.past(spec, by.scope)
        found, _, _ = await self._made(spec, by.scope, day, day)
        grid = quarters(day, past.zone)
        came = await self._pasts.came(spec, by.scope, past, day)
        one = found.get(day)
        need = await asyncio.to_thread(_need, spec, one, grid) if one is not None else None
        return {
            "queue": queue,
            "day": day.isoformat(),
            "zone": past.zone,
            "step_s": QUARTER_S,
            "target": spec.service_level_target,
            "within_s": spec.service_level_s,
            "slots": [
                {
                    "start": start,
                    "mean": None if one is None else one.mean[slot],
                    "p10": None if one is None else one.p10[slot],
                    "p50": None if one is None else one.p50[slot],
                    "p90": None if one is None else one.p90[slot],
                    "aht_s": None if one is None else one.aht_s[slot],
                    "came": came.get(start),
                    "need": None if need is None else need[i],
                }
                for i, (start, slot) in enumerate(grid)
            ],
        }

    # --- by hand -----------------------------------------------------------------------------------------------

    async def adjust(self, by: Principal, queue: str, effect: "Effect", note: str) -> View:
        """Raises NotFound `no_such_queue`, Invalid `bad_adjustment`."""
        from jietong.workforce.forecast import store

        check_effect(effect, "bad_adjustment", ("factor", "add", "total"))
        spec = await self._pasts.queue(queue, by.scope)
        now = self._clock.now()
        one = store.Adjustment(
            new_id(now), spec.client, queue, effect, note.strip(), now, by.account_id, by.name, None
        )
        async with self._database.transaction(by.scope) as conn:
            await store.insert_adjustment(conn, one)
            await audit.append(
                conn, by=by, action="forecast.adjusted", object=queue, now=now,
                details={"how": effect.how, "value": effect.value, "first": effect.first.isoformat(),
                         "last": effect.last.isoformat(), "note": one.note},
            )  # fmt: skip
        return adjustment_view(one)

    async def undo(self, by: Principal, id: str) -> View:
        """Takes an adjustment back. Raises NotFound `no_such_adjustment`."""
        from jietong.workforce.forecast import store

        now = self._clock.now()
        async with self._database.transaction(by.scope) as conn:
            one = await store.undo(conn, id, by=by.account_id, now=now)
            await audit.append(conn, by=by, action="forecast.adjustment_undone", object=one.queue, now=now,
                               details={"adjustment": id})  # fmt: skip
        return adjustment_view(one)

    async def redo(self, by: Principal, id: str) -> View:
        """Puts back what was taken back. Raises NotFound `no_such_adjustment`."""
        from jietong.workforce.forecast import store

        now = self._clock.now()
        async with self._database.transaction(by.scope) as conn:
            one = await store.redo(conn, id)
            await audit.append(conn, by=by, action="forecast.adjustment_redone", object=one.queue, now=now,
                               details={"adjustment": id})  # fmt: skip
        return adjustment_view(one)

    # --- how good ----------------------------------------------------------------------------------------------

    async def backtest(self, by: Principal, queue: str, *, folds: int, horizon: int) -> "Backtest":
        """Raises NotFound `no_such_queue`, Invalid `too_little_history`."""
        from jietong.workforce.forecast.backtest import backtest

        spec = await self._pasts.queue(queue, by.scope)
        past = await self._pasts.past(spec, by.scope)
        return await asyncio.to_thread(
            backtest, freed_of(past), country_of(self._site()), folds=folds, horizon=horizon
        )

    async def accuracy(self, by: Principal, queue: str, first: date, last: date) -> View:
        """Each past day against what had been forecast last before it began, changes by hand in it."""
        from jietong.workforce.forecast.held import held

        _checked(first, last)
        spec = await self._pasts.queue(queue, by.scope)
        past = await self._pasts.past(spec, by.scope)
        last = min(last, past.upto - timedelta(days=1))
        found, _, _ = await self._made(spec, by.scope, first, last) if first <= last else ({}, None, [])
        return await asyncio.to_thread(held, past.history, found)

    async def measured(self, by: Principal, queue: str, event: "Event") -> float | None:
        """What came on the event's past days and hours ÷ what would have come without it; None: nothing is known."""
        from jietong.workforce.forecast.held import measured

        past = await self._pasts.past(await self._pasts.queue(queue, by.scope), by.scope)
        others = [one.effect for one in past.events if one.id != event.id]
        return await asyncio.to_thread(measured, past.history, event.effect, others, country_of(self._site()))

    async def exported(self, by: Principal, queue: str, first: date, last: date, *, every: str, format: str) -> None:
        """Writes down that somebody took the forecast with them."""
        async with self._database.transaction(by.scope) as conn:
            await audit.append(
                conn, by=by, action="forecast.exported", object=queue, now=self._clock.now(),
                details={"first": first.isoformat(), "last": last.isoformat(), "every": every, "format": format},
            )  # fmt: skip

    # --- for others --------------------------------------------------------------------------------------------

    async def latest_load(self, queue: str, span: Span, scope: Scope = ALL) -> Load:
        """What is expected in each quarter of an hour of `span` (which begins on one), changes by hand in it: as last
        forecast, and where nothing was, as it would be now. Raises NotFound `no_such_queue`, Invalid `no_history`."""
        from jietong.workforce.forecast.recorded import STEP_MS, local_date, slot_of

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

    async def latest_spread(self, queue: str, span: Span, scope: Scope = ALL) -> tuple[float, ...]:
        """For each local day that `span` touches, the standard deviation of the logarithm of its amount: what days
        are to be drawn from."""
        from jietong.workforce.forecast.recorded import local_date

        spec = await self._pasts.queue(queue, scope)
        zone = self._site().zone
        days = await self._expected(spec, scope, local_date(span.start, zone), local_date(span.end - 1, zone))
        return tuple(one.spread for _, one in sorted(days.items()))

    async def today(self, queue: str, now: Ms, scope: Scope = ALL) -> Now:
        """The day of `now`, its rest forecast again from what has come. Raises as `latest_load`."""
        from jietong.workforce.forecast.recorded import local_date, quarters

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

    # --- inside ------------------------------------------------------------------------------------------------

    async def _made(
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

        found, _, changes = await self._made(spec, scope, first, last)
        missing = [day for day in _between(first, last) if day not in found]
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


def adjustment_view(one: "Adjustment") -> View:
    return {
        "id": one.id,
        "queue": one.queue,
        **effect_view(one.effect),
        "note": one.note,
        "made_at": one.made_at,
        "made_by_name": one.made_by_name,
        "undone": one.undone_at is not None,
    }


def effect_view(effect: "Effect") -> View:
    return {
        "first": effect.first.isoformat(),
        "last": effect.last.isoformat(),
        "from_s": effect.from_s,
        "until_s": effect.until_s,
        "how": effect.how,
        "value": effect.value,
    }


def check_effect(effect: "Effect", code: str, hows: Sequence[str]) -> None:
    """Raises Invalid `code`."""
    if effect.how not in hows:
        raise Invalid(code, f"It says how as {effect.how!r}: choose one of {', '.join(hows)}.")
    if effect.last < effect.first or (effect.last - effect.first).days > 366:
        raise Invalid(code, "It ends before it begins, or lasts for more than a year. Correct its days.")
    if not 0 <= effect.from_s < effect.until_s <= 86_400:
        raise Invalid(code, "Its hours end before they begin. Correct them; a whole day is from 0:00 to 24:00.")
    if effect.how == "factor" and not 0 <= effect.value <= 100:
        raise Invalid(code, "A factor is from 0 (nobody comes) to 100; 1.2 is twenty per cent more.")
    if abs(effect.value) > 1e7 or (effect.how == "total" and effect.value < 0):
        raise Invalid(code, "So many contacts cannot be meant. Correct the number.")


def _need(spec: QueueSpec, one: "MadeDay", grid: list[tuple[Ms, int]]) -> list[float]:
    """Agents on line by quarter, as Erlang C has it for the queue's own promise."""
    from jietong.workforce.model import Goal
    from jietong.workforce.requirement import requirement

    load = Load(
        spec.id, grid[0][0], QUARTER_S, tuple(one.mean[s] for _, s in grid), tuple(one.aht_s[s] for _, s in grid)
    )
    goal = Goal(min(spec.service_level_target, 0.999), spec.service_level_s)
    return list(requirement(load, goal).agents)


def _head(one: "Version") -> View:
    return {
        "id": one.id,
        "queue": one.queue,
        "made_at": one.made_at,
        "made_by_name": one.made_by_name,
        "first": one.first.isoformat(),
        "last": one.last.isoformat(),
        "basis": one.basis,
    }


def _total(one: "MadeDay") -> View:
    return {"mean": one.total.mean, "p10": one.total.p10, "p90": one.total.p90}


def _mean_aht(one: "MadeDay") -> float | None:
    whole = sum(one.mean)
    return sum(m * s for m, s in zip(one.mean, one.aht_s, strict=True)) / whole if whole > 0 else None


def _between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=i) for i in range((last - first).days + 1)]


def _checked(first: date, last: date) -> None:
    if last < first or (last - first).days >= LONGEST_DAYS:
        raise Invalid(
            "bad_period", f"Give a period of at most {LONGEST_DAYS} days whose last day is not before its first."
        )
