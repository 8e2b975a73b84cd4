"""What forecasts look like over HTTP. Instants in ms UTC, local days as ISO texts, hours in seconds after local
midnight (wall clock), ratios 0..1, contacts as numbers with fractions.
"""

from typing import Literal

from pydantic import BaseModel, Field

Texts = dict[str, str]
EventKind = Literal["campaign", "billing", "launch", "outage", "other"]
EventHow = Literal["factor", "add", "leave_out"]
AdjustmentHow = Literal["factor", "add", "total"]
_Day = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")


class BandOut(BaseModel):
    mean: float
    p10: float
    p90: float


class BasisOut(BaseModel):
    """What a version was made from. `few`: under four weeks, so that it is to be read with care. `aht_known`:
    contacts that the handling time is learnt from (0: it is presumed)."""

    first: str | None
    last: str | None
    days: int
    contacts: float
    few: bool
    similar: str | None = None
    expected_a_day: float | None = None
    tested_days: int = 0
    aht_known: int = 0
    country: str = ""
    nightly: bool = False


class ForecastVersionOut(BaseModel):
    id: str
    queue: str
    made_at: int
    made_by_name: str
    first: str
    last: str
    basis: BasisOut


class VersionsOut(BaseModel):
    items: list[ForecastVersionOut]


class ForecastQueueOut(BaseModel):
    """`target` answered within `within_s` is what the queue promises."""

    queue: str
    names: Texts
    client: str
    channels: list[str]
    target: float
    within_s: int
    latest: ForecastVersionOut | None


class ForecastQueuesOut(BaseModel):
    items: list[ForecastQueueOut]
    today: str
    zone: str


class EffectIn(BaseModel):
    first: str = _Day
    last: str = _Day
    from_s: int = Field(default=0, ge=0, lt=86_400)
    until_s: int = Field(default=86_400, gt=0, le=86_400)
    value: float = 0.0


class AdjustmentIn(EffectIn):
    queue: str = Field(max_length=80)
    how: AdjustmentHow
    note: str = Field(default="", max_length=500)


class AdjustmentOut(BaseModel):
    id: str
    queue: str
    first: str
    last: str
    from_s: int
    until_s: int
    how: AdjustmentHow
    value: float
    note: str
    made_at: int
    made_by_name: str
    undone: bool


class ForecastDayOut(BaseModel):
    """`came` null: not known (yet). `drivers`: contacts that each adds; `base` is the level under them."""

    day: str
    open: bool
    forecast: BandOut | None
    came: float | None
    drivers: dict[str, float]
    aht_s: float | None
    holiday: str | None
    working: bool
    events: list[str]
    adjustments: list[str]


class HistoryOut(BaseModel):
    first: str | None
    last: str | None
    days: int
    contacts: float
    few: bool


class QueueForecastOut(BaseModel):
    queue: str
    zone: str
    today: str
    history: HistoryOut
    version: ForecastVersionOut | None
    days: list[ForecastDayOut]
    adjustments: list[AdjustmentOut]


class SlotOut(BaseModel):
    start: int
    mean: float | None
    p10: float | None
    p50: float | None
    p90: float | None
    aht_s: float | None
    came: float | None


class ForecastSlotsOut(BaseModel):
    queue: str
    day: str
    zone: str
    step_s: int
    target: float
    within_s: int
    slots: list[SlotOut]


class MakeIn(BaseModel):
    """`similar`: a queue to lean on where this one has little of its own; `expected_a_day` brings it to size."""

    queue: str = Field(max_length=80)
    first: str = _Day
    last: str = _Day
    similar: str | None = Field(default=None, max_length=80)
    expected_a_day: float | None = Field(default=None, gt=0, le=1e7)


class ForecastBacktestIn(BaseModel):
    queue: str = Field(max_length=80)
    folds: int = Field(default=6, ge=1, le=20)
    horizon: int = Field(default=10, ge=1, le=60)


class AccuracyOut(BaseModel):
    """wMAPE, coverage of p10 to p90, bias and `naive_wmape` (the same weekday a week before) by quarter of an hour;
    `day_…` by day; MASE in units of the week before's error. Null: nothing to say it from."""

    wmape: float | None
    mase: float | None
    coverage: float | None
    bias: float | None
    naive_wmape: float | None
    day_wmape: float | None
    day_coverage: float | None
    days: int


class FoldOut(BaseModel):
    """One origin: days forecast from what was known before the first of them."""

    days: list[str]
    said: list[float]
    low: list[float]
    high: list[float]
    came: list[float]
    wmape: float | None
    naive_wmape: float | None
    coverage: float | None


class ForecastBacktestOut(BaseModel):
    folds: list[FoldOut]
    all: AccuracyOut


class HeldDayOut(BaseModel):
    day: str
    mean: float
    p10: float
    p90: float
    came: float
    wmape: float | None


class ForecastHeldOut(BaseModel):
    days: list[HeldDayOut]
    all: AccuracyOut


class TodayOut(BaseModel):
    """`starts` and all lists go together. `factor`: the day as a whole against what was said; `surprise`: how many
    standard deviations what came so far lies off it."""

    queue: str
    day: str
    at: int
    starts: list[int]
    said: list[float]
    came: list[float | None]
    mean: list[float]
    p10: list[float]
    p90: list[float]
    aht_s: list[float]
    factor: float
    surprise: float
    day_p10: float
    day_p90: float


class EventIn(EffectIn):
    queues: list[str] = Field(min_length=1, max_length=200)
    title: str = Field(min_length=1, max_length=120)
    kind: EventKind
    how: EventHow
    note: str = Field(default="", max_length=500)


class EventChangeIn(EventIn):
    version: int


class EventOut(BaseModel):
    id: str
    version: int
    client: str
    queues: list[str]
    title: str
    kind: EventKind
    first: str
    last: str
    from_s: int
    until_s: int
    how: EventHow
    value: float
    note: str
    made_at: int
    made_by_name: str


class EventsOut(BaseModel):
    items: list[EventOut]


class MeasuredOut(BaseModel):
    """What came ÷ what would have come without the event; null: nothing is known yet."""

    factor: float | None
