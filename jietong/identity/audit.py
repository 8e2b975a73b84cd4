"""The audit log: who did what to what, when, from where; a hash chain that shows any later change.

Each entry's digest is sha256(digest of the entry before ‖ its own fields), computed in the database
(`audit_append`), so that a row attached to a command's transaction enters the same chain. `verify` computes it
again here, on its own.

Appending takes a lock that is held until the transaction ends: append last, and never wait for the writer after it.
"""

import hashlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
import orjson

from jietong.core.clock import to_ms
from jietong.core.inbox import Write
from jietong.core.vocabulary import Ms
from jietong.db.pool import Connection
from jietong.identity.model import Principal

EMPTY = bytes(32)
"""The digest before the first entry."""

_APPEND = "SELECT audit_append($1, $2, $3, $4, $5, $6, $7)"
_LONGEST_DETAILS = 100_000


@dataclass(frozen=True, slots=True)
class Entry:
    seq: int
    at: datetime
    actor: str
    name: str
    action: str
    object: str
    details: dict[str, Any]
    address: str
    digest: str  # hex


@dataclass(frozen=True, slots=True)
class Verdict:
    """`broken_at` is the first entry that does not hold; `digest` the head, worth keeping elsewhere."""

    entries: int
    digest: str
    broken_at: int | None = None
    reason: str | None = None

    @property
    def sound(self) -> bool:
        return self.broken_at is None


def append_write(
    *,
    by: Principal,
    action: str,
    object: str,
    now: Ms,
    details: Mapping[str, Any] | None = None,
) -> Write:
    """The entry as a row to attach to a command, so that both are committed together."""
    text = orjson.dumps(dict(details or {}), option=orjson.OPT_SORT_KEYS, default=_plain).decode()
    if len(text) > _LONGEST_DETAILS:
        text = orjson.dumps({"cut": text[:1000]}).decode()
    return Write(_APPEND, (now, by.account_id, by.name, action, object, text, by.source.address))


async def append(
    conn: Connection,
    *,
    by: Principal,
    action: str,
    object: str,
    now: Ms,
    details: Mapping[str, Any] | None = None,
) -> int:
    """Adds an entry in the caller's transaction, as its last act; gives its sequence.

    `action` is `thing.verb` in the past ("queue.changed"); `object` the id of the thing; `details` what a reader
    needs to understand it, without secrets and without whole numbers of customers.
    """
    write = append_write(by=by, action=action, object=object, now=now, details=details)
    seq: int = await conn.fetchval(write.sql, *write.args)
    return seq


async def entries(
    conn: Connection,
    *,
    before: int | None = None,
    limit: int = 100,
    actor: str | None = None,
    action: str | None = None,
    object: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[Entry]:
    """Newest first, older than sequence `before`. `action` may end with a dot: all actions of a thing."""
    rows = await conn.fetch(
        """
        SELECT seq, at, actor, name, action, object, details::text AS details, address, digest
        FROM audit_entry
        WHERE ($1::bigint IS NULL OR seq < $1)
          AND ($2::text IS NULL OR actor = $2)
          AND ($3::text IS NULL OR action = $3 OR (right($3, 1) = '.' AND starts_with(action, $3)))
          AND ($4::text IS NULL OR object = $4)
          AND ($5::timestamptz IS NULL OR at >= $5)
          AND ($6::timestamptz IS NULL OR at < $6)
        ORDER BY seq DESC LIMIT $7
        """,
        before,
        actor,
        action,
        object,
        since,
        until,
        limit,
    )
    return [
        Entry(**{**dict(row), "details": orjson.loads(row["details"]), "digest": row["digest"].hex()}) for row in rows
    ]


async def verify(conn: Connection) -> Verdict:
    """Reads the whole log and computes the chain again: sequence, each digest, and the head.

    Call it in one read transaction. It cannot tell a log that was wholly rewritten together with its head: keep
    the head's digest elsewhere and compare.
    """
    head = await conn.fetchrow("SELECT seq, digest FROM audit_head")
    previous, expected = EMPTY, 0
    async for row in _all(conn):
        expected += 1
        if row["seq"] != expected:
            return Verdict(expected - 1, previous.hex(), expected, "an entry is missing")
        if row["prev"] != previous or row["digest"] != _digest(previous, row):
            return Verdict(expected - 1, previous.hex(), expected, "the entry was changed")
        previous = row["digest"]
    if head is None or head["seq"] != expected or head["digest"] != previous:
        return Verdict(expected, previous.hex(), expected + 1, "entries at the end are missing")
    return Verdict(expected, previous.hex())


async def _all(conn: Connection) -> AsyncIterator[asyncpg.Record]:
    cursor = conn.cursor(
        """
        SELECT seq, at, actor, name, action, object, details::text AS details, address, prev, digest
        FROM audit_entry ORDER BY seq
        """,
        prefetch=2000,
    )
    async for row in cursor:
        yield row


def _digest(previous: bytes, row: asyncpg.Record) -> bytes:
    fields = (
        str(row["seq"]),
        str(to_ms(row["at"])),
        row["actor"],
        row["name"],
        row["action"],
        row["object"],
        row["details"],
        row["address"],
    )
    line = b"".join(b"%d:%s," % (len(raw), raw) for raw in (field.encode() for field in fields))
    return hashlib.sha256(previous + line).digest()


def _plain(value: object) -> object:
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return str(value)
