"""Asterisk's queue_log as calls and agents' time. Pure: a line at a time goes in, what is over comes out.

`epoch|call|queue|agent|event|data…`; https://docs.asterisk.org (Queue Logs) tells what the events carry. Times are
those of the lines. Asterisk writes no wrap-up and no hold.
"""

from collections.abc import Callable
from hashlib import sha256
from typing import Final

from msgspec import Struct, field

from jietong.core.events import HistoryOffer, HistoryStay
from jietong.core.vocabulary import EndedBy, Ms, Outcome
from jietong.imports.agent_time import AgentTime, Spent
from jietong.imports.model import Refusal

_FORGET_MS: Ms = 3_600_000  # after this a call that ended is not heard of again
_GOES_ON_MS: Ms = 60_000  # a call that runs out of one queue and enters another so soon has gone on waiting
_LOOK_EVERY = 1_000  # lines
_MOST_NUMBERS = 10_000  # calls that have dialled in and not entered a queue
_NOBODY: Final = ("", "NONE", "REALTIME")


class Visit(Struct):
    """A stay in a queue while the call is followed."""

    queue: str
    entered: Ms
    left: Ms | None = None
    how: str = ""
    agent: str | None = None
    ended: Ms | None = None  # of the talk
    talk_how: str = "ended"
    offers: list[HistoryOffer] = field(default_factory=list)


class Call(Struct):
    """A call with all its visits. `lines` belong to it; `first` is the first, `row` as it stood."""

    id: str
    first: int
    row: str
    arrived: Ms
    last: Ms
    lines: int = 0
    entry: str | None = None
    by: EndedBy | None = None
    visits: list[Visit] = field(default_factory=list)

    @property
    def open(self) -> Visit | None:
        """The visit that goes on: the customer waits or talks."""
        visit = self.visits[-1] if self.visits else None
        return visit if visit is not None and (visit.left is None or (visit.agent and visit.ended is None)) else None

    @property
    def ended(self) -> Ms:
        visit = self.visits[-1]
        return visit.left if visit.ended is None and visit.left is not None else visit.ended or visit.entered

    @property
    def outcome(self) -> Outcome:
        visit = self.visits[-1]
        if visit.agent is not None and visit.ended is not None:
            return _TALKED.get(visit.talk_how, Outcome.HANDLED)
        return _LEFT[visit.how]

    def stays(self, target_ms: Callable[[str], tuple[Ms, Ms]]) -> tuple[HistoryStay, ...]:
        """As the ledger tells of them. `target_ms` gives a queue's threshold and its limit of a short abandon."""
        out: list[HistoryStay] = []
        for i, visit in enumerate(self.visits):
            following = self.visits[i + 1] if i + 1 < len(self.visits) else None
            target, short = target_ms(visit.queue)
            before = out[-1] if out and out[-1].how == "overflowed" else None
            how, talk_how = visit.how, visit.talk_how
            if following is not None and how == "timed_out" and following.entered - (visit.left or 0) <= _GOES_ON_MS:
                how = "overflowed"
            if talk_how == "transferred" and following is None:
                talk_how = "transferred_out"
            out.append(
                HistoryStay(
                    visit.entered,
                    visit.entered if visit.left is None else visit.left,
                    how,
                    visit.queue,
                    "transfer" if i and self.visits[i - 1].talk_how == "transferred" else "arrival",
                    None if before is None else (before.entered if before.since is None else before.since),
                    None if before is None else (before.entered if before.arrived is None else before.arrived),
                    target,
                    short,
                    tuple(visit.offers),
                    visit.agent,
                    visit.ended,
                    talk_how,
                )
            )
        return tuple(out)

    def digest(self) -> str:
        """Of all that the log says of it."""
        said = [f"{self.id}\x1f{self.arrived}\x1f{self.entry}\x1f{self.by}"]
        said += [
            f"{v.queue}\x1f{v.entered}\x1f{v.left}\x1f{v.how}\x1f{v.agent}\x1f{v.ended}\x1f{v.talk_how}\x1f{v.offers}"
            for v in self.visits
        ]
        return sha256("\x1e".join(said).encode()).hexdigest()[:32]


_TALKED = {"transferred": Outcome.TRANSFERRED_OUT, "switch_lost": Outcome.SWITCH_LOST}
_LEFT = {
    "abandoned": Outcome.ABANDONED,
    "timed_out": Outcome.TIMED_OUT,
    "to_flow": Outcome.CANCELLED,
    "switch_lost": Outcome.SWITCH_LOST,
}


