"""What the lab's jobs do, each in a process of its own: fit a base to its day, play a scenario's days."""

import time
from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from jietong.workforce.jobs.model import Tell
from jietong.workforce.lab import staff
from jietong.workforce.simulation import Estimate, Figure, Result, reading, result_of
from jietong.workforce.simulation.replicate import by_engine, player, sheet_of
from jietong.workforce.simulation.scenario import Scenario, Trunks
from jietong.workforce.simulation.tally import ALL, Sample, Sheet

METRICS = "sl3,sl7,abandon_rate,occupancy,asa,answered,requested_agent,entry_offered,entry_blocked,self_served"
FIT_CONTACTS = 2500  # a fit goes by so many, where a day has fewer
FIT_DAYS = 20
FIT_SEED = 7
STEPS = 7


def replicate(args: Any, tell: Tell) -> Any:
    """{scenario, aside, seed, days} → the result of `days` days through the live engine; told after each."""
    scenario = replace(reading.of(args["scenario"]), metrics=METRICS)
    sheet = sheet_of(scenario)
    days, aside = int(args["days"]), [float(one) for one in args["aside"]]
    began = time.monotonic()
    samples: list[Sample] = []
    for number in range(days):
        samples.append(by_engine(scenario, sheet, args["seed"], number))
        found = _document(scenario, sheet, samples, args["seed"], aside, days, time.monotonic() - began)
        tell((number + 1) / days, text=f"{number + 1}/{days}", partial=found)
    return found


def prepare(args: Any, tell: Tell) -> Any:
    """{scenario, sl3, blocked, fit_staff, fit_lines, contacts?} → {scenario, online, lines}: the base that gives the
    measured share of calls turned away, and the measured SL3, by what nobody had recorded: how many lines there were,
    and how much of their time agents seen only by their contacts were on line."""
    scenario = replace(reading.of(args["scenario"]), metrics="sl3,entry_offered,entry_blocked", day_to_day=0.0)
    days = _days(scenario, args.get("contacts", FIT_CONTACTS))
    online: float | None = None
    lines = None if scenario.trunks is None else scenario.trunks.channels
    rounds = 2 if args["fit_staff"] and args["fit_lines"] else 1
    for n in range(rounds):
        if args["fit_staff"] and args["sl3"] is not None:
            online = _online(scenario, args["sl3"], lines, days)
            tell((2 * n + 1) / (2 * rounds), text="staff")
        if args["fit_lines"] and args["blocked"]:
            lines = _lines(_paused(scenario, online), args["blocked"], days)
            tell((2 * n + 2) / (2 * rounds), text="lines")
    fitted = _paused(reading.of(args["scenario"]), online)
    if lines is not None:
        fitted = replace(fitted, trunks=Trunks(lines))
    return {"scenario": reading.tables(fitted), "online": online, "lines": lines}


# --- fitting -----------------------------------------------------------------------------------------------------


def _online(scenario: Scenario, wanted: float, lines: int | None, days: int) -> float:
    """By halving: more time on line, a better service level."""
    scenario = scenario if lines is None else replace(scenario, trunks=Trunks(lines))
    low, high = 0.4, 1.0
    if _measure(_paused(scenario, high), days)[0] <= wanted:
        return high
    for _ in range(STEPS):
        middle = (low + high) / 2
        if _measure(_paused(scenario, middle), days)[0] < wanted:
            low = middle
        else:
            high = middle
    return round((low + high) / 2, 3)


def _lines(scenario: Scenario, wanted: float, days: int) -> int:
    """The number with the nearest share turned away; fewer lines, more of them."""
    low, high = 0, max(4 * (scenario.trunks.channels if scenario.trunks is not None else 1), 40)
    while high - low > 1:
        middle = (low + high) // 2
        if _measure(replace(scenario, trunks=Trunks(middle)), days)[1] > wanted:
            low = middle
        else:
            high = middle
    return min(
        (max(low, 1), high), key=lambda n: abs(_measure(replace(scenario, trunks=Trunks(n)), days)[1] - wanted)
    )


