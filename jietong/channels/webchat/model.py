"""What web chat is made of: the widget as set up, the customer's profile, messages, and the state a customer sees."""

from typing import Any, Literal, TypeAlias

from msgspec import Struct, field

from jietong.core.specs import Names, Spec
from jietong.core.vocabulary import Ms

LANGUAGES = ("zh-Hans", "zh-Hant", "en")
UPLOAD_TYPES = ("image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "text/plain")
"""All that may ever be sent. Nothing a browser would run: no SVG, no HTML."""

Place: TypeAlias = Literal["none", "bot", "queue", "talk", "ended", "closed_hours", "full"]
SurveyState: TypeAlias = Literal["none", "asked", "done"]
Ask: TypeAlias = Literal["name", "phone", "email"]


class Uploads(Spec, frozen=True):
    types: tuple[str, ...] = UPLOAD_TYPES
    max_bytes: int = 10 * 1024 * 1024


class Rate(Spec, frozen=True):
    """A token bucket: `burst` at once, then `per_s` a second."""

    per_s: float
    burst: int


class Limits(Spec, frozen=True):
    """Against flooding. An address may be a whole company behind one line, so its limits are wide."""

    socket_messages: Rate = Rate(1.0, 15)
    address_messages: Rate = Rate(10.0, 100)
    widget_messages: Rate = Rate(2000.0, 4000)
    address_contacts: Rate = Rate(0.2, 10)
    widget_contacts: Rate = Rate(400.0, 1000)
    address_uploads: Rate = Rate(0.2, 10)
    widget_uploads: Rate = Rate(20.0, 100)
    address_sockets: Rate = Rate(2.0, 60)
    address_chats: int = 20  # open at the same time


class WidgetSpec(Spec, frozen=True):
    """One way in by web page: what it looks like, what it asks, where it leads."""

    id: str
    queue: str
    name: Names
    greeting: Names
    colour: str = "#00585F"
    languages: tuple[str, ...] = LANGUAGES
    ask: tuple[Ask, ...] = ("name", "phone")  # asked before the chat begins
    attachments: Uploads = field(default_factory=Uploads)
    max_text: int = 2000
    origins: tuple[str, ...] = ()  # sites that may embed it; none: any
    flow: str | None = None  # that serves the customer before the queue; None: the queue is first
    gone_queue_s: int = 300  # how long a vanished browser keeps its place
    gone_talk_s: int = 900
    limits: Limits = field(default_factory=Limits)
    active: bool = True


class Widget(Struct, frozen=True):
    """A stored widget. `secret` signs the embedding site's identity tokens."""

    version: int
    spec: WidgetSpec
    secret: str | None


class Profile(Struct, frozen=True, forbid_unknown_fields=True):
    """What the customer says of themselves. `identity` is the embedding site's signed word (see rules.signed_in)."""

    name: str | None = None
    phone: str | None = None
    email: str | None = None
    identity: str | None = None


class AttachmentView(Struct, frozen=True):
    id: str
    name: str
    type: str
    size: int
    url: str


class Message(Struct, frozen=True):
    """One line of a conversation, as every screen gets it (`Message` in web/src/live/types.ts).

    A person's words carry `text`; a system line carries `code` and `params`, which the client words. `n` counts
    people's messages; a system line has the n of the message before it. `key` is the sender's own id of it.
    """

    id: str
    contact: str
    n: int
    at: Ms
    author: str
    agent: str | None = None
    agent_name: str | None = None
    text: str = ""
    code: str | None = None
    params: dict[str, str | int] | None = None
    attachment: AttachmentView | None = None
    key: str | None = None


class ChatState(Struct, frozen=True):
    """What the customer's page shows beside the messages."""

    contact: str | None = None
    place: Place = "none"
    position: int | None = None
    ewt_s: float | None = None
    waiting_since: Ms | None = None
    agent_name: str | None = None
    ended_at: Ms | None = None
    survey: SurveyState = "none"
    outcome: str | None = None
    callback: bool = False  # to be called back: the page may be closed
    phone: str | None = None  # the number that would be called, masked
    options: tuple[str, ...] = ()  # answers to the bot's question, by one click


class WidgetConfig(Struct, frozen=True):
    """What a page needs to draw itself."""

    id: str
    queue: str
    name: Names
    greeting: Names
    colour: str
    languages: tuple[str, ...]
    ask: tuple[str, ...]
    attachments: Uploads
    max_text: int
    open: bool
    next_open: Ms | None
    hours_text: Names


class Session(Struct, weakref=True):
    """A customer's browser. Stored from its first contact on."""

    id: str
    token_hash: bytes
    client: str
    widget: str
    language: str
    contact: str | None = None
    customer: str | None = None
    profile: dict[str, Any] = field(default_factory=dict)
    simulated: bool = False
