"""The queue in sixty digits and more, state by state: what the compiled formulas are held against.

Its way is another: all states are summed up to where nothing is left, and a wait is the sum of the steps that a
caller sees ahead, not an integral.
"""

from decimal import Decimal, getcontext, localcontext

Figures = dict[str, Decimal]
DIGITS, OVERLOADED = 60, 330
"""What is left of one who is answered in time in an overloaded queue may be 10⁻²⁵⁰."""


def exact(load: str, agents: int, patience: str | None, places: int | None, within: str) -> Figures:
    """Times in mean handling times; None: no limit. The order of names is that of `kernels.figures`."""
    with localcontext() as context:
        context.prec = OVERLOADED if float(load) > 1.2 * agents else DIGITS
        context.Emax, context.Emin = 10**9, -(10**9)
        return _exact(Decimal(load), Decimal(agents), patience and Decimal(patience), places, Decimal(within))


def _exact(a: Decimal, n: Decimal, p: "Decimal | str | None", places: int | None, t: Decimal) -> Figures:
    leave = Decimal(0) if p is None else 1 / Decimal(p)
    zero = Decimal(0)
    below, weight = zero, Decimal(1)  # states with a free agent, from n agents busy downwards
    for j in range(int(n), 0, -1):
        weight = weight * j / a
        below += weight
    stays = (-t * leave).exp()
    first = (-n * t).exp()  # who meets k waiting is still waiting at t; then the same with their own patience
    own = first * stays
    longer, later = first, own
    whole, weight, k = 1 + below, Decimal(1), 0
    waits, answered, beyond, late, queue, asa, h = (zero,) * 7
    while places is None or k < places:
        if k > 0:
            first *= (t * n if p is None else (1 - stays) * (n / leave + k - 1)) / k
            own *= (t * n if p is None else (1 - stays) * (n / leave + k)) / k
            longer, later = longer + first, later + own
        rate = n + (k + 1) * leave
        h += 1 / rate
        waits += weight
        beyond += weight * longer * stays
        answered += weight * n / rate
        late += weight * n / rate * later
        asa += weight * n / rate * h
        weight = weight * a / rate
        whole += weight
        k += 1
        queue += k * weight
        if (
            places is None
            and rate > a
            and weight * k * rate < (rate - a) * whole * Decimal(10) ** (5 - getcontext().prec)
        ):
            break
    blocked = zero if places is None else weight
    let_in = whole - blocked
    served = (below + answered) / let_in
    return {
        "p_wait": waits / let_in,
        "wait_beyond": beyond / let_in,
        "served": served,
        "in_time": (below + answered - late) / let_in,
        "abandoned": queue * leave / a / let_in,
        "blocked": blocked / whole,
        "wait": queue / a / let_in,
        "served_wait": asa / let_in,
        "queue": queue / whole,
        "occupancy": a * let_in / whole * served / n,
    }
