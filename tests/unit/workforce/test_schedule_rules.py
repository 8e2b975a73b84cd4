"""What a schedule must keep to, and what edits make of it (H1, G6): pure rules."""

import random
from collections.abc import Sequence

import msgspec
import pytest

from jietong.core.errors import Invalid, Refused
from jietong.core.events import PlannedSpan
from jietong.core.specs import Names
from jietong.core.vocabulary import Activity, Employment, Ms
from jietong.workforce.model import Load
from jietong.workforce.schedule.model import (
    MINUTE,
    STEP,
    BreakRule,
    Frame,
    MealRule,
    Person,
    PersonDay,
    QueueNeed,
    ShiftPattern,
    SiteRules,
    Skill,
    SkillGroup,
    Terms,
    at_wall,
    day_of_text,
    minute_of,
)
from jietong.workforce.schedule.need import sized
from jietong.workforce.schedule.rules import breaks, checks, cover
from jietong.workforce.schedule.rules import edits as e
from jietong.workforce.schedule.rules import requests as r
from jietong.workforce.schedule.rules.ground import Ground, at_a_time, groups_of

A = Activity
ZONE = "Asia/Shanghai"
DAY, NEXT = "2026-07-15", "2026-07-16"  # Wednesday, Thursday
NAMES: Names = {"zh-Hans": "a", "zh-Hant": "a", "en": "a"}
HOUR = 60
RULES = SiteRules("main", NAMES)
PATTERN = ShiftPattern("day", NAMES, 540, 540)
NIGHT = ShiftPattern("night", NAMES, 1320, 1320, length=540)


def ground(
    *people: Person, rules: SiteRules = RULES, zone: str = ZONE, leave: dict[str, list[tuple[Ms, Ms]]] | None = None
) -> Ground:
    return Ground(
        zone, {one.id: one for one in people or (person("lin"),)}, {"day": PATTERN, "night": NIGHT}, {"main": rules},
        {"repair": SkillGroup("repair", NAMES, ("repair",)), "orders": SkillGroup("orders", NAMES, ("orders",))},
        {"repair": QueueNeed("repair", "c", NAMES, (("repair", 2),)),
         "orders": QueueNeed("orders", "c", NAMES, (("delivery", 1),))},
        leave or {},
    )  # fmt: skip


def person(id: str, *skills: Skill, terms: Terms | None = None) -> Person:
    return Person(id, id, "", terms or Terms(id), skills or (Skill("repair", 3),))


def span(start: int, end: int, activity: Activity = A.WORK, day: str = DAY, zone: str = ZONE) -> PlannedSpan:
    """Minutes after midnight."""
    return PlannedSpan(at_wall(day, start, zone), at_wall(day, end, zone), activity)


def day_of(*spans: PlannedSpan, agent: str = "lin", day: str = DAY) -> PersonDay:
    return PersonDay(agent, day, tuple(spans))


def placed(day: str = DAY, minute: int = 540, pattern: str = "day", zone: str = ZONE) -> PersonDay:
    made = e.apply(e.Place("lin", day, pattern, minute), {}, ground(zone=zone))
    return made["lin", day]


def codes(*days: PersonDay, on: Ground | None = None, first: str = DAY, last: str = NEXT) -> list[str]:
    found = checks.check({(d.agent, d.day): d for d in days}, on or ground(), first, last, now=0)
    return [one.code for one in found]


# --- edits -----------------------------------------------------------------------------------------------------


def test_a_break_that_is_moved_leaves_work_behind() -> None:
    before = day_of(span(540, 660), span(660, 675, A.BREAK), span(675, 780))
    made = e.apply(
        e.Move("lin", DAY, at_wall(DAY, 660, ZONE), at_wall(DAY, 645, ZONE)), {("lin", DAY): before}, ground()
    )
    assert made["lin", DAY].spans == (span(540, 645), span(645, 660, A.BREAK), span(660, 780))


def test_a_span_that_ends_before_it_starts_is_refused_and_does_not_fall_away() -> None:
    for spans in ((span(660, 540),), (span(540, 780), span(660, 645, A.BREAK)), (span(540, 540),)):
        with pytest.raises(Invalid) as wrong:
            e.apply(e.Put("lin", DAY, spans), {}, ground())
        assert wrong.value.code == "bad_span"


