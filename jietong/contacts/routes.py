"""HTTP: the contacts explorer, one contact, its timeline and transcript, notes, exports, and agents' timelines."""

import tempfile
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from fastapi import APIRouter, Depends, Query
from fastapi.responses import FileResponse, Response, StreamingResponse
from pydantic import BaseModel, Field
from starlette.background import BackgroundTask

from jietong.contacts import export, service
from jietong.contacts.explorer import Filter
from jietong.core.clock import Clock, to_ms
from jietong.core.days import day_of, local_day
from jietong.core.errors import Invalid
from jietong.core.specs import SiteSpec
from jietong.core.vocabulary import Channel, Direction, Ms, Outcome
from jietong.db.pool import Database
from jietong.identity import audit
from jietong.identity.http import allow, clock, database, site
from jietong.identity.model import Principal
from jietong.identity.permissions import Permission as P
from jietong.routing import service as setup

router = APIRouter(prefix="/api", tags=["contacts"])

Db = Annotated[Database, Depends(database)]
Now = Annotated[Clock, Depends(clock)]
Site = Annotated[SiteSpec, Depends(site)]
Views = Annotated[Principal, Depends(allow(P.CONTACTS_VIEW))]
ViewsOrHandled = Annotated[Principal, Depends(allow(P.CONTACTS_VIEW, P.DESK_USE))]
Writes = Annotated[Principal, Depends(allow(P.CONTACTS_EDIT))]
Exports = Annotated[Principal, Depends(allow(P.CONTACTS_EXPORT))]
Ledger = Annotated[Principal, Depends(allow(P.LEDGER_VIEW))]
SeesAgents = Annotated[Principal, Depends(allow(P.FLOOR_VIEW, P.DESK_USE))]

MOST_EXPORTED = 100_000
Values = Annotated[list[str], Query(max_length=50)]


class ContactOut(BaseModel):
    """One contact as a row. Times are sums in ms of what is over; names of queues and agents: /api/directory."""

    id: str
    client: str
    customer: str | None
    customer_name: str | None
    customer_number: str | None  # masked
    channel: Channel
    entry: str
    language: str
    simulated: bool
    arrived: int
    ended: int | None
    queue: str | None
    queues: list[str]
    agent: str | None
    agents: list[str]
    outcome: Outcome | None
    ended_by: str | None
    reason: str | None
    resolved: bool | None
    csat: int | None
    wait_ms: int
    talk_ms: int
    hold_ms: int
    wrapup_ms: int
    transfers: int
    missed: int
    messages: int
    busy: bool
    direction: Direction
    imported: bool


class ContactsOut(BaseModel):
    items: list[ContactOut]
    next: str | None


class CountOut(BaseModel):
    """`more`: there are more than `count`."""

    count: int
    more: bool


class NoteOut(BaseModel):
    id: str
    author: str
    author_name: str
    text: str
    at: int


class CorrectionOut(BaseModel):
    field: str
    value: str | bool | None
    author_name: str
    at: int


class OneContactOut(BaseModel):
    contact: ContactOut
    notes: list[NoteOut]
    corrections: list[CorrectionOut]


class SegmentOut(BaseModel):
    n: int
    kind: str
    start: int
    end: int | None
    outcome: str | None
    queue: str | None
    agent: str | None
    part_time: bool
    cause: str | None
    wait_ms: int | None
    talk_ms: int | None
    hold_ms: int | None
    wrapup_ms: int | None
    reason: str | None
    resolved: bool | None
    score: int | None
    flow: str | None
    node: str | None  # by which the flow was left
    mos: int | None  # of a line's quality, in hundredths


class TimelineOut(BaseModel):
    items: list[SegmentOut]
    next: None = None


class LedgerLineOut(BaseModel):
    seq: int
    at: int
    type: str
    data: dict[str, Any]


class LedgerLinesOut(BaseModel):
    items: list[LedgerLineOut]
    next: None = None


class IntervalOut(BaseModel):
    start: int
    end: int | None
    state: str
    reason: str | None
    queue: str | None
    part_time: bool
    skills: list[str]


class IntervalsOut(BaseModel):
    items: list[IntervalOut]
    next: None = None


