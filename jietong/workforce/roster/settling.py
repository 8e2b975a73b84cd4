"""Compiled steps of `mixture`: weight is moved between tours, and between placements of pauses.

Arrays are those of `Mixture` and `Posts`; `slopes` tells what `firm` is.
"""

import numpy as np
from numba import njit

from jietong.workforce.roster.breaks import place
from jietong.workforce.roster.slopes import cost_at, refresh_step, slope

TURNS = 7
"""Halvings of a step."""


@njit(cache=True, nogil=True)
def _step(  # type: ignore[no-untyped-def]
    delta, touched, count, most, dearer, shared, crews, cost, over, heads, firm, slopes, best,
    turn, moved_g, moved_t, moved_d,
):  # fmt: skip
    """As far as it pays, at most `most` times, the agents `delta[m * steps + t]` at `touched[:count]` come (those
    below 0 leave); each whole one costs `dearer` beside cover. How often. `delta` is 0 again after it."""
    steps, groups = cost.shape[1], cost.shape[0]
    moves = 0
    for n in range(count):
        at = touched[n]
        change = delta[at]
        m, t = at // steps, at % steps
        if change > 0:
            g = best[m, t]
            if turn[g, t] == 0.0:
                moved_g[moves], moved_t[moves] = g, t
                moves += 1
            turn[g, t] += change
        elif change < 0:
            whole = 0.0
            for g in range(groups):
                whole += shared[m, g, t]
            if whole <= 0:
                continue
            for g in range(groups):
                if shared[m, g, t] > 0:
                    if turn[g, t] == 0.0:
                        moved_g[moves], moved_t[moves] = g, t
                        moves += 1
                    turn[g, t] += change * shared[m, g, t] / whole
    for n in range(moves):
        g, t = moved_g[n], moved_t[n]
        moved_d[n] = turn[g, t]
        turn[g, t] = 0.0
    least, share = 0.0, most
    for trial in range(TURNS):
        more = dearer
        for n in range(moves):
            d = moved_d[n]
            if d != 0.0:
                more -= d * slope(cost, over, moved_g[n], moved_t[n], heads[moved_g[n], moved_t[n]] + share * d, firm)
        if more <= 0:
            if trial == 0:
                break
            least = share
        else:
            most = share
        share = (least + most) / 2
    for n in range(count):
        at = touched[n]
        m, t = at // steps, at % steps
        change = delta[at]
        delta[at] = 0.0
        if change > 0:
            shared[m, best[m, t], t] += share * change
        elif change < 0:
            whole = 0.0
            for g in range(groups):
                whole += shared[m, g, t]
            rest = max(0.0, 1.0 + share * change / whole) if whole > 0 else 0.0
            for g in range(groups):
                shared[m, g, t] *= rest
    for n in range(moves):
        g, t = moved_g[n], moved_t[n]
        heads[g, t] += share * moved_d[n]
        slopes[g, t] = slope(cost, over, g, t, heads[g, t], firm)
    for n in range(moves):
        t = moved_t[n]
        for m in range(len(crews)):
            top = -np.inf
            for g in range(groups):
                if crews[m, g] and slopes[g, t] > top:
                    top = slopes[g, t]
                    best[m, t] = g
    return share


