"""The customer's socket: /ws/chat. Frames in order, each answered by `ok` or `err`; what happens is pushed."""

import asyncio
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Depends, WebSocket
from starlette.websockets import WebSocketDisconnect

from jietong.channels.outbox import Outbox
from jietong.channels.webchat import frames
from jietong.channels.webchat.chat import Browser
from jietong.channels.webchat.flood import Bucket, refuse
from jietong.channels.webchat.model import Limits, Rate
from jietong.channels.webchat.service import WebChat
from jietong.core.errors import Invalid, JietongError, NotFound, Unavailable
from jietong.identity.http import public, state

log = structlog.get_logger(__name__)
router = APIRouter(include_in_schema=False)

HELLO_WITHIN_S = 10.0
BAD_FRAMES = 5
"""So many in one connection and it is closed: no honest page sends one."""
_SIGNS = Rate(3.0, 20)  # typing, ping: not stored, but not for nothing either


@router.websocket("/ws/chat")
async def chat_socket(
    socket: WebSocket, _: Annotated[None, Depends(public("customers write without an account"))]
) -> None:
    web: WebChat = state(socket, "webchat")
    await socket.accept()
    outbox = Outbox(socket.send_text, limit=500_000)
    browser = Browser(outbox, socket.client.host if socket.client else "")
    pump = asyncio.create_task(outbox.run(), name="chat-pump")
    reader = asyncio.create_task(_read(socket, web, browser), name="chat-reader")
    web.browsers.add(browser)
    code = 1011
    try:
        await asyncio.wait({pump, reader}, return_when=asyncio.FIRST_COMPLETED)
        if reader.done() and reader.exception() is None:
            code = reader.result()
            outbox.close()
            await asyncio.wait({pump}, timeout=1.0)
        elif outbox.overflowed:
            code = 1013  # the page does not read: it may come back and resume
    finally:
        web.browsers.discard(browser)
        web.goodbye(browser)
        for task in (pump, reader):
            task.cancel()
        done = await asyncio.gather(pump, reader, return_exceptions=True)
        for error in done:
            if isinstance(error, Exception) and not isinstance(error, WebSocketDisconnect | RuntimeError | OSError):
                log.error("chat_socket_failed", exc_info=error)
        try:
            await socket.close(code)
        except RuntimeError:
            pass  # closed already


async def _read(socket: WebSocket, web: WebChat, browser: Browser) -> int:
    """Handles frames until the page goes or misbehaves; gives the close code."""
    limits = Limits()
    messages = Bucket(limits.socket_messages.burst, web.clock.now())
    signs = Bucket(_SIGNS.burst, web.clock.now())
    bad = 0
    while bad < BAD_FRAMES:
        try:
            waiting = HELLO_WITHIN_S if browser.session is None else None
            received = await asyncio.wait_for(socket.receive(), waiting)
        except TimeoutError:
            return 1008
        if received["type"] == "websocket.disconnect":
            return 1000
        key: str | None = None
        try:
            text = received.get("text")
            if text is None:
                raise Invalid("frame_malformed", "Frames are text, not binary.")
            frame = frames.read(text)
            key = getattr(frame, "id", None)
            if not browser.trusted:
                if isinstance(frame, frames.Typing | frames.Ping):
                    if signs.take(_SIGNS, web.clock.now()) > 0:
                        continue
                else:
                    rate = (browser.widget.limits if browser.widget else limits).socket_messages
                    refuse("messages", messages.take(rate, web.clock.now()))
            await _handle(web, browser, frame, key)
        except JietongError as error:
            bad += error.code.startswith("frame_")
            browser.outbox.put(frames.err(key, error))
            if browser.session is None and isinstance(error, NotFound | Unavailable):
                return 1008 if isinstance(error, NotFound) else 1013  # not greeted now: the page tries again
        except WebSocketDisconnect:
            raise
        except Exception:
            log.exception("chat_frame_failed")
            failure = Unavailable("internal", "This could not be done now: try again.")
            browser.outbox.put(frames.err(key, failure))
    return 1008


async def _handle(web: WebChat, browser: Browser, frame: frames.ClientFrame, key: str | None) -> None:
    result: dict[str, Any]
    match frame:
        case frames.Hello():
            browser.outbox.put(await web.hello(browser, frame))
            return
        case frames.Typing():
            web.typing(browser)
            return
        case frames.Ping():
            browser.outbox.put(web.beat())
            return
        case frames.Start():
            result = await web.begin(browser, frame)
        case frames.Say():
            result = await web.say(browser, frame)
        case frames.End():
            result = await web.end(browser, frame)
        case frames.Survey():
            result = await web.survey(browser, frame)
        case frames.Leave():
            result = await web.leave(browser, frame)
        case frames.Callback():
            result = await web.call_back(browser, frame)
    assert key is not None
    browser.outbox.put(frames.ok(key, result))
