import { inLanguage, type Language } from "../../i18n/language";
import type { Words } from "../../i18n/messages";
import type { schedule } from "../../i18n/schedule";
import { scheduleFaults } from "../../i18n/scheduleFaults";
import type { Conflict } from "./api";
import { lengthSaid } from "./said";
import type { Clocks } from "./words";

/** Conflicts in words: what is wrong, and why. */
export type FaultWords = {
  f: Words<(typeof scheduleFaults)["zh-Hans"]>;
  t: Words<(typeof schedule)["zh-Hans"]>;
  clocks: Clocks;
  zone: string;
  lang: Language;
  nameOf: (agent: string) => string;
  groupOf: (id: string) => Record<string, string> | undefined;
  skillOf: (id: string) => string;
};
const CODES = scheduleFaults["zh-Hans"];

export function faultTitle(one: Conflict, words: FaultWords): string {
  const code = one.code in CODES ? one.code : "other";
  return words.f(code as "other", params(one, words) as { code: string });
}

/** The day of a conflict, for views of several days; empty where its title says it. */
export function faultDay(one: Conflict, words: FaultWords): string {
  const day = one.day ?? (one.start === null ? null : localDay(one.start, words.zone));
  const said = day === null ? "" : words.clocks.dayShort(day);
  return faultTitle(one, words).includes(said) ? "" : said;
}

export function faultWhy(one: Conflict, words: FaultWords): string {
  const key = `${one.code}.why`;
  return key in CODES ? words.f(key as "overlap.why", params(one, words) as never) : "";
}

export function fixName(one: Conflict, words: FaultWords): string {
  const key = `fix.${one.code}`;
  return words.f((key in CODES ? key : "fix.other") as "fix.other");
}

const DAYS = new Set(["since", "week", "before", "day"]);
const INSTANTS = new Set(["ends", "starts"]);

function params(one: Conflict, words: FaultWords): Record<string, string> {
  const { clocks, t } = words;
  const minutes = (value: unknown) => lengthSaid(Number(value) * 60_000, t);
  const out: Record<string, string> = {
    code: one.code,
    from: one.start === null ? "" : clocks.clock(one.start),
    to: one.end === null ? "" : clocks.clock(one.end),
    day: one.day === null ? "" : clocks.day(one.day),
    n: String(one.params.days ?? 1),
    most: "",
    hours: "",
  };
  for (const [name, value] of Object.entries(one.params)) {
    if (name === "one" || name === "two") out[name] = t(`activity.${value}` as "activity.work");
    else if (name === "group") out[name] = inLanguage(words.groupOf(String(value)), words.lang) || String(value);
    else if (name === "skill") out[name] = words.skillOf(String(value));
    else if (name === "until") out[name] = clocks.dayShort(localDay(Number(value), words.zone));
    else if (INSTANTS.has(name)) out[name] = momentOf(Number(value), words);
    else if (DAYS.has(name)) out[name] = clocks.dayShort(String(value));
    else if (name === "after" || name === "over") out[name] = minutes(value);
    else out[name] = typeof value === "number" ? String(Math.round(value * 100) / 100) : value;
  }
  if (one.code === "break_missing") {
    out.minutes = String(one.params.length ?? "");
    out.length = minutes(one.params.minutes ?? 0);
  }
  if (one.code === "meal_missing") out.minutes = String(one.params.minutes ?? "");
  return out;
}

function momentOf(at: number, { clocks, zone }: FaultWords): string {
  return `${clocks.dayShort(localDay(at, zone))} ${clocks.clock(at)}`;
}

function localDay(at: number, zone: string): string {
  return new Date(at).toLocaleDateString("sv-SE", { timeZone: zone });
}
