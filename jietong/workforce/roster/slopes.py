"""What one more agent is worth, and who serves what (邊際價值): compiled, for agents in fractions.

`shared[m, g, t]` are agents of crew m who serve g in step t. Cover's cost is convex in the agents of each group and
step and straight between whole ones. `firm[0, g, t]` are prices to stay near, `firm[1, g, t]` is how far prices go
from them for each agent.
"""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def cost_at(cost, over, g, t, heads):  # type: ignore[no-untyped-def]
    """The cost of a fraction of heads, straight between whole ones."""
    top = cost.shape[2] - 1
    if heads <= 0:
        return cost[g, t, 0] - heads * (cost[g, t, 0] - cost[g, t, 1])
    if heads >= top:
        return cost[g, t, top] + (heads - top) * over[g]
    k = int(heads)
    return cost[g, t, k] + (heads - k) * (cost[g, t, k + 1] - cost[g, t, k])


@njit(cache=True, nogil=True)
def total(cost, over, heads):  # type: ignore[no-untyped-def]
    out = 0.0
    for g in range(heads.shape[0]):
        for t in range(heads.shape[1]):
            out += cost_at(cost, over, g, t, heads[g, t])
    return out


@njit(cache=True, nogil=True)
def slope(cost, over, g, t, heads, firm):  # type: ignore[no-untyped-def]
    """What one more agent is worth: the p at which cover wants heads + (p - centre) / steep agents for it. At a whole
    number of agents the worth is anything between those of the last and the next; there p falls by `steep` an agent,
    and is `centre` where the heads are that number."""
    centre, steep = firm[0, g, t], firm[1, g, t]
    top = cost.shape[2] - 1
    k = min(top, max(0, int(heads)))
    while True:
        at = centre + steep * (k - heads)
        below = cost[g, t, k] - cost[g, t, k + 1] if k < top else -over[g]
        if at < below:
            if k == top or at + steep >= below:
                return below
            k += 1
            continue
        above = cost[g, t, k - 1] - cost[g, t, k] if k > 0 else cost[g, t, 0] - cost[g, t, 1]
        if at > above:
            if k == 0 or at - steep <= above:
                return above
            k -= 1
            continue
        return at


@njit(cache=True, nogil=True)
def refresh_step(cost, over, crews, heads, firm, slopes, best, t):  # type: ignore[no-untyped-def]
    for g in range(cost.shape[0]):
        slopes[g, t] = slope(cost, over, g, t, heads[g, t], firm)
    for m in range(len(crews)):
        top = -np.inf
        for g in range(cost.shape[0]):
            if crews[m, g] and slopes[g, t] > top:
                top = slopes[g, t]
                best[m, t] = g


@njit(cache=True, nogil=True)
def refresh(cost, over, crews, shared, heads, firm, slopes, best):  # type: ignore[no-untyped-def]
    """`heads[g, t]`: all who serve; `slopes[g, t]`: what one more is worth; `best[m, t]`: the group in which an
    agent of the crew is worth most."""
    for t in range(cost.shape[1]):
        for g in range(cost.shape[0]):
            heads[g, t] = 0.0
            for m in range(len(crews)):
                heads[g, t] += shared[m, g, t]
        refresh_step(cost, over, crews, heads, firm, slopes, best, t)


@njit(cache=True, nogil=True)
def share_out(cost, over, crews, shared, heads, firm, slopes):  # type: ignore[no-untyped-def]
    """In each step those who may serve several groups go where the slope is steepest."""
    groups = cost.shape[0]
    for t in range(cost.shape[1]):
        for _ in range(2):
            for m in range(len(crews)):
                low, high = -1, -1
                for g in range(groups):
                    if crews[m, g]:
                        if high < 0 or slopes[g, t] > slopes[high, t]:
                            high = g
                        if shared[m, g, t] > 1e-9 and (low < 0 or slopes[g, t] < slopes[low, t]):
                            low = g
                if low < 0 or low == high or slopes[high, t] - slopes[low, t] < 1e-7:
                    continue
                there, here = heads[high, t], heads[low, t]
                least, most = 0.0, shared[m, low, t]
                amount = most
                for turn in range(12):
                    up = slope(cost, over, high, t, there + amount, firm)
                    down = slope(cost, over, low, t, here - amount, firm)
                    if up >= down:
                        if turn == 0:
                            break
                        least = amount
                    else:
                        most = amount
                    amount = (least + most) / 2
                shared[m, low, t] -= amount
                shared[m, high, t] += amount
                heads[low, t] -= amount
                heads[high, t] += amount
                slopes[high, t] = slope(cost, over, high, t, there + amount, firm)
                slopes[low, t] = slope(cost, over, low, t, here - amount, firm)
