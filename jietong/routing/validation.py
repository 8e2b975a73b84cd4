"""Whether set-up makes sense: pure rules that name the field that is wrong.

A `Fault` has the path of the field (`steps[1].queue`), a stable code that the client words, and its parameters.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from jietong.core.specs import (
    AgentSpec,
    Capacity,
    ClientSpec,
    ExpandStep,
    ExtensionSpec,
    HoursSpec,
    InviteRule,
    MoveStep,
    Names,
    NumberSpec,
    Period,
    QueueSpec,
    ReasonSpec,
    SiteSpec,
    SkillNeed,
    SkillSpec,
    TrunkSpec,
)

LANGUAGES = ("zh-Hans", "zh-Hant", "en")
LEVELS = range(1, 6)
DAY = 1440
_ID = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")


@dataclass(frozen=True, slots=True)
class Fault:
    path: str
    code: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class World:
    """What else is set up, by id, as far as references need it."""

    clients: dict[str, ClientSpec] = field(default_factory=dict)
    skills: dict[str, SkillSpec] = field(default_factory=dict)
    hours: dict[str, HoursSpec] = field(default_factory=dict)
    queues: dict[str, QueueSpec] = field(default_factory=dict)
    reasons: dict[str, ReasonSpec] = field(default_factory=dict)
    trunks: dict[str, TrunkSpec] = field(default_factory=dict)
    numbers: dict[str, NumberSpec] = field(default_factory=dict)
    extensions: dict[str, ExtensionSpec] = field(default_factory=dict)
    agents: frozenset[str] = frozenset()  # the active ones
    flows: dict[str, str] = field(default_factory=dict)  # those that are published and active, and whose client's
    region: str = "CN"


def check_client(spec: ClientSpec) -> list[Fault]:
    return [*check_id(spec.id), *check_names(spec.name)]


def check_skill(spec: SkillSpec) -> list[Fault]:
    return [*check_id(spec.id), *check_names(spec.name)]


def check_site(spec: SiteSpec) -> list[Fault]:
    faults = [*check_names(spec.name), *_zone(spec.zone)]
    if not re.fullmatch(r"[A-Z]{2}", spec.region):
        faults.append(Fault("region", "bad_region"))
    faults += within("grace_s", spec.grace_s, 5, 3600)
    faults += within("break_every_s", spec.break_every_s, 600, 86_400)
    faults += within("break_length_s", spec.break_length_s, 60, spec.break_every_s)
    return faults


def check_hours(spec: HoursSpec) -> list[Fault]:
    """Periods lie within their day, do not overlap, nor run into the next day's; holidays are real, single dates."""
    faults = [*check_id(spec.id), *check_names(spec.name), *_zone(spec.zone)]
    if len(spec.week) != 7:
        return [*faults, Fault("week", "seven_days_needed", {"days": len(spec.week)})]
    for day, periods in enumerate(spec.week):
        path = f"week[{day}]"
        own = list(_periods(path, periods))
        faults += own
        follow = spec.week[(day + 1) % 7]
        if not own and periods and follow:
            past_midnight = max(period.end for period in periods) - DAY
            if past_midnight > min(period.start for period in follow):
                faults.append(Fault(path, "overlaps_next_day"))
    seen: set[str] = set()
    for n, holiday in enumerate(spec.holidays):
        path = f"holidays[{n}]"
        if not _is_date(holiday.date):
            faults.append(Fault(f"{path}.date", "bad_date", {"value": holiday.date}))
        elif holiday.date in seen:
            faults.append(Fault(f"{path}.date", "holiday_twice", {"value": holiday.date}))
        seen.add(holiday.date)
        faults += check_names(holiday.name, f"{path}.name")
        faults += _periods(f"{path}.periods", holiday.periods)
    return faults


def check_queue(spec: QueueSpec, world: World) -> list[Fault]:
    """References exist and are active, limits are sensible numbers, overflow goes somewhere and not in circles."""
    faults = [*check_id(spec.id), *check_names(spec.name)]
    client = world.clients.get(spec.client)
    if client is None or not client.active:
        faults.append(Fault("client", "unknown_client", {"value": spec.client}))
    if not spec.channels:
        faults.append(Fault("channels", "channel_needed"))
    elif len(set(spec.channels)) < len(spec.channels):
        faults.append(Fault("channels", "twice"))
    if spec.hours is not None and not _active(world.hours.get(spec.hours)):
        faults.append(Fault("hours", "unknown_hours", {"value": spec.hours}))
    faults += _needs("requires", spec.requires, world)
    faults += _limits(spec)
    faults += _steps(spec, world)
    if spec.invite is not None:
        faults += _invite(spec.invite)
    return faults


