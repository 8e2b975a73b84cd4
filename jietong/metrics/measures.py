"""The sums that figures are made of, each said once. A sum looks at one fact at a time and nothing else."""

from jietong.contacts.later import Complaint, EscalatedCase, Evaluation, Opinion
from jietong.contacts.model import BUSY, PUT_BACK, TRANSFERRED_IN, End, Kind
from jietong.core.vocabulary import DEFERRED, Activity, Direction, State
from jietong.metrics.definition import Again, Count, Kept, Later, Planned, Time, TrunkTime
from jietong.metrics.expression import ALWAYS, Any_, Condition, Constant, field, term

_channel, _outcome, _cause, _direction = field("channel"), field("outcome"), field("cause"), field("direction")
_wait = field("wait_ms").or_(0)
_target = term("target_ms").or_(field("target_ms").or_(0))
_short = term("short_ms").or_(field("short_ms").or_(0))
"""X of a service level and the limit of a short abandon: the figure's own, or what was in force on arrival."""

_LIVE = ~_channel.is_in(DEFERRED)
"""Somebody waits at the other end. Mail and left messages have a backlog, not a service level in seconds."""


def _went(*ends: End) -> Condition:
    return _outcome.is_in(ends)


# --- entry ---------------------------------------------------------------------------------------------------

entry_admitted = Count(Kind.ENTRY, (~_outcome.is_set() | _went(End.ADMITTED)) & _LIVE)
entry_blocked = Count(Kind.ENTRY, _went(End.BLOCKED) & _LIVE)
entry_lost = Count(Kind.ENTRY, _went(End.LOST) & _LIVE)
entry_closed = Count(Kind.ENTRY, _went(End.CLOSED) & _LIVE)
entry_offered = Count(Kind.ENTRY, ~_went(End.CLOSED) & _LIVE)
entry_refused = Count(Kind.ENTRY, _went(End.BLOCKED, End.CLOSED) & _LIVE)
"""`entry_offered` is admitted + blocked + lost: out of hours nobody promised to answer, so closed stands apart.
Whoever is still in a flow has been let in so far; an entry that turns out to be closed is taken back."""

# --- flow ----------------------------------------------------------------------------------------------------

_ACCESS = _LIVE & ~_cause.equals("after_talk")
"""On the way to a person or to help. The part of a flow after the talk (a survey) is no access."""


def _flow_end(outcome: End) -> Count:
    return Count(Kind.FLOW, _went(outcome) & _ACCESS)


lost_in_flow = Count(Kind.FLOW, _ACCESS & (_went(End.LOST) | (_cause.equals("queue_left") & _went(End.BLOCKED))))
"""The customer left in the flow; or came back to it from a queue and was turned away then. Who was turned away at
first is in `entry_blocked`, whose wait ran out in `abandoned`: each counts once."""
self_served = _flow_end(End.SELF_SERVED)
voicemail_left = _flow_end(End.VOICEMAIL)
flow_callback = _flow_end(End.CALLBACK)
flow_transferred_out = _flow_end(End.TRANSFERRED_OUT)
flow_switch_lost = _flow_end(End.SWITCH_LOST)
flow_stays = Count(Kind.FLOW, _outcome.is_set() & _ACCESS)
flow_time = Count(Kind.FLOW, _outcome.is_set() & _ACCESS, field("end").or_(field("start")) - field("start"))

# --- queue ---------------------------------------------------------------------------------------------------

_ASKED = _LIVE & ~_cause.is_in(PUT_BACK)
"""The customer, or an agent on their behalf, asked for a person. One who had a person and lost them through a fault
of the centre asks for nothing new: that request has been answered, and is not answered twice."""
_WENT_ON = _went(End.OVERFLOWED, End.MOVED, End.RETRIED, End.TO_FLOW)
_GAVE_UP = _went(End.ABANDONED, End.TIMED_OUT)
_ANSWERED = _went(End.ANSWERED) & _ASKED
_ABANDONED = _GAVE_UP & _ASKED
_PUT_BACK = ~_WENT_ON & _LIVE & _cause.is_in(PUT_BACK)

