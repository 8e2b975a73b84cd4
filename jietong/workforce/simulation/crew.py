"""The agents of a day as the kernel has them."""

from typing import Any, NamedTuple

import numpy as np

from jietong.core.vocabulary import Ms, Status
from jietong.workforce.simulation import kernel
from jietong.workforce.simulation.centre import closing, opening, people
from jietong.workforce.simulation.scenario import Scenario

_WHAT = {
    Status.READY: kernel.ON,
    Status.OFFLINE: kernel.OFF,
    Status.BREAK: kernel.REST,
    Status.TRAINING: kernel.AWAY,
    Status.MEETING: kernel.AWAY,
    Status.CASEWORK: kernel.CASEWORK,
}


class Crew(NamedTuple):
    """The agents of a day: those of a group are one type."""

    types: Any
    agents: Any
    turns: Any
    serves: Any
    groups: list[str]
    skills: list[dict[str, int]]
    start: Ms  # first turn of all
    late: bool  # somebody's work ends at closing time or after it


def crew(scenario: Scenario, seed: int, replication: int) -> Crew:
    """Those who come that day, with the turns of their schedules."""
    here = people(scenario, seed, replication)
    groups = list(scenario.agents)
    by_group = {name: [person for person in here if person.group == name] for name in groups}
    types = np.zeros(len(groups), dtype=kernel.TYPE)
    agents = np.zeros(len(here), dtype=kernel.AGENT)
    turns: list[tuple[Ms, int, int, Ms]] = []
    skills = [scenario.agents[name].skills for name in groups]
    serves: list[tuple[int, int]] = []
    first = 0
    for g, name in enumerate(groups):
        upto = first + len(by_group[name])
        can = [
            (q, rank(skills[g], queue.requires) if scenario.own_skill_first else 0)
            for q, queue in enumerate(scenario.queues.values())
            if meets(skills[g], queue.requires)
        ]
        types[g] = (first, upto, len(serves), len(serves) + len(can), 0, kernel.OFF, 0)
        agents["type"][first:upto] = g
        serves += can
        if by_group[name]:
            says = by_group[name][0].turns
            turns += [(turn.at, g, _WHAT[turn.status], turn.rest) for turn in says]
        first = upto
    turns.sort(key=lambda turn: turn[:2])
    start = min([opening(scenario), *(at for at, _, _, _ in turns)])
    table = np.array([(at - start, g, what, rest) for at, g, what, rest in turns], dtype=kernel.TURN)
    late = any(what == kernel.OFF and at >= closing(scenario) for at, _, what, _ in turns)
    return Crew(types, agents, table, np.array(serves, dtype=kernel.SERVES), groups, skills, start, late)


def meets(skills: dict[str, int], requires: dict[str, int]) -> bool:
    return all(skills.get(skill, 0) >= level for skill, level in requires.items())


def rank(skills: dict[str, int], requires: dict[str, int]) -> int:
    """As `routing.rules.skill_rank`."""
    return sum(max(0, 5 - skills[skill]) for skill in requires)
