import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { http } from "../../api/http";
import type { Ms } from "../../live/types";
import { PLANNING, type Request, type Texts } from "../schedule/api";
import { addDays, type OwnDay, type PlannedSpan } from "./model";

export type Notice = { id: string; at: Ms; code: string; params: Record<string, unknown>; read: boolean };
export type WishKind = "on" | "off" | "pattern" | "not_pattern";
export type Wish = {
  id: string;
  kind: WishKind;
  day: string | null;
  weekday: number | null;
  pattern: string | null;
  weight: number;
  note: string;
};
export type NewWish = Omit<Wish, "id">;
export type Pattern = { id: string; spec: { name?: Texts; [field: string]: unknown } };
export type OwnSchedule = {
  zone: string;
  now: Ms;
  agent: string;
  name: string;
  part_time: boolean;
  first: string;
  last: string;
  days: OwnDay[];
  notices: Notice[];
  wishes: Wish[];
  requests: Request[];
  patterns: Pattern[];
  feed: boolean;
  leave_notice_days: number;
  swap_notice_h: number;
};
export type OwnRequest = {
  kind: "leave" | "swap" | "give_away";
  day: string;
  last_day?: string | null;
  start?: Ms | null;
  end?: Ms | null;
  partner?: string | null;
  partner_day?: string | null;
  note?: string;
};
export type Colleague = { agent: string; name: string; day: string; spans: PlannedSpan[]; why_not: string[] };

const OWN = `${PLANNING}/own`;
const KEY = ["my-schedule"];
const AHEAD_DAYS = 14;

/** What is mine: the days from yesterday on, whose shift may reach over midnight, and those of the week shown. */
export function useOwn(monday: string, today: string) {
  const now = useSpan(addDays(today, -1), addDays(today, AHEAD_DAYS));
  const week = useSpan(monday, addDays(monday, 6));
  const data = useMemo(() => {
    if (!now.data) return undefined;
    const days = new Map([...now.data.days, ...(week.data?.days ?? [])].map((day) => [day.day, day]));
    return { ...now.data, days: [...days.values()].sort((a, b) => (a.day < b.day ? -1 : 1)) };
  }, [now.data, week.data]);
  return { data, error: now.error ?? week.error };
}

function useSpan(first: string, last: string) {
  return useQuery({
    queryKey: [...KEY, first, last],
    queryFn: () => http.get<OwnSchedule>(OWN, { query: { first, last } }),
    refetchInterval: 20_000,
  });
}

export function useColleagues(kind: "swap" | "give_away", day: string, partnerDay: string) {
  return useQuery({
    queryKey: [...KEY, "colleagues", kind, day, partnerDay],
    queryFn: () =>
      http.get<{ items: Colleague[] }>(`${OWN}/colleagues`, {
        query: { give_away: kind === "give_away", day, partner_day: partnerDay },
      }),
  });
}

/** A change of one's own; the page is read anew afterwards. */
function useChange<In, Out = unknown>(work: (given: In) => Promise<Out>) {
  const queries = useQueryClient();
  return useMutation({ mutationFn: work, onSettled: () => queries.invalidateQueries({ queryKey: KEY }) });
}

export const useAsk = () => useChange((body: OwnRequest) => http.post<Request>(`${OWN}/requests`, { body }));
export const useAnswer = () =>
  useChange(({ id, act }: { id: string; act: "accept" | "decline" | "withdraw" }) =>
    http.post<Request>(`${OWN}/requests/${encodeURIComponent(id)}/${act}`),
  );
export const useAddWish = () => useChange((body: NewWish) => http.post<Wish>(`${OWN}/wishes`, { body }));
export const useRemoveWish = () => useChange((id: string) => http.delete(`${OWN}/wishes/${encodeURIComponent(id)}`));
export const useRead = () => useChange((ids: string[]) => http.post(`${OWN}/notices/read`, { body: { ids } }));
export const useMakeFeed = () => useChange(() => http.post<{ path: string }>(`${OWN}/feed`));
export const useStopFeed = () => useChange(() => http.delete(`${OWN}/feed`));
