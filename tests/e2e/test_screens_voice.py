"""Calls on the screens, through the real switch: a customer's browser, the desk's softphone, the supervisor's floor
(A1, A7, A8, B1, C5)."""

import json
import re
import shutil
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect
from running import Open, Running
from screens import Caller, caller, faultless, goes_ready, page_of, tidy

pytestmark = pytest.mark.browser

HOTLINE, MAILBOX = "4008208820", "4008208821"
FAKE_MICROPHONE = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]
AGENTS = ("lin.xiao", "chen.yu", "zhou.xin")


def three(text: str) -> dict[str, str]:
    return {"zh-Hans": text, "zh-Hant": text, "en": text}


STRAIGHT: dict[str, Any] = {
    "format": "flow/v1",
    "id": "straight",
    "name": three("Straight to repair"),
    "client": "hechuan",
    "start": "repair",
    "nodes": [
        {
            "id": "repair",
            "type": "queue",
            "queue": "repair",
            "announce_every_s": 0,
            "prefer_last_agent": False,
            "next": {"ended": "bye", "timed_out": "bye", "closed": "bye", "full": "bye"},
        },
        {"id": "bye", "type": "hang_up"},
    ],
}
MESSAGES: dict[str, Any] = {
    "format": "flow/v1",
    "id": "messages",
    "name": three("Straight to the mailbox"),
    "client": "hechuan",
    "start": "mailbox",
    "nodes": [
        {
            "id": "mailbox",
            "type": "voicemail",
            "queue": "repair",
            "prompt": {"text": three("Hello.")},
            "next": {"done": "bye", "none": "bye"},
        },
        {"id": "bye", "type": "hang_up"},
    ],
}


@pytest.fixture(scope="module")
async def centre(new_centre: Callable[[], Running]) -> AsyncIterator[Running]:
    """A centre of its own, with the private switch."""
    running = new_centre()
    running.start(JIETONG_VOICE="1")
    await running.serving()
    if "Telephony is off" in running.log.read_text():
        running.stop()
        pytest.skip("SKIPPED, NOT TESTED: no telephone switch on this machine (`jietong voice install`)")
    yield running
    running.stop()


@pytest.fixture(scope="module", autouse=True)
async def telephones(centre: Running) -> AsyncIterator[None]:
    """A number that leads straight into a queue, and a softphone for each agent of these tests."""
    async with caller(centre) as admin:
        recorded = {"share": 1.0, "announce": False}
        before = await admin.change("queues", "repair", hours=None, offer_s=40, recording=recorded)
        for number, flow in ((HOTLINE, STRAIGHT), (MAILBOX, MESSAGES)):
            id = flow["id"]
            await add(admin, "/api/flows", document=flow)
            draft = await admin.get(f"/api/flows/{id}")
            await add(admin, f"/api/flows/{id}/publish", revision=draft["revision"])
            spec = {"id": number, "name": three(id), "client": "hechuan", "flow": id}
            await add(admin, "/api/setup/numbers", spec=spec)
        for i, agent in enumerate(AGENTS):
            spec = {"id": str(1001 + i), "name": agent, "kind": "softphone", "agent": agent}
            await add(admin, "/api/setup/extensions", spec=spec)
        yield
        await admin.change("queues", "repair", **before)


async def add(admin: Caller, path: str, **body: Any) -> None:
    """A test that is tried again finds it there already, and an agent of the demonstration may have a telephone."""
    answer = await admin.http.post(path, json=body)
    there = answer.status_code == 409 or '"has_extension"' in answer.text
    assert answer.is_success or there, f"{path}: {answer.status_code} {answer.text}"


@pytest.fixture(scope="module")
async def heard(telephones: None) -> AsyncIterator[Browser]:
    """A browser with a microphone that beeps once a second, which nobody is asked about."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("SKIPPED, NOT TESTED: no Chromium on this machine (apt-get install chromium fonts-noto-cjk)")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FAKE_MICROPHONE)
        yield browser
        await browser.close()


@pytest.fixture
async def booth(heard: Browser, centre: Running) -> AsyncIterator[Open]:
    """As `window`, with microphone and ears."""
    faults: list[str] = []
    async with AsyncExitStack() as stack:

        async def open_(width: int = 1280, height: int = 720, **options: Any) -> Page:
            options.setdefault("reduced_motion", "reduce")
            context = await heard.new_context(
                viewport={"width": width, "height": height},
                timezone_id="Asia/Shanghai",
                permissions=["microphone"],
                **options,
            )
            stack.push_async_callback(context.close)
            page = await context.new_page()
            page.on("pageerror", lambda error: faults.append(f"exception: {error}"))
            await page.add_init_script(LISTEN)
            return page

        yield open_
        await tidy(centre, *AGENTS)
    assert faults == []


LISTEN = """
  // Notes each stream that comes from the other side, so that a test can hear it.
  const Plain = RTCPeerConnection;
  window.RTCPeerConnection = function (...args) {
    const peer = new Plain(...args);
    peer.addEventListener('track', (event) => { window.heardStream = event.streams[0] });
    return peer;
  };
  window.RTCPeerConnection.prototype = Plain.prototype;
  // The loudest sample within `ms`: the other side's beep comes once a second.
  window.loudest = async (ms) => {
    if (!window.heardStream) return 0;
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    analyser.fftSize = 2048;
    context.createMediaStreamSource(window.heardStream).connect(analyser);
    await context.resume();
    let most = 0;
    const samples = new Float32Array(analyser.fftSize);
    for (const end = performance.now() + ms; performance.now() < end; ) {
      await new Promise((done) => setTimeout(done, 25));
      analyser.getFloatTimeDomainData(samples);
      for (const one of samples) most = Math.max(most, Math.abs(one));
    }
    await context.close();
    return most;
  };
