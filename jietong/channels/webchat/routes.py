"""HTTP of web chat: a page's configuration, transcript and files; the widgets as set up."""

import re
from collections.abc import AsyncIterator
from typing import Annotated, Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import msgspec
from fastapi import APIRouter, Depends, Header, Query, Request
from pydantic import BaseModel, Field
from starlette.datastructures import UploadFile
from starlette.responses import FileResponse, PlainTextResponse, Response

from jietong.channels.webchat import rules, store, transcript
from jietong.channels.webchat.model import LANGUAGES, AttachmentView, Widget, WidgetSpec
from jietong.channels.webchat.service import WebChat
from jietong.core.clock import Clock, to_datetime
from jietong.core.errors import Forbidden, Invalid, NotFound
from jietong.core.ids import new_secret
from jietong.core.vocabulary import Channel
from jietong.db.pool import ALL, Database
from jietong.identity.http import allow, audit, clock, database, principal_of, public, site, source_of, state
from jietong.identity.model import Principal
from jietong.identity.permissions import Permission as P

router = APIRouter(prefix="/api", tags=["web chat"])


def webchat(request: Request) -> WebChat:
    web: WebChat = state(request, "webchat")
    return web


Web = Annotated[WebChat, Depends(webchat)]
Db = Annotated[Database, Depends(database)]
Now = Annotated[Clock, Depends(clock)]
Reads = Annotated[Principal, Depends(allow(P.SETUP_VIEW))]
Edits = Annotated[Principal, Depends(allow(P.SETUP_EDIT))]
Agent = Annotated[Principal, Depends(allow(P.DESK_USE))]
_PAGE = Depends(public("the customer's page works without an account"))


class WidgetOut(BaseModel):
    """A widget document. `has_secret`: identity tokens of the embedding site are understood."""

    id: str
    version: int
    spec: dict[str, Any]
    has_secret: bool


class WidgetList(BaseModel):
    items: list[WidgetOut]
    next: None = None


class NewWidget(BaseModel):
    spec: dict[str, Any]


class ChangedWidget(BaseModel):
    spec: dict[str, Any]
    version: int = Field(ge=1)


class Secret(BaseModel):
    """Shown once, when it is made."""

    secret: str


class File(BaseModel):
    id: str
    name: str
    type: str
    size: int
    url: str


class Number(BaseModel):
    """Whom to call."""

    value: str  # as people write it
    e164: str


# --- the customer's page ------------------------------------------------------------------------------------


@router.get("/chat/transcript", dependencies=[_PAGE], response_class=PlainTextResponse)
async def chat_transcript(
    request: Request,
    web: Web,
    token: Annotated[str, Query(max_length=128)],
    format: Annotated[str, Query(pattern="^(txt|html)$")] = "txt",
    lang: Annotated[str | None, Query(max_length=16)] = None,
) -> Response:
    """The page's conversation as a file, in the customer's language and the centre's time."""
    session = await web.loader.session(token)
    if session is None or session.contact is None:
        raise NotFound("unknown_session", "This chat is not known: there is nothing to download.")
    messages, _ = await web.loader.conversation(session.contact)
    language = lang if lang in LANGUAGES else session.language
    zone = ZoneInfo(site(request).zone)
    name = f"chat-{to_datetime(web.clock.now()).astimezone(zone):%Y-%m-%d}.{format}"
    page = format == "html"
    text = transcript.html(messages, language, zone) if page else transcript.plain(messages, language, zone)
    return Response(
        text.encode() if page else b"\xef\xbb\xbf" + text.encode(),
        media_type="text/html; charset=utf-8" if page else "text/plain; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
        },
    )


@router.get("/chat/{widget}/config", dependencies=[_PAGE])
async def chat_config(widget: str, web: Web) -> dict[str, Any]:
    """What a page needs to draw itself before it connects."""
    config: dict[str, Any] = msgspec.to_builtins(web.config(widget))
    return config


@router.post("/chat/attachments", dependencies=[_PAGE], status_code=201)
async def upload_by_customer(
    request: Request, web: Web, x_chat_token: Annotated[str, Header(max_length=128)] = ""
) -> File:
    """A file, as multipart field `file`; the page's token in `X-Chat-Token`. A following `say` shows it."""
    session = await web.loader.session(x_chat_token) if x_chat_token else None
    if session is None:
        raise NotFound("unknown_session", "This chat is not known any more: reload the page.")
    async with request.form(max_files=1, max_fields=4) as form:
        file = _file(form.get("file"))
        address = source_of(request).address
        return _shown(await web.exchange.from_customer(x_chat_token, file.filename or "", _chunks(file), address))


# --- files in conversations ---------------------------------------------------------------------------------


@router.post("/attachments", status_code=201)
async def upload_by_agent(
    request: Request, principal: Agent, web: Web, contact: Annotated[str, Query(max_length=64)]
) -> File:
    """A file for one of the agent's own contacts, as multipart field `file`."""
    agent = principal.agent_id
    if agent is None:
        raise Forbidden("no_agent", "This account is not an agent's.")
    web.exchange.check_agent(agent, contact)
    async with request.form(max_files=1, max_fields=4) as form:
        file = _file(form.get("file"))
        return _shown(await web.exchange.from_agent(agent, contact, file.filename or "", _chunks(file)))


