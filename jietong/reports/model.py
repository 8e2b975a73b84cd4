"""A report as data: blocks of figures, the period they tell of, and what they are compared with. Pure.

Metrics are written as on the command line (`sl3(20)`, `asa`). A block's own period, filter and comparison, where it
has one, takes the place of the report's.
"""

from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct

from jietong.core.days import Span
from jietong.core.specs import Names
from jietong.core.vocabulary import Ms
from jietong.metrics.intervals import By, Every, Filter

LANGUAGES = ("zh-Hans", "zh-Hant", "en")


class Relative(StrEnum):
    """Periods told by the day on which the report is read, in the site's zone. Weeks begin on Monday."""

    TODAY = "today"
    YESTERDAY = "yesterday"
    THIS_WEEK = "this_week"
    LAST_WEEK = "last_week"
    THIS_MONTH = "this_month"
    LAST_MONTH = "last_month"
    THIS_QUARTER = "this_quarter"
    LAST_QUARTER = "last_quarter"
    THIS_YEAR = "this_year"
    LAST_YEAR = "last_year"
    LAST_DAYS = "last_days"  # the last N whole days, today not among them
    LAST_WEEKS = "last_weeks"
    LAST_MONTHS = "last_months"
    MONTH_TO_DATE = "month_to_date"  # from the first of the month up to and with yesterday; on the first: last month
    YEAR_TO_DATE = "year_to_date"
    ABSOLUTE = "absolute"


class Period(Struct, frozen=True, omit_defaults=True):
    """`n` belongs to `last_days`, `last_weeks` and `last_months`; dates (ISO, both included) to `absolute`."""

    kind: Relative = Relative.YESTERDAY
    n: int | None = None
    first: str | None = None
    last: str | None = None


class Against(StrEnum):
    """What a period is compared with."""

    NONE = "none"
    PREVIOUS = "previous"  # the period of the same kind and length before it
    YEAR = "year"  # the same dates a year before
    WEEKS = "weeks"  # the same weekdays `weeks` weeks before


class Comparison(Struct, frozen=True, omit_defaults=True):
    against: Against = Against.NONE
    weeks: int = 4


class Kind(StrEnum):
    FIGURES = "figures"  # headline figures, one value each
    TABLE = "table"
    CHART = "chart"
    TEXT = "text"


class Drawn(StrEnum):
    LINE = "line"
    BAR = "bar"
    STACKED = "stacked"
    HEAT = "heat"  # a calendar: days down, times of the day across; or weeks down, weekdays across


class Limit(Struct, frozen=True, omit_defaults=True):
    """A cell is marked when its value is below or above. In the figure's unit as people give it: ratios 0..1,
    times in seconds."""

    metric: str
    below: float | None = None
    above: float | None = None


class Target(Struct, frozen=True, omit_defaults=True):
    """What the figure should be, in the same unit as `Limit`; drawn dotted in charts."""

    metric: str
    value: float


class Sort(Struct, frozen=True, omit_defaults=True):
    """`by`: a metric of the block as written, `start`, or a grouping. No data comes last either way."""

    by: str
    descending: bool = True


class Block(Struct, frozen=True, omit_defaults=True):
    kind: Kind
    title: Names = {}
    metrics: tuple[str, ...] = ()
    by: tuple[By, ...] = ()
    every: Every = Every.ALL
    drawn: Drawn = Drawn.LINE
    period: Period | None = None
    filter: Filter | None = None
    comparison: Comparison | None = None
    sort: Sort | None = None
    top: int | None = None  # only the first so many groups; the rest as one row
    limits: tuple[Limit, ...] = ()
    targets: tuple[Target, ...] = ()
    total: bool = True  # of a table: a last row over all groups and intervals
    gap: bool = False  # of a line chart: the space between the first two measures is filled and named
    text: Names = {}


class Report(Struct, frozen=True, omit_defaults=True):
    title: Names
    blocks: tuple[Block, ...] = ()
    description: Names = {}
    period: Period = Period()
    filter: Filter = Filter()
    comparison: Comparison = Comparison()
    live: bool = False  # screens refresh it by themselves


class Share(NamedTuple):
    """With whom: `role` and a role's name, or `client` and a client's id."""

    kind: str
    who: str


class Stored(NamedTuple):
    """A saved report; `version` counts its changes. A ready-made one has no owner and version 1."""

    id: str
    version: int
    report: Report
    owner: str | None
    owner_name: str
    changed_at: Ms
    shares: tuple[Share, ...] = ()
    ready: str | None = None  # the group of a ready-made one


# --- what comes out ----------------------------------------------------------------------------------------------


class Value(Struct, frozen=True):
    """One figure for people: ratios 0..1, times in seconds, lines' quality as a score of 1 to 4.5.

    `value` None: no data. `low`, `high`: Wilson's interval of a share at 95 %. `before`: the same of the period
    compared with; `change` the difference, in the figure's unit.
    """

    value: float | None
    numerator: float
    denominator: float
    n: int | None = None  # from how many contacts it was taken; None: it is made of time, or counts itself
    low: float | None = None
    high: float | None = None
    before: float | None = None
    change: float | None = None
    target: float | None = None
    mark: str | None = None  # "below" or "above" its limit; "missed", "met" of a target


class Line(Struct, frozen=True):
    """One interval of one group. `rest`: the groups beyond the first `top`, together."""

    start: Ms
    end: Ms
    keys: tuple[str | None, ...]
    values: tuple[Value, ...]
    rest: bool = False


class Column(Struct, frozen=True):
    """A metric of a block: its name, its unit for people (`count`, `ratio`, `s`, `mos`), which way is better."""

    key: str
    id: str
    unit: str
    how: str
    better: str
    names: Names
    attribution: str


class Outcome(Struct, frozen=True):
    """A block that was run. `total` None: none was wanted, or none can be had. `note` says why nothing is shown."""

    kind: Kind
    title: Names
    columns: tuple[Column, ...]
    by: tuple[By, ...]
    every: Every
    drawn: Drawn
    window: Span
    before: Span | None
    filter: Filter
    lines: tuple[Line, ...]
    total: Line | None
    targets: tuple[Target, ...]
    gap: bool
    text: Names
    note: str | None = None


class Used(Struct, frozen=True):
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


class Result(Struct, frozen=True):
    """A report that was run: the one object from which screen, xlsx, CSV, PDF and HTML are made."""

    id: str | None
    version: int
    title: Names
    description: Names
    site: str
    site_name: Names
    zone: str
    as_of: Ms
    window: Span
    outcomes: tuple[Outcome, ...]
    definitions: tuple[Used, ...]
    labels: dict[str, dict[str, Names]]  # by grouping, then id
