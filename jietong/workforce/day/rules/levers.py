"""What can be done about the rest of the day, with effect and cost; the cheapest first, heads last (H3). Pure.

Each lever is found by itself, against the day as it stands, and its effect is told by the same counting of cover
(each person once) as the gap itself. A lever that changes nothing is not told.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from math import ceil

import msgspec

from jietong.core.errors import Refused
from jietong.core.events import PlannedSpan
from jietong.core.vocabulary import Activity, Employment, Ms
from jietong.workforce.day.model import Lever, LeverKind, Weight
from jietong.workforce.day.rules.gap import HOUR, missing, weight
from jietong.workforce.day.rules.standing import (
    AHEAD,
    NOTICE,
    Day,
    at_work,
    can_help,
    count_in,
    due_soon,
    gap_window,
    groups_at,
    groups_short,
    hours_filled,
    hours_opened,
    least_spare,
    short_by_group,
    spare_by_group,
    weight_of,
)
from jietong.workforce.schedule.model import MINUTE, STEP, PersonDay
from jietong.workforce.schedule.rules.breaks import too_long
from jietong.workforce.schedule.rules.edits import AnyEdit, Change, Insert, Move, apply_all
from jietong.workforce.schedule.rules.ground import groups_of

AWAY: Ms = 60 * MINUTE  # and how far from their place
LEAST_HOURS = 0.05  # a smaller effect is none
MOST_MOVES = 16
OVERTIME: Ms = 60 * MINUTE
CALLED_FOR: Ms = 60 * MINUTE  # nobody is called in for less
APART: Ms = 30 * MINUTE  # between two breaks
SPARE: Ms = 60 * MINUTE  # to send somebody home for less is not worth the way
ACCEPTED = 0.4
"""Of those who would wait too long, how many take a call-back where one is offered. An assumption, shown as one."""
_POSTPONED = frozenset({Activity.TRAINING, Activity.MEETING, Activity.CASEWORK})
K = LeverKind
_RANK = {kind: n for n, kind in enumerate(LeverKind)}


def levers(day: Day) -> list[Lever]:
    """All that would help, cheapest first, heads last."""
    found: list[Lever | None] = [
        move_breaks(day),
        postpone(day),
        callback(day),
        call_in(day),
        overtime(day),
        send_home(day),
        relief(day),
        heads(day),
    ]
    told = [one for one in found if one is not None]
    return sorted(told, key=lambda one: (one.kind is LeverKind.HEADS, one.cost or 0.0, _RANK[one.kind]))


def move_breaks(day: Day) -> Lever | None:
    """Breaks of the next hours out of the gap, each by at most an hour, none against the rules (G6)."""
    short, spare = short_by_group(day), spare_by_group(day)
    if not any(value > 0 for values in short.values() for value in values):
        return None
    edits: list[AnyEdit] = []
    for key, one, span in due_soon(day, frozenset({Activity.BREAK})):
        if len(edits) == MOST_MOVES:
            break
        mine = groups_at(day, one, span.start)
        if not hours_filled(day, short, mine, span.start, span.end):
            continue
        length = span.end - span.start
        places = [
            at
            for by in range(int(STEP), int(AWAY) + 1, int(STEP))
            for at in (span.start - by, span.start + by)
            if day.now + NOTICE <= at <= day.now + AHEAD
        ]
        best, most = None, LEAST_HOURS
        for at in places:
            if not _fits(day, one, span, at):
                continue
            gain = hours_filled(day, short, mine, span.start, span.end) - hours_opened(
                day, short, spare, mine, at, at + length
            )
            if gain > most:
                best, most = at, gain
        if best is not None:
            edits.append(Move(key[0], key[1], span.start, best, span.activity))
            count_in(day, short, spare, mine, span.start, span.end, 1)
            count_in(day, short, spare, mine, best, best + length, -1)
    return _of_edits(day, LeverKind.MOVE_BREAKS, edits, 0.0)


def postpone(day: Day) -> Lever | None:
    """Training, meetings and casework that lie in the gap become work; they are to be placed anew on another day."""
    short, spare = short_by_group(day), spare_by_group(day)
    edits: list[AnyEdit] = []
    for key, one, span in due_soon(day, _POSTPONED):
        mine = groups_at(day, one, span.start)
        hours = hours_filled(day, short, mine, span.start, span.end)
        if hours > LEAST_HOURS and hours * HOUR >= (span.end - span.start) / 2:
            edits.append(Change(key[0], key[1], span.start, Activity.WORK, span.activity))
            count_in(day, short, spare, mine, span.start, span.end, 1)
    return _of_edits(day, LeverKind.POSTPONE, edits, 0.0)


def call_in(day: Day) -> Lever | None:
    """Part-timers on standby, as many as the largest gap asks for (A6)."""
    window = gap_window(day)
    if window is None:
        return None
    start, end, most = window
    free: list[tuple[Ms, Ms, str]] = []
    for id, person in sorted(day.ground.people.items()):
        if person.terms.employment is not Employment.PART_TIME or id in day.absent:
            continue
        frames = [(start, end)] if id in day.standby else day.ground.frames_of(id, day.today, standby=True)
        times = [(max(a, start), min(b, end)) for a, b in frames]
        first, last = max(times, key=lambda one: one[1] - one[0], default=(0, 0))
        if last - first >= CALLED_FOR and not at_work(day, id, first, last) and can_help(day, id, first):
            free.append((first, last, id))
    if not free:
        return None
    start = min(first for first, _, _ in free)
    mine = [one for one in free if one[0] == start]
    return _asking(
        day, K.CALL_IN, [id for _, _, id in mine], ceil(most - 1e-6), start, min(last for _, last, _ in mine), 1.0
    )


def overtime(day: Day) -> Lever | None:
    """Whoever's shift ends within the gap, for up to an hour more; they are asked."""
    window = gap_window(day)
    if window is None:
        return None
    start, end, most = window
    asked = []
    for (agent, _), one in sorted(day.days.items()):
        person, shift = day.ground.people.get(agent), one.shift
        if person is None or shift is None or person.terms.employment is not Employment.FULL_TIME:
            continue
        if agent not in day.absent and day.now < shift[1] < end and can_help(day, agent, shift[1]):
            asked.append((max(start - shift[1], 0), agent, shift[1]))
    if not asked:
        return None
    begin = max(min(at for _, _, at in asked), day.now + NOTICE)
    begin -= begin % STEP
    upto = min(end, begin + OVERTIME)
    near = [agent for _, agent, at in sorted(asked) if at <= begin + STEP]
    factor = max((day.ground.people[a].terms.overtime_factor for a in near), default=1.5)
    return _asking(day, LeverKind.OVERTIME, near, ceil(most - 1e-6), begin, upto, factor)


