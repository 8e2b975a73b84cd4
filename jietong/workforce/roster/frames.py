"""A person's rules and prices as arrays for `tours`: which pattern may be on which day, and what a day is worth.

Patterns that no rule tells apart (same paid time, same neighbours allowed by the rest between shifts, late or not
where that is to be spread fairly) are one kind.
Hours of the narrowest windows that do not overlap (weeks) are in the path; wider ones (months) are kept by a price
on each unit of time, and a tour that breaks them is never taken.
"""

from dataclasses import dataclass
from datetime import date
from math import gcd

import numpy as np
from msgspec.structs import replace

from jietong.workforce.model import QUARTER_S
from jietong.workforce.roster.breaks import Floats, Ints, Pauses
from jietong.workforce.roster.fairness import shares_of, unfair
from jietong.workforce.roster.problem import Hours, Person, Problem, Rule
from jietong.workforce.roster.tours import NEVER, Rules, cheapest

EVERY_RULE = frozenset(Rule) - {Rule.SHIFT_UNKNOWN, Rule.BREAKS, Rule.MEAL, Rule.SPANS}


class Grid:
    """What all people share: start and end steps of each pattern on each day [d, s], lengths and paid steps [s]."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.pauses = Pauses.of(problem.breaks)
        self.days = len(problem.days)
        self.names = {pattern.id: n for n, pattern in enumerate(problem.patterns)}
        self.lengths: Ints = np.array([p.length_s // QUARTER_S for p in problem.patterns], dtype=np.int64)
        self.paid: Ints = np.array([self.pauses.paid(int(length)) for length in self.lengths], dtype=np.int64)
        self.starts: Ints = np.array(
            [[day.step_of(p.start_s) for p in problem.patterns] for day in problem.days], dtype=np.int64
        ).reshape(self.days, len(problem.patterns))
        weekday = [date.fromisoformat(day.iso).weekday() for day in problem.days]
        self.weekday = weekday
        self.offered = np.array([[w in p.weekdays for p in problem.patterns] for w in weekday], dtype=np.bool_)
        self.prices: Floats = np.array([p.price for p in problem.patterns], dtype=float)
        self.late = np.array([p.late for p in problem.patterns], dtype=np.bool_)
        self.weekend: Ints = np.zeros(self.days, np.int64)
        for n, day in enumerate(problem.days):
            if day.weekend:
                self.weekend[n] = 2 if n and problem.days[n - 1].weekend else 1
        self.room = int(self.lengths.max(initial=1)) + 8
        self.groups = {need.group: n for n, need in enumerate(problem.needs)}
        self.shares = shares_of(problem, self)


@dataclass
class Frame:
    """One person. `allowed[d, s]`; `fixed[d]`: the day is locked; `price[d, s]` and `free[d]`: wishes, changes,
    patterns' prices. `kind_of[s]`; `masks[m, g]`: skills, `which[d]`: those of the day."""

    person: Person
    rules: Rules
    allowed: np.ndarray
    must_work: np.ndarray
    price: Floats
    free: Floats
    kind_of: Ints
    unit: int  # paid steps in a unit
    masks: np.ndarray
    which: Ints
    wide: tuple[Hours, ...]  # hours that the path does not keep

    def tour(self, grid: Grid, gains: Floats) -> tuple[float, Ints]:
        """The cheapest days [d] as patterns (-1: free) when day and pattern bring `gains[d, s]`; infinite cost where
        none was found that keeps all rules."""
        prices: dict[int, float] = {}
        low: dict[int, float] = {}
        high: dict[int, float] = {}
        best: tuple[float, Ints] = (NEVER, np.full(grid.days, -1, np.int64))
        for _ in range(14 if self.wide else 1):
            cost, days = self._priced(grid, gains, prices)
            if cost == NEVER:
                return best
            wrong = False
            for n, hours in enumerate(self.wide):
                paid = self._paid(grid, days, hours)
                if paid > hours.max_s + hours.overtime_s:
                    wrong, low[n] = True, prices.get(n, 0.0)
                elif paid < hours.min_s:
                    wrong, high[n] = True, prices.get(n, 0.0)
                else:
                    if prices.get(n, 0.0) > 0:
                        high[n] = prices[n]
                    elif prices.get(n, 0.0) < 0:
                        low[n] = prices[n]
                    continue
            plain = self.cost_of(grid, gains, days)
            if not wrong and plain < best[0]:
                best = plain, days
            if not wrong and not prices:
                return best
            for n in range(len(self.wide)):
                if n in low and n in high:
                    prices[n] = (low[n] + high[n]) / 2
                elif n in low:
                    prices[n] = max(1.0, low[n] * 4) if low[n] >= 0 else low[n] / 4
                elif n in high:
                    prices[n] = min(-1.0, high[n] * 4) if high[n] <= 0 else high[n] / 4
        return best

    def keeps(self, grid: Grid, days: Ints) -> bool:
        """Whether these days break no rule."""
        at = np.arange(grid.days)
        only = np.zeros_like(self.allowed)
        only[at[days >= 0], days[days >= 0]] = self.allowed[at[days >= 0], days[days >= 0]]
        work, _ = self.by_kind(np.where(only, 0.0, NEVER))
        free = np.where((days >= 0) | self.must_work, NEVER, 0.0)
        if cheapest(self.rules, work, free)[0] == NEVER:
            return False
        paid = [(hours, self._paid(grid, days, hours)) for hours in self.wide]
        return all(hours.min_s <= there <= hours.max_s + hours.overtime_s for hours, there in paid)

    def cost_of(self, grid: Grid, gains: Floats, days: Ints) -> float:
        total = 0.0
        for day, pattern in enumerate(days):
            total += self.free[day] if pattern < 0 else self.price[day, pattern] - gains[day, pattern]
        return float(total) + self.overtime(grid, days) + unfair(grid, self.person, days)

    def overtime(self, grid: Grid, days: Ints) -> float:
        """The price of paid hours above the contract."""
        return sum(
            hours.overtime_price * max(0, self._paid(grid, days, hours) - hours.max_s) / 3_600
            for hours in self.person.hours
            if hours.overtime_price
        )

    def _paid(self, grid: Grid, days: Ints, hours: Hours) -> int:
        stretch = days[max(0, hours.first) : hours.last + 1]
        return hours.before_s + int(grid.paid[stretch[stretch >= 0]].sum()) * QUARTER_S

    def _priced(self, grid: Grid, gains: Floats, prices: dict[int, float]) -> tuple[float, Ints]:
        net = np.where(self.allowed, self.price - gains, NEVER)
        for n, price in prices.items():
            hours = self.wide[n]
            net[max(0, hours.first) : hours.last + 1] += price * grid.paid * QUARTER_S / 3_600
        work, chosen = self.by_kind(net)
        cost, kinds = cheapest(self.rules, work, np.where(self.must_work, NEVER, self.free))
        if cost == NEVER or not len(self.rules.units):
            return cost, kinds
        return cost, np.where(kinds < 0, -1, chosen[np.arange(grid.days), np.maximum(kinds, 0)])

    def by_kind(self, net: Floats) -> tuple[Floats, Ints]:
        """The cheapest pattern of each kind: its price and which it is, [d, k]."""
        kinds = len(self.rules.units)
        work = np.full((net.shape[0], kinds), NEVER)
        chosen = np.zeros((net.shape[0], kinds), np.int64)
        for kind in range(kinds):
            members = np.nonzero(self.kind_of == kind)[0]
            at = net[:, members].argmin(1)
            work[:, kind] = net[np.arange(net.shape[0]), members[at]]
            chosen[:, kind] = members[at]
        return work, chosen


