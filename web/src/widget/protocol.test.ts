import { describe, expect, it } from "vitest";
import type { ChatServerFrame, ChatState, Message, WidgetConfig } from "../live/types";
import type { Model } from "./protocol";
import * as protocol from "./protocol";

const NOW = 1_000_000;
const TEXTS = { "zh-Hans": "", "zh-Hant": "", en: "" };
const CONFIG: WidgetConfig = {
  id: "web",
  queue: "sales",
  name: TEXTS,
  greeting: TEXTS,
  colour: "#005861",
  languages: ["en"],
  ask: [],
  attachments: { types: [], max_bytes: 1 },
  max_text: 100,
  open: true,
  next_open: null,
  hours_text: TEXTS,
};

function message(n: number, author: Message["author"], text: string, more: Partial<Message> = {}): Message {
  return {
    id: `c1-${n}-${author}`,
    contact: "c1",
    n,
    at: NOW + n,
    author,
    agent: null,
    agent_name: null,
    text,
    code: null,
    params: null,
    attachment: null,
    ...more,
  };
}

function welcome(state: Partial<ChatState> = {}): ChatServerFrame {
  return {
    t: "welcome",
    token: "token",
    now: NOW + 500,
    config: CONFIG,
    state: { ...protocol.NO_CHAT, messages: [], ...state },
  };
}

const problem = (code: string, status: number, more: Record<string, unknown> = {}) => ({
  type: "",
  title: "",
  detail: "",
  code,
  status,
  ...more,
});

describe("a call-back that was asked for", () => {
  const asked = (contact: string) =>
    protocol.put(
      protocol.receive(protocol.start(null, []), welcome({ contact, place: "queue" }), NOW),
      { t: "callback", id: "b1" },
      NOW,
    );

  it("goes again after a reconnection, and never into another conversation", () => {
    const waiting = asked("c1");
    expect(
      protocol.sendable(protocol.receive(waiting, welcome({ contact: "c1", place: "queue" }), NOW), NOW),
    ).toHaveLength(1);
    expect(protocol.receive(waiting, welcome({ contact: "c2", place: "queue" }), NOW).outbox).toEqual([]);
  });

  it("stays with its refusal, to be worded", () => {
    const err: ChatServerFrame = { t: "err", id: "b1", problem: problem("callback_exists", 409) };
    expect(protocol.receive(asked("c1"), err, NOW).outbox[0]).toMatchObject({
      phase: "refused",
      code: "callback_exists",
    });
  });
});

function talking(): Model {
  return protocol.receive(protocol.start(null, []), welcome({ contact: "c1", place: "talk" }), NOW);
}
const say = (id: string, text: string) => ({ t: "say", id, text }) as const;

