"""Sign-in: refusals that say what to do, lock-out, second factor, demonstration accounts (J3)."""

import re

import pyotp
import pytest
from playwright.async_api import Page, expect
from running import Open, Running
from screens import PASSWORD, address_of, caller, faultless, page_of

pytestmark = pytest.mark.browser


async def try_in(page: Page, login: str, password: str) -> None:
    await page.get_by_label("帳號", exact=True).fill(login)
    await page.get_by_label("密碼", exact=True).fill(password)
    await page.get_by_role("button", name="登入", exact=True).click()


async def test_a_wrong_password_is_worded_and_locks_the_account_in_the_end(centre: Running, window: Open) -> None:
    page = await window(1280, 720, refused=["429"], locale="zh-TW")
    await page.goto(centre.url)
    await page.get_by_role("button", name="登入", exact=True).click()
    await expect(page.get_by_role("alert")).to_have_text("請輸入帳號。")
    for _ in range(12):
        await try_in(page, address_of("xu.lan"), "not this one")
        await expect(page.get_by_role("alert")).to_contain_text(re.compile("不正確|嘗試次數過多"))
        if "嘗試次數過多" in await page.get_by_role("alert").inner_text():
            break
    await expect(page.get_by_role("alert")).to_contain_text("請於")
    await faultless(page)
    # The right password does not help now; the form keeps what was typed.
    await try_in(page, address_of("xu.lan"), PASSWORD)
    await expect(page.get_by_role("alert")).to_contain_text("嘗試次數過多")
    await expect(page.get_by_label("帳號", exact=True)).to_have_value(address_of("xu.lan"))


async def test_a_demonstration_account_is_chosen_by_its_role(centre: Running, window: Open) -> None:
    page = await window(1280, 720, locale="zh-CN")
    await page.goto(centre.url)
    panel = page.get_by_role("complementary", name="演示账号")
    await panel.get_by_role("button", name=re.compile("使用计划员")).click()
    await expect(page.get_by_label("账号", exact=True)).to_have_value(address_of("gu.ming"))
    await page.get_by_role("button", name="登录", exact=True).click()
    await expect(page.get_by_role("heading", name="现场", level=1)).to_be_visible()
    # A planner may look at the set-up, and is told so.
    await page.goto(f"{centre.url}/settings/queues")
    await expect(page.get_by_role("main")).to_contain_text("管理员")
    await expect(page.get_by_role("link", name="新建队列")).to_have_count(0)


async def test_the_second_factor_is_set_up_asked_for_and_taken_off(centre: Running, window: Open) -> None:
    page = await page_of(window, centre, "ding.hao", "en", refused=["422"])
    await page.get_by_role("button", name=re.compile("My account")).click()
    await page.get_by_role("menuitem", name="Password and sign-in").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Your password, to confirm that it is you").fill("wrong")
    await dialog.get_by_role("button", name="Turn on").click()
    await expect(dialog.get_by_role("alert")).to_have_text("Your present password is wrong.")
    await dialog.get_by_label("Your password, to confirm that it is you").fill(PASSWORD)
    await dialog.get_by_role("button", name="Turn on").click()
    await expect(dialog.get_by_alt_text("QR code for the authenticator app")).to_be_visible()
    secret = await dialog.locator("code").first.inner_text()
    await faultless(page)
    app = pyotp.TOTP(secret.replace(" ", ""))
    await dialog.get_by_label("Six digits that the app shows").fill(app.now())
    await dialog.get_by_role("button", name="Confirm").click()
    await expect(dialog.get_by_text("Recovery codes are shown this once")).to_be_visible()
    codes = [await one.inner_text() for one in await dialog.locator("li code").all()]
    assert len(codes) >= 8

    # Signing in asks for it: a wrong code is told, a recovery code is good once.
    again = await window(1280, 720, locale="en-GB")
    await again.goto(centre.url)
    await again.get_by_label("Account", exact=True).fill(address_of("ding.hao"))
    await again.get_by_label("Password", exact=True).fill(PASSWORD)
    await again.get_by_role("button", name="Sign in", exact=True).click()
    await expect(again.get_by_text("Step 2 of 2")).to_be_visible()
    await faultless(again)
    wrong = f"{(int(app.now()) + 1) % 1_000_000:06}"
    await again.get_by_label("Six-digit code from your authenticator app").fill(wrong)
    await expect(again.get_by_role("alert")).to_contain_text("code is wrong")
    await again.get_by_role("button", name="Use a recovery code").click()
    await again.get_by_label("Recovery code").fill(codes[0])
    await again.get_by_role("button", name="Confirm and sign in").click()
    await expect(again.get_by_role("banner")).to_be_visible()

    await dialog.get_by_label("Your password, to confirm that it is you").fill(PASSWORD)
    await dialog.get_by_role("button", name="Turn off").click()
    await expect(dialog.get_by_text("Off. Once it is on")).to_be_visible()
    async with caller(centre, "ding.hao") as person:  # by the password alone
        assert person.me["account"]["totp"] is False


async def test_who_is_signed_out_elsewhere_is_told_and_can_sign_in_again(centre: Running, window: Open) -> None:
    page = await page_of(window, centre, "shen.yan", "en")
    await expect(page.get_by_role("banner")).to_be_visible()
    async with caller(centre, "shen.yan") as elsewhere:
        for one in (await elsewhere.get("/api/sessions"))["items"]:
            if not one["here"]:
                await elsewhere.http.delete(f"/api/sessions/{one['id']}")
    await page.goto(f"{centre.url}/contacts")
    await expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
