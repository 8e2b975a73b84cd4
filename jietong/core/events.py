"""The catalogue of facts. Every event of the ledger is one of these; `type` is its stored name.

Facts are past tense and final. The engine changes its state only by applying them, live and on replay alike, so
a ledger can be replayed by later versions whose decisions differ. No event carries a customer's words or number:
those stay in their own tables, under their own retention.

`at` is when the fact happened (Ms). Adding a field needs a default; a type or field is never renamed.
"""

from typing import Any, TypeAlias

import msgspec
from msgspec import Struct

from jietong.core.specs import AgentSpec, HoursSpec, Names, QueueSpec, SiteSpec, SkillSpec
from jietong.core.vocabulary import (
    Activity,
    Author,
    Channel,
    Direction,
    EndedBy,
    Ms,
    Outcome,
    Party,
    State,
    Status,
    Supervision,
)


class Event(Struct, frozen=True, tag_field="type", omit_defaults=True):
    """Base of all facts."""

    at: Ms


# --- set-up -------------------------------------------------------------------------------------------------


class SiteConfigured(Event, frozen=True, tag="site.configured"):
    spec: SiteSpec


class QueueConfigured(Event, frozen=True, tag="queue.configured"):
    spec: QueueSpec


class SkillConfigured(Event, frozen=True, tag="skill.configured"):
    spec: SkillSpec


class HoursConfigured(Event, frozen=True, tag="hours.configured"):
    spec: HoursSpec


class AgentConfigured(Event, frozen=True, tag="agent.configured"):
    spec: AgentSpec


# --- a contact's way ----------------------------------------------------------------------------------------


class ContactArrived(Event, frozen=True, tag="contact.arrived"):
    contact: str
    channel: Channel
    client: str
    entry: str  # the widget, number or mailbox it came in by
    customer: str | None = None
    language: str = "zh-Hans"
    simulated: bool = False  # made by `jietong demo` or a test: marked and filterable for ever
    direction: Direction = Direction.INBOUND


class EntryRefused(Event, frozen=True, tag="entry.refused"):
    """The entry itself would not take it: the contact ends here as blocked (C1, SL7)."""

    contact: str
    why: str  # no_channels | trunk_limit | entry_limit | no_flow | inactive
    trunk: str | None = None  # that it came by


class FlowEntered(Event, frozen=True, tag="flow.entered"):
    """An automatic flow (menu, bot) begins to serve the customer, or goes on after a queue or a talk."""

    contact: str
    flow: str
    version: int
    cause: str = "arrival"  # arrival | queue_left | after_talk
    stay: Outcome | None = None  # of a queue stay that ends with it: timed_out; None: the customer chose to leave it


class FlowLeft(Event, frozen=True, tag="flow.left"):
    """What follows says where the contact is now: queue.entered, contact.ended."""

    contact: str
    flow: str
    how: str  # queue | voicemail | callback | transferred_out | finished | hung_up | failed | cancelled | lost
    node: str | None = None
    language: str | None = None  # chosen in the flow; None: as before


class QueueEntered(Event, frozen=True, tag="queue.entered"):
    """A stay in a queue begins. `since` is what order goes by: kept on overflow and return, new on arrival."""

    contact: str
    queue: str
    priority: int
    since: Ms
    cause: str = "arrival"  # arrival | transfer | overflow | moved | presence_lost | signed_out | callback_retry
    front: bool = False
    prefer: str | None = None  # the agent to wait for
    prefer_until: Ms | None = None
    by: str | None = None  # the agent or supervisor who sent it here


class QueueRefused(Event, frozen=True, tag="queue.refused"):
    """The queue would not take it: the contact ends here with the matching outcome."""

    contact: str
    queue: str
    outcome: Outcome
    ends: bool = True  # False: the flow that asked goes on with the customer


class QueueExpanded(Event, frozen=True, tag="queue.expanded"):
    """An overflow step drew in more agents: ring 1 is the first step, ring 0 the queue's own agents."""

    contact: str
    queue: str
    ring: int


class OverflowSkipped(Event, frozen=True, tag="queue.overflow_skipped"):
    """An overflow step could not be taken: the contact stays where it is and the next step counts."""

    contact: str
    queue: str  # where it stays
    target: str
    why: str  # closed | unknown | wrong_channel | visited


class ContactPrioritised(Event, frozen=True, tag="contact.prioritised"):
    contact: str
    priority: int
    by: str


class PreferenceLapsed(Event, frozen=True, tag="preference.lapsed"):
    """The wait for the contact's own agent is over: anyone may take it."""

    contact: str


