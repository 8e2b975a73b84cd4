import type { Schema } from "../../api/types";
import type { Ms } from "../../live/types";
import type { Activity, Cell, Invite, Span } from "./model";
import type { Person } from "./people";

/** The schedule's part of the HTTP interface. Instants in ms, local days as ISO texts, ratios 0..1. */
export type Texts = Record<string, string>;
export type PersonDay = {
  agent: string;
  day: string;
  version: number;
  rev: number;
  edited: boolean;
  locked: boolean;
  spans: { start: Ms; end: Ms; activity: Activity; paid: boolean; overtime: boolean }[];
  invites: Invite[];
  by_name: string | null;
  at: Ms | null;
};
export type PlannedPerson = {
  id: string;
  name: string;
  team: string;
  employment: "full_time" | "part_time";
  groups: string[];
  skills: { skill: string; level: number; until: Ms | null; gated: boolean }[];
  framed: boolean;
  frames: [string, Ms, Ms][];
  standby: [string, Ms, Ms][];
};
export type DraftState = {
  id: string;
  name: string;
  first: string;
  last: string;
  state: "open" | "published" | "dropped";
  rev: number;
  published: number | null;
  changed_at: Ms;
  changed_by_name: string;
  changes: number;
};
export type Pending = {
  id: string;
  kind: RequestKind;
  state: RequestState;
  agent: string;
  day: string;
  last_day: string;
  start: Ms | null;
  end: Ms | null;
  asked: string[];
};
export type Schedule = {
  zone: string;
  first: string;
  last: string;
  now: Ms;
  version: number;
  draft: DraftState | null;
  days: { day: string; start: Ms; end: Ms; weekend: boolean }[];
  people: PlannedPerson[];
  items: PersonDay[];
  pending: Pending[];
  locked_until: Ms;
};
export type GroupCover = {
  id: string;
  names: Texts;
  share: number;
  within_s: number;
  absence: number;
  shrinkage: number;
  need: number[] | null;
  agents: number[];
  able: number[];
};
export type Cover = {
  start: Ms;
  step_s: number;
  forecast: boolean;
  groups: GroupCover[];
  need: number[] | null;
  people: number[];
};
export type Figures = {
  gap_hours: number | null;
  largest_gap: number | null;
  over_hours: number | null;
  sl3: number | null;
  true_access: number | null;
  cost: number | null;
};
export type Conflict = {
  key: string;
  code: string;
  must: boolean;
  agent: string | null;
  day: string | null;
  start: Ms | null;
  end: Ms | null;
  params: Record<string, string | number>;
  fix: ServerEdit[];
};
export type Conflicts = { rev: number; must: number; notes: number; items: Conflict[] };
export type Effect = {
  before: Figures;
  after: Figures;
  since: Ms;
  cover_before: Cover;
  cover_after: Cover;
  days: PersonDay[];
  conflicts: Conflict[];
};
/** As POST …/edits takes them: `put` is a whole person-day, the others are small. */
export type ServerEdit = { op: string; agent: string; day: string; base?: number | null } & Record<string, unknown>;
export type Edited = { rev: number; days: PersonDay[] };
export type DayChange = {
  agent: string;
  name: string;
  day: string;
  before: Span[];
  after: Span[];
  short_notice: boolean;
};
export type PublishPreview = {
  rev: number;
  next_version: number;
  changes: DayChange[];
  told: { agent: string; name: string; days: number; short_notice: boolean }[];
  invites: number;
  must: number;
  notes: number;
  stale: DayChange[];
};
export type Version = {
  n: number;
  kind: "draft" | "day" | "request" | "older";
  older: number | null;
  note: string;
  at: Ms;
  by_name: string;
  changes: number;
  agents: number;
};
export type Proposal = {
  job: string;
  draft: string;
  rev: number;
  state: "asked" | "accepted" | "discarded";
  job_state: JobState;
  error: string | null;
  cost: Record<string, number> | null;
  bound: number | null;
  gap: number | null;
  seconds: number | null;
  finished: boolean | null;
  unmet: { agent: string; day: string | null; what: string; why: string; price: number }[];
  conflicts: { agent: string; rules: string[]; broken: string[]; days: string[] }[];
  days: PersonDay[];
  before: Figures | null;
  after: Figures | null;
  cover_before: Cover | null;
  cover_after: Cover | null;
};
export type JobState = "queued" | "running" | "done" | "failed" | "cancelled" | "interrupted";
export type Job = {
  id: string;
  kind: string;
  subject: string;
  state: JobState;
  made_at: Ms;
  started_at: Ms | null;
  ended_at: Ms | null;
  share: number | null;
  best: number | null;
  bound: number | null;
  text: string;
  told_at: Ms | null;
  error: string | null;
  error_detail: string | null;
};
export type RequestKind = "leave" | "swap" | "give_away" | "call_up" | "overtime";
export type RequestState = "offered" | "awaiting" | "approved" | "refused" | "declined" | "withdrawn" | "expired";
export type Request = {
  id: string;
  kind: RequestKind;
  state: RequestState;
  agent: string;
  agent_name: string;
  partner: string | null;
  partner_name: string | null;
  day: string;
  last_day: string;
  partner_day: string | null;
  start: Ms | null;
  end: Ms | null;
  note: string;
  reason: string;
  automatic: boolean;
  version: number | null;
  places: number;
  expires_at: Ms | null;
  made_at: Ms;
  made_by_name: string;
  decided_at: Ms | null;
  decided_by_name: string | null;
  offers: {
    agent: string;
    name: string;
    place: number;
    offered_at: Ms;
    answer: string | null;
    answered_at: Ms | null;
  }[];
  params: Record<string, unknown>;
};
export type RequestDetail = {
  request: Request;
  conflicts: Conflict[];
  changes: DayChange[];
  before: Figures | null;
  after: Figures | null;
};

