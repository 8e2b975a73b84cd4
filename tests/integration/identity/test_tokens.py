"""API tokens: how programs come in."""

import httpx
import pytest
from identity_support import Centre

from jietong.identity.permissions import Role
from jietong.identity.rules import DAY


@pytest.fixture
async def admin(centre: Centre) -> httpx.AsyncClient:
    await centre.person("he.feng", Role.ADMIN)
    return await centre.signed_in("he.feng")


async def test_a_token_speaks_for_its_roles_and_is_shown_once(centre: Centre, admin: httpx.AsyncClient) -> None:
    made = (await admin.post("/api/tokens", json={"name": "wall of Hangzhou", "roles": ["planner"]})).json()
    program = await centre.browser(Authorization=f"Bearer {made['secret']}")
    me = (await program.get("/api/session")).json()
    assert me["roles"] == ["planner"]
    assert (await program.get("/api/staff")).status_code == 200, "no CSRF token is asked of a program"
    assert (await program.get("/api/tokens")).status_code == 403
    listed = (await admin.get("/api/tokens")).json()["items"]
    assert listed[0]["last_used_at"]
    assert made["secret"] not in str(listed)
    assert made["secret"].startswith(listed[0]["prefix"])


async def test_a_program_changes_no_person_s_settings(centre: Centre, admin: httpx.AsyncClient) -> None:
    made = (await admin.post("/api/tokens", json={"name": "n", "roles": ["admin"]})).json()
    program = await centre.browser(Authorization=f"Bearer {made['secret']}")
    for method, path, body in (
        ("PATCH", "/api/me", {"theme": "dark"}),
        ("POST", "/api/me/totp", {"password": "x"}),
        ("DELETE", "/api/session", None),
    ):
        answer = await program.request(method, path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "person_only"), path


async def test_a_token_ends_by_revocation_and_by_time(centre: Centre, admin: httpx.AsyncClient) -> None:
    first = (await admin.post("/api/tokens", json={"name": "one", "roles": ["qa"], "days": 7})).json()
    second = (await admin.post("/api/tokens", json={"name": "two", "roles": ["qa"], "days": 30})).json()
    programs = [await centre.browser(Authorization=f"bearer {made['secret']}") for made in (first, second)]
    assert (await admin.delete(f"/api/tokens/{second['token']['id']}")).status_code == 204
    assert (await admin.delete(f"/api/tokens/{second['token']['id']}")).status_code == 404
    assert [(await program.get("/api/session")).status_code for program in programs] == [200, 401]
    centre.clock.advance(7 * DAY)
    answer = await programs[0].get("/api/session")
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_token")


@pytest.mark.parametrize("header", ["Bearer", "Bearer x", "Bearer jt_abc_def", "Bearer jt_\u00fc", "Basic eDp5"])
async def test_what_is_no_token_is_refused(centre: Centre, header: str) -> None:
    browser = await centre.browser()
    answer = await browser.get("/api/session", headers=[(b"authorization", header.encode())])
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("change", "field"),
    [({"name": " "}, "name"), ({"roles": []}, "roles"), ({"days": 0}, "days"), ({"days": 9999}, "days")],
)
async def test_a_wrong_field_of_a_token_is_named(
    admin: httpx.AsyncClient, change: dict[str, object], field: str
) -> None:
    answer = await admin.post("/api/tokens", json={"name": "n", "roles": ["qa"]} | change)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
