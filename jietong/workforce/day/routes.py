"""HTTP: the day as it runs. Screens ask again every few seconds; what has not changed costs an ETag (304)."""

import hashlib
from typing import Annotated, Any, cast

import msgspec
from fastapi import APIRouter, Depends, Header, Response
from starlette.requests import HTTPConnection

from jietong.core.clock import Clock
from jietong.identity.http import allow, clock, state
from jietong.identity.model import Principal
from jietong.identity.permissions import Permission as P
from jietong.workforce.day import schemas as s
from jietong.workforce.day import shown
from jietong.workforce.day.second_skill import SecondSkill
from jietong.workforce.day.service import TheDay
from jietong.workforce.day.watch import Watch
from jietong.workforce.http import KNOWN
from jietong.workforce.simulation.schemas import SecondSkillOut, second_skill_out

router = APIRouter(prefix="/api/planning/day", tags=["planning"], dependencies=KNOWN)


def the_day(connection: HTTPConnection) -> TheDay:
    return cast(TheDay, state(connection, "day"))


def day_watch(connection: HTTPConnection) -> Watch:
    return cast(Watch, state(connection, "day_watch"))


def second_skill(connection: HTTPConnection) -> SecondSkill:
    return cast(SecondSkill, state(connection, "second_skill"))


Day = Annotated[TheDay, Depends(the_day)]
Guard = Annotated[Watch, Depends(day_watch)]
Skills = Annotated[SecondSkill, Depends(second_skill)]
Now = Annotated[Clock, Depends(clock)]
Views = Annotated[Principal, Depends(allow(P.PLAN_VIEW))]
Approves = Annotated[Principal, Depends(allow(P.PLAN_APPROVE))]
Publishes = Annotated[Principal, Depends(allow(P.PLAN_PUBLISH))]
Known = Annotated[str | None, Header()]

_ENCODER = msgspec.json.Encoder(order="deterministic")


@router.get("", response_model=s.IntradayOut, responses={304: {"description": "As it was."}})
async def today(by: Views, day: Day, watch: Guard, clock: Now, if_none_match: Known = None) -> Response:
    """Need, cover and re-forecast by skill group; who should be doing what and who is, worst first; exceptions."""
    seen = await day.picture()
    excuses = await day.excuses()
    accounts = await day.names([one.by for one in excuses])
    people = day.people(seen.setup)
    body = shown.day(seen, by, excuses, watch.overloads(seen, clock.now()), accounts, day.engine, people)
    return _tagged(body, if_none_match)


@router.get("/levers")
async def levers(by: Views, day: Day) -> s.DayLeversOut:
    """What can be done about the rest of the day, cheapest first, heads last (H3); what was done today."""
    found = await day.levers(by)
    seen = await day.picture()
    visible = set(seen.setup.visible(by))
    done, unanswered = await day.actions()
    actions = [one for one in done if set(one.params.get("groups", ())) <= visible]
    return s.DayLeversOut.model_validate(
        {
            "items": [shown.lever(one, seen.published, day.engine, day.back(one)) for one in found],
            "actions": [shown.action(one, day.engine, unanswered=one.id in unanswered) for one in actions],
            "forecast": any(seen.groups[id].need is not None for id in visible),
        }
    )


@router.post("/levers/{id}/apply")
async def apply(id: str, body: s.ApplyIn, by: Publishes, day: Day) -> s.DayActionOut:
    """Publishes the change, or asks the people. 409 `lever_gone` when the day has moved on, `conflicts` when it would
    break a rule."""
    done = await day.apply(by, id, body.note)
    return s.DayActionOut.model_validate(shown.action(done, day.engine, unanswered="request" in done.params))


@router.post("/actions/{id}/undo", status_code=204)
async def undo(id: str, by: Publishes, day: Day) -> None:
    """Puts the days back, from now on, or withdraws what nobody has answered. 409 `changed_meanwhile`,
    `undone_already`, `not_undone`, `answered_already`."""
    await day.undo(by, id)


@router.post("/exceptions", status_code=201)
async def excuse(body: s.ExceptionIn, by: Approves, day: Day) -> s.ExceptionMadeOut:
    """Authorises a deviation: whatever the person does in that time counts as kept."""
    made = await day.excuse(by, body.agent, body.start, body.end, body.note)
    return s.ExceptionMadeOut(id=made.id)


@router.delete("/exceptions/{id}", status_code=204)
async def withdraw(id: str, by: Approves, day: Day) -> None:
    """The exception no longer holds."""
    await day.withdraw(by, id)


@router.get("/coverage")
async def coverage(by: Views, day: Day) -> s.CoverageOut:
    """Skills by step with who is able and how many are needed; single points of failure; certificates that run out;
    whom to train (G7)."""
    return s.CoverageOut.model_validate(shown.coverage(await day.coverage(by), day.engine))


@router.get("/coverage/second-skill")
async def second_skill_gain(by: Views, skills: Skills) -> SecondSkillOut:
    """What a second skill would gain today, by the compiled simulation (G7), as it was worked out last."""
    return second_skill_out(await skills.latest(by), skills.client(by))


@router.post("/coverage/second-skill", status_code=202)
async def work_out_second_skill(by: Views, skills: Skills) -> SecondSkillOut:
    """Works it out anew. 409 `no_forecast_today`, `one_kind_of_work`."""
    return second_skill_out(await skills.start(by), skills.client(by))


def _tagged(body: dict[str, Any], known: str | None) -> Response:
    """`now` alone makes nothing new."""
    content = _ENCODER.encode(body)
    tag = f'"{hashlib.sha256(_ENCODER.encode({**body, "now": 0})).hexdigest()[:24]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if known is not None and tag in known:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="application/json", headers=headers)
