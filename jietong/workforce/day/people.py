"""Who should be doing what now, and who is: worst first."""

from collections.abc import Iterable

from jietong.core.days import Span
from jietong.core.vocabulary import Activity, Ms, State
from jietong.metrics.attendance import Attendance
from jietong.routing.engine import Engine
from jietong.workforce.day.model import Person
from jietong.workforce.schedule.rules.ground import Ground, groups_of

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


def occupancy(attendance: Attendance, agents: Iterable[str], now: Ms, length: Ms = 1_800_000) -> tuple[Ms, Ms]:
    """Busy, and busy or ready, of these together in the last half-hour."""
    window = Span(now - length, now)
    ratios = [attendance.occupancy(agent, window) for agent in agents]
    return sum(one["num"] for one in ratios), sum(one["den"] for one in ratios)


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
