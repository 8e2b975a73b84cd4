import { useMemo } from "react";
import { zone } from "../../i18n/format";
import { type Language, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { schedule } from "../../i18n/schedule";
import type { Ms } from "../../live/types";
import type { RowWords } from "./Row";

/** Clocks and days as the schedule writes them: `9:00`, `7 月 15 日 周三`, in the site's zone. */
export type Clocks = {
  clock: (at: Ms) => string;
  day: (day: string) => string;
  dayShort: (day: string) => string;
  weekday: (day: string) => string;
};

const LOCALES: Record<Language, string> = { "zh-Hans": "zh-Hans-CN", "zh-Hant": "zh-Hant-TW", en: "en-GB" };

export function clocksOf(lang: Language, zone: string): Clocks {
  const locale = LOCALES[lang];
  const of = (options: Intl.DateTimeFormatOptions, timeZone = "UTC") =>
    new Intl.DateTimeFormat(locale, { ...options, timeZone });
  const clock = of({ hour: "numeric", minute: "2-digit", hourCycle: "h23" }, zone);
  const day = of({ month: "short", day: "numeric" });
  const weekday = of({ weekday: "short" });
  const noon = (iso: string) => new Date(`${iso}T12:00:00Z`);
  const known = new Map<Ms, string>();
  return {
    clock: (at) => {
      let text = known.get(at);
      if (text === undefined) {
        text = clock.format(at).replace(/^0(\d)/, "$1");
        if (known.size > 5000) known.clear();
        known.set(at, text);
      }
      return text;
    },
    day: (iso) =>
      lang === "en"
        ? `${weekday.format(noon(iso))} ${day.format(noon(iso))}`
        : `${day.format(noon(iso))} ${weekday.format(noon(iso))}`,
    dayShort: (iso) => day.format(noon(iso)),
    weekday: (iso) => weekday.format(noon(iso)),
  };
}

export function useClocks(of?: string): Clocks {
  const lang = useLanguage();
  const at = of ?? zone();
  return useMemo(() => clocksOf(lang, at), [lang, at]);
}

/** What every row needs; one object as long as the language stays. */
export function useRowWords(of: string): RowWords {
  const t = useWords(schedule);
  const clocks = useClocks(of);
  return useMemo(() => ({ t, clock: clocks.clock, zone: of, dayName: clocks.day }), [t, clocks, of]);
}
