"""Drives `phone.py`: `async with Telephone(...) as phone: await phone.dial("8000"); await phone.until("media")`."""

import asyncio
import contextlib
import itertools
import json
import socket
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import tones

_PHONE = Path(__file__).with_name("phone.py")
_addresses = itertools.cycle(range(10, 250))  # of 127.0.4.n, which no test's trunk covers


class Telephone:
    """One SIP user agent at an address of its own (127.0.4.n), which speaks a steady tone and writes down what it
    hears as `heard(n)` for its n-th call. With `user` it registers; without, it is a line to the network."""

    def __init__(
        self,
        folder: Path,
        server: str,
        *,
        tone: float | None = None,
        user: str | None = None,
        password: str | None = None,
        auto: bool = False,
        address: str | None = None,
        port: int | None = None,
        codec: str | None = None,
        name: str | None = None,
    ) -> None:
        self.address = address or f"127.0.4.{next(_addresses)}"
        self.port = port or _free_port(self.address)
        self.server = server
        self.tone = tone
        self._label = f"{user or 'line'}-{self.port}"
        self._folder = folder
        self._words = [str(_PHONE), self.address, str(self.port)]
        for option, value in (("--codec", codec), ("--name", name)):
            if value is not None:
                self._words += [option, value]
        if password is not None:
            self._words += ["--user", user or "", "--password", password, "--registrar", server]
        elif user is not None:
            self._words += ["--user", user]
        if tone is not None:
            self._words += ["--play", str(tones.write(folder / f"{self._label}.wav", tone, 4.0))]
        self._words += ["--record", str(folder / f"{self._label}-%n-heard.wav")]
        if auto:
            self._words.append("--auto")
        self.events: list[dict[str, Any]] = []
        self._news = asyncio.Event()
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *self._words,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=None,
        )
        self._reading = asyncio.create_task(self._read())
        await self.until("ready")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        assert self._reading is not None
        with contextlib.suppress(ConnectionError, RuntimeError):
            await self.order(do="quit")
        try:
            await asyncio.wait_for(self._process.wait(), 3)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        await self._reading

    async def dial(self, number: str, **headers: str) -> None:
        await self.order(do="call", uri=f"sip:{number}@{self.server}", headers=headers)

    async def press(self, digits: str, call: int = 1) -> None:
        await self.order(do="press", digits=digits, call=call)

    async def order(self, **words: Any) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write((json.dumps(words) + "\n").encode())
        await self._process.stdin.drain()

    async def until(self, event: str, timeout_s: float = 15.0, count: int = 1, **words: Any) -> dict[str, Any]:
        """The `count`-th event of this kind with these words, awaited. Fails with all that was told instead."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_s
        while True:
            found = [
                one
                for one in self.events
                if one["event"] == event and all(one.get(key) == value for key, value in words.items())
            ]
            if len(found) >= count:
                return found[count - 1]
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), deadline - loop.time())
            except TimeoutError:
                raise AssertionError(f"{self._label}: no {event} {words} in {self.events}") from None

    async def gone(self, call: int = 1) -> dict[str, Any]:
        return await self.until("state", state="DISCONNECTED", call=call)

    async def talking(self, call: int = 1) -> None:
        await self.until("state", state="CONFIRMED", call=call)
        await self.until("media", call=call)

    def heard(self, call: int = 1) -> Path:
        return self._folder / f"{self._label}-{call}-heard.wav"

    async def _read(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            with contextlib.suppress(json.JSONDecodeError):
                self.events.append(json.loads(line))
                self._news.set()


def _free_port(address: str) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])