@njit(cache=True, nogil=True)
def sweep_tours(  # type: ignore[no-untyped-def]
    order, tours, counts, own, shares, reduced, weight, profile, crew, first, length,
    shared, crews, cost, over, heads, firm, slopes, best,
):  # fmt: skip
    """A pairwise step of each person's mix; the sum of what they could gain at first order."""
    slots, days, steps, groups = tours.shape[1], tours.shape[2], cost.shape[1], cost.shape[0]
    room = 2 * days * profile.shape[1]
    value, known = np.zeros(len(weight)), np.full(len(weight), -1, np.int64)
    delta, seen = np.zeros(len(crews) * steps), np.full(len(crews) * steps, -1, np.int64)
    touched = np.empty(room, np.int64)
    turn = np.zeros((groups, steps))
    moved_g, moved_t = np.empty(room * groups, np.int64), np.empty(room * groups, np.int64)
    moved_d = np.empty(room * groups)
    left = 0.0
    for turn_of in range(len(order)):
        who = order[turn_of]
        low, high = -1, -1
        for k in range(min(slots, counts[who])):
            price = own[who, k]
            for day in range(days):
                post = tours[who, k, day]
                if post >= 0:
                    if known[post] != turn_of:
                        known[post] = turn_of
                        worth = 0.0
                        m = crew[post]
                        for n in range(length[post]):
                            t = first[post] + n
                            if t < steps:
                                worth += profile[post, n] * slopes[best[m, t], t]
                        value[post] = worth
                    price -= value[post]
            reduced[who, k] = price
            if low < 0 or price < reduced[who, low]:
                low = k
            if shares[who, k] > 0 and (high < 0 or price > reduced[who, high]):
                high = k
        if low < 0 or high < 0 or low == high:
            continue
        gain = reduced[who, high] - reduced[who, low]
        if gain <= 1e-7:
            continue
        left += gain * shares[who, high]
        count = 0
        for day in range(days):
            come, go = tours[who, low, day], tours[who, high, day]
            if come == go:
                continue
            for way in range(2):
                post = come if way == 0 else go
                if post < 0:
                    continue
                for n in range(length[post]):
                    t = first[post] + n
                    if t < steps and profile[post, n] > 0:
                        at = crew[post] * steps + t
                        if seen[at] != turn_of:
                            seen[at] = turn_of
                            touched[count] = at
                            count += 1
                        delta[at] += profile[post, n] if way == 0 else -profile[post, n]
        share = _step(
            delta, touched, count, shares[who, high], own[who, low] - own[who, high], shared, crews, cost, over,
            heads, firm, slopes, best, turn, moved_g, moved_t, moved_d,
        )  # fmt: skip
        shares[who, low] += share
        shares[who, high] -= share
        for day in range(days):
            come, go = tours[who, low, day], tours[who, high, day]
            if come != go:
                if come >= 0:
                    weight[come] += share
                if go >= 0:
                    weight[go] = max(0.0, weight[go] - share)
        if shares[who, high] < 1e-9:
            shares[who, low] += shares[who, high]
            shares[who, high] = 0.0
    return left


@njit(cache=True, nogil=True)
def sweep_pauses(  # type: ignore[no-untyped-def]
    order, lines, kept, mixes, weight, profile, crew, first, length,
    shared, crews, cost, over, heads, firm, slopes, best,
):  # fmt: skip
    """A pairwise step of the mix of placements of each post that somebody is on."""
    steps, groups = cost.shape[1], cost.shape[0]
    room = profile.shape[1]
    delta = np.zeros(len(crews) * steps)
    touched = np.empty(room, np.int64)
    turn = np.zeros((groups, steps))
    moved_g, moved_t = np.empty(room * groups, np.int64), np.empty(room * groups, np.int64)
    moved_d = np.empty(room * groups)
    left = 0.0
    for post in order:
        if kept[post] < 2:
            continue
        m, size = crew[post], min(length[post], steps - first[post])
        low, high, dearest, cheapest = -1, -1, 0.0, 0.0
        for k in range(kept[post]):
            worth = 0.0
            for n in range(size):
                if lines[post, k, n]:
                    t = first[post] + n
                    worth += slopes[best[m, t], t]
            if low < 0 or worth > cheapest:
                low, cheapest = k, worth
            if mixes[post, k] > 0 and (high < 0 or worth < dearest):
                high, dearest = k, worth
        if high < 0 or low == high or cheapest - dearest <= 1e-7:
            continue
        if weight[post] < 1e-9:
            mixes[post, : kept[post]] = 0.0
            mixes[post, low] = 1.0
            for n in range(size):
                profile[post, n] = 1.0 if lines[post, low, n] else 0.0
            continue
        amount = mixes[post, high] * weight[post]
        left += (cheapest - dearest) * amount
        count = 0
        for n in range(size):
            if lines[post, low, n] != lines[post, high, n]:
                at = m * steps + first[post] + n
                delta[at] = 1.0 if lines[post, low, n] else -1.0
                touched[count] = at
                count += 1
        share = _step(
            delta, touched, count, amount, 0.0, shared, crews, cost, over, heads, firm, slopes, best, turn, moved_g,
            moved_t, moved_d,
        )  # fmt: skip
        part = share / weight[post]
        mixes[post, low] += part
        mixes[post, high] -= part
        if mixes[post, high] < 1e-9:
            mixes[post, low] += mixes[post, high]
            mixes[post, high] = 0.0
        for n in range(size):
            mean = 0.0
            for k in range(kept[post]):
                if mixes[post, k] > 0 and lines[post, k, n]:
                    mean += mixes[post, k]
            profile[post, n] = mean
    return left


