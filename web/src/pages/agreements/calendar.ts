import type { CalendarDay } from "./model";

/** A month as weeks of seven, Monday first; null where no day of the month stands. Pure: no clock is read. */
export type MonthDay = { day: string; known: CalendarDay | null };

export function weeks(month: string, days: readonly CalendarDay[]): (MonthDay | null)[][] {
  const known = new Map(days.map((one) => [one.day, one]));
  const first = `${month}-01`;
  const cells: (MonthDay | null)[] = Array.from({ length: weekday(first) }, () => null);
  for (let n = 1; n <= daysIn(month); n += 1) {
    const day = `${month}-${String(n).padStart(2, "0")}`;
    cells.push({ day, known: known.get(day) ?? null });
  }
  while (cells.length % 7 !== 0) cells.push(null);
  return Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7));
}

export function daysIn(month: string): number {
  const [year = 2000, number = 1] = month.split("-").map(Number);
  return new Date(Date.UTC(year, number, 0)).getUTCDate();
}

/** 0 for Monday … 6 for Sunday. */
export function weekday(day: string): number {
  return (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
}

export function dayOfMonth(day: string): number {
  return Number(day.slice(8, 10));
}

/** Where the three tones of those turned away begin: a fifth, a half and the whole of three quarters of the worst. */
export function lossSteps(days: readonly CalendarDay[]): [number, number, number] | null {
  const worst = Math.max(0, ...days.map((one) => one.blocked ?? 0));
  if (worst < 5) return null;
  const top = round(worst * 0.75);
  return [Math.max(1, round(top / 5)), Math.max(2, round(top / 2)), top];
}

/** To one figure, or one and a half. */
function round(value: number): number {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(value)));
  return Math.max(1, (Math.round((value / step) * 2) / 2) * step);
}

/** 0: under the first step; 1, 2, 3 above it. */
export function lossStep(blocked: number | null, steps: [number, number, number] | null): 0 | 1 | 2 | 3 {
  if (blocked === null || steps === null || blocked < steps[0]) return 0;
  return blocked >= steps[2] ? 3 : blocked >= steps[1] ? 2 : 1;
}
