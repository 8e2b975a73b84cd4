import { type RefObject, useCallback } from "react";
import { isProblem } from "../../api/problem";
import { useWords } from "../../i18n/messages";
import { schedule } from "../../i18n/schedule";
import type { Ms } from "../../live/types";
import { useNotice } from "../../ui/notices";
import type { Conflict, DraftState, ServerEdit } from "./api";
import type { Editor } from "./editor";
import * as editing from "./editor";
import type { Edit } from "./edits";
import { cellOf } from "./model";
import type { Item } from "./people";
import { draftSpan, editsOf, type Span, type useSave } from "./useBoard";
import type { useEditor } from "./useEditor";
import type { BoardView } from "./useView";

export type Place = {
  agent: string | null;
  day: string | null;
  start: number | null;
  params?: Conflict["params"];
};

/** What the board's buttons, keys and panels do: save, go to a place, mend a conflict, send what only the server can. */
export function useCommands({
  editor,
  step,
  saved,
  save,
  draft,
  days,
  span,
  items,
  zone,
  earliest,
  view,
  set,
  refetch,
  hover,
  box,
  rows,
}: {
  editor: Editor;
  step: ReturnType<typeof useEditor>["step"];
  saved: ReturnType<typeof useEditor>["saved"];
  save: ReturnType<typeof useSave>;
  draft: DraftState | null;
  days: readonly string[];
  span: Span;
  items: readonly Item[];
  zone: string;
  earliest: Ms;
  view: BoardView;
  set: (change: Partial<BoardView>) => void;
  refetch: () => Promise<unknown>;
  hover: (at: Ms | null) => void;
  box: RefObject<HTMLDivElement | null>;
  rows: RefObject<HTMLDivElement | null>;
}) {
  const t = useWords(schedule);
  const notice = useNotice();

  /** The draft that holds it then, null while there is none and nothing to save; undefined: it could not be saved,
   * which has been said. What would build on it does not happen then. */
  const saveNow = useCallback(async (): Promise<string | null | undefined> => {
    const put = editing.putDown(editor, Date.now());
    step(() => put);
    const edits = editsOf(put.draft);
    if (edits.length === 0) return draft?.id ?? null;
    const sent = put.draft.made.map((one) => one.id);
    try {
      const done = await save.mutateAsync({
        draft: draft?.id ?? null,
        edits,
        span: draftSpan(days),
        taken: (cells) => saved(sent, cells),
      });
      set({ draft: done.draft });
      notice.done(t("saved"));
      return done.draft;
    } catch (error) {
      if (isProblem(error, "edited_meanwhile")) await refetch();
      notice.failed(error);
      return undefined;
    }
  }, [editor, step, draft, save, days, saved, set, notice, t, refetch]);

  const locate = useCallback(
    (one: Place) => {
      const { agent } = one;
      if (!agent) {
        // Of nobody in particular: its day, its group, and the figures at its time.
        const group = one.params?.group;
        const day = one.start === null ? null : new Date(one.start).toLocaleDateString("sv-SE", { timeZone: zone });
        set({
          ...(day ? { day, range: "day" as const } : {}),
          ...(group === undefined ? {} : { group: String(group) }),
        });
        hover(one.start);
        return;
      }
      if (one.day && !days.includes(one.day)) set({ day: one.day });
      const day = one.day ?? days[0] ?? view.day;
      const item = items.find((each) => each.kind === "person" && each.person.id === agent);
      if (item) rows.current?.scrollTo({ top: Math.max(0, item.top - 96) });
      step((e, at) => {
        const spans = cellOf(e.draft.present, agent, day).spans;
        const at_ =
          spans.find((each) => one.start !== null && each.start <= one.start && one.start < each.end) ?? spans[0];
        return editing.select(e, { agent, day, activity: at_?.activity ?? null, start: at_?.start ?? 0 }, at);
      });
      requestAnimationFrame(() => box.current?.querySelector<HTMLElement>(".sc-rows [aria-current]")?.focus());
    },
    [days, items, set, step, view.day, zone, hover, box, rows],
  );

  const fix = useCallback(
    async (one: Conflict) => {
      // What is unsaved goes first, for the fix was found on the saved draft.
      const target = await saveNow();
      if (!target) return;
      try {
        const done = await save.mutateAsync({ draft: target, edits: one.fix, span });
        saved([], done.cells);
        locate(one);
      } catch (error) {
        notice.failed(error);
      }
    },
    [saveNow, save, saved, span, locate, notice],
  );

  const onServer = useCallback(
    async (edits: ServerEdit[]) => {
      const id = await saveNow();
      if (id === undefined) return;
      try {
        const done = await save.mutateAsync({ draft: id, edits, span: draftSpan(days) });
        saved([], done.cells);
        set({ draft: done.draft });
      } catch (error) {
        notice.failed(error);
      }
    },
    [saveNow, save, days, saved, set, notice],
  );

  /** A draft that holds all that is on screen; undefined as with `saveNow`. */
  const ensure = useCallback(async (): Promise<string | undefined> => {
    const id = await saveNow();
    if (id !== null) return id;
    const done = await save.mutateAsync({ draft: null, edits: [], span: draftSpan(days) });
    set({ draft: done.draft });
    return done.draft;
  }, [saveNow, save, days, set]);

  const refused = useCallback(
    (edit: Edit): boolean => {
      const why = editing.refusal(editor.draft.present, edit, earliest);
      if (why) notice.warn(t(why === "past" ? "pastLocked" : "dayLocked"));
      return why !== null;
    },
    [editor.draft.present, earliest, notice, t],
  );
  return { saveNow, locate, fix, onServer, ensure, refused };
}
