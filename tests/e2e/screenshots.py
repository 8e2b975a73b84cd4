"""Pictures of every screen for the documentation: `python tests/e2e/screenshots.py`, or `make docs`.

Starts a centre of its own, lets simulated customers and the demonstration centre's own people work through a morning
in some minutes, holds one real conversation in each language, and writes docs/images/NAME-LANGUAGE-THEME.png.
"""

import argparse
import asyncio
import contextlib
import io
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import httpx
from PIL import Image
from playwright.async_api import Browser, Locator, Page, TimeoutError, async_playwright, expect

sys.path.insert(0, str(Path(__file__).parent))

from conftest import ARGUMENTS, BUILT, CHROMIUM
from planning_pictures import planning
from running import Running, free_port
from screens import goes_ready

from jietong.app.telephony import installed
from jietong.core.clock import SystemClock
from jietong.demo.agent import Agent
from jietong.demo.driver import Simulation, reasons_of
from jietong.demo.tally import Tally
from jietong.demo.wire import Frame, Wire

IMAGES = Path(__file__).parents[2] / "docs" / "images"
ZONE = ZoneInfo("Asia/Shanghai")
PASSWORD = "jietong-demo"
MICROPHONE = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
SPEED = 40.0
OPENS = time(8, 55)
MORNING_MIN = 150.0
RUSH_S = 600.0  # at the end, more customers come than can be served
SLOWER = 2.2

HERO = "lin.xiao"  # works at the desk of the pictures
COLLEAGUES = (
    *("chen.yu", "zhao.min", "he.jing", "sun.lei", "pan.yi", "tang.wei", "xu.na", "ma.chao"),
    *("xie.min", "gao.jun", "kong.li", "shi.wen"),  # part-timers, on standby
)


@dataclass(frozen=True)
class Talk:
    """A customer whom the desk of the pictures knows already, and what they say: customer, agent, customer."""

    language: str
    locale: str
    name: str
    phone: str
    before: str
    said: tuple[str, ...]
    search: str
    draft: str


TALKS = (
    Talk(
        "en",
        "en-GB",
        "Olivia Clark",
        "+44 7400 123456",
        "Hello, when can a technician look at my dishwasher?",
        (
            "Hello, my fridge stopped cooling last night and the panel shows E8",
            "Hello Ms Clark, thank you for writing. Is anything standing close to the air outlet inside?",
            "Yes, it is rather full. I will move things. Do I need a technician?",
        ),
        "fridge",
        "Please clear the outlet and set it to 4 °C. If it is not cold by tomorrow, ",
    ),
    Talk(
        "zh-Hant",
        "zh-TW",
        "林佳穎",
        "+886 912 345 678",
        "你好，我想問上次的維修費可以開發票嗎？",
        (
            "你好，洗衣機脫水的時候會跳動，聲音很大",
            "林小姐您好，請問機器背面的四支運輸螺栓都拆下來了嗎？",
            "安裝的師傅沒有提到，我現在去看看",
        ),
        "洗衣機",
        "如果螺栓還在，請先不要使用，我幫您約",
    ),
    Talk(
        "zh-Hans",
        "zh-CN",
        "王浩然",
        "138 5710 0935",
        "你好，冰箱上门检修能改到周四吗？",
        (
            "冰箱冷藏室又不制冷了，面板显示 E8",
            "王先生您好，上次检修是我接待的。请问出风口附近放了东西吗？",
            "塞得比较满，我挪开试试。要是还不行，今天能来人吗？",
        ),
        "E8",
        "挪开后约 4 小时恢复；如果还不行，",
    ),
)


_CLOCK = """
(() => {
  const Real = Date;
  globalThis.Date = class Date extends Real {
    constructor(...given) { given.length ? super(...given) : super(Real.now() + AHEAD); }
    static now() { return Real.now() + AHEAD; }
  };
})();
"""


class Hurried(Running):
    """The centre with a clock that can be hurried."""

    def start(self, **environ: str) -> None:
        opens = datetime.combine(datetime.now(ZONE).date(), OPENS, ZONE)
        script = Path(__file__).with_name("hurried.py")
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(script), str(SPEED), str(round(opens.timestamp() * 1000))],
                env=self.environ(**environ),
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )

    def switch(self) -> None:
        """From the wall's speed to the fast one, or back."""
        assert self.process is not None
        self.process.send_signal(signal.SIGUSR1)


class Rush(Simulation):
    """Customers of every queue but one: there the desk of the pictures has the time to talk."""

    async def _open_desks(self) -> list[str]:
        return [widget for widget in await super()._open_desks() if widget != "repair"]


