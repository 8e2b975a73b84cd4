import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { http } from "../../api/http";
import type { Schema } from "../../api/types";
import { language } from "../../i18n/language";
import { useNotice } from "../../ui/notices";
import { moving, type Shown, type Study } from "./model";

/** The lab over HTTP (jietong/workforce/lab/routes.py). */
const STUDIES = "/api/planning/lab/studies";
const at = (id: string, rest = "") => `${STUDIES}/${encodeURIComponent(id)}${rest}`;
const KEY = "lab";
const SOON = 1000;

export function useStudies() {
  return useQuery({
    queryKey: [KEY],
    queryFn: ({ signal }) => http.get<{ items: Study[] }>(STUDIES, { signal }),
  });
}

/** A study under a version (null: the latest); asked again while anything of it runs. */
export function useStudy(id: string | null, version: number | null) {
  return useQuery({
    queryKey: [KEY, id, version],
    queryFn: ({ signal }) => http.get<Shown>(at(id ?? ""), { query: { version }, signal }),
    enabled: id !== null,
    placeholderData: (before) => (before?.study.id === id ? before : undefined),
    refetchInterval: (query) => (moving(query.state.data) ? SOON : false),
  });
}

/** Changes of a study; what the server answers is on screen at once, a refusal is told. */
export function useChange(id: string | null) {
  const queries = useQueryClient();
  const notice = useNotice();
  const change = useMutation({
    mutationFn: ({ rest, body }: { rest: string; body: unknown }) => http.post<Shown>(at(id ?? "", rest), { body }),
    onSuccess: (shown) => {
      queries.setQueryData([KEY, shown.study.id, null], shown);
      void queries.invalidateQueries({ queryKey: [KEY, shown.study.id] });
    },
    onError: notice.failed,
  });
  const drop = useMutation({
    mutationFn: (scenario: string) => http.delete(at(id ?? "", `/scenarios/${encodeURIComponent(scenario)}`)),
    onSettled: () => queries.invalidateQueries({ queryKey: [KEY, id] }),
    onError: notice.failed,
  });
  const drafting = useMutation({
    mutationFn: (scenario: string) =>
      http.post<Schema<"LabDraftOut">>(at(id ?? "", `/scenarios/${encodeURIComponent(scenario)}/draft`), {}),
    onError: notice.failed,
  });
  const post = (rest: string, body: unknown) => change.mutateAsync({ rest, body });
  return {
    busy: change.isPending,
    run: (scenarios: string[]) => post("/run", { scenarios }),
    cancel: (scenarios: string[]) => post("/cancel", { scenarios }),
    save: (assumptions: Record<string, number | null>, note: string) => post("/versions", { assumptions, note }),
    add: (body: Schema<"LabScenarioIn">) => post("/scenarios", body),
    plan: (scenario: string, planned: boolean) =>
      post(`/scenarios/${encodeURIComponent(scenario)}/plan`, { planned }),
    drop: (scenario: string) => drop.mutateAsync(scenario),
    draft: (scenario: string) => drafting.mutateAsync(scenario),
  };
}

export function useMake() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: Schema<"LabStudyIn">) => http.post<Study>(STUDIES, { body }),
    onSuccess: () => queries.invalidateQueries({ queryKey: [KEY] }),
  });
}

export function useDelete() {
  const queries = useQueryClient();
  const notice = useNotice();
  return useMutation({
    mutationFn: (id: string) => http.delete(at(id)),
    onSuccess: () => queries.invalidateQueries({ queryKey: [KEY] }),
    onError: notice.failed,
  });
}

/** The address of a study's file. */
export function exportPath(id: string, format: "xlsx" | "csv", version: number | null): string {
  const query = new URLSearchParams({ format, language: language() });
  if (version !== null) query.set("version", String(version));
  return `${at(id, "/export")}?${query}`;
}
