"""What reports look like over HTTP. Instants are ms UTC; ratios 0..1, times in seconds."""

from typing import Annotated, Any

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from jietong.metrics.intervals import By, Every, Filter
from jietong.reports.bundle import Format
from jietong.reports.model import (
    Against,
    Comparison,
    Drawn,
    Kind,
    Period,
    Relative,
    Report,
    Result,
    Share,
    Stored,
)
from jietong.reports.store import Link

Names = dict[str, str]
Ids = Annotated[list[str], Field(max_length=500)] | None


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


# --- a report ----------------------------------------------------------------------------------------------------


class PeriodIO(Strict):
    """`n` belongs to last_days, last_weeks and last_months; `first` and `last` (ISO dates, both included) to
    absolute."""

    kind: Relative = Relative.YESTERDAY
    n: int | None = None
    first: str | None = Field(default=None, max_length=10)
    last: str | None = Field(default=None, max_length=10)

    def period(self) -> Period:
        return Period(**self.model_dump())


class FilterIO(Strict):
    """null: all; an empty list: none."""

    queues: Ids = None
    agents: Ids = None
    clients: Ids = None
    channels: Ids = None
    entries: Ids = None
    reasons: Ids = None
    directions: Ids = None
    part_time: bool | None = None
    simulated: bool | None = None

    def filter(self) -> Filter:
        return msgspec.convert(self.model_dump(), Filter)


class ComparisonIO(Strict):
    against: Against = Against.NONE
    weeks: int = 4

    def comparison(self) -> Comparison:
        return Comparison(**self.model_dump())


class SortIO(Strict):
    """`by`: a figure of the block as written, `start`, or a grouping."""

    by: str = Field(max_length=80)
    descending: bool = True


class LimitIO(Strict):
    metric: str = Field(max_length=80)
    below: float | None = None
    above: float | None = None


class TargetIO(Strict):
    metric: str = Field(max_length=80)
    value: float


class BlockIO(Strict):
    """`period`, `filter`, `comparison`: in place of the report's (the filter narrows it)."""

    kind: Kind
    title: Names = Field(default_factory=dict)
    metrics: list[str] = Field(default_factory=list, max_length=50)
    by: list[By] = Field(default_factory=list, max_length=5)
    every: Every = Every.ALL
    drawn: Drawn = Drawn.LINE
    period: PeriodIO | None = None
    filter: FilterIO | None = None
    comparison: ComparisonIO | None = None
    sort: SortIO | None = None
    top: int | None = None
    limits: list[LimitIO] = Field(default_factory=list, max_length=50)
    targets: list[TargetIO] = Field(default_factory=list, max_length=50)
    total: bool = True
    gap: bool = False
    text: Names = Field(default_factory=dict)


class ReportIO(Strict):
    title: Names
    description: Names = Field(default_factory=dict)
    period: PeriodIO = PeriodIO()
    filter: FilterIO = FilterIO()
    comparison: ComparisonIO = ComparisonIO()
    live: bool = False
    blocks: list[BlockIO] = Field(max_length=50)

    def report(self) -> Report:
        return msgspec.convert(self.model_dump(mode="json"), Report)


class ShareIO(Strict):
    """`kind`: role or client."""

    kind: str = Field(max_length=10)
    who: str = Field(max_length=100)


class StoredOut(BaseModel):
    """`ready`: the group of a ready-made report (getting_through, efficiency, felt, classes, by, live); null: a
    saved one. `yours`: you may change it."""

    id: str
    version: int
    report: ReportIO
    owner: str | None
    owner_name: str
    changed_at: int
    shares: list[ShareIO]
    ready: str | None
    yours: bool


class StoredListOut(BaseModel):
    items: list[StoredOut]
    next: None = None


class ReportIn(Strict):
    report: ReportIO


class ChangeIn(Strict):
    version: int = Field(ge=0, lt=2**31)
    report: ReportIO


class CopyIn(Strict):
    title: Names | None = None


class SharesIn(Strict):
    shares: list[ShareIO] = Field(max_length=200)


# --- run ---------------------------------------------------------------------------------------------------------


class RunIn(Strict):
    """A stored report by `id`, or one under construction; with another period, comparison, interval (of the blocks
    that have intervals), or a narrower filter."""

    id: str | None = Field(None, max_length=60)
    report: ReportIO | None = None
    period: PeriodIO | None = None
    filter: FilterIO | None = None
    comparison: ComparisonIO | None = None
    every: Every | None = None


class ExportIn(RunIn):
    """`language` null: the account's own."""

    format: Format
    language: str | None = Field(None, max_length=10)


class BundleIn(Strict):
    """Several reports in one document, in this order."""

    items: list[RunIn] = Field(min_length=1, max_length=50)
    format: Format
    language: str | None = Field(None, max_length=10)
    title: Names | None = None


class ValueOut(BaseModel):
    """`value` null: no data. `n`: from how many contacts; null: made of time. `low`, `high`: Wilson's, at 95 %.
    `mark`: below, above, met or missed."""

    value: float | None
    numerator: float
    denominator: float
    n: int | None
    low: float | None
    high: float | None
    before: float | None
    change: float | None
    target: float | None
    mark: str | None


