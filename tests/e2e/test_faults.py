"""Faults of the whole centre: its processes are killed, frozen and cut off under load, and it is fed rubbish.

Everything goes through the public interfaces of a real `jietong serve`. What was acknowledged is there once, waits go
on, nobody is stuck, figures equal the ledger.
"""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import psutil
import pytest
import websockets
from live_centre import Line
from load import (
    Staff,
    Storm,
    Visitor,
    books_balance,
    cmd,
    eventually,
    figures_agree,
    health,
    proofs,
    signed_in,
    storm,
    true,
)
from running import Running, free_port

from jietong.db.embedded import EmbeddedServer
from jietong.db.pool import Database
from jietong.demo.wire import fresh

GRACE_S = 5  # the shortest that the site's set-up takes
OUTAGE_S = 6.0
"""Of the database. The way through 30 s is the same: only the wait is shorter."""
NAMES = {"zh-Hans": "无人受理", "zh-Hant": "無人受理", "en": "Nobody serves it"}
Tell = Callable[[str, object], None]


@pytest.fixture(scope="module")
async def centre(new_centre: Callable[[], Running]) -> AsyncIterator[Running]:
    """One for all tests here, with a queue `patience` that nobody can serve."""
    running = new_centre()
    running.start()
    await running.serving()
    async with signed_in(running, "he.feng") as admin:
        queue = {"id": "patience", "name": NAMES, "client": "hechuan", "channels": ["chat"],
                 "requires": [{"skill": "english", "level": 5}]}  # fmt: skip
        widget = {"id": "patience", "queue": "patience", "name": NAMES, "greeting": NAMES, "ask": []}
        assert (await admin.http.post("/api/queues", json={"spec": queue})).status_code == 201
        assert (await admin.http.post("/api/widgets", json={"spec": widget})).status_code == 201
        site = (await admin.http.get("/api/site")).json()
        changed = {"spec": site["spec"] | {"grace_s": GRACE_S}, "version": site["version"]}
        assert (await admin.http.put("/api/site", json=changed)).status_code == 200
    yield running
    running.stop()


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Tell:
    """Keeps a measured figure with the test's report, and shows it with -s."""

    def keep(name: str, value: object) -> None:
        record_property(name, value)
        print(f"\n  {name}: {value}", end="")

    return keep


def kill(running: Running) -> None:
    assert running.process is not None
    running.process.send_signal(signal.SIGKILL)
    running.process.wait()


def postmaster(running: Running) -> int:
    pid = EmbeddedServer(running.home).pid
    assert pid is not None
    return pid


def server_processes(running: Running) -> list[psutil.Process]:
    """PostgreSQL of this centre, the postmaster first."""
    parent = psutil.Process(postmaster(running))
    return [parent, *parent.children(recursive=True)]


@contextmanager
def database_taken_away(running: Running) -> Iterator[None]:
    """As when its disk is unmounted: the server dies and cannot be started again until the folder is back."""
    data, away = running.home / "postgres", running.home / "postgres.away"
    pid = postmaster(running)
    data.rename(away)
    os.kill(pid, signal.SIGKILL)
    try:
        yield
    finally:
        away.rename(data)


@contextmanager
def database_frozen(running: Running) -> Iterator[None]:
    """Every connection stands, and nothing answers."""
    processes = server_processes(running)
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in reversed(processes):
            process.resume()


async def end_of_test(running: Running, load: Storm, supervisor: Staff, tell: Tell) -> None:
    """Nobody is stuck, and all books agree."""
    tell("all agents had another contact after s", round(await load.everyone_takes_one(20), 1))
    await load.calm()
    await books_balance(running, load.book, supervisor)
    await figures_agree(running, supervisor)
    await asyncio.to_thread(proofs, running)
    tell("acknowledged", load.book.size)
    tell("sent again under the same id", load.book.sent_again)
    tell("longest wait for an acknowledgement s", round(max(load.book.answers_s), 1))


async def standing(supervisor: Staff, contacts: list[str]) -> dict[str, tuple[Any, ...]]:
    """Contact → what must not change while it waits, as the floor shows it."""
    floor = await supervisor.line("/ws/floor")
    await floor.next("snapshot")
    views = floor.state["contacts"]
    await floor.close()
    return {
        id: tuple(views[id][key] for key in ("place", "queue", "arrived", "since", "waiting_since"))
        for id in contacts
    }


