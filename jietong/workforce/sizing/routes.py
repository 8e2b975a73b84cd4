"""HTTP: who is needed for what is forecast, and the lines beside the seats."""

from typing import Annotated, Literal, cast
from urllib.parse import quote

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from starlette.requests import HTTPConnection

from jietong.identity.http import allow, state
from jietong.identity.model import Principal
from jietong.identity.permissions import Permission as P
from jietong.workforce.erlang.loss import BLOCKING, RETRIES
from jietong.workforce.forecast.routes import All as Forecasts
from jietong.workforce.forecast.routes import Day, QueueId, read_day
from jietong.workforce.http import KNOWN
from jietong.workforce.sizing import schemas as s
from jietong.workforce.sizing.service import Sizing

router = APIRouter(tags=["planning"], prefix="/api/planning/requirement", dependencies=KNOWN)


def sizing(connection: HTTPConnection) -> Sizing:
    return cast(Sizing, state(connection, "sizing"))


Sizes = Annotated[Sizing, Depends(sizing)]
Views = Annotated[Principal, Depends(allow(P.PLAN_VIEW))]
Waits = Literal["measured", "planned"]
Format = Literal["csv", "xlsx"]
Language = Literal["zh-Hans", "zh-Hant", "en"]


@router.get("")
async def requirement(
    by: Views, all: Sizes, forecasts: Forecasts, queue: QueueId, first: Day, last: Day, scheduled: bool = True
) -> s.RequirementOut:
    """Who is needed for the group that serves a queue, by quarter of an hour and by day, beside who is scheduled."""
    spec = await forecasts.queue(queue, by.scope)
    found = await all.requirement(by, spec, read_day(first), read_day(last), scheduled=scheduled)
    return s.RequirementOut.model_validate(found)


@router.get("/lines")
async def lines(
    by: Views,
    all: Sizes,
    first: Day,
    last: Day,
    blocking: float = BLOCKING,
    retries: float = RETRIES,
    waits: Waits = "measured",
) -> s.LinesNeededOut:
    """Lines for the callers of all voice queues in the reader's scope, and the peak beside the channels set up."""
    found = await all.lines(
        by, read_day(first), read_day(last), blocking=blocking, retries=retries, waits=waits
    )  # fmt: skip
    return s.LinesNeededOut.model_validate(found)


@router.get("/export", response_class=Response)
async def export(
    by: Views,
    all: Sizes,
    forecasts: Forecasts,
    queue: QueueId,
    first: Day,
    last: Day,
    every: Literal["day", "interval"] = "interval",
    format: Format = "xlsx",
    language: Language | None = None,
) -> Response:
    """The requirement as a file; each export is in the audit log."""
    from jietong.workforce.sizing.export import requirement_file

    spec = await forecasts.queue(queue, by.scope)
    found = await all.requirement(by, spec, read_day(first), read_day(last))
    details = {"first": first, "last": last, "every": every, "format": format}
    await all.exported(by, queue, details)
    return _answer(requirement_file(found, every=every, format=format, language=language or str(by.language)))


@router.get("/lines/export", response_class=Response)
async def export_lines(
    by: Views,
    all: Sizes,
    first: Day,
    last: Day,
    blocking: float = BLOCKING,
    retries: float = RETRIES,
    waits: Waits = "measured",
    every: Literal["day", "interval"] = "interval",
    format: Format = "xlsx",
    language: Language | None = None,
) -> Response:
    """The lines as a file; each export is in the audit log."""
    from jietong.workforce.sizing.export import lines_file

    found = await all.lines(
        by, read_day(first), read_day(last), blocking=blocking, retries=retries, waits=waits
    )  # fmt: skip
    await all.exported(by, "lines", {"first": first, "last": last, "every": every, "format": format})
    return _answer(lines_file(found, every=every, format=format, language=language or str(by.language)))


def _answer(file: tuple[str, str, bytes]) -> Response:
    name, media, data = file
    extension = name.rpartition(".")[2]
    return Response(
        data,
        media_type=media,
        headers={
            "Content-Disposition": (
                f"attachment; filename=\"requirement.{extension}\"; filename*=UTF-8''{quote(name)}"
            ),
            "Cache-Control": "no-store",
        },
    )
