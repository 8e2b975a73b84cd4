"""The day as it runs (H1, H3, A6): schedules and states in the ledger, exceptions, levers done and undone, alarms."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from schedule_centre import A, ScheduleCentre, SteadyLoads, at, person, planner, shift, span, supervisor

from jietong.contacts import verify
from jietong.contacts.projector import ContactsProjector
from jietong.core import commands as k
from jietong.core import events as e
from jietong.core.clock import ManualClock
from jietong.core.days import day_of
from jietong.core.errors import Invalid, NotFound, Refused
from jietong.core.specs import SiteSpec
from jietong.core.vocabulary import Ms, State, Status
from jietong.db.pool import ALL, Database
from jietong.demo.seed import seed
from jietong.identity.permissions import Role
from jietong.metrics.attendance import Attendance
from jietong.metrics.intervals import By, Every, Query, metrics
from jietong.metrics.warehouse import Warehouse
from jietong.routing.engine import Engine
from jietong.routing.runtime import Plan, Runtime
from jietong.routing.service import load_specs
from jietong.workforce.day.model import LeverKind
from jietong.workforce.day.second_skill import SecondSkill
from jietong.workforce.day.service import TheDay
from jietong.workforce.day.watch import Watch
from jietong.workforce.forecast.expected import Now
from jietong.workforce.jobs.model import JobState
from jietong.workforce.jobs.service import Jobs
from jietong.workforce.schedule.service import Schedules
from jietong.workforce.simulation.skill_jobs import SkillJobs

DAY, ZONE = "2026-07-14", "Asia/Shanghai"
MINUTE: Ms = 60_000


class SteadyToday:
    """So many contacts each quarter of an hour from eight to eight, and nothing known of how many came."""

    calls = 2.0

    async def today(self, queue: str, now: Ms) -> Now:

        start = day_of(date.fromisoformat(DAY), ZONE).start
        calls = tuple(self.calls if 32 <= i < 80 else 0.0 for i in range(96))
        starts = tuple(start + i * 900_000 for i in range(96))
        return Now(
            queue, date.fromisoformat(DAY), now, starts, calls, (None,) * 96, calls, calls, calls, (300.0,) * 96,
            1.0, 0.0, 0.0, 0.0,
        )  # fmt: skip


class DayCentre(NamedTuple):
    centre: ScheduleCentre
    attendance: Attendance
    day: TheDay
    watch: Watch
    forecasts: SteadyToday
    projector: ContactsProjector
    warehouse: Warehouse

    @property
    def clock(self) -> ManualClock:
        return self.centre.clock

    async def status(self, agent: str, status: Status, wall: str) -> None:
        self.clock.set(at(DAY, wall))
        if self.attendance.state(agent) == "off":
            await self.centre.runtime.submit(k.SignIn(agent))
        await self.centre.runtime.submit(k.SetStatus(agent, status))

    async def past(self, figures: str, by: tuple[By, ...] = ()) -> Any:
        """From the stored facts, known up to now."""
        await self.projector.catch_up()
        start = day_of(date.fromisoformat(DAY), ZONE)
        query = Query("main", start, ZONE, Every.ALL, by, metrics(figures))
        return await self.warehouse.rows(query, ALL)


@pytest.fixture
async def here(database: Database, tmp_path: Path) -> AsyncIterator[DayCentre]:
    clock = ManualClock(at(DAY, "8:00"))
    await seed(database, clock, scheduled=False)
    attendance = Attendance()
    runtime: Runtime[Engine] = Runtime(
        database, "main", Plan(Engine, Engine.load), clock=clock, followers=[attendance]
    )
    await runtime.start()
    await runtime.wait_active(20)
    for command in await load_specs(database, runtime.engine):
        await runtime.submit(command)
    warehouse = Warehouse(database, tmp_path / "history", clock)
    try:
        site = SiteSpec(zone=ZONE)
        schedules = Schedules(database, runtime, clock, lambda: site, loads=SteadyLoads())
        forecasts = SteadyToday()
        day = TheDay(database, runtime, clock, lambda: site, lambda: runtime.engine, attendance, schedules, forecasts)
        watch = Watch(day, attendance, clock, lambda: True)
        centre = ScheduleCentre(database, runtime, clock, schedules)
        yield DayCentre(centre, attendance, day, watch, forecasts, ContactsProjector(database), warehouse)
    finally:
        await warehouse.stop()
        await runtime.stop()


async def test_an_agent_late_then_excused_is_the_same_live_and_in_history(here: DayCentre) -> None:
    """H1: scheduled from nine, signed in at half past, a break on time; half of it excused afterwards."""
    spans = (span(DAY, "9:00", "11:00"), span(DAY, "11:00", "11:15", A.BREAK), span(DAY, "11:15", "12:00"))
    await here.centre.publish(("lin.xiao", DAY, spans))
    here.clock.set(at(DAY, "9:20"))
    (late,) = [one for one in here.day.people((await here.day.picture()).setup) if one.agent == "lin.xiao"]
    assert (late.absent, late.out_since) == (True, at(DAY, "9:00"))
    await here.status("lin.xiao", Status.READY, "9:30")
    await here.status("lin.xiao", Status.BREAK, "11:00")
    await here.status("lin.xiao", Status.READY, "11:20")
    here.clock.set(at(DAY, "11:30"))
    kept = (90 + 15 + 10) * MINUTE
    assert here.attendance.adherence("lin.xiao", here.clock.now()) == {"num": kept, "den": 150 * MINUTE}
    made = await here.day.excuse(supervisor(), "lin.xiao", at(DAY, "9:00"), at(DAY, "9:30"), "late train, agreed")
    assert here.attendance.adherence("lin.xiao", here.clock.now())["num"] == kept + 30 * MINUTE
    (row,) = await here.past("adherence,conformance,shrinkage,utilisation", (By.AGENT,))
    assert row.keys == ("lin.xiao",)
    adherence, conformance, shrinkage, utilisation = row.cells
    assert (adherence.numerator, adherence.denominator) == (kept + 30 * MINUTE, 150 * MINUTE)
    assert (conformance.numerator, conformance.denominator) == (100 * MINUTE, 135 * MINUTE)
    assert (shrinkage.numerator, shrinkage.denominator) == (50 * MINUTE, 150 * MINUTE)
    assert (utilisation.numerator, utilisation.denominator) == (0, 150 * MINUTE)
    await here.day.withdraw(supervisor(), made.id)
    await here.day.withdraw(supervisor(), made.id)  # once more changes nothing
    assert here.attendance.adherence("lin.xiao", here.clock.now())["num"] == kept
    (row,) = await here.past("adherence", (By.AGENT,))
    assert row.cells[0].numerator == kept
    again = Attendance()  # a restart knows all of it again
    again.load(here.attendance.dump())
    assert again.adherence("lin.xiao", here.clock.now()) == {"num": kept, "den": 150 * MINUTE}


async def test_a_contact_that_runs_into_a_break_is_kept_until_the_agent_is_free(here: DayCentre) -> None:
    """The trade's rule for adherence: a contact from before eleven lasts until ten past, the break is taken then.
    The five minutes of break after its quarter of an hour are not kept; a contact that begins in a break is not
    either."""
    spans = (span(DAY, "10:00", "11:00"), span(DAY, "11:00", "11:15", A.BREAK), span(DAY, "11:15", "12:00"))
    await here.centre.publish(("lin.xiao", DAY, spans), ("chen.yu", DAY, spans))
    told = here.attendance.apply
    for wall, state in (
        ("10:00", State.READY), ("10:50", State.TALKING), ("11:05", State.WRAPUP), ("11:10", State.BREAK),
        ("11:20", State.READY),
    ):  # fmt: skip
        told(e.AgentStateChanged(at(DAY, wall), "lin.xiao", state))
        here.clock.set(at(DAY, wall) + MINUTE)
        out = here.attendance.duty("lin.xiao", here.clock.now()).out_since
        assert out is None, wall
    here.clock.set(at(DAY, "12:00"))
    assert here.attendance.adherence("lin.xiao", here.clock.now()) == {"num": 115 * MINUTE, "den": 120 * MINUTE}
    assert here.attendance.duty("lin.xiao", at(DAY, "11:30")).kept

    for wall, state in (("10:00", State.READY), ("11:02", State.TALKING), ("11:10", State.READY)):
        told(e.AgentStateChanged(at(DAY, wall), "chen.yu", state))
    assert not here.attendance.duty("chen.yu", at(DAY, "11:05")).kept
    assert here.attendance.adherence("chen.yu", at(DAY, "11:15")) == {"num": 60 * MINUTE, "den": 75 * MINUTE}


async def test_the_facts_are_made_anew_from_nothing_and_verified(here: DayCentre) -> None:
    await here.centre.publish(("lin.xiao", DAY, shift(DAY)), ("chen.yu", DAY, shift(DAY, 20)))
    await here.centre.publish(("lin.xiao", DAY, shift(DAY, 10)))
    await here.day.excuse(supervisor(), "chen.yu", at(DAY, "23:00"), at(DAY, "23:00") + 3 * 3_600_000, "night bus")
    await here.projector.catch_up()
    assert (await verify.verify(here.centre.database)).sound
    before = await _planned(here)
    assert before
    async for _ in here.projector.rebuild():
        pass
    assert await _planned(here) == before
    async with here.centre.database.transaction(ALL) as conn:
        await conn.execute("UPDATE planned_time SET ended = ended + 1 WHERE agent = 'chen.yu' AND activity = 'work'")
    assert "schedule of chen.yu" in (await verify.verify(here.centre.database)).wrong


async def _planned(here: DayCentre) -> list[tuple[Any, ...]]:
    async with here.centre.database.read(ALL) as conn:
        rows = await conn.fetch("SELECT * FROM planned_time ORDER BY agent, day, activity IS NOT NULL, started")
    return [tuple(row) for row in rows]


async def test_an_exception_needs_a_note_a_person_and_a_span(here: DayCentre) -> None:
    first, last = at(DAY, "9:00"), at(DAY, "9:30")
    with pytest.raises(Invalid, match="note"):
        await here.day.excuse(supervisor(), "lin.xiao", first, last, "  ")
    with pytest.raises(Invalid):
        await here.day.excuse(supervisor(), "lin.xiao", last, first, "agreed")
    with pytest.raises(NotFound):
        await here.day.excuse(supervisor(), "nobody", first, last, "agreed")
    with pytest.raises(NotFound):
        await here.day.withdraw(supervisor(), "none")
    await here.day.excuse(supervisor(), "lin.xiao", first, last, "agreed")
    async with here.centre.database.read(ALL) as conn:
        rows = await conn.fetch("SELECT action FROM audit_entry WHERE action LIKE 'adherence%'")
    assert [row["action"] for row in rows] == ["adherence.excused"]


async def committed_together(here: DayCentre, action: str) -> None:
    """What was done is noted in the transaction that did it: a kill between the two leaves nothing half done."""
    async with here.centre.database.read(ALL) as conn:
        noted = await conn.fetchval("SELECT xmin::text FROM day_action WHERE id = $1", action)
        published = await conn.fetchval("SELECT xmin::text FROM schedule_version ORDER BY n DESC LIMIT 1")
    assert noted == published


async def test_a_lever_is_published_and_taken_back(here: DayCentre) -> None:
    """H3: everybody's break lies at eleven, and only then somebody is missing."""
    here.forecasts.calls = 0.2
    spans = (span(DAY, "9:30", "11:00"), span(DAY, "11:00", "11:15", A.BREAK), span(DAY, "11:15", "12:45"))
    people = (await here.day.picture()).setup.ground.people
    staff = sorted(id for id, one in people.items() if one.skills and not one.part_time)
    await here.centre.publish(*((agent, DAY, spans) for agent in staff))
    for agent in staff:
        await here.status(agent, Status.READY, "9:30")
    here.clock.set(at(DAY, "10:00"))
    found = await here.day.levers(planner())
    moving = next(one for one in found if one.kind is LeverKind.MOVE_BREAKS)
    assert moving.after.gap_hours < moving.before.gap_hours
    done = await here.day.apply(planner(), moving.id)
    await committed_together(here, done.id)
    changed = {edit.agent for edit in moving.edits}
    for agent in changed:
        assert await here.centre.day(agent, DAY) != spans
    with pytest.raises(Refused, match="moved on"):
        await here.day.apply(planner(), moving.id)
    await here.day.undo(planner(), done.id)
    await committed_together(here, done.id)
    for agent in changed:
        assert await here.centre.day(agent, DAY) == spans
    with pytest.raises(Refused, match="already"):
        await here.day.undo(planner(), done.id)
    (action,), _ = await here.day.actions()
    assert action.undone_by_name == planner().name