@njit(cache=True, nogil=True)
def place_all(values, crew, first, length, block_of, blocks, pinned, shape, gains, marks):  # type: ignore[no-untyped-def]
    """The best placement of pauses of every post under `values[m, t]`: its worth and what each step is. Where no
    placement keeps the rules there are no pauses; a pinned post (`pinned[n]`) has its marks already."""
    none = np.zeros(marks.shape[1], np.int64)
    found = np.zeros(marks.shape[1], np.int64)
    for post in range(len(crew)):
        size = length[post]
        worth = -np.inf
        if not pinned[post]:
            given = none if block_of[post] < 0 else blocks[block_of[post]]
            worth = place(values[crew[post]], first[post], size, shape, given, found[:size])
            for n in range(size):
                marks[post, n] = found[n] if worth > -np.inf else 0
        if worth == -np.inf:
            worth = 0.0
            for n in range(size):
                if marks[post, n] == 0:
                    worth += values[crew[post], first[post] + n]
        gains[post] = worth


@njit(cache=True, nogil=True)
def take_in(marks, crew, first, length, lines, kept, mixes, profile, slopes, best):  # type: ignore[no-untyped-def]
    """Placements that are not known yet, each in place of the one worth least of those that nobody needs."""
    steps = slopes.shape[1]
    for post in range(len(crew)):
        m, size = crew[post], min(length[post], steps - first[post])
        same = False
        for k in range(kept[post]):
            same = True
            for n in range(size):
                if lines[post, k, n] != (marks[post, n] == 0):
                    same = False
                    break
            if same:
                break
        if same:
            continue
        slot = kept[post]
        if slot == lines.shape[1]:
            slot, least = -1, np.inf
            for k in range(kept[post]):
                if mixes[post, k] <= 0:
                    worth = 0.0
                    for n in range(size):
                        if lines[post, k, n]:
                            t = first[post] + n
                            worth += slopes[best[m, t], t]
                    if worth < least:
                        slot, least = k, worth
            if slot < 0:
                continue
        else:
            kept[post] += 1
            if kept[post] == 1:
                mixes[post, 0] = 1.0
                for n in range(size):
                    profile[post, n] = 1.0 if marks[post, n] == 0 else 0.0
        for n in range(size):
            lines[post, slot, n] = marks[post, n] == 0


@njit(cache=True, nogil=True)
def whole(  # type: ignore[no-untyped-def]
    post, pinned, given, shape, profile, weight, crew, first, length, shared, crews, cost, over, heads, firm,
    slopes, best, marks,
):  # fmt: skip
    """One agent of the post becomes whole: their mean place is left, `marks` are their pauses, best as all others
    are; with `pinned` they are given."""
    steps, groups = cost.shape[1], cost.shape[0]
    m, size = crew[post], length[post]
    value = np.zeros(size)
    for n in range(size):
        t = first[post] + n
        if t < steps:
            there = 0.0
            for g in range(groups):
                there += shared[m, g, t]
            rest = max(0.0, 1.0 - profile[post, n] / there) if there > 0 else 0.0
            top = -np.inf
            for g in range(groups):
                heads[g, t] -= (1.0 - rest) * shared[m, g, t]
                shared[m, g, t] *= rest
                if crews[m, g]:
                    now = heads[g, t]
                    gain = cost_at(cost, over, g, t, now) - cost_at(cost, over, g, t, now + 1.0)
                    if gain > top:
                        top = gain
                        best[m, t] = g
            value[n] = top
    weight[post] -= 1.0
    if pinned == 0 and place(value, 0, size, shape, given, marks) == -np.inf:
        marks[:] = 0
    for n in range(size):
        t = first[post] + n
        if t < steps:
            if marks[n] == 0:
                shared[m, best[m, t], t] += 1.0
                heads[best[m, t], t] += 1.0
            refresh_step(cost, over, crews, heads, firm, slopes, best, t)
