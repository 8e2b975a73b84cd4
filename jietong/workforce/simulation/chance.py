"""How long things take by chance: handling, wrap-up, patience, time in a flow; given, or fitted to what was measured.

Times in seconds. `draw` takes many at once from a generator that comes in from outside.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import gamma, isfinite, log, pi
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import Struct

from jietong.core.errors import Invalid

if TYPE_CHECKING:  # loaded where numbers are drawn: whoever only reads scenarios starts without it
    import numpy as np


class Exponential(Struct, frozen=True, tag_field="distribution", tag="exponential", forbid_unknown_fields=True):
    mean_s: float


class Lognormal(Struct, frozen=True, tag_field="distribution", tag="lognormal", forbid_unknown_fields=True):
    """Handling times nearly always look like this (Brown et al. 2005)."""

    mean_s: float
    spread: float = 0.6  # standard deviation of the logarithm


class Gamma(Struct, frozen=True, tag_field="distribution", tag="gamma", forbid_unknown_fields=True):
    mean_s: float
    cv: float = 1.0  # standard deviation ÷ mean


class Fixed(Struct, frozen=True, tag_field="distribution", tag="fixed", forbid_unknown_fields=True):
    """Always the same."""

    mean_s: float


class Weibull(Struct, frozen=True, tag_field="distribution", tag="weibull", forbid_unknown_fields=True):
    mean_s: float
    shape: float = 1.0  # below 1: who has waited long goes on waiting


class Listed(Struct, frozen=True, tag_field="distribution", tag="listed", forbid_unknown_fields=True):
    """One of the values, each as likely as the other: what was measured, as it is."""

    values_s: tuple[float, ...]


class Curve(Struct, frozen=True, tag_field="distribution", tag="curve", forbid_unknown_fields=True):
    """A survival curve, as by Kaplan–Meier: at `times_s[i]` the share `left[i]` of all are still there, in between as
    on a straight line from 1 at 0 s. What is left after the last time goes on at the mean rate of the curve (its tail
    is not known)."""

    times_s: tuple[float, ...]
    left: tuple[float, ...]


class Never(Struct, frozen=True, tag_field="distribution", tag="never", forbid_unknown_fields=True):
    """Nobody gives up."""


Duration: TypeAlias = Exponential | Lognormal | Gamma | Fixed | Weibull | Listed
Patience: TypeAlias = Exponential | Lognormal | Gamma | Fixed | Weibull | Listed | Curve | Never
NOTHING = Fixed(0.0)


def problem(of: Patience) -> tuple[str, str] | None:
    """(field, what is wrong with it), or None."""
    if isinstance(of, Listed):
        good = of.values_s and all(isfinite(value) and value >= 0 for value in of.values_s)
        return None if good else ("values_s", "give at least one time, none below 0")
    if isinstance(of, Curve):
        return _curve_problem(of)
    if isinstance(of, Never):
        return None
    if not (isfinite(of.mean_s) and of.mean_s >= 0):
        return "mean_s", "a mean is 0 seconds or more"
    name = {Lognormal: "spread", Gamma: "cv", Weibull: "shape"}.get(type(of))
    if name is not None:
        value = getattr(of, name)
        lowest = 0.2 if isinstance(of, Weibull) else 0.0
        if not (isfinite(value) and lowest <= value <= 20):
            return name, f"take a value from {lowest:g} to 20"
    return None


def mean_s(of: Patience) -> float:
    """Infinite where nobody gives up."""
    if isinstance(of, Never):
        return float("inf")
    if isinstance(of, Listed):
        return sum(of.values_s) / len(of.values_s)
    if isinstance(of, Curve):
        known, left = _area(of)
        return known + left * _tail_s(of)
    return of.mean_s


def scaled(of: Duration, by: float) -> Duration:
    """The same, `by` times as long."""
    if isinstance(of, Listed):
        return Listed(tuple(value * by for value in of.values_s))
    return type(of)(of.mean_s * by, *[getattr(of, name) for name in of.__struct_fields__ if name != "mean_s"])


def draw(of: Patience, dice: "np.random.Generator", count: int) -> "np.ndarray[Any, np.dtype[np.float64]]":
    """`count` times in seconds; `inf` for never. The same number of draws gives the same times whatever the mean."""
    import numpy as np

    if isinstance(of, Never):
        return np.full(count, np.inf)
    if isinstance(of, Fixed) or (not isinstance(of, Listed | Curve) and of.mean_s == 0):
        return np.full(count, mean_s(of))
    if isinstance(of, Exponential):
        return dice.standard_exponential(count) * of.mean_s
    if isinstance(of, Lognormal):
        return np.exp(dice.standard_normal(count) * of.spread - of.spread**2 / 2) * of.mean_s
    if isinstance(of, Gamma):
        if of.cv == 0:
            return np.full(count, of.mean_s)
        shape = 1 / of.cv**2
        return dice.standard_gamma(shape, count) * (of.mean_s / shape)
    if isinstance(of, Weibull):
        return dice.standard_exponential(count) ** (1 / of.shape) * (of.mean_s / gamma(1 + 1 / of.shape))
    if isinstance(of, Listed):
        values = np.asarray(of.values_s, dtype=np.float64)
        return values[(dice.random(count) * len(values)).astype(np.int64)]
    return _by_curve(of, dice.random(count))


def fitted(values_s: Sequence[float]) -> Duration:
    """The likeliest of exponential, lognormal and gamma for measured times (maximum likelihood, one and two
    parameters weighed by Akaike's criterion). Raises Invalid `nothing_measured` for fewer than two times above 0."""
    good = [value for value in values_s if isfinite(value) and value > 0]
    if len(good) < 2:
        raise Invalid("nothing_measured", "Give at least two measured times above 0, or a distribution of your own.")
    n = len(good)
    mean = sum(good) / n
    logs = [log(value) for value in good]
    centre = sum(logs) / n
    spread = (sum((value - centre) ** 2 for value in logs) / n) ** 0.5
    if spread < 1e-9:
        return Fixed(mean)
    shape = _gamma_shape(log(mean) - centre)
    by_exponential = -n * (log(mean) + 1)
    by_lognormal = -sum(logs) - n * (log(spread) + 0.5 * log(2 * pi) + 0.5)
    by_gamma = _gamma_likelihood(shape, mean, n, sum(logs), sum(good))
    # The mean of what is drawn is the measured one: it is what staffing goes by.
    fits: list[tuple[float, Duration]] = [
        (2 - 2 * by_exponential, Exponential(mean)),
        (4 - 2 * by_lognormal, Lognormal(mean, spread)),
        (4 - 2 * by_gamma, Gamma(mean, shape**-0.5)),
    ]
    return min(fits, key=lambda fit: fit[0])[1]


def _gamma_shape(gap: float) -> float:
    """Shape of largest likelihood, `gap` = ln(mean) − mean(ln) (Minka 2002, one step from the usual start)."""
    from scipy.special import digamma, polygamma

    shape = (3 - gap + ((gap - 3) ** 2 + 24 * gap) ** 0.5) / (12 * gap)
    for _ in range(4):
        shape -= (log(shape) - float(digamma(shape)) - gap) / (1 / shape - float(polygamma(1, shape)))
    return float(shape)


def _gamma_likelihood(shape: float, mean: float, n: int, logs: float, total: float) -> float:
    from math import lgamma

    scale = mean / shape
    return (shape - 1) * logs - total / scale - n * (shape * log(scale) + lgamma(shape))


def _curve_problem(of: Curve) -> tuple[str, str] | None:
    if not of.times_s or len(of.times_s) != len(of.left):
        return "left", "give as many shares as times, at least one"
    if any(b <= a for a, b in pairwise(of.times_s)) or of.times_s[0] < 0:
        return "times_s", "times rise, from 0 or more"
    falls = [1.0, *of.left]
    if any(not 0 <= b <= a for a, b in pairwise(falls)):
        return "left", "shares fall from 1 to 0"
    return None


def _area(of: Curve) -> tuple[float, float]:
    """(mean time within the curve, share left at its end)."""
    area, before, share = 0.0, 0.0, 1.0
    for time, left in zip(of.times_s, of.left, strict=True):
        area += (time - before) * (share + left) / 2
        before, share = time, left
    return area, share


def _tail_s(of: Curve) -> float:
    """Mean time beyond the last of the curve: total time seen ÷ how many left in it; a day where nobody did."""
    area, left = _area(of)
    return area / (1 - left) if left < 1 and area > 0 else 86_400.0


def _by_curve(of: Curve, chance: "np.ndarray[Any, np.dtype[np.float64]]") -> "np.ndarray[Any, np.dtype[np.float64]]":
    """Inverse of the curve; beyond it, exponential."""
    import numpy as np

    gone = chance  # the share of all that has left by the time that is looked for
    known = 1 - np.asarray([1.0, *of.left], dtype=np.float64)
    found: np.ndarray[Any, np.dtype[np.float64]] = np.interp(gone, known, np.asarray([0.0, *of.times_s]))
    end = float(of.left[-1])
    if end > 0:
        rest = np.maximum(1 - gone, 1e-300)
        found = np.where(rest < end, of.times_s[-1] - np.log(rest / end) * _tail_s(of), found)
    return found


__all__ = [
    "NOTHING",
    "Curve",
    "Duration",
    "Exponential",
    "Fixed",
    "Gamma",
    "Listed",
    "Lognormal",
    "Never",
    "Patience",
    "Weibull",
    "draw",
    "fitted",
    "mean_s",
    "problem",
    "scaled",
]
