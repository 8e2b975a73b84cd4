"""What a scenario does otherwise, as a change of the base; which are worth a try; what each costs by itself. Pure.

A lever changes one thing and leaves the chance of all the rest alone, so that two scenarios differ by it only.
"""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import NamedTuple

from msgspec.structs import replace

from jietong.core.errors import Invalid
from jietong.core.vocabulary import Channel, Employment
from jietong.workforce.lab import staff
from jietong.workforce.lab.breaks import moved
from jietong.workforce.lab.model import ALTERNATIVES, HELPS_FROM, LATER, Assumptions, Change, Ground, LeverKind
from jietong.workforce.lab.pressure import pressure
from jietong.workforce.simulation import vary as v
from jietong.workforce.simulation.chance import mean_s
from jietong.workforce.simulation.scenario import Break, Group, Scenario, Shift, clock_s, clock_text

K = LeverKind
PART_TIMER = "part-timer:"
HIRED = "hired"
MOST_HEADS = 200
TRAINED_DAYS = 250  # working days in a year, over which training is spread
SHIFT_S = 9 * 3600  # of somebody hired: eight hours of work and a meal of one


class Changed(NamedTuple):
    """`aside`: contacts that never reached the scenario, by half-hour from its opening: turned away at the door."""

    scenario: Scenario
    aside: tuple[float, ...] = ()


def changed(base: Scenario, change: Change, wanted: Assumptions, ground: Ground) -> Changed:
    """The base with the change made. Raises Invalid `bad_change` with what to do."""
    if change.kind is K.TOGETHER:
        found = Changed(base)
        for part in change.parts:
            next_ = changed(found.scenario, part, wanted, ground)
            found = Changed(next_.scenario, _added(found.aside, next_.aside))
        return found
    if change.kind is K.SWITCH_DOWN:
        return _switch_down(base, change, wanted)
    return Changed(_made(base, change, wanted, ground))


def _made(base: Scenario, change: Change, wanted: Assumptions, ground: Ground) -> Scenario:
    match change.kind:
        case K.BASE:
            return base
        case K.CALLBACK:
            return v.vary(base, v.CallbackAfter(change.after_s, wanted.callback_accept, wanted.callback_reached))
        case K.HANDLING:
            spent = wanted.talk_s + wanted.wrapup_s
            if not 0 < change.seconds < spent:
                raise _bad(f"Handling takes {spent:.0f} s: take off more than 0 and less than that.")
            return v.vary(base, v.Handling((spent - change.seconds) / spent))
        case K.SELF_SERVICE:
            return v.vary(base, v.SelfService(change.share))
        case K.LINES:
            if base.trunks is not None and base.trunks.channels + change.count < 0:
                raise _bad(f"There are {base.trunks.channels} lines: take away no more than that.")
            return v.vary(base, v.Lines(change.count))
        case K.HALF_TRUNKS:
            return v.vary(base, v.HalfTrunks())
        case K.ABSENT:
            return v.vary(base, v.Absent(change.share))
        case K.MOVE_BREAKS:
            return moved(base)[0]
        case K.PART_TIMERS:
            return _part_timers(base, change, wanted, ground)
        case K.CROSS_TRAIN:
            return _cross_train(base, change)
        case _:
            return _heads(base, change)


def checked(change: Change, depth: int = 0) -> Change:
    """Raises Invalid `bad_change` for what makes no sense whatever the base is."""
    kind = change.kind
    if kind is K.TOGETHER:
        if depth or not 2 <= len(change.parts) <= 8:
            raise _bad("Put 2 to 8 levers together, none of them put together itself.")
        for part in change.parts:
            checked(part, depth + 1)
    if kind in (K.PART_TIMERS, K.HEADS) and not 1 <= change.count <= MOST_HEADS:
        raise _bad(f"Give a number of people from 1 to {MOST_HEADS}.")
    if kind is K.LINES and (change.count == 0 or abs(change.count) > 10_000):
        raise _bad("Give a number of lines, with a minus for fewer, but not 0.")
    if kind is K.CALLBACK and not 1 <= change.after_s <= 3600:
        raise _bad("A call-back is offered after 1 to 3,600 seconds.")
    if kind in (K.SELF_SERVICE, K.CROSS_TRAIN, K.ABSENT) and not 0 < change.share <= 1:
        raise _bad("Give a share above 0 % and up to 100 %.")
    if kind is K.HANDLING and not 0 < change.seconds <= 3600:
        raise _bad("Take off more than 0 seconds.")
    if kind in (K.PART_TIMERS, K.SWITCH_DOWN):
        _span(change)
    return change


