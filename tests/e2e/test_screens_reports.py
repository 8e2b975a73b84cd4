"""Reports on screen: read, built, saved, exported, opened to the contacts behind a figure; definitions (C1–C7)."""

import io
import re
from datetime import UTC, datetime
from typing import Any

import openpyxl
import pytest
from made_history import HISTORY_DAYS
from playwright.async_api import Locator, Page, expect
from running import Open, Running
from screens import caller, faultless, page_of

pytestmark = pytest.mark.browser


async def shown(table: Locator) -> list[list[str]]:
    """The rows of a table of figures as people read them: names, then values without their change."""
    return [
        [
            (await cell.locator("span.jt-num").first.inner_text()) if await cell.locator("button").count()
            else await cell.inner_text()
            for cell in await row.locator("th, td").all()
        ]
        for row in await table.locator("tbody tr").all()
    ]  # fmt: skip


async def heads(table: Locator) -> list[str]:
    """Names of the columns, without their unit."""
    found: list[str] = await table.locator("thead button").evaluate_all(
        "all => all.map(one => one.firstChild.textContent)"
    )
    return found


def as_read(value: Any, format: str) -> str:
    """A number of a workbook as the screen shows it."""
    if value is None:
        return "–"
    if "%" in format:
        return f"{value * 100:.1f}"
    return f"{value:,.1f}" if ".0" in format else f"{value:,}"


async def add_figure(page: Page, search: str) -> None:
    await page.get_by_role("button", name="Add a figure").click()
    field = page.get_by_role("combobox", name="Find by name in any language, or by id")
    await field.fill(search)
    await field.press("Enter")
    await field.press("Escape")


async def test_a_report_is_built_and_saved_and_its_export_equals_the_screen(history: Running, window: Open) -> None:
    page = await page_of(window, history, "he.feng", "en", path="/reports")
    await page.get_by_role("link", name="New report").click()

    # Nothing is wrong before one saves; then each field says what it lacks.
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_text("Fill this in.")).to_be_visible()
    name = f"Queues, {datetime.now(UTC):%H:%M:%S}"
    await page.get_by_label("Report name", exact=True).fill(name)
    await page.get_by_role("button", name="Add a block").click()
    await page.get_by_role("menuitem", name="Table").click()
    await expect(page.get_by_text("One at least, and not too many.")).to_be_visible()
    await add_figure(page, "sl3")
    await page.get_by_label("X, seconds").fill("20")
    await page.get_by_role("button", name="Add true access").click()
    await add_figure(page, "平均应答速度")  # found in another language than one reads
    await add_figure(page, "requested_agent")
    await page.get_by_role("combobox", name="Group by").click()
    await page.get_by_title("Queue", exact=True).last.click()
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name=re.compile("^Period Last 7 days")).click()
    await page.get_by_role("spinbutton", name="How many").fill(str(HISTORY_DAYS))
    await page.get_by_role("form", name="Counted back").get_by_role("button").click()

    # The preview follows; order by key, and undo.
    table = page.get_by_role("grid").first
    await expect(table.get_by_role("columnheader")).to_have_count(5)
    handle = page.get_by_role("button", name=re.compile("^Asked for a person: Drag"))
    await handle.focus()
    for _ in range(3):
        await page.keyboard.press("Alt+ArrowUp")
    await expect(table.locator("thead button").nth(1)).to_contain_text("Asked for a person")
    await page.get_by_role("button", name="Undo", exact=True).click()
    await expect(table.locator("thead button").nth(1)).to_contain_text("Service level (20 s)")
    await page.get_by_role("button", name="Redo", exact=True).click()
    await expect(table.locator("thead button").nth(1)).to_contain_text("Asked for a person")
    await faultless(page)

    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page).to_have_url(re.compile(r"/reports/(?!new)[^/]+$"))
    await expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    table = page.get_by_role("grid").first
    await expect(table.locator("tbody tr").first).to_be_visible()
    names = await heads(table)
    assert names == ["Queue", "Asked for a person", "Service level (20 s)", "True access (20 s)",
                     "Average speed of answer"]  # fmt: skip
    on_screen = await shown(table)
    assert {row[0] for row in on_screen} >= {"After-sales repair", "Returns & refunds", "Orders & delivery"}

    await page.get_by_role("button", name="Export").click()
    async with page.expect_download() as coming:
        await page.get_by_role("menuitem", name=re.compile("Excel")).click()
    download = await coming.value
    assert download.suggested_filename.endswith(".xlsx")
    book = openpyxl.load_workbook(io.BytesIO((await download.path()).read_bytes()))
    sheet = book.worksheets[0]
    header = [str(cell.value).removesuffix(" (s)") for cell in sheet[1]]
    columns = [header.index(one) for one in names]
    exported = [
        [str(row[columns[0]].value), *(as_read(row[i].value, row[i].number_format) for i in columns[1:])]
        for row in sheet.iter_rows(min_row=2)
    ]
    assert exported[: len(on_screen)] == on_screen
    foot = [await cell.inner_text() for cell in await table.locator("tfoot button .jt-num").all()]
    assert exported[-1][1:] == foot, "the last row is over all"
    async with caller(history) as admin:
        assert (await admin.get("/api/audit", action="report.exported"))["items"], "exports are in the audit log"

    # It stands among one's own; several make one file.
    await page.goto(f"{history.url}/reports")
    mine = page.get_by_role("region", name="My reports")
    await expect(mine.get_by_role("link", name=name)).to_be_visible()
    await mine.get_by_role("checkbox", name=f"Choose {name}").check()
    await page.get_by_role("checkbox", name="Choose Getting through").check()
    await page.get_by_role("button", name="Export").click()
    async with page.expect_download() as coming:
        await page.get_by_role("menuitem", name="PDF").click()
    assert (await (await coming.value).path()).read_bytes().startswith(b"%PDF-")
    await faultless(page)


