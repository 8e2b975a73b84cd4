"""One contact's events folded into its segments. The rules of what is counted as a stay are all here. Pure."""

from collections.abc import Callable
from typing import Any

from jietong.contacts import fold_calls
from jietong.contacts.model import End, Kind
from jietong.contacts.stays import (
    ContactFold,
    FactContext,
    SegmentChange,
    answer_queue,
    begin_handling,
    close_row,
    end_part,
    finish_handling,
    leave_queue,
    open_part,
    open_row,
    reopened,
    talks_over,
)
from jietong.core import events as e
from jietong.core.vocabulary import Channel, Direction, EndedBy, Ms, Outcome

_WENT_ON = {"overflow": End.OVERFLOWED, "callback_retry": End.RETRIED, "presence_lost": End.RETRIED}
"""How a queue stay ended when another begins, by the new one's cause; else it was moved."""

SURVEYED = frozenset({Channel.CHAT})
"""Channels on which the customer is asked for satisfaction when the talk has ended."""


def start_contact(event: e.ContactArrived) -> tuple[ContactFold, list[SegmentChange]]:
    """Whoever comes is at the entry first; whom we call is not."""
    fold = ContactFold(
        event.contact,
        event.channel,
        event.client,
        event.entry,
        event.at,
        event.customer,
        event.language,
        event.simulated,
        event.direction,
    )
    if fold.direction is Direction.OUTBOUND:
        return fold, []
    fold.open_entry = 0
    return fold, [open_row(fold, Kind.ENTRY, event.at)]


def apply_to_contact(fold: ContactFold, event: e.AnyEvent, context: FactContext) -> list[SegmentChange]:
    """The segments that `event` opened, closed or changed. Events that are no matter for facts give none."""
    step = _STEPS.get(type(event))
    return step(fold, event, context) if step is not None else []


# --- waiting -------------------------------------------------------------------------------------------------