def framed(grid: Grid, person: Person, kept: frozenset[Rule] = EVERY_RULE) -> Frame:
    """`kept`: the hard rules that hold; the others are left out."""
    days, patterns = grid.days, len(grid.lengths)
    allowed = grid.offered.copy()
    if person.patterns:
        allowed[:, [n for name, n in grid.names.items() if name not in person.patterns]] = False
    if Rule.DAY_HOURS in kept and person.day_max_s is not None:
        allowed[:, grid.paid * QUARTER_S > person.day_max_s] = False
    masks, which = _skills(grid, person)
    able = np.array([row.any() for row in masks], np.bool_)
    allowed[~able[which]] = False  # nothing that the person may serve
    if Rule.AVAILABLE in kept:
        for day, frames in person.available.items():
            if 0 <= day < days:
                inside = np.zeros(patterns, np.bool_)
                for start, end in frames:
                    inside |= (grid.starts[day] >= start) & (grid.starts[day] + grid.lengths <= end)
                allowed[day] &= inside
    if Rule.LEAVE in kept:
        for day in person.leave:
            if 0 <= day < days:
                allowed[day] = False
    must = np.zeros(days, np.bool_)
    if Rule.LOCKED in kept:
        for lock in person.locked:
            keep = lock.pattern is not None and allowed[lock.day, grid.names[lock.pattern]]
            if lock.pattern is not None and grid.offered[lock.day, grid.names[lock.pattern]]:
                keep = Rule.LEAVE not in kept or lock.day not in person.leave
            allowed[lock.day] = False
            if lock.pattern is not None:
                allowed[lock.day, grid.names[lock.pattern]] = keep
                must[lock.day] = True
    price, free = _wishes(grid, person)
    usable = np.nonzero(allowed.any(0))[0]
    follows = _follows(grid, person, kept, usable)
    kind_of, members = _kinds(grid, usable, follows)
    unit = gcd(*(int(grid.paid[n]) for n in usable)) if len(usable) else 1
    narrow, wide = _windows(person.hours if kept & {Rule.HOURS_MAX, Rule.HOURS_MIN} else ())
    narrow, wide = tuple(_eased(h, kept, days) for h in narrow), tuple(_eased(h, kept, days) for h in wide)
    at = np.array(members, np.int64)
    rules = _rules(grid, person, kept, usable[at], follows[:, at][:, :, at].copy(), narrow, unit)
    return Frame(person, rules, allowed, must, price, free, kind_of, unit, masks, which, wide)


