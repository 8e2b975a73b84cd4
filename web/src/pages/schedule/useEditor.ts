import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { serverClock } from "../../live/clock";
import { cellFrom, type Schedule } from "./api";
import type { Made } from "./draft";
import * as drafts from "./draft";
import { begun, type Editor, shownPlan } from "./editor";
import { daysTouched } from "./edits";
import type { Cell } from "./model";

/** The editor, and the draft that it is of: "" while there is none on the server, null before anything is read.
 * `waiting`: unsaved edits of last time on days that have not been read yet; `restored`: how many are back. */
type Opened = Editor & { of: string | null; waiting: readonly Made[]; restored: number };

/**
 * The editor of one draft. Unsaved edits are kept in the browser too, so that neither a lost network nor a reload
 * loses them; what others save comes in under them.
 */
export function useEditor(account: string, schedule: Schedule | undefined) {
  const [editor, setEditor] = useState<Opened>(() => ({ ...begun(new Map()), of: null, waiting: [], restored: 0 }));
  const latest = useRef(editor);
  useEffect(() => {
    latest.current = editor;
  });
  const draft = schedule ? (schedule.draft?.id ?? "") : null;
  const open = useRef<string | null>(null);

  useEffect(() => {
    if (!schedule || draft === null) return;
    const cells = schedule.items.map(cellFrom);
    const here = (day: string) => schedule.first <= day && day <= schedule.last;
    if (open.current === draft) {
      setEditor((now) => resumed({ ...now, draft: drafts.merged(now.draft, cells) }, now.waiting, here));
      return;
    }
    // What was edited while there was no draft goes into the one that has come for its days; the rest stays behind.
    const adopts = open.current === "";
    const [first, last] = [schedule.draft?.first ?? "", schedule.draft?.last ?? ""];
    const outside = (one: Made) => daysTouched(one.edit).some((day) => day < first || day > last);
    const loose = draft === "" ? [] : adopts ? latest.current.waiting : recalled(account, "");
    const stored = [...recalled(account, draft), ...loose.filter((one) => !outside(one))];
    if (draft !== "") {
      const made = adopts ? latest.current.draft.made : [];
      kept(account, "", [...loose, ...made].filter(outside));
    }
    open.current = draft;
    setEditor((now) => {
      const rest = adopts ? without(now.draft, outside) : drafts.opened(new Map());
      const ready = { ...now, draft: drafts.merged(rest, cells), of: draft, restored: 0 };
      return resumed(adopts ? ready : { ...ready, selected: null, pending: null }, stored, here);
    });
  }, [schedule, draft, account]);

  const { of, waiting } = editor;
  const { made } = editor.draft;
  useEffect(() => {
    if (of !== null) kept(account, of, [...waiting, ...made]);
  }, [made, waiting, of, account]);

  const unsaved = made.length + (editor.pending ? 1 : 0);
  useEffect(() => {
    if (unsaved === 0) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [unsaved]);

  /** One step of the editor, at the server's time. */
  const step = useCallback((change: (now: Editor, at: number) => Editor) => {
    setEditor((now) => ({ ...now, ...change(now, serverClock.now()) }));
  }, []);
  const forget = useCallback(() => {
    setEditor((now) => ({ ...now, draft: drafts.opened(now.draft.base), pending: null, waiting: [] }));
  }, []);
  const saved = useCallback((sent: readonly number[], cells: readonly Cell[]) => {
    setEditor((now) => ({ ...now, draft: drafts.saved(now.draft, sent, cells) }));
  }, []);
  const plan = useMemo(() => shownPlan(editor), [editor]);
  return { editor, plan, step, saved, forget, unsaved, restored: editor.restored };
}

function resumed(now: Opened, stored: readonly Made[], here: (day: string) => boolean): Opened {
  const { draft, waiting } = drafts.resumed(now.draft, stored, here);
  return { ...now, draft, waiting, restored: now.restored + draft.made.length - now.draft.made.length };
}

function without(draft: drafts.Draft, which: (one: Made) => boolean): drafts.Draft {
  return draft.made.filter(which).reduce((now, one) => drafts.takenBack(now, one.id), draft);
}

const KEY = "jt.schedule";

/** A place for every draft: going to another week and back loses nothing. */
function place(account: string, draft: string): string {
  return `${KEY}.${account}.${draft || "new"}`;
}

function kept(account: string, draft: string, made: readonly Made[]): void {
  try {
    if (made.length === 0) localStorage.removeItem(place(account, draft));
    else localStorage.setItem(place(account, draft), JSON.stringify(made));
  } catch {
    // storage may be forbidden or full: the edits then last as long as the page
  }
}

function recalled(account: string, draft: string): readonly Made[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(place(account, draft)) ?? "[]");
    return Array.isArray(found) ? (found as Made[]) : [];
  } catch {
    return [];
  }
}
