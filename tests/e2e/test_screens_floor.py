"""The floor and the wall: alarms, what a team lead can do, a wall that never scrolls and never lies (A6, D1, D4)."""

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, expect
from running import Open, Running
from screens import caller, faultless, goes_ready, page_of, tidy, writes

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

    count = await alarms.get_by_role("button", name="知道了").count()
    assert count > 0
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
    for item in await floor.get_by_role("menuitem").all():
        assert await item.get_attribute("aria-disabled") == "true" or "0" not in await item.inner_text()
    async with caller(centre, "gu.ming") as planner:
        refused = await planner.http.post("/api/floor/commands", json={"type": "sign_out", "agent": "deng.hui"})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_permitted")


@pytest.mark.parametrize(("width", "height", "language"), [(1920, 1080, "zh-Hant"), (1366, 768, "en")])
async def test_the_wall_fits_its_screen(
    centre: Running, window: Open, width: int, height: int, language: str
) -> None:
    wall = await page_of(window, centre, "zhou.xin", language, path="/wall", width=width, height=height)
    await expect(wall.get_by_role("heading", level=1)).to_be_visible()
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
