"""HTTP: jobs seen, cancelled, started again. What a job is to do is asked of its own area, never here."""

from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response
from pydantic import BaseModel
from starlette.requests import HTTPConnection

from jietong.identity.http import allow, state
from jietong.identity.model import Principal
from jietong.identity.permissions import Permission as P
from jietong.workforce.http import KNOWN
from jietong.workforce.jobs.model import Job, JobState
from jietong.workforce.jobs.service import Jobs

router = APIRouter(tags=["planning"], prefix="/api/planning/jobs", dependencies=KNOWN)


def jobs(connection: HTTPConnection) -> Jobs:
    return cast(Jobs, state(connection, "jobs"))


All = Annotated[Jobs, Depends(jobs)]
Views = Annotated[Principal, Depends(allow(P.PLAN_VIEW))]
Edits = Annotated[Principal, Depends(allow(P.PLAN_EDIT, P.PLAN_PUBLISH))]


class JobOut(BaseModel):
    """Instants in ms UTC. `share`: 0..1, null while nobody can know."""

    id: str
    kind: str
    subject: str
    state: JobState
    owner: str
    owner_name: str
    made_at: int
    started_at: int | None
    ended_at: int | None
    share: float | None
    best: float | None
    bound: float | None
    text: str
    told_at: int | None
    error: str | None
    error_detail: str | None


class JobsOut(BaseModel):
    items: list[JobOut]


def job_out(job: Job) -> JobOut:
    """Other areas show their jobs in the same shape."""
    told = job.progress
    return JobOut(
        id=job.id,
        kind=job.kind,
        subject=job.subject,
        state=job.state,
        owner=job.owner,
        owner_name=job.owner_name,
        made_at=job.made_at,
        started_at=job.started_at,
        ended_at=job.ended_at,
        share=told.share,
        best=told.best,
        bound=told.bound,
        text=told.text,
        told_at=told.at,
        error=job.error,
        error_detail=job.error_detail,
    )


@router.get("")
async def listed(
    by: Views,
    all: All,
    kind: Annotated[str | None, Query(max_length=60)] = None,
    subject: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> JobsOut:
    """Latest first."""
    return JobsOut(items=[job_out(job) for job in await all.listed(by, kind=kind, subject=subject, limit=limit)])


@router.get("/{id}")
async def read(id: str, by: Views, all: All) -> JobOut:
    return job_out(await all.get(id, by))


@router.get("/{id}/result", response_model=Any)
async def result(id: str, by: Views, all: All) -> Response:
    """What the work gave, or told of it so far; `null`: nothing yet."""
    data, json = await all.raw_result(id, by)
    if data is None:
        return Response(b"null", media_type="application/json")
    return Response(data, media_type="application/json" if json else "application/octet-stream")


@router.post("/{id}/cancel")
async def cancel(id: str, by: Edits, all: All) -> JobOut:
    """Ends it within a second. One that has ended stays as it is."""
    return job_out(await all.cancel(id, by))


@router.post("/{id}/again")
async def again(id: str, by: Edits, all: All) -> JobOut:
    """Once more from its beginning: failed, cancelled and interrupted ones."""
    return job_out(await all.again(id, by))
