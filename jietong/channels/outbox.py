"""What waits to be sent to one browser: never blocks the sender, never grows without bound."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable


class Outbox:
    """Frames for one socket, sent in order by `run`.

    A browser that does not read fast enough has its frames thrown away as a whole: `overflowed` then tells the owner
    to send the state afresh, or to give the browser up.
    """

    __slots__ = ("_frames", "_limit", "_send", "_size", "_wake", "closed", "overflowed")

    def __init__(self, send: Callable[[str], Awaitable[None]], limit: int = 1_000_000) -> None:
        """`limit` is in characters, over all waiting frames."""
        self._send = send
        self._frames: deque[str] = deque()
        self._size = 0
        self._limit = limit
        self._wake = asyncio.Event()
        self.overflowed = False
        self.closed = False

    def put(self, frame: str) -> None:
        """Queues a frame; one frame larger than the limit is let through when nothing else waits."""
        if self.closed or self.overflowed:
            return
        if self._size + len(frame) > self._limit and self._frames:
            self._frames.clear()
            self._size = 0
            self.overflowed = True
        else:
            self._frames.append(frame)
            self._size += len(frame)
        self._wake.set()

    def restart(self) -> None:
        """After an overflow: the owner is about to send everything afresh."""
        self.overflowed = False

    @property
    def waiting(self) -> int:
        """How many frames wait."""
        return len(self._frames)

    def close(self) -> None:
        """Sends what waits, then `run` returns."""
        self.closed = True
        self._wake.set()

    async def run(self, on_overflow: Callable[[], None] | None = None) -> None:
        """Sends until closed, or until the browser is gone (the send raises). An overflow without a way to start
        afresh ends it too."""
        while True:
            while self._frames:
                frame = self._frames.popleft()
                self._size -= len(frame)
                await self._send(frame)
            if self.overflowed:
                if on_overflow is None:
                    return
                self.restart()
                on_overflow()
                continue
            if self.closed:
                return
            self._wake.clear()
            await self._wake.wait()
