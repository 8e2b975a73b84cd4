"""From figures to numbers: what comes when callers dial again, and how many agents reach a target. Compiled.

Units are those of `kernels`.
"""

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from jietong.workforce.erlang.kernels import (
    ABANDONED,
    ANSWERED,
    BLOCKED,
    FIGURES,
    IN_TIME,
    INF,
    MET,
    NO_SHORT,
    OCCUPANCY,
    OF_ATTEMPTS,
    OFFERED,
    SERVED,
    WAIT_BEYOND,
    WITHIN,
    Row,
    excess,
    figures,
    kernel,
    palm,
)

Floats: TypeAlias = NDArray[np.float64]
MOST = 1e9
"""Agents. What so many do not reach no number reaches."""


@kernel
def attempts(load: float, agents: float, patience: float, places: float, redial: float) -> float:
    """The load a' with all attempts in it when the share r of those blocked or gone calls again: the root of
    (1−r)·a' + r·a'·answered(a') = a, whose left side rises. inf: more come again than ever get through (r = 1)."""
    if redial <= 0.0 or load <= 0.0:
        return load
    low, high = load, load * 2.0
    if redial < 1.0:
        high = load / (1.0 - redial)
    else:
        if load >= agents:
            return INF
        while _fresh(high, agents, patience, places, redial) < load:
            low, high = high, high * 2.0
            if high > 1e15:
                return INF
    at_low = _fresh(low, agents, patience, places, redial) - load
    at_high = _fresh(high, agents, patience, places, redial) - load
    if at_high <= 0.0:
        return high
    side = 0
    for _ in range(200):  # regula falsi after Dowell and Jarratt: a bracket that shrinks from both sides
        middle = low - at_low * (high - low) / (at_high - at_low)
        if not low < middle < high:
            middle = 0.5 * (low + high)
        if high - low <= 4e-16 * high:
            break
        at = _fresh(middle, agents, patience, places, redial) - load
        if at == 0.0:
            return middle
        if at < 0.0:
            low, at_low = middle, at
            if side < 0:
                at_high *= 0.5
            side = -1
        else:
            high, at_high = middle, at
            if side > 0:
                at_low *= 0.5
            side = 1
    return low if -at_low < at_high else high


@kernel
def _fresh(load: float, agents: float, patience: float, places: float, redial: float) -> float:
    found = figures(load, agents, patience, places, 0.0)
    through = found[SERVED] * (1.0 - found[BLOCKED])
    return (1.0 - redial) * load + redial * load * through


@kernel
def level(load: float, agents: float, patience: float, places: float, within: float, which: int) -> float:
    found = figures(load, agents, patience, places, within)
    return level_of(found, which)


@kernel
def level_of(found: Row, which: int) -> float:
    """One of the service levels out of a row of figures."""
    in_time = found[IN_TIME]
    if which == OFFERED:
        return in_time
    if which == WITHIN:
        return 1.0 - found[WAIT_BEYOND]
    if which == ANSWERED:
        return in_time / found[SERVED] if found[SERVED] > 0.0 else 0.0
    if which == NO_SHORT:
        counted = in_time + found[WAIT_BEYOND]
        return in_time / counted if counted > 0.0 else 1.0
    if which == OF_ATTEMPTS:
        return in_time * (1.0 - found[BLOCKED])
    return 1.0 - found[BLOCKED]


@kernel
def _reaches(
    load: float, agents: float, patience: float, places: float, within: float, which: int, redial: float, share: float
) -> bool:
    if redial > 0.0:
        load = attempts(load, agents, patience, places, redial)
        if load == INF:
            return False
    if which == OFFERED and places == INF and 0.0 < patience < INF:
        return _in_time(load, agents, patience, within) >= share
    return level(load, agents, patience, places, within, which) >= share


@kernel
def _in_time(load: float, agents: float, patience: float, within: float) -> float:
    """IN_TIME of Erlang A alone, which is what sizing asks for again and again."""
    below = excess(load, agents)
    if below == INF:
        return 1.0
    eta, c = load * patience, agents * patience
    scale, r, _, _ = palm(eta, c, False)
    one = math.exp(-scale)
    gone = math.expm1(-within / patience)
    scale_z, r_z, _, _ = palm(eta + eta * gone, c, False)
    late = math.exp(-eta * gone - agents * within + scale_z - scale) * r_z
    return (one * below + agents / load * (r - late)) / (one * (1.0 + below) + r)


