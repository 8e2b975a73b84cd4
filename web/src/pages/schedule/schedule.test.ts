import { describe, expect, test } from "vitest";
import { editsFor } from "./api";
import { atOf, axisOf, daysOf, hourTicks, minuteOf, neededOf, openingOf, wallAt, xOf } from "./axis";
import { concerns, dayShift } from "./board";
import { coverWith, gapBoxes, type Series, shortage, stepPath, topOf } from "./curve";
import * as drafts from "./draft";
import * as editing from "./editor";
import { type Aim, applied, type Edit, idle } from "./edits";
import { changeOf, signOf } from "./figures";
import { type Cell, cellOf, keyOf, type Plan, paidSeconds, planOf, QUARTER, reach, type Span } from "./model";
import { inSight, listed, type Person, shown } from "./people";
import { changed, lifted, moved, resized } from "./spans";

const ZONE = "Asia/Shanghai";
const DAY = "2026-07-15";
const H = 3_600_000;
const MIDNIGHT = Date.parse(`${DAY}T00:00:00+08:00`);
const at = (clock: number) => MIDNIGHT + clock * H;

/** 9:00 to 18:00 with two breaks and a meal. */
const SHIFT: Span[] = [
  { start: at(9), end: at(11), activity: "work" },
  { start: at(11), end: at(11.25), activity: "break" },
  { start: at(11.25), end: at(13), activity: "work" },
  { start: at(13), end: at(14), activity: "meal", paid: false },
  { start: at(14), end: at(16), activity: "work" },
  { start: at(16), end: at(16.25), activity: "break" },
  { start: at(16.25), end: at(18), activity: "work" },
];
const cell = (agent: string, spans: readonly Span[] = SHIFT, more: Partial<Cell> = {}): Cell => ({
  agent,
  day: DAY,
  spans,
  invites: [],
  locked: false,
  rev: 1,
  ...more,
});
const plan = (...cells: Cell[]): Plan => planOf(cells);
const aim = (agent: string, activity: Span["activity"], clock: number): Aim => ({
  agent,
  day: DAY,
  activity,
  start: at(clock),
});
const spansOf = (of: Plan, agent: string) => cellOf(of, agent, DAY).spans;
const said = (spans: readonly Span[]) =>
  spans.map((one) => `${one.activity} ${(one.start - MIDNIGHT) / H}-${(one.end - MIDNIGHT) / H}`);
/** Whether nothing is left open between the first and the last. */
const covers = (spans: readonly Span[]) => {
  let until = Number.NEGATIVE_INFINITY;
  return [...spans]
    .sort((a, b) => a.start - b.start)
    .every((one) => {
      const closed = until === Number.NEGATIVE_INFINITY || one.start <= until;
      until = Math.max(until, one.end);
      return closed;
    });
};

describe("a part moves within its shift", () => {
  test("what it leaves is work, what it covers is cut", () => {
    const after = moved(SHIFT, 1, -QUARTER) as Span[];
    expect(said(after).slice(0, 3)).toEqual(["work 9-10.75", "break 10.75-11", "work 11-13"]);
    expect(reach(after)).toEqual(reach(SHIFT));
  });
  test("it stops at the edge of the shift", () => {
    const after = moved(SHIFT, 5, 10 * H) as Span[];
    expect(said(after).at(-1)).toBe("break 17.75-18");
  });
  test("over another activity both stay, for the check to tell", () => {
    const after = moved(SHIFT, 1, 2 * H) as Span[];
    expect(said(after)).toContain("break 13-13.25");
    expect(said(after)).toContain("meal 13-14");
    expect(covers(after)).toBe(true);
  });
  test("away again from under another activity leaves no hole", () => {
    const over = moved(SHIFT, 1, 2 * H) as Span[];
    const back = moved(
      over,
      over.findIndex((one) => one.activity === "break"),
      -2 * H,
    ) as Span[];
    expect(said(back)).toEqual(said(SHIFT));
  });
});

