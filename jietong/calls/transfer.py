"""Handing a call on: by the telephone's own key (REFER), to numbers outside, by a second line, and by a flow."""

from typing import TYPE_CHECKING

import structlog

from jietong.calls import talk, words
from jietong.calls.model import Leg, marks
from jietong.channels.switch import Address, TransferPressed
from jietong.core.commands import (
    AgentLegLost,
    CompleteConsult,
    Consult,
    Hold,
    LeaveFlow,
    Resume,
    Transfer,
)
from jietong.core.errors import Invalid, JietongError, Refused
from jietong.core.ids import new_id
from jietong.core.vocabulary import EndedBy, Outcome, Party, Place
from jietong.customers import rules as customer_rules
from jietong.flows.acts import Connect

if TYPE_CHECKING:
    from jietong.calls.call import Call

log = structlog.get_logger(__name__)

OUTSIDE_RINGS_S = 40


async def pressed(call: "Call", leg: Leg, tell: TransferPressed) -> None:
    """An agent's telephone hands the call on. Where it leads nowhere, the agent is told and the call goes on."""
    standing = call.standing
    agent = leg.agent
    if leg.party is not Party.AGENT or agent is None or agent != standing.agent or not standing.talk:
        return
    try:
        if tell.other is not None:
            await _attended(call, agent)
        else:
            await _blind(call, agent, (tell.target or "").strip())
    except JietongError as error:
        log.info("transfer_leads_nowhere", contact=call.contact, agent=agent, code=error.code)
        await call.calls.on_leg(call, leg, call.calls.switch.refuse_transfer(leg.id))
        await say_to(call, leg)


async def _attended(call: "Call", agent: str) -> None:
    """To whom the second line of the telephone talks, or rings."""
    consult = call.standing.consult
    if consult is not None:
        command = CompleteConsult(agent, call.contact) if consult.joined else None
        await call.calls.submit(command or Transfer(agent, call.contact, to_agent=consult.other))
    elif call.outside is not None and call.outside.there:
        await talk.hand_over(call)
    elif call.outside is not None:
        call.handing = agent  # it still rings there: handed over when it is answered
    else:
        raise Refused("nowhere", "There is nobody on the second line.")


async def _blind(call: "Call", agent: str, target: str) -> None:
    calls = call.calls
    spec = calls.lines.extension(target)
    if spec is not None and spec.agent is not None:
        await calls.submit(Transfer(agent, call.contact, to_agent=spec.agent))
    elif target in calls.writer.engine.queues:
        await calls.submit(Transfer(agent, call.contact, to_queue=target))
    else:
        await outside(call, agent, target, blind=True)


async def say_to(call: "Call", leg: Leg) -> None:
    """Tells an agent that somebody could not be reached. Heard by the agent alone."""
    media = await call.calls.speech.media(words.saying(call.language, words.NOT_REACHED))
    if media and leg.there:
        await call.calls.on_leg(
            call, leg, call.calls.switch.play(leg.id, f"n-{new_id(call.calls.time.now())}", media)
        )


# --- numbers outside ----------------------------------------------------------------------------------------------


async def outside(call: "Call", agent: str, number: str, *, blind: bool) -> None:
    """Rings a number outside while the customer hears music: to hand the call on as soon as it is answered (blind),
    or for the agent to speak to first.

    Raises Refused `not_yours`, `wrong_place`, `outside_busy`, `no_way_out`; Invalid `bad_phone`.
    """
    standing = call.standing
    if standing.agent != agent:
        raise Refused("not_yours", "Another agent has this call, or nobody.")
    if not standing.talk or standing.dialling or not call.there:
        raise Refused("wrong_place", "There is no customer on the line to hand on.", place=standing.place)
    if call.outside is not None or standing.consult is not None:
        raise Refused("outside_busy", "Somebody is being asked already.")
    leg = _leg_to(call, number)
    if standing.place is Place.TALK:
        try:
            await call.calls.submit(Hold(agent, call.contact))
        except JietongError:
            call.calls.drop_leg(call, leg)
            raise
    call.handing = agent if blind else None
    call.asking_outside = not blind
    if not await _ring_outside(call, leg):
        await outside_gone(call, leg, "unreachable")


def _leg_to(call: "Call", number: str) -> Leg:
    """To a number outside, or to a telephone of the house that is no agent's. Raises as `outside`, and Refused
    `agents_telephone`."""
    calls = call.calls
    spec = calls.lines.extension(number.strip())
    if spec is None:
        return _outside_leg(call, customer_rules.phone(number, calls.region))
    if spec.agent is not None:
        raise Refused(
            "agents_telephone", "This is an agent's telephone: hand the call to the agent.", agent=spec.agent
        )
    if spec.kind == "number":
        return _outside_leg(call, spec.number or "")
    call.shown_outside = call.entry
    return calls.add_leg(call, Leg(f"o-{new_id(calls.time.now())}", Party.OUTSIDE, extension=spec.id))


def _outside_leg(call: "Call", number: str) -> Leg:
    calls = call.calls
    leg = Leg(f"o-{new_id(calls.time.now())}", Party.OUTSIDE, number=number)
    way = calls.lines.way_out(leg.id, number, call.caller_id)
    if way is None:
        raise Refused("no_way_out", "No line to the telephone network is free, or none is set up.")
    leg.trunk, leg.number = way.trunk, way.number
    call.shown_outside = way.caller_id
    return calls.add_leg(call, leg)


