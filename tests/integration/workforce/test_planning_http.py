"""What is asked wrongly of planning over HTTP, and what is one's own (H1, A6)."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from planning_http import PlanningCentre, got, planning_centre
from schedule_centre import at, shift

from jietong.core import commands as k
from jietong.core.days import day_of
from jietong.core.vocabulary import Employment, Ms, Status
from jietong.db.pool import Database
from jietong.identity.permissions import Role
from jietong.workforce.day.model import LeverKind
from jietong.workforce.forecast.expected import Now
from jietong.workforce.schedule.model import Frame, Terms

TODAY, DAY, NEXT = "2026-07-14", "2026-07-20", "2026-07-21"


@pytest.fixture
async def centre(database: Database, tmp_path: Path) -> AsyncIterator[PlanningCentre]:
    async with planning_centre(database, tmp_path) as centre:
        yield centre


# --- what is asked wrongly -------------------------------------------------------------------------------------

SPAN = f"first={DAY}&last={NEXT}"
WRONG = (
    # a parameter that there is not: the whole is not given for the part
    ("/day?group=zzz", 422, "unknown_parameter"),
    ("/day/levers?queue=repair", 422, "unknown_parameter"),
    ("/day/coverage?team=a", 422, "unknown_parameter"),
    ("/day/coverage/second-skill?group=repair", 422, "unknown_parameter"),
    (f"/schedule?{SPAN}&queue=repair", 422, "unknown_parameter"),
    ("/setup?client=hechuan", 422, "unknown_parameter"),
    ("/forecasts/queues?client=hechuan", 422, "unknown_parameter"),
    ("/lab/studies?queue=repair", 422, "unknown_parameter"),
    ("/jobs?queue=repair", 422, "unknown_parameter"),
    # something that there is not
    (f"/schedule/cover?{SPAN}&group=zzz", 404, "no_such_group"),
    (f"/schedule?{SPAN}&draft=zzz", 404, "no_such_draft"),
    (f"/schedule/cover?{SPAN}&draft=zzz", 404, "no_such_draft"),
    ("/drafts/zzz/check", 404, "no_such_draft"),
    ("/schedule/versions/99", 404, "no_such_version"),
    ("/setup/zzz/main/revisions", 422, "invalid"),
    (f"/forecasts?queue=zzz&{SPAN}", 404, "no_such_queue"),
    (f"/forecasts/day?queue=zzz&day={DAY}", 404, "no_such_queue"),
    ("/forecasts/versions?queue=zzz", 404, "no_such_queue"),
    (f"/forecasts/accuracy?queue=zzz&{SPAN}", 404, "no_such_queue"),
    ("/forecasts/today?queue=zzz", 404, "no_such_queue"),
    (f"/forecasts/export?queue=zzz&{SPAN}", 404, "no_such_queue"),
    ("/events?queue=zzz", 404, "no_such_queue"),
    ("/requests/zzz", 404, "no_such_request"),
    ("/call-ups/candidates?start=1784520000000&end=1784530000000&group=zzz", 404, "no_such_group"),
    ("/lab/studies/zzz", 404, "no_such_study"),
    ("/jobs?kind=zzz", 422, "unknown_kind"),
    ("/jobs/zzz", 404, "no_such_job"),
    # days the wrong way round, and more of them than anybody plans
    *(
        (f"{path}first={first}&last={last}", 422, code)
        for path, code in (
            ("/schedule?", "bad_span"), ("/schedule/cover?", "bad_span"), ("/schedule/export?", "bad_span"),
            ("/forecasts?queue=repair&", "bad_period"), ("/forecasts/accuracy?queue=repair&", "bad_period"),
            ("/forecasts/export?queue=repair&", "bad_period"),
        )
        for first, last in ((NEXT, DAY), (DAY, "2036-07-20"))
    ),
    (f"/events?first={NEXT}&last={DAY}", 422, "bad_span"),
    ("/call-ups/candidates?start=1784530000000&end=1784520000000", 422, "bad_span"),
    ("/call-ups/candidates?start=1784530000000&end=2084520000000", 422, "bad_span"),
    # no day of any calendar
    ("/schedule?first=2026-02-30&last=2026-03-01", 422, "bad_day"),
    ("/schedule?first=20.7.2026&last=21.7.2026", 422, "invalid"),
    ("/forecasts/day?queue=repair&day=2026-02-30", 422, "bad_time"),
    ("/forecasts/day?queue=repair&day=tomorrow", 422, "invalid"),
    (f"/forecasts?queue=repair&first={DAY}", 422, "invalid"),
    ("/events?first=yesterday", 422, "invalid"),
    ("/requests?limit=0", 422, "invalid"),
)  # fmt: skip


async def test_what_is_asked_wrongly_is_answered_with_a_problem_and_never_as_if_it_had_not_been_said(
    centre: PlanningCentre,
) -> None:
    planner = await centre.program(Role.PLANNER)
    noted = await centre.rows("audit_entry")
    found = {}
    for path, _, _ in WRONG:
        answer = await planner.get(path)
        problem = answer.headers["content-type"].startswith("application/problem+json")
        body = answer.json() if problem else {}
        found[path] = (answer.status_code, body.get("code"))
        assert not problem or body["detail"], path
    assert found == {path: (status, code) for path, status, code in WRONG}
    assert await centre.rows("audit_entry") == noted


# --- one's own -------------------------------------------------------------------------------------------------


async def test_own_pages_are_for_agents_alone_and_show_only_what_is_published_of_oneself(
    centre: PlanningCentre,
) -> None:
    """H1: an agent sees their published days, never a draft and never a colleague's; a program is no agent."""
    lin, chen = await centre.person("lin.xiao"), await centre.person("chen.yu")
    planner, watcher = await centre.program(Role.PLANNER), await centre.program(Role.QA)
    asked = {"params": {"first": DAY, "last": NEXT}}
    await got(planner, "GET", "/own", 403, **asked)
    await got(watcher, "GET", "/own", 403, **asked)
    for path in ("/schedule", "/schedule/cover", "/requests", "/day", "/drafts"):
        assert (await lin.get(path, params=asked["params"] if "schedule" in path else {})).status_code == 403, path

    draft = await got(planner, "POST", "/drafts", 201, json={"first": DAY, "last": NEXT})
    put = {"op": "put", "agent": "lin.xiao", "day": DAY,
           "spans": [msgspec.to_builtins(one) for one in shift(DAY)]}  # fmt: skip
    edited = await got(planner, "POST", f"/drafts/{draft['id']}/edits", json={"edits": [put]})
    seen = await got(lin, "GET", "/own", **asked)
    assert [day["spans"] for day in seen["days"]] == [[], []]
    assert seen["notices"] == []
    await got(planner, "POST", f"/drafts/{draft['id']}/publish", json={"rev": edited["rev"]})
    seen = await got(lin, "GET", "/own", **asked)
    assert (seen["agent"], seen["days"][0]["spans"][0]["start"]) == ("lin.xiao", at(DAY, "9:00"))
    other = await got(chen, "GET", "/own", **asked)
    assert (other["agent"], [day["spans"] for day in other["days"]], other["notices"]) == ("chen.yu", [[], []], [])

    # Notices, wishes and the calendar's address are each one's own too.
    notice = seen["notices"][0]["id"]
    await got(chen, "POST", "/own/notices/read", 204, json={"ids": [notice]})
    assert (await got(lin, "GET", "/own", **asked))["notices"][0]["read"] is False
    wish = await got(lin, "POST", "/own/wishes", 201, json={"kind": "off", "day": DAY, "weight": 1})
    assert (await got(chen, "DELETE", f"/own/wishes/{wish['id']}", 404))["code"] == "no_such_wish"
    assert (await got(chen, "GET", "/own", **asked))["wishes"] == []
    feed = (await got(lin, "POST", "/own/feed", 201))["path"].removeprefix("/api/planning")
    await got(chen, "DELETE", "/own/feed", 204)
    assert (await chen.get(feed)).status_code == 200, "whoever has the secret address"


