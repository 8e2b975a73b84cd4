"""The whole story of a chat, from the first word to the stars, and back again after a reload."""

import asyncio

from live_centre import LiveCentre

from jietong.channels.webchat import store
from jietong.db.pool import ALL


async def test_a_customer_writes_is_served_and_rates_the_service(centre: LiveCentre) -> None:
    _, desk = await centre.agent("lin", "fridge")
    page, _ = await centre.page()
    started = await page.ask(
        {"t": "start", "id": "s1", "profile": {"name": "王先生", "phone": "138 5710 0935"}, "text": "冰箱报 E8"}
    )
    contact = started["result"]["contact"]
    assert started["result"]["posted"] is True
    offered = await desk.until(lambda: desk.state["contacts"].get(contact))
    assert offered["place"] == "offer"
    await desk.until(lambda: (desk.state["contacts"][contact]["last_message"] or {}).get("text") == "冰箱报 E8")
    assert desk.state["contacts"][contact]["customer_name"] == "王先生"
    assert (await desk.ask(centre.cmd("accept", contact=contact)))["t"] == "ok"
    await page.next("state", timeout=5)
    joined = await page.until(
        lambda: [f for f in page.frames if f["t"] == "message" and f["message"]["code"] == "agent_joined"]
    )
    assert joined[0]["message"]["params"]["name"] == "客服lin"
    said = await desk.ask({"t": "say", "id": "a1", "contact": contact, "text": "您好，我来看看"})
    assert said["result"]["n"] == 2
    answer = await page.until(lambda: [f for f in page.frames if f["t"] == "message" and f["message"]["n"] == 2])
    assert any(f["message"]["text"] == "您好，我来看看" and f["message"]["author"] == "agent" for f in answer)
    assert (await page.ask({"t": "say", "id": "s2", "text": "谢谢 🙏"}))["t"] == "ok"
    heard = await desk.next("message")
    while heard["message"]["text"] != "谢谢 🙏":
        heard = await desk.next("message")
    assert heard["message"]["author"] == "customer"
    assert (await desk.ask(centre.cmd("end", contact=contact)))["t"] == "ok"
    ended = await page.until(lambda: [f for f in page.frames if f["t"] == "state" and f["state"]["place"] == "ended"])
    assert ended[-1]["state"]["survey"] == "asked"
    rated = await page.ask({"t": "survey", "id": "s3", "score": 5, "resolved": True, "comment": "很满意"})
    assert rated["t"] == "ok", rated
    await page.until(lambda: [f for f in page.frames if f["t"] == "state" and f["state"]["survey"] == "done"])
    finished = await desk.ask(centre.cmd("finish_wrapup", contact=contact, reason="e8", resolved=True))
    assert finished["t"] == "ok", finished
    await desk.until(lambda: contact not in desk.state["contacts"])
    assert desk.state["me"]["lin"]["state"] == "ready"
    async with centre.database.read(ALL) as conn:
        rows = await store.messages(conn, contact)
        survey = await store.survey(conn, contact)
    assert [(row.n, row.author, row.text) for row in rows] == [
        (1, "customer", "冰箱报 E8"),
        (2, "agent", "您好，我来看看"),
        (3, "customer", "谢谢 🙏"),
    ]
    assert survey is not None
    assert (survey["score"], survey["comment"]) == (5, "很满意")


async def test_a_reload_shows_the_same_conversation(centre: LiveCentre) -> None:
    _, desk = await centre.agent("lin", "fridge")
    page, token, contact = await centre.talking("lin", desk)
    await desk.ask({"t": "say", "id": "a1", "contact": contact, "text": "请稍等"})
    await page.until(lambda: any(f["t"] == "message" and f["message"]["text"] == "请稍等" for f in page.frames))
    live = [f["message"] for f in page.frames if f["t"] == "message"]
    await page.close()
    again, _ = await centre.page(token=token)
    welcome = again.frames[0]
    assert welcome["state"]["place"] == "talk"
    assert welcome["state"]["agent_name"] == "客服lin"
    assert welcome["state"]["messages"] == live
    assert (await again.ask({"t": "say", "id": "s9", "text": "还在吗"}))["result"]["n"] == 3


async def test_a_message_sent_twice_is_there_once(centre: LiveCentre) -> None:
    page, token, contact = await centre.chat()
    first, second = await asyncio.gather(
        page.ask({"t": "say", "id": "same", "text": "重复"}), page.ask({"t": "say", "id": "same", "text": "重复"})
    )
    assert first["result"] == second["result"]
    await page.close()
    again, _ = await centre.page(token=token)
    third = await again.ask({"t": "say", "id": "same", "text": "重复"})
    assert third["result"]["message"] == first["result"]["message"]
    async with centre.database.read(ALL) as conn:
        assert [row.text for row in await store.messages(conn, contact)] == ["你好", "重复"]


async def test_a_double_click_on_start_gives_one_contact(centre: LiveCentre) -> None:
    page, _ = await centre.page()
    start = {"t": "start", "profile": {"name": "李女士", "phone": "13900000001"}}
    one, two = await asyncio.gather(page.ask({**start, "id": "x1"}), page.ask({**start, "id": "x2"}))
    assert one["result"]["contact"] == two["result"]["contact"]
    assert len(centre.engine.contacts) == 1