class QueueLog:
    """Follows a log. `take` gives what has ended since it was last asked."""

    def __init__(self) -> None:
        self._calls: dict[str, Call] = {}
        self._agents: dict[str, AgentTime] = {}
        self._over: list[Call] = []
        self._spent: list[Spent] = []
        self._known: dict[str, tuple[int, str]] = {}  # calls that a DID line named before they entered a queue
        self._now: Ms = 0
        self._lines = 0
        self.plain = 0  # lines of the system itself

    def feed(self, number: int, text: str) -> None:
        """One line. Raises Refusal."""
        parts = text.split("|")
        if len(parts) < 5:
            raise Refusal("not_a_line")
        stamp, call, queue, agent, event, *data = (part.strip() for part in parts)
        at = _instant(stamp)
        step = _STEPS.get(event.upper())
        if step is None:
            raise Refusal("unknown_event", f"It says {event[:40]!r}.")
        if any(not part.isprintable() or len(part) > 200 for part in (call, queue, agent)):
            raise Refusal("bad_text")
        step(self, _Line(number, text, at, call, queue, agent, event.upper(), data))
        self._now = max(self._now, at)
        self._lines += 1
        if self._lines % _LOOK_EVERY == 0:
            self._forget(self._now - _FORGET_MS)

    def end(self) -> None:
        """The log is over: calls that have ended are; those that go on are left to a longer log."""
        self._forget(1 << 62)
        self._forget_numbers()

    def take(self) -> tuple[list[Call], list[Spent]]:
        over, spent = self._over, self._spent
        self._over, self._spent = [], []
        return over, spent

    @property
    def open(self) -> int:
        """Lines of what has not ended."""
        return sum(call.lines for call in self._calls.values()) + sum(a.pending for a in self._agents.values())

    # --- calls ---------------------------------------------------------------------------------------------------

    def entered(self, line: "_Line") -> None:
        if line.call in _NOBODY or line.queue in _NOBODY:
            raise Refusal("not_a_line", "ENTERQUEUE names a call and a queue.")
        call = self._calls.get(line.call)
        if call is None:
            call = self._calls[line.call] = Call(line.call, line.number, line.text, line.at, line.at)
            if line.call in self._known:
                lines, call.entry = self._known.pop(line.call)
                call.lines += lines
        else:
            self._in_order(call, line)
            if call.open is not None:
                raise Refusal("contradiction", "The call is in a queue or with an agent already.")
        call.visits.append(Visit(line.queue, line.at))
        call.lines += 1
        call.last = line.at

    def did(self, line: "_Line") -> None:
        """The number dialled, before or after the call enters a queue."""
        number = line.datum(0)[:100] or None
        call = self._calls.get(line.call)
        if call is not None:
            call.entry = call.entry or number
            call.lines += 1
        elif number is not None and line.call not in _NOBODY:
            lines, before = self._known.get(line.call, (0, number))
            self._known[line.call] = (lines + 1, before)
            if len(self._known) > _MOST_NUMBERS:
                self._forget_numbers()
        else:
            self.plain += 1

    def connected(self, line: "_Line") -> None:
        call, visit = self._waiting(line)
        if line.agent in _NOBODY:
            raise Refusal("not_a_line", "CONNECT names an agent.")
        visit.left, visit.how, visit.agent = line.at, "answered", line.agent
        self._taken(call, line)
        self._agent(line).connect(line.at, line.call, line.queue, _whole(line.datum(2)) * 1000)

    def completed(self, line: "_Line") -> None:
        call, visit = self._talking(line)
        visit.ended = line.at
        call.by = EndedBy.AGENT if line.event == "COMPLETEAGENT" else EndedBy.CUSTOMER
        self._taken(call, line)
        self._free(visit, line)

    def transferred(self, line: "_Line") -> None:
        call, visit = self._talking(line)
        visit.ended, visit.talk_how = line.at, "transferred"
        self._taken(call, line)
        self._free(visit, line)

    def left(self, line: "_Line") -> None:
        call, visit = self._waiting(line)
        visit.left, visit.how = line.at, _WAYS_OUT[line.event]
        call.by = EndedBy.CUSTOMER if line.event == "ABANDON" else None
        self._taken(call, line)

    def rang(self, line: "_Line") -> None:
        """In vain: nobody took it, the caller left meanwhile, or the agent hung up on the announcement."""
        call, visit = self._waiting(line)
        ring = _whole(line.datum(0))
        start = max(visit.entered, line.at - ring)
        visit.offers.append(HistoryOffer(line.agent, start, line.at, _OFFERS[line.event]))
        self._taken(call, line)
        self._agent(line).rang(line.at, line.queue, ring)

    def _waiting(self, line: "_Line") -> tuple[Call, Visit]:
        call = self._calls.get(line.call)
        visit = call.open if call is not None else None
        if call is None or visit is None or visit.left is not None or visit.queue != line.queue:
            ended = call is not None and call.open is None and line.event in ("ABANDON", "CONNECT")
            raise Refusal("completed_twice" if ended else "not_waiting", f"{line.event} of {line.call!r}.")
        self._in_order(call, line)
        return call, visit

    def _talking(self, line: "_Line") -> tuple[Call, Visit]:
        call = self._calls.get(line.call)
        visit = call.open if call is not None else None
        if call is None or visit is None or visit.left is None or visit.queue != line.queue:
            ended = call is not None and call.open is None
            raise Refusal("completed_twice" if ended else "not_talking", f"{line.event} of {line.call!r}.")
        self._in_order(call, line)
        return call, visit

    def _in_order(self, call: Call, line: "_Line") -> None:
        if line.at < call.last:
            raise Refusal("out_of_order", f"{line.event} of {line.call!r}.")

    def _taken(self, call: Call, line: "_Line") -> None:
        call.lines += 1
        call.last = line.at

    def _free(self, visit: Visit, line: "_Line") -> None:
        """The agent who took the call, whoever the line names."""
        if visit.agent is not None and (agent := self._agents.get(visit.agent)) is not None:
            agent.free(line.at, line.call)

    def _forget(self, before: Ms) -> None:
        for id in [id for id, call in self._calls.items() if call.open is None and call.last < before]:
            self._over.append(self._calls.pop(id))

    def _forget_numbers(self) -> None:
        """Calls that dialled in and entered no queue."""
        self.plain += sum(lines for lines, _ in self._known.values())
        self._known.clear()

    # --- agents --------------------------------------------------------------------------------------------------

    def member(self, line: "_Line") -> None:
        agent = self._named(line)
        agent.pending += 1
        getattr(agent, _AGENT_STEPS[line.event])(line.at, line.queue, line.datum(0)[:100] or None)

    def ignored(self, line: "_Line") -> None:
        self.plain += 1

    def restarted(self, line: "_Line") -> None:
        """Calls that were going on were cut off when the log fell silent; agents went with them."""
        at = min(self._now, line.at) if self._now else line.at
        for call in self._calls.values():
            if (visit := call.open) is None:
                continue
            when = max(at, call.last)
            if visit.left is None:
                visit.left, visit.how = when, "switch_lost"
            else:
                visit.ended, visit.talk_how = when, "switch_lost"
            call.last = when
        for agent in self._agents.values():
            agent.gone(at)
        self.plain += 1

    def _named(self, line: "_Line") -> AgentTime:
        if line.agent in _NOBODY:
            raise Refusal("not_a_line", f"{line.event} names an agent.")
        agent = self._agent(line)
        if line.at < agent.last:
            raise Refusal("out_of_order", f"{line.event} of {line.agent!r}.")
        return agent

    def _agent(self, line: "_Line") -> AgentTime:
        found = self._agents.get(line.agent)
        if found is None:
            found = self._agents[line.agent] = AgentTime(line.agent, self._spent.append)
            found.number = line.number
        return found


