"""After a restart, ours or the switch's: what is up is taken up again, what is gone is told, nothing counts twice.

Legs bear notes of whose they are (`model.marks`), and the ledger knows how each contact stands; the two together give
every call back. Audio has gone on all the while.
"""

import asyncio
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import structlog

from jietong.calls import begun, caretaker, flow_host, recording, supervision, talk
from jietong.calls.begun import Begun, Listener
from jietong.calls.call import Call
from jietong.calls.model import AGENT_MARK, CONTACT_MARK, PARTY_MARK, ROLE_MARK, Caller, Leg
from jietong.calls.ports import Timer
from jietong.calls.supervision import Listening
from jietong.channels.switch import Down, LegNow, Scene, Up
from jietong.core.commands import AgentLegLost, CallLost
from jietong.core.errors import JietongError, Unavailable
from jietong.core.vocabulary import Channel, Outcome, Party, Place, Supervision
from jietong.db.pool import ALL
from jietong.flows.model import Flow
from jietong.routing.model import ContactState

if TYPE_CHECKING:
    from jietong.calls.service import Calls

log = structlog.get_logger(__name__)

LIVE = frozenset({Place.ARRIVED, Place.QUEUE, Place.OFFER, Place.TALK, Place.HOLD})
TALKED = frozenset({Outcome.HANDLED, Outcome.TRANSFERRED_OUT})
AT_ONCE = 50
"""Calls that are put in order side by side."""


class Noted(NamedTuple):
    """What the database knows as begun. None: it could not be asked."""

    recordings: list[Begun] | None
    listeners: list[Listener] | None


class Reconciler:
    def __init__(self, calls: "Calls") -> None:
        self._calls = calls
        self._lost: Timer | None = None
        self._running: asyncio.Task[None] | None = None
        self.last_ms: int | None = None  # how long the last one took

    def told(self, tell: Up | Down) -> None:
        calls = self._calls
        calls.leftovers.ready = False
        if isinstance(tell, Down):
            at = calls.time.now() + round(calls.lost_after_s * 1000)
            self._lost = calls.time.call_at(at, self._given_up)
            return
        if self._lost is not None:
            self._lost.cancel()
            self._lost = None
        self._running = calls.background(self._all(restarted=tell.restarted), "reconcile")

    def _given_up(self) -> None:
        """The switch has been away too long: whoever talked there, we know nothing of them any more."""
        if not self._calls.switch.is_up:
            log.error("switch_away_too_long", calls=len(self._calls.calls))
            for call in tuple(self._calls.calls.values()):
                call.put(partial(_lost, call))

    async def _all(self, *, restarted: bool) -> None:
        calls = self._calls
        began = calls.clock.now()
        await calls.writer.settled()
        noted = await self._noted()
        scene = await calls.switch.scene()
        calls.devices.known(scene.devices)
        here = {leg.leg for leg in scene.legs}
        for call in tuple(calls.calls.values()):  # of this process: legs that went while we were away
            if restarted:
                call.put(partial(_lost, call))
            else:
                call.put(partial(_catch_up, call, here))
        theirs: dict[str, list[LegNow]] = {}
        for leg in scene.legs:
            contact = leg.marks.get(CONTACT_MARK)
            if contact is not None and contact not in calls.calls:
                theirs.setdefault(contact, []).append(leg)
        live = self._live()
        contacts = [contact for contact in dict.fromkeys((*theirs, *live)) if contact not in calls.calls]
        for start in range(0, len(contacts), AT_ONCE):
            part = contacts[start : start + AT_ONCE]
            await asyncio.gather(
                *(
                    self._one(contact, live.get(contact), theirs.get(contact, []), scene, noted, restarted)
                    for contact in part
                )
            )
        self.last_ms = calls.clock.now() - began
        log.info("calls_reconciled", calls=len(contacts), legs=len(here), ms=self.last_ms)
        for one in noted.listeners or ():
            found = calls.calls.get(one.contact)
            if found is None or one.by not in found.listening:
                supervision.ended(calls, one)  # laid down while we were away
        calls.leftovers.ready = True
        await calls.leftovers.sweep()

    async def _noted(self) -> "Noted":
        """What had begun. The calls are taken up without it, too, by the notes on their legs."""
        calls = self._calls
        try:
            async with calls.database.read(ALL) as conn:
                return Noted(await begun.recordings(conn), await begun.listeners(conn))
        except Unavailable as error:
            log.warning("begun_not_known", code=error.code)
            return Noted(None, None)

    def _live(self) -> dict[str, ContactState]:
        """Telephone contacts whose customers should be on a line, or are to be called back."""
        contacts = self._calls.writer.engine.contacts.values()
        return {
            contact.id: contact
            for contact in contacts
            if contact.channel is Channel.VOICE and contact.place in LIVE and not contact.simulated
        }

    async def _one(
        self,
        contact: str,
        state: ContactState | None,
        legs: list[LegNow],
        scene: Scene,
        noted: "Noted",
        restarted: bool,
    ) -> None:
        calls = self._calls
        try:
            if state is None:
                state = calls.writer.engine.contacts.get(contact)
            if state is None:  # ended and forgotten, or never committed: nobody is there for it
                for leg in legs:
                    await calls.switch.hang_up(leg.leg)
                return
            if not legs and state.callback and state.place in (Place.QUEUE, Place.ARRIVED):
                return  # waits for its turn; taken up with its offer
            call = Call(
                calls, contact, state.client, state.entry, direction=state.direction, language=state.language,
                caller=Caller(customer=state.customer),
            )  # fmt: skip
            calls.calls[contact] = call
            for now in legs:
                _take_leg(call, now)
            for bridge in scene.bridges:
                if set(bridge.legs) & call.legs.keys() and contact in bridge.bridge:
                    call.bridged[bridge.bridge] = bridge.legs
            calls.bring_up(call)
            _take_recording(call, legs, scene, noted.recordings)
            _take_listeners(call, noted.listeners)
            for agent in (state.agent, state.offered_to):
                if agent is not None:
                    call.offers[agent] = 1
            if restarted and not legs:
                call.put(partial(_lost, call))
            else:
                call.put(partial(_take_up, call, legs))
        except JietongError as error:
            log.warning("call_not_reconciled", contact=contact, code=error.code)


