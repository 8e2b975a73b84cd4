import { useMemo } from "react";
import { isProblem } from "../../api/problem";
import { useLanguage } from "../../i18n/language";
import { useWords, type Words } from "../../i18n/messages";
import { mySchedule } from "../../i18n/mySchedule";
import { worded } from "../../i18n/problems";
import { schedule } from "../../i18n/schedule";
import type { Ms } from "../../live/types";
import type { Request } from "../schedule/api";
import type { Activity } from "../schedule/model";
import { hoursOfLeave } from "../schedule/requests/leave";
import { type Clocks, clocksOf } from "../schedule/words";

export type Own = Words<(typeof mySchedule)["zh-Hans"]>;
export type Said = {
  t: Own;
  clocks: Clocks;
  activity: (one: Activity) => string;
  length: (ms: number) => string;
  day: (at: Ms) => string; // the local day of an instant, ISO
  minute: (at: Ms) => number; // minutes after local midnight
};

/** Words, days and clocks in the reader's language and the site's zone. */
export function useSaid(zone: string): Said {
  const t = useWords(mySchedule);
  const s = useWords(schedule);
  const lang = useLanguage();
  return useMemo(() => {
    const clocks = clocksOf(lang, zone);
    const wall = new Intl.DateTimeFormat("sv-SE", {
      timeZone: zone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
    });
    const day = (at: Ms) => wall.format(at).slice(0, 10);
    return {
      t,
      clocks,
      activity: (one) => s(`activity.${one}`),
      length: (ms) => {
        const minutes = Math.max(0, Math.round(ms / 60_000));
        const [h, m] = [Math.floor(minutes / 60), minutes % 60];
        if (h === 0) return t("lengthMinutes", { m });
        return m === 0 ? t("lengthHours", { h }) : t("length", { h, m });
      },
      day,
      minute: (at) => {
        const [h = "0", m = "0"] = wall.format(at).slice(11).split(":");
        return Number(h) * 60 + Number(m);
      },
    };
  }, [t, s, lang, zone]);
}

const WHY: Readonly<Record<string, keyof (typeof mySchedule)["zh-Hans"]>> = {
  rest_short: "why.rest_short",
  hours_week: "why.hours_week",
  hours_day: "why.hours_day",
  hours_month: "why.hours_month",
  overtime_day: "why.overtime",
  overtime_month: "why.overtime",
  days_in_row: "why.days_in_row",
  rest_days: "why.rest_days",
  on_leave: "why.on_leave",
  certificate_lapsed: "why.no_skill",
  no_group: "why.no_skill",
  skills_missing: "why.no_skill",
  outside_frames: "why.frames",
  outside_contract: "why.contract",
  overlap: "why.busy",
  works_already: "why.busy",
  no_shift: "why.no_shift",
  break_missing: "why.breaks",
  meal_missing: "why.breaks",
};

/** The rule that forbids it, in words. */
export function whySaid(code: string, t: Own): string {
  const key = WHY[code];
  return key ? (t as (key: string) => string)(key) : t("why.other", { code });
}

/** A request in one line: who gives what to whom. */
export function requestSaid(one: Request, { t, clocks }: Said): string {
  const day = clocks.day(one.day);
  if (one.kind === "leave") {
    const hours = hoursOfLeave(one);
    if (hours) return t("callFor", { day, from: clocks.clock(hours.from), to: clocks.clock(hours.to) });
    return one.last_day === one.day
      ? t("leaveDay", { day })
      : t("leaveOf", { from: day, to: clocks.day(one.last_day) });
  }
  if (one.kind === "swap") {
    return t("swapWith", {
      one: one.agent_name,
      day,
      two: one.partner_name ?? "",
      other: clocks.day(one.partner_day ?? one.day),
    });
  }
  if (one.kind === "give_away") {
    return one.partner_name
      ? t("giveTo", { one: one.agent_name, day, two: one.partner_name })
      : t("giveToAll", { one: one.agent_name, day });
  }
  const clock = (at: Ms | null) => (at === null ? "" : clocks.clock(at));
  return t("callFor", { day, from: clock(one.start), to: clock(one.end) });
}

/** Why the server would not: the rules that would be broken, or its own sentence. */
export function faultSaid(error: unknown, t: Own): string {
  if (!isProblem(error, "rules_broken") || !Array.isArray(error.problem.conflicts)) return worded(error);
  const conflicts = error.problem.conflicts as { code: string }[];
  return t("cannot", { why: [...new Set(conflicts.map((one) => whySaid(one.code, t)))].join(" · ") });
}