class OfferMade(Event, frozen=True, tag="offer.made"):
    contact: str
    agent: str
    queue: str | None  # None: straight to a person
    expires: Ms
    cause: str = "queue"  # queue | preferred | transfer | consult | pull | callback


class OfferAccepted(Event, frozen=True, tag="offer.accepted"):
    contact: str
    agent: str
    queue: str | None
    waited_ms: Ms  # the customer's wait, from the queue stay's `since`: overflow and lost offers go on with it


class OfferDeclined(Event, frozen=True, tag="offer.declined"):
    contact: str
    agent: str
    queue: str | None


class OfferMissed(Event, frozen=True, tag="offer.missed"):
    contact: str
    agent: str
    queue: str | None
    why: str = "expired"  # expired | presence_lost | no_answer | rejected | busy | unreachable | lost


class OfferWithdrawn(Event, frozen=True, tag="offer.withdrawn"):
    contact: str
    agent: str
    queue: str | None
    # customer_left | moved | pulled | signed_out | restart | cancelled | flow | unreachable | switch_lost
    why: str


class ContactReturned(Event, frozen=True, tag="contact.returned"):
    """Back to waiting after an offer came to nothing or its agent vanished; the wait goes on from `since`."""

    contact: str
    queue: str
    since: Ms
    front: bool = True


class ContactHeld(Event, frozen=True, tag="contact.held"):
    contact: str
    agent: str


class ContactResumed(Event, frozen=True, tag="contact.resumed"):
    contact: str
    agent: str


class ContactTransferred(Event, frozen=True, tag="contact.transferred"):
    """The agent let go of the contact. What follows is queue.entered or offer.made."""

    contact: str
    agent: str
    to_queue: str | None = None
    to_agent: str | None = None


class ConsultStarted(Event, frozen=True, tag="consult.started"):
    """`agent` asks `other` for help while keeping the contact. An offer to `other` with cause consult follows."""

    contact: str
    agent: str
    other: str


class ConsultJoined(Event, frozen=True, tag="consult.joined"):
    contact: str
    agent: str
    other: str


class ConsultEnded(Event, frozen=True, tag="consult.ended"):
    contact: str
    agent: str
    other: str
    why: str  # completed (the contact goes to `other`) | cancelled | declined | missed | left


class ConsultMerged(Event, frozen=True, tag="consult.merged"):
    """The customer was brought into the talk of the two: three-way."""

    contact: str
    agent: str
    other: str


class OutboundDialled(Event, frozen=True, tag="outbound.dialled"):
    """The agent dials a customer (click to dial): the agent is busy with the contact from here on."""

    contact: str
    agent: str
    queue: str | None = None  # on whose behalf; decides client, recording rule, wrap-up


class OutboundAnswered(Event, frozen=True, tag="outbound.answered"):
    """The dialled customer has answered: the talk begins. A dial in vain is contact.ended, unreached."""

    contact: str
    agent: str


class CallbackRequested(Event, frozen=True, tag="callback.requested"):
    """The customer hangs up and keeps the place in the queue."""

    contact: str
    queue: str


class CallbackAttempted(Event, frozen=True, tag="callback.attempted"):
    contact: str
    agent: str
    attempt: int
    reached: bool


class ContactEnded(Event, frozen=True, tag="contact.ended"):
    """The customer's part is over. Every contact.arrived has exactly one."""

    contact: str
    by: EndedBy
    outcome: Outcome
    queue: str | None = None
    agent: str | None = None
    waited_ms: Ms | None = None  # the customer's wait, as in offer.accepted, where it ended waiting


class WrapupStarted(Event, frozen=True, tag="wrapup.started"):
    contact: str
    agent: str
    until: Ms | None  # None: uncapped


class WrapupExtended(Event, frozen=True, tag="wrapup.extended"):
    contact: str
    agent: str
    until: Ms


class WrapupEnded(Event, frozen=True, tag="wrapup.ended"):
    contact: str
    agent: str
    by: EndedBy  # agent, supervisor, or system when the cap ran out
    reason: str | None = None
    resolved: bool | None = None


class MessagePosted(Event, frozen=True, tag="message.posted"):
    contact: str
    message: str  # id of the row that has the words
    n: int  # 1, 2, 3 … within the contact
    author: Author
    agent: str | None = None
    attachment: bool = False


class SurveyAsked(Event, frozen=True, tag="survey.asked"):
    """The question was put to the customer after the talk, on channels where it is not always put."""

    contact: str


