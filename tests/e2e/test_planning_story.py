"""The planner's whole work, as people do it (H1, G6, G7, A6): forecast → requirement → solved → edited → checked →
published → read on the phone → swapped → kept. Days and people are its own: it may run before or after the rest."""

import asyncio
import os
import re
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
from made_history import HISTORY_DAYS
from playwright.async_api import Locator, Page, expect
from running import Open, Running
from screens import Caller, caller, faultless, goes_ready, page_of, tidy

pytestmark = pytest.mark.browser

ZONE = ZoneInfo("Asia/Shanghai")
PICTURES = os.environ.get("JIETONG_PICTURES")
PHONE = {"width": 390, "height": 844}
QUEUES = ("returns", "orders", "repair")
KEEPS, STAYS_AWAY = "sun.lei", "xu.na"
"""Published on line now: one comes, the other does not."""
MINUTE, HOUR = 60_000, 3_600_000
NONE = re.compile(r"^0\s%$")


class Shift(NamedTuple):
    agent: str
    name: str
    start: int  # ms UTC
    end: int

    def moved(self, by: int) -> "Shift":
        return self._replace(start=self.start + by, end=self.end + by)

    @property
    def hours(self) -> str:
        """As every screen says it: 8:30–17:30."""
        return f"{clock(self.start)}–{clock(self.end)}"


async def pictured(page: Page, name: str) -> None:
    """For whoever wants to look: a folder in JIETONG_PICTURES."""
    if PICTURES:
        await page.screenshot(path=str(Path(PICTURES) / f"story-{name}.png"))


def local(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(ZONE)


def clock(at: int) -> str:
    return f"{local(at):%H:%M}".removeprefix("0")


def now_ms() -> int:
    return int(time.time() * 1000)


async def well_within_a_day() -> date:
    """Today, once its end is further off than this test takes: adherence is of the day."""
    now = datetime.now(ZONE)
    left = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), ZONE) - now
    if left < timedelta(minutes=3):
        await asyncio.sleep(left.total_seconds() + 1)
    return datetime.now(ZONE).date()


async def past_of(planner: Caller, today: date) -> None:
    """Returns when the facts of the imported weeks have been made."""
    asked = {"queue": "repair", "first": str(today), "last": str(today)}
    async with asyncio.timeout(60):
        while (await planner.get("/api/planning/forecasts", **asked))["history"]["days"] < HISTORY_DAYS:  # noqa: ASYNC110
            await asyncio.sleep(0.5)


async def clear_desk(planner: Caller) -> None:
    """No draft is open that the board would take up, and a swap waits for a supervisor."""
    for one in (await planner.get("/api/planning/drafts"))["items"]:
        (await planner.http.delete(f"/api/planning/drafts/{one['id']}")).raise_for_status()


async def rule(planner: Caller, **fields: Any) -> None:
    (main,) = [one for one in (await planner.get("/api/planning/setup"))["rules"] if one["id"] == "main"]
    spec = {**main["spec"], **fields}
    await planner.put("/api/planning/setup/rules/main", version=main["version"] or None, spec=spec)


async def shifts_of(planner: Caller, day: date) -> list[Shift]:
    """The published shifts of the day."""
    found = await planner.get("/api/planning/schedule", first=str(day), last=str(day))
    names = {one["id"]: one["name"] for one in found["people"]}
    return [
        Shift(one["agent"], names[one["agent"]], one["spans"][0]["start"], one["spans"][-1]["end"])
        for one in found["items"]
        if any(span["activity"] == "work" for span in one["spans"])
    ]


def a_pair(shifts: Sequence[Shift]) -> tuple[Shift, Shift]:
    """Two whose shifts begin an hour to three apart: either could work the other's, with rest before and after."""
    free = [one for one in shifts if one.agent not in (KEEPS, STAYS_AWAY)]
    return next(
        (one, other)
        for one in free
        for other in free
        if HOUR <= other.start - one.start <= 3 * HOUR and one.end - one.start == other.end - other.start
    )


async def test_a_planner_plans_and_people_keep_to_it(history: Running, window: Open) -> None:
    centre = history
    today = await well_within_a_day()
    tomorrow, coming = today + timedelta(days=1), today + timedelta(days=3)
    async with caller(centre, "gu.ming") as planner:
        await past_of(planner, today)
        await clear_desk(planner)
        await rule(planner, swap_automatic=False)
        try:
            page = await page_of(window, centre, "gu.ming", path="/schedule/forecast")
            await forecasts(page, centre)
            one, other = a_pair(await shifts_of(planner, coming))
            await solves(page, centre, today, tomorrow)
            one, other = await edits(page, coming, one, 1), await edits(page, coming, other, -1)
            phones = [await phone_of(window, centre, shift.agent) for shift in (one, other)]
            await publishes(page)
            await swap(centre, page, coming, (one, other), phones)
        finally:
            await rule(planner, swap_automatic=True)
        await adherence(window, centre, planner)
    await tidy(centre, KEEPS)


