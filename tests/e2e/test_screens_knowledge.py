"""Knowledge: written in three languages, published, found, pushed to every open desk, versions kept (B4)."""

import re

import pytest
from playwright.async_api import Page, expect
from running import Open, Running
from screens import caller, faultless, page_of, tidy

pytestmark = pytest.mark.browser

WORDS = {
    "简体中文": ("烘干机显示 F22 怎么办", "请先拔掉电源等十分钟，再检查排水管是否弯折。"),
    "繁體中文": ("烘衣機顯示 F22 怎麼辦", "請先拔掉電源等十分鐘，再檢查排水管是否彎折。"),
    "English": ("Tumble dryer shows F22", "Unplug it for ten minutes, then look for a bent drain hose."),
}


async def test_a_new_article_is_published_found_and_told_to_every_desk(centre: Running, window: Open) -> None:
    desk = await page_of(window, centre, "xu.na", "zh-Hant")
    await expect(desk.get_by_role("banner")).to_be_visible()
    page = await page_of(window, centre, "fang.lei", "en", path="/knowledge")
    await page.get_by_role("button", name="New article").click()
    publish = page.get_by_role("button", name="Publish")
    for language, (title, text) in WORDS.items():
        await expect(publish).to_be_disabled()  # not before it is there in every language
        await page.get_by_role("tab", name=language).click()
        await page.get_by_label("Title", exact=True).fill(title)
        await page.get_by_label("Text", exact=True).fill(text)
    await faultless(page)
    await publish.click()
    await expect(page.get_by_text("Published; every desk on line is told")).to_be_visible()

    # The desk is told, in its own language, and opens it.
    notice = desk.get_by_text("新知識：烘衣機顯示 F22 怎麼辦")
    await expect(notice).to_be_visible()
    await desk.get_by_role("button", name="開啟", exact=True).click()
    await expect(desk.get_by_role("complementary")).to_contain_text("排水管是否彎折")

    # Found by words in the midst of a sentence, in Chinese and in English.
    await desk.get_by_role("searchbox").fill("排水管彎折")
    await expect(desk.get_by_role("complementary")).to_contain_text("烘衣機顯示 F22 怎麼辦")
    await page.goto(f"{centre.url}/knowledge?q=drain hose")
    await expect(page.get_by_role("link", name=re.compile("Tumble dryer"))).to_be_visible()

    # A second version; the first one's words are still there and can be taken up again.
    await page.get_by_role("link", name=re.compile("Tumble dryer")).first.click()
    await page.get_by_role("link", name="Edit").click()
    await page.get_by_role("tab", name="English").click()
    await page.get_by_label("Text", exact=True).fill("Call the service line.")
    await page.get_by_label("What changed").fill("shorter")
    await publish.click()
    await expect(page.get_by_text("Version 2, Published")).to_be_visible()
    await page.get_by_role("button", name="Version 1", exact=True).click()
    await page.get_by_role("button", name="Use the words of this version").click()
    await expect(page.get_by_label("Text", exact=True)).to_have_value(WORDS["English"][1])
    await expect(page.get_by_role("status").filter(has_text="not saved")).to_be_visible()
    await faultless(page, schemes=("light",))
    await tidy(centre, "xu.na")


async def test_who_only_reads_rates_an_article_and_cannot_write(centre: Running, window: Open) -> None:
    page = await page_of(window, centre, "sun.lei", "zh-Hans", path="/knowledge/fridge-e8")
    await expect(page.get_by_role("button", name="新建文章")).to_have_count(0)
    await page.get_by_role("button", name="有用", exact=True).click()
    await expect(page.get_by_text(re.compile("谢谢"))).to_be_visible()
    async with caller(centre, "sun.lei") as reader:
        refused = await reader.http.post("/api/articles/fridge-e8/publish", json={"version": 1})
        assert refused.status_code == 403
    await tidy(centre, "sun.lei")


async def test_nothing_found_says_what_to_try(centre: Running, window: Open) -> None:
    page: Page = await page_of(window, centre, "fang.lei", "zh-Hant", path="/knowledge?q=不存在的詞彙")
    await expect(page.get_by_role("main")).to_contain_text("找不到")
    await faultless(page)
