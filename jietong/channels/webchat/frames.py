"""The customer's socket on the wire: `ChatClientFrame` and `ChatServerFrame` of web/src/live/types.ts."""

from typing import Any, Literal, TypeAlias

import msgspec
from msgspec import Struct, field

from jietong.channels.webchat.model import ChatState, Message, Profile, WidgetConfig
from jietong.core.errors import Invalid, JietongError
from jietong.core.vocabulary import Ms

MAX_FRAME = 65_536
"""Characters. No honest frame comes near it: the longest text is 10,000."""


class Frame(Struct, frozen=True, tag_field="t"):
    """Base of what a page sends. Unknown fields are ignored, so that an older server bears a newer page."""


class Hello(Frame, frozen=True, tag="hello"):
    widget: str
    token: str | None = None
    lang: str = "zh-Hans"
    demo: str | None = None  # the demonstration key: marks the contacts as simulated


class Start(Frame, frozen=True, tag="start"):
    id: str
    profile: Profile = field(default_factory=Profile)
    text: str | None = None


class Say(Frame, frozen=True, tag="say"):
    id: str
    text: str = ""
    attachment: str | None = None


class Typing(Frame, frozen=True, tag="typing"):
    pass


class End(Frame, frozen=True, tag="end"):
    id: str


class Survey(Frame, frozen=True, tag="survey"):
    id: str
    score: int
    resolved: bool | None = None
    comment: str | None = None


class Leave(Frame, frozen=True, tag="leave"):
    id: str
    text: str
    reply_by: Literal["phone", "sms", "email"]
    profile: Profile = field(default_factory=Profile)


class Callback(Frame, frozen=True, tag="callback"):
    """The customer would rather be called back and keep the place; `phone` where none is known, or another one."""

    id: str
    phone: str | None = None


class Ping(Frame, frozen=True, tag="ping"):
    pass


ClientFrame: TypeAlias = Hello | Start | Say | Typing | End | Survey | Leave | Callback | Ping

_decoder: msgspec.json.Decoder[ClientFrame] = msgspec.json.Decoder(ClientFrame)
_encoder = msgspec.json.Encoder()


def read(text: str) -> ClientFrame:
    """Raises Invalid: `frame_too_large`, `frame_malformed`."""
    if len(text) > MAX_FRAME:
        raise Invalid("frame_too_large", f"A frame has at most {MAX_FRAME} characters.")
    try:
        frame = _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise Invalid("frame_malformed", f"This is no frame of the protocol: {error}.") from None
    key = getattr(frame, "id", "x")
    if not 1 <= len(key) <= 64 or not key.isascii() or not key.isprintable():
        raise Invalid("frame_malformed", "A frame's id has 1 to 64 printable ASCII characters.")
    return frame


def write(frame: dict[str, Any]) -> str:
    return _encoder.encode(frame).decode()


def welcome(token: str, now: Ms, config: WidgetConfig, state: ChatState, messages: list[Message]) -> str:
    whole = {**msgspec.structs.asdict(state), "messages": messages}
    return write({"t": "welcome", "token": token, "now": now, "config": config, "state": whole})


def state(now: Ms, state: ChatState) -> str:
    return write({"t": "state", "now": now, "state": state})


def message(message: Message) -> str:
    return write({"t": "message", "message": message})


def ok(key: str, result: dict[str, Any]) -> str:
    return write({"t": "ok", "id": key, "result": result})


def err(key: str | None, error: JietongError) -> str:
    return write({"t": "err", "id": key, "problem": problem(error)})


def problem(error: JietongError) -> dict[str, Any]:
    """The members of problem+json, as on HTTP."""
    return {
        **error.extra,
        "type": f"urn:jietong:problem:{error.code}",
        "title": type(error).__name__,
        "status": error.status,
        "code": error.code,
        "detail": error.detail,
    }
