"""A flow as a chat's bot, before its queue (A9): menus are numbered choices and buttons, digits are typed.

`Concierge` of web chat. What only a telephone call can have (voicemail, transfer, secret digits, the survey by keys,
a call-back offer) is passed by (`interpreter.skipped_in_chat`); web chat has its own ways for most of it. Where each
chat stands is stored, so that it goes on after a restart with nothing said twice.
"""

import asyncio
import unicodedata
from collections.abc import Callable, Sequence
from typing import Literal, NoReturn
from zoneinfo import ZoneInfo

import msgspec
import structlog

from jietong.channels.ports import ChatLine, Reception
from jietong.core.clock import Clock, to_datetime
from jietong.core.commands import JoinQueue, LeaveFlow, LinkCustomer
from jietong.core.errors import Invalid, JietongError, NotFound, Refused
from jietong.core.events import ContactEnded, FlowEntered, FlowStep, QueueRefused, RuntimeStarted
from jietong.core.inbox import Batch, Inbox
from jietong.core.specs import SiteSpec
from jietong.core.vocabulary import Channel, EndedBy, Outcome, Place
from jietong.customers import rules as customer_rules
from jietong.customers import store as customer_store
from jietong.customers.model import Identity, IdentityKind
from jietong.customers.ports import ContactHistory
from jietong.db.pool import ALL, Connection, Database, Scope
from jietong.flows import acts as a
from jietong.flows import opening, store
from jietong.flows.host import CustomerGone, Ending
from jietong.flows.library import Library, Serving
from jietong.flows.model import Value
from jietong.flows.runner import Runner
from jietong.flows.sounds import Sounds
from jietong.flows.witness import Witnesses

log = structlog.get_logger(__name__)

PATIENCE_S = 120
"""A chat waits at least so long for an answer, whatever the flow says: people type more slowly than they press."""
LONGEST_ANSWER = 200
_RETRY_S = 2.0


