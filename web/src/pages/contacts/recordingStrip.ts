import type { Schema } from "../../api/types";
import type { Ms } from "../../live/types";

/**
 * A contact's recordings laid on one line of time: levels of both sides in tenths of a second, what was left out,
 * held or never recorded, who spoke how long. Pure.
 */
export type Heard = Schema<"HeardOut">;
export type Recording = Schema<"RecordingOut">;
export type Mark = Schema<"MarkOut">;
export type Leg = Schema<"LegOut">;

export const BUCKET: Ms = 100;
/** −40 dB of full scale, as the server's peaks have it (255·√peak): quieter is silence. */
const SPEAKS = 26;
/** Between words nobody falls silent: a pause shorter than this still counts as speaking. */
const HANGOVER = 4;
/** From here on a silence is shown. */
export const LONG_SILENCE: Ms = 5_000;
/** From here on it is worth skipping. */
export const SKIPPED_SILENCE: Ms = 2_000;

export type Part = { recording: Recording; from: Ms; to: Ms };
export type Span = { from: Ms; to: Ms };
export type Gap = Span & { why: string };

export type Strip = {
  start: Ms;
  end: Ms;
  parts: Part[];
  agent: Uint8Array;
  customer: Uint8Array;
  mix: Uint8Array;
  lanes: ("agent" | "customer" | "mix")[];
  gaps: Gap[];
  holds: Span[];
  /** Between two recordings: the transfer. */
  between: Span[];
  silences: Span[];
  times: { agent: Ms; customer: Ms; both: Ms; silence: Ms; held: Ms; gap: Ms };
};

/** Null where there is nothing to hear. */
export function stripOf(heard: Heard): Strip | null {
  const parts = heard.recordings
    .filter((one) => one.ways.length > 0 && one.duration_ms > 0)
    .map((recording) => ({ recording, from: recording.started, to: recording.started + recording.duration_ms }))
    .sort((a, b) => a.from - b.from);
  if (parts.length === 0) return null;
  const start = Math.min(...parts.map((one) => one.from));
  const end = Math.max(...parts.map((one) => one.to));
  const n = Math.ceil((end - start) / BUCKET);
  const sides = { agent: new Uint8Array(n), customer: new Uint8Array(n), mix: new Uint8Array(n) };
  const covered = new Uint8Array(n);
  const present = new Set<string>();
  for (const { recording, from, to } of parts) {
    covered.fill(1, place(from, start), place(to, start));
    for (const track of recording.tracks) {
      if (!(track.name in sides) || track.rate === 0) continue;
      present.add(track.name);
      const levels = bytesOf(track.peaks);
      const at = place(from + track.offset_ms, start);
      const side = sides[track.name as keyof typeof sides];
      for (let i = 0; i < levels.length && at + i < n; i += 1)
        side[at + i] = Math.max(side[at + i] ?? 0, levels[i] ?? 0);
    }
  }
  const gaps = parts.flatMap(({ recording, from }) =>
    recording.gaps.map((gap) => ({ from: from + gap.start, to: from + gap.end, why: gap.why })),
  );
  const holds = heard.marks
    .filter((mark) => mark.kind === "hold" && mark.at < end && (mark.end ?? end) > start)
    .map((mark) => ({ from: Math.max(mark.at, start), to: Math.min(mark.end ?? end, end) }));
  const between = runs(covered, (on) => on === 0, start, end);
  const told = tell(n, start, sides, covered, gaps, holds, present);
  const lanes: Strip["lanes"] = present.has("agent")
    ? present.has("customer")
      ? ["agent", "customer"]
      : ["agent"]
    : present.has("customer")
      ? ["customer"]
      : ["mix"];
  return { start, end, parts, ...sides, lanes, gaps, holds, between, ...told };
}

