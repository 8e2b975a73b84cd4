"""What publishing would do and did; versions."""

from typing import Literal

from pydantic import BaseModel, Field

from jietong.workforce.schedule.schemas.drafts import DayEditIn, PutDayIn
from jietong.workforce.schedule.schemas.fields import DAY_OR_NONE, Instant
from jietong.workforce.schedule.schemas.shown import DayChangeOut


class ToldOut(BaseModel):
    """Who is told what when it is published."""

    agent: str
    name: str
    days: int
    short_notice: bool


class PublishPreviewOut(BaseModel):
    """What publishing would do. `stale`: person-days that were published by somebody else since they were drafted."""

    rev: int
    next_version: int
    changes: list[DayChangeOut]
    told: list[ToldOut]
    invites: int
    must: int
    notes: int
    stale: list[DayChangeOut]


class PublishDraftIn(BaseModel):
    """`accept`: keys of conflicts that must be mended and are answered for instead, with `note` as the reason.
    `over`: publish over what was published meanwhile."""

    rev: int = Field(ge=0, lt=2**31)
    note: str = Field("", max_length=2000)
    accept: list[str] = Field(default_factory=list, max_length=2000)
    over: bool = False


class ScheduleVersionOut(BaseModel):
    n: int
    kind: Literal["draft", "day", "request", "older"]
    draft: str | None
    request: str | None
    older: int | None
    note: str
    at: Instant
    by_name: str
    changes: int
    agents: int


class ScheduleVersionsOut(BaseModel):
    items: list[ScheduleVersionOut]


class PublishedScheduleOut(BaseModel):
    """`not_invited`: part-timers whom the draft would have called in and who cannot be asked any more."""

    version: ScheduleVersionOut
    changes: list[DayChangeOut]
    told: list[ToldOut]
    not_invited: list[str] = []


class OlderIn(BaseModel):
    """Publishes what was in force with that version, for the days that were changed since."""

    first: str | None = DAY_OR_NONE
    last: str | None = DAY_OR_NONE
    note: str = Field("", max_length=2000)


class TakeBackIn(BaseModel):
    note: str = Field("", max_length=2000)


class ChangesOfDayIn(BaseModel):
    """Changes of the published schedule at once: the supervisor's, on the day."""

    edits: list[PutDayIn | DayEditIn] = Field(min_length=1, max_length=500)
    note: str = Field("", max_length=2000)
    accept: list[str] = Field(default_factory=list, max_length=500)
