import { describe, expect, test } from "vitest";
import { callUp } from "../schedule/requests/callUp";
import { inField, stored } from "./AssumptionsPanel";
import { axisOf, CURVE, gaps, runsOf, scaleOf, worst } from "./drawing";
import { columns, direction, edited, moving, type Scenario, type Shown, tally } from "./model";
import { placeOf } from "./words";

const ESTIMATE = { mean: 0.8, low: 0.78, high: 0.82 };

function scenario(given: Partial<Scenario> = {}): Scenario {
  return {
    id: "a",
    name: "",
    change: { kind: "callback", count: 0, start: "", end: "", after_s: 90, seconds: 0, share: 0, parts: [] },
    contingency: false,
    helps_from: "today",
    planned_at: null,
    planned_by_name: null,
    run: {
      state: "done",
      job: null,
      days: 20,
      wanted: 20,
      seconds: 9,
      left_s: null,
      error: null,
      error_detail: null,
    },
    figures: { sl3: { value: ESTIMATE, change: null } },
    half_hours: [0, 1800_000, 3600_000],
    sl3: [0.9, 0.65, 0.8],
    sl7: [0.88, 0.52, 0.8],
    cost_day: null,
    ...given,
  } as Scenario;
}

describe("a change", () => {
  test("is unclear while its interval holds nothing", () => {
    expect(direction({ mean: 0.01, low: -0.01, high: 0.03 })).toBe("unclear");
    expect(direction({ mean: 0.02, low: 0.01, high: 0.03 })).toBe("up");
    expect(direction({ mean: -0.02, low: -0.03, high: -0.01 })).toBe("down");
    expect(direction({ mean: 0.02, low: null, high: null })).toBe("unclear"); // one day tells no interval
    expect(direction(null)).toBeNull();
  });
});

describe("the day's curve", () => {
  test("has one axis for all columns, down to the twenty below the lowest", () => {
    const axis = axisOf([scenario(), scenario({ sl7: [0.3, null, 0.9] })], 0.85);
    expect(axis.low).toBeCloseTo(0.2);
    expect(axis.y(1)).toBe(CURVE.top);
    expect(axis.y(axis.low)).toBe(CURVE.bottom);
    expect(axisOf([], 0.85).low).toBeCloseTo(0.6);
    expect(axisOf([scenario({ sl7: [0, 0, 0] })], 0.85).low).toBe(0);
  });

  test("breaks where nobody came", () => {
    const axis = axisOf([scenario()], 0.85);
    const runs = runsOf([0.9, null, 0.8, 0.7], axis);
    expect(runs.map((run) => run.length)).toEqual([1, 2]);
    expect(runs[1]?.[1]?.x).toBe(CURVE.right);
  });

  test("fills only where both figures are known", () => {
    const axis = axisOf([scenario()], 0.85);
    expect(gaps([0.9, null, 0.8, 0.8], [0.8, 0.7, 0.7, null], axis)).toHaveLength(2);
  });

  test("names the half-hour in which fewest were let in", () => {
    expect(worst(scenario())).toBe(1);
    expect(worst(scenario({ sl3: [null], sl7: [0.2] }))).toBeNull();
  });
});

describe("the scale of a figure", () => {
  test("is one for all scenarios, with the limit on it", () => {
    const other = scenario({ figures: { sl3: { value: { mean: 0.7, low: 0.69, high: 0.71 }, change: null } } });
    const scale = scaleOf([scenario(), other], "sl3", 0.85);
    expect(scale(0.69)).toBeLessThan(scale(0.8));
    expect(scale(0.85)).toBeGreaterThan(scale(0.82));
    expect(scale(5)).toBe(scale(0.85));
  });

  test("stays in the middle where there is one value, or none", () => {
    const alone = scenario({ figures: { sl3: { value: { mean: 0.7, low: null, high: null }, change: null } } });
    expect(scaleOf([alone], "sl3", null)(0.7)).toBe(scaleOf([], "sl3", null)(0.2));
  });
});

describe("assumptions", () => {
  const shown = {
    assumptions: { redial_busy: 0.3012, lines: 30, patience_s: null, within_s: 20 },
    limits: { redial_busy: [0, 1], lines: [0, 100_000], patience_s: [1, 7200], within_s: [1, 600] },
  } as unknown as Shown;

  test("are typed as people read them", () => {
    expect(inField("redial_busy", 0.3012)).toBe("30.1");
    expect(inField("part_time_travel_s", 1800)).toBe("30");
    expect(stored("redial_busy", "38", shown)).toBeCloseTo(0.38);
    expect(stored("redial_busy", "30.1", shown)).toBe(0.3012); // untouched: not rounded away
    expect(stored("lines", "1,200", shown)).toBe(1200);
  });

  test("out of their limits, or no number, are not taken", () => {
    expect(stored("redial_busy", "138", shown)).toBeUndefined();
    expect(stored("redial_busy", "many", shown)).toBeUndefined();
    expect(stored("within_s", "", shown)).toBeUndefined();
    expect(stored("patience_s", "", shown)).toBeNull(); // nobody gives up
  });

  test("count as edited only where they differ", () => {
    expect(edited(shown.assumptions, { redial_busy: 0.3012, lines: 42 })).toEqual({ lines: 42 });
  });
});

test("contingencies stand in a column once they were run", () => {
  const idle = scenario({ id: "b", contingency: true, run: { ...scenario().run, state: "none" } });
  const run = scenario({ id: "c", contingency: true });
  expect(columns([scenario(), idle, run]).map((one) => one.id)).toEqual(["a", "c"]);
});

test("the page asks again while anything waits, runs or is prepared", () => {
  const study = { state: "ready" };
  const going = scenario({ run: { ...scenario().run, state: "queued" } });
  expect(moving({ study, scenarios: [scenario()] } as unknown as Shown)).toBe(false);
  expect(moving({ study, scenarios: [scenario(), going] } as unknown as Shown)).toBe(true);
  expect(moving({ study: { state: "preparing" }, scenarios: [] } as unknown as Shown)).toBe(true);
  expect(tally([scenario(), going])).toEqual({ done: 1, running: 0, queued: 1 });
});

describe("what is planned leads to where it is done", () => {
  const change = scenario({}).change;
  const partTimers = { ...change, kind: "part_timers" as const, count: 4, start: "10:00", end: "14:00" };
  const study = { kind: "forecast", date: "2026-07-16" } as Shown["study"];
  const call = (path: string) => new URL(path, "http://centre").searchParams.get("call");

  test("a call-up with day, hours and number filled in; of a day that is over, the hours and the number", () => {
    expect(call(placeOf(partTimers, study))).toBe("2026-07-16 10:00 14:00 4");
    expect(call(placeOf(partTimers, { ...study, kind: "recorded" }))).toBe("- 10:00 14:00 4");
    expect(callUp(call(placeOf(partTimers, study)))).toEqual({
      day: "2026-07-16",
      from: "10:00",
      until: "14:00",
      places: 4,
    });
    expect(callUp("- 10:00 14:00 4")).toEqual({ from: "10:00", until: "14:00", places: 4 });
    expect(callUp("nonsense")).toEqual({});
    expect(callUp(null)).toEqual({});
  });

  test("the rest to its own page", () => {
    expect(placeOf(change, study)).toBe("/flows");
    expect(placeOf({ ...change, kind: "heads" }, study)).toBe("/schedule");
  });
});
