"""What the tests of identity turn and ask: a served centre, people, a socket."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Annotated, Any

import httpx
from fastapi import APIRouter, Depends, FastAPI, WebSocket

from jietong.core.clock import ManualClock
from jietong.core.commands import AnyCommand
from jietong.core.errors import Unavailable
from jietong.core.inbox import Batch, Receipt, Write
from jietong.db.pool import ALL, Database
from jietong.identity import http
from jietong.identity.http import allow
from jietong.identity.model import Account, Principal
from jietong.identity.permissions import Permission, Role
from jietong.identity.service import AccountFields, add_account

PASSWORD = "jietong-demo"


class StandingBy:
    """The inbox of a process that serves pages while another one writes."""

    role = "standby"
    seq = 0

    async def submit(self, command: AnyCommand, *, key: str | None = None, writes: Sequence[Write] = ()) -> Receipt:
        raise Unavailable("standby", "Another process writes.")

    def subscribe(self, listener: Callable[[Batch], None]) -> Callable[[], None]:
        return lambda: None


class Recovering(StandingBy):
    """The inbox of the process that will write in a moment: its sockets are open, while a standby's are not."""

    role = "recovering"


@dataclass
class Centre:
    """What a test turns and asks."""

    database: Database
    clock: ManualClock
    url: str
    app: FastAPI
    stack: AsyncExitStack
    people: dict[str, Account] = field(default_factory=dict)

    async def person(
        self,
        login: str,
        *roles: Role,
        clients: tuple[str, ...] | None = None,
        agent_id: str | None = None,
        demo: bool = False,
    ) -> Account:
        async with self.database.transaction(ALL) as conn:
            account = await add_account(
                conn,
                AccountFields(login, login.title(), frozenset(roles or {Role.ANSWERER}), clients),
                now=self.clock.now(),
                password=PASSWORD,
                agent_id=agent_id,
                demo=demo,
            )
        self.people[login] = account
        return account

    async def browser(self, **headers: str) -> httpx.AsyncClient:
        """A browser that nobody has signed in at."""
        return await self.stack.enter_async_context(httpx.AsyncClient(base_url=self.url, headers=headers))

    async def signed_in(self, login: str, **more: Any) -> httpx.AsyncClient:
        """A browser where this person has signed in, CSRF token and all."""
        browser = await self.browser()
        answer = await browser.post("/api/session", json={"login": login, "password": PASSWORD, **more})
        assert answer.status_code == 200, answer.text
        browser.headers["X-CSRF-Token"] = answer.json()["csrf"]
        return browser


sockets = APIRouter()


@sockets.websocket("/ws/probe")
async def probe(socket: WebSocket, principal: Annotated[Principal, Depends(allow(Permission.DESK_USE))]) -> None:
    """Says who it is, then waits for the end of the session."""
    await socket.accept()
    with http.watch(socket).follow(principal) as ended:
        await socket.send_text(principal.login)
        left = asyncio.create_task(socket.receive())
        await asyncio.wait({ended, left}, return_when=asyncio.FIRST_COMPLETED)
        left.cancel()
        if ended.done():
            await socket.close(4401, ended.result())
