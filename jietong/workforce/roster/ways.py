"""What may follow what in one person's tours (逐日可行的步驟): the graph on which `tours` finds shortest paths.

A state is what a rule needs to know of the days behind: class of the last shift and length of the run of work or of
free days; worked days of the week and units of time since the window began; weekends and late shifts worked. Only
states that can be reached, and from which the plan's end can be, are in the graph. It hangs on the rules alone, not
on prices, so people under the same rules share one, and a shortest path is no more than a look at each edge.
"""

from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Ways:
    """States lie day after day: those before day d are `layers[d]` … `layers[d + 1]` (not included); none at all
    where no tour keeps the rules. The edges of state n are `out[n]` … `out[n + 1]`: the kind of shift (-1: free) and
    the state that it leads to, and in `extra` what it costs beside the price of the day (empty: nothing)."""

    layers: Ints
    out: Ints
    kind: NDArray[np.int16]
    to: NDArray[np.int32]
    extra: Floats


_known: WeakValueDictionary[bytes, Ways] = WeakValueDictionary()


def ways(*rules: Any) -> Ways:
    """Of rules as arrays in the order in which `built` takes them."""
    key = b"|".join(np.ascontiguousarray(part).tobytes() for part in rules)
    found = _known.get(key)
    if found is None:
        found = _known[key] = Ways(*built(*rules))
    return found


@njit(cache=True, nogil=True)
def _size(shape):  # type: ignore[no-untyped-def]
    return (shape[0] * shape[1] + shape[2]) * shape[3] * shape[4] * shape[5] * shape[16]


@njit(cache=True, nogil=True)
def _first(shape):  # type: ignore[no-untyped-def]
    """The state before day 0."""
    kinds, runs, offs, weeks, tops, ends = shape[0], shape[1], shape[2], shape[3], shape[4], shape[5]
    if shape[11] > 0:
        stage = shape[13] * runs + min(shape[11], runs) - 1
    else:
        stage = kinds * runs + (offs if shape[10] else max(1, min(shape[12], offs))) - 1
    week = min(shape[15], weeks - 1)
    return ((stage * weeks + week) * tops + min(shape[14], tops - 1)) * ends * shape[16]


@njit(cache=True, nogil=True)
def _decoded(shape, state):  # type: ignore[no-untyped-def]
    """Stage (last class and run, or days off), worked days of the week, units, weekends, late shifts."""
    late = state % shape[16]
    rest = state // shape[16]
    end = rest % shape[5]
    rest //= shape[5]
    unit = rest % shape[4]
    rest //= shape[4]
    return rest // shape[3], rest % shape[3], unit, end, late


@njit(cache=True, nogil=True)
def _go(  # type: ignore[no-untyped-def]
    shape, follows, classes, units, weekend, most, late_kinds, day, stage, week, unit, end, late, last, run, kind
):
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
        return ((((shape[0] * runs + off - 1) * weeks + week) * tops + unit) * ends + end) * shape[16] + late
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
    if late_kinds[kind]:
        if late == shape[16] - 1 and shape[18] == 1:
            return -1
        late = min(late + 1, shape[16] - 1)
    return ((((classes[kind] * runs + run - 1) * weeks + week) * tops + unit) * ends + end) * shape[16] + late


@njit(cache=True, nogil=True)
def _close(shape, least, closes, new_week, day, state):  # type: ignore[no-untyped-def]
    """The state with which the next day begins; -1: too few units in the window that ends."""
    weeks, tops, ends = shape[3], shape[4], shape[5]
    if not closes[day] and not (new_week[day] and weeks > 1):
        return state
    stage, week, unit, end, late = _decoded(shape, state)
    if closes[day]:
        if unit < least[day]:
            return -1
        unit = 0
    if new_week[day]:
        week = 0
    return (((stage * weeks + week) * tops + unit) * ends + end) * shape[16] + late


@njit(cache=True, nogil=True)
def _extra(shape, soft, dear, closes, late_kinds, fair, day, end, late, kind, to):  # type: ignore[no-untyped-def]
    """What the step costs beside the price of the day: time above the contract, more than a fair share."""
    _, _, unit, after, _ = _decoded(shape, to)
    cost = dear[day] * max(0, unit - soft[day]) if closes[day] else 0.0
    if after > end and after > shape[17]:
        cost += fair[0]
    if kind >= 0 and late_kinds[kind] and late == shape[16] - 1:
        cost += fair[1]
    return cost


@njit(cache=True, nogil=True)
def built(shape, follows, classes, units, weekend, most, least, soft, dear, closes, new_week, late_kinds, fair):  # type: ignore[no-untyped-def]
    days, kinds, size = len(weekend), len(units), _size(shape)
    reached = np.zeros((days + 1, size), np.bool_)
    reached[0, _first(shape)] = True
    room = 1024
    begin = np.zeros((days + 1, size), np.int64)
    until = np.zeros((days + 1, size), np.int64)
    kind_of = np.empty(room, np.int16)
    leads = np.empty(room, np.int64)
    more = np.empty(room)
    edges = 0
    for day in range(days):
        for state in range(size):
            if not reached[day, state]:
                continue
            stage, week, unit, end, late = _decoded(shape, state)
            last = stage // shape[1] if stage < shape[0] * shape[1] else -1
            run = (stage % shape[1] if last >= 0 else stage - shape[0] * shape[1]) + 1
            begin[day, state] = edges
            if edges + kinds + 1 > room:
                room *= 2
                kind_of = np.append(kind_of, np.empty(room - len(kind_of), np.int16))
                leads = np.append(leads, np.empty(room - len(leads), np.int64))
                more = np.append(more, np.empty(room - len(more)))
            for kind in range(-1, kinds):
                to = _go(
                    shape, follows, classes, units, weekend, most, late_kinds, day, stage, week, unit, end, late,
                    last, run, kind,
                )  # fmt: skip
                if to < 0:
                    continue
                extra = _extra(shape, soft, dear, closes, late_kinds, fair, day, end, late, kind, to)
                to = _close(shape, least, closes, new_week, day, to)
                if to >= 0:
                    reached[day + 1, to] = True
                    kind_of[edges], leads[edges], more[edges] = kind, to, extra
                    edges += 1
            until[day, state] = edges
    number = np.full((days + 1, size), -1, np.int64)  # 0: the end can be reached
    for state in range(size):
        if reached[days, state]:
            number[days, state] = 0
    kept = 0
    for day in range(days - 1, -1, -1):
        for state in range(size):
            if reached[day, state]:
                for edge in range(begin[day, state], until[day, state]):
                    if number[day + 1, leads[edge]] == 0:
                        number[day, state] = 0
                        kept += 1
    layers = np.zeros(days + 2, np.int64)
    count = 0
    for day in range(days + 1):
        layers[day] = count
        for state in range(size):
            if number[day, state] == 0:
                number[day, state] = count
                count += 1
    layers[days + 1] = count
    out = np.zeros(count + 1, np.int64)
    kinds_of = np.empty(kept, np.int16)
    goal = np.empty(kept, np.int32)
    cost = np.empty(kept if dear.any() or fair.any() else 0)
    n = 0
    for day in range(days):
        for state in range(size):
            if number[day, state] < 0:
                continue
            for edge in range(begin[day, state], until[day, state]):
                to = number[day + 1, leads[edge]]
                if to >= 0:
                    kinds_of[n], goal[n] = kind_of[edge], to
                    if len(cost) > 0:
                        cost[n] = more[edge]
                    n += 1
            out[number[day, state] + 1] = n
    for state in range(layers[days], count):
        out[state + 1] = n
    return layers, out, kinds_of, goal, cost
