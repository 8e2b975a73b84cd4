"""Administration: queues with plain sentences and no lost updates, skills, hours, staff, the widget, tokens (G1)."""

import re
from collections.abc import Callable

import httpx
import pytest
from playwright.async_api import expect
from running import Open, Running
from screens import address_of, caller, faultless, page_of

pytestmark = pytest.mark.browser


async def test_a_queue_is_changed_and_an_older_version_is_refused_in_words(centre: Running, window: Open) -> None:
    page = await page_of(window, centre, "he.feng", "en", path="/settings/queues", refused=["409", "422"])
    await page.get_by_role("link", name="Returns & refunds").click()
    wait = page.get_by_role("spinbutton", name="Alarm when waiting over")
    await wait.fill("150")
    await expect(page.get_by_role("complementary", name="What this means")).to_contain_text("A wait over 150 s")
    await expect(page.get_by_role("status").filter(has_text="1 change not saved")).to_be_visible()
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_text("Saved; it holds from now on")).to_be_visible()
    async with caller(centre) as admin:
        assert (await admin.get("/api/queues/returns"))["spec"]["alarm_wait_s"] == 150
        await page.goto(f"{centre.url}/settings/queues/returns")
        await expect(wait).to_have_value("150")
        # Somebody else changes it while the page stands open.
        await admin.change("queues", "returns", alarm_wait_s=160)
        await wait.fill("170")
        await page.get_by_role("button", name="Save", exact=True).click()
        await expect(page.get_by_text("Somebody has just changed this")).to_be_visible()
        assert (await admin.get("/api/queues/returns"))["spec"]["alarm_wait_s"] == 160
        await admin.change("queues", "returns", alarm_wait_s=180)
    await expect(wait).to_have_value("170")  # what was typed is still there
    # What cannot be is told beside the field.
    await page.goto(f"{centre.url}/settings/queues/returns")
    await page.get_by_role("spinbutton", name="Answer within").fill("0")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_role("alert").first).to_contain_text("between")
    await faultless(page)


async def test_a_skill_and_hours_are_made(centre: Running, window: Open) -> None:
    page = await page_of(window, centre, "he.feng", "en", path="/settings/skills")
    await page.get_by_role("button", name="New skill").click()
    drawer = page.get_by_role("dialog")
    for language, name in (("简体中文", "净水器"), ("繁體中文", "淨水器"), ("English", "Water filters")):
        await drawer.get_by_role("textbox", name=language).fill(name)
    await faultless(page)
    await drawer.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("row", name=re.compile("Water filters"))).to_be_visible()

    await page.goto(f"{centre.url}/settings/hours")
    await page.get_by_role("button", name="Shop hours").click()
    drawer = page.get_by_role("dialog")
    sunday = drawer.get_by_role("textbox", name="Sunday, Periods")
    await sunday.fill("10 to 4")
    await sunday.blur()
    await expect(drawer).to_contain_text("Write it like 8:30–12:00")
    await sunday.fill("10:00-12:00, 13:30-16:00")
    await faultless(page, schemes=("light",))
    await drawer.get_by_role("button", name="Save").click()
    await expect(drawer).to_have_count(0)
    async with caller(centre) as admin:
        assert (await admin.get("/api/hours/shop"))["spec"]["week"][6] == [
            {"start": 600, "end": 720},
            {"start": 810, "end": 960},
        ]


async def test_a_widget_is_seen_before_it_is_saved_and_its_code_copied(centre: Running, window: Open) -> None:
    page = await page_of(window, centre, "he.feng", "zh-Hant", path="/settings/widgets/orders")
    greeting = page.get_by_role("group", name=re.compile("問候|招呼|歡迎")).get_by_role("textbox", name="繁體中文")
    await greeting.fill("您好，週末也有人在")
    await expect(page.get_by_role("complementary")).to_contain_text("您好，週末也有人在")
    code = page.get_by_role("complementary").get_by_text("<script")
    await expect(code).to_contain_text(f'src="{centre.url}/widget.js"')
    await expect(code).to_contain_text('data-widget="orders"')
    await faultless(page)


async def test_the_first_real_person_ends_the_demonstration_accounts(
    new_centre: Callable[[], Running], window: Open
) -> None:
    """On a centre of its own: the first real account ends the offer of demonstration accounts for good."""
    centre = new_centre()
    centre.start()
    await centre.serving()
    outside = await window(1280, 720, locale="zh-CN")
    await outside.goto(centre.url)
    await expect(outside.get_by_role("complementary", name="演示账号")).to_be_visible()
    page = await page_of(window, centre, "he.feng", "en", path="/settings/staff")
    await page.get_by_role("button", name="New person").click()
    drawer = page.get_by_role("dialog")
    await drawer.get_by_label("Login").fill("wei.ning@hechuan.example")
    await drawer.get_by_label("Name", exact=True).fill("卫宁")
    await drawer.get_by_role("checkbox", name="Agent, answering").check()
    await drawer.get_by_label("First password").fill("a long first one")
    await drawer.get_by_role("switch", name="Talks to customers").click()
    await faultless(page, schemes=("light",))
    await drawer.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("row", name=re.compile("卫宁"))).to_be_visible()
    async with httpx.AsyncClient(base_url=centre.url, headers={"Origin": centre.url}) as http:
        account = {"login": address_of("wei.ning"), "password": "a long first one"}
        me = (await http.post("/api/session", json=account)).raise_for_status().json()
    assert me["roles"] == ["answerer"]
    await outside.reload()
    await expect(outside.get_by_label("账号", exact=True)).to_be_visible()
    await outside.wait_for_load_state("networkidle")
    await expect(outside.get_by_role("complementary")).to_have_count(0)
    centre.stop()


async def test_a_token_is_shown_once_works_and_is_revoked(centre: Running, window: Open) -> None:
    page = await page_of(window, centre, "he.feng", "en", path="/settings/tokens")
    await page.get_by_role("button", name="New token").click()
    drawer = page.get_by_role("dialog")
    await drawer.get_by_label("What for").fill("nightly report")
    await drawer.get_by_role("checkbox", name="QA inspector").check()
    await faultless(page)
    await drawer.get_by_role("button", name="Save").click()
    shown = page.get_by_text("The token is shown this once")
    await expect(shown).to_be_visible()
    token = await page.locator(".st-once .st-code").inner_text()
    async with httpx.AsyncClient(base_url=centre.url, headers={"Authorization": f"Bearer {token}"}) as program:
        assert (await program.get("/api/contacts")).status_code == 200
        assert (await program.get("/api/staff")).status_code == 403
    await page.reload()
    await expect(page.get_by_text("nightly report")).to_be_visible()
    assert token not in await page.content()
    await page.get_by_role("button", name="Revoke").click()
    await page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    await expect(page.get_by_text("Revoked").first).to_be_visible()
    async with httpx.AsyncClient(base_url=centre.url, headers={"Authorization": f"Bearer {token}"}) as program:
        assert (await program.get("/api/contacts")).status_code == 401
