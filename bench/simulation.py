"""The simulator against its peers: `python -m bench.simulation [--json] [--quick] [--data FOLDER]`.

M/M/100+M at 100 % load, 180 s of talk, 120 s of patience, contacts per second of processor time: the live engine on
virtual time, with and without its figures by the catalogue; the compiled path; ciw; simpy. All must agree with the
closed form (abandoned, occupancy). Then the skills example (6 kinds, 90 people, 84 Erl, 120 lines): blocked, mean
wait, share that waits, share within 30 s, set beside `sbr_reference.csv` of the folder.
"""

import argparse
import csv
import json
from collections.abc import Callable
from math import exp, log, sqrt
from pathlib import Path
from random import Random
from time import process_time
from typing import Any

from jietong.workforce.simulation import Estimate, reading, simulate
from jietong.workforce.simulation.compiled import Compiled
from jietong.workforce.simulation.play import Play
from jietong.workforce.simulation.replicate import by_engine, sheet_of

AGENTS, TALK_S, PATIENCE_S = 100, 180.0, 120.0
RATE = AGENTS / TALK_S
EXAMPLES = Path(__file__).resolve().parents[1] / "docs" / "examples"
KINDS = {"p_block": "entry_busy_rate", "mean_wait_s": "asa", "p_delay": "sl3(0)", "sl_30s": "sl3(30)"}


def pool(hours: float) -> dict[str, Any]:
    return {
        "zone": "UTC",
        "hours": hours,
        "metrics": "sl3(20),abandon_rate,asa,occupancy",
        "queues": {
            "calls": {
                "arrivals": {"per_hour": RATE * 3600},
                "handling": {"distribution": "exponential", "mean_s": TALK_S},
                "patience": {"distribution": "exponential", "mean_s": PATIENCE_S},
            }
        },
        "agents": {"team": {"count": AGENTS}},
    }


def engine(hours: float) -> tuple[int, float]:
    play = Play(reading.of(pool(hours)), 1)
    begun = process_time()
    play.run()
    return play.came, process_time() - begun


def engine_with_figures(hours: float) -> tuple[int, float]:
    scenario = reading.of(pool(hours))
    begun = process_time()
    sample = by_engine(scenario, sheet_of(scenario), 1, 0)
    return sample.contacts, process_time() - begun


def compiled(hours: float) -> tuple[int, float, int]:
    """The draws included, the compilation not."""
    scenario = reading.of(pool(hours))
    fast = Compiled(scenario, sheet_of(scenario))
    fast.play(1, 0)
    begun = process_time()
    played = fast.play(1, 1)
    return played.came, process_time() - begun, played.events


def compiled_with_figures(hours: float) -> tuple[int, float]:
    scenario = reading.of(pool(hours))
    fast = Compiled(scenario, sheet_of(scenario))
    begun = process_time()
    sample = fast.run(1, 1)
    return sample.contacts, process_time() - begun


def by_ciw(hours: float) -> tuple[int, float]:
    import ciw

    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate=RATE)],
        service_distributions=[ciw.dists.Exponential(rate=1 / TALK_S)],
        reneging_time_distributions=[ciw.dists.Exponential(rate=1 / PATIENCE_S)],
        number_of_servers=[AGENTS],
    )
    ciw.seed(1)
    simulation = ciw.Simulation(network)
    begun = process_time()
    simulation.simulate_until_max_time(hours * 3600)
    records = simulation.get_all_records()
    return len(records), process_time() - begun


def by_simpy(hours: float) -> tuple[int, float]:
    import simpy

    dice = Random(1)
    world = simpy.Environment()
    agents = simpy.Resource(world, AGENTS)
    came = 0

    def customer() -> Any:
        with agents.request() as asked:
            patience = world.timeout(dice.expovariate(1 / PATIENCE_S))
            got = yield asked | patience
            if asked in got:
                yield world.timeout(dice.expovariate(1 / TALK_S))

    def door() -> Any:
        nonlocal came
        while True:
            yield world.timeout(dice.expovariate(RATE))
            came += 1
            world.process(customer())

    world.process(door())
    begun = process_time()
    world.run(until=hours * 3600)
    return came, process_time() - begun


