"""A leg arrives at a number: let in or turned away, recognised, and led through the number's flow."""

from functools import partial
from typing import TYPE_CHECKING

import structlog

from jietong.calls import callers, flow_host, outbound, store, transfer
from jietong.calls.call import Call
from jietong.calls.model import Leg, marks
from jietong.calls.pages import Page
from jietong.channels.switch import LegArrived
from jietong.core.commands import Enter, RefuseEntry
from jietong.core.errors import Refused, Unavailable
from jietong.core.ids import new_id
from jietong.core.specs import NumberSpec
from jietong.core.vocabulary import Channel, Direction, Party

if TYPE_CHECKING:
    from jietong.calls.service import Calls

log = structlog.get_logger(__name__)

BUSY_WITH = {"no_channels": "congestion", "no_flow": "congestion", "inactive": "rejected"}
"""What the caller's exchange is told; where nothing is named, busy."""
ENTER_WITHIN_S = 15.0
"""How long a caller rings while the database is away, before we give up."""


def arrived(calls: "Calls", tell: LegArrived) -> None:
    """At once and without waiting: everything else is done in the call's own mailbox."""
    if tell.leg in calls.by_leg:
        return
    number = calls.lines.number(tell.number, tell.trunk)
    if number is None and tell.extension is not None and tell.token is None:
        agent = _agent_of(calls, tell.extension)
        if agent is not None:
            _dialled_by_agent(calls, tell, agent)
            return
    page = calls.pages.take(tell.token, calls.time.now(), tell.leg) if tell.token is not None else None
    if number is None or not _vouched(calls, tell, number, page):
        log.info("call_to_unknown_number", trunk=tell.trunk)
        calls.background(calls.switch.hang_up(tell.leg, "rejected"), "hang up")
        return
    why = calls.lines.admit(tell.leg, number, tell.trunk)
    call = Call(calls, new_id(calls.time.now()), number.client, number.id, language=number.language)
    call.customer = Leg(tell.leg, Party.CUSTOMER, number=tell.caller, trunk=tell.trunk)
    calls.calls[call.contact] = call
    calls.add_leg(call, call.customer)
    call.put(lambda: _enter(call, call.customer, tell, number, page, why))


def _vouched(calls: "Calls", tell: LegArrived, number: NumberSpec, page: Page | None) -> bool:
    """By its trunk or telephone; a call from the web page by a token that we gave for this number, used now."""
    if tell.token is not None:
        return page is not None and page.number == number.id
    if tell.trunk is not None or tell.extension is not None:
        return True
    return getattr(calls.switch, "web_call", None) is None  # else it came by the page's account, without a token


async def _enter(
    call: Call, leg: Leg | None, tell: LegArrived, number: NumberSpec, page: Page | None, why: str | None
) -> None:
    assert leg is not None
    calls = call.calls
    serving = calls.flows.serving(number.flow)
    if why is None and not number.active:
        why = "inactive"
    if why is None and serving is None:
        why = "no_flow"
    presented = tell.caller
    if page is not None:
        presented = None  # a browser's account is no telephone number
        call.language = page.language
    call.caller = await callers.recognise(calls, number.client, presented)
    row = store.call_write(
        contact=call.contact,
        client=call.client,
        direction=Direction.INBOUND,
        entry=number.id,
        trunk=tell.trunk,
        caller=call.caller.number,
        dialled=tell.number,
        leg=leg.id,
        at=calls.time.now(),
    )
    try:
        if why is not None or serving is None:
            refuse = RefuseEntry(
                call.contact, Channel.VOICE, call.client, number.id, why or "no_flow",
                customer=call.caller.customer, trunk=tell.trunk,
            )  # fmt: skip
            await calls.submit(refuse, writes=[row], patience_s=ENTER_WITHIN_S)
            await calls.hang_up(call, leg, BUSY_WITH.get(why or "", "busy"))
            calls.witnesses.leg_started(call, leg)
            return
        flow, version = serving
        enter = Enter(
            call.contact, Channel.VOICE, call.client, number.id, flow.id, version,
            customer=call.caller.customer, language=call.language,
        )  # fmt: skip
        await calls.submit(enter, writes=[row], patience_s=ENTER_WITHIN_S)
    except (Refused, Unavailable) as error:
        log.error("call_not_entered", contact=call.contact, code=error.code)
        await calls.hang_up(call, leg, "congestion")
        calls.forget(call)
        return
    calls.witnesses.leg_started(call, leg)
    if leg.gone:
        return  # what follows from that is next in the mailbox
    await calls.on_leg(call, leg, calls.switch.mark(leg.id, marks(call.contact, leg)))
    if await calls.on_leg(call, leg, calls.switch.answer(leg.id)):
        leg.up = True
        calls.witnesses.leg_answered(call, leg)
        flow_host.lead(call, flow, version)


# --- telephones of our own that dial ------------------------------------------------------------------------------


def _agent_of(calls: "Calls", extension: str) -> str | None:
    spec = calls.lines.extension(extension)
    return spec.agent if spec is not None and spec.active else None


def _dialled_by_agent(calls: "Calls", tell: LegArrived, agent: str) -> None:
    """From within a talk: the agent's telephone asks somebody by its second line. Else it dials a customer."""
    for call in calls.calls.values():
        if call.standing.talk and call.standing.agent == agent and call.owner is not None:
            leg = Leg(tell.leg, Party.AGENT, agent=agent, extension=tell.extension, role="second")
            calls.add_leg(call, leg)
            call.put(partial(transfer.second_line, call, leg, tell.number))
            return
    outbound.dialled_by_telephone(calls, agent, tell)
