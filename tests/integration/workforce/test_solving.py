"""A draft solved as a job in a process of its own, looked at, and accepted (H1)."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from schedule_centre import ScheduleCentre, SteadyLoads, at, names, planner, schedule_centre, shift

from jietong.core.errors import Refused
from jietong.db.pool import Database
from jietong.workforce.jobs.service import Jobs
from jietong.workforce.schedule.drafts import Based
from jietong.workforce.schedule.model import ShiftPattern, SiteRules, Terms
from jietong.workforce.schedule.rules import edits as e
from jietong.workforce.schedule.schemas.solving import ProposalOut, SolveIn

FIRST, LAST = "2026-07-20", "2026-07-22"


@pytest.fixture
async def centre(database: Database) -> AsyncIterator[ScheduleCentre]:
    async with schedule_centre(database) as centre:
        jobs = Jobs(database, centre.clock)
        jobs.open()
        centre.schedules.solving._jobs = jobs
        centre.schedules.needs.loads = SteadyLoads(calls=1.0)
        await centre.set_up("rules", SiteRules("main", names("a")))
        await centre.set_up("pattern", ShiftPattern("day", names("day"), 480, 660, 60))
        yield centre
        await jobs.close()


async def test_a_solved_draft_keeps_what_is_locked_and_is_accepted_as_one_edit(centre: ScheduleCentre) -> None:
    schedules = centre.schedules
    await centre.set_up("terms", Terms("he.jing", contract_until="2026-07-20"))
    made = await schedules.drafts.create(planner(), FIRST, LAST)
    put = [Based(e.Put("lin.xiao", FIRST, shift(FIRST, 9))), Based(e.Lock("lin.xiao", FIRST, True))]
    edited = await schedules.drafts.edit(planner(), made["id"], put)
    job = await schedules.solving.ask(planner(), made["id"], SolveIn(seconds=1).model_dump())
    jobs = schedules.solving._jobs
    assert jobs is not None
    async with asyncio.timeout(90):
        ended = await jobs.wait(job)
    assert ended.state == "done", ended.error_detail
    shown = await schedules.solving.proposal(planner(), job)
    ProposalOut.model_validate(shown)
    assert shown["conflicts"] == []
    assert shown["after"]["gap_hours"] < shown["before"]["gap_hours"]
    news = await schedules.solving.accept(planner(), job)
    assert len(news["edits"]) == 1
    found = await schedules.drafts.read(made["id"])
    assert found.day(("lin.xiao", FIRST)).spans == shift(FIRST, 9), "locked days stay"
    assert found.day(("he.jing", "2026-07-21")).shift is None, "the contract is over"
    must = [one for one in schedules.publishing.conflicts_of(found) if one.must]
    assert not must, "what the solver makes keeps the rules that the check knows"
    with pytest.raises(Refused) as refused:
        await schedules.solving.accept(planner(), job)
    assert refused.value.code == "proposal_closed"
    await schedules.drafts.undo(planner(), made["id"], edited["rev"] + 1)
    assert set((await schedules.drafts.read(made["id"])).drafted) == {("lin.xiao", FIRST)}


async def test_what_is_planned_after_the_days_counts_for_hours_and_rest(centre: ScheduleCentre) -> None:
    """A part of a week is solved: the rest of it stays, so nobody comes to 48 hours, or to work too soon after."""
    schedules = centre.schedules
    await centre.publish(
        *(("lin.xiao", f"2026-07-{day}", shift(f"2026-07-{day}", 9)) for day in (22, 23, 24, 25, 26)),
        ("zhao.min", "2026-07-22", shift("2026-07-22", 6)),
    )
    made = await schedules.drafts.create(planner(), FIRST, LAST)
    job = await schedules.solving.ask(planner(), made["id"], SolveIn(seconds=1, last="2026-07-21").model_dump())
    jobs = schedules.solving._jobs
    assert jobs is not None
    async with asyncio.timeout(90):
        ended = await jobs.wait(job)
    assert ended.state == "done", ended.error_detail
    await schedules.solving.accept(planner(), job)
    found = await schedules.drafts.read(made["id"])
    assert any(found.day(("lin.xiao", day)).shift is None for day in (FIRST, "2026-07-21")), "forty-four hours a week"
    late = found.day(("zhao.min", "2026-07-21")).shift
    assert late is None or late[1] <= at("2026-07-21", "19:00"), "eleven hours of rest"
    assert not [one for one in schedules.publishing.conflicts_of(found) if one.must]


async def test_what_cannot_be_solved_says_why(centre: ScheduleCentre) -> None:
    made = await centre.schedules.drafts.create(planner(), "2026-07-14", "2026-07-14")
    with pytest.raises(Refused) as past:
        await centre.schedules.solving.ask(planner(), made["id"], SolveIn().model_dump())
    assert past.value.code == "nothing_to_solve"
    later = await centre.schedules.drafts.create(planner(), FIRST, LAST)
    centre.schedules.needs.loads = None
    with pytest.raises(Refused) as blind:
        await centre.schedules.solving.ask(planner(), later["id"], SolveIn().model_dump())
    assert blind.value.code == "no_forecast"
