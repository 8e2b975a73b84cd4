"""Flows through the HTTP interface: drafts, versions, publishing, scope, test calls, counts."""

import asyncio
import json

import asyncpg
import pytest
from flow_centre import FlowCentre, names, small

from jietong.core import commands as k
from jietong.core.events import FlowStep
from jietong.core.vocabulary import Channel, EndedBy, Outcome
from jietong.db.pool import ALL
from jietong.flows.counts import FlowCounts


async def test_a_flow_is_drawn_checked_published_and_serves_from_then_on(centre: FlowCentre) -> None:
    admin = await centre.signed_in("admin")
    half = small(nodes=[{"id": "hello", "type": "play"}])
    made = await admin.post("/api/flows", json={"document": half})
    assert made.status_code == 201, made.text
    assert {fault["code"] for fault in made.json()["faults"]} >= {"prompt_missing", "dead_end", "no_way_out"}
    refused = await admin.post("/api/flows/small/publish", json={"revision": 1})
    assert refused.status_code == 422
    assert refused.json()["code"] == "flow_faults"
    assert refused.json()["faults"][0]["message"]["zh-Hans"]
    saved = await admin.put("/api/flows/small", json={"revision": 1, "document": small()})
    assert saved.json()["revision"] == 2
    assert saved.json()["faults"] == []
    assert centre.library.serving("small") is None
    done = await admin.post("/api/flows/small/publish", json={"revision": 2, "note": "第一版"})
    assert (done.status_code, done.json()["version"], done.json()["nodes"]) == (200, 1, 2)
    serving = centre.library.serving("small")
    assert serving is not None
    assert (serving.version, serving.flow.start) == (1, "hello")
    again = await admin.post("/api/flows/small/publish", json={"revision": 3})
    assert again.json()["code"] == "nothing_changed"


async def test_of_two_who_draw_at_once_the_later_is_told_who_was_first(centre: FlowCentre) -> None:
    admin, other = await centre.signed_in("admin"), await centre.signed_in("manager")
    await admin.post("/api/flows", json={"document": small()})
    bodies = [{"revision": 1, "document": small(start="end")} for _ in range(4)]
    answers = await asyncio.gather(*(other.put("/api/flows/small", json=body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    late = next(answer.json() for answer in answers if answer.status_code == 409)
    assert late["code"] == "stale_version"
    assert late["current"] == 2
    assert late["by"] == "manager"
    assert late["at"] > 0
    over = await admin.put("/api/flows/small", json={"revision": late["current"], "document": small()})
    assert over.status_code == 200, "whoever means it may write over it"


async def test_versions_stay_as_they_were_and_a_draft_can_be_thrown_away(centre: FlowCentre) -> None:
    admin = await centre.signed_in("admin")
    flow = (await admin.get("/api/flows/service-line")).json()
    assert (flow["published"], flow["changed"], flow["faults"]) == (1, False, [])
    document = flow["document"] | {"name": names("改过的")}
    saved = (
        await admin.put("/api/flows/service-line", json={"revision": flow["revision"], "document": document})
    ).json()
    assert saved["changed"] is True
    assert centre.library.serving("service-line").flow.name["en"] == "Service line"  # type: ignore[union-attr]
    back = (await admin.post("/api/flows/service-line/discard", json={"revision": saved["revision"]})).json()
    assert (back["changed"], back["document"]["name"]["en"]) == (False, "Service line")
    again = {"revision": back["revision"], "document": document}
    saved = (await admin.put("/api/flows/service-line", json=again)).json()
    await admin.post("/api/flows/service-line/publish", json={"revision": saved["revision"], "note": "n"})
    lines = (await admin.get("/api/flows/service-line/versions")).json()["items"]
    assert [(one["version"], one["note"]) for one in lines] == [(2, "n"), (1, "")]
    first = (await admin.get("/api/flows/service-line/versions/1")).json()
    assert first["document"]["name"]["en"] == "Service line"
    former = await centre.library.version("service-line", 1)
    assert former.flow.name["en"] == "Service line", "who is still in it goes on by it"
    with pytest.raises(asyncpg.RaiseError, match="never changes"):
        await rewrite_a_version(centre)
    async with centre.database.read(ALL) as conn:
        assert await conn.fetchval("SELECT count(*) FROM audit_entry WHERE action = 'flow.published'") == 1


async def rewrite_a_version(centre: FlowCentre) -> None:
    async with centre.database.transaction(ALL) as conn:
        await conn.execute("UPDATE flow_version SET document = '{}'")


async def test_an_export_is_imported_elsewhere_as_it_was(centre: FlowCentre) -> None:
    admin = await centre.signed_in("admin")
    file = await admin.get("/api/flows/service-line/export?version=1")
    assert 'filename="service-line-1.json"' in file.headers["content-disposition"]
    document = json.loads(file.text)
    made = await admin.post("/api/flows", json={"document": document | {"id": "copy"}})
    assert made.status_code == 201
    assert made.json()["document"]["nodes"] == document["nodes"]
    taken = await admin.post("/api/flows", json={"document": document})
    assert (taken.status_code, taken.json()["code"]) == (409, "id_taken")
    checked = await admin.post("/api/flows/check", json={"document": document | {"start": "nowhere"}})
    assert "no_start" in {fault["code"] for fault in checked.json()["faults"]}


async def test_who_may_look_draw_and_publish(centre: FlowCentre) -> None:
    supervisor, support, answerer, nobody = [
        await centre.signed_in(name) for name in ("supervisor", "support", "answerer", "")
    ]
    assert (await supervisor.get("/api/flows")).status_code == 200
    assert (await supervisor.post("/api/flows", json={"document": small()})).status_code == 403
    assert (await support.post("/api/flows", json={"document": small()})).status_code == 201
    assert (await support.post("/api/flows/small/publish", json={"revision": 1})).status_code == 403
    assert (await answerer.get("/api/flows")).status_code == 403
    assert (await nobody.get("/api/flows")).status_code == 401


async def test_one_client_s_people_never_see_another_s_flows(centre: FlowCentre) -> None:
    admin = await centre.signed_in("admin")
    await admin.post("/api/flows", json={"document": small("mall", client="hechuan-mall")})
    manager = await centre.signed_in("manager", ("hechuan",))
    seen = {one["id"] for one in (await manager.get("/api/flows")).json()["items"]}
    assert seen == {"service-line", "chat-welcome"}
    for path in ("", "/versions", "/export", "/counts"):
        assert (await manager.get(f"/api/flows/mall{path}")).status_code == 404, path
    body = {"revision": 1, "document": small("mall")}
    assert (await manager.put("/api/flows/mall", json=body)).status_code == 404
    taken = await manager.post("/api/flows", json={"document": small("other", client="hechuan-mall")})
    assert taken.json()["code"] == "unknown_client"
    assert (await manager.post("/api/flows/mall/test", json={})).status_code == 404


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"format": "flow/v2"},
        small(nodes=[{"id": "x", "type": "dance"}]),
        small(nodes={"id": "x"}),
        small(layout={"x": [1]}),
        small(extra=1),
        small(id="../../etc"),
        small(id="x" * 99),
        small(client="nobody"),
    ],
    ids=range(9),
)
async def test_what_is_no_flow_is_refused_in_words(centre: FlowCentre, document: dict[str, object]) -> None:
    admin = await centre.signed_in("admin")
    answer = await admin.post("/api/flows", json={"document": document})
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] in {"bad_flow", "bad_id", "unknown_client"}


