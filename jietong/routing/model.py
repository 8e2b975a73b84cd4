"""What the engine knows, as data: contacts, agents, queues. Mutable, and changed by `apply` alone.

These are the records that snapshots hold. Whatever can be worked out from them (indexes of ready agents, waiting
lines, the heap of deadlines) lives beside them in `routing.centre` and is built again on load.
"""

from msgspec import Struct, field

from jietong.core.specs import AgentSpec, HoursSpec, QueueSpec, SiteSpec, SkillSpec
from jietong.core.vocabulary import Author, Channel, Direction, EndedBy, Ms, Outcome, Place, State, Status


class Consulting(Struct):
    """A colleague's help (諮詢): `agent` keeps the contact, `other` is asked, then joins."""

    agent: str
    other: str
    expires: Ms | None = None  # of the offer to `other`; None once joined
    joined: bool = False
    merged: bool = False  # the customer is in the talk of the two


class Invitation(Struct):
    """An open question to a part-timer on standby."""

    queue: str
    expires: Ms


class ContactState(Struct):
    """One contact. It is in exactly one `place`; the names are those of the live protocol."""

    id: str
    serial: int  # arrival number at this site: the last tie-break of every order
    channel: Channel
    client: str
    entry: str
    customer: str | None
    language: str
    simulated: bool
    arrived: Ms
    place: Place
    since: Ms  # of the place
    direction: Direction = Direction.INBOUND

    # in a flow
    flow: str | None = None  # by which it came, or which serves it now
    flow_version: int = 0
    in_flow: bool = False  # the flow serves the customer now
    unmet: Outcome | None = None  # why the queue it asked for last gave it nobody: refused, or the wait ran out

    # waiting
    queue: str | None = None  # where it waits, or was last waiting
    waiting_since: Ms | None = None  # what order goes by: start of the present or last wait
    entered: Ms | None = None  # start of the present or last queue stay
    priority: int = 0  # the queue's and its own
    own_priority: int = 0
    front: bool = False  # first within its priority: an offer came to nothing, or its agent vanished
    ring: int = 0  # overflow ring reached; 0: the queue's own agents
    step: int = 0  # next overflow step of the queue
    visited: tuple[str, ...] = ()  # queues that overflow has taken it out of: it does not go round in circles
    prefer: str | None = None
    prefer_until: Ms | None = None  # None: not (or no longer) waiting for `prefer` alone
    passed: dict[str, Ms] = field(default_factory=dict)  # agents who let it go, each passed over until then

    # offered
    offered_to: str | None = None
    offer_cause: str | None = None
    expires: Ms | None = None
    offer_ms: Ms | None = None

    # talking
    agent: str | None = None  # who has it: talk, hold, wrap-up
    talk_since: Ms | None = None
    dialled: bool = False  # an agent dials the customer, who has not answered yet (not a call-back)
    consult: Consulting | None = None
    wrapup_until: Ms | None = None
    callback: bool = False  # the customer has hung up and is to be called back
    attempts: int = 0  # call-backs tried
    retry_at: Ms | None = None

    # what was said
    messages: int = 0
    last_author: Author | None = None
    last_message_at: Ms | None = None
    customer_waiting_since: Ms | None = None  # first customer message that no agent has answered

    # how it ended
    last_agent: str | None = None  # who talked last: the survey is theirs
    last_queue: str | None = None
    outcome: Outcome | None = None
    ended_by: EndedBy | None = None
    ended_at: Ms | None = None
    closed_at: Ms | None = None
    survey_asked: bool = False
    surveyed: bool = False

    @property
    def dialling(self) -> bool:
        """The agent has taken a call-back and has not yet said whether the customer was reached."""
        return self.callback and (self.place is Place.TALK or self.place is Place.HOLD)


class AgentState(Struct):
    """One agent: what the person chose, what the system sees, and what is open."""

    id: str
    index: int  # place in the index of ready agents
    spec: AgentSpec
    status: Status = Status.OFFLINE  # chosen
    reason: str | None = None
    next: Status | None = None
    next_reason: str | None = None
    state: State = State.OFF  # the system's
    state_reason: str | None = None
    since: Ms = 0  # of the state
    queue: str | None = None  # of the contact that gives the state
    signed_in_at: Ms | None = None

    connected: bool = False
    lost_at: Ms | None = None
    grace_until: Ms | None = None
    missed: bool = False  # not responding: no offers until a status is chosen or the desk comes back
    missed_why: str | None = None
    reachable: bool = True  # the agent's telephone can be rung, as far as is known: else no calls are offered
    device_why: str = ""

    contacts: list[str] = field(default_factory=list)  # talk, hold, wrap-up, in order of acceptance
    offers: list[str] = field(default_factory=list)
    consulting: list[str] = field(default_factory=list)  # other agents' contacts that this one has joined
    voice: int = 0  # open, offers and wrap-up included
    text: int = 0
    turn: int = 0  # order of becoming free: the lowest has been idle longest
    occupancy: int = 0  # per mille since sign-in, as of that turn
    lapsed: list[str] = field(default_factory=list)  # skills whose certificate is missing or has run out

    invitation: Invitation | None = None
    invite_after: Ms = 0  # not invited again before
    drawn: str | None = None  # the queue this part-timer was drawn in for

    online_ms: Ms = 0  # on line since the last full break, up to `since`
    rest_ms: Ms = 0  # of break since then
    break_at: Ms | None = None  # when a break falls due if nothing changes
    break_due: bool = False
    busy_ms: Ms = 0  # since sign-in: offered, talk, hold, wrap-up
    ready_ms: Ms = 0

    @property
    def part_time(self) -> bool:
        return self.spec.employment == "part_time"

    @property
    def open(self) -> int:
        """Contacts that take up room: offers, talks, holds, wrap-ups, consults."""
        return self.voice + self.text


class QueueFacts(Struct):
    """What a snapshot keeps of a queue beside its contacts."""

    spec: QueueSpec
    busy_from: Ms | None = None  # since when somebody has been waiting without interruption
    last_departure: Ms | None = None
    gap_ms: float = 0.0  # smoothed time between departures while somebody waits
    gaps: int = 0
    handle_ms: float = 0.0  # smoothed talk + hold + wrap-up
    handled: int = 0
    calm_since: Ms | None = None  # all release limits kept, while part-timers are drawn in


class Snapshot(Struct):
    """Everything, in canonical order; equal states give equal bytes."""

    version: int
    site: SiteSpec
    clock: Ms
    turn: int
    serial: int
    epoch: int
    skills: list[SkillSpec]
    hours: list[HoursSpec]
    queues: list[QueueFacts]
    agents: list[AgentState]
    contacts: list[ContactState]
