"""HTTP: the customer file and the screen pop. Numbers leave masked; only `reveal` gives them whole."""

import base64
from dataclasses import fields
from typing import Annotated, cast

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from starlette.requests import HTTPConnection

from jietong.core.clock import Clock
from jietong.core.errors import Invalid
from jietong.core.inbox import Inbox
from jietong.core.specs import SiteSpec
from jietong.core.vocabulary import Ms
from jietong.customers import rules, service
from jietong.customers.model import Customer, CustomerKind, Draft, Identity, IdentityKind, PastContact, Suspect
from jietong.customers.ports import ContactHistory, NoHistory
from jietong.db.pool import Database
from jietong.identity.http import allow, clock, database, inbox, site
from jietong.identity.model import Principal
from jietong.identity.permissions import Permission as P

router = APIRouter(prefix="/api/customers", tags=["customers"])


def history(connection: HTTPConnection) -> ContactHistory:
    """What `contacts` tells of the past; the composition root puts it on `app.state.contact_history`."""
    return cast(ContactHistory, getattr(connection.app.state, "contact_history", None) or NoHistory())


Db = Annotated[Database, Depends(database)]
Now = Annotated[Clock, Depends(clock)]
Site = Annotated[SiteSpec, Depends(site)]
Views = Annotated[Principal, Depends(allow(P.CUSTOMERS_VIEW))]
Edits = Annotated[Principal, Depends(allow(P.CUSTOMERS_EDIT))]
Merges = Annotated[Principal, Depends(allow(P.CUSTOMERS_MERGE))]
Reveals = Annotated[Principal, Depends(allow(P.CUSTOMERS_REVEAL))]


class IdentityOut(BaseModel):
    """`key` names it in changes without giving it away: its place in the file."""

    key: int
    kind: IdentityKind
    masked: str
    verified: bool


class CustomerOut(BaseModel):
    id: str
    client: str
    kind: CustomerKind
    name: str
    customer_class: str
    language: str
    region: str
    organisation: str | None
    attributes: dict[str, str]
    notes: str
    version: int
    merged_into: str | None
    created_at: int
    updated_at: int
    identities: list[IdentityOut]


class Customers(BaseModel):
    items: list[CustomerOut]
    next: str | None


class IdentityIn(BaseModel):
    kind: IdentityKind
    value: str = Field(max_length=300)


class Fields(BaseModel):
    name: str
    kind: CustomerKind = CustomerKind.PERSON
    customer_class: str = Field("", max_length=40)
    language: str = Field("zh-Hans", max_length=20)
    region: str = Field("", max_length=120)
    organisation: str | None = None
    attributes: dict[str, str] = Field(default_factory=dict)
    notes: str = ""

    def draft(self) -> Draft:
        return Draft(**self.model_dump(include=set(Fields.model_fields)))


class NewCustomer(Fields):
    client: str
    identities: list[IdentityIn] = Field(default_factory=list, max_length=20)


class ChangedCustomer(BaseModel):
    """Only the fields that are given change. `remove` holds identity keys of the version it was made from."""

    version: int
    name: str | None = None
    kind: CustomerKind | None = None
    customer_class: str | None = Field(None, max_length=40)
    language: str | None = Field(None, max_length=20)
    region: str | None = Field(None, max_length=120)
    organisation: str | None = None
    attributes: dict[str, str] | None = None
    notes: str | None = None
    add: list[IdentityIn] = Field(default_factory=list, max_length=20)
    remove: list[int] = Field(default_factory=list)


class MergeIn(BaseModel):
    kept: str
    gone: str


class Merged(BaseModel):
    customer: CustomerOut
    merge: str


class MergeOut(BaseModel):
    id: str
    gone: str
    gone_name: str
    identities: int
    at: int
    undone_at: int | None


class FileOut(BaseModel):
    """The whole file: the customer, who may be the same person, and which files went into this one."""

    customer: CustomerOut
    suspects: list["SuspectOut"]
    merges: list[MergeOut]


class SuspectOut(BaseModel):
    customer: CustomerOut
    why: str


class Revealed(BaseModel):
    key: int
    kind: IdentityKind
    value: str  # as people write it
    e164: str | None


class PastContactOut(BaseModel):
    id: str
    channel: str
    at: int
    queue: str | None
    agent: str | None
    agent_name: str | None
    outcome: str | None
    reason: str | None
    resolved: bool | None
    csat: int | None


class PopOut(BaseModel):
    customer: CustomerOut
    contacts: list[PastContactOut]
    contacts_90_days: int
    open_matters: list[PastContactOut]
    last_agent: str | None
    last_agent_name: str | None
    last_csat: int | None
    suspects: list[SuspectOut]


