import type { Ms } from "../../live/types";
import type { IconName } from "../../ui/Icon";
import type { Tone } from "../../ui/state";
import type { Segment } from "./api";

/**
 * A contact's stays as the pieces of one line. A queue stay is cut at the offers made during it, so that the
 * pieces of the main lane follow on one another; help from a colleague and the survey run beside it.
 */
export type PieceKind =
  | "entry"
  | "flow"
  | "queue"
  | "missed"
  | "declined"
  | "offered"
  | "withdrawn"
  | "transfer"
  | "dial"
  | "outbound"
  | "talk"
  | "hold"
  | "consult"
  | "three_way"
  | "wrapup"
  | "survey";

export type Piece = {
  key: string;
  kind: PieceKind;
  start: Ms;
  end: Ms;
  running: boolean;
  queue: string | null;
  agent: string | null;
  score: number | null;
  lane: 0 | 1;
};

export type Stroke = "thin" | "dotted" | "solid" | "broken" | "half";

export const PIECE_LOOK: Record<PieceKind, { tone: Tone; icon: IconName; stroke: Stroke }> = {
  entry: { tone: "break", icon: "entry", stroke: "thin" },
  flow: { tone: "break", icon: "branch", stroke: "thin" },
  queue: { tone: "break", icon: "queue", stroke: "dotted" },
  missed: { tone: "missed", icon: "missed", stroke: "dotted" },
  declined: { tone: "break", icon: "transfer", stroke: "dotted" },
  offered: { tone: "offered", icon: "offered", stroke: "dotted" },
  withdrawn: { tone: "break", icon: "undo", stroke: "dotted" },
  transfer: { tone: "offered", icon: "transfer", stroke: "dotted" },
  dial: { tone: "offered", icon: "callback", stroke: "broken" },
  outbound: { tone: "offered", icon: "callback", stroke: "broken" },
  talk: { tone: "talking", icon: "talking", stroke: "solid" },
  hold: { tone: "hold", icon: "hold", stroke: "broken" },
  consult: { tone: "talking", icon: "consult", stroke: "thin" },
  three_way: { tone: "talking", icon: "consult", stroke: "solid" },
  wrapup: { tone: "wrapup", icon: "wrapup", stroke: "half" },
  survey: { tone: "break", icon: "star", stroke: "half" },
};

const PLAIN: Record<string, PieceKind> = {
  entry: "entry",
  flow: "flow",
  talk: "talk",
  hold: "hold",
  dial: "dial",
  consult: "consult",
  three_way: "three_way",
  wrapup: "wrapup",
};
const BESIDE: ReadonlySet<PieceKind> = new Set<PieceKind>(["consult", "three_way"]);
const OFFERS: Record<string, PieceKind> = { missed: "missed", declined: "declined", withdrawn: "withdrawn" };

/** The pieces in the order they began, without those that took no time. Open stays last until `now`. */
export function pieces(segments: readonly Segment[], now: Ms): Piece[] {
  // Offers and call-backs being dialled lie within a queue stay and are drawn in its place.
  const within = segments.filter((one) => (one.kind === "offer" && one.cause !== "consult") || one.kind === "dial");
  // The flow that served the customer first lies within the entry and is drawn in its place.
  const inFlow = segments.some((one) => one.kind === "flow");
  // Whoever is called back has waited before; a call of our own begins with the dial.
  const firstWait = Math.min(...segments.filter((one) => one.kind === "queue").map((one) => one.start));
  const out: Piece[] = [];
  const add = (one: Segment, kind: PieceKind, start: Ms, end: Ms, lane: 0 | 1 = 0) => {
    if (end > start || kind === "survey") {
      out.push({
        key: `${one.n}-${start}`,
        kind,
        start,
        end: Math.max(end, start),
        running: one.end === null,
        queue: one.queue,
        agent: one.agent,
        score: one.score,
        lane,
      });
    }
  };
  for (const one of segments) {
    const end = one.end ?? Math.max(now, one.start);
    if (one.kind === "queue") {
      let at = one.start;
      for (const part of within) {
        if (part.queue === null || part.start < one.start || part.start >= end) continue;
        add({ ...one, end: part.start }, "queue", at, part.start);
        at = Math.max(at, part.end ?? end);
      }
      add(one, "queue", at, end);
    } else if (one.kind === "offer") {
      const kind = OFFERS[one.outcome ?? ""] ?? (one.cause === "transfer" ? "transfer" : "offered");
      if (one.cause !== "consult") add(one, kind, one.start, end);
    } else if (one.kind === "survey") {
      if (one.end !== null) add(one, "survey", one.start, one.end, 1);
    } else {
      const kind = one.kind === "dial" && one.start < firstWait ? "outbound" : PLAIN[one.kind];
      if (kind && !(kind === "entry" && inFlow)) add(one, kind, one.start, end, BESIDE.has(kind) ? 1 : 0);
    }
  }
  return out.sort((a, b) => a.start - b.start || a.lane - b.lane || a.end - b.end);
}

/** Marks of the time axis: about six to nine, at round lengths. */
export function ticks(length: Ms): Ms[] {
  const steps = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400].map(
    (s) => s * 1000,
  );
  const step = steps.find((one) => length / one <= 8) ?? Math.ceil(length / 8 / 86_400_000) * 86_400_000;
  const out: Ms[] = [];
  for (let at = 0; at <= length; at += step) out.push(at);
  return out;
}
