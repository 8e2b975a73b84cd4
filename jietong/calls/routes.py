"""HTTP of calls: the softphone's account, what a desk does in a call, listening in, calls from the web page."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from jietong.calls import desk, outbound, supervision
from jietong.calls.service import Calls
from jietong.calls.sip_socket import router as sip_socket
from jietong.channels.webchat.model import Rate
from jietong.core.clock import Clock
from jietong.core.errors import Forbidden, Invalid, NotFound, Unavailable
from jietong.core.ids import new_secret
from jietong.core.vocabulary import State, Supervision
from jietong.identity.http import allow, clock, public, source_of, state
from jietong.identity.model import Principal
from jietong.identity.permissions import Permission as P

router = APIRouter(tags=["calls"])
router.include_router(sip_socket)

WEB_CALLS = Rate(0.1, 5)  # from one address: five at once, then one every ten seconds
WEB_CALLS_OF_NUMBER = Rate(10.0, 60)  # to one number, from everywhere
SOCKET = "/ws/sip"


def calls_of(request: Request) -> Calls:
    """Raises NotFound `no_telephony`."""
    found: Calls | None = getattr(request.app.state, "calls", None)
    if found is None:
        raise NotFound("no_telephony", "This centre runs without telephony: see `jietong voice`.")
    return found


Telephony = Annotated[Calls, Depends(calls_of)]
Agent = Annotated[Principal, Depends(allow(P.DESK_USE))]
Anyone = Annotated[Principal, Depends(allow(P.DESK_USE, P.CALL_LISTEN))]
Now = Annotated[Clock, Depends(clock)]


class IceServer(BaseModel):
    urls: str
    username: str | None = None
    credential: str | None = None


class Softphone(BaseModel):
    """The telephone of who is signed in. `kind` none: there is none; phone and number need no browser."""

    kind: Literal["softphone", "phone", "number", "none"]
    extension: str | None = None
    password: str | None = None
    domain: str = "jietong"
    ws: str = SOCKET
    ice_servers: list[IceServer] = []
    reachable: bool = False


class WantedDial(BaseModel):
    number: str | None = Field(None, max_length=40)
    customer: str | None = Field(None, max_length=64)
    identity: int | None = Field(None, ge=0, le=1000)  # which of the customer's numbers, by its place in the file
    queue: str | None = Field(None, max_length=64)
    client: str | None = Field(None, max_length=64)
    caller_id: str | None = Field(None, max_length=40)


class Dialled(BaseModel):
    contact: str


class Muted(BaseModel):
    muted: bool


class Keys(BaseModel):
    digits: str = Field(max_length=64)


class Outside(BaseModel):
    """`blind`: hand the customer on as soon as it is answered; else speak to them first."""

    number: str = Field(max_length=40)
    blind: bool = False


class Paused(BaseModel):
    paused: bool


class Mode(BaseModel):
    mode: Supervision


class Number(BaseModel):
    value: str  # as people write it
    e164: str


class ColleagueOut(BaseModel):
    agent: str
    name: str
    state: State
    extension: str | None
    reachable: bool
    free: bool


class QueueOut(BaseModel):
    id: str
    name: dict[str, str]
    open: bool
    waiting: int


class ExtensionOut(BaseModel):
    id: str
    name: str
    kind: str
    agent: str | None
    reachable: bool


class SavedNumberOut(BaseModel):
    number: str
    name: dict[str, str]


class DirectoryOut(BaseModel):
    """`numbers`: kept ones outside."""

    agents: list[ColleagueOut]
    queues: list[QueueOut]
    extensions: list[ExtensionOut]
    numbers: list[SavedNumberOut]


class WantedWebCall(BaseModel):
    number: str = Field(max_length=40)
    language: str | None = Field(None, max_length=16)


class WebCall(BaseModel):
    """For one call: the browser signs in with this account and sends the token as `X-JT-Token`."""

    token: str
    number: str
    extension: str
    password: str
    domain: str = "jietong"
    ws: str
    ice_servers: list[IceServer] = []


# --- the telephone of who is signed in ------------------------------------------------------------------------


@router.get("/api/calls/softphone")
async def softphone(request: Request, by: Anyone, calls: Telephony) -> Softphone:
    """The password lets this person's own browser register, and nobody else is told it."""
    spec = calls.lines.extension_of(by.agent_id) if by.agent_id is not None else None
    if spec is None or by.agent_id is None:
        return Softphone(kind="none")
    reachable = calls.devices.reachable(by.agent_id)[0]
    kind: Any = spec.kind
    if spec.kind != "softphone":
        return Softphone(kind=kind, extension=spec.id, reachable=reachable)
    if by.session_id is None:
        raise Forbidden("person_only", "Sign in as a person to do this; an API token cannot.")
    return Softphone(
        kind=kind,
        extension=spec.id,
        password=calls.lines.password_of(spec.id),
        ice_servers=ice_servers(request),
        reachable=reachable,
    )


@router.get("/api/calls/directory")
async def directory(by: Anyone, calls: Telephony) -> DirectoryOut:
    await calls.writer.settled()
    found = desk.directory(calls, by)
    return DirectoryOut(
        agents=[ColleagueOut(**one._asdict()) for one in found.agents],
        queues=[QueueOut(**one._asdict()) for one in found.queues],
        extensions=[ExtensionOut(**one._asdict()) for one in found.extensions],
        numbers=[
            SavedNumberOut(number=one.number, name=dict.fromkeys(("zh-Hans", "zh-Hant", "en"), one.name))
            for one in found.numbers
        ],
    )