async def test_nobody_answers_what_was_not_asked_of_them_or_takes_back_what_is_not_theirs(
    centre: PlanningCentre,
) -> None:
    """A swap of Lin with Zhao: Chen neither sees nor answers nor withdraws it, by its id or otherwise."""
    await centre.publish(("lin.xiao", DAY, shift(DAY)), ("zhao.min", NEXT, shift(NEXT)))
    lin, zhao, chen = [await centre.person(id) for id in ("lin.xiao", "zhao.min", "chen.yu")]
    swap = {"kind": "swap", "day": DAY, "partner": "zhao.min", "partner_day": NEXT, "note": ""}
    asked = await got(lin, "POST", "/own/requests", 201, json=swap)
    days = {"params": {"first": DAY, "last": NEXT}}
    assert (await got(chen, "GET", "/own", **days))["requests"] == []
    assert [one["id"] for one in (await got(zhao, "GET", "/own", **days))["requests"]] == [asked["id"]]
    before = await centre.rows("schedule_change")
    for answer, code in (("accept", "not_asked"), ("decline", "not_asked"), ("withdraw", "not_yours")):
        problem = await got(chen, "POST", f"/own/requests/{asked['id']}/{answer}", 403)
        assert problem["code"] == code
    assert (await got(zhao, "POST", f"/own/requests/{asked['id']}/withdraw", 403))["code"] == "not_yours"
    assert (await got(lin, "POST", f"/own/requests/{asked['id']}/accept", 403))["code"] == "not_asked"
    assert (await got(chen, "POST", "/own/requests/zzz/accept", 404))["code"] == "no_such_request"
    assert (await chen.get(f"/requests/{asked['id']}")).status_code == 403
    decision = {"decision": "approve", "reason": ""}
    assert (await chen.post(f"/requests/{asked['id']}/decide", json=decision)).status_code == 403
    assert await centre.rows("schedule_change") == before
    (still,) = (await got(lin, "GET", "/own", **days))["requests"]
    assert still["state"] == "offered"


