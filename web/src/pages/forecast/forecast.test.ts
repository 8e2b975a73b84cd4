import { expect, test } from "vitest";
import {
  ahead,
  axisSaid,
  bars,
  between,
  busy,
  clockOf,
  contacts,
  periodOf,
  range,
  secondsOf,
  share,
  shifted,
  signed,
  weekday,
} from "./model";
import { span, steps } from "./needDrawing";

test("days are moved by the calendar, over clock changes and month ends", () => {
  expect(shifted("2026-02-28", 1)).toBe("2026-03-01");
  expect(shifted("2026-03-29", 1)).toBe("2026-03-30"); // Europe's clocks change
  expect(shifted("2026-01-01", -1)).toBe("2025-12-31");
  expect(between("2026-02-25", "2026-03-04")).toBe(7);
  expect(weekday("2026-07-20")).toBe(1);
});

test("a forecast is shown with as many weeks of the past, six at most", () => {
  expect(periodOf("2026-07-15", 2)).toEqual({
    shown: { first: "2026-07-01", last: "2026-07-28" },
    ahead: { first: "2026-07-15", last: "2026-07-28" },
  });
  expect(periodOf("2026-07-15", 13).shown.first).toBe("2026-06-03");
});

test("drivers become bars around zero and add up to the day", () => {
  const found = bars({ base: 100, weekday: 40, month: -20, trend: 0.1, hand: 0 });
  expect(found.bars.map((bar) => bar.driver)).toEqual(["weekday", "month"]); // a tenth of a contact says nothing
  expect(found.bars[0]).toMatchObject({ from: 0, to: 1 });
  expect(found.bars[1]).toMatchObject({ from: -0.5, to: 0 });
  expect(found.total).toBeCloseTo(120.1);
});

test("what people did is shown however little it is", () => {
  expect(bars({ base: 1000, hand: 1, event: -1 }).bars.map((bar) => bar.driver)).toEqual(["event", "hand"]);
  expect(bars({}).bars).toEqual([]);
});

test("contacts read as whole ones from ten on, no data as a dash", () => {
  expect(contacts(1234.6, "en")).toBe("1,235");
  expect(contacts(3.14, "en")).toBe("3.1");
  expect(contacts(0, "en")).toBe("0");
  expect(contacts(null, "en")).toBe("–");
  expect(range(9.9, 21.2, "en")).toBe("10–21");
  expect(range(0.4, 3.1, "en")).toBe("0.4–3.1");
  expect(axisSaid(2, "en")).toBe("2");
  expect(signed(-12.2, "en")).toBe("−12");
  expect(share(0.0612)).toBe("6.1 %");
  expect(share(null)).toBe("–");
});

test("hours of a day go to 24:00", () => {
  expect(secondsOf("09:30")).toBe(34_200);
  expect(secondsOf("00:00")).toBe(0);
  expect(secondsOf("00:00", true)).toBe(86_400);
  expect(clockOf(86_400)).toBe("00:00");
  expect(clockOf(34_200)).toBe("09:30");
});

test("the work ahead is contacts times handling time, from today on", () => {
  const day = (name: string, mean: number) => ({
    day: name,
    open: mean > 0,
    forecast: { mean, p10: 0, p90: 0 },
    came: null,
    drivers: {},
    aht_s: 360,
    holiday: null,
    working: true,
    events: [],
    adjustments: [],
  });
  expect(ahead([day("2026-07-14", 99), day("2026-07-15", 10), day("2026-07-16", 0)], "2026-07-15")).toEqual({
    contacts: 10,
    hours: 1,
    days: 1,
  });
});

test("a day of need is cut to where anything is, within the day alone", () => {
  const need = [9, 0, 0, 0, 2, 3, 0, 0, 9];
  expect(span(1, 7, (i) => need[i] !== 0)).toEqual([3, 7]);
  expect(span(1, 3, (i) => need[i] !== 0)).toEqual([1, 4]); // nothing: the whole day
  expect(span(4, 2, (i) => need[i] !== 0)).toEqual([4, 6]);
});

test("what is needed is drawn in steps, with a level only where it does not press the curve flat", () => {
  const ink = (token: string) => token;
  const of = (at: number) =>
    steps(
      {
        ticks: ["a", "b"],
        heads: null,
        need: [3, 4],
        low: [2, 4],
        high: [5, 6],
        beside: [2, null],
        under: null,
        level: at,
      },
      { tip: () => "", value: String },
    )(ink, 800) as { yAxis: { max?: number }; series: { id: string; step: string; data: (number | null)[] }[] };
  expect(of(9).yAxis.max).toBe(9);
  expect(of(90).yAxis.max).toBeUndefined();
  expect(of(9).series.map((one) => one.id)).toEqual(["low", "band", "beside", "need"]);
  expect(of(9).series.find((one) => one.id === "band")?.data).toEqual([3, 2]);
  expect(of(9).series.every((one) => one.step === "end")).toBe(true);
});

test("a day is drawn from its first to its last busy quarter of an hour", () => {
  const slot = (mean: number) => ({ mean, came: null });
  const slots = [0, 0, 0, 1, 2, 0, 0, 0, 0].map(slot);
  expect(busy(slots).length).toBe(6);
  expect(busy([slot(0), slot(0)]).length).toBe(2);
});
