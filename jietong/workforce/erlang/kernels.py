"""The queueing formulas, compiled. Every sum has terms of one sign, so that no digit is lost and nothing overflows.

Time is counted in mean handling times: `load` a = λ·AHT in Erlangs, `agents` n (a real number ≥ 0), `patience` p =
mean patience ÷ AHT (inf: nobody gives up), `places` m to wait in (inf: no limit), `within` τ = T ÷ AHT.

Below n agents the states weigh as Erlang's: Σ_{j≤n} π_j ÷ π_n = 1/B = 1 + `excess`. Above, with η = a·p and c = n·p,
π_{n+k} ÷ π_n = t_k = Π_{i≤k} η ÷ (c + i). So π_n = 1 ÷ (1 + excess + R), R = Σ_{k≥1} t_k.

Sources: Erlang 1917; Palm 1957; Baccelli and Hebuterne 1981 and Mandelbaum and Zeltyn 2007 (the wait of Erlang A);
Jagerman 1974 (Erlang B between whole numbers of agents).
"""

import math
from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar, cast

import numba

Kernel = TypeVar("Kernel", bound=Callable[..., Any])
Row: TypeAlias = tuple[float, float, float, float, float, float, float, float, float, float]
INF = math.inf
EPS = 1e-17
ASIDE = 200
"""From so many terms below the largest one on, a series is summed from its largest term outwards."""
TINY = 1e-250
MET = 1e-12
"""A target missed by so little is met: rounding never adds an agent."""

P_WAIT, WAIT_BEYOND, SERVED, IN_TIME, ABANDONED, BLOCKED, WAIT, SERVED_WAIT, QUEUE, OCCUPANCY = range(10)
FIGURES = 10
"""Places in what `figures` gives."""

OFFERED, WITHIN, ANSWERED, NO_SHORT, OF_ATTEMPTS, NOT_BLOCKED = range(6)
"""What `level` is asked for: SL3, SL1, SL2, SL4, SL7 of metrics.md; the share that is not blocked."""


def kernel(function: Kernel) -> Kernel:
    """Compiled at its first use and kept on disk, where there is a place to keep it."""
    try:
        return cast(Kernel, numba.njit(cache=True, error_model="numpy")(function))
    except RuntimeError:  # no folder can be written to
        return cast(Kernel, numba.njit(error_model="numpy")(function))


@kernel
def excess(load: float, agents: float) -> float:
    """1/B(a, n) − 1 = n/a + n(n−1)/a² + …; the rest below one agent is an incomplete gamma function."""
    if load <= 0.0:
        return INF if agents > 0.0 else 0.0
    whole = math.floor(agents)
    rest = agents - whole
    term, total, by, at = 1.0, 0.0, 1.0 / load, agents
    for _ in range(int(whole)):
        term *= at * by
        total += term
        at -= 1.0
        if at < load and term * at < EPS * total * (load - at):
            return total
        if term == INF:
            return INF
    if rest > 0.0:
        total += term * _excess_below_one(load, rest)
    return total


@kernel
def _excess_below_one(load: float, rest: float) -> float:
    """a∫e^{−at}(1+t)^f dt − 1 for 0 < f < 1, which is e^a·a^{−f}·Γ(1+f, a) − 1 = f·a^{−f}·e^a·Γ(f, a)."""
    if load < 1.5:
        term, total, k = 1.0 / rest, 1.0 / rest, 0
        while term > EPS * total:
            k += 1
            term *= load / (rest + k)
            total += term
        # Γ(f) − γ(f, a); Γ(f) = Γ(1+f) ÷ f
        return math.exp(load) * math.pow(load, -rest) * math.gamma(1.0 + rest) - rest * total
    b = load + 1.0 - rest  # Legendre's continued fraction by Lentz's way
    c, d = 1e300, 1.0 / b
    h = d
    for i in range(1, 10_000):
        an = -i * (i - rest)
        b += 2.0
        d = 1.0 / (an * d + b)
        c = b + an / c
        by = d * c
        h *= by
        if abs(by - 1.0) < 1e-16:
            break
    return rest * h


@kernel
def palm(x: float, c: float, moments: bool) -> tuple[float, float, float, float]:
    """(L, R, Q, W), the last three to be multiplied by e^L, of t_k = x^k ÷ ((c+1)…(c+k)):
    R = Σ_{k≥1} t_k, Q = Σ k·t_k ÷ x, W = Σ_{k≥0} t_k·H_{k+1} ÷ (c+k+1) with H_k = Σ_{i≤k} 1 ÷ (c+i).
    `moments`: whether Q and W are wanted."""
    if x - c > ASIDE:
        return _palm_from_its_top(x, c)
    term, r, q = 1.0, 0.0, 0.0
    down = c + 1.0
    if not moments:
        while True:
            term *= x / down
            r += term
            down += 1.0
            if down > x and term * x <= EPS * r * (down - x):
                return 0.0, r, 0.0, 0.0
    h = 1.0 / down
    w, k = h * h, 0.0
    while True:
        k += 1.0
        q += k * term / down
        term *= x / down
        r += term
        down += 1.0
        h += 1.0 / down
        w += term * h / down
        if down > x and term * x * (k + 1.0) <= EPS * r * (down - x):
            return 0.0, r, q, w


