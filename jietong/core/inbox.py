"""The port to the single writer, as the domains see it. `routing.runtime` stands behind it.

Channels and domains lie upstream of routing, so they know the writer only by this protocol; `app` hands it to
them.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

from jietong.core.commands import AnyCommand
from jietong.core.events import AnyEvent


class Write(NamedTuple):
    """A row change that must be committed with the command's events, in the same transaction.

    It must not be able to fail on good data (use ON CONFLICT): many commands share one transaction.
    """

    sql: str
    args: tuple[Any, ...]
    apart: bool = False  # no other write of the batch minds whether it comes before or after: sent with its like


class Receipt(NamedTuple):
    """What was committed for one command."""

    seq: int  # the ledger's sequence after it
    events: tuple[AnyEvent, ...]


class Batch(NamedTuple):
    """One group commit, as subscribers see it: events in order; the last has sequence `seq`."""

    seq: int
    events: tuple[AnyEvent, ...]


class Inbox(Protocol):
    async def submit(self, command: AnyCommand, *, key: str | None = None, writes: Sequence[Write] = ()) -> Receipt:
        """Returns after the commit. A repeated `key` returns the first receipt and does nothing more.

        Raises Refused (makes no sense now), Unavailable (database gone or standing by; nothing was done).
        """
        ...

    def subscribe(self, listener: Callable[[Batch], None]) -> Callable[[], None]:
        """Calls `listener` after each commit, in order, in the event loop; returns how to stop it."""
        ...


class Follower(Protocol):
    """State kept in step with the ledger inside the writer's process (live figures, live views).

    Saved in the engine's snapshots and brought forward by the same replay, so a restart resets nothing.
    """

    name: str

    def apply(self, event: AnyEvent) -> None: ...

    def dump(self) -> bytes: ...

    def load(self, data: bytes | None) -> None:
        """None: start from nothing."""
        ...
