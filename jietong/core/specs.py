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
    max_wait_s: int | None = None  # after this the contact ends as timed_out and may leave a message
    max_waiting: int | None = None  # beyond this many, arrivals are refused as full
    offer_s: int = 20  # how long an offer stays open
    wrapup_s: int | None = 60  # cap of wrap-up; None: uncapped
    wrapup_extend_s: int = 30
    sticky_s: int = 0  # how long to wait for the last agent who knew the customer; 0: not at all
    callback_retry_s: int = 300
    callback_attempts: int = 3
    invite: InviteRule | None = None
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
    grace_s: int = 60  # how long a desk may be away before its agent counts as not responding
    away_s: int = 3600  # how long a desk may be away before its agent is signed out
    break_every_s: int = 7200  # 15 minutes' break for every 2 hours on line (G6)
    break_length_s: int = 900
