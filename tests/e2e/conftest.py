"""The centre as a user starts it, in a process of its own, and a real browser in front of it."""

import asyncio
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from made_history import HISTORY_DAYS, contacts_csv
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect
from running import Open, Running, free_port

CHROMIUM = shutil.which("chromium")
expect.set_options(timeout=15_000)  # a busy machine with two cores is slow, not wrong
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
async def history(centre: Running) -> Running:
    """The demonstration centre with three imported weeks before today; shared by the run."""
    file = centre.home / "made.csv"
    file.write_bytes(contacts_csv(HISTORY_DAYS, until=datetime.now(UTC)))
    work = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "jietong", "import", "contacts", str(file), "--json",
        env=centre.environ(), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, told = await work.communicate()
    assert work.returncode == 0, told.decode()
    assert b'"rejected": 0' in said, said.decode()
    return centre


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("SKIPPED, NOT TESTED: no Chromium on this machine (apt-get install chromium fonts-noto-cjk)")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture
async def window(browser: Browser) -> AsyncIterator[Open]:
    """`await window(width=1280, height=720, locale="zh-CN", …)`: a page of a browser of its own. An error on its
    console or an exception in its scripts fails the test. `refused=["429"]`: answers that the test is about."""
    faults: list[str] = []
    meant: list[str] = []
    async with AsyncExitStack() as stack:

        async def open_(width: int = 1280, height: int = 720, refused: Sequence[str] = (), **options: Any) -> Page:
            meant.extend(f"status of {status}" for status in refused)
            # A menu that still unfolds moves away between the press and the release of the mouse: no click, for no
            # person is as fast as that.
            options.setdefault("reduced_motion", "reduce")
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
    left = [fault for fault in faults if not any(word in fault for word in (*expected, *meant))]
    assert not left, left
