import type { Language } from "../../i18n/language";
import type { IconName } from "../../ui/Icon";

/** A flow document, `flow/v1`, as the server writes it (jietong/flows/model.py): every field is there. */
export type Texts = Partial<Record<Language, string>>;
export type Part = { text?: Texts | null; audio?: string | null; language?: Language | null };
export type Prompt = Part | Part[];
export type Choice = { key: string; name: Texts };
export type LanguageChoice = { key: string; language: Language };
export type QueueKey = { key: string; name: Texts; does: "callback" | "leave" };
export type SurveyKey = { key: string; score: number; name: Texts };
export type Saved = { variable: string; path: string };
export type Operator = (typeof OPERATORS)[number];
export type Value = string | number | boolean | null | (string | number)[];
export type When = { subject: string; op: Operator; value: Value };
export type Branch = { name: Texts; when: When };

type Base<T extends string> = { id: string; type: T; name: Texts; next: Record<string, string> };
export type PlayNode = Base<"play"> & { prompt: Prompt; interruptible: boolean };
export type LanguageNode = Base<"language"> & {
  prompt: Prompt;
  choices: LanguageChoice[];
  timeout_s: number;
  tries: number;
};
export type MenuNode = Base<"menu"> & {
  prompt: Prompt;
  choices: Choice[];
  timeout_s: number;
  tries: number;
  retry_prompt: Prompt | null;
  interruptible: boolean;
};
export type DigitsNode = Base<"digits"> & {
  prompt: Prompt;
  min: number;
  max: number;
  end_key: string;
  timeout_s: number;
  tries: number;
  variable: string;
  secret: boolean;
  check: "none" | "luhn" | "pattern";
  pattern: string;
  retry_prompt: Prompt | null;
};
export type HoursNode = Base<"hours"> & { hours: string };
export type LookUpNode = Base<"lookup"> & { by: "caller" | "variable"; variable: string };
export type ConditionNode = Base<"condition"> & { branches: Branch[] };
export type QueueNode = Base<"queue"> & {
  queue: string;
  priority: number;
  music: string;
  announce_every_s: number;
  announcement: Prompt | null;
  say_position: boolean;
  say_wait: boolean;
  keys: QueueKey[];
  prefer_last_agent: boolean;
};
export type CallbackNode = Base<"callback"> & {
  queue: string;
  prompt: Prompt;
  key: string;
  timeout_s: number;
  variable: string;
};
export type VoicemailNode = Base<"voicemail"> & { queue: string; prompt: Prompt; max_s: number };
export type TransferNode = Base<"transfer"> & { to: "number" | "extension"; number: string; timeout_s: number };
export type RequestNode = Base<"http"> & {
  method: "GET" | "POST" | "PUT";
  url: string;
  headers: Record<string, string>;
  body: string;
  timeout_s: number;
  save: Saved[];
};
export type SurveyNode = Base<"survey"> & {
  prompt: Prompt;
  keys: SurveyKey[];
  ask_resolved: boolean;
  resolved_prompt: Prompt | null;
  thanks: Prompt | null;
  timeout_s: number;
  tries: number;
};
export type SetNode = Base<"set"> & { variable: string; value: string };
export type NoteNode = Base<"note"> & { text: string };
export type HangUpNode = Base<"hang_up"> & { prompt: Prompt | null; served: boolean };

export type FlowNode =
  | PlayNode
  | LanguageNode
  | MenuNode
  | DigitsNode
  | HoursNode
  | LookUpNode
  | ConditionNode
  | QueueNode
  | CallbackNode
  | VoicemailNode
  | TransferNode
  | RequestNode
  | SurveyNode
  | SetNode
  | NoteNode
  | HangUpNode;
export type NodeType = FlowNode["type"];
export type Point = readonly [number, number];

export type Flow = {
  format: "flow/v1";
  id: string;
  name: Texts;
  client: string;
  start: string;
  nodes: readonly FlowNode[];
  layout: Readonly<Record<string, Point>>;
  languages: readonly Language[];
  channels: readonly ("voice" | "chat")[];
  hosts: readonly string[];
};

export const KEYS = [..."1234567890*#"];
export const OPERATORS = ["eq", "ne", "lt", "le", "gt", "ge", "in", "between", "set", "unset"] as const;

/** The palette, in its order. */
export const NODE_TYPES = [
  "play",
  "language",
  "menu",
  "digits",
  "hours",
  "lookup",
  "condition",
  "queue",
  "callback",
  "voicemail",
  "transfer",
  "survey",
  "http",
  "set",
  "note",
  "hang_up",
] as const satisfies readonly NodeType[];

export const ICONS: Record<NodeType, IconName> = {
  play: "speak",
  language: "globe",
  menu: "keypad",
  digits: "ledger",
  hours: "clock",
  lookup: "person",
  condition: "branch",
  queue: "queue",
  callback: "callback",
  voicemail: "voicemail",
  transfer: "transfer",
  http: "server",
  survey: "star",
  set: "edit",
  note: "doc",
  hang_up: "end",
};

const FIXED: Record<Exclude<NodeType, "menu" | "condition" | "queue">, readonly string[]> = {
  play: ["done"],
  language: ["chosen", "none"],
  digits: ["done", "none"],
  hours: ["open", "closed", "holiday"],
  lookup: ["found", "none"],
  callback: ["accepted", "declined"],
  voicemail: ["done", "none"],
  transfer: ["done", "failed"],
  http: ["ok", "failed"],
  survey: ["done", "none"],
  set: ["done"],
  note: [],
  hang_up: [],
};

