"""Who hears what: permission, client, voicemail; every listen in the audit log; any place of it, left and right."""

import asyncio
import contextlib
import gc
import io
import itertools
import re
import struct
import wave
import zipfile
from pathlib import Path
from typing import Any

import httpx
import orjson
from recordings_support import PAUSE, Vaulted, tone

from jietong.core.commands import Accept, PresenceBack, SetStatus, SignIn, Witness
from jietong.core.events import LegQuality, LegStarted, RecordingPaused, RecordingResumed
from jietong.core.vocabulary import Channel, Party, Status
from jietong.db.pool import ALL
from jietong.identity.permissions import Role
from jietong.recordings import playback


async def ticket(browser: httpx.AsyncClient, id: str = "r1") -> str:
    answer = await browser.post(f"/api/recordings/{id}/listen")
    assert answer.status_code == 200, answer.text
    given: str = answer.json()["ticket"]
    return given


async def sound(browser: httpx.AsyncClient, id: str = "r1", **params: Any) -> httpx.Response:
    headers = params.pop("headers", {})
    given = params.pop("ticket", None) or await ticket(browser, id)
    return await browser.get(f"/api/recordings/{id}/audio", params={"ticket": given, **params}, headers=headers)


def crossings(samples: tuple[int, ...]) -> int:
    return sum(1 for a, b in itertools.pairwise(samples) if a < 0 <= b)


async def test_both_sides_are_heard_left_and_right_and_the_listen_is_in_the_audit_log(vaulted: Vaulted) -> None:
    await vaulted.record()
    zhou = await vaulted.person("zhou", Role.QA)
    answer = await sound(zhou)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/wav")
    assert answer.headers["cache-control"] == "private, no-store"
    with wave.open(io.BytesIO(answer.content)) as file:
        assert (file.getnchannels(), file.getframerate(), file.getnframes()) == (2, 8000, 16_000)
        flat = struct.unpack("<32000h", file.readframes(16_000))
    assert abs(crossings(flat[::2]) - 800) < 3, "left: the customer, 400 Hz"
    assert abs(crossings(flat[1::2]) - 1400) < 3, "right: the agent, 700 Hz"
    [entry] = await vaulted.audited("recording.heard")
    assert (entry["name"], entry["object"]) == ("Zhou", "r1")
    assert entry["details"] == {"contact": "c1", "client": "hechuan", "agent": "lin", "rule": "always"}


RANGES = {
    "bytes=0-": (0, 64_044),
    "bytes=0-99": (0, 100),
    "bytes=40000-": (40_000, 64_044),
    "bytes=-10": (64_034, 64_044),
    "bytes=30-60": (30, 61),
    "bytes=64000-99999": (64_000, 64_044),
}


async def test_it_can_be_sought_in(vaulted: Vaulted) -> None:
    """RFC 9110, 14: a range gives its bytes, one behind the end 416, one that makes no sense the whole."""
    await vaulted.record()
    zhou = await vaulted.person("zhou", Role.QA)
    given = await ticket(zhou)
    whole = (await sound(zhou, ticket=given)).content
    for asked, (start, end) in RANGES.items():
        part = await sound(zhou, ticket=given, headers={"Range": asked})
        assert (part.status_code, part.content) == (206, whole[start:end]), asked
        assert part.headers["content-range"] == f"bytes {start}-{end - 1}/{len(whole)}"
    for asked in ("bytes=64044-", "bytes=9-3", "bytes=-0"):
        part = await sound(zhou, ticket=given, headers={"Range": asked})
        assert (part.status_code, part.headers["content-range"]) == (416, "bytes */64044"), asked
    for asked in ("bytes=0-1,5-6", "bytes=x-", "items=0-5", "bytes=-"):
        part = await sound(zhou, ticket=given, headers={"Range": asked})
        assert (part.status_code, part.content) == (200, whole), asked
    assert len(await vaulted.audited("recording.heard")) == 1, "seeking is not another listen"


async def test_without_a_ticket_nothing_is_played(vaulted: Vaulted) -> None:
    """So nothing is heard that the audit log does not know of."""
    await vaulted.record("r1")
    await vaulted.record("r2")
    zhou, he = await vaulted.person("zhou", Role.QA), await vaulted.person("he", Role.QA)
    given = await ticket(zhou, "r1")
    late = "1." + given.partition(".")[2]
    for browser, id, used in (
        (he, "r1", given),
        (zhou, "r2", given),
        (zhou, "r1", "x"),
        (zhou, "r1", late),
        (zhou, "r1", "9."),
    ):
        answer = await sound(browser, id, ticket=used)
        assert (answer.status_code, answer.json()["code"]) == (403, "bad_ticket"), used
    vaulted.clock.advance(playback.TICKET_MS + 1)  # type: ignore[attr-defined]
    assert (await zhou.get("/api/recordings/r1/audio")).status_code == 422


