import { useQuery } from "@tanstack/react-query";
import { http, type Page } from "../../api/http";
import type { Names } from "../../live/types";

export type Reason = {
  id: string;
  kind: string;
  name: Names;
  client: string | null;
  parent: string | null;
  active: boolean;
};

/** Reasons in use, of one kind. `client`: that client's own and those of everybody. */
export function useReasons(kind: "break" | "contact", client?: string): Reason[] {
  const { data } = useQuery({
    queryKey: ["reasons"],
    queryFn: ({ signal }) => http.get<Page<{ spec: Reason }>>("/api/reasons", { signal }),
    staleTime: 300_000,
  });
  return (data?.items ?? [])
    .map((document) => document.spec)
    .filter(
      (one) =>
        one.kind === kind && one.active && (client === undefined || one.client === null || one.client === client),
    );
}
