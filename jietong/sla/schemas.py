"""What agreements look like over HTTP. Shares are 0..1, times in seconds, instants in ms UTC, days ISO dates of the
contract's zone, money a decimal text in the contract's currency (`"-9720.00"`), texts in three languages.
"""

from typing import Any, Literal

from pydantic import BaseModel, Field

Texts = dict[str, str]
Side = Literal["ours", "theirs"]
Decision = Literal["approved", "rejected"]
ContractState = Literal["draft", "proposed", "upcoming", "active", "ended"]
VersionState = Literal["draft", "proposed", "approved", "rejected", "replaced"]
ExclusionState = Literal["draft", "submitted", "approved", "rejected", "withdrawn"]
PeriodState = Literal["open", "provisional", "final"]
StatementState = Literal["draft", "final", "replaced"]
Verdict = Literal[
    "met", "missed", "at_risk", "unreachable", "safe", "too_few", "no_data", "unknown", "shown", "waived"
]
Unit = Literal["ratio", "s", "count", "points", "mos"]
Known = Literal["measured", "estimated", "partial", "unknown"]
Kind = Literal["version", "exclusion", "statement"]


class AgreedFigureOut(BaseModel):
    """A figure with what it is made of; `value` None: no data. `low`, `high`: Wilson 95 % of a share."""

    metric: str  # sl3(20)
    names: Texts
    unit: Unit
    value: float | None
    numerator: float
    denominator: float
    n: int  # what a minimum sample counts
    low: float | None = None
    high: float | None = None


class ApprovalOut(BaseModel):
    side: Side
    decision: Decision
    by: str
    by_name: str
    at: int
    reason: str


class WaitingOut(BaseModel):
    """Something that waits for the reader's side to decide."""

    kind: Kind
    id: str
    since: int


class AgreedMoneyLineOut(BaseModel):
    """One line of the account; a credit is negative."""

    code: str
    objective: str | None
    period: str | None
    amount: str
    texts: Texts


class AgreedMoneyOut(BaseModel):
    """If settled now, or as settled: payable = fee + net, net = bonus + earned back − credits."""

    currency: str
    fee: str
    credits: str
    uncapped: str
    bonus: str
    earned_back: str
    net: str
    payable: str
    cap: str
    cap_used: float | None  # of the cap, 0..1
    lines: list[AgreedMoneyLineOut]
    texts: Texts
    credited: int  # objectives with a credit
    rewarded: int


class ContractLineOut(BaseModel):
    """One line of the list. `main`: the first objective; `access`: true access beside it, in the same size."""

    id: str
    client: str
    client_names: Texts
    names: Texts
    direction: Literal["client", "partner"]
    state: ContractState
    version: int | None
    start: str
    end: str | None
    services: list[Texts]
    main: AgreedFigureOut | None
    target: float | None
    verdict: Verdict | None
    access: AgreedFigureOut | None
    money: AgreedMoneyOut | None
    waiting: list[WaitingOut]
    as_of: int | None


class ContractListOut(BaseModel):
    items: list[ContractLineOut]
    next: None = None


class ContractVersionOut(BaseModel):
    n: int
    state: VersionState
    digest: str
    start: str  # in force from
    note: str
    made_at: int
    made_by_name: str
    proposed_at: int | None
    approvals: list[ApprovalOut]


class ContractVersionFullOut(ContractVersionOut):
    yaml: str
    document: dict[str, Any]


class AgreedNameOut(BaseModel):
    id: str
    names: Texts  # empty: no longer set up, shown by its id
    gone: bool = False


class AgreedServiceOut(BaseModel):
    id: str
    names: Texts
    queues: list[AgreedNameOut]
    entries: list[AgreedNameOut]
    trunks: list[AgreedNameOut]
    hours: AgreedNameOut | None