describe("work moves and stretches its whole shift", () => {
  test("breaks and meal go along", () => {
    const after = moved(SHIFT, 0, -2 * QUARTER) as Span[];
    expect(said(after)).toContain("meal 12.5-13.5");
    expect(paidSeconds(after)).toBe(paidSeconds(SHIFT));
  });
  test("longer at the end is work; shorter drops what lies beyond", () => {
    expect(said(resized(SHIFT, 6, "end", QUARTER) as Span[]).at(-1)).toBe("work 16.25-18.25");
    expect(said(resized(SHIFT, 6, "end", -2 * H) as Span[]).at(-1)).toBe("work 14-16");
    expect(said(resized(SHIFT, 0, "start", -H) as Span[])[0]).toBe("work 8-11");
  });
  test("a shift past midnight moves as one and stays on its local day", () => {
    const night: Span[] = [
      { start: at(22), end: at(26), activity: "work" },
      { start: at(26), end: at(27), activity: "meal", paid: false },
      { start: at(27), end: at(31), activity: "work" },
    ];
    const after = applied(plan(cell("a", night)), { kind: "move", ...aim("a", "work", 22), by: QUARTER }) as Plan;
    expect(said(spansOf(after, "a"))).toEqual(["work 22.25-26.25", "meal 26.25-27.25", "work 27.25-31.25"]);
    expect([...after.keys()]).toEqual([keyOf("a", DAY)]);
  });
});

describe("activities change", () => {
  test("on work the new one takes its usual length, where one pointed", () => {
    const after = changed(SHIFT, 4, "training", at(14.5)) as Span[];
    expect(said(after)).toContain("training 14.5-15.5");
    expect(said(after)).toContain("work 14-14.5");
  });
  test("a part taken away becomes work, and a shift without work goes altogether", () => {
    expect(said(lifted(SHIFT, 1))[0]).toBe("work 9-13");
    expect(lifted(SHIFT, 0)).toEqual([]);
  });
  test("a meal is not paid", () => {
    const [meal] = (changed(SHIFT, 1, "meal") as Span[]).filter((one) => one.activity === "meal");
    expect(meal?.paid).toBe(false);
  });
});

describe("people exchange their days", () => {
  const leave: Span = { start: at(9), end: at(18), activity: "leave", paid: false };
  test("the shift goes over, leave stays with its person", () => {
    const give: Edit = { kind: "give", agent: "a", day: DAY, to: { agent: "b", day: DAY }, by: 0 };
    const after = applied(plan(cell("a"), cell("b", [leave])), give) as Plan;
    expect(said(spansOf(after, "a"))).toEqual([]);
    expect(said(spansOf(after, "b"))).toContain("leave 9-18");
    expect(said(spansOf(after, "b"))).toContain("meal 13-14");
  });
  test("to another day it keeps its clock", () => {
    const by = dayShift(DAY, "2026-07-16");
    const give: Edit = { kind: "give", agent: "a", day: DAY, to: { agent: "a", day: "2026-07-16" }, by };
    const after = applied(plan(cell("a")), give) as Plan;
    expect(minuteOf(cellOf(after, "a", "2026-07-16").spans[0]?.start ?? 0, "2026-07-16", ZONE)).toBe(540);
  });
  test("a locked day neither gives nor takes", () => {
    const give: Edit = { kind: "give", agent: "a", day: DAY, to: { agent: "b", day: DAY }, by: 0 };
    expect(applied(plan(cell("a"), cell("b", [], { locked: true })), give)).toBeNull();
    expect(
      idle(plan(cell("a", SHIFT, { locked: true })), { kind: "move", ...aim("a", "break", 11), by: QUARTER }),
    ).toBe(true);
  });
});

