"""A plan under way: everybody's days beside each other, and what one person's best tour beside the others' is.

One person's tour with its pauses is an exact shortest path against what cover pays for one more agent. People are
taken out and put back one after another; nothing that costs more is kept. All people's rules hold at every moment.
"""

from dataclasses import dataclass, field

import numpy as np

from jietong.core.vocabulary import Activity
from jietong.workforce.roster.breaks import BLOCK, BREAK, MEAL, NO_BLOCKS, ON_LINE, Floats, Ints, placed, worths
from jietong.workforce.roster.cover import Cover, counted, dealt, leave, rearranged, staff
from jietong.workforce.roster.fairness import burden
from jietong.workforce.roster.frames import Frame, Grid
from jietong.workforce.roster.problem import Problem, Span
from jietong.workforce.roster.tours import NEVER

EPSILON = 1e-6


@dataclass(frozen=True)
class Worked:
    """One shift as it lies: its first step, what each step is, and the group that each step on line is for."""

    first: int
    marks: Ints
    where: Ints


@dataclass
class Row:
    """One person's part of the plan: patterns by day (-1: free) and their shifts."""

    days: Ints
    shifts: dict[int, Worked] = field(default_factory=dict)


class Plan:
    def __init__(self, problem: Problem, grid: Grid, frames: list[Frame]) -> None:
        self.problem, self.grid, self.frames = problem, grid, frames
        self.cover = Cover(problem)
        self.rows = [Row(np.full(grid.days, -1, np.int64)) for _ in frames]
        self.blocks: dict[tuple[int, int], Ints] = {}  # trainings within (person, day): lengths at their first steps
        self.activities: dict[tuple[int, int], dict[int, Activity]] = {}  # and what they are
        self.pinned: dict[tuple[int, int], Ints] = {}  # locked marks of (person, day)
        self.own = np.zeros(len(frames))  # what each row costs beside cover
        for who, frame in enumerate(frames):
            self._pin(who, frame)
            self.own[who] = self.own_cost(who, self.rows[who].days)

    def cost(self) -> float:
        return self.cover.total() + float(self.own.sum())

    def own_cost(self, who: int, days: Ints) -> float:
        """Wishes, changes, patterns, overtime and fairness of a row."""
        none = np.zeros((self.grid.days, len(self.grid.lengths)))
        return self.frames[who].cost_of(self.grid, none, days)

    def take_out(self, who: int) -> Row:
        row = self.rows[who]
        for shift in row.shifts.values():
            leave(self.cover.have, shift.first, shift.where)
        self.rows[who] = Row(np.full(self.grid.days, -1, np.int64))
        self.own[who] = 0.0
        return row

    def put(self, who: int, days: Ints) -> None:
        """These days, with pauses where they cost least now."""
        frame = self.frames[who]
        values = self.cover.values(frame.masks, self.grid.room)
        row = Row(days.copy())
        for day in np.nonzero(days >= 0)[0]:
            pattern = int(days[day])
            marks = self.place(who, int(day), pattern, values)
            row.shifts[int(day)] = self._staffed(frame, int(day), pattern, marks)
        self.rows[who] = row
        self.own[who] = self.own_cost(who, days)

    def lay(self, who: int, days: Ints, marks: dict[int, Ints]) -> None:
        """These days, with the pauses as given."""
        frame = self.frames[who]
        row = Row(days.copy())
        for day, steps in marks.items():
            row.shifts[day] = self._staffed(frame, day, int(days[day]), steps)
        self.rows[who] = row
        self.own[who] = self.own_cost(who, days)

    def restore(self, who: int, row: Row) -> None:
        """Back as it was."""
        for shift in row.shifts.values():
            for k in np.nonzero(shift.where >= 0)[0]:
                self.cover.have[shift.where[k], shift.first + k] += 1
        self.rows[who] = row
        self.own[who] = self.own_cost(who, row.days)

    def place(self, who: int, day: int, pattern: int, values: Floats) -> Ints:
        pinned = self.pinned.get((who, day))
        if pinned is not None and len(pinned) == self.grid.lengths[pattern]:
            return pinned
        first = int(self.grid.starts[day, pattern])
        part = values[self.frames[who].which[day], first : first + int(self.grid.lengths[pattern])]
        worth, marks = placed(self.grid.pauses, part, self.blocks.get((who, day), NO_BLOCKS))
        if worth == -np.inf:  # a rule that no placement keeps: the audit names it
            marks[:] = ON_LINE
        return marks

    def best(self, who: int) -> Ints | None:
        """The best days beside all others' (the person is out); None: nothing keeps the rules."""
        frame, grid = self.frames[who], self.grid
        values = self.cover.values(frame.masks, grid.room)
        gains = worths(values, frame.which, grid.starts, grid.lengths, frame.allowed, grid.pauses.shape)
        gains[gains == -np.inf] = 0.0
        for (person, day), blocks in self.blocks.items():
            if person == who:
                pattern = int(np.nonzero(frame.allowed[day])[0][0])
                first = int(grid.starts[day, pattern])
                part = values[frame.which[day], first : first + int(grid.lengths[pattern])]
                gains[day, pattern] = placed(grid.pauses, part, blocks)[0]
        cost, days = frame.tour(grid, gains)
        return None if cost == NEVER else days

    def improve(self, who: int) -> float:
        """The person anew; what it saves (never negative)."""
        before = self.cost()
        old = self.take_out(who)
        days = self.best(who)
        self.put(who, old.days if days is None else days)
        saved = before - self.cost()
        if saved < 0:
            self.take_out(who)
            self.restore(who, old)
            return 0.0
        return saved

    def together(self, people: list[int]) -> bool:
        """These people anew, one after another beside all others; whether the plan costs no more. If it would, it
        stays as it was."""
        before = self.cost()
        old = [self.take_out(who) for who in people]
        for who, row in zip(people, old, strict=True):
            days = self.best(who)
            self.put(who, row.days if days is None else days)
        if self.cost() <= before + EPSILON:
            return True
        for who in people:
            self.take_out(who)
        for who, row in zip(people, old, strict=True):
            self.restore(who, row)
        return False

    def fairer(self, rng: np.random.Generator) -> bool:
        """Somebody with more than their share of weekends or late shifts changes some days with somebody who has
        less; whether that cost no more. If it would, the plan stays as it was."""
        loads = np.array([burden(self.grid, f.person, r.days) for f, r in zip(self.frames, self.rows, strict=True)])
        above = np.argwhere(loads > np.array([self.grid.shares.weekends, self.grid.shares.lates]))
        if not len(above):
            return False
        who, which = (int(x) for x in above[rng.integers(len(above))])
        below = np.flatnonzero(loads[:, which] < loads[who, which])
        days = self.rows[who].days
        heavy = self.grid.weekend > 0 if which == 0 else np.isin(days, np.flatnonzero(self.grid.late))
        at = np.flatnonzero(heavy & (days >= 0))
        if not len(below) or not len(at):
            return False
        other, first = int(below[rng.integers(len(below))]), int(at[rng.integers(len(at))])
        stretch = slice(first, first + int(rng.integers(1, 8)))
        mine, theirs = days.copy(), self.rows[other].days.copy()
        mine[stretch], theirs[stretch] = self.rows[other].days[stretch], days[stretch]
        if not self.frames[who].keeps(self.grid, mine) or not self.frames[other].keeps(self.grid, theirs):
            return False
        before = self.cost()
        old = [(person, self.take_out(person)) for person in (who, other)]
        self.put(who, mine)
        self.put(other, theirs)
        if self.cost() <= before + EPSILON:
            return True
        for person, _ in old:
            self.take_out(person)
        for person, row in old:
            self.restore(person, row)
        return False

    def counts(self, can: np.ndarray, of: list[Ints]) -> Ints:
        """Agents on line by crew, group and step [m, g, t]; `of[who][day]`: the crew."""
        out = np.zeros((len(can), *self.cover.have.shape), np.int64)
        for row, crew in zip(self.rows, of, strict=True):
            for day, shift in row.shifts.items():
                counted(out, crew[day], shift.where, shift.first)
        return out

    def rearrange(self, can: np.ndarray, of: list[Ints]) -> None:
        """Everybody's shifts and pauses stay; who serves what in each step is chosen anew, at least cost."""
        counts = self.counts(can, of)
        rearranged(self.cover.gain, self.cover.over, can, counts, self.cover.have)
        for keep in (True, False):
            for row, crew in zip(self.rows, of, strict=True):
                for day, shift in row.shifts.items():
                    dealt(counts, crew[day], shift.where, shift.first, keep)

    def spans(self, who: int, day: int) -> tuple[Span, ...]:
        """The shift as spans; none on a free day."""
        shift = self.rows[who].shifts.get(day)
        if shift is None:
            return ()
        locked = next((lock.spans for lock in self.frames[who].person.locked if lock.day == day and lock.spans), None)
        if locked:
            return locked
        plain = {ON_LINE: Activity.WORK, BREAK: Activity.BREAK, MEAL: Activity.MEAL}
        named = self.activities.get((who, day), {})
        out: list[Span] = []
        activity = Activity.WORK
        for k, mark in enumerate(shift.marks):
            activity = named.get(k, activity) if mark == BLOCK else plain[int(mark)]
            begins = not out or out[-1].activity is not activity or (mark == BLOCK and k in named)
            paid = activity is not Activity.MEAL or self.grid.pauses.meal_paid
            if begins:
                out.append(Span(shift.first + k, shift.first + k + 1, activity, paid))
            else:
                out[-1] = Span(out[-1].start, shift.first + k + 1, activity, paid)
        return tuple(out)

    def _staffed(self, frame: Frame, day: int, pattern: int, marks: Ints) -> Worked:
        first = int(self.grid.starts[day, pattern])
        where = np.full(len(marks), -1, np.int64)
        cover = self.cover
        staff(cover.gain, cover.over, cover.have, frame.masks, int(frame.which[day]), first, marks, where)
        return Worked(first, marks, where)

    def _pin(self, who: int, frame: Frame) -> None:
        kinds = {Activity.WORK: ON_LINE, Activity.BREAK: BREAK, Activity.MEAL: MEAL}
        for lock in frame.person.locked:
            if lock.spans and lock.pattern is not None:
                first, length = lock.spans[0].start, lock.spans[-1].end - lock.spans[0].start
                marks = np.zeros(length, np.int64)
                for span in lock.spans:
                    marks[span.start - first : span.end - first] = kinds.get(span.activity, BLOCK)
                self.pinned[who, lock.day] = marks
