"""Recordings of the exchange in memory: real WAV files in which each party is a tone of its own.

So a test can tell from the file who was recorded, when, and how long: 8 kHz, 16 bit, mono.
"""

import errno
import math
import os
import wave
from array import array
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from jietong.core.vocabulary import Ms

RATE = 8000
_STEP_MS = 10  # all voices are multiples of 100 Hz, so each repeats within 10 ms


class Stretch(NamedTuple):
    """So long these voices (Hz) were heard together; none: silence."""

    length: Ms
    voices: frozenset[int]


def write(path: Path, stretches: Iterable[Stretch], *, disk_full: bool = False) -> None:
    """Raises OSError; with `disk_full` the one that a full disk gives."""
    if disk_full:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    carry = 0
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        for length, voices in stretches:
            steps, carry = divmod(carry + length, _STEP_MS)
            file.writeframesraw(_step(sorted(voices)) * steps)
        file.writeframes(b"\0\0" * (carry * RATE // 1000))


def length_s(path: Path) -> float | None:
    """Of a WAV file; None: there is none, or it cannot be read."""
    try:
        with wave.open(str(path), "rb") as file:
            return file.getnframes() / file.getframerate()
    except (OSError, EOFError, wave.Error):
        return None


def _step(voices: list[int]) -> bytes:
    """Ten milliseconds of these tones together."""
    frames = RATE * _STEP_MS // 1000
    level = 8000 / max(1, len(voices))
    return array(
        "h",
        [round(sum(level * math.sin(2 * math.pi * hz * n / RATE) for hz in voices)) for n in range(frames)],
    ).tobytes()
