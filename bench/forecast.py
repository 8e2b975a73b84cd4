"""How good and how fast forecasts are: `python -m bench.forecast --data FOLDER [--quick] [--json]`.

Two public series: a North American bank by quarter of an hour (Weinberg, Brown, Stroud 2007), the Technion's bank by
half an hour (Brown et al. 2005). At each of many origins all models see what came before it, and forecast the next
ten open days: ours, the same weekday a week before, MSTL with seasons of a day and a week (statsmodels), and a
gradient-boosting model (LightGBM) that learns the ratio of a slot to its recent mean from calendar, slot and lags,
with quantile models for its band. One run, one machine, the same days. MASE is in units of the week before's error
over what was known.
"""

import jietong  # noqa: F401 before numpy: it says how many threads a product of matrices takes

# isort: split

import argparse
import json
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from jietong.workforce.forecast import counts_file
from jietong.workforce.forecast.accuracy import a_week_before, scale
from jietong.workforce.forecast.calendar import Country, country, table
from jietong.workforce.forecast.history import History, filled
from jietong.workforce.forecast.model import learn

Floats = npt.NDArray[np.float64]
AHEAD = 10
TENTH = 1.2815515655446004


@dataclass(frozen=True)
class Series:
    name: str
    file: str
    step_s: int
    country: str
    first: int  # days before the first origin
    every: int  # days from one origin to the next


SERIES = (
    Series("bank_calls", "bank_calls_to_2003-08-15.csv", 900, "US", 40, 8),
    Series("anonbank", "anonbank_6min_1999_to_09.csv", 1800, "IL", 90, 30),
)


class Said(NamedTuple):
    """Days × slots; the band None where a model gives none."""

    mean: Floats
    low: Floats | None = None
    high: Floats | None = None


Model = Callable[[History, Country, tuple[date, ...]], Said]


def ours(known: History, calendar: Country, days: tuple[date, ...]) -> Said:
    said = learn(known, calendar).ahead(days)
    return Said(said.mean, said.p10, said.p90)


def naive(known: History, calendar: Country, days: tuple[date, ...]) -> Said:
    """The band: its own errors, week upon week, on the root scale."""
    mean = np.nan_to_num(a_week_before(known, days))
    place = {day: i for i, day in enumerate(known.days)}
    away = [
        np.sqrt(known.counts[i]) - np.sqrt(known.counts[j])
        for day, i in place.items()
        if (j := place.get(date.fromordinal(day.toordinal() - 7))) is not None
    ]
    low, high = np.nanquantile(np.concatenate(away), (0.1, 0.9)) if away else (-1.0, 1.0)
    root = np.sqrt(mean)
    return Said(mean, np.maximum(root + low, 0) ** 2, (root + high) ** 2)


def mstl(known: History, calendar: Country, days: tuple[date, ...]) -> Said:
    """On √count of the open slots of the open days, one after the other; the seasons go on, the trend stays."""
    from statsmodels.tsa.seasonal import MSTL  # type: ignore[import-untyped]

    counts = np.nan_to_num(known.counts)
    used = counts.sum(axis=0) > 0
    a_day, a_week = int(used.sum()), len({day.weekday() for day in known.days})
    series = np.sqrt(counts[:, used].ravel())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = MSTL(series, periods=(a_day, a_day * a_week)).fit()
    seasonal = np.asarray(found.seasonal)
    trend = float(np.mean(found.trend[-a_day:]))
    weekdays = [day.weekday() for day in known.days]
    mean = np.zeros((len(days), known.slots))
    for row, day in enumerate(days):
        same = [i for i, one in enumerate(weekdays) if one == day.weekday()]
        at = (same[-1] if same else len(weekdays) - 1) * a_day
        mean[row, used] = np.maximum(trend + seasonal[at : at + a_day].sum(axis=1), 0) ** 2
    spread = float(np.std(found.resid))
    root = np.sqrt(mean)
    return Said(mean, np.maximum(root - TENTH * spread, 0) ** 2, (root + TENTH * spread) ** 2)


