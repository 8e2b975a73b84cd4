"""The contacts explorer: the filter is the address; one contact's way, words and events; exports (C7, E5)."""

import csv
import io
import re
import zipfile

import pytest
from playwright.async_api import expect
from running import Open, Running
from screens import caller, faultless, page_of, says, tidy, writes

pytestmark = pytest.mark.browser

NAME = "Ada =2+5 王"


async def one_contact(centre: Running, window: Open) -> str:
    """A customer who left a queue in which nobody answered."""
    customer = await writes(window, centre, "Is anybody there? 有人吗 🧊", name=NAME)
    await says(customer, "I will try again later")
    await customer.get_by_role("button", name="End", exact=True).click()
    await customer.get_by_role("button", name="End chat", exact=True).click()
    async with caller(centre) as admin:
        found = await admin.found(lambda all: bool(all) and all[0]["outcome"] == "abandoned", q=NAME)
    contact: str = found[0]["id"]
    return contact


async def test_filters_stand_in_the_address_and_a_contact_shows_its_way(centre: Running, window: Open) -> None:
    contact = await one_contact(centre, window)
    page = await page_of(window, centre, "he.feng", "en", path="/contacts")
    await page.get_by_role("button", name="Filter", exact=True).click()
    await page.get_by_role("menuitem", name="Outcome").click()
    await page.get_by_role("checkbox", name="Abandoned while waiting").check()
    await expect(page).to_have_url(re.compile("outcome=abandoned"))
    # However fast one clicks, no choice is lost.
    for name in ("Queue was full", "Out of hours"):
        await page.get_by_role("checkbox", name=name).click(no_wait_after=True)
    await expect(page).to_have_url(re.compile("outcome=abandoned&outcome=refused_full&outcome=refused_closed"))
    for name in ("Queue was full", "Out of hours"):
        await page.get_by_role("checkbox", name=name).uncheck()
    await page.keyboard.press("Escape")
    await page.get_by_role("searchbox").fill(NAME)
    await page.get_by_role("searchbox").press("Enter")
    row = page.get_by_role("row").filter(has_text=NAME)
    await expect(row).to_have_count(1)
    await faultless(page)
    await row.click()
    await expect(page).to_have_url(re.compile(f"/contacts/{contact}.*outcome=abandoned"))
    main = page.get_by_role("main").last
    await expect(main).to_contain_text("Is anybody there? 有人吗 🧊")
    await expect(main).to_contain_text("Queue")
    await expect(main).to_contain_text("queue.entered")
    await expect(main).to_contain_text("contact.arrived")
    await faultless(page)

    # The link alone brings another reader to the same place.
    other = await page_of(window, centre, "song.ya", "zh-Hant", path=page.url.removeprefix(centre.url))
    await expect(other.get_by_role("main").last).to_contain_text("有人吗")
    await expect(other.get_by_role("row").filter(has_text=NAME)).to_have_count(1)

    # Taking the filter off empties the address.
    await page.get_by_role("button", name="Clear filters").click()
    await expect(page).not_to_have_url(re.compile("outcome="))


async def test_exports_open_as_rows_and_carry_no_formula(centre: Running, window: Open) -> None:
    await one_contact(centre, window)
    page = await page_of(window, centre, "he.feng", "zh-Hans", path=f"/contacts?q={NAME.replace('+', '%2B')}")
    await expect(page.get_by_role("row").filter(has_text=NAME).first).to_be_visible()
    files = {}
    for kind in ("CSV", "Excel"):
        await page.get_by_role("button", name="导出").click()
        async with page.expect_download() as coming:
            await page.get_by_role("menuitem", name=re.compile(f"^{kind}")).click()
        download = await coming.value
        files[kind] = (download.suggested_filename, (await download.path()).read_bytes())
    name, content = files["CSV"]
    assert name.endswith(".csv")
    assert content.startswith(b"\xef\xbb\xbf"), "Excel would not see that it is UTF-8"
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert len(rows) >= 2
    assert len({len(row) for row in rows}) == 1
    assert any(NAME in cell for cell in rows[1])
    name, content = files["Excel"]
    assert name.endswith(".xlsx")
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        strings = book.read("xl/sharedStrings.xml").decode() if "xl/sharedStrings.xml" in book.namelist() else sheet
    assert NAME in strings
    assert "<f>" not in sheet
    async with caller(centre) as admin:
        assert (await admin.get("/api/audit", action="contacts.exported"))["items"], "exports are in the audit log"
    await tidy(centre)
