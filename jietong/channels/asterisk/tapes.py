"""Recordings under way: starting them, and telling of their end only when the file is there.

Traps: a recording that names a missing sound says "done" and leaves no file, so the file is looked at; a leg is
recorded through a snoop of its own, which hears that party and nothing else.
"""

import asyncio
import struct
import wave
from collections.abc import Callable
from pathlib import Path

import structlog

from jietong.channels.asterisk.ari import Ari, AriError
from jietong.channels.asterisk.heard import Heard
from jietong.channels.asterisk.lines import TAPE, gone, named
from jietong.channels.switch import RecordEnded, Tell
from jietong.core.clock import Clock
from jietong.core.errors import JietongError, Refused, Unavailable

log = structlog.get_logger(__name__)

_FILE_S = 2.0  # for the file to be closed after Asterisk said that it is done
_STASIS_S = 5.0
_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")  # before the samples


class Tapes:
    """`folder`: where Asterisk writes, seen from here. `remote`: it writes on another machine; files are fetched."""

    def __init__(
        self,
        heard: Heard,
        tell: Callable[[Tell], None],
        clock: Clock,
        app: str,
        folder: Path,
        *,
        remote: bool = False,
    ) -> None:
        self._heard = heard
        self._tell = tell
        self._clock = clock
        self._app = app
        self.folder = folder
        self._remote = remote
        self.running: set[str] = set()
        self._ending: set[str] = set()

    async def leg(self, ari: Ari, recording: str, leg: str) -> None:
        """What the party says and nothing else."""
        self._new(recording)
        tape = TAPE + recording
        entered = self._heard.tapes[tape] = asyncio.Event()
        try:
            await ari.post("channels", leg, "snoop", tape, spy="in", whisper="none", app=self._app, appArgs="tape")
            async with asyncio.timeout(_STASIS_S):
                await entered.wait()
            if tape not in self._heard.tapes:
                raise gone(leg)
            await ari.post("channels", tape, "record", name=recording, format="wav", ifExists="overwrite", beep=False)
        except TimeoutError:
            self._failed(recording, "the switch did not begin")
            raise gone(leg) from None
        except AriError as error:
            self._failed(recording, error.message)
            if error.status == 404:
                raise gone(leg) from error
        except JietongError:
            self.running.discard(recording)
            raise

    async def bridge(self, ari: Ari, recording: str, bridge: str) -> None:
        self._new(recording)
        try:
            await ari.post(
                "bridges", bridge, "record", name=recording, format="wav", ifExists="overwrite", beep=False
            )
        except AriError as error:
            self._failed(recording, error.message)
            if error.status == 404:
                raise Refused("no_such_bridge", "This bridge is no more.", bridge=bridge) from error

    async def message(self, ari: Ari, recording: str, leg: str, *, max_s: int, silence_s: int, end: str) -> None:
        self._new(recording)
        try:
            await ari.post(
                "channels",
                leg,
                "record",
                name=recording,
                format="wav",
                ifExists="overwrite",
                beep=True,
                maxDurationSeconds=max_s,
                maxSilenceSeconds=silence_s,
                terminateOn=end if end in {"#", "*"} else "any" if end else "none",
            )
        except AriError as error:
            self._failed(recording, error.message)
            if error.status in {404, 409}:
                raise gone(leg) from error

    async def pause(self, ari: Ari, recording: str, paused: bool) -> None:
        try:
            if paused:
                await ari.post("recordings", "live", recording, "mute")
            else:
                await ari.delete("recordings", "live", recording, "mute")
        except AriError as error:
            if error.status == 404:
                raise Refused("no_such_recording", "This recording is not under way.", recording=recording) from error
            raise

    async def stop(self, ari: Ari, recording: str) -> bool:
        """Whether it had ended before, while we were away: then `ended` tells of it again."""
        named(recording)
        running = recording in self.running
        known = running or recording in self._ending
        self.running.add(recording)  # so that its end is told, though an earlier controller began it
        try:
            await ari.post("recordings", "live", recording, "stop")
        except AriError as error:
            if not running:
                self.running.discard(recording)
            if error.status != 404:
                raise
            return not known
        return False

    async def ended(self, ari: Ari, recording: str, why: str = "") -> None:
        """Tells the end, with the file where there is one that holds sound."""
        self.running.discard(recording)
        self._ending.add(recording)
        path = self.path(recording)
        try:
            if self._remote:
                try:
                    await self._fetch(ari, recording, path)
                except AriError:
                    if not path.exists():  # else it was fetched before
                        raise
            for pause in (0.0, 0.02, 0.05, 0.1, 0.3, 0.5, _FILE_S - 0.97):
                await asyncio.sleep(pause)
                length = await asyncio.get_running_loop().run_in_executor(None, duration_ms, path)
                if length is not None:
                    self._tell(RecordEnded(self._clock.now(), recording, str(path), length, ""))
                    return
                if (left := broken_off_ms(path)) and pause > 1:  # nobody completes it any more
                    log.warning("a recording breaks off", recording=recording)
                    self._tell(RecordEnded(self._clock.now(), recording, str(path), left, "switch_lost"))
                    return
        except (AriError, Unavailable) as error:
            why = why or str(error)
        finally:
            self._ending.discard(recording)
        if drop_empty(path):
            why = why or "empty"
        log.error("a recording is missing", recording=recording, why=why)
        self._tell(RecordEnded(self._clock.now(), recording, None, 0, why or "no_file"))

    async def drop_tape(self, ari: Ari, recording: str) -> None:
        """The snoop has no other purpose."""
        if TAPE + recording in self._heard.tapes:
            try:
                await ari.delete("channels", TAPE + recording)
            except AriError:
                pass

    async def under_way(self, ari: Ari) -> tuple[str, ...]:
        """Names of recordings that go on, those that an earlier controller began included."""
        files = self._files() if not self._remote else {_mix_of(name) for name in self.running}
        found = []
        for name in sorted(files | self.running):
            try:
                await ari.get("recordings", "live", name)
                found.append(name)
            except AriError:
                self.running.discard(name)
        self.running.update(found)
        return tuple(found)

    async def spooled(self, ari: Ari) -> tuple[str, ...]:
        """Names of recordings that have ended and whose files lie here, or at the switch on its own machine."""
        under_way = set(await self.under_way(ari)) | self._ending
        files = await asyncio.get_running_loop().run_in_executor(None, self._files)
        if self._remote:
            files |= {stored["name"] for stored in await ari.get("recordings", "stored")}
        return tuple(sorted(files - under_way - self.running))

    def _files(self) -> set[str]:
        return {path.stem for path in self.folder.glob("*.wav")}

    def path(self, recording: str) -> Path:
        return self.folder / f"{recording}.wav"

    def take_off(self, recording: str) -> bool:
        """Whether it was under way, and is no longer. The switch may tell the end twice."""
        if recording not in self.running:
            return False
        self.running.discard(recording)
        return True

    def lose_all(self) -> None:
        """The switch died: what was under way is told as it lies there."""
        self.running.clear()

    def _new(self, recording: str) -> None:
        named(recording)
        if recording in self.running:
            raise Refused("recording_taken", "A recording of this name is under way.", recording=recording)
        self.running.add(recording)

    def _failed(self, recording: str, why: str) -> None:
        if recording in self.running:
            self.running.discard(recording)
            log.error("a recording could not begin", recording=recording, why=why)
            self._tell(RecordEnded(self._clock.now(), recording, None, 0, why))

    async def _fetch(self, ari: Ari, recording: str, path: Path) -> None:
        """From a switch on another machine."""
        content = await ari.download("recordings", "stored", recording, "file")

        def write() -> None:
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_suffix(".part")
            draft.write_bytes(content)
            draft.replace(path)

        await asyncio.get_running_loop().run_in_executor(None, write)
        try:
            await ari.delete("recordings", "stored", recording)
        except AriError as error:
            log.warning("a recording was fetched, but stays at the switch", recording=recording, why=error.message)


