"""What an administrator sets up: queues, skills, hours, agents. Immutable; a change is a new spec.

Specs are stored as JSON documents beside their id, travel in `*.configured` events, and are all the engine
knows about the centre's set-up, so a replay of the ledger needs nothing else.
"""

from typing import TypeAlias

from msgspec import Struct, field

from jietong.core.vocabulary import Channel, Employment, Ms, Selection

Names: TypeAlias = dict[str, str]
"""One text in the three languages: keys `zh-Hans`, `zh-Hant`, `en`."""


class Spec(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=False):
    """Base of all specs."""


class Period(Spec, frozen=True):
    """One opening period within a day, minutes after local midnight; `end` may pass 1440 (after midnight)."""

    start: int
    end: int


class Holiday(Spec, frozen=True):
    """A local date with its own periods; none means closed."""

    date: str  # ISO 8601, local
    name: Names
    periods: tuple[Period, ...] = ()


class HoursSpec(Spec, frozen=True):
    """Opening hours in an IANA zone. `week` has seven entries, Monday first."""

    id: str
    name: Names
    zone: str
    week: tuple[tuple[Period, ...], ...]
    holidays: tuple[Holiday, ...] = ()
    active: bool = True


class SkillSpec(Spec, frozen=True):
    id: str
    name: Names
    certificate: bool = False  # an agent needs a valid certificate to use it
    active: bool = True


class SkillNeed(Spec, frozen=True):
    """A queue asks for this skill at this level or better (levels 1 to 5)."""

    skill: str
    level: int = 1


class AgentSkill(Spec, frozen=True):
    skill: str
    level: int = 3
    certified_until: Ms | None = None  # end of the certificate's validity; matters where the skill asks for one


class ExpandStep(Spec, frozen=True, tag="expand"):
    """After `after_s` seconds of waiting, agents who meet `requires` may be drawn in too."""

    after_s: int
    requires: tuple[SkillNeed, ...]


class MoveStep(Spec, frozen=True, tag="move"):
    """After `after_s` seconds of waiting, the contact moves to another queue and keeps its wait there."""

    after_s: int
    queue: str


OverflowStep: TypeAlias = ExpandStep | MoveStep


class InviteRule(Spec, frozen=True):
    """When standby part-timers are drawn in, and when they are let go (requirement A6).

    Invite when any limit is passed; release when all three measures have stayed at or under their release
    value for `calm_s` seconds. A limit of None is not looked at.
    """

    wait_s: int | None = 60  # the longest wait in the queue
    waiting: int | None = None  # how many wait
    occupancy: float | None = None  # of the queue's full-time agents on line, 0..1
    release_wait_s: int = 15
    release_waiting: int = 0
    release_occupancy: float = 0.75
    calm_s: int = 300
    answer_s: int = 45  # how long an invitation stays open
    again_s: int = 900  # how long one who declined is left in peace


class RecordingRule(Spec, frozen=True):
    """What of a queue's calls is recorded, and how long it is kept."""

    share: float = 1.0  # of the calls, drawn by contact id; 0: only on demand
    announce: bool = True  # the customer is told before the talk (the flow or the queue says it)
    keep_days: int = 180
    max_pause_s: int = 300  # after this a pause for card data ends by itself


class QueueSpec(Spec, frozen=True):
    id: str
    name: Names
    client: str  # the outsourcing principal whose contacts these are
    channels: tuple[Channel, ...]
    requires: tuple[SkillNeed, ...] = ()
    priority: int = 0  # higher is served first
    ageing_s: int | None = None  # seconds of waiting that weigh as much as one priority level; None: strict
    selection: Selection = Selection.LONGEST_IDLE
    hours: str | None = None  # HoursSpec id; None: always open
    service_level_s: int = 20  # X of service_level(X)
    service_level_target: float = 0.85
    short_abandon_s: int = 5
    alarm_wait_s: int = 180  # a longer wait is an alarm on the floor
    alarm_talk_s: int = 900  # a longer talk shows on the tile
    steps: tuple[OverflowStep, ...] = ()
    max_wait_s: int | None = None  # after this the wait ends as timed_out; the flow it came by, if any, goes on
    max_waiting: int | None = None  # beyond this many, arrivals are refused as full
    offer_s: int = 20  # how long an offer stays open
    wrapup_s: int | None = 60  # cap of wrap-up; None: uncapped
    wrapup_extend_s: int = 30
    sticky_s: int = 0  # how long to wait for the last agent who knew the customer; 0: not at all
    callback_retry_s: int = 300
    callback_attempts: int = 3
    invite: InviteRule | None = None
    recording: RecordingRule | None = None  # None: calls are not recorded
    caller_id: str | None = None  # number shown when agents dial on the queue's behalf; None: the site's first
    active: bool = True


