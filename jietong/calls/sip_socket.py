"""SIP over WebSocket, piped to the switch: browsers reach it through this server alone, signed in or with a token."""

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Annotated, Any

import structlog
import websockets
from fastapi import APIRouter, Depends, Query, WebSocket
from starlette.websockets import WebSocketDisconnect

from jietong.calls.pages import VALID_MS
from jietong.calls.service import Calls
from jietong.channels.webchat.flood import Bucket
from jietong.channels.webchat.model import Rate
from jietong.core.errors import Forbidden, JietongError
from jietong.identity.http import principal_of, public, same_origin, watch
from jietong.identity.permissions import Permission as P

log = structlog.get_logger(__name__)
router = APIRouter(include_in_schema=False)

LARGEST = 64 * 1024
"""Of one SIP message."""
CONNECT_S = 5
PAGE_GONE_S = 2.0
"""The page's own farewell, where it hung up properly, comes first."""
MESSAGES = Rate(20.0, 200)
"""Up one socket: a call with its keys needs a few a second; whoever sends more floods the switch."""


@router.websocket("/ws/sip")
async def sip(
    socket: WebSocket,
    _: Annotated[
        None,
        Depends(public("a customer's page brings its call's token; staff need their session, checked within")),
    ],
    token: Annotated[str | None, Query(max_length=128)] = None,
) -> None:
    calls: Calls | None = getattr(socket.app.state, "calls", None)
    url = getattr(calls.switch, "web_socket_url", None) if calls is not None else None
    if calls is None or not url:
        await socket.close(1013)
        return
    following: contextlib.AbstractContextManager[asyncio.Future[str] | None]
    try:
        if token is not None:
            if not same_origin(socket):
                raise Forbidden("foreign_origin", "This socket was opened from another site.")
            following = _page(calls, token)
        else:
            principal = await principal_of(socket)
            if not (principal.may(P.DESK_USE) or principal.may(P.CALL_LISTEN)):
                raise Forbidden("not_permitted", "Your role has no telephone.")
            following = watch(socket).follow(principal)
        with following as ended:
            await _connect(socket, url, ended)
    except JietongError as error:
        log.info("sip_socket_refused", code=error.code)
        await socket.close(1008)
        return


@contextlib.contextmanager
def _page(calls: Calls, token: str) -> Iterator[asyncio.Future[str]]:
    """While a customer's page is connected: a future that is done when it has not called within its token's time.
    Raises Forbidden `bad_token`, TooMany `too_many_sockets`."""
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[str] = loop.create_future()

    def look() -> None:
        if not calls.pages.has_called(token) and not ended.done():
            ended.set_result("no_call")

    def left(leg: str) -> None:
        calls.background(_drop(calls, leg), "page gone")

    with calls.pages.socket(token, calls.time.now(), left):
        timer = loop.call_later(VALID_MS / 1000, look)
        try:
            yield ended
        finally:
            timer.cancel()
            ended.cancel()


async def _drop(calls: Calls, leg: str) -> None:
    """A page that has gone cannot hang up any more, and nobody sits before it: the switch by itself would notice by
    the silence, a minute later, and an agent would be given to nobody meanwhile."""
    await calls.pause(PAGE_GONE_S)
    call = calls.by_leg.get(leg)
    if call is not None:
        await calls.hang_up(call, call.legs[leg])


async def _connect(socket: WebSocket, url: str, ended: "asyncio.Future[str] | None") -> None:
    try:
        async with asyncio.timeout(CONNECT_S):
            switch = await websockets.connect(
                url, subprotocols=[websockets.Subprotocol("sip")], compression=None, max_size=LARGEST,
                ping_interval=None,
            )  # fmt: skip
    except (OSError, TimeoutError, websockets.WebSocketException) as error:
        log.warning("switch_takes_no_socket", error=type(error).__name__)
        await socket.close(1013)
        return
    await socket.accept(subprotocol="sip")
    await _pipe(socket, switch, ended)


async def _pipe(socket: WebSocket, switch: websockets.ClientConnection, ended: "asyncio.Future[str] | None") -> None:
    """Until either side goes, or the session ends."""
    tasks: list[asyncio.Future[Any]] = [
        asyncio.create_task(_to_switch(socket, switch), name="sip-up"),
        asyncio.create_task(_to_browser(socket, switch), name="sip-down"),
    ]
    if ended is not None:
        tasks.append(ended)
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with contextlib.suppress(websockets.WebSocketException, OSError):
            await switch.close()
        with contextlib.suppress(RuntimeError):
            await socket.close(1000)


async def _to_switch(socket: WebSocket, switch: websockets.ClientConnection) -> None:
    now = asyncio.get_running_loop().time
    bucket = Bucket(MESSAGES.burst, round(now() * 1000))
    with contextlib.suppress(WebSocketDisconnect, websockets.WebSocketException, RuntimeError):
        while True:
            received = await socket.receive()
            if received["type"] == "websocket.disconnect":
                return
            data = received.get("text") if received.get("text") is not None else received.get("bytes")
            if data is None or len(data) > LARGEST or bucket.take(MESSAGES, round(now() * 1000)):
                return
            await switch.send(data)


async def _to_browser(socket: WebSocket, switch: websockets.ClientConnection) -> None:
    with contextlib.suppress(websockets.WebSocketException, WebSocketDisconnect, RuntimeError):
        async for data in switch:
            if isinstance(data, str):
                await socket.send_text(data)
            else:
                await socket.send_bytes(data)
