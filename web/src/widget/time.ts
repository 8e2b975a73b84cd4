/** How times and sizes are written for the customer. */

import type { Lang } from "./lang";

const HOURS: Record<Lang, (hours: number, minutes: number) => string> = {
  "zh-Hans": (h, m) => `${h} 小时 ${m} 分`,
  "zh-Hant": (h, m) => `${h} 小時 ${m} 分`,
  en: (h, m) => `${h} h ${m}`,
};

/** A duration in ms as m:ss, from an hour on as 1 h 12. */
export function hours(ms: number, lang: Lang): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds >= 3600) return HOURS[lang](Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** Time of day in the customer's own zone, 24 hours: 8:00, 14:05. */
export function clock(at: number, lang: Lang): string {
  return new Intl.DateTimeFormat(lang, { hour: "numeric", minute: "2-digit", hourCycle: "h23" }).format(at);
}

/** 1.2 MB: powers of 1000, one decimal below ten. */
export function size(bytes: number): string {
  const units = ["B", "kB", "MB", "GB"];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && value < 9.95 && Math.round(value * 10) % 10 !== 0 ? 1 : 0;
  return `${value.toFixed(digits)} ${units[unit]}`;
}
