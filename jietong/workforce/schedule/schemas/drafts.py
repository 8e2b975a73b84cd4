"""Drafts and what is done to them by hand."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from jietong.core.vocabulary import Activity
from jietong.workforce.schedule.schemas.fields import AT, AT_OR_NONE, DAY, DAY_OR_NONE, Instant
from jietong.workforce.schedule.schemas.shown import DraftOut, PersonDayOut


class DraftIn(BaseModel):
    """`copy_from`: the first day of a span of the same length whose published schedule is copied in; `template`: a
    stored week, for whole weeks."""

    first: str = DAY
    last: str = DAY
    name: str = Field("", max_length=120)
    copy_from: str | None = DAY_OR_NONE
    template: str | None = Field(None, max_length=100)


class DraftListOut(BaseModel):
    items: list[DraftOut]


class CopyDaysIn(BaseModel):
    """Copies published or drafted days on to others, wall time by wall time. Locked days stay."""

    from_first: str = DAY
    from_last: str = DAY
    to_first: str = DAY
    agents: list[str] | None = Field(None, max_length=2000)


class PlannedSpanIn(BaseModel):
    start: int = AT
    end: int = AT
    activity: Activity
    paid: bool = True
    overtime: bool = False


class PutDayIn(BaseModel):
    op: Literal["put"]
    agent: str = Field(max_length=100)
    day: str = DAY
    spans: list[PlannedSpanIn] = Field(max_length=60)
    base: int | None = None


class DayEditIn(BaseModel):
    """An edit; which fields it needs says `op`. `base`: the person-day's `rev` that the planner saw; whoever changed
    it since is named in 409 `edited_meanwhile`. Without `base` it is applied to what is there.

    - `clear`, `place_breaks`
    - `move_shift`: `by_s`
    - `move`: `start`, `to` · `resize`: `start`, `begin`, `end` · `change`: `start`, `into` · `remove`: `start`;
      `activity` tells apart what starts at one time
    - `insert`: `start`, `end`, `activity`
    - `assign`: `to_agent` · `place`: `pattern`, `minute` · `lock`: `locked`
    - `call_in`: `start`, `end` · `no_call_in`: `start`
    """

    op: Literal[
        "clear", "move_shift", "move", "resize", "change", "insert", "remove", "assign", "place", "place_breaks",
        "lock", "call_in", "no_call_in",
    ]  # fmt: skip
    agent: str = Field(max_length=100)
    day: str = DAY
    base: int | None = None
    start: int | None = AT_OR_NONE
    end: int | None = AT_OR_NONE
    begin: int | None = AT_OR_NONE
    to: int | None = AT_OR_NONE
    by_s: int | None = Field(None, ge=-2_000_000, le=2_000_000)
    activity: Activity | None = None
    into: Activity | None = None
    paid: bool | None = None
    overtime: bool | None = None
    to_agent: str | None = Field(None, max_length=100)
    pattern: str | None = Field(None, max_length=100)
    minute: int | None = Field(None, ge=0, lt=2880)
    locked: bool | None = None


class EditsIn(BaseModel):
    edits: list[PutDayIn | DayEditIn] = Field(min_length=1, max_length=2000)


class PreviewIn(BaseModel):
    edits: list[PutDayIn | DayEditIn] = Field(max_length=2000)
    group: str | None = None  # None: all in scope
    first: str | None = DAY_OR_NONE
    last: str | None = DAY_OR_NONE


class EditOut(BaseModel):
    """One entry of the undo list: what it was (`edit`), what it changed."""

    n: int
    edit: dict[str, Any]
    undone: bool
    undoes: int | None
    by: str
    by_name: str
    at: Instant
    agents: list[str]
    days: list[str]


class EditListOut(BaseModel):
    items: list[EditOut]


class EditedOut(BaseModel):
    """`days`: the person-days as they are now; `edits`: what was put on the undo list."""

    rev: int
    days: list[PersonDayOut]
    edits: list[EditOut]
