import { count, duration, NO_DATA } from "../../i18n/format";
import { type Language, language } from "../../i18n/language";
import { share } from "./figures";
import type { Capacity, Trap } from "./model";

/** Whether the trunks carry the callers (D6), as text. `null` is unknown and is said so: it is never 0. */
export interface Lines {
  load: string;
  offered: string;
  blocking: string;
  needed: string;
  /** All trunks full at once, and on how many of the days that was watched. */
  busy: { time: string; days: string } | null;
}

/** None where lines or load are not known, or not for the reader: then the server's sentence stands alone. */
export function linesOf(one: Capacity, lang: Language = language()): Lines | null {
  if (one.load === null || one.offered === null || one.blocking === null || one.lines === null) return null;
  return {
    load: erlang(one.load, lang),
    offered: erlang(one.offered, lang),
    blocking: `${share(one.blocking)} %`,
    needed: count(one.needed, lang),
    busy:
      one.busy_s === null
        ? null
        : { time: duration(one.busy_s * 1000, lang), days: `${one.witnessed} / ${one.days}` },
  };
}

/** Callers turned away: as seen, and those that are only estimated (null: none are). */
export function turnedAway(
  one: Capacity,
  lang: Language = language(),
): { seen: string; estimated: string | null } | null {
  if (one.known === "unknown" || one.blocked === null) return null;
  return {
    seen: count(one.blocked, lang),
    estimated: one.known === "estimated" && one.unseen !== null ? count(Math.round(one.unseen), lang) : null,
  };
}

/** Lines of a trunk; one that is gone or out of service has none that is known. */
export function channels(value: number | null, lang: Language = language()): string {
  return value === null ? NO_DATA : count(value, lang);
}

export function pressOfLevel(level: Capacity["level"]): "act" | "look" | undefined {
  return level === "critical" || level === "alarm" ? "act" : level === "over" ? "look" : undefined;
}

/** Alarms are read first; the order within is the server's. */
export function parted(traps: readonly Trap[]): { alarms: Trap[]; warnings: Trap[] } {
  return {
    alarms: traps.filter((one) => one.level === "alarm"),
    warnings: traps.filter((one) => one.level !== "alarm"),
  };
}

function erlang(value: number, lang: Language): string {
  return new Intl.NumberFormat(lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(value);
}
