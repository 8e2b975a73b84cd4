"""How fast agents are found for a load: `python -m bench.sizing [--json] [--intervals 67200] [--rounds 7]`.

A hundred weeks of quarter-hours, mean load 15 Erlangs with the largest in the hundreds, goal 80 % in 20 s; the same
at twenty times the load. Erlang C and Erlang A (mean patience 90 s, handling time 300 s), one core, the best of
several rounds, arrays in and out through the public function. The peers, on a part of the same intervals in the same
run: pyworkforce (Erlang C), and the same formulas in plain Python, which also say how many answers differ.
"""

import argparse
import json
import math
import random
import time
import warnings
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from jietong.workforce.erlang.systems import agents_needed

AHT_S, PATIENCE_S, WITHIN_S, SHARE = 300.0, 90.0, 20.0, 0.8
Found = dict[str, float]


def calls_an_hour(intervals: int, mean_erlangs: float = 15.0, largest: float = 724.0) -> NDArray[np.float64]:
    """Gamma-distributed loads: many small intervals, few very large ones; the same ones in each run."""
    load = np.random.default_rng(67).gamma(0.35, mean_erlangs / 0.35, intervals)
    return np.minimum(load * mean_erlangs / load.mean(), largest) * 3600 / AHT_S


def best(work: Callable[[], object], rounds: int) -> float:
    work()
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return min(took)


def plain_c(load: float) -> int:
    """Erlang C in plain Python: 1/B downwards from the fewest agents that keep up, then agent by agent."""
    n = math.floor(load) + 1
    below = plain_excess(load, n)
    while True:
        wait = n / (n + below * (n - load))
        if 1 - wait * math.exp((load - n) * WITHIN_S / AHT_S) >= SHARE - 1e-12:
            return n
        n += 1
        below = (below + 1) * n / load


def plain_excess(load: float, n: int) -> float:
    term, total = 1.0, 0.0
    for at in range(n, 0, -1):
        term *= at / load
        total += term
        if at < load and term < 1e-17 * total:
            break
    return total


def plain_a(load: float) -> int:
    """Erlang A in plain Python: Palm's series, by halving between no agents and enough."""
    patience = PATIENCE_S / AHT_S

    def in_time(n: int) -> float:
        below, eta, c = plain_excess(load, n), load * patience, n * patience
        gone = math.expm1(-WITHIN_S / PATIENCE_S)
        r, late = series(eta, c), series(eta + eta * gone, c)
        late *= math.exp(-eta * gone - n * WITHIN_S / AHT_S)
        return (below + n / load * (r - late)) / (1 + below + r)

    def series(x: float, c: float) -> float:
        term, total, k = 1.0, 0.0, 1
        while True:
            term *= x / (c + k)
            total += term
            if c + k > x and term <= 1e-16 * total:
                return total
            k += 1

    low, high = 0, 1
    while in_time(high) < SHARE - 1e-12:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if in_time(middle) >= SHARE - 1e-12 else (middle, high)
    return high


def measured(calls: NDArray[np.float64], rounds: int, sample: int) -> Found:
    c_s = best(lambda: agents_needed(calls, AHT_S, share=SHARE, within_s=WITHIN_S), rounds)
    a_s = best(lambda: agents_needed(calls, AHT_S, share=SHARE, within_s=WITHIN_S, patience_s=PATIENCE_S), rounds)
    some = [float(one) for one in random.Random(1).sample([*calls[calls > 0]], min(sample, int((calls > 0).sum())))]
    c = agents_needed(some, AHT_S, share=SHARE, within_s=WITHIN_S)
    a = agents_needed(some, AHT_S, share=SHARE, within_s=WITHIN_S, patience_s=PATIENCE_S)
    loads = [one * AHT_S / 3600 for one in some]
    peer, peer_s = timed(pyworkforce, some)
    slow_c, slow_c_s = timed(plain_c, loads)
    slow_a, slow_a_s = timed(plain_a, loads[: max(1, sample // 4)])
    return {
        "c_ms": c_s * 1000,
        "a_ms": a_s * 1000,
        "c_per_s": calls.size / c_s,
        "a_per_s": calls.size / a_s,
        "pyworkforce_c_per_s": len(some) / peer_s,
        "plain_c_per_s": len(some) / slow_c_s,
        "plain_a_per_s": len(slow_a) / slow_a_s,
        "compared": len(some),
        "pyworkforce_more": sum(bool(x > y) for x, y in zip(peer, c, strict=True)),
        "pyworkforce_fewer": sum(bool(x < y) for x, y in zip(peer, c, strict=True)),
        "plain_differ": sum(bool(x != y) for x, y in zip(slow_c, c, strict=True))
        + sum(bool(x != y) for x, y in zip(slow_a, a[: len(slow_a)], strict=True)),
    }


def timed(work: Callable[[float], float], over: list[float]) -> tuple[list[float], float]:
    began = time.perf_counter()
    found = [work(one) for one in over]
    return found, time.perf_counter() - began


def pyworkforce(calls: float) -> float:
    from pyworkforce.queuing import ErlangC

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        asked = ErlangC(transactions=calls, aht=AHT_S / 60, asa=WITHIN_S / 60, interval=60, shrinkage=0.0)
        return float(asked.required_positions(service_level=SHARE, max_occupancy=1.0)["raw_positions"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--intervals", type=int, default=67_200)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--sample", type=int, default=4_000, help="intervals that the peers size")
    asked = parser.parse_args()
    calls = calls_an_hour(asked.intervals)
    pyworkforce(100.0)
    found = {
        "intervals": asked.intervals,
        "mean": measured(calls, asked.rounds, asked.sample),
        "twenty": measured(calls * 20, asked.rounds, max(1, asked.sample // 20)),
    }
    if asked.json:
        print(json.dumps(found))
        return
    for name in ("mean", "twenty"):
        print(name)
        for figure, value in found[name].items():  # type: ignore[attr-defined]
            print(f"  {figure:24} {value:14,.1f}")


if __name__ == "__main__":
    main()
