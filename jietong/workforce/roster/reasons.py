"""Why a person's rules cannot all be kept (無解的緣由), and which are left out so that there is a plan.

Cover is soft, so hard rules meet within one person's row alone, and whether a set of them can be kept is one shortest
path. Rules that the conflict does not need are taken out of it one by one: what stays is needed, each of them.
"""

import numpy as np

from jietong.workforce.roster.frames import EVERY_RULE, Frame, Grid, framed
from jietong.workforce.roster.problem import Person, Rule
from jietong.workforce.roster.tours import NEVER

EASED_FIRST = (
    Rule.HOURS_MIN, Rule.WEEKENDS, Rule.DAYS_MIN, Rule.OFF_MIN, Rule.WEEK_DAYS, Rule.DAYS_MAX, Rule.HOURS_MAX,
    Rule.DAY_HOURS, Rule.AVAILABLE, Rule.REST, Rule.LOCKED, Rule.LEAVE,
)  # fmt: skip
"""Which rule gives way first: wishes of the contract before the law, the law before what was promised."""


def possible(grid: Grid, frame: Frame) -> bool:
    none = np.zeros((grid.days, len(grid.lengths)))
    return frame.tour(grid, none)[0] < NEVER


def settled(grid: Grid, person: Person) -> tuple[Frame, tuple[Rule, ...], tuple[Rule, ...]]:
    """The person's frame; where rules conflict, those of the conflict, and those that the frame leaves out."""
    frame = framed(grid, person)
    if possible(grid, frame):
        return frame, (), ()
    core = set(EVERY_RULE)
    for rule in EASED_FIRST:
        if not possible(grid, framed(grid, person, frozenset(core - {rule}))):
            core.discard(rule)
    left: list[Rule] = []
    for rule in EASED_FIRST:
        left.append(rule)
        if possible(grid, framed(grid, person, EVERY_RULE - set(left))):
            break
    for rule in tuple(left):
        fewer = [other for other in left if other is not rule]
        if possible(grid, framed(grid, person, EVERY_RULE - set(fewer))):
            left = fewer
    frame = framed(grid, person, EVERY_RULE - set(left))
    return frame, tuple(rule for rule in EASED_FIRST if rule in core), tuple(left)
