"""Breaks and meals moved to where they cost least, within the rule of 15 minutes for 2 hours on line (G6). Pure.

Greedy: the pauses that now hurt most first, each to the best of the places that it may have, seeing where those
before it went. Nobody's shift changes, and no pause becomes shorter.
"""

from msgspec.structs import replace

from jietong.workforce.lab.pressure import QUARTER_S, pressure
from jietong.workforce.simulation.scenario import Break, Group, Scenario, Shift, clock_s, clock_text

FARTHEST_S = 7200
MOVABLE = frozenset({"break", "meal", "training", "meeting", "casework"})
EDGE_S = 1800  # no pause in the first and last half-hour
LONGEST_ON_LINE_S = 7200


def moved(scenario: Scenario) -> tuple[Scenario, int]:
    """The scenario with its pauses moved, and how many were."""
    state = _State(scenario)
    order = sorted(
        ((name, n, m) for name, group in scenario.agents.items() if group.standby is None
         for n, shift in enumerate(group.shifts) for m in range(len(shift.breaks))),
        key=lambda one: -state.cost_of(one),
    )  # fmt: skip
    count = sum(state.move(one) for one in order)
    return replace(scenario, agents=state.groups), count


class _State:
    """`spare[q]`: people on line beyond what the work of the quarter asks for."""

    def __init__(self, scenario: Scenario) -> None:
        found = pressure(scenario)
        self.groups: dict[str, Group] = dict(scenario.agents)
        self._opens = found.opens_s
        self._spare = [-short for short in found.short]

    def cost_of(self, at: tuple[str, int, int]) -> float:
        name, n, m = at
        pause = self.groups[name].shifts[n].breaks[m]
        return self._cost(clock_s(pause.start), clock_s(pause.end))

    def move(self, at: tuple[str, int, int]) -> bool:
        name, n, m = at
        group = self.groups[name]
        shift = group.shifts[n]
        pause = shift.breaks[m]
        start, end = clock_s(pause.start), clock_s(pause.end)
        self._change(start, end, group.count)
        best, lowest = start, self._cost(start, end) - 1e-9
        for by in range(-FARTHEST_S, FARTHEST_S + 1, QUARTER_S):
            if (
                by
                and _allowed(shift, m, start + by, end + by)
                and (cost := self._cost(start + by, end + by)) < lowest
            ):
                best, lowest = start + by, cost
        self._change(best, best + end - start, -group.count)
        if best == start:
            return False
        there = list(shift.breaks)
        there[m] = Break(clock_text(best), clock_text(best + end - start), pause.activity)
        shifts = list(group.shifts)
        shifts[n] = Shift(shift.start, shift.end, tuple(there))
        self.groups[name] = replace(group, shifts=tuple(shifts))
        return True

    def _cost(self, start: int, end: int) -> float:
        """How much is missing while one person is away: rising where people are short."""
        total = 0.0
        for quarter, seconds in self._quarters(start, end):
            total += seconds * max(1.0 - self._spare[quarter], 0.0) ** 2
        return total

    def _change(self, start: int, end: int, by: float) -> None:
        for quarter, seconds in self._quarters(start, end):
            self._spare[quarter] += by * seconds / QUARTER_S

    def _quarters(self, start: int, end: int) -> list[tuple[int, int]]:
        found = []
        at = start
        while at < end:
            quarter = (at - self._opens) // QUARTER_S
            upto = min(end, self._opens + (quarter + 1) * QUARTER_S)
            if 0 <= quarter < len(self._spare):
                found.append((quarter, upto - at))
            at = upto
        return found


def _allowed(shift: Shift, m: int, start: int, end: int) -> bool:
    """In the order of the shift, off its edges, nobody longer on line than by the rule, or than before."""
    first, last = clock_s(shift.start), clock_s(shift.end)
    others = [(clock_s(one.start), clock_s(one.end)) for n, one in enumerate(shift.breaks) if n != m]
    before = max((b for _, b in others[:m]), default=first)
    after = min((a for a, _ in others[m:]), default=last)
    if start < max(before, first + EDGE_S) or end > min(after, last - EDGE_S):
        return False
    pauses = [(clock_s(one.start), clock_s(one.end)) for one in shift.breaks]
    limit = max(LONGEST_ON_LINE_S, _longest(first, last, pauses))
    return _longest(first, last, sorted([*others, (start, end)])) <= limit


def _longest(first: int, last: int, pauses: "list[tuple[int, int]]") -> int:
    edges = [first, *(edge for pause in pauses for edge in pause), last]
    return max(b - a for a, b in zip(edges[::2], edges[1::2], strict=True))
