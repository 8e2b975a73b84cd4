"""The rules of the floor as functions of their arguments."""

from collections.abc import Iterable, Mapping

from jietong.core.specs import AgentSpec, Capacity, InviteRule, SkillNeed, SkillSpec
from jietong.core.vocabulary import Ms, Selection, State, Status
from jietong.routing.model import AgentState

CLOSED_KEPT_MS: Ms = 30 * 60_000
"""How long a closed contact is remembered, so that a survey finds the agent and queue that last talked."""

CHOSEN_STATE: dict[Status, State] = {
    Status.OFFLINE: State.OFF,
    Status.READY: State.READY,
    Status.BREAK: State.BREAK,
    Status.TRAINING: State.TRAINING,
    Status.MEETING: State.MEETING,
    Status.CASEWORK: State.CASEWORK,
    Status.STANDBY: State.STANDBY,
}

ON_LINE = frozenset(
    {State.READY, State.OFFERED, State.TALKING, State.HOLD, State.WRAPUP, State.MISSED, State.CASEWORK}
)
"""States in which the two-hour counter runs (G6). Training and meetings neither tire nor rest."""
RESTING = frozenset({State.BREAK, State.OFF})
BUSY = frozenset({State.OFFERED, State.TALKING, State.HOLD, State.WRAPUP})
"""The numerator of occupancy (metrics.md `occupancy`)."""
SERVING = BUSY | {State.READY}
"""The denominator."""


def room_for_voice(capacity: Capacity, voice: int, text: int) -> bool:
    """Whether a call may be offered beside what is open (offers and wrap-ups count)."""
    return voice < capacity.voice and text <= capacity.text_during_voice


def room_for_text(capacity: Capacity, voice: int, text: int) -> bool:
    """Whether one more chat may be offered: `text` of them, and no more than `text_during_voice` beside a call."""
    return text < (min(capacity.text, capacity.text_during_voice) if voice else capacity.text)


def can_be_called(agent: AgentState) -> bool:
    """Whether a call may be brought to the agent beside what is open: room, and a telephone that can be rung."""
    return agent.reachable and room_for_voice(agent.spec.capacity, agent.voice, agent.text)


def certificate_holds(spec: AgentSpec, skill: str, at: Ms) -> bool:
    """Whether the agent's certificate for `skill` is there and still runs at `at`."""
    for held in spec.skills:
        if held.skill == skill:
            return held.certified_until is not None and held.certified_until > at
    return False


def lapsed_skills(spec: AgentSpec, skills: Mapping[str, SkillSpec], at: Ms) -> list[str]:
    """The agent's skills that ask for a certificate and have none that runs, sorted."""
    return sorted(
        held.skill
        for held in spec.skills
        if held.skill in skills
        and skills[held.skill].certificate
        and (held.certified_until is None or held.certified_until <= at)
    )


def usable_levels(agent: AgentState) -> dict[str, int]:
    """skill → level, without the lapsed."""
    return {held.skill: held.level for held in agent.spec.skills if held.skill not in agent.lapsed}


def meets(levels: Mapping[str, int], requires: Iterable[SkillNeed]) -> bool:
    """Whether every need is met at its level or better."""
    return all(levels.get(need.skill, 0) >= need.level for need in requires)


def skill_rank(levels: Mapping[str, int], requires: Iterable[SkillNeed]) -> int:
    """Best skill: the sum of what is missing to level 5 over the queue's needs; smaller is better."""
    return sum(max(0, 5 - levels.get(need.skill, 0)) for need in requires)


def occupancy_per_mille(agent: AgentState, at: Ms) -> int:
    """Least occupied: per mille of busy in busy + ready time since sign-in, as of `at`.

    It is taken when an agent takes on or finishes something and is not followed while they sit idle, so that an
    order of agents, once right, stays right.
    """
    running = max(0, at - agent.since)
    busy = agent.busy_ms + (running if agent.state in BUSY else 0)
    ready = agent.ready_ms + (running if agent.state is State.READY else 0)
    return busy * 1000 // (busy + ready) if busy + ready else 0


def fixed_rank(selection: Selection, levels: Mapping[str, int], requires: Iterable[SkillNeed]) -> int:
    """The lane rank that does not change with time; -1 where the present occupancy is it."""
    if selection is Selection.BEST_SKILL:
        return skill_rank(levels, requires)
    return -1 if selection is Selection.LEAST_OCCUPIED else 0


def chosen_state(agent: AgentState) -> State:
    """What the system sees of an agent with nothing open."""
    if agent.status is Status.OFFLINE:
        return State.OFF
    return State.MISSED if agent.missed else CHOSEN_STATE[agent.status]


def wants_work(agent: AgentState) -> bool:
    """Whether new offers may be made at all: ready, at the desk, responding, and not about to stop.

    A next status other than ready stops new offers, or someone with several chats would never get to it.
    """
    return (
        agent.status is Status.READY
        and agent.connected
        and not agent.missed
        and agent.spec.active
        and (agent.next is None or agent.next is Status.READY)
    )


def streak_ms(agent: AgentState, at: Ms, break_length_ms: Ms) -> Ms:
    """Time on line since the last full break (G6), as of `at`.

    The counter runs in the `ON_LINE` states, stands still in training, meetings and standby, and is set back when
    breaks (signing out included) have added up to `break_length_ms` since the last time.
    """
    if agent.state in ON_LINE:
        return agent.online_ms + max(0, at - agent.since)
    if agent.state in RESTING and agent.rest_ms + (at - agent.since) >= break_length_ms:
        return 0
    return agent.online_ms


def over_limit(
    rule: InviteRule, longest_ms: Ms, waiting: int, occupancy: float | None, helpers_idle: int
) -> str | None:
    """Why part-timers are needed now (`wait`, `waiting` or `occupancy`), or None (A6).

    Occupancy asks for one more only while nobody who was drawn in sits idle: it is measured on full-timers, whom
    a part-timer relieves only with the next contact.
    """
    if rule.wait_s is not None and waiting and longest_ms >= rule.wait_s * 1000:
        return "wait"
    if rule.waiting is not None and waiting > rule.waiting:
        return "waiting"
    if rule.occupancy is not None and occupancy is not None and occupancy > rule.occupancy and not helpers_idle:
        return "occupancy"
    return None


def calm(rule: InviteRule, longest_ms: Ms, waiting: int, occupancy: float | None) -> bool:
    """All three measures at or under their release values. No full-timer on line: occupancy does not count."""
    return (
        waiting <= rule.release_waiting
        and longest_ms <= rule.release_wait_s * 1000
        and (occupancy is None or occupancy <= rule.release_occupancy)
    )


def occupancy_now(states: Mapping[State, int]) -> float | None:
    """busy ÷ (busy + ready) over agents at this instant; None when nobody is on line."""
    busy = sum(states.get(state, 0) for state in BUSY)
    total = busy + states.get(State.READY, 0)
    return busy / total if total else None
