"""Dialling out: an agent dials a customer, or a call-back has its turn (A8). The agent's telephone comes up first."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import structlog

from jietong.calls import callers, caretaker, store, talk
from jietong.calls.call import Call
from jietong.calls.model import Caller, Leg, marks
from jietong.channels.switch import Address, LegArrived, Media
from jietong.core.commands import AnyCommand, CallbackResult, Dial, DialResult
from jietong.core.errors import Forbidden, Invalid, JietongError, NotFound, Refused, Unavailable
from jietong.core.ids import new_id
from jietong.core.vocabulary import Direction, Party
from jietong.customers import rules as customer_rules
from jietong.customers import store as customer_store
from jietong.customers.model import IdentityKind
from jietong.db.pool import ALL
from jietong.identity.model import Principal

if TYPE_CHECKING:
    from jietong.calls.service import Calls

log = structlog.get_logger(__name__)

BEGIN_WITHIN_S = 5.0
"""How long dialling is tried while the database is away: the word of a commit may be lost, never the call."""
REACH_S = 45
"""How long a customer's telephone rings."""
RINGBACK = Media("tone:ring")


async def dial(
    calls: "Calls",
    by: Principal,
    *,
    number: str | None = None,
    customer: str | None = None,
    identity: int | None = None,
    queue: str | None = None,
    client: str | None = None,
    caller_id: str | None = None,
) -> str:
    """Click to dial: rings the agent's own telephone (a softphone answers by itself), then the customer. Gives the
    contact. `number` as people write it, or the first one of a customer's file.

    Raises Forbidden `no_agent`, `other_client`; Invalid `bad_phone`, `number_missing`, `bad_caller_id`; NotFound
    `unknown_queue`, `unknown_customer`, `no_number`; Refused `no_telephone`, `no_way_out` and what the engine says.
    """
    agent = by.agent_id
    if agent is None:
        raise Forbidden("no_agent", "This account is not an agent's.")
    spec = calls.queue(queue) if queue is not None else None
    if queue is not None and (spec is None or not by.sees(spec.client)):
        raise NotFound("unknown_queue", "There is no such queue.")
    if customer is not None:
        client, number = await _of_customer(calls, by, customer, number, identity)
    owner = spec.client if spec is not None else client or _only_client(calls, by)
    if not by.sees(owner):
        raise Forbidden("other_client", "This client is not within your reach.")
    if not number or not number.strip():
        raise Invalid("number_missing", "Give the number to dial.", field="number")
    e164 = customer_rules.phone(number, calls.region)
    if calls.lines.extension_of(agent) is None:
        raise Refused("no_telephone", "No telephone is set up for you: ask an administrator for an extension.")
    if caller_id is not None:
        own = calls.lines.number(caller_id, None)
        if own is None or not own.active or own.client != owner:
            raise Invalid("bad_caller_id", "Show a number of this client's.", field="caller_id")
        caller_id = own.id
    shown = caller_id or (spec.caller_id if spec is not None else None)
    call = _new(calls, owner, shown, Caller(number=e164, customer=customer))
    if customer is None:
        call.caller = await callers.recognise(calls, owner, e164)
    await _begin(call, agent, queue)
    return call.contact


def dialled_by_telephone(calls: "Calls", agent: str, tell: LegArrived) -> None:
    """A number that an agent has dialled on the telephone itself: as from the desk, by the leg that is there. The leg
    is the call's at once, so that laying down is never missed."""
    engine = calls.writer.engine
    state = engine.agents.get(agent)
    try:
        e164 = customer_rules.phone(tell.number, calls.region)
        if state is None:
            raise Refused("no_agent", "This telephone is nobody's.")
        client = _only_client(calls, None, engine.serves[state.index])
    except JietongError as error:
        log.info("telephone_dial_refused", agent=agent, code=error.code)
        calls.background(calls.switch.hang_up(tell.leg, "rejected"), "hang up")
        return
    call = _new(calls, client, None, Caller(number=e164))
    calls.calls[call.contact] = call
    leg = calls.add_leg(call, Leg(tell.leg, Party.AGENT, agent=agent, extension=tell.extension))
    call.put(lambda: _lead_out(call, agent, leg))


async def _lead_out(call: Call, agent: str, leg: Leg) -> None:
    """In the call's mailbox: whoever lays down meanwhile is heard of after it."""
    calls = call.calls
    call.caller = await callers.recognise(calls, call.client, call.number)
    try:
        if leg.gone:
            raise Refused("laid_down", "The telephone was laid down again.")
        await _begin(call, agent, None)
    except JietongError as error:
        log.info("telephone_dial_refused", agent=agent, code=error.code)
        calls.forget(call)
        await calls.hang_up(call, leg, "rejected")
        return
    calls.witnesses.leg_started(call, leg)
    await calls.on_leg(call, leg, calls.switch.mark(leg.id, marks(call.contact, leg)))
    if await calls.on_leg(call, leg, calls.switch.answer(leg.id)):
        leg.up = True
        calls.witnesses.leg_answered(call, leg)


def _new(calls: "Calls", client: str, caller_id: str | None, caller: Caller) -> Call:
    call = Call(calls, new_id(calls.time.now()), client, caller_id or "", direction=Direction.OUTBOUND, caller=caller)
    call.number = caller.number
    call.caller_id = caller_id
    return call