def _take_leg(call: Call, now: LegNow) -> None:
    party = Party(now.marks.get(PARTY_MARK, Party.CUSTOMER))
    leg = Leg(
        now.leg, party, agent=now.marks.get(AGENT_MARK), extension=now.extension, number=now.caller or now.number,
        trunk=now.trunk, up=now.answered, role=now.marks.get(ROLE_MARK, ""),
    )  # fmt: skip
    call.calls.add_leg(call, leg)
    if party is Party.CUSTOMER:
        call.customer = leg
    elif party is Party.SUPERVISOR and leg.agent is not None:
        found = Listening(leg.agent, leg, Supervision(now.marks.get("mode", Supervision.LISTEN)))
        found.told = found.mode
        call.listening[leg.agent] = found


def _take_recording(call: Call, legs: list[LegNow], scene: Scene, noted: list[Begun] | None) -> None:
    """The recording of which anything is under way goes on. The others are finished when all calls are in order."""
    marks = next((leg.marks for leg in legs if leg.marks.get(recording.REC_MARK)), {})
    note, pauses = marks.get(recording.REC_MARK, ""), marks.get(recording.PAUSE_MARK, "")
    mine = [one for one in noted or () if one.call == call.contact and one.talk]
    known = {one.recording for one in mine}
    if note:
        read = recording.read_note(call, note, pauses)
        mine = [recording.with_pauses(one, pauses if one.recording == read.recording else "") for one in mine]
        if read.recording not in known:
            mine.append(read)
    for one in reversed(mine):
        if any(one.name(track) in scene.recordings for track in one.tracks):
            recording.take_up(call, one, scene.recordings, known=noted is None or one.recording in known)
            return


def _take_listeners(call: Call, noted: list[Listener] | None) -> None:
    """As the ledger has them: the way of taking part may have been changed since the telephone rang."""
    told = {one.by: one.mode for one in noted or () if one.contact == call.contact}
    for by, found in call.listening.items():
        if noted is not None:
            found.told = told.get(by)
            found.mode = found.told or found.mode


async def _take_up(call: Call, legs: list[LegNow]) -> None:
    """A call of before goes on."""
    calls, standing = call.calls, call.standing
    customer = call.customer
    if customer is None and not standing.over and not standing.callback and not standing.dialling:
        await talk.leave(call, Outcome.LOST_IN_FLOW)  # hung up while we were away
        return
    if standing.dialling and customer is None:
        return  # the agent's telephone is rung, or the customer's: `settle`
    if standing.talk and standing.agent is not None and call.owner is None and call.there:
        await calls.ask(AgentLegLost(standing.agent, call.contact, "lost"))
    if not call.there:
        return
    noted = {leg.leg: leg.marks.get(flow_host.STATE_MARK) for leg in legs}
    state = flow_host.read_note(noted.get(customer.id)) if customer is not None else None
    serving = await _version_of(call)
    if call.standing.over and (state is None or call.standing.outcome not in TALKED):
        for leg in call.live_legs:  # given up on meanwhile: there is nothing to go on with
            await calls.hang_up(call, leg)
        return
    if serving is None:
        caretaker.take(call)
    elif call.standing.in_flow:
        flow_host.lead(call, *serving, state, sorry=True)
    elif state is None:
        caretaker.take(call)
    else:
        flow_host.lead(call, *serving, state)


async def _version_of(call: Call) -> tuple[Flow, int] | None:
    """The very version by which the customer came, where it can be had."""
    standing = call.standing
    if standing.flow is None:
        return None
    try:
        return await call.calls.flows.version(standing.flow, standing.flow_version)
    except JietongError:
        return call.calls.flows.serving(standing.flow)


async def _catch_up(call: Call, here: set[str]) -> None:
    """What the switch could not tell us while we had lost it."""
    calls = call.calls
    for leg in call.live_legs:
        if leg.id not in here:
            leg.gone, leg.cause = True, "normal"
            calls.lines.release(leg.id)
            await calls.gone(call, leg)
    await recording.ask_again(call)
    call.stir()


async def _lost(call: Call) -> None:
    """The switch failed, and the call with it."""
    calls = call.calls
    for leg in call.live_legs:
        leg.gone, leg.cause = True, "lost"
        calls.lines.release(leg.id)
        calls.by_leg.pop(leg.id, None)
        calls.witnesses.leg_ended(call, leg, "lost")
    call.bridged.clear()
    call.music.clear()
    supervision.lost(call)
    call.handed_on = call.asking_outside = False
    if call.known and not call.standing.over:
        await calls.ask(CallLost(call.contact))
    await recording.lost(call)
    call.customer = None if call.standing.callback else call.customer
    call.stir()
