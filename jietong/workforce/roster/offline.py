"""Trainings and meetings (訓練、會議) go where they cost least, within shifts; pauses go around them."""

import numpy as np

from jietong.workforce.model import QUARTER_S
from jietong.workforce.roster.breaks import NO_BLOCKS, Ints, placed
from jietong.workforce.roster.plan import Plan
from jietong.workforce.roster.problem import Offline, Unmet


def place(plan: Plan, item: Offline) -> list[Unmet]:
    """Puts it into the plan, where those days then stay as they are; for whom there is no room."""
    people = [who for who, frame in enumerate(plan.frames) if frame.person.id in item.people]
    if item.together:
        return _at_one_time(plan, item, people)
    out = []
    for who in people:
        best = max(
            (found for day in plan.rows[who].shifts for found in _choices(plan, who, day, item)),
            default=None,
        )
        if best is None:
            out.append(_no_room(plan, who, item))
        else:
            _put(plan, who, best[1], best[2], item)
    return out


def _at_one_time(plan: Plan, item: Offline, people: list[int]) -> list[Unmet]:
    """When most of the people are there; of such times the one that costs least."""
    gains: dict[int, dict[int, tuple[float, int]]] = {}
    for who in people:
        for day in plan.rows[who].shifts:
            for gain, _, step in _choices(plan, who, day, item):
                gains.setdefault(step, {})[who] = (gain, day)
    if not gains:
        return [_no_room(plan, who, item) for who in people]
    step = max(gains, key=lambda at: (len(gains[at]), sum(gain for gain, _ in gains[at].values()), -at))
    for who, (_, day) in gains[step].items():
        _put(plan, who, day, step, item)
    return [_no_room(plan, who, item) for who in people if who not in gains[step]]


def _choices(plan: Plan, who: int, day: int, item: Offline) -> list[tuple[float, int, int]]:
    """What each possible step of a day brings (below 0: costs), the day, and the step."""
    shift = plan.rows[who].shifts[day]
    if (who, day) in plan.pinned:
        return []
    steps, length = _length(item), len(shift.marks)
    low = max(0, item.earliest - shift.first)
    high = min(length - steps, item.latest - shift.first - steps)
    if low > high:
        return []
    values = plan.cover.values(plan.frames[who].masks, plan.grid.room)
    part = values[plan.frames[who].which[day], shift.first : shift.first + length]
    held = plan.blocks.get((who, day), NO_BLOCKS)
    now = placed(plan.grid.pauses, part, held)[0]
    out = []
    for offset in range(low, high + 1):
        blocks = _with(held, length, offset, steps)
        if blocks is not None:
            worth = placed(plan.grid.pauses, part, blocks)[0]
            if worth > -np.inf:
                out.append((worth - now, day, shift.first + offset))
    return out


def _put(plan: Plan, who: int, day: int, step: int, item: Offline) -> None:
    row = plan.take_out(who)
    shift, frame = row.shifts[day], plan.frames[who]
    offset = step - shift.first
    blocks = _with(plan.blocks.get((who, day), NO_BLOCKS), len(shift.marks), offset, _length(item))
    assert blocks is not None
    plan.blocks[who, day] = blocks
    plan.activities.setdefault((who, day), {})[offset] = item.activity
    frame.allowed[day] = False
    frame.allowed[day, row.days[day]] = True
    frame.must_work[day] = True
    plan.put(who, row.days)


def _with(held: Ints, length: int, offset: int, steps: int) -> Ints | None:
    """The blocks with one more; None where it lies over another."""
    blocks = held.copy() if len(held) else np.zeros(length, np.int64)
    taken = np.zeros(length, np.bool_)
    for at in np.nonzero(blocks)[0]:
        taken[at : at + blocks[at]] = True
    if taken[offset : offset + steps].any():
        return None
    blocks[offset] = steps
    return blocks


def _length(item: Offline) -> int:
    return -(-item.length_s // QUARTER_S)


def _no_room(plan: Plan, who: int, item: Offline) -> Unmet:
    return Unmet(plan.frames[who].person.id, None, item.id, "room", 0.0)
