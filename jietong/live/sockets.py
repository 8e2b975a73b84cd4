"""The staff's sockets: /ws/desk, /ws/floor, /ws/wall. A snapshot, then deltas; commands with an answer each."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeAlias

import msgspec
import structlog
from fastapi import APIRouter, Depends, WebSocket
from msgspec import Struct
from starlette.websockets import WebSocketDisconnect

from jietong.channels.outbox import Outbox
from jietong.channels.webchat.flood import Bucket, refuse
from jietong.channels.webchat.frames import problem
from jietong.channels.webchat.model import Rate
from jietong.core.errors import Forbidden, Invalid, JietongError, Unavailable
from jietong.identity.http import allow, state, watch
from jietong.identity.model import Principal
from jietong.identity.permissions import Permission as P
from jietong.live.collections import encode
from jietong.live.commands import act_at_desk, act_on_floor, checked_key
from jietong.live.hub import Hub

log = structlog.get_logger(__name__)
router = APIRouter(include_in_schema=False)

MAX_FRAME = 131_072
BAD_FRAMES = 5
DESK_RATE = Rate(20.0, 60)
"""Frames of one desk: no hand is as quick."""


class Frame(Struct, frozen=True, tag_field="t"):
    """What a staff page sends (`ClientFrame` in web/src/live/types.ts)."""


class Cmd(Frame, frozen=True, tag="cmd"):
    id: str
    cmd: dict[str, Any]


class Say(Frame, frozen=True, tag="say"):
    id: str
    contact: str
    text: str = ""
    attachment: str | None = None


class Typing(Frame, frozen=True, tag="typing"):
    contact: str


class Read(Frame, frozen=True, tag="read"):
    """The agent has seen this contact's messages up to `n`."""

    contact: str
    n: int


class Ping(Frame, frozen=True, tag="ping"):
    pass


ClientFrame: TypeAlias = Cmd | Say | Typing | Read | Ping
Handler: TypeAlias = Callable[[ClientFrame], Awaitable[dict[str, Any] | None]]
_decoder: msgspec.json.Decoder[ClientFrame] = msgspec.json.Decoder(ClientFrame)


@router.websocket("/ws/desk")
async def desk_socket(socket: WebSocket, principal: Annotated[Principal, Depends(allow(P.DESK_USE))]) -> None:
    hub: Hub = state(socket, "hub")
    agent = principal.agent_id
    if agent is None:
        raise Forbidden("no_agent", "This account is not an agent's: ask an administrator to make it one.")
    if agent not in hub.engine.agents:
        raise Forbidden("unknown_agent", "This agent is not known to the centre.")

    async def handle(frame: ClientFrame) -> dict[str, Any] | None:
        match frame:
            case Cmd():
                await act_at_desk(hub, agent, frame.cmd, frame.id)
                return {}
            case Say():
                checked_key(frame.id)
                _own(hub, agent, frame.contact)
                return await hub.webchat.say_as_agent(agent, frame.contact, frame.text, frame.attachment, frame.id)
            case Typing():
                _own(hub, agent, frame.contact)
                hub.webchat.typing_as_agent(frame.contact)
            case Read():
                _own(hub, agent, frame.contact)
                hub.webchat.read(frame.contact, frame.n)
            case Ping():
                pass
        return None

    await socket.accept()
    outbox = Outbox(socket.send_text)
    await hub.runtime.settled()
    desk = hub.open_desk(agent, principal.scope, outbox)
    try:
        await _serve(socket, principal, hub, outbox, handle, lambda: outbox.put(hub.desk_snapshot(desk)))
    finally:
        hub.close_desk(desk, outbox)


@router.websocket("/ws/floor")
async def floor_socket(socket: WebSocket, principal: Annotated[Principal, Depends(allow(P.FLOOR_VIEW))]) -> None:
    hub: Hub = state(socket, "hub")

    async def handle(frame: ClientFrame) -> dict[str, Any] | None:
        if not isinstance(frame, Cmd):
            return None
        if not principal.may(P.FLOOR_ACT):
            raise Forbidden("not_permitted", "Your role does not include this.", permission=[str(P.FLOOR_ACT)])
        await act_on_floor(hub, principal, frame.cmd, frame.id)
        return {}

    await socket.accept()
    outbox = Outbox(socket.send_text, limit=8_000_000)
    await hub.runtime.settled()
    floor = hub.open_floor(principal.scope, outbox)
    try:
        await _serve(
            socket, principal, hub, outbox, handle, lambda: outbox.put(floor.snapshot(hub.clock.now(), hub.seq))
        )
    finally:
        hub.close_floor(floor, outbox)


