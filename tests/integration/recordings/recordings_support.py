"""A centre with recordings: real database, writer, vault, routes on a port; and files as a switch makes them."""

import array
import math
import wave
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from jietong.channels.ports import Gap
from jietong.contacts.projector import ContactsProjector
from jietong.core.clock import Clock, ManualClock
from jietong.core.commands import AnyCommand, Arrive, ConfigureAgent, ConfigureQueue
from jietong.core.specs import AgentSpec, QueueSpec
from jietong.core.vocabulary import Channel
from jietong.db.pool import ALL, Database
from jietong.identity import sessions
from jietong.identity.model import Source
from jietong.identity.permissions import Role
from jietong.identity.service import AccountFields, add_account
from jietong.recordings import routes
from jietong.recordings.service import Recordings
from jietong.routing.engine import Engine
from jietong.routing.runtime import Plan, Runtime
from jietong.web.factory import Services, create_app
from jietong.web.server import listening

RATE = 8000
NAMES = {"zh-Hans": "报修", "zh-Hant": "報修", "en": "repair"}
QUEUES = (
    QueueSpec("repair", NAMES, "hechuan", (Channel.VOICE, Channel.VOICEMAIL)),
    QueueSpec("orders", NAMES, "lanshan", (Channel.VOICE, Channel.VOICEMAIL)),
)


def tone(path: Path, hertz: float, seconds: float, rate: int = RATE) -> Path:
    """A 16-bit mono WAV as the switch leaves it in its spool."""
    path.parent.mkdir(parents=True, exist_ok=True)
    period = array.array(
        "h", (round(12_000 * math.sin(2 * math.pi * hertz * n / rate)) for n in range(int(rate * min(seconds, 1))))
    )
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        left = round(rate * seconds)
        while left > 0:
            file.writeframes(period[:left].tobytes())
            left -= len(period)
    return path


class Vaulted:
    """The centre. `work()` does at once what the intake does by itself in a running one."""

    def __init__(
        self, database: Database, clock: Clock, home: Path, runtime: Runtime[Engine], parts: Recordings, url: str
    ) -> None:
        self.database = database
        self.clock = clock
        self.home = home
        self.spool = home / "spool"
        self.runtime = runtime
        self.parts = parts
        self.url = url
        self.stack = AsyncExitStack()

    async def tell(self, *commands: AnyCommand) -> None:
        for command in commands:
            await self.runtime.submit(command)

    def files(self, recording: str, seconds: float = 2.0) -> dict[str, Path | None]:
        """Customer at 400 Hz, agent at 700 Hz, a mix."""
        return {
            name: tone(self.spool / f"{recording}.{name}.wav", hertz, seconds)
            for name, hertz in (("customer", 400), ("agent", 700), ("mix", 550))
        }

    async def record(
        self, recording: str = "r1", contact: str = "c1", client: str = "hechuan", **more: Any
    ) -> dict[str, Path | None]:
        """A finished recording, taken in; gives where its plain files were."""
        tracks = more.pop("tracks", None) or self.files(recording, more.pop("seconds", 2.0))
        await self.parts.sink.finished(
            recording=recording, contact=contact, client=client, queue=more.pop("queue", "repair"),
            agent=more.pop("agent", "lin"), started=more.pop("started", self.clock.now()), tracks=tracks, **more,
        )  # fmt: skip
        await self.parts.sink.work()
        return dict(tracks)

    async def call(self, contact: str, queue: str = "repair", channel: Channel = Channel.VOICE) -> None:
        """The ledger knows of it, and so does the record."""
        await self.tell(Arrive(contact=contact, channel=channel, queue=queue, entry="4001"))
        await self.project()

    async def project(self) -> None:
        await ContactsProjector(self.database, "main").catch_up()

    async def person(
        self, login: str, *roles: Role, agent: str | None = None, clients: tuple[str, ...] | None = None
    ) -> httpx.AsyncClient:
        """A signed-in browser."""
        now = self.clock.now()
        async with self.database.transaction(ALL) as conn:
            account = await add_account(
                conn,
                AccountFields(f"{login}@hechuan.example", login.title(), frozenset(roles), clients),
                now=now,
                password="a long enough password",
                agent_id=agent,
            )
            _, secret = await sessions.open_session(conn, account.id, Source(), now=now)
        return await self.stack.enter_async_context(
            httpx.AsyncClient(
                base_url=self.url,
                headers={
                    "Cookie": f"jt_session={secret}",
                    "X-CSRF-Token": sessions.csrf_of(secret),
                    "Origin": self.url,
                },
            )
        )

    async def audited(self, action: str) -> list[dict[str, Any]]:
        async with self.database.read(ALL) as conn:
            rows = await conn.fetch(
                "SELECT actor, name, object, details FROM audit_entry WHERE action = $1 ORDER BY seq", action
            )
        return [dict(row) for row in rows]

    async def ledger(self, kind: str) -> list[dict[str, Any]]:
        async with self.database.read(ALL) as conn:
            rows = await conn.fetch("SELECT data FROM event WHERE type = $1 ORDER BY seq", kind)
        return [row["data"] for row in rows]

    def sealed(self) -> list[Path]:
        folder = self.home / "recordings"
        return sorted(path for path in folder.rglob("*") if path.is_file())


@asynccontextmanager
async def centre(database: Database, home: Path, clock: Clock | None = None) -> AsyncIterator[Vaulted]:
    clock = clock or ManualClock()
    runtime: Runtime[Engine] = Runtime(database, "main", Plan(Engine, Engine.load), clock=clock)
    await runtime.start()
    await runtime.wait_active(20)
    try:
        for queue in QUEUES:
            await runtime.submit(ConfigureQueue(queue))
        for agent in ("lin", "chen"):
            await runtime.submit(ConfigureAgent(AgentSpec(agent, agent)))
        parts = Recordings(database, runtime, clock, lambda: runtime.engine.site, home)
        app = create_app(
            Services(database=database, runtime=runtime, clock=clock, extra={"recordings": parts}), [routes.router]
        )
        async with listening(app) as url:
            made = Vaulted(database, clock, home, runtime, parts, url)
            async with made.stack:
                yield made
        await parts.stop()
    finally:
        await runtime.stop()


PAUSE = Gap(500, 900, "card")
