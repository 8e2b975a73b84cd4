import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { address, http } from "../../api/http";
import type { Ms } from "../../live/types";
import type { Period, Texts } from "./api";

/** Need and lines over HTTP. Lists go together, an entry a quarter of an hour. */
export type NeedBasis = {
  model: "erlang_a" | "erlang_c";
  level: string;
  share: number;
  within_s: number;
  max_occupancy: number | null;
  patience_s: number | null;
  gave_up: number;
  at_a_time: number;
  absence: number;
  shrinkage: number;
};
export type NeedGroup = {
  id: string;
  names: Texts;
  queues: { queue: string; names: Texts; forecast: boolean }[];
};
export type NeedSlots = {
  start: Ms;
  contacts: number[];
  contacts_low: number[] | null;
  contacts_high: number[] | null;
  aht_s: number[];
  on_line: number[];
  need: number[];
  need_low: number[] | null;
  need_high: number[] | null;
  cover: (number | null)[] | null;
};
export type NeedDay = {
  day: string;
  first: number;
  steps: number;
  contacts: number;
  hours: number;
  hours_low: number | null;
  hours_high: number | null;
  on_line_hours: number;
  peak: number;
  peak_at: Ms | null;
  cover_hours: number | null;
  missing_hours: number | null;
};
export type Need = {
  queue: string;
  zone: string;
  step_s: number;
  unknown: "no_group" | "out_of_scope" | "no_forecast" | null;
  group: NeedGroup | null;
  basis: NeedBasis | null;
  slots: NeedSlots | null;
  days: NeedDay[];
};
export type Waits = "measured" | "planned";
export type HeldQueue = {
  queue: string;
  names: Texts;
  forecast: boolean;
  contacts: number | null;
  flow_s: number | null;
  wait_s: number | null;
  talk_s: number | null;
  held_s: number | null;
  sources: {
    flow: "measured" | "mean" | "presumed";
    wait: "measured" | "planned" | "presumed";
    talk: "measured" | "presumed";
  } | null;
};
export type LinesPeak = { at: Ms; load: number; lines: number; seats: number; blocked: number | null };
export type Lines = {
  zone: string;
  step_s: number;
  start: Ms;
  blocking: number;
  retries: number;
  shared: boolean;
  trunks: { id: string; names: Texts; channels: number }[];
  channels: number | null;
  queues: HeldQueue[];
  days: {
    day: string;
    first: number;
    steps: number;
    lines: number;
    lines_high: number | null;
    at: Ms | null;
    seats: number;
  }[];
  slots: { load: number[]; lines: number[]; lines_high: number[] | null; seats: number[] };
  peak: LinesPeak | null;
  peak_high: LinesPeak | null;
};

const BASE = "/api/planning/requirement";

/** `scheduled` false: the need alone, which takes less. */
export function useNeed(queue: string, period: Period, scheduled: boolean) {
  return useQuery({
    queryKey: ["forecast", "need", queue, period, scheduled],
    queryFn: () => http.get<Need>(BASE, { query: { queue, ...period, scheduled } }),
    placeholderData: (before) => (before?.queue === queue ? before : undefined),
  });
}

export function useLines(period: Period, blocking: number, waits: Waits) {
  return useQuery({
    queryKey: ["forecast", "lines", period, blocking, waits],
    queryFn: () => http.get<Lines>(`${BASE}/lines`, { query: { ...period, blocking, waits } }),
    placeholderData: keepPreviousData,
  });
}

type File = Period & { every: "day" | "interval"; format: "csv" | "xlsx"; language: string };

export function needFile(asked: File & { queue: string }): string {
  return address(`${BASE}/export`, asked);
}

export function linesFile(asked: File & { blocking: number; waits: Waits }): string {
  return address(`${BASE}/lines/export`, asked);
}
