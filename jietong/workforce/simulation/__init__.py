"""The live engine on virtual time, and a compiled path for sweeps that agrees with it.

scenario, chance, reading      what is simulated, from TOML or JSON
of_centre, vary                a scenario of a real centre's day; the changes that are weighed against each other
draws                          what chance brings, the same for both paths
centre, play, tally            the live engine, people around it, its facts by the catalogue's definitions
compiled, columns              the same as one kernel over arrays
replicate, result              many days, in processes; means and intervals

result = simulate(scenario, seed=1, replications=30)
result.figures["sl3"].total    # Estimate(mean, low, high)
"""

from collections.abc import Mapping, Sequence

from jietong.core.errors import Invalid
from jietong.core.vocabulary import Employment
from jietong.workforce.simulation import reading
from jietong.workforce.simulation.replicate import Tell, samples, sheet_of, window_of
from jietong.workforce.simulation.result import Difference, Estimate, Figure, Result, difference, estimates, mean_of
from jietong.workforce.simulation.scenario import Scenario
from jietong.workforce.simulation.tally import HALF_HOUR, Sample

PATHS = ("engine", "compiled", "auto")


def simulate(
    scenario: Scenario,
    seed: int = 1,
    replications: int = 10,
    tell: Tell | None = None,
    *,
    processes: int = 1,
    path: str = "engine",
) -> Result:
    """Plays `replications` days. The same seed gives the same result, in however many processes.

    `path`: "engine", the live engine; "compiled", for sweeps, which raises Invalid `not_compiled` with the reason for
    what it cannot express; "auto": compiled where that can be. Raises Invalid `bad_scenario`, `bad_replications`.
    """
    reading.check(scenario)
    if path not in PATHS:
        raise Invalid("bad_path", f"There is no path {path!r}: choose one of {', '.join(PATHS)}.")
    if path != "engine":
        from jietong.workforce.simulation.compiled import why_not

        reason = why_not(scenario)
        if reason is not None and path == "compiled":
            raise Invalid("not_compiled", f"The compiled path cannot play this: {reason} Use the engine.")
        path = "engine" if reason is not None else "compiled"
    return result_of(scenario, samples(scenario, seed, replications, path, processes, tell), seed, path)


def result_of(scenario: Scenario, days: Sequence[Sample], seed: int, path: str = "engine") -> Result:
    """What the first so many days tell; of all of them, what `simulate` gives."""
    sheet = sheet_of(scenario)
    figures, linear = estimates(sheet, days, stationary=_stationary(scenario))
    costs = [_cost(scenario, day) for day in days]
    window = window_of(scenario)
    return Result(
        scenario=scenario.name,
        seed=seed,
        replications=len(days),
        path=path,
        contacts=mean_of([float(day.counted) for day in days]),
        figures=figures,
        half_hours=tuple(range(window.start, window.end, HALF_HOUR)),
        cost={name: mean_of([cost[name] for cost in costs]) for name in costs[0]},
        currency=scenario.costs.currency,
        lines_most=max(day.lines_most for day in days),
        unfinished=sum(day.unfinished for day in days) / len(days),
        linear={**linear, "cost": tuple(cost["total"] for cost in costs)},
    )


def compare(
    scenarios: Sequence[Scenario],
    seed: int = 1,
    replications: int = 10,
    tell: Tell | None = None,
    *,
    processes: int = 1,
    path: str = "engine",
) -> tuple[list[Result], list[Difference]]:
    """All on the same chance, and each after the first less the first. Raises as `simulate`."""
    results = []
    for number, scenario in enumerate(scenarios):
        say = None if tell is None else _part(tell, number, len(scenarios))
        results.append(simulate(scenario, seed, replications, say, processes=processes, path=path))
    return results, [difference(other, results[0]) for other in results[1:]]


def _part(tell: Tell, number: int, of: int) -> Tell:
    return lambda share, text: tell((number + share) / of, text)


def _stationary(scenario: Scenario) -> bool:
    """Whether one hour is like another, so that one long run can be cut in batches."""
    steady = all(queue.arrivals.per_hour is not None for queue in scenario.queues.values())
    return steady and not scenario.day_to_day and not any(group.shifts for group in scenario.agents.values())


def _cost(scenario: Scenario, day: Sample) -> dict[str, float]:
    """Of one day. People are paid for the time they are signed in, on standby for the time they are drawn in."""
    terms = scenario.costs
    found: Mapping[str, list[float]] = {"full_time": [], "part_time": []}
    for name, group in scenario.agents.items():
        hours = (day.signed_in_ms.get(name, 0) - day.standby_ms.get(name, 0)) / 3_600_000
        if group.employment is Employment.PART_TIME:
            found["part_time"].append(hours * terms.part_time_hour)
        else:
            found["full_time"].append(hours * terms.full_time_hour)
    cost = {name: sum(parts) for name, parts in found.items()}
    cost["lines"] = (scenario.trunks.channels if scenario.trunks is not None else 0) * terms.line_day
    cost["callbacks"] = day.callbacks * terms.callback
    cost["total"] = sum(cost.values())
    return cost


__all__ = ["Difference", "Estimate", "Figure", "Result", "Scenario", "Tell", "compare", "result_of", "simulate"]
