"""The day on screen (H1): somebody signed in against the schedule, late, excused, and the figure that changes."""

import time
from typing import Any

import pytest
from playwright.async_api import Page, expect
from running import Open, Running
from screens import faultless, page_of

HOUR = 3_600_000
LATE = 30 * 60_000


async def session_of(page: Page, centre: Running) -> dict[str, str]:
    session = await (await page.request.get(f"{centre.url}/api/session")).json()
    return {"Origin": centre.url, "X-CSRF-Token": session["csrf"]}


async def scheduled(page: Page, centre: Running, agent: str) -> str:
    """The agent's day of today is published anew: on line from half an hour ago, for three hours. Gives the day."""
    headers = await session_of(page, centre)
    now = int(time.time() * 1000)
    today = await (await page.request.get(f"{centre.url}/api/planning/day")).json()
    zone_day, start = today["day"], max(today["start"], (now - LATE) // 300_000 * 300_000)
    made = await page.request.post(
        f"{centre.url}/api/planning/drafts", data={"first": zone_day, "last": zone_day}, headers=headers
    )
    assert made.ok, await made.text()
    draft = await made.json()
    spans = [{"start": start, "end": start + 3 * HOUR, "activity": "work"}]
    edited = await page.request.post(
        f"{centre.url}/api/planning/drafts/{draft['id']}/edits",
        data={"edits": [{"op": "put", "agent": agent, "day": zone_day, "spans": spans}]},
        headers=headers,
    )
    assert edited.ok, await edited.text()
    rev = (await edited.json())["rev"]
    body: dict[str, Any] = {"rev": rev, "note": "test", "accept": []}
    path = f"{centre.url}/api/planning/drafts/{draft['id']}"
    published = await page.request.post(f"{path}/publish", data=body, headers=headers)
    if published.status == 409:
        problem = await published.json()
        if problem["code"] == "nothing_to_publish":  # so it is already
            return str(zone_day)
        assert problem["code"] == "conflicts", problem
        body["accept"] = [one["key"] for one in problem["conflicts"]]
        published = await page.request.post(f"{path}/publish", data=body, headers=headers)
    assert published.ok, await published.text()
    return str(zone_day)


async def adherence_of(page: Page, centre: Running, agent: str) -> dict[str, Any]:
    people = (await (await page.request.get(f"{centre.url}/api/planning/day")).json())["people"]
    found: dict[str, Any] = next(one for one in people if one["agent"] == agent)
    return found


async def test_somebody_late_is_shown_first_and_excused_with_a_note(window: Open, centre: Running) -> None:
    page = await page_of(window, centre, "zhou.xin", path="/intraday")
    # ma.chao: no other test has them at work, in the last half hour
    await scheduled(await page_of(window, centre, "gu.ming", path="/schedule"), centre, "ma.chao")
    row = page.locator('[data-agent="ma.chao"]')
    await expect(row).to_have_attribute("data-out", "true")
    before = await adherence_of(page, centre, "ma.chao")
    assert before["kept_ms"] == 0
    assert before["scheduled_ms"] > 0
    agent = await page_of(window, centre, "ma.chao", path="/desk")
    await expect(agent.get_by_role("main").first).to_be_visible()
    await row.get_by_role("button", name="Authorise").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_be_visible()
    await dialog.get_by_role("button", name="Authorise").click()
    await expect(dialog.get_by_role("alert")).to_have_text("Write a note.")
    await dialog.get_by_label("Note").fill("The underground stood still, agreed by phone")
    await faultless(page, schemes=("light",))
    await dialog.get_by_role("button", name="Authorise").click()
    await expect(dialog).to_be_hidden()
    await expect(page.locator(".id-exceptions li").first).to_contain_text("The underground stood still")
    after = await adherence_of(page, centre, "ma.chao")
    assert after["kept_ms"] > before["kept_ms"]
    assert after["kept_ms"] >= 0.8 * after["scheduled_ms"]
    await expect(row).to_have_attribute("data-out", "false")
    await page.locator(".id-exceptions li").first.get_by_role("button", name="Withdraw").click()
    await expect(page.locator('.id-exceptions [data-withdrawn="true"]')).to_have_count(1)


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
async def test_the_day_reads_in_three_languages_without_fault(window: Open, centre: Running, language: str) -> None:
    title = {"zh-Hans": "当日", "zh-Hant": "當日", "en": "Intraday"}[language]
    page = await page_of(window, centre, "zhou.xin", language, path="/intraday", width=1280, height=720)
    await expect(page.get_by_role("heading", level=1)).to_have_text(title)
    await expect(page.locator(".id-chart svg")).to_be_visible()
    await expect(page.locator(".id-levers h2").first).to_be_visible()
    await faultless(page)
    await page.keyboard.press("KeyC")
    await expect(page.locator(".id-matrix")).to_be_visible()
    await faultless(page)
    wide = await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert wide


async def test_an_agent_has_no_view_of_the_day(window: Open, centre: Running) -> None:
    page = await page_of(window, centre, "lin.xiao", refused=["403"])
    assert (await page.request.get(f"{centre.url}/api/planning/day")).status == 403
