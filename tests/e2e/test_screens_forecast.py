"""The forecast on screen: made, read by day and quarter-hour, changed and taken back, events, back-test (H1); who is
needed for it, and the lines beside the seats (H2)."""

import asyncio
import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from made_history import HISTORY_DAYS
from playwright.async_api import Page, expect
from running import Open, Running
from screens import caller, faultless, page_of

pytestmark = pytest.mark.browser

PICTURES = os.environ.get("JIETONG_PICTURES")


async def pictured(page: Page, name: str) -> None:
    """For whoever wants to look: a folder in JIETONG_PICTURES."""
    if PICTURES:
        await page.screenshot(path=str(Path(PICTURES) / f"forecast-{name}.png"))


def tomorrow() -> datetime:
    return datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")) + timedelta(days=1)


async def past_of(centre: Running) -> None:
    """Returns when the facts of the imported weeks have been made."""
    today = tomorrow().date() - timedelta(days=1)
    async with caller(centre) as planner, asyncio.timeout(60):
        asked = {"queue": "repair", "first": str(today), "last": str(today)}
        while (await planner.get("/api/planning/forecasts", **asked))["history"]["days"] < HISTORY_DAYS:  # noqa: ASYNC110
            await asyncio.sleep(0.5)


async def as_reckoned(centre: Running) -> None:
    """Nobody's hand is in it: what another run adjusted is taken back."""
    day = f"{tomorrow():%Y-%m-%d}"
    async with caller(centre) as planner:
        asked = {"queue": "repair", "first": day, "last": day}
        for one in (await planner.get("/api/planning/forecasts", **asked))["adjustments"]:
            if one["undone"]:
                continue
            (await planner.http.delete(f"/api/planning/forecasts/adjustments/{one['id']}")).raise_for_status()


async def contacts_of(page: Page, day: datetime) -> float:
    """What the table says is expected on a day."""
    row = page.get_by_role("row", name=re.compile(rf"^\w{{3}},? {day.day} {day:%b}"))
    text = await row.locator("td").first.inner_text()
    return float(text.replace(",", ""))


async def test_a_forecast_is_made_read_changed_and_taken_back(history: Running, window: Open) -> None:
    await past_of(history)
    await as_reckoned(history)
    page = await page_of(window, history, "he.feng", "en", path="/schedule/forecast?queue=repair")
    async with page.expect_response(lambda one: one.request.method == "POST") as made:
        await page.get_by_role("button", name="Forecast", exact=True).click()
    assert (await made.value).ok
    await page.reload()  # another test's forecast may have stood there
    told = page.get_by_text(re.compile(r"from \d+ days of history"))  # other tests may have imported more
    await expect(told).to_be_visible()
    assert int((await told.inner_text()).split(" days of")[0].split()[-1]) >= HISTORY_DAYS
    day = tomorrow()
    usual = await contacts_of(page, day)
    assert usual > 5

    # The chosen day: what makes it, and its quarters of an hour with the agents they need.
    await page.get_by_role("button", name=re.compile(rf"\b{day.day} {day:%b}")).click()
    side = page.get_by_role("complementary")
    await expect(side.get_by_role("row", name=re.compile("^Base"))).to_be_visible()
    await expect(side.get_by_role("img", name=re.compile("agents needed by quarter of an hour"))).to_be_visible()
    await faultless(page)
    await pictured(page, "en")

    # By hand: half as much again, taken back, put back.
    await page.get_by_role("button", name="Adjust").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Number").fill("1.5")
    await dialog.get_by_label("Note").fill("the radio speaks of us")
    await dialog.get_by_role("button", name="Save").click()
    await expect(side.get_by_text("the radio speaks of us")).to_be_visible()
    assert await contacts_of(page, day) == pytest.approx(1.5 * usual, rel=0.1)
    await expect(side.get_by_role("row", name=re.compile("^By hand"))).to_be_visible()
    await side.get_by_role("button", name="Take back").click()
    await expect(side.get_by_text("the radio speaks of us")).to_have_count(0)
    assert await contacts_of(page, day) == pytest.approx(usual, abs=0.6)
    taken = page.get_by_role("alert").filter(has_text="Change taken back")
    await taken.get_by_role("button", name="Undo").click()
    await expect(side.get_by_text("the radio speaks of us")).to_be_visible()
    await side.get_by_role("button", name="Take back").click()
    await expect(side.get_by_text("the radio speaks of us")).to_have_count(0)

    # The keyboard goes from day to day.
    await page.get_by_role("region", name="Contacts a day: forecast, band and what came").focus()
    await page.keyboard.press("ArrowRight")
    after = day + timedelta(days=1)
    await expect(side.get_by_role("heading", name=re.compile(rf"{after.day} {after:%b}"))).to_be_visible()


