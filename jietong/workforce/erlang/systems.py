"""Queueing systems as a planner has them: contacts an hour, seconds, agents; one number or an array of each.

    figures(1000, 360, 100, patience_s=90).level(Level.OFFERED)      # Erlang A
    agents_needed(calls, 240, share=0.8, within_s=20)                # Erlang C, an array of intervals

Which model it is follows from what is given: without `patience_s` nobody gives up (Erlang C); with `places` a caller
who finds all agents and all places to wait taken meets a busy tone (M/M/n/K, K = agents + places; 0: Erlang B);
with `redial` that share of those who were blocked or gave up calls again. Agents need not be whole. Zero load,
overload and zero agents are defined: who does not come does not wait; an Erlang C queue that cannot keep up has
infinite waits.
"""

import enum
import math
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Amount: TypeAlias = float | NDArray[Any] | list[float] | tuple[float, ...]
INF = math.inf
ENDLESS_S = 1e9
"""Patience from here on (three decades) is without end."""
MOST_PLACES = 10_000_000


class Level(enum.IntEnum):
    """Service levels by what they count, with the names of metrics.md; T is the threshold."""

    OFFERED = 0
    """SL3: answered ≤ T ÷ offered, abandoners in the denominator."""
    WITHIN = 1
    """SL1: (answered ≤ T + abandoned ≤ T) ÷ offered."""
    ANSWERED = 2
    """SL2: answered ≤ T ÷ answered. Hides those who gave up."""
    NO_SHORT = 3
    """SL4: answered ≤ T ÷ (offered − abandoned ≤ T)."""
    OF_ATTEMPTS = 4
    """SL7: answered ≤ T ÷ all attempts, the blocked in the denominator."""
    NOT_BLOCKED = 5
    """The share that gets in at all."""


class Figures(NamedTuple):
    """Arrays of one shape. All but `blocked` are of those who get in; with redials of each attempt."""

    p_wait: Floats  # share that does not find a free agent at once
    wait_beyond: Floats  # share that waits longer than T, answered or not
    served: Floats  # share answered
    in_time: Floats  # answered ≤ T
    abandoned: Floats  # share that gives up
    blocked: Floats  # share of attempts that meets a busy tone
    wait_s: Floats  # mean over all, answered or not
    asa_s: Floats  # mean over the answered: the speed of answer
    queue: Floats  # mean number waiting
    occupancy: Floats  # busy agents ÷ agents
    attempts: Floats  # an hour, with those who call again

    def level(self, which: Level = Level.OFFERED) -> Floats:
        """The service level of that name, for the threshold that was asked for."""
        if which is Level.OFFERED:
            return self.in_time
        if which is Level.WITHIN:
            return 1 - self.wait_beyond
        if which is Level.ANSWERED:
            return _share(self.in_time, self.served, 0.0)
        if which is Level.NO_SHORT:
            return _share(self.in_time, self.in_time + self.wait_beyond, 1.0)
        return self.in_time * (1 - self.blocked) if which is Level.OF_ATTEMPTS else 1 - self.blocked

    @property
    def abandoned_in_time(self) -> Floats:
        """Gave up within T; of those who get in."""
        return np.maximum(0.0, 1 - self.wait_beyond - self.in_time)

    @property
    def abandoned_wait_s(self) -> Floats:
        """Mean wait of those who give up; 0 where nobody does."""
        return _share(self.wait_s - self.asa_s * self.served, self.abandoned, 0.0)


def figures(
    calls_per_h: Amount,
    aht_s: Amount,
    agents: Amount,
    *,
    within_s: Amount = 20.0,
    patience_s: Amount = INF,
    places: Amount = INF,
    redial: Amount = 0.0,
) -> Figures:
    """What happens with so many agents. Raises ValueError for what is negative or no number, naming it."""
    from jietong.workforce.erlang.search import every_figure

    given = _given(calls_per_h, aht_s, within_s, patience_s, places, redial)
    n = _checked("agents", agents)
    shape = np.broadcast_shapes(given.shape, n.shape)
    load, patience, room, within, again, aht = given.flat(shape)
    out = np.empty((load.size, 10))
    offered = np.empty(load.size)
    every_figure(load, _flat(n, shape), patience, room, within, again, out, offered)
    with np.errstate(invalid="ignore"):
        seconds = [np.where(out[:, k] == 0.0, 0.0, out[:, k] * aht) for k in (6, 7)]
        seconds[1] = np.where(out[:, 2] > 0.0, seconds[1] / np.maximum(out[:, 2], 1e-300), 0.0)
        again = np.where(offered == load, 1.0, offered / np.where(load > 0, load, 1.0))
    rate = _flat(_checked("calls_per_h", calls_per_h), shape) * again
    columns = [out[:, k] for k in range(6)] + seconds + [out[:, 8], out[:, 9], rate]
    return Figures(*(column.reshape(shape) for column in columns))


