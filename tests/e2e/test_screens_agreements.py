"""Agreements on screen (D1 to D7): written, approved by both sides, run for a month, an exclusion decided, a
statement signed in two browsers; the client sees it, and nothing else."""

import asyncio
import csv
import random
import re
import secrets
import sys
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Page, expect
from running import Open, Running
from screens import caller, faultless, page_of

pytestmark = pytest.mark.browser

ZONE = ZoneInfo("Asia/Shanghai")
MAKER, OURS, THEIRS = "he.feng", "shen.yan", "zhou.wan"
TEXT = """\
apiVersion: sla/v1
kind: ServiceLevelContract
metadata:
  name: {name}
  displayName: {{zh-Hans: 浏览器里的合约, zh-Hant: 瀏覽器裡的合約, en: Contract {name}}}
spec:
  direction: client
  party: hechuan
  provider:
    displayName: {{zh-Hans: 澜桥客服, zh-Hant: 瀾橋客服, en: Lanqiao Contact Services}}
  customer:
    displayName: {{zh-Hans: 禾川电器, zh-Hant: 禾川電器, en: Hechuan Appliances}}
  period: {{from: {start}, to: {end}}}
  timeZone: Asia/Shanghai
  settleDays: 0
  approveDays: 7
  duties:
    - side: provider
      text: {{zh-Hans: 每天有专人接听。, zh-Hant: 每天有專人接聽。, en: Staff the queue every day.}}
  services:
    - name: voice
      displayName: {{zh-Hans: 报修, zh-Hant: 報修, en: Repairs}}
      queues: [repair]
  objectives:
    - name: answered-20
      displayName: {{zh-Hans: 20 秒内接通率, zh-Hant: 20 秒內接聽率, en: Answered within 20 s}}
      metric: sl3(20)
      targetPercent: 85 # as agreed in spring
      minimumPercent: 70
      minimumSample: 50
      weight: 0.5
    - name: true-access
      displayName: {{zh-Hans: 真实接通率, zh-Hant: 真實接通率, en: True access}}
      metric: sl7(20)
      showOnly: true
  exclusions:
    classes: [clientCaused]
    submitWithinDays: 90
    decideWithinDays: 90
    evidence: 1
  money:
    currency: CNY
    fee: {{amount: 100000}}
    atRiskPercent: 10
"""


def last_month() -> tuple[datetime, datetime]:
    """The month that ended last, as its first moment and the first one after it."""
    first = datetime.now(ZONE).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first - timedelta(days=1)).replace(day=1), first


async def imported(centre: Running, folder: Path) -> str:
    """A month of calls, every day, in history; two hours of the eighth day in which nobody was answered in time.
    Gives the month's key."""
    begin, end = last_month()
    rng = random.Random(4)
    rows = []
    day = begin
    while day < end:
        for n in range(24):
            arrived = day + timedelta(hours=9, minutes=15 * n, seconds=rng.randrange(300))
            bad = day.day == 8 and arrived.hour in (10, 11)
            wait = 95 if bad else rng.choice([4, 7, 11, 15, 18, 35])
            left = rng.random() < 0.04
            answered = "" if left else (arrived + timedelta(seconds=wait)).isoformat()
            rows.append(
                {
                    "contact_id": f"e2e-{day:%m%d}-{n}",
                    "client": "hechuan",
                    "channel": "voice",
                    "queue": "repair",
                    "arrived_at": arrived.isoformat(),
                    "entered_queue_at": arrived.isoformat(),
                    "answered_at": answered,
                    "ended_at": (arrived + timedelta(seconds=wait + (0 if left else 180))).isoformat(),
                    "outcome": "abandoned" if left else "answered",
                    "agent": "" if left else "li.na",
                }
            )
        day += timedelta(days=1)
    file = folder / "month.csv"
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    made = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "jietong", "import", "contacts", str(file), "--json",
        env=centre.environ(), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await asyncio.wait_for(made.communicate(), 60)
    assert made.returncode == 0, said.decode()
    assert f'"imported": {len(rows)}' in said.decode() or f'"unchanged": {len(rows)}' in said.decode(), said.decode()
    return f"{begin:%Y-%m}"


