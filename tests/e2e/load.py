"""Load on a served centre, from outside alone: customers who keep a book of what was acknowledged to them, simulated
agents at open desks, and the check that afterwards the centre's books equal the customers'."""

import asyncio
import contextlib
import itertools
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx
import websockets
from live_centre import Line
from running import Running

from jietong.contacts import store
from jietong.core.clock import SystemClock
from jietong.core.days import local_day
from jietong.core.vocabulary import Ms
from jietong.db.embedded import EmbeddedServer
from jietong.db.pool import ALL, Database
from jietong.demo.agent import Agent
from jietong.demo.tally import Tally
from jietong.demo.wire import Closed, Frame, Wire, fresh
from jietong.metrics.catalogue import CATALOGUE
from jietong.metrics.history import Figure, evaluate

PASSWORD = "jietong-demo"
_numbers = itertools.count(1)
ANSWER_WITHIN_S = 20.0
"""Longer than the centre may take to notice that its database is frozen."""
SPEED = 40.0
"""Simulated seconds in a second, for the agents' thinking and typing."""


@dataclass
class Spoken:
    """One chat as its customer knows it."""

    token: str
    words: dict[str, int] = field(default_factory=dict)  # acknowledged text → its number
    acknowledged: Ms = 0  # when the arrival was
    ended: bool = False


@dataclass
class Book:
    """What the centre has acknowledged. Whatever is in here must be there for ever, once."""

    chats: dict[str, Spoken] = field(default_factory=dict)
    sent_again: int = (
        0  # frames whose acknowledgement did not come, sent again under the same id and then acknowledged
    )
    told_unavailable: int = 0
    answers_s: list[float] = field(default_factory=list)
    faults: list[Frame] = field(default_factory=list)

    @property
    def size(self) -> int:
        return len(self.chats) + sum(len(chat.words) for chat in self.chats.values())


class Visitor:
    """A customer who does not give up: comes back after every cut, by the token, and sends again under the same id
    what was not acknowledged."""

    def __init__(self, url: Callable[[], str], key: str, book: Book, widget: str = "repair") -> None:
        self.contact = ""
        self.messages: list[dict[str, Any]] = []  # as the page shows them, by the last welcome and what came since
        self.state: dict[str, Any] = {}
        self._url = url
        self._key = key
        self._book = book
        self._widget = widget
        self._token: str | None = None
        self._wire: Wire | None = None
        self._welcome = asyncio.Event()
        self._news = asyncio.Event()

    async def start(self, text: str) -> str:
        profile = {"name": "压测顾客", "phone": f"138{next(_numbers):08}"}  # nobody's regular agent
        answer = await self._ask({"t": "start", "profile": profile, "text": text})
        self.contact = answer["result"]["contact"]
        chat = self._book.chats.setdefault(self.contact, Spoken(self._token or ""))
        chat.acknowledged = chat.acknowledged or SystemClock().now()
        chat.words[text] = 1
        return self.contact

    async def say(self, text: str) -> None:
        answer = await self._ask({"t": "say", "text": text})
        if answer["t"] == "ok":
            self._book.chats[self.contact].words[text] = answer["result"]["n"]

    async def end(self) -> None:
        await self._ask({"t": "end"})
        self._book.chats[self.contact].ended = True

    async def until(self, ready: Callable[[], Any], within_s: float) -> bool:
        """Whether it came true in time; comes back to the centre when the line is cut meanwhile."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while not ready():
                    wire = await self._line()
                    self._news.clear()
                    if ready():
                        break
                    news = asyncio.ensure_future(self._news.wait())
                    await asyncio.wait({news, wire.reader}, return_when=asyncio.FIRST_COMPLETED)
                    news.cancel()
        return bool(ready())

    async def come_back(self) -> None:
        """Reloads the page: what `messages` shows afterwards is what the centre has."""
        await self.go()
        await self._line()

    async def go(self) -> None:
        wire, self._wire = self._wire, None
        if wire is not None:
            await wire.close()

    async def _ask(self, frame: Frame) -> Frame:
        frame = {**frame, "id": fresh()}
        began, times = time.monotonic(), 0
        while True:
            wire = await self._line()
            times += 1
            try:
                async with asyncio.timeout(ANSWER_WITHIN_S):
                    answer = await wire.ask(frame)
            except (Closed, TimeoutError):
                await self.go()
                continue
            if answer["t"] == "err" and answer["problem"]["status"] == 503:
                self._book.told_unavailable += 1
                await asyncio.sleep(0.2)
                continue
            if answer["t"] == "err":
                self._book.faults.append(answer)
            self._book.sent_again += times > 1
            self._book.answers_s.append(time.monotonic() - began)
            return answer

    async def _line(self) -> Wire:
        """The open line, or a new one that has been welcomed."""
        while self._wire is None or self._wire.reader.done():
            self._welcome.clear()
            wire = None
            try:
                wire = await Wire.open(self._url().replace("http", "ws", 1) + "/ws/chat", {}, self._hear)
                hello = {"t": "hello", "widget": self._widget, "token": self._token, "lang": "zh-Hans"}
                await wire.send({**hello, "demo": self._key})
                await asyncio.wait_for(self._welcome.wait(), 5)
                self._wire = wire
            except (OSError, Closed, websockets.InvalidHandshake):  # a TimeoutError is an OSError
                if wire is not None:
                    await wire.close()
                await asyncio.sleep(0.1)
        return self._wire

    def _hear(self, frame: Frame) -> None:
        match frame["t"]:
            case "welcome":
                self._token = frame["token"]
                self.state = frame["state"]
                self.messages = list(frame["state"]["messages"])
                self._welcome.set()
            case "state":
                self.state = frame["state"]
            case "message":
                self.messages.append(frame["message"])
        self._news.set()


class Worker(Agent):
    """A simulated agent whose takings are counted one by one."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.taken: Counter[str] = Counter()
        self.queues: set[str] = set()
        self.view: dict[str, Any] = {}
        self.contacts: dict[str, Any] = {}

    def _hear(self, frame: Frame) -> None:
        super()._hear(frame)
        if frame["t"] == "snapshot":
            self.queues = set(frame["state"]["queues"])
        self.view, self.contacts = self._me, self._contacts

    async def _ask(self, frame: Frame) -> Frame:
        answer = await super()._ask(frame)
        if answer["t"] == "ok" and frame.get("cmd", {}).get("type") == "accept":
            self.taken[frame["cmd"]["contact"]] += 1
        return answer


