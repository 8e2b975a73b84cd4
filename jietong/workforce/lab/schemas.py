"""What the lab's HTTP takes and gives. Instants in ms UTC, durations in seconds, shares 0..1, money a day."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec.structs import asdict
from pydantic import BaseModel, ConfigDict, Field

from jietong.workforce.jobs.model import Job, JobState
from jietong.workforce.lab import assumed, levers, outcome
from jietong.workforce.lab.model import LIMITS, Change, Day, ForecastDay, LeverKind, Of, Source, Study, Version
from jietong.workforce.lab.outcome import Setting
from jietong.workforce.lab.service import DAYS, MOST_TITLE
from jietong.workforce.lab.shown import Shown

FEWEST = 10
Share = Annotated[float, Field(ge=0, le=1)]
ClockText = Annotated[str, Field(pattern=r"^$|^\d\d:\d\d$")]


class In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class LabStudyIn(In):
    kind: Literal["recorded", "forecast"] = "recorded"
    date: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")]
    client: Annotated[str, Field(min_length=1, max_length=100)] = "*"
    queues: Annotated[list[str], Field(max_length=200)] = []
    days: Annotated[int, Field(ge=2, le=200)] = DAYS
    title: Annotated[str, Field(max_length=MOST_TITLE)] = ""

    def of(self) -> Of:
        return Day(self.date) if self.kind == "recorded" else ForecastDay(self.date)


class LabChangeIn(In):
    kind: LeverKind
    count: Annotated[int, Field(ge=-10_000, le=10_000)] = 0
    start: ClockText = ""
    end: ClockText = ""
    after_s: Annotated[float, Field(ge=0, le=3600)] = 0
    seconds: Annotated[float, Field(ge=0, le=3600)] = 0
    share: Share = 0
    parts: Annotated[list["LabChangeIn"], Field(max_length=8)] = []

    def change(self) -> Change:
        return Change(
            self.kind,
            self.count,
            self.start,
            self.end,
            self.after_s,
            self.seconds,
            self.share,
            tuple(part.change() for part in self.parts),
        )


class LabScenarioIn(In):
    change: LabChangeIn
    name: Annotated[str, Field(max_length=MOST_TITLE)] = ""
    run: bool = True


class LabVersionIn(In):
    """Only what is to differ from the latest version."""

    assumptions: dict[str, float | None]
    note: Annotated[str, Field(max_length=300)] = ""


class LabRunIn(In):
    """None named: all but contingencies."""

    scenarios: Annotated[list[str], Field(max_length=100)] = []


class LabPlanIn(In):
    planned: bool = True


class LabDraftOut(BaseModel):
    """`left`: pauses whose place in the schedule is another by now."""

    draft: str
    day: str
    moved: int
    left: int


class LabChangeOut(BaseModel):
    kind: LeverKind
    count: int
    start: str
    end: str
    after_s: float
    seconds: float
    share: float
    parts: list["LabChangeOut"]


class LabStudyOut(BaseModel):
    id: str
    client: str
    title: str
    kind: str
    date: str
    queues: list[str]
    days: int
    state: Literal["preparing", "ready", "failed"]
    error: str
    made_at: int
    made_by: str
    made_by_name: str


class LabStudiesOut(BaseModel):
    items: list[LabStudyOut]


class LabEstimateOut(BaseModel):
    mean: float | None
    low: float | None
    high: float | None


class LabComparedOut(BaseModel):
    value: LabEstimateOut
    change: LabEstimateOut | None


class LabRunOut(BaseModel):
    """`state` none: never run under this version. `left_s`: None while nobody can know."""

    state: JobState | Literal["none"]
    job: str | None
    days: int
    wanted: int
    seconds: float | None
    left_s: float | None
    error: str | None
    error_detail: str | None


class LabScenarioOut(BaseModel):
    """`figures`: sl3, sl7, abandon_rate, occupancy, cost (of one resolved contact); null: no result yet. `sl3`,
    `sl7`: by half-hour of `half_hours`; null: too few to say."""

    id: str
    name: str
    change: LabChangeOut
    contingency: bool
    helps_from: str
    planned_at: int | None
    planned_by_name: str | None
    run: LabRunOut
    figures: dict[str, LabComparedOut] | None
    half_hours: list[int]
    sl3: list[float | None]
    sl7: list[float | None]
    cost_day: LabEstimateOut | None


class LabMindOut(BaseModel):
    code: str
    value: float | None
    n: int | None


class LabLeverOut(BaseModel):
    scenario: str | None
    change: LabChangeOut
    helps_from: str
    cost: LabEstimateOut | None
    more: LabEstimateOut | None
    each: float | None
    minds: list[LabMindOut]


class LabCheckOut(BaseModel):
    """`low`–`high`: where 19 of 20 single days of the base fall."""

    measured: float
    mean: float
    low: float
    high: float
    inside: bool


class LabVersionOut(BaseModel):
    n: int
    note: str
    made_at: int
    made_by_name: str
    changed: list[str]


class LabMeasuredOut(BaseModel):
    sl3: float | None
    sl7: float | None
    abandon_rate: float | None
    occupancy: float | None
    attempts: int
    asked: int
    blocked: int
    lost: int


class LabShownOut(BaseModel):
    """`assumptions` of version `version`, `first` of the first; `sources` by assumption; `heads_missing`: the
    alternatives to be run before a head is offered."""

    study: LabStudyOut
    zone: str
    version: int
    versions: list[LabVersionOut]
    assumptions: dict[str, float | None]
    first: dict[str, float | None]
    limits: dict[str, tuple[float, float]]
    sources: dict[str, Source]
    measured: LabMeasuredOut | None
    agents: int
    part_timers: int
    notes: list[str]
    preparing: float | None
    scenarios: list[LabScenarioOut]
    levers: list[LabLeverOut]
    check: dict[str, LabCheckOut]
    heads_missing: list[LeverKind]


def study_out(study: Study) -> LabStudyOut:
    return LabStudyOut(
        id=study.id,
        client=study.client,
        title=study.title,
        kind="recorded" if isinstance(study.of, Day) else "forecast",
        date=study.of.date,
        queues=list(study.queues),
        days=study.days,
        state=study.state,
        error=study.error,
        made_at=study.made_at,
        made_by=study.made_by,
        made_by_name=study.made_by_name,
    )


def shown_out(shown: Shown, now: int) -> LabShownOut:
    ground = shown.ground
    setting = Setting(shown.assumptions, ground.agents)
    base = shown.docs.get(shown.scenarios[0].id) if shown.scenarios else None
    checks = {} if base is None or ground.measured is None else outcome.check(base, ground.measured)
    return LabShownOut(
        study=study_out(shown.study),
        zone=ground.scenario["zone"],
        version=shown.n,
        versions=_versions(shown.versions),
        assumptions=asdict(shown.assumptions),
        first=asdict(ground.assumptions),
        limits=dict(LIMITS),
        sources=ground.sources,
        measured=None if ground.measured is None else LabMeasuredOut(**asdict(ground.measured)),
        agents=ground.agents,
        part_timers=len(ground.standby),
        notes=list(ground.notes),
        preparing=None if shown.preparing is None else shown.preparing.progress.share or 0.0,
        scenarios=[_scenario(shown, n, base, setting, now) for n in range(len(shown.scenarios))],
        levers=[
            LabLeverOut(
                scenario=row.scenario,
                change=change_out(row.change),
                helps_from=row.helps_from,
                cost=_estimate(row.cost),
                more=_estimate(row.more),
                each=row.each,
                minds=[LabMindOut(code=one.code, value=one.value, n=one.n) for one in row.minds],
            )
            for row in outcome.rows(shown.scenarios, shown.docs, setting)
        ],
        check={
            key: LabCheckOut(measured=one.measured, mean=one.mean, low=one.low, high=one.high, inside=one.inside)
            for key, one in checks.items()
        },
        heads_missing=[one.change.kind for one in shown.missing],
    )


def change_out(change: Change) -> LabChangeOut:
    return LabChangeOut.model_validate(msgspec.to_builtins(change))


def _scenario(shown: Shown, n: int, base: dict[str, Any] | None, setting: Setting, now: int) -> LabScenarioOut:
    one = shown.scenarios[n]
    doc = shown.docs.get(one.id)
    result = None if doc is None else doc["result"]
    figures = None
    if doc is not None:
        found = outcome.figures(doc, None if n == 0 else base, one.change, setting)
        figures = {
            key: LabComparedOut(value=_sure(value.value), change=_estimate(value.change))
            for key, value in found.items()
        }
    return LabScenarioOut(
        id=one.id,
        name=one.name,
        change=change_out(one.change),
        contingency=one.change.kind.contingency,
        helps_from=levers.helps_from(one.change),
        planned_at=one.planned_at,
        planned_by_name=one.planned_by_name,
        run=_run(shown, one.id, doc, shown.jobs.get(one.id), now),
        figures=figures,
        half_hours=[] if result is None else list(result["half_hours"]),
        sl3=[] if doc is None else _series(doc, "sl3"),
        sl7=[] if doc is None else _series(doc, "sl7"),
        cost_day=None if result is None else LabEstimateOut(**result["cost"]["total"]),
    )


def _series(doc: dict[str, Any], key: str) -> list[float | None]:
    """By half-hour; where fewer than `FEWEST` contacts came on all days together, a share tells nothing."""
    asked = doc["asked_by_half_hour"]
    series = doc["result"]["figures"][key]["series"]
    return [
        value if (count or 0.0) * doc["days"] >= FEWEST or (value == 0 and not count) else None
        for value, count in zip(series, asked, strict=True)
    ]


def _run(shown: Shown, id: str, doc: dict[str, Any] | None, job: Job | None, now: int) -> LabRunOut:
    state: JobState | Literal["none"] = "none"
    if job is not None:
        state = job.state
    elif doc is not None:
        state = JobState.DONE  # its job is forgotten, its result kept
    days, wanted = (0, shown.study.days) if doc is None else (doc["days"], doc["wanted"])
    left = None
    if state is JobState.RUNNING and doc is not None and days:
        left = doc["seconds"] / days * (wanted - days)
    return LabRunOut(
        state=state,
        job=None if job is None else job.id,
        days=days,
        wanted=wanted,
        seconds=None if doc is None else doc["seconds"],
        left_s=left,
        error=None if job is None else job.error,
        error_detail=None if job is None else job.error_detail,
    )


def _versions(versions: list[Version]) -> list[LabVersionOut]:
    """Each with what it changes against the first."""
    return [
        LabVersionOut(
            n=one.n,
            note=one.note,
            made_at=one.made_at,
            made_by_name=one.made_by_name,
            changed=assumed.changed(versions[0].assumptions, one.assumptions),
        )
        for one in versions
    ]


def _estimate(of: outcome.Estimate | None) -> LabEstimateOut | None:
    return None if of is None else _sure(of)


def _sure(of: outcome.Estimate) -> LabEstimateOut:
    return LabEstimateOut(mean=of.mean, low=of.low, high=of.high)