def _eased(hours: Hours, kept: frozenset[Rule], days: int) -> Hours:
    if Rule.HOURS_MIN not in kept or hours.last >= days:  # the window goes on after the plan
        hours = replace(hours, min_s=0)
    return hours if Rule.HOURS_MAX in kept else replace(hours, max_s=10**9, overtime_s=0)


def _skills(grid: Grid, person: Person) -> tuple[np.ndarray, Ints]:
    rows: list[tuple[bool, ...]] = []
    which = np.zeros(grid.days, np.int64)
    for day in range(grid.days):
        held = {skill.group for skill in person.skills if skill.until is None or day < skill.until}
        row = tuple(group in held for group in grid.groups)
        if row not in rows:
            rows.append(row)
        which[day] = rows.index(row)
    return np.array(rows, dtype=np.bool_).reshape(len(rows), len(grid.groups)), which


def _wishes(grid: Grid, person: Person) -> tuple[Floats, Floats]:
    price, free = np.tile(grid.prices, (grid.days, 1)), np.zeros(grid.days)
    for wish in person.wishes:
        if not 0 <= wish.day < grid.days:
            continue
        at = grid.names.get(wish.pattern) if wish.pattern is not None else None
        if wish.off:
            price[wish.day, slice(None) if at is None else at] += wish.price
        else:
            free[wish.day] += wish.price
            if at is not None:
                price[wish.day] += wish.price
                price[wish.day, at] -= wish.price
    for day, pattern in person.before.items():
        if 0 <= day < grid.days:
            price[day] += grid.problem.change_price
            if pattern is None:
                continue
            free[day] += grid.problem.change_price
            if pattern in grid.names:
                price[day, grid.names[pattern]] -= grid.problem.change_price
    return price, free