# --- killed ------------------------------------------------------------------------------------------------------


async def test_kill_9_of_the_centre_under_load(centre: Running, tell: Tell) -> None:
    async with signed_in(centre, "zhou.xin") as supervisor, storm(centre) as load:
        waiting: list[Visitor] = []
        for _ in range(3):
            waiting.append(load.visitor("patience"))
            await waiting[-1].start(f"{fresh()} 我等着")
        contacts = [visitor.contact for visitor in waiting]
        before = await standing(supervisor, contacts)
        assert {facts[:2] for facts in before.values()} == {("queue", "patience")}
        for _ in range(2):
            await load.grown(80)
            kill(centre)
            began = time.monotonic()
            centre.start()
            await centre.serving()
            tell("serves again after s", round(time.monotonic() - began, 1))
        assert load.book.sent_again > 0, "no kill hit a frame on its way: more load is needed"
        assert await standing(supervisor, contacts) == before
        for ahead, visitor in enumerate(waiting):
            await visitor.come_back()
            assert (visitor.state["place"], visitor.state["position"]) == ("queue", ahead)
            assert visitor.state["waiting_since"] == before[visitor.contact][4]
            assert [message["text"] for message in visitor.messages if message["author"] == "customer"] == [
                *load.book.chats[visitor.contact].words
            ]
        for visitor in waiting:
            await visitor.end()
            await visitor.go()
        await end_of_test(centre, load, supervisor, tell)


@pytest.mark.parametrize("which", ["postmaster", "writer's backend"])
async def test_kill_9_of_the_database_under_load(centre: Running, which: str, tell: Tell) -> None:
    assert centre.process is not None
    async with signed_in(centre, "zhou.xin") as supervisor, storm(centre) as load:
        for _ in range(2):
            await load.grown(60)
            victim = postmaster(centre) if which == "postmaster" else await writers_backend(centre)
            began = time.monotonic()
            os.kill(victim, signal.SIGKILL)
            await true(lambda v=victim: not psutil.pid_exists(v), 5, "its end")  # type: ignore[misc]
            await asyncio.sleep(0.1)
            await centre.serving(20)
            tell("serves again after s", round(time.monotonic() - began, 1))
        assert centre.process.poll() is None
        await end_of_test(centre, load, supervisor, tell)


async def writers_backend(running: Running) -> int:
    database = Database(EmbeddedServer(running.home).dsn)
    conn = await database.connect("who writes")
    try:
        pid: int = await conn.fetchval(
            "SELECT pid FROM pg_stat_activity WHERE application_name = 'jietong writer main'"
        )
        return pid
    finally:
        await conn.close()


# --- a second process stands by ----------------------------------------------------------------------------------


async def test_a_second_process_stands_by_and_takes_over(centre: Running, tell: Tell) -> None:
    second = Running(centre.home, free_port())
    async with signed_in(centre, "lin.xiao") as lin, storm(centre, customers=0, agents=0, patience_s=0.5) as load:
        desk = await lin.line("/ws/desk")
        visitor = load.visitor()
        accept = await accepted(desk, "lin.xiao", visitor)
        assert (await desk.ask(cmd("set_next", status="break")))["t"] == "ok"
        mine = visitor.contact
        load.let_in(8)
        second.start()
        try:

            async def stands_by() -> bool:
                try:
                    return (await health(second))[0] == 503
                except httpx.TransportError:
                    return False

            await eventually(stands_by, 60)
            _, reason = await health(second)
            assert (reason["code"], reason["role"]) == ("standby", "standby")
            assert "stands by" in reason["detail"]
            for path in ("/ws/desk", "/ws/chat"):  # a socket there is told to come again, and shown nothing
                line = await lin.line(path, second.url)
                assert await line.closed() == 4503, path
                assert line.frames == []
            async with httpx.AsyncClient(base_url=second.url, cookies=lin.http.cookies) as client:
                refused = await client.post(
                    "/api/desk/commands",
                    json={"type": "set_status", "status": "ready"},
                    headers={"X-CSRF-Token": lin.http.headers["X-CSRF-Token"]},
                )
            assert (refused.status_code, refused.json()["code"]) == (503, "standing_by")
            assert (await health(centre))[0] == 200

            await load.grown(40)
            began = time.monotonic()
            kill(centre)
            load.running = second  # where customers find the centre from now on
            await second.serving(30)
            tell("the second serves after s", round(time.monotonic() - began, 1))
            again = await lin.line("/ws/desk", second.url)
            await again.next("snapshot")
            assert again.state["contacts"][mine]["agent"] == "lin.xiao"
            assert (await again.ask(accept))["t"] == "ok"  # its acknowledgement might have been lost
            before = len(visitor.messages)
            assert (await again.ask({"t": "say", "id": fresh(), "contact": mine, "text": "我还在"}))["t"] == "ok"
            await visitor.until(lambda: "我还在" in [message["text"] for message in visitor.messages[before:]], 5)
            await visitor.say(f"{fresh()} 我也在")
            await load.grown(40)
            await visitor.end()
            await visitor.go()
            await load.calm()
            async with signed_in(second, "zhou.xin") as supervisor:
                await empty_desk(again)
                await books_balance(second, load.book, supervisor)
                await figures_agree(second, supervisor)
            await asyncio.to_thread(proofs, second)
            assert (await again.ask(cmd("sign_out")))["t"] == "ok"
            await again.close()
        finally:
            if second.process is not None and second.process.poll() is None:
                second.stop()
            centre.start()
            await centre.serving()
    told = await asyncio.to_thread(proofs, centre)
    assert " 0 snapshots" not in told, (
        "the second's orderly stop left a snapshot, made in another process than the proof"
    )


