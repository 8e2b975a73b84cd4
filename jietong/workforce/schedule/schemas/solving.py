"""What is asked of the solver, and what it proposes."""

from typing import Literal

from pydantic import BaseModel, Field

from jietong.workforce.schedule.schemas.fields import DAY_OR_NONE
from jietong.workforce.schedule.schemas.shown import CoverOut, EffectFiguresOut, PersonDayOut


class SolveIn(BaseModel):
    """`keep`: what must stay: `locked` days only, or everything `edited` too. `weights` scale the price of each."""

    seconds: int = Field(60, ge=1, le=1800)
    agents: list[str] | None = Field(None, max_length=2000)
    groups: list[str] | None = Field(None, max_length=200)
    first: str | None = DAY_OR_NONE
    last: str | None = DAY_OR_NONE
    keep: Literal["locked", "edited"] = "locked"
    overtime: bool = False
    wishes: float = Field(1.0, ge=0, le=100)
    fairness: float = Field(1.0, ge=0, le=100)
    change: float = Field(0.0, ge=0, le=100)
    seed: int = Field(1, ge=1, lt=2**31)


class AskedOut(BaseModel):
    job: str


class UnmetOut(BaseModel):
    agent: str
    day: str | None
    what: str
    why: str
    price: float


class RosterConflictOut(BaseModel):
    """Hard rules that cannot all be kept: the plan breaks `broken` on these days."""

    agent: str
    rules: list[str]
    broken: list[str]
    days: list[str]


class ProposalOut(BaseModel):
    """What came of solving; figures against the draft as it is now. `state` of the job: `queued` … `done`."""

    job: str
    draft: str
    rev: int
    state: Literal["asked", "accepted", "discarded"]
    job_state: str
    error: str | None = None
    cost: dict[str, float] | None = None
    bound: float | None = None
    gap: float | None = None
    seconds: float | None = None
    finished: bool | None = None
    unmet: list[UnmetOut] = []
    conflicts: list[RosterConflictOut] = []
    days: list[PersonDayOut] = []
    before: EffectFiguresOut | None = None
    after: EffectFiguresOut | None = None
    cover_before: CoverOut | None = None
    cover_after: CoverOut | None = None


class ProposalsOut(BaseModel):
    items: list[ProposalOut]