async def test_another_clients_recording_is_not_there(vaulted: Vaulted) -> None:
    """One client sees another's calls (fusionpbx#313): not here, neither by the list nor by its id."""
    await vaulted.record("r1", contact="c1", client="hechuan")
    await vaulted.record("r2", contact="c2", client="lanshan")
    zhou = await vaulted.person("zhou", Role.SUPERVISOR, Role.MANAGER, clients=("hechuan",))
    given = await ticket(zhou, "r1")
    for method, path, body in (
        ("GET", "/api/contacts/c2/recordings", None),
        ("POST", "/api/recordings/r2/listen", None),
        ("GET", f"/api/recordings/r2/audio?ticket={given}", None),
        ("GET", "/api/recordings/r2/download", None),
        ("GET", "/api/contacts/c2/recordings/export", None),
        ("POST", "/api/contacts/c2/recordings/hold", {"reason": "curious"}),
        ("POST", "/api/recordings/r2/delete", {"reason": "curious"}),
    ):
        answer = await zhou.request(method, path, json=body)
        expected = 403 if "audio" in path else 404  # a ticket is for one recording, there or not
        assert answer.status_code == expected, (path, answer.text)
    [total] = (await zhou.get("/api/recordings/overview")).json()["totals"]
    assert total["client"] == "hechuan"
    assert (await zhou.get("/api/contacts/c1/recordings")).status_code == 200


async def test_404_is_what_is_not_there_and_403_is_what_one_may_not(vaulted: Vaulted) -> None:
    await vaulted.record()
    zhou, he = await vaulted.person("zhou", Role.QA), await vaulted.person("he", Role.ANSWERER, agent="chen")
    plan = await vaulted.person("plan", Role.PLANNER)
    assert (await zhou.post("/api/recordings/nowhere/listen")).status_code == 404
    assert (await zhou.get("/api/contacts/nowhere/recordings")).status_code == 404
    for browser in (he, plan):
        assert (await browser.post("/api/recordings/r1/listen")).status_code == 403
        assert (await browser.get("/api/contacts/c1/recordings")).status_code == 403
    assert (await zhou.get("/api/recordings/r1/download")).status_code == 403, "listening is not taking away"
    assert (await zhou.post("/api/recordings/r1/delete", json={"reason": "x"})).status_code == 403
    assert await vaulted.audited("recording.heard") == []


async def test_a_voicemail_is_heard_by_the_agent_who_took_it_and_by_no_other(vaulted: Vaulted) -> None:
    lin, chen = (
        await vaulted.person("lin", Role.ANSWERER, agent="lin"),
        await vaulted.person("chen", Role.ANSWERER, agent="chen"),
    )
    for agent in ("lin", "chen"):
        await vaulted.tell(SignIn(agent), PresenceBack(agent))
    await vaulted.tell(SetStatus("lin", Status.READY))
    await vaulted.call("vm", channel=Channel.VOICEMAIL)
    tracks = {"customer": tone(vaulted.spool / "vm.wav", 400, 1)}
    await vaulted.record("v1", "vm", tracks=tracks, rule="voicemail", agent=None)
    assert (await lin.post("/api/recordings/v1/listen")).status_code == 403, "offered is not taken"
    await vaulted.tell(Accept("lin", "vm"))
    answer = await sound(lin, "v1")
    assert (answer.status_code, len(answer.content)) == (200, 44 + 16_000)
    [one] = (await lin.get("/api/contacts/vm/recordings")).json()["recordings"]
    assert (one["ways"], one["lacking"], one["rule"]) == (["customer"], [], "voicemail")
    assert (await chen.post("/api/recordings/v1/listen")).status_code == 403
    assert (await chen.get("/api/contacts/vm/recordings")).status_code == 403
    assert len(await vaulted.audited("recording.heard")) == 1


async def test_a_download_is_the_file_of_the_switch_byte_for_byte_and_in_the_audit_log(vaulted: Vaulted) -> None:
    plain = vaulted.files("r1")
    agent = plain["agent"]
    assert agent is not None
    bytes_ = agent.read_bytes()
    await vaulted.record(tracks=plain)
    zhou = await vaulted.person("zhou", Role.SUPERVISOR)
    answer = await zhou.get("/api/recordings/r1/download?track=agent")
    assert answer.content == bytes_
    assert answer.headers["content-disposition"] == 'attachment; filename="r1.agent.wav"'
    assert len((await zhou.get("/api/recordings/r1/download?track=both")).content) == 64_044
    assert (await zhou.get("/api/recordings/r1/download?track=..")).status_code == 422
    entries = await vaulted.audited("recording.downloaded")
    assert [entry["details"]["track"] for entry in entries] == ["agent", "both"]


async def test_an_export_has_every_track_and_what_proves_them(vaulted: Vaulted) -> None:
    await vaulted.record("r1", gaps=[PAUSE])
    await vaulted.record("r2", started=vaulted.clock.now() + 5_000)
    zhou = await vaulted.person("zhou", Role.SUPERVISOR)
    answer = await zhou.get("/api/contacts/c1/recordings/export")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as out:
        assert out.testzip() is None
        manifest = orjson.loads(out.read("manifest.json"))
        assert [one["id"] for one in manifest["recordings"]] == ["r1", "r2"]
        assert manifest["recordings"][0]["gaps"] == [{"start": 500, "end": 900, "why": "card"}]
        for one in manifest["recordings"]:
            for track in one["tracks"]:
                assert len(out.read(track["file"])) == track["bytes"]
    [entry] = await vaulted.audited("recording.exported")
    assert entry["details"] == {"recordings": ["r1", "r2"]}


