"""What an interval report asks and what it answers: figures by interval and group. Pure.

Query("main", Span(start, end), "Asia/Shanghai", HALF_HOUR, (By.QUEUE,), metrics("sl3(20),asa"))
"""

import re
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from msgspec import Struct

from jietong.core.days import Span
from jietong.core.errors import Invalid
from jietong.core.vocabulary import Ms
from jietong.metrics.catalogue import ALIASES, CATALOGUE
from jietong.metrics.definition import PLAIN, UNITS, Definition, How, Terms

_METRIC = re.compile(r"\s*([a-z][a-z0-9_]*)\s*(?:\(([^()]*)\))?\s*(?:,|$)")


class Metric(NamedTuple):
    """A figure of the catalogue with its parameters. `key` is how it is written: `sl6(20,5)`, `asa`."""

    key: str
    definition: Definition
    terms: Terms = PLAIN


class Every(StrEnum):
    """Length of an interval. From a day on they are local days of the site; below, elapsed time from its midnight."""

    QUARTER = "15m"
    HALF_HOUR = "30m"
    HOUR = "1h"
    DAY = "1d"
    WEEK = "1w"  # from Monday
    MONTH = "1M"
    ALL = "all"  # the whole window as one


class By(StrEnum):
    """What rows are grouped by, a column of the facts each."""

    QUEUE = "queue"
    AGENT = "agent"
    CLIENT = "client"
    CHANNEL = "channel"
    ENTRY = "entry"
    REASON = "reason"
    DIRECTION = "direction"
    FLOW = "flow"
    PART_TIME = "part_time"  # true, false


Clip: TypeAlias = tuple[Span, frozenset[str] | None, frozenset[str] | None]
"""Contacts that arrived in the span are left out: of these queues (None: of all), by these entries (None: by all)."""


class Filter(Struct, frozen=True, omit_defaults=True):
    """Which facts count. None: all; an empty tuple: none."""

    queues: tuple[str, ...] | None = None
    agents: tuple[str, ...] | None = None
    clients: tuple[str, ...] | None = None
    channels: tuple[str, ...] | None = None
    entries: tuple[str, ...] | None = None
    reasons: tuple[str, ...] | None = None
    directions: tuple[str, ...] | None = None
    part_time: bool | None = None
    simulated: bool | None = None  # False: without test and demonstration contacts
    within: tuple[Span, ...] | None = None  # only contacts that arrived in one of these (a contract's hours)
    without: tuple[Clip, ...] = ()  # exclusions


class Query(Struct, frozen=True):
    site: str
    window: Span
    zone: str
    every: Every = Every.ALL
    by: tuple[By, ...] = ()
    metrics: tuple[Metric, ...] = ()
    filter: Filter = Filter()


class Cell(NamedTuple):
    """A figure as in `metrics.history.Figure`: for a mean or a share value = numerator ÷ denominator; for a count or
    a sum, the numerator; for a maximum or a quantile, the value, and in the denominator how many it was taken from.
    Times in ms. `value` None is no data."""

    value: float | None
    numerator: int
    denominator: int


class Row(NamedTuple):
    """One interval of one group; the keys in the order of `Query.by` (None: not known of these facts), the cells in
    the order of `Query.metrics`. Intervals and groups in which nothing happened have no row, except with
    `Every.ALL` and no grouping, which always gives one."""

    start: Ms
    end: Ms
    keys: tuple[str | None, ...]
    cells: tuple[Cell, ...]


def metrics(text: str) -> tuple[Metric, ...]:
    """Reads `sl3(20),sl6(20,5),asa`: ids of the catalogue, parameters in the definition's order: in seconds, minutes
    (`_min`) or days (`_days`).

    Raises Invalid `unknown_metric`, `bad_parameters` or `bad_metrics`, each saying which and what would do.
    """
    found: list[Metric] = []
    at = 0
    while at < len(text):
        match = _METRIC.match(text, at)
        if match is None:
            raise Invalid(
                "bad_metrics", f"Cannot read {text[at:]!r}: write ids with commas between, e.g. sl3(20),asa."
            )
        found.append(metric(match[1], match[2]))
        at = match.end()
    if not found:
        raise Invalid("bad_metrics", "Name at least one figure, e.g. sl3(20),asa.")
    return tuple(found)


def metric(id: str, parameters: str | None = None) -> Metric:
    """One figure; `parameters` as between the brackets. Raises as `metrics`."""
    definition = CATALOGUE.get(ALIASES.get(id, id))
    if definition is None:
        raise Invalid("unknown_metric", f"There is no figure {id!r}. docs/reference/metrics.md lists them all.")
    if definition.how is How.NOW:
        raise Invalid("unknown_metric", f"{id!r} tells of this moment: the floor shows it, a report cannot.")
    if not (parameters or "").strip():
        return Metric(id, definition)
    values = [one.strip() for one in (parameters or "").split(",")]
    names = definition.parameters
    if len(values) > len(names):
        takes = f"takes {len(names)} ({', '.join(names)})" if names else "takes none"
        raise Invalid("bad_parameters", f"{id}({parameters}) has too many parameters: {id} {takes}.")
    terms = PLAIN
    for name, value in zip(names, values, strict=False):
        unit = UNITS.get(name.rpartition("_")[2])
        terms = terms.with_value(name, _ms(id, value) if unit is None else _whole(id, value) * unit)
    return Metric(f"{id}({','.join(values)})", definition, terms)


def _ms(id: str, value: str) -> Ms:
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < 1e7:
        raise Invalid("bad_parameters", f"{value!r} in {id}(…) is no number of seconds.")
    return round(seconds * 1000)


def _whole(id: str, value: str) -> int:
    if not value.isdecimal() or len(value) > 4:
        raise Invalid("bad_parameters", f"{value!r} in {id}(…) is no whole number of up to four digits.")
    return int(value)
