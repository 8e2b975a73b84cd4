import { describe, expect, test } from "vitest";
import { catalogued, type Definition, found } from "../metrics/catalogue";
import {
  addMetric,
  asKind,
  faultAt,
  faultsOf,
  gapsOf,
  missingTrueAccess,
  moveBlock,
  removeMetric,
  setLimit,
  setParameters,
  setTarget,
  showable,
} from "./builder/edit";
import { dayRows, months } from "./calendar";
import { changeText, figureText, figureWithSign, intervalText, withinOneDay } from "./figures";
import { emptyBlock, emptyReport, type Line, type Value } from "./model";
import { named, parsed, written } from "./names";
import { intervals, lowest, plots, shade } from "./plot";
import { moved, ordered } from "./table";
import { overrides, readPeriod, readView, withView, writtenPeriod } from "./view";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

function value(numerator: number, denominator: number): Value {
  const share = denominator > 0 ? numerator / denominator : null;
  return {
    value: share,
    numerator,
    denominator,
    low: null,
    high: null,
    before: null,
    change: null,
    target: null,
    mark: null,
  };
}
function line(start: number, length: number, keys: (string | null)[], ...values: Value[]): Line {
  return { start, end: start + length, keys, values, rest: false };
}
const column = (key: string, unit = "ratio", how = "ratio") => ({
  key,
  id: parsed(key).id,
  unit,
  how,
  better: "up",
  names: { en: key },
  attribution: "arrival",
});

describe("figures for people", () => {
  test("have the digits of the exports: the exact number, ties to even", () => {
    expect(figureText(0.8493, "ratio", "en")).toBe("84.9");
    expect(figureText(0.8125, "ratio", "en")).toBe("81.2");
    expect(figureText(1234.56, "s", "en")).toBe("1,234.6");
    expect(figureText(12.25, "s", "en")).toBe("12.2");
    expect(figureText(-3, "count", "zh-Hans")).toBe("−3");
    expect(figureText(-0.0001, "ratio", "en")).toBe("0.0");
    expect(figureText(4.123, "mos", "en")).toBe("4.12");
  });
  test("no data is a dash, nothing is 0, and a unit stands only beside a number", () => {
    expect(figureText(null, "ratio", "en")).toBe("–");
    expect(figureText(0, "count", "en")).toBe("0");
    expect(figureWithSign(null, "ratio", "en")).toBe("–");
    expect(figureWithSign(14.2, "s", "zh-Hant")).toBe("14.2 秒");
  });
  test("a change too small to show is none", () => {
    expect(changeText(0.012, "ratio", "en")).toBe("▲ 1.2");
    expect(changeText(-5, "s", "en")).toBe("▼ 5.0");
    expect(changeText(0.0001, "ratio", "en")).toBe("=");
    expect(changeText(null, "ratio", "en")).toBeNull();
  });
});

describe("intervals", () => {
  const zone = "Europe/Berlin";
  test("are told in the site's zone, whatever the reader's", () => {
    const nine = Date.UTC(2026, 10, 23, 8);
    expect(intervalText(nine, nine + HOUR, "1h", { zone, lang: "en", oneDay: true })).toBe("9:00");
    expect(intervalText(nine, nine + HOUR, "1h", { zone: "Asia/Shanghai", lang: "en", oneDay: true })).toBe("16:00");
  });
  test("a day of 25 hours is one day", () => {
    const start = Date.UTC(2026, 9, 24, 22); // clocks go back in the night to 25 October
    expect(withinOneDay(start, start + 25 * HOUR, zone)).toBe(true);
    expect(withinOneDay(start, start + 25 * HOUR + 1, zone)).toBe(false);
    const lines = [0, 1, 2].map((i) =>
      line(start + i * DAY + (i > 0 ? HOUR : 0), i === 0 ? 25 * HOUR : DAY, [], value(1, 1)),
    );
    expect(intervals([lines[0] as Line, lines[2] as Line], "1d").map((one) => one.start)).toEqual(
      lines.map((one) => one.start),
    );
  });
  test("a line breaks where nothing happened", () => {
    const asked = {
      columns: [column("sl3")],
      lines: [line(0, HOUR, [], value(1, 2)), line(2 * HOUR, HOUR, [], value(2, 2))],
      every: "1h" as const,
      grouped: false,
    };
    const [plot] = plots(asked, { column: (one) => one.key, keys: () => "", rest: "rest" });
    expect(plot?.series[0]?.points.map((point) => point.value)).toEqual([0.5, null, 1]);
  });
});

