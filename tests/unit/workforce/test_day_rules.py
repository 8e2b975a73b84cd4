"""Gap, levers and coverage of a day (H1, H3, G6, G7, A6): people and need made by hand, no database."""

from collections.abc import Sequence

import pytest

from jietong.core.events import PlannedSpan
from jietong.core.vocabulary import Activity, Employment, Ms
from jietong.workforce.day.model import Expectation, Grid, Group, Lever, LeverKind
from jietong.workforce.day.rules.coverage import Level, lapsing, matrix, trainings
from jietong.workforce.day.rules.gap import cover, groups_of_day, missing, weight, without
from jietong.workforce.day.rules.levers import levers
from jietong.workforce.day.rules.standing import Day
from jietong.workforce.model import Goal
from jietong.workforce.schedule.model import (
    Frame,
    Person,
    PersonDay,
    QueueNeed,
    SiteRules,
    Skill,
    SkillGroup,
    Terms,
    at_wall,
)
from jietong.workforce.schedule.rules.breaks import too_long
from jietong.workforce.schedule.rules.edits import Move, apply_all
from jietong.workforce.schedule.rules.ground import Ground

A, K = Activity, LeverKind
ZONE, TODAY = "Asia/Shanghai", "2026-07-15"  # a Wednesday
GRID = Grid(at_wall(TODAY, 0, ZONE), 900, 96)


def at(wall: str) -> Ms:
    hour, minute = wall.split(":")
    return at_wall(TODAY, int(hour) * 60 + int(minute), ZONE)


def span(start: str, end: str, activity: Activity = A.WORK) -> PlannedSpan:
    return PlannedSpan(at(start), at(end), activity)


def shift(rest: str, more: Sequence[PlannedSpan] = ()) -> tuple[PlannedSpan, ...]:
    """Nine to one, with a break of 15 minutes that begins at `rest`."""
    hour, minute = map(int, rest.split(":"))
    end = f"{hour + (minute + 15) // 60}:{(minute + 15) % 60:02}"
    spans = [span("9:00", rest), span(rest, end, A.BREAK), span(end, "13:00"), *more]
    return tuple(one for one in spans if one.start < one.end)


def ground(people: Sequence[Person], groups: Sequence[str] = ("repair",)) -> Ground:
    return Ground(
        zone=ZONE,
        people={one.id: one for one in people},
        patterns={},
        rules={"main": SiteRules("main", {})},
        groups={g: SkillGroup(g, {"en": g}, (g,), Goal(0.8, 20, None), shrinkage=0.0) for g in groups},
        queues={g: QueueNeed(g, "acme", {"en": g}, ((g, 3),)) for g in groups},
    )


def person(id: str, *skills: str, part_time: bool = False, cost: float = 30.0, until: Ms | None = None) -> Person:
    employment = Employment.PART_TIME if part_time else Employment.FULL_TIME
    standby = (Frame(2, 540, 1080),) if part_time else ()
    held = tuple(Skill(s, 4, until, gated=until is not None) for s in skills or ("repair",))
    return Person(id, id.title(), "", Terms(id, employment, cost_hour=cost, standby=standby), held)


def standing(
    people: Sequence[Person], days: dict[str, tuple[PlannedSpan, ...]], need: dict[str, dict[str, float]], now: str,
    absent: Sequence[str] = (), **more: object,
) -> Day:  # fmt: skip
    """`need`: by group, from a wall time on, until the next; before the first nobody."""
    place = ground(people, tuple(need))
    held = {(a, TODAY): PersonDay(a, TODAY, spans) for a, spans in days.items()}
    wanted = {g: _steps(values) for g, values in need.items()}
    there = without(held, absent, at(now))
    found = cover(GRID, place, sorted(need), there.values(), wanted)
    load = {g: _load(g, values) for g, values in wanted.items()}
    groups = {
        g: Group(g, None, load[g], None, None, None, None, tuple(wanted[g]), tuple(found.agents[g]),
                 tuple(found.agents[g]), tuple(found.able[g]))
        for g in need
    }  # fmt: skip
    return Day(GRID, place, groups, there, TODAY, at(now), frozenset(absent), **more)  # type: ignore[arg-type]


def _steps(values: dict[str, float]) -> list[float]:
    out = [0.0] * GRID.n
    for wall, value in values.items():
        out[GRID.number(at(wall)) :] = [value] * (GRID.n - GRID.number(at(wall)))
    return out


def _load(queue: str, need: Sequence[float]):  # type: ignore[no-untyped-def]
    from jietong.workforce.model import Load

    return Load(queue, GRID.start, 900, tuple(value * 2.4 for value in need), (300.0,) * GRID.n)


