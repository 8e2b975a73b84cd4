import { describe, expect, it } from "vitest";
import type { Segment } from "./api";
import { type Piece, pieces, ticks } from "./pieces";

const S = 1000;
let n = 0;
function stay(kind: string, start: number, end: number | null, more: Partial<Segment> = {}): Segment {
  n += 1;
  return {
    n,
    kind,
    start: start * S,
    end: end === null ? null : end * S,
    outcome: null,
    queue: "q",
    agent: null,
    cause: null,
    score: null,
    ...more,
  };
}
const told = (list: Piece[]) => list.map((one) => [one.kind, one.start / S, one.end / S]);

describe("the pieces of a contact's way", () => {
  it("draws the flow in the entry's place, and a talk of three beside the talk", () => {
    const way = [
      stay("entry", 0, 30, { outcome: "admitted" }),
      stay("flow", 0, 30, { outcome: "queued", queue: null }),
      stay("queue", 30, 40),
      stay("talk", 40, 100, { agent: "lin" }),
      stay("consult", 60, 70, { agent: "bo" }),
      stay("three_way", 70, 90, { agent: "bo" }),
    ];
    expect(told(pieces(way, 0))).toEqual([
      ["flow", 0, 30],
      ["queue", 30, 40],
      ["talk", 40, 100],
      ["consult", 60, 70],
      ["three_way", 70, 90],
    ]);
  });

  it("names a call of our own by its dial, not as a call-back", () => {
    const way = [
      stay("handling", 0, 60),
      stay("dial", 0, 12, { agent: "lin" }),
      stay("talk", 12, 60, { agent: "lin" }),
    ];
    expect(told(pieces(way, 0))).toEqual([
      ["outbound", 0, 12],
      ["talk", 12, 60],
    ]);
  });

  it("cuts a queue stay at the offers made during it", () => {
    const way = [
      stay("queue", 0, 142),
      stay("offer", 112, 132, { outcome: "missed", agent: "liu" }),
      stay("offer", 136, 142, { outcome: "accepted", agent: "lin" }),
      stay("handling", 142, 400),
      stay("talk", 142, 300, { agent: "lin" }),
      stay("wrapup", 300, 400, { agent: "lin" }),
    ];
    expect(told(pieces(way, 0))).toEqual([
      ["queue", 0, 112],
      ["missed", 112, 132],
      ["queue", 132, 136],
      ["offered", 136, 142],
      ["talk", 142, 300],
      ["wrapup", 300, 400],
    ]);
  });

  it("draws a call-back being dialled in place of the wait it ends", () => {
    const way = [
      stay("queue", 0, 40),
      stay("offer", 10, 12, { outcome: "accepted" }),
      stay("dial", 12, 20, { outcome: "unreached" }),
      stay("offer", 30, 32, { outcome: "accepted" }),
      stay("dial", 32, 40, { outcome: "reached" }),
      stay("talk", 40, 60),
    ];
    expect(told(pieces(way, 0))).toEqual([
      ["queue", 0, 10],
      ["offered", 10, 12],
      ["dial", 12, 20],
      ["queue", 20, 30],
      ["offered", 30, 32],
      ["dial", 32, 40],
      ["talk", 40, 60],
    ]);
  });

  it("leaves no second of the main lane out and none twice", () => {
    const way = [
      stay("queue", 0, 20),
      stay("offer", 0, 20, { outcome: "accepted" }),
      stay("talk", 20, 50),
      stay("hold", 50, 60),
      stay("talk", 60, 90),
      stay("consult", 70, 80),
      stay("offer", 90, 95, { cause: "transfer", queue: null, outcome: "accepted" }),
      stay("talk", 95, 120),
    ];
    const main = pieces(way, 0).filter((one) => one.lane === 0);
    expect(main[0]?.start).toBe(0);
    for (let i = 1; i < main.length; i += 1) expect(main[i]?.start).toBe(main[i - 1]?.end);
    expect(main.map((one) => one.kind)).toContain("transfer");
  });

  it("lets an open stay last until now and shows no survey that was not answered", () => {
    const way = [stay("queue", 0, 10), stay("talk", 10, null), stay("survey", 10, null)];
    const drawn = pieces(way, 70 * S);
    expect(told(drawn)).toEqual([
      ["queue", 0, 10],
      ["talk", 10, 70],
    ]);
    expect(drawn[1]?.running).toBe(true);
  });

  it("marks the axis at round lengths, never more than nine", () => {
    for (const length of [1, 44, 745, 3600, 86_400, 900_000]) {
      const marks = ticks(length * S);
      expect(marks.length).toBeLessThanOrEqual(9);
      expect(marks[0]).toBe(0);
    }
    expect(ticks(745 * S).map((t) => t / S)).toEqual([0, 120, 240, 360, 480, 600, 720]);
  });
});
