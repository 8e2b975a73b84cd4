"""What a contact's folding is made of: its state, and how rows open, close and change. Pure."""

from typing import Any, NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

from jietong.contacts.model import End, Kind, Segment
from jietong.core.vocabulary import Channel, Direction, EndedBy, Ms, Outcome, Party


class QueueTerms(NamedTuple):
    """The two limits of a queue that are stamped on each arrival."""

    target_ms: Ms
    short_ms: Ms


class FactContext(Struct):
    """What the set-up events said last; stamped on rows when they open."""

    queues: dict[str, QueueTerms] = field(default_factory=dict)
    skills: dict[str, tuple[str, ...]] = field(default_factory=dict)
    part_time: dict[str, None] = field(default_factory=dict)  # no set: its order differs from process to process


class SegmentChange(NamedTuple):
    old: Segment | None
    new: Segment


class Leg(Struct):
    """One agent's handling while it lasts. Numbers are places in `ContactFold.rows`."""

    row: int
    part: int | None = None  # the open talk, hold, dial or wrap-up
    talk_ms: Ms = 0
    hold_ms: Ms = 0
    wrapup_ms: Ms = 0
    holds: int = 0
    outcome: End | None = None  # set when the talk is over


class Line(Struct):
    """Whose leg of the call it is."""

    party: Party
    agent: str | None = None


class ContactFold(Struct):
    """A contact as far as its facts go. `rows` are all its segments so far."""

    contact: str
    channel: Channel
    client: str
    entry: str
    arrived: Ms
    customer: str | None = None
    language: str = "zh-Hans"
    simulated: bool = False
    direction: Direction = Direction.INBOUND
    rows: list[Segment] = field(default_factory=list)
    open_entry: int | None = None
    open_flow: int | None = None
    left_node: str | None = None  # where the flow was left
    refused_by: str | None = None  # the queue that would not take the flow's customer
    open_queue: int | None = None
    offers: dict[str, int] = field(default_factory=dict)  # agent → row
    consults: dict[str, int] = field(default_factory=dict)  # the other agent → row
    legs: dict[str, Leg] = field(default_factory=dict)  # agents who talk or wrap up
    lines: dict[str, Line] = field(default_factory=dict)  # legs that were not measured yet
    survey: int | None = None
    callback: bool = False
    last_arrived: Ms | None = None  # of the queue stay, or start of the direct offer, behind the next handling
    last_queue: str | None = None
    last_agent: str | None = None
    ended: Ms | None = None
    ended_by: EndedBy | None = None
    outcome: Outcome | None = None
    messages: int = 0
    imported: bool = False

    @property
    def busy(self) -> bool:
        """An agent still talks or wraps up."""
        return any(leg.part is not None for leg in self.legs.values())


# --- rows ----------------------------------------------------------------------------------------------------


def open_row(fold: ContactFold, kind: Kind, at: Ms, **fields: Any) -> SegmentChange:
    row = Segment(
        fold.contact,
        len(fold.rows) + 1,
        kind,
        at,
        fields.pop("arrived", at),
        fold.channel,
        fold.client,
        fold.entry,
        fold.simulated,
        direction=fold.direction,
        **fields,
    )
    fold.rows.append(row)
    return SegmentChange(None, row)


def close_row(fold: ContactFold, i: int, at: Ms, outcome: End, **fields: Any) -> SegmentChange:
    old = fold.rows[i]
    new = replace(old, end=at, outcome=outcome, **fields)
    fold.rows[i] = new
    return SegmentChange(old, new)


def leave_queue(fold: ContactFold, at: Ms, outcome: End, **fields: Any) -> SegmentChange:
    assert fold.open_queue is not None
    i, fold.open_queue = fold.open_queue, None
    row = fold.rows[i]
    fold.last_arrived = row.arrived
    since = row.start if row.since is None else row.since
    return close_row(fold, i, at, outcome, wait_ms=at - since, **fields)


