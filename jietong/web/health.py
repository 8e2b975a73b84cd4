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
    try:
        async with asyncio.timeout(_LONGEST_S), database.read(ALL) as conn:
            await conn.fetchval("SELECT 1")
    except Exception as error:
        raise Unavailable("database_gone", "The database does not answer.", role=role) from error
    return Health(status="serving", role=role, seq=runtime.seq, version=version("jietong"))


_REASONS = {
    "standby": "Another process of this site is serving; this one stands by.",
    "recovering": "The ledger is being replayed. It serves in a moment.",
    "database_gone": "The database cannot be reached. It goes on by itself when it is back.",
}
