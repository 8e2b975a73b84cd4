import { useMemo } from "react";
import type { Ms } from "../../live/types";
import { carried, dayShift, samePlace } from "./board";
import * as editing from "./editor";
import type { Picked } from "./edits";
import type { Hand } from "./Gantt";
import type { useEditor } from "./useEditor";

export type Menu = { picked: Picked; at: { x: number; y: number }; when: Ms | null };

/** What the pointer does on the board, as steps of the editor. One object as long as nothing of it changes. */
export function useHand({
  step,
  earliest,
  onMenu,
  onHover,
  onFocused,
}: {
  step: ReturnType<typeof useEditor>["step"];
  earliest: Ms;
  onMenu: (menu: Menu) => void;
  onHover: (at: Ms | null) => void;
  onFocused: (inside: boolean) => void;
}): Hand {
  return useMemo(
    () => ({
      pick: (picked) =>
        step((e, at) => (samePlace(e.selected, picked) && e.pending ? e : editing.select(e, picked, at))),
      move: (picked, by) => step((e) => carried(e, picked, (aim) => ({ kind: "move", ...aim, by }), by, earliest)),
      resize: (picked, edge, by) =>
        step((e) => carried(e, picked, (aim) => ({ kind: "resize", ...aim, edge, by }), by, earliest)),
      give: (picked, to) =>
        step((e, at) =>
          editing.handed(
            { ...e, pending: e.pending?.kind === "give" ? e.pending : null, selected: picked },
            to,
            dayShift(picked.day, to.day),
            earliest,
            at,
          ),
        ),
      menu: (picked, at, when) => {
        step((e, time) => editing.select(e, picked, time));
        onMenu({ picked, at, when });
      },
      hover: onHover,
      focused: onFocused,
    }),
    [step, earliest, onMenu, onHover, onFocused],
  );
}
