import { useMemo } from "react";
import { duration } from "../../i18n/format";
import { lab } from "../../i18n/lab";
import { type Language, useLanguage } from "../../i18n/language";
import { useWords, type Words } from "../../i18n/messages";
import type { Change, Compared, FigureKey, Kind, Mind, Scenario, Shown } from "./model";

type T = Words<(typeof lab)["zh-Hans"]>;

/** A share as people read it on these screens: 79.6 for .796. */
export const points = (value: number | null | undefined) =>
  value === null || value === undefined ? "–" : (value * 100).toFixed(1);

export function figure(key: FigureKey, value: number | null | undefined, lang: Language): string {
  if (value === null || value === undefined) return "–";
  return key === "cost" ? money(value, lang) : points(value);
}

export function money(value: number | null | undefined, lang: Language, digits = 2): string {
  if (value === null || value === undefined) return "–";
  const rounded = Number(value.toFixed(digits)) || 0; // no minus before what is rounded to nothing
  return new Intl.NumberFormat(lang, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(
    rounded,
  );
}

/** A change in words; a planner's own name goes before. */
export function changeName(t: T, change: Change, forecast = false): string {
  switch (change.kind) {
    case "base":
      return t(forecast ? "change.base.forecast" : "change.base");
    case "callback":
      return t("change.callback", { n: change.after_s });
    case "handling":
      return t("change.handling", { n: change.seconds });
    case "self_service":
    case "cross_train":
    case "absent":
      return t(`change.${change.kind}`, { n: Math.round(change.share * 1000) / 10 });
    case "lines":
      return t(change.count < 0 ? "change.linesFewer" : "change.lines", { n: Math.abs(change.count) });
    case "part_timers":
    case "heads":
      return t(`change.${change.kind}`, { n: change.count });
    case "together":
      return t("change.together", { parts: (change.parts ?? []).map((part) => changeName(t, part)).join(" + ") });
    default:
      return t(`change.${change.kind}`);
  }
}

/** The line under a scenario's name. */
export function about(t: T, one: Scenario, shown: Shown): string {
  const { change } = one;
  const lines = shown.assumptions.lines ?? null;
  switch (change.kind) {
    case "base":
      return lines === null
        ? t("agentsOnly", { agents: shown.agents })
        : t("agentsAndLines", { agents: shown.agents, lines });
    case "part_timers":
    case "switch_down":
      return t(`about.${change.kind}`, { start: change.start ?? "", end: change.end ?? "" });
    case "lines":
      return t("about.lines", { from: lines ?? "–", to: (lines ?? 0) + change.count });
    default:
      return t(`about.${change.kind}`);
  }
}

export function mindWords(t: T, mind: Mind, shown: Shown): string {
  const value = points(mind.value);
  switch (mind.code) {
    case "so_far":
      return t("mind.so_far", { n: mind.n ?? 0 });
    case "falls":
    case "reaches":
    case "only":
      return t(`mind.${mind.code}`, { value });
    case "over":
    case "occupancy":
      return t(`mind.${mind.code}`, { value, limit: points(shown.assumptions.max_occupancy) });
    default:
      return t(`mind.${mind.code as "unclear" | "not_run" | "served"}`);
  }
}

/** The difference as it stands in a cell: ▲ 6.5, unclear, or nothing for the base. */
export function changeText(key: FigureKey, compared: Compared, lang: Language): string {
  const mean = compared.change?.mean ?? null;
  if (mean === null) return "";
  return `${mean > 0 ? "▲" : "▼"} ${figure(key, Math.abs(mean), lang)}`;
}

/** A local day in words: Wed 15 July. */
export function dayName(date: string, lang: Language, weekday = true): string {
  return new Intl.DateTimeFormat(lang === "en" ? "en-GB" : lang, {
    ...(weekday ? { weekday: "short" as const } : {}),
    month: "short",
    day: "numeric",
    timeZone: "UTC",
  }).format(new Date(`${date}T00:00:00Z`));
}

export const seconds = (value: number | null | undefined, lang: Language) =>
  value === null || value === undefined ? "–" : duration(value * 1000, lang);

/** Where a lever is done. */
export const PLACE: Partial<Record<Kind, string>> = {
  callback: "/flows",
  self_service: "/flows",
  part_timers: "/schedule",
  move_breaks: "/schedule",
  cross_train: "/schedule",
  heads: "/schedule",
  together: "/schedule",
  lines: "/settings/trunks",
  handling: "/knowledge",
};

/** Where a planned scenario is carried out; part-timers are called up with day, hours and number filled in. */
export function placeOf(change: Change, study: Shown["study"]): string {
  if (change.kind !== "part_timers") return PLACE[change.kind] ?? "/schedule";
  const day = study.kind === "forecast" ? study.date : "-";
  return `/schedule/requests?${new URLSearchParams({ call: `${day} ${change.start} ${change.end} ${change.count}` })}`;
}

/** Words with what they need of the language, made once a render. */
export function useLabWords() {
  const t = useWords(lab);
  const lang = useLanguage();
  return useMemo(
    () => ({
      t,
      lang,
      name: (one: Scenario, shown: Shown) => one.name || changeName(t, one.change, shown.study.kind === "forecast"),
    }),
    [t, lang],
  );
}
