"""One contact's events folded into its segments. The rules of what is counted as a stay are all here. Pure."""

from collections.abc import Callable
from typing import Any, NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

from jietong.contacts.model import End, Kind, Segment
from jietong.core import events as e
from jietong.core.vocabulary import Channel, EndedBy, Ms, Outcome

_WENT_ON = {"overflow": End.OVERFLOWED, "callback_retry": End.RETRIED, "presence_lost": End.RETRIED}
"""How a queue stay ended when another begins, by the new one's cause; else it was moved."""

SURVEYED = frozenset({Channel.CHAT})
"""Channels on which the customer is asked for satisfaction when the talk has ended."""


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
    rows: list[Segment] = field(default_factory=list)
    open_entry: int | None = None
    open_queue: int | None = None
    offers: dict[str, int] = field(default_factory=dict)  # agent → row
    consults: dict[str, int] = field(default_factory=dict)  # the other agent → row
    legs: dict[str, Leg] = field(default_factory=dict)  # agents who talk or wrap up
    survey: int | None = None
    callback: bool = False
    last_arrived: Ms | None = None  # of the queue stay, or start of the direct offer, behind the next handling
    last_queue: str | None = None
    last_agent: str | None = None
    ended: Ms | None = None
    ended_by: EndedBy | None = None
    outcome: Outcome | None = None
    messages: int = 0

    @property
    def busy(self) -> bool:
        """An agent still talks or wraps up."""
        return any(leg.part is not None for leg in self.legs.values())


def start_contact(event: e.ContactArrived) -> tuple[ContactFold, SegmentChange]:
    fold = ContactFold(
        event.contact,
        event.channel,
        event.client,
        event.entry,
        event.at,
        event.customer,
        event.language,
        event.simulated,
    )
    fold.open_entry = 0
    return fold, _open(fold, Kind.ENTRY, event.at)


def apply_to_contact(fold: ContactFold, event: e.AnyEvent, context: FactContext) -> list[SegmentChange]:
    """The segments that `event` opened, closed or changed. Events that are no matter for facts give none."""
    step = _STEPS.get(type(event))
    return step(fold, event, context) if step is not None else []


# --- rows ----------------------------------------------------------------------------------------------------


def _open(fold: ContactFold, kind: Kind, at: Ms, **fields: Any) -> SegmentChange:
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
        **fields,
    )
    fold.rows.append(row)
    return SegmentChange(None, row)


def _close(fold: ContactFold, i: int, at: Ms, outcome: End, **fields: Any) -> SegmentChange:
    old = fold.rows[i]
    new = replace(old, end=at, outcome=outcome, **fields)
    fold.rows[i] = new
    return SegmentChange(old, new)


# --- waiting -------------------------------------------------------------------------------------------------


def _enter(fold: ContactFold, at: Ms, queue: str, cause: str, since: Ms, context: FactContext) -> list[SegmentChange]:
    """A stay that goes on from another belongs to the same request: it keeps its `arrived` and its `cause`."""
    changes = []
    arrived, request = at, "transfer" if cause == "moved" else cause
    if fold.open_entry is not None:
        changes.append(_close(fold, fold.open_entry, at, End.ADMITTED, queue=queue))
        fold.open_entry = None
    if fold.open_queue is not None:
        before = fold.rows[fold.open_queue]
        arrived, request = before.arrived, before.cause or cause
        changes.append(_leave_queue(fold, at, _WENT_ON.get(cause, End.MOVED)))
    changes += _talks_over(fold, at, End.LOST if cause == "presence_lost" else End.TRANSFERRED)
    terms = context.queues.get(queue)
    fold.open_queue = len(fold.rows)
    fold.last_queue = queue
    changes.append(
        _open(
            fold,
            Kind.QUEUE,
            at,
            arrived=arrived,
            queue=queue,
            cause=request,
            since=min(since, at),
            target_ms=terms.target_ms if terms else None,
            short_ms=terms.short_ms if terms else None,
        )
    )
    return changes


def _leave_queue(fold: ContactFold, at: Ms, outcome: End) -> SegmentChange:
    assert fold.open_queue is not None
    i, fold.open_queue = fold.open_queue, None
    row = fold.rows[i]
    fold.last_arrived = row.arrived
    since = row.start if row.since is None else row.since
    return _close(fold, i, at, outcome, wait_ms=at - since)


def _entered(fold: ContactFold, event: e.QueueEntered, context: FactContext) -> list[SegmentChange]:
    return _enter(fold, event.at, event.queue, event.cause, event.since, context)