class Day:
    """A morning of the centre: its staff at their desks, customers coming in."""

    def __init__(self, centre: Hurried) -> None:
        self._centre = centre
        self._ws = centre.url.replace("http", "ws", 1)
        self._random = Random(11)
        key = (centre.home / "demo.key").read_text(encoding="ascii").strip()
        self._customers = Simulation(centre.url, key, rate_per_min=4.5, agents=0, seed=11)
        self._rush = Rush(centre.url, key, rate_per_min=0.5, agents=0, seed=12)
        self._reasons: dict[str, list[str]] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def earlier_talks(self) -> None:
        """Each of the customers has been here before and talked with the desk of the pictures."""
        await self._one_skill(HERO, "repair")
        self._hurry(SPEED)
        hero = await self._agent(HERO)
        work = asyncio.create_task(hero.work())
        await asyncio.gather(*(self._visit(talk) for talk in TALKS))
        await self.pause(60)  # wrap-up
        await hero.leave()
        work.cancel()

    async def morning(self, minutes: float) -> None:
        """Goes by at speed; at its end it is busy."""
        for login in COLLEAGUES:
            agent = await self._agent(login)
            self._tasks.append(asyncio.create_task(agent.work(), name=login))
        for crowd in (self._customers, self._rush):
            self._tasks.append(asyncio.create_task(crowd.run(None)))
            await asyncio.sleep(5)  # not both at once: each makes the first simulated agent
        for tenth in range(10):
            print(f"morning: {tenth * 10} %, {self._customers.tally}", flush=True)
            await self.pause((minutes * 60 - RUSH_S) / 10)
        self._rush.rate_per_min = 13
        await self.pause(RUSH_S)
        self._hurry(1.0)
        self._rush.rate_per_min = 6

    async def pause(self, seconds: float) -> None:
        """Sleeps so many of the centre's seconds."""
        await self._customers.pause(seconds)

    async def at_ease(self, seconds: float) -> None:
        """How the simulated staff pauses: real people are slower."""
        await self.pause(seconds * SLOWER)

    def _hurry(self, speed: float) -> None:
        if speed != self._customers.speed:
            self._centre.switch()
        self._customers.speed = self._rush.speed = speed

    async def _one_skill(self, login: str, skill: str) -> None:
        async with self._signed_in("he.feng") as (client, _):
            found = (await client.get("/api/staff", params={"q": login})).json()["items"][0]
            known = {key: found[key] for key in ("login", "name", "roles", "clients", "language", "version", "agent")}
            spec = known["agent"]["spec"]
            spec["skills"] = [one for one in spec["skills"] if one["skill"] == skill]
            spec["capacity"]["text"] = 6
            (await client.put(f"/api/staff/{found['id']}", json=known)).raise_for_status()

    @asynccontextmanager
    async def _signed_in(self, login: str) -> AsyncIterator[tuple[httpx.AsyncClient, dict[str, Any]]]:
        """A client with the account's session, and who it is."""
        async with httpx.AsyncClient(base_url=self._centre.url, headers={"Origin": self._centre.url}) as client:
            account = {"login": f"{login}@hechuan.example", "password": PASSWORD}
            me = (await client.post("/api/session", json=account)).raise_for_status().json()
            client.headers["X-CSRF-Token"] = me["csrf"]
            yield client, me

    async def end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _agent(self, login: str) -> Agent:
        async with self._signed_in(login) as (client, me):
            if not self._reasons:
                self._reasons = reasons_of((await client.get("/api/directory")).json())
            return Agent(
                self._ws,
                me["agent_id"],
                client.cookies["jt_session"],
                Random(self._random.random()),
                Tally(),
                self.at_ease,
                self._reasons,
            )

    async def _visit(self, talk: Talk) -> None:
        """Says what it is about, is answered, thanks and rates."""
        news = asyncio.Event()
        heard: list[Frame] = []

        def hear(frame: Frame) -> None:
            heard.append(frame)
            news.set()

        async def until(kind: str, **of: str) -> None:
            while not any(f["t"] == kind and all(f.get(kind, {}).get(k) == v for k, v in of.items()) for f in heard):
                news.clear()
                await asyncio.wait_for(news.wait(), 30)

        wire = await Wire.open(self._ws + "/ws/chat", {}, hear)
        await wire.send({"t": "hello", "widget": "repair", "token": None, "lang": talk.language})
        await until("welcome")
        await wire.ask({"t": "start", "profile": {"name": talk.name, "phone": talk.phone}, "text": talk.before})
        await until("message", author="agent")
        await self.pause(60)
        await wire.ask({"t": "end"})
        await until("state", survey="asked")
        await wire.ask({"t": "survey", "score": 5, "resolved": True})
        await wire.close()


