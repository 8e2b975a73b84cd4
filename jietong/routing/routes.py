"""HTTP: queues, skills, hours, clients, the site, and the directory of names that every screen needs."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from jietong.core.clock import Clock
from jietong.core.errors import Invalid
from jietong.core.inbox import Inbox
from jietong.core.specs import ClientSpec, HoursSpec, Names, QueueSpec, ReasonSpec, SiteSpec, SkillSpec
from jietong.db.pool import Database
from jietong.identity.http import allow, clock, database, inbox
from jietong.identity.model import Principal
from jietong.identity.permissions import Permission as P
from jietong.routing import service
from jietong.routing.schemas import DocumentOut, SpecOf
from jietong.routing.store import Document, Kind

router = APIRouter(prefix="/api", tags=["set-up"])

Db = Annotated[Database, Depends(database)]
Writer = Annotated[Inbox, Depends(inbox)]
Now = Annotated[Clock, Depends(clock)]
Reads = Annotated[Principal, Depends(allow(P.SETUP_VIEW))]
Chooses = Annotated[Principal, Depends(allow(P.SETUP_VIEW, P.DESK_USE))]  # agents transfer to any queue
Edits = Annotated[Principal, Depends(allow(P.SETUP_EDIT))]

Queue = Annotated[QueueSpec, SpecOf(QueueSpec)]
Skill = Annotated[SkillSpec, SpecOf(SkillSpec)]
Hours = Annotated[HoursSpec, SpecOf(HoursSpec)]
Client = Annotated[ClientSpec, SpecOf(ClientSpec)]
Site = Annotated[SiteSpec, SpecOf(SiteSpec)]

__all__ = ["router"]


class NewQueue(BaseModel):
    spec: Queue


class ChangedQueue(NewQueue):
    version: int


class NewSkill(BaseModel):
    spec: Skill


class ChangedSkill(NewSkill):
    version: int


class NewHours(BaseModel):
    spec: Hours


class ChangedHours(NewHours):
    version: int


class NewClient(BaseModel):
    spec: Client


class ChangedClient(NewClient):
    version: int


class ChangedSite(BaseModel):
    spec: Site
    version: int


class Items(BaseModel):
    """A list that fits on one page."""

    next: None = None


class Queues(Items):
    items: list[DocumentOut[Queue]]


class Skills(Items):
    items: list[DocumentOut[Skill]]


class HoursList(Items):
    items: list[DocumentOut[Hours]]


class Clients(Items):
    items: list[DocumentOut[Client]]


class Revision(BaseModel):
    version: int
    spec: dict[str, Any]
    changed_at: int
    changed_by: str


class Revisions(Items):
    items: list[Revision]


class Named(BaseModel):
    id: str
    name: Names
    active: bool


class NamedQueue(Named):
    client: str
    channels: list[str]


class NamedReason(Named):
    kind: str
    client: str | None
    parent: str | None


class NamedAgent(BaseModel):
    id: str
    name: str
    team: str
    part_time: bool
    active: bool


class Directory(BaseModel):
    """Names by which records and live views are worded: small, and asked once per page load."""

    zone: str
    region: str
    clients: list[Named]
    queues: list[NamedQueue]
    skills: list[Named]
    reasons: list[NamedReason]
    agents: list[NamedAgent]


# --- queues ------------------------------------------------------------------------------------------------------


@router.get("/queues")
async def queues(by: Chooses, db: Db) -> Queues:
    return Queues(items=[_out(one) for one in await service.read_all(db, by, Kind.QUEUE, QueueSpec)])


@router.post("/queues", status_code=201)
async def add_queue(body: NewQueue, by: Edits, db: Db, writer: Writer, now: Now) -> DocumentOut[Queue]:
    return _out(await service.save(db, writer, now, by, Kind.QUEUE, body.spec, None))


@router.get("/queues/{id}")
async def queue(id: str, by: Reads, db: Db) -> DocumentOut[Queue]:
    return _out(await service.read(db, by, Kind.QUEUE, id, QueueSpec))


@router.put("/queues/{id}")
async def change_queue(
    id: str, body: ChangedQueue, by: Edits, db: Db, writer: Writer, now: Now
) -> DocumentOut[Queue]:
    await service.read(db, by, Kind.QUEUE, id, QueueSpec)
    same_id(id, body.spec.id)
    return _out(await service.save(db, writer, now, by, Kind.QUEUE, body.spec, body.version))


@router.get("/queues/{id}/versions")
async def queue_versions(id: str, by: Reads, db: Db) -> Revisions:
    return Revisions(items=[Revision(**one) for one in await service.history(db, by, Kind.QUEUE, id)])


# --- skills ------------------------------------------------------------------------------------------------------


@router.get("/skills")
async def skills(by: Reads, db: Db) -> Skills:
    return Skills(items=[_out(one) for one in await service.read_all(db, by, Kind.SKILL, SkillSpec)])


@router.post("/skills", status_code=201)
async def add_skill(body: NewSkill, by: Edits, db: Db, writer: Writer, now: Now) -> DocumentOut[Skill]:
    return _out(await service.save(db, writer, now, by, Kind.SKILL, body.spec, None))


@router.get("/skills/{id}")
async def skill(id: str, by: Reads, db: Db) -> DocumentOut[Skill]:
    return _out(await service.read(db, by, Kind.SKILL, id, SkillSpec))


@router.put("/skills/{id}")
async def change_skill(
    id: str, body: ChangedSkill, by: Edits, db: Db, writer: Writer, now: Now
) -> DocumentOut[Skill]:
    same_id(id, body.spec.id)
    return _out(await service.save(db, writer, now, by, Kind.SKILL, body.spec, body.version))


# --- hours -------------------------------------------------------------------------------------------------------


@router.get("/hours")
async def hours_list(by: Reads, db: Db) -> HoursList:
    return HoursList(items=[_out(one) for one in await service.read_all(db, by, Kind.HOURS, HoursSpec)])


@router.post("/hours", status_code=201)
async def add_hours(body: NewHours, by: Edits, db: Db, writer: Writer, now: Now) -> DocumentOut[Hours]:
    return _out(await service.save(db, writer, now, by, Kind.HOURS, body.spec, None))


@router.get("/hours/{id}")
async def hours(id: str, by: Reads, db: Db) -> DocumentOut[Hours]:
    return _out(await service.read(db, by, Kind.HOURS, id, HoursSpec))


@router.put("/hours/{id}")
async def change_hours(
    id: str, body: ChangedHours, by: Edits, db: Db, writer: Writer, now: Now
) -> DocumentOut[Hours]:
    same_id(id, body.spec.id)
    return _out(await service.save(db, writer, now, by, Kind.HOURS, body.spec, body.version))


# --- clients and the site ----------------------------------------------------------------------------------------


@router.get("/clients")
async def clients(by: Reads, db: Db) -> Clients:
    return Clients(items=[_out(one) for one in await service.read_all(db, by, Kind.CLIENT, ClientSpec)])


@router.post("/clients", status_code=201)
async def add_client(body: NewClient, by: Edits, db: Db, writer: Writer, now: Now) -> DocumentOut[Client]:
    return _out(await service.save(db, writer, now, by, Kind.CLIENT, body.spec, None))


@router.get("/clients/{id}")
async def client(id: str, by: Reads, db: Db) -> DocumentOut[Client]:
    return _out(await service.read(db, by, Kind.CLIENT, id, ClientSpec))


@router.put("/clients/{id}")
async def change_client(
    id: str, body: ChangedClient, by: Edits, db: Db, writer: Writer, now: Now
) -> DocumentOut[Client]:
    same_id(id, body.spec.id)
    return _out(await service.save(db, writer, now, by, Kind.CLIENT, body.spec, body.version))


@router.get("/site")
async def site(by: Reads, db: Db) -> DocumentOut[Site]:
    return _out(await service.site(db))


@router.put("/site")
async def change_site(body: ChangedSite, by: Edits, db: Db, writer: Writer, now: Now) -> DocumentOut[Site]:
    return _out(await service.save(db, writer, now, by, Kind.SITE, body.spec, body.version or None))


@router.get("/directory")
async def directory(by: Annotated[Principal, Depends(allow())], db: Db) -> Directory:
    names = await service.directory(db, by)
    return Directory(
        zone=names.site.zone,
        region=names.site.region,
        clients=[Named(id=one.id, name=one.name, active=one.active) for one in names.clients],
        queues=[
            NamedQueue(
                id=one.id,
                name=one.name,
                active=one.active,
                client=one.client,
                channels=[channel.value for channel in one.channels],
            )
            for one in names.queues
        ],
        skills=[Named(id=one.id, name=one.name, active=one.active) for one in names.skills],
        reasons=[_reason(one) for one in names.reasons],
        agents=[
            NamedAgent(
                id=one.id,
                name=one.name,
                team=one.team,
                part_time=one.employment == "part_time",
                active=one.active,
            )
            for one in names.agents
        ],
    )


def same_id(path: str, body: str) -> None:
    """Raises Invalid when a body names another document than its address."""
    if path != body:
        raise Invalid("other_id", "The id in the address and the one in the document differ.", field="spec.id")


def _reason(one: ReasonSpec) -> NamedReason:
    return NamedReason(
        id=one.id, name=one.name, active=one.active, kind=one.kind, client=one.client, parent=one.parent
    )


def _out(document: Document[Any]) -> DocumentOut[Any]:
    return DocumentOut(**document._asdict())