def _enter(fold: ContactFold, at: Ms, queue: str, cause: str, since: Ms, context: FactContext) -> list[SegmentChange]:
    """A stay that goes on from another belongs to the same request: it keeps its `arrived` and its `cause`."""
    changes = []
    arrived, request = at, "transfer" if cause == "moved" else cause
    if fold.open_entry is not None:
        changes.append(close_row(fold, fold.open_entry, at, End.ADMITTED, queue=queue))
        fold.open_entry = None
    if fold.open_queue is not None:
        before = fold.rows[fold.open_queue]
        arrived, request = before.arrived, before.cause or cause
        changes.append(leave_queue(fold, at, _WENT_ON.get(cause, End.MOVED)))
    changes += talks_over(fold, at, End.LOST if cause == "presence_lost" else End.TRANSFERRED)
    terms = context.queues.get(queue)
    fold.open_queue = len(fold.rows)
    fold.last_queue = queue
    changes.append(
        open_row(
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


def _entered(fold: ContactFold, event: e.QueueEntered, context: FactContext) -> list[SegmentChange]:
    return _enter(fold, event.at, event.queue, event.cause, event.since, context)


def _returned(fold: ContactFold, event: e.ContactReturned, context: FactContext) -> list[SegmentChange]:
    """After an offer inside a queue stay the stay just goes on; after a direct offer a stay begins here."""
    if fold.open_queue is not None and fold.rows[fold.open_queue].queue == event.queue:
        return []
    return _enter(fold, event.at, event.queue, "returned", event.since, context)


def _refused(fold: ContactFold, event: e.QueueRefused, context: FactContext) -> list[SegmentChange]:
    if not event.ends:
        fold.refused_by = event.queue
        return []  # the flow goes on with the customer; what becomes of them says how the entry ends
    if fold.open_entry is not None:
        how = End.CLOSED if event.outcome is Outcome.REFUSED_CLOSED else End.BLOCKED
        i, fold.open_entry = fold.open_entry, None
        return [close_row(fold, i, event.at, how, queue=event.queue)]
    changes = []
    if fold.open_queue is not None:
        changes.append(leave_queue(fold, event.at, End.MOVED))
    changes += talks_over(fold, event.at, End.TRANSFERRED)
    opened = open_row(fold, Kind.QUEUE, event.at, queue=event.queue, cause="transfer", since=event.at)
    changes.append(opened)
    changes.append(close_row(fold, len(fold.rows) - 1, event.at, End.REFUSED, wait_ms=0))
    return changes


# --- offers --------------------------------------------------------------------------------------------------


def _offered(fold: ContactFold, event: e.OfferMade, context: FactContext) -> list[SegmentChange]:
    changes = []
    if event.cause != "consult" and event.queue is None:
        if fold.open_entry is not None:
            changes.append(close_row(fold, fold.open_entry, event.at, End.ADMITTED))
            fold.open_entry = None
        if fold.open_queue is not None:
            changes.append(leave_queue(fold, event.at, End.MOVED))
        fold.last_arrived = event.at
    fold.offers[event.agent] = len(fold.rows)
    changes.append(
        open_row(
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
        changes.append(close_row(fold, i, event.at, End.ACCEPTED))
    if cause == "consult":
        return changes
    if fold.callback:
        changes += begin_handling(fold, event.at, event.agent, context, Kind.DIAL)
        return changes
    if fold.open_queue is not None:
        changes.append(answer_queue(fold, event.at, event.agent, context))
    changes += talks_over(fold, event.at, End.TRANSFERRED)
    changes += begin_handling(fold, event.at, event.agent, context, Kind.TALK)
    return changes


def _not_taken(outcome: End) -> "_Step":
    def step(fold: ContactFold, event: Any, context: FactContext) -> list[SegmentChange]:
        i = fold.offers.pop(event.agent, None)
        return [close_row(fold, i, event.at, outcome)] if i is not None else []

    return step


# --- handling ------------------------------------------------------------------------------------------------


def _held(fold: ContactFold, event: e.ContactHeld, context: FactContext) -> list[SegmentChange]:
    leg = fold.legs.get(event.agent)
    if leg is None or leg.outcome is not None:
        return []
    leg.holds += 1
    return [*end_part(fold, leg, event.at, End.HELD), open_part(fold, leg, Kind.HOLD, event.at)]


def _resumed(fold: ContactFold, event: e.ContactResumed, context: FactContext) -> list[SegmentChange]:
    leg = fold.legs.get(event.agent)
    if leg is None or leg.outcome is not None:
        return []
    return [*end_part(fold, leg, event.at, End.RESUMED), open_part(fold, leg, Kind.TALK, event.at)]


def _transferred(fold: ContactFold, event: e.ContactTransferred, context: FactContext) -> list[SegmentChange]:
    return talks_over(fold, event.at, End.TRANSFERRED, event.agent)


def _wrapup(fold: ContactFold, event: e.WrapupStarted, context: FactContext) -> list[SegmentChange]:
    leg = fold.legs.get(event.agent)
    if leg is None:
        return []
    changes = [] if leg.outcome is not None else talks_over(fold, event.at, End.ENDED, event.agent)
    old = fold.rows[leg.row]
    fold.rows[leg.row] = reopened(old)
    changes.append(SegmentChange(old, fold.rows[leg.row]))
    changes.append(open_part(fold, leg, Kind.WRAPUP, event.at))
    return changes


def _wrapped_up(fold: ContactFold, event: e.WrapupEnded, context: FactContext) -> list[SegmentChange]:
    if event.agent not in fold.legs:
        return []
    how = End.RAN_OUT if event.by is EndedBy.SYSTEM else End.COMPLETED
    return finish_handling(fold, event.at, event.agent, how, reason=event.reason, resolved=event.resolved)


# --- consult -------------------------------------------------------------------------------------------------


def _consult_joined(fold: ContactFold, event: e.ConsultJoined, context: FactContext) -> list[SegmentChange]:
    leg = fold.legs.get(event.agent)
    row = fold.rows[leg.row] if leg else None
    fold.consults[event.other] = len(fold.rows)
    return [
        open_row(
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
        changes.append(close_row(fold, i, event.at, End.COMPLETED if event.why == "completed" else End.ENDED))
    if event.why == "completed":
        leg = fold.legs.get(event.agent)
        if leg is not None:
            fold.last_arrived = fold.rows[leg.row].arrived
        changes += talks_over(fold, event.at, End.TRANSFERRED, event.agent)
        changes += begin_handling(fold, event.at, event.other, context, Kind.TALK)
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
            changes.append(answer_queue(fold, event.at, event.agent, context))
        if leg is not None and leg.outcome is None:
            changes += end_part(fold, leg, event.at, End.REACHED)
            changes.append(open_part(fold, leg, Kind.TALK, event.at))
        else:
            changes += begin_handling(fold, event.at, event.agent, context, Kind.TALK)
    else:
        changes += talks_over(fold, event.at, End.UNREACHED, event.agent)
    return changes


# --- the end -------------------------------------------------------------------------------------------------

_LEFT_QUEUE: dict[Outcome, End] = {
    Outcome.ABANDONED: End.ABANDONED,
    Outcome.TIMED_OUT: End.TIMED_OUT,
    Outcome.CALLBACK_FAILED: End.UNREACHED,
    Outcome.REFUSED_CLOSED: End.REFUSED,
    Outcome.REFUSED_FULL: End.REFUSED,
    Outcome.SWITCH_LOST: End.SWITCH_LOST,
}
_LEFT_TALK: dict[Outcome, End] = {
    Outcome.CALLBACK_FAILED: End.UNREACHED,
    Outcome.UNREACHED: End.UNREACHED,
    Outcome.TRANSFERRED_OUT: End.TRANSFERRED_OUT,
    Outcome.SWITCH_LOST: End.SWITCH_LOST,
}
_LEFT_ENTRY: dict[Outcome, End] = {
    Outcome.BLOCKED: End.BLOCKED,
    Outcome.REFUSED_FULL: End.BLOCKED,
    Outcome.REFUSED_CLOSED: End.CLOSED,
}
"""How the entry ends where the contact does: whom a flow has served was let in; else the customer left too soon."""


def _ended(fold: ContactFold, event: e.ContactEnded, context: FactContext) -> list[SegmentChange]:
    changes = []
    if fold.open_entry is not None:
        how = _LEFT_ENTRY.get(event.outcome, End.LOST if fold.open_flow is None else End.ADMITTED)
        queue = fold.refused_by if how in (End.BLOCKED, End.CLOSED) else None
        changes.append(close_row(fold, fold.open_entry, event.at, how, queue=queue))
        fold.open_entry = None
    changes += fold_calls.flow_over(fold, event)
    for i in fold.offers.values():
        changes.append(close_row(fold, i, event.at, End.WITHDRAWN))
    fold.offers.clear()
    if fold.open_queue is not None:
        left = _LEFT_QUEUE.get(event.outcome)
        if left is None:
            left = End.ABANDONED if event.by is EndedBy.CUSTOMER else End.CANCELLED
        changes.append(leave_queue(fold, event.at, left))
    for i in fold.consults.values():
        changes.append(close_row(fold, i, event.at, End.ENDED))
    fold.consults.clear()
    over = _LEFT_TALK.get(event.outcome, End.ENDED)
    if over is End.ENDED and fold_calls.still_dials(fold):
        over = End.UNREACHED
    changes += talks_over(fold, event.at, over)
    fold.ended, fold.ended_by, fold.outcome = event.at, event.by, event.outcome
    if event.outcome is Outcome.HANDLED and fold.channel in SURVEYED and fold.last_agent is not None:
        fold.survey = len(fold.rows)
        changes.append(
            open_row(
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
        changes.append(open_row(fold, Kind.SURVEY, event.at, queue=event.queue, agent=event.agent))
    if fold.rows[fold.survey].end is not None:
        return changes
    changes.append(close_row(fold, fold.survey, event.at, End.ANSWERED, score=event.score, resolved=event.resolved))
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
    e.EntryRefused: fold_calls.entry_refused,
    e.FlowEntered: fold_calls.flow_entered,
    e.FlowLeft: fold_calls.flow_left,
    e.OutboundDialled: fold_calls.dialled,
    e.OutboundAnswered: fold_calls.dial_answered,
    e.ConsultMerged: fold_calls.merged,
    e.SurveyAsked: fold_calls.survey_asked,
    e.LegStarted: fold_calls.leg_started,
    e.LegQuality: fold_calls.leg_quality,
}
