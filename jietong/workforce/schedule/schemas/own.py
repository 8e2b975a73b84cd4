"""One's own schedule: days, notices, wishes, requests."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from jietong.workforce.schedule.schemas.fields import AT_OR_NONE, DAY, DAY_OR_NONE, Instant
from jietong.workforce.schedule.schemas.requests import ScheduleRequestOut
from jietong.workforce.schedule.schemas.setup import PlanningDocumentOut
from jietong.workforce.schedule.schemas.shown import PlannedSpanOut


class NoticeOut(BaseModel):
    """`code`: schedule_published, request_approved, swap_offered, call_up …; `params` are for its words."""

    id: str
    at: Instant
    code: str
    params: dict[str, Any]
    read: bool


class OwnDayOut(BaseModel):
    """`before`: what it was, where a publication that has not been read yet changed it."""

    day: str
    version: int
    spans: list[PlannedSpanOut]
    before: list[PlannedSpanOut] | None


class WishOut(BaseModel):
    id: str
    kind: Literal["on", "off", "pattern", "not_pattern"]
    day: str | None
    weekday: int | None
    pattern: str | None
    weight: int
    note: str


class OwnScheduleOut(BaseModel):
    zone: str
    now: Instant
    agent: str
    name: str
    part_time: bool
    first: str
    last: str
    days: list[OwnDayOut]
    notices: list[NoticeOut]
    wishes: list[WishOut]
    requests: list[ScheduleRequestOut]  # mine, and those that I am asked for
    patterns: list[PlanningDocumentOut]
    feed: bool
    leave_notice_days: int
    swap_notice_h: int


class WishIn(BaseModel):
    kind: Literal["on", "off", "pattern", "not_pattern"]
    day: str | None = DAY_OR_NONE
    weekday: int | None = Field(None, ge=0, le=6)
    pattern: str | None = Field(None, max_length=100)
    weight: int = Field(2, ge=1, le=5)
    note: str = Field("", max_length=500)


class OwnRequestIn(BaseModel):
    """leave: `day`, `last_day`, of part of a day `start`, `end`. swap: `day` (mine), `partner`, `partner_day`
    (theirs, the same day unless given). give_away: `day`, `partner` or nobody: to all who can take it."""

    kind: Literal["leave", "swap", "give_away"]
    day: str = DAY
    last_day: str | None = DAY_OR_NONE
    start: int | None = AT_OR_NONE
    end: int | None = AT_OR_NONE
    partner: str | None = Field(None, max_length=100)
    partner_day: str | None = DAY_OR_NONE
    note: str = Field("", max_length=2000)


class SwapColleagueOut(BaseModel):
    """Somebody with whom a swap is possible; `why_not`: codes of rules that forbid it."""

    agent: str
    name: str
    day: str
    spans: list[PlannedSpanOut]
    why_not: list[str]


class ColleaguesOut(BaseModel):
    items: list[SwapColleagueOut]


class FeedOut(BaseModel):
    """The address is shown this once; a new one makes the old one void."""

    path: str


class ReadIn(BaseModel):
    ids: list[str] = Field(max_length=500)