class ContractOut(BaseModel):
    """`current`: the version in force today (or the newest that was); `open`: one being drafted or proposed.

    `may`: what the reader can do here: edit, approve.
    """

    id: str
    client: str
    client_names: Texts
    names: Texts
    direction: Literal["client", "partner"]
    state: ContractState
    site: str
    zone: str
    currency: str
    start: str
    end: str | None
    ended_reason: str
    current: int | None
    open: int | None
    services: list[AgreedServiceOut]
    versions: list[ContractVersionOut]
    document: dict[str, Any]  # of the current version, else of the newest
    side: Side
    may: list[Literal["edit", "approve"]]


class ContractIn(BaseModel):
    """Either the text or the same as a document; `id` of a new contract, from its `metadata.name` when left out."""

    yaml: str | None = Field(default=None, max_length=300_000)
    document: dict[str, Any] | None = None
    note: str = Field(default="", max_length=1000)
    starts: str | None = None  # the day from which the version is in force; None: the beginning, or next month
    base: str | None = None  # digest of the draft that was edited; another in between: 409 `stale_version`


class ContractFaultOut(BaseModel):
    """`line` and `column` from 1 in the text; `field` as in `spec.objectives[0].target`."""

    line: int | None
    column: int | None
    field: str
    code: str
    message: str
    texts: Texts


class TrapOut(BaseModel):
    """A trap (D6). `level`: warning or alarm."""

    code: str
    level: str
    field: str
    texts: Texts


class AgreedTrunkOut(AgreedNameOut):
    channels: int | None  # None: not set up, or out of service


class AgreedCapacityOut(BaseModel):
    """Whether the trunks carry the callers (D6), by Erlang B with retries. None and `unknown` are never 0.

    `busiest`: the half-hour in which most called, `arrivals` in it; `load` and `offered` (with retries) in Erlangs;
    `blocking` the share turned away by the formula, `needed` lines for 1 %. `busy_s`: all trunks were full, on
    `witnessed` of `days`. `blocked` and `unseen`: the agreement's callers, as seen and by estimate. `shared`: others
    call by these lines, and the load is not for the reader.
    """

    trunks: list[AgreedTrunkOut]
    lines: int | None
    level: Literal["fine", "over", "alarm", "critical", "unknown"]
    shared: bool
    busiest: int | None
    arrivals: float | None
    held_s: float | None
    load: float | None
    offered: float | None
    blocking: float | None
    needed: int | None
    busy_s: float | None
    witnessed: int
    days: int
    known: Literal["measured", "estimated", "unknown"]
    blocked: int | None
    unseen: float | None
    texts: Texts


class CheckedContractOut(BaseModel):
    """`document` and `digest` only where there are no errors; `yaml` the text, written anew when a document came."""

    yaml: str
    errors: list[ContractFaultOut]
    warnings: list[TrapOut]
    capacity: AgreedCapacityOut | None = None  # of the last 30 days; none where the facts were not asked
    document: dict[str, Any] | None
    digest: str | None


class ProposeIn(BaseModel):
    note: str = Field(default="", max_length=2000)


class AgreementDecisionIn(BaseModel):
    """`digest`: of what was read; another one in force by now is refused as `stale_version`."""

    decision: Decision
    digest: str | None = None
    reason: str = Field(default="", max_length=2000)


class EndContractIn(BaseModel):
    day: str  # the last day
    reason: str = Field(min_length=1, max_length=2000)


class NeededOut(BaseModel):
    """What the rest of the window must bring: `good` of `rest` must go well, or `spare` may still go badly."""

    value: float | None  # the share of the rest that must go well, or the mean it must keep
    rest: int
    basis: Literal["forecast", "run_rate", "planned", "hours"]
    good: int | None
    spare: int | None
    short: int | None  # how many are missing today
    best: float | None  # where it ends if all the rest goes well
    worst: float | None
    texts: Texts


class RemarkOut(BaseModel):
    """One step of how a result came about."""

    code: str
    texts: Texts


class AgreedWindowOut(BaseModel):
    """One window that is judged by itself: the month, a week, a day. `end` is its last day."""

    start: str
    end: str
    closed: bool
    value: float | None
    numerator: float
    denominator: float
    verdict: Verdict
    need: NeededOut | None