async def test_a_figure_opens_to_its_meaning_and_to_the_contacts_behind_it(history: Running, window: Open) -> None:
    page = await page_of(window, history, "he.feng", "en", path="/reports/ready-queue?period=last_days:14")
    table = page.get_by_role("grid", name="In detail")
    await expect(table.locator("tbody tr").first).to_be_visible()

    # By keys alone: one stop, arrows among the cells, Enter sorts in the head and opens a figure in the body.
    by_abandoned = (await heads(table)).index("Abandoned")
    await table.locator("thead button").nth(by_abandoned).focus()
    await page.keyboard.press("Enter")
    await expect(table.get_by_role("columnheader").nth(by_abandoned)).to_have_attribute("aria-sort", "descending")
    counts = [int(row[by_abandoned]) for row in await shown(table)]
    assert counts == sorted(counts, reverse=True)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    drawer = page.get_by_role("dialog")
    await expect(drawer).to_contain_text("queue stays: abandoned + timed_out")
    await expect(drawer.locator(".rp-contacts tbody tr")).to_have_count(min(100, counts[0]))
    await faultless(page)
    await drawer.locator(".rp-contacts a").first.click()
    await expect(page).to_have_url(re.compile("/contacts/"))
    await expect(page.get_by_role("main").last).to_contain_text("Abandoned while waiting")

    # A share says numerator and denominator, how sure it is, and lists either part.
    await page.go_back()
    await expect(table.locator("tbody tr").first).to_be_visible()
    level = (await heads(table)).index("Service level (20 s)")
    await table.locator("tbody tr").first.locator("td").nth(level - 1).get_by_role("button").click()
    await expect(drawer).to_contain_text(re.compile(r"[\d,]+ ÷ [\d,]+ = \d+\.\d %"))
    await expect(drawer).to_contain_text("with 95 % confidence (Wilson)")
    await drawer.get_by_role("button", name="Denominator").click()
    await expect(drawer.locator(".rp-contacts tbody tr").first).to_be_visible()
    await drawer.get_by_role("link", name="Open the definition's page").click()
    await expect(page).to_have_url(re.compile("/metrics/sl3$"))
    await expect(page.get_by_role("heading", name="Service level", exact=True)).to_be_visible()
    await faultless(page)