@kernel
def _palm_from_its_top(x: float, c: float) -> tuple[float, float, float, float]:
    top = float(math.floor(x - c))
    y = c + top
    if c >= 10.0:  # Stirling's series on both sides, their large parts cancelled by hand
        scale = -c * math.log(x / c) + 0.5 * math.log(c / y) - c + _stirling(c)
    else:
        scale = -c * math.log(x) - 0.5 * math.log(2.0 * math.pi * y) + math.lgamma(c + 1.0)
    scale += y - y * math.log1p((y - x) / x) - _stirling(y)
    h_top = digamma(y + 2.0) - digamma(c + 1.0)
    r, q = 1.0, top / x
    w = h_top / (y + 1.0)
    term, k, h = 1.0, top, h_top
    while True:
        k += 1.0
        term *= x / (c + k)
        h += 1.0 / (c + k + 1.0)
        r += term
        q += term * k / x
        w += term * h / (c + k + 1.0)
        if term < EPS and c + k > x and term * x <= EPS * r * (c + k - x):
            break
    term, k, h = 1.0, top, h_top
    while k > 0.0:
        term *= (c + k) / x
        h -= 1.0 / (c + k + 1.0)
        k -= 1.0
        if k > 0.0:
            r += term
            q += term * k / x
        w += term * h / (c + k + 1.0)
        if term * x <= EPS * (x - c - k):
            break
    return scale, r, q, w


@kernel
def _stirling(x: float) -> float:
    """ln Γ(x+1) − (x+½)ln x + x − ½ln 2π, for x ≥ 10."""
    y = 1.0 / (x * x)
    return (1 / 12 - y * (1 / 360 - y * (1 / 1260 - y * (1 / 1680 - y / 1188)))) / x


@kernel
def digamma(x: float) -> float:
    found = 0.0
    while x < 12.0:
        found -= 1.0 / x
        x += 1.0
    y = 1.0 / (x * x)
    return found + math.log(x) - 0.5 / x - y * (1 / 12 - y * (1 / 120 - y * (1 / 252 - y * (1 / 240 - y / 132))))


@kernel
def figures(load: float, agents: float, patience: float, places: float, within: float) -> Row:
    """A tuple in the order of P_WAIT …, waits in handling times. All but BLOCKED are of those who get in:
    P(wait > 0), P(wait > τ), answered, answered within τ, gave up, blocked, mean wait of all,
    mean of (wait if answered, else 0), queue length, occupancy."""
    if load <= 0.0:
        blocked = 1.0 if agents + places <= 0.0 else 0.0
        return (0.0, 0.0, 1.0, 1.0, 0.0, blocked, 0.0, 0.0, 0.0, 0.0)
    if places < INF:
        return _limited(load, agents, patience, places, within)
    if patience == INF:
        return _patient(load, agents, within)
    below = excess(load, agents)
    if patience <= 0.0:  # who is not answered at once is gone
        lost = 1.0 / (1.0 + below)
        return _loss(load, agents, lost, lost, 0.0, below * lost)
    return _impatient(load, agents, patience, within, below)


@kernel
def _loss(load: float, agents: float, p_wait: float, gone: float, blocked: float, served: float) -> Row:
    busy = load * (1.0 - blocked) * served / agents if agents > 0.0 else 1.0
    return (p_wait, 0.0, served, served, gone, blocked, 0.0, 0.0, 0.0, busy)


@kernel
def _patient(load: float, agents: float, within: float) -> Row:
    """Erlang C. From a = n on the queue grows without end: nobody is answered in time, all waits are infinite."""
    spare = agents - load
    if spare <= 0.0:
        return (1.0, 1.0, 1.0, 0.0, 0.0, 0.0, INF, INF, INF, 1.0)
    below = excess(load, agents)
    if below == INF:
        return (0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, load / agents)
    whole = agents + below * spare
    p_wait = agents / whole
    beyond = p_wait * math.exp(-spare * within)
    in_time = below * spare / whole - p_wait * math.expm1(-spare * within)
    wait = p_wait / spare
    return (p_wait, beyond, 1.0, in_time, 0.0, 0.0, wait, wait, load * wait, load / agents)


