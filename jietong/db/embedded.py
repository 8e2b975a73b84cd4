"""The embedded PostgreSQL server: started, watched, started again and stopped by the centre itself.

Every process of the centre has an `EmbeddedServer` on the same home. The one that holds `postgres.lock` owns the
server; the others are attached and take over the moment the owner is gone, however it went. The owner's death, a
SIGKILL included, makes the kernel ask PostgreSQL for a fast, clean shut-down.

    server = EmbeddedServer(home)
    server.start(report=print)      # blocks until the server answers; returns at once when it runs already
    database = Database(server.dsn)
    server.stop()
"""

import contextlib
import fcntl
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import structlog

from jietong.core.errors import JietongError
from jietong.db.cluster import PORT, Cluster, Report, ServerFailed

__all__ = ["EmbeddedServer", "ServerFailed"]

log = structlog.get_logger(__name__)

_START_S = 600.0  # a start may have to replay a lot of WAL after a crash
_STOP_S = 30.0
_POLL_S = 0.05


class EmbeddedServer:
    """PostgreSQL on `home/postgres`, reached by a Unix socket in a private folder.

    `bin`: another installation's program folder. `durable=False` gives up safety against a crash of the machine
    (not of a process) for speed: for tests alone.
    """

    def __init__(self, home: Path, *, bin: Path | None = None, durable: bool = True) -> None:
        self._cluster = Cluster(home, bin=bin, durable=durable)
        self._lock_path = home / "postgres.lock"
        self._lock: int | None = None
        self._stopping = threading.Event()
        self._ready = threading.Event()
        self._failure: JietongError | None = None
        self._keeper: threading.Thread | None = None
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def dsn(self) -> str:
        """Of the centre's own database, as a role that is no superuser, so that row-level security binds it."""
        return self.dsn_of("jietong", "jietong")

    def dsn_of(self, database: str, role: str) -> str:
        folder = quote(str(self._cluster.socket_folder), safe="")
        return f"postgresql://{role}@/{database}?host={folder}&port={PORT}"

    @property
    def owned(self) -> bool:
        """Whether this very process runs the server."""
        return self._lock is not None

    @property
    def pid(self) -> int | None:
        """Of the running postmaster, whoever owns it."""
        return self._cluster.postmaster()

    def start(self, report: Report = lambda _: None, timeout_s: float = _START_S) -> None:
        """Returns when the server answers. Raises ServerFailed with what to do."""
        if self._keeper is not None:
            return
        self._cluster.prepare(report, self._holding)
        self._stopping.clear()
        self._ready.clear()
        self._failure = None
        # PR_SET_PDEATHSIG fires when the *thread* that forked ends, so the server has a thread of its own that
        # lives as long as the server should.
        self._keeper = threading.Thread(target=self._keep, name="postgres-keeper", daemon=True)
        self._keeper.start()
        started, told = time.monotonic(), False
        while not self._ready.wait(0.2):
            waited = time.monotonic() - started
            if self._failure is not None or waited > timeout_s:
                self.stop()
                raise self._failure or ServerFailed(
                    f"PostgreSQL did not answer within {timeout_s:.0f} s.", self._cluster.log_tail()
                )
            if waited > 3 and not told:
                told = True
                report("The database is recovering; this can take some minutes after a crash …")

    def stop(self) -> None:
        """Stops the server when this process owns it; otherwise only lets go of it."""
        self._stopping.set()
        if self._keeper is not None:
            self._keeper.join(_STOP_S + 10)
            self._keeper = None

    def kill(self) -> None:
        """SIGKILL to the postmaster, as a crash would: for fault tests. The keeper starts it again."""
        pid = self._cluster.postmaster()
        if pid is not None:
            os.kill(pid, signal.SIGKILL)

    # --- the keeper's thread ---------------------------------------------------------------------------------

    def _keep(self) -> None:
        """Waits for the lock, then runs the server until it is told to stop."""
        pause = 0.1
        try:
            while not self._stopping.is_set():
                if not self._take_lock():
                    if self._cluster.is_ready():
                        self._ready.set()
                    self._stopping.wait(0.2)
                    continue
                began = time.monotonic()
                self._run_once()
                pause = 0.1 if time.monotonic() - began > 10 else min(pause * 2, 2.0)
                self._stopping.wait(pause)
        except JietongError as error:
            self._failure = error
            log.error("embedded database failed", code=error.code, detail=error.detail)
        finally:
            self._release_lock()

    def _run_once(self) -> None:
        """One life of the server: starts it (or adopts the one that runs) and returns when it has ended."""
        running = self._cluster.postmaster()
        if running is not None:
            # The former owner is gone. Its server is shutting down, or was left behind by a system that does not
            # tell children of their parent's death; then it serves on and we mind it.
            self._watch(lambda: self._cluster.postmaster() is None, running)
            return
        self._cluster.clear_stale_pid()
        child = self._child = self._cluster.spawn()
        self._watch(lambda: child.poll() is not None, child.pid)
        code = child.wait()
        self._child = None
        if self._stopping.is_set():
            return
        if not self._ready.is_set():
            # At the very first start a failure is told to the caller; an old server that still lets go of its
            # shared memory is the one reason to try again.
            tail = self._cluster.log_tail()
            if "shared memory block" not in tail and "lock file" not in tail:
                raise ServerFailed(f"PostgreSQL ended with code {code} while it started.", tail)
        log.error("embedded database ended; starting it again", code=code)

    def _watch(self, ended: Callable[[], bool], pid: int) -> None:
        interrupted = 0.0
        while not ended():
            if self._stopping.is_set():
                if not interrupted:
                    interrupted = time.monotonic()
                    self._signal(pid, signal.SIGINT)
                elif time.monotonic() - interrupted > _STOP_S:
                    self._signal(pid, signal.SIGQUIT)  # recovers from its log at the next start
                    interrupted = time.monotonic()
            elif not self._ready.is_set() and self._cluster.is_ready():
                self._ready.set()
            time.sleep(_POLL_S)

    def _signal(self, pid: int, number: signal.Signals) -> None:
        """Never signals a stranger: a process id is used only while it is our postmaster on our folder."""
        if (self._child is not None and self._child.pid == pid) or self._cluster.postmaster() == pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    @contextlib.contextmanager
    def _holding(self) -> Iterator[bool]:
        """The lock while the folder is being made; False after a moment when another process has it."""
        mine = self._take_lock()
        if not mine:
            time.sleep(_POLL_S)
        try:
            yield mine
        finally:
            self._release_lock()

    def _take_lock(self) -> bool:
        if self._lock is not None:
            return True
        handle = os.open(self._lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return False
        self._lock = handle
        return True

    def _release_lock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
