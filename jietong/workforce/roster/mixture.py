"""The best plan in shares (分數解): each person a mix of known tours, each post a mix of known placements of pauses.

The cost of cover is convex in the agents of each group and step, straight between whole ones; its slopes are taken
near prices that are known (`firm`), so that they change gently. A person moves weight from the dearest tour in the
mix to the cheapest as far as that pays, a post from one placement to another (pairwise steps), and agents on line
who may serve several groups are shared out among these anew. Slopes at rest are prices for `bound`.
"""

from copy import copy

import numpy as np

from jietong.workforce.roster.breaks import Floats, Ints, Pauses
from jietong.workforce.roster.plan import Plan
from jietong.workforce.roster.posts import Posts
from jietong.workforce.roster.pricing import Asked, Pricing, Tour
from jietong.workforce.roster.settling import sweep_pauses, sweep_tours, take_in, whole
from jietong.workforce.roster.slopes import refresh, share_out, total

SLOTS = 24
"""Tours kept for each person."""
PLACEMENTS = 10
"""Placements of pauses kept for each post."""
STILL = 1e-5


class Mixture:
    """`crews[m, g]`: what agents with skills m may serve; `base[m, g, t]`: those on line beside the mixture.
    `asked`: prices, at which the posts' first pauses are best. `firm[0, g, t]`: prices to stay near; `firm[1, g, t]`:
    how far they go from these for each agent that is too few or too many."""

    def __init__(
        self,
        cost: Floats,
        over: Floats,
        crews: np.ndarray,
        posts: Posts,
        pauses: Pauses,
        asked: Asked,
        base: Ints | None,
        first: list[Tour],
        firm: Floats,
    ) -> None:
        groups, self.steps, _ = cost.shape
        people, days = len(first), len(first[0].days) if first else 0
        self.cost, self.over, self.crews, self.posts, self.pauses = cost, over, crews, posts, pauses
        self.tours: list[list[Tour]] = [[] for _ in first]
        self.counts: Ints = np.zeros(people, np.int64)
        self.on: Ints = np.full((people, SLOTS, days), -1, np.int32)  # posts
        self.own: Floats = np.zeros((people, SLOTS))
        self.shares: Floats = np.zeros((people, SLOTS))
        self.reduced: Floats = np.zeros((people, SLOTS))
        count, longest = posts.marks.shape
        self.weight: Floats = np.zeros(count)
        self.lines = np.zeros((count, PLACEMENTS, longest), np.bool_)
        self.kept: Ints = np.zeros(count, np.int64)
        self.mixes: Floats = np.zeros((count, PLACEMENTS))
        self.profile: Floats = np.zeros((count, longest))
        self.shared: Floats = np.zeros((len(crews), groups, self.steps))  # on line, by what they serve
        if base is not None:
            self.shared += base
        self.firm = firm
        self.heads: Floats = np.zeros((groups, self.steps))  # `shared` of all crews
        self.slopes: Floats = np.zeros((groups, self.steps))
        self.best: Ints = np.zeros((len(crews), self.steps), np.int64)
        self.loose: Ints = np.arange(people)
        self.pause(asked)
        for who, tour in enumerate(first):
            self.add(who, tour)
            self.shares[who, 0] = 1.0
            self._serve(tour, 1.0)

    def copy(self) -> "Mixture":
        """To be made whole while this one goes on; tours themselves never change."""
        out = copy(self)
        for name, value in vars(self).items():
            if isinstance(value, np.ndarray) and name not in ("cost", "over", "crews"):
                setattr(out, name, value.copy())
        out.tours = [[*tours] for tours in self.tours]
        return out

    def add(self, who: int, tour: Tour) -> bool:
        """A further tour, in place of one that nobody needs; False: it was known."""
        count = int(self.counts[who])
        if (self.on[who, :count] == tour.posts).all(1).any():
            return False
        if count == SLOTS:
            idle = np.where(self.shares[who] > 0, -np.inf, self.reduced[who])
            slot = int(idle.argmax())
            if idle[slot] == -np.inf:
                return False
            self.tours[who][slot] = tour
        else:
            slot = count
            self.tours[who].append(tour)
            self.counts[who] += 1
        self.on[who, slot], self.own[who, slot] = tour.posts, tour.own
        self.reduced[who, slot] = 0.0
        return True

    def pause(self, asked: Asked) -> None:
        """Pauses that are best at these prices, as further placements."""
        posts = self.posts
        take_in(
            asked.marks, posts.crew, posts.first, posts.length, self.lines, self.kept, self.mixes, self.profile,
            self.slopes, self.best,
        )  # fmt: skip

    def held(self, who: int) -> Tour:
        """The tour that weighs most."""
        return self.tours[who][int(self.shares[who].argmax())]

    def hold(self, who: int) -> Tour:
        """The person keeps the tour that weighs most, whole; pauses stay in shares."""
        chosen = int(self.shares[who].argmax())
        for slot in np.nonzero(self.shares[who])[0]:
            if slot != chosen:
                self._serve(self.tours[who][slot], -float(self.shares[who, slot]))
        self._serve(self.tours[who][chosen], 1.0 - float(self.shares[who, chosen]))
        self.shares[who] = 0.0
        self.shares[who, chosen] = 1.0
        self.loose = self.loose[self.loose != who]
        return self.tours[who][chosen]

    def rest(self, tour: Tour) -> dict[int, Ints]:
        """Pauses of one who keeps this tour whole, best as all others are, by day."""
        posts, out = self.posts, {}
        for day in np.nonzero(tour.posts >= 0)[0].tolist():
            post = int(tour.posts[day])
            size = int(posts.length[post])
            block = posts.block_of[post]
            marks = posts.marks[post, :size].copy()
            given = posts.blocks[block] if block >= 0 else np.zeros(size, np.int64)
            whole(
                post, int(posts.pinned[post]), given, self.pauses.shape, self.profile, self.weight, posts.crew,
                posts.first, posts.length, self.shared, self.crews, self.cost, self.over, self.heads, self.firm,
                self.slopes, self.best, marks,
            )  # fmt: skip
            out[day] = marks
        return out

    def _serve(self, tour: Tour, share: float) -> None:
        """So many more are on the tour (or fewer: below 0)."""
        posts = self.posts
        for post in tour.posts[tour.posts >= 0].tolist():
            crew, first = int(posts.crew[post]), int(posts.first[post])
            line = share * self.profile[post, : min(int(posts.length[post]), self.steps - first)]
            part = self.shared[crew, :, first : first + len(line)]
            if share > 0:
                at = self.best[crew, first : first + len(line)] if self.slopes.any() else self.crews[crew].argmax()
                part[at, np.arange(len(line))] += line
            else:
                part *= np.maximum(0.0, 1.0 + line / np.maximum(part.sum(0), 1e-12))
            self.weight[post] = max(0.0, self.weight[post] + share)

    def prices(self) -> Floats:
        """The slopes: what one more agent of a group is worth in a step [g, t]."""
        refresh(self.cost, self.over, self.crews, self.shared, self.heads, self.firm, self.slopes, self.best)
        return self.slopes.copy()

    def settle(self, rounds: int, rng: np.random.Generator) -> float:
        """Up to so many rounds over all posts and people; what the mix costs too much at the end."""
        left = 0.0
        posts = self.posts
        lying = (self.profile, posts.crew, posts.first, posts.length)
        cover = (self.shared, self.crews, self.cost, self.over, self.heads, self.firm, self.slopes, self.best)
        refresh(self.cost, self.over, self.crews, self.shared, self.heads, self.firm, self.slopes, self.best)
        share_out(self.cost, self.over, self.crews, self.shared, self.heads, self.firm, self.slopes)
        refresh(self.cost, self.over, self.crews, self.shared, self.heads, self.firm, self.slopes, self.best)
        for _ in range(rounds):
            left = float(
                sweep_pauses(
                    rng.permutation(len(posts.crew)), self.lines, self.kept, self.mixes, self.weight, *lying, *cover
                )
            )
            if len(self.loose):
                left += float(
                    sweep_tours(
                        rng.permutation(self.loose), self.on, self.counts, self.own, self.shares, self.reduced,
                        self.weight, *lying, *cover,
                    )
                )  # fmt: skip
            if left < STILL * max(1, len(self.tours)):
                break
        return left

    def value(self) -> float:
        """What the mixture costs: no better bound can be had than the least of it."""
        heads = self.shared.sum(0)
        return float(total(self.cost, self.over, heads) + (self.own * self.shares).sum())


def mixed(
    plan: Plan, pricing: Pricing, rows: list[tuple[int, Ints]], base: Ints | None, centre: Floats | None, width: float
) -> Mixture:
    """Of these people, with these days to begin with; its prices stay near `centre` (None: those of the plan)."""
    cover, crews = plan.cover, pricing.crews
    prices = cover.values(np.eye(len(cover.cost), dtype=np.bool_), 0)
    firm = np.array([prices if centre is None else centre, cover.fall() / width])
    first = [pricing.tour(who, days) for who, days in rows]
    return Mixture(
        cover.cost, cover.over, crews.can, pricing.posts, plan.grid.pauses, pricing.asked(prices), base, first, firm
    )
