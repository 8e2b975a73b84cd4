"""The single writer of a site: inbox → engine → ledger → effects.

Commands are drained from the inbox, the engine decides, the events and the rows that go with them are committed
in one transaction, and only then do the submitters get their receipts and the subscribers their events. Whatever
goes wrong with the database has one answer: forget the state in memory and restore it from the ledger, by the
same path as after a kill.

    runtime = Runtime(database, "main", Plan(Engine, Engine.load), followers=[figures], clock=clock)
    await runtime.start()
    await runtime.wait_active()
    receipt = await runtime.submit(Accept(agent="a1", contact="c1"), key="…")

`engine` is replaced by every restore: always read `runtime.engine`, never keep it. Between a decision and its
commit it is ahead of the ledger: whoever builds a view outside a subscriber awaits `settled()` first.
"""

import asyncio
import contextlib
import hashlib
from collections.abc import Callable, Sequence
from importlib import metadata
from typing import Generic, Literal, NamedTuple, TypeAlias

import asyncpg
import structlog

from jietong.core.clock import Clock
from jietong.core.commands import AnyCommand, Restart, Tick
from jietong.core.errors import JietongError, Unavailable
from jietong.core.events import AnyEvent
from jietong.core.inbox import Batch, Follower, Receipt, Write
from jietong.core.vocabulary import Ms
from jietong.db import ledger
from jietong.db.pool import ALL, GONE, Database
from jietong.routing import asked as answers
from jietong.routing import snapshots
from jietong.routing.asked import Asked, Waiting
from jietong.routing.commit import STATEMENT_S, Lost, Pen, Rejected
from jietong.routing.keys import RecentKeys
from jietong.routing.snapshots import E, Plan

__all__ = ["Plan", "Role", "Runtime"]

log = structlog.get_logger(__name__)

Role: TypeAlias = Literal["stopped", "standby", "recovering", "active", "database_gone"]

BATCH_MAX = 256
HEARTBEAT_S = 2.0
TICK_EVERY_S = 0.02
STANDBY_EVERY_S = 0.4


class Decided(NamedTuple):
    asked: Asked
    events: list[AnyEvent]
    refusal: JietongError | None


