"""Telephony under bad input and faults: rubbish, floods, hang-ups at the worst moment, a full disk, killed processes.

A running centre with a real switch; callers and telephones are a `Crowd`, which can do what no telephone does. After
all of it the books balance: every attempt is counted once, every agent is free, and the proofs of the ledger hold.
"""

import asyncio
import importlib.util
import itertools
import json
import os
import random
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import asterisk_switch
import pytest
import tones
from crowd import EVENT, Crowd, SipCall
from load import database_of, eventually, figures_agree, proofs, records_caught_up, signed_in
from running import Running
from telephone import Telephone
from voice_centre import LINE, Desk, VoiceCentre, names, said, voice_centre

from jietong.db.pool import ALL

G729 = 18
CHANNELS = 30
MENU, STRAIGHT = "4008210002", "4008210003"
ADDRESSES = itertools.count(70)  # 127.0.0.70 …: within the line's network
NUMBERS = itertools.count(13_800_200_000)
QUEUE: dict[str, Any] = {
    "id": "faults", "name": names("Faults"), "client": "hechuan", "channels": ["voice"], "offer_s": 4, "wrapup_s": 0,
    "recording": {"share": 1.0, "announce": False},
}  # fmt: skip
WAIT: dict[str, Any] = {
    "id": "wait", "type": "queue", "name": names("Queue"), "queue": "faults", "announce_every_s": 30,
    "next": {"timed_out": "bye", "closed": "bye", "full": "bye", "ended": "survey"},
}  # fmt: skip
SURVEY: dict[str, Any] = {
    "id": "survey", "type": "survey", "name": names("Survey"), "prompt": said("1 to 5"), "timeout_s": 3, "tries": 1,
    "keys": [{"key": str(n), "score": 6 - n, "name": names(str(n))} for n in range(1, 6)],
    "next": {"done": "bye", "none": "bye"},
}  # fmt: skip
BYE: dict[str, Any] = {"id": "bye", "type": "hang_up", "name": names("End"), "served": True}
CHOICE: dict[str, Any] = {
    "id": "menu", "type": "menu", "name": names("Menu"), "prompt": said("1"), "timeout_s": 1, "tries": 2,
    "choices": [{"key": "1", "name": names("A person")}],
    "next": {"key:1": "wait", "timeout": "bye", "invalid": "bye"},
}  # fmt: skip


@pytest.fixture(scope="module")
async def voice(new_centre: Callable[[], Running]) -> AsyncIterator[VoiceCentre]:
    if asterisk_switch.installation() is None:
        pytest.skip(f"SKIPPED, NOT TESTED: no Asterisk on this machine ({'; '.join(asterisk_switch.missing)})")
    folder = Path(tempfile.mkdtemp(prefix="jietong-faults-", dir="/tmp"))
    running = new_centre()
    async with voice_centre(running, folder) as centre:
        http = centre.admin.http
        (await http.post("/api/queues", json={"spec": QUEUE})).raise_for_status()
        for number, flow, start in ((MENU, "choice", CHOICE), (STRAIGHT, "straight", WAIT)):
            nodes = [start, SURVEY, BYE] if start is WAIT else [start, WAIT, SURVEY, BYE]
            document = {
                "format": "flow/v1", "id": flow, "name": names(flow), "client": "hechuan", "start": start["id"],
                "languages": ["zh-Hans", "zh-Hant", "en"], "channels": ["voice"], "nodes": nodes,
            }  # fmt: skip
            (await http.post("/api/flows", json={"document": document})).raise_for_status()
            revision = (await http.get(f"/api/flows/{flow}")).json()["revision"]
            published = await http.post(f"/api/flows/{flow}/publish", json={"revision": revision, "note": ""})
            published.raise_for_status()
            spec = {"id": number, "name": names(flow), "client": "hechuan", "flow": flow}
            (await http.post("/api/setup/numbers", json={"spec": spec})).raise_for_status()
        line = (await http.get("/api/setup/trunks/line")).json()
        wider = {"spec": {**line["spec"], "channels": CHANNELS}, "version": line["version"]}
        (await http.put("/api/setup/trunks/line", json=wider)).raise_for_status()
        yield centre
    running.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def crowd(voice: VoiceCentre) -> AsyncIterator[Crowd]:
    """Callers."""
    async with Crowd(voice.sip, f"127.0.0.{next(ADDRESSES)}") as crowd:
        yield crowd


