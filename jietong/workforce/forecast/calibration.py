"""How sure a forecast is, from how far off it was: the day's amount, the moment within the day, and counting itself.

A slot's count varies around its mean m with variance φ·m + m²(σ² + τ²): counting (φ = 1 for Poisson), the day's
amount (σ, of its logarithm) and the moment (τ). What back-tests leave is scaled by it, and its own 10 % and 90 %
points are taken (a conformal step: no shape of distribution is presumed). All on the root scale, where small counts
are even.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_TENTH = 1.2815515655446004  # of the normal distribution
_HALF_KNOWN = 15.0  # days of back-test at which what they say weighs as much as what is usual


@dataclass(frozen=True)
class Calibration:
    """`day`: factor to the model's own σ; `moment`: τ; `counting`: φ; `low`, `middle`, `high`: quantiles of the
    scaled remainder."""

    day: float
    moment: float
    counting: float
    low: float
    middle: float
    high: float
    rhythm: float  # slots after which a momentary deviation has faded to e⁻¹
    tested_days: int

    def quantiles(self, mean: Floats, spread: Floats) -> tuple[Floats, Floats, Floats]:
        """p10, p50, p90 of each slot; `spread` is σ of each row."""
        deviation = self.deviation(mean, spread)
        root = np.sqrt(np.maximum(mean, 0.0) + 0.375)
        found = [_back(root + z * deviation) for z in (self.low, self.middle, self.high)]
        low, middle, high = (np.where(mean > 1e-6, one, 0.0) for one in found)
        return np.minimum(low, mean), middle, np.maximum(high, np.where(mean > 1e-6, mean, 0.0))

    def day_quantiles(self, mean: Floats, spread: Floats) -> tuple[Floats, Floats, Floats]:
        """p10, p50, p90 of each day's amount."""
        whole = np.sqrt(spread**2 + self.counting / np.maximum(mean, 1.0))
        median = mean * np.exp(-0.5 * np.minimum(spread, 0.5) ** 2)
        low, high = median * np.exp(-_TENTH * whole), median * np.exp(_TENTH * whole)
        return low, median, high

    def deviation(self, mean: Floats, spread: Floats) -> Floats:
        """Standard deviation of √count in each slot."""
        m = np.maximum(mean, 0.0)
        relative = spread[:, None] ** 2 + self.moment**2
        found: Floats = 0.5 * np.sqrt((self.counting * m + m * m * relative) / (m + 0.375))
        return found


PLAIN = Calibration(1.3, 0.1, 1.0, -_TENTH, 0.0, _TENTH, 6.0, 0)
"""What is presumed where nothing could be tested yet."""


def calibrate(mean: Floats, actual: Floats, spread: Floats) -> Calibration:
    """From forecasts of past days and what came (days × slots, nan unknown); `spread` is σ as the model said it."""
    known = np.isfinite(actual)
    m, y = np.where(known, mean, 0.0), np.where(known, actual, 0.0)
    days, said = y.sum(axis=1), m.sum(axis=1)
    good = said > 0
    m, y, days, said, spread, known = m[good], y[good], days[good], said[good], spread[good], known[good]
    if not len(m):
        return PLAIN
    away = np.log(np.maximum(days, 0.5) / said)
    day = _day_factor(away, spread, said)
    # Within the day: what is left when the day's own amount is known.
    ratio = np.maximum(days, 0.5) / said
    rest, expected = y - m * ratio[:, None], m * ratio[:, None]
    usual = np.abs(away) < 4 * np.maximum(spread, 0.02)
    moment, counting, rhythm = _within(rest[usual], expected[usual], known[usual])
    raw = Calibration(day, moment, counting, -_TENTH, 0.0, _TENTH, rhythm, len(m))
    z = (np.sqrt(y + 0.375) - np.sqrt(m + 0.375)) / np.maximum(raw.deviation(m, spread * day), 1e-9)
    busy = known & (m > 0.5)
    if busy.sum() < 50:
        return raw
    weight = len(m) / (len(m) + _HALF_KNOWN / 2)
    found = np.quantile(z[busy], (0.1, 0.5, 0.9))
    low, middle, high = weight * found + (1 - weight) * np.array([-_TENTH, 0.0, _TENTH])
    return Calibration(day, moment, counting, float(low), float(middle), float(high), rhythm, len(m))


def _day_factor(away: Floats, spread: Floats, said: Floats) -> float:
    """So that four days in five lie where they are said to, drawn to what is usual as far as few days were tested."""
    scaled = np.abs(away) / np.sqrt(spread**2 + 1.0 / np.maximum(said, 1.0))
    factor = float(np.quantile(scaled, 0.8)) / _TENTH
    weight = len(away) / (len(away) + _HALF_KNOWN)
    usual = np.log(PLAIN.day)
    return float(np.clip(np.exp(usual + weight * (np.log(max(factor, 0.1)) - usual)), 0.6, 3.0))


def _within(rest: Floats, expected: Floats, known: npt.NDArray[np.bool_]) -> tuple[float, float, float]:
    """τ, φ and how long a momentary deviation lasts, by moments: (y−m)²/m = φ + τ²·m."""
    busy = known & (expected > 1.0)
    if busy.sum() < 50:
        return PLAIN.moment, 1.0, PLAIN.rhythm
    square, m = np.minimum(rest[busy] ** 2 / expected[busy], 60 + 0.5 * expected[busy]), expected[busy]
    # Counting alone is what lies under everything; what grows with m beyond it is the moment.
    extra = float(((square - 1.0) * m).sum() / (m * m).sum())
    if extra <= 0:
        return 0.0, float(np.clip(square.mean(), 0.8, 3.0)), PLAIN.rhythm
    moment = float(np.sqrt(min(extra, 0.25)))
    counting = float(np.clip((square - extra * m).mean(), 0.8, 3.0))
    relative = np.where(busy, rest / np.maximum(expected, 1e-9), 0.0)
    lag = 2
    together = busy[:, lag:] & busy[:, :-lag]
    if together.sum() < 50:
        return moment, counting, PLAIN.rhythm
    share = float((relative[:, lag:] * relative[:, :-lag])[together].mean()) / max(extra, 1e-9)
    rhythm = -lag / np.log(np.clip(share, 0.05, 0.9))
    return moment, counting, float(rhythm)


def _back(root: Floats) -> Floats:
    found: Floats = np.maximum(np.maximum(root, 0.0) ** 2 - 0.375, 0.0)
    return found