def one(found: Sequence[Lever], kind: LeverKind) -> Lever:
    return next(lever for lever in found if lever.kind is kind)


def kinds(found: Sequence[Lever]) -> list[LeverKind]:
    return [lever.kind for lever in found]


PEAK = {"9:30": 2.0, "11:00": 3.0, "11:15": 2.0, "12:45": 0.0}
SHORT = (span("9:30", "11:00"), span("11:00", "11:15", A.BREAK), span("11:15", "12:45"))


def test_breaks_move_out_of_the_gap_and_keep_to_the_rule_h1_g6() -> None:
    day = standing([person(x) for x in "abc"], dict.fromkeys("abc", SHORT), {"repair": PEAK}, "10:00")
    assert max(missing(GRID, day.groups["repair"], day.now)) == 3.0
    found = one(levers(day), K.MOVE_BREAKS)
    assert found.after.gap_hours < found.before.gap_hours
    assert found.after.gap_hours == 0
    assert found.cost == 0
    made = apply_all(found.edits, day.days, day.ground)
    for edit in found.edits:
        assert isinstance(edit, Move)
        assert not too_long(made[edit.agent, TODAY].spans, day.ground.rules["main"].breaks)
        moved = [s for s in made[edit.agent, TODAY].spans if s.activity is A.BREAK]
        assert [s.end - s.start for s in moved] == [900_000]
        assert abs(moved[0].start - at("11:00")) <= 3_600_000


def test_a_break_that_has_begun_or_is_about_to_is_not_moved() -> None:
    day = standing([person(x) for x in "abc"], dict.fromkeys("abc", SHORT), {"repair": PEAK}, "10:57")
    assert K.MOVE_BREAKS not in kinds(levers(day))


def test_no_break_is_moved_where_that_would_open_as_large_a_gap_elsewhere() -> None:
    flat = {"9:30": 3.0, "12:45": 0.0}
    day = standing([person(x) for x in "abc"], dict.fromkeys("abc", SHORT), {"repair": flat}, "10:00")
    assert K.MOVE_BREAKS not in kinds(levers(day))


def test_training_in_the_gap_is_postponed() -> None:
    busy = (span("9:00", "10:30"), span("10:30", "11:30", A.TRAINING), span("11:30", "13:00"))
    day = standing(
        [person("a"), person("b")],
        {"a": shift("12:00"), "b": busy},
        {"repair": {"9:00": 2.0, "11:45": 1.0, "13:00": 0.0}},
        "9:30",
    )
    found = one(levers(day), K.POSTPONE)
    assert found.before.gap_hours == pytest.approx(1.0)
    assert found.after.gap_hours == 0
    assert found.agents == ("b",)


def test_part_timers_come_before_heads_and_heads_stand_last_h3_a6() -> None:
    people = [person("a"), person("p", part_time=True, cost=25.0), person("q", "orders", part_time=True)]
    day = standing(people, {"a": shift("12:00")}, {"repair": {"10:00": 2.0, "12:00": 1.0, "13:00": 0.0}}, "9:30")
    found = levers(day)
    called = one(found, K.CALL_IN)
    assert called.ask == ("p",)  # q has not the skill
    assert called.after.gap_hours < called.before.gap_hours
    assert called.cost == pytest.approx(25.0 * (called.end - called.start) / 3_600_000)  # type: ignore[operator]
    assert kinds(found)[-1] is K.HEADS
    assert [k for k in kinds(found) if k is K.HEADS] == [K.HEADS]
    assert not found[-1].does


def test_overtime_is_asked_of_those_whose_shift_ends_within_the_gap() -> None:
    late = {"9:00": 1.0, "13:00": 1.0, "14:00": 0.0}
    day = standing([person("a")], {"a": shift("11:00")}, {"repair": late}, "12:00")
    found = one(levers(day), K.OVERTIME)
    assert (found.ask, found.start, found.end) == (("a",), at("13:00"), at("14:00"))
    assert found.cost == pytest.approx(30.0 * 1.5)


def test_volunteers_go_home_where_more_are_there_than_needed_and_no_gap_opens() -> None:
    quiet = {"9:00": 1.0, "13:00": 0.0}
    day = standing([person(x) for x in "ab"], dict.fromkeys("ab", shift("10:00")), {"repair": quiet}, "11:00")
    found = one(levers(day), K.SEND_HOME)
    assert len(found.edits) == 1
    assert found.after.over_hours < found.before.over_hours
    assert found.after.gap_hours == found.before.gap_hours == 0
    assert found.cost is not None
    assert found.cost < 0


