"""Runs a period's real calls once more through one queue, first come first served, as things were or with something
changed. The arrivals, handling times and patience are the real ones; deterministic by its seed. Pure.
"""

from collections import deque
from collections.abc import Sequence
from heapq import heappop, heappush
from typing import Literal, NamedTuple, TypeAlias

from jietong.core.vocabulary import Ms
from jietong.workforce.patience import Patience

Ending: TypeAlias = Literal["answered", "abandoned", "blocked", "lost"]
HOUR: Ms = 3_600_000
_MASK = (1 << 64) - 1
CALM = 10
"""Call-backs are made while one agent of so many stays free for who calls next."""


class Call(NamedTuple):
    """`handled_ms`: talk, hold and wrap-up of who was answered; `lost`: left before the queue."""

    arrived: Ms
    wait_ms: Ms
    handled_ms: Ms
    ending: Ending


class Staff(NamedTuple):
    """How many were on line from `start` up to `end`; a mean over the stretch."""

    start: Ms
    end: Ms
    agents: float


class Change(NamedTuple):
    """What is done otherwise. `extra`: more agents during these stretches; call-backs are taken by the share `accept`
    of those who have waited `callback_ms`, and made when nobody waits on the line."""

    extra: tuple[tuple[Ms, Ms, int], ...] = ()
    callback_ms: Ms | None = None
    accept: float = 0.5
    handling: float = 1.0
    lines: int = 0


UNCHANGED = Change()


class Outcome(NamedTuple):
    in_time: int
    answered: int
    abandoned: int
    blocked: int
    lost: int
    called_back: int

    @property
    def level(self) -> float | None:
        """SL3."""
        asked = self.answered + self.abandoned
        return self.in_time / asked if asked else None

    @property
    def access(self) -> float | None:
        """SL7."""
        tried = self.answered + self.abandoned + self.blocked + self.lost
        return self.in_time / tried if tried else None


class Traffic(NamedTuple):
    """Calls in order of arrival, with what was not seen of each filled in once: how patient, how long to handle."""

    calls: tuple[Call, ...]
    patience: tuple[Ms, ...]
    handling: tuple[Ms, ...]
    accepts: tuple[float, ...]


def traffic(calls: Sequence[Call], seed: int = 1) -> Traffic:
    """Who gave up has shown their patience; who was answered had more than their wait, and how much more is drawn
    from the curve. Handling that never came to be is drawn from that of the calls nearest in time."""
    ordered = tuple(sorted((c for c in calls), key=lambda c: (c.arrived, c.ending, c.wait_ms)))
    curve = Patience((c.wait_ms, c.ending == "abandoned") for c in ordered if c.ending in ("answered", "abandoned"))
    handled = [(c.arrived, c.handled_ms) for c in ordered if c.ending == "answered"]
    patience: list[Ms] = []
    handling: list[Ms] = []
    near = 0
    for n, c in enumerate(ordered):
        if c.ending == "abandoned":
            patience.append(c.wait_ms)
        else:
            patience.append(curve.beyond(c.wait_ms if c.ending == "answered" else 0, chance(seed, 3 * n)))
        if c.ending == "answered" or not handled:
            handling.append(c.handled_ms)
        else:
            while near + 1 < len(handled) and handled[near + 1][0] <= c.arrived:
                near += 1
            low = max(0, min(near - 25, len(handled) - 50))
            window = handled[low : low + 50]
            handling.append(window[int(chance(seed, 3 * n + 1) * len(window))][1])
    accepts = tuple(chance(seed, 3 * n + 2) for n in range(len(ordered)))
    return Traffic(ordered, tuple(patience), tuple(handling), accepts)


