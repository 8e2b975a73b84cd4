"""The fact tables: what a contact went through, what an agent was doing, when a trunk was full. Frozen rows,
instants in ms UTC.

Rows of kind `ENTRY`, `QUEUE` and `HANDLING` span others: an entry holds the flow that serves the customer first, a
queue stay the offers made during it, a handling the talk, hold and wrap-up of one agent. A drawing of the contact's
way takes the parts; figures take the spans.
"""

from enum import StrEnum

from msgspec import Struct

from jietong.core.vocabulary import Channel, Direction, Ms, State


class Kind(StrEnum):
    """The place of a stay."""

    ENTRY = "entry"  # known to the centre, until it is clear where it goes; a call we make has none
    FLOW = "flow"  # an automatic flow serves the customer: a menu, a bot. Never an agent's time
    QUEUE = "queue"  # one stay in one queue, until a person, another queue or the customer ends it
    OFFER = "offer"  # inside a queue stay, or of its own when it goes straight to a person
    DIAL = "dial"  # an agent tries to reach a customer: a call-back, or a call of our own (`direction`)
    TALK = "talk"
    HOLD = "hold"
    CONSULT = "consult"  # the part of an agent who was asked for help
    THREE_WAY = "three_way"  # … from when the customer was brought in
    WRAPUP = "wrapup"
    HANDLING = "handling"  # one agent's whole part: talk, hold and wrap-up; a transfer gives another
    SURVEY = "survey"  # from the question, at or after the end of the talk, until the answer
    QUALITY = "quality"  # takes no time: how one party's line sounded, told at its end


class End(StrEnum):
    """How a stay ended. Which may follow which kind: `OUTCOMES`."""

    ADMITTED = "admitted"
    BLOCKED = "blocked"  # no channel was free, the entry's limit was reached, or the queue was full
    CLOSED = "closed"  # out of hours
    LOST = "lost"  # the customer left before any queue; or the agent's desk or telephone vanished
    QUEUED = "queued"  # the flow handed its customer to a queue
    CALLBACK = "callback"  # … who has hung up and keeps the place
    SELF_SERVED = "self_served"  # the flow gave what was wanted
    VOICEMAIL = "voicemail"  # … or took a message
    TRANSFERRED_OUT = "transferred_out"  # went on to a number outside
    TO_FLOW = "to_flow"  # the waiting customer chose to go back to the flow
    SWITCH_LOST = "switch_lost"  # the switch failed: no fault of customer or agent
    ANSWERED = "answered"
    ABANDONED = "abandoned"
    TIMED_OUT = "timed_out"  # the queue's maximum wait ran out
    CANCELLED = "cancelled"  # taken out by a supervisor, or by the customer's own request
    OVERFLOWED = "overflowed"  # went on in another queue by an overflow step
    MOVED = "moved"  # … by a supervisor, or straight to a person
    RETRIED = "retried"  # the call-back did not reach the customer and goes on waiting
    UNREACHED = "unreached"  # the last attempt of a call-back went unanswered
    REACHED = "reached"
    REFUSED = "refused"  # a transfer's queue would not take it
    ACCEPTED = "accepted"
    DECLINED = "declined"
    MISSED = "missed"
    WITHDRAWN = "withdrawn"
    HELD = "held"
    RESUMED = "resumed"
    TRANSFERRED = "transferred"
    ENDED = "ended"
    MERGED = "merged"  # the consult became a talk of three
    COMPLETED = "completed"  # wrap-up finished by the agent; a consult after which the other took over
    RAN_OUT = "ran_out"  # wrap-up finished by its cap


