import type { Ms } from "../../live/types";

/** A schedule as the screen holds it: who does what when, person by person and local day by local day. Pure. */

export const ACTIVITIES = ["work", "break", "meal", "training", "meeting", "casework", "leave", "standby"] as const;
export type Activity = (typeof ACTIVITIES)[number];

/** The six that a shift is made of; `1` to `6` choose among them. */
export const ON_SHIFT: readonly Activity[] = ["work", "break", "meal", "training", "meeting", "casework"];

export type Span = { start: Ms; end: Ms; activity: Activity; paid?: boolean; overtime?: boolean };

/** A call to come in, sent when the draft is published. */
export type Invite = { start: Ms; end: Ms };

/** One person's local day, spans by their start. In a draft they may overlap, which the check tells; a shift may end
 * on the next day. */
export type Cell = {
  agent: string;
  day: string; // ISO 8601, in the site's zone
  spans: readonly Span[];
  invites: readonly Invite[];
  locked: boolean;
  rev: number; // of the draft, at which this was changed last: an edit made on an older one is a clash
  version?: number; // of the publication that it stands on
  by?: string | null; // who changed it last
};
export type Plan = ReadonlyMap<string, Cell>;

export const MINUTE = 60_000;
export const QUARTER = 15 * MINUTE;

export function keyOf(agent: string, day: string): string {
  return `${agent} ${day}`;
}

const free = new Map<string, Cell>();

/** The person-day; a free one, always the same, where the plan has none. */
export function cellOf(plan: Plan, agent: string, day: string): Cell {
  const key = keyOf(agent, day);
  const found = plan.get(key) ?? free.get(key);
  if (found) return found;
  const made: Cell = { agent, day, spans: [], invites: [], locked: false, rev: 0 };
  free.set(key, made);
  return made;
}

export function planOf(cells: Iterable<Cell>): Plan {
  return new Map([...cells].map((cell) => [keyOf(cell.agent, cell.day), cell]));
}

export function onDuty(span: Span): boolean {
  return span.activity !== "leave" && span.activity !== "standby";
}

/** A shift: what stands end to end without leave or standby between. Indices of its first and last span. */
export type Shift = { start: Ms; end: Ms; first: number; last: number };

export function shiftsOf(spans: readonly Span[]): Shift[] {
  const out: Shift[] = [];
  spans.forEach((span, i) => {
    if (!onDuty(span)) return;
    const open = out.at(-1);
    if (open && open.last === i - 1 && span.start <= open.end) {
      open.end = Math.max(open.end, span.end);
      open.last = i;
    } else out.push({ start: span.start, end: span.end, first: i, last: i });
  });
  return out;
}

export function shiftAt(spans: readonly Span[], index: number): Shift | null {
  return shiftsOf(spans).find((shift) => shift.first <= index && index <= shift.last) ?? null;
}

/** From the first thing on shift to the last, or null on a free day. */
export function reach(spans: readonly Span[]): { start: Ms; end: Ms } | null {
  const shifts = shiftsOf(spans);
  const [first] = shifts;
  const last = shifts.at(-1);
  return first && last ? { start: first.start, end: last.end } : null;
}

/** What of the day before is still under way at `midnight`, where the day begins. */
export function overnight(before: Cell, midnight: Ms): Span[] {
  return before.spans.filter((span) => span.end > midnight);
}

/** From midnight until its shift ends, or null where nobody is on shift any more. */
export function lateOf(before: Cell, midnight: Ms): { start: Ms; end: Ms } | null {
  const on = reach(overnight(before, midnight));
  return on && { start: Math.max(on.start, midnight), end: on.end };
}

export function sameSpan(one: Span, other: Span): boolean {
  return (
    one.start === other.start &&
    one.end === other.end &&
    one.activity === other.activity &&
    (one.paid ?? true) === (other.paid ?? true) &&
    (one.overtime ?? false) === (other.overtime ?? false)
  );
}

export function sameSpans(one: readonly Span[], other: readonly Span[]): boolean {
  return one.length === other.length && one.every((span, i) => sameSpan(span, other[i] as Span));
}

export function sameCell(one: Cell, other: Cell): boolean {
  return (
    one.locked === other.locked &&
    sameSpans(one.spans, other.spans) &&
    one.invites.length === other.invites.length &&
    one.invites.every((a, i) => a.start === other.invites[i]?.start && a.end === other.invites[i]?.end)
  );
}

/** Seconds on shift that are paid. */
export function paidSeconds(spans: readonly Span[]): number {
  return spans.reduce(
    (sum, one) => (onDuty(one) && one.paid !== false ? sum + (one.end - one.start) / 1000 : sum),
    0,
  );
}
