"""Jobs started, followed, cancelled and started again; as many at once as there are processors."""

import asyncio
import contextlib
import functools
import os
from collections.abc import Callable, Mapping
from typing import Any

import orjson
import structlog

from jietong.core.clock import Clock
from jietong.core.errors import Forbidden, Invalid, Refused, TooMany, Unavailable
from jietong.core.ids import new_id
from jietong.db.pool import ALL, Database
from jietong.identity.model import SYSTEM, Principal
from jietong.identity.permissions import Permission
from jietong.workforce.jobs import store
from jietong.workforce.jobs.model import KINDS, LARGEST_BYTES, MOST_QUEUED, Job, JobKind, JobState, Progress
from jietong.workforce.jobs.process import WorkerProcess
from jietong.workforce.jobs.worker import Done, Fault, Told

log = structlog.get_logger(__name__)

COMMIT_S = 0.5  # the closest that two rows of progress follow each other
LOOK_S = 1.0  # how often the queue is looked at unasked
KEPT_MS = 30 * 86_400_000  # ended jobs; what is to last longer is kept by whoever asked for it
FORGET_S = 3600.0


class Jobs:
    """The centre's long computations. `active`: this process is the one that works; another stands by."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        active: Callable[[], bool] = lambda: True,
        at_once: int | None = None,
        kinds: Mapping[str, JobKind] = KINDS,
    ) -> None:
        self._database = database
        self._clock = clock
        self._active = active
        self._at_once = at_once or os.cpu_count() or 1
        self._kinds = kinds
        self._runner = new_id(clock.now())
        self._running: dict[str, tuple[str, asyncio.Task[None]]] = {}  # by run: a job started again is another
        self._processes: dict[str, WorkerProcess] = {}
        self._wake = asyncio.Event()
        self._changed = asyncio.Condition()
        self._loop: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Begins to take jobs; those that a process before this one left running are interrupted."""
        self._loop = asyncio.create_task(self._run(), name="planning-jobs")

    async def close(self) -> None:
        """Kills what runs; it can be started again."""
        if self._loop is not None:
            self._loop.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._loop
        await self._drop_all()

    # --- asked -------------------------------------------------------------------------------------------------

    async def start(self, kind: str, args: Any, by: Principal, *, client: str = "", subject: str = "") -> str:
        """Queues a job and gives its id. `client`: whose figures it holds ('' nobody's, '*' all clients' together);
        who does not see that client does not see the job. `subject`: what it is for, to find it by.

        Raises Invalid `no_such_job_kind`, `job_too_large`; TooMany `too_many_jobs`.
        """
        if kind not in self._kinds:
            raise Invalid("no_such_job_kind", f"There is no kind of job {kind!r}.")
        if len(orjson.dumps(args)) > LARGEST_BYTES:
            raise Invalid("job_too_large", f"A job takes {LARGEST_BYTES >> 20} MB at most. Ask for less at a time.")
        now = self._clock.now()
        id = new_id(now)
        async with self._database.transaction(by.scope) as conn:
            if await store.queued_of(conn, by.account_id) >= MOST_QUEUED:
                raise TooMany("too_many_jobs", f"You have {MOST_QUEUED} jobs waiting. Cancel some, or wait for them.")
            await store.insert(
                conn, id, kind, args, client=client, subject=subject, owner=by.account_id, name=by.name, now=now
            )
        self._wake.set()
        return id

    async def get(self, id: str, by: Principal = SYSTEM) -> Job:
        """Raises NotFound `no_such_job`."""
        async with self._database.read(by.scope) as conn:
            return await store.read(conn, id)

    async def many(self, ids: list[str], by: Principal = SYSTEM) -> dict[str, Job]:
        """Those of them that `by` sees."""
        async with self._database.read(by.scope) as conn:
            return await store.many(conn, ids)

    async def listed(
        self, by: Principal, *, kind: str | None = None, subject: str | None = None, limit: int = 100
    ) -> list[Job]:
        """Latest first. Raises Invalid `unknown_kind`."""
        if kind is not None and kind not in self._kinds:
            known = ", ".join(sorted(self._kinds))
            raise Invalid("unknown_kind", f"There is no kind of job {kind!r}. There are {known}.", field="kind")
        async with self._database.read(by.scope) as conn:
            return await store.listed(conn, kind=kind, subject=subject, limit=limit)

    async def result(self, id: str, by: Principal = SYSTEM) -> Any:
        """What the work gave, or told of it so far: JSON as Python values, or bytes. None: nothing yet.
        Raises NotFound `no_such_job`."""
        data, json = await self.raw_result(id, by)
        return data if data is None or not json else orjson.loads(data)

    async def raw_result(self, id: str, by: Principal = SYSTEM) -> tuple[bytes | None, bool]:
        """The same as bytes, and whether they are JSON."""
        async with self._database.read(by.scope) as conn:
            await store.read(conn, id)
            return await store.result(conn, id)

    async def cancel(self, id: str, by: Principal = SYSTEM) -> Job:
        """Kills it within a second. What has ended stays as it is. Raises NotFound `no_such_job`; Forbidden
        `not_your_job`."""
        async with self._database.transaction(by.scope) as conn:
            _check_owner(await store.read(conn, id), by)
            await store.cancel(conn, id, self._clock.now())
        if id in self._processes:
            self._processes[id].kill()
        await self._notify()
        return await self.get(id, by)

    async def again(self, id: str, by: Principal = SYSTEM) -> Job:
        """Starts one that failed, was cancelled or interrupted once more, from its beginning, with its old arguments.
        Raises as `cancel`; Refused `job_not_ended`, for one that is done too."""
        async with self._database.transaction(by.scope) as conn:
            _check_owner(await store.read(conn, id), by)
            if not await store.queue_again(conn, id, by.account_id, by.name, self._clock.now()):
                raise Refused("job_not_ended", "This job is waiting, running or done: it cannot be started again.")
        self._wake.set()
        return await self.get(id, by)

    async def wait(self, id: str, seconds: float | None = None) -> Job:
        """Returns when it has ended. Raises TimeoutError after `seconds`."""
        async with asyncio.timeout(seconds):
            while not (job := await self.get(id)).state.ended:
                async with self._changed:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._changed.wait(), LOOK_S)
            return job

    # --- run ---------------------------------------------------------------------------------------------------

    async def _run(self) -> None:
        was_active = False
        forget_at = 0.0
        loop = asyncio.get_running_loop()
        while True:
            try:
                if self._active():
                    if not was_active:
                        await self._interrupt_others()
                    was_active = True
                    await self._take_all()
                    if loop.time() >= forget_at:
                        forget_at = loop.time() + FORGET_S
                        async with self._database.transaction(ALL) as conn:
                            await store.forget(conn, self._clock.now() - KEPT_MS)
                elif was_active:
                    was_active = False
                    await self._drop_all()  # another process works now
            except Unavailable:
                pass  # the database is away: asked again
            except Exception:
                log.exception("planning jobs")
            self._wake.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), LOOK_S)

    async def _interrupt_others(self) -> None:
        async with self._database.transaction(ALL) as conn:
            left = await store.interrupt_others(conn, self._runner, self._clock.now())
        if left:
            log.warning("jobs were interrupted; they can be started again", jobs=len(left))
            await self._notify()

    async def _take_all(self) -> None:
        while len(self._running) < self._at_once:
            run = f"{self._runner}:{new_id(self._clock.now())}"
            async with self._database.transaction(ALL) as conn:
                taken = await store.take(conn, run, self._clock.now())
            if taken is None:
                return
            job, args = taken
            task = asyncio.create_task(self._work(job, args, run), name=f"job-{job.kind}")
            self._running[run] = job.id, task
            task.add_done_callback(functools.partial(self._left, run))

    def _left(self, run: str, _: asyncio.Task[None]) -> None:
        self._running.pop(run, None)
        self._wake.set()

    async def _work(self, job: Job, args: Any, run: str) -> None:
        kind = self._kinds.get(job.kind)
        outcome: Done | Fault
        if kind is None:  # a later version knew it
            outcome = Fault("no_such_job_kind", f"This version of the centre has no kind of job {job.kind!r}.")
        else:
            try:
                outcome = await self._outcome(job, kind, args, run)
            except OSError as error:
                outcome = Fault("job_not_started", f"No process could be started for it: {error.strerror or error}.")
        await self._record(job.id, run, outcome)

    async def _outcome(self, job: Job, kind: JobKind, args: Any, run: str) -> Done | Fault:
        async with WorkerProcess(kind, args) as process:
            self._processes[job.id] = process
            try:
                if (await self.get(job.id)).state is not JobState.RUNNING:
                    process.kill()  # cancelled before there was anything to kill
                loop = asyncio.get_running_loop()
                committed, partial = float("-inf"), None
                async with contextlib.aclosing(process.messages()) as messages:
                    async for message in messages:
                        if not isinstance(message, Told):
                            break
                        partial = message.partial or partial
                        if loop.time() - committed >= COMMIT_S:
                            committed = loop.time()
                            await self._told(job.id, run, message, partial)
                            partial = None
            finally:
                if self._processes.get(job.id) is process:
                    del self._processes[job.id]
            assert not isinstance(message, Told)
            if isinstance(message, Fault):
                log.info(
                    "job failed",
                    job=job.id,
                    kind=job.kind,
                    code=message.code,
                    tail=process.tail.decode(errors="replace"),
                )
            return message

    async def _told(self, id: str, run: str, message: Told, partial: bytes | None) -> None:
        share = None if message.share is None else min(max(message.share, 0.0), 1.0)
        progress = Progress(share, message.best, message.bound, message.text[:300], self._clock.now())
        try:
            async with self._database.transaction(ALL, lasting=False) as conn:
                await store.told(conn, id, run, progress, partial)
        except Unavailable:
            return  # the next one tells as much
        await self._notify()

    async def _record(self, id: str, run: str, outcome: Done | Fault) -> None:
        """However long the database is away."""
        while True:
            try:
                async with self._database.transaction(ALL) as conn:
                    now = self._clock.now()
                    if isinstance(outcome, Done):
                        await store.done(conn, id, run, outcome.result, outcome.json, now)
                    else:
                        await store.ended(
                            conn, id, run, JobState.FAILED, now, outcome.code, outcome.detail
                        )  # a cancelled one stays so: it runs no more
                break
            except Unavailable:
                await asyncio.sleep(LOOK_S)
        await self._notify()

    async def _drop_all(self) -> None:
        """Kills every job of this process and marks it interrupted."""
        tasks = dict(self._running)
        for _, task in tasks.values():
            task.cancel()
        await asyncio.gather(*(task for _, task in tasks.values()), return_exceptions=True)
        for run, (id, _) in tasks.items():
            with contextlib.suppress(Unavailable):
                async with self._database.transaction(ALL) as conn:
                    await store.ended(conn, id, run, JobState.INTERRUPTED, self._clock.now())
        await self._notify()

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()


def _check_owner(job: Job, by: Principal) -> None:
    """One's own jobs, and any for whoever may publish plans."""
    if job.owner != by.account_id and not by.may(Permission.PLAN_PUBLISH):
        raise Forbidden("not_your_job", f"{job.owner_name} started this job; ask them, or a planner who publishes.")
