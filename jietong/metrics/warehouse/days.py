"""Which days of a site lie in files: the rows of `history_day`, and the folders that they name."""

import hashlib
import os
from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from msgspec import Struct

from jietong.core.days import Span, day_of
from jietong.core.vocabulary import Ms
from jietong.db.pool import Connection
from jietong.metrics.warehouse import facts


class File(Struct, frozen=True):
    """One file of a day: name within its folder, size, SHA-256 in hexadecimal, rows."""

    name: str
    bytes: int
    sha256: str
    rows: int


class Day(NamedTuple):
    """A day of a site in files. `sums`: its stored sums are of this version of the catalogue."""

    site: str
    day: date
    zone: str
    span: Span
    version: int
    folder: str
    files: tuple[File, ...]
    sums: bool
    current: bool
    written_at: Ms | None

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)

    @property
    def rows(self) -> int:
        """Of facts."""
        return sum(file.rows for file in self.files if not file.name.startswith("sums_"))

    def path(self, history: Path, name: str) -> Path:
        return history / self.folder / name


async def of_site(conn: Connection, site: str, zone: str) -> list[Day]:
    """All that there are, current or not, in order."""
    rows = await conn.fetch(
        "SELECT * FROM history_day WHERE site = $1 AND zone = $2 AND version > 0 ORDER BY starts", site, zone
    )
    return [_day(row) for row in rows]


async def current(conn: Connection, site: str, zone: str, window: Span) -> list[Day]:
    """Those that overlap the window and whose files hold the facts as they are now."""
    rows = await conn.fetch(
        """
        SELECT * FROM history_day
        WHERE site = $1 AND zone = $2 AND version > 0 AND covered = changes AND layout = $3
          AND starts < $5 AND ends > $4 ORDER BY starts
        """,
        site,
        zone,
        layout(),
        *window,
    )
    return [_day(row) for row in rows]


async def begin(conn: Connection, site: str, day: date, zone: str) -> int:
    """The day is about to be copied: from here on every change of its facts is told to its row. Gives the number of
    the last change. The caller holds the lock of those who write facts."""
    span = day_of(day, zone)
    changes: int = await conn.fetchval(
        """
        INSERT INTO history_day (site, day, zone, starts, ends, changes, covered, version, files)
        VALUES ($1, $2, $3, $4, $5, 0, -1, 0, '[]')
        ON CONFLICT (site, day, zone) DO UPDATE SET changes = history_day.changes
        RETURNING changes
        """,
        site,
        day,
        zone,
        *span,
    )
    return changes


async def written(
    conn: Connection, site: str, day: date, zone: str, covered: int, folder: str, files: Iterable[File], now: Ms
) -> bool:
    """The files are the day's from now on. False: somebody else has written later ones meanwhile."""
    done = await conn.fetchval(
        """
        UPDATE history_day
        SET version = version + 1, covered = $4, folder = $5, files = $6, layout = $7, sums = $8, written_at = $9
        WHERE site = $1 AND day = $2 AND zone = $3 AND covered <= $4 RETURNING version
        """,
        site,
        day,
        zone,
        covered,
        folder,
        [{"name": f.name, "bytes": f.bytes, "sha256": f.sha256, "rows": f.rows} for f in files],
        layout(),
        sums_layout(),
        now,
    )
    return done is not None


async def damaged(conn: Connection, day: Day) -> None:
    """The day's files are not what was written: they are not read again until they are written anew."""
    await conn.execute(
        "UPDATE history_day SET covered = -1 WHERE site = $1 AND day = $2 AND zone = $3 AND version = $4",
        day.site,
        day.day,
        day.zone,
        day.version,
    )


@cache
def layout() -> str:
    """Digest of the columns of facts: files of another layout are not read."""
    return _digest((facts.LAYOUT, facts.columns()))


@cache
def sums_layout() -> str:
    """Digest of what is summed up and by what."""
    from jietong.metrics.query.stored import SHAPES, STORED_COLUMNS

    return _digest((STORED_COLUMNS, [(one.name, one.every, one.keys) for one in SHAPES]))


class Checked:
    """Which files are what they were written as. Each is read through once; after that its size and time tell."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[int, int, str]] = {}

    def sound(self, history: Path, day: Day) -> bool:
        """In a thread."""
        return all(self._file(day.path(history, file.name), file) for file in day.files)

    def _file(self, path: Path, file: File) -> bool:
        try:
            found = path.stat()
            mark = (found.st_size, found.st_mtime_ns, file.sha256)
            if found.st_size != file.bytes:
                return False
            if self._known.get(path) != mark:
                if digest_of(path) != file.sha256:
                    return False
                self._known[path] = mark
        except OSError:
            return False
        return True


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def folder_of(site: str, day: date) -> str:
    """Below the history's folder; the site's name may hold anything."""
    return os.path.join(quote(site, safe="").replace(".", "%2E"), day.isoformat())


def _day(row: Any) -> Day:
    return Day(
        row["site"],
        row["day"],
        row["zone"],
        Span(row["starts"], row["ends"]),
        row["version"],
        row["folder"],
        tuple(File(**file) for file in row["files"]),
        row["sums"] == sums_layout(),
        row["covered"] == row["changes"] and row["layout"] == layout(),
        row["written_at"],
    )


def _digest(what: object) -> str:
    return hashlib.sha256(repr(what).encode()).hexdigest()[:16]
