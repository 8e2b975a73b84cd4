"""A served centre for tests of web chat and live views: real database, writer, engine, sockets; people and pages."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import websockets
from fastapi import FastAPI

from jietong.channels.webchat import routes as chat_routes
from jietong.channels.webchat import socket as chat_socket
from jietong.channels.webchat.attachments import Files
from jietong.channels.webchat.model import Limits, Rate, WidgetSpec
from jietong.channels.webchat.service import WebChat
from jietong.channels.webchat.store import save_widget
from jietong.channels.webchat.watch import ChatWatch
from jietong.core.clock import Clock, SystemClock, to_datetime
from jietong.core.commands import AnyCommand, ConfigureAgent, ConfigureHours, ConfigureQueue, ConfigureSkill
from jietong.core.specs import AgentSkill, AgentSpec, Capacity, HoursSpec, Names, QueueSpec, SkillNeed, SkillSpec
from jietong.core.vocabulary import Channel
from jietong.customers.ports import NoHistory
from jietong.db.pool import ALL, Database
from jietong.identity import sessions
from jietong.identity.model import Source
from jietong.identity.permissions import Role
from jietong.identity.service import AccountFields, add_account
from jietong.live import routes as live_routes
from jietong.live.alarms import AlarmBook
from jietong.live.hub import Hub
from jietong.live.reception import EngineReception
from jietong.metrics.live import LiveFigures
from jietong.routing.engine import Engine
from jietong.routing.runtime import Plan, Runtime
from jietong.web.factory import Services, create_app
from jietong.web.server import listening

DEMO_KEY = "a-demonstration-key-of-this-test"
PATIENT = Limits(
    socket_messages=Rate(1000, 1000),
    address_messages=Rate(1000, 1000),
    address_contacts=Rate(1000, 1000),
    address_uploads=Rate(1000, 1000),
    address_sockets=Rate(1000, 1000),
    address_chats=1000,
)
"""For tests that are not about flooding."""


def names(text: str) -> Names:
    return {"zh-Hans": text, "zh-Hant": text, "en": text}


NEVER_OPEN = HoursSpec(id="never", name=names("never"), zone="Asia/Shanghai", week=((),) * 7)
QUEUES = (
    QueueSpec(id="repair", name=names("repair"), client="hechuan", channels=(Channel.CHAT,), wrapup_s=60,
              requires=(SkillNeed("fridge"),)),
    QueueSpec(id="orders", name=names("orders"), client="lanshan", channels=(Channel.CHAT,), wrapup_s=0,
              requires=(SkillNeed("orders"),)),
    QueueSpec(id="night", name=names("night"), client="hechuan", channels=(Channel.CHAT,), hours="never"),
    QueueSpec(id="tiny", name=names("tiny"), client="hechuan", channels=(Channel.CHAT,), max_waiting=1,
              requires=(SkillNeed("rare"),)),
)  # fmt: skip


class Person:
    """A signed-in browser of staff."""

    def __init__(self, centre: "LiveCentre", account: str, secret: str, csrf: str, session: str) -> None:
        self.centre = centre
        self.session = session
        self.account = account
        self.cookie = f"jt_session={secret}"
        self.csrf = csrf
        self.http = httpx.AsyncClient(
            base_url=centre.url, headers={"Cookie": self.cookie, "X-CSRF-Token": csrf, "Origin": centre.url}
        )

    async def socket(self, path: str) -> "Line":
        return await self.centre.line(path, {"Cookie": self.cookie, "Origin": self.centre.url})


class Line:
    """A WebSocket with everything that came in, in order, and the state it adds up to."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self.socket = socket
        self.frames: list[dict[str, Any]] = []
        self.state: dict[str, dict[str, Any]] = {}
        self.seq = -1
        self._seen = 0
        self._news = asyncio.Event()
        self._task = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        try:
            async for text in self.socket:
                assert isinstance(text, str)
                frame = json.loads(text)
                self.frames.append(frame)
                self._fold(frame)
                self._news.set()
        except websockets.ConnectionClosed:
            pass
        self._news.set()

    def _fold(self, frame: dict[str, Any]) -> None:
        if frame["t"] == "snapshot":
            self.state, self.seq = frame["state"], frame["seq"]
        elif frame["t"] == "delta":
            assert frame["seq"] > self.seq, "frames come in order, each newer than the one before"
            self.seq = frame["seq"]
            for name, objects in frame["set"].items():
                self.state.setdefault(name, {}).update(objects)
            for name, ids in frame["del"].items():
                for id in ids:
                    self.state.setdefault(name, {}).pop(id, None)

    async def send(self, frame: dict[str, Any]) -> None:
        await self.socket.send(json.dumps(frame, ensure_ascii=False))

    async def until(self, ready: Callable[[], Any], timeout: float = 20.0) -> Any:
        """Waits until `ready()` gives something true about this line."""
        async with asyncio.timeout(timeout):
            while not (found := ready()):
                self._news.clear()
                if self._task.done():
                    raise AssertionError(f"the socket was closed ({self.socket.close_code}); had {self.frames[-5:]}")
                await self._news.wait()
        return found

    async def next(self, t: str, timeout: float = 20.0, **fields: Any) -> dict[str, Any]:
        """The next frame of type `t` with these fields that has not been given yet."""

        def look() -> dict[str, Any] | None:
            for i in range(self._seen, len(self.frames)):
                frame = self.frames[i]
                if frame["t"] == t and all(frame.get(key) == value for key, value in fields.items()):
                    self._seen = i + 1
                    return frame
            return None

        try:
            found: dict[str, Any] = await self.until(look, timeout)
        except TimeoutError:
            raise AssertionError(f"no {t} {fields} within {timeout} s; had {self.frames[-6:]}") from None
        return found

    async def ask(self, frame: dict[str, Any]) -> dict[str, Any]:
        """Sends a frame with an id; gives its ok or err."""
        before = len(self.frames)
        await self.send(frame)

        def look() -> dict[str, Any] | None:
            for got in self.frames[before:]:
                if got["t"] in ("ok", "err") and got.get("id") == frame["id"]:
                    return got
            return None

        found: dict[str, Any] = await self.until(look)
        return found

    async def closed(self, timeout: float = 10.0) -> int | None:
        async with asyncio.timeout(timeout):
            await self._task
        return self.socket.close_code

    async def close(self) -> None:
        await self.socket.close()
        await self._task


