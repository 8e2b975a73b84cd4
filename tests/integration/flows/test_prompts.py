"""Prompts: recordings that come in, what a switch gets to play, and the synthetic voice."""

import asyncio
import io
import math
import struct
import threading
import wave
from pathlib import Path

import pytest
from flow_centre import FlowCentre, names, small, voice

from jietong.core.errors import Unavailable
from jietong.flows import acts as a
from jietong.flows import demonstration
from jietong.flows.sounds import Sounds


def tone(rate: int = 8000, seconds: float = 0.3) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes(
            b"".join(struct.pack("<h", round(9000 * math.sin(n / 5))) for n in range(int(rate * seconds)))
        )
    return out.getvalue()


async def test_a_recording_is_uploaded_played_listened_to_and_replaced(centre: FlowCentre) -> None:
    admin = await centre.signed_in("admin")
    body = {"id": "welcome", "name": names("欢迎语"), "words": names("您好")}
    made = await admin.post("/api/prompts", json=body)
    assert made.status_code == 201, made.text
    up = await admin.put("/api/prompts/welcome/sounds/zh-Hans", files={"file": ("../../x.wav", tone(48_000))})
    assert up.status_code == 200, up.text
    (sound,) = up.json()["sounds"]
    assert (sound["language"], sound["duration_ms"]) == ("zh-Hans", 300)
    (media,) = await centre.sounds.media((a.Sound("welcome", "zh-Hans"),))
    for form, rate in ((".wav", 8000), (".wav16", 16_000)):
        with wave.open(media.uri + form) as file:
            assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (rate, 1, 2)
            assert abs(file.getnframes() - rate * 0.3) <= 1
    heard = await admin.get(sound["url"])
    assert heard.headers["content-type"] == "audio/wav"
    assert heard.content == Path(media.uri + ".wav16").read_bytes()
    other = await admin.put("/api/prompts/welcome/sounds/zh-Hans", files={"file": ("y.wav", tone(16_000, 0.5))})
    assert other.json()["sounds"][0]["duration_ms"] == 500
    (after,) = await centre.sounds.media((a.Sound("welcome", "zh-Hans"),))
    assert after != media
    gone = await admin.delete("/api/prompts/welcome/sounds/zh-Hans")
    assert gone.json()["sounds"] == []
    assert (await admin.delete("/api/prompts/welcome/sounds/zh-Hans")).status_code == 404
    assert (await admin.get("/api/prompts/welcome/sounds/zh-Hans")).status_code == 404


@pytest.mark.parametrize(
    ("language", "data", "status", "code"),
    [
        ("zh-Hans", b"#!/bin/sh\nrm -rf /", 422, "not_wav"),
        ("zh-Hans", tone()[:50], 422, "bad_wav"),
        ("zh-Hans", tone() + b"x" * (10 << 20), 413, "wav_too_large"),
        ("fr", tone(), 422, "unknown_language"),
        ("..%2F..%2Fetc", tone(), 404, None),
    ],
)
async def test_a_bad_upload_changes_nothing(
    centre: FlowCentre, language: str, data: bytes, status: int, code: str | None
) -> None:
    admin = await centre.signed_in("admin")
    await admin.post("/api/prompts", json={"id": "p", "name": names("p")})
    answer = await admin.put(f"/api/prompts/p/sounds/{language}", files={"file": ("/etc/passwd\0.wav", data)})
    assert answer.status_code == status, answer.text
    if code is not None:
        assert answer.json()["code"] == code
    assert (await admin.get("/api/prompts/p")).json()["sounds"] == []
    folder = centre.sounds._folder
    assert not folder.exists() or [one for one in folder.rglob("*") if one.is_file()] == []


async def test_ids_are_ours_and_two_editors_do_not_write_over_each_other(centre: FlowCentre) -> None:
    admin = await centre.signed_in("admin")
    for id in ("../x", "UPPER", "", "x" * 99):
        answer = await admin.post("/api/prompts", json={"id": id, "name": names("x")})
        assert answer.status_code == 422, id
    await admin.post("/api/prompts", json={"id": "p", "name": names("p")})
    assert (await admin.post("/api/prompts", json={"id": "p", "name": names("p")})).json()["code"] == "id_taken"
    first = await admin.put("/api/prompts/p", json={"revision": 1, "name": names("q"), "words": names("词")})
    assert first.json()["revision"] == 2
    late = await admin.put("/api/prompts/p", json={"revision": 1, "name": names("r")})
    assert (late.status_code, late.json()["code"]) == (409, "stale_version")
    support = await centre.signed_in("supervisor")
    assert (await support.post("/api/prompts", json={"id": "z", "name": names("z")})).status_code == 403