"""
BEEP = 0.02
"""Louder than this is a beep of the other side; G.711 silence lies well below."""


async def hears(page: Page) -> bool:
    """Whether the other side's beep is heard within a few of its periods."""
    for _ in range(30):
        if await page.evaluate("loudest(200)") > BEEP:
            return True
    return False


async def hears_nothing(page: Page) -> bool:
    """What was on its way has come, and then it is quiet for longer than a beep's period."""
    for _ in range(5):
        if await page.evaluate("loudest(1250)") < BEEP:
            return True
    return False


async def at_desk(booth: Open, centre: Running, login: str, language: str = "en") -> Page:
    """At the desk, ready, with a telephone that can be rung."""
    desk = await page_of(booth, centre, login, language, path="/desk", width=1280, height=720)
    await expect(desk.locator(".desk-call")).to_contain_text(REGISTERED[language], timeout=30_000)
    await goes_ready(desk)
    return desk


REGISTERED = {"en": "Phone registered", "zh-Hans": "话机已注册", "zh-Hant": "話機已註冊"}


async def calls_in(booth: Open, centre: Running, number: str = HOTLINE) -> Page:
    page = await booth(390, 780, locale="en-GB")
    await page.goto(f"{centre.url}/call?number={number}&lang=en")
    await page.locator(".call-big.go").click()
    return page


def key(desk: Page, name: str) -> Any:
    return desk.get_by_role("toolbar", name="Call controls").get_by_role("button", name=name, exact=True)


async def answered(desk: Page) -> None:
    card = desk.get_by_role("alertdialog")
    await expect(card).to_contain_text("Incoming call", timeout=30_000)
    await card.get_by_role("button", name="Accept").click()
    await expect(desk.locator(".desk-call")).to_contain_text(re.compile(r"Call \d:\d\d"), timeout=20_000)


async def test_a_customer_calls_from_the_web_page_and_is_heard_held_and_hung_up(centre: Running, booth: Open) -> None:
    desk = await at_desk(booth, centre, "lin.xiao")
    customer = await calls_in(booth, centre)
    card = desk.get_by_role("alertdialog")
    await expect(card).to_contain_text("Incoming call", timeout=30_000)
    await faultless(desk)
    await desk.keyboard.press("Alt+a")
    await expect(desk.locator(".desk-call")).to_contain_text(re.compile(r"Call \d:\d\d"), timeout=20_000)
    await expect(customer.locator(".call")).to_have_attribute("data-phase", "talking")
    assert await hears(customer), "the customer hears the agent"
    assert await hears(desk), "the agent hears the customer"
    await faultless(desk)
    await faultless(customer)

    await desk.keyboard.press("Alt+m")
    await expect(key(desk, "Unmute")).to_have_attribute("aria-pressed", "true")
    assert await hears_nothing(customer), "a muted agent is not heard"
    await key(desk, "Unmute").click()
    assert await hears(customer), "and is heard again"

    await key(desk, "Pause rec").click()
    await expect(desk.locator(".desk-call")).to_contain_text("Rec paused 0:0")
    await key(desk, "Resume rec").click()
    await expect(desk.locator(".desk-call")).not_to_contain_text("Rec paused")

    await key(desk, "Hold").click()
    await expect(desk.locator(".desk-call")).to_contain_text("On hold")
    assert await hears_nothing(desk), "the customer is not heard while on hold"
    await desk.keyboard.press("Alt+h")
    await expect(desk.locator(".desk-call")).not_to_contain_text("On hold")
    assert await hears(desk), "the customer is back"

    await desk.get_by_role("textbox", name="Call notes").fill("Wants a new hose")
    await key(desk, "Hang up").click()
    await expect(customer.locator(".call")).to_have_attribute("data-phase", "ended", timeout=20_000)
    await expect(desk.get_by_role("textbox", name="Note")).to_have_value("Wants a new hose")
    await expect(desk.locator(".desk-call")).to_contain_text("No call")
    await faultless(customer)


