"""The best plan in shares (分數解): each person a mix of known tours, cover in fractions of agents.

The cost of cover is convex in the agents of each group and step, straight between whole ones; its slopes are taken
over a width, so that they are prices that change gently. A person moves weight from the dearest tour in the mix to
the cheapest as far as that pays (pairwise steps), and agents on line who may serve several groups are shared out
among these anew. Slopes at rest are prices for `bound`.
"""

from copy import copy

import numpy as np
from numba import njit

from jietong.workforce.roster.breaks import Floats, Ints
from jietong.workforce.roster.pricing import Tour

SLOTS = 24
"""Tours kept for each person."""
STILL = 1e-5


class Mixture:
    """`crews[m, g]`: what agents with skills m may serve; `base[m, g, t]`: those on line beside the mixture."""

    def __init__(self, cost: Floats, over: Floats, crews: np.ndarray, base: Ints | None, first: list[Tour]) -> None:
        """Each person's `first` tour serves the first groups of the crew, until `settle`."""
        groups, self.steps, _ = cost.shape
        people, longest = len(first), max((len(tour.places) for tour in first), default=0)
        self.cost, self.over = cost, over
        self.crews = crews
        self.places = np.zeros((people, SLOTS, longest + longest // 4 + 64), np.int32)
        self.tours: list[list[Tour]] = [[] for _ in first]
        self.sizes: Ints = np.full((people, SLOTS), -1, np.int64)
        self.own: Floats = np.zeros((people, SLOTS))
        self.shares: Floats = np.zeros((people, SLOTS))
        self.reduced: Floats = np.zeros((people, SLOTS))
        self.shared: Floats = np.zeros((len(crews), groups, self.steps))  # on line, by what they serve
        if base is not None:
            self.shared += base
        self.slopes: Floats = np.zeros((groups, self.steps))
        self.best: Ints = np.zeros((len(crews), self.steps), np.int64)
        self.loose: Ints = np.arange(people)
        for who, tour in enumerate(first):
            self.add(who, tour)
            self.shares[who, 0] = 1.0
            self._serve(tour, 1.0)

    def copy(self) -> "Mixture":
        """To be made whole while this one goes on; tours themselves never change."""
        out = copy(self)
        for name, value in vars(self).items():
            if isinstance(value, np.ndarray) and name not in ("cost", "over", "crews"):
                setattr(out, name, value.copy())
        out.tours = [[*tours] for tours in self.tours]
        return out

    def add(self, who: int, tour: Tour) -> bool:
        """A further tour, in place of one that nobody needs; False: it was known."""
        size = len(tour.places)
        for known in np.nonzero(self.sizes[who] == size)[0]:
            if (self.places[who, known, :size] == tour.places).all():
                return False
        if size > self.places.shape[2]:
            wider = np.zeros((*self.places.shape[:2], size + 64), np.int32)
            wider[:, :, : self.places.shape[2]] = self.places
            self.places = wider
        slot = len(self.tours[who])
        if slot == SLOTS:
            idle = np.where(self.shares[who] > 0, -np.inf, self.reduced[who])
            slot = int(idle.argmax())
            if idle[slot] == -np.inf:
                return False
            self.tours[who][slot] = tour
        else:
            self.tours[who].append(tour)
        self.places[who, slot, :size] = tour.places
        self.sizes[who, slot], self.own[who, slot] = size, tour.own
        self.reduced[who, slot] = 0.0
        return True

    def hold(self, who: int) -> Tour:
        """The person keeps the tour that weighs most, whole."""
        chosen = int(self.shares[who].argmax())
        for slot in np.nonzero(self.shares[who])[0]:
            self._leave(self.tours[who][slot], float(self.shares[who, slot]))
        self.shares[who] = 0.0
        self.shares[who, chosen] = 1.0
        self._serve(self.tours[who][chosen], 1.0)
        self.loose = self.loose[self.loose != who]
        return self.tours[who][chosen]

    def _serve(self, tour: Tour, share: float) -> None:
        crew, step = np.divmod(tour.places, self.steps)
        np.add.at(self.shared, (crew, self.crews.argmax(1)[crew], step), share)

    def _leave(self, tour: Tour, share: float) -> None:
        crew, step = np.divmod(tour.places, self.steps)
        whole = np.maximum(self.shared[crew, :, step].sum(1), 1e-12)
        rest = np.maximum(0.0, 1.0 - share / whole)
        self.shared[crew, :, step] *= rest[:, None]

    def prices(self, width: float) -> Floats:
        """The slopes: what one more agent of a group is worth in a step [g, t]."""
        _refresh(self.cost, self.over, self.crews, self.shared, width, self.slopes, self.best)
        return self.slopes.copy()

    def settle(self, width: float, rounds: int, rng: np.random.Generator) -> float:
        """Up to so many rounds over all people; what the dearest tours in the mix cost too much at the end."""
        left = 0.0
        for _ in range(rounds):
            _refresh(self.cost, self.over, self.crews, self.shared, width, self.slopes, self.best)
            _share_out(self.cost, self.over, self.crews, self.shared, width, self.slopes)
            _refresh(self.cost, self.over, self.crews, self.shared, width, self.slopes, self.best)
            order = rng.permutation(self.loose)
            left = float(
                _sweep(
                    order, self.places, self.sizes, self.own, self.shares, self.reduced, self.shared, self.crews,
                    self.cost, self.over, width, self.slopes, self.best,
                )
            )  # fmt: skip
            if left < STILL * len(order):
                break
        return left

    def value(self) -> float:
        """What the mixture costs: no better bound can be had than the least of it."""
        heads = self.shared.sum(0)
        return float(_total(self.cost, self.over, heads) + (self.own * self.shares).sum())


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
def _slope(cost, over, g, t, heads, width):  # type: ignore[no-untyped-def]
    half = width / 2
    return (cost_at(cost, over, g, t, heads - half) - cost_at(cost, over, g, t, heads + half)) / width


@njit(cache=True, nogil=True)
def _total(cost, over, heads):  # type: ignore[no-untyped-def]
    total = 0.0
    for g in range(heads.shape[0]):
        for t in range(heads.shape[1]):
            total += cost_at(cost, over, g, t, heads[g, t])
    return total


@njit(cache=True, nogil=True)
def _refresh_step(cost, over, crews, shared, width, slopes, best, t):  # type: ignore[no-untyped-def]
    for g in range(cost.shape[0]):
        heads = 0.0
        for m in range(len(crews)):
            heads += shared[m, g, t]
        slopes[g, t] = _slope(cost, over, g, t, heads, width)
    for m in range(len(crews)):
        top = -np.inf
        for g in range(cost.shape[0]):
            if crews[m, g] and slopes[g, t] > top:
                top = slopes[g, t]
                best[m, t] = g


@njit(cache=True, nogil=True)
def _refresh(cost, over, crews, shared, width, slopes, best):  # type: ignore[no-untyped-def]
    for t in range(cost.shape[1]):
        _refresh_step(cost, over, crews, shared, width, slopes, best, t)


@njit(cache=True, nogil=True)
def _share_out(cost, over, crews, shared, width, slopes):  # type: ignore[no-untyped-def]
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
                there, here = 0.0, 0.0
                for n in range(len(crews)):
                    there += shared[n, high, t]
                    here += shared[n, low, t]
                least, most = 0.0, shared[m, low, t]
                amount = most
                for turn in range(12):
                    up = _slope(cost, over, high, t, there + amount, width)
                    down = _slope(cost, over, low, t, here - amount, width)
                    if up >= down:
                        if turn == 0:
                            break
                        least = amount
                    else:
                        most = amount
                    amount = (least + most) / 2
                shared[m, low, t] -= amount
                shared[m, high, t] += amount
                slopes[high, t] = _slope(cost, over, high, t, there + amount, width)
                slopes[low, t] = _slope(cost, over, low, t, here - amount, width)


@njit(cache=True, nogil=True)
def _sweep(order, places, sizes, own, shares, reduced, shared, crews, cost, over, width, slopes, best):  # type: ignore[no-untyped-def]
    """A pairwise step of each person; the sum of what they could gain at first order."""
    slots, steps, groups = sizes.shape[1], cost.shape[1], cost.shape[0]
    sign = np.zeros(len(crews) * steps, np.int64)
    touched = np.empty(2 * places.shape[2], np.int64)
    turn = np.zeros((groups, steps))  # the way: heads by group and step
    moved_g = np.empty(2 * places.shape[2] * groups, np.int64)
    moved_t = np.empty(2 * places.shape[2] * groups, np.int64)
    moved_d = np.empty(2 * places.shape[2] * groups)
    heads_at = np.empty(2 * places.shape[2] * groups)
    left = 0.0
    for who in order:
        low, high = -1, -1
        for k in range(slots):
            if sizes[who, k] < 0:
                continue
            price = own[who, k]
            for n in range(sizes[who, k]):
                at = places[who, k, n]
                m, t = at // steps, at % steps
                price -= slopes[best[m, t], t]
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
        for n in range(sizes[who, low]):
            at = places[who, low, n]
            if sign[at] == 0:
                touched[count] = at
                count += 1
            sign[at] += 1
        for n in range(sizes[who, high]):
            at = places[who, high, n]
            if sign[at] == 0:
                touched[count] = at
                count += 1
            sign[at] -= 1
        moves = 0
        for n in range(count):
            at = touched[n]
            m, t = at // steps, at % steps
            if sign[at] > 0:
                g = best[m, t]
                if turn[g, t] == 0.0:
                    moved_g[moves], moved_t[moves] = g, t
                    moves += 1
                turn[g, t] += 1.0
            elif sign[at] < 0:
                whole = 0.0
                for g in range(groups):
                    whole += shared[m, g, t]
                for g in range(groups):
                    if shared[m, g, t] > 0:
                        if turn[g, t] == 0.0:
                            moved_g[moves], moved_t[moves] = g, t
                            moves += 1
                        turn[g, t] -= shared[m, g, t] / whole
        for n in range(moves):
            g, t = moved_g[n], moved_t[n]
            moved_d[n] = turn[g, t]
            turn[g, t] = 0.0
            heads = 0.0
            for m in range(len(crews)):
                heads += shared[m, g, t]
            heads_at[n] = heads
        dearer = own[who, low] - own[who, high]
        least, most = 0.0, shares[who, high]
        share = most
        for trial in range(9):
            slope = dearer
            for n in range(moves):
                d = moved_d[n]
                if d != 0.0:
                    slope -= d * _slope(cost, over, moved_g[n], moved_t[n], heads_at[n] + share * d, width)
            if slope <= 0:
                if trial == 0:
                    break
                least = share
            else:
                most = share
            share = (least + most) / 2
        if shares[who, high] - share < 1e-9:
            share = shares[who, high]
        for n in range(count):
            at = touched[n]
            m, t = at // steps, at % steps
            if sign[at] > 0:
                shared[m, best[m, t], t] += share
            elif sign[at] < 0:
                whole = 0.0
                for g in range(groups):
                    whole += shared[m, g, t]
                rest = max(0.0, 1.0 - share / whole) if whole > 0 else 0.0
                for g in range(groups):
                    shared[m, g, t] *= rest
        for n in range(count):
            sign[touched[n]] = 0
        for n in range(moves):
            _refresh_step(cost, over, crews, shared, width, slopes, best, moved_t[n])
        shares[who, low] += share
        shares[who, high] -= share
    return left
