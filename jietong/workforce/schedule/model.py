"""What a centre's schedule is made of: patterns, terms, rules, groups, person-days. Frozen facts. Pure.

Instants in ms UTC; wall times in minutes after local midnight; lengths in minutes where a person sets them up, in
seconds where they are measured. A shift belongs to the local day on which it starts and may end on the next one.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from jietong.core.clock import to_datetime
from jietong.core.days import local_date
from jietong.core.errors import Invalid
from jietong.core.events import PlannedSpan
from jietong.core.specs import Names, Spec
from jietong.core.vocabulary import Activity, Employment, Ms
from jietong.workforce.model import Goal

MINUTE: Ms = 60_000
STEP: Ms = 15 * MINUTE
"""The step in which need and cover are counted; edits may be finer (five minutes)."""

Spans = tuple[PlannedSpan, ...]

ON_SITE = frozenset(
    {Activity.WORK, Activity.BREAK, Activity.MEAL, Activity.TRAINING, Activity.MEETING, Activity.CASEWORK}
)
"""What a shift is made of. Leave and standby are no shift."""

AT_WORK = ON_SITE - {Activity.MEAL}


# --- set-up ----------------------------------------------------------------------------------------------------


class BreakRule(Spec, frozen=True):
    """Breaks of a shift (G6): `length` minutes after at most `after` minutes on line, none in the first or last
    `edge` minutes. A break, a meal, a training or a meeting of at least `length` minutes begins the count anew."""

    length: int = 15
    after: int = 120
    edge: int = 30


class MealRule(Spec, frozen=True):
    """A meal of `length` minutes in shifts of more than `over` minutes, begun between `earliest` and `latest` minutes
    after the shift's start."""

    length: int = 60
    over: int = 360
    earliest: int = 150
    latest: int = 330
    paid: bool = False


class ShiftPattern(Spec, frozen=True):
    """A shape of shift (班型): it starts between `start_from` and `start_to`, on a grid of `start_step` minutes, and
    is `length` minutes long with its meal. It may run past midnight."""

    id: str
    name: Names
    start_from: int = 540
    start_to: int = 540
    start_step: int = 30
    length: int = 540
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)  # 0: Monday
    breaks: BreakRule = field(default_factory=BreakRule)
    meal: MealRule | None = field(default_factory=MealRule)
    active: bool = True


class Frame(Spec, frozen=True):
    """When a person can work on a weekday: minutes after local midnight; `end` may pass 1440."""

    weekday: int
    start: int
    end: int


class Terms(Spec, frozen=True):
    """One agent's terms of employment (用工條件); `id` is the agent's. None: the rules' own limit, or none.

    `frames` empty: any time. `standby`: when a part-timer may be called in beside their ordinary work (A6).
    """

    id: str
    employment: Employment = Employment.FULL_TIME
    hours_day: float | None = None
    hours_week: float | None = None
    hours_month: float | None = None
    hours_week_min: float | None = None
    contract_from: str | None = None  # local days, both inclusive
    contract_until: str | None = None
    cost_hour: float = 0.0
    overtime_factor: float = 1.5
    patterns: tuple[str, ...] = ()  # empty: all
    frames: tuple[Frame, ...] = ()
    standby: tuple[Frame, ...] = ()
    seniority: int = 0  # years: who is asked first where nothing else tells people apart
    rules: str = "main"  # SiteRules id
    active: bool = True


class SiteRules(Spec, frozen=True):
    """What a schedule must keep to (排班規則). None: no such rule. Hours are counted without unpaid meals."""

    id: str
    name: Names
    jurisdiction: str = "cn"
    hours_day: float | None = 8.0
    hours_week: float | None = 44.0
    overtime_day: float | None = 3.0
    overtime_month: float | None = 36.0
    rest_between: float | None = 11.0  # hours from one shift's end to the next one's start
    days_in_row: int | None = 6
    rest_days_week: int | None = 1
    breaks: BreakRule = field(default_factory=BreakRule)
    meal: MealRule | None = field(default_factory=MealRule)
    notice_h: int = 72  # a change published later than this before the day is marked as short notice
    leave_notice_days: int = 3
    swap_notice_h: int = 24
    swap_automatic: bool = True  # within all rules nobody need approve
    leave_automatic: bool = False
    leave_share_max: float = 0.2  # of a group, away on one day, that may be granted automatically
    call_up_answer_s: int = 1800
    certificate_warn_days: int = 14
    active: bool = True


class SkillGroup(Spec, frozen=True):
    """Queues served together by the same people (技能組), with what is promised and what is lost on the way.

    `shrinkage`: of paid time on line that is not worked (late, unplanned); `absence`: of people who do not come.
    Whether somebody belongs to it follows from the queues' own requirements.
    """

    id: str
    name: Names
    queues: tuple[str, ...]
    goal: Goal = field(default_factory=Goal)
    shrinkage: float = 0.05
    absence: float = 0.08
    missing_hour_cost: float = 200.0  # of one agent missing for an hour, where nothing better is known
    active: bool = True


class TemplateDay(Spec, frozen=True):
    """One person's day of a template week; `spans` in minutes after local midnight: start, end, activity, paid."""

    agent: str
    weekday: int
    spans: tuple[tuple[int, int, Activity, bool], ...]


class Template(Spec, frozen=True):
    """A week to begin others with."""

    id: str
    name: Names
    days: tuple[TemplateDay, ...]
    active: bool = True


