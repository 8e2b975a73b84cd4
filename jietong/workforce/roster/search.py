"""The search for rosters of the public problem: descent, diving, neighbourhoods, branching. One process, one thread.

Each step ends when `Board.over()` says so, and each better roster is put up on the board at once, so that whoever
stops the search has the best so far.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil, inf

import numpy as np

from jietong.workforce.roster.columns import Columns, Duals, Tour
from jietong.workforce.roster.prepared import One, Prepared
from jietong.workforce.roster.tours import NEVER, cheapest, within
from jietong.workforce.roster.ways import Floats

WHOLE = 1e-4  # all costs are whole numbers
MIP_S = 10.0


@dataclass
class Board:
    """What is known: the best roster, its cost, the best bound. `over`: time is up, or somebody else is done."""

    seconds_left: Callable[[], float]
    tell: Callable[["Board"], None]
    best: list[Tour] | None = None
    cost: float = inf
    bound: float = -inf
    exchange: Callable[["Board"], None] = lambda board: None  # with others who search the same

    def found(self, tours: list[Tour], cost: float) -> bool:
        if cost > self.cost - 0.5:
            return False
        self.best, self.cost = [*tours], cost
        self.tell(self)
        return True

    def below(self, bound: float) -> None:
        """No roster costs less than `bound`."""
        bound = min(float(ceil(bound - WHOLE)), self.cost)
        if bound > self.bound:
            self.bound = bound
            self.tell(self)

    @property
    def proved(self) -> bool:
        return self.cost <= self.bound

    def over(self) -> bool:
        self.exchange(self)
        return self.proved or self.seconds_left() <= 0


def descend(problem: Prepared, board: Board, rng: np.random.Generator) -> None:
    """A first roster: one employee after another gets the cheapest tour beside the others', while that improves."""
    days, kinds = problem.need.shape
    tours: list[Tour | None] = [None] * len(problem.staff)
    present = np.zeros((days, kinds))
    better = True
    last = inf
    while better and not board.over():
        for who in rng.permutation(len(tours)):
            old = tours[who]
            if old is not None:
                worked = np.nonzero(old >= 0)[0]
                present[worked, old[worked]] -= 1
            one = problem.staff[who]
            work = one.work + np.where(present < problem.need, -problem.under, problem.over)
            tour = within_limits(one, work)
            if tour is None:
                return
            worked = np.nonzero(tour >= 0)[0]
            present[worked, tour[worked]] += 1
            tours[who] = tour
        whole = [tour for tour in tours if tour is not None]
        cost = problem.cost(whole)
        better = cost < last - 0.5
        last = cost
        board.found(whole, cost)


def compiled(problem: Prepared) -> None:
    """The kernel that `Columns.near` asks later, so that processes find it in the cache."""
    one = problem.staff[0]
    within(one.rules, one.work, one.free, -inf, 1)


def within_limits(one: One, work: Floats) -> Tour | None:
    """A cheap tour that keeps the limits on kinds too; None where none was found."""
    priced = work.copy()
    for turn in range(24):
        cost, tour = cheapest(one.rules, priced, one.free)
        if cost == inf:
            return None
        above = [kind for kind, most in one.limits.items() if (tour == kind).sum() > most]
        if not above:
            return tour
        for kind in above:
            priced[:, kind] += 10.0 * 1.5**turn
    for kind in one.limits:
        priced[:, kind] = NEVER
    cost, tour = cheapest(one.rules, priced, one.free)
    return tour if cost < inf else None


