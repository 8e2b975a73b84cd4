import type { Names } from "../../live/types";

/** Reports as data, as the server keeps and runs them (docs/howto/reports.md). Times in seconds, shares 0..1. */
export const RELATIVE = [
  "today",
  "yesterday",
  "this_week",
  "last_week",
  "this_month",
  "last_month",
  "this_quarter",
  "last_quarter",
  "this_year",
  "last_year",
  "month_to_date",
  "year_to_date",
  "last_days",
  "last_weeks",
  "last_months",
  "absolute",
] as const;
export type Relative = (typeof RELATIVE)[number];

export const EVERY = ["all", "15m", "30m", "1h", "1d", "1w", "1M"] as const;
export type Every = (typeof EVERY)[number];

export const BY = [
  "queue",
  "agent",
  "reason",
  "client",
  "channel",
  "entry",
  "flow",
  "direction",
  "part_time",
] as const;
export type By = (typeof BY)[number];

export const AGAINST = ["none", "previous", "year", "weeks"] as const;
export type Against = (typeof AGAINST)[number];

export const KINDS = ["figures", "table", "chart", "text"] as const;
export type Kind = (typeof KINDS)[number];

export const DRAWN = ["line", "bar", "stacked", "heat"] as const;
export type Drawn = (typeof DRAWN)[number];

/** `n` belongs to last_days, last_weeks, last_months; dates, both included, to absolute. */
export type Period = { kind: Relative; n?: number | null; first?: string | null; last?: string | null };
export type Comparison = { against: Against; weeks?: number };

export const FACETS = ["queues", "agents", "clients", "channels", "entries", "reasons", "directions"] as const;
export type Facet = (typeof FACETS)[number];
/** Which contacts count. Nothing said: all. */
export type Filter = { [K in Facet]?: readonly string[] | null } & {
  part_time?: boolean | null;
  simulated?: boolean | null;
};

/** In the figure's unit as people give it: shares 0..1, times in seconds. */
export type Limit = { metric: string; below?: number | null; above?: number | null };
export type Target = { metric: string; value: number };
export type Sort = { by: string; descending?: boolean };
export type Texts = Partial<Names>;

export type Block = {
  kind: Kind;
  title: Texts;
  metrics: readonly string[];
  by: readonly By[];
  every: Every;
  drawn: Drawn;
  period: Period | null;
  filter: Filter | null;
  comparison: Comparison | null;
  sort: Sort | null;
  top: number | null;
  limits: readonly Limit[];
  targets: readonly Target[];
  total: boolean;
  gap: boolean;
  text: Texts;
};

export type Report = {
  title: Texts;
  description: Texts;
  blocks: readonly Block[];
  period: Period;
  filter: Filter;
  comparison: Comparison;
  live: boolean;
};

export type Share = { kind: "role" | "client"; who: string };

// --- what comes out ------------------------------------------------------------------------------------------------

/** One figure. `value` null: no data; `low`, `high`: Wilson's interval of a share at 95 %. */
export type Value = {
  value: number | null;
  numerator: number;
  denominator: number;
  low: number | null;
  high: number | null;
  before: number | null;
  change: number | null;
  target: number | null;
  mark: string | null;
};

export type Unit = "count" | "ratio" | "s" | "mos" | string;
export type Column = {
  key: string;
  id: string;
  unit: Unit;
  how: string;
  better: string;
  names: Texts;
  attribution: string;
};

export type Line = {
  start: number;
  end: number;
  keys: readonly (string | null)[];
  values: readonly Value[];
  rest: boolean;
};

export function emptyBlock(kind: Kind): Block {
  return {
    kind,
    title: {},
    metrics: [],
    by: [],
    every: kind === "chart" ? "1d" : "all",
    drawn: "line",
    period: null,
    filter: null,
    comparison: null,
    sort: null,
    top: null,
    limits: [],
    targets: [],
    total: true,
    gap: false,
    text: {},
  };
}

export function emptyReport(): Report {
  return {
    title: {},
    description: {},
    blocks: [],
    period: { kind: "last_days", n: 7 },
    filter: {},
    comparison: { against: "none" },
    live: false,
  };
}