describe("a customer's words", () => {
  it("are not sent before the server has welcomed the page", () => {
    const model = protocol.put(protocol.start(null, []), say("a", "hello"), NOW);
    expect(protocol.sendable(model, NOW)).toEqual([]);
    expect(protocol.sendable({ ...model, link: "greeting" }, NOW)).toEqual([]);
  });

  it("are sent once, in order, and leave the outbox when acknowledged", () => {
    let model = protocol.put(protocol.put(talking(), say("a", "one"), NOW), say("b", "two"), NOW);
    expect(protocol.sendable(model, NOW).map((item) => item.frame.id)).toEqual(["a", "b"]);
    model = protocol.sent(model, ["a", "b"]);
    expect(protocol.sendable(model, NOW)).toEqual([]);
    model = protocol.receive(model, { t: "ok", id: "a", result: {} }, NOW);
    expect(model.outbox.map((item) => item.frame.id)).toEqual(["b"]);
  });

  it("are sent again under the same id after the line was lost before the acknowledgement", () => {
    let model = protocol.sent(protocol.put(talking(), say("a", "one"), NOW), ["a"]);
    model = protocol.lost(model);
    expect(model.link).toBe("lost");
    expect(protocol.sendable(model, NOW)).toEqual([]);
    model = protocol.receive(model, welcome({ contact: "c1", place: "talk" }), NOW);
    expect(protocol.sendable(model, NOW).map((item) => item.frame.id)).toEqual(["a"]);
  });

  it("are drawn once when the server had taken them but its answer got lost", () => {
    let model = protocol.sent(protocol.put(talking(), say("a", "one"), NOW), ["a"]);
    model = protocol.lost(model);
    const echo = message(1, "customer", "one", { key: "a" });
    model = protocol.receive(model, welcome({ contact: "c1", place: "talk", messages: [echo] }), NOW);
    expect(protocol.unechoed(model)).toEqual([]);
    expect(model.messages).toHaveLength(1);
    model = protocol.receive(model, { t: "ok", id: "a", result: {} }, NOW);
    model = protocol.receive(model, { t: "message", message: echo }, NOW);
    expect(model.outbox).toEqual([]);
    expect(model.messages).toHaveLength(1);
  });

  it("said twice on purpose are drawn twice", () => {
    let model = protocol.put(protocol.put(talking(), say("a", "?"), NOW), say("b", "?"), NOW);
    model = protocol.receive(model, { t: "message", message: message(1, "customer", "?", { key: "a" }) }, NOW);
    expect(protocol.unechoed(model).map((item) => item.frame.id)).toEqual(["b"]);
  });

  it("of a double click under one id go out once", () => {
    const model = protocol.put(protocol.put(talking(), say("a", "one"), NOW), say("a", "one"), NOW);
    expect(model.outbox).toHaveLength(1);
  });

  it("wait as long as the server asks, and hold back those behind them", () => {
    let model = protocol.put(protocol.put(talking(), say("a", "one"), NOW), say("b", "two"), NOW);
    model = protocol.sent(model, ["a"]);
    const err = problem("too_many_messages", 429, { retry_after: 3 });
    model = protocol.receive(model, { t: "err", id: "a", problem: err }, NOW);
    expect(protocol.sendable(model, NOW + 2_900)).toEqual([]);
    expect(protocol.nextAttempt(model)).toBe(NOW + 3_000);
    expect(protocol.sendable(model, NOW + 3_000).map((item) => item.frame.id)).toEqual(["a", "b"]);
  });

  it("survive an unavailable database", () => {
    let model = protocol.sent(protocol.put(talking(), say("a", "one"), NOW), ["a"]);
    model = protocol.receive(model, { t: "err", id: "a", problem: problem("unavailable", 503) }, NOW);
    expect(protocol.sendable(model, NOW + 60_000).map((item) => item.frame.id)).toEqual(["a"]);
  });

  it("that are refused stay visible with the reason, and can be tried again or deleted", () => {
    let model = protocol.sent(protocol.put(talking(), say("a", "x".repeat(9)), NOW), ["a"]);
    model = protocol.receive(model, { t: "err", id: "a", problem: problem("text_too_long", 422) }, NOW);
    expect(protocol.unechoed(model)[0]).toMatchObject({ phase: "refused", code: "text_too_long" });
    expect(protocol.sendable(model, NOW + 60_000)).toEqual([]);
    expect(protocol.sendable(protocol.retried(model, "a"), NOW)).toHaveLength(1);
    expect(protocol.dropped(model, "a").outbox).toEqual([]);
  });

  it("written into a chat that has ended are not said into the next one", () => {
    let model = protocol.lost(protocol.put(talking(), say("a", "one"), NOW));
    model = protocol.receive(model, welcome({ contact: "c2", place: "talk" }), NOW);
    expect(protocol.sendable(model, NOW)).toEqual([]);
    expect(model.outbox[0]).toMatchObject({ phase: "refused", code: "chat_ended" });
  });

  it("kept from before a reload are sent again", () => {
    const before = protocol.sent(protocol.put(talking(), say("a", "one"), NOW), ["a"]);
    let model = protocol.start("token", before.outbox);
    model = protocol.receive(model, welcome({ contact: "c1", place: "talk" }), NOW);
    expect(protocol.sendable(model, NOW).map((item) => item.frame.id)).toEqual(["a"]);
  });
});

describe("the conversation", () => {
  it("is the server's after a reconnection, in the order of its numbers", () => {
    let model = talking();
    model = protocol.receive(model, { t: "message", message: message(2, "agent", "b") }, NOW);
    model = protocol.receive(model, { t: "message", message: message(1, "customer", "a") }, NOW);
    expect(model.messages.map((one) => one.n)).toEqual([1, 2]);
    const fresh = [message(1, "customer", "a"), message(2, "agent", "b"), message(3, "agent", "c")];
    model = protocol.receive(model, welcome({ contact: "c1", place: "talk", messages: fresh }), NOW);
    expect(model.messages.map((one) => one.text)).toEqual(["a", "b", "c"]);
  });

  it("shows typing until the word comes, or for six seconds", () => {
    let model = protocol.receive(talking(), { t: "typing" }, NOW);
    expect(model.typingUntil).toBe(NOW + protocol.TYPING_MS);
    model = protocol.receive(model, { t: "message", message: message(1, "agent", "a") }, NOW);
    expect(model.typingUntil).toBe(0);
  });

  it("keeps read marks to their own contact", () => {
    let model = protocol.receive(talking(), { t: "read", n: 4 }, NOW);
    model = protocol.receive(model, { t: "read", n: 2 }, NOW);
    expect(model.read).toBe(4);
    const { messages: _, ...next } = { ...protocol.NO_CHAT, contact: "c2", messages: [] };
    expect(protocol.receive(model, { t: "state", now: NOW, state: next }, NOW).read).toBe(0);
  });

  it("takes the server's clock", () => {
    expect(talking().offset).toBe(500);
  });

  it("ends once: a second ending that is refused is no failure", () => {
    let model = protocol.sent(protocol.put(talking(), { t: "end", id: "e" }, NOW), ["e"]);
    model = protocol.receive(model, { t: "err", id: "e", problem: problem("chat_over", 409) }, NOW);
    expect(model.outbox).toEqual([]);
  });

  it("bears frames that it does not know", () => {
    const model = talking();
    expect(protocol.receive(model, { t: "news" } as unknown as ChatServerFrame, NOW)).toBe(model);
  });

  it("stops when the widget is unknown", () => {
    let model = protocol.receive(
      protocol.start(null, []),
      { t: "err", id: null, problem: problem("unknown_widget", 404) },
      NOW,
    );
    model = protocol.lost(model);
    expect(model.fatal).toBe("unknown_widget");
    expect(model.link).toBe("idle");
  });
});
