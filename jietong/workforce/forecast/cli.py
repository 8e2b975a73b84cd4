"""`jietong forecast`: counts in a file, their forecast in another; back-tests of the same."""

import csv
import io
import json
import re
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from jietong.core.errors import Invalid
from jietong.workforce.files import check_out, write_whole

if TYPE_CHECKING:
    from jietong.workforce.forecast.history import History
    from jietong.workforce.forecast.model import Forecast

_out = Console(highlight=False, soft_wrap=True)

_FARTHEST = 800  # days that an origin may lie after the last count
_UNITS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}


def forecast(
    given: Annotated[Path, typer.Option("--csv", metavar="FILE", help="Counts: columns start, calls.")],
    interval: Annotated[str, typer.Option(help="Length of an interval, e.g. 15m, 30m, 1h.")] = "15m",
    horizon: Annotated[str, typer.Option(help="Days ahead on which the centre is open, e.g. 10d.")] = "10d",
    origin: Annotated[
        str | None,
        typer.Option(help="First day to forecast; only what came before it is used. Default: the next day."),
    ] = None,
    country: Annotated[
        str | None, typer.Option(help="Whose holidays count, e.g. CN, US, IL. Default: nobody's.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="OUT", help="CSV: start, mean, p10, p50, p90.")] = None,
    back_test: Annotated[
        int,
        typer.Option(
            "--back-test", min=0, metavar="N", help="Forecast N earlier origins too, and say how good it was."
        ),
    ] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print figures as JSON.")] = False,
) -> None:
    """Forecast contacts per interval from a file of counts, with p10, p50 and p90.

    Days are days on which the centre is open, by what it did so far and by the country's holidays. Counts may be
    finer than the interval, and fractions; gaps are gaps, whatever the calendar says.
    """
    told = _work(given, interval, horizon, origin, country, out, back_test)
    if as_json:
        print(json.dumps(told, indent=2, allow_nan=False))
    else:
        _show(told, out)


def _work(
    given: Path,
    interval: str,
    horizon: str,
    origin: str | None,
    country_code: str | None,
    out: Path | None,
    back_test: int,
) -> dict[str, Any]:
    from jietong.workforce.forecast import counts_file
    from jietong.workforce.forecast.backtest import backtest
    from jietong.workforce.forecast.calendar import country
    from jietong.workforce.forecast.model import learn

    step_s, number = _step(interval), _days(horizon)
    calendar = country(country_code)
    if out is not None:
        check_out(out)
    past = counts_file.read(given, step_s)
    first = _day(origin) if origin is not None else past.days[-1] + timedelta(days=1)
    known = past.until(first)
    if not known.days:
        raise Invalid("bad_origin", f"--origin {first} is not after {past.days[0]}, the first day of {given.name}.")
    if (first - known.days[-1]).days > _FARTHEST:
        raise Invalid(
            "bad_origin",
            f"--origin {first} is more than {_FARTHEST} days after {known.days[-1]}, the last day of {given.name}.",
        )
    begun = time.perf_counter()
    learnt = learn(known, calendar)
    days = learnt.open_days(first, number)
    said = learnt.ahead(days)
    took = time.perf_counter() - begun
    told: dict[str, Any] = {
        "history": {"first": known.days[0].isoformat(), "last": known.days[-1].isoformat(), "days": len(known.days)},
        "interval_s": step_s,
        "country": calendar.code or None,
        "seconds": round(took, 3),
        "days": [
            {
                "day": day.isoformat(),
                "mean": round(float(said.day_mean[i]), 3),
                "p10": round(float(said.day_p10[i]), 3),
                "p90": round(float(said.day_p90[i]), 3),
                **{name: round(float(values[i]), 4) for name, values in said.drivers.items() if name != "base"},
            }
            for i, day in enumerate(days)
        ],
    }
    if back_test > 0:
        tested = backtest(known, calendar, folds=back_test, horizon=number)
        told["back_test"] = {
            "origins": [fold.days[0].isoformat() for fold in tested.folds],
            "wmape": tested.all.wmape,
            "mase": tested.mase,
            "coverage": tested.all.coverage,
            "bias": tested.all.bias,
            "naive_wmape": tested.all.naive_wmape,
            "day_wmape": tested.all.day_wmape,
            "day_coverage": tested.all.day_coverage,
        }
    if out is not None:
        write_whole(out, _csv(said, known))
    return told


def _csv(said: "Forecast", past: "History") -> str:
    """A row per interval in which the centre was ever open on such a day."""
    from jietong.workforce.forecast.history import slots_in_use

    used = slots_in_use(past, said.days)
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(("start", "mean", "p10", "p50", "p90"))
    for i, day in enumerate(said.days):
        midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 local times, as in the file read
        for slot in used[i].nonzero()[0].tolist():
            start = midnight + timedelta(seconds=slot * said.step_s)
            values = (said.mean[i, slot], said.p10[i, slot], said.p50[i, slot], said.p90[i, slot])
            rows.writerow((start.isoformat(" "), *(f"{float(value):.4f}" for value in values)))
    return text.getvalue()


def _show(told: dict[str, Any], out: Path | None) -> None:
    table = Table("day", "mean", "p10", "p90", box=None, header_style="bold")
    for day in told["days"]:
        table.add_row(day["day"], *(f"{day[name]:.1f}" for name in ("mean", "p10", "p90")))
    _out.print(table)
    history = told["history"]
    days = f"{history['days']} day{'s' if history['days'] > 1 else ''}"
    _out.print(f"From {days}, {history['first']} to {history['last']}; {told['seconds']:.2f} s.")
    if "back_test" in told:
        found = told["back_test"]
        _out.print(
            f"Back-test, {len(found['origins'])} origins: wMAPE {_share(found['wmape'])} (the week before: "
            f"{_share(found['naive_wmape'])}), MASE {_number(found['mase'])}, {_share(found['coverage'])} within "
            f"p10 to p90, bias {_share(found['bias'])}"
        )
    if out is not None:
        _out.print(f"Written: {out}", markup=False)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value * 100:.2f} %"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _step(text: str) -> int:
    seconds = _duration(text)
    if seconds is None or seconds < 60 or seconds > 3600 or 3600 % seconds:
        raise Invalid("bad_interval", f"--interval {text} is no interval: write 5m, 6m, 10m, 15m, 30m or 1h.")
    return seconds


def _days(text: str) -> int:
    seconds = _duration(text if not text.strip().isdecimal() else f"{text.strip()}d")
    if seconds is None or seconds % 86_400 or not 86_400 <= seconds <= 366 * 86_400:
        raise Invalid(
            "bad_horizon", f"--horizon {text} is no horizon: write a number of open days from 1d to 366d, e.g. 10d."
        )
    return seconds // 86_400


def _duration(text: str) -> int | None:
    found = re.fullmatch(r"\s*(\d{1,6})\s*(s|min|m|h|d|w)\s*", text.lower())
    return int(found[1]) * _UNITS[found[2]] if found else None


def _day(text: str) -> date:
    try:
        return datetime.fromisoformat(text.strip()).date()
    except ValueError as error:
        raise Invalid("bad_origin", f"--origin {text} is no day: write 2026-07-15.") from error
