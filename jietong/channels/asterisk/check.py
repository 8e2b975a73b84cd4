"""Tries on a switch what the platform needs of it, with a call that the switch makes to itself."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, NamedTuple

from jietong.channels.asterisk import ari as wire
from jietong.channels.asterisk.ari import Ari, AriError
from jietong.channels.asterisk.ending import end
from jietong.channels.asterisk.installation import SUPPORTED, version_in
from jietong.core.errors import JietongError
from jietong.core.ids import new_secret

APP = "jietong-check"
_NEAR, _SPY, _BRIDGE = "jietong-check-near", "jietong-check-spy", "jietong-check-bridge"
_WAIT_S = 5.0

_MODULES = {
    "chan_pjsip": "telephones and trunks",
    "res_pjsip_transport_websocket": "telephones in the browser",
    "res_srtp": "telephones in the browser",
    "res_pjsip_outbound_registration": "trunks that register",
    "res_pjsip_refer": "transfer by the telephone's own key",
    "chan_bridge_media": "recording and music in a talk",
    "bridge_softmix": "talks",
    "res_stasis_snoop": "one clean recording a party, listening in",
    "res_stasis_recording": "recording",
    "res_stasis_playback": "prompts",
    "res_musiconhold": "music",
    "res_mutestream": "mute",
    "codec_opus_open_source": "browsers' best codec (chan_opus of others does as well)",
    "res_pjsip_header_funcs": "calls from the web page",
    "app_dial": "handing calls over",
}


class Finding(NamedTuple):
    """`advice` where it is not right; `needed` False: the platform works without."""

    what: str
    right: bool
    advice: str = ""
    needed: bool = True


async def check(ari: Ari, *, pushed: bool) -> list[Finding]:
    """All findings, in the order of what builds on what. Leaves nothing behind in the switch. `pushed`: trunks and
    extensions reach it over ARI, as they do the user's own."""
    try:
        info = await ari.get("asterisk", "info")
    except (AriError, JietongError) as error:
        return [Finding("ARI answers", False, f"{error}: see http.conf and ari.conf, URL, user and password.")]
    findings = [Finding("ARI answers", True)]
    version = version_in(info["system"]["version"]) or "unknown"
    supported = version.split(".")[0] == SUPPORTED
    findings.append(
        Finding(f"version {version}", supported, "" if supported else f"Tried with {SUPPORTED}; use that.", supported)
    )
    findings += await _modules(ari)
    findings += await _calls(ari)
    if pushed:
        findings.append(await _plant(ari))
    return findings


async def _modules(ari: Ari) -> list[Finding]:
    there = {
        found["name"].removesuffix(".so")
        for found in await ari.get("asterisk", "modules")
        if found["status"] == "Running"
    }
    found = [
        Finding(f"module {name}", name in there, "" if name in there else f"Load it: {purpose}.")
        for name, purpose in _MODULES.items()
    ]
    simple = "bridge_simple" in there
    advice = "Keep bridge_simple from loading: a third party who joins a transcoded talk makes it silent (22.10)."
    return [*found, Finding("no bridge_simple", not simple, advice if simple else "")]


async def _plant(ari: Ari) -> Finding:
    """Whether we may write trunks and extensions."""
    key = ("asterisk", "config", "dynamic", "res_pjsip", "aor", APP)
    try:
        await ari.put(*key, body={"fields": [{"attribute": "max_contacts", "value": "1"}]})
        await ari.delete(*key)
    except AriError as error:
        return Finding("trunks and extensions can be written", False, f"sorcery.conf is missing ({error.message}).")
    return Finding("trunks and extensions can be written", True)


class _Events:
    """What was told, to be waited for."""

    def __init__(self) -> None:
        self.all: list[wire.Event] = []
        self.news = asyncio.Event()

    def take(self, event: wire.Event) -> None:
        self.all.append(event)
        self.news.set()

    async def until(self, wanted: Callable[[wire.Event], bool]) -> wire.Event:
        async with asyncio.timeout(_WAIT_S):
            while True:
                for event in self.all:
                    if wanted(event):
                        return event
                self.news.clear()
                await self.news.wait()