class ObjectiveOut(BaseModel):
    """Worst first. `before`: without exclusions. Values as `figure.unit` says: shares 0..1, times in seconds."""

    id: str
    names: Texts
    formula: Texts
    variant: str  # SL3, or empty
    op: Literal["gte", "gt", "lte", "lt"]
    target: float | None  # expected
    minimum: float | None
    window: Literal["1d", "1w", "1M", "1Q"]
    method: Literal["occurrences", "timeslices", "judged"]
    weight: float
    charged: bool
    figure: AgreedFigureOut
    before: AgreedFigureOut | None
    verdict: Verdict
    verdict_texts: Texts
    needed: NeededOut | None
    money: str | None  # before the cap; None: shown, not charged
    misses: int  # periods missed of late, for the repeat rule
    windows: list[AgreedWindowOut]
    steps: list[RemarkOut]


class AgreedAccessOut(BaseModel):
    """Where the service level and true access part. `blocked` None: unknown, which is not 0.

    `unseen`: callers estimated from the time in which all trunks were full; `estimated`: true access with them.
    """

    known: Known
    figure: AgreedFigureOut
    level: AgreedFigureOut  # of those who reached a queue
    within: int
    later: int
    abandoned: int
    lost: int | None
    blocked: int | None
    fault: int | None
    unseen: float | None
    estimated: float | None
    unknown_days: list[str]
    points_blocked: float | None  # by how much the share is lower for the blocked, 0..1
    points_lost: float | None
    texts: Texts


class AgreedVolumeDayOut(BaseModel):
    day: str
    actual: int | None  # None: still to come
    forecast: float | None
    low: float | None
    high: float | None
    expected: float | None  # of days to come


class AgreedVolumeOut(BaseModel):
    """`expected`: of the whole period. `deviation` from the locked forecast; `effect` what follows by contract."""

    actual: int
    expected: int
    forecast: int | None
    locked: bool
    over: float | None  # tolerance
    under: float | None
    deviation: float | None
    effect: str
    texts: Texts
    days: list[AgreedVolumeDayOut]


class ExclusionEvidenceOut(BaseModel):
    """`url` of a link, or of the file here."""

    id: str
    title: str
    url: str
    file: bool
    bytes: int | None
    digest: str | None
    by_name: str
    at: int


class ExclusionOut(BaseModel):
    """`contacts` in it; `value` with it and `before` without, of the main objective in the period of its start."""

    id: str
    contract: str
    state: ExclusionState
    version: int
    cls: str
    cls_names: Texts
    title: str
    reason: str
    start: int
    end: int
    services: list[AgreedNameOut]  # empty: all of the contract's
    contacts: int | None
    before: float | None
    value: float | None
    evidence: list[ExclusionEvidenceOut]
    made_by: str
    made_by_name: str
    made_at: int
    submitted_at: int | None
    submitted_by_name: str | None
    decision: ApprovalOut | None


class ExclusionListOut(BaseModel):
    """`together`: the main objective if all that wait were approved, and what the rest would then need."""

    items: list[ExclusionOut]
    classes: list[AgreedNameOut]
    together: float | None
    together_needed: NeededOut | None
    next: None = None


class ExclusionIn(BaseModel):
    cls: str = Field(max_length=80)
    title: str = Field(min_length=1, max_length=200)
    reason: str = Field(default="", max_length=4000)
    start: int
    end: int
    services: list[str] = []
    version: int | None = None  # of the exclusion, when one is changed


class EvidenceLinkIn(BaseModel):
    title: str = Field(min_length=1, max_length=200)
    url: str = Field(max_length=2000)


class AgreedActionOut(BaseModel):
    """`draft`: nobody has it yet, or no day: a person gives it both."""

    id: str
    contract: str
    period: str | None
    texts: Texts
    owner: str
    due: str | None
    draft: bool = False
    done_at: int | None
    expected: Texts
    made_by_name: str


