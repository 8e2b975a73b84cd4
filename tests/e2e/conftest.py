"""The centre as a user starts it, in a process of its own, and a real browser in front of it."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

CHROMIUM = shutil.which("chromium")
BUILT = Path(__file__).parents[2] / "jietong" / "web" / "static" / "index.html"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


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

    def start(self, **environ: str) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "jietong", "serve"],
                env={**os.environ, "JIETONG_HOME": str(self.home), "JIETONG_PORT": str(self.port), **environ},
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


@pytest.fixture(scope="session")
def new_centre() -> Iterator[Callable[[], Running]]:
    """Makes centres that are not started yet; whatever still runs is stopped at the end."""
    made: list[Running] = []

    def make() -> Running:
        home = Path(tempfile.mkdtemp(prefix="jietong-e2e-", dir="/tmp"))
        home.chmod(0o711)
        made.append(Running(home, free_port()))
        return made[-1]

    yield make
    for running in made:
        if running.process is not None and running.process.poll() is None:
            running.stop()
        shutil.rmtree(running.home, ignore_errors=True)


@pytest.fixture(scope="session")
async def centre(new_centre: Callable[[], Running]) -> Running:
    """The demonstration centre, serving; shared by the run."""
    if not BUILT.exists():
        pytest.fail("The web application is not built: run `make setup`.")
    running = new_centre()
    running.start()
    await running.serving()
    return running


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("SKIPPED, NOT TESTED: no Chromium on this machine (apt-get install chromium fonts-noto-cjk)")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


Open = Callable[..., Awaitable[Page]]


@pytest.fixture
async def window(browser: Browser) -> AsyncIterator[Open]:
    """`await window(width=1280, height=720, locale="zh-CN", …)`: a page of a browser of its own. An error on its
    console or an exception in its scripts fails the test."""
    faults: list[str] = []
    async with AsyncExitStack() as stack:

        async def open_(width: int = 1280, height: int = 720, **options: Any) -> Page:
            context: BrowserContext = await browser.new_context(
                viewport={"width": width, "height": height}, timezone_id="Asia/Shanghai", **options
            )
            stack.push_async_callback(context.close)
            page = await context.new_page()
            page.on("pageerror", lambda error: faults.append(f"exception: {error}"))
            page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
            return page

        yield open_
    expected = (
        "401",
        "net::ERR_INTERNET_DISCONNECTED",
        "WebSocket connection",
    )  # not signed in; network cut by a test
    left = [fault for fault in faults if not any(word in fault for word in expected)]
    assert not left, left
