import { act, renderHook } from "@testing-library/react";
import { beforeEach, describe, expect, test } from "vitest";
import type { DraftState, PersonDay, Schedule } from "./api";
import * as editing from "./editor";
import { QUARTER } from "./model";
import { useEditor } from "./useEditor";

const DAYS = ["2026-07-15", "2026-07-16"];
const MIDNIGHT = Date.parse("2026-07-15T00:00:00+08:00");
const at = (day: string, clock: number) => MIDNIGHT + (DAYS.indexOf(day) * 24 + clock) * 3_600_000;

const personDay = (day: string): PersonDay => ({
  agent: "a",
  day,
  version: 1,
  rev: 1,
  edited: false,
  locked: false,
  spans: [
    { start: at(day, 9), end: at(day, 11), activity: "work", paid: true, overtime: false },
    { start: at(day, 11), end: at(day, 11.25), activity: "break", paid: true, overtime: false },
    { start: at(day, 11.25), end: at(day, 18), activity: "work", paid: true, overtime: false },
  ],
  invites: [],
  by_name: null,
  at: null,
});
const draft = (id: string, first = DAYS[0], last = DAYS[1]) => ({ id, first, last }) as DraftState;
/** What the server says of one day, with a draft or as published. */
const read = (day: string, of: DraftState | null): Schedule => ({
  zone: "Asia/Shanghai",
  first: day,
  last: day,
  now: 0,
  version: 1,
  draft: of,
  days: [],
  people: [],
  items: [personDay(day)],
  pending: [],
  locked_until: 0,
});

const opened = (first: Schedule) =>
  renderHook(({ schedule }: { schedule: Schedule }) => useEditor("he.feng", schedule), {
    initialProps: { schedule: first },
  });
type Page = ReturnType<typeof opened>;

/** The break of a day goes a quarter of an hour later; nobody saves it. */
const moveBreak = ({ result }: Page, day: string) =>
  act(() =>
    result.current.step((now, time) =>
      editing.putDown(
        editing.nudged(
          { ...now, selected: { agent: "a", day, activity: "break", start: at(day, 11) } },
          QUARTER,
          0,
          time,
        ),
        time,
      ),
    ),
  );
const breakOf = ({ result }: Page, day: string) =>
  result.current.plan.get(`a ${day}`)?.spans.find((one) => one.activity === "break")?.start;

const [FIRST, SECOND] = DAYS as [string, string];

describe("unsaved edits outlive the page", () => {
  beforeEach(() => localStorage.clear());

  test("when the published schedule is read before the draft is", () => {
    const before = opened(read(FIRST, draft("A")));
    moveBreak(before, FIRST);
    before.unmount();
    const page = opened(read(FIRST, null));
    page.rerender({ schedule: read(FIRST, draft("A")) });
    expect(page.result.current.restored).toBe(1);
    expect(breakOf(page, FIRST)).toBe(at(FIRST, 11.25));
  });
  test("when somebody looks at what is published and comes back", () => {
    const page = opened(read(FIRST, draft("A")));
    moveBreak(page, FIRST);
    page.rerender({ schedule: read(FIRST, null) });
    expect(page.result.current.unsaved).toBe(0);
    page.rerender({ schedule: read(FIRST, draft("A")) });
    expect(page.result.current.unsaved).toBe(1);
  });
  test("when it opens again on another day: they wait until theirs is read", () => {
    const before = opened(read(FIRST, draft("A")));
    moveBreak(before, FIRST);
    before.unmount();
    const elsewhere = opened(read(SECOND, draft("A")));
    expect(elsewhere.result.current.unsaved).toBe(0);
    elsewhere.unmount();
    const page = opened(read(SECOND, draft("A")));
    page.rerender({ schedule: read(FIRST, draft("A")) });
    expect([page.result.current.unsaved, page.result.current.restored]).toEqual([1, 1]);
    expect(breakOf(page, FIRST)).toBe(at(FIRST, 11.25));
  });
});

describe("edits made while there is no draft", () => {
  beforeEach(() => localStorage.clear());

  test("go into the draft that is made for them, once", () => {
    const page = opened(read(FIRST, null));
    moveBreak(page, FIRST);
    page.rerender({ schedule: read(FIRST, draft("A")) });
    expect(page.result.current.unsaved).toBe(1);
    expect(breakOf(page, FIRST)).toBe(at(FIRST, 11.25));
    page.unmount();
    const again = opened(read(FIRST, draft("A")));
    expect(again.result.current.unsaved).toBe(1);
  });
  test("stay behind where a draft of other days is opened, and are there when their own is", () => {
    const page = opened(read(FIRST, null));
    moveBreak(page, FIRST);
    page.rerender({ schedule: read(SECOND, draft("B", SECOND, SECOND)) });
    expect(page.result.current.unsaved).toBe(0);
    page.rerender({ schedule: read(FIRST, draft("A", FIRST, FIRST)) });
    expect(page.result.current.unsaved).toBe(1);
  });
});
