/** The three languages and which of them a BCP 47 tag asks for. */

export type Lang = "zh-Hans" | "zh-Hant" | "en";
export const LANGS: readonly Lang[] = ["zh-Hans", "zh-Hant", "en"];

/** The script decides; without one, the region does: Taiwan, Hong Kong and Macao read 繁體. */
export function langOf(tag: string): Lang | null {
  const [language, ...rest] = tag.toLowerCase().replaceAll("_", "-").split("-");
  if (language === "en") return "en";
  if (language !== "zh") return null;
  if (rest.includes("hans")) return "zh-Hans";
  return rest.some((part) => ["hant", "tw", "hk", "mo"].includes(part)) ? "zh-Hant" : "zh-Hans";
}
