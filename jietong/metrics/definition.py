"""What a definition of a figure is: sums over facts, words in three languages, and how the sums make the figure."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from jietong.contacts.model import AgentInterval, Kind, Segment, TrunkBusyTime
from jietong.core.specs import Names
from jietong.core.vocabulary import Ms, State
from jietong.metrics.expression import Condition, Constant, Expression, condition, number


class Unit(StrEnum):
    COUNT = "count"
    RATIO = "ratio"  # 0..1, shown as a percentage
    MS = "ms"
    MOS = "mos"  # mean opinion score in hundredths, 100..450
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

    def with_value(self, name: str, value: int) -> "Terms":
        """These with one parameter set, by its name."""
        return replace(self, **{name: value})


PLAIN = Terms()


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


Sum = Count | Time | TrunkTime


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
