"""Column generation for the public problem: a linear program over whole tours, priced by `tours`.

The master chooses for each employee a mix of tours so that cover and requests cost least; the duals of cover price
each day and shift, and the cheapest tour under them enters. Its bound is far stronger than that of a model of single
days, since every tour keeps all rules of its employee. Limits on how often one kind is given stay in the master.

Bound (Lagrange): for any duals y of cover within [-over, under] and s <= 0 of the limits,
sum(need * y) + sum(most * s) + sum over employees of their cheapest tour at the reduced prices.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jietong.workforce.roster.prepared import Prepared
from jietong.workforce.roster.tours import NEVER, cheapest, within
from jietong.workforce.roster.ways import Floats

LIMIT_PRICE = 10_000.0
Tour = NDArray[np.int64]


@dataclass
class Duals:
    cover: Floats  # [d, t]
    limits: dict[tuple[int, int], float]  # (employee, kind): <= 0
    bound: float = -np.inf
    least: Floats = field(default_factory=lambda: np.zeros(0))  # each employee's cheapest tour

    def mixed(self, other: "Duals", share: float) -> "Duals":
        """`share` of self, the rest of the other."""
        return Duals(
            share * self.cover + (1 - share) * other.cover,
            {key: share * self.limits[key] + (1 - share) * other.limits[key] for key in self.limits},
        )


class Columns:
    def __init__(self, problem: Prepared) -> None:
        from highspy import Highs

        self.problem = problem
        days, kinds = problem.need.shape
        self.cover_rows = days * kinds
        self.people = len(problem.staff)
        self.limits = [(n, kind, most) for n, one in enumerate(problem.staff) for kind, most in one.limits.items()]
        self.tours: list[tuple[int, Tour]] = []
        self.index: dict[tuple[int, bytes], int] = {}
        self.forced: dict[int, dict[int, int]] = {}  # for whom, on which day, which kind (-1: free) must be
        self.barred: dict[int, set[tuple[int, int]]] = {}  # for whom which (day, kind) must not be
        self.held: dict[int, int] = {}  # who is held to a tour
        self.value = np.inf
        self.master = Highs()
        self.master.setOptionValue("output_flag", False)
        self.master.setOptionValue("threads", 1)
        self._rows()

    def _rows(self) -> None:
        none_i, none_f = np.array([], np.int32), np.array([], np.float64)
        for need in self.problem.need.ravel():
            self.master.addRow(need, need, 0, none_i, none_f)
        for _ in range(self.people):
            self.master.addRow(1.0, 1.0, 0, none_i, none_f)
        for _, _, most in self.limits:
            self.master.addRow(-np.inf, float(most), 0, none_i, none_f)
        for row, (under, over) in enumerate(zip(self.problem.under.ravel(), self.problem.over.ravel(), strict=True)):
            at = np.array([row], np.int32)
            self.master.addCol(float(under), 0.0, np.inf, 1, at, np.array([1.0]))
            self.master.addCol(float(over), 0.0, np.inf, 1, at, np.array([-1.0]))
        for n in range(len(self.limits)):
            row = self.cover_rows + self.people + n
            self.master.addCol(LIMIT_PRICE, 0.0, np.inf, 1, np.array([row], np.int32), np.array([-1.0]))
        for n in range(self.people):  # nobody is given: only until tours are there
            row = self.cover_rows + n
            self.master.addCol(LIMIT_PRICE * 10, 0.0, np.inf, 1, np.array([row], np.int32), np.array([1.0]))
        self.fixed = 2 * self.cover_rows + len(self.limits) + self.people

    def add(self, who: int, tour: Tour) -> bool:
        key = who, tour.astype(np.int8).tobytes()
        if key in self.index:
            return False
        self.index[key] = len(self.tours)
        self.tours.append((who, tour))
        rows, values = self.column(who, tour)
        top = 0.0 if who in self.held else np.inf
        self.master.addCol(self.problem.price(who, tour), 0.0, top, len(rows), rows, values)
        return True

    def column(self, who: int, tour: Tour) -> tuple[NDArray[np.int32], Floats]:
        kinds = self.problem.need.shape[1]
        worked = np.nonzero(tour >= 0)[0]
        rows = [*(worked * kinds + tour[worked]), self.cover_rows + who]
        values = [1.0] * len(rows)
        for n, (person, kind, _) in enumerate(self.limits):
            count = int((tour == kind).sum()) if person == who else 0
            if count:
                rows.append(self.cover_rows + self.people + n)
                values.append(float(count))
        return np.array(rows, np.int32), np.array(values)

    def hold(self, tours: dict[int, Tour]) -> None:
        """These employees keep these tours, all others are free."""
        wanted = {}
        for who, tour in tours.items():
            self.add(who, tour)
            wanted[who] = self.index[who, tour.astype(np.int8).tobytes()]
        for who in self.held.keys() - wanted.keys():
            self.master.changeColBounds(self.fixed + self.held[who], 0.0, np.inf)
        for who, column in wanted.items():
            if self.held.get(who) != column:
                if who in self.held:
                    self.master.changeColBounds(self.fixed + self.held[who], 0.0, np.inf)
                self.master.changeColBounds(self.fixed + column, 1.0, 1.0)
        self.held = wanted

    def solve_master(self) -> Duals:
        self.master.run()
        solution = self.master.getSolution()
        self.value = float(self.master.getInfo().objective_function_value)
        y = np.array(solution.row_dual)
        cover = np.clip(y[: self.cover_rows].reshape(self.problem.need.shape), -self.problem.over, self.problem.under)
        limits = {
            (person, kind): min(0.0, float(y[self.cover_rows + self.people + n]))
            for n, (person, kind, _) in enumerate(self.limits)
        }
        return Duals(cover, limits)

    def prices(self, who: int, duals: Duals) -> tuple[Floats, Floats]:
        """The employee's prices [d, t] and [d], less what cover pays."""
        one = self.problem.staff[who]
        work = one.work - duals.cover
        for kind in one.limits:
            work[:, kind] -= duals.limits[who, kind]
        if who not in self.forced and who not in self.barred:
            return work, one.free
        free = one.free.copy()
        for day, kind in self.barred.get(who, ()):
            if kind < 0:
                free[day] = NEVER
            else:
                work[day, kind] = NEVER
        for day, kind in self.forced.get(who, {}).items():
            kept = NEVER if kind < 0 else work[day, kind]
            work[day] = NEVER
            if kind >= 0:
                free[day] = NEVER
                work[day, kind] = kept
        return work, free

    def branch(self, forced: dict[int, dict[int, int]], barred: dict[int, set[tuple[int, int]]]) -> None:
        """Only tours that have what is forced and nothing that is barred."""
        self.forced, self.barred = forced, barred
        for n, (who, tour) in enumerate(self.tours):
            if who not in self.held:
                self.master.changeColBounds(self.fixed + n, 0.0, np.inf if self._follows_branch(who, tour) else 0.0)

    def _follows_branch(self, who: int, tour: Tour) -> bool:
        return all(tour[day] == kind for day, kind in self.forced.get(who, {}).items()) and not any(
            tour[day] == kind for day, kind in self.barred.get(who, ())
        )

    def priced(self, duals: Duals) -> dict[int, Tour]:
        """The cheapest tour of each employee who is not held; `duals` gets its bound. An employee without any tour:
        infinite bound."""
        out, least = {}, np.zeros(self.people)
        for who in range(self.people):
            work, free = self.prices(who, duals)
            if who in self.held:
                tour = self.tours[self.held[who]][1]
                days = np.arange(len(tour))
                least[who] = np.where(tour < 0, free, work[days, np.maximum(tour, 0)]).sum()
            else:
                least[who], out[who] = cheapest(self.problem.staff[who].rules, work, free)
        duals.least = least
        duals.bound = float(
            (self.problem.need * duals.cover).sum()
            + sum(most * duals.limits[who, kind] for who, kind, most in self.limits)
            + least.sum()
        )
        return out

    def run(
        self, enough: Callable[[float, float], bool], begin: Duals | None = None, tolerance: float = 1e-4
    ) -> Duals:
        """Until master and bound meet; `enough(value, bound)` may end it sooner. Smoothed duals (Wentges 1997)."""
        best = begin or Duals(
            np.minimum(self.problem.under, np.where(self.problem.need > 0, 2.0, 0.0)),
            {(who, kind): 0.0 for who, kind, _ in self.limits},
        )
        for who, tour in self.priced(best).items():
            self.add(who, tour)
        while True:
            out = self.solve_master()
            share = 0.8
            while True:
                asked = best.mixed(out, share) if share > 0 else out
                tours = self.priced(asked)
                if asked.bound > best.bound:
                    best = asked
                fresh = False
                for who, tour in tours.items():
                    fresh |= self.add(who, tour)
                if fresh or share == 0 or self.value - best.bound < tolerance:
                    break
                share = share - 0.4 if share > 0.4 else 0.0
            if self.value - best.bound < tolerance or not fresh or enough(self.value, best.bound):
                return best

    def near(self, duals: Duals, slack: float, most: int) -> dict[int, list[Tour]] | None:
        """For each employee who is not held every tour whose reduced cost is at most `slack`: a roster that costs at
        most bound + slack is made of these alone. None: there are more than `most` in all."""
        out: dict[int, list[Tour]] = {}
        left = most
        for who in range(self.people):
            if who in self.held:
                continue
            work, free = self.prices(who, duals)
            rules = self.problem.staff[who].rules
            found, whole = within(rules, work, free, duals.least[who] + slack + 1e-6, left)
            left -= len(found)
            if not whole:
                return None
            out[who] = [row for row in found if self.allowed(who, row)]
        return out

    def reduced(self, duals: Duals, slack: float) -> dict[int, list[Tour]]:
        """The tours known so far, of employees who are not held, whose reduced cost is at most `slack`."""
        out: dict[int, list[Tour]] = {who: [] for who in range(self.people) if who not in self.held}
        prices = {who: self.prices(who, duals) for who in out}
        days = np.arange(self.problem.need.shape[0])
        for who, tour in self.tours:
            if who in out and self.allowed(who, tour):
                work, free = prices[who]
                price = np.where(tour < 0, free, work[days, np.maximum(tour, 0)]).sum()
                if price - duals.least[who] <= slack + 1e-6:
                    out[who].append(tour)
        return out

    def choose(
        self, tours: dict[int, list[Tour]], below: float, seconds: float, threads: int = 1
    ) -> tuple[dict[int, Tour] | None, bool]:
        """The best choice of one of its `tours` for each employee, others as held, that costs less than `below`; and
        whether that is proved (none, and True: there is none)."""
        from highspy import Highs, HighsModelStatus, HighsVarType

        present = self.problem.need.copy()
        held_cost = 0.0
        for who, column in self.held.items():
            tour = self.tours[column][1]
            worked = np.nonzero(tour >= 0)[0]
            present[worked, tour[worked]] -= 1
            held_cost += self.problem.price(who, tour)
        highs = Highs()
        highs.setOptionValue("output_flag", False)
        highs.setOptionValue("threads", threads)
        highs.setOptionValue("time_limit", max(0.1, seconds))
        highs.setOptionValue("objective_bound", below - held_cost)
        highs.setOptionValue("mip_abs_gap", 0.999)
        highs.setOptionValue("mip_rel_gap", 0.0)
        none_i, none_f = np.array([], np.int32), np.array([], np.float64)
        for need in present.ravel():
            highs.addRow(need, need, 0, none_i, none_f)
        for who in range(self.people):
            highs.addRow(float(who in tours), float(who in tours), 0, none_i, none_f)
        for row, (under, over) in enumerate(zip(self.problem.under.ravel(), self.problem.over.ravel(), strict=True)):
            at = np.array([row], np.int32)
            highs.addCol(float(under), 0.0, np.inf, 1, at, np.array([1.0]))
            highs.addCol(float(over), 0.0, np.inf, 1, at, np.array([-1.0]))
        order = [(who, tour) for who, rows in tours.items() for tour in rows]
        for who, tour in order:
            rows, values = self.column(who, tour)
            keep = rows < self.cover_rows + self.people
            highs.addCol(self.problem.price(who, tour), 0.0, 1.0, int(keep.sum()), rows[keep], values[keep])
        first = 2 * self.cover_rows
        index = np.arange(first, first + len(order), dtype=np.int32)
        highs.changeColsIntegrality(len(order), index, np.full(len(order), HighsVarType.kInteger))
        highs.run()
        status = highs.getModelStatus()
        found = highs.getInfo().primal_solution_status == 2
        proved = status in (
            HighsModelStatus.kOptimal, HighsModelStatus.kInfeasible, HighsModelStatus.kObjectiveBound,
        )  # fmt: skip
        if not found or highs.getInfo().objective_function_value + held_cost > below - 0.5:
            return None, proved
        value = np.array(highs.getSolution().col_value)[first:]
        return {order[n][0]: order[n][1] for n in np.nonzero(value > 0.5)[0]}, proved

    def allowed(self, who: int, tour: Tour) -> bool:
        return all((tour == kind).sum() <= most for kind, most in self.problem.staff[who].limits.items())

    def fractions(self) -> list[tuple[int, Tour, float]]:
        """What the last master chose."""
        value: Any = self.master.getSolution().col_value
        shares = np.array(value)[self.fixed :]
        return [(*self.tours[n], float(shares[n])) for n in np.nonzero(shares > 1e-6)[0]]
