import { describe, expect, it } from "vitest";
import { words } from "../../i18n/messages";
import { settings } from "../../i18n/settings";
import type { QueueSpec } from "./documents";
import { meaning } from "./meaning";

const NAMES = { "zh-Hans": "维修", "zh-Hant": "維修", en: "Repair" };
const SPEC: QueueSpec = {
  id: "repair",
  name: NAMES,
  client: "c",
  channels: ["chat"],
  requires: [{ skill: "repair", level: 2 }],
  priority: 1,
  ageing_s: null,
  selection: "longest_idle",
  hours: null,
  service_level_s: 20,
  service_level_target: 0.85,
  short_abandon_s: 5,
  alarm_wait_s: 180,
  alarm_talk_s: 900,
  steps: [
    { type: "expand", after_s: 60, requires: [] },
    { type: "move", after_s: 120, queue: "other" },
  ],
  max_wait_s: null,
  max_waiting: null,
  offer_s: 20,
  wrapup_s: null,
  wrapup_extend_s: 30,
  sticky_s: 0,
  callback_retry_s: 300,
  callback_attempts: 3,
  invite: null,
  active: true,
};
const KNOWN = {
  skills: new Map([["repair", NAMES]]),
  hours: new Map(),
  queues: new Map([["other", { "zh-Hans": "别处", "zh-Hant": "別處", en: "Elsewhere" }]]),
};
const say = (spec: QueueSpec, lang: "zh-Hans" | "zh-Hant" | "en") =>
  meaning(spec, KNOWN, words(settings, lang), lang, (one) => one);

describe("a queue's rules in words", () => {
  it("says each rule once, in the customer's order", () => {
    const said = say(SPEC, "en");
    expect(said[0]).toBe("Takes chat around the clock.");
    expect(said).toContain("Answered by agents with Repair (level 2 or better); the pick is the longest idle.");
    expect(said).toContain("After 60 s, any agent on line may answer.");
    expect(said).toContain("After 120 s it moves to “Elsewhere” and keeps its wait.");
    expect(said.at(-1)).toBe("Wrap-up takes as long as it takes.");
  });

  it("leaves out what is not set, and adds what is", () => {
    const plain = say({ ...SPEC, steps: [] }, "zh-Hans");
    const full = say(
      { ...SPEC, steps: [], max_wait_s: 900, max_waiting: 50, sticky_s: 15, ageing_s: 120 },
      "zh-Hans",
    );
    expect(full.length).toBe(plain.length + 3);
  });

  it("leaves no blank unfilled in any language", () => {
    const invite = {
      wait_s: 60,
      waiting: 5,
      occupancy: 0.9,
      release_wait_s: 15,
      release_waiting: 0,
      release_occupancy: 0.75,
      calm_s: 300,
      answer_s: 45,
      again_s: 900,
    };
    for (const lang of ["zh-Hans", "zh-Hant", "en"] as const)
      for (const sentence of say({ ...SPEC, invite, max_wait_s: 900, max_waiting: 5, wrapup_s: 60 }, lang))
        expect(sentence).not.toMatch(/[{}]|undefined|null/);
  });
});
