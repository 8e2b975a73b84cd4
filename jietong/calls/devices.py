"""Whose telephone can be rung. The engine offers calls to nobody else."""

import asyncio
from typing import TYPE_CHECKING

import structlog

from jietong.channels.switch import DeviceState
from jietong.core.commands import DeviceChanged
from jietong.core.errors import JietongError

if TYPE_CHECKING:
    from jietong.calls.service import Calls

log = structlog.get_logger(__name__)


class Devices:
    """Registered extensions, and what the engine has been told of them."""

    def __init__(self, calls: "Calls") -> None:
        self._calls = calls
        self.registered: set[str] = set()
        self._to_do: dict[str, None] = {}
        self._task: asyncio.Task[None] | None = None

    @property
    def at_rest(self) -> bool:
        return self._task is None or self._task.done()

    def told(self, tell: DeviceState) -> None:
        (self.registered.add if tell.reachable else self.registered.discard)(tell.extension)
        spec = self._calls.lines.extension(tell.extension)
        if spec is not None and spec.agent is not None:
            self.look(spec.agent)

    def known(self, registered: frozenset[str]) -> None:
        """All that are registered now."""
        self.registered = set(registered)
        self.look()

    def look(self, agent: str | None = None) -> None:
        """Tells the engine what is news of one agent, or of all who are signed in."""
        if agent is not None:
            self._to_do[agent] = None
        else:
            self._to_do.update(dict.fromkeys(self._calls.writer.engine.agents))
        if self.at_rest and self._to_do:
            self._task = self._calls.background(self._tell(), "devices")

    def reachable(self, agent: str) -> tuple[bool, str]:
        """(whether the agent's telephone can be rung, why): registered | unregistered | none | number."""
        spec = self._calls.lines.extension_of(agent)
        if spec is None:
            return False, "none"
        if spec.kind == "number":
            return True, "number"
        return (True, "registered") if spec.id in self.registered else (False, "unregistered")

    async def _tell(self) -> None:
        while self._to_do:
            agent = next(iter(self._to_do))
            del self._to_do[agent]
            await self._calls.writer.settled()
            state = self._calls.writer.engine.agents.get(agent)
            if state is None or state.signed_in_at is None or not state.spec.capacity.voice:
                continue
            reachable, why = self.reachable(agent)
            if (state.reachable, state.device_why) == (reachable, why):
                continue
            try:
                await self._calls.submit(DeviceChanged(agent, reachable, why))
            except JietongError as error:
                log.warning("device_not_told", agent=agent, code=error.code)
