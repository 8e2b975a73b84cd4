"""Need, cover and the gap between them for the rest of a day. Pure."""

from collections.abc import Collection, Mapping, Sequence

from msgspec.structs import replace

from jietong.core.vocabulary import Activity, Ms
from jietong.workforce.day.model import Expectation, Grid, Group, Weight
from jietong.workforce.erlang.systems import Floats
from jietong.workforce.model import Load
from jietong.workforce.requirement import PLAIN, Service, late, pooled, requirement, rostered
from jietong.workforce.schedule.model import PersonDay, SkillGroup
from jietong.workforce.schedule.rules.cover import Cover, cover_of
from jietong.workforce.schedule.rules.edits import normal
from jietong.workforce.schedule.rules.ground import DayKey, Ground

HOUR: Ms = 3_600_000


def groups_of_day(
    grid: Grid,
    ground: Ground,
    groups: Sequence[str],
    days: Mapping[DayKey, PersonDay],
    expected: Mapping[str, Expectation],
    absent: Collection[str],
    now: Ms,
) -> dict[str, Group]:
    """Each group's day. `expected` by queue; a group with a queue of which nothing is known has no need."""
    known = {id: _expectation(grid, ground.groups[id], expected) for id in groups}
    need = {id: _need(found, ground.groups[id], now_=True) for id, found in known.items()}
    said = {id: _need(found, ground.groups[id], now_=False) for id, found in known.items()}
    planned = cover(grid, ground, groups, days.values(), need)
    there = cover(grid, ground, groups, without(days, absent, now).values(), need)
    out = {}
    for id in groups:
        found = known[id]
        out[id] = Group(
            id,
            said=None if found is None else found.said,
            load=None if found is None else _load(grid, found, now_=True),
            p10=None if found is None else found.p10,
            p90=None if found is None else found.p90,
            came=None if found is None else found.came,
            need_said=said[id],
            need=need[id],
            planned=tuple(planned.agents[id]),
            cover=tuple(there.agents[id]),
            able=tuple(there.able[id]),
            service=PLAIN if found is None else found.service,
        )
    return out


def cover(
    grid: Grid,
    ground: Ground,
    groups: Sequence[str],
    days: Collection[PersonDay],
    need: Mapping[str, Sequence[float] | None],
) -> Cover:
    """People handed to groups, each once; a group without a forecast needs nobody that we know of."""
    wanted = {id: list(need.get(id) or (0.0,) * grid.n) for id in groups}
    return cover_of(days, ground, groups, grid.start, grid.step, wanted)


def without(days: Mapping[DayKey, PersonDay], absent: Collection[str], now: Ms) -> dict[DayKey, PersonDay]:
    """The schedule without the work, from now to the end of the shift under way, of those who did not come."""
    out = dict(days)
    for key, day in days.items():
        shift = day.shift
        if key[0] not in absent or shift is None or not shift[0] <= now < shift[1]:
            continue
        spans = [
            replace(s, end=min(s.end, now)) if s.activity is Activity.WORK else s
            for s in day.spans
            if s.activity is not Activity.WORK or s.start < now
        ]
        out[key] = PersonDay(day.agent, day.day, normal(spans), version=day.version)
    return out


def weight(
    grid: Grid, groups: Mapping[str, Group], agents: Mapping[str, Sequence[float]], ground: Ground, now: Ms
) -> Weight:
    """How the rest of the day stands with so many people in each group."""
    first = grid.number(now)
    hours = over = most = missed = 0.0
    for id, group in groups.items():
        if group.need is None or group.load is None:
            continue
        there = agents[id]
        for i in range(first, grid.n):
            share = (grid.at(i + 1) - max(now, grid.at(i))) / HOUR
            short = group.need[i] - there[i]
            hours += max(short, 0.0) * share
            over += max(-short, 0.0) * share if group.need[i] > 0 else 0.0
            most = max(most, short)
        missed += float(_late(group, there, ground.groups[id])[first:].sum())
    return Weight(round(hours, 4), round(max(most, 0.0), 4), round(missed, 4), round(over, 4))


def missing(grid: Grid, group: Group, now: Ms) -> list[float]:
    """People missing in each step from now on; nothing of what has gone by."""
    if group.need is None:
        return [0.0] * grid.n
    first = grid.number(now)
    return [
        max(0.0, n - c) if i >= first else 0.0 for i, (n, c) in enumerate(zip(group.need, group.cover, strict=True))
    ]


def to_spare(grid: Grid, group: Group, now: Ms) -> list[float]:
    """People there beyond the need in each step from now on."""
    first = grid.number(now)
    need = group.need or group.cover
    return [max(0.0, c - n) if i >= first else 0.0 for i, (n, c) in enumerate(zip(need, group.cover, strict=True))]


def _late(group: Group, agents: Sequence[float], spec: SkillGroup) -> Floats:
    assert group.load is not None
    return late(group.load, spec.goal, agents, group.service)


def _expectation(grid: Grid, spec: SkillGroup, expected: Mapping[str, Expectation]) -> Expectation | None:
    """The group's queues together."""
    parts = [expected[queue] for queue in spec.queues if queue in expected]
    if not parts or len(parts) < len(spec.queues):
        return None
    if len(parts) == 1:
        return parts[0]
    now = pooled([_load(grid, one, now_=True) for one in parts])
    came = tuple(
        None if all(value is None for value in values) else sum(value or 0.0 for value in values)
        for values in zip(*(one.came for one in parts), strict=True)
    )
    total = sum(sum(one.mean) for one in parts) or 1.0
    patience = [one.service.patience_s for one in parts]
    return Expectation(
        spec.id,
        _sum([one.said for one in parts]),
        now.calls,
        _sum([one.p10 for one in parts]),
        _sum([one.p90 for one in parts]),
        came,
        now.aht_s,
        Service(
            None if any(p is None for p in patience) else sum(
                (one.service.patience_s or 0.0) * sum(one.mean) for one in parts
            ) / total,
            at_a_time=sum(one.service.at_a_time * sum(one.mean) for one in parts) / total,
        ),
    )  # fmt: skip


def _need(found: Expectation | None, spec: SkillGroup, *, now_: bool) -> tuple[float, ...] | None:
    if found is None:
        return None
    calls = found.mean if now_ else found.said
    load = Load(spec.id, 0, 900, tuple(max(c, 0.0) for c in calls), found.aht_s)
    return rostered(requirement(load, spec.goal, found.service), spec.shrinkage).agents


def _load(grid: Grid, found: Expectation, *, now_: bool) -> Load:
    calls = found.mean if now_ else found.said
    return Load(found.queue, grid.start, grid.step_s, tuple(max(c, 0.0) for c in calls), found.aht_s)


def _sum(rows: Sequence[Sequence[float]]) -> tuple[float, ...]:
    return tuple(sum(values) for values in zip(*rows, strict=True))
