"""No plan costs less than this (下界): Lagrange's bound of the centre's schedule.

Cover is bought at a price for each group and step. At any prices the cheapest cover of each step plus everybody's
cheapest tour, pauses included, is a lower bound: both are exact minima, and a plan that keeps all rules is one
choice of both. The widest hour limits are left out, which can only lower it; a training may at most spare what its
steps and the pauses that it makes needless are worth.

Good prices are the slopes of cover at the best plan in shares. That is approached by column generation: the tours
that are cheapest at the prices join `mixture`, which settles, and its slopes are the next prices. Pauses are placed
once for everybody with the same skills, day and shift.
"""

from dataclasses import replace

import numpy as np
from numba import njit

from jietong.workforce.model import QUARTER_S
from jietong.workforce.roster.breaks import NEEDLESS, ON_LINE, Floats, Ints, placed, worths
from jietong.workforce.roster.cover import dual_part
from jietong.workforce.roster.fairness import unfair
from jietong.workforce.roster.mixture import Mixture
from jietong.workforce.roster.plan import Plan
from jietong.workforce.roster.tours import NEVER, cheapest

WIDEST, NARROWEST, SHRINKS = 1.0, 0.25, 0.97
SETTLE = 8


class Bound:
    """Begins with the plan of `plan` as it lies; takes no further notice of it."""

    def __init__(self, plan: Plan) -> None:
        self.grid = plan.grid
        self.frames = [replace(f, allowed=f.allowed.copy(), must_work=f.must_work.copy()) for f in plan.frames]
        self.cost, self.over = plan.cover.cost, plan.cover.over
        self.pinned = dict(plan.pinned)
        self.steps = plan.cover.steps
        self.width = WIDEST
        self.rounds = 0
        self.best = 0.0 if _nothing_pays(plan) else -np.inf
        self.rng = np.random.default_rng(plan.problem.seed + 1)
        known: dict[bytes, int] = {}
        rows = []
        self.crew_of: list[Ints] = []  # by day
        for frame in self.frames:
            for mask in frame.masks:
                if mask.tobytes() not in known:
                    known[mask.tobytes()] = len(known)
                    rows.append(mask)
            self.crew_of.append(np.array([known[frame.masks[m].tobytes()] for m in frame.which], np.int64))
        self.crews = np.array(rows, np.bool_).reshape(len(rows), len(self.cost))
        days, patterns = self.grid.days, len(self.grid.lengths)
        self.asked = np.zeros((len(self.crews), days, patterns), np.bool_)
        for frame, crew in zip(self.frames, self.crew_of, strict=True):
            self.asked[crew, np.arange(days)] |= frame.allowed
        free = np.full(days, -1, np.int64)
        self.fixed = np.array([unfair(self.grid, frame.person, free) for frame in self.frames])
        self.offline = [
            (-(-item.length_s // QUARTER_S), item.earliest, item.latest, [
                who for who, frame in enumerate(self.frames) if frame.person.id in item.people
            ]) for item in plan.problem.offline
        ]  # fmt: skip
        longest = max((int(row.days[row.days >= 0].size) for row in plan.rows), default=0) + days // 4 + 2
        longest = min(days, longest) * int(self.grid.lengths.max(initial=1))
        self.mixture = Mixture(self.cost, self.over, self.crews, len(self.frames), longest)
        none = np.zeros((days, patterns))
        for who, row in enumerate(plan.rows):
            places = [
                self.crew_of[who][day] * self.steps + shift.first + np.nonzero(shift.where >= 0)[0]
                for day, shift in sorted(row.shifts.items())
            ]
            at = np.concatenate(places) if places else np.zeros(0, np.int64)
            self.mixture.begin(who, at, self.frames[who].cost_of(self.grid, none, row.days))

    def round(self) -> None:
        """Prices, the tours that are cheapest at them, and the mixture with these."""
        self.width = max(NARROWEST, self.width * SHRINKS)
        self.mixture.settle(self.width, SETTLE, self.rng)
        self.value(self.mixture.prices(self.width))
        self.rounds += 1

    def value(self, prices: Floats) -> float:
        """The bound at these prices; their tours join the mixture. `best` is the best so far."""
        prices = np.maximum(prices, -self.over[:, None])
        total, _ = dual_part(self.cost, self.over, prices)
        grid = self.grid
        values = np.zeros((len(self.crews), self.steps + grid.room))
        for m, mask in enumerate(self.crews):
            if mask.any():
                values[m, : self.steps] = np.where(mask[:, None], prices, -np.inf).max(0)
        gains = np.zeros(self.asked.shape)
        for m, asked in enumerate(self.asked):
            which = np.full(grid.days, m, np.int64)
            gains[m] = worths(values, which, grid.starts, grid.lengths, asked, grid.pauses.shape)
        for m, day, pattern in np.argwhere(self.asked & (gains == -np.inf)):
            gains[m, day, pattern] = self._stretch(values[m], int(day), int(pattern)).sum()
        marks: dict[tuple[int, int, int], Ints] = {}
        for who, frame in enumerate(self.frames):
            mine = gains[self.crew_of[who], np.arange(grid.days)]
            for (person, day), pinned in self.pinned.items():
                if person == who:
                    mine = self._pinned(who, day, pinned, values, mine)
            work, chosen = _by_kind(frame.allowed, frame.price, mine, frame.kind_of, len(frame.rules.units))
            least, kinds = cheapest(frame.rules, work, np.where(frame.must_work, NEVER, frame.free))
            total += least + self.fixed[who] - NEEDLESS * 8 * grid.days
            if least == NEVER:
                return -np.inf
            places = []
            for day in np.nonzero(kinds >= 0)[0]:
                at = self._on_line(who, int(day), int(chosen[day, kinds[day]]), values, marks)
                places.append(self.crew_of[who][day] * self.steps + at)
            flat = np.concatenate(places) if places else np.zeros(0, np.int64)
            crew, step = np.divmod(flat, self.steps)
            own = least + self.fixed[who] + float(values[crew, step].sum())
            self.mixture.add(who, flat, own)
        total -= self._spared(values)
        self.best = max(self.best, float(total))
        return float(total)

    def _stretch(self, values: Floats, day: int, pattern: int) -> Floats:
        first = int(self.grid.starts[day, pattern])
        return values[first : first + int(self.grid.lengths[pattern])]

    def _pinned(self, who: int, day: int, pinned: Ints, values: Floats, gains: Floats) -> Floats:
        """The pauses of a locked shift stay, whatever rule they break."""
        out = gains.copy()
        for pattern in np.nonzero(self.frames[who].allowed[day])[0]:
            part = self._stretch(values[self.crew_of[who][day]], day, int(pattern))
            if len(part) == len(pinned):
                out[day, pattern] = part[pinned == ON_LINE].sum()
        return out

    def _on_line(
        self, who: int, day: int, pattern: int, values: Floats, marks: dict[tuple[int, int, int], Ints]
    ) -> Ints:
        """The steps at which a shift is on line at best."""
        crew, first = int(self.crew_of[who][day]), int(self.grid.starts[day, pattern])
        pinned = self.pinned.get((who, day))
        if pinned is not None and len(pinned) == self.grid.lengths[pattern]:
            at = first + np.nonzero(pinned == ON_LINE)[0]
            return at[at < self.steps]
        key = crew, day, pattern
        if key not in marks:
            worth, found = placed(self.grid.pauses, self._stretch(values[crew], day, pattern))
            at = first + (np.nonzero(found == ON_LINE)[0] if worth > -np.inf else np.arange(len(found)))
            marks[key] = at[at < self.steps]
        return marks[key]

    def _spared(self, values: Floats) -> float:
        """What trainings may spare at most: agents beyond the need, and pauses within them."""
        total = 0.0
        every = self.grid.pauses.every
        for length, earliest, latest, people in self.offline:
            part = values[:, max(0, earliest) : latest]
            if part.size:
                each = length * max(0.0, -float(part.min())) + -(-length // every) * max(0.0, float(part.max()))
                total += len(people) * each
        return total


def _nothing_pays(plan: Plan) -> bool:
    """All that a plan costs is at least nothing: then so is the bound."""
    return bool((plan.cover.cost >= 0).all() and all(float(f.price.min(initial=0.0)) >= 0 for f in plan.frames))


@njit(cache=True, nogil=True)
def _by_kind(allowed, price, gains, kind_of, kinds):  # type: ignore[no-untyped-def]
    """The cheapest pattern of each kind: its price and which it is, [d, k]."""
    days, patterns = allowed.shape
    work = np.full((days, kinds), np.inf)
    chosen = np.zeros((days, kinds), np.int64)
    for day in range(days):
        for pattern in range(patterns):
            kind = kind_of[pattern]
            if kind >= 0 and allowed[day, pattern]:
                net = price[day, pattern] - gains[day, pattern]
                if net < work[day, kind]:
                    work[day, kind] = net
                    chosen[day, kind] = pattern
    return work, chosen
