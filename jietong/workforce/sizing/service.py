"""Who is needed for what is forecast, beside who is scheduled; and the lines beside the seats, over all voice queues.

The need is the schedule's own (`schedule.need`): one figure has one value on all screens. Lines carry whatever calls
in: demand as forecast, those turned away in it, each call held as long as callers held theirs in the last weeks.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Protocol

from jietong.core.clock import Clock
from jietong.core.days import Span, day_of
from jietong.core.errors import Invalid, JietongError
from jietong.core.specs import NumberSpec, QueueSpec, SiteSpec, TrunkSpec
from jietong.core.vocabulary import Channel
from jietong.db.pool import ALL, Database
from jietong.identity import audit
from jietong.identity.model import Principal
from jietong.metrics.warehouse import Warehouse
from jietong.routing.store import Kind, read_all
from jietong.workforce.forecast.expected import Band
from jietong.workforce.model import QUARTER_S, Load
from jietong.workforce.schedule.documents import Setup
from jietong.workforce.schedule.model import SkillGroup
from jietong.workforce.schedule.need import GroupNeed, Habits, sized
from jietong.workforce.schedule.rules.ground import at_a_time
from jietong.workforce.schedule.service import Schedules
from jietong.workforce.sizing.callers import Part, Waits, lines_of, with_calls
from jietong.workforce.sizing.measured import Measured
from jietong.workforce.sizing.views import Banded, View, basis, drawn, places, shown_lines

LONGEST_DAYS = 92


class Bands(Protocol):
    """`workforce.forecast` stands behind it."""

    async def latest_band(self, queue: str, span: Span) -> Band:
        """Raises a JietongError for a queue of which nothing can be said."""
        ...


class Sizing:
    """`bands`: whoever forecasts."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        site: Callable[[], SiteSpec],
        warehouse: Warehouse | None,
        schedules: Schedules,
        bands: Bands,
    ) -> None:
        self._database = database
        self._clock = clock
        self._site = site
        self._schedules = schedules
        self._bands = bands
        self._measured = Measured(warehouse, clock)

    # --- agents ------------------------------------------------------------------------------------------------

    async def requirement(
        self, by: Principal, queue: QueueSpec, first: date, last: date, *, scheduled: bool = True
    ) -> View:
        """The need of the group that serves a queue (of the reader's scope), by quarter of an hour and by day, beside
        what is published; `scheduled` False: the need alone. Raises Invalid `bad_period`."""
        _checked(first, last)
        setup = await self._schedules.setup()
        id = _group_of(setup, queue.id)
        out: View = {
            "queue": queue.id, "zone": setup.ground.zone, "first": first.isoformat(), "last": last.isoformat(),
            "step_s": QUARTER_S, "group": None, "basis": None, "slots": None, "days": [],
        }  # fmt: skip
        if id is None:
            return {**out, "unknown": "no_group"}
        if id not in setup.visible(by):
            return {**out, "unknown": "out_of_scope"}
        group, span = setup.ground.groups[id], _span(first, last, setup.ground.zone)
        groups = sorted(setup.ground.groups) if scheduled else [id]
        needs = await self._schedules.needs.of(setup, groups, first.isoformat(), last.isoformat())
        habits = await self._schedules.needs.habits(setup)
        loads = [(one, await self._schedules.needs.load(one, span)) for one in group.queues]
        out["group"] = {
            "id": id, "names": group.name,
            "queues": [
                {"queue": one, "names": setup.ground.queues[one].names if one in setup.ground.queues else {},
                 "forecast": load is not None}
                for one, load in loads
            ],
        }  # fmt: skip
        out["basis"] = basis(group, habits, at_a_time(group, setup.ground, span.start))
        if id not in needs:
            return {**out, "unknown": "no_forecast"}
        known = [load for _, load in loads if load is not None]
        band = await self._banded(group, known, span, habits, needs[id].at_a_time)
        cover = await self._cover(setup, needs, id, first, last) if scheduled else None
        return {**out, "unknown": None, **drawn(needs[id], band, cover, span.start, first, last, setup.ground.zone)}

    async def _banded(
        self, group: SkillGroup, loads: Sequence[Load], span: Span, habits: Habits, at_once: float
    ) -> Banded | None:
        """Queues of a group are taken to be low, or high, together. None: of one of them no band is known."""
        bands = [await self._band(load, span) for load in loads]
        if any(band is None for band in bands):
            return None
        patience = habits.patience_s(group.queues)
        known = [(load, band) for load, band in zip(loads, bands, strict=True) if band is not None]

        def work() -> list[GroupNeed]:
            return [
                sized([with_calls(load, band[n]) for load, band in known], group, patience, at_once, keep=False)
                for n in range(4)
            ]

        found = await asyncio.to_thread(work)
        return Banded(*found)

    async def _band(self, load: Load, span: Span) -> Band | None:
        try:
            found = await self._bands.latest_band(load.queue, span)
        except JietongError:
            return None
        return found if len(found.p90) == len(load.calls) else None

    async def _cover(
        self, setup: Setup, needs: Mapping[str, GroupNeed], id: str, first: date, last: date
    ) -> list[float | None]:
        """People scheduled for the group; None on days of which nothing has been published."""
        around = (first - timedelta(days=1)).isoformat(), (last + timedelta(days=1)).isoformat()
        days = await self._schedules.published(*around)
        said = {day for (_, day), one in days.items() if one.spans}
        picture = await self._schedules.needs.picture(setup, days, first.isoformat(), last.isoformat(), needs)
        cover: list[float | None] = list(picture.cover.agents[id])
        for day, i, j in places(first, last, setup.ground.zone):
            if day.isoformat() not in said:
                cover[i:j] = [None] * (j - i)
        return cover

    # --- lines -------------------------------------------------------------------------------------------------

    async def lines(
        self, by: Principal, first: date, last: date, *, blocking: float, retries: float, waits: Waits = "measured"
    ) -> View:
        """Lines for the callers of all voice queues of the reader's scope, by quarter of an hour and by day; the peak
        beside the channels that are set up. `waits` planned: as the need's agents would leave them. Raises Invalid
        `bad_period`, `bad_blocking`."""
        _checked(first, last)
        if not 0 < blocking < 1:
            raise Invalid("bad_blocking", "Blocking is a share between 0 and 1, both excluded: 0.01 is 1 %.")
        if not 0 <= retries < 1:
            raise Invalid("bad_blocking", "The share that dials again lies between 0 and 1, 1 excluded.")
        setup = await self._schedules.setup()
        zone = setup.ground.zone
        span = _span(first, last, zone)
        async with self._database.read(ALL) as conn:
            specs = [doc.spec for doc in await read_all(conn, Kind.QUEUE, QueueSpec)]
            trunks = [doc.spec for doc in await read_all(conn, Kind.TRUNK, TrunkSpec) if doc.spec.active]
            numbers = [doc.spec for doc in await read_all(conn, Kind.NUMBER, NumberSpec) if doc.spec.active]
        every = [one for one in specs if one.active and Channel.VOICE in one.channels]
        mine = [one for one in every if by.sees(one.client)]
        groups = {one.id: _group_of(setup, one.id) for one in mine}
        known = sorted({id for id in groups.values() if id is not None})
        needs = await self._schedules.needs.of(setup, known, first.isoformat(), last.isoformat())
        callers = await self._measured.callers(setup.site.id, zone)
        parts = []
        for one in mine:
            load = await self._schedules.needs.load(one.id, span)
            id = groups[one.id]
            parts.append(
                Part(
                    one, load, None if load is None else await self._band(load, span),
                    setup.ground.groups[id] if id is not None else None, needs.get(id) if id is not None else None,
                )
            )  # fmt: skip
        visible = set(setup.visible(by))
        seats = [needs[id].on_line for id in known if id in needs and id in visible]
        found = await asyncio.to_thread(lines_of, parts, callers, span, blocking, retries, waits)
        channels = sum(trunk.channels for trunk in trunks)
        return {
            "zone": zone, "first": first.isoformat(), "last": last.isoformat(), "step_s": QUARTER_S,
            "blocking": blocking, "retries": retries, "waits": waits,
            # Lines are shared: whoever does not see all who call by them is told what their own callers take.
            "shared": not all(map(by.sees, {*(one.client for one in every), *(one.client for one in numbers)})),
            "trunks": [{"id": one.id, "names": one.name, "channels": one.channels} for one in trunks],
            "channels": channels if trunks else None,
            **shown_lines(found, seats, channels if trunks else None, retries, span.start, first, last, zone),
        }  # fmt: skip

    # --- files -------------------------------------------------------------------------------------------------

    async def exported(self, by: Principal, what: str, details: Mapping[str, Any]) -> None:
        """Writes down that somebody took it with them."""
        async with self._database.transaction(by.scope) as conn:
            await audit.append(
                conn, by=by, action="requirement.exported", object=what, now=self._clock.now(), details=dict(details)
            )


def _group_of(setup: Setup, queue: str) -> str | None:
    return next((id for id, group in sorted(setup.ground.groups.items()) if queue in group.queues), None)


def _span(first: date, last: date, zone: str) -> Span:
    return Span(day_of(first, zone).start, day_of(last, zone).end)


def _checked(first: date, last: date) -> None:
    if last < first or (last - first).days >= LONGEST_DAYS:
        raise Invalid(
            "bad_period", f"Give a period of at most {LONGEST_DAYS} days whose last day is not before its first."
        )
