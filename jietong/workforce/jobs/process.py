"""One worker process, from the centre's side: started, listened to, killed."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncGenerator
from typing import Any

import msgspec

from jietong.workforce.jobs.model import LARGEST_BYTES, JobKind
from jietong.workforce.jobs.worker import LENGTH, Done, Fault, Message, Order, framed

TAIL_BYTES = 4000


class WorkerProcess:
    """`async with WorkerProcess(kind, args) as process:` then `messages()`. Leaving the block kills what runs."""

    def __init__(self, kind: JobKind, args: Any) -> None:
        self._kind = kind
        self._args = args
        self._process: asyncio.subprocess.Process | None = None
        self._listening: asyncio.Task[None] | None = None
        self.tail = b""  # the end of what the work wrote to standard error

    async def __aenter__(self) -> "WorkerProcess":
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "jietong.workforce.jobs.worker",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            start_new_session=True,  # a group of its own: killed with what it starts, and deaf to Ctrl-C here
        )  # fmt: skip
        self._listening = asyncio.create_task(self._listen(), name="job-errors")
        return self

    async def __aexit__(self, *_: object) -> None:
        self.kill()
        assert self._process is not None
        assert self._listening is not None
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()
        self._listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._listening

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """At once, with all that it started. Idempotent."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    async def messages(self) -> AsyncGenerator[Message, None]:
        """Ends with `Done` or `Fault`, whatever becomes of the process."""
        assert self._process is not None
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        order = framed(Order(self._kind.target, self._args, self._kind.memory_mb, LARGEST_BYTES))
        try:
            async with asyncio.timeout(self._kind.seconds):
                with contextlib.suppress(ConnectionError):
                    stdin.write(order)
                    await stdin.drain()
                while True:
                    (size,) = LENGTH.unpack(await stdout.readexactly(LENGTH.size))
                    message: Message = msgspec.msgpack.decode(await stdout.readexactly(size), type=Message)
                    yield message
                    if isinstance(message, Done | Fault):
                        return
        except TimeoutError:
            yield Fault(
                "job_too_long",
                f"The computation was stopped after {self._kind.seconds:g} s, the most that it may take.",
            )
        except (asyncio.IncompleteReadError, ConnectionError):
            yield self._died(await self._process.wait())

    def _died(self, code: int) -> Fault:
        if code < 0:
            name = signal.Signals(-code).name
            return Fault(
                "job_killed",
                f"The computation's process was ended from outside ({name}); often memory ran out. Start it again.",
            )
        return Fault("job_crashed", f"The computation's process ended by itself (exit {code}).")

    async def _listen(self) -> None:
        assert self._process is not None
        assert self._process.stderr is not None
        while piece := await self._process.stderr.read(4096):
            self.tail = (self.tail + piece)[-TAIL_BYTES:]