@router.get("")
async def search(
    by: Views,
    db: Db,
    where: Site,
    q: Annotated[str, Query(max_length=200)] = "",
    client: str | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Customers:
    found = await service.search(db, by, q, client, _before(cursor), limit + 1)
    page = found[:limit]
    more = _cursor(page[-1].updated_at, page[-1].id) if len(found) > limit else None
    return Customers(items=[_out(one, where) for one in page], next=more)


@router.post("", status_code=201)
async def create(body: NewCustomer, by: Edits, db: Db, now: Now, where: Site) -> CustomerOut:
    identities = [(one.kind, one.value) for one in body.identities]
    made = await service.create(db, now, by, body.client, body.draft(), identities, region=where.region)
    return _out(made, where)


@router.post("/merge")
async def merge(
    body: MergeIn, by: Merges, db: Db, now: Now, where: Site, writer: Annotated[Inbox, Depends(inbox)]
) -> Merged:
    kept, merge_id = await service.merge(db, writer, now, by, body.kept, body.gone)
    return Merged(customer=_out(kept, where), merge=merge_id)


@router.post("/merges/{id}/undo")
async def undo_merge(id: str, by: Merges, db: Db, now: Now, where: Site) -> CustomerOut:
    return _out(await service.undo_merge(db, now, by, id), where)


@router.get("/{id}")
async def file(id: str, by: Views, db: Db, where: Site) -> FileOut:
    return FileOut(
        customer=_out(await service.read(db, by, id), where),
        suspects=[_suspect(one, where) for one in await service.suspects(db, by, id)],
        merges=[
            MergeOut(
                id=one.id,
                gone=one.gone,
                gone_name=one.gone_name,
                identities=one.identities,
                at=one.at,
                undone_at=one.undone_at,
            )
            for one in await service.trail(db, by, id)
        ],
    )


@router.patch("/{id}")
async def change(id: str, body: ChangedCustomer, by: Edits, db: Db, now: Now, where: Site) -> CustomerOut:
    present = await service.read(db, by, id)
    given = body.model_dump(include=set(Fields.model_fields), exclude_unset=True)
    nullable = {"organisation"}
    given = {field: value for field, value in given.items() if value is not None or field in nullable}
    draft = Draft(**{field: given.get(field, getattr(present, field)) for field in _EDITABLE})
    after = await service.change(
        db,
        now,
        by,
        id,
        body.version,
        draft,
        [(one.kind, one.value) for one in body.add],
        [_identity(present, key) for key in body.remove],
        region=where.region,
    )
    return _out(after, where)


@router.post("/{id}/reveal")
async def reveal(id: str, by: Reveals, db: Db, now: Now, where: Site) -> list[Revealed]:
    return [
        Revealed(
            key=key,
            kind=one.kind,
            value=rules.shown(one, where.region),
            e164=one.value if one.kind is IdentityKind.PHONE else None,
        )
        for key, one in enumerate(await service.reveal(db, now, by, id))
    ]


@router.get("/{id}/pop")
async def pop(
    id: str,
    by: Views,
    db: Db,
    now: Now,
    where: Site,
    past: Annotated[ContactHistory, Depends(history)],
    contact: Annotated[str | None, Query(max_length=64)] = None,
) -> PopOut:
    """`contact` is the one in hand, which is none of the past ones."""
    found = await service.pop(db, now, by, past, id, contact)
    return PopOut(
        customer=_out(found.customer, where),
        contacts=[_past(one) for one in found.contacts],
        contacts_90_days=found.contacts_90_days,
        open_matters=[_past(one) for one in found.open_matters],
        last_agent=found.last_agent,
        last_agent_name=found.last_agent_name,
        last_csat=found.last_csat,
        suspects=[_suspect(one, where) for one in found.suspects],
    )


_EDITABLE = tuple(field.name for field in fields(Draft))


def _out(one: Customer, where: SiteSpec) -> CustomerOut:
    given = one._asdict()
    given["identities"] = [
        IdentityOut(key=key, kind=has.kind, masked=rules.masked(has, where.region), verified=has.verified)
        for key, has in enumerate(one.identities)
    ]
    return CustomerOut(**given)


def _suspect(one: Suspect, where: SiteSpec) -> SuspectOut:
    return SuspectOut(customer=_out(one.customer, where), why=one.why)


def _past(one: PastContact) -> PastContactOut:
    return PastContactOut(**one._asdict())


def _identity(customer: Customer, key: int) -> Identity:
    if not 0 <= key < len(customer.identities):
        raise Invalid("no_such_identity", "The file has no such number or address.", field="remove")
    return customer.identities[key]


def _cursor(at: Ms, id: str) -> str:
    return base64.urlsafe_b64encode(f"{at}.{id}".encode()).decode()


def _before(cursor: str | None) -> tuple[Ms, str] | None:
    if cursor is None:
        return None
    try:
        at, id = base64.urlsafe_b64decode(cursor).decode().split(".", 1)
        return int(at), id
    except ValueError as error:
        raise Invalid("bad_cursor", "This page of the list is gone: start again.", field="cursor") from error
