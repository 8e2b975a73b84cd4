import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import { MemoryRouter } from "react-router";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { Look } from "../../app/App";
import { ActionsProvider } from "../../app/actions";
import { setLanguage } from "../../i18n/language";
import { serverClock } from "../../live/clock";
import { closeLive } from "../../live/useLive";
import { type Session, SessionContext } from "../../session/session";
import { contact, deskState, message, NOW } from "../../test/frames";
import { ScriptedSocket } from "../../test/socket";
import { railOrder } from "./context";
import DeskPage from "./DeskPage";
import { systemLine } from "./lines";
import { pick, slashQuery } from "./QuickReplies";

const session: Session = {
  account: "acc1",
  login: "lin.xiao",
  name: "林晓",
  roles: ["answerer"],
  permissions: new Set(["desk.use", "customers.view", "knowledge.view"]),
  clients: null,
  agentId: "a1",
  demo: false,
  site: null,
};

function answer(path: string): unknown {
  if (path.includes("/messages")) return { items: [message(1, { text: "冰箱不制冷" })], next: null };
  if (path.endsWith("/number")) return { value: "138 5710 0935", e164: "+8613857100935" };
  if (path.startsWith("/api/articles")) return { items: [], hits: [], next: null };
  return { items: [], next: null };
}

function openDesk() {
  vi.stubGlobal("WebSocket", Object.assign(ScriptedSocket, { OPEN: 1, CLOSED: 3 }));
  vi.stubGlobal("fetch", (path: string) =>
    Promise.resolve(new Response(JSON.stringify(answer(path)), { headers: { "Content-Type": "application/json" } })),
  );
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  return render(
    <QueryClientProvider client={queries}>
      <Look>
        <MemoryRouter initialEntries={["/desk"]}>
          <SessionContext value={{ session, refresh: async () => {}, signOut: async () => {} }}>
            <ActionsProvider>
              <DeskPage />
            </ActionsProvider>
          </SessionContext>
        </MemoryRouter>
      </Look>
    </QueryClientProvider>,
  );
}

const replay = (frame: unknown) => act(async () => ScriptedSocket.last().say(frame));
const sent = () =>
  ScriptedSocket.last()
    .sent.filter((frame) => frame.t === "cmd")
    .map((frame) => (frame.t === "cmd" ? frame.cmd : null));

beforeEach(() => {
  setLanguage("en");
  closeLive();
  ScriptedSocket.opened.length = 0;
  serverClock.observe(NOW, Date.now());
});

