import type { Ms } from "../../live/types";
import { type Activity, onDuty, shiftsOf } from "../schedule/model";

/** One's own schedule as the page holds it. Pure: the time comes in. */

export type PlannedSpan = { start: Ms; end: Ms; activity: Activity; paid: boolean; overtime: boolean };
export type OwnDay = { day: string; version: number; spans: PlannedSpan[]; before: PlannedSpan[] | null };

const DAY = 86_400_000;

/** What one is doing, and what changes next. `next.activity` null: the shift ends. */
export type Standing = {
  now: PlannedSpan | null;
  next: { at: Ms; activity: Activity | null; end: Ms | null } | null;
};

export function standing(days: readonly OwnDay[], now: Ms): Standing {
  const spans = merged(days.flatMap((day) => day.spans).filter((span) => span.activity !== "standby"));
  const current = spans.find((span) => span.start <= now && now < span.end) ?? null;
  const after = spans.find((span) => span.start >= (current ? current.end : now + 1)) ?? null;
  if (current && after?.start !== current.end) {
    return { now: current, next: { at: current.end, activity: null, end: null } };
  }
  return { now: current, next: after ? { at: after.start, activity: after.activity, end: after.end } : null };
}

/** In order, with what stands end to end and is the same made one: two spans of work without a break between. */
export function merged(spans: readonly PlannedSpan[]): PlannedSpan[] {
  const out: PlannedSpan[] = [];
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    const last = out.at(-1);
    if (last && last.end === span.start && last.activity === span.activity && last.overtime === span.overtime) {
      last.end = span.end;
    } else out.push({ ...span });
  }
  return out;
}

/** Seven days from a Monday. */
export function weekOf(monday: string): string[] {
  return Array.from({ length: 7 }, (_, i) => addDays(monday, i));
}

export function mondayOf(day: string): string {
  return addDays(day, -((new Date(`${day}T12:00:00Z`).getUTCDay() + 6) % 7));
}

/** Whether it is written as a day there is: `2026-07-15`. */
export function isDay(text: string): boolean {
  const at = Date.parse(`${text}T12:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(at) && addDays(text, 0) === text;
}

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T12:00:00Z`) + days * DAY).toISOString().slice(0, 10);
}

/** `9:00–13:00 / 14:00–18:00`: each shift from its begin to its end; leave and standby by their word. */
export function daySaid(
  spans: readonly PlannedSpan[],
  clock: (at: Ms) => string,
  word: (activity: Activity) => string,
): string | null {
  const shifts = shiftsOf(spans).map((shift) => `${clock(shift.start)}–${clock(shift.end)}`);
  if (shifts.length > 0) return shifts.join(" / ");
  const [first] = spans;
  return first ? word(first.activity) : null;
}

/** Paid hours on duty, to a tenth. */
export function hoursOf(spans: readonly PlannedSpan[]): number {
  const paid = spans.filter((span) => onDuty(span) && span.paid);
  return Math.round(paid.reduce((sum, span) => sum + (span.end - span.start) / 3_600_000, 0) * 10) / 10;
}

export type Bar = { span: PlannedSpan; left: number; width: number };

/** Where the spans of each day stand on one axis for all, as shares of it. `minute`: minutes after local midnight. */
export function bars(days: readonly OwnDay[], minute: (at: Ms) => number): Map<string, Bar[]> {
  const placed = days.map((day) => ({
    day: day.day,
    spans: day.spans.map((span) => {
      const ahead = localDayMinutes(day, span, minute);
      return { span, from: ahead, to: ahead + (span.end - span.start) / 60_000 };
    }),
  }));
  const all = placed.flatMap((day) => day.spans);
  const first = Math.floor(Math.min(480, ...all.map((one) => one.from)) / 60) * 60;
  const last = Math.ceil(Math.max(1080, ...all.map((one) => one.to)) / 60) * 60;
  return new Map(
    placed.map((day) => [
      day.day,
      day.spans.map((one) => ({
        span: one.span,
        left: (one.from - first) / (last - first),
        width: (one.to - one.from) / (last - first),
      })),
    ]),
  );
}

/** Minutes after the midnight of the day that the shift belongs to: what comes after the next midnight adds a day. */
function localDayMinutes(day: OwnDay, span: PlannedSpan, minute: (at: Ms) => number): number {
  const start = Math.min(...day.spans.map((one) => one.start));
  const base = minute(start);
  return base + (span.start - start) / 60_000;
}

/** The instant at which clocks in the zone show that time of that day; of a time that comes twice the first. */
export function instantOf(day: string, time: string, zone: string): Ms {
  const wanted = Date.parse(`${day}T${time}:00Z`);
  let at = wanted;
  for (let i = 0; i < 3; i += 1) {
    const off = wallOf(at, zone) - wanted;
    if (off === 0) break;
    at -= off;
  }
  return wallOf(at - 3_600_000, zone) === wanted ? at - 3_600_000 : at;
}

function wallOf(at: Ms, zone: string): Ms {
  const text = new Date(at).toLocaleString("sv-SE", { timeZone: zone });
  return Date.parse(`${text.replace(" ", "T")}Z`);
}
