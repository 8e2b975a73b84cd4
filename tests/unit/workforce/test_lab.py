"""The scenario lab's rules: a day as it was, levers, their order, breaks moved (H3, A6, G6, G7, I2)."""

from itertools import pairwise

import pytest
from lab_centre import DATE, facts
from msgspec.structs import replace

from jietong.core.errors import Invalid
from jietong.workforce.lab import assumed, levers, outcome, recorded, staff, words, work
from jietong.workforce.lab.breaks import moved
from jietong.workforce.lab.model import Assumptions, Change, Ground, LeverKind, Measured, Source, Tried
from jietong.workforce.lab.outcome import Setting
from jietong.workforce.lab.pressure import pressure
from jietong.workforce.simulation import reading
from jietong.workforce.simulation.chance import Exponential
from jietong.workforce.simulation.scenario import (
    Arrivals,
    Break,
    Group,
    Queue,
    Scenario,
    Shift,
    Trunks,
    clock_s,
)

K = LeverKind


def ground_of(**given: object) -> Ground:
    found = recorded.ground(facts(**given))  # type: ignore[arg-type]
    assert found is not None
    return found


def base_of(ground: Ground, **changed: float) -> Scenario:
    return assumed.base(ground, replace(ground.assumptions, **changed))


# --- a day as it was ---------------------------------------------------------------------------------------------


def test_every_attempt_is_in_the_base_those_turned_away_too() -> None:
    base = base_of(ground_of())
    total = sum(sum(queue.arrivals.profile or ()) for queue in base.queues.values())
    assert total == pytest.approx(247)
    assert (base.opens, base.hours) == ("09:00", 8.0)
    # Whoever met a busy tone was bound for a queue as those who came the same way were.
    calls = {name: sum(queue.arrivals.profile or ()) for name, queue in base.queues.items()}
    assert calls["orders"] == pytest.approx(80 + 6 / 3)
    assert calls["repair|chat"] == pytest.approx(1)


def test_callers_who_only_come_again_are_not_counted_twice() -> None:
    base = base_of(ground_of(redial=0.5))
    total = sum(sum(queue.arrivals.profile or ()) for queue in base.queues.values())
    gone = len([n for n in range(240) if n % 17 == 0])
    assert total == pytest.approx(247 - 0.5 * (6 + gone))
    assert all(queue.redial is not None and queue.redial.after_busy == 0.5 for queue in base.queues.values())


def test_people_are_there_as_the_ledger_saw_them_with_their_breaks_and_skills() -> None:
    ground = ground_of()
    base = base_of(ground)
    assert set(base.agents) == {"lin", "chen", "xu"}
    assert base.agents["lin"].shifts == (Shift("09:00", "17:00", (Break("12:00", "13:00"),)),)
    assert base.agents["chen"].skills == {"repair": 3, "orders": 2}
    assert base.queues["repair"].requires == {"repair": 2}
    assert base.queues["repair"].steps[0].after_s == 60
    assert ground.sources["absent"] is Source.RECORDED
    assert ground.standby == {"gao": {"repair": 2}}


def test_without_intervals_people_are_there_while_they_took_contacts_for_the_queues_they_served() -> None:
    ground = ground_of(stretches=False)
    base = base_of(ground)
    assert base.agents["xu"].shifts == (Shift("09:00", "17:00"),)
    assert base.agents["chen"].skills == {"queue:repair": 3}  # may do orders, but did none that day
    assert "staff_from_contacts" in ground.notes
    assert ground.sources["absent"] is Source.FITTED
    assert ground.standby == {"gao": {"queue:repair": 3}}


