"""A scenario as a centre: the specs an administrator would set up, an engine with them, and who is there when."""

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from jietong.core import commands as k
from jietong.core.specs import (
    AgentSkill,
    AgentSpec,
    Capacity,
    ExpandStep,
    MoveStep,
    Names,
    OverflowStep,
    QueueSpec,
    SiteSpec,
    SkillNeed,
    SkillSpec,
)
from jietong.core.vocabulary import Ms, Status
from jietong.workforce.simulation.chance import Fixed
from jietong.workforce.simulation.draws import present
from jietong.workforce.simulation.scenario import Group, Queue, Scenario, clock_s


class Turn(NamedTuple):
    """From `at` on this is what the agent's schedule says. `rest`: for so long at least, whenever it begins (G6)."""

    at: Ms
    status: Status
    reason: str | None = None
    rest: Ms = 0


class Person(NamedTuple):
    """One agent of the day, with their schedule in order of time; the first turn is the beginning of work."""

    id: str
    group: str
    turns: tuple[Turn, ...]


def opening(scenario: Scenario) -> Ms:
    """The instant the doors open."""
    return instant(scenario, clock_s(scenario.opens))


def closing(scenario: Scenario) -> Ms:
    return opening(scenario) + round(scenario.hours * 3_600_000)


def instant(scenario: Scenario, seconds: int) -> Ms:
    """Of a time of day: elapsed seconds after the local midnight of the scenario's date."""
    midnight = datetime.fromisoformat(scenario.date).replace(tzinfo=ZoneInfo(scenario.zone))
    return round(midnight.timestamp() * 1000) + seconds * 1000


def set_up(scenario: Scenario) -> list[k.AnyCommand]:
    """The commands that make an empty site this centre. Everybody is in it, whether they come today or not."""
    skills = {skill for queue in scenario.queues.values() for skill in queue.requires}
    skills |= {skill for group in scenario.agents.values() for skill in group.skills}
    for queue in scenario.queues.values():
        skills |= {skill for step in queue.steps if not hasattr(step, "queue") for skill in step.requires}
    found: list[k.AnyCommand] = [
        k.ConfigureSite(spec=SiteSpec(zone=scenario.zone, own_skill_first=scenario.own_skill_first))
    ]
    found += [k.ConfigureSkill(spec=SkillSpec(id=skill, name=_names(skill))) for skill in sorted(skills)]
    found += [k.ConfigureQueue(spec=_queue(name, queue)) for name, queue in scenario.queues.items()]
    for name, group in scenario.agents.items():
        found += [k.ConfigureAgent(spec=_agent(name, number, group)) for number in range(group.count)]
    return found


def people(scenario: Scenario, seed: int, replication: int) -> list[Person]:
    """Who comes to work on this day."""
    found = []
    for name, group in scenario.agents.items():
        turns = _turns(scenario, group)
        here = present(group, name, seed, replication)
        found += [Person(agent_id(name, n), name, turns) for n in range(group.count) if here[n]]
    return found


def agent_id(group: str, number: int) -> str:
    return f"{group}-{number + 1}"


def _turns(scenario: Scenario, group: Group) -> tuple[Turn, ...]:
    at_work = Status.READY if group.standby is None else Status.STANDBY
    if not group.shifts:
        return (Turn(opening(scenario), at_work),)
    found = []
    for shift in group.shifts:
        found.append(Turn(instant(scenario, clock_s(shift.start)), at_work))
        for pause in shift.breaks:
            rest = Status(pause.activity) if pause.activity != "meal" else Status.BREAK
            start, end = instant(scenario, clock_s(pause.start)), instant(scenario, clock_s(pause.end))
            found.append(Turn(start, rest, pause.activity, end - start if rest is Status.BREAK else 0))
            found.append(Turn(end, at_work))
        found.append(Turn(instant(scenario, clock_s(shift.end)), Status.OFFLINE))
    return tuple(found)


def _queue(name: str, queue: Queue) -> QueueSpec:
    steps: list[OverflowStep] = []
    for step in queue.steps:
        if hasattr(step, "queue"):
            steps.append(MoveStep(after_s=step.after_s, queue=step.queue))
        else:
            steps.append(ExpandStep(after_s=step.after_s, requires=_needs(step.requires)))
    return QueueSpec(
        id=name,
        name=_names(name),
        client=queue.client,
        channels=(queue.channel,),
        requires=_needs(queue.requires),
        priority=queue.priority,
        ageing_s=queue.ageing_s,
        selection=queue.selection,
        service_level_s=queue.service_level_s,
        short_abandon_s=queue.short_abandon_s,
        steps=tuple(steps),
        max_wait_s=queue.max_wait_s,
        max_waiting=queue.max_waiting,
        offer_s=queue.offer_s,
        wrapup_s=0 if queue.wrapup == Fixed(0.0) else queue.wrapup_cap_s,
        callback_retry_s=queue.callback_retry_s,
        callback_attempts=queue.callback_attempts,
        invite=queue.invite,
    )


def _agent(group: str, number: int, of: Group) -> AgentSpec:
    return AgentSpec(
        id=agent_id(group, number),
        name=agent_id(group, number),
        employment=of.employment,
        team=group,
        skills=tuple(AgentSkill(skill=skill, level=level) for skill, level in of.skills.items()),
        capacity=Capacity(text=of.chats),
    )


def _needs(requires: dict[str, int]) -> tuple[SkillNeed, ...]:
    return tuple(SkillNeed(skill=skill, level=level) for skill, level in requires.items())


def _names(id: str) -> Names:
    return {"zh-Hans": id, "zh-Hant": id, "en": id}
