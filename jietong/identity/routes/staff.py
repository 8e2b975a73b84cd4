"""Staff: accounts with their roles, client scope and agent half."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from jietong.core.errors import Invalid
from jietong.db.pool import ALL
from jietong.identity import http, service
from jietong.identity.http import allow
from jietong.identity.model import Account, Language, Principal
from jietong.identity.permissions import Permission, Role
from jietong.identity.rules import check_account, check_password

router = APIRouter(tags=["staff"])
P = Permission


class AgentDocument(BaseModel):
    """The agent half: skills, capacity, employment (`AgentSpec` without id and name)."""

    model_config = ConfigDict(extra="forbid")

    version: int = Field(0, description="the version it was made from; 0 for a new agent")
    spec: dict[str, Any]


class StaffFields(BaseModel):
    model_config = ConfigDict(extra="forbid")

    login: str = Field(max_length=200)
    name: str = Field(max_length=100)
    roles: list[Role] = Field(max_length=20)
    clients: list[str] | None = Field(None, max_length=1000, description="null: all clients")
    language: Language = Language.ZH_HANS
    agent: AgentDocument | None = Field(None, description="null: the agent half stays as it is")

    def fields(self, *, active: bool = True) -> service.AccountFields:
        return service.AccountFields(
            login=self.login,
            name=self.name,
            roles=frozenset(self.roles),
            clients=None if self.clients is None else tuple(self.clients),
            language=self.language,
            active=active,
        )


class NewStaff(StaffFields):
    password: str = Field(max_length=1000, description="the first password; tell it in person")


class ChangedStaff(StaffFields):
    version: int
    active: bool = True


class Staff(BaseModel):
    id: str
    version: int
    login: str
    name: str
    roles: list[Role]
    clients: list[str] | None
    language: Language
    agent_id: str | None
    agent: AgentDocument | None
    active: bool
    demo: bool
    totp: bool
    created_at: datetime
    last_sign_in_at: datetime | None


class StaffList(BaseModel):
    items: list[Staff]
    next: str | None = Field(description="give it as `cursor` to go on; null: that was all")


class Password(BaseModel):
    model_config = ConfigDict(extra="forbid")

    password: str = Field(max_length=1000)


@router.get("/api/staff")
async def list_staff(
    request: Request,
    principal: Annotated[Principal, Depends(allow(P.STAFF_VIEW))],
    q: Annotated[str | None, Query(max_length=100, description="part of a login or a name")] = None,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> StaffList:
    """Accounts that share a client with you, by login."""
    async with http.database(request).read(ALL) as conn:
        found, after = await service.list_accounts(conn, by=principal, after=cursor, limit=limit, q=q)
    agents = await _agents(request, found)
    return StaffList(items=[_staff(account, agents) for account in found], next=after)


@router.post("/api/staff", status_code=201)
async def add_staff(
    body: NewStaff, request: Request, principal: Annotated[Principal, Depends(allow(P.STAFF_EDIT))]
) -> Staff:
    """A new account, with an agent half if one is given. 409 `login_taken`; 422 `weak_password` …"""
    fields, now = body.fields(), http.clock(request).now()
    # Everything that can be refused is refused before the agent is made, which commits on its own.
    check_account(fields.roles, fields.clients, by=principal)
    check_password(body.password, login=fields.login, name=fields.name)
    agent_id = None
    if body.agent is not None:
        async with http.database(request).read(ALL) as conn:
            await service.check_login_free(conn, fields.login)
        agent_id = await _save_agent(request, None, body.agent, fields, principal)
    async with http.database(request).transaction(ALL) as conn:
        account = await service.add_account(
            conn, fields, now=now, password=body.password, by=principal, agent_id=agent_id
        )
    return _staff(account, await _agents(request, [account]))


@router.get("/api/staff/{account_id}")
async def read_staff(
    account_id: str, request: Request, principal: Annotated[Principal, Depends(allow(P.STAFF_VIEW))]
) -> Staff:
    async with http.database(request).read(ALL) as conn:
        account = await service.read_account(conn, account_id, by=principal)
    return _staff(account, await _agents(request, [account]))


@router.put("/api/staff/{account_id}")
async def change_staff(
    account_id: str,
    body: ChangedStaff,
    request: Request,
    principal: Annotated[Principal, Depends(allow(P.STAFF_EDIT))],
) -> Staff:
    """Changes account and agent half. 409 `stale_version`, `own_roles`, `last_administrator`, `login_taken`.

    Closing an account (active false) ends its sessions; changed rights take effect with the next request, and
    open sockets are closed so that they come back with the new ones.
    """
    fields = body.fields(active=body.active)

    async def save_agent(before: Account) -> str | None:
        document = body.agent
        if document is None and before.agent_id and (before.name, before.active) != (fields.name, fields.active):
            kept = (await _agents(request, [before])).get(before.agent_id)
            document = None if kept is None else AgentDocument(**kept)
        if document is None:
            return before.agent_id
        return await _save_agent(request, before.agent_id, document, fields, principal)

    account = await service.change_account(
        http.database(request),
        account_id,
        fields,
        version=body.version,
        by=principal,
        now=http.clock(request).now(),
        save_agent=save_agent,
    )
    http.watch(request).wake()
    return _staff(account, await _agents(request, [account]))


@router.post("/api/staff/{account_id}/password", status_code=204)
async def set_password(
    account_id: str,
    body: Password,
    request: Request,
    principal: Annotated[Principal, Depends(allow(P.STAFF_EDIT))],
) -> None:
    """Gives a new password, lifts the lock, ends the account's sessions."""
    await service.set_password(
        http.database(request), account_id, body.password, by=principal, now=http.clock(request).now()
    )
    http.watch(request).wake()


@router.delete("/api/staff/{account_id}/totp", status_code=204)
async def reset_totp(
    account_id: str, request: Request, principal: Annotated[Principal, Depends(allow(P.STAFF_EDIT))]
) -> None:
    """Takes the second factor away, for one who lost the phone; ends the account's sessions."""
    await service.reset_totp(http.database(request), account_id, by=principal, now=http.clock(request).now())
    http.watch(request).wake()


async def _agents(request: Request, accounts: list[Account]) -> Mapping[str, dict[str, Any]]:
    port = http.agent_documents(request)
    ids = [account.agent_id for account in accounts if account.agent_id]
    return {} if port is None or not ids else await port.documents(ids)


async def _save_agent(
    request: Request,
    agent_id: str | None,
    document: AgentDocument,
    fields: service.AccountFields,
    principal: Principal,
) -> str:
    port = http.agent_documents(request)
    if port is None:
        raise Invalid("no_agents", "This centre keeps no agents.", field="agent")
    return await port.save(
        agent_id, document.model_dump(), name=fields.name.strip(), active=fields.active, by=principal
    )


def _staff(account: Account, agents: Mapping[str, dict[str, Any]]) -> Staff:
    document = agents.get(account.agent_id or "")
    return Staff(
        id=account.id,
        version=account.version,
        login=account.login,
        name=account.name,
        roles=sorted(account.roles),
        clients=None if account.clients is None else list(account.clients),
        language=account.language,
        agent_id=account.agent_id,
        agent=None if document is None else AgentDocument(version=document["version"], spec=document["spec"]),
        active=account.active,
        demo=account.demo,
        totp=account.totp,
        created_at=account.created_at,
        last_sign_in_at=account.last_sign_in_at,
    )