class LineOut(BaseModel):
    """`keys` in the order of the block's `by`, `values` of its `columns`. `rest`: groups beyond the first `top`."""

    start: int
    end: int
    keys: list[str | None]
    values: list[ValueOut]
    rest: bool


class ColumnOut(BaseModel):
    """`unit`: count, ratio, s or mos."""

    key: str
    id: str
    unit: str
    how: str
    better: str
    names: Names
    attribution: str


class WindowOut(BaseModel):
    start: int
    end: int


class OutcomeOut(BaseModel):
    """A block with its figures. `note`: a code that says why figures are missing, e.g. agent_time_hidden."""

    kind: Kind
    title: Names
    columns: list[ColumnOut]
    by: list[By]
    every: Every
    drawn: Drawn
    window: WindowOut
    before: WindowOut | None
    filter: FilterIO
    lines: list[LineOut]
    total: LineOut | None
    targets: list[TargetIO]
    gap: bool
    text: Names
    note: str | None


class UsedOut(BaseModel):
    """A definition that the figures were computed by."""

    key: str
    id: str
    version: int
    names: Names
    meaning: Names
    formula: Names
    unit: str
    attribution: str
    source: str


class ResultOut(BaseModel):
    """A report with its figures: the same object that every export is made from.

    `window` is the report's period (its end may lie ahead), `as_of` up to when the facts are known. `labels`: words
    of ids, by grouping.
    """

    id: str | None
    version: int
    title: Names
    description: Names
    site: str
    site_name: Names
    zone: str
    as_of: int
    window: WindowOut
    outcomes: list[OutcomeOut]
    definitions: list[UsedOut]
    labels: dict[str, dict[str, Names]]


class ContactsIn(Strict):
    """The contacts behind one figure: the line's `start`, `end` and keys by grouping, and the block's filter."""

    metric: str = Field(max_length=80)
    part: str = Field("numerator", max_length=12)
    start: int = Field(ge=0, lt=2**53)
    end: int = Field(ge=0, lt=2**53)
    keys: dict[By, str] = Field(default_factory=dict)
    filter: FilterIO = FilterIO()
    limit: int = Field(100, ge=1, le=500)
    after: str | None = Field(None, max_length=200)


class ContactBehindOut(BaseModel):
    id: str
    arrived: int
    queue: str | None
    agent: str | None
    channel: str
    client: str
    wait_ms: int | None
    talk_ms: int | None
    outcome: str | None


class ContactsBehindOut(BaseModel):
    items: list[ContactBehindOut]
    next: str | None


# --- links -------------------------------------------------------------------------------------------------------


class LinkIn(Strict):
    """`client`: show this client's figures only; null: of all clients that you see. `days`: how long it is good."""

    days: int = 30
    language: str | None = Field(None, max_length=10)
    client: str | None = Field(None, max_length=100)
    period: PeriodIO | None = None


class LinkOut(BaseModel):
    id: str
    clients: list[str] | None
    language: str
    made_by: str
    made_at: int
    expires_at: int
    revoked_at: int | None


class NewLinkOut(BaseModel):
    """`path` holds the secret and is told this once."""

    link: LinkOut
    path: str


class LinksOut(BaseModel):
    items: list[LinkOut]
    next: None = None


def shares_of(shares: list[ShareIO]) -> list[Share]:
    return [Share(one.kind, one.who) for one in shares]


def stored_out(stored: Stored, *, yours: bool) -> StoredOut:
    values = stored._asdict()
    return StoredOut.model_validate(
        values
        | {
            "report": msgspec.to_builtins(_whole(stored.report)),
            "shares": [share._asdict() for share in stored.shares],
            "yours": yours,
        }
    )


def link_out(link: Link) -> LinkOut:
    return LinkOut(**{name: getattr(link, name) for name in LinkOut.model_fields})


def result_json(result: Result) -> bytes:
    """The result as `ResultOut` describes it; written directly, for thousands of lines."""
    data: dict[str, Any] = msgspec.to_builtins(result)
    data["window"] = _window(data["window"])
    for outcome, made in zip(data["outcomes"], result.outcomes, strict=True):
        outcome["window"] = _window(outcome["window"])
        outcome["before"] = _window(outcome["before"]) if outcome["before"] else None
        outcome["filter"] = {name: getattr(made.filter, name) for name in FilterIO.model_fields}
        outcome["targets"] = [{"metric": one.metric, "value": one.value} for one in made.targets]
    return msgspec.json.encode(data)


def _window(span: Any) -> dict[str, int]:
    return {"start": span[0], "end": span[1]}


def _whole(report: Report) -> dict[str, Any]:
    """Without what `ReportIO` does not know: a filter's spans are a contract's, never a report's."""
    data: dict[str, Any] = msgspec.to_builtins(report)
    for one in (data, *data["blocks"]):
        for name in ("within", "without"):
            (one.get("filter") or {}).pop(name, None)
    return data
