"""No plan costs less than this (下界): Lagrange's bound of the centre's schedule.

Cover is bought at a price for each group and step. At any prices the cheapest cover of each step plus everybody's
cheapest tour, pauses included, is a lower bound: both are exact minima, and a plan that keeps all rules is one
choice of both. Trainings and the widest hour limits are left out, and
what is above a fair share is bounded by a straight line, all of which can only lower it.

Good prices are the slopes of the cover cost at the best plan in shares, where a person may be a mix of tours. That
plan is approached by block Frank-Wolfe steps (Lacoste-Julien et al. 2013): one person after another moves towards
the tour that is cheapest at the present slopes, as far as it pays. The cost is convex and has corners; slopes are
taken over a width that shrinks.
"""

from dataclasses import replace

import numpy as np
from numba import njit

from jietong.workforce.roster.breaks import ON_LINE, Floats, placed, worths
from jietong.workforce.roster.cover import dual_part
from jietong.workforce.roster.plan import Plan
from jietong.workforce.roster.tours import NEVER, cheapest

WIDEST, NARROWEST, SHRINKS = 1.0, 0.3, 0.97
MEMORY = 0.1
"""The part of a mean that is new in each round."""


class Bound:
    """Begins with the plan of `plan` as it lies; takes no further notice of it."""

    def __init__(self, plan: Plan) -> None:
        self.grid = plan.grid
        self.frames = [replace(f, allowed=f.allowed.copy(), must_work=f.must_work.copy()) for f in plan.frames]
        self.cost, self.over, self.gain = plan.cover.cost, plan.cover.over, plan.cover.gain
        self.width = WIDEST
        self.rounds = 0
        self.best = 0.0 if _nothing_pays(plan) else -np.inf
        self.heads: Floats = plan.cover.have.astype(float)
        self.parts = np.zeros((len(self.frames), *self.heads.shape))
        self.own = np.zeros(len(self.frames))
        fairness = plan.problem.fairness
        self.dear: Floats = np.array([fairness.weekend, fairness.late])
        self.weekend_days: Floats = np.where(self.grid.weekend > 0, 0.5, 0.0)
        shares = np.array([plan.shares.weekends, plan.shares.lates], dtype=float)
        people = [frame.person for frame in self.frames]
        before = np.array([(p.weekends_before, p.lates_before) for p in people], dtype=float).reshape(-1, 2)
        self.free_of_charge: Floats = shares - before
        self.loads: Floats = np.zeros((len(self.frames), 2))
        none = np.zeros((self.grid.days, len(self.grid.lengths)))
        for who, row in enumerate(plan.rows):
            for shift in row.shifts.values():
                for k in np.nonzero(shift.where >= 0)[0]:
                    self.parts[who, shift.where[k], shift.first + k] += 1
            worked = row.days >= 0
            self.loads[who] = self.weekend_days[worked].sum(), self.grid.late[row.days[worked]].sum()
            self.own[who] = self.frames[who].cost_of(self.grid, none, row.days)

        self.mean = self._prices()
        self.mean_weights: Floats = np.zeros_like(self.loads)

    def person(self, who: int) -> None:
        """One person's step."""
        prices = self._prices()
        weight = self._weights(who)
        keep = 1.0 - MEMORY / len(self.frames)
        self.mean = keep * self.mean + (1.0 - keep) * prices
        self.mean_weights[who] = (1.0 - MEMORY) * self.mean_weights[who] + MEMORY * weight
        least, part, load = self._tour(who, prices, weight)
        if least == NEVER:
            return
        own = least + float((prices * part).sum()) - float(weight @ load)
        towards, dearer, heavier = part - self.parts[who], own - self.own[who], load - self.loads[who]
        slope = dearer + float(weight @ heavier)
        share = _share(self.cost, self.over, self.heads, towards, slope, self.width)
        self.parts[who] += share * towards
        self.heads += share * towards
        self.own[who] += share * dearer
        self.loads[who] += share * heavier

    def narrow(self) -> None:
        """After each round over all people."""
        self.width = max(NARROWEST, self.width * SHRINKS)
        self.rounds += 1

    def value(self) -> float:
        """The bound at the mean prices of the last rounds, which are nearer the best than the present ones; `best`
        is the best of all asked for."""
        prices = np.minimum(self.mean, np.maximum(self.gain[:, :, 0], -self.over[:, None]))
        total, _ = dual_part(self.cost, self.over, prices)
        for who in range(len(self.frames)):
            weight = self.mean_weights[who]
            least, _, _ = self._tour(who, prices, weight, cost_only=True)
            total += 0.0 if least == NEVER else least - float(weight @ self.free_of_charge[who])
        self.best = max(self.best, float(total))
        return float(total)

    def _weights(self, who: int) -> Floats:
        """What a weekend and a late shift more costs in fairness: between nothing and the whole price, the surer the
        further the mix is above the share. Any such price bounds what is above the share from below."""
        above = self.loads[who] - self.free_of_charge[who]
        weights: Floats = self.dear * np.clip(above / self.width + 0.5, 0.0, 1.0)
        return weights

    def _prices(self) -> Floats:
        slopes: Floats = _slopes(self.cost, self.over, self.heads, self.width)
        return np.maximum(slopes, -self.over[:, None])

    def _tour(
        self, who: int, prices: Floats, weight: Floats, *, cost_only: bool = False
    ) -> tuple[float, Floats, Floats]:
        """The least that a person's tours cost at these prices and weights of weekends and late shifts; where that
        tour is on line [g, t]; and its weekends (days ÷ 2: never more than there are) and late shifts."""
        frame, grid, steps = self.frames[who], self.grid, prices.shape[1]
        values = np.zeros((len(frame.masks), steps + grid.room))
        for m, mask in enumerate(frame.masks):
            if mask.any():
                values[m, :steps] = np.where(mask[:, None], prices, -np.inf).max(0)
        gains = worths(values, frame.which, grid.starts, grid.lengths, frame.allowed, grid.pauses.shape)
        gains[gains == -np.inf] = 0.0
        price = frame.price + weight[0] * self.weekend_days[:, None] + weight[1] * grid.late[None, :]
        work, chosen = frame.by_kind(np.where(frame.allowed, price - gains, NEVER))
        least, kinds = cheapest(frame.rules, work, np.where(frame.must_work, NEVER, frame.free))
        part, load = np.zeros_like(prices), np.zeros(2)
        if cost_only or least == NEVER:
            return float(least), part, load
        for day in np.nonzero(kinds >= 0)[0]:
            pattern = int(chosen[day, kinds[day]])
            load += self.weekend_days[day], grid.late[pattern]
            first, length = int(grid.starts[day, pattern]), int(grid.lengths[pattern])
            mask = frame.masks[frame.which[day]]
            _, marks = placed(grid.pauses, values[frame.which[day], first : first + length])
            at = first + np.nonzero(marks == ON_LINE)[0]
            at = at[at < steps]
            part[np.where(mask[:, None], prices[:, at], -np.inf).argmax(0), at] += 1
        return float(least), part, load


