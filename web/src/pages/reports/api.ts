import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { http } from "../../api/http";
import type { Schema } from "../../api/types";
import type { By, Column, Drawn, Every, Filter, Kind, Line, Report, Share, Target, Texts } from "./model";
import type { Overrides } from "./view";

/** The reports' part of the HTTP interface. Instants in ms; lengths of time in figures in seconds. */
export type Window = { start: number; end: number };
export type Outcome = {
  kind: Kind;
  title: Texts;
  columns: Column[];
  by: By[];
  every: Every;
  drawn: Drawn;
  window: Window;
  before: Window | null;
  filter: Filter;
  lines: Line[];
  total: Line | null;
  targets: Target[];
  gap: boolean;
  text: Texts;
  note: string | null;
};

export type Used = {
  key: string;
  id: string;
  version: number;
  names: Texts;
  meaning: Texts;
  formula: Texts;
  unit: string;
  attribution: string;
  source: string;
};

export type Result = {
  id: string | null;
  version: number;
  title: Texts;
  description: Texts;
  site: string;
  site_name: Texts;
  zone: string;
  as_of: number;
  window: Window;
  outcomes: Outcome[];
  definitions: Used[];
  labels: Record<string, Record<string, Texts>>;
};

export type Stored = {
  id: string;
  version: number;
  report: Report;
  owner: string | null;
  owner_name: string;
  changed_at: number;
  shares: Share[];
  ready: string | null;
  yours: boolean; // one may change it
};

export type ContactBehind = {
  id: string;
  arrived: number;
  queue: string | null;
  agent: string | null;
  channel: string;
  client: string;
  wait_ms: number | null;
  talk_ms: number | null;
  outcome: string | null;
};

/** The shapes above are those of the server's description: a change there fails the type check here. */
type Fits<Given extends Wanted, Wanted> = Given;
export type Described = [
  Fits<Schema<"ResultOut">, Result>,
  Fits<
    Omit<Schema<"StoredOut">, "report">,
    Omit<Stored, "report" | "shares"> & { shares: { kind: string; who: string }[] }
  >,
  Fits<Schema<"jietong__reports__schemas__ContactsBehindOut">, { items: ContactBehind[]; next: string | null }>,
];

export const REPORTS = "/api/reports";

export function useReportList() {
  return useQuery({
    queryKey: ["reports"],
    queryFn: ({ signal }) => http.get<{ items: Stored[] }>(REPORTS, { signal }),
  });
}

export function useReport(id: string | null) {
  return useQuery({
    queryKey: ["report", id],
    queryFn: ({ signal }) => http.get<Stored>(path(id ?? ""), { signal }),
    enabled: id !== null,
  });
}

export type Asked = { id?: string; report?: Report } & Overrides;

/** The report with its figures. While the period is under way, or the report is a live one, it is read anew. */
export function useRun(asked: Asked | null, refresh: number | false = false) {
  return useQuery({
    queryKey: ["report-run", asked],
    queryFn: ({ signal }) => http.post<Result>(`${REPORTS}/run`, { body: asked, signal }),
    enabled: asked !== null,
    placeholderData: keepPreviousData,
    refetchInterval: refresh,
    staleTime: 10_000,
  });
}

export type CellAsked = {
  metric: string;
  part: "numerator" | "denominator";
  start: number;
  end: number;
  filter: Filter;
  keys: Partial<Record<By, string>>;
};

/** The contacts behind one figure, a page of a hundred at a time. */
export function useContactsBehind(asked: CellAsked | null) {
  return useInfiniteQuery({
    queryKey: ["report-contacts", asked],
    queryFn: ({ pageParam, signal }) =>
      http.post<{ items: ContactBehind[]; next: string | null }>(`${REPORTS}/contacts`, {
        body: { ...asked, limit: 100, after: pageParam },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    enabled: asked !== null,
  });
}

export function useSaveReport() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, version, report }: { id: string | null; version: number; report: Report }) =>
      id === null
        ? http.post<Stored>(REPORTS, { body: { report } })
        : http.put<Stored>(path(id), { body: { version, report } }),
    onSuccess: (stored) => {
      client.setQueryData(["report", stored.id], stored);
      void client.invalidateQueries({ queryKey: ["reports"] });
      void client.invalidateQueries({ queryKey: ["report-run"] });
    },
  });
}

export function useReportActions() {
  const client = useQueryClient();
  const told = (stored?: Stored) => {
    if (stored) client.setQueryData(["report", stored.id], stored);
    void client.invalidateQueries({ queryKey: ["reports"] });
  };
  const copy = useMutation({
    mutationFn: ({ id, title }: { id: string; title: Texts }) =>
      http.post<Stored>(`${path(id)}/copy`, { body: { title } }),
    onSuccess: told,
  });
  const remove = useMutation({
    mutationFn: ({ id, version }: { id: string; version: number }) =>
      http.delete<void>(path(id), { query: { version } }),
    onSuccess: () => told(),
  });
  const share = useMutation({
    mutationFn: ({ id, shares }: { id: string; shares: readonly Share[] }) =>
      http.put<Stored>(`${path(id)}/shares`, { body: { shares } }),
    onSuccess: told,
  });
  return { copy, remove, share };
}

export function path(id: string): string {
  return `${REPORTS}/${encodeURIComponent(id)}`;
}

export type ExportFormat = "xlsx" | "csv" | "pdf" | "html";

/** The file of one report as it is looked at, or of several as one; it is saved by the browser. */
export async function download(
  asks: readonly Asked[],
  format: ExportFormat,
  language: string,
  title: Texts | null = null,
): Promise<void> {
  const [only] = asks;
  const bundle = asks.length > 1 || title !== null;
  const body = bundle
    ? { items: asks, format, language, ...(title ? { title } : {}) }
    : { ...only, format, language };
  await http.download(`${REPORTS}/${bundle ? "bundle" : "export"}`, { body });
}
