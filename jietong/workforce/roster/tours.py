"""The cheapest tour of one person (個人班次路徑): a shortest path over days, compiled. Both rosters stand on it.

A tour is a shift or nothing for each day. What a rule needs to know of the past is the state: the kind of the last
shift and the length of the run of work or of free days; units of time and worked days since the window began;
weekends worked. All rules of a person are in the path, so a tour that it finds breaks none, and the least cost under
given prices is exact: what column generation and Lagrangian bounds ask for.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
NEVER = np.inf


@dataclass(frozen=True)
class Rules:
    """One person's rules over `days` days and `kinds` of shift, as arrays.

    `follows[d, k, t]`: a shift of kind t may be on day d after kind k on the day before (d = 0: after the shift
    before the plan, whose kind is `last_kind`). `weekend[d]`: 1 the first day of a weekend, 2 a further one, 0 none.
    `most[d]`: units allowed in the window that day d lies in; `closes[d]`: the window ends with day d, and needs
    `least[d]` units then; each unit above `soft[d]` costs `dear[d]`. `new_week[d]`: worked days are counted afresh
    after day d.

    `edge`: runs that begin with the plan are long enough (nothing is known of the days before).
    """

    follows: Flags
    units: Ints
    weekend: Ints
    most: Ints
    least: Ints
    soft: Ints
    dear: Floats
    closes: Flags
    new_week: Flags
    max_run: int
    min_run: int
    min_off: int
    max_weekends: int
    max_week_days: int
    edge: bool = True
    work_before: int = 0
    off_before: int = 0
    last_kind: int = 0
    units_before: int = 0
    week_days_before: int = 0

    def __post_init__(self) -> None:
        days, kinds = len(self.weekend), len(self.units)
        run = max(1, self.min_run, min(self.max_run, days + self.work_before))
        run = max(1, self.min_run) if self.max_run >= days + self.work_before else run
        top = int(self.most.max(initial=0)) + 1
        weekends = min(self.max_weekends, int((self.weekend == 1).sum() + (self.weekend == 2).sum())) + 1
        week = (min(self.max_week_days, 7) if self.max_week_days < 7 else 0) + 1
        shape = np.array(
            [
                kinds, run, max(1, self.min_off), week, top, weekends, self.max_run, self.min_run, self.min_off,
                self.max_week_days if self.max_week_days < 7 else 0, self.edge, self.work_before, self.off_before,
                self.last_kind, self.units_before, self.week_days_before,
            ],
            dtype=np.int64,
        )  # fmt: skip
        object.__setattr__(self, "shape", shape)

    shape: Ints = None  # type: ignore[assignment]


def cheapest(rules: Rules, work: Floats, free: Floats) -> tuple[float, Ints]:
    """The least cost and its tour: for each day the kind of shift, or -1. `work[d, t]` and `free[d]` are the prices
    of a day; infinite forbids it. No tour at all: an infinite cost and days of -1."""
    return _cheapest(rules.shape, *_arrays(rules), work, free)


def through(rules: Rules, work: Floats, free: Floats) -> tuple[float, Floats, Floats]:
    """The least cost of all tours, and of those that have kind t on day d ([d, t]) or are free on day d ([d])."""
    return _through(rules.shape, *_arrays(rules), work, free)


def within(rules: Rules, work: Floats, free: Floats, limit: float, most: int) -> tuple[Ints, bool]:
    """Every tour that costs at most `limit`, a row each, and whether that is all (False: there are over `most`)."""
    return _within(rules.shape, *_arrays(rules), work, free, limit, most)


def _arrays(r: Rules) -> tuple[NDArray[np.generic], ...]:
    return r.follows, r.units, r.weekend, r.most, r.least, r.soft, r.dear, r.closes, r.new_week


@njit(cache=True, inline="always")  # type: ignore[untyped-decorator]
def _size(shape):  # type: ignore[no-untyped-def]
    return (shape[0] * shape[1] + shape[2]) * shape[3] * shape[4] * shape[5]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _first(shape):  # type: ignore[no-untyped-def]
    """The state before day 0."""
    kinds, runs, offs, weeks, tops, ends = shape[0], shape[1], shape[2], shape[3], shape[4], shape[5]
    if shape[11] > 0:
        stage = shape[13] * runs + min(shape[11], runs) - 1
    else:
        stage = kinds * runs + (offs if shape[10] else max(1, min(shape[12], offs))) - 1
    week = min(shape[15], weeks - 1)
    return ((stage * weeks + week) * tops + min(shape[14], tops - 1)) * ends


@njit(cache=True, inline="always")  # type: ignore[untyped-decorator]
def _go(shape, follows, units, weekend, most, day, state, kind):  # type: ignore[no-untyped-def]
    """The state after `day` with `kind` (-1: free) from the state before it; -1: a rule forbids it."""
    kinds, runs, offs, weeks, tops, ends = shape[0], shape[1], shape[2], shape[3], shape[4], shape[5]
    end = state % ends
    rest = state // ends
    unit = rest % tops
    rest //= tops
    week = rest % weeks
    stage = rest // weeks
    working = stage < kinds * runs
    edge = shape[10] == 1
    if kind < 0:
        if working:
            run = stage % runs + 1
            if run < shape[7] and not (edge and run == day):
                return -1
            off = 1
        else:
            off = min(stage - kinds * runs + 2, offs)
        return (((kinds * runs + off - 1) * weeks + week) * tops + unit) * ends + end
    if working:
        run = stage % runs + 1
        if not follows[day, stage // runs, kind] or (run >= shape[6]):
            return -1
        run = min(run + 1, runs)
    else:
        off = stage - kinds * runs + 1
        if off < shape[8] and not (edge and off == day):
            return -1
        run = 1
    unit += units[kind]
    if unit > most[day]:
        return -1
    if weeks > 1:
        week += 1
        if week >= weeks:
            return -1
    if weekend[day] == 1 or (weekend[day] == 2 and (day == 0 or not working)):
        end += 1
        if end >= ends:
            return -1
    return (((kind * runs + run - 1) * weeks + week) * tops + unit) * ends + end


@njit(cache=True, inline="always")  # type: ignore[untyped-decorator]
def _close(shape, least, closes, new_week, day, state):  # type: ignore[no-untyped-def]
    """The state with which the next day begins; -1: too few units in the window that ends."""
    weeks, tops, ends = shape[3], shape[4], shape[5]
    if not closes[day] and not (new_week[day] and weeks > 1):
        return state
    end = state % ends
    rest = state // ends
    unit = rest % tops
    rest //= tops
    week = rest % weeks
    stage = rest // weeks
    if closes[day]:
        if unit < least[day]:
            return -1
        unit = 0
    if new_week[day]:
        week = 0
    return ((stage * weeks + week) * tops + unit) * ends + end


@njit(cache=True, inline="always")  # type: ignore[untyped-decorator]
def _extra(shape, soft, dear, closes, day, state):  # type: ignore[no-untyped-def]
    if not closes[day] or dear[day] == 0.0:
        return 0.0
    unit = (state // shape[5]) % shape[4]
    return dear[day] * max(0, unit - soft[day])


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _cheapest(shape, follows, units, weekend, most, least, soft, dear, closes, new_week, work, free):  # type: ignore[no-untyped-def]
    days, kinds, size = len(free), shape[0], _size(shape)
    cost = np.full((days + 1, size), np.inf)
    came = np.full((days + 1, size), -1, np.int32)
    did = np.full((days + 1, size), -1, np.int16)
    cost[0, _first(shape)] = 0.0
    for day in range(days):
        for state in range(size):
            now = cost[day, state]
            if now == np.inf:
                continue
            for kind in range(-1, kinds):
                price = free[day] if kind < 0 else work[day, kind]
                if price == np.inf:
                    continue
                to = _go(shape, follows, units, weekend, most, day, state, kind)
                if to < 0:
                    continue
                price += now + _extra(shape, soft, dear, closes, day, to)
                to = _close(shape, least, closes, new_week, day, to)
                if to >= 0 and price < cost[day + 1, to]:
                    cost[day + 1, to] = price
                    came[day + 1, to] = state
                    did[day + 1, to] = kind
    tour = np.full(days, -1, np.int64)
    state = np.argmin(cost[days])
    best = cost[days, state]
    if best < np.inf:
        for day in range(days, 0, -1):
            tour[day - 1] = did[day, state]
            state = came[day, state]
    return best, tour


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _to_go(shape, follows, units, weekend, most, least, soft, dear, closes, new_week, work, free):  # type: ignore[no-untyped-def]
    """The least cost from each state before each day to the end."""
    days, kinds, size = len(free), shape[0], _size(shape)
    ahead = np.full((days + 1, size), np.inf)
    ahead[days] = 0.0
    for day in range(days - 1, -1, -1):
        for state in range(size):
            best = np.inf
            for kind in range(-1, kinds):
                price = free[day] if kind < 0 else work[day, kind]
                if price == np.inf:
                    continue
                to = _go(shape, follows, units, weekend, most, day, state, kind)
                if to < 0:
                    continue
                price += _extra(shape, soft, dear, closes, day, to)
                to = _close(shape, least, closes, new_week, day, to)
                if to >= 0:
                    best = min(best, price + ahead[day + 1, to])
            ahead[day, state] = best
    return ahead


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _through(shape, follows, units, weekend, most, least, soft, dear, closes, new_week, work, free):  # type: ignore[no-untyped-def]
    days, kinds, size = len(free), shape[0], _size(shape)
    ahead = _to_go(shape, follows, units, weekend, most, least, soft, dear, closes, new_week, work, free)
    worked = np.full((days, kinds), np.inf)
    idle = np.full(days, np.inf)
    cost = np.full(size, np.inf)
    first = _first(shape)
    cost[first] = 0.0
    for day in range(days):
        then = np.full(size, np.inf)
        for state in range(size):
            now = cost[state]
            if now == np.inf:
                continue
            for kind in range(-1, kinds):
                price = free[day] if kind < 0 else work[day, kind]
                if price == np.inf:
                    continue
                to = _go(shape, follows, units, weekend, most, day, state, kind)
                if to < 0:
                    continue
                price += now + _extra(shape, soft, dear, closes, day, to)
                to = _close(shape, least, closes, new_week, day, to)
                if to < 0:
                    continue
                then[to] = min(then[to], price)
                if kind < 0:
                    idle[day] = min(idle[day], price + ahead[day + 1, to])
                else:
                    worked[day, kind] = min(worked[day, kind], price + ahead[day + 1, to])
        cost = then
    return ahead[0, first], worked, idle


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _within(shape, follows, units, weekend, most, least, soft, dear, closes, new_week, work, free, limit, room):  # type: ignore[no-untyped-def]
    days, kinds = len(free), shape[0]
    ahead = _to_go(shape, follows, units, weekend, most, least, soft, dear, closes, new_week, work, free)
    found = np.empty((room, days), np.int64)
    count = 0
    states = np.zeros(days + 1, np.int64)
    costs = np.zeros(days + 1)
    tried = np.full(days + 1, -2, np.int64)  # the kind tried last on each day
    states[0] = _first(shape)
    if ahead[0, states[0]] > limit:
        return found[:0], True
    day = 0
    while day >= 0:
        if day == days:
            if count == room:
                return found, False
            for n in range(days):
                found[count, n] = tried[n]
            count += 1
            day -= 1
            continue
        tried[day] += 1
        kind = tried[day]
        if kind < -1:
            continue
        if kind >= kinds:
            day -= 1
            continue
        price = free[day] if kind < 0 else work[day, kind]
        if price == np.inf:
            continue
        to = _go(shape, follows, units, weekend, most, day, states[day], kind)
        if to < 0:
            continue
        price += costs[day] + _extra(shape, soft, dear, closes, day, to)
        to = _close(shape, least, closes, new_week, day, to)
        if to < 0 or price + ahead[day + 1, to] > limit:
            continue
        day += 1
        states[day] = to
        costs[day] = price
        tried[day] = -2
    return found[:count], True
