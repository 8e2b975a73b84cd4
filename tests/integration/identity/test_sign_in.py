"""Signing in and staying signed in (G3): what is told, what is counted, what ends it."""

import asyncio
import time
from statistics import median

import httpx
import pyotp
import pytest
from identity_support import PASSWORD, Centre, StandingBy

from jietong.core.vocabulary import Ms
from jietong.db.pool import ALL
from jietong.identity.permissions import Role
from jietong.identity.rules import DAY, HOUR, MINUTE, SESSION_IDLE, SESSION_LONGEST
from jietong.web.factory import Services, create_app
from jietong.web.server import listening


async def attempt(browser: httpx.AsyncClient, login: str, password: str = PASSWORD, **more: object) -> httpx.Response:
    return await browser.post("/api/session", json={"login": login, "password": password, **more})


async def test_the_right_password_opens_a_session_and_says_who_one_is(centre: Centre) -> None:
    await centre.person("lin.xiao", Role.ANSWERER, clients=("hechuan",), agent_id="agent-1")
    browser = await centre.browser()
    answer = await attempt(browser, "Lin.Xiao ")
    assert answer.status_code == 200
    me = answer.json()
    assert me["account"]["login"] == "lin.xiao"
    assert me["roles"] == ["answerer"]
    assert "desk.use" in me["permissions"]
    assert "staff.edit" not in me["permissions"]
    assert (me["clients"], me["agent_id"]) == (["hechuan"], "agent-1")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("jt_session=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    assert (await browser.get("/api/session")).json() == me


async def test_reached_by_https_the_cookie_is_secure(centre: Centre) -> None:
    await centre.person("lin.xiao")
    browser = await centre.browser(**{"X-Forwarded-Proto": "https"})
    answer = await attempt(browser, "lin.xiao")
    assert "Secure" in answer.headers["set-cookie"]
    assert "max-age" in answer.headers["strict-transport-security"]


async def test_an_unknown_login_cannot_be_told_from_a_wrong_password(centre: Centre) -> None:
    await centre.person("lin.xiao")
    await centre.person("gone")
    async with centre.database.transaction(ALL) as conn:
        await conn.execute("UPDATE account SET active = false WHERE login = 'gone'")
    browser = await centre.browser()
    answers, times = {}, {"lin.xiao": [], "nobody": [], "gone": []}
    for _ in range(4):
        for login, taken in times.items():
            started = time.perf_counter()
            answer = await attempt(browser, login, PASSWORD if login == "gone" else "wrong password")
            taken.append(time.perf_counter() - started)
            answers[login] = (answer.status_code, answer.json())
    assert answers["lin.xiao"] == answers["nobody"] == answers["gone"]
    assert answers["nobody"][0] == 401
    assert answers["nobody"][1]["code"] == "bad_credentials"
    middles = [median(taken) for taken in times.values()]
    assert max(middles) < 3 * min(middles), "one of them skipped the hash"


async def test_five_failures_lock_the_login_for_a_growing_time(centre: Centre) -> None:
    await centre.person("lin.xiao")
    browser = await centre.browser()
    for _ in range(5):
        assert (await attempt(browser, "lin.xiao", "wrong password")).status_code == 401
    locked = await attempt(browser, "lin.xiao")
    assert locked.status_code == 429
    assert locked.json()["code"] == "locked"
    assert locked.json()["retry_after"] == 30
    assert locked.headers["retry-after"] == "30"
    centre.clock.advance(30_001)
    assert (await attempt(browser, "lin.xiao", "wrong password")).status_code == 401
    assert (await attempt(browser, "lin.xiao")).json()["retry_after"] == 60
    centre.clock.advance(60_001)
    assert (await attempt(browser, "lin.xiao")).status_code == 200
    assert (await attempt(browser, "lin.xiao", "wrong password")).status_code == 401, "success wipes the slate"


async def test_an_unknown_login_is_locked_just_the_same(centre: Centre) -> None:
    browser = await centre.browser()
    codes = [(await attempt(browser, "nobody", "wrong password")).json()["code"] for _ in range(6)]
    assert codes == ["bad_credentials"] * 5 + ["locked"]


async def test_a_lock_survives_a_restart(centre: Centre) -> None:
    await centre.person("lin.xiao")
    browser = await centre.browser()
    for _ in range(5):
        await attempt(browser, "lin.xiao", "wrong password")
    app = create_app(Services(database=centre.database, runtime=StandingBy(), clock=centre.clock))
    async with listening(app) as url, httpx.AsyncClient(base_url=url) as after:
        assert (await attempt(after, "lin.xiao")).status_code == 429


async def test_attempts_at_once_are_counted_each(centre: Centre) -> None:
    await centre.person("lin.xiao")
    browser = await centre.browser()
    answers = await asyncio.gather(*(attempt(browser, "lin.xiao", f"wrong password {n}") for n in range(20)))
    statuses = [answer.status_code for answer in answers]
    assert statuses.count(401) == 5, statuses
    assert statuses.count(429) == 15


async def test_one_address_that_tries_many_logins_is_locked(centre: Centre) -> None:
    browser = await centre.browser()
    for n in range(50):
        assert (await attempt(browser, f"guess-{n}", "wrong password")).status_code == 401
    assert (await attempt(browser, "guess-50", "wrong password")).json()["code"] == "locked"
    elsewhere = await centre.browser(**{"X-Forwarded-For": "203.0.113.9"})
    assert (await attempt(elsewhere, "guess-50", "wrong password")).status_code == 401


async def test_a_change_needs_the_csrf_token_of_its_own_session(centre: Centre) -> None:
    await centre.person("lin.xiao")
    await centre.person("he.feng")
    browser, other = await centre.signed_in("lin.xiao"), await centre.signed_in("he.feng")
    own = browser.headers.pop("X-CSRF-Token")
    for headers in ({}, {"X-CSRF-Token": "guessed"}, {"X-CSRF-Token": other.headers["X-CSRF-Token"]}):
        refused = await browser.patch("/api/me", json={"theme": "dark"}, headers=headers)
        assert refused.status_code == 403
        assert refused.json()["code"] == "csrf"
    good = {"X-CSRF-Token": own}
    assert (await browser.patch("/api/me", json={"theme": "dark"}, headers=good)).json()["theme"] == "dark"
    foreign = await browser.patch("/api/me", json={}, headers=good | {"Origin": "https://evil.example"})
    assert foreign.json()["code"] == "foreign_origin"
    for origin in (centre.url, "https://desk.example"):
        assert (await browser.patch("/api/me", json={}, headers=good | {"Origin": origin})).status_code == 200


async def test_nobody_is_signed_in_from_a_foreign_page(centre: Centre) -> None:
    await centre.person("lin.xiao")
    browser = await centre.browser(Origin="https://evil.example")
    assert (await attempt(browser, "lin.xiao")).json()["code"] == "foreign_origin"


async def test_a_session_ends_when_it_is_idle_and_at_last_in_any_case(centre: Centre) -> None:
    await centre.person("lin.xiao")
    browser = await centre.signed_in("lin.xiao")
    centre.clock.advance(SESSION_IDLE - MINUTE)
    assert (await browser.get("/api/session")).status_code == 200
    centre.clock.advance(SESSION_IDLE + MINUTE)
    ended = await browser.get("/api/session")
    assert (ended.status_code, ended.json()["code"]) == (401, "session_ended")

    browser = await centre.signed_in("lin.xiao")
    waited: Ms = 0
    while waited < SESSION_LONGEST:
        assert (await browser.get("/api/session")).status_code == 200, waited
        centre.clock.advance(6 * HOUR)
        waited += 6 * HOUR
    assert (await browser.get("/api/session")).status_code == 401


async def test_sessions_are_listed_and_ended(centre: Centre) -> None:
    await centre.person("lin.xiao")
    await centre.person("other")
    here, there = await centre.signed_in("lin.xiao"), await centre.signed_in("lin.xiao")
    stranger = await centre.signed_in("other")
    listed = (await here.get("/api/sessions")).json()["items"]
    assert [one["here"] for one in listed].count(True) == 1
    far = next(one["id"] for one in listed if not one["here"])
    assert (await stranger.delete(f"/api/sessions/{far}")).status_code == 404
    assert (await stranger.get(f"/api/sessions?account={centre.people['lin.xiao'].id}")).status_code == 403
    assert (await here.delete(f"/api/sessions/{far}")).status_code == 204
    assert (await there.get("/api/session")).status_code == 401
    assert (await here.delete("/api/session")).status_code == 204
    assert (await here.get("/api/session")).status_code == 401


async def test_signing_in_again_at_the_same_browser_ends_the_old_session(centre: Centre) -> None:
    await centre.person("lin.xiao")
    browser = await centre.signed_in("lin.xiao")
    old = browser.cookies["jt_session"]
    assert (await attempt(browser, "lin.xiao")).status_code == 200
    stale = await centre.browser(Cookie=f"jt_session={old}")
    assert (await stale.get("/api/session")).status_code == 401


async def test_a_cookie_made_up_is_no_session(centre: Centre) -> None:
    for cookie in ("x", "a" * 43, "%00", "ü" * 10):
        browser = await centre.browser()
        answer = await browser.get("/api/session", headers={b"Cookie": f"jt_session={cookie}".encode()})
        assert answer.status_code == 401, cookie
    assert (await (await centre.browser()).get("/api/session")).json()["code"] == "not_signed_in"


async def test_a_new_password_ends_the_other_sessions(centre: Centre) -> None:
    await centre.person("lin.xiao")
    here, there = await centre.signed_in("lin.xiao"), await centre.signed_in("lin.xiao")
    wrong = await here.patch("/api/me", json={"password": {"old": "not it at all", "new": "another one 77"}})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "wrong_password")
    weak = await here.patch("/api/me", json={"password": {"old": PASSWORD, "new": "lin.xiao"}})
    assert weak.json()["code"] == "weak_password"
    good = await here.patch("/api/me", json={"password": {"old": PASSWORD, "new": "another one 77"}})
    assert good.status_code == 200
    assert (await there.get("/api/session")).status_code == 401
    assert (await attempt(await centre.browser(), "lin.xiao")).status_code == 401
    assert (await attempt(await centre.browser(), "lin.xiao", "another one 77")).status_code == 200


