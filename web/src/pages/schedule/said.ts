import type { Words } from "../../i18n/messages";
import type { schedule } from "../../i18n/schedule";
import type { Edit } from "./edits";
import { MINUTE } from "./model";

/** Edits in words, for the list of what is unsaved and for the tip at what is in hand. */
export type Tell = {
  t: Words<(typeof schedule)["zh-Hans"]>;
  clock: (at: number) => string;
  nameOf: (agent: string) => string;
};

export function editSaid(edit: Edit, { t, clock, nameOf }: Tell): string {
  switch (edit.kind) {
    case "move": {
      const what = t(`activity.${edit.activity}`);
      return t("made.move", { what, from: clock(edit.start), to: clock(edit.start + edit.by) });
    }
    case "resize": {
      const what = t(`activity.${edit.activity}`);
      const by = lengthSaid(Math.abs(edit.by), t);
      const longer = edit.edge === "end" ? edit.by > 0 : edit.by < 0;
      return t("made.resize", { what, from: clock(edit.start), to: t(longer ? "longerBy" : "shorterBy", { by }) });
    }
    case "change":
      return t("made.change", {
        from: clock(edit.at ?? edit.start),
        what: t(`activity.${edit.activity}`),
        to: t(`activity.${edit.to}`),
      });
    case "remove":
      return t("made.remove", { what: t(`activity.${edit.activity}`), from: clock(edit.start) });
    case "insert":
      return t("made.insert", { what: t(`activity.${edit.activity}`), from: clock(edit.start), to: clock(edit.end) });
    case "shift":
      return t("made.shift");
    case "give":
      return t("made.give", { to: nameOf(edit.to.agent) });
    case "lock":
      return t(edit.locked ? "made.lock" : "made.unlock");
    case "invite":
      return edit.on ? t("made.invite", { from: clock(edit.start), to: clock(edit.end) }) : t("made.uninvite");
  }
}

/** `1 小时 30 分`, `45 min`. */
export function lengthSaid(ms: number, t: Tell["t"]): string {
  const minutes = Math.round(ms / MINUTE);
  const [h, m] = [Math.floor(minutes / 60), minutes % 60];
  if (h === 0) return t("minutes", { n: m });
  return m === 0 ? t("hours", { n: h }) : t("hoursMinutes", { h, m });
}

/** What is in hand: where it would be, and how far from where it was. */
export function tipSaid(edit: Edit, span: { start: number; end: number } | null, tell: Tell): string | null {
  const { t, clock, nameOf } = tell;
  if (edit.kind === "give") return t("giving", { from: nameOf(edit.agent), to: nameOf(edit.to.agent) });
  if (!span) return null;
  const place = `${clock(span.start)}–${clock(span.end)}`;
  if (edit.kind === "move") {
    const by = lengthSaid(Math.abs(edit.by), t);
    return `${place}　${t(edit.by < 0 ? "earlierBy" : "laterBy", { by })}`;
  }
  if (edit.kind === "resize") {
    const by = lengthSaid(Math.abs(edit.by), t);
    const longer = edit.edge === "end" ? edit.by > 0 : edit.by < 0;
    return `${place}　${t(longer ? "longerBy" : "shorterBy", { by })}`;
  }
  return null;
}
