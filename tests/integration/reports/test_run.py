"""A report's figures equal the reference over the same facts (C1 to C5), in the site's days (chatwoot#4028)."""

from typing import Any

import httpx
from report_centre import AGENTS, OURS, QUEUES, THEIRS, ZONE, Centre, noon

from jietong.core.days import Span, local_day
from jietong.identity.permissions import Role
from jietong.metrics.history import Figure, evaluate, with_reasons
from jietong.metrics.intervals import metrics
from jietong.reports.schemas import ResultOut

DAY = 86_400_000


def reference(centre: Centre, metric: str, window: Span, **of: str | None) -> Figure:
    found = metrics(metric)[0]
    segments = [
        s for s in with_reasons(centre.segments) if all(getattr(s, name) == value for name, value in of.items())
    ]
    intervals = [i for i in centre.intervals if "agent" not in of or i.agent == of["agent"]]
    return evaluate(found.definition, segments, intervals, window, now=centre.clock.now(), terms=found.terms)


def same(cell: dict[str, Any], expected: Figure, unit: str) -> bool:
    by = 1000 if unit == "s" else 1
    if expected.value is None:
        return cell["value"] is None
    return cell["value"] is not None and abs(cell["value"] - expected.value / by) < 1e-9


async def run(program: httpx.AsyncClient, **asked: Any) -> dict[str, Any]:
    answer = await program.post("/api/reports/run", json=asked)
    assert answer.status_code == 200, answer.text
    ResultOut.model_validate_json(answer.content)
    return dict(answer.json())


async def test_every_ready_made_report_runs_and_its_figures_equal_the_reference(centre: Centre) -> None:
    program = await centre.program(Role.MANAGER)
    ready = [one for one in (await program.get("/api/reports")).json()["items"] if one["ready"]]
    assert {one["ready"] for one in ready} == {
        "getting_through",
        "efficiency",
        "felt",
        "classes",
        "by",
        "live",
        "history",
    }
    compared = 0
    for one in ready:
        result = await run(program, id=one["id"], period={"kind": "last_days", "n": 7})
        for outcome in result["outcomes"]:
            assert outcome["note"] is None, (one["id"], outcome)
            for line in [*outcome["lines"], *([outcome["total"]] if outcome["total"] else [])]:
                of = dict(zip(outcome["by"], line["keys"], strict=False))
                for column, cell in zip(outcome["columns"], line["values"], strict=True):
                    expected = reference(centre, column["key"], Span(line["start"], line["end"]), **of)
                    assert same(cell, expected, column["unit"]), (one["id"], column["key"], line, expected)
                    compared += 1
    assert compared > 500


async def test_days_are_the_site_s_own_and_not_the_server_s(centre: Centre) -> None:
    program = await centre.program(Role.SUPERVISOR)
    block = {"kind": "table", "metrics": ["entry_offered"], "every": "1d"}
    result = await run(
        program, report={"title": {"en": "Days"}, "blocks": [block], "period": {"kind": "last_days", "n": 3}}
    )
    lines = result["outcomes"][0]["lines"]
    assert result["zone"] == ZONE
    assert [(line["start"], line["end"]) for line in lines] == [
        tuple(local_day(noon(day), ZONE)) for day in ("2026-07-12", "2026-07-13", "2026-07-14")
    ]
    assert sum(line["values"][0]["value"] for line in lines) == result["outcomes"][0]["total"]["values"][0]["value"]


async def test_today_is_compared_with_the_same_hours_four_weeks_before(centre: Centre) -> None:
    program = await centre.program(Role.MANAGER)
    result = await run(program, id="ready-today")
    before = result["outcomes"][0]["before"]
    assert before["end"] - before["start"] == 12 * 3_600_000
    assert before["start"] == local_day(noon("2026-06-17"), ZONE).start


async def test_a_week_beside_the_week_before_day_for_day(centre: Centre) -> None:
    program = await centre.program(Role.MANAGER)
    block = {"kind": "table", "metrics": ["requested_agent", "asa"], "every": "1d", "by": ["queue"]}
    result = await run(
        program,
        report={
            "title": {"en": "x"},
            "blocks": [block],
            "period": {"kind": "absolute", "first": "2026-07-12", "last": "2026-07-14"},
            "comparison": {"against": "previous"},
        },
    )
    seen = 0
    for line in result["outcomes"][0]["lines"]:
        window = Span(line["start"] - 3 * DAY, line["end"] - 3 * DAY)
        for column, cell in zip(("requested_agent", "asa"), line["values"], strict=True):
            expected = reference(centre, column, window, queue=line["keys"][0]).value
            if cell["before"] is not None:
                assert abs(cell["before"] - (expected or 0) / (1000 if column == "asa" else 1)) < 1e-9
                assert abs(cell["change"] - (cell["value"] - cell["before"])) < 1e-9
                seen += 1
    assert seen > 10


