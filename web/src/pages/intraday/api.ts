import { useQuery } from "@tanstack/react-query";
import { http } from "../../api/http";
import { serverClock } from "../../live/clock";
import type { AgentState, Ms } from "../../live/types";

/** The day over HTTP (jietong/workforce/day/routes.py). Arrays are by steps of `step_s` from `start`. */
export type Activity = "work" | "break" | "meal" | "training" | "meeting" | "casework" | "leave" | "standby";
export type Texts = Record<string, string>;

export type DayPerson = {
  agent: string;
  name: string;
  team: string;
  part_time: boolean;
  state: AgentState;
  since: Ms;
  activity: Activity | null;
  until: Ms | null;
  next_activity: Activity | null;
  next_at: Ms | null;
  out_since: Ms | null;
  excused: boolean;
  kept_ms: number;
  scheduled_ms: number;
  groups: string[];
};
export type DayGroup = {
  id: string;
  names: Texts;
  share: number;
  within_s: number;
  said: number[] | null;
  mean: number[] | null;
  p10: number[] | null;
  p90: number[] | null;
  came: (number | null)[] | null;
  need_said: number[] | null;
  need: number[] | null;
  planned: number[];
  cover: number[];
};
export type DayException = {
  id: string;
  agent: string;
  name: string;
  start: Ms;
  end: Ms;
  note: string;
  by_name: string;
  at: Ms;
  withdrawn: boolean;
};
export type Overload = {
  group: string;
  occupancy: number;
  limit: number;
  agents: { agent: string; name: string; occupancy: number; on_line_since: Ms }[];
};
export type Day = {
  now: Ms;
  day: string;
  zone: string;
  start: Ms;
  step_s: number;
  published: boolean;
  groups: DayGroup[];
  people: DayPerson[];
  total: { kept_ms: number; scheduled_ms: number; out: number; absent: number; present: number };
  exceptions: DayException[];
  overloads: Overload[];
};

/** What a lever leaves open: its days put back, the request withdrawn, or nothing. */
export type Back = "undo" | "withdraw" | "none";
export type Weight = { gap_hours: number; largest: number; late: number; over_hours: number };
export type LeverKind =
  | "move_breaks"
  | "postpone"
  | "callback"
  | "call_in"
  | "overtime"
  | "send_home"
  | "relief"
  | "heads";
export type Move = {
  agent: string;
  name: string;
  activity: Activity | null;
  start: Ms;
  end: Ms | null;
  to: Ms | null;
  into: Activity | null;
};
export type Lever = {
  id: string;
  kind: LeverKind;
  groups: string[];
  before: Weight;
  after: Weight;
  cost: number | null;
  does: boolean;
  asks: boolean;
  back: Back;
  places: number;
  start: Ms | null;
  end: Ms | null;
  agents: string[];
  names: string[];
  moves: Move[];
};
export type DayAction = {
  id: string;
  kind: LeverKind;
  params: { invited?: number; request?: string; version?: number; places?: number; edits?: number };
  effect: { before: Weight; after: Weight; cost: number | null };
  names: string[];
  at: Ms;
  by_name: string;
  undone_at: Ms | null;
  undone_by_name: string | null;
  back: Back;
};
export type Levers = { items: Lever[]; actions: DayAction[]; forecast: boolean };

export type SkillRow = {
  skill: string;
  names: Texts;
  level: number;
  groups: string[];
  holders: number;
  able: number[];
  need: number[] | null;
  alone: (string | null)[];
  gone: boolean[];
};
export type Coverage = {
  day: string;
  start: Ms;
  step_s: number;
  first: number;
  last: number;
  warn_days: number;
  skills: SkillRow[];
  lapsing: { agent: string; name: string; skill: string; names: Texts; until: Ms; holders_left: number }[];
  trainings: {
    target: string;
    target_names: Texts;
    source: string;
    source_names: Texts;
    agents: string[];
    names: string[];
    skills: string[];
    before: number;
    after: number[];
  }[];
};

export const KEY = "day";
const SECOND = 1000;

/** Asked every five seconds; what has not changed comes as 304 from the browser's own store. */
export function useDay() {
  return useQuery({
    queryKey: [KEY, "picture"],
    queryFn: async ({ signal }) => {
      const found = await http.get<Day>("/api/planning/day", { signal });
      serverClock.observe(found.now);
      return found;
    },
    refetchInterval: 5 * SECOND,
  });
}

export function useLevers() {
  return useQuery({
    queryKey: [KEY, "levers"],
    queryFn: ({ signal }) => http.get<Levers>("/api/planning/day/levers", { signal }),
    refetchInterval: 30 * SECOND,
  });
}

export function useCoverage(open: boolean) {
  return useQuery({
    queryKey: [KEY, "coverage"],
    queryFn: ({ signal }) => http.get<Coverage>("/api/planning/day/coverage", { signal }),
    refetchInterval: 60 * SECOND,
    enabled: open,
  });
}

export const excuse = (body: { agent: string; start: Ms; end: Ms; note: string }) =>
  http.post<{ id: string }>("/api/planning/day/exceptions", { body });
export const withdraw = (id: string) => http.delete(`/api/planning/day/exceptions/${encodeURIComponent(id)}`);
export const apply = (id: string) =>
  http.post<DayAction>(`/api/planning/day/levers/${encodeURIComponent(id)}/apply`, { body: {} });
export const undo = (id: string) => http.post(`/api/planning/day/actions/${encodeURIComponent(id)}/undo`);
