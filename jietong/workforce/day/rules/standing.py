"""The day as it stands: who is short, who is to spare, and what somebody more or less would do to it. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from jietong.core.events import PlannedSpan
from jietong.core.vocabulary import Activity, Ms
from jietong.workforce.day.model import Grid, Group, Weight
from jietong.workforce.day.rules.gap import HOUR, cover, missing, to_spare, weight
from jietong.workforce.schedule.model import MINUTE, STEP, PersonDay
from jietong.workforce.schedule.rules.ground import DayKey, Ground, groups_of

NOTICE: Ms = 5 * MINUTE  # nothing that begins sooner is moved
AHEAD: Ms = 4 * HOUR  # how far ahead breaks are moved


class Day(NamedTuple):
    """The day as it stands. `days` without those who did not come; `standby`: part-timers signed in and waiting to be
    asked; `callback`: groups that can offer one;
    `loaded`: who has had too much work, the most loaded first."""

    grid: Grid
    ground: Ground
    groups: Mapping[str, Group]
    days: Mapping[DayKey, PersonDay]
    today: str
    now: Ms
    absent: frozenset[str] = frozenset()
    standby: frozenset[str] = frozenset()
    callback: frozenset[str] = frozenset()
    loaded: tuple[str, ...] = ()


def weight_of(day: Day, groups: Mapping[str, Group], days: Mapping[DayKey, PersonDay]) -> Weight:
    """What the rest of the day would come to with these person-days."""
    need = {id: one.need for id, one in groups.items()}
    there = cover(day.grid, day.ground, list(groups), days.values(), need)
    return weight(day.grid, groups, there.agents, day.ground, day.now)


def short_by_group(day: Day) -> dict[str, list[float]]:
    """People missing, by step."""
    return {id: missing(day.grid, one, day.now) for id, one in day.groups.items()}


def spare_by_group(day: Day) -> dict[str, list[float]]:
    """People more than needed, by step."""
    return {id: to_spare(day.grid, one, day.now) for id, one in day.groups.items()}


def gap_window(day: Day) -> tuple[Ms, Ms, float] | None:
    """From the first step with half a person or more missing to the last within four hours of it, and the most
    that are missing."""
    total: list[float] = (
        [sum(values) for values in zip(*short_by_group(day).values(), strict=True)] if day.groups else []
    )
    steps = [i for i, value in enumerate(total) if value >= 0.5]
    if not steps:
        return None
    steps = [i for i in steps if (i - steps[0]) * day.grid.step < AHEAD]
    start = max(day.grid.at(steps[0]), day.now + NOTICE)
    return start + -start % STEP, day.grid.at(steps[-1] + 1), max(total[i] for i in steps)


def due_soon(day: Day, activities: Collection[Activity]) -> Iterable[tuple[DayKey, PersonDay, PlannedSpan]]:
    """What of these activities begins within the next hours, of those who are there; earliest first."""
    found = [
        (key, one, span)
        for key, one in day.days.items()
        if key[0] not in day.absent
        for span in one.spans
        if span.activity in activities and day.now + NOTICE <= span.start <= day.now + AHEAD
    ]
    return sorted(found, key=lambda item: (item[2].start, item[0]))


def groups_at(day: Day, one: PersonDay, at: Ms) -> tuple[str, ...]:
    """Which groups of the day they can serve then."""
    person = day.ground.people.get(one.agent)
    return () if person is None else tuple(g for g in groups_of(person, day.ground, at) if g in day.groups)


def can_help(day: Day, agent: str, at: Ms) -> bool:
    """Whether somebody can take work of a group that lacks people."""
    short = {id for id, values in short_by_group(day).items() if sum(values) > 0}
    return bool(short & set(groups_of(day.ground.people[agent], day.ground, at)))


def at_work(day: Day, agent: str, start: Ms, end: Ms) -> bool:
    """Whether anything but standby is planned for them in that time."""
    return any(
        span.start < end and span.end > start and span.activity is not Activity.STANDBY
        for (who, _), one in day.days.items()
        if who == agent
        for span in one.spans
    )


def _parts(day: Day, start: Ms, end: Ms) -> Iterable[tuple[int, float]]:
    """The steps that a stretch touches, and for what share of each."""
    for i in range(day.grid.number(start), min(day.grid.number(end - 1) + 1, day.grid.n)):
        yield i, (min(end, day.grid.at(i + 1)) - max(start, day.grid.at(i))) / day.grid.step


def hours_filled(day: Day, short: Mapping[str, Sequence[float]], mine: Iterable[str], start: Ms, end: Ms) -> float:
    """Person-hours of gap that somebody more would fill."""
    names = list(mine)
    filled = sum(min(share, max((short[g][i] for g in names), default=0.0)) for i, share in _parts(day, start, end))
    return filled * day.grid.step / HOUR


def hours_opened(
    day: Day,
    short: Mapping[str, Sequence[float]],
    spare: Mapping[str, Sequence[float]],
    mine: Iterable[str],
    start: Ms,
    end: Ms,
) -> float:
    """Person-hours of gap that somebody less would open."""
    names = list(mine)
    opened = sum(
        max(0.0, share - max((spare[g][i] for g in names), default=0.0)) for i, share in _parts(day, start, end)
    )
    return opened * day.grid.step / HOUR


def least_spare(day: Day, spare: Mapping[str, Sequence[float]], mine: Iterable[str], start: Ms, end: Ms) -> float:
    """The fewest whom the groups have to spare together at any time of the stretch."""
    names = list(mine)
    return min((max(spare[g][i] for g in names) for i, _ in _parts(day, start, end)), default=0.0)


def count_in(
    day: Day,
    short: dict[str, list[float]],
    spare: dict[str, list[float]],
    mine: Iterable[str],
    start: Ms,
    end: Ms,
    by: int,
) -> None:
    """Somebody more (1) or less (-1) in these steps, in the one of their groups where it matters most."""
    names = list(mine)
    if not names:
        return
    for i, share in _parts(day, start, end):
        if by > 0 and short:
            group = max(names, key=lambda g: short[g][i])
            filled = min(share, short[group][i])
            short[group][i] -= filled
            spare[group][i] += share - filled
        else:
            group = max(names, key=lambda g: spare[g][i])
            taken = min(share, spare[group][i])
            spare[group][i] -= taken
            if short:
                short[group][i] += share - taken


def groups_short(day: Day) -> tuple[str, ...]:
    """Groups that lack half a person or more at some time."""
    return tuple(sorted(id for id, values in short_by_group(day).items() if max(values, default=0.0) >= 0.5))
