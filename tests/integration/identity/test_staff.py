"""Accounts made and changed by administrators (G3): roles, client scope, and nobody locked out of the centre."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import pytest
from identity_support import PASSWORD, Centre

from jietong.core.errors import Refused
from jietong.identity.model import Principal
from jietong.identity.permissions import Role


def fields(login: str, *roles: Role, **more: Any) -> dict[str, Any]:
    return {"login": login, "name": login.title(), "roles": [str(role) for role in roles or (Role.ANSWERER,)]} | more


@pytest.fixture
async def admin(centre: Centre) -> httpx.AsyncClient:
    await centre.person("he.feng", Role.ADMIN)
    return await centre.signed_in("he.feng")


async def test_an_account_is_made_and_signs_in(centre: Centre, admin: httpx.AsyncClient) -> None:
    made = await admin.post("/api/staff", json=fields("lin.xiao", clients=["hechuan"], password=PASSWORD))
    assert made.status_code == 201, made.text
    account = made.json()
    assert (account["version"], account["active"], account["clients"]) == (1, True, ["hechuan"])
    me = (await (await centre.signed_in("lin.xiao")).get("/api/session")).json()
    assert me["clients"] == ["hechuan"]
    assert (await admin.get(f"/api/staff/{account['id']}")).json()["last_sign_in_at"]


async def test_a_login_is_given_once(admin: httpx.AsyncClient) -> None:
    first = fields("lin.xiao", password=PASSWORD)
    answers = await asyncio.gather(*(admin.post("/api/staff", json=first) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    taken = await admin.post("/api/staff", json=first | {"login": "LIN.XIAO"})
    assert (taken.json()["code"], taken.json()["field"]) == ("login_taken", "login")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"roles": []}, "roles_missing"),
        ({"roles": ["astronaut"]}, "invalid"),
        ({"clients": None, "roles": ["client"]}, "client_needs_scope"),
        ({"clients": []}, "clients_missing"),
        ({"clients": ["a,b"]}, "bad_client"),
        ({"login": "lin xiao"}, "bad_login"),
        ({"name": "  "}, "name_missing"),
        ({"password": "short"}, "weak_password"),
        ({"surprise": 1}, "invalid"),
        ({"agent": {"version": 0, "spec": {}}}, "no_agents"),
    ],
)
async def test_a_wrong_field_is_named(admin: httpx.AsyncClient, change: dict[str, Any], code: str) -> None:
    answer = await admin.post("/api/staff", json=fields("lin.xiao", password=PASSWORD) | change)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["field"].split(".")[0] == next(iter(change))


async def test_an_older_version_is_refused(centre: Centre, admin: httpx.AsyncClient) -> None:
    account = await centre.person("lin.xiao")
    path = f"/api/staff/{account.id}"
    change = fields("lin.xiao", Role.SUPERVISOR, version=1)
    answers = await asyncio.gather(*(admin.put(path, json=change) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    stale = next(answer.json() for answer in answers if answer.status_code == 409)
    assert (stale["code"], stale["current"]) == ("stale_version", 2)


async def test_a_closed_account_is_out_at_once(centre: Centre, admin: httpx.AsyncClient) -> None:
    account = await centre.person("lin.xiao")
    browser = await centre.signed_in("lin.xiao")
    closed = await admin.put(f"/api/staff/{account.id}", json=fields("lin.xiao", version=1, active=False))
    assert closed.json()["active"] is False
    assert (await browser.get("/api/session")).status_code == 401
    again = await browser.post("/api/session", json={"login": "lin.xiao", "password": PASSWORD})
    assert again.json()["code"] == "bad_credentials"


async def test_changed_roles_hold_from_the_next_request(centre: Centre, admin: httpx.AsyncClient) -> None:
    account = await centre.person("zhou.xin", Role.SUPERVISOR)
    browser = await centre.signed_in("zhou.xin")
    assert (await browser.get("/api/staff")).status_code == 200
    await admin.put(f"/api/staff/{account.id}", json=fields("zhou.xin", Role.ANSWERER, version=1))
    refused = await browser.get("/api/staff")
    assert (refused.status_code, refused.json()["permission"]) == (403, ["staff.view"])


async def test_the_last_administrator_stays(centre: Centre, admin: httpx.AsyncClient) -> None:
    other = await centre.person("second", Role.ADMIN)
    second = await centre.signed_in("second")
    first = centre.people["he.feng"]
    # Both take the other's role away at the same moment: one of them must fail.
    answers = await asyncio.gather(
        admin.put(f"/api/staff/{other.id}", json=fields("second", Role.QA, version=1)),
        second.put(f"/api/staff/{first.id}", json=fields("he.feng", Role.QA, version=1)),
    )
    codes = sorted(str(answer.json().get("code")) for answer in answers)
    assert [answer.status_code for answer in answers].count(200) == 1, codes
    assert codes[1] in {"last_administrator", "not_permitted"} or codes[0] == "last_administrator"


async def test_a_demonstration_account_does_not_count_as_the_last_administrator(
    centre: Centre, admin: httpx.AsyncClient
) -> None:
    await centre.person("demo", Role.ADMIN, demo=True)
    demo = await centre.signed_in("demo")
    me = centre.people["he.feng"]
    refused = await demo.put(f"/api/staff/{me.id}", json=fields("he.feng", Role.QA, version=1))
    assert refused.json()["code"] == "last_administrator"


async def test_nobody_rises_by_themselves(centre: Centre, admin: httpx.AsyncClient) -> None:
    me = centre.people["he.feng"]
    await centre.person("second", Role.ADMIN)
    answers = [
        await admin.put(f"/api/staff/{me.id}", json=fields("he.feng", Role.ADMIN, Role.SUPERVISOR, version=1)),
        await admin.put(f"/api/staff/{me.id}", json=fields("he.feng", Role.ADMIN, version=1, active=False)),
        await admin.post(f"/api/staff/{me.id}/password", json={"password": "another one 77"}),
        await admin.delete(f"/api/staff/{me.id}/totp"),
    ]
    assert [answer.json()["code"] for answer in answers] == ["own_roles", "own_account", "own_account", "own_account"]


async def test_an_administrator_of_one_client_reaches_no_further(centre: Centre, admin: httpx.AsyncClient) -> None:
    await centre.person("scoped", Role.ADMIN, clients=("hechuan",))
    inside = await centre.person("inside", clients=("hechuan",))
    outside = await centre.person("outside", clients=("yunfan",))
    everywhere = await centre.person("everywhere")
    scoped = await centre.signed_in("scoped")
    seen = {row["login"] for row in (await scoped.get("/api/staff")).json()["items"]}
    assert seen == {"scoped", "inside", "everywhere", "he.feng"}
    assert (await scoped.get(f"/api/staff/{outside.id}")).status_code == 404
    for account in (everywhere, outside):
        put = await scoped.put(f"/api/staff/{account.id}", json=fields(account.login, version=1, clients=["hechuan"]))
        password = await scoped.post(f"/api/staff/{account.id}/password", json={"password": "another one 77"})
        assert (put.status_code, password.status_code) == (403, 403)
    wider = await scoped.put(f"/api/staff/{inside.id}", json=fields("inside", version=1, clients=None))
    assert wider.json()["code"] == "out_of_scope"
    new = await scoped.post("/api/staff", json=fields("fresh", password=PASSWORD))
    assert new.json()["code"] == "out_of_scope"
    token = await scoped.post("/api/tokens", json={"name": "n", "roles": ["qa"]})
    assert token.json()["code"] == "out_of_scope"
    assert (await scoped.get("/api/audit")).status_code == 403


async def test_a_given_password_lifts_the_lock_and_ends_the_sessions(
    centre: Centre, admin: httpx.AsyncClient
) -> None:
    account = await centre.person("lin.xiao")
    browser = await centre.signed_in("lin.xiao")
    for _ in range(5):
        await browser.post("/api/session", json={"login": "lin.xiao", "password": "wrong password"})
    given = await admin.post(f"/api/staff/{account.id}/password", json={"password": "another one 77"})
    assert given.status_code == 204
    assert (await browser.get("/api/session")).status_code == 401
    answer = await browser.post("/api/session", json={"login": "lin.xiao", "password": "another one 77"})
    assert answer.status_code == 200


async def test_staff_are_listed_in_pages_and_found_by_part_of_a_name(
    centre: Centre, admin: httpx.AsyncClient
) -> None:
    logins = sorted(["he.feng", *(f"agent{n:02}" for n in range(7))])
    for login in logins:
        if login != "he.feng":
            await centre.person(login)
    seen: list[str] = []
    cursor: str | None = None
    while True:
        query = {"limit": "3"} | ({"cursor": cursor} if cursor else {})
        page = (await admin.get("/api/staff", params=query)).json()
        seen += [row["login"] for row in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == logins
    found = (await admin.get("/api/staff", params={"q": "ENT03"})).json()["items"]
    assert [row["login"] for row in found] == ["agent03"]


class AgentShelf:
    """The agent half, kept in a dictionary; as strict about versions as the real one."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[str, Any]] = {}

    async def documents(self, agent_ids: Sequence[str]) -> Mapping[str, dict[str, Any]]:
        return {agent_id: self.kept[agent_id] for agent_id in agent_ids if agent_id in self.kept}

    async def save(
        self, agent_id: str | None, document: Mapping[str, Any], *, name: str, active: bool, by: Principal
    ) -> str:
        agent_id = agent_id or f"agent-{len(self.kept) + 1}"
        version = self.kept.get(agent_id, {}).get("version", 0)
        if document["version"] != version:
            raise Refused("stale_version", "Reload.", current=version)
        spec = dict(document["spec"]) | {"name": name, "active": active}
        self.kept[agent_id] = {"version": version + 1, "spec": spec}
        return agent_id


