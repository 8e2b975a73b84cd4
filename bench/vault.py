"""How fast recordings are encrypted, read and sought in: `python -m bench.vault [--seconds N] [--rounds N] [--json]`.

Everything is measured beside plain files of the same bytes on the same disk, in turns, each flushed to the disk.
"""

import argparse
import json
import os
import random
import statistics
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

from jietong.recordings import wave
from jietong.recordings.vault import Sealed, Unsealed, seal

KEY, ID, NAME = os.urandom(32), "0" * 26, "bench/mix"
RATE, BLOCK = 8_000, 262_144


def written(path: Path, seconds: int) -> int:
    """A WAV of noise, which nothing can shorten; gives its bytes."""
    frames = RATE * seconds
    with path.open("wb") as file:
        file.write(wave.header_of(RATE, 1, frames))
        left = frames * 2
        while left > 0:
            left -= file.write(os.urandom(min(left, 1 << 20)))
    return path.stat().st_size


def copied(source: Path, target: Path) -> None:
    with source.open("rb") as read, target.open("wb") as write:
        while block := read.read(BLOCK):
            write.write(block)
        write.flush()
        os.fsync(write.fileno())


def sealed(source: Path, target: Path) -> Sealed:
    with source.open("rb") as read:
        return seal(read, target, name=NAME, key_id=ID, key=KEY)


def opened(path: Path) -> Unsealed:
    return Unsealed(path, name=NAME, key_of=lambda _: KEY)


def taken_in(source: Path, target: Path) -> None:
    """As the intake does it: peaks, encrypted, read back, compared."""
    with source.open("rb") as read:
        shape = wave.shape_of(read, source.stat().st_size)
        wave.peaks_of(read, shape)
    put = sealed(source, target)
    with opened(target) as back:
        assert back.digest() == put


def read_through(path: Path) -> None:
    with path.open("rb") as file:
        while file.read(BLOCK):
            pass


def decrypted(path: Path) -> None:
    with opened(path) as file:
        at = 0
        while block := file.read(at, BLOCK):
            at += len(block)


def stereo(path: Path, shape: wave.Shape) -> None:
    with opened(path) as left, opened(path) as right:
        played = wave.Played((wave.Voice(left, shape), wave.Voice(right, shape)))
        at = 0
        while block := played.read(at, BLOCK):
            at += len(block)


def seeks(path: Path, size: int, count: int, dice: random.Random) -> list[float]:
    """Milliseconds from nothing to a quarter of a second of sound, from any place."""
    out = []
    for _ in range(count):
        began = time.perf_counter()
        with opened(path) as file:
            file.read(dice.randrange(size), 4_000)
        out.append((time.perf_counter() - began) * 1000)
    return out


def measure(folder: Path, seconds: int, rounds: int) -> dict[str, float]:
    plain, copy, vaulted = folder / "plain.wav", folder / "copy.wav", folder / "sealed"
    size = written(plain, seconds)
    with plain.open("rb") as file:
        shape = wave.shape_of(file, size)
    works: dict[str, tuple[Callable[[], object], int]] = {
        "copy": (lambda: copied(plain, copy), size),
        "seal": (lambda: sealed(plain, vaulted), size),
        "intake": (lambda: taken_in(plain, vaulted), size),
        "read": (lambda: read_through(plain), size),
        "open": (lambda: decrypted(vaulted), size),
        "stereo": (lambda: stereo(vaulted, shape), 2 * size),
    }
    rates: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, (work, moved) in works.items():
            began = time.perf_counter()
            work()
            rates[name].append(moved / 1e6 / (time.perf_counter() - began))
    found = {f"{name}_mb_per_s": statistics.median(values) for name, values in rates.items()}
    found["seek_p50_ms"] = statistics.median(seeks(vaulted, size, 200, random.Random(3)))
    found["call_hours_per_s"] = found["intake_mb_per_s"] * 1e6 / (3 * RATE * 2) / 3600
    tracemalloc.start()
    taken_in(plain, vaulted)
    found["peak_mb"] = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=7200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="jietong-bench-", dir="/tmp") as folder:
        result = measure(Path(folder), asked.seconds, asked.rounds)
    if asked.json:
        print(json.dumps(result))
    else:
        for name, value in result.items():
            print(f"{name}: {value:,.2f}")


if __name__ == "__main__":
    main()
