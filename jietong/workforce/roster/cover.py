"""What cover costs, and who covers what: agents on line by skill group and step, each counted for one group alone."""

import numpy as np
from numba import njit

from jietong.workforce.roster.breaks import Floats, Ints
from jietong.workforce.roster.problem import Problem


class Cover:
    """`cost[g, t, h]`: step t of group g with h agents; `gain[g, t, h]`: what the next one is worth. Beyond the last
    h each further agent costs `over[g]`. `have[g, t]`: agents now."""

    def __init__(self, problem: Problem) -> None:
        steps = problem.steps
        self.needs: Floats = np.array([need.agents for need in problem.needs], dtype=float)
        self.needs = self.needs.reshape(len(problem.needs), steps)
        self.groups = {need.group: n for n, need in enumerate(problem.needs)}
        self.steps = steps
        most = max((max(need.agents, default=0.0) for need in problem.needs), default=0.0)
        heads = int(np.ceil(most)) + 2
        self.cost: Floats = np.zeros((len(problem.needs), steps, heads + 1))
        self.over: Floats = np.array([need.over for need in problem.needs])
        for g, need in enumerate(problem.needs):
            agents = np.array(need.agents, dtype=float)
            deepest = max((len(row) for row in need.under), default=1)
            prices = np.zeros((steps, max(1, deepest, heads + 1)))
            for t, row in enumerate(need.under):
                if row:
                    prices[t, : len(row)] = row
                    prices[t, len(row) :] = row[-1]
            summed = np.concatenate([np.zeros((steps, 1)), prices.cumsum(1)], 1)
            every = np.arange(steps)
            for h in range(heads + 1):
                short = np.maximum(agents - h, 0.0)
                whole = short.astype(int)
                self.cost[g, :, h] = summed[every, whole] + (short - whole) * prices[every, whole]
                self.cost[g, :, h] += np.maximum(h - agents, 0.0) * need.over
        self.gain: Floats = self.cost[:, :, :-1] - self.cost[:, :, 1:]
        self.have: Ints = np.zeros((len(problem.needs), steps), np.int64)

    def total(self) -> float:
        return float(total_of(self.cost, self.over, self.have))

    def values(self, masks: np.ndarray, room: int) -> Floats:
        """What one more agent with these skills [m, g] is worth in each step, `room` steps beyond the plan too."""
        worth: Floats = values_of(self.gain, self.over, self.have, masks, room)
        return worth

    def above(self) -> float:
        """The part of the total that is for agents beyond the need."""
        return float((np.maximum(self.have - self.needs, 0.0) * self.over[:, None]).sum())


@njit(cache=True, nogil=True)
def total_of(cost, over, have):  # type: ignore[no-untyped-def]
    groups, steps, heads = cost.shape
    total = 0.0
    for g in range(groups):
        for t in range(steps):
            h = have[g, t]
            total += cost[g, t, min(h, heads - 1)] + max(0, h - heads + 1) * over[g]
    return total


@njit(cache=True, nogil=True)
def values_of(gain, over, have, masks, room):  # type: ignore[no-untyped-def]
    groups, steps, heads = gain.shape
    out = np.zeros((len(masks), steps + room))
    for m in range(len(masks)):
        for t in range(steps):
            best = -np.inf
            for g in range(groups):
                if masks[m, g]:
                    h = have[g, t]
                    best = max(best, gain[g, t, h] if h < heads else -over[g])
            out[m, t] = best if best > -np.inf else 0.0
    return out


@njit(cache=True, nogil=True)
def staff(gain, over, have, masks, which, first, marks, where):  # type: ignore[no-untyped-def]
    """Puts the steps on line (marks 0) of a shift from step `first` into the groups that gain most; `where[k]` gets
    the group, -1 where there is none."""
    groups, steps, heads = gain.shape
    for k in range(len(marks)):
        where[k] = -1
        t = first + k
        if marks[k] == 0 and 0 <= t < steps:
            best, chosen = -np.inf, -1
            for g in range(groups):
                if masks[which, g]:
                    h = have[g, t]
                    worth = gain[g, t, h] if h < heads else -over[g]
                    if worth > best:
                        best, chosen = worth, g
            if chosen >= 0:
                have[chosen, t] += 1
                where[k] = chosen


@njit(cache=True, nogil=True)
def leave(have, first, where):  # type: ignore[no-untyped-def]
    for k in range(len(where)):
        if where[k] >= 0:
            have[where[k], first + k] -= 1


@njit(cache=True, nogil=True)
def dual_part(cost, over, prices):  # type: ignore[no-untyped-def]
    """Lagrange: the least of cost + price * heads over each step's heads, summed; and those heads [g, t]. Prices
    below -over are raised to it by the caller; beyond the table cost grows by `over`, so the least is within it."""
    groups, steps, heads = cost.shape
    total = 0.0
    at = np.zeros((groups, steps), np.int64)
    for g in range(groups):
        for t in range(steps):
            best = np.inf
            for h in range(heads):
                now = cost[g, t, h] + prices[g, t] * h
                if now < best - 1e-12:
                    best = now
                    at[g, t] = h
            total += best
    return total, at