class Camera:
    """Takes the pictures: each screen in a language and a theme."""

    def __init__(self, browser: Browser, centre: Running) -> None:
        self.url = centre.url
        self._browser = browser
        self._ahead_ms = 0

    async def set_clock(self) -> None:
        """Browsers opened from now on tell the centre's time."""
        welcome: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        wire = await Wire.open(self.url.replace("http", "ws", 1) + "/ws/chat", {}, welcome.set_result)
        await wire.send({"t": "hello", "widget": "repair", "token": None, "lang": "en"})
        self._ahead_ms = (await welcome)["now"] - SystemClock().now()
        await wire.close()

    async def sitting(self, login: str | None = None, width: int = 1440, height: int = 900, **options: Any) -> Page:
        """A page of a browser of its own, signed in."""
        context = await self._browser.new_context(
            viewport={"width": width, "height": height}, timezone_id=str(ZONE), reduced_motion="reduce", **options
        )
        if login:
            answer = await context.request.post(
                f"{self.url}/api/session",
                data={"login": f"{login}@hechuan.example", "password": PASSWORD},
                headers={"Origin": self.url},
            )
            assert answer.ok, await answer.text()
        await context.add_init_script(_CLOCK.replace("AHEAD", str(self._ahead_ms)))
        return await context.new_page()

    async def turn(self, page: Page, language: str, theme: str, path: str) -> None:
        """Opens the path in a language and a theme."""
        await page.goto(f"{self.url}/mark.svg")  # a page of the same origin, to keep the choice
        await page.evaluate(
            "([language, theme]) => { localStorage['jt.language'] = language; localStorage['jt.theme'] = theme }",
            [language, theme],
        )
        await page.goto(self.url + path)
        await expect(page.locator("html")).to_have_attribute("lang", language)
        await expect(page.get_by_role("main").first).to_be_visible()
        await page.wait_for_timeout(1200)  # figures and lists arrive

    async def first(self, page: Page, kind: str, **by: str) -> str:
        """Id of the first that the centre finds; empty when it finds none."""
        answer = await page.request.get(f"{self.url}/api/{kind}", params=by)
        items = (await answer.json())["items"]
        return str(items[0]["id"]) if items else ""

    async def shoot(self, page: Page, name: str, language: str, theme: str) -> None:
        await page.mouse.move(0, 0)
        await page.wait_for_timeout(250)
        picture = Image.open(io.BytesIO(await page.screenshot()))
        IMAGES.mkdir(parents=True, exist_ok=True)
        path = IMAGES / f"{name}-{language}-{theme}.png"
        picture.convert("RGB").quantize(256, kmeans=3, dither=Image.Dither.NONE).save(path, optimize=True)
        print(path.name, path.stat().st_size // 1024, "kB", flush=True)


async def desk_and_chat(camera: Camera, talk: Talk, desk: Page) -> None:
    """The customer comes back, is offered to the one they know, and they talk."""
    lead = await camera.sitting("zhou.xin")
    hands = Hands(desk, lead, camera.url)
    await hands.emptied()
    await camera.turn(desk, talk.language, "light", "/desk")
    await goes_ready(desk)
    phone = await camera.sitting(width=390, height=780, locale=talk.locale, device_scale_factor=2)
    await phone.goto(camera.url + f"/chat?widget=repair&lang={talk.language}")
    await phone.locator("input[autocomplete=name]").fill(talk.name)
    await phone.locator("input[type=tel]").fill(talk.phone)
    await say(phone, talk.said[0])
    mine = desk.locator(".desk-contacts button").filter(has_text=talk.name)
    for _ in range(3):  # on a busy machine the offer may be over before its picture is taken
        offer = await hands.offered(talk.name)
        await camera.shoot(desk, "desk-offer", talk.language, "light")
        if await hands.taken(offer, mine):
            break
    await lead.context.close()
    await mine.click()
    await expect(desk.get_by_role("main")).to_contain_text(talk.said[0])
    reply = desk.get_by_role("main").get_by_role("textbox").last
    await reply.fill(talk.said[1])
    await reply.press("Enter")
    await expect(phone.get_by_role("log")).to_contain_text(talk.said[1])
    await say(phone, talk.said[2])
    await expect(desk.get_by_role("main")).to_contain_text(talk.said[2])
    await reply.fill(talk.draft)
    await desk.get_by_role("searchbox").last.fill(talk.search)
    await desk.wait_for_timeout(2500)
    await camera.shoot(desk, "desk", talk.language, "light")
    await camera.shoot(phone, "chat", talk.language, "light")
    await camera.turn(desk, talk.language, "dark", "/desk")
    await desk.locator(".desk-contacts button").filter(has_text=talk.name).click()
    await desk.get_by_role("searchbox").last.fill(talk.search)
    await desk.wait_for_timeout(1000)
    await camera.shoot(desk, "desk", talk.language, "dark")
    await phone.context.close()


async def screens(camera: Camera, talk: Talk) -> None:
    """Everything but the desk and the customer's page."""
    language = talk.language
    signed_out = await camera.sitting()
    await camera.turn(signed_out, language, "light", "/")
    await camera.shoot(signed_out, "sign-in", language, "light")
    await signed_out.context.close()

    lead = await camera.sitting("zhou.xin")
    for theme in ("light", "dark"):
        await camera.turn(lead, language, theme, "/floor")
        await camera.shoot(lead, "floor", language, theme)
    for had in ("missed_offer", "declined_offer", ""):  # the one with the longest story
        wanted = {"outcome": "handled", **({"had": had} if had else {})}
        if contact := await camera.first(lead, "contacts", **wanted):
            break
    await camera.turn(lead, language, "light", f"/contacts/{contact}?{urlencode(wanted)}")
    await camera.shoot(lead, "contacts", language, "light")
    await camera.turn(lead, language, "light", f"/customers/{await camera.first(lead, 'customers', q=talk.name)}")
    await camera.shoot(lead, "customers", language, "light")
    await lead.context.close()

    wall = await camera.sitting("zhou.xin", width=1600, height=900)
    for theme in ("light", "dark"):
        await camera.turn(wall, language, theme, "/wall")
        await camera.shoot(wall, "wall", language, theme)
    await wall.context.close()

    writer = await camera.sitting("fang.lei")
    await camera.turn(writer, language, "light", "/knowledge/fridge-e8")
    await camera.shoot(writer, "knowledge", language, "light")
    await writer.context.close()

    admin = await camera.sitting("he.feng")
    await camera.turn(admin, language, "light", "/settings/queues/repair")
    await camera.shoot(admin, "settings-queues", language, "light")
    await admin.context.close()


async def calls() -> None:
    """The screens of telephony, on a centre of their own with its switch: a browser calls a browser."""
    if installed() is None:
        print("SKIPPED: no telephone switch is installed (`jietong voice install`), its pictures stay as they are")
        return
    home = Path(tempfile.mkdtemp(prefix="jietong-pictures-", dir="/tmp"))
    home.chmod(0o711)
    centre = Running(home, free_port())
    try:
        centre.start(JIETONG_VOICE="1")
        await centre.serving()
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *MICROPHONE])
            camera = Camera(browser, centre)
            admin = await camera.sitting("he.feng")
            for language in ("zh-Hans", "zh-Hant", "en"):
                await camera.turn(admin, language, "light", "/settings/flows/service-line")
                await expect(admin.locator(".react-flow__node").first).to_be_visible()
                await camera.shoot(admin, "flow", language, "light")
            for path in ("numbers", "extensions"):
                await camera.turn(admin, "en", "light", f"/settings/{path}")
                await camera.shoot(admin, f"settings-{path}", "en", "light")
            desk = await camera.sitting(HERO, permissions=["microphone"])
            lead = await camera.sitting("zhou.xin")
            for language in ("zh-Hans", "zh-Hant", "en"):
                await call(camera, language, desk, lead)
            await browser.close()
    finally:
        centre.stop()
        shutil.rmtree(home, ignore_errors=True)


