import { describe, expect, it } from "vitest";
import { lastOf, series } from "./halfHours";

const point = (start: number, sl: [number, number], open: [number, number]) => ({
  start,
  sl3: { num: sl[0], den: sl[1] },
  sl7: { num: open[0], den: open[1] },
});

describe("the wall's half-hours", () => {
  it("are ratios, and a gap where nobody came", () => {
    const drawn = series([point(0, [9, 10], [8, 10]), point(1, [0, 0], [0, 0]), point(2, [1, 3], [1, 4])]);
    expect(drawn.sl).toEqual([90, null, 33.3]);
    expect(drawn.open).toEqual([80, null, 25]);
  });

  it("cut the axis at a round ten below the worst, and never above 50", () => {
    expect(series([point(0, [95, 100], [90, 100])]).floor).toBe(50);
    expect(series([point(0, [50, 100], [30, 100])]).floor).toBe(20);
    expect(series([point(0, [0, 100], [0, 100])]).floor).toBe(0);
    expect(series([]).floor).toBe(50);
  });

  it("name each line at its last known value", () => {
    expect(lastOf([1, 2, null])).toEqual({ at: 1, value: 2 });
    expect(lastOf([null])).toBeNull();
  });
});
