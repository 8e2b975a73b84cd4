"""A day of the real centre as a scenario: "as it was" (H3), with the source of every assumption. Pure."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from jietong.core.days import HALF_HOUR, Span, half_hour
from jietong.core.specs import AgentSpec, ExpandStep, QueueSpec
from jietong.core.vocabulary import Channel, Ms
from jietong.workforce.lab import staff
from jietong.workforce.lab.facts import Stretch, Times, Way, Worked
from jietong.workforce.lab.model import Assumptions, Ground, Measured, Source
from jietong.workforce.patience import Patience as Survival
from jietong.workforce.simulation import reading
from jietong.workforce.simulation.chance import NOTHING, Curve, Duration, Fixed, Listed, Never, Patience
from jietong.workforce.simulation.scenario import (
    Arrivals,
    Expand,
    Flow,
    Group,
    Move,
    Queue,
    Redial,
    Scenario,
    Trunks,
    clock_text,
)

CHAT = "|chat"
"""A queue that takes calls and chats is two in a scenario, which share their people."""
MOST_STEPS = 200
STAFF_KNOWN = 0.8  # of those who took contacts, so many must be in the ledger's intervals for these to be believed
SERVED = frozenset({"self_served", "voicemail", "callback", "transferred_out"})
LOST = frozenset({"lost", "timed_out", "cancelled", "blocked", "switch_lost"})


class Hours(NamedTuple):
    """What an hour costs, by the terms of those who have any; None: of nobody."""

    full_time: float | None = None
    part_time: float | None = None


class Facts(Struct, frozen=True):
    """What `facts` read, and what is set up. `load`: contacts of each half-hour of the day by (queue, channel), where
    they are forecast; None: taken from `ways`, which otherwise tell of a day like it."""

    date: str
    zone: str
    day: Span
    ways: tuple[Way, ...]
    talks: Mapping[str, tuple[Times, Times]]  # of the day
    talks_month: Mapping[str, tuple[Times, Times]]
    waits: Mapping[str, Sequence[tuple[Ms, bool, int]]]  # of the month
    worked: tuple[Worked, ...]
    stretches: tuple[Stretch, ...]
    queues: Mapping[str, QueueSpec]
    agents: Mapping[str, AgentSpec]
    channels: int  # of all active trunks
    spread: float | None
    redial: float | None
    resolved: float | None
    measured: Measured | None
    notes: tuple[str, ...] = ()
    hours: Hours = Hours()
    planned: Mapping[str, Group] | None = None  # by the published schedule
    load: Mapping[str, Sequence[float]] | None = None


def ground(of: Facts) -> Ground | None:
    """None: nobody came on that day, and nobody is expected."""
    names = sorted({way.queue for way in of.ways if way.queue} | set(of.load or ()))
    if not names:
        return None
    groups, known = _staff(of, names)
    attempts = _attempts(of, names)
    first, last = _doors(attempts)
    lines, line_source = _lines(of)
    redial = of.redial or 0.0
    queues = {
        key: _queue(of, key, profile[first:last], known=known, redial=redial, names=names)
        for key, profile in attempts.items()
    }
    scenario = Scenario(
        queues=queues,
        agents=groups,
        name="base",
        zone=of.zone,
        date=of.date,
        opens=clock_text(first * 1800),
        hours=(last - first) / 2,
        day_to_day=of.spread or 0.0,
        trunks=None if lines is None else Trunks(lines),
    )
    sources, assumptions = _assumed(of, scenario, lines, line_source, known)
    scenario = replace(scenario, costs=replace(scenario.costs, **_costs(assumptions)))
    reading.check(scenario)
    standby = {
        id: _skills(of, spec, names, known)
        for id, spec in sorted(of.agents.items())
        if spec.active and spec.employment == "part_time"
    }
    standby = {id: skills for id, skills in standby.items() if skills}
    notes = (*of.notes, *(() if known else ("staff_from_contacts",)))
    return Ground(
        reading.tables(scenario),
        assumptions,
        sources,
        of.measured,
        len(groups),
        standby,
        notes,
        {id: of.agents[id].name for id in (*groups, *standby) if id in of.agents},
    )


def _costs(values: Assumptions) -> dict[str, float]:
    return {
        "full_time_hour": values.full_time_hour,
        "part_time_hour": values.part_time_hour,
        "line_day": values.line_day,
        "callback": values.callback_cost,
    }


# --- people ------------------------------------------------------------------------------------------------------


def _staff(of: Facts, names: Sequence[str]) -> tuple[dict[str, Group], bool]:
    """Groups, one an agent, and whether their skills are those set up (else each serves what they served)."""
    needs = {id: _needs(of.queues.get(id)) for id in names}
    if of.planned is not None:
        able = {id: g for id, g in of.planned.items() if any(staff.serves(g.skills, need) for need in needs.values())}
        return able, True
    seen = {one.agent for one in of.stretches}
    busy = {one.agent for one in of.worked}
    if busy and len(busy & seen) >= STAFF_KNOWN * len(busy):
        return staff.of_stretches(of.stretches, of.day.start, of.agents, needs), True
    skill_of = {id: _own_skill(id) for id in names}
    return staff.of_contacts(of.worked, of.day.start, of.agents, skill_of), False


def _skills(of: Facts, spec: AgentSpec, names: Sequence[str], known: bool) -> dict[str, int]:
    """What of the study's queues somebody can serve, in the skills of the scenario."""
    held = {skill.skill: skill.level for skill in spec.skills}
    able = [name for name in names if staff.serves(held, _needs(of.queues.get(name)))]
    if not able:
        return {}
    return held if known else {_own_skill(name): 3 for name in able}


