"""The scenario lab on screen: a day studied, alternatives weighed before heads, assumptions changed (H3, A6, I2)."""

import io
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from playwright.async_api import Page, expect
from running import Open, Running
from screens import caller, faultless, page_of

pytestmark = pytest.mark.browser
LONG = 90_000  # scenarios are played beside everything else on a busy machine


def busy_day() -> str:
    """The last Monday of the imported weeks: half as many calls again."""
    today = datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai"))
    return (today - timedelta(days=(today.weekday() or 7))).date().isoformat()


async def settled(page: Page) -> None:
    """Everything that was asked for has been played."""
    status = page.locator(".lab-bar [role=status]")
    await expect(status).to_contain_text(re.compile(r"[1-9]\d* done, 0 running, 0 waiting"), timeout=LONG)


async def test_a_day_is_studied_and_alternatives_come_before_heads(history: Running, window: Open) -> None:
    async with caller(history, "gu.ming") as planner:  # those of a run before this one
        for one in (await planner.get("/api/planning/lab/studies"))["items"]:
            (await planner.http.delete(f"/api/planning/lab/studies/{one['id']}")).raise_for_status()
    page = await page_of(window, history, "gu.ming", "en", path="/schedule/lab", refused=["422"])
    await page.get_by_role("button", name="Study a day").click()
    dialog = page.get_by_role("dialog", name="Study a day")
    await dialog.get_by_label("Date").fill("2020-01-01")
    await dialog.get_by_label("Days played for each scenario").fill("4")
    await dialog.get_by_role("button", name="Begin").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("Nobody called")
    await dialog.get_by_label("Date").fill(busy_day())
    await dialog.get_by_role("button", name="Begin").click()

    # One may leave, and come back to what was done meanwhile.
    await expect(page).to_have_url(re.compile("study="))
    address = page.url
    await page.goto(f"{history.url}/floor")
    await page.goto(address)
    await settled(page)
    base = page.get_by_role("region", name="Base: as it was")
    await expect(base).to_contain_text("4 of 4 days")
    await expect(base.get_by_role("img", name=re.compile("SL3 and true access by half hour"))).to_be_visible()
    await expect(page.get_by_role("region", name="Call-back after 90 s")).to_contain_text("4 of 4 days")
    await expect(page.locator(".lab-check")).to_contain_text("as measured gave SL3")
    await faultless(page)

    # G7: one skill, as now, two, all, by the compiled simulation.
    gain = page.get_by_role("region", name="What a second skill gains")
    await gain.get_by_role("button", name="Work it out").click()
    await expect(gain.get_by_role("row", name=re.compile("^two skills"))).to_be_visible(timeout=LONG)
    await expect(gain.locator("tbody tr")).to_have_count(4)
    await faultless(page)

    # Heads come last, and only because the alternatives have been run.
    order = page.get_by_role("region", name="Before you add a head")
    await order.get_by_role("button", name="Add heads").click()
    heads = page.get_by_role("dialog", name="New scenario")
    await heads.get_by_label("How many people").fill("2")
    await heads.get_by_role("button", name="Run").click()
    await expect(heads).to_be_hidden()
    await expect(page.get_by_role("region", name="Hire 2")).to_be_visible()
    await settled(page)
    await expect(order.locator("tbody tr").last).to_contain_text("Hire 2")

    # What is planned is kept with who decided; ten seconds to take it back.
    callback = order.get_by_role("row", name=re.compile("Call-back after 90 s")).first
    await callback.get_by_role("button", name="Plan it: Call-back after 90 s").click()
    await expect(callback).to_contain_text("Planned by")
    await page.get_by_role("button", name="Undo").click()
    await expect(callback).not_to_contain_text("Planned by")

    # A contingency, run by hand.
    await page.get_by_role("button", name="What if").click()
    await page.get_by_role("menuitem", name="30 % absent").click()
    absent = page.get_by_role("region", name="30 % absent")
    await expect(absent).to_contain_text("4 of 4 days", timeout=LONG)
    await expect(absent.get_by_role("img")).to_be_visible()  # four people on four days: what it does may be unclear

    # Another assumption is another version: marked, and nothing is run until one asks.
    panel = page.get_by_role("complementary", name="Assumptions")
    await panel.get_by_label("Volume, of what it was").fill("900")
    await expect(panel.get_by_role("alert")).to_contain_text("10 to 500")
    await panel.get_by_label("Volume, of what it was").fill("160")
    await panel.get_by_role("button", name="Save version 2").click()
    await expect(panel).to_contain_text("1 changed")
    await expect(panel.locator("del")).to_have_text("100")
    await expect(base).to_contain_text("Not run")
    await expect(order.get_by_role("button", name="Add heads")).to_have_attribute("aria-disabled", "true")
    await panel.get_by_role("button", name="Run all again").click()
    await settled(page)
    await expect(base).to_contain_text("4 of 4 days")
    await panel.get_by_role("combobox", name="Version").click()
    await page.get_by_title("version 1", exact=True).click()
    await expect(page).to_have_url(re.compile("version=1"))
    await expect(panel.get_by_label("Volume, of what it was")).to_have_value("100")

    # The file says what the screen says.
    shown = await base.locator(".lab-cell").first.locator("b").inner_text()
    await page.get_by_role("button", name="Export").click()
    async with page.expect_download() as coming:
        await page.get_by_role("link", name="Excel").click()
    book = openpyxl.load_workbook(io.BytesIO((await (await coming.value).path()).read_bytes()))
    row = next(book.worksheets[0].iter_rows(min_row=2, values_only=True))
    assert row[0] == "Base: as it was"
    assert f"{row[2] * 100:.1f}" == shown
    async with caller(history) as admin:
        assert (await admin.get("/api/audit", action="lab.exported"))["items"], "exports are in the audit log"


@pytest.mark.parametrize(
    ("language", "title", "base", "before"),
    [
        ("zh-Hans", "情景实验室", "基准：实际情况", "增人之前"),
        ("zh-Hant", "情境實驗室", "基準：實際情況", "增員之前"),
    ],
)
async def test_the_lab_speaks_chinese(
    history: Running, window: Open, language: str, title: str, base: str, before: str
) -> None:
    async with caller(history, "gu.ming") as planner:
        made = await planner.post("/api/planning/lab/studies", date=busy_day(), days=2)
    page = await page_of(window, history, "gu.ming", language, path=f"/schedule/lab?study={made['id']}")
    await expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()
    await expect(page.get_by_role("region", name=base)).to_be_visible(timeout=LONG)
    await expect(page.get_by_role("heading", name=before)).to_be_visible()
    await faultless(page, schemes=("light",))


async def test_who_may_not_edit_plans_reads_the_lab_and_agents_do_not(history: Running, window: Open) -> None:
    page = await page_of(window, history, "zhou.xin", "en", path="/schedule/lab")
    await expect(page.get_by_role("heading", level=1, name="Scenario lab")).to_be_visible()
    await expect(page.get_by_role("button", name="New scenario")).to_have_count(0)
    await expect(page.get_by_role("button", name="Study a day")).to_have_count(0)
    other = await page_of(window, history, "lin.xiao", "en", path="/schedule/lab")
    await expect(other.locator('.jt-empty[data-kind="permission"]')).to_be_visible()