async def approves(page: Page, name: str = "Approve") -> None:
    """Presses the page's button, reads what is signed, and signs it."""
    await page.get_by_role("button", name=name, exact=True).first.click()
    await page.get_by_role("dialog").get_by_role("button", name="Approve", exact=True).click()
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_a_contract_is_written_run_signed_and_seen_by_its_client(
    centre: Running, window: Open, tmp_path: Path
) -> None:
    month = await imported(centre, tmp_path)
    name = f"e2e-{secrets.token_hex(3)}"  # what is agreed is never taken back: each run has its own
    begin, _ = last_month()
    text = TEXT.format(name=name, start=f"{begin:%Y-%m-%d}", end=f"{begin.year + 2}-12-31")

    # Written: text and form are one document; an error is told at its line and field.
    maker = await page_of(window, centre, MAKER, "en", path="/agreements")
    await maker.get_by_role("link", name="New contract").click()
    field = maker.get_by_role("textbox", name="Text", exact=True)
    await expect(field).to_have_value(re.compile("sla/v1"))
    await field.fill(text.replace("metric: sl3(20)", "metric: sl33(20)"))
    await expect(maker.get_by_text(re.compile(r"^\d+ errors?$"))).to_be_visible()
    await expect(maker.get_by_role("button", name=re.compile("line 2[0-9].*objectives"))).to_be_visible()
    await expect(maker.get_by_role("button", name="Save draft")).to_be_disabled()
    await field.fill(text)
    await expect(maker.get_by_text("No errors", exact=True)).to_be_visible()
    await maker.locator("summary").filter(has_text="Answered within 20 s").click()
    target = maker.locator("[data-path='spec.objectives[0].targetPercent'] input")
    await expect(target).to_have_value("85")
    await target.fill("80")
    await target.blur()
    await expect(field).to_have_value(re.compile("targetPercent: 80 # as agreed in spring"))
    await faultless(maker)
    await maker.get_by_role("button", name="Save draft").click()
    await expect(maker).to_have_url(re.compile(f"/agreements/{name}/edit"))
    await maker.get_by_role("button", name="Propose", exact=True).click()
    await maker.get_by_role("dialog").get_by_role("button", name="Propose", exact=True).click()
    await expect(maker).to_have_url(re.compile(f"/agreements/{name}$"))

    # Approved by both sides, by others than its maker.
    ours = await page_of(window, centre, OURS, "en", path=f"/agreements/{name}")
    await approves(ours)
    theirs = await page_of(window, centre, THEIRS, "en", path="/agreements")
    row = theirs.get_by_role("row").filter(has_text=f"Contract {name}")
    await expect(row).to_contain_text("1 version to approve")
    await faultless(theirs)
    await row.get_by_role("link").click()
    await approves(theirs)

    # The month, as it stands: two figures in the same size, the objective, every day.
    address = f"/agreements/{name}?month={month}"
    await maker.goto(centre.url + address)
    await expect(maker.get_by_role("heading", name="Where the two figures part")).to_be_visible()
    objectives = maker.get_by_role("table", name="Objectives")
    await expect(objectives).to_contain_text("Answered within 20 s")
    await expect(objectives).to_contain_text("Shown only")
    await expect(maker.get_by_role("table", name="Day by day")).to_contain_text("8")
    async with caller(centre) as admin:
        standing = await admin.get(f"/api/sla/contracts/{name}/standing", period=month)
    main = next(one for one in standing["objectives"] if one["id"] == "answered-20")
    shown = f"{main['figure']['value'] * 100:.1f}"
    named = maker.get_by_role("cell", name="Answered within 20 s", exact=True)
    await expect(objectives.get_by_role("row").filter(has=named)).to_contain_text(shown)
    await faultless(maker)

    # A figure opens what it means, its quotient and the contacts behind it.
    await objectives.get_by_role("button", name=f"Answered within 20 s {shown}").click()
    drawer = maker.get_by_role("dialog")
    await expect(drawer).to_contain_text(re.compile(f"÷.*{shown}"))
    await expect(drawer.get_by_role("row").nth(1)).to_be_visible()
    await faultless(maker, schemes=("light",))
    await maker.keyboard.press("Escape")
    await expect(drawer).to_have_count(0)

    # An exclusion with its evidence is sent, and the client approves it.
    await maker.get_by_role("button", name="Ask for an exclusion").click()
    form = maker.get_by_role("dialog")
    await form.get_by_label("What happened").fill("Their system was down")
    await form.get_by_label("From").fill(f"{month}-08T10:00")
    await form.get_by_label("To", exact=True).fill(f"{month}-08T12:00")
    await form.get_by_label("Evidence").fill("Ticket HC-1 https://tickets.hechuan.example/HC-1")
    await form.get_by_role("button", name="Send", exact=True).click()
    await expect(form).to_have_count(0)
    await expect(maker.get_by_role("listitem").filter(has_text="Their system was down")).to_contain_text(
        "Ticket HC-1"
    )
    await theirs.goto(centre.url + address)
    await approves(theirs)
    await expect(theirs.get_by_text("No exclusion waits for approval.")).to_be_visible()

    # The month is closed; both sides sign; from then on it is final.
    await maker.goto(f"{centre.url}/agreements/{name}/statements")
    await maker.get_by_role("button", name="Issue statement").first.click()
    await expect(maker).to_have_url(re.compile("/agreements/statements/"))
    sheet = maker.url.removeprefix(centre.url)
    await expect(maker.get_by_role("article")).to_contain_text("Their system was down")
    await faultless(maker)
    for page in (ours, theirs):
        await page.goto(centre.url + sheet)
        await approves(page, "Sign")
    await expect(theirs.get_by_role("article")).to_contain_text("final")
    await expect(theirs.get_by_role("button", name="Sign", exact=True)).to_have_count(0)
    await theirs.get_by_role("button", name="Download").click()
    async with theirs.expect_download() as coming:
        await theirs.get_by_role("link", name="JSON").click()
    assert name in (await (await coming.value).path()).read_text("utf-8")
    await theirs.get_by_role("button", name="Check against the ledger").click()
    await expect(theirs.get_by_role("dialog")).to_contain_text("Sound:")
    await faultless(theirs, schemes=("light",))


