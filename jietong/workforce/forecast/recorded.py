"""A queue's past out of the warehouse: contacts that asked for it, those turned away before they could, handling
time."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from jietong.core.clock import to_datetime
from jietong.core.days import Span, day_of, local_date
from jietong.core.specs import QueueSpec
from jietong.core.vocabulary import Ms
from jietong.db.pool import Scope
from jietong.metrics.intervals import By, Every, Filter, Query, Row, metrics
from jietong.metrics.warehouse import Warehouse
from jietong.workforce.model import QUARTER_S

STEP_MS: Ms = QUARTER_S * 1000
SLOTS = 86_400 // QUARTER_S


class Recorded(NamedTuple):
    """Quarters of an hour in which anything happened, by their start. `asked`: those that reached the queue, and its
    part of those whom its entries turned away. `handled`: contacts, and their talk, hold and wrap-up in ms."""

    asked: dict[Ms, float]
    handled: dict[Ms, tuple[int, Ms]]


async def recorded(
    warehouse: Warehouse, queue: QueueSpec, span: Span, zone: str, scope: Scope, *, site: str, simulated: bool | None
) -> Recorded:
    """`simulated` False: without contacts of tests and demonstrations; None: all."""

    async def ask(every: Every, by: tuple[By, ...], wanted: str, of: Filter) -> list[Row]:
        return await warehouse.rows(Query(site, span, zone, every, by, metrics(wanted), of), scope)

    mine = Filter(queues=(queue.id,), simulated=simulated)
    asked: dict[Ms, float] = {}
    handled: dict[Ms, tuple[int, Ms]] = {}
    for row in await ask(Every.QUARTER, (), "requested_agent,aht", mine):
        came, time = row.cells
        if came.value:
            asked[row.start] = asked.get(row.start, 0.0) + came.value
        if time.denominator:
            handled[row.start] = time.denominator, time.numerator
    # Who is turned away at the entry never reaches a queue: each queue behind that entry bears its usual share.
    client = Filter(clients=(queue.client,), simulated=simulated)
    away = await ask(Every.QUARTER, (By.ENTRY,), "entry_blocked", client)
    if any(row.cells[0].value for row in away):
        shares = _shares(await ask(Every.ALL, (By.ENTRY, By.QUEUE), "requested_agent", client), queue.id)
        for row in away:
            part = shares.get(row.keys[0] or "", 0.0) * (row.cells[0].value or 0.0)
            if part > 0:
                asked[row.start] = asked.get(row.start, 0.0) + part
    return Recorded(asked, handled)


def cells(found: Recorded, zone: str, upto: Ms) -> Iterator[tuple[date, int, float]]:
    """Day, slot, contacts, of all quarters from the first day on which anything came to `upto`; 0 where nothing
    did."""
    if not found.asked:
        return
    day = local_date(min(found.asked), zone)
    while (span := day_of(day, zone)).start < upto:
        for start in range(span.start, min(span.end, upto), STEP_MS):
            yield day, slot_of(start, zone), found.asked.get(start, 0.0)
        day = local_date(span.end, zone)


def handling_cells(found: Recorded, zone: str) -> Iterator[tuple[date, int, float, int]]:
    for start, (number, time) in found.handled.items():
        yield local_date(start, zone), slot_of(start, zone), time / 1000, number


def slot_of(at: Ms, zone: str) -> int:
    """The quarter of the wall clock that an instant lies in."""
    local = _local(at, zone)
    return (local.hour * 3600 + local.minute * 60 + local.second) // QUARTER_S


def quarters(day: date, zone: str) -> list[tuple[Ms, int]]:
    """Each quarter of the day as it passes (92, 96 or 100), with the slot of the wall clock it bears."""
    span = day_of(day, zone)
    return [(start, slot_of(start, zone)) for start in range(span.start, span.end, STEP_MS)]


def _local(at: Ms, zone: str) -> datetime:
    return to_datetime(at).astimezone(ZoneInfo(zone))


def _shares(rows: list[Row], queue: str) -> dict[str, float]:
    """Of each entry's requests, the part that asked for this queue."""
    whole: dict[str, float] = {}
    mine: dict[str, float] = {}
    for row in rows:
        entry, asked = row.keys[0] or "", row.cells[0].value or 0.0
        whole[entry] = whole.get(entry, 0.0) + asked
        if row.keys[1] == queue:
            mine[entry] = mine.get(entry, 0.0) + asked
    return {entry: part / whole[entry] for entry, part in mine.items() if whole[entry]}