def proposed(base: Scenario, wanted: Assumptions, ground: Ground) -> list[Change]:
    """The alternatives to more heads that this centre has (H3), in the order of ALTERNATIVES."""
    found: dict[LeverKind, Change] = {}
    voice = any(queue.channel is Channel.VOICE for queue in base.queues.values())
    if voice:
        found[K.CALLBACK] = Change(K.CALLBACK, after_s=90)
    if any(shift.breaks for group in base.agents.values() for shift in group.shifts):
        found[K.MOVE_BREAKS] = Change(K.MOVE_BREAKS)
    for start, end in pressure(base).by_need(min(4.0, base.hours)) if base.agents else ():
        free = len(_free(base, ground, start, end))
        if free:
            times = clock_text(start), clock_text(end)
            found[K.PART_TIMERS] = Change(K.PART_TIMERS, count=min(4, free), start=times[0], end=times[1])
            break
    found[K.SELF_SERVICE] = Change(K.SELF_SERVICE, share=0.04)
    if wanted.talk_s + wanted.wrapup_s > 20:
        found[K.HANDLING] = Change(K.HANDLING, seconds=10)
    skills = {tuple(sorted(queue.requires.items())) for queue in base.queues.values()}
    if len(skills) > 1 and base.agents:
        found[K.CROSS_TRAIN] = Change(K.CROSS_TRAIN, share=0.25)
    if voice and base.trunks is not None:
        found[K.LINES] = Change(K.LINES, count=max(1, ceil(base.trunks.channels * 0.1)))
    return [found[kind] for kind in ALTERNATIVES if kind in found]


def contingencies(base: Scenario) -> list[Change]:
    """What may befall the centre (I2)."""
    found = [Change(K.ABSENT, share=0.3)]
    if base.trunks is not None:
        found.insert(0, Change(K.HALF_TRUNKS))
    start, end = pressure(base).busiest(min(1.0, base.hours))
    return [*found, Change(K.SWITCH_DOWN, start=start, end=end)]


def own_cost(change: Change, wanted: Assumptions, agents: int) -> float:
    """What the lever costs a day beside what the simulation counts (people's hours, lines, call-backs)."""
    match change.kind:
        case K.TOGETHER:
            return sum(own_cost(part, wanted, agents) for part in change.parts)
        case K.HANDLING:
            return agents * wanted.coaching_day / 60 * wanted.full_time_hour
        case K.SELF_SERVICE:
            return wanted.menu_day
        case K.CROSS_TRAIN:
            return ceil(agents * change.share) * wanted.training_hours * wanted.full_time_hour / TRAINED_DAYS
    return 0.0


def helps_from(change: Change) -> str:
    """A code of LATER; of several together the latest."""
    if change.kind is K.TOGETHER:
        return max((helps_from(part) for part in change.parts), key=LATER.index)
    return HELPS_FROM.get(change.kind, "today")


def adds_heads(change: Change) -> bool:
    return change.kind is K.HEADS or any(adds_heads(part) for part in change.parts)


# --- people ------------------------------------------------------------------------------------------------------


def _part_timers(base: Scenario, change: Change, wanted: Assumptions, ground: Ground) -> Scenario:
    start, end = _span(change)
    free = _free(base, ground, start, end)
    if change.count > len(free):
        raise _bad(f"{len(free)} part-timers are not on duty in these hours; call in as many at most.")
    by_use = sorted(free, key=lambda name: (-_use(base, free[name]), name))
    shift = Shift(clock_text(start), clock_text(end))
    more = {
        PART_TIMER + name: Group(
            count=1,
            skills=dict(free[name]),
            employment=Employment.PART_TIME,
            shifts=(shift,),
            absent=1 - wanted.part_time_accept,
        )
        for name in by_use[: change.count]
    }
    return replace(base, agents={**base.agents, **more})


def _free(base: Scenario, ground: Ground, start: int, end: int) -> dict[str, dict[str, int]]:
    """Part-timers who are not on duty at any time of the span, with what they can."""

    def busy(name: str) -> bool:
        own = (base.agents.get(name), base.agents.get(PART_TIMER + name))
        shifts = [shift for group in own if group is not None for shift in group.shifts]
        return any(clock_s(shift.start) < end and start < clock_s(shift.end) for shift in shifts)

    return {name: skills for name, skills in ground.standby.items() if not busy(name)}


