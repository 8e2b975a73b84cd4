"""Shift covering (班次覆蓋): how many people on which shift, with pauses and skills, so that need is covered best.

The anonymous question before people are named. A column is one agent's shift: day, pattern, where its pauses lie.
Columns are priced in by `breaks` (exactly: the best placement under the duals) until none is missing; agents on line
of a crew with several groups are shared out among these, each step anew. The linear program is then a bound, and
whole numbers come from a mixed-integer program over the columns. Where its cost meets the bound (rounded up to the
next possible cost) it is proved. Days that no shift joins are programs of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, gcd, inf
from time import monotonic

import numpy as np
from msgspec import Struct

from jietong.workforce.model import QUARTER_S
from jietong.workforce.roster.breaks import ON_LINE, Floats, Ints, Pauses, placed
from jietong.workforce.roster.problem import BreakRule, Pattern

TOLERANCE = 1e-6


class Crew(Struct, frozen=True):
    """Agents who serve the same groups (places in `need`), whose shift costs `price`."""

    groups: tuple[int, ...]
    price: float = 1.0
    most: int | None = None  # of them on one day


class Shifts(Struct, frozen=True):
    """`count` agents of a crew on this shift. `marks`: each step is ON_LINE, BREAK or MEAL of `breaks`."""

    crew: int
    day: int
    pattern: int
    count: int
    marks: tuple[int, ...]


class Covered(Struct, frozen=True):
    shifts: tuple[Shifts, ...]
    cost: float
    bound: float
    seconds: float

    @property
    def proved(self) -> bool:
        return self.cost <= self.bound + TOLERANCE


@dataclass
class _Column:
    crew: int
    day: int
    pattern: int
    marks: Ints
    at: Ints  # steps on line


def cover(
    need: Floats,
    patterns: Sequence[Pattern],
    rule: BreakRule,
    crews: Sequence[Crew] = (Crew((0,)),),
    *,
    day_steps: int = 96,
    seconds: float = 30.0,
) -> Covered:
    """The cheapest cover of `need[g, t]` (agents on line, fractions are rounded up). Patterns start on every day that
    has all of their steps, past midnight included; the last ones end with the plan. Where a need cannot be covered
    at all the cost is infinite."""
    begun = monotonic()
    need = np.ceil(np.asarray(need, dtype=float) - 1e-9)
    days = need.shape[1] // day_steps
    joined = any((p.start_s + p.length_s) // QUARTER_S > day_steps for p in patterns)
    parts = [range(days)] if joined else [range(day, day + 1) for day in range(days)]
    shifts: list[Shifts] = []
    cost = bound = 0.0
    for n, part in enumerate(parts):
        left = (seconds - (monotonic() - begun)) / (len(parts) - n)
        found = _Covering(need, patterns, rule, crews, day_steps, part).run(max(0.2, left))
        shifts += found.shifts
        cost, bound = cost + found.cost, bound + found.bound
    return Covered(tuple(shifts), cost, min(bound, cost), monotonic() - begun)


class _Covering:
    """Rows: need of each group and step; for each crew of several groups and step, those on line; the most of each
    crew and day."""

    def __init__(
        self,
        need: Floats,
        patterns: Sequence[Pattern],
        rule: BreakRule,
        crews: Sequence[Crew],
        day_steps: int,
        days: range,
    ) -> None:
        from highspy import Highs

        self.origin = days[0] * day_steps
        self.need = need[:, self.origin : (days[-1] + 1) * day_steps]
        self.crews, self.days, self.pauses = crews, days, Pauses.of(rule)
        self.groups, self.steps = self.need.shape
        starts = [(day, n, p) for day in days for n, p in enumerate(patterns) if day % 7 in p.weekdays]
        self.offers = [
            (day, n, (day - days[0]) * day_steps + p.start_s // QUARTER_S, p.length_s // QUARTER_S)
            for day, n, p in starts
            if (day - days[0]) * day_steps + (p.start_s + p.length_s) // QUARTER_S <= self.steps
        ]
        self.columns: list[_Column] = []
        self.known: set[bytes] = set()
        self.highs = Highs()
        for option, value in (("output_flag", False), ("threads", 1)):
            self.highs.setOptionValue(option, value)
        none_i, none_f = np.array([], np.int32), np.array([], np.float64)
        for amount in self.need.ravel():
            self.highs.addRow(float(amount), inf, 0, none_i, none_f)
        self.first_row: list[int] = []
        rows = self.need.size
        for crew in crews:
            if len(crew.groups) == 1:
                self.first_row.append(crew.groups[0] * self.steps)
                continue
            self.first_row.append(rows)
            for _ in range(self.steps):
                self.highs.addRow(0.0, inf, 0, none_i, none_f)
            rows += self.steps
        self.limits = rows
        for crew in crews:
            for _ in days:
                self.highs.addRow(-inf, inf if crew.most is None else float(crew.most), 0, none_i, none_f)
        self._shared()
        self.spare = int(self.need.size)
        dear = 1_000.0 * max(crew.price for crew in crews)
        self.base = self.highs.getNumCol() + self.spare
        for row in range(self.spare):  # what nobody covers
            self.highs.addCol(dear, 0.0, inf, 1, np.array([row], np.int32), np.array([1.0]))

    def _shared(self) -> None:
        """Those on line of a crew of several groups, for each of them."""
        for crew, first in zip(self.crews, self.first_row, strict=True):
            for group in crew.groups if len(crew.groups) > 1 else ():
                for step in range(self.steps):
                    rows = np.array([group * self.steps + step, first + step], np.int32)
                    self.highs.addCol(0.0, 0.0, inf, 2, rows, np.array([1.0, -1.0]))

    def run(self, seconds: float) -> Covered:
        begun = monotonic()
        duals = np.zeros(self.limits + len(self.crews) * len(self.days))
        duals[: self.limits] = 1.0
        while True:
            more = self._price(duals)
            self.highs.run()
            value = self.highs.getInfo().objective_function_value
            duals = np.array(self.highs.getSolution().row_dual)
            if not more or monotonic() - begun > seconds * 0.6:
                break
        uncovered = np.array(self.highs.getSolution().col_value)[self.base - self.spare : self.base]
        if uncovered.max(initial=0.0) > TOLERANCE:
            return Covered((), inf, inf, monotonic() - begun)
        bound = 0.0 if more else float(value)
        grain = self._grain()
        if grain:
            bound = ceil((bound - 1e-6) / grain) * grain
        counts, cost = self._whole(bound, seconds - (monotonic() - begun))
        shifts = tuple(
            Shifts(c.crew, c.day, c.pattern, int(n), tuple(c.marks.tolist()))
            for c, n in zip(self.columns, counts, strict=True)
            if n
        )
        return Covered(shifts, cost, min(bound, cost), monotonic() - begun)

    def _price(self, duals: Floats) -> bool:
        """Adds columns that pay; whether there were any."""
        found = False
        for c, crew in enumerate(self.crews):
            value = duals[self.first_row[c] : self.first_row[c] + self.steps]
            for day, pattern, first, length in self.offers:
                worth, marks = placed(self.pauses, value[first : first + length])
                limit = duals[self.limits + c * len(self.days) + day - self.days[0]]
                if worth > crew.price - limit + 1e-5:
                    at = first + np.nonzero(marks == ON_LINE)[0]
                    found |= self._add(_Column(c, day, pattern, marks, at))
        return found

    def _add(self, column: _Column) -> bool:
        key = b"%d %d " % (column.crew, column.day) + column.at.tobytes()
        if key in self.known:
            return False
        self.known.add(key)
        self.columns.append(column)
        limit = self.limits + column.crew * len(self.days) + column.day - self.days[0]
        rows = np.append(self.first_row[column.crew] + column.at, limit).astype(np.int32)
        self.highs.addCol(self.crews[column.crew].price, 0.0, inf, len(rows), rows, np.ones(len(rows)))
        return True

    def _grain(self) -> float:
        """Of which every cost is a multiple; 0: none is known."""
        prices = {crew.price for crew in self.crews}
        whole = all(price == round(price) and price > 0 for price in prices)
        return float(gcd(*(int(price) for price in prices))) if whole else 0.0

    def _whole(self, bound: float, seconds: float) -> tuple[Ints, float]:
        from highspy import HighsVarType

        count = len(self.columns)
        index = np.arange(self.base, self.base + count, dtype=np.int32)
        self.highs.changeColsIntegrality(count, index, np.full(count, HighsVarType.kInteger))
        spare = np.arange(self.base - self.spare, self.base, dtype=np.int32)
        self.highs.changeColsBounds(self.spare, spare, np.zeros(self.spare), np.zeros(self.spare))
        for option, value in (
            ("time_limit", max(0.5, seconds)), ("objective_target", bound + TOLERANCE), ("mip_rel_gap", 0.0),
        ):  # fmt: skip
            self.highs.setOptionValue(option, value)
        self.highs.run()
        if self.highs.getInfo().primal_solution_status != 2:
            return np.zeros(count, np.int64), inf
        counts = np.rint(np.array(self.highs.getSolution().col_value)[self.base :]).astype(np.int64)
        return counts, float(sum(self.crews[c.crew].price * n for c, n in zip(self.columns, counts, strict=True)))
