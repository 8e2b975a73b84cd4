"""A file as records with their places: encoding, separator, quotation. Reads as it goes, whatever the file's size."""

import csv
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from jietong.core.errors import Invalid

ENCODINGS: Final = ("utf-8", "gb18030")
_BLOCK = 1 << 20
_LONGEST_LINE = 1 << 16
_LONGEST_RECORD = 20  # lines that one record may have, by quoted line ends
_SEPARATORS = (",", ";", "\t")


class Record(NamedTuple):
    """`line` from 1; `fields` None where the row could not be read, `code` then says why."""

    line: int
    row: str
    fields: list[str] | None
    code: str = ""


class Line(NamedTuple):
    number: int
    text: str
    fault: str = ""  # bad_bytes, too_long


def digest(path: Path) -> str:
    """SHA-256 of the file, in hex. Raises Invalid `no_file`."""
    found = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                found.update(block)
    except OSError as error:
        raise Invalid("no_file", f"Cannot read {path}: {error.strerror or error}.") from error
    return found.hexdigest()


class Source:
    """An open file. `position` tells how many bytes have been read; `size` of how many."""

    def __init__(self, path: Path, encoding: str = "utf-8") -> None:
        if encoding not in ENCODINGS:
            raise Invalid("bad_encoding", f"The encoding {encoding!r} is not known: choose {' or '.join(ENCODINGS)}.")
        self._file: BinaryIO = path.open("rb")
        self._encoding = encoding
        self._number = 0
        self._held: list[Line] = []  # lines given back
        self.position = 0
        self.size = path.stat().st_size

    def __enter__(self) -> "Source":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def lines(self) -> Iterator[Line]:
        """Every line without its end, empty ones too."""
        while True:
            if self._held:
                yield self._held.pop()
                continue
            raw = self._file.readline(_LONGEST_LINE)
            if not raw:
                return
            self._number += 1
            self.position += len(raw)
            if self._number == 1:
                raw = raw.removeprefix(b"\xef\xbb\xbf")
            whole = raw.endswith(b"\n") or len(raw) < _LONGEST_LINE
            if not whole:
                self._skip_line()
            yield self._line(raw, "" if whole else "too_long")

    def heading(self) -> tuple[list[str], str]:
        """The names of the columns and the separator. Raises Invalid `bad_header`."""
        for line in self.lines():
            if not line.text.strip():
                continue
            if line.fault:
                raise Invalid(
                    "bad_header",
                    f"The first line is not {self._encoding}. Say --encoding gb18030, or save the file as UTF-8.",
                )
            separator = max(_SEPARATORS, key=line.text.count)
            return next(csv.reader([line.text], delimiter=separator)), separator
        raise Invalid("bad_header", "The file is empty.")

    def records(self, separator: str) -> Iterator[Record]:
        """Every row after the heading; empty lines are none."""
        for line in self.lines():
            if not line.text or line.text.isspace():
                continue
            if line.fault:
                yield Record(line.number, line.text, None, line.fault)
            elif '"' not in line.text:
                yield Record(line.number, line.text, line.text.split(separator))
            else:
                yield self._quoted(line, separator)

    def _quoted(self, first: Line, separator: str) -> Record:
        """A quoted field may hold line ends. One that never closes costs its own line, not the rest of the file."""
        taken = [first]
        marks = first.text.count('"')
        following = self.lines()
        while marks % 2 and len(taken) < _LONGEST_RECORD:
            line = next(following, None)
            if line is None:
                break
            taken.append(line)
            marks += line.text.count('"')
        if marks % 2:
            self._held.extend(reversed(taken[1:]))
            return Record(first.number, first.text, None, "unclosed_quote")
        row = "\n".join(line.text for line in taken)
        if fault := max(line.fault for line in taken):
            return Record(first.number, row, None, fault)
        try:
            return Record(first.number, row, _fields(row, separator))
        except csv.Error:
            return Record(first.number, row, None, "too_long")

    def _line(self, raw: bytes, fault: str) -> Line:
        try:
            return Line(self._number, raw.decode(self._encoding).rstrip("\r\n"), fault)
        except UnicodeDecodeError:
            text = raw.decode(self._encoding, "backslashreplace").rstrip("\r\n")
            return Line(self._number, text, fault or "bad_bytes")

    def _skip_line(self) -> None:
        while raw := self._file.readline(_LONGEST_LINE):
            self.position += len(raw)
            if raw.endswith(b"\n"):
                return


def _fields(row: str, separator: str) -> list[str]:
    rows: Sequence[list[str]] = list(csv.reader(row.splitlines(keepends=True), delimiter=separator))
    return rows[0] if len(rows) == 1 else [field for one in rows for field in one]
