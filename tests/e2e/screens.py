"""What the tests of the screens share: signed-in pages, customers who write, and a centre left as it was found."""

import asyncio
import json
import zlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from axe import violations
from playwright.async_api import Page, expect
from running import Open, Running

PASSWORD = "jietong-demo"
LOCALES = {"zh-Hans": "zh-CN", "zh-Hant": "zh-TW", "en": "en-GB"}


def address_of(login: str) -> str:
    return f"{login}@hechuan.example"


async def page_of(
    window: Open,
    centre: Running,
    login: str,
    language: str = "en",
    *,
    path: str = "/",
    width: int = 1440,
    height: int = 900,
    **options: Any,
) -> Page:
    """A page of a browser of its own, signed in as a demonstration account, in a language."""
    page = await window(width, height, locale=LOCALES[language], **options)
    answer = await page.request.post(
        f"{centre.url}/api/session",
        data={"login": address_of(login), "password": PASSWORD},
        headers={"Origin": centre.url},
    )
    assert answer.ok, await answer.text()
    await page.goto(centre.url + path)
    await expect(page.locator("html")).to_have_attribute("lang", language)
    await expect(page.get_by_role("main").first).to_be_visible()
    return page


async def faultless(page: Page, *, schemes: tuple[str, ...] = ("light", "dark")) -> None:
    """No violation of WCAG 2.2 AA as it stands, in either theme (the theme follows the system's)."""
    for scheme in schemes:
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        found = await violations(page)
        assert found == [], f"{page.url} {scheme}: {found}"


@dataclass
class Caller:
    """The HTTP interface as one account."""

    http: httpx.AsyncClient
    me: dict[str, Any]

    async def get(self, path: str, **query: Any) -> Any:
        return (await self.http.get(path, params=query)).raise_for_status().json()

    async def found(
        self, until: Callable[[list[Any]], bool] = bool, path: str = "/api/contacts", **query: Any
    ) -> list[Any]:
        """What a list holds, asked again until it is as awaited: records follow the ledger a moment later."""
        items: list[Any] = []
        for _ in range(150):
            items = (await self.get(path, **query))["items"]
            if until(items):
                return items
            await asyncio.sleep(0.1)
        raise AssertionError(f"{path} {query}: {items}")

    async def post(self, path: str, **body: Any) -> Any:
        answer = await self.http.post(path, json=body)
        assert answer.is_success, f"{path} {json.dumps(body)}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    async def put(self, path: str, **body: Any) -> Any:
        answer = await self.http.put(path, json=body)
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    async def change(self, kind: str, id: str, /, **fields: Any) -> dict[str, Any]:
        """Changes fields of a set-up document and gives the spec as it was."""
        stored = await self.get(f"/api/{kind}/{id}")
        await self.put(f"/api/{kind}/{id}", version=stored["version"], spec={**stored["spec"], **fields})
        found: dict[str, Any] = stored["spec"]
        return found


@asynccontextmanager
async def caller(centre: Running, login: str = "he.feng") -> AsyncIterator[Caller]:
    async with httpx.AsyncClient(base_url=centre.url, headers={"Origin": centre.url}, timeout=30) as http:
        answer = await http.post("/api/session", json={"login": address_of(login), "password": PASSWORD})
        me = answer.raise_for_status().json()
        http.headers["X-CSRF-Token"] = me["csrf"]
        yield Caller(http, me)


async def tidy(centre: Running, *agents: str) -> None:
    """Ends what is still going on and signs the agents out, so that the next test begins with an empty centre."""
    async with caller(centre) as admin:
        for one in (await admin.get("/api/contacts", limit=100))["items"]:
            if one["ended"] is None:
                await admin.http.post("/api/floor/commands", json={"type": "close_contact", "contact": one["id"]})
        for agent in agents:
            await admin.http.post("/api/floor/commands", json={"type": "sign_out", "agent": agent})


async def writes(
    window: Open,
    centre: Running,
    text: str,
    *,
    name: str,
    widget: str = "repair",
    language: str = "en",
    phone: str | None = None,
    refused: Sequence[str] = (),
) -> Page:
    """A customer's page on a phone, with the first words sent. Who has another name has another number."""
    phone = phone or f"+44 7400 {100_000 + zlib.crc32(name.encode()) % 900_000}"
    page = await window(390, 780, refused=refused, locale=LOCALES[language])
    await page.goto(f"{centre.url}/chat?widget={widget}&lang={language}")
    fields = page.locator(".ask input, .field input")
    await expect(page.get_by_role("textbox").last).to_be_visible()
    for field in await fields.all():
        await field.fill(phone if await field.get_attribute("type") == "tel" else name)
    await says(page, text)
    return page


async def says(page: Page, text: str) -> None:
    field = page.get_by_role("textbox").last
    await field.fill(text)
    await field.press("Enter")
    await expect(page.get_by_role("log")).to_contain_text(text)


async def goes_ready(desk: Page) -> None:
    """By the key, which is the same in every language."""
    status = desk.locator(".desk-status")
    await expect(status).to_be_enabled()
    await desk.keyboard.press("Alt+1")
    await expect(status).to_have_attribute("data-state", "ready")