requested = Count(Kind.QUEUE, ~_WENT_ON & _ASKED)
transferred_in = Count(Kind.QUEUE, ~_WENT_ON & _LIVE & _cause.is_in(TRANSFERRED_IN))
put_back = Count(Kind.QUEUE, _PUT_BACK)
put_back_lost = Count(Kind.QUEUE, _PUT_BACK & _GAVE_UP)
flowed_out = Count(Kind.QUEUE, _WENT_ON & _ASKED)
answered = Count(Kind.QUEUE, _ANSWERED)
abandoned = Count(Kind.QUEUE, _ABANDONED)
answered_within = Count(Kind.QUEUE, _ANSWERED & (_wait <= _target))
abandoned_within = Count(Kind.QUEUE, _ABANDONED & (_wait <= _target))
abandoned_after = Count(Kind.QUEUE, _ABANDONED & (_wait > _target))
abandoned_short = Count(Kind.QUEUE, _ABANDONED & (_wait <= _short))
abandoned_not_short = Count(Kind.QUEUE, _ABANDONED & (_wait > _short))
answered_wait = Count(Kind.QUEUE, _ANSWERED, _wait)
abandoned_wait = Count(Kind.QUEUE, _ABANDONED, _wait)
waiting_switch_lost = Count(Kind.QUEUE, _went(End.SWITCH_LOST) & _ASKED)
left_wait = Count(Kind.QUEUE, _ANSWERED | _ABANDONED, _wait)

# --- handling ------------------------------------------------------------------------------------------------

_HANDLED = _went(End.ENDED, End.TRANSFERRED, End.TRANSFERRED_OUT, End.LOST, End.SWITCH_LOST)
_INBOUND, _OUTBOUND = _direction.equals(Direction.INBOUND), _direction.equals(Direction.OUTBOUND)
_SERVED = _HANDLED & _INBOUND
"""Of a contact that came to us. Calls of our own have figures of their own and are in no service figure."""
_CLOSED_OUT = _went(End.ENDED, End.TRANSFERRED_OUT) & _INBOUND
"""The last handling. Whom we passed on to a number outside we have not solved, unless the agent says so."""
_talk, _hold, _wrapup = field("talk_ms").or_(0), field("hold_ms").or_(0), field("wrapup_ms").or_(0)

handled = Count(Kind.HANDLING, _SERVED)
talk_time = Count(Kind.HANDLING, _SERVED, _talk)
hold_time = Count(Kind.HANDLING, _SERVED, _hold)
wrapup_time = Count(Kind.HANDLING, _SERVED, _wrapup)
handle_time = Count(Kind.HANDLING, _SERVED, _talk + _hold + _wrapup)
transferred = Count(Kind.HANDLING, _went(End.TRANSFERRED, End.TRANSFERRED_OUT) & _SERVED)
handed_outside = Count(Kind.HANDLING, _went(End.TRANSFERRED_OUT) & _SERVED)
talking_switch_lost = tuple(Count(kind, _went(End.SWITCH_LOST)) for kind in (Kind.TALK, Kind.HOLD, Kind.DIAL))
"""By the part that was cut off: it is told at once, not when the agent has wrapped up."""
with_hold = Count(Kind.HANDLING, _SERVED & (field("holds").or_(0) > 0))
short_talk = Count(Kind.HANDLING, _SERVED & (_talk < term("short_talk_ms")))
closed_out = Count(Kind.HANDLING, _CLOSED_OUT)
solved = Count(Kind.HANDLING, _CLOSED_OUT & field("resolved").equals(True))

# --- calls that we make --------------------------------------------------------------------------------------

outbound_dialled = Count(Kind.DIAL, _OUTBOUND & _outcome.is_set())
outbound_reached = Count(Kind.DIAL, _OUTBOUND & _went(End.REACHED))
outbound_handled = Count(Kind.HANDLING, _OUTBOUND & _HANDLED)
outbound_handle_time = Count(Kind.HANDLING, _OUTBOUND & _HANDLED, _talk + _hold + _wrapup)

# --- the line ------------------------------------------------------------------------------------------------

POOR_MOS = 360
"""Below 3.6 many users are dissatisfied (ITU-T G.107, Annex B: R < 70)."""

_mos = field("mos")
lines_measured = Count(Kind.QUALITY, _mos.is_set())
lines_mos = Count(Kind.QUALITY, _mos.is_set(), _mos)
lines_poor = Count(Kind.QUALITY, _mos < POOR_MOS)
trunks_busy = TrunkTime()

# --- offers, surveys -----------------------------------------------------------------------------------------

_NOT_TAKEN = _went(End.MISSED, End.DECLINED)
_OWN_OFFER = ~_cause.equals("consult")

offers = Count(Kind.OFFER, (_went(End.ACCEPTED) | _NOT_TAKEN) & _OWN_OFFER)
offers_not_taken = Count(Kind.OFFER, _NOT_TAKEN & _OWN_OFFER)

_score = field("score")
invitations = Count(Kind.SURVEY, ALWAYS)
answers = Count(Kind.SURVEY, _score.is_set())
answers_top3 = Count(Kind.SURVEY, _score >= 3)
answers_top2 = Count(Kind.SURVEY, _score >= 4)

# --- agents' time --------------------------------------------------------------------------------------------

busy_time = Time(BUSY)
occupied_or_ready = Time(BUSY | {State.READY})

# --- agents' time beside their schedule ---------------------------------------------------------------------------

