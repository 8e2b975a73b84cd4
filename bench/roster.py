"""Rosters: `python -m bench.roster [--json] [--quick] [--data FOLDER]`.

*Public instances*: `roster.public.solve` with two processes, until proved; with `--data` those of
`FOLDER/shift_instances`, held against their best-known costs, else one made here. *A centre*: 200 people, a sixth of
them part-time, three skill groups, four weeks in quarters of an hour, pauses, wishes and fairness. *Covering*: 7 days
of 96 steps and 20 shifts, with pauses and with two skills as variables; pyworkforce's `MinRequiredResources` has the
same shifts without pauses. *Pauses*: 840 shifts of nine hours placed one after another against what cover misses.
"""

import argparse
import csv
import json
import sys
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from jietong.workforce.roster.breaks import ON_LINE, Pauses, placed
from jietong.workforce.roster.centre import solve as solve_centre
from jietong.workforce.roster.covering import Crew, cover
from jietong.workforce.roster.instance import parse
from jietong.workforce.roster.problem import (
    BreakRule,
    Fairness,
    GroupNeed,
    Pattern,
    Person,
    Problem,
    Skill,
    Wish,
    days_of,
)
from jietong.workforce.roster.public import solve
from jietong.workforce.roster.terms import PRESETS, contracted

HOUR = 3_600
T = np.arange(96) / 4
CURVE = (
    np.exp(-(((T - 10.5) / 2.2) ** 2)) + 0.85 * np.exp(-(((T - 15.5) / 2.8) ** 2))
    + 0.25 * np.exp(-(((T - 20) / 2) ** 2)) + 0.04
)  # fmt: skip
"""Of a day: two peaks and an evening."""


def made_instance(seed: int = 5, staff: int = 16, weeks: int = 4) -> str:
    """Of the public format: two shifts, full-timers and part-timers, runs of requests, cover near what there is."""
    rng = np.random.default_rng(seed)
    days = 7 * weeks
    out = ["SECTION_HORIZON", str(days), "SECTION_SHIFTS", "E,480,", "L,480,E", "SECTION_STAFF"]
    for n in range(staff):
        most = f"E={days}|L={rng.choice([0, days, days])}"
        terms = "8640,7560,5,2,2,2" if rng.random() < 0.75 else "4320,2400,5,1,2,2"
        out.append(f"P{n},{most},{terms}")
    out.append("SECTION_DAYS_OFF")
    out += [f"P{n},{day},{day + 1}" for n in range(staff) for day in [rng.integers(days - 1)]]
    out.append("SECTION_SHIFT_ON_REQUESTS")
    for n in range(staff):
        first, shift, weight = int(rng.integers(days)), rng.choice(["E", "L"]), rng.integers(1, 4)
        out += [f"P{n},{day},{shift},{weight}" for day in range(first, min(days, first + 5))]
    out.append("SECTION_COVER")
    out += [
        f"{day},{shift},{rng.integers(staff // 4, staff // 3 + 1)},100,1" for day in range(days) for shift in "EL"
    ]
    return "\n".join(out) + "\n"


def instances(data: Path | None, seconds: float) -> list[dict[str, Any]]:
    files: list[tuple[str, str, float | None]] = [("made, 16 staff, 28 days", made_instance(), None)]
    if data is not None:
        folder = data / "shift_instances"
        with (folder / "best_known.csv").open(encoding="utf-8") as known:
            for row in csv.DictReader(known):
                text = (folder / f"Instance{row['instance']}.txt").read_text(encoding="utf-8")
                files.append((f"instance {row['instance']}", text, float(row["best_known"])))
        files = files[1:]
    out = []
    for name, text, best in files:
        answer = solve(parse(text), seconds)
        out.append(
            {"name": name, "cost": answer.cost, "bound": answer.bound, "proved": answer.proved,
             "seconds": answer.seconds, "best_known": best}
        )  # fmt: skip
        print(f"{name}: {answer.cost} ({answer.bound}) in {answer.seconds:.1f} s", file=sys.stderr, flush=True)
    return out


def centre(people: int, weeks: int, seed: int = 1) -> Problem:
    rng = np.random.default_rng(seed)
    start, days = days_of(date(2026, 6, 1), weeks * 7, "Asia/Shanghai")
    full = [
        Pattern(f"F{h:g}", int(h * HOUR), 9 * HOUR, late=h >= 13) for h in (7, 8, 8.5, 9, 9.5, 10, 11, 12, 13, 14, 15)
    ]
    full.append(Pattern("N", 22 * HOUR, 9 * HOUR, late=True))
    part = [Pattern(f"P{h}", h * HOUR, 4 * HOUR, late=h >= 17) for h in (9, 10, 12, 14, 16, 18)]
    groups = ("a", "b", "c")
    staff = []
    for n in range(people):
        short = n % 6 == 5
        held = rng.choice(3, 1 if rng.random() < 0.5 else 2, replace=False)
        wishes = [
            Wish(int(rng.integers(weeks * 7)), None, True, float(rng.integers(5, 40))) for _ in range(rng.integers(5))
        ]
        person = Person(
            f"A{n:03d}", tuple(Skill(groups[g]) for g in held), tuple(p.id for p in (part if short else full)),
            part_time=short, min_off=1 if short else 1 + n % 2, wishes=tuple(wishes), max_weekends=3,
            leave=tuple(range(7, 12)) if n % 17 == 3 else (),
        )  # fmt: skip
        least = 0 if short or n % 17 == 3 else 32 * HOUR
        most = 20 * HOUR if short else 40 * HOUR
        staff.append(contracted(person, days, PRESETS["cn"], week_min_s=least, week_max_s=most))
    week = np.array([1.1, 1.05, 1, 1, 1.05, 0.65, 0.5])
    need = np.concatenate([CURVE * week[n % 7] * rng.normal(1, 0.05) for n in range(weeks * 7)])
    need *= sum(20 if p.part_time else 40 for p in staff) * weeks * 4 * 0.81 / need.sum()
    needs = []
    for group, share in zip(groups, (0.5, 0.3, 0.2), strict=True):
        agents = [float(x) for x in need * share]
        prices = tuple(tuple(5.0 * (1 + k / max(2.0, 0.12 * x)) for k in range(12)) for x in agents)
        needs.append(GroupNeed(group, tuple(agents), prices, over=0.2))
    return Problem(start, days, (*full, *part), tuple(staff), tuple(needs), fairness=Fairness(10, 4))


