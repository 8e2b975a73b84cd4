"""Telephone calls through a real switch: what callers, agents and supervisors hear, and what the records say after.

Every party speaks a tone of its own; who hears whom is found in what each telephone wrote down.
"""

import asyncio
import importlib.util
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import asterisk_switch
import pytest
import tones
from load import Staff, eventually, signed_in
from running import Running
from telephone import Telephone
from voice_centre import CHANNELS, NUMBER, Desk, VoiceCentre, voice_centre

AGENT, COLLEAGUE, CALLER, SUPERVISOR, NETWORK = 800.0, 1100.0, 440.0, 1500.0, 560.0
pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("pjsua2") is None,
    reason="SKIPPED, NOT TESTED: no SIP telephone for tests (pip install pjsua2-python)",
)


@pytest.fixture(scope="module")
async def voice(new_centre: Callable[[], Running]) -> AsyncIterator[VoiceCentre]:
    if asterisk_switch.installation() is None:
        pytest.skip(f"SKIPPED, NOT TESTED: no Asterisk on this machine ({'; '.join(asterisk_switch.missing)})")
    folder = Path(tempfile.mkdtemp(prefix="jietong-calls-", dir="/tmp"))
    running = new_centre()
    async with voice_centre(running, folder) as centre:
        yield centre
    running.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def agent(voice: VoiceCentre) -> AsyncIterator[Desk]:
    async with voice.desk("lin.xiao", "801", AGENT) as desk:
        yield desk


@pytest.fixture
async def colleague(voice: VoiceCentre) -> AsyncIterator[Desk]:
    async with voice.desk("chen.yu", "802", COLLEAGUE) as desk:
        yield desk


async def hears(phone: Telephone, hertz: float, call: int = 1) -> bool:
    """Whether the tone is in the last second; asked again for a while, since sound takes its time."""
    for _ in range(40):  # before the first word of a recorded call its notice is spoken
        await asyncio.sleep(0.25)
        if tones.heard(phone.heard(call), hertz, last_s=0.8):
            return True
    return False


async def hears_not(phone: Telephone, hertz: float, call: int = 1) -> bool:
    await asyncio.sleep(1.4)
    return not tones.heard(phone.heard(call), hertz, last_s=0.8)


async def comes_in(voice: VoiceCentre, stack: AsyncExitStack, key: str | None = "1", **options: Any) -> Telephone:
    """A caller who has pressed a key of the menu."""
    caller = await stack.enter_async_context(voice.caller(CALLER, **options))
    await caller.dial(NUMBER)
    await caller.talking()
    if key:
        await asyncio.sleep(0.6)
        await caller.press(key)
    return caller


async def record(voice: VoiceCentre, contact: str, **wanted: Any) -> dict[str, Any]:
    """The contact's record once it says what is wanted: it is written behind the ledger."""
    async with asyncio.timeout(20):
        while True:
            answer = await voice.admin.http.get(f"/api/contacts/{contact}")
            found: dict[str, Any] = answer.json().get("contact", {}) if answer.status_code == 200 else {}
            if found and all(found.get(name) == value for name, value in wanted.items()):
                return found
            await asyncio.sleep(0.1)


async def recordings(staff: Staff, contact: str, count: int = 1) -> dict[str, Any]:
    async with asyncio.timeout(20):
        while True:
            found: dict[str, Any] = (await staff.http.get(f"/api/contacts/{contact}/recordings")).json()
            if len([one for one in found.get("recordings", ()) if one["state"] == "stored"]) >= count:
                return found
            await asyncio.sleep(0.2)