class Seat(Desk):
    """An agent at the desk whose telephone is a `Crowd` of its own: it does what the test wants."""

    def __init__(self, desk: Desk, sip: Crowd) -> None:
        super().__init__(desk.staff, desk.line, desk.phone)
        self.sip = sip

    @property
    def state(self) -> str:
        return str(self.me.get("state"))

    async def free(self, within_s: float = 20.0) -> None:
        """Without a contact and without a line."""
        await self.line.until(lambda: not self.contacts and self.state == "ready", within_s)
        await self.sip.until(lambda: all(call.over for call in self.sip.calls.values()), 10)


PASSWORDS: dict[tuple[int, str], str] = {}
"""By centre and extension: each new one is a new plant for the switch."""


@asynccontextmanager
async def seat(voice: VoiceCentre, login: str, taking: int | None = None) -> AsyncIterator[Seat]:
    """Signed in and ready."""
    extension = await extension_of(voice, login)
    known = (voice.running.port, extension)
    if known not in PASSWORDS:
        found = (await voice.admin.http.get(f"/api/setup/extensions/{extension}")).json()
        body = {"spec": {**found["spec"], "kind": "phone"}, "version": found["version"]}
        made = (await voice.admin.http.put(f"/api/setup/extensions/{extension}", json=body)).raise_for_status()
        PASSWORDS[known] = made.json()["password"]
    async with (
        signed_in(voice.running, login) as staff,
        Crowd(voice.sip, f"127.0.1.{int(extension) % 200}") as sip,
    ):
        sip.taking = taking
        assert await eventually(lambda: registers(sip, extension, PASSWORDS[known]), 10)
        mine = Seat(Desk(staff, await staff.line("/ws/desk"), voice.network()), sip)
        await mine.line.until(lambda: mine.me.get("status", "offline") != "offline")
        await mine.line.until(lambda: mine.me.get("reachable") is not False)
        await mine.ready()
        try:
            yield mine
        finally:
            await mine.quit()


async def registers(sip: Crowd, extension: str, password: str) -> bool:
    return await sip.register(extension, password) == 200


async def extension_of(voice: VoiceCentre, agent: str) -> str:
    items = (await voice.admin.http.get("/api/setup/extensions")).json()["items"]
    return str(next(one["id"] for one in items if one["spec"]["agent"] == agent))


async def contacts_of(voice: VoiceCentre, caller: str) -> list[str]:
    """Contacts of this caller, the oldest first."""
    async with database_of(voice.running) as database, database.read(ALL) as conn:
        rows = await conn.fetch("SELECT contact FROM call WHERE caller = $1 ORDER BY started_at", f"+86{caller}")
    return [row[0] for row in rows]


async def contact_of(voice: VoiceCentre, caller: str) -> str:
    return str((await eventually(lambda: contacts_of(voice, caller), 10))[0])


async def record(voice: VoiceCentre, contact: str) -> dict[str, Any]:
    """The record of a contact that is over."""

    async def ended() -> dict[str, Any] | None:
        answer = await voice.admin.http.get(f"/api/contacts/{contact}")
        found: dict[str, Any] = answer.json().get("contact", {}) if answer.status_code == 200 else {}
        return found if found.get("outcome") else None

    found: dict[str, Any] = await eventually(ended, 20)
    return found


async def facts(voice: VoiceCentre, contact: str) -> list[dict[str, Any]]:
    answer = await voice.admin.http.get(f"/api/contacts/{contact}/events")
    items: list[dict[str, Any]] = answer.raise_for_status().json()["items"]
    return items


