"""What edits and checks look at beside the days themselves. Pure."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct

from jietong.core.vocabulary import Activity, Ms
from jietong.workforce.schedule.model import (
    Person,
    PersonDay,
    QueueNeed,
    ShiftPattern,
    SiteRules,
    SkillGroup,
    at_wall,
    weekday_of,
)

DayKey: TypeAlias = tuple[str, str]
"""Agent, local day."""

Days: TypeAlias = Mapping[DayKey, PersonDay]


class Ground(Struct, frozen=True):
    """The centre as set up. `leave`: approved leave, agent → (start, end)."""

    zone: str
    people: Mapping[str, Person]
    patterns: Mapping[str, ShiftPattern]
    rules: Mapping[str, SiteRules]
    groups: Mapping[str, SkillGroup]
    queues: Mapping[str, QueueNeed]
    leave: Mapping[str, Sequence[tuple[Ms, Ms]]] = {}

    def rules_of(self, agent: str) -> SiteRules:
        """The rules that hold for somebody; without any, those that ask for breaks and a meal alone."""
        person = self.people.get(agent)
        wanted = person.terms.rules if person is not None else "main"
        return self.rules.get(wanted) or self.rules.get("main") or NO_RULES

    def frames_of(self, agent: str, day: str, *, standby: bool = False) -> list[tuple[Ms, Ms]]:
        """When somebody can work (or be called in) by their frames of that weekday. Empty: never, where there are
        frames at all; see `framed`."""
        person = self.people.get(agent)
        if person is None:
            return []
        frames = person.terms.standby if standby else person.terms.frames
        weekday = weekday_of(day)
        return [
            (at_wall(day, frame.start, self.zone), at_wall(day, frame.end, self.zone))
            for frame in frames
            if frame.weekday == weekday
        ]

    def framed(self, agent: str) -> bool:
        person = self.people.get(agent)
        return person is not None and bool(person.terms.frames)


NO_RULES = SiteRules(
    id="none",
    name={},
    jurisdiction="none",
    hours_day=None,
    hours_week=None,
    overtime_day=None,
    overtime_month=None,
    rest_between=None,
    days_in_row=None,
    rest_days_week=None,
)


def serves(person: Person, group: SkillGroup, queues: Mapping[str, QueueNeed], at: Ms) -> bool:
    """Whether somebody can take the contacts of all the group's queues at that moment: skills, levels, and the
    certificates that the skills ask for. A group without queues is served by nobody."""
    known = [queues[id] for id in group.queues if id in queues]
    return bool(known) and all(able(person, queue, at) for queue in known)


def able(person: Person, queue: QueueNeed, at: Ms) -> bool:
    held = {skill.skill: skill for skill in person.skills}
    return all(
        (skill := held.get(id)) is not None
        and skill.level >= level
        and (not skill.gated or (skill.until is not None and skill.until > at))
        for id, level in queue.requires
    )


def at_a_time(group: SkillGroup, ground: Ground, at: Ms) -> float:
    """Contacts that one agent has at once, on the mean over those who serve the group at that moment. One as soon as
    some of its contacts are no chats: whoever talks does nothing beside it."""
    known = [ground.queues[id] for id in group.queues if id in ground.queues]
    if not known or not all(queue.chat for queue in known):
        return 1.0
    chats = [one.chats for one in ground.people.values() if one.chats and serves(one, group, ground.queues, at)]
    return sum(chats) / len(chats) if chats else 1.0


def groups_of(person: Person, ground: Ground, at: Ms) -> tuple[str, ...]:
    """Ids of the groups that somebody can serve at that moment, in order."""
    return tuple(id for id in sorted(ground.groups) if serves(person, ground.groups[id], ground.queues, at))


def on(day: PersonDay, activity: Activity) -> list[tuple[Ms, Ms]]:
    return [(span.start, span.end) for span in day.spans if span.activity is activity]