async def test_a_call_goes_from_the_menu_to_the_survey_and_the_records_tell_it(
    voice: VoiceCentre, agent: Desk
) -> None:
    """A3, A4, A7, C3, E1: menu, queue, agent, hold, recording, survey by keys."""
    await agent.ready()
    async with AsyncExitStack() as stack:
        caller = await comes_in(voice, stack)
        offered = await agent.contact("offer")
        assert offered["caller"].endswith("8000"), "the screen shows who calls before the call is taken"
        contact = await agent.takes()
        assert await hears(agent.phone, CALLER)
        assert await hears(caller, AGENT)

        await agent.does("hold", contact=contact)
        assert await hears_not(caller, AGENT), "music, and nobody else"
        assert await hears_not(agent.phone, CALLER)
        await agent.does("resume", contact=contact)
        assert await hears(caller, AGENT)

        await agent.phone.order(do="hang_up", call=1)
        await agent.contact("wrapup")
        await asyncio.sleep(1.5)
        await caller.press("2")
        await caller.gone()
        await agent.wraps_up(contact)
    found = await record(voice, contact, csat=4)
    assert found["outcome"] == "handled"
    assert found["ended_by"] == "agent"
    assert found["agent"] == "lin.xiao"
    assert found["hold_ms"] > 1000
    async with signed_in(voice.running, "zhou.xin") as supervisor:
        tape = await recordings(supervisor, contact)
        assert {track["name"] for track in tape["recordings"][0]["tracks"]} == {"customer", "agent", "mix"}
        customer = next(leg for leg in tape["legs"] if leg["party"] == "customer")
        assert customer["mos"] is not None
        assert customer["mos"] > 3.5
        timeline = (await supervisor.http.get(f"/api/contacts/{contact}/timeline")).json()["items"]
    kinds = [row["kind"] for row in timeline]
    for kind in ("entry", "flow", "queue", "offer", "talk", "hold", "wrapup", "survey"):
        assert kind in kinds


async def test_only_the_right_ears_hear_a_supervisor(voice: VoiceCentre, agent: Desk) -> None:
    """Monitor, whisper, barge (E1)."""
    await agent.ready()
    async with AsyncExitStack() as stack:
        supervisor = await stack.enter_async_context(voice.desk("zhou.xin", await of(voice, "zhou.xin"), SUPERVISOR))
        caller = await comes_in(voice, stack)
        contact = await agent.takes()

        async def take_part(mode: str) -> None:
            answer = await supervisor.staff.http.post(f"/api/calls/{contact}/supervision", json={"mode": mode})
            assert answer.status_code == 204, answer.text

        await take_part("listen")
        await supervisor.phone.until("incoming", timeout_s=10)
        await supervisor.phone.order(do="answer", call=1)
        await supervisor.phone.talking()
        assert await hears(supervisor.phone, CALLER)
        assert await hears(supervisor.phone, AGENT)
        assert await hears_not(caller, SUPERVISOR)
        assert await hears_not(agent.phone, SUPERVISOR)

        await take_part("whisper")
        assert await hears(agent.phone, SUPERVISOR)
        assert await hears_not(caller, SUPERVISOR)

        await take_part("barge")
        assert await hears(caller, SUPERVISOR)
        assert await hears(agent.phone, SUPERVISOR)
        assert (await supervisor.staff.http.delete(f"/api/calls/{contact}/supervision")).status_code == 204
        await supervisor.phone.gone()
        assert await hears(caller, AGENT), "the talk goes on"
        await caller.order(do="hang_up", call=1)
        await agent.wraps_up(contact)
    audit = (await voice.admin.http.get("/api/audit", params={"object": contact})).json()["items"]
    assert {"call.listen", "call.whisper", "call.barge"} <= {entry["action"] for entry in audit}


async def of(voice: VoiceCentre, agent: str) -> str:
    """The extension of an agent."""
    items = (await voice.admin.http.get("/api/setup/extensions")).json()["items"]
    return str(next(one["id"] for one in items if one["spec"]["agent"] == agent))


async def test_a_colleague_is_asked_and_takes_the_call_over(voice: VoiceCentre, agent: Desk, colleague: Desk) -> None:
    """Attended transfer from the desk: the customer hears neither of them while they speak, then the colleague alone.
    Each talk has its recording (wound: mikopbx#1100, recording lost on transfer) and its own credit (FreePBX#124)."""
    await agent.ready()
    async with AsyncExitStack() as stack:
        caller = await comes_in(voice, stack)
        contact = await agent.takes()
        await colleague.ready()
        await agent.does("consult", contact=contact, other="chen.yu")
        await colleague.phone.until("incoming")
        await colleague.phone.order(do="answer", call=1)
        await colleague.phone.talking()
        assert await hears(agent.phone, COLLEAGUE)
        assert await hears_not(caller, COLLEAGUE)
        assert await hears_not(caller, AGENT)
        await agent.does("complete_consult", contact=contact)
        assert await hears(caller, COLLEAGUE)
        assert await hears(colleague.phone, CALLER)
        await agent.phone.gone()
        await agent.wraps_up(contact)
        await caller.order(do="hang_up", call=1)
        await colleague.wraps_up(contact)
    found = await record(voice, contact, outcome="handled", agent="chen.yu")
    assert sorted(found["agents"]) == ["chen.yu", "lin.xiao"]
    async with signed_in(voice.running, "zhou.xin") as supervisor:
        tape = await recordings(supervisor, contact, 2)
    assert {one["agent"] for one in tape["recordings"]} == {"lin.xiao", "chen.yu"}


