"""What the scenario lab keeps: studies with versions of assumptions, and the scenarios tried in each. Pure.

Durations in seconds, shares 0..1, money in the study's currency, instants in ms UTC.
"""

from enum import StrEnum
from typing import Any, Final, Literal, TypeAlias

from msgspec import Struct

from jietong.core.vocabulary import Ms

Clock: TypeAlias = str
"""Time of day, "HH:MM"."""


class Source(StrEnum):
    """Where an assumption comes from."""

    RECORDED = "recorded"  # of the day itself
    MONTH = "month"  # of the last 30 days
    FITTED = "fitted"  # chosen so that the base gives the day as it was measured
    SET_UP = "set_up"  # queues, trunks, agents as an administrator set them up
    SCHEDULE = "schedule"  # the published schedule
    FORECAST = "forecast"
    DEFAULT = "default"  # nobody has measured it: yours to set
    UNKNOWN = "unknown"


class Assumptions(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything a planner may change; the rest of the base is as it was recorded."""

    # calls
    volume: float = 1.0  # × what was recorded or forecast
    spread: float = 0.0  # standard deviation of a day's load ÷ its mean
    # callers
    patience_s: float | None = None  # median; None: nobody was seen to give up
    redial_busy: float = 0.0
    redial_abandon: float = 0.0
    callback_accept: float = 0.4
    callback_reached: float = 0.88
    # handling
    talk_s: float = 0.0  # mean, holds included
    wrapup_s: float = 0.0
    resolved: float | None = None  # share solved in one contact
    # people
    absent: float = 0.0  # who does not come, beside who did not on that day
    part_time_accept: float = 0.8
    part_time_travel_s: float = 1800.0  # from the invitation to the first call
    # lines and cost
    lines: int | None = None  # None: more than are ever needed
    full_time_hour: float = 52.5
    part_time_hour: float = 38.0
    line_day: float = 6.0
    callback_cost: float = 0.6
    coaching_day: float = 3.0  # minutes of each agent a day, for shorter handling
    menu_day: float = 100.0  # upkeep of what a flow answers by itself
    training_hours: float = 16.0  # for one more skill of one agent, once a year
    # what is promised
    target: float = 0.85
    within_s: float = 20.0
    max_occupancy: float = 0.88


LIMITS: Final[dict[str, tuple[float, float]]] = {
    "volume": (0.1, 5),
    "spread": (0, 1),
    "patience_s": (1, 7200),
    "redial_busy": (0, 1),
    "redial_abandon": (0, 1),
    "callback_accept": (0, 1),
    "callback_reached": (0, 1),
    "talk_s": (1, 7200),
    "wrapup_s": (0, 3600),
    "resolved": (0.01, 1),
    "absent": (0, 0.95),
    "part_time_accept": (0, 1),
    "part_time_travel_s": (0, 14400),
    "lines": (0, 100_000),
    "full_time_hour": (0, 1e5),
    "part_time_hour": (0, 1e5),
    "line_day": (0, 1e5),
    "callback_cost": (0, 1e4),
    "coaching_day": (0, 480),
    "menu_day": (0, 1e6),
    "training_hours": (0, 1000),
    "target": (0.01, 0.999),
    "within_s": (1, 600),
    "max_occupancy": (0.1, 1),
}


class Measured(Struct, frozen=True):
    """The day by the catalogue's own figures, over the study's queues; None: no data, or not the reader's to see."""

    sl3: float | None = None
    sl7: float | None = None
    abandon_rate: float | None = None
    occupancy: float | None = None
    attempts: int = 0  # reached the entry
    asked: int = 0  # asked for a person
    blocked: int = 0
    lost: int = 0  # left in the flow


class Ground(Struct, frozen=True):
    """What a study stands on, never changed: the base as a scenario (`simulation.reading.tables`), and how it came to
    be. `sources`: by the name of the assumption."""

    scenario: dict[str, Any]
    assumptions: Assumptions
    sources: dict[str, Source]
    measured: Measured | None  # None: a day that has not been yet
    agents: int
    standby: dict[str, dict[str, int]]  # part-timers of the centre, with what they can
    notes: tuple[str, ...] = ()  # codes: staff_from_contacts, simulated_contacts …
    names: dict[str, str] = {}  # of agents, by id


class Day(Struct, frozen=True, tag_field="kind", tag="recorded"):
    """A day as it was. `date` local, ISO."""

    date: str


class ForecastDay(Struct, frozen=True, tag_field="kind", tag="forecast"):
    """A day as it is forecast, with the schedule published for it."""

    date: str


Of: TypeAlias = Day | ForecastDay


class LeverKind(StrEnum):
    BASE = "base"
    CALLBACK = "callback"
    PART_TIMERS = "part_timers"
    MOVE_BREAKS = "move_breaks"
    HANDLING = "handling"
    SELF_SERVICE = "self_service"
    CROSS_TRAIN = "cross_train"
    LINES = "lines"
    TOGETHER = "together"
    HEADS = "heads"
    HALF_TRUNKS = "half_trunks"
    ABSENT = "absent"
    SWITCH_DOWN = "switch_down"

    @property
    def contingency(self) -> bool:
        """Something that befalls the centre, not something it does (I2)."""
        return self in CONTINGENCIES


CONTINGENCIES = frozenset({LeverKind.HALF_TRUNKS, LeverKind.ABSENT, LeverKind.SWITCH_DOWN})
ALTERNATIVES: tuple[LeverKind, ...] = (
    LeverKind.CALLBACK,
    LeverKind.MOVE_BREAKS,
    LeverKind.PART_TIMERS,
    LeverKind.SELF_SERVICE,
    LeverKind.HANDLING,
    LeverKind.CROSS_TRAIN,
    LeverKind.LINES,
)
"""What is tried before any head is added (H3)."""


class Change(Struct, frozen=True, forbid_unknown_fields=True):
    """What a scenario does otherwise; which fields count depends on the kind.

    `count`: agents, part-timers, lines (may be negative); `start`, `end`: when they work, or the hour in which the
    switch is down; `after_s`: of a call-back; `seconds`: taken off the mean handling time; `share`: self-served in
    addition, agents trained, absent; `parts`: of several together.
    """

    kind: LeverKind
    count: int = 0
    start: Clock = ""
    end: Clock = ""
    after_s: float = 0.0
    seconds: float = 0.0
    share: float = 0.0
    parts: tuple["Change", ...] = ()


class Version(Struct, frozen=True):
    n: int
    assumptions: Assumptions
    note: str
    made_at: Ms
    made_by_name: str


class Study(Struct, frozen=True):
    id: str
    client: str  # '*': all together
    title: str
    of: Of
    queues: tuple[str, ...]  # empty: all of the client
    days: int  # replications
    seed: int
    state: Literal["preparing", "ready", "failed"]
    job: str | None  # that prepares it
    made_at: Ms
    made_by: str
    made_by_name: str
    error: str = ""


class Tried(Struct, frozen=True):
    """A scenario of a study."""

    id: str
    study: str
    name: str  # a planner's own; empty: worded by the change
    change: Change
    made_at: Ms
    planned_at: Ms | None = None
    planned_by_name: str | None = None


class Run(Struct, frozen=True):
    """A scenario under one version. `result`: None until there is any; see `work.replicate`."""

    scenario: str
    version: int
    job: str
    result: dict[str, Any] | None


HELPS_FROM: Final[dict[LeverKind, str]] = {
    LeverKind.CALLBACK: "today",
    LeverKind.MOVE_BREAKS: "today",
    LeverKind.PART_TIMERS: "half_hour",
    LeverKind.SELF_SERVICE: "tomorrow",
    LeverKind.LINES: "three_days",
    LeverKind.HANDLING: "two_weeks",
    LeverKind.CROSS_TRAIN: "four_weeks",
    LeverKind.HEADS: "eight_weeks",
}
"""A code for the screen; of several together, the latest."""
LATER: Final[tuple[str, ...]] = (
    "today", "half_hour", "tomorrow", "three_days", "two_weeks", "four_weeks", "eight_weeks",
)  # fmt: skip
