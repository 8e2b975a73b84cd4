"""Why an employee of a public instance can have no row at all: the rules that cannot be kept together.

Cover is soft, so hard rules meet in one employee's row alone. The row is a small CP-SAT model whose rules each hang
on a literal of their own; the solver names rules that contradict each other, and those that the contradiction does
not need are taken out one by one.
"""

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from jietong.workforce.roster.instance import Employee, Instance
from jietong.workforce.roster.prepared import rules_of
from jietong.workforce.roster.tours import NEVER, cheapest

EASED_FIRST = (
    "min_minutes", "max_weekends", "min_run", "min_off", "max_shifts", "max_run", "max_minutes", "follow", "days_off",
)  # fmt: skip


class Explained(Struct, frozen=True):
    """Every one of `rules` is needed for the conflict; the plan goes on without `eased`."""

    employee: str
    rules: tuple[str, ...]
    eased: tuple[str, ...]

    def text(self) -> str:
        return (
            f"employee {self.employee}: {', '.join(self.rules)} cannot all be kept; "
            f"planned without {', '.join(self.eased)}"
        )


def explained(instance: Instance, employee: Employee) -> Explained | None:
    if _obvious(instance, employee):
        return None
    if _possible(instance, employee, frozenset(EASED_FIRST)):
        return None
    rules = frozenset(EASED_FIRST)
    for rule in sorted(rules, reverse=True):
        if not _possible(instance, employee, rules - {rule}):
            rules -= {rule}
    kept = frozenset(EASED_FIRST)
    eased = []
    for rule in EASED_FIRST:  # more than one conflict may hide behind the first
        kept -= {rule}
        eased.append(rule)
        if _possible(instance, employee, kept):
            break
    for rule in [*eased]:
        if _possible(instance, employee, kept | {rule}):
            kept |= {rule}
            eased.remove(rule)
    return Explained(employee.id, tuple(rule for rule in EASED_FIRST if rule in rules), tuple(eased))


def eased(instance: Instance, conflicts: tuple[Explained, ...]) -> Instance:
    """The instance without the rules that were eased."""
    if not conflicts:
        return instance
    by_name = {conflict.employee: conflict for conflict in conflicts}
    wide: dict[str, Any] = {
        "min_minutes": 0, "max_weekends": instance.days, "min_run": 1, "min_off": 1, "max_shifts": {},
        "max_run": instance.days, "max_minutes": instance.days * 1_440, "days_off": (),
    }  # fmt: skip
    staff = tuple(
        replace(e, **{rule: wide[rule] for rule in by_name[e.id].eased if rule in wide}) if e.id in by_name else e
        for e in instance.staff
    )
    return replace(instance, staff=staff)


def _obvious(instance: Instance, employee: Employee) -> bool:
    """A row is found at once where no limit on single shifts is in the way."""
    import numpy as np

    work = np.zeros((instance.days, len(instance.shifts)))
    for n, shift in enumerate(instance.shifts):
        if employee.max_shifts.get(shift.id, instance.days) < instance.days:
            work[:, n] = NEVER if employee.max_shifts[shift.id] == 0 else 1.0
    for day in employee.days_off:
        work[day] = NEVER
    cost, tour = cheapest(rules_of(instance, employee), work, np.zeros(instance.days))
    return cost < NEVER and all(
        (tour == n).sum() <= employee.max_shifts.get(shift.id, instance.days)
        for n, shift in enumerate(instance.shifts)
    )


def _possible(instance: Instance, e: Employee, rules: frozenset[str]) -> bool:
    """Whether a row keeps these rules."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    days, shifts = range(instance.days), instance.shifts
    x = [{s.id: model.new_bool_var("") for s in shifts} for _ in days]
    on = [model.new_bool_var("") for _ in days]
    for day in days:
        model.add(sum(x[day].values()) == on[day])
    minutes = sum(s.minutes * x[day][s.id] for day in days for s in shifts)
    if "max_minutes" in rules:
        model.add(minutes <= e.max_minutes)
    if "min_minutes" in rules:
        model.add(minutes >= e.min_minutes)
    if "max_shifts" in rules:
        for shift, most in e.max_shifts.items():
            model.add(sum(x[day][shift] for day in days) <= most)
    if "days_off" in rules:
        for day in e.days_off:
            model.add(on[day] == 0)
    if "follow" in rules:
        for s in shifts:
            for other in s.not_before:
                for day in days[:-1]:
                    model.add_at_most_one(x[day][s.id], x[day + 1][other])
    if "max_run" in rules:
        for day in range(instance.days - e.max_run):
            model.add(sum(on[day : day + e.max_run + 1]) <= e.max_run)
    for rule, least, sign in (("min_run", e.min_run, True), ("min_off", e.min_off, False)):
        if rule in rules:
            for length in range(1, least):
                for day in range(instance.days - length - 1):
                    inside = [v.negated() if sign else v for v in on[day + 1 : day + 1 + length]]
                    edges = [v if sign else v.negated() for v in (on[day], on[day + length + 1])]
                    model.add_bool_or([*inside, *edges])
    if "max_weekends" in rules:
        worked = []
        for weekend in instance.weekends:
            some = model.new_bool_var("")
            for day in weekend:
                model.add_implication(on[day], some)
            worked.append(some)
        model.add(sum(worked) <= e.max_weekends)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = 60
    return solver.solve(model) in (cp_model.OPTIMAL, cp_model.FEASIBLE)