# --- the database is gone for a while ----------------------------------------------------------------------------


async def test_the_database_is_gone_for_a_while(centre: Running, tell: Tell) -> None:
    async with (
        signed_in(centre, "zhou.xin") as supervisor,
        signed_in(centre, "lin.xiao") as lin,
        storm(centre, customers=6) as load,
    ):
        desk, floor = await lin.line("/ws/desk"), await supervisor.line("/ws/floor")
        await load.grown(30)
        seq = (await health(centre))[1]["seq"]
        assert seq > 0
        with database_taken_away(centre):
            began = time.monotonic()
            status, reason = await eventually(lambda: unwell(centre), 10)
            tell("said so after s", round(time.monotonic() - began, 2))
            assert (status, reason["code"]) == (503, "database_gone")
            for line in (desk, floor):
                await line.next("notice", code="database_gone", timeout=5)
            for _ in range(3):
                asked = time.monotonic()
                answer = await desk.ask(cmd("set_status", status="ready"))
                assert answer["problem"]["code"] == "database_gone"
                assert answer["problem"]["status"] == 503
                assert "again" in answer["problem"]["detail"]
                changed = await lin.http.post("/api/desk/commands", json={"type": "set_status", "status": "ready"})
                assert (changed.status_code, changed.json()["code"]) == (503, "database_gone")
                assert time.monotonic() - asked < 2
            async with httpx.AsyncClient(base_url=centre.url) as client:
                given = {"login": "lin.xiao@hechuan.example", "password": "jietong-demo"}
                refused = await client.post("/api/session", json=given)
                assert (refused.status_code, refused.json()["code"]) == (503, "database_gone")
            await asyncio.sleep(max(0.0, OUTAGE_S - (time.monotonic() - began)))
            assert (await health(centre))[0] == 503
        back = time.monotonic()
        await centre.serving(20)
        tell("serves again s after the database is back", round(time.monotonic() - back, 1))
        for line in (desk, floor):
            await line.next("notice", code="database_back", timeout=10)
        assert desk.state["me"]["lin.xiao"]["status"] == "break", "what was refused was not done after all"
        assert load.book.told_unavailable > 0
        assert (await desk.ask(cmd("sign_out")))["t"] == "ok"
        await desk.close()
        await floor.close()
        await end_of_test(centre, load, supervisor, tell)


async def test_the_database_is_frozen_for_a_while(centre: Running, tell: Tell) -> None:
    """Nothing is closed, nothing is refused: it just does not answer any more."""
    async with signed_in(centre, "zhou.xin") as supervisor, storm(centre, customers=6) as load:
        await load.grown(30)
        with database_frozen(centre):
            began = time.monotonic()
            status, reason = await health(centre)
            tell("said so after s", round(time.monotonic() - began, 1))
            assert (status, reason["code"]) == (503, "database_gone")
            assert time.monotonic() - began < 4
            await asyncio.sleep(max(0.0, OUTAGE_S - (time.monotonic() - began)))
        back = time.monotonic()
        await centre.serving(20)
        tell("serves again s after the database is back", round(time.monotonic() - back, 1))
        await end_of_test(centre, load, supervisor, tell)


