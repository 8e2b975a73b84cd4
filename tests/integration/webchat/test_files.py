"""Attachments and transcripts: what they really are, who may have them, how they are served."""

import io
from typing import Any

import httpx
import pytest
from live_centre import LiveCentre
from PIL import Image

from jietong.channels.webchat.attachments import real_type
from jietong.identity.permissions import Role


def picture(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (9, 7), (160, 67, 27)).save(out, kind)
    return out.getvalue()


PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


async def send(centre: LiveCentre, token: str, content: bytes, name: str = "a.png") -> httpx.Response:
    async with httpx.AsyncClient(base_url=centre.url) as client:
        return await client.post(
            "/api/chat/attachments", files={"file": (name, content)}, headers={"X-Chat-Token": token}
        )


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (picture("PNG"), "image/png"),
        (picture("JPEG"), "image/jpeg"),
        (picture("GIF"), "image/gif"),
        (picture("WEBP"), "image/webp"),
        (PDF, "application/pdf"),
        ("订单 7730\n第二行".encode(), "text/plain"),
        (SVG, None),
        (b"\xef\xbb\xbf  <!DOCTYPE html><script>", None),
        (b"<?xml version='1.0'?><svg/>", None),
        (b"MZ\x90\x00\x03", None),
        (b"PK\x03\x04zip", None),
        (b"\x00\x01\x02", None),
        (b"\xff\xfe text", None),
    ],
)
def test_a_file_is_what_its_content_says(content: bytes, kind: str | None) -> None:
    assert real_type(content) == kind


async def test_a_picture_goes_to_the_agent_and_comes_back_to_the_customer(centre: LiveCentre) -> None:
    lin, desk = await centre.agent("lin", "fridge")
    page, token, _ = await centre.talking("lin", desk)
    answer = await send(centre, token, picture("PNG"), "../../面板 E8.PNG")
    assert answer.status_code == 201, answer.text
    file = answer.json()
    assert (file["name"], file["type"]) == ("面板 E8.PNG", "image/png")
    said = await page.ask({"t": "say", "id": "p", "text": "", "attachment": file["id"]})
    assert said["t"] == "ok", said
    heard = await desk.until(lambda: [f for f in desk.frames if f["t"] == "message" and f["message"]["attachment"]])
    shown = heard[0]["message"]["attachment"]
    assert "key=" not in shown["url"], "staff are known by their session"
    served = await lin.http.get(shown["url"])
    assert served.content == picture("PNG")
    assert served.headers["content-type"] == "image/png"
    assert served.headers["x-content-type-options"] == "nosniff"
    assert served.headers["content-disposition"].startswith("inline")
    async with httpx.AsyncClient(base_url=centre.url) as stranger:
        assert (await stranger.get(f"/api/attachments/{file['id']}")).status_code == 401
        assert (await stranger.get(f"/api/attachments/{file['id']}?key=guess")).status_code == 404
        assert (await stranger.get(file["url"])).content == picture("PNG")
    again, _ = await centre.page(token=token)
    assert again.frames[0]["state"]["messages"][-1]["attachment"]["url"] == file["url"]


async def test_anything_but_a_picture_is_for_saving(centre: LiveCentre) -> None:
    _, desk = await centre.agent("lin", "fridge")
    _, token, _ = await centre.talking("lin", desk)
    for content, name, saved in ((PDF, "发票.pdf", "pdf"), (b"plain words", "run.html", "run.html.txt")):
        file = (await send(centre, token, content, name)).json()
        assert file["name"].endswith(saved)
        async with httpx.AsyncClient(base_url=centre.url) as customer:
            served = await customer.get(file["url"])
        assert served.headers["content-disposition"].startswith("attachment")
        assert "sandbox" in served.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [(SVG, 422, "file_type"), (b"", 422, "file_empty"), (b"MZ\x90\x00", 422, "file_type"),
     (b"x" * (11 << 20), 413, "file_too_large")],
)  # fmt: skip
async def test_a_file_that_may_not_be_sent_is_refused(
    centre: LiveCentre, content: bytes, status: int, code: str
) -> None:
    _, token, _ = await centre.chat()
    answer = await send(centre, token, content)
    assert answer.status_code == status
    assert answer.json()["code"] == code


