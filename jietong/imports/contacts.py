"""A file of contacts into the ledger: batch by batch, the next one read while the last one is written."""

import asyncio
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from jietong.contacts import bulk
from jietong.core.clock import Clock
from jietong.core.events import ImportedFact
from jietong.core.vocabulary import Ms
from jietong.db.pool import Database
from jietong.imports import contact_rows
from jietong.imports.contact_rows import Place
from jietong.imports.instants import Instants
from jietong.imports.model import Counts, Refusal, Rejected, Said
from jietong.imports.rejects import Rejects
from jietong.imports.source import Record, Source
from jietong.imports.writer import File, HistoryWriter, Known, writing

BATCH = 4_000  # rows in one transaction

Progress = Callable[[int, int], None]
"""Called with bytes read and bytes in all."""


class Read(NamedTuple):
    """A row that is sound in itself, under the id it has with us."""

    line: int
    row: str
    contact: str
    said: Said


class Batch(NamedTuple):
    """Rows in a row: those that are sound, and those that are not."""

    read: int
    sound: list[Read]
    rejected: list[Rejected]


class Done(NamedTuple):
    counts: Counts
    ignored: tuple[str, ...]  # columns that nobody knows


async def run(
    database: Database,
    path: Path,
    file: File,
    place: Place,
    rejects: Rejects,
    clock: Clock,
    *,
    encoding: str = "utf-8",
    progress: Progress = lambda done, total: None,
    waiting: Callable[[], None] = lambda: None,
) -> Done:
    """Imports the file; a repeated import finishes what an earlier one has left. Raises Invalid where the file cannot
    be used at all; a row that cannot is rejected."""
    with Source(path, encoding) as source:
        names, separator = source.heading()
        header = contact_rows.header(names)
        batches = _batches(source, separator, header, Instants(file.zone), place)
        async with writing(database, place.site, file, clock, waiting) as writer:
            work = _Import(writer, file, place, rejects)
            counts = await work.run(batches, lambda: progress(source.position, source.size))
    return Done(counts, header.ignored)


def _batches(
    source: Source, separator: str, header: contact_rows.Header, instants: Instants, place: Place
) -> Iterator[Batch]:
    read = contact_rows.reader(header, instants)
    records = source.records(separator)
    while some := list(islice(records, BATCH)):
        sound, rejected = [], []
        for record in some:
            try:
                said = _said(record, read)
            except Refusal as refusal:
                rejected.append(Rejected(record.line, refusal.code, refusal.words, record.row))
            else:
                sound.append(Read(record.line, record.row, place.contact(said.id), said))
        yield Batch(len(some), sound, rejected)


def _said(record: Record, read: Callable[[list[str]], Said]) -> Said:
    if record.fields is None:
        raise Refusal(record.code)
    return read(record.fields)


class _Import:
    def __init__(self, writer: HistoryWriter, file: File, place: Place, rejects: Rejects) -> None:
        self._writer = writer
        self._file = file
        self._place = place
        self._rejects = rejects
        self._files: dict[int, str] = {}
        self._writing: asyncio.Task[None] | None = None
        self._next = 0  # the number of the next event
        self._on_its_way: dict[str, Known] = {}  # what the batch that is being written holds

    async def run(self, batches: Iterator[Batch], progress: Callable[[], None]) -> Counts:
        self._files = await self._writer.files()
        counts = Counts()
        try:
            while (batch := await asyncio.to_thread(next, batches, None)) is not None:
                known = await self._writer.known([one.contact for one in batch.sound])
                new, rejected = self._sorted(batch.sound, known)
                if new:
                    await self._write(new)
                rejected += batch.rejected
                for one in sorted(rejected):
                    self._rejects.add(one)
                unchanged = batch.read - len(new) - len(rejected)
                counts = counts.plus(Counts(batch.read, len(new), len(rejected), unchanged))
                progress()
            await self._written()
        finally:
            if self._writing is not None:
                self._writing.cancel()
                await asyncio.gather(self._writing, return_exceptions=True)
        await self._writer.end(counts)
        return counts

    def _sorted(self, sound: list[Read], known: dict[str, Known]) -> tuple[list[Read], list[Rejected]]:
        """What is new, and what contradicts. Neither: it is there already."""
        new: list[Read] = []
        rejected: list[Rejected] = []
        here: set[str] = set()
        for one in sound:
            before = self._on_its_way.get(one.contact) or known.get(one.contact)
            if one.contact in here or (before is not None and self._elsewhere_in_this_file(before, one)):
                refusal = Refusal("double", f"contact_id {one.said.id!r}.")
                rejected.append(Rejected(one.line, refusal.code, refusal.words, one.row))
            elif before is None:
                new.append(one)
            elif before.digest != one.said.digest:
                refusal = Refusal("differs", f"contact_id {one.said.id!r}.")
                rejected.append(Rejected(one.line, refusal.code, refusal.words, one.row))
            here.add(one.contact)
        return new, rejected

    def _elsewhere_in_this_file(self, before: Known, one: Read) -> bool:
        return before.line != one.line and self._files.get(before.file) == self._file.digest

    async def _write(self, new: list[Read]) -> None:
        """Makes the events and their rows while the batch before is written, then has these written."""
        if not self._writer.begun:
            self._files[await self._writer.begin()] = self._file.digest
            self._next = self._writer.next
        file, at, first = await self._writer.begin(), self._writer.now, self._next
        events, rows = await asyncio.to_thread(self._made, new, file, at, first)
        self._next += len(events)
        await self._written()
        self._on_its_way = {one.contact: Known(file, one.line, one.said.digest) for one in new}
        self._writing = asyncio.create_task(self._writer.append(events, rows))

    def _made(self, new: list[Read], file: int, at: Ms, first: int) -> tuple[list[ImportedFact], bulk.Rows]:
        events: list[ImportedFact] = [
            contact_rows.event(one.said, one.contact, self._place, file=file, line=one.line, at=at) for one in new
        ]
        return events, bulk.rows(self._writer.site, enumerate(events, first))

    async def _written(self) -> None:
        if self._writing is not None:
            writing, self._writing = self._writing, None
            await writing