class Storm:
    """Customers and agents at work until the block ends."""

    def __init__(self, running: Running, *, customers: int, patience_s: float) -> None:
        self.running = running
        self.book = Book()
        self.workers: list[Worker] = []
        self.key = (running.home / "demo.key").read_text().strip()
        self._customers = customers
        self._patience_s = patience_s
        self._desks: list[asyncio.Task[None]] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._leaving = False
        self._random = Random(7)

    def url(self) -> str:
        return self.running.url

    def visitor(self, widget: str = "repair") -> Visitor:
        return Visitor(self.url, self.key, self.book, widget)

    async def begin(self, agents: int) -> None:
        async with httpx.AsyncClient(base_url=self.running.url, timeout=60) as client:
            answer = await client.post("/api/demo/agents", json={"count": agents}, headers={"X-Demo-Key": self.key})
            staff = answer.raise_for_status().json()["items"]

        async def pause(seconds: float) -> None:
            await asyncio.sleep(seconds / SPEED)

        url = self.running.url.replace("http", "ws", 1)
        for person in staff:
            if not person["part_time"]:
                worker = Worker(
                    url, person["agent"], person["session"], Random(self._random.random()), Tally(), pause, {}
                )
                self.workers.append(worker)
                self._desks.append(asyncio.create_task(worker.work(), name=person["agent"]))
        self.let_in(self._customers)

    def let_in(self, customers: int) -> None:
        self._tasks += [asyncio.create_task(self._customer(), name="customer") for _ in range(customers)]

    async def grown(self, by: int, within_s: float = 30) -> None:
        """Returns when so much more has been acknowledged."""
        target = self.book.size + by
        await true(lambda: self.book.size >= target, within_s, f"{by} more acknowledgements")

    async def everyone_takes_one(self, within_s: float) -> float:
        """Returns how long it took until each agent of the queue had taken another contact."""
        began = time.monotonic()
        before = {worker.id: worker.taken.total() for worker in self.workers}
        mine = [worker for worker in self.workers if "repair" in worker.queues]
        assert len(mine) >= 5
        await true(
            lambda: all(worker.taken.total() > before[worker.id] for worker in mine),
            within_s,
            lambda: f"a contact for each: {[(w.id, w.view) for w in mine if w.taken.total() == before[w.id]]}",
        )
        return time.monotonic() - began

    async def calm(self) -> None:
        """Customers finish what they have begun; then every desk is empty."""
        self._leaving = True
        async with asyncio.timeout(60):
            await asyncio.gather(*self._tasks)
        await true(lambda: not any(worker.contacts for worker in self.workers), 40, "empty desks")

    async def end(self) -> None:
        tasks = [*self._tasks, *self._desks]
        for worker in self.workers:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(worker.leave(), 5)
        for task in tasks:
            task.cancel()
        for ended in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended

    async def _customer(self) -> None:
        while not self._leaving:
            visitor = self.visitor()
            await visitor.start(f"{fresh()} 冰箱不制冷 🧊")
            await visitor.until(lambda v=visitor: v.state["place"] != "queue", self._patience_s)  # type: ignore[misc]
            for turn in range(3):
                await visitor.say(f"{fresh()} 第{turn}句 مرحبا")
                await asyncio.sleep(0.05)
            await visitor.end()
            await visitor.go()


