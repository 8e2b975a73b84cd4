"""The HTTP side of calls: who may what, what a desk does in a call, the web page's call, the socket to the switch."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import httpx
import pytest
import websockets
from calls_support import CALLER, CALLER_E164, HOTLINE, Box

from jietong.calls.routes import router
from jietong.channels.memory.party import Behaviour
from jietong.channels.switch import LegArrived
from jietong.config import Settings
from jietong.core import commands as k
from jietong.core import events as e
from jietong.core.specs import ExtensionSpec, RecordingRule
from jietong.core.vocabulary import Outcome, Place, Supervision
from jietong.db.pool import ALL
from jietong.identity import audit, sessions
from jietong.identity.model import Source
from jietong.identity.permissions import Role
from jietong.identity.service import AccountFields, add_account
from jietong.routing.store import Kind
from jietong.web.factory import Services, create_app
from jietong.web.server import listening

OUTSIDE = "+8613911110000"


class Account:
    user, password = "webcall", "secret of the page"


class Doors:
    """The centre's HTTP server beside the box, with people who sign in."""

    def __init__(self, box: Box, url: str, stack: AsyncExitStack) -> None:
        self.box = box
        self.url = url
        self.stack = stack

    async def person(
        self, login: str, *roles: Role, agent: str | None = None, clients: tuple[str, ...] | None = None
    ) -> httpx.AsyncClient:
        now = self.box.clock.now()
        async with self.box.database.transaction(ALL) as conn:
            fields = AccountFields(login, login, frozenset(roles or {Role.ANSWERER}), clients)
            account = await add_account(conn, fields, now=now, password="a long enough password", agent_id=agent)
            _, secret = await sessions.open_session(conn, account.id, Source(), now=now)
        headers = {"Cookie": f"jt_session={secret}", "X-CSRF-Token": sessions.csrf_of(secret), "Origin": self.url}
        return await self.stack.enter_async_context(httpx.AsyncClient(base_url=self.url, headers=headers))

    async def nobody(self) -> httpx.AsyncClient:
        return await self.stack.enter_async_context(httpx.AsyncClient(base_url=self.url))


@pytest.fixture
async def doors(centre: Box) -> AsyncIterator[Doors]:
    settings = Settings(home=centre.folder, ice=("stun:stun.example:3478", "turn:me:pass@turn.example:3478"))
    app = create_app(
        Services(
            database=centre.database,
            runtime=centre.runtime,
            clock=centre.clock,
            settings=settings,
            extra={"calls": centre.calls},
        ),
        [router],
    )
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(listening(app))
        yield Doors(centre, url, stack)


async def test_an_agent_gets_the_account_of_their_own_softphone_and_nobody_elses(centre: Box, doors: Doors) -> None:
    await centre.agent("anna", "801", kind="softphone")
    await centre.agent("ben", "802", kind="phone")
    await centre.agent("carl")
    anna = (await (await doors.person("anna", agent="anna")).get("/api/calls/softphone")).json()
    assert (anna["kind"], anna["extension"], anna["ws"]) == ("softphone", "801", "/ws/sip")
    assert anna["password"] == centre.plant.password_of("801")
    assert anna["ice_servers"] == [
        {"urls": "stun:stun.example:3478", "username": None, "credential": None},
        {"urls": "turn:turn.example:3478", "username": "me", "credential": "pass"},
    ]
    ben = (await (await doors.person("ben", agent="ben")).get("/api/calls/softphone")).json()
    assert (ben["kind"], ben["extension"], ben["password"]) == ("phone", "802", None)
    carl = (await (await doors.person("carl", agent="carl")).get("/api/calls/softphone")).json()
    assert carl["kind"] == "none"
    assert (await (await doors.nobody()).get("/api/calls/softphone")).status_code == 401
    assert (await (await doors.person("cash", Role.FINANCE)).get("/api/calls/softphone")).status_code == 403


async def test_the_directory_shows_presence(centre: Box, doors: Doors) -> None:
    line, _, _ = await centre.talking()
    await centre.agent("ben", "802")
    found = (await (await doors.person("anna", agent="anna")).get("/api/calls/directory")).json()
    assert [(one["agent"], one["state"], one["free"]) for one in found["agents"]] == [
        ("anna", "talking", False),
        ("ben", "ready", True),
    ]
    assert [(one["id"], one["open"], one["waiting"]) for one in found["queues"]] == [("repair", True, 0)]
    assert {one["id"]: one["reachable"] for one in found["extensions"]} == {"801": True, "802": True}
    kept = ExtensionSpec(id="990", name="仓库", kind="number", number="+8657188886666")
    await centre.document(Kind.EXTENSION, kept)
    again = (await (await doors.person("ben", agent="ben")).get("/api/calls/directory")).json()
    assert [(one["number"], one["name"]["zh-Hans"]) for one in again["numbers"]] == [("+8657188886666", "仓库")]
    assert {one["id"] for one in again["extensions"]} == {"801", "802"}
    narrow = await doors.person("other", Role.SUPERVISOR, agent="boss", clients=("lanshan",))
    assert (await narrow.get("/api/calls/directory")).json()["queues"] == []
    line.hang_up()
    await centre.run(30)


