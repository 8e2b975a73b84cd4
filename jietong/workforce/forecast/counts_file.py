"""Counts in a file: `start,calls`, any case and order, finer or equal steps, summed to the interval asked for.

Every row that cannot be right is named: its line, and why. Nothing is guessed and nothing skipped.
"""

import csv
import math
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from jietong.core.errors import Invalid
from jietong.workforce.forecast.history import History, history

_STARTS = ("start", "datetime", "date_time", "timestamp", "time", "interval_start", "date")
_CALLS = ("calls", "count", "contacts", "volume", "offered", "arrivals")
_TOLD = 5  # faulty rows are named up to so many


class Fault(NamedTuple):
    line: int
    text: str


def read(path: Path, step_s: int) -> History:
    """The file as a history in steps of `step_s`. Raises Invalid `no_file`, `bad_columns`, `bad_rows`,
    `bad_interval`, `no_history`."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return parse(file, step_s)
    except FileNotFoundError as error:
        raise Invalid("no_file", f"There is no file {path}.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid("no_file", f"{path} cannot be read as text in UTF-8 ({error}).") from error


def parse(lines: Iterable[str], step_s: int) -> History:
    """The same from lines."""
    rows = csv.reader(lines)
    header = [name.strip().lower() for name in next(rows, [])]
    start, calls = _column(header, _STARTS), _column(header, _CALLS)
    if start is None or calls is None:
        raise Invalid(
            "bad_columns",
            f"The first line must name the columns start and calls; it says {','.join(header) or 'nothing'!r}.",
        )
    faults: list[Fault] = []
    found: dict[datetime, float] = {}
    seen: dict[datetime, int] = {}
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        try:
            at, value = _row(row, start, calls)
        except ValueError as error:
            faults.append(Fault(rows.line_num, str(error)))
            continue
        if at in found:
            faults.append(Fault(rows.line_num, f"{at} is in line {seen[at]} already"))
            continue
        found[at], seen[at] = value, rows.line_num
    if faults:
        told = "; ".join(f"line {one.line}: {one.text}" for one in faults[:_TOLD])
        more = f"; and {len(faults) - _TOLD} more" if len(faults) > _TOLD else ""
        raise Invalid("bad_rows", f"{told}{more}. Correct these lines.", rows=[one._asdict() for one in faults[:200]])
    if not found:
        raise Invalid("no_history", "The file has no counts: give at least one day of start,calls.")
    own = step_of(found)
    if own > step_s:
        raise Invalid(
            "bad_interval",
            f"The file counts every {own // 60} minutes: intervals of {step_s // 60} cannot be had from it. Choose "
            f"--interval {own // 60}m or longer.",
        )
    sums: dict[tuple[date, int], float] = {}
    for at, value in found.items():
        for slot, share in _slots(at.hour * 3600 + at.minute * 60 + at.second, own, step_s):
            sums[at.date(), slot] = sums.get((at.date(), slot), 0.0) + value * share
    past = history(step_s, ((day, slot, value) for (day, slot), value in sums.items()))
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


def _row(row: list[str], start: int, calls: int) -> tuple[datetime, float]:
    """Raises ValueError in words."""
    if len(row) <= max(start, calls):
        raise ValueError("a column is missing")
    try:
        at = datetime.fromisoformat(row[start].strip())
    except ValueError:
        raise ValueError(f"{row[start].strip()!r} is no date and time (2026-07-15 09:30)") from None
    try:
        value = float(row[calls])
    except ValueError:
        raise ValueError(f"{row[calls].strip()!r} is no number") from None
    if not math.isfinite(value):
        raise ValueError(f"{row[calls].strip()!r} is no number")
    if value < 0:
        raise ValueError(f"{row[calls].strip()} contacts are fewer than none")
    return at.replace(tzinfo=None), value


def _column(header: list[str], names: tuple[str, ...]) -> int | None:
    return next((header.index(name) for name in names if name in header), None)
