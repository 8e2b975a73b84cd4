"""Additive Gaussian-process regression: a value is a sum of parts, each smooth in its own sense of nearness.

A part is a covariance between days; its amplitude is learnt by maximum posterior likelihood under a log-normal prior
around a usual value (Rasmussen & Williams 2006, §2.7, §5.4.1). Each part's posterior mean can be read by itself, so
that a forecast says what it is made of. Days need not be evenly spaced. Days far off what all others say get more
noise and are fitted again, so that one outage does not bend the level.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve, lapack
from scipy.optimize import minimize

Floats = npt.NDArray[np.float64]
Covariance = Callable[[Floats, Floats], Floats]

_FREEDOM = 0.9  # how far, in log, an amplitude strays from its usual value
_OUTLIER = 3.0  # standard deviations from what all other days say
_MOST_TO_LEARN = 260  # days that amplitudes are learnt from: cost grows with their cube
_STEPS = 40


class Part(NamedTuple):
    name: str
    covariance: Covariance  # tables of n and m days → n × m, at most 1
    usual: float  # standard deviation that is expected before anything is known


@dataclass(frozen=True)
class Fit:
    """What was learnt; amplitudes and noise are standard deviations."""

    parts: tuple[Part, ...]
    days: Floats
    centre: float
    amplitudes: Floats  # of the parts, the noise's last
    wide: float  # variance of the constant
    weights: Floats  # noise variance ÷ noise²
    own: Floats  # known noise variance of each day (counting)
    factor: tuple[Floats, bool]
    alpha: Floats

    @property
    def noise(self) -> float:
        return float(self.amplitudes[-1])


class Prediction(NamedTuple):
    mean: Floats
    variance: Floats  # of a new observation, its own counting noise not in it


def fit(
    parts: Sequence[Part],
    days: Floats,
    values: Floats,
    *,
    noise: float,
    own: Floats | None = None,
    amplitudes: Floats | None = None,
    begin: Floats | None = None,
) -> Fit:
    """Learns from `values` on `days` (rows of a table). `own`: each value's known noise variance. With `amplitudes`
    nothing is learnt but the values themselves; `begin` is where the search for them starts."""
    known = np.zeros(len(values)) if own is None else own
    centre = float(np.median(values))
    y = values - centre
    # A constant of which almost nothing is presumed: a level may be anywhere near what was seen.
    wide = 4.0 * (float(np.var(y)) + max(part.usual for part in parts) ** 2)
    covariances = np.array([part.covariance(days, days) for part in parts])
    usual = np.log(np.array([*(part.usual for part in parts), noise]))
    if amplitudes is None:
        some = slice(max(0, len(y) - _MOST_TO_LEARN), None)
        learnt = _learn(covariances[:, some, some], y[some], known[some], wide, usual, begin=begin)
        # Twice: the first look finds the outliers, the second learns without their pull.
        first = _solve(covariances, y, known, np.ones(len(y)), wide, learnt)
        weights = _weights(first, y)
        if (weights > 1).any():
            learnt = _learn(covariances[:, some, some], y[some], known[some], wide, usual, weights[some], learnt)
    else:
        learnt = amplitudes
        weights = _weights(_solve(covariances, y, known, np.ones(len(y)), wide, learnt), y)
    factor = _solve(covariances, y, known, weights, wide, learnt)
    return Fit(tuple(parts), days, centre, learnt, wide, weights, known, factor, cho_solve(factor, y))


def predict(model: Fit, days: Floats) -> Prediction:
    """Mean and variance on other days."""
    cross = sum(
        (a * a * part.covariance(days, model.days) for a, part in zip(model.amplitudes, model.parts, strict=False)),
        start=np.full((len(days), len(model.days)), model.wide),
    )
    mean = model.centre + cross @ model.alpha
    prior = np.array(
        [
            model.wide
            + sum(
                a * a * float(part.covariance(day[None], day[None])[0, 0])
                for a, part in zip(model.amplitudes, model.parts, strict=False)
            )
            for day in days
        ]
    )
    explained = np.einsum("ij,ji->i", cross, cho_solve(model.factor, cross.T))
    variance = np.maximum(prior - explained, 0.0) + model.amplitudes[-1] ** 2
    return Prediction(mean, variance)


def shares(model: Fit, days: Floats) -> dict[str, Floats]:
    """What each part adds to the mean on each day, by its name."""
    return {
        part.name: a * a * part.covariance(days, model.days) @ model.alpha
        for a, part in zip(model.amplitudes, model.parts, strict=False)
    }


def level(model: Fit) -> float:
    """The constant under all parts."""
    return model.centre + model.wide * float(model.alpha.sum())


def _build(covariances: Floats, own: Floats, weights: Floats, wide: float, amplitudes: Floats) -> Floats:
    squares = amplitudes**2
    n = covariances.shape[1]
    matrix: Floats = (squares[:-1] @ covariances.reshape(len(covariances), -1)).reshape(n, n) + wide
    matrix[np.diag_indices_from(matrix)] += squares[-1] * weights + own + 1e-9
    return matrix


def _solve(
    covariances: Floats, y: Floats, own: Floats, weights: Floats, wide: float, amplitudes: Floats
) -> tuple[Floats, bool]:
    factor: tuple[Floats, bool] = cho_factor(_build(covariances, own, weights, wide, amplitudes), lower=True)
    return factor


def _weights(factor: tuple[Floats, bool], y: Floats) -> Floats:
    """More noise for a value that lies far from what all the others say of it (leave-one-out, R&W §5.4.2)."""
    if len(y) < 8:
        return np.ones(len(y))
    precision = np.diag(cho_solve(factor, np.eye(len(y))))
    away = cho_solve(factor, y) / np.sqrt(precision)
    scale = max(1.0, float(np.median(np.abs(away))) * 1.4826)
    found: Floats = np.maximum(1.0, (np.abs(away) / scale / _OUTLIER) ** 4)
    return found


def _learn(
    covariances: Floats,
    y: Floats,
    own: Floats,
    wide: float,
    usual: Floats,
    weights: Floats | None = None,
    begin: Floats | None = None,
) -> Floats:
    weight = np.ones(len(y)) if weights is None else weights
    flat = covariances.reshape(len(covariances), -1)

    def objective(logs: Floats) -> tuple[float, Floats]:
        squares = np.exp(2 * logs)
        lower, fault = lapack.dpotrf(_build(covariances, own, weight, wide, np.exp(logs)), lower=1, clean=1)
        if fault:
            return 1e12, np.zeros_like(logs)
        half, _ = lapack.dpotri(lower, lower=1)
        inverse = half + np.tril(half, -1).T
        alpha = inverse @ y
        off = (logs - usual) / _FREEDOM
        value = 0.5 * float(y @ alpha) + float(np.log(np.diag(lower)).sum()) + 0.5 * float(off @ off)
        gap = inverse - np.outer(alpha, alpha)
        slope = flat @ gap.ravel() * squares[:-1]
        last = float(np.diag(gap) @ weight) * squares[-1]
        return value, np.append(slope, last) + off / _FREEDOM

    found = minimize(
        objective, usual if begin is None else np.log(begin), jac=True, method="L-BFGS-B", options={"maxiter": _STEPS}
    )
    learnt: Floats = np.exp(found.x)
    return learnt
