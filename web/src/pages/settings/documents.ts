import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { http } from "../../api/http";
import { isProblem } from "../../api/problem";
import type { components } from "../../api/schema";
import type { Names } from "../../live/types";

/** Set-up documents: `{id, version, spec}`, loaded whole, edited as a draft, saved with the version they came from. */
type Schemas = components["schemas"];
type With<S> = Omit<S, "name"> & { name: Names };

export type QueueSpec = With<Schemas["ChangedQueue"]["spec"]>;
export type InviteRule = NonNullable<QueueSpec["invite"]>;
export type Step = QueueSpec["steps"][number];
export type Need = QueueSpec["requires"][number];
export type SkillSpec = With<Schemas["ChangedSkill"]["spec"]>;
export type HoursSpec = With<Schemas["ChangedHours"]["spec"]>;
export type Period = HoursSpec["week"][number][number];
export type ClientSpec = With<Schemas["ChangedClient"]["spec"]>;
export type SiteSpec = With<Schemas["ChangedSite"]["spec"]>;
export type ReasonSpec = With<Schemas["ChangedReason"]["spec"]>;
export type TrunkSpec = {
  id: string;
  name: Names;
  kind: "registration" | "ip";
  host: string;
  port: number;
  transport: "udp" | "tcp" | "tls";
  username: string;
  networks: string[];
  channels: number;
  codecs: string[];
  prefix: string;
  writes: "e164" | "plain" | "national";
  active: boolean;
};
export type NumberSpec = {
  id: string;
  name: Names;
  client: string;
  flow: string;
  trunk: string | null;
  limit: number | null;
  language: string;
  active: boolean;
};
export type ExtensionSpec = {
  id: string;
  name: string;
  kind: "softphone" | "phone" | "number";
  agent: string | null;
  number: string | null;
  active: boolean;
};
export type WidgetSpec = {
  id: string;
  queue: string;
  name: Names;
  greeting: Names;
  colour: string;
  languages: string[];
  ask: string[];
  attachments: { types: string[]; max_bytes: number };
  max_text: number;
  origins: string[];
  flow?: string | null;
  gone_queue_s: number;
  gone_talk_s: number;
  limits: Record<string, unknown>;
  active: boolean;
};

export type Kinds = {
  queues: QueueSpec;
  skills: SkillSpec;
  hours: HoursSpec;
  clients: ClientSpec;
  reasons: ReasonSpec;
  widgets: WidgetSpec;
  "setup/trunks": TrunkSpec;
  "setup/numbers": NumberSpec;
  "setup/extensions": ExtensionSpec;
};
/** What comes with a document of some kinds, beside it. */
export type Beside = {
  "setup/trunks": { has_password: boolean; up: boolean | null; why: string; in_use: number; peak: number };
  "setup/extensions": { has_password: boolean; password?: string | null };
};
export type Stored<K extends keyof Kinds> = Doc<Kinds[K]> & (K extends keyof Beside ? Beside[K] : unknown);
export type Doc<S> = { id: string; version: number; spec: S; changed_at?: number; changed_by?: string };

export function useDocuments<K extends keyof Kinds>(kind: K, everyMs?: number) {
  return useQuery({
    queryKey: ["setup", kind],
    queryFn: async () => (await http.get<{ items: Stored<K>[] }>(`/api/${kind}`)).items,
    refetchInterval: everyMs ?? false,
  });
}

/** Saves a document: version null makes a new one. Everything that may show it is asked anew. */
export function useSaveDocument<K extends keyof Kinds>(kind: K) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ version, spec, beside }: { version: number | null; spec: Kinds[K]; beside?: object }) =>
      version === null
        ? http.post<Stored<K>>(`/api/${kind}`, { body: { spec, ...beside } })
        : http.put<Stored<K>>(`/api/${kind}/${encodeURIComponent(spec.id)}`, { body: { version, spec, ...beside } }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["setup", kind] });
      await queries.invalidateQueries({ queryKey: ["directory"] });
    },
  });
}

/** What the server found wrong, by the field's path within the document (`steps.0.queue`). */
export type Faults = Record<string, { code: string; params: Record<string, string | number> }>;

export function faultsOf(error: unknown): Faults {
  const out: Faults = {};
  if (!isProblem(error)) return out;
  const errors = (error.problem.errors ?? []) as {
    field: string;
    code: string;
    params?: Record<string, string | number>;
  }[];
  for (const one of errors) out[one.field] ??= { code: one.code, params: one.params ?? {} };
  if (typeof error.problem.field === "string") out[error.problem.field] ??= { code: error.code, params: {} };
  return out;
}

/** A draft of a document: what is written, how many fields differ from what is stored, what the server refused. */
export function useDraft<S extends object>(stored: S) {
  const [draft, setDraft] = useState(stored);
  const [faults, setFaults] = useState<Faults>({});
  const changes = useMemo(
    () => (Object.keys(draft) as (keyof S)[]).filter((key) => !same(draft[key], stored[key])).length,
    [draft, stored],
  );
  useUnsavedWarning(changes > 0);
  return {
    draft,
    changes,
    faults,
    setFaults,
    /** Changes some fields; what was wrong with them is forgotten until the next save. */
    set(fields: Partial<S>) {
      setDraft((before) => ({ ...before, ...fields }));
      setFaults((before) =>
        Object.fromEntries(
          Object.entries(before).filter(([path]) => !Object.keys(fields).some((f) => path.split(".")[0] === f)),
        ),
      );
    },
    reset(to: S = stored) {
      setDraft(to);
      setFaults({});
    },
  };
}

function useUnsavedWarning(unsaved: boolean): void {
  useEffect(() => {
    if (!unsaved) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [unsaved]);
}

export function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}

export const NO_NAMES: Names = { "zh-Hans": "", "zh-Hant": "", en: "" };

/** A free id made from the English name: `after-sales-repair`, then `-2`. */
export function idFor(names: Names, taken: readonly string[]): string {
  const base =
    names.en
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "")
      .slice(0, 40) || "item";
  let id = base;
  for (let n = 2; taken.includes(id); n += 1) id = `${base}-${n}`;
  return id;
}
