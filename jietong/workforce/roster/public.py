"""Solves an instance of the public format, on one process or two that tell each other what they find.

Both begin with column generation. Then one searches neighbourhoods of the best roster and the other branches; what
either finds or proves serves both. Times are wall time.
"""

import multiprocessing
import queue
import signal
import sys
from collections.abc import Callable, Iterable
from math import inf
from time import monotonic
from typing import Any

import numpy as np
from msgspec import Struct

from jietong.workforce.roster.check import judge
from jietong.workforce.roster.conflict import Explained, eased, explained
from jietong.workforce.roster.instance import Instance, Roster
from jietong.workforce.roster.prepared import prepared
from jietong.workforce.roster.search import Board, Search, compiled, descend


class Answer(Struct, frozen=True):
    """`conflicts`: hard rules that cannot all be kept; the roster then keeps all but those that were eased, and cost
    and bound are of the eased problem. `roster` None: time was too short for any."""

    roster: Roster | None
    cost: float
    bound: float
    seconds: float
    conflicts: tuple[Explained, ...] = ()

    @property
    def proved(self) -> bool:
        return self.roster is not None and self.cost <= self.bound

    @property
    def gap(self) -> float:
        return 0.0 if self.cost <= self.bound else (self.cost - max(self.bound, 0.0)) / self.cost


Tell = Callable[[Answer], None]


def solve(
    instance: Instance, seconds: float, tell: Tell = lambda answer: None, *, workers: int = 2, seed: int = 1
) -> Answer:
    """The best roster within `seconds`, sooner when it is proved. `tell` gets what is known at each better roster and
    each better bound; KeyboardInterrupt ends the search with the best so far. With one worker the same seed takes
    the same steps. A roster goes out through `check.judge` alone."""
    begun = monotonic()
    conflicts = tuple(found for employee in instance.staff if (found := explained(instance, employee)) is not None)
    problem = eased(instance, conflicts)
    arrays = prepared(problem)

    def known(board: Board) -> Answer:
        roster = None if board.best is None else arrays.roster(board.best)
        if roster is not None:
            verdict = judge(problem, roster)
            if verdict.breaches or verdict.cost != board.cost:
                raise AssertionError(f"solver and checker differ: {board.cost}, {verdict.cost}, {verdict.breaches}")
        return Answer(roster, board.cost, board.bound, monotonic() - begun, conflicts)

    board = Board(lambda: seconds - (monotonic() - begun), lambda board: tell(known(board)))
    try:
        if workers == 1:
            Search(arrays, board, np.random.default_rng(seed)).run(branching=False)
        else:
            descend(arrays, board, np.random.default_rng(seed))  # a roster at once, and kernels compiled for all
            compiled(arrays)
            _together(problem, board, workers, seed)
    except KeyboardInterrupt:
        pass
    return known(board)


def _together(instance: Instance, board: Board, workers: int, seed: int) -> None:
    context = multiprocessing.get_context("spawn")
    news: Any = context.Queue()
    inboxes: list[Any] = [context.Queue() for _ in range(workers)]
    children = [
        context.Process(
            target=_child, args=(n, instance, board.seconds_left(), seed + n, news, inboxes[n]), daemon=True
        )
        for n in range(workers)
    ]
    for child in children:
        child.start()
    done = 0
    try:
        while not board.proved and done < workers and board.seconds_left() > 0:
            try:
                who, cost, bound, tours = news.get(timeout=min(0.5, max(0.01, board.seconds_left())))
            except queue.Empty:
                if not any(child.is_alive() for child in children):
                    break
                continue
            if tours is None and bound is None:
                done += 1
                continue
            better = tours is not None and board.found(tours, cost)
            raised = bound > board.bound
            if raised:
                board.bound = min(bound, board.cost)
                board.tell(board)
            if better or raised:
                for n, inbox in enumerate(inboxes):
                    if n != who:
                        inbox.put((board.cost, board.bound, board.best))
    finally:
        end(children, inboxes)


def end(children: Iterable[Any], inboxes: Iterable[Any]) -> None:
    """Ends processes, and lets go of what was sent to them: nobody reads it, and our own exit would wait for that."""
    for inbox in inboxes:
        inbox.cancel_join_thread()
    for child in children:
        child.terminate()
    for child in children:
        child.join()


def _child(who: int, instance: Instance, seconds: float, seed: int, news: Any, inbox: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started this ends it
    begun = monotonic()
    told = [inf, -inf]

    def tell(board: Board) -> None:
        fresh = board.cost < told[0]
        if fresh or board.bound > told[1]:
            told[:] = [board.cost, board.bound]
            news.put((who, board.cost, board.bound, board.best if fresh else None))

    def exchange(board: Board) -> None:
        parent = multiprocessing.parent_process()
        if parent is not None and not parent.is_alive():
            sys.exit(1)
        while True:
            try:
                cost, bound, tours = inbox.get_nowait()
            except queue.Empty:
                return
            if tours is not None and cost < board.cost - 0.5:
                board.best, board.cost = tours, cost
                told[0] = cost
            board.bound = max(board.bound, min(bound, board.cost))

    board = Board(lambda: seconds - (monotonic() - begun), tell, exchange=exchange)
    Search(prepared(instance), board, np.random.default_rng(seed)).run(branching=who % 2 == 1)
    news.put((who, None, None, None))