describe("the desk, on replayed frames", () => {
  test("an offer shows who, for what and how long; accepting sends the command and keeps the page", async () => {
    openDesk();
    const offer = contact("c1", {
      place: "offer",
      waiting_since: NOW - 72_000,
      expires: NOW + 20_000,
      offer_ms: 20_000,
      talk_since: null,
    });
    await replay({ t: "snapshot", seq: 1, now: NOW, state: deskState([offer], { state: "offered" }) });
    const card = await screen.findByRole("alertdialog");
    expect(within(card).getByText("客户 c1")).toBeTruthy();
    expect(within(card).getByText(/^1:1\d$/)).toBeTruthy();
    fireEvent.keyDown(document.body, { code: "KeyA", altKey: true });
    expect(sent()).toEqual([{ type: "accept", contact: "c1" }]);
    await replay({ t: "delta", seq: 2, now: NOW, set: { contacts: { c1: contact("c1") } }, del: {} });
    expect(screen.queryByRole("alertdialog")).toBeNull();
    expect(await screen.findByLabelText("Reply to 客户 c1")).toBeTruthy();
    expect((await screen.findAllByText("冰箱不制冷")).length).toBeGreaterThan(0);
  });

  test("a reply in progress survives a change of language, and Enter while composing does not send it", async () => {
    openDesk();
    await replay({ t: "snapshot", seq: 1, now: NOW, state: deskState([contact("c1")]) });
    const field = await screen.findByLabelText<HTMLTextAreaElement>("Reply to 客户 c1");
    fireEvent.change(field, { target: { value: "您好，" } });
    act(() => setLanguage("zh-Hant"));
    const same = await screen.findByLabelText<HTMLTextAreaElement>("回覆 客户 c1");
    expect(same.value).toBe("您好，");
    fireEvent.keyDown(same, { key: "Enter", keyCode: 229, isComposing: true });
    expect(same.value).toBe("您好，");
    fireEvent.keyDown(same, { key: "Enter" });
    expect(same.value).toBe("");
    expect(ScriptedSocket.last().sent.find((frame) => frame.t === "say")).toMatchObject({
      contact: "c1",
      text: "您好，",
    });
  });

  test("while the line is down a bar says so, the controls are off and the words stay", async () => {
    openDesk();
    await replay({ t: "snapshot", seq: 1, now: NOW, state: deskState([contact("c1")]) });
    const field = await screen.findByLabelText<HTMLTextAreaElement>("Reply to 客户 c1");
    act(() => ScriptedSocket.last().break());
    expect(await screen.findByText(/Connection lost/)).toBeTruthy();
    fireEvent.change(field, { target: { value: "half a thought" } });
    fireEvent.keyDown(field, { key: "Enter" });
    expect(field.value).toBe("half a thought");
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "End chat" }).disabled).toBe(true);
  });

  test("a call-back shows its number to whoever took it, and goes no further before its outcome is said", async () => {
    openDesk();
    const dial = contact("c1", { callback: true, attempts: 1 });
    await replay({ t: "snapshot", seq: 1, now: NOW, state: deskState([dial]) });
    expect((await screen.findByRole("link", { name: "138 5710 0935" })).getAttribute("href")).toBe(
      "tel:+8613857100935",
    );
    expect(screen.getByText("attempt 2")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "End chat" })).toBeNull();
    fireEvent.click(screen.getByRole("button", { name: "Not reached" }));
    fireEvent.click(screen.getByRole("button", { name: "Reached" }));
    expect(sent()).toEqual([
      { type: "callback_result", contact: "c1", reached: false },
      { type: "callback_result", contact: "c1", reached: true },
    ]);
    await replay({ t: "delta", seq: 2, now: NOW, set: { contacts: { c1: contact("c1") } }, del: {} });
    expect(screen.queryByRole("button", { name: "Reached" })).toBeNull();
    expect(screen.getByRole("button", { name: "End chat" })).toBeTruthy();
  });

  test("the helper in a consult may take the contact over", async () => {
    openDesk();
    const consult = { agent: "a2", other: "a1", joined: true };
    await replay({ t: "snapshot", seq: 1, now: NOW, state: deskState([contact("c1", { agent: "a2", consult })]) });
    fireEvent.click(await screen.findByRole("button", { name: "Take over" }));
    expect(sent()).toEqual([{ type: "complete_consult", contact: "c1" }]);
  });

  test("not responding is told in words, with one way back", async () => {
    openDesk();
    await replay({ t: "snapshot", seq: 1, now: NOW, state: deskState([], { state: "missed" }) });
    fireEvent.click(await screen.findByRole("button", { name: "I'm back" }));
    expect(sent()).toEqual([{ type: "set_status", status: "ready" }]);
  });

  test("a part-timer is asked to join and may decline", async () => {
    openDesk();
    const invitation = { queue: "repair", expires: NOW + 45_000 };
    await replay({
      t: "snapshot",
      seq: 1,
      now: NOW,
      state: deskState([], { state: "standby", status: "standby", part_time: true, invitation }),
    });
    expect(await screen.findByText("After-sales repair is busy and asks for help")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Not now" }));
    expect(sent()).toEqual([{ type: "answer_invitation", join: false }]);
  });

  test("a queue past its limit says so in words", async () => {
    openDesk();
    await replay({ t: "snapshot", seq: 1, now: NOW, state: deskState([]) });
    await waitFor(() => expect(screen.getByText("over the limit of 3:00")).toBeTruthy());
  });
});

describe("the parts of the desk", () => {
  test("voice has the first place, offers the last, between them the longest first", () => {
    const all = Object.fromEntries(
      [
        contact("offer", { place: "offer", talk_since: null }),
        contact("late", { talk_since: NOW }),
        contact("call", { channel: "voice", talk_since: NOW + 5 }),
        contact("early", { talk_since: NOW - 9 }),
      ].map((one) => [one.id, one]),
    );
    expect(railOrder(all, "a1")).toEqual(["call", "early", "late", "offer"]);
  });

  test("a slash opens the quick replies at the start or after a blank, not inside a word or an address", () => {
    expect(slashQuery("/dd", 3)).toEqual({ from: 0, query: "dd" });
    expect(slashQuery("好的 /h", 5)).toEqual({ from: 3, query: "h" });
    expect(slashQuery("a/b", 3)).toBeNull();
    expect(slashQuery("https://x", 9)).toBeNull();
  });

  test("quick replies are the client's own and everybody's, in the customer's language", () => {
    const reply = (id: string, client: string | null) => ({
      id,
      shortcut: `/${id}`,
      client,
      shown: { titles: { en: id }, bodies: { "zh-Hans": `简 ${id}`, en: `en ${id}` } },
    });
    const found = pick(
      [reply("b", "other"), reply("c", null), reply("a", "hechuan")],
      "hechuan",
      "zh-Hans",
      "en",
      "",
    );
    expect(found.map((one) => [one.shortcut, one.text])).toEqual([
      ["a", "简 a"],
      ["c", "简 c"],
    ]);
  });

  test("system lines are worded by code; an unknown code is still a line", () => {
    const length = (ms: number) => `${ms / 1000} s`;
    const line = (code: string, params: Record<string, string | number> = {}) =>
      systemLine(message(1, { author: "system", text: "", code, params, agent_name: "Lin" }), length, "en");
    expect(line("agent_joined", { waited_s: 18 })).toBe("Lin joined after a wait of 18 s");
    expect(line("ended", { by: "customer" })).toBe("The customer ended the conversation");
    expect(line("something_new")).toBe("System message");
  });
});
