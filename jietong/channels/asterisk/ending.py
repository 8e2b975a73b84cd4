"""Ending tasks for certain.

A cancellation can get lost: in Python 3.11 `asyncio.wait_for` gives its result instead when both come at once, and
the task goes on. So it is asked again until it has ended, and this package waits by `asyncio.timeout`.
"""

import asyncio
from collections.abc import Iterable
from typing import Any

_AGAIN_S = 1.0


async def end(tasks: Iterable["asyncio.Task[Any]"]) -> None:
    """Returns when all have ended, however."""
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=_AGAIN_S)
