"""The whole centre, served as it is in earnest, with one program per role to ask it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from jietong import app as composition
from jietong.config import Settings
from jietong.core.clock import SystemClock
from jietong.db.pool import ALL
from jietong.identity.model import SYSTEM
from jietong.identity.permissions import Role
from jietong.identity.tokens import make_token
from jietong.web.walk import Guarded, walk

CLIENT = "hechuan"


@dataclass(frozen=True)
class Whole:
    """`programs` hold one role each and see one client; `stranger` holds nothing."""

    centre: composition.Centre
    programs: Mapping[Role, httpx.AsyncClient]
    stranger: httpx.AsyncClient
    secrets: Mapping[Role, str]


@asynccontextmanager
async def whole_centre(dsn: str, home: Path, *, demo: bool = False) -> AsyncIterator[Whole]:
    settings = Settings(home=home, dsn=dsn, port=0, demo=demo, voice=False)
    async with AsyncExitStack() as stack:
        centre = await stack.enter_async_context(composition.centre(settings))
        secrets = {}
        for role in Role:
            async with centre.database.transaction(ALL) as conn:
                _, secrets[role] = await make_token(
                    conn,
                    name=f"walk {role}",
                    roles=frozenset({role}),
                    clients=(CLIENT,) if role is Role.CLIENT else None,
                    days=1,
                    by=SYSTEM,
                    now=SystemClock().now(),
                )

        async def browser(**headers: str) -> httpx.AsyncClient:
            client = httpx.AsyncClient(base_url=centre.url, headers=headers, timeout=30)
            return await stack.enter_async_context(client)

        programs = {role: await browser(Authorization=f"Bearer {secret}") for role, secret in secrets.items()}
        yield Whole(centre, programs, await browser(), secrets)


def routes() -> list[Guarded]:
    """Of the application that `jietong.app` builds: what is added there is covered here."""
    return walk(composition.description())
