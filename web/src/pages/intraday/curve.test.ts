import { describe, expect, it } from "vitest";
import type { DayGroup } from "./api";
import { bandPath, gapOf, opened, stepPath, ticks, together } from "./curve";

const grid = { start: 0, step: 900_000, steps: 8 };
const group = (over: Partial<DayGroup> = {}): DayGroup => ({
  id: "a",
  names: {},
  share: 0.8,
  within_s: 20,
  said: [0, 0, 4, 8, 8, 4, 0, 0],
  mean: [0, 0, 5, 9, 9, 5, 0, 0],
  p10: [0, 0, 3, 6, 6, 3, 0, 0],
  p90: [0, 0, 7, 12, 12, 7, 0, 0],
  came: [0, 0, 5, null, null, null, null, null],
  need_said: [0, 0, 2, 3, 3, 2, 0, 0],
  need: [0, 0, 2, 4, 4, 2, 0, 0],
  planned: [0, 0, 3, 3, 3, 3, 0, 0],
  cover: [0, 0, 3, 3, 2, 3, 0, 0],
  ...over,
});

describe("the day's curves", () => {
  it("adds groups up, and has no need where one of them has none", () => {
    const both = together([group(), group({ id: "b", need: null })], 8);
    expect(both.need).toBeNull();
    expect(both.cover[4]).toBe(4);
    expect(both.came?.[2]).toBe(10);
    expect(both.came?.[3]).toBeNull();
    expect(together([group(), group()], 8).need?.[3]).toBe(8);
  });

  it("counts the gap from now on, and part of the running step", () => {
    const sum = together([group()], 8);
    expect(gapOf(sum, grid, 0)).toEqual({ hours: 0.25 + 0.5, most: 2, at: 4 * 900_000 });
    const within = gapOf(sum, grid, 4 * 900_000 + 450_000);
    expect(within.hours).toBeCloseTo(0.25);
    expect(gapOf({ ...sum, need: null }, grid, 0)).toEqual({ hours: 0, most: 0, at: null });
  });

  it("opens on full hours around what is there", () => {
    expect(opened(together([group()], 8), grid)).toEqual({ first: 0, last: 8 });
    const quiet = together([], 8);
    expect(opened(quiet, grid)).toEqual({ first: 0, last: 8 });
  });

  it("draws steps and closes bands", () => {
    const x = (i: number) => i * 10;
    const y = (v: number) => 100 - v;
    expect(stepPath([1, 2], 0, 2, x, y)).toBe("M0.0 99.0H10.0V98.0H20.0");
    expect(bandPath([0, 0], [1, 2], 0, 2, x, y)).toBe("M0.0 99.0H10.0V98.0H20.0L20.0 100.0H10.0V100.0H0.0Z");
    expect(bandPath([], [], 0, 0, x, y)).toBe("");
  });

  it("has few lines on its axis", () => {
    expect(ticks(11)).toEqual([0, 5, 10]);
    expect(ticks(0)).toEqual([0]);
    expect(ticks(4)).toEqual([0, 1, 2, 3, 4]);
  });
});
