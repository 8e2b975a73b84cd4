"""What an agent does with a call from the desk, beside the commands of the engine."""

from typing import TYPE_CHECKING, NamedTuple

from jietong.calls import recording, store, transfer
from jietong.calls.model import Leg
from jietong.core.errors import Forbidden, Invalid, NotFound, Refused
from jietong.core.vocabulary import Channel, State
from jietong.customers import rules as customer_rules
from jietong.customers.model import Identity, IdentityKind
from jietong.identity import audit
from jietong.identity.model import Principal
from jietong.identity.permissions import Permission as P

if TYPE_CHECKING:
    from jietong.calls.call import Call
    from jietong.calls.service import Calls

KEYS = frozenset("0123456789*#ABCD")
MOST_DIGITS = 32


class Colleague(NamedTuple):
    """Somebody who can be rung, asked or handed a call."""

    agent: str
    name: str
    state: State
    extension: str | None
    reachable: bool
    free: bool  # for a call, now


class QueueThere(NamedTuple):
    id: str
    name: dict[str, str]
    open: bool
    waiting: int


class ExtensionThere(NamedTuple):
    id: str
    name: str
    kind: str
    agent: str | None
    reachable: bool


class SavedNumber(NamedTuple):
    """A number outside that is kept: an extension of kind `number` that is nobody's."""

    number: str
    name: str


class Directory(NamedTuple):
    agents: list[Colleague]
    queues: list[QueueThere]
    extensions: list[ExtensionThere]
    numbers: list[SavedNumber]


async def own(calls: "Calls", by: Principal, contact: str) -> tuple["Call", str]:
    """The call, and the agent who asks and takes part in it. Raises Forbidden `no_agent`, NotFound `unknown_call`,
    Refused `not_yours`."""
    agent = by.agent_id
    if agent is None:
        raise Forbidden("no_agent", "This account is not an agent's.")
    await calls.writer.settled()
    call = calls.calls.get(contact)
    if call is None or not by.sees(call.client):
        raise NotFound("unknown_call", "There is no such call now.")
    calls.bring_up(call)
    consult = call.standing.consult
    asked = consult is not None and consult.joined and consult.other == agent
    if call.standing.agent != agent and not asked:
        raise Refused("not_yours", "Another agent has this call, or nobody.")
    return call, agent


async def mute(calls: "Calls", by: Principal, contact: str, muted: bool) -> None:
    """Nobody hears the agent while muted. Raises Refused `no_leg`."""
    call, agent = await own(calls, by, contact)
    leg = _leg(call, agent)
    if not await calls.on_leg(call, leg, calls.switch.mute(leg.id, muted)):
        raise Refused("no_leg", "Your telephone is not on the line.")
    leg.muted = muted


async def digits(calls: "Calls", by: Principal, contact: str, keys: str) -> None:
    """Keys for whoever is at the other end. Raises Invalid `bad_digits`, Refused `no_leg`."""
    if not keys or len(keys) > MOST_DIGITS or not set(keys.upper()) <= KEYS:
        raise Invalid("bad_digits", "Keys are 0 to 9, * and #.", field="digits")
    call, _ = await own(calls, by, contact)
    far = call.outside if call.asking_outside and call.outside is not None else call.customer
    if (
        far is None
        or not far.there
        or not await calls.on_leg(call, far, calls.switch.send_digits(far.id, keys.upper()))
    ):
        raise Refused("no_leg", "Nobody is at the other end.")


async def ask_outside(calls: "Calls", by: Principal, contact: str, number: str, *, blind: bool) -> None:
    """See `transfer.outside`."""
    call, agent = await own(calls, by, contact)
    await call.do(lambda: transfer.outside(call, agent, number, blind=blind))


async def outside(calls: "Calls", by: Principal, contact: str, what: str) -> None:
    """`what`: complete | merge | cancel."""
    call, agent = await own(calls, by, contact)
    work = {
        "complete": transfer.complete_outside,
        "merge": transfer.merge_outside,
        "cancel": transfer.cancel_outside,
    }[what]
    await call.do(lambda: work(call, agent))


