"""Sound: what a WAV holds, how loud it is along its way, and two tracks heard as one, left and right.

Sources of samples are asked for ranges, so a recording of hours is played from its middle without its beginning.
"""

import struct
from typing import BinaryIO, NamedTuple, Protocol

import numpy as np

BUCKET_MS = 100
"""One peak for each tenth of a second."""
_BLOCK_BUCKETS = 200
_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")
HEADER_BYTES = _HEADER.size


class Shape(NamedTuple):
    """Of a 16-bit mono WAV: where its samples lie in the file."""

    rate: int
    data_at: int
    frames: int


class Unreadable(Exception):
    """No 16-bit mono PCM WAV."""


def shape_of(file: BinaryIO, size: int) -> Shape:
    """Reads the header of a file of `size` bytes. A length that was never filled in (the writer died) is taken from
    the file's own. Raises Unreadable."""
    riff = file.read(12)
    if len(riff) < 12 or riff[:4] != b"RIFF" or riff[8:] != b"WAVE":
        raise Unreadable("no WAV")
    rate = 0
    while True:
        head = file.read(8)
        if len(head) < 8:
            raise Unreadable("no samples")
        kind, length = head[:4], int.from_bytes(head[4:], "little")
        if kind == b"fmt ":
            body = file.read(min(length + length % 2, 64))
            if length > 64 or len(body) < 16:
                raise Unreadable("a header of another kind")
            form, channels, rate, _, _, bits = struct.unpack("<HHIIHH", body[:16])
            if form != 1 or channels != 1 or bits != 16 or not 1_000 <= rate <= 192_000:
                raise Unreadable("not 16-bit mono PCM")
        elif kind == b"data":
            if not rate:
                raise Unreadable("samples before their header")
            at = file.tell()
            left = max(size - at, 0)
            filled = length if 0 < length <= left else left
            return Shape(rate, at, filled // 2)
        else:
            file.seek(length + length % 2, 1)


def header_of(rate: int, channels: int, frames: int) -> bytes:
    """44 bytes. Lengths past four gigabytes are cut, as players expect."""
    size = min(frames * channels * 2, 0xFFFF_FFFF - 36)
    width = channels * 2
    return _HEADER.pack(
        b"RIFF", size + 36, b"WAVE", b"fmt ", 16, 1, channels, rate, rate * width, width, 16, b"data", size
    )  # fmt: skip


def peaks_of(file: BinaryIO, shape: Shape) -> bytes:
    """A byte for each BUCKET_MS: 255·√(peak ÷ full scale). Square root, so that quiet speech is still seen."""
    bucket = max(shape.rate * BUCKET_MS // 1000, 1)
    file.seek(shape.data_at)
    left, out = shape.frames, []
    while left > 0:
        data = file.read(min(left, bucket * _BLOCK_BUCKETS) * 2)
        samples = np.frombuffer(data[: len(data) // 2 * 2], dtype="<i2")
        if not samples.size:
            break
        left -= samples.size
        whole = samples.size // bucket * bucket
        out.append(_loudest(samples[:whole].reshape(-1, bucket)))
        if whole < samples.size:
            out.append(_loudest(samples[whole:].reshape(1, -1)))
    return b"".join(out)


def _loudest(rows: "np.ndarray[tuple[int, int], np.dtype[np.int16]]") -> bytes:
    high = rows.max(axis=1).astype(np.float32)
    low = rows.min(axis=1).astype(np.float32)
    peaks: bytes = np.rint(255 * np.sqrt(np.maximum(high, -low) / 32768)).astype(np.uint8).tobytes()
    return peaks


class Source(Protocol):
    """Plain bytes of a stored file."""

    def read(self, start: int, length: int) -> bytes: ...


class Voice(NamedTuple):
    """One track, ready to be played."""

    source: Source
    shape: Shape
    offset_frames: int = 0  # silence before it, so that both sides lie over each other in time

    @property
    def frames(self) -> int:
        return self.offset_frames + self.shape.frames

    def samples(self, start: int, count: int) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
        """Frames [start, start+count) as int16, silence before and after the track."""
        out = np.zeros(count, dtype="<i2")
        first = max(start, self.offset_frames)
        last = min(start + count, self.frames)
        if first < last:
            at = self.shape.data_at + (first - self.offset_frames) * 2
            data = self.source.read(at, (last - first) * 2)
            got = np.frombuffer(data[: len(data) // 2 * 2], dtype="<i2")
            out[first - start : first - start + got.size] = got
        return out


class Played:
    """A WAV that exists only while it is read: one voice, or two as left and right. `size` in bytes.

    Raises ValueError for two voices of different rates.
    """

    def __init__(self, voices: tuple[Voice, ...]) -> None:
        if not voices or len({one.shape.rate for one in voices}) != 1:
            raise ValueError("voices of one rate")
        self._voices = voices
        self.rate = voices[0].shape.rate
        self.frames = max(one.frames for one in voices)
        self._width = 2 * len(voices)
        self._header = header_of(self.rate, len(voices), self.frames)
        self.size = HEADER_BYTES + self.frames * self._width

    def read(self, start: int, length: int) -> bytes:
        """Bytes [start, start+length) of the WAV, fewer at the end."""
        end = min(start + length, self.size)
        if start >= end:
            return b""
        head = self._header[start:end]
        start, end = max(start - HEADER_BYTES, 0), end - HEADER_BYTES
        if end <= 0:
            return head
        first, last = start // self._width, -(-end // self._width)
        rows = np.empty((last - first, len(self._voices)), dtype="<i2")
        for i, voice in enumerate(self._voices):
            rows[:, i] = voice.samples(first, last - first)
        skip = start - first * self._width
        return head + rows.tobytes()[skip : skip + end - start]
