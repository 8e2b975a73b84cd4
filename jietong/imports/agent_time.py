"""One agent's time out of a queue log: stays in one state, without a gap between the first and the last. Pure."""

from collections.abc import Callable
from typing import NamedTuple

from jietong.core.vocabulary import Ms, State


class Spent(NamedTuple):
    """A stay that is over. `lines` of the log led to it, the first is `number`."""

    agent: str
    start: Ms
    end: Ms
    state: State
    reason: str | None
    queue: str | None
    number: int
    lines: int


class AgentTime:
    """Follows an agent. An agent is there while signed in or a member of some queue; pauses in one queue of several
    leave the others open. A pause anew is another pause: its time counts from there, with its own reason."""

    def __init__(self, agent: str, tell: Callable[[Spent], None]) -> None:
        self._agent = agent
        self._tell = tell
        self._signed_in = False
        self._queues: set[str] = set()
        self._pauses: dict[str, str | None] = {}  # queue → reason
        self._all: tuple[str | None] | None = None  # the reason of a pause everywhere
        self._reason: str | None = None  # of the pause that came last
        self._calls: dict[str, str] = {}  # that the agent talks in → queue
        self._state: State | None = None  # None: not seen yet
        self._shown: tuple[str | None, str | None] = (None, None)  # reason and queue of the present state
        self._since: Ms = 0
        self.last: Ms = 0
        self.number = 0
        self.pending = 0  # lines whose outcome has not been told yet

    # --- what the log says ---------------------------------------------------------------------------------------

    def joined(self, at: Ms, queue: str, data: str | None) -> None:
        self._queues.add(queue)
        if data is not None and data.upper() == "PAUSED":
            self._pauses[queue] = None
        self._now(at)

    def quit(self, at: Ms, queue: str, data: str | None) -> None:
        self._queues.discard(queue)
        self._pauses.pop(queue, None)
        self._now(at)

    def signed_in(self, at: Ms, queue: str, data: str | None) -> None:
        self._signed_in = True
        self._now(at)

    def signed_out(self, at: Ms, queue: str, data: str | None) -> None:
        self._signed_in = False
        self._queues.clear()
        self._unpause_everywhere()
        self._now(at)

    def paused(self, at: Ms, queue: str, data: str | None) -> None:
        self._pauses[queue] = self._reason = data
        if self._all is not None and data is not None:
            self._all = (data,)
        self._now(at)

    def unpaused(self, at: Ms, queue: str, data: str | None) -> None:
        self._pauses.pop(queue, None)
        self._all = None
        if self._pauses:
            self._reason = next(reversed(self._pauses.values()))
        self._now(at)

    def paused_all(self, at: Ms, queue: str, data: str | None) -> None:
        self._all = (data,)
        self._reason = data
        self._now(at)

    def unpaused_all(self, at: Ms, queue: str, data: str | None) -> None:
        self._unpause_everywhere()
        self._now(at)

    def connect(self, at: Ms, call: str, queue: str, ring: Ms) -> None:
        self.rang(at, queue, ring)
        self._calls[call] = queue
        self._now(at)

    def free(self, at: Ms, call: str) -> None:
        self._calls.pop(call, None)
        self._now(at)

    def rang(self, at: Ms, queue: str, ring: Ms) -> None:
        """The last stretch of a wait was the telephone's ringing."""
        self.last = max(self.last, at)
        if self._state is not State.READY or ring <= 0 or at <= self._since:
            return
        start = max(self._since, at - ring)
        self._close(start)
        self._open(start, State.OFFERED, None, queue)
        self._close(at)
        self._open(at, State.READY, None, None)

    def gone(self, at: Ms) -> None:
        """The system that knew of the agent ended."""
        self._signed_in = False
        self._queues.clear()
        self._calls.clear()
        self._unpause_everywhere()
        if self._state is not None:
            self._now(max(at, self.last))

    # --- the state that follows from it --------------------------------------------------------------------------

    def _now(self, at: Ms) -> None:
        at = max(at, self.last)
        self.last = at
        state, reason, queue = self._present()
        if self._state is not None and (state, (reason, queue)) == (self._state, self._shown):
            return
        if self._state is not None:
            self._close(at)
        self._open(at, state, reason, queue)

    def _present(self) -> tuple[State, str | None, str | None]:
        if self._calls:
            return State.TALKING, None, next(reversed(self._calls.values()))
        if not (self._signed_in or self._queues or self._pauses or self._all):
            return State.OFF, None, None
        if self._all is not None or (self._pauses and self._queues <= set(self._pauses)):
            return State.BREAK, self._reason, None
        return State.READY, None, None

    def _unpause_everywhere(self) -> None:
        self._pauses.clear()
        self._all = None
        self._reason = None

    def _open(self, at: Ms, state: State, reason: str | None, queue: str | None) -> None:
        self._since, self._state, self._shown = at, state, (reason, queue)

    def _close(self, at: Ms) -> None:
        if self._state is not None and at > self._since:
            reason, queue = self._shown
            self._tell(Spent(self._agent, self._since, at, self._state, reason, queue, self.number, self.pending))
            self.pending = 0
