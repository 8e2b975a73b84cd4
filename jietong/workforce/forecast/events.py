"""What planners know and counts do not: campaigns, bills, outages, and changes of a forecast by hand. Pure.

An event tells both ways: past days are freed of what it did before anything is learnt from them, coming days get it.
"""

from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from jietong.core.errors import Invalid
from jietong.workforce.forecast.history import History

Floats = npt.NDArray[np.float64]

DAY_S = 86_400
KINDS = ("campaign", "billing", "launch", "outage", "other")
EVENT_HOWS = ("factor", "add", "leave_out")
ADJUSTMENT_HOWS = ("factor", "add", "total")


class Effect(Struct, frozen=True):
    """From `first` through `last`, each day between `from_s` and `until_s` of the wall clock. `how`: `factor` (times
    value), `add` (value contacts a day), `total` (the hours come to value a day), `leave_out` (nothing is to be
    learnt from them; coming days stay as they are)."""

    first: date
    last: date
    how: str
    value: float
    from_s: int = 0
    until_s: int = DAY_S

    def of(self, day: date) -> bool:
        return self.first <= day <= self.last

    def slots(self, step_s: int) -> slice:
        """The slots it touches: those that begin within its hours."""
        return slice(-(-self.from_s // step_s), -(-self.until_s // step_s))


def check_effect(effect: "Effect", code: str, hows: Sequence[str]) -> None:
    """Raises Invalid `code`."""
    if effect.how not in hows:
        raise Invalid(code, f"It says how as {effect.how!r}: choose one of {', '.join(hows)}.")
    if effect.last < effect.first or (effect.last - effect.first).days > 366:
        raise Invalid(code, "It ends before it begins, or lasts for more than a year. Correct its days.")
    if not 0 <= effect.from_s < effect.until_s <= 86_400:
        raise Invalid(code, "Its hours end before they begin. Correct them; a whole day is from 0:00 to 24:00.")
    if effect.how == "factor" and not 0 <= effect.value <= 100:
        raise Invalid(code, "A factor is from 0 (nobody comes) to 100; 1.2 is twenty per cent more.")
    if abs(effect.value) > 1e7 or (effect.how == "total" and effect.value < 0):
        raise Invalid(code, "So many contacts cannot be meant. Correct the number.")


def freed(past: History, events: Sequence[Effect]) -> History:
    """The past as it would have been without the events. Days of which nothing is left are dropped."""
    if not any(event.of(day) for event in events for day in past.days):
        return past
    counts = past.counts.copy()
    for i, day in enumerate(past.days):
        for event in events:
            if event.of(day):
                slots = event.slots(past.step_s)
                counts[i, slots] = _undone(counts[i, slots], event)
    keep = np.nansum(counts, axis=1) > 0
    days = tuple(day for day, kept in zip(past.days, keep, strict=True) if kept)
    return History(past.step_s, days, counts[keep])


def applied(day: date, mean: Floats, effects: Iterable[Effect], step_s: int) -> Floats:
    """One day's slots with what the effects do, in their order."""
    found = mean.copy()
    for effect in effects:
        if effect.of(day):
            slots = effect.slots(step_s)
            found[slots] = _done(found[slots], effect)
    return found


def _done(part: Floats, effect: Effect) -> Floats:
    here = float(part.sum())
    even = part / here if here > 0 else np.full(len(part), 1.0 / max(len(part), 1))
    if effect.how == "factor":
        return part * effect.value
    if effect.how == "add":
        return np.maximum(part + even * effect.value, 0.0)
    if effect.how == "total":
        return even * effect.value
    return part


def _undone(part: Floats, effect: Effect) -> Floats:
    if effect.how == "leave_out" or (effect.how == "factor" and effect.value <= 0):
        return np.full(len(part), np.nan)
    if effect.how == "factor":
        return part / effect.value
    here = float(np.nansum(part))
    return part * (max(here - effect.value, 0.0) / here) if here > 0 else part