async def pause(calls: "Calls", by: Principal, contact: str, paused: bool) -> None:
    """Card data. By the agent, or by a supervisor who listens in."""
    call, who = await _agent_or_listener(calls, by, contact)
    why = "card" if who == by.agent_id else "supervisor"
    if paused:
        await call.do(lambda: recording.pause(call, who, why))
    else:
        await call.do(lambda: recording.resume(call, who))


async def record(calls: "Calls", by: Principal, contact: str) -> None:
    """On demand: this talk is recorded although no rule says so. The customer is told first, by the rule."""
    call, _ = await own(calls, by, contact)
    call.on_demand = True
    call.look()


async def _agent_or_listener(calls: "Calls", by: Principal, contact: str) -> tuple["Call", str]:
    call = calls.calls.get(contact)
    if call is not None and by.account_id in call.listening:
        return call, by.account_id
    return await own(calls, by, contact)


def directory(calls: "Calls", by: Principal) -> Directory:
    """Colleagues with their presence, queues that take calls, telephones. In the client scope of who asks."""
    engine, now = calls.writer.engine, calls.clock.now()
    agents = []
    for agent in engine.agents.values():
        served = (engine.queues[queue].spec.client for queue in engine.serves[agent.index])
        if not agent.spec.active or not (by.clients is None or any(by.sees(client) for client in served)):
            continue
        spec = calls.lines.extension_of(agent.id)
        agents.append(
            Colleague(
                agent.id,
                agent.spec.name,
                agent.state,
                spec.id if spec is not None else None,
                calls.devices.reachable(agent.id)[0],
                rings_now(calls, agent.id),
            )
        )
    queues = [
        QueueThere(queue.id, dict(queue.spec.name), engine.is_open(queue.id, now), engine.waiting(queue.id))
        for queue in engine.queues.values()
        if queue.spec.active and by.sees(queue.spec.client) and Channel.VOICE in queue.spec.channels
    ]
    known = calls.lines.extensions()
    numbers = [
        SavedNumber(spec.number, spec.name)
        for spec in known
        if spec.kind == "number" and spec.agent is None and spec.number is not None
    ]
    extensions = [
        ExtensionThere(spec.id, spec.name, spec.kind, spec.agent, spec.id in calls.devices.registered)
        for spec in known
        if spec.kind != "number" or spec.agent is not None
    ]
    return Directory(sorted(agents), sorted(queues, key=lambda one: one.id), extensions, numbers)


def rings_now(calls: "Calls", agent: str) -> bool:
    """Whether a call could be offered to the agent at once."""
    engine = calls.writer.engine
    state = engine.agents.get(agent)
    return state is not None and engine.is_free(state, Channel.VOICE)


async def number(calls: "Calls", by: Principal, contact: str) -> tuple[str, str]:
    """The caller's whole number: (as people write it, E.164 or as presented). For the agent who has the call or makes
    the call-back, or who may reveal numbers; each look is in the audit log.

    Raises NotFound `unknown_call`, `no_number`; Forbidden `not_yours`.
    """
    async with calls.database.transaction(by.scope) as conn:
        row = await store.row(conn, contact)
        if row is None:
            raise NotFound("unknown_call", "There is no such call.")
        state = calls.writer.engine.contacts.get(contact)
        mine = by.agent_id is not None and state is not None and state.agent == by.agent_id
        if not mine and not by.may(P.CUSTOMERS_REVEAL):
            raise Forbidden("not_yours", "Only the agent who has the call sees the number.")
        value = row.callback or row.caller
        if value is None:
            raise NotFound("no_number", "The caller's number was withheld.")
        await audit.append(conn, by=by, action="call.number", object=contact, now=calls.clock.now())
    if not value.startswith("+"):
        return value, value
    return customer_rules.shown(Identity(IdentityKind.PHONE, value), calls.region), value


def _leg(call: "Call", agent: str) -> Leg:
    leg = next((leg for leg in call.agent_legs(agent) if leg.there), None)
    if leg is None:
        raise Refused("no_leg", "Your telephone is not on the line.")
    return leg