def closed_form() -> tuple[float, float]:
    """(share abandoned, occupancy) of M/M/n+M by its birth and death rates."""
    logs = [0.0]
    for n in range(1, AGENTS + 1500):
        leaves = min(n, AGENTS) / TALK_S + max(0, n - AGENTS) / PATIENCE_S
        logs.append(logs[-1] + log(RATE / leaves))
    top = max(logs)
    weights = [exp(one - top) for one in logs]
    total = sum(weights)
    gone = sum(weight * max(0, n - AGENTS) for n, weight in enumerate(weights)) / total / PATIENCE_S
    return gone / RATE, sum(weight * min(n, AGENTS) for n, weight in enumerate(weights)) / total / AGENTS


def agreement(hours: float, days: int) -> dict[str, Any]:
    scenario = reading.of({**pool(hours), "warm_up_s": 3600.0})
    found = simulate(scenario, 1, days, path="compiled").figures
    abandoned, occupancy = closed_form()
    return {
        "abandoned": {"closed": abandoned, **_of(found["abandon_rate"].total)},
        "occupancy": {"closed": occupancy, **_of(found["occupancy"].total)},
    }


def skills(known: Path | None, days: int) -> list[dict[str, Any]]:
    rows = list(csv.reader(known.open(encoding="utf-8")))[1:] if known is not None else []
    reference = {int(row[0]): [float(value) for value in row[1:]] for row in rows}
    found = []
    for count in (1, 2, 6):
        scenario = reading.read(EXAMPLES / f"skills-{count}.toml")
        figures = simulate(scenario, 1, days, path="compiled").figures
        for place, (name, metric) in enumerate(KINDS.items()):
            total = figures[metric].total
            by = 0.001 if name == "mean_wait_s" else 1.0
            mean, half = (total.mean or 0) * by, ((total.high or 0) - (total.low or 0)) / 2 * by
            mean = 1 - mean if name == "p_delay" else mean
            row: dict[str, Any] = {"skills": count, "figure": name, "mean": mean, "half": half}
            if count in reference:
                theirs, width = reference[count][2 * place : 2 * place + 2]
                row |= {"reference": theirs, "reference_half": width}
                row["agrees"] = abs(mean - theirs) <= sqrt(half**2 + width**2)
            found.append(row)
    return found


def _of(total: Estimate) -> dict[str, Any]:
    return {"mean": total.mean, "low": total.low, "high": total.high}


def rate(run: Callable[[float], tuple[Any, ...]], hours: float, times: int) -> float:
    """The best of so many runs, in contacts a second."""
    return max(float(found[0] / found[1]) for found in (run(hours) for _ in range(times)))


def measure(*, quick: bool, data: Path | None) -> dict[str, Any]:
    hours, times = (2.0, 1) if quick else (12.0, 3)
    fast = [compiled(hours * 20) for _ in range(times)]
    known = data / "sbr_reference.csv" if data is not None else None
    return {
        "engine_per_s": rate(engine, hours, times),
        "engine_with_figures_per_s": rate(engine_with_figures, hours, times),
        "compiled_per_s": max(came / took for came, took, _ in fast),
        "compiled_events_per_s": max(events / took for _, took, events in fast),
        "compiled_with_figures_per_s": rate(compiled_with_figures, hours * 20, times),
        "ciw_per_s": rate(by_ciw, hours, times),
        "simpy_per_s": rate(by_simpy, hours, times),
        "agreement": agreement(101.0, 4 if quick else 40),
        "skills": skills(known if known is not None and known.exists() else None, 4 if quick else 100),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--data", type=Path, help="a folder with sbr_reference.csv")
    asked = parser.parse_args()
    found = measure(quick=asked.quick, data=asked.data)
    if asked.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        if isinstance(value, float):
            ratio = "" if name == "ciw_per_s" else f"   {value / found['ciw_per_s']:8.1f} × ciw"
            print(f"{name:30} {value:14,.0f}{ratio}")
    for name, value in found["agreement"].items():
        within = f"{value['low']:.5f} .. {value['high']:.5f}"
        print(f"{name:12} {value['mean']:.5f} in {within}, closed {value['closed']:.5f}")
    for row in found["skills"]:
        beside = f"   reference {row['reference']:.6f} ± {row['reference_half']:.6f}" if "reference" in row else ""
        mine = f"{row['mean']:12.6f} ± {row['half']:.6f}"
        print(f"{row['skills']} skills {row['figure']:12} {mine}{beside} {row.get('agrees', '')}")


if __name__ == "__main__":
    main()
