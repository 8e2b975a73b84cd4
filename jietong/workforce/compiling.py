"""Compiles the kernels of planning before anybody waits for them: `python -m jietong.workforce.compiling`.

numba compiles a function at its first call and keeps the result beside the code. Set-up calls each kernel once on a
toy, some twenty seconds of work; otherwise the first need, schedule or sweep on a machine would take that long, and
the centre that serves meanwhile would feel it. Where nothing can be kept this does nothing for anybody later.
"""

import math
from datetime import date

import numpy as np

from jietong.workforce.erlang.systems import agents_needed, figures
from jietong.workforce.roster import centre, covering, public
from jietong.workforce.roster.instance import parse
from jietong.workforce.roster.problem import (
    BreakRule,
    GroupNeed,
    Pattern,
    Person,
    Problem,
    Skill,
    days_of,
)
from jietong.workforce.simulation import reading
from jietong.workforce.simulation.replicate import player

HOUR_S = 3_600
DAYS = 7
PATTERNS = (Pattern("early", 8 * HOUR_S, 9 * HOUR_S), Pattern("late", 11 * HOUR_S, 9 * HOUR_S, late=True))
INSTANCE = """
SECTION_HORIZON
14
SECTION_SHIFTS
E,480,
SECTION_STAFF
A,E=14,4320,3360,5,2,2,1
B,E=14,4320,3360,5,2,2,1
SECTION_COVER
""" + "".join(f"{day},E,1,100,1\n" for day in range(14))


def main() -> None:
    sizing()
    rosters()
    sweeps()


def sizing() -> None:
    for patience_s in (math.inf, 90.0):
        agents = agents_needed(np.array([100.0]), 180.0, share=0.8, within_s=20.0, patience_s=patience_s)
        figures(np.array([100.0]), 180.0, agents, within_s=20.0, patience_s=patience_s)


def rosters() -> None:
    start, days = days_of(date(2026, 1, 5), DAYS, "UTC")
    agents = tuple(2.5 if 36 <= step % 96 < 80 else 0.0 for step in range(96 * DAYS))
    needs = tuple(GroupNeed(group, agents, tuple((5.0, 4.0) for _ in agents), over=0.2) for group in ("a", "b"))
    people = tuple(
        Person(f"p{n}", tuple(Skill(group) for group in held), tuple(one.id for one in PATTERNS))
        for n, held in enumerate((("a",), ("b",), ("a", "b"), ("a", "b")))
    )
    centre.solve(Problem(start, days, PATTERNS, people, needs), 300.0, rounds=2)
    covering.cover(np.array([agents[:96]]), PATTERNS, BreakRule())
    public.solve(parse(INSTANCE), 300.0)


def sweeps() -> None:
    queue = {
        "arrivals": {"per_hour": 60.0},
        "handling": {"distribution": "exponential", "mean_s": 180.0},
        "patience": {"distribution": "exponential", "mean_s": 90.0},
    }
    scenario = {"zone": "UTC", "hours": 1.0, "queues": {"calls": queue}, "agents": {"team": {"count": 3}}}
    player(reading.of(scenario), 1, "compiled")(0)


if __name__ == "__main__":
    main()