@asynccontextmanager
async def storm(
    running: Running, *, customers: int = 12, agents: int = 12, patience_s: float = 30
) -> AsyncIterator[Storm]:
    begun = Storm(running, customers=customers, patience_s=patience_s)
    await begun.begin(agents)
    try:
        yield begun
    finally:
        await begun.end()


class Staff:
    """A person of the demonstration centre, signed in."""

    def __init__(self, running: Running, http: httpx.AsyncClient, agent: str | None) -> None:
        self.running = running
        self.http = http
        self.agent = agent

    async def line(self, path: str, url: str | None = None) -> Line:
        url = url or self.running.url
        cookie = f"jt_session={self.http.cookies['jt_session']}"
        socket = await websockets.connect(
            url.replace("http", "ws", 1) + path,
            additional_headers={"Cookie": cookie, "Origin": url},
            compression=None,
            max_size=None,
            ping_interval=None,
            open_timeout=20,
        )
        return Line(socket)


@asynccontextmanager
async def signed_in(running: Running, login: str) -> AsyncIterator[Staff]:
    """`login`: before the @."""
    async with httpx.AsyncClient(base_url=running.url, headers={"Origin": running.url}, timeout=60) as http:
        given = {"login": f"{login}@hechuan.example", "password": PASSWORD}
        assert (await http.post("/api/session", json=given)).status_code == 200
        me = (await http.get("/api/session")).json()
        http.headers["X-CSRF-Token"] = me["csrf"]
        yield Staff(running, http, me["agent_id"])


def cmd(type: str, **fields: Any) -> Frame:
    return {"t": "cmd", "id": fresh(), "cmd": {"type": type, **fields}}


async def true(
    ready: Callable[[], Any], within_s: float, what: str | Callable[[], str] = "what was waited for"
) -> None:
    try:
        async with asyncio.timeout(within_s):
            while not ready():  # noqa: ASYNC110 - there is no event to wait for
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"not within {within_s} s: {what if isinstance(what, str) else what()}") from None


async def eventually(look: Callable[[], Awaitable[Any]], within_s: float) -> Any:
    """What `look` gives when it is first true."""
    async with asyncio.timeout(within_s):
        while not (found := await look()):  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.1)
    return found


async def health(running: Running) -> tuple[int, dict[str, Any]]:
    async with httpx.AsyncClient(timeout=10) as client:
        answer = await client.get(f"{running.url}/healthz")
    return answer.status_code, answer.json()


# --- the books ---------------------------------------------------------------------------------------------------


