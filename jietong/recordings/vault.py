"""The vault's file: AES-256-GCM in chunks, so that hours are written and sought through in constant memory.

    header   magic `JTVLT1`, length of the name, key id, salt, chunk size, name
    chunk i  AES-256-GCM of up to `chunk` bytes, 16 bytes of tag after each

Each file has a key of its own, HKDF-SHA256 of the client's data key with the salt and the header, so a nonce is never
used twice and no header can be changed or put before another file. The nonce of a chunk is its number and whether it
is the last (the STREAM construction, Hoang, Reyhanitabar, Rogaway and Vizár 2015): chunks cannot be changed, swapped,
left out, added, or cut off without being noticed. Any chunk can be read alone.
"""

import hashlib
import os
import struct
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from jietong.core.errors import JietongError

CHUNK = 65_536
TAG = 16
_MAGIC = b"JTVLT1"
_FIXED = struct.Struct(">6sH26s32sI")
_LONGEST_NAME = 512


class Damaged(JietongError):
    """What lies in the vault is not what was put there, or not with this key."""

    status = 409

    def __init__(self, what: str) -> None:
        super().__init__("recording_damaged", f"The recording cannot be trusted: {what}.")
        self.what = what


class Sealed(NamedTuple):
    """What `seal` wrote: of the plain bytes."""

    bytes: int
    digest: str  # SHA-256, hex


def seal(plain: BinaryIO, path: Path, *, name: str, key_id: str, key: bytes) -> Sealed:
    """Encrypts all of `plain` to a new file `path`, on the disk when this returns; `name` is bound into it.

    The file appears whole or not at all. Raises OSError (disk full …), leaving nothing behind.
    """
    part = path.with_name(path.name + ".part")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb", buffering=0) as file:
            sealed = _write(plain, file, name, key_id, key)
            os.fsync(file.fileno())
        part.replace(path)
        _sync_folder(path.parent)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return sealed


def _write(plain: BinaryIO, file: BinaryIO, name: str, key_id: str, key: bytes) -> Sealed:
    header = _header(name, key_id, os.urandom(32), CHUNK)
    cipher = AESGCM(_file_key(key, header))
    _write_all(file, header)
    digest, total, number = hashlib.sha256(), 0, 0
    chunk = _read_full(plain, CHUNK)
    while True:
        after = _read_full(plain, CHUNK) if len(chunk) == CHUNK else b""
        digest.update(chunk)
        total += len(chunk)
        _write_all(file, cipher.encrypt(_nonce(number, last=not after), chunk, None))
        if not after:
            return Sealed(total, digest.hexdigest())
        chunk, number = after, number + 1


class Unsealed:
    """A sealed file, open for reading at any place. A context manager; `read` may be called from any thread.

    Raises Damaged when the file is not what `seal` wrote under this name, its end was cut off, or the key is wrong;
    FileNotFoundError.
    """

    def __init__(self, path: Path, *, name: str, key_of: Callable[[str], bytes]) -> None:
        self._file = -1
        self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            start = os.pread(self._file, _FIXED.size + _LONGEST_NAME, 0)
            header, self.key_id, self._chunk = _read_header(start, name)
            self._cipher = AESGCM(_file_key(key_of(self.key_id), header))
            self._at = len(header)
            body = os.fstat(self._file).st_size - self._at
            self._chunks = -(-body // (self._chunk + TAG))
            self.size = body - self._chunks * TAG
            if (
                self._chunks < 1
                or self.size < 0
                or (self._chunks > 1 and body % (self._chunk + TAG) in range(1, TAG))
            ):
                raise Damaged("the file was cut off")
            self._held: tuple[int, bytes] = (-1, b"")
            self._decrypt(self._chunks - 1)  # the end is what it was: nothing was cut off or added
        except BaseException:
            self.close()
            raise

    def __del__(self) -> None:
        """A listener who leaves before the first byte leaves nobody to close it."""
        self.close()

    def read(self, start: int, length: int) -> bytes:
        """Plain bytes [start, start+length), fewer at the end."""
        end = min(start + length, self.size)
        if start >= end:
            return b""
        first, last = start // self._chunk, (end - 1) // self._chunk
        parts = [self._decrypt(number) for number in range(first, last + 1)]
        skip = start - first * self._chunk
        return b"".join(parts)[skip : skip + end - start]

    def digest(self) -> Sealed:
        """Of all that is in it, chunk by chunk."""
        digest = hashlib.sha256()
        for number in range(self._chunks):
            digest.update(self._decrypt(number))
        return Sealed(self.size, digest.hexdigest())

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> "Unsealed":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()

    def _decrypt(self, number: int) -> bytes:
        held, plain = self._held
        if held == number:
            return plain
        size = self._chunk + TAG
        sealed = os.pread(self._file, size, self._at + number * size)
        try:
            plain = self._cipher.decrypt(_nonce(number, last=number == self._chunks - 1), sealed, None)
        except (InvalidTag, ValueError):
            raise Damaged(f"part {number + 1} of {self._chunks} was changed, or the key is another") from None
        self._held = (number, plain)
        return plain


def key_of_file(path: Path) -> str:
    """The id of the data key in the file's header. Raises Damaged, FileNotFoundError."""
    with path.open("rb") as file:
        start = file.read(_FIXED.size)
    if len(start) < _FIXED.size or not start.startswith(_MAGIC):
        raise Damaged("it is no file of the vault")
    key_id: bytes = _FIXED.unpack(start)[2]
    return key_id.decode("ascii", "replace")


def _header(name: str, key_id: str, salt: bytes, chunk: int) -> bytes:
    encoded, key = name.encode(), key_id.encode("ascii")
    if len(key) != 26 or not 0 < len(encoded) <= _LONGEST_NAME:
        raise ValueError("a key id has 26 characters, a name up to 512 bytes")
    return _FIXED.pack(_MAGIC, len(encoded), key, salt, chunk) + encoded


def _read_header(start: bytes, name: str) -> tuple[bytes, str, int]:
    if len(start) < _FIXED.size or not start.startswith(_MAGIC):
        raise Damaged("it is no file of the vault")
    _, length, key_id, _, chunk = _FIXED.unpack(start[: _FIXED.size])
    header = start[: _FIXED.size + length]
    if header[_FIXED.size :] != name.encode():
        raise Damaged("it was put in the place of another")
    if not 0 < chunk <= 16 * CHUNK:
        raise Damaged("its header was changed")
    return header, key_id.decode("ascii", "replace"), chunk


def _file_key(key: bytes, header: bytes) -> bytes:
    salt = _FIXED.unpack(header[: _FIXED.size])[3]
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"jietong vault\x00" + header).derive(key)


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")


def _read_full(file: BinaryIO, length: int) -> bytes:
    """`length` bytes; fewer only at the end."""
    data = file.read(length)
    while data and len(data) < length:
        more = file.read(length - len(data))
        if not more:
            break
        data += more
    return data


def _write_all(file: BinaryIO, data: bytes) -> None:
    left = memoryview(data)
    while left:
        written = file.write(left)
        left = left[written or 0 :]


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
