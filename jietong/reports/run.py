"""Runs a report: one question to the warehouse for each block, and for its total and what it is compared with."""

from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace

from jietong.core.days import Span
from jietong.core.errors import Forbidden, Invalid, Refused
from jietong.core.specs import SiteSpec
from jietong.core.vocabulary import Ms
from jietong.db.pool import Database
from jietong.identity.model import Principal
from jietong.metrics.intervals import By, Cell, Every, Metric, Query, Row, metrics
from jietong.metrics.warehouse import Warehouse
from jietong.metrics.warehouse.service import made_of_contacts
from jietong.reports import periods, rules
from jietong.reports.labels import labels
from jietong.reports.model import Block, Column, Kind, Line, Outcome, Result, Stored, Used
from jietong.routing import service as setup

MOST_LINES = 20_000


class _Put(NamedTuple):
    """Everything a block needs beside itself."""

    warehouse: Warehouse
    by: Principal
    site: str
    zone: str
    at: Ms
    answered: dict[object, list[Row]]  # equal questions of one report are put once
    seen_upto: list[Ms]


async def run(
    database: Database,
    warehouse: Warehouse,
    by: Principal,
    stored: Stored,
    *,
    site: str,
    now: Ms,
    at: Ms,
) -> Result:
    """`at`: by which relative periods are read. A block whose figures cannot be had carries why as its note."""
    report = stored.report
    zone = await warehouse.zone(site)
    put = _Put(warehouse, by, site, zone, at, {}, [])
    outcomes = []
    for block in report.blocks:
        own = replace(
            block,
            period=block.period or report.period,
            comparison=block.comparison or report.comparison,
            filter=rules.narrowed(report.filter, block.filter),
            top=rules.shown_groups(block),
        )
        outcomes.append(await _outcome(put, own))
    spec: SiteSpec = (await setup.site(database)).spec
    return Result(
        id=stored.id or None,
        version=stored.version,
        title=report.title,
        description=report.description,
        site=site,
        site_name=spec.name,
        zone=zone,
        as_of=min(put.seen_upto, default=now),
        window=periods.window(report.period, at, zone),
        outcomes=tuple(outcomes),
        definitions=_used(report.blocks),
        labels=await labels(database, by, outcomes),
    )


async def _outcome(put: _Put, block: Block) -> Outcome:
    assert block.period is not None
    assert block.comparison is not None
    assert block.filter is not None
    asked = tuple(metric for text in block.metrics for metric in metrics(text))
    hidden = () if put.by.clients is None else tuple(one for one in asked if not made_of_contacts(one.definition))
    shown = tuple(one for one in asked if one not in hidden)
    span = periods.window(block.period, put.at, put.zone)
    before = periods.compared(block.period, block.comparison, put.at, put.zone)
    outcome = Outcome(
        kind=block.kind,
        title=block.title,
        columns=tuple(_column(metric) for metric in shown),
        by=block.by,
        every=block.every,
        drawn=block.drawn,
        window=span,
        before=before,
        filter=block.filter,
        lines=(),
        total=None,
        targets=block.targets,
        gap=block.gap,
        text=block.text,
        note="agent_time_hidden" if hidden else None,
    )
    if block.kind is Kind.TEXT or not shown:
        return outcome
    query = Query(put.site, span, put.zone, block.every, block.by, shown, block.filter)
    try:
        rows = await _ask(put, query)
        past = await _ask(put, replace(query, window=before)) if before else []
        lines = _lines(put, block, shown, query, rows, before, past)
        total = None
        if block.kind is Kind.TABLE and block.total and (block.by or block.every is not Every.ALL):
            total = await _total(put, block, shown, query, before)
    except (Forbidden, Refused) as error:  # these figures cannot be had; the others of the report can
        return replace(outcome, note=error.code)
    return replace(outcome, lines=lines, total=total)


async def _ask(put: _Put, query: Query) -> list[Row]:
    same = (query.window, query.every, query.by, tuple(one.key for one in query.metrics), query.filter)
    if same not in put.answered:
        answer = await put.warehouse.answer(query, put.by.scope)
        put.answered[same] = answer.rows
        put.seen_upto.append(answer.as_of)
    rows = put.answered[same]
    if len(rows) > MOST_LINES:
        raise Invalid(
            "too_many_rows",
            f"That would be {len(rows)} rows, {MOST_LINES} at most: choose longer intervals, a shorter period or "
            "fewer groupings.",
        )
    return rows


