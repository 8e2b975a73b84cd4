"""A forecast as it is kept and shown: days with their slots, as made and as planners changed them. Pure."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
from msgspec import Struct, convert, to_builtins
from msgspec.structs import replace

from jietong.workforce.forecast.calendar import Country
from jietong.workforce.forecast.events import Effect, applied
from jietong.workforce.forecast.handling import Handling
from jietong.workforce.forecast.model import Forecast

Floats = npt.NDArray[np.float64]


class Interval(Struct, frozen=True):
    """Of contacts."""

    mean: float
    p10: float
    p90: float


class MadeDay(Struct, frozen=True):
    """One day; tuples have an entry per slot of the wall clock. `drivers`: contacts that each adds to the day
    (`base`: what there is without any). `spread`: σ of the logarithm of the day's amount."""

    day: str
    total: Interval
    spread: float
    mean: tuple[float, ...]
    p10: tuple[float, ...]
    p50: tuple[float, ...]
    p90: tuple[float, ...]
    aht_s: tuple[float, ...]
    drivers: dict[str, float]
    holiday: str | None = None


def made(
    said: Forecast,
    open_days: Sequence[date],
    handled: Handling,
    events: Sequence[Effect],
    country: Country,
) -> list[MadeDay]:
    """Days that are not open have no contacts: they are in it all the same, so that nobody takes them for
    forgotten."""
    aht = handled.of(said.days)
    opened = frozenset(open_days)
    found = []
    for i, day in enumerate(said.days):
        if day not in opened:
            none = np.zeros(len(said.mean[i]))
            one = _day(day, none, none, none, none, aht[i], (0.0, 0.0), 0.0, {})
        else:
            factors = {name: float(values[i]) for name, values in said.drivers.items()}
            drivers = _added(factors, float(said.mean[i].sum()))
            one = _day(
                day, said.mean[i], said.p10[i], said.p50[i], said.p90[i], aht[i],
                (float(said.day_p10[i]), float(said.day_p90[i])), float(said.day_spread[i]), drivers,
            )  # fmt: skip
            one = changed(one, events, said.step_s, driver="event")
        found.append(replace(one, holiday=country.holiday(day)))
    return found


def changed(one: MadeDay, effects: Sequence[Effect], step_s: int, *, driver: str = "hand") -> MadeDay:
    """The day with the effects; the band keeps its relative width. What they add stands under `driver`."""
    day = date.fromisoformat(one.day)
    mine = [effect for effect in effects if effect.of(day)]
    if not mine:
        return one
    before = np.array(one.mean)
    after = applied(day, before, mine, step_s)
    times = np.divide(after, before, out=np.zeros_like(after), where=before > 0)
    put = (before <= 0) & (after > 0)
    p10, p50, p90 = (np.array(band) * times for band in (one.p10, one.p50, one.p90))
    p10, p50 = np.where(put, after * 0.5, p10), np.where(put, after, p50)
    p90 = np.where(put, after * 1.5, p90)
    total, whole = float(after.sum()), one.total.mean
    scale = total / whole if whole > 0 else 0.0
    low, high = (one.total.p10 * scale, one.total.p90 * scale) if whole > 0 else (total * 0.5, total * 1.5)
    found = _day(day, after, p10, p50, p90, np.array(one.aht_s), (low, high), one.spread, dict(one.drivers))
    found.drivers[driver] = round(found.drivers.get(driver, 0.0) + total - whole, 2)
    return replace(found, holiday=one.holiday)


def as_json(days: Sequence[MadeDay]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = to_builtins(days)
    return found


def from_json(days: Sequence[dict[str, Any]]) -> list[MadeDay]:
    return convert(days, list[MadeDay])


def _added(factors: dict[str, float], total: float) -> dict[str, float]:
    """Factors less one, to contacts that add up to the day: each driver's part of the whole change is as its
    logarithm's part of the sum of logarithms."""
    base = factors["base"]
    logs = {name: float(np.log1p(max(value, -0.999))) for name, value in factors.items() if name != "base"}
    whole = sum(logs.values())
    change = total - base
    if abs(whole) < 1e-9:
        return {"base": round(float(total), 2), **dict.fromkeys(logs, 0.0)}
    found = {name: round(change * value / whole, 2) for name, value in logs.items()}
    return {"base": round(float(base), 2), **found}


def _day(
    day: date,
    mean: Floats,
    p10: Floats,
    p50: Floats,
    p90: Floats,
    aht: Floats,
    band: tuple[float, float],
    spread: float,
    drivers: dict[str, float],
) -> MadeDay:
    def short(values: Floats) -> tuple[float, ...]:
        return tuple(round(float(value), 3) for value in values)

    return MadeDay(
        day.isoformat(),
        Interval(round(float(mean.sum()), 3), round(band[0], 3), round(band[1], 3)),
        round(spread, 5),
        short(mean),
        short(p10),
        short(p50),
        short(p90),
        tuple(round(float(value), 1) for value in aht),
        drivers,
    )
