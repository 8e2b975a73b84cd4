"""What is played and handed out: decrypted on the way, from any place, a little at a time."""

import base64
import hashlib
import hmac
import io
import secrets
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple, Protocol

import orjson

from jietong.core.errors import Forbidden, Invalid, NotFound
from jietong.core.vocabulary import Ms
from jietong.recordings.model import Recording, Track, file_name
from jietong.recordings.vault import Unsealed
from jietong.recordings.wave import Played, Shape, Voice

BLOCK = 262_144
TICKET_MS: Ms = 4 * 3_600_000
BOTH = "both"


class Bytes(Protocol):
    """Something of `size` bytes that can be read from anywhere; `close` it."""

    size: int

    def read(self, start: int, length: int) -> bytes: ...


class Opened:
    """Open files and what is read through them. Closes itself when nobody holds it any more."""

    def __init__(self, content: Bytes, files: ExitStack) -> None:
        self.content = content
        self._files = files

    @property
    def size(self) -> int:
        return self.content.size

    def blocks(self, start: int, end: int) -> Iterator[bytes]:
        """Bytes [start, end) in pieces of a constant size; closes at its end."""
        try:
            while start < end:
                block = self.content.read(start, min(BLOCK, end - start))
                if not block:
                    return
                start += len(block)
                yield block
        finally:
            self.close()

    def close(self) -> None:
        self._files.close()


def ways(one: Recording) -> list[str]:
    """How it can be heard, the best first: `both` (customer left, agent right), then each track."""
    playable = [track for track in one.tracks if track.playable]
    sides = [track for track in playable if track.name != "mix"]
    out = [BOTH] if len(sides) == 2 and sides[0].rate == sides[1].rate else []
    order = ("mix", "customer", "agent")
    return out + [name for name in order if any(track.name == name for track in playable)]


def open_played(one: Recording, way: str | None, folder: Path, keys: dict[str, bytes]) -> Opened:
    """As a WAV of our own making. Raises Invalid `no_such_track`, NotFound `recording_gone`, Damaged."""
    known = ways(one)
    way = way or (known[0] if known else "")
    if way not in known:
        raise Invalid("no_such_track", f"This recording can be heard as: {', '.join(known) or 'nothing'}.")
    names = ("customer", "agent") if way == BOTH else (way,)
    with ExitStack() as files:
        voices = []
        for name in names:
            track = one.track(name)
            assert track is not None
            source = files.enter_context(unsealed(one, track, folder, keys))
            shape = Shape(track.rate, track.data_at, track.frames)
            voices.append(Voice(source, shape, track.offset_ms * track.rate // 1000))
        return Opened(Played(tuple(voices)), files.pop_all())


def open_original(one: Recording, name: str, folder: Path, keys: dict[str, bytes]) -> Opened:
    """The switch's file, byte for byte: its SHA-256 is the one that was noted. Raises as `open_played`."""
    track = one.track(name)
    if track is None:
        known = ", ".join(track.name for track in one.tracks) or "nothing"
        raise Invalid("no_such_track", f"This recording has: {known}.")
    with ExitStack() as files:
        source = files.enter_context(unsealed(one, track, folder, keys))
        return Opened(_Whole(source), files.pop_all())


def unsealed(one: Recording, track: Track, folder: Path, keys: dict[str, bytes]) -> Unsealed:
    """The track's file. Raises NotFound `recording_gone` (file or key not there), Damaged."""

    def key_of(id: str) -> bytes:
        if id not in keys:
            raise _gone("its key was destroyed")
        return keys[id]

    try:
        return Unsealed(folder / track.path, name=file_name(one.id, track.name), key_of=key_of)
    except FileNotFoundError:
        raise _gone("its file is not where it was put") from None


class Entry(NamedTuple):
    name: str
    content: Bytes | bytes


def zipped(entries: Sequence[Entry]) -> Iterator[bytes]:
    """A ZIP (stored, not packed: sound does not shrink) as it grows, in constant memory."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as out:
        for entry in entries:
            if isinstance(entry.content, bytes):
                out.writestr(entry.name, entry.content)
            else:
                with out.open(entry.name, "w", force_zip64=entry.content.size > 1 << 31) as file:
                    at = 0
                    while block := entry.content.read(at, BLOCK):
                        at += len(block)
                        file.write(block)
                        yield sink.take()
            yield sink.take()
    yield sink.take()


def manifest_of(recordings: Sequence[Recording], marks: object) -> bytes:
    """What an export says about itself."""
    return orjson.dumps(
        {
            "format": "jietong-recordings/v1",
            "recordings": [
                {
                    "id": one.id,
                    "contact": one.contact,
                    "client": one.client,
                    "queue": one.queue,
                    "agent": one.agent,
                    "rule": one.rule,
                    "consent": one.consent,
                    "started_ms": one.started,
                    "duration_ms": one.duration_ms,
                    "gaps": [gap._asdict() for gap in one.gaps],
                    "lacking": list(one.lacking),
                    "tracks": [
                        {
                            "file": f"{one.id}.{track.name}.wav",
                            "bytes": track.bytes,
                            "sha256": track.digest,
                            "rate": track.rate,
                            "offset_ms": track.offset_ms,
                        }
                        for track in one.tracks
                    ],
                }
                for one in recordings
            ],
            "marks": marks,
        },
        option=orjson.OPT_INDENT_2,
    )


class Tickets:
    """What lets one account hear one recording for a while: given out when the listen is in the audit log, so that no
    byte is played that it does not know of. Holds for this process; after a restart the player asks again."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def give(self, account: str, recording: str, now: Ms) -> str:
        until = now + TICKET_MS
        return f"{until}.{self._proof(account, recording, until)}"

    def check(self, ticket: str, account: str, recording: str, now: Ms) -> None:
        """Raises Forbidden `bad_ticket`."""
        until, _, proof = ticket.partition(".")
        good = until.isdecimal() and len(until) < 16
        expected = self._proof(account, recording, int(until) if good else 0)
        if not hmac.compare_digest(proof.encode(), expected.encode()) or not good or int(until) < now:
            raise Forbidden("bad_ticket", "Ask to listen again: this permission to listen has run out.")

    def _proof(self, account: str, recording: str, until: Ms) -> str:
        text = f"{account}\x00{recording}\x00{until}".encode()
        return base64.urlsafe_b64encode(hmac.digest(self._key, text, hashlib.sha256)).decode().rstrip("=")


class _Whole:
    def __init__(self, file: Unsealed) -> None:
        self._file = file
        self.size = file.size

    def read(self, start: int, length: int) -> bytes:
        return self._file.read(start, length)


class _Sink(io.RawIOBase):
    """Takes what zipfile writes; cannot be sought in."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(data)  # type: ignore[call-overload]
        self._parts.append(piece)
        return len(piece)

    def take(self) -> bytes:
        out = b"".join(self._parts)
        self._parts.clear()
        return out


def _gone(what: str) -> NotFound:
    return NotFound("recording_gone", f"The recording cannot be had: {what}. Tell an administrator.")
