"""Web chat: the use cases of a customer's page, and of an agent who writes to it.

What is acknowledged has been committed: the row with the words goes in the transaction of the event that posts them.
What browsers are told comes from committed events alone, in the ledger's order.
"""

import asyncio
import hmac
from collections.abc import Callable, Sequence
from typing import Any

from jietong.channels.ports import Concierge, Reception
from jietong.channels.webchat import frames, rules, store
from jietong.channels.webchat.attachments import Files
from jietong.channels.webchat.callbacks import Callbacks
from jietong.channels.webchat.chat import Browser, Chat
from jietong.channels.webchat.flood import Buckets
from jietong.channels.webchat.loading import ChatLoader, hash_of
from jietong.channels.webchat.model import (
    ChatState,
    Message,
    Rate,
    Session,
    Widget,
    WidgetConfig,
    WidgetSpec,
)
from jietong.channels.webchat.posting import Posted, Posting
from jietong.channels.webchat.story import Story
from jietong.channels.webchat.uploads import Exchange
from jietong.channels.webchat.visitors import Known, Visitors
from jietong.core.clock import Clock, to_datetime
from jietong.core.commands import AnswerSurvey, AnyCommand, Arrive, CustomerLeft, Enter
from jietong.core.errors import Forbidden, Invalid, NotFound, Refused, TooMany
from jietong.core.events import MessagePosted, RuntimeStarted
from jietong.core.ids import new_id, new_secret
from jietong.core.inbox import Batch, Inbox, Receipt
from jietong.core.specs import SiteSpec
from jietong.core.vocabulary import Author, Channel
from jietong.customers.ports import ContactHistory
from jietong.db.pool import ALL, Database

Listener = Callable[[Message], None]


