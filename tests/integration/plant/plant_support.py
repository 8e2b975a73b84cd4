"""What the plant's tests share."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from jietong.calls.plant import TelephonePlant
from jietong.calls.plant_figures import PlantFigures
from jietong.channels.memory.exchange import Exchange
from jietong.channels.memory.switch import MemorySwitch
from jietong.core.clock import SystemClock
from jietong.core.events import WitnessedFact
from jietong.db.pool import ALL, Database
from jietong.identity.model import SYSTEM
from jietong.identity.permissions import Role
from jietong.identity.tokens import make_token
from jietong.routing.engine import Engine
from jietong.routing.runtime import Runtime


@dataclass
class Centre:
    database: Database
    runtime: Runtime[Engine]
    exchange: Exchange
    switch: MemorySwitch
    figures: PlantFigures
    folder: Path
    stack: AsyncExitStack
    witnessed: list[WitnessedFact] = field(default_factory=list)
    plant: TelephonePlant = field(init=False)
    transport: httpx.ASGITransport = field(init=False)

    async def program(self, role: Role | None = None, clients: tuple[str, ...] | None = None) -> httpx.AsyncClient:
        """An HTTP client that holds one role; None: it holds nothing."""
        made = await self.stack.enter_async_context(
            httpx.AsyncClient(transport=self.transport, base_url="http://centre.test")
        )
        if role is not None:
            async with self.database.transaction(ALL) as conn:
                _, secret = await make_token(
                    conn,
                    name=f"as {role}",
                    roles=frozenset({role}),
                    clients=clients,
                    days=1,
                    by=SYSTEM,
                    now=SystemClock().now(),
                )
            made.headers["authorization"] = f"Bearer {secret}"
        return made

    async def admin(self) -> httpx.AsyncClient:
        return await self.program(Role.ADMIN)


async def true(ready: Callable[[], Any], timeout: float = 10.0) -> None:
    """Waits until something is so that nothing tells of."""
    async with asyncio.timeout(timeout):
        while not ready():  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.01)


def names(text: str) -> dict[str, str]:
    return {"zh-Hans": text, "zh-Hant": text, "en": text}


def trunk(id: str = "carrier", **fields: Any) -> dict[str, Any]:
    base = {"id": id, "name": names(id), "kind": "registration", "host": "sip.example.com", "username": "4008001234"}
    return {**base, **fields}


def number(id: str = "4008001234", **fields: Any) -> dict[str, Any]:
    return {"id": id, "name": names("热线"), "client": "hechuan", "flow": "service", "trunk": "carrier", **fields}


def extension(id: str = "801", **fields: Any) -> dict[str, Any]:
    return {"id": id, "name": "前台", "kind": "softphone", **fields}