async def call(camera: Camera, language: str, desk: Page, lead: Page) -> None:
    """A customer calls from the web page and is taken at the desk."""
    await camera.turn(desk, language, "light", "/desk")
    await goes_ready(desk)
    phone = await camera.sitting(width=390, height=780, device_scale_factor=2, permissions=["microphone"])
    await phone.goto(f"{camera.url}/call?number=4008210000&lang={language}")
    await phone.get_by_role("button").first.click()
    await expect(desk.get_by_role("alertdialog")).to_be_visible(timeout=120_000)
    await camera.shoot(desk, "desk-call-offer", language, "light")
    await desk.keyboard.press("Alt+A")
    await expect(desk.locator(".desk-contacts button").first).to_be_visible()
    await desk.wait_for_timeout(2_500)
    await camera.shoot(desk, "desk-call", language, "light")
    await camera.shoot(phone, "call", language, "light")
    await camera.turn(lead, language, "light", "/floor")
    await camera.shoot(lead, "floor-call", language, "light")
    await phone.close()
    await desk.wait_for_timeout(4_000)
    await desk.keyboard.press("Alt+E")
    await desk.wait_for_timeout(1_000)


async def take(minutes: float) -> None:
    """Raises AssertionError where a screen does not come to what the picture should show."""
    home = Path(tempfile.mkdtemp(prefix="jietong-pictures-"))
    home.chmod(0o711)
    centre = Hurried(home, free_port())
    try:
        centre.start()
        await centre.serving()
        day = Day(centre)
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            camera = Camera(browser, centre)
            await day.earlier_talks()
            await day.morning(minutes)
            await camera.set_clock()
            desk = await camera.sitting(HERO)
            for talk in TALKS:
                await desk_and_chat(camera, talk, desk)
                await screens(camera, talk)
            await browser.close()
        await day.end()
    finally:
        centre.stop()
        shutil.rmtree(home, ignore_errors=True)
    print(f"{sum(one.stat().st_size for one in IMAGES.glob('*.png')) // 1024} kB in {IMAGES}")