async def test_groups_beyond_the_first_are_one_row_whose_sums_are_theirs(centre: Centre) -> None:
    program = await centre.program(Role.MANAGER)
    block = {"kind": "table", "metrics": ["handled", "aht"], "by": ["agent"], "sort": {"by": "handled"}}
    report = {"title": {"en": "x"}, "blocks": [block], "period": {"kind": "last_days", "n": 7}}
    whole = (await run(program, report=report))["outcomes"][0]
    block["top"] = 1
    first = (await run(program, report=report))["outcomes"][0]
    assert whole["lines"][0]["keys"] == first["lines"][0]["keys"]
    assert first["lines"][-1]["rest"]
    left = whole["lines"][1:]
    rest = first["lines"][-1]["values"]
    assert rest[0]["value"] == sum(line["values"][0]["value"] for line in left)
    assert abs(rest[1]["numerator"] - sum(line["values"][1]["numerator"] for line in left)) < 1e-6
    assert abs(rest[1]["value"] - rest[1]["numerator"] / rest[1]["denominator"]) < 1e-9
    assert first["total"] == whole["total"]


async def test_limits_and_targets_mark_the_cells_that_pass_them(centre: Centre) -> None:
    program = await centre.program(Role.MANAGER)
    block = {
        "kind": "table",
        "metrics": ["sl3(20)", "asa"],
        "by": ["queue"],
        "limits": [{"metric": "asa", "above": 0.001}],
        "targets": [{"metric": "sl3(20)", "value": 1.0}],
    }
    result = await run(
        program, report={"title": {"en": "x"}, "blocks": [block], "period": {"kind": "last_days", "n": 9}}
    )
    marks = {mark["mark"] for line in result["outcomes"][0]["lines"] for mark in line["values"] if mark["value"]}
    assert marks == {"missed", "above"}


async def test_the_contacts_behind_a_figure_are_as_many_as_it_counts(centre: Centre) -> None:
    program = await centre.program(Role.MANAGER)
    block = {"kind": "table", "metrics": ["sl3(20)"], "by": ["queue"]}
    result = await run(
        program, report={"title": {"en": "x"}, "blocks": [block], "period": {"kind": "last_days", "n": 5}}
    )
    line = next(one for one in result["outcomes"][0]["lines"] if one["values"][0]["numerator"])
    for part in ("numerator", "denominator"):
        found: list[str] = []
        after = None
        while True:
            answer = await program.post(
                "/api/reports/contacts",
                json={
                    "metric": "sl3(20)",
                    "part": part,
                    "start": line["start"],
                    "end": line["end"],
                    "keys": {"queue": line["keys"][0]},
                    "limit": 7,
                    "after": after,
                },
            )
            assert answer.status_code == 200, answer.text
            found += [one["id"] for one in answer.json()["items"]]
            after = answer.json()["next"]
            if after is None:
                break
        assert len(set(found)) == len(found) == line["values"][0][part]


async def test_a_client_sees_what_was_shared_and_of_it_their_own(centre: Centre) -> None:
    """One client never sees another's rows (fusionpbx#313)."""
    manager = await centre.program(Role.MANAGER)
    ours, theirs = await centre.program(Role.CLIENT, OURS), await centre.program(Role.CLIENT, THEIRS)
    assert (await ours.get("/api/reports")).json()["items"] == []
    for path in ("/api/reports/ready-queue", "/api/reports/ready-queue/page"):
        assert (await ours.get(path)).status_code == 404
    refused = await ours.post("/api/reports/run", json={"id": "ready-queue"})
    assert (refused.status_code, refused.json()["code"]) == (404, "no_such_report")
    built = {"title": {"en": "x"}, "blocks": [{"kind": "table", "metrics": ["handled"]}]}
    assert (await ours.post("/api/reports/run", json={"report": built})).status_code == 403

    shared = await manager.put("/api/reports/ready-queue/shares", json={"shares": [{"kind": "client", "who": OURS}]})
    assert shared.status_code == 200, shared.text
    assert [one["id"] for one in (await ours.get("/api/reports")).json()["items"]] == ["ready-queue"]
    assert (await theirs.get("/api/reports")).json()["items"] == []

    everything = {"kind": "last_days", "n": 9}
    for wanted in (None, {"clients": [THEIRS]}, {"queues": ["visa"]}, {"clients": [OURS, THEIRS]}):
        result = await run(ours, id="ready-queue", period=everything, filter=wanted)
        keys = {line["keys"][0] for outcome in result["outcomes"] for line in outcome["lines"] if line["keys"]}
        assert "visa" not in keys
        assert "visa" not in result["labels"].get("queue", {})
        if wanted is None:
            assert {"repair", "sales"} <= keys
    whole = await run(ours, id="ready-queue", period=everything)
    seen = Span(whole["outcomes"][0]["window"]["start"], whole["outcomes"][0]["window"]["end"])
    expected = reference(centre, "requested_agent", seen, client=OURS)
    assert whole["outcomes"][0]["total"]["values"][0]["value"] == expected.value
    drilled = await ours.post(
        "/api/reports/contacts",
        json={"metric": "requested_agent", "start": seen.start, "end": seen.end, "filter": {"clients": [THEIRS]}},
    )
    assert drilled.json()["items"] == []


async def test_agents_time_is_left_out_and_said_to_be_for_who_does_not_see_all_clients(centre: Centre) -> None:
    scoped = await centre.program(Role.SUPERVISOR, OURS)
    result = await run(scoped, id="ready-agent", period={"kind": "last_days", "n": 9})
    handled, time = result["outcomes"]
    assert (time["note"], time["columns"], time["lines"]) == ("agent_time_hidden", [], [])
    assert handled["note"] is None
    assert {line["keys"][0] for line in handled["lines"]} <= {*AGENTS, None}
    assert all(QUEUES[queue] == OURS for queue in result["labels"].get("queue", {}))
