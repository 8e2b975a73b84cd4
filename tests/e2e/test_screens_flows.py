"""Flows on screen (A2, G1): drawn with the mouse and with the keyboard alone, checked, tried, published, and taken
back; and the telephone plant beside them: trunks, numbers, extensions, recordings."""

import io
import json
import math
import re
import struct
import wave
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect
from running import Open, Running
from screens import caller, faultless, page_of

from jietong.flows import demonstration

pytestmark = pytest.mark.browser

DEMONSTRATION = json.loads((Path(demonstration.__file__).parent / "service-line.json").read_text(encoding="utf-8"))


async def new_flow(centre: Running, id: str) -> dict[str, Any]:
    """The demonstration's service line under another id, published."""
    async with caller(centre) as admin:
        name = {**DEMONSTRATION["name"], "en": f"Line {id}"}
        made: dict[str, Any] = await admin.post("/api/flows", document={**DEMONSTRATION, "id": id, "name": name})
        await admin.post(f"/api/flows/{id}/publish", revision=made["revision"])
    return made


async def draft_of(centre: Running, id: str) -> dict[str, Any]:
    async with caller(centre) as admin:
        found: dict[str, Any] = await admin.get(f"/api/flows/{id}")
        return found


def row(page: Page, name: str) -> Any:
    return page.get_by_role("tree").get_by_role("treeitem", name=re.compile(name))


def option(page: Page, text: str | re.Pattern[str]) -> Any:
    """Of the list that is open."""
    return page.locator(".ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option").filter(
        has_text=text
    )


async def saved(page: Page) -> None:
    await expect(page.get_by_role("banner").or_(page.locator(".fl-bar")).get_by_text("Draft saved")).to_be_visible()


async def test_a_flow_is_drawn_published_and_undone_with_the_keyboard_alone(centre: Running, window: Open) -> None:
    page = await page_of(window, centre, "he.feng", "en", path="/settings/flows", width=1280, height=720)
    await page.get_by_role("button", name="New flow").click()
    drawer = page.get_by_role("dialog")
    for language, name in (("简体中文", "夜间线"), ("繁體中文", "夜間專線"), ("English", "Night line")):
        await drawer.get_by_role("textbox", name=language).fill(name)
    await faultless(page, schemes=("light",))
    await drawer.get_by_role("button", name="Save").click()
    await page.wait_for_url("**/settings/flows/night-line*")
    id = page.url.rsplit("/", 1)[1]
    # The first node; its words in three languages.
    await page.get_by_role("button", name="Add a node after").press("Enter")
    await page.get_by_role("menuitem", name="Play", exact=True).press("Enter")
    form = page.get_by_role("complementary", name="Properties")
    for language, words in (("简体中文", "您好"), ("繁體中文", "您好"), ("English", "Hello")):
        await form.get_by_text(language, exact=True).first.click()
        await form.get_by_role("textbox", name=f"Prompt, {language}").fill(words)
    # One more after it, then the whole again: an exit, its target, and back.
    play = row(page, "^1 Play")
    await play.focus()
    await page.keyboard.press("Insert")
    await page.get_by_role("menuitem", name="End", exact=True).press("Enter")
    await expect(row(page, "Played leads to End")).to_be_visible()
    await row(page, "Played leads to End").focus()
    await page.keyboard.press("Delete")
    await expect(row(page, "Played leads to Not connected")).to_be_visible()
    checks = page.get_by_role("region", name="Checks")
    await expect(checks.get_by_role("button", name=re.compile("leads nowhere"))).to_be_visible()
    await expect(page.get_by_role("button", name="Publish")).to_be_disabled()
    await page.keyboard.press("Enter")
    await page.get_by_role("combobox", name="Played leads to").fill("End")
    await page.keyboard.press("Enter")
    await expect(row(page, "Played leads to End")).to_be_visible()
    await page.keyboard.press("Control+z")
    await expect(row(page, "Played leads to Not connected")).to_be_visible()
    await page.keyboard.press("Control+Shift+z")
    await expect(row(page, "Played leads to End")).to_be_visible()
    await expect(checks).to_contain_text("No errors")
    await saved(page)
    assert (await draft_of(centre, id))["document"]["nodes"][0]["next"] == {"done": "hang-up"}
    await faultless(page)
    await page.get_by_role("button", name="Publish").press("Enter")
    await page.get_by_role("dialog").get_by_role("button", name="Publish").press("Enter")
    await expect(page.get_by_text("Version 1 is published")).to_be_visible()
    assert (await draft_of(centre, id))["published"] == 1


