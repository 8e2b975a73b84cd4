"""The steps of a contact's folding that flows and telephony bring. Pure."""

from jietong.contacts.model import End, Kind
from jietong.contacts.stays import (
    ContactFold,
    FactContext,
    Line,
    SegmentChange,
    begin_handling,
    close_row,
    end_part,
    leave_queue,
    open_part,
    open_row,
)
from jietong.core import events as e
from jietong.core.vocabulary import Direction, Ms, Outcome

_HANDED_ON = {"queue": End.QUEUED, "callback": End.CALLBACK}
"""Ways out of a flow after which the contact goes on; in all others its end says how the flow was left."""

_LEFT_FLOW: dict[Outcome, End] = {
    Outcome.SELF_SERVED: End.SELF_SERVED,
    Outcome.VOICEMAIL: End.VOICEMAIL,
    Outcome.TRANSFERRED_OUT: End.TRANSFERRED_OUT,
    Outcome.LOST_IN_FLOW: End.LOST,
    Outcome.REFUSED_CLOSED: End.CLOSED,
    Outcome.REFUSED_FULL: End.BLOCKED,
    Outcome.TIMED_OUT: End.TIMED_OUT,
    Outcome.SWITCH_LOST: End.SWITCH_LOST,
}


def entry_refused(fold: ContactFold, event: e.EntryRefused, context: FactContext) -> list[SegmentChange]:
    if fold.open_entry is None:
        return []
    i, fold.open_entry = fold.open_entry, None
    return [close_row(fold, i, event.at, End.BLOCKED, cause=event.why)]


# --- flows ---------------------------------------------------------------------------------------------------


def flow_entered(fold: ContactFold, event: e.FlowEntered, context: FactContext) -> list[SegmentChange]:
    """Out of a queue: its wait ran out, or the customer chose to go back, which is neither answer nor abandon."""
    changes = []
    queue = None
    if fold.open_queue is not None:
        queue = fold.last_queue
        left = End.TIMED_OUT if event.stay is Outcome.TIMED_OUT else End.TO_FLOW
        changes.append(leave_queue(fold, event.at, left))
    fold.left_node = None
    fold.open_flow = len(fold.rows)
    changes.append(open_row(fold, Kind.FLOW, event.at, queue=queue, cause=event.cause, flow=event.flow))
    return changes


def flow_left(fold: ContactFold, event: e.FlowLeft, context: FactContext) -> list[SegmentChange]:
    if event.language is not None:
        fold.language = event.language
    fold.left_node = event.node
    how = _HANDED_ON.get(event.how)
    return [] if how is None else _close_flow(fold, event.at, how)


def flow_over(fold: ContactFold, event: e.ContactEnded) -> list[SegmentChange]:
    """The contact ends where it is served by a flow."""
    return _close_flow(fold, event.at, _LEFT_FLOW.get(event.outcome, End.CANCELLED))


def _close_flow(fold: ContactFold, at: Ms, how: End) -> list[SegmentChange]:
    if fold.open_flow is None:
        return []
    i, fold.open_flow = fold.open_flow, None
    return [close_row(fold, i, at, how, node=fold.left_node)]


# --- calls that we make --------------------------------------------------------------------------------------


def dialled(fold: ContactFold, event: e.OutboundDialled, context: FactContext) -> list[SegmentChange]:
    fold.last_queue = event.queue
    return begin_handling(fold, event.at, event.agent, context, Kind.DIAL)


def dial_answered(fold: ContactFold, event: e.OutboundAnswered, context: FactContext) -> list[SegmentChange]:
    leg = fold.legs.get(event.agent)
    if leg is None or leg.outcome is not None:
        return []
    return [*end_part(fold, leg, event.at, End.REACHED), open_part(fold, leg, Kind.TALK, event.at)]


def still_dials(fold: ContactFold) -> bool:
    """Whether the call that we make has not been answered."""
    if fold.direction is not Direction.OUTBOUND:
        return False
    parts = [leg.part for leg in fold.legs.values() if leg.outcome is None]
    return any(part is not None and fold.rows[part].kind is Kind.DIAL for part in parts)


# --- three-way, survey, quality ------------------------------------------------------------------------------


def merged(fold: ContactFold, event: e.ConsultMerged, context: FactContext) -> list[SegmentChange]:
    i = fold.consults.get(event.other)
    if i is None:
        return []
    old = fold.rows[i]
    fold.consults[event.other] = len(fold.rows)
    return [
        close_row(fold, i, event.at, End.MERGED),
        open_row(
            fold,
            Kind.THREE_WAY,
            event.at,
            arrived=old.arrived,
            queue=old.queue,
            agent=old.agent,
            part_time=old.part_time,
        ),
    ]


def survey_asked(fold: ContactFold, event: e.SurveyAsked, context: FactContext) -> list[SegmentChange]:
    """Of the agent and queue that last talked; asked once."""
    if fold.survey is not None:
        return []
    fold.survey = len(fold.rows)
    return [
        open_row(
            fold,
            Kind.SURVEY,
            event.at,
            queue=fold.last_queue,
            agent=fold.last_agent,
            part_time=fold.last_agent in context.part_time,
        )
    ]


def leg_started(fold: ContactFold, event: e.LegStarted, context: FactContext) -> list[SegmentChange]:
    fold.lines[event.leg] = Line(event.party, event.agent)
    return []


def leg_quality(fold: ContactFold, event: e.LegQuality, context: FactContext) -> list[SegmentChange]:
    """Once for each leg. What could not be measured is no fact."""
    line = fold.lines.get(event.leg)
    if line is None or event.mos is None:
        return []
    del fold.lines[event.leg]
    opened = open_row(
        fold,
        Kind.QUALITY,
        event.at,
        queue=fold.last_queue,
        agent=line.agent,
        part_time=line.agent in context.part_time,
        cause=str(line.party),
    )
    return [opened, close_row(fold, len(fold.rows) - 1, event.at, End.ENDED, mos=round(event.mos * 100))]