async def test_the_customer_hangs_up_while_it_rings_and_the_telephone_is_quiet(centre: Running, booth: Open) -> None:
    desk = await at_desk(booth, centre, "lin.xiao")
    customer = await calls_in(booth, centre)
    card = desk.get_by_role("alertdialog")
    await expect(card).to_contain_text("Incoming call", timeout=30_000)
    await customer.get_by_role("button", name="Hang up").click()
    await expect(card).to_have_count(0, timeout=20_000)
    await expect(desk.locator(".desk-call")).to_contain_text("No call")
    await expect(desk.locator(".desk-call")).to_contain_text("Phone registered")


async def test_one_tab_is_the_telephone_and_the_other_says_so_and_can_answer(centre: Running, booth: Open) -> None:
    desk = await at_desk(booth, centre, "lin.xiao")
    other = await desk.context.new_page()
    await other.goto(f"{centre.url}/desk")
    await expect(other.locator(".desk-call")).to_contain_text("Phone is in another tab", timeout=20_000)
    customer = await calls_in(booth, centre)
    await answered(other)
    assert await hears(customer), "the sound goes through the tab that is the telephone"
    await key(other, "Mute").click()
    await expect(key(desk, "Unmute")).to_have_attribute("aria-pressed", "true")
    await key(desk, "Hang up").click()
    await expect(customer.locator(".call")).to_have_attribute("data-phase", "ended", timeout=20_000)


async def test_a_call_is_passed_on_by_consult_three_way_and_handing_over(centre: Running, booth: Open) -> None:
    lin = await at_desk(booth, centre, "lin.xiao")
    customer = await calls_in(booth, centre)
    await answered(lin)
    chen = await at_desk(booth, centre, "chen.yu")
    await key(lin, "Consult").click()
    dialog = lin.get_by_role("dialog")
    await expect(dialog).to_be_visible()
    await expect(key(lin, "Mute")).to_be_enabled()
    await key(lin, "Mute").click()  # the dialog leaves the telephone free
    await key(lin, "Unmute").click()
    await dialog.get_by_role("radio", name=re.compile("陈宇")).check()
    await faultless(lin)
    await dialog.get_by_role("button", name="Ask for help").click()
    await expect(chen.get_by_role("alertdialog")).to_be_visible(timeout=20_000)
    await chen.get_by_role("alertdialog").get_by_role("button", name="Accept").click()
    await expect(chen.locator(".desk-call")).to_contain_text("Helping", timeout=20_000)
    assert await hears(chen), "the colleague hears the agent"
    await lin.get_by_role("button", name="Three-way").click()
    await expect(lin.locator(".desk-call")).to_contain_text("Three-way call")
    assert await hears(customer)
    await faultless(lin)
    await lin.get_by_role("button", name=re.compile("Hand over")).click()
    await expect(chen.locator(".desk-call")).not_to_contain_text("Helping", timeout=20_000)
    await expect(lin.locator(".desk-call")).to_contain_text("No call")
    assert await hears(customer), "the customer talks to the colleague"
    await key(chen, "Hang up").click()
    await expect(customer.locator(".call")).to_have_attribute("data-phase", "ended", timeout=20_000)


async def test_the_team_lead_listens_whispers_and_leaves(centre: Running, booth: Open) -> None:
    lin = await at_desk(booth, centre, "lin.xiao")
    customer = await calls_in(booth, centre)
    await answered(lin)
    lead = await page_of(booth, centre, "zhou.xin", "en", path="/floor", width=1440, height=900)
    strip = lead.get_by_role("region", name="Calls now")
    await expect(strip.get_by_role("button", name=re.compile("Talking"))).to_contain_text("1")
    await faultless(lead)
    await lead.locator("[data-agent='lin.xiao']").click()
    await expect(lead.get_by_role("menuitem", name=re.compile("Monitor"))).to_be_enabled(timeout=20_000)
    await lead.keyboard.press("m")
    bar = lead.get_by_role("region", name="Listening in")
    await expect(bar).to_contain_text("Monitoring", timeout=20_000)
    assert await hears(lead), "the lead hears the call"
    await expect(lead.locator("[data-agent='lin.xiao']").get_by_role("img", name="being monitored")).to_be_visible()
    await faultless(lead)
    await bar.get_by_role("button", name="Whisper").click()
    await expect(bar).to_contain_text("Whispering", timeout=20_000)
    await expect(lin.locator(".desk-call")).to_contain_text("Supervisor on the line")
    await bar.get_by_role("button", name="Leave").click()
    await expect(bar).to_have_count(0, timeout=20_000)
    await expect(customer.locator(".call")).to_have_attribute("data-phase", "talking")


