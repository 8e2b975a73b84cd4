"""The schedule on screen (H1, G6): two planners at once, a lost network, conflicts mended; in three languages.
From the forecast to the schedule that is kept: test_planning_story.py."""

import asyncio
import os
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Locator, Page, expect
from running import Open, Running
from screens import Caller, caller, faultless, page_of

pytestmark = pytest.mark.browser

ZONE = ZoneInfo("Asia/Shanghai")
PICTURES = os.environ.get("JIETONG_PICTURES")
HOUR = 3_600_000


async def pictured(page: Page, name: str) -> None:
    """For whoever wants to look: a folder in JIETONG_PICTURES."""
    if PICTURES:
        await page.screenshot(path=str(Path(PICTURES) / f"schedule-{name}.png"))


def day_after(days: int) -> str:
    return (datetime.now(UTC).astimezone(ZONE).date() + timedelta(days=days)).isoformat()


def monday_after_next() -> str:
    """A week that the demonstration has not published, so that each test has its own."""
    today = datetime.now(UTC).astimezone(ZONE).date()
    return (today + timedelta(days=14 - today.weekday())).isoformat()


def at(day: str, hour: float) -> int:
    midnight = datetime.combine(date.fromisoformat(day), datetime.min.time(), ZONE)
    return int(midnight.timestamp() * 1000 + hour * HOUR)


def shift(day: str, start: float) -> list[dict[str, Any]]:
    """Nine hours with a meal and two breaks, as the rules ask."""
    parts = [("work", 0, 2), ("break", 2, 2.25), ("work", 2.25, 4), ("meal", 4, 5), ("work", 5, 7),
             ("break", 7, 7.25), ("work", 7.25, 9)]  # fmt: skip
    return [
        {"start": at(day, start + a), "end": at(day, start + b), "activity": what, "paid": what != "meal"}
        for what, a, b in parts
    ]


async def drafted(planner: Caller, first: str, last: str, people: dict[str, float], days: list[str]) -> str:
    """A draft of its own for these days; who works begins at that hour. Other drafts over them are dropped."""
    for one in (await planner.get("/api/planning/drafts"))["items"]:
        if one["first"] <= last and one["last"] >= first:
            (await planner.http.delete(f"/api/planning/drafts/{one['id']}")).raise_for_status()
    draft = await planner.post("/api/planning/drafts", first=first, last=last)
    edits = [
        {"op": "put", "agent": agent, "day": day, "spans": shift(day, start)}
        for agent, start in people.items()
        for day in days
    ]
    if edits:
        await planner.post(f"/api/planning/drafts/{draft['id']}/edits", edits=edits)
    return str(draft["id"])


async def spans_of(planner: Caller, agent: str, day: str, draft: str | None = None) -> list[tuple[str, int, int]]:
    query = {"first": day, "last": day, **({"draft": draft} if draft else {})}
    items = (await planner.get("/api/planning/schedule", **query))["items"]
    return [
        (s["activity"], s["start"], s["end"])
        for one in items
        if one["agent"] == agent and one["day"] == day
        for s in one["spans"]
    ]


def row_of(page: Page, agent: str) -> Locator:
    return page.locator(f'.sc-row[data-person="{agent}"]')


def piece(page: Page, agent: str, activity: str, nth: int = 0) -> Locator:
    return row_of(page, agent).locator(f'.sc-a[data-activity="{activity}"][data-start]').nth(nth)


async def saved(page: Page) -> None:
    await page.get_by_role("button", name="Save draft").click()
    await expect(page.get_by_text(re.compile(r"^\d+ unsaved$"))).to_have_count(0)


async def test_two_planners_at_once_merge_and_a_clash_names_who_and_what(centre: Running, window: Open) -> None:
    """Edits of different person-days come together; of the same one somebody chooses."""
    day = (date.fromisoformat(monday_after_next()) + timedelta(days=15)).isoformat()
    async with caller(centre) as planner:
        draft = await drafted(planner, day, day, {"chen.yu": 9, "zhao.min": 9}, [day])
        page = await page_of(
            window, centre, "he.feng", "en", path=f"/schedule?day={day}&draft={draft}", refused=["409"]
        )
        await piece(page, "chen.yu", "break").click()
        await page.keyboard.press("ArrowRight")
        await page.keyboard.press("Enter")
        async with caller(centre, "gu.ming") as other:
            await other.post(
                f"/api/planning/drafts/{draft}/edits",
                edits=[
                    {"op": "put", "agent": who, "day": day, "spans": shift(day, 10)}
                    for who in ("chen.yu", "zhao.min")
                ],
            )
        await page.get_by_role("button", name="Save draft").click()
        clash = page.get_by_role("alert").filter(has_text="has just changed it")
        await expect(clash).to_contain_text("陈宇")
        await expect(clash).to_contain_text("10:00–19:00")
        await expect(row_of(page, "zhao.min")).to_contain_text("10:00–19:00")  # theirs came in
        await pictured(page, "clash")
        await clash.get_by_role("button", name="Keep mine").click()
        await saved(page)
        kept = await spans_of(planner, "chen.yu", day, draft)
        assert ("break", at(day, 11.25), at(day, 11.5)) in kept
        assert min(start for _, start, _ in await spans_of(planner, "zhao.min", day, draft)) == at(day, 10)
        await planner.http.delete(f"/api/planning/drafts/{draft}")


