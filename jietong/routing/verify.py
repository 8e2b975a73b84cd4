"""`jietong ledger verify`: recomputes all that the ledger claims, and stops at the first thing that is not so."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

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
            f"good  {self.site}: {self.events} events, {self.first} to {self.last}, each follows from the one before; "
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
        stored = {row["seq"]: row["version"] for row in await self._snapshots()} if self.replays else {}
        for follower in self.followers:
            follower.load(None)
        digest = await self._digest_before()
        async for rows in ledger.pages(self.conn, self.site, self.seq, until=head.seq):
            wanted = [row.seq for row in rows if row.seq in stored]  # the connection is free only between pages
            for row in rows:
                if row.seq != self.seq + 1:
                    raise ledger.LedgerBroken(self.site, self.seq + 1, "it is missing")
                event = ledger.checked(row, digest, self.site)
                self.seq, digest = row.seq, row.digest
                if self.replays:
                    self._replay(row.seq, event)
                    if row.seq in wanted:
                        await self._compare(row.seq, stored[row.seq])
            self.progress(self.seq, head.seq)
        if self.seq != head.seq:
            raise ledger.LedgerBroken(self.site, self.seq + 1, f"it is missing: the head says {head.seq}")
        if digest != head.digest:
            raise ledger.LedgerBroken(self.site, self.seq, "the head's digest is another")
        if self.replays and (problems := self.engine.check()):
            raise ledger.LedgerBroken(self.site, self.seq, f"after it the state contradicts itself: {problems[0]}")
