"""The one writer of a site's imported history: whole batches of events with their facts, each in one transaction."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from typing import NamedTuple

from jietong.contacts import bulk, store
from jietong.contacts.projector import ContactsProjector
from jietong.core import events as e
from jietong.core.clock import Clock
from jietong.core.vocabulary import Ms
from jietong.db import ledger
from jietong.db.pool import ALL, Connection, Database, database_errors
from jietong.imports.model import LEDGER, Counts

_ASK_AGAIN_S = 0.3


class File(NamedTuple):
    """What is imported. `zone` is the one in which its local times are read."""

    kind: str  # contacts | queue_log
    name: str
    digest: str
    zone: str
    by: str


class Known(NamedTuple):
    """A contact that was imported before: its file by the number of its beginning, the line, what was said of it."""

    file: int
    line: int
    digest: str


class HistoryWriter:
    """Begins the file in the ledger with the first batch that has something new, so that a repeated import of what is
    all there leaves no trace."""

    def __init__(self, database: Database, conn: Connection, site: str, file: File, clock: Clock) -> None:
        self._database = database
        self._conn = conn
        self._file = file
        self._clock = clock
        self._head: ledger.Head | None = None
        self._begun: int | None = None  # seq of this run's `history.begun`
        self._behind = False
        self.site = site + LEDGER

    async def start(self) -> None:
        """Reads where the ledger stands. Facts that an interrupted rebuild has left out are made first."""
        await ContactsProjector(self._database, self.site).catch_up()
        self._head = await ledger.head(self._conn, self.site)

    async def files(self) -> dict[int, str]:
        """Digests of all files that the ledger tells of, by the number of their beginning."""
        rows = await self._conn.fetch("SELECT seq, digest FROM import_file WHERE site = $1", self.site)
        return {row["seq"]: row["digest"] for row in rows}

    async def known(self, contacts: Sequence[str]) -> dict[str, Known]:
        """Those that were imported before, and are committed."""
        async with self._database.read(ALL) as conn:
            rows = await conn.fetch(
                "SELECT id, import_file, import_line, import_digest FROM contact WHERE id = ANY($1::text[])",
                list(contacts),
            )
        return {row["id"]: Known(row["import_file"], row["import_line"], row["import_digest"]) for row in rows}

    @property
    def now(self) -> Ms:
        return self._clock.now()

    @property
    def begun(self) -> bool:
        return self._begun is not None

    async def begin(self) -> int:
        """The number under which this run's file is in the ledger; it is written by the first call."""
        if self._begun is None:
            assert self._head is not None
            claimed = await ledger.claim(self._conn, self.site)
            self._head = claimed
            self._begun = claimed.seq + 1
            file = self._file
            await self.append([e.HistoryBegun(self.now, file.kind, file.name, file.digest, file.zone, file.by)])
        return self._begun

    @property
    def next(self) -> int:
        """The number of the next event."""
        assert self._head is not None
        return self._head.seq + 1

    async def append(self, events: Sequence[e.ImportedFact], rows: bulk.Rows | None = None) -> None:
        """All or nothing. `rows`: what `bulk.rows` makes of the events, where it has been made already."""
        assert self._head is not None
        head = self._head
        conn = self._conn
        async with conn.transaction():
            await conn.execute("SET LOCAL synchronous_commit = on")
            await ledger.ensure_month(conn, self.now)
            cursor, _ = await store.take_cursor(conn, self.site)
            after = await ledger.append_many(conn, head, events)
            if cursor == head.seq:
                if rows is None:
                    rows = bulk.rows(self.site, list(enumerate(events, head.seq + 1)))
                await bulk.write(conn, self.site, rows)
                await store.move_cursor(conn, self.site, after.seq, None)
            else:  # somebody makes the facts anew: these come with the rest
                self._behind = True
        self._head = after

    async def end(self, counts: Counts) -> None:
        """Where this run wrote nothing, but one before it was cut short, that one's end is written."""
        file = self._begun
        if file is None:
            file = await self._conn.fetchval(
                "SELECT max(seq) FROM import_file WHERE site = $1 AND digest = $2 AND ended IS NULL",
                self.site,
                self._file.digest,
            )
            if file is None:
                return
            self._head = await ledger.claim(self._conn, self.site)
        await self.append([e.HistoryEnded(self.now, file, *counts)])
        if self._behind:
            await ContactsProjector(self._database, self.site).catch_up()
        if counts.imported > 10_000:  # so that lists find their way by the indexes at once
            for table in ("contact", "segment", "contact_facet", "agent_interval"):
                await self._conn.execute(f"ANALYZE {table}")


@contextlib.asynccontextmanager
async def writing(
    database: Database,
    site: str,
    file: File,
    clock: Clock,
    waiting: Callable[[], None] = lambda: None,
) -> AsyncIterator[HistoryWriter]:
    """One at a time for a site: `waiting` is called once when another import is at work, which is then waited for."""
    conn = await database.connect("jietong import")
    try:
        await conn.execute("SET lock_timeout = 0")  # who proves or rebuilds the records is waited for
        told = False
        while not await conn.fetchval("SELECT pg_try_advisory_lock(hashtext($1))", f"jietong.import.{site}"):
            if not told:
                waiting()
                told = True
            await asyncio.sleep(_ASK_AGAIN_S)
        writer = HistoryWriter(database, conn, site, file, clock)
        with database_errors():
            await writer.start()
            yield writer
    finally:
        conn.terminate()


async def pseudonym_key(database: Database, site: str) -> bytes:
    """The site's key for pseudonyms of customers; made once."""
    async with database.transaction(ALL) as conn:
        await conn.execute(
            "INSERT INTO import_key (site, key) VALUES ($1, $2) ON CONFLICT DO NOTHING", site, secrets.token_bytes(32)
        )
        key: bytes = await conn.fetchval("SELECT key FROM import_key WHERE site = $1", site)
        return key
