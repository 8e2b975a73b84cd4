"""Who is needed: agents on line for a load and a goal, what each missing one costs, trunks beside the seats. Pure.

Each step is a queue in steady state (Erlang A where patience is known, else C), sized by itself; a target met exactly
is met, so that rounding adds nobody.
"""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from jietong.core.errors import Invalid
from jietong.workforce.erlang.loss import BLOCKING, RETRIES, lines_for, trunk_load
from jietong.workforce.erlang.systems import Figures, Floats, Level, agents_needed, figures
from jietong.workforce.model import Goal, Load, Need

HOUR_S = 3600
DEPTH = 8
"""For so many missing agents `prices` tells each one's price; the next are as dear as the last."""


class Service(NamedTuple):
    """How a queue's contacts behave and are served. `patience_s` None: not known, nobody gives up. `redial`: share of
    those who gave up that calls again. `at_a_time`: contacts of one agent at once (chat), `aht_s` being how long one
    lasts then. `least`: agents while the queue is open, whatever comes."""

    patience_s: float | None = None
    redial: float = 0.0
    at_a_time: float = 1.0
    least: int = 0


PLAIN = Service()


def requirement(
    load: Load,
    goal: Goal,
    service: Service = PLAIN,
    *,
    hours: Sequence[bool] | None = None,
    fractions: bool = False,
) -> Need:
    """Agents on line in each step, without shrinkage. No contacts: none, or `service.least` while open. `hours`:
    whether the queue is open in each step; closed steps need nobody. `fractions`: where a part of the last agent's
    time would do, that part (as a share of what that agent adds to the level), for teams who serve several queues.

    Raises Invalid for a load that is no load and for a goal that no number of agents reaches.
    """
    rate = _rates(load, service.at_a_time)
    if not 0 <= goal.share < 1:
        raise Invalid(
            "goal_unreachable", "No number of agents answers every contact in time. Ask for less than 100 %."
        )
    try:
        needed = agents_needed(
            rate, load.aht_s, share=goal.share, within_s=goal.within_s, patience_s=_patience(service),
            redial=service.redial, max_occupancy=goal.max_occupancy or 1.0, at_a_time=service.at_a_time,
        )  # fmt: skip
    except ValueError as error:
        raise Invalid("load_invalid", f"The load of {load.queue} cannot be sized: {error}.") from error
    if fractions:
        needed = _in_parts(load, goal, service, rate, needed)
    needed = np.maximum(needed, service.least)
    if hours is not None:
        needed = np.where(np.asarray(hours, dtype=bool), needed, 0.0)
    return Need((load.queue,), load.start, load.step_s, tuple(needed.tolist()))


def expected(load: Load, goal: Goal, agents: Sequence[float], service: Service = PLAIN) -> Figures:
    """The figures of each step with so many agents on line; the threshold is the goal's."""
    return figures(
        _rates(load, service.at_a_time), load.aht_s, np.asarray(agents, dtype=float) * service.at_a_time,
        within_s=goal.within_s, patience_s=_patience(service), redial=service.redial,
    )  # fmt: skip


def late(load: Load, goal: Goal, agents: Sequence[float], service: Service = PLAIN) -> Floats:
    """Contacts expected in each step that are not answered in time, with so many agents on line."""
    found = expected(load, goal, agents, service)
    return np.asarray(found.attempts * load.step_s / HOUR_S * (1 - found.level(Level.OFFERED)))


def prices(
    load: Load,
    goal: Goal,
    need: Need,
    service: Service = PLAIN,
    *,
    depth: int = DEPTH,
) -> tuple[tuple[float, ...], ...]:
    """For each step: contacts more that are late (`late`) when the first, second … agent of the need is missing.

    Never falling within a step, so that a solver may fill the dearest gap first: where one agent fewer makes hardly a
    difference any more because nearly all are late already, neighbours share the price. All that can be missing in a
    step is in its tuple, up to `depth`; a step that needs nobody has none.
    """
    wanted = np.asarray(need.agents)
    depth = max(1, depth)
    lost = np.stack([late(load, goal, np.maximum(wanted - k, 0.0).tolist(), service) for k in range(depth + 1)])
    each = np.maximum(np.diff(lost, axis=0), 0.0)
    return tuple(
        tuple(_rising(each[: min(depth, math.ceil(agents)), i].tolist())) for i, agents in enumerate(need.agents)
    )


