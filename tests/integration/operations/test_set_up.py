"""Set-up through the HTTP interface: checked, versioned, told to the writer, all or nothing."""

import asyncio
from typing import Any

import httpx
import pytest
from operations_support import SignedIn

from jietong.core.commands import Arrive
from jietong.core.specs import QueueSpec
from jietong.core.vocabulary import Channel
from jietong.db.pool import ALL, Database
from jietong.routing import store
from jietong.routing.engine import Engine
from jietong.routing.runtime import Runtime
from jietong.routing.service import load_specs
from jietong.routing.store import Kind


async def test_the_writer_is_fed_what_differs_and_nothing_twice(database: Database, runtime: Runtime[Engine]) -> None:
    assert await load_specs(database, runtime.engine) == []
    assert set(runtime.engine.queues) == {"repair", "returns", "orders"}
    assert len(runtime.engine.agents) == 15
    assert runtime.engine.site.name["en"] == "Hechuan Appliances contact centre"
    async with database.transaction(ALL) as conn:  # changed while no writer was there
        await conn.execute(
            """
            UPDATE setup_document SET version = 2, spec = jsonb_set(spec, '{priority}', '7')
            WHERE kind = 'queue' AND id = 'repair'
            """
        )
    (command,) = await load_specs(database, runtime.engine)
    assert command.spec.priority == 7  # type: ignore[union-attr]


async def test_a_change_is_what_the_engine_works_by_at_once(signed_in: SignedIn, runtime: Runtime[Engine]) -> None:
    admin = await signed_in("he.feng")
    queue = (await admin.get("/api/queues/repair")).json()
    queue["spec"]["offer_s"] = 33
    answer = await admin.put("/api/queues/repair", json={"version": queue["version"], "spec": queue["spec"]})
    assert answer.status_code == 200, answer.text
    assert answer.json()["version"] == 2
    assert runtime.engine.queues["repair"].spec.offer_s == 33
    versions = (await admin.get("/api/queues/repair/versions")).json()["items"]
    assert [(one["version"], one["spec"]["offer_s"]) for one in versions] == [(2, 33), (1, 20)]


