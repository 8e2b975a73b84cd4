"""HTTP: schedules as published and drafted, need and cover, edits, checks, publishing. Requests, one's own and the
set-up have files of their own, and are part of this router."""

from typing import Annotated, Any, Literal, cast

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response
from starlette.requests import HTTPConnection

from jietong.identity.http import allow, state
from jietong.identity.model import Principal
from jietong.identity.permissions import Permission as P
from jietong.workforce.http import KNOWN
from jietong.workforce.schedule import own_routes
from jietong.workforce.schedule.drafts import Based
from jietong.workforce.schedule.rules import edits as e
from jietong.workforce.schedule.schemas.drafts import (
    CopyDaysIn,
    DraftIn,
    DraftListOut,
    EditedOut,
    EditListOut,
    EditsIn,
    PreviewIn,
)
from jietong.workforce.schedule.schemas.publishing import (
    ChangesOfDayIn,
    OlderIn,
    PublishDraftIn,
    PublishedScheduleOut,
    PublishPreviewOut,
    ScheduleVersionsOut,
    TakeBackIn,
)
from jietong.workforce.schedule.schemas.setup import (
    PlanningDocumentIn,
    PlanningDocumentOut,
    PlanningSetupOut,
    SetupKind,
    TemplateIn,
)
from jietong.workforce.schedule.schemas.shown import ConflictsOut, CoverOut, DraftOut, EffectOut, PlannedScheduleOut
from jietong.workforce.schedule.schemas.solving import AskedOut, ProposalOut, ProposalsOut, SolveIn
from jietong.workforce.schedule.service import Schedules

router = APIRouter(prefix="/api/planning", tags=["planning"], dependencies=KNOWN)


def schedules(connection: HTTPConnection) -> Schedules:
    return cast(Schedules, state(connection, "schedules"))


