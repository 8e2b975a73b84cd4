"""HTTP: studies of the scenario lab, their assumptions, scenarios, runs and exports."""

from typing import Annotated, Literal, cast
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response
from starlette.requests import HTTPConnection

from jietong.core.errors import Invalid, Refused
from jietong.identity.http import allow, audit, clock, database, state
from jietong.identity.model import Language, Principal
from jietong.identity.permissions import Permission as P
from jietong.workforce.http import KNOWN
from jietong.workforce.lab import drafting, export
from jietong.workforce.lab.schemas import (
    LabDraftOut,
    LabPlanIn,
    LabRunIn,
    LabScenarioIn,
    LabShownOut,
    LabStudiesOut,
    LabStudyIn,
    LabStudyOut,
    LabVersionIn,
    shown_out,
    study_out,
)
from jietong.workforce.lab.service import Lab
from jietong.workforce.lab.words import named, word
from jietong.workforce.simulation.schemas import SecondSkillOut, second_skill_out

router = APIRouter(tags=["planning"], prefix="/api/planning/lab", dependencies=KNOWN)
MEDIA = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


def lab(connection: HTTPConnection) -> Lab:
    return cast(Lab, state(connection, "lab"))


All = Annotated[Lab, Depends(lab)]
Views = Annotated[Principal, Depends(allow(P.PLAN_VIEW))]
Edits = Annotated[Principal, Depends(allow(P.PLAN_EDIT))]


@router.get("/studies")
async def listed(by: Views, all: All) -> LabStudiesOut:
    """Latest first."""
    return LabStudiesOut(items=[study_out(one) for one in await all.listed(by)])


@router.post("/studies", status_code=201)
async def create(given: LabStudyIn, by: Edits, all: All) -> LabStudyOut:
    """Reads the day and begins to prepare the study; its scenarios run then by themselves."""
    study = await all.create(
        by, given.of(), client=given.client, queues=tuple(given.queues), days=given.days, title=given.title
    )
    return study_out(study)


@router.get("/studies/{id}")
async def read(
    id: str, by: Views, all: All, connection: HTTPConnection, version: Annotated[int | None, Query(ge=1)] = None
) -> LabShownOut:
    """The study with what there is of each scenario under a version; none given: the latest."""
    return shown_out(await all.read(by, id, version), clock(connection).now())


@router.delete("/studies/{id}", status_code=204)
async def delete(id: str, by: Edits, all: All) -> None:
    await all.delete(by, id)


@router.post("/studies/{id}/versions", status_code=201)
async def save(id: str, given: LabVersionIn, by: Edits, all: All, connection: HTTPConnection) -> LabShownOut:
    """A further version of the assumptions."""
    await all.save(by, id, given.assumptions, given.note)
    return shown_out(await all.read(by, id), clock(connection).now())


@router.post("/studies/{id}/scenarios", status_code=201)
async def add(id: str, given: LabScenarioIn, by: Edits, all: All, connection: HTTPConnection) -> LabShownOut:
    """One more scenario. More heads are refused until the alternatives have been run (H3)."""
    await all.add(by, id, given.change.change(), given.name, run=given.run)
    return shown_out(await all.read(by, id), clock(connection).now())


@router.delete("/studies/{id}/scenarios/{scenario}", status_code=204)
async def drop(id: str, scenario: str, by: Edits, all: All) -> None:
    await all.drop(by, id, scenario)


@router.post("/studies/{id}/scenarios/{scenario}/plan")
async def plan(
    id: str, scenario: str, given: LabPlanIn, by: Edits, all: All, connection: HTTPConnection
) -> LabShownOut:
    """Notes that it is to be done, or no more."""
    await all.plan(by, id, scenario, planned=given.planned)
    return shown_out(await all.read(by, id), clock(connection).now())


@router.post("/studies/{id}/scenarios/{scenario}/draft", status_code=201)
async def draft(id: str, scenario: str, by: Edits, all: All) -> LabDraftOut:
    """Breaks as this scenario moved them, in a draft of the schedule. 409 `no_schedule_to_edit`, `nothing_moved`."""
    shown, tried = await all.tried(by, id, scenario)
    if all.drafts is None:
        raise Refused("no_schedule_to_edit", "This centre keeps no schedules here.")
    name = named(tried.change, by.language.value, tried.name)
    made = await drafting.breaks(by, shown, tried, all.drafts, name)
    return LabDraftOut(draft=made.draft, day=made.day, moved=made.moved, left=made.left)


@router.post("/studies/{id}/run")
async def run(id: str, given: LabRunIn, by: Edits, all: All, connection: HTTPConnection) -> LabShownOut:
    """Runs scenarios under the latest version; what has run under it stays."""
    await all.run(by, id, given.scenarios)
    return shown_out(await all.read(by, id), clock(connection).now())


@router.post("/studies/{id}/cancel")
async def cancel(id: str, given: LabRunIn, by: Edits, all: All, connection: HTTPConnection) -> LabShownOut:
    """Ends what waits and runs; none named: everything."""
    if not given.scenarios:
        await all.cancel(by, id)
    for one in given.scenarios:
        await all.cancel(by, id, one)
    return shown_out(await all.read(by, id), clock(connection).now())


@router.get("/studies/{id}/second-skill")
async def second_skill(
    id: str, by: Views, all: All, version: Annotated[int | None, Query(ge=1)] = None
) -> SecondSkillOut:
    """What a second skill would gain on the base, by the compiled simulation (G7), as it was worked out last."""
    shown = await all.read(by, id, version)
    return second_skill_out(await all.second_skill(by, shown), shown.study.client)


@router.post("/studies/{id}/second-skill", status_code=202)
async def work_out_second_skill(id: str, by: Views, all: All) -> SecondSkillOut:
    """Works it out under the latest version. 409 `not_prepared`, `one_kind_of_work`."""
    shown = await all.read(by, id)
    return second_skill_out(await all.start_second_skill(by, shown), shown.study.client)


@router.get("/studies/{id}/export", response_class=Response)
async def exported(
    id: str,
    by: Views,
    all: All,
    connection: HTTPConnection,
    format: Literal["xlsx", "csv"] = "xlsx",
    version: Annotated[int | None, Query(ge=1)] = None,
    language: Annotated[str | None, Query(max_length=10)] = None,
) -> Response:
    """The same figures as on screen; each export is in the audit log."""
    lang = language or by.language.value
    if lang not in {one.value for one in Language}:
        raise Invalid("bad_language", "Languages are zh-Hans, zh-Hant and en.", field="language")
    now = clock(connection).now()
    shown = shown_out(await all.read(by, id, version), now)
    data = export.workbook(shown, lang) if format == "xlsx" else export.csv(shown, lang)
    async with database(connection).transaction(by.scope) as conn:
        await audit(conn, by=by, action="lab.exported", object=id, now=now, details={"format": format})
    name = f"{word('title', lang)} {shown.study.date}.{format}"
    return Response(
        data,
        media_type=MEDIA[format],
        headers={
            "Content-Disposition": f'attachment; filename="scenario-lab-{shown.study.date}.{format}"; '
            f"filename*=UTF-8''{quote(name)}",
            "Cache-Control": "no-store",
        },
    )
