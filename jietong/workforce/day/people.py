"""Who should be doing what now, and who is: worst first."""

from collections.abc import Iterable
from typing import NamedTuple

from jietong.core.days import Span
from jietong.core.vocabulary import Activity, Ms, State
from jietong.metrics.attendance import Attendance
from jietong.routing.engine import Engine
from jietong.workforce.day.model import Person
from jietong.workforce.schedule.rules.ground import Ground, groups_of

HALF_HOUR: Ms = 1_800_000
MAX_OCCUPANCY = 0.88
"""Where the group's goal sets none."""
GRACE: Ms = 60_000
"""For so long nobody is out: to change one's status takes a moment."""


def people(attendance: Attendance, engine: Engine, ground: Ground, now: Ms) -> list[Person]:
    """All who have anything scheduled today, and those on standby. Those who are out come first, the longest first;
    then by today's adherence."""
    found = [_person(attendance, engine, ground, agent, now) for agent in attendance.agents(now)]
    listed = {one.agent for one in found}
    for agent in engine.agents.values():
        if agent.id not in listed and agent.state is not State.OFF and agent.spec.active:
            found.append(_person(attendance, engine, ground, agent.id, now))
    return sorted(found, key=worst_first)


def worst_first(one: Person) -> tuple[bool, Ms, float, str]:
    share = one.kept_ms / one.scheduled_ms if one.scheduled_ms else 1.0
    return one.out_since is None, one.out_since or 0, share, one.agent


def absent(found: Iterable[Person], now: Ms, after: Ms = 5 * 60_000) -> frozenset[str]:
    """Who is due and has not been signed in for a while: nobody counts on them."""
    return frozenset(
        one.agent for one in found if one.absent and one.out_since is not None and now - one.out_since >= after
    )


def occupancy(attendance: Attendance, agents: Iterable[str], now: Ms, length: Ms = HALF_HOUR) -> tuple[Ms, Ms]:
    """Busy, and busy or ready, of these together in the last half-hour."""
    window = Span(now - length, now)
    ratios = [attendance.occupancy(agent, window) for agent in agents]
    return sum(one["num"] for one in ratios), sum(one["den"] for one in ratios)


class Overload(NamedTuple):
    """A group whose people have had too much for half an hour (G6, H1), who has been on line longest first."""

    group: str
    occupancy: float
    limit: float
    agents: tuple[tuple[str, float, Ms], ...]
    """Agent, own occupancy, on line without a pause since."""


def overloads(attendance: Attendance, ground: Ground, now: Ms) -> list[Overload]:
    """Groups over their limit in the last half-hour, with so much time on line that it means something."""
    scheduled = [(a, ground.people[a]) for a in attendance.agents(now) if a in ground.people]
    out = []
    for id, spec in ground.groups.items():
        mine = [agent for agent, known in scheduled if id in groups_of(known, ground, now)]
        busy, counted = occupancy(attendance, mine, now)
        limit = spec.goal.max_occupancy or MAX_OCCUPANCY
        if counted < HALF_HOUR or busy <= limit * counted:
            continue
        rows = []
        for agent in mine:
            since, own = attendance.on_line_since(agent), occupancy(attendance, [agent], now)
            if since is not None and own[1]:
                rows.append((agent, own[0] / own[1], since))
        rows.sort(key=lambda row: (row[2], -row[1]))
        out.append(Overload(id, busy / counted, limit, tuple(rows)))
    return out


def _person(attendance: Attendance, engine: Engine, ground: Ground, agent: str, now: Ms) -> Person:
    duty = attendance.duty(agent, now)
    out = duty.out_since if duty.out_since is not None and now - duty.out_since >= GRACE else None
    rows = [row for row in attendance.planned(agent, now) if row.activity is not None]
    planned = duty.planned
    until = planned.end if planned is not None else None
    if planned is not None:  # an exception cuts a span: to whoever looks it is one
        for row in sorted(rows, key=lambda row: row.start):
            if row.start == until and row.activity is planned.activity and row.planned_from == planned.planned_from:
                until = row.end
    later = [row for row in rows if row.start >= (until if until is not None else now)]
    following = min(later, key=lambda row: row.start, default=None)
    kept = attendance.adherence(agent, now)
    state = engine.agents.get(agent)
    known = ground.people.get(agent)
    activity: Activity | None = planned.activity if planned is not None else None
    return Person(
        agent,
        state.spec.name if state is not None else agent,
        state.spec.team if state is not None else "",
        known.part_time if known is not None else False,
        duty.state,
        duty.since,
        activity,
        until,
        following.activity if following is not None else None,
        following.start if following is not None else None,
        out,
        planned.excused if planned is not None else False,
        kept["num"],
        kept["den"],
        groups_of(known, ground, now) if known is not None else (),
    )
