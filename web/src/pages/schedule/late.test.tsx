import { render, screen, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { words } from "../../i18n/messages";
import { schedule } from "../../i18n/schedule";
import { axisOf, openingOf } from "./axis";
import { type Cell, cellOf, lateOf, overnight, planOf, type Span } from "./model";
import type { Person } from "./people";
import { Row } from "./Row";
import { clocksOf } from "./words";

const ZONE = "Asia/Shanghai";
const [NIGHT, DAY, NEXT] = ["2026-07-14", "2026-07-15", "2026-07-16"];
const MIDNIGHT = Date.parse(`${DAY}T00:00:00+08:00`);
const at = (clock: number) => MIDNIGHT + clock * 3_600_000;
const cell = (day: string, ...spans: Span[]): Cell => ({
  ...{ agent: "a", day, spans, invites: [], locked: false, rev: 1 },
});
/** From 22:00 of the day before to 7:00. */
const LAST_NIGHT = cell(
  NIGHT,
  { start: at(-2), end: at(-1), activity: "work" },
  { start: at(-1), end: at(-0.75), activity: "break" },
  { start: at(-0.75), end: at(2), activity: "work" },
  { start: at(2), end: at(3), activity: "meal", paid: false },
  { start: at(3), end: at(7), activity: "work" },
);
const TODAY = cell(DAY, { start: at(9), end: at(18), activity: "work" });

describe("the shift of last night", () => {
  test("lasts into the day as far as it reaches; what ended at midnight does not", () => {
    expect(overnight(LAST_NIGHT, MIDNIGHT).map((one) => one.activity)).toEqual(["work", "meal", "work"]);
    expect(lateOf(LAST_NIGHT, MIDNIGHT)).toEqual({ start: MIDNIGHT, end: at(7) });
    expect(lateOf(cell(NIGHT, { start: at(-8), end: MIDNIGHT, activity: "work" }), MIDNIGHT)).toBeNull();
  });
  test("is in sight on the day's own axis, whatever else the day has", () => {
    expect(openingOf(planOf([LAST_NIGHT, TODAY]), [DAY], ZONE)).toEqual({ from: 0, until: 1080 });
    expect(openingOf(planOf([LAST_NIGHT]), [DAY], ZONE)).toEqual({ from: 0, until: 1200 });
    expect(openingOf(planOf([TODAY]), [DAY], ZONE)).toEqual({ from: 540, until: 1080 });
  });
  test("does not widen the days of the longer views, where it stands on its own day", () => {
    const night = { ...LAST_NIGHT, day: DAY };
    const two = planOf([{ ...night, spans: [{ start: at(22), end: at(31), activity: "work" as const }] }]);
    expect(openingOf(two, [DAY, NEXT], ZONE)).toEqual({ from: 1320, until: 1860 });
  });
  test("ends by the wall where the clock goes forward in that night", () => {
    const midnight = Date.parse("2026-03-29T00:00:00Z");
    const night: Span = { start: midnight - 2 * 3_600_000, end: midnight + 6 * 3_600_000, activity: "work" };
    const { until } = openingOf(planOf([cell("2026-03-28", night)]), ["2026-03-29"], "Europe/London");
    expect(until).toBe(1200);
    const late = { ...night, end: midnight + 20 * 3_600_000 }; // 21:00 of summer time
    expect(openingOf(planOf([cell("2026-03-28", late)]), ["2026-03-29"], "Europe/London").until).toBe(1260);
  });
});

describe("the row of the next morning", () => {
  const person: Person = {
    ...{ id: "a", name: "陈宇", team: "t", employment: "full_time" },
    ...{ groups: [], skills: [], certificates: [], frames: [], standby: [] },
  };
  const clocks = clocksOf("en", ZONE);
  const said = { t: words(schedule, "en"), clock: clocks.clock, zone: ZONE, dayName: clocks.day };
  const drawn = (today: Cell, before: Cell | null) => {
    const axis = axisOf([DAY], { from: 0, until: 1440 }, 1440, ZONE);
    const view = {
      person,
      cells: [today],
      saved: [today],
      before,
      marks: [],
      selected: null,
      lifted: null,
      tip: null,
    };
    render(<Row view={view} axis={axis} words={said} rowIndex={1} top={0} editable today={at(12)} />);
    return screen.getByRole("row");
  };
  const free = cellOf(planOf([]), "a", DAY);

  test("begins with what is left of the shift, cut at midnight, and says whose day it is", () => {
    const pieces = within(drawn(free, LAST_NIGHT)).getAllByRole("img");
    expect(pieces.map((one) => one.style.left)).toEqual(["0px", "120px", "180px"]);
    expect(pieces.map((one) => one.style.width)).toEqual(["119px", "59px", "239px"]);
    expect(pieces[1]).toHaveProperty("title", "Meal 2:00–3:00 · shift of Tue 14 Jul");
  });
  test("has nothing of it that could be picked up or reached by key", () => {
    const row = drawn(free, LAST_NIGHT);
    expect(within(row).queryAllByRole("button")).toEqual([]);
    expect(row.querySelectorAll("[data-start]")).toHaveLength(0);
  });
  test("names its hours only where the person has nothing else", () => {
    const head = (row: HTMLElement) => within(row).getByRole("rowheader").textContent;
    expect(head(drawn(free, LAST_NIGHT))).toContain("0:00–7:00 overnight");
    document.body.replaceChildren();
    expect(head(drawn(TODAY, LAST_NIGHT))).toBe("陈宇9:00–18:00");
  });
});
