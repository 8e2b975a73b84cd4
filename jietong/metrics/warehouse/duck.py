"""DuckDB beside the event loop: a connection of its own for each question, with few threads and bounded memory."""

import asyncio
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from jietong.core.errors import Invalid

T = TypeVar("T")

AT_ONCE = 2
MEMORY = "1GB"
TIMEOUT_S = 60.0


class Stopped(Exception):
    """Nobody waits for the answer any more."""


class Duck:
    """One question's connection. `execute` raises Stopped once the question was given up."""

    def __init__(self) -> None:
        self._connection: Any = None
        self._stopped = threading.Event()
        self._lock = threading.Lock()

    @property
    def connection(self) -> Any:
        """`duckdb.DuckDBPyConnection`, made at first use, in the thread that asks."""
        if self._connection is None:
            import duckdb

            config: dict[str, str | bool | int | float | list[str]] = {
                "threads": max(1, (os.cpu_count() or 2) // 2),
                "memory_limit": MEMORY,
                "preserve_insertion_order": False,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            }
            connection = duckdb.connect(":memory:", config=config)
            with self._lock:
                self._connection = connection
        return self._connection

    def execute(self, sql: str) -> Any:
        """The result's connection. Raises as DuckDB does."""
        connection = self.connection
        if self._stopped.is_set():
            raise Stopped
        return connection.execute(sql)

    def stop(self) -> None:
        """From any thread: what runs is broken off, and nothing more is begun."""
        self._stopped.set()
        with self._lock:
            if self._connection is not None:
                self._connection.interrupt()

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None


class Pond:
    """Where they swim: a few threads that do nothing else."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(AT_ONCE, "history")

    async def run(self, work: Callable[[Duck], T], *, timeout_s: float = TIMEOUT_S) -> T:
        """What `work` makes of a connection, in a thread. Broken off when the caller is cancelled.

        Raises Invalid `too_big` when it takes longer than `timeout_s`, or more memory than there is.
        """
        duck = Duck()

        def whole() -> T:
            try:
                return work(duck)
            finally:
                duck.close()

        job = self._threads.submit(whole)
        answer = asyncio.wrap_future(job)
        try:
            async with asyncio.timeout(timeout_s):
                return await asyncio.shield(answer)
        except TimeoutError:
            raise too_big() from None
        except Exception as error:
            if type(error).__name__ == "OutOfMemoryException":  # DuckDB's: it is loaded by whoever asks first
                raise too_big() from error
            raise
        finally:
            if not job.done():
                duck.stop()
                if not job.cancel():
                    await asyncio.wait({answer})  # what it reads is the caller's
                    answer.exception()

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def sql_of(expression: Any) -> str:
    """An Ibis expression as DuckDB's SQL."""
    import ibis

    return str(ibis.to_sql(expression, dialect="duckdb"))


def quoted(text: str) -> str:
    """As a string of SQL."""
    return "'" + text.replace("'", "''") + "'"


def too_big() -> Invalid:
    return Invalid(
        "too_big",
        "That question takes more time or memory than one may. Ask for a shorter period, longer intervals or fewer "
        "groups.",
    )