async def test_a_voicemail_lies_on_the_desk_and_is_heard_there(centre: Running, booth: Open) -> None:
    customer = await calls_in(booth, centre, MAILBOX)
    await expect(customer.locator(".call")).to_have_attribute("data-phase", "talking", timeout=30_000)
    await expect(customer.locator(".call-time")).to_contain_text("0:05", timeout=30_000)  # of which a message is left
    await customer.get_by_role("button", name="Hang up").click()
    desk = await at_desk(booth, centre, "lin.xiao")
    card = desk.get_by_role("alertdialog")
    await expect(card).to_be_visible(timeout=30_000)
    await card.get_by_role("button", name="Accept").click()
    player = desk.get_by_role("group", name="Voicemail")
    await expect(player.get_by_role("button", name="Play", exact=True)).to_be_visible(timeout=30_000)
    await faultless(desk)
    await player.get_by_role("button", name="Play", exact=True).click()
    await expect(player).to_contain_text(re.compile(r"0:0[1-9] / 0:0[1-9]"))  # it runs


async def test_a_number_that_cannot_be_reached_is_told_in_words(centre: Running, booth: Open) -> None:
    desk = await at_desk(booth, centre, "lin.xiao")
    await key(desk, "Dial").click()
    number = desk.get_by_role("textbox", name="Number")
    await number.fill("1385710")
    await expect(number).to_have_value("138 5710")
    for digit in "0935":
        await desk.locator(".phone-pad").get_by_role("button", name=digit, exact=True).click()
    await expect(number).to_have_value("138 5710 0935")
    await number.press("Enter")
    await expect(desk.get_by_text("No outside line is free").first).to_be_visible()
    await number.fill("1")
    await number.press("Enter")
    await expect(desk.get_by_role("alert").filter(has_text="telephone number")).to_be_visible()


async def test_an_agent_dials_and_gives_up_before_anybody_answers(centre: Running, booth: Open) -> None:
    """The agent's own telephone takes the call by itself; where it goes, nobody is (A8)."""
    silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)  # a line on which nobody answers, not even with a no
    silent.bind(("127.0.0.1", 0))
    line = {"id": "silent", "name": three("Silent"), "kind": "ip", "host": "127.0.0.1", "networks": ["127.0.0.99"]}
    async with caller(centre) as admin:
        await add(admin, "/api/setup/trunks", spec={**line, "port": silent.getsockname()[1]})
    desk = await at_desk(booth, centre, "lin.xiao")
    await desk.keyboard.press("Alt+c")
    await desk.get_by_role("textbox", name="Number").fill("13857100935")
    await desk.get_by_role("button", name="Call", exact=True).click()
    await expect(desk.locator(".desk-call")).to_contain_text("Calling 0:0", timeout=20_000)
    await expect(desk.get_by_role("region", name="About this call")).to_contain_text("138****0935")
    await faultless(desk, schemes=("light",))
    await key(desk, "Hang up").click()
    await expect(desk.locator(".desk-call")).to_contain_text("No call", timeout=20_000)
    await expect(desk.locator(".desk-call")).to_contain_text("Phone registered")
    silent.close()


async def test_a_forbidden_microphone_is_told_in_words(centre: Running, window: Open) -> None:
    """A browser without a microphone: the desk says so, and what to do."""
    desk = await page_of(window, centre, "lin.xiao", "zh-Hans", path="/desk")
    await expect(desk.locator(".desk-call")).to_contain_text("话机", timeout=30_000)
    banner = desk.get_by_role("alert").filter(has_text="没有麦克风就接不了电话")
    await expect(banner).to_be_visible(timeout=30_000)
    await faultless(desk)
    customer = await window(390, 780, locale="zh-TW")
    await customer.goto(f"{centre.url}/call?number={HOTLINE}")
    await customer.locator(".call-big.go").click()
    await expect(customer.get_by_role("alert")).to_contain_text("麥克風")
    await faultless(customer)
    await tidy(centre, *AGENTS)


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
async def test_the_telephone_fits_the_desk_in_every_language(centre: Running, booth: Open, language: str) -> None:
    """1280 × 720 without scrolling, nothing cut off in the keys of the telephone."""
    desk = await at_desk(booth, centre, "chen.yu", language)
    await desk.keyboard.press("Alt+c")
    await expect(desk.locator(".desk-dial-panel")).to_be_visible()
    await faultless(desk)
    cut = await desk.evaluate(
        """() => [...document.querySelectorAll('.desk-key')].filter(one => one.scrollWidth > one.clientWidth + 1)
            .map(one => one.textContent)"""
    )
    assert cut == []
    size = await desk.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    assert size == [1280, 720], json.dumps(size)
