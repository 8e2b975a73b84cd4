"""HTTP: trunks, numbers and extensions. Passwords go in and never come out, but for a telephone's new one, once."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, SecretStr
from starlette.requests import HTTPConnection

from jietong.calls.plant import TelephonePlant
from jietong.calls.plant_setup import PlantSetup
from jietong.core.specs import ExtensionSpec, NumberSpec, TrunkSpec
from jietong.db.pool import Database
from jietong.identity.http import allow, database, state
from jietong.identity.model import Principal
from jietong.identity.permissions import Permission as P
from jietong.routing import service
from jietong.routing.routes import Revision, Revisions, same_id
from jietong.routing.schemas import DocumentOut, SpecOf
from jietong.routing.store import Document, Kind

router = APIRouter(prefix="/api/setup", tags=["telephony"])


def plant_setup(connection: HTTPConnection) -> PlantSetup:
    found: PlantSetup = state(connection, "plant_setup")
    return found


def telephone_plant(connection: HTTPConnection) -> TelephonePlant:
    found: TelephonePlant = state(connection, "plant")
    return found


Db = Annotated[Database, Depends(database)]
Setup = Annotated[PlantSetup, Depends(plant_setup)]
Plant = Annotated[TelephonePlant, Depends(telephone_plant)]
Reads = Annotated[Principal, Depends(allow(P.SETUP_VIEW))]
Edits = Annotated[Principal, Depends(allow(P.SETUP_EDIT))]

Trunk = Annotated[TrunkSpec, SpecOf(TrunkSpec)]
Number = Annotated[NumberSpec, SpecOf(NumberSpec)]
Extension = Annotated[ExtensionSpec, SpecOf(ExtensionSpec)]

__all__ = ["router"]


class NewTrunk(BaseModel):
    """`password`: null leaves it as it is, an empty text takes it away."""

    spec: Trunk
    password: SecretStr | None = None


class ChangedTrunk(NewTrunk):
    version: int


class NewNumber(BaseModel):
    spec: Number


class ChangedNumber(NewNumber):
    version: int


class NewExtension(BaseModel):
    spec: Extension


class ChangedExtension(NewExtension):
    version: int


class TrunkOut(DocumentOut[Trunk]):
    """`up`: as the switch sees it now; null while it has not said. `in_use`: channels, both directions."""

    has_password: bool
    up: bool | None
    why: str
    in_use: int
    peak: int


class Trunks(BaseModel):
    items: list[TrunkOut]
    next: None = None


class Numbers(BaseModel):
    items: list[DocumentOut[Number]]
    next: None = None


class ExtensionOut(DocumentOut[Extension]):
    has_password: bool


class Extensions(BaseModel):
    items: list[ExtensionOut]
    next: None = None


class ExtensionMade(ExtensionOut):
    """`password` of a SIP phone, where a new one was made: it is shown this once."""

    password: str | None


class ExtensionPassword(BaseModel):
    password: str


# --- trunks ------------------------------------------------------------------------------------------------------


@router.get("/trunks")
async def trunks(by: Reads, db: Db, setup: Setup, plant: Plant) -> Trunks:
    known = await setup.with_password(Kind.TRUNK)
    documents = await service.read_all(db, by, Kind.TRUNK, TrunkSpec)
    return Trunks(items=[_trunk(one, known, plant) for one in documents])


@router.post("/trunks", status_code=201)
async def add_trunk(body: NewTrunk, by: Edits, setup: Setup, plant: Plant) -> TrunkOut:
    saved = await setup.save_trunk(by, body.spec, None, _plain(body.password))
    return _trunk(saved, await setup.with_password(Kind.TRUNK), plant)


@router.get("/trunks/{id}")
async def trunk(id: str, by: Reads, db: Db, setup: Setup, plant: Plant) -> TrunkOut:
    found = await service.read(db, by, Kind.TRUNK, id, TrunkSpec)
    return _trunk(found, await setup.with_password(Kind.TRUNK), plant)


@router.put("/trunks/{id}")
async def change_trunk(id: str, body: ChangedTrunk, by: Edits, setup: Setup, plant: Plant) -> TrunkOut:
    same_id(id, body.spec.id)
    saved = await setup.save_trunk(by, body.spec, body.version, _plain(body.password))
    return _trunk(saved, await setup.with_password(Kind.TRUNK), plant)


@router.get("/trunks/{id}/versions")
async def trunk_versions(id: str, by: Reads, db: Db) -> Revisions:
    return Revisions(items=[Revision(**one) for one in await service.history(db, by, Kind.TRUNK, id)])


# --- numbers -----------------------------------------------------------------------------------------------------


@router.get("/numbers")
async def numbers(by: Reads, db: Db) -> Numbers:
    return Numbers(items=[_out(one) for one in await service.read_all(db, by, Kind.NUMBER, NumberSpec)])


@router.post("/numbers", status_code=201)
async def add_number(body: NewNumber, by: Edits, setup: Setup) -> DocumentOut[Number]:
    return _out(await setup.save_number(by, body.spec, None))


@router.get("/numbers/{id}")
async def number(id: str, by: Reads, db: Db) -> DocumentOut[Number]:
    return _out(await service.read(db, by, Kind.NUMBER, id, NumberSpec))


@router.put("/numbers/{id}")
async def change_number(id: str, body: ChangedNumber, by: Edits, setup: Setup) -> DocumentOut[Number]:
    same_id(id, body.spec.id)
    return _out(await setup.save_number(by, body.spec, body.version))


@router.get("/numbers/{id}/versions")
async def number_versions(id: str, by: Reads, db: Db) -> Revisions:
    return Revisions(items=[Revision(**one) for one in await service.history(db, by, Kind.NUMBER, id)])


# --- extensions --------------------------------------------------------------------------------------------------


@router.get("/extensions")
async def extensions(by: Reads, db: Db, setup: Setup) -> Extensions:
    known = await setup.with_password(Kind.EXTENSION)
    documents = await service.read_all(db, by, Kind.EXTENSION, ExtensionSpec)
    return Extensions(items=[_extension(one, known) for one in documents])


@router.post("/extensions", status_code=201)
async def add_extension(body: NewExtension, by: Edits, setup: Setup) -> ExtensionMade:
    made = await setup.save_extension(by, body.spec, None)
    known = await setup.with_password(Kind.EXTENSION)
    return ExtensionMade(**_extension(made.document, known).model_dump(), password=made.password)


@router.get("/extensions/{id}")
async def extension(id: str, by: Reads, db: Db, setup: Setup) -> ExtensionOut:
    found = await service.read(db, by, Kind.EXTENSION, id, ExtensionSpec)
    return _extension(found, await setup.with_password(Kind.EXTENSION))


@router.put("/extensions/{id}")
async def change_extension(id: str, body: ChangedExtension, by: Edits, setup: Setup) -> ExtensionMade:
    same_id(id, body.spec.id)
    made = await setup.save_extension(by, body.spec, body.version)
    known = await setup.with_password(Kind.EXTENSION)
    return ExtensionMade(**_extension(made.document, known).model_dump(), password=made.password)


@router.get("/extensions/{id}/versions")
async def extension_versions(id: str, by: Reads, db: Db) -> Revisions:
    return Revisions(items=[Revision(**one) for one in await service.history(db, by, Kind.EXTENSION, id)])


@router.post("/extensions/{id}/password")
async def new_extension_password(id: str, by: Edits, setup: Setup) -> ExtensionPassword:
    """A fresh one for a SIP phone; the old one ends at once. It is shown this once."""
    return ExtensionPassword(password=await setup.new_password(by, id))


def _plain(password: SecretStr | None) -> str | None:
    return None if password is None else password.get_secret_value()


def _trunk(document: Document[TrunkSpec], known: set[str], plant: TelephonePlant) -> TrunkOut:
    status = plant.states.get(document.id)
    load = plant.load(document.id)
    return TrunkOut(
        **document._asdict(),
        has_password=document.id in known,
        up=status.up if status is not None else None,
        why=status.why if status is not None else "",
        in_use=load.in_use,
        peak=load.peak,
    )


def _extension(document: Document[ExtensionSpec], known: set[str]) -> ExtensionOut:
    return ExtensionOut(**document._asdict(), has_password=document.id in known)


def _out(document: Document[Any]) -> DocumentOut[Any]:
    return DocumentOut(**document._asdict())
