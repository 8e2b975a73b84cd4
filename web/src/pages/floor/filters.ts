import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";
import type { AgentState, AgentView } from "../../live/types";

/** What the floor is narrowed to. Kept in the address, so that a view can be bookmarked and sent. */
export type Filters = { queue: string | null; team: string | null; state: AgentState | null; q: string };

const STATES: ReadonlySet<string> = new Set<AgentState>([
  "off",
  "ready",
  "offered",
  "talking",
  "hold",
  "wrapup",
  "missed",
  "break",
  "training",
  "meeting",
  "casework",
  "standby",
]);

export function readFilters(params: URLSearchParams): Filters {
  const state = params.get("state");
  return {
    queue: params.get("queue") || null,
    team: params.get("team") || null,
    state: state !== null && STATES.has(state) ? (state as AgentState) : null,
    q: params.get("q") ?? "",
  };
}

/** The address with one filter changed; other parameters stay. */
export function withFilter(params: URLSearchParams, change: Partial<Filters>): URLSearchParams {
  const next = new URLSearchParams(params);
  for (const [name, value] of Object.entries(change)) {
    if (value) next.set(name, value);
    else next.delete(name);
  }
  return next;
}

/** Whether an agent is shown. A queue's agents are those who serve it, and whoever helps out with a contact of it. */
export function shows(filters: Filters, agent: AgentView, at: { state?: boolean } = {}): boolean {
  const { queue } = filters;
  if (queue !== null && agent.queue !== queue && !agent.queues.includes(queue)) return false;
  if (filters.team !== null && agent.team !== filters.team) return false;
  if (at.state !== false && filters.state !== null && agent.state !== filters.state) return false;
  return filters.q === "" || agent.name.toLocaleLowerCase().includes(filters.q.trim().toLocaleLowerCase());
}

export function useFilters(): {
  filters: Filters;
  any: boolean;
  set: (change: Partial<Filters>) => void;
  clear: () => void;
} {
  const [params, setParams] = useSearchParams();
  const filters = useMemo(() => readFilters(params), [params]);
  const set = useCallback(
    (change: Partial<Filters>) => setParams((now) => withFilter(now, change), { replace: true }),
    [setParams],
  );
  const clear = useCallback(() => set({ queue: null, team: null, state: null, q: "" }), [set]);
  return { filters, any: Boolean(filters.queue || filters.team || filters.state || filters.q), set, clear };
}