async def test_alarms_tell_who_has_not_come_and_which_skill_nobody_has(here: DayCentre) -> None:
    spans = (span(DAY, "9:00", "10:45"),)
    await here.centre.publish(("lin.xiao", DAY, spans), ("chen.yu", DAY, spans))
    await here.status("chen.yu", Status.READY, "9:00")
    await here.status("chen.yu", Status.MEETING, "9:30")
    here.clock.set(at(DAY, "9:45"))
    found = {(one.code, one.about): one for one in await here.watch.look()}
    assert found["late_to_shift", "lin.xiao"].since == at(DAY, "9:00")
    assert found["out_of_adherence", "chen.yu"].since == at(DAY, "9:30")
    served = {g for (code, g) in found if code == "no_cover"}
    groups = (await here.day.picture()).groups
    assert served == {id for id, one in groups.items() if any(one.able[i] == 0 for i in range(39, 48))}
    assert served
    await here.day.excuse(supervisor(), "chen.yu", at(DAY, "9:30"), at(DAY, "10:30"), "talk with a client")
    assert ("out_of_adherence", "chen.yu") not in {(one.code, one.about) for one in await here.watch.look()}

    # H1, G6: too much work for half an hour is told, with who needs a break.
    here.attendance.apply(e.AgentStateChanged(at(DAY, "9:46"), "lin.xiao", State.READY))
    here.attendance.apply(e.AgentStateChanged(at(DAY, "9:47"), "lin.xiao", State.TALKING))
    here.clock.set(at(DAY, "10:20"))
    picture = await here.day.picture()
    over = here.watch.overloads(picture, here.clock.now())
    assert over
    assert "lin.xiao" in {row[0] for one in over for row in one.agents}
    assert over[0].occupancy == 1.0
    assert over[0].agents[0][2] == at(DAY, "9:46")

    # Groups of other clients are not told.
    setup = (await here.day.picture()).setup
    nobody = person("out.side", Role.PLANNER, clients=("elsewhere",))
    assert setup.visible(nobody) == []
    assert await here.day.levers(nobody) == []
    assert (await here.day.coverage(nobody)).rows == []