def send_home(day: Day) -> Lever | None:
    """Where more are there than needed to the end of a shift: who wants to may go, unpaid."""
    spare = spare_by_group(day)
    edits: list[AnyEdit] = []
    saved = 0.0
    rate_known = True
    for key, one in sorted(day.days.items(), key=lambda item: item[1].shift or (0, 0)):
        shift = one.shift
        if shift is None or key[0] in day.absent or not day.now < shift[1]:
            continue
        begin = max(day.now + 15 * MINUTE, shift[0])
        begin += -begin % STEP
        rest = [s.activity for s in one.spans if s.end > begin]
        if shift[1] - begin < SPARE or not set(rest) <= {Activity.WORK, Activity.BREAK}:
            continue
        mine = groups_at(day, one, begin)
        until = shift[1]
        if not mine or least_spare(day, spare, mine, begin, until) < 1.0 or len(edits) >= 3:
            continue
        edits.append(Insert(key[0], key[1], begin, until, Activity.LEAVE, paid=False))
        count_in(day, {}, spare, mine, begin, until, -1)
        cost = day.ground.people[key[0]].terms.cost_hour if key[0] in day.ground.people else 0.0
        rate_known = rate_known and cost > 0
        saved += (until - begin) / HOUR * cost
    return _of_edits(day, LeverKind.SEND_HOME, edits, -saved if rate_known else None, over=True)


def relief(day: Day) -> Lever | None:
    """A break for the two who have had most, before the next one that they have: whoever is overloaded makes mistakes
    and goes (G6, H1). It may open a gap, which is told."""
    begin = day.now + NOTICE
    begin += -begin % (5 * MINUTE)
    edits: list[AnyEdit] = []
    for agent in day.loaded:
        one = day.days.get((agent, day.today))
        if one is None or len(edits) == 2:
            continue
        length = day.ground.rules_of(agent).breaks.length * MINUTE
        works = any(s.activity is Activity.WORK and s.start <= begin and begin + length <= s.end for s in one.spans)
        near = any(
            s.activity in (Activity.BREAK, Activity.MEAL) and s.start < begin + APART and s.end > begin - APART
            for s in one.spans
        )
        if works and not near:
            edits.append(Insert(agent, day.today, begin, begin + length, Activity.BREAK))
    if not edits:
        return None
    made = apply_all(edits, day.days, day.ground)
    before, after = weight_of(day, day.groups, day.days), weight_of(day, day.groups, {**day.days, **made})
    agents = tuple(edit.agent for edit in edits)
    concerned = {g for agent in agents for g in groups_at(day, day.days[agent, day.today], day.now)}
    id = _id(K.RELIEF, [*agents, str(begin)])
    return Lever(id, K.RELIEF, tuple(sorted(concerned)), before, after, 0.0, edits=tuple(edits), agents=agents)