class _Line(Struct, frozen=True):
    number: int
    text: str
    at: Ms
    call: str
    queue: str
    agent: str
    event: str
    data: list[str]

    def datum(self, n: int) -> str:
        return self.data[n] if n < len(self.data) else ""


def _instant(stamp: str) -> Ms:
    try:
        seconds = float(stamp)
    except ValueError:
        raise Refusal("bad_time", f"{stamp[:40]!r} is no time.") from None
    if not 0 < seconds < 7e9:
        raise Refusal("bad_time", f"{stamp[:40]!r} is no time.")
    return round(seconds * 1000)


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 9 else 0


_WAYS_OUT = {
    "ABANDON": "abandoned",
    "EXITWITHTIMEOUT": "timed_out",
    "EXITEMPTY": "timed_out",
    "EXITWITHKEY": "to_flow",
    "SYSCOMPAT": "switch_lost",
}
_OFFERS = {"RINGNOANSWER": "missed", "RINGCANCELED": "withdrawn", "AGENTDUMP": "declined"}
_AGENT_STEPS = {
    "ADDMEMBER": "joined",
    "REMOVEMEMBER": "quit",
    "PAUSE": "paused",
    "UNPAUSE": "unpaused",
    "PAUSEALL": "paused_all",
    "UNPAUSEALL": "unpaused_all",
    "AGENTLOGIN": "signed_in",
    "AGENTCALLBACKLOGIN": "signed_in",
    "AGENTLOGOFF": "signed_out",
    "AGENTCALLBACKLOGOFF": "signed_out",
}
_STEPS: dict[str, Callable[[QueueLog, _Line], None]] = {
    "ENTERQUEUE": QueueLog.entered,
    "DID": QueueLog.did,
    "CONNECT": QueueLog.connected,
    **dict.fromkeys(("COMPLETEAGENT", "COMPLETECALLER"), QueueLog.completed),
    **dict.fromkeys(("TRANSFER", "BLINDTRANSFER", "ATTENDEDTRANSFER"), QueueLog.transferred),
    **dict.fromkeys(_WAYS_OUT, QueueLog.left),
    **dict.fromkeys(_OFFERS, QueueLog.rang),
    **dict.fromkeys(_AGENT_STEPS, QueueLog.member),
    "QUEUESTART": QueueLog.restarted,
    **dict.fromkeys(
        ("CONFIGRELOAD", "PENALTY", "MEMBERPENALTY", "RINGINUSE", "CALLERTALK", "QUEUESTOP"), QueueLog.ignored
    ),
}
EVENTS = frozenset(_STEPS)
"""All that Asterisk writes."""
