"""Music on hold of our own making: a quiet pentatonic melody over slow fifths, synthesised once, so that no foreign
audio has to be shipped or licensed.

Telephone lines carry 300 to 3,400 Hz and squeeze what is loud, so the notes lie between D4 and B5, without drums, at
about -26 dBFS.
"""

import functools
import math
import wave
from array import array
from pathlib import Path

RATE = 8000
_BEAT_S = 0.66
_A4 = 440.0
_PEAK = 0.09 * 32767

# Semitones from A4 in the D-F#-A-B-E pentatonic (宮調), beats. Four phrases: question, answer, question, home.
_MELODY: tuple[tuple[int | None, float], ...] = (
    (5, 2), (2, 1), (0, 1), (2, 2), (-3, 2), (-5, 1), (-3, 1), (0, 2), (None, 2),
    (2, 2), (5, 1), (7, 1), (9, 2), (7, 2), (5, 1), (2, 1), (0, 2), (None, 2),
    (9, 2), (7, 1), (5, 1), (7, 2), (2, 2), (0, 1), (2, 1), (5, 2), (None, 2),
    (2, 1), (0, 1), (-3, 2), (-5, 2), (0, 1), (-3, 1), (-7, 4), (None, 2),
)  # fmt: skip
_BASS: tuple[tuple[int, int], ...] = ((-19, -12), (-24, -17), (-22, -15), (-19, -12))  # fifths, a phrase each


def melody() -> "array[int]":
    """Samples at 8 kHz, 16 bits, about 40 s; it ends where it begins, so that it can go round."""
    total = sum(beats for _, beats in _MELODY)
    out = array("d", bytes(8 * round(total * _BEAT_S * RATE)))
    at = 0.0
    for tone, beats in _MELODY:
        if tone is not None:
            _strike(out, at, tone, beats * _BEAT_S + 1.2, 1.0)
        at += beats * _BEAT_S
    phrase = total * _BEAT_S / len(_BASS)
    for number, (low, high) in enumerate(_BASS):
        for half in (0.0, 0.5):
            _strike(out, (number + half) * phrase, low + 12, phrase / 2 + 1.0, 0.5)
            _strike(out, (number + half) * phrase + 2 * _BEAT_S, high + 12, phrase / 2, 0.4)
    loudest = max(abs(sample) for sample in out) or 1.0
    return array("h", (round(sample / loudest * _PEAK) for sample in out))


def write(path: Path) -> None:
    """The melody as a WAV file."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(melody().tobytes())


def _strike(out: "array[float]", at_s: float, semitones: int, for_s: float, loudness: float) -> None:
    """Adds a note; what rings past the end rings on at the beginning."""
    start, size = round(at_s * RATE), len(out)
    for n, sample in enumerate(_bell(semitones, round(for_s * RATE))):
        out[(start + n) % size] += loudness * sample


@functools.cache
def _bell(semitones: int, length: int) -> "array[float]":
    """A soft bell: two partials that fade away."""
    step = 2 * math.pi * _A4 * 2 ** (semitones / 12) / RATE
    fade = 0.05 * RATE
    return array(
        "d",
        (
            math.exp(-2.2 * n / RATE)
            * min(1.0, n / (0.02 * RATE), (length - n) / fade)
            * (math.sin(step * n) + 0.25 * math.sin(2 * step * n))
            for n in range(length)
        ),
    )