async def test_the_agent_half_is_saved_with_the_account(centre: Centre, admin: httpx.AsyncClient) -> None:
    shelf = AgentShelf()
    centre.app.state.agents = shelf
    made = await admin.post(
        "/api/staff",
        json=fields("lin.xiao", password=PASSWORD, agent={"version": 0, "spec": {"team": "A"}}),
    )
    account = made.json()
    assert account["agent_id"] == "agent-1"
    assert account["agent"] == {"version": 1, "spec": {"team": "A", "name": "Lin.Xiao", "active": True}}
    path = f"/api/staff/{account['id']}"
    stale = await admin.put(path, json=fields("lin.xiao", version=1, agent={"version": 0, "spec": {}}))
    assert stale.json()["code"] == "stale_version"
    assert (await admin.get(path)).json()["version"] == 1, "the account did not change either"
    closed = await admin.put(path, json=fields("lin.xiao", version=1, active=False))
    assert closed.json()["agent"]["spec"]["active"] is False, "nobody is offered to a closed account"
    refused = await admin.post(
        "/api/staff", json=fields("lin.xiao", password=PASSWORD, agent={"version": 0, "spec": {}})
    )
    assert refused.json()["code"] == "login_taken"
    assert list(shelf.kept) == ["agent-1"], "a refused account leaves no agent behind"
