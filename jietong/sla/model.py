"""The contract as data (`sla/v1`). Frozen, pure.

`document.py` reads it from YAML and writes it back; `rules` evaluates it; what comes out is in `rules.result`.
Shares and rates are Decimals between 0 and 1, times in seconds, money in the contract's currency.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

from jietong.core.specs import Holiday, Names, Period
from jietong.core.vocabulary import Ms

LANGUAGES = ("zh-Hans", "zh-Hant", "en")
ONE = Decimal(1)
ZERO = Decimal(0)


class Direction(StrEnum):
    """Who works for whom (D8)."""

    CLIENT = "client"  # we provide, the client pays
    PARTNER = "partner"  # the partner provides, we pay


class Side(StrEnum):
    PROVIDER = "provider"
    CUSTOMER = "customer"
    BOTH = "both"


class Op(StrEnum):
    """How a value is held against its target; OpenSLO's names."""

    GTE = "gte"
    GT = "gt"
    LTE = "lte"
    LT = "lt"

    @property
    def upward(self) -> bool:
        """Whether more is better."""
        return self in (Op.GTE, Op.GT)


class Budgeting(StrEnum):
    """OpenSLO's: all contacts of the window pooled, or the share of its intervals that reach their own target."""

    OCCURRENCES = "Occurrences"
    TIMESLICES = "Timeslices"


class Window(StrEnum):
    """What is judged as one. A week runs from Monday and belongs to the month in which its Sunday lies; a quarter is
    settled with its last month."""

    DAY = "1d"
    WEEK = "1w"
    MONTH = "1M"
    QUARTER = "1Q"


class Slice(StrEnum):
    QUARTER = "15m"
    HALF_HOUR = "30m"
    HOUR = "1h"
    DAY = "1d"


class ExclusionClass(StrEnum):
    """For what contacts may be left out of a charged figure. Only classes that the contract names count."""

    FORCE_MAJEURE = "forceMajeure"
    CLIENT_CAUSED = "clientCaused"  # their system was down, a campaign that nobody announced
    PLANNED_MAINTENANCE = "plannedMaintenance"
    FORECAST_BREACH = "forecastBreach"
    CARRIER_FAULT = "carrierFault"
    NETWORK_DROP = "networkDrop"
    TEST_CONTACTS = "testContacts"  # test and mystery calls


class Effect(StrEnum):
    """What happens to the targets when more comes than was forecast."""

    FULL = "full"
    RELAX = "relax"  # targets are eased by so many points
    WITHIN_DAYS = "withinDays"  # only days whose volume kept within the tolerance count
    FORECAST_SHARE = "forecastShare"  # credits count by the share forecast ÷ actual
    WAIVE = "waive"  # best effort: no credits


class Rounding(StrEnum):
    HALF_UP = "halfUp"
    HALF_EVEN = "halfEven"
    DOWN = "down"


class Audience(StrEnum):
    OPERATIONS = "operations"
    EXECUTIVE = "executive"
    FINANCE = "finance"
    CLIENT = "client"


class Party(Struct, frozen=True):
    name: Names
    contact: str = ""


class Hours(Struct, frozen=True):
    """When the service is promised, in the contract's zone: seven days from Monday. Others' contacts do not count."""

    week: tuple[tuple[Period, ...], ...]
    holidays: tuple[Holiday, ...] = ()


class Service(Struct, frozen=True):
    """What is bought. The figures of waiting and handling count the contacts of its queues; those of access (entries,
    flows, true access) those that came in at its entries."""

    id: str
    name: Names
    queues: tuple[str, ...] = ()  # empty: all of the client
    entries: tuple[str, ...] = ()  # the same
    trunks: tuple[str, ...] = ()  # whose full hours tell of callers that nobody saw
    channels: tuple[str, ...] = ()
    hours: Hours | None = None  # None: the contract's calendar


class Band(Struct, frozen=True):
    """Holds for a value that is at least as good as `reach`; None: any. The best band that holds counts."""

    reach: Decimal | None = None
    credit: Decimal = ZERO  # factors of the objective's weight in the amount at risk
    bonus: Decimal = ZERO


class Objective(Struct, frozen=True):
    """One thing that is promised. `metric` is written as everywhere: `sl3(20)`, `abandon_rate`; or `judged` names the
    quality criteria that people score (D3)."""

    id: str
    name: Names
    metric: str | None = None
    judged: str | None = None
    services: tuple[str, ...] = ()  # empty: all, pooled
    op: Op = Op.GTE
    target: Decimal | None = None  # expected
    minimum: Decimal | None = None  # below it (above, for lte) the worst band holds
    budgeting: Budgeting = Budgeting.OCCURRENCES
    slice_window: Slice | None = None
    slice_target: Decimal | None = None  # what one interval must reach
    window: Window = Window.MONTH
    sample: int = 0  # fewer than so many: too few to judge, nothing is charged
    weight: Decimal = ZERO  # share of the amount at risk
    shown_only: bool = False  # beside the others, not charged
    bands: tuple[Band, ...] = ()  # best first; empty: none at target, half to the minimum, whole beyond

    @property
    def scale(self) -> tuple[Band, ...]:
        """The bands in force."""
        if self.bands or self.target is None:
            return self.bands
        if self.minimum is None:
            return (Band(self.target), Band(None, ONE))
        return (Band(self.target), Band(self.minimum, Decimal("0.5")), Band(None, ONE))


class Repeat(Struct, frozen=True):
    """From the `misses`-th miss of the same objective in `within` periods on, its credit is multiplied."""

    misses: int
    within: int
    multiplier: Decimal