class Capacity(Spec, frozen=True):
    """How much one agent takes at once.

    One voice call *or* `text` chats; `text_during_voice` chats may go on beside a call, and a call may be
    offered while at most that many chats are open (0: never both).
    """

    voice: int = 1
    text: int = 3
    text_during_voice: int = 0


class AgentSpec(Spec, frozen=True):
    id: str
    name: str
    employment: Employment = Employment.FULL_TIME
    team: str = ""
    skills: tuple[AgentSkill, ...] = ()
    capacity: Capacity = field(default_factory=Capacity)
    active: bool = True


class TrunkSpec(Spec, frozen=True):
    """A line to the telephone network. Its password is kept apart, encrypted, and never leaves the server."""

    id: str
    name: Names
    kind: str = "registration"  # registration | ip
    host: str = ""  # the provider's, name or address
    port: int = 5060
    transport: str = "udp"  # udp | tcp | tls
    username: str = ""
    networks: tuple[str, ...] = ()  # kind ip: addresses or CIDR ranges whose calls are taken
    channels: int = 30  # calls at once, both directions
    codecs: tuple[str, ...] = ("alaw", "ulaw", "opus", "g722")
    prefix: str = ""  # put before numbers that are dialled out
    writes: str = "e164"  # how it wants them: e164 (+8613800000000) | plain (8613800000000) | national (13800000000)
    active: bool = True


class NumberSpec(Spec, frozen=True):
    """A number that customers dial, and the flow that answers it."""

    id: str  # as the trunk delivers it: digits, with + or without
    name: Names
    client: str
    flow: str
    trunk: str | None = None  # None: on any
    limit: int | None = None  # calls at once; beyond it callers are refused as blocked
    language: str = "zh-Hans"
    active: bool = True


class ExtensionSpec(Spec, frozen=True):
    """A telephone that the centre can ring: an agent's softphone in the browser, a SIP phone, or a plain number."""

    id: str  # digits, 2 to 6
    name: str
    kind: str = "softphone"  # softphone | phone | number
    agent: str | None = None  # whose; an agent has at most one that is active
    number: str | None = None  # kind number: E.164, rung over a trunk
    active: bool = True


class ReasonSpec(Spec, frozen=True):
    """A code chosen by people: why a break, why the customer wrote."""

    id: str
    kind: str  # "break", "contact", or "article": a category of the knowledge base
    name: Names
    client: str | None = None  # contact reasons may belong to one client
    parent: str | None = None
    active: bool = True


class ClientSpec(Spec, frozen=True):
    """An outsourcing principal (委託方): whose customers, queues and figures these are."""

    id: str
    name: Names
    active: bool = True


class SiteSpec(Spec, frozen=True):
    id: str = "main"
    name: Names = field(default_factory=lambda: {"zh-Hans": "接通", "zh-Hant": "接通", "en": "Jietong"})
    zone: str = "Asia/Shanghai"
    region: str = "CN"  # ISO 3166: a phone number without a country code is read as one of this region
    request_hosts: tuple[str, ...] = ()  # that requests of any flow may go to, inside addresses included
    grace_s: int = 60  # how long a desk may be away before its agent counts as not responding
    away_s: int = 3600  # how long a desk may be away before its agent is signed out
    break_every_s: int = 7200  # 15 minutes' break for every 2 hours on line (G6)
    break_length_s: int = 900
    # Within one priority a free agent takes from the queue that they serve best; False: whoever waits longest.
    own_skill_first: bool = False
