"""No plan costs less than this (下界): Lagrange's bound of the centre's schedule.

Cover is bought at a price for each group and step. At any prices the cheapest cover of each step plus everybody's
cheapest tour, pauses included, is a lower bound: both are exact minima, and a plan that keeps all rules is one
choice of both. The widest hour limits are left out, which can only lower it; a training may at most spare what its
steps and the pauses that it makes needless are worth.

Good prices are the slopes of cover at the best plan in shares. That is approached by column generation: tours and
pauses that are best at the prices join `mixture`, which settles, and its slopes are the next prices. The mixture's
prices stay near the best so far (a bundle method with a proximal term): else they swing from one side to the other.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from jietong.workforce.model import QUARTER_S
from jietong.workforce.roster.breaks import NEEDLESS, Floats
from jietong.workforce.roster.cover import dual_part
from jietong.workforce.roster.mixture import mixed
from jietong.workforce.roster.plan import Plan
from jietong.workforce.roster.posts import Crews
from jietong.workforce.roster.pricing import Pricing

WIDTH = 16.0
"""The agents that cover may differ from the mixture's before prices go from one side of the need to the other."""
SETTLE = 1
CLOSE = 1e-3


class Bound:
    """Begins with the plan of `plan` as it lies; takes no further notice of it."""

    def __init__(self, plan: Plan) -> None:
        self.cost, self.over, self.grid = plan.cover.cost, plan.cover.over, plan.grid
        frames = [replace(f, allowed=f.allowed.copy(), must_work=f.must_work.copy()) for f in plan.frames]
        self.pricing = Pricing(plan, frames, Crews.among(frames, len(self.cost)), trained=False)
        self.rounds = 0
        self.best = 0.0 if _nothing_pays(plan) else -np.inf
        self.rng = np.random.default_rng(plan.problem.seed + 1)
        self.offline = [
            (-(-item.length_s // QUARTER_S), item.earliest, item.latest, len(set(item.people)))
            for item in plan.problem.offline
        ]
        everybody = [(who, row.days) for who, row in enumerate(plan.rows)]
        self.mixture = mixed(plan, self.pricing, everybody, None, None, WIDTH)
        self.reached = -np.inf  # at the prices that the mixture stays near

    def close(self) -> bool:
        """The bound is nearly as good as it will be."""
        whole = self.mixture.value()
        return whole - self.best < CLOSE * max(1.0, abs(whole))

    def round(self, over: Callable[[], bool] = lambda: False) -> None:
        """Prices at which the mixture settles, else half way to them: where they bound better, the next stay near
        these. Their tours and pauses join the mixture."""
        self.mixture.settle(SETTLE, self.rng)
        prices = self.mixture.prices()
        for asked in (prices, (prices + self.mixture.firm[0]) / 2):
            reached = self.value(asked, over)
            if reached > self.reached:
                self.mixture.firm[0], self.reached = asked, reached
                break
        self.rounds += 1

    def value(self, prices: Floats, over: Callable[[], bool] = lambda: False) -> float:
        """The bound at these prices; their tours join the mixture. `best` is the best so far."""
        asked = self.pricing.asked(np.maximum(prices, -self.over[:, None]))
        total, _ = dual_part(self.cost, self.over, asked.prices)
        total -= self._spared(asked.values) + NEEDLESS * 8 * self.grid.days * len(self.mixture.tours)
        self.mixture.pause(asked)
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
