"""One group commit: the events and the rows of a batch in one transaction, and what its failures mean."""

from collections.abc import Sequence
from typing import Any

import asyncpg

from jietong.core.events import AnyEvent
from jietong.core.inbox import Write
from jietong.core.vocabulary import Ms
from jietong.db import ledger
from jietong.db.pool import GONE

STATEMENT_S = 10.0  # for the rows that go with a command; one that takes longer is rejected, the others go on
DAY_MS: Ms = 86_400_000


class Lost(Exception):
    """The connection is gone. `sent`: the commit was on its way, so nobody knows whether it was done."""

    def __init__(self, reason: str, sent: bool = False) -> None:
        super().__init__(reason)
        self.sent = sent


class Rejected(Exception):
    """The engine or the database would not take this batch; nothing of it was done."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(repr(cause))
        self.cause = cause


class Pen:
    """The writer's own connection, from one take-over to the next loss."""

    def __init__(self, conn: "asyncpg.Connection[asyncpg.Record]", head: ledger.Head) -> None:
        self.conn = conn
        self.head = head
        self._months: set[int] = set()
        self._days: set[int] = set()  # since the epoch, each in one of these months

    async def commit(self, events: Sequence[tuple[AnyEvent, str | None]], writes: Sequence[Write]) -> None:
        """Moves `head` on when all is safe. Raises Lost, Rejected, or ledger.Fenced: another process writes now."""
        self.must_be_open()
        sent = False
        try:
            await self.ensure_months([event.at for event, _ in events])
            if not writes:
                sent = True
                self.head = await ledger.append(self.conn, self.head, events)
                return
            async with self.conn.transaction():
                head = self.head
                if events:
                    head = await ledger.append(self.conn, head, events)
                else:
                    await ledger.still_mine(self.conn, head)
                await _execute(self.conn, writes)
                sent = True
            self.head = head
        except GONE as error:
            raise Lost(str(error) or type(error).__name__, sent) from error
        except (asyncpg.PostgresError, asyncpg.InterfaceError, TypeError, ValueError, OverflowError) as error:
            if self.conn.is_closed():
                raise Lost(str(error), sent) from error
            raise Rejected(error) from error

    async def heartbeat(self, now: Ms) -> None:
        """Whether the other end lives; and next month's partition while there is time. Raises as asyncpg does."""
        await self.conn.fetchval("SELECT 1", timeout=5)
        await self.ensure_months([now])

    async def ensure_months(self, instants: Sequence[Ms]) -> None:
        """Partitions for these instants and, ahead of time, for the month after the latest."""
        if not instants:
            return
        days = {at // DAY_MS for at in instants}
        for day in {*days, max(days) + 28} - self._days:
            number = ledger.month(day * DAY_MS)
            if number not in self._months:
                await ledger.ensure_month(self.conn, day * DAY_MS)
                self._months.add(number)
            self._days.add(day)

    def must_be_open(self) -> None:
        if self.conn.is_closed():
            raise Lost("the connection was closed")


async def _execute(conn: "asyncpg.Connection[asyncpg.Record]", writes: Sequence[Write]) -> None:
    """In order; neighbours with the same statement go to the server together. Those that stand apart come last,
    all of one statement together and in their order: that is one round trip for each kind, however many."""
    alike: dict[str, list[Any]] = {}
    for write in writes:
        if write.apart:
            alike.setdefault(write.sql, []).append(write.args)
    writes = [write for write in writes if not write.apart] if alike else writes
    start = 0
    while start < len(writes):
        end = start + 1
        while end < len(writes) and writes[end].sql == writes[start].sql:
            end += 1
        if end - start == 1:
            await conn.execute(writes[start].sql, *writes[start].args, timeout=STATEMENT_S + 5)
        else:
            rows: list[Any] = [write.args for write in writes[start:end]]
            await conn.executemany(writes[start].sql, rows, timeout=STATEMENT_S + 5)
        start = end
    for sql, rows in alike.items():
        await conn.executemany(sql, rows, timeout=STATEMENT_S + 5)