/** The exits of a node, in the order in which they are shown. */
export function exits(node: FlowNode): readonly string[] {
  switch (node.type) {
    case "menu":
      return [...new Set(node.choices.map((choice) => `key:${choice.key}`)), "timeout", "invalid"];
    case "condition":
      return [...node.branches.map((_, i) => `branch:${i}`), "else"];
    case "queue":
      return ["timed_out", "closed", "full", ...new Set(node.keys.map((key) => `key:${key.key}`)), "ended"];
    default:
      return FIXED[node.type];
  }
}

export function parts(prompt: Prompt | null | undefined): Part[] {
  return prompt ? (Array.isArray(prompt) ? prompt : [prompt]) : [];
}

/** One part is written without a list, as the server would. */
export function promptOf(list: Part[]): Prompt {
  return list.length === 1 && list[0] ? list[0] : list;
}

/** A new node with the defaults of jietong/flows/model.py. */
export function blank(type: NodeType, id: string): FlowNode {
  const base = { id, name: {}, next: {} };
  const words: Part = { text: {} };
  switch (type) {
    case "play":
      return { ...base, type, prompt: words, interruptible: true };
    case "language":
      return {
        ...base,
        type,
        prompt: words,
        choices: [
          { key: "1", language: "zh-Hans" },
          { key: "2", language: "en" },
        ],
        timeout_s: 6,
        tries: 2,
      };
    case "menu":
      return {
        ...base,
        type,
        prompt: words,
        choices: [{ key: "1", name: {} }],
        timeout_s: 6,
        tries: 3,
        retry_prompt: null,
        interruptible: true,
      };
    case "digits":
      return {
        ...base,
        type,
        prompt: words,
        min: 1,
        max: 20,
        end_key: "#",
        timeout_s: 6,
        tries: 3,
        variable: "",
        secret: false,
        check: "none",
        pattern: "",
        retry_prompt: null,
      };
    case "hours":
      return { ...base, type, hours: "" };
    case "lookup":
      return { ...base, type, by: "caller", variable: "" };
    case "condition":
      return { ...base, type, branches: [blankBranch()] };
    case "queue":
      return {
        ...base,
        type,
        queue: "",
        priority: 0,
        music: "default",
        announce_every_s: 30,
        announcement: null,
        say_position: true,
        say_wait: true,
        keys: [],
        prefer_last_agent: true,
      };
    case "callback":
      return { ...base, type, queue: "", prompt: words, key: "1", timeout_s: 8, variable: "" };
    case "voicemail":
      return { ...base, type, queue: "", prompt: words, max_s: 180 };
    case "transfer":
      return { ...base, type, to: "number", number: "", timeout_s: 30 };
    case "http":
      return { ...base, type, method: "GET", url: "", headers: {}, body: "", timeout_s: 5, save: [] };
    case "survey":
      return {
        ...base,
        type,
        prompt: words,
        keys: FIVE_POINTS,
        ask_resolved: false,
        resolved_prompt: null,
        thanks: null,
        timeout_s: 8,
        tries: 2,
      };
    case "set":
      return { ...base, type, variable: "", value: "" };
    case "note":
      return { ...base, type, text: "" };
    case "hang_up":
      return { ...base, type, prompt: null, served: false };
  }
}

export const blankBranch = (): Branch => ({ name: {}, when: { subject: "caller.known", op: "eq", value: true } });

const FIVE_POINTS: SurveyKey[] = (
  [
    ["1", 5, "非常满意", "非常滿意", "Very satisfied"],
    ["2", 4, "满意", "滿意", "Satisfied"],
    ["3", 3, "一般", "一般", "Fair"],
    ["4", 2, "不满意", "不滿意", "Dissatisfied"],
    ["5", 1, "非常不满意", "非常不滿意", "Very dissatisfied"],
  ] as const
).map(([key, score, hans, hant, en]) => ({ key, score, name: { "zh-Hans": hans, "zh-Hant": hant, en } }));

/** A free id: `menu`, then `menu-2`. */
export function freeId(flow: Flow, type: NodeType): string {
  const taken = new Set(flow.nodes.map((node) => node.id));
  const base = type.replace("_", "-");
  let id = base;
  for (let n = 2; taken.has(id); n += 1) id = `${base}-${n}`;
  return id;
}

export function nodeOf(flow: Flow, id: string | null | undefined): FlowNode | undefined {
  return id ? flow.nodes.find((node) => node.id === id) : undefined;
}

/** Every prompt field of a node that may hold one. */
export const PROMPTS: Record<NodeType, readonly string[]> = {
  play: ["prompt"],
  language: ["prompt"],
  menu: ["prompt", "retry_prompt"],
  digits: ["prompt", "retry_prompt"],
  hours: [],
  lookup: [],
  condition: [],
  queue: ["announcement"],
  callback: ["prompt"],
  voicemail: ["prompt"],
  transfer: [],
  http: [],
  survey: ["prompt", "resolved_prompt", "thanks"],
  set: [],
  note: [],
  hang_up: ["prompt"],
};

/** What a node says first, in a language; recordings give nothing to read. */
export function saying(node: FlowNode, language: Language): string {
  if (node.type === "note") return node.text;
  const field = PROMPTS[node.type][0];
  const prompt = field ? (node as unknown as Record<string, Prompt | null>)[field] : null;
  return parts(prompt)
    .filter((part) => !part.language || part.language === language)
    .map((part) => part.text?.[language] ?? "")
    .join(" ")
    .trim();
}

/** The variables that a flow sets, in order; secret ones too. */
export function variables(flow: Flow): string[] {
  const found = flow.nodes.flatMap((node) =>
    node.type === "digits" || node.type === "set"
      ? [node.variable]
      : node.type === "http"
        ? node.save.map((one) => one.variable)
        : [],
  );
  return [...new Set(found.filter(Boolean))];
}
