import { type Activity, MINUTE, onDuty, QUARTER, type Shift, type Span, sameSpan, shiftAt } from "./model";

/**
 * What can be done to the spans of one person's day. Each gives new spans in order, or null when it cannot be done.
 * Work gives way to what is put over it; other activities stay, and overlap, which the check tells. What a span leaves
 * within a shift becomes work. Pure.
 */

export const SHORTEST = 5 * MINUTE;

/** How long a new activity is when nobody has said, in ms. */
export const USUAL: Record<Activity, number> = {
  work: 60 * MINUTE,
  break: 15 * MINUTE,
  meal: 60 * MINUTE,
  training: 60 * MINUTE,
  meeting: 30 * MINUTE,
  casework: 60 * MINUTE,
  leave: 8 * 60 * MINUTE,
  standby: 4 * 60 * MINUTE,
};

export function unpaid(activity: Activity): boolean {
  return activity === "meal" || activity === "leave" || activity === "standby";
}

export function spanOf(activity: Activity, start: number, end: number): Span {
  return unpaid(activity) ? { start, end, activity, paid: false } : { start, end, activity };
}

/** Puts a span over the work that is there. */
export function paint(spans: readonly Span[], put: Span): Span[] {
  const out: Span[] = [];
  for (const one of spans) {
    if (one.activity !== "work" || one.end <= put.start || one.start >= put.end) {
      out.push(one);
      continue;
    }
    if (one.start < put.start) out.push({ ...one, end: put.start });
    if (one.end > put.end) out.push({ ...one, start: put.end });
  }
  out.push(put);
  return tidy(out);
}

/** Work wherever a shift has nothing. */
function filled(spans: readonly Span[], shift: { start: number; end: number }): Span[] {
  const out = [...spans];
  let until = shift.start;
  for (const one of [...spans].filter(onDuty).sort((a, b) => a.start - b.start)) {
    if (one.start >= shift.end) break;
    if (one.end <= until) continue;
    if (one.start > until) out.push(spanOf("work", until, one.start));
    until = one.end;
  }
  if (until < shift.end) out.push(spanOf("work", until, shift.end));
  return tidy(out);
}

/** Moves what stands at `index`: a part within its shift, work with its whole shift, leave and standby as they are. */
export function moved(spans: readonly Span[], index: number, by: number): Span[] | null {
  const span = spans[index];
  if (!span || by === 0) return span ? [...spans] : null;
  const shift = shiftAt(spans, index);
  if (span.activity !== "work" || !shift)
    return shift ? movedPart(spans, shift, index, by) : movedWhole(spans, [index], by);
  const whole = spans.map((_, i) => i).filter((i) => shift.first <= i && i <= shift.last);
  return movedWhole(spans, whole, by);
}

function movedPart(spans: readonly Span[], shift: Shift, index: number, by: number): Span[] | null {
  const span = spans[index] as Span;
  // A part stays within its shift: it stops at the edge.
  const kept = Math.min(Math.max(by, shift.start - span.start), shift.end - span.end);
  if (kept === 0) return null;
  return paint(lifted(spans, index), { ...span, start: span.start + kept, end: span.end + kept });
}

function movedWhole(spans: readonly Span[], which: readonly number[], by: number): Span[] {
  return tidy(
    spans.map((one, i) => (which.includes(i) ? { ...one, start: one.start + by, end: one.end + by } : one)),
  );
}

/** The day without what stands at `index`: within a shift it becomes work; work takes its whole shift along. */
export function lifted(spans: readonly Span[], index: number): Span[] {
  const span = spans[index];
  if (!span) return [...spans];
  const shift = shiftAt(spans, index);
  if (!shift) return spans.filter((_, i) => i !== index);
  if (span.activity === "work") return spans.filter((_, i) => i < shift.first || i > shift.last);
  return filled(
    spans.filter((_, i) => i !== index),
    shift,
  );
}

/** Longer or shorter at one edge: a part against the work beside it, work at the edge of its shift. */
export function resized(spans: readonly Span[], index: number, edge: "start" | "end", by: number): Span[] | null {
  const span = spans[index];
  if (!span) return null;
  const shift = shiftAt(spans, index);
  if (shift && span.activity === "work") return resizedShift(spans, shift, edge, by);
  const start = edge === "start" ? Math.min(span.start + by, span.end - SHORTEST) : span.start;
  const end = edge === "end" ? Math.max(span.end + by, span.start + SHORTEST) : span.end;
  const within = shift ? { start: Math.max(start, shift.start), end: Math.min(end, shift.end) } : { start, end };
  if (within.start === span.start && within.end === span.end) return null;
  return paint(lifted(spans, index), { ...span, ...within });
}

function resizedShift(spans: readonly Span[], shift: Shift, edge: "start" | "end", by: number): Span[] | null {
  const start = edge === "start" ? Math.min(shift.start + by, shift.end - QUARTER) : shift.start;
  const end = edge === "end" ? Math.max(shift.end + by, shift.start + QUARTER) : shift.end;
  if (start === shift.start && end === shift.end) return null;
  const kept = spans
    .map((one, i) => {
      if (i < shift.first || i > shift.last) return one;
      return { ...one, start: Math.max(one.start, start), end: Math.min(one.end, end) };
    })
    .filter((one) => one.end > one.start);
  if (start < shift.start) return paint(kept, spanOf("work", start, shift.start));
  if (end > shift.end) return paint(kept, spanOf("work", shift.end, end));
  return tidy(kept);
}

/** Another activity in its place. On work it takes the usual length out of its middle, at `at` where that is given. */
export function changed(spans: readonly Span[], index: number, to: Activity, at?: number): Span[] | null {
  const span = spans[index];
  if (!span || span.activity === to) return null;
  if (span.activity !== "work" || !onDuty({ ...span, activity: to })) {
    return tidy(spans.map((one, i) => (i === index ? spanOf(to, one.start, one.end) : one)));
  }
  const length = Math.min(USUAL[to], span.end - span.start);
  const middle = at ?? (span.start + span.end - length) / 2;
  const start = Math.min(Math.max(onStep(middle), span.start), span.end - length);
  return paint(spans, spanOf(to, start, start + length));
}

/** To the quarter of an hour, or another step. */
export function onStep(at: number, step = QUARTER): number {
  return Math.round(at / step) * step;
}

/** In order; neighbours that are the same are one. */
export function tidy(spans: readonly Span[]): Span[] {
  const out: Span[] = [];
  for (const one of [...spans].sort((a, b) => a.start - b.start)) {
    const last = out.at(-1);
    if (last && last.end === one.start && sameSpan({ ...last, start: 0, end: 0 }, { ...one, start: 0, end: 0 })) {
      if (one.activity === "work" || !onDuty(one)) {
        out[out.length - 1] = { ...last, end: one.end };
        continue;
      }
    }
    out.push(one);
  }
  return out;
}
