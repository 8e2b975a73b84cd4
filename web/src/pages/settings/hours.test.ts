import { describe, expect, it } from "vitest";
import { localMoment, parsed, weekMinutes, written } from "./hours";

describe("opening hours as people write them", () => {
  it("reads one and several periods, full-width and past midnight", () => {
    expect(parsed("8:30–12:00, 13:00–18:00")).toEqual([
      { start: 510, end: 720 },
      { start: 780, end: 1080 },
    ]);
    expect(parsed("８：３０－１２：００")).toEqual([{ start: 510, end: 720 }]);
    expect(parsed("22-26")).toEqual([{ start: 1320, end: 1560 }]);
    expect(parsed("13:00-18:00、8:00-12:00")?.[0]?.start).toBe(480);
  });

  it("takes an empty line for closed and refuses what it cannot read", () => {
    expect(parsed("  ")).toEqual([]);
    for (const text of ["all day", "8", "8:75-9:00", "8-9-10"]) expect(parsed(text)).toBeNull();
  });

  it("writes what it reads", () => {
    for (const text of ["8:30–12:00, 13:00–18:00", "0:00–24:00", "22:00–26:00", ""])
      expect(written(parsed(text) ?? [])).toBe(text);
  });

  it("adds up a week", () => {
    expect(weekMinutes([[{ start: 480, end: 720 }], [], [{ start: 0, end: 1440 }]])).toBe(240 + 1440);
  });

  it("knows the local day in a zone", () => {
    expect(localMoment(Date.UTC(2026, 6, 14, 16, 30), "Asia/Shanghai")).toEqual({
      day: 2,
      minute: 30,
      date: "2026-07-15",
    });
  });
});
