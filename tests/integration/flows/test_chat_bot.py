"""A flow before a chat's queue (A9): menus by buttons and words, the queue after it, reloads and restarts."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from flow_centre import names
from live_centre import Line, LiveCentre, serve, true
from msgspec.structs import replace

from jietong.channels.webchat.store import messages, save_widget
from jietong.core.clock import to_datetime
from jietong.core.events import FlowLeft, FlowStep
from jietong.core.vocabulary import Outcome, Place
from jietong.customers.ports import NoHistory
from jietong.db import ledger
from jietong.db.pool import ALL, Database
from jietong.flows import model as m
from jietong.flows import service, store
from jietong.flows.chat import Chats
from jietong.flows.library import Library
from jietong.flows.sounds import Sounds
from jietong.identity.permissions import Role


def bot() -> m.Flow:
    menu = {
        "id": "menu", "type": "menu", "prompt": {"text": names("请问要办什么？")}, "tries": 2,
        "choices": [{"key": "1", "name": names("报修")}, {"key": "2", "name": names("保修政策")}],
        "retry_prompt": {"text": names("没看懂。")},
        "next": {"key:1": "model", "key:2": "policy", "timeout": "queue", "invalid": "queue"},
    }  # fmt: skip
    digits = {
        "id": "model", "type": "digits", "min": 4, "max": 4, "variable": "model",
        "prompt": {"text": names("四位编号？")}, "next": {"done": "noted", "none": "queue"},
    }  # fmt: skip
    noted = {"id": "noted", "type": "play", "prompt": {"text": names("记下了 {model}")}, "next": {"done": "queue"}}
    queue = {"id": "queue", "type": "queue", "queue": "repair",
             "next": dict.fromkeys(("timed_out", "closed", "full", "ended"), "sorry")}  # fmt: skip
    policy = {"id": "policy", "type": "hang_up", "served": True, "prompt": {"text": names("保修一年。")}}
    sorry = {"id": "sorry", "type": "hang_up", "prompt": {"text": names("抱歉")}}
    document = {
        "format": "flow/v1", "id": "bot", "name": names("bot"), "client": "hechuan", "start": "menu",
        "channels": ["chat"], "nodes": [menu, digits, noted, queue, policy, sorry],
    }  # fmt: skip
    return m.read(document)


class Bots:
    """The chats' flows of a served centre, which can be stopped and started again."""

    def __init__(self, centre: LiveCentre, home: Path) -> None:
        self.centre = centre
        self.home = home
        self.chats: Chats | None = None

    async def start(self) -> Chats:
        c = self.centre
        library = Library(c.database)
        await library.reload()
        self.chats = Chats(
            c.database, c.runtime, c.hub.clock, c.web.reception, library,
            Sounds(self.home / "sounds", None, c.database), lambda: c.runtime.engine.site, NoHistory(), c.web,
        )  # fmt: skip
        c.web.concierge = self.chats
        await self.chats.start()
        return self.chats

    async def stop(self) -> None:
        assert self.chats is not None
        await self.chats.stop()


@asynccontextmanager
async def with_bot(database: Database, home: Path) -> AsyncIterator[Bots]:
    async with AsyncExitStack() as stack:
        centre = await stack.enter_async_context(serve(database, home))
        now = centre.hub.clock.now()
        async with database.transaction(ALL) as conn:
            flow = bot()
            await store.insert(conn, flow.id, flow.client, flow.name, m.document(flow), "test", now)
            stored = await store.read(conn, "bot", lock=True)
            await store.publish(conn, stored, m.document(flow), flow.name, "", "test", now)
            widget = centre.web.widget("repair")
            await save_widget(conn, replace(widget, flow="bot"), 1, "test", to_datetime(now))
        await centre.web.reload_widgets()
        bots = Bots(centre, home)
        await bots.start()
        stack.push_async_callback(bots.stop)
        yield bots


@pytest.fixture
async def bots(database: Database, tmp_path: Path) -> AsyncIterator[Bots]:
    async with with_bot(database, tmp_path) as bots:
        yield bots


async def said(page: Line, text: str) -> dict[str, Any]:
    """Waits for these words of the bot."""

    def look() -> dict[str, Any] | None:
        for frame in page.frames:
            if (
                frame["t"] == "message"
                and text in frame["message"]["text"]
                and frame["message"]["author"] == "system"
            ):
                return dict(frame["message"])
        return None

    found: dict[str, Any] = await page.until(look)
    return found


async def suggested(page: Line, *options: str) -> None:
    """Waits until the page's latest state has these answers to choose from."""

    def look() -> bool:
        states = [frame["state"] for frame in page.frames if frame["t"] in ("state", "welcome")]
        return bool(states) and states[-1]["options"] == list(options)

    await page.until(look)


async def say(page: Line, centre: LiveCentre, text: str) -> None:
    assert (await page.ask({"t": "say", "id": centre.fresh(), "text": text}))["t"] == "ok"


