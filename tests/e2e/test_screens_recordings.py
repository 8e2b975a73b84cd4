"""A call's recordings on its page: heard across the transfer, sought by keyboard, held, deleted (issue 3, E1)."""

import array
import math
import re
import shutil
import tempfile
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from running import Open, Running, free_port
from screens import faultless, page_of

from jietong import app
from jietong.channels.ports import Gap
from jietong.config import Settings
from jietong.core.clock import SystemClock
from jietong.core.commands import Arrive, RefuseEntry, SetStatus, Witness
from jietong.core.events import LegQuality, LegStarted
from jietong.core.vocabulary import Channel, Party, Status
from jietong.recordings.service import Recordings
from jietong.routing.engine import Engine
from jietong.routing.runtime import Runtime

pytestmark = pytest.mark.browser
CALL, LOST = "01e2erecordedcall000000001", "01e2elostrecording00000002"


class Here(Running):
    """A centre within this process, so that a test can hand it finished recordings as the switch would."""

    parts: Recordings
    runtime: Runtime[Engine]


@pytest.fixture(scope="module")
async def heard() -> AsyncIterator[Here]:
    home = Path(tempfile.mkdtemp(prefix="jietong-e2e-", dir="/tmp"))
    home.chmod(0o711)
    here = Here(home, free_port())
    try:
        async with app.centre(Settings(home=home, port=here.port)) as centre:
            clock = SystemClock()
            runtime = here.runtime = centre.runtime
            here.parts = Recordings(centre.database, runtime, clock, lambda: runtime.engine.site, home)
            for contact in (CALL, LOST):
                await runtime.submit(RefuseEntry(contact, Channel.VOICE, "hechuan", "4001", "entry_limit"))
            await runtime.submit(
                Witness((LegStarted(0, CALL, "l1", Party.CUSTOMER), LegQuality(0, CALL, "l1", mos=3.2)))
            )
            began = clock.now() - 120_000
            await record(here, "r1", "lin.xiao", began, 40, [Gap(10_000, 14_000, "card")])
            await record(here, "r2", "chen.yu", began + 50_000, 30, [])
            await here.parts.sink.finished(
                recording="r3", contact=LOST, client="hechuan", queue=None, agent=None, started=began,
                tracks={"mix": None}, why="switch_refused",
            )  # fmt: skip
            await here.parts.sink.work()
            yield here
    finally:
        shutil.rmtree(home, ignore_errors=True)


async def record(here: Here, id: str, agent: str, started: int, seconds: int, gaps: list[Gap]) -> None:
    """Customer and agent take turns of five seconds."""
    tracks: dict[str, Path | None] = {}
    for name, turn in (("customer", 0), ("agent", 1), ("mix", None)):
        path = here.home / "spool" / f"{id}.{name}.wav"
        path.parent.mkdir(exist_ok=True)
        loud = array.array("h", (round(9000 * math.sin(n * 0.3)) for n in range(8000)))
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8000)
            for second in range(seconds):
                speaks = turn is None or second // 5 % 2 == turn
                file.writeframes(loud.tobytes() if speaks else bytes(16_000))
        tracks[name] = path
    await here.parts.sink.finished(
        recording=id, contact=CALL, client="hechuan", queue="repair", agent=agent, started=started, tracks=tracks,
        gaps=gaps,
    )  # fmt: skip


async def seconds(page: Page) -> int:
    """Where the player is."""
    text = await page.locator(".jt-rec-now").inner_text()
    found = re.match(r"(\d+):(\d\d)", text)
    assert found, text
    return int(found[1]) * 60 + int(found[2])


