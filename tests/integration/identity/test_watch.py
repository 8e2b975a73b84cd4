"""Open sockets and the sessions behind them."""

import asyncio
from functools import partial

import pytest
from identity_support import Centre
from runtime_support import until
from websockets.asyncio.client import ClientConnection, connect

from jietong.core.clock import to_datetime
from jietong.core.vocabulary import Ms
from jietong.db.pool import ALL
from jietong.identity.permissions import Role
from jietong.identity.rules import SESSION_IDLE


async def socket(centre: Centre, login: str | None = None, **headers: str) -> ClientConnection:
    headers.setdefault("Origin", centre.url)
    if login:
        browser = await centre.signed_in(login)
        headers["Cookie"] = f"jt_session={browser.cookies['jt_session']}"
    origin = headers.pop("Origin")
    url = centre.url.replace("http", "ws") + "/ws/probe"
    return await centre.stack.enter_async_context(
        connect(url, additional_headers=headers, origin=origin or None)  # type: ignore[arg-type]
    )


async def closed(connection: ClientConnection) -> tuple[int, str]:
    async with asyncio.timeout(5):
        await connection.wait_closed()
    assert connection.close_code is not None
    return connection.close_code, connection.close_reason or ""


async def test_a_socket_opens_for_one_who_may(centre: Centre) -> None:
    await centre.person("lin.xiao")
    await centre.person("song.ya", Role.QA)
    assert await (await socket(centre, "lin.xiao")).recv() == "lin.xiao"
    assert await closed(await socket(centre, "song.ya")) == (4403, "not_permitted")
    assert await closed(await socket(centre)) == (4401, "not_signed_in")
    assert await closed(await socket(centre, Cookie="jt_session=made-up")) == (4401, "session_ended")


async def test_a_foreign_page_opens_no_socket_with_our_cookie(centre: Centre) -> None:
    await centre.person("lin.xiao")
    for origin in ("https://evil.example", "null", ""):
        assert await closed(await socket(centre, "lin.xiao", Origin=origin)) == (4403, "foreign_origin")
    assert await (await socket(centre, "lin.xiao", Origin="https://desk.example")).recv() == "lin.xiao"


async def test_a_program_opens_a_socket_with_its_token(centre: Centre) -> None:
    await centre.person("he.feng", Role.ADMIN)
    admin = await centre.signed_in("he.feng")
    made = (await admin.post("/api/tokens", json={"name": "load", "roles": ["answerer"]})).json()
    program = await socket(centre, Origin="", Authorization=f"Bearer {made['secret']}")
    assert await program.recv() == "token:load"
    await admin.delete(f"/api/tokens/{made['token']['id']}")
    assert await closed(program) == (4401, "session_ended")


async def test_signing_out_closes_the_session_s_sockets_and_no_others(centre: Centre) -> None:
    await centre.person("lin.xiao")
    here, there = await socket(centre, "lin.xiao"), await socket(centre, "lin.xiao")
    browser = await centre.browser(Cookie=here.request.headers["Cookie"])  # type: ignore[union-attr]
    csrf = (await browser.get("/api/session")).json()["csrf"]
    await browser.delete("/api/session", headers={"X-CSRF-Token": csrf})
    assert await closed(here) == (4401, "session_ended")
    await there.recv()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await there.recv()


async def test_a_closed_account_s_sockets_are_closed_by_another_process_too(centre: Centre) -> None:
    await centre.person("lin.xiao")
    open_one = await socket(centre, "lin.xiao")
    async with centre.database.transaction(ALL) as conn:  # as another process would
        await conn.execute("UPDATE account SET active = false WHERE login = 'lin.xiao'")
    assert await closed(open_one) == (4401, "session_ended")


async def test_changed_rights_open_the_socket_anew(centre: Centre) -> None:
    await centre.person("he.feng", Role.ADMIN)
    admin = await centre.signed_in("he.feng")
    account = await centre.person("lin.xiao")
    open_one = await socket(centre, "lin.xiao")
    body = {"login": "lin.xiao", "name": "Lin", "roles": ["answerer"], "clients": ["hechuan"], "version": 1}
    assert (await admin.put(f"/api/staff/{account.id}", json=body)).status_code == 200
    assert await closed(open_one) == (4401, "permissions_changed")


async def test_an_open_desk_keeps_its_session_from_going_idle(centre: Centre) -> None:
    await centre.person("lin.xiao")
    open_one = await socket(centre, "lin.xiao")
    await open_one.recv()
    for _ in range(4):
        centre.clock.advance(SESSION_IDLE // 2)
        await until(partial(_seen, centre, at=centre.clock.now()), 20)
    browser = await centre.browser(Cookie=open_one.request.headers["Cookie"])  # type: ignore[union-attr]
    assert (await browser.get("/api/session")).status_code == 200
    watching = _watches()
    await open_one.close()
    await until(partial(_ended, watching), 20)
    centre.clock.advance(SESSION_IDLE + 1)
    assert (await browser.get("/api/session")).status_code == 401


async def test_nothing_is_watched_when_nobody_is_there(centre: Centre) -> None:
    others = _watches()  # of centres that other tests began on the same loop
    await centre.person("lin.xiao")
    open_one = await socket(centre, "lin.xiao")
    await open_one.recv()
    ours = _watches() - others
    assert len(ours) == 1
    await open_one.close()
    await until(partial(_ended, ours), 20)


async def _seen(centre: Centre, *, at: Ms) -> bool:
    async with centre.database.read(ALL) as conn:
        return await conn.fetchval("SELECT max(seen_at) FROM session") == to_datetime(at)  # type: ignore[no-any-return]


def _ended(watches: set[asyncio.Task[object]]) -> bool:
    return all(watch.done() for watch in watches)


def _watches() -> set[asyncio.Task[object]]:
    return {task for task in asyncio.all_tasks() if task.get_name() == "session-watch"}
