"""The sums that figures are made of, each said once. A sum looks at one fact at a time and nothing else."""

from jietong.contacts.model import PUT_BACK, TRANSFERRED_IN, End, Kind, Segment
from jietong.core.vocabulary import DEFERRED, Direction, Ms, State
from jietong.metrics.definition import Count, Terms, Time, TrunkTime

_WENT_ON = frozenset({End.OVERFLOWED, End.MOVED, End.RETRIED, End.TO_FLOW})
_GAVE_UP = frozenset({End.ABANDONED, End.TIMED_OUT})
_NO_FIGURES: Ms = 0


def _live(row: Segment) -> bool:
    """Somebody waits at the other end. Mail and left messages have a backlog, not a service level in seconds."""
    return row.channel not in DEFERRED


def _target(row: Segment, terms: Terms) -> Ms:
    if terms.target_ms is not None:
        return terms.target_ms
    return row.target_ms if row.target_ms is not None else _NO_FIGURES


def _short(row: Segment, terms: Terms) -> Ms:
    if terms.short_ms is not None:
        return terms.short_ms
    return row.short_ms if row.short_ms is not None else _NO_FIGURES


def _wait(row: Segment) -> Ms:
    return row.wait_ms or 0


def _asked(row: Segment) -> bool:
    """The customer, or an agent on their behalf, asked for a person. One who had a person and lost them through a
    fault of the centre asks for nothing new: that request has been answered, and is not answered twice."""
    return _live(row) and row.cause not in PUT_BACK


def _is_answered(row: Segment, terms: Terms) -> bool:
    return row.outcome is End.ANSWERED and _asked(row)


def _is_abandoned(row: Segment, terms: Terms) -> bool:
    return row.outcome in _GAVE_UP and _asked(row)


def _is_put_back(row: Segment, terms: Terms) -> bool:
    return row.outcome not in _WENT_ON and _live(row) and row.cause in PUT_BACK


# --- entry ---------------------------------------------------------------------------------------------------

entry_admitted = Count(Kind.ENTRY, lambda r, t: r.outcome in {None, End.ADMITTED} and _live(r))
entry_blocked = Count(Kind.ENTRY, lambda r, t: r.outcome is End.BLOCKED and _live(r))
entry_lost = Count(Kind.ENTRY, lambda r, t: r.outcome is End.LOST and _live(r))
entry_closed = Count(Kind.ENTRY, lambda r, t: r.outcome is End.CLOSED and _live(r))
entry_offered = Count(Kind.ENTRY, lambda r, t: r.outcome is not End.CLOSED and _live(r))
entry_refused = Count(Kind.ENTRY, lambda r, t: r.outcome in {End.BLOCKED, End.CLOSED} and _live(r))
"""`entry_offered` is admitted + blocked + lost: out of hours nobody promised to answer, so closed stands apart.
Whoever is still in a flow has been let in so far; an entry that turns out to be closed is taken back."""

# --- flow ----------------------------------------------------------------------------------------------------


def _in_access_flow(row: Segment) -> bool:
    """On the way to a person or to help. The part of a flow after the talk (a survey) is no access."""
    return _live(row) and row.cause != "after_talk"


def _is_lost_in_flow(row: Segment, terms: Terms) -> bool:
    """The customer left in the flow; or came back to it from a queue and was turned away then. Who was turned away at
    first is in `entry_blocked`, whose wait ran out in `abandoned`: each counts once."""
    again = row.cause == "queue_left" and row.outcome is End.BLOCKED
    return _in_access_flow(row) and (row.outcome is End.LOST or again)


def _flow_end(outcome: End) -> Count:
    return Count(Kind.FLOW, lambda r, t: r.outcome is outcome and _in_access_flow(r))


lost_in_flow = Count(Kind.FLOW, _is_lost_in_flow)
self_served = _flow_end(End.SELF_SERVED)
voicemail_left = _flow_end(End.VOICEMAIL)
flow_callback = _flow_end(End.CALLBACK)
flow_transferred_out = _flow_end(End.TRANSFERRED_OUT)
flow_switch_lost = _flow_end(End.SWITCH_LOST)
flow_stays = Count(Kind.FLOW, lambda r, t: r.outcome is not None and _in_access_flow(r))
flow_time = Count(
    Kind.FLOW,
    lambda r, t: r.outcome is not None and _in_access_flow(r),
    lambda r: (r.end or r.start) - r.start,
)

# --- queue ---------------------------------------------------------------------------------------------------

requested = Count(Kind.QUEUE, lambda r, t: r.outcome not in _WENT_ON and _asked(r))
transferred_in = Count(Kind.QUEUE, lambda r, t: r.outcome not in _WENT_ON and _live(r) and r.cause in TRANSFERRED_IN)
put_back = Count(Kind.QUEUE, _is_put_back)
put_back_lost = Count(Kind.QUEUE, lambda r, t: _is_put_back(r, t) and r.outcome in _GAVE_UP)
flowed_out = Count(Kind.QUEUE, lambda r, t: r.outcome in _WENT_ON and _asked(r))
answered = Count(Kind.QUEUE, _is_answered)
abandoned = Count(Kind.QUEUE, _is_abandoned)
answered_within = Count(Kind.QUEUE, lambda r, t: _is_answered(r, t) and _wait(r) <= _target(r, t))
abandoned_within = Count(Kind.QUEUE, lambda r, t: _is_abandoned(r, t) and _wait(r) <= _target(r, t))
abandoned_after = Count(Kind.QUEUE, lambda r, t: _is_abandoned(r, t) and _wait(r) > _target(r, t))
abandoned_short = Count(Kind.QUEUE, lambda r, t: _is_abandoned(r, t) and _wait(r) <= _short(r, t))
abandoned_not_short = Count(Kind.QUEUE, lambda r, t: _is_abandoned(r, t) and _wait(r) > _short(r, t))
answered_wait = Count(Kind.QUEUE, _is_answered, _wait)
abandoned_wait = Count(Kind.QUEUE, _is_abandoned, _wait)
waiting_switch_lost = Count(Kind.QUEUE, lambda r, t: r.outcome is End.SWITCH_LOST and _asked(r))
left_wait = Count(Kind.QUEUE, lambda r, t: _is_answered(r, t) or _is_abandoned(r, t), _wait)