async def test_a_flow_that_is_laid_aside_serves_no_longer(centre: FlowCentre) -> None:
    admin = await centre.signed_in("admin")
    laid = await admin.put("/api/flows/chat-welcome/active", json={"active": False})
    assert laid.json()["active"] is False
    assert centre.library.serving("chat-welcome") is None
    await admin.put("/api/flows/chat-welcome/active", json={"active": True})
    assert centre.library.serving("chat-welcome") is not None


async def test_a_test_call_goes_step_by_step_and_leaves_no_trace(centre: FlowCentre) -> None:
    supervisor = await centre.signed_in("supervisor")
    before = centre.runtime.seq

    async def step(**body: object) -> dict[str, object]:
        answer = await supervisor.post("/api/flows/service-line/test", json={"language": "en", **body})
        assert answer.status_code == 200, answer.text
        return answer.json()  # type: ignore[no-any-return]

    now = await step()
    assert (now["node"], now["act"]["act"], now["wants"]) == ("welcome", "say", ["said"])  # type: ignore[index]
    now = await step(state=now["state"], answer={"answer": "said"})
    assert now["steps"] == [{"node": "welcome", "exit": "done"}]
    now = await step(state=now["state"], answer={"answer": "keys", "keys": "3"})
    assert now["node"] == "customer", "opening hours are answered by the centre itself"
    customer = {"id": "c", "name": "Gu Ting", "segment": "金卡"}
    now = await step(state=now["state"], answer={"answer": "found", "customer": customer})
    assert now["node"] == "gold-queue"
    assert "Gu Ting, we are connecting you" in json.dumps(now["act"])
    now = await step(state=now["state"], answer={"answer": "left", "exit": "ended"})
    assert now["act"]["act"] == "survey"  # type: ignore[index]
    assert centre.runtime.seq == before


