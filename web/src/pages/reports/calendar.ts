import type { Language } from "../../i18n/language";
import { formatter } from "./figures";
import type { Line } from "./model";

/** Where the intervals of a calendar stand, told apart in the report's zone. Pure. */
export type Day = { at: number; date: string; line: Line | null };
export type Month = { key: string; name: string; weeks: (Day | null)[][] };

const HOUR = 3_600_000;
const NAMES = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** Months with weeks down and weekdays across, Monday first. Months in which no day has a line are left out. */
export function months(
  lines: readonly Line[],
  window: { start: number; end: number },
  zone: string,
  lang: Language,
): Month[] {
  const iso = formatter({ year: "numeric", month: "2-digit", day: "2-digit" }, zone, "en");
  const weekday = formatter({ weekday: "short" }, zone, "en");
  const date = formatter({ day: "numeric" }, zone, "en");
  const month = formatter({ year: "numeric", month: "2-digit" }, zone, "en");
  const name = formatter({ year: "numeric", month: "short" }, zone, lang);
  const byDay = new Map(lines.map((line) => [iso.format(line.start), line]));
  const out = new Map<string, Month & { told: boolean }>();
  // Noon lies within its day whatever the clocks do.
  for (let at = window.start + 12 * HOUR; at < window.end; at += 24 * HOUR) {
    const key = month.format(at);
    const one = out.get(key) ?? { key, name: name.format(at), weeks: [], told: false };
    const column = NAMES.indexOf(weekday.format(at));
    if (one.weeks.length === 0 || column === 0) one.weeks.push(Array.from({ length: 7 }, () => null));
    const line = byDay.get(iso.format(at)) ?? null;
    const week = one.weeks.at(-1);
    if (week) week[column] = { at, date: date.format(at), line };
    one.told ||= line !== null;
    out.set(key, one);
  }
  return [...out.values()].filter((one) => one.told).map(({ key, name, weeks }) => ({ key, name, weeks }));
}

export type DayRow = { key: string; name: string; cells: (Line | null)[] };

/** Days down and the times of the day across at which anything came. */
export function dayRows(lines: readonly Line[], zone: string, lang: Language): { times: string[]; rows: DayRow[] } {
  const iso = formatter({ year: "numeric", month: "2-digit", day: "2-digit" }, zone, "en");
  const time = formatter({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }, zone, "en");
  const name = formatter({ month: "short", day: "numeric", weekday: "short" }, zone, lang);
  const times = [...new Set(lines.map((line) => time.format(line.start)))].sort();
  const rows = new Map<string, DayRow>();
  for (const line of lines) {
    const key = iso.format(line.start);
    const row = rows.get(key) ?? { key, name: name.format(line.start), cells: times.map(() => null) };
    row.cells[times.indexOf(time.format(line.start))] = line;
    rows.set(key, row);
  }
  return { times, rows: [...rows.values()] };
}

/** Monday to Sunday in the reader's words. */
export function weekdays(lang: Language): string[] {
  const monday = Date.UTC(2024, 0, 1, 12);
  const words = formatter({ weekday: lang === "en" ? "short" : "narrow" }, "UTC", lang);
  return Array.from({ length: 7 }, (_, i) => words.format(monday + i * 24 * HOUR));
}