# --- levers, done and taken back ---------------------------------------------------------------------------------


class BusyEvening:
    """Thirty contacts each quarter of an hour from five to seven in the evening."""

    async def today(self, queue: str, now: Ms) -> Now:
        start = day_of(date.fromisoformat(TODAY), "Asia/Shanghai").start
        calls = tuple(30.0 if 68 <= i < 76 else 0.0 for i in range(96))
        starts = tuple(start + i * 900_000 for i in range(96))
        return Now(
            queue, date.fromisoformat(TODAY), now, starts, calls, (None,) * 96, calls, calls, calls, (300.0,) * 96,
            1.0, 0.0, 0.0, 0.0,
        )  # fmt: skip


async def call_in(centre: PlanningCentre, planner: Any) -> Any:
    """The lever that calls part-timers on standby for this evening."""
    standby = tuple(Frame(day, 600, 1300) for day in range(7))
    for id in ("xie.min", "gao.jun"):
        await centre.set_up("terms", Terms(id, Employment.PART_TIME, hours_week=24, standby=standby))
    centre.plans.day.forecasts = BusyEvening()
    found = await got(planner, "GET", "/day/levers")
    return next(one for one in found["items"] if one["kind"] == LeverKind.CALL_IN)


async def test_a_call_up_is_withdrawn_until_it_is_answered_a6(centre: PlanningCentre) -> None:
    planner = await centre.program(Role.PLANNER)
    lever = await call_in(centre, planner)
    assert (lever["asks"], lever["back"]) == (True, "withdraw")
    done = await got(planner, "POST", f"/day/levers/{lever['id']}/apply", json={})
    assert done["back"] == "withdraw"
    asked = done["names"][0].lower()
    helper = await centre.person(asked)
    days = {"params": {"first": TODAY, "last": TODAY}}
    (offer,) = (await got(helper, "GET", "/own", **days))["requests"]
    await got(planner, "POST", f"/day/actions/{done['id']}/undo", 204)
    assert (await got(helper, "POST", f"/own/requests/{offer['id']}/accept", 409))["code"] == "taken"
    (kept,) = (await got(planner, "GET", "/day/levers"))["actions"]
    assert (kept["back"], kept["undone_at"] is not None) == ("none", True)
    assert (await got(planner, "POST", f"/day/actions/{done['id']}/undo", 409))["code"] == "undone_already"


async def test_a_call_up_that_everybody_has_answered_is_not_withdrawn(centre: PlanningCentre) -> None:
    planner = await centre.program(Role.PLANNER)
    lever = await call_in(centre, planner)
    done = await got(planner, "POST", f"/day/levers/{lever['id']}/apply", json={})
    for name in done["names"]:
        helper = await centre.person(name.lower())
        await got(helper, "POST", f"/own/requests/{done['params']['request']}/decline")
    assert (await got(planner, "POST", f"/day/actions/{done['id']}/undo", 409))["code"] == "answered_already"
    (kept,) = (await got(planner, "GET", "/day/levers"))["actions"]
    assert (kept["back"], kept["undone_at"]) == ("none", None)


async def test_an_invitation_to_a_screen_is_said_to_be_final_before_it_is_sent(centre: PlanningCentre) -> None:
    """A6: part-timers who are signed in and wait are invited by the engine at once."""
    planner = await centre.program(Role.PLANNER)
    centre.clock.set(at(TODAY, "16:50"))
    for id in ("xie.min", "gao.jun"):
        await centre.runtime.submit(k.SignIn(id))
        await centre.runtime.submit(k.SetStatus(id, Status.STANDBY))
    lever = await call_in(centre, planner)
    assert lever["back"] == "none"
    done = await got(planner, "POST", f"/day/levers/{lever['id']}/apply", json={})
    assert (done["params"]["invited"] > 0, done["back"]) == (True, "none")
    assert (await got(planner, "POST", f"/day/actions/{done['id']}/undo", 409))["code"] == "not_undone"
