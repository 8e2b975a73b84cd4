"""How an open socket learns that its session ended or that its rights changed.

    with watch(socket).follow(principal) as ended:      # an asyncio.Future[str]
        ...await asyncio.wait({ended, receive}, return_when=FIRST_COMPLETED)

The future's result is `session_ended` or `permissions_changed`: close the socket (4401), the browser signs in or
reconnects. One query for all sockets every few seconds, and at once when `wake()` is called after a change in this
process. While sockets are followed their sessions count as used.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from jietong.core.clock import Clock
from jietong.core.vocabulary import Ms
from jietong.db.pool import Database
from jietong.identity import sessions, tokens
from jietong.identity.model import Principal
from jietong.identity.rules import MINUTE

log = structlog.get_logger(__name__)


class SessionWatch:
    """One per process. Its task runs only while something is followed."""

    def __init__(self, database: Database, clock: Clock, *, every_s: float = 5.0) -> None:
        self._database = database
        self._clock = clock
        self._every_s = every_s
        self._followed: dict[str, dict[asyncio.Future[str], tuple[object, ...]]] = defaultdict(dict)
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._touched: Ms = 0

    @contextmanager
    def follow(self, principal: Principal) -> Iterator[asyncio.Future[str]]:
        """A future that is done when the principal may go on no longer; from then on it is not followed."""
        key = principal.session_id or principal.token_id
        ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        if key is None:
            raise ValueError("only a session or a token can be followed")
        self._followed[key][ended] = sessions.rights(sorted(principal.roles), principal.clients, principal.agent_id)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="session-watch")
        try:
            yield ended
        finally:
            self._forget(key, ended)
            ended.cancel()
            if not self._followed and self._task is not None:
                self._task.cancel()
                self._task = None

    def wake(self) -> None:
        """Looks at once: a session was ended or an account changed in this process."""
        self._wake.set()

    async def look(self) -> None:
        """Compares every followed socket with the database, now."""
        now = self._clock.now()
        keys = list(self._followed)
        alive = await sessions.living(self._database, keys, now=now)
        alive |= await tokens.living(self._database, keys, now=now)
        for key in keys:
            for ended, rights in list(self._followed.get(key, {}).items()):
                if key not in alive:
                    self._tell(key, ended, "session_ended")
                elif alive[key] != rights:
                    self._tell(key, ended, "permissions_changed")
        if now - self._touched >= MINUTE:
            self._touched = now
            await sessions.touch(self._database, [key for key in keys if key in alive], now=now)

    async def _run(self) -> None:
        failing = False
        while True:
            self._wake.clear()
            try:
                await self.look()
                failing = False
            except Exception as error:
                # The database is away: nobody is thrown out for that, the next round looks again.
                if not failing:
                    log.warning("session_watch_waits", error=type(error).__name__)
                failing = True
            try:
                await asyncio.wait_for(self._wake.wait(), self._every_s)
            except TimeoutError:
                pass

    def _tell(self, key: str, ended: asyncio.Future[str], why: str) -> None:
        if not ended.done():
            ended.set_result(why)
        self._forget(key, ended)

    def _forget(self, key: str, ended: asyncio.Future[str]) -> None:
        followers = self._followed.get(key)
        if followers is not None:
            followers.pop(ended, None)
            if not followers:
                del self._followed[key]