async def test_files_need_a_chat_and_stay_with_their_sender(centre: LiveCentre) -> None:
    page, token, _ = await centre.chat()
    assert (await send(centre, "nobody", PDF)).json()["code"] == "unknown_session"
    file = (await send(centre, token, PDF)).json()
    other, _, _ = await centre.chat(name="别人", phone="13900000002")
    stolen = await other.ask({"t": "say", "id": "x", "text": "", "attachment": file["id"]})
    assert stolen["problem"]["code"] == "not_yours"
    missing = await page.ask({"t": "say", "id": "y", "text": "", "attachment": "nothing"})
    assert missing["problem"]["code"] == "unknown_attachment"


async def test_staff_see_files_of_their_clients_and_their_own_contacts_only(centre: LiveCentre) -> None:
    lin, desk = await centre.agent("lin", "fridge")
    page, token, _ = await centre.talking("lin", desk)
    file = (await send(centre, token, PDF)).json()
    await page.ask({"t": "say", "id": "p", "text": "", "attachment": file["id"]})
    address = f"/api/attachments/{file['id']}"
    expected: dict[str, tuple[Any, ...]] = {
        "boss": (200, Role.SUPERVISOR, None),
        "otherboss": (404, Role.SUPERVISOR, ("lanshan",)),
        "money": (403, Role.FINANCE, None),
    }
    for login, (status, role, clients) in expected.items():
        person = await centre.person(login, role, clients=clients)
        assert (await person.http.get(address)).status_code == status, login
    assert (await lin.http.get(address)).status_code == 200
    zhao, _ = await centre.agent("zhao", "fridge", ready=False)
    assert (await zhao.http.get(address)).status_code == 403


async def test_an_agent_sends_a_file_in_own_contacts_only(centre: LiveCentre) -> None:
    lin, desk = await centre.agent("lin", "fridge")
    page, _, contact = await centre.talking("lin", desk)
    answer = await lin.http.post(f"/api/attachments?contact={contact}", files={"file": ("说明.pdf", PDF)})
    assert answer.status_code == 201, answer.text
    said = await desk.ask({"t": "say", "id": "f", "contact": contact, "text": "", "attachment": answer.json()["id"]})
    assert said["t"] == "ok", said
    got = await page.until(
        lambda: [f for f in page.frames if f["t"] == "message" and (f["message"]["attachment"] or {}).get("name")]
    )
    async with httpx.AsyncClient(base_url=centre.url) as customer:
        assert (await customer.get(got[0]["message"]["attachment"]["url"])).content == PDF
    zhao, _ = await centre.agent("zhao", "fridge", ready=False)
    refused = await zhao.http.post(f"/api/attachments?contact={contact}", files={"file": ("x.pdf", PDF)})
    assert refused.status_code == 403


@pytest.mark.parametrize(("lang", "joined"), [("zh-Hans", "已接入"), ("zh-Hant", "已接入"), ("en", "joined after")])
async def test_the_transcript_has_every_word_escaped_in_the_customers_language(
    centre: LiveCentre, lang: str, joined: str
) -> None:
    _, desk = await centre.agent("lin", "fridge")
    page, token, _ = await centre.talking("lin", desk)
    await page.ask({"t": "say", "id": "m", "text": "<b>加粗</b> 🧊"})
    await page.ask({"t": "end", "id": "e"})
    async with httpx.AsyncClient(base_url=centre.url) as client:
        plain = await client.get("/api/chat/transcript", params={"token": token, "lang": lang})
        page_ = await client.get("/api/chat/transcript", params={"token": token, "lang": lang, "format": "html"})
        wrong = await client.get("/api/chat/transcript", params={"token": "nobody"})
    assert "<b>加粗</b> 🧊" in plain.text
    assert joined in plain.text
    assert "客服lin" in plain.text
    assert "&lt;b&gt;加粗&lt;/b&gt; 🧊" in page_.text
    assert "<b>加粗" not in page_.text
    assert page_.headers["content-disposition"].startswith("attachment")
    assert wrong.status_code == 404
