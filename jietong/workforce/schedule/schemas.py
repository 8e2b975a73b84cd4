"""What schedules look like over HTTP. Instants in ms UTC, local days as ISO texts, wall times in minutes after local
midnight, durations in seconds where the name ends in `_s`, ratios 0..1, money in the site's currency.
"""

from typing import Any, Literal

from pydantic import BaseModel, Field

from jietong.core.vocabulary import Activity, Employment
from jietong.workforce.schedule.rules.requests import RequestKind, RequestState

Texts = dict[str, str]
Instant = int
SetupKind = Literal["pattern", "terms", "rules", "group", "template"]
_Day = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
_At = Field(ge=0, lt=2**52)


class PlannedSpanIn(BaseModel):
    start: int = _At
    end: int = _At
    activity: Activity
    paid: bool = True
    overtime: bool = False


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
    changes: int  # person-days that differ from what is published


class DraftListOut(BaseModel):
    items: list[DraftOut]


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


class EffectOut(BaseModel):
    """Of edits that are not yet put down. The cover is of the groups asked for, after them and before."""

    before: EffectFiguresOut
    after: EffectFiguresOut
    since: Instant  # figures are of the time from here on
    cover_before: CoverOut
    cover_after: CoverOut
    days: list[PersonDayOut]
    conflicts: list["ConflictOut"]


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


class PutDayIn(BaseModel):
    op: Literal["put"]
    agent: str = Field(max_length=100)
    day: str = _Day
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
    day: str = _Day
    base: int | None = None
    start: int | None = Field(None, ge=0, lt=2**52)
    end: int | None = Field(None, ge=0, lt=2**52)
    begin: int | None = Field(None, ge=0, lt=2**52)
    to: int | None = Field(None, ge=0, lt=2**52)
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
    first: str | None = Field(None, pattern=r"^\d{4}-\d{2}-\d{2}$")
    last: str | None = Field(None, pattern=r"^\d{4}-\d{2}-\d{2}$")


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


class DraftIn(BaseModel):
    """`copy_from`: the first day of a span of the same length whose published schedule is copied in; `template`: a
    stored week, for whole weeks."""

    first: str = _Day
    last: str = _Day
    name: str = Field("", max_length=120)
    copy_from: str | None = Field(None, pattern=r"^\d{4}-\d{2}-\d{2}$")
    template: str | None = Field(None, max_length=100)


class CopyDaysIn(BaseModel):
    """Copies published or drafted days on to others, wall time by wall time. Locked days stay."""

    from_first: str = _Day
    from_last: str = _Day
    to_first: str = _Day
    agents: list[str] | None = Field(None, max_length=2000)


class ToldOut(BaseModel):
    """Who is told what when it is published."""

    agent: str
    name: str
    days: int
    short_notice: bool


class DayChangeOut(BaseModel):
    agent: str
    name: str
    day: str
    before: list[PlannedSpanOut]
    after: list[PlannedSpanOut]
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

    first: str | None = Field(None, pattern=r"^\d{4}-\d{2}-\d{2}$")
    last: str | None = Field(None, pattern=r"^\d{4}-\d{2}-\d{2}$")
    note: str = Field("", max_length=2000)


class TakeBackIn(BaseModel):
    note: str = Field("", max_length=2000)


class ChangesOfDayIn(BaseModel):
    """Changes of the published schedule at once: the supervisor's, on the day."""

    edits: list[PutDayIn | DayEditIn] = Field(min_length=1, max_length=500)
    note: str = Field("", max_length=2000)
    accept: list[str] = Field(default_factory=list, max_length=500)


class SolveIn(BaseModel):
    """`keep`: what must stay: `locked` days only, or everything `edited` too. `weights` scale the price of each."""

    seconds: int = Field(60, ge=1, le=1800)
    agents: list[str] | None = Field(None, max_length=2000)
    groups: list[str] | None = Field(None, max_length=200)
    first: str | None = Field(None, pattern=r"^\d{4}-\d{2}-\d{2}$")
    last: str | None = Field(None, pattern=r"^\d{4}-\d{2}-\d{2}$")
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


# --- set-up ----------------------------------------------------------------------------------------------------


class PlanningDocumentOut(BaseModel):
    """`version` 0: nobody has set it up, `spec` are the defaults."""

    kind: SetupKind
    id: str
    version: int
    spec: dict[str, Any]
    changed_at: Instant
    changed_by: str


class PlanningSetupOut(BaseModel):
    """`presets`: of rules, by jurisdiction. `people`: agents and the terms that hold for them."""

    patterns: list[PlanningDocumentOut]
    terms: list[PlanningDocumentOut]
    rules: list[PlanningDocumentOut]
    groups: list[PlanningDocumentOut]
    templates: list[PlanningDocumentOut]
    presets: dict[str, dict[str, float | int | None]]


class PlanningDocumentIn(BaseModel):
    """`version`: the one it was made from; null: new."""

    version: int | None = Field(None, ge=0, lt=2**31)
    spec: dict[str, Any]


class TemplateIn(BaseModel):
    """A week of the draft as a template."""

    name: Texts
    first: str = _Day


# --- requests --------------------------------------------------------------------------------------------------


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
    over: bool = False  # approve although rules are broken


class CallUpIn(BaseModel):
    """Asks part-timers on standby (A6), or full-timers for overtime, in the order of fairness."""

    kind: Literal["call_up", "overtime"] = "call_up"
    start: int = _At
    end: int = _At
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


# --- one's own -------------------------------------------------------------------------------------------------


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
    day: str | None = Field(None, pattern=r"^\d{4}-\d{2}-\d{2}$")
    weekday: int | None = Field(None, ge=0, le=6)
    pattern: str | None = Field(None, max_length=100)
    weight: int = Field(2, ge=1, le=5)
    note: str = Field("", max_length=500)


class OwnRequestIn(BaseModel):
    """leave: `day`, `last_day`, of part of a day `start`, `end`. swap: `day` (mine), `partner`, `partner_day`
    (theirs, the same day unless given). give_away: `day`, `partner` or nobody: to all who can take it."""

    kind: Literal["leave", "swap", "give_away"]
    day: str = _Day
    last_day: str | None = Field(None, pattern=r"^\d{4}-\d{2}-\d{2}$")
    start: int | None = Field(None, ge=0, lt=2**52)
    end: int | None = Field(None, ge=0, lt=2**52)
    partner: str | None = Field(None, max_length=100)
    partner_day: str | None = Field(None, pattern=r"^\d{4}-\d{2}-\d{2}$")
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
