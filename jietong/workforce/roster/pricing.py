"""Everybody's best tour at given prices of cover (定價): shifts, pauses and what the row costs beside cover.

Pauses are placed once for all who have the same skills, day and shift.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numba import njit

from jietong.workforce.roster.breaks import ON_LINE, Floats, Ints, placed, worths
from jietong.workforce.roster.fairness import unfair
from jietong.workforce.roster.frames import Frame
from jietong.workforce.roster.plan import Plan
from jietong.workforce.roster.tours import NEVER, cheapest


@dataclass(frozen=True, eq=False)
class Tour:
    """Patterns by day (-1: free) and what each step of their shifts is; the `places` crew * steps + step at which it
    is on line, ascending by day; and what it costs beside cover."""

    days: Ints
    marks: dict[int, Ints]
    places: Ints
    own: float


@dataclass
class Crews:
    """Sets of skills: `can[m, g]`, and which set each person has on each day."""

    can: np.ndarray
    of: list[Ints]

    @classmethod
    def among(cls, frames: list[Frame], groups: int) -> "Crews":
        known: dict[bytes, int] = {}
        rows: list[np.ndarray] = []
        of: list[Ints] = []
        for frame in frames:
            for mask in frame.masks:
                if mask.tobytes() not in known:
                    known[mask.tobytes()] = len(known)
                    rows.append(mask)
            of.append(np.array([known[frame.masks[m].tobytes()] for m in frame.which], np.int64))
        return cls(np.array(rows, np.bool_).reshape(len(rows), groups), of)


@dataclass
class Asked:
    """Prices, and what they make of shifts: filled in as far as somebody asks."""

    prices: Floats  # [g, t]
    values: Floats  # of one more agent of a crew [m, t]
    gains: Floats  # of a shift [m, d, s]
    marks: dict[tuple[int, int, int], Ints] = field(default_factory=dict)


class Pricing:
    """`frames` are those of the plan, or copies from before trainings were placed; then `trained` is False."""

    def __init__(self, plan: Plan, frames: list[Frame], crews: Crews, *, trained: bool) -> None:
        self.plan, self.grid, self.frames, self.crews = plan, plan.grid, frames, crews
        self.steps = plan.cover.steps
        self.blocks = plan.blocks if trained else {}
        days = np.arange(self.grid.days)
        self.offered = np.zeros((len(crews.can), self.grid.days, len(self.grid.lengths)), np.bool_)
        for frame, crew in zip(frames, crews.of, strict=True):
            self.offered[crew, days] |= frame.allowed
        free = np.full(self.grid.days, -1, np.int64)
        self.fixed = [unfair(self.grid, frame.person, free) for frame in frames]

    def asked(self, prices: Floats) -> Asked:
        grid = self.grid
        values = np.zeros((len(self.crews.can), self.steps + grid.room))
        gains = np.zeros(self.offered.shape)
        for m, can in enumerate(self.crews.can):
            if can.any():
                values[m, : self.steps] = np.where(can[:, None], prices, -np.inf).max(0)
            which = np.full(grid.days, m, np.int64)
            gains[m] = worths(values, which, grid.starts, grid.lengths, self.offered[m], grid.pauses.shape)
        for m, day, pattern in np.argwhere(self.offered & (gains == -np.inf)).tolist():
            gains[m, day, pattern] = self._stretch(values[m], day, pattern).sum()
        return Asked(prices, values, gains)

    def least(self, who: int, asked: Asked) -> tuple[float, Tour | None]:
        """The cheapest tour, less what cover pays for it; widest hour limits are left out."""
        frame, days = self.frames[who], np.arange(self.grid.days)
        gains = self._own_days(who, asked, asked.gains[self.crews.of[who], days])
        work, chosen = _by_kind(frame.allowed, frame.price, gains, frame.kind_of, len(frame.rules.units))
        least, kinds = cheapest(frame.rules, work, np.where(frame.must_work, NEVER, frame.free))
        if least == NEVER:
            return NEVER, None
        patterns = np.where(kinds < 0, -1, chosen[days, np.maximum(kinds, 0)]) if work.shape[1] else kinds
        least += self.fixed[who]
        tour = self._tour(who, patterns, asked)
        crew, step = np.divmod(tour.places, self.steps)
        return least, Tour(tour.days, tour.marks, tour.places, least + float(asked.values[crew, step].sum()))

    def best(self, who: int, asked: Asked) -> Tour | None:
        """The cheapest tour that keeps all rules, as far as one is found."""
        frame = self.frames[who]
        if not frame.wide:
            return self.least(who, asked)[1]
        gains = self._own_days(who, asked, asked.gains[self.crews.of[who], np.arange(self.grid.days)])
        cost, patterns = frame.tour(self.grid, gains)
        return None if cost == NEVER else self._tour(who, patterns, asked)

    def lying(self, who: int) -> Tour:
        """As the person's row lies in the plan."""
        row, crew = self.plan.rows[who], self.crews.of[who]
        places = [
            crew[day] * self.steps + shift.first + np.nonzero(shift.where >= 0)[0]
            for day, shift in sorted(row.shifts.items())
        ]
        marks = {day: shift.marks for day, shift in row.shifts.items()}
        return Tour(row.days.copy(), marks, _joined(places), self._own(who, row.days))

    def _own(self, who: int, days: Ints) -> float:
        none = np.zeros((self.grid.days, len(self.grid.lengths)))
        return self.frames[who].cost_of(self.grid, none, days)

    def _tour(self, who: int, patterns: Ints, asked: Asked) -> Tour:
        crew = self.crews.of[who]
        marks: dict[int, Ints] = {}
        places = []
        for day in np.nonzero(patterns >= 0)[0].tolist():
            pattern = int(patterns[day])
            marks[day] = self._marks(who, day, pattern, asked)
            at = self.grid.starts[day, pattern] + np.nonzero(marks[day] == ON_LINE)[0]
            places.append(crew[day] * self.steps + at[at < self.steps])
        return Tour(patterns, marks, _joined(places), self._own(who, patterns))

    def _marks(self, who: int, day: int, pattern: int, asked: Asked) -> Ints:
        pinned = self.plan.pinned.get((who, day))
        if pinned is not None and len(pinned) == self.grid.lengths[pattern]:
            return pinned
        crew = int(self.crews.of[who][day])
        part = self._stretch(asked.values[crew], day, pattern)
        if (who, day) in self.blocks:
            return placed(self.grid.pauses, part, self.blocks[who, day])[1]
        key = crew, day, pattern
        if key not in asked.marks:
            worth, found = placed(self.grid.pauses, part)
            asked.marks[key] = found if worth > -np.inf else np.full(len(found), ON_LINE)
        return asked.marks[key]

    def _own_days(self, who: int, asked: Asked, gains: Floats) -> Floats:
        """The pauses of a locked shift stay, whatever rule they break; those beside a training go around it."""
        for (person, day), pinned in self.plan.pinned.items():
            if person == who:
                for pattern in np.nonzero(self.frames[who].allowed[day])[0].tolist():
                    part = self._stretch(asked.values[self.crews.of[who][day]], day, pattern)
                    if len(part) == len(pinned):
                        gains[day, pattern] = part[pinned == ON_LINE].sum()
        for (person, day), blocks in self.blocks.items():
            if person == who:
                pattern = int(self.frames[who].allowed[day].argmax())
                part = self._stretch(asked.values[self.crews.of[who][day]], day, pattern)
                gains[day, pattern] = placed(self.grid.pauses, part, blocks)[0]
        return gains

    def _stretch(self, values: Floats, day: int, pattern: int) -> Floats:
        first = int(self.grid.starts[day, pattern])
        return values[first : first + int(self.grid.lengths[pattern])]


def _joined(places: Iterable[Ints]) -> Ints:
    parts = list(places)
    return np.concatenate(parts) if parts else np.zeros(0, np.int64)


@njit(cache=True, nogil=True)
def _by_kind(allowed, price, gains, kind_of, kinds):  # type: ignore[no-untyped-def]
    """The cheapest pattern of each kind: its price and which it is, [d, k]."""
    days, patterns = allowed.shape
    work = np.full((days, kinds), np.inf)
    chosen = np.zeros((days, kinds), np.int64)
    for day in range(days):
        for pattern in range(patterns):
            kind = kind_of[pattern]
            if kind >= 0 and allowed[day, pattern]:
                net = price[day, pattern] - gains[day, pattern]
                if net < work[day, kind]:
                    work[day, kind] = net
                    chosen[day, kind] = pattern
    return work, chosen