async def true(ready: Callable[[], Any], timeout: float = 10.0) -> None:
    """Waits until something is so that no frame tells of."""
    async with asyncio.timeout(timeout):
        while not ready():  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.02)


class LiveCentre:
    def __init__(self, database: Database, app: FastAPI, url: str, runtime: Runtime[Engine], web: WebChat,
                 hub: Hub, watch: ChatWatch) -> None:  # fmt: skip
        self.database = database
        self.app = app
        self.url = url
        self.runtime = runtime
        self.web = web
        self.hub = hub
        self.watch = watch
        self.stack = AsyncExitStack()
        self._ids = 0

    @property
    def engine(self) -> Engine:
        return self.runtime.engine

    def fresh(self) -> str:
        self._ids += 1
        return f"id-{self._ids}"

    async def tell(self, *commands: AnyCommand) -> None:
        for command in commands:
            await self.runtime.submit(command)

    async def line(self, path: str, headers: dict[str, str] | None = None) -> Line:
        socket = await websockets.connect(
            self.url.replace("http", "ws") + path, additional_headers=headers or {}, compression=None, max_size=None,
            ping_interval=None, open_timeout=20,
        )  # fmt: skip
        line = Line(socket)
        self.stack.push_async_callback(line.close)
        return line

    async def person(
        self, login: str, *roles: Role, agent: str | None = None, clients: tuple[str, ...] | None = None
    ) -> Person:
        now = self.hub.clock.now()
        async with self.database.transaction(ALL) as conn:
            account = await add_account(
                conn,
                AccountFields(login, login.title(), frozenset(roles or {Role.ANSWERER}), clients),
                now=now,
                password="a long enough password",
                agent_id=agent,
            )
            session, secret = await sessions.open_session(conn, account.id, Source(), now=now)
        person = Person(self, account.id, secret, sessions.csrf_of(secret), session)
        self.stack.push_async_callback(person.http.aclose)
        return person

    async def agent(
        self, id: str, *skills: str, ready: bool = True, clients: tuple[str, ...] | None = None,
        capacity: Capacity | None = None,
    ) -> tuple[Person, Line]:  # fmt: skip
        """An agent with an open desk."""
        spec = AgentSpec(
            id=id,
            name=f"客服{id}",
            skills=tuple(AgentSkill(skill) for skill in skills),
            capacity=capacity or Capacity(),
        )
        await self.tell(ConfigureAgent(spec))
        person = await self.person(f"{id}@hechuan.example", agent=id, clients=clients)
        desk = await person.socket("/ws/desk")
        await desk.until(lambda: desk.state.get("me", {}).get(id, {}).get("connected"))
        if ready:
            answer = await desk.ask(self.cmd("set_status", status="ready"))
            assert answer["t"] == "ok", answer
        return person, desk

    def cmd(self, type: str, **fields: Any) -> dict[str, Any]:
        return {"t": "cmd", "id": self.fresh(), "cmd": {"type": type, **fields}}

    async def turned_away(self, path: str, headers: dict[str, str]) -> int | None:
        """The code with which a socket is closed at once."""
        line = await self.line(path, headers)
        code = await line.closed()
        assert not line.frames, "nothing may be shown before the door is shut"
        return code

    async def page(self, widget: str = "repair", token: str | None = None, demo: bool = False) -> tuple[Line, str]:
        """A customer's page that has said hello, and its token."""
        line = await self.line("/ws/chat")
        hello: dict[str, Any] = {"t": "hello", "widget": widget, "token": token, "lang": "zh-Hans"}
        if demo:
            hello["demo"] = DEMO_KEY
        await line.send(hello)
        welcome = await line.next("welcome")
        return line, welcome["token"]

    async def chat(self, widget: str = "repair", text: str | None = "你好", **profile: str) -> tuple[Line, str, str]:
        """A page whose chat has begun: the page, its token, the contact."""
        line, token = await self.page(widget)
        profile = profile or {"name": "王先生", "phone": "13857100935"}
        answer = await line.ask({"t": "start", "id": self.fresh(), "profile": profile, "text": text})
        assert answer["t"] == "ok", answer
        return line, token, answer["result"]["contact"]

    async def talking(self, agent: str, desk: Line) -> tuple[Line, str, str]:
        """A chat that this agent has accepted."""
        page, token, contact = await self.chat()
        await desk.until(lambda: desk.state["contacts"].get(contact, {}).get("place") == "offer")
        assert (await desk.ask(self.cmd("accept", contact=contact)))["t"] == "ok"
        await desk.until(lambda: desk.state["contacts"].get(contact, {}).get("place") == "talk")
        return page, token, contact


