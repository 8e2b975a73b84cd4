import { quotient } from "../../i18n/format";
import type { SiteView } from "../../live/types";

/** What the chart draws: percentages with one decimal, null where nobody came. Pure. */
export type Series = { starts: number[]; sl: (number | null)[]; open: (number | null)[]; floor: number };

export function series(all: SiteView["half_hours"]): Series {
  const rate = (value: number | null) => (value === null ? null : Math.round(value * 1000) / 10);
  // Before the first arrival of the day there is nothing to draw.
  const first = all.findIndex((point) => point.sl3.den > 0 || point.sl7.den > 0);
  const points = all.slice(Math.max(0, first));
  const sl = points.map((point) => rate(quotient(point.sl3)));
  const open = points.map((point) => rate(quotient(point.sl7)));
  const low = Math.min(100, ...[...sl, ...open].filter((value): value is number => value !== null));
  // The axis is cut at a round ten below the lowest point, never above 50: small dips stay small.
  const floor = Math.max(0, Math.min(50, Math.floor((low - 1) / 10) * 10));
  return { starts: points.map((point) => point.start), sl, open, floor };
}

/** The last value that is none, with its place: the line is named there. */
export function lastOf(values: readonly (number | null)[]): { at: number; value: number } | null {
  for (let at = values.length - 1; at >= 0; at -= 1) {
    const value = values[at];
    if (value !== null && value !== undefined) return { at, value };
  }
  return null;
}
