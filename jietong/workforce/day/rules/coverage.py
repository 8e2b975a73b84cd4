"""Who could do what, hour by hour: where one person alone carries a skill, whose certificate runs out, and whom to
train so that the team bends with demand (G7). Pure."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from jietong.core.vocabulary import Activity, Ms
from jietong.workforce.day.model import Grid, Group
from jietong.workforce.day.rules.gap import HOUR, cover
from jietong.workforce.schedule.model import Person, PersonDay, Skill
from jietong.workforce.schedule.rules.ground import DayKey, Ground, groups_of

MOST_TRAINED = 3
MOST_SUGGESTED = 5
LEAST_GAIN = 0.1  # person-hours of gap a day that a suggestion must close


class Level(NamedTuple):
    """A skill at a level that some queue asks for."""

    skill: str
    level: int


class SkillRow(NamedTuple):
    """By steps. `able`: people on line who have it; `need`: people on line needed in groups that ask for it, None:
    there is no forecast; `alone`: the one person there, where somebody is needed and no other has it; `gone`: steps
    in which somebody is needed and nobody has it."""

    skill: Level
    groups: tuple[str, ...]
    able: tuple[float, ...]
    need: tuple[float, ...] | None
    alone: tuple[str | None, ...]
    gone: tuple[bool, ...]
    holders: int


class Lapsing(NamedTuple):
    agent: str
    skill: str
    until: Ms
    holders_left: int
    """How many others hold the skill at that level beyond that day."""


class Training(NamedTuple):
    """Were so many people who work in `source` trained for `target` too: person-hours missing today, before and with
    one, two, three of them trained."""

    target: str
    source: str
    agents: tuple[str, ...]
    skills: tuple[Level, ...]
    before: float
    after: tuple[float, ...]


def levels(ground: Ground, groups: Sequence[str]) -> dict[Level, list[str]]:
    """The skills that the groups' queues ask for, and by which groups."""
    out: dict[Level, list[str]] = {}
    for id in groups:
        for queue in ground.groups[id].queues:
            for skill, level in ground.queues[queue].requires if queue in ground.queues else ():
                asked = out.setdefault(Level(skill, level), [])
                if id not in asked:
                    asked.append(id)
    return dict(sorted(out.items()))


def matrix(
    grid: Grid, ground: Ground, groups: Mapping[str, Group], days: Mapping[DayKey, PersonDay]
) -> list[SkillRow]:
    """One row a skill; people count in each skill that they have."""
    rows = []
    for skill, asked in levels(ground, sorted(groups)).items():
        able = [0.0] * grid.n
        who: list[list[str]] = [[] for _ in range(grid.n)]
        for day in days.values():
            person = ground.people.get(day.agent)
            if person is None:
                continue
            for span in day.spans:
                if span.activity is not Activity.WORK or not holds(person, skill, span.start):
                    continue
                for i in range(grid.number(span.start), min(grid.number(span.end - 1) + 1, grid.n)):
                    share = (min(span.end, grid.at(i + 1)) - max(span.start, grid.at(i))) / grid.step
                    if share > 0:
                        able[i] += share
                        if person.id not in who[i]:
                            who[i].append(person.id)
        known = [groups[id].need for id in asked]
        need = None
        if all(one is not None for one in known):
            need = tuple(sum(values) for values in zip(*(one for one in known if one is not None), strict=True))
        wanted = [True] * grid.n if need is None else [value > 0 for value in need]
        rows.append(
            SkillRow(
                skill,
                tuple(asked),
                tuple(able),
                need,
                tuple(w[0] if want and len(w) == 1 else None for w, want in zip(who, wanted, strict=True)),
                tuple(need is not None and want and not w for w, want in zip(who, wanted, strict=True)),
                sum(holds(person, skill, grid.start) for person in ground.people.values()),
            )
        )
    return rows


def lapsing(ground: Ground, groups: Sequence[str], now: Ms, until: Ms) -> list[Lapsing]:
    """Certificates that run out before `until`, of skills that the groups ask for; the earliest first."""
    asked = levels(ground, groups)
    out = []
    for person in ground.people.values():
        for held in person.skills:
            if not held.gated or held.until is None or not now <= held.until < until:
                continue
            for skill in asked:
                if skill.skill == held.skill and held.level >= skill.level:
                    left = sum(
                        other.id != person.id and holds(other, skill, held.until) for other in ground.people.values()
                    )
                    out.append(Lapsing(person.id, held.skill, held.until, left))
                    break
    return sorted(out, key=lambda one: (one.until, one.agent))


def trainings(
    grid: Grid, ground: Ground, groups: Mapping[str, Group], days: Mapping[DayKey, PersonDay]
) -> list[Training]:
    """Whom to train: people of a group with some to spare, for a group that lacks people; best first. Counted by
    handing everybody to groups anew, each once."""
    gaps = {id: _hours(grid, ground, groups, days, (id,)) for id in groups}
    before = _hours(grid, ground, groups, days, tuple(groups))
    found = []
    for target in sorted((id for id, hours in gaps.items() if hours > LEAST_GAIN), key=lambda id: -gaps[id]):
        for source in sorted(groups):
            if source == target:
                continue
            people = _candidates(ground, days, source, target, grid)[:MOST_TRAINED]
            after = []
            for n in range(1, len(people) + 1):
                trained = _trained(ground, people[:n], target)
                after.append(_hours(grid, trained, groups, days, tuple(groups)))
            if after and before - after[0] > LEAST_GAIN:
                skills = tuple(level for level, asked in levels(ground, [target]).items() if asked)
                found.append(Training(target, source, tuple(people), skills, before, tuple(after)))
    return sorted(found, key=lambda one: one.after[0])[:MOST_SUGGESTED]


def holds(person: Person, skill: Level, at: Ms) -> bool:
    return any(
        held.skill == skill.skill
        and held.level >= skill.level
        and (not held.gated or (held.until is not None and held.until > at))
        for held in person.skills
    )


def _candidates(ground: Ground, days: Mapping[DayKey, PersonDay], source: str, target: str, grid: Grid) -> list[str]:
    """Who works in the source group today and cannot serve the target, by how much they work."""
    worked: dict[str, Ms] = {}
    for day in days.values():
        person = ground.people.get(day.agent)
        if person is None:
            continue
        mine = groups_of(person, ground, grid.start)
        if source in mine and target not in mine:
            worked[day.agent] = worked.get(day.agent, 0) + sum(
                span.end - span.start for span in day.spans if span.activity is Activity.WORK
            )
    return sorted((agent for agent, ms in worked.items() if ms), key=lambda agent: (-worked[agent], agent))


def _trained(ground: Ground, agents: Sequence[str], target: str) -> Ground:
    asked = levels(ground, [target])
    people = dict(ground.people)
    for agent in agents:
        person = people[agent]
        kept = [s for s in person.skills if s.skill not in {level.skill for level in asked}]
        new = [Skill(level.skill, level.level) for level in asked]
        people[agent] = replace(person, skills=(*kept, *new))
    return replace(ground, people=people)


def _hours(
    grid: Grid,
    ground: Ground,
    groups: Mapping[str, Group],
    days: Mapping[DayKey, PersonDay],
    counted: Sequence[str],
) -> float:
    """Person-hours missing in these groups over the whole day."""
    there = cover(grid, ground, sorted(groups), days.values(), {id: one.need for id, one in groups.items()})
    return sum(
        max(0.0, n - c) * grid.step / HOUR
        for id in counted
        for n, c in zip(groups[id].need or (), there.agents[id], strict=False)
    )
