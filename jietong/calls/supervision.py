"""A supervisor listens, whispers to the agent, or barges in: by a telephone of their own, which answers by itself.

Whoever listens hears both sides by a snoop on the agent's leg; whispering, the agent hears them, too; barging in,
they are in the talk's bridge. It follows the call through transfers, and ends with the talk.
"""

from typing import TYPE_CHECKING

import structlog

from jietong.calls import begun
from jietong.calls.begun import Listener
from jietong.calls.model import Leg, marks
from jietong.channels.switch import Address
from jietong.core.errors import Forbidden, NotFound, Refused
from jietong.core.events import SupervisionEnded, SupervisionStarted
from jietong.core.ids import new_id
from jietong.core.vocabulary import Party, Supervision
from jietong.db.pool import ALL
from jietong.identity import audit
from jietong.identity.model import Principal
from jietong.identity.permissions import Permission as P

if TYPE_CHECKING:
    from jietong.calls.call import Call
    from jietong.calls.service import Calls

log = structlog.get_logger(__name__)

PERMISSIONS = {
    Supervision.LISTEN: P.CALL_LISTEN,
    Supervision.WHISPER: P.CALL_WHISPER,
    Supervision.BARGE: P.CALL_BARGE,
}
RING_S = 20


class Listening:
    """One supervisor at one call."""

    def __init__(self, by: str, leg: Leg, mode: Supervision) -> None:
        self.by = by
        self.leg = leg
        self.mode = mode
        self.told: Supervision | None = None  # as the ledger has it
        self.snoop: str | None = None
        self.beside: str | None = None  # the agent's leg that the snoop is at
        self.snoop_mode: Supervision | None = None


async def take_part(calls: "Calls", by: Principal, contact: str, mode: Supervision) -> None:
    """Begins, or changes the way of taking part. The audit log has it before anything is heard.

    Raises NotFound `unknown_call` (also for another client's), Forbidden `not_permitted`, Refused `no_talk`,
    `own_call`, `no_telephone`.
    """
    call = calls.calls.get(contact)
    if call is None or not by.sees(call.client):
        raise NotFound("unknown_call", "There is no such call now.")
    if not by.may(PERMISSIONS[mode]):
        raise Forbidden("not_permitted", "Your role does not include this.", permission=[str(PERMISSIONS[mode])])
    if not call.standing.talk or call.owner is None:
        raise Refused("no_talk", "Nobody talks in this call now.")
    if by.agent_id is not None and call.standing.agent == by.agent_id:
        raise Refused("own_call", "This is your own call.")
    spec = calls.lines.extension_of(by.agent_id) if by.agent_id is not None else None
    if spec is None or spec.kind == "number":
        raise Refused("no_telephone", "Listening in needs a telephone of your own: a softphone or a SIP phone.")
    async with calls.database.transaction(ALL) as conn:
        await audit.append(
            conn, by=by, action=f"call.{mode}", object=contact, now=calls.clock.now(),
            details={"agent": call.standing.agent},
        )  # fmt: skip
    extension = spec.id
    call.put(lambda: _take_part(call, by.account_id, extension, mode))


async def leave(calls: "Calls", by: Principal, contact: str) -> None:
    """Nothing happens where they do not take part. Raises NotFound `unknown_call`."""
    call = calls.calls.get(contact)
    if call is None or not by.sees(call.client):
        raise NotFound("unknown_call", "There is no such call now.")
    if by.account_id in call.listening:
        call.put(lambda: _leave(call, by.account_id))


async def _take_part(call: "Call", account: str, extension: str, mode: Supervision) -> None:
    found = call.listening.get(account)
    if found is not None:
        found.mode = mode
        return
    calls = call.calls
    leg = Leg(f"s-{new_id(calls.time.now())}", Party.SUPERVISOR, agent=account, extension=extension)
    calls.add_leg(call, leg)
    call.listening[account] = Listening(account, leg, mode)
    rung = await calls.on_leg(
        call,
        leg,
        calls.switch.originate(
            leg.id,
            Address(extension=extension),
            caller_id=call.entry,
            caller_name=str(mode),
            timeout_s=RING_S,
            marks=marks(call.contact, leg) | {"mode": str(mode)},
            auto_answer=True,
        ),
    )
    if rung:
        calls.witnesses.leg_started(call, leg)
    else:
        calls.drop_leg(call, leg)
        call.listening.pop(account, None)


