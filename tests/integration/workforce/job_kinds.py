"""Work that real worker processes do in these tests."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from jietong.core.errors import Invalid
from jietong.workforce.jobs.model import JobKind, Tell

KINDS = {
    name: JobKind(f"job_kinds:{name}", seconds=60)
    for name in ("square", "slow", "family", "refuses", "breaks", "much", "as_bytes", "overlap")
} | {"short": JobKind("job_kinds:slow", seconds=0.5), "greedy": JobKind("job_kinds:greedy", memory_mb=300)}


def square(args: Any, tell: Tell) -> Any:
    print("what is printed is no message")
    return {"square": args["n"] ** 2}


def slow(args: Any, tell: Tell) -> Any:
    """Tells each step; leaves its process id in a file; goes on until the file `go` exists, or for ever."""
    folder = Path(args["folder"])
    (folder / "pid").write_text(str(os.getpid()))
    step = 0
    while not (folder / "go").exists():
        step += 1
        tell(min(step / 100, 0.9), best=100 - step, bound=1.5, text="seeking", partial={"step": step})
        time.sleep(0.05)
    return {"steps": step}


def family(args: Any, tell: Tell) -> Any:
    """Starts a process of its own, which must not outlive it."""
    folder = Path(args["folder"])
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
    (folder / "child").write_text(str(child.pid))
    (folder / "pid").write_text(str(os.getpid()))
    time.sleep(300)


def overlap(args: Any, tell: Tell) -> Any:
    """When it ran, by the machine's own steady clock."""
    began = time.monotonic()
    time.sleep(0.3)
    return [began, time.monotonic()]


def refuses(args: Any, tell: Tell) -> Any:
    raise Invalid("no_such_day", "There is no such day; choose another.")


def breaks(args: Any, tell: Tell) -> Any:
    raise ZeroDivisionError("by nothing")


def greedy(args: Any, tell: Tell) -> Any:
    return len(bytearray(2 << 30))


def much(args: Any, tell: Tell) -> Any:
    return ["x" * 1000] * 5000


def as_bytes(args: Any, tell: Tell) -> Any:
    return b"\x00\xff"