class Phone:
    """The authenticator app."""

    def __init__(self, secret: str, centre: Centre) -> None:
        self._totp, self._centre = pyotp.TOTP(secret), centre

    def code(self) -> str:
        return self._totp.at(self._centre.clock.now() // 1000)


@pytest.fixture
async def phone(centre: Centre) -> Phone:
    """lin.xiao with a second factor; recovery codes lie in `centre.recovery`."""
    await centre.person("lin.xiao")
    browser = await centre.signed_in("lin.xiao")
    assert (await browser.post("/api/me/totp", json={"password": "not it at all"})).status_code == 422
    start = (await browser.post("/api/me/totp", json={"password": PASSWORD})).json()
    assert start["qr"].startswith("<svg")
    phone = Phone(start["secret"], centre)
    assert (await browser.post("/api/me/totp/confirm", json={"code": "000000"})).json()["code"] == "bad_code"
    done = await browser.post("/api/me/totp/confirm", json={"code": phone.code()})
    assert len(done.json()["recovery_codes"]) == 10
    phone.recovery = done.json()["recovery_codes"]
    centre.clock.advance(MINUTE)
    return phone


async def test_with_a_second_factor_the_password_alone_is_not_enough(centre: Centre, phone: Phone) -> None:
    browser = await centre.browser()
    first = await attempt(browser, "lin.xiao")
    assert (first.status_code, first.json()["code"], first.json()["name"]) == (401, "totp_required", "Lin.Xiao")
    wrong = await attempt(browser, "lin.xiao", "wrong password", code=phone.code())
    assert wrong.json()["code"] == "bad_credentials", "the code is not looked at before the password"
    assert (await attempt(browser, "lin.xiao", code=phone.code())).status_code == 200


async def test_a_code_cannot_be_used_twice(centre: Centre, phone: Phone) -> None:
    code = phone.code()
    answers = await asyncio.gather(*[attempt(await centre.browser(), "lin.xiao", code=code) for _ in range(3)])
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401]
    assert (await attempt(await centre.browser(), "lin.xiao", code=code)).json()["code"] == "bad_code"
    centre.clock.advance(30_000)
    assert (await attempt(await centre.browser(), "lin.xiao", code=phone.code())).status_code == 200


