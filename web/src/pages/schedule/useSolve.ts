import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { http } from "../../api/http";
import { type Job, PLANNING, type Proposal } from "./api";
import { SCHEDULE, type Span } from "./useBoard";

/** Having a draft solved: a job, and the proposal that comes of it. */
export type Asked = {
  seconds: number;
  groups: string[];
  first: string;
  last: string;
  keep: "locked" | "edited";
  overtime: boolean;
  wishes: number;
  fairness: number;
  change: number;
};

export function wanted(span: Span): Asked {
  return { seconds: 60, groups: [], ...span, keep: "locked", overtime: false, wishes: 1, fairness: 1, change: 0 };
}

const RUNNING = new Set(["queued", "running"]);

/** The latest proposal of a draft, and its job while that runs. */
export function useProposal(draft: string | null) {
  const list = useQuery({
    queryKey: [SCHEDULE, "proposals", draft],
    queryFn: ({ signal }) =>
      http.get<{ items: Proposal[] }>(`${PLANNING}/drafts/${draft ?? ""}/proposals`, { signal }),
    enabled: draft !== null,
    refetchInterval: ({ state }) => (state.data?.items.some((one) => RUNNING.has(one.job_state)) ? 2000 : false),
  });
  const latest = list.data?.items[0] ?? null;
  const job = useQuery({
    queryKey: [SCHEDULE, "job", latest?.job],
    queryFn: ({ signal }) => http.get<Job>(`${PLANNING}/jobs/${latest?.job ?? ""}`, { signal }),
    enabled: latest !== null && latest.state === "asked",
    refetchInterval: ({ state }) => (state.data && RUNNING.has(state.data.state) ? 700 : false),
  });
  const ended = job.data !== undefined && !RUNNING.has(job.data.state);
  const proposal = useQuery({
    queryKey: [SCHEDULE, "proposal", latest?.job],
    queryFn: ({ signal }) => http.get<Proposal>(`${PLANNING}/proposals/${latest?.job ?? ""}`, { signal }),
    enabled: latest !== null && latest.state === "asked" && ended,
  });
  return { latest, job: job.data ?? null, proposal: proposal.data ?? null };
}

export function useSolve() {
  const queries = useQueryClient();
  const again = () => queries.invalidateQueries({ queryKey: [SCHEDULE] });
  return {
    ask: useMutation({
      mutationFn: ({ draft, asked }: { draft: string; asked: Asked }) =>
        http.post<{ job: string }>(`${PLANNING}/drafts/${draft}/solve`, {
          body: { ...asked, groups: asked.groups.length > 0 ? asked.groups : null },
        }),
      onSuccess: again,
    }),
    cancel: useMutation({
      mutationFn: (job: string) => http.post<Job>(`${PLANNING}/jobs/${job}/cancel`),
      onSettled: again,
    }),
    again: useMutation({
      mutationFn: (job: string) => http.post<Job>(`${PLANNING}/jobs/${job}/again`),
      onSettled: again,
    }),
    settle: useMutation({
      mutationFn: async ({ job, decision }: { job: string; decision: "accept" | "discard" }) => {
        if (decision === "accept") await http.post(`${PLANNING}/proposals/${job}/accept`);
        else await http.delete(`${PLANNING}/proposals/${job}`);
      },
      onSuccess: again,
    }),
  };
}
