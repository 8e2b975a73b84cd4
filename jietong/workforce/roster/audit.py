"""An independent judge of a centre's plan: the rules that each person's days break, and what the plan costs.

It reads spans alone, counts in elapsed steps, and shares nothing with the solvers but the problem.
"""

from collections.abc import Iterator
from datetime import date
from math import floor

from msgspec import Struct

from jietong.core.vocabulary import Activity
from jietong.workforce.model import QUARTER_S
from jietong.workforce.roster.problem import BreakRule, Cost, Hours, Person, PersonDay, Problem, Rule, Span, Wish

ABSENT = (Activity.BREAK, Activity.MEAL)


class Breach(Struct, frozen=True):
    person: str
    rule: Rule
    day: int | None
    text: str


def audit(problem: Problem, days: tuple[PersonDay, ...]) -> tuple[Breach, ...]:
    """Every hard rule that the plan breaks, by person and day."""
    rows: dict[str, dict[int, PersonDay]] = {}
    for one in days:
        rows.setdefault(one.person, {})[one.day] = one
    out: list[Breach] = []
    for person in problem.people:
        row = rows.get(person.id, {})
        out += _shifts(problem, person, row)
        out += _runs(problem, person, row)
        out += _hours(problem, person, row)
    return tuple(out)


def cost_of(problem: Problem, days: tuple[PersonDay, ...], cover: tuple[tuple[int, ...], ...]) -> Cost:
    """`cover[g][t]` as the solution has it; fairness is left at 0 (its shares are the solver's)."""
    under = over = 0.0
    for need, have in zip(problem.needs, cover, strict=True):
        for agents, prices, heads in zip(need.agents, need.under, have, strict=True):
            under += missing(prices, agents - heads)
            over += need.over * max(0.0, heads - agents)
    wishes = changes = overtime = shifts = 0.0
    rows: dict[str, dict[int, PersonDay]] = {}
    for one in days:
        rows.setdefault(one.person, {})[one.day] = one
    prices_of = {pattern.id: pattern.price for pattern in problem.patterns}
    for person in problem.people:
        row = rows.get(person.id, {})
        shifts += sum(prices_of[one.pattern] for one in row.values() if one.pattern is not None)
        wishes += sum(
            wish.price for wish in person.wishes if wish.day in row and not met(wish, row[wish.day].pattern)
        )
        changes += problem.change_price * sum(
            row[day].pattern != pattern for day, pattern in person.before.items() if day in row
        )
        for hours in person.hours:
            above = max(0, _paid_in(row, hours) - hours.max_s)
            overtime += hours.overtime_price * above / 3_600
    return Cost(under=under, over=over, wishes=wishes, overtime=overtime, shifts=shifts, changes=changes)


def missing(prices: tuple[float, ...], agents: float) -> float:
    """The price of a step in which so many are missing."""
    if agents <= 0 or not prices:
        return 0.0
    whole = floor(agents)
    last = len(prices) - 1
    return sum(prices[min(k, last)] for k in range(whole)) + (agents - whole) * prices[min(whole, last)]


def met(wish: Wish, pattern: str | None) -> bool:
    has = pattern is not None and wish.pattern in (None, pattern)
    return has is not wish.off


def served(problem: Problem, days: tuple[PersonDay, ...], cover: tuple[tuple[int, ...], ...]) -> str | None:
    """Whether the people on line can be the cover that is claimed: in each step every set of groups must have at
    least as many people who serve one of them (Hall). What is wrong, or None."""
    groups = [need.group for need in problem.needs]
    on_line: list[dict[frozenset[str], int]] = [{} for _ in range(problem.steps)]
    people = {person.id: person for person in problem.people}
    for one in days:
        held = frozenset(
            s.group for s in people[one.person].skills if (s.until is None or one.day < s.until) and s.group in groups
        )
        for span in one.spans:
            if span.activity is Activity.WORK:
                for step in range(span.start, min(span.end, problem.steps)):
                    on_line[step][held] = on_line[step].get(held, 0) + 1
    for step, present in enumerate(on_line):
        for wanted in _subsets([g for g, row in zip(groups, cover, strict=True) if row[step]]):
            claimed = sum(row[step] for g, row in zip(groups, cover, strict=True) if g in wanted)
            there = sum(count for held, count in present.items() if held & wanted)
            if claimed > there:
                return f"step {step}: {claimed} agents for {', '.join(sorted(wanted))}, {there} are on line"
    return None