@kernel
def _impatient(load: float, agents: float, patience: float, within: float, below: float) -> Row:
    """Erlang A. P(V > τ) = π_n·e^E·S(z), E = η(1 − e^{−τ/p}) − n·τ, z = η·e^{−τ/p}, S = 1 + R."""
    eta, c = load * patience, agents * patience
    scale, r, q, w = palm(eta, c, True)
    one = math.exp(-scale)
    if below == INF:
        return (0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, load / agents)
    whole = one * (1.0 + below) + r
    p_wait = (one + r) / whole
    served = (one * below + agents / load * r) / whole
    gone = q / whole
    wait = gone * patience
    decay = math.exp(-within / patience)
    shift = -eta * math.expm1(-within / patience) - agents * within
    scale_z, r_z, _, _ = palm(eta * decay, c, False)
    beyond = decay * math.exp(shift + scale_z - scale) * (math.exp(-scale_z) + r_z) / whole
    late = math.exp(shift + scale_z - scale) * r_z
    in_time = (one * below + agents / load * (r - late)) / whole
    if in_time < 1e-3:
        in_time = (one * below + agents * _within(load, agents, patience, within, scale)) / whole
    busy = load / agents * served if agents > 0.0 else 1.0
    return (p_wait, beyond, served, in_time, gone, 0.0, wait, c * patience * w / whole, load * wait, busy)


_NODES = (
    0.0950125098376374, 0.2816035507792589, 0.4580167776572274, 0.6178762444026438,
    0.7554044083550030, 0.8656312023878318, 0.9445750230732326, 0.9894009349916499,
)  # fmt: skip
_WEIGHTS = (
    0.1894506104550685, 0.1826034150449236, 0.1691565193950025, 0.1495959888165767,
    0.1246289712555339, 0.0951585116824928, 0.0622535239386479, 0.0271524594117541,
)  # fmt: skip


@kernel
def _within(load: float, agents: float, patience: float, within: float, scale: float) -> float:
    """e^{−scale}·∫₀^τ exp(η(1 − e^{−v/p}) − (n + 1/p)v) dv, by Gauss's rule from the integrand's top outwards."""
    eta, slope = load * patience, agents + 1.0 / patience
    top = patience * math.log(load / slope) if load > slope else 0.0
    top = min(top, within)
    total = 0.0
    for way in (-1.0, 1.0):
        at = top
        end = 0.0 if way < 0.0 else within
        while way * (end - at) > 0.0:
            decay = math.exp(-at / patience)
            step = 1.5 / (abs(load * decay - slope) + math.sqrt(load * decay / patience) + 1.0 / patience)
            step = min(step, way * (end - at))
            middle, half, part = at + way * step / 2, step / 2, 0.0
            for i in range(8):
                for side in (-1.0, 1.0):
                    v = middle + side * half * _NODES[i]
                    part += _WEIGHTS[i] * math.exp(-eta * math.expm1(-v / patience) - slope * v - scale)
            total += part * half
            if part * half <= EPS * total:
                break
            at += way * step
    return total


@kernel
def _limited(load: float, agents: float, patience: float, places: float, within: float) -> Row:
    """M/M/n/n+m, and +M. Who meets k waiting is answered, if ever, after k+1 steps at the rates n + i/p; the time is
    longer than τ with I_x(c, k+1), x = e^{−τ/p}, of which each is the one before and a positive part."""
    below = excess(load, agents)
    if below == INF:
        return (0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, load / agents)
    if places <= 0.0 or patience <= 0.0:
        lost = 1.0 / (1.0 + below)
        if places <= 0.0:
            return _loss(load, agents, 0.0, 0.0, lost, 1.0)
        return _loss(load, agents, lost, lost, 0.0, below * lost)
    c = agents * patience
    leave = 0.0 if patience == INF else 1.0 / patience
    fill = -math.expm1(-within * leave)
    first = -agents * within  # ln P(the first in line waits longer than τ); then the same if they can give up
    first_of_served = first - within * leave
    longer, later = 0.0, 0.0
    term, h, whole = 1.0, 0.0, 1.0 + below
    waits, queue, answered, served_wait, beyond, late = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for k in range(int(places)):
        if k > 0:
            by = within * agents / k if leave == 0.0 else fill * (c + k - 1.0) / k
            by_of_served = by if leave == 0.0 else fill * (c + k) / k
            first += math.log(by) if by > 0.0 else -INF
            first_of_served += math.log(by_of_served) if by_of_served > 0.0 else -INF
        longer = min(1.0, longer + math.exp(first))
        later = min(1.0, later + math.exp(first_of_served))
        rate = agents + (k + 1) * leave
        share = agents / rate  # of those who meet k waiting, answered
        h += 1.0 / rate
        waits += term
        beyond += term * longer
        answered += term * share
        served_wait += term * share * h
        late += term * share * later
        term *= load / rate
        whole += term
        queue += (k + 1) * term
        if whole > 1e250:
            below, term, whole, waits, queue = below * TINY, term * TINY, whole * TINY, waits * TINY, queue * TINY
            answered, served_wait, beyond, late = answered * TINY, served_wait * TINY, beyond * TINY, late * TINY
        if term == 0.0:
            break
    let_in = whole - term
    served = (below + answered) / let_in
    in_time = (below + answered - late) / let_in
    busy = load / agents * (let_in / whole) * served if agents > 0.0 else 1.0
    return (
        waits / let_in, math.exp(-within * leave) * beyond / let_in, served, in_time,
        queue * leave / load / let_in, term / whole, queue / load / let_in, served_wait / let_in, queue / whole, busy,
    )  # fmt: skip
