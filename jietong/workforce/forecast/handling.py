"""Handling time per slot: the recent mean, by hour and weekday as far as these can be told from chance. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_FORGOTTEN_DAYS = 60.0  # a contact so long ago counts e⁻¹
_KNOWN_AT = 60.0  # contacts of an hour at which its own mean weighs as much as the day's
USUAL_S = 240.0
"""Presumed where nothing was ever handled; whoever shows it says so."""


@dataclass(frozen=True)
class Handling:
    """Seconds by weekday and slot; `known` is how many contacts they are learnt from."""

    seconds: Floats  # 7 × slots
    known: int

    def of(self, days: Sequence[date]) -> Floats:
        """Days × slots."""
        found: Floats = self.seconds[[day.weekday() for day in days]]
        return found


def handling(step_s: int, last: date, cells: Iterable[tuple[date, int, float, int]]) -> Handling:
    """From (day, slot, seconds altogether, contacts). One contact that was left open over night does not pull: what
    lies above twenty times the usual counts as that."""
    slots, per_hour = 86_400 // step_s, max(1, 3600 // step_s)
    rows = [(day, slot, seconds, n) for day, slot, seconds, n in cells if n > 0]
    known = sum(n for *_, n in rows)
    if not known:
        return Handling(np.full((7, slots), USUAL_S), 0)
    usual = float(np.median([seconds / n for _, _, seconds, n in rows]))
    hours = slots // per_hour
    time, weight = np.zeros((7, hours)), np.zeros((7, hours))
    for day, slot, seconds, n in rows:
        w = float(np.exp(-(last - day).days / _FORGOTTEN_DAYS))
        hour = min(slot // per_hour, hours - 1)
        time[day.weekday(), hour] += w * min(seconds, 20 * usual * n)
        weight[day.weekday(), hour] += w * n
    all_of_them = time.sum() / max(weight.sum(), 1e-12)
    by_hour = _drawn(time.sum(axis=0), weight.sum(axis=0), np.full(hours, all_of_them))
    by_day = _drawn(time.sum(axis=1), weight.sum(axis=1), np.full(7, all_of_them))
    expected = by_hour[None, :] * (by_day / all_of_them)[:, None]
    both = _drawn(time, weight, expected)
    return Handling(np.repeat(both, per_hour, axis=1)[:, :slots], known)


def _drawn(time: Floats, weight: Floats, expected: Floats) -> Floats:
    found: Floats = (time + _KNOWN_AT * expected) / (weight + _KNOWN_AT)
    return found
