import type { FigureKey, Scenario } from "./model";

/** Geometry of the lab's drawings, in pixels; sizes follow look/scenario. */
export const CURVE = { width: 195, height: 186, left: 12, right: 161, top: 16, bottom: 164 } as const;
export const STRIP = { width: 171, height: 14, inset: 9 } as const;

export type Point = { x: number; y: number };
export type Axis = { low: number; marks: number[]; y: (value: number) => number };

/** The share axis of all columns together: from the twenty below the lowest value up to 100 %, in twenties. */
export function axisOf(scenarios: readonly Scenario[], target: number): Axis {
  const values = scenarios.flatMap((one) => [...one.sl3, ...one.sl7]).filter((value) => value !== null);
  const lowest = Math.min(target, ...values);
  const low = Math.max(0, Math.min(0.6, Math.floor(lowest / 0.2 + 1e-9) * 0.2));
  const marks: number[] = [];
  const step = low < 0.35 ? 0.4 : 0.2;
  for (let mark = 1; mark > low - 1e-9; mark -= step) marks.push(Math.round(mark * 100) / 100);
  if (Math.abs((marks.at(-1) ?? 1) - low) > 1e-6) marks.push(Math.round(low * 100) / 100);
  const y = (value: number) =>
    CURVE.bottom - ((Math.max(low, Math.min(1, value)) - low) / (1 - low)) * (CURVE.bottom - CURVE.top);
  return { low, marks, y };
}

/** Points of a series; what is not known breaks the line. */
export function runsOf(series: readonly (number | null)[], axis: Axis): Point[][] {
  const step = series.length > 1 ? (CURVE.right - CURVE.left) / (series.length - 1) : 0;
  const runs: Point[][] = [];
  let open: Point[] | null = null;
  series.forEach((value, n) => {
    if (value === null) {
      open = null;
      return;
    }
    if (!open) {
      open = [];
      runs.push(open);
    }
    open.push({ x: CURVE.left + n * step, y: axis.y(value) });
  });
  return runs;
}

/** The space between two series, one polygon for each stretch in which both are known. */
export function gaps(above: readonly (number | null)[], below: readonly (number | null)[], axis: Axis): string[] {
  const both = above.map((value, n) => value !== null && (below[n] ?? null) !== null);
  const upper = runsOf(
    above.map((value, n) => (both[n] ? value : null)),
    axis,
  );
  const lower = runsOf(
    below.map((value, n) => (both[n] ? value : null)),
    axis,
  );
  return upper.map((run, n) => pointsOf([...run, ...(lower[n] ?? []).slice().reverse()]));
}

export function pointsOf(points: readonly Point[]): string {
  return points.map((point) => `${point.x.toFixed(1)},${point.y.toFixed(1)}`).join(" ");
}

/** The half-hour in which true access is lowest, for the two figures beside the curves. */
export function worst(one: Scenario): number | null {
  let found: number | null = null;
  one.sl7.forEach((value, n) => {
    if (value === null || (one.sl3[n] ?? null) === null) return;
    if (found === null || value < (one.sl7[found] as number)) found = n;
  });
  return found;
}

export type Scale = (value: number) => number;

/** One scale for a figure over all scenarios, its limit included: intervals are compared by eye across columns. */
export function scaleOf(scenarios: readonly Scenario[], key: FigureKey, limit: number | null): Scale {
  const values = scenarios.flatMap((one) => {
    const value = one.figures?.[key]?.value;
    return value ? [value.low ?? value.mean, value.high ?? value.mean].filter((each) => each !== null) : [];
  });
  if (limit !== null && values.length > 0) values.push(limit);
  const low = Math.min(...values);
  const high = Math.max(...values);
  const wide = STRIP.width - 2 * STRIP.inset;
  if (!(high > low)) return () => STRIP.width / 2;
  return (value) => STRIP.inset + (Math.max(low, Math.min(high, value)) - low) * (wide / (high - low));
}