def agents_needed(
    calls_per_h: Amount,
    aht_s: Amount,
    *,
    share: Amount,
    within_s: Amount = 20.0,
    patience_s: Amount = INF,
    places: Amount = INF,
    redial: Amount = 0.0,
    level: Level = Level.OFFERED,
    max_occupancy: Amount = 1.0,
    at_a_time: Amount = 1.0,
) -> Floats:
    """The fewest whole agents that reach `share` of the level and are busy for at most `max_occupancy`; 0 without
    contacts; inf where no number of agents does. A target met exactly is met: rounding adds nobody.

    `at_a_time`: contacts that one agent serves at once (chat); `aht_s` is then how long one lasts.
    """
    from jietong.workforce.erlang.search import every_need

    given = _given(calls_per_h, aht_s, within_s, patience_s, places, redial)
    more = [
        _checked(name, value, least, most)
        for name, value, least, most in (
            ("share", share, 0.0, 1.0),
            ("max_occupancy", max_occupancy, 1e-6, 1.0),
            ("at_a_time", at_a_time, 1e-3, 1e3),
        )
    ]
    shape = np.broadcast_shapes(given.shape, *(one.shape for one in more))
    load, patience, room, within, again, _ = given.flat(shape)
    wanted, busiest, slots = (_flat(one, shape) for one in more)
    out = np.empty(load.size)
    every_need(load, patience, room, within, wanted, busiest, again, slots, int(level), out)
    return out.reshape(shape)


def lines_needed(load: Amount, blocking: Amount = 0.01) -> Floats:
    """The fewest lines that turn away at most the share `blocking` of so many Erlangs."""
    share = 1 - _checked("blocking", blocking, 0.0, 1.0)
    erlangs = _checked("load", load)
    return agents_needed(erlangs, 3600.0, share=share, places=0.0, level=Level.NOT_BLOCKED)


class _Given(NamedTuple):
    """Loads in Erlangs, times in handling times; `aht` in seconds."""

    load: Floats
    patience: Floats
    places: Floats
    within: Floats
    redial: Floats
    aht: Floats

    @property
    def shape(self) -> tuple[int, ...]:
        return np.broadcast_shapes(*(one.shape for one in self))

    def flat(self, shape: tuple[int, ...]) -> list[Floats]:
        return [_flat(one, shape) for one in self]


def _given(
    calls_per_h: Amount, aht_s: Amount, within_s: Amount, patience_s: Amount, places: Amount, redial: Amount
) -> _Given:
    rate, aht = _checked("calls_per_h", calls_per_h), _checked("aht_s", aht_s)
    within = _checked("within_s", within_s, most=INF)
    patience = _checked("patience_s", patience_s, most=INF)
    room = _checked("places", places, most=INF)
    if np.any((room < INF) & ((room != np.floor(room)) | (room > MOST_PLACES))):
        raise ValueError(f"places to wait in are whole numbers of at most {MOST_PLACES:,}")
    unit = np.where(aht > 0, aht, 1.0)
    with np.errstate(over="ignore"):
        return _Given(
            np.asarray(rate * aht / 3600),
            np.asarray(np.where(patience >= ENDLESS_S, INF, patience / unit)),
            room,
            np.asarray(np.minimum(within / unit, 1e15)),
            _checked("redial", redial, 0.0, 1.0),
            aht,
        )


def _checked(name: str, value: Amount, least: float = 0.0, most: float = 1e15) -> Floats:
    found = np.asarray(value, dtype=np.float64)
    if not np.all((found >= least) & (found <= most)):  # false for NaN too
        between = f"between {least:g} and {most:g}" if most < 1e15 else "not negative"
        if most == 1e15 and np.any(found > most):
            between = "of at most 1e15"
        raise ValueError(f"{name} must be a number {between}")
    return found


def _flat(values: Floats, shape: tuple[int, ...]) -> Floats:
    return np.ascontiguousarray(np.broadcast_to(values, shape), dtype=np.float64).reshape(-1)


def _share(part: Floats, whole: Floats, of_nothing: float) -> Floats:
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1.0), of_nothing)