def schedule(people: int, weeks: int, seconds: float) -> dict[str, Any]:
    problem = centre(people, weeks)
    solve_centre(centre(6, 1), 1.0)  # compiled
    first: list[float] = []
    begun = perf_counter()

    def tell(share: Any = None, best: Any = None, bound: Any = None, text: str = "", partial: Any = None) -> None:
        if text == "improving" and not first:
            first.append(perf_counter() - begun)
        print(f"{perf_counter() - begun:.0f} s: {best:.0f}, bound {bound}", file=sys.stderr, flush=True)

    found = solve_centre(problem, seconds, tell)
    have = np.array(found.cover)
    need = np.array([n.agents for n in problem.needs])
    nobody = float(sum(price[0] * a for n in problem.needs for price, a in zip(n.under, n.agents, strict=True)))
    return {
        "people": people, "weeks": weeks, "seconds": found.seconds, "first_s": first[0] if first else found.seconds,
        "cost": found.cost.total, "bound": found.bound, "gap": found.gap,
        "gap_of_nobody": (found.cost.total - found.bound) / nobody,
        "cover": float(np.minimum(have, need).sum() / need.sum()),
        "over": float(np.maximum(have - need, 0).sum() / need.sum()),
        "conflicts": len(found.conflicts), "unmet": len(found.unmet),
    }  # fmt: skip


def covering() -> dict[str, Any]:
    from pyworkforce.scheduling import MinRequiredResources  # type: ignore[import-untyped]

    rng = np.random.default_rng(3)
    patterns = [Pattern(f"{h:g}", int(h * HOUR), 9 * HOUR) for h in np.arange(0, 15.1, 1.25)]
    patterns += [Pattern(f"s{h}", h * HOUR, 6 * HOUR) for h in (8, 10, 12, 14, 16, 18)] + [
        Pattern("n", 22 * HOUR, 2 * HOUR)
    ]
    week = [1.0] * 5 + [0.6] * 2
    one = np.array([np.concatenate([rng.poisson(CURVE * 12 * day) for day in week])], float)
    two = np.array(
        [np.concatenate([rng.poisson(CURVE * 8 * share * day) for day in week]) for share in (1, 0.7)], float
    )
    crews = (Crew((0,), 4), Crew((1,), 4), Crew((0, 1), 5))
    cover(one[:, :96], patterns, BreakRule())  # compiled
    found, skilled = cover(one, patterns, BreakRule()), cover(two, patterns, BreakRule(), crews)
    coverage = {
        p.id: [int(p.start_s <= t * 900 < p.start_s + p.length_s) for t in range(96)] for p in patterns
    }  # fmt: skip
    begun = perf_counter()
    peer = MinRequiredResources(
        num_days=7, periods=96, shifts_coverage=coverage,
        required_resources=one[0].reshape(7, 96).astype(int).tolist(),
        max_period_concurrency=100, max_shift_concurrency=100, max_search_time=60.0,
    ).solve()  # fmt: skip
    return {
        "shifts": len(patterns), "seconds": found.seconds, "proved": found.proved, "cost": found.cost,
        "skills_s": skilled.seconds, "skills_proved": skilled.proved,
        "peer_s": perf_counter() - begun, "peer_cost": peer.get("cost"), "peer_status": peer.get("status"),
    }  # fmt: skip


def placement(count: int = 840) -> dict[str, Any]:
    """Each shift against what the shifts before it leave uncovered."""
    rng = np.random.default_rng(4)
    pauses, steps = Pauses.of(BreakRule()), 7 * 96
    starts = [int(d * 96 + rng.choice([28, 32, 36, 40, 48, 56])) for d in rng.integers(0, 7, count)]
    need = np.concatenate([CURVE * count / 7 / CURVE.max()] * 7)
    placed(pauses, np.ones(36))  # compiled
    begun = perf_counter()
    have = np.zeros(steps + 96)
    for first in starts:
        have[first : first + 36] += 1
    for first in starts:
        have[first : first + 36] -= 1
        _, marks = placed(pauses, np.maximum(0.0, np.append(need, np.zeros(96)) - have)[first : first + 36])
        have[first : first + 36] += marks == ON_LINE
    return {"shifts": count, "seconds": perf_counter() - begun}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="a small centre, a made instance")
    parser.add_argument("--data", type=Path, help="a folder with shift_instances/")
    asked = parser.parse_args()
    people, weeks, seconds = (40, 1, 15.0) if asked.quick else (200, 4, 180.0)
    found = {
        "instances": instances(None if asked.quick else asked.data, 60.0),
        "covering": covering(),
        "placement": placement(),
        "centre": schedule(people, weeks, seconds),
    }
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
