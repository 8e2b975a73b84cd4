"""Files that the planning commands read and write: text and rows in, whole files out.

A file that cannot be read is named with the reason in words; a file that is written is there whole or not at all.
"""

import csv
import io
import os
from collections.abc import Iterator
from pathlib import Path

from jietong.core.errors import Invalid

_SHOWN = 80  # characters of a header that is not understood


def read_text(path: Path) -> str:
    """Text in UTF-8, with or without a byte order mark. Raises Invalid `no_file`."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid("no_file", f"{path} is no text in UTF-8. Save it as text (CSV UTF-8).") from error
    except OSError as error:
        raise Invalid("no_file", _why_not(path, "read", error)) from error


class Rows:
    """A CSV file by rows: `header` in lower case, then (line, cells) for each row that is not empty. Cells are set
    apart by commas, semicolons or tabs, whichever the first line has most of."""

    def __init__(self, text: str, name: str = "") -> None:
        """`name`: of the file, for messages. Raises Invalid `bad_rows`."""
        self._at = f"{name}, line" if name else "line"
        first = text.lstrip("\r\n").partition("\n")[0]
        self._reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
        self._rows = self._numbered()
        self.names: tuple[str, ...] = tuple(name.strip() for name in next(self._rows, (0, []))[1])
        """As the file has them."""
        self.header = tuple(name.lower() for name in self.names)

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        return self._rows

    def column(self, *names: str) -> int | None:
        """Where the first of these columns is; None: there is none. Raises Invalid `bad_columns` for two of one
        name."""
        found = next((name for name in names if name in self.header), None)
        if found is None:
            return None
        if self.header.count(found) > 1:
            raise Invalid("bad_columns", f"There are two columns {found!r}. Leave one of them out.")
        return self.header.index(found)

    def told(self) -> str:
        """The header for a message."""
        text = ",".join(self.names)
        return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…") if text else "nothing"

    def _numbered(self) -> Iterator[tuple[int, list[str]]]:
        while True:
            line = self._reader.line_num + 1
            try:
                row = next(self._reader, None)
            except csv.Error as error:
                raise Invalid("bad_rows", f"{self._at} {line}: it is no CSV ({error}).") from error
            if row is None:
                return
            if any(cell.strip() for cell in row):
                yield line, row


def check_out(out: Path) -> None:
    """Before a long piece of work: raises Invalid `cannot_write` if its result could not be written."""
    folder = out.resolve().parent
    if out.is_dir():
        raise Invalid("cannot_write", f"{out} cannot be written: it is a folder. Name a file in it.")
    if not folder.is_dir():
        raise Invalid("cannot_write", f"{out} cannot be written: there is no folder {folder}.")
    if not os.access(out if out.exists() else folder, os.W_OK):
        raise Invalid("cannot_write", f"{out} cannot be written: permission denied.")


def write_whole(out: Path, content: str | bytes) -> None:
    """What was there before stays until all of it is written. Raises Invalid `cannot_write`."""
    check_out(out)
    data = content.encode() if isinstance(content, str) else content
    target = out.resolve()
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        if target.exists() and not target.is_file():  # a pipe or device: nothing to put in its place
            target.write_bytes(data)
            return
        beside.write_bytes(data)
        beside.replace(target)
    except OSError as error:
        raise Invalid("cannot_write", _why_not(out, "written", error)) from error
    finally:
        beside.unlink(missing_ok=True)


def _why_not(path: Path, done: str, error: OSError) -> str:
    if isinstance(error, FileNotFoundError) and done == "read":
        return f"There is no file {path}."
    if isinstance(error, IsADirectoryError):
        return f"{path} cannot be {done}: it is a folder."
    reason = (error.strerror or str(error)).lower()
    return f"{path} cannot be {done}: {reason}."
