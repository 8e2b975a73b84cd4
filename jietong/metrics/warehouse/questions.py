"""Questions in DuckDB's words. Writing one takes many times as long as answering it, so the latest are kept: a report
that is opened again, exported, sent or shown on several screens is written once."""

from dataclasses import dataclass, field, replace
from functools import lru_cache

from jietong.core.days import Span
from jietong.core.vocabulary import Ms
from jietong.metrics.intervals import Query
from jietong.metrics.query import Plan, Shape, Stored, plan, settled, stored_table, unbound
from jietong.metrics.warehouse.duck import sql_of

KEPT = 256  # some ten kB each

Sums = tuple[Shape, str, tuple[Span, ...]]
"""Stored sums of these days, by the name of their view."""


def written(query: Query, now: Ms, sums: Sums | None) -> Plan:
    """The plan with SQL in place of its tables."""
    figures = tuple((one.key, one.definition.id, one.definition.version, one.terms) for one in query.metrics)
    asked = query.site, query.window, query.zone, query.every, query.by, query.filter, figures
    return _written(_Question(query, asked), settled(query, now), sums)


@dataclass(frozen=True)
class _Question:
    """A query, known by what is asked: a figure's words and examples are no part of that."""

    query: Query = field(compare=False)
    asked: tuple[object, ...]


@lru_cache(KEPT)
def _written(question: _Question, now: Ms, sums: Sums | None) -> Plan:
    stored = None
    if sums is not None:
        shape, view, spans = sums
        stored = Stored(shape, stored_table(shape, view), spans)
    made = plan(question.query, unbound(), now=now, stored=stored)
    return replace(made, parts=tuple(part._replace(table=sql_of(part.table)) for part in made.parts))