def test_part_timers_alone_are_called_in_on_the_day_itself() -> None:
    """A6: a full-timer would be left out without a word when the draft is published."""
    frames = tuple(Frame(day, 780, 1200) for day in range(7))
    part = Person("xie", "xie", "", Terms("xie", Employment.PART_TIME, standby=frames), (Skill("repair", 3),))
    on = ground(part, person("lin"))
    start, end = at_wall(DAY, 840, ZONE), at_wall(DAY, 960, ZONE)
    assert e.apply(e.CallIn("xie", DAY, start, end), {}, on)["xie", DAY].invites
    for wrong, code in (
        (e.CallIn("lin", DAY, start, end), "bad_edit"),
        (e.CallIn("xie", NEXT, start, end), "wrong_day"),
    ):
        with pytest.raises(Invalid) as refused:
            e.apply(wrong, {}, on)
        assert refused.value.code == code


def test_days_far_from_any_that_a_centre_plans_are_refused() -> None:
    assert day_of_text("2026-07-15") == "2026-07-15"
    for text in ("9999-12-31", "0001-01-01", "2026-02-30", "tomorrow", ""):
        with pytest.raises(Invalid) as wrong:
            day_of_text(text)
        assert wrong.value.code == "bad_day"


def test_a_break_is_not_moved_out_of_the_shift() -> None:
    before = day_of(span(540, 660), span(660, 675, A.BREAK), span(675, 780))
    with pytest.raises(Invalid, match="within the shift"):
        e.apply(
            e.Move("lin", DAY, at_wall(DAY, 660, ZONE), at_wall(DAY, 780, ZONE)), {("lin", DAY): before}, ground()
        )


def test_what_is_put_down_displaces_work_and_what_is_taken_away_gives_it_back() -> None:
    before = {("lin", DAY): day_of(span(540, 780))}
    inserted = e.apply(
        e.Insert("lin", DAY, at_wall(DAY, 600, ZONE), at_wall(DAY, 630, ZONE), A.TRAINING), before, ground()
    )
    assert inserted["lin", DAY].spans == (span(540, 600), span(600, 630, A.TRAINING), span(630, 780))
    removed = e.apply(e.Remove("lin", DAY, at_wall(DAY, 600, ZONE)), inserted, ground())
    assert removed["lin", DAY].spans == before["lin", DAY].spans


def test_a_locked_day_is_left_alone_and_a_shift_is_not_given_to_somebody_who_works() -> None:
    people = ground(person("lin"), person("he"))
    locked = {("lin", DAY): msgspec.structs.replace(day_of(span(540, 780)), locked=True)}
    with pytest.raises(Refused) as refused:
        e.apply(e.Clear("lin", DAY), locked, people)
    assert refused.value.code == "day_locked"
    both = {("lin", DAY): day_of(span(540, 780)), ("he", DAY): day_of(span(600, 780), agent="he")}
    with pytest.raises(Refused) as taken:
        e.apply(e.Assign("lin", DAY, "he"), both, people)
    assert taken.value.code == "day_taken"
    given = e.apply(e.Assign("lin", DAY, "he"), {("lin", DAY): day_of(span(540, 780))}, people)
    assert (given["lin", DAY].spans, given["he", DAY].spans) == ((), (span(540, 780),))


def test_a_shift_past_midnight_belongs_to_the_day_on_which_it_starts() -> None:
    """wound: a shift on the wrong local day."""
    night = placed(minute=1320, pattern="night")
    assert night.shift == (at_wall(DAY, 1320, ZONE), at_wall(NEXT, 420, ZONE))
    with pytest.raises(Invalid) as wrong:
        e.apply(e.Put("lin", NEXT, night.spans), {}, ground())
    assert wrong.value.code == "wrong_day"
    with pytest.raises(Invalid):
        e.apply(e.Put("lin", DAY, (span(60, 300, day=NEXT),)), {}, ground())


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-28", 8), ("2026-03-29", 9), ("2026-10-24", 10), ("2026-10-25", 9)]
)
def test_on_the_night_of_the_clock_change_a_shift_is_as_long_as_it_is_worked(day: str, hours: int) -> None:
    spans = (span(1320, 1860, day=day, zone="Europe/Berlin"),)  # 22:00 to 7:00 on the wall
    made = e.apply(e.Put("lin", day, spans), {}, ground(zone="Europe/Berlin"))["lin", day]
    assert made.paid_s == hours * 3600
    assert minute_of(spans[0].end, day, "Europe/Berlin") == 1860
    pattern = placed(day, 1320, "night", "Europe/Berlin")
    shift = pattern.shift
    assert shift is not None
    assert shift[1] - shift[0] == 9 * 3_600_000, "a pattern's length is elapsed time"


