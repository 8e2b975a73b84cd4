import { inLanguage, type Language } from "../../i18n/language";
import type { Words } from "../../i18n/messages";
import type { settings } from "../../i18n/settings";
import type { Names } from "../../live/types";
import type { Need, QueueSpec } from "./documents";
import { listed } from "./list";

export type Known = { skills: Map<string, Names>; hours: Map<string, Names>; queues: Map<string, Names> };
type T = Words<(typeof settings)["zh-Hans"]>;

/** What a queue's rules mean, sentence by sentence, in the order in which a customer would meet them. */
export function meaning(
  spec: QueueSpec,
  known: Known,
  t: T,
  lang: Language,
  channelName: (channel: QueueSpec["channels"][number]) => string,
): string[] {
  const name = (names: Map<string, Names>, id: string) => inLanguage(names.get(id), lang) || id;
  const list = (parts: string[]) => listed(parts, lang);
  const needs = (all: readonly Need[]) =>
    list(all.map((need) => t("saySkill", { skill: name(known.skills, need.skill), n: need.level })));
  const channels = list(spec.channels.map(channelName));
  const how = t(spec.selection ?? "longest_idle");
  const out = [
    spec.hours ? t("sayOpen", { hours: name(known.hours, spec.hours), channels }) : t("sayOpenAlways", { channels }),
  ];
  if (spec.max_waiting != null) out.push(t("sayFull", { n: spec.max_waiting }));
  out.push(
    spec.ageing_s == null
      ? t("sayStrict", { p: spec.priority })
      : t("sayAgeing", { p: spec.priority, s: spec.ageing_s }),
  );
  if (spec.sticky_s > 0) out.push(t("saySticky", { s: spec.sticky_s }));
  out.push(spec.requires.length ? t("sayWho", { skills: needs(spec.requires), how }) : t("sayAnyone", { how }));
  out.push(t("sayOffer", { s: spec.offer_s }));
  for (const step of spec.steps) {
    if (step.type === "move") out.push(t("sayMove", { s: step.after_s, queue: name(known.queues, step.queue) }));
    else if (step.requires.length) out.push(t("sayExpand", { s: step.after_s, skills: needs(step.requires) }));
    else out.push(t("sayExpandAnyone", { s: step.after_s }));
  }
  if (spec.invite) {
    const limits = [
      spec.invite.wait_s == null ? null : t("limitWait", { n: spec.invite.wait_s }),
      spec.invite.waiting == null ? null : t("limitWaiting", { n: spec.invite.waiting }),
      spec.invite.occupancy == null
        ? null
        : t("limitOccupancy", { n: `${Math.round(spec.invite.occupancy * 100)} %` }),
    ].filter((one) => one !== null);
    out.push(t("sayInvite", { limits: limits.join(t("or")), calm: spec.invite.calm_s }));
  }
  out.push(t("sayAlarm", { s: spec.alarm_wait_s }));
  if (spec.max_wait_s != null) out.push(t("sayMaxWait", { s: spec.max_wait_s }));
  out.push(
    t("sayLevel", {
      p: `${Math.round(spec.service_level_target * 1000) / 10} %`,
      s: spec.service_level_s,
      short: spec.short_abandon_s,
    }),
  );
  out.push(spec.wrapup_s == null ? t("sayWrapFree") : t("sayWrap", { s: spec.wrapup_s, more: spec.wrapup_extend_s }));
  return out;
}
