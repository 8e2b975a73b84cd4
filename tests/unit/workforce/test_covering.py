"""How many on which shift, pauses and skills included, proved (H1)."""

import numpy as np
import pytest

from jietong.core.vocabulary import Activity
from jietong.workforce.roster.audit import pauses
from jietong.workforce.roster.breaks import BREAK, MEAL, ON_LINE
from jietong.workforce.roster.covering import Covered, Crew, cover
from jietong.workforce.roster.problem import BreakRule, Pattern, Span

H = 3_600
PATTERNS = (*(Pattern(f"{h}", h * H, 9 * H) for h in (7, 9, 11, 13)), Pattern("short", 10 * H, 4 * H))


def need(groups: int, most: int) -> np.ndarray:
    day = np.zeros((groups, 96))
    day[:, 32:80] = np.random.default_rng(2).integers(0, most + 1, (groups, 48))
    return day


def on_line(found: Covered, crew: int) -> np.ndarray:
    out = np.zeros(96, int)
    for shift in found.shifts:
        if shift.crew == crew:
            first = PATTERNS[shift.pattern].start_s // 900
            out[first : first + len(shift.marks)] += shift.count * (np.array(shift.marks) == ON_LINE)
    return out


def test_the_least_number_of_agents_is_proved_and_covers_every_step() -> None:
    wanted = need(1, 6)
    found = cover(wanted, PATTERNS, BreakRule())
    assert found.proved
    assert (on_line(found, 0) >= wanted[0]).all()
    assert found.cost == sum(shift.count for shift in found.shifts)


def test_every_shift_has_its_pauses() -> None:
    """G6."""
    names = {ON_LINE: Activity.WORK, BREAK: Activity.BREAK, MEAL: Activity.MEAL}
    for shift in cover(need(1, 4), PATTERNS, BreakRule()).shifts:
        spans: list[Span] = []
        for n, mark in enumerate(shift.marks):
            if spans and spans[-1].activity is names[mark]:
                spans[-1] = Span(spans[-1].start, n + 1, names[mark])
            else:
                spans.append(Span(n, n + 1, names[mark]))
        assert not list(pauses(BreakRule(), tuple(spans)))


def test_an_agent_with_two_skills_is_counted_once() -> None:
    """The trap of multi-skill staffing; G7."""
    wanted = need(2, 4)
    found = cover(wanted, PATTERNS, BreakRule(), (Crew((0,), 4), Crew((1,), 4), Crew((0, 1), 5)))
    one, other, both = (on_line(found, crew) for crew in range(3))
    lacking = np.maximum(wanted[0] - one, 0) + np.maximum(wanted[1] - other, 0)
    assert (both >= lacking).all()
    assert found.bound <= found.cost
    assert found.cost - found.bound <= 1


def test_what_no_shift_reaches_costs_without_end() -> None:
    wanted = np.zeros((1, 96))
    wanted[0, 0] = 1
    found = cover(wanted, PATTERNS, BreakRule())
    assert found.cost == float("inf")
    assert not found.shifts


@pytest.mark.parametrize("length", [8, 6])
def test_a_night_shift_covers_the_next_morning(length: int) -> None:
    wanted = np.zeros((1, 192))
    wanted[0, 92:96] = 1
    wanted[0, 98:100] = 1
    found = cover(wanted, (Pattern("night", 22 * H, length * H),), BreakRule())
    assert found.proved
    assert found.cost == 1