def test_a_day_copied_over_a_clock_change_keeps_the_times_on_the_wall() -> None:
    spans = (span(480, 1020, day="2026-03-28", zone="Europe/Berlin"),)
    copied = e.onto(spans, "2026-03-28", "2026-03-29", "Europe/Berlin")
    assert copied == (span(480, 1020, day="2026-03-29", zone="Europe/Berlin"),)


def test_whatever_is_put_down_every_moment_of_work_is_counted_once() -> None:
    """Property: work never overlaps anything, and time is neither made nor lost."""
    source = random.Random(5)
    for _ in range(300):
        spans = []
        for _ in range(source.randint(1, 8)):
            start = source.randrange(0, 1200, 5)
            activity = source.choice([A.WORK, A.WORK, A.BREAK, A.TRAINING])
            spans.append(span(start, start + source.randrange(5, 240, 5), activity))
        made = e.normal(spans)
        work = [s for s in made if s.activity is A.WORK]
        for one in work:
            assert not any(o is not one and o.start < one.end and o.end > one.start for o in made)
        assert _covered(made) == _covered(spans)
        assert e.normal(made) == made


def _covered(spans: Sequence[PlannedSpan]) -> set[int]:
    return {at for s in spans for at in range(s.start, s.end, 5 * MINUTE)}


# --- breaks, hours, rest ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("length", range(60, 961, 30))
def test_placed_breaks_keep_fifteen_minutes_for_two_hours_on_line(length: int) -> None:
    """G6, of a shift of any length, with a meal and without."""
    for meal in (None, MealRule()):
        shift = span(540, 540 + length)
        spans = e.normal(breaks.placed((shift,), BreakRule(), meal))
        assert not breaks.too_long(spans, BreakRule())
        assert not breaks.meal_missing(spans, meal)
        assert (spans[0].start, spans[-1].end) == (shift.start, shift.end)
        assert not e.overlaps(spans)


def test_a_training_within_the_shift_stays_where_it_is_and_counts_as_an_interruption() -> None:
    spans = e.normal([span(540, 1080), span(660, 690, A.TRAINING)])
    made = e.normal(breaks.placed(spans, BreakRule(), MealRule()))
    assert span(660, 690, A.TRAINING) in made
    assert not breaks.too_long(made, BreakRule())


def test_a_missing_break_is_found_and_its_fix_mends_it() -> None:
    meal = msgspec.structs.replace(span(780, 840, A.MEAL), paid=False)
    day = day_of(span(540, 780), meal, span(840, 1080))
    found = checks.check({("lin", DAY): day}, ground(), DAY, DAY, now=0)
    assert [one.code for one in found] == ["break_missing", "break_missing"]
    edits = [e.read(edit) for one in found for edit in one.fix]
    fixed = e.apply_all(edits, {("lin", DAY): day}, ground())
    assert codes(*fixed.values()) == []


@pytest.mark.parametrize(
    ("code", "rules", "days"),
    [
        ("hours_day", {"hours_day": 7.0}, [placed()]),
        ("hours_week", {"hours_week": 15.0}, [placed(), placed(NEXT)]),
        ("rest_short", {"rest_between": 16.0}, [placed(), placed(NEXT)]),
        ("days_in_row", {"days_in_row": 1}, [placed(), placed(NEXT)]),
        ("rest_days", {"rest_days_week": 6}, [placed(), placed(NEXT)]),
    ],
)
def test_each_rule_of_working_time_is_kept_or_named(
    code: str, rules: dict[str, float], days: list[PersonDay]
) -> None:
    assert code not in codes(*days)
    assert code in codes(*days, on=ground(rules=msgspec.structs.replace(RULES, **rules)))


