"""Back-test: what the model would have said at earlier days, knowing only what came before them, against what
came."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from jietong.core.errors import Invalid
from jietong.workforce.forecast.accuracy import Accuracy, a_week_before, judge, mase, scale
from jietong.workforce.forecast.calendar import Country
from jietong.workforce.forecast.history import History, filled
from jietong.workforce.forecast.model import Forecast, learn, origins

Floats = npt.NDArray[np.float64]

LEAST_DAYS = 20


@dataclass(frozen=True)
class Fold:
    """One origin: `days` were forecast from what was known before the first."""

    days: tuple[date, ...]
    said: tuple[float, ...]  # a day
    low: tuple[float, ...]
    high: tuple[float, ...]
    came: tuple[float, ...]
    accuracy: Accuracy


@dataclass(frozen=True)
class Backtest:
    folds: tuple[Fold, ...]
    all: Accuracy
    mase: float | None


def backtest(
    past: History,
    country: Country,
    *,
    folds: int,
    horizon: int,
    told: Callable[[float], None] = lambda share: None,
) -> Backtest:
    """At most `folds` origins, `horizon` open days each. Raises Invalid `too_little_history`."""
    starts = origins(past, folds=folds, horizon=horizon)
    if len(past.days) < LEAST_DAYS or not starts:
        raise Invalid(
            "too_little_history",
            f"{len(past.days)} days of history are too few for a back-test of {horizon} days: it needs "
            f"{max(LEAST_DAYS, horizon + 15)}. Choose a shorter horizon, or come back later.",
        )
    counts = filled(past)
    found = []
    for number, at in enumerate(starts):
        known = History(past.step_s, past.days[:at], past.counts[:at])
        days = past.days[at : at + horizon]
        said = learn(known, country).ahead(days)
        found.append(_fold(known, days, said, counts[at : at + horizon]))
        told((number + 1) / len(starts))
    together = sum((fold.accuracy for fold in found), Accuracy())
    return Backtest(tuple(found), together, mase(together, scale(past)))


def _fold(known: History, days: Sequence[date], said: Forecast, came: Floats) -> Fold:
    found = judge(said.mean, said.p10, said.p90, came, a_week_before(known, days), said.day_p10, said.day_p90)
    return Fold(
        tuple(days),
        tuple(said.day_mean.tolist()),
        tuple(said.day_p10.tolist()),
        tuple(said.day_p90.tolist()),
        tuple(np.nansum(came, axis=1).tolist()),
        found,
    )
