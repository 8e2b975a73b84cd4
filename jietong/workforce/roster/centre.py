"""Solves the centre's schedule: everybody's shifts, pauses and trainings for weeks, with a bound.

First each person in turn gets the best tour beside the others', again and again until none gets better. Such a plan
is stuck, though often far from the best. So then comes the best plan in shares, which also gives the bound; it is
made whole step by step (`dive`), and after that a part of the people at a time is let loose in the same way, in turn
with rounds that raise the bound. docs/decisions/0021 tells why, and what else was measured.
"""

import dataclasses
from collections.abc import Iterator
from itertools import count
from time import monotonic

import numpy as np
from msgspec import to_builtins
from msgspec.structs import replace

from jietong.workforce.jobs.model import Tell
from jietong.workforce.roster.audit import audit, cost_of, met
from jietong.workforce.roster.bound import Bound
from jietong.workforce.roster.dive import BATCHES, FEW, loosened, polish, whole_pauses, whole_tours
from jietong.workforce.roster.fairness import unfair
from jietong.workforce.roster.frames import Frame, Grid
from jietong.workforce.roster.mixture import Mixture
from jietong.workforce.roster.offline import place
from jietong.workforce.roster.plan import Plan
from jietong.workforce.roster.problem import Conflict, PersonDay, Problem, Rule, Solution, Unmet, Wish
from jietong.workforce.roster.reasons import settled
from jietong.workforce.roster.tours import NEVER

ENOUGH = 1e-6
SWEEPS = 8
TOLD_EVERY_S = 2.0
PARTIAL_EVERY_S = 20.0
REASONS_S = 5.0
PRICED, DIVED, RELAXED = 0.2, 0.15, 0.65
"""The part of the time that goes to prices; about that in which the plan in shares is first made whole; and that
until which tours are tried again with pauses in shares."""
LOOSE = (8, 41)
SMALL = 6


def _silent(
    share: float | None = None,
    best: float | None = None,
    bound: float | None = None,
    text: str = "",
    partial: object = None,
) -> None:
    pass


def solve(problem: Problem, seconds: float, tell: Tell = _silent, *, rounds: int | None = None) -> Solution:
    """The best plan within `seconds` (a first plan is always made: about 10 ms a person). `rounds`: at most so many
    of improvement, then the same seed gives the same plan on any machine. Rules that cannot be kept together are
    left out for that person and reported; all others hold, which `audit` has checked."""
    begun = monotonic()
    solving = _Solving(problem, begun, begun + seconds, tell)
    solving.first()
    if solving.plan.frames:
        solving.improve(rounds)
    solution = solving.solution()
    excused = {(c.person, rule) for c in solution.conflicts for rule in c.broken}
    wrong = [b for b in audit(problem, solution.days) if (b.person, b.rule.value) not in excused]
    if wrong:
        raise AssertionError(f"the solver and the checker differ: {wrong[:3]}")
    return solution


