"""What is one person's fair part of weekends and late shifts (公平分攤), and what more than that costs."""

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from jietong.workforce.roster.breaks import Ints
from jietong.workforce.roster.problem import Person, Problem

if TYPE_CHECKING:
    from jietong.workforce.roster.frames import Grid


@dataclass(frozen=True)
class Shares:
    """What of weekends and late shifts is one person's fair part: need ÷ people, rounded up."""

    weekends: int
    lates: int


def burden(grid: "Grid", person: Person, days: Ints) -> tuple[int, int]:
    """Weekends and late shifts of a row, with those before the plan."""
    weekends = 0
    counted = -2
    for day in np.nonzero((days >= 0) & (grid.weekend > 0))[0]:
        if not (grid.weekend[day] == 2 and counted == day - 1):
            weekends += 1
        counted = int(day)
    lates = int(grid.late[days[days >= 0]].sum())
    return weekends + person.weekends_before, lates + person.lates_before


def shares_of(problem: Problem, grid: "Grid") -> Shares:
    """Weekend need and need in hours that late patterns alone cover, as shifts, over the people who may do it."""
    people = max(1, len(problem.people))
    on_line = float(np.mean(grid.paid)) * 0.9 if len(grid.paid) else 1.0
    need = np.zeros(problem.steps)
    for one in problem.needs:
        need += np.array(one.agents, dtype=float)
    before_w = sum(p.weekends_before for p in problem.people)
    before_l = sum(p.lates_before for p in problem.people)
    weekend = 0.0
    early = np.zeros(problem.steps, np.bool_)
    for n, day in enumerate(problem.days):
        if grid.weekend[n]:
            part = float(need[day.first : day.first + day.steps].sum()) / on_line
            weekend += (
                part if grid.weekend[n] == 1 and not (n + 1 < grid.days and grid.weekend[n + 1] == 2) else part / 2
            )
        for pattern in np.nonzero(~grid.late & grid.offered[n])[0]:
            early[grid.starts[n, pattern] : grid.starts[n, pattern] + grid.lengths[pattern]] = True
    alone = float(need[~early].sum())
    late_steps = [
        int((~early[s : s + int(grid.lengths[p])]).sum())
        for n in range(grid.days)
        for p in np.nonzero(grid.late & grid.offered[n])[0]
        for s in [int(grid.starts[n, p])]
    ]
    steps = float(np.mean([k for k in late_steps if k])) if any(late_steps) else 0.0
    lates = alone / steps if steps else 0.0
    return Shares(ceil((weekend + before_w) / people - 1e-9), ceil((lates + before_l) / people - 1e-9))


def unfair(grid: "Grid", person: Person, days: Ints) -> float:
    """What a row costs beyond the fair part."""
    fairness = grid.problem.fairness
    if not (fairness.weekend or fairness.late):
        return 0.0
    weekends, lates = burden(grid, person, days)
    return fairness.weekend * max(0, weekends - grid.shares.weekends) + fairness.late * max(
        0, lates - grid.shares.lates
    )
