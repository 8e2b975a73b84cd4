import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { serverClock } from "../../live/clock";
import { cellFrom, type Schedule } from "./api";
import type { Made } from "./draft";
import * as drafts from "./draft";
import { begun, type Editor, shownPlan } from "./editor";
import type { Cell } from "./model";

/** The editor, and the draft that it is of: "" while there is none on the server, null before anything is read. */
type Opened = Editor & { of: string | null };

/**
 * The editor of one draft. Unsaved edits are kept in the browser too, so that neither a lost network nor a reload
 * loses them; what others save comes in under them.
 */
export function useEditor(account: string, schedule: Schedule | undefined) {
  const [editor, setEditor] = useState<Opened>(() => ({ ...begun(new Map()), of: null }));
  const [restored, setRestored] = useState(0);
  const draft = schedule ? (schedule.draft?.id ?? "") : null;
  const open = useRef<string | null>(null);

  useEffect(() => {
    if (!schedule || draft === null) return;
    const cells = schedule.items.map(cellFrom);
    if (open.current === draft) {
      setEditor((now) => ({ ...now, draft: drafts.merged(now.draft, cells) }));
      return;
    }
    const adopted = open.current === "" && draft !== ""; // the draft was made for the edits in hand
    if (adopted) kept(account, "", []);
    open.current = draft;
    if (adopted) {
      setEditor((now) => ({ ...now, of: draft, draft: drafts.merged(now.draft, cells) }));
      return;
    }
    const fresh = drafts.merged(drafts.opened(new Map()), cells);
    const back = recalled(account, draft).reduce((now, one) => drafts.edited(now, one.edit, one.at), fresh);
    setRestored(back.made.length);
    setEditor({ draft: back, selected: null, pending: null, of: draft });
  }, [schedule, draft, account]);

  const made = editor.draft.made;
  const of = editor.of;
  useEffect(() => {
    if (of !== null) kept(account, of, made);
  }, [made, of, account]);

  const unsaved = made.length + (editor.pending ? 1 : 0);
  useEffect(() => {
    if (unsaved === 0) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [unsaved]);

  /** One step of the editor, at the server's time. */
  const step = useCallback((change: (now: Editor, at: number) => Editor) => {
    setEditor((now) => ({ ...change(now, serverClock.now()), of: now.of }));
  }, []);
  const forget = useCallback(() => {
    setEditor((now) => ({ ...now, draft: drafts.opened(now.draft.base), pending: null }));
  }, []);
  const saved = useCallback((sent: readonly number[], cells: readonly Cell[]) => {
    setEditor((now) => ({ ...now, draft: drafts.saved(now.draft, sent, cells) }));
  }, []);
  const plan = useMemo(() => shownPlan(editor), [editor]);
  return { editor, plan, step, saved, forget, unsaved, restored };
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
