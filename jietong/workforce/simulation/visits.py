"""Who comes, and what chance has for each: instants, and how long things take, in ms."""

from collections.abc import Iterator
from heapq import merge
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from jietong.core.vocabulary import Ms
from jietong.workforce.simulation import chance, draws
from jietong.workforce.simulation.draws import Batch
from jietong.workforce.simulation.scenario import Queue, Scenario

if TYPE_CHECKING:
    import numpy as np


class Visit:
    """One contact: what chance has for it. Times in ms."""

    __slots__ = (
        "answer",
        "attempt",
        "callback",
        "contact",
        "fate",
        "flow",
        "line",
        "patience",
        "queue",
        "redial",
        "redial_in",
        "talk",
        "wrapup",
    )

    def __init__(self, contact: str, queue: str, attempt: int, row: "tuple[Any, ...]") -> None:
        self.contact = contact
        self.queue = queue
        self.attempt = attempt
        self.talk: Ms
        self.wrapup: Ms
        self.patience: Ms
        self.answer: Ms
        self.flow: Ms
        self.redial_in: Ms
        (
            self.talk,
            self.wrapup,
            self.patience,
            self.answer,
            self.flow,
            self.fate,
            self.callback,
            self.redial,
            self.redial_in,
        ) = row
        self.line = False  # holds a channel of the trunk


def rows_of(batches: Iterator[Batch]) -> "Iterator[tuple[Any, ...]]":
    """What chance has for one contact after the other."""
    for batch in batches:
        yield from _rows(batch)


def arrivals(
    scenario: Scenario, seed: int, replication: int, start: Ms
) -> "Iterator[tuple[Ms, str, tuple[Any, ...]]]":
    """(instant, queue, what chance has for it) of everybody, in order."""

    def of(name: str, queue: Queue, times: draws.Times) -> "Iterator[tuple[Ms, str, tuple[Any, ...]]]":
        rows = _rows(draws.coming(queue, name, times, seed, replication))
        for at, row in zip((times + start).tolist(), rows, strict=True):
            yield at, name, row

    came = draws.arrivals(scenario, seed, replication)
    streams = [of(name, scenario.queues[name], times) for name, times in came.items()]
    return streams[0] if len(streams) == 1 else merge(*streams, key=itemgetter(0))


def chances(dice: "np.random.Generator") -> Iterator[float]:
    """Numbers from 0 to 1, without end."""
    while True:
        yield from dice.random(draws.CHUNK).tolist()


def answers(scenario: Scenario, group: str, seed: int, replication: int) -> Iterator[Ms]:
    """How long the group's agents take to answer an offer, one after the other."""
    series = 0
    of = scenario.agents[group].answer
    while of is not None:
        dice = draws.stream(seed, replication, group, draws.ANSWER, series)
        yield from draws.to_ms(chance.draw(of, dice, draws.CHUNK)).tolist()
        series += 1


def _rows(batch: Batch) -> "Iterator[tuple[Any, ...]]":
    return zip(*(column.tolist() for column in batch), strict=True)