async def unwell(running: Running) -> tuple[int, dict[str, Any]] | None:
    found = await health(running)
    return found if found[0] != 200 else None


# --- desks that vanish, tabs, double clicks ----------------------------------------------------------------------


async def test_a_desk_that_vanishes_has_its_grace_and_then_its_contacts_go_back_in_front(centre: Running) -> None:
    async with (
        signed_in(centre, "zhou.xin") as supervisor,
        signed_in(centre, "lin.xiao") as lin,
        signed_in(centre, "chen.yu") as chen,
        storm(centre, customers=0, agents=0) as load,
    ):
        floor = await supervisor.line("/ws/floor")
        desk = await lin.line("/ws/desk")
        mine = load.visitor()
        await accepted(desk, "lin.xiao", mine)
        cut(desk)  # for a moment
        await floor.until(lambda: not floor.state["agents"]["lin.xiao"]["connected"])
        desk = await lin.line("/ws/desk")
        await desk.next("snapshot")
        assert desk.state["contacts"][mine.contact]["place"] == "talk"
        await floor.until(lambda: floor.state["agents"]["lin.xiao"]["connected"])
        answer = await desk.ask({"t": "say", "id": fresh(), "contact": mine.contact, "text": "回来了"})
        assert answer["t"] == "ok"
        await asyncio.sleep(GRACE_S + 1)
        assert floor.state["agents"]["lin.xiao"]["state"] == "talking", "the grace that was used is over"

        cut(desk)  # for good
        began = time.monotonic()
        await floor.until(lambda: not floor.state["agents"]["lin.xiao"]["connected"])
        behind = load.visitor()  # in the queue before the other one is back in it
        await behind.start(f"{fresh()} 我先排队")
        await floor.until(lambda: floor.state["contacts"][mine.contact]["place"] == "queue", GRACE_S + 5)
        assert GRACE_S - 0.5 < time.monotonic() - began < GRACE_S + 3
        gone = floor.state["agents"]["lin.xiao"]
        assert (gone["state"], gone["connected"], gone["contacts"]) == ("missed", False, 0)
        await mine.until(lambda: mine.state["place"] == "queue", 5)
        await behind.until(lambda: behind.state["position"] == 1, 8)
        assert (mine.state["position"], behind.state["position"]) == (0, 1)

        other = await chen.line("/ws/desk")
        await other.next("snapshot")
        assert (await other.ask(cmd("set_status", status="ready")))["t"] == "ok"
        await other.until(lambda: mine.contact in other.state["contacts"])
        offered = other.state["contacts"]
        if behind.contact in offered:
            assert offered[mine.contact]["since"] <= offered[behind.contact]["since"]
        for visitor in (mine, behind):
            await other.until(lambda v=visitor: v.contact in other.state["contacts"])
            assert (await other.ask(cmd("accept", contact=visitor.contact)))["t"] == "ok"
            await visitor.end()
        await empty_desk(other)
        assert (await other.ask(cmd("sign_out")))["t"] == "ok"

        desk = await lin.line("/ws/desk")  # back after all: not stuck
        await desk.next("snapshot")
        third = load.visitor()
        await accepted(desk, "lin.xiao", third)
        await third.end()
        await empty_desk(desk)
        assert (await desk.ask(cmd("sign_out")))["t"] == "ok"
        for line in (desk, other, floor):
            await line.close()
        for visitor in (mine, behind, third):
            await visitor.go()
        await books_balance(centre, load.book, supervisor)
        await figures_agree(centre, supervisor)