describe("plots", () => {
  const names = { column: (one: { key: string }) => one.key, keys: (one: Line) => String(one.keys[0]), rest: "rest" };
  test("two units never share an axis", () => {
    const asked = {
      columns: [column("sl3"), column("asa", "s")],
      lines: [line(0, DAY, [], value(1, 2), value(30, 2))],
      every: "1d" as const,
      grouped: false,
    };
    expect(plots(asked, names).map((plot) => [plot.unit, plot.series.length])).toEqual([
      ["ratio", 1],
      ["s", 1],
    ]);
  });
  test("more than six series: the smallest are summed first and divided last", () => {
    const lines = ["a", "b", "c", "d", "e", "f", "g"].map((key, i) => line(0, DAY, [key], value(1, i + 1)));
    const [plot] = plots({ columns: [column("sl3")], lines, every: "1d", grouped: true }, names);
    expect(plot?.series.map((one) => one.name)).toEqual(["g", "f", "e", "d", "c", "rest"]);
    expect(plot?.series.at(-1)?.points[0]?.value).toBe(2 / 3); // a: 1 of 1, b: 1 of 2
  });
  test("bars by group keep the order of the rows", () => {
    const lines = ["b", "a"].map((key, i) => line(0, DAY, [key], value(i, 1)));
    const [plot] = plots({ columns: [column("sl3")], lines, every: "all", grouped: true }, names);
    expect(plot?.timed).toBe(false);
    expect(plot?.categories.map((one) => one.keys[0])).toEqual(["b", "a"]);
  });
  test("only a line's axis is cut, and only high shares", () => {
    expect(lowest([0.83, null, 0.91], "ratio")).toBe(0.8);
    expect(lowest([0.83, 0.2], "ratio")).toBe(0);
    expect(lowest([80, 90], "s")).toBe(0);
  });
  test("shades run from the least to the most", () => {
    expect([shade(0, 0, 1), shade(0.5, 0, 1), shade(1, 0, 1), shade(3, 3, 3)]).toEqual([1, 4, 6, 1]);
  });
});

describe("a calendar", () => {
  test("puts days under their weekday, Monday first, and leaves out months without any", () => {
    const zone = "Asia/Shanghai";
    const at = (month: number, day: number) => Date.UTC(2026, month, day) - 8 * HOUR;
    const found = months([line(at(10, 3), DAY, [], value(1, 1))], { start: at(9, 1), end: at(11, 1) }, zone, "en");
    expect(found.map((one) => one.key)).toEqual(["11/2026"]);
    const first = found[0]?.weeks[0];
    expect(first?.map((day) => day?.date ?? "")).toEqual(["", "", "", "", "", "", "1"]);
    expect(found[0]?.weeks[1]?.[1]?.line?.start).toBe(at(10, 3));
  });
  test("of parts of a day, each line stands under its time", () => {
    const rows = dayRows(
      [line(9 * HOUR, HOUR, [], value(1, 1)), line(DAY + 8 * HOUR, HOUR, [], value(1, 1))],
      "UTC",
      "en",
    );
    expect(rows.times).toEqual(["08:00", "09:00"]);
    expect(rows.rows.map((row) => row.cells.map((cell) => cell !== null))).toEqual([
      [false, true],
      [true, false],
    ]);
  });
});

describe("a table", () => {
  const lines = [
    line(0, DAY, ["b"], value(1, 2)),
    line(0, DAY, ["a"], value(0, 0)),
    line(0, DAY, ["c"], value(1, 1)),
  ];
  const sorted = (descending: boolean) =>
    ordered(
      lines,
      { by: { value: 0 }, descending },
      (one) => String(one.keys[0]),
      (a, b) => a.localeCompare(b),
    ).map((one) => one.keys[0]);
  test("no data comes last either way", () => {
    expect(sorted(true)).toEqual(["c", "b", "a"]);
    expect(sorted(false)).toEqual(["b", "c", "a"]);
  });
  test("the rest of the groups stays after all others", () => {
    const rest = { ...line(0, DAY, [null], value(9, 9)), rest: true };
    const order = { by: { value: 0 }, descending: true } as const;
    expect(
      ordered(
        [rest, ...lines],
        order,
        () => "",
        () => 0,
      ).at(-1)?.rest,
    ).toBe(true);
  });
  test("arrows stay within the grid", () => {
    const size = { rows: 3, columns: 2 };
    expect(moved("ArrowUp", { row: 0, column: 1 }, size)).toEqual({ row: 0, column: 1 });
    expect(moved("End", { row: 0, column: 0 }, size, true)).toEqual({ row: 2, column: 1 });
    expect(moved("Tab", { row: 0, column: 0 }, size)).toBeNull();
  });
});

describe("how a report is looked at", () => {
  test.each(["last_month", "last_days:14", "2026-11-01..2026-11-07"])("%s is read as it was written", (text) => {
    const period = readPeriod(text);
    expect(period && writtenPeriod(period)).toBe(text);
  });
  test.each(["", "last_days", "last_days:-1", "absolute", "2026-11-01", "some day"])("%s is no period", (text) => {
    expect(readPeriod(text)).toBeNull();
  });
  test("one thing changes, the rest of the address stays", () => {
    const params = withView(new URLSearchParams("q=x&queues=a&every=1d"), { facet: ["queues", ["b", "c"]] });
    const view = readView(params);
    expect(params.get("q")).toBe("x");
    expect(overrides(view)).toEqual({ every: "1d", filter: { queues: ["b", "c"] } });
    expect(overrides(readView(withView(params, { facet: ["queues", []], every: null })))).toEqual({});
  });
});

