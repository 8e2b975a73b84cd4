"""Many people anew at once (鬆綁重排): their best plan in shares beside all others, made whole step by step.

One person after another finds no way from a plan in which all have settled; ten or two hundred together do. Their
`Mixture` settles beside those who stay, prices bring further tours, then the surest keep theirs and the rest settle
anew, until all tours are whole. Pauses stay in shares till then, and are made whole last, one person after another.
"""

from collections.abc import Callable

import numpy as np

from jietong.workforce.roster.breaks import Floats
from jietong.workforce.roster.mixture import Mixture, mixed
from jietong.workforce.roster.plan import EPSILON, Plan
from jietong.workforce.roster.posts import Crews
from jietong.workforce.roster.pricing import Pricing

WIDTH, REST_WIDTH = 1.0, 0.5
"""The agents within which prices fall from those below the need to those above it, near those of the bound: `WIDTH`
while tours are chosen, `REST_WIDTH` while pauses become whole."""
SETTLE = 3
TURNS, RESTS = 2, 3
BATCHES = 50
FEW = 12
AGAIN, AGAIN_BATCHES = (4, 13), 4
SWEEPS = 4


def whole_tours(
    plan: Plan, pricing: Pricing, mixture: Mixture, people: list[int], rng: np.random.Generator,
    over: Callable[[], bool], *, batches: int = BATCHES, again: Callable[[], bool] = lambda: False,
) -> Mixture:  # fmt: skip
    """The mixture (of `people`, by place) with everybody on one tour, pauses in shares. While `again` says so, some
    are let loose once more. Of the plan no more than the need is asked."""
    mixture.firm[1] = plan.cover.fall() / WIDTH
    _hold(pricing, mixture, people, rng, over, batches)
    while again() and not over():
        trial = mixture.copy()
        trial.loose = rng.choice(len(people), min(len(people), int(rng.integers(*AGAIN))), replace=False)
        for _ in range(TURNS):
            _turn(pricing, trial, people, rng)
        _hold(pricing, trial, people, rng, over, AGAIN_BATCHES)
        if trial.value() < mixture.value():
            mixture = trial
    return mixture


def whole_pauses(
    plan: Plan, pricing: Pricing, mixture: Mixture, people: list[int], rng: np.random.Generator,
    over: Callable[[], bool], *, batches: int = BATCHES,
) -> None:  # fmt: skip
    """Puts `people`, who are out of the plan, into it: each with the tour of the mixture."""
    mixture.firm[1] = plan.cover.fall() / REST_WIDTH
    each = max(1, -(-len(people) // batches))
    for n, place in enumerate(rng.permutation(len(people)).tolist()):
        if n % each == 0 and not over():
            for _ in range(2):
                mixture.settle(1, rng)
                mixture.pause(pricing.asked(mixture.prices()))
            mixture.settle(SETTLE, rng)
        tour = mixture.held(place)
        plan.lay(people[place], tour.days, mixture.rest(tour))


def _hold(
    pricing: Pricing, mixture: Mixture, people: list[int], rng: np.random.Generator, over: Callable[[], bool],
    batches: int,
) -> None:  # fmt: skip
    """Tours become whole, the surest first; between, the rest settle anew."""
    each = max(1, -(-len(mixture.loose) // batches))
    while len(mixture.loose):
        for _ in range(TURNS if not over() else 0):
            _turn(pricing, mixture, people, rng)
        surest = mixture.shares[mixture.loose].max(1)
        order = mixture.loose[np.argsort(-surest, kind="stable")]
        sure = int((surest > 0.99).sum())
        for place in order[: max(each, sure)]:
            mixture.hold(int(place))
    for _ in range(RESTS if not over() else 0):
        mixture.pause(pricing.asked(mixture.prices()))
        mixture.settle(SETTLE, rng)


def _turn(pricing: Pricing, mixture: Mixture, people: list[int], rng: np.random.Generator) -> None:
    asked = pricing.asked(mixture.prices())
    mixture.pause(asked)
    for place in mixture.loose.tolist():
        tour = pricing.best(people[place], asked)
        if tour is not None:
            mixture.add(place, tour)
    mixture.settle(SETTLE, rng)


def loosened(
    plan: Plan,
    crews: Crews,
    people: list[int],
    rng: np.random.Generator,
    over: Callable[[], bool],
    centre: Floats | None = None,
    rounds: int = 10,
) -> bool:
    """These people anew; whether the plan costs less. If not, it stays as it was."""
    plan.rearrange(crews.can, crews.of)
    before = plan.cost()
    pricing = Pricing(plan, plan.frames, crews, trained=True)
    rows = [(who, plan.rows[who].days) for who in people]
    old = [plan.take_out(who) for who in people]
    mixture = mixed(plan, pricing, rows, plan.counts(crews.can, crews.of), centre, WIDTH)
    mixture.settle(SETTLE, rng)
    for _ in range(rounds):
        _turn(pricing, mixture, people, rng)
    mixture = whole_tours(plan, pricing, mixture, people, rng, over, batches=FEW)
    whole_pauses(plan, pricing, mixture, people, rng, over, batches=FEW)
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
