"""Telephony under bad input and faults: rubbish, floods, hang-ups at the worst moment, a full disk, killed processes.

A running centre with a real switch; callers and telephones are a `Crowd`, which can do what no telephone does. After
all of it the books balance: every attempt is counted once, every agent is free, and the proofs of the ledger hold.
"""

import asyncio
import itertools
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
from voice_centre import LINE, Desk, VoiceCentre, names, said, voice_centre

from jietong.channels.asterisk.configuration import Layout
from jietong.db.pool import ALL

G729 = 18
CHANNELS = 30
MENU, STRAIGHT = "4008210002", "4008210003"
ADDRESSES = itertools.cycle(range(70, 125))  # 127.0.0.n: within the line's network
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
    await eventually(lambda: no_plain_audio(voice), 60)


async def no_plain_audio(voice: VoiceCentre) -> bool:
    """Everything that was recorded has been handed over and encrypted, whoever was killed meanwhile."""
    async with database_of(voice.running) as database, database.read(ALL) as conn:
        begun = await conn.fetchval("SELECT count(*) FROM recording_begun")
    return not begun and not list(Layout(voice.running.home / "voice").recordings.glob("*.wav"))


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
    """Menu, queue, ringing agent, talk, hold, consultation, survey: agents are free at once, records are right."""

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
    async with Crowd(voice.sip, LINE, voice.line_port) as network, seat(voice, "lin.xiao", taking=200) as agent:
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


async def test_a_caller_without_a_common_codec_is_refused_and_others_are_not(
    voice: VoiceCentre, crowd: Crowd
) -> None:
    refused = await crowd.call(MENU, number(), codecs=(G729,))
    assert await refused.ended() == 488
    both = await crowd.call(MENU, number(), codecs=(G729, 8, EVENT))
    await both.answered()


GARBAGE = (
    b"\x00" * 2000,
    b"INVITE",
    b"\r\n" * 500,
    bytes(range(256)) * 8,
    b"INVITE sip:\xff\xfe@x SIP/2.0\r\n\r\n",
    b"INVITE sip:4008210002@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP " + b"A" * 60_000 + b"\r\n\r\n",
    b"INVITE sip:" + b"9" * 30_000 + b"@127.0.0.1 SIP/2.0\r\n\r\n",
    b"REGISTER sip:127.0.0.1 SIP/2.0\r\nContent-Length: -1\r\nContact: <sip:" + b"x" * 900 + b">\r\n\r\n",
    b"SIP/2.0 200 OK\r\nCSeq: 99999999999999999999 INVITE\r\n\r\n",
)


async def test_garbage_is_survived_and_the_next_call_goes_through(voice: VoiceCentre, crowd: Crowd) -> None:
    """Binary, cut off, oversized, with a length below nothing; in datagrams, over TCP, and as calls from the line
    whose words are rubbish."""
    host, _, port = voice.sip.partition(":")
    pid = switch_pid(voice)
    mangled = random.Random(7)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as noise:
        noise.bind(("127.0.0.126", 0))
        here = f"127.0.0.126:{noise.getsockname()[1]}"
        for n in range(400):
            for message in GARBAGE if n < 20 else ():
                noise.sendto(message, (host, int(port)))
            whole = bytearray(invite(here, n))
            for _ in range(mangled.randrange(1, 12)):
                whole[mangled.randrange(len(whole))] = mangled.randrange(256)
            noise.sendto(bytes(whole[: mangled.randrange(40, len(whole))]), (host, int(port)))
            await asyncio.sleep(0.001)
    for message in (*GARBAGE, invite(here, 1).replace(b"Content-Length: 0", b"Content-Length: -5")):
        _, writer = await asyncio.open_connection(host, int(port), local_addr=("127.0.0.126", 0))
        writer.write(message)
        writer.close()
    for caller in ("'; DROP TABLE call; --", "../../etc/passwd", "%s%n" * 20, "9" * 200, "\u202e王"):
        await crowd.call(MENU, caller.replace(" ", "%20"))
    caller = number()
    call = await crowd.call(MENU, caller)
    await call.answered()
    assert (await contact_of(voice, caller)) in await contacts_of(voice, caller)
    for one in crowd.calls.values():
        one.hang_up()
    assert switch_pid(voice) == pid, "the switch has not even stumbled"
    await nothing_left(voice)


