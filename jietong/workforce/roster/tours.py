"""The cheapest tour of one person (個人班次路徑): a shortest path over days, compiled. Both rosters stand on it.

A tour is a shift or nothing for each day. What a rule needs to know of the past is the state: the kind of the last
shift and the length of the run of work or of free days; units of time and worked days since the window began;
weekends worked. All rules of a person are in the path, so a tour that it finds breaks none, and the least cost under
given prices is exact: what column generation and Lagrangian bounds ask for.
"""

from dataclasses import dataclass
from typing import Any

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
        week = (self.max_week_days if self.max_week_days < 7 else 0) + 1
        rows, classes = _alike(self.follows)
        uniform = kinds > 0 and bool((self.units == self.units[0]).all()) and self.units[0] > 0
        if uniform and week > 1 and bool((self.closes == self.new_week)[:-1].all()):
            # worked days of a week are its units then
            object.__setattr__(self, "most", np.minimum(self.most, self._days_as_units()))
            week = 1
            top = int(self.most.max(initial=0)) + 1
        shape = np.array(
            [
                max(1, len(rows)), run, max(1, self.min_off), week, top, weekends, self.max_run, self.min_run,
                self.min_off, week - 1, self.edge, self.work_before, self.off_before,
                int(classes[self.last_kind]) if kinds else 0, self.units_before, self.week_days_before,
            ],
            dtype=np.int64,
        )  # fmt: skip
        object.__setattr__(self, "shape", shape)
        object.__setattr__(self, "classes", classes)
        object.__setattr__(self, "classes_follow", np.ascontiguousarray(self.follows[:, rows]))

    shape: Ints = None  # type: ignore[assignment]
    classes: Ints = None  # type: ignore[assignment]
    classes_follow: Flags = None  # type: ignore[assignment]

    def _days_as_units(self) -> Ints:
        out = np.full(len(self.weekend), self.max_week_days * int(self.units[0]), np.int64)
        sunday = int(np.argmax(self.new_week)) if self.new_week.any() else len(out) - 1
        out[: sunday + 1] = max(0, self.max_week_days - self.week_days_before) * int(self.units[0])
        return out


def _alike(follows: Flags) -> tuple[list[int], Ints]:
    """Kinds after which the same may follow are one class: a kind of each, and the class of each kind."""
    known: dict[bytes, int] = {}
    rows: list[int] = []
    classes = np.zeros(follows.shape[1], np.int64)
    for kind in range(follows.shape[1]):
        key = follows[:, kind].tobytes()
        if key not in known:
            known[key] = len(rows)
            rows.append(kind)
        classes[kind] = known[key]
    return rows, classes


def cheapest(rules: Rules, work: Floats, free: Floats) -> tuple[float, Ints]:
    """The least cost and its tour: for each day the kind of shift, or -1. `work[d, t]` and `free[d]` are the prices
    of a day; infinite forbids it. No tour at all: an infinite cost and days of -1."""
    found: tuple[float, Ints] = _cheapest(*_arrays(rules, work, free))
    return found


def within(rules: Rules, work: Floats, free: Floats, limit: float, most: int) -> tuple[Ints, bool]:
    """Every tour that costs at most `limit`, a row each, and whether that is all (False: there are over `most`)."""
    found: tuple[Ints, bool] = _within(*_arrays(rules, work, free, limit, most))
    return found


def _arrays(r: Rules, *more: Any) -> tuple[Any, ...]:
    return (
        r.shape,
        r.classes_follow,
        r.classes,
        r.units,
        r.weekend,
        r.most,
        r.least,
        r.soft,
        r.dear,
        r.closes,
        r.new_week,
        *more,
    )


@njit(cache=True, nogil=True)
def _size(shape):  # type: ignore[no-untyped-def]
    return (shape[0] * shape[1] + shape[2]) * shape[3] * shape[4] * shape[5]


@njit(cache=True, nogil=True)
def _first(shape):  # type: ignore[no-untyped-def]
    """The state before day 0."""
    kinds, runs, offs, weeks, tops, ends = shape[0], shape[1], shape[2], shape[3], shape[4], shape[5]
    if shape[11] > 0:
        stage = shape[13] * runs + min(shape[11], runs) - 1
    else:
        stage = kinds * runs + (offs if shape[10] else max(1, min(shape[12], offs))) - 1
    week = min(shape[15], weeks - 1)
    return ((stage * weeks + week) * tops + min(shape[14], tops - 1)) * ends


@njit(cache=True, nogil=True)
def _decoded(shape, state):  # type: ignore[no-untyped-def]
    """Stage (last class and run, or days off), worked days of the week, units, weekends."""
    end = state % shape[5]
    rest = state // shape[5]
    unit = rest % shape[4]
    rest //= shape[4]
    return rest // shape[3], rest % shape[3], unit, end


