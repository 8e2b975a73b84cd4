"""The public shift-scheduling problem (Curtois & Qu 2014, schedulingbenchmarks.org) and its text format.

A plan of whole days; each employee works at most one shift a day under hard rules of their own; cover and requests
are soft. docs/reference/roster.md describes the sections and the rules.
"""

import csv
import io
from collections.abc import Callable

from msgspec import Struct

from jietong.core.errors import Invalid

MOST_DAYS = 1_000
MOST = 10_000_000
"""No number of the format is larger: minutes, shifts, people, weights."""
Roster = dict[str, tuple[str | None, ...]]
"""For each employee the shift of each day; None: free."""


class Shift(Struct, frozen=True):
    id: str
    minutes: int
    not_before: tuple[str, ...]  # shifts that cannot follow on the next day


class Employee(Struct, frozen=True):
    id: str
    max_shifts: dict[str, int]
    max_minutes: int
    min_minutes: int
    max_run: int  # shifts in a row
    min_run: int
    min_off: int  # days off in a row
    max_weekends: int
    days_off: tuple[int, ...] = ()


class Request(Struct, frozen=True):
    employee: str
    day: int
    shift: str
    weight: int
    on: bool


class Cover(Struct, frozen=True):
    day: int
    shift: str
    need: int
    under: int
    over: int


class Instance(Struct, frozen=True):
    """Days are numbered from 0, a Monday."""

    days: int
    shifts: tuple[Shift, ...]
    staff: tuple[Employee, ...]
    requests: tuple[Request, ...]
    cover: tuple[Cover, ...]

    @property
    def weekends(self) -> tuple[tuple[int, ...], ...]:
        """Saturday and Sunday of each week, as far as they lie in the plan."""
        return tuple(
            tuple(day for day in (week + 5, week + 6) if day < self.days) for week in range(0, self.days - 5, 7)
        )


def parse(text: str) -> Instance:
    """Raises `Invalid` (code roster.format), which names the line."""
    reading = _Reading()
    for number, raw in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        line = raw.split("#", 1)[0].strip()
        if not line:
            continue
        try:
            reading.take(line)
        except _WrongLine as wrong:
            raise _invalid(f"line {number}: {wrong}") from None
    return reading.done()


