"""Counts in a file: `start,calls`, any case and order, finer or equal steps, summed to the interval asked for.

Every row that cannot be right is named: its line, and why. Nothing is guessed and nothing skipped.
"""

import math
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from jietong.core.errors import Invalid
from jietong.workforce.files import Rows, read_text
from jietong.workforce.forecast.history import History, history

_STARTS = ("start", "datetime", "date_time", "timestamp", "time", "interval_start", "date")
_CALLS = ("calls", "count", "contacts", "volume", "offered", "arrivals")
_TOLD = 5  # faulty rows are named up to so many
_YEARS = range(1970, 2200)
_MOST = 1e9  # contacts in one step; more is a slip


class Fault(NamedTuple):
    line: int
    text: str


class _Start(NamedTuple):
    """A step by the wall clock. `offset` from UTC, where the file says it, tells apart the two of the hour that a
    clock change gives twice."""

    wall: datetime
    offset: timedelta | None


def read(path: Path, step_s: int) -> History:
    """The file as a history in steps of `step_s`. Raises Invalid `no_file`, `bad_columns`, `bad_rows`,
    `bad_interval`, `no_history`."""
    return parse(read_text(path), step_s)


def parse(text: str, step_s: int) -> History:
    """The same from the file's text."""
    rows = Rows(text)
    start, calls = rows.column(*_STARTS), rows.column(*_CALLS)
    if start is None or calls is None:
        raise Invalid("bad_columns", f"The first line must name the columns start and calls; it says {rows.told()}.")
    faults: list[Fault] = []
    found: dict[_Start, float] = {}
    seen: dict[_Start, int] = {}
    for line, row in rows:
        try:
            at, value = _row(row, start, calls)
        except ValueError as error:
            faults.append(Fault(line, str(error)))
            continue
        if at in found:
            faults.append(Fault(line, f"{at.wall} is in line {seen[at]} already{_twice(at)}"))
            continue
        found[at], seen[at] = value, line
    if faults:
        told = "; ".join(f"line {one.line}: {one.text}" for one in faults[:_TOLD])
        more = f"; and {len(faults) - _TOLD} more" if len(faults) > _TOLD else ""
        raise Invalid("bad_rows", f"{told}{more}. Correct these lines.", rows=[one._asdict() for one in faults[:200]])
    if not found:
        raise Invalid("no_history", "The file has no counts: give at least one day of start,calls.")
    if len(found) > 1 and all(at.wall.time() == time() for at in found):
        raise Invalid("bad_interval", "The file counts whole days: give counts by the hour or finer.")
    own = step_of(at.wall for at in found)
    if own > step_s:
        raise Invalid(
            "bad_interval",
            f"The file counts every {own // 60} minutes: intervals of {step_s // 60} cannot be had from it. Choose "
            f"--interval {own // 60}m or longer.",
        )
    sums: dict[tuple[date, int, timedelta | None], float] = {}
    for at, value in found.items():
        day, second = at.wall.date(), at.wall.hour * 3600 + at.wall.minute * 60 + at.wall.second
        for slot, share in _slots(second, own, step_s):
            sums[day, slot, at.offset] = sums.get((day, slot, at.offset), 0.0) + value * share
    past = history(step_s, ((day, slot, value) for (day, slot, _), value in sums.items()))
    if not past.days:
        raise Invalid("no_history", "Every count in the file is 0: there is nothing to forecast from.")
    return past


def step_of(starts: Iterable[datetime]) -> int:
    """The usual distance of two neighbours, in seconds, at most an hour; 60 where there is but one."""
    order = sorted(starts)
    between = Counter(int((b - a).total_seconds()) for a, b in pairwise(order))
    return min(between.most_common(1)[0][0], 3600) if between else 60


def _slots(second: int, own: int, step_s: int) -> list[tuple[int, float]]:
    """The slots that a step beginning at this second of the day lies in, and its share in each: six minutes from 9:12
    lie half in the quarter before 9:15 and half in the one after."""
    first, last = second // step_s, min(second + own - 1, 86_399) // step_s
    if first == last:
        return [(first, 1.0)]
    border = last * step_s
    return [(first, (border - second) / own), (last, (second + own - border) / own)]


def _twice(at: _Start) -> str:
    """Clocks change in the first hours of a day."""
    if at.offset is not None or at.wall.hour > 3:
        return ""
    return f" (an hour that a clock change gives twice needs its offset: {at.wall:%H:%M}+01:00)"


def _row(row: list[str], start: int, calls: int) -> tuple[_Start, float]:
    """Raises ValueError in words."""
    if len(row) <= max(start, calls):
        raise ValueError("a column is missing")
    try:
        at = datetime.fromisoformat(row[start].strip())
    except ValueError:
        raise ValueError(f"{row[start].strip()!r} is no date and time (2026-07-15 09:30)") from None
    if at.year not in _YEARS:
        raise ValueError(f"the year {at.year} cannot be meant")
    try:
        value = float(row[calls])
    except ValueError:
        raise ValueError(f"{row[calls].strip()!r} is no number") from None
    if not math.isfinite(value):
        raise ValueError(f"{row[calls].strip()!r} is no number")
    if value < 0:
        raise ValueError(f"{row[calls].strip()} contacts are fewer than none")
    if value > _MOST:
        raise ValueError(f"{row[calls].strip()} contacts cannot be meant")
    return _Start(at.replace(tzinfo=None), at.utcoffset()), value
