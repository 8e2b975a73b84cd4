import type { Ms } from "../../live/types";
import { inZone } from "../agreements/zone";
import type { Series } from "./curve";
import { MINUTE, onDuty, overnight, type Plan, QUARTER } from "./model";

/**
 * The axis of time: the days of the view side by side, each from the centre's first hour to its last, so that nights
 * without anybody take no room. A shift past midnight stays in the stretch of the day on which it starts; a day shown
 * by itself has the end of last night's too. Pure.
 */
export type Stretch = { day: string; from: Ms; to: Ms; x: number; width: number };
export type Axis = { stretches: readonly Stretch[]; width: number; perQuarter: number };
/** Minutes after local midnight; `until` may pass 1440. */
export type Opening = { from: number; until: number };

export const DAY_MIN = 1440;

export function wallAt(day: string, minute: number, zone: string): Ms {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCMinutes(minute);
  return inZone(date.toISOString().slice(0, 16), zone);
}

/** Minutes of the wall clock after the midnight of `day`. */
export function minuteOf(at: Ms, day: string, zone: string): number {
  const shown = new Date(at).toLocaleString("sv-SE", { timeZone: zone });
  return Math.round((Date.parse(`${shown.replace(" ", "T")}Z`) - Date.parse(`${day}T00:00:00Z`)) / MINUTE);
}

export function axisOf(days: readonly string[], opening: Opening, width: number, zone: string): Axis {
  const each = width / Math.max(1, days.length);
  const stretches = days.map((day, i) => ({
    day,
    from: wallAt(day, opening.from, zone),
    to: wallAt(day, opening.until, zone),
    x: i * each,
    width: each,
  }));
  const first = stretches[0];
  const perQuarter = first ? (each * QUARTER) / (first.to - first.from) : 0;
  return { stretches, width, perQuarter };
}

/** Where an instant stands within the stretch of `day`, in px from the axis' left end. */
export function xOf(axis: Axis, day: string, at: Ms): number {
  const stretch = axis.stretches.find((one) => one.day === day);
  if (!stretch) return 0;
  return stretch.x + within(stretch, at);
}

export function within(stretch: Stretch, at: Ms): number {
  const share = (at - stretch.from) / (stretch.to - stretch.from);
  return Math.min(1, Math.max(0, share)) * stretch.width;
}

/** A piece of a row; a hairline stays between neighbours. */
export function place(stretch: Stretch, span: { start: Ms; end: Ms }): { left: number; width: number } {
  const left = within(stretch, span.start);
  return { left: stretch.x + left, width: Math.max(2, within(stretch, span.end) - left - 1) };
}

/** The instant under a place, and the day that it belongs to. */
export function atOf(axis: Axis, x: number): { day: string; at: Ms } | null {
  const stretch =
    axis.stretches.find((one) => x >= one.x && x < one.x + one.width) ?? axis.stretches.at(x < 0 ? 0 : -1);
  if (!stretch) return null;
  const share = Math.min(1, Math.max(0, (x - stretch.x) / stretch.width));
  return { day: stretch.day, at: stretch.from + share * (stretch.to - stretch.from) };
}

/** How many ms a px is worth. */
export function msPerPx(axis: Axis): number {
  const first = axis.stretches[0];
  return first ? (first.to - first.from) / first.width : 0;
}

/** From when until when somebody is needed on a day. */
export type Needed = { day: string; from: Ms; until: Ms };

export function neededOf(need: Series, days: readonly string[], zone: string): Needed[] {
  return days.flatMap((day) => {
    const slot = (minute: number) => Math.round((wallAt(day, minute, zone) - need.start) / need.step);
    const [begin, end] = [Math.max(0, slot(0)), Math.min(need.values.length, slot(DAY_MIN))];
    let [first, last] = [-1, -1];
    for (let i = begin; i < end; i++) {
      if ((need.values[i] ?? 0) <= 0) continue;
      if (first < 0) first = i;
      last = i;
    }
    const at = (i: number) => need.start + i * need.step;
    return first < 0 ? [] : [{ day, from: at(first), until: at(last + 1) }];
  });
}

