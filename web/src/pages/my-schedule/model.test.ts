import { describe, expect, test } from "vitest";
import type { Activity } from "../schedule/model";
import {
  addDays,
  bars,
  daySaid,
  hoursOf,
  instantOf,
  isDay,
  merged,
  mondayOf,
  type OwnDay,
  standing,
  weekOf,
} from "./model";

const at = (text: string) => Date.parse(`2026-07-15T${text}:00Z`);
const span = (from: string, to: string, activity: Activity = "work", paid = true) => ({
  start: at(from),
  end: at(to),
  activity,
  paid,
  overtime: false,
});
const DAY: OwnDay = {
  day: "2026-07-15",
  version: 1,
  before: null,
  spans: [
    span("09:00", "11:00"),
    span("11:00", "11:15", "break"),
    span("11:15", "13:00"),
    span("13:00", "14:00", "meal", false),
    span("14:00", "18:00"),
  ],
};

describe("what comes next", () => {
  test("within a shift: the next activity", () => {
    const found = standing([DAY], at("10:00"));
    expect(found.now?.activity).toBe("work");
    expect(found.next).toEqual({ at: at("11:00"), activity: "break", end: at("11:15") });
  });
  test("in the last part of a shift: its end", () => {
    expect(standing([DAY], at("17:00")).next).toEqual({ at: at("18:00"), activity: null, end: null });
  });
  test("off shift: the start of the next one; after the last: nothing", () => {
    expect(standing([DAY], at("08:00"))).toEqual({
      now: null,
      next: { at: at("09:00"), activity: "work", end: at("11:00") },
    });
    expect(standing([DAY], at("18:00"))).toEqual({ now: null, next: null });
  });
  test("standing by is no shift", () => {
    const idle = { ...DAY, spans: [span("09:00", "12:00", "standby", false)] };
    expect(standing([idle], at("10:00"))).toEqual({ now: null, next: null });
  });
});

test("work that stands end to end is one", () => {
  expect(merged([span("10:00", "11:00"), span("09:00", "10:00")])).toEqual([span("09:00", "11:00")]);
});

test("a day in words, and its paid hours", () => {
  const clock = (time: number) => new Date(time).toISOString().slice(11, 16);
  expect(daySaid(DAY.spans, clock, (one) => one)).toBe("09:00–18:00");
  expect(daySaid([span("00:00", "08:00", "leave", false)], clock, (one) => one)).toBe("leave");
  expect(daySaid([], clock, (one) => one)).toBeNull();
  expect(hoursOf(DAY.spans)).toBe(8);
});

test("weeks begin on Monday, over months and years", () => {
  expect(mondayOf("2026-07-15")).toBe("2026-07-13");
  expect(mondayOf("2026-07-13")).toBe("2026-07-13");
  expect(mondayOf("2026-07-19")).toBe("2026-07-13");
  expect(weekOf("2026-12-28").at(-1)).toBe("2027-01-03");
  expect(addDays("2026-03-01", -1)).toBe("2026-02-28");
  expect(["2026-02-28", "2026-02-30", "2026-2-3", "", "x"].map(isDay)).toEqual([true, false, false, false, false]);
});

test("a shift past midnight stays on its own day's line", () => {
  const late: OwnDay = {
    ...DAY,
    spans: [
      { ...span("22:00", "23:00") },
      { start: at("23:00"), end: at("23:00") + 7 * 3_600_000, activity: "work", paid: true, overtime: false },
    ],
  };
  const found = bars([late], (time) => (time / 60_000) % 1440).get("2026-07-15") ?? [];
  expect(found[0]?.left).toBeCloseTo((22 - 8) / (30 - 8));
  expect((found[1]?.left ?? 0) + (found[1]?.width ?? 0)).toBeCloseTo(1);
});

describe("a time of a day in the site's zone", () => {
  test("is the instant at which clocks show it", () => {
    expect(instantOf("2026-07-15", "09:00", "Asia/Shanghai")).toBe(Date.parse("2026-07-15T01:00:00Z"));
    expect(instantOf("2026-07-15", "00:00", "America/New_York")).toBe(Date.parse("2026-07-15T04:00:00Z"));
  });
  test("on the days of the clock change too (a shift on the wrong local day)", () => {
    expect(instantOf("2026-03-08", "09:00", "America/New_York")).toBe(Date.parse("2026-03-08T13:00:00Z"));
    expect(instantOf("2026-03-08", "01:00", "America/New_York")).toBe(Date.parse("2026-03-08T06:00:00Z"));
    expect(instantOf("2026-11-01", "01:30", "America/New_York")).toBe(Date.parse("2026-11-01T05:30:00Z"));
    expect(instantOf("2026-11-01", "09:00", "America/New_York")).toBe(Date.parse("2026-11-01T14:00:00Z"));
  });
});