@kernel
def needed(
    load: float,
    patience: float,
    places: float,
    within: float,
    which: int,
    share: float,
    busiest: float,
    redial: float,
    slots: float,
    beta: float,
) -> float:
    """The fewest agents with `slots` contacts at a time each that reach `share`, busy for at most `busiest`;
    inf if none do. `beta`: a guess at (agents − load) ÷ √load."""
    if load <= 0.0 or share <= 0.0:
        return 0.0
    if share >= 1.0:
        return INF
    if patience == INF and places == INF:  # nobody is lost, so nobody calls again
        redial = 0.0
    agents = _for_level(load, patience, places, within, which, share - MET, redial, slots, beta)
    if busiest >= 1.0:
        return agents
    # What is carried is at most the fresh load.
    low, high = agents, math.ceil(load / (busiest * slots) * (1.0 - MET))
    if high <= low or _busy(load, low * slots, patience, places, redial) <= busiest * (1.0 + MET):
        return low
    while high - low > 1.0:
        middle = math.floor((low + high) / 2.0)
        if _busy(load, middle * slots, patience, places, redial) <= busiest * (1.0 + MET):
            high = middle
        else:
            low = middle
    return high


@kernel
def _for_level(
    load: float,
    patience: float,
    places: float,
    within: float,
    which: int,
    share: float,
    redial: float,
    slots: float,
    beta: float,
) -> float:
    low = 0.0
    if patience == INF and places == INF:
        if slots == 1.0:
            return _needed_by_patient(load, within, share)
        low = math.floor(load / slots)
    high, step = max(low + 1.0, math.floor((load + beta * math.sqrt(load)) / slots)), 1.0
    if _reaches(load, high * slots, patience, places, within, which, redial, share):
        while high - step > low:
            if not _reaches(load, (high - step) * slots, patience, places, within, which, redial, share):
                low = high - step
                break
            high, step = high - step, step * 2.0
    else:
        low, high = high, high + 1.0
        while not _reaches(load, high * slots, patience, places, within, which, redial, share):
            step *= 2.0
            low, high = high, high + step
            if high > MOST:
                return INF
    while high - low > 1.0:
        middle = math.floor((low + high) / 2.0)
        if _reaches(load, middle * slots, patience, places, within, which, redial, share):
            high = middle
        else:
            low = middle
    return high


@kernel
def _busy(load: float, agents: float, patience: float, places: float, redial: float) -> float:
    total = attempts(load, agents, patience, places, redial)
    return 1.0 if total == INF else figures(total, agents, patience, places, 0.0)[OCCUPANCY]


@kernel
def _needed_by_patient(load: float, within: float, share: float) -> float:
    """Erlang C: upwards from the fewest that keep up, 1/B(n+1) = 1 + (n+1)/a · 1/B(n)."""
    n = math.floor(load) + 1.0
    below = excess(load, n)
    late, factor = math.exp((load - n) * within), math.exp(-within)
    while True:
        spare = n - load
        whole = n + below * spare
        if whole == INF or n * late <= (1.0 - share) * whole:
            return n
        n += 1.0
        below = (below + 1.0) * n / load
        late *= factor


@kernel
def every_figure(
    load: Floats,
    agents: Floats,
    patience: Floats,
    places: Floats,
    within: Floats,
    redial: Floats,
    out: Floats,
    offered: Floats,
) -> None:
    """Fills `out` (systems × FIGURES) and `offered`, the load with those who dial again. All of one length."""
    for i in range(load.shape[0]):
        a = attempts(load[i], agents[i], patience[i], places[i], redial[i])
        offered[i] = a
        if a == INF:
            out[i, :] = 0.0
            out[i, WAIT_BEYOND] = 1.0
            out[i, ABANDONED] = 1.0
            continue
        found = figures(a, agents[i], patience[i], places[i], within[i])
        for k in range(FIGURES):
            out[i, k] = found[k]


@kernel
def every_need(
    load: Floats,
    patience: Floats,
    places: Floats,
    within: Floats,
    share: Floats,
    busiest: Floats,
    redial: Floats,
    slots: Floats,
    which: int,
    out: Floats,
) -> None:
    """Fills `out` with agents. All of one length; the margin found for one is the guess for the next."""
    beta = 0.5
    for i in range(load.shape[0]):
        n = needed(load[i], patience[i], places[i], within[i], which, share[i], busiest[i], redial[i], slots[i], beta)
        out[i] = n
        if load[i] > 0.0 and n < INF:
            beta = (n * slots[i] - load[i]) / math.sqrt(load[i])
