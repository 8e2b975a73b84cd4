import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { http } from "../../api/http";
import {
  type Conflicts,
  type Cover,
  cellFrom,
  type DraftState,
  type Edited,
  type Effect,
  editsFor,
  PLANNING,
  type Schedule,
  type ServerEdit,
} from "./api";
import { mondayOf, step as stepped } from "./axis";
import { changes, type Draft } from "./draft";
import { type Editor, shownPlan } from "./editor";
import type { Cell, Plan } from "./model";

/** Questions and commands of the schedule, as the pages ask them. */

export type Span = { first: string; last: string };
export const SCHEDULE = "schedule";

/** `enabled`: not before it is known which draft. */
export function useSchedule(span: Span, draft: string | null, enabled: boolean) {
  return useQuery({
    queryKey: [SCHEDULE, "days", span.first, span.last, draft],
    queryFn: ({ signal }) => http.get<Schedule>(`${PLANNING}/schedule`, { query: { ...span, draft }, signal }),
    enabled,
    placeholderData: keepPreviousData,
    refetchInterval: 15_000, // others edit too
    refetchOnWindowFocus: true,
  });
}

export function useDrafts() {
  return useQuery({
    queryKey: [SCHEDULE, "drafts"],
    queryFn: ({ signal }) => http.get<{ items: DraftState[] }>(`${PLANNING}/drafts`, { signal }),
    refetchInterval: 30_000,
  });
}

export function useCover(span: Span, draft: string | null, rev: number) {
  return useQuery({
    queryKey: [SCHEDULE, "cover", span.first, span.last, draft, rev],
    queryFn: ({ signal }) => http.get<Cover>(`${PLANNING}/schedule/cover`, { query: { ...span, draft }, signal }),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
}

export function useConflicts(draft: DraftState | null) {
  return useQuery({
    queryKey: [SCHEDULE, "conflicts", draft?.id, draft?.rev],
    queryFn: ({ signal }) => http.get<Conflicts>(`${PLANNING}/drafts/${draft?.id ?? ""}/check`, { signal }),
    enabled: draft !== null,
    placeholderData: keepPreviousData,
  });
}

/** The period that a new draft is made for: the whole weeks of the view. */
export function draftSpan(days: readonly string[]): Span {
  const first = mondayOf(days[0] ?? "");
  const last = mondayOf(days.at(-1) ?? "");
  return { first, last: stepped("day", last, 6) };
}

/** The edits that bring the server's draft to what is on screen. Clashes are left out until somebody decides. */
export function editsOf(draft: Draft, present: Plan = draft.present): ServerEdit[] {
  const clashing = new Set(draft.clashes.map((one) => one.key));
  const now = { ...draft, present };
  return changes(now)
    .filter((cell) => !clashing.has(`${cell.agent} ${cell.day}`))
    .flatMap((cell) => editsFor(cell, draft.base.get(`${cell.agent} ${cell.day}`)));
}

/** Everything on screen that the server has not, what is in hand with it. */
export function editsInHand(editor: Editor): ServerEdit[] {
  if (!editor.pending) return editsOf(editor.draft);
  const made = [...editor.draft.made, { id: -1, edit: editor.pending, at: 0 }];
  return editsOf({ ...editor.draft, made }, shownPlan(editor));
}

/** `taken` hears of what was saved before anything is read again: else one's own would come in as somebody else's. */
type Saving = {
  draft: string | null;
  edits: ServerEdit[];
  span: Span;
  taken?: (cells: readonly Cell[]) => void;
};

export function useSave() {
  const queries = useQueryClient();
  return useMutation({
    networkMode: "always", // without a network it fails at once, and says so; waiting would look like saving
    mutationFn: async ({ draft, edits, span, taken }: Saving) => {
      const id = draft ?? (await http.post<DraftState>(`${PLANNING}/drafts`, { body: span })).id;
      const done = edits.length > 0 ? await sent(id, edits) : { rev: 0, days: [] };
      const cells: Cell[] = done.days.map(cellFrom);
      taken?.(cells);
      return { draft: id, cells };
    },
    onSettled: () => queries.invalidateQueries({ queryKey: [SCHEDULE] }),
  });
}

const MOST = 1000;

async function sent(id: string, edits: readonly ServerEdit[]): Promise<Edited> {
  let out: Edited = { rev: 0, days: [] };
  for (let i = 0; i < edits.length; i += MOST) {
    const done = await http.post<Edited>(`${PLANNING}/drafts/${id}/edits`, {
      body: { edits: edits.slice(i, i + MOST) },
    });
    out = { rev: done.rev, days: [...out.days, ...done.days] };
  }
  return out;
}

/** A value that has not changed for a while. */
export function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}

/** Before and after, as the server reckons them, of edits that are not saved. */
export function useEffectOf(draft: string | null, edits: readonly ServerEdit[], group: string | null, span: Span) {
  const body = useMemo(
    () => JSON.stringify({ edits: edits.map(({ base: _, ...edit }) => edit), group, ...span }),
    [edits, group, span],
  );
  const asked = useSettled(body, 250);
  const changed = edits.length > 0;
  const answer = useQuery({
    queryKey: [SCHEDULE, "effect", draft, asked],
    queryFn: ({ signal }) =>
      http.post<Effect>(`${PLANNING}/drafts/${draft ?? ""}/preview`, { body: JSON.parse(asked), signal }),
    enabled: draft !== null && changed && asked === body, // not for each step of a drag
    staleTime: 30_000,
    gcTime: 60_000,
    retry: false,
  });
  return { ...answer, data: changed ? answer.data : undefined, current: asked === body };
}
