"""How long callers held their lines lately: flow, wait, talk, by queue, out of the warehouse. What nobody has seen is
unknown, never 0.
"""

from collections.abc import Mapping
from typing import NamedTuple

from jietong.core.clock import Clock
from jietong.core.days import Span
from jietong.core.errors import JietongError
from jietong.core.vocabulary import Channel, Ms
from jietong.db.pool import ALL
from jietong.metrics.warehouse import Warehouse
from jietong.workforce.schedule.need import FRESH_MS, HABITS_MS, KEEP_MS


class Seen(NamedTuple):
    """Of one queue's callers. None: not known. `voice`: of all contacts, the part that called."""

    wait_s: float | None = None
    served: float | None = None
    talking: float | None = None
    voice: float | None = None


class Flow(NamedTuple):
    """Time in flows of one who asks for a queue. `whole`: seen of most of them; else it is a mean stay, for all."""

    seconds: float
    whole: bool


class Callers(NamedTuple):
    """`flows` by client; one whose callers were seen in no flow is not in it."""

    queues: Mapping[str, Seen]
    flows: Mapping[str, Flow]


def flow_of(time_s: float, stays: int, asked: int) -> Flow | None:
    """All time in flows ÷ those who asked for a queue, so that whom a flow serves or loses counts as well. Where
    flows were seen of fewer than half (imported history has none), who is sure that the others came by no flow? The
    mean stay then stands for all. None: no flow was seen."""
    if not stays or not asked:
        return None
    whole = stays * 2 >= asked
    return Flow(time_s / asked if whole else time_s / stays, whole)


class Measured:
    """The last four weeks, kept for some minutes."""

    def __init__(self, warehouse: Warehouse | None, clock: Clock) -> None:
        self._warehouse = warehouse
        self._clock = clock
        self._held: tuple[Ms, Callers] | None = None

    async def callers(self, site: str, zone: str) -> Callers:
        now = self._clock.now()
        if self._held is not None:
            at, held = self._held
            if now - at < (KEEP_MS if held.queues else FRESH_MS):
                return held
        try:
            found = Callers({}, {}) if self._warehouse is None else await self._read(self._warehouse, site, zone, now)
        except JietongError:
            found = Callers({}, {})
        self._held = (now, found)
        return found

    async def _read(self, warehouse: Warehouse, site: str, zone: str, now: Ms) -> Callers:
        from jietong.metrics.intervals import By, Every, Filter, Query, metrics  # here: Ibis takes half a second

        window, calls = Span(now - HABITS_MS, now), Filter(channels=(Channel.VOICE.value,))
        asked = metrics("requested_agent,asa,awt_abandon,aht,att,aht_hold")
        rows = await warehouse.rows(Query(site, window, zone, Every.ALL, (By.QUEUE,), asked, calls), ALL)
        every = await warehouse.rows(
            Query(site, window, zone, Every.ALL, (By.QUEUE,), metrics("requested_agent")), ALL
        )
        flows = await warehouse.rows(
            Query(site, window, zone, Every.ALL, (By.CLIENT,), metrics("requested_agent,flow_time"), calls), ALL
        )
        all_contacts = {row.keys[0]: row.cells[0].numerator for row in every}
        queues = {queue: Seen(voice=0.0) for queue, number in all_contacts.items() if queue is not None and number}
        for row in rows:
            if row.keys[0] is not None:
                came, answered, gone, handled, talk, hold = row.cells
                over = answered.denominator + gone.denominator
                queues[row.keys[0]] = Seen(
                    (answered.numerator + gone.numerator) / 1000 / over if over else None,
                    answered.denominator / over if over else None,
                    min(1.0, (talk.numerator + hold.numerator) / handled.numerator) if handled.numerator else None,
                    came.numerator / all_contacts[row.keys[0]] if all_contacts.get(row.keys[0]) else None,
                )
        seen = {
            row.keys[0]: flow_of(row.cells[1].numerator / 1000, row.cells[1].denominator, row.cells[0].numerator)
            for row in flows
            if row.keys[0] is not None
        }
        return Callers(queues, {client: flow for client, flow in seen.items() if flow is not None})
