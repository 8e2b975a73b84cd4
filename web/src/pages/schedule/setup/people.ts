import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { http } from "../../../api/http";
import { zone } from "../../../i18n/format";
import { PLANNING, type Schedule, type Texts } from "../api";
import { todayIn } from "../useView";

/** Names of those who can be scheduled, by id. */
export function useAgents(): ReadonlyMap<string, string> {
  const today = todayIn(zone());
  const { data } = useQuery({
    queryKey: ["schedule", "days", today, today, null],
    queryFn: ({ signal }) =>
      http.get<Schedule>(`${PLANNING}/schedule`, { query: { first: today, last: today, draft: null }, signal }),
    staleTime: 60_000,
  });
  return useMemo(() => new Map((data?.people ?? []).map((one) => [one.id, one.name])), [data]);
}

export type QueueName = { id: string; name: Texts };

export function useQueues(): QueueName[] {
  const { data } = useQuery({
    queryKey: ["setup", "queues"],
    queryFn: async () =>
      (await http.get<{ items: { id: string; spec: { name: Texts; active: boolean } }[] }>("/api/queues")).items,
    staleTime: 60_000,
    retry: false,
  });
  return useMemo(
    () => (data ?? []).filter((one) => one.spec.active).map((one) => ({ id: one.id, name: one.spec.name })),
    [data],
  );
}
