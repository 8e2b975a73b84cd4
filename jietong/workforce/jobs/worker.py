"""The process that does one job: `python -m jietong.workforce.jobs.worker`, started by `process`.

Messages both ways are MessagePack behind four bytes of length. In: one `Order`; then the pipe stays open, and its end
means that the centre is gone. Out, by the pipe that was standard output: `Told` any number of times, then `Done` or
`Fault`. What the work prints goes to standard error.
"""

import importlib
import os
import signal
import struct
import sys
import threading
import time
import traceback
from typing import Any, BinaryIO

import msgspec

from jietong.core.errors import JietongError

EVERY_S = 0.2  # the closest that two `Told` follow each other
LENGTH = struct.Struct(">I")


class Order(msgspec.Struct, tag="order"):
    target: str
    args: Any
    memory_mb: int
    largest_bytes: int


class Told(msgspec.Struct, tag="told"):
    share: float | None
    best: float | None
    bound: float | None
    text: str
    partial: bytes | None  # JSON


class Done(msgspec.Struct, tag="done"):
    result: bytes
    json: bool


class Fault(msgspec.Struct, tag="fault"):
    code: str
    detail: str


Message = Told | Done | Fault


def framed(message: Order | Message) -> bytes:
    body = msgspec.msgpack.encode(message)
    return LENGTH.pack(len(body)) + body


def main() -> None:
    inward, outward = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    (size,) = LENGTH.unpack(inward.read(LENGTH.size))
    order = msgspec.msgpack.decode(inward.read(size), type=Order)
    threading.Thread(target=_die_with_the_centre, args=(inward,), daemon=True).start()
    _limit(order.memory_mb)
    outward.write(framed(_outcome(order, outward)))
    outward.flush()


def _outcome(order: Order, outward: BinaryIO) -> Done | Fault:
    try:
        module, _, name = order.target.partition(":")
        work = getattr(importlib.import_module(module), name)
        result = work(order.args, _Teller(outward))
        done = Done(result, False) if isinstance(result, bytes) else Done(msgspec.json.encode(result), True)
    except JietongError as error:
        return Fault(error.code, error.detail)
    except MemoryError:
        return Fault(
            "job_out_of_memory", f"The computation needs more than its {order.memory_mb} MB. Make it smaller."
        )
    except Exception as error:
        traceback.print_exc()
        return Fault("job_crashed", f"The computation failed: {type(error).__name__}: {error}"[:500])
    if len(done.result) > order.largest_bytes:
        return Fault(
            "job_result_too_large",
            f"The result is larger than {order.largest_bytes >> 20} MB. Ask for less at a time.",
        )
    return done


class _Teller:
    def __init__(self, outward: BinaryIO) -> None:
        self._outward = outward
        self._lock = threading.Lock()  # solvers call back from threads of theirs
        self._last = float("-inf")
        self._kept: Told | None = None

    def __call__(
        self,
        share: float | None = None,
        best: float | None = None,
        bound: float | None = None,
        text: str = "",
        partial: Any = None,
    ) -> None:
        with self._lock:
            encoded = None if partial is None else msgspec.json.encode(partial)
            if encoded is None and self._kept is not None:
                encoded = self._kept.partial  # told but not yet sent
            self._kept = Told(share, best, bound, text, encoded)
            now = time.monotonic()
            if now - self._last >= EVERY_S:
                self._last = now
                self._outward.write(framed(self._kept))
                self._outward.flush()
                self._kept = None


def _die_with_the_centre(inward: BinaryIO) -> None:
    inward.read(1)  # nothing more is ever sent
    if os.getpgid(0) == os.getpid():
        os.killpg(0, signal.SIGKILL)  # with all processes that the work has started
    os._exit(1)


def _limit(memory_mb: int) -> None:
    """Memory of one's own; below the centre's own work when it comes to the processor."""
    os.nice(5)
    try:
        import resource  # not everywhere

        resource.setrlimit(resource.RLIMIT_DATA, (memory_mb << 20, memory_mb << 20))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, ValueError, OSError):
        pass  # a system without such limits


if __name__ == "__main__":
    main()
