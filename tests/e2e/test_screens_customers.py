"""The customer file: search, a file, numbers that are shown on the record, merging (C1, C2, J2)."""

import re

import pytest
from playwright.async_api import expect
from running import Open, Running
from screens import caller, faultless, page_of

pytestmark = pytest.mark.browser


async def test_a_file_is_found_read_shown_and_put_together(centre: Running, window: Open) -> None:
    async with caller(centre, "zhou.xin") as lead:
        made = []
        for phone in ("13800138099", "13900139099"):
            body = {"client": "hechuan", "name": "欧阳明珠", "identities": [{"kind": "phone", "value": phone}]}
            made.append((await lead.post("/api/customers", **body))["id"])

    page = await page_of(window, centre, "zhou.xin", "zh-Hans", path="/customers")
    await page.get_by_role("searchbox").fill("欧阳")
    await page.get_by_role("searchbox").press("Enter")
    await expect(page).to_have_url(re.compile("q=%E6%AC%A7%E9%98%B3"))
    await expect(page.get_by_role("row")).to_have_count(3)
    await page.get_by_role("row", name="138****8099").get_by_role("link").click()
    file = page.get_by_role("main")
    await expect(file).to_contain_text("138****8099")
    await expect(file).not_to_contain_text("+8613800138099")
    await faultless(page)

    # The whole number is shown on demand, and that is kept in the audit log.
    await page.get_by_role("button", name="显示完整").click()
    await expect(file).to_contain_text(re.compile(r"138\s?0013\s?8099"))
    async with caller(centre) as admin:
        entries = (await admin.get("/api/audit", object=made[0]))["items"]
    assert [one for one in entries if "reveal" in one["action"]], entries

    # The other file is the same person.
    await page.get_by_role("button", name="并入这里").first.click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("139****9099")
    await faultless(page, schemes=("light",))
    await dialog.get_by_role("button", name=re.compile("^合并")).click()
    await expect(file).to_contain_text("139****9099")
    async with caller(centre, "zhou.xin") as lead:
        await lead.found(lambda all: [one["id"] for one in all] == [made[0]], "/api/customers", q="欧阳")


async def test_a_wrong_number_and_an_unsaved_change_are_told(centre: Running, window: Open) -> None:
    page = await page_of(window, centre, "zhou.xin", "en", path="/customers", refused=["422"])
    await page.get_by_role("searchbox").fill("no such person 🙂")
    await page.get_by_role("searchbox").press("Enter")
    await expect(page.get_by_role("main")).to_contain_text("No customers fit.")
    await page.get_by_role("button", name="New customer").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Client").click()
    await page.get_by_title("Hechuan Mall").last.click()
    await dialog.get_by_label("Name").fill("O'Brien \u202e<b>")
    await dialog.get_by_label("Phone").fill("12")
    await faultless(page, schemes=("dark",))
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.locator("body")).to_contain_text("Not a telephone number")
