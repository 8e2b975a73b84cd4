"""Figures from stored facts: the reference that every live figure must equal. Pure.

`cut` gives the facts as they were known at an instant, so a figure "at t" is the figure over the facts cut at t.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import ceil
from typing import NamedTuple

from msgspec.structs import replace

from jietong.contacts.attendance import Attended, PlannedTime, attended
from jietong.contacts.later import LaterFact
from jietong.contacts.model import AgentInterval, Kind, Segment, TrunkBusyTime
from jietong.contacts.stays import reopened
from jietong.core.days import Span
from jietong.core.vocabulary import Ms
from jietong.metrics.definition import (
    PLAIN,
    Again,
    Count,
    Definition,
    How,
    Kept,
    Later,
    Planned,
    Sum,
    Terms,
    Time,
    TrunkTime,
)
from jietong.routing.rules import ON_LINE, RESTING


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


def reasons_of(segments: Iterable[Segment]) -> dict[str, str]:
    """Contact to what it was about: the last reason that an agent gave when handling it."""
    found: dict[str, tuple[int, str]] = {}
    for s in segments:
        if s.kind is Kind.HANDLING and s.reason is not None:
            found[s.contact] = max(found.get(s.contact, (0, "")), (s.n, s.reason))
    return {contact: reason for contact, (_, reason) in found.items()}


def with_reasons(segments: Sequence[Segment]) -> list[Segment]:
    """All stays with their contact's reason, by which figures are grouped and filtered: a wait was about the same as
    the talk that it led to. Give all of a contact's stays."""
    reasons = reasons_of(segments)
    return [replace(s, reason=reasons.get(s.contact)) for s in segments]


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
    customers: Mapping[str, str] | None = None,
    everyone: Sequence[Segment] | None = None,
    later: Sequence[LaterFact] = (),
    plans: Sequence[PlannedTime] = (),
) -> Figure:
    """The figure over the facts that belong to `window`, by the definition's own attribution.

    `now` is the instant the facts are known up to; open intervals last until it. `where` narrows the segments (a
    queue, an agent, a client, an entry); narrow intervals, `trunks` and `plans` before handing them in. Figures of
    customers who come again need `customers`, each contact's, and the stays of all contacts: `segments`, or
    `everyone` where those are narrowed. Raises ValueError for a figure of the present moment, which facts alone do
    not give.
    """
    if definition.how is How.NOW:
        raise ValueError(f"{definition.id} is told by the engine, not by facts")
    if definition.how is How.STREAK:
        streak = longest_streak(intervals, Span(window.start, min(window.end, now)), break_ms)
        return Figure(streak, streak, 1) if intervals else Figure(None, 0, 0)
    terms = terms.with_value("now", now)
    mine = [s for s in segments if s.arrived in window and (where is None or where(s))]
    others = [fact for fact in later if fact.at in window]
    if definition.how in (How.MAX, How.QUANTILE):
        values = sorted(_values(definition.numerator, mine, terms))
        if not values:
            return Figure(None, 0, 0)
        share = 1.0 if definition.quantile is None else definition.quantile
        found = values[max(0, ceil(share * len(values)) - 1)]
        return Figure(found, found, len(values))
    upto = Span(window.start, min(window.end, now))
    beside = _beside(definition, intervals, plans, now)

    def total(sums: tuple[Sum, ...]) -> int:
        known = _sum(sums, mine, intervals, trunks, others, plans, beside, upto, terms)
        came = (one for one in sums if isinstance(one, Again))
        return known + sum(_again(one, mine, everyone or segments, customers or {}, terms) for one in came)

    num = total(definition.numerator)
    if definition.how is How.SUM:
        return Figure(num, num, 1)
    den = total(definition.denominator)
    return Figure(num / den if den else None, num, den)


def longest_streak(intervals: Iterable[AgentInterval], window: Span, break_ms: Ms) -> Ms:
    """Longest time on line between two breaks of at least `break_ms` in one piece, over one agent's intervals (G6).

    What is on line and what rests is the live counter's: training, meetings and standby are neither, a missed offer
    and casework are work. That counter adds up shorter breaks too; here they do not end a stay.
    """
    best = streak = off = 0
    for i in sorted(intervals, key=lambda i: i.start):
        spent = Time(frozenset({i.state})).of(i, *window)
        if i.state in ON_LINE:
            off = 0
            streak += spent
            best = max(best, streak)
        elif i.state in RESTING:
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
    later: Sequence[LaterFact],
    plans: Sequence[PlannedTime],
    beside: Sequence[Attended],
    window: Span,
    terms: Terms,
) -> int:
    total = 0
    for one in sums:
        if isinstance(one, Count):
            total += sum(one.of(s, terms) for s in segments)
        elif isinstance(one, Time):
            total += sum(one.of(i, window.start, window.end) for i in intervals)
        elif isinstance(one, Later):
            total += sum(one.of(fact, terms) for fact in later)
        elif isinstance(one, TrunkTime):
            total += sum(one.of(t, window.start, window.end) for t in trunks)
        elif isinstance(one, Planned):
            total += sum(one.of(plan, window.start, window.end) for plan in plans)
        elif isinstance(one, Kept):
            total += sum(one.of(stay, window.start, window.end) for stay in beside)
    return total


def _beside(
    definition: Definition, intervals: Iterable[AgentInterval], plans: Iterable[PlannedTime], now: Ms
) -> list[Attended]:
    """Each agent's schedule laid over that agent's states, where the figure looks at both."""
    if not any(isinstance(one, Kept) for one in (*definition.numerator, *definition.denominator)):
        return []
    states: dict[str, list[AgentInterval]] = defaultdict(list)
    scheduled: dict[str, list[PlannedTime]] = defaultdict(list)
    for interval in intervals:
        states[interval.agent].append(interval)
    for plan in plans:
        scheduled[plan.agent].append(plan)
    return [stay for agent, mine in scheduled.items() for stay in attended(mine, states[agent], now)]


def _again(
    one: Again, mine: Iterable[Segment], everyone: Sequence[Segment], customers: Mapping[str, str], terms: Terms
) -> int:
    reasons = reasons_of(everyone) if one.same_reason else {}

    def who(s: Segment) -> tuple[str, str, bool, str] | None:
        """Who somebody is that may come again; None: it cannot be told."""
        customer, reason = customers.get(s.contact), reasons.get(s.contact)
        if customer is None or (one.same_reason and reason is None):
            return None
        return s.client, customer, s.simulated, reason or ""

    came: dict[tuple[str, str, bool, str], list[Ms]] = defaultdict(list)
    for s in everyone:
        if one.by.of(s, terms) and (person := who(s)) is not None:
            came[person].append(s.start)
    soon, total = getattr(terms, one.within), 0
    for s in mine:
        if not one.of.of(s, terms) or s.end is None or s.end + soon > terms.now or (person := who(s)) is None:
            continue
        again = any(s.start < at <= s.end + soon for at in came.get(person, ()))
        total += one.again is None or one.again is again
    return total
