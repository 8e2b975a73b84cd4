import type { EChartsCoreOption } from "echarts/core";
import type { Drawing, Ink } from "../../ui/charts";
import type { Target } from "./model";
import { lowest, type Plot, type Series } from "./plot";

/** How a plot looks, as look/README has it: lines named at their ends, the target dotted, the gap filled. Pure. */
export type Asked = {
  plot: Plot;
  drawn: "line" | "bar";
  stacked: boolean;
  gap: boolean;
  targets: readonly (Target & { name: string })[];
  words: Words;
};
export type Words = {
  category: (index: number) => string;
  tick: (index: number) => string; // the same, brief
  value: (value: number | null) => string;
  axis: (value: number) => string;
};

export function drawing(asked: Asked): Drawing {
  return (ink, width) => (asked.plot.timed ? overTime(asked, ink, width) : byGroup(asked, ink, width));
}

const FACE = 12;

function overTime({ plot, drawn, stacked, gap, targets, words }: Asked, ink: Ink, width: number): EChartsCoreOption {
  const lines = drawn === "line" && !stacked;
  const values = plot.series.flatMap((series) => series.points.map((point) => point.value));
  const wanted = targets.map((target) => target.value);
  const floor = lines ? lowest([...values, ...wanted], plot.unit) : 0;
  const names = [...plot.series.map((series) => `${series.name} 00.0 %`), ...targets.map((target) => target.name)];
  const ends = lines ? Math.min(Math.max(...names.map(widthOf), 40) + 16, width * 0.34, 190) : 16;
  const categories = plot.categories.map((_, index) => words.tick(index));
  return {
    animation: false,
    grid: { left: 8, right: ends, top: 16, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    tooltip: { trigger: "axis", formatter: told(plot, words), axisPointer: pointer(ink), confine: true },
    xAxis: {
      type: "category",
      data: categories,
      boundaryGap: !lines,
      axisLabel: { hideOverlap: true, color: ink("chart-label"), fontSize: FACE },
    },
    yAxis: {
      type: "value",
      min: floor,
      ...(plot.unit === "ratio" && !stacked ? { max: roundUp(values, wanted) } : {}),
      ...(plot.unit === "count" ? { minInterval: 1 } : {}),
      splitNumber: 4,
      axisLabel: { color: ink("chart-label"), fontSize: FACE, formatter: words.axis },
    },
    series: [
      ...(lines && gap ? filled(plot.series, ink) : []),
      ...plot.series.map((series, at) =>
        lines ? line(series, at, ink, ends, words) : bar(series, at, ink, stacked, false, words),
      ),
      ...targets.map((one, at) => target(one, at, categories.length, ink, lines ? ends : 0)),
    ],
  };
}

function byGroup({ plot, stacked, targets, words }: Asked, ink: Ink, width: number): EChartsCoreOption {
  const names = plot.categories.map((_, index) => words.category(index));
  const side = Math.min(Math.max(...names.map(widthOf), 40) + 8, width * 0.4);
  return {
    animation: false,
    grid: { left: side, right: 64, top: 8, bottom: 24 },
    tooltip: { trigger: "axis", formatter: told(plot, words), axisPointer: { type: "none" }, confine: true },
    yAxis: {
      type: "category",
      data: names,
      inverse: true,
      axisLabel: { color: ink("text"), fontSize: FACE, width: side - 8, overflow: "truncate" },
    },
    xAxis: {
      type: "value",
      min: 0,
      splitNumber: 4,
      ...(plot.unit === "count" ? { minInterval: 1 } : {}),
      axisLabel: { color: ink("chart-label"), fontSize: FACE, formatter: words.axis },
    },
    series: [
      ...plot.series.map((series, at) => bar(series, at, ink, stacked, plot.series.length === 1, words)),
      ...(targets.length > 0 ? [crosswise(targets, ink)] : []),
    ],
  };
}

/** Several that meet at the end must not lie on each other: the library shifts them apart. */
function line(series: Series, at: number, ink: Ink, ends: number, words: Words): object {
  const colour = ink(`chart-${(at % 6) + 1}`);
  const last = lastOf(series);
  return {
    type: "line",
    id: String(at),
    name: series.name,
    data: series.points.map((point, index) => ({
      value: point.value,
      symbol: index === last || alone(series, index) ? "circle" : "none",
      symbolSize: 6,
    })),
    showSymbol: true,
    connectNulls: false,
    lineStyle: { color: colour, width: 2, type: series.rest ? "dashed" : "solid" },
    itemStyle: { color: colour },
    endLabel: {
      show: last >= 0,
      formatter: `${plain(series.name)} {v|${plain(words.value(series.points[last]?.value ?? null))}}`,
      rich: { v: { fontWeight: 600, fontSize: FACE, color: ink("text") } },
      color: ink("text"),
      fontSize: FACE,
      width: ends - 12,
      overflow: "truncate",
      distance: 6,
    },
    labelLayout: { moveOverlap: "shiftY" },
    z: 3,
  };
}

function bar(series: Series, at: number, ink: Ink, stacked: boolean, labelled: boolean, words: Words): object {
  return {
    type: "bar",
    id: String(at),
    name: series.name,
    data: series.points.map((point) => point.value),
    ...(stacked ? { stack: "all" } : {}),
    barMaxWidth: 30,
    barCategoryGap: "36%",
    itemStyle: { color: ink(`chart-${(at % 6) + 1}`), borderRadius: stacked ? 0 : 2 },
    label: labelled
      ? {
          show: true,
          position: "right",
          color: ink("text"),
          fontSize: FACE,
          formatter: ({ value }: { value: unknown }) => words.value(typeof value === "number" ? value : null),
        }
      : { show: false },
  };
}

/** The space between the first two measures: what one of them does not see. */
function filled(all: readonly Series[], ink: Ink): object[] {
  const [one, other] = all;
  if (!one || !other) return [];
  const pairs = one.points.map((point, i) => [point.value, other.points[i]?.value ?? null] as const);
  const low = pairs.map(([a, b]) => (a === null || b === null ? null : Math.min(a, b)));
  const high = pairs.map(([a, b]) => (a === null || b === null ? null : Math.abs(a - b)));
  const area = (data: (number | null)[], id: string, colour: string | null) => ({
    type: "line",
    id,
    stack: "gap",
    data,
    symbol: "none",
    silent: true,
    lineStyle: { width: 0 },
    areaStyle: colour ? { color: colour, opacity: 1 } : { opacity: 0 },
    tooltip: { show: false },
    z: 1,
  });
  return [area(low, "gap-under", null), area(high, "gap", ink("chart-gap"))];
}

/** A dotted line of its own, so that its name gives way to those of the others. */
function target(one: Target & { name: string }, at: number, length: number, ink: Ink, ends: number): object {
  return {
    type: "line",
    id: `target-${at}`,
    data: Array.from({ length }, () => one.value),
    silent: true,
    symbol: "none",
    lineStyle: { color: ink("chart-target"), type: [1.5, 4], cap: "round", width: 2 },
    endLabel: {
      show: ends > 0,
      formatter: plain(one.name),
      color: ink("chart-target"),
      fontSize: FACE,
      width: Math.max(ends - 12, 40),
      overflow: "truncate",
      distance: 6,
    },
    labelLayout: { moveOverlap: "shiftY" },
    z: 2,
  };
}

function crosswise(targets: readonly (Target & { name: string })[], ink: Ink): object {
  return {
    type: "bar",
    id: "target",
    data: [],
    silent: true,
    markLine: {
      silent: true,
      symbol: "none",
      animation: false,
      lineStyle: { color: ink("chart-target"), type: "dotted", width: 2 },
      label: { color: ink("chart-target"), fontSize: FACE },
      data: targets.map((one) => ({ xAxis: one.value, label: { formatter: plain(one.name), position: "start" } })),
    },
  };
}

/** Names are data: braces and bars of the chart's own markup are taken out. */
function plain(name: string): string {
  return name.replace(/[{}|]/g, " ");
}

/** The words of one place of the axis, built as nodes: names are data and never markup. */
function told(plot: Plot, words: Words) {
  return (marks: unknown): HTMLElement | string => {
    const index = (Array.isArray(marks) ? marks[0] : marks)?.dataIndex;
    if (typeof index !== "number") return "";
    const box = document.createElement("div");
    const head = document.createElement("div");
    head.textContent = words.category(index);
    box.append(head);
    for (const series of plot.series) {
      const row = document.createElement("div");
      const name = document.createElement("span");
      name.textContent = `${series.name} `;
      const value = document.createElement("b");
      value.textContent = words.value(series.points[index]?.value ?? null);
      row.append(name, value);
      box.append(row);
    }
    return box;
  };
}

function pointer(ink: Ink): object {
  return { type: "line", lineStyle: { color: ink("chart-axis"), width: 1 } };
}

function roundUp(values: readonly (number | null)[], wanted: readonly number[]): number {
  const told = [...values, ...wanted].filter((value): value is number => value !== null);
  const most = told.length === 0 ? 1 : Math.max(...told);
  return most > 0.5 ? 1 : Math.max(0.05, Math.ceil(most * 20) / 20);
}

function lastOf(series: Series): number {
  return series.points.findLastIndex((point) => point.value !== null);
}

/** A point without neighbours would be no line at all: it is drawn as a dot. */
function alone(series: Series, index: number): boolean {
  const value = (at: number) => series.points[at]?.value ?? null;
  return value(index) !== null && value(index - 1) === null && value(index + 1) === null;
}

/** About how wide a text is at 12 px: Chinese characters are square. */
export function widthOf(text: string): number {
  let width = 0;
  for (const char of text) width += (char.codePointAt(0) ?? 0) > 0x2e7f ? 12 : 6.6;
  return Math.ceil(width);
}
