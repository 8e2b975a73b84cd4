"""Figures from stored facts: the reference that every live figure must equal. Pure.

`cut` gives the facts as they were known at an instant, so a figure "at t" is the figure over the facts cut at t.
"""

from collections.abc import Callable, Iterable, Sequence
from math import ceil
from typing import NamedTuple

from msgspec.structs import replace

from jietong.contacts.model import AgentInterval, Segment, TrunkBusyTime
from jietong.contacts.stays import reopened
from jietong.core.days import Span
from jietong.core.vocabulary import Ms, State
from jietong.metrics.definition import PLAIN, Count, Definition, How, Sum, Terms, Time

ON_LINE = frozenset({State.READY, State.OFFERED, State.TALKING, State.HOLD, State.WRAPUP})


class Figure(NamedTuple):
    """A figure with what it is made of. `value` None is "no data", never 0 % or 100 %.

    For a mean or a share, value = num ÷ den; for a count or a sum, num; for a maximum or a quantile the value in
    ms and `den` how many it was taken from.
    """

    value: float | None
    num: int
    den: int


def cut(segments: Iterable[Segment], at: Ms) -> list[Segment]:
    """The segments as known at `at`: what began later is not there, what ended later is still open."""
    return [s if s.end is not None and s.end <= at else reopened(s) for s in segments if s.start <= at]


def cut_intervals(intervals: Iterable[AgentInterval], at: Ms) -> list[AgentInterval]:
    return [i if i.end is not None and i.end <= at else replace(i, end=None) for i in intervals if i.start <= at]


def cut_trunks(times: Iterable[TrunkBusyTime], at: Ms) -> list[TrunkBusyTime]:
    return [t if t.end is not None and t.end <= at else replace(t, end=None) for t in times if t.start <= at]


def evaluate(
    definition: Definition,
    segments: Sequence[Segment],
    intervals: Sequence[AgentInterval],
    window: Span,
    *,
    now: Ms,
    where: Callable[[Segment], bool] | None = None,
    terms: Terms = PLAIN,
    break_ms: Ms = 900_000,
    trunks: Sequence[TrunkBusyTime] = (),
) -> Figure:
    """The figure over the facts that belong to `window`, by the definition's own attribution.

    `now` is the instant the facts are known up to; open intervals last until it. `where` narrows the segments (a
    queue, an agent, a client, an entry); narrow intervals and `trunks` before handing them in. Raises ValueError for
    a figure of the present moment, which facts alone do not give.
    """
    if definition.how is How.NOW:
        raise ValueError(f"{definition.id} is told by the engine, not by facts")
    if definition.how is How.STREAK:
        streak = longest_streak(intervals, Span(window.start, min(window.end, now)), break_ms)
        return Figure(streak, streak, 1) if intervals else Figure(None, 0, 0)
    mine = [s for s in segments if s.arrived in window and (where is None or where(s))]
    if definition.how in (How.MAX, How.QUANTILE):
        values = sorted(_values(definition.numerator, mine, terms))
        if not values:
            return Figure(None, 0, 0)
        share = 1.0 if definition.quantile is None else definition.quantile
        found = values[max(0, ceil(share * len(values)) - 1)]
        return Figure(found, found, len(values))
    upto = Span(window.start, min(window.end, now))
    num = _sum(definition.numerator, mine, intervals, trunks, upto, terms)
    if definition.how is How.SUM:
        return Figure(num, num, 1)
    den = _sum(definition.denominator, mine, intervals, trunks, upto, terms)
    return Figure(num / den if den else None, num, den)


def longest_streak(intervals: Iterable[AgentInterval], window: Span, break_ms: Ms) -> Ms:
    """Longest time on line between two breaks of at least `break_ms`, over one agent's intervals (G6)."""
    best = streak = off = 0
    for i in sorted(intervals, key=lambda i: i.start):
        spent = Time(frozenset({i.state})).of(i, *window)
        if i.state in ON_LINE:
            off = 0
            streak += spent
            best = max(best, streak)
        else:
            off += spent
            if off >= break_ms:
                streak = 0
    return best


def blocked_unseen(seen: int, busy_ms: Ms, open_ms: Ms) -> float | None:
    """How many more were turned away by the provider while every channel was taken, whom no switch of ours saw.

    seen × ATB ÷ (1 − ATB), ATB the share of `open_ms` in which the trunk was full (metrics.md): as many as came per
    second of free channels. An estimate, to be shown as one; None where there was no free second to go by.
    """
    if open_ms <= 0 or busy_ms >= open_ms:
        return None
    share = busy_ms / open_ms
    return seen * share / (1 - share)


def _values(counts: tuple[Sum, ...], segments: Iterable[Segment], terms: Terms) -> list[int]:
    out = []
    for s in segments:
        for c in counts:
            if isinstance(c, Count) and s.kind is c.kind and c.value is not None and c.holds(s, terms):
                out.append(c.amount(s, terms))
    return out


def _sum(
    sums: tuple[Sum, ...],
    segments: Sequence[Segment],
    intervals: Sequence[AgentInterval],
    trunks: Sequence[TrunkBusyTime],
    window: Span,
    terms: Terms,
) -> int:
    total = 0
    for one in sums:
        if isinstance(one, Count):
            total += sum(one.of(s, terms) for s in segments)
        elif isinstance(one, Time):
            total += sum(one.of(i, window.start, window.end) for i in intervals)
        else:
            total += sum(one.of(t, window.start, window.end) for t in trunks)
    return total
