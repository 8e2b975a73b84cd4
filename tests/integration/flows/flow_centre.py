"""What the tests of flows over HTTP share: the demonstration's flows in a small centre, people of each role."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from jietong.agents.service import Agents
from jietong.core.clock import SystemClock
from jietong.core.specs import ClientSpec, HoursSpec, Names, Period, QueueSpec, SiteSpec
from jietong.core.vocabulary import Channel, Ms
from jietong.db.pool import ALL, Database
from jietong.flows import demonstration, espeak, prompt_routes, routes, service
from jietong.flows.counts import FlowCounts
from jietong.flows.library import Library
from jietong.flows.sounds import Sounds
from jietong.identity.model import SYSTEM
from jietong.identity.permissions import Role
from jietong.identity.tokens import make_token
from jietong.routing.engine import Engine
from jietong.routing.runtime import Plan, Runtime
from jietong.routing.service import load_specs
from jietong.routing.store import Kind, upsert
from jietong.web.factory import Services, create_app


def names(text: str) -> Names:
    return {"zh-Hans": text, "zh-Hant": text, "en": text}


def small(id: str = "small", **fields: Any) -> dict[str, Any]:
    """A flow that can be published: it says hello and hangs up."""
    hello = {"id": "hello", "type": "play", "prompt": {"text": names("您好")}, "next": {"done": "end"}}
    return {
        "format": "flow/v1", "id": id, "name": names("小流程"), "client": "hechuan", "start": "hello",
        "nodes": [hello, {"id": "end", "type": "hang_up", "served": True}], **fields,
    }  # fmt: skip


def voice() -> espeak.Voice | None:
    """espeak-ng of this machine, or where ESPEAK_NG says; None: there is none, and its tests are left out."""
    program = os.environ.get("ESPEAK_NG") or shutil.which("espeak-ng")
    return espeak.voice(Path(program)) if program else None


class FlowCentre:
    def __init__(
        self, database: Database, runtime: Runtime[Engine], library: Library, sounds: Sounds, counts: FlowCounts
    ) -> None:
        self.database = database
        self.runtime = runtime
        self.library = library
        self.sounds = sounds
        self.counts = counts
        self.stack = AsyncExitStack()
        clock = SystemClock()
        self.app = create_app(
            Services(
                database=database,
                runtime=runtime,
                clock=clock,
                site=lambda: runtime.engine.site,
                agents=Agents(database, runtime, clock),
                extra={"flows": library, "sounds": sounds, "flow_counts": counts},
            ),
            [routes.router, prompt_routes.router],
        )

    async def signed_in(self, role: str, clients: tuple[str, ...] | None = None) -> httpx.AsyncClient:
        headers = {}
        if role:
            async with self.database.transaction(ALL) as conn:
                _, secret = await make_token(
                    conn, name=role, roles=frozenset({Role(role)}), clients=clients, days=1, by=SYSTEM,
                    now=SystemClock().now(),
                )  # fmt: skip
            headers["Authorization"] = f"Bearer {secret}"
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app), base_url="http://centre.test", headers=headers
        )
        return await self.stack.enter_async_context(client)


async def set_up(database: Database, now: Ms) -> None:
    """What the demonstration's flows refer to."""
    channels = (Channel.CHAT, Channel.MESSAGE, Channel.VOICE, Channel.VOICEMAIL)
    always = HoursSpec("round-the-clock", names("24"), "Asia/Shanghai", ((Period(0, 1440),),) * 7)
    specs: list[tuple[Kind, Any]] = [
        (Kind.SITE, SiteSpec()),
        (Kind.CLIENT, ClientSpec("hechuan", names("禾川"))),
        (Kind.CLIENT, ClientSpec("hechuan-mall", names("商城"))),
        (Kind.HOURS, always),
        (Kind.QUEUE, QueueSpec("repair", names("repair"), "hechuan", channels)),
        (Kind.QUEUE, QueueSpec("returns", names("returns"), "hechuan", channels)),
    ]
    async with database.transaction(ALL) as conn:
        for kind, spec in specs:
            write = upsert(kind, spec, spec.id, 1, now, "test")
            await conn.execute(write.sql, *write.args)


@asynccontextmanager
async def flow_centre(database: Database, home: Path) -> AsyncIterator[FlowCentre]:
    clock = SystemClock()
    await set_up(database, clock.now())
    async with database.transaction(ALL) as conn:
        for flow in demonstration.flows():
            await service.put_published(conn, flow, "system", clock.now())
    counts = FlowCounts()
    runtime = Runtime(database, "main", Plan(Engine, Engine.load), clock=clock, followers=[counts])
    await runtime.start()
    await runtime.wait_active()
    for command in await load_specs(database, runtime.engine):
        await runtime.submit(command)
    library, sounds = Library(database), Sounds(home / "sounds", voice(), database)
    await library.reload()
    await sounds.reload()
    centre = FlowCentre(database, runtime, library, sounds, counts)
    async with centre.stack:
        yield centre
    await runtime.stop()