class Hands:
    """The desk of the pictures gets the contact of the picture, whatever else comes in."""

    def __init__(self, desk: Page, lead: Page, url: str) -> None:
        self._desk = desk
        self._lead = lead
        self._url = url

    async def emptied(self) -> None:
        """What lay on the desk goes to colleagues: a full desk is offered nothing. Opening it signs in anew."""
        await self._desk.goto("about:blank")
        await self._command("sign_out", agent=HERO)

    async def offered(self, name: str) -> Locator:
        """The team lead gives the contact to this desk. Raises AssertionError with what stands there instead."""
        offers = self._desk.get_by_role("alertdialog")
        wanted = offers.filter(has_text=name)
        told = ""
        for _ in range(200):
            if await wanted.is_visible():
                return wanted
            found = await self._lead.request.get(f"{self._url}/api/contacts", params={"q": name, "outcome": "open"})
            if open_ := (await found.json())["items"]:
                told = await self._command("pull", contact=open_[0]["id"], agent=HERO)
            other = offers.filter(has_not_text=name).get_by_role("button").first
            if await other.is_visible():  # taken, it stands in the way no more
                with contextlib.suppress(TimeoutError):  # or is over meanwhile
                    await other.click(timeout=1_000)
            elif "not_available" in told:  # it missed an offer while other pictures were taken
                await self._desk.keyboard.press("Alt+1")
            await self._desk.wait_for_timeout(300)
        raise AssertionError(f"{name} was not offered: {told} {await self._desk.locator('body').aria_snapshot()}")

    async def taken(self, offer: Locator, contact: Locator) -> bool:
        """Whether it was still there to be taken."""
        try:
            await offer.get_by_role("button").first.click(timeout=3_000)
            await expect(contact).to_be_visible()
        except (AssertionError, TimeoutError):
            return False
        return True

    async def _command(self, type: str, **fields: str) -> str:
        """The code of the refusal, or nothing."""
        session = await (await self._lead.request.get(f"{self._url}/api/session")).json()
        answer = await self._lead.request.post(
            f"{self._url}/api/floor/commands",
            data={"type": type, **fields},
            headers={"X-CSRF-Token": session["csrf"], "Origin": self._url},
        )
        return "" if answer.ok else str((await answer.json()).get("code"))


async def say(phone: Page, text: str) -> None:
    field = phone.get_by_role("textbox").last
    await field.fill(text)
    await field.press("Enter")
    await expect(phone.get_by_role("log")).to_contain_text(text)


if __name__ == "__main__":
    if CHROMIUM is None or not BUILT.exists():
        sys.exit("Chromium and the built web application are needed: apt-get install chromium, make setup")
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--minutes", type=float, default=MORNING_MIN, help="of the morning; 11 or more")
    told.add_argument("--only", choices=("morning", "calls", "planning"), help="only these screens")
    asked = told.parse_args()
    if asked.only in (None, "morning"):
        asyncio.run(take(asked.minutes))
    if asked.only in (None, "calls"):
        asyncio.run(calls())
    if asked.only in (None, "planning"):
        asyncio.run(planning(Camera, CHROMIUM, ARGUMENTS))
