import type { Ms } from "../../live/types";
import { applied, daysTouched, type Edit, touched } from "./edits";
import { type Cell, keyOf, type Plan, sameCell } from "./model";

/**
 * What a planner has changed and not saved: the plan as the server has it, the edits made on it in order, and those
 * taken back. The present plan is always the one with the edits made on it. Pure.
 */
export type Made = { id: number; edit: Edit; at: Ms };
export type Draft = {
  base: Plan;
  made: readonly Made[];
  undone: readonly Made[];
  present: Plan;
  /** Person-days of ours that somebody else saved meanwhile. */
  clashes: readonly Clash[];
  next: number;
};
export type Clash = { key: string; theirs: Cell; by: string };

export const MOST = 500;

export function opened(base: Plan): Draft {
  return { base, made: [], undone: [], present: base, clashes: [], next: 1 };
}

/** After an edit; the same draft when it changes nothing. */
export function edited(draft: Draft, edit: Edit, at: Ms): Draft {
  const present = applied(draft.present, edit);
  if (!present || unchanged(draft.present, present, edit)) return draft;
  const made = [...draft.made, { id: draft.next, edit, at }];
  if (made.length > MOST) return draft;
  return { ...draft, made, undone: [], present, next: draft.next + 1 };
}

/** Edits of last time made again, where the days that they touch are read; the others wait until theirs are. */
export function resumed(
  draft: Draft,
  stored: readonly Made[],
  here: (day: string) => boolean,
): { draft: Draft; waiting: readonly Made[] } {
  const ready = stored.filter((one) => daysTouched(one.edit).every(here));
  if (ready.length === 0) return { draft, waiting: stored };
  return {
    draft: ready.reduce((now, one) => edited(now, one.edit, one.at), draft),
    waiting: stored.filter((one) => !ready.includes(one)),
  };
}

export function undo(draft: Draft): Draft {
  const last = draft.made.at(-1);
  if (!last) return draft;
  return replayed({ ...draft, made: draft.made.slice(0, -1), undone: [...draft.undone, last] });
}

export function redo(draft: Draft): Draft {
  const again = draft.undone.at(-1);
  if (!again) return draft;
  return replayed({ ...draft, made: [...draft.made, again], undone: draft.undone.slice(0, -1) });
}

/** Takes one edit back, wherever it stands; later ones that needed it go with it. */
export function takenBack(draft: Draft, id: number): Draft {
  return replayed({ ...draft, made: draft.made.filter((one) => one.id !== id), undone: [] });
}

/** Takes back everything of one person-day. */
export function cleared(draft: Draft, key: string): Draft {
  const made = draft.made.filter((one) => !touched(one.edit).includes(key));
  return replayed({ ...draft, made, undone: [], clashes: draft.clashes.filter((one) => one.key !== key) });
}

/**
 * Others saved: their person-days come in under ours. Where both changed the same one it is a clash; ours stays on
 * screen until somebody chooses.
 */
export function merged(draft: Draft, cells: readonly Cell[]): Draft {
  const base = new Map(draft.base);
  const ours = new Set(draft.made.flatMap((one) => touched(one.edit)));
  const there = new Set<string>(); // person-days that are as we have them
  let clashes = draft.clashes;
  for (const cell of cells) {
    const key = keyOf(cell.agent, cell.day);
    const known = base.get(key);
    if (known && known.rev === cell.rev && known.version === cell.version) continue;
    if (known && cell.rev < known.rev && (cell.version ?? 0) <= (known.version ?? 0)) continue; // an old answer
    const differs = !known || !sameCell(known, cell);
    const shown = draft.present.get(key);
    if (ours.has(key) && shown && sameCell(shown, cell)) {
      // Ours, saved just now and read before the answer was here; or both wanted the same.
      there.add(key);
      clashes = clashes.filter((one) => one.key !== key);
    } else if (ours.has(key) && differs && known) {
      clashes = [...clashes.filter((one) => one.key !== key), { key, theirs: cell, by: cell.by ?? "" }];
      continue;
    }
    base.set(key, cell);
  }
  const made = draft.made.filter((one) => !touched(one.edit).every((key) => there.has(key)));
  return replayed({ ...draft, base, clashes, made: made.length === draft.made.length ? draft.made : made });
}

/** The planner's answer to a clash: the person-day as they have it, put over the other's; or the other's. */
export function settled(draft: Draft, key: string, keep: "ours" | "theirs", at: Ms): Draft {
  const clash = draft.clashes.find((one) => one.key === key);
  if (!clash) return draft;
  const ours = draft.present.get(key);
  const base = new Map(draft.base);
  base.set(key, clash.theirs);
  const rest = cleared({ ...draft, base }, key);
  if (keep === "theirs" || !ours) return rest;
  return edited(rest, { kind: "shift", agent: ours.agent, day: ours.day, spans: ours.spans }, at);
}

/** The server has taken what was sent: those edits are no longer unsaved; what was made since stays. */
export function saved(draft: Draft, sent: readonly number[], cells: readonly Cell[]): Draft {
  const base = new Map(draft.base);
  for (const cell of cells) base.set(keyOf(cell.agent, cell.day), cell);
  const made = draft.made.filter((one) => !sent.includes(one.id));
  const clashes = draft.clashes.filter(({ key, theirs }) => theirs.rev > (base.get(key)?.rev ?? 0));
  return replayed({ ...draft, base, made, undone: [], clashes });
}

/** The person-days that differ from what the server has. */
export function changes(draft: Draft): Cell[] {
  const keys = new Set(draft.made.flatMap((one) => touched(one.edit)));
  return [...keys].flatMap((key) => {
    const now = draft.present.get(key);
    const before = draft.base.get(key);
    return now && !(before && sameCell(before, now)) ? [now] : [];
  });
}

function replayed(draft: Draft): Draft {
  let present = draft.base;
  const made: Made[] = [];
  for (const one of draft.made) {
    const next = applied(present, one.edit);
    if (!next) continue; // what it was done to is gone
    present = next;
    made.push(one);
  }
  return { ...draft, made: made.length === draft.made.length ? draft.made : made, present };
}

function unchanged(before: Plan, after: Plan, edit: Edit): boolean {
  return touched(edit).every((key) => {
    const [one, other] = [before.get(key), after.get(key)];
    return one === other || (one !== undefined && other !== undefined && sameCell(one, other));
  });
}
