"""The rest of a day, given what has come so far (intraday re-forecast). Pure.

Deviations of a day are of three kinds: of the whole day (σ), of the moment (τ, fading within hours) and of counting.
They are jointly normal on the scale of ln(came ÷ expected), so what was seen tells, by the rules of the normal
distribution, how far the rest will deviate and how sure that is.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jietong.workforce.forecast.calibration import Calibration

Floats = npt.NDArray[np.float64]

_LEAST = 3.0  # contacts in a block of slots before its ratio is read: fewer are added to the next


@dataclass(frozen=True)
class Rest:
    """All slots of the day: those gone by as they came, the rest as it is expected now."""

    mean: Floats
    p10: Floats
    p50: Floats
    p90: Floats
    factor: float  # what the day as a whole is, against what was said
    surprise: float  # how many standard deviations what came so far lies off what was said
    day_p10: float
    day_p90: float


def update(mean: Floats, spread: float, calibration: Calibration, came: Floats) -> Rest:
    """`mean` of each slot as was said before the day, `spread` its day's σ, `came` the counts so far: nan for slots
    that are not over, or of which nothing is known."""
    over = np.isfinite(came)
    blocks = _blocks(mean, came, over)
    day, moment, lasting = spread**2, calibration.moment**2, max(calibration.rhythm, 1.0)
    slots = np.arange(len(mean), dtype=np.float64)
    gain, variance, factor, surprise = np.zeros(len(mean)), np.full(len(mean), day + moment), 0.0, 0.0
    if blocks:
        at = np.array([b[0] for b in blocks])
        expected, seen = np.array([b[1] for b in blocks]), np.array([b[2] for b in blocks])
        # Half a contact on either side: none at all is not infinitely few.
        away = np.log((seen + 0.5) / (expected + 0.5))
        between = np.exp(-np.abs(at[:, None] - at[None, :]) / lasting)
        noise = calibration.counting / np.maximum(expected, 1.0)
        seen_covariance = day + moment * between + np.diag(noise)
        cross = day + moment * np.exp(-np.abs(slots[:, None] - at[None, :]) / lasting)
        weights = np.linalg.solve(seen_covariance, cross.T).T
        gain = weights @ away
        variance = np.maximum(day + moment - (weights * cross).sum(axis=1), 0.0)
        whole = np.linalg.solve(seen_covariance, np.full(len(at), day))
        factor = float(whole @ away)
        share = expected / expected.sum()
        said = float(share @ seen_covariance @ share)
        surprise = float(np.log((seen.sum() + 0.5) / (expected.sum() + 0.5)) / np.sqrt(said))
    updated = mean * np.exp(gain)
    rest_mean = np.where(over, np.nan_to_num(came), updated)
    left = Calibration(
        1.0, 0.0, calibration.counting, calibration.low, calibration.middle, calibration.high, lasting,
        calibration.tested_days,
    )  # fmt: skip
    p10, p50, p90 = (one[:, 0] for one in left.quantiles(updated[:, None], np.sqrt(variance)))
    still = updated[~over].sum()
    unsure = float(np.sqrt(np.average(variance[~over], weights=updated[~over] + 1e-9))) if (~over).any() else 0.0
    half = 1.2816 * np.sqrt((still * unsure) ** 2 + calibration.counting * still)
    total = float(rest_mean.sum())
    return Rest(
        rest_mean,
        np.where(over, rest_mean, p10),
        np.where(over, rest_mean, p50),
        np.where(over, rest_mean, p90),
        float(np.exp(factor)),
        surprise,
        max(total - half, float(np.nansum(came))),
        total + half,
    )


def _blocks(mean: Floats, came: Floats, over: npt.NDArray[np.bool_]) -> list[tuple[float, float, float]]:
    """(middle slot, expected, came) of runs of slots that are over, each large enough for its ratio to mean
    something."""
    found: list[tuple[float, float, float]] = []
    expected = seen = weight = 0.0
    for slot in np.flatnonzero(over):
        expected, seen, weight = expected + mean[slot], seen + came[slot], weight + mean[slot] * slot
        if expected >= _LEAST:
            found.append((weight / expected, expected, seen))
            expected = seen = weight = 0.0
    if expected > 0.5:
        found.append((weight / expected, expected, seen))
    return found