async def test_a_client_signs_in_sees_their_agreements_and_nothing_else(centre: Running, window: Open) -> None:
    """The client portal, in each language, on a telephone too."""
    for language, words in (("zh-Hans", "协议"), ("zh-Hant", "協議"), ("en", "Agreements")):
        page = await page_of(window, centre, THEIRS, language, path="/agreements/hechuan", width=390, height=844)
        await expect(page.get_by_role("navigation", name=words)).to_be_visible()
        await expect(page.locator(".ag-two dd").first).to_be_visible()
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390, f"{language}: the page is {wide} px wide on a telephone"
        await faultless(page, schemes=("light",))
        await page.context.close()
    page = await page_of(window, centre, THEIRS, "en", path="/agreements", refused=["403", "404"])
    nav = page.get_by_role("navigation", name="Main navigation")
    await expect(nav.get_by_role("link", name="Agreements")).to_be_visible()
    for hidden in ("Settings", "Floor", "Customers", "Desk"):
        await expect(nav.get_by_role("link", name=hidden)).to_have_count(0)
    await expect(page.get_by_role("link", name="New contract")).to_have_count(0)
    await page.goto(f"{centre.url}/settings/queues")
    await expect(page.get_by_role("main")).not_to_contain_text("New contract")
    await page.goto(f"{centre.url}/agreements/somebody-elses")
    await expect(page.get_by_role("main")).to_contain_text("Agreements")
    await expect(page.locator(".ag-contract")).to_have_count(0)