async def test_a_test_call_with_another_clock_and_other_figures(centre: FlowCentre) -> None:
    admin = await centre.signed_in("admin")
    when = [{"when": {"subject": "queue.repair.ewt_s", "op": "gt", "value": 60}},
            {"when": {"subject": "now.time", "op": "lt", "value": "09:00"}}]  # fmt: skip
    node = {"id": "c", "type": "condition", "branches": when,
            "next": {"branch:0": "long", "branch:1": "early", "else": "end"}}  # fmt: skip
    ends = [{"id": id, "type": "hang_up"} for id in ("long", "early", "end")]
    document = small(start="c", nodes=[node, *ends])
    await admin.post("/api/flows", json={"document": small()})

    async def way(**body: object) -> str:
        answer = await admin.post("/api/flows/small/test", json={"document": document, **body})
        return str(answer.json()["node"])

    morning, noon = 1_800_000_000_000 - 8 * 3_600_000, 1_800_000_000_000 - 4 * 3_600_000
    assert await way(values={"queue.repair.ewt_s": 61}, at=noon) == "long"
    assert await way(at=morning) == "early"
    assert await way(at=noon) == "end"


async def test_secret_digits_of_a_test_do_not_come_back(centre: FlowCentre) -> None:
    admin = await centre.signed_in("admin")
    digits = {"id": "d", "type": "digits", "variable": "pin", "secret": True, "min": 4, "max": 4,
              "prompt": {"text": names("?")}, "next": {"done": "m", "none": "end"}}  # fmt: skip
    menu = {"id": "m", "type": "menu", "prompt": {"text": names("?")}, "choices": [{"key": "1"}],
            "next": {"key:1": "end", "timeout": "end", "invalid": "end"}}  # fmt: skip
    document = small(start="d", nodes=[digits, menu, {"id": "end", "type": "hang_up"}])
    await admin.post("/api/flows", json={"document": document})
    first = (await admin.post("/api/flows/small/test", json={})).json()
    body = {"state": first["state"], "answer": {"answer": "keys", "keys": "4821"}}
    second = await admin.post("/api/flows/small/test", json=body)
    assert second.json()["node"] == "m"
    assert "4821" not in second.text


@pytest.mark.parametrize(
    "body",
    [
        {"state": {"node": "nowhere", "language": "en"}, "answer": {"answer": "said"}},
        {"state": {"node": "welcome"}, "answer": {"answer": "said"}},
        {"state": {"node": "welcome", "language": "en"}, "answer": {"answer": "dance"}},
        {"state": {"node": "welcome", "language": "en"}, "answer": {"answer": "keys", "keys": "1"}},
        {"state": {"node": "welcome", "language": "en"}},
        {"state": {"node": "survey", "language": "en", "phase": "score"}, "answer": {"answer": "done"}},
        {"state": {"node": "welcome", "language": "en", "over": True}, "answer": {"answer": "said"}},
        {"state": {"node": "x", "language": "e", "variables": {f"v{i}": "" for i in range(300)}},
         "answer": {"answer": "said"}},
    ],
    ids=range(8),
)  # fmt: skip
async def test_a_test_call_that_makes_no_sense_is_refused(centre: FlowCentre, body: dict[str, object]) -> None:
    admin = await centre.signed_in("admin")
    answer = await admin.post("/api/flows/service-line/test", json=body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] in {"bad_state", "wrong_answer", "flow_over"}


async def test_today_s_counts_follow_the_ledger_and_outlive_the_writer(centre: FlowCentre) -> None:
    admin = await centre.signed_in("admin")
    tell = centre.runtime.submit

    async def arrive(contact: str) -> None:
        client, entry = "hechuan", "4008001234"
        await tell(k.Enter(contact, Channel.VOICE, client, entry, "service-line", 1))
        await tell(k.Witness((FlowStep(0, contact, "service-line", 1, "welcome", "done"),)))

    for contact in ("c1", "c2", "c3", "c4"):
        await arrive(contact)
    await tell(k.LeaveFlow("c1", "hung_up", Outcome.LOST_IN_FLOW, EndedBy.CUSTOMER, "menu"))
    await tell(k.LeaveFlow("c2", "finished", Outcome.SELF_SERVED, EndedBy.SYSTEM, "served"))
    await tell(k.JoinQueue("c3", "repair", node="repair"))
    await tell(k.JoinQueue("c4", "repair", node="repair"))
    await tell(k.CustomerLeft("c4"))
    counts = (await admin.get("/api/flows/service-line/counts")).json()
    assert (counts["version"], counts["entered"]) == (1, 4)
    assert counts["since"] is not None
    assert counts["nodes"] == {
        "welcome": {"done": 4},
        "menu": {"hung_up": 1},
        "served": {"finished": 1},
        "repair": {"waiting": 1, "abandoned": 1},
    }
    again = FlowCounts()
    again.load(centre.counts.dump())
    assert again.of("service-line", counts["since"] + 1)[1].entered == 4
    tomorrow = counts["since"] + 86_400_000
    assert again.of("service-line", tomorrow)[1].entered == 0, "only who still waits is left of yesterday"
    other = (await admin.get("/api/flows/service-line/counts?version=7")).json()
    assert (other["entered"], other["nodes"]) == (0, {})