async def test_the_bot_asks_by_buttons_takes_words_and_hands_on_to_the_queue(bots: Bots) -> None:
    centre = bots.centre
    page, _, contact = await centre.chat()
    asked = await said(page, "请问要办什么？")
    assert asked["text"].endswith("1. 报修\n2. 保修政策")
    assert (asked["author"], asked["code"]) == ("system", None)
    await suggested(page, "报修", "保修政策")
    assert centre.engine.contacts[contact].place is Place.ARRIVED
    await say(page, centre, "冰箱坏了")
    await said(page, "没看懂。")
    await say(page, centre, "报修")
    await said(page, "四位编号？")
    await suggested(page)
    await say(page, centre, "４０－１２")
    await said(page, "记下了 4012")
    await true(lambda: centre.engine.contacts[contact].place is Place.QUEUE)
    await page.until(lambda: any(f["t"] == "state" and f["state"]["place"] == "queue" for f in page.frames))
    _, desk = await centre.agent("lin", "fridge")
    await desk.until(lambda: desk.state["contacts"].get(contact, {}).get("place") == "offer")
    assert (await desk.ask(centre.cmd("accept", contact=contact)))["t"] == "ok"
    await desk.until(lambda: desk.state["contacts"].get(contact, {}).get("place") == "talk")
    async with centre.database.read(ALL) as conn:
        kept = [(row.author, row.text) for row in await messages(conn, contact)]
        happened = [event for _, event in await ledger.timeline(conn, "main", contact=contact)]
    assert ("customer", "报修") in kept
    assert [author for author, _ in kept].count("system") == 4
    steps = [(event.node, event.exit) for event in happened if isinstance(event, FlowStep)]
    assert steps == [("menu", "key:1"), ("model", "done"), ("noted", "done")]


async def test_self_service_ends_served_and_no_agent_was_asked(bots: Bots) -> None:
    centre = bots.centre
    page, _, contact = await centre.chat()
    await said(page, "请问要办什么？")
    await say(page, centre, "2")
    await said(page, "保修一年。")
    await true(lambda: centre.engine.contacts[contact].place is Place.CLOSED)
    assert centre.engine.contacts[contact].outcome is Outcome.SELF_SERVED
    await page.until(lambda: any(f["t"] == "state" and f["state"]["place"] == "ended" for f in page.frames))
    async with centre.database.read(ALL) as conn:
        assert await store.runs(conn) == []


async def test_a_reload_shows_the_question_and_its_buttons_again(bots: Bots) -> None:
    page, token, contact = await bots.centre.chat()
    await said(page, "请问要办什么？")
    await suggested(page, "报修", "保修政策")
    await page.close()
    again, _ = await bots.centre.page(token=token)
    state = again.frames[0]["state"]
    assert (state["contact"], state["place"], state["options"]) == (contact, "bot", ["报修", "保修政策"])
    assert [m["text"][:4] for m in state["messages"] if m["author"] == "system"] == ["请问要办"]


async def test_who_leaves_the_bot_is_lost_in_the_flow_at_its_node(bots: Bots) -> None:
    centre = bots.centre
    page, _, contact = await centre.chat()
    await said(page, "请问要办什么？")
    assert (await page.ask({"t": "end", "id": "e"}))["t"] == "ok"
    await true(lambda: centre.engine.contacts[contact].place is Place.CLOSED)
    assert centre.engine.contacts[contact].outcome is Outcome.LOST_IN_FLOW
    async with centre.database.read(ALL) as conn:
        happened = [event for _, event in await ledger.timeline(conn, "main", contact=contact)]
    (left,) = [event for event in happened if isinstance(event, FlowLeft)]
    assert (left.how, left.node) == ("hung_up", "menu")


async def test_after_a_restart_the_bot_goes_on_where_it_was_and_says_nothing_twice(bots: Bots) -> None:
    centre = bots.centre
    page, _, contact = await centre.chat()
    await said(page, "请问要办什么？")
    await say(page, centre, "1")
    await said(page, "四位编号？")
    await bots.stop()
    centre.web.chats[contact].posted.clear()  # as a new process would find it
    await centre.web.find(contact)
    await bots.start()
    await say_until_heard(page, centre, "4012", "记下了 4012")
    await true(lambda: centre.engine.contacts[contact].place is Place.QUEUE)
    async with centre.database.read(ALL) as conn:
        texts = [row.text for row in await messages(conn, contact) if row.author == "system"]
    assert len(texts) == len(set(texts)) == 3


async def say_until_heard(page: Line, centre: LiveCentre, text: str, answer: str) -> None:
    chats = centre.web.concierge
    assert isinstance(chats, Chats)
    await true(lambda: any(talk.runner is not None for talk in chats._talks.values()))
    await say(page, centre, text)
    await said(page, answer)


async def test_without_a_published_flow_the_queue_is_first_as_before(bots: Bots) -> None:
    centre = bots.centre
    async with centre.database.transaction(ALL) as conn:
        await store.set_active(conn, "bot", False)
    assert bots.chats is not None
    await bots.chats.library.reload()
    _, _, contact = await centre.chat()
    assert centre.engine.contacts[contact].place is Place.QUEUE


async def test_a_widget_is_not_led_to_a_flow_that_cannot_serve_it(bots: Bots) -> None:
    admin = await bots.centre.person("admin@hechuan.example", Role.ADMIN)
    found = (await admin.http.get("/api/widgets/repair")).json()
    assert found["spec"]["flow"] == "bot"
    body = {"version": found["version"], "spec": {**found["spec"], "flow": "nowhere"}}
    answer = await admin.http.put("/api/widgets/repair", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "spec.flow"
    body["spec"]["flow"] = None
    assert (await admin.http.put("/api/widgets/repair", json=body)).status_code == 200


async def test_a_widget_that_still_leads_to_a_flow_keeps_it_in_use(bots: Bots) -> None:
    async with bots.centre.database.read(ALL) as conn:
        assert await service._users(conn, "bot") == ["repair"]
