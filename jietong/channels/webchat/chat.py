"""A chat in memory: its story, its system lines, and the browsers that look at it."""

from collections.abc import Callable

from jietong.channels.outbox import Outbox
from jietong.channels.ports import Reception
from jietong.channels.webchat.conversation import system_message
from jietong.channels.webchat.model import ChatState, Message, Session, WidgetSpec
from jietong.channels.webchat.posting import Posted
from jietong.channels.webchat.story import Story
from jietong.core.errors import Invalid
from jietong.core.events import AnyEvent
from jietong.core.vocabulary import Ms
from jietong.customers import rules as customer_rules

EWT_STEP_S = 10
"""Estimates are rounded up to this: a page is told when it matters, not at every second."""


class Browser:
    """One open page of a customer."""

    __slots__ = ("address", "chat", "outbox", "session", "token", "trusted", "widget")

    def __init__(self, outbox: Outbox, address: str) -> None:
        self.outbox = outbox
        self.address = address
        self.token = ""
        self.session: Session | None = None
        self.widget: WidgetSpec | None = None
        self.chat: Chat | None = None
        self.trusted = False  # the demonstration's customers: they come all from one address


class Chat:
    """One contact of this channel, kept while its customer waits, talks or looks at it."""

    __slots__ = (
        "address",
        "browsers",
        "contact",
        "gone_since",
        "lines",
        "masked",
        "name",
        "options",
        "posted",
        "read_n",
        "sent",
        "seq",
        "session",
        "story",
        "widget",
    )

    def __init__(self, contact: str, session: Session, widget: WidgetSpec, story: Story, seq: int = 0) -> None:
        self.contact = contact
        self.session = session
        self.widget = widget
        self.story = story
        self.seq = seq  # the story is told up to this event
        self.name: str | None = None
        self.lines: list[Message] = []
        self.posted: dict[str, Posted] = {}  # by the sender's id
        self.browsers: set[Browser] = set()
        self.gone_since: Ms | None = None
        self.address: str | None = None
        self.read_n = 0
        self.options: tuple[str, ...] = ()  # answers to the bot's question
        self.sent: ChatState | None = None
        self.masked: tuple[str, str | None] = ("", None)  # the number as given, and as it is shown

    def apply(self, seq: int, event: AnyEvent, name: Callable[[str], str | None]) -> Message | None:
        """Brings the chat forward; gives the system line to show, if any. An event told already changes nothing."""
        if seq <= self.seq:
            return None
        self.seq = seq
        line = self.story.apply(event)
        if line is None:
            return None
        message = system_message(self.contact, seq, self.story.n, line, name)
        self.lines.append(message)
        return message

    def state(self, reception: Reception) -> ChatState:
        story = self.story
        position = ewt = None
        if story.place == "queue" and story.queue is not None:
            position = reception.position(self.contact)
            waits = position is not None or not story.callback  # a call-back may pause before it is tried again
            wait = reception.estimated_wait_s(story.queue, position) if waits else None
            ewt = None if wait is None else float(-(-int(wait) // EWT_STEP_S) * EWT_STEP_S)
        return ChatState(
            contact=self.contact,
            place=story.place,
            position=position,
            ewt_s=ewt,
            waiting_since=story.waiting_since,
            agent_name=reception.agent_name(story.agent) if story.agent else None,
            ended_at=story.ended_at,
            survey=story.survey,
            outcome=str(story.outcome) if story.outcome else None,
            callback=story.callback,
            phone=self._phone(reception.region()) if story.live else None,
            options=self.options if story.place == "bot" else (),
        )

    def _phone(self, region: str) -> str | None:
        """The number to call, masked: the page may be looked at by others."""
        given = self.session.profile.get("phone") or ""
        if given != self.masked[0]:
            try:
                self.masked = given, customer_rules.masked_phone(customer_rules.phone(given, region), region)
            except Invalid:
                self.masked = given, None
        return self.masked[1]

    def send(self, frame: str) -> None:
        for browser in self.browsers:
            browser.outbox.put(frame)
