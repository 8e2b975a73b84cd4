import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { address, http } from "../../api/http";
import type { Ms } from "../../live/types";

/** The forecast's part of the HTTP interface. Instants in ms, local days as ISO texts, ratios 0..1, contacts. */
export type Texts = Record<string, string>;
export type Band = { mean: number; p10: number; p90: number };
export type Basis = {
  first: string | null;
  last: string | null;
  days: number;
  contacts: number;
  few: boolean;
  similar: string | null;
  expected_a_day: number | null;
  tested_days: number;
  aht_known: number;
  country: string;
  nightly: boolean;
};
export type Version = {
  id: string;
  queue: string;
  made_at: Ms;
  made_by_name: string;
  first: string;
  last: string;
  basis: Basis;
};
export type ForecastQueue = {
  queue: string;
  names: Texts;
  client: string;
  channels: string[];
  target: number;
  within_s: number;
  latest: Version | null;
};
export type ForecastDay = {
  day: string;
  open: boolean;
  forecast: Band | null;
  came: number | null;
  drivers: Record<string, number>;
  aht_s: number | null;
  holiday: string | null;
  working: boolean;
  events: string[];
  adjustments: string[];
};
export type AdjustmentHow = "factor" | "add" | "total";
export type Hours = { first: string; last: string; from_s: number; until_s: number };
export type Adjustment = Hours & {
  id: string;
  queue: string;
  how: AdjustmentHow;
  value: number;
  note: string;
  made_at: Ms;
  made_by_name: string;
  undone: boolean;
};
export type Forecast = {
  queue: string;
  zone: string;
  today: string;
  history: { first: string | null; last: string | null; days: number; contacts: number; few: boolean };
  version: Version | null;
  days: ForecastDay[];
  adjustments: Adjustment[];
};
export type Slot = {
  start: Ms;
  mean: number | null;
  p10: number | null;
  p50: number | null;
  p90: number | null;
  aht_s: number | null;
  came: number | null;
};
export type Day = { queue: string; day: string; zone: string; target: number; within_s: number; slots: Slot[] };
export type Accuracy = {
  wmape: number | null;
  mase: number | null;
  coverage: number | null;
  bias: number | null;
  naive_wmape: number | null;
  day_wmape: number | null;
  day_coverage: number | null;
  days: number;
};
export type Fold = {
  days: string[];
  said: number[];
  low: number[];
  high: number[];
  came: number[];
  wmape: number | null;
  naive_wmape: number | null;
  coverage: number | null;
};
export type Backtest = { folds: Fold[]; all: Accuracy };
export type Held = {
  days: { day: string; mean: number; p10: number; p90: number; came: number; wmape: number | null }[];
  all: Accuracy;
};
export type EventKind = "campaign" | "billing" | "launch" | "outage" | "other";
export type EventHow = "factor" | "add" | "leave_out";
export type PlannedEvent = Hours & {
  id: string;
  version: number;
  client: string;
  queues: string[];
  title: string;
  kind: EventKind;
  how: EventHow;
  value: number;
  note: string;
  made_at: Ms;
  made_by_name: string;
};
export type EventIn = Omit<PlannedEvent, "id" | "version" | "client" | "made_at" | "made_by_name">;
export type Period = { first: string; last: string };

const BASE = "/api/planning/forecasts";

export function useQueues() {
  return useQuery({
    queryKey: ["forecast", "queues"],
    queryFn: () => http.get<{ items: ForecastQueue[]; today: string; zone: string }>(`${BASE}/queues`),
  });
}

export function useForecast(queue: string | null, period: Period | null) {
  return useQuery({
    queryKey: ["forecast", "view", queue, period],
    queryFn: () => http.get<Forecast>(BASE, { query: { queue, ...period } }),
    enabled: queue !== null && period !== null,
    placeholderData: keepPreviousData,
  });
}

export function useDay(queue: string, day: string | null) {
  return useQuery({
    queryKey: ["forecast", "day", queue, day],
    queryFn: () => http.get<Day>(`${BASE}/day`, { query: { queue, day } }),
    enabled: day !== null,
    placeholderData: keepPreviousData,
  });
}

export function useHeld(queue: string, period: Period) {
  return useQuery({
    queryKey: ["forecast", "held", queue, period],
    queryFn: () => http.get<Held>(`${BASE}/accuracy`, { query: { queue, ...period } }),
  });
}

export function useEvents(queue: string | null) {
  return useQuery({
    queryKey: ["forecast", "events", queue],
    queryFn: () => http.get<{ items: PlannedEvent[] }>("/api/planning/events", { query: { queue } }),
  });
}

export function useMeasured(event: string, queue: string, past: boolean) {
  return useQuery({
    queryKey: ["forecast", "measured", event, queue],
    queryFn: () =>
      http.get<{ factor: number | null }>(`/api/planning/events/${event}/measured`, { query: { queue } }),
    enabled: past,
    staleTime: 300_000,
  });
}

export type MakeIn = Period & { queue: string; similar: string | null; expected_a_day: number | null };

/** What changes a forecast; afterwards all that shows one is asked again. */
export function useChanges() {
  const client = useQueryClient();
  const done = { onSuccess: () => client.invalidateQueries({ queryKey: ["forecast"] }) };
  return {
    make: useMutation({ mutationFn: (body: MakeIn) => http.post<Version>(BASE, { body }), ...done }),
    adjust: useMutation({
      mutationFn: (body: Hours & { queue: string; how: AdjustmentHow; value: number; note: string }) =>
        http.post<Adjustment>(`${BASE}/adjustments`, { body }),
      ...done,
    }),
    undo: useMutation({ mutationFn: (id: string) => http.delete<Adjustment>(`${BASE}/adjustments/${id}`), ...done }),
    redo: useMutation({
      mutationFn: (id: string) => http.post<Adjustment>(`${BASE}/adjustments/${id}/redo`),
      ...done,
    }),
    saveEvent: useMutation({
      mutationFn: ({ id, version, ...body }: EventIn & { id: string | null; version: number }) =>
        id === null
          ? http.post<PlannedEvent>("/api/planning/events", { body })
          : http.put<PlannedEvent>(`/api/planning/events/${id}`, { body: { ...body, version } }),
      ...done,
    }),
    removeEvent: useMutation({ mutationFn: (id: string) => http.delete(`/api/planning/events/${id}`), ...done }),
  };
}

export function useBacktest() {
  return useMutation({
    mutationFn: (body: { queue: string; folds: number; horizon: number }) =>
      http.post<Backtest>(`${BASE}/back-test`, { body }),
  });
}

export function exportAddress(
  asked: Period & { queue: string; every: "day" | "interval"; format: "csv" | "xlsx"; language: string },
): string {
  return address(`${BASE}/export`, asked);
}
