"""API tokens: made, listed, revoked."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from jietong.db.pool import ALL
from jietong.identity import http, tokens
from jietong.identity.http import allow
from jietong.identity.model import Principal
from jietong.identity.permissions import Permission, Role

router = APIRouter(tags=["tokens"])
P = Permission


class NewToken(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=100, description="what it is for")
    roles: list[Role] = Field(max_length=20)
    clients: list[str] | None = Field(None, max_length=1000, description="null: all clients")
    days: int = Field(365, description="how long it lives")
    agent_id: str | None = Field(None, max_length=100, description="the agent it speaks for, if any")


class TokenView(BaseModel):
    id: str
    name: str
    prefix: str
    roles: list[Role]
    clients: list[str] | None
    agent_id: str | None
    created_by: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


class MadeToken(BaseModel):
    token: TokenView
    secret: str = Field(description="shown this once; send it as `Authorization: Bearer <secret>`")


class TokenList(BaseModel):
    items: list[TokenView]
    next: str | None = None


@router.get("/api/tokens")
async def list_tokens(request: Request, principal: Annotated[Principal, Depends(allow(P.TOKENS_EDIT))]) -> TokenList:
    """Tokens that were not revoked, newest first."""
    async with http.database(request).read(ALL) as conn:
        return TokenList(items=[_view(token) for token in await tokens.list_tokens(conn, by=principal)])


@router.post("/api/tokens", status_code=201)
async def make_token(
    body: NewToken, request: Request, principal: Annotated[Principal, Depends(allow(P.TOKENS_EDIT))]
) -> MadeToken:
    """A new token; its scope cannot be wider than yours."""
    async with http.database(request).transaction(ALL) as conn:
        token, secret = await tokens.make_token(
            conn,
            name=body.name,
            roles=frozenset(body.roles),
            clients=None if body.clients is None else tuple(body.clients),
            days=body.days,
            agent_id=body.agent_id,
            by=principal,
            now=http.clock(request).now(),
        )
    return MadeToken(token=_view(token), secret=secret)


@router.delete("/api/tokens/{token_id}", status_code=204)
async def revoke_token(
    token_id: str, request: Request, principal: Annotated[Principal, Depends(allow(P.TOKENS_EDIT))]
) -> None:
    """Good from this moment on no more; its sockets are closed."""
    async with http.database(request).transaction(ALL) as conn:
        await tokens.revoke_token(conn, token_id, by=principal, now=http.clock(request).now())
    http.watch(request).wake()


def _view(token: tokens.Token) -> TokenView:
    return TokenView(
        id=token.id,
        name=token.name,
        prefix=token.prefix,
        roles=sorted(token.roles),
        clients=None if token.clients is None else list(token.clients),
        agent_id=token.agent_id,
        created_by=token.created_by,
        created_at=token.created_at,
        expires_at=token.expires_at,
        last_used_at=token.last_used_at,
    )