@njit(cache=True, nogil=True)
def _go(shape, follows, classes, units, weekend, most, day, stage, week, unit, end, last, run, kind):  # type: ignore[no-untyped-def]
    """The state after `day` with `kind` (-1: free) from the decoded state before it, in which `last` is the class of
    the last shift and `run` the days worked (or, with last -1, free) in a row; -1: a rule forbids it."""
    runs, offs, weeks, tops, ends = shape[1], shape[2], shape[3], shape[4], shape[5]
    edge = shape[10] == 1
    if kind < 0:
        if last >= 0:
            if run < shape[7] and not (edge and run == day):
                return -1
            off = 1
        else:
            off = min(run + 1, offs)
        return (((shape[0] * runs + off - 1) * weeks + week) * tops + unit) * ends + end
    if last >= 0:
        if not follows[day, last, kind] or run >= shape[6]:
            return -1
        run = min(run + 1, runs)
    else:
        if run < shape[8] and not (edge and run == day):
            return -1
        run = 1
    unit += units[kind]
    if unit > most[day]:
        return -1
    if weeks > 1:
        week += 1
        if week >= weeks:
            return -1
    if weekend[day] == 1 or (weekend[day] == 2 and (day == 0 or last < 0)):
        end += 1
        if end >= ends:
            return -1
    return (((classes[kind] * runs + run - 1) * weeks + week) * tops + unit) * ends + end


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
def _extra(shape, soft, dear, closes, day, state):  # type: ignore[no-untyped-def]
    if not closes[day] or dear[day] == 0.0:
        return 0.0
    unit = (state // shape[5]) % shape[4]
    return dear[day] * max(0, unit - soft[day])


@njit(cache=True, nogil=True)
def _cheapest(shape, follows, classes, units, weekend, most, least, soft, dear, closes, new_week, work, free):  # type: ignore[no-untyped-def]
    days, kinds, size = len(free), len(units), _size(shape)
    cost = np.full((days + 1, size), np.inf)
    came = np.full((days + 1, size), -1, np.int32)
    did = np.full((days + 1, size), -1, np.int16)
    cost[0, _first(shape)] = 0.0
    for day in range(days):
        for state in range(size):
            now = cost[day, state]
            if now == np.inf:
                continue
            stage, week, unit, end = _decoded(shape, state)
            last = stage // shape[1] if stage < shape[0] * shape[1] else -1
            run = (stage % shape[1] if last >= 0 else stage - shape[0] * shape[1]) + 1
            for kind in range(-1, kinds):
                price = free[day] if kind < 0 else work[day, kind]
                if price == np.inf:
                    continue
                to = _go(shape, follows, classes, units, weekend, most, day, stage, week, unit, end, last, run, kind)
                if to < 0:
                    continue
                price += now + _extra(shape, soft, dear, closes, day, to)
                to = _close(shape, least, closes, new_week, day, to)
                if to >= 0 and price < cost[day + 1, to]:
                    cost[day + 1, to] = price
                    came[day + 1, to] = state
                    did[day + 1, to] = kind
    tour = np.full(days, -1, np.int64)
    state = int(np.argmin(cost[days]))
    best = cost[days, state]
    if best < np.inf:
        for day in range(days, 0, -1):
            tour[day - 1] = did[day, state]
            state = came[day, state]
    return best, tour


@njit(cache=True, nogil=True)
def _to_go(shape, follows, classes, units, weekend, most, least, soft, dear, closes, new_week, work, free):  # type: ignore[no-untyped-def]
    """The least cost from each state before each day to the end."""
    days, kinds, size = len(free), len(units), _size(shape)
    ahead = np.full((days + 1, size), np.inf)
    ahead[days] = 0.0
    for day in range(days - 1, -1, -1):
        for state in range(size):
            best = np.inf
            stage, week, unit, end = _decoded(shape, state)
            last = stage // shape[1] if stage < shape[0] * shape[1] else -1
            run = (stage % shape[1] if last >= 0 else stage - shape[0] * shape[1]) + 1
            for kind in range(-1, kinds):
                price = free[day] if kind < 0 else work[day, kind]
                if price == np.inf:
                    continue
                to = _go(shape, follows, classes, units, weekend, most, day, stage, week, unit, end, last, run, kind)
                if to < 0:
                    continue
                price += _extra(shape, soft, dear, closes, day, to)
                to = _close(shape, least, closes, new_week, day, to)
                if to >= 0:
                    best = min(best, price + ahead[day + 1, to])
            ahead[day, state] = best
    return ahead


@njit(cache=True, nogil=True)
def _within(  # type: ignore[no-untyped-def]
    shape, follows, classes, units, weekend, most, least, soft, dear, closes, new_week, work, free, limit, room
):
    days, kinds = len(free), len(units)
    ahead = _to_go(shape, follows, classes, units, weekend, most, least, soft, dear, closes, new_week, work, free)
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
        stage, week, unit, end = _decoded(shape, states[day])
        last = stage // shape[1] if stage < shape[0] * shape[1] else -1
        run = (stage % shape[1] if last >= 0 else stage - shape[0] * shape[1]) + 1
        to = _go(shape, follows, classes, units, weekend, most, day, stage, week, unit, end, last, run, kind)
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
