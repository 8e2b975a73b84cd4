"""The talk itself: who is bridged with whom, music, the hold key, and what happens when somebody hangs up."""

from typing import TYPE_CHECKING

import structlog

from jietong.calls import media, recording
from jietong.calls.model import Leg, Standing
from jietong.core.commands import (
    AnyCommand,
    CallbackResult,
    CallLost,
    CloseContact,
    CustomerLeft,
    DialResult,
    Hold,
    LeaveFlow,
    Resume,
    TransferOut,
)
from jietong.core.errors import JietongError, Refused
from jietong.core.vocabulary import Direction, EndedBy, Outcome, Party, Place

if TYPE_CHECKING:
    from jietong.calls.call import Call

log = structlog.get_logger(__name__)

TRIES = 6
HOLD_MUSIC = "default"


async def settle(call: "Call") -> None:
    """Makes the switch's bridges and music what they should be now."""
    if recording.must_tell_first(call):
        call.announcing = True
        call.calls.background(_announce(call), "tell of recording")
    wish = media.wish(
        call.contact,
        call.standing,
        call.legs.values(),
        customer_busy=call.announcing,
        handed_on=call.handed_on,
        asking_outside=call.asking_outside,
        barging=call.barging,
    )
    switch = call.calls.switch
    for bridge, members in wish.bridges.items():
        if call.bridged.get(bridge) != members:
            await _bridge(call, bridge, members)
    for bridge in [bridge for bridge in call.bridged if bridge not in wish.bridges]:
        if await call.calls.on_leg(call, _any(call), switch.unbridge(bridge)):
            del call.bridged[bridge]
    if call.standing.talk or call.handed_on:
        customer = call.customer
        if customer is not None and customer.there and not call.announcing:
            if customer.id in wish.music:
                await call.start_music(HOLD_MUSIC)
            elif not any(customer.id in members for members in wish.bridges.values()):
                await call.silence(customer)


async def _bridge(call: "Call", bridge: str, members: tuple[str, ...]) -> None:
    switch = call.calls.switch
    for play, leg in tuple(call.plays.items()):
        if leg in members:
            await call.calls.on_leg(call, call.legs[leg], switch.stop_playing(play))
    if await call.calls.on_leg(call, _any(call), switch.bridge(bridge, members)):
        call.bridged[bridge] = members
        for leg in members:
            call.music.pop(leg, None)  # being bridged ends it


async def _announce(call: "Call") -> None:
    try:
        await recording.tell(call, call.calls.queue(call.standing.queue))
    finally:
        call.announcing = False
        call.look()


def _any(call: "Call") -> Leg:
    """For words in the log."""
    return call.customer or next(iter(call.legs.values()), Leg("none", Party.CUSTOMER))


async def hold_pressed(call: "Call", leg: Leg, held: bool) -> None:
    """The telephone's own key does what the desk's does. Of the customer's telephone it is the customer's affair."""
    standing = call.standing
    if leg.party is not Party.AGENT or leg.agent != standing.agent or not standing.talk or standing.dialling:
        return
    if leg.role == "second":
        return
    agent = leg.agent or ""
    if held and standing.place is Place.TALK:
        await call.calls.ask(Hold(agent, call.contact))
    elif not held and standing.place is Place.HOLD:
        await call.calls.ask(Resume(agent, call.contact))


# --- hanging up ---------------------------------------------------------------------------------------------------


async def customer_gone(call: "Call", leg: Leg, cause: str) -> None:
    """The customer's line is over. What it means depends on where the contact is."""
    if leg is not call.customer:
        return
    standing = call.standing
    if standing.callback and leg.role != "reach":
        call.customer = None  # has laid down, to be called back
        return
    call.handing = None
    call.asking_outside = False
    if call.outside is not None:
        await call.calls.hang_up(call, call.outside)
    if not call.known or standing.over:
        return
    if standing.dialling:
        await not_reached(call)
    elif standing.in_flow and call.way is not None:
        call.stir()  # the flow knows how far the customer has come, and tells
    elif cause == "lost":
        await call.calls.ask(CallLost(call.contact))
    else:
        await leave(call, Outcome.LOST_IN_FLOW)


async def not_reached(call: "Call") -> None:
    """The dialled customer did not answer, or the attempt was given up."""
    agent = call.standing.agent or ""
    result: AnyCommand
    if call.direction is Direction.OUTBOUND and not call.standing.callback:
        result = DialResult(agent, call.contact, reached=False)
    else:
        result = CallbackResult(agent, call.contact, reached=False)
    await call.calls.ask(result)
    call.customer = None


async def leave(call: "Call", outcome: Outcome, node: str | None = None) -> None:
    """Tells that the customer has hung up, wherever the contact is by now: it may be moving just then."""
    for _ in range(TRIES):
        standing = call.standing
        if standing.over or standing.callback:
            return  # of a call-back it is known that they have hung up
        if call.customer is not None and call.customer.cause == "lost":
            await call.calls.ask(CallLost(call.contact))  # it was the switch that hung up
            return
        command: AnyCommand = CustomerLeft(call.contact)
        if standing.in_flow:
            command = LeaveFlow(call.contact, "hung_up", outcome, by=EndedBy.CUSTOMER, node=node or call.node)
        try:
            await call.calls.submit(command)
        except Refused as error:
            log.info("leaving_crossed", contact=call.contact, code=error.code)
            await call.calls.writer.settled()
            call.calls.bring_up(call)
            if _same(standing, call.standing):
                break
        else:
            return
    await call.calls.ask(CloseContact(call.contact, by=EndedBy.CUSTOMER))


def _same(one: Standing, other: Standing) -> bool:
    return one.place is other.place and one.in_flow == other.in_flow


async def hand_over(call: "Call") -> None:
    """To the party outside with whom the agent has talked, or who was rung: the two go on alone."""
    agent = call.standing.agent
    if agent is None:
        return
    call.handed_on, call.asking_outside, call.handing = True, False, None
    try:
        await call.calls.submit(TransferOut(agent, call.contact))
    except JietongError as error:
        call.handed_on = False
        log.warning("not_handed_on", contact=call.contact, code=error.code)