class MessagesOut(BaseModel):
    items: list[dict[str, Any]]
    next: None = None


class NoteIn(BaseModel):
    text: str = Field(max_length=20_000)


class CorrectionIn(BaseModel):
    """What is not named stays as it is."""

    reason: str | None = Field(None, max_length=100)
    resolved: bool | None = None


class Search(NamedTuple):
    """The explorer's filter, as the address bar has it."""

    wanted: Filter
    q: str


def search(
    where: Site,
    now: Now,
    from_: Annotated[str | None, Query(alias="from", max_length=20)] = None,
    to: Annotated[str | None, Query(max_length=20)] = None,
    queue: Values = [],  # noqa: B006 - FastAPI copies it
    agent: Values = [],  # noqa: B006
    channel: Values = [],  # noqa: B006
    outcome: Values = [],  # noqa: B006
    had: Values = [],  # noqa: B006
    reason: Values = [],  # noqa: B006
    entry: Values = [],  # noqa: B006
    csat: Values = [],  # noqa: B006
    resolved: Values = [],  # noqa: B006
    customer: Values = [],  # noqa: B006
    simulated: bool | None = None,
    min_wait_s: Annotated[int | None, Query(ge=0, le=86_400)] = None,
    q: Annotated[str, Query(max_length=200)] = "",
) -> Search:
    """`from` and `to` are ms, or local dates (the day of `to` included); without them, today.

    Several values of one filter are alternatives; of `had`, all must have happened.
    """
    today = local_day(now.now(), where.zone)
    facets = {
        "queue": queue,
        "agent": agent,
        "channel": channel,
        "outcome": outcome,
        "reason": reason,
        "entry": entry,
        "csat": csat,
        "resolved": resolved,
    }
    return Search(
        wanted=Filter(
            today.start if from_ is None else _instant(from_, where.zone, "from"),
            today.end if to is None else _instant(to, where.zone, "to"),
            tuple((name, tuple(values)) for name, values in facets.items() if values)
            + tuple(("had", (h,)) for h in had),
            customers=tuple(customer) or None,
            simulated=simulated,
            min_wait_ms=None if min_wait_s is None else min_wait_s * 1000,
        ),
        q=q.replace("\x00", ""),
    )


Asked = Annotated[Search, Depends(search)]


