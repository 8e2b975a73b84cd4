"""Who is needed for what is forecast, and the lines beside the seats, over HTTP (H1, H2): one need on all screens."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from forecast_centre import SITE, TODAY, Centre, at, before, contacts_of, named, set_up
from planning_http import PlanningCentre, got, planning_centre
from schedule_centre import shift

from jietong.contacts import store as contacts
from jietong.contacts.model import End, Kind, Segment
from jietong.core.clock import ManualClock
from jietong.core.specs import NumberSpec, TrunkSpec
from jietong.core.vocabulary import Channel
from jietong.db.pool import ALL, Database
from jietong.identity.permissions import Role
from jietong.metrics.warehouse import Warehouse
from jietong.routing import store as setup
from jietong.web.factory import Services, create_app
from jietong.workforce.forecast import routes as forecast_routes
from jietong.workforce.forecast.service import Forecasts
from jietong.workforce.model import Goal, Load
from jietong.workforce.requirement import Service, requirement
from jietong.workforce.schedule import documents
from jietong.workforce.schedule import routes as schedule_routes
from jietong.workforce.schedule.model import SkillGroup
from jietong.workforce.schedule.service import Schedules
from jietong.workforce.sizing import routes as sizing_routes
from jietong.workforce.sizing.service import Sizing

MONDAY, SUNDAY = "2026-07-20", "2026-07-26"
GAVE_UP, WAITED_S, FLOW_S = 50, 40, 20
WEEK = {"first": MONDAY, "last": SUNDAY}


async def callers_who_give_up(database: Database) -> None:
    """Through a flow of 20 s into the queue, and gone after 40 s: fifty of them a week ago."""
    segments = []
    for n in range(GAVE_UP):
        start = at(date(2026, 7, 8), 10 + n / 60)
        queued, id = start + FLOW_S * 1000, f"gone-{n:03d}"
        gone = queued + WAITED_S * 1000
        common: dict[str, Any] = {"client": "hechuan", "channel": Channel.VOICE, "entry": "400-repair"}
        segments += [
            Segment(id, 1, Kind.FLOW, start, start, **common, flow="main", end=queued, outcome=End.QUEUED),
            Segment(id, 2, Kind.QUEUE, queued, queued, **common, queue="repair", since=queued, target_ms=20_000,
                    short_ms=5_000, end=gone, outcome=End.ABANDONED, wait_ms=WAITED_S * 1000, cause="arrival"),
        ]  # fmt: skip
    async with database.transaction(ALL) as conn:
        await contacts.save_segments(conn, segments, "main")


async def plant(database: Database) -> None:
    specs: list[tuple[setup.Kind, Any]] = [
        (setup.Kind.TRUNK, TrunkSpec("t1", named("t1"), channels=3)),
        (setup.Kind.TRUNK, TrunkSpec("t2", named("t2"), channels=99, active=False)),
        (setup.Kind.NUMBER, NumberSpec("4001", named("4001"), "hechuan", "main", "t1")),
    ]
    async with database.transaction(ALL) as conn:
        for kind, spec in specs:
            write = setup.upsert(kind, spec, spec.id, 1, at(TODAY), "test")
            await conn.execute(write.sql, *write.args)


@pytest.fixture
async def centre(database: Database, tmp_path: Path) -> AsyncIterator[Centre]:
    clock = ManualClock(at(TODAY, 9))
    await set_up(database)
    await contacts_of(database, before(TODAY, 28))
    await callers_who_give_up(database)
    warehouse = Warehouse(database, tmp_path / "history", clock)
    forecasts = Forecasts(database, warehouse, clock, lambda: SITE)
    schedules = Schedules(database, cast(Any, None), clock, lambda: SITE, warehouse, forecasts)
    sizing = Sizing(database, clock, lambda: SITE, warehouse, schedules, forecasts)
    services = Services(
        database=database, runtime=cast(Any, None), clock=clock, site=lambda: SITE,
        extra={"forecasts": forecasts, "schedules": schedules, "sizing": sizing},
    )  # fmt: skip
    routers = [one.router for one in (forecast_routes, sizing_routes, schedule_routes)]
    yield Centre(database, clock, forecasts, create_app(services, routers))
    await warehouse.stop()


async def asked(http: httpx.AsyncClient, path: str, status: int = 200, **params: Any) -> Any:
    answer = await http.get(f"/api/planning{path}", params=params)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_the_need_is_the_schedules_own_and_says_what_it_stands_on(centre: Centre) -> None:
    """H1: Erlang A with the patience measured, the group's goal, absence and shrinkage: one figure, one value."""
    async with await centre.program(Role.PLANNER) as planner:
        found = await asked(planner, "/requirement", queue="repair", **WEEK)
        board = await asked(planner, "/schedule/cover", group="repair", **WEEK)
    assert found["unknown"] is None
    assert found["slots"]["need"] == board["groups"][0]["need"]
    basis = found["basis"]
    assert (basis["model"], basis["level"], basis["share"], basis["within_s"]) == ("erlang_a", "sl3", 0.85, 20)
    # All that was waited ÷ those who gave up: 40 s each of them, and 5 s each who was answered in four weeks.
    assert basis["gave_up"] == GAVE_UP
    assert WAITED_S < basis["patience_s"] < WAITED_S + 5 * 28 * 90 / GAVE_UP
    slots = found["slots"]
    load = Load("repair", slots["start"], 900, tuple(slots["contacts"]), tuple(slots["aht_s"]))
    patience = Service(patience_s=basis["patience_s"])
    by_hand = requirement(load, Goal(0.85, 20), patience).agents
    assert sum(a != b for a, b in zip(slots["on_line"], by_hand, strict=True)) <= 2  # figures shown are rounded
    lost = (1 - basis["absence"]) * (1 - basis["shrinkage"])
    assert [n * lost for n in slots["need"]] == pytest.approx(slots["on_line"], abs=1e-2)
    assert sum(requirement(load, Goal(0.85, 20)).agents) > sum(slots["on_line"]), "by Erlang C more would be needed"
    for low, need, high in zip(slots["need_low"], slots["need"], slots["need_high"], strict=True):
        assert low <= need <= high
    monday, sunday = found["days"][0], found["days"][6]
    assert monday["hours"] == pytest.approx(sum(slots["need"][:96]) / 4, abs=0.01)
    assert monday["hours_low"] < monday["hours"] < monday["hours_high"]
    assert sum(slots["need_high"][:96]) / 4 > monday["hours_high"], "quarters do not all come high on one day"
    assert monday["hours"] > sunday["hours"] > 0
    assert monday["peak"] == max(slots["need"][:96])
    assert [day["cover_hours"] for day in found["days"]] == [None] * 7, "nothing is published"


