"""What a definition of a figure is: sums over facts, words in three languages, and how the sums make the figure."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from jietong.contacts.attendance import Attended, PlannedTime
from jietong.contacts.later import LaterFact
from jietong.contacts.model import AgentInterval, Kind, Segment, TrunkBusyTime
from jietong.core.specs import Names
from jietong.core.vocabulary import Ms, State
from jietong.metrics.expression import ALWAYS, Condition, Constant, Expression, condition, number

DAY_MS: Ms = 86_400_000
UNITS: dict[str, Ms] = {"min": 60_000, "days": DAY_MS}
"""By the last part of a parameter's name, the unit in which it is written; others are in seconds."""


class Unit(StrEnum):
    COUNT = "count"
    RATIO = "ratio"  # 0..1, shown as a percentage
    MS = "ms"
    MOS = "mos"  # mean opinion score in hundredths, 100..450
    POINTS = "points"  # a mean of marks
    STATES = "states"  # a count for each agent state


class How(StrEnum):
    """How a figure comes from its sums."""

    SUM = "sum"
    RATIO = "ratio"  # numerator ÷ denominator; groups sum first and divide last; n = 0 is no data
    MAX = "max"  # largest value of the numerator's facts; none is no data
    QUANTILE = "quantile"  # exact: the smallest value that at least the share `quantile` of the facts reach
    STREAK = "streak"  # longest unbroken run over agent intervals
    NOW = "now"  # a state of this moment, told by the engine


class Better(StrEnum):
    UP = "up"
    DOWN = "down"
    NEITHER = "neither"


class Attribution(StrEnum):
    ARRIVAL = "arrival"  # to the interval in which the contact arrived at the queue
    TIME = "time"  # each second to the interval in which it was spent
    NOW = "now"


@dataclass(frozen=True, slots=True)
class Terms:
    """Parameters of figures. None: what was in force at the queue when the contact arrived."""

    target_ms: Ms | None = None  # X of service_level(X)
    short_ms: Ms | None = None  # an abandon this quick is a short one
    short_talk_ms: Ms = 10_000  # a talk shorter than this is a short contact
    # Named by the unit in which they are written; kept in ms as all others.
    redial_min: Ms = 30 * 60_000  # N of redial_rate(N): who comes again this soon has tried again
    repeat_days: Ms = 7 * DAY_MS  # N of fcr_verified(N): who comes again this soon was not helped
    close_days: Ms = 3 * DAY_MS  # N of backoffice_close_rate(N)
    now: Ms = 0  # up to which instant the facts are known; set by whoever evaluates, never by who asks

    def with_value(self, name: str, value: int) -> "Terms":
        """These with one parameter set, by its name."""
        return replace(self, **{name: value})


PLAIN = Terms()


def shown(name: str, value: Ms) -> int | float:
    """A parameter in the unit in which it is written: `name` is a field of `Terms`."""
    unit = UNITS.get(name.rpartition("_")[2], 1000)
    return value // unit if value % unit == 0 else value / unit


@dataclass(frozen=True)
class Count:
    """A sum over segments of one kind: of `value` where `where` holds; without `value`, how many."""

    kind: Kind
    where: Condition
    value: Expression | None = None

    def of(self, row: Segment, terms: Terms = PLAIN) -> int:
        """What `row` adds to the sum."""
        if row.kind is not self.kind or not self.holds(row, terms):
            return 0
        return 1 if self.value is None else self.amount(row, terms)

    @cached_property
    def holds(self) -> Callable[[Segment, Terms], bool]:
        """`where` as a function."""
        return condition(self.where)

    @cached_property
    def amount(self) -> Callable[[Segment, Terms], int]:
        """`value` as a function; without one, 1."""
        return number(Constant(1) if self.value is None else self.value)


@dataclass(frozen=True, slots=True)
class Time:
    """A sum of agents' time in some states, in ms."""

    states: frozenset[State]

    def of(self, interval: AgentInterval, start: Ms, end: Ms) -> Ms:
        """The part of the interval that lies within [start, end) and counts."""
        if interval.state not in self.states:
            return 0
        upto = end if interval.end is None else min(interval.end, end)
        return max(0, upto - max(interval.start, start))


@dataclass(frozen=True, slots=True)
class TrunkTime:
    """The sum of the time in which all channels of a trunk were taken, in ms."""

    def of(self, time: TrunkBusyTime, start: Ms, end: Ms) -> Ms:
        """The part that lies within [start, end)."""
        upto = end if time.end is None else min(time.end, end)
        return max(0, upto - max(time.start, start))


@dataclass(frozen=True)
class Planned:
    """The sum of the scheduled time where `where` holds, in ms; of the time that has gone by."""

    where: Condition

    def of(self, plan: PlannedTime, start: Ms, end: Ms) -> Ms:
        """The part that lies within [start, end) and counts."""
        if not self.holds(plan, PLAIN):
            return 0
        return max(0, min(plan.end, end) - max(plan.start, start))

    @cached_property
    def holds(self) -> Callable[[PlannedTime, Terms], bool]:
        return condition(self.where)


@dataclass(frozen=True)
class Kept:
    """The sum of the time in which a schedule and what the person did (`contacts.attendance.Attended`) are such that
    `where` holds, in ms; `less`: it is taken away."""

    where: Condition
    less: bool = False

    def of(self, stay: Attended, start: Ms, end: Ms) -> Ms:
        """The part that lies within [start, end) and counts."""
        if not self.holds(stay, PLAIN):
            return 0
        spent = max(0, min(stay.end, end) - max(stay.start, start))
        return -spent if self.less else spent

    @cached_property
    def holds(self) -> Callable[[Attended, Terms], bool]:
        return condition(self.where)


@dataclass(frozen=True)
class Again:
    """Stays that `of` counts, of a known customer, whose time `within` (a term) after their end is over: all of
    them; with `again`, those whose customer came again meanwhile; without it (False), those whose did not.

    To come again is to arrive anew (`by`) after the stay began and within so long after its end: the same customer of
    the same client, a test where the stay was one, and `same_reason`: for the reason that the contact was about. A
    contact without a reason is then not counted. Known once the time has run; not kept live.
    """

    of: Count
    by: Count
    within: str
    again: bool | None = None
    same_reason: bool = False


@dataclass(frozen=True)
class Later:
    """A sum over facts of `fact` (`contacts.later`), which no part of the platform keeps yet: over none it is no
    data."""

    fact: type[LaterFact]
    where: Condition = ALWAYS
    value: Expression | None = None

    def of(self, row: LaterFact, terms: Terms = PLAIN) -> int:
        """What `row` adds to the sum."""
        if type(row) is not self.fact or not self.holds(row, terms):
            return 0
        return 1 if self.value is None else self.amount(row, terms)

    @cached_property
    def holds(self) -> Callable[[LaterFact, Terms], bool]:
        return condition(self.where)

    @cached_property
    def amount(self) -> Callable[[LaterFact, Terms], int]:
        return number(Constant(1) if self.value is None else self.value)


Sum = Count | Time | TrunkTime | Planned | Kept | Again | Later


@dataclass(frozen=True, slots=True)
class Definition:
    id: str
    names: Names
    meaning: Names
    formula: Names
    unit: Unit
    how: How
    better: Better
    attribution: Attribution
    source: str  # where the formula comes from
    numerator: tuple[Sum, ...] = ()
    denominator: tuple[Sum, ...] = ()
    quantile: float | None = None
    parameters: tuple[str, ...] = ()
    version: int = 1


def three(hans: str, hant: str, en: str) -> Names:
    return {"zh-Hans": hans, "zh-Hant": hant, "en": en}
