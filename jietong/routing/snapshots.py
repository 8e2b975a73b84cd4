"""Snapshots of the writer's state, and the restore from the newest good one plus the tail of the ledger."""

import asyncio
import hashlib
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import msgspec
import structlog

from jietong.core.commands import AnyCommand
from jietong.core.events import AnyEvent, decode, kind
from jietong.core.inbox import Follower
from jietong.core.vocabulary import Ms
from jietong.db import ledger
from jietong.db.chain import genesis
from jietong.db.pool import ALL, Connection, Database
from jietong.routing.keys import RecentKeys

log = structlog.get_logger(__name__)

KEPT = 3


class Machine(Protocol):
    """What the runtime needs of an engine (`routing.engine.Engine` is the one)."""

    def handle(self, command: AnyCommand, now: Ms) -> list[AnyEvent]: ...
    def apply(self, event: AnyEvent) -> None: ...
    def next_deadline(self) -> Ms | None: ...
    def dump(self) -> bytes: ...
    def check(self) -> list[str]: ...


E = TypeVar("E", bound=Machine)


@dataclass(frozen=True)
class Plan(Generic[E]):
    """How to make the state that is restored: an engine from nothing or from its dump."""

    new: Callable[[], E]
    load: Callable[[bytes], E]


@dataclass
class Restored(Generic[E]):
    engine: E
    keys: RecentKeys
    seq: int
    from_seq: int  # of the snapshot it began with; 0: from nothing
    missed: list[ledger.Stored]  # the events after the sequence that was asked for


class Content(msgspec.Struct):
    engine: bytes
    keys: bytes
    followers: dict[str, bytes]


def take(engine: Machine, keys: RecentKeys, followers: Sequence[Follower]) -> Content:
    """The state as of now; the caller sees to it that all of it is of one sequence."""
    return Content(engine.dump(), keys.dump(), {f.name: f.dump() for f in followers})


async def save(database: Database, head: ledger.Head, content: Content, version: str) -> int:
    """Stores a snapshot and drops all but the newest few; returns its size in bytes."""
    packed = await asyncio.to_thread(lambda: zlib.compress(msgspec.msgpack.encode(content), 1))
    async with database.transaction(ALL) as conn:
        await conn.execute(
            "INSERT INTO snapshot (site, seq, chain, at, version, checksum, content) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (site, seq) DO UPDATE SET chain = EXCLUDED.chain, "
            "at = EXCLUDED.at, version = EXCLUDED.version, checksum = EXCLUDED.checksum, content = EXCLUDED.content",
            head.site,
            head.seq,
            head.digest,
            head.at,
            version,
            hashlib.sha256(packed).digest(),
            packed,
        )
        await conn.execute(
            "DELETE FROM snapshot WHERE site = $1 AND seq NOT IN "
            "(SELECT seq FROM snapshot WHERE site = $1 ORDER BY seq DESC LIMIT $2)",
            head.site,
            KEPT,
        )
    return len(packed)


async def unpack(conn: Connection, site: str, seq: int) -> Content | None:
    """A stored snapshot, or None when it is damaged or belongs to another chain of events."""
    row = await conn.fetchrow(
        "SELECT s.checksum, s.content, coalesce(s.chain = e.digest, false) AS ours FROM snapshot s "
        "LEFT JOIN event e ON e.site = s.site AND e.seq = s.seq WHERE s.site = $1 AND s.seq = $2",
        site,
        seq,
    )
    if row is None or not row["ours"] or hashlib.sha256(row["content"]).digest() != row["checksum"]:
        return None
    try:
        return msgspec.msgpack.decode(zlib.decompress(row["content"]), type=Content)
    except (zlib.error, msgspec.MsgspecError):
        return None


async def restore(
    conn: Connection, head: ledger.Head, plan: Plan[E], followers: Sequence[Follower], *, missed_after: int | None
) -> Restored[E]:
    """The state at `head`, from the newest snapshot that decodes and the events after it.

    `missed_after`: also collect the events after this sequence (None: none). Raises LedgerBroken when the events
    do not lead to the head.
    """
    state = await _from_snapshot(conn, head, plan, followers)
    if state is None:
        for follower in followers:
            follower.load(None)
        state = Restored(plan.new(), RecentKeys(), 0, 0, [])
    digest = genesis(head.site) if state.seq == 0 else None
    async for rows in ledger.pages(conn, head.site, state.seq):
        for row in rows:
            if row.seq != state.seq + 1:
                raise ledger.LedgerBroken(head.site, state.seq + 1, "it is missing")
            try:
                event = decode(row.data)
            except msgspec.MsgspecError as error:
                raise ledger.LedgerBroken(head.site, row.seq, f"it is no event of the catalogue ({error})") from error
            try:
                state.engine.apply(event)
            except Exception as error:
                what = f"it cannot be applied to what came before it ({type(error).__name__}: {error})"
                raise ledger.LedgerBroken(head.site, row.seq, what) from error
            feed(followers, event)
            if row.key is not None:
                state.keys.extend(row.key, row.seq, row.at)
            if missed_after is not None and row.seq > missed_after:
                state.missed.append(ledger.Stored(row.seq, event))
            state.seq, digest = row.seq, row.digest
    if state.seq != head.seq or (digest is not None and digest != head.digest):
        raise ledger.LedgerBroken(head.site, state.seq, "the events do not lead to the ledger's head")
    return state


def feed(followers: Sequence[Follower], event: AnyEvent) -> None:
    """Live and on replay alike. A follower's fault is told and must not stop the centre."""
    for follower in followers:
        try:
            follower.apply(event)
        except Exception:
            log.exception("follower failed", follower=follower.name, type=kind(event))


async def _from_snapshot(
    conn: Connection, head: ledger.Head, plan: Plan[E], followers: Sequence[Follower]
) -> Restored[E] | None:
    found = await conn.fetch(
        "SELECT seq FROM snapshot WHERE site = $1 AND seq <= $2 ORDER BY seq DESC", head.site, head.seq
    )
    for (seq,) in found:
        content = await unpack(conn, head.site, seq)
        if content is None or any(f.name not in content.followers for f in followers):
            log.warning("snapshot passed over", site=head.site, seq=seq)
            continue
        try:
            engine = plan.load(content.engine)
            keys = RecentKeys.load(content.keys)
            for follower in followers:
                follower.load(content.followers[follower.name])
        except Exception as error:  # made by another version; an older one, or the events alone, will do
            log.warning("snapshot passed over", site=head.site, seq=seq, reason=type(error).__name__)
            continue
        return Restored(engine, keys, seq, seq, [])
    return None