@asynccontextmanager
async def serve(
    database: Database,
    home: Path,
    *,
    limits: Limits = PATIENT,
    queues: tuple[QueueSpec, ...] = QUEUES,
    gone_s: int = 300,
    clock: Clock | None = None,
) -> AsyncIterator[LiveCentre]:
    clock = clock or SystemClock()
    figures, book = LiveFigures(), AlarmBook()
    runtime: Runtime[Engine] = Runtime(
        database, "main", Plan(Engine, Engine.load), clock=clock, followers=[figures, book]
    )
    async with database.transaction(ALL) as conn:
        for queue in queues:
            spec = WidgetSpec(
                id=queue.id, queue=queue.id, name=names("禾川客服"), greeting=names("您好"), ask=(), limits=limits,
                gone_queue_s=max(10, gone_s), gone_talk_s=max(10, gone_s),
            )  # fmt: skip
            await save_widget(conn, spec, None, "test", to_datetime(clock.now()))
    await runtime.start()
    await runtime.wait_active(20)
    for skill in ("fridge", "orders", "rare"):
        await runtime.submit(ConfigureSkill(SkillSpec(skill, names(skill))))
    await runtime.submit(ConfigureHours(NEVER_OPEN))
    for queue in queues:
        await runtime.submit(ConfigureQueue(queue))
    reception = EngineReception(runtime, clock)
    web = WebChat(
        database, runtime, clock, reception, NoHistory(), lambda: runtime.engine.site, Files(home / "attachments"),
        demo_key=DEMO_KEY,
    )  # fmt: skip
    await web.start()
    watch = ChatWatch(web, every_s=0.3)
    watch.start()
    hub = Hub(runtime, figures, book, database, clock, web)
    hub.start()
    app = create_app(
        Services(database=database, runtime=runtime, clock=clock, hub=hub, extra={"webchat": web}),
        [chat_routes.router, chat_socket.router, live_routes.router],
    )
    async with listening(app) as url:
        centre = LiveCentre(database, app, url, runtime, web, hub, watch)
        try:
            async with centre.stack:
                yield centre
        finally:
            await hub.stop()
            await watch.stop()
            await web.stop()
    await runtime.stop()