async def forecasts(page: Page, centre: Running) -> None:
    """Of each queue that the schedule is for; of the first one the curve, how good it is, and whom it needs."""
    for queue in QUEUES:
        await page.goto(f"{centre.url}/schedule/forecast?queue={queue}")
        await page.get_by_role("button", name="Forecast", exact=True).click()
        await expect(page.get_by_text(re.compile("^Forecast up to"))).to_be_visible()
        await expect(page.get_by_text(re.compile(rf"from {HISTORY_DAYS} days of history"))).to_be_visible()
    plot = page.get_by_role("region", name="Contacts a day: forecast, band and what came")
    await expect(plot.locator("svg path, canvas").first).to_be_attached()

    # The requirement of a day by quarter of an hour, with the goal that it is for.
    side = page.get_by_role("complementary")
    await expect(side.get_by_role("img", name=re.compile("agents needed by quarter of an hour"))).to_be_visible()
    await expect(side).to_contain_text(re.compile(r"\d+ %.*\d+ s"))
    await pictured(page, "forecast")

    await page.get_by_role("tab", name="Back-test").click()
    panel = page.get_by_role("tabpanel")
    await panel.get_by_label("Origins").fill("1")
    await panel.get_by_label("Days ahead").fill("2")
    await panel.get_by_role("button", name="Back-test").click()
    await expect(panel.get_by_text("The week before").first).to_be_visible()
    await pictured(page, "accuracy")


async def solves(page: Page, centre: Running, first: date, last: date) -> None:
    """From today on, in the planner's four weeks; need stands before and cover after."""
    await page.goto(f"{centre.url}/schedule?view=month&day={first}")
    need = page.get_by_role("region", name="Need and cover")
    await expect(need.locator("svg.sc-curve path").nth(1)).to_be_attached()
    await page.get_by_role("button", name="Solve").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("From").fill(str(first))
    await dialog.get_by_label("To", exact=True).fill(str(last))
    await expect(dialog).to_contain_text("Days that have begun stay")
    await dialog.get_by_label("At most").fill("5")
    await pictured(page, "solve")
    await dialog.get_by_role("button", name="Start").click()
    await expect(dialog.get_by_text("Proposal")).to_be_visible(timeout=60_000)
    gap = dialog.get_by_role("row", name=re.compile("^Gap, person-hours"))
    await expect(gap.get_by_role("cell").first).to_have_text(re.compile(r"\d"))
    await faultless(page, schemes=("light",))
    await pictured(page, "proposal")
    await dialog.get_by_role("button", name="Accept").click()
    await expect(dialog).to_have_count(0)

    # Cover against need at noon of the first whole day, of one group: with its goal's numbers.
    await page.goto(f"{centre.url}/schedule?day={last}&group=repair")
    chart = need.locator("svg.sc-curve")
    await expect(chart.locator("path").nth(1)).to_be_attached()
    await chart.hover()
    needed, there = need.locator("dd").nth(0), need.locator("dd").nth(1)
    await expect(needed).to_have_text(re.compile(r"\d"))
    assert float(await needed.inner_text()) > 0
    assert float(await there.inner_text()) > 0
    await expect(need).to_contain_text(re.compile(r"For \d+ % within \d+ s"))
    await pictured(page, "cover")
    await page.goto(f"{centre.url}/schedule?day={last}")


def row_of(page: Page, agent: str) -> Locator:
    return page.locator(f'.sc-row[data-person="{agent}"]')


async def edits(page: Page, day: date, shift: Shift, quarters: int) -> Shift:
    """By keys: the shift later, or earlier, by quarters of an hour; taken back, done again, and saved."""
    await page.get_by_label("Date", exact=True).last.fill(str(day))
    row = row_of(page, shift.agent)
    await expect(row).to_contain_text(shift.hours)
    await row.locator('.sc-a[data-activity="work"][data-start]').first.click()
    for _ in range(abs(quarters)):
        await page.keyboard.press("ArrowRight" if quarters > 0 else "ArrowLeft")
    await expect(page.get_by_role("complementary")).to_contain_text("Moving")
    await page.keyboard.press("Enter")
    unsaved = page.get_by_text("1 unsaved", exact=True)
    await expect(unsaved).to_be_visible()
    await page.keyboard.press("Control+z")
    await expect(unsaved).to_have_count(0)
    await page.keyboard.press("Control+y")
    await expect(unsaved).to_be_visible()
    moved = shift.moved(quarters * 15 * MINUTE)
    await expect(row).to_contain_text(moved.hours)
    await pictured(page, "edited")
    await page.get_by_role("button", name="Save draft").click()
    await expect(unsaved).to_have_count(0)
    return moved


