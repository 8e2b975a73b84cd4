import { describe, expect, test } from "vitest";
import { barOf } from "./bar";
import { dayOfMonth, lossStep, lossSteps, weekday, weeks } from "./calendar";
import { linesOf, parted, pressOfLevel, turnedAway } from "./capacity";
import { at, fieldName, number, put, steps } from "./document";
import { digestWords, inUnit, isZero, money, monthBeside, negated } from "./figures";
import type { Capacity } from "./model";
import { decidingSide } from "./sides";
import { barsOf, furthest, niceStep } from "./volume";
import { inZone, wallClock } from "./zone";

describe("money is text and stays exact", () => {
  test.each([
    ["-18225.00", { signed: true, whole: true }, "−18,225"],
    ["2430", { signed: true, whole: true }, "+2,430"],
    ["472635.00", { currency: "CNY" }, "¥472,635.00"],
    ["0.00", { signed: true }, "0.00"],
    ["-0.00", { signed: true, whole: true }, "0"],
    ["-1215.5", { signed: true, whole: true }, "−1,215.50"],
    ["9007199254740993.01", {}, "9,007,199,254,740,993.01"],
    ["12.5", { currency: "CHF" }, "CHF 12.50"],
  ])("%s", (amount, how, shown) => expect(money(amount, how)).toBe(shown));
  test("what is no amount is no data, never 0", () => {
    expect(money(null)).toBe("–");
    expect(money("NaN")).toBe("–");
    expect(isZero("-0.00")).toBe(true);
    expect(isZero("0.01")).toBe(false);
  });
  test("taken away and given back", () => {
    expect(negated("5.00")).toBe("-5.00");
    expect(negated(negated("5.00"))).toBe("5.00");
  });
});

test("figures in their units", () => {
  expect(inUnit(0.8394, "ratio", "en")).toBe("83.9");
  expect(inUnit(null, "ratio", "en")).toBe("–");
  expect(inUnit(12.34, "s", "en")).toBe("12.3");
  expect(inUnit(4210, "count", "en")).toBe("4,210");
  expect(digestWords("47c2c830e361f0b3")).toBe("47c2c830 e361f0b3");
  expect(monthBeside("2026-01", -1)).toBe("2025-12");
  expect(monthBeside("2026-12", 1)).toBe("2027-01");
});

describe("where the two figures part (look/contract)", () => {
  const access = { within: 20293, later: 2853, abandoned: 1040, lost: 311, blocked: 2218, unseen: null };
  test("who is seen, who never queued, and everyone", () => {
    const bar = barOf(access, 560);
    expect(bar.seen).toBe(24186);
    expect(bar.never).toBe(2529);
    expect(bar.all).toBe(26715);
    const last = bar.pieces.at(-1);
    expect((last?.x ?? 0) + (last?.width ?? 0)).toBeCloseTo(560, 6);
  });
  test("an unknown piece takes no room, a small one stays visible", () => {
    const bar = barOf({ ...access, blocked: null, lost: 1 }, 560);
    expect(bar.pieces.map((one) => one.name)).toEqual(["within", "later", "abandoned", "lost"]);
    expect(bar.pieces.at(-1)?.width).toBe(2);
    const last = bar.pieces.at(-1);
    expect((last?.x ?? 0) + (last?.width ?? 0)).toBeCloseTo(560, 6);
  });
  test("nobody called", () => {
    const bar = barOf({ within: 0, later: 0, abandoned: 0, lost: null, blocked: null, unseen: null }, 560);
    expect(bar).toMatchObject({ pieces: [], seen: 0, all: 0, seenEnd: 0, never: 0 });
  });
});

describe("the calendar", () => {
  test("July 2026 begins on a Wednesday and has five weeks", () => {
    const rows = weeks("2026-07", []);
    expect(rows).toHaveLength(5);
    expect(rows[0]?.slice(0, 3).map((one) => one?.day ?? null)).toEqual([null, null, "2026-07-01"]);
    expect(rows.flat().filter(Boolean)).toHaveLength(31);
    expect(weekday("2026-07-27")).toBe(0);
    expect(dayOfMonth("2026-07-09")).toBe(9);
  });
  test("a leap February", () => expect(weeks("2028-02", []).flat().filter(Boolean)).toHaveLength(29));
  test("tones begin where losses begin to matter; unknown is no loss", () => {
    const day = (blocked: number | null) => ({ blocked }) as never;
    const tones = lossSteps([day(270), day(40), day(null)]);
    expect(tones).toEqual([40, 100, 200]);
    expect([39, 40, 100, 270].map((n) => lossStep(n, tones))).toEqual([0, 1, 2, 3]);
    expect(lossStep(null, tones)).toBe(0);
    expect(lossSteps([day(2)])).toBeNull();
  });
});

describe("volume against the forecast", () => {
  const day = (n: string, actual: number | null, expected: number | null = null) => ({
    day: `2026-07-${n}`,
    actual,
    expected,
    forecast: 900,
    low: 810,
    high: 990,
  });
  const frame = { left: 40, top: 8, width: 300, height: 200 };
  test("a day outside its tolerance stands out, one still running does not", () => {
    const bars = barsOf([day("01", 930), day("19", 1179), day("27", 500, 880), day("28", null, 870)], frame);
    expect(bars.days.map((one) => one.beyond)).toEqual([false, true, false, false]);
    expect(furthest(bars)?.day).toBe("2026-07-19");
    expect(bars.days[3]?.bar).toBeNull();
    expect(bars.days[2]?.rest?.height).toBeGreaterThan(0);
  });
  test("bars start at zero and ticks are round", () => {
    const bars = barsOf([day("01", 930)], frame);
    expect(bars.ticks[0]).toEqual({ value: 0, y: 208 });
    expect((bars.days[0]?.bar?.y ?? 0) + (bars.days[0]?.bar?.height ?? 0)).toBeCloseTo(208);
    expect([0.3, 3, 41, 330, 999].map(niceStep)).toEqual([1, 4, 50, 400, 1000]);
  });
});

