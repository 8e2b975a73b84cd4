"""The desk beyond the main job: lost networks, missed offers, transfers, part-timers, the keyboard (B1, A4, A6)."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, expect
from running import Open, Running
from screens import caller, faultless, goes_ready, page_of, says, tidy, writes

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", autouse=True)
async def always_open(centre: Running) -> AsyncIterator[None]:
    """Whatever the hour at which the tests run; and offers of one queue that do not take long to miss."""
    async with caller(centre) as admin:
        before = {id: await admin.change("queues", id, hours=None) for id in ("orders", "returns")}
        await admin.change("queues", "orders", offer_s=5)
        yield
        for id, spec in before.items():
            await admin.change("queues", id, **spec)


@pytest.fixture(autouse=True)
async def left_tidy(centre: Running) -> AsyncIterator[None]:
    yield
    await tidy(centre, "lin.xiao", "chen.yu", "tang.wei", "sun.lei", "xie.min", "zhao.min")


async def accepted(desk: Page, text: str) -> None:
    offer = desk.get_by_role("alertdialog")
    await expect(offer).to_contain_text(text)
    await offer.get_by_role("button", name="Accept").click()
    await expect(desk.get_by_role("main")).to_contain_text(text)


async def test_a_draft_survives_a_reload_and_a_cut_network(centre: Running, window: Open) -> None:
    desk = await page_of(window, centre, "lin.xiao", "en")
    await goes_ready(desk)
    customer = await writes(window, centre, "My oven stays cold", name="Grace Lee")
    await accepted(desk, "My oven stays cold")
    reply = desk.get_by_role("textbox", name="Reply to Grace Lee")
    await reply.fill("Half a sentence, ")
    await desk.reload()
    await expect(reply).to_have_value("Half a sentence, ")

    await desk.context.set_offline(True)
    await reply.fill("Half a sentence, and the rest 🧊")
    await expect(reply).to_have_value("Half a sentence, and the rest 🧊")
    await desk.context.set_offline(False)
    await expect(desk.get_by_role("button", name="Send")).to_be_enabled(timeout=20_000)
    await reply.press("Enter")
    await expect(customer.get_by_role("log")).to_contain_text("and the rest 🧊")
    await expect(reply).to_have_value("")


async def test_a_lost_connection_is_said_and_nothing_typed_is_lost(centre: Running, window: Open) -> None:
    desk = await page_of(window, centre, "lin.xiao", "en", path="/floor")
    gate = asyncio.Event()
    sockets = []

    async def line(socket: object) -> None:
        if gate.is_set():
            await socket.close(code=1001)  # type: ignore[attr-defined]
            return
        sockets.append(socket)
        socket.connect_to_server()  # type: ignore[attr-defined]

    await desk.route_web_socket(re.compile("/ws/desk"), line)
    await desk.goto(f"{centre.url}/desk")
    await goes_ready(desk)
    customer = await writes(window, centre, "The hob ticks", name="Mary Hill")
    await accepted(desk, "The hob ticks")
    gate.set()
    await sockets[-1].close(code=1001)
    bar = desk.get_by_role("alert").filter(has_text="Connection lost")
    await expect(bar).to_be_visible()
    await expect(bar).to_contain_text("What you type is kept")
    await faultless(desk, schemes=("light",))
    await desk.get_by_role("textbox", name="Reply to Mary Hill").fill("I am looking it up")
    await expect(desk.get_by_role("button", name="Send")).to_be_disabled()
    gate.clear()
    await expect(bar).to_have_count(0, timeout=20_000)
    await expect(desk.get_by_role("textbox", name="Reply to Mary Hill")).to_have_value("I am looking it up")
    await desk.keyboard.press("Enter")
    await expect(customer.get_by_role("log")).to_contain_text("I am looking it up")
    await expect(customer.get_by_role("log").get_by_text("I am looking it up")).to_have_count(1)


async def test_a_missed_offer_goes_to_the_front_and_its_agent_comes_back(centre: Running, window: Open) -> None:
    desk = await page_of(window, centre, "tang.wei", "en")
    await goes_ready(desk)
    await writes(window, centre, "Where is my parcel?", name="Ned Ash", widget="orders")
    offer = desk.get_by_role("alertdialog")
    await expect(offer).to_contain_text("Where is my parcel?")
    await faultless(desk)
    banner = desk.get_by_role("alert").filter(has_text="You are marked as not responding")
    await expect(banner).to_be_visible(timeout=30_000)
    await expect(offer).to_have_count(0)
    await faultless(desk)
    async with caller(centre) as admin:
        await admin.change("queues", "orders", offer_s=60)  # now there shall be time to take it
    await banner.get_by_role("button", name="I'm back").click()
    await accepted(desk, "Where is my parcel?")  # the same contact, still waiting at the front
    await expect(banner).to_have_count(0)


async def test_a_contact_is_handed_to_a_colleague_and_then_to_a_queue(centre: Running, window: Open) -> None:
    lin = await page_of(window, centre, "lin.xiao", "en")
    await goes_ready(lin)
    customer = await writes(window, centre, "Two things at once", name="Ivy Moss")
    await accepted(lin, "Two things at once")
    chen = await page_of(window, centre, "chen.yu", "en")
    await goes_ready(chen)
    await lin.keyboard.press("Alt+t")
    dialog = lin.get_by_role("dialog")
    await dialog.get_by_text("Colleagues").click()
    await dialog.get_by_role("radio", name=re.compile("陈宇")).check()
    await faultless(lin)
    await dialog.get_by_role("button", name="Transfer").click()
    await expect(lin.get_by_text("Transferred to 陈宇").first).to_be_visible()
    await accepted(chen, "Two things at once")
    await expect(customer.get_by_role("log")).to_contain_text("陈宇")

    sun = await page_of(window, centre, "sun.lei", "en")
    await goes_ready(sun)
    await chen.locator(".jt-btn").filter(has_text="Transfer").click()
    dialog = chen.get_by_role("dialog")
    await dialog.get_by_role("radio", name=re.compile("Returns")).check()
    await dialog.get_by_role("button", name="Transfer").click()
    await accepted(sun, "Two things at once")
    await says(customer, "Still here")
    await expect(sun.get_by_role("main")).to_contain_text("Still here")
    async with caller(centre) as admin:
        record = (await admin.found(q="Ivy Moss"))[0]
        await admin.found(
            lambda events: [one["type"] for one in events].count("contact.transferred") == 2,
            f"/api/contacts/{record['id']}/events",
        )


async def test_a_part_timer_is_called_in_by_the_team_lead_and_joins(centre: Running, window: Open) -> None:
    xie = await page_of(window, centre, "xie.min", "en")
    await expect(xie.get_by_role("main")).to_contain_text("On standby")
    floor = await page_of(window, centre, "zhou.xin", "en", path="/floor")
    await floor.get_by_role("button", name="Call in part-timers").first.click()
    await floor.get_by_role("combobox", name="Queue").last.select_option("repair")
    await floor.get_by_role("button", name="Invite", exact=True).click()
    await expect(floor.get_by_text("1 part-timer invited")).to_be_visible()
    asks = xie.get_by_role("alert").filter(has_text="asks for help")
    await expect(asks).to_contain_text("After-sales repair")
    await faultless(xie)
    await asks.get_by_role("button", name="Join").click()
    await writes(window, centre, "Part-timers welcome", name="Zoe Park")
    await accepted(xie, "Part-timers welcome")


async def test_the_desk_is_driven_by_the_keyboard_alone(centre: Running, window: Open) -> None:
    desk = await page_of(window, centre, "zhao.min", "en")
    await expect(desk.get_by_role("banner")).to_be_visible()
    await desk.keyboard.press("Shift+Slash")
    sheet = desk.get_by_role("dialog")
    await expect(sheet).to_contain_text("Accept the offered contact")
    await faultless(desk, schemes=("dark",))
    await desk.keyboard.press("Escape")
    await expect(sheet).to_have_count(0)
    await expect(desk.locator(".desk-status")).to_be_enabled()
    await desk.keyboard.press("Control+k")
    await expect(desk.get_by_role("combobox", name="Type what to do or where to go")).to_be_focused()
    await desk.keyboard.type("go ready")
    await expect(desk.get_by_role("option").first).to_contain_text("ready")
    await faultless(desk, schemes=("light",))
    await desk.keyboard.press("Enter")
    customer = await writes(window, centre, "Keys only", name="Kay Bord")
    await expect(desk.get_by_role("alertdialog")).to_contain_text("Keys only")
    await desk.keyboard.press("Alt+a")
    await expect(desk.get_by_role("textbox", name="Reply to Kay Bord")).to_be_visible()
    await desk.keyboard.press("Alt+r")
    await expect(desk.get_by_role("textbox", name="Reply to Kay Bord")).to_be_focused()
    await desk.keyboard.type("Hello Kay")
    await desk.keyboard.press("Enter")
    await expect(customer.get_by_role("log")).to_contain_text("Hello Kay")
    await desk.keyboard.press("Alt+e")
    await expect(desk.get_by_role("button", name="Finish wrap-up")).to_be_visible()
    await faultless(desk, schemes=("dark",))
