"""HTTP: reasons, the codes that people choose: why a break, why the customer wrote."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from jietong.core.clock import Clock
from jietong.core.inbox import Inbox
from jietong.core.specs import ReasonSpec
from jietong.db.pool import Database
from jietong.identity.http import allow, clock, database, inbox
from jietong.identity.model import Principal
from jietong.identity.permissions import Permission as P
from jietong.routing import service
from jietong.routing.routes import same_id
from jietong.routing.schemas import DocumentOut, SpecOf
from jietong.routing.store import Document, Kind

router = APIRouter(prefix="/api/reasons", tags=["set-up"])

Db = Annotated[Database, Depends(database)]
Writer = Annotated[Inbox, Depends(inbox)]
Now = Annotated[Clock, Depends(clock)]
Reads = Annotated[Principal, Depends(allow(P.SETUP_VIEW))]
Chooses = Annotated[Principal, Depends(allow(P.SETUP_VIEW, P.DESK_USE))]  # agents choose from the list
Edits = Annotated[Principal, Depends(allow(P.SETUP_EDIT))]
Reason = Annotated[ReasonSpec, SpecOf(ReasonSpec)]


class NewReason(BaseModel):
    spec: Reason


class ChangedReason(NewReason):
    version: int


class Reasons(BaseModel):
    items: list[DocumentOut[Reason]]
    next: None = None


@router.get("")
async def reasons(by: Chooses, db: Db) -> Reasons:
    return Reasons(items=[_out(one) for one in await service.read_all(db, by, Kind.REASON, ReasonSpec)])


@router.post("", status_code=201)
async def add_reason(body: NewReason, by: Edits, db: Db, writer: Writer, now: Now) -> DocumentOut[Reason]:
    return _out(await service.save(db, writer, now, by, Kind.REASON, body.spec, None))


@router.get("/{id}")
async def reason(id: str, by: Reads, db: Db) -> DocumentOut[Reason]:
    return _out(await service.read(db, by, Kind.REASON, id, ReasonSpec))


@router.put("/{id}")
async def change_reason(
    id: str, body: ChangedReason, by: Edits, db: Db, writer: Writer, now: Now
) -> DocumentOut[Reason]:
    await service.read(db, by, Kind.REASON, id, ReasonSpec)
    same_id(id, body.spec.id)
    return _out(await service.save(db, writer, now, by, Kind.REASON, body.spec, body.version))


def _out(document: Document[Any]) -> DocumentOut[Any]:
    return DocumentOut(**document._asdict())
