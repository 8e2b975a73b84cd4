import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { http, type Page } from "../../api/http";
import type { Channel, Message, Ms, Names } from "../../live/types";
import { apiQuery, type Filters } from "./filters";

/** One row of the explorer, as GET /api/contacts gives it. Sums in ms. */
export type Contact = {
  id: string;
  client: string;
  customer: string | null;
  customer_name: string | null;
  customer_number: string | null;
  channel: Channel;
  entry: string;
  language: string;
  simulated: boolean;
  imported: boolean;
  arrived: Ms;
  ended: Ms | null;
  queue: string | null;
  queues: string[];
  agent: string | null;
  agents: string[];
  outcome: string | null;
  ended_by: string | null;
  reason: string | null;
  resolved: boolean | null;
  csat: number | null;
  wait_ms: Ms;
  talk_ms: Ms;
  hold_ms: Ms;
  wrapup_ms: Ms;
  transfers: number;
  missed: number;
  messages: number;
  busy: boolean;
};

export type Note = { id: string; author: string; author_name: string; text: string; at: Ms };
export type Correction = { field: string; value: string | boolean | null; author_name: string; at: Ms };
export type OneContact = { contact: Contact; notes: Note[]; corrections: Correction[] };

export type Segment = {
  n: number;
  kind: string;
  start: Ms;
  end: Ms | null;
  outcome: string | null;
  queue: string | null;
  agent: string | null;
  cause: string | null;
  score: number | null;
};

export type LedgerLine = { seq: number; at: Ms; type: string; data: Record<string, unknown> };

type Named = { id: string; name: Names; active: boolean };
export type Directory = {
  zone: string;
  clients: Named[];
  queues: Named[];
  reasons: (Named & { kind: string })[];
  agents: { id: string; name: string; active: boolean }[];
};

const PAGE = 100;

/** The list, a page of a hundred at a time; a new one is looked for every fifteen seconds. */
export function useContactList(filters: Filters) {
  const query = useInfiniteQuery({
    queryKey: ["contacts", apiQuery(filters)],
    queryFn: ({ pageParam, signal }) =>
      http.get<Page<Contact>>("/api/contacts", {
        query: { ...apiQuery(filters), limit: PAGE, cursor: pageParam },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    refetchInterval: (now) => ((now.state.data?.pages.length ?? 0) <= 1 ? 15_000 : false),
  });
  const items = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  return { ...query, items };
}

export function useCount(filters: Filters) {
  return useQuery({
    queryKey: ["contacts-count", apiQuery(filters)],
    queryFn: ({ signal }) =>
      http.get<{ count: number; more: boolean }>("/api/contacts/count", { query: apiQuery(filters), signal }),
    refetchInterval: 15_000,
  });
}

const going = (contact: Contact | undefined) => contact !== undefined && (contact.ended === null || contact.busy);

export function useContact(id: string) {
  return useQuery({
    queryKey: ["contact", id],
    queryFn: ({ signal }) => http.get<OneContact>(path(id), { signal }),
    refetchInterval: (now) => (going(now.state.data?.contact) ? 3_000 : false),
  });
}

/** Parts of one contact; while it goes on they are read anew every few seconds. */
export function usePart<T>(contact: Contact, part: "timeline" | "messages" | "events", enabled = true) {
  return useQuery({
    queryKey: ["contact", contact.id, part],
    queryFn: ({ signal }) => http.get<{ items: T[] }>(`${path(contact.id)}/${part}`, { signal }),
    refetchInterval: going(contact) ? 3_000 : false,
    enabled,
  });
}
export const useTimeline = (contact: Contact) => usePart<Segment>(contact, "timeline");
export const useMessages = (contact: Contact) => usePart<Message>(contact, "messages");
export const useEvents = (contact: Contact) => usePart<LedgerLine>(contact, "events");

export function useDirectory() {
  return useQuery({
    queryKey: ["directory"],
    queryFn: ({ signal }) => http.get<Directory>("/api/directory", { signal }),
    staleTime: 60_000,
  });
}

export function path(id: string): string {
  return `/api/contacts/${encodeURIComponent(id)}`;
}