async def test_codes_cannot_be_guessed_by_one_who_knows_the_password(centre: Centre, phone: Phone) -> None:
    browser = await centre.browser()
    seen = []
    for n in range(12):  # asking for the code in between must not wipe the slate
        answer = await attempt(browser, "lin.xiao", **({} if n % 2 else {"code": f"{n:06}"}))
        seen.append(answer.json()["code"])
    assert seen.count("bad_code") == 5
    assert seen[-1] == "locked"


async def test_a_recovery_code_is_good_once(centre: Centre, phone: Phone) -> None:
    code = phone.recovery[0]
    assert (await attempt(await centre.browser(), "lin.xiao", recovery_code=code)).status_code == 200
    assert (await attempt(await centre.browser(), "lin.xiao", recovery_code=code)).json()["code"] == "bad_code"


async def test_a_trusted_computer_is_asked_for_no_code_for_30_days(centre: Centre, phone: Phone) -> None:
    browser = await centre.browser()
    assert (await attempt(browser, "lin.xiao", code=phone.code(), trust=True)).status_code == 200
    assert (await attempt(browser, "lin.xiao")).status_code == 200
    assert (await attempt(await centre.browser(), "lin.xiao")).json()["code"] == "totp_required"
    await centre.person("other")
    centre.clock.advance(30 * DAY + MINUTE)
    assert (await attempt(browser, "lin.xiao")).json()["code"] == "totp_required"


