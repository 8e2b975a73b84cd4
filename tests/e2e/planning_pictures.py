"""The screens of planning for the documentation: a centre with eight weeks behind it, planned and studied.

Asked for by `screenshots`. Everything is made as its users make it: history imported, queues forecast, the next week
solved and published, the busiest day studied with its alternatives.
"""

import asyncio
import shutil
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from made_history import QUEUES, contacts_csv
from playwright.async_api import Page, async_playwright, expect
from running import Running, free_port
from screens import Caller, caller

ZONE = ZoneInfo("Asia/Shanghai")
WEEKS = 8
A_DAY = 400
SOLVE_S = 60
WAIT_S = 300
PHONE = "lin.xiao"


class Sight(Protocol):
    """`screenshots.Camera`."""

    async def sitting(
        self, login: str | None = None, width: int = 1440, height: int = 900, **options: Any
    ) -> Page: ...

    async def turn(self, page: Page, language: str, theme: str, path: str) -> None: ...

    async def shoot(self, page: Page, name: str, language: str, theme: str) -> None: ...


async def planning(camera_of: Any, chromium: str, arguments: list[str]) -> None:
    """`camera_of(browser, centre)` gives a `Sight`."""
    home = Path(tempfile.mkdtemp(prefix="jietong-pictures-", dir="/tmp"))
    home.chmod(0o711)
    centre = Running(home, free_port())
    try:
        centre.start(JIETONG_VOICE="0")
        await centre.serving()
        await imported(centre)
        async with caller(centre, "gu.ming") as planner:
            monday = await planned(planner)
            study = await studied(planner)
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium, args=arguments)
            camera: Sight = camera_of(browser, centre)
            for language in ("zh-Hans", "zh-Hant", "en"):
                await pictures(camera, language, monday, study)
            await browser.close()
    finally:
        centre.stop()
        shutil.rmtree(home, ignore_errors=True)


async def imported(centre: Running) -> None:
    file = centre.home / "made.csv"
    file.write_bytes(contacts_csv(WEEKS * 7, until=datetime.now(UTC), a_day=A_DAY))
    work = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "jietong", "import", "contacts", str(file), env=centre.environ()
    )
    assert await work.wait() == 0


async def planned(planner: Caller) -> str:
    """Next week solved and published; gives its Monday."""
    today = datetime.now(ZONE).date()
    monday = today + timedelta(days=7 - today.weekday())
    week = {"first": monday.isoformat(), "last": (monday + timedelta(days=6)).isoformat()}
    async with asyncio.timeout(WAIT_S):
        past = {"queue": "repair", "first": today.isoformat(), "last": today.isoformat()}
        while (await planner.get("/api/planning/forecasts", **past))["history"]["days"] < WEEKS * 7 - 1:  # noqa: ASYNC110
            await asyncio.sleep(1)
    for queue in QUEUES:
        ahead = {"first": today.isoformat(), "last": (today + timedelta(days=27)).isoformat()}
        await planner.post("/api/planning/forecasts", queue=queue, **ahead)
    draft = await planner.post("/api/planning/drafts", **week)
    path = f"/api/planning/drafts/{draft['id']}"
    job = (await planner.post(f"{path}/solve", seconds=SOLVE_S))["job"]
    async with asyncio.timeout(WAIT_S):
        while (await planner.get(f"/api/planning/proposals/{job}"))["job_state"] not in ("done", "failed"):  # noqa: ASYNC110
            await asyncio.sleep(1)
    await planner.post(f"/api/planning/proposals/{job}/accept")
    check = await planner.get(f"{path}/check")
    state = next(one for one in (await planner.get("/api/planning/drafts"))["items"] if one["id"] == draft["id"])
    await planner.post(
        f"{path}/publish", rev=state["rev"], note="First plan of the week",
        accept=[one["key"] for one in check["items"] if one["must"]],
    )  # fmt: skip
    return monday.isoformat()


async def studied(planner: Caller) -> str:
    """The last Monday: half as many calls again as on other days."""
    today = datetime.now(ZONE).date()
    busy: date = today - timedelta(days=today.weekday() or 7)
    study = await planner.post("/api/planning/lab/studies", date=busy.isoformat(), days=10)
    return str(study["id"])


async def pictures(camera: Sight, language: str, monday: str, study: str) -> None:
    planner = await camera.sitting("gu.ming")
    await camera.turn(planner, language, "light", f"/schedule?day={monday}")
    await expect(planner.locator(".sc-row .sc-a").first).to_be_visible()
    await camera.shoot(planner, "schedule", language, "light")
    if language == "zh-Hans":
        await camera.turn(planner, language, "dark", f"/schedule?day={monday}&view=week")
        await expect(planner.locator(".sc-row .sc-a").first).to_be_visible()
        await camera.shoot(planner, "schedule-week", language, "dark")
    await camera.turn(planner, language, "light", "/schedule/forecast?queue=repair")
    await expect(planner.get_by_role("tabpanel").locator("svg").first).to_be_visible()
    await planner.wait_for_timeout(1_000)
    await camera.shoot(planner, "forecast", language, "light")
    await camera.turn(planner, language, "light", "/schedule/forecast?queue=repair&view=need")
    await expect(planner.get_by_role("tabpanel").locator("dl.fc-sums")).to_have_count(2)  # agents and lines
    await camera.shoot(planner, "requirement", language, "light")
    await camera.turn(planner, language, "light", f"/schedule/lab?study={study}")
    await expect(planner.locator(".lab-bar [role=status]")).to_contain_text("0", timeout=WAIT_S * 1000)
    await still(planner)
    await camera.shoot(planner, "lab", language, "light")
    await planner.context.close()

    lead = await camera.sitting("zhou.xin")
    await camera.turn(lead, language, "light", "/intraday")
    await expect(lead.locator(".id-chart svg")).to_be_visible()
    await camera.shoot(lead, "intraday", language, "light")
    await lead.context.close()

    phone = await camera.sitting(PHONE, width=390, height=780, device_scale_factor=2)
    await camera.turn(phone, language, "light", f"/my-schedule?day={monday}")
    await camera.shoot(phone, "my-schedule", language, "light")
    await phone.context.close()


async def still(page: Page) -> None:
    """Until the scenarios have been played: nothing on the page changes for some seconds."""
    before = ""
    for _ in range(WAIT_S // 3):
        now = await page.get_by_role("main").first.inner_text()
        if now == before:
            return
        before = now
        await page.wait_for_timeout(3_000)
