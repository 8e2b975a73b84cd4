"""Report delivery on screen: destinations tried, a schedule sent at once, what arrives, and who may set it up."""

import hashlib
import re
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from delivery_centre import mailbox, until
from playwright.async_api import Locator, Page, expect
from running import Open, Running
from screens import caller, faultless, page_of

pytestmark = pytest.mark.browser


async def turn_to(page: Page, panel: str) -> None:
    """One of the four lists, by its button."""
    await page.get_by_role("group", name="Report delivery").get_by_role("button", name=panel, exact=True).click()


async def chosen(dialog: Locator, field: str, *options: str) -> None:
    """Chooses from a field of a form."""
    item = dialog.locator(".ant-form-item").filter(has=dialog.page.get_by_title(field, exact=True))
    await item.get_by_role("combobox").click()
    for option in options:
        await dialog.page.locator(".ant-select-dropdown:visible").get_by_title(option, exact=True).click()
    if len(options) > 1:
        await dialog.page.keyboard.press("Escape")


def enclosed(message: EmailMessage) -> dict[str, bytes]:
    """What is attached: name → content."""
    return {str(one.get_filename()): one.get_payload(decode=True) for one in message.iter_attachments()}  # type: ignore[misc]


async def test_a_schedule_is_set_up_sent_and_sent_again_with_the_same_content(history: Running, window: Open) -> None:
    stamp = f"{datetime.now(UTC):%H%M%S}"
    share, mail, name = f"Share {stamp}", f"Service desk {stamp}", f"Each morning {stamp}"
    async with mailbox() as box:
        page = await page_of(window, history, "he.feng", "en", path="/reports", refused=["409"])
        await page.get_by_role("link", name="Report delivery").click()
        await expect(page.get_by_role("heading", level=1)).to_contain_text("Report delivery")

        # Where to: a folder, and people by e-mail. Each is tried before anything depends on it.
        await turn_to(page, "Destinations")
        await page.get_by_role("button", name="New destination").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_role("button", name="Save").click()
        await expect(dialog.get_by_text("Please fill in").first).to_be_visible()
        await chosen(dialog, "Way", "Folder")
        await dialog.get_by_label("Name", exact=True).fill(share)
        await dialog.get_by_label("Folder", exact=True).fill(f"share-{stamp}")
        await dialog.get_by_role("button", name="Save").click()
        await expect(dialog).to_have_count(0)

        await page.get_by_role("button", name="New destination").click()
        await dialog.get_by_label("Name", exact=True).fill(mail)
        await dialog.get_by_label("Server", exact=True).fill("127.0.0.1")
        await dialog.get_by_label("Port", exact=True).fill(str(box.port))
        await chosen(dialog, "Encryption", "None")
        await dialog.get_by_label("Sender", exact=True).fill("reports@centre.example")
        await dialog.get_by_label("Recipients (one a line)").fill("boss@client.example\ndesk@client.example")
        await faultless(page)
        await dialog.get_by_role("button", name="Save").click()
        await expect(dialog).to_have_count(0)
        await expect(page.get_by_role("row", name=mail)).to_contain_text("boss@client.example, desk@client.example")

        folder = history.home / "deliveries" / f"share-{stamp}"
        await page.get_by_role("row", name=share).get_by_role("button", name="Send a test page").click()
        await expect(page.get_by_text("The test page arrived").last).to_contain_text(".pdf")
        assert [one.read_bytes()[:5] for one in folder.iterdir()] == [b"%PDF-"]
        await page.get_by_role("row", name=mail).get_by_role("button", name="Send a test page").click()
        await expect(page.get_by_text("The test page arrived: Taken as 42")).to_be_visible()
        assert box.messages[0]["Subject"] == "Test page"
        box.refuse = "554 Not today"
        await page.get_by_role("row", name=mail).get_by_role("button", name="Send a test page").click()
        await expect(page.get_by_text("The mail server refused the message: 554 Not today")).to_be_visible()
        box.refuse = ""
        await faultless(page)

        # When and what: a ready-made report, and how the next times fall.
        await turn_to(page, "Schedules")
        await page.get_by_role("button", name="New schedule").click()
        await dialog.get_by_label("Name", exact=True).fill(name)
        await chosen(dialog, "Reports", "Getting through")
        await page.keyboard.press("Escape")
        await chosen(dialog, "Destinations", share, mail)
        await chosen(dialog, "Formats", "csv")
        await page.keyboard.press("Escape")
        await chosen(dialog, "Repeat", "Weekly")
        await dialog.get_by_role("checkbox", name="Fri").check()
        await expect(dialog.get_by_role("checkbox", name="Mon")).to_be_checked()
        await faultless(page)
        await dialog.get_by_role("button", name="Save").click()
        await expect(dialog).to_have_count(0)
        row = page.get_by_role("row", name=name)
        await expect(row).to_contain_text("Weekly 08:00")
        await expect(row).to_contain_text("何峰")

        # It goes out at once, and arrives.
        await row.get_by_role("button", name="Deliver now").click()
        await expect(page.get_by_text("It is being made and sent.")).to_be_visible()
        await turn_to(page, "Deliveries")
        to_mail, to_share = (page.get_by_role("row", name=one) for one in (mail, share))
        await expect(to_mail.first).to_contain_text("Sent")
        await expect(to_mail.first).to_contain_text("Taken as 42")
        await expect(to_share.first).to_contain_text("Confirmed")
        first = enclosed(box.messages[-1])
        assert sorted(one.rpartition(".")[2] for one in first) == ["pdf", "zip"]  # several tables as CSV are one ZIP
        assert str(box.messages[-1]["Subject"]).startswith(name)
        kept = {hashlib.sha256(one.read_bytes()).hexdigest() for one in folder.iterdir()}
        assert {hashlib.sha256(one).hexdigest() for one in first.values()} <= kept
        await faultless(page)

        # Sent again: another message, the same content.
        sent = len(box.messages)
        async with caller(history) as admin:
            before = {one["destination_name"]: one for one in (await admin.get("/api/report-deliveries"))["items"]}[
                mail
            ]
            await to_mail.get_by_role("button", name="Send again").click()
            await expect(page.get_by_text("The same content is being sent again.")).to_be_visible()

            async def came() -> bool:
                return len(box.messages) > sent

            await until(came)
            assert enclosed(box.messages[-1]) == first
            assert box.messages[-1]["Message-ID"] != box.messages[-2]["Message-ID"]
            after = await admin.get(f"/api/report-deliveries/{before['id']}")
            assert (after["digest"], after["round"]) == (before["digest"], before["round"] + 1)

        # The archive lists it by the content's SHA-256, and its files open.
        await turn_to(page, "Archive")
        row = page.get_by_role("row", name=name).first
        await expect(row).to_contain_text(before["digest"][:12])
        async with page.expect_download() as coming:
            await row.get_by_role("link", name="pdf").click()
        download = await coming.value
        assert (await download.path()).read_bytes() == first[download.suggested_filename]
        await faultless(page)

        # A destination in use stays; a schedule may go, and the archive stays.
        await turn_to(page, "Destinations")
        await page.get_by_role("row", name=share).get_by_role("button", name="Delete").click()
        await dialog.get_by_role("button", name="Delete").click()
        await expect(page.get_by_text(re.compile("still sends there", re.I))).to_be_visible()
        await turn_to(page, "Schedules")
        await page.get_by_role("row", name=name).get_by_role("button", name="Delete").click()
        await dialog.get_by_role("button", name="Delete").click()
        await expect(page.get_by_role("row", name=name)).to_have_count(0)
        await turn_to(page, "Archive")
        await expect(page.get_by_role("row", name=name).first).to_be_visible()


