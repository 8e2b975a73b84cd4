"""Which sums a query needs: each once, however many of its figures are made of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from hashlib import sha256

from jietong.contacts.model import Kind
from jietong.core.vocabulary import Ms, State
from jietong.metrics.definition import (
    PLAIN,
    Again,
    Count,
    Definition,
    How,
    Kept,
    Planned,
    Sum,
    Terms,
    Time,
    TrunkTime,
)
from jietong.metrics.intervals import Metric
from jietong.metrics.query.conditions import said, terms_of

TRUNK_COLUMN = "trunk_time"
STREAK_COLUMN = "streak"


@dataclass(frozen=True)
class CountColumn:
    count: Count
    terms: Terms


@dataclass(frozen=True)
class AgainColumn:
    """How many stays of customers who came again, or did not."""

    again: Again
    terms: Terms

    @property
    def within(self) -> Ms:
        found: Ms = getattr(self.terms, self.again.within)
        return found


@dataclass(frozen=True)
class QuantileColumns:
    """Exact quantiles over the values of some counts; `columns` gives the share of each."""

    counts: tuple[CountColumn, ...]
    number: str  # the column of how many values there were
    columns: dict[str, float]


@dataclass
class Wanted:
    """The columns that the figures of a query need, by name; a name says what is summed."""

    counts: dict[str, CountColumn] = field(default_factory=dict)
    maxima: dict[str, CountColumn] = field(default_factory=dict)
    quantiles: dict[str, QuantileColumns] = field(default_factory=dict)
    again: dict[str, AgainColumn] = field(default_factory=dict)
    times: dict[str, frozenset[State]] = field(default_factory=dict)
    planned: dict[str, Planned] = field(default_factory=dict)
    kept: dict[str, Kept] = field(default_factory=dict)
    trunks: bool = False
    streak: bool = False

    @property
    def kinds(self) -> frozenset[Kind]:
        return frozenset(one.count.kind for one in (*self.counts.values(), *self.maxima.values()))

    @property
    def of_agents(self) -> tuple[str, ...]:
        """The columns of sums over agents' time, by what they did or were to do."""
        return (*self.times, *self.planned, *self.kept)

    @property
    def states(self) -> list[str]:
        """The states in which agents' time counts in any of the sums."""
        return sorted({state.value for states in self.times.values() for state in states})


def wanted(metrics: Iterable[Metric]) -> Wanted:
    out = Wanted()
    for metric in metrics:
        definition, terms = metric.definition, metric.terms
        if definition.how is How.STREAK:
            out.streak = True
        elif definition.how is How.MAX:
            for name, number, largest in maxima(definition, terms):
                out.maxima[name] = largest
                out.counts[number] = how_many(largest)
        elif definition.how is How.QUANTILE:
            counts = valued(definition, terms)
            number = quantile_number(definition, terms)
            columns = out.quantiles.setdefault(number, QuantileColumns(counts, number, {})).columns
            columns[quantile_column(definition, terms)] = definition.quantile or 1.0
        else:
            for one in (*definition.numerator, *definition.denominator):
                if isinstance(one, Count):
                    out.counts[column(one, terms)] = CountColumn(one, used(one, terms))
                elif isinstance(one, Time):
                    out.times[column(one, terms)] = one.states
                elif isinstance(one, Planned):
                    out.planned[column(one, terms)] = one
                elif isinstance(one, Kept):
                    out.kept[column(one, terms)] = one
                elif isinstance(one, Again):
                    out.again[column(one, terms)] = AgainColumn(one, terms)
                elif isinstance(one, TrunkTime):
                    out.trunks = True
    return out


def column(one: Sum, terms: Terms = PLAIN) -> str:
    """The name of the column that holds the sum: the same wherever the same is summed."""
    if isinstance(one, Count):
        value = "" if one.value is None else f" sum {said(one.value)}"
        text = f"{one.kind.value} {said(one.where)}{value} {_terms_text(used(one, terms))}"
        return f"{one.kind.value}_{_digest(text)}"
    if isinstance(one, Time):
        return f"time_{_digest(','.join(sorted(one.states)))}"
    if isinstance(one, Planned):
        return f"planned_{_digest(said(one.where))}"
    if isinstance(one, Kept):
        return f"kept_{_digest(f'{said(one.where)} {one.less}')}"
    if isinstance(one, Again):
        text = f"{column(one.of, terms)} {column(one.by, terms)} {getattr(terms, one.within)}"
        return f"again_{_digest(f'{text} {one.again} {one.same_reason}')}"
    if isinstance(one, TrunkTime):
        return TRUNK_COLUMN
    return "of_facts_that_are_not_kept_yet"


def maxima(definition: Definition, terms: Terms) -> list[tuple[str, str, CountColumn]]:
    """Of each sum that a maximum is taken over: its column, the column of how many there were, and itself."""
    return [
        (f"max_{column(one.count, one.terms)}", column(how_many(one).count, how_many(one).terms), one)
        for one in valued(definition, terms)
    ]


def is_largest(name: str) -> bool:
    """Whether the column holds a maximum: of two of them the larger counts, not their sum."""
    return name.startswith("max_") or name == STREAK_COLUMN


def quantile_number(definition: Definition, terms: Terms) -> str:
    names = "+".join(column(one.count, one.terms) for one in valued(definition, terms))
    return f"n_{_digest(names)}"


def quantile_column(definition: Definition, terms: Terms) -> str:
    return f"q{definition.quantile}_{quantile_number(definition, terms)}".replace(".", "_")


def valued(definition: Definition, terms: Terms) -> tuple[CountColumn, ...]:
    """The sums over values of a maximum or quantile."""
    counts = (one for one in definition.numerator if isinstance(one, Count) and one.value is not None)
    return tuple(CountColumn(one, used(one, terms)) for one in counts)


def how_many(one: CountColumn) -> CountColumn:
    """How many facts a sum was taken over."""
    number = replace(one.count, value=None)
    return CountColumn(number, used(number, one.terms))


def used(count: Count, terms: Terms) -> Terms:
    """The terms as far as the sum looks at them; the others as they are by default."""
    names = terms_of(count.where) | (frozenset() if count.value is None else terms_of(count.value))
    out = PLAIN
    for name in names:
        out = replace(out, **{name: getattr(terms, name)})
    return out


def _terms_text(terms: Terms) -> str:
    return f"{terms.target_ms} {terms.short_ms} {terms.short_talk_ms}"


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:12]
