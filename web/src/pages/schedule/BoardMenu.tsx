import { type ReactNode, useEffect } from "react";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { schedule } from "../../i18n/schedule";
import type { Ms } from "../../live/types";
import { Icon } from "../../ui/Icon";
import { MenuAt, type MenuItems, type Point } from "../floor/MenuAt";
import type { ServerEdit } from "./api";
import { type Opening, wallAt } from "./axis";
import { aimAt } from "./board";
import type { Editor } from "./editor";
import * as editing from "./editor";
import type { Edit, Picked } from "./edits";
import { ACTIVITY_ICON } from "./looks";
import { cellOf, ON_SHIFT, type Plan } from "./model";
import type { Person } from "./people";
import { frameOf } from "./Row";
import { usePatterns } from "./setupData";
import { onStep, USUAL } from "./spans";

/** What can be done where one pointed: the same as by drag and by key, in words. */
export function BoardMenu({
  menu,
  editor,
  plan,
  person,
  clock,
  nameOf,
  opening,
  zone,
  editable,
  step,
  refused,
  onServer,
  onClose,
}: {
  menu: { picked: Picked; at: Point; when: Ms | null };
  editor: Editor;
  plan: Plan;
  person: Person | null;
  clock: (at: Ms) => string;
  nameOf: (agent: string) => string;
  opening: Opening;
  zone: string;
  editable: boolean;
  step: (change: (now: Editor, at: number) => Editor) => void;
  refused: (edit: Edit) => boolean;
  /** What only the server can do: placing a shift or breaks by the rules. */
  onServer: (edits: ServerEdit[]) => Promise<void>;
  onClose: () => void;
}) {
  const t = useWords(schedule);
  const lang = useLanguage();
  const patterns = usePatterns();
  const { picked, when } = menu;
  const cell = cellOf(plan, picked.agent, picked.day);
  const place = { agent: picked.agent, day: picked.day };
  const aim = aimAt(editor.draft.present, picked);
  const at = when === null ? (aim?.start ?? wallAt(picked.day, opening.from, zone)) : onStep(when);
  const frame = person ? frameOf(person, picked.day) : undefined;

  const entries = (() => {
    const list: { key: string; label: string; icon?: ReactNode; danger?: boolean; run: () => void }[] = [];
    const make = (edit: Edit) => () => {
      if (!refused(edit)) step((e, time) => editing.make(e, edit, time));
    };
    if (!editable) return list;
    if (!cell.locked) {
      const whole = aim?.activity === "work";
      for (const activity of ON_SHIFT) {
        if (!aim || activity === aim.activity) continue;
        const what = t(`activity.${activity}`);
        const icon = ACTIVITY_ICON[activity];
        const edit: Edit = { kind: "change", ...aim, to: activity, ...(whole && when !== null ? { at } : {}) };
        list.push({
          key: activity,
          label: t(whole ? "menu.add" : "menu.change", { what }),
          icon: icon ? <Icon name={icon} size={14} /> : undefined,
          run: make(edit),
        });
      }
      if (!cell.spans.some((span) => ON_SHIFT.includes(span.activity))) {
        for (const pattern of patterns.slice(0, 8)) {
          const from = clock(wallAt(picked.day, pattern.start_from, zone));
          list.push({
            key: `pattern ${pattern.id}`,
            label: t("menu.pattern", { name: inLanguage(pattern.name, lang), from }),
            run: () => void onServer([{ op: "place", ...place, pattern: pattern.id, minute: pattern.start_from }]),
          });
        }
        list.push({
          key: "shift",
          label: t("menu.shift"),
          run: make({ kind: "insert", ...place, activity: "work", start: at, end: at + 9 * 3_600_000 }),
        });
      } else {
        list.push({
          key: "breaks",
          label: t("menu.breaks"),
          run: () => void onServer([{ op: "place_breaks", ...place }]),
        });
      }
      if (frame) {
        const from = Math.max(frame.start, Math.min(at, frame.end - USUAL.standby));
        const until = Math.min(frame.end, from + USUAL.standby);
        for (const one of cell.invites) {
          list.push({
            key: `un ${one.start}`,
            label: t("menu.uninvite"),
            run: make({ kind: "invite", ...place, ...one, on: false }),
          });
        }
        list.push({
          key: "invite",
          label: t("menu.invite", { from: clock(from), to: clock(until) }),
          run: make({ kind: "invite", ...place, start: from, end: until, on: true }),
        });
      }
      if (cell.spans.length > 0) {
        const from = Math.min(...cell.spans.map((span) => span.start));
        const until = Math.max(...cell.spans.map((span) => span.end));
        list.push({
          key: "leave",
          label: t("menu.leave"),
          icon: <Icon name="leave" size={14} />,
          run: make({
            kind: "shift",
            ...place,
            spans: [{ start: from, end: until, activity: "leave", paid: false }],
          }),
        });
        if (aim) {
          list.push({ key: "remove", label: t("key.remove"), danger: true, run: make({ kind: "remove", ...aim }) });
        }
        list.push({
          key: "clear",
          label: t("menu.clear"),
          danger: true,
          run: make({ kind: "shift", ...place, spans: [] }),
        });
      }
    }
    list.push({
      key: "lock",
      label: t(cell.locked ? "menu.unlock" : "menu.lock"),
      icon: <Icon name="lock" size={14} />,
      run: make({ kind: "lock", ...place, locked: !cell.locked }),
    });
    return list;
  })();

  const empty = entries.length === 0;
  useEffect(() => {
    if (empty) onClose();
  }, [empty, onClose]);
  if (empty) return null;
  const items: MenuItems = entries.map(({ key, label, icon, danger }) => ({ key, label, icon, danger }));
  return (
    <MenuAt
      at={menu.at}
      label={t("menuOf", { who: nameOf(picked.agent) })}
      items={items}
      onPick={(key) => entries.find((one) => one.key === key)?.run()}
      onClose={onClose}
    />
  );
}