@router.get(
    "/attachments/{id}",
    dependencies=[
        Depends(public("a customer's page holds the file's key; staff need their session, checked within"))
    ],
    response_class=FileResponse,
)
async def download(
    id: str, request: Request, web: Web, key: Annotated[str | None, Query(max_length=128)] = None
) -> Response:
    """The file as what it is. Images may be shown in place; all else is for saving."""
    if key is not None:
        file = await web.exchange.by_key(id, key)
    else:
        principal = await principal_of(request)
        if principal.may(P.CONTACTS_VIEW):
            file = await web.exchange.for_staff(id, principal.scope, None)
        elif principal.may(P.DESK_USE) and principal.agent_id is not None:
            file = await web.exchange.for_staff(id, principal.scope, principal.agent_id)
        else:
            raise Forbidden("not_permitted", "Your role does not include this.", permission=[str(P.CONTACTS_VIEW)])
    path = web.files.path(file.digest)
    if not path.is_file():
        raise NotFound("unknown_attachment", "This file is not here any more.")
    shown = "inline" if file.type.startswith("image/") else "attachment"
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", file.name)
    kind = "text/plain; charset=utf-8" if file.type == "text/plain" else file.type
    return FileResponse(
        path,
        media_type=kind,
        headers={
            "Content-Disposition": f"{shown}; filename=\"{plain}\"; filename*=UTF-8''{quote(file.name)}",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "private, max-age=86400, immutable",
            "Referrer-Policy": "no-referrer",
        },
    )


def _file(part: Any) -> UploadFile:
    if not isinstance(part, UploadFile):
        raise Invalid("file_missing", "Send the file as the form field `file`.", field="file")
    return part


async def _chunks(file: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await file.read(1 << 18):
        yield chunk


def _shown(view: AttachmentView) -> File:
    return File(**msgspec.structs.asdict(view))


# --- call-backs ---------------------------------------------------------------------------------------------


@router.post("/callbacks/{contact}/number")
async def callback_number(contact: str, agent: Agent, web: Web) -> Number:
    """For the agent who has taken the call-back, while it is being made. Each look is in the audit log."""
    value, e164 = await web.callbacks.number(contact, agent)
    return Number(value=value, e164=e164)


# --- widgets ------------------------------------------------------------------------------------------------


@router.get("/widgets")
async def widgets(_: Reads, db: Db) -> WidgetList:
    async with db.read(ALL) as conn:
        return WidgetList(items=[_out(widget) for widget in await store.widgets(conn)])


@router.get("/widgets/{id}")
async def widget(id: str, _: Reads, db: Db) -> WidgetOut:
    async with db.read(ALL) as conn:
        found = await store.widget(conn, id)
    if found is None:
        raise NotFound("unknown_widget", f"There is no widget {id}.")
    return _out(found)


@router.post("/widgets", status_code=201)
async def add_widget(body: NewWidget, principal: Edits, db: Db, web: Web, now: Now) -> WidgetOut:
    return await _save(_spec(body.spec, web), None, principal, db, web, now)


@router.put("/widgets/{id}")
async def change_widget(id: str, body: ChangedWidget, principal: Edits, db: Db, web: Web, now: Now) -> WidgetOut:
    spec = _spec(body.spec, web)
    if spec.id != id:
        raise Invalid("invalid", "The widget's id cannot be changed.", field="spec.id")
    return await _save(spec, body.version, principal, db, web, now)


@router.post("/widgets/{id}/secret")
async def new_widget_secret(id: str, principal: Edits, db: Db, web: Web, now: Now) -> Secret:
    """A fresh secret for signing identity tokens; the old one ends at once. It is shown this once."""
    secret = new_secret()
    async with db.transaction(ALL) as conn:
        await store.save_secret(conn, id, secret)
        await audit(conn, by=principal, action="widget.secret", object=id, now=now.now())
    await web.reload_widgets()
    return Secret(secret=secret)


async def _save(
    spec: WidgetSpec, version: int | None, principal: Principal, db: Database, web: WebChat, now: Clock
) -> WidgetOut:
    at = now.now()
    async with db.transaction(ALL) as conn:
        await store.save_widget(conn, spec, version, principal.account_id, to_datetime(at))
        action = "widget.created" if version is None else "widget.changed"
        await audit(conn, by=principal, action=action, object=spec.id, now=at)
        saved = await store.widget(conn, spec.id)
    await web.reload_widgets()
    assert saved is not None
    return _out(saved)


def _spec(document: dict[str, Any], web: WebChat) -> WidgetSpec:
    """Raises Invalid with a message per field."""
    try:
        spec = msgspec.convert(document, WidgetSpec)
    except msgspec.ValidationError as error:
        what, _, path = str(error).partition(" - at `$.")
        field = "spec." + path.rstrip("`") if path else "spec"
        raise Invalid("invalid", what, field=field, errors=[{"field": field, "message": what}]) from None
    wrong = rules.check_widget(spec)
    if not web.reception.serves(spec.queue, Channel.CHAT):
        wrong["queue"] = "No such queue, or it takes no chats."
    elif spec.flow is not None and not web.has_flow(spec):
        wrong["flow"] = "No such flow is published for chats of this queue's client."
    if wrong:
        errors = [{"field": f"spec.{field}", "message": message} for field, message in wrong.items()]
        raise Invalid("invalid", "Some fields need another look.", field=errors[0]["field"], errors=errors)
    return spec


def _out(widget: Widget) -> WidgetOut:
    return WidgetOut(
        id=widget.spec.id,
        version=widget.version,
        spec=msgspec.to_builtins(widget.spec),
        has_secret=widget.secret is not None,
    )
