"""One's own schedule on a telephone: the week, a swap, leave, wishes, call-ups, the calendar (G7, A6)."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.async_api import Locator, Page, expect
from running import Open, Running
from screens import Caller, caller, faultless, page_of

pytestmark = pytest.mark.browser

ZONE = ZoneInfo("Asia/Shanghai")
PHONE = {"width": 390, "height": 844}
EARLY, LATE = 8, 11


def day_after(days: int) -> str:
    return (datetime.now(UTC).astimezone(ZONE).date() + timedelta(days=days)).isoformat()


def next_monday() -> str:
    today = datetime.now(UTC).astimezone(ZONE).date()
    return (today + timedelta(days=14 - today.weekday())).isoformat()


def at(day: str, hour: float) -> int:
    local = datetime.combine(date.fromisoformat(day), datetime.min.time(), ZONE)
    return int((local.timestamp() + hour * 3600) * 1000)


def shift(day: str, start: int) -> list[dict[str, Any]]:
    """Nine hours with a meal and two breaks, as the rules ask."""
    parts = [("work", 0, 2), ("break", 2, 2.25), ("work", 2.25, 4), ("meal", 4, 5), ("work", 5, 7),
             ("break", 7, 7.25), ("work", 7.25, 9)]  # fmt: skip
    return [
        {"start": at(day, start + a), "end": at(day, start + b), "activity": what, "paid": what != "meal"}
        for what, a, b in parts
    ]


async def publish(planner: Caller, people: dict[str, dict[str, list[dict[str, Any]]]]) -> None:
    """Spans by agent and day; what they asked for before is closed. May be done again."""
    for one in (await planner.get("/api/planning/requests", open=True))["items"]:
        if one["agent"] in people:
            await planner.post(f"/api/planning/requests/{one['id']}/decide", decision="refuse", reason="Begun anew.")
    days = sorted({day for own in people.values() for day in own})
    draft = await planner.post("/api/planning/drafts", first=days[0], last=days[-1], name="")
    edits = [
        {"op": "put", "agent": agent, "day": day, "spans": spans}
        for agent, own in people.items()
        for day, spans in own.items()
    ]
    edited = await planner.post(f"/api/planning/drafts/{draft['id']}/edits", edits=edits)
    check = await planner.get(f"/api/planning/drafts/{draft['id']}/check")
    accept = [one["key"] for one in check["items"] if one["must"]]
    answer = await planner.http.post(
        f"/api/planning/drafts/{draft['id']}/publish",
        json={"rev": edited["rev"], "note": "Made for a test.", "accept": accept, "over": True},
    )
    assert answer.is_success or answer.json()["code"] == "nothing_to_publish", answer.text


@pytest.fixture
async def planner(centre: Running) -> AsyncIterator[Caller]:
    async with caller(centre, "he.feng") as one:
        yield one


async def agent_of(centre: Running, login: str) -> str:
    async with caller(centre, login) as one:
        found: str = one.me["agent_id"]
        return found


async def phone(window: Open, centre: Running, login: str, language: str = "en", **more: Any) -> Page:
    return await page_of(window, centre, login, language, path="/my-schedule", **PHONE, **more)


def day_line(page: Page, day: str) -> Locator:
    number = str(int(day[8:]))
    return page.locator(".ms-day").filter(has=page.locator(".ms-date .jt-num", has_text=re.compile(f"^{number}$")))


async def opened(page: Page, day: str) -> Locator:
    """The line of a day some weeks ahead, with what one can do about it."""
    await page.goto(f"{page.url.split('/my-schedule')[0]}/my-schedule?day={day}")
    line = day_line(page, day)
    await expect(line.locator(".ms-dayhead")).to_have_attribute("aria-expanded", "true")
    return line


async def test_leave_is_refused_with_a_reason_that_one_reads(centre: Running, window: Open, planner: Caller) -> None:
    first = next_monday()
    day = (date.fromisoformat(first) + timedelta(days=1)).isoformat()
    pan = await agent_of(centre, "pan.yi")
    await publish(planner, {pan: {day: shift(day, EARLY)}})
    page = await phone(window, centre, "pan.yi")
    line = await opened(page, day)
    await line.get_by_role("button", name="Leave").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_label("From")).to_have_value(day)
    await dialog.get_by_label("Only a part of one day").check()
    await expect(dialog.get_by_label("Start")).to_have_value("08:00")  # of the shift, in the site's time
    await dialog.get_by_label("Start").fill("15:00")
    await dialog.get_by_label("End").fill("14:00")
    await expect(dialog.get_by_role("alert")).to_have_text("The end comes after the start")
    await expect(dialog.get_by_role("button", name="Send")).to_be_disabled()
    await dialog.get_by_label("End").fill("17:00")
    await faultless(page)
    await dialog.get_by_role("button", name="Send").click()
    await expect(dialog).to_be_hidden()

    (asked,) = [r for r in (await planner.get("/api/planning/requests", open=True))["items"] if r["agent"] == pan]
    assert (asked["start"], asked["end"]) == (at(day, 15), at(day, 17))
    await planner.post(f"/api/planning/requests/{asked['id']}/decide", decision="refuse", reason="Two are away.")
    await page.get_by_role("link", name="Requests").click()
    await page.reload()
    card = page.get_by_role("listitem").filter(has_text="Two are away.")
    await expect(card).to_contain_text("Refused")
    await expect(card).to_contain_text("15:00–17:00")


async def test_a_part_timer_answers_a_call_to_come_in(centre: Running, window: Open, planner: Caller) -> None:
    """A6: those on standby are asked, and the first who accept come."""
    start = None
    for days in range(1, 13):  # the demonstration centre's part-timers stand by at these hours
        day = day_after(days)
        found = await planner.get("/api/planning/call-ups/candidates", start=at(day, 15), end=at(day, 17))
        if {one["name"] for one in found["items"]} & {"谢敏"}:
            start = at(day, 15)
            break
    assert start is not None
    xie = await agent_of(centre, "xie.min")
    await planner.post(
        "/api/planning/call-ups", start=start, end=start + 2 * 3_600_000, agents=[xie], note="Recall of a model"
    )
    page = await phone(window, centre, "xie.min", "zh-Hant")
    card = page.get_by_role("listitem").filter(has_text="Recall of a model")
    await expect(card).to_contain_text("15:00–17:00")
    await faultless(page)
    await page.keyboard.press("Tab")
    await card.get_by_role("button", name="接受", exact=True).press("Enter")
    await expect(page.get_by_text("已接受").first).to_be_visible()
    await page.goto(f"{centre.url}/my-schedule/requests")
    await expect(card).to_contain_text("已核准")


async def test_wishes_and_the_calendar_feed(centre: Running, window: Open) -> None:
    page = await phone(window, centre, "tang.wei")
    await page.get_by_role("link", name="Wishes").click()
    await page.get_by_label("I would like").select_option(label="to work")
    await page.get_by_label("When").select_option(label="Every week")
    await page.get_by_label("Weekday").select_option(label="Sat")
    await page.get_by_label("How much it matters").select_option(label="Very much")
    await page.get_by_role("button", name="Add").click()
    wish = page.get_by_role("listitem").filter(has_text="every Sat to work")
    await expect(wish).to_contain_text("Very much")
    await faultless(page)
    await wish.get_by_role("button", name="Remove wish: every Sat to work").click()
    await expect(wish).to_have_count(0)

    await page.get_by_role("link", name="Shifts").click()
    await page.get_by_role("button", name="Make a link").click()
    link = await page.get_by_role("textbox", name="Calendar feed").input_value()
    async with httpx.AsyncClient() as calendar:  # as a telephone's calendar: without signing in
        feed = await calendar.get(link)
        assert feed.headers["content-type"].startswith("text/calendar")
        assert feed.text.startswith("BEGIN:VCALENDAR")
        assert "TZID:Asia/Shanghai" in feed.text
        await page.get_by_role("button", name="Stop it").click()
        await page.get_by_role("dialog").get_by_role("button", name="Stop it").click()
        await expect(page.get_by_role("button", name="Make a link")).to_be_visible()
        assert (await calendar.get(link)).status_code == 404


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
async def test_nothing_is_wider_than_the_phone(centre: Running, window: Open, language: str) -> None:
    page = await phone(window, centre, "chen.yu", language)
    for path in ("", "/requests", "/wishes"):
        await page.goto(f"{centre.url}/my-schedule{path}")
        await expect(page.locator(".ms-tabs")).to_be_visible()
        await expect(page.locator(".ms-page h2").first).to_be_visible()
        assert await page.evaluate("document.querySelector('main').scrollWidth") <= PHONE["width"]
    await page.goto(f"{centre.url}/my-schedule")
    week = page.locator(".ms-days h2")
    shown = await week.inner_text()
    await page.locator(".ms-weekbar button").nth(1).click()  # the next week, and by the keyboard back
    await expect(week).not_to_have_text(shown)
    await page.locator(".ms-weekbar button").nth(0).focus()
    await page.keyboard.press("Enter")
    await expect(week).to_have_text(shown)
    await faultless(page)
