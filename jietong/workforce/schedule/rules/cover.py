"""Who is on line in each step, and how far that goes: a person with two skills counts once. Pure.

People who can serve several groups are handed to groups by a flow: first as much of every group's need as can be met
at once (in quarters of the need, so that a shortage is shared), then whoever is over to the group with the least.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from jietong.core.vocabulary import Activity, Ms
from jietong.workforce.schedule.model import PersonDay
from jietong.workforce.schedule.rules.ground import Ground, groups_of

EPS = 1e-9
ROUNDS = 4


class Cover(NamedTuple):
    """`agents[group][i]`: people on line for the group in step i; `people[i]`: all on line that can serve any group
    asked for, each once; `able[group][i]`: all on line who could serve it, counted in every group they can serve."""

    agents: dict[str, list[float]]
    people: list[float]
    able: dict[str, list[float]]


def cover_of(
    days: Iterable[PersonDay],
    ground: Ground,
    groups: Sequence[str],
    start: Ms,
    step: Ms,
    need: Mapping[str, Sequence[float]],
) -> Cover:
    """Cover of each group over `len(need[group])` steps from `start`. A group without need has a need of nothing."""
    n = max((len(values) for values in need.values()), default=0)
    asked = frozenset(groups)
    types: list[dict[tuple[str, ...], float]] = [defaultdict(float) for _ in range(n)]
    known: dict[tuple[str, str], tuple[str, ...]] = {}
    for day in days:
        person = ground.people.get(day.agent)
        if person is None:
            continue
        for span in day.spans:
            if span.activity is not Activity.WORK:
                continue
            key = (day.agent, day.day)
            if key not in known:
                known[key] = tuple(g for g in groups_of(person, ground, span.start) if g in asked)
            if not known[key]:
                continue
            first, last = (span.start - start) // step, -(-(span.end - start) // step)
            for i in range(max(first, 0), min(last, n)):
                begin = start + i * step
                types[i][known[key]] += (min(span.end, begin + step) - max(span.start, begin)) / step
    return _handed_out(types, groups, need, n)


def _handed_out(
    types: Sequence[Mapping[tuple[str, ...], float]],
    groups: Sequence[str],
    need: Mapping[str, Sequence[float]],
    n: int,
) -> Cover:
    agents: dict[str, list[float]] = {group: [0.0] * n for group in groups}
    able: dict[str, list[float]] = {group: [0.0] * n for group in groups}
    people = [0.0] * n
    seen: dict[tuple[object, ...], dict[str, float]] = {}
    for i, here in enumerate(types):
        wanted = {group: need[group][i] if group in need else 0.0 for group in groups}
        key = (tuple(sorted(here.items())), tuple(wanted.values()))
        if key not in seen:
            seen[key] = allocate(here, wanted)
        for group, value in seen[key].items():
            agents[group][i] = value
        for kind, count in here.items():
            people[i] += count
            for group in kind:
                able[group][i] += count
    return Cover(agents, people, able)


def allocate(people: Mapping[tuple[str, ...], float], need: Mapping[str, float]) -> dict[str, float]:
    """People of each kind (the groups they can serve) handed to groups; the sum over groups is the people that there
    are. The need that is met is the most that can be met (maximum flow)."""
    left = {kind: count for kind, count in sorted(people.items()) if count > EPS}
    given: dict[tuple[tuple[str, ...], str], float] = defaultdict(float)
    got: dict[str, float] = dict.fromkeys(need, 0.0)
    for part in range(1, ROUNDS + 1):
        for group in sorted(need):
            _fill(group, need[group] * part / ROUNDS, left, given, got)
    for kind, count in left.items():
        while count > EPS:  # whoever is over: where there is least, measured by the need
            group = min(kind, key=lambda g: (got[g] / need[g] if need[g] > EPS else float("inf"), got[g], g))
            share = min(count, 1.0)
            got[group] += share
            count -= share
    return got


def _fill(
    group: str,
    goal: float,
    left: dict[tuple[str, ...], float],
    given: dict[tuple[tuple[str, ...], str], float],
    got: dict[str, float],
) -> None:
    """Brings a group to its goal along augmenting paths: a free person, or one whom another group gets a substitute
    for."""
    while goal - got[group] > EPS:
        path = _path(group, left, given)
        if path is None:
            return
        amount = min(goal - got[group], left[path[-1][0]])
        amount = min([amount, *(given[kind, taken] for kind, _, taken in path if taken is not None)])
        for kind, gives, takes in path:
            given[kind, gives] += amount
            if takes is not None:
                given[kind, takes] -= amount
        left[path[-1][0]] -= amount
        got[group] += amount


def _path(
    group: str, left: Mapping[tuple[str, ...], float], given: Mapping[tuple[tuple[str, ...], str], float]
) -> list[tuple[tuple[str, ...], str, str | None]] | None:
    """Steps (kind, the group it gives to, the group it is taken from: None where people of the kind are free)."""
    came: dict[str, tuple[str, tuple[str, ...]]] = {}  # group → the group that it gave to, and by which kind
    queue, reached = [group], {group}
    while queue:
        at = queue.pop(0)
        for kind, count in left.items():
            if at not in kind:
                continue
            if count > EPS:
                steps: list[tuple[tuple[str, ...], str, str | None]] = [(kind, at, None)]
                while at != group:
                    to, by = came[at]
                    steps.insert(0, (by, to, at))
                    at = to
                return steps
            for other in kind:
                if other not in reached and given.get((kind, other), 0.0) > EPS:
                    reached.add(other)
                    came[other] = (at, kind)
                    queue.append(other)
    return None


def gaps(need: Sequence[float], cover: Sequence[float]) -> list[float]:
    """Missing people in each step."""
    return [max(0.0, n - c) if n - c > 1e-6 else 0.0 for n, c in zip(need, cover, strict=True)]


class Stretch(NamedTuple):
    """Steps `first` … `last` (not included) with a gap, the largest of them, and person-hours missing."""

    first: int
    last: int
    most: float
    hours: float


def stretches(missing: Sequence[float], step: Ms, *, least: float = 0.5) -> list[Stretch]:
    """Where at least `least` people are missing, one stretch after another."""
    out: list[Stretch] = []
    for i, value in enumerate(missing):
        if value < least:
            continue
        hours = value * step / 3_600_000
        if out and out[-1].last == i:
            before = out[-1]
            out[-1] = Stretch(before.first, i + 1, max(before.most, value), before.hours + hours)
        else:
            out.append(Stretch(i, i + 1, value, hours))
    return out