async def test_double_clicks_two_tabs_and_two_agents_make_one_acceptance(centre: Running) -> None:
    async with (
        signed_in(centre, "zhou.xin") as supervisor,
        signed_in(centre, "lin.xiao") as lin,
        signed_in(centre, "chen.yu") as chen,
        storm(centre, customers=0, agents=0) as load,
    ):
        tabs = [await lin.line("/ws/desk"), await lin.line("/ws/desk")]
        other = await chen.line("/ws/desk")
        for line in (*tabs, other):
            await line.next("snapshot")
        visitor = load.visitor()
        assert (await tabs[0].ask(cmd("set_status", status="ready")))["t"] == "ok"
        await visitor.start(f"{fresh()} 双击")
        for tab in tabs:
            await tab.until(lambda t=tab: visitor.contact in t.state["contacts"])
        once = cmd("accept", contact=visitor.contact)
        clicks = [once, once, cmd("accept", contact=visitor.contact)]
        *mine, theirs = await asyncio.gather(
            *(clicked(tab, click) for tab in tabs for click in clicks),
            clicked(other, cmd("accept", contact=visitor.contact)),
        )
        assert [answer["t"] for answer in mine] == ["ok"] * 6
        assert theirs["t"] == "err"
        assert theirs["problem"]["status"] == 409
        events = await recorded(supervisor, visitor.contact)
        taken = [event["data"]["agent"] for event in events if event["type"] == "offer.accepted"]
        assert taken == ["lin.xiao"]
        assert visitor.contact not in other.state["contacts"]
        await visitor.end()
        await empty_desk(tabs[1])
        assert (await tabs[0].ask(cmd("sign_out")))["t"] == "ok"
        assert (await other.ask(cmd("sign_out")))["t"] == "ok"
        for line in (*tabs, other):
            await line.close()
        await visitor.go()
        await books_balance(centre, load.book, supervisor)


async def recorded(supervisor: Staff, contact: str) -> list[dict[str, Any]]:
    """The contact's events, once its record is made."""

    async def look() -> list[dict[str, Any]] | None:
        answer = await supervisor.http.get(f"/api/contacts/{contact}/events")
        return answer.json()["items"] if answer.status_code == 200 else None

    events: list[dict[str, Any]] = await eventually(look, 5)
    return events


