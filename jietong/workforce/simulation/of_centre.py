"""A scenario of a real centre's day: its queues and people as they are set up, its load and its schedule."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, cast
from zoneinfo import ZoneInfo

from jietong.core.clock import to_datetime
from jietong.core.errors import Invalid
from jietong.core.events import PlannedSpan
from jietong.core.specs import AgentSpec, ExpandStep, QueueSpec, SkillNeed
from jietong.core.vocabulary import Activity, Channel, Ms
from jietong.workforce.model import Load
from jietong.workforce.simulation import reading
from jietong.workforce.simulation.chance import NOTHING, Duration, Exponential, Lognormal, Patience, mean_s, scaled
from jietong.workforce.simulation.scenario import (
    DEFAULT_METRICS,
    Arrivals,
    Break,
    Callback,
    Costs,
    Expand,
    Flow,
    Group,
    Move,
    Queue,
    Redial,
    Scenario,
    Shift,
    Standby,
    Trunks,
    clock_text,
)


class Member(NamedTuple):
    """One agent and what they are to do that day; no spans: not there."""

    spec: AgentSpec
    spans: tuple[PlannedSpan, ...]


class Habits(NamedTuple):
    """What is known of a queue's customers and agents beside its load, measured or assumed."""

    patience: Patience = Exponential(180.0)
    handling: Duration | None = None  # its form; the mean is the load's. None: lognormal
    wrapup_share: float = 0.15  # of the handling time
    answer: Duration = Exponential(3.0)
    missed: float = 0.0
    redial: Redial | None = None
    flow: Flow | None = None
    callback: Callback | None = None


def of_centre(
    queues: Sequence[QueueSpec],
    loads: Sequence[Load],
    members: Sequence[Member],
    *,
    zone: str,
    name: str = "centre",
    habits: Mapping[str, Habits] | None = None,
    channels: int | None = None,
    standby: Standby | None = None,
    absent: float = 0.0,
    day_to_day: float = 0.0,
    costs: Costs | None = None,
    own_skill_first: bool = False,
    metrics: str = DEFAULT_METRICS,
) -> Scenario:
    """`loads`: one for each queue that contacts come to, all from one start and in one step; the scenario's doors
    open at their start and close at their end. Queues without a load are kept: contacts may overflow to
    them. `habits` by queue. Raises Invalid `bad_loads`, `bad_scenario`."""
    start, end = _day(loads)
    known = habits or {}
    by_queue = {load.queue: load for load in loads}
    served = [spec for spec in queues if Channel.VOICE in spec.channels or Channel.CHAT in spec.channels]
    missing = sorted(set(by_queue) - {spec.id for spec in served})
    if missing:
        raise Invalid("bad_loads", f"There is no queue for calls or chats of the name {missing[0]!r}.")
    missed = max((habit.missed for habit in known.values()), default=0.0)
    local = to_datetime(start).astimezone(ZoneInfo(zone))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    scenario = Scenario(
        name=name,
        zone=zone,
        date=local.date().isoformat(),
        opens=clock_text(_seconds(midnight, start)),
        hours=(end - start) / 3_600_000,
        day_to_day=day_to_day,
        queues={spec.id: _queue(spec, by_queue.get(spec.id), known.get(spec.id, Habits())) for spec in served},
        agents=_groups(members, midnight, standby, absent, missed),
        trunks=Trunks(channels) if channels is not None else None,
        costs=costs if costs is not None else Costs(),
        own_skill_first=own_skill_first,
        metrics=metrics,
    )
    reading.check(scenario)
    return scenario


def _day(loads: Sequence[Load]) -> tuple[Ms, Ms]:
    if not loads:
        raise Invalid("bad_loads", "There is nothing to simulate: give the load of one queue at least.")
    shapes = {(load.start, load.step_s, len(load.calls)) for load in loads}
    if len(shapes) > 1:
        raise Invalid("bad_loads", "The loads are of different days or steps: give all for the same intervals.")
    start, step_s, steps = shapes.pop()
    return start, start + step_s * steps * 1000


