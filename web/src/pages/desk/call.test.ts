import { describe, expect, test } from "vitest";
import { contact } from "../../test/frames";
import { taking } from "./accept";
import { callInHand, callOffered } from "./call";

const call = (id: string, part = {}) => contact(id, { channel: "voice", ...part });
const all = (...list: ReturnType<typeof contact>[]) => Object.fromEntries(list.map((one) => [one.id, one]));

describe("the call in hand", () => {
  test("is mine, or the one where I help; an offer, a wrap-up and a question are not", () => {
    const help = { agent: "a2", other: "a1", joined: true };
    expect(callInHand(all(contact("chat"), call("c")), "a1")).toBe("c");
    expect(callInHand(all(call("c", { agent: "a2", consult: help })), "a1")).toBe("c");
    expect(callInHand(all(call("c", { agent: "a2", consult: { ...help, joined: false } })), "a1")).toBeNull();
    expect(callInHand(all(call("c", { place: "offer" }), call("w", { place: "wrapup" })), "a1")).toBeNull();
    expect(callOffered(all(call("c", { place: "offer" })), "a1")).toBe("c");
  });

  test("a call is taken at the telephone it rings at; everything else by a command", () => {
    expect(taking(call("c", { place: "offer" }), { kind: "softphone" })).toBe("browser");
    expect(taking(call("c", { place: "offer", callback: true }), { kind: "softphone" })).toBe("browser");
    expect(taking(call("c", { place: "offer" }), { kind: "phone" })).toBe("table");
    expect(taking(call("c", { place: "offer" }), { kind: "number" })).toBe("table");
    expect(taking(call("c", { place: "offer" }), { kind: "none" })).toBe("command");
    expect(taking(contact("chat", { place: "offer" }), { kind: "softphone" })).toBe("command");
  });
});