def invite(here: str, n: int) -> bytes:
    """A whole call of the line, to be mangled."""
    return (
        f"INVITE sip:{MENU}@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP {here};branch=z9hG4bKx{n}\r\n"
        f"From: <sip:1@{here}>;tag={n}\r\nTo: <sip:{MENU}@127.0.0.1>\r\nCall-ID: noise-{n}\r\nCSeq: 1 INVITE\r\n"
        f"Contact: <sip:1@{here}>\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
    ).encode()


async def test_wrong_passwords_in_heaps_are_shut_out_and_the_rightful_telephone_is_not(voice: VoiceCentre) -> None:
    """And it is in the audit log, once."""
    extension = await extension_of(voice, "zhao.min")
    async with Crowd(voice.sip, "127.0.3.9") as thief, seat(voice, "zhao.min") as agent:
        refused = 0
        for n in range(40):
            try:
                refused += await thief.register(extension if n % 2 else f"9{n}", f"guess-{n}") != 200
            except AssertionError:
                break  # nobody answers any more
        assert refused >= 5
        with pytest.raises(AssertionError):
            assert await thief.register(extension, PASSWORDS[voice.running.port, extension]) == 200

        async def noted() -> list[dict[str, Any]]:
            found = await voice.admin.http.get("/api/audit", params={"object": "127.0.3.9"})
            return [one for one in found.json()["items"] if one["action"] == "switch.shut_out"]

        assert len(await eventually(noted, 10)) == 1
        assert await agent.sip.register(extension, PASSWORDS[voice.running.port, extension]) == 200


async def test_a_path_in_an_upload_leads_nowhere(voice: VoiceCentre) -> None:
    """Names, languages and file names that climb out of their folder; files that are no sound; words that would be
    files of the machine."""
    http = voice.admin.http
    home = voice.running.home
    files = sorted(str(path) for path in home.rglob("*") if "postgres" not in str(path))
    sound = tones.write(voice.folder / "upload.wav", 440, 0.5).read_bytes()
    spec = {"id": "words", "name": names("Words"), "words": names("Words")}
    assert (await http.post("/api/prompts", json=spec)).status_code == 201
    for id in ("../../x", "..", "a/../../b", "/etc/passwd", "x\u0000y", "%2e%2e"):
        assert (await http.post("/api/prompts", json={**spec, "id": id})).status_code == 422, id
    for path in (
        "..%2f..%2fwords/sounds/en",
        "words/sounds/..%2f..%2fen",
        "words/sounds/%2e%2e",
        "words/sounds/../en",
    ):
        answer = await http.put(f"/api/prompts/{path}", files={"file": ("a.wav", sound)})
        assert 400 <= answer.status_code < 500, (path, answer.status_code)
    url = "/api/prompts/words/sounds/en"
    bad = (
        b"",
        b"RIFF",
        b"\x7fELF" + sound,
        sound[:44],
        b"#!/bin/sh\n",
        sound.replace(b"\x10\x00data", b"\xff\xffdata"),
    )
    for content in bad:
        assert (await http.put(url, files={"file": ("a.wav", content)})).status_code == 422, content[:20]
    for name in ("../../../../tmp/jietong-owned.wav", "/etc/cron.d/x", "a\\..\\b.wav"):
        assert (await http.put(url, files={"file": (name, sound)})).status_code == 200, name
    assert (await http.put(url, files={"file": ("x" * 5000, sound)})).status_code == 400
    assert not Path("/tmp/jietong-owned.wav").exists()
    grown = {str(path) for path in home.rglob("*") if "postgres" not in str(path)} - set(files)
    assert all("/sounds/" in path for path in grown), grown
    escape = {"type": "play", "id": "menu", "name": names("x"), "next": {"done": "bye"}}
    for prompt in ({"prompt": "../../../etc/passwd"}, {"uri": "sound:/etc/passwd"}):
        document = {
            "format": "flow/v1", "id": "escape", "name": names("x"), "client": "hechuan", "start": "menu",
            "languages": ["en"], "channels": ["voice"], "nodes": [{**escape, "prompt": prompt}, BYE],
        }  # fmt: skip
        answer = await http.post("/api/flows/check", json={"document": document})
        assert answer.status_code == 422 or answer.json()["problems"], answer.text


