"""Leave, swaps, call-ups and the calendar (H1, A6): what staff ask, and what becomes of it in the schedule."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from icalendar import Calendar
from schedule_centre import (
    A,
    ScheduleCentre,
    SteadyLoads,
    agent,
    at,
    planner,
    schedule_centre,
    shift,
    span,
    supervisor,
)

from jietong.core.errors import Forbidden, Invalid, NotFound, Refused
from jietong.core.vocabulary import Employment
from jietong.db.pool import Database
from jietong.workforce.schedule.model import Frame, PersonDay, SiteRules, Terms
from jietong.workforce.schedule.rules.requests import RequestKind
from jietong.workforce.schedule.verify import verify

DAY = "2026-07-20"
NEXT = "2026-07-21"
RULES = SiteRules("main", {"zh-Hans": "a", "zh-Hant": "a", "en": "a"}, hours_week=44)
STANDBY = tuple(Frame(day, 780, 1200) for day in range(7))


@pytest.fixture
async def centre(database: Database) -> AsyncIterator[ScheduleCentre]:
    async with schedule_centre(database) as centre:
        await centre.set_up("rules", RULES)
        for id in ("xie.min", "gao.jun"):
            await centre.set_up("terms", Terms(id, Employment.PART_TIME, hours_week=24, standby=STANDBY))
        yield centre


async def refused(work: Any, code: str) -> Refused:
    with pytest.raises(Refused) as caught:
        await work
    assert caught.value.code == code
    return caught.value


# --- leave -----------------------------------------------------------------------------------------------------


async def test_leave_that_is_granted_takes_the_shift_out_of_the_schedule(centre: ScheduleCentre) -> None:
    await centre.publish(("lin.xiao", DAY, shift(DAY)), ("lin.xiao", NEXT, shift(NEXT)))
    requests = centre.schedules.requests
    asked = await requests.ask_leave(agent("lin.xiao"), "lin.xiao", DAY, DAY, None, None, "family")
    assert asked["state"] == "awaiting"
    assert await centre.day("lin.xiao", DAY) == shift(DAY)
    granted = await requests.decide(supervisor(), asked["id"], "approve", "")
    assert (granted["state"], granted["version"]) == ("approved", 2)
    assert await centre.day("lin.xiao", DAY) == (span(DAY, "9:00", "18:00", A.LEAVE),)
    assert await centre.day("lin.xiao", NEXT) == shift(NEXT)
    assert not (await verify(centre.database, "main")).different
    await refused(requests.decide(supervisor(), asked["id"], "refuse", "too late"), "request_closed")


async def test_leave_of_a_part_of_the_day_leaves_the_rest(centre: ScheduleCentre) -> None:
    await centre.publish(("lin.xiao", DAY, shift(DAY)))
    requests = centre.schedules.requests
    me = agent("lin.xiao")
    asked = await requests.ask_leave(me, "lin.xiao", DAY, DAY, at(DAY, "16:00"), at(DAY, "18:00"), "dentist")
    await requests.decide(supervisor(), asked["id"], "approve", "")
    day = await centre.day("lin.xiao", DAY)
    assert day[-1] == span(DAY, "16:00", "18:00", A.LEAVE)
    assert day[:-1] == tuple(s for s in shift(DAY) if s.end <= at(DAY, "16:00"))


async def test_leave_within_the_rules_needs_nobody_and_beyond_them_somebody(centre: ScheduleCentre) -> None:
    await centre.set_up("rules", msgspec.structs.replace(RULES, leave_automatic=True, leave_share_max=0.5))
    await centre.publish(("sun.lei", DAY, shift(DAY)))
    requests = centre.schedules.requests
    granted = await requests.ask_leave(agent("sun.lei"), "sun.lei", DAY, DAY, None, None, "")
    assert (granted["state"], granted["automatic"]) == ("approved", True)
    assert await centre.day("sun.lei", DAY) == (span(DAY, "9:00", "18:00", A.LEAVE),)
    soon = await requests.ask_leave(agent("lin.xiao"), "lin.xiao", "2026-07-15", "2026-07-15", None, None, "")
    assert (soon["state"], soon["params"]["in_time"]) == ("awaiting", False)


async def test_leave_given_back_brings_the_shift_back(centre: ScheduleCentre) -> None:
    await centre.publish(("lin.xiao", DAY, shift(DAY)))
    requests = centre.schedules.requests
    asked = await requests.ask_leave(agent("lin.xiao"), "lin.xiao", DAY, DAY, None, None, "")
    await requests.decide(supervisor(), asked["id"], "approve", "")
    with pytest.raises(Forbidden):
        await requests.withdraw(agent("chen.yu"), "chen.yu", asked["id"])
    back = await requests.withdraw(agent("lin.xiao"), "lin.xiao", asked["id"])
    assert back["state"] == "withdrawn"
    assert await centre.day("lin.xiao", DAY) == shift(DAY)


async def test_a_refusal_says_why_and_nobody_decides_for_themselves(centre: ScheduleCentre) -> None:
    requests = centre.schedules.requests
    asked = await requests.ask_leave(agent("lin.xiao"), "lin.xiao", DAY, DAY, None, None, "")
    await refused(requests.ask_leave(agent("lin.xiao"), "lin.xiao", DAY, NEXT, None, None, ""), "leave_already")
    with pytest.raises(Invalid) as invalid:
        await requests.decide(supervisor(), asked["id"], "refuse", " ")
    assert invalid.value.code == "reason_missing"
    me = msgspec.json.decode(b'"lin.xiao"')
    with pytest.raises(Forbidden) as forbidden:
        await requests.decide(agent(me), asked["id"], "approve", "")
    assert forbidden.value.code == "four_eyes"
    no = await requests.decide(supervisor(), asked["id"], "refuse", "a campaign that day")
    own = await centre.schedules.own.schedule(agent("lin.xiao"), DAY, NEXT)
    assert no["state"] == "refused"
    assert own["notices"][0]["params"]["reason"] == "a campaign that day"


# --- swaps -----------------------------------------------------------------------------------------------------


async def test_a_swap_within_the_rules_is_in_the_schedule_when_it_is_accepted(centre: ScheduleCentre) -> None:
    await centre.publish(("lin.xiao", DAY, shift(DAY, 8)), ("chen.yu", DAY, shift(DAY, 11)))
    requests = centre.schedules.requests
    asked = await requests.ask_swap(agent("lin.xiao"), "lin.xiao", DAY, "chen.yu", None, "please")
    assert asked["state"] == "offered"
    with pytest.raises(Forbidden):
        await requests.accept(agent("zhao.min"), "zhao.min", asked["id"])
    done = await requests.accept(agent("chen.yu"), "chen.yu", asked["id"])
    assert (done["state"], done["automatic"]) == ("approved", True)
    assert await centre.day("lin.xiao", DAY) == shift(DAY, 11)
    assert await centre.day("chen.yu", DAY) == shift(DAY, 8)
    again = await requests.accept(agent("chen.yu"), "chen.yu", asked["id"])
    assert again["version"] == done["version"], "asked again after a lost answer"


async def test_a_swap_waits_for_a_supervisor_where_the_rules_ask_for_one(centre: ScheduleCentre) -> None:
    await centre.set_up("rules", msgspec.structs.replace(RULES, swap_automatic=False))
    await centre.publish(("lin.xiao", DAY, shift(DAY, 8)), ("chen.yu", NEXT, shift(NEXT, 11)))
    requests = centre.schedules.requests
    asked = await requests.ask_swap(agent("lin.xiao"), "lin.xiao", DAY, "chen.yu", NEXT, "")
    waiting = await requests.accept(agent("chen.yu"), "chen.yu", asked["id"])
    assert waiting["state"] == "awaiting"
    assert await centre.day("lin.xiao", DAY) == shift(DAY, 8)
    detail = await centre.schedules.request_detail(supervisor(), asked["id"])
    assert len(detail["changes"]) == 4
    assert (await requests.decide(supervisor(), asked["id"], "approve", ""))["state"] == "approved"
    assert await centre.day("chen.yu", DAY) == shift(DAY, 8)
    assert await centre.day("lin.xiao", NEXT) == shift(NEXT, 11)
    assert await centre.day("lin.xiao", DAY) == await centre.day("chen.yu", NEXT) == ()


async def test_a_swap_that_breaks_a_rule_on_either_side_is_refused_and_says_which(centre: ScheduleCentre) -> None:
    before = "2026-07-19"
    late = shift(before, 14)
    await centre.publish(
        ("chen.yu", before, late), ("lin.xiao", DAY, shift(DAY, 8)), ("chen.yu", DAY, shift(DAY, 11)),
        ("sun.lei", NEXT, shift(NEXT)), ("chen.yu", NEXT, shift(NEXT, 12)),
    )  # fmt: skip
    requests = centre.schedules.requests
    rest = await refused(
        requests.ask_swap(agent("lin.xiao"), "lin.xiao", DAY, "chen.yu", None, ""), "rules_broken"
    )  # 23:00 to 8:00 are nine hours
    assert {(one["code"], one["agent"]) for one in rest.extra["conflicts"]} == {("rest_short", "chen.yu")}
    skills = await refused(requests.ask_swap(agent("sun.lei"), "sun.lei", NEXT, "chen.yu", None, ""), "rules_broken")
    assert {one["code"] for one in skills.extra["conflicts"]} == {"skills_missing"}
    colleagues = await requests.colleagues("lin.xiao", DAY, None, give_away=False)
    assert [(one["agent"], one["why_not"]) for one in colleagues] == [("chen.yu", ["rest_short"])]


async def test_a_swap_is_refused_when_its_rules_came_to_be_broken_before_it_was_accepted(
    centre: ScheduleCentre,
) -> None:
    await centre.publish(("lin.xiao", DAY, shift(DAY, 8)), ("chen.yu", DAY, shift(DAY, 11)))
    asked = await centre.schedules.requests.ask_swap(agent("lin.xiao"), "lin.xiao", DAY, "chen.yu", None, "")
    await centre.publish(("chen.yu", "2026-07-19", shift("2026-07-19", 14)))
    await refused(centre.schedules.requests.accept(agent("chen.yu"), "chen.yu", asked["id"]), "rules_broken")
    assert await centre.day("lin.xiao", DAY) == shift(DAY, 8)


async def test_a_shift_is_given_away_to_whoever_takes_it_first(centre: ScheduleCentre) -> None:
    await centre.publish(("lin.xiao", DAY, shift(DAY)), ("zhao.min", DAY, shift(DAY)))
    requests = centre.schedules.requests
    asked = await requests.ask_swap(agent("lin.xiao"), "lin.xiao", DAY, None, None, "", give_away=True)
    to = [one["agent"] for one in asked["offers"]]
    assert "zhao.min" not in to, "works on that day already"
    assert "chen.yu" in to
    takers = [id for id in ("chen.yu", "he.jing") if id in to]
    answers = await asyncio.gather(
        *(requests.accept(agent(id), id, asked["id"]) for id in takers), return_exceptions=True
    )
    assert sum(not isinstance(one, Exception) for one in answers) == 1
    holders = [id for id in takers if await centre.day(id, DAY) == shift(DAY)]
    assert len(holders) == 1
    assert await centre.day("lin.xiao", DAY) == ()


async def test_a_shift_can_be_swapped_until_a_day_before_it_and_no_later(centre: ScheduleCentre) -> None:
    soon = "2026-07-15"
    await centre.publish(("lin.xiao", soon, shift(soon, 8)), ("chen.yu", soon, shift(soon, 11)))
    await refused(
        centre.schedules.requests.ask_swap(agent("lin.xiao"), "lin.xiao", soon, "chen.yu", None, ""),
        "notice_too_short",
    )


# --- call-ups --------------------------------------------------------------------------------------------------


async def test_of_two_who_accept_the_last_place_one_is_first_and_nobody_is_entered_twice(
    centre: ScheduleCentre,
) -> None:
    start, end = at("2026-07-14", "15:00"), at("2026-07-14", "19:00")
    requests = centre.schedules.requests
    offered = await requests.call_up(supervisor(), RequestKind.CALL_UP, start, end)
    assert [one["agent"] for one in offered["offers"]] == ["gao.jun", "xie.min"]
    answers = await asyncio.gather(
        *(requests.accept(agent(id), id, offered["id"]) for id in ("gao.jun", "xie.min")), return_exceptions=True
    )
    lost = [one for one in answers if isinstance(one, Exception)]
    assert len(lost) == 1
    assert isinstance(lost[0], Refused)
    assert lost[0].code == "taken"
    days = {id: await centre.day(id, "2026-07-14") for id in ("gao.jun", "xie.min")}
    held = [day for day in days.values() if day]
    assert len(held) == 1
    assert (held[0][0].start, held[0][-1].end) == (start, end)
    assert [s.activity for s in held[0]] == [A.WORK, A.BREAK, A.WORK], "15 minutes in four hours on line (G6)"
    assert not (await verify(centre.database, "main")).different


async def test_whoever_was_called_up_least_is_asked_first(centre: ScheduleCentre) -> None:
    requests = centre.schedules.requests
    first = await requests.call_up(
        supervisor(), RequestKind.CALL_UP, at("2026-07-14", "15:00"), at("2026-07-14", "17:00"), agents=["gao.jun"]
    )
    await requests.accept(agent("gao.jun"), "gao.jun", first["id"])
    start, end = at("2026-07-20", "15:00"), at("2026-07-20", "17:00")
    order = await requests.candidates(planner(), RequestKind.CALL_UP, start, end, None)
    assert [(one["agent"], one["called"]) for one in order] == [("xie.min", 0), ("gao.jun", 1)]


async def test_a_call_up_that_nobody_answers_is_closed_and_cannot_be_taken_later(centre: ScheduleCentre) -> None:
    requests = centre.schedules.requests
    start, end = at("2026-07-14", "15:00"), at("2026-07-14", "17:00")
    offered = await requests.call_up(supervisor(), RequestKind.CALL_UP, start, end)
    centre.clock.advance(1_800_000)
    await refused(requests.accept(agent("gao.jun"), "gao.jun", offered["id"]), "taken")
    assert await requests.sweep() == 1
    assert [one["state"] for one in await requests.listed()] == ["expired"]
    assert await requests.sweep() == 0


async def test_nobody_outside_their_standby_frame_is_asked(centre: ScheduleCentre) -> None:
    start, end = at("2026-07-14", "11:00"), at("2026-07-14", "13:00")
    await refused(centre.schedules.requests.call_up(supervisor(), RequestKind.CALL_UP, start, end), "nobody_to_ask")


async def test_overtime_is_offered_to_those_whose_shift_it_continues(centre: ScheduleCentre) -> None:
    await centre.publish(("lin.xiao", DAY, shift(DAY, 8)), ("chen.yu", DAY, shift(DAY, 11)))
    requests = centre.schedules.requests
    start, end = at(DAY, "17:00"), at(DAY, "18:00")
    offered = await requests.call_up(supervisor(), RequestKind.OVERTIME, start, end)
    assert [one["agent"] for one in offered["offers"]] == ["lin.xiao"]
    await requests.accept(agent("lin.xiao"), "lin.xiao", offered["id"])
    day = PersonDay("lin.xiao", DAY, await centre.day("lin.xiao", DAY))
    assert day.overtime_s > 0
    assert day.shift == (at(DAY, "8:00"), at(DAY, "18:00"))


# --- one's own -------------------------------------------------------------------------------------------------


async def test_what_changed_is_marked_until_it_is_read(centre: ScheduleCentre) -> None:
    me = agent("lin.xiao")
    await centre.publish(("lin.xiao", DAY, shift(DAY)))
    own = centre.schedules.own
    await own.read_notices(me, [one["id"] for one in (await own.schedule(me, DAY, NEXT))["notices"]])
    await centre.publish(("lin.xiao", DAY, shift(DAY, 10)))
    shown = await own.schedule(me, DAY, NEXT)
    assert shown["days"][0]["before"][0]["start"] == at(DAY, "9:00")
    assert shown["days"][1]["before"] is None
    await own.read_notices(me, [one["id"] for one in shown["notices"]])
    assert (await own.schedule(me, DAY, NEXT))["days"][0]["before"] is None


async def test_wishes_are_ones_own(centre: ScheduleCentre) -> None:
    own = centre.schedules.own
    made = await own.add_wish(agent("lin.xiao"), "off", None, 5, None, 3, "market day")
    with pytest.raises(NotFound):
        await own.drop_wish(agent("chen.yu"), made["id"])
    with pytest.raises(Invalid):
        await own.add_wish(agent("lin.xiao"), "off", DAY, 5, None, 3, "")
    assert [one["id"] for one in (await own.schedule(agent("lin.xiao"), DAY, NEXT))["wishes"]] == [made["id"]]


async def test_the_calendar_is_for_whoever_holds_its_address_until_it_is_revoked(centre: ScheduleCentre) -> None:
    own, me = centre.schedules.own, agent("lin.xiao")
    await centre.publish(("lin.xiao", DAY, shift(DAY, training=True)), ("lin.xiao", NEXT, shift(NEXT)))
    await centre.publish(("lin.xiao", NEXT, ()))
    token = await own.make_feed(me)
    calendar = Calendar.from_ical(await own.feed(token, "en", "centre.example"))
    assert [str(one["TZID"]) for one in calendar.walk("VTIMEZONE")] == ["Asia/Shanghai"]
    events = {str(one["UID"]): one for one in calendar.walk("VEVENT")}
    held = events[f"lin.xiao-{DAY}@centre.example"]
    assert round(held.decoded("DTSTART").timestamp() * 1000) == at(DAY, "9:00")
    assert "11:00–11:15 Break" in str(held["DESCRIPTION"])
    assert str(held["STATUS"]) == "CONFIRMED"
    assert str(events[f"lin.xiao-{NEXT}@centre.example"]["STATUS"]) == "CANCELLED"
    assert f"lin.xiao-{DAY}-training-1@centre.example" in events
    newer = await own.make_feed(me)
    with pytest.raises(NotFound):
        await own.feed(token, "en", "centre.example")
    await own.drop_feed(me)
    with pytest.raises(NotFound):
        await own.feed(newer, "en", "centre.example")


async def test_an_invitation_in_a_draft_is_given_when_it_is_published(centre: ScheduleCentre) -> None:
    from jietong.workforce.schedule.drafts import Based
    from jietong.workforce.schedule.rules import edits as e

    centre.schedules.needs.loads = SteadyLoads()
    made = await centre.schedules.drafts.create(planner(), DAY, DAY)
    call = e.CallIn("xie.min", DAY, at(DAY, "15:00"), at(DAY, "17:00"))
    edited = await centre.schedules.drafts.edit(planner(), made["id"], [Based(call)])
    publish = centre.schedules.publishing.publish
    told = [await publish(planner(), made["id"], edited["rev"]) for _ in range(2)]
    assert [one["not_invited"] for one in told] == [[], []]
    open_now = await centre.schedules.requests.listed(open=True)
    assert [(one["kind"], one["offers"][0]["agent"]) for one in open_now] == [("call_up", "xie.min")]
    shown = await centre.schedules.planner.schedule(planner(), DAY, DAY, None)
    assert [one["asked"] for one in shown["pending"]] == [["xie.min"]]