class SurveyAnswered(Event, frozen=True, tag="survey.answered"):
    """Credited to the agent and queue that last talked to the customer, fixed when the talk ended."""

    contact: str
    score: int  # 1..5, 5 is best
    resolved: bool | None = None
    agent: str | None = None
    queue: str | None = None


class CustomerLinked(Event, frozen=True, tag="customer.linked"):
    contact: str
    customer: str


class CustomersMerged(Event, frozen=True, tag="customers.merged"):
    kept: str
    gone: str
    by: str


# --- agents -------------------------------------------------------------------------------------------------


class AgentSignedIn(Event, frozen=True, tag="agent.signed_in"):
    agent: str


class AgentSignedOut(Event, frozen=True, tag="agent.signed_out"):
    agent: str
    by: str | None = None  # a supervisor, where not the agent


class AgentStatusChosen(Event, frozen=True, tag="agent.status"):
    agent: str
    status: Status
    reason: str | None = None
    by: str | None = None


class AgentNextChosen(Event, frozen=True, tag="agent.next"):
    """What the agent wants to be after the present contacts; None clears it."""

    agent: str
    status: Status | None
    reason: str | None = None


class AgentStateChanged(Event, frozen=True, tag="agent.state"):
    """The previous interval of the agent ends at `at` and this one begins."""

    agent: str
    state: State
    reason: str | None = None
    queue: str | None = None
    part_time: bool = False


class AgentPresence(Event, frozen=True, tag="agent.presence"):
    """The desk's connection came or went."""

    agent: str
    connected: bool


class AgentNotResponding(Event, frozen=True, tag="agent.not_responding"):
    """The desk stayed away past its grace, or the telephone failed in a call: no offers until the desk is back or a
    status is chosen."""

    agent: str
    why: str = "presence_lost"  # presence_lost | no_answer | rejected | busy | unreachable | lost


class AgentDevice(Event, frozen=True, tag="agent.device"):
    """Whether the agent's telephone can be rung. Voice is offered only where it can; unknown counts as it can."""

    agent: str
    reachable: bool
    why: str = ""  # unregistered | registered | none (no telephone set up)


class CertificateLapsed(Event, frozen=True, tag="agent.certificate_lapsed"):
    """The agent's certificate for a skill that asks for one has run out: the skill no longer counts."""

    agent: str
    skill: str


class BreakDue(Event, frozen=True, tag="agent.break_due"):
    """Two hours on line without fifteen minutes' break (G6)."""

    agent: str


class PartTimerInvited(Event, frozen=True, tag="standby.invited"):
    agent: str
    queue: str
    expires: Ms
    why: str  # wait | waiting | occupancy | supervisor


class PartTimerAnswered(Event, frozen=True, tag="standby.answered"):
    agent: str
    queue: str
    joined: bool
    expired: bool = False


class PartTimerReleased(Event, frozen=True, tag="standby.released"):
    agent: str
    queue: str


# --- telephony: what the switch saw. Recorded as it is (`core.commands.Witness`) ------------------------------


class FlowStep(Event, frozen=True, tag="flow.step"):
    """The flow left `node` by `exit`."""

    contact: str
    flow: str
    version: int
    node: str
    exit: str


class LegStarted(Event, frozen=True, tag="leg.started"):
    """A line to one party came up or began to ring."""

    contact: str
    leg: str
    party: Party
    agent: str | None = None
    trunk: str | None = None  # None: inside


class LegAnswered(Event, frozen=True, tag="leg.answered"):
    contact: str
    leg: str


class LegEnded(Event, frozen=True, tag="leg.ended"):
    contact: str
    leg: str
    cause: str  # normal | busy | no_answer | rejected | unreachable | congestion | lost | failed


class LegQuality(Event, frozen=True, tag="leg.quality"):
    """From RTCP at the end of a leg. Percentages 0..100; MOS by the E-model (ITU-T G.107), 1..4.5."""

    contact: str
    leg: str
    loss_pct: float | None = None  # of the packets that should have come to us
    jitter_ms: float | None = None
    round_trip_ms: float | None = None
    mos: float | None = None
    codec: str | None = None


class RecordingStarted(Event, frozen=True, tag="recording.started"):
    """One talk of one agent: a clean track of each side and a mix."""

    contact: str
    recording: str
    agent: str | None = None
    queue: str | None = None
    rule: str = "always"  # always | share | on_demand | voicemail
    consent: str | None = None  # the announcement that the customer heard: prompt id and version


