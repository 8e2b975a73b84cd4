"""The public instance as arrays: each employee's rules and prices for `tours`, cover as one row a day and shift."""

from dataclasses import dataclass, replace
from math import gcd

import numpy as np
from numpy.typing import NDArray

from jietong.workforce.roster.instance import Employee, Instance, Roster
from jietong.workforce.roster.tours import NEVER, Rules
from jietong.workforce.roster.ways import Floats


@dataclass(frozen=True)
class One:
    """An employee: rules, the price of each kind on each day [d, t] and of a free day [d] by the requests, and how
    often a kind may be given where that binds {kind: most}, as far as `rules` leave it out."""

    rules: Rules
    work: Floats
    free: Floats
    limits: dict[int, int]


@dataclass(frozen=True)
class Prepared:
    """`need`, `under`, `over`: [d, t]."""

    instance: Instance
    staff: tuple[One, ...]
    need: Floats
    under: Floats
    over: Floats

    def roster(self, tours: list[NDArray[np.int64]]) -> Roster:
        ids = [shift.id for shift in self.instance.shifts]
        return {
            employee.id: tuple(None if kind < 0 else ids[kind] for kind in tour)
            for employee, tour in zip(self.instance.staff, tours, strict=True)
        }

    def tours(self, roster: Roster) -> list[NDArray[np.int64]]:
        kinds = {shift.id: n for n, shift in enumerate(self.instance.shifts)}
        return [
            np.array([-1 if cell is None else kinds[cell] for cell in roster[employee.id]], dtype=np.int64)
            for employee in self.instance.staff
        ]

    def price(self, who: int, tour: NDArray[np.int64]) -> float:
        """Of the requests that the tour leaves unmet."""
        one = self.staff[who]
        days = np.arange(len(tour))
        return float(np.where(tour < 0, one.free, one.work[days, np.maximum(tour, 0)]).sum())

    def cost(self, tours: list[NDArray[np.int64]]) -> float:
        present = np.zeros(self.need.shape)
        for tour in tours:
            worked = np.nonzero(tour >= 0)[0]
            present[worked, tour[worked]] += 1
        short = self.need - present
        cover = (np.maximum(short, 0) * self.under + np.maximum(-short, 0) * self.over).sum()
        return float(cover) + sum(self.price(n, tour) for n, tour in enumerate(tours))


def prepared(instance: Instance) -> Prepared:
    days, kinds = instance.days, {shift.id: n for n, shift in enumerate(instance.shifts)}
    need, under, over = (np.zeros((days, len(kinds))) for _ in range(3))
    for cover in instance.cover:
        at = cover.day, kinds[cover.shift]
        need[at], under[at], over[at] = cover.need, cover.under, cover.over
    return Prepared(instance, tuple(_one(instance, employee) for employee in instance.staff), need, under, over)


def _one(instance: Instance, employee: Employee) -> One:
    days = instance.days
    kinds = {shift.id: n for n, shift in enumerate(instance.shifts)}
    work, free = np.zeros((days, len(kinds))), np.zeros(days)
    for request in instance.requests:
        if request.employee == employee.id:
            kind = kinds[request.shift]
            if request.on:
                free[request.day] += request.weight
                work[request.day] += request.weight
                work[request.day, kind] -= request.weight
            else:
                work[request.day, kind] += request.weight
    for day in employee.days_off:
        work[day] = NEVER
    shortest = min(shift.minutes for shift in instance.shifts)
    possible = min(days, employee.max_minutes // shortest)
    limits = {}
    for shift, most in employee.max_shifts.items():
        if most == 0:
            work[:, kinds[shift]] = NEVER
        elif most < possible:
            limits[kinds[shift]] = most
    rules = rules_of(instance, employee)
    if limits:  # one of them in the path, where it binds each tour; the others bind their mean
        kind, most = limits.popitem()
        late = np.arange(len(kinds)) == kind
        rules = replace(rules, late=late, lates_free=most, late_hard=True)
    return One(rules, work, free, limits)


def rules_of(instance: Instance, employee: Employee) -> Rules:
    days = instance.days
    follows = np.ones((len(instance.shifts), len(instance.shifts)), np.bool_)
    kinds = {shift.id: n for n, shift in enumerate(instance.shifts)}
    for n, shift in enumerate(instance.shifts):
        for other in shift.not_before:
            follows[n, kinds[other]] = False
    unit = gcd(*(shift.minutes for shift in instance.shifts))
    longest = max(shift.minutes for shift in instance.shifts)
    weekend = np.zeros(days, np.int64)
    for pair in instance.weekends:
        for n, day in enumerate(pair):
            weekend[day] = n + 1
    last = np.zeros(days, np.bool_)
    last[-1] = True
    none = np.zeros(days, np.int64)
    return Rules(
        follows=np.broadcast_to(follows, (days, *follows.shape)).copy(),
        units=np.array([shift.minutes // unit for shift in instance.shifts], dtype=np.int64),
        weekend=weekend,
        most=np.full(days, min(employee.max_minutes, days * longest) // unit, np.int64),
        least=np.where(last, -(-employee.min_minutes // unit), none),
        soft=none,
        dear=np.zeros(days),
        closes=last,
        new_week=np.zeros(days, np.bool_),
        max_run=employee.max_run,
        min_run=employee.min_run,
        min_off=employee.min_off,
        max_weekends=employee.max_weekends,
        max_week_days=7,
    )
