"""What a schedule is: spans, days, people, cover, effect, conflicts."""

from typing import Any, Literal

from pydantic import BaseModel

from jietong.core.vocabulary import Activity, Employment
from jietong.workforce.schedule.rules.requests import RequestKind, RequestState
from jietong.workforce.schedule.schemas.fields import Instant, Texts


class PlannedSpanOut(BaseModel):
    start: Instant
    end: Instant
    activity: Activity
    paid: bool
    overtime: bool


class StandbyInviteOut(BaseModel):
    start: Instant
    end: Instant


class PersonDayOut(BaseModel):
    """`edited`: the draft has it otherwise than what is published. `rev`: give it back as `base` with an edit."""

    agent: str
    day: str
    version: int
    rev: int
    edited: bool
    locked: bool
    spans: list[PlannedSpanOut]
    invites: list[StandbyInviteOut]
    by_name: str | None
    at: Instant | None


class HeldSkillOut(BaseModel):
    skill: str
    level: int
    until: Instant | None
    gated: bool


class PlannedPersonOut(BaseModel):
    """`frames`, `standby`: of the days asked for, [day, start, end]; no frames at all: any time (`framed` false)."""

    id: str
    name: str
    team: str
    employment: Employment
    groups: list[str]
    skills: list[HeldSkillOut]
    framed: bool
    frames: list[tuple[str, Instant, Instant]]
    standby: list[tuple[str, Instant, Instant]]


class LocalDayOut(BaseModel):
    """`end` is the next day's start: 23, 24 or 25 hours later."""

    day: str
    start: Instant
    end: Instant
    weekend: bool


class DraftOut(BaseModel):
    id: str
    name: str
    first: str
    last: str
    state: Literal["open", "published", "dropped"]
    rev: int
    published: int | None
    made_at: Instant
    made_by_name: str
    changed_at: Instant
    changed_by_name: str
    changes: int


class PendingOut(BaseModel):
    """A request that lies over the schedule while it is open: an invitation without an answer, leave asked for."""

    id: str
    kind: RequestKind
    state: RequestState
    agent: str
    partner: str | None
    day: str
    last_day: str
    start: Instant | None
    end: Instant | None
    asked: list[str]


class PlannedScheduleOut(BaseModel):
    """`locked_until`: what starts before it is past and stays."""

    zone: str
    first: str
    last: str
    now: Instant
    version: int
    draft: DraftOut | None
    days: list[LocalDayOut]
    people: list[PlannedPersonOut]
    items: list[PersonDayOut]
    pending: list[PendingOut]
    locked_until: Instant


class GroupCoverOut(BaseModel):
    """By steps. `need` with absence and shrinkage in it; null: there is no forecast. `able`: all who could serve it,
    counted in every group that they can serve; `agents`: each counted for one group alone."""

    id: str
    names: Texts
    share: float
    within_s: float
    absence: float
    shrinkage: float
    need: list[float] | None
    agents: list[float]
    able: list[float]


class CoverOut(BaseModel):
    """`need` sums the groups; `people` on line, each once. `forecast`: whether every group has one."""

    start: Instant
    step_s: int
    forecast: bool
    groups: list[GroupCoverOut]
    need: list[float] | None
    people: list[float]


class EffectFiguresOut(BaseModel):
    """`gap_hours`: person-hours missing; `sl3`, `true_access`: estimated by Erlang A from the forecast, null where
    there is none or nothing is known of who does not get in; `cost`: of the paid hours."""

    gap_hours: float | None
    largest_gap: float | None
    over_hours: float | None
    sl3: float | None
    true_access: float | None
    cost: float


class ConflictOut(BaseModel):
    """`fix`: edits that mend it; empty: there is no plain one."""

    key: str
    code: str
    must: bool
    agent: str | None
    day: str | None
    start: Instant | None
    end: Instant | None
    params: dict[str, str | int | float]
    fix: list[dict[str, Any]]


class ConflictsOut(BaseModel):
    rev: int
    must: int
    notes: int
    items: list[ConflictOut]


class EffectOut(BaseModel):
    """Of edits that are not yet put down. The cover is of the groups asked for, after them and before."""

    before: EffectFiguresOut
    after: EffectFiguresOut
    since: Instant  # figures are of the time from here on
    cover_before: CoverOut
    cover_after: CoverOut
    days: list[PersonDayOut]
    conflicts: list[ConflictOut]


class DayChangeOut(BaseModel):
    agent: str
    name: str
    day: str
    before: list[PlannedSpanOut]
    after: list[PlannedSpanOut]
    short_notice: bool
