import { NO_DATA } from "../../i18n/format";
import type { Language } from "../../i18n/language";
import type { Every, Unit, Value } from "./model";

/** Figures of reports as text, and what is told of their sureness. Pure. */

const DECIMALS: Record<string, number> = { count: 0, ratio: 1, s: 1, mos: 2, points: 2 };

/**
 * A value in its unit, without the unit's sign: `81.1`, `1,204`, `14.2`, `4.12`; no data is `–`. The digits are those of
 * every export (rendering/figures.py): the exact number, ties to even.
 */
export function figureText(value: number | null | undefined, unit: Unit, lang: Language): string {
  if (value === null || value === undefined) return NO_DATA;
  const text = numbers(lang, DECIMALS[unit] ?? 0).format(unit === "ratio" ? value * 100 : value);
  return /[1-9]/.test(text) ? text.replace("-", "−") : text.replace("-", "");
}

/** The sign that stands small beside a value, or in the head of a column. */
export function sign(unit: Unit, lang: Language): string {
  if (unit === "ratio") return "%";
  return unit === "s" ? (lang === "en" ? "s" : "秒") : "";
}

/** With its sign: for sentences, charts and screen readers. */
export function figureWithSign(value: number | null | undefined, unit: Unit, lang: Language): string {
  const text = figureText(value, unit, lang);
  const unitSign = sign(unit, lang);
  return value === null || value === undefined || !unitSign ? text : `${text} ${unitSign}`;
}

/** As an axis has it: no more digits than the steps need. */
export function axisText(value: number, unit: Unit, lang: Language): string {
  const shown = unit === "ratio" ? value * 100 : value;
  const text = new Intl.NumberFormat(lang, { maximumFractionDigits: Math.abs(shown) < 10 ? 1 : 0 }).format(shown);
  return sign(unit, lang) ? `${text} ${sign(unit, lang)}` : text;
}

/** `▲ 1.2`, `▼ 0.4`; `=` where nothing changed at the precision shown. Points for shares. Null without a comparison. */
export function changeText(change: number | null | undefined, unit: Unit, lang: Language): string | null {
  if (change === null || change === undefined) return null;
  const size = figureText(Math.abs(change), unit, lang);
  if (!/[1-9]/.test(size)) return "=";
  return `${change > 0 ? "▲" : "▼"} ${size}`;
}

/** The numbers of a figure's sum: `14,204.25`, two decimals where it is a length of time. */
export function partText(part: number, unit: Unit, lang: Language): string {
  const digits = unit === "count" || unit === "ratio" ? 0 : 2;
  return new Intl.NumberFormat(lang, { maximumFractionDigits: digits }).format(part);
}

/** Wilson's interval as `82.1–85.3`, percentages. */
export function around(value: Pick<Value, "low" | "high">): string | null {
  if (value.low === null || value.high === null) return null;
  return `${(value.low * 100).toFixed(1)}–${(value.high * 100).toFixed(1)}`;
}

/**
 * Where an interval lies, in words of the zone: `9:00`, `7 Nov 9:00` when the report spans several days, a date with
 * its weekday, a week from its first to its last day, a month. `brief`: for the axis of a chart.
 */
export function intervalText(
  start: number,
  end: number,
  every: Every,
  { zone, lang, oneDay, brief = false }: { zone: string; lang: Language; oneDay: boolean; brief?: boolean },
): string {
  const as = (options: Intl.DateTimeFormatOptions, at = start) => formatter(options, zone, lang).format(new Date(at));
  switch (every) {
    case "15m":
    case "30m":
    case "1h":
      return oneDay ? as(CLOCK) : `${as(DAY)} ${as(CLOCK)}`;
    case "1d":
      return brief ? as(DAY) : as(WEEKDAY);
    case "1w":
      return brief ? as(DAY) : daysText(start, end, zone, lang);
    case "all":
      return daysText(start, end, zone, lang);
    case "1M":
      return as(MONTH);
  }
}

/** `1–7 Nov 2026`, or one day with its weekday: a window's local days, the last included. */
export function daysText(start: number, end: number, zone: string, lang: Language): string {
  const whole = formatter(DATE, zone, lang);
  return whole.formatRange(new Date(start), new Date(Math.max(start, end - 1)));
}

/** Whether a window lies within one local day. */
export function withinOneDay(start: number, end: number, zone: string): boolean {
  const day = formatter(DATE, zone, "en");
  return day.format(new Date(start)) === day.format(new Date(Math.max(start, end - 1)));
}

const CLOCK: Intl.DateTimeFormatOptions = { hour: "numeric", minute: "2-digit", hourCycle: "h23" };
const DAY: Intl.DateTimeFormatOptions = { month: "short", day: "numeric" };
const WEEKDAY: Intl.DateTimeFormatOptions = { month: "short", day: "numeric", weekday: "short" };
const DATE: Intl.DateTimeFormatOptions = { year: "numeric", month: "short", day: "numeric" };
const MONTH: Intl.DateTimeFormatOptions = { year: "numeric", month: "short" };
const LOCALES: Record<Language, string> = { "zh-Hans": "zh-Hans-CN", "zh-Hant": "zh-Hant-TW", en: "en-GB" };
const made = new Map<string, Intl.DateTimeFormat>();

export function formatter(options: Intl.DateTimeFormatOptions, zone: string, lang: Language): Intl.DateTimeFormat {
  const key = `${lang} ${zone} ${JSON.stringify(options)}`;
  let one = made.get(key);
  if (!one) {
    one = new Intl.DateTimeFormat(LOCALES[lang], { ...options, timeZone: zone });
    made.set(key, one);
  }
  return one;
}

const formats = new Map<string, Intl.NumberFormat>();
function numbers(lang: Language, digits: number): Intl.NumberFormat {
  const key = `${lang} ${digits}`;
  let one = formats.get(key);
  if (!one) {
    const fixed = { minimumFractionDigits: digits, maximumFractionDigits: digits, roundingMode: "halfEven" };
    one = new Intl.NumberFormat(lang, fixed as Intl.NumberFormatOptions);
    formats.set(key, one);
  }
  return one;
}