def test_rest_is_counted_from_the_end_of_a_shift_past_midnight() -> None:
    night, early = placed(minute=1320, pattern="night"), placed(NEXT, 960)  # ends 7:00, next begins 16:00
    found = checks.check({(d.agent, d.day): d for d in (night, early)}, ground(), DAY, NEXT, now=0)
    assert [(one.code, one.params["hours"]) for one in found if one.code == "rest_short"] == [("rest_short", 9.0)]


def test_leave_contract_and_frames_are_seen() -> None:
    shift = placed()
    assert shift.shift is not None
    framed = person("lin", terms=Terms("lin", Employment.PART_TIME, frames=(Frame(2, 600, 900),)))
    assert "outside_frames" in codes(shift, on=ground(framed))
    ended = person("lin", terms=Terms("lin", contract_until="2026-07-14"))
    assert "outside_contract" in codes(shift, on=ground(ended))
    assert "on_leave" in codes(shift, on=ground(leave={"lin": [shift.shift]}))


def test_a_certificate_that_lapses_stops_the_shift_only_where_nothing_else_is_left() -> None:
    shift = placed()
    assert shift.shift is not None
    lapsed = Skill("repair", 3, shift.shift[0] - 1, gated=True)
    alone = checks.check({("lin", DAY): shift}, ground(person("lin", lapsed)), DAY, DAY, now=0)
    assert [(one.code, one.must) for one in alone] == [("certificate_lapsed", True)]
    also = person("lin", lapsed, Skill("delivery", 2))
    assert [(one.code, one.must) for one in checks.check({("lin", DAY): shift}, ground(also), DAY, DAY, now=0)] == [
        ("certificate_lapsed", False)
    ]
    assert groups_of(also, ground(also), shift.shift[0]) == ("orders",)
    soon = person("lin", Skill("repair", 3, shift.shift[1] + 86_400_000, gated=True))
    assert codes(shift, on=ground(soon)) == ["certificate_lapsing"]


# --- cover -----------------------------------------------------------------------------------------------------


def test_chats_are_counted_several_to_an_agent_and_calls_never_h1() -> None:
    repair, delivery = Skill("repair", 3), Skill("delivery", 2)
    people = [
        msgspec.structs.replace(person("lin", repair, delivery), chats=4),
        msgspec.structs.replace(person("wu", delivery), chats=2),
        msgspec.structs.replace(person("off", delivery), chats=0),  # takes no chats
        msgspec.structs.replace(person("calls", repair), chats=9),  # does not serve the group
    ]
    by_phone = ground(*people)
    orders = msgspec.structs.replace(by_phone.queues["orders"], chat=True)
    by_chat = msgspec.structs.replace(by_phone, queues={**by_phone.queues, "orders": orders})
    assert at_a_time(by_phone.groups["orders"], by_phone, 0) == 1
    assert at_a_time(by_chat.groups["orders"], by_chat, 0) == 3
    both = SkillGroup("both", NAMES, ("orders", "repair"))
    assert at_a_time(both, by_chat, 0) == 1  # some of it are calls

    load = Load("orders", 0, 900, (30.0,), (600.0,))  # 20 Erlang
    calls, chats = (sized([load], by_chat.groups["orders"], 90.0, n, keep=False) for n in (1.0, 3.0))
    assert chats.on_line[0] * 3 >= 20 * 0.8  # of the chats, few may give up
    assert chats.on_line[0] <= calls.on_line[0] / 2


def test_a_person_of_two_skills_covers_one_group_at_a_time() -> None:
    """wound: MultiSkillStaffing."""
    both = ("orders", "repair")
    got = cover.allocate({both: 1.0}, {"repair": 1.0, "orders": 1.0})
    assert sum(got.values()) == pytest.approx(1.0)
    assert cover.allocate({both: 1.0, ("repair",): 1.0}, {"repair": 1.0, "orders": 1.0}) == pytest.approx(
        {"repair": 1.0, "orders": 1.0}
    )