async def _ring_outside(call: "Call", leg: Leg, timeout_s: int = OUTSIDE_RINGS_S) -> bool:
    calls = call.calls
    address = (
        Address(extension=leg.extension) if leg.extension is not None else Address(number=leg.number, trunk=leg.trunk)
    )
    rung = await calls.on_leg(
        call,
        leg,
        calls.switch.originate(
            leg.id, address, caller_id=call.shown_outside, timeout_s=timeout_s, marks=marks(call.contact, leg)
        ),
    )
    if rung:
        calls.witnesses.leg_started(call, leg)
    else:
        calls.drop_leg(call, leg)
    return rung


async def outside_answered(call: "Call", leg: Leg) -> None:
    if call.handing is not None:
        await talk.hand_over(call)


async def outside_gone(call: "Call", leg: Leg, cause: str) -> None:
    """The party outside has laid down, or was not reached: whoever is left goes on."""
    if call.handed_on:
        call.handed_on = False
        call.stir()
        if call.way is None and call.customer is not None:
            await call.calls.hang_up(call, call.customer)
        return
    agent, call.handing = call.handing, None
    asked, call.asking_outside = call.asking_outside, False
    if not call.standing.talk or call.standing.agent is None:
        return
    owner = call.owner
    if owner is None:  # the telephone let go when it handed on
        await call.calls.ask(AgentLegLost(call.standing.agent, call.contact, "lost"))
        return
    if not leg.up:
        call.calls.background(say_to(call, owner), "tell of failure")
    if (agent is not None or asked) and call.standing.place is Place.HOLD:
        await call.calls.ask(Resume(call.standing.agent, call.contact))


async def complete_outside(call: "Call", agent: str) -> None:
    """After speaking to them: they take the customer over. Raises Refused `nobody_asked`."""
    _asking(call, agent)
    await talk.hand_over(call)


async def merge_outside(call: "Call", agent: str) -> None:
    """Three-way with the party outside. Raises Refused `nobody_asked`."""
    _asking(call, agent)
    call.asking_outside = False
    await call.calls.submit(Resume(agent, call.contact))


async def cancel_outside(call: "Call", agent: str) -> None:
    """Back to the customer. Raises Refused `nobody_asked`."""
    if call.outside is None or call.standing.agent != agent:
        raise Refused("nobody_asked", "Nobody outside is being asked about this call.")
    await call.calls.hang_up(call, call.outside)


def _asking(call: "Call", agent: str) -> None:
    if call.outside is None or not call.outside.there or call.standing.agent != agent:
        raise Refused("nobody_asked", "Nobody outside has answered about this call.")


# --- the second line of an agent's telephone ----------------------------------------------------------------------


async def second_line(call: "Call", leg: Leg, number: str) -> None:
    """The agent asks somebody from the telephone itself, the customer being on hold there."""
    calls = call.calls
    agent = leg.agent or ""
    calls.witnesses.leg_started(call, leg)
    await calls.on_leg(call, leg, calls.switch.mark(leg.id, marks(call.contact, leg)))
    spec = calls.lines.extension(number)
    try:
        if spec is not None and spec.agent is not None:
            await calls.submit(Consult(agent, call.contact, spec.agent))
        else:
            await outside(call, agent, number, blind=False)
    except (Refused, Invalid) as error:
        log.info("second_line_refused", contact=call.contact, agent=agent, code=error.code)
        await calls.hang_up(call, leg, "busy")
        return
    await calls.on_leg(call, leg, calls.switch.ring(leg.id))


async def settle(call: "Call") -> None:
    """A second line is up while somebody is at its other end, and not without."""
    second = next((leg for leg in call.live_legs if leg.party is Party.AGENT and leg.role == "second"), None)
    if second is None:
        return
    consult, calls = call.standing.consult, call.calls
    if consult is None and call.outside is None:
        await calls.hang_up(call, second)
        return
    other_is_up = (consult is not None and consult.joined) or (call.outside is not None and call.outside.there)
    if other_is_up and not second.up and await calls.on_leg(call, second, calls.switch.answer(second.id)):
        second.up = True
        calls.witnesses.leg_answered(call, second)


# --- a flow's transfer --------------------------------------------------------------------------------------------


async def connect(call: "Call", wish: Connect, *, contact_open: bool, node: str | None) -> bool:
    """Rings and connects; returns when the other side has gone. False: not reached. Raises CustomerGone."""
    calls = call.calls
    try:
        if wish.to == "extension":
            leg = calls.add_leg(call, Leg(f"o-{new_id(calls.time.now())}", Party.OUTSIDE, extension=wish.number))
            call.shown_outside = call.entry
        else:
            leg = _outside_leg(call, customer_rules.phone(wish.number, calls.region))
    except (Refused, Invalid) as error:
        log.info("flow_transfer_failed", contact=call.contact, code=error.code)
        return False
    if not await _ring_outside(call, leg, wish.timeout_s):
        return False
    await call.start_music("default")
    try:
        await call.until(lambda: leg.gone or leg.up or not call.there)
        call.check_line()
        if not leg.there:
            return False
        if contact_open and not await calls.ask(
            LeaveFlow(call.contact, "transferred_out", Outcome.TRANSFERRED_OUT, by=EndedBy.SYSTEM, node=node or None)
        ):
            return False
        call.handed_on = True
        call.look()
        await call.until(lambda: leg.gone or not call.there)
        call.check_line()
        return True
    finally:
        call.handed_on = False
        if not leg.gone:
            await calls.hang_up(call, leg)
