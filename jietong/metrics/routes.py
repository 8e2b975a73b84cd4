"""HTTP: the metric catalogue, as every screen opens it from a figure's name; and figures of any period."""

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Annotated, Any, Literal, TypeVar, cast

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from jietong.core.errors import Invalid
from jietong.identity.http import allow, state
from jietong.identity.model import Principal
from jietong.identity.permissions import Permission as P
from jietong.metrics import examples, intervals
from jietong.metrics.catalogue import THEMES
from jietong.metrics.definition import Attribution, Better, How, Unit
from jietong.metrics.intervals import By, Every, Metric
from jietong.metrics.intervals import metrics as metrics_of
from jietong.metrics.warehouse import Warehouse, asking
from jietong.metrics.warehouse.outward import iso, row_out

router = APIRouter(prefix="/api", tags=["metrics"])
T = TypeVar("T")

LOOK_S = 0.5  # how often to look whether whoever asked is still there


def warehouse_of(request: Request) -> Warehouse:
    return cast(Warehouse, state(request, "warehouse"))


Views = Annotated[Principal, Depends(allow(P.REPORT_VIEW, P.FLOOR_VIEW))]
SeesContacts = Annotated[Principal, Depends(allow(P.CONTACTS_VIEW))]
Wh = Annotated[Warehouse, Depends(warehouse_of)]


class DefinitionOut(BaseModel):
    """One figure. A rate is numerator ÷ denominator; 0 ÷ 0 is no data. Times are in ms."""

    id: str
    theme: str
    version: int
    names: dict[str, str]
    meaning: dict[str, str]
    formula: dict[str, str]
    unit: Unit
    how: How
    better: Better
    attribution: Attribution
    quantile: float | None
    parameters: list[str]
    example: dict[str, str]  # in numbers: what the figure comes to on the example day of docs/reference/metrics.md
    source: str


class CatalogueOut(BaseModel):
    items: list[DefinitionOut]


@router.get("/metrics")
async def metrics(by: Annotated[Principal, Depends(allow())]) -> CatalogueOut:
    """Every definition, by theme. Whoever sees a figure may read what it means."""
    return CatalogueOut(
        items=[
            DefinitionOut(
                theme=theme,
                parameters=list(one.parameters),
                example=examples.said(one),
                **{
                    name: getattr(one, name)
                    for name in DefinitionOut.model_fields
                    if name not in ("theme", "parameters", "example")
                },
            )
            for theme, definitions in THEMES.items()
            for one in definitions
        ]
    )


class FigureOut(BaseModel):
    """A figure of one row. Times in seconds, shares 0..1; `value` null is no data. `n`: from how many it was taken;
    `low` and `high`: Wilson's 95 % interval of a share of contacts."""

    value: float | None
    numerator: float
    denominator: float
    n: int | None
    low: float | None
    high: float | None


class FiguresOut(BaseModel):
    """Rows hold `start`, `end` (ISO 8601 with the site's offset), a key for each grouping, and each figure under its
    key as it was asked. Intervals and groups in which nothing happened have no row."""

    site: str
    zone: str
    start: str
    end: str
    every: Every
    by: list[By]
    metrics: list[str]
    attribution: dict[str, Attribution]  # of each figure: by arrival at the queue, or by the time spent
    versions: dict[str, int]  # of each figure's definition
    as_of: str  # the facts are known up to here
    rows: list[dict[str, str | FigureOut | None]]


class ContactBehindOut(BaseModel):
    """A contact that the figure counts; of the stay that counts: its queue, agent, times in seconds, and end."""

    id: str
    arrived: str
    queue: str | None
    agent: str | None
    channel: str
    client: str
    wait_s: float | None
    talk_s: float | None
    outcome: str | None


class ContactsBehindOut(BaseModel):
    items: list[ContactBehindOut]
    next: str | None


class Asked(BaseModel):
    """Which facts: a period and a filter. Lists may be repeated or hold commas."""

    model_config = ConfigDict(populate_by_name=True, extra="forbid")

    from_: str = Field(alias="from", max_length=40, description="A date or time, local to the site, or an instant.")
    to: str = Field(max_length=40, description="The same; not part of the period.")
    site: str = Field("main", max_length=80)
    timezone: str | None = Field(None, max_length=80, description="Instead of the site's own.")
    queue: list[str] | None = Field(None, max_length=500)
    agent: list[str] | None = Field(None, max_length=500)
    client: list[str] | None = Field(None, max_length=500)
    channel: list[str] | None = Field(None, max_length=50)
    entry: list[str] | None = Field(None, max_length=500)
    reason: list[str] | None = Field(None, max_length=500)
    direction: list[str] | None = Field(None, max_length=2)
    part_time: bool | None = None
    simulated: bool | None = Field(None, description="false: without test and demonstration contacts.")


