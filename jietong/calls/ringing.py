"""Offers ring telephones: an agent's softphone, SIP phone, or plain number outside.

A softphone or SIP phone that is taken up has accepted. A plain number has accepted once a key was pressed: a mailbox
or whoever else answers there takes no call. An offer that was accepted at the desk first goes on ringing until the
telephone is up; without a telephone it counts as missed. A telephone that answers too late is hung up on, softly.
"""

from functools import partial
from typing import TYPE_CHECKING

import structlog

from jietong.calls import outbound, talk, words
from jietong.calls.model import Leg, marks
from jietong.channels.switch import Address
from jietong.core.commands import (
    Accept,
    AgentLegLost,
    CancelConsult,
    CompleteConsult,
    Decline,
    End,
)
from jietong.core.errors import Invalid, Refused
from jietong.core.ids import new_id
from jietong.core.specs import ExtensionSpec
from jietong.core.vocabulary import Direction, Party
from jietong.customers import rules as customer_rules

if TYPE_CHECKING:
    from jietong.calls.call import Call

log = structlog.get_logger(__name__)

RING_S = 60
"""How long a telephone rings at most. Offers are over sooner, by the queue's own rule."""
KEY_TO_TAKE = "1"
KEY_WITHIN_S = 15
"""Whoever answers a plain telephone and presses nothing for so long is no agent."""
REFUSALS = frozenset({"busy", "rejected"})


async def settle(call: "Call") -> None:
    """Rings whom the call is offered to, and stops ringing where it is not any more."""
    standing = call.standing
    wanted: dict[str, str] = {}  # agent → for what, so that each offer rings once
    if standing.offered_to is not None and (standing.waits or standing.callback):
        wanted[standing.offered_to] = f"offer {standing.offered_to} {call.offers.get(standing.offered_to, 0)}"
    if standing.talk and standing.agent is not None:
        wanted[standing.agent] = f"talk {standing.agent} {standing.talk_since}"
    if standing.talk and standing.consult is not None:
        other = standing.consult.other
        wanted[other] = f"consult {other} {call.offers.get(other, 0)}"
    for leg in call.live_legs:
        if leg.party is Party.AGENT and leg.agent not in wanted:
            await call.calls.hang_up(call, leg)
    for agent, why in wanted.items():
        tried = why in call.tried
        call.tried.add(why)
        if not tried and not call.agent_legs(agent):
            await ring(call, agent, auto_answer=standing.agent == agent and call.direction is Direction.OUTBOUND)


async def ring(call: "Call", agent: str, *, auto_answer: bool) -> None:
    """Has the agent's telephone ring. Where none can be had, the engine is told."""
    calls = call.calls
    spec = calls.lines.extension_of(agent)
    leg = Leg(f"a-{new_id(calls.time.now())}", Party.AGENT, agent=agent, extension=spec.id if spec else None)
    address = address_of(call, leg, spec) if spec is not None else None
    if spec is None or address is None:
        await _not_had(call, agent, "unreachable")
        return
    leg.confirmed = spec.kind != "number"
    leg.trunk = address.trunk
    calls.add_leg(call, leg)
    shown, name = shown_to_agent(call)
    rung = await calls.on_leg(
        call,
        leg,
        calls.switch.originate(
            leg.id,
            address,
            caller_id=shown,
            caller_name=name,
            timeout_s=RING_S,
            marks=marks(call.contact, leg),
            auto_answer=auto_answer and spec.kind == "softphone",
        ),
    )
    if rung:
        calls.witnesses.leg_started(call, leg)
        return
    calls.drop_leg(call, leg)
    await _not_had(call, agent, "unreachable")


def address_of(call: "Call", leg: Leg, spec: ExtensionSpec) -> Address | None:
    """Where the telephone is; None: no line is free to ring it."""
    if spec.kind != "number":
        return Address(extension=spec.id)
    way = call.calls.lines.way_out(leg.id, spec.number or "", None)
    return Address(number=way.number, trunk=way.trunk) if way is not None else None


