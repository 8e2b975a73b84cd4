import type { Words } from "../../i18n/messages";
import type { schedule } from "../../i18n/schedule";
import type { Ms } from "../../live/types";
import type { Conflict, Cover, Figures } from "./api";
import { type Curve, type Series, shortage } from "./curve";
import type { Editor } from "./editor";
import * as editing from "./editor";
import { type Aim, applied, type Edit, indexOf, type Picked } from "./edits";
import { cellOf, onDuty, type Plan } from "./model";
import type { Person } from "./people";
import type { Mark } from "./Row";
import { lengthSaid } from "./said";
import type { Clocks } from "./words";

/** Small pieces between what the server says and what the board shows. Pure. */
export type T = Words<(typeof schedule)["zh-Hans"]>;

/** Need and cover of one group, or of all together. */
export function curveOf(cover: Cover | undefined, group: string | null): (Curve & { forecast: boolean }) | null {
  if (!cover) return null;
  const one = group === null ? null : cover.groups.find((each) => each.id === group);
  const need = one ? one.need : cover.need;
  const there = one ? one.agents : cover.people;
  const series = (values: readonly number[]): Series => ({ start: cover.start, step: cover.step_s * 1000, values });
  return { need: series(need ?? there.map(() => 0)), cover: series(there), forecast: need !== null };
}

/** The gap alone, reckoned here while the server has not answered yet. */
export function roughly(need: Series, before: Series, after: Series, since: Ms): { before: Figures; after: Figures } {
  const figures = (cover: Series): Figures => {
    const { hours, most } = shortage({ need, cover }, since);
    return { gap_hours: hours, largest_gap: most, over_hours: null, sl3: null, true_access: null, cost: null };
  };
  return { before: figures(before), after: figures(after) };
}

/** What the pointer picked, as something to aim at: on a whole day the shift. */
export function aimAt(plan: Plan, picked: Picked): Aim | null {
  const cell = cellOf(plan, picked.agent, picked.day);
  if (picked.activity !== null) {
    const aim = { ...picked, activity: picked.activity };
    return indexOf(cell, aim) >= 0 ? aim : null;
  }
  const first = cell.spans.find((span) => span.activity === "work") ?? cell.spans[0];
  return first ? { agent: cell.agent, day: cell.day, activity: first.activity, start: first.start } : null;
}

/** Drags: the edit is always the one from where the thing stood. */
export function carried(editor: Editor, picked: Picked, make: (aim: Aim) => Edit, by: number, earliest: Ms): Editor {
  const own = { ...editor, pending: null };
  if (by === 0) return own;
  const aim = aimAt(editor.draft.present, picked);
  return aim ? editing.carry(own, make(aim), earliest) : own;
}

export function samePlace(one: Picked | null, other: Picked | null): boolean {
  return (
    one === other ||
    (one !== null &&
      other !== null &&
      one.agent === other.agent &&
      one.day === other.day &&
      one.activity === other.activity &&
      one.start === other.start)
  );
}

/** How much later the same wall clock is on another day, clocks unchanged in between. */
export function dayShift(from: string, to: string): number {
  return Date.parse(`${to}T12:00:00Z`) - Date.parse(`${from}T12:00:00Z`);
}

export function marksOf(conflicts: readonly Conflict[]): Map<string, Mark[]> {
  const out = new Map<string, Mark[]>();
  for (const one of conflicts) {
    if (one.agent === null || one.day === null || one.start === null || one.end === null) continue;
    const mark = { day: one.day, start: one.start, end: one.end, must: one.must };
    out.set(one.agent, [...(out.get(one.agent) ?? []), mark]);
  }
  return out;
}

/** Conflicts of the people, the days and the group in view. */
export function concerns(
  one: Conflict,
  days: readonly string[],
  bounds: { from: Ms; to: Ms } | null,
  people: ReadonlySet<string>,
  group: string | null,
): boolean {
  if (one.agent !== null && !people.has(one.agent)) return false;
  if (one.day !== null) return days.includes(one.day);
  if (group !== null && one.params.group !== undefined && one.params.group !== group) return false;
  if (one.start === null || one.end === null || !bounds) return true;
  return one.start < bounds.to && one.end > bounds.from;
}

export function effectTitle(pending: Edit | null, unsaved: number, t: T, nameOf: (id: string) => string): string {
  if (!pending) return unsaved > 0 ? t("effectTitle") : t("effectTitleNone");
  if (pending.kind === "give") return t("giving", { from: nameOf(pending.agent), to: nameOf(pending.to.agent) });
  return t(pending.kind === "resize" ? "resizing" : "moving", { who: nameOf(pending.agent) });
}

/** The heads of the table: from when to when a moved thing stood and stands, or before and after. */
export function headsOf(pending: Edit | null, stood: Ms | null, t: T, clock: (at: Ms) => string): [string, string] {
  if (pending?.kind !== "move" || stood === null) return [t("effectBefore"), t("effectAfter")];
  return [t("effectFrom", { at: clock(stood) }), t("effectFrom", { at: clock(stood + pending.by) })];
}

export function lengthNote(plan: Plan, selected: Picked | null, t: T): string {
  if (!selected) return "";
  const on = cellOf(plan, selected.agent, selected.day).spans.filter(onDuty);
  const [first, last] = [on[0], on.at(-1)];
  return first && last ? lengthSaid(last.end - first.start, t) : "";
}

/** `14:15`, with the day where that is not the first in view. */
export function momentOf(at: Ms, first: string, clocks: Clocks, zone: string): string {
  const day = new Date(at).toLocaleDateString("sv-SE", { timeZone: zone });
  return day === first ? clocks.clock(at) : `${clocks.dayShort(day)} ${clocks.clock(at)}`;
}

/** Whether an edit would change anything, for menus. */
export function possible(plan: Plan, edit: Edit): boolean {
  return applied(plan, edit) !== null;
}

export function inView(people: readonly Person[]): ReadonlySet<string> {
  return new Set(people.map((one) => one.id));
}