def _subsets(groups: list[str]) -> Iterator[frozenset[str]]:
    """All of up to ten groups; single ones and the whole of more."""
    if len(groups) > 10:
        yield from (frozenset([group]) for group in groups)
        yield frozenset(groups)
        return
    for bits in range(1, 1 << len(groups)):
        yield frozenset(group for n, group in enumerate(groups) if bits >> n & 1)


def _shifts(problem: Problem, person: Person, row: dict[int, PersonDay]) -> Iterator[Breach]:
    patterns = {pattern.id: pattern for pattern in problem.patterns}

    def broken(rule: Rule, day: int, text: str) -> Breach:
        return Breach(person.id, rule, day, f"{person.id} on {problem.days[day].iso}: {text}")

    locked = {lock.day: lock for lock in person.locked}
    for n, day in enumerate(problem.days):
        one = row.get(n)
        pattern = one.pattern if one is not None else None
        if n in locked and (
            pattern != locked[n].pattern or (locked[n].spans and one and one.spans != locked[n].spans)
        ):
            yield broken(
                Rule.LOCKED, n, f"the day is locked to {locked[n].pattern or 'free'}, the plan has {pattern}"
            )
        if one is None or pattern is None:
            if one is not None and one.spans:
                yield broken(Rule.SPANS, n, "spans on a free day")
            continue
        shift = patterns.get(pattern)
        weekday = date.fromisoformat(day.iso).weekday()
        if shift is None or weekday not in shift.weekdays or (person.patterns and pattern not in person.patterns):
            yield broken(Rule.SHIFT_UNKNOWN, n, f"shift {pattern} cannot be given")
            continue
        start = day.step_of(shift.start_s)
        end = start + shift.length_s // QUARTER_S
        if not one.spans or one.spans[0].start != start or one.spans[-1].end != end:
            yield broken(Rule.SPANS, n, f"the spans are not those of shift {pattern}")
            continue
        for before, after in zip(one.spans, one.spans[1:], strict=False):
            if before.end != after.start:
                yield broken(Rule.SPANS, n, "the spans have a gap or overlap")
        if n in person.leave:
            yield broken(Rule.LEAVE, n, "works on leave")
        frames = person.available.get(n)
        if frames is not None and not any(a <= start and end <= b for a, b in frames):
            yield broken(Rule.AVAILABLE, n, f"shift {pattern} lies outside the hours that were named")
        paid = sum(span.end - span.start for span in one.spans if span.paid) * QUARTER_S
        if person.day_max_s is not None and paid > person.day_max_s:
            yield broken(Rule.DAY_HOURS, n, f"{paid / 3_600:g} h, at most {person.day_max_s / 3_600:g}")
        if not (n in locked and locked[n].spans):
            for rule, text in pauses(problem.breaks, one.spans):
                yield broken(rule, n, text)


def pauses(rule: BreakRule, spans: tuple[Span, ...]) -> Iterator[tuple[Rule, str]]:
    """What is wrong with the pauses of a shift (G6)."""
    begin, finish = spans[0].start, spans[-1].end
    on_line = 0
    for span in spans:
        on_line = on_line + span.end - span.start if span.activity is Activity.WORK else 0
        if on_line * QUARTER_S > rule.every_s:
            yield Rule.BREAKS, f"{on_line / 4:g} h on line without a break, at most {rule.every_s / 3_600:g}"
            break
    meals = [span for span in spans if span.activity is Activity.MEAL]
    wanted = int((finish - begin) * QUARTER_S >= rule.meal_from_s and rule.meal_s > 0)
    if len(meals) != wanted:
        yield Rule.MEAL, f"{len(meals)} meals, {wanted} are due"
    for meal in meals:
        after = (meal.start - begin) * QUARTER_S
        if not rule.meal_after_s <= after <= rule.meal_by_s or (meal.end - meal.start) * QUARTER_S < rule.meal_s:
            yield Rule.MEAL, f"the meal begins {after / 3_600:g} h into the shift"
    absent = [span for span in spans if span.activity in ABSENT]
    edges = [begin, *(x for span in absent for x in (span.start, span.end)), finish]
    for span, (left, right) in zip(absent, zip(edges[::2], edges[1::2], strict=True), strict=False):
        if (right - left) * QUARTER_S < rule.apart_s:
            yield Rule.BREAKS, f"a pause {(right - left) * 15} minutes after another or the start"
        if span.activity is Activity.BREAK and (span.end - span.start) * QUARTER_S < rule.length_s:
            yield Rule.BREAKS, f"a break of {(span.end - span.start) * 15} minutes"
    if absent and (finish - absent[-1].end) * QUARTER_S < rule.apart_s:
        yield Rule.BREAKS, f"a pause {(finish - absent[-1].end) * 15} minutes before the end"