async def test_the_telephones_own_transfer_key_hands_the_call_on(
    voice: VoiceCentre, agent: Desk, colleague: Desk
) -> None:
    """Blind transfer by REFER; one to nowhere is told, and the call goes on."""
    await agent.ready()
    async with AsyncExitStack() as stack:
        caller = await comes_in(voice, stack)
        contact = await agent.takes()
        assert await hears(caller, AGENT)
        await agent.phone.order(do="refer", uri=f"sip:7777777@{voice.sip}", call=1)
        await agent.phone.until("transfer", final=True, timeout_s=10)
        assert await hears(caller, AGENT), "REFER to nowhere: the call goes on"
        await colleague.ready()
        await agent.phone.order(do="refer", uri=f"sip:802@{voice.sip}", call=1)
        assert await colleague.takes() == contact
        assert await hears(caller, COLLEAGUE)
        await caller.order(do="hang_up", call=1)
        await colleague.wraps_up(contact)
        await agent.wraps_up(contact)
    await record(voice, contact, outcome="handled", agent="chen.yu", transfers=1)


async def test_a_voicemail_waits_for_an_agent_as_a_contact_of_its_own(voice: VoiceCentre, agent: Desk) -> None:
    """A2: what the caller said comes to an agent with its sound."""
    async with AsyncExitStack() as stack:
        caller = await comes_in(voice, stack, "2")
        await asyncio.sleep(4)  # the prompt and the beep; the caller's tone goes on all the time
        await caller.order(do="hang_up", call=1)
        await agent.ready()
        offered = await agent.contact("offer")
        assert offered["channel"] == "voicemail"
        await agent.does("accept", contact=offered["id"])
        tape = await recordings(agent.staff, offered["id"])
        assert tape["recordings"][0]["rule"] == "voicemail"
        assert tape["recordings"][0]["duration_ms"] > 500
        await agent.does("end", contact=offered["id"])
        await agent.wraps_up(offered["id"])


async def test_a_call_back_keeps_the_place_and_is_made_when_its_turn_comes(voice: VoiceCentre, agent: Desk) -> None:
    """A8, wounds FreePBX#621 and #525: one call, in its turn."""
    async with AsyncExitStack() as stack:
        caller = await comes_in(voice, stack, number="13800138021")
        await agent.line.until(lambda: agent.queue("repair")["waiting"] == 1)  # what was said before hears no key
        await caller.press("1")
        await caller.gone()
        network = await stack.enter_async_context(voice.network(NETWORK))
        await agent.ready()
        await agent.phone.until("incoming", timeout_s=25)
        await agent.phone.order(do="answer", call=1)
        rung = await network.until("incoming", timeout_s=20)
        assert "13800138021" in str(rung)
        await network.order(do="answer", call=1)
        contact = str((await agent.contact("talk"))["id"])
        assert await hears(agent.phone, NETWORK)
        assert await hears(network, AGENT)
        await network.order(do="hang_up", call=1)
        await agent.wraps_up(contact)
        assert len([one for one in network.events if one["event"] == "incoming"]) == 1
    await record(voice, contact, outcome="handled")