describe("a draft", () => {
  const base = plan(cell("a"), cell("b"));
  const move = (agent: string, clock: number, by: number): Edit => ({
    kind: "move",
    ...aim(agent, "break", clock),
    by,
  });

  test("undo and redo go through the edits in order", () => {
    let draft = drafts.edited(drafts.opened(base), move("a", 11, QUARTER), 1);
    draft = drafts.edited(draft, move("a", 11.25, QUARTER), 2);
    expect(draft.made).toHaveLength(2);
    const back = drafts.undo(draft);
    expect(said(spansOf(back.present, "a"))).toContain("break 11.25-11.5");
    expect(drafts.redo(back).present).toEqual(draft.present);
    expect(drafts.changes(drafts.undo(back))).toEqual([]);
  });
  test("one edit is taken back by itself; what was built on it goes along", () => {
    let draft = drafts.edited(drafts.opened(base), move("a", 11, QUARTER), 1);
    draft = drafts.edited(draft, move("b", 11, QUARTER), 2);
    draft = drafts.edited(draft, move("a", 11.25, QUARTER), 3);
    const rest = drafts.takenBack(draft, 1);
    expect(rest.made.map((one) => one.id)).toEqual([2]);
    expect(said(spansOf(rest.present, "a"))).toEqual(said(SHIFT));
    expect(said(spansOf(rest.present, "b"))).toContain("break 11.25-11.5");
  });
  test("an edit that changes nothing is none", () => {
    const stuck = drafts.opened(plan(cell("a", [{ start: at(9), end: at(9.25), activity: "break" }])));
    expect(drafts.edited(stuck, move("a", 9, QUARTER), 1)).toBe(stuck);
  });
  test("two planners at once: different person-days merge", () => {
    const ours = drafts.edited(drafts.opened(base), move("a", 11, QUARTER), 1);
    const theirs = cell("b", SHIFT.slice(0, 1), { rev: 2, by: "郑" });
    const both = drafts.merged(ours, [theirs]);
    expect(both.clashes).toEqual([]);
    expect(spansOf(both.present, "b")).toEqual(theirs.spans);
    expect(said(spansOf(both.present, "a"))).toContain("break 11.25-11.5");
  });
  test("two planners at once: the same person-day is a clash with who and what, and one of both stays", () => {
    const ours = drafts.edited(drafts.opened(base), move("a", 11, QUARTER), 1);
    const theirs = cell("a", moved(SHIFT, 0, H) as Span[], { rev: 2, by: "郑" });
    const clashing = drafts.merged(ours, [theirs]);
    const key = keyOf("a", DAY);
    expect(clashing.clashes).toEqual([{ key, theirs, by: "郑" }]);
    expect(said(spansOf(clashing.present, "a"))).toContain("break 11.25-11.5");
    const kept = drafts.settled(clashing, key, "ours", 2);
    expect(said(spansOf(kept.present, "a"))).toContain("break 11.25-11.5");
    expect(kept.base.get(key)?.rev).toBe(2); // made on theirs now: the server takes it
    const taken = drafts.settled(clashing, key, "theirs", 2);
    expect(spansOf(taken.present, "a")).toEqual(theirs.spans);
    expect(taken.made).toEqual([]);
  });
  test("one's own save, read again before its answer is here, is no clash and not unsaved any more", () => {
    let ours = drafts.edited(drafts.opened(base), move("a", 11, QUARTER), 1);
    const sent = ours.made.map((one) => one.id);
    const stored = cell("a", spansOf(ours.present, "a"), { rev: 2, by: "顾" });
    const early = drafts.merged(ours, [stored]);
    expect([early.clashes, early.made]).toEqual([[], []]);
    expect(said(spansOf(drafts.saved(early, sent, [stored]).present, "a"))).toContain("break 11.25-11.5");
    // Edited further meanwhile: it looks like a clash until the answer says whose it is.
    ours = drafts.edited(ours, move("a", 11.25, QUARTER), 2);
    const late = drafts.saved(drafts.merged(ours, [stored]), sent, [stored]);
    expect(late.clashes).toEqual([]);
    expect(late.made.map((one) => one.id)).toEqual([2]);
    expect(said(spansOf(late.present, "a"))).toContain("break 11.5-11.75");
  });
  test("what was edited while a save was under way stays unsaved", () => {
    let draft = drafts.edited(drafts.opened(base), move("a", 11, QUARTER), 1);
    const sent = draft.made.map((one) => one.id);
    const stored = { ...cellOf(draft.present, "a", DAY), rev: 2 };
    draft = drafts.edited(draft, move("b", 11, QUARTER), 2);
    const after = drafts.saved(draft, sent, [stored]);
    expect(after.made.map((one) => one.edit.agent)).toEqual(["b"]);
    expect(drafts.changes(after).map((one) => one.agent)).toEqual(["b"]);
  });
  test("the server is sent the whole person-day with the revision that was seen", () => {
    const now = cell("a", SHIFT.slice(0, 1), { locked: true, invites: [{ start: at(14), end: at(18) }] });
    const ops = editsFor(now, cell("a", SHIFT, { rev: 7 }));
    expect(ops.map((one) => one.op)).toEqual(["put", "call_in", "lock"]);
    expect(ops.every((one) => one.base === 7)).toBe(true);
    expect(editsFor(cell("a"), cell("a"))).toEqual([]);
  });
});

