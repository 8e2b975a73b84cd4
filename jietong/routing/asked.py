"""What has been asked of the writer and has no answer yet, and the words of the answers that are no receipts."""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

import asyncpg

from jietong.core.commands import AnyCommand
from jietong.core.errors import Invalid, JietongError, Refused, Unavailable
from jietong.core.inbox import Receipt, Write

WAITING_MAX = 20_000


class Asked(NamedTuple):
    command: AnyCommand
    key: str | None = None
    writes: tuple[Write, ...] = ()
    answer: "asyncio.Future[Receipt] | None" = None  # None: asked by the writer itself


class Waiting:
    """In order of asking. A key that is asked again while it is on its way shares the one answer."""

    def __init__(self) -> None:
        self._asked: deque[Asked] = deque()
        self._by_key: dict[str, asyncio.Future[Receipt]] = {}

    def __bool__(self) -> bool:
        return bool(self._asked)

    def on_its_way(self, key: str) -> "asyncio.Future[Receipt] | None":
        return self._by_key.get(key)

    def put(self, command: AnyCommand, key: str | None, writes: Sequence[Write]) -> "asyncio.Future[Receipt]":
        """Raises Unavailable `overloaded`; Invalid `bad_text` for what no row can hold."""
        if len(self._asked) >= WAITING_MAX:
            raise Unavailable("overloaded", "Too much is asked at once. Nothing was done; try again in a moment.")
        _check_text(writes)
        answer: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        if key is not None:
            self._by_key[key] = answer
        self._asked.append(Asked(command, key, tuple(writes), answer))
        return answer

    def take(self, limit: int) -> list[Asked]:
        return [self._asked.popleft() for _ in range(min(limit, len(self._asked)))]

    def put_back(self, asked: Sequence[Asked]) -> None:
        self._asked.extendleft(reversed(asked))

    def done(self, asked: Asked, receipt: Receipt) -> None:
        self._forget(asked)
        if asked.answer is not None and not asked.answer.done():
            asked.answer.set_result(receipt)

    def failed(self, asked: Asked, error: JietongError) -> None:
        self._forget(asked)
        if asked.answer is not None and not asked.answer.done():
            asked.answer.set_exception(error)
            asked.answer.exception()  # a submitter that gave up leaves nobody to retrieve it

    def fail_all(self, error: JietongError) -> None:
        for asked in self.take(len(self._asked)):
            self.failed(asked, error)

    def _forget(self, asked: Asked) -> None:
        if asked.key is not None:
            self._by_key.pop(asked.key, None)


def database_gone() -> Unavailable:
    return Unavailable(
        "database_gone", "The centre cannot save anything just now. Nothing was done; try again in a moment."
    )


def standing_by() -> Unavailable:
    return Unavailable("standing_by", "This process does not serve the centre now. Try again in a moment.")


def outcome_unknown() -> Unavailable:
    return Unavailable(
        "outcome_unknown",
        "The database went away in the middle of saving. Send it again with the same key: it is done once at most.",
    )


def rejection(asked: Asked, cause: Exception) -> Refused:
    """Why a command was refused that the engine or the database fell over."""
    wrong_value = isinstance(cause, TypeError | ValueError | OverflowError) and asked.writes
    if isinstance(cause, asyncpg.PostgresError | asyncpg.InterfaceError) or wrong_value:
        return Refused("write_rejected", "The database refused a row of this change; nothing of it was done.")
    return Refused("engine_failed", "The centre could not decide this; it is as if it had not been asked.")


def _check_text(writes: Sequence[Write]) -> None:
    for write in writes:
        for value in write.args:
            if not isinstance(value, str):
                continue
            if "\x00" in value:
                raise Invalid("bad_text", "The text has a NUL character: leave it out.")
            if not value.isascii():
                try:
                    value.encode()
                except UnicodeEncodeError as error:
                    raise Invalid("bad_text", "The text has half a surrogate pair: send it as UTF-8.") from error
