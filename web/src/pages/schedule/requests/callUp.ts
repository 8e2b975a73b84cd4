import type { Ms } from "../../../live/types";
import { dayPlus, minuteOf } from "../axis";

/** What a call-up begins with, from wherever somebody came. */
export type CallUp = { day?: string; from?: string; until?: string; places?: number };

/** Four hours to come: of this afternoon, from the next full hour, or of tomorrow's afternoon. Pure. */
export function usualCallUp(now: Ms, zone: string): Required<Omit<CallUp, "places">> {
  const day = new Date(now).toLocaleDateString("sv-SE", { timeZone: zone });
  const hour = Math.floor(minuteOf(now, day, zone) / 60) + 1;
  if (hour > 19) return { day: dayPlus(day, 1), from: "14:00", until: "18:00" };
  const from = Math.max(14, hour);
  return { day, from: `${from}:00`, until: `${from + 4}:00` };
}

/** From the address; what is not there stays as the dialog has it. */
export function callUp(text: string | null): CallUp {
  const [day, from, until, places] = (text ?? "").split(" ");
  const wall = /^\d\d:\d\d$/;
  return {
    ...(day && /^\d{4}-\d\d-\d\d$/.test(day) ? { day } : {}),
    ...(from && until && wall.test(from) && wall.test(until) ? { from, until } : {}),
    ...(Number(places) >= 1 ? { places: Number(places) } : {}),
  };
}