# --- handling ------------------------------------------------------------------------------------------------

_HANDLED = frozenset({End.ENDED, End.TRANSFERRED, End.TRANSFERRED_OUT, End.LOST, End.SWITCH_LOST})
_PASSED_ON = frozenset({End.TRANSFERRED, End.TRANSFERRED_OUT})
_CLOSED_OUT = frozenset({End.ENDED, End.TRANSFERRED_OUT})


def _is_handled(row: Segment, terms: Terms) -> bool:
    """Of a contact that came to us. Calls of our own have figures of their own and are in no service figure."""
    return row.outcome in _HANDLED and row.direction is Direction.INBOUND


def _is_closed_out(row: Segment, terms: Terms) -> bool:
    """The last handling. Whom we passed on to a number outside we have not solved, unless the agent says so."""
    return row.outcome in _CLOSED_OUT and row.direction is Direction.INBOUND


handled = Count(Kind.HANDLING, _is_handled)
talk_time = Count(Kind.HANDLING, _is_handled, lambda r: r.talk_ms or 0)
hold_time = Count(Kind.HANDLING, _is_handled, lambda r: r.hold_ms or 0)
wrapup_time = Count(Kind.HANDLING, _is_handled, lambda r: r.wrapup_ms or 0)
handle_time = Count(Kind.HANDLING, _is_handled, lambda r: (r.talk_ms or 0) + (r.hold_ms or 0) + (r.wrapup_ms or 0))
transferred = Count(Kind.HANDLING, lambda r, t: r.outcome in _PASSED_ON and _is_handled(r, t))
handed_outside = Count(Kind.HANDLING, lambda r, t: r.outcome is End.TRANSFERRED_OUT and _is_handled(r, t))
talking_switch_lost = tuple(
    Count(kind, lambda r, t: r.outcome is End.SWITCH_LOST) for kind in (Kind.TALK, Kind.HOLD, Kind.DIAL)
)
"""By the part that was cut off: it is told at once, not when the agent has wrapped up."""
with_hold = Count(Kind.HANDLING, lambda r, t: _is_handled(r, t) and bool(r.holds))
short_talk = Count(Kind.HANDLING, lambda r, t: _is_handled(r, t) and (r.talk_ms or 0) < t.short_talk_ms)
closed_out = Count(Kind.HANDLING, _is_closed_out)
solved = Count(Kind.HANDLING, lambda r, t: _is_closed_out(r, t) and r.resolved is True)

# --- calls that we make --------------------------------------------------------------------------------------


def _is_outbound(row: Segment, terms: Terms) -> bool:
    return row.direction is Direction.OUTBOUND and row.outcome is not None


def _is_outbound_talk(row: Segment, terms: Terms) -> bool:
    return row.direction is Direction.OUTBOUND and row.outcome in _HANDLED


outbound_dialled = Count(Kind.DIAL, _is_outbound)
outbound_reached = Count(Kind.DIAL, lambda r, t: _is_outbound(r, t) and r.outcome is End.REACHED)
outbound_handled = Count(Kind.HANDLING, _is_outbound_talk)
outbound_handle_time = Count(
    Kind.HANDLING, _is_outbound_talk, lambda r: (r.talk_ms or 0) + (r.hold_ms or 0) + (r.wrapup_ms or 0)
)

# --- the line ------------------------------------------------------------------------------------------------

POOR_MOS = 360
"""Below 3.6 many users are dissatisfied (ITU-T G.107, Annex B: R < 70)."""

lines_measured = Count(Kind.QUALITY, lambda r, t: r.mos is not None)
lines_mos = Count(Kind.QUALITY, lambda r, t: r.mos is not None, lambda r: r.mos or 0)
lines_poor = Count(Kind.QUALITY, lambda r, t: r.mos is not None and r.mos < POOR_MOS)
trunks_busy = TrunkTime()

# --- offers, surveys -----------------------------------------------------------------------------------------

_NOT_TAKEN = frozenset({End.MISSED, End.DECLINED})

offers = Count(
    Kind.OFFER, lambda r, t: (r.outcome is End.ACCEPTED or r.outcome in _NOT_TAKEN) and r.cause != "consult"
)
offers_not_taken = Count(Kind.OFFER, lambda r, t: r.outcome in _NOT_TAKEN and r.cause != "consult")

invitations = Count(Kind.SURVEY, lambda r, t: True)
answers = Count(Kind.SURVEY, lambda r, t: r.score is not None)
answers_top3 = Count(Kind.SURVEY, lambda r, t: r.score is not None and r.score >= 3)
answers_top2 = Count(Kind.SURVEY, lambda r, t: r.score is not None and r.score >= 4)

# --- agents' time --------------------------------------------------------------------------------------------

BUSY = frozenset({State.TALKING, State.HOLD, State.WRAPUP, State.OFFERED})
busy_time = Time(BUSY)
occupied_or_ready = Time(BUSY | {State.READY})
