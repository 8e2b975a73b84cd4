import type { Ms } from "../../live/types";
import { type Axis, type Stretch, within } from "./axis";
import type { Cell, Plan } from "./model";

/** Need and cover by steps of time, and how they are drawn: steps, and the gap between them as filled boxes. Pure. */
export type Series = { start: Ms; step: Ms; values: readonly number[] };
export type Curve = { need: Series; cover: Series };

export function valueAt(series: Series, at: Ms): number | null {
  return series.values[Math.floor((at - series.start) / series.step)] ?? null;
}

/** Where a value stands: 0 at `floor`, `top` at `ceiling` px. */
export type Scale = { floor: number; ceiling: number; top: number };

export function yOf(scale: Scale, value: number): number {
  return scale.floor - (Math.min(value, scale.top) / scale.top) * (scale.floor - scale.ceiling);
}

/** A round number that the curve stays under, and the lines to read it by. */
export function topOf(values: Iterable<number>): { top: number; lines: number[] } {
  let most = 0;
  for (const value of values) if (value > most) most = value;
  const apart = [1, 2, 4, 5, 10, 20, 25, 50, 100, 200, 500].find((n) => most / n <= 3.4) ?? 1000;
  const count = Math.max(1, Math.ceil((most * 1.02) / apart));
  return { top: count * apart, lines: Array.from({ length: count }, (_, i) => (i + 1) * apart) };
}

/** The path of a series over the axis, a step for each value; from `since` to `until` where these are given. */
export function stepPath(series: Series, axis: Axis, scale: Scale, since?: Ms, until?: Ms): string {
  return axis.stretches.map((stretch) => stretchPath(series, stretch, scale, since, until)).join("");
}

function stretchPath(series: Series, stretch: Stretch, scale: Scale, since?: Ms, until?: Ms): string {
  const from = Math.max(stretch.from, series.start, since ?? Number.NEGATIVE_INFINITY);
  const to = Math.min(
    stretch.to,
    series.start + series.values.length * series.step,
    until ?? Number.POSITIVE_INFINITY,
  );
  if (to <= from) return "";
  let path = "";
  for (let i = Math.floor((from - series.start) / series.step); series.start + i * series.step < to; i += 1) {
    const value = series.values[i];
    if (value === undefined) break;
    const x = px(stretch.x + within(stretch, Math.max(from, series.start + i * series.step)));
    const y = px(yOf(scale, value));
    path += path === "" ? `M${x} ${y}` : `V${y}`;
    path += `H${px(stretch.x + within(stretch, Math.min(to, series.start + (i + 1) * series.step)))}`;
  }
  return path;
}

export type Box = { x: number; y: number; width: number; height: number; at: Ms; missing: number };

/** What is missing, a box for each step that lacks people. */
export function gapBoxes({ need, cover }: Curve, axis: Axis, scale: Scale): Box[] {
  const out: Box[] = [];
  for (const stretch of axis.stretches) {
    const first = Math.max(0, Math.floor((stretch.from - need.start) / need.step));
    for (let i = first; i < need.values.length; i += 1) {
      const at = need.start + i * need.step;
      if (at >= stretch.to) break;
      const wanted = need.values[i] ?? 0;
      const there = valueAt(cover, at) ?? 0;
      if (wanted <= there) continue;
      const x = stretch.x + within(stretch, at);
      const y = yOf(scale, wanted);
      const end = stretch.x + within(stretch, at + need.step);
      out.push({ x, y, width: end - x, height: yOf(scale, there) - y, at, missing: wanted - there });
    }
  }
  return out;
}

/** Person-hours missing and the most that are missing at once, from `since` on. */
export function shortage({ need, cover }: Curve, since = Number.NEGATIVE_INFINITY): { hours: number; most: number } {
  let hours = 0;
  let most = 0;
  need.values.forEach((wanted, i) => {
    const at = need.start + i * need.step;
    if (at < since) return;
    const missing = Math.max(0, wanted - (valueAt(cover, at) ?? 0));
    hours += (missing * need.step) / 3_600_000;
    most = Math.max(most, missing);
  });
  return { hours, most };
}

/**
 * The cover with person-days changed: what the server counted (it counts a person of two skills once), less what those
 * person-days gave before and more what they give now.
 */
export function coverWith(
  cover: Series,
  before: Plan,
  now: readonly Cell[],
  counts: (agent: string) => boolean,
): Series {
  if (now.length === 0) return cover;
  const values = [...cover.values];
  for (const cell of now) {
    if (!counts(cell.agent)) continue;
    weigh(values, cover, before.get(`${cell.agent} ${cell.day}`), -1);
    weigh(values, cover, cell, 1);
  }
  return { ...cover, values };
}

/** On line in a step as long as the work in it lasts: 5 of 15 minutes are a third of a person. */
function weigh(values: number[], { start, step }: Series, cell: Cell | undefined, sign: 1 | -1): void {
  for (const span of cell?.spans ?? []) {
    if (span.activity !== "work") continue;
    for (let i = Math.max(0, Math.floor((span.start - start) / step)); start + i * step < span.end; i += 1) {
      if (i >= values.length) break;
      const lap = Math.min(span.end, start + (i + 1) * step) - Math.max(span.start, start + i * step);
      values[i] = Math.max(0, (values[i] ?? 0) + (sign * lap) / step);
    }
  }
}

function px(value: number): number {
  return Math.round(value * 10) / 10;
}
