"""The centre's schedule as a problem and its solution (排班問題). Pure: nothing here solves.

Time is counted in steps of `QUARTER_S` elapsed seconds from `Problem.start` (the first local midnight). A `Day` knows
at which step it begins and how wall-clock time maps to steps, so a day of the clock change has 92 or 100 steps. A
shift belongs to the day on which it starts and may end on a later one; it never wraps. Where a plan ends within a
shift, the steps beyond are worked but not counted in cover.

Prices are of one unit throughout (minor currency, or points): the price of each missing agent in each step comes
from simulation or Erlang, that of a wish from its weight.
"""

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from msgspec import Struct

from jietong.core.events import PlannedSpan
from jietong.core.vocabulary import Activity, Ms
from jietong.workforce.model import QUARTER_S


class Day(Struct, frozen=True):
    """A local day: it begins at step `first` and has `steps` steps. From the wall-clock second `change_at_s` on,
    wall time is `change_steps` behind elapsed time (+4: an hour was put back; -4: an hour was left out)."""

    iso: str
    first: int
    steps: int = 96
    weekend: bool = False
    holiday: bool = False
    change_at_s: int | None = None
    change_steps: int = 0

    def step_of(self, wall_s: int) -> int:
        """The step at which the clock on the wall shows `wall_s` seconds after midnight; past 86,400: the next
        day. A time that is left out is read as an hour later, one that comes twice as the later of the two."""
        moved = self.change_at_s is not None and wall_s >= self.change_at_s
        return self.first + wall_s // QUARTER_S + (self.change_steps if moved else 0)


class Pattern(Struct, frozen=True):
    """A shift that may be given (班次): from the wall-clock second `start_s` of its day for `length_s` elapsed
    seconds, meal included. `weekdays`: 0 Monday … 6 Sunday on which it may start. `late` ones are spread fairly."""

    id: str
    start_s: int
    length_s: int
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    late: bool = False
    price: float = 0.0  # for each person and day, say the night allowance


class BreakRule(Struct, frozen=True):
    """Pauses within a shift. `every_s` on line at most at a stretch, then a paid break of `length_s` (G6: 15 minutes
    for every 2 hours) or the meal. Shifts of at least `meal_from_s` have one meal of `meal_s`, which begins no sooner
    than `meal_after_s` into the shift and no later than `meal_by_s`. No pause within `apart_s` of another or of
    either end of the shift."""

    every_s: int = 7_200
    length_s: int = 900
    apart_s: int = 2_700
    meal_from_s: int = 6 * 3_600
    meal_s: int = 3_600
    meal_after_s: int = 2 * 3_600
    meal_by_s: int = 5 * 3_600
    meal_paid: bool = False


class Hours(Struct, frozen=True):
    """Paid hours within days `first` … `last` (both included; clipped to the plan, earlier work in `before_s`).
    Below `min_s` or above `max_s + overtime_s` is against `rule`; each hour above `max_s` costs `overtime_price`."""

    rule: str  # hours.week, hours.month …
    first: int
    last: int
    min_s: int = 0
    max_s: int = 10**9
    overtime_s: int = 0
    overtime_price: float = 0.0
    before_s: int = 0


class Skill(Struct, frozen=True):
    """May serve `group`; from day `until` on no more: the certificate has lapsed by then."""

    group: str
    until: int | None = None


class Wish(Struct, frozen=True):
    """`pattern` None with `off` True: a free day; with `off` False: to work. `price`: paid when it is not met (weight
    times seniority, by whoever makes the problem)."""

    day: int
    pattern: str | None = None
    off: bool = False
    price: float = 1.0


class Locked(Struct, frozen=True):
    """A day that must stay: this pattern, or free. `spans` keeps its inner parts as well (steps of the plan)."""

    day: int
    pattern: str | None
    spans: "tuple[Span, ...]" = ()


class Past(Struct, frozen=True):
    """A shift before the plan: `day` is negative (-1: the day before), `start` and `end` are steps (negative)."""

    day: int
    start: int
    end: int


class Person(Struct, frozen=True):
    """Whom the plan is for. Limits of None do not bind. `available`: for a day, stretches of steps within which a
    shift must lie (part-timers); a day that is not named is open, an empty tuple is closed."""

    id: str
    skills: tuple[Skill, ...]
    patterns: tuple[str, ...] = ()  # may be given these; none named: every one
    part_time: bool = False
    hours: tuple[Hours, ...] = ()
    day_max_s: int | None = None  # paid seconds of one shift
    max_days: int | None = None  # worked days in a row
    min_days: int = 1
    min_off: int = 1  # days off in a row
    week_days: int | None = None  # worked days within a calendar week
    rest_s: int = 11 * 3_600  # from the end of a shift to the start of the next
    max_weekends: int | None = None
    leave: tuple[int, ...] = ()
    available: dict[int, tuple[tuple[int, int], ...]] = {}
    wishes: tuple[Wish, ...] = ()
    locked: tuple[Locked, ...] = ()
    past: tuple[Past, ...] = ()
    before: dict[int, str | None] = {}  # the plan that is being repaired, by day
    weekends_before: int = 0  # worked lately: fairness goes on from there
    lates_before: int = 0


class GroupNeed(Struct, frozen=True):
    """Agents on line that a skill group needs, for each step of the plan. `under[t][k]` is the price of step t when
    the (k+1)th agent is missing too, never falling with k; the last holds for all further. A fraction of an agent
    missing costs that fraction. `over`: the price of each agent beyond the need, a step."""

    group: str
    agents: tuple[float, ...]
    under: tuple[tuple[float, ...], ...]
    over: float = 0.0


