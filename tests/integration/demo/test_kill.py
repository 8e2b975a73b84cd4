"""kill -9 of the whole centre under load: what was acknowledged is there, once; waits count on; nobody is stuck."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import httpx
import pytest

from jietong.demo.wire import Closed, Frame, Wire

PAGES = 12


class Page:
    """A customer who writes without pause and notes what was acknowledged."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.token: str | None = None
        self.state: dict[str, Any] = {}
        self.acknowledged: list[str] = []
        self.sent = 0
        self._welcome = asyncio.Event()

    def hear(self, frame: Frame) -> None:
        if frame["t"] == "welcome":
            self.token, self.state = frame["token"], frame["state"]
            self._welcome.set()

    async def open(self, url: str, key: str) -> Wire:
        self._welcome.clear()
        wire = await Wire.open(url.replace("http", "ws") + "/ws/chat", {}, self.hear)
        await wire.send({"t": "hello", "widget": "repair", "token": self.token, "lang": "en", "demo": key})
        async with asyncio.timeout(20):
            await self._welcome.wait()
        return wire

    async def write(self, url: str, key: str) -> None:
        wire = await self.open(url, key)
        try:
            profile = {"name": "Load", "phone": f"+86138000099{self.number:02}"}
            answer = await wire.ask({"t": "start", "profile": profile})
            assert answer["t"] == "ok", answer
            while True:
                text = f"{self.number}/{self.sent}"
                self.sent += 1
                if (await wire.ask({"t": "say", "text": text}))["t"] == "ok":
                    self.acknowledged.append(text)
        except Closed:
            return
        finally:
            await wire.close()


async def serve(home: Path, port: int) -> subprocess.Popen[bytes]:
    env = os.environ | {"JIETONG_HOME": str(home), "JIETONG_PORT": str(port), "JIETONG_DEMO_HISTORY": "0"}
    server = await asyncio.to_thread(
        subprocess.Popen, [sys.executable, "-m", "jietong", "serve"], env=env, stdout=subprocess.DEVNULL
    )
    async with asyncio.timeout(90), httpx.AsyncClient() as client:
        while True:
            try:
                if (await client.get(f"http://127.0.0.1:{port}/healthz")).status_code == 200:
                    return server
            except httpx.TransportError:
                assert server.poll() is None, "the server gave up"
            await asyncio.sleep(0.2)


@pytest.mark.slow
async def test_a_killed_centre_comes_back_with_everything_it_acknowledged() -> None:
    home = Path(tempfile.mkdtemp(prefix="jietong-kill-", dir="/tmp"))
    home.chmod(0o711)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    server = await serve(home, port)
    try:
        key = (home / "demo.key").read_text().strip()
        pages = [Page(number) for number in range(PAGES)]
        writing = [asyncio.create_task(page.write(url, key)) for page in pages]
        async with asyncio.timeout(60):
            while sum(len(page.acknowledged) for page in pages) < PAGES * 10:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        server.send_signal(signal.SIGKILL)
        await asyncio.gather(*writing, return_exceptions=True)
        before = {page.number: list(page.acknowledged) for page in pages}
        server.wait()
        server = await serve(home, port)
        for page in pages:
            wire = await page.open(url, key)
            texts = [message["text"] for message in page.state["messages"] if message["author"] == "customer"]
            assert len(texts) == len(set(texts)), "nothing is doubled"
            assert set(before[page.number]) <= set(texts), "nothing that was acknowledged is lost"
            assert [m["n"] for m in page.state["messages"] if m["author"] == "customer"] == [
                *range(1, len(texts) + 1)
            ]
            assert page.state["place"] == "queue", "it waits on"
            assert (await wire.ask({"t": "say", "text": "still here"}))["t"] == "ok"
            assert (await wire.ask({"t": "end"}))["t"] == "ok"
            await wire.close()
    finally:
        server.terminate()
        server.wait(30)
        await asyncio.to_thread(subprocess.run, ["rm", "-rf", str(home)], check=False)
