import { useQuery } from "@tanstack/react-query";
import { http } from "../../api/http";
import type { components } from "../../api/schema";
import type { Names } from "../../live/types";

type Schemas = components["schemas"];
export type Customer = Schemas["CustomerOut"];
export type CustomerFile = Schemas["FileOut"];
export type Pop = Schemas["PopOut"];
export type Revealed = Schemas["Revealed"];

/** Names that records refer to by id; small, and the same for every page. */
export type Directory = {
  zone: string;
  region: string;
  clients: { id: string; name: Names; active: boolean }[];
  queues: { id: string; name: Names; active: boolean; client: string; channels: string[] }[];
  skills: { id: string; name: Names; active: boolean }[];
  reasons: {
    id: string;
    name: Names;
    active: boolean;
    kind: string;
    client: string | null;
    parent: string | null;
  }[];
  agents: { id: string; name: string; team: string; part_time: boolean; active: boolean }[];
};

export function useDirectory() {
  return useQuery({
    queryKey: ["directory"],
    queryFn: () => http.get<Directory>("/api/directory"),
    staleTime: 60_000,
  });
}
