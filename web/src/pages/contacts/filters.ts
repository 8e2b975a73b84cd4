import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";
import { localDay } from "../../i18n/format";

/** What the list is narrowed to. All of it lives in the address, so that a view can be kept and sent. */
export const FACETS = [
  "queue",
  "agent",
  "channel",
  "outcome",
  "had",
  "reason",
  "resolved",
  "csat",
  "simulated",
] as const;
export type Facet = (typeof FACETS)[number];

export const PERIODS = ["today", "yesterday", "week", "month"] as const;
export type Period = (typeof PERIODS)[number] | "days";

export type Filters = {
  period: Period;
  from: string; // local dates of the site, both included
  to: string;
  facets: Partial<Record<Facet, string[]>>;
  q: string;
};

const DAY = /^\d{4}-\d{2}-\d{2}$/;

export function readFilters(params: URLSearchParams, now: number): Filters {
  const from = params.get("from") ?? "";
  const to = params.get("to") ?? "";
  const named = PERIODS.find((one) => one === params.get("period")) ?? "today";
  const days = DAY.test(from) && DAY.test(to);
  const facets: Filters["facets"] = {};
  for (const facet of FACETS) {
    const values = params.getAll(facet).filter(Boolean);
    if (values.length > 0) facets[facet] = values;
  }
  return {
    period: days ? "days" : named,
    ...(days ? { from, to } : span(named, now)),
    facets,
    q: params.get("q") ?? "",
  };
}

/** First and last local day of a named period. */
export function span(period: (typeof PERIODS)[number], now: number): { from: string; to: string } {
  const today = localDay(now);
  switch (period) {
    case "today":
      return { from: today, to: today };
    case "yesterday":
      return { from: daysBefore(today, 1), to: daysBefore(today, 1) };
    case "week":
      return { from: daysBefore(today, 6), to: today };
    case "month":
      return { from: daysBefore(today, 29), to: today };
  }
}

/** The date `n` days before another: calendar days, whatever the clocks do. */
export function daysBefore(day: string, n: number): string {
  const date = new Date(`${day}T12:00:00Z`);
  date.setUTCDate(date.getUTCDate() - n);
  return date.toISOString().slice(0, 10);
}

export type Change = { period?: Period; from?: string; to?: string; q?: string } & {
  facet?: [Facet, readonly string[]];
};

/** The address with one thing changed; everything else stays. */
export function withChange(params: URLSearchParams, change: Change): URLSearchParams {
  const next = new URLSearchParams(params);
  if (change.period !== undefined && change.period !== "days") {
    next.delete("from");
    next.delete("to");
    if (change.period === "today") next.delete("period");
    else next.set("period", change.period);
  }
  if (change.from !== undefined && change.to !== undefined) {
    next.delete("period");
    next.set("from", change.from);
    next.set("to", change.to);
  }
  if (change.facet) {
    const [facet, values] = change.facet;
    next.delete(facet);
    for (const value of values) next.append(facet, value);
  }
  if (change.q !== undefined) {
    if (change.q) next.set("q", change.q);
    else next.delete("q");
  }
  return next;
}

/** The same as parameters of GET /api/contacts, its count and its export. */
export function apiQuery(filters: Filters): Record<string, string | readonly string[]> {
  const { simulated, ...facets } = filters.facets;
  return {
    from: filters.from,
    to: filters.to,
    ...facets,
    ...(simulated?.length === 1 ? { simulated: simulated[0] === "only" ? "true" : "false" } : {}),
    q: filters.q,
  };
}

export function narrowed(filters: Filters): boolean {
  return filters.q !== "" || Object.keys(filters.facets).length > 0;
}

export function useFilters(): { filters: Filters; change: (change: Change) => void; clear: () => void } {
  const [params, setParams] = useSearchParams();
  const today = localDay(Date.now());
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new local day moves the named periods
  const filters = useMemo(() => readFilters(params, Date.now()), [params, today]);
  const change = useCallback(
    (next: Change) => setParams((now) => withChange(now, next), { replace: true }),
    [setParams],
  );
  const clear = useCallback(
    () =>
      setParams(
        (now) => {
          const next = new URLSearchParams(now);
          for (const facet of FACETS) next.delete(facet);
          next.delete("q");
          return next;
        },
        { replace: true },
      ),
    [setParams],
  );
  return { filters, change, clear };
}
