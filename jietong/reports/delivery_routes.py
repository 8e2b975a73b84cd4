"""HTTP: timetables, destinations and deliveries of reports, the archive, and links of messages."""

from typing import Annotated, cast
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import HTMLResponse, Response
from starlette.requests import HTTPConnection

from jietong.core.days import Span
from jietong.identity.http import allow, public, source_of, state
from jietong.identity.model import Principal
from jietong.identity.permissions import Permission as P
from jietong.reports import delivery_schemas as s
from jietong.reports.channels.model import Enclosed
from jietong.reports.deliveries import Deliveries
from jietong.reports.delivery_model import DeliveryState
from jietong.reports.routes import PAGE_HEADERS

router = APIRouter(tags=["reports"])


def deliveries(connection: HTTPConnection) -> Deliveries:
    return cast(Deliveries, state(connection, "deliveries"))


All = Annotated[Deliveries, Depends(deliveries)]
Views = Annotated[Principal, Depends(allow(P.REPORT_VIEW))]
Sets = Annotated[Principal, Depends(allow(P.REPORT_SCHEDULE))]
Limit = Annotated[int, Query(ge=1, le=500)]
After = Annotated[str | None, Query(max_length=100)]
Word = Annotated[str | None, Query(max_length=60)]
Instant = Annotated[int, Query(ge=0, lt=2**47)]

# --- destinations ------------------------------------------------------------------------------------------------


@router.get("/api/report-destinations")
async def destinations(by: Sets, all: All) -> s.DestinationsOut:
    return s.DestinationsOut(items=[s.destination_out(one) for one in await all.destinations(by)])


@router.post("/api/report-destinations", status_code=201)
async def add_destination(given: s.DestinationIn, by: Sets, all: All) -> s.DestinationOut:
    one = await all.add_destination(by, given.name, s.target_of(given.target), given.secret)
    return s.destination_out(one)


@router.put("/api/report-destinations/{id}")
async def change_destination(id: str, given: s.DestinationChangeIn, by: Sets, all: All) -> s.DestinationOut:
    target = s.target_of(given.target)
    one = await all.change_destination(by, id, given.version, given.name, target, given.secret, active=given.active)
    return s.destination_out(one)


@router.delete("/api/report-destinations/{id}", status_code=204)
async def delete_destination(id: str, by: Sets, all: All) -> None:
    await all.delete_destination(by, id)


@router.post("/api/report-destinations/{id}/test")
async def try_destination(id: str, given: s.TryIn, by: Sets, all: All) -> s.TriedOut:
    """Sends a test page at once and tells what became of it."""
    tried = await all.try_destination(by, id, given.language or by.language.value)
    return s.TriedOut(**tried._asdict())


# --- schedules ---------------------------------------------------------------------------------------------------


@router.get("/api/report-schedules")
async def schedules(by: Sets, all: All) -> s.SchedulesOut:
    return s.SchedulesOut(items=[s.schedule_out(one) for one in await all.schedules(by)])


@router.post("/api/report-schedules", status_code=201)
async def add_schedule(given: s.ScheduleIn, by: Sets, all: All) -> s.ScheduleOut:
    """Its reports are made with your right, for as long as you have it."""
    return s.schedule_out(await all.add_schedule(by, given.schedule.spec()))


@router.post("/api/report-schedules/upcoming")
async def upcoming(given: s.UpcomingIn, by: Sets, all: All) -> s.UpcomingOut:
    """The next five times of a timetable."""
    found = await all.upcoming(by, given.timetable.timetable())
    return s.UpcomingOut(items=[s.occasion_out(one) for one in found])


@router.get("/api/report-schedules/{id}")
async def schedule(id: str, by: Sets, all: All) -> s.ScheduleOut:
    return s.schedule_out(await all.schedule(by, id))


@router.put("/api/report-schedules/{id}")
async def change_schedule(id: str, given: s.ScheduleChangeIn, by: Sets, all: All) -> s.ScheduleOut:
    return s.schedule_out(await all.change_schedule(by, id, given.version, given.schedule.spec()))


@router.delete("/api/report-schedules/{id}", status_code=204)
async def delete_schedule(id: str, by: Sets, all: All) -> None:
    """What it made stays in the archive."""
    await all.delete_schedule(by, id)


