"""What a hostile or broken page sends: a clear error, nothing lost, nothing doubled, nobody else's data."""

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
import websockets
from live_centre import DEMO_KEY, PATIENT, LiveCentre, serve
from msgspec.structs import replace

from jietong.channels.webchat import store
from jietong.channels.webchat.model import Rate
from jietong.db.pool import ALL, Database

TEXTS = {
    "emoji": "👩🏽‍🔧 冰箱坏了 🧊",
    "right to left": "مرحبا، الثلاجة لا تبرد",
    "mixed direction": "订单 #7730 שלום 5921",
    "line breaks": "第一行\n第二行\r\n\t第三行",
    "combining": "e\u0301 ñ \u200d zero",
    "markup": "<script>alert(1)</script> & <b>",
    "astral": "𠮷野家 𝄞",
    "json": '{"t":"end","id":"x"}',
    "spaces kept": "  前后有空格  ",
}


@pytest.mark.parametrize("name", TEXTS)
async def test_words_come_back_byte_for_byte(centre: LiveCentre, name: str) -> None:
    page, token, contact = await centre.chat(text=TEXTS[name])
    await page.close()
    again, _ = await centre.page(token=token)
    assert again.frames[0]["state"]["messages"][0]["text"] == TEXTS[name]
    async with centre.database.read(ALL) as conn:
        assert (await store.messages(conn, contact))[0].text == TEXTS[name]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "text_empty"),
        (" \n\t ", "text_empty"),
        ("a\u0000b", "text_nul"),
        ("长" * 2001, "text_too_long"),
    ],
)
async def test_a_text_that_cannot_be_is_refused_and_the_chat_goes_on(
    centre: LiveCentre, text: str, code: str
) -> None:
    page, _, contact = await centre.chat()
    answer = await page.ask({"t": "say", "id": "bad", "text": text})
    assert answer["t"] == "err"
    assert answer["problem"]["code"] == code
    assert answer["problem"]["status"] == 422
    assert (await page.ask({"t": "say", "id": "good", "text": "还在"}))["result"]["n"] == 2
    async with centre.database.read(ALL) as conn:
        assert [row.text for row in await store.messages(conn, contact)] == ["你好", "还在"]


async def test_half_a_surrogate_pair_is_no_text(centre: LiveCentre) -> None:
    page, _, _ = await centre.chat()
    await page.socket.send('{"t":"say","id":"half","text":"\\ud800"}')
    answer = await page.next("err")
    assert answer["problem"]["code"] in ("text_not_unicode", "frame_malformed")
    assert (await page.ask({"t": "say", "id": "ok", "text": "好"}))["t"] == "ok"


@pytest.mark.parametrize(
    "frame",
    ["", "null", "[]", "{}", "42", '{"t":"nothing"}', '{"t":"say"}', '{"t":"say","id":1,"text":"x"}', "{" * 5000,
     '{"t":"say","id":"","text":"x"}', '{"t":"say","id":"\\n","text":"x"}', "\x00", '{"t":"hello","widget":7}'],
)  # fmt: skip
async def test_a_malformed_frame_is_answered_and_borne(centre: LiveCentre, frame: str) -> None:
    page, _, _ = await centre.chat()
    await page.socket.send(frame)
    answer = await page.next("err")
    assert answer["problem"]["code"] == "frame_malformed"
    assert (await page.ask({"t": "say", "id": "after", "text": "好"}))["t"] == "ok"


async def test_five_malformed_frames_close_the_socket_and_keep_the_chat(centre: LiveCentre) -> None:
    page, token, contact = await centre.chat()
    for _ in range(5):
        await page.socket.send("nonsense")
    assert await page.closed() == 1008
    again, _ = await centre.page(token=token)
    assert again.frames[0]["state"]["contact"] == contact
    assert again.frames[0]["state"]["place"] == "queue"


async def test_a_binary_frame_is_refused(centre: LiveCentre) -> None:
    page, _, _ = await centre.chat()
    await page.socket.send(b"\x00\x01")
    assert (await page.next("err"))["problem"]["code"] == "frame_malformed"


async def test_a_line_of_ten_megabytes_closes_only_its_own_socket(centre: LiveCentre) -> None:
    other, _, _ = await centre.chat()
    page, token, contact = await centre.chat()
    with contextlib.suppress(websockets.ConnectionClosed):
        await page.socket.send(json.dumps({"t": "say", "id": "big", "text": "x" * 10_000_000}))
    assert await page.closed() == 1009
    assert (await other.ask({"t": "say", "id": "o", "text": "好"}))["t"] == "ok"
    again, _ = await centre.page(token=token)
    assert again.frames[0]["state"]["contact"] == contact


async def test_a_frame_over_the_limit_is_named_as_such(centre: LiveCentre) -> None:
    page, _, _ = await centre.chat()
    await page.socket.send(json.dumps({"t": "say", "id": "big", "text": "x" * 70_000}))
    assert (await page.next("err"))["problem"]["code"] == "frame_too_large"


async def test_nothing_goes_before_hello_nor_outside_a_chat(centre: LiveCentre) -> None:
    line = await centre.line("/ws/chat")
    answer = await line.ask({"t": "say", "id": "x", "text": "hi"})
    assert answer["problem"]["code"] == "hello_first"
    page, _ = await centre.page()
    answer = await page.ask({"t": "say", "id": "x", "text": "hi"})
    assert answer["problem"]["code"] == "no_chat"


