"""The customer's chat: out of hours, files, a reload in the queue, languages, embedded in a foreign page (A1, I5)."""

import asyncio
import io
import re
import threading
from collections.abc import AsyncIterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from PIL import Image
from playwright.async_api import expect
from running import Open, Running
from screens import caller, faultless, goes_ready, page_of, says, tidy, writes

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
async def left_tidy(centre: Running) -> AsyncIterator[None]:
    yield
    await tidy(centre, "lin.xiao")


async def test_out_of_hours_a_message_is_left_and_becomes_a_contact(centre: Running, window: Open) -> None:
    async with caller(centre) as admin:
        closed = {"id": "never", "zone": "Asia/Shanghai", "week": [[] for _ in range(7)], "holidays": []}
        names = {"zh-Hans": "从不", "zh-Hant": "從不", "en": "Never"}
        known = {one["spec"]["id"] for one in (await admin.get("/api/hours"))["items"]}
        if "never" not in known:
            await admin.post("/api/hours", spec={**closed, "name": names})
        before = await admin.change("queues", "returns", hours="never")
    for language, lead in (("zh-Hans", "留言"), ("zh-Hant", "留言"), ("en", "Leave a message")):
        page = await window(390, 780, locale=language)
        await page.goto(f"{centre.url}/chat?widget=returns&lang={language}")
        await expect(page.get_by_role("main")).to_contain_text(lead)
        await faultless(page)
    await page.get_by_role("button", name="Leave message").click()
    await expect(page.get_by_role("alert").first).to_be_visible()
    await page.get_by_label("Name").fill("Nora Night")
    await page.get_by_label("Phone").fill("+44 7400 765432")
    await page.get_by_role("textbox", name="Message").fill("Please ring me back about a refund")
    await page.get_by_role("button", name="Leave message").click()
    await expect(page.get_by_text("We have your message")).to_be_visible()
    await faultless(page, schemes=("light",))
    async with caller(centre) as admin:
        found = await admin.found(q="Nora Night")
        assert {one["channel"] for one in found} == {"message"}
        await admin.change("queues", "returns", **before)


async def test_files_are_taken_or_refused_with_the_reason(centre: Running, window: Open) -> None:
    desk = await page_of(window, centre, "lin.xiao", "en")
    await goes_ready(desk)
    customer = await writes(window, centre, "I send a picture", name="Pat Photo", refused=["422", "413"])
    await expect(desk.get_by_role("alertdialog")).to_contain_text("I send a picture")
    await desk.keyboard.press("Alt+a")
    await expect(customer.get_by_role("log")).to_contain_text("林晓")
    image = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(image, "PNG")
    choose = customer.locator("input[type=file]")
    await choose.set_input_files({"name": "门封条 <b>.png", "mimeType": "image/png", "buffer": image.getvalue()})
    await expect(customer.get_by_role("log")).to_contain_text("门封条")
    await expect(desk.get_by_role("link", name=re.compile("门封条 <b>.png"))).to_be_visible()
    await faultless(customer)
    # What it says it is does not count.
    program = b"MZ\x90\x00" + bytes(400)
    await choose.set_input_files({"name": "photo.png", "mimeType": "image/png", "buffer": program})
    await expect(customer.locator("body")).to_contain_text(re.compile("cannot be sent|can be sent"))
    big = b"\x89PNG" + bytes(11_000_000)
    await choose.set_input_files({"name": "big.png", "mimeType": "image/png", "buffer": big})
    await expect(customer.locator("body")).to_contain_text("too large")


async def test_a_reload_in_the_queue_keeps_the_place_and_the_language_follows_the_reader(
    centre: Running, window: Open
) -> None:
    first = await writes(window, centre, "我先来的", name="先到", language="zh-Hans")
    second = await writes(window, centre, "我后来", name="后到", language="zh-Hans")
    await expect(second.locator("body")).to_contain_text(re.compile(r"1\s*位"))
    await faultless(second)
    since = await second.evaluate("Object.keys(localStorage).length")
    await second.reload()
    assert since > 0
    await expect(second.get_by_role("log")).to_contain_text("我后来")
    await expect(second.locator("body")).to_contain_text(re.compile(r"1\s*位"))
    await second.get_by_role("button", name="更多").click()
    await second.get_by_text("English").click()
    await expect(second.locator("html")).to_have_attribute("lang", "en")
    await expect(second.locator("body")).to_contain_text(re.compile(r"1\s*person ahead"))
    await expect(second.get_by_role("log")).to_contain_text("我后来")
    # The one in front gives up: the place moves by itself.
    await first.get_by_role("button", name="结束", exact=True).click()
    await first.get_by_role("button", name="结束会话").or_(first.get_by_role("button", name="结束对话")).click()
    await expect(second.locator("body")).to_contain_text(re.compile(r"You are\s*next"))


SHOP = """<!doctype html><html lang="en"><title>A shop</title><h1>A shop</h1><p>Kettles.</p>
<script src="{url}/widget.js" data-widget="repair" data-lang="en" async></script></html>"""


@pytest.fixture
async def shop(centre: Running) -> AsyncIterator[str]:
    """Somebody else's web page, on another origin, with our snippet in it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = SHOP.format(url=centre.url).encode()
            self.send_response(200 if self.path == "/" else 204)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body) if self.path == "/" else 0))
            self.end_headers()
            if self.path == "/":
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}/"
    await asyncio.to_thread(server.shutdown)
    server.server_close()


async def test_the_snippet_works_on_a_foreign_page(centre: Running, window: Open, shop: str) -> None:
    page = await window(1280, 720, locale="en-GB")
    await page.goto(shop)
    launcher = page.get_by_role("button")
    await expect(launcher).to_be_visible()
    await faultless(page, schemes=("light",))
    await launcher.click()
    frame = page.frame_locator("iframe")
    await frame.get_by_label("Name").fill("Sally Shop")
    await frame.get_by_label("Phone").fill("+44 7400 555111")
    await frame.get_by_role("textbox").last.fill("Does this kettle whistle?")
    await frame.get_by_role("textbox").last.press("Enter")
    await expect(frame.get_by_role("log")).to_contain_text("Does this kettle whistle?")
    await page.reload()  # the shop's page, with the chat in it
    await expect(launcher).to_have_attribute("aria-expanded", "false")  # it does not force itself upon the shop
    await launcher.click()
    await expect(page.frame_locator("iframe").get_by_role("log")).to_contain_text("Does this kettle whistle?")
    await says_in(page.frame_locator("iframe"), "Still shopping")
    async with caller(centre) as admin:
        assert await admin.found(q="Sally Shop")


async def says_in(frame, text: str) -> None:  # type: ignore[no-untyped-def]
    await frame.get_by_role("textbox").last.fill(text)
    await frame.get_by_role("textbox").last.press("Enter")
    await expect(frame.get_by_role("log")).to_contain_text(text)


async def test_words_in_every_script_arrive_as_they_were_written(centre: Running, window: Open) -> None:
    odd = "𠮷野家 مرحبا שלום 👩‍👩‍👧 <script>alert(1)</script>"
    customer = await writes(window, centre, "first", name="Odd Words")
    await says(customer, odd)
    await customer.reload()
    await expect(customer.get_by_role("log")).to_contain_text(odd)
