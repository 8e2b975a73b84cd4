"""A queue_log into the ledger: calls and agents' time, batch by batch."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from jietong.contacts import store
from jietong.contacts.model import AgentInterval
from jietong.core.clock import Clock
from jietong.core.events import HistoryAgent, HistoryContact, ImportedFact
from jietong.core.vocabulary import Channel
from jietong.db.pool import ALL, Database
from jietong.imports.agent_time import Spent
from jietong.imports.contact_rows import Place
from jietong.imports.model import Counts, Refusal, Rejected
from jietong.imports.queue_log import Call, QueueLog
from jietong.imports.rejects import Rejects
from jietong.imports.source import Line, Source
from jietong.imports.writer import File, HistoryWriter, writing

BATCH = 10_000  # lines between two transactions


class Done(NamedTuple):
    """`counts` are of lines; `open`: lines of calls and states that had not ended, left to a longer log."""

    counts: Counts
    open: int
    contacts: int  # imported
    intervals: int


async def run(
    database: Database,
    path: Path,
    file: File,
    place: Place,
    rejects: Rejects,
    clock: Clock,
    *,
    encoding: str = "utf-8",
    progress: Callable[[int, int], None] = lambda done, total: None,
    waiting: Callable[[], None] = lambda: None,
) -> Done:
    """A longer log of the same system may follow later: what is there already is left as it is."""
    with Source(path, encoding) as source:
        async with writing(database, place.site, file, clock, waiting) as writer:
            work = _Import(database, writer, place, rejects)
            return await work.run(source, lambda: progress(source.position, source.size))


class _Import:
    def __init__(self, database: Database, writer: HistoryWriter, place: Place, rejects: Rejects) -> None:
        self._database = database
        self._writer = writer
        self._place = place
        self._rejects = rejects
        self._log = QueueLog()
        self._read = self._rejected = self._imported = self._unchanged = 0
        self._contacts = self._intervals = 0

    async def run(self, source: Source, progress: Callable[[], None]) -> Done:
        lines = source.lines()
        while await asyncio.to_thread(self._follow, lines):
            await self._write(*self._log.take())
            progress()
        self._log.end()
        await self._write(*self._log.take())
        if self._contacts or self._intervals:
            self._imported += self._log.plain
        else:
            self._unchanged += self._log.plain
        counts = Counts(self._read, self._imported, self._rejected, self._unchanged)
        await self._writer.end(counts)
        return Done(counts, self._log.open, self._contacts, self._intervals)

    def _follow(self, lines: Iterator[Line]) -> bool:
        """Whether there was anything more to read."""
        some = list(islice(lines, BATCH))
        for line in some:
            if not line.text.strip():
                continue
            self._read += 1
            try:
                if line.fault:
                    raise Refusal(line.fault)
                self._log.feed(line.number, line.text)
            except Refusal as refusal:
                self._reject(Rejected(line.number, refusal.code, refusal.words, line.text))
        return bool(some)

    def _reject(self, one: Rejected, lines: int = 1) -> None:
        self._rejects.add(one)
        self._rejected += lines

    async def _write(self, calls: list[Call], spent: list[Spent]) -> None:
        new_calls = await self._new_calls(calls)
        new_spent = await self._new_spent(spent)
        if not new_calls and not new_spent:
            return
        file, at = await self._writer.begin(), self._writer.now
        events: list[ImportedFact] = [self._contact(one, file, at) for one in new_calls]
        events += [
            HistoryAgent(at, one.agent, file, one.start, one.end, one.state, one.reason, one.queue)
            for one in new_spent
        ]
        await self._writer.append(events)
        self._contacts += len(new_calls)
        self._intervals += len(new_spent)
        self._imported += sum(one.lines for one in new_calls) + sum(one.lines for one in new_spent)

    def _contact(self, call: Call, file: int, at: int) -> HistoryContact:
        queue = call.visits[0].queue
        return HistoryContact(
            at,
            self._place.contact(call.id),
            file,
            call.first,
            call.digest(),
            Channel.VOICE,
            self._place.client_of(None, queue),
            call.entry or "import",
            call.arrived,
            call.ended,
            call.outcome,
            call.by,
            queue,
            stays=call.stays(self._terms),
            simulated=self._place.simulated,
        )

    def _terms(self, queue: str) -> tuple[int, int]:
        terms = self._place.of(queue)
        return terms.target_ms, terms.short_ms

    async def _new_calls(self, calls: Sequence[Call]) -> list[Call]:
        known = await self._writer.known([self._place.contact(one.id) for one in calls])
        new: dict[str, Call] = {}
        for one in calls:
            before = known.get(self._place.contact(one.id))
            if before is None and one.id not in new:
                new[one.id] = one
            elif before is not None and before.digest == one.digest():
                self._unchanged += one.lines
            else:
                self._differs("double" if before is None else "differs", one)
        return list(new.values())

    def _differs(self, code: str, call: Call) -> None:
        refusal = Refusal(code, f"Call {call.id!r}, with all its {call.lines} lines.")
        self._reject(Rejected(call.first, refusal.code, refusal.words, call.row), call.lines)

    async def _new_spent(self, spent: Sequence[Spent]) -> list[Spent]:
        if not spent:
            return []
        kept: dict[str, list[AgentInterval]] = {}
        async with self._database.read(ALL) as conn:
            rows = await conn.fetch(
                """
                SELECT * FROM agent_interval
                WHERE site = $1 AND agent = ANY($2::text[]) AND started < $4 AND ended > $3 ORDER BY agent, started
                """,
                self._writer.site,
                sorted({one.agent for one in spent}),
                min(one.start for one in spent),
                max(one.end for one in spent),
            )
        for row in rows:
            interval = store.interval_of(row)
            kept.setdefault(interval.agent, []).append(interval)
        return [one for one in spent if self._is_new(one, kept.get(one.agent, ()))]

    def _is_new(self, one: Spent, kept: Sequence[AgentInterval]) -> bool:
        over = [k for k in kept if k.start < one.end and (k.end or one.end) > one.start]
        if not over:
            return True
        same = AgentInterval(one.agent, one.start, one.state, one.reason, one.queue, end=one.end)
        if [replace(k, busy_since=None) for k in over] == [same]:
            self._unchanged += one.lines
        else:
            refusal = Refusal("overlaps", f"{one.agent!r}, {one.state}.")
            self._reject(Rejected(one.number, refusal.code, refusal.words, ""), one.lines)
        return False