describe("building", () => {
  const block = { ...emptyBlock("chart"), metrics: ["sl3(20)", "asa"] };
  test("what refers to a figure goes with its parameters, and with it", () => {
    const bound = setLimit(
      setTarget({ ...block, sort: { by: "sl3(20)" } }, "sl3(20)", 0.85),
      "sl3(20)",
      "below",
      0.7,
    );
    const changed = setParameters(bound, "sl3(20)", ["15", ""]);
    expect(changed.metrics).toEqual(["sl3(15)", "asa"]);
    expect([changed.targets[0]?.metric, changed.limits[0]?.metric, changed.sort?.by]).toEqual(
      Array(3).fill("sl3(15)"),
    );
    const removed = removeMetric(changed, "sl3(15)");
    expect([removed.targets, removed.limits, removed.sort]).toEqual([[], [], null]);
  });
  test("headline figures have neither groups nor intervals", () => {
    const made = asKind({ ...block, by: ["queue"], top: 5 }, "figures");
    expect([made.by, made.every, made.top]).toEqual([[], "all", null]);
    expect(asKind(made, "chart").every).toBe("1d");
  });
  test("true access is missed beside a service level, with the same limit", () => {
    expect(missingTrueAccess(block)).toBe("sl7(20)");
    expect(missingTrueAccess(addMetric(block, "sl7(20)"))).toBeNull();
    expect(missingTrueAccess({ ...block, metrics: ["asa"] })).toBeNull();
  });
  test("order: blocks move within the list and nowhere else", () => {
    const report = { ...emptyReport(), blocks: [emptyBlock("text"), emptyBlock("table"), block] };
    expect(moveBlock(report, 2, 0).blocks.map((one) => one.kind)).toEqual(["chart", "text", "table"]);
    expect(moveBlock(report, 0, 3)).toBe(report);
  });
  test("an unnamed report is shown already, an empty block not yet", () => {
    const report = { ...emptyReport(), blocks: [block] };
    expect(showable(report)?.blocks).toBe(report.blocks);
    expect(gapsOf(report)).toEqual({ title: "missing" });
    expect(showable({ ...report, blocks: [...report.blocks, emptyBlock("table")] })).toBeNull();
  });
  test("the server's faults find their field", () => {
    const faults = faultsOf([{ field: "blocks.0.metrics.1", code: "unknown_metric", detail: "" }, { nonsense: 1 }]);
    expect(faultAt(faults, "blocks.0.metrics.1")).toBe("unknown_metric");
    expect(faultAt(faults, "blocks.0", true)).toBe("unknown_metric");
    expect(faultAt(faults, "blocks.0")).toBeNull();
    expect(faultsOf("no list")).toEqual({});
  });
});

describe("names of figures", () => {
  const of = (en: string, hans: string, parameters: string[]) => ({ names: { en, "zh-Hans": hans }, parameters });
  test("take their parameters as the exports write them", () => {
    const sl3 = of("Service level", "X 秒内人工接通率", ["target_ms"]);
    expect(named(sl3, "sl3(20)", "en")).toBe("Service level (20 s)");
    expect(named(sl3, "sl3(20)", "zh-Hans")).toBe("20 秒内人工接通率");
    expect(named(of("Service level SL6", "服务水平 SL6", ["target_ms", "short_ms"]), "sl6(20,5)", "en")).toBe(
      "Service level SL6 (20 s, 5 s)",
    );
    expect(named(undefined, "gone(1)", "en")).toBe("gone (1)");
  });
  test("keys are read and written", () => {
    expect(parsed("sl6(20, 5)")).toEqual({ id: "sl6", parameters: ["20", "5"] });
    expect(written("sl6", ["20", ""])).toBe("sl6(20)");
    expect(written("asa", [])).toBe("asa");
  });
  test("are found in any language, names before meanings", () => {
    const one = (id: string, en: string, hans: string, meaning: string) =>
      ({
        id,
        theme: "access",
        names: { en, "zh-Hans": hans, "zh-Hant": hans },
        meaning: { en: meaning },
      }) as unknown as Definition;
    const items = [one("a", "Wait", "等候", "after the level"), one("b", "Level", "水平", "")];
    expect(found(items, "水平", "en").map((each) => each.id)).toEqual(["b"]);
    expect(found(items, "level", "en").map((each) => each.id)).toEqual(["b", "a"]);
    expect(catalogued(items).themes).toEqual(["access"]);
  });
});