async def test_a_prompt_that_a_flow_plays_is_not_laid_aside(centre: FlowCentre) -> None:
    admin = await centre.signed_in("admin")
    await admin.post("/api/prompts", json={"id": "hello", "name": names("h"), "words": names("您好")})
    nodes = [{"id": "hello", "type": "play", "prompt": [{"text": names("x")}, {"audio": "hello"}],
              "next": {"done": "end"}}, {"id": "end", "type": "hang_up"}]  # fmt: skip
    await admin.post("/api/flows", json={"document": small(nodes=nodes)})
    assert (await admin.get("/api/prompts/hello")).json()["used_by"] == ["small"]
    body = {"revision": 1, "name": names("h"), "active": False}
    answer = await admin.put("/api/prompts/hello", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "prompt_in_use")


async def test_without_a_voice_words_are_left_out_and_recordings_still_play(tmp_path: Path) -> None:
    mute = Sounds(tmp_path, None)
    assert await mute.media((a.Speech("en", "hello", "hello"),)) == ()
    with pytest.raises(Unavailable, match="No synthetic voice"):
        await mute.spoken("hello", "en")


async def test_each_text_is_spoken_once_however_many_ask(tmp_path: Path) -> None:
    spoken: list[str] = []

    def speak(text: str, language: str, path: Path) -> None:
        spoken.append(text)
        path.write_bytes(tone(22_050))

    sounds = Sounds(tmp_path, speak)
    paths = await asyncio.gather(*(sounds.spoken("您好", "zh-Hans") for _ in range(20)))
    assert len(set(paths)) == 1
    assert spoken == ["您好"]
    await sounds.spoken("您好", "zh-Hant")
    assert len(spoken) == 2, "another language is another voice"
    after_restart = Sounds(tmp_path, speak)
    assert await after_restart.spoken("您好", "zh-Hans") == paths[0]
    assert len(spoken) == 2


async def test_what_flows_say_to_everybody_is_spoken_before_anybody_calls(tmp_path: Path) -> None:
    spoken: list[str] = []

    def speak(text: str, language: str, path: Path) -> None:
        spoken.append(f"{language} {text}")
        path.write_bytes(tone(22_050))

    line, _ = demonstration.flows()
    await Sounds(tmp_path, speak).prepare([line])
    assert "en For English, press three." in spoken
    assert "zh-Hans For English, press three." not in spoken
    assert not [text for text in spoken if "{" in text], "what names somebody is spoken when they call"
    assert len(spoken) == len(set(spoken)) > 40


async def test_a_voice_that_fails_costs_the_words_and_not_the_call(tmp_path: Path) -> None:
    def broken(text: str, language: str, path: Path) -> None:
        raise Unavailable("no_speech", "gone")

    def mumbling(text: str, language: str, path: Path) -> None:
        path.write_bytes(b"mumble")

    for voice_of in (broken, mumbling):
        assert await Sounds(tmp_path, voice_of).media((a.Speech("en", "x", "x"),)) == ()


async def test_nothing_is_written_once_the_sounds_are_closed(tmp_path: Path) -> None:
    begun, go_on = threading.Barrier(3), threading.Event()

    def slow(text: str, language: str, path: Path) -> None:
        begun.wait(20)
        go_on.wait(20)
        path.write_bytes(tone(22_050))

    sounds = Sounds(tmp_path, slow)
    asking = [asyncio.create_task(sounds.media((a.Speech("en", text, text),))) for text in ("one", "two", "three")]
    await asyncio.to_thread(begun.wait, 20)  # two at once are let in
    asking[0].cancel()  # whoever asked has gone; the voice speaks on
    closing = asyncio.create_task(sounds.close())
    await asyncio.sleep(0)
    assert not closing.done()
    go_on.set()
    await closing
    assert len(list((tmp_path / "spoken").glob("*.wav"))) == 2, "the third was still waiting for its turn"
    assert await sounds.media((a.Speech("en", "four", "four"),)) == ()


@pytest.mark.skipif(voice() is None, reason="NO VOICE IS TESTED: espeak-ng is not installed here (or set ESPEAK_NG)")
async def test_the_synthetic_voice_speaks_chinese_and_english(centre: FlowCentre) -> None:
    admin = await centre.signed_in("supervisor")
    lengths = {}
    for language, text in (
        ("zh-Hans", "您好，报修请按一。"),
        ("zh-Hant", "您好，報修請按一。"),
        ("en", "Hello, press one."),
    ):
        answer = await admin.post("/api/prompts/speak", json={"text": text, "language": language})
        assert answer.status_code == 200, answer.text
        with wave.open(io.BytesIO(answer.content)) as file:
            lengths[language] = file.getnframes() / file.getframerate()
            frames = file.readframes(file.getnframes())
        samples = struct.unpack(f"<{len(frames) // 2}h", frames)
        assert max(map(abs, samples)) > 2000, "it is to be heard"
    assert 1 < lengths["zh-Hans"] < 5
    assert 0.5 < lengths["en"] < 4
