"""Whatever is sent, the answer is a problem that says what is wrong: never a 500, never a crash."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx
import pytest
from identity_support import PASSWORD, Centre

from jietong.identity.permissions import Role
from jietong.web.bodies import DEEPEST, JSON_LIMIT

JSON = {"Content-Type": "application/json"}


@pytest.fixture
async def admin(centre: Centre) -> httpx.AsyncClient:
    await centre.person("he.feng", Role.ADMIN)
    return await centre.signed_in("he.feng")


def staff(name: str) -> bytes:
    return f'{{"login":"x@y","name":"{name}","roles":["qa"],"password":"{PASSWORD}"}}'.encode()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 422, "invalid"),
        (b"{", 422, "bad_json"),
        (b"null", 422, "invalid"),
        (b"[]", 422, "invalid"),
        (b'"text"', 422, "invalid"),
        (b'{"login": NaN}', 422, "bad_json"),
        (b"login=x&password=y", 422, "bad_json"),
        (b"\xff\xfe{}", 422, "bad_encoding"),
        (b'{"login": "\xc3\x28"}', 422, "bad_encoding"),
        (staff("a\\u0000b"), 422, "nul_character"),
        (staff("a\0b"), 422, "nul_character"),
        (staff("a\\\\\\u0000b"), 422, "nul_character"),
        (staff("\\ud800"), 422, "bad_json"),
        (b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1), 422, "too_deep"),
        (b"[" * 100_000, 422, "too_deep"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, 422, "too_deep"),
        (b'{"login": "' + b"x" * JSON_LIMIT + b'"}', 413, "too_large"),
        (b"\n" * 10_000_000, 413, "too_large"),
        (b'{"login": 5, "name": {}, "roles": "qa"}', 422, "invalid"),
        (b'{"version": 1e400}', 422, "bad_json"),
    ],
)
async def test_a_broken_body_is_told_so(admin: httpx.AsyncClient, body: bytes, status: int, code: str) -> None:
    answer = await admin.post("/api/staff", content=body, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize("name", ["😀 林晓", "\u202eمرحبا", "a\\\\u0000b", "e\u0301", "𠮷野家", "a\\u200db", "'; --"])
async def test_every_text_that_people_write_is_kept_as_it_is(admin: httpx.AsyncClient, name: str) -> None:
    made = await admin.post("/api/staff", content=staff(name), headers=JSON)
    assert made.status_code == 201, made.text
    expected = name.replace("\\\\", "\\").replace("\\u200d", "\u200d")
    assert made.json()["name"] == expected
    assert (await admin.get(f"/api/staff/{made.json()['id']}")).json()["name"] == expected


async def test_a_body_without_length_is_cut_off_at_the_limit(admin: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield b" " * 65_536

    answer = await admin.post("/api/staff", content=endless(), headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/staff/%00", 422, "nul_character"),
        ("/api/staff/%ff", 422, "bad_encoding"),
        ("/api/staff?q=%00", 422, "nul_character"),
        ("/api/staff?q=%c3%28", 422, "bad_encoding"),
        ("/api/staff?limit=0", 422, "invalid"),
        ("/api/staff?limit=99999999999999999999", 422, "invalid"),
        ("/api/audit?cursor=99999999999999999999", 422, "invalid"),
        ("/api/audit?from=yesterday", 422, "invalid"),
        ("/api/staff/unknown", 404, "unknown_account"),
        ("/api/staff/" + "x" * 5000, 404, "unknown_account"),
        ("/api/nothing", 404, "no_such_route"),
        ("/api", 404, "no_such_route"),
    ],
)
async def test_a_broken_address_is_told_so(admin: httpx.AsyncClient, path: str, status: int, code: str) -> None:
    answer = await admin.get(path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_wrong_method_is_told_so(admin: httpx.AsyncClient) -> None:
    assert (await admin.put("/api/session")).json()["code"] == "method_not_allowed"
    assert (await admin.post("/api/nothing")).json()["code"] == "no_such_route"
    assert (await admin.delete("/somewhere")).status_code == 405


async def test_a_validation_error_names_the_fields(admin: httpx.AsyncClient) -> None:
    answer = (await admin.post("/api/staff", json={"login": "x@y", "roles": ["qa", "nobody"]})).json()
    assert {entry["field"] for entry in answer["errors"]} == {"name", "password", "roles.1"}
    assert PASSWORD not in str(answer)


async def test_a_refused_password_is_not_sent_back(admin: httpx.AsyncClient) -> None:
    secret = "hunter2 " * 200
    answer = await admin.post("/api/session", json={"login": "x", "password": secret})
    assert answer.status_code == 422
    assert "hunter2" not in answer.text


@pytest.mark.parametrize(
    "raw",
    [
        b"GARBAGE\r\n\r\n",
        b"GET /api/session HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nCookie: " + b"a" * 100_000 + b"\r\n\r\n",
        b"POST /api/session HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"POST /api/session HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{",
        b"POST /api/session HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
    ],
)
async def test_a_broken_request_or_a_client_that_leaves_disturbs_nobody(
    centre: Centre, admin: httpx.AsyncClient, raw: bytes
) -> None:
    address = urlsplit(centre.url)
    _, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(raw)
    await asyncio.sleep(0.05)
    writer.close()
    assert (await admin.get("/api/session")).status_code == 200


async def test_many_bad_requests_at_once_leave_the_centre_well(centre: Centre, admin: httpx.AsyncClient) -> None:
    bodies = [b"{" * 1000, b"\xff", b"\0", b'{"a":"' + b"x" * 900_000 + b'"}'] * 10
    answers = await asyncio.gather(*(admin.post("/api/staff", content=body, headers=JSON) for body in bodies))
    assert {answer.status_code for answer in answers} == {422}
    assert (await admin.get("/api/session")).status_code == 200
