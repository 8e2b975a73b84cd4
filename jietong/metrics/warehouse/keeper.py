"""Writes closed days while the centre runs: a few at a time, when there is nothing else to do with the night."""

import asyncio
import contextlib
from collections.abc import Callable

import asyncpg
import structlog

from jietong.core.errors import JietongError
from jietong.metrics.warehouse.service import Warehouse

log = structlog.get_logger(__name__)

EVERY_S = 600.0
FIRST_S = 60.0  # after the start, when everybody has other things to do
AT_ONCE = 20  # days in a row; an imported year is written over some hours, or by `jietong history close` at once
PAUSE_S = 20.0


class Keeper:
    """`start()`, and `stop()` at the end. Works only while `active()`: one process of a centre is enough."""

    def __init__(self, warehouse: Warehouse, active: Callable[[], bool], *, first_s: float = FIRST_S) -> None:
        self._warehouse = warehouse
        self._active = active
        self._first_s = first_s
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="history")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        await asyncio.sleep(self._first_s)
        while True:
            more = False
            if self._active():
                try:
                    more = await self.once()
                except (JietongError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
                    log.warning("history.not_written", error=type(error).__name__, detail=str(error))
                except Exception:  # nobody waits for this task: were it to end, days would be written no more
                    log.exception("history.failed")
            await asyncio.sleep(PAUSE_S if more else EVERY_S)

    async def once(self) -> bool:
        """Some days of each site; gives whether there are more."""
        more = False
        for site in await self._warehouse.sites():
            done = await self._warehouse.close(site, most=AT_ONCE)
            more |= done.days >= AT_ONCE
        return more
