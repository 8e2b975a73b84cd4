"""HTTP: one's own schedule, wishes and requests; requests for supervisors; call-ups; the calendar feed."""

from typing import Annotated, Literal, cast

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response
from starlette.requests import HTTPConnection, Request

from jietong.identity.http import allow, public, state
from jietong.identity.model import Principal
from jietong.identity.permissions import Permission as P
from jietong.workforce.schedule.own import agent_of
from jietong.workforce.schedule.planner import checked
from jietong.workforce.schedule.rules.requests import RequestKind
from jietong.workforce.schedule.schemas.own import (
    ColleaguesOut,
    FeedOut,
    OwnRequestIn,
    OwnScheduleOut,
    ReadIn,
    WishIn,
    WishOut,
)
from jietong.workforce.schedule.schemas.requests import (
    CallUpIn,
    CandidatesOut,
    DecideIn,
    RequestDetailOut,
    ScheduleRequestOut,
    ScheduleRequestsOut,
)
from jietong.workforce.schedule.service import Schedules

router = APIRouter()


def schedules(connection: HTTPConnection) -> Schedules:
    return cast(Schedules, state(connection, "schedules"))


All = Annotated[Schedules, Depends(schedules)]
Mine = Annotated[Principal, Depends(allow(P.SCHEDULE_OWN))]
Views = Annotated[Principal, Depends(allow(P.PLAN_VIEW))]
Approves = Annotated[Principal, Depends(allow(P.PLAN_APPROVE))]
Day = Annotated[str, Query(pattern=r"^\d{4}-\d{2}-\d{2}$")]
At = Annotated[int, Query(ge=0, lt=2**52)]


# --- one's own -------------------------------------------------------------------------------------------------


@router.get("/own")
async def own(by: Mine, all: All, first: Day, last: Day) -> OwnScheduleOut:
    """My days, what changed, what is asked of me and by me."""
    checked(first, last)
    return OwnScheduleOut.model_validate(await all.own.schedule(by, first, last))


@router.post("/own/notices/read", status_code=204)
async def read_notices(body: ReadIn, by: Mine, all: All) -> None:
    await all.own.read_notices(by, body.ids)


@router.post("/own/wishes", status_code=201)
async def add_wish(body: WishIn, by: Mine, all: All) -> WishOut:
    made = await all.own.add_wish(by, body.kind, body.day, body.weekday, body.pattern, body.weight, body.note)
    return WishOut.model_validate(made)


@router.delete("/own/wishes/{id}", status_code=204)
async def drop_wish(id: str, by: Mine, all: All) -> None:
    await all.own.drop_wish(by, id)


@router.post("/own/requests", status_code=201)
async def ask(body: OwnRequestIn, by: Mine, all: All) -> ScheduleRequestOut:
    """Leave, a swap, or a shift given away. 409 `rules_broken` names the rules; `notice_too_short`."""
    agent = agent_of(by)
    if body.kind == "leave":
        made = await all.requests.ask_leave(
            by, agent, body.day, body.last_day or body.day, body.start, body.end, body.note
        )
    else:
        made = await all.requests.ask_swap(
            by, agent, body.day, body.partner, body.partner_day, body.note, give_away=body.kind == "give_away"
        )
    return ScheduleRequestOut.model_validate(made)


@router.get("/own/colleagues")
async def colleagues(
    by: Mine, all: All, day: Day, partner_day: Annotated[str | None, Query(pattern=r"^\d{4}-\d{2}-\d{2}$")] = None,
    give_away: bool = False,
) -> ColleaguesOut:  # fmt: skip
    """With whom that day's shift could be swapped, and of the others why not."""
    items = await all.requests.colleagues(agent_of(by), day, partner_day, give_away=give_away)
    return ColleaguesOut.model_validate({"items": items})


@router.post("/own/requests/{id}/{answer}")
async def answer(id: str, answer: Literal["accept", "decline", "withdraw"], by: Mine, all: All) -> ScheduleRequestOut:
    """To what a colleague or the centre offers; or takes one's own request back. 409 `taken`: somebody was first."""
    act = {"accept": all.requests.accept, "decline": all.requests.decline, "withdraw": all.requests.withdraw}[answer]
    return ScheduleRequestOut.model_validate(await act(by, agent_of(by), id))


@router.post("/own/feed", status_code=201)
async def make_feed(by: Mine, all: All) -> FeedOut:
    """The address of my calendar, shown once; an older one is void."""
    return FeedOut(path=f"/api/planning/calendar/{await all.own.make_feed(by)}.ics")


@router.delete("/own/feed", status_code=204)
async def drop_feed(by: Mine, all: All) -> None:
    await all.own.drop_feed(by)


@router.get(
    "/calendar/{token}.ics",
    dependencies=[Depends(public("calendar programs cannot sign in: the secret in the address says whose it is"))],
    response_class=Response,
)
async def calendar(
    token: str, request: Request, all: All, lang: Literal["zh-Hans", "zh-Hant", "en"] = "zh-Hans"
) -> Response:
    """An agent's schedule as iCalendar."""
    content = await all.own.feed(token, lang, request.url.hostname or "jietong")
    return Response(
        content, media_type="text/calendar; charset=utf-8",
        headers={"Cache-Control": "private, no-store", "Content-Disposition": 'inline; filename="schedule.ics"'},
    )  # fmt: skip


# --- requests, for supervisors ---------------------------------------------------------------------------------


@router.get("/requests")
async def requests(
    by: Views, all: All, open: bool | None = None, limit: Annotated[int, Query(ge=1, le=500)] = 200
) -> ScheduleRequestsOut:
    """Of everybody, newest first."""
    return ScheduleRequestsOut.model_validate({"items": await all.requests.listed(open=open, limit=limit)})


@router.get("/requests/{id}")
async def request_detail(id: str, by: Views, all: All) -> RequestDetailOut:
    """With the rules that it would break and its effect on cover."""
    return RequestDetailOut.model_validate(await all.request_detail(by, id))


@router.post("/requests/{id}/decide")
async def decide(id: str, body: DecideIn, by: Approves, all: All) -> ScheduleRequestOut:
    """403 `four_eyes`: nobody decides on their own request. 409 `rules_broken`, unless `over`."""
    return ScheduleRequestOut.model_validate(
        await all.requests.decide(by, id, body.decision, body.reason, over=body.over)
    )


@router.get("/call-ups/candidates")
async def candidates(
    by: Views, all: All, start: At, end: At, kind: Literal["call_up", "overtime"] = "call_up",
    group: str | None = None,
) -> CandidatesOut:  # fmt: skip
    """Who would be asked, in the order of fairness."""
    items = await all.requests.candidates(by, RequestKind(kind), start, end, group)
    return CandidatesOut.model_validate({"items": items})


@router.post("/call-ups", status_code=201)
async def call_up(body: CallUpIn, by: Approves, all: All) -> ScheduleRequestOut:
    """Offers the time to those on standby, or as overtime. The first acceptances win."""
    made = await all.requests.call_up(
        by, RequestKind(body.kind), body.start, body.end, places=body.places, group=body.group, agents=body.agents,
        note=body.note,
    )  # fmt: skip
    return ScheduleRequestOut.model_validate(made)


@router.post("/call-ups/{id}/cancel")
async def cancel_call_up(id: str, by: Approves, all: All) -> ScheduleRequestOut:
    return ScheduleRequestOut.model_validate(await all.requests.cancel(by, id))
