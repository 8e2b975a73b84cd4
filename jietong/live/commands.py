"""Commands from people: read, signed with who sends them, checked against what they may see, and submitted."""

from typing import Any

import msgspec

from jietong.core.commands import (
    AcknowledgeAlarm,
    AnyCommand,
    CloseContact,
    DeskCommand,
    InvitePartTimers,
    Move,
    Prioritise,
    Pull,
    SetStatus,
    SignOut,
    SupervisorCommand,
)
from jietong.core.errors import Forbidden, Invalid, NotFound
from jietong.core.inbox import Receipt
from jietong.core.vocabulary import EndedBy
from jietong.identity.model import Principal
from jietong.live.audience import Sight
from jietong.live.hub import Hub

LONGEST_KEY = 64


def read_desk(document: dict[str, Any], agent: str) -> DeskCommand:
    """One of `DeskCommand`, always by the signed-in agent, whatever the document says. Raises Invalid."""
    command: DeskCommand = _convert({**document, "agent": agent}, DeskCommand)
    if isinstance(command, SignOut | SetStatus) and command.by is not None:
        return msgspec.structs.replace(command, by=None)
    return command


def read_supervisor(document: dict[str, Any], by: str, name: str) -> SupervisorCommand:
    """One of `SupervisorCommand`, always by the signed-in person. Raises Invalid."""
    signed: EndedBy | str = EndedBy.SUPERVISOR if document.get("type") == "close_contact" else by
    command: SupervisorCommand = _convert({**document, "by": signed}, SupervisorCommand)
    return msgspec.structs.replace(command, name=name) if isinstance(command, AcknowledgeAlarm) else command


async def act_at_desk(hub: Hub, agent: str, document: dict[str, Any], key: str) -> Receipt:
    """Raises Invalid, Refused, Unavailable. The same key again gives the first receipt."""
    return await hub.runtime.submit(read_desk(document, agent), key=f"desk:{agent}:{checked_key(key)}")


async def act_on_floor(hub: Hub, principal: Principal, document: dict[str, Any], key: str | None) -> Receipt:
    """Raises NotFound for what lies outside the principal's clients, Invalid, Refused, Unavailable."""
    command = read_supervisor(document, principal.agent_id or principal.account_id, principal.name)
    check_sight(hub, Sight(principal.scope), command)
    whole = f"floor:{principal.account_id}:{checked_key(key)}" if key is not None else None
    return await hub.runtime.submit(command, key=whole)


def check_sight(hub: Hub, sight: Sight, command: AnyCommand) -> None:
    """Raises NotFound: what a client's people may not see is not there for them."""
    engine = hub.engine
    match command:
        case Prioritise() | CloseContact() | Pull():
            _check_contact(hub, sight, command.contact)
        case Move():
            _check_contact(hub, sight, command.contact)
            _check_queue(hub, sight, command.queue)
        case InvitePartTimers():
            _check_queue(hub, sight, command.queue)
        case SignOut() | SetStatus():
            if command.agent not in engine.agents or not sight.agent(engine, command.agent):
                raise NotFound("unknown_agent", "There is no such agent.")
        case AcknowledgeAlarm():
            floor = hub.floors.get(sight.scope)
            if floor is not None and command.alarm not in floor.feed.collections["alarms"].views:
                raise NotFound("unknown_alarm", "This alarm is over.")
        case _:
            raise Forbidden("not_permitted", "This is not a supervisor's command.")


def _check_contact(hub: Hub, sight: Sight, id: str) -> None:
    contact = hub.engine.contacts.get(id)
    if contact is None or not sight.contact(contact):
        raise NotFound("unknown_contact", "There is no such contact.")


def _check_queue(hub: Hub, sight: Sight, id: str) -> None:
    if id not in hub.engine.queues or not sight.queue(hub.engine, id):
        raise NotFound("unknown_queue", "There is no such queue.")


def checked_key(key: str) -> str:
    """Raises Invalid `bad_key`."""
    if not 1 <= len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise Invalid("bad_key", f"An idempotency id has 1 to {LONGEST_KEY} printable ASCII characters.")
    return key


def _convert(document: dict[str, Any], kind: Any) -> Any:
    try:
        return msgspec.convert(document, kind)
    except msgspec.ValidationError as error:
        raise Invalid("bad_command", f"This is no command that can be given here: {error}.") from None
