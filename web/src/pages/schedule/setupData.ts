import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { http } from "../../api/http";
import { inLanguage, useLanguage } from "../../i18n/language";
import { PLANNING, type Texts } from "./api";

/** What schedules are made by: shift patterns, terms of employment, rules, skill groups. Wall times in minutes. */
export type BreakRule = { length: number; after: number; edge: number };
export type MealRule = { length: number; over: number; earliest: number; latest: number; paid: boolean };
export type Pattern = {
  id: string;
  name: Texts;
  start_from: number;
  start_to: number;
  start_step: number;
  length: number;
  weekdays: number[];
  breaks: BreakRule;
  meal: MealRule | null;
  active: boolean;
};
export type WeekFrame = { weekday: number; start: number; end: number };
export type Terms = {
  id: string;
  employment: "full_time" | "part_time";
  hours_day: number | null;
  hours_week: number | null;
  hours_month: number | null;
  hours_week_min: number | null;
  contract_from: string | null;
  contract_until: string | null;
  cost_hour: number;
  overtime_factor: number;
  patterns: string[];
  frames: WeekFrame[];
  standby: WeekFrame[];
  seniority: number;
  rules: string;
  active: boolean;
};
export type Rules = {
  id: string;
  name: Texts;
  jurisdiction: string;
  hours_day: number | null;
  hours_week: number | null;
  overtime_day: number | null;
  overtime_month: number | null;
  rest_between: number | null;
  days_in_row: number | null;
  rest_days_week: number | null;
  breaks: BreakRule;
  meal: MealRule | null;
  notice_h: number;
  leave_notice_days: number;
  swap_notice_h: number;
  swap_automatic: boolean;
  leave_automatic: boolean;
  leave_share_max: number;
  call_up_answer_s: number;
  certificate_warn_days: number;
  active: boolean;
};
export type Group = {
  id: string;
  name: Texts;
  queues: string[];
  goal: { share: number; within_s: number; max_occupancy: number | null };
  shrinkage: number;
  absence: number;
  missing_hour_cost: number;
  active: boolean;
};
export type Kinds = { pattern: Pattern; terms: Terms; rules: Rules; group: Group };
export type Stored<S> = {
  kind: string;
  id: string;
  version: number;
  spec: S;
  changed_at: number;
  changed_by: string;
};
export type Setup = {
  patterns: Stored<Pattern>[];
  terms: Stored<Terms>[];
  rules: Stored<Rules>[];
  groups: Stored<Group>[];
  templates: Stored<{ id: string; name: Texts }>[];
  presets: Record<string, Partial<Record<keyof Rules, number | null>>>;
};

const KEY = ["planning-setup"];

export function useSetup() {
  return useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => http.get<Setup>(`${PLANNING}/setup`, { signal }),
    staleTime: 60_000,
  });
}

export function usePatterns(): Pattern[] {
  const { data } = useSetup();
  return useMemo(() => (data?.patterns ?? []).map((one) => one.spec).filter((one) => one.active), [data]);
}

export function useSaveSetup<K extends keyof Kinds>(kind: K) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ version, spec }: { version: number | null; spec: Kinds[K] }) =>
      http.put<Stored<Kinds[K]>>(`${PLANNING}/setup/${kind}/${encodeURIComponent(spec.id)}`, {
        body: { version, spec },
      }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: KEY });
      await queries.invalidateQueries({ queryKey: ["schedule"] });
    },
  });
}

/** The name of a skill, as the set-up has it. */
export function useSkills(): (id: string) => string {
  const lang = useLanguage();
  const { data } = useQuery({
    queryKey: ["setup", "skills"],
    queryFn: async () => (await http.get<{ items: { id: string; spec: { name: Texts } }[] }>("/api/skills")).items,
    staleTime: 300_000,
    retry: false,
  });
  return useCallback(
    (id: string) => inLanguage(data?.find((one) => one.id === id)?.spec.name, lang) || id,
    [data, lang],
  );
}
