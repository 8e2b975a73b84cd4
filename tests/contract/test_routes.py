"""Every route of the real application, with every role (G3): nothing is open that nobody decided to open."""

import asyncio
import pkgutil
import re
from collections.abc import AsyncIterator
from importlib import import_module
from pathlib import Path

import httpx
import pytest
from fastapi import APIRouter
from websockets.asyncio.client import connect
from whole_centre import Whole, routes, whole_centre

import jietong
from jietong.identity.permissions import Role
from jietong.web.permissions import PAGE, page
from jietong.web.walk import Guarded

ROUTES = routes()
HTTP = [route for route in ROUTES if route.method != "WS"]
SOCKETS = [route for route in ROUTES if route.method == "WS"]
JUNK = ("unknown", "0", "x" * 300, "𠮷🙂", "a'b\"c;--", "%2e%2e", "-1", "99999999999999999999")
BODIES: tuple[bytes, ...] = (
    b"{}",
    b"[]",
    b"null",
    b'{"spec": {}, "version": 1}',
    b'{"spec": {"id": "\xf0\x9f\x99\x82", "name": {"en": "x"}}, "version": -1}',
    b'{"type": "unheard_of", "id": 5, "version": "x", "spec": [], "name": null, "text": {}}',
    b'{"version": 99999999999999999999999999}',
)


def named(route: Guarded) -> str:
    return f"{route.method} {route.path}"


def address(route: Guarded, value: str = "unknown") -> str:
    return re.sub(r"\{[^}]+\}", value, route.path)


@pytest.fixture(scope="module")
async def whole(postgres: object, template: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Whole]:
    import os

    import asyncpg

    from jietong.db.embedded import EmbeddedServer

    assert isinstance(postgres, EmbeddedServer)
    name = f"walk_{os.getpid()}"
    admin = await asyncpg.connect(postgres.dsn_of("postgres", "postgres"))
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} OWNER jietong")
    async with whole_centre(postgres.dsn_of(name, "jietong"), tmp_path_factory.mktemp("home")) as whole:
        yield whole
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


def test_every_route_declares_who_may_use_it() -> None:
    assert len(ROUTES) > 20
    undeclared = [named(route) for route in ROUTES if not route.declared]
    assert not undeclared, "these depend on neither allow() nor public()"
    silent = [named(route) for route in ROUTES if route.reason is not None and len(route.reason) < 10]
    assert not silent, "these are public without a reason"


def test_every_router_of_the_package_is_part_of_the_application() -> None:
    """A route that is written and forgotten in `jietong.app` would be neither served nor walked."""
    known = {route.path for route in ROUTES}
    for module in pkgutil.walk_packages(jietong.__path__, "jietong."):
        if module.name.rpartition(".")[2] not in {"routes", "sockets", "socket"}:
            continue
        router = getattr(import_module(module.name), "router", None)
        if isinstance(router, APIRouter):
            missing = {path for r in router.routes if (path := getattr(r, "path", None))} - known
            assert not missing, module.name


def test_no_two_routes_share_an_address() -> None:
    seen = [re.sub(r"\{[^}]+\}", "{}", named(route)) for route in ROUTES]
    assert sorted(set(seen)) == sorted(seen)


def test_the_table_in_the_docs_is_in_step() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(ROUTES), "run: python -m jietong.web.permissions"


def test_no_change_is_public_but_those_of_customers_and_the_sign_in() -> None:
    changes = {
        named(route) for route in HTTP if route.reason is not None and route.method not in {"GET", "HEAD", "OPTIONS"}
    }
    foreign = {name for name in changes if not re.search(r" /api/(session$|chat/|public/|demo/agents$)", name)}
    assert not foreign


@pytest.mark.parametrize("route", [r for r in HTTP if r.allowed is not None], ids=named)
async def test_nobody_comes_in_without_signing_in(whole: Whole, route: Guarded) -> None:
    for headers in ({}, {"Authorization": "Bearer jt_made_up"}, {"Cookie": "jt_session=made-up"}):
        answer = await whole.stranger.request(route.method, address(route), headers=headers)
        assert answer.status_code == 401, answer.text
        assert answer.json()["code"] in {"not_signed_in", "bad_token", "session_ended"}


@pytest.mark.parametrize("route", [r for r in HTTP if r.allowed is not None], ids=named)
async def test_every_role_may_do_what_its_permissions_say_and_no_more(whole: Whole, route: Guarded) -> None:
    async def ask(role: Role) -> tuple[Role, httpx.Response]:
        return role, await whole.programs[role].request(route.method, address(route), json={})

    needed = [str(permission) for permission in route.allowed or ()]
    for role, answer in await asyncio.gather(*map(ask, Role)):
        told = answer.json() if "json" in answer.headers.get("content-type", "") else {}
        # A refusal of this very thing (somebody else's timeline) names no permission of the route.
        shut = told.get("code") == "not_permitted" and told.get("permission") == needed
        if route.open_to(role):
            assert not shut, (role, answer.text)
            assert answer.status_code < 500, (role, answer.text)
        else:
            assert (answer.status_code, shut) == (403, True), (role, answer.text)


@pytest.mark.parametrize("route", HTTP, ids=named)
async def test_junk_never_gives_a_server_error(whole: Whole, route: Guarded) -> None:
    role = next((role for role in (Role.ADMIN, *Role) if route.open_to(role)), None)
    program = whole.stranger if role is None or route.reason is not None else whole.programs[role]
    values = JUNK if "{" in route.path else ("",)
    answers = [await program.request(route.method, address(route, value), json={}) for value in values]
    if route.method in {"GET", "DELETE"}:
        query = "?q=%F0%9F%99%82&cursor=junk&limit=-1&from=x&to=99999999999999999999&lang=xx&token=x&format=exe"
        answers.append(await program.request(route.method, address(route) + query))
    else:
        for body in BODIES:
            headers = {"Content-Type": "application/json"}
            answers.append(await program.request(route.method, address(route), content=body, headers=headers))
        form = {"file": ("x.exe", b"MZ\0\xff", "application/x-msdownload")}
        answers.append(await program.request(route.method, address(route), files=form))
    for answer in answers:
        not_built = answer.status_code == 503 and not route.documented and "make setup" in answer.text
        assert answer.status_code < 500 or not_built, (str(answer.request.url)[:200], answer.text)
        if answer.status_code >= 400 and not not_built:
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["code"] != "http_error"


@pytest.mark.parametrize("route", [r for r in SOCKETS if r.allowed is not None], ids=named)
async def test_a_socket_is_closed_to_whoever_may_not(whole: Whole, route: Guarded) -> None:
    url = whole.centre.url.replace("http", "ws") + address(route)

    async def code(headers: dict[str, str]) -> int | None:
        async with connect(url, additional_headers=headers) as socket, asyncio.timeout(10):
            try:
                await socket.recv()
            except Exception:
                await socket.wait_closed()
            return socket.close_code

    assert await code({}) == 4401
    assert await code({"Authorization": "Bearer jt_made_up"}) == 4401
    for role in Role:
        closed = await code({"Authorization": f"Bearer {whole.secrets[role]}"})
        if route.open_to(role):
            assert closed not in {4401, 1011}, role
        else:
            assert closed == 4403, role


def test_the_page_would_notice_a_new_route() -> None:
    """The test above can fail: a route more gives another page."""
    extra = Guarded("GET", "/api/extra", "extra", (), None, True)
    assert page([*ROUTES, extra]) != page(ROUTES)
    assert Path(PAGE).name == "permissions.md"
