import { NO_DATA } from "../../i18n/format";
import type { Figures } from "./api";

/** Figures of an effect as they are read: person-hours to two places, rates to one, money whole. Pure. */
export const ROWS = ["gap_hours", "largest_gap", "sl3", "true_access", "cost"] as const;
export type FigureRow = (typeof ROWS)[number];

const PLACES: Record<FigureRow, number> = { gap_hours: 2, largest_gap: 1, sl3: 1, true_access: 1, cost: 0 };

export function shownValue(row: FigureRow, figures: Figures | null): number | null {
  const value = figures?.[row] ?? null;
  if (value === null) return null;
  return row === "sl3" || row === "true_access" ? value * 100 : value;
}

export function figureOf(row: FigureRow, figures: Figures | null): string {
  const value = shownValue(row, figures);
  return value === null ? NO_DATA : written(row, value);
}

/** After less before as it is shown, so that what reads the same is no change. */
export function changeOf(row: FigureRow, before: Figures | null, after: Figures | null): number | null {
  const [was, is] = [shownValue(row, before), shownValue(row, after)];
  if (was === null || is === null) return null;
  const factor = 10 ** PLACES[row];
  return (Math.round(is * factor) - Math.round(was * factor)) / factor;
}

export function signOf(row: FigureRow, change: number | null): string {
  if (change === null) return NO_DATA;
  if (change === 0) return "0";
  return `${change > 0 ? "▲" : "▼"} ${written(row, Math.abs(change))}`;
}

function written(row: FigureRow, value: number): string {
  if (row === "largest_gap" && Number.isInteger(Math.round(value * 10) / 10)) return String(Math.round(value));
  return value.toLocaleString("en", { minimumFractionDigits: PLACES[row], maximumFractionDigits: PLACES[row] });
}
