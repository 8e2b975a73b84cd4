"""A forecast of every queue each night, so that their accuracy is known without anybody's pressing a button.

Each tells of tomorrow and the weeks after; what a later one tells again is let go, so that of every day the last
forecast before it began is what stays. A queue that was forecast after a similar one goes on so until it has four
weeks of its own. What planners changed by hand holds on top, as always.
"""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import date, timedelta

import asyncpg
import structlog

from jietong.core.clock import Clock
from jietong.core.days import day_of
from jietong.core.errors import JietongError
from jietong.db.pool import ALL, Database
from jietong.identity.model import SYSTEM
from jietong.workforce.forecast.service import LONGEST_DAYS, Forecasts

log = structlog.get_logger(__name__)

FIRST_S = 300.0  # after the start, when everybody has other things to do
EVERY_S = 600.0
PAUSE_S = 5.0  # between queues: the night is long
AHEAD_DAYS = 28


class Nightly:
    """`start()`, and `stop()` at the end. Works only while `active()`: one process of a centre is enough."""

    def __init__(
        self,
        forecasts: Forecasts,
        database: Database,
        clock: Clock,
        active: Callable[[], bool],
        zone: Callable[[], str],
        *,
        first_s: float = FIRST_S,
        pause_s: float = PAUSE_S,
    ) -> None:
        self._forecasts = forecasts
        self._database = database
        self._clock = clock
        self._active = active
        self._zone = zone
        self._first_s = first_s
        self._pause_s = pause_s
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="nightly-forecasts")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        await asyncio.sleep(self._first_s)
        while True:
            if self._active():
                try:
                    await self.once()
                except (JietongError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
                    log.warning("forecast.not_made", error=type(error).__name__, detail=str(error))
                except Exception:  # nobody waits for this task: were it to end, nothing would be forecast any more
                    log.exception("forecast.nightly_failed")
            await asyncio.sleep(EVERY_S)

    async def once(self) -> list[str]:
        """The queues that were forecast now: those with a past, not yet forecast since midnight."""
        from jietong.workforce.forecast import store

        today = self._forecasts.today_is()
        midnight = day_of(today, self._zone()).start
        async with self._database.read(ALL) as conn:
            held = await store.nightly_of_queues(conn)
        made = []
        for one in await self._forecasts.queues(ALL):
            if not self._active():
                break
            queue, latest = one["queue"], one["latest"]
            if held.get(queue, 0) >= midnight:
                continue
            basis = latest["basis"] if latest is not None else {}
            similar = basis.get("similar") if basis.get("few", True) else None
            try:
                await self._forecasts.make(
                    SYSTEM, queue, today + timedelta(days=1), _last(today, latest), similar=similar,
                    expected_a_day=basis.get("expected_a_day") if similar is not None else None, nightly=True,
                )  # fmt: skip
            except JietongError as error:  # nothing ever came to this queue, or it has gone
                log.debug("forecast.none", queue=queue, code=error.code)
                continue
            made.append(queue)
            await asyncio.sleep(self._pause_s)
        if made:
            log.info("forecast.nightly", queues=len(made))
        return made


def _last(today: date, latest: "dict[str, object] | None") -> date:
    """As far ahead as planners looked last."""
    last = today + timedelta(days=AHEAD_DAYS)
    if latest is not None:
        last = max(last, date.fromisoformat(str(latest["last"])))
    return min(last, today + timedelta(days=LONGEST_DAYS - 1))
