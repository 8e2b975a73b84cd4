"""A scenario: what comes to a centre, who is there, and by which rules it is worked. Immutable, read from TOML.

Times of day are texts "HH:MM" or "HH:MM:SS" after local midnight of `date`, past 24:00 for the night that follows;
durations are in seconds, shares 0..1. docs/reference/scenario.md says what each table may hold.
"""

from typing import Literal, TypeAlias

from msgspec import Struct, field

from jietong.core.specs import InviteRule
from jietong.core.vocabulary import Channel, Employment, Selection
from jietong.workforce.simulation.chance import NOTHING, Duration, Exponential, Never, Patience

Money: TypeAlias = float
DEFAULT_METRICS = "sl3,sl7,abandon_rate,asa,wait_p90,max_wait,entry_busy_rate,aht,occupancy,online_streak"
"""What is measured where a scenario says nothing; ids of docs/reference/metrics.md."""


class Table(Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all tables of a scenario."""


class Arrivals(Table, frozen=True):
    """Exactly one of `per_hour`, `profile`, `counts`. `profile` and `counts` go in steps of `step_s` from the doors'
    opening. `counts` come as often as they say; `per_hour` and `profile` are means of a Poisson process, or with
    `process` "fixed" evenly spaced in time."""

    per_hour: float | None = None
    profile: tuple[float, ...] | None = None  # contacts expected in each step
    counts: tuple[int, ...] | None = None  # contacts that come in each step, at chance instants within it
    pace: tuple[float, ...] | None = None  # handling time in each step ÷ the queue's own; after the last step 1
    step_s: int = 1800
    process: Literal["poisson", "fixed"] = "poisson"


class Redial(Table, frozen=True):
    """Who got nobody tries again, as a new contact (every attempt counts once)."""

    after_busy: float = 0.0  # share
    after_abandon: float = 0.0
    delay_s: float = 300.0  # mean of an exponential
    at_most: int = 10  # attempts after the first


class Flow(Table, frozen=True):
    """A menu or bot before the queue. It holds a line and no agent."""

    time: Duration
    served: float = 0.0  # share that it serves
    lost: float = 0.0  # share that hangs up in it


class Callback(Table, frozen=True):
    """Offered to whoever has waited `after_s`."""

    after_s: float
    accept: float = 0.5
    reached: float = 0.9  # of the attempts
    dial_s: float = 15.0  # how long an attempt takes the agent


class Expand(Table, frozen=True, tag="expand"):
    """After `after_s` of waiting agents with these skills may be drawn in too."""

    after_s: int
    requires: dict[str, int]


class Move(Table, frozen=True, tag="move"):
    """After `after_s` of waiting the contact goes on in another queue."""

    after_s: int
    queue: str


class Queue(Table, frozen=True):
    arrivals: Arrivals = field(default_factory=Arrivals)
    handling: Duration = Exponential(240.0)  # the talk, holds included
    wrapup: Duration = NOTHING
    patience: Patience = Never()
    answer: Duration = NOTHING  # from offer to acceptance, where the agent's group does not say
    redial: Redial | None = None
    flow: Flow | None = None
    callback: Callback | None = None
    requires: dict[str, int] = field(default_factory=dict)  # skill → lowest level 1..5; empty: everybody
    channel: Channel = Channel.VOICE
    client: str = "client"
    priority: int = 0
    ageing_s: int | None = None
    selection: Selection = Selection.LONGEST_IDLE
    service_level_s: int = 20
    short_abandon_s: int = 5
    max_wait_s: int | None = None
    max_waiting: int | None = None
    offer_s: int = 20
    wrapup_cap_s: int | None = None
    callback_retry_s: int = 300
    callback_attempts: int = 3
    steps: tuple[Expand | Move, ...] = ()
    invite: InviteRule | None = None


class Break(Table, frozen=True):
    start: str
    end: str
    activity: Literal["break", "meal", "training", "meeting", "casework"] = "break"


class Shift(Table, frozen=True):
    """Whoever is busy when a break or the end comes finishes first. A break or meal is taken whole, however late it
    begins (G6); training, meetings and casework end when they were to end."""

    start: str
    end: str
    breaks: tuple[Break, ...] = ()


class Standby(Table, frozen=True):
    """Part-timers on call (兼職待命): drawn in by the queue's `invite` rule."""

    accept: float = 0.7  # share of invitations
    travel_s: float = 20.0  # from the invitation to being at the desk; longer than the rule's `answer_s` is too late


class Group(Table, frozen=True):
    """Agents who are alike. Without shifts they are there all the time."""

    count: int
    skills: dict[str, int] = field(default_factory=dict)
    employment: Employment = Employment.FULL_TIME
    shifts: tuple[Shift, ...] = ()  # each agent works all of them (a split day has two)
    absent: float = 0.0  # share that does not come that day
    missed: float = 0.0  # share of offers that the agent lets run out
    answer: Duration | None = None  # None: as the queue says
    chats: int = 3  # at once
    standby: Standby | None = None


class Trunks(Table, frozen=True):
    """The lines to the telephone network. A call holds one in the flow, in the queue and in the talk; not in wrap-up.
    Who finds none free is blocked."""

    channels: int


class Costs(Table, frozen=True):
    currency: str = "CNY"
    full_time_hour: Money = 0.0  # of a full-timer's shift, breaks included
    part_time_hour: Money = 0.0  # of a part-timer's; on standby: of the time drawn in
    line_day: Money = 0.0
    callback: Money = 0.0  # each attempt


class Scenario(Table, frozen=True):
    queues: dict[str, Queue]
    agents: dict[str, Group]
    name: str = "scenario"
    zone: str = "Asia/Shanghai"
    date: str = "2026-03-02"
    opens: str = "00:00"
    hours: float = 24.0  # how long contacts come
    warm_up_s: float = 0.0  # contacts that come in the first seconds are not counted
    day_to_day: float = 0.0  # standard deviation of a day's load ÷ its mean, the same for all queues (gamma)
    own_skill_first: bool = False  # within one priority a free agent takes from the queue that they serve best
    trunks: Trunks | None = None
    costs: Costs = Costs()
    metrics: str = DEFAULT_METRICS


def clock_s(text: str) -> int:
    """Seconds after midnight of "HH:MM" or "HH:MM:SS", up to 48:00. Raises ValueError."""
    parts = text.split(":")
    if len(parts) not in (2, 3) or not all(part.isdecimal() and len(part) == 2 for part in parts):
        raise ValueError(text)
    hours, minutes, seconds = (*map(int, parts), 0)[:3]
    if hours > 48 or minutes > 59 or seconds > 59 or hours * 3600 + minutes * 60 + seconds > 48 * 3600:
        raise ValueError(text)
    return hours * 3600 + minutes * 60 + seconds


def clock_text(seconds: int) -> str:
    """The text that `clock_s` reads as `seconds`."""
    hours, rest = divmod(seconds, 3600)
    tail = f":{rest % 60:02}" if rest % 60 else ""
    return f"{hours:02}:{rest // 60:02}{tail}"
