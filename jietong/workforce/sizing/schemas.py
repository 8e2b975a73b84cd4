"""What requirement and lines look like over HTTP. Instants in ms UTC, local days as ISO texts, seconds, ratios 0..1;
lists go together, an entry a quarter of an hour.
"""

from typing import Literal

from pydantic import BaseModel

Texts = dict[str, str]
Unknown = Literal["no_group", "out_of_scope", "no_forecast"]


class NeedQueueOut(BaseModel):
    """`forecast` false: nothing is forecast of this queue of the group, and the need is without it."""

    queue: str
    names: Texts
    forecast: bool


class NeedGroupOut(BaseModel):
    id: str
    names: Texts
    queues: list[NeedQueueOut]


class NeedBasisOut(BaseModel):
    """How the need is reckoned. `level`: the service level that is promised, by its id in the catalogue of figures:
    `share` within `within_s`. `patience_s` null: nobody was seen to give up in the last four weeks, and nobody is
    taken to; `gave_up`: how many it is measured from. `at_a_time`: chats that one agent has at once, on the mean; 1
    for calls. People to schedule = agents on line ÷ (1 − absence) ÷
    (1 − shrinkage)."""

    model: Literal["erlang_a", "erlang_c"]
    level: Literal["sl3"]
    share: float
    within_s: float
    max_occupancy: float | None
    patience_s: float | None
    gave_up: int
    at_a_time: float
    absence: float
    shrinkage: float


class NeedSlotsOut(BaseModel):
    """`need`: people to schedule; `on_line`: agents of them who are on line. `…_low`, `…_high`: for the p10 and p90
    of each quarter; null: no band is known. `cover`: people scheduled, null on days of which nothing is published."""

    start: int
    contacts: list[float]
    contacts_low: list[float] | None
    contacts_high: list[float] | None
    aht_s: list[float]
    on_line: list[float]
    need: list[float]
    need_low: list[float] | None
    need_high: list[float] | None
    cover: list[float | None] | None


class NeedDayOut(BaseModel):
    """`first`, `steps`: where the day lies in the slots. Hours of people to schedule; `…_low`, `…_high`: of a day
    that is low or high as a whole (p10, p90)."""

    day: str
    first: int
    steps: int
    contacts: float
    hours: float
    hours_low: float | None
    hours_high: float | None
    on_line_hours: float
    peak: float
    peak_at: int | None
    cover_hours: float | None
    missing_hours: float | None


class RequirementOut(BaseModel):
    """`unknown`: why there is no need: the queue is in no skill group; its group serves clients out of the reader's
    scope; nothing is forecast."""

    queue: str
    zone: str
    first: str
    last: str
    step_s: int
    unknown: Unknown | None
    group: NeedGroupOut | None
    basis: NeedBasisOut | None
    slots: NeedSlotsOut | None
    days: list[NeedDayOut]


class HoldingSourcesOut(BaseModel):
    """`planned`: by Erlang, with the agents that are needed; `mean`: the mean stay of the few who were seen in a
    flow, for all; `presumed`: half a minute in the flow, no wait, no wrap-up."""

    flow: Literal["measured", "mean", "presumed"]
    wait: Literal["measured", "planned", "presumed"]
    talk: Literal["measured", "presumed"]


class LinesQueueOut(BaseModel):
    """How long a call of the queue holds its line, on the mean of the contacts forecast. `talk_s`: talk and hold, of
    those who are answered and those who are not; `voice`: of the contacts, the part that calls."""

    queue: str
    names: Texts
    forecast: bool
    contacts: float | None
    flow_s: float | None
    wait_s: float | None
    talk_s: float | None
    held_s: float | None
    served: float | None
    voice: float | None
    sources: HoldingSourcesOut | None


class LinesSlotsOut(BaseModel):
    """`load` in Erlangs, without those who dial again; `seats`: agents on line that are needed."""

    load: list[float]
    lines: list[float]
    lines_high: list[float] | None
    seats: list[float]


class LinesDayOut(BaseModel):
    """The day's peak. `first`, `steps`: where the day lies in the slots."""

    day: str
    first: int
    steps: int
    lines: float
    lines_high: float | None
    at: int | None
    seats: float


class LinesPeakOut(BaseModel):
    """`blocked`: share of attempts turned away by the channels that there are; null: none is set up."""

    at: int
    load: float
    lines: float
    seats: float
    blocked: float | None


class TrunkLinesOut(BaseModel):
    id: str
    names: Texts
    channels: int


class LinesNeededOut(BaseModel):
    """`shared`: other clients' callers, who are not in it, take these channels as well. Outgoing calls are not in
    it."""

    zone: str
    first: str
    last: str
    step_s: int
    start: int
    blocking: float
    retries: float
    waits: Literal["measured", "planned"]
    shared: bool
    trunks: list[TrunkLinesOut]
    channels: int | None
    queues: list[LinesQueueOut]
    slots: LinesSlotsOut
    days: list[LinesDayOut]
    peak: LinesPeakOut | None
    peak_high: LinesPeakOut | None
