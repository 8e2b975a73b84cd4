"""Headers of every answer, the built application, and the description of the interface."""

from pathlib import Path

import httpx
import pytest
from identity_support import Centre, StandingBy

from jietong.db.pool import Database
from jietong.web.factory import Services, create_app
from jietong.web.server import listening


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """What the web build leaves behind, in small."""
    folder = tmp_path / "static"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Jietong</title>")
    (folder / "chat.html").write_text("<!doctype html><title>Chat</title>")
    (folder / "widget.js").write_text("/* launcher */")
    (folder / "mark.svg").write_text("<svg/>")
    (folder / "assets" / "index-Bx81kQz2.js").write_text("/* app */")
    (tmp_path / "secret.txt").write_text("outside")
    return folder


@pytest.fixture
async def browser(database: Database, built: Path):
    app = create_app(Services(database=database, runtime=StandingBy(), built=built))
    async with listening(app) as url, httpx.AsyncClient(base_url=url) as browser:
        yield browser


async def test_every_address_of_the_application_gives_its_page(browser: httpx.AsyncClient) -> None:
    for path in ("/", "/desk", "/contacts/01abc", "/sign-in?next=/floor"):
        page = await browser.get(path)
        assert page.status_code == 200
        assert "Jietong" in page.text
        assert page.headers["cache-control"] == "no-cache"
        assert page.headers["content-type"].startswith("text/html")


async def test_hashed_assets_are_kept_for_ever_and_pages_asked_for_anew(browser: httpx.AsyncClient) -> None:
    asset = await browser.get("/assets/index-Bx81kQz2.js")
    assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert asset.headers["content-type"].startswith("text/javascript")
    mark = await browser.get("/mark.svg")
    assert (mark.headers["cache-control"], mark.headers["content-type"]) == ("no-cache", "image/svg+xml")
    icon = await browser.get("/favicon.ico")  # browsers ask for it whatever a page links to
    assert (icon.status_code, icon.headers["content-type"]) == (200, "image/svg+xml")
    page = await browser.get("/")
    again = await browser.get("/", headers={"If-None-Match": page.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_missing_asset_is_missing(browser: httpx.AsyncClient) -> None:
    for path in ("/assets/old-12345678.js", "/missing.ico", "/api/x", "/.env"):
        assert (await browser.get(path)).status_code == 404, path


@pytest.mark.parametrize(
    "path", ["/../secret.txt", "/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt", "//secret.txt"]
)
async def test_nothing_outside_the_folder_is_served(browser: httpx.AsyncClient, path: str) -> None:
    request = httpx.Request("GET", str(browser.base_url).rstrip("/") + path)
    request.url = request.url.copy_with(raw_path=path.encode())
    answer = await browser.send(request)
    assert "outside" not in answer.text


async def test_only_the_customer_s_page_may_be_framed(browser: httpx.AsyncClient) -> None:
    chat = (await browser.get("/chat?widget=w1&embed=1")).headers
    assert "frame-ancestors *" in chat["content-security-policy"]
    assert "x-frame-options" not in chat
    for path in ("/", "/desk", "/api/session"):
        headers = (await browser.get(path)).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-frame-options"] == "DENY"
    assert (await browser.get("/widget.js")).headers["cross-origin-resource-policy"] == "cross-origin"


async def test_scripts_come_from_here_alone(browser: httpx.AsyncClient) -> None:
    headers = (await browser.get("/")).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["script-src"] == "'self'"
    assert policy["object-src"] == "'none'"
    assert f"ws://{browser.base_url.netloc.decode()}" in policy["connect-src"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"]
    spoofed = await browser.get("/", headers={"Host": "evil.example; script-src *"})
    assert "script-src *" not in spoofed.headers["content-security-policy"]


async def test_the_interface_is_never_kept_by_a_cache(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/api/session")).headers["cache-control"] == "no-store"


async def test_a_request_id_is_passed_on_or_made(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/", headers={"X-Request-Id": "trace-12345678"})).headers[
        "x-request-id"
    ] == "trace-12345678"
    made = (await browser.get("/", headers={"X-Request-Id": "bad id\twith blanks"})).headers["x-request-id"]
    assert len(made) == 16


async def test_without_a_build_it_says_what_to_do(database: Database, tmp_path: Path) -> None:
    app = create_app(Services(database=database, runtime=StandingBy(), built=tmp_path / "nothing"))
    async with listening(app) as url, httpx.AsyncClient(base_url=url) as browser:
        answer = await browser.get("/")
    assert answer.status_code == 503
    assert "make setup" in answer.text


async def test_health_tells_why_it_does_not_serve(centre: Centre) -> None:
    centre.app.state.runtime.role = "standby"
    answer = await (await centre.browser()).get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["code"] == "standby"
    assert answer.headers["retry-after"]
    centre.app.state.runtime.role = "active"
    answer = await (await centre.browser()).get("/healthz")
    assert (answer.status_code, answer.json()["status"]) == (200, "serving")


async def test_an_unexpected_error_tells_nothing_but_its_id(database: Database) -> None:
    from fastapi import APIRouter, Depends

    from jietong.identity.http import public

    router = APIRouter()

    @router.get("/api/boom", dependencies=[Depends(public("a test"))])
    async def boom() -> None:
        raise RuntimeError("the secret of the house")

    app = create_app(Services(database=database, runtime=StandingBy()), [router])
    async with listening(app) as url, httpx.AsyncClient(base_url=url) as browser:
        answer = await browser.get("/api/boom", headers={"X-Request-Id": "trace-12345678"})
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert answer.json()["request_id"] == "trace-12345678"
    assert "secret" not in answer.text


async def test_the_description_tells_problems_and_permissions(browser: httpx.AsyncClient) -> None:
    document = (await browser.get("/api/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    operation = document["paths"]["/api/staff"]["post"]
    assert operation["x-permission"] == ["staff.edit"]
    assert operation["responses"]["default"]["content"]["application/problem+json"]
    assert document["paths"]["/api/session"]["get"]["x-permission"] == "signed in"
    assert document["paths"]["/api/session"]["post"]["x-permission"].startswith("public: ")
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert "x-permission" in operation, path
            assert "422" not in operation["responses"]
