"""What the evaluation of a contract gives: values, verdicts and money, with the steps by which they came. Frozen.

Shares are Decimals 0..1, times in seconds, money signed as seen by the provider: a credit is negative.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from msgspec import Struct

from jietong.core.vocabulary import Ms
from jietong.sla.model import ZERO, Effect, Op


class Verdict(StrEnum):
    MET = "met"  # while the window is open: so far
    MISSED = "missed"
    AT_RISK = "at_risk"  # below target now, can still be reached
    UNREACHABLE = "unreachable"  # even if all the rest went well
    SAFE = "safe"  # even if all the rest went badly
    TOO_FEW = "too_few"  # fewer than the minimum sample: nothing is charged
    NO_DATA = "no_data"  # nothing happened: not missed
    UNKNOWN = "unknown"  # something happened that was not recorded
    SHOWN = "shown"  # beside the others, not charged
    WAIVED = "waived"  # by the agreed effect of the volume


class Unit(StrEnum):
    RATIO = "ratio"
    SECONDS = "s"
    COUNT = "count"
    POINTS = "points"  # 0..100
    MOS = "mos"


class Step(Struct, frozen=True):
    """One step of a computation, or one remark: a code that `words` can say, and its exact parts as text."""

    code: str
    values: dict[str, str] = {}


class Figure(Struct, frozen=True):
    """value = numerator ÷ denominator. None: no data. `n` is what a minimum sample counts."""

    numerator: Decimal
    denominator: int
    value: Decimal | None
    n: int
    low: Decimal | None = None  # Wilson, 95 %, of shares alone
    high: Decimal | None = None


class Need(Struct, frozen=True):
    """What the rest of the window must give.

    `rest` is how many more are expected. Shares: `good` of them must go well (`lte`: `spare` of them may still go
    badly); `value` is that share, or the mean that the rest must keep. `short`: how many are missing today. `best`
    and `worst`: where the window would end if all the rest went well, badly.
    """

    rest: int
    basis: Literal["forecast", "run_rate", "planned", "hours"]
    value: Decimal | None
    good: int | None = None
    spare: int | None = None
    short: int | None = None
    best: Decimal | None = None
    worst: Decimal | None = None


class WindowResult(Struct, frozen=True):
    start: date
    end: date  # its last day
    closed: bool
    figure: Figure  # with the approved exclusions
    plain: Figure  # without any
    verdict: Verdict
    target: Decimal | None
    minimum: Decimal | None
    credit: Decimal = ZERO  # factor of its band
    bonus: Decimal = ZERO
    need: Need | None = None


class ObjectiveResult(Struct, frozen=True):
    """`windows` in order; `figure`, `plain`, `verdict` and `need` are those of the last one that has begun."""

    id: str
    metric: str  # key in the catalogue with parameters, or the id of the judged quality
    definition: int  # version of the definition
    unit: Unit
    op: Op
    target: Decimal | None
    minimum: Decimal | None
    figure: Figure
    plain: Figure
    verdict: Verdict
    need: Need | None
    windows: tuple[WindowResult, ...]
    charged: bool
    credit: Decimal = ZERO  # money, positive, before the cap
    bonus: Decimal = ZERO  # money
    misses: int = 0  # periods missed within the reach of the repeat rule, this one with them
    multiplier: Decimal = Decimal(1)
    steps: tuple[Step, ...] = ()


class MoneyLine(Struct, frozen=True):
    code: Literal[
        "fee", "volume_fee", "minimum_billing", "additional", "reduced",
        "credit", "bonus", "credit_cap", "bonus_cap", "earned_back",
    ]  # fmt: skip
    amount: Decimal
    objective: str | None = None
    period: str | None = None  # of a credit that is given back: whose
    steps: tuple[Step, ...] = ()


class MoneyResult(Struct, frozen=True):
    """payable = fee − credits + bonus + earned back. Every line is rounded; sums are of rounded lines."""

    currency: str
    fee: Decimal
    credits: Decimal  # positive, after the cap
    uncapped: Decimal
    cap: Decimal
    bonus: Decimal
    earned_back: Decimal
    net: Decimal
    payable: Decimal
    lines: tuple[MoneyLine, ...]

    @property
    def cap_used(self) -> Decimal | None:
        """Share of the cap that credits take."""
        return self.credits / self.cap if self.cap else None


class VolumeResult(Struct, frozen=True):
    actual: int
    expected: int  # for the whole period; the actual one once it has ended
    forecast: int | None
    deviation: Decimal | None  # expected ÷ forecast − 1
    effect: Effect = Effect.FULL
    points: Decimal = ZERO
    share: Decimal = Decimal(1)  # of credits that count
    days_out: tuple[date, ...] = ()  # days above the tolerance that do not count
    under: bool = False  # below the tolerance
    by_day: tuple[tuple[date, int, int | None], ...] = ()  # actual and forecast


Known = Literal["measured", "estimated", "partial", "unknown"]


class AccessResult(Struct, frozen=True):
    """Where the service level and true access part. All without exclusions, by the entries of the services.

    `blocked_unseen` is an estimate from the time in which all trunks were full; None: not known. It is never in
    `figure`, which counts what was recorded; `estimated` is the value with it.
    """

    known: Known
    figure: Figure  # true access
    level: Figure  # SL3 by the same X, over those who reached a queue
    in_time: int
    late: int
    abandoned: int
    blocked: int | None  # None: unknown
    lost: int | None  # in the flow
    fault: int | None  # cut off by the switch
    blocked_unseen: Decimal | None = None
    estimated: Decimal | None = None
    unknown_days: tuple[date, ...] = ()
    points_blocked: Decimal | None = None  # by how much the blocked lower the share
    points_lost: Decimal | None = None


class DayResult(Struct, frozen=True):
    """One day of the calendar of compliance, by the main objective."""

    day: date
    figure: Figure
    plain: Figure
    access: Figure
    blocked: int | None
    volume: int
    forecast: int | None
    below_target: bool = False
    below_minimum: bool = False
    approved: tuple[str, ...] = ()  # exclusions that touch it
    waiting: tuple[str, ...] = ()


class ExclusionEffect(Struct, frozen=True):
    """The main objective before and after one exclusion; `contacts` is how many it leaves out."""

    id: str
    counted: bool
    before: Figure
    after: Figure
    contacts: int
    faults: tuple[Step, ...] = ()


class Result(Struct, frozen=True):
    contract: str
    digest: str  # of the contract's canonical form
    start: date
    end: date  # the last day of the period
    as_of: Ms
    closed: bool  # the period has ended
    main: str | None  # the objective that stands for the contract
    objectives: tuple[ObjectiveResult, ...]
    access: AccessResult
    volume: VolumeResult
    money: MoneyResult
    days: tuple[DayResult, ...] = ()
    exclusions: tuple[ExclusionEffect, ...] = ()
    all_approved: Figure | None = None  # the main objective if every exclusion that waits were approved
    all_approved_need: Need | None = None
    terminations: tuple[str, ...] = ()  # objectives missed so often that the customer may end the contract
    remarks: tuple[Step, ...] = ()

    @property
    def period(self) -> str:
        return f"{self.start:%Y-%m}"

    def objective(self, id: str) -> ObjectiveResult | None:
        return next((o for o in self.objectives if o.id == id), None)