async def test_edits_outlive_a_lost_network_and_a_reload(centre: Running, window: Open) -> None:
    day = (date.fromisoformat(monday_after_next()) + timedelta(days=16)).isoformat()
    async with caller(centre) as planner:
        draft = await drafted(planner, day, day, {"chen.yu": 9}, [day])
        page = await page_of(window, centre, "he.feng", "en", path=f"/schedule?day={day}&draft={draft}")
        await piece(page, "chen.yu", "meal").click()
        await page.keyboard.press("ArrowLeft")
        await page.keyboard.press("Enter")
        await page.context.set_offline(True)
        await page.get_by_role("button", name="Save draft").click()
        await expect(page.get_by_text("The server cannot be reached. Your changes are kept")).to_be_visible()
        await expect(page.get_by_text("1 unsaved", exact=True)).to_be_visible()
        await page.context.set_offline(False)
        page.once("dialog", lambda asked: asyncio.ensure_future(asked.accept()))
        await page.reload()
        await expect(page.get_by_text("1 unsaved changes of last time are back")).to_be_visible()
        await saved(page)
        assert ("meal", at(day, 12.75), at(day, 13.75)) in await spans_of(planner, "chen.yu", day, draft)
        await planner.http.delete(f"/api/planning/drafts/{draft}")


async def test_a_conflict_is_found_located_and_mended_by_one_press(centre: Running, window: Open) -> None:
    """A break is missing (G6: 15 minutes for every 2 hours on line)."""
    day = (date.fromisoformat(monday_after_next()) + timedelta(days=17)).isoformat()
    async with caller(centre) as planner:
        draft = await drafted(planner, day, day, {"chen.yu": 9}, [day])
        page = await page_of(window, centre, "he.feng", "en", path=f"/schedule?day={day}&draft={draft}")
        await piece(page, "chen.yu", "break").click()
        await page.keyboard.press("Delete")
        await saved(page)
        conflicts = page.get_by_role("region", name="Conflicts")
        found = conflicts.get_by_role("listitem").filter(has_text="on line at a stretch")
        await expect(found).to_be_visible()
        await found.get_by_role("button", name=re.compile("^Locate")).click()
        await expect(row_of(page, "chen.yu").locator("[aria-current]")).to_be_focused()
        await found.get_by_role("button", name="Insert a break").click()
        await expect(found).to_have_count(0)
        breaks = [one for one in await spans_of(planner, "chen.yu", day, draft) if one[0] == "break"]
        assert len(breaks) >= 2
        await planner.http.delete(f"/api/planning/drafts/{draft}")


async def test_a_night_shift_is_seen_on_the_morning_that_it_ends(centre: Running, window: Open) -> None:
    """It belongs to the day on which it began, and is not changed from the next one."""
    night = (date.fromisoformat(monday_after_next()) + timedelta(days=18)).isoformat()
    morning = (date.fromisoformat(night) + timedelta(days=1)).isoformat()
    async with caller(centre) as planner:
        draft = await drafted(planner, night, morning, {"chen.yu": 22, "zhao.min": 22}, [night])
        await planner.post(
            f"/api/planning/drafts/{draft}/edits",
            edits=[{"op": "put", "agent": "zhao.min", "day": morning, "spans": shift(morning, 20)}],
        )
        page = await page_of(window, centre, "he.feng", "en", path=f"/schedule?day={morning}&draft={draft}")
        late = row_of(page, "chen.yu").locator("[data-before]")
        await expect(late).to_have_count(6)  # the first break is over before midnight
        await expect(row_of(page, "chen.yu").get_by_role("rowheader")).to_contain_text("0:00–7:00")
        await expect(row_of(page, "zhao.min").get_by_role("rowheader")).to_contain_text("20:00–5:00")
        await late.last.click()
        await expect(page.locator(".sc-rows [aria-current], .sc-lane[data-empty]")).to_have_count(0)
        await faultless(page)
        await planner.http.delete(f"/api/planning/drafts/{draft}")


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
async def test_the_board_is_faultless_in_every_language_and_view(
    centre: Running, window: Open, language: str
) -> None:
    page = await page_of(window, centre, "he.feng", language, path="/schedule", width=1280, height=720)
    await expect(page.locator(".sc-row").first).to_be_visible()
    await faultless(page)
    await pictured(page, f"day-{language}")
    for view in ("week", "month"):
        await page.goto(f"{centre.url}/schedule?view={view}")
        await expect(page.locator(".sc-row").first).to_be_visible()
        if language == "en":
            await faultless(page, schemes=("light",))
        await pictured(page, f"{view}-{language}")
    for part in ("patterns", "terms", "rules", "groups"):
        await page.goto(f"{centre.url}/schedule/settings/{part}")
        await expect(page.locator(".st-table tbody tr").first).to_be_visible()
        await page.locator(".st-table tbody tr .jt-link").first.click()
        await expect(page.get_by_role("dialog")).to_be_visible()
        if language == "en":
            await faultless(page, schemes=("dark",))
        await pictured(page, f"{part}-{language}")