def _needs(spec: QueueSpec | None) -> dict[str, int]:
    return {} if spec is None else {need.skill: need.level for need in spec.requires}


def _own_skill(queue: str) -> str:
    return f"queue:{queue}"


# --- calls -------------------------------------------------------------------------------------------------------


def _attempts(of: Facts, names: Sequence[str]) -> dict[str, list[float]]:
    """Contacts by half-hour of the day that reached the entry, by queue of the scenario; those who met a busy tone or
    left before a queue was known, in proportion to who else came by their way in. Those who only came again are left
    out, since the scenario makes them come again itself."""
    if of.load is not None:
        return {key: list(values) for key, values in of.load.items()}
    steps = -(-(of.day.end - of.day.start) // HALF_HOUR)
    counted: dict[str, list[float]] = {}
    shares: dict[tuple[str, str, str], Counter[str]] = {}
    for way in of.ways:
        if way.queue is not None:
            for known in ((way.client, way.channel, way.entry), (way.client, way.channel, ""), ("", way.channel, "")):
                shares.setdefault(known, Counter())[way.queue] += 1
    again = of.redial or 0.0
    for way in of.ways:
        if way.closed:
            continue
        step = min(max(half_hour(way.came, of.day), 0), steps - 1)
        fresh = 1 - again if way.blocked or way.gave_up else 1.0
        for queue, share in _bound_for(way, shares):
            values = counted.setdefault(_key(queue, way.channel), [0.0] * steps)
            values[step] += share * fresh
    return dict(sorted(counted.items()))


def _bound_for(way: Way, shares: Mapping[tuple[str, str, str], Counter[str]]) -> Iterable[tuple[str, float]]:
    if way.queue is not None:
        return [(way.queue, 1.0)]
    for known in ((way.client, way.channel, way.entry), (way.client, way.channel, ""), ("", way.channel, "")):
        found = shares.get(known)
        if found:
            total = found.total()
            return [(queue, count / total) for queue, count in found.items()]
    return []


def _key(queue: str, channel: str) -> str:
    return queue + CHAT if channel == Channel.CHAT else queue


def _doors(attempts: Mapping[str, Sequence[float]]) -> tuple[int, int]:
    """First half-hour in which anybody comes, and the one after the last."""
    busy = [n for values in attempts.values() for n, value in enumerate(values) if value > 0]
    return min(busy), max(busy) + 1


def _queue(
    of: Facts, key: str, profile: Sequence[float], *, known: bool, redial: float, names: Sequence[str]
) -> Queue:
    id = key.removesuffix(CHAT)
    chat = key.endswith(CHAT)
    spec = of.queues.get(id)
    talk, wrapup = _handling(of, id)
    found = Queue(
        arrivals=Arrivals(profile=tuple(profile), step_s=1800),
        handling=talk,
        wrapup=wrapup,
        patience=_patience(of.waits.get(id, ())),
        redial=Redial(redial, redial) if redial else None,
        flow=_flow([way for way in of.ways if way.queue == id and (way.channel == Channel.CHAT) == chat]),
        requires=_needs(spec) if known else {_own_skill(id): 1},
        channel=Channel.CHAT if chat else Channel.VOICE,
    )
    if spec is None:
        return found
    steps: list[Expand | Move] = []
    for step in spec.steps:
        if isinstance(step, ExpandStep):
            if known:
                steps.append(Expand(step.after_s, {need.skill: need.level for need in step.requires}))
        elif step.queue in names and not chat:
            steps.append(Move(step.after_s, step.queue))
    return replace(
        found,
        client=spec.client,
        priority=spec.priority,
        ageing_s=spec.ageing_s,
        selection=spec.selection,
        service_level_s=spec.service_level_s,
        short_abandon_s=spec.short_abandon_s,
        max_wait_s=spec.max_wait_s,
        max_waiting=spec.max_waiting,
        offer_s=spec.offer_s,
        steps=tuple(steps),
    )


def _handling(of: Facts, queue: str) -> tuple[Duration, Duration]:
    """The shape of the last 30 days with the mean of the day."""
    month, day = of.talks_month.get(queue), of.talks.get(queue)
    if month is None:
        month = day
    if month is None:  # nobody of this queue was ever answered: as all others
        every = list(of.talks_month.values())
        if not every:
            return Fixed(240.0), NOTHING
        month = max(every, key=lambda pair: pair[0].count)
    means = day if day is not None and day[0].count >= 20 else month
    return _listed(month[0], means[0].mean), _listed(month[1], means[1].mean)


def _listed(times: Times, mean_ms: float) -> Duration:
    values = [max(value, 0.0) / 1000 for value in times.quantiles]
    own = sum(values) / len(values)
    if own <= 0:
        return Fixed(mean_ms / 1000) if mean_ms > 0 else NOTHING
    factor = mean_ms / 1000 / own
    return Listed(tuple(round(value * factor, 3) for value in values))


def _patience(waits: Sequence[tuple[Ms, bool, int]]) -> Patience:
    """By Kaplan–Meier, answered ones censored."""
    curve = Survival((wait, gone) for wait, gone, count in waits for _ in range(count))
    if not curve.times:
        return Never()
    times, left = [one / 1000 for one in curve.times], list(curve.survival)
    if len(times) > MOST_STEPS:
        keep = sorted({round(n * (len(times) - 1) / (MOST_STEPS - 1)) for n in range(MOST_STEPS)})
        times, left = [times[n] for n in keep], [left[n] for n in keep]
    return Curve(tuple(times), tuple(left))


def _flow(ways: Sequence[Way]) -> Flow | None:
    through = [way for way in ways if way.flow_ms is not None]
    if not through:
        return None
    times = sorted((way.flow_ms or 0) / 1000 for way in through)
    n = min(len(times), 100)
    values = tuple(times[int((i + 0.5) / n * len(times))] for i in range(n))
    served = sum(way.flow_outcome in SERVED for way in through) / len(ways)
    lost = sum(way.flow_outcome in LOST and not way.queued for way in through) / len(ways)
    return Flow(Listed(values), served, min(lost, 1 - served))


# --- lines -------------------------------------------------------------------------------------------------------


def _lines(of: Facts) -> tuple[int | None, Source]:
    """How many there seem to be. Where callers were turned away while fewer lines were taken than are set up, the
    number is one to be fitted; what is given then is the middle of the lines taken at those instants. A day to come
    has nothing to be fitted to: it has the lines that are set up."""
    calls = [way for way in of.ways if way.channel == Channel.VOICE and not way.closed]
    blocked = [way.came for way in calls if way.blocked]
    if not blocked or of.load is not None:
        return (of.channels or None), Source.SET_UP if of.channels else Source.UNKNOWN
    starts = sorted(way.came for way in calls if not way.blocked)
    ends = sorted(way.over for way in calls if not way.blocked)
    taken = median(bisect_right(starts, at) - bisect_left(ends, at) for at in blocked)
    if of.channels and taken >= 0.9 * of.channels:
        return of.channels, Source.SET_UP
    return max(round(taken), 1), Source.FITTED


# --- assumptions -------------------------------------------------------------------------------------------------


def _assumed(
    of: Facts, scenario: Scenario, lines: int | None, line_source: Source, known: bool
) -> tuple[dict[str, Source], Assumptions]:
    load = {key: sum(queue.arrivals.profile or ()) for key, queue in scenario.queues.items()}
    weighty = max(load, key=lambda key: load[key])
    values = Assumptions(
        spread=round(of.spread or 0.0, 4),
        patience_s=_median(scenario.queues[weighty].patience),
        redial_busy=round(of.redial or 0.0, 4),
        redial_abandon=round(of.redial or 0.0, 4),
        talk_s=round(_mean(scenario, load, "handling"), 1),
        wrapup_s=round(_mean(scenario, load, "wrapup"), 1),
        resolved=None if of.resolved is None else round(of.resolved, 4),
        lines=lines,
        within_s=float(scenario.queues[weighty].service_level_s),
        target=_target(of, weighty),
    )
    if of.hours.full_time is not None:
        values = replace(values, full_time_hour=round(of.hours.full_time, 2))
    if of.hours.part_time is not None:
        values = replace(values, part_time_hour=round(of.hours.part_time, 2))
    day = Source.FORECAST if of.load is not None else Source.RECORDED
    people = Source.SCHEDULE if of.planned is not None else Source.RECORDED if known else Source.FITTED
    sources = dict.fromkeys(Assumptions.__struct_fields__, Source.DEFAULT)
    sources |= {
        "volume": day,
        "spread": Source.UNKNOWN if of.spread is None else Source.FORECAST if of.load is not None else Source.MONTH,
        "patience_s": Source.UNKNOWN if values.patience_s is None else Source.MONTH,
        "redial_busy": Source.UNKNOWN if of.redial is None else Source.MONTH,
        "redial_abandon": Source.UNKNOWN if of.redial is None else Source.MONTH,
        "talk_s": Source.MONTH if of.load is not None else Source.RECORDED,
        "wrapup_s": Source.MONTH if of.load is not None else Source.RECORDED,
        "resolved": Source.UNKNOWN if of.resolved is None else Source.MONTH,
        "absent": people,
        "lines": line_source,
        "full_time_hour": Source.DEFAULT if of.hours.full_time is None else Source.SET_UP,
        "part_time_hour": Source.DEFAULT if of.hours.part_time is None else Source.SET_UP,
        "within_s": Source.SET_UP,
        "target": Source.SET_UP,
    }
    return sources, values


def _median(of: Patience) -> float | None:
    if not isinstance(of, Curve):
        return None
    return next((time for time, left in zip(of.times_s, of.left, strict=True) if left <= 0.5), None)


def _mean(scenario: Scenario, load: Mapping[str, float], field: str) -> float:
    """Over all contacts, in seconds."""
    total = sum(load.values())
    return sum(load[key] * _mean_of(getattr(queue, field)) for key, queue in scenario.queues.items()) / total


def _mean_of(of: Duration) -> float:
    return sum(of.values_s) / len(of.values_s) if isinstance(of, Listed) else of.mean_s


def _target(of: Facts, key: str) -> float:
    spec = of.queues.get(key.removesuffix(CHAT))
    return Assumptions().target if spec is None else spec.service_level_target
