import type { Words } from "../../../i18n/messages";
import type { scheduleRequests } from "../../../i18n/scheduleRequests";
import type { Request } from "../api";
import type { Activity, Span } from "../model";
import { reach } from "../model";
import type { Clocks } from "../words";
import { hoursOfLeave } from "./leave";

/** Requests in words. Pure. */
type T = Words<(typeof scheduleRequests)["zh-Hans"]>;

export function requestSaid(one: Request, t: T, clocks: Clocks): string {
  const day = clocks.day(one.day);
  switch (one.kind) {
    case "leave": {
      const hours = hoursOfLeave(one);
      if (hours) return t("whatLeavePart", { day, from: clocks.clock(hours.from), to: clocks.clock(hours.to) });
      return one.last_day === one.day
        ? t("whatLeaveDay", { from: day })
        : t("whatLeave", { from: day, to: clocks.day(one.last_day) });
    }
    case "swap":
      return t("whatSwap", {
        day,
        who: one.partner_name ?? "",
        other: clocks.day(one.partner_day ?? one.day),
      });
    case "give_away":
      return one.partner_name ? t("whatGive", { day, who: one.partner_name }) : t("whatGiveAny", { day });
    default:
      return t("whatCall", {
        day,
        from: one.start === null ? "" : clocks.clock(one.start),
        to: one.end === null ? "" : clocks.clock(one.end),
        places: one.places,
      });
  }
}

/** `9:00–18:00`, the name of what is there instead, or free. */
export function daySaid(
  spans: readonly Span[],
  t: T,
  clocks: Clocks,
  nameOf: (activity: Activity) => string,
): string {
  const on = reach(spans);
  if (on) return `${clocks.clock(on.start)}–${clocks.clock(on.end)}`;
  const [first] = spans;
  return first ? nameOf(first.activity) : t("free");
}
