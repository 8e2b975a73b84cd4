import type { Ms } from "../../live/types";
import { type Activity, type Cell, cellOf, keyOf, type Plan, type Span, sameCell, shiftAt } from "./model";
import { changed, lifted, moved, paint, resized, spanOf } from "./spans";

/**
 * Edits are data: they name the span by what it is and where it begins, so that they can be made again on a plan that
 * somebody else has changed meanwhile, or with one of them taken back. Pure.
 */
export type Place = { agent: string; day: string };
export type Aim = Place & { activity: Activity; start: Ms };
/** What has the focus: a span, or a free place of somebody's day. */
export type Picked = Place & { activity: Activity | null; start: Ms };
export type Edit =
  | ({ kind: "move"; by: number } & Aim)
  | ({ kind: "resize"; edge: "start" | "end"; by: number } & Aim)
  | ({ kind: "change"; to: Activity; at?: Ms } & Aim)
  | ({ kind: "remove" } & Aim)
  | ({ kind: "insert"; end: Ms } & Aim)
  | ({ kind: "shift"; spans: readonly Span[] } & Place) // the whole day, as given
  | ({ kind: "give"; to: Place; by: number } & Place) // the day goes to another person or day; theirs comes back
  | ({ kind: "lock"; locked: boolean } & Place)
  | ({ kind: "invite"; start: Ms; end: Ms; on: boolean } & Place);

/** The plan after the edit; null when there is nothing any more that it could be done to. */
export function applied(plan: Plan, edit: Edit): Plan | null {
  if (edit.kind === "give") return given(plan, edit);
  const cell = cellOf(plan, edit.agent, edit.day);
  const after = within(cell, edit);
  return after && put(plan, after);
}

/** The person-days that an edit touches. */
export function touched(edit: Edit): string[] {
  const own = keyOf(edit.agent, edit.day);
  return edit.kind === "give" ? [own, keyOf(edit.to.agent, edit.to.day)] : [own];
}

export function daysTouched(edit: Edit): string[] {
  return edit.kind === "give" ? [edit.day, edit.to.day] : [edit.day];
}

export function indexOf(cell: Cell, aim: Aim): number {
  return cell.spans.findIndex((span) => span.activity === aim.activity && span.start === aim.start);
}

function within(cell: Cell, edit: Exclude<Edit, { kind: "give" }>): Cell | null {
  if (edit.kind === "lock") return cell.locked === edit.locked ? null : { ...cell, locked: edit.locked };
  if (edit.kind === "invite") return invited(cell, edit);
  if (cell.locked) return null;
  if (edit.kind === "shift") return { ...cell, spans: edit.spans };
  if (edit.kind === "insert") {
    return { ...cell, spans: paint(cell.spans, spanOf(edit.activity, edit.start, edit.end)) };
  }
  const index = indexOf(cell, edit);
  if (index < 0) return null;
  const spans = respanned(cell.spans, index, edit);
  return spans && { ...cell, spans };
}

type OnSpan = Extract<Edit, { kind: "move" | "resize" | "change" | "remove" }>;
function respanned(spans: readonly Span[], index: number, edit: OnSpan): readonly Span[] | null {
  switch (edit.kind) {
    case "move":
      return moved(spans, index, edit.by);
    case "resize":
      return resized(spans, index, edit.edge, edit.by);
    case "change":
      return changed(spans, index, edit.to, edit.at);
    case "remove":
      return lifted(spans, index);
  }
}

function invited(cell: Cell, edit: Extract<Edit, { kind: "invite" }>): Cell | null {
  const rest = cell.invites.filter((one) => one.start !== edit.start || one.end !== edit.end);
  if (edit.on === rest.length < cell.invites.length) return null; // already so, or not there to take back
  return { ...cell, invites: edit.on ? [...rest, { start: edit.start, end: edit.end }] : rest };
}

/** Two person-days exchange what is on shift; `by` brings instants from the one's day to the other's. */
function given(plan: Plan, edit: Extract<Edit, { kind: "give" }>): Plan | null {
  const from = cellOf(plan, edit.agent, edit.day);
  const to = cellOf(plan, edit.to.agent, edit.to.day);
  if (from.locked || to.locked) return null;
  const [stays, goes] = parted(from.spans);
  const [theirs, comes] = parted(to.spans);
  if (goes.length === 0) return null;
  const later = (spans: readonly Span[], by: number) =>
    spans.map((one) => ({ ...one, start: one.start + by, end: one.end + by }));
  const put1 = put(plan, { ...from, spans: ordered([...stays, ...later(comes, -edit.by)]) });
  return put(put1, { ...to, spans: ordered([...theirs, ...later(goes, edit.by)]) });
}

/** Leave and standby belong to the person; the rest can be taken over. */
function parted(spans: readonly Span[]): [own: Span[], shift: Span[]] {
  const shift = spans.filter((_, i) => shiftAt(spans, i) !== null);
  return [spans.filter((one) => !shift.includes(one)), shift];
}

function ordered(spans: readonly Span[]): Span[] {
  return [...spans].sort((a, b) => a.start - b.start);
}

function put(plan: Plan, cell: Cell): Plan {
  const next = new Map(plan);
  next.set(keyOf(cell.agent, cell.day), cell);
  return next;
}

/** Whether the edit leaves everything as it was. */
export function idle(plan: Plan, edit: Edit): boolean {
  const after = applied(plan, edit);
  return (
    after === null ||
    touched(edit).every((key) => {
      const [one, other] = [plan.get(key), after.get(key)];
      return one === other || (one !== undefined && other !== undefined && sameCell(one, other));
    })
  );
}
