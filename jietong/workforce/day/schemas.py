"""What the day looks like over HTTP. Instants in ms UTC, ratios 0..1, times in seconds where the name ends in `_s`,
money in the site's currency. Arrays are by steps of `step_s` from `start`, the local midnight.
"""

from typing import Any, Literal

from pydantic import BaseModel, Field

from jietong.core.vocabulary import Activity, State
from jietong.workforce.day.model import Back

Instant = int


class DayPersonOut(BaseModel):
    """`out_since`: since when it has not been what was scheduled. `kept_ms` ÷ `scheduled_ms` is adherence today."""

    agent: str
    name: str
    team: str
    part_time: bool
    state: State
    since: Instant
    activity: Activity | None
    until: Instant | None
    next_activity: Activity | None
    next_at: Instant | None
    out_since: Instant | None
    excused: bool
    kept_ms: int
    scheduled_ms: int
    groups: list[str]


class ExceptionOut(BaseModel):
    id: str
    agent: str
    name: str
    start: Instant
    end: Instant
    note: str
    by_name: str
    at: Instant
    withdrawn: bool


class DayGroupOut(BaseModel):
    """`need`, `cover`: people on line, with shrinkage in the need, and without those who did not come in the cover;
    `planned`: cover as published. Null: there is no forecast."""

    id: str
    names: dict[str, str]
    share: float
    within_s: float
    said: list[float] | None
    mean: list[float] | None
    p10: list[float] | None
    p90: list[float] | None
    came: list[float | None] | None
    need_said: list[float] | None
    need: list[float] | None
    planned: list[float]
    cover: list[float]


class OverloadedOut(BaseModel):
    agent: str
    name: str
    occupancy: float
    on_line_since: Instant


class OverloadOut(BaseModel):
    group: str
    occupancy: float
    limit: float
    agents: list[OverloadedOut]


class AdherenceTotalOut(BaseModel):
    kept_ms: int
    scheduled_ms: int
    out: int
    absent: int
    present: int


class IntradayOut(BaseModel):
    """`now` is when the picture was made; the same picture has the same ETag."""

    now: Instant
    day: str
    zone: str
    start: Instant
    step_s: int
    published: bool
    groups: list[DayGroupOut]
    people: list[DayPersonOut]
    total: AdherenceTotalOut
    exceptions: list[ExceptionOut]
    overloads: list[OverloadOut]


class WeightOut(BaseModel):
    """Of the rest of the day: person-hours missing, the largest gap, contacts not answered in time (an estimate),
    person-hours too many."""

    gap_hours: float
    largest: float
    late: float
    over_hours: float


class LeverMoveOut(BaseModel):
    """One change of one person's day, for words: `to` of what is moved, `into` of what becomes something else."""

    agent: str
    name: str
    activity: Activity | None
    start: Instant
    end: Instant | None = None
    to: Instant | None = None
    into: Activity | None = None


class DayLeverOut(BaseModel):
    """`does`: it can be done from here; `asks`: by asking people; `back`: whether it can be taken back then. `cost`
    below nothing saves; null: not known."""

    id: str
    kind: Literal["move_breaks", "postpone", "callback", "call_in", "overtime", "send_home", "relief", "heads"]
    groups: list[str]
    before: WeightOut
    after: WeightOut
    cost: float | None
    does: bool
    asks: bool
    back: Back
    places: int
    start: Instant | None
    end: Instant | None
    agents: list[str]
    names: list[str]
    moves: list[LeverMoveOut]


class DayActionOut(BaseModel):
    id: str
    kind: str
    params: dict[str, Any]
    effect: dict[str, Any]
    names: list[str]
    at: Instant
    by_name: str
    undone_at: Instant | None
    undone_by_name: str | None
    back: Back


class DayLeversOut(BaseModel):
    """Cheapest first, heads last; `actions`: what was done today, the latest first."""

    items: list[DayLeverOut]
    actions: list[DayActionOut]
    forecast: bool


class ExceptionIn(BaseModel):
    agent: str = Field(max_length=100)
    start: int = Field(ge=0, lt=2**52)
    end: int = Field(ge=0, lt=2**52)
    note: str = Field(min_length=1, max_length=500)


class ExceptionMadeOut(BaseModel):
    id: str


class ApplyIn(BaseModel):
    note: str = Field("", max_length=500)


class SkillRowOut(BaseModel):
    """By steps. `alone`: the one person who has the skill where somebody is needed; `gone`: nobody has it."""

    skill: str
    names: dict[str, str]
    level: int
    groups: list[str]
    holders: int
    able: list[float]
    need: list[float] | None
    alone: list[str | None]
    gone: list[bool]


class LapsingOut(BaseModel):
    agent: str
    name: str
    skill: str
    names: dict[str, str]
    until: Instant
    holders_left: int


class TrainingOut(BaseModel):
    """Were so many of `agents` trained for `target` as well: person-hours missing today, before and with one, two,
    three of them."""

    target: str
    target_names: dict[str, str]
    source: str
    source_names: dict[str, str]
    agents: list[str]
    names: list[str]
    skills: list[str]
    before: float
    after: list[float]


class CoverageOut(BaseModel):
    day: str
    start: Instant
    step_s: int
    first: int
    last: int
    warn_days: int
    skills: list[SkillRowOut]
    lapsing: list[LapsingOut]
    trainings: list[TrainingOut]