@router.get("/contacts")
async def contacts(
    asked: Asked,
    by: Views,
    db: Db,
    where: Site,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> ContactsOut:
    """Latest first. Without a period: today in the site's zone."""
    page = await service.find(db, by, asked.wanted, asked.q, cursor, limit, where.region)
    return ContactsOut(items=[_contact(one) for one in page.items], next=page.next)


@router.get("/contacts/count")
async def count(asked: Asked, by: Views, db: Db) -> CountOut:
    found = await service.how_many(db, by, asked.wanted, asked.q)
    return CountOut(count=found.n, more=found.more)


@router.get("/contacts/export", response_class=Response)
async def exported(
    asked: Asked,
    by: Exports,
    db: Db,
    now: Now,
    where: Site,
    format: Literal["csv", "xlsx"] = "csv",
    lang: Literal["zh-Hans", "zh-Hant", "en"] | None = None,
) -> Response:
    """The same filter and columns as the list. Numbers stay masked; every export is in the audit log.

    Raises Invalid `too_many_contacts` above 100,000 rows.
    """
    names = await setup.directory(db, by)
    labels = export.Labels(
        lang or by.language.value,
        where.zone,
        {one.id: one.name for one in names.queues},
        {one.id: one.name for one in names.agents},
        {one.id: one.name for one in names.reasons},
        {one.id: one.name for one in names.clients},
    )
    wanted, q = asked.wanted, asked.q
    n = await service.exportable(db, by, wanted, q, MOST_EXPORTED)
    async with db.transaction(by.scope) as conn:
        await audit.append(
            conn,
            by=by,
            action="contacts.exported",
            object=format,
            now=now.now(),
            details={
                "from": wanted.start,
                "to": wanted.end,
                "filters": {name: list(values) for name, values in wanted.facets},
                "rows": n,
                "q": bool(q),
            },
        )
    rows = service.everything(db, by, wanted, q, where.region, MOST_EXPORTED)
    if format == "csv":
        return StreamingResponse(
            export.as_csv(rows, labels), media_type="text/csv; charset=utf-8", headers=_named("contacts.csv")
        )
    with tempfile.NamedTemporaryFile(prefix="jietong-export-", suffix=".xlsx", delete=False) as file:
        path = Path(file.name)
    try:
        await export.as_xlsx(rows, labels, path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return FileResponse(
        path,
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers=_named("contacts.xlsx"),
        background=BackgroundTask(path.unlink, missing_ok=True),
    )


@router.get("/contacts/{id}")
async def contact(id: str, by: ViewsOrHandled, db: Db, where: Site) -> OneContactOut:
    found = await service.read(db, by, id, where.region)
    return OneContactOut(
        contact=_contact(service.Listed(found.record, found.customer)),
        notes=[_note(note) for note in found.notes],
        corrections=[
            CorrectionOut(field=c.field, value=c.value, author_name=c.author_name, at=to_ms(c.at))
            for c in found.corrections
        ],
    )


@router.get("/contacts/{id}/timeline")
async def timeline(id: str, by: Views, db: Db) -> TimelineOut:
    """Every stay of the contact in the order they began. Queue stays and handlings span the parts within them."""
    rows = await service.timeline(db, by, id)
    return TimelineOut(
        items=[SegmentOut(**{name: getattr(row, name) for name in SegmentOut.model_fields}) for row in rows]
    )


@router.get("/contacts/{id}/messages")
async def messages(id: str, by: ViewsOrHandled, db: Db) -> MessagesOut:
    """The transcript: `Message` of the live protocol."""
    return MessagesOut(items=[msgspec.to_builtins(one) for one in await service.messages(db, by, id)])


@router.get("/contacts/{id}/events")
async def events(id: str, by: Ledger, db: Db) -> LedgerLinesOut:
    return LedgerLinesOut(items=[LedgerLineOut(**one._asdict()) for one in await service.events(db, by, id)])


@router.post("/contacts/{id}/notes", status_code=201)
async def add_note(id: str, note: NoteIn, by: Writes, db: Db, now: Now) -> NoteOut:
    return _note(await service.add_note(db, now, by, id, note.text))


@router.patch("/contacts/{id}")
async def correct(id: str, change: CorrectionIn, by: Writes, db: Db, now: Now, where: Site) -> OneContactOut:
    """Puts the reason, or whether it was solved, right. The figures stay with what the ledger says."""
    await service.correct(db, now, by, id, change.model_dump(exclude_unset=True))
    return await contact(id, by, db, where)


@router.get("/agents/{id}/timeline")
async def agent_timeline(
    id: str,
    by: SeesAgents,
    db: Db,
    now: Now,
    where: Site,
    from_: Annotated[str | None, Query(alias="from", max_length=20)] = None,
    to: Annotated[str | None, Query(max_length=20)] = None,
) -> IntervalsOut:
    """One agent's intervals; today without a period."""
    today = local_day(now.now(), where.zone)
    start = today.start if from_ is None else _instant(from_, where.zone, "from")
    end = today.end if to is None else _instant(to, where.zone, "to")
    rows = await service.agent_timeline(db, by, id, start, end)
    return IntervalsOut(
        items=[IntervalOut(**{name: getattr(row, name) for name in IntervalOut.model_fields}) for row in rows]
    )


def _contact(listed: service.Listed) -> ContactOut:
    record, person = listed
    return ContactOut(
        **msgspec.structs.asdict(record),
        customer_name=person.name if person else None,
        customer_number=person.number if person else None,
    )


def _note(note: service.Note) -> NoteOut:
    return NoteOut(id=note.id, author=note.author, author_name=note.author_name, text=note.text, at=to_ms(note.at))


def _instant(text: str, zone: str, field: str) -> Ms:
    """Ms, or a local date: its midnight, and for `to` the midnight after it."""
    if text.isdecimal() and len(text) <= 15:
        return int(text)
    try:
        day = day_of(date.fromisoformat(text), zone)
    except (ValueError, OverflowError):
        raise Invalid("bad_filter", "Give a date as 2026-07-15, or milliseconds.", field=field) from None
    return day.end if field == "to" else day.start


def _named(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