class AgreedActionIn(BaseModel):
    text: str = Field(min_length=1, max_length=1000)
    owner: str = Field(default="", max_length=200)
    due: str | None = None
    expected: str = Field(default="", max_length=200)
    period: str | None = None
    done: bool = False


class AgreedActionsOut(BaseModel):
    items: list[AgreedActionOut]
    next: None = None


class AgreedDeliveryOut(BaseModel):
    id: str
    report: str
    way: str
    to: str
    due: int
    state: str
    at: int | None
    late_s: int | None
    note: str


class AgreedDeliveriesOut(BaseModel):
    """`numerator` of `denominator` due deliveries arrived by their deadline."""

    numerator: int
    denominator: int
    items: list[AgreedDeliveryOut]
    next: None = None


class AgreedNextOut(BaseModel):
    """What comes next in the period's course."""

    day: str
    code: str
    texts: Texts


class AgreementAlarmOut(BaseModel):
    """met_while_turned_away, at_risk, unreachable."""

    code: str
    level: Literal["act", "look"]
    objective: str | None
    texts: Texts


class AgreedPeriodOut(BaseModel):
    key: str  # 2026-07
    start: int
    end: int
    state: PeriodState
    settles_at: int  # from then on it can be closed
    statement: str | None  # the newest
    number: str | None


class AgreedPeriodsOut(BaseModel):
    items: list[AgreedPeriodOut]
    next: None = None


class StandingOut(BaseModel):
    """The period so far. `main`: id of the first objective. `texts`: one sentence that says it all."""

    contract: str
    version: int
    period: AgreedPeriodOut
    as_of: int
    days_passed: float
    days: int
    main: str | None
    objectives: list[ObjectiveOut]
    access: AgreedAccessOut | None
    money: AgreedMoneyOut
    volume: AgreedVolumeOut
    alarms: list[AgreementAlarmOut]
    actions: list[AgreedActionOut]
    next: list[AgreedNextOut]
    traps: list[TrapOut]
    capacity: AgreedCapacityOut
    texts: Texts


class AgreedDayOut(BaseModel):
    """`misses`: contacts not in time; `blocked` None: unknown; `pending`: exclusions that wait and touch the day."""

    day: str
    value: float | None
    numerator: float
    denominator: float
    access: float | None
    misses: int
    blocked: int | None
    volume: int
    below_target: bool
    below_minimum: bool
    pending: int
    approved: int


class CalendarOut(BaseModel):
    objective: str | None
    target: float | None
    minimum: float | None
    days: list[AgreedDayOut]


class LeverOut(BaseModel):
    """`meets` the target; shares 0..1; `cost` in the contract's currency, None: not known."""

    id: str
    names: Texts
    value: float | None
    access: float | None
    meets: bool
    cost: str | None
    texts: Texts


class LeversOut(BaseModel):
    """`progress` 0..1 while `state` is running. `calibration`: how near the unchanged run came to the real figure."""

    state: Literal["none", "running", "done", "failed"]
    progress: float
    metric: str
    actual: float | None
    calibration: float | None
    items: list[LeverOut]
    texts: Texts
    error: str = ""


class BacktestIn(ContractIn):
    months: int = Field(default=12, ge=1, le=36)


class BacktestMonthOut(BaseModel):
    key: str
    data: bool  # False: no contacts known
    met: bool | None
    objectives: list[ObjectiveOut]
    money: AgreedMoneyOut | None
    access: AgreedAccessOut | None = None
    capacity: AgreedCapacityOut | None = None
    traps: list[TrapOut] = []


class BacktestOut(BaseModel):
    """`traps`: of the contract as history shows it; those of a single month stand with the month."""

    months: list[BacktestMonthOut]
    traps: list[TrapOut] = []
    met: int
    judged: int
    texts: Texts


class FormulaOut(BaseModel):
    """To be signed: what a metric means, in words, with an example worked through."""

    objective: str
    metric: str
    names: Texts
    formula: Texts
    example: Texts


