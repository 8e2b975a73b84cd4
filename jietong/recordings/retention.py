"""Retention: once a day what is past its time is deleted, with a certificate for each; a legal hold wins always.

How long a recording is kept was fixed when it was made, by its queue's rule of that day. A run that is cut off goes
on where it stopped; its row says what it did.
"""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import asyncpg
import structlog

from jietong.core.clock import Clock, to_datetime
from jietong.core.errors import JietongError, Refused
from jietong.core.specs import SiteSpec
from jietong.core.vocabulary import Ms
from jietong.db.pool import ALL, Database
from jietong.identity.model import SYSTEM
from jietong.recordings import store
from jietong.recordings.deletion import Deletion
from jietong.recordings.model import Run

log = structlog.get_logger(__name__)

AT_HOUR = 3
"""Local hour from which the day's run may begin: few calls, and the day before is over everywhere in the zone."""
LOOK_S = 60.0
_PAGE = 200


class Due(NamedTuple):
    """What a run at this moment would do."""

    cutoff: Ms
    recordings: int
    bytes: int
    held: int  # past their time, kept by a legal hold


class Retention:
    def __init__(
        self,
        database: Database,
        clock: Clock,
        site: Callable[[], SiteSpec],
        deletion: Deletion,
        *,
        active: Callable[[], bool] = lambda: True,
    ) -> None:
        self._database = database
        self._clock = clock
        self._site = site
        self._deletion = deletion
        self._active = active
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._rounds(), name="recordings-retention")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def due(self) -> Due:
        """Nothing is changed."""
        now = self._clock.now()
        async with self._database.read(ALL) as conn:
            recordings, size, held = await store.overdue_counts(conn, now)
        return Due(now, recordings, size, held)

    async def run(self) -> Run:
        """Today's run: begins it, or goes on with it. One that is done is given back as it was."""
        now = self._clock.now()
        day = self._local(now).date().isoformat()
        async with self._database.transaction(ALL) as conn:
            run = await store.begin_run(conn, day, now, now)
        if run.ended_at is not None:
            return run
        resumed, failed = await self._deletion.resume()
        if resumed or failed:
            async with self._database.transaction(ALL) as conn:
                await store.count_in_run(conn, day, deleted=resumed, failed=failed, bytes=0)
        after: tuple[Ms, str] = (-1, "")
        while True:
            async with self._database.read(ALL) as conn:
                page = await store.overdue(conn, run.cutoff, after, _PAGE)
            if not page:
                break
            for after in page:
                await self._delete(day, after[1])
        async with self._database.transaction(ALL) as conn:
            _, _, held = await store.overdue_counts(conn, run.cutoff)
            await store.end_run(conn, day, self._clock.now(), held)
            return await store.begin_run(conn, day, run.cutoff, now)

    async def _delete(self, day: str, id: str) -> None:
        async with self._database.read(ALL) as conn:
            one = await store.recording(conn, id)
        if one is None:
            return
        deleted = failed = size = 0
        try:
            await self._deletion.delete(id, why="retention", reason=f"kept {one.keep_days} days", by=SYSTEM)
            deleted, size = 1, sum(track.bytes for track in one.tracks)
        except Refused:
            return  # put on hold, or deleted on request, since the page was read
        except OSError as error:
            failed = 1
            log.error("recording_not_deleted", recording=id, error=error.strerror or type(error).__name__)
        async with self._database.transaction(ALL) as conn:
            await store.count_in_run(conn, day, deleted=deleted, failed=failed, bytes=size)

    async def _rounds(self) -> None:
        while True:
            try:
                if self._active() and self._local(self._clock.now()).hour >= AT_HOUR:
                    await self.run()
            except (JietongError, asyncpg.PostgresError) as error:
                log.warning("retention_waits", error=getattr(error, "code", type(error).__name__))
            except Exception:  # nobody waits for this task: were it to end, nothing would ever be deleted again
                log.exception("retention_failed")
            await asyncio.sleep(LOOK_S)

    def _local(self, now: Ms) -> datetime:
        return to_datetime(now).astimezone(ZoneInfo(self._site().zone))
