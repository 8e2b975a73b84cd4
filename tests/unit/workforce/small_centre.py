"""A small centre's schedule problem, made by us: two weeks or one, two groups, early and late shifts."""

from datetime import date
from typing import Any

from msgspec.structs import replace

from jietong.workforce.roster.problem import (
    Fairness,
    GroupNeed,
    Hours,
    Pattern,
    Person,
    Problem,
    Skill,
    days_of,
)

HOUR = 3_600
EARLY = Pattern("early", 8 * HOUR, 9 * HOUR)
MIDDLE = Pattern("middle", 10 * HOUR, 9 * HOUR)
LATE = Pattern("late", 13 * HOUR, 9 * HOUR, late=True)
SHORT = Pattern("short", 10 * HOUR, 4 * HOUR)
NIGHT = Pattern("night", 22 * HOUR, 8 * HOUR, late=True)


def agent(name: str, groups: str = "a", days: int = 7, **limits: Any) -> Person:
    """Full-time: 24 to 40 paid hours a week, at most five days in a row."""
    rules: dict[str, Any] = {
        "skills": tuple(Skill(group) for group in groups),
        "hours": tuple(Hours("hours.week", n, n + 6, 24 * HOUR, 40 * HOUR) for n in range(0, days, 7)),
        "max_days": 5,
    }
    return Person(id=name, **{**rules, **limits})


def centre(
    people: tuple[Person, ...],
    days: int = 7,
    need: float = 2.0,
    patterns: tuple[Pattern, ...] = (EARLY, MIDDLE, LATE),
    groups: str = "a",
    first: date = date(2026, 6, 1),  # a Monday
    zone: str = "Asia/Shanghai",
    **more: Any,
) -> Problem:
    """`need` agents of each group from 8:00 to 22:00."""
    start, local = days_of(first, days, zone)
    agents = [0.0] * (local[-1].first + local[-1].steps)
    for day in local:
        for step in range(day.step_of(8 * HOUR), day.step_of(22 * HOUR)):
            agents[step] = need
    needs = tuple(GroupNeed(g, tuple(agents), tuple((5.0, 8.0) for _ in agents), over=0.5) for g in groups)
    base = Problem(start, local, patterns, people, needs, fairness=Fairness(4.0, 2.0))
    return replace(base, **more) if more else base


def team(count: int = 8, groups: tuple[str, ...] = ("a",), days: int = 7, **limits: Any) -> tuple[Person, ...]:
    return tuple(agent(f"p{n}", groups[n % len(groups)], days, **limits) for n in range(count))
