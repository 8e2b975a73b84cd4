"""Sound of prompts: what an uploaded WAV really holds, and the two forms that a switch plays. No files here.

Every prompt is kept as 16-bit mono at 8 kHz (`.wav`, for telephone codecs) and at 16 kHz (`.wav16`, for wide-band
ones). A header is read, not believed: lengths are checked against what is there.
"""

import math
import struct
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from jietong.core.errors import Invalid, TooLarge

MOST_BYTES = 10 * 1024 * 1024
MOST_SECONDS = 300
RATES = (8_000, 16_000, 22_050, 44_100, 48_000)
"""22,050 is what espeak-ng speaks at, 44,100 what most programs record at."""
_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")
_TAPS = 24  # of the low-pass filter, on each side, at the lower of the two rates
_ROWS = 16_384  # at a time: bounds the memory
_LOUD = 0.95  # of full scale: what is louder after filtering is brought down to this

Samples: TypeAlias = NDArray[np.float32]
"""-1 to 1."""


class Sound(NamedTuple):
    rate: int
    samples: Samples

    @property
    def duration_ms(self) -> int:
        return round(len(self.samples) * 1000 / self.rate)


def parse(data: bytes) -> Sound:
    """A WAV as one channel. Raises TooLarge, Invalid `not_wav`, `bad_wav`, `wav_rate`, `wav_format`, `wav_empty`,
    `wav_too_long`."""
    if len(data) > MOST_BYTES:
        raise TooLarge("wav_too_large", f"A recording has at most {MOST_BYTES >> 20} MB.", limit=MOST_BYTES)
    if len(data) < 12 or data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise Invalid("not_wav", "This is no WAV file. Export the recording as WAV (PCM).", field="file")
    form: tuple[int, int, int, int] | None = None
    at = 12
    while at + 8 <= len(data):
        kind, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        body = at + 8
        if kind == b"fmt ":
            form = _form(data[body : body + min(length, 40)])
        elif kind == b"data":
            if form is None:
                raise _bad("its samples come before their description")
            there = len(data) - body
            # What is written as it is spoken has no length yet, and says the greatest there is.
            return _sound(form, data[body : body + (length if length < 0x7FFF_0000 else there)], length, there)
        at = body + length + length % 2
    raise _bad("it ends before its samples")


def _form(body: bytes) -> tuple[int, int, int, int]:
    """(format, channels, rate, bits)"""
    if len(body) < 16:
        raise _bad("its description is cut off")
    form, channels, rate, _, block, bits = struct.unpack("<HHIIHH", body[:16])
    if form == 0xFFFE and len(body) >= 26:  # extensible: the format proper is the beginning of a GUID
        form = int.from_bytes(body[24:26], "little")
    if rate not in RATES:
        known = ", ".join(f"{one // 1000}" for one in (8_000, 16_000, 48_000))
        raise Invalid("wav_rate", f"A rate of {rate} Hz is not supported: use {known} kHz.", field="file", rate=rate)
    if (form, bits) not in {(1, 16), (1, 24), (1, 8), (3, 32)} or channels not in (1, 2):
        raise Invalid("wav_format", "Only PCM with one or two channels is supported (8, 16, 24 bits).", field="file")
    if block != channels * bits // 8:
        raise _bad("its block size does not fit its format")
    return form, channels, rate, bits


def _sound(form: tuple[int, int, int, int], data: bytes, length: int, there: int) -> Sound:
    kind, channels, rate, bits = form
    if length < 0x7FFF_0000 and length > there + 1:
        raise _bad(f"it says {length} bytes of samples but has {there}")
    block = channels * bits // 8
    frames = len(data) // block
    if frames == 0:
        raise Invalid("wav_empty", "The recording is empty.", field="file")
    if frames > rate * MOST_SECONDS:
        raise Invalid("wav_too_long", f"A recording lasts at most {MOST_SECONDS // 60} minutes.", field="file")
    raw = data[: frames * block]
    samples: Samples
    if kind == 3:
        samples = np.nan_to_num(np.frombuffer(raw, "<f4").astype(np.float32), nan=0.0, posinf=1.0, neginf=-1.0)
    elif bits == 8:
        samples = (np.frombuffer(raw, np.uint8).astype(np.float32) - np.float32(128)) / np.float32(128)
    elif bits == 16:
        samples = np.frombuffer(raw, "<i2").astype(np.float32) / np.float32(32768)
    else:
        bytes_ = np.frombuffer(raw, np.uint8).reshape(-1, 3).astype(np.int32)
        whole = bytes_[:, 0] | bytes_[:, 1] << 8 | bytes_[:, 2] << 16
        samples = (np.where(whole >= 1 << 23, whole - (1 << 24), whole) / (1 << 23)).astype(np.float32)
    if channels == 2:
        samples = samples.reshape(-1, 2).mean(axis=1)
    return Sound(rate, samples)


def at_rate(sound: Sound, rate: int) -> Sound:
    """The same at another rate: a polyphase bank of windowed sincs (Smith, "Digital Audio Resampling")."""
    if rate == sound.rate:
        return sound
    common = math.gcd(rate, sound.rate)
    up, down = rate // common, sound.rate // common
    cut = min(1.0, up / down) * 0.95  # of the source's half rate: the filter's slope lies within what is kept
    reach = math.ceil(_TAPS / cut)
    count = max(1, round(len(sound.samples) * up / down))
    offsets = np.arange(-reach + 1, reach + 1)
    padded = np.concatenate([np.zeros(reach - 1), sound.samples, np.zeros(reach + down + 1)]).astype(np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach)
    out = np.empty(count, np.float32)
    for phase in range(min(up, count)):
        base, part = divmod(phase * down, up)
        distance = offsets - part / up
        hann = np.cos(np.clip(distance / reach, -1, 1) * np.pi / 2) ** 2
        weights = (np.sinc(distance * cut) * cut * hann).astype(np.float32)
        slots = out[phase::up]
        for start in range(0, len(slots), _ROWS):
            end = min(start + _ROWS, len(slots))
            slots[start:end] = windows[base + start * down : base + (end - 1) * down + 1 : down] @ weights
    return Sound(rate, out)


def wav(sound: Sound) -> bytes:
    """A 16-bit mono WAV."""
    peak = float(np.abs(sound.samples).max(initial=0.0))
    scale = 32767 * (_LOUD / peak if peak > _LOUD else 1.0)
    body = np.round(sound.samples * scale).astype("<i2").tobytes()
    head = _HEADER.pack(
        b"RIFF", 36 + len(body), b"WAVE", b"fmt ", 16, 1, 1, sound.rate, sound.rate * 2, 2, 16, b"data", len(body)
    )
    return head + body


def _bad(what: str) -> Invalid:
    return Invalid("bad_wav", f"This WAV file is damaged: {what}.", field="file")