class FormulasOut(BaseModel):
    items: list[FormulaOut]
    digest: str


class AgreedContactOut(BaseModel):
    """Times in seconds."""

    id: str
    arrived: int
    queue: str | None
    agent: str | None
    channel: str
    wait_s: float | None
    talk_s: float | None
    outcome: str | None


class AgreedContactsOut(BaseModel):
    items: list[AgreedContactOut]
    next: str | None


class JudgedScoreIn(BaseModel):
    """A judged objective's score, by the panel on a sample (D3)."""

    period: str
    objective: str
    score: float
    sample: int = Field(ge=1, le=1_000_000)
    panel: str = Field(min_length=1, max_length=400)
    note: str = Field(default="", max_length=1000)


class JudgedScoreOut(JudgedScoreIn):
    id: str
    by_name: str
    at: int


class JudgedScoresOut(BaseModel):
    items: list[JudgedScoreOut]
    next: None = None


class ForecastIn(BaseModel):
    """Contacts a day (ISO date → number), or the period's `total`, spread evenly. Locked: never changed again."""

    total: float | None = None
    days: dict[str, float] | None = None
    lock: bool = False


class ForecastOut(BaseModel):
    period: str
    total: float
    days: dict[str, float]
    locked_at: int | None
    by_name: str


class AgreementCommentIn(BaseModel):
    text: str = Field(min_length=1, max_length=4000)
    object: str = ""  # an exclusion's, a statement's id; empty: the contract


class AgreementCommentOut(AgreementCommentIn):
    id: str
    side: Side
    by_name: str
    at: int


class AgreementCommentsOut(BaseModel):
    items: list[AgreementCommentOut]
    next: None = None


class CloseIn(BaseModel):
    period: str


class RestateIn(BaseModel):
    reason: str = Field(min_length=3, max_length=2000)


class StatementLineOut(BaseModel):
    id: str
    contract: str
    number: str  # HECHUAN-2026-07, corrections -2, -3 …
    edition: int
    period: str
    state: StatementState
    digest: str
    reason: str  # why restated
    made_at: int
    made_by_name: str
    final_at: int | None
    approvals: list[ApprovalOut]


class StatementListOut(BaseModel):
    items: list[StatementLineOut]
    next: None = None


class CauseOut(BaseModel):
    texts: Texts
    share: float | None  # of the misses


class AgreedMonthOut(BaseModel):
    """One point of the thirteen months' line."""

    key: str
    value: float | None
    access: float | None
    final: bool


class RestatedOut(BaseModel):
    """The ledger now says otherwise than when the statement was made."""

    texts: Texts
    objectives: list[str]


class StatementOut(StatementLineOut):
    """As on paper. `differs`: set when the ledger now gives another result: offer to restate."""

    client_names: Texts
    our_names: Texts
    names: Texts
    services: list[Texts]
    hours: Texts
    version: int
    start: int
    end: int
    headline: Texts
    objectives: list[ObjectiveOut]
    access: AgreedAccessOut | None
    money: AgreedMoneyOut
    volume: AgreedVolumeOut
    volume_texts: Texts
    causes: list[CauseOut]
    months: list[AgreedMonthOut]
    actions: list[AgreedActionOut]
    definitions: list[FormulaOut]
    exclusions: list[ExclusionOut]
    days: list[AgreedDayOut]
    remarks: list[RemarkOut]  # how far the data goes
    zone: str
    main: str | None
    access_objective: str | None  # the objective that shows true access
    heads: dict[str, int]  # ledger → the event up to which it was read
    differs: RestatedOut | None
    side: Side
    may: list[Literal["approve", "restate"]]
    signs: Texts  # what one signs by approving


class VerifiedOut(BaseModel):
    """`differences` in English sentences; empty: sound."""

    sound: bool
    digest: str
    events: int
    differences: list[str]
    facts: list[str]  # where the stored facts differ from the ledger, though the statement does not