def _measure(scenario: Scenario, days: int) -> tuple[float, float]:
    """(SL3, share turned away)."""
    sheet = sheet_of(scenario)
    play = player(scenario, FIT_SEED)  # compiled where that can be: a fit plays its days some twenty times
    samples = [play(number) for number in range(days)]
    num, den = _sums(sheet, samples, "sl3")
    blocked, offered = _sums(sheet, samples, "entry_blocked")[0], _sums(sheet, samples, "entry_offered")[0]
    return (sum(num) / sum(den) if sum(den) else 1.0), (sum(blocked) / sum(offered) if sum(offered) else 0.0)


def _paused(scenario: Scenario, online: float | None) -> Scenario:
    if online is None:
        return scenario
    agents = {name: staff.with_pauses(group, name, online) for name, group in scenario.agents.items()}
    return replace(scenario, agents=agents)


def _days(scenario: Scenario, contacts: int) -> int:
    a_day = sum(sum(queue.arrivals.profile or ()) for queue in scenario.queues.values())
    return min(max(round(contacts / max(a_day, 1)), 2), FIT_DAYS)


# --- results -----------------------------------------------------------------------------------------------------


def _document(
    scenario: Scenario,
    sheet: Sheet,
    samples: Sequence[Sample],
    seed: int,
    aside: Sequence[float],
    days: int,
    seconds: float,
) -> dict[str, Any]:
    """`result`: as `simulation.Result` has it. By day: answered in time, asked,
    served by a flow, answered, attempts."""
    result = result_of(scenario, samples, seed)
    in_time, asked = _sums(sheet, samples, "sl3")
    if any(aside):
        result = _with_aside(result, sheet, samples, aside)
    shown = {
        key: replace(figure, queues={}, groups={}, queue_series={})
        for key, figure in result.figures.items()
        if key in ("sl3", "sl7", "abandon_rate", "occupancy", "asa")
    }
    linear = {key: result.linear[key] for key in (*shown, "cost")}
    return {
        "days": len(samples),
        "wanted": days,
        "seconds": round(seconds, 2),
        "result": replace(result, figures=shown, linear=linear).json(),
        "asked_by_half_hour": list(result.figures["requested_agent"].series),
        "in_time": in_time,
        "asked": asked,
        "served": _sums(sheet, samples, "self_served")[0],
        "answered": _sums(sheet, samples, "answered")[0],
        "attempts": [one + sum(aside) for one in _sums(sheet, samples, "entry_offered")[0]],
        "queues": {
            key: estimate.mean for key, estimate in result.figures["sl3"].queues.items() if estimate.mean is not None
        },
        "daily": {key: _daily(sheet, samples, key, sum(aside)) for key in ("sl3", "sl7")},
    }


def _sums(sheet: Sheet, samples: Sequence[Sample], key: str) -> tuple[list[int], list[int]]:
    """Numerators and denominators of a figure by day."""
    num, den = sheet.parts[key]
    rows = [sample.sums[ALL] for sample in samples]
    return [sum(row[slot] for slot in num) for row in rows], [sum(row[slot] for slot in den) for row in rows]


def _daily(sheet: Sheet, samples: Sequence[Sample], key: str, aside: float) -> list[float | None]:
    """The figure of each day by itself: between which a single day falls."""
    more = aside if key == "sl7" else 0.0
    return [num / (den + more) if den + more else None for num, den in zip(*_sums(sheet, samples, key), strict=True)]


def _with_aside(result: Result, sheet: Sheet, samples: Sequence[Sample], aside: Sequence[float]) -> Result:
    """Those who never reached the scenario belong to the denominator of true access."""
    den = _sums(sheet, samples, "sl7")[1]
    mean = sum(den) / len(den)
    factor = mean / (mean + sum(aside))
    figure = result.figures["sl7"]
    slots = sheet.parts["sl7"][1]
    series = []
    for n, value in enumerate(figure.series):
        here = sum(sample.series[ALL][n][slot] for sample in samples for slot in slots) / len(samples)
        out = aside[n] if n < len(aside) else 0.0
        series.append(value * here / (here + out) if value is not None else 0.0 if out else None)
    scaled = Figure(figure.metric, figure.unit, figure.better, _times(figure.total, factor), {}, {}, tuple(series))
    linear = tuple(value * factor for value in result.linear["sl7"])
    return replace(result, figures={**result.figures, "sl7": scaled}, linear={**result.linear, "sl7": linear})


def _times(of: Estimate, factor: float) -> Estimate:
    def by(value: float | None) -> float | None:
        return None if value is None else value * factor

    return Estimate(by(of.mean), by(of.low), by(of.high))
