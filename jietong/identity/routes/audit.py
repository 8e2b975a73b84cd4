"""The audit log, read and verified."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AwareDatetime, BaseModel, Field

from jietong.core.errors import Forbidden
from jietong.db.pool import ALL
from jietong.identity import audit, http
from jietong.identity.http import allow
from jietong.identity.model import Principal
from jietong.identity.permissions import Permission

router = APIRouter(tags=["audit"])
P = Permission


class EntryView(BaseModel):
    seq: int
    at: datetime
    actor: str = Field(description="account id, or token:<id>")
    name: str
    action: str
    object: str
    details: dict[str, Any]
    address: str
    digest: str


class EntryList(BaseModel):
    items: list[EntryView]
    next: str | None = Field(description="give it as `cursor` to go on; null: that was all")


class Verified(BaseModel):
    sound: bool
    entries: int = Field(description="how many hold, from the first on")
    digest: str = Field(description="of the last one that holds; keep it elsewhere to compare")
    broken_at: int | None
    reason: str | None


@router.get("/api/audit")
async def list_entries(
    request: Request,
    principal: Annotated[Principal, Depends(allow(P.AUDIT_VIEW))],
    actor: Annotated[str | None, Query(max_length=100)] = None,
    action: Annotated[str | None, Query(max_length=100, description="`queue.changed`, or `queue.` for all")] = None,
    object: Annotated[str | None, Query(max_length=200)] = None,
    since: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    until: Annotated[AwareDatetime | None, Query(alias="to")] = None,
    cursor: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> EntryList:
    """Entries, newest first. For those who see all clients: the log does not tell clients apart."""
    _whole(principal)
    async with http.database(request).read(ALL) as conn:
        found = await audit.entries(
            conn,
            before=cursor,
            limit=limit + 1,
            actor=actor,
            action=action,
            object=object,
            since=since,
            until=until,
        )
    shown = found[:limit]
    return EntryList(
        items=[
            EntryView(
                seq=entry.seq,
                at=entry.at,
                actor=entry.actor,
                name=entry.name,
                action=entry.action,
                object=entry.object,
                details=entry.details,
                address=entry.address,
                digest=entry.digest,
            )
            for entry in shown
        ],
        next=str(shown[-1].seq) if len(found) > limit else None,
    )


@router.get("/api/audit/verify")
async def verify(request: Request, principal: Annotated[Principal, Depends(allow(P.AUDIT_VIEW))]) -> Verified:
    """Computes the whole chain again."""
    _whole(principal)
    async with http.database(request).read(ALL) as conn:
        verdict = await audit.verify(conn)
    return Verified(
        sound=verdict.sound,
        entries=verdict.entries,
        digest=verdict.digest,
        broken_at=verdict.broken_at,
        reason=verdict.reason,
    )


def _whole(principal: Principal) -> None:
    if principal.clients is not None:
        raise Forbidden("out_of_scope", "The audit log is for those who see all clients.")
