"""The segments behind a figure: every figure opens to the contacts it counts."""

from functools import reduce
from operator import or_
from typing import Literal

import ibis

from jietong.metrics.definition import Count
from jietong.metrics.intervals import Metric, Query
from jietong.metrics.query import calendar
from jietong.metrics.query.conditions import holds
from jietong.metrics.query.scope import narrowed
from jietong.metrics.query.tables import TableExpression


def behind(
    query: Query, metric: Metric, part: Literal["numerator", "denominator"], segment: TableExpression
) -> TableExpression:
    """The segments of the query's window and filter that the part of the metric counts, each once, with all columns.
    None for a figure that counts no contacts."""
    sums = metric.definition.numerator if part == "numerator" else metric.definition.denominator
    facts = narrowed(segment, query, calendar.open_spans(query))
    tests = [
        (facts.kind == one.kind.value) & holds(one.where, facts, metric.terms)
        for one in sums
        if isinstance(one, Count)
    ]
    return facts.filter(reduce(or_, tests) if tests else ibis.literal(False))
