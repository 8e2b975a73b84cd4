"""Instances of the public shift-scheduling format, made by us."""

from jietong.workforce.roster.instance import Employee, Instance, Shift, parse

TINY = """
SECTION_HORIZON
7
SECTION_SHIFTS
E,480,
L,480,E
SECTION_STAFF
# ID, MaxShifts, MaxTotalMinutes, MinTotalMinutes, MaxRun, MinRun, MinOff, MaxWeekends
A,E=7|L=7,2400,1440,3,2,2,1
B,E=7|L=1,2400,1440,3,2,2,1
C,E=0|L=7,1920,960,3,1,1,1
SECTION_DAYS_OFF
A,1
SECTION_SHIFT_ON_REQUESTS
B,2,E,3
C,6,L,2
SECTION_SHIFT_OFF_REQUESTS
A,3,L,2
SECTION_COVER
0,E,1,100,1
0,L,1,100,1
2,E,1,100,1
2,L,1,100,1
3,E,1,100,1
3,L,1,100,1
4,E,2,100,1
4,L,1,100,1
6,E,1,100,1
6,L,1,100,1
"""


def tiny() -> Instance:
    return parse(TINY)


def one(days: int = 14, **limits: object) -> Instance:
    """One employee with easy rules but for `limits`; the plan begins on a Monday."""
    rules: dict[str, object] = {
        "id": "A", "max_shifts": {}, "max_minutes": 100_000, "min_minutes": 0, "max_run": days, "min_run": 1,
        "min_off": 1, "max_weekends": 9,
    }  # fmt: skip
    employee = Employee(**{**rules, **limits})  # type: ignore[arg-type]
    return Instance(days, (Shift("E", 480, ()), Shift("L", 480, ("E",))), (employee,), (), ())