async def publishes(page: Page) -> None:
    """Who is told stands there first; what breaks a rule is answered for with a reason."""
    await page.get_by_role("button", name="Check and publish").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_text(re.compile("people are told|person is told")).first).to_be_visible()
    anyway = dialog.get_by_label("Publish all the same, with a reason")
    if await anyway.count():
        await anyway.check()
        await dialog.get_by_role("button", name="Publish", exact=True).click()
        await expect(dialog.get_by_role("alert")).to_be_visible()  # the reason is asked for
        await dialog.get_by_label("Note").fill("Short of hands these days.")
    await faultless(page, schemes=("light",))
    await pictured(page, "publish")
    await dialog.get_by_role("button", name="Publish", exact=True).click()
    await expect(page.get_by_text(re.compile(r"Version \d+ published")).first).to_be_visible()
    await expect(page.get_by_text(re.compile(r"^Published, version \d+"))).to_be_visible()


async def phone_of(window: Open, centre: Running, agent: str) -> Page:
    """Somebody's own schedule; what was published so far they have read."""
    phone = await page_of(window, centre, agent, path="/my-schedule", **PHONE)
    await expect(phone.locator(".ms-day")).to_have_count(7)
    seen = phone.get_by_role("button", name="Got it")
    if await seen.count():
        await seen.click()
        await expect(seen).to_have_count(0)
    return phone


async def day_on_phone(phone: Page, centre: Running, day: date) -> Locator:
    """The line of the day, open."""
    await phone.goto(f"{centre.url}/my-schedule?day={day}")
    line = phone.locator(".ms-day").filter(has=phone.locator('.ms-dayhead[aria-expanded="true"]'))
    await expect(line.locator(".ms-date .jt-num")).to_have_text(str(day.day))
    return line


async def swap(centre: Running, desk: Page, day: date, shifts: tuple[Shift, Shift], phones: Sequence[Page]) -> None:
    """G7: asked on one phone, accepted on the other, approved with its effect in view, and read on both."""
    (one, other), (mine, theirs) = shifts, phones
    line = await day_on_phone(mine, centre, day)
    await expect(line).to_contain_text(one.hours)
    await expect(line).to_contain_text(f"was {one.moved(-15 * MINUTE).hours}")
    await expect(await day_on_phone(theirs, centre, day)).to_contain_text(other.hours)
    await pictured(mine, "phone")
    await faultless(mine, schemes=("light",))

    # A shift to give away: not to somebody who works then, and it says so. To swap with them it is possible.
    await line.get_by_role("button", name="Give away").click()
    dialog = mine.get_by_role("dialog")
    await expect(dialog.get_by_role("radio", name=re.compile(f"^{other.name}"))).to_be_disabled()
    await expect(dialog).to_contain_text("Not possible: has a shift that day")
    await dialog.get_by_role("button", name="Cancel").click()
    await expect(dialog).to_be_hidden()
    await line.get_by_role("button", name="Swap").click()
    await dialog.get_by_role("radio", name=re.compile(f"^{other.name}")).check()
    await dialog.get_by_label("Note").fill("School play in the evening")
    await pictured(mine, "swap")
    await dialog.get_by_role("button", name="Send").click()
    await expect(dialog).to_be_hidden()

    await theirs.reload()
    asked = theirs.get_by_role("region", name="For me to answer").get_by_role("listitem")
    await expect(asked).to_contain_text("School play in the evening")
    await expect(asked).to_contain_text(f"Shift of {one.name}: {one.hours}")
    await pictured(theirs, "asked")
    await asked.get_by_role("button", name="Accept").click()
    await expect(theirs.get_by_text("Accepted, waiting for a supervisor")).to_be_visible()

    await desk.goto(f"{centre.url}/schedule/requests")
    await desk.get_by_role("row", name=re.compile(f"^Swap {one.name}")).get_by_role("button").first.click()
    side = desk.get_by_role("complementary")
    await expect(side.get_by_text("The schedule then")).to_be_visible()
    await expect(side.get_by_text(f"{one.hours} → {other.hours}")).to_be_visible()
    await pictured(desk, "request")
    await faultless(desk, schemes=("light",))
    await side.get_by_role("button", name="Refuse").click()
    await expect(side.get_by_role("alert")).to_be_visible()  # a refusal says why
    await side.get_by_role("button", name="Approve").click()
    await expect(desk.get_by_text(re.compile("^Approved")).first).to_be_visible()

    await expect(await day_on_phone(mine, centre, day)).to_contain_text(other.hours)
    await expect(await day_on_phone(theirs, centre, day)).to_contain_text(one.hours)
    await mine.get_by_role("link", name="Requests").click()
    await expect(mine.get_by_role("listitem").filter(has_text="School play")).to_contain_text("Approved")
    await pictured(mine, "swapped")