def callback(day: Day) -> Lever | None:
    """Customers who would wait too long are called back when it is quieter. An estimate: so many of them accept."""
    groups = {id: one for id, one in day.groups.items() if id in day.callback}
    if not any(max(missing(day.grid, one, day.now), default=0.0) > 0 for one in groups.values()):
        return None
    before = weight_of(day, day.groups, day.days)
    saved = weight(day.grid, groups, {id: one.cover for id, one in groups.items()}, day.ground, day.now).late
    if saved * ACCEPTED < 1:
        return None
    after = Weight(before.gap_hours, before.largest, round(before.late - saved * ACCEPTED, 4), before.over_hours)
    return Lever(
        _id(LeverKind.CALLBACK, sorted(groups)), LeverKind.CALLBACK, tuple(sorted(groups)), before, after, 0.0
    )


def heads(day: Day) -> Lever | None:
    """As many more people as the largest gap asks for, for the time of the gap: the quickest and worst lever."""
    window = gap_window(day)
    if window is None:
        return None
    start, end, most = window
    n = ceil(most - 1e-6)
    before = weight_of(day, day.groups, day.days)
    rates = [p.terms.cost_hour for p in day.ground.people.values() if p.terms.cost_hour > 0]
    cost = n * (end - start) / HOUR * sum(rates) / len(rates) if rates else None
    agents = {id: list(one.cover) for id, one in day.groups.items()}
    for id, one in day.groups.items():
        for i, short in enumerate(missing(day.grid, one, day.now)):
            agents[id][i] += short
    after = weight(day.grid, day.groups, agents, day.ground, day.now)
    id = _id(LeverKind.HEADS, [str(n), str(start)])
    return Lever(id, LeverKind.HEADS, groups_short(day), before, after, cost, places=n, start=start, end=end)


# --- inside -------------------------------------------------------------------------------------------------------


def _of_edits(
    day: Day, kind: LeverKind, edits: Sequence[AnyEdit], cost: float | None, *, over: bool = False
) -> Lever | None:
    """The lever of these edits, if they help: counted anew with all of them made."""
    if not edits:
        return None
    try:
        made = apply_all(edits, day.days, day.ground)
    except Refused:
        return None
    before = weight_of(day, day.groups, day.days)
    after = weight_of(day, day.groups, {**day.days, **made})
    better = after.over_hours < before.over_hours if over else after.gap_hours < before.gap_hours - LEAST_HOURS
    if not better or (over and after.gap_hours > before.gap_hours + LEAST_HOURS):
        return None
    agents = tuple(dict.fromkeys(edit.agent for edit in edits))
    concerned = {g for edit in edits for g in groups_at(day, day.days[edit.agent, edit.day], day.now)}
    id = _id(kind, [str(msgspec.json.encode(edit)) for edit in edits])
    return Lever(id, kind, tuple(sorted(concerned)), before, after, cost, edits=tuple(edits), agents=agents)


def _asking(
    day: Day, kind: LeverKind, agents: Sequence[str], places: int, start: Ms, end: Ms, factor: float
) -> Lever | None:
    """Whoever is asked may say no: the effect is that of as many as there are places for."""
    places = min(places, len(agents))
    if not places or end <= start:
        return None
    chosen = agents[:places]
    made = dict(day.days)
    for agent in chosen:
        key = (agent, day.today)
        held = made.get(key) or PersonDay(agent, day.today)
        made[key] = PersonDay(agent, day.today, (*held.spans, PlannedSpan(start, end, Activity.WORK)))
    before, after = weight_of(day, day.groups, day.days), weight_of(day, day.groups, made)
    if after.gap_hours >= before.gap_hours - LEAST_HOURS:
        return None
    rates = [day.ground.people[a].terms.cost_hour for a in chosen]
    cost = sum(rates) * factor * (end - start) / HOUR if all(rates) else None
    concerned = {g for a in chosen for g in groups_of(day.ground.people[a], day.ground, start)} & set(day.groups)
    return Lever(
        _id(kind, [*agents, str(start), str(end)]), kind, tuple(sorted(concerned)), before, after, cost,
        ask=tuple(agents), places=places, start=start, end=end, agents=tuple(chosen),
    )  # fmt: skip


def _fits(day: Day, one: PersonDay, span: PlannedSpan, at: Ms) -> bool:
    """Whether the break may lie there: within work of the same shift, away from its ends, and no stretch on line
    becomes too long by it."""
    rule, shift = day.ground.rules_of(one.agent).breaks, one.shift
    length = span.end - span.start
    if shift is None or at < shift[0] + rule.edge * MINUTE or at + length > shift[1] - rule.edge * MINUTE:
        return False
    others = [s for s in one.spans if s is not span and s.activity not in (Activity.WORK, Activity.CASEWORK)]
    if any(s.start < at + length + rule.edge * MINUTE and s.end > at - rule.edge * MINUTE for s in others):
        return False
    try:
        moved = apply_all([Move(one.agent, one.day, span.start, at, span.activity)], day.days, day.ground)
    except Refused:
        return False
    return len(too_long(moved[one.agent, one.day].spans, rule)) <= len(too_long(one.spans, rule))


def _id(kind: LeverKind, parts: Iterable[str]) -> str:
    return f"{kind.value}-{sha256('|'.join(parts).encode()).hexdigest()[:10]}"
