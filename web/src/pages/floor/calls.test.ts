import { describe, expect, test } from "vitest";
import type { TrunkView } from "../../live/types";
import { contact, NOW } from "../../test/frames";
import { audibleCall, callsOf, countCalls, stageOf } from "./calls";
import { linesWorstFirst } from "./Lines";

const call = (id: string, part = {}) => contact(id, { channel: "voice", ...part });

describe("the calls of this moment", () => {
  test("each call is in one stage; chats and wrap-ups are in none", () => {
    const at = (part: object) => stageOf(call("c", part));
    expect(at({ place: "arrived", flow: "main" })).toBe("flow");
    expect(at({ place: "queue" })).toBe("waiting");
    expect(at({ place: "queue", callback: true })).toBe("callback");
    expect(at({ place: "offer" })).toBe("ringing");
    expect(at({ place: "talk", dialling: true })).toBe("dialling");
    expect(at({ place: "talk" })).toBe("talking");
    expect(at({ place: "hold" })).toBe("hold");
    expect(at({ place: "wrapup" })).toBeNull();
    expect(stageOf(contact("chat"))).toBeNull();
  });

  test("counted and listed, the longest in the stage first; outbound is told beside", () => {
    const all = [
      call("late", { since: NOW }),
      call("early", { since: NOW - 9 }),
      call("out", { since: NOW - 5, direction: "outbound" }),
      call("waits", { place: "queue" }),
    ];
    expect(countCalls(all)).toMatchObject({ talking: 3, waiting: 1, outbound: 1, hold: 0 });
    expect(callsOf(all, "talking").map((one) => one.id)).toEqual(["early", "out", "late"]);
  });

  test("one listens to who talks and to who helps, not to who still dials or is only asked", () => {
    const help = { agent: "a2", other: "a1", joined: true };
    expect(audibleCall([call("c", { agent: "a1" })], "a1")?.id).toBe("c");
    expect(audibleCall([call("c", { agent: "a2", consult: help })], "a1")?.id).toBe("c");
    expect(audibleCall([call("c", { agent: "a2", consult: { ...help, joined: false } })], "a1")).toBeUndefined();
    expect(audibleCall([call("c", { agent: "a1", dialling: true })], "a1")).toBeUndefined();
  });

  test("a line that is down comes before a full one, that before the fuller of the others", () => {
    const line = (id: string, part: Partial<TrunkView>): TrunkView => ({
      id,
      name: { "zh-Hans": id, "zh-Hant": id, en: id },
      up: true,
      why: "",
      in_use: 0,
      limit: 30,
      peak: 0,
      busy_since: null,
      busy_ms: 0,
      blocked: 0,
      ...part,
    });
    const lines = [
      line("calm", { in_use: 3 }),
      line("half", { in_use: 15 }),
      line("full", { in_use: 30, busy_since: NOW }),
      line("down", { up: false }),
    ];
    expect(linesWorstFirst(lines).map((one) => one.id)).toEqual(["down", "full", "half", "calm"]);
  });
});
