import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from "react";
import { isProblem } from "../../api/problem";
import { type Fault, flows, type StoredFlow } from "./api";
import { begun, committed, type History, redo, undo } from "./history";
import { type Flow, nodeOf } from "./model";

/**
 * An open flow: the document with its history, what is chosen in it, and its draft on the server. Every change is
 * saved by itself a moment later, with the revision that it began from; when somebody else was first, nothing more is
 * saved until the reader has said what shall hold.
 */
export type SaveState = "saved" | "dirty" | "saving" | "failed" | "conflict";
export type Conflict = { by: string; at: number; current: number };
export type Editor = ReturnType<typeof useEditor>;

const QUIET_MS = 700;
const RETRY_MS = 5000;

type Edit = { history: History<Flow>; selection: readonly string[] };
type Act =
  | {
      type: "change";
      flow: (flow: Flow) => Flow;
      what: string;
      group: string | null;
      at: number;
      select?: readonly string[];
    }
  | { type: "undo" }
  | { type: "redo" }
  | { type: "select"; ids: readonly string[] }
  | { type: "load"; flow: Flow };

function reduced(edit: Edit, act: Act): Edit {
  switch (act.type) {
    case "change": {
      const history = committed(edit.history, act.flow(edit.history.present), act.what, act.at, act.group);
      return { history, selection: there(act.select ?? edit.selection, history.present) };
    }
    case "undo":
    case "redo": {
      const history = (act.type === "undo" ? undo : redo)(edit.history);
      return { history, selection: there(edit.selection, history.present) };
    }
    case "select":
      return sameIds(edit.selection, act.ids) ? edit : { ...edit, selection: act.ids };
    case "load":
      return { history: begun(act.flow), selection: there(edit.selection, act.flow) };
  }
}

const there = (ids: readonly string[], flow: Flow) => {
  const left = ids.filter((id) => nodeOf(flow, id));
  return left.length === ids.length ? ids : left;
};
const sameIds = (one: readonly string[], other: readonly string[]) =>
  one.length === other.length && one.every((id, i) => id === other[i]);

export function useEditor(opened: StoredFlow, writable: boolean) {
  const [edit, act] = useReducer(reduced, opened, (stored) => ({ history: begun(stored.document), selection: [] }));
  const flow = edit.history.present;
  const [stored, setStored] = useState(opened);
  const [faults, setFaults] = useState<Fault[]>(opened.faults);
  const [state, setState] = useState<SaveState>("saved");
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const kept = useRef({ flow: opened.document, revision: opened.revision, busy: false });
  const latest = useRef(flow);
  latest.current = flow;

  const took = useCallback((answer: StoredFlow, flow: Flow) => {
    kept.current.flow = flow;
    kept.current.revision = answer.revision;
    setStored(answer);
    setFaults(answer.faults);
    setConflict(null);
    setProblem(null);
  }, []);

  /** Stores what is on screen; gives whether all of it is stored. */
  const save = useCallback(async (): Promise<boolean> => {
    const now = kept.current;
    if (now.busy) return false;
    if (now.flow === latest.current) return true;
    now.busy = true;
    const flow = latest.current;
    setState("saving");
    try {
      took(await flows.save(opened.id, now.revision, flow), flow);
      setState(latest.current === flow ? "saved" : "dirty");
    } catch (error) {
      if (isProblem(error, "stale_version")) {
        const { by, at, current } = error.problem as unknown as Conflict;
        setConflict({ by, at, current });
        setState("conflict");
      } else {
        setProblem(error);
        setState("failed");
      }
    } finally {
      now.busy = false;
    }
    return now.flow === latest.current;
  }, [opened.id, took]);

  useEffect(() => {
    if (!writable || flow === kept.current.flow || state === "conflict" || state === "saving") return;
    if (state === "saved") setState("dirty");
    const timer = window.setTimeout(() => void save(), state === "failed" ? RETRY_MS : QUIET_MS);
    return () => window.clearTimeout(timer);
  }, [flow, state, save, writable]);

  // What was typed in the last moment before the page is left is stored, too.
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      if (latest.current !== kept.current.flow) event.preventDefault();
    };
    window.addEventListener("beforeunload", ask);
    return () => {
      window.removeEventListener("beforeunload", ask);
      if (writable && latest.current !== kept.current.flow) void save();
    };
  }, [save, writable]);

  const change = useCallback(
    (what: string, how: (flow: Flow) => Flow, options: { group?: string; select?: readonly string[] } = {}) => {
      if (!writable) return;
      act({ type: "change", flow: how, what, group: options.group ?? null, at: Date.now(), select: options.select });
    },
    [writable],
  );

  return useMemo(
    () => ({
      flow,
      stored,
      faults,
      state,
      conflict,
      problem,
      writable,
      selection: edit.selection,
      chosen: edit.selection.length === 1 ? nodeOf(flow, edit.selection[0]) : undefined,
      undoes: edit.history.done.at(-1)?.what ?? null,
      redoes: edit.history.undone.at(-1)?.what ?? null,
      change,
      save,
      select: (ids: readonly string[]) => act({ type: "select", ids }),
      undo: () => writable && act({ type: "undo" }),
      redo: () => writable && act({ type: "redo" }),
      /** Takes what the server has, in place of what is on screen. */
      load: (answer: StoredFlow) => {
        took(answer, answer.document);
        act({ type: "load", flow: answer.document });
        setState("saved");
      },
      /** Writes over what the other one stored. */
      overwrite: () => {
        if (conflict) kept.current.revision = conflict.current;
        setConflict(null);
        setState("dirty");
        void save();
      },
      revision: () => kept.current.revision,
      /** After a publication: what stands on the server now, while what is on screen stays. */
      refresh: async () => {
        const answer = await flows.open(opened.id);
        kept.current.revision = answer.revision;
        setStored(answer);
        setFaults(answer.faults);
      },
    }),
    [flow, stored, faults, state, conflict, problem, writable, edit, change, save, took, opened.id],
  );
}