describe("what is in hand", () => {
  const open = (): editing.Editor => ({
    ...editing.begun(plan(cell("a"), cell("b", []))),
    selected: { agent: "a", day: DAY, activity: "break", start: at(11) },
  });
  test("is carried by steps, put down by Enter, put back by Esc", () => {
    let now = editing.nudged(open(), QUARTER, 0, 1);
    now = editing.nudged(now, QUARTER, 0, 1);
    expect(said(spansOf(editing.shownPlan(now), "a"))).toContain("break 11.5-11.75");
    expect(now.draft.made).toHaveLength(0);
    expect(editing.putBack(now).selected?.start).toBe(at(11));
    const down = editing.putDown(now, 1);
    expect(down.draft.made).toHaveLength(1);
    expect(down.selected?.start).toBe(at(11.5));
  });
  test("back where it stood it is not in hand any more", () => {
    const there = editing.nudged(editing.nudged(open(), QUARTER, 0, 1), -QUARTER, 0, 1);
    expect(there.pending).toBeNull();
  });
  test("another kind of edit puts it down first", () => {
    const both = editing.stretched(editing.nudged(open(), QUARTER, 0, 1), QUARTER, "end", 0, 2);
    expect(both.draft.made).toHaveLength(1);
    expect(both.pending?.kind).toBe("resize");
    expect(said(spansOf(editing.shownPlan(both), "a"))).toContain("break 11.25-11.75");
  });
  test("the shift goes to the next person", () => {
    const given = editing.handed(open(), { agent: "b", day: DAY }, 0, 0, 1);
    expect(spansOf(editing.shownPlan(given), "b")).toHaveLength(SHIFT.length);
    expect(editing.putDown(given, 1).selected?.agent).toBe("b");
  });
  test("what is past stays: nothing before now changes", () => {
    expect(editing.nudged(open(), QUARTER, at(11.5), 1).pending).toBeNull();
    const later = { ...open(), selected: { agent: "a", day: DAY, activity: "break" as const, start: at(16) } };
    expect(editing.nudged(later, QUARTER, at(11.5), 1).pending).not.toBeNull();
    const early: Edit = { kind: "move", ...aim("a", "break", 16), by: -5 * H };
    expect(editing.refusal(later.draft.present, early, at(11.5))).toBe("past");
  });
});

describe("the axis", () => {
  test("puts days side by side without their nights, and finds its way back", () => {
    const days = daysOf("week", DAY);
    expect(days[0]).toBe("2026-07-13");
    const axis = axisOf(days, { from: 480, until: 1200 }, 700, ZONE);
    const noon = wallAt("2026-07-14", 720, ZONE);
    expect(xOf(axis, "2026-07-14", noon)).toBeCloseTo(100 + 100 / 3);
    expect(atOf(axis, xOf(axis, "2026-07-14", noon) + 0.01)?.day).toBe("2026-07-14");
    expect(hourTicks(axis, 44).every((tick) => tick.x < 700)).toBe(true);
  });
  test("a shift past midnight widens its own day", () => {
    const night = cell("a", [{ start: at(22), end: at(30), activity: "work" }]);
    expect(openingOf(plan(night), [DAY], ZONE)).toEqual({ from: 1320, until: 1800 });
  });
  test("hours in which somebody is needed are in sight, planned or not", () => {
    const day = cell("a", [{ start: at(10), end: at(19), activity: "work" }]);
    const values = Array.from({ length: 96 }, (_, i) => (i >= 30 && i < 86 ? 1.5 : 0));
    const needed = neededOf({ start: MIDNIGHT, step: QUARTER, values }, [DAY], ZONE);
    expect(needed).toEqual([{ day: DAY, from: at(7.5), until: at(21.5) }]);
    expect(openingOf(plan(day), [DAY], ZONE, needed)).toEqual({ from: 420, until: 1320 });
    expect(neededOf({ start: MIDNIGHT, step: QUARTER, values: values.map(() => 0) }, [DAY], ZONE)).toEqual([]);
  });
  test.each([
    ["2026-03-28", 22, 9], // the night of the change: eight on the clock after nine hours
    ["2026-03-29", 9, 9], // the day after it
  ])("a shift of %s is in sight to its end where the clock goes forward", (day, hour, hours) => {
    const start = wallAt(day, hour * 60, "Europe/London");
    const one = cell("a", [{ start, end: start + hours * H, activity: "work" }], { day });
    const { until } = openingOf(plan(one), [day], "Europe/London");
    expect(wallAt(day, until, "Europe/London")).toBe(start + hours * H);
  });
  test("a day on which the clock changes has as many hours as it has", () => {
    const london = axisOf(["2026-03-29"], { from: 0, until: 1440 }, 920, "Europe/London");
    const [day] = london.stretches;
    expect(((day?.to ?? 0) - (day?.from ?? 0)) / H).toBe(23);
    expect(minuteOf(wallAt("2026-03-29", 600, "Europe/London"), "2026-03-29", "Europe/London")).toBe(600);
  });
});

