"""What a switch told, to be waited for."""

import asyncio
from typing import Any, TypeVar

from jietong.channels.switch import Switch, Tell

T = TypeVar("T")


class Told:
    def __init__(self, switch: Switch) -> None:
        self.all: list[Tell] = []
        self._news = asyncio.Event()
        switch.subscribe(self._hear)

    def of(self, kind: type[T], **words: Any) -> list[T]:
        return [
            one
            for one in self.all
            if isinstance(one, kind) and all(getattr(one, key) == value for key, value in words.items())
        ]

    async def until(self, kind: type[T], limit_s: float = 10.0, count: int = 1, **words: Any) -> T:
        try:
            async with asyncio.timeout(limit_s):
                while len(found := self.of(kind, **words)) < count:
                    self._news.clear()
                    await self._news.wait()
                return found[count - 1]
        except TimeoutError:
            raise AssertionError(f"no {kind.__name__} {words} in:\n" + "\n".join(map(str, self.all))) from None

    def _hear(self, told: Tell) -> None:
        self.all.append(told)
        self._news.set()
