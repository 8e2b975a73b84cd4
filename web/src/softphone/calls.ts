import type { http } from "../api/http";
import { isProblem } from "../api/problem";
import type { Supervising } from "../live/types";
import type { Assigned } from "./softphone";
import type { PhoneKind } from "./state";

/** The server's routes for calls (jietong/calls/routes.py), in one place. */
type Http = typeof http;

type Credentials = {
  kind: PhoneKind;
  extension: string | null;
  password?: string | null;
  domain?: string | null;
  ws?: string | null;
  ice_servers?: RTCIceServer[];
  ice_transport_policy?: RTCIceTransportPolicy;
};

const NO_PHONE: Credentials = { kind: "none", extension: null };

/** Nobody's telephone (a role without one, a centre without telephony) is an answer; anything else that fails raises. */
export async function fetchAssigned(from: Http): Promise<Assigned> {
  const got = await from.get<Credentials>("/api/calls/softphone").catch((error: unknown) => {
    if (isProblem(error) && (error.status === 403 || error.status === 404)) return NO_PHONE;
    throw error;
  });
  return {
    kind: got.extension ? got.kind : "none",
    extension: got.extension || null,
    password: got.password ?? "",
    domain: got.domain || location.hostname,
    socket: socketAt(got.ws || "/ws/sip"),
    iceServers: got.ice_servers ?? [],
    iceTransportPolicy: got.ice_transport_policy ?? "all",
  };
}

export function socketAt(path: string): string {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`;
}

/** Whom one can ring beside colleagues: extensions that are nobody's. */
export type DirectoryEntry = { number: string; name: string };

type Directory = { extensions: { id: string; name: string; agent: string | null }[] };

export async function fetchDirectory(from: Http, signal: AbortSignal): Promise<DirectoryEntry[]> {
  const got = await from.get<Directory>("/api/calls/directory", { signal });
  return got.extensions.filter((one) => one.agent === null).map((one) => ({ number: one.id, name: one.name }));
}

const at = (contact: string, what: string) => `/api/calls/${encodeURIComponent(contact)}/${what}`;

export const calls = (to: Http) => ({
  dial: (body: { number?: string; customer?: string; identity?: number; queue?: string | null }) =>
    to.post<{ contact: string }>("/api/calls/dial", { body }),
  mute: (contact: string, muted: boolean) => to.post(at(contact, "mute"), { body: { muted } }),
  digits: (contact: string, digits: string) => to.post(at(contact, "digits"), { body: { digits } }),
  askOutside: (contact: string, number: string, blind: boolean) =>
    to.post(at(contact, "outside"), { body: { number, blind } }),
  outside: (contact: string, what: "complete" | "merge" | "cancel") => to.post(at(contact, `outside/${what}`)),
  pause: (contact: string, paused: boolean) => to.post(at(contact, "recording"), { body: { paused } }),
  supervise: (contact: string, mode: Supervising) => to.post(at(contact, "supervision"), { body: { mode } }),
  leave: (contact: string) => to.delete(at(contact, "supervision")),
});
