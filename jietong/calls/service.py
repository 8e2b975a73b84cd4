"""Call control: from the first ring at a number to the last word, over a switch that it does not know.

The ledger says how a call stands, the switch says which legs there are; each call's mailbox (`call`) brings the two
together, again and again, after anything that happens. So nothing hangs on the order in which things are told, and a
happening that is lost is made good by the next.

    entry        a leg arrives at a number                  flow_host    what a flow does with the customer's line
    ringing      offers ring telephones                     waiting      music, position, keys
    talk         hang-ups, hold keys, who hears whom        transfer     REFER, and outside numbers
    outbound     dialling out, call-backs in their turn     voicemail    a message for a queue
    recording    one for each talk                          supervision  listen, whisper, barge in
    devices      whose telephone can be rung                reconcile    after a restart, ours or the switch's
    begun        what has begun and not ended, in tables    leftovers    what nobody has ended
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

import structlog

from jietong.calls import (
    devices,
    entry,
    leftovers,
    outbound,
    reconcile,
    recording,
    ringing,
    supervision,
    talk,
    transfer,
)
from jietong.calls.call import Call, Happening, Look
from jietong.calls.model import Leg, Standing
from jietong.calls.pages import Pages
from jietong.calls.ports import Flows, Lines, LoopTime, Speech, Time
from jietong.calls.witness import Witnesses
from jietong.channels.ports import RecordingSink
from jietong.channels.switch import (
    DeviceState,
    Digit,
    Down,
    HoldPressed,
    LegAnswered,
    LegArrived,
    LegGone,
    LegRinging,
    PlayEnded,
    Quality,
    RecordEnded,
    Switch,
    Tell,
    TransferPressed,
    Up,
)
from jietong.channels.webchat.flood import Buckets
from jietong.core import events as e
from jietong.core.clock import Clock
from jietong.core.commands import AnyCommand
from jietong.core.errors import JietongError, Refused, Unavailable
from jietong.core.ids import new_id
from jietong.core.inbox import Batch, Inbox, Receipt, Write
from jietong.core.specs import QueueSpec
from jietong.core.vocabulary import Channel, Party
from jietong.customers.ports import ContactHistory
from jietong.db.pool import Database
from jietong.flows.host import CustomerGone
from jietong.routing.engine import Engine

log = structlog.get_logger(__name__)

RETRY_S = 0.5
PATIENCE_S = 60.0
"""How long a command is tried again while the database is away. Talks go on meanwhile; nobody is told anything."""


class Writer(Inbox, Protocol):
    """The writer, and the engine as it stands; between a decision and its commit it is ahead of the ledger."""

    @property
    def engine(self) -> Engine: ...

    async def settled(self) -> None: ...


class Calls:
    """One per process."""

    def __init__(
        self,
        database: Database,
        writer: Writer,
        clock: Clock,
        switch: Switch,
        lines: Lines,
        speech: Speech,
        flows: Flows,
        sink: RecordingSink,
        history: ContactHistory,
        *,
        time: Time | None = None,
        lost_after_s: float = 120.0,
    ) -> None:
        self.database = database
        self.writer = writer
        self.clock = clock
        self.switch = switch
        self.lines = lines
        self.speech = speech
        self.flows = flows
        self.sink = sink
        self.history = history
        self.time: Time = time or LoopTime(clock)
        self.lost_after_s = lost_after_s
        self.calls: dict[str, Call] = {}  # by contact
        self.by_leg: dict[str, Call] = {}
        self.tracks: dict[str, recording.Recording | leftovers.Collector] = {}  # by the switch's name of a recording
        self.messages: dict[str, Call] = {}  # voicemails being spoken, by the same
        self.witnesses = Witnesses(self)
        self.devices = devices.Devices(self)
        self.pages = Pages()
        self.buckets = Buckets()  # of calls from the web page
        self.reconciler = reconcile.Reconciler(self)
        self.leftovers = leftovers.Leftovers(self)
        self.resting: set[asyncio.Task[Any] | None] = set()  # tasks that wait for what only the outside can tell
        self._background: set[asyncio.Task[Any]] = set()
        self._unsubscribe: list[Callable[[], None]] = []

    # --- life -------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Follows ledger and switch. Calls under way are found again when the switch says that it is up."""
        self._unsubscribe = [self.writer.subscribe(self._on_batch), self.switch.subscribe(self._on_tell)]
        self.witnesses.start()
        self.background(self.leftovers.run(), "leftovers")
        if self.switch.is_up:
            self._on_tell(Up(at=self.time.now(), restarted=False))

    async def stop(self) -> None:
        """Lets go: calls go on, and the next start finds them."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self._unsubscribe = []
        for task in tuple(self._background):
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await asyncio.gather(*(call.stop() for call in tuple(self.calls.values())))
        await self.witnesses.stop()
        self.calls.clear()
        self.by_leg.clear()

    @property
    def at_rest(self) -> bool:
        """Nothing goes on but waiting for the outside or for time."""
        return (
            self._background <= self.resting
            and self.witnesses.at_rest
            and all(call.at_rest for call in self.calls.values())
            and self.devices.at_rest
        )

    def background(self, work: Awaitable[Any], name: str) -> "asyncio.Task[Any]":
        """Runs beside the mailboxes; its failure is logged."""

        async def run() -> None:
            try:
                await work
            except CustomerGone:
                pass
            except JietongError as error:
                log.warning("call_work_failed", work=name, code=error.code)
            except Exception:
                log.exception("call_work_failed", work=name)

        task = asyncio.create_task(run(), name=name)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task

    async def pause(self, seconds: float) -> None:
        done = asyncio.Event()
        self.time.call_at(self.time.now() + round(seconds * 1000), done.set)
        task = asyncio.current_task()
        self.resting.add(task)
        try:
            await done.wait()
        finally:
            self.resting.discard(task)

    # --- what was committed -------------------------------------------------------------------------------------

    def _on_batch(self, batch: Batch) -> None:
        touched: dict[str, None] = {}
        for event in batch.events:
            contact = getattr(event, "contact", None)
            if contact is not None:
                if contact not in self.calls and isinstance(event, e.OfferMade):
                    self._adopt(contact)
                if (call := self.calls.get(contact)) is not None:
                    touched[contact] = None
                    if isinstance(event, e.OfferMade):
                        call.offers[event.agent] = call.offers.get(event.agent, 0) + 1
            elif isinstance(event, e.RuntimeStarted):
                touched.update(dict.fromkeys(self.calls))
                self.devices.look()
            elif isinstance(event, e.AgentSignedIn | e.AgentConfigured):
                self.devices.look(event.agent if isinstance(event, e.AgentSignedIn) else event.spec.id)
        for contact in touched:
            call = self.calls[contact]
            self.bring_up(call)
            call.look()

    def bring_up(self, call: Call) -> None:
        """How the call stands now by the ledger."""
        state = self.writer.engine.contacts.get(call.contact)
        if state is not None:
            call.known = True
            call.standing = Standing.of(state)
            call.language = state.language or call.language

    def _adopt(self, contact: str) -> None:
        """A call-back of before a restart whose turn has come."""
        state = self.writer.engine.contacts.get(contact)
        if state is not None and state.channel is Channel.VOICE and state.callback:
            self.calls[contact] = Call(
                self, contact, state.client, state.entry, language=state.language, direction=state.direction
            )

    # --- what the switch tells ----------------------------------------------------------------------------------

    def _on_tell(self, tell: Tell) -> None:
        match tell:
            case LegArrived():
                entry.arrived(self, tell)
            case Up() | Down():
                self.reconciler.told(tell)
            case DeviceState():
                self.devices.told(tell)
            case RecordEnded():
                self._recorded(tell)
            case LegRinging() | LegAnswered() | LegGone() | Digit() | HoldPressed() | TransferPressed() | Quality():
                self._on_leg(tell)
            case PlayEnded():
                call = self.by_leg.get(tell.leg)
                if call is not None:
                    call.play_ended(tell)
                    call.put(tell)
            case _:
                pass  # trunks and intrusions are the plant's

    def _on_leg(
        self, tell: LegRinging | LegAnswered | LegGone | Digit | HoldPressed | TransferPressed | Quality
    ) -> None:
        if isinstance(tell, LegGone):
            self.lines.release(tell.leg)
        call = self.by_leg.get(tell.leg)
        if call is None:
            return
        leg = call.legs[tell.leg]
        match tell:
            case LegAnswered():
                leg.up = True
            case LegGone():
                leg.gone = True
                leg.cause = tell.cause
            case Digit() if leg is call.customer:
                call.digits.append(tell.digit)
            case _:
                pass
        call.put(tell)

    def _recorded(self, tell: RecordEnded) -> None:
        call = self.messages.get(tell.recording)
        if call is not None:
            call.messages[tell.recording] = tell
            call.stir()
            return
        found = self.tracks.pop(tell.recording, None)
        if found is not None:
            found.track_ended(tell)

    # --- a call's mailbox ---------------------------------------------------------------------------------------

    async def handle(self, call: Call, happening: Happening) -> None:
        """One thing that has happened to a call; then all is brought in line."""
        match happening:
            case LegRinging():
                await outbound.rings(call, call.legs[happening.leg])
            case LegAnswered():
                await self._answered(call, call.legs[happening.leg])
            case LegGone():
                await self.gone(call, call.legs[happening.leg])
            case Digit():
                await ringing.pressed(call, call.legs[happening.leg], happening.digit)
            case HoldPressed():
                await talk.hold_pressed(call, call.legs[happening.leg], happening.held)
            case TransferPressed():
                await transfer.pressed(call, call.legs[happening.leg], happening)
            case Quality():
                self.witnesses.quality(call, happening)
            case Look() | PlayEnded():
                pass
            case _ if callable(happening):
                await happening()
        await self.settle(call)

    async def _answered(self, call: Call, leg: Leg) -> None:
        self.witnesses.leg_answered(call, leg)
        match leg.party:
            case Party.AGENT:
                await ringing.answered(call, leg)
            case Party.CUSTOMER:
                await outbound.answered(call, leg)
            case Party.OUTSIDE:
                await transfer.outside_answered(call, leg)
            case Party.SUPERVISOR:
                pass

    async def gone(self, call: Call, leg: Leg) -> None:
        self.by_leg.pop(leg.id, None)
        cause = leg.cause or "normal"
        self.witnesses.leg_ended(call, leg, cause)
        for bridge, members in tuple(call.bridged.items()):
            if leg.id in members:
                call.bridged[bridge] = tuple(member for member in members if member != leg.id)
        call.music.pop(leg.id, None)
        call.barging.discard(leg.id)
        match leg.party:
            case Party.AGENT:
                await ringing.gone(call, leg, cause)
            case Party.CUSTOMER:
                await talk.customer_gone(call, leg, cause)
            case Party.OUTSIDE:
                await transfer.outside_gone(call, leg, cause)
            case Party.SUPERVISOR:
                await supervision.gone(call, leg)

    async def settle(self, call: Call) -> None:
        """Makes telephones ring, bridges and recordings be what they should be by now."""
        if not call.known or call.closed:
            return
        await outbound.settle(call)
        await ringing.settle(call)
        await transfer.settle(call)
        await talk.settle(call)
        await supervision.settle(call)
        await recording.settle(call)
        if call.standing.over and call.recording is None and not any(leg in self.by_leg for leg in call.legs):
            self.forget(call)
        elif call.standing.over and call.way is None and call.customer is not None and not call.handed_on:
            await self.hang_up(call, call.customer)  # nobody leads this customer on

    def forget(self, call: Call) -> None:
        call.close()
        for leg in call.legs:
            self.by_leg.pop(leg, None)
        if self.calls.get(call.contact) is call:
            del self.calls[call.contact]

    def complain(self, call: Call, happening: object, error: Exception) -> None:
        """Something went wrong in one call: that call alone minds."""
        name = type(happening).__name__
        if isinstance(error, JietongError):
            log.warning("call_step_failed", contact=call.contact, step=name, code=error.code)
        else:
            log.error("call_step_failed", contact=call.contact, step=name, exc_info=error)

    # --- tools --------------------------------------------------------------------------------------------------

    async def submit(
        self,
        command: AnyCommand,
        *,
        key: str | None = None,
        writes: Sequence[Write] = (),
        patience_s: float = PATIENCE_S,
    ) -> Receipt:
        """Submits, and again while the database is away: with the same key, so that it is done once though the word
        of its commit was lost. Raises Refused, and Unavailable when patience is over."""
        key = key or f"calls:{new_id(self.time.now())}"
        until = self.time.now() + round(patience_s * 1000)
        while True:
            try:
                return await self.writer.submit(command, key=key, writes=writes)
            except Unavailable as error:
                if self.time.now() >= until or error.code == "standing_by":
                    raise
                log.warning("call_command_waits", command=type(command).__name__, code=error.code)
                await self.pause(RETRY_S)

    async def ask(self, command: AnyCommand, *, key: str | None = None) -> bool:
        """Submits what may be late: whether the engine took it."""
        try:
            await self.submit(command, key=key)
        except Refused as error:
            log.info("call_command_refused", command=type(command).__name__, code=error.code)
            return False
        return True

    async def on_leg(self, call: Call, leg: Leg, done: Awaitable[None]) -> bool:
        """Does something at the switch; False when the leg has gone meanwhile, or the switch."""
        try:
            await done
        except Refused as error:
            log.info("leg_refused", contact=call.contact, leg=leg.id, code=error.code)
            return False
        except Unavailable as error:
            log.warning("switch_away", contact=call.contact, leg=leg.id, code=error.code)
            return False
        return True

    def add_leg(self, call: Call, leg: Leg) -> Leg:
        """From now on what is told of the leg is this call's."""
        call.legs[leg.id] = leg
        self.by_leg[leg.id] = call
        return leg

    def drop_leg(self, call: Call, leg: Leg) -> None:
        """A leg that never came to be."""
        leg.gone = True
        self.lines.release(leg.id)
        self.by_leg.pop(leg.id, None)
        call.legs.pop(leg.id, None)

    async def hang_up(self, call: Call, leg: Leg, cause: str = "normal") -> None:
        if not leg.gone:
            await self.on_leg(call, leg, self.switch.hang_up(leg.id, cause))

    def queue(self, id: str | None) -> QueueSpec | None:
        found = self.writer.engine.queues.get(id) if id is not None else None
        return found.spec if found is not None else None

    @property
    def region(self) -> str:
        return self.writer.engine.site.region