async def test_the_graph_connects_deletes_and_adds(centre: Running, window: Open) -> None:
    await new_flow(centre, "drawn")
    page = await page_of(window, centre, "he.feng", "en", path="/settings/flows/drawn")
    card = page.locator(".react-flow__node")
    await expect(card).to_have_count(22)
    await row(page, r"^\d+ Opening hours").click()
    await page.get_by_role("button", name="Node", exact=True).click()
    await page.get_by_role("button", name="Note", exact=True).click()
    await expect(card).to_have_count(23)
    # A line drawn from an exit to another node.
    await row(page, r"^\d+ Language").click()
    source = page.locator('.react-flow__node[data-id="language"] .react-flow__handle[data-handleid="none"]')
    target = page.locator('.react-flow__node[data-id="closed"] .react-flow__handle-left')
    await source.drag_to(target)
    await expect(row(page, "None leads to Closed")).to_be_visible()
    # Deleted by the key on the canvas; everything that led there is told.
    await page.locator('.react-flow__node[data-id="closed"]').click()
    await page.keyboard.press("Delete")
    await expect(card).to_have_count(22)
    await expect(row(page, "None leads to Not connected")).to_be_visible()
    await page.get_by_role("region", name="Checks").get_by_role("button", name=re.compile("Go to Language")).click()
    await expect(page.get_by_role("complementary", name="Properties")).to_contain_text("Language")
    await page.get_by_role("button", name="Undo: delete").click()
    await expect(card).to_have_count(23)
    await page.get_by_role("button", name="Arrange").click()
    await saved(page)
    draft = await draft_of(centre, "drawn")
    assert draft["changed"]
    assert next(n for n in draft["document"]["nodes"] if n["id"] == "language")["next"]["none"] == "closed"
    # What was published can be looked at, compared, and taken back.
    await page.get_by_role("button", name=re.compile("^Compare")).click()
    drawer = page.get_by_role("dialog")
    await expect(drawer).to_contain_text("None leads elsewhere")
    await faultless(page, schemes=("light",))
    await drawer.get_by_role("button", name="Make this the draft").click()
    await expect(card).to_have_count(22)
    await expect(page.get_by_text("Same as published")).to_be_visible()


async def test_two_people_at_one_flow_are_told_and_choose(centre: Running, window: Open) -> None:
    await new_flow(centre, "shared")
    page = await page_of(window, centre, "he.feng", "en", path="/settings/flows/shared", refused=["409"])
    await row(page, r"^\d+ Main menu").click()
    name = page.get_by_role("textbox", name="Name, English")
    await expect(name).to_have_value("Main menu")
    async with caller(centre) as other:
        stored = await other.get("/api/flows/shared")
        document = {**stored["document"], "name": {**stored["document"]["name"], "en": "Changed elsewhere"}}
        await other.put("/api/flows/shared", revision=stored["revision"], document=document)
    await name.fill("Mine")
    banner = page.get_by_role("alert")
    await expect(banner).to_contain_text("changed this flow")
    await expect(name).to_have_value("Mine")  # nothing typed is lost
    await faultless(page)
    await banner.get_by_role("button", name="Write over with mine").click()
    await expect(banner).to_have_count(0)
    await saved(page)
    menu = next(n for n in (await draft_of(centre, "shared"))["document"]["nodes"] if n["id"] == "menu")
    assert menu["name"]["en"] == "Mine"


async def test_a_test_call_is_followed_on_the_graph(centre: Running, window: Open) -> None:
    await new_flow(centre, "tried")
    page = await page_of(window, centre, "he.feng", "en", path="/settings/flows/tried", width=1280, height=720)
    await page.get_by_role("button", name="Test call").click()
    panel = page.get_by_role("region", name="Test call")
    await panel.get_by_role("button", name="Begin").click()
    pad = panel.get_by_role("group", name="Key pad")
    await expect(panel.get_by_role("log")).to_contain_text("Welcome to the service line")
    await pad.get_by_role("button", name="3", exact=True).click()
    await panel.get_by_role("textbox", name="Name").fill("Wang")
    await panel.get_by_role("button", name="No file").click()
    await expect(panel.get_by_role("log")).to_contain_text("For repairs press one")
    await expect(page.locator('.react-flow__node[data-id="menu"] [data-walking="true"]')).to_be_visible()
    await pad.focus()
    await pad.get_by_role("button", name="2", exact=True).press("2")  # typed, not clicked
    await expect(panel).to_contain_text("Waits in")
    await faultless(page)
    await panel.get_by_role("button", name="After the talk").click()
    for question in ("Please rate our service", "Was your matter solved"):
        await expect(panel.get_by_role("log")).to_contain_text(question)
        await pad.get_by_role("button", name="1", exact=True).click()
    await expect(panel.get_by_role("log")).to_contain_text("The end")
    assert await page.locator(".fl-walked").count() >= 5


