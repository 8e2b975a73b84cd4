"""Where time comes from. Everything else takes the time as an argument or a `Clock`."""

import time
from datetime import UTC, datetime
from typing import Protocol

from jietong.core.vocabulary import Ms


class Clock(Protocol):
    def now(self) -> Ms:
        """Milliseconds since the Unix epoch, UTC; never goes back within one process."""
        ...


class SystemClock:
    """Wall time that never runs backwards: a step back of the system's clock is ridden out."""

    def __init__(self) -> None:
        self._last: Ms = 0

    def now(self) -> Ms:
        self._last = max(self._last, time.time_ns() // 1_000_000)
        return self._last


class ManualClock:
    """Virtual time, for the simulator and tests."""

    def __init__(self, start: Ms = 1_800_000_000_000) -> None:
        self._now = start

    def now(self) -> Ms:
        return self._now

    def advance(self, ms: Ms) -> None:
        if ms < 0:
            raise ValueError("time does not run backwards")
        self._now += ms

    def set(self, at: Ms) -> None:
        self.advance(at - self._now)


def to_datetime(at: Ms) -> datetime:
    """Aware UTC datetime of an instant."""
    return datetime.fromtimestamp(at / 1000, UTC)


def to_ms(value: datetime) -> Ms:
    """Instant of an aware datetime. Raises ValueError for a naive one."""
    if value.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return round(value.timestamp() * 1000)
