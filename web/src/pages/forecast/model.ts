import type { ForecastDay, Period } from "./api";

/** What the forecast's screens compute by themselves. Pure. Days are ISO texts, local to the site. */

const DAY = 86_400_000;

export function shifted(day: string, by: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + by * DAY).toISOString().slice(0, 10);
}

export function between(first: string, last: string): number {
  return Math.round((Date.parse(`${last}T00:00:00Z`) - Date.parse(`${first}T00:00:00Z`)) / DAY);
}

/** Weeks shown before today and forecast from it. */
export const SPANS = [2, 4, 8, 13] as const;

/** From so many weeks back, so that the curve has a past, to the last day of the forecast. */
export function periodOf(today: string, weeks: number): { shown: Period; ahead: Period } {
  const last = shifted(today, weeks * 7 - 1);
  return { shown: { first: shifted(today, -Math.min(weeks, 6) * 7), last }, ahead: { first: today, last } };
}

/** 0 Sunday … 6 Saturday. */
export function weekday(day: string): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay();
}

export const DRIVERS = ["weekday", "month", "holiday", "year", "trend", "recent", "event", "hand"] as const;
export type Driver = (typeof DRIVERS)[number];
export type Bar = { driver: Driver; value: number; from: number; to: number };

/**
 * What each driver adds, as bars between −1 and 1 of the largest; those that add less than half a per cent of the
 * base are left out, except what people did.
 */
export function bars(drivers: Record<string, number>): { base: number; bars: Bar[]; total: number } {
  const base = drivers.base ?? 0;
  const found = DRIVERS.map((driver) => ({ driver, value: drivers[driver] ?? 0 })).filter(
    ({ driver, value }) =>
      value !== 0 && (driver === "event" || driver === "hand" || Math.abs(value) >= Math.max(base * 0.005, 0.05)),
  );
  const largest = Math.max(...found.map(({ value }) => Math.abs(value)), 1e-9);
  return {
    base,
    bars: found.map((one) => ({
      ...one,
      from: Math.min(0, one.value / largest),
      to: Math.max(0, one.value / largest),
    })),
    total: base + DRIVERS.reduce((sum, driver) => sum + (drivers[driver] ?? 0), 0),
  };
}

/** Contacts as people read them: whole ones, from ten on; below with one decimal. */
export function contacts(value: number | null | undefined, lang: string): string {
  if (value === null || value === undefined) return "–";
  const digits = Math.abs(value) >= 10 || value === 0 ? 0 : 1;
  return new Intl.NumberFormat(lang, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
}

/** A band: both ends as exact as the upper one. */
export function range(low: number | null, high: number | null, lang: string): string {
  if (low === null || high === null) return "–";
  const rough = Math.abs(high) >= 10 ? Math.round(low) : low;
  const said = rough === low ? contacts(low, lang) : new Intl.NumberFormat(lang).format(rough);
  return `${said}–${contacts(high, lang)}`;
}

/** What stands beside an axis: no more digits than are needed. */
export function axisSaid(value: number, lang: string): string {
  return new Intl.NumberFormat(lang, { maximumFractionDigits: 1 }).format(value);
}

export function signed(value: number, lang: string): string {
  return `${value > 0 ? "+" : value < 0 ? "−" : ""}${contacts(Math.abs(value), lang)}`;
}

export function share(value: number | null | undefined, digits = 1): string {
  return value === null || value === undefined ? "–" : `${(value * 100).toFixed(digits)} %`;
}

/** `09:30` ↔ seconds after midnight; the day's end is 24:00, which a time field writes as 00:00. */
export function clockOf(seconds: number): string {
  const two = (n: number) => String(n).padStart(2, "0");
  return `${two(Math.floor(seconds / 3600) % 24)}:${two(Math.floor(seconds / 60) % 60)}`;
}
export function secondsOf(clock: string, end = false): number {
  const [hours, minutes] = clock.split(":").map(Number);
  const seconds = (hours ?? 0) * 3600 + (minutes ?? 0) * 60;
  return end && seconds === 0 ? 86_400 : seconds;
}

/** Sums over the days that are still to come. */
export function ahead(
  days: readonly ForecastDay[],
  today: string,
): { contacts: number; hours: number; days: number } {
  const coming = days.filter((day) => day.day >= today && day.forecast);
  return {
    contacts: coming.reduce((sum, day) => sum + (day.forecast?.mean ?? 0), 0),
    hours: coming.reduce((sum, day) => sum + ((day.forecast?.mean ?? 0) * (day.aht_s ?? 0)) / 3600, 0),
    days: coming.filter((day) => day.open).length,
  };
}

/** Quarters of an hour from the first to the last in which anything is expected or came; all, where nothing is. */
export function busy<S extends { mean: number | null; came: number | null }>(slots: readonly S[]): readonly S[] {
  const counts = (slot: S) => (slot.mean ?? 0) >= 0.05 || (slot.came ?? 0) > 0;
  const first = slots.findIndex(counts);
  if (first < 0) return slots;
  const last = slots.length - 1 - [...slots].reverse().findIndex(counts);
  return slots.slice(Math.max(0, first - 2), last + 3);
}
