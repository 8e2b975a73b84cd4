import { useQuery } from "@tanstack/react-query";
import { http } from "../../../api/http";
import type { Channel } from "../../../live/types";

/** The screen pop, as GET /api/customers/{id}/pop gives it. */
export type Pop = {
  customer: Customer;
  contacts: PastContact[];
  contacts_90_days: number;
  open_matters: PastContact[];
  last_agent: string | null;
  last_agent_name: string | null;
  last_csat: number | null;
  suspects: { customer: Customer; why: string }[];
};
export type Customer = {
  id: string;
  name: string;
  customer_class: string;
  region: string;
  organisation: string | null;
  notes: string;
  attributes: Record<string, string>;
  identities: { key: number; kind: "phone" | "email" | "account"; masked: string; verified: boolean }[];
};
export type PastContact = {
  id: string;
  channel: Channel;
  at: number;
  queue: string | null;
  agent: string | null;
  agent_name: string | null;
  outcome: string | null;
  reason: string | null;
  resolved: boolean | null;
  csat: number | null;
};

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
