"""Runs the private Asterisk: starts it, starts it again when it dies, finds it again after our own death.

Asterisk outlives its controller on purpose: calls go on while the platform restarts, and the next one takes the
running switch over. Stopping cleanly lets calls end first: Asterisk takes no new ones and goes when the last
has gone, unless somebody takes it over before.

    keeper = Keeper(Layout(home / "voice"), installation)
    await keeper.start()
    keeper.configuration.ari_url
    await keeper.stop()
"""

import asyncio
import contextlib
import fcntl
import os
import signal
import subprocess
import time
from pathlib import Path

import structlog

from jietong.channels.asterisk.ami import Ami
from jietong.channels.asterisk.ari import Ari, AriError
from jietong.channels.asterisk.configuration import USER, Configuration, Layout, Outside
from jietong.channels.asterisk.ending import end
from jietong.channels.asterisk.installation import Installation
from jietong.core.errors import JietongError, Unavailable

log = structlog.get_logger(__name__)

_START_S = 20.0
_STOP_S = 5.0
_POLL_S = 0.05
_STAY = "core abort shutdown"
_LOG_MAX = 8_000_000


class Keeper:
    def __init__(
        self, layout: Layout, installation: Installation, outside: Outside | None = None, *, private: bool = False
    ) -> None:
        self._layout = layout
        self._installation = installation
        self._outside = outside
        self._private = private
        self._configuration: Configuration | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._lock: int | None = None
        self._ends = 0

    @property
    def configuration(self) -> Configuration:
        """Of the Asterisk that runs. Raises Unavailable `switch_gone` before the first start."""
        if self._configuration is None:
            raise Unavailable("switch_gone", "The telephone switch has not been started.")
        return self._configuration

    @property
    def pid(self) -> int | None:
        """Of the running Asterisk, whoever started it."""
        return running(self._layout)

    @property
    def restarts(self) -> int:
        """How often it had to be started again."""
        return self._ends

    async def start(self) -> None:
        """Returns when Asterisk answers; one that runs already is taken over. Raises Unavailable `switch_failed` with
        its last words, `switch_taken` where another process of ours keeps it."""
        if self._watcher is not None:
            return
        self._take_lock()
        try:
            if self.pid is not None:
                self._configuration = Configuration.remembered(self._layout, self._installation, self._outside)
                await self._ready()
                await self._stay()
            else:
                await self._launch()
        except BaseException:
            self._release_lock()
            raise
        self._watcher = asyncio.create_task(self._watch(), name="asterisk-keeper")

    async def stop(self, *, drain: bool = True) -> None:
        """`drain`: calls under way may end by themselves; otherwise it ends now and calls are cut."""
        if self._watcher is None:
            return
        await end([self._watcher])
        self._watcher = None
        try:
            await self._end(drain=drain)
        finally:
            self._release_lock()

    def kill(self) -> None:
        """SIGKILL, as a crash would: for fault tests. The keeper starts it again."""
        pid = self.pid
        if pid is not None:
            os.kill(pid, signal.SIGKILL)

    async def leave(self) -> None:
        """Lets go without touching it, as our own sudden death would: for fault tests."""
        if self._watcher is not None:
            await end([self._watcher])
            self._watcher = None
        self._release_lock()

    # --- one life of Asterisk --------------------------------------------------------------------------------

    async def _launch(self) -> None:
        loop = asyncio.get_running_loop()
        prepared = await loop.run_in_executor(None, self._prepare)
        self._configuration = prepared
        program = self._installation.asterisk().with_arguments("-C", str(self._layout.settings), "-f", "-n")
        output = self._layout.log / "console"
        if output.exists() and output.stat().st_size > _LOG_MAX:
            output.replace(output.with_suffix(".1"))
        (self._layout.run / "asterisk.pid").unlink(missing_ok=True)
        with output.open("ab") as file:
            self._child = subprocess.Popen(  # noqa: ASYNC220 — a fork; what it runs outlives this loop
                program.command,
                env=program.environ(),
                cwd=self._layout.folder,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                start_new_session=True,  # neither Ctrl-C nor our own end is for it
            )
        await self._ready()

    def _prepare(self) -> Configuration:
        prepared = Configuration.prepare(self._layout, self._installation, self._outside, private=self._private)
        prepared.write()
        return prepared

    async def _ready(self) -> None:
        began = time.monotonic()
        found = self.configuration
        async with Ari(found.ari_url, USER, found.secrets.ari, timeout_s=2) as ari:
            while True:
                try:
                    await ari.get("asterisk", "ping")
                    return
                except (AriError, Unavailable) as error:  # first nobody listens, then ARI is not loaded yet
                    if not self._alive() or time.monotonic() - began > _START_S:
                        said = self._tail()
                        raise Unavailable("switch_failed", f"Asterisk did not start. It said:\n{said}") from error
                await asyncio.sleep(_POLL_S)

    async def _watch(self) -> None:
        pause = 0.05
        while True:
            began = time.monotonic()
            await self._until_gone()
            self._ends += 1
            log.error("the telephone switch ended; starting it again", said=self._tail(3))
            pause = 0.05 if time.monotonic() - began > 10 else min(pause * 2, 5.0)
            await asyncio.sleep(pause)
            try:
                await self._launch()
            except (OSError, JietongError) as error:
                log.error("the telephone switch does not start", why=str(error))
            except Exception:  # whoever watches must not fall asleep over a fault of ours
                log.exception("the telephone switch does not start")

    async def _end(self, *, drain: bool) -> None:
        pid = self.pid
        if pid is None:
            return
        if drain and await self._goes_when_empty():
            await self._until_gone(1.0)
            return  # with calls under way it stays until the last has ended
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
            await self._until_gone(_STOP_S)
            if not self._alive():
                return

    async def _stay(self) -> None:
        """Our predecessor may have asked it to end. While it does, its manager interface takes no logins; its console
        does, by a Unix socket."""
        words = self._installation.asterisk().with_arguments("-C", str(self._layout.settings), "-rx", _STAY)
        try:
            process = await asyncio.create_subprocess_exec(
                *words.command, env=words.environ(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )  # fmt: skip
            async with asyncio.timeout(_STOP_S):
                await process.wait()
        except (OSError, TimeoutError) as error:
            log.warning("the telephone switch may be about to end", why=str(error))

    async def _goes_when_empty(self) -> bool:
        """Asks it to take no new calls and to end with the last. It answers only when it is over, which is not waited
        for."""
        found = self.configuration
        try:
            async with Ami(found.sockets.ami, found.secrets.ami) as ami:
                await ami.send("Command", Command="core stop gracefully")
        except Unavailable:
            return False
        return True

    async def _until_gone(self, limit_s: float = float("inf")) -> None:
        began = time.monotonic()
        while self._alive() and time.monotonic() - began < limit_s:  # noqa: ASYNC110
            await asyncio.sleep(_POLL_S)  # one that we took over is no child of ours: nothing to wait on

    def _alive(self) -> bool:
        if self._child is not None:
            return self._child.poll() is None
        return self.pid is not None

    def _tail(self, lines: int = 8) -> str:
        try:
            text = (self._layout.log / "console").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""
        return "\n".join(text.strip().splitlines()[-lines:])

    def _take_lock(self) -> None:
        self._layout.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self._layout.folder / "keeper.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(handle)
            raise Unavailable("switch_taken", "Another process of this centre runs the telephone switch.") from error
        self._lock = handle

    def _release_lock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def running(layout: Layout) -> int | None:
    """Process id of a living Asterisk on this very folder. A reused id does not deceive it: the command names the
    folder's configuration."""
    try:
        pid = int((layout.run / "asterisk.pid").read_text().strip())
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, ValueError, IndexError):
        return None
    return pid if os.fsencode(layout.settings) in words and state != "Z" else None
