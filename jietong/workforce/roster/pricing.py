"""Everybody's best tour at given prices of cover (定價): shifts, pauses and what the row costs beside cover.

Pauses are placed once for all on the same post.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit

from jietong.workforce.roster.breaks import Floats, Ints
from jietong.workforce.roster.fairness import unfair
from jietong.workforce.roster.frames import Frame
from jietong.workforce.roster.plan import Plan
from jietong.workforce.roster.posts import Crews, Posts
from jietong.workforce.roster.settling import place_all
from jietong.workforce.roster.tours import NEVER, cheapest


@dataclass(frozen=True, eq=False)
class Tour:
    """Patterns and posts by day (-1: free), and what the row costs beside cover."""

    days: Ints
    posts: Ints
    own: float


@dataclass
class Asked:
    """Prices, and what they make of posts."""

    prices: Floats  # [g, t]
    values: Floats  # of one more agent of a crew [m, t]
    gains: Floats  # of a post [n], and last one of nothing at all
    marks: Ints  # pauses of a post [n, k]


class Pricing:
    """`frames` are those of the plan, or copies from before trainings were placed; then `trained` is False."""

    def __init__(self, plan: Plan, frames: list[Frame], crews: Crews, *, trained: bool) -> None:
        self.plan, self.grid, self.frames, self.crews = plan, plan.grid, frames, crews
        self.steps = plan.cover.steps
        self.posts = Posts(plan.grid, frames, crews, plan.pinned, plan.blocks if trained else {})
        free = np.full(self.grid.days, -1, np.int64)
        self.fixed = [unfair(self.grid, frame.person, free) for frame in frames]

    def asked(self, prices: Floats) -> Asked:
        grid, posts = self.grid, self.posts
        values = np.zeros((len(self.crews.can), self.steps + grid.room))
        for m, can in enumerate(self.crews.can):
            if can.any():
                values[m, : self.steps] = np.where(can[:, None], prices, -np.inf).max(0)
        gains, marks = np.zeros(len(posts.crew) + 1), posts.marks.copy()
        place_all(
            values, posts.crew, posts.first, posts.length, posts.block_of, posts.blocks, posts.pinned,
            grid.pauses.shape, gains, marks,
        )  # fmt: skip
        return Asked(prices, values, gains, marks)

    def least(self, who: int, asked: Asked) -> tuple[float, Tour | None]:
        """The cheapest tour, less what cover pays for it; widest hour limits are left out."""
        frame, days = self.frames[who], np.arange(self.grid.days)
        at = self.posts.at[who]
        work, chosen = _by_kind(frame.allowed, frame.price, asked.gains, at, frame.kind_of, len(frame.rules.units))
        least, kinds = cheapest(frame.rules, work, np.where(frame.must_work, NEVER, frame.free))
        if least == NEVER:
            return NEVER, None
        patterns = np.where(kinds < 0, -1, chosen[days, np.maximum(kinds, 0)]) if work.shape[1] else kinds
        least += self.fixed[who]
        on = self._on(who, patterns)
        return least, Tour(patterns, on, least + float(asked.gains[on].sum()))

    def best(self, who: int, asked: Asked) -> Tour | None:
        """The cheapest tour that keeps all rules, as far as one is found."""
        frame = self.frames[who]
        if not frame.wide:
            return self.least(who, asked)[1]
        cost, patterns = frame.tour(self.grid, asked.gains[self.posts.at[who]])
        return None if cost == NEVER else self.tour(who, patterns)

    def tour(self, who: int, patterns: Ints) -> Tour:
        none = np.zeros((self.grid.days, len(self.grid.lengths)))
        own = self.frames[who].cost_of(self.grid, none, patterns)
        return Tour(patterns.copy(), self._on(who, patterns), own)

    def _on(self, who: int, patterns: Ints) -> Ints:
        if not self.posts.at[who].shape[1]:
            return patterns
        on = self.posts.at[who][np.arange(self.grid.days), np.maximum(patterns, 0)]
        return np.where(patterns < 0, -1, on)


@njit(cache=True, nogil=True)
def _by_kind(allowed, price, gains, at, kind_of, kinds):  # type: ignore[no-untyped-def]
    """The cheapest pattern of each kind: its price and which it is, [d, k]."""
    days, patterns = allowed.shape
    work = np.full((days, kinds), np.inf)
    chosen = np.zeros((days, kinds), np.int64)
    for day in range(days):
        for pattern in range(patterns):
            kind = kind_of[pattern]
            if kind >= 0 and allowed[day, pattern]:
                net = price[day, pattern] - gains[at[day, pattern]]
                if net < work[day, kind]:
                    work[day, kind] = net
                    chosen[day, kind] = pattern
    return work, chosen