class _Solving:
    def __init__(self, problem: Problem, begun: float, until: float, tell: Tell) -> None:
        self.problem, self.begun, self.until, self.tell = problem, begun, until, tell
        self.grid = Grid(problem)
        self.rng = np.random.default_rng(problem.seed)
        self.conflicts: dict[str, tuple[tuple[Rule, ...], tuple[Rule, ...]]] = {}
        frames: list[Frame] = []
        for person in problem.people:
            frame, rules, eased = settled(self.grid, person)
            frames.append(frame)
            if rules:
                self.conflicts[person.id] = rules, eased
        self.plan = Plan(problem, self.grid, frames)
        self.bound: Bound | None = None
        self.unplaced: list[Unmet] = []
        self.finished = False
        self.fair = problem.fairness.weekend > 0 or problem.fairness.late > 0
        self.told, self.shown = begun, begun - PARTIAL_EVERY_S  # who stops it soon has a plan too
        self.whole = not problem.offline

    def first(self) -> None:
        """A plan in which nobody alone can do better, or the best that time allows."""
        plan = self.plan
        order: list[int] = np.argsort([frame.masks.sum() for frame in plan.frames], kind="stable").tolist()
        for sweep in range(SWEEPS):
            saved = 0.0
            for n, who in enumerate(order):
                if sweep and self._over():
                    break
                saved += self._first_tour(who) if sweep == 0 else plan.improve(who)
                self._say(0.05 * (sweep + n / len(order)) / SWEEPS, "first")
            if self._over() or (sweep and saved < 1e-3 * plan.cost()):
                break
            order = self.rng.permutation(len(order)).tolist()
        if plan.frames:
            self.bound = Bound(plan)

    def _first_tour(self, who: int) -> float:
        """Also where a free row would cost less: rules may ask for work."""
        self.plan.take_out(who)
        days = self.plan.best(who)
        assert days is not None  # `settled` saw to it
        self.plan.put(who, days)
        return 0.0

    def trainings(self) -> None:
        for item in self.problem.offline:
            self.unplaced += place(self.plan, item)
        self.whole = True

    def improve(self, rounds: int | None) -> None:
        """`rounds` of prices, then so many of neighbourhoods; None: to the end of time."""
        if self.bound is None:
            self.trainings()
            return
        begun = monotonic()
        least = begun + PRICED * (self.until - begun)
        priced = 0
        while not self._done() and (priced < rounds if rounds is not None else monotonic() < least):
            self.bound.round(self._over)
            priced += 1
            done = (monotonic() - begun) / max(1e-9, self.until - begun) if rounds is None else 0.3 * priced / rounds
            self._say(0.05 + 0.95 * min(1.0, done), "improving")
            if self.bound.close():
                break
        if not self._done():
            often = BATCHES
            if rounds is None:
                each = (monotonic() - begun) / max(1, priced)
                often = min(BATCHES, max(FEW, int(DIVED * (self.until - begun) / max(1e-9, 4 * each))))
            self._dive(begun + RELAXED * (self.until - begun), rounds, often)
        self.trainings()
        crews = self.bound.pricing.crews
        for turn, people in enumerate(self._neighbourhoods()):
            if self._done() or turn == rounds:
                break
            loosened(self.plan, crews, people, self.rng, self._over, self.bound.mixture.firm[0])
            self.plan.together([int(who) for who in self.rng.permutation(people)[:SMALL]])
            if self.fair:
                self.plan.fairer(self.rng)
            if not self._over() and not self.bound.close():
                self.bound.round(self._over)
            done = (
                (monotonic() - begun) / max(1e-9, self.until - begun) if rounds is None else 0.3 + 0.7 * turn / rounds
            )
            self._say(0.05 + 0.95 * min(1.0, done), "improving")
        self.finished = self._proved()

    def _dive(self, until: float, rounds: int | None, batches: int) -> None:
        """Everybody anew: the plan in shares made whole. Tours are tried again until then, or so many times."""
        assert self.bound is not None
        plan, crews = self.plan, self.bound.pricing.crews
        everybody = list(range(len(plan.frames)))
        if any(frame.wide for frame in plan.frames):  # the bound's tours leave these limits out
            loosened(plan, crews, everybody, self.rng, self._over, self.bound.mixture.firm[0], rounds=30)
            return
        left = count() if rounds is None else iter(range(rounds))

        def again() -> bool:
            done = (monotonic() - self.begun) / max(1e-9, self.until - self.begun) if rounds is None else 0.3
            self._say(0.05 + 0.95 * min(1.0, done), "improving")
            return next(left, None) is not None and (rounds is not None or monotonic() < until)

        pricing, mixture = self.bound.pricing, self.bound.mixture.copy()
        mixture = whole_tours(plan, pricing, mixture, everybody, self.rng, self._over, batches=batches)
        self._lie(mixture.copy(), batches)
        mixture = whole_tours(plan, pricing, mixture, everybody, self.rng, self._over, again=again)
        if not self._over():
            self._lie(mixture, batches)

    def _lie(self, mixture: Mixture, batches: int) -> None:
        """The mixture's tours as the plan, where that costs less."""
        assert self.bound is not None
        plan, pricing, everybody = self.plan, self.bound.pricing, list(range(len(self.plan.frames)))
        before, old = plan.cost(), [plan.take_out(who) for who in everybody]
        whole_pauses(plan, pricing, mixture, everybody, self.rng, self._over, batches=batches)
        polish(plan, pricing.crews, everybody, self.rng, self._over)
        if plan.cost() > before:
            for who in everybody:
                plan.take_out(who)
            for who, row in zip(everybody, old, strict=True):
                plan.restore(who, row)

    def _neighbourhoods(self) -> Iterator[list[int]]:
        """A part of the people, half of the time such as can serve the same."""
        frames, rng = self.plan.frames, self.rng
        skills = np.array([frame.masks.any(0) for frame in frames]).reshape(len(frames), -1)
        while True:
            size = min(len(frames), int(rng.integers(*LOOSE)))
            seed = rng.integers(len(frames))
            same = [bool((row & skills[seed]).any()) for row in skills]
            others = np.flatnonzero(same) if rng.random() < 0.5 else np.arange(len(frames))
            others = others[others != seed]
            more = min(size - 1, len(others))
            yield [int(seed), *(rng.choice(others, more, replace=False).tolist() if more else [])]

    def _done(self) -> bool:
        return self._over() or self._proved()

    def _over(self) -> bool:
        return monotonic() >= self.until

    def _proved(self) -> bool:
        cost = self.plan.cost()
        return self.bound is not None and cost - self.bound.best <= ENOUGH * max(1.0, abs(cost))

    def _say(self, share: float, text: str) -> None:
        now = monotonic()
        if now - self.told < TOLD_EVERY_S:
            return
        self.told = now
        bound = self.bound.best if self.bound is not None and self.bound.best > -np.inf else None
        partial = None
        if text == "improving" and self.whole and now - self.shown >= PARTIAL_EVERY_S:
            self.shown = now
            partial = to_builtins(self.solution(reasons=False), str_keys=True)
        self.tell(share, self.plan.cost(), bound, text, partial)

    def solution(self, *, reasons: bool = True) -> Solution:
        plan, problem = self.plan, self.problem
        ids = [pattern.id for pattern in problem.patterns]
        days = tuple(
            PersonDay(person.id, day, None if row.days[day] < 0 else ids[row.days[day]], plan.spans(who, day))
            for who, (person, row) in enumerate(zip(problem.people, plan.rows, strict=True))
            for day in range(self.grid.days)
        )
        cover = tuple(tuple(int(x) for x in row) for row in plan.cover.have)
        unfairly = sum(unfair(self.grid, f.person, row.days) for f, row in zip(plan.frames, plan.rows, strict=True))
        cost = replace(cost_of(problem, days, cover), fairness=float(unfairly))
        bound = min(self.bound.best, cost.total) if self.bound is not None else cost.total
        gap = (cost.total - bound) / cost.total if cost.total > ENOUGH and bound > -np.inf else 0.0
        return Solution(
            days=days,
            cost=cost,
            bound=float(bound) if bound > -np.inf else 0.0,
            gap=float(min(1.0, gap)) if bound > -np.inf else 1.0,
            cover=cover,
            unmet=(*self._wishes(reasons=reasons), *self.unplaced),
            conflicts=tuple(self._conflicts(days)) if reasons else (),
            seconds=monotonic() - self.begun,
            finished=self.finished,
        )

    def _wishes(self, *, reasons: bool) -> Iterator[Unmet]:
        ids = [pattern.id for pattern in self.problem.patterns]
        until = monotonic() + REASONS_S
        for who, frame in enumerate(self.plan.frames):
            days = self.plan.rows[who].days
            for wish in frame.person.wishes:
                if not 0 <= wish.day < self.grid.days:
                    continue
                if not met(wish, None if days[wish.day] < 0 else ids[days[wish.day]]):
                    possible = not reasons or monotonic() > until or self._could(frame, wish)
                    yield Unmet(frame.person.id, wish.day, "wish", "cover" if possible else "rules", wish.price)

    def _could(self, frame: Frame, wish: Wish) -> bool:
        """Whether any tour that keeps the rules meets the wish."""
        allowed, must = frame.allowed.copy(), frame.must_work.copy()
        at = slice(None) if wish.pattern is None else self.grid.names.get(wish.pattern)
        if at is None:
            return wish.off
        if wish.off:
            allowed[wish.day, at] = False
        else:
            kept = allowed[wish.day, at].copy()
            allowed[wish.day] = False
            allowed[wish.day, at] = kept
            must[wish.day] = True
        none = np.zeros((self.grid.days, len(self.grid.lengths)))
        return dataclasses.replace(frame, allowed=allowed, must_work=must).tour(self.grid, none)[0] < NEVER

    def _conflicts(self, days: tuple[PersonDay, ...]) -> Iterator[Conflict]:
        breaches = audit(self.problem, days)
        for person, (rules, eased) in self.conflicts.items():
            mine = [b for b in breaches if b.person == person]
            on = sorted({b.day for b in mine if b.day is not None})
            broken = {b.rule for b in mine} | set(eased)
            yield Conflict(
                person, tuple(r.value for r in rules), tuple(r.value for r in EASED if r in broken), tuple(on)
            )


EASED = tuple(Rule)
