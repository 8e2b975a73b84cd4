"""Sign in, who am I, sign out; and the list of one's sessions."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from jietong.core.errors import Forbidden
from jietong.db.pool import ALL
from jietong.identity import http, service, sessions, sign_in, store
from jietong.identity.http import allow, public
from jietong.identity.model import Language, Principal, Theme
from jietong.identity.permissions import Permission, Role
from jietong.identity.rules import SESSION_LONGEST, TRUST

router = APIRouter(tags=["session"])
P = Permission


class SignIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    login: str = Field(max_length=200)
    password: str = Field(max_length=1000)
    code: str | None = Field(None, max_length=20, description="six digits of the authenticator app")
    recovery_code: str | None = Field(None, max_length=40, description="instead of `code`, good once")
    trust: bool = Field(False, description="ask this computer for no code for 30 days")


class AccountView(BaseModel):
    id: str
    login: str
    name: str
    demo: bool
    totp: bool = Field(description="a second factor is asked at sign-in")


class SiteView(BaseModel):
    id: str
    name: dict[str, str]
    zone: str
    demo: bool = Field(description="a demonstration centre: there is no real account yet")


class Me(BaseModel):
    account: AccountView
    roles: list[Role]
    permissions: list[Permission]
    clients: list[str] | None = Field(description="null: all clients")
    agent_id: str | None
    language: Language
    theme: Theme
    csrf: str = Field(description="send it as X-CSRF-Token with every change")
    site: SiteView


class OpenSession(BaseModel):
    id: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str
    browser: str
    here: bool = Field(description="the session that asks")


class OpenSessions(BaseModel):
    items: list[OpenSession]
    next: str | None = None


@router.post("/api/session", dependencies=[Depends(public("signing in comes before everything"))])
async def open_session(body: SignIn, request: Request, response: Response) -> Me:
    """Signs in; the answer sets the session's cookie.

    401 `bad_credentials`, `totp_required` (with `name`), `bad_code`; 429 `locked` with `retry_after`.
    """
    if "origin" in request.headers and not http.same_origin(request):
        raise Forbidden("foreign_origin", "Sign in on the centre's own page.")
    now = http.clock(request).now()
    database = http.database(request)
    attempt = sign_in.Attempt(
        login=body.login,
        password=body.password,
        code=body.code,
        recovery_code=body.recovery_code,
        trust=body.trust,
        trust_secret=request.cookies.get(http.TRUST_COOKIE),
    )
    done = await sign_in.sign_in(database, attempt, http.source_of(request), now=now)
    before = request.cookies.get(http.SESSION_COOKIE)
    if before and (old := await sessions.principal_of(database, before, now=now)):
        await sign_in.sign_out(database, old, now=now)
        http.watch(request).wake()
    # Kept over a restart of the browser: a crash must not lock an agent out of open contacts.
    http.set_cookie(response, request, http.SESSION_COOKIE, done.secret, age_s=SESSION_LONGEST // 1000)
    if done.trust_secret:
        http.set_cookie(response, request, http.TRUST_COOKIE, done.trust_secret, age_s=TRUST // 1000)
    principal = await sessions.principal_of(database, done.secret, now=now)
    if principal is None:  # closed by an administrator in this very moment
        raise Forbidden("session_ended", "Your account was closed.")
    return await me_of(request, principal)


@router.get("/api/session")
async def read_session(request: Request, principal: Annotated[Principal, Depends(allow())]) -> Me:
    """Who I am and what I may do."""
    return await me_of(request, principal)


@router.delete("/api/session", status_code=204)
async def close_session(
    request: Request, response: Response, principal: Annotated[Principal, Depends(allow())]
) -> None:
    """Signs out. Sockets of the session are closed."""
    http.require_person(principal)
    await sign_in.sign_out(http.database(request), principal, now=http.clock(request).now())
    http.watch(request).wake()
    http.set_cookie(response, request, http.SESSION_COOKIE, "", age_s=0)


@router.get("/api/sessions")
async def list_sessions(
    request: Request,
    principal: Annotated[Principal, Depends(allow())],
    account: Annotated[str | None, Query(description="another's, for those who may edit staff")] = None,
) -> OpenSessions:
    """Open sessions, one's own or an account's."""
    async with http.database(request).read(ALL) as conn:
        wanted = principal.account_id
        if account is not None and account != wanted:
            if not principal.may(P.STAFF_EDIT):
                raise Forbidden(
                    "not_permitted", "You may only see your own sessions.", permission=[str(P.STAFF_EDIT)]
                )
            wanted = (await service.read_account(conn, account, by=principal)).id
        found = await sessions.list_sessions(conn, wanted, now=http.clock(request).now())
    return OpenSessions(
        items=[
            OpenSession(
                id=one.id,
                created_at=one.created_at,
                seen_at=one.seen_at,
                expires_at=one.expires_at,
                address=one.address,
                browser=one.browser,
                here=one.id == principal.session_id,
            )
            for one in found
        ]
    )


@router.delete("/api/sessions/{session_id}", status_code=204)
async def end_session(session_id: str, request: Request, principal: Annotated[Principal, Depends(allow())]) -> None:
    """Ends a session, one's own or (with staff.edit) another's; its sockets are closed."""
    http.require_person(principal)
    await service.end_session_of(
        http.database(request),
        session_id,
        by=principal,
        any_account=principal.may(P.STAFF_EDIT),
        now=http.clock(request).now(),
    )
    http.watch(request).wake()


async def me_of(request: Request, principal: Principal) -> Me:
    site = http.site(request)
    async with http.database(request).read(ALL) as conn:
        demo = bool(await store.demonstration(conn))
        account = None if principal.session_id is None else await store.get(conn, principal.account_id)
    return Me(
        account=AccountView(
            id=principal.account_id,
            login=principal.login,
            name=principal.name,
            demo=principal.demo,
            totp=account is not None and account.totp,
        ),
        roles=sorted(principal.roles),
        permissions=sorted(principal.permissions),
        clients=None if principal.clients is None else list(principal.clients),
        agent_id=principal.agent_id,
        language=account.language if account else principal.language,
        theme=account.theme if account else principal.theme,
        csrf=principal.csrf,
        site=SiteView(id=site.id, name=site.name, zone=site.zone, demo=demo),
    )