async def on_line_now(planner: Caller, *agents: str) -> None:
    """Published on line for three hours, since some minutes ago. The board lets nobody plan the past: it is answered
    for with a note. Soon after midnight it is yesterday's shift that goes on."""
    start = (now_ms() - 6 * MINUTE) // (5 * MINUTE) * 5 * MINUTE
    day = str(local(start).date())
    draft = await planner.post("/api/planning/drafts", first=day, last=day)
    spans = [{"start": start, "end": start + 3 * HOUR, "activity": "work"}]
    put = [{"op": "put", "agent": agent, "day": day, "spans": spans} for agent in agents]
    edited = await planner.post(f"/api/planning/drafts/{draft['id']}/edits", edits=put)
    check = await planner.get(f"/api/planning/drafts/{draft['id']}/check")
    await planner.post(
        f"/api/planning/drafts/{draft['id']}/publish", rev=edited["rev"], note="They were called in by telephone.",
        accept=[one["key"] for one in check["items"] if one["must"]],
    )  # fmt: skip


async def adherence(window: Open, centre: Running, planner: Caller) -> None:
    """One comes and keeps the plan, one stays away; the screen's figure is the catalogue's."""
    await tidy(centre, KEEPS, STAYS_AWAY)
    await on_line_now(planner, KEEPS, STAYS_AWAY)
    lead = await page_of(window, centre, "zhou.xin", path="/intraday")
    keeps, away = (lead.locator(f'.id-row[data-agent="{agent}"]') for agent in (KEEPS, STAYS_AWAY))
    for row in (keeps, away):
        await expect(row).to_have_attribute("data-out", "true")
        await expect(row.locator(".num")).to_have_text(NONE)
    agent = await page_of(window, centre, KEEPS, path="/desk")
    await goes_ready(agent)
    await expect(keeps).to_have_attribute("data-out", "false")
    await expect(keeps).to_contain_text("Ready")
    await expect(keeps).to_contain_text("On line")

    # The time kept grows before one's eyes; who stays away stays out, and it is an alarm on the floor.
    share = keeps.locator(".num")
    await expect(share).not_to_have_text(NONE)
    before = await share.inner_text()
    await expect(share).not_to_have_text(before)
    assert percent(await share.inner_text()) > percent(before)
    await expect(away).to_have_attribute("data-out", "true")
    await expect(away.locator(".num")).to_have_text(NONE)
    await expect(lead.get_by_text(re.compile(r"^[1-9]\d* absent$"))).to_be_visible()
    await pictured(lead, "intraday")
    await same_by_catalogue(planner, percent(await share.inner_text()))
    name = await away.locator(".who").inner_text()
    await lead.goto(f"{centre.url}/floor")
    alarms = lead.get_by_role("region", name="Alarms")
    await expect(alarms.get_by_text(re.compile(f"^{name} has not come"))).to_be_visible()
    await pictured(lead, "floor")


def percent(text: str) -> float:
    return float(text.removesuffix("%"))


async def same_by_catalogue(planner: Caller, shown: float) -> None:
    """`adherence` of the day by the figures' interface is what the day's screen counts: to the second the same time
    is lost, for it no longer grows with somebody who keeps the plan."""
    day = await planner.get("/api/planning/day")
    people = {one["agent"]: one for one in day["people"]}
    until = str(date.fromisoformat(day["day"]) + timedelta(days=1))
    asked = {"from": day["day"], "to": until, "agent": [KEEPS, STAYS_AWAY], "by": "agent", "metrics": "adherence"}
    found = await planner.get("/api/figures", **asked)
    figures = {row["agent"]: row["adherence"] for row in found["rows"]}
    for agent in (KEEPS, STAYS_AWAY):
        figure, counted = figures[agent], people[agent]
        lost = figure["denominator"] - figure["numerator"]
        if agent == KEEPS:
            assert lost == pytest.approx((counted["scheduled_ms"] - counted["kept_ms"]) / 1000, abs=0.002)
            assert figure["value"] == pytest.approx(shown / 100, abs=0.1)
            assert 0 < counted["kept_ms"] <= figure["numerator"] * 1000 + 2
        else:
            assert (figure["value"], counted["kept_ms"]) == (0, 0)
