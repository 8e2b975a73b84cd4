"""What a flow does with the customer's line and the centre: `flows.host.Host` for a telephone call."""

import asyncio
import base64
from collections.abc import Sequence
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec
import structlog

from jietong.calls import callers, talk, transfer, voicemail, waiting, words
from jietong.calls.call import Call
from jietong.core import hours as opening
from jietong.core.clock import to_datetime
from jietong.core.commands import AnswerSurvey, AskSurvey, JoinQueue, LeaveFlow, LinkCustomer
from jietong.core.errors import Invalid, JietongError, Refused, Unavailable
from jietong.core.events import CallbackRequested, FlowStep, QueueRefused
from jietong.core.vocabulary import EndedBy, Outcome, State
from jietong.customers import rules as customer_rules
from jietong.customers import store as customer_store
from jietong.customers.model import Identity, IdentityKind
from jietong.db.pool import Connection, Scope
from jietong.flows import acts as a
from jietong.flows.host import CustomerGone, Ending
from jietong.flows.model import Flow, Queue, Value
from jietong.flows.runner import Runner

log = structlog.get_logger(__name__)

STATE_MARK = "state"
LONGEST_STATE = 1500
"""Of a flow's state as a note on the leg, in characters; a longer one starts at its node without its variables."""


class VoiceHost:
    """One caller's line."""

    def __init__(self, call: Call, flow: Flow, version: int) -> None:
        self.call = call
        self.calls = call.calls
        self.flow = flow
        self.version = version
        self.after = False  # the contact has ended, the customer is still there

    def check(self) -> None:
        """Raises CustomerGone."""
        self.call.check_line()
        if self.call.standing.over and not self.after:
            raise CustomerGone

    async def say(self, saying: a.Saying, *, interruptible: bool) -> None:
        self.check()
        call = self.call
        if not interruptible:
            call.digits.clear()
        await call.say(saying, ready=lambda: (interruptible and call.digits) or self._ended())
        if not interruptible:
            call.digits.clear()
        self.check()

    def _ended(self) -> bool:
        return self.call.standing.over and not self.after

    async def ask(self, question: a.Ask) -> str:
        await self.say(question.saying, interruptible=question.interruptible)
        call, keys = self.call, ""
        while True:
            while call.digits:
                key = call.digits.popleft()
                if question.end_key and key == question.end_key and question.max > 1:
                    return keys
                keys += key
                if len(keys) >= question.max:
                    return keys
            pressed = await call.until(
                lambda: bool(call.digits) or self._ended() or not call.there, question.timeout_s
            )
            self.check()
            if not pressed:
                return keys

    async def hours(self, hours: str) -> str:
        spec = self.calls.writer.engine.hours.get(hours)
        now = self.calls.time.now()
        if spec is None or opening.is_open(spec, now):
            return "open"
        today = to_datetime(now).astimezone(ZoneInfo(spec.zone)).date().isoformat()
        return "holiday" if any(holiday.date == today for holiday in spec.holidays) else "closed"

    async def find(self, by: Literal["caller", "variable"], value: str) -> dict[str, str] | None:
        call = self.call
        if by == "caller" and call.caller.customer is None:
            return None
        try:
            async with self.calls.database.read(Scope((call.client,))) as conn:
                customer = call.caller.customer if by == "caller" else await self._owner(conn, value)
                if customer is None:
                    return None
                file = await customer_store.read(conn, await customer_store.resolve(conn, customer))
        except (JietongError, Invalid) as error:
            log.info("customer_not_found", contact=call.contact, code=error.code)
            return None
        if by == "variable" and file.id != call.caller.customer:
            if not await self.calls.ask(LinkCustomer(call.contact, file.id)):
                return None
            call.caller = call.caller._replace(customer=file.id, name=file.name or None)
        found = {f"attributes.{name}": str(held) for name, held in file.attributes.items()}
        return {**found, "id": file.id, "name": file.name, "segment": file.customer_class}

    async def _owner(self, conn: Connection, value: str) -> str | None:
        for kind in (IdentityKind.PHONE, IdentityKind.ACCOUNT):
            try:
                identity = Identity(kind, customer_rules.identity(kind, value, self.calls.region).value)
            except Invalid:
                continue
            owner = (await customer_store.owners(conn, self.call.client, [identity])).get(identity)
            if owner is not None:
                return owner
        return None

    async def measure(self, subjects: Sequence[str]) -> dict[str, Value]:
        await self.calls.writer.settled()
        return {subject: self._measure(subject) for subject in subjects}

    def _measure(self, subject: str) -> Value:
        engine, now = self.calls.writer.engine, self.calls.time.now()
        what, _, rest = subject.partition(".")
        if what == "now":
            local = to_datetime(now).astimezone(ZoneInfo(engine.site.zone))
            return local.isoweekday() if rest == "weekday" else f"{local:%H:%M}"
        queue, _, figure = rest.rpartition(".")
        if what != "queue" or queue not in engine.queues:
            return None
        match figure:
            case "waiting":
                return engine.waiting(queue)
            case "ewt_s":
                return engine.estimated_wait_s(queue)
            case "open":
                return engine.is_open(queue, now)
            case "ready":
                return engine.agents_of(queue)[State.READY]
        return None

    async def queue(self, wish: a.Join, *, node: str, language: str) -> str:
        self.check()
        if self.after:
            return "closed"  # the contact has ended: it cannot wait again
        self.call.language = language
        left = await waiting.join(self.call, wish, node=node, flow=self.flow.id, version=self.version)
        self.after = left == "ended"
        return left

    async def call_back(self, wish: a.CallBack, *, node: str, language: str) -> bool:
        self.check()
        call = self.call
        if wish.number:
            try:
                typed = customer_rules.phone(wish.number, self.calls.region)
            except Invalid:
                return False
            if not callers.may_be_called_back(typed, self.calls.region):
                log.warning("callback_number_barred", contact=call.contact)
                return False
            call.number = typed
        number = call.number or callable_number(call)
        if self.after or number is None:
            return False
        try:
            receipt = await self.calls.submit(
                JoinQueue(call.contact, wish.queue, language=language, node=node, callback=True),
                writes=[waiting.callback_row(call, number)],
            )
        except Refused as error:
            log.info("callback_refused", contact=call.contact, code=error.code)
            return False
        if any(isinstance(event, QueueRefused) for event in receipt.events):
            return False
        return any(isinstance(event, CallbackRequested) for event in receipt.events)

    async def take_message(self, wish: a.TakeMessage) -> bool:
        self.check()
        await self.say(wish.saying, interruptible=True)
        return await voicemail.take(self.call, wish.queue, wish.max_s)

    async def connect(self, wish: a.Connect) -> bool:
        self.check()
        talked = await transfer.connect(self.call, wish, contact_open=not self.after, node=self.call.node)
        self.after = self.after or talked
        return talked

    async def open_survey(self) -> bool:
        self.check()
        return not self.call.standing.surveyed and await self.calls.ask(AskSurvey(self.call.contact))

    async def rate(self, score: int, resolved: bool | None) -> None:
        await self.calls.ask(AnswerSurvey(self.call.contact, score, resolved))

    async def witness(self, step: a.Step) -> None:
        self.call.node = step.node
        self.calls.witnesses.put(
            FlowStep(
                at=0, contact=self.call.contact, flow=self.flow.id, version=self.version, node=step.node,
                exit=step.exit,
            )
        )  # fmt: skip

    async def keep(self, state: a.State) -> None:
        """As a note on the leg: a new process goes on from there. What is secret is not noted."""
        self.call.node = state.node
        leg = self.call.customer
        if leg is not None and not leg.gone:
            await self.calls.on_leg(self.call, leg, self.calls.switch.mark(leg.id, {STATE_MARK: noted(state)}))