async def test_patience_is_one_value_whether_a_day_or_a_month_is_looked_at(centre: Centre) -> None:
    """Two queues of one group, of which one alone saw people give up."""
    group = SkillGroup("both", named("both"), ("fresh", "repair"), Goal(0.8, 30))
    async with centre.database.transaction(ALL) as conn:
        await documents.write(conn, "group", group, None, centre.clock.now(), "test")
    async with await centre.program(Role.PLANNER) as planner:
        day = await asked(planner, "/requirement", queue="repair", first=MONDAY, last=MONDAY, scheduled="false")
        month = await asked(planner, "/requirement", queue="fresh", first=MONDAY, last="2026-08-16")
    assert day["basis"] == month["basis"]
    assert (day["basis"]["share"], day["basis"]["within_s"]) == (0.8, 30)
    assert day["slots"]["need"] == month["slots"]["need"][:96]
    assert day["slots"]["cover"] is None
    assert [(one["queue"], one["forecast"]) for one in day["group"]["queues"]] == [("fresh", False), ("repair", True)]


async def test_of_a_queue_without_a_past_no_need_is_made_up(centre: Centre) -> None:
    async with await centre.program(Role.PLANNER) as planner:
        found = await asked(planner, "/requirement", queue="fresh", **WEEK)
    assert (found["unknown"], found["slots"], found["days"]) == ("no_forecast", None, [])
    assert found["basis"]["model"] == "erlang_c"
    assert found["basis"]["patience_s"] is None