def _returned(fold: ContactFold, event: e.ContactReturned, context: FactContext) -> list[SegmentChange]:
    """After an offer inside a queue stay the stay just goes on; after a direct offer a stay begins here."""
    if fold.open_queue is not None and fold.rows[fold.open_queue].queue == event.queue:
        return []
    return _enter(fold, event.at, event.queue, "returned", event.since, context)


def _refused(fold: ContactFold, event: e.QueueRefused, context: FactContext) -> list[SegmentChange]:
    if fold.open_entry is not None:
        how = End.CLOSED if event.outcome is Outcome.REFUSED_CLOSED else End.BLOCKED
        i, fold.open_entry = fold.open_entry, None
        return [_close(fold, i, event.at, how, queue=event.queue)]
    changes = []
    if fold.open_queue is not None:
        changes.append(_leave_queue(fold, event.at, End.MOVED))
    changes += _talks_over(fold, event.at, End.TRANSFERRED)
    opened = _open(fold, Kind.QUEUE, event.at, queue=event.queue, cause="transfer", since=event.at)
    changes.append(opened)
    changes.append(_close(fold, len(fold.rows) - 1, event.at, End.REFUSED, wait_ms=0))
    return changes


# --- offers --------------------------------------------------------------------------------------------------


def _offered(fold: ContactFold, event: e.OfferMade, context: FactContext) -> list[SegmentChange]:
    changes = []
    if event.cause != "consult" and event.queue is None:
        if fold.open_entry is not None:
            changes.append(_close(fold, fold.open_entry, event.at, End.ADMITTED))
            fold.open_entry = None
        if fold.open_queue is not None:
            changes.append(_leave_queue(fold, event.at, End.MOVED))
        fold.last_arrived = event.at
    fold.offers[event.agent] = len(fold.rows)
    changes.append(
        _open(
            fold,
            Kind.OFFER,
            event.at,
            queue=event.queue,
            agent=event.agent,
            part_time=event.agent in context.part_time,
            cause=event.cause,
        )
    )
    return changes


def _accepted(fold: ContactFold, event: e.OfferAccepted, context: FactContext) -> list[SegmentChange]:
    changes = []
    i = fold.offers.pop(event.agent, None)
    cause = fold.rows[i].cause if i is not None else "queue"
    if i is not None:
        changes.append(_close(fold, i, event.at, End.ACCEPTED))
    if cause == "consult":
        return changes
    if fold.callback:
        changes += _take(fold, event.at, event.agent, context, Kind.DIAL)
        return changes
    if fold.open_queue is not None:
        changes.append(_leave_queue(fold, event.at, End.ANSWERED))
    changes += _talks_over(fold, event.at, End.TRANSFERRED)
    changes += _take(fold, event.at, event.agent, context, Kind.TALK)
    return changes


def _not_taken(outcome: End) -> "_Step":
    def step(fold: ContactFold, event: Any, context: FactContext) -> list[SegmentChange]:
        i = fold.offers.pop(event.agent, None)
        return [_close(fold, i, event.at, outcome)] if i is not None else []

    return step


# --- handling ------------------------------------------------------------------------------------------------


def _take(fold: ContactFold, at: Ms, agent: str, context: FactContext, kind: Kind) -> list[SegmentChange]:
    """`agent`'s handling begins; one who still wraps up an earlier part of the same contact starts a new one."""
    changes = []
    if agent in fold.legs:
        changes += _finish(fold, at, agent, End.COMPLETED)
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
    changes.append(_open(fold, Kind.HANDLING, at, **shared))
    leg.part = len(fold.rows)
    changes.append(_open(fold, kind, at, **shared))
    fold.legs[agent] = leg
    fold.last_agent = agent
    return changes


def _part(fold: ContactFold, leg: Leg, kind: Kind, at: Ms) -> SegmentChange:
    row = fold.rows[leg.row]
    leg.part = len(fold.rows)
    return _open(fold, kind, at, arrived=row.arrived, queue=row.queue, agent=row.agent, part_time=row.part_time)


def _end_part(fold: ContactFold, leg: Leg, at: Ms, outcome: End, **fields: Any) -> list[SegmentChange]:
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
    return [_close(fold, i, at, outcome, **fields)]


def _talks_over(fold: ContactFold, at: Ms, outcome: End, agent: str | None = None) -> list[SegmentChange]:
    """Whoever talks (or only `agent`) has let go of the customer. A wrap-up that follows reopens the handling."""
    changes = []
    for who in [agent] if agent is not None else list(fold.legs):
        leg = fold.legs.get(who)
        if leg is None or leg.outcome is not None:
            continue
        changes += _end_part(fold, leg, at, outcome)
        leg.outcome = outcome
        changes.append(_close_handling(fold, leg, at))
    return changes