async def _begin(call: Call, agent: str, queue: str | None) -> None:
    calls = call.calls
    way = calls.lines.way_out(f"try-{call.contact}", call.number or "", call.caller_id)
    calls.lines.release(f"try-{call.contact}")
    if way is None:
        call.close()
        raise Refused("no_way_out", "No line to the telephone network is free, or none is set up.")
    call.entry = call.entry or way.caller_id
    calls.calls[call.contact] = call
    row = store.call_write(
        contact=call.contact, client=call.client, direction=Direction.OUTBOUND, entry=call.entry, trunk=way.trunk,
        caller=call.number, dialled=way.number, leg=f"c-{call.contact}", at=calls.time.now(),
    )  # fmt: skip
    command = Dial(agent, call.contact, call.client, call.entry, queue=queue, customer=call.caller.customer)
    try:
        await calls.submit(command, writes=[row], patience_s=BEGIN_WITHIN_S)
    except JietongError:
        calls.forget(call)
        raise


async def _of_customer(
    calls: "Calls", by: Principal, customer: str, number: str | None, identity: int | None
) -> tuple[str, str]:
    """(client, number to dial) of a customer's file within reach; `identity` is its place in the file."""
    async with calls.database.read(by.scope) as conn:
        file = await customer_store.read(conn, await customer_store.resolve(conn, customer))
    if number is not None:
        return file.client, number
    known = [one.value for one in file.identities if one.kind is IdentityKind.PHONE]
    if identity is not None:
        held = file.identities[identity : identity + 1]
        known = [one.value for one in held if one.kind is IdentityKind.PHONE]
    if not known:
        raise NotFound("no_number", "This customer's file has no such telephone number.")
    return file.client, known[0]


def _only_client(calls: "Calls", by: Principal | None, serves: Iterable[str] = ()) -> str:
    """On whose behalf, where no queue says so: the agent's only client, or the first of the queues that they serve.

    Raises Invalid `client_missing`."""
    queues = calls.writer.engine.queues
    known = sorted({queues[id].spec.client for id in serves} or {queue.spec.client for queue in queues.values()})
    reach = [client for client in known if by is None or by.sees(client)]
    if len(reach) != 1 and by is not None:
        raise Invalid("client_missing", "Say for which queue or client you call.", field="queue")
    if not reach:
        raise Invalid("client_missing", "No queue is set up that could be called for.", field="queue")
    return reach[0]


# --- the customer's leg -------------------------------------------------------------------------------------------


async def settle(call: Call) -> None:
    """Rings the customer as soon as the agent who is to talk to them is on the line."""
    standing = call.standing
    owner = call.owner
    if not standing.dialling or owner is None or not owner.there:
        return
    if call.customer is not None:
        return  # rings, or a caller who asked to be called back has not laid down yet
    attempt = f"reach {standing.agent} {standing.talk_since}"
    if attempt in call.tried:
        return
    call.tried.add(attempt)
    calls = call.calls
    number = call.number or await _stored_number(call)
    leg = Leg(f"c-{new_id(calls.time.now())}", Party.CUSTOMER, number=number, role="reach")
    way = calls.lines.way_out(leg.id, number, call.caller_id or _caller_id(call)) if number is not None else None
    if way is None:
        log.warning("customer_cannot_be_rung", contact=call.contact, number=number is not None)
        await talk.not_reached(call)
        return
    leg.trunk = way.trunk
    call.customer = calls.add_leg(call, leg)
    rung = await calls.on_leg(
        call,
        leg,
        calls.switch.originate(
            leg.id,
            Address(number=way.number, trunk=way.trunk),
            caller_id=way.caller_id,
            timeout_s=REACH_S,
            marks=marks(call.contact, leg),
        ),
    )
    if rung:
        calls.witnesses.leg_started(call, leg)
    else:
        calls.drop_leg(call, leg)
        await talk.not_reached(call)


def _caller_id(call: Call) -> str | None:
    spec = call.calls.queue(call.standing.queue)
    return spec.caller_id if spec is not None else None


async def _stored_number(call: Call) -> str | None:
    """After a restart: whom to call back."""
    try:
        async with call.calls.database.read(ALL) as conn:
            row = await store.row(conn, call.contact)
    except Unavailable:
        return None
    if row is None:
        return None
    call.number = row.callback or row.caller
    if call.caller.number is None:
        call.caller = await callers.recognise(call.calls, call.client, call.number)
    return call.number


async def rings(call: Call, leg: Leg) -> None:
    """The agent hears that it rings."""
    owner = call.owner
    if leg is call.customer and call.standing.dialling and owner is not None and owner.there:
        await call.calls.on_leg(call, owner, call.calls.switch.play(owner.id, f"r-{leg.id}", (RINGBACK,)))


async def answered(call: Call, leg: Leg) -> None:
    """The customer is there: the talk begins."""
    if leg is not call.customer or not call.standing.dialling:
        return
    owner = call.owner
    if owner is not None:
        await call.calls.on_leg(call, owner, call.calls.switch.stop_playing(f"r-{leg.id}"))
    agent = call.standing.agent or ""
    result: AnyCommand = CallbackResult(agent, call.contact, reached=True)
    if call.direction is Direction.OUTBOUND and not call.standing.callback:
        result = DialResult(agent, call.contact, reached=True)
    if not await call.calls.ask(result):
        await call.calls.hang_up(call, leg)
        return
    caretaker.take(call)


async def given_up(call: Call) -> None:
    """The agent has laid down before the customer answered."""
    if call.customer is not None and not call.customer.gone:
        await call.calls.hang_up(call, call.customer)
    await talk.not_reached(call)