def lead(call: Call, flow: Flow, version: int, state: a.State | None = None, *, sorry: bool = False) -> None:
    """Begins to lead the customer: from the flow's start, or from a noted state; `sorry`: for an interruption."""
    call.way = asyncio.create_task(_lead(call, flow, version, state, sorry), name=f"flow of {call.contact}")


async def _lead(call: Call, flow: Flow, version: int, state: a.State | None, sorry: bool) -> None:
    """With a state whose node is a queue in which the customer still is, the wait goes on, and then the flow."""
    calls = call.calls
    host = VoiceHost(call, flow, version)
    host.after = call.standing.over
    runner = Runner(flow, host, fetch=calls.flows.fetch, keep=host.keep)
    customer = await host.find("caller", "")
    try:
        if sorry:
            await call.say(words.saying(call.language, words.SORRY))
        node = flow.node(state.node) if state is not None else None
        if state is not None and isinstance(node, Queue) and not call.standing.in_flow:
            left = await waiting.stay(call, wish_of(node), flow=flow.id, version=version)
            host.after = left == "ended"
            ending = await runner.answered(state, a.Left(left))
        elif state is not None and node is not None:
            ending = await runner.resume(state)
        else:
            ending = await runner.run(
                language=call.language, reachable=callable_number(call) is not None, customer=customer
            )
        await _ended(call, ending)
    except CustomerGone:
        await _ended(call, Ending("hung_up", None, state.node if state is not None else ""))
    except Unavailable as error:
        log.error("flow_stops", contact=call.contact, code=error.code)
    finally:
        if call.way is asyncio.current_task() and not call.closed:
            call.way = None
            if call.customer is not None and not call.handed_on and not call.standing.talk:
                calls.background(calls.hang_up(call, call.customer), "hang up")
            call.look()


async def _ended(call: Call, ending: Ending) -> None:
    """How the contact ends in the ledger."""
    if ending.how == "hung_up":
        if call.customer is None or call.customer.gone:
            await talk.leave(call, ending.outcome or Outcome.LOST_IN_FLOW, node=ending.node or None)
        return
    if ending.outcome is None or call.standing.over or not call.standing.in_flow:
        return
    await call.calls.ask(
        LeaveFlow(call.contact, ending.how, ending.outcome, by=EndedBy.SYSTEM, node=ending.node or None)
    )


def callable_number(call: Call) -> str | None:
    """The caller's number where it can be called (E.164)."""
    number = call.caller.number
    return number if number is not None and number.startswith("+") else None


def wish_of(node: Queue) -> a.Join:
    """As the interpreter asks for it, for a wait that goes on after a restart; its own announcement is left out."""
    return a.Join(
        queue=node.queue,
        priority=node.priority,
        music=node.music,
        announce_every_s=node.announce_every_s,
        announcement=(),
        say_position=node.say_position,
        say_wait=node.say_wait,
        callback_keys=tuple(key.key for key in node.keys if key.does == "callback"),
        leave_keys=tuple(key.key for key in node.keys if key.does == "leave"),
        prefer_last_agent=node.prefer_last_agent,
    )


def noted(state: a.State) -> str:
    plain = msgspec.structs.replace(state, secrets={})
    text = base64.urlsafe_b64encode(msgspec.json.encode(plain)).decode()
    if len(text) > LONGEST_STATE:
        bare = a.State(node=state.node, language=state.language, reachable=state.reachable, place=state.place)
        text = base64.urlsafe_b64encode(msgspec.json.encode(bare)).decode()
    return text


def read_note(text: str | None) -> a.State | None:
    """What `noted` wrote; None for anything else."""
    if not text:
        return None
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(text), type=a.State)
    except (ValueError, msgspec.MsgspecError):
        return None