@router.post("/api/report-schedules/{id}/deliver", status_code=202)
async def deliver_now(id: str, by: Sets, all: All) -> s.EditionOut:
    return s.edition_out(await all.deliver_now(by, id), [])


# --- deliveries --------------------------------------------------------------------------------------------------


@router.get("/api/report-deliveries")
async def listed(
    by: Sets,
    all: All,
    schedule: Word = None,
    destination: Word = None,
    edition: Word = None,
    state: Annotated[list[DeliveryState] | None, Query()] = None,
    late: bool = False,
    limit: Limit = 100,
    after: After = None,
) -> s.DeliveriesOut:
    """Latest first. `late`: past their deadline and not there."""
    found, more = await all.deliveries(
        by,
        schedule=schedule,
        destination=destination,
        states=state,
        late=late,
        edition=edition,
        limit=limit,
        after=after,
    )
    return s.DeliveriesOut(items=[s.delivery_out(one) for one in found], next=more)


@router.get("/api/report-deliveries/on-time")
async def on_time(by: Sets, all: All, start: Instant, end: Instant, schedule: Word = None) -> s.OnTimeOut:
    """Of the deliveries whose deadline lies from `start` up to `end`."""
    numerator, denominator = await all.on_time(by, None if schedule is None else [schedule], Span(start, end))
    value = numerator / denominator if denominator else None
    return s.OnTimeOut(value=value, numerator=numerator, denominator=denominator)


@router.get("/api/report-deliveries/{id}")
async def delivery(id: str, by: Sets, all: All) -> s.DeliveryOut:
    return s.delivery_out(await all.delivery(by, id))


@router.post("/api/report-deliveries/{id}/again")
async def send_again(id: str, by: Sets, all: All) -> s.DeliveryOut:
    """The same content once more."""
    return s.delivery_out(await all.send_again(by, id))


@router.delete("/api/report-deliveries/{id}/links")
async def revoke_links(id: str, by: Sets, all: All) -> s.RevokedOut:
    """Takes back the links that its message holds."""
    return s.RevokedOut(revoked=await all.revoke_links(by, id))


# --- archive -----------------------------------------------------------------------------------------------------


@router.get("/api/report-archive")
async def archive(
    by: Views, all: All, schedule: Word = None, limit: Limit = 100, after: After = None
) -> s.ArchiveOut:
    """What was made, latest first: of your clients; for who sets up no deliveries, what is in the portal."""
    found, more = await all.archive(by, schedule=schedule, limit=limit, after=after)
    return s.ArchiveOut(items=[s.edition_out(*one) for one in found], next=more)


@router.get("/api/report-archive/{id}/files/{n}", response_class=Response)
async def download(id: str, n: Annotated[int, Path(ge=0, le=100)], by: Views, all: All) -> Response:
    """Leaves a read receipt."""
    _, file = await all.open(by, id, n)
    return _file(file)


@router.get("/api/report-archive/{id}/page", response_class=HTMLResponse)
async def page(id: str, by: Views, all: All) -> HTMLResponse:
    """The report as it was made, for a small screen, without scripts. Leaves a read receipt."""
    _, file = await all.open(by, id, None)
    return HTMLResponse(file.data, headers=PAGE_HEADERS)


@router.get("/api/report-archive/{id}/openings")
async def openings(id: str, by: Sets, all: All) -> s.OpeningsOut:
    """Who opened it when."""
    return s.OpeningsOut(items=[s.opening_out(one) for one in await all.openings(by, id)])


@router.post("/api/report-archive/{id}/restate", status_code=202)
async def restate(id: str, given: s.EditionRestateIn, by: Sets, all: All) -> s.EditionOut:
    """A new edition with the figures as they are now, sent to all; none where they are the same."""
    return s.edition_out(await all.restate(by, id, given.reason), [])


@router.get(
    "/d/{secret}",
    response_class=Response,
    dependencies=[Depends(public("a report's file for whoever was mailed its secret link; expires, can be revoked"))],
)
async def linked(secret: str, request: Request, all: All) -> Response:
    return _file(await all.open_link(secret, source_of(request).address))


def _file(file: Enclosed) -> Response:
    return Response(
        file.data,
        media_type=file.media_type,
        headers={
            "Content-Disposition": f"attachment; filename=\"{file.ascii_name}\"; filename*=UTF-8''{quote(file.name)}",
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Robots-Tag": "noindex",
        },
    )