class FiguresIn(Asked):
    every: str = Field("all", max_length=8)
    by: list[str] = Field([], max_length=9)
    metrics: str = Field(max_length=2000, description="Ids with commas between, parameters in seconds: sl3(20),asa.")


class BehindIn(Asked):
    metric: str = Field(max_length=200)
    part: Literal["numerator", "denominator"] = "numerator"
    after: str | None = Field(None, max_length=300)
    limit: int = Field(100, ge=1, le=500)


@router.get("/figures")
async def figures(request: Request, asked: Annotated[FiguresIn, Query()], by: Views, warehouse: Wh) -> FiguresOut:
    """Figures by interval and group, of the principal's clients alone."""
    return await _figures(request, asked, by, warehouse)


@router.post("/figures")
async def figures_of_a_long_question(request: Request, asked: FiguresIn, by: Views, warehouse: Wh) -> FiguresOut:
    """The same, for a filter too long for an address. Changes nothing."""
    return await _figures(request, asked, by, warehouse)


@router.get("/figures/contacts")
async def contacts_behind(
    request: Request, asked: Annotated[BehindIn, Query()], by: SeesContacts, warehouse: Wh
) -> ContactsBehindOut:
    """The contacts that one figure counts, earliest first: what stands above, or below, the line of its division."""
    found = metrics_of(asked.metric)
    if len(found) != 1:
        raise Invalid("bad_metrics", "Ask for the contacts behind one figure at a time.")
    query = await _query(asked, warehouse, (found[0],))
    await warehouse.check(query, by.scope)
    page = await _unless_gone(
        request,
        warehouse.contacts(query, by.scope, metric=found[0], part=asked.part, limit=asked.limit, after=asked.after),
    )
    return ContactsBehindOut(
        items=[
            ContactBehindOut(
                id=one.id,
                arrived=iso(one.arrived, query.zone),
                queue=one.queue,
                agent=one.agent,
                channel=one.channel,
                client=one.client,
                wait_s=None if one.wait_ms is None else one.wait_ms / 1000,
                talk_s=None if one.talk_ms is None else one.talk_ms / 1000,
                outcome=one.outcome,
            )
            for one in page.items
        ],
        next=page.after,
    )


async def _figures(request: Request, asked: FiguresIn, by: Principal, warehouse: Warehouse) -> FiguresOut:
    query = await _query(
        asked, warehouse, metrics_of(asked.metrics), asking.every_of(asked.every), asking.by_of(asked.by)
    )
    asking.bounded(query.window, query.every)
    await warehouse.check(query, by.scope)
    answer = await _unless_gone(request, warehouse.answer(query, by.scope))
    return FiguresOut(
        site=query.site,
        zone=query.zone,
        start=iso(query.window.start, query.zone),
        end=iso(query.window.end, query.zone),
        every=query.every,
        by=list(query.by),
        metrics=[one.key for one in query.metrics],
        attribution={one.key: one.definition.attribution for one in query.metrics},
        versions={one.key: one.definition.version for one in query.metrics},
        as_of=iso(answer.as_of, query.zone),
        rows=[row_out(row, query.by, query.metrics, query.zone) for row in answer.rows],
    )


async def _query(
    asked: Asked,
    warehouse: Warehouse,
    metrics: tuple[Metric, ...],
    every: Every = Every.ALL,
    by: tuple[By, ...] = (),
) -> intervals.Query:
    site_zone = await warehouse.zone(asked.site)
    zone = asking.zone_of(asked.timezone) if asked.timezone else site_zone
    wanted = asking.filter_of(
        queues=asked.queue,
        agents=asked.agent,
        clients=asked.client,
        channels=asked.channel,
        entries=asked.entry,
        reasons=asked.reason,
        directions=asked.direction,
        part_time=asked.part_time,
        simulated=asked.simulated,
    )
    return intervals.Query(
        asked.site, asking.window_of(asked.from_, asked.to, zone), zone, every, by, metrics, wanted
    )


async def _unless_gone(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """The work's result; it is cancelled when whoever asked has gone away meanwhile."""
    task = asyncio.ensure_future(work)
    try:
        while True:
            done, _ = await asyncio.wait({task}, timeout=LOOK_S)
            if done:
                return task.result()
            if await request.is_disconnected():
                raise Invalid("gone_away", "Whoever asked has gone away.")
    finally:
        if not task.done():
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await task
