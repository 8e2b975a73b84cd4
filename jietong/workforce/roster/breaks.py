"""Where the pauses of a shift go (小休與用餐安排): the placement that gives up least cover, exactly and compiled.

A shift is a row of steps. A path through them says of each whether the person is on line, on a break, at the meal or
in a block (training, meeting) that lies fixed. The state is how long the stretch on line already is and whether the
meal was; the value of a step on line is what cover pays for one more agent in it.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jietong.workforce.model import QUARTER_S
from jietong.workforce.roster.problem import BreakRule

ON_LINE, BREAK, MEAL, BLOCK = 0, 1, 2, 3
NEEDLESS = 1e-7
"""The price of a pause in itself: none is given where no rule asks for it and cover does not mind."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Pauses:
    """A break rule in steps. Rounding is to the person's favour: stretches down, pauses up."""

    every: int
    length: int
    apart: int
    meal_from: int
    meal: int
    meal_after: int
    meal_by: int
    meal_paid: bool

    @classmethod
    def of(cls, rule: BreakRule) -> "Pauses":
        def up(seconds: int) -> int:
            return -(-seconds // QUARTER_S)

        return cls(
            max(1, rule.every_s // QUARTER_S), up(rule.length_s), up(rule.apart_s), up(rule.meal_from_s),
            up(rule.meal_s), up(rule.meal_after_s), rule.meal_by_s // QUARTER_S, rule.meal_paid,
        )  # fmt: skip

    def meal_steps(self, length: int) -> int:
        """Of a shift of `length` steps."""
        return self.meal if length >= self.meal_from and self.meal > 0 else 0

    def paid(self, length: int) -> int:
        """Paid steps of a shift of `length` steps."""
        return length - (0 if self.meal_paid else self.meal_steps(length))

    @property
    def shape(self) -> Ints:
        return np.array(
            [self.every, self.length, self.apart, self.meal_from, self.meal, self.meal_after, self.meal_by],
            dtype=np.int64,
        )


NO_BLOCKS: Ints = np.zeros(0, np.int64)


def placed(pauses: Pauses, value: Floats, blocks: Ints = NO_BLOCKS) -> tuple[float, Ints]:
    """The worth of the steps on line, at best, and what each step is (ON_LINE, BREAK, MEAL, BLOCK). `blocks[n]`:
    the length of a block that begins with step n, else 0; empty: none. No way to place them: -inf."""
    marks = np.zeros(len(value), np.int64)
    given = blocks if len(blocks) else np.zeros(len(value), np.int64)
    return float(place(value, 0, len(value), pauses.shape, given, marks)), marks


@njit(cache=True, nogil=True)
def place(value, first, length, shape, blocks, marks):  # type: ignore[no-untyped-def]
    every, pause, apart, meal_from, meal, after, by = shape
    has_meal = 1 if length >= meal_from and meal > 0 else 0
    least = min(apart, length)
    best = np.full((length + 1, every + 1, 2), -np.inf)
    for run in range(least, every + 1):
        best[length, run, has_meal] = 0.0
    ahead = length  # where the next block begins
    for n in range(length - 1, -1, -1):
        if blocks[n] > 0:
            ahead = n
            to = n + blocks[n]
            if to <= length:
                for run in range(every + 1):
                    for done in range(2):
                        best[n, run, done] = best[
                            to, max(run, min(least, run + blocks[n])) if run < least else least, done
                        ]
            continue
        worth = value[first + n]
        for run in range(every + 1):
            for done in range(2):
                top = -np.inf
                if run < every:
                    top = worth + best[n + 1, run + 1, done]
                if run >= apart:
                    if n + pause <= ahead:
                        top = max(top, best[n + pause, 0, done] - 1e-7)
                    if has_meal == 1 and done == 0 and after <= n <= by and n + meal <= ahead:
                        top = max(top, best[n + meal, 0, 1])
                best[n, run, done] = top
    if best[0, 0, 0] == -np.inf or len(marks) == 0:
        return best[0, 0, 0]
    n, run, done = 0, 0, 0
    while n < length:
        here = best[n, run, done]
        if blocks[n] > 0:
            for k in range(n, n + blocks[n]):
                marks[k] = 3
            size = blocks[n]
            run = max(run, min(least, run + size)) if run < least else least
            n += size
            continue
        if run < every and here == value[first + n] + best[n + 1, run + 1, done]:
            marks[n] = 0
            run += 1
            n += 1
            continue
        until = n
        while until < length and blocks[until] == 0:
            until += 1
        if run >= apart and n + pause <= until and here == best[n + pause, 0, done] - 1e-7:
            for k in range(n, n + pause):
                marks[k] = 1
            n += pause
        else:
            for k in range(n, n + meal):
                marks[k] = 2
            n += meal
            done = 1
        run = 0
    return best[0, 0, 0]


@njit(cache=True, nogil=True)
def worths(values, which, starts, lengths, allowed, shape):  # type: ignore[no-untyped-def]
    """The worth of each day and pattern at its best placement [d, s]; -inf where it is not allowed. `values[m, t]`
    for the skills m = which[d]; steps beyond the plan are worth nothing (values has room for them)."""
    days, patterns = allowed.shape
    out = np.full((days, patterns), -np.inf)
    none = np.zeros(lengths.max(), np.int64)
    empty = np.zeros(0, np.int64)
    for day in range(days):
        for pattern in range(patterns):
            if allowed[day, pattern]:
                out[day, pattern] = place(
                    values[which[day]], starts[day, pattern], lengths[pattern], shape, none, empty
                )
    return out
