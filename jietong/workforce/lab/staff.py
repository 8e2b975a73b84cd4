"""Who was there: agents as groups of a scenario, from the ledger's intervals, a schedule, or the contacts themselves.

Pure. Times of day are seconds after the local midnight of the day, in elapsed time.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import ceil, floor
from zlib import crc32

from msgspec.structs import replace

from jietong.core.specs import AgentSpec
from jietong.core.vocabulary import Employment, Ms
from jietong.workforce.lab.facts import Stretch, Worked
from jietong.workforce.simulation.scenario import Break, Group, Shift, clock_s, clock_text

AWAY = {"break": "break", "training": "training", "meeting": "meeting", "casework": "casework"}
ABSENT = frozenset({"off", "standby"})
SHORTEST_BREAK_S = 120
GAP_S = 3600  # who took no contact for so long, seen by contacts alone, was not there
QUARTER_S = 900
HOUR_S = 3600


def of_stretches(
    stretches: Iterable[Stretch],
    day_start: Ms,
    specs: Mapping[str, AgentSpec],
    queues: Mapping[str, Mapping[str, int]],
) -> dict[str, Group]:
    """Agents as the ledger saw them; those who could take none of `queues` (id → skills asked for) are left out."""
    found: dict[str, Group] = {}
    by_agent: dict[str, list[Stretch]] = {}
    for one in stretches:
        by_agent.setdefault(one.agent, []).append(one)
    for agent, own in by_agent.items():
        spec = specs.get(agent)
        skills = {} if spec is None else {skill.skill: skill.level for skill in spec.skills}
        shifts = tuple(_shifts(own, day_start))
        if shifts and any(serves(skills, needs) for needs in queues.values()):
            found[agent] = _group(spec, skills, shifts, part_time=own[0].part_time)
    return found


def of_contacts(
    handled: Iterable[Worked], day_start: Ms, specs: Mapping[str, AgentSpec], skill_of: Mapping[str, str]
) -> dict[str, Group]:
    """Agents as their contacts show them: there from the first to the last of each run of contacts, to the quarter of
    an hour, for the queues that they served on that day. `skill_of`: queue → the skill that stands for it."""
    by_agent: dict[str, list[Worked]] = {}
    for one in handled:
        by_agent.setdefault(one.agent, []).append(one)
    found: dict[str, Group] = {}
    for agent, own in by_agent.items():
        runs: list[list[float]] = []
        for one in own:
            start, end = (one.start - day_start) / 1000, (one.end - day_start) / 1000
            if runs and start - runs[-1][1] < GAP_S:
                runs[-1][1] = max(runs[-1][1], end)
            else:
                runs.append([start, end])
        spans = [(floor(a / QUARTER_S) * QUARTER_S, ceil(b / QUARTER_S) * QUARTER_S) for a, b in runs]
        shifts = [Shift(clock_text(max(a, 0)), clock_text(b)) for a, b in _apart(spans)]
        skills = {skill_of[one.queue]: 3 for one in own if one.queue in skill_of}
        chats = _most_at_once(own)
        group = _group(specs.get(agent), skills, tuple(shifts), part_time=own[0].part_time)
        found[agent] = replace(group, chats=chats)
    return found


def serves(skills: Mapping[str, int], needs: Mapping[str, int]) -> bool:
    return all(skills.get(skill, 0) >= level for skill, level in needs.items())


def with_pauses(group: Group, name: str, share: float) -> Group:
    """The same on line for `share` of each hour only: short absences that nobody recorded, one an hour, at a minute
    of the agent's own."""
    if share >= 0.999 or group.standby is not None:
        return group
    length = round((1 - share) * HOUR_S)
    own = crc32(name.encode()) % HOUR_S
    return replace(group, shifts=tuple(_paused(shift, length, own) for shift in group.shifts))


def present(groups: Mapping[str, Group], at_s: float) -> float:
    """How many of them are on line at a time of day."""
    return sum(group.count for group in groups.values() if any(_on_line(shift, at_s) for shift in group.shifts))


def _on_line(shift: Shift, at_s: float) -> bool:
    if not clock_s(shift.start) <= at_s < clock_s(shift.end):
        return False
    return not any(clock_s(pause.start) <= at_s < clock_s(pause.end) for pause in shift.breaks)


def _group(spec: AgentSpec | None, skills: dict[str, int], shifts: tuple[Shift, ...], *, part_time: bool) -> Group:
    employment = Employment.PART_TIME if part_time else Employment.FULL_TIME if spec is None else spec.employment
    chats = 3 if spec is None else spec.capacity.text
    return Group(count=1, skills=skills, employment=employment, shifts=shifts, chats=chats)


def _shifts(own: Sequence[Stretch], day_start: Ms) -> Iterable[Shift]:
    """Unbroken presence; within it what was no time on line."""
    run: list[Stretch] = []
    for one in own:
        if one.state in ABSENT:
            continue
        if run and one.start - run[-1].end > 60_000:
            yield from _shift(run, day_start)
            run = []
        run.append(one)
    yield from _shift(run, day_start)


def _shift(run: Sequence[Stretch], day_start: Ms) -> Iterable[Shift]:
    if not run:
        return
    start, end = _second(run[0].start, day_start), _second(run[-1].end, day_start)
    breaks: list[Break] = []
    for one in run:
        a, b = _second(one.start, day_start), _second(one.end, day_start)
        activity = AWAY.get(one.state)
        if activity is None or b - a < SHORTEST_BREAK_S:
            continue
        if breaks and clock_s(breaks[-1].end) >= a and breaks[-1].activity == activity:
            breaks[-1] = Break(breaks[-1].start, clock_text(b), breaks[-1].activity)
        else:
            breaks.append(Break(clock_text(a), clock_text(b), activity))  # type: ignore[arg-type]
    if end - start >= SHORTEST_BREAK_S:
        yield Shift(clock_text(start), clock_text(end), tuple(breaks))


def _second(at: Ms, day_start: Ms) -> int:
    return min(max((at - day_start) // 1000, 0), 48 * HOUR_S)


def _apart(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for a, b in spans:
        if found and a <= found[-1][1]:
            found[-1] = (found[-1][0], max(b, found[-1][1]))
        else:
            found.append((a, b))
    return found


def _most_at_once(own: Sequence[Worked]) -> int:
    changes = sorted([(one.start, 1) for one in own] + [(one.end, -1) for one in own])
    busy = most = 0
    for _, by in changes:
        busy += by
        most = max(most, busy)
    return min(max(most, 1), 6)


def _paused(shift: Shift, length: int, own: int) -> Shift:
    start, end = clock_s(shift.start), clock_s(shift.end)
    taken = [(clock_s(pause.start), clock_s(pause.end)) for pause in shift.breaks]
    breaks = list(shift.breaks)
    at = start - start % HOUR_S + own
    while at < end:
        a, b = max(at, start), min(at + length, end)
        if b > a and not any(a < y and x < b for x, y in taken):
            breaks.append(Break(clock_text(a), clock_text(b)))
        at += HOUR_S
    breaks.sort(key=lambda pause: clock_s(pause.start))
    return Shift(shift.start, shift.end, tuple(breaks))
