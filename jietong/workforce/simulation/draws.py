"""What chance brings a day: when contacts come, how long each takes, who is away. Drawn before the day is played.

Every purpose has a stream of its own, by seed, replication, queue and purpose: a contact that comes in two scenarios
has the same patience and the same talk in both, so that what differs between them is the change alone (common random
numbers). The engine and the compiled path play the same draws.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple, TypeAlias
from zlib import crc32

import numpy as np

from jietong.core.vocabulary import Ms
from jietong.workforce.simulation.chance import Patience, draw
from jietong.workforce.simulation.scenario import Arrivals, Group, Queue, Scenario

Times: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]
Shares: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]

FOREVER: Ms = 1 << 60
LONGEST_S = 30 * 86_400.0
(ARRIVE, TALK, WRAPUP, PATIENCE, ANSWER, FLOW, FATE, CALLBACK, REDIAL, AGAIN_IN, DAY, ABSENT, OFFERS) = range(13)
"""Purposes."""
CHUNK = 512


class Batch(NamedTuple):
    """Of contacts of one queue, in order of arrival: times in ms, chances in [0, 1)."""

    talk: Times
    wrapup: Times
    patience: Times  # FOREVER: never gives up
    answer: Times
    flow: Times
    fate: Shares  # in the flow
    callback: Shares  # whether the call-back is taken
    redial: Shares
    again_in: Times


def arrivals(scenario: Scenario, seed: int, replication: int) -> dict[str, Times]:
    """Queue → instants of its contacts in ms after the doors' opening, rising."""
    load = load_of_day(scenario, seed, replication)
    return {
        name: _arrive(queue.arrivals, scenario.hours * 3600, load, stream(seed, replication, name, ARRIVE))
        for name, queue in scenario.queues.items()
    }


def load_of_day(scenario: Scenario, seed: int, replication: int) -> float:
    """This day's load ÷ the mean day's."""
    if not scenario.day_to_day:
        return 1.0
    shape = scenario.day_to_day**-2
    return float(stream(seed, replication, "", DAY).standard_gamma(shape)) / shape


def batch(queue: Queue, name: str, count: int, seed: int, replication: int, series: int = 0) -> Batch:
    """`count` contacts of the queue. `series` 0: those who come; 1, 2 …: further ones, for who comes again."""

    def dice(purpose: int) -> "np.random.Generator":
        return stream(seed, replication, name, purpose, series)

    def times(of: Patience, purpose: int) -> Times:
        return to_ms(draw(of, dice(purpose), count))

    none, no_chance = np.zeros(count, dtype=np.int64), np.zeros(count)
    redial = queue.redial
    return Batch(
        times(queue.handling, TALK),
        times(queue.wrapup, WRAPUP),
        times(queue.patience, PATIENCE),
        times(queue.answer, ANSWER),
        times(queue.flow.time, FLOW) if queue.flow is not None else none,
        dice(FATE).random(count) if queue.flow is not None else no_chance,
        dice(CALLBACK).random(count) if queue.callback is not None else no_chance,
        dice(REDIAL).random(count) if redial is not None else no_chance,
        to_ms(dice(AGAIN_IN).standard_exponential(count) * redial.delay_s) if redial is not None else none,
    )


def coming(queue: Queue, name: str, times: Times, seed: int, replication: int) -> Batch:
    """Those who come at `times` (ms after opening)."""
    found = batch(queue, name, len(times), seed, replication)
    pace = queue.arrivals.pace
    if pace is None:
        return found
    factors = np.asarray([*pace, 1.0])
    by = factors[np.minimum(times // (queue.arrivals.step_s * 1000), len(pace))]
    return found._replace(talk=np.rint(found.talk * by).astype(np.int64))


def further(queue: Queue, name: str, seed: int, replication: int) -> Iterator[Batch]:
    """More contacts of the queue, in batches of `CHUNK`, without end."""
    series = 0
    while True:
        series += 1
        yield batch(queue, name, CHUNK, seed, replication, series)


def present(group: Group, name: str, seed: int, replication: int) -> list[bool]:
    """Of each agent whether they come that day."""
    if not group.absent:
        return [True] * group.count
    chances = stream(seed, replication, name, ABSENT).random(group.count)
    return [bool(chance >= group.absent) for chance in chances]


def stream(seed: int, replication: int, name: str, purpose: int, series: int = 0) -> np.random.Generator:
    """The generator of one purpose."""
    key = (replication, crc32(name.encode()), purpose, series)
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence(seed, spawn_key=key)))


def to_ms(seconds: Shares) -> Times:
    never = np.isinf(seconds)
    found: Times = np.rint(np.minimum(seconds, LONGEST_S) * 1000).astype(np.int64)
    if never.any():
        found[never] = FOREVER
    return found


def _arrive(of: Arrivals, seconds: float, load: float, dice: np.random.Generator) -> Times:
    if of.counts is not None:
        counts = np.asarray(of.counts, dtype=np.int64)
        starts = np.repeat(np.arange(len(counts), dtype=np.float64), counts)
        found = np.sort(starts + dice.random(len(starts))) * of.step_s
        return to_ms(found[found < seconds])
    if of.profile is not None:
        edges = np.minimum(np.arange(len(of.profile) + 1) * float(of.step_s), seconds)
        full = np.diff(edges) / of.step_s
        reached = np.concatenate(([0.0], np.cumsum(np.asarray(of.profile) * full))) * load
    else:
        edges = np.array([0.0, seconds])
        reached = np.array([0.0, (of.per_hour or 0.0) * seconds / 3600 * load])
    total = float(reached[-1])
    if total <= 0:
        return np.zeros(0, dtype=np.int64)
    levels = np.arange(0.5, total) if of.process == "fixed" else _poisson(total, dice)
    # The process of rate 1 on the scale of contacts expected (Çinlar 1975): steps with nobody have no width there.
    return to_ms(np.interp(levels, reached, edges))


def _poisson(total: float, dice: np.random.Generator) -> Shares:
    """Points of a Poisson process of rate 1 in [0, total)."""
    found = np.cumsum(dice.standard_exponential(int(total + 6 * total**0.5) + 16))
    while found[-1] < total:
        found = np.concatenate((found, found[-1] + np.cumsum(dice.standard_exponential(1024))))
    return found[: int(np.searchsorted(found, total))]
