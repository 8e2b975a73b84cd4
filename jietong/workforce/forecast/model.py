"""A forecast: per day and slot how many contacts come, and how sure that is.

`learn` makes a `Learnt` from a history; `Learnt.ahead` gives a `Forecast` of any days. The day's amount (`level`)
times the shares of its slots (`shape`) is the mean; how far off it was when the last weeks were forecast from what
was known before them (`calibration`) makes the intervals.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from jietong.workforce.forecast import level, shape
from jietong.workforce.forecast.calendar import Country, table
from jietong.workforce.forecast.calibration import PLAIN, Calibration, calibrate
from jietong.workforce.forecast.gaussian import Fit
from jietong.workforce.forecast.history import History, Opening, filled, nothing_known
from jietong.workforce.forecast.shape import Shape

Floats = npt.NDArray[np.float64]

MOST_DAYS = 800  # of history that are looked at: cost grows with their cube
_FOLDS = 6
_FOLD_DAYS = 10
_SHORT = 120
_LEAST_BEFORE = 15  # days that a back-test needs before it


@dataclass(frozen=True)
class Forecast:
    """Rows are `days`, columns slots of `step_s` from the local midnight; contacts in each. p10 ≤ p50 ≤ p90."""

    step_s: int
    days: tuple[date, ...]
    mean: Floats
    p10: Floats
    p50: Floats
    p90: Floats
    day_mean: Floats
    day_p10: Floats
    day_p90: Floats
    day_spread: Floats
    """Standard deviation of the logarithm of each day's amount: for whoever simulates days."""
    drivers: Mapping[str, Floats]


@dataclass(frozen=True)
class Learnt:
    """What one queue's history teaches. Frozen: it may be asked from several threads."""

    past: History
    country: Country
    amounts: Fit
    profile: Shape
    calibration: Calibration
    opening: Opening = field(repr=False)

    def open_days(self, origin: date, number: int) -> list[date]:
        return self.opening.days(origin, number)

    def ahead(self, days: Sequence[date]) -> Forecast:
        """What comes on these days, whether open or not."""
        rows = table(self.country.kinds(days))
        amount = level.amounts(self.amounts, rows)
        shares = shape.shares(self.profile, rows)
        spread = amount.spread * self.calibration.day
        average = amount.median * np.exp(0.5 * np.minimum(spread, 0.5) ** 2)
        mean = average[:, None] * shares
        p10, p50, p90 = self.calibration.quantiles(mean, spread)
        day_p10, _, day_p90 = self.calibration.day_quantiles(average, spread)
        return Forecast(
            self.past.step_s, tuple(days), mean, p10, p50, p90, average, day_p10, day_p90, spread,
            level.drivers(self.amounts, rows),
        )  # fmt: skip


def learn(
    past: History, country: Country, *, calibrated: bool = True, like: Learnt | None = None, free: bool = True
) -> Learnt:
    """Raises Invalid `no_history`. `like`: what the same queue taught with more days; the search for amplitudes
    begins there or, not `free`, ends there, as everything else is learnt anew."""
    if not past.days:
        raise nothing_known()
    past = History(past.step_s, past.days[-MOST_DAYS:], past.counts[-MOST_DAYS:])
    counts = filled(past)
    rows = table(country.kinds(past.days))
    profile = shape.fit(rows, counts, like=None if like is None else like.profile, free=free)
    totals = _totals(counts, rows, profile)
    amounts = level.fit(rows, totals, like=None if like is None else like.amounts, free=free)
    found = Learnt(past, country, amounts, profile, PLAIN, Opening(past, country))
    return replace(found, calibration=_calibrated(found, counts)) if calibrated else found


def origins(past: History, *, folds: int, horizon: int, least: int = _LEAST_BEFORE) -> list[int]:
    """Numbers of the days at which back-tests begin: the last ends with the history, earlier ones half a horizon
    before each other or further, spread over all but the first `least` days."""
    last = len(past.days) - horizon
    if last < least:
        return []
    step = max(horizon // 2, 1)
    number = min(folds, (last - least) // step + 1)
    return sorted({round(at) for at in np.linspace(last, max(least, last - (folds * 2 - 1) * step), number)})


def _calibrated(found: Learnt, counts: Floats) -> Calibration:
    """From what the model would have said at earlier origins."""
    past = found.past
    horizon = min(_FOLD_DAYS, max(1, (len(past.days) - _LEAST_BEFORE) // 2))
    means, actual, spreads = [], [], []
    for at in origins(past, folds=_FOLDS, horizon=horizon):
        known = History(past.step_s, past.days[:at], past.counts[:at])
        # What a short history teaches changes from week to week, so nothing of today's may be known then.
        said = learn(known, found.country, like=found, free=at <= _SHORT, calibrated=False).ahead(
            past.days[at : at + horizon]
        )
        means.append(said.mean)
        actual.append(counts[at : at + horizon])
        spreads.append(said.day_spread / PLAIN.day)
    if not means:
        return PLAIN
    return calibrate(np.concatenate(means), np.concatenate(actual), np.concatenate(spreads))


def _totals(counts: Floats, rows: Floats, profile: Shape) -> Floats:
    """Each day's contacts; a day with gaps counts for what its known slots usually make of a day."""
    known = np.isfinite(counts)
    seen: Floats = np.nansum(counts, axis=1)
    if known.all():
        return seen
    plain = Shape(profile.all_days, profile.kinds, np.zeros((0, counts.shape[1])), ())
    covered = (shape.shares(plain, rows) * known).sum(axis=1)
    whole: Floats = seen / np.maximum(covered, 0.05)
    return whole
