"""Lines that are all taken: Erlang B in plain Python, and what it says of trunks. Pure.

For the few numbers that a contract or a trunk group asks for; arrays go through the compiled kernels, which tests
hold to this. Sources: Erlang 1917; extended Erlang B (callers who dial again).
"""

RETRIES = 0.5
"""Share of the blocked who dial again, where it has not been seen."""
BLOCKING = 0.01
"""What lines are sized for (P.01)."""


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


def lines_for(load: float, blocking: float = BLOCKING, retries: float = 0.0) -> int:
    """The fewest lines whose blocking is at most so much; with `retries`, of all attempts."""
    if not 0 < blocking < 1:
        raise ValueError("blocking lies between 0 and 1")
    if load <= 0:
        return 0
    # So many attempts come when exactly the share `blocking` of them is turned away.
    offered = load / (1 - retries * blocking)
    lines, now = 0, 1.0
    while now > blocking:
        lines += 1
        now = offered * now / (lines + offered * now)
    return lines


def trunk_load(arrivals_per_hour: float, held_s: float) -> float:
    """Erlangs: arrivals × (menu + wait + talk + hold) ÷ 3600. Wrap-up holds no line."""
    return arrivals_per_hour * held_s / 3600