def _heads(base: Scenario, change: Change) -> Scenario:
    """For the queue that is shortest of people, in a shift around the worst hours."""
    needs = dict(base.queues[_shortest(base)].requires)
    found = pressure(base)
    opens, closes = found.opens_s, found.opens_s + round(base.hours * 3600)
    worst_start, worst_end = (clock_s(text) for text in found.worst(min(4.0, base.hours)))
    length = min(SHIFT_S, closes - opens)
    start = min(max((worst_start + worst_end - length) // 2 // 900 * 900, opens), closes - length)
    breaks: tuple[Break, ...] = ()
    if length == SHIFT_S:  # away from the worst hours, as near as the rule of two hours allows
        meal = start + length // 2 - 1800
        pauses = ((start + 7200, 900), (meal, 3600), (start + length - 7200 - 900, 900))
        breaks = tuple(
            Break(clock_text(at), clock_text(at + long), "meal" if long == 3600 else "break") for at, long in pauses
        )
    group = Group(
        count=change.count, skills=needs, shifts=(Shift(clock_text(start), clock_text(start + length), breaks),)
    )
    name, n = HIRED, 1
    while name in base.agents:
        n += 1
        name = f"{HIRED}-{n}"
    return replace(base, agents={**base.agents, name: group})


def _cross_train(base: Scenario, change: Change) -> Scenario:
    """Some agents, spread over the centre, learn the one more queue that each may help most."""
    names = [name for name, group in base.agents.items() if group.standby is None and not name.startswith(HIRED)]
    wanted = ceil(len(names) * change.share)
    order = sorted(_strain(base).items(), key=lambda one: -one[1])
    agents = dict(base.agents)
    trained = 0
    for n in _spread(len(names)):
        name = names[n]
        group = agents[name]
        more = next(
            (
                base.queues[queue].requires
                for queue, _ in order
                if not staff.serves(group.skills, base.queues[queue].requires)
            ),
            None,
        )
        if more is None:
            continue
        levels = {skill: max(level, group.skills.get(skill, 0)) for skill, level in more.items()}
        agents[name] = replace(group, skills={**group.skills, **levels})
        trained += 1
        if trained == wanted:
            break
    if not trained:
        raise _bad("Everybody serves every queue already: there is nothing to learn.")
    return replace(base, agents=agents)


def _spread(n: int) -> list[int]:
    """0 … n−1 so that the first few lie far apart (golden-ratio order)."""
    return sorted(range(n), key=lambda i: (i * 0.6180339887498949) % 1.0)


def _use(base: Scenario, skills: Mapping[str, int]) -> float:
    """How much strain somebody with these skills could ease."""
    strain = _strain(base)
    return sum(strain[name] for name, queue in base.queues.items() if staff.serves(skills, queue.requires))


def _shortest(base: Scenario) -> str:
    strain = _strain(base)
    return max(sorted(strain), key=lambda name: strain[name])


def _strain(base: Scenario) -> dict[str, float]:
    """Work of each queue ÷ hours of those who serve it, each agent's shared among their queues."""
    hours: dict[str, float] = dict.fromkeys(base.queues, 0.0)
    for group in base.agents.values():
        own = [name for name, queue in base.queues.items() if staff.serves(group.skills, queue.requires)]
        there = sum(clock_s(shift.end) - clock_s(shift.start) for shift in group.shifts) / 3600 * group.count
        for name in own:
            hours[name] += there / len(own)
    return {
        name: sum(queue.arrivals.profile or ()) * (mean_s(queue.handling) + mean_s(queue.wrapup)) / 3600
        / max(hours[name], 0.25)
        for name, queue in base.queues.items()
    }  # fmt: skip


# --- the switch is down ------------------------------------------------------------------------------------------


def _switch_down(base: Scenario, change: Change, wanted: Assumptions) -> Changed:
    """Whoever calls in that hour is turned away; some call again in the half-hour after it. Talks that were cut are
    not in the model."""
    opens = clock_s(base.opens)
    start, end = (at - opens for at in _span(change))
    steps = max(len(queue.arrivals.profile or ()) for queue in base.queues.values())
    aside = [0.0] * steps
    queues = {}
    for name, queue in base.queues.items():
        profile = list(queue.arrivals.profile or ())
        if queue.channel is not Channel.VOICE:
            queues[name] = queue
            continue
        long = queue.arrivals.step_s
        lost = 0.0
        for n, value in enumerate(profile):
            out = value * max(min(end, (n + 1) * long) - max(start, n * long), 0) / long
            profile[n] -= out
            aside[n] += out
            lost += out
        after = min(max(end, 0) // long, len(profile) - 1)
        profile[after] += lost * wanted.redial_busy
        queues[name] = replace(queue, arrivals=replace(queue.arrivals, profile=tuple(profile)))
    return Changed(replace(base, queues=queues), tuple(aside))


def _added(a: Sequence[float], b: Sequence[float]) -> tuple[float, ...]:
    if not a or not b:
        return tuple(a or b)
    return tuple(x + y for x, y in zip(a, b, strict=True))


def _span(change: Change) -> tuple[int, int]:
    try:
        start, end = clock_s(change.start), clock_s(change.end)
    except ValueError:
        raise _bad("Write times of day as 10:00.") from None
    if start >= end:
        raise _bad("The end is after the start; past midnight write 25:00 for one o'clock.")
    return start, end


def _bad(text: str) -> Invalid:
    return Invalid("bad_change", text)
