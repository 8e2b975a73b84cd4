"""The segments behind a figure: every figure opens to the contacts it counts."""

from functools import reduce
from operator import or_
from typing import Literal

import ibis

from jietong.core.vocabulary import Ms
from jietong.metrics.definition import Again, Count
from jietong.metrics.intervals import Metric, Query
from jietong.metrics.query import calendar
from jietong.metrics.query.again import those
from jietong.metrics.query.conditions import holds
from jietong.metrics.query.scope import in_ledgers, narrowed
from jietong.metrics.query.sums import AgainColumn
from jietong.metrics.query.tables import TableExpression


def behind(
    query: Query, metric: Metric, part: Literal["numerator", "denominator"], segment: TableExpression, now: Ms
) -> TableExpression:
    """The segments of the query's window and filter that the part of the metric counts, each once, with all columns.
    None for a figure that counts no contacts. `now` as of the plan."""
    sums = metric.definition.numerator if part == "numerator" else metric.definition.denominator
    metric = metric._replace(terms=metric.terms.with_value("now", now))
    facts = narrowed(segment, query, calendar.open_spans(query))
    tests = [
        (facts.kind == one.kind.value) & holds(one.where, facts, metric.terms)
        for one in sums
        if isinstance(one, Count)
    ]
    everyone = in_ledgers(segment, query.site)
    came = [those(AgainColumn(one, metric.terms), facts, everyone, now) for one in sums if isinstance(one, Again)]
    if came and not tests:
        return ibis.union(*came) if len(came) > 1 else came[0]
    return facts.filter(reduce(or_, tests) if tests else ibis.literal(False))
