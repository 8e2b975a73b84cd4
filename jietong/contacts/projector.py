"""Follows the ledger and keeps the contact records. Exactly once: rows and cursor are committed together.

It may run in the writer's process, in another, or in two at once: the cursor's row is locked while a batch is
done. A kill at any instant loses nothing and doubles nothing; `rebuild` starts from an empty table.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import NamedTuple

import asyncpg
import msgspec
import structlog

from jietong.contacts import attendance_store, bulk, restated, store
from jietong.contacts.facts import Facts, FactsState, IntervalChange
from jietong.contacts.model import AgentInterval, Segment, TrunkBusyTime
from jietong.contacts.record import ContactRecord, facets_of, record_of
from jietong.contacts.stays import ContactFold, SegmentChange
from jietong.core import events as e
from jietong.core.days import Span
from jietong.core.errors import Unavailable
from jietong.core.inbox import Batch, Inbox
from jietong.core.specs import SiteSpec
from jietong.core.vocabulary import Ms
from jietong.db import ledger
from jietong.db.pool import ALL, Connection, Database

log = structlog.get_logger(__name__)

BATCH = 2000  # events in one transaction
KEEP_FOLD_MS: Ms = 3_600_000  # how long after a contact's end its folding may be taken up again
REBUILD = "jietong.contacts.rebuild"
PACE_S = 0.1  # a batch costs a dozen round trips, however few its events: under load many commits make one
SHARE = 3.0  # and rests so many times as long as it has worked …
LONGEST_PACE_S = 1.0  # … up to this, so that records never take the machine from those who wait for an answer
AT_ONCE = 100  # events or contacts between two looks at what else there is to do
SWEEP_EVERY_MS: Ms = 60_000
LOOK_S = 1.0  # how often to look when nobody wakes us


class _Carried(msgspec.Struct):
    """What the cursor's row carries from batch to batch: set-up seen so far, and the agents' open intervals."""

    facts: FactsState = msgspec.field(default_factory=FactsState)
    interval_seq: dict[str, int] = msgspec.field(default_factory=dict)  # agent → seq of the open interval
    trunk_seq: dict[str, int] = msgspec.field(default_factory=dict)  # full trunk → seq of its open stretch
    zone: str = msgspec.field(default_factory=lambda: SiteSpec().zone)  # of the site


class Progress(NamedTuple):
    seq: int
    events: int


class ContactsProjector:
    """`run()` until cancelled; or `catch_up()` once. `inbox`, where given, wakes it after each commit."""

    def __init__(self, database: Database, site: str = "main", inbox: Inbox | None = None) -> None:
        self._database = database
        self._site = site
        self._inbox = inbox
        self._awake = asyncio.Event()
        self._moved = asyncio.Condition()
        self._sweep_at: Ms = 0
        self.seq = 0

    async def run(self) -> None:
        """Catches up after every commit. A database that is away is waited for."""
        loop = asyncio.get_running_loop()
        unsubscribe: Callable[[], None] | None = None
        if self._inbox is not None:
            unsubscribe = self._inbox.subscribe(self._wake)
        try:
            while True:
                begun = loop.time()
                try:
                    await self.catch_up()
                except (Unavailable, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                    log.warning("contacts.projector_waits", error=type(error).__name__)
                    await asyncio.sleep(LOOK_S)
                    continue
                except Exception:  # nobody waits for this task: were it to end, records would stop for good
                    log.exception("contacts.projector_failed")
                    await asyncio.sleep(LOOK_S)
                    continue
                pace = min(max(PACE_S, SHARE * (loop.time() - begun)), LONGEST_PACE_S)
                try:
                    await asyncio.wait_for(self._awake.wait(), LOOK_S)
                except TimeoutError:
                    pass
                else:
                    await asyncio.sleep(pace)
                self._awake.clear()
        finally:
            if unsubscribe is not None:
                unsubscribe()

    async def catch_up(self) -> int:
        """Follows the ledger to its present end; gives how many events that took."""
        total = 0
        while True:
            progress = await self._batch()
            total += progress.events
            async with self._moved:
                self.seq = progress.seq
                self._moved.notify_all()
            if progress.events < BATCH:
                return total

    async def wait_for(self, seq: int) -> None:
        """Returns once the records reflect the ledger up to `seq`. `run()` must be going on."""
        async with self._moved:
            await self._moved.wait_for(lambda: self.seq >= seq)

    async def rebuild(self) -> AsyncIterator[Progress]:
        """Empties the records and makes them again from the whole ledger, batch by batch.

        Projectors elsewhere wait meanwhile. One that was cut short is simply done again from the start.
        """
        conn = await self._database.connect("jietong contacts rebuild")
        try:
            await conn.execute("SELECT pg_advisory_lock(hashtext($1))", REBUILD)
            await restated.mark(conn, self._site, [Span(-1, restated.FOR_EVER)])
            await store.clear_rest(conn, self._site)
            while await store.clear_some(conn, self._site):
                pass
        finally:
            await conn.close()
        while True:
            progress = await self._batch()
            yield progress
            if progress.events < BATCH:
                return

    def _wake(self, batch: Batch) -> None:
        self._awake.set()

    async def _batch(self) -> Progress:
        # Not lasting: what a crash takes back, rows and cursor alike, is made again from the ledger.
        async with self._database.transaction(ALL, lasting=False) as conn:
            if not await conn.fetchval("SELECT pg_try_advisory_xact_lock_shared(hashtext($1))", REBUILD):
                return Progress(self.seq, 0)  # somebody is emptying the records
            seq, state = await store.take_cursor(conn, self._site)
            stored = await ledger.read(conn, self._site, seq, BATCH)
            if not stored:
                return Progress(seq, 0)
            events = [(row.seq, row.event) for row in stored]
            carried = msgspec.msgpack.decode(state, type=_Carried) if state else _Carried()
            work = _Work(carried, self._site)
            work.take(await store.load_folds(conn, sorted({c for _, ev in events if (c := _contact(ev))})))
            for nth, (at_seq, event) in enumerate(events, start=1):
                work.apply(at_seq, event)
                if nth % AT_ONCE == 0:
                    await asyncio.sleep(0)  # in the writer's process others wait for an answer
            await work.write(conn)
            last = events[-1][0]
            await store.move_cursor(conn, self._site, last, work.carried_on())
            if events[-1][1].at >= self._sweep_at:
                self._sweep_at = events[-1][1].at + SWEEP_EVERY_MS
                await store.drop_old_folds(conn, events[-1][1].at - KEEP_FOLD_MS)
            return Progress(last, len(events))


class _Work:
    """One batch: the folds it touches, and the rows that come of it."""

    def __init__(self, carried: _Carried, site: str) -> None:
        self._carried = carried
        self._site = site
        self._facts = Facts(carried.facts)
        self._folds: dict[str, ContactFold] = {}
        self._before: dict[str, frozenset[str]] = {}
        self._known: dict[str, tuple[str | None, str | None]] = {}
        self._anew: set[Ms] = set()  # where stays of contacts arrived of which a figure tells something else now
        self._segments: dict[tuple[str, int], Segment] = {}
        self._intervals: dict[int, AgentInterval] = {}
        self._trunks: dict[int, TrunkBusyTime] = {}
        self._last: dict[str, int] = {}
        self._history: list[tuple[int, e.ImportedFact]] = []
        self._schedules: list[tuple[int, attendance_store.ScheduleEvent, str, bool]] = []
        self._turned: Ms | None = None  # when the first agent or trunk went over to another state

    def take(self, folds: dict[str, ContactFold]) -> None:
        self._folds.update(folds)
        for id, fold in folds.items():
            record = record_of(fold)
            self._before[id], self._known[id] = facets_of(fold, record), _of_the_whole(record)
        self._facts.state.contacts.update(folds)

    def apply(self, seq: int, event: e.AnyEvent) -> None:
        if isinstance(event, e.ImportedFact):
            self._history.append((seq, event))
            return
        if isinstance(event, (e.DayScheduled, e.AdherenceExcused)):
            part_time = event.agent in self._facts.state.context.part_time
            self._schedules.append((seq, event, self._carried.zone, part_time))
            return
        if isinstance(event, e.SiteConfigured):
            self._carried.zone = event.spec.zone
        changes = self._facts.apply(event)
        contact = _contact(event)
        if contact is not None and (fold := self._facts.state.contacts.get(contact)) is not None:
            self._folds[contact] = fold
            self._last[contact] = seq
        for change in changes:
            if isinstance(change, SegmentChange):
                self._segments[change.new.contact, change.new.n] = change.new
                continue
            if self._turned is None:
                self._turned = event.at
            if isinstance(change, IntervalChange):
                self._interval(seq, change.new)
            else:
                self._trunk(seq, change.new)

    async def write(self, conn: Connection) -> None:
        rows, add, remove = [], [], []
        for nth, (contact, seq) in enumerate(self._last.items(), start=1):
            if nth % AT_ONCE == 0:
                await asyncio.sleep(0)
            fold = self._folds[contact]
            record = record_of(fold)
            rows.append(store.Stored(record, self._site, seq, msgspec.msgpack.encode(fold)))
            if _of_the_whole(record) != self._known.get(contact):
                self._anew.update([row.arrived for row in fold.rows])
            before, after = self._before.get(contact, frozenset()), facets_of(fold, record)
            add += [(facet, fold.arrived, contact, fold.client) for facet in sorted(after - before)]
            remove += [(facet, fold.arrived, contact) for facet in sorted(before - after)]
        await store.save_contacts(conn, rows)
        await store.save_segments(conn, self._segments.values(), self._site)
        await store.change_facets(conn, add, remove)
        await store.save_intervals(
            conn, self._site, [store.StoredInterval(seq, one) for seq, one in self._intervals.items()]
        )
        await store.save_trunk_busy(conn, self._site, self._trunks)
        if self._history:
            await bulk.write(conn, self._site, bulk.rows(self._site, self._history))
        planned = await attendance_store.project(conn, self._site, self._schedules)
        await restated.mark(conn, self._site, self._changed() | planned)

    def _changed(self) -> set[Span]:
        """The time whose facts this batch has changed: where its contacts' stays arrived, all of a contact's whose
        reason or customer is another one now, and all from where an agent or a trunk first went over to another
        state."""
        spans = restated.minutes({row.arrived for row in self._segments.values()} | self._anew)
        return spans if self._turned is None else spans | {Span(self._turned, restated.FOR_EVER)}

    def carried_on(self) -> bytes:
        self._facts.state.contacts = {}
        self._facts.state.settled = []
        return msgspec.msgpack.encode(self._carried)

    def _interval(self, seq: int, interval: AgentInterval) -> None:
        if interval.end is not None:
            self._intervals[self._carried.interval_seq[interval.agent]] = interval
        else:
            self._carried.interval_seq[interval.agent] = seq
            self._intervals[seq] = interval

    def _trunk(self, seq: int, time: TrunkBusyTime) -> None:
        if time.end is not None:
            self._trunks[self._carried.trunk_seq.pop(time.trunk)] = time
        else:
            self._carried.trunk_seq[time.trunk] = seq
            self._trunks[seq] = time


def _of_the_whole(record: ContactRecord) -> tuple[str | None, str | None]:
    """What figures look at of each stay that is told of its contact alone."""
    return record.reason, record.customer


def _contact(event: e.AnyEvent) -> str | None:
    contact: str | None = getattr(event, "contact", None)
    return contact