def shown_to_agent(call: "Call") -> tuple[str, str]:
    """(caller id, name) on the agent's telephone: as much of the number as the desk shows, too."""
    number = call.caller.number or call.number
    masked = masked_number(number, call.calls.region)
    return masked or call.entry, call.caller.name or masked or ""


def masked_number(number: str | None, region: str) -> str | None:
    if number is None:
        return None
    if not number.startswith("+"):
        return number if len(number) <= 6 else f"****{number[-4:]}"  # an inside number hides nothing
    try:
        return customer_rules.masked_phone(number, region)
    except Invalid:
        return f"****{number[-4:]}"


async def answered(call: "Call", leg: Leg) -> None:
    if leg.confirmed:
        await _taken(call, leg)
        return
    say = words.saying(call.language, words.PRESS_TO_TAKE)
    media = await call.calls.speech.media(say)
    if media:
        await call.calls.on_leg(call, leg, call.calls.switch.play(leg.id, f"k-{leg.id}", media))
    time = call.calls.time
    time.call_at(time.now() + KEY_WITHIN_S * 1000, lambda: call.put(partial(_no_key, call, leg)))


async def _no_key(call: "Call", leg: Leg) -> None:
    if not leg.confirmed:
        await call.calls.hang_up(call, leg)


async def pressed(call: "Call", leg: Leg, digit: str) -> None:
    if leg.party is Party.AGENT and not leg.confirmed and leg.up and not leg.gone and digit == KEY_TO_TAKE:
        leg.confirmed = True
        await call.calls.on_leg(call, leg, call.calls.switch.stop_playing(f"k-{leg.id}"))
        await _taken(call, leg)


async def _taken(call: "Call", leg: Leg) -> None:
    """The telephone is up. The bridge is made when the acceptance has been committed."""
    standing = call.standing
    agent = leg.agent or ""
    if leg.role == "second":
        return
    consult = standing.consult
    offered = standing.offered_to == agent or (consult is not None and consult.other == agent and not consult.joined)
    if offered:
        try:
            await call.calls.submit(Accept(agent, call.contact))
        except Refused as error:
            log.info("answered_too_late", contact=call.contact, agent=agent, code=error.code)
            await call.calls.hang_up(call, leg)
    # Else the desk was first, or the offer has gone: `settle` bridges or hangs up.


async def gone(call: "Call", leg: Leg, cause: str) -> None:
    """The telephone has been laid down, or could not be rung."""
    agent = leg.agent or ""
    standing = call.standing
    consult = standing.consult
    if leg.role == "second":
        if consult is not None and call.handing is None:
            await call.calls.ask(CancelConsult(agent, call.contact))
        return
    if call.agent_leg(agent) is not None:
        return
    asked = consult is not None and consult.other == agent
    if standing.offered_to == agent or (asked and consult is not None and not consult.joined):
        if cause in REFUSALS or (leg.up and cause == "normal"):
            await call.calls.ask(Decline(agent, call.contact))
        else:
            await _not_had(call, agent, cause)
        return
    if not standing.talk:
        return
    if asked:
        await call.calls.ask(End(agent, call.contact))  # of an adviser: they leave the consultation
        return
    if standing.agent != agent:
        return
    if not leg.up or not leg.confirmed or cause in ("lost", "failed"):
        if standing.dialling and call.direction is Direction.INBOUND and leg.up:
            await outbound.given_up(call)
        else:
            await _not_had(call, agent, cause)
    elif standing.dialling:
        await outbound.given_up(call)
    elif call.handing is not None:
        pass  # the telephone has let go of a call that it hands on: see `transfer`
    elif consult is not None and consult.joined:
        # Whoever asked goes, the two who are left go on: nobody is dropped because one lays down.
        await call.calls.ask(CompleteConsult(agent, call.contact))
    elif call.outside is not None and call.outside.there:
        await talk.hand_over(call)
    else:
        await call.calls.ask(End(agent, call.contact))


async def _not_had(call: "Call", agent: str, why: str) -> None:
    known = {"no_answer", "rejected", "busy", "unreachable", "lost"}
    await call.calls.ask(AgentLegLost(agent, call.contact, why if why in known else "unreachable"))