def pooled(loads: Iterable[Load]) -> Load:
    """Queues served together by the same agents: contacts added, handling time weighted by contacts."""
    parts = list(loads)
    first = parts[0]
    if any((one.start, one.step_s, len(one.calls)) != (first.start, first.step_s, len(first.calls)) for one in parts):
        raise ValueError("loads that are pooled lie on one grid")
    calls = np.sum([one.calls for one in parts], axis=0)
    work = np.sum([np.multiply(one.calls, one.aht_s) for one in parts], axis=0)
    idle = np.mean([one.aht_s for one in parts], axis=0)
    aht = np.where(calls > 0, work / np.where(calls > 0, calls, 1.0), idle)
    name = "+".join(one.queue for one in parts)
    return Load(name, first.start, first.step_s, tuple(calls.tolist()), tuple(aht.tolist()))


def summed(needs: Iterable[Need]) -> Need:
    """Agents of groups that do not help each other, added step by step."""
    parts = list(needs)
    agents = np.sum([one.agents for one in parts], axis=0)
    names = tuple(name for one in parts for name in one.queues)
    return Need(names, parts[0].start, parts[0].step_s, tuple(agents.tolist()))


def rostered(need: Need, shrinkage: float) -> Need:
    """With those on breaks, in training, ill …: need ÷ (1 − shrinkage), in parts; nothing is rounded up."""
    if not 0 <= shrinkage < 1:
        raise Invalid("shrinkage_invalid", "Shrinkage is a share from 0 up to, but not including, 1.")
    return Need(need.queues, need.start, need.step_s, tuple(one / (1 - shrinkage) for one in need.agents))


class Trunks(NamedTuple):
    """`load` in Erlangs without those who dial again; `lines` keep blocking at the target with them."""

    held_s: float
    load: float
    lines: int


def trunks_beside(
    calls_per_h: float,
    aht_s: float,
    agents: float,
    *,
    flow_s: float,
    wrapup_s: float,
    patience_s: float | None = None,
    blocking: float = BLOCKING,
    retries: float = RETRIES,
) -> Trunks:
    """Lines for the calls of so many seats. A call holds its line through the flow, the wait (until the answer or
    until the caller gives up), talk and hold; never through wrap-up. Raises Invalid where the queue has
    no end."""
    found = figures(calls_per_h, aht_s, agents, patience_s=math.inf if patience_s is None else patience_s)
    wait, served = float(found.wait_s), float(found.served)
    if wait == math.inf:
        raise Invalid("queue_overloaded", "The queue grows without end: give more agents, or the callers' patience.")
    held = flow_s + wait + served * max(0.0, aht_s - wrapup_s)
    load = trunk_load(calls_per_h, held)
    return Trunks(held, load, lines_for(load, blocking, retries))


def _rates(load: Load, at_a_time: float) -> Floats:
    calls, aht = np.asarray(load.calls, dtype=float), np.asarray(load.aht_s, dtype=float)
    if calls.shape != aht.shape:
        raise Invalid("load_invalid", f"The load of {load.queue} needs a handling time for each of its steps.")
    if not (np.all(np.isfinite(calls) & (calls >= 0)) and np.all(np.isfinite(aht) & (aht >= 0))):
        raise Invalid("load_invalid", f"The load of {load.queue} has contacts or handling times that are negative.")
    if load.step_s <= 0 or at_a_time <= 0:
        raise Invalid("load_invalid", "Steps and contacts at a time are more than nothing.")
    return calls * (HOUR_S / load.step_s)


def _patience(service: Service) -> float:
    return math.inf if service.patience_s is None else service.patience_s


def _in_parts(load: Load, goal: Goal, service: Service, rate: Floats, needed: Floats) -> Floats:
    busiest = rate * np.asarray(load.aht_s) / HOUR_S / ((goal.max_occupancy or 1.0) * service.at_a_time)
    one_less = np.maximum(needed - 1, 0.0)
    low = expected(load, goal, one_less.tolist(), service).level()
    high = expected(load, goal, needed.tolist(), service).level()
    with np.errstate(invalid="ignore", divide="ignore"):
        part = np.clip((goal.share - low) / (high - low), 0.0, 1.0)
    part = np.where((needed > 0) & (high > low), part, 0.0)
    return np.asarray(np.where(needed > 0, np.maximum(one_less + part, np.minimum(busiest, needed)), 0.0))


def _rising(prices: list[float]) -> list[float]:
    """The nearest that never falls, of the same sum (pool adjacent violators)."""
    blocks: list[tuple[float, int]] = []
    for one in prices:
        blocks.append((one, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (a, n), (b, m) = blocks[-2:]
            blocks[-2:] = [((a * n + b * m) / (n + m), n + m)]
    return [value for value, n in blocks for _ in range(n)]
