"""The main job, as people see it: a customer writes, the right agent is offered it, they talk, it is wrapped up,
and floor, records and ledger show exactly what happened (A1, A4, A7, B1, C3, C7). Once in each language, with axe."""

# ruff: noqa: E501 - the table of words is read line by line

import asyncio
import re
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import pytest
from axe import violations
from playwright.async_api import Page, expect
from running import Open, Running
from screens import caller

pytestmark = pytest.mark.browser

PASSWORD = "jietong-demo"


@dataclass(frozen=True)
class Words:
    """What this story reads on screen, as its users know it."""

    tag: str
    language: str  # its own name, in the menu
    locale: str
    agent: str  # login
    login: str
    password: str
    sign_in: str
    go_ready: str
    accept: str
    send: str
    end: str
    reason: str
    solved: str
    finish: str
    knowledge: str
    insert: str
    customer_name: str
    customer_phone: str
    number: str
    question: str
    customer_send: str
    score: str
    customer_solved: str
    submit: str
    thanks: str
    says: str
    looks_up: str


STORIES = [
    Words(
        "zh-Hans", "简体中文", "zh-CN", "lin.xiao", "账号", "密码", "登录", "转为就绪", "接起", "发送", "结束会话",
        "联系原因", "已解决", "完成整理", "查知识", "插入回复", "称呼", "手机号", "138 5710 0935", "说说您的问题", "发送", "很满意", "解决了",
        "提交", "谢谢您的评价", "冰箱不制冷了，面板显示 E8 🧊", "冰箱",
    ),
    Words(
        "zh-Hant", "繁體中文", "zh-TW", "chen.yu", "帳號", "密碼", "登入", "轉為就緒", "接聽", "傳送", "結束對話",
        "聯繫原因", "已解決", "完成處理", "查知識", "插入回覆", "稱呼", "手機號碼", "+886 912 345 678", "請說明您的問題", "送出", "很滿意", "已解決",
        "送出", "謝謝您的評分", "洗衣機脫水時會跳動", "洗衣機",
    ),
    Words(
        "en", "English", "en-GB", "zhao.min", "Account", "Password", "Sign in", "Go ready", "Accept", "Send", "End chat",
        "Contact reason", "Solved", "Finish wrap-up", "Look up knowledge", "Insert", "Name", "Phone", "+44 7400 123456", "How can we help?",
        "Send", "Very good", "Yes", "Submit", "Thank you for your answer", "My fridge shows E8", "fridge",
    ),
]  # fmt: skip


async def sign_in(page: Page, centre: Running, words: Words, login: str) -> None:
    await page.goto(centre.url)
    await page.get_by_label(words.login, exact=True).fill(f"{login}@hechuan.example")
    await page.get_by_label(words.password, exact=True).fill(PASSWORD)
    await page.get_by_role("button", name=words.sign_in, exact=True).click()
    await expect(page.get_by_role("banner")).to_be_visible()


async def choose_language(page: Page, words: Words) -> None:
    """By the menu in the header; nothing is loaded anew."""
    if await page.locator("html").get_attribute("lang") != words.tag:
        await page.get_by_role("button", name=re.compile("语言|語言|Language")).click()
        await (
            page.get_by_role("menuitem", name=words.language)
            .or_(page.get_by_role("menuitemradio", name=words.language))
            .click()
        )
    await expect(page.locator("html")).to_have_attribute("lang", words.tag)
    await expect(page.locator(".ant-dropdown:visible")).to_have_count(0)  # half faded, its words lack contrast


async def api(page: Page, path: str) -> Any:
    """The same question as the screen's, with the same session."""
    response = await page.request.get(path)
    assert response.ok, f"{path}: {response.status} {await response.text()}"
    return await response.json()


