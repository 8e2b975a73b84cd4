"""The cheapest tour of one person (個人班次路徑): a shortest path over days, compiled. Both rosters stand on it.

A tour is a shift or nothing for each day. All rules of a person are in the graph of `ways`, so a tour found on it
breaks none, and the least cost under given prices is exact: what column generation and Lagrangian bounds ask for.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jietong.workforce.roster.ways import Floats, Ints, Ways, ways

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

    The nth weekend beyond `weekends_free` costs `weekend_dear`, a shift of a `late` kind beyond `lates_free` of them
    `late_dear`; with `late_hard` there are none beyond.

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
    weekend_dear: float = 0.0
    weekends_free: int = 0
    late: Flags = None  # type: ignore[assignment]
    late_dear: float = 0.0
    lates_free: int = 0
    late_hard: bool = False

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
        late = np.zeros(kinds, np.bool_) if self.late is None or not (self.late_dear or self.late_hard) else self.late
        lates = min(self.lates_free, days) + 1 if late.any() else 1
        shape = np.array(
            [
                max(1, len(rows)), run, max(1, self.min_off), week, top, weekends, self.max_run, self.min_run,
                self.min_off, week - 1, self.edge, self.work_before, self.off_before,
                int(classes[self.last_kind]) if kinds else 0, self.units_before, self.week_days_before,
                lates, self.weekends_free, self.late_hard,
            ],
            dtype=np.int64,
        )  # fmt: skip
        object.__setattr__(self, "shape", shape)
        object.__setattr__(self, "late", late)
        object.__setattr__(self, "classes", classes)
        object.__setattr__(self, "classes_follow", np.ascontiguousarray(self.follows[:, rows]))

    shape: Ints = None  # type: ignore[assignment]
    classes: Ints = None  # type: ignore[assignment]
    classes_follow: Flags = None  # type: ignore[assignment]

    @cached_property
    def ways(self) -> Ways:
        return ways(
            self.shape, self.classes_follow, self.classes, self.units, self.weekend, self.most, self.least, self.soft,
            self.dear, self.closes, self.new_week, self.late, np.array([self.weekend_dear, self.late_dear]),
        )  # fmt: skip

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
    found: tuple[float, Ints] = _cheapest(*_edges(rules), work, free)
    return found


def within(rules: Rules, work: Floats, free: Floats, limit: float, most: int) -> tuple[Ints, bool]:
    """Every tour that costs at most `limit`, a row each, and whether that is all (False: there are over `most`)."""
    found: tuple[Ints, bool] = _within(*_edges(rules), work, free, limit, most)
    return found


def _edges(rules: Rules) -> tuple[Ints, Ints, NDArray[np.int16], NDArray[np.int32], Floats]:
    known = rules.ways
    return known.layers, known.out, known.kind, known.to, known.extra


@njit(cache=True, nogil=True)
def _cheapest(layers, out, kinds, leads, extra, work, free):  # type: ignore[no-untyped-def]
    days = len(free)
    tour = np.full(days, -1, np.int64)
    cost = np.full(layers[days + 1], np.inf)
    if len(cost) == 0:
        return np.inf, tour
    came = np.empty(len(cost), np.int32)
    did = np.empty(len(cost), np.int16)
    cost[0] = 0.0
    for day in range(days):
        for state in range(layers[day], layers[day + 1]):
            now = cost[state]
            if now == np.inf:
                continue
            for edge in range(out[state], out[state + 1]):
                kind = kinds[edge]
                price = now + (free[day] if kind < 0 else work[day, kind])
                if len(extra) > 0:
                    price += extra[edge]
                to = leads[edge]
                if price < cost[to]:
                    cost[to] = price
                    came[to] = state
                    did[to] = kind
    state = layers[days] + int(np.argmin(cost[layers[days] :]))
    best = cost[state]
    if best < np.inf:
        for day in range(days - 1, -1, -1):
            tour[day] = did[state]
            state = came[state]
    return best, tour


@njit(cache=True, nogil=True)
def _to_go(layers, out, kinds, leads, extra, work, free):  # type: ignore[no-untyped-def]
    """The least cost from each state to the end."""
    days = len(free)
    ahead = np.full(layers[days + 1], np.inf)
    ahead[layers[days] :] = 0.0
    for day in range(days - 1, -1, -1):
        for state in range(layers[day], layers[day + 1]):
            best = np.inf
            for edge in range(out[state], out[state + 1]):
                kind = kinds[edge]
                price = (free[day] if kind < 0 else work[day, kind]) + ahead[leads[edge]]
                if len(extra) > 0:
                    price += extra[edge]
                best = min(best, price)
            ahead[state] = best
    return ahead


@njit(cache=True, nogil=True)
def _within(layers, out, kinds, leads, extra, work, free, limit, room):  # type: ignore[no-untyped-def]
    days = len(free)
    ahead = _to_go(layers, out, kinds, leads, extra, work, free)
    found = np.empty((room, days), np.int64)
    if len(ahead) == 0 or ahead[0] > limit:
        return found[:0], True
    count = 0
    states = np.zeros(days + 1, np.int64)
    costs = np.zeros(days + 1)
    tried = np.zeros(days + 1, np.int64)  # the edge that is next on each day
    did = np.zeros(days, np.int64)
    day = 0
    while day >= 0:
        if day == days:
            if count == room:
                return found, False
            found[count] = did
            count += 1
            day -= 1
            continue
        edge = tried[day]
        if edge == out[states[day] + 1]:
            day -= 1
            continue
        tried[day] += 1
        kind = kinds[edge]
        price = costs[day] + (free[day] if kind < 0 else work[day, kind])
        if len(extra) > 0:
            price += extra[edge]
        to = leads[edge]
        if price + ahead[to] > limit:
            continue
        did[day] = kind
        day += 1
        states[day] = to
        costs[day] = price
        tried[day] = out[to]
    return found[:count], True
