"""No plan costs less than this (下界): Lagrange's bound of the centre's schedule.

Cover is bought at a price for each group and step. At any prices the cheapest cover of each step plus everybody's
cheapest tour, pauses included, is a lower bound: both are exact minima, and a plan that keeps all rules is one
choice of both. The widest hour limits are left out, which can only lower it; a training may at most spare what its
steps and the pauses that it makes needless are worth.

Good prices are the slopes of cover at the best plan in shares. That is approached by column generation: the tours
that are cheapest at the prices join `mixture`, which settles, and its slopes are the next prices. Pauses are placed
once for everybody with the same skills, day and shift.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from jietong.workforce.model import QUARTER_S
from jietong.workforce.roster.breaks import NEEDLESS, Floats
from jietong.workforce.roster.cover import dual_part
from jietong.workforce.roster.mixture import Mixture
from jietong.workforce.roster.plan import Plan
from jietong.workforce.roster.pricing import Crews, Pricing

WIDEST, NARROWEST, SHRINKS = 2.0, 0.8, 0.98
SETTLE = 2
CLOSE = 1e-3
MEMORY = 0.7
"""The part of mean prices that stays in each round."""


class Bound:
    """Begins with the plan of `plan` as it lies; takes no further notice of it."""

    def __init__(self, plan: Plan) -> None:
        self.cost, self.over, self.grid = plan.cover.cost, plan.cover.over, plan.grid
        frames = [replace(f, allowed=f.allowed.copy(), must_work=f.must_work.copy()) for f in plan.frames]
        self.pricing = Pricing(plan, frames, Crews.among(frames, len(self.cost)), trained=False)
        self.width = WIDEST
        self.rounds = 0
        self.best = 0.0 if _nothing_pays(plan) else -np.inf
        self.rng = np.random.default_rng(plan.problem.seed + 1)
        self.offline = [
            (-(-item.length_s // QUARTER_S), item.earliest, item.latest, len(set(item.people)))
            for item in plan.problem.offline
        ]
        first = [self.pricing.lying(who) for who in range(len(frames))]
        self.mixture = Mixture(self.cost, self.over, self.pricing.crews.can, None, first)
        self.mean: Floats | None = None
        self.good: Floats | None = None  # prices of the best bound that prices gave
        self.reached = -np.inf

    def close(self) -> bool:
        """The bound is nearly as good as it will be."""
        whole = self.mixture.value()
        return whole - self.best < CLOSE * max(1.0, abs(whole))

    def round(self, over: Callable[[], bool] = lambda: False) -> None:
        """Prices, the tours that are cheapest at them, and the mixture with these. Prices of late rounds lie on both
        sides of the best ones, so their mean is asked, drawn to the best so far."""
        self.width = max(NARROWEST, self.width * SHRINKS)
        self.mixture.settle(self.width, SETTLE, self.rng)
        prices = self.mixture.prices(self.width)
        self.mean = prices if self.mean is None else MEMORY * self.mean + (1 - MEMORY) * prices
        for asked in [self.mean] if self.good is None else [(self.mean + self.good) / 2, self.mean]:
            reached = self.value(asked, over)
            if reached > self.reached:
                self.good, self.reached = asked, reached
                break
        self.rounds += 1

    def value(self, prices: Floats, over: Callable[[], bool] = lambda: False) -> float:
        """The bound at these prices; their tours join the mixture. `best` is the best so far."""
        asked = self.pricing.asked(np.maximum(prices, -self.over[:, None]))
        total, _ = dual_part(self.cost, self.over, asked.prices)
        total -= self._spared(asked.values) + NEEDLESS * 8 * self.grid.days * len(self.mixture.tours)
        for who in range(len(self.mixture.tours)):
            least, tour = self.pricing.least(who, asked)
            if tour is None or over():
                return -np.inf
            total += least
            self.mixture.add(who, tour)
        self.best = max(self.best, float(total))
        return float(total)

    def _spared(self, values: Floats) -> float:
        """What trainings may spare at most: agents beyond the need, and pauses within them."""
        total = 0.0
        for length, earliest, latest, people in self.offline:
            part = values[:, max(0, earliest) : latest]
            if part.size:
                pauses = -(-length // self.grid.pauses.every)
                each = length * max(0.0, -float(part.min())) + pauses * max(0.0, float(part.max()))
                total += people * each
        return total


def _nothing_pays(plan: Plan) -> bool:
    """All that a plan costs is at least nothing: then so is the bound."""
    return bool((plan.cover.cost >= 0).all() and all(float(f.price.min(initial=0.0)) >= 0 for f in plan.frames))
