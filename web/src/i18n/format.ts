import type { Ms, Ratio } from "../live/types";
import { type Language, language, useLanguage } from "./language";

/** Figures, lengths of time, instants and sorting, as the look's README asks for. */

export const NO_DATA = "–";

/** Milliseconds as `m:ss`; from an hour on `1 h 12`, `1 小时 12 分`. Negative lengths read as zero. */
export function duration(ms: number, lang: Language = language()): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 3600) return `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  if (lang === "en") return `${hours} h ${two(minutes)}`;
  return lang === "zh-Hant" ? `${hours} 小時 ${minutes} 分` : `${hours} 小时 ${minutes} 分`;
}

/** A length in words, for screen readers and sentences: `2 minutes 5 seconds`. */
export function spokenDuration(ms: number, lang: Language = language()): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const parts: [number, "hour" | "minute" | "second"][] = [
    [Math.floor(seconds / 3600), "hour"],
    [Math.floor((seconds % 3600) / 60), "minute"],
    [seconds % 60, "second"],
  ];
  const said = parts.filter(([n], i) => n > 0 || (i === 2 && seconds === 0));
  return said
    .map(([n, unit]) => new Intl.NumberFormat(lang, { style: "unit", unit, unitDisplay: "long" }).format(n))
    .join(lang === "en" ? " " : "");
}

/** num ÷ den, or null where there is no data. */
export function quotient(ratio: Ratio | null | undefined): number | null {
  return ratio && ratio.den > 0 ? ratio.num / ratio.den : null;
}

/** A rate with one decimal and its unit: `81.1 %`; no data is `–`. */
export function percent(ratio: Ratio | null | undefined, digits = 1): string {
  const value = quotient(ratio);
  return value === null ? NO_DATA : `${(value * 100).toFixed(digits)} %`;
}

export function count(value: number | null | undefined, lang: Language = language()): string {
  return value === null || value === undefined ? NO_DATA : new Intl.NumberFormat(lang).format(value);
}

/** File sizes: `1.2 MB`. */
export function bytes(size: number): string {
  if (size < 1024) return `${size} B`;
  const units = ["kB", "MB", "GB"];
  let value = size;
  let unit = "B";
  for (const next of units) {
    if (value < 1024) break;
    value /= 1024;
    unit = next;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}

let siteZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Instants are shown in the site's zone wherever the reader sits. The session sets it. */
export function setZone(zone: string): void {
  siteZone = zone;
  made.clear();
}
export function zone(): string {
  return siteZone;
}

/** `clock` 14:05 · `second` 14:05:09 · `day` 7 Mar · `date` 2026-03-07 · `moment` day and clock, the year when it is not this one. */
export type InstantStyle = "clock" | "second" | "day" | "date" | "moment";

export function instant(at: Ms | string | Date, style: InstantStyle, lang: Language = language()): string {
  const date = at instanceof Date ? at : new Date(at);
  if (Number.isNaN(date.getTime())) return NO_DATA;
  switch (style) {
    case "clock":
      return formatter("clock", lang).format(date);
    case "second":
      return formatter("second", lang).format(date);
    case "day":
      return formatter("day", lang).format(date);
    case "date":
      return formatter("date", "en").format(date);
    case "moment":
      return formatter("moment", lang).format(date);
  }
}

/** The local day of an instant in the site's zone, `2026-03-07`: for grouping and "today". */
export function localDay(at: Ms): string {
  return formatter("date", "en").format(new Date(at));
}

const STYLES: Record<InstantStyle, Intl.DateTimeFormatOptions> = {
  clock: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  second: { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" },
  day: { month: "short", day: "numeric" },
  date: { year: "numeric", month: "2-digit", day: "2-digit" },
  moment: { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
};
const LOCALES: Record<Language, string> = { "zh-Hans": "zh-Hans-CN", "zh-Hant": "zh-Hant-TW", en: "en-GB" };
const made = new Map<string, Intl.DateTimeFormat>();
function formatter(style: InstantStyle, lang: Language): Intl.DateTimeFormat {
  const key = `${style} ${lang}`;
  let one = made.get(key);
  if (!one) {
    const locale = style === "date" ? "sv-SE" : LOCALES[lang]; // Swedish writes ISO 8601 dates
    one = new Intl.DateTimeFormat(locale, { ...STYLES[style], timeZone: siteZone });
    made.set(key, one);
  }
  return one;
}

/** Names in the reader's order: pinyin for 简体, strokes for 繁體; figures inside names count as numbers. */
export function collator(lang: Language = language()): Intl.Collator {
  let one = collators.get(lang);
  if (!one) {
    const order = lang === "en" ? "en" : lang === "zh-Hant" ? "zh-Hant-TW-u-co-stroke" : "zh-Hans-CN-u-co-pinyin";
    one = new Intl.Collator(order, { numeric: true });
    collators.set(lang, one);
  }
  return one;
}
export function useCollator(): Intl.Collator {
  return collator(useLanguage());
}
const collators = new Map<Language, Intl.Collator>();

function two(n: number): string {
  return n < 10 ? `0${n}` : String(n);
}