class WebChat:
    """The channel's one object in the writer's process. Pages are served by `socket.py`, timing by `watch.py`."""

    channel = Channel.CHAT

    def __init__(
        self,
        database: Database,
        inbox: Inbox,
        clock: Clock,
        reception: Reception,
        history: ContactHistory,
        site: Callable[[], SiteSpec],
        files: Files,
        demo_key: str | None = None,
        site_id: str = "main",
    ) -> None:
        self.database = database
        self.site_id = site_id
        self.clock = clock
        self.reception = reception
        self.files = files
        self.buckets = Buckets()
        self.chats: dict[str, Chat] = {}
        self.browsers: set[Browser] = set()
        self.loader = ChatLoader(self)
        self.exchange = Exchange(database, clock, reception, self.loader, files, self.buckets)
        self.find_again = True  # asks the watch to look for live chats: after a start or a recovery
        self.stale: set[str] = set()  # chats in memory that a recovery may have passed by
        self.concierge: Concierge | None = None  # serves chats of widgets that name a flow
        self._inbox = inbox
        self._visitors = Visitors(database, history, site)
        self.callbacks = Callbacks(database, inbox, clock, reception, self._visitors)
        self._demo_key = demo_key
        self._widgets: dict[str, Widget] = {}
        self._posting = Posting(inbox, clock)
        self._listeners: list[Listener] = []
        self._typing: list[Callable[[str, str], None]] = []
        self._starting: dict[str, asyncio.Lock] = {}
        self._open_by_address: dict[str, int] = {}
        self._unsubscribe: Callable[[], None] | None = None

    # --- coming and going ------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Follows the ledger. The chats that were open before a restart are found again by `watch`."""
        await self.reload_widgets()
        self._unsubscribe = self._inbox.subscribe(self._on_batch)

    async def stop(self) -> None:
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        for browser in self.browsers:
            browser.outbox.close()

    async def reload_widgets(self) -> None:
        async with self.database.read(ALL) as conn:
            self._widgets = {widget.spec.id: widget for widget in await store.widgets(conn)}

    def on_message(self, listener: Listener) -> None:
        """`listener` hears every committed message of any contact, and the system lines of chats in memory."""
        self._listeners.append(listener)

    def on_typing(self, listener: Callable[[str, str], None]) -> None:
        """`listener(contact, "customer")` when a customer types."""
        self._typing.append(listener)

    # --- what a page asks ------------------------------------------------------------------------------------

    def widget(self, id: str) -> WidgetSpec:
        """Raises NotFound `unknown_widget`."""
        widget = self._widgets.get(id)
        if widget is None or not widget.spec.active:
            raise NotFound("unknown_widget", "There is no such chat here: the page's snippet names a wrong widget.")
        return widget.spec

    def widget_of_record(self, id: str) -> WidgetSpec:
        """The widget a chat came in by, switched off or not. Raises NotFound `unknown_widget`."""
        widget = self._widgets.get(id)
        if widget is None:
            raise NotFound("unknown_widget", f"There is no widget {id}.")
        return widget.spec

    def config(self, id: str) -> WidgetConfig:
        spec = self.widget(id)
        open_ = self._flow_version(spec) is not None or self.reception.is_open(spec.queue)
        return WidgetConfig(
            id=spec.id,
            queue=spec.queue,
            name=spec.name,
            greeting=spec.greeting,
            colour=spec.colour,
            languages=spec.languages,
            ask=spec.ask,
            attachments=spec.attachments,
            max_text=spec.max_text,
            open=open_,
            next_open=None if open_ else self.reception.next_open(spec.queue),
            hours_text=rules.hours_text(self.reception.hours_of(spec.queue)),
        )

    async def hello(self, browser: Browser, frame: frames.Hello) -> str:
        """The welcome frame: everything that a page, new or reloaded, has to show."""
        spec = self.widget(frame.widget)
        browser.trusted = self.is_demo(frame.demo)
        if not browser.trusted:
            self._take("sockets", browser, spec.limits.address_sockets)
        session = None
        if frame.token and len(frame.token) <= 128:
            session = await self.loader.session(frame.token)
        if session is not None and session.widget != spec.id:
            session = None
        language = frame.lang if frame.lang in spec.languages else spec.languages[0]
        if session is None:
            browser.token = new_secret()
            client = self.reception.client_of(spec.queue)
            if client is None:
                raise NotFound("unknown_queue", "This chat leads nowhere at present.")
            session = Session(
                id=new_id(self.clock.now()),
                token_hash=hash_of(browser.token),
                client=client,
                widget=spec.id,
                language=language,
                simulated=browser.trusted,
            )
        else:
            browser.token = frame.token or ""
            session.language = language
        self._detach(browser)
        browser.session = session
        browser.widget = spec
        if session.contact is None:
            return self._welcome(browser, ChatState(), [])
        messages, chat = await self.loader.conversation(session.contact)
        browser.session = chat.session
        self._attach(browser, chat)
        return self._welcome(browser, chat.state(self.reception), messages)

    async def begin(self, browser: Browser, frame: frames.Start) -> dict[str, Any]:
        """The customer asks for a person. A second start while the first chat lasts gives the same contact."""
        session, spec = self._greeted(browser)
        async with self._starting.setdefault(session.id, asyncio.Lock()):
            try:
                return await self._begin(browser, session, spec, frame)
            finally:
                self._starting.pop(session.id, None)

    async def _begin(
        self, browser: Browser, session: Session, spec: WidgetSpec, frame: frames.Start
    ) -> dict[str, Any]:
        if session.contact is not None and (chat := self.chats.get(session.contact)) and chat.story.live:
            self._attach(browser, chat)
            if frame.text and chat.story.n == 0:  # the writer was lost between the arrival and its first words
                await self._post(chat, rules.clean_text(frame.text, spec.max_text), frame.id)
            return {"contact": session.contact, "posted": frame.id in chat.posted}
        text = rules.clean_text(frame.text, spec.max_text) if frame.text else None
        now = self.clock.now()
        claims = self._visitors.claims(self._widgets[spec.id], frame.profile.identity, now)
        profile = rules.clean_profile(frame.profile, () if claims else spec.ask)
        if isinstance(signed := claims.get("phone"), str) and signed.strip():
            profile.setdefault("phone", signed.strip())
        if not browser.trusted:
            self._take("contacts", browser, spec.limits.address_contacts, spec.limits.widget_contacts)
            if self._open_by_address.get(browser.address, 0) >= spec.limits.address_chats:
                raise TooMany("too_many_chats", "Too many chats are open from this network.", retry_after=60)
        known = await self._visitors.recognise(session, profile, claims, now)
        contact = new_id(now)
        before = self.chats.get(session.contact or "")
        session.contact, session.customer, session.profile = contact, known.customer, profile
        chat = Chat(contact, session, spec, Story())
        chat.name = known.name
        self.chats[contact] = chat
        for page in {browser, *(before.browsers if before else ())}:
            self._attach(page, chat)
        version = self._flow_version(spec)
        arrive = _arrival(contact, session, spec, known, version)
        kept = store.ChatContact(
            contact, session.client, session.id, spec.id, spec.queue, known.customer, known.name, now
        )
        writes = [store.session_write(session, to_datetime(now)), store.contact_write(kept)]
        # Both are in the writer's inbox before either is waited for, so the words follow the arrival directly.
        arriving = asyncio.ensure_future(
            self._inbox.submit(arrive, key=f"chat:{session.id}:{frame.id}", writes=writes)
        )
        posting = asyncio.ensure_future(self._post(chat, text, frame.id)) if text else None
        try:
            receipt = await arriving
        except BaseException:
            self._forget(chat, session)
            if posting is not None:
                await asyncio.wait([posting])
                posting.exception()
            raise
        posted = False
        if posting is not None:
            try:
                await posting
                posted = True
            except Refused:
                pass  # turned away at the door: the page keeps the words and offers to leave them
        first = _contact_of(receipt) or contact
        if first != contact:  # this very start had been committed before, and its acknowledgement lost
            self._forget(chat, session)
            session.contact = first
            _, chat = await self.loader.conversation(first)
            self._attach(browser, chat)
        else:
            if version is not None and self.concierge is not None and spec.flow is not None:
                self.concierge.begin(contact, session.client, spec.flow, version, session.language, known.customer)
            if chat.story.live and not browser.trusted:  # a simulation takes nobody's place
                self._count(browser.address, chat)
        return {"contact": first, "posted": posted}

    async def say(self, browser: Browser, frame: frames.Say) -> dict[str, Any]:
        """Acknowledged after the commit; the same id again gives the same message."""
        chat = await self._chat(browser)
        spec = chat.widget
        text = rules.clean_text(frame.text, spec.max_text, required=frame.attachment is None)
        if not browser.trusted and frame.id not in chat.posted:
            self._take("messages", browser, spec.limits.address_messages, spec.limits.widget_messages)
        file = None
        if frame.attachment is not None:
            file = await self.exchange.by_session(frame.attachment, chat.session.id)
        first = frame.id not in chat.posted
        posted = await self._post(chat, text, frame.id, file)
        if first and chat.story.place == "bot" and self.concierge is not None:
            self.concierge.heard(chat.contact, text)
        return posted._asdict()

    def beat(self) -> str:
        """The frame that tells a page that the line is alive, and the centre's time."""
        return f'{{"t":"beat","now":{self.clock.now()}}}'

    def typing(self, browser: Browser) -> None:
        session = browser.session
        if session is not None and session.contact is not None:
            for listener in self._typing:
                listener(session.contact, "customer")

    async def end(self, browser: Browser, frame: frames.End) -> dict[str, Any]:
        chat = await self._chat(browser)
        if chat.story.live:
            await self._inbox.submit(self._parting(chat.contact), key=f"chat:{chat.session.id}:{frame.id}")
        return {"contact": chat.contact}

    async def call_back(self, browser: Browser, frame: frames.Callback) -> dict[str, Any]:
        """See `Callbacks.ask`. Counted like a new contact: it may write a number into the customer file."""
        chat = await self._chat(browser)
        if not browser.trusted:
            self._take("contacts", browser, chat.widget.limits.address_contacts)
        return await self.callbacks.ask(chat, frame.phone, frame.id)

    async def survey(self, browser: Browser, frame: frames.Survey) -> dict[str, Any]:
        """One answer per contact, five points (source F1). Raises Invalid `score`, Refused from the engine."""
        chat = await self._chat(browser)
        if not 1 <= frame.score <= 5:
            raise Invalid("score", "The score is a whole number from 1 to 5.", field="score")
        comment = rules.clean_text(frame.comment or "", chat.widget.max_text, required=False)
        write = store.survey_write(
            chat.contact, chat.session.client, frame.score, frame.resolved, comment, self.clock.now()
        )
        await self._inbox.submit(
            AnswerSurvey(chat.contact, frame.score, frame.resolved),
            key=f"chat:{chat.session.id}:{frame.id}",
            writes=[write],
        )
        return {"contact": chat.contact}

    async def leave(self, browser: Browser, frame: frames.Leave) -> dict[str, Any]:
        """A message for later: a contact of channel `message` in the widget's queue, at any hour."""
        session, spec = self._greeted(browser)
        text = rules.clean_text(frame.text, spec.max_text)
        needed = "email" if frame.reply_by == "email" else "phone"
        profile = rules.clean_profile(frame.profile, (needed,))
        if not browser.trusted:
            self._take("contacts", browser, spec.limits.address_contacts, spec.limits.widget_contacts)
        now = self.clock.now()
        claims = self._visitors.claims(self._widgets[spec.id], frame.profile.identity, now)
        known = await self._visitors.recognise(session, profile, claims, now)
        session.customer, session.profile = known.customer, {**session.profile, **profile}
        contact = new_id(now)
        kept = store.ChatContact(
            contact, session.client, session.id, spec.id, spec.queue, known.customer, known.name, now
        )
        arrive = Arrive(
            contact=contact,
            channel=Channel.MESSAGE,
            queue=spec.queue,
            entry=spec.id,
            customer=known.customer,
            language=session.language,
            simulated=session.simulated,
        )
        key = f"leave:{session.id}:{frame.id}"
        writes = [
            store.session_write(session, to_datetime(now)),
            store.contact_write(kept, frame.reply_by),
        ]
        arriving = asyncio.ensure_future(self._inbox.submit(arrive, key=key, writes=writes))
        posting = asyncio.ensure_future(self._posting.post(contact, session.client, Author.CUSTOMER, text, frame.id))
        await asyncio.wait([arriving, posting])
        first = _contact_of(arriving.result()) or contact
        if first == contact:
            posting.result()
        else:  # this very message had been left before, and its acknowledgement lost
            posting.exception()
        return {"contact": first}

    # --- what an agent does ----------------------------------------------------------------------------------

    async def say_as_agent(
        self, agent: str, contact: str, text: str, attachment: str | None, key: str
    ) -> dict[str, Any]:
        """An agent's message. The engine refuses it unless the agent has the contact."""
        text = rules.clean_text(text, 10_000, required=attachment is None)
        chat = await self.loader.chat(contact)
        file = None
        if attachment is not None:
            file = await self.exchange.by_agent(attachment, agent)
        key = f"{agent}:{key}"
        if (before := chat.posted.get(key)) is None:
            name = self.reception.agent_name(agent)
            before = chat.posted[key] = await self._posting.post(
                contact, chat.session.client, Author.AGENT, text, key, agent=agent, agent_name=name, file=file
            )
        self.read(contact, before.n)
        return before._asdict()

    def typing_as_agent(self, contact: str) -> None:
        """The customer sees that the agent types, and has therefore read what there was."""
        if (chat := self.chats.get(contact)) is not None:
            chat.send('{"t":"typing"}')
            self.read(contact, chat.story.n)

    def read(self, contact: str, n: int) -> None:
        """The agent has seen the messages up to `n`."""
        chat = self.chats.get(contact)
        if chat is not None and chat.read_n < n <= chat.story.n:
            chat.read_n = n
            chat.send(f'{{"t":"read","n":{n}}}')

    async def _post(self, chat: Chat, text: str, key: str, file: store.Attachment | None = None) -> Posted:
        if (before := chat.posted.get(key)) is None:
            before = chat.posted[key] = await self._posting.post(
                chat.contact, chat.session.client, Author.CUSTOMER, text, key, file=file
            )
        return before

    # --- what was committed ----------------------------------------------------------------------------------

    def _on_batch(self, batch: Batch) -> None:
        seq = batch.seq - len(batch.events)
        changed: dict[str, Chat] = {}
        for event in batch.events:
            seq += 1
            contact = getattr(event, "contact", None)
            if contact is None:
                if isinstance(event, RuntimeStarted):
                    self.stale = set(self.chats)
                    self.find_again = True
                continue
            chat = self.chats.get(contact)
            words = self._posting.committed(event) if isinstance(event, MessagePosted) else None
            if chat is not None:
                place = chat.story.place
                line = chat.apply(seq, event, self.reception.agent_name)
                if words is not None:
                    chat.send(frames.message(words.page))
                if line is not None:
                    chat.send(frames.message(line))
                    self._tell(line)
                if line is not None or chat.story.place != place or not isinstance(event, MessagePosted):
                    changed[contact] = chat
            self.loader.missed(contact, seq, event, words)
            if words is not None:
                self._tell(words.staff)
        for chat in changed.values():
            self.push_state(chat)
            if not chat.story.live:
                self._closed(chat)

    def push_state(self, chat: Chat) -> None:
        """Tells the chat's pages where it stands, if that has changed."""
        if not chat.browsers:
            return
        state = chat.state(self.reception)
        if state != chat.sent:
            chat.sent = state
            chat.send(frames.state(self.clock.now(), state))

    def _tell(self, message: Message) -> None:
        for listener in self._listeners:
            listener(message)

    async def find(self, contact: str) -> None:
        """Reads a chat afresh from the ledger and shows it so to its pages."""
        before = self.chats.pop(contact, None)
        try:
            messages, chat = await self.loader.conversation(contact)
        except BaseException:
            if before is not None:
                self.chats.setdefault(contact, before)
            raise
        if before is None:
            return
        chat.gone_since, chat.address, chat.read_n = before.gone_since, before.address, before.read_n
        for browser in list(before.browsers):
            self._attach(browser, chat)
            browser.outbox.put(self._welcome(browser, chat.state(self.reception), messages))
        if not chat.story.live:
            self._closed(chat)

    async def left(self, contact: str) -> None:
        """The customer has been away too long."""
        await self._inbox.submit(self._parting(contact))

    def _parting(self, contact: str) -> AnyCommand:
        leaving = self.concierge.parting(contact) if self.concierge is not None else None
        return leaving if leaving is not None else CustomerLeft(contact)

    def _flow_version(self, spec: WidgetSpec) -> int | None:
        """Of the flow that serves the widget's customers first; None: the queue does."""
        client = self.reception.client_of(spec.queue)
        if spec.flow is None or self.concierge is None or client is None:
            return None
        return self.concierge.version_of(spec.flow, client)

    def has_flow(self, spec: WidgetSpec) -> bool:
        """Whether the widget's flow can serve."""
        return self._flow_version(spec) is not None

    # --- what a bot does -------------------------------------------------------------------------------------

    async def say_as_bot(self, contact: str, text: str, key: str) -> None:
        """The words of a flow (`channels.ports.ChatLine`)."""
        chat = await self.loader.chat(contact)
        if key not in chat.posted:
            chat.posted[key] = await self._posting.post(contact, chat.session.client, Author.SYSTEM, text, key)

    def suggest(self, contact: str, options: Sequence[str]) -> None:
        chat = self.chats.get(contact)
        if chat is not None:
            chat.options = tuple(options)
            self.push_state(chat)

    # --- pages and their chats -------------------------------------------------------------------------------

    def _welcome(self, browser: Browser, state: ChatState, messages: list[Message]) -> str:
        assert browser.widget is not None
        return frames.welcome(browser.token, self.clock.now(), self.config(browser.widget.id), state, messages)

    def goodbye(self, browser: Browser) -> None:
        """The page's socket is gone. Its chat stays for a while: see `watch`."""
        self._detach(browser)

    def _attach(self, browser: Browser, chat: Chat) -> None:
        self._detach(browser)
        browser.chat = chat
        chat.browsers.add(browser)
        chat.gone_since = None

    def _detach(self, browser: Browser) -> None:
        chat, browser.chat = browser.chat, None
        if chat is None:
            return
        chat.browsers.discard(browser)
        if not chat.browsers:
            chat.gone_since = self.clock.now()
            chat.sent = None
            if not chat.story.live:
                self._drop(chat)

    def _drop(self, chat: Chat) -> None:
        if self.chats.get(chat.contact) is chat:
            del self.chats[chat.contact]

    def _greeted(self, browser: Browser) -> tuple[Session, WidgetSpec]:
        if browser.session is None or browser.widget is None:
            raise Refused("hello_first", "A page says hello before anything else.")
        return browser.session, browser.widget

    async def _chat(self, browser: Browser) -> Chat:
        session, _ = self._greeted(browser)
        if session.contact is None:
            raise Refused("no_chat", "There is no chat to speak in: start one.")
        chat = self.chats.get(session.contact)
        if chat is None:
            chat = await self.loader.chat(session.contact)
        if browser.chat is not chat:
            self._attach(browser, chat)
        return chat

    def _forget(self, chat: Chat, session: Session) -> None:
        for browser in list(chat.browsers):
            self._detach(browser)
        self._drop(chat)
        if session.contact == chat.contact:
            session.contact = None

    def _count(self, address: str, chat: Chat) -> None:
        chat.address = address
        self._open_by_address[address] = self._open_by_address.get(address, 0) + 1

    def _closed(self, chat: Chat) -> None:
        if chat.address is not None:
            left = self._open_by_address.get(chat.address, 1) - 1
            if left > 0:
                self._open_by_address[chat.address] = left
            else:
                self._open_by_address.pop(chat.address, None)
            chat.address = None
        if not chat.browsers:
            self._drop(chat)

    # --- who comes in ----------------------------------------------------------------------------------------

    def is_demo(self, key: str | None) -> bool:
        """Whether the page holds the demonstration key. Raises Forbidden for a wrong one."""
        if key is None:
            return False
        if self._demo_key is None or not hmac.compare_digest(key.encode(), self._demo_key.encode()):
            raise Forbidden("demo_key", "This is not the demonstration key of this centre.")
        return True

    def _take(self, what: str, browser: Browser, address: Rate, widget: Rate | None = None) -> None:
        now = self.clock.now()
        self.buckets.take(what, browser.address, address, now)
        if widget is not None and browser.widget is not None:
            self.buckets.take(what, f"widget {browser.widget.id}", widget, now)


def _arrival(contact: str, session: Session, spec: WidgetSpec, known: Known, version: int | None) -> AnyCommand:
    """To the flow's first node, where there is a flow, else to the queue's door."""
    if version is not None and spec.flow is not None:
        return Enter(
            contact=contact,
            channel=Channel.CHAT,
            client=session.client,
            entry=spec.id,
            flow=spec.flow,
            version=version,
            customer=known.customer,
            language=session.language,
            simulated=session.simulated,
        )
    return Arrive(
        contact=contact,
        channel=Channel.CHAT,
        queue=spec.queue,
        entry=spec.id,
        customer=known.customer,
        language=session.language,
        prefer=known.last_agent,
        simulated=session.simulated,
    )


def _contact_of(receipt: Receipt) -> str | None:
    contact: str | None = next((getattr(event, "contact", None) for event in receipt.events), None)
    return contact