/** Who spoke when: each tenth of a second counts once. */
function tell(
  n: number,
  start: Ms,
  sides: { agent: Uint8Array; customer: Uint8Array; mix: Uint8Array },
  covered: Uint8Array,
  gaps: readonly Span[],
  holds: readonly Span[],
  present: ReadonlySet<string>,
): Pick<Strip, "silences" | "times"> {
  const mixed = !present.has("agent") && !present.has("customer");
  const agent = speaking(sides.agent);
  const customer = speaking(mixed ? sides.mix : sides.customer);
  const other = new Uint8Array(n);
  for (const { from, to } of holds) other.fill(2, place(from, start), place(to, start));
  for (const { from, to } of gaps) other.fill(1, place(from, start), place(to, start));
  const quiet = new Uint8Array(n);
  const counted = { agent: 0, customer: 0, both: 0, silence: 0, held: 0, gap: 0 };
  for (let i = 0; i < n; i += 1) {
    if (other[i] === 1) counted.gap += 1;
    else if (other[i] === 2 || covered[i] === 0) counted.held += 1;
    else if (agent[i] && customer[i]) counted.both += 1;
    else if (agent[i]) counted.agent += 1;
    else if (customer[i]) counted.customer += 1;
    else {
      counted.silence += 1;
      quiet[i] = 1;
    }
  }
  const times = Object.fromEntries(Object.entries(counted).map(([name, tenths]) => [name, tenths * BUCKET]));
  const silences = runs(quiet, (on) => on === 1, start, start + n * BUCKET).filter(
    (one) => one.to - one.from >= SKIPPED_SILENCE,
  );
  return { silences, times: times as Strip["times"] };
}

function speaking(levels: Uint8Array): Uint8Array {
  const out = new Uint8Array(levels.length);
  let still = 0;
  for (let i = 0; i < levels.length; i += 1) {
    still = (levels[i] ?? 0) >= SPEAKS ? HANGOVER : still - 1;
    out[i] = still > 0 ? 1 : 0;
  }
  return out;
}

function runs(flags: Uint8Array, wanted: (flag: number) => boolean, start: Ms, end: Ms): Span[] {
  const out: Span[] = [];
  let began = -1;
  for (let i = 0; i <= flags.length; i += 1) {
    const on = i < flags.length && wanted(flags[i] ?? 0);
    if (on && began < 0) began = i;
    if (!on && began >= 0) {
      out.push({ from: start + began * BUCKET, to: Math.min(start + i * BUCKET, end) });
      began = -1;
    }
  }
  return out;
}

/** The loudest of each of `columns` equal stretches, 0..1. */
export function columnsOf(levels: Uint8Array, columns: number): Float32Array {
  const out = new Float32Array(columns);
  for (let c = 0; c < columns; c += 1) {
    const from = Math.floor((c * levels.length) / columns);
    const to = Math.max(from + 1, Math.floor(((c + 1) * levels.length) / columns));
    let loudest = 0;
    for (let i = from; i < to && i < levels.length; i += 1) loudest = Math.max(loudest, levels[i] ?? 0);
    out[c] = loudest / 255;
  }
  return out;
}

/** Which part is heard at an instant: the one that goes on there, or the next; the last behind the end. */
export function partAt(strip: Strip, at: Ms, present = -1): number {
  const now = strip.parts[present];
  if (now && at >= now.from && at < now.to) return present;
  const inside = strip.parts.findIndex((one) => at >= one.from && at < one.to);
  if (inside >= 0) return inside;
  const next = strip.parts.findIndex((one) => one.from > at);
  return next >= 0 ? next : strip.parts.length - 1;
}

/** Where to go on when silence is skipped: the end of the silence or gap that `at` lies in, or null. */
export function skipFrom(strip: Strip, at: Ms): Ms | null {
  for (const one of [...strip.silences, ...strip.gaps])
    if (at >= one.from + 300 && at < one.to - 400) return one.to - 300;
  return null;
}

export type MosWord = "veryGood" | "good" | "fair" | "poor" | "bad";

/** The words of ITU-T G.107, Annex B: how many users are satisfied at a MOS. */
export function mosWord(mos: number): MosWord {
  if (mos >= 4.34) return "veryGood";
  if (mos >= 4.03) return "good";
  if (mos >= 3.6) return "fair";
  return mos >= 3.1 ? "poor" : "bad";
}

function place(at: Ms, start: Ms): number {
  return Math.max(0, Math.round((at - start) / BUCKET));
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
}