async def test_lines_beside_the_seats_with_what_was_measured_and_the_channels_there_are(centre: Centre) -> None:
    """H2: flow and wait hold a line, wrap-up does not; extended Erlang B; the peak beside the plant."""
    await plant(centre.database)
    async with await centre.program(Role.PLANNER) as planner:
        found = await asked(planner, "/requirement/lines", **WEEK)
        tighter = await asked(planner, "/requirement/lines", blocking=0.001, **WEEK)
        alone = await asked(planner, "/requirement/lines", retries=0, **WEEK)
    (queue,) = [one for one in found["queues"] if one["forecast"]]
    assert [one["queue"] for one in found["queues"] if not one["forecast"]] == ["fresh", "visa"]
    # Of those fifty alone a flow was seen: theirs stands for all. 270 s of 300 talking, of those answered.
    assert queue["sources"] == {"flow": "mean", "wait": "measured", "talk": "measured"}
    assert queue["flow_s"] == FLOW_S
    assert 5 < queue["wait_s"] < 8
    assert 0.94 < queue["served"] < 1
    assert queue["talk_s"] == pytest.approx(270 * queue["served"], rel=0.02)
    assert queue["held_s"] == pytest.approx(queue["flow_s"] + queue["wait_s"] + queue["talk_s"], rel=0.01)
    assert (found["blocking"], found["retries"]) == (0.01, 0.5)
    slots, peak = found["slots"], found["peak"]
    assert peak["lines"] == max(slots["lines"])
    assert peak["load"] == max(slots["load"])
    assert found["peak_high"]["lines"] > peak["lines"] > peak["load"]
    assert peak["seats"] == slots["seats"][(peak["at"] - found["start"]) // 900_000] > 0
    assert found["days"][0]["lines"] == max(slots["lines"][:96])
    assert (found["channels"], [one["id"] for one in found["trunks"]]) == (3, ["t1"])
    assert 0 < peak["blocked"] < 1
    assert tighter["peak"]["lines"] > peak["lines"]
    assert alone["peak"]["blocked"] < peak["blocked"]
    assert found["shared"] is False


async def test_without_trunks_nothing_is_compared(centre: Centre) -> None:
    async with await centre.program(Role.PLANNER) as planner:
        found = await asked(planner, "/requirement/lines", waits="planned", **WEEK)
    assert (found["channels"], found["peak"]["blocked"]) == (None, None)
    assert found["queues"][-2]["sources"]["wait"] == "planned"


async def test_another_clients_queues_are_neither_shown_nor_counted(centre: Centre) -> None:
    await plant(centre.database)
    await contacts_of(centre.database, before(TODAY, 14), queue="visa")
    async with await centre.program(Role.PLANNER) as all_clients:
        whole = await asked(all_clients, "/requirement/lines", **WEEK)
    async with await centre.program(Role.PLANNER, "hechuan") as planner:
        found = await asked(planner, "/requirement/lines", **WEEK)
        problem = await asked(planner, "/requirement", 404, queue="visa", **WEEK)
        csv = await planner.get("/api/planning/requirement/export", params={"queue": "visa", **WEEK})
    assert (problem["code"], csv.status_code) == ("no_such_queue", 404)
    assert "visa" in {one["queue"] for one in whole["queues"]}
    assert {one["queue"] for one in found["queues"]} == {"fresh", "repair"}
    assert found["shared"] is True, "the channels carry others too"
    assert found["peak"]["load"] < whole["peak"]["load"]
    assert found["peak"]["seats"] < whole["peak"]["seats"]


async def test_a_group_that_serves_another_client_too_is_not_told(centre: Centre) -> None:
    group = SkillGroup("both", named("both"), ("repair", "visa"))
    async with centre.database.transaction(ALL) as conn:
        await documents.write(conn, "group", group, None, centre.clock.now(), "test")
    async with await centre.program(Role.PLANNER, "hechuan") as planner:
        found = await asked(planner, "/requirement", queue="repair", **WEEK)
        lines = await asked(planner, "/requirement/lines", **WEEK)
    assert (found["unknown"], found["slots"], found["group"], found["basis"]) == ("out_of_scope", None, None, None)
    assert lines["peak"]["load"] > 0
    assert lines["peak"]["seats"] == 0, "nor are its seats counted"


async def test_both_are_taken_along_as_files_and_that_is_written_down(centre: Centre) -> None:
    async with await centre.program(Role.PLANNER) as planner:
        params = {"queue": "repair", "first": MONDAY, "last": MONDAY, "language": "zh-Hant"}
        csv = await planner.get("/api/planning/requirement/export", params={**params, "format": "csv"})
        lines = csv.content.decode("utf-8-sig").splitlines()
        assert lines[0].startswith("開始,預計聯繫量,")
        assert len(lines) == 97
        days = await planner.get("/api/planning/requirement/export", params={**params, "every": "day"})
        assert days.content[:2] == b"PK"
        del params["queue"]
        trunks = await planner.get("/api/planning/requirement/lines/export", params={**params, "format": "csv"})
        assert trunks.content.decode("utf-8-sig").splitlines()[0].startswith("開始,話務量")
    async with centre.database.read(ALL) as conn:
        assert await conn.fetchval("SELECT count(*) FROM audit_entry WHERE action = 'requirement.exported'") == 3


# --- beside what is published --------------------------------------------------------------------------------------


@pytest.fixture
async def floor(database: Database, tmp_path: Path) -> AsyncIterator[PlanningCentre]:
    async with planning_centre(database, tmp_path) as centre:
        yield centre


async def test_what_is_published_stands_beside_the_need_and_a_day_without_has_none(floor: PlanningCentre) -> None:
    await floor.publish(("chen.yu", MONDAY, shift(MONDAY)), ("zhao.min", MONDAY, shift(MONDAY)))
    planner = await floor.program(Role.PLANNER)
    found = await got(planner, "GET", f"/requirement?queue=repair&first={MONDAY}&last=2026-07-21")
    board = await got(planner, "GET", f"/schedule/cover?group=repair&first={MONDAY}&last=2026-07-21")
    monday, tuesday = found["days"]
    slots = found["slots"]
    assert slots["cover"][:96] == board["groups"][0]["agents"][:96]
    assert slots["cover"][96:] == [None] * 96
    assert 5 < monday["cover_hours"] < 16
    short = [max(0.0, n - c) for n, c in zip(slots["need"][:96], slots["cover"][:96], strict=True)]
    assert monday["missing_hours"] == pytest.approx(sum(short) / 4, abs=0.01)
    assert (tuesday["cover_hours"], tuesday["missing_hours"]) == (None, None)
    assert slots["need_low"] is None, "of loads given by hand there is no band"


WRONG = (
    (f"/requirement?queue=zzz&first={MONDAY}&last={SUNDAY}", 404, "no_such_queue"),
    (f"/requirement?queue=repair&first={SUNDAY}&last={MONDAY}", 422, "bad_period"),
    (f"/requirement?queue=repair&first={MONDAY}&last=2027-07-20", 422, "bad_period"),
    (f"/requirement?queue=repair&first=2026-02-30&last={MONDAY}", 422, "bad_time"),
    (f"/requirement?queue=repair&group=repair&first={MONDAY}&last={SUNDAY}", 422, "unknown_parameter"),
    (f"/requirement/export?queue=zzz&first={MONDAY}&last={SUNDAY}", 404, "no_such_queue"),
    (f"/requirement/lines?queue=repair&first={MONDAY}&last={SUNDAY}", 422, "unknown_parameter"),
    (f"/requirement/lines?first={SUNDAY}&last={MONDAY}", 422, "bad_period"),
    *(
        (f"/requirement/lines?first={MONDAY}&last={SUNDAY}&{wrong}", 422, code)
        for wrong, code in (
            ("blocking=0", "bad_blocking"), ("blocking=1", "bad_blocking"), ("blocking=nan", "bad_blocking"),
            ("retries=1", "bad_blocking"), ("retries=-0.1", "bad_blocking"), ("retries=nan", "bad_blocking"),
            ("waits=none", "invalid"), ("blocking=little", "invalid"),
        )
    ),
)  # fmt: skip


async def test_what_is_asked_wrongly_of_need_and_lines_is_answered_with_a_problem(floor: PlanningCentre) -> None:
    planner, watcher = await floor.program(Role.PLANNER), await floor.person("lin.xiao")
    for path, status, code in WRONG:
        assert (await got(planner, "GET", path, status))["code"] == code, path
    for path in (f"/requirement?queue=repair&first={MONDAY}&last={SUNDAY}",
                 f"/requirement/lines?first={MONDAY}&last={SUNDAY}"):  # fmt: skip
        assert (await watcher.get(path)).status_code == 403
