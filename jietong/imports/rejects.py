"""The file of rows that were not taken: line, code, reason in words, and the row as it was."""

import csv
from pathlib import Path
from typing import IO

from jietong.core.errors import Invalid
from jietong.imports.model import Rejected

HEADING = ("line", "code", "reason", "row")
_FIRST = ",".join(HEADING)


class Rejects:
    """Written from the first row on that is rejected; without one there is no file, nor an old one of an earlier run.

    UTF-8 with a byte order mark, so that a spreadsheet reads it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._file: IO[str] | None = None
        if not path.parent.is_dir() or path.is_dir():
            raise Invalid("bad_rejects", f"Cannot write the rejected rows to {path}. Name another file: --rejects.")

    def __enter__(self) -> "Rejects":
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()
        elif _is_ours(self.path):
            self.path.unlink()

    def add(self, one: Rejected) -> None:
        if self._file is None:
            self._open()
        assert self._file is not None
        csv.writer(self._file).writerow(one)
        self.count += 1

    def _open(self) -> None:
        if self.path.exists() and not _is_ours(self.path):
            raise Invalid("bad_rejects", f"{self.path} holds something else. Name another file: --rejects.")
        try:
            self._file = self.path.open("w", encoding="utf-8-sig", newline="")
        except OSError as error:
            raise Invalid("bad_rejects", f"Cannot write {self.path}: {error.strerror}. Say --rejects.") from error
        csv.writer(self._file).writerow(HEADING)


def _is_ours(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8-sig") as file:
            return file.readline(100).rstrip("\r\n") == _FIRST
    except (OSError, UnicodeDecodeError):
        return False