def _close_handling(fold: ContactFold, leg: Leg, at: Ms, **fields: Any) -> SegmentChange:
    assert leg.outcome is not None
    return _close(
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


def _finish(fold: ContactFold, at: Ms, agent: str, outcome: End, **fields: Any) -> list[SegmentChange]:
    """The handling is wholly over."""
    leg = fold.legs.pop(agent)
    changes = []
    if leg.part is not None:
        changes += _end_part(fold, leg, at, outcome, **fields)
        leg.outcome = leg.outcome or End.ENDED
        changes.append(_close_handling(fold, leg, at, **fields))
    return changes


def _held(fold: ContactFold, event: e.ContactHeld, context: FactContext) -> list[SegmentChange]:
    leg = fold.legs.get(event.agent)
    if leg is None or leg.outcome is not None:
        return []
    leg.holds += 1
    return [*_end_part(fold, leg, event.at, End.HELD), _part(fold, leg, Kind.HOLD, event.at)]


def _resumed(fold: ContactFold, event: e.ContactResumed, context: FactContext) -> list[SegmentChange]:
    leg = fold.legs.get(event.agent)
    if leg is None or leg.outcome is not None:
        return []
    return [*_end_part(fold, leg, event.at, End.RESUMED), _part(fold, leg, Kind.TALK, event.at)]


def _transferred(fold: ContactFold, event: e.ContactTransferred, context: FactContext) -> list[SegmentChange]:
    return _talks_over(fold, event.at, End.TRANSFERRED, event.agent)


def _wrapup(fold: ContactFold, event: e.WrapupStarted, context: FactContext) -> list[SegmentChange]:
    leg = fold.legs.get(event.agent)
    if leg is None:
        return []
    changes = [] if leg.outcome is not None else _talks_over(fold, event.at, End.ENDED, event.agent)
    old = fold.rows[leg.row]
    fold.rows[leg.row] = reopened(old)
    changes.append(SegmentChange(old, fold.rows[leg.row]))
    changes.append(_part(fold, leg, Kind.WRAPUP, event.at))
    return changes


def _wrapped_up(fold: ContactFold, event: e.WrapupEnded, context: FactContext) -> list[SegmentChange]:
    if event.agent not in fold.legs:
        return []
    how = End.RAN_OUT if event.by is EndedBy.SYSTEM else End.COMPLETED
    return _finish(fold, event.at, event.agent, how, reason=event.reason, resolved=event.resolved)


def reopened(row: Segment) -> Segment:
    """The row as it was before its end was known."""
    return replace(
        row,
        end=None,
        outcome=None,
        queue=None if row.kind is Kind.ENTRY else row.queue,
        wait_ms=None,
        talk_ms=None,
        hold_ms=None,
        wrapup_ms=None,
        holds=None,
        reason=None,
        resolved=None,
        score=None,
    )


# --- consult -------------------------------------------------------------------------------------------------


def _consult_joined(fold: ContactFold, event: e.ConsultJoined, context: FactContext) -> list[SegmentChange]:
    leg = fold.legs.get(event.agent)
    row = fold.rows[leg.row] if leg else None
    fold.consults[event.other] = len(fold.rows)
    return [
        _open(
            fold,
            Kind.CONSULT,
            event.at,
            arrived=row.arrived if row else event.at,
            queue=fold.last_queue,
            agent=event.other,
            part_time=event.other in context.part_time,
        )
    ]


def _consult_ended(fold: ContactFold, event: e.ConsultEnded, context: FactContext) -> list[SegmentChange]:
    changes = []
    i = fold.consults.pop(event.other, None)
    if i is not None:
        changes.append(_close(fold, i, event.at, End.COMPLETED if event.why == "completed" else End.ENDED))
    if event.why == "completed":
        leg = fold.legs.get(event.agent)
        if leg is not None:
            fold.last_arrived = fold.rows[leg.row].arrived
        changes += _talks_over(fold, event.at, End.TRANSFERRED, event.agent)
        changes += _take(fold, event.at, event.other, context, Kind.TALK)
    return changes


# --- call-backs ----------------------------------------------------------------------------------------------


def _callback(fold: ContactFold, event: e.CallbackRequested, context: FactContext) -> list[SegmentChange]:
    fold.callback = True
    return []


def _attempted(fold: ContactFold, event: e.CallbackAttempted, context: FactContext) -> list[SegmentChange]:
    """Reached: only now is the contact answered. Not reached: the agent's part is over, the stay goes on."""
    leg = fold.legs.get(event.agent)
    changes = []
    if event.reached:
        fold.callback = False
        if fold.open_queue is not None:
            changes.append(_leave_queue(fold, event.at, End.ANSWERED))
        if leg is not None and leg.outcome is None:
            changes += _end_part(fold, leg, event.at, End.REACHED)
            changes.append(_part(fold, leg, Kind.TALK, event.at))
        else:
            changes += _take(fold, event.at, event.agent, context, Kind.TALK)
    else:
        changes += _talks_over(fold, event.at, End.UNREACHED, event.agent)
    return changes


# --- the end -------------------------------------------------------------------------------------------------

_LEFT_QUEUE: dict[Outcome, End] = {
    Outcome.ABANDONED: End.ABANDONED,
    Outcome.TIMED_OUT: End.TIMED_OUT,
    Outcome.CALLBACK_FAILED: End.UNREACHED,
    Outcome.REFUSED_CLOSED: End.REFUSED,
    Outcome.REFUSED_FULL: End.REFUSED,
}


def _ended(fold: ContactFold, event: e.ContactEnded, context: FactContext) -> list[SegmentChange]:
    changes = []
    if fold.open_entry is not None:
        changes.append(_close(fold, fold.open_entry, event.at, End.LOST))
        fold.open_entry = None
    for i in fold.offers.values():
        changes.append(_close(fold, i, event.at, End.WITHDRAWN))
    fold.offers.clear()
    if fold.open_queue is not None:
        how = _LEFT_QUEUE.get(event.outcome)
        if how is None:
            how = End.ABANDONED if event.by is EndedBy.CUSTOMER else End.CANCELLED
        changes.append(_leave_queue(fold, event.at, how))
    for i in fold.consults.values():
        changes.append(_close(fold, i, event.at, End.ENDED))
    fold.consults.clear()
    failed = event.outcome is Outcome.CALLBACK_FAILED
    changes += _talks_over(fold, event.at, End.UNREACHED if failed else End.ENDED)
    fold.ended, fold.ended_by, fold.outcome = event.at, event.by, event.outcome
    if event.outcome is Outcome.HANDLED and fold.channel in SURVEYED and fold.last_agent is not None:
        fold.survey = len(fold.rows)
        changes.append(
            _open(
                fold,
                Kind.SURVEY,
                event.at,
                queue=fold.last_queue,
                agent=fold.last_agent,
                part_time=fold.last_agent in context.part_time,
            )
        )
    return changes


def _surveyed(fold: ContactFold, event: e.SurveyAnswered, context: FactContext) -> list[SegmentChange]:
    """An answer that nobody was asked for opens its own row; a second answer is no fact."""
    changes = []
    if fold.survey is None:
        fold.survey = len(fold.rows)
        changes.append(_open(fold, Kind.SURVEY, event.at, queue=event.queue, agent=event.agent))
    if fold.rows[fold.survey].end is not None:
        return changes
    changes.append(_close(fold, fold.survey, event.at, End.ANSWERED, score=event.score, resolved=event.resolved))
    return changes


def _linked(fold: ContactFold, event: e.CustomerLinked, context: FactContext) -> list[SegmentChange]:
    fold.customer = event.customer
    return []


def _message(fold: ContactFold, event: e.MessagePosted, context: FactContext) -> list[SegmentChange]:
    fold.messages = max(fold.messages, event.n)
    return []


_Step = Callable[[ContactFold, Any, FactContext], list[SegmentChange]]
_STEPS: dict[type[e.Event], _Step] = {
    e.QueueEntered: _entered,
    e.QueueRefused: _refused,
    e.ContactReturned: _returned,
    e.OfferMade: _offered,
    e.OfferAccepted: _accepted,
    e.OfferDeclined: _not_taken(End.DECLINED),
    e.OfferMissed: _not_taken(End.MISSED),
    e.OfferWithdrawn: _not_taken(End.WITHDRAWN),
    e.ContactHeld: _held,
    e.ContactResumed: _resumed,
    e.ContactTransferred: _transferred,
    e.WrapupStarted: _wrapup,
    e.WrapupEnded: _wrapped_up,
    e.ConsultJoined: _consult_joined,
    e.ConsultEnded: _consult_ended,
    e.CallbackRequested: _callback,
    e.CallbackAttempted: _attempted,
    e.ContactEnded: _ended,
    e.SurveyAnswered: _surveyed,
    e.CustomerLinked: _linked,
    e.MessagePosted: _message,
}
