import type { Schema } from "../../api/types";

/** Shapes of the scenario lab (jietong/workforce/lab/schemas.py). */
export type Study = Schema<"LabStudyOut">;
export type Shown = Schema<"LabShownOut">;
export type Scenario = Schema<"LabScenarioOut">;
export type Change = Schema<"LabChangeOut">;
export type Lever = Schema<"LabLeverOut">;
export type Mind = Schema<"LabMindOut">;
export type Compared = Schema<"LabComparedOut">;
export type Check = Schema<"LabCheckOut">;
export type Kind = Change["kind"];
export type FigureKey = "sl3" | "sl7" | "abandon_rate" | "occupancy" | "cost";

export const FIGURES: readonly FigureKey[] = ["sl3", "sl7", "abandon_rate", "occupancy", "cost"];

/** Assumptions in the panel's groups; those of one group follow each other. */
export const GROUPS = {
  calls: ["volume", "spread"],
  callers: ["patience_s", "redial_busy", "redial_abandon", "callback_accept", "callback_reached"],
  handling: ["talk_s", "wrapup_s", "resolved"],
  people: ["absent", "part_time_accept", "part_time_travel_s"],
  lines: ["lines", "full_time_hour", "part_time_hour", "line_day", "callback_cost"],
  effort: ["coaching_day", "menu_day", "training_hours"],
  promise: ["target", "within_s", "max_occupancy"],
} as const;
export type Group = keyof typeof GROUPS;
export type Assumption = (typeof GROUPS)[Group][number];

/** How an assumption is shown and typed in: the number on screen is the stored one × `times`. */
export const UNITS: Record<Assumption, { times: number; digits: number; sign: "%" | "s" | "min" | "¥" | "h" | "" }> =
  {
    volume: { times: 100, digits: 1, sign: "%" },
    spread: { times: 100, digits: 1, sign: "%" },
    patience_s: { times: 1, digits: 0, sign: "s" },
    redial_busy: { times: 100, digits: 1, sign: "%" },
    redial_abandon: { times: 100, digits: 1, sign: "%" },
    callback_accept: { times: 100, digits: 1, sign: "%" },
    callback_reached: { times: 100, digits: 1, sign: "%" },
    talk_s: { times: 1, digits: 1, sign: "s" },
    wrapup_s: { times: 1, digits: 1, sign: "s" },
    resolved: { times: 100, digits: 1, sign: "%" },
    absent: { times: 100, digits: 1, sign: "%" },
    part_time_accept: { times: 100, digits: 1, sign: "%" },
    part_time_travel_s: { times: 1 / 60, digits: 0, sign: "min" },
    lines: { times: 1, digits: 0, sign: "" },
    full_time_hour: { times: 1, digits: 2, sign: "¥" },
    part_time_hour: { times: 1, digits: 2, sign: "¥" },
    line_day: { times: 1, digits: 2, sign: "¥" },
    callback_cost: { times: 1, digits: 2, sign: "¥" },
    coaching_day: { times: 1, digits: 1, sign: "min" },
    menu_day: { times: 1, digits: 2, sign: "¥" },
    training_hours: { times: 1, digits: 1, sign: "h" },
    target: { times: 100, digits: 1, sign: "%" },
    within_s: { times: 1, digits: 0, sign: "s" },
    max_occupancy: { times: 100, digits: 1, sign: "%" },
  };

/** Which may be left empty: nobody gives up, lines without end, not known. */
export const OPTIONAL: ReadonlySet<Assumption> = new Set(["patience_s", "lines", "resolved"]);

/** The values typed into the panel that differ from the version's. */
export type Edits = Partial<Record<Assumption, number | null>>;

export function edited(assumptions: Shown["assumptions"], edits: Edits): Edits {
  return Object.fromEntries(Object.entries(edits).filter(([name, value]) => assumptions[name] !== value)) as Edits;
}

/** Whether anything waits or runs, so that the page asks again soon. */
export function moving(shown: Shown | undefined): boolean {
  if (!shown) return false;
  return (
    shown.study.state === "preparing" ||
    shown.scenarios.some((one) => one.run.state === "queued" || one.run.state === "running")
  );
}

export type Tally = { done: number; running: number; queued: number };

export function tally(scenarios: readonly Scenario[]): Tally {
  const of = (state: string) => scenarios.filter((one) => one.run.state === state).length;
  return { done: of("done"), running: of("running"), queued: of("queued") };
}

/** Columns on screen: contingencies that were never run stand in their own menu. */
export function columns(scenarios: readonly Scenario[]): Scenario[] {
  return scenarios.filter((one) => !one.contingency || one.run.state !== "none");
}

/** ▲ 6.5, ▼ 3.2, or unclear: the interval of the change holds 0. */
export function direction(change: { mean: number | null; low: number | null; high: number | null } | null) {
  if (!change || change.mean === null) return null;
  if (change.low === null || change.high === null) return "unclear" as const;
  if (change.low <= 0 && change.high >= 0) return "unclear" as const;
  return change.mean > 0 ? ("up" as const) : ("down" as const);
}
