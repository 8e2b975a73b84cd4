import type { Ms } from "../../live/types";
import type { DayGroup } from "./api";

/** One group's day, or several groups' together. Null: of one of them there is no forecast. */
export type Sum = {
  said: number[] | null;
  mean: number[] | null;
  p10: number[] | null;
  p90: number[] | null;
  came: (number | null)[] | null;
  needSaid: number[] | null;
  need: number[] | null;
  planned: number[];
  cover: number[];
};

export type Grid = { start: Ms; step: Ms; steps: number };

/** Adds groups up. The band of the sum is as wide as if all groups were off together: never too narrow. */
export function together(groups: readonly DayGroup[], steps: number): Sum {
  const all = (of: (group: DayGroup) => number[] | null): number[] | null => {
    const rows = groups.map(of);
    if (rows.length === 0 || rows.some((row) => row === null)) return null;
    return added(rows as number[][], steps);
  };
  const came = groups.length > 0 && groups.every((group) => group.came !== null) ? cameOf(groups, steps) : null;
  return {
    said: all((group) => group.said),
    mean: all((group) => group.mean),
    p10: all((group) => group.p10),
    p90: all((group) => group.p90),
    came,
    needSaid: all((group) => group.need_said),
    need: all((group) => group.need),
    planned: added(
      groups.map((group) => group.planned),
      steps,
    ),
    cover: added(
      groups.map((group) => group.cover),
      steps,
    ),
  };
}

function added(rows: readonly number[][], steps: number): number[] {
  return Array.from({ length: steps }, (_, i) => rows.reduce((sum, row) => sum + (row[i] ?? 0), 0));
}

function cameOf(groups: readonly DayGroup[], steps: number): (number | null)[] {
  return Array.from({ length: steps }, (_, i) => {
    const values = groups.map((group) => group.came?.[i] ?? null);
    return values.every((value) => value === null) ? null : values.reduce<number>((sum, v) => sum + (v ?? 0), 0);
  });
}

/** The steps in which anything is expected or anybody is there, an hour more on either side, on full hours. */
export function opened(sum: Sum, grid: Grid): { first: number; last: number } {
  const busy = Array.from({ length: grid.steps }, (_, i) =>
    [sum.mean, sum.need, sum.planned, sum.cover].some((row) => (row?.[i] ?? 0) > 0),
  );
  const first = busy.indexOf(true);
  if (first < 0) return { first: 0, last: grid.steps };
  const hour = Math.max(1, Math.round(3_600_000 / grid.step));
  return {
    first: Math.max(0, Math.floor(first / hour) * hour),
    last: Math.min(grid.steps, Math.ceil((busy.lastIndexOf(true) + 1) / hour) * hour),
  };
}

export function stepOf(at: Ms, grid: Grid): number {
  return Math.min(grid.steps - 1, Math.max(0, Math.floor((at - grid.start) / grid.step)));
}

/** People missing from `now` on: person-hours, the largest gap and where it begins. */
export function gapOf(sum: Sum, grid: Grid, now: Ms): { hours: number; most: number; at: Ms | null } {
  if (sum.need === null) return { hours: 0, most: 0, at: null };
  let hours = 0;
  let most = 0;
  let at: Ms | null = null;
  for (let i = stepOf(now, grid); i < grid.steps; i++) {
    const missing = (sum.need[i] ?? 0) - (sum.cover[i] ?? 0);
    if (missing <= 1e-6) continue;
    const begins = grid.start + i * grid.step;
    hours += (missing * (begins + grid.step - Math.max(now, begins))) / 3_600_000;
    if (missing > most + 1e-9) {
      most = missing;
      at = begins;
    }
  }
  return { hours, most, at };
}

/** A step line over [first, last) as an SVG path. */
export function stepPath(
  values: readonly number[],
  first: number,
  last: number,
  x: (step: number) => number,
  y: (value: number) => number,
): string {
  let path = "";
  for (let i = first; i < last; i++) {
    const at = y(values[i] ?? 0).toFixed(1);
    path += `${i === first ? `M${x(i).toFixed(1)} ${at}` : `V${at}`}H${x(i + 1).toFixed(1)}`;
  }
  return path;
}

/** The space between two step lines, closed. */
export function bandPath(
  low: readonly number[],
  high: readonly number[],
  first: number,
  last: number,
  x: (step: number) => number,
  y: (value: number) => number,
): string {
  let path = stepPath(high, first, last, x, y);
  for (let i = last - 1; i >= first; i--) {
    path += `${i === last - 1 ? "L" : ""}${i === last - 1 ? `${x(i + 1).toFixed(1)} ` : "V"}${y(low[i] ?? 0).toFixed(1)}H${x(i).toFixed(1)}`;
  }
  return path === "" ? "" : `${path}Z`;
}

/** Full numbers for an axis up to `most`: at most five lines. */
export function ticks(most: number): number[] {
  const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];
  const by = steps.find((step) => most / step <= 4) ?? 10_000;
  return Array.from({ length: Math.floor(most / by) + 1 }, (_, i) => i * by);
}
