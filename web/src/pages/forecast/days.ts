import type { Language } from "../../i18n/language";

/** Local days in words; they have no zone of their own. */
function format(day: string, lang: Language, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(lang === "en" ? "en-GB" : lang, { ...options, timeZone: "UTC" }).format(
    new Date(`${day}T00:00:00Z`),
  );
}

/** `Mon 20 Jul`, `7月20日 周一`. */
export function dayName(day: string, lang: Language): string {
  return format(day, lang, { weekday: "short", month: "short", day: "numeric" });
}

/** For the foot of a chart: `20 Jul`, `7/20`. */
export function dayTick(day: string, lang: Language): string {
  return lang === "en"
    ? format(day, lang, { month: "short", day: "numeric" })
    : format(day, lang, { month: "numeric", day: "numeric" });
}