# --- in a call --------------------------------------------------------------------------------------------------


@router.post("/api/calls/dial", status_code=201)
async def dial(body: WantedDial, by: Agent, calls: Telephony) -> Dialled:
    """Rings one's own telephone, then the customer, with the queue's caller id."""
    contact = await outbound.dial(
        calls,
        by,
        number=body.number,
        customer=body.customer,
        identity=body.identity,
        queue=body.queue,
        client=body.client,
        caller_id=body.caller_id,
    )
    return Dialled(contact=contact)


@router.post("/api/calls/{contact}/mute", status_code=204)
async def mute(contact: str, body: Muted, by: Agent, calls: Telephony) -> None:
    await desk.mute(calls, by, contact, body.muted)


@router.post("/api/calls/{contact}/digits", status_code=204)
async def digits(contact: str, body: Keys, by: Agent, calls: Telephony) -> None:
    """Keys for the other end. They are kept nowhere."""
    await desk.digits(calls, by, contact, body.digits)


@router.post("/api/calls/{contact}/outside", status_code=204)
async def ask_outside(contact: str, body: Outside, by: Agent, calls: Telephony) -> None:
    """Rings a number outside: to hand the call on, or to ask first. The customer hears music meanwhile."""
    await desk.ask_outside(calls, by, contact, body.number, blind=body.blind)


@router.post("/api/calls/{contact}/outside/{what}", status_code=204)
async def outside(contact: str, what: Literal["complete", "merge", "cancel"], by: Agent, calls: Telephony) -> None:
    await desk.outside(calls, by, contact, what)


@router.post("/api/calls/{contact}/recording", status_code=204)
async def pause(contact: str, body: Paused, by: Anyone, calls: Telephony) -> None:
    """Silence is recorded while card data is spoken. A forgotten pause ends by itself, by the queue's rule."""
    await desk.pause(calls, by, contact, body.paused)


@router.post("/api/calls/{contact}/recording/start", status_code=204)
async def record(contact: str, by: Agent, calls: Telephony) -> None:
    """On demand."""
    await desk.record(calls, by, contact)


@router.post("/api/calls/{contact}/number")
async def number(
    contact: str, by: Annotated[Principal, Depends(allow(P.DESK_USE, P.CUSTOMERS_REVEAL))], calls: Telephony
) -> Number:
    """The caller's whole number. Each look is in the audit log."""
    value, e164 = await desk.number(calls, by, contact)
    return Number(value=value, e164=e164)


# --- listening in -----------------------------------------------------------------------------------------------

Listens = Annotated[Principal, Depends(allow(P.CALL_LISTEN, P.CALL_WHISPER, P.CALL_BARGE))]


@router.post("/api/calls/{contact}/supervision", status_code=204)
async def take_part(contact: str, body: Mode, by: Listens, calls: Telephony) -> None:
    """Rings one's own telephone. Again with another mode changes it. Each is in the audit log."""
    await supervision.take_part(calls, by, contact, body.mode)


@router.delete("/api/calls/{contact}/supervision", status_code=204)
async def leave(contact: str, by: Listens, calls: Telephony) -> None:
    await supervision.leave(calls, by, contact)


# --- calls from the web page ------------------------------------------------------------------------------------


@router.post(
    "/api/public/web-call", status_code=201, dependencies=[Depends(public("customers call without an account"))]
)
async def web_call(request: Request, body: WantedWebCall, calls: Telephony, now: Now) -> WebCall:
    """For one call to one of our numbers, within two minutes. Rate-limited by address and by number."""
    at = now.now()
    buckets = calls.buckets
    buckets.take("calls", source_of(request).address, WEB_CALLS, at)
    wanted = calls.lines.number(body.number, None)
    if wanted is None or not wanted.active:
        raise NotFound("unknown_number", "No calls are taken at this number.")
    buckets.take("calls", f"number {wanted.id}", WEB_CALLS_OF_NUMBER, at)
    account = getattr(calls.switch, "web_call", None)
    if account is None or not calls.switch.is_up:
        raise Unavailable("no_web_calls", "Calls from the browser are not possible at the moment.")
    if body.language is not None and body.language not in ("zh-Hans", "zh-Hant", "en"):
        raise Invalid("bad_language", "The language is zh-Hans, zh-Hant or en.", field="language")
    token = new_secret()
    calls.pages.give(token, wanted.id, body.language or wanted.language, at)
    return WebCall(
        token=token,
        number=wanted.id,
        extension=account.user,
        password=account.password,
        ws=f"{SOCKET}?token={token}",
        ice_servers=ice_servers(request),
    )


def ice_servers(request: Request) -> list[IceServer]:
    """STUN and TURN of the settings: stun:host:port, turn:user:password@host:port."""
    settings = state(request, "settings")
    found = []
    for part in getattr(settings, "ice", ()):
        scheme, _, rest = part.partition(":")
        login, at, where = rest.rpartition("@")
        user, _, password = login.partition(":")
        found.append(
            IceServer(urls=f"{scheme}:{where}", username=user, credential=password) if at else IceServer(urls=part)
        )
    return found