def written(instance: Instance, roster: Roster) -> str:
    """CSV: the header `employee,0,1,…`, a row for each employee, the shift's id or nothing for each day."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["employee", *range(instance.days)])
    rows.writerows([employee.id, *(shift or "" for shift in roster[employee.id])] for employee in instance.staff)
    return out.getvalue()


def read_roster(text: str) -> Roster:
    """What `written` wrote; raises `Invalid`."""
    rows = [row for row in csv.reader(io.StringIO(text)) if row]
    if not rows or rows[0][:1] != ["employee"]:
        raise _invalid("line 1: the header is employee,0,1,…")
    out: Roster = {}
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(rows[0]):
            raise _invalid(f"line {number}: {len(row)} fields where the header has {len(rows[0])}")
        out[row[0]] = tuple(cell.strip() or None for cell in row[1:])
    return out


class _WrongLine(Exception):
    pass


def _invalid(text: str) -> Invalid:
    return Invalid("roster.format", text)


class _Reading:
    def __init__(self) -> None:
        self.section = ""
        self.begun: set[str] = set()
        self.days = 0
        self.shifts: dict[str, Shift] = {}
        self.staff: dict[str, Employee] = {}
        self.off: dict[str, tuple[int, ...]] = {}
        self.requests: list[Request] = []
        self.cover: dict[tuple[int, str], Cover] = {}
        self.sections: dict[str, Callable[[list[str]], None]] = {
            "SECTION_HORIZON": self._horizon,
            "SECTION_SHIFTS": self._shift,
            "SECTION_STAFF": self._employee,
            "SECTION_DAYS_OFF": self._days_off,
            "SECTION_SHIFT_ON_REQUESTS": lambda row: self._request(row, on=True),
            "SECTION_SHIFT_OFF_REQUESTS": lambda row: self._request(row, on=False),
            "SECTION_COVER": self._cover,
        }

    def take(self, line: str) -> None:
        if line.startswith("SECTION_"):
            if line not in self.sections:
                raise _WrongLine(f"there is no section {line}; there are {', '.join(self.sections)}")
            self.section = line
            self.begun.add(line)
        elif not self.section:
            raise _WrongLine("a section's name comes first, SECTION_HORIZON")
        else:
            self.sections[self.section]([field.strip() for field in line.split(",")])

    def done(self) -> Instance:
        if not self.days:
            raise _invalid("SECTION_HORIZON is missing or empty")
        for shift in self.shifts.values():
            for other in shift.not_before:
                if other not in self.shifts:
                    raise _invalid(f"shift {shift.id}: no shift {other}, which cannot follow it, is defined")
        for name, what in (("SHIFTS", self.shifts), ("STAFF", self.staff)):
            if not what:
                raise _invalid(f"SECTION_{name} is missing or empty")
        if "SECTION_COVER" not in self.begun:
            raise _invalid("SECTION_COVER is missing: the file ends before it")
        staff = tuple(
            Employee(
                e.id, e.max_shifts, e.max_minutes, e.min_minutes, e.max_run, e.min_run, e.min_off, e.max_weekends,
                self.off.get(e.id, ()),
            )
            for e in self.staff.values()
        )  # fmt: skip
        return Instance(
            self.days, tuple(self.shifts.values()), staff, tuple(self.requests), tuple(self.cover.values())
        )

    def _horizon(self, row: list[str]) -> None:
        if self.days:
            raise _WrongLine("the horizon is given twice")
        self.days = _number(row[0], "the horizon", least=1, most=MOST_DAYS)

    def _shift(self, row: list[str]) -> None:
        _fields(row, 3, "ShiftID, Length, Shifts which cannot follow", least=2)
        if row[0] in self.shifts:
            raise _WrongLine(f"shift {row[0]} is defined twice")
        not_before = tuple(x.strip() for x in row[2].split("|") if x.strip()) if len(row) > 2 else ()
        self.shifts[row[0]] = Shift(row[0], _number(row[1], "the length", least=1), not_before)

    def _employee(self, row: list[str]) -> None:
        _fields(row, 8, "ID, MaxShifts, MaxTotalMinutes, MinTotalMinutes, MaxConsecutiveShifts, …")
        if row[0] in self.staff:
            raise _WrongLine(f"employee {row[0]} is defined twice")
        most: dict[str, int] = {}
        for part in filter(None, row[1].split("|")):
            name, _, limit = part.partition("=")
            most[self._known(name.strip())] = _number(limit, f"the most shifts {name}")
        a, b, c, d, e, f = (_number(field, "a limit") for field in row[2:])
        self.staff[row[0]] = Employee(row[0], most, a, b, c, d, e, f)

    def _days_off(self, row: list[str]) -> None:
        who = self._who(row[0])
        self.off[who] = (*self.off.get(who, ()), *(self._day(field) for field in row[1:]))

    def _request(self, row: list[str], *, on: bool) -> None:
        _fields(row, 4, "EmployeeID, Day, ShiftID, Weight")
        who, day, shift = self._who(row[0]), self._day(row[1]), self._known(row[2])
        self.requests.append(Request(who, day, shift, _number(row[3], "the weight"), on))

    def _cover(self, row: list[str]) -> None:
        _fields(row, 5, "Day, ShiftID, Requirement, Weight for under, Weight for over")
        day, shift = self._day(row[0]), self._known(row[1])
        if (day, shift) in self.cover:
            raise _WrongLine(f"cover of shift {shift} on day {day} is given twice")
        need, under, over = (_number(field, "a cover figure") for field in row[2:])
        self.cover[day, shift] = Cover(day, shift, need, under, over)

    def _known(self, shift: str) -> str:
        if shift not in self.shifts:
            raise _WrongLine(f"no shift {shift!r} is defined; there are {', '.join(self.shifts)}")
        return shift

    def _who(self, employee: str) -> str:
        if employee not in self.staff:
            raise _WrongLine(f"no employee {employee!r} is defined")
        return employee

    def _day(self, text: str) -> int:
        if not self.days:
            raise _WrongLine("SECTION_HORIZON is missing or empty, and comes before any day")
        day = _number(text, "the day")
        if day >= self.days:
            raise _WrongLine(f"day {day} lies outside the horizon of {self.days} days (0 to {self.days - 1})")
        return day


def _fields(row: list[str], count: int, names: str, least: int | None = None) -> None:
    if not (least or count) <= len(row) <= count:
        raise _WrongLine(f"{len(row)} fields where there are {count}: {names}")


def _number(text: str, what: str, least: int = 0, most: int = MOST) -> int:
    digits = text.strip()
    if not digits.isascii() or not digits.isdigit() or len(digits) > 20 or not least <= int(digits) <= most:
        raise _WrongLine(f"{what} is a whole number from {least} to {most:,}, not {text[:30]!r}")
    return int(digits)
