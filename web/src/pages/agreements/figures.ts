import { count, NO_DATA } from "../../i18n/format";
import { type Language, language } from "../../i18n/language";
import type { Money, Unit } from "./model";

/** Figures of agreements as text: shares without their sign where the head says per cent, money to the cent or whole. */

/** 0.8394 → `83.9`; the sign stands beside it or in the head of the column. */
export function share(value: number | null | undefined, digits = 1): string {
  return value === null || value === undefined ? NO_DATA : (value * 100).toFixed(digits);
}

/** A value in its unit: shares ×100, times in seconds, scores with a decimal, counts whole. No sign. */
export function inUnit(value: number | null | undefined, unit: Unit, lang: Language = language()): string {
  if (value === null || value === undefined) return NO_DATA;
  if (unit === "ratio") return share(value);
  if (unit === "count") return count(Math.round(value), lang);
  return new Intl.NumberFormat(lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(value);
}

/** What stands beside a large figure. */
export function unitSign(unit: Unit): string {
  return unit === "ratio" ? "%" : unit === "s" ? "s" : "";
}

/**
 * Decimal text for people: thousands parted, the minus as long as the plus. `signed` writes a plus as well; `whole`
 * leaves the cents out where there are none. Exact: the digits are never read as a floating number.
 */
export function money(
  amount: Money | null | undefined,
  { signed = false, whole = false, currency }: { signed?: boolean; whole?: boolean; currency?: string } = {},
): string {
  if (amount === null || amount === undefined || !/^[+-]?\d+(\.\d+)?$/.test(amount)) return NO_DATA;
  const negative = amount.startsWith("-");
  const [units = "0", fraction = ""] = amount.replace(/^[+-]/, "").split(".");
  const grouped = units.replace(/^0+(?=\d)/, "").replace(/\B(?=(\d{3})+$)/g, ",");
  const zero = isZero(amount);
  const sign = zero ? "" : negative ? "−" : signed ? "+" : "";
  const body = whole && /^0*$/.test(fraction) ? grouped : `${grouped}.${fraction.padEnd(2, "0")}`;
  return `${sign}${currency ? symbol(currency) : ""}${body}`;
}

/** The same amount taken away. */
export function negated(amount: Money): Money {
  return amount.startsWith("-") ? amount.slice(1) : `-${amount.replace(/^\+/, "")}`;
}

export function isZero(amount: Money | null | undefined): boolean {
  return amount !== null && amount !== undefined && /^[+-]?0*(\.0*)?$/.test(amount);
}

/** ¥ for CNY; a code stands before the amount where there is no sign of its own. */
export function symbol(currency: string): string {
  return SIGNS[currency] ?? `${currency} `;
}
const SIGNS: Record<string, string> = { CNY: "¥", USD: "$", EUR: "€", GBP: "£", TWD: "NT$", HKD: "HK$", JPY: "¥" };

/** `47c2c830 e361f0b3 …`: a digest that can be read aloud. */
export function digestWords(digest: string): string {
  return digest.replace(/^sha256:/, "").replace(/(.{8})(?=.)/g, "$1 ");
}

/** `2026-07` as people say it: 7 月, July; with the year when it is asked for. */
export function monthName(key: string, lang: Language = language(), withYear = false): string {
  const date = new Date(`${key.slice(0, 7)}-15T00:00:00Z`);
  if (Number.isNaN(date.getTime())) return key;
  const options: Intl.DateTimeFormatOptions = {
    month: lang === "en" ? "long" : "numeric",
    timeZone: "UTC",
    ...(withYear ? { year: "numeric" } : {}),
  };
  const text = new Intl.DateTimeFormat(LOCALES[lang], options).format(date);
  return lang === "en" ? text : text.replace(/(\d+)/g, " $1 ").trim().replace(/ 年 /, " 年 ");
}

/** `2026-07-08` as a day of the year: 7 月 8 日, 8 July. */
export function dayName(day: string, lang: Language = language(), withYear = false): string {
  const date = new Date(`${day.slice(0, 10)}T12:00:00Z`);
  if (Number.isNaN(date.getTime())) return day;
  const options: Intl.DateTimeFormatOptions = {
    month: lang === "en" ? "short" : "long",
    day: "numeric",
    timeZone: "UTC",
    ...(withYear ? { year: "numeric" } : {}),
  };
  const text = new Intl.DateTimeFormat(LOCALES[lang], options).format(date);
  return lang === "en" ? text : text.replace(/(\d+)/g, " $1 ").trim();
}
const LOCALES: Record<Language, string> = { "zh-Hans": "zh-Hans-CN", "zh-Hant": "zh-Hant-TW", en: "en-GB" };

/** Key of the month before or after. */
export function monthBeside(key: string, step: 1 | -1): string {
  const [year = 2000, month = 1] = key.split("-").map(Number);
  const at = year * 12 + (month - 1) + step;
  return `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, "0")}`;
}

/** `SL3, 20 s` where the formula has a variant to be known by, else the objective's own name. */
export function shortName(
  one: { names: Readonly<Record<string, string>>; variant: string; figure: { metric: string } },
  lang: Language = language(),
): string {
  if (!one.variant) return one.names[lang] || one.names["zh-Hans"] || one.names.en || "";
  const within = /\((\d+)/.exec(one.figure.metric)?.[1];
  return within ? `${one.variant}${lang === "en" ? `, ${within} s` : `，${within} 秒`}` : one.variant;
}
