"""Reports saved, changed by two at once, shared, copied, deleted, opened by link; every fault names its field."""

import asyncio
from typing import Any

import pytest
from report_centre import OURS, THEIRS, Centre

from jietong.db.pool import ALL
from jietong.identity import audit
from jietong.identity.permissions import Role

DAY = 86_400_000


def report(**more: Any) -> dict[str, Any]:
    return {"title": {"en": "Mine", "zh-Hant": "我的"}, "blocks": [{"kind": "table", "metrics": ["asa"]}], **more}


async def test_of_two_who_change_a_report_at_once_the_second_is_told(centre: Centre) -> None:
    program = await centre.program(Role.SUPERVISOR)
    made = (await program.post("/api/reports", json={"report": report()})).json()
    assert (made["version"], made["yours"], made["ready"]) == (1, True, None)
    path = f"/api/reports/{made['id']}"
    one, other = await asyncio.gather(
        *(
            program.put(path, json={"version": 1, "report": report(description={"en": text})})
            for text in ("first", "second")
        )
    )
    assert sorted((one.status_code, other.status_code)) == [200, 409]
    late = one if one.status_code == 409 else other
    assert (late.json()["code"], late.json()["current"]) == ("stale_version", 2)
    assert (await program.delete(f"{path}?version=1")).status_code == 409
    assert (await program.delete(f"{path}?version=2")).status_code == 204
    assert (await program.get(path)).json()["code"] == "no_such_report"


async def test_a_ready_made_report_stays_and_its_copy_is_one_s_own(centre: Centre) -> None:
    program = await centre.program(Role.SUPERVISOR)
    path = "/api/reports/ready-getting-through"
    ready = (await program.get(path)).json()
    assert not ready["yours"]
    changed = await program.put(path, json={"version": 1, "report": ready["report"]})
    assert (changed.status_code, changed.json()["code"]) == (403, "ready_made")
    assert (await program.delete(f"{path}?version=1")).json()["code"] == "ready_made"
    copied = await program.post(f"{path}/copy", json={"title": {"en": "My own"}})
    assert copied.status_code == 201, copied.text
    assert copied.json()["report"] == ready["report"] | {"title": {"en": "My own"}}


async def test_a_report_is_private_until_shared_with_a_role_or_a_client(centre: Centre) -> None:
    mine, planner = await centre.program(Role.SUPERVISOR), await centre.program(Role.PLANNER)
    finance, ours, theirs = (
        await centre.program(Role.FINANCE),
        await centre.program(Role.CLIENT, OURS),
        await centre.program(Role.CLIENT, THEIRS),
    )
    id = (await mine.post("/api/reports", json={"report": report()})).json()["id"]
    path = f"/api/reports/{id}"
    for other in (planner, finance, ours):
        assert (await other.get(path)).status_code == 404
        assert (await other.post("/api/reports/run", json={"id": id})).status_code == 404
    wanted = [{"kind": "role", "who": "planner"}, {"kind": "client", "who": OURS}]
    assert (await mine.put(f"{path}/shares", json={"shares": wanted})).json()["shares"] == [wanted[1], wanted[0]]
    assert (await planner.get(path)).status_code == (await ours.get(path)).status_code == 200
    assert (await theirs.get(path)).status_code == 404
    assert (await finance.get(path)).status_code == 200, "shared with a client: whoever sees all clients sees it"
    assert (await planner.put(path, json={"version": 1, "report": report()})).json()["code"] == "not_owner"
    assert (await ours.put(path, json={"version": 1, "report": report()})).status_code == 403
    bad = await mine.put(f"{path}/shares", json={"shares": [{"kind": "client", "who": "nobody"}]})
    assert (bad.status_code, bad.json()["field"]) == (422, "shares.0.who")
    assert (await mine.put(f"{path}/shares", json={"shares": []})).json()["shares"] == []
    assert (await ours.get(path)).status_code == 404


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"title": {}}, "title", "missing"),
        ({"title": {"fr": "x", "en": "y"}}, "title.fr", "language"),
        ({"blocks": []}, "blocks", "count"),
        ({"blocks": [{"kind": "table", "metrics": ["asa", "nonsense"]}]}, "blocks.0.metrics.1", "unknown_metric"),
        ({"blocks": [{"kind": "table", "metrics": ["sl3(abc)"]}]}, "blocks.0.metrics.0", "bad_parameters"),
        ({"blocks": [{"kind": "table", "metrics": ["asa,aht"]}]}, "blocks.0.metrics.0", "bad_metrics"),
        ({"blocks": [{"kind": "table", "metrics": ["waiting"]}]}, "blocks.0.metrics.0", "unknown_metric"),
        ({"blocks": [{"kind": "chart", "metrics": ["asa"]}]}, "blocks.0.every", "line"),
        ({"blocks": [{"kind": "chart", "metrics": ["asa", "sl3(20)"], "every": "1d"}]}, "blocks.0.metrics", "units"),
        (
            {"blocks": [{"kind": "chart", "drawn": "heat", "metrics": ["asa"], "every": "1w"}]},
            "blocks.0.drawn",
            "heat",
        ),
        ({"blocks": [{"kind": "figures", "metrics": ["asa"], "by": ["queue"]}]}, "blocks.0.by", "figures"),
        ({"blocks": [{"kind": "text"}]}, "blocks.0.text", "missing"),
        ({"blocks": [{"kind": "table", "metrics": ["asa"], "sort": {"by": "aht"}}]}, "blocks.0.sort.by", "unknown"),
        ({"blocks": [{"kind": "table", "metrics": ["asa"], "top": 3}]}, "blocks.0.top", "range"),
        ({"period": {"kind": "last_days"}}, "period.n", "bad_period"),
        ({"period": {"kind": "absolute", "first": "2026-02-30", "last": "2026-03-01"}}, "period.first", "bad_period"),
        ({"period": {"kind": "absolute", "first": "2026-03-02", "last": "2026-03-01"}}, "period.last", "bad_period"),
        ({"comparison": {"against": "weeks", "weeks": 0}}, "comparison.weeks", "range"),
    ],
)
async def test_a_faulty_report_names_the_field(centre: Centre, change: dict[str, Any], field: str, code: str) -> None:
    program = await centre.program(Role.SUPERVISOR)
    answer = await program.post("/api/reports", json={"report": report(**change)})
    assert answer.status_code == 422, answer.text
    problem = answer.json()
    assert problem["code"] == "invalid_report"
    assert (field, code) in {(one["field"], one["code"]) for one in problem["errors"]}