All = Annotated[Schedules, Depends(schedules)]
Views = Annotated[Principal, Depends(allow(P.PLAN_VIEW))]
Edits = Annotated[Principal, Depends(allow(P.PLAN_EDIT))]
Publishes = Annotated[Principal, Depends(allow(P.PLAN_PUBLISH))]
Approves = Annotated[Principal, Depends(allow(P.PLAN_APPROVE))]
Day = Annotated[str, Query(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Rev = Annotated[int, Query(ge=0, lt=2**31)]


# --- set-up ----------------------------------------------------------------------------------------------------


@router.get("/setup")
async def setup(by: Views, all: All) -> PlanningSetupOut:
    """Shift patterns, terms, rules, skill groups and templates. What nobody has set up comes with version 0."""
    return PlanningSetupOut.model_validate(await all.documents.all(by))


@router.put("/setup/{kind}/{id}")
async def save_setup(kind: SetupKind, id: str, body: PlanningDocumentIn, by: Edits, all: All) -> PlanningDocumentOut:
    """422 `invalid_setup` with `errors: [{field, code, params}]`; 409 `stale_version`."""
    return PlanningDocumentOut.model_validate(await all.documents.save(by, kind, id, body.version, body.spec))


@router.get("/setup/{kind}/{id}/revisions")
async def setup_revisions(kind: SetupKind, id: str, by: Views, all: All) -> list[PlanningDocumentOut]:
    """Every version there was, newest first."""
    return [PlanningDocumentOut.model_validate(one) for one in await all.documents.revisions(by, kind, id)]


# --- the schedule ----------------------------------------------------------------------------------------------


@router.get("/schedule")
async def schedule(by: Views, all: All, first: Day, last: Day, draft: str | None = None) -> PlannedScheduleOut:
    """People and their days, both days inclusive: as published, or as a draft has them."""
    return PlannedScheduleOut.model_validate(await all.planner.schedule(by, first, last, draft))


@router.get("/schedule/cover")
async def cover(
    by: Views, all: All, first: Day, last: Day, draft: str | None = None, group: str | None = None
) -> CoverOut:
    """Need and cover by quarter of an hour, of one group or of all in the reader's scope."""
    return CoverOut.model_validate(await all.planner.cover(by, first, last, draft, group))


@router.get("/schedule/export", response_class=Response)
async def export(
    by: Views, all: All, first: Day, last: Day, draft: str | None = None,
    format: Literal["xlsx", "csv"] = "xlsx", lang: Literal["zh-Hans", "zh-Hant", "en"] = "zh-Hans",
) -> Response:  # fmt: skip
    """The schedule as a workbook, or its spans as CSV."""
    content, media = await all.planner.export(by, first, last, draft, format, lang)
    name = f'attachment; filename="schedule-{first}-{last}.{format}"'
    return Response(content, media_type=media, headers={"Content-Disposition": name, "Cache-Control": "no-store"})


@router.get("/schedule/versions")
async def versions(by: Views, all: All, before: Rev | None = None) -> ScheduleVersionsOut:
    """Publications, newest first, fifty at a time."""
    return ScheduleVersionsOut.model_validate({"items": await all.publishing.versions(before)})


@router.get("/schedule/versions/{n}")
async def version(n: int, by: Views, all: All) -> PublishedScheduleOut:
    """What a publication changed."""
    return PublishedScheduleOut.model_validate(await all.publishing.version(_small(n)))


@router.post("/schedule/versions/{n}/publish")
async def publish_older(n: int, body: OlderIn, by: Publishes, all: All) -> PublishedScheduleOut:
    """Publishes again what was in force with that version (0: before the first)."""
    return PublishedScheduleOut.model_validate(
        await all.publishing.older(by, _small(n), body.first, body.last, body.note)
    )


@router.post("/schedule/versions/{n}/undo")
async def take_back(n: int, body: TakeBackIn, by: Approves, all: All) -> PublishedScheduleOut:
    """Takes one publication back. 409 `changed_since` where one of its days was published again."""
    return PublishedScheduleOut.model_validate(await all.publishing.take_back(by, _small(n), body.note))


@router.post("/schedule/changes")
async def change(body: ChangesOfDayIn, by: Approves, all: All) -> PublishedScheduleOut:
    """Changes of the published schedule, published at once. 409 `conflicts` where rules would be broken."""
    edits = [one.edit for one in based(body.edits)]
    return PublishedScheduleOut.model_validate(
        await all.publishing.change(by, edits, note=body.note, accept=body.accept)
    )


# --- drafts ----------------------------------------------------------------------------------------------------


@router.get("/drafts")
async def drafts(by: Views, all: All, state: Literal["open", "published", "dropped"] = "open") -> DraftListOut:
    return DraftListOut.model_validate({"items": await all.drafts.listed(state=state)})


@router.post("/drafts", status_code=201)
async def create_draft(body: DraftIn, by: Edits, all: All) -> DraftOut:
    made = await all.drafts.create(by, body.first, body.last, body.name, body.copy_from, body.template)
    return DraftOut.model_validate(made)


@router.delete("/drafts/{id}", status_code=204)
async def drop_draft(id: str, by: Edits, all: All) -> None:
    await all.drafts.drop(by, id)


@router.get("/drafts/{id}/changes")
async def draft_changes(id: str, by: Views, all: All, since: Rev = 0) -> EditedOut:
    """What was edited since a revision, by anybody: how a second planner's screen keeps up."""
    return EditedOut.model_validate(await all.drafts.changes(id, since))


@router.get("/drafts/{id}/edits")
async def draft_edits(id: str, by: Views, all: All) -> EditListOut:
    """The undo list, newest first."""
    return EditListOut.model_validate({"items": await all.drafts.edits(id)})


@router.post("/drafts/{id}/edits")
async def edit_draft(id: str, body: EditsIn, by: Edits, all: All) -> EditedOut:
    """All of them or none; kept at once. 409 `edited_meanwhile` names who changed the same person-day, and what."""
    return EditedOut.model_validate(await all.drafts.edit(by, id, based(body.edits)))


@router.post("/drafts/{id}/edits/{n}/undo")
async def undo_edit(id: str, n: int, by: Edits, all: All) -> EditedOut:
    """Takes one edit back; taking that back does it again."""
    return EditedOut.model_validate(await all.drafts.undo(by, id, _small(n)))


@router.post("/drafts/{id}/copy")
async def copy_days(id: str, body: CopyDaysIn, by: Edits, all: All) -> EditedOut:
    return EditedOut.model_validate(
        await all.drafts.copy(by, id, body.from_first, body.from_last, body.to_first, body.agents)
    )


@router.post("/drafts/{id}/template", status_code=201)
async def make_template(id: str, body: TemplateIn, by: Edits, all: All) -> PlanningDocumentOut:
    """Keeps a week of the draft as a template."""
    return PlanningDocumentOut.model_validate(await all.drafts.as_template(by, id, body.first, body.name))


@router.get("/drafts/{id}/check")
async def check_draft(id: str, by: Views, all: All) -> ConflictsOut:
    return ConflictsOut.model_validate(await all.planner.check(by, id))


@router.post("/drafts/{id}/preview")
async def preview(id: str, body: PreviewIn, by: Edits, all: All) -> EffectOut:
    """What edits would do, without putting them down: figures and cover before and after."""
    return EffectOut.model_validate(
        await all.planner.preview(by, id, based(body.edits), body.group, body.first, body.last)
    )


@router.get("/drafts/{id}/publish")
async def publish_preview(id: str, by: Views, all: All) -> PublishPreviewOut:
    """What would be published, and who would be told."""
    return PublishPreviewOut.model_validate(await all.publishing.preview(id))


@router.post("/drafts/{id}/publish")
async def publish(id: str, body: PublishDraftIn, by: Publishes, all: All) -> PublishedScheduleOut:
    """409 `stale_draft`, `published_meanwhile`, `conflicts`, `nothing_to_publish`. May be repeated."""
    return PublishedScheduleOut.model_validate(
        await all.publishing.publish(by, id, body.rev, note=body.note, accept=body.accept, over=body.over)
    )


# --- solving ---------------------------------------------------------------------------------------------------


@router.post("/drafts/{id}/solve", status_code=202)
async def solve(id: str, body: SolveIn, by: Edits, all: All) -> AskedOut:
    """Starts a job (`/api/planning/jobs/{id}` tells how far it is); its result is a proposal."""
    return AskedOut(job=await all.solving.ask(by, id, body.model_dump()))


@router.get("/drafts/{id}/proposals")
async def proposals(id: str, by: Views, all: All) -> ProposalsOut:
    return ProposalsOut.model_validate({"items": await all.solving.proposals(by, id)})


@router.get("/proposals/{job}")
async def proposal(job: str, by: Views, all: All) -> ProposalOut:
    """What came of solving, against the draft as it is now."""
    return ProposalOut.model_validate(await all.solving.proposal(by, job))


@router.post("/proposals/{job}/accept")
async def accept_proposal(job: str, by: Edits, all: All) -> EditedOut:
    """Into the draft, as one edit that can be undone; locked days and what was edited meanwhile stay."""
    return EditedOut.model_validate(await all.solving.accept(by, job))


@router.delete("/proposals/{job}", status_code=204)
async def discard_proposal(job: str, by: Edits, all: All) -> None:
    await all.solving.discard(by, job)


router.include_router(own_routes.router)


def based(edits: list[Any]) -> list[Based]:
    """Edits as the domain has them. Raises Invalid `bad_edit`."""
    out = []
    for one in edits:
        fields = one.model_dump(exclude_none=True, exclude={"base", "to_agent"})
        if getattr(one, "to_agent", None) is not None:
            fields["to"] = one.to_agent
        out.append(Based(e.read(fields), one.base))
    return out


def _small(n: int) -> int:
    return min(max(n, -1), 2**31 - 1)