async def test_in_a_call_mute_keys_and_card_data(centre: Box, doors: Doors) -> None:
    await centre.queue(recording=RecordingRule(announce=False))
    line, contact, phone = await centre.talking()
    anna = await doors.person("anna", agent="anna")
    ben = await doors.person("ben", agent="ben")
    path = f"/api/calls/{contact}"
    assert (await anna.post(f"{path}/mute", json={"muted": True})).status_code == 204
    assert phone.line.leg not in line.hears
    assert (await anna.post(f"{path}/mute", json={"muted": False})).status_code == 204
    assert phone.line.leg in line.hears
    assert (await anna.post(f"{path}/digits", json={"digits": "12#"})).status_code == 204
    assert line.digits == "12#"
    assert (await anna.post(f"{path}/digits", json={"digits": "1x"})).json()["code"] == "bad_digits"
    assert (await anna.post(f"{path}/recording", json={"paused": True})).status_code == 204
    await centre.run(3)
    assert (await anna.post(f"{path}/recording", json={"paused": False})).status_code == 204
    await centre.settle()
    assert [one.by for one in centre.of(e.RecordingPaused, contact)] == ["anna"]
    for what, body in (("mute", {"muted": True}), ("digits", {"digits": "1"}), ("recording", {"paused": True})):
        assert (await ben.post(f"{path}/{what}", json=body)).json()["code"] == "not_yours"
        assert (await anna.post(f"/api/calls/none/{what}", json=body)).json()["code"] == "unknown_call"
    line.hang_up()
    await centre.run(30)
    centre.sound()


async def test_dialling_and_handing_on_from_the_desk(centre: Box, doors: Doors) -> None:
    await centre.agent("anna", "801", kind="softphone")
    anna = await doors.person("anna", agent="anna")
    centre.exchange.outside["+8613700000077"] = Behaviour(answer_after_s=1)
    answer = await anna.post("/api/calls/dial", json={"number": "137 0000 0077", "queue": "repair"})
    assert answer.status_code == 201
    contact = answer.json()["contact"]
    await centre.until(lambda: centre.place(contact) is Place.TALK and not centre.engine.contacts[contact].dialled)
    line = centre.exchange.rung["+8613700000077"][-1]
    centre.exchange.outside[OUTSIDE] = Behaviour(answer_after_s=2)
    path = f"/api/calls/{contact}/outside"
    assert (await anna.post(path, json={"number": "nonsense"})).json()["code"] == "bad_phone"
    assert (await anna.post(f"{path}/merge")).json()["code"] == "nobody_asked"
    assert (await anna.post(path, json={"number": "13911110000"})).status_code == 204
    assert (await anna.post(path, json={"number": "13911110000"})).json()["code"] == "outside_busy"
    await centre.run(4)
    assert (await anna.post(f"{path}/merge")).status_code == 204
    await centre.run(1)
    outside = centre.exchange.rung[OUTSIDE][-1]
    assert outside.leg in line.hears
    assert (await anna.post(f"{path}/complete")).status_code == 204
    await centre.run(1)
    assert line.hears == {outside.leg}
    assert [one.outcome for one in centre.of(e.ContactEnded, contact)] == [Outcome.TRANSFERRED_OUT]
    line.hang_up()
    await centre.run(30)
    refused = await anna.post("/api/calls/dial", json={"number": "1", "queue": "repair"})
    assert refused.json()["code"] == "bad_phone"
    centre.sound()


async def test_a_supervisor_listens_in_by_http(centre: Box, doors: Doors) -> None:
    line, contact, _ = await centre.talking()
    telephone = await centre.agent("boss", "850", kind="softphone")
    assert telephone is not None
    boss = await doors.person("boss", Role.SUPERVISOR, agent="boss")
    path = f"/api/calls/{contact}/supervision"
    assert (await boss.post(path, json={"mode": "shout"})).status_code == 422
    assert (await boss.post(path, json={"mode": "listen"})).status_code == 204
    await centre.run(1)
    assert line.leg in telephone.line.hears
    assert [one.mode for one in centre.of(e.SupervisionStarted, contact)] == [Supervision.LISTEN]
    assert (await boss.delete(path)).status_code == 204
    await centre.run(1)
    assert telephone.lines == []
    anna = await doors.person("anna", agent="anna")
    assert (await anna.post(path, json={"mode": "listen"})).status_code == 403
    line.hang_up()
    await centre.run(30)