async def test_a_link_opens_its_report_without_signing_in_until_it_ends(centre: Centre) -> None:
    manager, stranger = await centre.program(Role.MANAGER), await centre.program(None)
    made = await manager.post(
        "/api/reports/ready-queue/links", json={"days": 3, "client": OURS, "language": "zh-Hant"}
    )
    assert made.status_code == 201, made.text
    path, link = made.json()["path"], made.json()["link"]["id"]
    page = await stranger.get(path)
    assert page.status_code == 200
    assert '<html lang="zh-Hant">' in page.text
    assert "报修" in page.text
    assert "签证" not in page.text, "the other client's queue"
    assert "script" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["referrer-policy"] == "no-referrer"
    assert (await stranger.get(path + "x")).json()["code"] == "no_such_link"

    listed = (await manager.get("/api/reports/ready-queue/links")).json()["items"]
    assert [one["id"] for one in listed] == [link]
    supervisor = await centre.program(Role.SUPERVISOR)
    assert (await supervisor.delete(f"/api/reports/ready-queue/links/{link}")).json()["code"] == "no_such_link"
    assert (await manager.delete(f"/api/reports/ready-queue/links/{link}")).status_code == 204
    assert (await stranger.get(path)).json()["code"] == "no_such_link"

    short = (await manager.post("/api/reports/ready-queue/links", json={"days": 1})).json()["path"]
    assert (await stranger.get(short)).status_code == 200
    centre.clock.advance(DAY)
    assert (await stranger.get(short)).status_code == 404


async def test_a_link_ends_with_the_right_of_whoever_made_it(centre: Centre) -> None:
    manager, stranger = await centre.program(Role.MANAGER), await centre.program(None)
    path = (await manager.post("/api/reports/ready-queue/links", json={})).json()["path"]
    assert (await stranger.get(path)).status_code == 200
    async with centre.database.transaction(ALL) as conn:
        await conn.execute("UPDATE api_token SET clients = '{hechuan}'")
    assert (await stranger.get(path)).status_code == 404, "made for all clients by who sees but one now"
    async with centre.database.transaction(ALL) as conn:
        await conn.execute("UPDATE api_token SET clients = NULL, revoked_at = now()")
    assert (await stranger.get(path)).status_code == 404


async def test_a_link_shows_no_client_that_its_maker_does_not_see(centre: Centre) -> None:
    scoped, stranger = await centre.program(Role.SUPERVISOR, OURS), await centre.program(None)
    refused = await scoped.post("/api/reports/ready-queue/links", json={"client": THEIRS})
    assert refused.status_code == 403
    path = (await scoped.post("/api/reports/ready-queue/links", json={})).json()["path"]
    assert "签证" not in (await stranger.get(path)).text


async def test_every_export_and_every_opened_link_is_in_the_audit_log(centre: Centre) -> None:
    manager, stranger = await centre.program(Role.MANAGER), await centre.program(None)
    await manager.post("/api/reports/export", json={"id": "ready-queue", "format": "csv"})
    asked = [{"id": "ready-queue"}, {"id": "ready-agent"}]
    await manager.post("/api/reports/bundle", json={"items": asked, "format": "xlsx"})
    path = (await manager.post("/api/reports/ready-queue/links", json={})).json()["path"]
    await stranger.get(path)
    async with centre.database.read(ALL) as conn:
        entries = await audit.entries(conn, action="report.")
    assert [(one.action, one.object) for one in reversed(entries)] == [
        ("report.exported", "ready-queue"),
        ("report.exported", "ready-queue,ready-agent"),
        ("report.linked", "ready-queue"),
        ("report.opened_by_link", "ready-queue"),
    ]
    assert entries[-1].details["format"] == "csv"
    assert entries[-1].details["bytes"] > 100


async def test_the_page_for_a_telephone_opens_with_a_sign_in_and_runs_no_script(centre: Centre) -> None:
    manager, stranger = await centre.program(Role.MANAGER), await centre.program(None)
    path = "/api/reports/ready-today/page?lang=en&period=last_days&n=3"
    page = await manager.get(path)
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert '<meta name="viewport" content="width=device-width,initial-scale=1">' in page.text
    assert "2026-07-12 – 2026-07-14" in page.text
    assert "<script" not in page.text
    assert len(page.content) < 200_000
    assert (await stranger.get(path)).status_code == 401
    assert (await manager.get("/api/reports/ready-today/page?lang=fr")).json()["code"] == "bad_language"


async def test_a_question_too_big_says_what_to_do(centre: Centre) -> None:
    program = await centre.program(Role.MANAGER)
    wide = {"kind": "absolute", "first": "2015-01-01", "last": "2026-07-01"}
    answer = await program.post("/api/reports/run", json={"report": report(period=wide)})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "period.last")
