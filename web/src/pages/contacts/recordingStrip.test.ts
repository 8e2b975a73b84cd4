import { expect, test } from "vitest";
import { columnsOf, type Heard, mosWord, partAt, type Recording, skipFrom, stripOf } from "./recordingStrip";

const peaks = (...runs: [level: number, tenths: number][]) =>
  btoa(String.fromCharCode(...runs.flatMap(([level, tenths]) => Array(tenths).fill(level))));

function recording(id: string, started: number, seconds: number, more: Partial<Recording> = {}): Recording {
  const track = (name: string, said: string) => ({
    name,
    bytes: 1,
    digest: "",
    rate: 8000,
    offset_ms: 0,
    peaks: said,
  });
  const half = seconds * 5;
  return {
    id,
    contact: "c",
    queue: null,
    agent: "lin",
    rule: "always",
    consent: null,
    started,
    duration_ms: seconds * 1000,
    gaps: [],
    lacking: [],
    keep_until: 0,
    state: "stored",
    damaged: false,
    ways: ["both"],
    tracks: [
      track("agent", peaks([200, half], [0, half])),
      track("customer", peaks([0, half], [150, half])),
      track("mix", peaks([200, seconds * 10])),
    ],
    bucket_ms: 100,
    certificate: null,
    ...more,
  };
}

const heard = (recordings: Recording[], marks: Heard["marks"] = []): Heard => ({
  recordings,
  marks,
  legs: [],
  missing: [],
  pending: 0,
  hold: null,
});
const mark = (kind: string, at: number, end: number | null) => ({
  kind,
  at,
  end,
  agent: null,
  other: null,
  queue: null,
  what: null,
  recording: null,
});

test("two talks lie on one line, with the transfer between them", () => {
  const strip = stripOf(heard([recording("r2", 15_000, 10), recording("r1", 0, 10)]));
  expect(strip?.parts.map((one) => one.recording.id)).toEqual(["r1", "r2"]);
  expect([strip?.start, strip?.end]).toEqual([0, 25_000]);
  expect(strip?.between).toEqual([{ from: 10_000, to: 15_000 }]);
  expect(strip?.times.held).toBe(5_000);
  const times = strip?.times;
  expect(times && times.agent + times.customer + times.both + times.silence + times.held + times.gap).toBe(25_000);
});

test("each tenth of a second counts once: gap before hold before speech", () => {
  const one = recording("r1", 0, 10, { gaps: [{ start: 2_000, end: 4_000, why: "card" }] });
  const strip = stripOf(heard([one], [mark("hold", 3_000, 6_000)]));
  expect(strip?.times.gap).toBe(2_000);
  expect(strip?.times.held).toBe(2_000);
  expect(strip?.times.agent).toBe(2_000);
});

test("a breath between words is no silence, five seconds are", () => {
  const one = recording("r1", 0, 10);
  const [agent, customer] = one.tracks;
  if (!agent || !customer) throw new Error("tracks");
  agent.peaks = peaks([200, 10], [0, 2], [200, 8], [0, 60], [200, 20]);
  customer.peaks = peaks([0, 100]);
  const strip = stripOf(heard([one]));
  expect(strip?.silences).toEqual([{ from: 2_300, to: 8_000 }]);
  expect(strip?.times.silence).toBe(5_700);
  expect(strip && skipFrom(strip, 3_000)).toBe(7_700);
  expect(strip && skipFrom(strip, 1_000)).toBeNull();
});

test("a voicemail has one lane, a mix alone too", () => {
  const one = recording("v", 0, 10, { rule: "voicemail" });
  const customer = one.tracks.filter((track) => track.name === "customer");
  const mix = one.tracks.filter((track) => track.name === "mix");
  expect(stripOf(heard([{ ...one, tracks: customer }]))?.lanes).toEqual(["customer"]);
  expect(stripOf(heard([{ ...one, tracks: mix }]))?.lanes).toEqual(["mix"]);
  expect(stripOf(heard([{ ...one, ways: [], state: "deleted" }]))).toBeNull();
});

test("a place belongs to the talk that goes on there, or to the next", () => {
  const strip = stripOf(heard([recording("r1", 0, 10), recording("r2", 15_000, 10), recording("r3", 18_000, 4)]));
  if (!strip) throw new Error("strip");
  expect([0, 12_000, 16_000, 99_000].map((at) => partAt(strip, at))).toEqual([0, 1, 1, 2]);
  expect(partAt(strip, 19_000, 2)).toBe(2); // what is being heard goes on
});

test("columns show the loudest, never less", () => {
  const levels = new Uint8Array(1000);
  levels[501] = 255;
  expect(Math.max(...columnsOf(levels, 7))).toBe(1);
  expect(columnsOf(new Uint8Array([51, 255]), 4)).toEqual(new Float32Array([0.2, 0.2, 1, 1]));
});

test("words for a MOS follow G.107", () => {
  expect([4.4, 4.1, 3.7, 3.2, 2].map(mosWord)).toEqual(["veryGood", "good", "fair", "poor", "bad"]);
});