async def nothing_left(voice: VoiceCentre) -> None:
    """No channel, no bridge in the switch: whoever has gone is gone."""

    async def empty() -> bool:
        program = asterisk_switch.installation()
        assert program is not None
        words = program.asterisk().with_arguments("-C", str(voice.running.home / "voice/etc/asterisk.conf"))
        told = await asyncio.to_thread(
            subprocess.run, [*words.command, "-rx", "core show channels count"], env=words.environ(),
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        return told.stdout.startswith("0 active channels")

    await eventually(empty, 20)


def number() -> str:
    """A caller of its own."""
    return str(next(NUMBERS))


async def test_wrong_keys_and_silence_lead_out_of_a_menu(voice: VoiceCentre, crowd: Crowd) -> None:
    """And keys in a heap do no harm."""
    wrong, silent, heap = number(), number(), number()
    calls = [await crowd.call(MENU, caller) for caller in (wrong, silent, heap)]
    for call in calls:
        await call.answered()
    await asyncio.sleep(0.3)
    calls[0].press("9")
    calls[2].press("0123456789*#ABCD" * 12)
    await asyncio.sleep(1.5)
    calls[0].press("8")
    for call in calls[:2]:
        await call.ended()
    for caller, exit in ((wrong, "invalid"), (silent, "timeout")):
        contact = await contact_of(voice, caller)
        assert (await record(voice, contact))["outcome"] == "self_served"
        steps = [fact["data"].get("exit") for fact in await facts(voice, contact)]
        assert exit in steps
    calls[2].hang_up()
    assert (await record(voice, await contact_of(voice, heap)))["outcome"]
    await nothing_left(voice)


async def test_callers_who_hang_up_while_it_rings_are_lost_in_the_flow(voice: VoiceCentre, crowd: Crowd) -> None:
    """A cancelled call is an attempt like any other; each is counted once."""
    callers = [number() for _ in range(10)]
    for n, caller in enumerate(callers):
        call = await crowd.call(MENU, caller)
        await asyncio.sleep(0.008 * n)
        call.hang_up()
    await crowd.until(lambda: all(call.over for call in crowd.calls.values()), 10)
    await nothing_left(voice)
    for caller in callers:
        found = await contacts_of(voice, caller)
        assert len(found) <= 1
        for contact in found:
            assert (await record(voice, contact))["outcome"] == "lost_in_flow"


async def test_a_caller_may_hang_up_in_every_state(voice: VoiceCentre, crowd: Crowd) -> None:
    """Menu, queue, ringing agent, talk, hold, consultation, survey: the agents are free at once, the record is right."""

    async def left(call: SipCall, caller: str, outcome: str, **wanted: Any) -> dict[str, Any]:
        call.hang_up()
        found = await record(voice, await contact_of(voice, caller))
        assert found["outcome"] == outcome
        for name, value in wanted.items():
            assert found[name] == value, name
        return found

    in_menu, in_queue, caller = number(), number(), number()
    menu, queue = await crowd.call(MENU, in_menu), await crowd.call(STRAIGHT, in_queue)
    await menu.answered()
    await queue.answered()
    await left(menu, in_menu, "lost_in_flow", ended_by="customer")
    await asyncio.sleep(0.3)
    await left(queue, in_queue, "abandoned", ended_by="customer")

    async with seat(voice, "lin.xiao") as agent, seat(voice, "chen.yu") as colleague:
        await colleague.does("set_status", status="break")
        call = await crowd.call(STRAIGHT, caller)
        await call.answered()
        phone = await agent.sip.rings()
        await left(call, caller, "abandoned")
        assert await phone.ended() == 487, "it stops ringing"
        await agent.free()

        for n, state in enumerate(("talk", "hold", "consult rings", "consult", "survey"), 2):
            caller = number()
            call = await crowd.call(STRAIGHT, caller)
            phone = await agent.sip.rings(n)
            phone.take()
            contact = (await agent.contact("talk"))["id"]
            await agent.line.until(lambda: agent.contacts[contact].get("talk_since") or True)
            if state == "hold":
                await agent.does("hold", contact=contact)
                await agent.contact("hold")
            elif state.startswith("consult"):
                await colleague.ready()
                before = len(colleague.sip.calls)
                await agent.does("consult", contact=contact, other="chen.yu")
                second = await colleague.sip.rings(before + 1)
                if state == "consult":
                    second.take()
                    await colleague.contact("talk")
            elif state == "survey":
                phone.hang_up()
                await agent.line.until(lambda: not agent.contacts)
                await asyncio.sleep(0.5)
                assert call.up, "asked how it was"
            by = "agent" if state == "survey" else "customer"
            await left(call, caller, "handled", agent="lin.xiao", ended_by=by, csat=None)
            await agent.free()
            if state.startswith("consult"):
                await colleague.free()
                await colleague.does("set_status", status="break")
    await nothing_left(voice)


@pytest.mark.parametrize("code", [486, 603, 480, 488])
async def test_an_agents_telephone_that_refuses_sends_the_caller_on(
    voice: VoiceCentre, crowd: Crowd, code: int
) -> None:
    """Busy, declined, away, without a common codec: the caller keeps the place, and the colleague takes the call."""
    caller = number()
    async with seat(voice, "lin.xiao", taking=code) as agent:
        call = await (await crowd.call(STRAIGHT, caller)).answered()
        await agent.sip.rings()
        await agent.line.until(lambda: not agent.contacts)
        async with seat(voice, "chen.yu", taking=200) as colleague:
            contact = (await colleague.contact("talk"))["id"]
            assert contact == await contact_of(voice, caller)
            call.hang_up()
            await colleague.free()
    assert (await record(voice, contact))["agent"] == "chen.yu"


async def test_a_telephone_that_nobody_takes_up_goes_to_the_next_and_its_agent_is_not_asked_again(
    voice: VoiceCentre, crowd: Crowd
) -> None:
    caller = number()
    async with seat(voice, "lin.xiao") as agent:
        call = await (await crowd.call(STRAIGHT, caller)).answered()
        phone = await agent.sip.rings()
        assert await phone.ended() == 487, "the offer's time is over"
        await agent.line.until(lambda: agent.state == "missed")
        async with seat(voice, "chen.yu", taking=200) as colleague:
            contact = (await colleague.contact("talk"))["id"]
            call.hang_up()
            await colleague.free()
    assert [fact["type"] for fact in await facts(voice, contact)].count("offer.missed") == 1
    assert len(agent.sip.calls) == 1


async def test_desk_and_telephone_answer_at_once_and_it_is_one_talk(voice: VoiceCentre, crowd: Crowd) -> None:
    async with seat(voice, "lin.xiao") as agent:
        for n in range(1, 5):
            caller = number()
            call = await crowd.call(STRAIGHT, caller)
            contact = (await agent.contact("offer"))["id"]
            phone = await agent.sip.rings(n)
            desk = asyncio.create_task(agent.command("accept", contact=contact))
            await asyncio.sleep((0, 0.001, 0.004, 0.015)[n - 1])
            phone.take()
            await desk
            await agent.contact("talk")
            await asyncio.sleep(0.3)
            assert phone.up
            assert len([one for one in agent.sip.calls.values() if not one.over]) == 1
            call.hang_up()
            await agent.free()
            kinds = Counter(fact["type"] for fact in await facts(voice, contact))
            assert kinds["offer.accepted"] == 1
            assert kinds["offer.made"] == 1
            assert (await record(voice, contact))["outcome"] == "handled"


async def test_a_call_accepted_at_the_desk_waits_for_the_telephone(voice: VoiceCentre, crowd: Crowd) -> None:
    """It goes on ringing beyond the offer's time; a telephone that is then refused gives the call back."""
    caller = number()
    async with seat(voice, "lin.xiao") as agent:
        call = await crowd.call(STRAIGHT, caller)
        contact = (await agent.contact("offer"))["id"]
        phone = await agent.sip.rings()
        await agent.does("accept", contact=contact)
        await asyncio.sleep(QUEUE["offer_s"] + 0.5)
        assert not phone.over, "still ringing"
        phone.take(486)
        async with seat(voice, "chen.yu", taking=200) as colleague:
            assert (await colleague.contact("talk"))["id"] == contact
            call.hang_up()
            await colleague.free()
    assert (await record(voice, contact))["agent"] == "chen.yu"


async def test_customers_who_cannot_be_reached_are_no_talk(voice: VoiceCentre) -> None:
    """486, 603, 480, 488, and a telephone that answers with a codec nobody offered."""
    async with Crowd(voice.sip, LINE, 5999) as network, seat(voice, "lin.xiao", taking=200) as agent:
        for n, code in enumerate((486, 603, 480, 488, 200), 1):
            network.taking = code
            network.codecs = (G729,) if code == 200 else (8, EVENT)
            given = {"number": "13900139000", "queue": "faults", "client": "hechuan"}
            answer = await agent.staff.http.post("/api/calls/dial", json=given)
            assert answer.status_code == 201, answer.text
            await network.rings(n)
            found = await record(voice, answer.json()["contact"])
            assert (found["outcome"], found["direction"]) == ("unreached", "outbound"), code
            await agent.free()
    await nothing_left(voice)


async def test_a_caller_without_a_common_codec_is_refused_and_others_are_not(voice: VoiceCentre, crowd: Crowd) -> None:
    refused = await crowd.call(MENU, number(), codecs=(G729,))
    assert await refused.ended() == 488
    both = await crowd.call(MENU, number(), codecs=(G729, 8, EVENT))
    await both.answered()
