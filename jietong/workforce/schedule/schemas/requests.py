"""Requests of staff, and the centre's: leave, swaps, call-ups, overtime."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from jietong.workforce.schedule.rules.requests import RequestKind, RequestState
from jietong.workforce.schedule.schemas.fields import AT, Instant
from jietong.workforce.schedule.schemas.shown import ConflictOut, DayChangeOut, EffectFiguresOut


class OfferOut(BaseModel):
    agent: str
    name: str
    place: int
    offered_at: Instant
    answer: Literal["accepted", "declined", "late"] | None
    answered_at: Instant | None


class ScheduleRequestOut(BaseModel):
    """`agent` '' in a call-up: the centre asks. `reason`: of a refusal. `version`: the schedule that it made."""

    id: str
    kind: RequestKind
    state: RequestState
    agent: str
    agent_name: str
    partner: str | None
    partner_name: str | None
    day: str
    last_day: str
    partner_day: str | None
    start: Instant | None
    end: Instant | None
    note: str
    reason: str
    automatic: bool
    version: int | None
    places: int
    expires_at: Instant | None
    made_at: Instant
    made_by_name: str
    decided_at: Instant | None
    decided_by_name: str | None
    offers: list[OfferOut]
    params: dict[str, Any]


class ScheduleRequestsOut(BaseModel):
    items: list[ScheduleRequestOut]


class RequestDetailOut(BaseModel):
    """With what approving it would do: rules that it breaks, figures before and after."""

    request: ScheduleRequestOut
    conflicts: list[ConflictOut]
    changes: list[DayChangeOut]
    before: EffectFiguresOut | None
    after: EffectFiguresOut | None


class DecideIn(BaseModel):
    decision: Literal["approve", "refuse"]
    reason: str = Field("", max_length=2000)
    over: bool = False


class CallUpIn(BaseModel):
    """Asks part-timers on standby (A6), or full-timers for overtime, in the order of fairness."""

    kind: Literal["call_up", "overtime"] = "call_up"
    start: int = AT
    end: int = AT
    places: int = Field(1, ge=1, le=100)
    group: str | None = None
    agents: list[str] | None = Field(None, max_length=500)
    note: str = Field("", max_length=2000)


class CandidateOut(BaseModel):
    agent: str
    name: str
    called: int
    hours: float


class CandidatesOut(BaseModel):
    items: list[CandidateOut]