describe("the document", () => {
  const doc = { spec: { objectives: [{ name: "a", weight: 0.4, other: 1 }, { name: "b" }] } };
  test("a field changes and nothing else does", () => {
    const next = put(doc, ["spec", "objectives", 0, "weight"], 0.5);
    expect(at(next, ["spec", "objectives", 0])).toEqual({ name: "a", weight: 0.5, other: 1 });
    expect(at(next, ["spec", "objectives", 1])).toBe(doc.spec.objectives[1]);
    expect(at(doc, ["spec", "objectives", 0, "weight"])).toBe(0.4);
  });
  test("undefined takes away; new things come where nothing was", () => {
    expect(put(doc, ["spec", "objectives", 0], undefined)).toEqual({ spec: { objectives: [{ name: "b" }] } });
    expect(put({}, ["spec", "money", "currency"], "CNY")).toEqual({ spec: { money: { currency: "CNY" } } });
  });
  test("field names and steps are one another", () => {
    expect(steps("spec.objectives[1].targetPercent")).toEqual(["spec", "objectives", 1, "targetPercent"]);
    expect(fieldName(["spec", "objectives", 1, "targetPercent"])).toBe("spec.objectives[1].targetPercent");
    expect(number({ a: "12.50" }, ["a"])).toBe(12.5);
    expect(number({ a: "" }, ["a"])).toBeNull();
  });
});

describe("the contract's clock", () => {
  test("there and back", () => {
    const at = Date.UTC(2026, 6, 8, 2, 5);
    expect(wallClock(at, "Asia/Shanghai")).toBe("2026-07-08T10:05");
    expect(inZone("2026-07-08T10:05", "Asia/Shanghai")).toBe(at);
  });
  test("a clock that is put back shows 02:30 twice: the earlier counts", () =>
    expect(inZone("2026-10-25T02:30", "Europe/Berlin")).toBe(Date.UTC(2026, 9, 25, 0, 30)));
  test("a clock that is put forward never shows 02:30: it is the instant half an hour after the change", () =>
    expect(inZone("2026-03-29T02:30", "Europe/Berlin")).toBe(Date.UTC(2026, 2, 29, 1, 30)));
});

describe("lines (D6)", () => {
  const full: Capacity = {
    trunks: [{ id: "main", names: { en: "Main" }, gone: false, channels: 30 }],
    lines: 30,
    level: "alarm",
    shared: false,
    busiest: 1_783_044_000_000,
    arrivals: 260,
    held_s: 180,
    load: 26,
    offered: 26.56,
    blocking: 0.0432,
    needed: 37,
    busy_s: 95,
    witnessed: 20,
    days: 31,
    known: "estimated",
    blocked: 62,
    unseen: 15.4,
    texts: {},
  };
  test("load, blocking and busy time as text", () => {
    expect(linesOf(full, "en")).toEqual({
      load: "26.0",
      offered: "26.6",
      blocking: "4.3 %",
      needed: "37",
      busy: { time: "1:35", days: "20 / 31" },
    });
  });
  test("what nobody watched is unknown, what was watched and never full is 0", () => {
    expect(linesOf({ ...full, busy_s: null, witnessed: 0 }, "en")?.busy).toBeNull();
    expect(linesOf({ ...full, busy_s: 0 }, "en")?.busy?.time).toBe("0:00");
  });
  test("without lines, load, or the right to read it there are no figures", () => {
    expect(linesOf({ ...full, lines: null })).toBeNull();
    expect(linesOf({ ...full, shared: true, load: null, offered: null, blocking: null })).toBeNull();
  });
  test("turned away: seen, estimated, unknown", () => {
    expect(turnedAway(full, "en")).toEqual({ seen: "62", estimated: "15" });
    expect(turnedAway({ ...full, known: "measured", unseen: null }, "en")).toEqual({ seen: "62", estimated: null });
    expect(turnedAway({ ...full, known: "measured", blocked: 0, unseen: null }, "en")?.seen).toBe("0");
    expect(turnedAway({ ...full, known: "unknown", blocked: null, unseen: null })).toBeNull();
  });
  test("alarms before warnings; how the level presses", () => {
    const of = (code: string, level: string) => ({ code, level, field: "", texts: {} });
    const { alarms, warnings } = parted([of("a", "warning"), of("b", "alarm"), of("c", "warning")]);
    expect([alarms.map((one) => one.code), warnings.map((one) => one.code)]).toEqual([["b"], ["a", "c"]]);
    expect(
      ["fine", "over", "alarm", "critical", "unknown"].map((one) => pressOfLevel(one as Capacity["level"])),
    ).toEqual([undefined, "look", "act", "act", undefined]);
  });
});

test("whoever is served decides on exclusions (D8)", () => {
  expect(decidingSide({ direction: "client" })).toBe("theirs");
  expect(decidingSide({ direction: "partner" })).toBe("ours");
});
