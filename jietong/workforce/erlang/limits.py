"""What Erlang C and A come to in very large centres: the square-root rules. Pure.

β = (agents − load) ÷ √load. Sources: Halfin and Whitt 1981; Garnett, Mandelbaum and Reiman 2002.
"""

import math


def halfin_whitt(beta: float) -> float:
    """P(wait > 0) without abandonment: 1 ÷ (1 + β·Φ(β) ÷ φ(β)); 1 from β ≤ 0 on."""
    return _share(beta, _hazard(-beta)) if beta > 0 else 1.0


def garnett(beta: float, theta_over_mu: float) -> float:
    """P(wait > 0) with abandonment: 1 ÷ (1 + √(θ/μ)·h(β√(μ/θ)) ÷ h(−β)), h the normal hazard rate;
    θ/μ = mean handling time ÷ mean patience."""
    if theta_over_mu < 0:
        raise ValueError("handling time and patience are not negative")
    if theta_over_mu == 0:
        return halfin_whitt(beta)
    root = math.sqrt(theta_over_mu)
    return _share(root * _hazard(beta / root), _hazard(-beta))


def _share(above: float, below: float) -> float:
    return below / (below + above)


def _hazard(x: float) -> float:
    """φ(x) ÷ (1 − Φ(x))."""
    if x < 25:
        tail = math.erfc(x / math.sqrt(2)) / 2
        return math.exp(-x * x / 2) / math.sqrt(2 * math.pi) / tail
    fraction = x  # x + 1/(x + 2/(x + 3/…))
    for k in range(40, 0, -1):
        fraction = x + k / fraction
    return fraction