async def test_an_unknown_widget_is_said_so(centre: LiveCentre) -> None:
    line = await centre.line("/ws/chat")
    await line.send({"t": "hello", "widget": "nowhere", "token": None, "lang": "en"})
    assert (await line.next("err"))["problem"]["code"] == "unknown_widget"


@pytest.mark.parametrize("token", ["", "wrong", "x" * 500, "a\u0000b", "令牌"])
async def test_a_token_that_is_none_begins_anew(centre: LiveCentre, token: str) -> None:
    await centre.chat()
    page, fresh = await centre.page(token=token)
    assert fresh != token
    assert page.frames[0]["state"]["contact"] is None


async def test_the_token_in_the_database_opens_nothing(centre: LiveCentre) -> None:
    _, token, _ = await centre.chat()
    async with centre.database.read(ALL) as conn:
        stored = await conn.fetchval("SELECT token_hash FROM chat_session")
    assert token.encode() not in stored
    page, _ = await centre.page(token=stored.hex())
    assert page.frames[0]["state"]["contact"] is None


async def test_another_widget_does_not_resume_the_chat(centre: LiveCentre) -> None:
    _, token, _ = await centre.chat()
    page, _ = await centre.page("orders", token=token)
    assert page.frames[0]["state"]["contact"] is None


@pytest.mark.parametrize("phone", ["12", "not a number", "+86 138 5710 09350000000", "𝟙𝟛𝟠"])
async def test_a_number_that_is_none_is_refused_and_no_contact_made(centre: LiveCentre, phone: str) -> None:
    page, _ = await centre.page()
    answer = await page.ask({"t": "start", "id": "s", "profile": {"name": "x", "phone": phone}})
    assert answer["t"] == "err", answer
    assert answer["problem"]["status"] == 422
    assert centre.engine.contacts == {}


async def test_only_the_demonstration_key_marks_contacts_as_simulated(centre: LiveCentre) -> None:
    line = await centre.line("/ws/chat")
    await line.send({"t": "hello", "widget": "repair", "token": None, "lang": "en", "demo": "guessed"})
    assert (await line.next("err"))["problem"]["code"] == "demo_key"
    await line.send({"t": "hello", "widget": "repair", "token": None, "lang": "en", "demo": DEMO_KEY})
    await line.next("welcome")
    contact = (await line.ask({"t": "start", "id": "s", "profile": {}}))["result"]["contact"]
    assert centre.engine.contacts[contact].simulated
    _, _, real = await centre.chat()
    assert not centre.engine.contacts[real].simulated


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ({"socket_messages": Rate(0.1, 5)}, "too_many_messages"),
        ({"address_messages": Rate(0.1, 3)}, "too_many_messages"),
    ],
)
async def test_a_flood_of_messages_is_slowed_with_the_time_to_wait(
    database: Database, tmp_path: Path, limits: dict[str, Any], code: str
) -> None:
    async with serve(database, tmp_path, limits=replace(PATIENT, **limits)) as centre:
        page, _, contact = await centre.chat()
        answers = [await page.ask({"t": "say", "id": f"m{i}", "text": "!"}) for i in range(8)]
        refused = [answer["problem"] for answer in answers if answer["t"] == "err"]
        assert refused
        assert {problem["code"] for problem in refused} == {code}
        assert all(problem["status"] == 429 and problem["retry_after"] >= 1 for problem in refused)
        async with database.read(ALL) as conn:
            kept = await store.messages(conn, contact)
        assert len(kept) == 1 + sum(answer["t"] == "ok" for answer in answers)


async def test_a_flood_of_contacts_from_one_address_is_slowed(database: Database, tmp_path: Path) -> None:
    async with serve(database, tmp_path, limits=replace(PATIENT, address_contacts=Rate(0.01, 3))) as centre:
        codes = []
        for _ in range(5):
            page, _ = await centre.page()
            answer = await page.ask({"t": "start", "id": "s", "profile": {}})
            codes.append(answer["problem"]["code"] if answer["t"] == "err" else "ok")
        assert codes == ["ok", "ok", "ok", "too_many_contacts", "too_many_contacts"]
        assert len(centre.engine.contacts) == 3


async def test_open_chats_from_one_address_are_limited_and_freed_at_their_end(
    database: Database, tmp_path: Path
) -> None:
    async with serve(database, tmp_path, limits=replace(PATIENT, address_chats=2)) as centre:
        first, _, _ = await centre.chat()
        await centre.chat()
        page, _ = await centre.page()
        assert (await page.ask({"t": "start", "id": "s", "profile": {}}))["problem"]["code"] == "too_many_chats"
        assert (await first.ask({"t": "end", "id": "e"}))["t"] == "ok"
        assert (await page.ask({"t": "start", "id": "s2", "profile": {}}))["t"] == "ok"


async def test_a_simulation_leaves_the_real_customers_of_its_address_their_place(
    database: Database, tmp_path: Path
) -> None:
    async with serve(database, tmp_path, limits=replace(PATIENT, address_chats=2)) as centre:
        for _ in range(3):
            simulated, _ = await centre.page(demo=True)
            assert (await simulated.ask({"t": "start", "id": "s", "profile": {}}))["t"] == "ok"
        await centre.chat()
