"""The sums that an evaluation counts by, gathered from whoever answers for figures."""

from collections.abc import Sequence
from typing import Any, Protocol

from msgspec.structs import replace

from jietong.core.days import Span, day_of
from jietong.core.vocabulary import Ms
from jietong.metrics.definition import How
from jietong.metrics.intervals import Cell, Metric, Query, Row
from jietong.sla.ground import Ground
from jietong.sla.ledger_facts import Busy
from jietong.sla.rules.case import Case
from jietong.sla.rules.questions import questions

Sums = list[tuple[Ms, Ms, tuple[tuple[float | None, int, int], ...]]]
"""start, end, and for each figure asked: value, numerator, denominator."""
BUSY = "/busy"  # no objective is named so
Inputs = dict[str, Sums]
"""By question. All that the evaluation counts by."""


class Source(Protocol):
    """Whoever answers for figures: the warehouse, or the ledger's events in memory."""

    async def rows(self, query: Query) -> list[Row]: ...

    async def busy(self, window: Span) -> Busy: ...


async def gather(ground: Ground, source: Source, at: Ms, only: str = "") -> Inputs:
    """Every sum that the evaluation counts by (or those of the questions that begin with `only`, and full trunks).
    What differs by its figure alone is asked at once."""
    wanted = {name: query for name, query in questions(ground.case, at).items() if name.startswith(only)}
    together: dict[Query, list[Metric]] = {}
    for query in wanted.values():
        columns = together.setdefault(replace(query, metrics=()), [])
        columns += (one for one in query.metrics if one.key not in {other.key for other in columns})
    answers: dict[Query, list[Row]] = {}
    for bare, columns in together.items():
        answers[bare] = await source.rows(replace(bare, metrics=tuple(columns)))
    found: Inputs = {}
    for name, query in wanted.items():
        bare = replace(query, metrics=())
        keys = [one.key for one in together[bare]]
        places = [keys.index(one.key) for one in query.metrics]
        found[name] = [
            (row.start, row.end, tuple(_exact(row.cells[n], m) for n, m in zip(places, query.metrics, strict=True)))
            for row in answers[bare]
            if any(_happened(row.cells[n], m) for n, m in zip(places, query.metrics, strict=True))
        ]
    trunks = sorted({trunk for service in ground.contract.services for trunk in service.trunks})
    if trunks:
        found[BUSY] = all_full(await source.busy(ground.reach), trunks, ground.case, at)
    return found


def all_full(busy: Busy, trunks: Sequence[str], case: Case, at: Ms) -> Sums:
    """For each day that was witnessed, the ms in which every one of the trunks was full."""
    from jietong.metrics.query.calendar import intersection, union  # here: Ibis takes half a second to import

    if busy.since is None:
        return []
    span = Span(max(case.span.start, busy.since), min(case.span.end, at))
    full: list[Span] = [span]
    for trunk in trunks:
        own = union(Span(t.start, at if t.end is None else t.end) for t in busy.times if t.trunk == trunk)
        full = intersection(full, own)
    days = [day_of(day, case.contract.zone) for day in case.days]
    return [
        (day.start, day.end, ((None, sum(one.end - one.start for one in intersection([day], full)), 1),))
        for day in days
        if day.end > span.start and day.start < span.end
    ]


def _exact(cell: Cell, asked: Metric) -> tuple[float | None, int, int]:
    """A value that does not follow from numerator and denominator is kept beside them."""
    alone = asked.definition.how in (How.MAX, How.QUANTILE, How.STREAK)
    return cell.value if alone else None, cell.numerator, cell.denominator


def _happened(cell: Cell, asked: Metric) -> bool:
    return bool(cell.numerator or (cell.denominator and asked.definition.how is not How.SUM))


def plain(inputs: Inputs) -> dict[str, Any]:
    """As JSON holds them."""
    return {name: [[s, e, [list(cell) for cell in cells]] for s, e, cells in rows] for name, rows in inputs.items()}