def check_agent(spec: AgentSpec, world: World) -> list[Fault]:
    """Known skills, once each, at levels 1 to 5; a capacity that one person can bear."""
    faults = [*check_id(spec.id)]
    if not spec.name.strip() or len(spec.name) > 80:
        faults.append(Fault("name", "name_needed"))
    seen: set[str] = set()
    for n, skill in enumerate(spec.skills):
        path = f"skills[{n}]"
        if not _active(world.skills.get(skill.skill)):
            faults.append(Fault(f"{path}.skill", "unknown_skill", {"value": skill.skill}))
        if skill.skill in seen:
            faults.append(Fault(f"{path}.skill", "twice", {"value": skill.skill}))
        seen.add(skill.skill)
        if skill.level not in LEVELS:
            faults.append(Fault(f"{path}.level", "bad_level", {"value": skill.level}))
    return faults + list(_capacity(spec.capacity))


def check_reason(spec: ReasonSpec, world: World) -> list[Fault]:
    faults = [*check_id(spec.id), *check_names(spec.name)]
    if spec.kind not in ("break", "contact", "article"):
        faults.append(Fault("kind", "bad_kind", {"value": spec.kind}))
    if spec.client is not None and spec.client not in world.clients:
        faults.append(Fault("client", "unknown_client", {"value": spec.client}))
    if spec.parent is not None:
        parent = world.reasons.get(spec.parent)
        if parent is None or parent.kind != spec.kind or parent.id == spec.id:
            faults.append(Fault("parent", "unknown_reason", {"value": spec.parent}))
        elif parent.parent is not None:
            faults.append(Fault("parent", "two_levels_only"))
    return faults


def _limits(spec: QueueSpec) -> Iterator[Fault]:
    yield from within("priority", spec.priority, -100, 100)
    yield from within("ageing_s", spec.ageing_s, 1, 86_400)
    yield from within("service_level_s", spec.service_level_s, 1, 86_400)
    # A target of 100 % is a pitfall (requirement D6): one late answer and the month is lost.
    yield from within("service_level_target", spec.service_level_target, 0.01, 0.999)
    yield from within("short_abandon_s", spec.short_abandon_s, 0, 600)
    yield from within("alarm_wait_s", spec.alarm_wait_s, 1, 86_400)
    yield from within("alarm_talk_s", spec.alarm_talk_s, 1, 86_400)
    yield from within("max_wait_s", spec.max_wait_s, 1, 604_800)
    yield from within("max_waiting", spec.max_waiting, 0, 1_000_000)
    yield from within("offer_s", spec.offer_s, 3, 600)
    if spec.recording is not None:
        yield from within("recording.share", spec.recording.share, 0, 1)
        yield from within("recording.keep_days", spec.recording.keep_days, 1, 3_660)
        yield from within("recording.max_pause_s", spec.recording.max_pause_s, 10, 3_600)
    yield from within("wrapup_s", spec.wrapup_s, 0, 86_400)
    yield from within("wrapup_extend_s", spec.wrapup_extend_s, 1, 3600)
    yield from within("sticky_s", spec.sticky_s, 0, 3600)
    yield from within("callback_retry_s", spec.callback_retry_s, 10, 86_400)
    yield from within("callback_attempts", spec.callback_attempts, 1, 20)


def _steps(spec: QueueSpec, world: World) -> Iterator[Fault]:
    last = 0
    for n, step in enumerate(spec.steps):
        path = f"steps[{n}]"
        yield from within(f"{path}.after_s", step.after_s, 1, 86_400)
        if step.after_s < last:
            yield Fault(f"{path}.after_s", "steps_out_of_order")
        last = max(last, step.after_s)
        if spec.max_wait_s is not None and step.after_s >= spec.max_wait_s:
            yield Fault(f"{path}.after_s", "after_max_wait", {"max_wait_s": spec.max_wait_s})
        match step:
            case ExpandStep():
                yield from _needs(f"{path}.requires", step.requires, world)
            case MoveStep():
                yield from _move(path, n, step, spec, world)


def _move(path: str, n: int, step: MoveStep, spec: QueueSpec, world: World) -> Iterator[Fault]:
    target = world.queues.get(step.queue)
    if step.queue == spec.id:
        yield Fault(f"{path}.queue", "moves_to_itself")
    elif target is None or not target.active:
        yield Fault(f"{path}.queue", "unknown_queue", {"value": step.queue})
    elif target.client != spec.client:
        yield Fault(f"{path}.queue", "other_client", {"value": step.queue})
    elif not set(spec.channels) <= set(target.channels):
        yield Fault(f"{path}.queue", "lacks_channel", {"value": step.queue})
    elif _comes_back(spec.id, target, world):
        yield Fault(f"{path}.queue", "moves_in_a_circle", {"value": step.queue})
    if n != len(spec.steps) - 1:
        yield Fault(path, "move_must_be_last")