class Offline(Struct, frozen=True):
    """Training or a meeting (訓練、會議) to be placed where it costs least, between steps `earliest` and `latest`:
    each of `people` by themselves, or all at one time (`together`). Not placed: reported, with the reason."""

    id: str
    activity: Activity
    length_s: int
    people: tuple[str, ...]
    earliest: int
    latest: int
    together: bool = False


class Fairness(Struct, frozen=True):
    """The price of each weekend, and of each late shift, above a person's share."""

    weekend: float = 0.0
    late: float = 0.0


class Problem(Struct, frozen=True):
    start: Ms
    days: tuple[Day, ...]
    patterns: tuple[Pattern, ...]
    people: tuple[Person, ...]
    needs: tuple[GroupNeed, ...]
    breaks: BreakRule = BreakRule()
    offline: tuple[Offline, ...] = ()
    fairness: Fairness = Fairness()
    change_price: float = 0.0  # for each day that differs from `Person.before`
    seed: int = 1

    @property
    def steps(self) -> int:
        return self.days[-1].first + self.days[-1].steps

    def instant(self, step: int) -> Ms:
        return self.start + step * QUARTER_S * 1_000


class Rule(StrEnum):
    """What a schedule may break, as conflicts and the checker name it."""

    SHIFT_UNKNOWN = "shift.unknown"
    DAY_HOURS = "hours.day"
    HOURS_MIN = "hours.min"
    HOURS_MAX = "hours.max"
    DAYS_MAX = "days.max"
    DAYS_MIN = "days.min"
    OFF_MIN = "off.min"
    WEEK_DAYS = "week.days"
    REST = "rest"
    WEEKENDS = "weekends"
    LEAVE = "leave"
    AVAILABLE = "available"
    LOCKED = "locked"
    BREAKS = "breaks"
    MEAL = "meal"
    SPANS = "spans"


class Span(Struct, frozen=True):
    """Steps `start` … `end` (not included) of one person's shift."""

    start: int
    end: int
    activity: Activity
    paid: bool = True


class PersonDay(Struct, frozen=True):
    """One person's day; `pattern` None: free, without spans. `overtime` is paid seconds above the contract."""

    person: str
    day: int
    pattern: str | None
    spans: tuple[Span, ...] = ()


class Unmet(Struct, frozen=True):
    """A wish, training or meeting that the plan does not keep, and why: `rules` (a hard rule forbids it), `cover`
    (it would cost more than it is worth) or `room` (no shift has room for it)."""

    person: str
    day: int | None
    what: str  # wish | the id of an Offline
    why: str
    price: float


class Conflict(Struct, frozen=True):
    """Hard rules that cannot all be kept for a person: each of them is needed for the conflict, and the plan breaks
    `broken`. `days` are those on which it does, or on which the rules meet."""

    person: str
    rules: tuple[str, ...]
    broken: tuple[str, ...]
    days: tuple[int, ...]


class Cost(Struct, frozen=True):
    under: float = 0.0
    over: float = 0.0
    wishes: float = 0.0
    fairness: float = 0.0
    overtime: float = 0.0
    shifts: float = 0.0
    changes: float = 0.0

    @property
    def total(self) -> float:
        return self.under + self.over + self.wishes + self.fairness + self.overtime + self.shifts + self.changes


class Solution(Struct, frozen=True):
    """`days`: one entry for each person and day. `bound`: no plan that keeps the rules costs less; `gap` is
    (cost - bound) / cost, 0 where the cost is 0. `cover[g][t]`: agents on line for needs[g] in step t, each
    counted for one group alone. With conflicts the plan is the best that breaks only what they name."""

    days: tuple[PersonDay, ...]
    cost: Cost
    bound: float
    gap: float
    cover: tuple[tuple[int, ...], ...]
    unmet: tuple[Unmet, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    seconds: float = 0.0
    finished: bool = False  # False: stopped by time or by `tell` while it could still improve

    @property
    def feasible(self) -> bool:
        return not self.conflicts


def days_of(
    first: date, count: int, zone: str, holidays: frozenset[date] = frozenset()
) -> tuple[Ms, tuple[Day, ...]]:
    """The plan's start and its days in `zone`, clock changes included. Midnights must lie on quarters of an hour."""
    tz = ZoneInfo(zone)

    def utc_s(day: date, wall_s: int = 0) -> int:
        at = datetime.combine(day, time(), tz) + timedelta(seconds=wall_s)  # wall arithmetic
        return int(at.astimezone(UTC).timestamp())

    begin = utc_s(first)
    out: list[Day] = []
    for n in range(count):
        day = first + timedelta(days=n)
        from_s, to_s = utc_s(day), utc_s(day + timedelta(days=1))
        steps = (to_s - from_s) // QUARTER_S
        change = None
        if steps != 86_400 // QUARTER_S:
            for quarter in range(96):
                if utc_s(day, quarter * QUARTER_S) - from_s != quarter * QUARTER_S:
                    change = quarter * QUARTER_S
                    break
            else:
                change = 86_400  # the repeated hour is the day's last
        out.append(
            Day(
                iso=day.isoformat(), first=(from_s - begin) // QUARTER_S, steps=steps, weekend=day.weekday() >= 5,
                holiday=day in holidays, change_at_s=change, change_steps=steps - 96,
            )
        )  # fmt: skip
    return begin * 1_000, tuple(out)


def planned(problem: Problem, day: PersonDay) -> tuple[PlannedSpan, ...]:
    """The day as the ledger takes it."""
    return tuple(
        PlannedSpan(problem.instant(span.start), problem.instant(span.end), span.activity, paid=span.paid)
        for span in day.spans
    )
