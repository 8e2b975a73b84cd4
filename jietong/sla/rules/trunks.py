"""Trunk capacity: Erlang B, with customers who dial again, and what a set of trunks turns away. Pure.

Source: A. K. Erlang 1917; extended Erlang B as in domain.md 2.2.
"""

from typing import NamedTuple

TARGET, ALARM, CRITICAL = 0.01, 0.02, 0.05
"""Blocking: what lines are sized for (P.01), what is an alarm, what is critical."""
RETRIES = 0.5
"""Share of the blocked who dial again, where it has not been seen."""


class Capacity(NamedTuple):
    """Of the busiest hour. `load` is fresh, `offered` with retries, both in Erlangs; `needed` lines for P.01."""

    lines: int
    load: float
    offered: float
    blocking: float
    needed: int

    @property
    def level(self) -> str:
        if self.blocking > CRITICAL:
            return "critical"
        return "alarm" if self.blocking > ALARM else "over" if self.blocking > TARGET else "fine"


def erlang_b(load: float, lines: int) -> float:
    """Probability that all lines are taken: B(A, n) = A·B(A, n−1) ÷ (n + A·B(A, n−1)), B(A, 0) = 1."""
    if load < 0 or lines < 0:
        raise ValueError("load and lines are not negative")
    if load == 0:
        return 0.0 if lines else 1.0
    blocking = 1.0
    for n in range(1, lines + 1):
        blocking = load * blocking / (n + load * blocking)
    return blocking


def with_retries(load: float, lines: int, retries: float = RETRIES) -> tuple[float, float]:
    """(offered load, blocking) when the share `retries` of the blocked dials again: A ← A₀ + r·A·B(A, n) until it
    stays. Raises ValueError for a share outside [0, 1)."""
    if not 0 <= retries < 1:
        raise ValueError("the share of retries lies in [0, 1)")
    offered = load
    for _ in range(100_000):
        now = load + retries * offered * erlang_b(offered, lines)
        if abs(now - offered) <= 1e-12 * max(1.0, now):
            offered = now
            break
        offered = now
    return offered, erlang_b(offered, lines)


def lines_for(load: float, blocking: float = TARGET) -> int:
    """The fewest lines whose blocking is at most so much."""
    if not 0 < blocking < 1:
        raise ValueError("blocking lies between 0 and 1")
    if load <= 0:
        return 0
    lines, now = 0, 1.0
    while now > blocking:
        lines += 1
        now = load * now / (lines + load * now)
    return lines


def trunk_load(arrivals_per_hour: float, held_s: float) -> float:
    """Erlangs: arrivals × (menu + wait + talk + hold) ÷ 3600. Wrap-up holds no line."""
    return arrivals_per_hour * held_s / 3600


def capacity(arrivals_per_hour: float, held_s: float, lines: int, retries: float = RETRIES) -> Capacity:
    load = trunk_load(arrivals_per_hour, held_s)
    offered, blocking = with_retries(load, lines, retries)
    return Capacity(lines, load, offered, blocking, lines_for(load))
