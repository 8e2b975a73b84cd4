"""How much comes on a day: the logarithm of the day's contacts as weekday + month + holidays + year + trend +
rest."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from jietong.workforce.forecast import gaussian
from jietong.workforce.forecast.calendar import (
    AFTER,
    BEFORE,
    DAY_OF_MONTH,
    DAY_OF_YEAR,
    FROM_START,
    HOLIDAY,
    KIND,
    NAME,
    ORDINAL,
    TO_END,
    WORKING,
)
from jietong.workforce.forecast.gaussian import Fit, Part

Floats = npt.NDArray[np.float64]

DRIVERS = ("weekday", "month", "holiday", "year", "trend", "recent")
"""What a forecast is explained by; several parts of the model may make one driver."""

_YEAR_IS_SEEN = 400  # days of span from which a yearly swing can be told from a trend


class Amounts(NamedTuple):
    """Median of each day's contacts, and the standard deviation of its logarithm."""

    median: Floats
    spread: Floats


def near(column: int, width: float) -> gaussian.Covariance:
    """Alike where the column's values are close, in units of the column."""

    def covariance(a: Floats, b: Floats) -> Floats:
        found: Floats = np.exp(-0.5 * ((a[:, None, column] - b[None, :, column]) / width) ** 2)
        return found

    return covariance


def same(column: int) -> gaussian.Covariance:
    def covariance(a: Floats, b: Floats) -> Floats:
        found: Floats = (a[:, None, column] == b[None, :, column]).astype(np.float64)
        return found

    return covariance


def flagged(column: int) -> gaussian.Covariance:
    def covariance(a: Floats, b: Floats) -> Floats:
        found: Floats = a[:, None, column] * b[None, :, column]
        return found

    return covariance


def named(a: Floats, b: Floats) -> Floats:
    """The same holiday, by its name."""
    alike = (a[:, None, NAME] == b[None, :, NAME]) & (a[:, None, NAME] > 0)
    found: Floats = alike.astype(np.float64)
    return found


def wandering(days: float) -> gaussian.Covariance:
    """A smooth curve that has forgotten itself after about so many days (Matérn 3/2)."""

    def covariance(a: Floats, b: Floats) -> Floats:
        distance = np.sqrt(3.0) * np.abs(a[:, None, ORDINAL] - b[None, :, ORDINAL]) / days
        found: Floats = (1 + distance) * np.exp(-distance)
        return found

    return covariance


def passing(days: float) -> gaussian.Covariance:
    """What lasts for so many days and fades (Ornstein–Uhlenbeck)."""

    def covariance(a: Floats, b: Floats) -> Floats:
        found: Floats = np.exp(-np.abs(a[:, None, ORDINAL] - b[None, :, ORDINAL]) / days)
        return found

    return covariance


def yearly(days: float) -> gaussian.Covariance:
    """The same season, round the year."""

    def covariance(a: Floats, b: Floats) -> Floats:
        angle = np.pi * (a[:, None, DAY_OF_YEAR] - b[None, :, DAY_OF_YEAR]) / 365.25
        found: Floats = np.exp(-2.0 * (np.sin(angle) * 365.25 / (2 * np.pi) / days) ** 2)
        return found

    return covariance


def parts(span_days: float) -> tuple[Part, ...]:
    """Named `<driver>` or `<driver>.<what>`; usual amplitudes are of a logarithm: 0.05 is five per cent."""
    found = [
        Part("weekday", same(KIND), 0.15),
        Part("weekday.working", same(WORKING), 0.3),
        Part("month.start", near(FROM_START, 2.0), 0.05),
        Part("month.end", near(TO_END, 2.0), 0.03),
        Part("month.day", near(DAY_OF_MONTH, 3.0), 0.04),
        Part("holiday", flagged(HOLIDAY), 0.5),
        Part("holiday.named", named, 0.4),
        Part("holiday.after", flagged(AFTER), 0.1),
        Part("holiday.before", flagged(BEFORE), 0.1),
        Part("trend", wandering(30.0), 0.1),
        Part("recent", passing(5.0), 0.05),
    ]
    if span_days >= _YEAR_IS_SEEN:
        found.append(Part("year", yearly(25.0), 0.08))
        found.append(Part("trend.long", wandering(365.0), 0.2))
    return tuple(found)


def fit(days: Floats, totals: Floats, *, like: Fit | None = None, free: bool = True) -> Fit:
    """`days` is a calendar table, `totals` the contacts of each day (fractions allowed, none below 0). `like`: a fit
    of the same queue with more days, whose amplitudes are a good place to begin, or, not `free`, are taken."""
    seen = days if like is None else like.days
    covered = float(seen[-1, ORDINAL] - seen[0, ORDINAL])
    own = 1.0 / np.maximum(totals, 0.5)  # of the logarithm of a Poisson count
    known = None if like is None else like.amplitudes
    return gaussian.fit(
        parts(covered),
        days,
        np.log(np.maximum(totals, 0.5)),
        noise=0.04,
        own=own,
        amplitudes=None if free else known,
        begin=known,
    )


def amounts(model: Fit, days: Floats) -> Amounts:
    found = gaussian.predict(model, days)
    return Amounts(np.exp(found.mean), np.sqrt(found.variance))


def drivers(model: Fit, days: Floats) -> dict[str, Floats]:
    """What each driver does to each day, as a factor less one: 0.08 is eight per cent more than without it. `base` is
    the level under them all, in contacts a day."""
    found = {name: np.zeros(len(days)) for name in DRIVERS}
    for name, share in gaussian.shares(model, days).items():
        found[name.partition(".")[0]] += share
    factors = {name: np.exp(value) - 1.0 for name, value in found.items()}
    factors["base"] = np.full(len(days), np.exp(gaussian.level(model)))
    return factors