class Chats:
    """The chats of one process that a flow serves."""

    channel = Channel.CHAT

    def __init__(
        self,
        database: Database,
        inbox: Inbox,
        clock: Clock,
        reception: Reception,
        library: Library,
        sounds: Sounds,
        site: Callable[[], SiteSpec],
        history: ContactHistory,
        line: ChatLine,
    ) -> None:
        self.database = database
        self.inbox = inbox
        self.clock = clock
        self.reception = reception
        self.library = library
        self.sounds = sounds
        self.site = site
        self.history = history
        self.line = line
        self.witnesses = Witnesses(inbox)
        self._talks: dict[str, _Talk] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._finding: asyncio.Task[None] | None = None
        self._unsubscribe: Callable[[], None] | None = None

    async def start(self) -> None:
        """Follows the ledger, and finds again the chats that flows were serving."""
        self._unsubscribe = self.inbox.subscribe(self._on_batch)
        self._find_again()

    async def stop(self) -> None:
        """Each chat stays where it is: the next start goes on from there."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        tasks = [*self._tasks.values(), *([self._finding] if self._finding is not None else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.witnesses.stop()

    # --- what web chat asks ------------------------------------------------------------------------------------

    def version_of(self, flow: str, client: str) -> int | None:
        serving = self.library.serving(flow)
        if serving is None or serving.flow.client != client or "chat" not in serving.flow.channels:
            return None
        return serving.version

    def begin(self, contact: str, client: str, flow: str, version: int, language: str, customer: str | None) -> None:
        if contact not in self._talks:
            self._go(contact, client, flow, version, language, customer, None)

    def heard(self, contact: str, text: str) -> None:
        talk = self._talks.get(contact)
        if talk is not None:
            talk.heard.put_nowait(text[:LONGEST_ANSWER])

    def parting(self, contact: str) -> LeaveFlow | None:
        talk = self._talks.get(contact)
        if talk is None or talk.runner is None or self.reception.flow_of(contact) is None:
            return None
        state = talk.runner.state
        return LeaveFlow(contact, "hung_up", state.outcome, EndedBy.CUSTOMER, state.node or None)

    # --- one chat ----------------------------------------------------------------------------------------------

    def _go(
        self,
        contact: str,
        client: str,
        flow: str,
        version: int,
        language: str,
        customer: str | None,
        state: a.State | None,
    ) -> None:
        talk = _Talk(self, contact, client, customer)
        self._talks[contact] = talk
        task = asyncio.create_task(self._lead(talk, flow, version, language, state), name=f"flow of {contact}")
        self._tasks[contact] = task
        task.add_done_callback(lambda _: self._forget(contact, talk))

    def _forget(self, contact: str, talk: "_Talk") -> None:
        if self._talks.get(contact) is talk:
            del self._talks[contact]
            self._tasks.pop(contact, None)

    async def _lead(self, talk: "_Talk", flow: str, version: int, language: str, state: a.State | None) -> None:
        """Until the flow is over. An outage of the database is waited out."""
        while True:
            try:
                serving = await self.library.version(flow, version)
                ending = await self._led(talk, serving, language, state)
                await self._ended(talk, ending)
                return
            except (NotFound, Invalid) as error:
                log.error("chat_flow_gone", flow=flow, version=version, code=error.code)
                await self._ended(talk, Ending("failed", Outcome.LOST_IN_FLOW, ""))
                return
            except JietongError as error:
                log.warning("chat_flow_waits", contact=talk.contact, code=error.code)
                if talk.runner is not None:
                    state = talk.runner.state
                await asyncio.sleep(_RETRY_S)

    async def _led(self, talk: "_Talk", serving: Serving, language: str, state: a.State | None) -> Ending:
        talk.runner = Runner(serving.flow, talk, fetch=self.library.fetch, keep=talk.keep)
        talk.flow, talk.version = serving.flow.id, serving.version
        if state is not None:
            return await talk.runner.resume(state)
        return await talk.runner.run(
            language=language, channel="chat", reachable=False, customer=await talk.find("caller", "")
        )

    async def _ended(self, talk: "_Talk", ending: Ending) -> None:
        self.line.suggest(talk.contact, ())
        if ending.outcome is not None and self.reception.flow_of(talk.contact) is not None:
            by = EndedBy.CUSTOMER if ending.how == "hung_up" else EndedBy.SYSTEM
            try:
                await self.inbox.submit(
                    LeaveFlow(talk.contact, ending.how, ending.outcome, by, ending.node or None),
                    key=f"flow-left:{talk.contact}",
                )
            except Refused as error:
                log.info("chat_flow_left_before", contact=talk.contact, code=error.code)
        async with self.database.transaction(ALL, lasting=False) as conn:
            await store.drop_runs(conn, [talk.contact])

    # --- what was committed ------------------------------------------------------------------------------------

    def _on_batch(self, batch: Batch) -> None:
        for event in batch.events:
            match event:
                case ContactEnded():
                    if (talk := self._talks.get(event.contact)) is not None:
                        talk.over = True
                        talk.wake()
                case FlowEntered(cause="queue_left"):
                    if (talk := self._talks.get(event.contact)) is not None:
                        talk.back = "timed_out" if event.stay is Outcome.TIMED_OUT else "closed"
                        talk.wake()
                case RuntimeStarted():
                    self._find_again()
                case _:
                    pass

    def _find_again(self) -> None:
        if self._finding is None or self._finding.done():
            self._finding = asyncio.create_task(self._find(), name="chat flows")

    async def _find(self) -> None:
        """After a start or a recovery: chats whose flow was under way go on."""
        while True:
            try:
                await self.reception.settled()
                async with self.database.read(ALL) as conn:
                    runs = await store.runs(conn)
                break
            except JietongError as error:
                log.warning("chat_flows_wait", code=error.code)
                await asyncio.sleep(_RETRY_S)
        gone = []
        for run in runs:
            if run.contact in self._talks:
                continue
            if not self.reception.is_live(run.contact):
                gone.append(run.contact)
                continue
            try:
                state = msgspec.convert(run.state, a.State)
            except msgspec.ValidationError:
                gone.append(run.contact)
                continue
            customer = (state.customer or {}).get("id")
            self._go(run.contact, run.client, run.flow, run.version, state.language, customer, state)
        if gone:
            async with self.database.transaction(ALL, lasting=False) as conn:
                await store.drop_runs(conn, gone)


class _Talk:
    """One chat: `flows.host.Host`."""

    def __init__(self, chats: Chats, contact: str, client: str, customer: str | None) -> None:
        self.contact = contact
        self.heard: asyncio.Queue[str] = asyncio.Queue()
        self.runner: Runner | None = None
        self.flow, self.version = "", 0
        self.over = False  # the contact has ended
        self.back: str | None = None  # the queue has given the customer back, by this exit
        self._chats = chats
        self._client = client
        self._customer = customer
        self._news = asyncio.Event()
        self._key = ""  # of what is being said: the same place of the flow says it under the same key again

    def wake(self) -> None:
        self._news.set()
        self.heard.put_nowait("")

    def _check(self) -> None:
        if self.over:
            raise CustomerGone

    async def keep(self, state: a.State) -> None:
        self._key = f"bot:{state.passed}:{state.phase}:{state.attempt}"
        plain = msgspec.to_builtins(msgspec.structs.replace(state, secrets={}))
        run = store.Run(self.contact, self._client, self.flow, self.version, plain)
        write = store.run_write(run, self._chats.clock.now())
        async with self._chats.database.transaction(Scope((self._client,)), lasting=False) as conn:
            await conn.execute(write.sql, *write.args)

    async def say(self, saying: a.Saying, *, interruptible: bool) -> None:
        self._check()
        await self._post(self._written(saying))

    async def ask(self, question: a.Ask) -> str:
        self._check()
        options = [option for option in question.options if option.key]
        numbered = [f"{option.key}. {option.text}" for option in options]
        await self._post("\n".join([*filter(None, [self._written(question.saying)]), *numbered]))
        self._chats.line.suggest(self.contact, [option.text for option in options])
        try:
            async with asyncio.timeout(max(question.timeout_s, PATIENCE_S)):
                while True:
                    text = await self.heard.get()
                    self._check()
                    if text.strip():
                        return meant(text, options) if options else typed(text)
        except TimeoutError:
            return ""
        finally:
            self._chats.line.suggest(self.contact, ())

    async def hours(self, hours: str) -> str:
        return opening.exit_of(self._chats.reception.opening(hours), self._chats.clock.now())

    async def find(self, by: Literal["caller", "variable"], value: str) -> dict[str, str] | None:
        try:
            async with self._chats.database.read(Scope((self._client,))) as conn:
                customer = self._customer if by == "caller" else await self._owner(conn, value)
                if customer is None:
                    return None
                file = await customer_store.read(conn, await customer_store.resolve(conn, customer))
        except NotFound:
            return None
        if file.id != self._customer:
            await self._chats.inbox.submit(LinkCustomer(self.contact, file.id))
            self._customer = file.id
        held = {f"attributes.{name}": text for name, text in file.attributes.items()}
        return {**held, "id": file.id, "name": file.name, "segment": file.customer_class}

    async def _owner(self, conn: Connection, value: str) -> str | None:
        region = self._chats.site().region
        for kind in (IdentityKind.PHONE, IdentityKind.ACCOUNT):
            try:
                identity = Identity(kind, customer_rules.identity(kind, value, region).value)
            except Invalid:
                continue
            owner = (await customer_store.owners(conn, self._client, [identity])).get(identity)
            if owner is not None:
                return owner
        return None

    async def measure(self, subjects: Sequence[str]) -> dict[str, Value]:
        await self._chats.reception.settled()
        return {subject: self._measure(subject) for subject in subjects}

    def _measure(self, subject: str) -> Value:
        reception = self._chats.reception
        what, _, rest = subject.partition(".")
        if what == "now":
            local = to_datetime(self._chats.clock.now()).astimezone(ZoneInfo(self._chats.site().zone))
            return local.isoweekday() if rest == "weekday" else f"{local:%H:%M}"
        queue, _, figure = rest.rpartition(".")
        match figure:
            case "waiting":
                return reception.waiting(queue)
            case "ready":
                return reception.ready(queue)
            case "open":
                return reception.is_open(queue)
            case "ewt_s":
                return reception.estimated_wait_s(queue, None)
            case _:
                return None

    async def queue(self, wish: a.Join, *, node: str, language: str) -> str:
        """The chat's own page shows place and wait. After the talk the contact has ended: web chat has its survey."""
        self._check()
        chats = self._chats
        self._news.clear()
        self.back = None
        # After a restart it may wait there already.
        if chats.reception.place_of(self.contact) in (Place.ARRIVED, None):
            join = JoinQueue(
                self.contact,
                wish.queue,
                priority=wish.priority,
                prefer=await self._last_agent() if wish.prefer_last_agent else None,
                language=language,
                node=node,
            )
            try:
                receipt = await chats.inbox.submit(join)
            except Refused as error:
                if error.code in ("unknown_queue", "wrong_channel"):
                    log.warning("chat_queue_refused", flow=self.flow, node=node, code=error.code)
                    return "closed"
                self.over = True
                raise CustomerGone from error
            for event in receipt.events:
                if isinstance(event, QueueRefused):
                    return "full" if event.outcome is Outcome.REFUSED_FULL else "closed"
        while (back := self._returned()) is None:
            self._check()
            await self._news.wait()
            self._news.clear()
        while not self.heard.empty():
            self.heard.get_nowait()  # said to the queue, not to the flow
        return back

    def _returned(self) -> str | None:
        back, self.back = self.back, None
        return back

    async def _last_agent(self) -> str | None:
        """Who talked to this customer last; None: nobody, or it cannot be told."""
        if self._customer is None:
            return None
        async with self._chats.database.read(Scope((self._client,))) as conn:
            found = await self._chats.history.last_agent(conn, [self._customer], self.contact)
        return found[0] if found else None

    async def call_back(self, wish: a.CallBack, *, node: str, language: str) -> bool:
        _never()

    async def take_message(self, wish: a.TakeMessage) -> bool:
        _never()

    async def connect(self, wish: a.Connect) -> bool:
        _never()

    async def open_survey(self) -> bool:
        return False

    async def rate(self, score: int, resolved: bool | None) -> None:
        _never()

    async def witness(self, step: a.Step) -> None:
        fact = FlowStep(0, self.contact, self.flow, self.version, step.node, step.exit)
        self._chats.witnesses.put(fact)

    async def _post(self, text: str) -> None:
        if not text:
            return
        try:
            await self._chats.line.say_as_bot(self.contact, text, self._key)
        except (Refused, NotFound) as error:
            raise CustomerGone from error

    def _written(self, saying: a.Saying) -> str:
        lines = []
        for part in saying:
            if isinstance(part, a.Sound):
                words = self._chats.sounds.words(part.prompt, part.language)
                lines += [words[1]] if words is not None else []
            else:
                lines.append(part.text)
        return "\n".join(lines)


def meant(text: str, options: Sequence[a.Option]) -> str:
    """The key of the option that was typed or clicked: by its key or by its words; else `?`.

    >>> meant("２、", [a.Option("1", "报修"), a.Option("2", "退款")]), meant("我要报修", [a.Option("1", "报修")])
    ('2', '1')
    """
    plain = _plain(text)
    for option in options:
        if plain in (option.key, _plain(option.text)) or plain.rstrip("。．.、)） ") == option.key:
            return option.key
    named = [option.key for option in options if _plain(option.text) and _plain(option.text) in plain]
    if not named and len(plain) > 1 and not plain.isdecimal():
        named = [option.key for option in options if plain in _plain(option.text)]
    return named[0] if len(named) == 1 else "?"  # no key begins with it


def typed(text: str) -> str:
    """Digits as typed, full-width or not, without spaces and dashes."""
    return "".join(char for char in _plain(text) if char not in " -–—()")


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _never() -> NoReturn:
    raise AssertionError("a chat passes these by")
