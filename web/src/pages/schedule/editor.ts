import type { Draft } from "./draft";
import * as drafts from "./draft";
import { type Aim, applied, type Edit, indexOf, type Picked, type Place } from "./edits";
import { type Activity, cellOf, onDuty, type Plan, type Span, shiftAt } from "./model";
import { spanOf, USUAL } from "./spans";

/**
 * What the planner has in hand: the draft, what is selected, and what is picked up and not put down yet. Everything
 * that keys, mouse and menus do goes through here. Pure.
 */
export type Editor = {
  draft: Draft;
  selected: Picked | null;
  pending: Edit | null; // picked up: shown, counted when it is put down
};

export function begun(base: Plan): Editor {
  return { draft: drafts.opened(base), selected: null, pending: null };
}

/** The plan as it is shown: with what is in hand where it would go. */
export function shownPlan(editor: Editor): Plan {
  if (!editor.pending) return editor.draft.present;
  return applied(editor.draft.present, editor.pending) ?? editor.draft.present;
}

/** Selecting something else puts down what is in hand. */
export function select(editor: Editor, selected: Picked | null, at: number): Editor {
  return { ...putDown(editor, at), selected };
}

export function putDown(editor: Editor, at: number): Editor {
  if (!editor.pending) return editor;
  const draft = drafts.edited(editor.draft, editor.pending, at);
  return { draft, selected: landed(editor), pending: null };
}

export function putBack(editor: Editor): Editor {
  if (!editor.pending) return editor;
  return { ...editor, selected: origin(editor.pending) ?? editor.selected, pending: null };
}

/** Makes the edit at once; what is in hand is put down first. */
export function make(editor: Editor, edit: Edit, at: number): Editor {
  const ready = putDown(editor, at);
  const draft = drafts.edited(ready.draft, edit, at);
  return { draft, selected: landed({ draft: ready.draft, selected: ready.selected, pending: edit }), pending: null };
}

/** Picks up, or takes what is in hand further. `earliest`: nothing before it can be changed, for it is past. */
export function carry(editor: Editor, edit: Edit, earliest: number): Editor {
  if (refusal(editor.draft.present, edit, earliest)) return editor;
  if (applied(editor.draft.present, edit) === null) return editor;
  return { ...editor, pending: edit };
}

/** What `←` and `→` do: the thing in hand goes on, another kind of edit is put down first. */
export function nudged(editor: Editor, by: number, earliest: number, at: number): Editor {
  if (editor.pending?.kind === "move") {
    const total = editor.pending.by + by;
    return total === 0 ? putBack(editor) : carry(editor, { ...editor.pending, by: total }, earliest);
  }
  const ready = putDown(editor, at);
  const now = aimOf(ready);
  return now ? carry(ready, { kind: "move", ...now, by }, earliest) : ready;
}

export function stretched(editor: Editor, by: number, edge: "start" | "end", earliest: number, at: number): Editor {
  if (editor.pending?.kind === "resize" && editor.pending.edge === edge) {
    const total = editor.pending.by + by;
    return total === 0 ? putBack(editor) : carry(editor, { ...editor.pending, by: total }, earliest);
  }
  const ready = putDown(editor, at);
  const now = aimOf(ready);
  return now ? carry(ready, { kind: "resize", ...now, edge, by }, earliest) : ready;
}

/** The shift goes to somebody else; again: to the next one. */
export function handed(editor: Editor, to: Place, by: number, earliest: number, at: number): Editor {
  const ready = editor.pending?.kind === "give" ? editor : putDown(editor, at);
  const from = editor.pending?.kind === "give" ? editor.pending : ready.selected;
  if (!from) return editor;
  if (from.agent === to.agent && from.day === to.day) return putBack(ready);
  return carry(ready, { kind: "give", agent: from.agent, day: from.day, to, by }, earliest);
}

/** Another activity where the focus is; on a free day work begins a shift, leave and standby take their usual length. */
export function turned(editor: Editor, to: Activity, usualStart: number, earliest: number, at: number): Editor {
  const ready = putDown(editor, at);
  const aim = aimOf(ready);
  const edit: Edit | null = aim
    ? { kind: "change", ...aim, to }
    : ready.selected && (to === "work" || !onDuty(spanOf(to, 0, 1)))
      ? fresh(ready.selected, to, usualStart)
      : null;
  if (!edit || refusal(ready.draft.present, edit, earliest)) return ready;
  return make(ready, edit, at);
}

const FRESH_SHIFT = 9 * 60 * 60_000;
function fresh(place: Place, to: Activity, start: number): Edit {
  return {
    kind: "insert",
    agent: place.agent,
    day: place.day,
    activity: to,
    start,
    end: start + (to === "work" ? FRESH_SHIFT : USUAL[to]),
  };
}

export function taken(editor: Editor, earliest: number, at: number): Editor {
  const ready = putDown(editor, at);
  const aim = aimOf(ready);
  if (!aim) return ready;
  const edit: Edit = { kind: "remove", ...aim };
  return refusal(ready.draft.present, edit, earliest) ? ready : make(ready, edit, at);
}

/** The span that edits are aimed at: what is selected, or the first work of the selected day. */
export function aimOf(editor: Editor): Aim | null {
  const { selected } = editor;
  if (!selected) return null;
  const cell = cellOf(shownPlan(editor), selected.agent, selected.day);
  if (selected.activity !== null) {
    const aim = { ...selected, activity: selected.activity };
    return indexOf(cell, aim) >= 0 ? aim : null;
  }
  const first = cell.spans.find((span) => span.activity === "work") ?? cell.spans[0];
  return first ? { agent: cell.agent, day: cell.day, activity: first.activity, start: first.start } : null;
}

