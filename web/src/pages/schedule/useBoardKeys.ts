import { type Action, useActions } from "../../app/actions";
import { useWords } from "../../i18n/messages";
import { schedule } from "../../i18n/schedule";
import type { Ms } from "../../live/types";
import { type Opening, wallAt } from "./axis";
import { aimAt } from "./board";
import * as drafts from "./draft";
import type { Editor } from "./editor";
import * as editing from "./editor";
import type { Edit } from "./edits";
import { ON_SHIFT, type Plan, QUARTER } from "./model";
import type { Item } from "./people";

/**
 * The keys of the schedule, as data: they answer while the focus is among the rows, and stand on the `?` sheet.
 */
export function useBoardKeys({
  focused,
  editable,
  step,
  refused,
  editor,
  plan,
  items,
  days,
  opening,
  zone,
  earliest,
  save,
  openMenu,
}: {
  focused: boolean;
  editable: boolean;
  step: (change: (now: Editor, at: number) => Editor) => void;
  refused: (edit: Edit) => boolean;
  editor: Editor;
  plan: Plan;
  items: readonly Item[];
  days: readonly string[];
  opening: Opening;
  zone: string;
  earliest: Ms;
  save: () => void;
  openMenu: () => void;
}): void {
  const t = useWords(schedule);
  const order = items.flatMap((item) => (item.kind === "person" ? [item.person.id] : []));
  const aim = editor.selected ? aimAt(editor.draft.present, editor.selected) : null;
  const daily = days.length === 1;

  const nudge = (by: number) => {
    if (!editor.pending && aim && refused({ kind: "move", ...aim, by })) return;
    step((e, at) => editing.nudged(e, by, earliest, at));
  };
  const stretch = (edge: "start" | "end", by: number) => {
    if (!editor.pending && aim && refused({ kind: "resize", ...aim, edge, by })) return;
    step((e, at) => editing.stretched(e, by, edge, earliest, at));
  };
  const neighbour = (by: 1 | -1, from: string) => order[order.indexOf(from) + by];
  const across = (by: 1 | -1) =>
    step((e, at) => {
      const ready = editing.putDown(e, at);
      const from = ready.selected;
      const agent = from && neighbour(by, from.agent);
      return from && agent ? { ...ready, selected: editing.across(plan, from, agent, daily) } : ready;
    });
  const along = (by: 1 | -1) =>
    step((e, at) => {
      const ready = editing.putDown(e, at);
      const next = ready.selected && editing.beside(ready.draft.present, ready.selected, days, by);
      return next ? { ...ready, selected: next } : ready;
    });
  const give = (by: 1 | -1) => {
    const from = editor.selected;
    const first = from && neighbour(by, from.agent);
    if (!editor.pending && from && first) {
      const to = { agent: first, day: from.day };
      if (refused({ kind: "give", agent: from.agent, day: from.day, to, by: 0 })) return;
    }
    step((e, at) => {
      const now = e.pending?.kind === "give" ? e.pending.to : e.selected;
      const agent = now && neighbour(by, now.agent);
      return now && agent ? editing.handed(e, { agent, day: now.day }, 0, earliest, at) : e;
    });
  };
  const turn = (index: number) => {
    const to = ON_SHIFT[index];
    if (!to) return;
    step((e, at) => {
      const day = e.selected?.day ?? days[0] ?? "";
      const usual = e.selected?.start || wallAt(day, Math.max(opening.from, 540), zone);
      return editing.turned(e, to, usual, earliest, at);
    });
  };

  const on = focused && editor.selected !== null;
  const edits = on && editable;
  const group = t("keys");
  const key = (
    id: string,
    label: string,
    code: string,
    run: () => void,
    enabled: boolean,
    more: { shift?: boolean; alt?: boolean; mod?: boolean } = {},
  ): Action => ({ id: `board-${id}`, label, group, keys: { code, ...more }, run, enabled, hidden: true });

  useActions([
    key("up", t("key.up"), "ArrowUp", () => across(-1), on),
    key("down", t("key.down"), "ArrowDown", () => across(1), on),
    key("previous", t("key.previousSpan"), "ArrowLeft", () => along(-1), on, { mod: true }),
    key("next", t("key.nextSpan"), "ArrowRight", () => along(1), on, { mod: true }),
    key("left", t("key.moveLeft"), "ArrowLeft", () => nudge(-QUARTER), edits),
    key("right", t("key.moveRight"), "ArrowRight", () => nudge(QUARTER), edits),
    key("shorter", t("key.shorter"), "ArrowLeft", () => stretch("end", -QUARTER), edits, { shift: true }),
    key("longer", t("key.longer"), "ArrowRight", () => stretch("end", QUARTER), edits, { shift: true }),
    key("begin-earlier", t("key.startEarlier"), "ArrowLeft", () => stretch("start", -QUARTER), edits, {
      shift: true,
      alt: true,
    }),
    key("begin-later", t("key.startLater"), "ArrowRight", () => stretch("start", QUARTER), edits, {
      shift: true,
      alt: true,
    }),
    key("give-up", t("key.personUp"), "ArrowUp", () => give(-1), edits, { alt: true }),
    key("give-down", t("key.personDown"), "ArrowDown", () => give(1), edits, { alt: true }),
    ...ON_SHIFT.map((activity, i) =>
      key(
        `turn-${activity}`,
        t("menu.change", { what: t(`activity.${activity}`) }),
        `Digit${i + 1}`,
        () => turn(i),
        edits,
      ),
    ),
    key(
      "put",
      t("key.put"),
      "Enter",
      () => step((e, at) => editing.putDown(e, at)),
      edits && editor.pending !== null,
    ),
    key("back", t("key.back"), "Escape", () => step((e) => editing.putBack(e)), editor.pending !== null),
    key("remove", t("key.remove"), "Delete", () => step((e, at) => editing.taken(e, earliest, at)), edits),
    key("menu", t("key.menu"), "Space", openMenu, on),
    {
      ...key("undo", t("undo"), "KeyZ", () => step((e) => undone(e)), editable, { mod: true }),
      hidden: false,
    },
    {
      ...key("redo", t("redo"), "KeyY", () => step((e) => ({ ...e, draft: drafts.redo(e.draft) })), editable, {
        mod: true,
      }),
      hidden: false,
    },
    { ...key("save", t("key.save"), "KeyS", save, editable, { mod: true }), hidden: false },
  ]);
}

/** What is in hand goes back first; then the last edit. */
export function undone(editor: Editor): Editor {
  return editor.pending ? editing.putBack(editor) : { ...editor, draft: drafts.undo(editor.draft) };
}
