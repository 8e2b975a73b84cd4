"""Many replications of a scenario, one after the other or in processes of their own, with equal results."""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import TypeAlias

import msgspec

from jietong.core.days import Span
from jietong.core.errors import Invalid, JietongError
from jietong.metrics.intervals import metrics
from jietong.workforce.simulation import reading
from jietong.workforce.simulation.centre import agent_id, closing, opening
from jietong.workforce.simulation.play import Play
from jietong.workforce.simulation.scenario import Scenario
from jietong.workforce.simulation.tally import Sample, Sheet, Tally

Tell: TypeAlias = Callable[[float, str], None]
"""(share done 0..1, what is being done). May raise: then everything stops and the exception goes on to the caller."""

REPLICATIONS_MAX = 100_000
_encoder = msgspec.msgpack.Encoder()


def sheet_of(scenario: Scenario) -> Sheet:
    return Sheet(metrics(scenario.metrics))


def window_of(scenario: Scenario) -> Span:
    """In which contacts count: after the warm-up, up to closing time."""
    return Span(opening(scenario) + round(scenario.warm_up_s * 1000), closing(scenario))


def by_engine(scenario: Scenario, sheet: Sheet, seed: int, replication: int) -> Sample:
    """One day through the live engine."""
    tally = Tally(sheet, window_of(scenario), groups_of(scenario))
    play = Play(scenario, seed, replication, tally)
    play.run()
    sample = tally.finish(play.over)
    sample.blocked = play.blocked
    sample.unfinished = play.unfinished
    sample.callbacks = play.callbacks
    sample.lines_most = play.lines_most
    return sample


def groups_of(scenario: Scenario) -> dict[str, str]:
    """Agent → group."""
    return {agent_id(name, n): name for name, group in scenario.agents.items() for n in range(group.count)}


def samples(
    scenario: Scenario, seed: int, replications: int, path: str, processes: int, tell: Tell | None
) -> list[Sample]:
    """In order of replication, however many processes. Raises what `tell` raises; nothing is left running then."""
    if not 1 <= replications <= REPLICATIONS_MAX:
        raise Invalid("bad_replications", f"Give from 1 to {REPLICATIONS_MAX:,} replications.")
    say = tell or (lambda share, text: None)
    processes = max(1, min(processes, replications))
    text = f"{scenario.name}: {{}} of {replications} days"
    found: dict[int, Sample] = {}
    say(0.0, text.format(0))
    if processes == 1:
        one = player(scenario, seed, path)
        for number in range(replications):
            found[number] = one(number)
            say(len(found) / replications, text.format(len(found)))
    else:
        for number, sample in _spread(scenario, seed, replications, path, processes):
            found[number] = sample
            say(len(found) / replications, text.format(len(found)))
    return [found[number] for number in range(replications)]


def player(scenario: Scenario, seed: int, path: str = "auto") -> Callable[[int], Sample]:
    """Gives a replication by its number. `path` as in `simulate`; "auto" is compiled where that can be."""
    if path == "auto":
        from jietong.workforce.simulation.compiled import why_not

        path = "compiled" if why_not(scenario) is None else "engine"
    sheet = sheet_of(scenario)
    if path == "compiled":
        from jietong.workforce.simulation.compiled import Compiled

        fast = Compiled(scenario, sheet)
        return lambda number: fast.run(seed, number)
    return lambda number: by_engine(scenario, sheet, seed, number)


def _spread(
    scenario: Scenario, seed: int, replications: int, path: str, processes: int
) -> Iterator[tuple[int, Sample]]:
    """Each process asks for its next replication by answering the last. A process whose parent is gone ends: its pipe
    is closed at the other end."""
    context = multiprocessing.get_context("spawn")
    pipes: list[Connection] = []
    children: list[SpawnProcess] = []
    tables = reading.tables(scenario)
    following = iter(range(replications))
    try:
        for _ in range(processes):
            here, there = context.Pipe()
            child = context.Process(target=_serve, args=(there, tables, seed, path), daemon=True)
            child.start()
            there.close()
            pipes.append(here)
            children.append(child)
            here.send(next(following))
        left = replications
        while left:
            for ready in wait(pipes):
                assert isinstance(ready, Connection)
                yield _answer(ready)
                left -= 1
                number = next(following, None)
                if number is None:
                    pipes.remove(ready)
                    ready.send(None)
                else:
                    ready.send(number)
    finally:
        _end(pipes, children)


def _answer(pipe: Connection) -> tuple[int, Sample]:
    try:
        number, data, problem = pipe.recv()
    except EOFError as error:
        raise JietongError("simulation_lost", "A process of the simulation ended by itself; run it again.") from error
    if problem is not None:
        raise JietongError("simulation_failed", f"The simulation failed: {problem}.")
    return number, msgspec.msgpack.decode(data, type=Sample)


def _serve(pipe: Connection, tables: dict[str, object], seed: int, path: str) -> None:
    """In a process of its own: replications as they are asked for."""
    with suppress(EOFError, BrokenPipeError, KeyboardInterrupt):
        one = player(reading.of(tables), seed, path)
        while (number := pipe.recv()) is not None:
            try:
                data, problem = _encoder.encode(one(number)), None
            except Exception as error:
                data, problem = b"", f"{type(error).__name__}: {error}"
            pipe.send((number, data, problem))


def _end(pipes: Sequence[Connection], children: Sequence[SpawnProcess]) -> None:
    for pipe in pipes:
        pipe.close()
    for child in children:
        child.join(0 if pipes else 5)
        if child.is_alive():
            child.terminate()
            child.join(5)
        if child.is_alive():
            child.kill()
            child.join(5)
        child.close()
