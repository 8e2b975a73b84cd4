import { useQuery } from "@tanstack/react-query";
import { csrfToken, http } from "../../api/http";
import { localProblem, ProblemError } from "../../api/problem";
import type { Language } from "../../i18n/language";
import type { Ms } from "../../live/types";
import type { Flow, Texts } from "./model";

/** Flows over HTTP (jietong/flows/routes.py): drafts, versions, counts, test calls, and the recordings they play. */
export type Fault = {
  node: string | null;
  field: string;
  code: string;
  level: "error" | "warning";
  params: Record<string, string | number>;
  message: Record<Language, string>;
};

export type FlowLine = {
  id: string;
  client: string;
  name: Texts;
  published: number | null;
  published_at: Ms | null;
  published_by: string | null;
  changed: boolean;
  drafted_at: Ms;
  drafted_by: string;
  errors: number;
  active: boolean;
};

export type StoredFlow = Omit<FlowLine, "name" | "errors"> & { revision: number; document: Flow; faults: Fault[] };
export type Version = { version: number; note: string; published_at: Ms; published_by: string; nodes: number };
export type WholeVersion = Version & { document: Flow };
export type Counts = {
  version: number;
  since: Ms | null;
  entered: number;
  nodes: Record<string, Record<string, number>>;
};

export type Sounding = {
  language: Language;
  duration_ms: number;
  bytes: number;
  uploaded_at: Ms;
  uploaded_by: string;
  url: string;
};
export type Recording = {
  id: string;
  name: Texts;
  words: Texts;
  revision: number;
  active: boolean;
  changed_at: Ms;
  changed_by: string;
  sounds: Sounding[];
  used_by: string[];
};

const path = (id: string, rest = "") => `/api/flows/${encodeURIComponent(id)}${rest}`;

export function useFlows() {
  return useQuery({ queryKey: ["flows"], queryFn: () => http.get<{ items: FlowLine[] }>("/api/flows") });
}

export const flows = {
  open: (id: string) => http.get<StoredFlow>(path(id)),
  create: (document: Flow) => http.post<StoredFlow>("/api/flows", { body: { document } }),
  save: (id: string, revision: number, document: Flow) =>
    http.put<StoredFlow>(path(id), { body: { revision, document } }),
  publish: (id: string, revision: number, note: string) =>
    http.post<Version>(path(id, "/publish"), { body: { revision, note } }),
  discard: (id: string, revision: number) => http.post<StoredFlow>(path(id, "/discard"), { body: { revision } }),
  setActive: (id: string, active: boolean) => http.put<StoredFlow>(path(id, "/active"), { body: { active } }),
  versions: async (id: string) => (await http.get<{ items: Version[] }>(path(id, "/versions"))).items,
  version: (id: string, version: number) => http.get<WholeVersion>(path(id, `/versions/${version}`)),
  counts: (id: string, version: number) => http.get<Counts>(path(id, "/counts"), { query: { version } }),
  test: (id: string, body: TestBody) => http.post<TestAnswer>(path(id, "/test"), { body }),
  exportAddress: (id: string, version: number | null) =>
    path(id, version === null ? "/export" : `/export?version=${version}`),
};

/** Versions never change: once read, they are kept. */
export function useVersion(id: string, version: number | null) {
  return useQuery({
    queryKey: ["flow-version", id, version],
    queryFn: () => flows.version(id, version as number),
    enabled: version !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

// --- test calls ------------------------------------------------------------------------------------------------

export type Saying =
  | { type: "speech"; language: Language; text: string }
  | { type: "sound"; prompt: string; language: Language };
export type Act =
  | { act: "say"; saying: Saying[] }
  | {
      act: "ask";
      saying: Saying[];
      min: number;
      max: number;
      end_key: string;
      timeout_s: number;
      secret: boolean;
      options: { key: string; text: string }[];
    }
  | { act: "hours"; hours: string }
  | { act: "find"; by: string; value: string }
  | { act: "measure"; subjects: string[] }
  | { act: "queue"; queue: string; callback_keys: string[]; leave_keys: string[]; announcement: Saying[] }
  | { act: "callback"; queue: string }
  | { act: "voicemail"; queue: string; saying: Saying[]; max_s: number }
  | { act: "transfer"; to: string; number: string }
  | { act: "http"; method: string; url: string; save: [string, string][] }
  | { act: "survey" }
  | { act: "rate"; score: number; resolved: boolean | null }
  | { act: "over"; how: string; outcome: string | null; node: string };
export type TestState = {
  node: string;
  language: Language;
  variables?: Record<string, string>;
  secrets?: Record<string, string>;
};
export type TestAnswer = {
  state: TestState;
  steps: { node: string; exit: string }[];
  node: string;
  act: Act;
  wants: string[];
  over: boolean;
};
export type TestBody = {
  document: Flow;
  state: TestState | null;
  answer: Record<string, unknown> | null;
  language: Language;
  channel: "voice" | "chat";
  reachable: boolean;
  at: Ms | null;
  values: Record<string, string | number | boolean | null>;
};

// --- recordings and the synthetic voice ------------------------------------------------------------------------

export function useRecordings() {
  return useQuery({
    queryKey: ["prompts"],
    queryFn: () => http.get<{ items: Recording[]; voice: boolean }>("/api/prompts"),
  });
}

export const recordings = {
  create: (id: string, name: Texts, words: Texts) =>
    http.post<Recording>("/api/prompts", { body: { id, name, words } }),
  change: (one: Recording) =>
    http.put<Recording>(`/api/prompts/${one.id}`, {
      body: { revision: one.revision, name: one.name, words: one.words, active: one.active },
    }),
  upload: (id: string, language: Language, file: File) => {
    const form = new FormData();
    form.append("file", file);
    return http.put<Recording>(`/api/prompts/${id}/sounds/${language}`, { body: form });
  },
  drop: (id: string, language: Language) => http.delete<Recording>(`/api/prompts/${id}/sounds/${language}`),
};

/** Words read out by the synthetic voice, as a WAV file. Throws a ProblemError as `http` does. */
export async function spoken(text: string, language: Language): Promise<Blob> {
  const csrf = csrfToken();
  const response = await fetch("/api/prompts/speak", {
    method: "POST",
    credentials: "same-origin",
    headers: { "Content-Type": "application/json", ...(csrf ? { "X-CSRF-Token": csrf } : {}) },
    body: JSON.stringify({ text, language }),
  }).catch(() => {
    throw localProblem("unreachable", "The server cannot be reached. Check the connection and try again.");
  });
  if (response.ok) return response.blob();
  const body: unknown = await response.json().catch(() => null);
  if (body && typeof body === "object" && "code" in body)
    throw new ProblemError({ ...(body as ProblemError["problem"]), status: response.status });
  throw localProblem("bad_answer", `The server answered ${response.status}.`, response.status);
}
