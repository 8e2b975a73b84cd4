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

export function usePop(customer: string | null) {
  return useQuery({
    queryKey: ["pop", customer],
    queryFn: ({ signal }) => http.get<Pop>(`/api/customers/${encodeURIComponent(customer ?? "")}/pop`, { signal }),
    enabled: customer !== null,
    staleTime: 60_000,
  });
}