def staff_of(calls: Sequence[Call], width: Ms = HOUR // 2) -> tuple[Staff, ...]:
    """Where nobody kept who was on line: the most that were busy at once in each half-hour."""
    changes: list[tuple[Ms, int]] = []
    for c in calls:
        if c.ending == "answered":
            begun = c.arrived + c.wait_ms
            changes += [(begun, 1), (begun + c.handled_ms, -1)]
    changes.sort()
    found: list[Staff] = []
    busy = most = 0
    at: Ms | None = None
    for time, by in changes:
        start = time - time % width
        if at is None:
            at = start
        while at < start:
            found.append(Staff(at, at + width, most))
            at, most = at + width, busy
        busy += by
        most = max(most, busy)
    if at is not None:
        found.append(Staff(at, at + width, most))
    return tuple(found)


def run(
    on: Traffic, staff: Sequence[Staff], target_ms: Ms, change: Change = UNCHANGED, factor: float = 1.0
) -> Outcome:
    """`factor`: which share of the time on line really takes calls; found by `levers.calibrated`."""
    steps = _steps(staff, change.extra, factor)
    calls, patience = on.calls, on.patience
    waiting: deque[int] = deque()  # by arrival; who has given up or left is found when their turn comes
    back: deque[int] = deque()  # call-backs promised, by when
    busy: list[Ms] = []  # ends of handling
    let_in: list[tuple[Ms, int]] = []  # (until when at most, call) of those who met a busy tone in truth
    in_time = answered = abandoned = blocked = lost = called = 0
    capacity = step = 0
    far: Ms = 1 << 62
    n, last = 0, len(calls)

    leaves = [c.arrived + wait for c, wait in zip(calls, patience, strict=True)]
    takes = bytearray(last)  # whether the customer takes the call-back, if it comes to that
    if change.callback_ms is not None:
        for i, wait in enumerate(patience):
            if wait >= change.callback_ms and on.accepts[i] < change.accept:
                takes[i] = 1
                leaves[i] = calls[i].arrived + change.callback_ms
    longer = change.handling

    while n < last or waiting or back:
        at = min(calls[n].arrived if n < last else far, busy[0] if busy else far)
        if step < len(steps) and (waiting or back or steps[step][0] <= at):
            at = min(at, steps[step][0])
        if at == far:
            break
        while busy and busy[0] <= at:
            heappop(busy)
        while step < len(steps) and steps[step][0] <= at:
            capacity = steps[step][1]
            step += 1
        while n < last and calls[n].arrived <= at:
            ending = calls[n].ending
            if ending == "lost":
                lost += 1
            elif ending == "blocked":
                while let_in and let_in[0][0] <= at:
                    heappop(let_in)
                if len(let_in) < change.lines + len(back):
                    heappush(let_in, (at + min(patience[n], HOUR // 6) + on.handling[n], n))
                    waiting.append(n)
                else:
                    blocked += 1
            else:
                waiting.append(n)
            n += 1
        while waiting:
            i = waiting[0]
            if leaves[i] < at or (leaves[i] == at and (takes[i] or not patience[i])):
                waiting.popleft()
                if takes[i]:
                    back.append(i)
                else:
                    abandoned += 1
                continue
            if len(busy) >= capacity:
                break
            waiting.popleft()
            answered += 1
            in_time += at - calls[i].arrived <= target_ms
            heappush(busy, at + max(1, round(on.handling[i] * longer)))
        while back and not waiting and len(busy) < capacity - capacity // CALM:
            i = back.popleft()
            answered += 1
            called += 1
            heappush(busy, at + max(1, round(on.handling[i] * longer)))
    abandoned += len(waiting) + len(back)  # nobody was left to serve or to call them
    return Outcome(in_time, answered, abandoned, blocked, lost, called)


def _steps(staff: Sequence[Staff], extra: Sequence[tuple[Ms, Ms, int]], factor: float) -> list[tuple[Ms, int]]:
    """(from when, how many) in whole people; what a stretch has in parts is carried on, so that the sum stays."""
    changes: dict[Ms, int] = {}
    carried = 0.0
    for one in staff:
        exact = one.agents * factor
        whole = int(exact + carried)
        carried += exact - whole
        changes[one.start] = changes.get(one.start, 0) + whole
        changes[one.end] = changes.get(one.end, 0) - whole
    for start, end, more in extra:
        changes[start] = changes.get(start, 0) + more
        changes[end] = changes.get(end, 0) - more
    now, found = 0, []
    for time in sorted(changes):
        now += changes[time]
        found.append((time, max(0, now)))
    return found


def chance(seed: int, n: int) -> float:
    """The same number in [0, 1) for the same pair (splitmix64), so that a run can be repeated and compared."""
    x = (seed * 0x9E3779B97F4A7C15 + (n + 1) * 0xBF58476D1CE4E5B9) & _MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & _MASK
    return ((x ^ (x >> 31)) >> 11) / (1 << 53)
