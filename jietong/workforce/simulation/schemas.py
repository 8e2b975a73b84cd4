"""The wire's shape of what a second skill gains (G7). Durations in seconds, shares 0..1."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel

from jietong.workforce.jobs.model import JobState
from jietong.workforce.simulation.skill_jobs import Standing

SECONDS = frozenset({"asa"})


class SkillEstimateOut(BaseModel):
    """A mean with its 95 % interval."""

    mean: float | None
    low: float | None
    high: float | None


class SkillBreadthOut(BaseModel):
    """Everybody knowing one kind of work, what they know now, two, all. `skills`: kinds of work a person. Figures:
    sl3, asa, abandon_rate, occupancy, and entry_busy_rate where lines are limited; `more`: less "one"."""

    breadth: Literal["one", "now", "two", "all"]
    skills: float
    figures: dict[str, SkillEstimateOut]
    more: dict[str, SkillEstimateOut]


class SecondSkillOut(BaseModel):
    """`state` none: nobody has asked yet. `captured`: of what all skills would gain in SL3, the share that two gain;
    null where it is not clear that they gain anything. `without`: what was left out of the day: steps, callbacks,
    chats, standby, missed."""

    state: Literal["none", "queued", "running", "done", "failed", "cancelled", "interrupted"]
    share: float | None
    error: str | None
    made_at: int | None
    client: str
    days: int
    kinds: int
    without: list[str]
    rows: list[SkillBreadthOut]
    captured: float | None


def second_skill_out(found: Standing, client: str) -> SecondSkillOut:
    job, result = found
    done = result if job is not None and job.state is JobState.DONE else None
    doc: Mapping[str, Any] = done or {"days": 0, "kinds": 0, "without": [], "rows": [], "captured": None}
    rows = [
        {**row, "figures": _seconds(row["figures"]), "more": _seconds(row["more"])} for row in doc["rows"]
    ]  # fmt: skip
    return SecondSkillOut.model_validate(
        {
            **doc,
            "rows": rows,
            "state": "none" if job is None else job.state.value,
            "share": None if job is None else job.progress.share,
            "error": None if job is None else job.error,
            "made_at": None if job is None else job.made_at,
            "client": client,
        }
    )


def _seconds(figures: Mapping[str, Mapping[str, float | None]]) -> dict[str, Mapping[str, float | None]]:
    return {
        key: {name: None if v is None else v / 1000 for name, v in one.items()} if key in SECONDS else one
        for key, one in figures.items()
    }