/** Whole hours around all that is planned or needed; office hours where there is nothing. */
export function openingOf(
  plan: Plan,
  days: readonly string[],
  zone: string,
  needed: readonly Needed[] = [],
): Opening {
  const reached = new Map(
    days.map((day) => [day, { start: Number.POSITIVE_INFINITY, end: Number.NEGATIVE_INFINITY }]),
  );
  const take = (day: string, start: Ms, end: Ms) => {
    const one = reached.get(day);
    if (!one) return;
    one.start = Math.min(one.start, start);
    one.end = Math.max(one.end, end);
  };
  for (const cell of plan.values()) {
    for (const span of cell.spans)
      if (onDuty(span) || span.activity === "standby") take(cell.day, span.start, span.end);
  }
  for (const one of needed) take(one.day, one.from, one.until);
  // By the wall: on a day of a clock change elapsed time is an hour off.
  let from = Number.POSITIVE_INFINITY;
  let until = Number.NEGATIVE_INFINITY;
  for (const [day, { start, end }] of reached) {
    if (start >= end) continue;
    from = Math.min(from, minuteOf(start, day, zone));
    until = Math.max(until, minuteOf(end, day, zone));
  }
  if (!Number.isFinite(from) || !Number.isFinite(until)) [from, until] = [480, 1200];
  const [only] = days;
  const late = only !== undefined && days.length === 1 ? lateUntil(plan, only, zone) : 0;
  if (late > 0) [from, until] = [0, Math.max(until, late)];
  const hours = { from: Math.max(0, Math.floor(from / 60) * 60), until: Math.ceil(until / 60) * 60 };
  return { from: hours.from, until: Math.max(hours.until, hours.from + 240) };
}

/** Until which minute of the day shifts of the day before last, 0 where none does. */
function lateUntil(plan: Plan, day: string, zone: string): number {
  const midnight = wallAt(day, 0, zone);
  const before = dayPlus(day, -1);
  let end = midnight;
  for (const cell of plan.values()) {
    if (cell.day !== before) continue;
    for (const span of overnight(cell, midnight))
      if (onDuty(span) || span.activity === "standby") end = Math.max(end, span.end);
  }
  return end > midnight ? minuteOf(end, day, zone) : 0;
}

export type Tick = { x: number; at: Ms; day: string; first: boolean };

/** Every hour that has room: 1, 2, 3, 4 or 6 hours apart. */
export function hourTicks(axis: Axis, least = 60): Tick[] {
  const hour = axis.perQuarter * 4;
  const apart = [1, 2, 3, 4, 6, 12].find((n) => n * hour >= least) ?? 24;
  return axis.stretches.flatMap((stretch) => {
    const out: Tick[] = [];
    // Where days stand side by side, one's end is the next one's beginning.
    const until = axis.stretches.length > 1 ? stretch.to - 90 * MINUTE : stretch.to;
    for (let at = stretch.from; at <= until; at += apart * 60 * MINUTE) {
      out.push({ x: stretch.x + within(stretch, at), at, day: stretch.day, first: at === stretch.from });
    }
    return out;
  });
}

/** The days of a view: one, the week from Monday, or four weeks from Monday. */
export type View = "day" | "week" | "month";
export const VIEWS: readonly View[] = ["day", "week", "month"];

export function daysOf(view: View, day: string): string[] {
  if (view === "day") return [day];
  return Array.from({ length: view === "week" ? 7 : 28 }, (_, i) => dayPlus(mondayOf(day), i));
}

export function dayPlus(day: string, by: number): string {
  const date = new Date(`${day}T12:00:00Z`);
  date.setUTCDate(date.getUTCDate() + by);
  return date.toISOString().slice(0, 10);
}

export function mondayOf(day: string): string {
  const weekday = (new Date(`${day}T12:00:00Z`).getUTCDay() + 6) % 7;
  return dayPlus(day, -weekday);
}

export function step(view: View, day: string, by: number): string {
  return dayPlus(day, by * (view === "day" ? 1 : view === "week" ? 7 : 28));
}
