import { NO_NAMES } from "../../settings/documents";
import type { BreakRule, Group, MealRule, Pattern, Stored } from "../setupData";

/** Wall times and lengths of the set-up, as fields show them. Pure. */
export const BREAKS: BreakRule = { length: 15, after: 120, edge: 30 };
export const MEAL: MealRule = { length: 60, over: 360, earliest: 150, latest: 330, paid: false };

export const BLANK_PATTERN: Stored<Pattern> = {
  kind: "pattern",
  id: "",
  version: 0,
  changed_at: 0,
  changed_by: "",
  spec: {
    id: "",
    name: NO_NAMES,
    start_from: 540,
    start_to: 540,
    start_step: 30,
    length: 540,
    weekdays: [0, 1, 2, 3, 4, 5, 6],
    breaks: BREAKS,
    meal: MEAL,
    active: true,
  },
};

export const BLANK_GROUP: Stored<Group> = {
  kind: "group",
  id: "",
  version: 0,
  changed_at: 0,
  changed_by: "",
  spec: {
    id: "",
    name: NO_NAMES,
    queues: [],
    goal: { share: 0.85, within_s: 20, max_occupancy: 0.88 },
    shrinkage: 0.05,
    absence: 0.08,
    missing_hour_cost: 200,
    active: true,
  },
};

/** `09:30` of 570; past midnight the clock of the next day. */
export function minutesText(minutes: number): string {
  const within = ((minutes % 1440) + 1440) % 1440;
  return `${String(Math.floor(within / 60)).padStart(2, "0")}:${String(within % 60).padStart(2, "0")}`;
}

export function minutesOf(text: string): number | null {
  const found = /^(\d{1,2}):(\d{2})/.exec(text);
  return found ? Number(found[1]) * 60 + Number(found[2]) : null;
}

export function hoursText(minutes: number): number {
  return Math.round(minutes / 6) / 10;
}

/** The end of a frame: an end at or before its start is on the next day. */
export function endAfter(start: number, end: number): number {
  return end > start ? end : end + 1440;
}
