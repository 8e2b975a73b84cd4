"""What may be changed about a centre, to be weighed before any head is added (H3), and what may go wrong with it.

vary(scenario, Together((Handling(0.9), CallbackAfter(120))))
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from jietong.core.errors import Invalid
from jietong.core.vocabulary import Channel, Employment
from jietong.workforce.simulation import reading
from jietong.workforce.simulation.chance import Exponential, scaled
from jietong.workforce.simulation.scenario import Callback, Flow, Group, Queue, Scenario, Shift, Trunks

SECOND_SKILL = 2
"""Level of what people have been trained in beside their own work; queues that ask for more do not get them."""


class _Change(Struct, frozen=True, tag_field="change", forbid_unknown_fields=True):
    pass


class PartTimers(_Change, frozen=True, tag="part_timers"):
    """`count` more part-timers at work from `start` to `end`, with the skills of the group `like` (None: the largest
    group's)."""

    count: int
    start: str
    end: str
    like: str | None = None


class CallbackAfter(_Change, frozen=True, tag="callback_after"):
    """Who has waited so long on the telephone is offered a call-back."""

    seconds: float
    accept: float = 0.5
    reached: float = 0.9
    queues: tuple[str, ...] | None = None


class Handling(_Change, frozen=True, tag="handling"):
    """Talk and wrap-up take `by` times as long."""

    by: float
    queues: tuple[str, ...] | None = None


class SelfService(_Change, frozen=True, tag="self_service"):
    """A flow serves this share more of all who come; where there is none yet, one of `flow_s` seconds is put
    first."""

    share: float
    flow_s: float = 40.0
    queues: tuple[str, ...] | None = None


class Lines(_Change, frozen=True, tag="lines"):
    """So many channels more, or with a minus fewer."""

    more: int


class Heads(_Change, frozen=True, tag="heads"):
    """So many agents more (with a minus fewer) in a group; None: in the largest, shared out over all groups
    that can do the same."""

    more: int
    group: str | None = None


class CrossTrain(_Change, frozen=True, tag="cross_train"):
    """This share of each group learns the skills of all queues, at level 2, beside what they know."""

    share: float


class Absent(_Change, frozen=True, tag="absent"):
    """This share of those who would come does not."""

    share: float


class HalfTrunks(_Change, frozen=True, tag="half_trunks"):
    """One of two trunks is out of order."""


class Busier(_Change, frozen=True, tag="busier"):
    """`by` times as many contacts come."""

    by: float
    queues: tuple[str, ...] | None = None


class Together(_Change, frozen=True, tag="together"):
    """One after the other."""

    changes: "tuple[Change, ...]"


Change: TypeAlias = (
    PartTimers
    | CallbackAfter
    | Handling
    | SelfService
    | Lines
    | Heads
    | CrossTrain
    | Absent
    | HalfTrunks
    | Busier
    | Together
)


def vary(scenario: Scenario, change: Change, name: str | None = None) -> Scenario:
    """The scenario with one thing changed, under another name. Raises Invalid `bad_change` or `bad_scenario` where it
    makes no sense."""
    found = _APPLY[type(change)](scenario, change)
    found = replace(found, name=name if name is not None else f"{scenario.name}: {label(change)}")
    reading.check(found)
    return found


def label(change: Change) -> str:
    """A short English name: handling ×0.9, lines +30. Screens word changes in the reader's language."""
    if isinstance(change, Together):
        return " & ".join(label(one) for one in change.changes)
    values = [getattr(change, name) for name in change.__struct_fields__]
    shown = [f"{value:g}" if isinstance(value, float) else str(value) for value in values if value is not None]
    kind = str(change.__struct_config__.tag).replace("_", " ")
    return f"{kind} {' '.join(shown)}".strip()


def _part_timers(scenario: Scenario, change: PartTimers) -> Scenario:
    like = scenario.agents[_group(scenario, change.like)]
    group = Group(
        count=_whole(change.count),
        skills=like.skills,
        employment=Employment.PART_TIME,
        shifts=(Shift(change.start, change.end),),
        missed=like.missed,
        answer=like.answer,
        chats=like.chats,
    )
    return replace(scenario, agents={**scenario.agents, _new_name(scenario, "part-timers"): group})


def _callback_after(scenario: Scenario, change: CallbackAfter) -> Scenario:
    rule = Callback(change.seconds, change.accept, change.reached)

    def with_offer(queue: Queue) -> Queue:
        return replace(queue, callback=rule) if queue.channel is Channel.VOICE else queue

    return _queues(scenario, change.queues, with_offer)


def _handling(scenario: Scenario, change: Handling) -> Scenario:
    if not 0 < change.by <= 10:
        raise Invalid("bad_change", "Handling time can be changed by a factor above 0, up to 10.")

    def shorter(queue: Queue) -> Queue:
        return replace(queue, handling=scaled(queue.handling, change.by), wrapup=scaled(queue.wrapup, change.by))

    return _queues(scenario, change.queues, shorter)


def _self_service(scenario: Scenario, change: SelfService) -> Scenario:
    _share(change.share)

    def served(queue: Queue) -> Queue:
        flow = queue.flow if queue.flow is not None else Flow(Exponential(change.flow_s))
        return replace(queue, flow=replace(flow, served=min(flow.served + change.share, 1 - flow.lost)))

    return _queues(scenario, change.queues, served)


def _lines(scenario: Scenario, change: Lines) -> Scenario:
    return replace(scenario, trunks=Trunks(max(0, _trunks(scenario).channels + change.more)))


def _half_trunks(scenario: Scenario, change: HalfTrunks) -> Scenario:
    return replace(scenario, trunks=Trunks(_trunks(scenario).channels // 2))


def _heads(scenario: Scenario, change: Heads) -> Scenario:
    name = _group(scenario, change.group)
    twins = [name]
    if change.group is None:  # those who can do the same, on whatever shift, by their number
        skills = scenario.agents[name].skills
        twins = [other for other, group in scenario.agents.items() if group.skills == skills and group.count]
    agents = dict(scenario.agents)
    for other, more in zip(twins, _shared_out(change.more, [agents[twin].count for twin in twins]), strict=True):
        agents[other] = replace(agents[other], count=max(0, agents[other].count + more))
    return replace(scenario, agents=agents)


def _cross_train(scenario: Scenario, change: CrossTrain) -> Scenario:
    _share(change.share)
    wanted = {skill: SECOND_SKILL for queue in scenario.queues.values() for skill in queue.requires}
    agents = {}
    for name, group in scenario.agents.items():
        trained = round(group.count * change.share)
        agents[name] = replace(group, count=group.count - trained)
        if trained:
            agents[f"{name}+"] = replace(group, count=trained, skills={**wanted, **group.skills})
    return replace(scenario, agents=agents)


def _absent(scenario: Scenario, change: Absent) -> Scenario:
    _share(change.share)
    agents = {
        name: replace(group, absent=1 - (1 - group.absent) * (1 - change.share))
        for name, group in scenario.agents.items()
    }
    return replace(scenario, agents=agents)


def _busier(scenario: Scenario, change: Busier) -> Scenario:
    if not 0 <= change.by <= 100:
        raise Invalid("bad_change", "The load can be changed by a factor from 0 to 100.")

    def more(queue: Queue) -> Queue:
        arrivals = queue.arrivals
        if arrivals.per_hour is not None:
            return replace(queue, arrivals=replace(arrivals, per_hour=arrivals.per_hour * change.by))
        expected = arrivals.profile if arrivals.profile is not None else arrivals.counts or ()
        profile = tuple(value * change.by for value in expected)
        return replace(queue, arrivals=replace(arrivals, profile=profile, counts=None))

    return _queues(scenario, change.queues, more)


def _together(scenario: Scenario, change: Together) -> Scenario:
    for one in change.changes:
        scenario = vary(scenario, one)
    return scenario


_APPLY: dict[type, Callable[[Scenario, Any], Scenario]] = {
    PartTimers: _part_timers,
    CallbackAfter: _callback_after,
    Handling: _handling,
    SelfService: _self_service,
    Lines: _lines,
    Heads: _heads,
    CrossTrain: _cross_train,
    Absent: _absent,
    HalfTrunks: _half_trunks,
    Busier: _busier,
    Together: _together,
}


def _queues(scenario: Scenario, names: tuple[str, ...] | None, change: Callable[[Queue], Queue]) -> Scenario:
    for name in names or ():
        if name not in scenario.queues:
            raise Invalid("bad_change", f"There is no queue {name!r} in {scenario.name}.")
    wanted = scenario.queues if names is None else names
    queues = {name: change(queue) if name in wanted else queue for name, queue in scenario.queues.items()}
    return replace(scenario, queues=queues)


def _group(scenario: Scenario, name: str | None) -> str:
    if name is not None:
        if name not in scenario.agents:
            raise Invalid("bad_change", f"There is no group of agents {name!r} in {scenario.name}.")
        return name
    if not scenario.agents:
        raise Invalid("bad_change", f"{scenario.name} has no agents to take after.")
    return max(scenario.agents, key=lambda group: scenario.agents[group].count)


def _new_name(scenario: Scenario, name: str) -> str:
    number, found = 1, name
    while found in scenario.agents:
        number += 1
        found = f"{name}-{number}"
    return found


def _trunks(scenario: Scenario) -> Trunks:
    if scenario.trunks is None:
        raise Invalid("bad_change", f"{scenario.name} has no limit of lines: give [trunks] channels first.")
    return scenario.trunks


def _share(share: float) -> None:
    if not 0 <= share <= 1:
        raise Invalid("bad_change", "A share goes from 0 to 1.")


def _whole(count: int) -> int:
    if count < 0:
        raise Invalid("bad_change", "Give a number of part-timers from 0.")
    return count


def _shared_out(more: int, counts: list[int]) -> list[int]:
    """In proportion, whole, adding up (largest remainder)."""
    total = sum(counts)
    if not total:
        return [more] + [0] * (len(counts) - 1)
    exact = [more * count / total for count in counts]
    found = [int(value) for value in exact]
    left = more - sum(found)
    order = sorted(range(len(counts)), key=lambda n: -abs(exact[n] - found[n]))
    for n in order[: abs(left)]:
        found[n] += 1 if left > 0 else -1
    return found


__all__ = [
    "Absent",
    "Busier",
    "CallbackAfter",
    "Change",
    "CrossTrain",
    "HalfTrunks",
    "Handling",
    "Heads",
    "Lines",
    "PartTimers",
    "SelfService",
    "Together",
    "label",
    "vary",
]