async def _leave(call: "Call", account: str) -> None:
    found = call.listening.get(account)
    if found is not None:
        await call.calls.hang_up(call, found.leg)


async def gone(call: "Call", leg: Leg) -> None:
    """The supervisor has laid down."""
    found = call.listening.pop(leg.agent or "", None)
    if found is None:
        return
    await _drop_snoop(call, found)
    if found.told is not None:
        _ended(call, found)


def lost(call: "Call") -> None:
    """The switch failed, and took everybody's legs with it."""
    for found in call.listening.values():
        if found.told is not None:
            _ended(call, found)
    call.listening.clear()
    call.barging.clear()


async def settle(call: "Call") -> None:
    """Each hears, and is heard by, whom they should by now."""
    if not call.listening:
        return
    standing, owner = call.standing, call.owner
    for found in tuple(call.listening.values()):
        if standing.over or not (standing.talk or standing.waits):
            await call.calls.hang_up(call, found.leg)
            continue
        if not found.leg.there:
            continue
        if not standing.talk or owner is None or not owner.there:
            await _drop_snoop(call, found)
            continue
        if found.mode is Supervision.BARGE:
            await _drop_snoop(call, found)
            if found.leg.id not in call.barging:
                call.barging.add(found.leg.id)
                call.look()  # the bridge is made with them in the next round
        else:
            if found.leg.id in call.barging:
                call.barging.discard(found.leg.id)
                call.look()
            await _snoop(call, found, owner)
        if found.told is not found.mode:
            _tell(call, found)


async def _snoop(call: "Call", found: Listening, owner: Leg) -> None:
    if found.snoop is not None and found.beside == owner.id and found.snoop_mode is found.mode:
        return
    await _drop_snoop(call, found)
    calls = call.calls
    snoop = f"l-{new_id(calls.time.now())}"
    speaks = "out" if found.mode is Supervision.WHISPER else "none"
    if not await calls.on_leg(call, owner, calls.switch.snoop(snoop, owner.id, hears="both", speaks=speaks)):
        return
    found.snoop, found.beside, found.snoop_mode = snoop, owner.id, found.mode
    if found.leg.id in {leg for members in call.bridged.values() for leg in members}:
        await _leave_bridge(call, found.leg)
    await calls.on_leg(call, found.leg, calls.switch.bridge(_bridge_of(found), (found.leg.id, snoop)))


async def _leave_bridge(call: "Call", leg: Leg) -> None:
    """Before being bridged elsewhere: what we know of the talk's bridge stays true."""
    for bridge, members in tuple(call.bridged.items()):
        if leg.id in members:
            left = tuple(member for member in members if member != leg.id)
            if await call.calls.on_leg(call, leg, call.calls.switch.bridge(bridge, left)):
                call.bridged[bridge] = left


async def _drop_snoop(call: "Call", found: Listening) -> None:
    if found.snoop is None:
        return
    snoop, found.snoop, found.beside, found.snoop_mode = found.snoop, None, None, None
    await call.calls.on_leg(call, found.leg, call.calls.switch.hang_up(snoop))
    await call.calls.on_leg(call, found.leg, call.calls.switch.unbridge(_bridge_of(found)))


def _bridge_of(found: Listening) -> str:
    return f"listen-{found.leg.id}"


def _tell(call: "Call", found: Listening) -> None:
    if found.told is not None:
        _ended(call, found)
    found.told = found.mode
    call.calls.witnesses.put(
        SupervisionStarted(at=0, contact=call.contact, by=found.by, mode=found.mode, agent=call.standing.agent),
        begun.listener_write(Listener(call.contact, found.by, found.mode), call.client),
    )


def _ended(call: "Call", found: Listening) -> None:
    assert found.told is not None
    ended(call.calls, Listener(call.contact, found.by, found.told))
    found.told = None


def ended(calls: "Calls", one: Listener) -> None:
    calls.witnesses.put(
        SupervisionEnded(at=0, contact=one.contact, by=one.by, mode=one.mode),
        begun.listener_gone_write(one.contact, one.by),
    )
