"""Holds the stored records against the ledger: folds every event afresh and compares row by row."""

from collections.abc import Callable
from typing import NamedTuple

from jietong.contacts import attendance_store, store
from jietong.contacts.attendance import PlannedTime, ScheduleFold
from jietong.contacts.facts import Facts, IntervalChange, TrunkChange
from jietong.contacts.imported import fold_of
from jietong.contacts.model import AgentInterval, Segment, TrunkBusyTime
from jietong.contacts.record import facets_of, record_of
from jietong.contacts.stays import ContactFold
from jietong.core import events as e
from jietong.db import ledger
from jietong.db.pool import ALL, Connection, Database

_TOLD = 20  # how many wrong ones are named


class Verdict(NamedTuple):
    """`wrong` names the first contacts (or agents, or trunks) whose records differ."""

    seq: int
    contacts: int
    segments: int
    intervals: int
    wrong: list[str]

    @property
    def sound(self) -> bool:
        return not self.wrong

    def sentence(self) -> str:
        if self.sound:
            return (
                f"Sound: {self.contacts:,} contacts, {self.segments:,} stays and {self.intervals:,} intervals "
                f"equal the ledger up to event {self.seq:,}."
            )
        return f"These differ from the ledger: {', '.join(self.wrong)}. Run `jietong contacts rebuild`."


async def verify(
    database: Database, site: str = "main", progress: Callable[[int], None] = lambda seq: None
) -> Verdict:
    """Up to where the records have followed the ledger. Compares each contact when nothing more can happen to it."""
    async with database.transaction(ALL) as conn:
        upto, _ = await store.take_cursor(conn, site)  # locked: the records stand still while they are read
        return await _Comparison(conn, site, progress).run(upto)


class _Comparison:
    def __init__(self, conn: Connection, site: str, progress: Callable[[int], None]) -> None:
        self._conn = conn
        self._site = site
        self._progress = progress
        self._facts = Facts()
        self._open: dict[str, ContactFold] = {}
        self._agents: dict[str, list[AgentInterval]] = {}
        self._trunks: dict[str, list[TrunkBusyTime]] = {}
        self._schedules = ScheduleFold()
        self._wrong: list[str] = []
        self._contacts = self._segments = self._intervals = 0

    async def run(self, upto: int) -> Verdict:
        seq = 0
        while seq < upto:
            page = await ledger.read(self._conn, self._site, seq, until=upto)
            if not page:
                break
            for stored in page:
                self._apply(stored.event)
            seq = page[-1].seq
            await self._compare_forgotten()
            self._progress(seq)
        await self._compare(self._open)
        await self._no_strangers()
        await self._compare_agents()
        await self._compare_trunks()
        await self._compare_schedules()
        return Verdict(upto, self._contacts, self._segments, self._intervals, self._wrong)

    def _apply(self, event: e.AnyEvent) -> None:
        self._schedules.apply(event)
        for change in self._facts.apply(event):
            if isinstance(change, IntervalChange):
                rows = self._agents.setdefault(change.new.agent, [])
                if change.old is not None:
                    rows[-1] = change.new
                else:
                    rows.append(change.new)
            elif isinstance(change, TrunkChange):
                times = self._trunks.setdefault(change.new.trunk, [])
                times[len(times) - (change.old is not None) :] = [change.new]
        if isinstance(event, e.HistoryContact):
            self._open[event.contact] = fold_of(event)
        elif isinstance(event, e.ContactArrived):
            self._open[event.contact] = self._facts.state.contacts[event.contact]

    async def _compare_forgotten(self) -> None:
        """Contacts that the fold has let go of: they are final."""
        known = self._facts.state.contacts
        final = {id: fold for id, fold in self._open.items() if id not in known}
        await self._compare(final)
        for id in final:
            del self._open[id]

    async def _compare(self, folds: dict[str, ContactFold]) -> None:
        ids = list(folds)
        for i in range(0, len(ids), 500):
            some = ids[i : i + 500]
            rows = await self._conn.fetch("SELECT * FROM contact WHERE id = ANY($1::text[])", some)
            records = {row["id"]: store.record_of_row(row) for row in rows}
            stays: dict[str, list[Segment]] = {}
            for row in await self._conn.fetch(
                "SELECT * FROM segment WHERE contact = ANY($1::text[]) ORDER BY contact, n", some
            ):
                stays.setdefault(row["contact"], []).append(store.segment_of(row))
            facets: dict[str, set[str]] = {}
            for row in await self._conn.fetch(
                "SELECT contact, facet FROM contact_facet WHERE contact = ANY($1::text[])", some
            ):
                facets.setdefault(row["contact"], set()).add(row["facet"])
            for id in some:
                fold = folds[id]
                record = record_of(fold)
                self._contacts += 1
                self._segments += len(fold.rows)
                same = records.get(id) == record and stays.get(id) == fold.rows
                if not same or facets.get(id) != set(facets_of(fold, record)):
                    self._note(id)

    async def _no_strangers(self) -> None:
        n = await self._conn.fetchval("SELECT count(*) FROM contact WHERE site = $1", self._site)
        if n != self._contacts and not self._wrong:
            self._note(f"{n} records for {self._contacts} contacts")

    async def _compare_agents(self) -> None:
        for agent, expected in self._agents.items():
            rows = await self._conn.fetch(
                "SELECT * FROM agent_interval WHERE site = $1 AND agent = $2 ORDER BY seq", self._site, agent
            )
            self._intervals += len(expected)
            if [store.interval_of(row) for row in rows] != expected:
                self._note(agent)

    async def _compare_trunks(self) -> None:
        for trunk, expected in self._trunks.items():
            if await store.trunk_busy(self._conn, self._site, 0, 1 << 62, trunk) != expected:
                self._note(trunk)

    async def _compare_schedules(self) -> None:
        stored: dict[str, list[PlannedTime]] = {}
        for row in await attendance_store.planned(self._conn, self._site, -(1 << 62), 1 << 62):
            stored.setdefault(row.agent, []).append(row)
        days = self._schedules.state.days
        for agent in sorted({*stored, *days}):
            expected = [row for day in sorted(days.get(agent, {})) for row in self._schedules.rows(agent, day)]
            if stored.get(agent, []) != expected:
                self._note(f"schedule of {agent}")

    def _note(self, what: str) -> None:
        if len(self._wrong) < _TOLD:
            self._wrong.append(what)