async def test_who_sets_up_no_deliveries_sees_the_archive_of_the_portal_alone(history: Running, window: Open) -> None:
    """A client's person, and a supervisor: reports yes, schedules no."""
    for login in ("zhou.wan", "song.ya"):
        page = await page_of(window, history, login, "en", path="/reports/deliveries?tab=schedules")
        await expect(page.get_by_role("heading", level=1)).to_contain_text("Report delivery")
        await expect(page.get_by_text("Nothing has been delivered yet.")).to_be_visible()
        for hidden in ("Schedules", "Destinations", "Deliveries", "New schedule"):
            await expect(page.get_by_role("button", name=hidden, exact=True)).to_have_count(0)
        for closed in ("report-schedules", "report-destinations", "report-deliveries"):
            assert (await page.request.get(f"{history.url}/api/{closed}")).status == 403


@pytest.mark.parametrize(
    ("language", "title", "panel", "new"),
    [("zh-Hans", "报表送达", "时间表", "新时间表"), ("zh-Hant", "報表送達", "時間表", "新時間表")],
)
async def test_report_delivery_speaks_chinese(
    history: Running, window: Open, language: str, title: str, panel: str, new: str
) -> None:
    page = await page_of(window, history, "he.feng", language, path="/reports/deliveries")
    await expect(page.get_by_role("heading", level=1)).to_contain_text(title)
    await page.get_by_role("button", name=panel, exact=True).click()
    await page.get_by_role("button", name=new).click()
    await expect(page.get_by_role("dialog")).to_contain_text(new)


async def test_an_agent_has_no_report_delivery(history: Running, window: Open) -> None:
    page = await page_of(window, history, "lin.xiao", "en", path="/reports/deliveries", refused=["403"])
    await expect(page.locator('.jt-empty[data-kind="permission"]')).to_be_visible()