def answer_queue(fold: ContactFold, at: Ms, agent: str, context: FactContext) -> SegmentChange:
    """The wait is over, and whoever ended it is credited with it."""
    return leave_queue(fold, at, End.ANSWERED, agent=agent, part_time=agent in context.part_time)


# --- handling ----------------------------------------------------------------------------------------------------


def begin_handling(fold: ContactFold, at: Ms, agent: str, context: FactContext, kind: Kind) -> list[SegmentChange]:
    """`agent`'s handling begins; one who still wraps up an earlier part of the same contact starts a new one."""
    changes = []
    if agent in fold.legs:
        changes += finish_handling(fold, at, agent, End.COMPLETED)
    arrived = fold.last_arrived if fold.last_arrived is not None else at
    if fold.open_queue is not None:
        arrived = fold.rows[fold.open_queue].arrived
    shared = {
        "arrived": arrived,
        "queue": fold.last_queue,
        "agent": agent,
        "part_time": agent in context.part_time,
    }
    leg = Leg(len(fold.rows))
    changes.append(open_row(fold, Kind.HANDLING, at, **shared))
    leg.part = len(fold.rows)
    changes.append(open_row(fold, kind, at, **shared))
    fold.legs[agent] = leg
    fold.last_agent = agent
    return changes


def open_part(fold: ContactFold, leg: Leg, kind: Kind, at: Ms) -> SegmentChange:
    row = fold.rows[leg.row]
    leg.part = len(fold.rows)
    return open_row(fold, kind, at, arrived=row.arrived, queue=row.queue, agent=row.agent, part_time=row.part_time)


def end_part(fold: ContactFold, leg: Leg, at: Ms, outcome: End, **fields: Any) -> list[SegmentChange]:
    if leg.part is None:
        return []
    i, leg.part = leg.part, None
    row = fold.rows[i]
    spent = at - row.start
    if row.kind is Kind.HOLD:
        leg.hold_ms += spent
    elif row.kind is Kind.WRAPUP:
        leg.wrapup_ms += spent
    else:
        leg.talk_ms += spent
    return [close_row(fold, i, at, outcome, **fields)]


def talks_over(fold: ContactFold, at: Ms, outcome: End, agent: str | None = None) -> list[SegmentChange]:
    """Whoever talks (or only `agent`) has let go of the customer. A wrap-up that follows reopens the handling."""
    changes = []
    for who in [agent] if agent is not None else list(fold.legs):
        leg = fold.legs.get(who)
        if leg is None or leg.outcome is not None:
            continue
        changes += end_part(fold, leg, at, outcome)
        leg.outcome = outcome
        changes.append(close_handling(fold, leg, at))
    return changes


def close_handling(fold: ContactFold, leg: Leg, at: Ms, **fields: Any) -> SegmentChange:
    assert leg.outcome is not None
    return close_row(
        fold,
        leg.row,
        at,
        leg.outcome,
        talk_ms=leg.talk_ms,
        hold_ms=leg.hold_ms,
        wrapup_ms=leg.wrapup_ms,
        holds=leg.holds,
        **fields,
    )


def finish_handling(fold: ContactFold, at: Ms, agent: str, outcome: End, **fields: Any) -> list[SegmentChange]:
    """The handling is wholly over."""
    leg = fold.legs.pop(agent)
    changes = []
    if leg.part is not None:
        changes += end_part(fold, leg, at, outcome, **fields)
        leg.outcome = leg.outcome or End.ENDED
        changes.append(close_handling(fold, leg, at, **fields))
    return changes


def reopened(row: Segment) -> Segment:
    """The row as it was before its end was known."""
    return replace(
        row,
        end=None,
        outcome=None,
        queue=None if row.kind is Kind.ENTRY else row.queue,
        agent=None if row.kind is Kind.QUEUE else row.agent,
        part_time=row.part_time and row.kind is not Kind.QUEUE,
        cause=None if row.kind is Kind.ENTRY else row.cause,
        wait_ms=None,
        talk_ms=None,
        hold_ms=None,
        wrapup_ms=None,
        holds=None,
        reason=None,
        resolved=None,
        score=None,
        node=None,
        mos=None,
    )
