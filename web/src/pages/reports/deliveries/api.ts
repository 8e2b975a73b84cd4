import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { http, type Page } from "../../../api/http";
import { useLanguage } from "../../../i18n/language";

/** The deliveries' part of the HTTP interface. Instants in ms. */
export const WAYS = ["email", "portal", "sftp", "webdav", "printer", "fax", "folder"] as const;
export type Way = (typeof WAYS)[number];
export type Target = { way: Way } & Record<string, unknown>;

export type Destination = {
  id: string;
  version: number;
  name: string;
  target: Target;
  secret: boolean;
  active: boolean;
  changed_at: number;
};

export const REPEATS = ["daily", "weekly", "monthly", "minutes"] as const;
export const CLOSED = ["send", "skip", "next", "previous"] as const;
export type Timetable = {
  repeat: (typeof REPEATS)[number];
  at: string;
  zone: string;
  weekdays: number[];
  day: number | null;
  minutes: number;
  until: string;
  calendar: string | null;
  closed: (typeof CLOSED)[number];
  settle: number;
  deadline: number;
};

export type Spec = {
  name: string;
  reports: string[];
  timetable: Timetable;
  destinations: string[];
  formats: string[];
  language: string;
  client: string | null;
  draft: boolean;
  escalate: string | null;
  contract: string | null;
  active: boolean;
};

export type Schedule = {
  id: string;
  version: number;
  schedule: Spec;
  owner_name: string;
  next_at: number | null;
  changed_at: number;
};

export const STATES = ["waiting", "sending", "sent", "confirmed", "failed", "given_up"] as const;
export type Delivery = {
  id: string;
  title: string;
  edition_n: number;
  destination_name: string;
  way: string;
  at: number;
  deadline: number;
  state: (typeof STATES)[number];
  attempts: { at: number; ok: boolean; answer: string }[];
  digest: string | null;
  reached_at: number | null;
  notice: boolean;
  error: string;
};

export type Edition = {
  id: string;
  title: string;
  at: number;
  n: number;
  draft: boolean;
  reason: string;
  digest: string | null;
  files: { n: number; name: string; format: string }[];
  page: boolean;
};

const SCHEDULES = "/api/report-schedules";
const DESTINATIONS = "/api/report-destinations";
export const ARCHIVE = "/api/report-archive";

export function useSchedules() {
  return useList<Schedule>(SCHEDULES);
}
export function useDestinations() {
  return useList<Destination>(DESTINATIONS);
}
export function useArchive() {
  return useList<Edition>(ARCHIVE, 5000);
}
export function useDeliveries(late: boolean) {
  return useList<Delivery>(`/api/report-deliveries?late=${late}`, 5000);
}

function useList<T>(address: string, refetchInterval: number | false = false) {
  return useQuery({
    queryKey: ["deliveries", address],
    queryFn: ({ signal }) => http.get<Page<T>>(address, { signal }),
    refetchInterval,
  });
}

/** Every change; whatever is shown is read anew after it. */
export function useDeliveryActions() {
  const client = useQueryClient();
  const language = useLanguage();
  const onSettled = () => client.invalidateQueries({ queryKey: ["deliveries"] });
  const saveSchedule = useMutation({
    mutationFn: ({ known, schedule }: { known: Schedule | null; schedule: Spec }) =>
      known
        ? http.put(`${SCHEDULES}/${known.id}`, { body: { version: known.version, schedule } })
        : http.post(SCHEDULES, { body: { schedule } }),
    onSettled,
  });
  const saveDestination = useMutation({
    mutationFn: ({
      known,
      ...body
    }: {
      known: Destination | null;
      name: string;
      target: Target;
      secret: string | null;
    }) =>
      known
        ? http.put(`${DESTINATIONS}/${known.id}`, { body: { ...body, version: known.version, active: known.active } })
        : http.post(DESTINATIONS, { body }),
    onSettled,
  });
  const removeSchedule = useMutation({ mutationFn: (id: string) => http.delete(`${SCHEDULES}/${id}`), onSettled });
  const removeDestination = useMutation({
    mutationFn: (id: string) => http.delete(`${DESTINATIONS}/${id}`),
    onSettled,
  });
  const now = useMutation({ mutationFn: (id: string) => http.post(`${SCHEDULES}/${id}/deliver`), onSettled });
  const again = useMutation({
    mutationFn: (id: string) => http.post(`/api/report-deliveries/${id}/again`),
    onSettled,
  });
  const test = useMutation({
    mutationFn: (id: string) =>
      http.post<{ ok: boolean; answer: string }>(`${DESTINATIONS}/${id}/test`, { body: { language } }),
  });
  return { saveSchedule, saveDestination, removeSchedule, removeDestination, now, again, test };
}
