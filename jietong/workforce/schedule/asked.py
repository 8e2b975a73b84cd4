"""A draft as a problem for the solver (`roster.problem`), and its solution as days of the draft again.

Prices are money: an agent who is missing costs the contacts that are late for it (`requirement.prices`, by Erlang), a
contact being worth the group's price of a missing hour ÷ the contacts that an agent takes in an hour.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from jietong.core.events import PlannedSpan
from jietong.core.vocabulary import Activity, Ms
from jietong.workforce.model import QUARTER_S, Need
from jietong.workforce.roster import problem as p
from jietong.workforce.schedule.drafts import Open
from jietong.workforce.schedule.model import (
    STEP,
    Person,
    PersonDay,
    ShiftPattern,
    SiteRules,
    days_between,
    shift_day,
    weekday_of,
)
from jietong.workforce.schedule.need import GroupNeed, lost_of
from jietong.workforce.schedule.rules.cover import cover_of
from jietong.workforce.schedule.rules.ground import NO_RULES, DayKey, Ground, serves

LATE_MINUTE = 21 * 60
WISH_PRICE = 10.0
FAIR_PRICE = 20.0
CHANGE_PRICE = 30.0
BEHIND = 14
"""Days before the plan that rest, days in a row and weekends go on from."""


class Wanted(NamedTuple):
    first: str
    last: str
    agents: frozenset[str]
    groups: frozenset[str]
    keep_edited: bool = False
    overtime: bool = False
    wishes: float = 1.0
    fairness: float = 1.0
    change: float = 0.0
    seed: int = 1


def problem_of(
    found: Open, wanted: Wanted, needs: Mapping[str, GroupNeed], wishes: Sequence[Mapping[str, Any]]
) -> p.Problem:
    """`needs` are over `wanted.first` … `wanted.last`."""
    ground = found.setup.ground
    isos = days_between(wanted.first, wanted.last)
    start, days = p.days_of(date.fromisoformat(wanted.first), len(isos), ground.zone)
    patterns = {one.id: one for pattern in ground.patterns.values() for one in _starts(pattern)}
    people = []
    for id in sorted(wanted.agents):
        person = _person(ground.people[id], found, wanted, isos, days, start, patterns, wishes)
        if person is not None:
            people.append(person)
    rules = ground.rules.get("main") or next(iter(ground.rules.values()), NO_RULES)
    return p.Problem(
        start=start,
        days=days,
        patterns=tuple(patterns.values()),
        people=tuple(people),
        needs=_needs(found, wanted, needs, start, days),
        breaks=_breaks(rules),
        offline=_offline(found, wanted, isos, start),
        fairness=p.Fairness(FAIR_PRICE * wanted.fairness, FAIR_PRICE * wanted.fairness / 2),
        change_price=CHANGE_PRICE * wanted.change,
        seed=wanted.seed,
    )


def kept(found: Open, wanted: Wanted) -> set[DayKey]:
    """Person-days that the solver leaves as they are."""
    return {
        key
        for key, one in found.drafted.items()
        if wanted.first <= key[1] <= wanted.last and (one.day.locked or wanted.keep_edited)
    }


def days_from(
    solution: p.Solution, start: Ms, isos: Sequence[str], found: Open, stay: set[DayKey]
) -> dict[DayKey, PersonDay]:
    """The solution's person-days over the draft's; leave and kept days stay."""
    import msgspec

    from jietong.workforce.schedule.rules.edits import normal

    made: dict[DayKey, PersonDay] = {}
    for one in solution.days:
        key = (one.person, isos[one.day])
        held = found.day(key)
        if key in stay or held.locked:
            continue
        spans = [PlannedSpan(start + s.start * STEP, start + s.end * STEP, s.activity, s.paid) for s in one.spans]
        leave = [s for s in held.spans if s.activity is Activity.LEAVE]
        made[key] = msgspec.structs.replace(held, spans=normal([*leave, *spans]))
    return made


# --- inside ----------------------------------------------------------------------------------------------------


def _starts(pattern: ShiftPattern) -> list[p.Pattern]:
    """Each start of a pattern is a pattern of the problem; what lies off the quarters cannot be solved for."""
    out = []
    for minute in range(pattern.start_from, pattern.start_to + 1, pattern.start_step):
        if minute % 15 or pattern.length % 15:
            continue
        out.append(
            p.Pattern(
                f"{pattern.id}@{minute}", minute * 60, pattern.length * 60, pattern.weekdays,
                late=minute + pattern.length > LATE_MINUTE,
            )
        )  # fmt: skip
    return out


def _person(
    person: Person,
    found: Open,
    wanted: Wanted,
    isos: Sequence[str],
    days: Sequence[p.Day],
    start: Ms,
    patterns: dict[str, p.Pattern],
    wishes: Sequence[Mapping[str, Any]],
) -> p.Person | None:
    ground, terms = found.setup.ground, person.terms
    rules = ground.rules_of(person.id)
    skills = _skills(person, ground, wanted, days, start)
    if not skills:
        return None
    may = [
        id for id in patterns
        if not id.startswith("kept:") and (not terms.patterns or id.partition("@")[0] in terms.patterns)
    ]  # fmt: skip
    stay = kept(found, wanted)
    locked, leave, available = [], [], {}
    for n, iso in enumerate(isos):
        held = found.day((person.id, iso))
        outside = (terms.contract_from or "") > iso or (terms.contract_until or "9999") < iso
        if (
            any(s.activity is Activity.LEAVE for s in held.spans)
            or outside
            or _away(ground, person.id, days[n], start)
        ):
            leave.append(n)
        elif (person.id, iso) in stay:
            locked.append(_locked(held, n, days[n], start, patterns, may))
        if terms.frames:
            available[n] = tuple(
                (max(0, (a - start) // STEP), (b - start) // STEP) for a, b in ground.frames_of(person.id, iso)
            )
    last = len(isos) - 1
    until = _last_end(person.id, found, isos, start, rules)
    if until is not None and (person.id, isos[last]) not in stay:
        frames = available.get(last, ((days[last].first, until),))
        available[last] = tuple((a, min(b, until)) for a, b in frames if a < until)
    before = {n: _near(found.day((person.id, iso)), ground, start, patterns) for n, iso in enumerate(isos)}
    return p.Person(
        id=person.id,
        skills=tuple(skills),
        patterns=tuple(may),
        part_time=person.part_time,
        hours=tuple(_hours(person, rules, isos, found, wanted)),
        day_max_s=_day_max(person, rules, wanted),
        max_days=rules.days_in_row,
        week_days=None if rules.rest_days_week is None else 7 - rules.rest_days_week,
        rest_s=int((rules.rest_between or 0) * 3600),
        leave=tuple(leave),
        available=available,
        wishes=tuple(_wishes(person, isos, wishes, wanted, may)),
        locked=tuple(locked),
        past=tuple(_past(person.id, found, isos[0], start)),
        before=before if wanted.change > 0 else {},
    )


def _last_end(agent: str, found: Open, isos: Sequence[str], start: Ms, rules: SiteRules) -> int | None:
    """The step by which a shift of the plan's last day must be over, for what is planned after it stays: rest before
    the next shift, and days in a row. None: whenever."""
    following = found.day((agent, shift_day(isos[-1], 1))).shift
    if following is None:
        return None
    run = 1 + _in_row(agent, found, isos[-1], 1) + (_in_row(agent, found, isos[0], -1) if len(isos) == 1 else 0)
    if rules.days_in_row is not None and run > rules.days_in_row:
        return 0
    return (following[0] - start) // STEP - int((rules.rest_between or 0) * 3_600_000) // STEP


def _in_row(agent: str, found: Open, day: str, by: int) -> int:
    """Days with a shift one after another, from the one after the day (`by` 1) or before it (-1); at most BEHIND."""
    days = range(1, BEHIND + 1)
    return next((n - 1 for n in days if found.day((agent, shift_day(day, by * n))).shift is None), BEHIND)


def _skills(person: Person, ground: Ground, wanted: Wanted, days: Sequence[p.Day], start: Ms) -> list[p.Skill]:
    out = []
    for id in sorted(wanted.groups):
        group = ground.groups[id]
        able = [serves(person, group, ground.queues, start + (d.first + d.steps) * STEP - 1) for d in days]
        if able[0]:
            until = next((n for n, one in enumerate(able) if not one), None)
            out.append(p.Skill(id, until))
    return out


def _hours(person: Person, rules: SiteRules, isos: Sequence[str], found: Open, wanted: Wanted) -> list[p.Hours]:
    """Weeks from Monday and calendar months, both clipped to the plan; what is planned of them before and after it is
    counted: those days stay."""
    out: list[p.Hours] = []
    terms = person.terms
    price = terms.cost_hour * terms.overtime_factor
    limits = [x for x in (rules.hours_week, terms.hours_week) if x is not None]
    for monday in dict.fromkeys(shift_day(iso, -weekday_of(iso)) for iso in isos):
        week = days_between(monday, shift_day(monday, 6))
        inside = [n for n, iso in enumerate(isos) if iso in week]
        before = sum(found.day((person.id, iso)).paid_s for iso in week if iso not in isos)
        off = sum(
            8 for n in inside if any(s.activity is Activity.LEAVE for s in found.day((person.id, isos[n])).spans)
        )
        least = int(max(0.0, (terms.hours_week_min or 0) - off) * 3600) if len(inside) == 7 else 0
        most = int(min(limits) * 3600) if limits else 10**9
        over = int((rules.overtime_month or 0) / 4 * 3600) if wanted.overtime and limits else 0
        out.append(p.Hours("hours.week", inside[0], inside[-1], min(least, most), most, over, price, int(before)))
    if terms.hours_month is not None:
        for month in dict.fromkeys(iso[:7] for iso in isos):
            inside = [n for n, iso in enumerate(isos) if iso[:7] == month]
            worked = sum(
                day.paid_s for (agent, iso), day in found.days.items()
                if agent == person.id and iso[:7] == month and not isos[0] <= iso <= isos[-1]
            )  # fmt: skip
            out.append(
                p.Hours("hours.month", inside[0], inside[-1], 0, int(terms.hours_month * 3600), 0, price, int(worked))
            )
    return out


def _day_max(person: Person, rules: SiteRules, wanted: Wanted) -> int | None:
    limits = [x for x in (rules.hours_day, person.terms.hours_day) if x is not None]
    if not limits:
        return None
    return int((min(limits) + ((rules.overtime_day or 0) if wanted.overtime else 0)) * 3600)


def _away(ground: Ground, agent: str, day: p.Day, start: Ms) -> bool:
    begin, end = start + day.first * STEP, start + (day.first + day.steps) * STEP
    return any(a < end and b > begin for a, b in ground.leave.get(agent, ()))


def _locked(
    held: PersonDay, n: int, day: p.Day, start: Ms, patterns: dict[str, p.Pattern], may: list[str]
) -> p.Locked:
    shift = held.shift
    if shift is None:
        return p.Locked(n, None)
    begin, end = (shift[0] - start) // STEP, -(-(shift[1] - start) // STEP)
    id = f"kept:{held.agent}:{held.day}"
    patterns[id] = p.Pattern(id, (begin - day.first) * QUARTER_S, (end - begin) * QUARTER_S, (weekday_of(held.day),))
    may.append(id)
    spans = tuple(
        p.Span((s.start - start) // STEP, (s.end - start) // STEP, s.activity, s.paid)
        for s in held.spans
        if s.activity is not Activity.LEAVE and (s.start - start) % STEP == 0 and (s.end - start) % STEP == 0
    )
    whole = len(spans) == len(held.spans)
    return p.Locked(n, id, spans if whole else ())


def _near(day: PersonDay, ground: Ground, start: Ms, patterns: Mapping[str, p.Pattern]) -> str | None:
    """The pattern that a day has now, None: free, or none of them."""
    shift = day.shift
    if shift is None:
        return None
    from jietong.workforce.schedule.model import minute_of

    wall = minute_of(shift[0], day.day, ground.zone) * 60
    for one in patterns.values():
        if one.start_s == wall and one.length_s == (shift[1] - shift[0]) // 1000:
            return one.id
    return None


def _wishes(
    person: Person, isos: Sequence[str], wishes: Sequence[Mapping[str, Any]], wanted: Wanted, may: Sequence[str]
) -> list[p.Wish]:
    out = []
    for wish in wishes:
        if wish["agent"] != person.id:
            continue
        price = wish["weight"] * WISH_PRICE * wanted.wishes * (1 + person.terms.seniority / 20)
        for n, iso in enumerate(isos):
            if wish["day"] not in (None, iso) or wish["weekday"] not in (None, weekday_of(iso)):
                continue
            if wish["kind"] in ("on", "off"):
                out.append(p.Wish(n, None, wish["kind"] == "off", price))
            elif wish["kind"] == "pattern":
                out += [p.Wish(n, id, False, price) for id in may if id.partition("@")[0] == wish["pattern"]][:1]
            else:
                out += [p.Wish(n, id, True, price) for id in may if id.partition("@")[0] == wish["pattern"]]
    return out


def _past(agent: str, found: Open, first: str, start: Ms) -> list[p.Past]:
    out = []
    for n in range(1, BEHIND + 1):
        shift = found.day((agent, shift_day(first, -n))).shift
        if shift is not None:
            out.append(p.Past(-n, (shift[0] - start) // STEP, -(-(shift[1] - start) // STEP)))
    return out


def _needs(
    found: Open, wanted: Wanted, needs: Mapping[str, GroupNeed], start: Ms, days: Sequence[p.Day]
) -> tuple[p.GroupNeed, ...]:
    """Less what people give who are not part of the problem."""
    from jietong.workforce import requirement as r

    ground = found.setup.ground
    steps = days[-1].first + days[-1].steps
    groups = sorted(ground.groups)
    others = [one for (agent, _), one in found.days.items() if agent not in wanted.agents]
    all_needs = {id: needs[id].need if id in needs else (0.0,) * steps for id in groups}
    given = cover_of(others, ground, groups, start, STEP, all_needs).agents
    out = []
    for id in sorted(wanted.groups):
        if id not in needs:
            continue
        group, need = ground.groups[id], needs[id]
        worth = [
            group.missing_hour_cost * need.load.aht_s[t] / 3600 if need.load.calls[t] > 0 else 0.0
            for t in range(steps)
        ]
        raw = Need(group.queues, start, QUARTER_S, tuple(n * (1 - lost_of(group)) for n in need.need))
        late = r.prices(need.load, group.goal, raw, r.Service(need.patience_s, at_a_time=need.at_a_time))
        out.append(
            p.GroupNeed(
                id,
                tuple(max(0.0, round(need.need[t] - given[id][t], 3)) for t in range(steps)),
                tuple(
                    tuple(price * worth[t] * (1 - lost_of(group)) for price in late[t]) or (0.0,)
                    for t in range(steps)
                ),
            )
        )
    return tuple(out)


def _breaks(rules: SiteRules) -> p.BreakRule:
    meal = rules.meal
    return p.BreakRule(
        every_s=rules.breaks.after * 60,
        length_s=_quarters(rules.breaks.length * 60),
        apart_s=_quarters(rules.breaks.edge * 60),
        meal_from_s=(meal.over * 60 + QUARTER_S) if meal is not None else 10**9,
        meal_s=_quarters(meal.length * 60) if meal is not None else QUARTER_S,
        meal_after_s=meal.earliest * 60 if meal is not None else 0,
        meal_by_s=meal.latest * 60 if meal is not None else 10**9,
        meal_paid=meal.paid if meal is not None else False,
    )


def _offline(found: Open, wanted: Wanted, isos: Sequence[str], start: Ms) -> tuple[p.Offline, ...]:
    """Trainings and meetings that the draft has already stay where they are."""
    out = []
    stay = kept(found, wanted)
    for agent in sorted(wanted.agents):
        for iso in isos:
            if (agent, iso) in stay:
                continue
            for n, span in enumerate(found.day((agent, iso)).spans):
                off = span.activity in (Activity.TRAINING, Activity.MEETING)
                if off and not (span.start - start) % STEP and not (span.end - span.start) % STEP:
                    first = (span.start - start) // STEP
                    length = (span.end - span.start) // STEP
                    out.append(
                        p.Offline(
                            f"{agent}:{iso}:{n}", span.activity, length * QUARTER_S, (agent,), first, first + length
                        )
                    )
    return tuple(out)


def _quarters(seconds: int) -> int:
    return -(-seconds // QUARTER_S) * QUARTER_S