def _queue(spec: QueueSpec, load: Load | None, habit: Habits) -> Queue:
    steps: list[Expand | Move] = []
    for step in spec.steps:
        if isinstance(step, ExpandStep):
            steps.append(Expand(step.after_s, _needs(step.requires)))
        else:
            steps.append(Move(step.after_s, step.queue))
    aht = _aht_s(load)
    wraps_up = spec.wrapup_s != 0
    wrapup = Exponential(aht * habit.wrapup_share) if wraps_up and habit.wrapup_share else NOTHING
    talk_s = aht - mean_s(wrapup)
    form = habit.handling if habit.handling is not None else Lognormal(talk_s)
    own = mean_s(form)
    voice = Channel.VOICE in spec.channels
    return Queue(
        arrivals=_arrivals(load, aht),
        handling=scaled(form, talk_s / own) if own else form,
        wrapup=wrapup,
        patience=habit.patience,
        answer=habit.answer,
        redial=habit.redial,
        flow=habit.flow,
        callback=habit.callback if voice else None,
        requires=_needs(spec.requires),
        channel=Channel.VOICE if voice else Channel.CHAT,
        client=spec.client,
        priority=spec.priority,
        ageing_s=spec.ageing_s,
        selection=spec.selection,
        service_level_s=spec.service_level_s,
        short_abandon_s=spec.short_abandon_s,
        max_wait_s=spec.max_wait_s,
        max_waiting=spec.max_waiting,
        offer_s=spec.offer_s,
        callback_retry_s=spec.callback_retry_s,
        callback_attempts=spec.callback_attempts,
        steps=tuple(steps),
        invite=spec.invite,
    )


def _arrivals(load: Load | None, aht: float) -> Arrivals:
    if load is None:
        return Arrivals()
    paces = tuple(one / aht if aht and one > 0 else 1.0 for one in load.aht_s)
    steady = all(abs(pace - 1) < 1e-9 for pace in paces)
    return Arrivals(profile=tuple(load.calls), step_s=load.step_s, pace=None if steady else paces)


def _aht_s(load: Load | None) -> float:
    """Of the day: each step's by its contacts."""
    if load is None:
        return 0.0
    calls = sum(load.calls)
    if not calls:
        return max(load.aht_s, default=0.0)
    return sum(n * aht for n, aht in zip(load.calls, load.aht_s, strict=True)) / calls


def _groups(
    members: Sequence[Member], midnight: datetime, standby: Standby | None, absent: float, missed: float
) -> dict[str, Group]:
    """People with the same skills and the same day are one group, named by their team."""
    found: dict[tuple[object, ...], Group] = {}
    teams: dict[tuple[object, ...], str] = {}
    for member in members:
        spec = member.spec
        on_call = any(span.activity is Activity.STANDBY for span in member.spans)
        shifts = _shifts(member.spans, midnight)
        if not shifts or not spec.active:
            continue
        skills = tuple(sorted((held.skill, held.level) for held in spec.skills))
        key = (spec.team, spec.employment, skills, shifts, on_call, spec.capacity.text)
        teams[key] = spec.team or "agents"
        before = found.get(key)
        found[key] = Group(
            count=1 if before is None else before.count + 1,
            skills=dict(skills),
            employment=spec.employment,
            shifts=shifts,
            absent=absent,
            missed=missed,
            chats=spec.capacity.text,
            standby=(standby or Standby()) if on_call else None,
        )
    numbers: dict[str, int] = {}
    named = {}
    for kind, group in found.items():
        team = teams[kind]
        numbers[team] = numbers.get(team, 0) + 1
        named[f"{team}.{numbers[team]}"] = group
    return named


def _shifts(spans: Sequence[PlannedSpan], midnight: datetime) -> tuple[Shift, ...]:
    """Stretches without a gap; leave is a gap."""
    runs: list[list[PlannedSpan]] = []
    for span in sorted(spans, key=lambda span: span.start):
        if span.activity is Activity.LEAVE or span.end <= span.start:
            continue
        if runs and runs[-1][-1].end == span.start:
            runs[-1].append(span)
        else:
            runs.append([span])

    def text(at: Ms) -> str:
        return clock_text(_seconds(midnight, at))

    off_line = {Activity.WORK, Activity.STANDBY}
    return tuple(
        Shift(
            text(run[0].start),
            text(run[-1].end),
            tuple(
                Break(text(span.start), text(span.end), _activity(span.activity))
                for span in run
                if span.activity not in off_line
            ),
        )
        for run in runs
        if run[-1].start >= round(midnight.timestamp() * 1000) or run[-1].end > round(midnight.timestamp() * 1000)
    )


def _activity(activity: Activity) -> Literal["break", "meal", "training", "meeting", "casework"]:
    return cast(Literal["break", "meal", "training", "meeting", "casework"], activity.value)


def _seconds(midnight: datetime, at: Ms) -> int:
    """Elapsed since midnight; what began the day before begins at midnight."""
    return max(0, round((to_datetime(at) - midnight) / timedelta(seconds=1)))


def _needs(requires: Sequence[SkillNeed]) -> dict[str, int]:
    return {need.skill: need.level for need in requires}


__all__ = ["Habits", "Member", "of_centre"]
