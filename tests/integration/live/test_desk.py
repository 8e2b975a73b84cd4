"""The desk's socket: presence, tabs, commands with their answers, and what nobody may do."""

import asyncio

import pytest
from live_centre import LiveCentre, true

from jietong.channels.outbox import Outbox
from jietong.core import commands as k
from jietong.core.specs import AgentSpec
from jietong.core.vocabulary import Place, State, Status
from jietong.identity import service as accounts
from jietong.identity.model import SYSTEM
from jietong.identity.permissions import Role


async def test_the_desk_signs_in_and_its_loss_is_noticed(centre: LiveCentre) -> None:
    _, desk = await centre.agent("lin", "fridge", ready=False)
    assert desk.state["me"]["lin"]["state"] == "break"
    assert desk.state["me"]["lin"]["reason"] == "signed_in"
    await desk.close()
    await true(lambda: not centre.engine.agents["lin"].connected)
    assert centre.engine.agents["lin"].grace_until is not None or centre.engine.agents["lin"].state is State.BREAK


async def test_two_tabs_count_as_one_desk(centre: LiveCentre) -> None:
    lin, desk = await centre.agent("lin", "fridge")
    tab = await lin.socket("/ws/desk")
    await tab.next("snapshot")
    await desk.close()
    await asyncio.sleep(0.3)
    assert centre.engine.agents["lin"].connected
    _, _, contact = await centre.chat()
    await tab.until(lambda: tab.state["contacts"].get(contact))


async def test_an_accept_pressed_in_two_tabs_is_one_accept(centre: LiveCentre) -> None:
    lin, desk = await centre.agent("lin", "fridge")
    tab = await lin.socket("/ws/desk")
    await tab.next("snapshot")
    _, _, contact = await centre.chat()
    for line in (desk, tab):
        await line.until(lambda line=line: line.state["contacts"].get(contact))
    one, two = await asyncio.gather(
        desk.ask(centre.cmd("accept", contact=contact)), tab.ask(centre.cmd("accept", contact=contact))
    )
    assert (one["t"], two["t"]) == ("ok", "ok")
    assert centre.engine.contacts[contact].agent == "lin"
    for line in (desk, tab):
        await line.until(lambda line=line: line.state["contacts"][contact]["place"] == "talk")


async def test_the_same_command_id_again_does_nothing_more(centre: LiveCentre) -> None:
    _, desk = await centre.agent("lin", "fridge")
    frame = centre.cmd("set_status", status="meeting")
    assert (await desk.ask(frame))["t"] == "ok"
    seq = centre.runtime.seq
    assert (await desk.ask(centre.cmd("set_status", status="ready")))["t"] == "ok"
    assert (await desk.ask(frame))["t"] == "ok"
    assert centre.engine.agents["lin"].status is Status.READY
    assert centre.runtime.seq > seq


async def test_a_command_speaks_for_nobody_else(centre: LiveCentre) -> None:
    _, lin = await centre.agent("lin", "fridge")
    await centre.agent("zhao", "fridge")
    answer = await lin.ask(centre.cmd("set_status", status="break", agent="zhao", by="boss"))
    assert answer["t"] == "ok"
    assert centre.engine.agents["zhao"].status is Status.READY
    assert centre.engine.agents["lin"].status is Status.BREAK
    for type in ("arrive", "restart", "configure_agent", "prioritise", "close_contact", "sign_in"):
        refused = await lin.ask(centre.cmd(type, contact="x"))
        assert refused["problem"]["code"] == "bad_command", type


async def test_an_agent_writes_in_own_contacts_only(centre: LiveCentre) -> None:
    _, lin = await centre.agent("lin", "fridge")
    _, zhao = await centre.agent("zhao", "fridge", ready=False)
    page, _, contact = await centre.talking("lin", lin)
    for frame in (
        {"t": "say", "id": "s", "contact": contact, "text": "插话"},
        {"t": "say", "id": "n", "contact": "nothing", "text": "?"},
    ):
        assert (await zhao.ask(frame))["problem"]["code"] == "not_yours"
    before = len(page.frames)
    await zhao.send({"t": "typing", "contact": contact})
    assert (await zhao.next("err"))["problem"]["code"] == "not_yours"
    assert not [f for f in page.frames[before:] if f["t"] == "typing"]


async def test_commands_over_http_do_the_same(centre: LiveCentre) -> None:
    lin, _ = await centre.agent("lin", "fridge", ready=False)
    body = {"type": "set_status", "status": "ready", "agent": "someone"}
    first = await lin.http.post("/api/desk/commands", json=body, headers={"Idempotency-Key": "k1"})
    again = await lin.http.post("/api/desk/commands", json=body, headers={"Idempotency-Key": "k1"})
    assert first.json() == again.json()
    assert centre.engine.agents["lin"].status is Status.READY
    gone = await lin.http.post("/api/desk/commands", json={"type": "accept", "contact": "nothing"})
    assert gone.status_code in (404, 409)
    assert gone.json()["code"]
    assert (await lin.http.post("/api/desk/commands", json={"type": "arrive"})).status_code == 422
    assert (await lin.http.post("/api/floor/commands", json={"type": "sign_out"})).status_code == 403