def _nothing_pays(plan: Plan) -> bool:
    """All that a plan costs is at least nothing: then so is the bound."""
    return bool((plan.cover.cost >= 0).all() and all(float(f.price.min(initial=0.0)) >= 0 for f in plan.frames))


@njit(cache=True, nogil=True)
def _at(cost, over, g, t, heads):  # type: ignore[no-untyped-def]
    """The cost of a fraction of heads, straight between whole ones."""
    top = cost.shape[2] - 1
    if heads <= 0:
        return cost[g, t, 0] - heads * (cost[g, t, 0] - cost[g, t, 1])
    if heads >= top:
        return cost[g, t, top] + (heads - top) * over[g]
    k = int(heads)
    return cost[g, t, k] + (heads - k) * (cost[g, t, k + 1] - cost[g, t, k])


@njit(cache=True, nogil=True)
def _slopes(cost, over, heads, width):  # type: ignore[no-untyped-def]
    out = np.zeros(heads.shape)
    half = width / 2
    for g in range(heads.shape[0]):
        for t in range(heads.shape[1]):
            h = heads[g, t]
            out[g, t] = (_at(cost, over, g, t, h - half) - _at(cost, over, g, t, h + half)) / width
    return out


@njit(cache=True, nogil=True)
def _share(cost, over, heads, towards, dearer, width):  # type: ignore[no-untyped-def]
    """How far to go: where the slope along the way turns, by bisection."""
    low, high = 0.0, 1.0
    half = width / 2
    for turn in range(13):
        middle = 0.0 if turn == 0 else (low + high) / 2
        slope = dearer
        for g in range(heads.shape[0]):
            for t in range(heads.shape[1]):
                d = towards[g, t]
                if d != 0.0:
                    h = heads[g, t] + middle * d
                    slope -= d * (_at(cost, over, g, t, h - half) - _at(cost, over, g, t, h + half)) / width
        if turn == 0:
            if slope >= 0:
                return 0.0
        elif slope < 0:
            low = middle
        else:
            high = middle
    return low
