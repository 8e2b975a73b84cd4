"""What is told of needs and lines: by quarter of an hour, by day, at the peak. As JSON has them."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from jietong.core.days import day_of
from jietong.core.vocabulary import Ms
from jietong.workforce.forecast.expected import days_between
from jietong.workforce.model import QUARTER_S
from jietong.workforce.schedule.model import STEP, SkillGroup
from jietong.workforce.schedule.need import GroupNeed, Habits, rounded

View = dict[str, Any]
HOURS = QUARTER_S / 3600


class Banded(NamedTuple):
    """Needs over one grid: of each quarter's own p10 and p90, and of days that are low and high as a whole."""

    p10: GroupNeed
    p90: GroupNeed
    low: GroupNeed
    high: GroupNeed


class Lines(NamedTuple):
    """By step: Erlangs and lines as expected and with the p90 of each quarter; `queues`: how each one's callers hold
    theirs, and whence that is known. `high` None: of a queue no band is known."""

    load: Any
    lines: Any
    high_load: Any
    high: Any
    queues: list[View]


def shown_lines(
    found: Lines, seats: Sequence[Sequence[float]], channels: int | None, retries: float, start: Ms, first: date,
    last: date, zone: str,
) -> View:  # fmt: skip
    from jietong.workforce.sizing.lines import blocked

    lines, load = found.lines.tolist(), found.load.tolist()
    high = None if found.high is None else found.high.tolist()
    people = [sum(step) for step in zip(*seats, strict=True)] if seats else [0.0] * len(lines)

    def peak(values: Any) -> int | None:
        return int(values.argmax()) if len(values) and float(values.max()) > 0 else None

    days = []
    for day, i, j in places(first, last, zone):
        top = peak(found.load[i:j])
        days.append(
            {
                "day": day.isoformat(), "first": i, "steps": j - i, "lines": max(lines[i:j], default=0),
                "lines_high": None if high is None else max(high[i:j], default=0),
                "at": None if top is None else start + (i + top) * STEP, "seats": max(people[i:j], default=0),
            }
        )  # fmt: skip
    at, top = peak(found.load), None if found.high is None else peak(found.high_load)
    return {
        "queues": found.queues,
        "start": start,
        "slots": {"load": rounded(load), "lines": lines, "lines_high": high, "seats": people},
        "days": days,
        "peak": None if at is None else {
            "at": start + at * STEP, "load": round(load[at], 3), "lines": lines[at], "seats": people[at],
            "blocked": None if channels is None else round(blocked(load[at], channels, retries), 6),
        },
        "peak_high": None if top is None or high is None else {
            "at": start + top * STEP, "load": round(float(found.high_load[top]), 3), "lines": high[top],
            "seats": people[top],
            "blocked": None if channels is None else round(
                blocked(float(found.high_load[top]), channels, retries), 6
            ),
        },
    }  # fmt: skip


def drawn(
    need: GroupNeed, band: Banded | None, cover: list[float | None] | None, start: Ms, first: date, last: date,
    zone: str,
) -> View:  # fmt: skip
    n = len(need.need)
    there: list[float | None] = cover if cover is not None else [None] * n
    days = []
    for day, i, j in places(first, last, zone):
        wanted, on_line = need.need[i:j], need.on_line[i:j]
        have = [value for value in there[i:j] if value is not None]
        known = len(have) == j - i
        top = max(range(len(wanted)), key=lambda k: wanted[k], default=0)
        days.append(
            {
                "day": day.isoformat(),
                "first": i,
                "steps": j - i,
                "contacts": round(sum(need.load.calls[i:j]), 2),
                "hours": round(sum(wanted) * HOURS, 3),
                "hours_low": None if band is None else round(sum(band.low.need[i:j]) * HOURS, 3),
                "hours_high": None if band is None else round(sum(band.high.need[i:j]) * HOURS, 3),
                "on_line_hours": round(sum(on_line) * HOURS, 3),
                "peak": round(wanted[top], 3) if wanted else 0.0,
                "peak_at": start + (i + top) * STEP if wanted and wanted[top] > 0 else None,
                "cover_hours": round(sum(have) * HOURS, 3) if known else None,
                "missing_hours": round(
                    sum(max(0.0, w - h) for w, h in zip(wanted, have, strict=True)) * HOURS, 3
                ) if known else None,
            }
        )  # fmt: skip
    return {
        "slots": {
            "start": start,
            "contacts": rounded(need.load.calls),
            "contacts_low": None if band is None else rounded(band.p10.load.calls),
            "contacts_high": None if band is None else rounded(band.p90.load.calls),
            "aht_s": [round(value, 1) for value in need.load.aht_s],
            "on_line": rounded(need.on_line),
            "need": rounded(need.need),
            "need_low": None if band is None else rounded(band.p10.need),
            "need_high": None if band is None else rounded(band.p90.need),
            "cover": None if cover is None else [None if v is None else round(v, 3) for v in cover],
        },
        "days": days,
    }


def basis(group: SkillGroup, habits: Habits, at_once: float) -> View:
    patience = habits.patience_s(group.queues)
    return {
        "model": "erlang_c" if patience is None else "erlang_a",
        "level": "sl3",
        "share": group.goal.share,
        "within_s": group.goal.within_s,
        "max_occupancy": group.goal.max_occupancy,
        "patience_s": None if patience is None else round(patience, 1),
        "gave_up": habits.gave_up(group.queues),
        "at_a_time": round(at_once, 2),
        "absence": group.absence,
        "shrinkage": group.shrinkage,
    }


def places(first: date, last: date, zone: str) -> Iterator[tuple[date, int, int]]:
    """Each local day with its first step and the one after its last."""
    start = day_of(first, zone).start
    for day in days_between(first, last):
        of = day_of(day, zone)
        yield day, (of.start - start) // STEP, (of.end - start) // STEP
