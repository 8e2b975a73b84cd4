"""The centre's schedule: rules kept, parts locked, conflicts named, bounds that hold (H1, G6, G7, A6)."""

from datetime import date
from itertools import pairwise

import pytest
from msgspec import convert
from msgspec.structs import replace

from jietong.core.vocabulary import Activity
from jietong.workforce.roster import centre as roster
from jietong.workforce.roster.audit import audit, cost_of, served
from jietong.workforce.roster.centre import solve
from jietong.workforce.roster.problem import (
    Fairness,
    Hours,
    Locked,
    Offline,
    Past,
    Person,
    PersonDay,
    Problem,
    Rule,
    Skill,
    Solution,
    Wish,
    planned,
)
from jietong.workforce.roster.terms import PRESETS, contracted
from tests.unit.workforce.small_centre import EARLY, HOUR, LATE, MIDDLE, NIGHT, SHORT, agent, centre, team


def solved(problem: Problem, rounds: int = 20) -> Solution:
    """Checked for what holds of every solution."""
    solution = solve(problem, 60, rounds=rounds)
    assert served(problem, solution.days, solution.cover) is None
    assert solution.bound <= solution.cost.total + 1e-6
    assert 0 <= solution.gap <= 1
    if solution.feasible:
        assert not audit(problem, solution.days)
    priced = cost_of(problem, solution.days, solution.cover)
    assert replace(solution.cost, fairness=0.0) == priced
    return solution


def row(solution: Solution, person: str) -> list[PersonDay]:
    return [day for day in solution.days if day.person == person]


def patterns(solution: Solution, person: str) -> list[str | None]:
    return [day.pattern for day in row(solution, person)]


def test_a_week_keeps_every_rule_and_covers_the_need() -> None:
    solution = solved(centre(team(9)))
    need = 14 * 4 * 7 * 2
    covered = sum(min(have, 2) for have in solution.cover[0])
    assert covered / need > 0.85
    assert len(solution.days) == 9 * 7


def test_the_same_seed_gives_the_same_plan() -> None:
    problem = centre(team(5), seed=3)
    assert solved(problem, 10).days == solved(problem, 10).days


def test_time_is_kept_and_the_plan_is_whole() -> None:
    solution = solve(centre(team(6)), 0.0)
    assert not audit(centre(team(6)), solution.days)
    assert not solution.finished