async def test_the_callers_number_is_shown_to_who_has_the_call_and_each_look_is_noted(
    centre: Box, doors: Doors
) -> None:
    """One client never sees another's calls (fusionpbx#313)."""
    line, contact, _ = await centre.talking()
    anna = await doors.person("anna", agent="anna")
    path = f"/api/calls/{contact}/number"
    assert (await anna.post(path)).json() == {"value": "138 0000 6612", "e164": CALLER_E164}
    plain = await doors.person("qa", Role.QA, agent="qa")
    assert (await plain.post(path)).status_code == 403
    other = await doors.person("other", agent="other", clients=("lanshan",))
    assert (await other.post(path)).json()["code"] == "unknown_call"
    async with centre.database.read(ALL) as conn:
        entries = await audit.entries(conn, action="call.number")
    assert [one.object for one in entries] == [contact]
    assert CALLER not in str(entries[0].details)
    line.hang_up()
    await centre.run(30)


async def test_a_call_from_the_web_page_needs_its_token_once(centre: Box, doors: Doors) -> None:
    """A1: calls from the web page."""
    page = await doors.nobody()
    wish = {"number": HOTLINE, "language": "en"}
    assert (await page.post("/api/public/web-call", json=wish)).json()["code"] == "no_web_calls"
    centre.switch.web_call = Account  # type: ignore[attr-defined]
    assert (await page.post("/api/public/web-call", json={"number": "1"})).json()["code"] == "unknown_number"
    given = (await page.post("/api/public/web-call", json=wish)).json()
    assert given["extension"] == "webcall"
    assert given["ws"].startswith("/ws/sip?token=")
    line = centre.exchange.call(HOTLINE, caller="webcall", token=given["token"])
    await centre.run(1)
    assert line.answered
    contact = centre.engine.contacts[centre.contact_of(line)]
    assert (contact.language, contact.customer) == ("en", None)
    again = centre.exchange.call(HOTLINE, caller="webcall", token=given["token"])
    made_up = centre.exchange.call(HOTLINE, caller="webcall", token="guess")
    without = centre.exchange.call(HOTLINE, caller="webcall")
    await centre.run(1)
    assert again.ended == made_up.ended == without.ended == "rejected"
    stale = (await page.post("/api/public/web-call", json=wish)).json()["token"]
    await centre.run(130)
    late = centre.exchange.call(HOTLINE, caller="webcall", token=stale)
    await centre.run(1)
    assert late.ended == "rejected"
    for _ in range(8):
        answer = await page.post("/api/public/web-call", json=wish)
    assert answer.status_code == 429
    line.hang_up()
    await centre.run(3)
    centre.sound()


async def test_sip_over_web_socket_is_piped_to_the_switch_for_who_may(centre: Box, doors: Doors) -> None:
    heard: list[str | bytes] = []

    async def switch(socket: websockets.ServerConnection) -> None:
        assert socket.subprotocol == "sip"
        async for message in socket:
            heard.append(message)
            await socket.send(message)

    await centre.agent("anna", "801", kind="softphone")
    server = await websockets.serve(switch, "127.0.0.1", 0, subprotocols=[websockets.Subprotocol("sip")])
    port = next(iter(server.sockets)).getsockname()[1]
    centre.switch.web_socket_url = f"ws://127.0.0.1:{port}/ws"  # type: ignore[attr-defined]
    url = doors.url.replace("http", "ws") + "/ws/sip"
    anna = await doors.person("anna", agent="anna")
    own = {"Cookie": anna.headers["Cookie"], "Origin": doors.url}
    protocols = [websockets.Subprotocol("sip")]
    async with websockets.connect(url, additional_headers=own, subprotocols=protocols) as socket:
        assert socket.subprotocol == "sip"
        await socket.send("REGISTER sip:jietong SIP/2.0\r\n\r\n")
        assert await socket.recv() == "REGISTER sip:jietong SIP/2.0\r\n\r\n"
        await socket.send(b"\x00\xff")
        assert await socket.recv() == b"\x00\xff"
    centre.switch.web_call = Account  # type: ignore[attr-defined]
    page = await doors.nobody()
    ws = (await page.post("/api/public/web-call", json={"number": HOTLINE})).json()["ws"]
    async with websockets.connect(
        doors.url.replace("http", "ws") + ws, additional_headers={"Origin": doors.url}, subprotocols=protocols
    ) as socket:
        await socket.send("x")
        assert await socket.recv() == "x"
    foreign = {"Cookie": anna.headers["Cookie"], "Origin": "https://evil.example"}
    clerk = await doors.person("cash", Role.FINANCE)
    for address, headers in (
        (url, {"Origin": doors.url}),
        (url, foreign),
        (url, {"Cookie": clerk.headers["Cookie"], "Origin": doors.url}),
        (f"{url}?token=guess", {"Origin": doors.url}),
    ):
        with pytest.raises(websockets.InvalidStatus):
            await websockets.connect(address, additional_headers=headers, subprotocols=protocols)
    assert len(heard) == 3
    server.close()
    await server.wait_closed()
    with pytest.raises((websockets.InvalidStatus, websockets.ConnectionClosed)):
        async with websockets.connect(url, additional_headers=own, subprotocols=protocols) as socket:
            await socket.recv()