OUTCOMES: dict[Kind, frozenset[End]] = {
    Kind.ENTRY: frozenset({End.ADMITTED, End.BLOCKED, End.CLOSED, End.LOST}),
    Kind.FLOW: frozenset(
        {
            End.QUEUED,
            End.CALLBACK,
            End.SELF_SERVED,
            End.VOICEMAIL,
            End.TRANSFERRED_OUT,
            End.LOST,
            End.CLOSED,
            End.BLOCKED,
            End.TIMED_OUT,
            End.CANCELLED,
            End.SWITCH_LOST,
        }
    ),
    Kind.QUEUE: frozenset(
        {
            End.ANSWERED,
            End.ABANDONED,
            End.TIMED_OUT,
            End.CANCELLED,
            End.OVERFLOWED,
            End.MOVED,
            End.RETRIED,
            End.UNREACHED,
            End.REFUSED,
            End.TO_FLOW,
            End.SWITCH_LOST,
        }
    ),
    Kind.OFFER: frozenset({End.ACCEPTED, End.DECLINED, End.MISSED, End.WITHDRAWN}),
    Kind.DIAL: frozenset({End.REACHED, End.UNREACHED, End.LOST, End.ENDED, End.TRANSFERRED, End.SWITCH_LOST}),
    Kind.TALK: frozenset({End.HELD, End.TRANSFERRED, End.TRANSFERRED_OUT, End.LOST, End.ENDED, End.SWITCH_LOST}),
    Kind.HOLD: frozenset({End.RESUMED, End.TRANSFERRED, End.TRANSFERRED_OUT, End.LOST, End.ENDED, End.SWITCH_LOST}),
    Kind.CONSULT: frozenset({End.COMPLETED, End.ENDED, End.LOST, End.MERGED}),
    Kind.THREE_WAY: frozenset({End.COMPLETED, End.ENDED, End.LOST}),
    Kind.WRAPUP: frozenset({End.COMPLETED, End.RAN_OUT}),
    Kind.HANDLING: frozenset(
        {End.ENDED, End.TRANSFERRED, End.TRANSFERRED_OUT, End.LOST, End.UNREACHED, End.SWITCH_LOST}
    ),
    Kind.SURVEY: frozenset({End.ANSWERED}),
    Kind.QUALITY: frozenset({End.ENDED}),
}


TRANSFERRED_IN = frozenset({"transfer", "returned"})
"""A queue stay that an agent's transfer led to; `returned`: the colleague it was meant for did not take it."""
PUT_BACK = frozenset({"presence_lost", "signed_out"})
"""A queue stay of a customer who had a person already, and lost them."""
REQUESTS = TRANSFERRED_IN | PUT_BACK | {"arrival"}
"""How a customer came to wait. A stay that goes on in another queue keeps it; how it went on is the end of the stay
before."""


class Segment(Struct, frozen=True, omit_defaults=True):
    """One stay of a contact in one place. Fields from `end` on are set when the stay ends, never before."""

    contact: str
    n: int  # 1, 2, 3 … within the contact, by start
    kind: Kind
    start: Ms
    arrived: Ms  # the instant whose interval the stay belongs to in service figures
    channel: Channel
    client: str
    entry: str
    simulated: bool = False
    queue: str | None = None  # of an entry: where it led, set at its end
    # Of a queue stay who answered it, set at its end: its figures are theirs. Of an entry and a flow nobody.
    agent: str | None = None
    part_time: bool = False  # whether that agent is
    # Of an offer or a flow as in the event; of a queue stay how its request began (`REQUESTS`); of an entry that was
    # blocked why, set at its end; of a quality whose line it was (`Party`).
    cause: str | None = None
    direction: Direction = Direction.INBOUND  # of the contact
    flow: str | None = None  # of a stay in a flow
    target_ms: Ms | None = None  # the queue's service-level threshold X in force on arrival
    short_ms: Ms | None = None  # the queue's limit of a short abandon in force on arrival
    since: Ms | None = None  # the customer's wait is counted from here: kept when a stay goes on in another queue

    end: Ms | None = None
    outcome: End | None = None
    wait_ms: Ms | None = None  # of a queue stay
    talk_ms: Ms | None = None  # of a handling, as the two below
    hold_ms: Ms | None = None
    wrapup_ms: Ms | None = None
    holds: int | None = None
    reason: str | None = None  # of a handling and its wrap-up; for the contact's, see `metrics.history.with_reasons`
    resolved: bool | None = None
    score: int | None = None  # of a survey, 1..5
    node: str | None = None  # of a stay in a flow: the step by which it was left
    mos: int | None = None  # of a quality: mean opinion score in hundredths, 100..450


BUSY = frozenset({State.OFFERED, State.TALKING, State.HOLD, State.WRAPUP})
"""States in which an agent has a contact."""


class AgentInterval(Struct, frozen=True, omit_defaults=True):
    """One stay of an agent in one state. The intervals of an agent follow on one another without a gap."""

    agent: str
    start: Ms
    state: State
    reason: str | None = None
    queue: str | None = None
    part_time: bool = False
    skills: tuple[str, ...] = ()  # in force, e.g. "repair:4"
    end: Ms | None = None
    busy_since: Ms | None = None  # of a state with a contact: when the unbroken run of such states began


class TrunkBusyTime(Struct, frozen=True, omit_defaults=True):
    """A stretch in which every channel of a trunk was taken (all trunks busy)."""

    trunk: str
    start: Ms
    end: Ms | None = None


Fact = Segment | AgentInterval | TrunkBusyTime
