import { useQuery } from "@tanstack/react-query";
import { http } from "../../../api/http";
import type { Schema } from "../../../api/types";

/** The screen pop. */
export type Pop = Schema<"PopOut">;
export type PastContact = Schema<"PastContactOut">;

/** What came before: the contact in hand is none of the past ones, though the server may have it among them. */
export function before(pop: Pop, contact: string): Pop {
  if (!pop.contacts.some((one) => one.id === contact)) return pop;
  return {
    ...pop,
    contacts: pop.contacts.filter((one) => one.id !== contact),
    open_matters: pop.open_matters.filter((one) => one.id !== contact),
    contacts_90_days: Math.max(0, pop.contacts_90_days - 1),
  };
}

export function usePop(customer: string | null) {
  return useQuery({
    queryKey: ["pop", customer],
    queryFn: ({ signal }) => http.get<Pop>(`/api/customers/${encodeURIComponent(customer ?? "")}/pop`, { signal }),
    enabled: customer !== null,
    staleTime: 60_000,
  });
}
