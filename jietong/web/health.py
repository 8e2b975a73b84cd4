"""/healthz: 200 when the centre serves, 503 with the reason when it does not."""

import asyncio
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from jietong.core.errors import Unavailable
from jietong.db.pool import ALL, Database
from jietong.identity.http import public

router = APIRouter(tags=["health"])
_LONGEST_S = 3.0


class Health(BaseModel):
    status: str = Field(description="`serving`")
    role: str = Field(description="of this process's writer: active")
    seq: int = Field(description="the ledger's sequence")
    version: str


@router.get("/healthz", dependencies=[Depends(public("asked by whatever watches over the centre"))])
async def healthz(request: Request) -> Health:
    """Asks the writer for its role and the database for an answer."""
    runtime: Any = request.app.state.runtime
    database: Database = request.app.state.database
    role = str(runtime.role)
    if role != "active":
        raise Unavailable(role, _REASONS.get(role, "The writer is not active."), role=role)
    if not await _answers(request, database):
        raise Unavailable("database_gone", "The database does not answer.", role=role)
    return Health(status="serving", role=role, seq=runtime.seq, version=version("jietong"))


async def _answers(request: Request, database: Database) -> bool:
    """Whether the database answers in time. All who ask share one question: a connection to a database that is
    frozen cannot even be given up quickly, and must not cost the pool more than one."""
    probe: asyncio.Task[None] | None = getattr(request.app.state, "health_probe", None)
    if probe is None or probe.done():
        probe = request.app.state.health_probe = asyncio.create_task(_ask(database), name="health")
        probe.add_done_callback(lambda done: done.cancelled() or done.exception())
    await asyncio.wait({probe}, timeout=_LONGEST_S)
    return probe.done() and not probe.cancelled() and probe.exception() is None


async def _ask(database: Database) -> None:
    async with database.read(ALL) as conn:
        await conn.fetchval("SELECT 1")


_REASONS = {
    "standby": "Another process of this site is serving; this one stands by.",
    "recovering": "The ledger is being replayed. It serves in a moment.",
    "database_gone": "The database cannot be reached. It goes on by itself when it is back.",
}