ON_LINE = BUSY | {State.READY}
HANDLING = frozenset({State.TALKING, State.HOLD, State.WRAPUP})
_activity, _state, _excused = field("activity"), field("state"), field("excused").equals(True)
_WHOLE_DAY = ~_activity.is_set()
"""A row of the day as a whole: what a person with a schedule did on that day, within the schedule or not."""
_DUE = _activity.is_set() & ~_activity.equals(Activity.LEAVE)
_OFF_LINE = frozenset({Activity.BREAK, Activity.MEAL, Activity.TRAINING, Activity.MEETING, Activity.CASEWORK})
_STATE_OF = (
    (Activity.WORK, ON_LINE),
    (Activity.BREAK, frozenset({State.BREAK})),
    (Activity.MEAL, frozenset({State.BREAK})),
    (Activity.TRAINING, frozenset({State.TRAINING})),
    (Activity.MEETING, frozenset({State.MEETING})),
    (Activity.CASEWORK, frozenset({State.CASEWORK})),
    (Activity.STANDBY, ON_LINE | {State.STANDBY}),
)
_RUNS_OVER = _activity.is_in(_OFF_LINE) & _state.is_in(BUSY) & (field("busy_since") < field("planned_from"))
"""Contacts under way when a break or anything else off line was due: kept until the agent is free of them."""
_AS_SCHEDULED = Any_(tuple(_activity.equals(one) & _state.is_in(states) for one, states in _STATE_OF)) | _RUNS_OVER
_WORKED = ON_LINE | {State.TRAINING, State.MEETING, State.CASEWORK}
_PAID = field("paid").equals(True) & _activity.is_set()

kept = Kept(_DUE & ~_excused & _AS_SCHEDULED)
excused = Planned(_DUE & _excused)
scheduled_time = Planned(_DUE)
scheduled_work = Planned(_activity.is_in((Activity.WORK, Activity.TRAINING, Activity.MEETING, Activity.CASEWORK)))
worked_time = Kept(_WHOLE_DAY & _state.is_in(_WORKED))
handling_time = Kept(_WHOLE_DAY & _state.is_in(HANDLING))
paid_time = Planned(_PAID)
paid_on_line = Kept(_PAID & _state.is_in(ON_LINE), less=True)

# --- customers who come again ----------------------------------------------------------------------------------

_BACK = Count(Kind.ENTRY, _INBOUND)
_BACK_AT_ONCE = Count(Kind.ENTRY, _INBOUND & _LIVE)
"""A message that the customer leaves instead is another matter than another try."""
_TURNED_AWAY = (entry_blocked, abandoned)

redial_due = tuple(Again(one, _BACK_AT_ONCE, "redial_min") for one in _TURNED_AWAY)
redialled = tuple(Again(one, _BACK_AT_ONCE, "redial_min", again=True) for one in _TURNED_AWAY)
repeat_due = Again(closed_out, _BACK, "repeat_days", same_reason=True)
not_repeated = Again(closed_out, _BACK, "repeat_days", again=False, same_reason=True)

# --- what waits without anybody at the other end -----------------------------------------------------------------

_DEFERRED = _channel.is_in(DEFERRED) & _INBOUND

backlog = Count(Kind.QUEUE, ~_outcome.is_set() & _DEFERRED)
backlog_age = Count(Kind.QUEUE, ~_outcome.is_set() & _DEFERRED, term("now") - field("since").or_(field("start")))
deferred_closed = Count(Kind.HANDLING, _CLOSED_OUT & _DEFERRED)
deferred_time = Count(Kind.HANDLING, _CLOSED_OUT & _DEFERRED, field("end").or_(field("start")) - field("arrived"))

# --- facts that are not kept yet ---------------------------------------------------------------------------------

_at, _closed = field("at"), field("closed")
_CLOSE_DUE = _at + term("close_days") <= term("now")

escalated_due = Later(EscalatedCase, _CLOSE_DUE)
escalated_closed = Later(EscalatedCase, _CLOSE_DUE & (_closed <= _at + term("close_days")))
looked_at = Later(Complaint)
complaints = Later(Complaint, field("complains").equals(True))

_recommends, _effort = field("recommends"), field("effort")
recommendations = Later(Opinion, _recommends.is_set())
promoters = Later(Opinion, _recommends >= 9)
detractors = Later(Opinion, _recommends <= 6, Constant(0) - Constant(1))
efforts = Later(Opinion, _effort.is_set())
effort = Later(Opinion, _effort.is_set(), _effort)

points = Later(Evaluation, value=field("points"))
possible = Later(Evaluation, value=field("possible"))
judged = Later(Evaluation, value=field("weight"))
critical = Later(Evaluation, field("critical").equals(True), field("weight"))