@pytest.mark.parametrize("words", STORIES, ids=lambda words: words.tag)
async def test_a_customer_writes_and_the_right_agent_solves_it(centre: Running, window: Open, words: Words) -> None:
    desk, customer = await window(locale=words.locale), await window(375, 740, locale=words.locale)

    # The agent signs in, in their language, and goes ready.
    await sign_in(desk, centre, words, words.agent)
    await choose_language(desk, words)
    await desk.get_by_role("button", name=words.go_ready).first.click()
    assert await violations(desk) == []

    # A customer opens the page on a phone and writes.
    await customer.goto(f"{centre.url}/chat?widget=repair&lang={words.tag}")
    name = f"{words.tag} 王浩然"
    await customer.get_by_label(words.customer_name).fill(name)
    await customer.get_by_label(words.customer_phone).fill(words.number)
    assert await violations(customer) == []
    await customer.get_by_role("textbox", name=words.question).fill(words.says)
    await customer.get_by_role("button", name=words.customer_send, exact=True).click()

    # The desk offers it with what was said; the page does not change on accepting.
    offer = desk.get_by_role("alertdialog")
    await expect(offer).to_contain_text(words.says)
    assert await violations(desk) == []
    await offer.get_by_role("button", name=words.accept).click()
    await expect(desk.get_by_role("main")).to_contain_text(words.says)

    # A reload of the customer's page loses nothing.
    await customer.reload()
    await expect(customer.get_by_role("log")).to_contain_text(words.says)

    # Knowledge is looked up and put into the reply; the customer reads it.
    await desk.get_by_role("searchbox", name=words.knowledge).fill(words.looks_up)
    await desk.get_by_role("button", name=words.insert).first.click()
    reply = desk.get_by_role("main").get_by_role("textbox").last
    await expect(reply).not_to_have_value("")
    inserted = await reply.input_value()
    assert len(inserted) > 20, "an article was inserted"
    await desk.get_by_role("button", name=words.send).first.click()
    await expect(customer.get_by_role("log")).to_contain_text(inserted[:12])
    await customer.get_by_role("textbox").last.fill("ok 👍 مرحبا")
    await customer.get_by_role("button", name=words.customer_send, exact=True).click()
    await expect(desk.get_by_role("main")).to_contain_text("مرحبا")

    # It ends, is wrapped up with a reason, and the customer is asked how it was.
    await desk.get_by_role("button", name=words.end).first.click()
    await customer.get_by_role("radio", name=words.score).check(force=True)
    await customer.get_by_role("radio", name=words.customer_solved, exact=True).check(force=True)
    await customer.get_by_role("button", name=words.submit, exact=True).click()
    await expect(customer.locator("body")).to_contain_text(words.thanks)
    assert await violations(customer) == []
    assert await violations(desk) == []
    await desk.get_by_label(words.reason).click()
    await expect(desk.locator(".ant-select-item-option").first).to_be_visible()
    await desk.keyboard.press("ArrowDown")
    await desk.keyboard.press("Enter")
    await desk.locator("label").filter(has_text=re.compile(f"^{words.solved}$")).click()
    await desk.get_by_role("button", name=words.finish).click()
    await expect(desk.get_by_role("button", name=words.finish)).to_have_count(0)

    # The records say exactly that.
    supervisor = await window(1440, 900, locale=words.locale)
    await supervisor.goto(centre.url)
    await sign_in(supervisor, centre, words, "zhou.xin")
    await choose_language(supervisor, words)
    assert await violations(supervisor) == []
    async with caller(centre, "zhou.xin") as lead:
        (record,) = await lead.found(lambda all: bool(all) and bool(all[0]["reason"]), q=name)
    assert record["outcome"] == "handled"
    assert record["resolved"] is True
    assert record["csat"] == 5
    assert record["agent"] == words.agent
    events = (await api(supervisor, f"{centre.url}/api/contacts/{record['id']}/events"))["items"]
    kinds = [event["type"] for event in events]
    assert [kind for kind in kinds if kind in _MILESTONES] == _MILESTONES
    await supervisor.goto(f"{centre.url}/contacts?q={name}")
    await supervisor.get_by_text(name).first.click()
    await expect(supervisor.get_by_role("main").first).to_contain_text(words.says)
    assert await violations(supervisor) == []
    await supervisor.goto(f"{centre.url}/wall")
    await expect(supervisor.locator("body")).to_contain_text("100")
    assert await violations(supervisor) == []

    await desk.request.delete(f"{centre.url}/api/session", headers=await _csrf(desk, centre))


_MILESTONES = [
    "contact.arrived",
    "queue.entered",
    "offer.made",
    "offer.accepted",
    "contact.ended",
    "wrapup.started",
    "survey.answered",
    "wrapup.ended",
]


async def _csrf(page: Page, centre: Running) -> dict[str, str]:
    session = await api(page, f"{centre.url}/api/session")
    return {"X-CSRF-Token": session["csrf"], "Origin": centre.url}


async def test_the_ledger_proves_itself_while_the_centre_serves(centre: Running) -> None:
    for command in (["ledger", "verify"], ["contacts", "verify"], ["audit", "verify"]):
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "jietong", *command],
            env={"JIETONG_HOME": str(centre.home), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
