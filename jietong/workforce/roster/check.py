"""An independent judge of a roster of the public format: what it costs and which hard rules it breaks.

It counts runs and sums straight from the roster and shares nothing with the solvers.
"""

from collections import Counter
from itertools import groupby

from msgspec import Struct

from jietong.workforce.roster.instance import Employee, Instance, Roster


class Breach(Struct, frozen=True):
    """A hard rule that is broken; `day` where one day shows it."""

    employee: str
    rule: str
    day: int | None
    text: str


class Verdict(Struct, frozen=True):
    cost: int
    requests: int
    cover: int
    breaches: tuple[Breach, ...]


def judge(instance: Instance, roster: Roster) -> Verdict:
    breaches: list[Breach] = []
    for name in roster.keys() - {employee.id for employee in instance.staff}:
        breaches.append(Breach(name, "employee", None, f"{name} is not on the staff"))
    for employee in instance.staff:
        row = roster.get(employee.id)
        if row is None or len(row) != instance.days:
            breaches.append(
                Breach(employee.id, "employee", None, f"{employee.id} has no row of {instance.days} days")
            )
        else:
            breaches += breaches_of(instance, employee, row)
    free: tuple[str | None, ...] = (None,) * instance.days
    requests = sum(
        r.weight for r in instance.requests if (roster.get(r.employee, free)[r.day] == r.shift) is not r.on
    )
    present = Counter((day, shift) for row in roster.values() for day, shift in enumerate(row))
    cover = 0
    for c in instance.cover:
        missing = c.need - present[c.day, c.shift]
        cover += c.under * missing if missing > 0 else -c.over * missing
    return Verdict(requests + cover, requests, cover, tuple(breaches))


def breaches_of(instance: Instance, employee: Employee, row: tuple[str | None, ...]) -> list[Breach]:
    """The hard rules that one employee's row breaks. Before and after the plan runs of work and of free days are
    taken as long enough, so a run at either end is never too short."""
    shifts = {shift.id: shift for shift in instance.shifts}
    out: list[Breach] = []

    def broken(rule: str, day: int | None, text: str) -> None:
        out.append(Breach(employee.id, rule, day, f"employee {employee.id}: {text}"))

    unknown = [day for day, shift in enumerate(row) if shift is not None and shift not in shifts]
    for day in unknown:
        broken("shift", day, f"day {day} has {row[day]!r}, which is no shift")
    if unknown:
        return out
    worked = [shift for shift in row if shift is not None]
    for shift, count in Counter(worked).items():
        most = employee.max_shifts.get(shift, instance.days)
        if count > most:
            broken("max_shifts", None, f"{count} shifts {shift}, at most {most}")
    minutes = sum(shifts[shift].minutes for shift in worked)
    if minutes > employee.max_minutes:
        broken("max_minutes", None, f"{minutes} minutes, at most {employee.max_minutes}")
    if minutes < employee.min_minutes:
        broken("min_minutes", None, f"{minutes} minutes, at least {employee.min_minutes}")
    for day in employee.days_off:
        if row[day] is not None:
            broken("days_off", day, f"works on day {day}, a day off")
    for day in range(instance.days - 1):
        one, other = row[day], row[day + 1]
        if one is not None and other in shifts[one].not_before:
            broken("follow", day + 1, f"shift {other} on day {day + 1} cannot follow {one}")
    day = 0
    for works, run in groupby(row, key=lambda shift: shift is not None):
        length = len(list(run))
        inside = day > 0 and day + length < instance.days
        if works and length > employee.max_run:
            broken("max_run", day, f"{length} shifts in a row from day {day}, at most {employee.max_run}")
        if works and inside and length < employee.min_run:
            broken("min_run", day, f"{length} shifts in a row from day {day}, at least {employee.min_run}")
        if not works and inside and length < employee.min_off:
            broken("min_off", day, f"{length} days off in a row from day {day}, at least {employee.min_off}")
        day += length
    weekends = sum(any(row[day] is not None for day in weekend) for weekend in instance.weekends)
    if weekends > employee.max_weekends:
        broken("max_weekends", None, f"{weekends} weekends, at most {employee.max_weekends}")
    return out
