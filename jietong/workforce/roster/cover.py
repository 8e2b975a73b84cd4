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

    def fall(self) -> Floats:
        """How far the worth of one more agent falls where the need is met [g, t], 0 nowhere."""
        last = np.maximum(0, self.needs.astype(int) - 1)
        fall: Floats = np.take_along_axis(self.gain, last[:, :, None], 2)[:, :, 0] + self.over[:, None]
        return np.maximum(fall, max(1e-6, 0.1 * float(fall.mean()) if fall.size else 0.0))

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


@njit(cache=True, nogil=True)
def counted(out, crew, where, first):  # type: ignore[no-untyped-def]
    """Adds a shift's agents on line to `out[m, g, t]`."""
    for k in range(len(where)):
        if where[k] >= 0:
            out[crew, where[k], first + k] += 1


@njit(cache=True, nogil=True)
def rearranged(gain, over, can, counts, have):  # type: ignore[no-untyped-def]
    """Who serves what among agents of the same skills, at least cost for those on line: while one more agent in a
    group is worth more than the last of another, along a chain of crews that may change over. Cover is convex in
    each group, so where no chain is left none is better."""
    crews, groups, steps = counts.shape
    heads = gain.shape[2]
    came = np.empty(groups, np.int64)
    by = np.empty(groups, np.int64)
    queue = np.empty(groups, np.int64)
    for t in range(steps):
        better = True
        while better:
            better = False
            best, start, goal = 1e-9, -1, -1
            for one in range(2):  # look, then walk
                for source in range(groups):
                    if one == 1 and source != start:
                        continue
                    h = have[source, t]
                    if h == 0:
                        continue
                    loss = gain[source, t, h - 1] if h <= heads else -over[source]
                    came[:] = -1
                    came[source] = source
                    queue[0] = source
                    size, at = 1, 0
                    while at < size:
                        g = queue[at]
                        at += 1
                        for m in range(crews):
                            if counts[m, g, t] > 0:
                                for other in range(groups):
                                    if can[m, other] and came[other] < 0:
                                        came[other], by[other] = g, m
                                        queue[size] = other
                                        size += 1
                    if one == 1:
                        g = goal
                        while g != start:
                            counts[by[g], came[g], t] -= 1
                            counts[by[g], g, t] += 1
                            g = came[g]
                        have[start, t] -= 1
                        have[goal, t] += 1
                        continue
                    for g in range(groups):
                        if g != source and came[g] >= 0:
                            k = have[g, t]
                            worth = gain[g, t, k] if k < heads else -over[g]
                            if worth - loss > best:
                                best, start, goal = worth - loss, source, g
                if start < 0:
                    break
                better = True


@njit(cache=True, nogil=True)
def dealt(counts, crew, where, first, keep):  # type: ignore[no-untyped-def]
    """Takes a shift's groups out of `counts`: with `keep` those that it has, where there are any left (the others
    become -2); else any that are left."""
    for k in range(len(where)):
        t = first + k
        if keep and where[k] >= 0:
            if counts[crew, where[k], t] > 0:
                counts[crew, where[k], t] -= 1
            else:
                where[k] = -2
        elif not keep and where[k] == -2:
            for g in range(counts.shape[1]):
                if counts[crew, g, t] > 0:
                    counts[crew, g, t] -= 1
                    where[k] = g
                    break