async def test_what_a_second_skill_would_gain_today_is_worked_out_in_a_process_of_its_own(here: DayCentre) -> None:
    """G7: asked by whoever looks at the coverage; once for all who see the same."""
    people = (await here.day.picture()).setup.ground.people
    staff = sorted(id for id, one in people.items() if one.skills and not one.part_time)
    spans = (span(DAY, "9:30", "11:00"), span(DAY, "11:00", "11:15", A.BREAK), span(DAY, "11:15", "12:45"))
    await here.centre.publish(*((agent, DAY, spans) for agent in staff))
    here.clock.set(at(DAY, "8:05"))  # the picture is kept for some seconds
    jobs = Jobs(here.centre.database, here.clock)
    jobs.open()
    try:
        asked = SecondSkill(here.day, SkillJobs(jobs), here.centre.database)
        assert await asked.latest(planner()) == (None, None)
        begun = await asked.start(planner())
        assert begun.job is not None
        again = await asked.start(supervisor())
        assert again.job is not None
        assert again.job.id == begun.job.id
        done = await jobs.wait(begun.job.id, 60)
        assert done.state is JobState.DONE, done.error_detail
        found = (await asked.latest(planner())).result
        assert found is not None
        assert [row["breadth"] for row in found["rows"]] == ["one", "now", "two", "all"]
        assert found["kinds"] >= 2
    finally:
        await jobs.close()
