"""The records as rows: what the projector writes and what screens read. Each function is one statement or two."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import asyncpg
import msgspec

from jietong.contacts import attendance_store
from jietong.contacts.model import AgentInterval, Segment, TrunkBusyTime
from jietong.contacts.record import ContactRecord
from jietong.contacts.stays import ContactFold
from jietong.core.vocabulary import Ms
from jietong.db.pool import Connection

PROJECTION = "contacts"

_RECORD = tuple(ContactRecord.__struct_fields__)
SEGMENT = (
    "contact", "n", "kind", "client", "channel", "entry", "simulated", "start", "arrived", "end", "outcome", "queue",
    "agent", "part_time", "cause", "target_ms", "short_ms", "since", "wait_ms", "talk_ms", "hold_ms", "wrapup_ms",
    "holds", "reason", "resolved", "score", "direction", "flow", "node", "mos",
)  # fmt: skip
_INTERVAL = ("agent", "start", "end", "state", "reason", "queue", "part_time", "skills", "busy_since")
COLUMN = {"start": "started", "end": "ended"}  # both are words of SQL


# --- the projector's side ------------------------------------------------------------------------------------


async def take_cursor(conn: Connection, site: str) -> tuple[int, bytes | None]:
    """How far the ledger has been followed. The row stays locked until the transaction ends."""
    select = "SELECT seq, state FROM projection WHERE site = $1 AND name = $2 FOR UPDATE"
    row = await conn.fetchrow(select, site, PROJECTION)
    if row is None:  # the first time
        await conn.execute(
            "INSERT INTO projection (site, name, seq) VALUES ($1, $2, 0) ON CONFLICT DO NOTHING", site, PROJECTION
        )
        row = await conn.fetchrow(select, site, PROJECTION)
    assert row is not None
    return row["seq"], row["state"]


async def move_cursor(conn: Connection, site: str, seq: int, state: bytes | None) -> None:
    await conn.execute(
        "UPDATE projection SET seq = $3, state = $4 WHERE site = $1 AND name = $2", site, PROJECTION, seq, state
    )


async def cursor(conn: Connection, site: str) -> int:
    seq = await conn.fetchval("SELECT seq FROM projection WHERE site = $1 AND name = $2", site, PROJECTION)
    return int(seq or 0)


async def load_folds(conn: Connection, contacts: Sequence[str]) -> dict[str, ContactFold]:
    rows = await conn.fetch(
        "SELECT fold FROM contact WHERE id = ANY($1::text[]) AND fold IS NOT NULL", list(contacts)
    )
    folds = [msgspec.msgpack.decode(row["fold"], type=ContactFold) for row in rows]
    return {fold.contact: fold for fold in folds}


class Stored(NamedTuple):
    """A record with the rest of its row."""

    record: ContactRecord
    site: str
    seq: int
    fold: bytes | None


async def save_contacts(conn: Connection, rows: Iterable[Stored]) -> None:
    columns = (*_RECORD, "site", "seq", "fold")
    await conn.executemany(
        f"""
        INSERT INTO contact ({", ".join(columns)}) VALUES ({_places(len(columns))})
        ON CONFLICT (id) DO UPDATE SET {_assign(columns, skip=("id", "site"))}
        """,
        [(*(_plain(v) for v in msgspec.structs.astuple(r.record)), r.site, r.seq, r.fold) for r in rows],
    )


async def save_segments(conn: Connection, rows: Iterable[Segment], site: str) -> None:
    columns = [*(COLUMN.get(name, name) for name in SEGMENT), "site"]
    await conn.executemany(
        f"""
        INSERT INTO segment ({", ".join(columns)}) VALUES ({_places(len(columns))})
        ON CONFLICT (contact, n) DO UPDATE SET {_assign(columns, skip=("contact", "n", "site"))}
        """,
        [(*(getattr(row, name) for name in SEGMENT), site) for row in rows],
    )


async def change_facets(
    conn: Connection, add: Iterable[tuple[str, Ms, str, str]], remove: Iterable[tuple[str, Ms, str]]
) -> None:
    """`add`: facet, arrived, contact, client; `remove`: the first three."""
    gone = list(remove)
    if gone:
        await conn.executemany("DELETE FROM contact_facet WHERE facet = $1 AND arrived = $2 AND contact = $3", gone)
    await conn.executemany(
        """
        INSERT INTO contact_facet (facet, arrived, contact, client) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
        """,
        list(add),
    )


class StoredInterval(NamedTuple):
    seq: int
    interval: AgentInterval


async def save_intervals(conn: Connection, site: str, rows: Iterable[StoredInterval]) -> None:
    """Closed ones first, so that an agent never has two that are open."""
    columns = ["site", "seq", *(COLUMN.get(name, name) for name in _INTERVAL)]
    await conn.executemany(
        f"""
        INSERT INTO agent_interval ({", ".join(columns)}) VALUES ({_places(len(columns))})
        ON CONFLICT (site, seq) DO UPDATE SET ended = excluded.ended
        """,
        [
            (site, seq, *(getattr(interval, name) for name in _INTERVAL))
            for seq, interval in sorted(rows, key=lambda row: (row.interval.end is None, row.seq))
        ],
    )


async def save_trunk_busy(conn: Connection, site: str, rows: Mapping[int, TrunkBusyTime]) -> None:
    """By the sequence of the event that began each."""
    await conn.executemany(
        """
        INSERT INTO trunk_busy (site, seq, trunk, started, ended) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (site, seq) DO UPDATE SET ended = excluded.ended
        """,
        [(site, seq, one.trunk, one.start, one.end) for seq, one in sorted(rows.items())],
    )


async def drop_old_folds(conn: Connection, before: Ms) -> None:
    await conn.execute("UPDATE contact SET fold = NULL WHERE fold IS NOT NULL AND NOT busy AND ended < $1", before)


async def clear_some(conn: Connection, site: str, limit: int = 5000) -> int:
    """Forgets some contacts and all that comes from them; gives how many. Notes and corrections stay."""
    gone = [r["id"] for r in await conn.fetch("SELECT id FROM contact WHERE site = $1 LIMIT $2", site, limit)]
    for table, column in (("contact_facet", "contact"), ("segment", "contact"), ("contact", "id")):
        await conn.execute(f"DELETE FROM {table} WHERE {column} = ANY($1::text[])", gone)
    return len(gone)


async def clear_rest(conn: Connection, site: str) -> None:
    """Forgets the agents' intervals, the trunks' busy times, and how far the ledger was followed."""
    await conn.execute("DELETE FROM agent_interval WHERE site = $1", site)
    await conn.execute("DELETE FROM trunk_busy WHERE site = $1", site)
    await attendance_store.clear(conn, site)
    await conn.execute("DELETE FROM import_file WHERE site = $1", site)
    await conn.execute("DELETE FROM projection WHERE site = $1 AND name = $2", site, PROJECTION)


# --- the reader's side ---------------------------------------------------------------------------------------


async def segments(conn: Connection, contact: str) -> list[Segment]:
    """All stays of one contact, in the order they began."""
    rows = await conn.fetch("SELECT * FROM segment WHERE contact = $1 ORDER BY n", contact)
    return [segment_of(row) for row in rows]


async def segments_arrived(conn: Connection, start: Ms, end: Ms) -> list[Segment]:
    """The stays that belong to [start, end) in service figures, of all kinds."""
    rows = await conn.fetch(
        "SELECT * FROM segment WHERE arrived >= $1 AND arrived < $2 ORDER BY contact, n", start, end
    )
    return [segment_of(row) for row in rows]


async def intervals(
    conn: Connection, start: Ms, end: Ms, agent: str | None = None, limit: int = 100_000
) -> list[AgentInterval]:
    """The agents' intervals (or one agent's) that overlap [start, end), in order."""
    rows = await conn.fetch(
        """
        SELECT * FROM agent_interval
        WHERE started < $2 AND (ended IS NULL OR ended > $1) AND ($3::text IS NULL OR agent = $3)
        ORDER BY agent, started, seq LIMIT $4
        """,
        start,
        end,
        agent,
        limit,
    )
    return [interval_of(row) for row in rows]


async def trunk_busy(
    conn: Connection, site: str, start: Ms, end: Ms, trunk: str | None = None
) -> list[TrunkBusyTime]:
    """When all channels of a trunk (or of the given one) were taken, as far as it overlaps [start, end), in order."""
    rows = await conn.fetch(
        """
        SELECT trunk, started, ended FROM trunk_busy
        WHERE site = $1 AND started < $3 AND (ended IS NULL OR ended > $2) AND ($4::text IS NULL OR trunk = $4)
        ORDER BY trunk, started, seq
        """,
        site,
        start,
        end,
        trunk,
    )
    return [TrunkBusyTime(row["trunk"], row["started"], row["ended"]) for row in rows]


def segment_of(row: asyncpg.Record) -> Segment:
    values = {name: row[COLUMN.get(name, name)] for name in SEGMENT}
    return msgspec.convert(values, Segment)


def interval_of(row: asyncpg.Record) -> AgentInterval:
    values = {name: row[COLUMN.get(name, name)] for name in _INTERVAL}
    return msgspec.convert(values, AgentInterval)


def record_of_row(row: asyncpg.Record) -> ContactRecord:
    return msgspec.convert({name: row[name] for name in _RECORD}, ContactRecord)


def _places(n: int) -> str:
    return ", ".join(f"${i}" for i in range(1, n + 1))


def _assign(columns: Iterable[str], skip: tuple[str, ...]) -> str:
    return ", ".join(f"{name} = excluded.{name}" for name in columns if name not in skip)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
