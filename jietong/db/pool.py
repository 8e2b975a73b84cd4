"""Connections to PostgreSQL: a pool whose transactions see only the clients they were opened for."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import asyncpg
import orjson
from asyncpg.pool import PoolConnectionProxy

from jietong.core.errors import Unavailable

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"
"""What `transaction` and `read` give: an asyncpg connection; stores take this type."""

GONE: Final = (
    OSError,
    asyncio.TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InternalClientError,  # "cannot switch to state": the connection broke in the middle of a message
)
"""What asyncpg raises when the server cannot be reached, is going down or is still recovering."""


@dataclass(frozen=True)
class Scope:
    """The clients whose rows a transaction may see: row-level security reads it, and sees none when it is unset."""

    clients: tuple[str, ...] | None  # None: all

    def __post_init__(self) -> None:
        if any(not c or "," in c or c == "*" for c in self.clients or ()):
            raise ValueError("a client's id is never empty, `*`, or with a comma")

    @property
    def setting(self) -> str:
        return "*" if self.clients is None else ",".join(self.clients)

    def allows(self, client: str) -> bool:
        return self.clients is None or client in self.clients


ALL: Final = Scope(None)


class Database:
    """A pool of connections. Opens and re-opens them by itself: it outlives any outage of the server.

        async with database.transaction(principal.scope) as conn:
            await conn.execute("INSERT …", …)

    Every method raises Unavailable `database_gone` while the server cannot be reached.
    """

    def __init__(self, dsn: str, *, size: int = 12, statement_s: float = 20.0) -> None:
        self.dsn = dsn
        self._size = size
        self._statement_s = statement_s
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None
        self._opening = asyncio.Lock()

    async def open(self) -> None:
        """Makes the pool; the first connection is tried at once. Idempotent."""
        async with self._opening:
            if self._pool is None:
                with database_errors():
                    pool = await asyncpg.create_pool(
                        self.dsn,
                        min_size=0,  # a floor would be rebuilt, and fail aloud, all through an outage
                        max_size=self._size,
                        max_inactive_connection_lifetime=300,
                        command_timeout=self._statement_s + 5,
                        timeout=10,
                        init=_set_codecs,
                        reset=_no_reset,
                        server_settings=_settings("jietong", self._statement_s),
                    )
                    try:
                        await pool.release(await pool.acquire())
                    except BaseException:
                        pool.terminate()
                        raise
                    self._pool = pool

    async def close(self) -> None:
        """Waits for the transactions under way, ten seconds at most."""
        pool, self._pool = self._pool, None
        if pool is not None:
            try:
                await asyncio.wait_for(pool.close(), 10)
            except TimeoutError:
                pool.terminate()

    @contextlib.asynccontextmanager
    async def transaction(self, scope: Scope, *, lasting: bool = True) -> AsyncIterator[Connection]:
        """One unit of work: committed when the block ends, rolled back when it raises.

        Not `lasting`: the commit does not wait for the disk, so a crash of the server may undo it, whole, unless a
        lasting commit came after it. For what can be made again, and for what a lasting commit follows.
        """
        async with self._begin(scope, "BEGIN" if lasting else "BEGIN; SET LOCAL synchronous_commit = off") as conn:
            yield conn

    @contextlib.asynccontextmanager
    async def read(self, scope: Scope) -> AsyncIterator[Connection]:
        """The same, read-only."""
        async with self._begin(scope, "BEGIN READ ONLY") as conn:
            yield conn

    async def connect(self, name: str, *, statement_s: float = 0) -> "asyncpg.Connection[asyncpg.Record]":
        """A connection of one's own, outside the pool, that sees all clients: the writer's, a listener's.

        `name` shows in pg_stat_activity; `statement_s` 0: no limit. The caller closes it.
        """
        with database_errors():
            conn = await asyncpg.connect(
                self.dsn, timeout=10, server_settings=_settings(name, statement_s) | {"jietong.clients": "*"}
            )
            await _set_codecs(conn)
            return conn

    async def alive(self) -> bool:
        """Whether the server answers within two seconds."""
        try:
            async with asyncio.timeout(2), self.read(Scope(())) as conn:
                await conn.fetchval("SELECT 1")
        except (Unavailable, TimeoutError):
            return False
        return True

    @contextlib.asynccontextmanager
    async def _begin(self, scope: Scope, begin: str) -> AsyncIterator[Connection]:
        if self._pool is None:
            await self.open()
        pool = self._pool
        assert pool is not None
        with database_errors():
            conn = await pool.acquire()
        try:
            try:
                # In one round trip. SET LOCAL ends with the transaction, so no connection carries a scope to the next
                # user.
                await conn.execute(f"{begin}; SET LOCAL jietong.clients = {_quoted(scope.setting)}")
            except BaseException:
                conn.terminate()  # nobody knows whether a transaction is open on it
                raise
            try:
                yield conn
            except BaseException:
                await conn.execute("ROLLBACK")
                raise
            await conn.execute("COMMIT")
        except (OSError, asyncpg.InterfaceError) as error:
            if conn.is_closed():  # otherwise the caller's own mistake, or a file of the caller's
                raise gone() from error
            raise
        except GONE as error:
            if isinstance(error, asyncpg.InternalClientError):
                conn.terminate()  # no state to be used again in
            raise gone() from error
        finally:
            await pool.release(conn)


@contextlib.contextmanager
def database_errors() -> Iterator[None]:
    """Turns a lost or refused connection into Unavailable `database_gone`."""
    try:
        yield
    except GONE as error:
        raise gone() from error


def gone() -> Unavailable:
    return Unavailable(
        "database_gone", "The database cannot be reached just now. Nothing was done; try again in a moment."
    )


def _settings(name: str, statement_s: float) -> dict[str, str]:
    return {
        "application_name": name,
        "statement_timeout": str(int(statement_s * 1000)),
        "lock_timeout": "5000",
        "idle_in_transaction_session_timeout": "60000",
        "tcp_keepalives_idle": "5",  # a writer's machine that vanished gives its lock back within seconds
        "tcp_keepalives_interval": "2",
        "tcp_keepalives_count": "3",
        "timezone": "UTC",
    }


async def _set_codecs(conn: Any) -> None:
    """JSON in and out as Python values, encoded by orjson."""
    await conn.set_type_codec(
        "jsonb", schema="pg_catalog", format="binary", encoder=_encode_jsonb, decoder=_decode_jsonb
    )
    await conn.set_type_codec(
        "json", schema="pg_catalog", format="binary", encoder=orjson.dumps, decoder=orjson.loads
    )


def _encode_jsonb(value: Any) -> bytes:
    return b"\x01" + orjson.dumps(value)  # 1: the version of the binary format


def _decode_jsonb(data: bytes) -> Any:
    return orjson.loads(data[1:])


async def _no_reset(_: Any) -> None:
    """Nothing outlives a transaction here, so the round trip that asyncpg spends on a reset is saved."""


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
