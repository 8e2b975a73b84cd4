"""A client's end of a WebSocket: frames out, frames in, answers by id."""

import asyncio
import itertools
import json
import secrets
from collections.abc import Callable
from typing import Any, cast

import websockets

Frame = dict[str, Any]
_numbers = itertools.count(1)
_RUN = secrets.token_hex(4)
"""A second run begins its ids anew: they must not be taken for those of the first one, sent again."""


def fresh() -> str:
    """An idempotency id that nobody has used."""
    return f"sim-{_RUN}-{next(_numbers)}"


class Closed(Exception):
    """The other side, or the network, has gone."""


class Wire:
    """One open socket. `on_frame` sees every frame that comes in, answers included."""

    def __init__(self, socket: websockets.ClientConnection, on_frame: Callable[[Frame], None]) -> None:
        self._socket = socket
        self._on_frame = on_frame
        self._waiting: dict[str, asyncio.Future[Frame]] = {}
        self.reader = asyncio.create_task(self._read(), name="wire")

    @classmethod
    async def open(cls, url: str, headers: dict[str, str], on_frame: Callable[[Frame], None]) -> "Wire":
        """Raises OSError, websockets.InvalidStatus (refused)."""
        try:
            socket = await websockets.connect(
                url, additional_headers=headers, compression=None, max_size=None, ping_interval=None, open_timeout=60
            )
        except websockets.InvalidMessage as error:  # cut off while greeting
            raise ConnectionResetError(str(error)) from error
        return cls(socket, on_frame)

    async def send(self, frame: Frame) -> None:
        """Raises Closed."""
        try:
            await self._socket.send(json.dumps(frame, ensure_ascii=False))
        except websockets.ConnectionClosed as error:
            raise Closed from error

    async def ask(self, frame: Frame) -> Frame:
        """Sends a frame, under a fresh id if it has none, and gives its `ok` or `err`. Raises Closed."""
        key = frame.get("id") or fresh()
        answer: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._waiting[key] = answer
        try:
            await self.send({**frame, "id": key})
            return await answer
        finally:
            self._waiting.pop(key, None)

    async def close(self) -> None:
        await self._socket.close()
        await asyncio.gather(self.reader, return_exceptions=True)

    async def _read(self) -> None:
        try:
            async for text in self._socket:
                frame = cast(Frame, json.loads(text))
                answer = self._waiting.get(frame.get("id", "")) if frame["t"] in ("ok", "err") else None
                if answer is not None and not answer.done():
                    answer.set_result(frame)
                self._on_frame(frame)
        except websockets.ConnectionClosed:
            pass
        finally:
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(Closed())
