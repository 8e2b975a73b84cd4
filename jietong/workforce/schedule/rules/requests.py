"""Requests of staff and offers to them, as tables of states; and what follows for the schedule. Pure.

leave              ask ─▶ awaiting ─▶ approved │ refused          within the rules: approved at once
swap, give_away    ask ─▶ offered ─ accept ─▶ awaiting ─▶ …       within the rules: approved when accepted
call_up, overtime  offer ─▶ offered ─ accept ─▶ approved          the first acceptances win
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from jietong.core.errors import Refused
from jietong.core.events import PlannedSpan
from jietong.core.vocabulary import Activity, Ms
from jietong.workforce.schedule.model import ON_SITE, Person, PersonDay, Spans
from jietong.workforce.schedule.rules.edits import normal


class RequestKind(StrEnum):
    LEAVE = "leave"
    SWAP = "swap"  # a shift for a shift, of the same day or another
    GIVE_AWAY = "give_away"
    CALL_UP = "call_up"  # part-timers on standby (A6)
    OVERTIME = "overtime"


class RequestState(StrEnum):
    OFFERED = "offered"  # a colleague, or whoever was asked, is to answer
    AWAITING = "awaiting"  # a supervisor is to decide
    APPROVED = "approved"  # and in the schedule
    REFUSED = "refused"
    DECLINED = "declined"  # by the colleague, or by all that were asked
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"

    @property
    def open(self) -> bool:
        return self in {RequestState.OFFERED, RequestState.AWAITING}


class Act(StrEnum):
    ACCEPT = "accept"  # and somebody is still to approve
    CONCLUDE = "conclude"  # accepted, and within the rules: nobody need approve
    DECLINE = "decline"
    APPROVE = "approve"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"


S, A, K = RequestState, Act, RequestKind
TRANSITIONS: Final[Mapping[tuple[RequestState, Act], RequestState]] = {
    (S.OFFERED, A.ACCEPT): S.AWAITING,
    (S.OFFERED, A.CONCLUDE): S.APPROVED,
    (S.OFFERED, A.DECLINE): S.DECLINED,
    (S.OFFERED, A.REFUSE): S.REFUSED,
    (S.OFFERED, A.WITHDRAW): S.WITHDRAWN,
    (S.OFFERED, A.EXPIRE): S.EXPIRED,
    (S.AWAITING, A.APPROVE): S.APPROVED,
    (S.AWAITING, A.REFUSE): S.REFUSED,
    (S.AWAITING, A.WITHDRAW): S.WITHDRAWN,
    (S.AWAITING, A.EXPIRE): S.EXPIRED,
}
ONLY_LEAVE: Final[Mapping[tuple[RequestState, Act], RequestState]] = {
    (S.APPROVED, A.WITHDRAW): S.WITHDRAWN,  # the person comes after all
}
FIRST: Final[Mapping[RequestKind, RequestState]] = {
    K.LEAVE: S.AWAITING,
    K.SWAP: S.OFFERED,
    K.GIVE_AWAY: S.OFFERED,
    K.CALL_UP: S.OFFERED,
    K.OVERTIME: S.OFFERED,
}


def after(kind: RequestKind, state: RequestState, act: Act) -> RequestState:
    """The state that an act leads to. Raises Refused `request_closed` where the table has none."""
    to = TRANSITIONS.get((state, act))
    if to is None and kind is K.LEAVE:
        to = ONLY_LEAVE.get((state, act))
    if to is None:
        raise Refused("request_closed", f"This request is {state} already: load the page again.", state=str(state))
    return to


# --- what becomes of the schedule ------------------------------------------------------------------------------


def on_leave(day: PersonDay, start: Ms, end: Ms) -> Spans:
    """The day with leave instead of what of the shift lies between; a day without a shift gets none."""
    out: list[PlannedSpan] = []
    covered: list[tuple[Ms, Ms]] = []
    for span in day.spans:
        if span.activity not in ON_SITE or span.end <= start or span.start >= end:
            out.append(span)
            continue
        if span.start < start:
            out.append(PlannedSpan(span.start, start, span.activity, span.paid, span.overtime))
        if span.end > end:
            out.append(PlannedSpan(end, span.end, span.activity, span.paid, span.overtime))
        covered.append((max(span.start, start), min(span.end, end)))
    for begin, stop in _joined(covered):
        out.append(PlannedSpan(begin, stop, Activity.LEAVE))
    return normal(out)


def handed_over(giver: PersonDay, taker: PersonDay) -> tuple[Spans, Spans]:
    """The giver's day without its shift, the taker's with it."""
    shift = [s for s in giver.spans if s.activity in ON_SITE]
    return (
        tuple(s for s in giver.spans if s.activity not in ON_SITE),
        normal([*(s for s in taker.spans if s.activity is not Activity.STANDBY), *shift]),
    )


def swapped(one: PersonDay, two: PersonDay) -> tuple[Spans, Spans]:
    """Two people's shifts of one day, exchanged."""
    mine = [s for s in one.spans if s.activity in ON_SITE]
    theirs = [s for s in two.spans if s.activity in ON_SITE]
    return (
        normal([*(s for s in one.spans if s.activity not in ON_SITE), *theirs]),
        normal([*(s for s in two.spans if s.activity not in ON_SITE), *mine]),
    )


def called_in(day: PersonDay, start: Ms, end: Ms, *, overtime: bool) -> Spans:
    """The day with work from `start` to `end`; what lies there already stays."""
    kept = [s for s in day.spans if s.activity is not Activity.STANDBY or s.end <= start or s.start >= end]
    busy = sorted((s.start, s.end) for s in kept if s.activity in ON_SITE)
    out = list(kept)
    at = start
    for begin, stop in [*busy, (end, end)]:
        if begin > at and at < end:
            out.append(PlannedSpan(at, min(begin, end), Activity.WORK, overtime=overtime))
        at = max(at, stop)
    return normal(out)


class Standing(NamedTuple):
    """What fairness looks at: the one who was called up least of late is asked first."""

    agent: str
    called: int  # call-ups taken in the last 28 days
    hours: float  # planned in the week
    seniority: int


def in_order(candidates: Sequence[Standing]) -> list[str]:
    """Fewest call-ups, then fewest hours in the week, then most years; the id keeps the order the same each time."""
    ordered = sorted(candidates, key=lambda c: (c.called, round(c.hours, 2), -c.seniority, c.agent))
    return [one.agent for one in ordered]


def can_be_asked(person: Person, day: PersonDay | None, start: Ms, end: Ms, frames: Sequence[tuple[Ms, Ms]],
                 *, overtime: bool) -> bool:  # fmt: skip
    """A part-timer on standby whose frame holds the whole time and who has no shift in it; for overtime, a full-timer
    whose shift touches it and who is not there already."""
    on = [s for s in (day.spans if day is not None else ()) if s.activity in ON_SITE or s.activity is Activity.LEAVE]
    if any(s.start < end and s.end > start for s in on):
        return False
    if overtime:
        return not person.part_time and any(end == s.start or start == s.end for s in on)
    return person.part_time and any(begin <= start and end <= stop for begin, stop in frames)


def _joined(stretches: Sequence[tuple[Ms, Ms]]) -> list[tuple[Ms, Ms]]:
    out: list[tuple[Ms, Ms]] = []
    for begin, end in sorted(stretches):
        if out and begin <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((begin, end))
    return out
