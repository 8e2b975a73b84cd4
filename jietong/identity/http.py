"""What routes ask of identity: who is it, may they, and the centre's parts.

Every route, HTTP or WebSocket, depends on `allow(...)` or `public(...)`; a test walks them all:

    @router.get("/api/queues")
    async def queues(principal: Annotated[Principal, Depends(allow(P.SETUP_VIEW))]) -> ...

    @router.get("/api/demo", dependencies=[Depends(public("the sign-in page offers demonstration accounts"))])

The parts (`database`, `inbox`, `clock` …) lie on `app.state`, put there by `web.factory`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, cast
from urllib.parse import urlsplit

from fastapi import Response
from starlette.requests import HTTPConnection

from jietong.core.clock import Clock
from jietong.core.errors import Forbidden, Unauthenticated
from jietong.core.inbox import Inbox
from jietong.core.specs import SiteSpec
from jietong.db.pool import Database
from jietong.identity import audit as audit_log
from jietong.identity import sessions, tokens
from jietong.identity.model import Principal, Source
from jietong.identity.permissions import Permission
from jietong.identity.ports import AgentDocuments
from jietong.identity.watch import SessionWatch

SESSION_COOKIE = "jt_session"
TRUST_COOKIE = "jt_trust"
CSRF_HEADER = "x-csrf-token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

audit = audit_log.append
"""`await audit(conn, by=principal, action="queue.changed", object=queue_id, now=clock.now(), ...)`; see audit.py."""


@dataclass(frozen=True, slots=True)
class Allow:
    """Dependency: the principal, if it holds one of the permissions (none named: whoever is signed in).

    Raises Unauthenticated (401) or Forbidden (403, with the permission that is missing).
    """

    any_of: tuple[Permission, ...] = ()

    async def __call__(self, connection: HTTPConnection) -> Principal:
        principal = await principal_of(connection)
        if self.any_of and principal.permissions.isdisjoint(self.any_of):
            raise Forbidden(
                "not_permitted",
                "Your role does not include this. Ask an administrator if you need it.",
                permission=[str(permission) for permission in self.any_of],
            )
        return principal


@dataclass(frozen=True, slots=True)
class Public:
    """Dependency: open to everyone, for the stated reason."""

    reason: str

    async def __call__(self) -> None:
        return None


def allow(*any_of: Permission) -> Callable[[HTTPConnection], Awaitable[Principal]]:
    return Allow(any_of)


def public(reason: str) -> Callable[[], Awaitable[None]]:
    return Public(reason)


def database(connection: HTTPConnection) -> Database:
    return cast(Database, connection.app.state.database)


def inbox(connection: HTTPConnection) -> Inbox:
    return cast(Inbox, connection.app.state.inbox)


def clock(connection: HTTPConnection) -> Clock:
    return cast(Clock, connection.app.state.clock)


def watch(connection: HTTPConnection) -> SessionWatch:
    return cast(SessionWatch, connection.app.state.watch)


def site(connection: HTTPConnection) -> SiteSpec:
    return cast(Callable[[], SiteSpec], connection.app.state.site)()


def agent_documents(connection: HTTPConnection) -> AgentDocuments | None:
    return cast("AgentDocuments | None", connection.app.state.agents)


async def principal_of(connection: HTTPConnection) -> Principal:
    """Who makes this request. Raises Unauthenticated `not_signed_in`, `session_ended`, `bad_token`; Forbidden `csrf`.

    A bearer token speaks for a program; a cookie for a person, and then changes need the CSRF token and sockets
    must come from our own pages.
    """
    known = connection.scope.get("jietong.principal")
    if known is not None:
        return cast(Principal, known)
    now = clock(connection).now()
    principal: Principal | None
    scheme, _, credential = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        principal = await tokens.principal_of(database(connection), credential.strip(), now=now)
        if principal is None:
            raise Unauthenticated("bad_token", "This API token is unknown, expired or revoked.")
    else:
        cookie = connection.cookies.get(SESSION_COOKIE)
        if not cookie:
            raise Unauthenticated("not_signed_in", "Sign in first.")
        principal = await sessions.principal_of(database(connection), cookie, now=now)
        if principal is None:
            raise Unauthenticated("session_ended", "Your session has ended. Sign in again.")
        _check_origin_of_change(connection, principal)
    principal = replace(principal, source=source_of(connection))
    connection.scope["jietong.principal"] = principal
    return principal


async def websocket_principal(socket: HTTPConnection) -> Principal:
    """Who opens this socket, by cookie (from our own pages only) or bearer token; raises as `principal_of`.

    Prefer `Depends(allow(...))` on the route, which works for sockets too. `watch(socket).follow(principal)` then
    tells when the session ends.
    """
    return await principal_of(socket)


def source_of(connection: HTTPConnection) -> Source:
    address = connection.client.host if connection.client else ""
    return Source(address=address, browser=connection.headers.get("user-agent", "")[:300])


def same_origin(connection: HTTPConnection) -> bool:
    """Whether the request's Origin is this very server, or one of the settings' `origins`."""
    origin = connection.headers.get("origin", "")
    parts = urlsplit(origin)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return False
    allowed: tuple[str, ...] = connection.app.state.origins
    secure = connection.url.scheme in {"https", "wss"}
    default = ":443" if parts.scheme == "https" else ":80"
    here = connection.headers.get("host", "").removesuffix(":443" if secure else ":80").casefold()
    return parts.netloc.removesuffix(default).casefold() == here or origin in allowed


def set_cookie(response: Response, connection: HTTPConnection, name: str, value: str, *, age_s: int) -> None:
    """HttpOnly, SameSite=Lax, Secure when we are reached by https. `age_s` 0 deletes it."""
    response.set_cookie(
        name,
        value,
        max_age=age_s,
        path="/",
        httponly=True,
        samesite="lax",
        secure=connection.url.scheme in {"https", "wss"},
    )


def require_person(principal: Principal) -> None:
    """Raises Forbidden `person_only`: settings of one's own account are no business of a program."""
    if principal.session_id is None:
        raise Forbidden("person_only", "Sign in as a person to do this; an API token cannot.")


def _check_origin_of_change(connection: HTTPConnection, principal: Principal) -> None:
    if connection.scope["type"] == "websocket":
        if not same_origin(connection):
            raise Forbidden("foreign_origin", "This socket was opened from another site.")
    elif connection.scope["method"] not in _SAFE:
        if not sessions.csrf_matches(principal, connection.headers.get(CSRF_HEADER, "")):
            raise Forbidden("csrf", "The page is out of date. Reload it and try again.")
        if "origin" in connection.headers and not same_origin(connection):
            raise Forbidden("foreign_origin", "This request was made from another site.")


def state(connection: HTTPConnection, name: str) -> Any:
    """Another part that the composition root put on `app.state`; AttributeError when it did not."""
    return getattr(connection.app.state, name)
