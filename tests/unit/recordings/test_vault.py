"""The vault's file: what is put in comes out, and nothing else ever does (issue 3: encrypted at rest, checksum)."""

import io
import os
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jietong.recordings.vault import CHUNK, TAG, Damaged, Unsealed, key_of_file, seal

KEY, OTHER = b"k" * 32, b"o" * 32
ID = "0" * 26
NAME = "r1/mix"


def put(folder: Path, data: bytes, name: str = NAME) -> Path:
    path = folder / "r1.mix"
    seal(io.BytesIO(data), path, name=name, key_id=ID, key=KEY)
    return path


def opened(path: Path, key: bytes = KEY, name: str = NAME) -> Unsealed:
    return Unsealed(path, name=name, key_of=lambda _: key)


def everything(path: Path) -> bytes:
    with opened(path) as file:
        return file.read(0, file.size)


@settings(max_examples=40, deadline=None)
@given(
    size=st.sampled_from([0, 1, TAG, CHUNK - 1, CHUNK, CHUNK + 1, CHUNK + TAG, 2 * CHUNK, 3 * CHUNK + 7]),
    start=st.integers(0, 4 * CHUNK),
    length=st.integers(0, 3 * CHUNK),
)
def test_any_part_can_be_read_from_any_place(
    tmp_path_factory: pytest.TempPathFactory, size: int, start: int, length: int
) -> None:
    data = os.urandom(size)
    path = put(tmp_path_factory.mktemp("vault"), data)
    with opened(path) as file:
        assert file.size == size
        assert file.read(start, length) == data[start : start + length]
        assert file.digest().bytes == size


def test_the_plain_audio_is_nowhere_in_the_file(tmp_path: Path) -> None:
    data = b"four one one one, one one one one" * 4000
    path = put(tmp_path, data)
    assert b"one one" not in path.read_bytes()
    assert everything(path) == data
    assert path.stat().st_mode & 0o077 == 0, "nobody else on the machine reads it"
    assert key_of_file(path) == ID


@settings(max_examples=150, deadline=None)
@given(where=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
def test_one_changed_byte_is_noticed_wherever_it_is(
    tmp_path_factory: pytest.TempPathFactory, where: float, flip: int
) -> None:
    path = put(tmp_path_factory.mktemp("vault"), os.urandom(2 * CHUNK + 100))
    content = bytearray(path.read_bytes())
    content[int(where * len(content))] ^= flip
    path.write_bytes(content)
    with pytest.raises(Damaged):
        everything(path)


def test_another_key_opens_nothing(tmp_path: Path) -> None:
    path = put(tmp_path, b"x" * 1000)
    with pytest.raises(Damaged):
        opened(path, OTHER)


@pytest.mark.parametrize("left", [0, 1, 50, 110, CHUNK, CHUNK + TAG, 2 * (CHUNK + TAG), -1, -TAG, -TAG - 1])
def test_a_file_that_was_cut_off_is_noticed_when_it_is_opened(tmp_path: Path, left: int) -> None:
    """Also where a whole number of chunks is left: the end is bound in."""
    path = put(tmp_path, os.urandom(3 * CHUNK))
    whole = path.read_bytes()
    header = len(whole) - 3 * (CHUNK + TAG)
    path.write_bytes(whole[: header + left] if left >= CHUNK else whole[:left])
    with pytest.raises(Damaged):
        opened(path)


def test_chunks_cannot_be_swapped_left_out_or_added(tmp_path: Path) -> None:
    path = put(tmp_path, os.urandom(4 * CHUNK))
    whole = path.read_bytes()
    size = CHUNK + TAG
    header, body = whole[: len(whole) - 4 * size], whole[len(whole) - 4 * size :]
    parts = [body[i * size : (i + 1) * size] for i in range(4)]
    for order in ([1, 0, 2, 3], [0, 2, 3], [0, 1, 1, 2, 3], [0, 1, 2, 3, 3]):
        path.write_bytes(header + b"".join(parts[i] for i in order))
        with pytest.raises(Damaged):
            everything(path)


def test_one_recording_cannot_stand_in_for_another(tmp_path: Path) -> None:
    path = put(tmp_path, b"x" * 1000, name="r2/mix")
    with pytest.raises(Damaged, match="in the place of another"):
        opened(path)


def test_two_files_of_the_same_sound_have_nothing_in_common(tmp_path: Path) -> None:
    first = put(tmp_path, b"x" * 1000).read_bytes()
    assert put(tmp_path, b"x" * 1000).read_bytes()[-900:] != first[-900:]


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    class Breaking(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError("the disk of the switch is gone")

    with pytest.raises(OSError):
        seal(Breaking(), tmp_path / "r1.mix", name=NAME, key_id=ID, key=KEY)
    assert list(tmp_path.iterdir()) == []


def test_two_hours_are_sealed_and_sought_through_in_little_memory(tmp_path: Path) -> None:
    """8 kHz, 16 bit, two hours: 115 MB through a few hundred kilobytes."""
    size = 2 * 3600 * 16_000
    plain = tmp_path / "long.wav"
    with plain.open("wb") as file:
        file.truncate(size)  # zeros; sparse, so that the test costs no disk
    tracemalloc.start()
    try:
        with plain.open("rb") as source:
            sealed = seal(source, tmp_path / "long", name=NAME, key_id=ID, key=KEY)
        with opened(tmp_path / "long") as file:
            assert file.digest() == sealed
            assert file.read(size - 8, 100) == bytes(8)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sealed.bytes == size
    assert peak < 2_000_000, f"{peak:,} bytes"