async def test_a_page_can_neither_fill_nor_flood_the_switch(centre: Box, doors: Doors) -> None:
    """The switch takes two thousand connections in all: without one free it could not be steered any more."""
    heard: list[str | bytes] = []

    async def switch(socket: websockets.ServerConnection) -> None:
        async for message in socket:
            heard.append(message)

    server = await websockets.serve(switch, "127.0.0.1", 0, subprotocols=[websockets.Subprotocol("sip")])
    port = next(iter(server.sockets)).getsockname()[1]
    centre.switch.web_socket_url = f"ws://127.0.0.1:{port}/ws"  # type: ignore[attr-defined]
    centre.switch.web_call = Account  # type: ignore[attr-defined]
    page = await doors.nobody()
    ws = (await page.post("/api/public/web-call", json={"number": HOTLINE})).json()["ws"]
    url, origin = doors.url.replace("http", "ws") + ws, {"Origin": doors.url}
    protocols = [websockets.Subprotocol("sip")]
    first = await websockets.connect(url, additional_headers=origin, subprotocols=protocols)
    second = await websockets.connect(url, additional_headers=origin, subprotocols=protocols)
    with pytest.raises(websockets.InvalidStatus):
        await websockets.connect(url, additional_headers=origin, subprotocols=protocols)
    for _ in range(300):
        await first.send("INVITE")
    with pytest.raises(websockets.ConnectionClosed):
        await asyncio.wait_for(first.recv(), 10)
    assert len(heard) < 300
    await second.close()
    server.close()
    await server.wait_closed()


async def test_a_centre_without_telephony_says_so(centre: Box, doors: Doors) -> None:
    bare = Services(database=centre.database, runtime=centre.runtime, clock=centre.clock, extra={"calls": None})
    app = create_app(bare, [router])
    anna = await doors.person("anna", agent="anna")
    async with (
        listening(app) as url,
        httpx.AsyncClient(base_url=url, headers={**anna.headers, "Origin": url}) as http,
    ):
        answer = await http.get("/api/calls/softphone")
    assert (answer.status_code, answer.json()["code"]) == (404, "no_telephony")


async def test_a_burst_of_legs_of_nobody_does_no_harm(centre: Box) -> None:
    """Garbage: unknown numbers, absurd callers, the same leg twice."""
    for number in ("", "x" * 500, "'; DROP TABLE call; --", "\u0000", "٣٤٥", "+" * 40):
        centre.exchange.call(number, caller="\u202e" + number)
    await centre.run(2)
    line = centre.dial_in(caller="a" * 5000)
    await centre.settle()
    centre.calls._on_tell(LegArrived(centre.clock.now(), leg=line.leg, number=HOTLINE, caller=None))
    await centre.run(1)
    assert len(centre.of(e.ContactArrived)) == 1
    line.hang_up()
    await centre.run(2)
    await centre.tell(k.Tick())
    centre.sound()


async def test_a_page_that_vanishes_leaves_no_call_behind(centre: Box, doors: Doors) -> None:
    """Its browser died: no agent is rung for nobody, and the call counts as given up."""

    async def switch(socket: websockets.ServerConnection) -> None:
        await socket.wait_closed()

    server = await websockets.serve(switch, "127.0.0.1", 0, subprotocols=[websockets.Subprotocol("sip")])
    port = next(iter(server.sockets)).getsockname()[1]
    centre.switch.web_socket_url = f"ws://127.0.0.1:{port}/ws"  # type: ignore[attr-defined]
    centre.switch.web_call = Account  # type: ignore[attr-defined]
    page = await doors.nobody()
    given = (await page.post("/api/public/web-call", json={"number": HOTLINE, "language": "en"})).json()
    url = doors.url.replace("http", "ws") + given["ws"]
    socket = await websockets.connect(
        url, subprotocols=[websockets.Subprotocol("sip")], additional_headers={"Origin": doors.url}
    )
    line = centre.exchange.call(HOTLINE, caller="webcall", token=given["token"])
    await centre.run(1)
    assert line.ended is None
    await socket.close()
    async with asyncio.timeout(10):
        while line.ended is None:
            await asyncio.sleep(0.02)
            await centre.run(1)
    server.close()
    await centre.run(3)
    centre.sound()
