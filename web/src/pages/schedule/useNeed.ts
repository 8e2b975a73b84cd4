import { useCallback, useMemo } from "react";
import type { Ms } from "../../live/types";
import type { Cover, DraftState } from "./api";
import { curveOf, roughly } from "./board";
import { coverWith } from "./curve";
import * as drafts from "./draft";
import type { Editor } from "./editor";
import type { Plan } from "./model";
import type { Person } from "./people";
import { editsInHand, editsOf, type Span, useEffectOf } from "./useBoard";

/** The need, the cover as it is on screen and as it was before the thing in hand moved, and what all that is unsaved
 * does. The cover is reckoned here at once; figures come from the server, and the gap alone stands in meanwhile. */
export function useNeed({
  editor,
  plan,
  cover,
  group,
  people,
  draft,
  span,
  earliest,
}: {
  editor: Editor;
  plan: Plan;
  cover: Cover | undefined;
  group: string | null;
  people: ReadonlyMap<string, Person>;
  draft: DraftState | null;
  span: Span;
  earliest: Ms;
}) {
  const counts = useCallback(
    (agent: string) => {
      const groups = people.get(agent)?.groups ?? [];
      return group === null ? groups.length > 0 : groups.includes(group);
    },
    [people, group],
  );
  const stored = useMemo(() => curveOf(cover, group), [cover, group]);
  const made = useMemo(() => drafts.changes(editor.draft), [editor.draft]);
  const inHand = useMemo(
    () =>
      editor.pending
        ? drafts.changes({
            ...editor.draft,
            made: [...editor.draft.made, { id: -1, edit: editor.pending, at: 0 }],
            present: plan,
          })
        : made,
    [editor, plan, made],
  );
  const base = editor.draft.base;
  const coverBefore = useMemo(
    () => (stored ? coverWith(stored.cover, base, made, counts) : null),
    [stored, base, made, counts],
  );
  const coverNow = useMemo(
    () => (stored ? coverWith(stored.cover, base, inHand, counts) : null),
    [stored, base, inHand, counts],
  );
  const kept = useMemo(() => editsOf(editor.draft), [editor.draft]);
  const all = useMemo(() => editsInHand(editor), [editor]);
  const effectKept = useEffectOf(draft?.id ?? null, kept, group, span);
  const effectAll = useEffectOf(draft?.id ?? null, all, group, span);
  const before =
    editor.pending && kept.length > 0 ? (effectKept.data?.after ?? null) : (effectAll.data?.before ?? null);
  const quick =
    all.length > 0 && stored?.forecast && coverBefore && coverNow && !effectAll.data
      ? roughly(stored.need, coverBefore, coverNow, earliest)
      : null;
  return {
    curve: stored && coverNow ? { need: stored.need, cover: coverNow } : null,
    coverBefore: editor.pending ? coverBefore : null,
    forecast: stored?.forecast ?? false,
    before: before ?? quick?.before ?? null,
    after:
      effectAll.data && effectAll.current ? effectAll.data.after : (quick?.after ?? effectAll.data?.after ?? null),
    since: effectAll.data?.since ?? earliest,
    working: all.length > 0 && draft !== null && (effectAll.isFetching || !effectAll.current),
    failed: effectAll.isError,
  };
}