@router.websocket("/ws/wall")
async def wall_socket(socket: WebSocket, principal: Annotated[Principal, Depends(allow(P.WALL_VIEW))]) -> None:
    hub: Hub = state(socket, "hub")

    async def handle(frame: ClientFrame) -> dict[str, Any] | None:
        return None

    await socket.accept()
    outbox = Outbox(socket.send_text)
    await hub.runtime.settled()
    wall = hub.open_wall(principal.scope, outbox)
    try:
        await _serve(
            socket, principal, hub, outbox, handle, lambda: outbox.put(wall.snapshot(hub.clock.now(), hub.seq))
        )
    finally:
        hub.close_wall(wall, outbox)


def _own(hub: Hub, agent: str, contact: str) -> None:
    """Raises Forbidden unless the contact lies on the agent's desk."""
    if agent not in hub.holdings.agents(contact):
        raise Forbidden("not_yours", "This contact is not on your desk.")


async def _serve(
    socket: WebSocket,
    principal: Principal,
    hub: Hub,
    outbox: Outbox,
    handle: Handler,
    resync: Callable[[], None],
) -> None:
    """Sends and receives until the page goes, misbehaves, or its session ends. A page that is too slow to take its
    deltas gets a fresh snapshot instead."""
    with watch(socket).follow(principal) as ended:
        pump = asyncio.create_task(outbox.run(resync), name="live-pump")
        reader = asyncio.create_task(_read(socket, hub, outbox, handle), name="live-reader")
        code, reason = 1011, ""
        try:
            waiting: set[asyncio.Future[Any]] = {pump, reader, ended}
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            if ended.done():
                reason = ended.result()
                code = 4401
                outbox.put(encode({"t": "notice", "code": "session_ended", "params": {"why": reason}}))
            elif reader.done() and reader.exception() is None:
                code = reader.result()
            elif pump.done() and pump.exception() is None:
                code = 1001  # the centre stops
            outbox.close()
            await asyncio.wait({pump}, timeout=1.0)
        finally:
            for task in (pump, reader):
                task.cancel()
            for error in await asyncio.gather(pump, reader, return_exceptions=True):
                if isinstance(error, Exception) and not isinstance(
                    error, WebSocketDisconnect | RuntimeError | OSError
                ):
                    log.error("live_socket_failed", exc_info=error)
            try:
                await socket.close(code, reason)
            except RuntimeError:
                pass  # closed already


async def _read(socket: WebSocket, hub: Hub, outbox: Outbox, handle: Handler) -> int:
    """Handles frames in order; gives the close code."""
    bucket = Bucket(DESK_RATE.burst, hub.clock.now())
    bad = 0
    while bad < BAD_FRAMES:
        received = await socket.receive()
        if received["type"] == "websocket.disconnect":
            return 1000
        key: str | None = None
        try:
            refuse("frames", bucket.take(DESK_RATE, hub.clock.now()))
            frame = _decode(received.get("text"))
            key = getattr(frame, "id", None)
            if isinstance(frame, Ping):
                outbox.put(f'{{"t":"beat","now":{hub.clock.now()}}}')
                continue
            result = await handle(frame)
            if key is not None and result is not None:
                outbox.put(encode({"t": "ok", "id": key, "seq": hub.seq, "result": result}))
        except JietongError as error:
            bad += error.code.startswith("frame_")
            outbox.put(encode({"t": "err", "id": key, "problem": problem(error)}))
        except WebSocketDisconnect:
            raise
        except Exception:
            log.exception("live_frame_failed")
            failure = Unavailable("internal", "This could not be done now: try again.")
            outbox.put(encode({"t": "err", "id": key, "problem": problem(failure)}))
    return 1008


def _decode(text: str | None) -> ClientFrame:
    if text is None:
        raise Invalid("frame_malformed", "Frames are text, not binary.")
    if len(text) > MAX_FRAME:
        raise Invalid("frame_too_large", f"A frame has at most {MAX_FRAME} characters.")
    try:
        return _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise Invalid("frame_malformed", f"This is no frame of the protocol: {error}.") from None