async def test_a_call_is_heard_across_its_transfer_and_sought_by_keyboard(heard: Here, window: Open) -> None:
    page = await page_of(window, heard, "shen.yan", "en", path=f"/contacts/{CALL}")
    player = page.get_by_role("region", name="Recording", exact=True)
    await expect(player).to_contain_text("1:20, 2 talks")
    await expect(player).to_contain_text("Paused 0:04")
    await expect(player).to_contain_text("Customer: poor, MOS 3.2")
    await faultless(page)

    place = player.get_by_role("slider")
    await place.focus()
    for _ in range(7):
        await page.keyboard.press("ArrowRight")
    assert await seconds(page) == 35
    await expect(place).to_have_attribute("aria-valuetext", "35 seconds of 1 minute 20 seconds")
    await page.keyboard.press("Space")
    await expect(player.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    for _ in range(3):
        await page.keyboard.press("]")  # twice as fast
    # The first talk ends at 0:40; ten seconds later, in the contact's time, the second goes on.
    await expect(player.locator(".jt-rec-now")).to_contain_text(re.compile(r"^0:5\d|^1:"))
    await page.keyboard.press("Space")
    await expect(player.get_by_role("button", name="Play", exact=True)).to_be_visible()
    await page.keyboard.press("Home")
    assert await seconds(page) == 0
    await player.get_by_role("button", name="Mute: Agent").click()
    await expect(player.get_by_role("button", name="Mute: Agent")).to_have_attribute("aria-pressed", "true")
    log = await (await page.request.get(f"{heard.url}/api/audit?action=recording.heard")).json()
    assert {entry["object"] for entry in log["items"]} == {"r1", "r2"}


@pytest.mark.parametrize(("language", "word"), [("zh-Hans", "暂停录音 0:04"), ("zh-Hant", "暫停錄音 0:04")])
async def test_the_player_speaks_the_readers_language(heard: Here, window: Open, language: str, word: str) -> None:
    page = await page_of(window, heard, "shen.yan", language, path=f"/contacts/{CALL}", width=1280, height=720)
    await expect(page.locator(".jt-rec")).to_contain_text(word)
    await faultless(page)


async def test_a_missing_recording_is_said_and_not_passed_over(heard: Here, window: Open) -> None:
    page = await page_of(window, heard, "shen.yan", "en", path=f"/contacts/{LOST}")
    await expect(page.locator(".jt-rec")).to_contain_text("A recording is missing: the switch refused to record")
    await page.goto(f"{heard.url}/settings/recordings")
    await expect(page.get_by_role("region", name="Missing recordings")).to_contain_text("the switch refused")
    await faultless(page)


async def test_a_hold_keeps_it_and_a_deletion_leaves_a_certificate(heard: Here, window: Open) -> None:
    page = await page_of(window, heard, "shen.yan", "en", path=f"/contacts/{CALL}")
    player = page.locator(".jt-rec")

    async def choose(item: str | re.Pattern[str], reason: str) -> None:
        await player.get_by_role("button", name="Download").click()
        await page.get_by_role("menuitem", name=item).first.click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("Reason").fill(reason)
        await dialog.locator(".ant-modal-footer button").last.click()
        await expect(dialog).to_be_hidden()

    await choose("Set a legal hold", "court order 7")
    await expect(player).to_contain_text("Legal hold")
    await player.get_by_role("button", name="Download").click()
    await expect(page.get_by_role("menuitem", name="Lift the legal hold")).to_be_visible()
    await expect(page.get_by_role("menuitem", name=re.compile("Delete"))).to_have_count(0)
    await page.keyboard.press("Escape")
    await choose("Lift the legal hold", "closed")
    await choose(re.compile("Delete a recording"), "the customer asks")
    await expect(player).to_contain_text("was deleted")
    certificate = player.get_by_role("link", name="Deletion certificate")
    file = await (await page.request.get(heard.url + (await certificate.get_attribute("href") or ""))).json()
    assert file["certificate"]["reason"] == "the customer asks"


async def test_an_agent_hears_the_voicemail_that_they_took(heard: Here, window: Open) -> None:
    """A2. On the desk, without any permission to listen to recordings."""
    page = await page_of(window, heard, "lin.xiao", "en", path="/desk")
    await expect(page.get_by_text("Offline", exact=True).first).to_be_hidden()
    await heard.runtime.submit(SetStatus("lin.xiao", Status.READY))
    contact = "01e2evoicemail000000000003"
    path = heard.home / "spool" / "v1.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(array.array("h", (round(9000 * math.sin(n * 0.3)) for n in range(160_000))).tobytes())
    await heard.runtime.submit(Arrive(contact, Channel.VOICEMAIL, "repair", "4001"))
    await heard.parts.sink.finished(
        recording="v1", contact=contact, client="hechuan", queue="repair", agent=None, started=SystemClock().now(),
        tracks={"customer": path}, rule="voicemail",
    )  # fmt: skip
    await heard.parts.sink.work()
    await page.get_by_role("button", name=re.compile("^Accept")).click()
    player = page.get_by_role("group", name="Voicemail")
    await expect(player).to_contain_text("0:00 / 0:20")
    await player.get_by_role("button", name="Play", exact=True).click()
    await expect(player.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    await expect(player).to_contain_text(re.compile("0:0[1-9] / 0:20"))
    await player.get_by_role("slider").press("ArrowRight")
    await player.get_by_role("slider").press("ArrowRight")
    await expect(player).to_contain_text(re.compile("0:1[0-9] / 0:20"))
    await player.get_by_role("slider").press("Space")
    await expect(player.get_by_role("button", name="Play", exact=True)).to_be_visible()
    await faultless(page)
