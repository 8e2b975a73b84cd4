"""A private Asterisk for tests: fetched once into the user's cache, run in a folder of its own."""

import asyncio
import contextlib
import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

from jietong.channels.asterisk.configuration import Layout
from jietong.channels.asterisk.install import cache_folder, find, install
from jietong.channels.asterisk.installation import Installation
from jietong.channels.asterisk.private import PrivateSite
from jietong.channels.asterisk.supervise import Keeper
from jietong.channels.asterisk.switch import AsteriskSwitch
from jietong.core.errors import Unavailable

missing: list[str] = []  # why there is no Asterisk: told at the end of the run, in capitals


def installation() -> Installation | None:
    """None: it cannot be had here. With JIETONG_VOICE_REQUIRED set that is an error, so that continuous integration
    cannot pass without it."""
    folder = cache_folder(os.environ)
    found = find(folder)
    if found is not None and found.sipp() is not None:
        return found
    try:
        return install(folder, report=lambda text: print(text, file=sys.stderr), with_tests=True)
    except Unavailable as error:
        if os.environ.get("JIETONG_VOICE_REQUIRED"):
            raise
        if error.detail not in missing:
            missing.append(error.detail)
        return None


class OwnAsterisk:
    """An Asterisk under its keeper, and the site a switch connects to."""

    def __init__(self, folder: Path, found: Installation) -> None:
        self.layout = Layout(folder / "voice")
        self.installation = found
        self.keeper = Keeper(self.layout, found, private=True)
        self.site = PrivateSite(self.keeper, self.layout)

    @property
    def address(self) -> str:
        """Where telephones register."""
        return f"127.0.0.1:{self.keeper.configuration.sockets.sip}"

    def switch(self) -> AsteriskSwitch:
        return AsteriskSwitch(self.site)


@contextlib.asynccontextmanager
async def running(found: Installation) -> AsyncIterator[OwnAsterisk]:
    folder = Path(tempfile.mkdtemp(prefix="jietong-voice-", dir="/tmp"))  # a short path: it holds Unix sockets
    own = OwnAsterisk(folder, found)
    try:
        await own.keeper.start()
        yield own
    finally:
        await own.keeper.stop(drain=False)
        shutil.rmtree(folder, ignore_errors=True)


async def until_noted(layout: Layout, extensions: Iterable[str]) -> None:
    """Until these telephones' registrations would survive the switch's death: it writes them a second late.

    Reads without a lock (`immutable`): a switch that finds its file locked throws away what it wanted to write.
    """
    file = f"file:{layout.lib / 'astdb.sqlite3'}?mode=ro&immutable=1"
    missing = set(extensions)
    async with asyncio.timeout(10):
        while missing:
            await asyncio.sleep(0.1)
            with (
                contextlib.suppress(sqlite3.DatabaseError),  # it was being written
                contextlib.closing(sqlite3.connect(file, uri=True)) as database,
            ):
                for (key,) in database.execute("SELECT key FROM astdb WHERE key LIKE '/registrar/contact/%'"):
                    missing.discard(key.removeprefix("/registrar/contact/").partition(";")[0])