def _mix_of(recording: str) -> str:
    """Tracks of one leg are found by their snoops, that of the bridge by these."""
    return f"{recording.rpartition('.')[0]}.mix"


def broken_off_ms(path: Path) -> int | None:
    """Of a WAV file as Asterisk writes it, whose lengths were never filled in: as far as it goes. None: it is no such
    file, or there is nothing in it."""
    try:
        with path.open("rb") as file:
            head, size = file.read(_HEADER.size), path.stat().st_size
            riff, _, wave_, _, _, _, channels, rate, _, _, bits, data, length = _HEADER.unpack(head)
    except (OSError, struct.error):
        return None
    left: int = size - _HEADER.size
    if (riff, wave_, data, length) != (b"RIFF", b"WAVE", b"data", 0) or left <= 0 or not channels * rate * bits:
        return None
    frame: int = channels * bits // 8
    return 1000 * left // (frame * int(rate))


def drop_empty(path: Path) -> bool:
    """A file in which nothing was ever written would lie in the spool for good. Whether it was one."""
    try:
        if path.stat().st_size > _HEADER.size:
            return False
        path.unlink()
    except OSError:
        return False
    return True


def duration_ms(path: Path) -> int | None:
    """Of a complete WAV file with sound in it; None: not (yet) one."""
    try:
        with wave.open(str(path), "rb") as file:
            frames = file.getnframes()
            return round(1000 * frames / file.getframerate()) if frames else None
    except (OSError, EOFError, wave.Error):
        return None