def boosting(known: History, calendar: Country, days: tuple[date, ...]) -> Said:
    """The ratio of each slot to the mean of the last weeks, by calendar, slot and the same slot of weeks before."""
    import lightgbm

    counts = np.nan_to_num(known.counts)
    used = np.flatnonzero(counts.sum(axis=0) > 0)
    weekday = np.array([day.weekday() for day in known.days])

    def features(rows: Floats, ages: list[int], upto: int) -> Floats:
        recent = counts[max(0, upto - 20) : upto]
        usual = recent.mean() or 1.0
        of_slot = recent.mean(axis=0) / usual
        out = []
        for row, age in zip(rows, ages, strict=True):
            same = [i for i in range(upto) if weekday[i] == int(row[1]) % 7][-4:]
            lag = counts[same].mean(axis=0) / usual if same else of_slot
            last = counts[same[-1]] / usual if same else of_slot
            for slot in used:
                out.append([*row[1:6], *row[6:7], *row[8:10], slot, of_slot[slot], lag[slot], last[slot], age])
        return np.array(out)

    calendar_rows = table(calendar.kinds(known.days))
    parts, targets, weights = [], [], []
    for upto in range(min(20, len(counts) - 1), len(counts), 5):
        here = slice(upto, min(upto + AHEAD, len(counts)))
        usual = counts[max(0, upto - 20) : upto].mean() or 1.0
        parts.append(features(calendar_rows[here], list(range(here.stop - here.start)), upto))
        targets.append((counts[here][:, used] / usual).ravel())
        weights.append(np.full(targets[-1].size, usual))
    x, y, w = np.concatenate(parts), np.concatenate(targets), np.concatenate(weights)
    usual = counts[-20:].mean() or 1.0
    ahead = features(table(calendar.kinds(days)), list(range(len(days))), len(counts))

    def fitted(objective: str, alpha: float = 0.5) -> Floats:
        chosen = {"objective": objective, "alpha": alpha, "learning_rate": 0.05, "num_leaves": 15,
                  "min_data_in_leaf": 40, "feature_fraction": 0.8, "bagging_fraction": 0.8, "bagging_freq": 1,
                  "lambda_l2": 1.0, "verbose": -1, "seed": 1, "num_threads": 1}  # fmt: skip
        model = lightgbm.train(chosen, lightgbm.Dataset(x, y, weight=w), num_boost_round=120)
        out = np.zeros((len(days), known.slots))
        out[:, used] = np.maximum(np.asarray(model.predict(ahead)).reshape(len(days), -1), 0) * usual
        return out

    return Said(fitted("l2"), fitted("quantile", 0.1), fitted("quantile", 0.9))


MODELS: dict[str, Model] = {
    "ours": ours,
    "week before": naive,
    "MSTL": mstl,
    "LightGBM": boosting,
}


def measure(series: Series, past: History, *, most: int | None) -> dict[str, Any]:
    calendar = country(series.country)
    counts = filled(past)
    starts = list(range(series.first, len(past.days) - AHEAD + 1, series.every))
    if most is not None:
        starts = starts[-most:]
    sums: dict[str, dict[str, float]] = {
        name: dict.fromkeys(
            ("error", "came", "slots", "unit", "inside", "judged", "signed", "seconds", "longest"), 0.0
        )
        for name in MODELS
    }
    for number, at in enumerate(starts, 1):
        print(f"{series.name}: origin {number} of {len(starts)}", file=sys.stderr)
        known = History(past.step_s, past.days[:at], past.counts[:at])
        days, came = past.days[at : at + AHEAD], np.nan_to_num(counts[at : at + AHEAD])
        unit = scale(known) or 1.0
        busy = came.sum(axis=0) > 0
        for name, model in MODELS.items():
            begun = time.perf_counter()
            said = model(known, calendar, days)
            took = time.perf_counter() - begun
            found = sums[name]
            error = np.abs(said.mean - came)
            found["error"] += float(error.sum())
            found["came"] += float(came.sum())
            found["signed"] += float((said.mean - came).sum())
            found["slots"] += error[:, busy].size
            found["unit"] += float(error[:, busy].sum()) / unit
            if said.low is not None and said.high is not None:
                judged = said.mean >= 0.5
                found["inside"] += int(((came >= said.low) & (came <= said.high) & judged).sum())
                found["judged"] += int(judged.sum())
            found["seconds"] += took
            found["longest"] = max(found["longest"], took)
    return {
        "origins": len(starts),
        "days": len(past.days),
        "models": {
            name: {
                "wmape": one["error"] / one["came"],
                "mase": one["unit"] / one["slots"],
                "bias": one["signed"] / one["came"],
                "coverage": one["inside"] / one["judged"] if one["judged"] else None,
                "seconds": one["seconds"] / len(starts),
                "longest_s": one["longest"],
            }
            for name, one in sums.items()
        },
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.forecast", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="folder with the two series; those that are not there are left out")
    parser.add_argument("--quick", action="store_true", help="two origins a series")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    found: dict[str, Any] = {}
    for series in SERIES:
        path = asked.data / series.file if asked.data is not None else None
        if path is None or not path.exists():
            print(f"{series.name}: no {series.file} in --data, left out", file=sys.stderr)
            continue
        past = counts_file.read(path, series.step_s)
        found[series.name] = measure(series, past, most=2 if asked.quick else None)
    if asked.json:
        print(json.dumps({"series": found}, indent=2))
        return 0
    for name, one in found.items():
        print(f"{name}: {one['origins']} origins over {one['days']} days, {AHEAD} days ahead")
        for model, figures in one["models"].items():
            coverage = "–" if figures["coverage"] is None else f"{figures['coverage']:.3f}"
            print(
                f"  {model:12} wMAPE {figures['wmape']:.4f}  MASE {figures['mase']:.3f}  10–90 % {coverage}  "
                f"bias {figures['bias']:+.4f}  {figures['seconds']:.2f} s, at most {figures['longest_s']:.2f} s"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