PRESETS: dict[str, dict[str, float | int | None]] = {
    # Labour Law of the PRC art. 36–44 and State Council decree 174: 8 h a day, 40 to 44 h a week, overtime at most
    # 3 h a day and 36 h a month, one day of rest a week.
    "cn": {"hours_day": 8.0, "hours_week": 44.0, "overtime_day": 3.0, "overtime_month": 36.0, "rest_between": 11.0,
           "days_in_row": 6, "rest_days_week": 1},
    # Directive 2003/88/EC: 48 h a week with overtime, 11 h between shifts, 24 h + 11 h a week.
    "eu": {"hours_day": 10.0, "hours_week": 48.0, "overtime_day": None, "overtime_month": None, "rest_between": 11.0,
           "days_in_row": 6, "rest_days_week": 1},
    # Working Time Regulations 1998: as the directive, and 20 minutes' rest in more than 6 h.
    "uk": {"hours_day": None, "hours_week": 48.0, "overtime_day": None, "overtime_month": None, "rest_between": 11.0,
           "days_in_row": 12, "rest_days_week": 1},
    "none": {"hours_day": None, "hours_week": None, "overtime_day": None, "overtime_month": None,
             "rest_between": None, "days_in_row": None, "rest_days_week": None},
}  # fmt: skip


# --- what is scheduled -----------------------------------------------------------------------------------------


class Invite(Struct, frozen=True):
    """A part-timer who is to be called in when the draft is published (A6)."""

    start: Ms
    end: Ms


class PersonDay(Struct, frozen=True):
    """One person's schedule of one local day. In a draft spans may overlap, which `check` tells; what is published
    does not. `rev`: of the draft, at which it was changed last; 0: as published."""

    agent: str
    day: str
    spans: Spans = ()
    locked: bool = False
    invites: tuple[Invite, ...] = ()
    rev: int = 0
    version: int = 0  # of the publication it was made from; 0: nothing was published

    @property
    def shift(self) -> tuple[Ms, Ms] | None:
        """From the first span on site to the last; None: no shift."""
        on = [span for span in self.spans if span.activity in ON_SITE]
        return (min(s.start for s in on), max(s.end for s in on)) if on else None

    @property
    def paid_s(self) -> float:
        """Seconds at work that are paid and no overtime; leave is none."""
        return sum(s.end - s.start for s in self.spans if s.activity in ON_SITE and s.paid and not s.overtime) / 1000

    @property
    def overtime_s(self) -> float:
        return sum(s.end - s.start for s in self.spans if s.activity in ON_SITE and s.paid and s.overtime) / 1000


class Skill(Struct, frozen=True):
    skill: str
    level: int
    until: Ms | None = None  # end of the certificate, where the skill asks for one
    gated: bool = False  # the skill asks for a certificate


class Person(Struct, frozen=True):
    """An agent as planning sees them. `groups`: skill groups they can serve, if their certificates hold."""

    id: str
    name: str
    team: str
    terms: Terms
    skills: tuple[Skill, ...] = ()
    chats: int = 1  # at once

    @property
    def part_time(self) -> bool:
        return self.terms.employment is Employment.PART_TIME


class QueueNeed(Struct, frozen=True):
    """What of a queue planning looks at: `requires` are (skill, level)."""

    id: str
    client: str
    names: Names
    requires: tuple[tuple[str, int], ...] = ()
    chat: bool = False  # nothing but chats


class Conflict(Struct, frozen=True):
    """Something that `check` found. `must`: it keeps the draft from being published unless somebody answers for it.

    `params` are what the sentence on screen needs (ids, instants, numbers); `fix`: edits that mend it.
    """

    code: str
    must: bool
    agent: str | None = None
    day: str | None = None
    start: Ms | None = None
    end: Ms | None = None
    params: dict[str, str | int | float] = field(default_factory=dict)
    fix: "tuple[dict[str, object], ...]" = ()

    @property
    def key(self) -> str:
        return f"{self.code}:{self.agent or ''}:{self.day or ''}:{self.start or 0}:{self.params.get('group', '')}"


# --- time ------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=16_384)
def at_wall(day: str, minute: int, zone: str) -> Ms:
    """The instant of a wall time of a local day; `minute` may pass 1440 or be negative. A time that a clock change
    skips is the instant after the gap; one that it repeats is the first."""
    midnight = datetime.fromisoformat(day)
    wall = (midnight + timedelta(minutes=minute)).replace(tzinfo=ZoneInfo(zone))
    return round(wall.astimezone(UTC).timestamp() * 1000)


def minute_of(at: Ms, day: str, zone: str) -> int:
    """The wall time of an instant in minutes after that local day's midnight; after midnight it goes on past 1440."""
    local = to_datetime(at).astimezone(ZoneInfo(zone))
    return (local.date() - date.fromisoformat(day)).days * 1440 + local.hour * 60 + local.minute


def local_date_of(at: Ms, zone: str) -> str:
    return local_date(at, zone).isoformat()


def weekday_of(day: str) -> int:
    return date.fromisoformat(day).weekday()


def day_of_text(text: str) -> str:
    """A local day as it is written, 2026-07-15, of years that a centre plans. Raises Invalid `bad_day`."""
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Invalid("bad_day", f"{text!r} is no day: write it as 2026-07-15.") from error
    if not 2000 <= day.year <= 2200:
        raise Invalid("bad_day", f"{text} is far from any day that a centre plans.")
    return day.isoformat()


def days_between(first: str, last: str) -> list[str]:
    """Both inclusive."""
    one, end = date.fromisoformat(first), date.fromisoformat(last)
    return [(one + timedelta(days=n)).isoformat() for n in range((end - one).days + 1)]


def shift_day(day: str, by: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=by)).isoformat()


def monday_of(day: str) -> str:
    return shift_day(day, -weekday_of(day))