@pytest.mark.parametrize("path", ["/ws/desk", "/ws/floor", "/ws/wall"])
async def test_without_a_session_no_socket_opens(centre: LiveCentre, path: str) -> None:
    nobody: dict[str, str] = {}
    for headers in (nobody, {"Cookie": "jt_session=made-up", "Origin": centre.url}):
        assert await centre.turned_away(path, headers) == 4401


async def test_a_role_without_the_permission_opens_no_socket(centre: LiveCentre) -> None:
    lin, _ = await centre.agent("lin", "fridge", ready=False)
    finance = await centre.person("finance", Role.FINANCE)
    for person, path in ((lin, "/ws/floor"), (lin, "/ws/wall"), (finance, "/ws/desk"), (finance, "/ws/floor")):
        assert await centre.turned_away(path, {"Cookie": person.cookie, "Origin": centre.url}) == 4403


async def test_a_page_of_another_site_opens_no_socket(centre: LiveCentre) -> None:
    lin, _ = await centre.agent("lin", "fridge", ready=False)
    foreign = {"Cookie": lin.cookie, "Origin": "https://evil.example"}
    assert await centre.turned_away("/ws/desk", foreign) == 4403


async def test_the_socket_closes_when_the_session_ends(centre: LiveCentre) -> None:
    lin, desk = await centre.agent("lin", "fridge")
    await accounts.end_session_of(
        centre.database, lin.session, by=SYSTEM, any_account=True, now=centre.hub.clock.now()
    )
    centre.app.state.watch.wake()
    assert await desk.closed() == 4401
    assert any(frame["t"] == "notice" and frame["code"] == "session_ended" for frame in desk.frames)


async def test_an_articles_publication_reaches_every_desk(centre: LiveCentre) -> None:
    """B4: solved cases become standard procedures, pushed at once to every seat on line."""
    _, lin = await centre.agent("lin", "fridge")
    _, zhao = await centre.agent("zhao", "fridge", ready=False)
    await centre.tell(k.PublishArticle("e8", 5, {"zh-Hans": "E8 自查", "zh-Hant": "E8 自查", "en": "E8"}, "fang"))
    for desk in (lin, zhao):
        notice = await desk.next("notice")
        assert notice["code"] == "article_published"
        assert notice["params"]["article"] == "e8"


async def test_the_desk_shows_its_queues_and_colleagues_but_not_itself(centre: LiveCentre) -> None:
    _, lin = await centre.agent("lin", "fridge")
    _, zhao = await centre.agent("zhao", "orders")
    assert list(lin.state["queues"]) == ["night", "repair"] or list(lin.state["queues"]) == ["repair", "night"]
    await lin.until(lambda: lin.state["agents"].get("zhao", {}).get("state") == "ready")
    assert "lin" not in lin.state["agents"]
    await zhao.until(lambda: "lin" in zhao.state["agents"])


async def test_database_gone_and_back_is_said(centre: LiveCentre) -> None:
    _, desk = await centre.agent("lin", "fridge")
    role = centre.runtime.role
    centre.runtime.role = "database_gone"
    centre.hub.round(second=True)
    centre.runtime.role = role
    centre.hub.round(second=True)
    assert (await desk.next("notice"))["code"] == "database_gone"
    assert (await desk.next("notice"))["code"] == "database_back"


async def test_a_desk_that_vanishes_while_talking_gets_everything_back_within_the_grace(centre: LiveCentre) -> None:
    lin, desk = await centre.agent("lin", "fridge")
    page, _, contact = await centre.talking("lin", desk)
    await desk.close()
    await true(lambda: not centre.engine.agents["lin"].connected)
    assert centre.engine.contacts[contact].place is Place.TALK
    assert (await page.ask({"t": "say", "id": "w", "text": "在吗"}))["t"] == "ok"
    back = await lin.socket("/ws/desk")
    await back.until(lambda: back.state.get("me", {}).get("lin", {}).get("connected"))
    assert back.state["contacts"][contact]["place"] == "talk"
    assert back.state["contacts"][contact]["last_message"]["text"] == "在吗"


async def test_a_slow_browser_gets_a_fresh_snapshot_and_holds_up_nobody() -> None:
    sent: list[str] = []
    gate = asyncio.Event()

    async def slow(text: str) -> None:
        await gate.wait()
        sent.append(text)

    outbox = Outbox(slow, limit=1000)
    pump = asyncio.create_task(outbox.run(lambda: outbox.put("fresh snapshot")))
    for number in range(500):
        outbox.put(f"delta {number:>20}")
    assert outbox.waiting <= 40
    gate.set()
    await true(lambda: "fresh snapshot" in sent)
    outbox.put("delta after")
    await asyncio.sleep(0.05)
    assert sent[-2:] == ["fresh snapshot", "delta after"]
    outbox.close()
    await pump


async def test_an_agent_unknown_to_the_centre_opens_no_desk(centre: LiveCentre) -> None:
    ghost = await centre.person("ghost", agent="ghost")
    nobody = await centre.person("nobody")
    await centre.tell(k.ConfigureAgent(AgentSpec("lin", "林")))
    for person in (ghost, nobody):
        assert await centre.turned_away("/ws/desk", {"Cookie": person.cookie, "Origin": centre.url}) == 4403