describe("need and cover", () => {
  const series = (...values: number[]): Series => ({ start: at(9), step: QUARTER, values });
  const axis = axisOf([DAY], { from: 540, until: 600 }, 400, ZONE);
  const scale = { floor: 100, ceiling: 0, top: 4 };
  test("the gap is filled only where people lack, to its measure", () => {
    const boxes = gapBoxes({ need: series(2, 4, 3, 1), cover: series(2, 2, 4, 1) }, axis, scale);
    expect(boxes.map(({ x, y, width, height, missing }) => ({ x, y, width, height, missing }))).toEqual([
      { x: 100, y: 0, width: 100, height: 50, missing: 2 },
    ]);
    expect(shortage({ need: series(2, 4, 3, 1), cover: series(2, 2, 4, 1) })).toEqual({ hours: 0.5, most: 2 });
  });
  test("lines go by steps", () => {
    expect(stepPath(series(2, 4), axis, scale)).toBe("M0 50H100V0H200");
  });
  test("an edit changes the cover by what its person is on line, and a third of a step counts a third", () => {
    const before = plan(cell("a", [{ start: at(9), end: at(10), activity: "work" }]));
    const now = cell("a", [{ start: at(9) + 5 * 60_000, end: at(10), activity: "work" }]);
    const cover = coverWith(series(1, 1, 1, 1), before, [now], () => true);
    expect(cover.values.map((one) => Math.round(one * 100) / 100)).toEqual([0.67, 1, 1, 1]);
    expect(coverWith(series(1, 1, 1, 1), before, [now], () => false).values).toEqual([1, 1, 1, 1]);
  });
  test("the scale has round lines and room", () => {
    expect(topOf([11])).toEqual({ top: 12, lines: [4, 8, 12] });
    expect(topOf([0]).top).toBeGreaterThan(0);
  });
});

describe("figures", () => {
  const figures = { gap_hours: 4.25, largest_gap: 3, over_hours: 0, sl3: 0.708, true_access: 0.623, cost: 152 };
  test("what reads the same is no change", () => {
    expect(signOf("gap_hours", changeOf("gap_hours", figures, { ...figures, gap_hours: 3 }))).toBe("▼ 1.25");
    expect(signOf("sl3", changeOf("sl3", figures, { ...figures, sl3: 0.7344 }))).toBe("▲ 2.6");
    expect(signOf("cost", changeOf("cost", figures, { ...figures, cost: 152.3 }))).toBe("0");
    expect(signOf("sl3", changeOf("sl3", figures, { ...figures, sl3: null }))).toBe("–");
  });
});

describe("people", () => {
  const person = (id: string, more: Partial<Person> = {}): Person => ({
    id,
    name: id,
    team: "t",
    employment: "full_time",
    groups: ["repair"],
    skills: [],
    certificates: [],
    frames: [],
    standby: [],
    ...more,
  });
  const frame = { day: DAY, start: at(13), end: at(20) };
  const staff = [
    person("b"),
    person("a"),
    person("p", { employment: "part_time", standby: [frame] }),
    person("q", { employment: "part_time", standby: [frame], groups: [] }),
  ];
  test("stand in sections: who has a shift is no longer only on standby", () => {
    const items = listed(staff, plan(cell("p")), [DAY], new Intl.Collator("en"));
    expect(items.map((one) => (one.kind === "section" ? one.section : one.person.id))).toEqual([
      ...["full", "a", "b", "part", "p", "standby", "q"],
    ]);
  });
  test("filters leave who can serve the group and bears the name", () => {
    expect(shown(staff, { group: "repair", team: null, who: "" })).toHaveLength(3);
    expect(shown(staff, { group: null, team: null, who: "Q" }).map((one) => one.id)).toEqual(["q"]);
  });
  test("only the lines in sight are drawn", () => {
    const many = Array.from({ length: 400 }, (_, i) => person(`p${i}`));
    const items = listed(many, plan(), [DAY], new Intl.Collator("en"));
    const drawn = inSight(items, 5000, 600);
    expect(drawn.length).toBeLessThan(40);
    expect(drawn.some((one) => one.top <= 5000 && one.top + one.height > 5000)).toBe(true);
  });
});

test("conflicts are those of the people, days and group in view", () => {
  const one = { key: "k", code: "c", must: true, agent: "a", day: DAY, start: null, end: null, params: {}, fix: [] };
  const view = (people: string[], days: string[], group: string | null = null) =>
    concerns(one, days, null, new Set(people), group);
  expect(view(["a"], [DAY])).toBe(true);
  expect(view(["b"], [DAY])).toBe(false);
  expect(view(["a"], ["2026-07-16"])).toBe(false);
  const gap = { ...one, agent: null, day: null, start: at(9), end: at(10), params: { group: "repair" } };
  expect(concerns(gap, [DAY], { from: at(8), to: at(20) }, new Set(), "orders")).toBe(false);
  expect(concerns(gap, [DAY], { from: at(8), to: at(20) }, new Set(), "repair")).toBe(true);
});
