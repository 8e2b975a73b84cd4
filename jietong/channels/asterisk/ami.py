"""Asterisk's manager interface, for what ARI does not tell: wrong passwords, registrations of trunks; and for
commands of the console.

    async with Ami(port, password) as ami:
        await ami.command("core abort shutdown")
        async for event in ami.events(): ...
"""

import asyncio
from collections.abc import AsyncGenerator
from types import TracebackType
from typing import Self, TypeAlias

from jietong.channels.asterisk.ending import end
from jietong.core.errors import Unavailable

Message: TypeAlias = dict[str, str]  # header to value; repeated headers are joined by line breaks

_ANSWER_S = 5.0
USER = "jietong"


class Ami:
    """One connection; it ends with the first error."""

    def __init__(self, port: int, password: str, *, host: str = "127.0.0.1", user: str = USER) -> None:
        self._where = (host, port)
        self._login = (user, password)
        self._events: asyncio.Queue[Message | None] = asyncio.Queue()
        self._answers: dict[str, asyncio.Future[Message]] = {}
        self._number = 0
        self._reading: asyncio.Task[None] | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def __aenter__(self) -> Self:
        try:
            async with asyncio.timeout(_ANSWER_S):
                reader, self._writer = await asyncio.open_connection(*self._where)
                await reader.readline()  # its greeting
            self._reading = asyncio.create_task(self._read(reader), name="asterisk-manager")
            user, secret = self._login
            await self.action("Login", Username=user, Secret=secret)
        except BaseException as error:
            await self.__aexit__(None, None, None)
            if isinstance(error, OSError | TimeoutError):
                raise _gone() from error
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._writer is not None:
            self._writer.close()  # first, since we may be cancelled while we wait
        if self._reading is not None:
            await end([self._reading])

    async def action(self, name: str, **headers: str) -> Message:
        """What it answers. Raises Unavailable `switch_gone`, or `switch_refused` with its words."""
        self._number += 1
        mark = str(self._number)
        answer: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._answers[mark] = answer
        try:
            await self.send(name, ActionID=mark, **headers)
            async with asyncio.timeout(_ANSWER_S):
                found = await answer
        except TimeoutError as error:
            raise _gone() from error
        finally:
            self._answers.pop(mark, None)
        if found.get("Response") == "Error":
            raise Unavailable("switch_refused", f"The switch refused {name}: {found.get('Message', 'no reason')}.")
        return found

    async def send(self, name: str, **headers: str) -> None:
        """Without waiting for an answer. Raises Unavailable `switch_gone`."""
        if self._writer is None:
            raise _gone()
        lines = [f"Action: {name}", *(f"{key}: {value}" for key, value in headers.items())]
        try:
            self._writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
            await self._writer.drain()
        except OSError as error:
            raise _gone() from error

    async def command(self, words: str) -> str:
        """What the console says to it."""
        return (await self.action("Command", Command=words)).get("Output", "")

    async def events(self) -> AsyncGenerator[Message, None]:
        """Until the connection ends."""
        while (message := await self._events.get()) is not None:
            yield message

    async def _read(self, reader: asyncio.StreamReader) -> None:
        message: Message = {}
        try:
            while line := await reader.readline():
                text = line.decode(errors="replace").rstrip("\r\n")
                if text:
                    key, _, value = text.partition(": ")
                    message[key] = f"{message[key]}\n{value}" if key in message else value
                    continue
                self._deliver(message)
                message = {}
        except (OSError, ValueError):  # gone, or a line without end
            pass
        finally:
            for answer in self._answers.values():
                if not answer.done():
                    answer.set_exception(_gone())
            self._events.put_nowait(None)

    def _deliver(self, message: Message) -> None:
        if "Event" in message:
            self._events.put_nowait(message)
        elif (answer := self._answers.get(message.get("ActionID", ""))) is not None and not answer.done():
            answer.set_result(message)


def _gone() -> Unavailable:
    return Unavailable("switch_gone", "The telephone switch does not answer.")
