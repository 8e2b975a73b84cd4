import { useQuery } from "@tanstack/react-query";
import { http } from "../../api/http";
import type * as M from "./model";

/** Agreements over HTTP (jietong/sla/routes.py). */
export const path = (id: string, rest = "") => `/api/sla/contracts/${encodeURIComponent(id)}${rest}`;
const one = (kind: string, id: string, rest = "") => `/api/sla/${kind}/${encodeURIComponent(id)}${rest}`;

export const KEY = "agreements";
const MINUTE = 60_000;

export function useContracts() {
  return useQuery({
    queryKey: [KEY],
    queryFn: ({ signal }) => http.get<{ items: M.Line[] }>("/api/sla/contracts", { signal }),
    refetchInterval: MINUTE,
  });
}

export function useContract(id: string) {
  return useQuery({
    queryKey: [KEY, id],
    queryFn: ({ signal }) => http.get<M.Contract>(path(id), { signal }),
  });
}

/** The standing of a period; without one, of the one that runs. The figures stay on screen while they are read anew. */
export function useStanding(id: string, period: string | null, there: boolean) {
  return useQuery({
    queryKey: [KEY, id, "standing", period],
    queryFn: ({ signal }) => http.get<M.Standing>(path(id, "/standing"), { query: { period }, signal }),
    refetchInterval: MINUTE,
    enabled: there,
  });
}

function useAbout<T>(id: string, what: string, period: string | undefined, every: number | false = MINUTE) {
  return useQuery({
    queryKey: [KEY, id, what, period],
    queryFn: ({ signal }) => http.get<T>(path(id, `/${what}`), { query: { period }, signal }),
    enabled: period !== undefined,
    refetchInterval: every,
  });
}

export const useCalendar = (id: string, period?: string) => useAbout<M.Calendar>(id, "calendar", period);
export const useExclusions = (id: string, period?: string) => useAbout<M.ExclusionList>(id, "exclusions", period);
export const useDeliveries = (id: string, period?: string) => useAbout<M.Deliveries>(id, "deliveries", period);

/** Levers are computed aside; asked again until they are there. */
export function useLevers(id: string, period?: string) {
  return useQuery({
    queryKey: [KEY, id, "levers", period],
    queryFn: ({ signal }) => http.get<M.Levers>(path(id, "/levers"), { query: { period }, signal }),
    enabled: period !== undefined,
    refetchInterval: (query) => (query.state.data?.state === "running" ? 1500 : 5 * MINUTE),
  });
}

export function usePeriods(id: string) {
  return useQuery({
    queryKey: [KEY, id, "periods"],
    queryFn: ({ signal }) => http.get<{ items: M.Period[] }>(path(id, "/periods"), { signal }),
  });
}

export function useStatements(id: string) {
  return useQuery({
    queryKey: [KEY, id, "statements"],
    queryFn: ({ signal }) => http.get<{ items: M.StatementLine[] }>(path(id, "/statements"), { signal }),
  });
}

export function useStatement(id: string) {
  return useQuery({
    queryKey: [KEY, "statement", id],
    queryFn: ({ signal }) => http.get<M.Statement>(one("statements", id), { signal }),
  });
}

export const sla = { path, one };
