"""Sound: shapes of WAV files, peaks, two sides as left and right, from any place."""

import io
import random
import struct
import wave as standard

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jietong.recordings.wave import HEADER_BYTES, Played, Shape, Unreadable, Voice, header_of, peaks_of, shape_of


def wav(samples: list[int], rate: int = 8000) -> bytes:
    out = io.BytesIO()
    with standard.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return out.getvalue()


class Whole:
    def __init__(self, data: bytes) -> None:
        self.data = data

    def read(self, start: int, length: int) -> bytes:
        return self.data[start : start + length]


def voice(samples: list[int], offset: int = 0, rate: int = 8000) -> Voice:
    data = wav(samples, rate)
    return Voice(Whole(data), shape_of(io.BytesIO(data), len(data)), offset)


def test_the_shape_of_an_ordinary_file() -> None:
    data = wav([1, 2, 3])
    assert shape_of(io.BytesIO(data), len(data)) == Shape(8000, 44, 3)


def test_a_file_whose_writer_died_is_as_long_as_it_is() -> None:
    """The switch fills in lengths at the end; killed before, they are zero."""
    data = bytearray(wav([5] * 100))
    data[40:44] = bytes(4)
    assert shape_of(io.BytesIO(data), len(data)).frames == 100


def test_chunks_that_nobody_knows_are_passed_over() -> None:
    data = wav([1, 2])
    with_list = data[:36] + b"LIST" + (5).to_bytes(4, "little") + b"abcde\0" + data[36:]
    assert shape_of(io.BytesIO(with_list), len(with_list)) == Shape(8000, 58, 2)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_garbage_is_unreadable_and_nothing_worse(data: bytes) -> None:
    for content in (data, b"RIFF\0\0\0\0WAVE" + data, wav([1])[:20] + data):
        try:
            shape_of(io.BytesIO(content), len(content))
        except Unreadable:
            pass


@pytest.mark.parametrize("field", [(20, 6), (22, 2), (34, 8)])  # A-law, stereo, eight bits
def test_other_kinds_of_wav_are_unreadable(field: tuple[int, int]) -> None:
    data = bytearray(wav([1, 2]))
    data[field[0]] = field[1]
    with pytest.raises(Unreadable):
        shape_of(io.BytesIO(data), len(data))


def test_peaks_tell_loud_from_quiet_from_silent() -> None:
    """A tenth of a second each: full, a hundredth (−40 dB), nothing; then the rest of one."""
    samples = [32767] * 800 + [-328] * 800 + [0] * 800 + [8192] * 10
    data = wav(samples)
    peaks = peaks_of(io.BytesIO(data), shape_of(io.BytesIO(data), len(data)))
    assert list(peaks) == [255, 26, 0, 128]


@settings(deadline=None, max_examples=60)
@given(
    left=st.lists(st.integers(-32768, 32767), max_size=60),
    right=st.lists(st.integers(-32768, 32767), min_size=1, max_size=60),
    offset=st.integers(0, 20),
    seed=st.integers(0, 1000),
)
def test_left_and_right_lie_over_each_other_in_time(
    left: list[int], right: list[int], offset: int, seed: int
) -> None:
    """Read in pieces of any size, it is the file that standard tools read whole."""
    played = Played((voice(left), voice(right, offset)))
    frames = max(len(left), len(right) + offset)
    expected = [
        (left[i] if i < len(left) else 0, right[i - offset] if 0 <= i - offset < len(right) else 0)
        for i in range(frames)
    ]
    dice, data = random.Random(seed), b""
    while piece := played.read(len(data), dice.randint(1, 70)):
        data += piece
    assert len(data) == played.size
    with standard.open(io.BytesIO(data)) as file:
        assert (file.getnchannels(), file.getframerate(), file.getnframes()) == (2, 8000, frames)
        flat = struct.unpack(f"<{frames * 2}h", file.readframes(frames))
    assert list(zip(flat[::2], flat[1::2], strict=True)) == expected


def test_voices_of_two_rates_are_not_mixed_up() -> None:
    with pytest.raises(ValueError):
        Played((voice([1]), voice([1], rate=16_000)))


def test_the_header_of_what_is_played_is_44_bytes() -> None:
    assert len(header_of(8000, 2, 10)) == HEADER_BYTES == 44
