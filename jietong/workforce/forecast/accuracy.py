"""How good a forecast was: the figures that a planner and a bench judge by. Pure.

wMAPE = Σ|said − came| ÷ Σ came. MASE = mean |said − came| ÷ mean |same slot a week before − came|, the latter over
the history (Hyndman & Koehler 2006, with the week as season). Coverage: share of what came that lies from p10 to p90:
80 % when an interval is calibrated. Bias = Σ(said − came) ÷ Σ came: above 0, too much was said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from jietong.workforce.forecast.history import History

Floats = npt.NDArray[np.float64]

_LEAST = 0.5
"""Below so many expected contacts a slot is (nearly) always empty: any interval covers it, so it says nothing."""


@dataclass(frozen=True)
class Accuracy:
    """Sums, so that days and folds add up. None where nothing came."""

    absolute: float = 0.0
    signed: float = 0.0
    came: float = 0.0
    slots: int = 0
    inside: int = 0
    judged: int = 0  # slots that coverage is taken of
    naive: float = 0.0  # Σ|a week before − came|
    compared: float = 0.0  # of what came in the slots that have a week before
    days: int = 0
    day_absolute: float = 0.0
    day_inside: int = 0

    def __add__(self, other: "Accuracy") -> "Accuracy":
        return Accuracy(*(getattr(self, name) + getattr(other, name) for name in Accuracy.__dataclass_fields__))

    @property
    def wmape(self) -> float | None:
        return self.absolute / self.came if self.came > 0 else None

    @property
    def bias(self) -> float | None:
        return self.signed / self.came if self.came > 0 else None

    @property
    def coverage(self) -> float | None:
        return self.inside / self.judged if self.judged else None

    @property
    def naive_wmape(self) -> float | None:
        return self.naive / self.compared if self.compared > 0 else None

    @property
    def day_wmape(self) -> float | None:
        return self.day_absolute / self.came if self.came > 0 else None

    @property
    def day_coverage(self) -> float | None:
        return self.day_inside / self.days if self.days else None


def judge(
    mean: Floats, p10: Floats, p90: Floats, came: Floats, naive: Floats, day_p10: Floats, day_p90: Floats
) -> Accuracy:
    """All days × slots; `came` and `naive` nan where nothing is known."""
    known = np.isfinite(came)
    y, m = np.where(known, came, 0.0), np.where(known, mean, 0.0)
    judged = known & (mean >= _LEAST)
    compared = known & np.isfinite(naive)
    days, said = y.sum(axis=1), m.sum(axis=1)
    return Accuracy(
        absolute=float(np.abs(y - m).sum()),
        signed=float((m - y).sum()),
        came=float(y.sum()),
        slots=int(known.sum()),
        inside=int(((y >= p10 - 1e-9) & (y <= p90 + 1e-9) & judged).sum()),
        judged=int(judged.sum()),
        naive=float(np.abs(naive - came)[compared].sum()),
        compared=float(y[compared].sum()),
        days=len(days),
        day_absolute=float(np.abs(days - said).sum()),
        day_inside=int(((days >= day_p10) & (days <= day_p90)).sum()),
    )


def a_week_before(past: History, days: Sequence[date]) -> Floats:
    """What stood in the same slots on the latest same weekday that is known before the first of `days`."""
    known = {day: i for i, day in enumerate(past.days) if day < days[0]}
    found = np.full((len(days), past.slots), np.nan)
    for row, day in enumerate(days):
        back = day - timedelta(weeks=1)
        while known and back >= past.days[0]:
            if back in known:
                found[row] = past.counts[known[back]]
                break
            back -= timedelta(weeks=1)
    return found


def scale(past: History) -> float | None:
    """Mean |same slot a week before − came| over the history: what MASE is measured in. None: no week is repeated."""
    place = {day: i for i, day in enumerate(past.days)}
    pairs = [(i, place[back]) for day, i in place.items() if (back := day - timedelta(weeks=1)) in place]
    if not pairs:
        return None
    later, earlier = past.counts[[i for i, _ in pairs]], past.counts[[j for _, j in pairs]]
    away = np.abs(later - earlier)
    return float(np.nanmean(away)) if np.isfinite(away).any() else None


def mase(found: Accuracy, unit: float | None) -> float | None:
    """Mean absolute error in units of `scale`; below 1 is better than the week before."""
    return found.absolute / found.slots / unit if unit and found.slots else None
