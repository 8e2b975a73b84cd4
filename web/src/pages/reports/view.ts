import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";
import {
  AGAINST,
  type Comparison,
  EVERY,
  type Every,
  FACETS,
  type Facet,
  type Filter,
  type Period,
  RELATIVE,
} from "./model";

/**
 * How a report is looked at, where it differs from how it is kept. It lives in the address, so that a view can be
 * sent: `/reports/<id>?period=last_days:14&every=1d&against=previous&queues=repair`.
 */
export type View = {
  period: Period | null;
  every: Every | null;
  comparison: Comparison | null;
  facets: Partial<Record<Facet, string[]>>; // what is said here takes the place of the report's own
  simulated: boolean | null;
};

export function readView(params: URLSearchParams): View {
  const facets: View["facets"] = {};
  for (const facet of FACETS) {
    const values = params.getAll(facet).filter(Boolean);
    if (values.length > 0) facets[facet] = values;
  }
  const [against, weeks] = (params.get("against") ?? "").split(":");
  const named = AGAINST.find((one) => one === against);
  const simulated = params.get("simulated");
  return {
    period: readPeriod(params.get("period")),
    every: EVERY.find((one) => one === params.get("every")) ?? null,
    comparison: named ? { against: named, ...(named === "weeks" ? { weeks: Number(weeks) || 4 } : {}) } : null,
    facets,
    simulated: simulated === "no" ? false : simulated === "only" ? true : null,
  };
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** `last_month`, `last_days:14`, `2026-11-01..2026-11-07`. Anything else is nothing. */
export function readPeriod(text: string | null): Period | null {
  if (!text) return null;
  const [first = "", last = ""] = text.split("..");
  if (DAY.test(first) && DAY.test(last)) return { kind: "absolute", first, last };
  const [kind, n] = text.split(":");
  const named = RELATIVE.find((one) => one === kind && one !== "absolute");
  if (!named) return null;
  if (named === "last_days" || named === "last_weeks" || named === "last_months") {
    return Number.isInteger(Number(n)) && Number(n) > 0 ? { kind: named, n: Number(n) } : null;
  }
  return { kind: named };
}

export function writtenPeriod(period: Period): string {
  if (period.kind === "absolute") return `${period.first}..${period.last}`;
  return period.n ? `${period.kind}:${period.n}` : period.kind;
}

export type ViewChange = {
  period?: Period | null;
  every?: Every | null;
  comparison?: Comparison | null;
  facet?: [Facet, readonly string[]];
  simulated?: boolean | null;
};

/** The address with one thing changed; everything else stays. Null takes the report's own again. */
export function withView(params: URLSearchParams, change: ViewChange): URLSearchParams {
  const next = new URLSearchParams(params);
  const put = (name: string, value: string | null) => (value === null ? next.delete(name) : next.set(name, value));
  if (change.period !== undefined) put("period", change.period && writtenPeriod(change.period));
  if (change.every !== undefined) put("every", change.every);
  if (change.comparison !== undefined) {
    const { against, weeks } = change.comparison ?? {};
    put("against", against ? (against === "weeks" ? `weeks:${weeks ?? 4}` : against) : null);
  }
  if (change.facet) {
    const [facet, values] = change.facet;
    next.delete(facet);
    for (const value of values) next.append(facet, value);
  }
  if (change.simulated !== undefined) {
    put("simulated", change.simulated === null ? null : change.simulated ? "only" : "no");
  }
  return next;
}

/** What is asked for in place of the report's own; the filter narrows it further. */
export type Overrides = { period?: Period; every?: Every; comparison?: Comparison; filter?: Filter };

export function overrides(view: View): Overrides {
  const filter: Filter = { ...view.facets, ...(view.simulated === null ? {} : { simulated: view.simulated }) };
  return {
    ...(view.period ? { period: view.period } : {}),
    ...(view.every ? { every: view.every } : {}),
    ...(view.comparison ? { comparison: view.comparison } : {}),
    ...(narrowed(view) ? { filter } : {}),
  };
}

/** Whether the address narrows the report. */
export function narrowed(view: View): boolean {
  return Object.keys(view.facets).length > 0 || view.simulated !== null;
}

export function useView(): { view: View; change: (change: ViewChange) => void; clear: () => void } {
  const [params, setParams] = useSearchParams();
  const text = params.toString();
  const view = useMemo(() => readView(new URLSearchParams(text)), [text]);
  const change = useCallback(
    (next: ViewChange) => setParams((now) => withView(now, next), { replace: true }),
    [setParams],
  );
  const clear = useCallback(
    () =>
      setParams(
        (now) => {
          const next = new URLSearchParams(now);
          for (const facet of FACETS) next.delete(facet);
          next.delete("simulated");
          return next;
        },
        { replace: true },
      ),
    [setParams],
  );
  return { view, change, clear };
}
