"""`jietong ledger verify`: recomputes all that the ledger claims, and stops at the first thing that is not so."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from jietong.core.events import AnyEvent
from jietong.core.inbox import Follower
from jietong.db import ledger
from jietong.db.chain import genesis
from jietong.db.pool import ALL, Connection, Database
from jietong.routing import snapshots
from jietong.routing.snapshots import E, Plan

Progress = Callable[[int, int], None]
"""Called with events done and events in all."""


@dataclass(frozen=True)
class Verdict:
    """What was proved. `broken` is the first event that is wrong, or None when all holds."""

    site: str
    events: int  # proved
    first: int
    last: int
    head: str  # hex digest of the chain's end: noted elsewhere, it proves this ledger later
    snapshots: int  # equal to the replay
    passed_over: int  # of another version of the program, or without what a follower needs
    replayed: bool
    seconds: float
    broken: int | None = None
    why: str | None = None

    @property
    def good(self) -> bool:
        return self.why is None

    def sentence(self) -> str:
        """One line for the operator."""
        if self.why is not None:
            return f"BROKEN  {self.site}: event {self.broken}: {self.why}."
        state = f"the state follows, {self.snapshots} snapshots equal it" if self.replayed else "the chain only"
        return (
            f"good  {self.site}: {self.events} events, {self.first} to {self.last}, each follows from the last; "
            f"{state}; head {self.head[:16]}…; {self.seconds:.1f} s."
        )


async def verify(
    database: Database,
    site: str,
    plan: Plan[E],
    *,
    followers: Sequence[Follower] = (),
    version: str,
    from_seq: int = 1,
    progress: Progress = lambda done, total: None,
) -> Verdict:
    """Streams the ledger once, beside a running centre if need be.

    Checked: sequence without a gap, every digest, every event decodes and agrees with its columns, the head, the
    engine replayed from nothing against every stored snapshot of this `version` of the program, and the engine's
    own invariants at the end. With `from_seq` > 1 the chain is proved from there on and nothing is replayed.
    """
    started = time.monotonic()
    async with database.read(ALL) as conn:
        await conn.execute("SET LOCAL statement_timeout = 0")
        return await _Proof(conn, site, plan, followers, version, from_seq, progress).run(started)


class _Proof:
    def __init__(
        self,
        conn: Connection,
        site: str,
        plan: Plan[E],
        followers: Sequence[Follower],
        version: str,
        from_seq: int,
        progress: Progress,
    ) -> None:
        self.conn, self.site, self.version, self.progress = conn, site, version, progress
        self.first = max(from_seq, 1)
        self.replays = self.first == 1
        self.engine: snapshots.Machine = plan.new()
        self.followers = followers
        self.seq = self.first - 1
        self.equal = self.passed_over = 0

    async def run(self, started: float) -> Verdict:
        head = await ledger.head(self.conn, self.site)
        broken: int | None = None
        why: str | None = None
        try:
            await self._prove(head)
        except ledger.LedgerBroken as found:
            broken, why = found.seq, found.what
        return Verdict(
            site=self.site,
            events=self.seq - self.first + 1,
            first=self.first,
            last=self.seq,
            head=head.digest.hex(),
            snapshots=self.equal,
            passed_over=self.passed_over,
            replayed=self.replays,
            seconds=time.monotonic() - started,
            broken=broken,
            why=why,
        )

    async def _prove(self, head: ledger.Head) -> None:
        stored = await self._snapshots(head.seq) if self.replays else {}
        for follower in self.followers:
            follower.load(None)
        digest = await self._digest_before()
        async for rows in ledger.pages(self.conn, self.site, self.seq, until=head.seq):
            for row in rows:
                if row.seq != self.seq + 1:
                    raise ledger.LedgerBroken(self.site, self.seq + 1, "it is missing")
                event = ledger.checked(row, digest, self.site)
                self.seq, digest = row.seq, row.digest
                if self.replays:
                    self._replay(row.seq, event)
                    if row.seq in stored:
                        self._compare(row.seq, *stored[row.seq])
            self.progress(self.seq, head.seq)
        if self.seq != head.seq:
            raise ledger.LedgerBroken(self.site, self.seq + 1, f"it is missing: the head says {head.seq}")
        if digest != head.digest:
            raise ledger.LedgerBroken(self.site, self.seq, "the head's digest is another")
        if self.replays and (problems := self.engine.check()):
            raise ledger.LedgerBroken(self.site, self.seq, f"after it the state contradicts itself: {problems[0]}")

    def _replay(self, seq: int, event: AnyEvent) -> None:
        try:
            self.engine.apply(event)
            for follower in self.followers:
                follower.apply(event)
        except Exception as error:
            what = f"it cannot be applied to what came before it ({type(error).__name__}: {error})"
            raise ledger.LedgerBroken(self.site, seq, what) from error

    async def _digest_before(self) -> bytes:
        if self.seq == 0:
            return genesis(self.site)
        rows = await ledger.raw(self.conn, self.site, self.seq - 1, 1)
        if not rows or rows[0].seq != self.seq:
            raise ledger.LedgerBroken(self.site, self.seq, "it is missing")
        return rows[0].digest

    async def _snapshots(self, last: int) -> dict[int, tuple[str, snapshots.Content]]:
        """Read before the stream begins: the few that are kept."""
        rows = await self.conn.fetch(
            "SELECT seq, version FROM snapshot WHERE site = $1 AND seq <= $2", self.site, last
        )
        out = {}
        for seq, version in rows:
            content = await snapshots.unpack(self.conn, self.site, seq)
            if content is None:
                raise ledger.LedgerBroken(self.site, seq, "the snapshot after it is damaged or of another ledger")
            out[seq] = (version, content)
        return out

    def _compare(self, seq: int, version: str, content: snapshots.Content) -> None:
        if version != self.version:
            self.passed_over += 1
            return
        if content.engine != self.engine.dump():
            raise ledger.LedgerBroken(self.site, seq, "the snapshot after it is not what the events lead to")
        for follower in self.followers:
            kept = content.followers.get(follower.name)
            if kept is not None and kept != follower.dump():
                raise ledger.LedgerBroken(
                    self.site, seq, f"the figures `{follower.name}` saved after it are not what the events lead to"
                )
        self.equal += 1