async def test_who_is_needed_and_the_lines_beside_the_seats(history: Running, window: Open) -> None:
    await past_of(history)
    day = tomorrow()
    asked = {"first": f"{day:%Y-%m-%d}", "last": f"{day:%Y-%m-%d}"}
    async with caller(history) as planner:
        need = await planner.get("/api/planning/requirement", queue="repair", **asked)
        board = await planner.get("/api/planning/schedule/cover", group=need["group"]["id"], **asked)
    assert max(need["slots"]["need"]) > 0
    assert need["slots"]["need"] == board["groups"][0]["need"], "one figure, one value on both screens"

    page = await page_of(window, history, "he.feng", "en", path="/schedule/forecast?queue=repair&view=need&weeks=2")
    panel = page.get_by_role("tabpanel")
    await expect(panel.get_by_text(re.compile(r"^Erlang [AC] \("))).to_be_visible()
    await expect(panel.get_by_role("img", name=re.compile("^People to schedule.*: Whole horizon$"))).to_be_visible()
    await expect(panel.locator(".fc-main tbody tr")).to_have_count(14)
    await faultless(page)
    await pictured(page, "need")
    await panel.get_by_role("button", name=re.compile(rf"^\w{{3}},? {day.day} {day:%b}$")).click()
    await expect(
        panel.get_by_role("img", name=re.compile(rf"^People to schedule.*{day.day} {day:%b}$"))
    ).to_be_visible()

    # The lines beside it: a harder goal asks for more of them.
    lines = panel.get_by_role("complementary", name="Lines")
    peak = lines.locator("dl dd").first
    usual = int(await peak.inner_text())
    assert usual > 0
    await expect(lines.get_by_role("table", name="How long a call holds its line")).to_be_visible()
    await lines.get_by_label("Blocking goal").fill("0.01")
    await expect(peak).not_to_have_text(str(usual))
    assert int(await peak.inner_text()) > usual
    await expect(page).to_have_url(re.compile("blocking=0.0001"))
    await faultless(page, schemes=("dark",))
    await pictured(page, "need-day-dark")

    await page.get_by_role("button", name="Export").click()
    async with page.expect_download() as taken:
        await page.get_by_role("link", name="Agents, by quarter of an hour, CSV").click()
    text = (await (await taken.value).path()).read_bytes().decode("utf-8-sig")
    assert text.splitlines()[0].startswith("Start,Expected contacts,")
    assert len(text.splitlines()) > 14 * 92

    for language, word in (("zh-Hans", "线路"), ("zh-Hant", "線路")):
        path = "/schedule/forecast?queue=repair&view=need"
        other = await page_of(window, history, "he.feng", language, path=path)
        await expect(other.get_by_role("complementary", name=word).locator("dl dd").first).to_be_visible()
        await expect(other.locator(".fc-main .fc-chart")).to_be_visible()
        await faultless(other, schemes=("dark",) if language == "zh-Hant" else ("light",))
        await pictured(other, f"need-{language}")


async def test_events_back_test_and_accuracy_in_three_languages(history: Running, window: Open) -> None:
    await past_of(history)
    page = await page_of(window, history, "he.feng", "en", path="/schedule/forecast?queue=repair&view=backtest")
    panel = page.get_by_role("tabpanel")
    await panel.get_by_label("Origins").fill("2")
    await panel.get_by_label("Days ahead").fill("3")
    await panel.get_by_role("button", name="Back-test").click()
    await expect(panel.get_by_text("The week before").first).to_be_visible()
    await expect(panel.locator("tbody tr")).to_have_count(2)
    await faultless(page, schemes=("light",))
    await pictured(page, "backtest")

    await page.get_by_role("tab", name="Calendar").click()
    await panel.get_by_role("button", name="New event").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name").fill("双十一")
    await dialog.get_by_label("Number").fill("2")
    await dialog.get_by_role("button", name="Save").click()
    await expect(panel.get_by_role("row", name=re.compile("双十一.*×2"))).to_be_visible()
    await expect(dialog).to_have_count(0)
    await faultless(page, schemes=("dark",))
    await pictured(page, "events-dark")
    await panel.get_by_role("button", name="Remove 双十一").click()
    await expect(panel.get_by_text("There are no events in the calendar.")).to_be_visible()

    await page.get_by_role("tab", name="Accuracy").click()
    await expect(panel.get_by_text("No day can be compared yet", exact=False)).to_be_visible()

    for language, words in (("zh-Hans", "回测"), ("zh-Hant", "回溯測試")):
        other = await page_of(window, history, "he.feng", language, path="/schedule/forecast?queue=repair")
        await expect(other.get_by_role("tab", name=words)).to_be_visible()
        await faultless(other, schemes=("dark",) if language == "zh-Hant" else ("light",))
        await pictured(other, language)
