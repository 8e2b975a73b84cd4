import { useQuery } from "@tanstack/react-query";
import { http } from "../../../api/http";
import type { Schema } from "../../../api/types";

/** The screen pop. */
export type Pop = Schema<"PopOut">;
export type PastContact = Schema<"PastContactOut">;

/** `contact` is the one in hand: the server leaves it out of what came before. */
export function usePop(customer: string, contact: string) {
  return useQuery({
    queryKey: ["pop", customer, contact],
    queryFn: ({ signal }) =>
      http.get<Pop>(`/api/customers/${encodeURIComponent(customer)}/pop`, { query: { contact }, signal }),
    staleTime: 60_000,
  });
}
