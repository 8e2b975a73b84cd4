"""The floor and the wall: alarms, what a team lead can do, a wall that never scrolls and never lies (A6, D1, D4)."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, expect
from running import Open, Running
from screens import caller, faultless, goes_ready, page_of, tidy, writes

from jietong.demo.wire import Frame, Wire

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
async def left_tidy(centre: Running) -> AsyncIterator[None]:
    yield
    await tidy(centre, "he.jing", "deng.hui")


async def tile(floor: Page, name: str) -> None:
    await floor.get_by_role("list", name="坐席").get_by_role("button", name=re.compile(name)).click()


async def test_alarms_come_are_acknowledged_and_waiting_contacts_are_moved(centre: Running, window: Open) -> None:
    async with caller(centre) as admin:
        before = await admin.change("queues", "repair", alarm_wait_s=2)
        await admin.change("queues", "orders", hours=None)
    floor = await page_of(window, centre, "zhou.xin", "zh-Hans", path="/floor")
    first = await writes(window, centre, "Ice in the drawer", name="Rob Frost")
    await writes(window, centre, "Water on the floor", name="Liv Brook")
    alarms = floor.get_by_role("region", name="告警")
    await expect(alarms).to_contain_text("售后报修", timeout=15_000)
    await faultless(floor)
    waiting = floor.get_by_role("region", name="等候的联系")
    await expect(waiting.get_by_role("button")).to_have_count(2)

    await waiting.get_by_role("button", name=re.compile("Liv Brook")).click()
    await floor.get_by_role("menuitem", name="提到前面").click()
    await expect(waiting.get_by_role("button", name=re.compile("Liv Brook"))).to_contain_text("优先级 2")
    await waiting.get_by_role("button", name=re.compile("Rob Frost")).click()
    await floor.get_by_role("menuitem", name=re.compile("移到队列")).hover()
    await faultless(floor, schemes=("light",))
    await floor.get_by_role("menuitem", name="订单配送").click()
    await expect(waiting.get_by_role("button", name=re.compile("Rob Frost"))).to_contain_text("订单配送")
    await expect(first.get_by_role("log")).to_contain_text("Ice in the drawer")  # the customer notices nothing

    # Whoever has seen an alarm stands beside it; it stays while its cause lasts.
    alarm = alarms.get_by_role("listitem").filter(has_text="售后报修已等")
    await expect(alarm).to_contain_text("1 人等候")
    await alarm.get_by_role("button", name="知道了").click()
    await expect(alarm).to_contain_text("周欣 已看。")
    async with caller(centre) as admin:
        await admin.change("queues", "repair", **before)


async def test_a_team_lead_sets_a_status_gives_a_contact_and_signs_out(centre: Running, window: Open) -> None:
    desk = await page_of(window, centre, "he.jing", "en")
    await expect(desk.get_by_role("banner")).to_be_visible()
    floor = await page_of(window, centre, "zhou.xin", "zh-Hans", path="/floor")
    await tile(floor, "何静")
    await floor.get_by_role("menuitem", name="改状态").hover()
    await floor.get_by_role("menuitem", name="培训").click()
    await expect(desk.get_by_role("banner")).to_contain_text("Training")
    await goes_ready(desk)
    await writes(window, centre, "The door squeaks", name="Ann Reed")
    await expect(desk.get_by_role("alertdialog")).to_contain_text("The door squeaks")
    await desk.keyboard.press("Alt+a")
    await expect(
        floor.get_by_role("list", name="坐席").get_by_role("button", name=re.compile("何静"))
    ).to_contain_text("会话中")
    await tile(floor, "何静")
    await floor.get_by_role("menuitem", name="登出").click()
    asked = floor.get_by_role("dialog")
    await expect(asked).to_contain_text("何静")
    await faultless(floor)
    await asked.get_by_role("button").last.click()
    await expect(floor.get_by_role("region", name="等候的联系")).to_contain_text("Ann Reed")
    await expect(desk.get_by_role("banner")).to_contain_text("Off")


async def test_who_may_only_look_has_no_way_to_act(centre: Running, window: Open) -> None:
    desk = await page_of(window, centre, "deng.hui", "en")
    await expect(desk.get_by_role("banner")).to_be_visible()
    floor = await page_of(window, centre, "gu.ming", "zh-Hant", path="/floor")
    await (
        floor.get_by_role("list", name=re.compile("專員|客服|坐席|座席"))
        .get_by_role("button", name=re.compile("邓辉"))
        .click()
    )
    menu = floor.get_by_role("menu")
    await expect(menu).to_contain_text("您只能檢視")
    await expect(menu.get_by_role("menuitem")).to_have_count(4)
    for item in await menu.get_by_role("menuitem").all():
        await expect(item).to_have_attribute("aria-disabled", "true")
    async with caller(centre, "gu.ming") as planner:
        refused = await planner.http.post("/api/floor/commands", json={"type": "sign_out", "agent": "deng.hui"})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_permitted")


@pytest.mark.parametrize(("width", "height", "language"), [(1920, 1080, "zh-Hant"), (1366, 768, "en")])
async def test_the_wall_fits_its_screen(
    centre: Running, window: Open, width: int, height: int, language: str
) -> None:
    wall = await page_of(window, centre, "zhou.xin", language, path="/wall", width=width, height=height)
    await expect(wall.locator(".wl-tile")).to_have_count(8)
    await expect(wall.locator(".wl-draw")).to_be_visible()
    beyond = await wall.evaluate(
        "[document.documentElement.scrollWidth - innerWidth, document.documentElement.scrollHeight - innerHeight]"
    )
    assert max(beyond) <= 0
    cut = await wall.evaluate(
        "[...document.querySelectorAll('main h2, main p')]"
        ".filter(e => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0).map(e => e.textContent)"
    )
    assert cut == [], "words cut off"
    await faultless(wall)


async def turned_away(centre: Running, widget: str) -> str:
    """A customer whom the queue does not take; gives the reason."""
    news: asyncio.Queue[Frame] = asyncio.Queue()
    wire = await Wire.open(centre.url.replace("http", "ws", 1) + "/ws/chat", {}, news.put_nowait)
    await wire.send({"t": "hello", "widget": widget, "token": None, "lang": "en"})
    await wire.ask({"t": "start", "profile": {"name": "Tom Late", "phone": "+44 7400 121212"}, "text": "Anybody?"})
    async with asyncio.timeout(15):
        while (frame := await news.get())["t"] != "state" or frame["state"]["place"] == "queue":
            pass
    await wire.close()
    place: str = frame["state"]["place"]
    return place


async def test_the_wall_counts_out_of_hours_apart_from_those_who_never_got_in(centre: Running, window: Open) -> None:
    """Whom a full queue sent away stands against true access, in both tiles alike; out of hours does not."""
    async with caller(centre) as admin:
        names = {"zh-Hans": "从未开放", "zh-Hant": "從未開放", "en": "Never open"}
        week: list[object] = [[] for _ in range(7)]
        shut = {"id": "never-open", "zone": "Asia/Shanghai", "week": week, "holidays": [], "name": names}
        if "never-open" not in {one["id"] for one in (await admin.get("/api/hours"))["items"]}:
            await admin.post("/api/hours", spec=shut)
        before = await admin.change("queues", "returns", hours=None, max_waiting=1)
        await writes(window, centre, "I was first", name="Fay First", widget="returns")
        assert await turned_away(centre, "returns") == "full"
        wall = await page_of(window, centre, "zhou.xin", "en", path="/wall?queue=returns", width=1920, height=1080)
        access, never = (
            wall.locator(".wl-tile", has=wall.get_by_role("heading", name=name, exact=True))
            for name in ("True access", "Never got in")
        )
        await expect(never.locator(".wl-figure")).to_have_text("1person")
        await expect(never).to_contain_text("Today, in opening hours")
        await expect(access).to_contain_text("1 never got in")
        await admin.change("queues", "returns", hours="never-open")
        assert await turned_away(centre, "returns") == "closed_hours"
        await expect(never).to_contain_text("1 more out of hours")
        await expect(never.locator(".wl-figure")).to_have_text("1person")
        await expect(access).to_contain_text("1 never got in")
        for language, tile, words in (("zh-Hans", "未能接入", "非服务时间"), ("zh-Hant", "未能進線", "非服務時間")):
            other = await page_of(window, centre, "zhou.xin", language, path="/wall", width=1366, height=768)
            await expect(other.locator(".wl-tile", has_text=f"1 位{tile}")).to_have_count(1)
            await expect(other.locator(".wl-tile", has_text=words)).to_contain_text(f"{tile}1位另有 1 位")
        await admin.change("queues", "returns", **before)


async def test_the_wall_turns_grey_and_says_since_when_it_hears_nothing(centre: Running, window: Open) -> None:
    wall = await page_of(window, centre, "zhou.xin", "zh-Hans", path="/floor", width=1920, height=1080)
    gone = False
    sockets = []

    async def line(socket: object) -> None:
        if gone:
            await socket.close(code=1001)  # type: ignore[attr-defined]
            return
        sockets.append(socket)
        socket.connect_to_server()  # type: ignore[attr-defined]

    await wall.route_web_socket(re.compile("/ws/wall"), line)
    await wall.goto(f"{centre.url}/wall")
    await expect(wall.get_by_text("数据更新于")).to_be_visible()
    gone = True
    await sockets[-1].close(code=1001)
    await expect(wall.get_by_text(re.compile("停在"))).to_be_visible(timeout=20_000)
    await faultless(wall)
    gone = False
    await expect(wall.get_by_text("数据更新于")).to_be_visible(timeout=20_000)