async def test_the_page_is_told_of_gaps_marks_levels_and_quality(vaulted: Vaulted) -> None:
    await vaulted.call("c1")
    await vaulted.tell(
        Witness((
            LegStarted(0, "c1", "l1", Party.CUSTOMER, trunk="t1"),
            RecordingPaused(0, "c1", "r1", "card", "lin"),
            RecordingResumed(0, "c1", "r1", "lin"),
            LegQuality(0, "c1", "l1", loss_pct=1.0, jitter_ms=12.0, round_trip_ms=80.0, mos=3.9, codec="alaw"),
        ))
    )  # fmt: skip
    await vaulted.record(gaps=[PAUSE])
    zhou = await vaulted.person("zhou", Role.QA)
    told = (await zhou.get("/api/contacts/c1/recordings")).json()
    [one] = told["recordings"]
    assert one["gaps"] == [{"start": 500, "end": 900, "why": "card"}]
    assert one["ways"] == ["both", "mix", "customer", "agent"]
    assert {track["name"]: len(track["peaks"]) for track in one["tracks"]} == dict.fromkeys(
        ("agent", "customer", "mix"),
        28,  # 20 tenths of a second in base64
    )
    [pause] = [mark for mark in told["marks"] if mark["kind"] == "pause"]
    assert (pause["what"], pause["agent"]) == ("card", "lin")
    [leg] = told["legs"]
    assert (leg["party"], leg["mos"], leg["codec"]) == ("customer", 3.9, "alaw")
    assert (told["pending"], told["missing"], told["hold"]) == (0, [], None)


async def test_the_mix_is_played_where_a_side_is_lacking(vaulted: Vaulted) -> None:
    tracks = vaulted.files("r1")
    tracks["agent"] = None
    await vaulted.record(tracks=tracks)
    zhou = await vaulted.person("zhou", Role.QA)
    answer = await sound(zhou)
    with wave.open(io.BytesIO(answer.content)) as file:
        assert file.getnchannels() == 1
    assert (await sound(zhou, track="both")).json()["code"] == "no_such_track"


async def test_a_tampered_file_is_not_played_but_told(vaulted: Vaulted) -> None:
    await vaulted.record()
    path = next(path for path in vaulted.sealed() if path.name.endswith("customer"))
    content = bytearray(path.read_bytes())
    content[200] ^= 1
    path.write_bytes(content)
    zhou = await vaulted.person("zhou", Role.QA)
    answer = await sound(zhou)
    assert (answer.status_code, answer.json()["code"]) == (409, "recording_damaged")
    path.unlink()
    answer = await sound(zhou)
    assert (answer.status_code, answer.json()["code"]) == (404, "recording_gone")


async def test_without_the_master_key_nothing_can_be_heard(vaulted: Vaulted) -> None:
    await vaulted.record()
    zhou = await vaulted.person("zhou", Role.QA)
    for key in (vaulted.home / "keys").iterdir():
        assert key.stat().st_mode & 0o777 == 0o600
        key.unlink()
    answer = await sound(zhou)
    assert (answer.status_code, answer.json()["code"]) == (503, "key_missing")


async def test_the_database_alone_has_no_key_and_no_sound(vaulted: Vaulted) -> None:
    await vaulted.record()
    async with vaulted.database.read(ALL) as conn:
        dump = await conn.fetch("SELECT row_to_json(k)::text AS t FROM recording_key k")
    master = next((vaulted.home / "keys").iterdir()).read_text().strip()
    assert re.fullmatch("[0-9a-f]{64}", master)
    assert not any(master in row["t"] for row in dump)


async def test_whoever_leaves_in_the_middle_leaves_no_file_open(vaulted: Vaulted) -> None:
    """Exports, ranges, and listeners who hang up after the first bytes."""
    await vaulted.record(seconds=120)
    zhou = await vaulted.person("zhou", Role.SUPERVISOR)
    given = await ticket(zhou)

    def opened() -> int:
        """Files of the vault that this process holds."""
        found = 0
        for link in Path("/proc/self/fd").iterdir():
            with contextlib.suppress(OSError):
                found += "/recordings/" in str(link.readlink())
        return found

    for _ in range(3):
        assert (await zhou.get("/api/contacts/c1/recordings/export")).status_code == 200
        await sound(zhou, ticket=given, headers={"Range": "bytes=99999999-"})
        async with zhou.stream("GET", "/api/recordings/r1/audio", params={"ticket": given}) as answer:
            async for _ in answer.aiter_bytes(1000):
                break
    async with asyncio.timeout(10):
        while opened():
            gc.collect()
            await asyncio.sleep(0.02)