async def test_two_hundred_calls_in_a_second_are_all_counted(voice: VoiceCentre, tmp_path: Path) -> None:
    """A11, SL7: what finds no channel is refused and counted as blocked, what is let in goes through the menu."""
    before = await attempts(voice)
    sipp = asterisk_switch.installation().sipp()  # type: ignore[union-attr]
    assert sipp is not None
    scenario = Path(asterisk_switch.__file__).with_name("burst.xml")
    program = sipp.with_arguments(
        voice.sip, "-sf", str(scenario), "-s", MENU, "-i", "127.0.0.125", "-m", "200", "-r", "200", "-l", "200",
        "-nostdin", "-timeout", "60",
    )  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        *program.command, env=program.environ(), cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    assert await asyncio.wait_for(process.wait(), 60) == 0, "each was answered or refused, and ended in due form"
    await nothing_left(voice)

    async def counted() -> Counter[str] | None:
        new = await attempts(voice) - before
        return new if new.total() >= 200 and "" not in new else None

    new = await eventually(counted, 20)
    assert new.total() == 200
    assert new["blocked"] + new["self_served"] + new["lost_in_flow"] == 200, new
    assert new["blocked"] >= 200 - 2 * CHANNELS, new
    assert new["self_served"] + new["lost_in_flow"] >= CHANNELS, new


async def attempts(voice: VoiceCentre) -> Counter[str]:
    """Calls at the menu's number by outcome; those that go on have none."""
    await records_caught_up(voice.running)
    async with database_of(voice.running) as database, database.read(ALL) as conn:
        rows = await conn.fetch(
            """
            SELECT coalesce(record.outcome, '') FROM call LEFT JOIN contact record ON record.id = call.contact
            WHERE call.entry = $1
            """,
            MENU,
        )
    return Counter(row[0] for row in rows)


async def test_with_a_full_disk_calls_go_on_and_the_floor_is_alarmed(voice: VoiceCentre, crowd: Crowd) -> None:
    """The switch cannot write another byte, in the middle of a talk and at the beginning of the next: both go on, and
    what is missing is told (A file that is missing is an alarm, not silence)."""
    pid = switch_pid(voice)
    contacts = []
    async with seat(voice, "lin.xiao", taking=200) as agent, signed_in(voice.running, "zhou.xin") as supervisor:
        floor = await supervisor.line("/ws/floor")
        call = await crowd.call(STRAIGHT, number())
        contacts.append((await agent.contact("talk"))["id"])
        await asyncio.sleep(1)
        with full_disk(pid, 8_000):
            await asyncio.sleep(4)
            assert call.up
            call.hang_up()
            await agent.free()
            call = await crowd.call(STRAIGHT, number())
            contacts.append((await agent.contact("talk"))["id"])
            await asyncio.sleep(4)
            assert call.up
            call.hang_up()
            await agent.free()

            def alarmed() -> Any:
                told = [one for one in floor.state.get("alarms", {}).values() if one["code"] == "recording_missing"]
                return sum(one["params"]["n"] for one in told) >= 2

            await floor.until(alarmed, 40)
        call = await crowd.call(STRAIGHT, number())
        after = (await agent.contact("talk"))["id"]
        await asyncio.sleep(1)
        call.hang_up()
        await agent.free()
        await floor.close()
        for contact in contacts:
            assert (await record(voice, contact))["outcome"] == "handled"

        async def stored() -> bool:
            found: dict[str, Any] = (await supervisor.http.get(f"/api/contacts/{after}/recordings")).json()
            return any(one["state"] == "stored" for one in found.get("recordings", ()))

        await eventually(stored, 20)
    assert switch_pid(voice) == pid


class full_disk:
    """Beyond so many bytes a file, the process can write nothing any more: what it sees is a write that fails."""

    def __init__(self, pid: int, bytes: int) -> None:
        self.pid, self.bytes = pid, bytes

    def __enter__(self) -> None:
        self.before = resource.prlimit(self.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (self.bytes, self.before[1]))

    def __exit__(self, *_: object) -> None:
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, self.before)


TEAM = ("lin.xiao", "chen.yu", "zhao.min", "he.jing", "deng.hui", "sun.lei")