def _runs(problem: Problem, person: Person, row: dict[int, PersonDay]) -> Iterator[Breach]:
    days = len(problem.days)
    first = min((past.day for past in person.past), default=0)
    past = {one.day for one in person.past}
    works = {n: (n in past if n < 0 else n in row and row[n].pattern is not None) for n in range(first, days)}

    def broken(rule: Rule, day: int, text: str) -> Breach:
        return Breach(person.id, rule, day, f"{person.id}, from day {max(0, day)}: {text}")

    runs: list[tuple[bool, int, int]] = []
    for n in range(first, days):
        if runs and runs[-1][0] is works[n]:
            runs[-1] = (works[n], runs[-1][1], n + 1)
        else:
            runs.append((works[n], n, n + 1))
    for n, (working, begin, end) in enumerate(runs):
        if end <= 0:
            continue
        length = end - begin
        inner = 0 < n < len(runs) - 1 or (n == 0 and len(runs) > 1 and bool(past))
        if working and person.max_days is not None and length > person.max_days:
            yield broken(Rule.DAYS_MAX, begin, f"{length} days in a row, at most {person.max_days}")
        if working and inner and length < person.min_days:
            yield broken(Rule.DAYS_MIN, begin, f"{length} days in a row, at least {person.min_days}")
        if not working and inner and length < person.min_off:
            yield broken(Rule.OFF_MIN, begin, f"{length} days off in a row, at least {person.min_off}")
    last = max((one.end for one in person.past), default=None)
    for n in range(days):
        one = row.get(n)
        if one is None or not one.spans:
            continue
        if last is not None and (one.spans[0].start - last) * QUARTER_S < person.rest_s:
            rest = (one.spans[0].start - last) / 4
            yield broken(Rule.REST, n, f"{rest:g} h of rest, at least {person.rest_s / 3_600:g}")
        last = one.spans[-1].end
    weeks: dict[tuple[int, int], int] = {}
    origin = date.fromisoformat(problem.days[0].iso).toordinal()
    for n in range(first, days):
        week = date.fromordinal(origin + n).isocalendar()[:2]
        weeks[week] = weeks.get(week, 0) + works[n]
        if person.week_days is not None and works[n] and n >= 0 and weeks[week] == person.week_days + 1:
            yield broken(Rule.WEEK_DAYS, n, f"more than {person.week_days} days in a week")
    if person.max_weekends is not None:
        count = 0
        for n, day in enumerate(problem.days):
            follows = day.weekend and n > 0 and problem.days[n - 1].weekend and works[n - 1]
            count += day.weekend and works[n] and not follows
            if day.weekend and works[n] and not follows and count == person.max_weekends + 1:
                yield broken(Rule.WEEKENDS, n, f"more than {person.max_weekends} weekends")


def _hours(problem: Problem, person: Person, row: dict[int, PersonDay]) -> Iterator[Breach]:
    for hours in person.hours:
        paid = _paid_in(row, hours)
        days = f"days {hours.first} to {hours.last}"
        if paid > hours.max_s + hours.overtime_s:
            most = (hours.max_s + hours.overtime_s) / 3_600
            text = f"{person.id}, {days}: {paid / 3_600:g} h, at most {most:g} ({hours.rule})"
            yield Breach(person.id, Rule.HOURS_MAX, max(0, hours.first), text)
        if paid < hours.min_s and hours.last < len(problem.days):
            text = f"{person.id}, {days}: {paid / 3_600:g} h, at least {hours.min_s / 3_600:g} ({hours.rule})"
            yield Breach(person.id, Rule.HOURS_MIN, max(0, hours.first), text)


def _paid_in(row: dict[int, PersonDay], hours: Hours) -> int:
    steps = sum(
        span.end - span.start
        for n, one in row.items()
        if hours.first <= n <= hours.last
        for span in one.spans
        if span.paid
    )
    return steps * QUARTER_S + hours.before_s
