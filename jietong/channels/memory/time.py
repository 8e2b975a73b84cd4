"""Time of the exchange in memory: virtual for tests, the event loop's for a demonstration."""

import asyncio
import heapq
import itertools
from collections.abc import Awaitable, Callable
from typing import Protocol

from jietong.core.clock import Clock, ManualClock
from jietong.core.vocabulary import Ms


class Timer(Protocol):
    def cancel(self) -> None: ...


class Time(Protocol):
    def now(self) -> Ms: ...

    def call_at(self, at: Ms, do: Callable[[], object]) -> Timer:
        """Does it once, at that instant or as soon after it as may be; never within this call."""
        ...


class LoopTime:
    """Wall time by the event loop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> Ms:
        return self._clock.now()

    def call_at(self, at: Ms, do: Callable[[], object]) -> Timer:
        delay = max(0, at - self._clock.now()) / 1000
        return asyncio.get_running_loop().call_later(delay, do)


async def rounds(count: int = 25) -> None:
    """Lets other tasks run for so many rounds of the event loop."""
    for _ in range(count):
        await asyncio.sleep(0)


class VirtualTime:
    """Time that stands still until `run`; it drives a ManualClock that others may share.

    Between two instants `settle` is awaited: whatever the first has set going must have come to rest before the clock
    moves on. Give one that knows (a writer's inbox drained, a call's queue empty); by itself it lets the event loop
    go round a few times, which is enough where nobody waits for a database.
    """

    def __init__(self, clock: ManualClock, settle: Callable[[], Awaitable[None]] = rounds) -> None:
        self.clock = clock
        self.settle = settle
        self._due: list[tuple[Ms, int, _Due]] = []
        self._count = itertools.count()

    def now(self) -> Ms:
        return self.clock.now()

    def call_at(self, at: Ms, do: Callable[[], object]) -> Timer:
        due = _Due(do)
        heapq.heappush(self._due, (max(at, self.now()), next(self._count), due))
        return due

    async def run(self, seconds: float) -> None:
        """All that happens within the next so many seconds, in order."""
        await self.run_until(lambda: False, seconds)

    async def run_until(self, ready: Callable[[], object], limit_s: float = 60.0) -> bool:
        """Runs until `ready` gives something true, at most so many seconds of virtual time; tells whether it did."""
        end = self.now() + round(limit_s * 1000)
        await self.settle()
        while not ready():
            at = self.next_at()
            if at is None or at > end:
                self.clock.set(end)
                await self.settle()
                return bool(ready())
            self.clock.set(at)
            while self.next_at() == at:
                _, _, due = heapq.heappop(self._due)
                if due.do is not None:
                    due.do()
            await self.settle()
        return True

    async def sleep(self, seconds: float) -> None:
        """For code under test that waits: returns when the clock has been brought so far."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def wake() -> None:
            if not done.done():
                done.set_result(None)

        self.call_at(self.now() + round(seconds * 1000), wake)
        await done

    def next_at(self) -> Ms | None:
        """When something is due next; None: nothing is."""
        while self._due and self._due[0][2].do is None:
            heapq.heappop(self._due)
        return self._due[0][0] if self._due else None


class _Due:
    __slots__ = ("do",)

    def __init__(self, do: Callable[[], object]) -> None:
        self.do: Callable[[], object] | None = do

    def cancel(self) -> None:
        self.do = None