@dataclass
class Search:
    problem: Prepared
    board: Board
    rng: np.random.Generator
    columns: Columns = field(init=False)
    root: Duals = field(init=False)

    def __post_init__(self) -> None:
        self.columns = Columns(self.problem)

    def run(self, *, branching: bool) -> None:
        """To the proof or the end of time. `branching`: after the dive branch and bound, else neighbourhoods."""
        descend(self.problem, self.board, self.rng)
        for tours in [self.board.best] if self.board.best is not None else []:
            for who, tour in enumerate(tours):
                self.columns.add(who, tour)
        self.root = self.columns.run(lambda value, bound: self._enough(bound))
        self.board.below(self.root.bound)
        if not self.board.over():
            self._dive()
        if branching:
            self._branch()
        else:
            self._neighbourhoods()

    def _enough(self, bound: float) -> bool:
        if not self.columns.held and not self.columns.forced and not self.columns.barred:
            self.board.below(bound)
        return self.board.over() or bound > self.board.cost - 1 + WHOLE

    def _dive(self) -> None:
        """Round the linear program: hold the surest tours, price the others anew, and so on."""
        columns, held, duals = self.columns, dict[int, Tour](), self.root
        while len(held) < columns.people and not self.board.over():
            columns.hold(held)
            duals = columns.run(lambda value, bound: self._enough(bound), Duals(duals.cover, duals.limits))
            if duals.bound > self.board.cost - 1 + WHOLE:
                break
            chosen = sorted((f for f in columns.fractions() if f[0] not in held), key=lambda f: -f[2])
            count = 0
            for who, tour, share in chosen:
                sure = share > 0.99 or count == 0 or (share > 0.7 and count < 1 + columns.people // 12)
                if who not in held and sure and columns.allowed(who, tour):
                    held[who] = tour
                    count += 1
            if not count:
                break
        columns.hold({})
        if len(held) == columns.people:
            tours = [held[who] for who in range(columns.people)]
            self.board.found(tours, self.problem.cost(tours))

    def _neighbourhoods(self) -> None:
        """Let a few employees loose beside all others' tours; the linear program says at once whether that can pay,
        and the tours that can be part of it are chosen from by a mixed-integer program. Wider when it does not."""
        columns, board = self.columns, self.board
        size, failures = min(5, columns.people), 0
        while not board.over():
            if board.best is None:
                self._dive()
                if board.best is None:
                    return
            best = board.best
            loose = {int(who) for who in self.rng.choice(columns.people, size, replace=False)}
            columns.hold({who: tour for who, tour in enumerate(best) if who not in loose})
            everybody = size == columns.people
            failures += 1
            duals = columns.run(lambda value, bound: self._enough(bound), Duals(self.root.cover, self.root.limits))
            if duals.bound <= board.cost - 1 + WHOLE and not board.over():
                slack = board.cost - 1 - duals.bound
                tours = columns.near(duals, slack, 60_000 if everybody else 20_000)
                exact = tours is not None
                limit = min(board.seconds_left(), MIP_S * (6 if everybody else 1))
                chosen, proved = columns.choose(tours or columns.reduced(duals, slack), board.cost, limit)
                if chosen is not None:
                    after = [chosen.get(who, tour) for who, tour in enumerate(best)]
                    if board.found(after, self.problem.cost(after)):
                        failures = 0
                elif exact and proved and everybody:
                    board.below(board.cost)
            elif everybody and duals.bound > board.cost - 1 + WHOLE:
                board.below(board.cost)
            if failures >= 12:
                size, failures = min(size + 1 + size // 8, columns.people), 0
                if everybody:
                    size = min(5, columns.people)
        columns.hold({})

    def _branch(self) -> None:
        """Branch and price: on what one employee does on one day. Depth first until a roster is found where the
        bound promises one, else the node of the least bound first; every node's bound is Lagrange's."""
        columns, board = self.columns, self.board
        columns.hold({})
        count = 0
        heap: list[tuple[float, int, dict[int, dict[int, int]], dict[int, set[tuple[int, int]]], Duals]] = [
            (self.root.bound, 0, {}, {}, self.root)
        ]
        while heap and not board.over():
            node = heapq.heappop(heap)
            while not board.over():
                bound, _, forced, barred, duals = node
                columns.branch(forced, barred)
                duals = columns.run(lambda value, low: self._enough(low), Duals(duals.cover, duals.limits))
                bound = max(bound, duals.bound)
                if bound > board.cost - 1 + WHOLE or columns.value == inf:
                    break
                shares = self._shares()
                if shares is None:
                    break
                who, day, kind = shares
                count += 1
                one = {**forced, who: {**forced.get(who, {}), day: kind}}
                other = {**barred, who: {*barred.get(who, set()), (day, kind)}}
                heapq.heappush(heap, (bound, -count, forced, other, duals))
                node = (bound, -count, one, barred, duals)
            else:
                heapq.heappush(heap, node)
            if not board.over() or board.proved:
                board.below(min((node[0] for node in heap), default=board.cost))
        columns.branch({}, {})
        if not heap and board.seconds_left() > 0:
            board.below(board.cost)

    def _shares(self) -> tuple[int, int, int] | None:
        """The employee, day and kind to branch on: the surest of those that are not sure. None: all is whole, and
        the roster is on the board."""
        columns = self.columns
        days, kinds = self.problem.need.shape
        shares = np.zeros((columns.people, days, kinds + 1))
        every = np.arange(days)
        for who, tour, share in columns.fractions():
            shares[who, every, tour] += share  # -1: the last place
        broken = (shares > WHOLE) & (shares < 1 - WHOLE)
        if not broken.any():
            tours = [np.where(row.argmax(1) == kinds, -1, row.argmax(1)).astype(np.int64) for row in shares]
            if all(columns.allowed(who, tour) for who, tour in enumerate(tours)):
                self.board.found(tours, self.problem.cost(tours))
            return None
        place = np.unravel_index(np.argmax(np.where(broken, shares, -1.0)), shares.shape)
        who, day, kind = (int(at) for at in place)
        return who, day, -1 if kind == kinds else kind
