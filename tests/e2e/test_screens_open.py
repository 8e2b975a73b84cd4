"""Every screen in every language, in both themes: it opens, speaks that language alone, and has no barrier (I5)."""

import re

import pytest
from axe import still, violations
from playwright.async_api import Page, expect
from running import Open, Running
from screens import LOCALES, faultless, page_of

pytestmark = pytest.mark.browser

SCREENS = [
    "/floor",
    "/contacts",
    "/customers",
    "/knowledge",
    "/knowledge/fridge-e8",
    "/metrics",
    "/wall",
    "/settings/queues",
    "/settings/queues/returns",
    "/settings/skills",
    "/settings/hours",
    "/settings/staff",
    "/settings/reasons",
    "/settings/widgets",
    "/settings/widgets/repair",
    "/settings/site",
    "/settings/tokens",
    "/settings/audit",
]
TITLES = {
    "zh-Hans": ["现场", "联系记录", "客户", "知识", "设置"],
    "zh-Hant": ["現場", "聯繫紀錄", "客戶", "知識", "設定"],
    "en": ["Floor", "Contacts", "Customers", "Knowledge", "Settings"],
}
LEFT_BY_LIBRARIES = re.compile(r"Increase Value|Decrease Value|close-circle|\bNo data\b|Please select", re.IGNORECASE)
"""Words that come with components and are in no catalogue of ours."""


async def drawn(page: Page, path: str) -> None:
    """With what it asked the centre for."""
    await expect(page.get_by_role("heading", level=1).first).to_be_visible()
    if path == "/wall":
        await expect(page.locator(".wl-tile")).to_have_count(8)
    elif path == "/floor":
        await expect(page.locator("[aria-busy=true]")).to_have_count(0)
    else:
        await page.wait_for_load_state("networkidle")
    await still(page)


@pytest.mark.parametrize("language", LOCALES)
async def test_every_screen_opens_in_each_language_without_a_barrier(
    centre: Running, window: Open, language: str
) -> None:
    page = await page_of(window, centre, "he.feng", language)
    dark = list(LOCALES).index(language)
    titles = []
    for number, path in enumerate(SCREENS):
        await page.emulate_media(color_scheme="dark" if number % 3 == dark else "light", reduced_motion="reduce")
        await page.goto(centre.url + path)
        await drawn(page, path)
        assert await violations(page) == [], path
        titles.append(await page.get_by_role("heading", level=1).first.inner_text())
        if language != "en":
            said = await page.locator("body").aria_snapshot()
            assert not LEFT_BY_LIBRARIES.search(said), f"{path}: {LEFT_BY_LIBRARIES.search(said)}"
    assert [title for title in titles if title in TITLES[language]][:4] == TITLES[language][:4]


@pytest.mark.parametrize("language", LOCALES)
async def test_sign_in_and_desk_have_no_barrier(centre: Running, window: Open, language: str) -> None:
    outside = await window(1280, 720, locale=LOCALES[language])
    await outside.goto(centre.url)
    await expect(outside.locator("html")).to_have_attribute("lang", language)
    await expect(outside.get_by_role("complementary")).to_be_visible()
    await faultless(outside)
    desk = await page_of(window, centre, "tang.wei", language, width=1280, height=720)
    await expect(desk.get_by_role("banner")).to_be_visible()
    await faultless(desk)


async def test_nothing_scrolls_sideways_at_the_smallest_supported_size(centre: Running, window: Open) -> None:
    page = await page_of(window, centre, "he.feng", "en", width=1280, height=720)
    for path in SCREENS:
        await page.goto(centre.url + path)
        await drawn(page, path)
        wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, path