def test_whoever_has_had_too_much_gets_a_break_first_even_where_that_opens_a_gap_g6() -> None:
    need = {"repair": {"9:00": 2.0, "13:00": 0.0}}
    days = {"a": shift("12:30"), "b": shift("10:30")}
    day = standing([person(x) for x in "ab"], days, need, "10:00", loaded=("b", "a"))
    found = one(levers(day), K.RELIEF)
    assert found.agents == ("a",)  # b has a break in a moment
    assert found.after.gap_hours > found.before.gap_hours


def test_nothing_is_proposed_when_everything_fits() -> None:
    day = standing([person("a")], {"a": shift("12:45")[:1]}, {"repair": {"9:00": 1.0, "12:45": 0.0}}, "10:00")
    assert levers(day) == []


def test_who_did_not_come_is_not_counted_on_until_the_shift_ends() -> None:
    day = standing(
        [person("a"), person("b")],
        dict.fromkeys("ab", shift("12:00")),
        {"repair": {"9:00": 2.0, "13:00": 0.0}},
        "10:00",
        absent=["b"],
    )
    group = day.groups["repair"]
    assert group.cover[GRID.number(at("9:30"))] == 2.0  # what has gone by is as it was
    assert group.cover[GRID.number(at("10:30"))] == 1.0
    assert all("b" not in lever.ask and "b" not in lever.agents for lever in levers(day))


def test_the_effect_counts_a_person_with_two_skills_once() -> None:
    people = [person("a", "repair", "orders")]
    need = {"repair": {"9:00": 1.0, "13:00": 0.0}, "orders": {"9:00": 1.0, "13:00": 0.0}}
    day = standing(people, {"a": shift("12:45")}, need, "9:00")
    agents = {g: day.groups[g].cover for g in day.groups}
    assert weight(GRID, day.groups, agents, day.ground, at("9:00")).gap_hours == pytest.approx(4.25)


def test_the_need_of_a_day_follows_what_is_expected_now_and_is_nothing_without_calls() -> None:
    place = ground([person("a")])
    calls = tuple(12.0 if 36 <= i < 52 else 0.0 for i in range(96))
    more = tuple(value * 2 for value in calls)
    said = Expectation("repair", calls, more, more, more, (None,) * 96, (300.0,) * 96)
    found = groups_of_day(GRID, place, ["repair"], {}, {"repair": said}, (), at("9:00"))["repair"]
    assert found.need is not None
    assert found.need_said is not None
    assert found.need[40] > found.need_said[40] > 0
    assert found.need[0] == 0
    assert groups_of_day(GRID, place, ["repair"], {}, {}, (), at("9:00"))["repair"].need is None


# --- coverage (G7) -----------------------------------------------------------------------------------------------


def test_one_alone_and_nobody_are_told_apart_hour_by_hour() -> None:
    people = [person("a"), person("b", "orders")]
    need = {"repair": {"9:00": 1.0, "13:00": 0.0}, "orders": {"8:00": 1.0, "13:00": 0.0}}
    day = standing(people, {"a": shift("11:00"), "b": shift("12:00")}, need, "9:00")
    rows = {row.skill: row for row in matrix(GRID, day.ground, day.groups, day.days)}
    repair, orders = rows[Level("repair", 3)], rows[Level("orders", 3)]
    assert repair.alone[GRID.number(at("10:00"))] == "a"
    assert repair.gone[GRID.number(at("11:00"))]  # the one who has it is on a break
    assert orders.gone[GRID.number(at("8:30"))]
    assert not orders.gone[GRID.number(at("7:00"))]  # nobody is needed


def test_a_certificate_that_runs_out_is_told_with_who_else_holds_the_skill() -> None:
    soon, later = at("12:00") + 3 * 86_400_000, at("12:00") + 90 * 86_400_000
    people = [person("a", until=soon), person("b", until=later), person("c", "orders", until=soon)]
    found = lapsing(ground(people), ["repair"], at("9:00"), at("9:00") + 14 * 86_400_000)
    assert [(one.agent, one.holders_left) for one in found] == [("a", 1)]


def test_training_suggestions_say_how_much_of_the_gap_each_person_closes_g7() -> None:
    people = [person("a"), *(person(x, "orders") for x in "bcde")]
    days = dict.fromkeys("abcde", shift("12:45"))
    need = {"repair": {"9:00": 3.0, "13:00": 0.0}, "orders": {"9:00": 1.0, "13:00": 0.0}}
    day = standing(people, days, need, "9:00")
    found = trainings(GRID, day.ground, day.groups, day.days)
    assert (found[0].target, found[0].source) == ("repair", "orders")
    assert found[0].before > found[0].after[0] > found[0].after[1]
    assert found[0].after[1] == pytest.approx(found[0].after[2])  # two are enough