async def test_of_two_administrators_at_once_the_later_is_told(signed_in: SignedIn, database: Database) -> None:
    admin = await signed_in("he.feng")
    queue = (await admin.get("/api/queues/orders")).json()
    bodies = [{"version": 1, "spec": {**queue["spec"], "offer_s": 30 + n}} for n in range(6)]
    answers = await asyncio.gather(*(admin.put("/api/queues/orders", json=body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409, 409]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"stale_version"}
    async with database.read(ALL) as conn:
        document = await store.read(conn, Kind.QUEUE, "orders", QueueSpec)
        events = await conn.fetchval("SELECT count(*) FROM event WHERE type = 'queue.configured'")
    won = next(n for n, answer in enumerate(answers) if answer.status_code == 200)
    assert (document.version, document.spec.offer_s) == (2, 30 + won)
    assert events == 4  # three at the start and the one change


async def test_a_change_that_makes_no_sense_names_its_fields_and_changes_nothing(
    signed_in: SignedIn, runtime: Runtime[Engine]
) -> None:
    admin = await signed_in("he.feng")
    queue = (await admin.get("/api/queues/repair")).json()
    seq = runtime.seq
    spec = queue["spec"] | {
        "requires": [{"skill": "juggling", "level": 9}],
        "hours": "never",
        "service_level_target": 1.0,
        "steps": [{"type": "move", "after_s": 60, "queue": "nowhere"}],
    }
    answer = await admin.put("/api/queues/repair", json={"version": 1, "spec": spec})
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["code"] == "invalid_setup"
    assert {(error["field"], error["code"]) for error in problem["errors"]} == {
        ("requires.0.skill", "unknown_skill"),
        ("requires.0.level", "bad_level"),
        ("hours", "unknown_hours"),
        ("service_level_target", "out_of_range"),
        ("steps.0.queue", "unknown_queue"),
    }
    assert (await admin.get("/api/queues/repair")).json() == queue
    assert runtime.seq == seq


@pytest.mark.parametrize(
    "spec",
    [
        {},
        {"id": "x"},
        {"id": "x", "name": {"en": "x"}, "client": "hechuan", "channels": ["pigeon"]},
        {"id": "x", "name": {"en": "x"}, "client": "hechuan", "channels": [], "surprise": 1},
        {"id": 7, "name": {"en": "x"}, "client": "hechuan", "channels": []},
    ],
)
async def test_a_document_of_the_wrong_shape_is_a_clear_error(signed_in: SignedIn, spec: dict[str, Any]) -> None:
    admin = await signed_in("he.feng")
    answer = await admin.post("/api/queues", json={"spec": spec})
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid"
    assert answer.json()["errors"][0]["field"].startswith("spec")


async def test_what_is_in_use_cannot_be_set_aside(signed_in: SignedIn) -> None:
    admin = await signed_in("he.feng")
    for path in ("/api/skills/repair", "/api/hours/office", "/api/clients/hechuan"):
        document = (await admin.get(path)).json()
        body = {"version": document["version"], "spec": document["spec"] | {"active": False}}
        answer = await admin.put(path, json=body)
        assert answer.status_code == 422, path
        assert answer.json()["errors"][0]["code"] == "in_use"


async def test_a_new_queue_takes_contacts_and_is_set_aside_again(
    signed_in: SignedIn, runtime: Runtime[Engine]
) -> None:
    admin = await signed_in("he.feng")
    names = {"zh-Hans": "安装", "zh-Hant": "安裝", "en": "Installation"}
    spec = {"id": "install", "name": names, "client": "hechuan", "channels": ["chat"]}
    made = await admin.post("/api/queues", json={"spec": spec})
    assert made.status_code == 201, made.text
    again = await admin.post("/api/queues", json={"spec": spec})
    assert (again.status_code, again.json()["code"]) == (409, "id_taken")
    arrive = Arrive(contact="c1", channel=Channel.CHAT, queue="install", entry="test")
    await runtime.submit(arrive)
    assert runtime.engine.contacts["c1"].queue == "install"
    gone = await admin.put(
        "/api/queues/install", json={"version": 1, "spec": made.json()["spec"] | {"active": False}}
    )
    assert gone.status_code == 200, gone.text
    assert not runtime.engine.queues["install"].spec.active


async def test_g3_only_administrators_change_the_set_up(signed_in: SignedIn) -> None:
    for name, reads, writes in [
        ("he.feng", 200, 200),
        ("zhou.xin", 200, 403),
        ("gu.ming", 200, 403),
        ("lin.xiao", 200, 403),  # agents transfer to any queue, so they may see the list
        ("zhou.wan", 403, 403),
    ]:
        person = await signed_in(name)
        assert (await person.get("/api/queues")).status_code == reads, name
        admin = await signed_in("he.feng")
        document = (await admin.get("/api/skills/english")).json()
        body = {"version": document["version"], "spec": document["spec"]}
        assert (await person.put("/api/skills/english", json=body)).status_code == writes, name
    stranger = await signed_in("")
    assert (await stranger.get("/api/queues")).status_code == 401


async def test_a_clients_people_get_the_names_of_their_own_queues_only(signed_in: SignedIn) -> None:
    theirs = (await (await signed_in("zhou.wan")).get("/api/directory")).json()
    assert {queue["id"] for queue in theirs["queues"]} == {"repair", "returns"}
    assert {client["id"] for client in theirs["clients"]} == {"hechuan"}
    assert {reason["client"] for reason in theirs["reasons"]} == {"hechuan", None}
    everyone = (await (await signed_in("lin.xiao")).get("/api/directory")).json()
    assert len(everyone["queues"]) == 3
    assert {reason["id"] for reason in everyone["reasons"] if reason["kind"] == "break"} >= {"break-rest"}


async def test_every_change_is_in_the_audit_log_with_its_version(signed_in: SignedIn, database: Database) -> None:
    admin = await signed_in("he.feng")
    hours = (await admin.get("/api/hours/shop")).json()
    hours["spec"]["week"][6] = []
    answer = await admin.put("/api/hours/shop", json={"version": 1, "spec": hours["spec"]})
    assert answer.status_code == 200, answer.text
    async with database.read(ALL) as conn:
        entry = await conn.fetchrow(
            "SELECT name, action, object, details::text FROM audit_entry WHERE action = 'hours.changed'"
        )
    assert (entry["name"], entry["object"], entry["details"]) == ("何峰", "shop", '{"version":2}')


async def test_reasons_and_the_site_are_set_up_too(signed_in: SignedIn, runtime: Runtime[Engine]) -> None:
    admin = await signed_in("he.feng")
    names = {"zh-Hans": "面板花屏", "zh-Hant": "面板花屏", "en": "Garbled panel"}
    reason = {"id": "fault-panel", "kind": "contact", "name": names, "client": "hechuan", "parent": "fault"}
    assert (await admin.post("/api/reasons", json={"spec": reason})).status_code == 201
    deeper = reason | {"id": "fault-panel-2", "parent": "fault-panel"}
    refused = await admin.post("/api/reasons", json={"spec": deeper})
    assert refused.json()["errors"][0]["code"] == "two_levels_only"
    site = (await admin.get("/api/site")).json()
    site["spec"]["grace_s"] = 90
    assert (await admin.put("/api/site", json={"version": site["version"], "spec": site["spec"]})).status_code == 200
    assert runtime.engine.site.grace_s == 90


async def test_the_sign_in_page_gets_the_demonstration_accounts(signed_in: SignedIn) -> None:
    stranger: httpx.AsyncClient = await signed_in("")
    demo = (await stranger.get("/api/demo")).json()
    assert demo["password"] == "jietong-demo"
    assert demo["accounts"][0]["login"] == "lin.xiao@hechuan.example"


async def test_a_new_agent_is_known_to_the_engine_and_changes_reach_it(
    signed_in: SignedIn, runtime: Runtime[Engine]
) -> None:
    admin = await signed_in("he.feng")
    skills = [{"skill": "delivery", "level": 4}]
    body = {
        "login": "new.one@hechuan.example",
        "name": "新人",
        "roles": ["answerer"],
        "password": "a-long-enough-one",
        "agent": {"version": 0, "spec": {"team": "订单三组", "skills": skills}},
    }
    made = await admin.post("/api/staff", json=body)
    assert made.status_code == 201, made.text
    person = made.json()
    spec = runtime.engine.agents[person["agent_id"]].spec
    assert (spec.name, spec.team, [(one.skill, one.level) for one in spec.skills]) == (
        "新人",
        "订单三组",
        [("delivery", 4)],
    )
    change = {key: person[key] for key in ("login", "name", "roles", "clients", "language", "version", "active")}
    change["agent"] = {"version": 1, "spec": {"team": "订单三组", "skills": [{"skill": "juggling"}]}}
    refused = await admin.put(f"/api/staff/{person['id']}", json=change)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_setup")
    change["agent"] = {"version": 1, "spec": {"team": "退换二组", "skills": skills}}
    changed = await admin.put(f"/api/staff/{person['id']}", json=change)
    assert changed.status_code == 200, changed.text
    assert runtime.engine.agents[person["agent_id"]].spec.team == "退换二组"