async def books_balance(running: Running, book: Book, supervisor: Staff) -> None:
    """Every acknowledged contact and word is there exactly once, in the records, the transcript and on the page."""
    assert book.chats
    assert book.faults == []
    await records_caught_up(running)
    records: Counter[str] = Counter()
    cursor: str | None = None
    while True:
        query = {"limit": "200", "simulated": "true"} | ({"cursor": cursor} if cursor else {})
        page = (await supervisor.http.get("/api/contacts", params=query)).raise_for_status().json()
        records.update(row["id"] for row in page["items"])
        cursor = page["next"]
        if cursor is None:
            break
    assert {id: records[id] for id in book.chats} == dict.fromkeys(book.chats, 1)

    async def one(id: str, chat: Spoken) -> None:
        events = (await supervisor.http.get(f"/api/contacts/{id}/events")).raise_for_status().json()["items"]
        types = Counter(event["type"] for event in events)
        assert types["contact.arrived"] == 1, (id, types)
        assert types["contact.ended"] == chat.ended, (id, types)
        kept = (await supervisor.http.get(f"/api/contacts/{id}/messages")).raise_for_status().json()["items"]
        said = [message for message in kept if message["author"] == "customer"]
        numbers = [message["n"] for message in kept if message["author"] != "system"]
        assert numbers == list(range(1, len(numbers) + 1)), (id, numbers)
        assert types["message.posted"] == len(numbers), (id, types)
        assert {text: [m["n"] for m in said if m["text"] == text] for text in chat.words} == {
            text: [n] for text, n in chat.words.items()
        }, id

    todo = list(book.chats.items())
    while todo:
        some, todo = todo[:8], todo[8:]
        await asyncio.gather(*(one(id, chat) for id, chat in some))


async def records_caught_up(running: Running, within_s: float = 10) -> None:
    """The contact records have followed the ledger to where it is now."""
    seq = (await health(running))[1]["seq"]
    async with database_of(running) as database:

        async def caught_up() -> bool:
            async with database.read(ALL) as conn:
                return bool(await store.cursor(conn, "main") >= seq)

        await eventually(caught_up, within_s)


@asynccontextmanager
async def database_of(running: Running) -> AsyncIterator[Database]:
    """For looking at what is stored; the centre runs the server."""
    database = Database(EmbeddedServer(running.home).dsn, size=2)
    try:
        yield database
    finally:
        await database.close()


def proofs(running: Running) -> str:
    """`jietong ledger verify` and `jietong contacts verify`, side by side."""
    environ = {**os.environ, "JIETONG_HOME": str(running.home)}
    begun = [
        subprocess.Popen(
            [sys.executable, "-m", "jietong", what, "verify"],
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for what in ("ledger", "contacts")
    ]
    told = [process.communicate(timeout=90)[0] for process in begun]
    assert [process.returncode for process in begun] == [0, 0], told
    return "".join(told)


async def figures_agree(running: Running, supervisor: Staff) -> None:
    """The floor's figures equal the same figures computed from the stored facts. To be called in a calm centre."""
    await records_caught_up(running)
    floor = await supervisor.line("/ws/floor")
    await floor.next("snapshot")
    async with database_of(running) as database:
        zone = floor.state["site"]["main"]["zone"]
        now = SystemClock().now()
        day = local_day(now, zone)
        async with database.read(ALL) as conn:
            segments = await store.segments_arrived(conn, day.start, day.end)
        assert segments

        def of(id: str, where: Callable[[Any], bool]) -> Figure:
            return evaluate(CATALOGUE[id], segments, [], day, now=now, where=where)

        places: dict[str, Callable[[Any], bool]] = {"site": lambda _: True}
        shown = {"site": floor.state["site"]["main"]["today"]}
        for queue, view in floor.state["queues"].items():
            places[queue] = lambda s, q=queue: s.queue == q  # type: ignore[misc]
            shown[queue] = view["today"]
        for place, where in places.items():
            longest = of("max_wait", where)
            wanted: dict[str, Any] = {
                "entry_offered": of("entry_offered", where).num,
                "offered": of("requested_agent", where).num,
                "answered": of("answered", where).num,
                "abandoned": of("abandoned", where).num,
                "max_wait": longest.num if longest.den else None,
            }
            for id in ("sl3", "sl7", "asa", "aht", "abandon_rate", "csat"):
                figure = of(id, where)
                wanted[id] = {"num": figure.num, "den": figure.den}
            assert {id: shown[place][id] for id in wanted} == wanted, place
        assert shown["site"]["answered"] > 0
        for agent, view in floor.state["agents"].items():
            mine = lambda s, a=agent: s.agent == a  # noqa: E731
            assert view["today"]["handled"] == of("handled", mine).num, agent
            aht = of("aht", mine)
            assert view["today"]["aht"] == {"num": aht.num, "den": aht.den}, agent
    await floor.close()
