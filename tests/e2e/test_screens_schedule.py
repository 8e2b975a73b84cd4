"""The schedule on screen, end to end (H1, G6, A6): forecast → requirement → solved → edited → checked → published →
swapped → kept; two planners at once; by keys, in three languages."""

import asyncio
import os
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from made_history import HISTORY_DAYS
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


async def past_of(centre: Running) -> None:
    """Returns when the facts of the imported weeks have been made."""
    async with caller(centre) as planner:
        for _ in range(120):
            asked = {"queue": "repair", "first": day_after(0), "last": day_after(0)}
            if (await planner.get("/api/planning/forecasts", **asked))["history"]["days"] >= HISTORY_DAYS:
                return
            await asyncio.sleep(0.5)
    raise AssertionError("the imported weeks have no facts")


def row_of(page: Page, agent: str) -> Locator:
    return page.locator(f'.sc-row[data-person="{agent}"]')


def piece(page: Page, agent: str, activity: str, nth: int = 0) -> Locator:
    return row_of(page, agent).locator(f'.sc-a[data-activity="{activity}"][data-start]').nth(nth)


async def saved(page: Page) -> None:
    await page.get_by_role("button", name="Save draft").click()
    await expect(page.get_by_text(re.compile(r"^\d+ unsaved$"))).to_have_count(0)


async def test_from_the_forecast_to_the_schedule_that_is_kept(history: Running, window: Open) -> None:
    first = monday_after_next()
    last = (date.fromisoformat(first) + timedelta(days=6)).isoformat()
    await past_of(history)
    async with caller(history) as planner:
        # Forecast: without one there is no need; with it, need and gap are drawn.
        for queue in ("repair", "returns", "orders"):
            await planner.post("/api/planning/forecasts", queue=queue, first=day_after(0), last=last)
        await drafted(planner, first, last, {}, [])

        page = await page_of(window, history, "he.feng", "en", path=f"/schedule?day={first}")
        need = page.get_by_role("region", name="Need and cover")
        await expect(need.locator("svg.sc-curve path").nth(1)).to_be_attached()
        await expect(need).to_contain_text("15 minutes")

        # Solved: a small one, within seconds; compared with what is there, then accepted.
        await page.get_by_role("button", name="Solve").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("To", exact=True).fill(first)
        await dialog.get_by_label("At most").fill("6")
        await dialog.get_by_role("button", name="Start").click()
        await expect(dialog.get_by_text("Proposal")).to_be_visible(timeout=90_000)
        await expect(dialog.get_by_role("row", name=re.compile("^Gap, person-hours"))).to_be_visible()
        await pictured(page, "proposal")
        await dialog.get_by_role("button", name="Accept").click()
        await expect(dialog).to_have_count(0)
        works = page.locator('.sc-row:has(.sc-a[data-activity="work"])')
        await expect(works.first).to_be_visible()
        agent = str(await works.first.get_attribute("data-person"))

        # Edited by keys: a break a quarter of an hour later, put down, taken back, done again; then saved.
        draft = (await planner.get("/api/planning/drafts"))["items"][0]["id"]
        before = await spans_of(planner, agent, first, draft)
        was = next(start for activity, start, _ in before if activity == "break")
        await piece(page, agent, "break").click()
        await page.keyboard.press("ArrowRight")
        await expect(page.get_by_role("complementary")).to_contain_text("Moving")
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("1 unsaved", exact=True)).to_be_visible()
        await page.keyboard.press("Control+z")
        await expect(page.get_by_text("1 unsaved", exact=True)).to_have_count(0)
        await page.keyboard.press("Control+y")
        await expect(page.get_by_text("1 unsaved", exact=True)).to_be_visible()
        await pictured(page, "edited")
        await saved(page)
        after = await spans_of(planner, agent, first, draft)
        assert ("break", was + HOUR // 4, was + HOUR // 2) in after

        # Checked and published: who is told stands there first.
        await page.get_by_role("button", name="Check and publish").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog.get_by_text(re.compile("people are told|person is told")).first).to_be_visible()
        if await dialog.get_by_label("Publish all the same, with a reason").count():
            await dialog.get_by_label("Publish all the same, with a reason").check()
            await dialog.get_by_role("button", name="Publish", exact=True).click()
            await expect(dialog.get_by_role("alert")).to_be_visible()  # the reason is asked for
            await dialog.get_by_label("Note").fill("Short of hands that week.")
        await pictured(page, "publish")
        await dialog.get_by_role("button", name="Publish", exact=True).click()
        await expect(page.get_by_text(re.compile(r"Version \d+ published")).first).to_be_visible()
        assert await spans_of(planner, agent, first) == after, "people work by what was drafted"


async def test_a_swap_is_decided_with_its_effect_in_view(centre: Running, window: Open) -> None:
    day = (date.fromisoformat(monday_after_next()) + timedelta(days=8)).isoformat()
    one, other = "chen.yu", "zhao.min"
    async with caller(centre) as planner:
        draft = await drafted(planner, day, day, {one: 8, other: 11}, [day])
        check = await planner.get(f"/api/planning/drafts/{draft}/check")
        state = next(d for d in (await planner.get("/api/planning/drafts"))["items"] if d["id"] == draft)
        await planner.post(
            f"/api/planning/drafts/{draft}/publish", rev=state["rev"], note="Made for a test.",
            accept=[c["key"] for c in check["items"] if c["must"]], over=True,
        )  # fmt: skip
        await _rule(planner, swap_automatic=False)
        try:
            async with caller(centre, one) as asks, caller(centre, other) as answers:
                made = await asks.post("/api/planning/own/requests", kind="swap", day=day, partner=other)
                await answers.post(f"/api/planning/own/requests/{made['id']}/accept")
            page = await page_of(window, centre, "he.feng", "en", path="/schedule/requests")
            await page.get_by_role("row", name=re.compile("^Swap")).get_by_role("button").first.click()
            side = page.get_by_role("complementary")
            await expect(side.get_by_text("The schedule then")).to_be_visible()
            await expect(side.get_by_text("8:00–17:00 → 11:00–20:00")).to_be_visible()
            await pictured(page, "requests")
            await faultless(page)
            await side.get_by_role("button", name="Refuse").click()
            await expect(side.get_by_role("alert")).to_be_visible()  # a refusal says why
            await side.get_by_role("button", name="Approve").click()
            await expect(page.get_by_text(re.compile("^Approved")).first).to_be_visible()
            swapped = await spans_of(planner, one, day)
            assert min(start for _, start, _ in swapped) == at(day, 11)
        finally:
            await _rule(planner, swap_automatic=True)


async def _rule(planner: Caller, **fields: Any) -> None:
    stored = next(r for r in (await planner.get("/api/planning/setup"))["rules"] if r["id"] == "main")
    await planner.put("/api/planning/setup/rules/main", version=stored["version"] or None,
                      spec={**stored["spec"], **fields})  # fmt: skip


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