def test_a_chain_of_skills_meets_every_need_that_can_be_met() -> None:
    people: dict[tuple[str, ...], float] = {("a", "b"): 2.0, ("b", "c"): 2.0, ("c", "d"): 2.0, ("a", "d"): 2.0}
    assert cover.allocate(people, {"a": 4.0, "b": 0.0, "c": 4.0, "d": 0.0}) == pytest.approx(
        {"a": 4.0, "b": 0.0, "c": 4.0, "d": 0.0}
    )


def test_cover_is_never_more_than_the_people_there_are_and_as_much_as_can_be() -> None:
    """Property, against a brute force over whole people."""
    source = random.Random(3)
    groups = ["a", "b", "c"]
    for _ in range(150):
        people: dict[tuple[str, ...], float] = {}
        for _ in range(source.randint(1, 4)):
            kind = tuple(sorted(source.sample(groups, source.randint(1, 3))))
            people[kind] = people.get(kind, 0.0) + 1
        need = {group: float(source.randint(0, 3)) for group in groups}
        got = cover.allocate(people, need)
        assert sum(got.values()) == pytest.approx(sum(people.values()))
        met = sum(min(got[g], need[g]) for g in groups)
        each = [kind for kind, count in people.items() for _ in range(int(count))]
        assert met == pytest.approx(_best(each, need)), (people, need)


def _best(people: list[tuple[str, ...]], need: dict[str, float]) -> float:
    if not people:
        return 0.0
    rest = people[1:]
    found = [_best(rest, need)]
    for group in people[0]:
        if need[group] >= 1:
            found.append(1 + _best(rest, {**need, group: need[group] - 1}))
    return max(found)


def test_part_of_a_step_counts_as_part_of_a_person() -> None:
    day = day_of(span(540, 550))
    found = cover.cover_of([day], ground(), ["repair"], at_wall(DAY, 540, ZONE), STEP, {"repair": [1.0, 1.0]})
    assert found.agents["repair"] == pytest.approx([10 / 15, 0.0])


def test_a_gap_and_a_single_point_of_failure_are_told_as_stretches() -> None:
    found = cover.cover_of(
        [day_of(span(540, 600))], ground(), ["repair"], at_wall(DAY, 540, ZONE), STEP, {"repair": [2.0] * 6}
    )
    conflicts = checks.cover_conflicts(found, {"repair": [2.0] * 6}, at_wall(DAY, 540, ZONE), STEP)
    told = {one.code: (one.start, one.end, one.params) for one in conflicts}
    assert told["cover_gap"][2]["hours"] == pytest.approx(2.0)
    assert told["single_point"][:2] == (at_wall(DAY, 540, ZONE), at_wall(DAY, 600, ZONE))
    assert told["nobody_able"][:2] == (at_wall(DAY, 600, ZONE), at_wall(DAY, 630, ZONE))


# --- requests --------------------------------------------------------------------------------------------------


def test_the_table_of_states_lets_nothing_come_back_to_life() -> None:
    closed = {state for state in r.RequestState if not state.open}
    for kind in r.RequestKind:
        for state in closed:
            for act in r.Act:
                allowed = kind is r.RequestKind.LEAVE and (state, act) in r.ONLY_LEAVE
                if not allowed:
                    with pytest.raises(Refused):
                        r.after(kind, state, act)
    assert r.after(r.RequestKind.SWAP, r.RequestState.OFFERED, r.Act.ACCEPT) is r.RequestState.AWAITING


def test_leave_takes_what_of_the_shift_it_covers_and_no_more() -> None:
    day = day_of(span(540, 780), span(780, 840, A.MEAL), span(840, 1080))
    spans = r.on_leave(day, at_wall(DAY, 720, ZONE), at_wall(DAY, 900, ZONE))
    assert spans == (span(540, 720), span(720, 900, A.LEAVE), span(900, 1080))
    assert r.on_leave(day_of(), at_wall(DAY, 0, ZONE), at_wall(DAY, 1440, ZONE)) == ()


def test_who_was_called_up_least_then_works_least_then_is_longest_there_comes_first() -> None:
    standing = [
        r.Standing("a", 1, 0, 9), r.Standing("b", 0, 12, 1), r.Standing("c", 0, 8, 1), r.Standing("d", 0, 8, 4),
    ]  # fmt: skip
    assert r.in_order(standing) == ["d", "c", "b", "a"]