async def _total(put: _Put, block: Block, shown: Sequence[Metric], query: Query, before: Span | None) -> Line | None:
    whole = replace(query, every=Every.ALL, by=())
    rows = await _ask(put, whole)
    past = await _ask(put, replace(whole, window=before)) if before else []
    cells = rows[0].cells if rows else ()
    then = past[0].cells if past else ()
    return _line(block, shown, Row(*query.window, (), tuple(cells)), then) if cells else None


def _lines(
    put: _Put,
    block: Block,
    shown: Sequence[Metric],
    query: Query,
    rows: list[Row],
    before: Span | None,
    past: list[Row],
) -> tuple[Line, ...]:
    kept, rest = _first(block, shown, rows)
    beside = {} if before is None else {_place(row, before, query): row for row in past}

    def line(row: Row, *, rest: bool = False) -> Line:
        twin = None if rest else beside.get(_place(row, query.window, query))
        return _line(block, shown, row, twin.cells if twin else (), rest=rest)

    out = [line(row) for row in kept]
    out = _sorted(block, shown, out)
    return (*out, *(line(row, rest=True) for row in rest))


def _place(row: Row, window: Span, query: Query) -> tuple[tuple[int, int], tuple[str | None, ...]]:
    first = periods.local_date(window.start, query.zone)
    return periods.place(row.start, first, query.every, query.zone), row.keys


def _line(block: Block, shown: Sequence[Metric], row: Row, past: Sequence[Cell], *, rest: bool = False) -> Line:
    values = []
    for i, (metric, cell) in enumerate(zip(shown, row.cells, strict=True)):
        before = past[i] if i < len(past) else None
        values.append(rules.value(metric, cell, before, block.limits, rules.target_of(block, metric.key)))
    return Line(row.start, row.end, row.keys, tuple(values), rest)


def _first(block: Block, shown: Sequence[Metric], rows: list[Row]) -> tuple[list[Row], list[Row]]:
    """The rows of the first `top` groups, and one row an interval for all the others together."""
    if block.top is None:
        return rows, []
    groups: dict[tuple[str | None, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(row.keys, []).append(row)
    if len(groups) <= block.top:
        return rows, []
    at = next((i for i, metric in enumerate(shown) if block.sort and metric.key == block.sort.by), 0)
    down = block.sort is None or block.sort.descending

    def rank(keys: tuple[str | None, ...]) -> tuple[bool, float, tuple[str, ...]]:
        found = rules.together(shown[at].definition, [row.cells[at] for row in groups[keys]]).value
        return found is None, -(found or 0) if down else found or 0, tuple(key or "" for key in keys)

    best = set(sorted(groups, key=rank)[: block.top])
    kept = [row for row in rows if row.keys in best]
    spans: dict[tuple[Ms, Ms], list[Row]] = {}
    for row in rows:
        if row.keys not in best:
            spans.setdefault((row.start, row.end), []).append(row)
    rest = [
        Row(
            *span,
            (None,) * len(block.by),
            tuple(
                rules.together(metric.definition, [row.cells[i] for row in found]) for i, metric in enumerate(shown)
            ),
        )
        for span, found in sorted(spans.items())
    ]
    return kept, rest


def _sorted(block: Block, shown: Sequence[Metric], lines: list[Line]) -> list[Line]:
    if block.sort is None:
        return lines
    wanted, down = block.sort.by, block.sort.descending
    names = [metric.key for metric in shown]
    if wanted in names:
        at = names.index(wanted)
        known = [line for line in lines if line.values[at].value is not None]
        unknown = [line for line in lines if line.values[at].value is None]
        return sorted(known, key=lambda line: line.values[at].value or 0, reverse=down) + unknown
    if wanted == "start":
        return sorted(lines, key=lambda line: line.start, reverse=down)
    if wanted not in block.by:  # a figure that this reader does not get to see
        return lines
    at = block.by.index(By(wanted))
    return sorted(lines, key=lambda line: (line.keys[at] is None, line.keys[at] or ""), reverse=down)


def _column(metric: Metric) -> Column:
    one = metric.definition
    return Column(
        metric.key, one.id, rules.unit(one), str(one.how), str(one.better), rules.titled(metric), str(one.attribution)
    )


def _used(blocks: Sequence[Block]) -> tuple[Used, ...]:
    found: dict[str, Used] = {}
    for block in blocks:
        for text in block.metrics:
            for metric in metrics(text):
                one = metric.definition
                found.setdefault(
                    metric.key,
                    Used(
                        metric.key,
                        one.id,
                        one.version,
                        rules.titled(metric),
                        one.meaning,
                        one.formula,
                        rules.unit(one),
                        str(one.attribution),
                        one.source,
                    ),
                )
    return tuple(found.values())
