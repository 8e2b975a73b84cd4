"""The two commands' first promise, timed: `python -m bench.setup [--json] [--here]`.

The repository's last commit is cloned into a new folder; there `make run` is called as a user would, with data, port
and package caches of its own, and timed until /healthz answers 200. Then the idle centre's memory is read, Ctrl-C is
sent, and `make run` is called once more. The first run fetches packages: the registries must be reachable.

Memory is the proportional set size (PSS) of the server and of every database process: what they share is counted
once. `--here` calls `jietong serve` of this checkout, sets nothing up and changes nothing in it: then only the two
starts of the centre are timed.
"""

import argparse
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import psutil

ROOT = Path(__file__).resolve().parents[1]
LONGEST_S = 1_200
IDLE_S = 15  # before the memory is read: what the start needed has been given back
OWN_TO_A_SHELL = ("MAKE", "MFLAGS", "PYTHON", "VIRTUAL_ENV", "JIETONG_")


class Running(NamedTuple):
    command: "subprocess.Popen[bytes]"
    took_s: float  # from the command to the first 200

    def family(self) -> list[psutil.Process]:
        """The server and its database's processes, without `make`."""
        called = psutil.Process(self.command.pid)
        below = called.children(recursive=True)
        return below if called.name() == "make" else [called, *below]


def measure(*, here: bool) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="jietong-setup-", dir="/tmp", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)  # the database server runs as somebody else when we are root
        if here:
            command, checkout = [sys.executable, "-m", "jietong", "serve"], ROOT
        else:
            command, checkout = ["make", "run"], clone(folder / "clone")
        found: dict[str, float] = {"here": here}
        with running(command, checkout, folder) as first:
            found["first_run_s"] = first.took_s
            say(f"first run: {first.took_s:.1f} s; waiting {IDLE_S} s before the memory is read")
            time.sleep(IDLE_S)
            found |= memory(first.family())
            family = first.family()
        found["left_behind"] = sum(process.is_running() for process in family)
        with running(command, checkout, folder) as second:
            found["second_run_s"] = second.took_s
            say(f"second run: {second.took_s:.1f} s")
            begun = time.monotonic()
        found["stop_s"] = time.monotonic() - begun
        return {name: round(value, 2) for name, value in found.items()}


def clone(target: Path) -> Path:
    changed = subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True, check=True)
    if changed.stdout:
        say("the clone is of the last commit: what is not committed yet is not measured")
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(target)], check=True)
    return target


@contextlib.contextmanager
def running(command: list[str], checkout: Path, folder: Path) -> Iterator[Running]:
    """The command until /healthz answers 200; Ctrl-C at the end. Raises SystemExit with what it printed."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OWN_TO_A_SHELL)}
    env = kept | {
        "JIETONG_HOME": str(folder / "home"),
        "JIETONG_PORT": str(port),
        "PIP_CACHE_DIR": str(folder / "pip"),
        "npm_config_cache": str(folder / "npm"),
    }
    log = folder / "output"
    with log.open("wb") as output:
        begun = time.monotonic()
        started = subprocess.Popen(
            command, cwd=checkout, env=env, stdout=output, stderr=output, start_new_session=True
        )
    try:
        wait_until_healthy(started, f"http://127.0.0.1:{port}/healthz", log)
        yield Running(started, time.monotonic() - begun)
    finally:
        interrupt(started)


def wait_until_healthy(started: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    end = time.monotonic() + LONGEST_S
    told = 0
    while time.monotonic() < end:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        for line in lines[told:]:
            if line.startswith("["):  # a step of the set-up
                say(line)
        told = len(lines)
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(url, timeout=5, trust_env=False).status_code == 200:
                return
        if started.poll() is not None:
            tail = "\n".join(lines[-15:])
            raise SystemExit(
                "It ended before it served. The first run fetches packages: can the package registries be "
                f"reached from here? It printed:\n{tail}"
            )
        time.sleep(0.05)
    raise SystemExit(f"`make run` did not serve within {LONGEST_S} s")


def interrupt(started: "subprocess.Popen[bytes]") -> None:
    """Ctrl-C: to the whole group, as a terminal does."""
    for number in (signal.SIGINT, signal.SIGKILL):
        if started.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(started.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            started.wait(60)


def memory(family: list[psutil.Process]) -> dict[str, float]:
    """MB (10^6 bytes) PSS."""
    server = database = 0.0
    for process in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            size = process.memory_full_info().pss / 1e6
            if process.name().startswith("postgres"):
                database += size
            else:
                server += size
    return {"server_mb": server, "database_mb": database, "idle_mb": server + database}


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--here", action="store_true", help="start this checkout; do not set up a clone")
    asked = parser.parse_args()
    found = measure(here=asked.here)
    print(json.dumps(found) if asked.json else "\n".join(f"{name:14} {value}" for name, value in found.items()))


if __name__ == "__main__":
    main()