class RecordingPaused(Event, frozen=True, tag="recording.paused"):
    """Card data: a gap begins. `why` card | agent | supervisor."""

    contact: str
    recording: str
    why: str
    by: str | None = None


class RecordingResumed(Event, frozen=True, tag="recording.resumed"):
    contact: str
    recording: str
    by: str | None = None  # None: the watchdog did


class RecordingEnded(Event, frozen=True, tag="recording.ended"):
    """The switch has stopped writing; recording.stored or recording.missing follows."""

    contact: str
    recording: str
    duration_ms: Ms


class RecordingStored(Event, frozen=True, tag="recording.stored"):
    """Encrypted, checked, in its place."""

    contact: str
    recording: str
    bytes: int
    digest: str  # SHA-256 of the plain mix


class RecordingMissing(Event, frozen=True, tag="recording.missing"):
    """What should have been recorded is not there: an alarm (never silence)."""

    contact: str
    recording: str | None  # None: it never began
    why: str  # no_file | empty | unreadable | disk_full | not_stored | switch_refused | switch_lost | cut_short


class RecordingDeleted(Event, frozen=True, tag="recording.deleted"):
    contact: str
    recording: str
    certificate: str
    why: str  # retention | request
    by: str | None = None


class SupervisionStarted(Event, frozen=True, tag="supervision.started"):
    contact: str
    by: str
    mode: Supervision
    agent: str | None = None


class SupervisionEnded(Event, frozen=True, tag="supervision.ended"):
    contact: str
    by: str
    mode: Supervision


class TrunkBusy(Event, frozen=True, tag="trunk.busy"):
    """All channels of the trunk are taken (`busy`), or one is free again: all-trunks-busy time is between the two."""

    trunk: str
    busy: bool


class TrunkState(Event, frozen=True, tag="trunk.state"):
    """The trunk can be used (registered, answering) or not."""

    trunk: str
    up: bool


class SwitchState(Event, frozen=True, tag="switch.state"):
    """The switch came or went."""

    up: bool
    why: str = ""


# --- a history from elsewhere: a ledger of its own, `<site>:import` ----------------------------------------


class HistoryBegun(Event, frozen=True, tag="history.begun"):
    """A file begins to be imported. What follows from it names this event's number as its `file`."""

    kind: str  # contacts | queue_log
    name: str
    digest: str  # SHA-256 of the file
    zone: str  # in which its local times were read
    by: str


class HistoryOffer(Struct, frozen=True, omit_defaults=True):
    """An offer that came to nothing: rung in vain."""

    agent: str
    start: Ms
    end: Ms
    how: str = "missed"  # a word of `contacts.model.End`, as all of the ways below


class HistoryStay(Struct, frozen=True, omit_defaults=True):
    """One stay in one queue, and what the agent who ended it did then. `ended` None: nobody answered."""

    entered: Ms
    left: Ms
    how: str
    queue: str | None = None
    cause: str = "arrival"
    since: Ms | None = None  # the wait is counted from here; None: from `entered`
    arrived: Ms | None = None  # whose interval it belongs to, where it goes on from a stay before; None: `entered`
    target_ms: Ms | None = None
    short_ms: Ms | None = None
    offers: tuple[HistoryOffer, ...] = ()
    agent: str | None = None
    ended: Ms | None = None  # of the talk, which began at `left`
    talk_how: str = "ended"
    hold_ms: Ms = 0
    wrapup_ms: Ms = 0


class HistoryContact(Event, frozen=True, tag="history.contact"):
    """One contact with all that the file said of it, normalised. `at` is when it was imported."""

    contact: str
    file: int
    line: int
    digest: str  # of what the file said of it
    channel: Channel
    client: str
    entry: str
    arrived: Ms
    ended: Ms
    outcome: Outcome
    by: EndedBy | None = None
    queue: str | None = None  # where it led or should have led
    entry_how: str = "admitted"
    flow: str | None = None  # how an automatic flow was left, where the contact ended in one
    stays: tuple[HistoryStay, ...] = ()
    customer: str | None = None
    reason: str | None = None
    simulated: bool = False


class HistoryAgent(Event, frozen=True, tag="history.agent"):
    """One stay of an agent in one state, from elsewhere. `at` is when it was imported."""

    agent: str
    file: int
    start: Ms
    end: Ms
    state: State
    reason: str | None = None
    queue: str | None = None


class HistoryEnded(Event, frozen=True, tag="history.ended"):
    """The file has been read to its end."""

    file: int
    read: int
    imported: int
    rejected: int
    unchanged: int