class Runtime(Generic[E]):
    """One per process and site; at any time one of all processes is `active`, the others stand by."""

    def __init__(
        self,
        database: Database,
        site: str,
        plan: Plan[E],
        *,
        clock: Clock,
        followers: Sequence[Follower] = (),
        snapshot_every: int = 20_000,
        version: str | None = None,
    ) -> None:
        self.site = site
        self.engine: E = plan.new()
        self.role: Role = "stopped"
        self.fault: str | None = None  # why it does not serve, in words for the operator
        self._database = database
        self._plan = plan
        self._clock = clock
        self._followers = tuple(followers)
        self._snapshot_every = snapshot_every
        self._version = version or metadata.version("jietong")
        self._head = ledger.Head(site, 0, 0, b"", 0)  # as committed
        self._keys = RecentKeys()
        self._published: int | None = None  # None: subscribers have been told nothing yet
        self._snapshot_seq = 0
        self._waiting = Waiting()
        self._listeners: list[Callable[[Batch], None]] = []
        self._role_listeners: list[Callable[[Role], None]] = []
        self._wake = asyncio.Event()
        self._rest: asyncio.Future[None] | None = None  # set while the engine is ahead of the ledger
        self._role_changed = asyncio.Event()
        self._stopping = False
        self._pen: Pen | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._saving: asyncio.Task[None] | None = None
        self._tick_from = 0.0  # loop time before which no Tick is tried: one that fails must not spin
        self._contact = 0.0  # loop time of the last word from the database
        self._announce = asyncio.Event()

    # --- the inbox ---------------------------------------------------------------------------------------------

    @property
    def seq(self) -> int:
        """Sequence of the last committed event."""
        return self._head.seq

    @property
    def epoch(self) -> int:
        return self._head.epoch

    async def submit(self, command: AnyCommand, *, key: str | None = None, writes: Sequence[Write] = ()) -> Receipt:
        """See `core.inbox.Inbox`.

        Raises, besides Refused: Unavailable `database_gone`, `standing_by`, `overloaded` (nothing was done) or
        `outcome_unknown` (the connection broke during the commit: send it again with the same key); Invalid
        `bad_text` (a NUL or half a surrogate pair in a row); Refused `write_rejected` (the database refused a row).
        """
        if self.role != "active" or self._stopping:
            raise self._unavailable()
        if key is not None:
            on_its_way = self._waiting.on_its_way(key)
            if on_its_way is not None:
                return await asyncio.shield(on_its_way)
            made = self._keys.get(key)
            if made is not None:
                return await self._first_receipt(made.first, made.last)
        answer = self._waiting.put(command, key, writes)
        self._wake.set()
        return await asyncio.shield(answer)  # a submitter that gives up takes nothing back

    def subscribe(self, listener: Callable[[Batch], None]) -> Callable[[], None]:
        """See `core.inbox.Inbox`. A batch with RuntimeStarted tells of a restore: views begin anew."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def subscribe_role(self, listener: Callable[[Role], None]) -> Callable[[], None]:
        self._role_listeners.append(listener)
        return lambda: self._role_listeners.remove(listener)

    async def settled(self) -> None:
        """Returns when the engine is what the ledger says; holds until the caller's next await."""
        while self._rest is not None:
            await asyncio.shield(self._rest)

    # --- life --------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Begins to work in the background: as the writer, or standing by. Never fails."""
        if not self._tasks:
            self._stopping = False
            self._tasks = [
                asyncio.create_task(self._run(), name=f"writer of {self.site}"),
                asyncio.create_task(self._announcer(), name=f"announcer of {self.site}"),
            ]

    async def wait_active(self, timeout: float | None = None) -> None:
        """Raises TimeoutError."""
        async with asyncio.timeout(timeout):
            while self.role != "active":
                self._role_changed.clear()
                await self._role_changed.wait()

    async def stop(self, timeout: float = 15.0) -> None:
        """Finishes what was asked, saves a snapshot, lets go of the lock."""
        if not self._tasks:
            return
        self._stopping = True
        self._wake.set()
        writer, announcer = self._tasks
        self._tasks = []
        with contextlib.suppress(TimeoutError, asyncio.CancelledError):
            await asyncio.wait_for(writer, timeout)
        announcer.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await announcer
        if self._saving is not None:
            await self._saving
        self._drop_connection()
        self._set_role("stopped")
        self._waiting.fail_all(self._unavailable())

    async def _run(self) -> None:
        pause = 0.1
        while not self._stopping:
            try:
                if await self._take_over() and self._pen is not None:
                    pause = 0.1
                    await self._serve(self._pen)
            except (Lost, Unavailable, ledger.Fenced, *GONE, asyncpg.InterfaceError) as error:
                self._lose("database_gone", error)
            except Exception as error:
                self._lose("recovering", error)
            if not self._stopping:
                await asyncio.sleep(pause)
                pause = min(pause * 2, 2.0)

    async def _take_over(self) -> bool:
        """Waits for the site's lock, then restores. False when told to stop meanwhile."""
        lock = int.from_bytes(hashlib.sha256(f"jietong writer {self.site}".encode()).digest()[:8], "big", signed=True)
        conn = await self._database.connect(f"jietong writer {self.site}", statement_s=STATEMENT_S)
        self._pen = Pen(conn, self._head)
        conn.add_termination_listener(lambda _: self._wake.set())
        while not await conn.fetchval("SELECT pg_try_advisory_lock($1)", lock, timeout=10):
            self.fault = "another process serves; this one stands by"
            self._set_role("standby")
            await asyncio.sleep(STANDBY_EVERY_S)
            if self._stopping:
                return False
        self._set_role("recovering")
        self._head = self._pen.head = await ledger.claim(conn, self.site)
        await self._restore(self._pen)
        await self._pen.ensure_months([self._now()])
        return True

    async def _restore(self, pen: Pen) -> None:
        restored = await snapshots.restore(
            pen.conn, pen.head, self._plan, self._followers, missed_after=self._published
        )
        self.engine, self._keys, self._snapshot_seq = restored.engine, restored.keys, restored.from_seq
        if restored.missed:  # committed, but the word of it was lost with the connection, or written by another
            self._publish(Batch(restored.missed[-1].seq, tuple(s.event for s in restored.missed)))
        self._published = self._head.seq

    def _lose(self, role: Role, error: Exception) -> None:
        self._drop_connection()
        fault = error.detail if isinstance(error, JietongError) else f"{type(error).__name__}: {error}"
        if fault != self.fault:
            log.error("writer stopped", site=self.site, seq=self.seq, reason=fault, exc_info=role == "recovering")
        self.fault = fault
        self._set_role(role)
        self._waiting.fail_all(self._unavailable())
        self._settle()

    def _drop_connection(self) -> None:
        pen, self._pen = self._pen, None
        if pen is not None:
            pen.conn.terminate()  # gives the advisory lock back with it

    def _set_role(self, role: Role) -> None:
        if role == self.role:
            return
        self.role = role
        if role == "active":
            self.fault = None
        self._role_changed.set()
        log.info("runtime", site=self.site, role=role, seq=self.seq, epoch=self.epoch)
        for listener in tuple(self._role_listeners):
            try:
                listener(role)
            except Exception:
                log.exception("role listener failed")

    # --- serving -----------------------------------------------------------------------------------------------

    async def _serve(self, pen: Pen) -> None:
        await self._work(pen, [Asked(Restart(epoch=self.epoch, version=self._version))])
        self._set_role("active")
        while True:
            batch = self._drain()
            if batch:
                await self._work(pen, batch)
                await asyncio.sleep(0)  # those who wait for `settled` come first
                self._consider_snapshot()
            elif self._stopping:
                break
            else:
                await self._idle(pen)
        await self._last_snapshot()

    def _drain(self) -> list[Asked]:
        """What is due by the clock, then what was asked, in order."""
        self._wake.clear()
        batch: list[Asked] = []
        if self._due_in() <= 0:
            self._tick_from = asyncio.get_running_loop().time() + TICK_EVERY_S
            batch.append(Asked(Tick()))
        batch += self._waiting.take(BATCH_MAX)
        return batch

    async def _idle(self, pen: Pen) -> None:
        """Until somebody asks, something is due, or the database's heartbeat."""
        loop = asyncio.get_running_loop()
        timer = loop.call_later(max(min(self._due_in(), HEARTBEAT_S), 0.001), self._wake.set)
        await self._wake.wait()
        timer.cancel()
        pen.must_be_open()
        if not self._waiting and loop.time() - self._contact >= HEARTBEAT_S:
            await pen.heartbeat(self._now())
            self._contact = loop.time()

    def _due_in(self) -> float:
        """Seconds until the engine wants to be told the time."""
        deadline = self.engine.next_deadline()
        if deadline is None:
            return HEARTBEAT_S
        return max((deadline - self._now()) / 1000, self._tick_from - asyncio.get_running_loop().time())

    async def _work(self, pen: Pen, batch: list[Asked]) -> None:
        """Decides and commits a batch; a rejected one command by command, so that a bad one harms no other."""
        try:
            await self._attempt(pen, batch)
        except Rejected as rejected:
            await self._void(pen)
            if len(batch) == 1:
                self._refuse(batch[0], rejected.cause)
                return
            log.warning("batch rejected; doing it one by one", site=self.site, reason=repr(rejected.cause))
            for index, asked in enumerate(batch):
                try:
                    await self._attempt(pen, [asked])
                except Rejected as alone:
                    await self._void(pen)
                    self._refuse(asked, alone.cause)
                except BaseException:
                    self._waiting.put_back(batch[index + 1 :])  # to be failed with all others
                    raise

    async def _attempt(self, pen: Pen, batch: list[Asked]) -> None:
        self._rest = asyncio.get_running_loop().create_future()
        try:
            decided = self._decide(batch)
            events = [(event, d.asked.key) for d in decided for event in d.events]
            writes = [write for d in decided if d.refusal is None for write in d.asked.writes]
            if events or writes:
                await pen.commit(events, writes)
                self._contact = asyncio.get_running_loop().time()
        except Rejected:
            raise
        except BaseException as error:
            nothing = isinstance(error, ledger.Fenced) or (isinstance(error, Lost) and not error.sent)
            for asked in batch:
                self._waiting.failed(asked, answers.database_gone() if nothing else answers.outcome_unknown())
            raise
        before, self._head = self._head, pen.head
        self._settle()
        self._complete(decided, before.seq)

    def _decide(self, batch: list[Asked]) -> list[Decided]:
        now = self._now()
        decided = []
        for asked in batch:
            try:
                decided.append(Decided(asked, self.engine.handle(asked.command, now), None))
            except JietongError as refusal:
                decided.append(Decided(asked, [], refusal))
            except Exception as error:
                log.exception("engine failed", site=self.site, command=type(asked.command).__name__)
                raise Rejected(error) from error
        return decided

    def _complete(self, decided: list[Decided], before: int) -> None:
        """After the commit: followers, receipts, subscribers."""
        seq = before
        now = self._now()
        committed: list[AnyEvent] = []
        for asked, events, refusal in decided:
            if refusal is not None:
                self._waiting.failed(asked, refusal)
                continue
            first, seq = seq + 1, seq + len(events)
            committed.extend(events)
            if asked.key is not None:
                self._keys.add(asked.key, first, seq, now)
            self._waiting.done(asked, Receipt(seq, tuple(events)))
        if committed:
            for event in committed:
                snapshots.feed(self._followers, event)
            self._publish(Batch(seq, tuple(committed)))
            self._published = seq
            self._announce.set()

    def _publish(self, batch: Batch) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(batch)
            except Exception:
                log.exception("subscriber failed", site=self.site, seq=batch.seq)

    async def _void(self, pen: Pen) -> None:
        """What was decided did not happen: the state comes from the ledger again."""
        try:
            await self._restore(pen)
        except GONE as error:
            raise Lost(str(error)) from error
        self._settle()

    def _refuse(self, asked: Asked, cause: Exception) -> None:
        if isinstance(asked.command, Tick):
            self._tick_from = asyncio.get_running_loop().time() + 1.0
        log.error("command rejected", site=self.site, command=type(asked.command).__name__, reason=repr(cause))
        error = answers.rejection(asked, cause)
        error.__cause__ = cause
        self._waiting.failed(asked, error)

    def _settle(self) -> None:
        rest, self._rest = self._rest, None
        if rest is not None and not rest.done():
            rest.set_result(None)

    # --- beside the hot path -----------------------------------------------------------------------------------

    def _unavailable(self) -> Unavailable:
        if self.role in ("standby", "stopped") or self._stopping:
            return answers.standing_by()
        return answers.database_gone()

    async def _first_receipt(self, first: int, last: int) -> Receipt:
        if last < first:
            return Receipt(last, ())
        async with self._database.read(ALL) as conn:
            stored = await ledger.read(conn, self.site, first - 1, last - first + 1, until=last)
        return Receipt(last, tuple(s.event for s in stored))

    def _now(self) -> Ms:
        """Never before the newest event, whatever the machine's clock did across a restart."""
        return max(self._clock.now(), self._head.at)

    def _consider_snapshot(self) -> None:
        if self.seq - self._snapshot_seq >= self._snapshot_every and self._saving is None:
            taken = self._take()
            if taken is not None:
                self._saving = asyncio.create_task(self._save(taken))

    def _take(self) -> tuple[ledger.Head, snapshots.Content] | None:
        """None when the state cannot be dumped: that is a fault of ours, but no reason to stop serving."""
        self._snapshot_seq = self.seq  # tried again after as many events, not with every commit
        try:
            return self._head, snapshots.take(self.engine, self._keys, self._followers)
        except Exception:
            log.exception("snapshot cannot be taken", site=self.site, seq=self.seq)
            return None

    async def _save(self, taken: tuple[ledger.Head, snapshots.Content]) -> None:
        try:
            size = await snapshots.save(self._database, *taken, self._version)
            log.info("snapshot", site=self.site, seq=taken[0].seq, bytes=size)
        except Exception as error:  # the ledger has it all: the next one will do
            log.warning("snapshot failed", site=self.site, seq=taken[0].seq, reason=repr(error))
        finally:
            self._saving = None

    async def _last_snapshot(self) -> None:
        if self._saving is not None:
            await self._saving
        if self.seq > self._snapshot_seq and (taken := self._take()) is not None:
            await self._save(taken)

    async def _announcer(self) -> None:
        """Tells other processes that the ledger has grown: after commits, ten times a second at most."""
        while True:
            await self._announce.wait()
            self._announce.clear()
            with contextlib.suppress(Unavailable, asyncpg.PostgresError, asyncpg.InterfaceError):
                async with self._database.transaction(ALL, lasting=False) as conn:
                    await conn.execute("SELECT pg_notify($1, $2)", ledger.CHANNEL, f"{self.seq} {self.site}")
            await asyncio.sleep(0.1)
