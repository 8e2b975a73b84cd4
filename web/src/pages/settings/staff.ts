import type { core } from "../../i18n/core";

type CoreKey = keyof (typeof core)["zh-Hans"];
export type Role = Extract<CoreKey, `role.${string}`> extends `role.${infer R}` ? R : never;

export const ROLES: readonly Role[] = [
  "answerer",
  "solver",
  "callback",
  "supervisor",
  "qa",
  "trainer",
  "planner",
  "support",
  "manager",
  "client",
  "finance",
  "admin",
];

/** The agent half of a staff row: AgentSpec without id, name and activity. */
export type AgentPart = {
  employment?: "full_time" | "part_time";
  team?: string;
  skills?: { skill: string; level?: number; certified_until?: number | null }[];
  capacity?: { voice?: number; text?: number; text_during_voice?: number };
};

export type Person = {
  id: string;
  version: number;
  login: string;
  name: string;
  roles: Role[];
  clients: string[] | null;
  language: "zh-Hans" | "zh-Hant" | "en";
  agent_id: string | null;
  agent: { version: number; spec: AgentPart } | null;
  active: boolean;
  demo: boolean;
  totp: boolean;
  last_sign_in_at: string | null;
};

export const NEW_AGENT: Required<AgentPart> = {
  employment: "full_time",
  team: "",
  skills: [],
  capacity: { voice: 1, text: 3, text_during_voice: 0 },
};

/** The day a certificate ends, as a date field writes it, and back: valid to the end of that day, UTC. */
export function dayOf(until: number | null | undefined): string {
  return until == null ? "" : new Date(until).toISOString().slice(0, 10);
}
export function endOf(day: string): number | null {
  const start = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(start) ? null : start + 86_400_000 - 1;
}