async def test_period_interval_and_filter_stand_in_the_address(history: Running, window: Open) -> None:
    page = await page_of(window, history, "he.feng", "en", path="/reports/ready-getting-through")
    table = page.get_by_role("grid", name="By day")
    await expect(table.locator("tbody tr")).to_have_count(14)
    await expect(page.get_by_role("img", name=re.compile("^Service level and true access"))).to_be_visible()
    await expect(page.get_by_text("shaded: never reached a queue")).to_be_visible()
    await faultless(page)
    await page.get_by_role("button", name=re.compile("^Interval day")).click()
    await page.get_by_role("menuitem", name="week", exact=True).click()
    await expect(page).to_have_url(re.compile("every=1w"))
    await expect(table.locator("tbody tr")).not_to_have_count(14)
    await page.get_by_role("button", name="Filter", exact=True).click()
    await page.get_by_role("menuitem", name="Queue", exact=True).click()
    await page.get_by_role("checkbox", name="Returns & refunds").check()
    await expect(page).to_have_url(re.compile("queues=returns"))
    queues = page.get_by_role("grid", name="By queue")
    await expect(queues.locator("tbody tr")).to_have_count(1)
    await expect(queues.locator("tbody tr")).to_contain_text("Returns & refunds")
    kept = await shown(queues)

    # The link alone brings another reader to the same figures.
    other = await page_of(window, history, "song.ya", "zh-Hant", path=page.url.removeprefix(history.url))
    same = other.get_by_role("grid", name="按佇列")
    await expect(same.locator("tbody tr")).to_have_count(1)
    assert [row[1:] for row in await shown(same)] == [row[1:] for row in kept]

    # A chart is a table too.
    await page.get_by_role("button", name="As a table").click()
    await expect(page.get_by_role("grid", name="Service level and true access")).to_be_visible()

    # A period without any contact says so.
    await page.goto(f"{history.url}/reports/ready-queue?period=2020-01-01..2020-01-31")
    await expect(page.get_by_text("Nothing happened in this period.").first).to_be_visible()


@pytest.mark.parametrize(
    ("language", "title", "report", "metric", "build"),
    [
        ("zh-Hans", "报表", "是否容易打通", "X 秒内人工接通率", "新报表"),
        ("zh-Hant", "報表", "是否容易打通", "X 秒內專人接聽率", "新報表"),
    ],
)
async def test_reports_speak_chinese(
    history: Running, window: Open, language: str, title: str, report: str, metric: str, build: str
) -> None:
    page = await page_of(window, history, "he.feng", language, path="/reports")
    await expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()
    await page.get_by_role("link", name=report, exact=True).click()
    await expect(page.locator(".rp-headline li")).to_have_count(7)
    await page.goto(f"{history.url}/metrics/sl3")
    await expect(page.get_by_role("heading", name=metric)).to_be_visible()
    await page.goto(f"{history.url}/reports/new")
    await expect(page.get_by_role("heading", level=1)).to_contain_text(build)


async def test_on_a_phone_nothing_stands_beside_the_screen(history: Running, window: Open) -> None:
    page = await page_of(window, history, "he.feng", "zh-Hans", path="/reports/ready-getting-through", width=390)
    await expect(page.locator(".rp-headline li")).to_have_count(7)
    for path in ("/reports/ready-getting-through", "/reports", "/metrics/sl3", "/reports/new"):
        await page.goto(history.url + path)
        await expect(page.get_by_role("heading").first).to_be_visible()
        wide = await page.evaluate("document.querySelector('#content').scrollWidth")
        assert wide <= 390, f"{path} is {wide} px wide"


async def test_an_agent_may_not_read_reports(history: Running, window: Open) -> None:
    page = await page_of(window, history, "lin.xiao", "en", path="/reports")
    await expect(page.get_by_role("link", name="Reports")).to_have_count(0)
    await expect(page.locator('.jt-empty[data-kind="permission"]')).to_be_visible()