class EarnBack(Struct, frozen=True):
    """A credit is given back when the objective reaches its target (eased or not, plus `above`) in `periods` periods
    on end, the last of which is at most `within` periods after the miss."""

    periods: int
    within: int
    above: Decimal = ZERO
    share: Decimal = ONE


class Termination(Struct, frozen=True):
    """The customer may end the contract: the same objective missed `misses` times in `within` periods."""

    misses: int
    within: int


class Fee(Struct, frozen=True):
    """For a month. `amount` is fixed; `per_contact` is paid by volume; `additional` and `reduced` move a fixed fee
    for each contact above or below the tolerance (ARC, RRC)."""

    amount: Decimal = ZERO
    per_contact: Decimal | None = None
    additional: Decimal | None = None
    reduced: Decimal | None = None
    prorata: bool = True  # a month that the contract covers in part is paid by its days


class Money(Struct, frozen=True):
    currency: str
    fee: Fee
    at_risk: Decimal = ZERO  # share of the fee that credits can take
    cap: Decimal | None = None  # share of the fee; None: the share at risk
    bonus_cap: Decimal | None = None  # share of the fee; None: no limit
    unit: Decimal = Decimal("0.01")  # every line is rounded to it
    rounding: Rounding = Rounding.HALF_UP
    repeat: Repeat | None = None
    earn_back: EarnBack | None = None
    termination: Termination | None = None


class Excess(Struct, frozen=True):
    """What holds while the volume is at most `up_to` above the forecast; None: however far."""

    up_to: Decimal | None
    effect: Effect
    points: Decimal = ZERO  # of `relax`, as a share: 0.02 is two points


class Volume(Struct, frozen=True):
    """The forecast that the targets stand on (D2)."""

    metric: str = "requested_agent"
    lock_months: int = 1  # the client's figures bind from so many months before
    over: Decimal = Decimal("0.1")  # tolerance, share of the forecast
    under: Decimal = Decimal("0.1")
    excess: tuple[Excess, ...] = ()  # beyond `over`, nearest first; empty: the targets hold in full
    minimum_billing: Decimal | None = None  # share of the forecast paid for at least, where paid by contact
    monthly: tuple[tuple[str, int], ...] = ()  # locked forecasts, ("2026-07", 27600)


class ExclusionTerms(Struct, frozen=True):
    """Which classes are agreed, and how one gets in."""

    classes: tuple[ExclusionClass, ...] = ()
    submit_days: int = 5  # after the event
    decide_days: int = 5  # after it was submitted
    evidence: int = 1  # documents or links, at least


class Criterion(Struct, frozen=True):
    id: str
    name: Names
    weight: Decimal


class Quality(Struct, frozen=True):
    """Criteria that a panel judges (D3): scores from 0 to 100."""

    id: str
    name: Names
    criteria: tuple[Criterion, ...]
    panel: tuple[str, ...] = ()
    sample: int = 0  # contacts a month
    calibration: str = ""  # how both sides keep to one measure


class Report(Struct, frozen=True):
    """What is delivered, to whom, by when. `at` is local time; `every` day, week, month."""

    id: str
    name: Names
    audience: Audience
    format: str  # pdf, xlsx, csv, html
    every: str
    by: str  # "08:00"
    to: tuple[str, ...] = ()
    settle_days: int = 0


class Duty(Struct, frozen=True):
    """Who does what, and who answers for it (D1)."""

    side: Side
    text: Names


class Contract(Struct, frozen=True):
    name: str  # id, metadata.name
    title: Names
    direction: Direction
    party: str  # id of the client, or of the partner
    provider: Party
    customer: Party
    start: date
    end: date  # the last day
    zone: str
    money: Money
    services: tuple[Service, ...]
    objectives: tuple[Objective, ...]
    labels: tuple[tuple[str, str], ...] = ()
    calendar: str | None = None  # opening hours of the set-up, by id; None: always open
    settle_days: int = 3  # after a month its figures are left to settle
    approve_days: int = 7  # both have to approve within
    volume: Volume | None = None
    exclusions: ExclusionTerms = ExclusionTerms()
    quality: tuple[Quality, ...] = ()
    reports: tuple[Report, ...] = ()
    duties: tuple[Duty, ...] = ()
    short_abandon_s: Decimal | None = None  # what both call a short abandon

    def service(self, id: str) -> Service | None:
        return next((s for s in self.services if s.id == id), None)

    def objective(self, id: str) -> Objective | None:
        return next((o for o in self.objectives if o.id == id), None)

    def judged(self, id: str) -> Quality | None:
        return next((q for q in self.quality if q.id == id), None)


class ExclusionState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"


class Exclusion(Struct, frozen=True):
    """A stretch of time whose contacts one side wants left out. It counts once the other side has approved it."""

    id: str
    kind: ExclusionClass
    title: str
    start: Ms
    end: Ms
    evidence: tuple[str, ...] = ()
    services: tuple[str, ...] = ()  # empty: all
    state: ExclusionState = ExclusionState.DRAFT
    requested_by: str = ""
    requested_at: Ms | None = None
    decided_by: str | None = None
    decided_at: Ms | None = None
    reason: str = ""  # of the decision


Days: TypeAlias = dict[date, int]
"""A number for each local day."""


class Judged(Struct, frozen=True):
    """Scores given so far in a period: how many, and their sum (each 0 to 100)."""

    count: int
    total: Decimal
    planned: int = 0


class Past(Struct, frozen=True):
    """What an earlier, settled period gave for one objective. `period` is "2026-06"."""

    period: str
    objective: str
    missed: bool
    value: Decimal | None
    credit: Decimal = ZERO  # as charged, after the cap
    earned_back: bool = False  # it has been given back already