def _follows(grid: Grid, person: Person, kept: frozenset[Rule], usable: Ints) -> np.ndarray:
    """[d, s, s'] among the usable patterns: s' on day d after s on the day before, by elapsed time; d = 0: after the
    last past shift."""
    rest = -(-person.rest_s // QUARTER_S) if Rule.REST in kept else 0
    starts, lengths = grid.starts[:, usable], grid.lengths[usable]
    out = np.ones((grid.days, len(usable), len(usable)), np.bool_)
    for day in range(1, grid.days):
        out[day] = starts[day][None, :] - (starts[day - 1] + lengths)[:, None] >= rest
    last = max((past.end for past in person.past), default=None)
    if last is not None:
        out[0] = (starts[0] - last >= rest)[None, :]
    return out


def _kinds(grid: Grid, usable: Ints, follows: np.ndarray) -> tuple[Ints, list[int]]:
    """For each pattern its kind (-1: never given), and for each kind the place of one of its patterns in `usable`."""
    kind_of = np.full(len(grid.lengths), -1, np.int64)
    known: dict[tuple[int, bytes, bytes, bool], int] = {}
    spread = grid.problem.fairness.late > 0
    members: list[int] = []
    for n, pattern in enumerate(usable):
        late = spread and bool(grid.late[pattern])
        key = int(grid.paid[pattern]), follows[:, n].tobytes(), follows[:, :, n].tobytes(), late
        if key not in known:
            known[key] = len(known)
            members.append(n)
        kind_of[pattern] = known[key]
    return kind_of, members


def _windows(hours: tuple[Hours, ...]) -> tuple[tuple[Hours, ...], tuple[Hours, ...]]:
    """Those that the path keeps: narrow ones that do not overlap; and the others."""
    narrow: list[Hours] = []
    wide: list[Hours] = []
    for one in sorted(hours, key=lambda h: (h.last - h.first, h.first)):
        apart = all(one.last < other.first or other.last < one.first for other in narrow)
        (narrow if apart else wide).append(one)
    return tuple(sorted(narrow, key=lambda h: h.first)), tuple(wide)


def _rules(
    grid: Grid,
    person: Person,
    kept: frozenset[Rule],
    members: Ints,
    follows: np.ndarray,
    narrow: tuple[Hours, ...],
    unit: int,
) -> Rules:
    days, size = grid.days, unit * QUARTER_S
    longest = int(grid.paid[members].max(initial=unit)) // unit if len(members) else 1
    most, least, soft = np.full(days, 0, np.int64), np.zeros(days, np.int64), np.full(days, 10**9, np.int64)
    dear, closes = np.zeros(days), np.zeros(days, np.bool_)
    counted = np.zeros(days, np.bool_)
    for hours in narrow:
        first, last = max(0, hours.first), min(days - 1, hours.last)
        if first > last:
            continue
        counted[first : last + 1] = True
        limit = max(0, hours.max_s + hours.overtime_s - hours.before_s) // size
        most[first : last + 1] = min(limit, longest * (last - first + 1))
        closes[last] = True
        if hours.last <= days - 1:
            least[last] = max(0, -(-(hours.min_s - hours.before_s) // size))
        soft[last] = max(0, -(-(hours.max_s - hours.before_s) // size))
        dear[last] = hours.overtime_price * size / 3_600
    units = (grid.paid[members] // unit).astype(np.int64)
    if not counted.any():
        units = np.zeros(len(members), np.int64)
    gap = 0
    for day in range(days):  # days outside every window: counted, never binding
        if counted[day]:
            if gap and not counted[day - 1]:
                closes[day - 1] = True
            gap = 0
        else:
            gap += 1
            most[day] = longest * gap if counted.any() else 0
    worked = {past.day for past in person.past}
    run = 0
    while -1 - run in worked:
        run += 1
    off = 0
    while worked and not run and off < 60 and -1 - off not in worked:
        off += 1
    monday = [n for n, w in enumerate(grid.weekday) if w == 6]
    new_week = np.zeros(days, np.bool_)
    new_week[monday] = True
    first_weekday = grid.weekday[0]
    capped = person.max_weekends is not None and Rule.WEEKENDS in kept
    fairness = grid.problem.fairness
    counted_weekends = capped or fairness.weekend > 0
    most_weekends = person.max_weekends if capped and person.max_weekends is not None else days
    return Rules(
        follows=follows,
        units=units,
        weekend=grid.weekend if counted_weekends else np.zeros(days, np.int64),
        most=most,
        least=least,
        soft=soft,
        dear=dear,
        closes=closes,
        new_week=new_week,
        max_run=person.max_days if person.max_days is not None and Rule.DAYS_MAX in kept else 10**6,
        min_run=person.min_days if Rule.DAYS_MIN in kept else 1,
        min_off=person.min_off if Rule.OFF_MIN in kept else 1,
        max_weekends=most_weekends if counted_weekends else 0,
        weekend_dear=fairness.weekend,
        weekends_free=max(0, grid.shares.weekends - person.weekends_before),
        late=grid.late[members] if fairness.late > 0 else np.zeros(len(members), np.bool_),
        late_dear=fairness.late,
        lates_free=max(0, grid.shares.lates - person.lates_before),
        max_week_days=person.week_days if person.week_days is not None and Rule.WEEK_DAYS in kept else 7,
        edge=not worked,
        work_before=run,
        off_before=off,
        week_days_before=sum(1 for day in worked if day >= -first_weekday),
    )
