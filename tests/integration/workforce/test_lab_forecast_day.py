"""A study of a day to come: as it is forecast, with the schedule published for it, over HTTP (H1, H3, G7)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from forecast_centre import SITE, TODAY, Centre, at, before, contacts_of, named, set_up

from jietong.core.clock import ManualClock
from jietong.core.events import PlannedSpan
from jietong.core.specs import AgentSkill, AgentSpec, QueueSpec, SkillNeed, SkillSpec
from jietong.core.vocabulary import Activity, Channel, Employment
from jietong.db.pool import ALL, Database
from jietong.identity.model import SYSTEM
from jietong.identity.permissions import Role
from jietong.metrics.warehouse import Warehouse
from jietong.routing import store as setup
from jietong.web.factory import Services, create_app
from jietong.workforce.forecast.service import Forecasts
from jietong.workforce.jobs.service import Jobs
from jietong.workforce.lab import routes
from jietong.workforce.lab.making import Maker, planned_spans
from jietong.workforce.lab.service import Lab
from jietong.workforce.schedule import store as schedule
from jietong.workforce.schedule.documents import PlanningSetup
from jietong.workforce.schedule.drafts import Drafts

DAY = TODAY + timedelta(days=1)  # a Thursday
PATH = "/api/planning/lab/studies"
A = Activity
CREW = {"lin": "repair", "chen": "repair", "wu": "repair", "xu": "visa", "gao": "visa"}


def on_duty(hours: tuple[int, int] = (9, 17)) -> tuple[PlannedSpan, ...]:
    first, last = hours
    parts = [(first, 11.0, A.WORK), (11, 11.25, A.BREAK), (11.25, 13, A.WORK), (13, 14, A.MEAL), (14, last, A.WORK)]
    return tuple(PlannedSpan(at(DAY, start), at(DAY, end), activity) for start, end, activity in parts)


@pytest.fixture
async def centre(database: Database, tmp_path: Path) -> AsyncIterator[Centre]:
    clock = ManualClock(at(TODAY, 9))
    await set_up(database)
    for queue in ("repair", "visa"):
        await contacts_of(database, before(TODAY, 28), queue=queue)
    await people(database, clock)
    warehouse = Warehouse(database, tmp_path / "history", clock)
    forecasts = Forecasts(database, warehouse, clock, lambda: SITE)
    jobs = Jobs(database, clock)
    jobs.open()
    maker = Maker(database, warehouse, clock, loads=forecasts, planned=planned_spans(database))
    lab = Lab(database, clock, jobs, maker, Drafts(database, clock, lambda: SITE))
    services = Services(
        database=database,
        runtime=cast(Any, None),
        clock=clock,
        site=lambda: SITE,
        extra={"forecasts": forecasts, "jobs": jobs, "lab": lab},
    )
    yield Centre(database, clock, forecasts, create_app(services, [routes.router]))
    await lab.close()
    await jobs.close()
    await warehouse.stop()


async def people(database: Database, clock: ManualClock) -> None:
    """Each knows one kind of work; a schedule is published for all; what an hour costs is known of two."""
    specs: list[tuple[setup.Kind, object, str]] = []
    for queue, client in (("repair", "hechuan"), ("visa", "lanyue")):
        specs.append((setup.Kind.SKILL, SkillSpec(queue, named(queue)), queue))
        spec = QueueSpec(queue, named(queue), client, (Channel.VOICE,), requires=(SkillNeed(queue),))
        specs.append((setup.Kind.QUEUE, spec, queue))
    for agent, skill in CREW.items():
        specs.append((setup.Kind.AGENT, AgentSpec(agent, agent, skills=(AgentSkill(skill, 3),)), agent))
    away = AgentSpec("mei", "mei", Employment.PART_TIME, skills=(AgentSkill("visa", 2),))
    specs.append((setup.Kind.AGENT, away, "mei"))
    changes = [schedule.DayChange(agent, DAY.isoformat(), (), on_duty()) for agent in CREW]
    made = schedule.Version(1, "day", None, None, None, "", clock.now(), "system", "system", len(changes), len(CREW))
    async with database.transaction(ALL) as conn:
        for kind, spec_, id in specs:
            row = setup.upsert(kind, spec_, id, 2, clock.now(), "test")  # type: ignore[arg-type]
            await conn.execute(row.sql, *row.args)
        for row in schedule.publish_writes("main", made, changes):
            await conn.execute(row.sql, *row.args)
    terms = PlanningSetup(database, clock)
    for agent, cost in (("lin", 60.0), ("xu", 80.0)):
        await terms.save(SYSTEM, "terms", agent, None, {"cost_hour": cost})


async def settled(http: Any, path: str) -> dict[str, Any]:
    async with asyncio.timeout(120):
        while True:
            shown: dict[str, Any] = (await http.get(path)).raise_for_status().json()
            going = any(one["run"]["state"] in ("queued", "running") for one in shown["scenarios"])
            if shown["study"]["state"] == "ready" and not going:
                return shown
            assert shown["study"]["state"] != "failed", shown["study"]["error"]
            await asyncio.sleep(0.2)


async def worked_out(http: Any, path: str) -> dict[str, Any]:
    async with asyncio.timeout(120):
        while True:
            found: dict[str, Any] = (await http.get(f"{path}/second-skill")).json()
            if found["state"] == "done":
                return found
            assert found["state"] in ("queued", "running"), found
            await asyncio.sleep(0.2)


async def test_a_forecast_day_is_studied_with_its_schedule_and_what_a_second_skill_gains(centre: Centre) -> None:
    async with await centre.program(Role.PLANNER) as http:
        given = {"date": DAY.isoformat(), "kind": "forecast", "days": 2}
        study = (await http.post(PATH, json=given)).raise_for_status().json()
        path = f"{PATH}/{study['id']}"
        shown = await settled(http, path)

        # Nothing was measured of a day to come; its load is forecast, its people are those scheduled.
        assert (shown["measured"], shown["check"]) == (None, {})
        assert shown["agents"] == len(CREW)
        sources = shown["sources"]
        assert (sources["volume"], sources["absent"]) == ("forecast", "schedule")
        assert (sources["lines"], shown["assumptions"]["lines"]) == ("unknown", None)  # nothing to fit a number to
        assert (sources["full_time_hour"], sources["part_time_hour"]) == ("set_up", "default")
        assert shown["assumptions"]["full_time_hour"] == 70  # of the two whose terms say what they cost
        kinds = {one["change"]["kind"] for one in shown["scenarios"]}
        assert kinds >= {"base", "callback", "move_breaks", "cross_train", "part_timers", "absent"}
        base = shown["scenarios"][0]
        assert base["run"]["days"] == 2
        assert base["figures"]["sl3"]["value"]["mean"] > 0.3
        assert shown["heads_missing"] == []
        assert all(row["more"] is not None for row in shown["levers"] if row["scenario"] is not None)

        # Breaks as they were moved go into a draft, where a planner looks at them; nothing else does from here.
        by_kind = {one["change"]["kind"]: one["id"] for one in shown["scenarios"]}
        made = (await http.post(f"{path}/scenarios/{by_kind['move_breaks']}/draft")).raise_for_status().json()
        assert (made["day"], made["left"]) == (DAY.isoformat(), 0)
        drafted = (await Drafts(centre.database, centre.clock, lambda: SITE).read(made["draft"])).drafted
        before = [span for span in on_duty() if span.activity in (A.BREAK, A.MEAL)]
        after = [[s for s in one.day.spans if s.activity in (A.BREAK, A.MEAL)] for one in drafted.values()]
        assert made["moved"] == sum(span not in before for own in after for span in own) > 0
        assert all([s.end - s.start for s in own] == [s.end - s.start for s in before] for own in after)
        refused = await http.post(f"{path}/scenarios/{by_kind['callback']}/draft")
        assert refused.json()["code"] == "no_schedule_to_edit"

        # G7, by the compiled path: asked once, worked out in a process of its own, kept.
        none = (await http.get(f"{path}/second-skill")).json()
        assert (none["state"], none["rows"]) == ("none", [])
        first, again = [(await http.post(f"{path}/second-skill")).raise_for_status().json() for _ in range(2)]
        assert first["made_at"] == again["made_at"]
        found = await worked_out(http, path)
        assert [row["breadth"] for row in found["rows"]] == ["one", "now", "two", "all"]
        assert found["kinds"] == 2
        wait = {row["breadth"]: row["figures"]["asa"]["mean"] for row in found["rows"]}
        assert wait["two"] < wait["one"]
        assert wait["two"] == wait["all"]  # of two kinds, two skills are all

        # Under other assumptions it is another question.
        await http.post(f"{path}/versions", json={"assumptions": {"volume": 1.5}})
        assert (await http.get(f"{path}/second-skill")).json()["state"] == "none"
        assert (await http.get(f"{path}/second-skill", params={"version": 1})).json()["state"] == "done"
    async with await centre.program(Role.PLANNER, "lanyue") as other:
        assert (await other.get(f"{path}/second-skill")).status_code == 404


async def test_one_kind_of_work_leaves_nothing_to_learn(centre: Centre) -> None:
    async with await centre.program(Role.PLANNER, "hechuan") as http:
        given = {"date": DAY.isoformat(), "kind": "forecast", "days": 2, "client": "hechuan"}
        study = (await http.post(PATH, json=given)).raise_for_status().json()
        await settled(http, f"{PATH}/{study['id']}")
        refused = await http.post(f"{PATH}/{study['id']}/second-skill")
        assert (refused.status_code, refused.json()["code"]) == (409, "one_kind_of_work")
