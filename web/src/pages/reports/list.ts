import { inLanguage, type Language } from "../../i18n/language";
import type { Stored } from "./api";

/** Groups of the list, in their order: what one reads most first. */
export const GROUPS = [
  "live",
  "getting_through",
  "efficiency",
  "felt",
  "classes",
  "by",
  "history",
  "mine",
  "shared",
] as const;
export type Group = (typeof GROUPS)[number];

/** Reports by group; those of groups that we have no word for stand among the shared ones. Empty groups are left out. */
export function grouped(items: readonly Stored[]): { key: Group; items: Stored[] }[] {
  const of = (one: Stored): Group => {
    if (one.ready === null) return one.yours ? "mine" : "shared";
    return GROUPS.find((group) => group === one.ready) ?? "shared";
  };
  return GROUPS.map((key) => ({ key, items: items.filter((one) => of(one) === key) })).filter(
    (group) => group.items.length > 0,
  );
}

/** Those whose title or description, in any language, holds all that was asked for. */
export function matching(items: readonly Stored[], asked: string, lang: Language): Stored[] {
  const wanted = asked.trim().toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return items.filter((one) => {
    const text = [
      ...Object.values(one.report.title),
      inLanguage(one.report.description, lang),
      ...one.report.blocks.flatMap((block) => block.metrics),
    ]
      .join(" ")
      .toLocaleLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}