@pytest.mark.parametrize("offline", [False, True])
def test_who_stops_it_soon_has_a_whole_plan_too(offline: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is told first beside its cost is a plan, with the trainings in it: stopping keeps the best so far."""
    monkeypatch.setattr(roster, "TOLD_EVERY_S", 0.0)
    told: list[Solution] = []

    def tell(share: float | None, best: float | None, bound: float | None, text: str, partial: object) -> None:
        if partial is not None:
            told.append(convert(partial, Solution, str_keys=True))

    people = team(6)
    training = Offline("t", Activity.TRAINING, HOUR, tuple(p.id for p in people), 0, 7 * 96)
    problem = replace(centre(people), offline=(training,) if offline else ())
    solve(problem, 60, tell, rounds=3)
    assert not audit(problem, told[0].days)
    trained = {day.person for day in told[0].days for span in day.spans if span.activity is Activity.TRAINING}
    unplaced = {one.person for one in told[0].unmet if one.what == "t"}
    assert trained | unplaced == ({person.id for person in people} if offline else set())


def test_two_skills_are_counted_for_one_group_at_a_time() -> None:
    """The trap of multi-skill staffing: an agent with two skills is not two agents."""
    both = centre(team(4, ("ab",)), groups="ab", need=1.0)
    solution = solved(both)
    on_line = [0] * both.steps
    for day in solution.days:
        for span in day.spans:
            if span.activity is Activity.WORK:
                for step in range(span.start, span.end):
                    on_line[step] += 1
    for step, count in enumerate(on_line):
        assert solution.cover[0][step] + solution.cover[1][step] <= count


def test_a_lapsed_certificate_serves_no_more() -> None:
    lapsing = agent("p0", skills=(Skill("a", until=3),))
    solution = solved(centre((lapsing, *team(3)[1:])))
    assert all(day.pattern is None for day in row(solution, "p0")[3:]) or solution.conflicts
    easy = replace(lapsing, hours=())
    solution = solved(centre((easy, *team(3)[1:])))
    assert all(day.pattern is None for day in row(solution, "p0")[3:])
    assert any(day.pattern is not None for day in row(solution, "p0")[:3])


def test_locked_days_and_their_pauses_stay_as_they_are() -> None:
    first = solved(centre(team(5)))
    kept = next(day for day in first.days if day.pattern == "early" and day.person == "p1")
    lock = Locked(kept.day, "early", kept.spans)
    people = tuple(
        replace(p, locked=(lock, Locked((kept.day + 2) % 7, None))) if p.id == "p1" else p for p in team(5)
    )
    again = solved(replace(centre(people), seed=9))
    assert row(again, "p1")[kept.day] == kept
    assert row(again, "p1")[(kept.day + 2) % 7].pattern is None


def test_a_repair_changes_little() -> None:
    before = solved(centre(team(6)))
    people = tuple(
        replace(p, before={d.day: d.pattern for d in row(before, p.id)}, leave=(2,) if p.id == "p0" else ())
        for p in team(6)
    )
    after = solved(centre(people, change_price=1_000.0, seed=8))
    changed = sum(a.pattern != b.pattern for a, b in zip(before.days, after.days, strict=True))
    assert patterns(after, "p0")[2] is None
    assert changed <= 2


def test_leave_and_hours_named_by_part_timers_bind() -> None:
    """A6: part-timers come when they said they can."""
    frame = {n: ((n * 96 + 36, n * 96 + 60),) for n in range(7)}  # 9:00 to 15:00
    part = agent("p0", part_time=True, patterns=("short",), hours=(), available=frame, leave=(1,))
    solution = solved(centre((part, *team(4)[1:]), patterns=(EARLY, LATE, SHORT)))
    assert patterns(solution, "p0")[1] is None
    assert set(patterns(solution, "p0")) == {"short", None}


def test_a_night_shift_belongs_to_the_day_on_which_it_starts_and_does_not_wrap() -> None:
    """Wound: a shift on the wrong local day."""
    people = (agent("p0", patterns=("night",), hours=(), locked=(Locked(2, "night"),)),)
    problem = centre(people, patterns=(NIGHT,))
    solution = solved(problem)
    spans = row(solution, "p0")[2].spans
    assert spans[0].start == 2 * 96 + 88
    assert spans[-1].end == 3 * 96 + 24
    assert all(a.end == b.start for a, b in pairwise(spans))
    assert sum(solution.cover[0][2 * 96 : 2 * 96 + 88]) == sum(
        min(s.end, 2 * 96 + 88) - max(s.start, 2 * 96)
        for day in solution.days
        for s in day.spans
        if s.activity is Activity.WORK and s.start < 2 * 96 + 88 and s.end > 2 * 96
    )


@pytest.mark.parametrize(("day", "steps"), [(date(2026, 3, 29), 92), (date(2026, 10, 25), 100)])
def test_a_day_of_the_clock_change_is_counted_in_elapsed_time(day: date, steps: int) -> None:
    people = (agent("p0", hours=(), max_days=None, locked=(Locked(0, "early"), Locked(1, "early"))),)
    problem = centre(people, days=2, first=day, zone="Europe/Berlin")
    assert problem.days[0].steps == steps
    first, second = row(solved(problem), "p0")
    on_the_wall = planned(problem, first)[0].start, planned(problem, second)[0].start
    assert on_the_wall[1] - on_the_wall[0] == 24 * HOUR * 1_000  # both are after the change
    assert planned(problem, first)[-1].end - on_the_wall[0] == 9 * HOUR * 1_000
    assert (on_the_wall[0] - problem.start) // 900_000 == 32 + steps - 96


def test_rest_is_elapsed_time_when_an_hour_is_left_out() -> None:
    """From 22:30 on Saturday to 9:30 on Sunday the clock shows 11 hours, and 10 have passed."""
    late = replace(LATE, start_s=int(13.5 * HOUR))
    soon = replace(EARLY, id="soon", start_s=int(9.5 * HOUR))
    locked = (Locked(0, "late"), Locked(1, "soon"))
    person = agent("p0", hours=(), max_days=None, locked=locked)
    spring = centre((person,), days=2, first=date(2026, 3, 28), zone="Europe/Berlin", patterns=(late, soon))
    (conflict,) = solved(spring).conflicts
    assert set(conflict.rules) == {"rest", "locked"}
    summer = centre((person,), days=2, first=date(2026, 6, 27), zone="Europe/Berlin", patterns=(late, soon))
    assert solved(summer).feasible


def test_what_was_worked_before_the_plan_goes_on() -> None:
    past = tuple(Past(-n, -n * 96 + 32, -n * 96 + 68) for n in range(1, 6))
    tired = agent("p0", past=past, min_off=2, hours=())
    solution = solved(centre((tired, *team(4)[1:])))
    assert patterns(solution, "p0")[:2] == [None, None]
    late_before = agent("p0", past=(Past(-1, -40, -8),), hours=(), locked=(Locked(0, "early"),))  # until 22:00
    (conflict,) = solved(centre((late_before,))).conflicts
    assert set(conflict.rules) == {"rest", "locked"}


@pytest.mark.parametrize(
    ("limits", "rules"),
    [
        ({"leave": tuple(range(6))}, {"hours.min", "leave"}),
        ({"locked": (Locked(1, "early"),), "leave": (1,)}, {"locked", "leave"}),
        ({"locked": (Locked(1, "late"), Locked(2, "early"))}, {"locked", "rest"}),
        ({"day_max_s": 7 * HOUR}, {"hours.day", "hours.min"}),
        ({"locked": tuple(Locked(n, "early") for n in range(6)), "hours": ()}, {"days.max", "locked"}),
        (
            {"locked": tuple(Locked(n, "early") for n in range(3)), "week_days": 2, "hours": ()},
            {"week.days", "locked"},
        ),
    ],
)
def test_an_infeasible_person_gets_a_partial_plan_with_the_reasons(
    limits: dict[str, object], rules: set[str]
) -> None:
    """Wound pyworkforce#45: no partial answer when infeasible."""
    solution = solved(centre((agent("p0", **limits), *team(4)[1:])))
    (conflict,) = solution.conflicts
    assert conflict.person == "p0"
    assert set(conflict.rules) == rules
    assert set(conflict.broken) <= rules
    found = {b.rule.value for b in audit(centre((agent("p0", **limits), *team(4)[1:])), solution.days)}
    assert found <= set(conflict.broken)
    assert any(day.pattern for day in solution.days if day.person != "p0")


def test_training_goes_where_it_costs_least_and_a_meeting_is_at_one_time() -> None:
    people = team(6)
    problem = centre(people)
    free_time = [96 + n for n in range(32, 48)]  # nobody is needed on Tuesday from 8:00 to 12:00
    agents = tuple(0.0 if n in free_time else x for n, x in enumerate(problem.needs[0].agents))
    problem = replace(
        problem,
        needs=(replace(problem.needs[0], agents=agents, over=0.0),),
        offline=(
            Offline("t", Activity.TRAINING, HOUR, tuple(p.id for p in people), 0, 7 * 96),
            Offline("m", Activity.MEETING, 1_800, ("p0", "p1", "p2"), 0, 7 * 96, together=True),
        ),
    )
    solution = solved(problem)
    unplaced = {(u.person, u.what) for u in solution.unmet if u.why == "room"}
    for person in people:
        spans = [s for day in row(solution, person.id) for s in day.spans if s.activity is Activity.TRAINING]
        assert sum(s.end - s.start for s in spans) == (0 if (person.id, "t") in unplaced else 4)
    times = {(s.start, s.end) for day in solution.days for s in day.spans if s.activity is Activity.MEETING}
    assert len(times) == 1
    assert all(end - start == 2 for start, end in times)


def test_a_month_is_kept_beside_the_weeks() -> None:
    month = Hours("hours.month", 0, 13, 0, 56 * HOUR)
    weeks = agent("p0", days=14).hours
    people = (agent("p0", days=14, hours=(*weeks, month)), *team(3, days=14)[1:])
    solution = solved(centre(people, days=14))
    paid = sum(s.end - s.start for day in row(solution, "p0") for s in day.spans if s.paid)
    assert paid <= 56 * 4


def test_china_binds_hours_rest_days_and_rest() -> None:
    days = centre(team(1)).days
    person = contracted(Person("p0", (Skill("a"),)), days, PRESETS["cn"], week_min_s=24 * HOUR)
    assert (person.day_max_s, person.week_days, person.rest_s) == (8 * HOUR, 6, 11 * HOUR)
    assert person.hours[0].max_s == 40 * HOUR
    overtime = contracted(Person("p0", (Skill("a"),)), days, PRESETS["cn"], overtime=True, hour_price=30.0)
    assert overtime.day_max_s == 11 * HOUR
    assert overtime.hours[0].overtime_s == 21 * HOUR
    assert overtime.hours[0].overtime_price == 45.0
    assert not audit(centre((person,)), solved(centre((person,))).days)


def test_a_wish_that_a_rule_forbids_says_so() -> None:
    wishes = (Wish(1, "late", False, 2.0), Wish(3, None, True, 500.0))
    person = agent("p0", leave=(1,), wishes=wishes)
    solution = solved(centre((person, *team(4)[1:])))
    assert patterns(solution, "p0")[3] is None  # dear enough
    (unmet,) = [u for u in solution.unmet if u.person == "p0"]
    assert (unmet.day, unmet.why) == (1, "rules")


def test_late_shifts_and_weekends_are_shared() -> None:
    people = team(8, hours=(), max_days=5)
    unfair = solved(centre(people, need=1.0, fairness=Fairness()), 60)
    fair = solved(centre(people, need=1.0), 60)
    most = [max(patterns(plan, p.id).count("late") for p in people) for plan in (unfair, fair)]
    assert most[1] <= 2 <= most[0]


def test_many_let_loose_together_find_what_one_after_another_do_not() -> None:
    problem = centre(team(20), days=14, need=5.0)
    one_by_one, together = solve(problem, 0.0), solved(problem, 6)
    assert together.cost.total < 0.75 * one_by_one.cost.total


def test_the_bound_comes_near_the_cost() -> None:
    person = agent("p0", hours=(), max_days=2)
    problem = centre((person,), days=3, need=1.0, patterns=(SHORT, MIDDLE))
    solution = solved(problem, 50)
    assert solution.cost.total - solution.bound <= 0.05 * solution.cost.total
    assert solution.bound > 0


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"leave": (0,)}, Rule.LEAVE),
        ({"available": {0: ()}}, Rule.AVAILABLE),
        ({"day_max_s": 4 * HOUR}, Rule.DAY_HOURS),
        ({"max_days": 1}, Rule.DAYS_MAX),
        ({"min_days": 3}, Rule.DAYS_MIN),
        ({"week_days": 1}, Rule.WEEK_DAYS),
        ({"rest_s": 16 * HOUR}, Rule.REST),
        ({"hours": (Hours("hours.week", 0, 6, 0, 8 * HOUR),)}, Rule.HOURS_MAX),
        ({"hours": (Hours("hours.week", 0, 6, 40 * HOUR, 60 * HOUR),)}, Rule.HOURS_MIN),
        ({"locked": (Locked(0, None),)}, Rule.LOCKED),
        ({"patterns": ("late",)}, Rule.SHIFT_UNKNOWN),
        ({"min_off": 3}, Rule.OFF_MIN),
        ({"max_weekends": 0}, Rule.WEEKENDS),
    ],
)
def test_the_checker_names_every_broken_rule(change: dict[str, object], rule: Rule) -> None:
    easy = agent("p0", hours=(), max_days=None)
    works = (
        Locked(0, "early"),
        Locked(1, "early"),
        Locked(2, None),
        Locked(3, "middle"),
        Locked(4, None),
        Locked(5, "early"),
    )
    problem = centre((replace(easy, locked=(*works, Locked(6, None))),))
    days = solved(problem).days
    assert rule in {b.rule for b in audit(replace(problem, people=(replace(easy, **change),)), days)}


def test_an_empty_centre_has_an_empty_plan() -> None:
    solution = solve(centre(()), 1)
    assert solution.days == ()
    assert solution.cost.under > 0
    assert solution.bound == pytest.approx(solution.cost.total)