def test_a_contact_after_an_hours_pause_is_another_stretch_of_work() -> None:
    whole = facts(stretches=False)
    hole = tuple(one for one in whole.worked if not 11 <= (one.start - whole.day.start) / 3_600_000 < 13)
    found = recorded.ground(replace(whole, worked=hole))
    assert found is not None
    shifts = base_of(found).agents["xu"].shifts
    assert [clock_s(shift.start) // 3600 for shift in shifts] == [9, 13]


def test_lines_are_those_set_up_where_they_were_full_and_fitted_where_they_were_not() -> None:
    taken = ground_of().assumptions.lines  # calls last 5 minutes, one comes every 2: two or three at once
    assert taken in {2, 3}
    assert ground_of().sources["lines"] is Source.FITTED
    assert (ground_of(channels=3).assumptions.lines, ground_of(channels=3).sources["lines"]) == (3, Source.SET_UP)
    assert ground_of(channels=30).sources["lines"] is Source.FITTED  # ten times as many: it was not they
    assert (ground_of(channels=30, blocked=0).assumptions.lines, ground_of(blocked=0).assumptions.lines) == (30, None)


def test_a_day_without_anybody_has_no_base() -> None:
    assert recorded.ground(replace(facts(), ways=())) is None


@pytest.mark.parametrize(("zone", "day", "halves"), [("Europe/Berlin", "2026-10-25", 50), (None, DATE, 48)])
def test_a_day_of_25_hours_has_fifty_half_hours(zone: str | None, day: str, halves: int) -> None:
    """A shift on the wrong local day."""
    from datetime import date

    from jietong.core.days import day_of

    given = facts()
    if zone is not None:
        span = day_of(date.fromisoformat(day), zone)
        by = span.start - given.day.start
        ways = tuple(one._replace(came=one.came + by) for one in given.ways)
        last = given.ways[0]._replace(came=span.end - 1)
        given = replace(given, date=day, zone=zone, day=span, ways=(*ways, last), stretches=())
        worked = tuple(one._replace(start=one.start + by, end=one.end + by) for one in given.worked)
        given = replace(given, worked=worked)
    found = recorded._attempts(given, ["orders", "repair"])
    assert {len(values) for values in found.values()} == {halves}


# --- assumptions -------------------------------------------------------------------------------------------------


def test_unchanged_assumptions_leave_the_base_as_it_was_recorded() -> None:
    ground = ground_of()
    assert assumed.base(ground, ground.assumptions).queues == reading.of(ground.scenario).queues


def test_changed_assumptions_change_what_they_name_and_nothing_else() -> None:
    ground = ground_of()
    plain = base_of(ground)
    more = base_of(ground, volume=1.5)
    assert sum(more.queues["orders"].arrivals.profile or ()) == pytest.approx(1.5 * 82)
    assert more.queues["orders"].handling == plain.queues["orders"].handling
    longer = base_of(ground, talk_s=ground.assumptions.talk_s * 2)
    assert sum(longer.queues["orders"].handling.values_s) == pytest.approx(  # type: ignore[union-attr]
        2 * sum(plain.queues["orders"].handling.values_s)  # type: ignore[union-attr]
    )
    assert base_of(ground, absent=0.1).agents["lin"].absent == 0.1
    assert base_of(ground, lines=None).trunks is None


@pytest.mark.parametrize(
    ("field", "value"),
    [("redial_busy", 1.2), ("talk_s", None), ("lines", "many"), ("absent", float("nan")), ("x", 1)],
)
def test_an_assumption_out_of_its_limits_is_refused_by_name(field: str, value: object) -> None:
    with pytest.raises(Invalid) as refused:
        assumed.checked({field: value}, Assumptions())
    assert refused.value.extra["field"] == field


# --- levers ------------------------------------------------------------------------------------------------------


def test_the_alternatives_of_a_centre_are_proposed_in_the_order_of_the_source_and_heads_never() -> None:
    ground = ground_of()
    kinds = [one.kind for one in levers.proposed(base_of(ground), ground.assumptions, ground)]
    assert kinds == [K.CALLBACK, K.MOVE_BREAKS, K.PART_TIMERS, K.SELF_SERVICE, K.HANDLING, K.CROSS_TRAIN, K.LINES]
    without = ground_of(blocked=0)
    assert K.LINES not in [one.kind for one in levers.proposed(base_of(without), without.assumptions, without)]


def test_no_more_part_timers_are_called_in_than_are_free_in_those_hours() -> None:
    ground = ground_of()
    change = Change(K.PART_TIMERS, count=2, start="10:00", end="14:00")
    with pytest.raises(Invalid, match="1 part-timers are not on duty"):
        levers.changed(base_of(ground), change, ground.assumptions, ground)
    called = levers.changed(base_of(ground), replace(change, count=1), ground.assumptions, ground).scenario
    group = called.agents["part-timer:gao"]
    assert (group.employment, group.absent) == ("part_time", pytest.approx(0.2))
    with pytest.raises(Invalid):  # already called in
        levers.changed(called, replace(change, count=1), ground.assumptions, ground)


def test_no_more_lines_are_taken_away_than_there_are() -> None:
    ground = ground_of()
    base = base_of(ground)
    assert base.trunks is not None
    none = levers.changed(base, Change(K.LINES, count=-base.trunks.channels), ground.assumptions, ground).scenario
    assert none.trunks == Trunks(0)
    with pytest.raises(Invalid, match=f"There are {base.trunks.channels} lines"):
        levers.changed(base, Change(K.LINES, count=-base.trunks.channels - 1), ground.assumptions, ground)


def test_whoever_learns_learns_the_queue_they_could_not_serve() -> None:
    ground = ground_of()
    found = levers.changed(base_of(ground), Change(K.CROSS_TRAIN, share=0.3), ground.assumptions, ground).scenario
    more = [n for n, group in found.agents.items() if group.skills != base_of(ground).agents[n].skills]
    assert len(more) == 1
    assert staff.serves(found.agents[more[0]].skills, found.queues["orders"].requires)
    everybody = replace(
        found, agents={n: replace(g, skills={"repair": 5, "orders": 5}) for n, g in found.agents.items()}
    )
    with pytest.raises(Invalid, match="nothing to learn"):
        levers.changed(everybody, Change(K.CROSS_TRAIN, share=0.3), ground.assumptions, ground)


def test_with_the_switch_down_callers_are_turned_away_and_some_come_after() -> None:
    ground = ground_of(redial=0.5)
    base = base_of(ground)
    change = Change(K.SWITCH_DOWN, start="10:00", end="11:00")
    found = levers.changed(base, change, ground.assumptions, ground)
    came = sum(sum(queue.arrivals.profile or ()) for queue in base.queues.values())
    left = sum(sum(queue.arrivals.profile or ()) for queue in found.scenario.queues.values())
    assert sum(found.aside) > 20
    assert left == pytest.approx(came - sum(found.aside) * 0.5)
    quiet = (found.scenario.queues["repair"].arrivals.profile or ())[2:4]
    assert quiet == (0.0, 0.0)


@pytest.mark.parametrize(
    "change",
    [
        Change(K.HEADS, count=0),
        Change(K.LINES),
        Change(K.CALLBACK),
        Change(K.ABSENT, share=1.5),
        Change(K.PART_TIMERS, count=1, start="14:00", end="10:00"),
        Change(K.PART_TIMERS, count=1, start="x", end="10:00"),
        Change(K.TOGETHER, parts=(Change(K.MOVE_BREAKS),)),
        Change(K.TOGETHER, parts=(Change(K.MOVE_BREAKS), Change(K.TOGETHER, parts=(Change(K.MOVE_BREAKS),) * 2))),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(change: Change) -> None:
    with pytest.raises(Invalid) as refused:
        levers.checked(change)
    assert refused.value.code == "bad_change"


def test_heads_among_others_are_heads() -> None:
    assert levers.adds_heads(Change(K.TOGETHER, parts=(Change(K.MOVE_BREAKS), Change(K.HEADS, count=1))))
    together = Change(K.TOGETHER, parts=(Change(K.CALLBACK, after_s=90), Change(K.LINES, count=3)))
    assert levers.helps_from(together) == "three_days"
    assert not levers.adds_heads(together)


# --- breaks ------------------------------------------------------------------------------------------------------


def crowd(calls: tuple[float, ...], breaks: dict[str, tuple[Break, ...]]) -> Scenario:
    return Scenario(
        queues={"a": Queue(Arrivals(profile=calls, step_s=1800), handling=Exponential(300.0))},
        agents={name: Group(1, shifts=(Shift("09:00", "17:00", own),)) for name, own in breaks.items()},
        opens="09:00",
        hours=8,
        trunks=Trunks(50),
    )


def test_breaks_leave_the_busiest_hour_and_keep_the_rule_of_two_hours() -> None:
    calls = tuple(30.0 if n in (4, 5) else 6.0 for n in range(16))  # 11:00–12:00
    own = (Break("11:00", "11:15"), Break("12:30", "13:30", "meal"), Break("15:00", "15:15"))
    before = crowd(calls, dict.fromkeys(("a", "b", "c"), own))
    after, count = moved(before)
    assert count > 0
    away = [(clock_s(p.start), clock_s(p.end)) for g in after.agents.values() for s in g.shifts for p in s.breaks]
    assert not any(a < clock_s("12:00") and b > clock_s("11:00") for a, b in away)
    for group in after.agents.values():
        (shift,) = group.shifts
        assert sorted(clock_s(p.end) - clock_s(p.start) for p in shift.breaks) == [900, 900, 3600]
        edges = [shift.start, *(edge for p in shift.breaks for edge in (p.start, p.end)), shift.end]
        on_line = [clock_s(b) - clock_s(a) for a, b in zip(edges[::2], edges[1::2], strict=True)]
        assert max(on_line) <= 7200
        assert all(a.end <= b.start for a, b in pairwise(shift.breaks))


def test_nothing_is_moved_where_there_is_nothing_to_gain() -> None:
    quiet = crowd((0.0,) * 16, {"a": (Break("12:00", "12:15"),)})
    assert moved(quiet) == (quiet, 0)


def test_pauses_that_nobody_recorded_take_their_share_of_each_hour() -> None:
    group = Group(1, shifts=(Shift("09:00", "17:00"),))
    paused = staff.with_pauses(group, "lin", 0.75)
    away = sum(clock_s(p.end) - clock_s(p.start) for p in paused.shifts[0].breaks)
    assert away == pytest.approx(0.25 * 8 * 3600, rel=0.13)
    assert staff.with_pauses(group, "lin", 1.0) is group


def test_help_is_wanted_where_work_finds_too_few_people() -> None:
    calls = tuple(40.0 if 8 <= n < 12 else 3.0 for n in range(16))
    assert pressure(crowd(calls, {"a": (), "b": ()})).worst(2) == ("13:00", "15:00")


# --- outcomes ----------------------------------------------------------------------------------------------------


def played(scenario: Scenario, days: int = 4, aside: tuple[float, ...] = ()) -> dict[str, object]:
    told: list[float] = []
    args = {"scenario": reading.tables(scenario), "aside": list(aside), "seed": 3, "days": days}
    found: dict[str, object] = work.replicate(args, lambda share=None, **_: told.append(share or 0.0))
    assert told == [(n + 1) / days for n in range(days)]
    return found


SETTING = Setting(replace(Assumptions(), resolved=0.8), 3)


@pytest.fixture(scope="module")
def docs() -> dict[str, dict[str, object]]:
    base = crowd((20.0,) * 16, dict.fromkeys("abcd", ()))
    more = replace(base, agents={**base.agents, "hired": Group(2, shifts=(Shift("09:00", "17:00"),))})
    slower = replace(base, queues={"a": replace(base.queues["a"], handling=Exponential(330.0))})
    return {"base": played(base), "more": played(more), "slower": played(slower), "same": played(base)}


def tried(id: str, change: Change) -> Tried:
    return Tried(id, "s", "", change, 0)


def test_the_same_scenario_differs_from_the_base_by_nothing(docs: dict[str, dict[str, object]]) -> None:
    found = outcome.figures(docs["same"], docs["base"], Change(K.MOVE_BREAKS), SETTING)
    assert all(one.change is not None and one.change.mean == pytest.approx(0) for one in found.values())


def test_heads_stand_last_whatever_they_bring_and_what_lets_sl3_fall_behind_what_is_not_tried(
    docs: dict[str, dict[str, object]],
) -> None:
    scenarios = [
        tried("base", Change(K.BASE)),
        tried("more", Change(K.HEADS, count=2)),
        tried("slower", Change(K.SELF_SERVICE, share=0.1)),
        tried("none", Change(K.LINES, count=2)),
        tried("what", Change(K.ABSENT, share=0.3)),
    ]
    found = outcome.rows(scenarios, docs, SETTING)  # type: ignore[arg-type]
    assert [row.scenario for row in found] == ["none", "slower", "more"]
    falls = {mind.code for mind in found[1].minds}
    assert {"falls", "served"} <= falls
    assert found[2].each is not None
    assert (found[2].more.mean or 0) > 0  # type: ignore[union-attr]


def test_the_two_cheapest_that_help_are_offered_together_once(docs: dict[str, dict[str, object]]) -> None:
    first, second = Change(K.CALLBACK, after_s=60), Change(K.CROSS_TRAIN, share=0.2)
    scenarios = [tried("base", Change(K.BASE)), tried("more", first), tried("also", second)]
    found = outcome.rows(scenarios, {**docs, "also": docs["more"]}, SETTING)  # type: ignore[arg-type]
    offered = [row for row in found if row.scenario is None]
    assert [set(row.change.parts) for row in offered] == [{first, second}]
    scenarios.append(tried("both", Change(K.TOGETHER, parts=(second, first))))
    again = outcome.rows(scenarios, {**docs, "also": docs["more"]}, SETTING)  # type: ignore[arg-type]
    assert all(row.scenario is not None for row in again)


def test_a_run_that_is_not_over_is_compared_over_the_days_that_both_have(docs: dict[str, dict[str, object]]) -> None:
    part = {**played(crowd((20.0,) * 16, dict.fromkeys("abcd", ())), days=2), "wanted": 4}
    found = outcome.figures(part, docs["base"], Change(K.CALLBACK), SETTING)
    assert found["sl3"].change is not None
    assert found["sl3"].change.mean == pytest.approx(0, abs=0.02)  # linearised around either mean
    row = outcome.rows([tried("base", Change(K.BASE)), tried("part", Change(K.CALLBACK, after_s=9))],
                       {**docs, "part": part}, SETTING)[0]  # type: ignore[dict-item]  # fmt: skip
    assert [(mind.code, mind.n) for mind in row.minds if mind.code == "so_far"] == [("so_far", 2)]


def test_the_check_is_against_where_single_days_fall(docs: dict[str, dict[str, object]]) -> None:
    base = docs["base"]
    mean = base["result"]["figures"]["sl3"]["total"]["mean"]  # type: ignore[index]
    near = outcome.check(base, Measured(sl3=mean, sl7=None))["sl3"]
    assert near.inside
    assert not outcome.check(base, Measured(sl3=max(near.low - 0.01, 0), sl7=None))["sl3"].inside
    assert outcome.check(base, Measured()) == {}


def test_who_was_turned_away_at_the_door_counts_in_true_access() -> None:
    scenario = crowd((20.0,) * 16, dict.fromkeys("abcdef", ()))
    plain, out = played(scenario), played(scenario, aside=tuple(40.0 if n == 3 else 0.0 for n in range(16)))
    share = [one["result"]["figures"]["sl7"]["total"]["mean"] for one in (plain, out)]  # type: ignore[index]
    assert share[1] == pytest.approx(share[0] * 320 / 360, rel=0.05)
    assert out["result"]["figures"]["sl3"] == plain["result"]["figures"]["sl3"]  # type: ignore[index]


def test_a_base_known_by_contacts_alone_is_fitted_to_its_day() -> None:
    scenario = crowd((24.0,) * 16, dict.fromkeys("abcdef", ()))
    full = played(scenario, days=4)["result"]["figures"]["sl3"]["total"]["mean"]  # type: ignore[index]
    args = {"scenario": reading.tables(scenario), "sl3": full - 0.25, "blocked": 0.0, "contacts": 800}
    found = work.prepare(args | {"fit_staff": True, "fit_lines": False}, lambda *_, **__: None)
    assert 0.5 < found["online"] < 0.97
    fitted = played(reading.of(found["scenario"]), days=4)["result"]["figures"]["sl3"]["total"]["mean"]  # type: ignore[index]
    assert fitted == pytest.approx(full - 0.25, abs=0.09)


def test_lines_are_fitted_to_the_share_that_was_turned_away() -> None:
    scenario = replace(crowd((24.0,) * 16, dict.fromkeys("abcdef", ())), trunks=Trunks(40))
    args = {"scenario": reading.tables(scenario), "sl3": 0.8, "blocked": 0.1, "contacts": 800}
    found = work.prepare(args | {"fit_staff": False, "fit_lines": True}, lambda *_, **__: None)
    assert 4 <= found["lines"] <= 9


def test_every_change_has_a_name_in_three_languages() -> None:
    for kind in LeverKind:
        parts = (Change(K.CALLBACK, after_s=90), Change(K.LINES, count=2)) if kind is K.TOGETHER else ()
        change = Change(kind, count=3, start="10:00", end="11:00", after_s=90, seconds=10, share=0.2, parts=parts)
        names = {words.named(change, language) for language in ("zh-Hans", "zh-Hant", "en")}
        assert all(names)
        assert "{" not in "".join(names)