# --- schedules: who is to do what, and when. Recorded as they are (`core.commands.Witness`) --------------------


class PlannedSpan(Struct, frozen=True, omit_defaults=True):
    """A stretch of one person's schedule. Those of a day follow each other and do not overlap."""

    start: Ms
    end: Ms
    activity: Activity
    paid: bool = True
    overtime: bool = False


class DayScheduled(Event, frozen=True, tag="schedule.day"):
    """One person's schedule of one local day as published; it replaces whatever was published for that day before.

    A shift belongs to the local day on which it starts, and may end on the next. No spans: the day is free.
    """

    agent: str
    day: str  # ISO 8601, in the site's zone
    version: int  # of the published schedule
    spans: tuple[PlannedSpan, ...]
    by: str


class AdherenceExcused(Event, frozen=True, tag="schedule.excused"):
    """A deviation was authorised: from `start` to `end` whatever the person does counts as kept. It must not be
    a sick note in disguise: the note says what was agreed."""

    id: str
    agent: str
    start: Ms
    end: Ms
    note: str
    by: str
    withdrawn: bool = False  # the exception of this id no longer holds


# --- the centre itself --------------------------------------------------------------------------------------


class RuntimeStarted(Event, frozen=True, tag="runtime.started"):
    """A writer took over, after a start or a failure. Desks have the grace period to come back."""

    epoch: int
    version: str


class AlarmAcknowledged(Event, frozen=True, tag="alarm.acknowledged"):
    alarm: str
    by: str
    name: str = ""  # of whoever it was, as it was then


class ArticlePublished(Event, frozen=True, tag="article.published"):
    article: str
    version: int
    names: Names
    by: str


WitnessedFact: TypeAlias = (
    FlowStep
    | LegStarted
    | LegAnswered
    | LegEnded
    | LegQuality
    | RecordingStarted
    | RecordingPaused
    | RecordingResumed
    | RecordingEnded
    | RecordingStored
    | RecordingMissing
    | RecordingDeleted
    | SupervisionStarted
    | SupervisionEnded
    | TrunkBusy
    | TrunkState
    | SwitchState
    | DayScheduled
    | AdherenceExcused
)
"""Facts that the engine decides nothing about; see `core.commands.Witness`."""

ImportedFact: TypeAlias = HistoryBegun | HistoryContact | HistoryAgent | HistoryEnded
"""Facts of a history from elsewhere. They are in ledgers of their own, which no engine writes."""

AnyEvent: TypeAlias = (
    SiteConfigured
    | QueueConfigured
    | SkillConfigured
    | HoursConfigured
    | AgentConfigured
    | ContactArrived
    | QueueEntered
    | QueueRefused
    | QueueExpanded
    | OverflowSkipped
    | ContactPrioritised
    | PreferenceLapsed
    | OfferMade
    | OfferAccepted
    | OfferDeclined
    | OfferMissed
    | OfferWithdrawn
    | ContactReturned
    | ContactHeld
    | ContactResumed
    | ContactTransferred
    | ConsultStarted
    | ConsultJoined
    | ConsultEnded
    | CallbackRequested
    | CallbackAttempted
    | ContactEnded
    | WrapupStarted
    | WrapupExtended
    | WrapupEnded
    | MessagePosted
    | SurveyAnswered
    | CustomerLinked
    | CustomersMerged
    | AgentSignedIn
    | AgentSignedOut
    | AgentStatusChosen
    | AgentNextChosen
    | AgentStateChanged
    | AgentPresence
    | AgentNotResponding
    | CertificateLapsed
    | BreakDue
    | PartTimerInvited
    | PartTimerAnswered
    | PartTimerReleased
    | RuntimeStarted
    | AlarmAcknowledged
    | ArticlePublished
    | EntryRefused
    | FlowEntered
    | FlowLeft
    | ConsultMerged
    | OutboundDialled
    | OutboundAnswered
    | SurveyAsked
    | AgentDevice
    | WitnessedFact
    | ImportedFact
)

_decoder: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)
_encoder = msgspec.json.Encoder(order="deterministic")


def decode(data: bytes | str) -> AnyEvent:
    """One stored event. Raises `msgspec.ValidationError` when it is no event of this catalogue."""
    return _decoder.decode(data)


def encode(event: Event) -> bytes:
    """Canonical JSON (sorted keys): the bytes that the ledger's digest chain is made of."""
    return _encoder.encode(event)


def kind(event: Event) -> str:
    """The stored type name, e.g. `offer.made`."""
    tag: Any = type(event).__struct_config__.tag
    return str(tag)
