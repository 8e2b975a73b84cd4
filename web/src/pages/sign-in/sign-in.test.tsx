import { fireEvent, render, screen } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { Look } from "../../app/App";
import { setLanguage } from "../../i18n/language";
import { toDigits } from "./CodeField";
import { SignInPage } from "./SignInPage";

type Reply = { status: number; body: unknown };
const refused = (status: number, code: string, more = {}): Reply => ({
  status,
  body: { type: "", title: "", status, code, detail: code, ...more },
});

function show(replies: Reply[], arrived = vi.fn(async () => {})) {
  const posts: unknown[] = [];
  vi.stubGlobal("fetch", (path: string, init: RequestInit = {}) => {
    if (path === "/api/demo") return Promise.resolve(json({ status: 200, body: { accounts: [], password: null } }));
    posts.push(JSON.parse(String(init.body)));
    return Promise.resolve(json(replies.shift() ?? { status: 200, body: {} }));
  });
  render(
    <Look>
      <SignInPage arrived={arrived} why={null} />
    </Look>,
  );
  return { posts, arrived };
}
const json = ({ status, body }: Reply) =>
  new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
const fillIn = () => {
  fireEvent.change(screen.getByLabelText("Account"), { target: { value: "lin.xiao" } });
  fireEvent.change(screen.getByLabelText("Password"), { target: { value: "secret-secret" } });
  fireEvent.click(screen.getByRole("button", { name: "Sign in" }));
};

beforeEach(() => setLanguage("en"));

test("a wrong password is worded and told to screen readers", async () => {
  show([refused(401, "bad_credentials")]);
  fillIn();
  expect((await screen.findByText("Account or password is wrong.")).closest("[role=alert]")).toBeTruthy();
});

test("a lock-out says how long", async () => {
  show([refused(429, "locked", { retry_after: 95 })]);
  fillIn();
  expect(await screen.findByText("Too many attempts. Try again in 1:35.")).toBeTruthy();
});

test("where a code is asked for the second step comes up, and six digits send themselves", async () => {
  const { posts, arrived } = show([refused(401, "totp_required", { name: "Lin Xiao" })]);
  fillIn();
  const code = await screen.findByLabelText("Six-digit code from your authenticator app");
  expect(screen.getByText("Lin Xiao")).toBeTruthy();
  fireEvent.change(code, { target: { value: "４０７ 215" } });
  await vi.waitFor(() => expect(arrived).toHaveBeenCalled());
  expect(posts.at(-1)).toMatchObject({ login: "lin.xiao", code: "407215" });
});

test("nothing is sent while a field is empty", async () => {
  const { posts } = show([]);
  fireEvent.click(screen.getByRole("button", { name: "Sign in" }));
  expect(await screen.findByText("Enter your account.")).toBeTruthy();
  expect(posts).toEqual([]);
});

test("the language chosen here goes before the account's own", async () => {
  const { arrived } = show([]);
  fireEvent.click(screen.getByRole("button", { name: "繁體中文" }));
  fireEvent.change(screen.getByLabelText("帳號"), { target: { value: "x" } });
  fireEvent.change(screen.getByLabelText("密碼"), { target: { value: "y" } });
  fireEvent.click(screen.getByRole("button", { name: "登入" }));
  await vi.waitFor(() => expect(arrived).toHaveBeenCalledWith("zh-Hant"));
});

test("pasted codes may have blanks, dashes and full-width digits", () => {
  expect(toDigits("407-215")).toBe("407215");
  expect(toDigits("４０７２１５")).toBe("407215");
});
