"""The calendar of events: campaigns, bills and outages that a forecast reckons with, each for queues of one
client."""

from collections.abc import Sequence
from datetime import date

from jietong.core.clock import Clock
from jietong.core.errors import Invalid
from jietong.core.ids import new_id
from jietong.db.pool import Database
from jietong.identity import audit
from jietong.identity.model import Principal
from jietong.workforce.forecast import store
from jietong.workforce.forecast.events import EVENT_HOWS, KINDS, Effect, check_effect
from jietong.workforce.forecast.service import Forecasts
from jietong.workforce.forecast.views import View, effect_view


class Diary:
    def __init__(self, database: Database, clock: Clock, forecasts: Forecasts) -> None:
        self._database = database
        self._clock = clock
        self._forecasts = forecasts

    async def listed(self, by: Principal, *, queue: str | None, first: date | None, last: date | None) -> list[View]:
        """Raises NotFound `no_such_queue`, Invalid `bad_span`."""
        if queue is not None:
            await self._forecasts.queue(queue, by.scope)
        if first is not None and last is not None and last < first:
            raise Invalid("bad_span", "The last day lies before the first.", field="last")
        async with self._database.read(by.scope) as conn:
            return [view(one) for one in await store.events(conn, queue=queue, first=first, last=last)]

    async def save(
        self,
        by: Principal,
        *,
        id: str | None,
        base: int | None,
        queues: Sequence[str],
        title: str,
        kind: str,
        effect: Effect,
        note: str,
    ) -> View:
        """A new event (`id` None) or a change of its version `base`. Raises Invalid `bad_event`, NotFound
        `no_such_queue`, `no_such_event`, Refused `stale_version`."""
        check_effect(effect, "bad_event", EVENT_HOWS)
        if kind not in KINDS:
            raise Invalid("bad_event", f"There is no kind {kind!r}. There are {', '.join(KINDS)}.")
        if not title.strip():
            raise Invalid("bad_event", "Give the event a name, by which it is found again.")
        if not queues:
            raise Invalid("bad_event", "Name at least one queue that the event touches.")
        specs = [await self._forecasts.queue(one, by.scope) for one in dict.fromkeys(queues)]
        clients = {spec.client for spec in specs}
        if len(clients) > 1:
            raise Invalid(
                "several_clients", "These queues are of several clients: make an event for the queues of each."
            )
        now = self._clock.now()
        one = store.Event(
            id or new_id(now), 1, clients.pop(), tuple(spec.id for spec in specs), title.strip(), kind, effect,
            note.strip(), now, by.name,
        )  # fmt: skip
        async with self._database.transaction(by.scope) as conn:
            saved = await store.save_event(conn, one, base=base if id is not None else None)
            await audit.append(
                conn, by=by, action="planning_event.saved", object=saved.id, now=now,
                details={"title": saved.title, "queues": list(saved.queues), **effect_view(effect)},
            )  # fmt: skip
        return view(saved)

    async def remove(self, by: Principal, id: str) -> None:
        """Raises NotFound `no_such_event`."""
        now = self._clock.now()
        async with self._database.transaction(by.scope) as conn:
            gone = await store.remove_event(conn, id, now=now)
            await audit.append(conn, by=by, action="planning_event.removed", object=id, now=now,
                               details={"title": gone.title})  # fmt: skip

    async def measured(self, by: Principal, id: str, queue: str) -> float | None:
        """What came to the queue on the event's past days and hours ÷ what would have come without it. None: it has
        no past, or too little is known. Raises NotFound `no_such_event`, `no_such_queue`."""
        async with self._database.read(by.scope) as conn:
            found = await store.event(conn, id)
        return await self._forecasts.measured(by, queue, found)


def view(one: store.Event) -> View:
    return {
        "id": one.id,
        "version": one.version,
        "client": one.client,
        "queues": list(one.queues),
        "title": one.title,
        "kind": one.kind,
        **effect_view(one.effect),
        "note": one.note,
        "made_at": one.made_at,
        "made_by_name": one.made_by_name,
    }