/** Why it must not be: the day is locked, or lies in the past. Null: it may. */
export function refusal(plan: Plan, edit: Edit, earliest: number): "locked" | "past" | null {
  if (edit.kind === "lock") return null;
  const places = edit.kind === "give" ? [edit, edit.to] : [edit];
  if (places.some((place) => cellOf(plan, place.agent, place.day).locked)) return "locked";
  const after = applied(plan, edit);
  if (!after) return null;
  for (const place of places) {
    const was = cellOf(plan, place.agent, place.day).spans;
    const is = cellOf(after, place.agent, place.day).spans;
    if (!sameUntil(was, is, earliest)) return "past";
  }
  return null;
}

/** Whether both say the same up to an instant. */
function sameUntil(one: readonly Span[], other: readonly Span[], until: number): boolean {
  const cut = (spans: readonly Span[]) =>
    spans
      .filter((span) => span.start < until)
      .map((span) => `${span.activity} ${span.start} ${Math.min(span.end, until)}`)
      .join();
  return cut(one) === cut(other);
}

/** Where the thing in hand stood before. */
export function liftedFrom(editor: Editor): { place: Place; span: Span } | null {
  const { pending } = editor;
  if (!pending || (pending.kind !== "move" && pending.kind !== "resize" && pending.kind !== "give")) return null;
  const cell = cellOf(editor.draft.present, pending.agent, pending.day);
  if (pending.kind === "give") {
    const first = cell.spans.find(onDuty);
    const last = [...cell.spans].reverse().find(onDuty);
    return first && last ? { place: pending, span: { ...first, end: last.end } } : null;
  }
  const index = indexOf(cell, pending);
  const span = cell.spans[index];
  if (!span) return null;
  const shift = span.activity === "work" ? shiftAt(cell.spans, index) : null;
  return { place: pending, span: shift ? { ...span, start: shift.start, end: shift.end } : span };
}

/** The whole shift that a piece of work belongs to. */
export function shiftSpan(spans: readonly Span[], index: number): { start: number; end: number } | null {
  return shiftAt(spans, index) ?? spans[index] ?? null;
}

function origin(edit: Edit): Picked | null {
  return "activity" in edit && "start" in edit
    ? { agent: edit.agent, day: edit.day, activity: edit.activity, start: edit.start }
    : null;
}

/** Where the selection is after what is in hand has been put down. */
export function landed(editor: Editor): Picked | null {
  const { pending, selected } = editor;
  if (!pending) return selected;
  const after = shownPlan(editor);
  if (pending.kind === "give") {
    const spans = cellOf(after, pending.to.agent, pending.to.day).spans;
    const first = spans.find((span) => span.activity === "work") ?? spans[0];
    return first
      ? { ...pending.to, activity: first.activity, start: first.start }
      : { ...pending.to, activity: null, start: 0 };
  }
  const { spans } = cellOf(after, pending.agent, pending.day);
  const place = { agent: pending.agent, day: pending.day };
  if (pending.kind === "move" || pending.kind === "resize" || pending.kind === "change") {
    const activity = pending.kind === "change" ? pending.to : pending.activity;
    const wanted =
      pending.kind === "move" || (pending.kind === "resize" && pending.edge === "start")
        ? pending.start + pending.by
        : pending.start;
    const found = nearest(spans, activity, wanted);
    return found ? { ...place, activity, start: found.start } : { ...place, activity: null, start: wanted };
  }
  if (pending.kind === "insert") return { ...place, activity: pending.activity, start: pending.start };
  if (pending.kind === "remove") {
    const under = spans.find((span) => span.start <= pending.start && pending.start < span.end);
    return { ...place, activity: under?.activity ?? null, start: under?.start ?? pending.start };
  }
  return selected;
}

function nearest(spans: readonly Span[], activity: Activity, at: number): Span | null {
  return spans
    .filter((span) => span.activity === activity)
    .reduce<Span | null>(
      (best, span) => (best === null || Math.abs(span.start - at) < Math.abs(best.start - at) ? span : best),
      null,
    );
}

/** The next thing in a direction: along the row, or the one nearest in time at another person. */
export function beside(plan: Plan, from: Picked, days: readonly string[], by: 1 | -1): Picked | null {
  const order = days.flatMap((day): Picked[] => {
    const { spans } = cellOf(plan, from.agent, day);
    if (days.length > 1 || spans.length === 0) return [{ agent: from.agent, day, activity: null, start: 0 }];
    return spans.map((span) => ({ agent: from.agent, day, activity: span.activity, start: span.start }));
  });
  const here = order.findIndex(
    (one) =>
      one.day === from.day && (days.length > 1 || (one.activity === from.activity && one.start === from.start)),
  );
  return order[here + by] ?? null;
}

export function across(plan: Plan, from: Picked, agent: string, daily: boolean): Picked {
  const { spans } = cellOf(plan, agent, from.day);
  if (!daily) return { agent, day: from.day, activity: null, start: 0 };
  const at = from.start;
  const found =
    spans.find((span) => span.start <= at && at < span.end) ??
    [...spans].sort((a, b) => Math.abs(a.start - at) - Math.abs(b.start - at))[0];
  return { agent, day: from.day, activity: found?.activity ?? null, start: found?.start ?? at };
}
