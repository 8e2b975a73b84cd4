"""HTTP: forecasts and the calendar of events."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal, cast
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response
from starlette.requests import HTTPConnection

from jietong.core.errors import Invalid
from jietong.identity.http import allow, clock, database, site, state
from jietong.identity.model import Principal
from jietong.identity.permissions import Permission as P
from jietong.workforce.forecast import schemas as s
from jietong.workforce.forecast.service import Forecasts
from jietong.workforce.http import KNOWN

if TYPE_CHECKING:
    from jietong.workforce.forecast.diary import Diary

router = APIRouter(tags=["planning"], prefix="/api/planning", dependencies=KNOWN)


def forecasts(connection: HTTPConnection) -> Forecasts:
    return cast(Forecasts, state(connection, "forecasts"))


All = Annotated[Forecasts, Depends(forecasts)]
Views = Annotated[Principal, Depends(allow(P.PLAN_VIEW))]
Edits = Annotated[Principal, Depends(allow(P.PLAN_EDIT))]
QueueId = Annotated[str, Query(max_length=80)]
Day = Annotated[str, Query(pattern=r"^\d{4}-\d{2}-\d{2}$")]


@router.get("/forecasts/queues")
async def queues(by: Views, all: All, connection: HTTPConnection) -> s.ForecastQueuesOut:
    """Queues that the account may see, each with its latest forecast."""
    items = [s.ForecastQueueOut.model_validate(one) for one in await all.queues(by.scope)]
    return s.ForecastQueuesOut(items=items, today=all.today_is().isoformat(), zone=site(connection).zone)


@router.get("/forecasts")
async def forecast(by: Views, all: All, queue: QueueId, first: Day, last: Day) -> s.QueueForecastOut:
    """Day by day, from `first` through `last`: what is forecast, with changes by hand, and what came."""
    return s.QueueForecastOut.model_validate(await all.view(by, queue, read_day(first), read_day(last)))


@router.get("/forecasts/day")
async def day(by: Views, all: All, queue: QueueId, day: Day) -> s.ForecastSlotsOut:
    """One day in quarters of an hour; who is needed for it: `/requirement`."""
    return s.ForecastSlotsOut.model_validate(await all.day(by, queue, read_day(day)))


@router.get("/forecasts/versions")
async def versions(by: Views, all: All, queue: QueueId) -> s.VersionsOut:
    """Latest first."""
    return s.VersionsOut(items=[s.ForecastVersionOut.model_validate(one) for one in await all.versions(by, queue)])


@router.post("/forecasts", status_code=201)
async def make(given: s.MakeIn, by: Edits, all: All) -> s.ForecastVersionOut:
    """Makes a new version from the queue's past, or a similar queue's."""
    found = await all.make(
        by, given.queue, read_day(given.first), read_day(given.last), similar=given.similar,
        expected_a_day=given.expected_a_day,
    )  # fmt: skip
    return s.ForecastVersionOut.model_validate(found)


@router.post("/forecasts/adjustments", status_code=201)
async def adjust(given: s.AdjustmentIn, by: Edits, all: All) -> s.AdjustmentOut:
    """Changes the forecast by hand; later versions are changed by it too, until it is taken back."""
    from jietong.workforce.forecast.events import Effect

    effect = Effect(read_day(given.first), read_day(given.last), given.how, given.value, given.from_s, given.until_s)
    return s.AdjustmentOut.model_validate(await all.adjust(by, given.queue, effect, given.note))


@router.delete("/forecasts/adjustments/{id}")
async def undo(id: str, by: Edits, all: All) -> s.AdjustmentOut:
    """Takes an adjustment back."""
    return s.AdjustmentOut.model_validate(await all.undo(by, id))


@router.post("/forecasts/adjustments/{id}/redo")
async def redo(id: str, by: Edits, all: All) -> s.AdjustmentOut:
    """Puts back an adjustment that was taken back."""
    return s.AdjustmentOut.model_validate(await all.redo(by, id))


@router.post("/forecasts/back-test")
async def back_test(given: s.ForecastBacktestIn, by: Views, all: All) -> s.ForecastBacktestOut:
    """What would have been said at earlier days, against what came."""
    from jietong.workforce.forecast.held import accuracy_view

    found = await all.backtest(by, given.queue, folds=given.folds, horizon=given.horizon)
    return s.ForecastBacktestOut(
        folds=[
            s.FoldOut(
                days=[day.isoformat() for day in one.days],
                said=list(one.said),
                low=list(one.low),
                high=list(one.high),
                came=list(one.came),
                wmape=one.accuracy.wmape,
                naive_wmape=one.accuracy.naive_wmape,
                coverage=one.accuracy.coverage,
            )
            for one in found.folds
        ],
        all=s.AccuracyOut.model_validate(accuracy_view(found.all, found.mase)),
    )


@router.get("/forecasts/accuracy")
async def accuracy(by: Views, all: All, queue: QueueId, first: Day, last: Day) -> s.ForecastHeldOut:
    """Past days against what had been forecast before they began."""
    return s.ForecastHeldOut.model_validate(await all.accuracy(by, queue, read_day(first), read_day(last)))


@router.get("/forecasts/today")
async def today(by: Views, all: All, queue: QueueId, connection: HTTPConnection) -> s.TodayOut:
    """Today as it is seen now: the rest of the day forecast again from what has come."""
    found = await all.today(queue, clock(connection).now(), by.scope)
    return s.TodayOut.model_validate({**found._asdict(), "day": found.day.isoformat()})


@router.get("/forecasts/export", response_class=Response)
async def export(
    by: Views,
    all: All,
    queue: QueueId,
    first: Day,
    last: Day,
    every: Literal["day", "interval"] = "day",
    format: Literal["csv", "xlsx"] = "xlsx",
    language: Literal["zh-Hans", "zh-Hant", "en"] | None = None,
) -> Response:
    """The forecast as a file; each export is in the audit log."""
    from jietong.workforce.forecast.export import exported

    found = await exported(
        all,
        by,
        queue,
        read_day(first),
        read_day(last),
        every=every,
        format=format,
        language=language or str(by.language),
    )
    return Response(
        found.data,
        media_type=found.media_type,
        headers={
            "Content-Disposition": (
                f"attachment; filename=\"forecast.{format}\"; filename*=UTF-8''{quote(found.name)}"
            ),
            "Cache-Control": "no-store",
        },
    )


@router.get("/events")
async def events(
    by: Views,
    all: All,
    connection: HTTPConnection,
    queue: Annotated[str | None, Query(max_length=80)] = None,
    first: Annotated[str | None, Query(pattern=r"^\d{4}-\d{2}-\d{2}$")] = None,
    last: Annotated[str | None, Query(pattern=r"^\d{4}-\d{2}-\d{2}$")] = None,
) -> s.EventsOut:
    """The calendar of events, in the order of their days."""
    found = await _diary(connection, all).listed(
        by, queue=queue, first=read_day(first) if first else None, last=read_day(last) if last else None
    )
    return s.EventsOut(items=[s.EventOut.model_validate(one) for one in found])


@router.post("/events", status_code=201)
async def add_event(given: s.EventIn, by: Edits, all: All, connection: HTTPConnection) -> s.EventOut:
    return await _saved(given, by, all, connection, id=None, base=None)


@router.put("/events/{id}")
async def change_event(
    id: str, given: s.EventChangeIn, by: Edits, all: All, connection: HTTPConnection
) -> s.EventOut:
    """Refused as `stale_version` when somebody else was first."""
    return await _saved(given, by, all, connection, id=id, base=given.version)


@router.delete("/events/{id}", status_code=204)
async def remove_event(id: str, by: Edits, all: All, connection: HTTPConnection) -> None:
    await _diary(connection, all).remove(by, id)


@router.get("/events/{id}/measured")
async def measured(id: str, queue: QueueId, by: Views, all: All, connection: HTTPConnection) -> s.MeasuredOut:
    """What the event did to the queue, as far as it is past."""
    return s.MeasuredOut(factor=await _diary(connection, all).measured(by, id, queue))


async def _saved(
    given: s.EventIn, by: Principal, all: Forecasts, connection: HTTPConnection, *, id: str | None, base: int | None
) -> s.EventOut:
    from jietong.workforce.forecast.events import Effect

    effect = Effect(read_day(given.first), read_day(given.last), given.how, given.value, given.from_s, given.until_s)
    found = await _diary(connection, all).save(
        by, id=id, base=base, queues=given.queues, title=given.title, kind=given.kind, effect=effect, note=given.note
    )
    return s.EventOut.model_validate(found)


def _diary(connection: HTTPConnection, all: Forecasts) -> "Diary":
    from jietong.workforce.forecast.diary import Diary

    return Diary(database(connection), clock(connection), all)


def read_day(text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise Invalid("bad_time", f"{text!r} is no day: write 2026-07-15.") from error
    if not 1970 <= found.year <= 2200:
        raise Invalid("bad_time", f"{text!r} is far from any day that a centre plans.")
    return found