async def test_who_may_only_read_changes_nothing(centre: Running, window: Open) -> None:
    page = await page_of(window, centre, "zhou.xin", "zh-Hant", path="/settings/flows")
    link = page.locator('a[href="/settings/flows/service-line"]')
    await expect(link).to_contain_text("客服專線主流程")
    await expect(page.get_by_role("button", name="新增流程")).to_have_count(0)
    await link.click()
    await expect(page.get_by_role("tree")).to_be_visible()
    await page.get_by_role("treeitem", name=re.compile("主選單")).first.click()
    await expect(page.get_by_role("complementary", name="屬性").get_by_role("textbox").first).to_be_disabled()
    await expect(page.get_by_role("button", name="發布", exact=True)).to_have_count(0)
    await faultless(page)


async def test_a_trunk_keeps_its_password_to_itself(centre: Running, window: Open) -> None:
    page = await page_of(window, centre, "he.feng", "en", path="/settings/trunks", refused=["422"])
    await page.get_by_role("button", name="New trunk").click()
    drawer = page.get_by_role("dialog")
    for language in ("简体中文", "繁體中文", "English"):
        await drawer.get_by_role("textbox", name=language).fill("Provider A")
    await drawer.get_by_role("textbox", name="Server").fill("sip.provider.example")
    await drawer.get_by_role("textbox", name="Account").fill("400800")
    await drawer.get_by_role("button", name="Save").click()
    await expect(drawer.get_by_text("needs a password")).to_be_visible()
    await drawer.get_by_label("Password").fill("s3cret-of-the-line")
    await faultless(page)
    await drawer.get_by_role("button", name="Save").click()
    await expect(drawer).to_have_count(0)
    await page.get_by_role("button", name="Provider A").click()
    await expect(drawer.get_by_label("Password")).to_have_value("")
    await expect(drawer).to_contain_text("Kept, and never shown")
    async with caller(centre) as admin:
        assert "s3cret" not in json.dumps(await admin.get("/api/setup/trunks"))


async def test_a_number_leads_to_a_flow_and_a_phone_gets_its_password_once(centre: Running, window: Open) -> None:
    await new_flow(centre, "dialled")
    page = await page_of(window, centre, "he.feng", "en", path="/settings/numbers")
    await page.get_by_role("button", name="New number").click()
    drawer = page.get_by_role("dialog")
    await drawer.get_by_role("textbox", name="Number", exact=True).fill("+864008001299")
    for language in ("简体中文", "繁體中文", "English"):
        await drawer.get_by_role("textbox", name=language).fill("Hotline")
    await drawer.get_by_role("combobox", name="Client").click()
    await option(page, "Hechuan Appliances").click()
    await drawer.get_by_role("combobox", name="Flow").click()
    await option(page, "Line dialled").click()
    await faultless(page, schemes=("light",))
    await drawer.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("row", name=re.compile(r"\+864008001299.*Line dialled"))).to_be_visible()

    await page.goto(f"{centre.url}/settings/extensions")
    await page.get_by_role("button", name="New extension").click()
    await drawer.get_by_role("textbox", name="Extension").fill("7788")
    await drawer.get_by_role("textbox", name="Name").fill("Front door")
    await drawer.get_by_role("combobox", name="Telephone").click()
    await option(page, "SIP phone").click()
    await drawer.get_by_role("button", name="Save").click()
    once = drawer.get_by_role("status")
    await expect(once).to_contain_text("shown once")
    password = await once.locator(".st-code").inner_text()
    assert len(password) >= 12
    await faultless(page)
    async with caller(centre) as admin:
        assert password not in json.dumps(await admin.get("/api/setup/extensions"))


def tone(seconds: float = 0.5) -> bytes:
    """A WAV of 440 Hz at 16 kHz."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16_000)
        samples = (int(9000 * math.sin(2 * math.pi * 440 * n / 16_000)) for n in range(int(16_000 * seconds)))
        sound.writeframes(b"".join(struct.pack("<h", one) for one in samples))
    return file.getvalue()


async def test_a_recording_takes_the_place_of_words(centre: Running, window: Open) -> None:
    await new_flow(centre, "spoken")
    page = await page_of(window, centre, "he.feng", "en", path="/settings/flows/spoken", refused=["422"])
    await row(page, r"^\d+ Welcome").click()
    form = page.get_by_role("complementary", name="Properties")
    upload = form.locator('input[type="file"]')
    await upload.set_input_files({"name": "note.wav", "mimeType": "audio/wav", "buffer": b"no sound at all"})
    await expect(page.get_by_text("This is no WAV file")).to_be_visible()
    await upload.set_input_files({"name": "hello.wav", "mimeType": "audio/wav", "buffer": tone()})
    await expect(form.get_by_text(re.compile("^Recording 0:0[01]"))).to_be_visible()
    await saved(page)
    await page.goto(f"{centre.url}/settings/prompts")
    line = page.get_by_role("row", name=re.compile("Welcome.*Line spoken"))
    await expect(line).to_be_visible()
    await line.get_by_role("button").click()
    await expect(page.get_by_role("dialog")).to_contain_text("0:0")
    await faultless(page)
