"""What call control asks of its surroundings, beside the switch and the ledger: lines, words, time."""

import asyncio
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from jietong.channels.switch import Media
from jietong.core.clock import Clock
from jietong.core.specs import ExtensionSpec, NumberSpec
from jietong.core.vocabulary import Ms
from jietong.flows.acts import Saying
from jietong.flows.model import Flow
from jietong.flows.runner import Fetcher


class Timer(Protocol):
    def cancel(self) -> None: ...


class Time(Protocol):
    """The clock and its alarm: virtual in tests."""

    def now(self) -> Ms: ...

    def call_at(self, at: Ms, do: Callable[[], None]) -> Timer:
        """Does it once, at that instant or soon after, never within this call."""
        ...


class LoopTime:
    """Wall time by the event loop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> Ms:
        return self._clock.now()

    def call_at(self, at: Ms, do: Callable[[], None]) -> Timer:
        return asyncio.get_running_loop().call_later(max(0, at - self._clock.now()) / 1000, do)


class WayOut(NamedTuple):
    """By which trunk to dial out, and what number to show there."""

    trunk: str
    number: str  # as the trunk wants it dialled
    caller_id: str


class Lines(Protocol):
    """The plant as call control sees it: numbers, telephones, channels. Every answer is from memory, O(1)."""

    def number(self, dialled: str, trunk: str | None) -> NumberSpec | None:
        """The number that was dialled, active or not; None: not ours, or not by this trunk (`trunk` None: by any)."""
        ...

    def extension(self, id: str) -> ExtensionSpec | None: ...

    def extension_of(self, agent: str) -> ExtensionSpec | None:
        """The agent's telephone; None: none is set up."""
        ...

    def extensions(self) -> Sequence[ExtensionSpec]: ...

    def password_of(self, extension: str) -> str | None:
        """For the agent's own browser, and nobody else."""
        ...

    def admit(self, leg: str, number: NumberSpec, trunk: str | None) -> str | None:
        """Counts a call that comes in; None: there is room. Else why not, as in `entry.refused`: it takes a trunk's
        channel just the same until `release`, but no place at the number."""
        ...

    def way_out(self, leg: str, to: str, caller_id: str | None) -> WayOut | None:
        """A free channel for a call to `to`, taken for `leg` until `release`; None: there is none."""
        ...

    def release(self, leg: str) -> None:
        """The leg is gone. Nothing happens where it held no channel."""
        ...


class Speech(Protocol):
    """Words and recordings for the ear."""

    async def media(self, saying: Saying) -> Sequence[Media]:
        """What is to be played; what cannot be spoken or found is left out."""
        ...


class Flows(Protocol):
    """The flows that answer numbers."""

    def serving(self, id: str) -> tuple[Flow, int] | None:
        """The published flow and its version; None: there is none."""
        ...

    async def version(self, id: str, version: int) -> tuple[Flow, int]:
        """Any version that ever was published. Raises NotFound, Unavailable."""
        ...

    @property
    def fetch(self) -> Fetcher: ...
