"""What would have met the target (D7), computed in the background and kept by the digest of what it came from."""

import asyncio
import contextlib
from typing import Any, NamedTuple

import structlog

from jietong.core.clock import Clock
from jietong.core.errors import JietongError
from jietong.db.pool import Database
from jietong.identity.model import SYSTEM
from jietong.sla import store
from jietong.sla.assess import Assessed, Assessor

log = structlog.get_logger(__name__)

View = dict[str, Any]
KIND = "levers"


class _Job(NamedTuple):
    task: asyncio.Task[None]
    progress: list[float]  # one number: how much is done, 0..1
    failure: list[str]


class Levers:
    """One computation at a time for each agreement and period; asked again it tells how far it is."""

    def __init__(self, database: Database, clock: Clock, assessor: Assessor) -> None:
        self._database = database
        self._clock = clock
        self._assessor = assessor
        self._jobs: dict[tuple[str, str, str], _Job] = {}
        self._alone = asyncio.Semaphore(1)  # the machine answers calls beside it

    async def stop(self) -> None:
        for job in self._jobs.values():
            job.task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await job.task

    async def of(self, assessed: Assessed, *, begin: bool) -> View:
        """What is known; with `begin` it is computed if it is not. `state`: none, running, done, failed."""
        contract = assessed.owner.id
        kind = f"{KIND}:{assessed.period.key}"
        digest = self._assessor.levers_digest(assessed)
        async with self._database.read(SYSTEM.scope) as conn:
            found = await store.work(conn, contract, kind, digest)
        if found is not None:
            return found | {"state": "done", "progress": 1.0}
        key = (contract, kind, digest)
        job = self._jobs.get(key)
        if begin and (job is None or job.failure):
            progress, failure = [0.0], list[str]()
            task = asyncio.create_task(self._compute(assessed, kind, digest, progress, failure), name="levers")
            job = self._jobs[key] = _Job(task, progress, failure)
        empty: View = {"metric": "", "actual": None, "calibration": None, "items": [], "texts": {}}
        if job is None:
            return empty | {"state": "none", "progress": 0.0}
        if job.failure:
            return empty | {"state": "failed", "progress": 0.0, "error": job.failure[0]}
        return empty | {"state": "running", "progress": job.progress[0]}

    async def _compute(
        self, assessed: Assessed, kind: str, digest: str, progress: list[float], failure: list[str]
    ) -> None:
        def told(done: float) -> None:
            progress[0] = done

        try:
            async with self._alone:
                view = await self._assessor.levers(assessed, told)
            async with self._database.transaction(SYSTEM.scope) as conn:
                await store.keep_work(conn, assessed.owner, kind, digest, view, self._clock.now())
        except JietongError as error:
            failure.append(error.detail)
        except Exception:
            log.exception("agreements.levers_failed", contract=assessed.owner.id)
            failure.append("The computation failed; the log says why.")
        else:
            self._jobs.pop((assessed.owner.id, kind, digest), None)
