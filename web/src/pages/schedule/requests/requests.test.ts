import { describe, expect, test } from "vitest";
import { mayGiveBack, mayWithdraw } from "../../my-schedule/requests";
import type { Request } from "../api";
import { usualCallUp } from "./callUp";
import { hoursOfLeave } from "./leave";

const ZONE = "Europe/London";
const at = (text: string) => Date.parse(`${text}:00Z`);
const leave = (start: string, end: string, state = "approved") =>
  ({ kind: "leave", state, agent: "a", start: at(start), end: at(end) }) as Request;

describe("leave", () => {
  test("of whole days has no hours, on the day of a clock change neither", () => {
    expect(hoursOfLeave(leave("2026-12-03T00:00", "2026-12-05T00:00"))).toBeNull();
    expect(hoursOfLeave(leave("2026-03-29T00:00", "2026-03-29T23:00"))).toBeNull();
    expect(hoursOfLeave({ ...leave("2026-12-03T00:00", "2026-12-03T01:00"), start: null })).toBeNull();
  });
  test("of part of a day has", () => {
    const one = leave("2026-12-03T16:00", "2026-12-03T18:00");
    expect(hoursOfLeave(one)).toEqual({ from: one.start, to: one.end });
  });
  test("that was granted is given back until it begins, by whoever asked for it", () => {
    const one = leave("2026-12-03T00:00", "2026-12-04T00:00");
    expect(mayWithdraw(one, "a", at("2026-12-02T23:00"))).toBe(true);
    expect(mayGiveBack(one, "b", at("2026-12-02T23:00"))).toBe(false);
    expect(mayWithdraw(one, "a", at("2026-12-03T00:00"))).toBe(false);
    expect(mayWithdraw({ ...one, state: "refused" }, "a", at("2026-12-02T23:00"))).toBe(false);
    expect(mayGiveBack({ ...one, state: "awaiting" }, "a", at("2026-12-02T23:00"))).toBe(false);
  });
});

test.each([
  ["2026-12-03T08:20", "2026-12-03", "14:00", "18:00"],
  ["2026-12-03T15:20", "2026-12-03", "16:00", "20:00"],
  ["2026-12-03T19:20", "2026-12-04", "14:00", "18:00"],
])("a call-up begun at %s is for hours to come", (now, day, from, until) => {
  expect(usualCallUp(at(now), ZONE)).toEqual({ day, from, until });
});
