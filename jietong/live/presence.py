"""Desk presence follows the sockets: the first one signs the agent in, the last one to close is reported lost."""

import asyncio
from typing import TYPE_CHECKING

import structlog

from jietong.core.commands import PresenceBack, PresenceLost, SignIn
from jietong.core.errors import JietongError, Unavailable

if TYPE_CHECKING:
    from jietong.live.hub import Hub

log = structlog.get_logger(__name__)

RETRY_S = 1.0
MOST_STEPS = 8
"""A desk that opens and closes faster than commits come is settled by the next opening or closing."""


class Presence:
    """Brings the engine's idea of who is connected in line with the sockets, one command at a time per agent."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self._signing_in: set[str] = set()
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def opened(self, agent: str) -> None:
        """A socket was opened: its agent is to be signed in and connected."""
        self._signing_in.add(agent)
        self.check(agent)

    def closed(self, agent: str) -> None:
        """The last socket is gone."""
        self._signing_in.discard(agent)
        self.check(agent)

    def check(self, agent: str) -> None:
        """Looks whether the engine agrees with the sockets, and tells it if not."""
        running = self._tasks.get(agent)
        if running is None or running.done():
            task = asyncio.create_task(self._settle(agent), name="presence")
            self._tasks[agent] = task
            task.add_done_callback(lambda done: self._tasks.pop(agent) if self._tasks.get(agent) is done else None)

    async def stop(self) -> None:
        """Leaves the engine as it is: at the next start every desk has its grace."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _settle(self, agent: str) -> None:
        steps = 0
        while steps < MOST_STEPS:
            try:
                if not await self._step(agent):
                    return
                steps += 1
            except Unavailable:
                await asyncio.sleep(RETRY_S)
            except JietongError as error:
                self._signing_in.discard(agent)
                log.info("presence_refused", agent=agent, code=error.code)
                return

    async def _step(self, agent: str) -> bool:
        """One command if one is needed; False when all is settled."""
        hub = self._hub
        await hub.runtime.settled()
        wanted = agent in hub.desks
        state = hub.engine.agents.get(agent)
        if state is None:
            return False
        if wanted and agent in self._signing_in:
            self._signing_in.discard(agent)
            if state.signed_in_at is None:
                try:
                    await hub.runtime.submit(SignIn(agent))
                except Unavailable:
                    self._signing_in.add(agent)
                    raise
                return True
        if state.signed_in_at is None or state.connected == wanted:
            return False
        await hub.runtime.submit(PresenceBack(agent) if wanted else PresenceLost(agent))
        return True
