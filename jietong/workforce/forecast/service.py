"""Use cases of forecasts: make, see, change by hand, hold against what came.

Everything is of one queue; whoever asks sees the queues of their clients. What is computed is computed in a thread.
"""

import asyncio
from datetime import date, timedelta
from typing import TYPE_CHECKING

from jietong.core.errors import Invalid
from jietong.core.ids import new_id
from jietong.core.specs import QueueSpec
from jietong.db.pool import Scope
from jietong.identity import audit
from jietong.identity.model import Principal
from jietong.routing.store import Kind, read_all
from jietong.workforce.forecast.expected import Expected, days_between
from jietong.workforce.forecast.known import country_of, freed_of, told
from jietong.workforce.forecast.views import View, adjustment_view, mean_aht_s, total_view, version_view
from jietong.workforce.model import QUARTER_S

if TYPE_CHECKING:
    # Whoever starts a centre does not wait for scipy: the engine is imported where it computes.
    from jietong.workforce.forecast.backtest import Backtest
    from jietong.workforce.forecast.events import Effect
    from jietong.workforce.forecast.store import Event

LONGEST_DAYS = 190


class Forecasts(Expected):
    """What planners do with forecasts, beside what is expected."""

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
                "latest": version_view(latest[spec.id]) if spec.id in latest else None,
            }
            for spec in specs
            if spec.active and scope.allows(spec.client)
        ]

    async def queue(self, id: str, scope: Scope) -> QueueSpec:
        """Raises NotFound `no_such_queue`, for one out of scope alike."""
        return await self._pasts.queue(id, scope)

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
        days = days_between(first, last)
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
        return version_view(version)

    async def versions(self, by: Principal, queue: str) -> list[View]:
        from jietong.workforce.forecast import store

        await self._pasts.queue(queue, by.scope)
        async with self._database.read(by.scope) as conn:
            return [version_view(one) for one in await store.versions(conn, queue)]

    # --- seeing ------------------------------------------------------------------------------------------------

    async def view(self, by: Principal, queue: str, first: date, last: date) -> View:
        """Each day as it is forecast now (with changes by hand) and as it came. Days before today's are shown as they
        were forecast last before they began."""
        _checked(first, last)
        spec = await self._pasts.queue(queue, by.scope)
        past = await self._pasts.past(spec, by.scope)
        made_days, version, changes = await self.made(spec, by.scope, first, last)
        totals = dict(zip(past.history.days, past.history.totals.tolist(), strict=True))
        calendar = country_of(self._site())
        began = past.history.days[0] if past.history.days else past.upto
        days = []
        for day in days_between(first, last):
            one = made_days.get(day)
            days.append(
                {
                    "day": day.isoformat(),
                    "open": one is not None and one.total.mean > 0,
                    "forecast": None if one is None else total_view(one),
                    "came": totals.get(day, 0.0) if began <= day < past.upto else None,
                    "drivers": {} if one is None else one.drivers,
                    "aht_s": None if one is None else mean_aht_s(one),
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
            "version": None if version is None else version_view(version),
            "days": days,
            "adjustments": [adjustment_view(one) for one in changes],
        }

    async def day(self, by: Principal, queue: str, day: date) -> View:
        """One day in quarters of an hour as they pass, with what came."""
        from jietong.workforce.forecast.recorded import quarters

        spec = await self._pasts.queue(queue, by.scope)
        past = await self._pasts.past(spec, by.scope)
        found, _, _ = await self.made(spec, by.scope, day, day)
        grid = quarters(day, past.zone)
        came = await self._pasts.came(spec, by.scope, past, day)
        one = found.get(day)
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
                }
                for start, slot in grid
            ],
        }

    # --- by hand -----------------------------------------------------------------------------------------------

    async def adjust(self, by: Principal, queue: str, effect: "Effect", note: str) -> View:
        """Raises NotFound `no_such_queue`, Invalid `bad_adjustment`."""
        from jietong.workforce.forecast import store
        from jietong.workforce.forecast.events import ADJUSTMENT_HOWS, check_effect

        check_effect(effect, "bad_adjustment", ADJUSTMENT_HOWS)
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
        found, _, _ = await self.made(spec, by.scope, first, last) if first <= last else ({}, None, [])
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


def _checked(first: date, last: date) -> None:
    if last < first or (last - first).days >= LONGEST_DAYS:
        raise Invalid(
            "bad_period", f"Give a period of at most {LONGEST_DAYS} days whose last day is not before its first."
        )
