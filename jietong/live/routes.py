"""HTTP: commands of desks and supervisors, for programs and for screens without a socket."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Header, Request
from pydantic import BaseModel

from jietong.core.errors import Forbidden
from jietong.core.ids import new_id
from jietong.identity.http import allow, state
from jietong.identity.model import Principal
from jietong.identity.permissions import Permission as P
from jietong.live import sockets
from jietong.live.commands import act_at_desk, act_on_floor
from jietong.live.hub import Hub

router = APIRouter(tags=["live"])
router.include_router(sockets.router)


def hub_of(request: Request) -> Hub:
    hub: Hub = state(request, "hub")
    return hub


Live = Annotated[Hub, Depends(hub_of)]
Key = Annotated[str | None, Header(max_length=64)]
Command = Annotated[
    dict[str, Any],
    Body(examples=[{"type": "set_status", "status": "ready"}], description="One command: `type` and its fields."),
]


class Done(BaseModel):
    """Committed. `seq` is the ledger's sequence after it."""

    seq: int


@router.post("/api/desk/commands")
async def desk_command(
    command: Command,
    principal: Annotated[Principal, Depends(allow(P.DESK_USE))],
    hub: Live,
    idempotency_key: Key = None,
) -> Done:
    """A desk command; `agent` is always who is signed in. A repeated Idempotency-Key does nothing more."""
    if principal.agent_id is None:
        raise Forbidden("no_agent", "This account is not an agent's: ask an administrator to make it one.")
    key = idempotency_key or new_id(hub.clock.now())
    return Done(seq=(await act_at_desk(hub, principal.agent_id, command, key)).seq)


@router.post("/api/floor/commands")
async def floor_command(
    command: Command,
    principal: Annotated[Principal, Depends(allow(P.FLOOR_ACT))],
    hub: Live,
    idempotency_key: Key = None,
) -> Done:
    """A supervisor's command; `by` is always who is signed in. A repeated Idempotency-Key does nothing more."""
    return Done(seq=(await act_on_floor(hub, principal, command, idempotency_key)).seq)
