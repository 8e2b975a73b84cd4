"""Many people anew at once (鬆綁重排): their best plan in shares beside all others, made whole step by step.

One person after another finds no way from a plan in which all have settled; ten or two hundred together do. Their
`Mixture` settles beside those who stay, prices bring further tours, then the surest keep theirs and the rest settle
anew, until all are whole.
"""

from collections.abc import Callable

import numpy as np

from jietong.workforce.roster.mixture import Mixture
from jietong.workforce.roster.plan import EPSILON, Plan
from jietong.workforce.roster.pricing import Crews, Pricing

WIDTH = 0.5
SETTLE = 3
SWEEPS = 4


def dive(
    plan: Plan, pricing: Pricing, mixture: Mixture, people: list[int], rng: np.random.Generator,
    over: Callable[[], bool], *, turns: int = 1, batches: int = 12,
) -> None:  # fmt: skip
    """`people` (those of the mixture, by place) are out of the plan; all are in it at the end."""
    at_once = max(1, -(-len(people) // batches))
    while len(mixture.loose):
        for _ in range(turns if not over() else 0):
            asked = pricing.asked(mixture.prices(WIDTH))
            for place in mixture.loose:
                tour = pricing.best(people[place], asked)
                if tour is not None:
                    mixture.add(int(place), tour)
            mixture.settle(WIDTH, SETTLE, rng)
        surest = mixture.shares[mixture.loose].max(1)
        order = mixture.loose[np.argsort(-surest, kind="stable")]
        whole = int((surest > 0.99).sum())
        for place in order[: max(at_once, whole)]:
            tour = mixture.hold(int(place))
            plan.lay(people[place], tour.days, tour.marks)


def loosened(
    plan: Plan, crews: Crews, people: list[int], rng: np.random.Generator, over: Callable[[], bool], rounds: int = 10
) -> bool:
    """These people anew; whether the plan costs less. If not, it stays as it was."""
    plan.rearrange(crews.can, crews.of)
    before = plan.cost()
    pricing = Pricing(plan, plan.frames, crews, trained=True)
    first = [pricing.lying(who) for who in people]
    old = [plan.take_out(who) for who in people]
    mixture = Mixture(plan.cover.cost, plan.cover.over, crews.can, plan.counts(crews.can, crews.of), first)
    for _ in range(rounds):
        mixture.settle(WIDTH, SETTLE, rng)
        asked = pricing.asked(mixture.prices(WIDTH))
        for place, who in enumerate(people):
            tour = pricing.best(who, asked)
            if tour is not None:
                mixture.add(place, tour)
    dive(plan, pricing, mixture, people, rng, over, batches=6)
    polish(plan, crews, people, rng, over)
    if plan.cost() < before - EPSILON:
        return True
    for who in people:
        plan.take_out(who)
    for who, row in zip(people, old, strict=True):
        plan.restore(who, row)
    plan.rearrange(crews.can, crews.of)
    return False


def polish(plan: Plan, crews: Crews, people: list[int], rng: np.random.Generator, over: Callable[[], bool]) -> None:
    """Each alone, again and again, while that pays."""
    for _ in range(SWEEPS):
        plan.rearrange(crews.can, crews.of)
        saved = 0.0
        for who in rng.permutation(people):
            if over():
                break
            saved += plan.improve(int(who))
        if saved < 1e-4 * plan.cost():
            break
    plan.rearrange(crews.can, crews.of)