async def test_an_agent_dials_a_customer(voice: VoiceCentre, agent: Desk) -> None:
    """A10: click to dial; a customer who does not answer is no answered call."""
    async with AsyncExitStack() as stack:
        network = await stack.enter_async_context(voice.network(NETWORK))
        for n, reached in enumerate((True, False), 1):
            answer = await agent.staff.http.post(
                "/api/calls/dial", json={"number": "13900139000", "queue": "repair", "client": "hechuan"}
            )
            assert answer.status_code == 201, answer.text
            contact = answer.json()["contact"]
            await agent.phone.until("incoming", call=n)
            await agent.phone.order(do="answer", call=n)
            await network.until("incoming", call=n, timeout_s=20)
            if reached:
                await network.order(do="answer", call=n)
                assert await hears(agent.phone, NETWORK, n)
                await agent.does("end", contact=contact)
            else:
                await network.order(do="hang_up", call=n, code=486)
            await agent.wraps_up(contact)
            await record(voice, contact, direction="outbound", outcome="handled" if reached else "unreached")


async def test_a_call_that_finds_no_channel_is_counted(voice: VoiceCentre) -> None:
    """A11, C1, SL7: busy for the caller, blocked in the books."""
    async with AsyncExitStack() as stack:
        for n in range(CHANNELS):
            await comes_in(voice, stack, None, number=f"1370013700{n}")
        refused = await stack.enter_async_context(voice.caller(CALLER, number="13700137009"))
        await refused.dial(NUMBER)
        ended = await refused.gone()
        assert ended["code"] == 503

        async def blocked() -> Any:
            page = await voice.admin.http.get("/api/contacts", params={"outcome": "blocked", "channel": "voice"})
            return page.json()["items"]

        assert await eventually(blocked, 15)
        async with signed_in(voice.running, "zhou.xin") as supervisor:
            floor = await supervisor.line("/ws/floor")
            trunk = await floor.until(lambda: trunks(floor.state.get("plant")).get("line"))
            assert trunk["in_use"] == CHANNELS
            assert trunk["blocked"] >= 1
            await floor.close()


def trunks(plant: Any) -> dict[str, Any]:
    views = plant.values() if isinstance(plant, dict) else plant or ()
    return {trunk["id"]: trunk for view in views for trunk in view.get("trunks", ())}


async def test_the_controller_is_killed_and_the_talk_goes_on(voice: VoiceCentre, agent: Desk) -> None:
    """kill -9 with a call up: its sound goes on, the next controller finds it, and it is counted once."""
    await agent.ready()
    async with AsyncExitStack() as stack:
        caller = await comes_in(voice, stack)
        contact = await agent.takes()
        assert await hears(caller, AGENT)
        assert voice.running.process is not None
        voice.running.process.kill()
        voice.running.process.wait()
        assert await hears(caller, AGENT), "no controller, and they still hear each other"
        assert await hears(agent.phone, CALLER)
        voice.running.start(JIETONG_VOICE="1")
        await voice.running.serving()
        line = await agent.staff.line("/ws/desk")
        agent.line = line
        assert (await agent.contact("talk"))["id"] == contact
        await caller.order(do="hang_up", call=1)
        await agent.contact("wrapup")
        await agent.wraps_up(contact)
    found = await record(voice, contact, outcome="handled", ended_by="customer")
    assert found["talk_ms"] > 3000
    timeline = (await voice.admin.http.get(f"/api/contacts/{contact}/timeline")).json()["items"]
    assert len([row for row in timeline if row["kind"] == "queue"]) == 1


async def test_the_switch_is_killed_and_is_back_within_seconds(voice: VoiceCentre, agent: Desk) -> None:
    """Calls end as lost, the agent is free again, and the next call comes through."""
    await agent.ready()
    async with AsyncExitStack() as stack:
        await comes_in(voice, stack)
        contact = await agent.takes()
        kill_switch(voice)
        await agent.line.until(lambda: agent.contacts.get(contact, {}).get("place") in (None, "wrapup"), 20)
        await agent.wraps_up(contact)
        await record(voice, contact, outcome="switch_lost")
    async with voice.desk("chen.yu", "802", COLLEAGUE) as other, AsyncExitStack() as stack:
        await other.ready()
        await agent.does("set_status", status="break")
        again = await comes_in(voice, stack)
        after = await other.takes()
        assert await hears(again, COLLEAGUE)
        await again.order(do="hang_up", call=1)
        await other.wraps_up(after)


def kill_switch(voice: VoiceCentre) -> None:
    import os
    import signal

    pid = int((voice.running.home / "voice" / "run" / "asterisk.pid").read_text())
    os.kill(pid, signal.SIGKILL)
