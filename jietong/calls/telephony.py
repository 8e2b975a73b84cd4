"""Switch, plant and call control as one: at work in the process that writes, at rest in one that stands by."""

import asyncio
from collections.abc import Callable
from typing import Protocol

import structlog

from jietong.calls.plant import TelephonePlant
from jietong.calls.service import Calls
from jietong.channels.switch import Switch
from jietong.core.errors import JietongError
from jietong.routing.runtime import Role

log = structlog.get_logger(__name__)

AGAIN_S = 2.0


class Roles(Protocol):
    """`routing.runtime.Runtime`."""

    @property
    def role(self) -> Role: ...

    def subscribe_role(self, listener: Callable[[Role], None]) -> Callable[[], None]: ...


class Telephony:
    """Begins when its process first writes, and ends with it: two processes never steer the same calls."""

    def __init__(self, runtime: Roles, switch: Switch, plant: TelephonePlant, calls: Calls) -> None:
        self.switch = switch
        self.plant = plant
        self.calls = calls
        self._runtime = runtime
        self._unsubscribe: Callable[[], None] | None = None
        self._starting: asyncio.Task[None] | None = None
        self._started = False

    async def start(self) -> None:
        self._unsubscribe = self._runtime.subscribe_role(self._on_role)
        self._on_role(self._runtime.role)

    async def stop(self) -> None:
        """Lets go: calls go on at the switch, and the next process takes them up."""
        if self._unsubscribe is not None:
            self._unsubscribe()
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.gather(self._starting, return_exceptions=True)
        if self._started:
            await self.calls.stop()
            await self.plant.stop()
            await self.switch.stop()

    def _on_role(self, role: Role) -> None:
        if role == "active" and self._starting is None:
            self._starting = asyncio.create_task(self._start(), name="telephony")

    async def _start(self) -> None:
        """Plant and call control listen before the switch speaks."""
        while True:
            try:
                await self.plant.start()
                break
            except JietongError as error:  # the database went away just now
                log.warning("telephony_waits", code=error.code)
                await asyncio.sleep(AGAIN_S)
        self._started = True
        self.plant.on_change = self.calls.devices.look
        await self.calls.start()
        await self.switch.start()
