import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { isProblem } from "../api/problem";
import { contact, deskState, NOW } from "../test/frames";
import { openScripted, ScriptedSocket } from "../test/socket";
import { ServerClock } from "./clock";
import { LiveConnection, TIMINGS } from "./connection";
import type { DeskState } from "./types";

let live: LiveConnection<DeskState>;
const snapshot = (seq = 1) => ({ t: "snapshot", seq, now: NOW, state: deskState([contact("c1")]) });

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  live = new LiveConnection<DeskState>("ws://centre/ws/desk", new ServerClock(), TIMINGS, openScripted);
  live.start();
});
afterEach(() => {
  live.stop();
  vi.useRealTimers();
});

describe("a live connection", () => {
  test("is live with the first snapshot", () => {
    expect(live.status.phase).toBe("connecting");
    ScriptedSocket.last().say(snapshot());
    expect(live.status.phase).toBe("live");
    expect(live.store.get("contacts", "c1")).toBeDefined();
  });

  test("sends an unanswered command again after a reconnect, with the same id, and settles once", async () => {
    ScriptedSocket.last().say(snapshot());
    const answer = live.command({ type: "accept", contact: "c1" });
    const first = ScriptedSocket.last().sent[0];
    ScriptedSocket.last().break();
    expect(live.status.phase).toBe("down");
    await vi.advanceTimersByTimeAsync(1000);
    ScriptedSocket.last().say(snapshot(7));
    const again = ScriptedSocket.last().sent[0];
    expect(again).toEqual(first);
    if (again?.t !== "cmd") throw new Error("no command was sent");
    ScriptedSocket.last().say({ t: "ok", id: again.id, seq: 8, result: { done: true } });
    await expect(answer).resolves.toEqual({ done: true });
    ScriptedSocket.last().break();
    await vi.advanceTimersByTimeAsync(1000);
    ScriptedSocket.last().say(snapshot(9));
    expect(ScriptedSocket.last().sent).toEqual([]);
  });

  test("a refusal comes back as the server's problem", async () => {
    ScriptedSocket.last().say(snapshot());
    const answer = live.command({ type: "accept", contact: "c1" });
    const sent = ScriptedSocket.last().sent[0];
    const problem = { type: "about:blank", title: "", status: 409, code: "offer_gone", detail: "Too late." };
    ScriptedSocket.last().say({ t: "err", id: sent?.t === "cmd" ? sent.id : "", problem });
    await expect(answer).rejects.toSatisfy((error) => isProblem(error, "offer_gone"));
  });

  test("a command that is never answered fails in the end", async () => {
    ScriptedSocket.last().say(snapshot());
    const answer = live.command({ type: "accept", contact: "c1" });
    const failed = expect(answer).rejects.toSatisfy((error) => isProblem(error, "timed_out"));
    await vi.advanceTimersByTimeAsync(TIMINGS.patience + 1);
    await failed;
  });

  test("silence makes the figures stale, longer silence gives the socket up, a beat brings them back", async () => {
    ScriptedSocket.last().say(snapshot());
    await vi.advanceTimersByTimeAsync(TIMINGS.staleAfter + 1500);
    expect(live.status.phase).toBe("stale");
    ScriptedSocket.last().say({ t: "beat", now: NOW });
    expect(live.status.phase).toBe("live");
    const before = ScriptedSocket.opened.length;
    await vi.advanceTimersByTimeAsync(TIMINGS.lostAfter + 3000);
    expect(ScriptedSocket.opened.length).toBeGreaterThan(before);
  });

  test("waits longer from try to try, but never longer than the limit", async () => {
    ScriptedSocket.last().say(snapshot());
    let opened = ScriptedSocket.opened.length;
    for (let i = 0; i < 12; i += 1) {
      ScriptedSocket.last().break();
      await vi.advanceTimersByTimeAsync(TIMINGS.longestRetry * 1.3);
      expect(ScriptedSocket.opened.length).toBe(opened + 1);
      opened += 1;
    }
  });

  test("an ended session is not knocked at again", async () => {
    ScriptedSocket.last().say(snapshot());
    const answer = live.command({ type: "accept", contact: "c1" });
    const failed = expect(answer).rejects.toSatisfy((error) => isProblem(error, "unauthenticated"));
    ScriptedSocket.last().break(4401);
    await failed;
    expect(live.status.phase).toBe("ended");
    const opened = ScriptedSocket.opened.length;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(ScriptedSocket.opened.length).toBe(opened);
  });

  test("a frame that is no JSON does no harm", () => {
    ScriptedSocket.last().say(snapshot());
    ScriptedSocket.last().onmessage?.({ data: "{" } as MessageEvent);
    expect(live.status.phase).toBe("live");
  });
});
