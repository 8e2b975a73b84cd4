"""One centre as a user starts it: `jietong serve`, in a process of its own, on a home and port of its own."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from playwright.async_api import Page

Open = Callable[..., Awaitable[Page]]
"""The `window` fixture: gives a page of a browser of its own."""


@dataclass
class Running:
    """One `jietong serve` of its own, on a home of its own."""

    home: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    log: Path = field(init=False)

    def __post_init__(self) -> None:
        self.log = self.home / "serve.log"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def environ(self, **more: str) -> dict[str, str]:
        """Without telephones, unless `more` says otherwise: a switch outlives the centre that started it."""
        own = {
            "JIETONG_HOME": str(self.home),
            "JIETONG_PORT": str(self.port),
            "JIETONG_VOICE": "0",
            "JIETONG_DEMO_HISTORY": "0",
        }
        return {**os.environ, **own, **more}

    def start(self, **environ: str) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "jietong", "serve"],
                env=self.environ(**environ),
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )

    async def serving(self, within_s: float = 90) -> None:
        """Returns when /healthz answers 200; fails with the log otherwise."""
        async with httpx.AsyncClient(base_url=self.url) as client, asyncio.timeout(within_s):
            while True:
                assert self.process is not None
                if self.process.poll() is not None:
                    raise AssertionError(f"the centre ended:\n{self.log.read_text()[-3000:]}")
                try:
                    if (await client.get("/healthz")).status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.1)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(30)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