async def clicked(line: Line, frame: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = await line.ask(frame)
    assert answer["id"] == frame["id"]
    return answer


def cut(line: Line) -> None:
    """The connection ends without a word."""
    line.socket.transport.abort()


async def accepted(desk: Line, agent: str, visitor: Visitor) -> dict[str, Any]:
    """The visitor comes in and this agent takes them; gives the frame that did it."""
    await desk.until(lambda: desk.state.get("me", {}).get(agent, {}).get("connected"))
    assert (await desk.ask(cmd("set_status", status="ready")))["t"] == "ok"
    await visitor.start(f"{fresh()} 你好")
    await desk.until(lambda: desk.state["contacts"].get(visitor.contact, {}).get("place") == "offer")
    accept = cmd("accept", contact=visitor.contact)
    assert (await desk.ask(accept))["t"] == "ok"
    await desk.until(lambda: desk.state["contacts"][visitor.contact]["place"] == "talk")
    return accept


async def empty_desk(desk: Line) -> None:
    """Whatever lies there is ended and wrapped up."""
    for id in list(desk.state["contacts"]):
        if desk.state["contacts"][id]["place"] == "talk":
            await desk.ask(cmd("end", contact=id))
        await desk.until(lambda i=id: desk.state["contacts"].get(i, {"place": "wrapup"})["place"] == "wrapup")
        if id in desk.state["contacts"]:
            assert (await desk.ask(cmd("finish_wrapup", contact=id, reason=None, resolved=True)))["t"] == "ok"
    await desk.until(lambda: not desk.state["contacts"])


# --- bad input ---------------------------------------------------------------------------------------------------


async def test_rubbish_changes_nothing_and_disturbs_nobody(centre: Running) -> None:
    """While one conversation goes on, everything a hostile or broken page could send comes in at every door."""
    async with (
        signed_in(centre, "zhou.xin") as supervisor,
        signed_in(centre, "lin.xiao") as lin,
        signed_in(centre, "xu.lan") as finance,
        storm(centre, customers=0, agents=0) as load,
    ):
        desk = await lin.line("/ws/desk")
        await desk.next("snapshot")
        visitor = load.visitor()
        await accepted(desk, "lin.xiao", visitor)
        contact = visitor.contact
        seq = await settled_seq(centre)

        # Frames that are none: told so, five close the socket, a too long one closes it at once.
        for path in ("/ws/desk", "/ws/floor"):
            person = lin if path == "/ws/desk" else supervisor
            for rubbish in (
                "{",
                "[]",
                '{"t":"nobody"}',
                '{"t":"cmd","id":5,"cmd":{}}',
                b"\x00\xff",
                "[" * 5000,
                "x" * 200_000,
            ):
                line = await person.line(path)
                await line.next("snapshot")
                await line.socket.send(rubbish)
                code = (await line.next("err"))["problem"]["code"]
                assert code == ("frame_too_large" if len(rubbish) > 100_000 else "frame_malformed"), rubbish[:20]
                assert line.socket.close_code is None
                for _ in range(4):
                    await line.socket.send(rubbish)
                assert await line.closed() == 1008
            line = await person.line(path)
            await line.next("snapshot")
            with contextlib.suppress(websockets.ConnectionClosed):
                await line.socket.send("x" * 10_000_000)
            assert await line.closed() == 1009

        # Commands that cannot be: a code each, and the socket goes on.
        tab = await lin.line("/ws/desk")
        await tab.next("snapshot")
        for wrong, code in (
            (cmd("accept", contact="nobody"), "unknown_contact"),
            (cmd("end", contact="\u0000"), "unknown_contact"),
            (cmd("no_such_thing"), "bad_command"),
            (cmd("prioritise", contact=contact, priority=9), "bad_command"),  # a supervisor's
            (cmd("arrive", contact="c", channel="chat", queue="repair", entry="x"), "bad_command"),
            (cmd("set_status", status="asleep"), "bad_command"),
            (cmd("transfer", contact=contact, to_queue="nowhere"), None),
            (cmd("set_status", status="ready") | {"id": "x" * 65}, "bad_key"),
            (cmd("set_status", status="ready") | {"id": "מפתח"}, "bad_key"),
            ({"t": "say", "id": "nul", "contact": contact, "text": "a\u0000b"}, None),
            ({"t": "say", "id": "long", "contact": contact, "text": "长" * 10_001}, "text_too_long"),
            ({"t": "say", "id": "other", "contact": "nobody", "text": "x"}, "not_yours"),
        ):
            answer = await tab.ask(wrong)
            assert answer["t"] == "err", wrong
            assert 400 <= answer["problem"]["status"] < 500, answer
            assert code is None or answer["problem"]["code"] == code, answer
        tab_ok = await tab.ask(cmd("set_status", status="ready"))
        assert tab_ok["t"] == "ok"

        # People who may not, sessions that are none, files that are too big.
        answer = await finance.http.post(
            "/api/floor/commands", json={"type": "pull", "contact": contact, "agent": "x"}
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
        for path in ("/ws/desk", "/ws/floor", "/ws/wall"):
            line = await finance.line(path)
            assert await line.closed() == 4403, path
        async with httpx.AsyncClient(base_url=centre.url, cookies={"jt_session": "expired"}) as nobody:
            answer = await nobody.get("/api/contacts")
            assert (answer.status_code, answer.json()["code"]) == (401, "session_ended")
            token = load.book.chats[contact].token
            big = await nobody.post(
                "/api/chat/attachments", data={"token": token}, files={"file": ("a.png", b"\x89PNG" * 3_000_000)}
            )
            assert 400 <= big.status_code < 500, big.text
            assert big.json()["code"]
        big = await lin.http.post(
            "/api/attachments", data={"contact": contact}, files={"file": ("a.png", b"x" * 40_000_000)}
        )
        assert (big.status_code, big.json()["code"]) == (413, "too_large")

        assert await settled_seq(centre) == seq, "something was written into the ledger"
        # The conversation goes on, with every character there is.
        odd = f"{fresh()} 👩‍👩‍👧‍👦 مرحبا \u202eabc\u202c שלום 𠮷 ﷽ \u200b"
        await visitor.say(odd)
        await desk.next("message", timeout=5)
        assert (await desk.ask({"t": "say", "id": fresh(), "contact": contact, "text": odd}))["t"] == "ok"
        await visitor.until(lambda: any(m["author"] == "agent" for m in visitor.messages), 5)
        await visitor.end()
        await empty_desk(desk)
        assert (await desk.ask(cmd("sign_out")))["t"] == "ok"
        await desk.close()
        await tab.close()
        await visitor.go()
        await books_balance(centre, load.book, supervisor)


async def settled_seq(running: Running) -> int:
    """The ledger's sequence, when nothing is due any more that began before."""
    await asyncio.sleep(0.3)
    seq: int = (await health(running))[1]["seq"]
    return seq