async def test_the_controller_is_killed_with_twenty_calls_up(voice: VoiceCentre, crowd: Crowd) -> None:
    """Talks, waiting callers and callers in a menu: each is found again, goes on, and is counted once."""
    async with AsyncExitStack() as stack:
        seats = [await stack.enter_async_context(seat(voice, login, taking=200)) for login in TEAM]
        talking, waiting = [number() for _ in TEAM], [number() for _ in range(9)]
        calls = {caller: await crowd.call(STRAIGHT, caller) for caller in talking}
        for one in seats:
            await one.contact("talk")
        calls |= {caller: await crowd.call(STRAIGHT, caller) for caller in waiting}
        for call in calls.values():
            await call.answered()
        await in_queue(voice, len(waiting))
        contacts = {caller: await contact_of(voice, caller) for caller in calls}
        gone = [talking[0], waiting[0]]  # hang up while nobody is there to hear of it
        voice.running.stop(signal.SIGKILL)
        for caller in gone:
            calls[caller].hang_up()
        await asyncio.sleep(1)
        assert all(call.up for caller, call in calls.items() if caller not in gone), "calls go on by themselves"
        began = time.monotonic()
        voice.running.start(JIETONG_VOICE="1")
        await voice.running.serving()
        for one in seats:
            await one.line.close()
            one.line = await one.staff.line("/ws/desk")
        for caller in gone:
            await record(voice, contacts[caller])
        print(f"\n  back after s: {time.monotonic() - began:.1f}", end="")
        for one, caller in zip(seats[1:], talking[1:], strict=True):
            assert calls[caller].up
            await one.contact("talk")
        for caller in (*talking[1:], *waiting):
            calls[caller].hang_up()
        for one in seats:
            await one.free()
        for caller, contact in contacts.items():
            outcome = (await record(voice, contact))["outcome"]
            assert outcome in (("handled",) if caller in talking else ("abandoned", "handled")), (caller, outcome)
            assert await contacts_of(voice, caller) == [contact]
    await nothing_left(voice)


async def test_the_switch_is_killed_with_calls_up_and_all_is_back_within_seconds(
    voice: VoiceCentre, crowd: Crowd
) -> None:
    """Calls end as lost, agents are free, telephones ring again without registering anew."""
    async with AsyncExitStack() as stack:
        seats = [await stack.enter_async_context(seat(voice, login, taking=200)) for login in TEAM[:3]]
        talking, waiting, menu = [number() for _ in seats], [number() for _ in range(5)], number()
        for caller in talking:
            await crowd.call(STRAIGHT, caller)
        for one in seats:
            await one.contact("talk")
        for caller in waiting:
            await crowd.call(STRAIGHT, caller)
        for call in list(crowd.calls.values()):
            await call.answered()
        await in_queue(voice, len(waiting))
        await (await crowd.call(MENU, menu)).answered()
        contacts = {caller: await contact_of(voice, caller) for caller in (*talking, *waiting, menu)}
        layout = Layout(voice.running.home / "voice")
        telephones = [await extension_of(voice, login) for login in TEAM[:3]]
        await asterisk_switch.until_noted(layout, telephones)
        began = time.monotonic()
        os.kill(switch_pid(voice), signal.SIGKILL)
        for one in seats:
            for call in one.sip.calls.values():
                call.over = True  # nobody says good-bye to them
            await one.line.until(lambda one=one: not one.contacts, 20)  # type: ignore[misc]
        print(f"\n  agents free after s: {time.monotonic() - began:.1f}", end="")
        for call in crowd.calls.values():
            call.over = True
        for contact in contacts.values():
            outcome = (await record(voice, contact))["outcome"]
            assert outcome == "switch_lost", (await facts(voice, contact))[-8:]
        for one in seats[1:]:
            await one.does("set_status", status="break")
        caller = number()

        async def through() -> SipCall | None:
            call = await crowd.call(STRAIGHT, caller)
            try:
                await call.until(lambda: call.code, 2)
            except AssertionError:
                return None
            return call if call.up else None

        call = await eventually(through, 20)
        await seats[0].contact("talk")
        print(f"\n  a talk again after s: {time.monotonic() - began:.1f}", end="")
        call.hang_up()
        await seats[0].free()
    await nothing_left(voice)


async def test_after_all_of_it_the_books_balance(voice: VoiceCentre) -> None:
    """Nobody talks, nobody waits; the floor's figures are those of the stored facts; the ledger's proofs hold."""
    await nothing_left(voice)
    await asyncio.to_thread(proofs, voice.running)
    async with signed_in(voice.running, "zhou.xin") as supervisor:
        await figures_agree(voice.running, supervisor)
    async with database_of(voice.running) as database, database.read(ALL) as conn:
        open = await conn.fetch("SELECT id FROM contact WHERE outcome IS NULL AND channel = 'voice'")
    assert not open


async def in_queue(voice: VoiceCentre, count: int) -> None:
    """So many callers wait."""
    async with signed_in(voice.running, "zhou.xin") as supervisor:
        floor = await supervisor.line("/ws/floor")
        await floor.until(lambda: floor.state.get("queues", {}).get("faults", {}).get("waiting") == count)
        await floor.close()


def switch_pid(voice: VoiceCentre) -> int:
    return int((voice.running.home / "voice" / "run" / "asterisk.pid").read_text())
