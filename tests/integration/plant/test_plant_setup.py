"""Trunks, numbers and extensions through the HTTP interface: checked, kept secret, and at the switch at once."""

import asyncio
import json
from typing import Any

import httpx
from plant_support import Centre, extension, number, trunk

from jietong.channels.switch import Plant
from jietong.db.pool import ALL
from jietong.identity.permissions import Role

PASSWORD = "sip-Secret;4711!"


async def put_trunk(admin: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    answer = await admin.post("/api/setup/trunks", json={"spec": trunk(**fields), "password": PASSWORD})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def faults(answer: httpx.Response) -> set[tuple[str, str]]:
    assert answer.status_code == 422, answer.text
    return {(error["field"], error["code"]) for error in answer.json()["errors"]}


async def test_a_trunk_is_at_the_switch_at_once_and_its_password_nowhere_else(centre: Centre) -> None:
    admin = await centre.admin()
    made = await put_trunk(admin)
    assert made["has_password"]
    assert made["in_use"] == 0
    (known,) = centre.exchange.plant.trunks
    assert (known.id, known.host, known.username, known.password) == (
        "carrier", "sip.example.com", "4008001234", PASSWORD,
    )  # fmt: skip
    for path in ("/api/setup/trunks", "/api/setup/trunks/carrier", "/api/setup/trunks/carrier/versions"):
        assert PASSWORD not in (await admin.get(path)).text
    async with centre.database.read(ALL) as conn:
        tables = await conn.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in tables:
            rows = await conn.fetch(f'SELECT t::text AS row FROM "{table}" t')
            assert not [row for row in rows if PASSWORD in row["row"] or PASSWORD.encode().hex() in row["row"]], table
    state = (await admin.get("/api/setup/trunks/carrier")).json()
    assert state["up"] is True, "the switch has said so meanwhile"


async def test_a_password_stays_changes_or_goes_as_it_is_told(centre: Centre) -> None:
    admin = await centre.admin()
    await put_trunk(admin)

    async def change(version: int, password: str | None, **fields: Any) -> httpx.Response:
        body = {"version": version, "spec": trunk(**fields), "password": password}
        return await admin.put("/api/setup/trunks/carrier", json=body)

    assert (await change(1, None, channels=12)).status_code == 200
    assert (centre.exchange.plant.trunks[0].password, centre.exchange.plant.trunks[0].channels) == (PASSWORD, 12)
    assert (await change(2, "another-one")).status_code == 200
    assert centre.exchange.plant.trunks[0].password == "another-one"
    assert faults(await change(3, "")) == {("password", "password_needed")}, "without one it cannot register"
    ip = {"kind": "ip", "username": "", "networks": ["198.51.100.0/24"]}
    assert (await change(3, "", **ip)).json()["has_password"] is False
    assert centre.exchange.plant.trunks[0].password == ""
    assert faults(await change(4, "line\nbreak", **ip)) == {("password", "bad_password")}
    actions = [one["action"] for one in await audit(centre)]
    assert actions.count("trunk.changed") == 3


async def audit(centre: Centre) -> list[dict[str, Any]]:
    async with centre.database.read(ALL) as conn:
        rows = await conn.fetch("SELECT action, object, details::text FROM audit_entry ORDER BY seq")
    return [{"action": row["action"], "object": row["object"], "details": json.loads(row["details"])} for row in rows]


async def test_of_two_administrators_at_once_the_later_is_told(centre: Centre) -> None:
    admin = await centre.admin()
    await put_trunk(admin)
    bodies = [{"version": 1, "spec": trunk(channels=10 + n), "password": f"password-{n}"} for n in range(5)]
    answers = await asyncio.gather(*(admin.put("/api/setup/trunks/carrier", json=body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]
    won = next(n for n, answer in enumerate(answers) if answer.status_code == 200)
    known = centre.exchange.plant.trunks[0]
    assert (known.channels, known.password) == (10 + won, f"password-{won}"), "document and password belong together"


async def test_a_set_up_that_makes_no_sense_names_its_fields_and_changes_nothing(centre: Centre) -> None:
    """What makes no sense is in tests/unit/test_telephony_rules.py."""
    admin = await centre.admin()
    body = {"spec": trunk(host="sip.example.com\ntype=endpoint", codecs=["alaw", "mp3"]), "password": PASSWORD}
    assert faults(await admin.post("/api/setup/trunks", json=body)) == {
        ("host", "bad_host"),
        ("codecs.1", "unknown_codec"),
    }
    assert faults(await admin.post("/api/setup/extensions", json={"spec": extension("120")})) == {
        ("id", "emergency_number")
    }
    assert centre.exchange.plant.trunks == ()
    async with centre.database.read(ALL) as conn:
        assert await conn.fetchval("SELECT count(*) FROM trunk_secret") == 0
        assert await conn.fetchval("SELECT count(*) FROM audit_entry WHERE action LIKE 'trunk.%'") == 0


async def test_a_document_of_the_wrong_shape_is_a_clear_error(centre: Centre) -> None:
    admin = await centre.admin()
    for spec in (
        {},
        {"id": "x"},
        trunk(surprise=1),
        trunk(channels="many"),
        trunk(channels=1.5),
        trunk(port=None),
        trunk(networks="198.51.100.1"),
        trunk(password="in the document"),
        trunk(codecs=[1]),
    ):
        answer = await admin.post("/api/setup/trunks", json={"spec": spec, "password": PASSWORD})
        assert answer.status_code == 422, spec
        assert answer.json()["code"] == "invalid", spec
        assert PASSWORD not in answer.text


async def test_a_number_needs_a_published_flow_and_is_one_number_in_whatever_form(centre: Centre) -> None:
    admin = await centre.admin()
    await put_trunk(admin)

    async def post(**fields: Any) -> httpx.Response:
        return await admin.post("/api/setup/numbers", json={"spec": number(**fields)})

    assert faults(await post(flow="nothing")) == {("flow", "unknown_flow")}
    assert faults(await post(flow="shop")) == {("flow", "flow_of_other_client")}
    assert faults(await post(client="nobody", trunk="nowhere", language="tlh", limit=0)) == {
        ("client", "unknown_client"),
        ("flow", "flow_of_other_client"),
        ("trunk", "unknown_trunk"),
        ("language", "unknown_language"),
        ("limit", "out_of_range"),
    }
    for bad in ("", "abc", "400-800", "1", "1" * 16, "+", "4008001234;", "４００８００１２３４"):
        assert faults(await post(id=bad)) == {("id", "bad_number")}, bad
    assert (await post()).status_code == 201
    assert (await post(id="02160001234", flow="nothing", active=False)).status_code == 201, "prepared, not in service"
    assert faults(await post(id="+864008001234")) == {("id", "number_twice")}
    assert faults(await post(id="+862160001234")) == {("id", "number_twice")}
    for dialled in ("4008001234", "+864008001234", "00864008001234"):
        found = centre.plant.number(dialled, "carrier")
        assert found is not None, dialled
        assert found.id == "4008001234"
    assert centre.plant.number("4008001234", "another") is None, "it is bound to its trunk"
    assert centre.plant.number("4008001234", None) is not None
    assert centre.plant.number("10086", "carrier") is None


async def test_what_a_number_stands_on_cannot_be_set_aside(centre: Centre) -> None:
    admin = await centre.admin()
    await put_trunk(admin)
    assert (await admin.post("/api/setup/numbers", json={"spec": number()})).status_code == 201
    body = {"version": 1, "spec": trunk(active=False)}
    assert faults(await admin.put("/api/setup/trunks/carrier", json=body)) == {("active", "number_in_use")}
    aside = {"version": 1, "spec": number(active=False)}
    assert (await admin.put("/api/setup/numbers/4008001234", json=aside)).status_code == 200
    assert (await admin.put("/api/setup/trunks/carrier", json=body)).status_code == 200
    assert centre.exchange.plant.trunks == ()


async def test_a_sip_phones_password_is_shown_once_and_a_browsers_never(centre: Centre) -> None:
    admin = await centre.admin()
    phone = (await admin.post("/api/setup/extensions", json={"spec": extension("802", kind="phone")})).json()
    soft = (await admin.post("/api/setup/extensions", json={"spec": extension("801")})).json()
    outside = (
        await admin.post(
            "/api/setup/extensions", json={"spec": extension("803", kind="number", number="+8613800006612")}
        )
    ).json()
    assert len(phone["password"]) == 20
    assert phone["password"].isalnum()
    assert (soft["password"], outside["password"]) == (None, None)
    assert (phone["has_password"], soft["has_password"], outside["has_password"]) == (True, True, False)
    at_switch = {one.id: (one.kind, one.password) for one in centre.exchange.plant.extensions}
    assert at_switch["802"] == ("phone", phone["password"])
    assert at_switch["801"] == ("softphone", centre.plant.password_of("801"))
    assert "803" not in at_switch, "a number outside registers nowhere"
    assert phone["password"] not in (await admin.get("/api/setup/extensions")).text
    assert phone["password"] not in (await admin.get("/api/setup/extensions/802")).text
    fresh = (await admin.post("/api/setup/extensions/802/password")).json()["password"]
    assert fresh != phone["password"]
    assert {one.id: one.password for one in centre.exchange.plant.extensions}["802"] == fresh
    refused = await admin.post("/api/setup/extensions/801/password")
    assert (refused.status_code, refused.json()["code"]) == (409, "no_password")
    assert (await admin.post("/api/setup/extensions/999/password")).status_code == 404
    assert [one["object"] for one in await audit(centre) if one["action"] == "extension.password"] == ["802"]
    body = {"version": 1, "spec": extension("802", kind="softphone")}
    changed = (await admin.put("/api/setup/extensions/802", json=body)).json()
    assert changed["password"] is None
    assert centre.plant.password_of("802") not in (None, fresh), (
        "what was typed into a telephone is worth nothing now"
    )


async def test_a_browsers_password_is_another_when_the_extension_goes_to_another_agent(centre: Centre) -> None:
    """Whoever had it may have read the password in the browser, and could take the next one's calls."""
    admin = await centre.admin()
    await admin.post("/api/setup/extensions", json={"spec": extension("801", agent="lin.xiao")})
    before = centre.plant.password_of("801")
    renamed = {"version": 1, "spec": extension("801", agent="lin.xiao", name="后台")}
    assert (await admin.put("/api/setup/extensions/801", json=renamed)).status_code == 200
    assert centre.plant.password_of("801") == before
    given = {"version": 2, "spec": extension("801", agent=None)}
    assert (await admin.put("/api/setup/extensions/801", json=given)).status_code == 200
    assert centre.plant.password_of("801") not in (None, before)


async def test_an_agent_has_one_extension_even_when_two_are_given_at_once(centre: Centre) -> None:
    admin = await centre.admin()
    bodies = [{"spec": extension(f"80{n}", agent="lin.xiao")} for n in range(5)]
    answers = await asyncio.gather(*(admin.post("/api/setup/extensions", json=body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422, 422]
    made = next(answer.json()["id"] for answer in answers if answer.status_code == 201)
    own = centre.plant.extension_of("lin.xiao")
    assert own is not None
    assert own.id == made
    aside = {"version": 1, "spec": extension(made, agent="lin.xiao", active=False)}
    assert (await admin.put(f"/api/setup/extensions/{made}", json=aside)).status_code == 200
    assert centre.plant.extension_of("lin.xiao") is None
    assert made not in {one.id for one in centre.exchange.plant.extensions}


async def test_who_may_not_is_turned_away(centre: Centre) -> None:
    nobody = await centre.program()
    agent = await centre.program(Role.ANSWERER)
    supervisor = await centre.program(Role.SUPERVISOR)
    for method, path, body in (
        ("GET", "/api/setup/trunks", None),
        ("GET", "/api/setup/numbers", None),
        ("GET", "/api/setup/extensions", None),
        ("POST", "/api/setup/trunks", {"spec": trunk(), "password": PASSWORD}),
        ("PUT", "/api/setup/trunks/carrier", {"spec": trunk(), "version": 1}),
        ("POST", "/api/setup/numbers", {"spec": number()}),
        ("PUT", "/api/setup/numbers/4008001234", {"spec": number(), "version": 1}),
        ("POST", "/api/setup/extensions", {"spec": extension()}),
        ("PUT", "/api/setup/extensions/801", {"spec": extension(), "version": 1}),
        ("POST", "/api/setup/extensions/801/password", None),
    ):
        assert (await nobody.request(method, path, json=body)).status_code == 401, path
        assert (await agent.request(method, path, json=body)).status_code == 403, path
        seen = await supervisor.request(method, path, json=body)
        assert seen.status_code == (200 if method == "GET" else 403), "a supervisor looks and changes nothing"
    assert centre.exchange.plant == Plant()


async def test_tricks_with_paths_find_nothing(centre: Centre) -> None:
    admin = await centre.admin()
    for path in (
        "trunks/..%2F..%2Fsecrets",
        "trunks/carrier%00",
        "numbers/%2B864008001234",
        "numbers/' OR 1=1 --",
        "extensions/801%2Fpassword",
        "extensions/" + "9" * 3000,
    ):
        answer = await admin.get(f"/api/setup/{path}")
        assert answer.status_code in (404, 414, 422), answer.text
        assert "Traceback" not in answer.text


async def test_wound_one_clients_numbers_are_not_there_for_another(centre: Centre) -> None:
    admin = await centre.admin()
    assert (await admin.post("/api/setup/numbers", json={"spec": number(trunk=None)})).status_code == 201
    other = await centre.program(Role.ADMIN, clients=("mall",))
    assert (await other.get("/api/setup/numbers")).json()["items"] == []
    assert (await other.get("/api/setup/numbers/4008001234")).status_code == 404
    assert (await other.get("/api/setup/numbers/4008001234/versions")).status_code == 404
    taken = {"version": 1, "spec": number(trunk=None, client="mall", flow="shop")}
    assert (await other.put("/api/setup/numbers/4008001234", json=taken)).status_code == 404
    theirs = await other.post("/api/setup/numbers", json={"spec": number("4008009999", trunk=None)})
    assert faults(theirs) == {("client", "unknown_client")}
    found = centre.plant.number("4008001234", None)
    assert found is not None
    assert found.client == "hechuan"