/** The shapes above are those of the server's description: a change there fails the type check here. */
type Fits<Given extends Wanted, Wanted> = Given;
export type Described = [
  Fits<Schema<"PlannedScheduleOut">, Schedule>,
  Fits<Schema<"CoverOut">, Cover>,
  Fits<Schema<"EffectFiguresOut">, Figures>,
  Fits<Schema<"EffectOut">["days"], Effect["days"]>,
  Fits<Schema<"ConflictsOut">, Omit<Conflicts, "items"> & { items: Omit<Conflict, "fix">[] }>,
  Fits<Schema<"EditedOut">, Edited>,
  Fits<Schema<"PublishPreviewOut">, PublishPreview>,
  Fits<Schema<"ScheduleVersionOut">, Version>,
  Fits<Required<Schema<"ProposalOut">>, Wide<Proposal, "job_state">>,
  Fits<Schema<"JobOut">, Wide<Job, "state">>,
  Fits<Schema<"ScheduleRequestOut">, Request>,
  Fits<Schema<"RequestDetailOut">["changes"], RequestDetail["changes"]>,
];
type Wide<T, Key extends keyof T> = Omit<T, Key> & Record<Key, string>;

export const PLANNING = "/api/planning";

export function cellFrom(one: PersonDay): Cell {
  return {
    agent: one.agent,
    day: one.day,
    spans: one.spans,
    invites: one.invites,
    locked: one.locked,
    rev: one.rev,
    version: one.version,
    by: one.by_name,
  };
}

const WARN_MS = 14 * 86_400_000;

/** `days`: those in view; standby of others is read along with them and says nothing here. */
export function personFrom(one: PlannedPerson, now: Ms, days: readonly string[]): Person {
  const frame = ([day, start, end]: [string, Ms, Ms]) => ({ day, start, end });
  return {
    id: one.id,
    name: one.name,
    team: one.team,
    employment: one.employment,
    groups: one.groups,
    skills: one.skills.map((skill) => skill.skill),
    certificates: one.skills.flatMap((skill) =>
      skill.gated && skill.until !== null && skill.until > now && skill.until - now < WARN_MS
        ? [{ skill: skill.skill, until: skill.until }]
        : [],
    ),
    frames: one.frames.map(frame),
    standby: one.standby.map(frame).filter(({ day }) => days.includes(day)),
  };
}

/** What has to be sent so that the server has a person-day as it is here. */
export function editsFor(cell: Cell, before: Cell | undefined): ServerEdit[] {
  const place = { agent: cell.agent, day: cell.day, base: before?.rev ?? 0 };
  const out: ServerEdit[] = [];
  const was = before?.locked ?? false;
  if (was && !cell.locked) out.push({ op: "lock", locked: false, ...place });
  const spans = cell.spans.map((span) => ({
    start: span.start,
    end: span.end,
    activity: span.activity,
    paid: span.paid ?? true,
    overtime: span.overtime ?? false,
  }));
  if (!before || JSON.stringify(spans) !== JSON.stringify(cellSpans(before)))
    out.push({ op: "put", spans, ...place });
  const same = (one: Invite, other: Invite) => one.start === other.start && one.end === other.end;
  for (const one of before?.invites ?? []) {
    if (!cell.invites.some((other) => same(one, other))) out.push({ op: "no_call_in", start: one.start, ...place });
  }
  for (const one of cell.invites) {
    if (!before?.invites.some((other) => same(one, other)))
      out.push({ op: "call_in", start: one.start, end: one.end, ...place });
  }
  if (!was && cell.locked) out.push({ op: "lock", locked: true, ...place });
  return out;
}

function cellSpans(cell: Cell) {
  return cell.spans.map((span) => ({
    start: span.start,
    end: span.end,
    activity: span.activity,
    paid: span.paid ?? true,
    overtime: span.overtime ?? false,
  }));
}