async def test_a_stranger_s_failures_do_not_lock_out_a_trusted_computer(centre: Centre, phone: Phone) -> None:
    browser = await centre.browser()
    await attempt(browser, "lin.xiao", code=phone.code(), trust=True)
    stranger = await centre.browser(**{"X-Forwarded-For": "203.0.113.9"})
    for _ in range(6):
        last = await attempt(stranger, "lin.xiao", "wrong password")
    assert last.json()["code"] == "locked"
    assert (await attempt(browser, "lin.xiao")).status_code == 200
    for _ in range(5):
        await attempt(browser, "lin.xiao", "wrong password")
    assert (await attempt(browser, "lin.xiao")).json()["code"] == "locked", "it has a count of its own"


async def test_the_second_factor_is_taken_off_with_the_password(centre: Centre, phone: Phone) -> None:
    browser = await centre.browser()
    browser.headers["X-CSRF-Token"] = (await attempt(browser, "lin.xiao", code=phone.code())).json()["csrf"]
    for password, status in (("not it at all", 422), (PASSWORD, 204)):
        answer = await browser.request("DELETE", "/api/me/totp", json={"password": password})
        assert answer.status_code == status
    assert (await attempt(await centre.browser(), "lin.xiao")).status_code == 200


async def test_no_secret_is_kept_as_it_is(centre: Centre, phone: Phone) -> None:
    """Whoever reads the tables can sign in with none of it (the app's secret apart, which must be readable)."""
    browser = await centre.browser()
    await attempt(browser, "lin.xiao", code=phone.code(), trust=True)
    secrets = [PASSWORD, browser.cookies["jt_session"], browser.cookies["jt_trust"], phone.recovery[1]]
    async with centre.database.read(ALL) as conn:
        for table in ("account", "session", "trusted_computer", "sign_in_guard", "audit_entry"):
            text = str(await conn.fetch(f"SELECT t::text FROM {table} t"))
            assert not [secret for secret in secrets if secret in text], table
