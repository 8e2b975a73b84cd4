"""Forecasts held against what came: accuracy by day and altogether. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
from msgspec.structs import replace

from jietong.workforce.forecast.accuracy import Accuracy, a_week_before, judge, mase, scale
from jietong.workforce.forecast.calendar import Country
from jietong.workforce.forecast.events import Effect, freed
from jietong.workforce.forecast.history import History
from jietong.workforce.forecast.made import MadeDay
from jietong.workforce.forecast.model import learn


def held(past: History, said: Mapping[date, MadeDay]) -> dict[str, Any]:
    """Days that were forecast and on which anything came, earliest first."""
    came = {day: i for i, day in enumerate(past.days)}
    days = []
    together = Accuracy()
    for day in sorted(said):
        if day not in came:
            continue
        one, counts = said[day], past.counts[came[day]][None]
        found = judge(
            np.array([one.mean]), np.array([one.p10]), np.array([one.p90]), counts, a_week_before(past, [day]),
            np.array([one.total.p10]), np.array([one.total.p90]),
        )  # fmt: skip
        together += found
        days.append(
            {
                "day": day.isoformat(),
                "mean": one.total.mean,
                "p10": one.total.p10,
                "p90": one.total.p90,
                "came": float(np.nansum(counts)),
                "wmape": found.wmape,
            }
        )
    return {"days": days, "all": accuracy_view(together, mase(together, scale(past)))}


def accuracy_view(found: Accuracy, unit: float | None) -> dict[str, Any]:
    """Ratios as the wire has them; null where nothing came."""
    return {
        "wmape": found.wmape,
        "mase": unit,
        "coverage": found.coverage,
        "bias": found.bias,
        "naive_wmape": found.naive_wmape,
        "day_wmape": found.day_wmape,
        "day_coverage": found.day_coverage,
        "days": found.days,
    }


def measured(past: History, event: Effect, others: Sequence[Effect], country: Country) -> float | None:
    """What came on an event's past days and hours ÷ what is learnt, from all other days, to have come without it."""
    touched = [day for day in past.days if event.of(day)]
    plain = freed(past, others)
    without = freed(plain, [replace(event, how="leave_out")])
    if not touched or len(without.days) < 2 * 7:
        return None
    said = learn(without, country, calibrated=False).ahead(touched)
    slots = event.slots(past.step_s)
    place = {day: i for i, day in enumerate(plain.days)}
    came = sum(float(np.nansum(plain.counts[place[day], slots])) for day in touched if day in place)
    expected = float(said.mean[:, slots].sum())
    return came / expected if expected > 0 else None