async def _calls(ari: Ari) -> list[Finding]:
    findings: list[Finding] = []
    async with _listening(ari) as events:

        async def attempt(what: str, advice: str, work: Callable[[], Awaitable[Any]]) -> bool:
            try:
                await work()
            except TimeoutError:
                findings.append(Finding(what, False, f"Nothing happened. {advice}"))
                return False
            except (AriError, JietongError) as error:
                findings.append(Finding(what, False, f"{error}. {advice}"))
                return False
            findings.append(Finding(what, True))
            return True

        try:
            called = await attempt(
                "the dial plan is included",
                "Include extensions.conf (`jietong voice include`).",
                lambda: _call(ari, events),
            )
            if called:
                await _features(ari, events, attempt)
        finally:
            for path in (("channels", _SPY), ("channels", _NEAR), ("bridges", _BRIDGE)):
                with contextlib.suppress(AriError, JietongError):
                    await ari.delete(*path)
            with contextlib.suppress(AriError, JietongError):
                await ari.delete("recordings", "stored", APP)
    return findings


async def _call(ari: Ari, events: _Events) -> None:
    await ari.post("channels", _NEAR, endpoint="Local/s@jietong-check", app=APP, appArgs="near", timeout=5)
    await events.until(lambda event: isinstance(event, wire.StasisStart) and event.args == ["far"])
    await events.until(lambda event: isinstance(event, wire.StasisStart) and event.channel.id == _NEAR)


async def _features(ari: Ari, events: _Events, attempt: Callable[..., Awaitable[bool]]) -> None:
    async def play() -> None:
        await ari.post("channels", _NEAR, "play", APP, body={"media": ["sound:beep"]})
        ended = await events.until(lambda event: isinstance(event, wire.PlaybackFinished))
        if isinstance(ended, wire.PlaybackFinished) and ended.playback.state != "done":
            raise AriError(500, "the sound `beep` is missing")

    async def marks() -> None:
        mark = new_secret()
        await ari.post("channels", _NEAR, "variable", variable="JT_MARKS", value=mark)
        listed = [found for found in await ari.get("channels") if found["id"] == _NEAR]
        if listed[0].get("channelvars", {}).get("JT_MARKS") != mark:
            raise AriError(500, "channelvars of ari.conf do not name JT_MARKS")

    async def talk() -> None:
        await ari.post("bridges", _BRIDGE, type="mixing,dtmf_events,proxy_media", name=APP)
        await ari.post("bridges", _BRIDGE, "addChannel", channel=_NEAR)

    async def spy() -> None:
        await ari.post("channels", _NEAR, "snoop", _SPY, spy="in", whisper="none", app=APP, appArgs="spy")
        await events.until(lambda event: isinstance(event, wire.StasisStart) and event.channel.id == _SPY)

    async def record() -> None:
        await ari.post("bridges", _BRIDGE, "record", name=APP, format="wav", ifExists="overwrite")
        await asyncio.sleep(0.5)
        await ari.post("recordings", "live", APP, "stop")
        await events.until(lambda event: isinstance(event, wire.RecordingFinished) and event.recording.name == APP)
        if not (await ari.download("recordings", "stored", APP, "file")).startswith(b"RIFF"):
            raise AriError(500, "the file is no WAV")

    async def mute() -> None:
        await ari.post("channels", _NEAR, "mute", direction="in")
        await ari.delete("channels", _NEAR, "mute", direction="in")

    async def music() -> None:
        await ari.post("channels", _NEAR, "moh")
        await ari.delete("channels", _NEAR, "moh")

    await attempt("prompts are played", "Sounds must be installed (asterisk-core-sounds-en).", play)
    await attempt("notes on calls outlive the platform", "See ari.conf.", marks)
    await attempt("music", "See res_musiconhold.", music)
    await attempt("mute", "See res_mutestream.", mute)
    if await attempt("talks", "See bridge_softmix.", talk):
        await attempt("a talk is recorded, and the file fetched", "See chan_bridge_media, spool/recording.", record)
    await attempt("listening in", "See res_stasis_snoop.", spy)


@contextlib.asynccontextmanager
async def _listening(ari: Ari) -> AsyncIterator[_Events]:
    events = _Events()
    connected = asyncio.Event()

    async def listen() -> None:
        async with contextlib.aclosing(ari.events(APP)) as heard:
            async for event in heard:
                connected.set()
                events.take(event)

    task = asyncio.create_task(listen())
    try:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_WAIT_S):
                await connected.wait()
        yield events
    finally:
        await end([task])
