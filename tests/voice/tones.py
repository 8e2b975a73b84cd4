"""Tones to tell voices apart: made, and found again by Goertzel's algorithm in what somebody heard."""

import math
import wave
from array import array
from pathlib import Path

RATE = 8000


def write(path: Path, hertz: float, seconds: float = 20.0) -> Path:
    """A steady tone as 16-bit mono WAV; players go round in it."""
    samples = array("h", (round(9000 * math.sin(2 * math.pi * hertz * n / RATE)) for n in range(int(RATE * seconds))))
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(samples.tobytes())
    return path


def power(samples: "array[int]", hertz: float, rate: int) -> float:
    """Share of the energy at one frequency, 0 to 1 (Goertzel, normalised)."""
    total = sum(sample * sample for sample in samples)
    if not total:
        return 0.0
    factor = 2 * math.cos(2 * math.pi * hertz / rate)
    one = two = 0.0
    for sample in samples:
        one, two = sample + factor * one - two, one
    return (one * one + two * two - factor * one * two) * 2 / (len(samples) * total)


def heard(path: Path, hertz: float, *, last_s: float | None = None, window_s: float = 0.5) -> bool:
    """Whether the tone is in the file, or in its last seconds: at least a tenth of the sound of some window."""
    return any(share > 0.1 for share in shares(path, hertz, last_s=last_s, window_s=window_s))


def shares(path: Path, hertz: float, *, last_s: float | None = None, window_s: float = 0.5) -> list[float]:
    """The tone's share of each half second, in order."""
    samples, rate = read(path)
    if last_s is not None:
        samples = samples[-int(last_s * rate) :]
    width = int(window_s * rate)
    return [
        power(samples[at : at + width], hertz, rate) if loudness(samples[at : at + width]) > 50 else 0.0
        for at in range(0, len(samples) - width + 1, width)
    ]


def loudness(samples: "array[int]") -> float:
    """Root mean square, 0 to 32767."""
    return math.sqrt(sum(sample * sample for sample in samples) / len(samples)) if samples else 0.0


def read(path: Path) -> "tuple[array[int], int]":
    """Samples and rate; a file that is still being written is read as far as it goes."""
    data = path.read_bytes()
    rate = int.from_bytes(data[24:28], "little") or RATE
    at = data.find(b"data")
    body = data[at + 8 :] if at >= 0 else b""
    return array("h", body[: len(body) // 2 * 2]), rate