def _comes_back(start: str, queue: QueueSpec, world: World) -> bool:
    """Whether overflow from `queue` would end in `start` again."""
    seen = {queue.id}
    todo = [queue]
    while todo:
        for step in todo.pop().steps:
            if not isinstance(step, MoveStep) or step.queue in seen:
                continue
            if step.queue == start:
                return True
            seen.add(step.queue)
            if step.queue in world.queues:
                todo.append(world.queues[step.queue])
    return False


def _invite(rule: InviteRule) -> Iterator[Fault]:
    """Letting go must need less than drawing in, or part-timers would come and go by the minute (hysteresis)."""
    if rule.wait_s is None and rule.waiting is None and rule.occupancy is None:
        yield Fault("invite", "limit_needed")
    yield from within("invite.wait_s", rule.wait_s, 1, 86_400)
    yield from within("invite.waiting", rule.waiting, 1, 1_000_000)
    yield from within("invite.occupancy", rule.occupancy, 0.01, 1)
    yield from within("invite.calm_s", rule.calm_s, 0, 86_400)
    yield from within("invite.answer_s", rule.answer_s, 5, 3600)
    yield from within("invite.again_s", rule.again_s, 0, 86_400)
    for name in ("wait_s", "waiting", "occupancy"):
        limit, release = getattr(rule, name), getattr(rule, f"release_{name}")
        if release < 0:
            yield Fault(f"invite.release_{name}", "out_of_range", {"low": 0, "high": limit})
        elif limit is not None and release >= limit:
            yield Fault(f"invite.release_{name}", "release_above_limit", {"limit": limit})


def _capacity(capacity: Capacity) -> Iterator[Fault]:
    yield from within("capacity.voice", capacity.voice, 0, 1)
    yield from within("capacity.text", capacity.text, 0, 20)
    yield from within("capacity.text_during_voice", capacity.text_during_voice, 0, max(capacity.text, 0))
    if capacity.voice == 0 and capacity.text == 0:
        yield Fault("capacity", "no_capacity")


def _needs(path: str, needs: Iterable[SkillNeed], world: World) -> Iterator[Fault]:
    seen: set[str] = set()
    for n, need in enumerate(needs):
        if not _active(world.skills.get(need.skill)):
            yield Fault(f"{path}[{n}].skill", "unknown_skill", {"value": need.skill})
        if need.skill in seen:
            yield Fault(f"{path}[{n}].skill", "twice", {"value": need.skill})
        seen.add(need.skill)
        if need.level not in LEVELS:
            yield Fault(f"{path}[{n}].level", "bad_level", {"value": need.level})


def _periods(path: str, periods: Iterable[Period]) -> Iterator[Fault]:
    until = -1
    for n, period in enumerate(periods):
        if not 0 <= period.start < DAY or not period.start < period.end <= period.start + DAY:
            yield Fault(f"{path}[{n}]", "bad_period", {"start": period.start, "end": period.end})
        elif period.start < until:
            yield Fault(f"{path}[{n}]", "periods_overlap")
        until = max(until, period.end)


def within(path: str, value: float | None, low: float, high: float) -> Iterator[Fault]:
    if value is not None and not low <= value <= high:
        yield Fault(path, "out_of_range", {"low": low, "high": high})


def check_names(names: Names, path: str = "name") -> Iterator[Fault]:
    for language in LANGUAGES:
        if not names.get(language, "").strip():
            yield Fault(f"{path}.{language}", "name_needed")
        elif len(names[language]) > 80:
            yield Fault(f"{path}.{language}", "too_long", {"max": 80})
    for language in names.keys() - set(LANGUAGES):
        yield Fault(f"{path}.{language}", "unknown_language")


def check_id(value: str) -> Iterator[Fault]:
    if not _ID.fullmatch(value):
        yield Fault("id", "bad_id")


def _zone(zone: str) -> Iterator[Fault]:
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, KeyError):  # not a key, a folder of zones, no such zone
        yield Fault("zone", "unknown_zone", {"value": zone})


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _active(spec: SkillSpec | HoursSpec | None) -> bool:
    return spec is not None and spec.active


def users_of(kind: str, id: str, world: World) -> list[str]:
    """Ids of the active queues that stop making sense without this skill, timetable, queue or client."""
    return [queue.id for queue in world.queues.values() if queue.active and _uses(queue, kind, id)]


def _uses(queue: QueueSpec, kind: str, id: str) -> bool:
    match kind:
        case "client":
            return queue.client == id
        case "hours":
            return queue.hours == id
        case "queue":
            return any(isinstance(step, MoveStep) and step.queue == id for step in queue.steps)
        case "skill":
            asked = list(queue.requires)
            for step in queue.steps:
                if isinstance(step, ExpandStep):
                    asked += step.requires
            return any(need.skill == id for need in asked)
    return False
